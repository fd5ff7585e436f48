/* Type bit maps (RFC 4034 section 4.1.2), taken apart and compared type by type. */
#include "dnssec/verify_part.h"

struct type_list {
	uint16_t *types; /* ascending */
	size_t n;
};

static void
list_add(struct type_list *list, uint16_t type)
{
	size_t i = list->n++;

	for (; i > 0 && list->types[i - 1] > type; i--)
		list->types[i] = list->types[i - 1];
	list->types[i] = type;
}

/* A parsed bit map is well-formed: windows ascend, and hold 1 to 32 octets each. */
static void
list_of_bitmap(struct arena *a, struct bytes bitmap, struct type_list *list)
{
	const uint8_t *p = bitmap.data, *end = p + bitmap.len;

	*list = (struct type_list){arena_alloc(a, (bitmap.len + 1) * 8 * sizeof(uint16_t)), 0};
	while (p < end) {
		unsigned window = p[0], n_bits = p[1] * 8u;

		for (unsigned bit = 0; bit < n_bits; bit++)
			if (p[2 + bit / 8] & 0x80 >> bit % 8)
				list->types[list->n++] = (uint16_t)(window << 8 | bit);
		p += 2 + p[1];
	}
}

/* At a delegation the parent zone answers for NS and DS alone (RFC 4035 section 2.3). */
static bool
is_listed(const struct visit *v, uint16_t type)
{
	if (type == TYPE_RRSIG || type == TYPE_NSEC || type == TYPE_NSEC3)
		return false;
	return !(v->node->flags & NODE_CUT) || type == TYPE_NS || type == TYPE_DS;
}

/* RRSIG is listed where something must be signed: missing signatures are told of as such. */
static void
list_of_node(struct visit *v, uint16_t denial, struct type_list *list)
{
	bool any_signed = denial == TYPE_NSEC;

	*list = (struct type_list){
	    arena_alloc(&v->worker->scratch, (v->node->n + 4) * sizeof(uint16_t)), 0};
	for (size_t r = 0; r < v->node->n;) {
		struct rrset set = node_rrset_at(v->run->store, v->node, r);

		r += set.n;
		if (!is_listed(v, set.type))
			continue;
		list_add(list, set.type);
		any_signed |= visit_is_signed(v, set.type);
	}
	if (denial == TYPE_NSEC)
		list_add(list, TYPE_NSEC);
	if (any_signed)
		list_add(list, TYPE_RRSIG);
}

static bool
list_has(const struct type_list *list, uint16_t type)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->types[i] == type)
			return true;
	return false;
}

/* While a zone has both kinds, signers differ on whether NSEC3 lists NSEC and its signature. */
static void
allow_nsec(const struct visit *v, const struct type_list *stated, struct type_list *there)
{
	static const uint16_t types[] = {TYPE_NSEC, TYPE_RRSIG};

	for (size_t i = 0; i < 2 && v->nsec.n > 0; i++)
		if (list_has(stated, types[i]) && !list_has(there, types[i]))
			list_add(there, types[i]);
}

/* Appends the types of `a` that are not in `b`, behind `what`. */
static void
put_difference(
    struct buf *b, const char *what, const struct type_list *x, const struct type_list *y)
{
	const char *separator = what;

	for (size_t i = 0, j = 0; i < x->n; i++) {
		while (j < y->n && y->types[j] < x->types[i])
			j++;
		if (j < y->n && y->types[j] == x->types[i])
			continue;
		buf_puts(b, separator);
		type_print(b, x->types[i]);
		separator = " ";
	}
}

void
visit_bitmap(struct visit *v, struct pos pos, const char *name, struct bytes bitmap,
    uint16_t denial, bool ent)
{
	struct type_list stated, there = {NULL, 0};
	struct buf b = {0};

	list_of_bitmap(&v->worker->scratch, bitmap, &stated);
	if (!ent)
		list_of_node(v, denial, &there);
	if (!ent && denial == TYPE_NSEC3)
		allow_nsec(v, &stated, &there);
	put_difference(&b, " lacks ", &there, &stated);
	put_difference(&b,
	    b.len ? ", and lists what is not there: " : " lists what is not there: ", &stated,
	    &there);
	if (b.len)
		fault_add(&v->slot->faults, pos, S_NSEC_BITMAP, "the %s bit map of %s%.*s",
		    denial == TYPE_NSEC ? "NSEC" : "NSEC3", name ? name : visit_name_text(v),
		    (int)b.len, b.data);
	buf_free(&b);
}
