#define _GNU_SOURCE
#include "rollover/rollover.h"

#include "base/duration.h"
#include "history/state.h"
#include "rollover/deploying.h"
#include "rollover/project_history.h"
#include "rollover/refusal.h"

/* --- Zones of which nothing is known --- */

/* Can the file have TLSA records? It is not parsed for that. What is there and no file may. */
static int
may_hold_tlsa(struct diags *diags, const struct roots *roots, const char *path, bool *may)
{
	struct diags own = {0};
	struct text text;
	int result;

	*may = file_load_if(&own, pos_none(), roots, path, &text) < 0 || !text.data ||
	       memmem(text.data, text.len, "TLSA", 4) || memmem(text.data, text.len, "tlsa", 4);
	result = diags_take_unreadable(diags, &own);
	diags_free(&own);
	return result;
}

/* A zone that the history does not have may have been published, unless a file shows that this
 * would not matter. */
static int
find_unknown(struct diags *diags, const struct project *project, const struct history *history,
    const char **out)
{
	bool may = false;

	*out = NULL;
	for (size_t i = 0; !may && i < project->n_zones; i++) {
		const struct project_zone *zone = &project->zones[i];

		if (history_serial(history, history_name(&diags->arena, zone->name.wire)))
			continue;
		if (may_hold_tlsa(diags, &project->outputs, zone->output, &may) < 0)
			return -1;
		*out = may ? zone->name_text : NULL;
	}
	return 0;
}

/* --- One certificate --- */

static const char *const phase_names[N_ROLLOVER_PHASES] = {
    [ROLLOVER_UNUSED] = "unused",
    [ROLLOVER_STEADY] = "steady",
    [ROLLOVER_FINISHING] = "finishing",
    [ROLLOVER_NEW] = "new",
    [ROLLOVER_UNSEEN] = "unseen",
    [ROLLOVER_WAITING] = "waiting",
    [ROLLOVER_READY] = "ready",
    [ROLLOVER_DEPLOYED] = "deployed",
    [ROLLOVER_EARLY] = "early",
};

const char *
rollover_phase_name(enum rollover_phase phase)
{
	return phase_names[phase];
}

/* What is gathered over all services. */
struct gathered {
	struct gate current, next;
	int64_t current_since, next_since;
	bool is_missing; /* a published set refuses next */
};

/* Does the record stand for a former chain of the certificate, and for neither of its files? */
static bool
is_former(const struct certificate *certificate, struct bytes rdata)
{
	bool is = false;

	if (certchain_matches(&certificate->current_chain, rdata) ||
	    (certificate->next && certchain_matches(&certificate->next_chain, rdata)))
		return false;
	for (size_t i = 0; i < certificate->n_former && !is; i++)
		is = certchain_matches(&certificate->former[i], rdata);
	return is;
}

static bool
has_former(const struct certificate *certificate, const struct set *published)
{
	bool has = false;

	for (size_t i = 0; i < published->n && !has; i++)
		has = is_former(certificate, published->rdata[i]);
	return has;
}

/* Of a name that is answered with no records any more. */
static void
gather_left(struct rollover *rollover, const struct set *set, uint32_t wait_s)
{
	int64_t release = set_release(set, wait_s);

	if (set->n == 0 || release <= rollover->left_unix)
		return;
	rollover->left_unix = release;
	rollover->by = set;
}

static void
gather(const struct rollovers *rollovers, struct rollover *rollover, const struct answered *service,
    struct gathered *g)
{
	const struct certificate *certificate = &rollover->certificate;
	const struct history *history = &rollovers->history;
	uint32_t wait_s = certificate->is->wait_s;
	const struct set *published = service->published;

	gate_wait(history, service->sets, &certificate->current_chain, wait_s, &g->current);
	for (size_t i = 0; i < service->sets.n; i++)
		gather_left(rollover, &service->sets.items[i], wait_s);
	g->current_since =
	    instant_later(g->current_since, gate_since(service, &certificate->current_chain));
	if (certificate->next) {
		gate_wait(history, service->sets, &certificate->next_chain, wait_s, &g->next);
		g->next_since =
		    instant_later(g->next_since, gate_since(service, &certificate->next_chain));
	}
	if (!published || published->n == 0)
		return;
	rollover->is_used = true;
	g->is_missing = g->is_missing || (certificate->next && published->type != TYPE_CNAME &&
					     !certchain_taken(&certificate->next_chain, published));
	rollover->has_former = rollover->has_former || has_former(certificate, published);
}

static enum rollover_phase
phase_of(const struct rollover *rollover, const struct gathered *g, int64_t now_unix)
{
	if (!rollover->is_used)
		return ROLLOVER_UNUSED;
	if (g->current.until_unix > now_unix)
		return ROLLOVER_EARLY;
	if (!rollover->certificate.next || rollover->is_same)
		return rollover->has_former ? ROLLOVER_FINISHING : ROLLOVER_STEADY;
	if (rollover->deployed_unix != TIME_NEVER)
		return ROLLOVER_DEPLOYED;
	if (g->is_missing)
		return ROLLOVER_NEW;
	if (rollover->gate_unix == TIME_NEVER)
		return ROLLOVER_UNSEEN;
	return rollover->gate_unix > now_unix ? ROLLOVER_WAITING : ROLLOVER_READY;
}

/* When it is safe to take the next certificate into use. */
static int64_t
gate_of(const struct rollover *rollover, const struct gathered *g)
{
	if (rollover->unknown || rollover->refusal)
		return TIME_NEVER;
	if (rollover->certificate.next)
		return rollover->is_used ? instant_later(g->next.until_unix, g->next_since)
					 : g->next.until_unix;
	if (rollover->is_used)
		return TIME_NEVER;
	return rollover->left_unix;
}

static void
set_times(struct rollover *rollover, const struct gathered *g)
{
	const int64_t since[N_ROLLOVER_PHASES] = {
	    [ROLLOVER_UNUSED] = TIME_NEVER,
	    [ROLLOVER_STEADY] = g->current_since,
	    [ROLLOVER_FINISHING] = g->current_since,
	    [ROLLOVER_NEW] = TIME_NEVER,
	    [ROLLOVER_UNSEEN] = g->next_since,
	    [ROLLOVER_WAITING] = g->next_since,
	    [ROLLOVER_READY] = rollover->gate_unix,
	    [ROLLOVER_DEPLOYED] = rollover->deployed_unix,
	    [ROLLOVER_EARLY] = g->current_since,
	};

	rollover->since_unix = since[rollover->phase] <= 0 ? TIME_NEVER : since[rollover->phase];
	rollover->safe_unix = TIME_NEVER;
	if (rollover->phase == ROLLOVER_WAITING || rollover->phase == ROLLOVER_READY)
		rollover->safe_unix = rollover->gate_unix;
	else if (rollover->phase == ROLLOVER_EARLY)
		rollover->safe_unix = g->current.until_unix;
	if (rollover->phase == ROLLOVER_EARLY)
		rollover->by = g->current.by;
	else if (g->next.by)
		rollover->by = g->next.by;
}

/* --- What was deployed, and never became current --- */

static const char *
find_lost(const struct rollovers *rollovers, const struct certificate *certificate)
{
	const struct history *history = &rollovers->history;
	const struct note *deployed =
	    history_note(history, NOTE_DEPLOYED, certificate->is->name, NULL, NULL);

	if (!deployed || !certificate->current ||
	    strcmp(deployed->id, certificate->current_chain.id) == 0 ||
	    (certificate->next && strcmp(deployed->id, certificate->next_chain.id) == 0))
		return NULL;
	return certificate_is_presented(history, deployed, certificate->current_chain.id)
		   ? deployed->id
		   : NULL;
}

static int64_t
deployed_at(const struct rollovers *rollovers, const struct certificate *certificate)
{
	const struct note *note = certificate->next
				      ? history_note(&rollovers->history, NOTE_DEPLOYED,
					    certificate->is->name, NULL, certificate->next_chain.id)
				      : NULL;

	return note ? note->t_unix : TIME_NEVER;
}

/* --- All of it --- */

int
rollover_judge(struct diags *diags, const struct project *project, struct rollovers *rollovers,
    size_t number, int64_t now_unix, struct rollover *out)
{
	struct gathered g = {.current_since = TIME_UNKNOWN, .next_since = TIME_UNKNOWN};
	struct answered service;
	size_t at = 0;

	*out = (struct rollover){.certificate = rollovers->certificates[number], .number = number};
	out->is_same = certificate_is_same(&out->certificate);
	out->is_older = certificate_is_older(&out->certificate);
	out->has_other_chain =
	    out->is_same && !out->certificate.current->key && !out->certificate.next->key &&
	    strcmp(out->certificate.current_chain.id, out->certificate.next_chain.id) != 0;
	out->deployed_unix = deployed_at(rollovers, &out->certificate);
	while (certificate_services_next(&rollovers->services, number, &at, &service))
		gather(rollovers, out, &service, &g);
	/* A key of which no record can be made is not what is published. */
	out->is_same = out->is_same && !(out->certificate.next->key && g.is_missing);
	out->is_published = out->certificate.next && out->is_used && !g.is_missing;
	out->lost = find_lost(rollovers, &out->certificate);
	out->unknown = rollovers->unknown;
	if (refusal_find(diags, project, rollovers, out, now_unix, &g.next.until_unix) < 0)
		return -1;
	out->gate_unix = gate_of(out, &g);
	out->gate = out->gate_unix <= now_unix && out->certificate.current;
	if (out->gate && out->gate_unix <= 0)
		out->gate_unix = now_unix;
	out->phase = phase_of(out, &g, now_unix);
	set_times(out, &g);
	if (!out->certificate.current)
		out->gate_unix = out->since_unix = out->safe_unix = TIME_NEVER;
	return 0;
}

bool
rollover_is_chosen(const char *const *names, const struct project_certificate *certificate)
{
	bool all = !*names;

	while (*names && strcmp(*names, certificate->name) != 0)
		names++;
	return all || *names;
}

/* Is the note, whose name the project has no more, of what is now the certificate? */
static bool
is_inherited(const struct certificate *certificate, const struct note *note)
{
	const struct certchain *chains[] = {
	    certificate->current ? &certificate->current_chain : NULL,
	    certificate->next ? &certificate->next_chain : NULL};
	bool is = false;

	for (size_t i = 0; i < 2 && !is; i++)
		if (chains[i])
			is = strcmp(note->id,
				 note->kind == NOTE_TOLD ? chains[i]->leaf_id : chains[i]->id) == 0;
	return is && (note->kind == NOTE_DEPLOYED || note->kind == NOTE_TOLD);
}

/* A certificate that gets another name keeps what was deployed and told of it. */
static void
inherit_notes(const struct project *project, struct rollovers *out)
{
	struct history *history = &out->history;
	size_t n = history->n_notes;

	out->inherited = (struct history){.a = history->a};
	for (size_t i = 0; i < n; i++) {
		struct note note = history->notes[i];

		if (project_has_certificate(project, note.name))
			continue;
		for (size_t k = 0; k < out->n_certificates; k++) {
			note.name = project->certificates[k].name;
			if (is_inherited(&out->certificates[k], &note) &&
			    !history_note(history, note.kind, note.name, note.event, note.id))
				history_add_note(&out->inherited, &note);
		}
	}
	for (size_t i = 0; i < out->inherited.n_notes; i++)
		history_add_note(history, &out->inherited.notes[i]);
	history_sort(history);
}

/* What follows from the history and the files for all certificates. */
static void
find_all(struct arena *a, const struct project *project, int64_t now_unix, struct rollovers *out)
{
	inherit_notes(project, out);
	certificates_remember(a, project, &out->history, out->certificates);
	certificate_services_find(
	    a, &out->history, out->certificates, out->n_certificates, now_unix, &out->services);
}

static int
load_history(struct diags *diags, const struct project *project, int64_t now, struct rollovers *out)
{
	if (project_history_load(diags, project, now, &out->history) < 0)
		return -1;
	return project->n_certificates == 0
		   ? 0
		   : find_unknown(diags, project, &out->history, &out->unknown);
}

/* By the history given, or the project's; who only looks has not settled what was cut short. */
static int
begin(struct diags *diags, const struct project *project, const struct history *given, bool looks,
    int64_t now_unix, struct rollovers *out)
{
	size_t n = project->n_certificates;

	*out = (struct rollovers){.n_certificates = n};
	out->items = arena_alloc(&diags->arena, n * sizeof(*out->items) + 1);
	out->certificates = arena_zalloc(&diags->arena, n * sizeof(*out->certificates) + 1);
	if (given)
		out->history = *given;
	else if (load_history(diags, project, now_unix, out) < 0 ||
		 (looks && deploying_look(diags, project, true, &out->history) < 0))
		return -1;
	for (size_t i = 0; i < n; i++)
		certificate_load(diags, &project->certificates[i], &out->certificates[i]);
	find_all(&diags->arena, project, now_unix, out);
	return 0;
}

int
rollovers_begin(
    struct diags *diags, const struct project *project, int64_t now_unix, struct rollovers *out)
{
	return begin(diags, project, NULL, false, now_unix, out);
}

int
rollovers_look_again(struct diags *diags, const struct project *project,
    const struct rollovers *before, size_t number, int64_t now_unix, struct rollovers *out,
    struct rollover *rollover)
{
	size_t n = before->n_certificates;
	struct certificate *certificate;

	*out = *before;
	out->certificates = arena_alloc(&diags->arena, n * sizeof(*out->certificates));
	memcpy(out->certificates, before->certificates, n * sizeof(*out->certificates));
	certificate = &out->certificates[number];
	if (load_history(diags, project, now_unix, out) < 0 ||
	    certificate_load(diags, &project->certificates[number], certificate) < 0)
		return -1;
	find_all(&diags->arena, project, now_unix, out);
	return rollover_judge(diags, project, out, number, now_unix, rollover);
}

static int
load(struct diags *diags, const struct project *project, const struct history *given,
    const char *const *names, int64_t now_unix, struct rollovers *out)
{
	int result = 0;

	if (begin(diags, project, given, true, now_unix, out) < 0)
		return -1;
	for (size_t i = 0; i < project->n_certificates; i++) {
		if (!rollover_is_chosen(names, &project->certificates[i]))
			continue;
		if (out->certificates[i].is_unusable)
			result = -1;
		if (rollover_judge(diags, project, out, i, now_unix, &out->items[out->n++]) < 0)
			result = -1;
	}
	return result;
}

int
rollovers_load(struct diags *diags, const struct project *project, const char *const *names,
    int64_t now_unix, struct rollovers *out)
{
	return load(diags, project, NULL, names, now_unix, out);
}

int
rollovers_load_from(struct diags *diags, const struct project *project,
    const struct history *history, int64_t now_unix, struct rollovers *out)
{
	static const char *const all[] = {NULL};

	return load(diags, project, history, all, now_unix, out);
}

/* A request or a key is nothing that a server could use. What the command makes of the current file
 * is its own affair. One that is older than the current certificate is no renewal: somebody put a
 * newer one into use by hand. */
bool
rollover_is_due(const struct rollover *rollover)
{
	const struct certificate *certificate = &rollover->certificate;

	return certificate->is->deploy && certificate->current && certificate->next &&
	       !certificate->next->key && (!rollover->is_same || rollover->has_other_chain) &&
	       !rollover->is_older && rollover->gate && rollover->deployed_unix == TIME_NEVER;
}
