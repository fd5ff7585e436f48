#include "check/zone.h"

#include "base/duration.h"
#include "check/dot.h"
#include "check/host.h"
#include "check/size.h"
#include "check/target.h"
#include "dnssec/key.h"

#include <stdio.h>

/* The node's name for messages, in the diags' arena. */
static const char *
node_text(const struct store *store, const struct node *node)
{
	uint8_t wire[NAME_LONGEST];
	struct buf b = {0};

	node_wire(store, node, wire);
	name_print(&b, wire);
	return buf_text(&b, &store->diags->arena);
}

static const char *
type_text(const struct store *store, uint16_t type)
{
	struct buf b = {0};

	type_print(&b, type);
	return buf_text(&b, &store->diags->arena);
}

/* RFC 4035 section 2.5, and KEY for secure dynamic update (RFC 3007 section 3.1.1). NXT and SIG are
 * like any other type since RFC 3755. */
static bool
may_join_cname(uint16_t type)
{
	return type == TYPE_CNAME || type == TYPE_RRSIG || type == TYPE_NSEC || type == TYPE_KEY;
}

static void
check_cname(const struct store *store, const struct node *node)
{
	const struct record *records = node_records(store, node);

	for (size_t i = 0; i < node->n; i++)
		if (!may_join_cname(records[i].type)) {
			diag_add(store->diags, records[i].pos, Z_CNAME,
			    "%s has a CNAME and a %s record", node_text(store, node),
			    type_text(store, records[i].type));
			return;
		}
}

/* Of two records, the one that stands later in the template. */
static const struct record *
later_of(const struct record *a, const struct record *b)
{
	return a->pos.at > b->pos.at ? a : b;
}

static void
check_singletons(const struct store *store, const struct node *node)
{
	const struct record *records = node_records(store, node);

	for (size_t i = 1; i < node->n; i++)
		if (records[i].type == records[i - 1].type && type_is_singleton(records[i].type) &&
		    rdata_compare(records[i].type, record_rdata(&records[i]),
			record_rdata(&records[i - 1])) != 0)
			diag_add(store->diags, later_of(&records[i], &records[i - 1])->pos,
			    Z_SINGLETON, "%s has a second %s record", node_text(store, node),
			    type_text(store, records[i].type));
}

/* RRSIGs have the TTLs of what they cover. */
static void
check_ttls(const struct store *store, const struct node *node)
{
	const struct record *records = node_records(store, node);
	struct arena *a = &store->diags->arena;

	for (size_t i = 1; i < node->n; i++)
		if (records[i].type == records[i - 1].type && records[i].type != TYPE_RRSIG &&
		    records[i].ttl_s != records[i - 1].ttl_s) {
			const struct record *later = later_of(&records[i], &records[i - 1]);
			const struct record *earlier =
			    later == &records[i] ? &records[i - 1] : &records[i];

			diag_add(store->diags, later->pos, Z_TTL_MIXED,
			    "the %s records of %s have TTLs of %s and %s",
			    type_text(store, later->type), node_text(store, node),
			    duration_ttl_text(a, earlier->ttl_s),
			    duration_ttl_text(a, later->ttl_s));
		}
}

static void
wrong_place(const struct store *store, const struct node *node, uint16_t type, const char *why)
{
	struct rrset set = node_rrset(store, node, type);
	struct written written;
	struct buf ask = {0};

	if (set.n == 0)
		return;
	if (written_owner(store, &set.records[0], &written) && dot_is_lost(store, &written))
		dot_ask(&ask, &written);
	diag_add(store->diags, set.records[0].pos, Z_TYPE_PLACE, "%s has a %s record: %s%.*s",
	    node_text(store, node), type_text(store, type), why, (int)ask.len,
	    ask.len ? ask.data : "");
	buf_free(&ask);
}

/* Below a delegation only addresses are of use, as glue. */
static void
check_occluded(const struct store *store, const struct node *node)
{
	const struct record *records = node_records(store, node);

	if (!(node->flags & NODE_BELOW_CUT))
		return;
	for (size_t i = 0; i < node->n; i++)
		if (records[i].type != TYPE_A && records[i].type != TYPE_AAAA) {
			diag_add(store->diags, records[i].pos, Z_OCCLUDED,
			    "%s lies below a delegation: nobody is answered with its %s record",
			    node_text(store, node), type_text(store, records[i].type));
			return;
		}
}

/* Nobody looks for keys elsewhere, and some signers refuse such a zone. */
static void
check_keys(const struct store *store, const struct node *node)
{
	const struct record *records = node_records(store, node);

	for (size_t i = 0; i < node->n && node->key_len > 0; i++)
		if (records[i].type == TYPE_DNSKEY || records[i].type == TYPE_CDS ||
		    records[i].type == TYPE_CDNSKEY) {
			diag_add(store->diags, records[i].pos, Z_KEY_PLACE,
			    "%s has a %s record, which has a meaning at the zone's apex alone",
			    node_text(store, node), type_text(store, records[i].type));
			return;
		}
}

static void
check_key_flags(const struct store *store, const struct node *node)
{
	enum { FLAG_ZONE = 0x01 }; /* in the first octet of the flags: RFC 4034 section 2.1.1 */
	struct rrset set = node_rrset(store, node, TYPE_DNSKEY);

	for (size_t i = 0; i < set.n && node->key_len == 0; i++)
		if (!(set.records[i].rdata[0] & FLAG_ZONE))
			diag_add(store->diags, set.records[i].pos, Z_KEY_FLAGS,
			    "a DNSKEY record of %s has flags without the bit of a zone key",
			    node_text(store, node));
}

static bool
are_namesakes(const struct record *a, const struct record *b)
{
	enum { ALGORITHM = 3 }; /* in DNSKEY RDATA: RFC 4034 section 2.1 */

	return a->rdata[ALGORITHM] == b->rdata[ALGORITHM] &&
	       key_tag(record_rdata(a)) == key_tag(record_rdata(b)) &&
	       rdata_compare(TYPE_DNSKEY, record_rdata(a), record_rdata(b)) != 0;
}

/* Each key that shares its tag is told of once, whoever made it. More keys than a message holds are
 * told of as such. */
static void
check_key_tags(const struct store *store, const struct node *node)
{
	enum { KEYS_MOST = 1500 }; /* of 32 octets, RFC 8080 */

	struct rrset set = node_rrset(store, node, TYPE_DNSKEY);

	for (size_t i = 1; i < set.n && set.n <= KEYS_MOST && node->key_len == 0; i++) {
		const struct record *key = &set.records[i];
		size_t j = 0;

		while (j < i && !are_namesakes(&set.records[j], key))
			j++;
		if (j < i)
			diag_add(store->diags, later_of(&set.records[j], key)->pos, S_TAG_TWICE,
			    "%s has another DNSKEY record of algorithm %u with the key tag %u",
			    node_text(store, node), key->rdata[3],
			    (unsigned)key_tag(record_rdata(key)));
	}
}

/* RFC 4592 section 4.2; BIND does not load such a zone. */
static void
check_wildcard(const struct store *store, const struct node *node)
{
	if (node->flags & NODE_CUT)
		wrong_place(store, node, TYPE_NS, "a wildcard cannot be a delegation");
}

static void
check_places(const struct store *store, const struct node *node)
{
	bool apex = node->key_len == 0;
	struct rrset ds;

	if (!apex)
		wrong_place(store, node, TYPE_SOA, "SOA belongs at the zone's apex alone");
	if (node->flags & NODE_OCCLUDED)
		return;
	if (node->flags & NODE_CUT)
		wrong_place(store, node, TYPE_DNAME,
		    "DNAME cannot stand beside the NS records of a delegation");
	ds = node_rrset(store, node, TYPE_DS);
	if (ds.n > 0 && !(node->flags & (NODE_CUT | NODE_LOST)))
		diag_add(store->diags, ds.records[0].pos, Z_DS_PLACE,
		    apex ? "%s is the apex: its DS records belong to the parent zone"
			 : "%s has DS records but no NS records",
		    node_text(store, node));
}

/* Each check with the flags of the nodes that it looks at. */
static const struct {
	uint32_t flags;
	void (*check)(const struct store *store, const struct node *node);
} node_checks[] = {
    {NODE_CNAME, check_cname},
    {NODE_UNEVEN, check_singletons},
    {NODE_UNEVEN, check_ttls},
    {NODE_SOA | NODE_DNAME | NODE_DS, check_places},
    {NODE_OF_KEYS, check_keys},
    {NODE_OF_KEYS, check_key_flags},
    {NODE_OF_KEYS, check_key_tags},
    {NODE_WILDCARD, check_wildcard},
    {NODE_OTHER, check_occluded},
    {NODE_ODD, host_check},
    {NODE_TWICE, dot_check_owners},
};

static uint32_t
checked_flags(void)
{
	uint32_t flags = 0;

	for (size_t i = 0; i < sizeof(node_checks) / sizeof(node_checks[0]); i++)
		flags |= node_checks[i].flags;
	return flags;
}

static void
check_node(const struct store *store, const struct node *node)
{
	for (size_t i = 0; i < sizeof(node_checks) / sizeof(node_checks[0]); i++)
		if (node->flags & node_checks[i].flags)
			node_checks[i].check(store, node);
}

/* Is it there only to deny? NSEC3 owners lie below a DNAME at the apex, and nobody asks for them.
 */
static bool
is_denial(const struct store *store, const struct node *node)
{
	const struct record *records = node_records(store, node);

	for (size_t i = 0; i < node->n; i++)
		if (records[i].type != TYPE_NSEC3 && records[i].type != TYPE_RRSIG)
			return false;
	return true;
}

/* RFC 6672 section 2.4: Knot does not load such a zone. */
static void
check_dname(const struct store *store, size_t i)
{
	const struct node *node = &store->nodes[i];

	for (i++; i < store->n_nodes && node_is_below(&store->nodes[i], node); i++) {
		const struct node *below = &store->nodes[i];

		if (is_denial(store, below))
			continue;
		diag_add(store->diags, node_records(store, below)->pos, Z_DNAME_BELOW,
		    "%s lies below the DNAME of %s: nobody is answered with it",
		    node_text(store, below), node_text(store, node));
		return;
	}
}

/* Once for each DNAME that is the zone's. */
static void
check_dnames(const struct store *store)
{
	for (size_t i = 0; i < store->n_nodes; i++)
		if ((store->nodes[i].flags & (NODE_DNAME | NODE_CUT | NODE_OCCLUDED)) == NODE_DNAME)
			check_dname(store, i);
}

static struct pos
first_pos(const struct store *store)
{
	return store->n_records > 0 ? store->records[0].pos : pos_none();
}

/* Records of the type at the name that the apex gets where it is written without its last dot. */
static bool
find_dotless(const struct store *store, uint16_t type, struct written *out)
{
	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];
		struct rrset set;

		if (!(node->flags & NODE_TWICE) || node->wire_len != store->apex.len - 1)
			continue;
		set = node_rrset(store, node, type);
		return set.n > 0 && written_owner(store, &set.records[0], out) &&
		       dot_is_lost(store, out);
	}
	return false;
}

static void
apex_lacks(const struct store *store, uint16_t type, enum problem problem, struct pos pos)
{
	struct written written;
	struct buf b = {0};

	name_print(&b, store->apex.wire);
	buf_puts(&b, type == TYPE_SOA ? " has no SOA record" : " has no NS records");
	if (find_dotless(store, type, &written)) {
		dot_ask(&b, &written);
		pos = written.pos;
	}
	diag_add(store->diags, pos, problem, "%.*s", (int)b.len, b.data);
	buf_free(&b);
}

static void
check_apex(const struct store *store)
{
	const struct node *apex = store_apex(store);

	if (!apex || node_rrset(store, apex, TYPE_SOA).n == 0)
		apex_lacks(store, TYPE_SOA, Z_NO_SOA, first_pos(store));
	else if (node_rrset(store, apex, TYPE_NS).n == 0)
		apex_lacks(store, TYPE_NS, Z_NO_NS, node_records(store, apex)->pos);
}

int
check_names(const struct store *store)
{
	size_t before = store->diags->n_severity[SEVERITY_ERROR];
	uint32_t flags = checked_flags(); /* that most nodes have none of */

	for (size_t i = 0; i < store->n_nodes; i++)
		if (store->nodes[i].flags & flags)
			check_node(store, &store->nodes[i]);
	check_dnames(store);
	check_targets(store);
	return store->diags->n_severity[SEVERITY_ERROR] > before ? -1 : 0;
}

int
check_zone(const struct store *store, size_t signatures_len)
{
	size_t before = store->diags->n_severity[SEVERITY_ERROR];

	/* What is missing may be what could not be read. */
	if (!store_is_partial(store))
		check_apex(store);
	check_names(store);
	check_sizes(store, signatures_len);
	return store->diags->n_severity[SEVERITY_ERROR] > before ? -1 : 0;
}
