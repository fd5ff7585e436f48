#include "publish/roll_run.h"

#include "project/hook.h"
#include "project/lock.h"
#include "publish/unfit.h"
#include "publish/unnoted.h"
#include "publish/unserved.h"

bool
roll_is_chosen(const char *const *names, const struct project_certificate *certificate)
{
	bool all = !*names;

	while (*names && strcmp(*names, certificate->name) != 0)
		names++;
	return all || *names;
}

int
roll_facts(struct diags *diags, const struct project *project, struct facts *out)
{
	return state_load(diags, state_path(&diags->arena, project), out);
}

int
roll_known(struct diags *diags, const struct project *project, int64_t now_unix, struct facts *out)
{
	int result = roll_facts(diags, project, out);

	rollover_adopt(project, out);
	for (size_t i = 0; i < project->n_zones; i++)
		if (unserved_delay(diags, project, &project->zones[i], out, now_unix) < 0)
			result = -1;
	return result;
}

static bool
is_dane_off(const struct project *project)
{
	for (size_t i = 0; i < project->n_zones; i++)
		if (project->zones[i].dane)
			return false;
	return true;
}

/* Records of which no fact tells keep the gate closed. */
static int
mind_unnoted(struct diags *diags, const struct project *project, const struct facts *facts,
    bool strict, struct roll *roll)
{
	if (!roll->rollover.gate || (roll->facts.used && roll->facts.same))
		return 0;
	if (unnoted_zone(diags, project, facts, roll, strict, &roll->unnoted) < 0)
		return -1;
	if (!roll->unnoted)
		return 0;
	roll->facts.left_unix = roll->facts.next_since = roll->facts.next_safe_unix =
	    ROLLOVER_NEVER;
	roll->rollover = rollover_judge(&roll->facts);
	return 0;
}

/* A project in which DANE is off has nothing that a cache could have, unless facts or its published
 * zones tell of it. */
int
roll_of(struct diags *diags, const struct project *project,
    const struct project_certificate *certificate, const struct facts *facts, int64_t now_unix,
    struct roll *out)
{
	bool off;

	if (roll_load(diags, certificate, facts, now_unix, out) < 0)
		return -1;
	off = !out->facts.used && !out->leaving && out->facts.left_unix == ROLLOVER_NEVER &&
	      is_dane_off(project);
	if (off) {
		out->facts.left_unix =
		    out->nameless_unix > now_unix ? out->nameless_unix : now_unix;
		out->rollover = rollover_judge(&out->facts);
	}
	if (mind_unnoted(diags, project, facts, off, out) < 0)
		return -1;
	return unfit_mind(diags, project, facts, out);
}

int
rolls_load(struct diags *diags, const struct project *project, const char *const *names,
    int64_t now_unix, struct rolls *out)
{
	int result = roll_known(diags, project, now_unix, &out->facts);

	out->n = 0;
	out->items = arena_alloc(&diags->arena, project->n_certificates * sizeof(*out->items) + 1);
	for (size_t i = 0; result == 0 && i < project->n_certificates; i++)
		if (roll_is_chosen(names, &project->certificates[i]))
			out->items[out->n++].certificate = &project->certificates[i];
	for (size_t i = 0; i < out->n; i++)
		if (roll_of(diags, project, out->items[i].certificate, &out->facts, now_unix,
			&out->items[i]) < 0)
			result = -1;
	return result;
}

/* --- Changes of the state file --- */

static bool
is_removed(const struct roll_change *change, const struct fact *fact)
{
	for (size_t i = 0; i < change->remove.n; i++)
		if (strcmp(change->remove.items[i].key, fact->key) == 0)
			return true;
	return false;
}

int
roll_change(struct diags *diags, const struct project *project, const struct roll_change *change)
{
	struct arena *a = &diags->arena;
	struct facts facts, changed = {0};
	int result, lock;

	if (change->add.n + change->remove.n == 0)
		return 0;
	if (lock_begin(diags, project, LOCK_STATE, &lock) < 0)
		return -1;
	result = roll_facts(diags, project, &facts);
	for (size_t i = 0; i < facts.n; i++)
		if (!is_removed(change, &facts.items[i]))
			facts_add(a, &changed, facts.items[i]);
	for (size_t i = 0; i < change->add.n; i++)
		facts_add(a, &changed, change->add.items[i]);
	if (result == 0)
		result = state_save(diags, state_path(a, project), &changed);
	lock_end(lock);
	return result;
}

/* --- Deploying --- */

/* No record tells the two apart where none is published. A request or a key is nothing that a
 * server could use. */
static bool
has_other(const struct roll *roll)
{
	if (!roll->facts.has_next || !roll->current || roll->next->key)
		return false;
	if (!roll->facts.used)
		return strcmp(roll->current_chain, roll->next_chain) != 0;
	return !roll->facts.same || roll->other_chain;
}

/* What the command then makes of the current file is its own affair. One that is older than the
 * current certificate is no renewal: somebody put a newer one into use by hand. */
bool
roll_is_due(const struct roll *roll)
{
	return roll->certificate->deploy && has_other(roll) && !roll->older &&
	       roll->rollover.gate && roll->facts.deployed_unix == ROLLOVER_NEVER;
}

static int
deploy(
    struct diags *diags, const struct project *project, const struct roll *roll, int64_t now_unix)
{
	const struct project_certificate *certificate = roll->certificate;
	struct roll_change change = {.a = &diags->arena};
	struct hook hook = {.what = "deploy", .lock = LOCK_DEPLOY, .problem = P_DEPLOY};

	certs_check_served(diags, certificate->pos, roll->next);
	if (state_try(diags, state_path(change.a, project)) < 0 ||
	    hook_certificate(diags, project, certificate, certificate->deploy, hook) < 0)
		return -1;
	facts_add(change.a, &change.add,
	    (struct fact){.kind = FACT_DEPLOYED,
		.name = certificate->name,
		.id = roll->next_chain,
		.t_unix = now_unix});
	return roll_change(diags, project, &change);
}

/* Files and facts may have changed while the command of another certificate ran. */
static int
deploy_if_due(struct diags *diags, const struct project *project,
    const struct project_certificate *certificate, int64_t now_unix)
{
	const char *const name[] = {certificate->name, NULL};
	struct rolls rolls;

	if (rolls_load(diags, project, name, now_unix, &rolls) < 0)
		return -1;
	return roll_is_due(&rolls.items[0]) ? deploy(diags, project, &rolls.items[0], now_unix) : 0;
}

int
rolls_deploy(
    struct diags *diags, const struct project *project, const char *const *names, int64_t now_unix)
{
	struct rolls rolls;
	int result, lock;

	if (lock_begin(diags, project, LOCK_DEPLOY, &lock) < 0)
		return -1;
	result = rolls_load(diags, project, names, now_unix, &rolls);
	for (size_t i = 0; result == 0 && i < rolls.n; i++)
		if (roll_is_due(&rolls.items[i]) &&
		    deploy_if_due(diags, project, rolls.items[i].certificate, now_unix) < 0)
			result = -1;
	lock_end(lock);
	return result;
}
