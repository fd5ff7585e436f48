#define _GNU_SOURCE
#include "publish/zone.h"

#include "base/duration.h"
#include "check/contents.h"
#include "check/dane.h"
#include "check/dnssec.h"
#include "check/prove.h"
#include "check/size.h"
#include "check/zone.h"
#include "dane/alias.h"
#include "dns/serial.h"
#include "dnssec/keystate.h"
#include "dnssec/offline.h"
#include "dnssec/sign.h"
#include "dnssec/verify.h"
#include "history/mark.h"
#include "history/serial.h"
#include "dnssec/zonemd_store.h"
#include "history/published.h"
#include "publish/cache.h"
#include "publish/elsewhere.h"
#include "publish/live_serial.h"
#include "publish/overwrite.h"
#include "zone/soa.h"
#include "zone/read.h"
#include "zone/write.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the steps hand on. */
struct run {
	struct diags *diags;
	const struct zone_job *job;
	struct zone_result *result;
	struct loaded loaded;
	struct keys keys;
	struct lifetime lifetime;
	struct sign_options sign;
	struct published published;
	bool published_read;
	bool keyless;         /* the keys cannot sign, which was told of */
	int64_t next_warning; /* when one begins that is not said yet */
	struct copies copies; /* of the zone that is signed */
	struct elsewhere elsewhere;
	enum zone_serial_policy serial; /* the job's, unless the serial must not change */
	struct serial_accounts serials;
	bool same; /* as what was published before, but for what signing makes */
};

static int
load_keys(struct run *run)
{
	const struct zone_job *job = run->job;
	const struct name *apex = &run->loaded.store.apex;
	struct arena *a = &run->diags->arena;
	const char *where = job->keys ? job->keys->path : job->key_files[0];
	int result =
	    job->keys
		? keys_load(a, run->diags, job->keys, apex, job->load.now, &run->keys)
		: keys_load_files(a, run->diags, job->key_files, apex, job->load.now, &run->keys);

	if (result < 0 || keys_roles(run->diags, where, &run->keys) < 0)
		return -1;
	run->next_warning = keystate_advise(
	    run->diags, where, &run->keys, job->load.now, (int64_t)run->lifetime.validity_s);
	return 0;
}

/* Reads template and keys, so that the problems of both are told of in one run. */
static int
read_all(struct run *run)
{
	const struct zone_job *job = run->job;
	int loaded = load_zone(run->diags, &job->load, &run->loaded);

	if (!job->sign || run->loaded.store.apex.len == 0)
		return loaded;
	run->lifetime = lifetime_of(&run->loaded.store, &job->lifetime);
	run->sign.refresh_s = run->lifetime.refresh_s;
	/* Where the validity follows the zone, it moves with a TTL: refresh then is what counts. */
	run->sign.any_validity = job->lifetime.validity_s == LIFETIME_BY_SOA;
	if (load_keys(run) < 0 ||
	    rrsig_period(run->diags, job->load.now, job->offset_s, run->lifetime.validity_s,
		run->lifetime.jitter_s, &run->sign.period) < 0) {
		run->keyless = true;
		return -1;
	}
	return loaded;
}

/* The published zone, or the one given, whose signatures may be kept. */
static int
read_published(struct run *run)
{
	const struct zone_job *job = run->job;
	struct stat st;

	if (run->published_read || !job->previous)
		return 0;
	run->published_read = true;
	if (file_stat(job->outputs, job->previous, &st) < 0)
		return file_is_absence(errno) || errno == EXDEV
			   ? 0 /* of a link tells whoever would write there */
			   : file_refuse(run->diags, job->outputs, job->previous);
	if (!S_ISREG(st.st_mode))
		return 0;
	if (published_load(run->diags, &run->published, job->outputs, job->previous,
		&run->loaded.store.apex, job->n_workers) < 0)
		return -1;
	if (run->published.is_conflict)
		return diag_add_path(run->diags, job->previous, P_PUBLISHED_MERGE,
		    "%s holds a merge that is not finished", job->previous);
	if (!run->published.there)
		diag_add_path(run->diags, job->previous, S_PREVIOUS,
		    "%s does not hold the zone, whole and without errors", job->previous);
	return 0;
}

/* What a clock that is behind tells of sets would soon seem to be long ago. */
static void
check_clock(struct run *run)
{
	enum { ASKEW_S = 3600 }; /* hosts differ by as much */
	const struct keep *keep = run->job->keep;
	const struct named_use *first = run->loaded.directives.tlsa.named_uses;
	int64_t now = run->job->load.now;
	struct buf times = {0};

	if (keep->n_changes == 0 || now >= keep->latest_unix - ASKEW_S)
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
keep_what_must_stay(struct run *run)
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
	if (read_published(run) < 0)
		return -1;
	run->elsewhere.n_template = store->n_records;
	keep_records(keep, &how);
	if (run->elsewhere.is && elsewhere_check_added(store, &run->elsewhere) < 0)
		result = -1;
	if (keep->n_kept > 0)
		store_sort(store);
	keep_compare(keep, &how);
	check_clock(run);
	run->result->n_tlsa = keep->n_kept;
	return result;
}

/* The zone stays as it is published. */
static void
remember(struct run *run)
{
	if (run->job->keep && run->loaded.store.apex.len > 0 && read_published(run) == 0)
		keep_failed(run->job->keep, &run->published);
}

/* `dnssec: external`, and the template has no signatures yet. */
static bool
is_signed_later(const struct run *run)
{
	const struct zone_job *job = run->job;

	return !job->sign && !job->is_unsigned && job->output && !run->elsewhere.is;
}

/* Ahead of whatever is added to the template. */
static void
find_signatures(struct run *run)
{
	if (run->job->sign || !run->job->output)
		return;
	run->elsewhere = elsewhere_find(&run->loaded.store);
	if (run->elsewhere.is)
		run->serial = ZONE_SERIAL_KEEP;
}

/* What the zone has of another signer, who may be none. */
static int
judge_signatures(struct run *run)
{
	if (run->elsewhere.is)
		return elsewhere_judge(run->job, &run->loaded.store, &run->elsewhere);
	if (run->job->is_unsigned)
		elsewhere_advise(&run->loaded.store);
	return 0;
}

/* Whoever signs a zone makes its ZONEMD, which is of the signatures, too. */
static bool
makes_digest(const struct run *run)
{
	return run->job->zonemd && run->job->is_unsigned && !run->elsewhere.is;
}

static int
arrange(struct run *run)
{
	struct store *store = &run->loaded.store;
	const struct zone_job *job = run->job;
	struct dane_options dane = {.uses = run->loaded.directives.tlsa.uses,
	    .doubts = run->loaded.directives.tlsa.doubts,
	    .is_unsigned = job->is_unsigned};
	size_t signatures_len = 0;
	int bad = 0;

	find_signatures(run);
	if (job->sign) {
		sign_clean(store, &run->sign);
		sign_add(store, &run->sign);
		check_refresh(run->diags, &run->lifetime);
	}
	if (makes_digest(run))
		zonemd_store_add(store, job->zonemd);
	store_sort(store);
	if (keep_what_must_stay(run) < 0)
		bad = -1;
	if (job->sign) {
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
check_unsigned(struct run *run)
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
check_rest(struct run *run)
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

/* Is the published zone, byte for byte, what we wrote? */
static bool
is_trusted(const struct run *run)
{
	const struct zone_job *job = run->job;
	const struct published *published = &run->published;
	uint8_t wrote[32];

	if (job->cache && cache_output_sha256(job, wrote) &&
	    memcmp(wrote, published->sha256, sizeof(wrote)) == 0)
		return true;
	return seal_holds(&run->keys, published->sha256, published->seal);
}

/* What of the published zone can stay. */
static int
compare_published(struct run *run)
{
	if (read_published(run) < 0)
		return -1;
	if (!run->published.there)
		return 0;
	run->same = published_same_content(
	    &run->published, &run->loaded.store, run->job->sign || makes_digest(run));
	run->sign.previous = &run->published.store;
	run->sign.previous_trusted = is_trusted(run);
	return 0;
}

static uint32_t
wanted_serial(const struct run *run)
{
	int64_t now = run->job->load.now;

	switch (run->serial) {
	case ZONE_SERIAL_UNIXTIME:
		return (uint32_t)now;
	case ZONE_SERIAL_DATE:
		return instant_date(now) * 100;
	default:
		return zone_serial(&run->loaded.store);
	}
}

/* Asks everybody who knows serials of the zone; who has none may be the only one that is left. */
static int
find_serials(struct run *run)
{
	const struct zone_job *job = run->job;
	struct serial_accounts *serials = &run->serials;
	const struct serial *state =
	    job->keep ? history_serial(job->keep->history, job->keep->name) : NULL;
	uint32_t cached, live;
	bool known = false;

	serial_put(serials, SERIAL_TEMPLATE, zone_serial(&run->loaded.store));
	if (run->published.there)
		serial_put(serials, SERIAL_PUBLISHED, run->published.serial);
	if (state)
		serial_put(serials, SERIAL_STATE, state->serial);
	if (run->serial == ZONE_SERIAL_LIVE && job->live) {
		if (live_serial(run->diags, job->keep->zone, &live) < 0)
			return -1;
		serial_put(serials, SERIAL_LIVE, live);
	}
	if (job->cache && cache_serial(run->diags, job, &cached, &known) < 0)
		return -1;
	if (known)
		serial_put(serials, SERIAL_CACHE, cached);
	return 0;
}

/* A serial of the template's own that goes back is an error. One that does not move on keeps
 * secondaries from seeing the change; a certificate must not be waited for then: its records are
 * published on the primary alone. */
static int
check_kept_serial(struct run *run)
{
	const struct store *store = &run->loaded.store;
	struct pos pos = node_records(store, store_apex(store))->pos;
	const struct keep *keep = run->job->keep;
	uint32_t serial = zone_serial(store), last;
	enum serial_account account;

	if (!serial_last(&run->serials, &last, &account) || serial_later(serial, last))
		return 0;
	if (serial != last)
		return diag_add(run->diags, pos, Z_SERIAL_BACK,
		    "the serial %u goes back: %s has %u", (unsigned)serial,
		    serial_account_name(account), (unsigned)last);
	if (!run->published.there || run->same)
		return 0;
	return diag_add(run->diags, pos, keep && keep->n_changes > 0 ? D_KEPT_SERIAL : Z_SERIAL,
	    "the zone has changed, but its serial %u is not later than the published %u",
	    (unsigned)serial, (unsigned)last);
}

/* Can the published serial stay, if nothing has changed? Not where others know a later one. */
static bool
may_stay(const struct run *run, uint32_t wanted)
{
	enum serial_account account;
	uint32_t last;

	if (serial_last(&run->serials, &last, &account) &&
	    serial_later(last, run->published.serial))
		return false;
	switch (run->serial) {
	case ZONE_SERIAL_KEEP:
		return wanted == run->published.serial;
	case ZONE_SERIAL_AUTO:
	case ZONE_SERIAL_LIVE:
		return !serial_later(wanted, run->published.serial);
	default:
		return true;
	}
}

/* The rest of the zone is the same. */
static int
find_same_digest(struct run *run, bool *same)
{
	struct store *store = &run->loaded.store;

	if (zonemd_store_make(store) < 0)
		return -1;
	*same = published_same_content(&run->published, store, false);
	if (!*same && run->serial == ZONE_SERIAL_KEEP)
		diag_add(run->diags, node_records(store, store_apex(store))->pos, Z_SERIAL,
		    "the zone's digest has changed, but the serial %u stays",
		    (unsigned)run->published.serial);
	return 0;
}

/* Would the published zone be written again, record for record, with the serial that it has? */
static int
find_unchanged(struct run *run, bool *unchanged)
{
	struct store *store = &run->loaded.store;

	*unchanged = true;
	zone_set_serial(store, run->published.serial);
	if (makes_digest(run))
		return find_same_digest(run, unchanged);
	if (!run->job->sign)
		return 0;
	if (sign_unchanged(store, &run->sign, unchanged) < 0)
		return -1;
	if (*unchanged) /* then its signatures were verified, or need not be */
		run->sign.zonemd_kept = run->sign.previous_trusted = true;
	else if (run->serial == ZONE_SERIAL_KEEP)
		diag_add(run->diags, node_records(store, store_apex(store))->pos, S_KEPT_SERIAL,
		    "signatures are renewed, but the serial %u stays",
		    (unsigned)run->published.serial);
	return 0;
}

/* A digest is of one serial (RFC 8976 section 2.2.1): it is made once that is known, and the
 * template's own is judged. */
static int
settle_digest(struct run *run)
{
	struct store *store = &run->loaded.store;

	if (run->job->sign || run->elsewhere.is)
		return 0;
	if (makes_digest(run) && zonemd_store_make(store) < 0)
		return -1;
	return verify_digest(run->diags, store);
}

/* New signatures are a change even where the contents are the same. */
static int
choose_serial(struct run *run)
{
	struct store *store = &run->loaded.store;
	uint32_t wanted = wanted_serial(run), next = wanted;
	bool unchanged = false, keeps = run->serial == ZONE_SERIAL_KEEP;

	if (find_serials(run) < 0 || (keeps && check_kept_serial(run) < 0))
		return -1;
	if (!keeps)
		next = serial_next(&run->serials, wanted);
	if (run->same && may_stay(run, wanted) && find_unchanged(run, &unchanged) < 0)
		return -1;
	if (unchanged)
		next = run->published.serial;
	zone_set_serial(store, next);
	run->result->serial = next;
	run->result->is_first = !serial_is_published(&run->serials);
	return settle_digest(run);
}

/* Signature times are 32 bits in serial arithmetic: the instant nearest to `now`. */
static int64_t
instant_of(uint32_t time, int64_t now)
{
	return now + (int32_t)(time - (uint32_t)now);
}

static void
no_later_than(int64_t *until, int64_t t_unix)
{
	if (t_unix < *until)
		*until = t_unix;
}

static int
write_zone(struct run *run, struct output *out)
{
	const struct store *store = &run->loaded.store;
	struct sign_result result;

	if (!run->job->sign) {
		run->result->n_records = store->n_live;
		run->result->n_signatures = run->elsewhere.n_signatures;
		run->result->earliest = run->elsewhere.earliest;
		return write_store(out, store, run->job->n_workers);
	}
	if (sign_store(out, store, &run->sign, &result) < 0)
		return -1;
	run->result->n_records = result.n_records;
	run->result->n_signatures = result.n_signatures;
	run->result->n_kept = result.n_kept;
	no_later_than(&run->next_warning, result.notice_unix);
	run->result->earliest = instant_of(result.earliest, run->job->load.now);
	return 0;
}

/* Problems that were said are said again by the next run, and records that the template does not
 * ask for stay only as long as something else asks for them. Not so those of check_end, which are
 * of signatures: an untouched zone is not looked through. */
static void
note_until(struct run *run)
{
	int64_t *until = &run->result->valid_until;
	const struct keep *keep = run->job->keep;
	bool silent = run->diags->n == 0 && !(keep && keep->n_kept > 0);

	*until = silent ? run->next_warning : 0;
	no_later_than(until, directives_first_expiry(&run->loaded.directives));
	for (size_t i = 0; i < run->keys.n; i++)
		no_later_than(until, run->keys.items[i].next_event);
	if (run->elsewhere.is)
		no_later_than(until, run->elsewhere.until_unix);
	if (!run->job->sign)
		return;
	no_later_than(until, run->result->earliest - (int64_t)run->lifetime.refresh_s);
	no_later_than(
	    until, check_end(run->diags, &run->copies, run->job->load.now, run->result->earliest));
}

static bool
is_judged(const struct zone_job *job)
{
	return job->sign && job->verify != ZONE_VERIFY_NONE;
}

/* The judge reads what was written, as a server will; a fault keeps it from being published. A file
 * that stays as it is need not have met the judge before. */
static int
verify_draft(struct run *run, struct output *out)
{
	struct verify_options options = {.at = run->job->load.now,
	    .crypto = run->job->verify == ZONE_VERIFY_FULL,
	    .n_workers = run->job->n_workers};
	const char *published = run->job->output, *draft;
	struct verify_result result;
	struct store store;
	int done;

	if (!is_judged(run->job))
		return 0;
	draft = output_draft(out);
	run->diags->track_inputs = false;
	run->diags->errors_only = true;
	done = read_store(run->diags, NULL, draft ? draft : output_old(out),
	    &run->loaded.store.apex, options.n_workers, &store, NULL);
	run->diags->sources[run->diags->n_sources - 1].path =
	    strcmp(published, "-") == 0 ? "<stdout>" : published;
	if (done == 0)
		done = verify_zone(run->diags, &store, &options, &result);
	store_free(&store);
	run->diags->errors_only = false;
	return done;
}

/* The judge has a store of its own: what it takes is what the others give back. */
static void
forget_records(struct run *run)
{
	struct name apex = run->loaded.store.apex;

	run->copies = copies_of(&run->loaded.store);
	published_free(&run->published);
	load_free(&run->loaded);
	store_begin(&run->loaded.store, run->diags, &apex);
}

/* A mark stands from before the publication until the hook has succeeded and the history has the
 * sets: whatever happens between, the next build runs the hook, and nobody counts on less. */
static int
leave_mark(struct run *run, struct output *out)
{
	const struct zone_job *job = run->job;
	const struct keep *keep = job->keep;
	bool needed = job->has_hook || (keep && keep->opened.n_sets + keep->closed.n_sets > 0);

	if (!keep || !needed || !output_draft(out))
		return 0;
	return mark_make(run->diags, job->own, job->mark, keep->opened.sets, keep->opened.n_sets);
}

/* In PEM, or a key of BIND. */
static int
holds_key_or_certificate(
    struct diags *diags, const struct roots *roots, const char *path, bool *out)
{
	static const char pem[] = "-----BEGIN ";
	char head[4096];
	int fd = file_open(roots, path, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, head, sizeof(head));

	if (fd >= 0)
		file_close(fd, 0);
	if (len < 0)
		return file_refuse(diags, roots, path);
	*out = file_is_private((struct text){head, (size_t)len}) ||
	       memmem(head, (size_t)len, pem, sizeof(pem) - 1);
	return 0;
}

/* The zone must not be written over what it was made of, nor over what another zone may be. */
static int
check_overwrite(const struct run *run)
{
	const struct roots *roots = run->job->outputs;
	struct stat output;
	bool there, precious = false;

	if (file_stat_if(run->diags, roots, run->job->output, &output, &there) < 0)
		return -1;
	if (!there || !S_ISREG(output.st_mode))
		return 0;
	if (!run->published.there &&
	    holds_key_or_certificate(run->diags, roots, run->job->output, &precious) < 0)
		return -1;
	if (precious)
		return diag_add_path(run->diags, run->job->output, P_OUTPUT,
		    "the zone would be written over %s, which holds a key or a certificate",
		    run->job->output);
	return overwrite_check(run->diags, roots, run->job->output);
}

/* For the next run, which then need not verify what it keeps. */
static void
seal(struct run *run, struct output *out)
{
	char text[SEAL_LEN];

	if (run->job->sign && seal_make(&run->keys, output_sha256(out), text))
		output_attribute(out, PUBLISHED_SEAL, text, SEAL_LEN);
}

/* A certificate that came too early is an error, and no reason to publish nothing: the zone that
 * would stay unpublished is the one that ends it. */
static bool
has_errors(const struct run *run)
{
	const struct keep *keep = run->job->keep;

	return run->diags->n_severity[SEVERITY_ERROR] > (keep ? keep->n_early : 0);
}

/* Is the zone one whose history is kept? */
static bool
is_tracked(const struct run *run)
{
	const struct zone_job *job = run->job;

	return job->sign || !job->is_unsigned || run->elsewhere.is ||
	       run->loaded.directives.tlsa.uses || run->loaded.directives.tlsa.n_records > 0 ||
	       job->keep->zone->n_servers > 0;
}

static int
publish(struct run *run)
{
	struct keep *keep = run->job->keep;
	struct output *out;

	if (keep)
		keep->is_tracked = is_tracked(run);
	if (check_overwrite(run) < 0)
		return -1;
	out = output_open_in(run->diags, run->job->outputs, run->job->output);
	if (!out)
		return -1;
	if (run->job->cache || run->job->sign)
		output_hash(out);
	if (is_judged(run->job))
		output_hold(out);
	if (write_zone(run, out) < 0) {
		output_abort(out);
		return -1;
	}
	if (run->job->sign)
		forget_records(run);
	seal(run, out);
	/* Warnings that the project takes for errors are no error of what said them. */
	if (verify_draft(run, out) < 0 || has_errors(run) || leave_mark(run, out) < 0 ||
	    output_commit(out, &run->result->changed) < 0) {
		output_abort(out);
		return -1;
	}
	if (keep)
		keep->is_published = true;
	note_until(run);
	if (run->job->cache)
		cache_store(run->job, run->diags, run->result, output_sha256(out));
	return 0;
}

static void
run_begin(
    struct run *run, struct diags *diags, const struct zone_job *job, struct zone_result *result)
{
	*run = (struct run){.diags = diags,
	    .job = job,
	    .result = result,
	    .next_warning = INT64_MAX,
	    .serial = job->serial};
	diags->severities = job->severities;
	run->sign = (struct sign_options){.keys = &run->keys,
	    .nsec3 = job->nsec3,
	    .zonemd = job->zonemd,
	    .cds = job->cds,
	    .n_workers = job->n_workers,
	    .now = job->load.now};
}

/* Is nothing that is written reached by a link that must not be followed? */
static int
check_links(const struct run *run)
{
	const struct zone_job *job = run->job;
	const char *const own[] = {job->cache, job->mark};
	int result = job->outputs ? output_permitted(run->diags, job->outputs, job->output) : 0;

	for (size_t i = 0; job->own && i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i] && output_permitted(run->diags, job->own, own[i]) < 0)
			result = -1;
	return result;
}

int
zone_publish(struct diags *diags, const struct zone_job *job, struct zone_result *result)
{
	struct run run;
	int done = -1, linked;

	run_begin(&run, diags, job, result);
	linked = check_links(&run);
	if (linked == 0 && job->cache && cache_fresh(job, result))
		return 0;
	*result = (struct zone_result){0};
	diags->track_inputs = true;
	if ((read_all(&run) == 0 ? arrange(&run) : check_rest(&run)) == 0 && linked == 0) {
		result->n_tlsa += run.loaded.directives.tlsa.n_records;
		if (compare_published(&run) == 0 && choose_serial(&run) == 0)
			done = publish(&run);
	}
	if (done < 0)
		remember(&run);
	published_free(&run.published);
	load_free(&run.loaded);
	return done;
}

/* Nobody has built for long; whoever asks what is wrong is to be told. */
static void
check_published(struct run *run)
{
	struct arena *a = &run->diags->arena;
	struct buf b = {0};
	int64_t end;

	if (!(run->job->sign || run->elsewhere.is) || !run->published.there ||
	    !check_first_end(&run->published.store, run->job->load.now, &end) ||
	    end > run->job->load.now)
		return;
	instant_print_iso(&b, end);
	diag_add_path(run->diags, run->job->output, S_PUBLISHED_END,
	    "a signature of the published zone expired at %s", buf_text(&b, a));
}

/* Does it depend on the serial that a build would choose whether the zone is good? */
static bool
is_of_one_serial(const struct run *run)
{
	const struct store *store = &run->loaded.store;

	return run->job->output && !run->job->sign && !run->elsewhere.is && !makes_digest(run) &&
	       node_rrset(store, store_apex(store), TYPE_ZONEMD).n > 0;
}

/* What a build would say of the published zone and of the keys that cannot sign. */
static int
check_against_published(struct run *run)
{
	struct offline offline;
	int done = 0;

	if (compare_published(run) < 0)
		return -1;
	check_published(run);
	if (is_of_one_serial(run))
		return choose_serial(run);
	if (find_serials(run) < 0)
		return -1;
	if (run->serial == ZONE_SERIAL_KEEP)
		check_kept_serial(run);
	if (run->job->sign)
		done = offline_find(&run->loaded.store, &run->sign, &offline);
	return done;
}

int
zone_check(struct diags *diags, const struct zone_job *job)
{
	struct zone_result result = {0};
	struct run run;
	int done, linked;

	run_begin(&run, diags, job, &result);
	linked = check_links(&run);
	done = read_all(&run) == 0 ? arrange(&run) : check_rest(&run);
	if (done == 0)
		done = check_against_published(&run);
	published_free(&run.published);
	load_free(&run.loaded);
	return linked < 0 ? -1 : done;
}
