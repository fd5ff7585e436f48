#include "rollover/certificate_index.h"

#include "dane/lint.h"
#include "dane/owner.h"
#include "dns/type.h"

#include <stdlib.h>

/* --- Making it --- */

static void
add_chains(struct certificate_index *index)
{
	for (size_t i = 0; i < index->n; i++) {
		const struct certificate *certificate = &index->certificates[i];

		if (certificate->current)
			chain_index_add(&index->chains, &certificate->current_chain, i);
		for (size_t k = 0; k < certificate->n_former; k++)
			chain_index_add(&index->chains, &certificate->former[k], i);
	}
	chain_index_sort(&index->chains);
}

static int
by_leaf(const void *a, const void *b)
{
	const struct certificate *const *x = a, *const *y = b;

	return strcmp((*x)->current_chain.leaf_id, (*y)->current_chain.leaf_id);
}

static void
sort_leaves(struct arena *a, struct certificate_index *index)
{
	index->by_leaf = arena_alloc(a, index->n * sizeof(*index->by_leaf) + 1);
	for (size_t i = 0; i < index->n; i++)
		if (index->certificates[i].current && index->certificates[i].next)
			index->by_leaf[index->n_by_leaf++] = &index->certificates[i];
	if (index->n_by_leaf > 1)
		qsort(index->by_leaf, index->n_by_leaf, sizeof(*index->by_leaf), by_leaf);
}

static const struct cert *
leaf_of(const struct certificate *certificate)
{
	return certificate->current ? certchain_leaf(certificate->current) : NULL;
}

static void
add_hosts(struct arena *a, struct certificate_index *index)
{
	index->leaves = arena_zalloc(a, index->n * sizeof(*index->leaves) + 1);
	for (size_t i = 0; i < index->n; i++) {
		index->leaves[i] = leaf_of(&index->certificates[i]);
		if (index->leaves[i])
			host_index_add(&index->hosts, index->leaves[i], i);
	}
	host_index_sort(&index->hosts);
}

void
certificate_index_make(struct arena *a, const struct certificate *certificates, size_t n,
    bool with_hosts, struct certificate_index *out)
{
	*out = (struct certificate_index){
	    .certificates = certificates, .n = n, .chains.a = a, .hosts.a = a};
	add_chains(out);
	sort_leaves(a, out);
	if (with_hosts)
		add_hosts(a, out);
}

/* --- Hosts --- */

const char *
certificate_index_host(struct arena *a, const char *owner)
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
names_host(const struct certificate_index *index, size_t number, const char *host)
{
	const struct cert *leaf =
	    index->leaves ? index->leaves[number] : leaf_of(&index->certificates[number]);

	return leaf && lint_covers(leaf, host);
}

bool
certificate_index_for_host(const struct certificate_index *index, const char *host,
    bool (*see)(void *ctx, size_t number), void *ctx)
{
	for (size_t i = 0; !index->leaves && i < index->n; i++)
		if (names_host(index, i, host) && see(ctx, i))
			return true;
	for (int wildcard = 0; wildcard < 2; wildcard++) {
		struct host_keys keys = host_index_find(&index->hosts, host, wildcard);

		for (size_t i = 0; i < keys.n; i++)
			if (names_host(index, keys.items[i].number, host) &&
			    see(ctx, keys.items[i].number))
				return true;
	}
	return false;
}

/* --- Services --- */

/* One name that may be a service. */
struct look {
	const struct certificate_index *index;
	const struct history *history;
	struct sets sets;
	size_t number;
	int64_t now_unix;
};

bool
certificate_index_has_record(const struct certificate_index *index, const struct history *history,
    struct sets sets, size_t number, int64_t now_unix)
{
	const struct certificate *certificate = &index->certificates[number];

	return gate_has_record(
	    history, sets, &certificate->current_chain, certificate->is->wait_s, now_unix, false);
}

static bool
is_other(void *ctx, size_t number)
{
	const struct look *look = ctx;

	return number != look->number && certificate_index_has_record(look->index, look->history,
					     look->sets, number, look->now_unix);
}

static bool
is_of_another(struct look *look)
{
	struct arena a = {0};
	const char *host = certificate_index_host(&a, look->sets.items[0].owner);
	bool another = host && !names_host(look->index, look->number, host) &&
		       certificate_index_for_host(look->index, host, is_other, look);

	arena_free(&a);
	return another;
}

/* Is `twin` the same certificate in a file of its own, and takes the set its next one? */
static bool
is_twin(const struct certificate *twin, const struct certificate *certificate,
    const struct set *published)
{
	return strcmp(twin->is->current, certificate->is->current) != 0 &&
	       certchain_taken(&twin->next_chain, published);
}

/* Two names of the project for one certificate, in files that are replaced each by itself: the
 * service is of the one whose next certificate its set takes. */
static bool
is_of_twin(const struct look *look)
{
	const struct certificate_index *index = look->index;
	const struct certificate *certificate = &index->certificates[look->number];
	const struct set *published = sets_newest(look->sets);
	const struct certificate **at, **end = index->by_leaf + index->n_by_leaf;

	if (!published || published->n == 0 || published->type != TYPE_TLSA || !certificate->next ||
	    !certificate->current || certchain_taken(&certificate->next_chain, published))
		return false;
	at = bsearch(&certificate, index->by_leaf, index->n_by_leaf, sizeof(*at), by_leaf);
	if (!at)
		return false;
	while (at > index->by_leaf && by_leaf(at - 1, at) == 0)
		at--;
	for (; at < end && by_leaf(at, &certificate) == 0; at++)
		if (is_twin(*at, certificate, published))
			return true;
	return false;
}

bool
certificate_index_is_service(const struct certificate_index *index, const struct history *history,
    struct sets sets, size_t number, int64_t now_unix)
{
	struct look look = {index, history, sets, number, now_unix};
	const struct certificate *certificate = &index->certificates[number];
	uint32_t wait_s = certificate->is->wait_s;
	bool validated = false;

	if (sets.n == 0 || is_of_twin(&look))
		return false;
	for (size_t i = 0; i < certificate->n_former + (certificate->current != NULL); i++) {
		const struct certchain *chain = i < certificate->n_former
						    ? &certificate->former[i]
						    : &certificate->current_chain;

		if (gate_has_record(history, sets, chain, wait_s, now_unix, true))
			return true;
		validated =
		    validated || gate_has_record(history, sets, chain, wait_s, now_unix, false);
	}
	return validated && !is_of_another(&look);
}
