#include "rollover/certificate_services.h"

#include "dane/tlsa.h"
#include "dns/type.h"

#include <stdlib.h>

/* Of a record that is for so many certificates the host decides whose it is. */
enum { FEW = 4 };

struct find {
	struct arena *a;
	const struct history *history;
	struct certificate_index index;
	int64_t now_unix;
	/* Of one name: */
	struct sets sets;
	uint32_t *candidates; /* numbers, each once */
	size_t n_candidates;
	size_t *seen; /* by number: the name that it was last a candidate of, counted from 1 */
	size_t name;
	bool many;    /* records are for so many that not all of these are candidates */
	bool claimed; /* its host is that of a certificate with a record */
};

/* --- One name --- */

static void
add_candidate(struct find *find, size_t number)
{
	if (find->seen[number] != find->name)
		find->candidates[find->n_candidates++] = (uint32_t)number;
	find->seen[number] = find->name;
}

static void
see_record(void *ctx, struct bytes rdata)
{
	struct find *find = ctx;
	struct chain_keys keys = chain_index_find(&find->index.chains, rdata);

	if (rdata.data[0] != TLSA_DANE_EE && keys.n > FEW) {
		find->many = true;
		return;
	}
	for (size_t i = 0; i < keys.n; i++)
		add_candidate(find, keys.items[i].number);
}

static bool
see_claimant(void *ctx, size_t number)
{
	struct find *find = ctx;

	add_candidate(find, number);
	find->claimed = find->claimed || certificate_index_has_record(&find->index, find->history,
					     find->sets, number, find->now_unix);
	return false;
}

/* Where clients look at names, a name whose host is that of a certificate with a record is no
 * other's, and few are candidates. */
static void
add_claimants(struct find *find)
{
	struct arena a = {0};
	const char *host = certificate_index_host(&a, find->sets.items[0].owner);

	find->claimed = false;
	if (host)
		certificate_index_for_host(&find->index, host, see_claimant, find);
	for (size_t i = 0; i < find->index.n && !find->claimed; i++)
		add_candidate(find, i);
	arena_free(&a);
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
add_service(struct find *find, struct certificate_services *out, uint32_t number)
{
	if (out->n == out->cap) {
		struct certificate_service *more;

		out->cap = out->cap ? 2 * out->cap : 64;
		more = arena_alloc(find->a, out->cap * sizeof(*more));
		if (out->n)
			memcpy(more, out->items, out->n * sizeof(*more));
		out->items = more;
	}
	out->items[out->n++] =
	    (struct certificate_service){number, (size_t)(find->sets.items - find->history->sets)};
}

static void
find_of_name(struct find *find, struct certificate_services *out)
{
	find->n_candidates = 0;
	find->many = false;
	find->name++;
	gate_each_record(find->history, find->sets, see_record, find);
	if (find->many)
		add_claimants(find);
	if (find->n_candidates > 1)
		qsort(find->candidates, find->n_candidates, sizeof(*find->candidates), by_number);
	for (size_t i = 0; i < find->n_candidates; i++)
		if (certificate_index_is_service(&find->index, find->history, find->sets,
			find->candidates[i], find->now_unix))
			add_service(find, out, find->candidates[i]);
}

/* --- All of them --- */

/* Do clients of some name look at more than the key? */
static bool
any_validates(const struct history *history)
{
	for (size_t i = 0; i < history->n_sets; i++)
		for (size_t k = 0; k < history->sets[i].n; k++)
			if (history->sets[i].type == TYPE_TLSA &&
			    history->sets[i].rdata[k].data[0] != TLSA_DANE_EE)
				return true;
	return false;
}

static int
by_certificate(const void *a, const void *b)
{
	const struct certificate_service *x = a, *y = b;

	if (x->certificate != y->certificate)
		return x->certificate < y->certificate ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

void
certificate_services_find(struct arena *a, const struct history *history,
    const struct certificate *certificates, size_t n, int64_t now_unix,
    struct certificate_services *out)
{
	struct find find = {.a = a,
	    .history = history,
	    .now_unix = now_unix,
	    .candidates = arena_alloc(a, n * sizeof(uint32_t) + 1),
	    .seen = arena_zalloc(a, n * sizeof(size_t) + 1)};
	struct answered service;
	size_t at = 0;

	*out = (struct certificate_services){.history = history};
	certificate_index_make(a, certificates, n, any_validates(history), &find.index);
	while (gate_next(history, &at, &service)) {
		find.sets = service.sets;
		find_of_name(&find, out);
	}
	if (out->n > 1)
		qsort(out->items, out->n, sizeof(*out->items), by_certificate);
}

/* The first item that is not below. */
static size_t
lower_bound(const struct certificate_services *services, struct certificate_service key)
{
	size_t low = 0, high = services->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_certificate(&services->items[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
certificate_services_next(
    const struct certificate_services *services, size_t number, size_t *at, struct answered *out)
{
	size_t i =
	    *at ? *at : lower_bound(services, (struct certificate_service){(uint32_t)number, 0});
	size_t set;

	if (i >= services->n || services->items[i].certificate != number)
		return false;
	set = services->items[i].at;
	*at = i + 1;
	return gate_next(services->history, &set, out);
}

bool
certificate_services_have(
    const struct certificate_services *services, size_t number, const struct answered *service)
{
	struct certificate_service key = {
	    (uint32_t)number, (size_t)(service->sets.items - services->history->sets)};
	size_t i = lower_bound(services, key);

	return i < services->n && by_certificate(&services->items[i], &key) == 0;
}
