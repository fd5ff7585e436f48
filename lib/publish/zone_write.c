#include "publish/judge.h"
#include "publish/overwrite.h"
#include "publish/part.h"
#include "publish/said.h"
#include "publish/zone_part.h"
#include "zone/write.h"

/* Signature times are 32 bits in serial arithmetic: the instant nearest to `now`. */
static int64_t
instant_of(uint32_t time, int64_t now)
{
	return now + (int32_t)(time - (uint32_t)now);
}

/* The last line is no part of what it has the digest of. */
static int
write_part(struct zone_run *run, struct sign_result *result)
{
	struct part_facts facts = {run->job->part, &run->loaded.store, &run->sign};
	struct buf b = {0};
	int done;

	part_print_head(&b, &facts);
	done = output_write(run->out, b.data, b.len);
	if (done == 0)
		done = sign_store_part(run->out, facts.store, facts.sign, facts.part, result);
	buf_clear(&b);
	if (done == 0 && !part_print_end(&b, &run->keys, output_sha256(run->out)))
		done = diag_error(run->diags, pos_none(), S_PART,
		    "no private key of the zone is here, by which the part could be sealed");
	if (done == 0)
		done = output_write(run->out, b.data, b.len);
	buf_free(&b);
	return done;
}

static int
write_records(struct zone_run *run)
{
	const struct store *store = &run->loaded.store;
	struct sign_result result;

	diags_release_again(run->diags); /* checks of texts have looked at it */
	if (!run->job->zone->sign) {
		run->result->n_records = store->n_live;
		run->result->n_signatures = run->elsewhere.n_signatures;
		run->result->earliest = run->elsewhere.earliest;
		return write_store(run->out, store, run->job->n_workers);
	}
	if (run->job->part.n > 0)
		return write_part(run, &result);
	if (sign_store(run->out, store, &run->sign, &result) < 0)
		return -1;
	run->result->n_records = result.n_records;
	run->result->n_signatures = result.n_signatures;
	run->result->n_kept = result.n_kept;
	no_later_than(&run->next_warning, result.notice_unix);
	run->result->earliest = instant_of(result.earliest, run->job->load.now);
	return 0;
}

static bool
is_judged(const struct zone_job *job)
{
	return job->zone->sign && job->part.n == 0 &&
	       job->zone->policy->verify != PROJECT_VERIFY_NONE;
}

/* Reads the draft for the judge: what is new of it. Where the whole is read after all, nothing was
 * said of a part. */
static int
read_draft(void *ctx, const char *path, struct verify_options *options, struct store *store)
{
	struct zone_run *run = ctx;
	const struct buf *proven = &run->splice.made.proven;
	struct diags_mark before = diags_mark(run->diags);

	if (!zone_splice_draft(run, path, store)) {
		store_free(store);
		diags_reset(run->diags, before);
		return judge_read(run->diags, path, &run->loaded.store.apex, options, store);
	}
	options->proven = (const struct verify_proven *)(const void *)proven->data;
	options->n_proven = proven->len / sizeof(*options->proven);
	options->proven_flags = run->sign.nsec3 && run->sign.nsec3->opt_out;
	return 0;
}

/* A fault keeps what was written from being published. A file that stays as it is need not have met
 * the judge before. */
static int
judge(struct zone_run *run)
{
	const struct zone_job *job = run->job;
	struct verify_options options = {.at = job->load.now,
	    .crypto = judge_is_full(job->zone->policy->verify, &run->keys),
	    .n_workers = job->n_workers};

	if (!is_judged(job))
		return 0;
	return judge_output(run->diags, run->out, job->zone->output, &run->loaded.store.apex,
	    &options, run->splice.is ? read_draft : NULL, run);
}

/* The judge has a store of its own: what it takes is what the others give back. Not so where it
 * judges but what is new. */
static void
forget_records(struct zone_run *run)
{
	struct name apex = run->loaded.store.apex;

	run->copies = copies_of(&run->loaded.store);
	if (run->splice.is) {
		index_free(&run->splice.index);
		published_free(&run->published);
		return;
	}
	published_free(&run->published);
	load_free(&run->loaded);
	store_begin(&run->loaded.store, run->diags, &apex);
}

/* For the next run, which then need not verify what it keeps. */
static void
seal(struct zone_run *run)
{
	struct seal made;

	if (run->job->zone->sign && run->job->part.n == 0 &&
	    seal_make(&run->keys, output_sha256(run->out), &made))
		output_attribute(run->out, PUBLISHED_SEAL, made.octets, made.len);
}

/* A certificate that came too early is an error, and no reason to publish nothing: the zone that
 * would stay unpublished is the one that ends it. */
static bool
has_errors(const struct zone_run *run)
{
	const struct keep *keep = run->job->keep;

	if (run->job->werror && run->diags->n_severity[SEVERITY_WARNING] > 0)
		return true;
	return run->diags->n_severity[SEVERITY_ERROR] > (keep ? keep->n_early : 0);
}

static void
check_copies(struct zone_run *run)
{
	size_t n_told = run->diags->told.n;

	run->end_warning =
	    check_end(run->diags, &run->copies, run->job->load.now, run->result->earliest);
	run->end_told = run->diags->told.n > n_told;
}

bool
zone_is_tracked(const struct zone_run *run)
{
	const struct zone_job *job = run->job;

	return job->zone->sign || !zone_is_unsigned(job->zone) || run->elsewhere.is ||
	       run->loaded.directives.tlsa.uses || run->loaded.directives.tlsa.n_records > 0 ||
	       job->keep->zone->n_servers > 0;
}

int
zone_check_overwrite(struct zone_run *run)
{
	const struct zone_job *job = run->job;

	return job->zone->output
		   ? overwrite_check_zone(run->diags, job->outputs, job->zone->output,
			 run->published.there, job->keep && !serial_is_published(&run->serials))
		   : 0;
}

int
zone_write(struct zone_run *run)
{
	const struct zone_job *job = run->job;

	if (job->keep)
		keep_track(job->keep, zone_is_tracked(run));
	if (zone_check_overwrite(run) < 0)
		return -1;
	run->out = output_open_in(run->diags, job->outputs, job->zone->output);
	if (!run->out)
		return -1;
	if (job->cache || job->zone->sign)
		output_hash(run->out);
	if (is_judged(job))
		output_hold(run->out);
	zone_splice_compared(run);
	if (zone_has_index(run)) {
		zone_settings(run, run->settings);
		run->index_out = index_open(run->diags, job->own, job->index);
		run->sign.index_out = run->index_out;
	}
	if (write_records(run) < 0)
		return -1;
	if (job->zone->sign && job->part.n == 0) {
		forget_records(run);
		check_copies(run);
	}
	seal(run);
	/* Warnings that the project takes for errors are no error of what said them. */
	return judge(run) < 0 || has_errors(run) ? -1 : 0;
}

/* Problems that do not follow from inputs alone are looked for again by the next run, and records
 * that the template does not ask for stay only as long as something else asks for them. Not so that
 * of check_copies, which is of signatures: an untouched zone is not looked through. */
void
zone_note_until(struct zone_run *run)
{
	int64_t *until = &run->result->valid_until;
	const struct keep *keep = run->job->keep;
	bool *each = &run->result->each;

	run->result->nears_end = run->end_told;
	run->result->says = said_passing(run->diags) != run->end_told;
	*each = (keep && keep->n_kept > 0) || run->has_children || run->loaded.directives.ds.used;
	*until = run->next_warning;
	no_later_than(until, directives_first_expiry(&run->loaded.directives));
	for (size_t i = 0; i < run->keys.n; i++) {
		*each = *each || run->keys.items[i].ds_early;
		no_later_than(until, run->keys.items[i].next_event);
	}
	if (run->elsewhere.is)
		no_later_than(until, run->elsewhere.until_unix);
	if (!run->job->zone->sign)
		return;
	no_later_than(until, run->result->earliest - (int64_t)run->lifetime.refresh_s);
	no_later_than(until, run->end_warning);
}
