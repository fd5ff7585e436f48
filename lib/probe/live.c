#include "probe/live.h"

#include "probe/query.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>

enum { DNS_PORT = 53, TLSA_SHORTEST = 4, ALIASES_MOST = 16 };

static int
use(struct live *live, const char *host, uint16_t port)
{
	struct service_address *to = &live->resolver;

	*to = (struct service_address){0};
	if (inet_pton(AF_INET, host, &to->v4.sin_addr) == 1) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = htons(port);
		to->len = sizeof(to->v4);
		return 0;
	}
	*to = (struct service_address){0};
	if (inet_pton(AF_INET6, host, &to->v6.sin6_addr) == 1) {
		to->v6.sin6_family = AF_INET6;
		to->v6.sin6_port = htons(port);
		to->len = sizeof(to->v6);
		return 0;
	}
	return -1;
}

static bool
is_loopback(const struct service_address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
	return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static int
use_system(struct diags *diags, struct live *live)
{
	ldns_resolver *system = NULL;
	char *host = NULL;
	int result = -1;

	if (ldns_resolver_new_frm_file(&system, NULL) == LDNS_STATUS_OK &&
	    ldns_resolver_nameserver_count(system) > 0)
		host = ldns_rdf2str(ldns_resolver_nameservers(system)[0]);
	if (!host || use(live, host, DNS_PORT) < 0)
		diag_add_path(diags, "/etc/resolv.conf", D_RESOLVER, "it names no resolver");
	else if (!is_loopback(&live->resolver))
		diag_add_path(diags, "/etc/resolv.conf", D_RESOLVER,
		    "the resolver %s is not on this machine", host);
	else
		result = 0;
	LDNS_FREE(host);
	ldns_resolver_deep_free(system);
	return result;
}

int
live_begin(struct diags *diags, const char *text, struct live *out)
{
	struct service_detour detour;

	if (!*text)
		return use_system(diags, out);
	if (use(out, text, DNS_PORT) == 0)
		return 0;
	if (service_detour_parse(
		&diags->arena, arena_printf(&diags->arena, ":=%s", text), &detour) < 0)
		return diag_add_path(diags, "<command line>", D_RESOLVER,
		    "%s is not the address of a resolver: ADDRESS or ADDRESS:PORT", text);
	out->resolver = detour.to;
	return 0;
}

/* --- Asking --- */

static bool
is_record(const struct message_record *record, const uint8_t *owner, uint16_t type)
{
	return record->type == type && record->class == CLASS_IN &&
	       name_equal(record->owner, owner);
}

static const uint8_t *
alias_of(const struct message_section *all, const uint8_t *owner)
{
	for (size_t i = 0; i < all->n; i++)
		if (is_record(&all->records[i], owner, TYPE_CNAME))
			return all->records[i].rdata.data;
	return NULL;
}

/* Where the aliases end that begin at `owner` (RFC 7671 section 7); NULL: nowhere. */
static const uint8_t *
end_of_aliases(const struct message_section *all, const uint8_t *owner)
{
	for (int i = 0; i <= ALIASES_MOST; i++) {
		const uint8_t *target = alias_of(all, owner);

		if (!target)
			return owner;
		owner = target;
	}
	return NULL;
}

/* Takes the RRset that answers; other records of the answer say nothing of the service. */
static void
take_records(struct service *service, const struct message_section *all)
{
	const uint8_t *owner = end_of_aliases(all, service->owner.wire);

	service->rdata = arena_alloc(&service->a, (all->n + 1) * sizeof(*service->rdata));
	for (size_t i = 0; i < all->n && owner; i++) {
		const struct message_record *record = &all->records[i];

		if (is_record(record, owner, TYPE_TLSA) && record->rdata.len >= TLSA_SHORTEST)
			service->rdata[service->n++] = record->rdata;
	}
}

/* Returns NULL, or why no records count. */
static const char *
take(struct service *service, const struct message *answer)
{
	switch (answer->rcode) {
	case RCODE_NOERROR:
		take_records(service, &answer->answer);
		if (service->n > 0)
			return answer->flags & MESSAGE_AD
				   ? NULL
				   : "the resolver does not call its TLSA records authentic";
		return "the resolver knows no TLSA records of it";
	case RCODE_NXDOMAIN:
		return "the resolver knows no TLSA records of it";
	case RCODE_SERVFAIL:
		return "the resolver fails to get or to validate its TLSA records (SERVFAIL), and "
		       "so do clients, which then do not go on";
	default:
		return "the resolver refuses to answer";
	}
}

static const char *
ask(const struct live *live, struct service *service)
{
	const struct query query = {.server = &live->resolver.any,
	    .server_len = live->resolver.len,
	    .timeout_ms = live->timeout_ms,
	    .question = {.flags = MESSAGE_RD | MESSAGE_AD,
		.owner = service->owner.wire,
		.type = TYPE_TLSA,
		.dnssec = true}};
	struct query_answer answer;

	if (query_ask(&service->a, &query, &answer) < 0)
		return arena_printf(&service->a, "the resolver %s", answer.why);
	return take(service, &answer.message);
}

void
live_records(const struct live *live, struct service *service)
{
	service->n = 0;
	service->no_records = ask(live, service);
	if (service->no_records)
		service->n = 0;
}
