#include "rollover/serials.h"

#include "base/duration.h"
#include "dns/serial.h"

struct check {
	struct diags *diags;
	const struct project_zone *zone;
	struct serials_published published;
	int64_t now;
};

/* An earlier one is right until the server has asked for a later one, and once more where that
 * failed: RFC 1035 section 3.3.13, refresh and retry. */
static void
check_earlier(const struct check *check, const char *server, const struct nameserver_soa *soa)
{
	struct arena *a = &check->diags->arena;
	int64_t age_s = check->now - check->published.since_unix;
	int64_t asked_s = (int64_t)soa->refresh_s + soa->retry_s;

	if (age_s <= asked_s)
		return;
	diag_add(check->diags, check->zone->pos, P_SERVER_BEHIND,
	    "%s still holds serial %u, %s after %u was published; by its SOA record it should have "
	    "asked within %s",
	    server, (unsigned)soa->serial, duration_text(a, (uint64_t)age_s),
	    (unsigned)check->published.serial, duration_text(a, (uint64_t)asked_s));
}

static void
check_soa(const struct check *check, const char *server, const struct nameserver_soa *soa)
{
	uint32_t serial = check->published.serial;

	if (soa->serial == serial)
		return;
	if (serial_later(serial, soa->serial))
		check_earlier(check, server, soa);
	else if (serial_later(soa->serial, serial))
		diag_add(check->diags, check->zone->pos, P_SERVER_AHEAD,
		    "%s holds serial %u, which is later than %u: it will not transfer what is "
		    "published",
		    server, (unsigned)soa->serial, (unsigned)serial);
	else
		diag_add(check->diags, check->zone->pos, P_SERVER_APART,
		    "%s holds serial %u, to which %u is neither later nor earlier: it may never "
		    "transfer what is published",
		    server, (unsigned)soa->serial, (unsigned)serial);
}

static void
check_server(
    const struct check *check, struct nameservers *run, const struct project_server *server)
{
	struct arena *a = &check->diags->arena;
	struct nameserver_soas soas;
	const char *why;

	if (nameserver_ask_soa(a, run, server, check->zone->name.wire, &soas, &why) < 0)
		diag_add(
		    check->diags, check->zone->pos, P_SERVER, "server %s: %s", server->text, why);
	for (size_t i = 0; i < soas.n; i++) {
		const char *which = soas.n > 1 ? arena_printf(a, "server %s at %s", server->text,
						     soas.items[i].address)
					       : arena_printf(a, "server %s", server->text);

		check_soa(check, which, &soas.items[i]);
	}
}

void
serials_check(struct diags *diags, struct nameservers *run, const struct project_zone *zone,
    struct serials_published published, int64_t now_unix)
{
	const struct check check = {diags, zone, published, now_unix};

	for (size_t i = 0; i < zone->n_servers; i++)
		check_server(&check, run, &zone->servers[i]);
}
