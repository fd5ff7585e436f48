/* Difference of two zones by what they mean: RRset by RRset, in canonical order. The case of names
 * and the order of lines mean nothing, and a TTL is no part of a record's data.
 *
 *	diff_begin(&diff, &old, &new);
 *	while (diff_next(&diff, &set))
 *		while (diff_record(&set, &record))
 *			...
 */
#ifndef ZONE_DIFF_H
#define ZONE_DIFF_H

#include "zone/store.h"

/* Where a walk over the RRsets of a zone stands. */
struct diff_walk {
	const struct store *store;
	size_t node;
	uint32_t record; /* of the node */
};

struct diff {
	struct diff_walk old, new;
};

/* An RRset that is not the same in both. */
struct diff_set {
	const struct store *store; /* the new zone; the old one where that lacks the set */
	const struct node *node;   /* the owner there */
	uint16_t type;
	struct rrset old, new; /* n is 0 where there is none */
	size_t i, j;           /* where diff_record stands */
};

/* A record of it: only in the new zone (`old` is NULL), only in the old one (`new` is NULL), or in
 * both with different TTLs. */
struct diff_record {
	const struct record *old, *new;
};

/* Both stores are sorted, of one apex, and outlive the difference. */
void
diff_begin(struct diff *diff, const struct store *old, const struct store *new);

/* The next RRset that differs; false at the end. */
bool
diff_next(struct diff *diff, struct diff_set *set);

/* The next record of the set that differs, in the order of RDATA; false at the end. */
bool
diff_record(struct diff_set *set, struct diff_record *record);

/* Is it a SOA that differs in nothing but its serial? */
bool
diff_is_serial(const struct diff_set *set);

/* Does the signing pass make records of that type? They follow from the others and from keys. */
static inline bool
diff_is_made(uint16_t type)
{
	return type == TYPE_RRSIG || type == TYPE_NSEC || type == TYPE_NSEC3 || type == TYPE_ZONEMD;
}

/* Do records of that type follow from the zone's keys, and from how it is signed? */
static inline bool
diff_is_of_keys(uint16_t type)
{
	return type == TYPE_DNSKEY || type == TYPE_CDS || type == TYPE_CDNSKEY ||
	       type == TYPE_NSEC3PARAM;
}

/* What of a type was put in, left, or was replaced by another record of its RRset or given another
 * TTL. */
struct diff_count {
	size_t added, removed, changed;
};

/* All that differs, in numbers. */
struct diff_sum {
	struct diff_count people;     /* records that are not made, without a SOA's serial */
	struct diff_count signatures; /* of one RRset: a new one for an old one is a change */
	struct diff_count denials;    /* NSEC and NSEC3 */
	struct diff_count digests;    /* ZONEMD */
	size_t n_owners;              /* at which `people` are, apart from the next */
	const struct node *last;      /* of them */
};

/* Adds a set, which diff_next gave last. */
void
diff_count(struct diff_sum *sum, const struct diff_set *set);

/* Is anything counted that the signing pass makes? */
bool
diff_has_made(const struct diff_sum *sum);

#endif
