#include "base/told.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { INDEX_LEAST = 64 };

void
told_free(struct told_log *told)
{
	free(told->entries);
	free(told->counts);
	free(told->index);
	*told = (struct told_log){0};
}

static struct told_count *
find_count(const struct told_log *told, enum problem problem)
{
	for (size_t i = 0; i < told->n_counts; i++)
		if (told->counts[i].problem == problem)
			return &told->counts[i];
	return NULL;
}

size_t
told_count(const struct told_log *told, enum problem problem)
{
	const struct told_count *count = find_count(told, problem);

	return count ? count->n : 0;
}

static size_t
count_up(struct told_log *told, enum problem problem)
{
	struct told_count *count = find_count(told, problem);

	if (count)
		return ++count->n;
	told->counts =
	    mem_grow(told->counts, told->n_counts, &told->cap_counts, sizeof(*told->counts));
	told->counts[told->n_counts++] = (struct told_count){problem, 1};
	return 1;
}

size_t
told_add(struct told_log *told, const struct told_entry *entry)
{
	told->entries = mem_grow(told->entries, told->n, &told->cap, sizeof(*told->entries));
	told->entries[told->n++] = *entry;
	return count_up(told, (enum problem)entry->problem);
}

static size_t
slot_of(const struct told_log *told, uint64_t at, unsigned problem)
{
	uint64_t hash = (at ^ ((uint64_t)problem << 52)) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(hash >> 32) & (told->n_index - 1);
}

static void
index_entry(struct told_log *told, size_t i)
{
	size_t slot = slot_of(told, told->entries[i].at, told->entries[i].problem);

	while (told->index[slot])
		slot = (slot + 1) & (told->n_index - 1);
	told->index[slot] = (uint32_t)i + 1;
}

/* Half of the index stays free. */
static void
index_more(struct told_log *told)
{
	size_t size = told->n_index ? told->n_index : INDEX_LEAST;

	while (size / 2 < told->n)
		size *= 2;
	if (size > told->n_index) {
		free(told->index);
		told->index = mem_alloc(size * sizeof(*told->index));
		memset(told->index, 0, size * sizeof(*told->index));
		told->n_index = size;
		told->n_indexed = 0;
	}
	for (; told->n_indexed < told->n; told->n_indexed++)
		index_entry(told, told->n_indexed);
}

bool
told_has(struct told_log *told, uint64_t at, enum problem problem)
{
	if (told_count(told, problem) == 0)
		return false;
	if (told->n_indexed < told->n)
		index_more(told);
	for (size_t slot = slot_of(told, at, problem); told->index[slot];
	     slot = (slot + 1) & (told->n_index - 1)) {
		const struct told_entry *entry = &told->entries[told->index[slot] - 1];

		if (entry->at == at && entry->problem == problem)
			return true;
	}
	return false;
}

void
told_cut(struct told_log *told, size_t n)
{
	if (told->n == n)
		return;
	told->n = told->n_counts = 0;
	for (size_t i = 0; i < n; i++, told->n++)
		count_up(told, (enum problem)told->entries[i].problem);
	free(told->index);
	told->index = NULL;
	told->n_index = told->n_indexed = 0;
}
