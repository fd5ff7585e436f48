#include "rollover/deploy.h"

#include "history/state.h"
#include "project/hook.h"
#include "project/lock.h"
#include "rollover/project_history.h"

/* Files that were exchanged while the command ran are not what was judged. */
static int
check_deployed(struct diags *diags, const struct rollover *rollover)
{
	const struct project_certificate *is = rollover->certificate.is;
	const char *id = rollover->certificate.next_chain.id;
	struct diags own = {0};
	struct certificate after;
	int result = 0;

	certificate_load(&own, is, &after);
	if (!(after.next && strcmp(after.next_chain.id, id) == 0) &&
	    !(after.current && strcmp(after.current_chain.id, id) == 0))
		result = diag_error(diags, is->pos, P_EXCHANGED,
		    "certificate \"%s\": %s was exchanged while deploy ran: it is not known which "
		    "one was taken into use; judged was %s",
		    is->name, is->next, rollover->certificate.next_chain.leaf_id);
	diags_free(&own);
	return result;
}

static int
note_event(struct diags *diags, const struct project *project, const struct rollover *rollover,
    enum note_kind kind, const char *event, int64_t now_unix)
{
	struct arena *a = &diags->arena;
	const struct certchain *next = &rollover->certificate.next_chain;
	struct project_history_change change = {.add.a = a, .remove.a = a};

	history_add_note(
	    &change.add, &(struct note){.kind = kind,
			     .name = rollover->certificate.is->name,
			     .event = event,
			     .id = kind == NOTE_DEPLOYED ? next->id : next->leaf_id,
			     .chain = kind == NOTE_DEPLOYED ? certchain_print(a, next) : NULL,
			     .t_unix = now_unix});
	return project_history_change(diags, project, &change, now_unix);
}

/* That it failed is told once for a certificate. */
static void
note_failure(struct diags *diags, const struct project *project, const struct rollover *rollover,
    int64_t now_unix)
{
	const struct project_certificate *is = rollover->certificate.is;

	if (is->notify)
		note_event(diags, project, rollover, NOTE_PENDING, "failed", now_unix);
}

static int
deploy(struct diags *diags, const struct project *project, const struct rollover *rollover,
    int64_t now_unix)
{
	const struct project_certificate *is = rollover->certificate.is;
	struct hook hook = {.what = "deploy",
	    .lock = LOCK_DEPLOY,
	    .problem = P_DEPLOY,
	    .id = rollover->certificate.next_chain.leaf_id};

	certs_check_served(diags, is->pos, rollover->certificate.next);
	if (state_try(diags, state_path(&diags->arena, project->path, project->folder)) < 0)
		return -1;
	if (hook_certificate(diags, project, is, is->deploy, hook) < 0 ||
	    check_deployed(diags, rollover) < 0) {
		note_failure(diags, project, rollover, now_unix);
		return -1;
	}
	return note_event(diags, project, rollover, NOTE_DEPLOYED, NULL, now_unix);
}

/* Files and history may have changed while the command of another certificate ran. */
static int
deploy_if_due(struct diags *diags, const struct project *project,
    const struct project_certificate *certificate, int64_t now_unix)
{
	const char *const name[] = {certificate->name, NULL};
	struct rollovers rollovers;

	if (rollovers_load(diags, project, name, now_unix, &rollovers) < 0)
		return -1;
	return rollover_is_due(&rollovers.items[0])
		   ? deploy(diags, project, &rollovers.items[0], now_unix)
		   : 0;
}

int
rollovers_deploy(
    struct diags *diags, const struct project *project, const char *const *names, int64_t now_unix)
{
	struct rollovers rollovers;
	int result, lock;

	if (lock_begin(diags, project, LOCK_DEPLOY, &lock) < 0)
		return -1;
	result = rollovers_load(diags, project, names, now_unix, &rollovers);
	for (size_t i = 0; result == 0 && i < rollovers.n; i++)
		if (rollover_is_due(&rollovers.items[i]) &&
		    deploy_if_due(diags, project, rollovers.items[i].certificate.is, now_unix) < 0)
			result = -1;
	lock_end(lock);
	return result;
}
