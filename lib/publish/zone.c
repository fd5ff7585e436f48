#include "publish/zone.h"

#include "check/zone.h"
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
	struct rrsig_period period;
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
		&run->period) < 0)
		return -1;
	return loaded;
}

static int
arrange(struct run *run)
{
	struct store *store = &run->loaded.store;

	if (run->job->sign)
		sign_add_keys(store, &run->keys);
	store_sort(store);
	if (run->job->sign)
		sign_clean(store);
	return check_zone(store);
}

/* New signatures are a change even where the contents are the same. */
static void
choose_serial(struct run *run)
{
	struct store *store = &run->loaded.store;
	struct previous previous;

	if (run->job->serial == ZONE_SERIAL_AUTO && strcmp(run->job->output, "-") != 0) {
		previous_load(&previous, run->job->output, &store->apex);
		if (previous.there) {
			uint32_t next = previous_next_serial(&previous, zone_serial(store));
			bool same = !run->job->sign && previous_same_content(&previous, store) &&
			    next == previous.serial + 1;

			zone_set_serial(store, same ? previous.serial : next);
		}
		previous_free(&previous);
	}
	run->result->serial = zone_serial(store);
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
	struct sign_options options = {&run->keys, run->period, run->job->n_workers};
	struct sign_result signed_result;

	if (!run->job->sign) {
		run->result->n_records = store->n_live;
		return write_store(out, store, run->job->n_workers);
	}
	if (sign_store(out, store, &options, &signed_result) < 0)
		return -1;
	run->result->n_records = signed_result.n_records;
	run->result->n_signatures = signed_result.n_signatures;
	run->result->earliest = instant_of(signed_result.earliest, run->job->load.now);
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

	if (job->cache && cache_fresh(job, result))
		return 0;
	*result = (struct zone_result){0};
	diags->track_inputs = job->cache != NULL;
	if (read_all(&run) == 0 && arrange(&run) == 0) {
		choose_serial(&run);
		result->n_tlsa = run.loaded.tlsa.n_records;
		done = publish(&run);
	}
	load_free(&run.loaded);
	return done;
}
