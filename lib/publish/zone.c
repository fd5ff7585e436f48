#include "publish/zone.h"

#include "base/duration.h"
#include "check/zone.h"
#include "dns/serial.h"
#include "dnssec/sign.h"
#include "publish/cache.h"
#include "publish/previous.h"
#include "zone/write.h"

/* What the steps hand on. */
struct run {
	struct diags *diags;
	const struct zone_job *job;
	struct zone_result *result;
	struct loaded loaded;
	struct keys keys;
	struct sign_options sign;
	struct previous previous;
};

static int
load_keys(struct run *run)
{
	const struct zone_job *job = run->job;
	const struct name *apex = &run->loaded.store.apex;
	struct arena *a = &run->diags->arena;
	int result = job->keys ?
	    keys_load(a, run->diags, job->keys, apex, job->load.now, &run->keys) :
	    keys_load_files(a, run->diags, job->key_files, apex, job->load.now, &run->keys);

	if (result < 0)
		return -1;
	return keys_roles(
	    run->diags, job->keys ? job->keys->path : job->key_files[0], &run->keys);
}

/* Reads template and keys, so that the problems of both are told of in one run. */
static int
read_all(struct run *run)
{
	const struct zone_job *job = run->job;
	int loaded = load_zone(run->diags, &job->load, &run->loaded);

	if (!job->sign || run->loaded.store.apex.len == 0)
		return loaded;
	if (load_keys(run) < 0 ||
	    rrsig_period(run->diags, job->load.now, job->offset_s, job->validity_s, job->jitter_s,
		&run->sign.period) < 0)
		return -1;
	return loaded;
}

static int
arrange(struct run *run)
{
	struct store *store = &run->loaded.store;

	if (run->job->sign) {
		sign_clean(store, &run->sign);
		sign_add(store, &run->sign);
	}
	store_sort(store);
	return check_zone(store);
}

/* The published zone, or the one given, whose signatures may be kept. */
static void
load_previous(struct run *run)
{
	const struct zone_job *job = run->job;
	uint8_t wrote[32];

	if (!job->previous)
		return;
	previous_load(&run->previous, job->previous, &run->loaded.store.apex);
	if (!run->previous.there)
		return;
	run->sign.previous = &run->previous.store;
	run->sign.previous_trusted = job->cache && cache_output_sha256(job, wrote) &&
	    memcmp(wrote, run->previous.sha256, sizeof(wrote)) == 0;
}

static uint32_t
wanted_serial(const struct run *run)
{
	int64_t now = run->job->load.now;

	switch (run->job->serial) {
	case ZONE_SERIAL_UNIXTIME: return (uint32_t)now;
	case ZONE_SERIAL_DATE: return instant_date(now) * 100;
	default: return zone_serial(&run->loaded.store);
	}
}

/* Is the zone what was published before, but for signatures that have grown old? */
static bool
is_same(struct run *run)
{
	return previous_same_content(&run->previous, &run->loaded.store, run->job->sign);
}

/* A serial of the template's own that does not move on keeps secondaries from seeing the change. */
static void
check_kept_serial(struct run *run)
{
	const struct store *store = &run->loaded.store;
	uint32_t serial = zone_serial(store);

	if (strcmp(run->job->previous, run->job->output) == 0 && !is_same(run) &&
	    !serial_later(serial, run->previous.serial))
		diag_add(run->diags, node_records(store, store_apex(store))->pos, Z_SERIAL,
		    "the zone has changed, but its serial %u is not later than the published %u",
		    (unsigned)serial, (unsigned)run->previous.serial);
}

/* Can the published serial stay, if nothing has changed? */
static bool
may_stay(const struct run *run, uint32_t wanted)
{
	switch (run->job->serial) {
	case ZONE_SERIAL_KEEP: return wanted == run->previous.serial;
	case ZONE_SERIAL_AUTO: return !serial_later(wanted, run->previous.serial);
	default: return true;
	}
}

/* New signatures are a change even where the contents are the same. */
static int
choose_serial(struct run *run)
{
	struct store *store = &run->loaded.store;
	uint32_t wanted = wanted_serial(run), next = wanted;
	size_t missing = 0;

	if (run->previous.there && run->job->serial == ZONE_SERIAL_KEEP)
		check_kept_serial(run);
	else if (run->previous.there)
		next = previous_next_serial(&run->previous, wanted);
	if (run->previous.there && may_stay(run, wanted) && is_same(run)) {
		zone_set_serial(store, run->previous.serial);
		if (run->job->sign && sign_missing(store, &run->sign, &missing) < 0)
			return -1;
		run->sign.zonemd_kept = missing == 0;
		if (missing == 0)
			next = run->previous.serial;
	}
	zone_set_serial(store, next);
	run->result->serial = next;
	return 0;
}

/* Signature times are 32 bits in serial arithmetic: the instant nearest to `now`. */
static int64_t
instant_of(uint32_t time, int64_t now)
{
	return now + (int32_t)(time - (uint32_t)now);
}

static int
write_zone(struct run *run, struct output *out)
{
	const struct store *store = &run->loaded.store;
	struct sign_result result;

	if (!run->job->sign) {
		run->result->n_records = store->n_live;
		return write_store(out, store, run->job->n_workers);
	}
	if (sign_store(out, store, &run->sign, &result) < 0)
		return -1;
	run->result->n_records = result.n_records;
	run->result->n_signatures = result.n_signatures;
	run->result->n_kept = result.n_kept;
	run->result->earliest = instant_of(result.earliest, run->job->load.now);
	return 0;
}

static void
note_until(struct run *run)
{
	int64_t until = run->loaded.tlsa.first_expiry_unix;
	int64_t refresh = run->result->earliest - (int64_t)run->job->refresh_s;

	if (run->job->sign && refresh < until)
		until = refresh;
	for (size_t i = 0; i < run->keys.n; i++)
		if (run->keys.items[i].next_event < until)
			until = run->keys.items[i].next_event;
	run->result->valid_until = until;
}

static int
publish(struct run *run)
{
	struct output *out = output_open(run->diags, run->job->output);

	if (!out)
		return -1;
	if (run->job->cache)
		output_hash(out);
	if (write_zone(run, out) < 0) {
		output_abort(out);
		return -1;
	}
	if (output_commit(out, &run->result->changed) < 0)
		return -1;
	note_until(run);
	if (run->job->cache && run->diags->n == 0)
		cache_store(run->job, run->diags, run->result, output_sha256(out));
	return 0;
}

int
zone_publish(struct diags *diags, const struct zone_job *job, struct zone_result *result)
{
	struct run run = {.diags = diags, .job = job, .result = result};
	int done = -1;

	run.sign = (struct sign_options){.keys = &run.keys,
	    .nsec3 = job->nsec3,
	    .zonemd = job->zonemd,
	    .cds = job->cds,
	    .n_workers = job->n_workers,
	    .now = job->load.now,
	    .refresh_s = job->refresh_s};
	if (job->cache && cache_fresh(job, result))
		return 0;
	*result = (struct zone_result){0};
	diags->track_inputs = job->cache != NULL;
	if (read_all(&run) == 0 && arrange(&run) == 0) {
		result->n_tlsa = run.loaded.tlsa.n_records;
		load_previous(&run);
		if (choose_serial(&run) == 0)
			done = publish(&run);
		previous_free(&run.previous);
	}
	load_free(&run.loaded);
	return done;
}
