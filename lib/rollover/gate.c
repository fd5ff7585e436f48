#include "rollover/gate.h"

#include "base/duration.h"
#include "dane/lint.h"
#include "dane/owner.h"
#include "dns/type.h"
#include "history/state.h"

enum { ALIASES_MOST = 8 }; /* from zone to zone */

/* The sets at the end of an alias, in whichever zone they are. */
static struct sets
sets_of_alias(const struct history *history, const struct set *alias)
{
	struct arena a = {0};
	struct sets sets = history_owner(history, history_name(&a, alias->rdata[0].data));

	arena_free(&a);
	return sets;
}

/* Looks at each set that may be held, and until when: that of an alias, at most as long as the
 * alias. */
struct walk {
	const struct history *history;
	const struct certchain *chain;
	uint32_t wait_s;
	int64_t now;
	void (*see)(struct walk *walk, const struct set *set, int64_t release_unix);
	struct gate *gate;
	bool pinned;
};

static void
walk_sets(struct walk *walk, struct sets sets, int64_t most_unix, int depth)
{
	for (size_t i = 0; i < sets.n; i++) {
		const struct set *set = &sets.items[i];
		int64_t release = set_release(set, walk->wait_s);

		if (release <= walk->now)
			continue;
		release = release < most_unix ? release : most_unix;
		if (set->type != TYPE_CNAME)
			walk->see(walk, set, release);
		else if (depth < ALIASES_MOST)
			walk_sets(walk, sets_of_alias(walk->history, set), release, depth + 1);
	}
}

static void
see_refusal(struct walk *walk, const struct set *set, int64_t release_unix)
{
	if (release_unix <= walk->gate->until_unix || certchain_taken(walk->chain, set))
		return;
	*walk->gate = (struct gate){release_unix, set};
}

void
gate_wait(const struct history *history, struct sets sets, const struct certchain *chain,
    uint32_t wait_s, struct gate *gate)
{
	struct walk walk = {.history = history,
	    .chain = chain,
	    .wait_s = wait_s,
	    .now = TIME_UNKNOWN,
	    .see = see_refusal,
	    .gate = gate};

	walk_sets(&walk, sets, TIME_NEVER, 0);
}

static void
see_pin(struct walk *walk, const struct set *set, int64_t release_unix)
{
	(void)release_unix;
	for (size_t i = 0; i < set->n && !walk->pinned; i++)
		walk->pinned = certchain_matches(walk->chain, set->rdata[i]);
}

static bool
is_pinned(struct walk walk, struct sets sets)
{
	walk_sets(&walk, sets, TIME_NEVER, 0);
	return walk.pinned;
}

bool
gate_has_record(const struct history *history, struct sets sets, const struct certchain *chain,
    uint32_t wait_s, int64_t now_unix)
{
	return is_pinned((struct walk){.history = history,
			     .chain = chain,
			     .wait_s = wait_s,
			     .now = now_unix,
			     .see = see_pin},
	    sets);
}

/* --- Services --- */

/* Of usage 3, which is of one certificate or key and looks at no names (RFC 7671 section 5.1). */
static void
see_pin_of_its_own(struct walk *walk, const struct set *set, int64_t release_unix)
{
	(void)release_unix;
	for (size_t i = 0; i < set->n && !walk->pinned; i++)
		walk->pinned = set->rdata[i].data[0] == TLSA_DANE_EE &&
			       certchain_matches(walk->chain, set->rdata[i]);
}

/* The host behind _port._proto, without its last dot, in `a`; NULL: the name has not that form. */
static const char *
host_of(struct arena *a, const char *owner)
{
	static const struct name root = {.len = 1};
	struct name_fault fault;
	struct dane_owner parts;
	struct name name;

	if (name_parse(text_of(owner), &root, &name, &fault) < 0 ||
	    !dane_owner_read(name.wire, &parts))
		return NULL;
	return name_text(a, parts.host);
}

static bool
names_host(const struct certificate *certificate, const char *host)
{
	const struct cert *leaf =
	    certificate->current ? certchain_leaf(certificate->current) : NULL;

	return leaf && lint_covers(leaf, host);
}

static bool
is_of_another(const struct history *history, struct sets sets,
    const struct certificate *certificates, size_t n, const struct certificate *certificate,
    int64_t now_unix)
{
	struct arena a = {0};
	const char *host = host_of(&a, sets.items[0].owner);
	bool another = false;

	if (host && !names_host(certificate, host))
		for (size_t i = 0; i < n && !another; i++)
			another = certificates[i].is != certificate->is &&
				  names_host(&certificates[i], host) &&
				  gate_has_record(history, sets, &certificates[i].current_chain,
				      certificates[i].is->wait_s, now_unix);
	arena_free(&a);
	return another;
}

/* Two names of the project for one certificate, in files that are replaced each by itself: the
 * service is of the one whose next certificate its set takes. */
static bool
is_of_twin(struct sets sets, const struct certificate *certificates, size_t n,
    const struct certificate *certificate)
{
	const struct set *published = sets_newest(sets);

	if (!published || published->n == 0 || published->type != TYPE_TLSA || !certificate->next ||
	    certchain_taken(&certificate->next_chain, published))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct certificate *twin = &certificates[i];

		if (twin->is != certificate->is && twin->current && twin->next &&
		    strcmp(twin->current_chain.leaf_id, certificate->current_chain.leaf_id) == 0 &&
		    strcmp(twin->is->current, certificate->is->current) != 0 &&
		    certchain_taken(&twin->next_chain, published))
			return true;
	}
	return false;
}

bool
gate_is_service(const struct history *history, struct sets sets,
    const struct certificate *certificates, size_t n, const struct certificate *certificate,
    int64_t now_unix)
{
	struct walk walk = {.history = history,
	    .wait_s = certificate->is->wait_s,
	    .now = now_unix,
	    .see = see_pin_of_its_own};
	bool validated = false;

	if (sets.n == 0 || is_of_twin(sets, certificates, n, certificate))
		return false;
	for (size_t i = 0; i < certificate->n_former + (certificate->current != NULL); i++) {
		walk.chain = i < certificate->n_former ? &certificate->former[i]
						       : &certificate->current_chain;
		walk.see = see_pin_of_its_own;
		if (is_pinned(walk, sets))
			return true;
		walk.see = see_pin;
		validated = validated || is_pinned(walk, sets);
	}
	return validated && !is_of_another(history, sets, certificates, n, certificate, now_unix);
}

bool
gate_next(const struct history *history, size_t *at, struct held *out)
{
	const struct set *first = history->sets + *at;
	size_t n = 0;

	if (*at >= history->n_sets)
		return false;
	while (*at + n < history->n_sets && strcmp(first[n].owner, first->owner) == 0 &&
	       strcmp(first[n].zone, first->zone) == 0)
		n++;
	*out = (struct held){.sets = {first, n}};
	out->published = sets_newest(out->sets);
	*at += n;
	return true;
}

int64_t
gate_since(const struct held *service, const struct certchain *chain)
{
	int64_t since = TIME_UNKNOWN, first = TIME_NEVER;

	for (size_t i = 0; i < service->sets.n; i++) {
		const struct set *set = &service->sets.items[i];

		if (set->type == TYPE_CNAME)
			continue;
		if (!certchain_taken(chain, set))
			since = instant_later(since, set->until_unix);
		else if (set->since_unix < first)
			first = set->since_unix;
	}
	return since == TIME_UNKNOWN ? first : since;
}
