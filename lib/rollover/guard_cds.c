#include "dnssec/cds.h"
#include "rollover/guard_part.h"

/* What it has, and not what it may have: that is asked for once it may appear. */
static bool
is_of_parent(const struct set *ds)
{
	return set_is_open(ds) && ds->since_unix != TIME_UNKNOWN;
}

static bool
is_at_parent(const struct trust *trust, struct bytes ds)
{
	for (size_t i = 0; i < trust->ds.n; i++)
		if (is_of_parent(&trust->ds.items[i]) && set_has(&trust->ds.items[i], ds))
			return true;
	return false;
}

/* The DS set that a key asks for: of itself; where somebody chose the date, of all that ask. */
static struct set
asked_set(struct guard *g, const struct key *key)
{
	struct set asked = {.type = TYPE_DS, .until_unix = TIME_NEVER};
	struct bytes *all = arena_alloc(g->keep->a, g->keys->n * sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < g->keys->n; i++) {
		const struct key *other = &g->keys->items[i];
		uint8_t *ds;

		if (other != key &&
		    (key->time[KEY_SYNC_PUBLISH] == KEY_NO_TIME || !cds_is_due(other, g->now_unix)))
			continue;
		ds = arena_bytes(g->keep->a, CDS_LONGEST);
		all[n++] =
		    (struct bytes){ds, ds_rdata(&g->store->apex, other->dnskey, DS_SHA256, ds)};
	}
	set_records(g->keep->a, &asked, all, n);
	return asked;
}

/* A parent that follows CDS records must not be asked for a DS set that may not appear yet. */
static void
hold_back(struct guard *g, const struct trust *trust, struct key *key)
{
	uint8_t data[CDS_LONGEST];
	struct bytes ds = {data, ds_rdata(&g->store->apex, key->dnskey, DS_SHA256, data)};
	struct set asked;
	int64_t until;

	if (!cds_is_due(key, g->now_unix) || is_at_parent(trust, ds))
		return;
	asked = asked_set(g, key);
	until = trust_may_appear(trust, &asked, g->now_unix).until_unix;
	if (until == 0 || guard_is_forced(g, S_CDS_EARLY))
		return;
	key->ds_early = true;
	if (g->asks_by_cds && key->time[KEY_SYNC_PUBLISH] != KEY_NO_TIME)
		guard_tell(g, S_CDS_EARLY, key,
		    "has no CDS record yet: its DS would come too early", until);
}

/* Does the parent have just these? */
static bool
is_all_at_parent(const struct trust *trust, const struct set *asked)
{
	for (size_t i = 0; i < trust->ds.n; i++) {
		const struct set *ds = &trust->ds.items[i];
		bool same = is_of_parent(ds) && ds->n == asked->n;

		for (size_t k = 0; same && k < ds->n; k++)
			same = set_has(asked, ds->rdata[k]);
		if (same)
			return true;
	}
	return false;
}

/* Records that are right each by itself may be too few together, once those of another key have
 * left: without any, the parent changes nothing (RFC 7344 section 4.1). */
static void
hold_back_all(struct guard *g, const struct trust *trust)
{
	struct set asked = {.type = TYPE_DS, .until_unix = TIME_NEVER};
	size_t n = 0;
	struct bytes *all = arena_alloc(g->keep->a, g->keys->n * sizeof(*all) + 1);

	for (size_t i = 0; i < g->keys->n; i++) {
		const struct key *key = &g->keys->items[i];
		uint8_t *ds;

		if (!cds_is_due(key, g->now_unix))
			continue;
		ds = arena_bytes(g->keep->a, CDS_LONGEST);
		all[n++] =
		    (struct bytes){ds, ds_rdata(&g->store->apex, key->dnskey, DS_SHA256, ds)};
	}
	set_records(g->keep->a, &asked, all, n);
	if (is_all_at_parent(trust, &asked) || guard_is_forced(g, S_CDS_EARLY) ||
	    trust_may_appear(trust, &asked, g->now_unix).until_unix == 0)
		return;
	for (size_t i = 0; i < g->keys->n; i++)
		g->keys->items[i].ds_early =
		    g->keys->items[i].ds_early || cds_is_due(&g->keys->items[i], g->now_unix);
}

void
guard_hold_back_cds(struct guard *g, const struct trust *trust)
{
	for (size_t i = 0; i < g->keys->n; i++)
		hold_back(g, trust, &g->keys->items[i]);
	hold_back_all(g, trust);
}
