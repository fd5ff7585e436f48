#include "check/svcb.h"

#include "check/words_part.h"
#include "zone/lookup.h"

/* The registry "Service Parameter Keys (SvcParamKeys)". */
enum { KEY_MANDATORY = 0, KEY_ALPN = 1, KEY_NO_DEFAULT_ALPN = 2, KEY_PORT = 3, KEY_DOHPATH = 7 };

struct service {
	const struct store *store;
	const struct node *node;
	const struct record *record;
	struct bytes params;
	bool alias; /* AliasMode (RFC 9460 section 2.4.1) */
	bool dns;   /* of name servers, RFC 9461 section 2 */
};

/* The value of a parameter; data NULL: it is not there. */
static struct bytes
param_of(const struct service *s, unsigned key)
{
	enum { HEAD = 4 }; /* key and length */
	const uint8_t *p = s->params.data, *end = p + s->params.len;

	for (; p < end; p += HEAD + read_u16(p + 2))
		if (read_u16(p) == key)
			return (struct bytes){p + HEAD, read_u16(p + 2)};
	return (struct bytes){NULL, 0};
}

/* `_dns.server`, or `_port._dns.server`. */
static bool
is_dns_owner(const struct node *node)
{
	const uint8_t *label = node->key + node->key_len, *end = label + node->wire_len;

	for (int i = 0; i < 2 && label < end; label += 1 + *label, i++)
		if (name_label_is(label, "_dns"))
			return true;
	return false;
}

static const char *
owner_text(const struct service *s)
{
	uint8_t wire[NAME_LONGEST];

	node_wire(s->store, s->node, wire);
	return lookup_text(s->store, wire);
}

static const char *
type_name(const struct service *s)
{
	return type_info(s->record->type)->name;
}

/* A problem at the parameter `key`; NULL: at the first one. */
static void
tell(const struct service *s, const char *key, enum problem problem, const char *what)
{
	enum { HEAD_WORDS = 3 }; /* type, priority and target */
	struct words words;
	struct pos pos;

	words_begin(&words, s->store, s->record, 0);
	pos = words_find(&words, s->record->type, HEAD_WORDS, key);
	words_end(&words);
	if (!words.directive || !diag_is_told(s->store->diags, pos, problem)) /* once */
		diag_add(s->store->diags, pos, problem, "the %s record of %s %s", type_name(s),
		    owner_text(s), what);
}

/* RFC 9460 section 8: what is mandatory anyway should not be listed. */
static void
check_mandatory(const struct service *s)
{
	struct bytes list = param_of(s, KEY_MANDATORY);

	for (size_t i = 0; i < list.len; i += 2) {
		unsigned key = read_u16(list.data + i);

		if (key == KEY_PORT && (s->dns || s->record->type == TYPE_HTTPS))
			tell(s, "mandatory", Z_SVCB_MANDATORY,
			    "lists port, which is mandatory without that");
		if (key == KEY_NO_DEFAULT_ALPN && s->record->type == TYPE_HTTPS)
			tell(s, "mandatory", Z_SVCB_MANDATORY,
			    "lists no-default-alpn, which is mandatory without that");
	}
}

/* h2, h3 and its drafts, http/1.1 */
static bool
is_http(struct text id)
{
	return text_is(id, "h2") || text_is(id, "h3") ||
	       (id.len > 3 && memcmp(id.data, "h3-", 3) == 0) ||
	       (id.len > 5 && memcmp(id.data, "http/", 5) == 0);
}

/* RFC 9461 section 5: DNS over HTTPS needs its path. */
static void
check_dohpath(const struct service *s)
{
	struct bytes alpn = param_of(s, KEY_ALPN);

	if (!s->dns || s->record->type != TYPE_SVCB || param_of(s, KEY_DOHPATH).data)
		return;
	for (size_t i = 0; i < alpn.len; i += 1u + alpn.data[i]) {
		if (!is_http((struct text){(const char *)alpn.data + i + 1, alpn.data[i]}))
			continue;
		tell(s, "alpn", Z_SVCB_DOHPATH,
		    "offers DNS over HTTPS by its alpn, and has no dohpath");
		return;
	}
}

/* RFC 6840 section 5.1 does not let signers lower these names, and NSD lowers them: a fault of NSD,
 * seen in 4.6.1. */
static void
check_case(const struct service *s)
{
	const uint8_t *target = s->record->rdata + 2;
	size_t len = name_length(target, s->record->rdlen - 2u);
	uint8_t low[NAME_LONGEST];

	name_lower(low, target, len);
	if (memcmp(low, target, len) != 0)
		diag_add(s->store->diags, s->record->pos, Z_SVCB_CASE,
		    "the %s record of %s has a target in capital letters", type_name(s),
		    owner_text(s));
}

static void
check_record(const struct service *s, bool aliases)
{
	check_case(s);
	if (s->alias && s->params.len > 0)
		tell(s, NULL, Z_SVCB_ALIAS, "is in AliasMode, in which clients ignore parameters");
	if (!s->alias && aliases)
		diag_add(s->store->diags, s->record->pos, Z_SVCB_ALIAS,
		    "clients ignore this %s record of %s: it has one in AliasMode, too",
		    type_name(s), owner_text(s));
	if (s->alias)
		return;
	check_mandatory(s);
	check_dohpath(s);
}

static void
check_set(const struct store *store, const struct node *node, const struct rrset *set)
{
	bool aliases = false, dns = is_dns_owner(node);

	for (size_t i = 0; i < set->n; i++)
		aliases = aliases || read_u16(set->records[i].rdata) == 0;
	for (size_t i = 0; i < set->n; i++) {
		const struct record *record = &set->records[i];
		size_t head = 2 + name_length(record->rdata + 2, record->rdlen - 2u);
		struct service s = {store, node, record,
		    {record->rdata + head, record->rdlen - head}, read_u16(record->rdata) == 0,
		    dns};

		check_record(&s, aliases);
	}
}

void
check_services(const struct store *store)
{
	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];
		struct rrset svcb, https;

		if ((node->flags & (NODE_SERVICE | NODE_OCCLUDED)) != NODE_SERVICE)
			continue;
		svcb = node_rrset(store, node, TYPE_SVCB);
		https = node_rrset(store, node, TYPE_HTTPS);
		check_set(store, node, &svcb);
		check_set(store, node, &https);
	}
}
