#include "check/dane_part.h"
#include "check/text.h"

const struct node *
dane_smtp_node(const struct store *store, const struct lookup_key *host)
{
	struct lookup_key key = *host;
	const struct node *node;

	if (!lookup_child(&key, "_tcp") || !lookup_child(&key, "_25"))
		return NULL;
	node = lookup_answer(store, &key);
	return node && (node->flags & (NODE_TLSA | NODE_CNAME)) ? node : NULL;
}

enum server {
	SERVER_UNKNOWN, /* not in this zone */
	SERVER_BARE,
	SERVER_DANE,
};

/* What leads out of the zone may have some there. */
static enum server
server_at(const struct dane_run *run, const struct name *host)
{
	static const uint8_t labels[] = "\3_25\4_tcp";
	enum { LEN = sizeof(labels) - 1 };
	struct name name;
	struct lookup_key key;
	const struct node *node;

	if (!lookup_key_of(run->store, host->wire, &key) || host->len + LEN > NAME_LONGEST)
		return SERVER_UNKNOWN;
	memcpy(name.wire, labels, LEN);
	memcpy(name.wire + LEN, host->wire, host->len);
	name.len = (uint8_t)(LEN + host->len);
	switch (lookup_follow(run->store, &name)) {
	case LOOKUP_AWAY:
		return dane_smtp_node(run->store, &key) ? SERVER_DANE : SERVER_UNKNOWN;
	case LOOKUP_CIRCLE:
		return SERVER_BARE;
	default:
		node = lookup_key_of(run->store, name.wire, &key) ? lookup_answer(run->store, &key)
								  : NULL;
		return node && (node->flags & NODE_TLSA) ? SERVER_DANE : SERVER_BARE;
	}
}

/* Clients ask for the end of the host's aliases first, and then for the host (RFC 7671 section 7).
 */
static enum server
server_of(const struct dane_run *run, const struct record *mx)
{
	struct name host = {.len = (uint8_t)name_length(mx->rdata + 2, NAME_LONGEST)}, end;
	enum server server;

	memcpy(host.wire, mx->rdata + 2, host.len);
	end = host;
	server = server_at(run, &host);
	if (server == SERVER_DANE)
		return SERVER_DANE;
	if (lookup_follow(run->store, &end) != LOOKUP_HERE)
		return SERVER_UNKNOWN;
	return name_equal(host.wire, end.wire) ? server : server_at(run, &end);
}

/* As server_of, at less cost where the answer is no. */
static bool
has_dane(const struct dane_run *run, const struct record *mx)
{
	return (run->services.namings.wildcards ||
		   namings_any(&run->services.namings, mx->rdata + 2, NAMING_ANSWER)) &&
	       server_of(run, mx) == SERVER_DANE;
}

/* --- SPF, DKIM, DMARC --- */

static bool
has_dmarc_at(const struct store *store, struct lookup_key domain)
{
	return lookup_child(&domain, "_dmarc") &&
	       text_has(store, lookup_answer(store, &domain), TEXT_DMARC);
}

/* Is there a key of any selector, or a delegation that may hold one, below _domainkey? */
static bool
has_dkim_at(const struct store *store, struct lookup_key domain)
{
	size_t i;

	if (!lookup_child(&domain, "_domainkey"))
		return false;
	i = store_find(store, store->n_nodes, domain.octets, domain.len);
	for (; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];

		if (node->key_len < domain.len || memcmp(node->key, domain.octets, domain.len) != 0)
			return false;
		if ((node->flags & (NODE_CUT | NODE_DNAME)) || text_has(store, node, TEXT_DKIM))
			return true;
	}
	return false;
}

/* Above the apex there may be a DMARC record that counts (RFC 7489 section 6.6.3), which is not
 * known where the apex is itself below another domain. */
struct dane_mail
dane_mail_of(const struct store *store)
{
	const struct lookup_key apex = {.len = 0};

	return (struct dane_mail){
	    .dkim = has_dkim_at(store, apex),
	    .dmarc = name_labels(store->apex.wire) > 2 || has_dmarc_at(store, apex),
	};
}

static void
check_bare(const struct dane_run *run, const struct node *domain, const uint8_t *wire,
    const struct record *mx)
{
	struct lookup_key key;
	bool known = lookup_key_of(run->store, wire, &key);
	const struct {
		const char *name;
		bool has;
	} kinds[] = {
	    {"SPF", text_has(run->store, domain, TEXT_SPF)},
	    {"DKIM", run->mail.dkim || (known && has_dkim_at(run->store, key))},
	    {"DMARC", run->mail.dmarc || (known && has_dmarc_at(run->store, key))},
	};
	struct buf missing = {0};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!kinds[i].has)
			buf_printf(&missing, "%s%s", missing.len ? ", " : "", kinds[i].name);
	if (missing.len > 0)
		diag_add(run->diags, mx->pos, D_MAIL_BARE,
		    "mail to %s is protected by DANE, but the domain lacks records for %.*s",
		    lookup_text(run->store, wire), (int)missing.len, missing.data);
	buf_free(&missing);
}

void
dane_check_mail(const struct dane_run *run, const struct node *domain)
{
	struct rrset mx = node_rrset(run->store, domain, TYPE_MX);
	uint8_t wire[NAME_LONGEST];
	const struct record *first = NULL;
	const char *text;

	for (size_t i = 0; i < mx.n && !first; i++)
		if (has_dane(run, &mx.records[i]))
			first = &mx.records[i];
	if (!first)
		return;
	node_wire(run->store, domain, wire);
	text = lookup_text(run->store, wire);
	for (size_t i = 0; i < mx.n; i++)
		if (server_of(run, &mx.records[i]) == SERVER_BARE)
			diag_add(run->diags, mx.records[i].pos, D_MX_UNEVEN,
			    "%s, a mail server of %s, has no TLSA records, and %s has some",
			    lookup_text(run->store, mx.records[i].rdata + 2), text,
			    lookup_text(run->store, first->rdata + 2));
	if (!(domain->flags & NODE_WILDCARD))
		check_bare(run, domain, wire, first);
}
