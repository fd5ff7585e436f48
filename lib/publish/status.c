#include "publish/status.h"

#include "check/dnssec.h"
#include "dnssec/ahead.h"
#include "dnssec/keystate.h"
#include "history/published.h"
#include "publish/cache.h"
#include "zone/soa.h"

const char *const zone_state_names[N_ZONE_STATES] = {
    [ZONE_OK] = "ok",
    [ZONE_STALE] = "stale",
    [ZONE_FOREIGN] = "foreign",
    [ZONE_BROKEN] = "broken",
    [ZONE_MISSING] = "missing",
};

static void
take_result(const struct zone_result *result, struct zone_status *status)
{
	status->serial = result->serial;
	status->n_records = result->n_records;
	status->n_signatures = result->n_signatures;
	status->expiry_unix = result->earliest;
}

static size_t
count_signatures(const struct store *store)
{
	size_t n = 0;

	for (size_t i = 0; i < store->n_nodes; i++)
		n += node_rrset(store, &store->nodes[i], TYPE_RRSIG).n;
	return n;
}

/* What no build here remembers tells of itself. */
static int
read_file(struct diags *diags, const struct zone_job *job, struct zone_status *status)
{
	struct published published;
	int result = published_load(
	    diags, &published, job->outputs, job->zone->output, job->load.zone, job->n_workers);

	status->state = published.there ? ZONE_FOREIGN : ZONE_BROKEN;
	if (published.has_serial)
		status->serial = published.serial;
	if (published.there) {
		status->n_records = published.store.n_live;
		status->n_signatures = count_signatures(&published.store);
		if (!check_first_end(&published.store, job->load.now, &status->expiry_unix))
			status->expiry_unix = 0;
	}
	published_free(&published);
	return result;
}

/* Whether the lock file was to bind the last build is of no matter to who looks. */
static bool
is_fresh(const struct zone_job *job, struct zone_result *result)
{
	struct zone_job other = *job;

	other.binding = !job->binding;
	return cache_holds(job, result) || cache_holds(&other, result);
}

static int
look_at_file(struct diags *diags, const struct zone_job *job, struct zone_status *status)
{
	uint8_t wrote[DIGEST_LEN], now[DIGEST_LEN];
	struct zone_result result;
	struct stat st;
	bool there;

	if (file_stat_if(diags, job->outputs, job->zone->output, &st, &there) < 0)
		return -1;
	if (!there) {
		status->state = ZONE_MISSING;
		return 0;
	}
	status->built_here = cache_remembers(job, &result, wrote);
	if (!status->built_here || !file_digest(INPUT_FILE, job->outputs, job->zone->output, now) ||
	    memcmp(wrote, now, sizeof(now)) != 0)
		return read_file(diags, job, status);
	take_result(&result, status);
	/* What has a mark, the next build has a hook for: servers may not know of it. */
	status->state = is_fresh(job, &result) && !job->keep->has_mark ? ZONE_OK : ZONE_STALE;
	status->each = status->state == ZONE_OK && result.each;
	return 0;
}

/* Responses are of no use to a zone whose keys are all here. Those that are good count where others
 * are not. */
static void
look_ahead(struct diags *diags, const struct zone_job *job, const struct keys *keys,
    struct zone_status *status)
{
	struct ceremonies all;
	struct diags own;
	int64_t until;

	if (!keys_are_offline(keys))
		return;
	diags_part(diags, &own);
	account_open(&own.account, job->load.limits, job->load.n_abreast);
	status->ahead_unread = ceremonies_read(&own, job->keys, job->load.zone, &all) < 0;
	until = ahead_of_keys(&own.arena, &all, keys, job->load.now);
	status->ahead_unix = until == KEY_NO_TIME ? 0 : until;
	diags_join(diags, &own);
}

/* What is wrong with keys, checks and builds tell. */
static void
look_at_keys(struct diags *diags, const struct zone_job *job, struct zone_status *status)
{
	struct diags own = {0};
	struct keys keys = {0};

	if (job->zone->sign && job->keys)
		keys_load(&own.arena, &own, job->keys, job->load.zone, job->load.now, &keys);
	if (keys.n > 0)
		look_ahead(diags, job, &keys, status);
	for (size_t i = 0; i < keys.n; i++) {
		enum key_time event = keystate_next(&keys.items[i], job->load.now);

		if (event == N_KEY_TIMES || (status->key_event != N_KEY_TIMES &&
						status->key_unix <= keys.items[i].time[event]))
			continue;
		status->key_event = event;
		status->key_tag = keys.items[i].tag;
		status->key_unix = keys.items[i].time[event];
	}
	diags_free(&own);
}

int
zone_status(struct diags *diags, const struct zone_job *job, struct zone_status *status)
{
	*status = (struct zone_status){.key_event = N_KEY_TIMES};
	look_at_keys(diags, job, status);
	return look_at_file(diags, job, status);
}
