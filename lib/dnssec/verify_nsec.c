/* The NSEC chain (RFC 4035 section 2.3): one record at each name, in canonical order, the last one
 * leading to the apex. Where an NSEC3 chain serves, names may be without, as the one or the other
 * is being made or removed (RFC 5155 sections 10.4 and 10.5). */
#include "dnssec/verify_part.h"

static const struct node *
next_name(const struct verify_run *run, size_t i)
{
	const struct store *store = run->store;

	for (i++; i < store->n_nodes; i++)
		if (verify_is_name(store, &store->nodes[i]))
			return &store->nodes[i];
	return run->apex;
}

/* Labels of a name in the order of RFC 4034 section 6.1: the last one first. */
struct labels {
	const uint8_t *at[NAME_LONGEST / 2 + 1];
	size_t n;
};

static void
labels_split(const uint8_t *wire, struct labels *out)
{
	for (out->n = 0; *wire; wire += 1 + *wire)
		out->at[out->n++] = wire;
}

static int
label_compare(const uint8_t *a, const uint8_t *b)
{
	for (uint8_t i = 1; i <= *a && i <= *b; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return ascii_lower(a[i]) - ascii_lower(b[i]);
	return *a - *b;
}

/* The store's order is the signer's too, so it is not taken on trust here. */
static int
canonical_compare(const uint8_t *a, const uint8_t *b)
{
	struct labels x, y;

	labels_split(a, &x);
	labels_split(b, &y);
	while (x.n > 0 && y.n > 0) {
		int order = label_compare(x.at[--x.n], y.at[--y.n]);

		if (order)
			return order;
	}
	return (x.n > 0) - (y.n > 0);
}

static void
check_next(struct visit *v, const struct record *nsec)
{
	const struct node *next = next_name(v->run, v->i);
	uint8_t wire[NAME_LONGEST];

	node_wire(v->run->store, next, wire);
	if (!name_equal(nsec->rdata, wire))
		fault_add(&v->slot->faults, nsec->pos, S_NSEC_NEXT,
		    "the NSEC record of %s leads to %s, the next name is %s", visit_name_text(v),
		    name_absolute_text(&v->worker->scratch, nsec->rdata),
		    name_absolute_text(&v->worker->scratch, wire));
	else if (next != v->run->apex && canonical_compare(v->name, wire) >= 0)
		fault_add(&v->slot->faults, nsec->pos, S_NSEC_NEXT,
		    "the NSEC record of %s leads back to %s", visit_name_text(v),
		    name_absolute_text(&v->worker->scratch, wire));
}

static void
check_record(struct visit *v, const struct record *nsec)
{
	size_t next_len = name_length(nsec->rdata, nsec->rdlen);
	struct bytes bitmap = {nsec->rdata + next_len, nsec->rdlen - next_len};

	check_next(v, nsec);
	visit_bitmap(v, nsec->pos, NULL, bitmap, TYPE_NSEC, false);
	if (v->run->soa && nsec->ttl_s != v->run->denial_ttl_s)
		tally_add(&v->worker->tallies[TALLY_DENIAL_TTL], 1, nsec->pos);
}

void
visit_nsec(struct visit *v)
{
	struct faults *faults = &v->slot->faults;

	if (!v->exists) {
		if (v->nsec.n > 0)
			fault_add(faults, v->nsec.records[0].pos, S_NSEC_PLACE,
			    v->occluded ? "%s has an NSEC record below a delegation or DNAME"
					: "%s has an NSEC record and nothing else",
			    visit_name_text(v));
		return;
	}
	if (v->nsec.n == 0 && v->run->denial != VERIFY_NSEC)
		return;
	if (v->nsec.n == 0)
		fault_add(faults, node_records(v->run->store, v->node)->pos, S_NSEC_MISSING,
		    "%s has no NSEC record", visit_name_text(v));
	else
		check_record(v, &v->nsec.records[0]);
	if (v->nsec.n > 1)
		fault_add(faults, v->nsec.records[1].pos, S_NSEC_SEVERAL, "%s has %zu NSEC records",
		    visit_name_text(v), v->nsec.n);
}
