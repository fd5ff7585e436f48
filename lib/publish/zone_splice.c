/* A zone whose published file we know block for block (dnssec/index.h): of that file only those
 * owners are parsed that the template has otherwise, and of the new one only what is new. */
#define _GNU_SOURCE
#include "base/mem.h"
#include "dnssec/verify.h"
#include "publish/judge.h"
#include "publish/zone_part.h"
#include "zone/parse.h"
#include "zone/soa.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* --- Is it possible? --- */

/* A digest of the zone needs all records. */
static bool
takes_index(const struct zone_job *job)
{
	return job->index && job->zone->sign && !job->zone->policy->zonemd;
}

bool
zone_has_index(const struct zone_run *run)
{
	return takes_index(run->job) && run->loaded.store.n_nodes >= INDEX_NODES_LEAST;
}

void
zone_settings(const struct zone_run *run, uint8_t settings[DIGEST_LEN])
{
	struct digest *digest = digest_begin();
	enum project_verify verify = run->job->zone->policy->verify;
	bool is_full = judge_is_full(verify, &run->keys);
	uint8_t of_sign[DIGEST_LEN];

	sign_settings(&run->loaded.store, &run->sign, of_sign);
	digest_add(digest, of_sign, sizeof(of_sign));
	digest_add(digest, &verify, sizeof(verify));
	digest_add(digest, &is_full, sizeof(is_full));
	digest_end(digest, settings);
}

/* What signing adds or removes stands at the apex, unless the template has an earlier signer's. */
static bool
is_plain(const struct store *store)
{
	for (size_t i = 0; i < store->n_records; i++)
		switch (store->records[i].type) {
		case TYPE_RRSIG:
		case TYPE_NSEC:
		case TYPE_NSEC3:
		case TYPE_NSEC3PARAM:
		case TYPE_ZONEMD:
		case TYPE_DNSKEY:
		case TYPE_CDS:
		case TYPE_CDNSKEY:
			return false;
		default:
			break;
		}
	return true;
}

/* The period is worked out later, and then told of. */
static bool
has_period(struct zone_run *run)
{
	struct diags own = {0};
	bool has = zone_set_period(run, &own) == 0;

	diags_free(&own);
	return has;
}

static void
read_index(void *ctx)
{
	struct zone_run *run = ctx;
	const struct zone_job *job = run->job;

	run->splice.read = index_read(
	    &run->splice.index, job->own, job->index_previous, job->outputs, job->previous);
}

/* The thread has a core to itself only where the zone has several. */
void
zone_splice_read_ahead(struct zone_run *run)
{
	const struct zone_job *job = run->job;

	if (!takes_index(job) || !job->index_previous || !job->previous || run->only_looks)
		return;
	if (job->n_workers > 1)
		task_begin(&run->splice.reading, read_index, run);
	else
		run->splice.reading = (struct task){.work = read_index, .ctx = run};
}

void
zone_splice_begin(struct zone_run *run)
{
	run->splice.possible = run->job->index_previous && !run->only_looks &&
			       zone_has_index(run) && is_plain(&run->loaded.store);
}

static bool
is_possible(struct zone_run *run)
{
	struct store *store = &run->loaded.store;

	if (!run->splice.possible || !has_period(run))
		return false;
	store_sort(store);
	return store_soa(store) != NULL && store_apex(store) != NULL;
}

static bool
load_index(struct zone_run *run)
{
	struct index *index = &run->splice.index;
	const struct zone_job *job = run->job;
	uint8_t settings[DIGEST_LEN];

	task_end(&run->splice.reading);
	if (!run->splice.read || !index_is_sealed(index, &run->keys))
		return false;
	index->now = (uint32_t)job->load.now;
	index->refresh_s =
	    run->sign.refresh_s > INT32_MAX ? INT32_MAX : (uint32_t)run->sign.refresh_s;
	zone_settings(run, settings);
	return memcmp(settings, index->settings, sizeof(settings)) == 0;
}

/* --- The published zone --- */

/* The block of the oldest signature: it tells since when the zone has been signed (guard.h). */
static size_t
oldest_block(const struct index *index)
{
	uint32_t age = 0;
	size_t oldest = 0;

	for (size_t i = 0; i < index->n; i++)
		if (index->blocks[i].n_signatures > 0 &&
		    index->now - index->blocks[i].first_start > age) {
			age = index->now - index->blocks[i].first_start;
			oldest = i;
		}
	return oldest;
}

/* Of an NSEC3 record that stays, one signature of several may be due, and the others be kept. */
static bool
has_some_due(const struct index *index, size_t block)
{
	return index->blocks[block].n_signatures > 1 && !index_is_fresh(index, block);
}

/* Marks the blocks that have to be parsed. Returns how many these are. */
static size_t
mark_blocks(const struct splice *splice, bool *read)
{
	const struct index *index = &splice->index;
	size_t n = 0;

	for (size_t i = 0; i < index->n; i++)
		read[i] = !index->blocks[i].is_nsec3 || has_some_due(index, i);
	for (size_t i = 0; i < splice->nodes.n; i++)
		if (splice->nodes.blocks[i] != INDEX_NONE)
			read[splice->nodes.blocks[i]] = false;
	read[oldest_block(index)] = true;
	for (size_t i = 0; i < index->n; i++)
		n += read[i];
	return n;
}

static bool
parse_blocks(struct diags *diags, struct store *store, const char *path, struct buf *text)
{
	struct parse_options options = {
	    .zone = &store->apex, .sink = {.ctx = store, .record = store_add}};
	struct parse_part part = {.source = diags_source_file(diags, path)};

	buf_putc(text, '\0');
	part.text = (struct text){text->data, text->len - 1};
	part.to = part.text.len;
	return parse_part(diags, &options, &part);
}

/* What the template has as the file does is known from there. */
static bool
fill_store(struct zone_run *run, const bool *read)
{
	const struct splice *splice = &run->splice;
	const struct store *template = &run->loaded.store;
	struct published *published = &run->published;
	bool *taken = mem_alloc(template->n_nodes * sizeof(*taken));
	struct buf text = {0};
	bool done;

	for (size_t i = 0; i < splice->index.n; i++)
		if (read[i]) {
			struct text block = index_text(&splice->index, i);

			buf_put(&text, block.data, block.len);
		}
	store_begin(&published->store, &published->diags, &template->apex);
	done = parse_blocks(&published->diags, &published->store, run->job->previous, &text);
	buf_free(&text);
	store_sort(&published->store);
	for (size_t i = 0; i < template->n_nodes; i++)
		taken[i] = splice->nodes.blocks[i] != INDEX_NONE && !read[splice->nodes.blocks[i]];
	store_take(&published->store, template, taken, NODE_PROVEN);
	free(taken);
	return done && store_soa(&published->store);
}

static bool
read_published(struct zone_run *run)
{
	struct splice *splice = &run->splice;
	struct published *published = &run->published;
	bool *read = mem_alloc(splice->index.n * sizeof(*read));
	bool done = mark_blocks(splice, read) <= splice->index.n / 4 && fill_store(run, read);

	free(read);
	if (!done) {
		published_free(published);
		return false;
	}
	published->there = published->has_serial = true;
	published->serial = zone_serial(&published->store);
	memcpy(published->sha256, splice->index.sha256, sizeof(published->sha256));
	return true;
}

/* The apex has what signing adds. */
static size_t
count_below(const struct store *store)
{
	return store->n_live - store_apex(store)->n;
}

static void
match_nodes(struct zone_run *run)
{
	struct splice *splice = &run->splice;

	index_match_free(&splice->nodes);
	index_match_nodes(&splice->nodes, &splice->index, &run->loaded.store, !run->sign.nsec3,
	    run->job->n_workers);
	splice->n_live = count_below(&run->loaded.store);
}

bool
zone_splice_read(struct zone_run *run)
{
	bool done = is_possible(run) && load_index(run);

	if (done) {
		match_nodes(run);
		done = read_published(run);
	}
	run->splice.is = done;
	if (!done)
		zone_splice_free(run);
	return done;
}

int
zone_splice_settle(struct zone_run *run)
{
	struct splice *splice = &run->splice;
	const struct zone_job *job = run->job;
	const struct store *store = &run->loaded.store;
	uint8_t settings[DIGEST_LEN];

	if (!splice->is)
		return 0;
	zone_settings(run, settings);
	if (memcmp(settings, splice->index.settings, sizeof(settings)) != 0) {
		splice->is = false;
		return published_load(run->diags, &splice->whole, job->outputs, job->previous,
		    &store->apex, job->n_workers);
	}
	if (splice->nodes.n != store->n_nodes || splice->n_live != count_below(store))
		match_nodes(run);
	run->sign.index = &splice->index;
	run->sign.nodes = &splice->nodes;
	run->sign.splice = &splice->made;
	return 0;
}

void
zone_splice_compared(struct zone_run *run)
{
	if (run->splice.is)
		store_drop(&run->published.store, NODE_PROVEN);
}

void
zone_splice_free(struct zone_run *run)
{
	struct splice *splice = &run->splice;

	if (splice->reading.started)
		task_end(&splice->reading);
	published_free(&splice->whole);
	index_match_free(&splice->nodes);
	index_free(&splice->index);
	buf_free(&splice->made.made);
	buf_free(&splice->made.proven);
}

/* --- The judge --- */

static bool
read_stretches(const char *path, const struct buf *made, struct buf *text)
{
	const struct sign_stretch *stretches =
	    (const struct sign_stretch *)(const void *)made->data;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool done = fd >= 0;

	for (size_t i = 0; done && i < made->len / sizeof(*stretches); i++) {
		size_t len = stretches[i].len;
		char *to = buf_reserve(text, len);

		done = file_read_at(fd, to, len, stretches[i].at);
		text->len += len;
	}
	if (fd >= 0)
		close(fd);
	return done;
}

bool
zone_splice_draft(struct zone_run *run, const char *path, struct store *store)
{
	const struct splice *splice = &run->splice;
	const struct store *zone = &run->loaded.store;
	bool *taken = mem_alloc(zone->n_nodes * sizeof(*taken)), done;
	struct buf text = {0};

	store_begin(store, run->diags, &zone->apex);
	done = read_stretches(path, &splice->made.made, &text) &&
	       parse_blocks(run->diags, store, path, &text);
	buf_free(&text);
	store_sort(store);
	for (size_t i = 0; i < zone->n_nodes; i++)
		taken[i] = splice->nodes.blocks[i] != INDEX_NONE;
	store_take(store, zone, taken, NODE_PROVEN);
	free(taken);
	return done;
}
