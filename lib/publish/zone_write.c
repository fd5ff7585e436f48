#include "dnssec/verify.h"
#include "publish/overwrite.h"
#include "publish/said.h"
#include "publish/zone_part.h"
#include "zone/read.h"
#include "zone/write.h"

/* Signature times are 32 bits in serial arithmetic: the instant nearest to `now`. */
static int64_t
instant_of(uint32_t time, int64_t now)
{
	return now + (int32_t)(time - (uint32_t)now);
}

static int
write_records(struct zone_run *run)
{
	const struct store *store = &run->loaded.store;
	struct sign_result result;

	if (!run->job->zone->sign) {
		run->result->n_records = store->n_live;
		run->result->n_signatures = run->elsewhere.n_signatures;
		run->result->earliest = run->elsewhere.earliest;
		return write_store(run->out, store, run->job->n_workers);
	}
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
	return job->zone->sign && job->zone->policy->verify != PROJECT_VERIFY_NONE;
}

/* Where the whole is read after all, nothing was said of a part. */
static int
read_draft(
    struct zone_run *run, const char *path, struct verify_options *options, struct store *store)
{
	const struct buf *proven = &run->splice.made.proven;
	struct diags_mark before = diags_mark(run->diags);

	if (run->splice.is && zone_splice_draft(run, path, store)) {
		options->proven = (const struct verify_proven *)(const void *)proven->data;
		options->n_proven = proven->len / sizeof(*options->proven);
		options->proven_flags = run->sign.nsec3 && run->sign.nsec3->opt_out;
		return 0;
	}
	if (run->splice.is) {
		store_free(store);
		diags_reset(run->diags, before);
	}
	return read_store(
	    run->diags, NULL, path, &run->loaded.store.apex, options->n_workers, store, NULL);
}

/* The judge reads what was written, as a server will; a fault keeps it from being published. A file
 * that stays as it is need not have met the judge before. */
static int
judge(struct zone_run *run)
{
	struct verify_options options = {.at = run->job->load.now,
	    /* Signatures that were made a moment ago, of the records in memory, are as good as the
	     * rest of the machine. */
	    .crypto = run->job->zone->policy->verify == PROJECT_VERIFY_FULL,
	    .n_workers = run->job->n_workers};
	const char *published = run->job->zone->output, *draft;
	struct verify_result result;
	struct store store;
	int done;

	if (!is_judged(run->job))
		return 0;
	draft = output_draft(run->out);
	run->diags->track_inputs = TRACK_NOTHING;
	run->diags->errors_only = true;
	done = read_draft(run, draft ? draft : output_old(run->out), &options, &store);
	run->diags->sources[run->diags->n_sources - 1].path =
	    strcmp(published, "-") == 0 ? "<stdout>" : published;
	if (done == 0)
		done = verify_zone(run->diags, &store, &options, &result);
	store_free(&store);
	run->diags->errors_only = false;
	return done;
}

/* The judge has a store of its own: what it takes is what the others give back. Not so where it
 * judges but what is new. */
static void
forget_records(struct zone_run *run)
{
	struct name apex = run->loaded.store.apex;

	run->copies = copies_of(&run->loaded.store);
	if (run->splice.is)
		return;
	published_free(&run->published);
	load_free(&run->loaded);
	store_begin(&run->loaded.store, run->diags, &apex);
}

/* For the next run, which then need not verify what it keeps. */
static void
seal(struct zone_run *run)
{
	char text[SEAL_LEN];

	if (run->job->zone->sign && seal_make(&run->keys, output_sha256(run->out), text))
		output_attribute(run->out, PUBLISHED_SEAL, text, SEAL_LEN);
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
	if (zone_has_index(run)) {
		zone_settings(run, run->settings);
		run->index_out = index_open(run->diags, job->own, job->index);
		run->sign.index_out = run->index_out;
	}
	if (write_records(run) < 0)
		return -1;
	if (job->zone->sign) {
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
