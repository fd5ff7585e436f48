#define _GNU_SOURCE
#include "zone/read.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PART = 1 << 19,   /* octets of the file that a worker takes at a time, */
	MARGIN = 1 << 16, /* and how far behind them the last record may end */
};

/* --- In one go --- */

static void
take_signer(const struct parsed *rrsig, struct name *apex)
{
	enum { SIGNER = 18 }; /* in RRSIG RDATA: RFC 4034 section 3.1 */
	const uint8_t *signer = rrsig->rdata.data + SIGNER;

	apex->len = (uint8_t)name_length(signer, rrsig->rdata.len - SIGNER);
	memcpy(apex->wire, signer, apex->len);
}

/* The zone is named by its SOA record: published files state absolute owners, and no $ORIGIN. Where
 * that cannot be read, whoever signs is the zone (RFC 4034 section 3.1.7). */
static int
add_record(void *ctx, const struct parsed *record)
{
	struct store *store = ctx;

	if (store->apex.len == 0 && record->type == TYPE_SOA)
		store->apex = *record->owner;
	if (store->apex.len == 0 && record->zone->len == 0 && record->type == TYPE_RRSIG)
		take_signer(record, &store->apex);
	return store_add(store, record);
}

/* Its owner names the zone even where the rest of a SOA record is broken. */
static void
lose_record(void *ctx, const struct name *owner, uint16_t type)
{
	struct store *store = ctx;

	if (owner && store->apex.len == 0 && type == TYPE_SOA)
		store->apex = *owner;
	store_lose(store, owner, type);
}

/* What may name the zone. */
struct naming {
	struct name soa, signer; /* len 0: not met */
};

static int
take_naming(void *ctx, const struct parsed *record)
{
	struct naming *naming = ctx;

	if (record->type == TYPE_SOA)
		naming->soa = *record->owner;
	if (record->type == TYPE_RRSIG && naming->signer.len == 0)
		take_signer(record, &naming->signer);
	return naming->soa.len > 0 ? -1 : 0;
}

/* Names the zone by its SOA record, should others stand ahead of it, or by who signs. */
static void
find_name(struct text text, uint32_t source, struct name *apex)
{
	struct naming naming = {0};
	struct diags diags = {0};
	struct parse_options options = {.sink = {.ctx = &naming, .record = take_naming}};
	struct parse_part all = {.text = text, .to = text.len, .source = source};

	if (!file_is_private(text))
		parse_part(&diags, &options, &all);
	diags_free(&diags);
	*apex = naming.soa.len > 0 ? naming.soa : naming.signer;
}

static int
read_whole(struct diags *diags, const struct roots *roots, const char *path,
    const struct name *apex, unsigned n_workers, struct store *store, uint8_t sha256[32])
{
	static const struct roots nowhere = {0};
	struct parse_options options = {.zone = apex,
	    .roots = roots ? roots : &nowhere,
	    .sink = {.ctx = store, .record = add_record, .lost = lose_record},
	    .split = {.store = store, .n_workers = n_workers, .release = true}};
	struct name zone;
	struct text text;
	uint32_t source;

	store_begin(store, diags, apex);
	store->n_workers = n_workers;
	if (parse_load(diags, NULL, path, n_workers, &text, &source) < 0)
		return -1;
	if (sha256)
		digest_sha256((struct bytes){(const uint8_t *)text.data, text.len}, sha256);
	if (!apex)
		find_name(text, source, &store->apex);
	return parse_text(diags, &options, path, text, source, &zone);
}

/* --- In parts --- */

/* What one worker makes of a part. */
struct part {
	char *text; /* PART + MARGIN octets, the one ahead of the part, and a '\0' */
	struct diags diags;
	struct store store;
	bool alone;          /* it was read, and stands for itself */
	struct bytes octets; /* of the file that are the part's own, for the digest */
};

struct read_run {
	int fd;
	struct stat st;
	uint32_t source;
	const struct name *zone; /* the first origin; NULL: there is none */
	struct store *store;
	struct part *parts; /* by slot */
	struct arena *data; /* by worker: names and RDATA of the records */
	size_t n_parts;
	struct digest *digest; /* or NULL */
};

/* The first line behind octet `at` that begins with a record's owner; the end if there is none. */
static size_t
next_cut(struct text text, size_t at)
{
	const char *end = text.data + text.len, *p = text.data + at;

	while ((p = memchr(p, '\n', (size_t)(end - p))) && ++p < end)
		if (!strchr(" \t\r\n;)", *p))
			return (size_t)(p - text.data);
	return text.len;
}

/* Reads part `number`, and finds where its records begin and end: at the first line that begins
 * with an owner, from its own first octet or its successor's on. */
static bool
fetch(const struct read_run *run, struct part *part, size_t number, struct parse_part *out)
{
	size_t size = (size_t)run->st.st_size, at = number * PART, ahead = number > 0;
	size_t left = size - at, own = left < PART ? left : PART;
	struct text text = {part->text, ahead + (left < PART + MARGIN ? left : PART + MARGIN)};

	if (!file_read_at(run->fd, part->text, text.len, at - ahead))
		return false;
	part->text[text.len] = '\0';
	part->octets = (struct bytes){(const uint8_t *)part->text + ahead, own};
	*out = (struct parse_part){.text = text, .source = run->source, .offset = at - ahead};
	out->from = ahead ? next_cut(text, 0) : 0;
	out->to = left <= PART ? text.len : next_cut(text, ahead + own - 1);
	if (number == 0 && file_is_private(text))
		return false;
	return out->to < text.len || left <= PART + MARGIN;
}

static void
read_part(void *ctx, unsigned worker, size_t slot, size_t number)
{
	struct read_run *run = ctx;
	struct part *part = &run->parts[slot];
	struct parse_options options = {
	    .zone = run->zone, .sink = {.ctx = &part->store, .record = store_add}};
	struct parse_part fetched;

	part->store.data = run->data[worker];
	part->alone =
	    fetch(run, part, number, &fetched) && parse_part(&part->diags, &options, &fetched);
	run->data[worker] = part->store.data;
	part->store.data = (struct arena){0};
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
	if (run->digest)
		digest_add(run->digest, part->octets.data, part->octets.len);
	return 0;
}

static int
take_apex(void *ctx, const struct parsed *record)
{
	struct name *apex = ctx;

	if (apex->len == 0 && record->type == TYPE_SOA)
		*apex = *record->owner;
	return apex->len == 0 ? -1 : 0;
}

/* Names the zone by its SOA record, if that is the first of the file. */
static bool
find_apex(struct read_run *run)
{
	struct diags diags = {0};
	struct name *apex = &run->store->apex;
	struct parse_options options = {.sink = {.ctx = apex, .record = take_apex}};
	struct parse_part first;
	bool found = fetch(run, &run->parts[0], 0, &first) && parse_part(&diags, &options, &first);

	diags_free(&diags);
	return found && apex->len > 0;
}

static bool
is_same_file(const struct read_run *run)
{
	struct stat now;

	return fstat(run->fd, &now) == 0 && now.st_size == run->st.st_size &&
	       now.st_mtim.tv_sec == run->st.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == run->st.st_mtim.tv_nsec;
}

static bool
run_parts(struct read_run *run, unsigned n_workers, uint8_t sha256[32])
{
	size_t n_slots = pool_slots(n_workers);
	struct pool_work work = {run, run->n_parts, read_part, take_part};
	bool done;

	run->data = arenas_new(n_workers);
	run->parts = mem_resize(NULL, n_slots, sizeof(*run->parts));
	for (size_t i = 0; i < n_slots; i++) {
		run->parts[i] = (struct part){.text = mem_alloc(1 + PART + MARGIN + 1)};
		store_begin(&run->parts[i].store, &run->parts[i].diags, NULL);
	}
	run->digest = sha256 ? digest_begin() : NULL;
	done = run->store->apex.len > 0 || find_apex(run);
	for (size_t i = 0; i < n_slots; i++)
		run->parts[i].store.apex = run->store->apex;
	done = done && pool_run(n_workers, &work) == 0 && is_same_file(run);
	arenas_join(&run->store->data, run->data, n_workers);
	if (sha256)
		digest_end(run->digest, sha256);
	for (size_t i = 0; i < n_slots; i++) {
		store_free(&run->parts[i].store);
		free(run->parts[i].text);
	}
	free(run->parts);
	return done;
}

/* Returns false where the file has to be parsed as a whole; nothing was told of then. */
static bool
read_parts(struct diags *diags, const char *path, const struct name *zone, unsigned n_workers,
    struct store *store, uint8_t sha256[32])
{
	struct read_run run = {.zone = zone, .store = store};
	bool done = false;

	/* A pipe is opened once: the writer takes the end of its reader for the end of all. */
	if (stat(path, &run.st) < 0 || !S_ISREG(run.st.st_mode))
		return false;
	run.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (run.fd < 0)
		return false;
	if (fstat(run.fd, &run.st) == 0 && S_ISREG(run.st.st_mode) && run.st.st_size >= 2 * PART) {
		run.source = diags_source_file(diags, path);
		run.n_parts = ((size_t)run.st.st_size + PART - 1) / PART;
		done = run_parts(&run, n_workers, sha256);
		if (!done)
			diags->n_sources--;
	}
	close(run.fd);
	return done;
}

int
read_store(struct diags *diags, const struct roots *roots, const char *path,
    const struct name *apex, unsigned n_workers, struct store *store, uint8_t sha256[32])
{
	bool done = false;
	int result = 0;

	store_begin(store, diags, apex);
	store->n_workers = n_workers;
	if (n_workers > 1 && strcmp(path, "-") != 0) {
		done = read_parts(diags, path, apex, n_workers, store, sha256);
		if (!done)
			store_free(store);
	}
	if (!done)
		result = read_whole(diags, roots, path, apex, n_workers, store, sha256);
	if (result == 0 && store->apex.len == 0)
		result = diag_add_path(diags, path, Z_NO_SOA, "no record at all");
	store_sort(store);
	return result;
}
