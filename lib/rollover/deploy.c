#include "rollover/deploy.h"

#include "history/state.h"
#include "project/hook.h"
#include "project/lock.h"

/* Files that were exchanged while the command ran are not what was judged. */
static int
check_deployed(struct diags *diags, const struct roll *roll)
{
	const struct project_certificate *is = roll->certificate.is;
	const char *id = roll->certificate.next_chain.id;
	struct diags own = {0};
	struct certificate after;
	int result = 0;

	certificate_load(&own, is, &after);
	if (!(after.next && strcmp(after.next_chain.id, id) == 0) &&
	    !(after.current && strcmp(after.current_chain.id, id) == 0))
		result = diag_error(diags, is->pos, P_EXCHANGED,
		    "certificate \"%s\": %s was exchanged while deploy ran: it is not known which "
		    "one was taken into use; judged was %s",
		    is->name, is->next, roll->certificate.next_chain.leaf_id);
	diags_free(&own);
	return result;
}

static int
note_event(struct diags *diags, const struct project *project, const struct roll *roll,
    enum note_kind kind, const char *event, int64_t now_unix)
{
	struct arena *a = &diags->arena;
	const struct certchain *next = &roll->certificate.next_chain;
	struct roll_change change = {.add.a = a, .remove.a = a};

	history_add_note(
	    &change.add, &(struct note){.kind = kind,
			     .name = roll->certificate.is->name,
			     .event = event,
			     .id = kind == NOTE_DEPLOYED ? next->id : next->leaf_id,
			     .chain = kind == NOTE_DEPLOYED ? certchain_print(a, next) : NULL,
			     .t_unix = now_unix});
	return roll_change(diags, project, &change, now_unix);
}

/* That it failed is told once for a certificate. */
static void
note_failure(
    struct diags *diags, const struct project *project, const struct roll *roll, int64_t now_unix)
{
	const struct project_certificate *is = roll->certificate.is;

	if (is->notify)
		note_event(diags, project, roll, NOTE_PENDING, "failed", now_unix);
}

static int
deploy(
    struct diags *diags, const struct project *project, const struct roll *roll, int64_t now_unix)
{
	const struct project_certificate *is = roll->certificate.is;
	struct hook hook = {.what = "deploy",
	    .lock = LOCK_DEPLOY,
	    .problem = P_DEPLOY,
	    .id = roll->certificate.next_chain.leaf_id};

	certs_check_served(diags, is->pos, roll->certificate.next);
	if (state_try(diags, state_path(&diags->arena, project->path, project->folder)) < 0)
		return -1;
	if (hook_certificate(diags, project, is, is->deploy, hook) < 0 ||
	    check_deployed(diags, roll) < 0) {
		note_failure(diags, project, roll, now_unix);
		return -1;
	}
	return note_event(diags, project, roll, NOTE_DEPLOYED, NULL, now_unix);
}

/* Files and history may have changed while the command of another certificate ran. */
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
		    deploy_if_due(diags, project, rolls.items[i].certificate.is, now_unix) < 0)
			result = -1;
	lock_end(lock);
	return result;
}
