/* Which key signs what. */
#include "dnssec/key.h"

#include "dnssec/keystate.h"

/* The keys of one algorithm, which are neighbours. */
struct group {
	struct key *keys;
	size_t n;
	bool published;   /* any of them */
	bool offline_ksk; /* one that is to be signed with by what it signed before */
};

/* May the key sign what its role is? An unpublished one only if the algorithm is. */
static bool
is_candidate(const struct group *g, const struct key *key)
{
	return key->active && !key->revoked && (key->published || !g->published);
}

static const struct key *
find_candidate(const struct group *g, bool is_ksk)
{
	for (size_t i = 0; i < g->n; i++)
		if (is_candidate(g, &g->keys[i]) && g->keys[i].is_ksk == is_ksk)
			return &g->keys[i];
	return NULL;
}

static bool
is_offline_ksk(const struct key *key)
{
	return key->is_ksk && key->offline && key->published && !key->revoked;
}

/* Appends why these keys do not sign, and what helps: `: 3613 (ED25519) is revoked; ...`. */
static void
explain(struct buf *b, const struct keys *keys, const struct key *items, size_t n)
{
	enum { MOST = 4 }; /* zonepp keys list tells of all */

	if (n == 0)
		return;
	for (size_t i = 0; i < n && i < MOST; i++) {
		buf_printf(
		    b, "%s%u (%s) ", i == 0 ? ": " : ", ", items[i].tag, items[i].algorithm->name);
		keystate_why_idle(b, &items[i], keys->now);
	}
	if (n > MOST)
		buf_printf(b, ", and %zu more", n - MOST);
	buf_puts(b, "; ");
	keystate_remedy(b, items, n, keys->now);
}

static int
fail_no_ksk(struct diags *diags, const char *where, const struct keys *keys, const struct group *g,
    const struct key *zsk)
{
	struct key *ksks = arena_alloc(&diags->arena, g->n * sizeof(*ksks));
	struct buf why = {0};
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		if (g->keys[i].is_ksk)
			ksks[n++] = g->keys[i];
	explain(&why, keys, ksks, n);
	diag_add_path(diags, where, S_NO_KSK,
	    "the ZSK %u (%s) of %s has no active KSK of the same algorithm%.*s", zsk->tag,
	    zsk->algorithm->name, keys->zone, (int)why.len, why.data);
	buf_free(&why);
	return -1;
}

static int
fail_half(struct diags *diags, const char *where, const struct keys *keys, const struct group *g)
{
	struct buf why = {0};

	explain(&why, keys, g->keys, g->n);
	diag_add_path(diags, where, S_ALGORITHM_HALF,
	    "a key of %s with algorithm %s is published, but none signs%.*s", keys->zone,
	    g->keys[0].algorithm->name, (int)why.len, why.data);
	buf_free(&why);
	return -1;
}

/* `where` is the folder, if there is no key. */
static int
fail_no_key(struct diags *diags, const char *where, const struct keys *keys)
{
	struct buf why = {0};

	if (keys->n_past > 0)
		buf_puts(&why, " but such as are past Delete");
	if (keys->n == 0)
		buf_printf(&why, ": `zonepp keys generate --keys %s %.*s` makes one", where,
		    (int)strlen(keys->zone) - (strlen(keys->zone) > 1), keys->zone);
	explain(&why, keys, keys->items, keys->n);
	diag_add_path(diags, where, S_NO_KEY, "%s key of %s%s%.*s", keys->n ? "no" : "there is no",
	    keys->zone, keys->n ? " signs" : "", (int)why.len, why.data);
	buf_free(&why);
	return -1;
}

/* Warns where a KSK signs what a ZSK should, because none is active now: of one that is lost rather
 * than of one that is to come. */
static void
advise_stand_in(struct diags *diags, const char *where, const struct keys *keys,
    const struct group *g, const struct key *ksk)
{
	const struct key *key = NULL;
	struct buf why = {0};

	for (size_t i = 0; i < g->n; i++)
		if (!g->keys[i].is_ksk && !g->keys[i].revoked && g->keys[i].published &&
		    (!key || (g->keys[i].offline && !key->offline)))
			key = &g->keys[i];
	if (!key)
		return;
	keystate_why_idle(&why, key, keys->now);
	diag_add_path(diags, where, S_STAND_IN,
	    "the ZSK %u (%s) of %s %.*s: the KSK %u signs the zone's data", key->tag,
	    key->algorithm->name, keys->zone, (int)why.len, why.data, ksk->tag);
	buf_free(&why);
}

static void
give_roles(struct group *g, bool has_zsk)
{
	for (size_t i = 0; i < g->n; i++) {
		struct key *key = &g->keys[i];
		bool candidate = is_candidate(g, key);

		key->signs_keys = (candidate && key->is_ksk) || is_offline_ksk(key);
		key->signs_zone = candidate && (!key->is_ksk || !has_zsk);
		if (key->revoked && key->published && key->at_hand)
			key->signs_keys = true; /* RFC 5011 section 2.1 */
	}
}

static int
group_roles(struct diags *diags, const char *where, const struct keys *keys, struct group *g)
{
	const struct key *ksk = find_candidate(g, true), *zsk = find_candidate(g, false);

	if (g->published && !ksk && !zsk)
		return fail_half(diags, where, keys, g);
	if (g->published && !ksk && !g->offline_ksk)
		return fail_no_ksk(diags, where, keys, g, zsk);
	if (ksk && !zsk && !keys->wants_csk)
		advise_stand_in(diags, where, keys, g, ksk);
	give_roles(g, zsk != NULL);
	return 0;
}

/* The keys from `first` on that have one algorithm. */
static struct group
group_at(const struct keys *keys, size_t first)
{
	struct group g = {.keys = &keys->items[first]};

	for (; first + g.n < keys->n && g.keys[g.n].algorithm == g.keys[0].algorithm; g.n++) {
		g.published |= g.keys[g.n].published;
		g.offline_ksk |= is_offline_ksk(&g.keys[g.n]);
	}
	return g;
}

static bool
can_sign(const struct keys *keys)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->items[i];

		if (key->published && key->active && !key->revoked)
			return true;
	}
	return false;
}

int
keys_roles(struct diags *diags, const char *where, struct keys *keys)
{
	int result = 0;

	if (!can_sign(keys))
		return fail_no_key(diags, where, keys);
	for (size_t i = 0; i < keys->n;) {
		struct group g = group_at(keys, i);

		if (group_roles(diags, where, keys, &g) < 0)
			result = -1;
		i += g.n;
	}
	return result;
}
