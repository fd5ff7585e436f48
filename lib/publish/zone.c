#define _GNU_SOURCE
#include "publish/zone.h"

#include "base/duration.h"
#include "check/contents.h"
#include "check/dane.h"
#include "check/prove.h"
#include "check/size.h"
#include "check/zone.h"
#include "dnssec/offline.h"
#include "dnssec/zonemd_store.h"
#include "publish/cache.h"
#include "publish/zone_part.h"
#include "zone/ignore.h"

int
zone_set_period(struct zone_run *run, struct diags *diags)
{
	const struct project_policy *policy = run->job->zone->policy;
	const struct lifetime *lifetime = &run->lifetime;
	int64_t now = run->job->load.now;

	/* Where the validity follows the zone, it moves with a TTL: refresh then is what counts. */
	run->sign.any_validity = policy->lifetime.validity_s == LIFETIME_BY_SOA;
	run->sign.any_keys_validity =
	    run->sign.any_validity && policy->lifetime.keys_validity_s == LIFETIME_BY_SOA;
	if (rrsig_period(diags, now, policy->inception_offset_s, lifetime->validity_s,
		lifetime->jitter_s, &run->sign.period) < 0)
		return -1;
	return rrsig_period_of_keys(diags, now, policy->inception_offset_s,
	    lifetime->keys_validity_s, lifetime->jitter_s, &run->sign.period);
}

/* Reads template and keys, so that the problems of both are told of in one run. */
static int
read_all(struct zone_run *run)
{
	const struct zone_job *job = run->job;
	struct load_options load = job->load;
	int loaded;

	load.n_workers = job->n_workers;
	zone_splice_read_ahead(run);
	zone_begin_delegations(run);
	if (job->keep) {
		load.ds = zone_ds;
		load.ds_ctx = run;
	}
	loaded = load_zone(run->diags, &load, &run->loaded);
	if (loaded == 0)
		zone_splice_begin(run);
	if (!job->zone->sign || run->loaded.store.apex.len == 0)
		return loaded;
	run->lifetime = lifetime_of(&run->loaded.store, &job->zone->policy->lifetime);
	run->sign.refresh_s = run->lifetime.refresh_s;
	if (zone_load_keys(run) < 0 || zone_set_period(run, run->diags) < 0) {
		run->keyless = true;
		return -1;
	}
	return loaded;
}

/* What a clock that is behind tells of sets would soon seem to be long ago. */
static void
check_clock(struct zone_run *run)
{
	const struct keep *keep = run->job->keep;
	const struct named_use *first = run->loaded.directives.tlsa.named_uses;
	int64_t now = run->job->load.now;
	struct buf times = {0};

	if (keep->n_changes == 0 || now >= keep->latest_unix - CLOCKS_DIFFER_S)
		return;
	instant_print_iso(&times, now);
	buf_puts(&times, ", and the state file tells of ");
	instant_print_iso(&times, keep->latest_unix);
	diag_add(run->diags, first ? first->pos : pos_none(), D_CLOCK,
	    "records of certificates change, the clock says %.*s", (int)times.len, times.data);
	buf_free(&times);
}

/* Records that the template no longer asks for may have to stay. The store is sorted, before and
 * afterwards. */
static int
keep_what_must_stay(struct zone_run *run)
{
	struct keep *keep = run->job->keep;
	struct store *store = &run->loaded.store;
	struct keep_run how = {.diags = run->diags,
	    .store = store,
	    .uses = run->loaded.directives.tlsa.named_uses,
	    .published = &run->published,
	    .now_unix = run->job->load.now};
	int result = 0;

	if (!keep)
		return 0;
	if (zone_read_published(run) < 0)
		return -1;
	run->elsewhere.n_template = store->n_records;
	keep_records(keep, &how);
	if (run->elsewhere.is && elsewhere_check_added(store, &run->elsewhere) < 0)
		result = -1;
	if (keep->n_kept > 0)
		store_sort(store);
	keep_compare(keep, &how);
	if (zone_guard_store(run) < 0)
		result = -1;
	check_clock(run);
	run->result->n_tlsa = keep->n_kept;
	return result;
}

/* The zone stays as it is published. */
static void
remember(struct zone_run *run)
{
	if (run->job->keep && run->loaded.store.apex.len > 0 && zone_read_published(run) == 0)
		keep_failed(run->job->keep, &run->published);
}

/* `dnssec: external`, and the template has no signatures yet. */
static bool
is_signed_later(const struct zone_run *run)
{
	const struct zone_job *job = run->job;

	return !job->zone->sign && !zone_is_unsigned(job->zone) && job->zone->output &&
	       !run->elsewhere.is;
}

/* Ahead of whatever is added to the template. */
static void
find_signatures(struct zone_run *run)
{
	if (run->job->zone->sign || !run->job->zone->output)
		return;
	run->elsewhere = elsewhere_find(&run->loaded.store);
	if (run->elsewhere.is)
		run->serial = PROJECT_SERIAL_KEEP;
}

/* What the zone has of another signer, who may be none. */
static int
judge_signatures(struct zone_run *run)
{
	if (run->elsewhere.is)
		return elsewhere_judge(run->job, &run->loaded.store, &run->elsewhere);
	if (zone_is_unsigned(run->job->zone))
		elsewhere_advise(&run->loaded.store);
	return 0;
}

static int
arrange(struct zone_run *run)
{
	struct store *store = &run->loaded.store;
	const struct zone_job *job = run->job;
	struct dane_options dane = {.uses = run->loaded.directives.tlsa.uses,
	    .doubts = run->loaded.directives.tlsa.doubts,
	    .is_unsigned = zone_is_unsigned(job->zone)};
	size_t signatures_len = 0;
	int bad = 0;

	find_signatures(run);
	if (job->zone->sign) {
		sign_clean(store, &run->sign);
		sign_add(store, &run->sign);
		check_refresh(run->diags, &run->lifetime);
	}
	if (zone_makes_digest(run))
		zonemd_store_add(store, (uint8_t)job->zone->policy->zonemd);
	store_sort(store);
	if (keep_what_must_stay(run) < 0)
		bad = -1;
	if (job->zone->sign) {
		if (check_foreign_keys(store, &run->keys) < 0)
			bad = -1;
		signatures_len = check_signatures_len(store, &run->keys);
	} else if (is_signed_later(run)) {
		signatures_len = size_rrsig_least(store);
	}
	if (check_zone(store, signatures_len) < 0)
		bad = -1;
	check_contents(store);
	if (judge_signatures(run) < 0)
		bad = -1;
	if (job->prove && job->load.dane && prove_zone(store, dane.uses, job->load.now) < 0)
		bad = -1;
	return check_dane(store, &dane) < 0 ? -1 : bad;
}

/* What can be told of a zone without keys that sign it. */
static void
check_unsigned(struct zone_run *run)
{
	struct dane_options dane = {.uses = run->loaded.directives.tlsa.uses};

	store_sort(&run->loaded.store);
	check_zone(&run->loaded.store, 0);
	check_contents(&run->loaded.store);
	check_dane(&run->loaded.store, &dane);
}

/* A template with faults is looked through as far as it could be read: one run tells of all. Where
 * nothing of it is lost but what lies outside the zone, that is all there is. */
static int
check_rest(struct zone_run *run)
{
	struct store *store = &run->loaded.store;
	bool whole = store->n_records > 0 && !store_is_partial(store);

	if (whole && !run->keyless) {
		arrange(run);
		return -1;
	}
	if (whole) {
		check_unsigned(run);
	} else if (store->apex.len > 0 && run->diags->status == 1) {
		find_signatures(run);
		store_sort(store);
		check_names(store);
		check_contents(store);
		if (run->elsewhere.is)
			elsewhere_judge(run->job, store, &run->elsewhere);
	}
	return -1;
}

/* Is the published zone, byte for byte, what we wrote? Private keys prove that, which nobody reads
 * who only looks; and a plan publishes nothing. */
static bool
is_trusted(const struct zone_run *run)
{
	const struct zone_job *job = run->job;
	const struct published *published = &run->published;
	uint8_t wrote[32];

	if (run->only_looks)
		return job->plan != NULL;
	if (job->cache && cache_output_sha256(job, wrote) &&
	    memcmp(wrote, published->sha256, sizeof(wrote)) == 0)
		return true;
	return seal_holds(&run->keys, published->sha256, &published->seal);
}

/* What of the published zone can stay. */
static int
compare_published(struct zone_run *run)
{
	if (zone_read_published(run) < 0 || zone_splice_settle(run) < 0)
		return -1;
	zone_guard_pair(run);
	if (!run->published.there)
		return 0;
	run->same = published_same_content(
	    &run->published, &run->loaded.store, run->job->zone->sign || zone_makes_digest(run));
	run->sign.previous =
	    run->splice.whole.there ? &run->splice.whole.store : &run->published.store;
	run->sign.previous_trusted = run->splice.is || is_trusted(run);
	return 0;
}

static void
run_begin(struct zone_run *run, struct diags *diags, const struct zone_job *job,
    struct zone_result *result)
{
	const struct project_policy *policy = job->zone->policy;

	*run = (struct zone_run){.diags = diags,
	    .job = job,
	    .result = result,
	    .next_warning = INT64_MAX,
	    .serial = job->zone->serial};
	diags->severities = job->severities;
	run->sign = (struct sign_options){.keys = &run->keys,
	    .nsec3 = policy->denial == PROJECT_DENIAL_NSEC3 ? &policy->nsec3 : NULL,
	    .zonemd = (uint8_t)policy->zonemd,
	    .cds = policy->cds,
	    .n_workers = job->n_workers,
	    .now = job->load.now};
}

/* Is nothing that is written reached by a link that must not be followed, and is the zone written
 * to no folder? */
static int
check_outputs(const struct zone_run *run)
{
	const struct zone_job *job = run->job;
	const char *const own[] = {job->cache, job->mark};
	int result =
	    job->outputs ? output_possible(run->diags, job->outputs, job->zone->output) : 0;

	for (size_t i = 0; job->own && i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i] && output_permitted(run->diags, job->own, own[i]) < 0)
			result = -1;
	return result;
}

static int
end_publication(struct zone_run *run, int done)
{
	if (done < 0)
		remember(run);
	zone_splice_free(run);
	cache_wipe_keys(&run->cache_keys);
	published_free(&run->published);
	load_free(&run->loaded);
	return done;
}

int
zone_draft(struct diags *diags, const struct zone_job *job, struct zone_result *result,
    struct zone_run **draft)
{
	struct zone_run *run = arena_alloc(&diags->arena, sizeof(*run));
	int done = -1, possible;

	*draft = NULL;
	run_begin(run, diags, job, result);
	possible = check_outputs(run);
	if (job->cache)
		cache_read_keys(job, &run->cache_keys);
	if (possible == 0 && job->cache && !job->anew &&
	    cache_fresh(job, &run->cache_keys, diags, result)) {
		cache_wipe_keys(&run->cache_keys);
		return 0;
	}
	*result = (struct zone_result){0};
	diags->track_inputs = TRACK_DIGESTS;
	if ((read_all(run) == 0 ? arrange(run) : check_rest(run)) == 0 && possible == 0) {
		result->n_tlsa += run->loaded.directives.tlsa.n_records;
		if (compare_published(run) == 0 && zone_check_safety(run) == 0 &&
		    zone_choose_serial(run) == 0) {
			ignore_tell_idle(diags);
			done = publication_draft(run);
		}
	}
	if (done < 0)
		return end_publication(run, done);
	*draft = run;
	return 0;
}

void
zones_publish(struct zone_run *const *drafts, size_t n, int *done)
{
	publication_of_zones(drafts, n);
	for (size_t i = 0; i < n; i++)
		done[i] = end_publication(drafts[i], drafts[i]->failed ? -1 : 0);
}

int
zone_publish(struct diags *diags, const struct zone_job *job, struct zone_result *result)
{
	struct zone_run *draft;
	int done = zone_draft(diags, job, result, &draft);

	if (draft)
		zones_publish(&draft, 1, &done);
	return done;
}

/* Until when builds that run once a day have made all signatures anew that end at `end`. */
static int64_t
renewed_by(const struct zone_run *run, int64_t end)
{
	const int64_t day_s = 86400;
	int64_t refresh = (int64_t)run->lifetime.refresh_s;

	return end - refresh + (refresh / 2 < day_s ? refresh / 2 : day_s);
}

/* Nobody has built for long; whoever asks what is wrong is to be told. Builds that are still to
 * come make signatures anew: what counts is the time that it is, not the one that is asked about.
 */
static void
check_published(struct zone_run *run)
{
	struct arena *a = &run->diags->arena;
	const char *path = run->job->zone->output;
	int64_t end, today = run->job->today;
	struct buf b = {0};

	if (!(run->job->zone->sign || run->elsewhere.is) || !run->published.there ||
	    !check_first_end(&run->published.store, today, &end))
		return;
	instant_print_iso(&b, end);
	if (end <= today)
		diag_add_path(run->diags, path, S_PUBLISHED_END,
		    "a signature of the published zone expired at %s", buf_text(&b, a));
	else if (run->job->zone->sign && renewed_by(run, end) <= today)
		diag_add_path(run->diags, path, S_PUBLISHED_LATE,
		    "a signature of the published zone ends at %s: a build should have made it "
		    "anew",
		    buf_text(&b, a));
	buf_free(&b);
}

/* Does it depend on the serial that a build would choose whether the zone is good? */
static bool
is_of_one_serial(const struct zone_run *run)
{
	const struct store *store = &run->loaded.store;

	return run->job->zone->output && !run->job->zone->sign && !run->elsewhere.is &&
	       !zone_makes_digest(run) && node_rrset(store, store_apex(store), TYPE_ZONEMD).n > 0;
}

static int
tell_plan(struct zone_run *run)
{
	static const struct store none;
	struct zone_result *result = run->result;
	struct zone_plan plan = {.published = run->published.there ? &run->published.store : &none,
	    .coming = &run->loaded.store,
	    .changes = !run->unchanged,
	    .signs = run->job->zone->sign,
	    .asks_serial = run->serial == PROJECT_SERIAL_LIVE,
	    .run = run};
	struct sign_result counted;

	if (run->job->keep)
		keep_track(run->job->keep, zone_is_tracked(run));
	result->n_records = run->loaded.store.n_live;
	if (plan.signs) {
		if (sign_count(&run->loaded.store, &run->sign, &counted) < 0)
			return -1;
		result->n_records = counted.n_records;
		result->n_signatures = counted.n_signatures;
		result->n_kept = counted.n_kept;
	}
	plan.result = *result;
	return run->job->plan(run->job->plan_ctx, &plan);
}

/* What a build would say of the published zone and of the keys that cannot sign. */
static int
check_against_published(struct zone_run *run)
{
	struct offline offline;
	int done = 0;

	if (compare_published(run) < 0)
		return -1;
	check_published(run);
	if (run->job->plan)
		return zone_choose_serial(run) < 0 ? -1 : tell_plan(run);
	if (is_of_one_serial(run))
		return zone_choose_serial(run);
	if (zone_find_serials(run) < 0)
		return -1;
	if (run->serial == PROJECT_SERIAL_KEEP)
		zone_check_kept_serial(run);
	if (run->job->zone->sign)
		done = offline_find(&run->loaded.store, &run->sign, &offline);
	return done;
}

int
zone_check(struct diags *diags, const struct zone_job *job)
{
	struct zone_result result = {0};
	struct zone_run run;
	int done, possible;
	bool read;

	run_begin(&run, diags, job, &result);
	run.only_looks = true;
	diags->track_inputs = TRACK_PATHS;
	possible = check_outputs(&run);
	read = read_all(&run) == 0;
	done = read ? arrange(&run) : check_rest(&run);
	if (done == 0)
		done = check_against_published(&run);
	if (done == 0 && possible == 0)
		done = zone_check_overwrite(&run);
	if (read)
		ignore_tell_idle(diags);
	published_free(&run.published);
	load_free(&run.loaded);
	return possible < 0 ? -1 : done;
}
