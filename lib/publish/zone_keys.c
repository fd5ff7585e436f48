#include "dnssec/keystate.h"
#include "publish/zone_part.h"
#include "rollover/delegation.h"
#include "rollover/keyroll.h"
#include "rollover/parent.h"

#include <sys/stat.h>

static bool
is_forced(enum problem problem, const void *ctx)
{
	const struct zone_job *job = ctx;

	return job->force && job->force[problem];
}

/* What the guard has to know of the published file. The nameserver signs the zone for which it has
 * no signature, so that it tells nothing of what was answered. */
static const struct published *
published_keys(const struct zone_run *run)
{
	static const struct published nothing;
	const struct published *published = &run->published;
	const struct node *apex = published->there ? store_apex(&published->store) : NULL;
	bool elsewhere = run->job->zone->dnssec == PROJECT_DNSSEC_EXTERNAL;

	if (elsewhere && apex && node_rrset(&published->store, apex, TYPE_RRSIG).n == 0)
		return &nothing;
	return published;
}

static void
guard_begin(struct zone_run *run, const char *where)
{
	const struct zone_job *job = run->job;

	run->guard = (struct guard){.keep = job->keep,
	    .diags = run->diags,
	    .where = where,
	    .keys = job->zone->sign ? &run->keys : NULL,
	    .store = &run->loaded.store,
	    .ceremonies = &run->ceremonies,
	    .published = published_keys(run),
	    .now_unix = job->load.now,
	    .asks_by_cds = job->zone->policy->cds == CDS_KEYS,
	    .hold_s = parent_hold_s(job->keep->project, job->keep->zone),
	    .forced = is_forced,
	    .ctx = job};
}

/* DS records at a parent outside the project that were wrong before stay so whatever is published.
 * Who forces such a change knows it. */
static void
check_parent(struct zone_run *run, const char *where)
{
	const struct zone_job *job = run->job;
	const struct keep *keep = job->keep;

	if (is_forced(S_DS_NEEDS, job) ||
	    !parent_is_lost(keep->a, keep->history, keep->name, &run->guard.dnskey))
		return;
	run->guard.n_errors +=
	    diag_add_path(run->diags, where, S_DS_BROKEN,
		"the parent's DS set leads to no key that signs the DNSKEY set of %s: resolvers "
		"find the zone bogus",
		keep->name) < 0;
}

/* Its errors are no reason to publish nothing: the zone has what ends them. */
static int
guard(struct zone_run *run, const char *where)
{
	int result;

	if (!run->job->keep)
		return 0;
	if (zone_read_published(run) < 0)
		return -1;
	guard_begin(run, where);
	result = guard_keys(&run->guard);
	if (result == 0)
		check_parent(run, where);
	run->job->keep->n_early += run->guard.n_errors;
	return result;
}

/* The keys that there are go on to sign: the zone is published as its error says. */
static void
check_algorithm(struct zone_run *run, const char *where)
{
	struct keep *keep = run->job->keep;
	const char *why =
	    keep ? keyroll_other_algorithm(&run->diags->arena, keep->zone, &run->keys) : NULL;

	if (why)
		keep->n_early += diag_add_path(run->diags, where, P_KEYS_ALGORITHM, "%s", why) < 0;
}

/* Responses are of no use to a zone whose keys are all here. */
static int
load_ceremonies(struct zone_run *run)
{
	run->sign.ceremonies = &run->ceremonies;
	if (!run->job->keys || !keys_are_offline(&run->keys))
		return 0;
	return ceremonies_read(
	    run->diags, run->job->keys, &run->loaded.store.apex, &run->ceremonies);
}

int
zone_load_keys(struct zone_run *run)
{
	const struct zone_job *job = run->job;
	const struct name *apex = &run->loaded.store.apex;
	struct arena *a = &run->diags->arena;
	const char *where;
	int result;

	if (job->keys_unreadable)
		return -1;
	where = job->keys ? job->keys->path : job->key_files[0];
	result = job->keys ? keys_load(a, run->diags, job->keys, apex, job->load.now, &run->keys)
			   : keys_load_files(
				 a, run->diags, job->key_files, apex, job->load.now, &run->keys);

	run->keys.wants_csk = job->zone->policy->keys.has_role[PROJECT_CSK];
	check_algorithm(run, where);
	if (result < 0)
		return -1;
	if (load_ceremonies(run) < 0)
		return -1;
	if (keys_roles(run->diags, where, &run->keys) < 0 || guard(run, where) < 0) {
		if (job->keep)
			keyroll_check_files(
			    run->diags, job->keep->history, job->keep->zone, &run->keys);
		return -1;
	}
	if (!run->only_looks && tokens_reach(job->tokens, run->diags, &run->keys) < 0)
		return -1;
	run->next_warning = keystate_advise(
	    run->diags, where, &run->keys, job->load.now, (int64_t)run->lifetime.validity_s);
	return 0;
}

/* Nothing is known of the keys of a zone that its nameserver signs. */
static bool
is_guarded(const struct zone_run *run)
{
	return run->job->zone->sign || zone_is_unsigned(run->job->zone) || run->elsewhere.is;
}

void
zone_begin_delegations(struct zone_run *run)
{
	const struct zone_job *job = run->job;

	if (!job->keep)
		return;
	run->delegations = (struct delegations){.keep = job->keep,
	    .diags = run->diags,
	    .store = &run->loaded.store,
	    .published = &run->published,
	    .now_unix = job->load.now,
	    .any = &run->has_children,
	    .keys_of = job->keys_of,
	    .keep_of = job->keep_of,
	    .ctx = job->keys_ctx,
	    .forced = is_forced,
	    .forced_ctx = job};
}

int
zone_ds(void *ctx, struct arena *a, const struct name *name, struct bytes **rdata, size_t *n,
    const char **why)
{
	struct zone_run *run = ctx;

	*why = "the published file cannot be read, of which $DS keeps records";
	if (zone_read_published(run) < 0)
		return -1;
	return delegation_ds(&run->delegations, a, name, rdata, n, why);
}

int
zone_guard_store(struct zone_run *run)
{
	const struct zone_job *job = run->job;
	int result = 0;

	if (!job->zone->sign && is_guarded(run)) {
		guard_begin(run, job->load.path);
		if (guard_store(&run->guard) < 0)
			result = -1;
	}
	if (is_guarded(run))
		guard_compare(&run->guard);
	else
		guard_leave(job->keep, &run->published);
	return delegations_check(&run->delegations) < 0 ? -1 : result;
}

static void
warn(struct zone_run *run, const struct published *published, const char *where)
{
	struct guard_pair pair = {.diags = run->diags,
	    .where = where,
	    .published = published,
	    .keys = &run->keys,
	    .store = &run->loaded.store};

	guard_warn(&pair);
}

void
zone_guard_pair(struct zone_run *run)
{
	const struct zone_job *job = run->job;
	struct diags_mark before = diags_mark(run->diags);
	struct published output;
	struct stat st;

	if (job->keep || !job->zone->sign || !job->zone->output || job->part.n > 0)
		return;
	if (job->previous) {
		warn(run, &run->published, job->previous);
		return;
	}
	if (file_stat(job->outputs, job->zone->output, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	if (published_load(run->diags, &output, job->outputs, job->zone->output,
		&run->loaded.store.apex, job->n_workers) < 0)
		diags_reset(run->diags, before); /* nobody asked to read it */
	else
		warn(run, &output, job->zone->output);
	published_free(&output);
}
