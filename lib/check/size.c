#include "check/size.h"

enum {
	BIND_MOST = 100, /* records of a name and type */
	MESSAGE_LONGEST = 65535,
	HEADER = 12,  /* RFC 1035 section 4.1.1 */
	QUESTION = 4, /* type and class, behind the name: RFC 1035 section 4.1.2 */
	POINTER = 2,  /* to a name that stands in the message already: RFC 1035 section 4.1.4 */
	RECORD = POINTER + 10, /* all but RDATA: RFC 1035 section 4.1.3 */
	OPT = 11,              /* without it nobody gets signatures: RFC 3225, RFC 6891 */
	SIGNER = 18,           /* RRSIG RDATA ahead of the signer's name, RFC 4034 section 3.1 */
};

size_t
size_rrsig(const struct store *store, size_t signature_len)
{
	return RECORD + SIGNER + store->apex.len + signature_len;
}

size_t
size_rrsig_least(const struct store *store)
{
	enum { SHORTEST = 64 }; /* RFC 6605 section 4, RFC 8080 section 4 */

	return size_rrsig(store, SHORTEST);
}

/* Types of many records whose RDATA end in a name that may be compressed (RFC 3597 section 4). */
static const struct {
	uint16_t type;
	uint8_t name_at;
} compressed[] = {
    {TYPE_NS, 0}, {TYPE_MB, 0}, {TYPE_MG, 0}, {TYPE_MR, 0}, {TYPE_PTR, 0}, {TYPE_MX, 2}};

/* The least that RDATA can take: of a name, its first label and a pointer to the rest. */
static size_t
least_rdata(const struct record *record)
{
	for (size_t i = 0; i < sizeof(compressed) / sizeof(compressed[0]); i++) {
		const uint8_t *name = record->rdata + compressed[i].name_at;
		size_t least = compressed[i].name_at + 1u + *name + POINTER;

		if (record->type == compressed[i].type)
			return least < record->rdlen ? least : record->rdlen;
	}
	return record->rdlen;
}

static size_t
size_of_set(const struct rrset *set)
{
	size_t size = 0;

	for (size_t i = 0; i < set->n; i++)
		size += RECORD + least_rdata(&set->records[i]);
	return size;
}

static size_t
size_of_signatures(struct rrset rrsig)
{
	size_t size = 0;

	for (size_t i = 0; i < rrsig.n; i++)
		size += RECORD + rrsig.records[i].rdlen;
	return size;
}

static void
tell_of(const struct store *store, const struct node *node, const struct rrset *set, size_t size)
{
	uint8_t owner[NAME_LONGEST];
	struct buf b = {0};
	bool large = size > MESSAGE_LONGEST;

	node_wire(store, node, owner);
	name_print(&b, owner);
	buf_puts(&b, " has ");
	if (!large)
		buf_printf(&b, "%zu ", set->n);
	type_print(&b, set->type);
	if (large)
		buf_printf(&b, " records that fill %zu octets of an answer, %d are the most", size,
		    MESSAGE_LONGEST);
	else
		buf_printf(&b, " records, BIND loads no more than %d", BIND_MOST);
	diag_add(store->diags, set->records[0].pos, large ? Z_RRSET_LARGE : Z_RRSET_MANY, "%.*s",
	    (int)b.len, b.data);
	buf_free(&b);
}

static void
check_node(const struct store *store, const struct node *node, size_t signatures_len)
{
	struct rrset rrsig = node_rrset(store, node, TYPE_RRSIG);

	for (size_t r = 0; r < node->n;) {
		struct rrset set = node_rrset_at(store, node, r);
		size_t signatures = size_of_signatures(rrset_covering(rrsig, set.type));
		size_t size =
		    size_of_set(&set) + HEADER + node->wire_len + store->apex.len + QUESTION;

		if (!(node->flags & NODE_OCCLUDED))
			signatures += signatures_len;
		if (signatures > 0)
			size += signatures + OPT;
		if ((size > MESSAGE_LONGEST || set.n > BIND_MOST) && set.type != TYPE_RRSIG)
			tell_of(store, node, &set, size);
		r += set.n;
	}
}

void
check_sizes(const struct store *store, size_t signatures_len)
{
	for (size_t i = 0; i < store->n_nodes; i++)
		if (store->nodes[i].flags & NODE_LARGE || store->nodes[i].n > BIND_MOST)
			check_node(store, &store->nodes[i], signatures_len);
}
