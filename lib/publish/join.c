#include "publish/join.h"

#include "dnssec/seal.h"
#include "dnssec/token.h"
#include "history/published.h"
#include "publish/judge.h"
#include "publish/overwrite.h"
#include "publish/part.h"
#include "zone/soa.h"

#include <stdlib.h>

struct join_run {
	struct diags *diags;
	const struct join_job *job;
	struct part_head *heads;      /* one for each part, in order */
	const struct part_head *zone; /* the first of these, for what all have in common */
	struct keys keys;
	struct tokens *tokens;
	struct ceremonies ceremonies;
	struct store apex;
	struct sign_options sign;
	struct output *out;
};

/* --- Which parts --- */

static int
by_number(const void *a, const void *b)
{
	const struct part_head *x = a, *y = b;

	return (x->part.k > y->part.k) - (x->part.k < y->part.k);
}

/* Of two texts of "; WORD ..." lines, the word of the first line in which they differ. */
static struct text
first_difference(struct text a, struct text b)
{
	size_t i = 0, line = 0;
	struct text word;

	for (; i < a.len && i < b.len && a.data[i] == b.data[i]; i++)
		if (a.data[i] == '\n')
			line = i + 1;
	word = (struct text){a.data + line, a.len - line};
	word = word.len > 2 ? (struct text){word.data + 2, word.len - 2} : word;
	for (i = 0; i < word.len && word.data[i] != ' ' && word.data[i] != '\n'; i++)
		;
	return (struct text){word.data, i};
}

static bool
is_same(struct text a, struct text b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* Does it go with the first one? */
static int
check_head(struct join_run *run, const struct part_head *head)
{
	const struct part_head *first = run->heads;
	struct text word;

	if (head->part.n != first->part.n)
		return diag_add_path(run->diags, head->path, S_PART,
		    "this is one of %u parts, and %s one of %u", (unsigned)head->part.n,
		    first->path, (unsigned)first->part.n);
	if (is_same(head->shared, first->shared))
		return 0;
	word = first_difference(head->shared, first->shared);
	return diag_add_path(run->diags, head->path, S_PART,
	    "its head differs from that of %s: \"%.*s\" is another", first->path, (int)word.len,
	    word.data);
}

/* Each number once, from 1 on. */
static int
check_numbers(struct join_run *run)
{
	size_t n = run->job->n_parts, wanted = 1;
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		const struct part_head *head = &run->heads[i];

		if (i > 0 && head->part.k == run->heads[i - 1].part.k) {
			result = diag_add_path(run->diags, head->path, S_PART,
			    "part %u is there twice: %s is the other", (unsigned)head->part.k,
			    run->heads[i - 1].path);
			continue;
		}
		for (; wanted < head->part.k; wanted++)
			result = diag_error(run->diags, pos_none(), S_PART,
			    "part %zu of %u is missing", wanted, (unsigned)head->part.n);
		wanted++;
	}
	for (; wanted <= run->heads[0].part.n; wanted++)
		result = diag_error(run->diags, pos_none(), S_PART, "part %zu of %u is missing",
		    wanted, (unsigned)run->heads[0].part.n);
	return result;
}

static int
read_heads(struct join_run *run)
{
	size_t n = run->job->n_parts;
	int result = 0;

	run->heads = arena_alloc(&run->diags->arena, n * sizeof(*run->heads));
	for (size_t i = 0; i < n; i++)
		if (part_read_head(run->diags, run->job->parts[i], &run->heads[i]) < 0)
			result = -1;
	for (size_t i = 1; i < n && result == 0; i++)
		if (check_head(run, &run->heads[i]) < 0)
			result = -1;
	if (result < 0)
		return -1;
	qsort(run->heads, n, sizeof(*run->heads), by_number);
	run->zone = run->heads;
	return check_numbers(run);
}

/* --- Keys and apex --- */

/* Those of a folder, and what offline ones among them have signed ahead. */
static int
load_folder(struct join_run *run)
{
	struct diags *diags = run->diags;
	const struct part_head *zone = run->zone;
	struct key_folder folder;

	if (key_folder_read_zone(&diags->arena, diags, run->job->keys, &zone->zone, &folder) < 0 ||
	    ceremonies_read(diags, &folder, &zone->zone, &run->ceremonies) < 0)
		return -1;
	return keys_load(&diags->arena, diags, &folder, &zone->zone, zone->now, &run->keys);
}

static int
load_keys(struct join_run *run)
{
	struct diags *diags = run->diags;
	const struct join_job *job = run->job;
	const struct part_head *zone = run->zone;
	const char *where = job->keys ? job->keys : job->key_files[0];
	struct buf b = {0};
	int result = job->keys ? load_folder(run)
			       : keys_load_files(&diags->arena, diags, job->key_files, &zone->zone,
				     zone->now, &run->keys);

	if (result < 0 || keys_roles(diags, where, &run->keys) < 0 ||
	    tokens_reach(run->tokens, diags, &run->keys) < 0)
		return -1;
	part_print_keys(&b, &run->keys);
	if (!is_same((struct text){b.data, b.len}, zone->keys))
		result = diag_add_path(
		    diags, where, S_PART, "the parts were not signed with these keys");
	buf_free(&b);
	return result;
}

/* The name behind the apex in the NSEC chain is there as well. */
static int
load_apex(struct join_run *run)
{
	static const uint8_t address[4];
	const struct part_head *zone = run->zone;
	struct parse_options options = {
	    .zone = &zone->zone, .sink = {.ctx = &run->apex, .record = store_add}};
	struct parsed next = {.zone = &zone->zone,
	    .owner = &zone->next,
	    .type = TYPE_A,
	    .rdata = {address, sizeof(address)}};
	struct diags own = {0}; /* the records are copied */
	struct buf b = {0};
	struct parse_part all;
	bool good;

	store_begin(&run->apex, run->diags, &zone->zone);
	for (size_t i = 0; i < zone->n_apex; i++) {
		buf_put(&b, zone->apex[i].data, zone->apex[i].len);
		buf_putc(&b, '\n');
	}
	all = (struct parse_part){.text = text_of(buf_text(&b, &run->diags->arena))};
	all.to = all.text.len;
	good = parse_part(&own, &options, &all);
	diags_free(&own);
	if (!zone->nsec3 && !name_equal(zone->next.wire, zone->zone.wire))
		good = store_add(&run->apex, &next) == 0 && good;
	store_sort(&run->apex);
	if (!good || !store_apex(&run->apex) || !store_soa(&run->apex))
		return diag_add_path(run->diags, zone->path, S_PART,
		    "the records of the apex in its head cannot be read");
	return 0;
}

/* --- The zone --- */

static int
add_part(struct join_run *run, struct sign_join *join, const struct part_head *head)
{
	struct diags own;
	struct text records;
	int result;

	diags_part(run->diags, &own);
	result = part_read(&own, head, &run->keys, &records);
	if (result == 0)
		result = sign_join_add(join, records);
	diags_join(run->diags, &own);
	return result;
}

static int
write_zone(struct join_run *run)
{
	static const struct nsec3_params nsec3;
	const struct part_head *zone = run->zone;
	struct sign_join *join;
	bool good;

	run->sign = (struct sign_options){.keys = &run->keys,
	    .ceremonies = &run->ceremonies,
	    .period = zone->period,
	    .nsec3 = zone->nsec3 ? &nsec3 : NULL,
	    .zonemd = zone->zonemd,
	    .n_workers = run->job->n_workers,
	    .now = zone->now};
	join = sign_join_begin(run->out, &run->apex, &run->sign);
	good = join != NULL;
	for (size_t i = 0; i < run->job->n_parts && good; i++)
		good = add_part(run, join, &run->heads[i]) == 0;
	return join ? sign_join_end(join, good) : -1;
}

/* For a run that signs the zone the next time. */
static void
seal(struct join_run *run)
{
	struct seal made;

	if (seal_make(&run->keys, output_sha256(run->out), &made))
		output_attribute(run->out, PUBLISHED_SEAL, made.octets, made.len);
}

static int
publish(struct join_run *run)
{
	const struct join_job *job = run->job;
	struct verify_options how = {.at = run->zone->now,
	    .crypto = judge_is_full(job->verify, &run->keys),
	    .n_workers = job->n_workers};
	bool changed;

	if (overwrite_check_zone(run->diags, NULL, job->output, false, false) < 0)
		return -1;
	run->out = output_open(run->diags, job->output);
	if (!run->out)
		return -1;
	output_hash(run->out);
	if (job->verify != PROJECT_VERIFY_NONE)
		output_hold(run->out);
	if (write_zone(run) == 0) {
		seal(run);
		if (job->verify == PROJECT_VERIFY_NONE ||
		    judge_output(
			run->diags, run->out, job->output, &run->zone->zone, &how, NULL, NULL) == 0)
			return output_commit(run->out, &changed);
	}
	output_abort(run->out);
	return -1;
}

int
join_parts(struct diags *diags, const struct join_job *job)
{
	struct join_run run = {.diags = diags, .job = job};
	int result = -1;

	diags->track_inputs = TRACK_PATHS;
	if (read_heads(&run) < 0)
		return -1;
	run.tokens = tokens_new();
	if (load_keys(&run) == 0 && load_apex(&run) == 0)
		result = publish(&run);
	tokens_free(run.tokens);
	store_free(&run.apex);
	return result;
}
