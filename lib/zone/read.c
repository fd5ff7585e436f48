#include "zone/read.h"

#include "base/mem.h"
#include "base/pool.h"

#include <stdlib.h>

enum { PART = 1 << 20 }; /* octets that a worker takes at a time */

/* --- In one go --- */

/* The zone is named by its SOA record: published files state absolute owners, and no $ORIGIN. */
static int
add_record(void *ctx, const struct parsed *record)
{
	struct store *store = ctx;

	if (store->apex.len == 0 && record->type == TYPE_SOA)
		store->apex = *record->owner;
	return store_add(store, record);
}

static int
read_whole(struct diags *diags, const struct name *apex, const char *path, struct text text,
    uint32_t source, struct store *store)
{
	struct parse_options options = {.zone = apex, .sink = {.ctx = store, .record = add_record}};
	struct name zone;

	store_begin(store, diags, apex);
	return parse_text(diags, &options, path, text, source, &zone);
}

/* --- In parts --- */

/* What one worker makes of a part. */
struct part {
	struct diags diags;
	struct store store;
	bool alone; /* it stands for itself */
};

struct read_run {
	struct text text;
	uint32_t source;
	struct store *store;
	size_t *cuts;       /* where each part begins, and the last one ends */
	struct part *parts; /* by slot */
};

/* The first line from `at` on that begins with a record's owner; the end if there is none. */
static size_t
next_cut(struct text text, size_t at)
{
	const char *end = text.data + text.len, *p = text.data + at;

	while ((p = memchr(p, '\n', (size_t)(end - p))) && ++p < end)
		if (!strchr(" \t\r\n;)", *p))
			return (size_t)(p - text.data);
	return text.len;
}

static size_t
cut(struct text text, size_t *cuts)
{
	size_t n = 0;

	cuts[0] = 0;
	while (cuts[n] < text.len) {
		size_t at = cuts[n] + PART;

		cuts[++n] = at < text.len ? next_cut(text, at) : text.len;
	}
	return n;
}

static void
read_part(void *ctx, unsigned worker, size_t slot, size_t number)
{
	struct read_run *run = ctx;
	struct part *part = &run->parts[slot];
	struct parse_options options = {
	    .zone = &run->store->apex, .sink = {.ctx = &part->store, .record = store_add}};

	(void)worker;
	part->alone = parse_part(&part->diags, &options, run->text, run->cuts[number],
	    run->cuts[number + 1], run->source);
	diags_free(&part->diags);
}

static int
take_part(void *ctx, size_t slot, size_t number)
{
	struct read_run *run = ctx;
	struct part *part = &run->parts[slot];

	(void)number;
	if (!part->alone)
		return -1;
	store_join(run->store, &part->store);
	return 0;
}

/* Returns false where the parts are not the whole; nothing was told of then. */
static bool
read_parts(struct read_run *run, unsigned n_workers)
{
	size_t n_slots = pool_slots(n_workers);
	struct pool_work work = {.ctx = run, .work = read_part, .take = take_part};
	bool done;

	run->cuts = mem_resize(NULL, run->text.len / PART + 2, sizeof(*run->cuts));
	work.n_chunks = cut(run->text, run->cuts);
	run->parts = mem_resize(NULL, n_slots, sizeof(*run->parts));
	for (size_t i = 0; i < n_slots; i++) {
		run->parts[i] = (struct part){.alone = false};
		store_begin(&run->parts[i].store, &run->parts[i].diags, &run->store->apex);
	}
	done = pool_run(n_workers, &work) == 0;
	for (size_t i = 0; i < n_slots; i++)
		store_free(&run->parts[i].store);
	free(run->parts);
	free(run->cuts);
	return done;
}

/* --- Which way --- */

static int
take_apex(void *ctx, const struct parsed *record)
{
	struct name *apex = ctx;

	if (apex->len == 0 && record->type == TYPE_SOA)
		*apex = *record->owner;
	return apex->len == 0 ? -1 : 0;
}

/* The owner of the SOA record, if that is the file's first record. */
static bool
find_apex(struct text text, struct name *apex)
{
	struct diags diags = {0};
	struct parse_options options = {.sink = {.ctx = apex, .record = take_apex}};
	bool found;

	found = parse_part(&diags, &options, text, 0, next_cut(text, PART), 0) && apex->len;
	diags_free(&diags);
	return found;
}

int
read_store(struct diags *diags, const char *path, const struct name *apex, unsigned n_workers,
    struct store *store)
{
	struct read_run run = {.store = store};
	struct name found = {0};
	bool done = false;

	store_begin(store, diags, apex);
	if (parse_load(diags, NULL, path, &run.text, &run.source) < 0)
		return -1;
	if (n_workers > 1 && run.text.len >= 2 * PART && (apex || find_apex(run.text, &found))) {
		store->apex = apex ? *apex : found;
		done = read_parts(&run, n_workers);
		if (!done)
			store_free(store);
	}
	if (!done && read_whole(diags, apex, path, run.text, run.source, store) < 0)
		return -1;
	if (store->apex.len == 0)
		return diag_add_path(diags, path, Z_NO_SOA, "no record at all");
	store_sort(store);
	return 0;
}
