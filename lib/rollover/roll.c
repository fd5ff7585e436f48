#define _GNU_SOURCE
#include "rollover/roll.h"

#include "base/duration.h"
#include "history/mark.h"
#include "history/state.h"
#include "project/lock.h"
#include "rollover/unfit.h"

/* --- History --- */

const char *
roll_mark_path(struct arena *a, const struct project *project, const struct project_zone *zone)
{
	return project_own_path(a, project, zone, ".hook");
}

int
roll_history(
    struct diags *diags, const struct project *project, int64_t now_unix, struct history *out)
{
	struct arena *a = &diags->arena;
	struct state_reading reading = {now_unix, certificates_longest_wait(project)};
	int result = state_load(diags, state_path(a, project->path, project->folder), reading, out);
	bool there;

	for (size_t i = 0; result == 0 && i < project->n_zones; i++)
		result = mark_read(diags, &project->own,
		    roll_mark_path(a, project, &project->zones[i]), &there, out);
	history_sort(out);
	return result;
}

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

static const char *const phase_names[N_ROLL_PHASES] = {
    [ROLL_UNUSED] = "unused",
    [ROLL_STEADY] = "steady",
    [ROLL_FINISHING] = "finishing",
    [ROLL_NEW] = "new",
    [ROLL_UNSEEN] = "unseen",
    [ROLL_WAITING] = "waiting",
    [ROLL_READY] = "ready",
    [ROLL_DEPLOYED] = "deployed",
    [ROLL_EARLY] = "early",
};

const char *
roll_phase_name(enum roll_phase phase)
{
	return phase_names[phase];
}

/* What is gathered over all services. */
struct gathered {
	struct gate current, next;
	int64_t current_since, next_since;
	bool is_missing; /* a published set refuses next */
};

/* Does the published set have a record of a chain that was in use, and of no other? */
static bool
has_former(const struct rolls *rolls, const struct roll *roll, const struct set *published)
{
	struct arena a = {0};
	struct certchain chain;
	bool former = false;

	for (size_t i = 0; i < rolls->history.n_notes && !former; i++) {
		const struct note *note = &rolls->history.notes[i];

		if (!note->chain || !certchain_read(&a, note->id, note->chain, &chain))
			continue;
		for (size_t k = 0; k < published->n && !former; k++)
			former = certchain_matches(&chain, published->rdata[k]) &&
				 !certchain_matches(
				     &roll->certificate.current_chain, published->rdata[k]) &&
				 !(roll->certificate.next &&
				     certchain_matches(
					 &roll->certificate.next_chain, published->rdata[k]));
	}
	arena_free(&a);
	return former;
}

/* Of a name that is answered with no records any more. */
static void
gather_left(struct roll *roll, const struct set *set, uint32_t wait_s)
{
	int64_t release = set_release(set, wait_s);

	if (set->n == 0 || release <= roll->left_unix)
		return;
	roll->left_unix = release;
	roll->by = set;
}

static void
gather(const struct rolls *rolls, struct roll *roll, const struct held *service, struct gathered *g)
{
	const struct certificate *certificate = &roll->certificate;
	const struct history *history = &rolls->history;
	uint32_t wait_s = certificate->is->wait_s;
	const struct set *published = service->published;

	gate_wait(history, service->sets, &certificate->current_chain, wait_s, &g->current);
	for (size_t i = 0; i < service->sets.n; i++)
		gather_left(roll, &service->sets.items[i], wait_s);
	g->current_since =
	    instant_later(g->current_since, gate_since(service, &certificate->current_chain));
	if (certificate->next) {
		gate_wait(history, service->sets, &certificate->next_chain, wait_s, &g->next);
		g->next_since =
		    instant_later(g->next_since, gate_since(service, &certificate->next_chain));
	}
	if (!published || published->n == 0)
		return;
	roll->is_used = true;
	g->is_missing = g->is_missing || (certificate->next && published->type != TYPE_CNAME &&
					     !certchain_taken(&certificate->next_chain, published));
	roll->has_former = roll->has_former || has_former(rolls, roll, published);
}

static enum roll_phase
phase_of(const struct roll *roll, const struct gathered *g, int64_t now_unix)
{
	if (!roll->is_used)
		return ROLL_UNUSED;
	if (g->current.until_unix > now_unix)
		return ROLL_EARLY;
	if (!roll->certificate.next || roll->is_same)
		return roll->has_former ? ROLL_FINISHING : ROLL_STEADY;
	if (roll->deployed_unix != TIME_NEVER)
		return ROLL_DEPLOYED;
	if (g->is_missing)
		return ROLL_NEW;
	if (roll->gate_unix == TIME_NEVER)
		return ROLL_UNSEEN;
	return roll->gate_unix > now_unix ? ROLL_WAITING : ROLL_READY;
}

/* When it is safe to take the next certificate into use. */
static int64_t
gate_of(const struct roll *roll, const struct gathered *g)
{
	if (roll->unknown || roll->unfit)
		return TIME_NEVER;
	if (roll->certificate.next)
		return roll->is_used ? instant_later(g->next.until_unix, g->next_since)
				     : g->next.until_unix;
	if (roll->is_used)
		return TIME_NEVER;
	return roll->left_unix;
}

static void
set_times(struct roll *roll, const struct gathered *g)
{
	const int64_t since[N_ROLL_PHASES] = {
	    [ROLL_UNUSED] = TIME_NEVER,
	    [ROLL_STEADY] = g->current_since,
	    [ROLL_FINISHING] = g->current_since,
	    [ROLL_NEW] = TIME_NEVER,
	    [ROLL_UNSEEN] = g->next_since,
	    [ROLL_WAITING] = g->next_since,
	    [ROLL_READY] = roll->gate_unix,
	    [ROLL_DEPLOYED] = roll->deployed_unix,
	    [ROLL_EARLY] = g->current_since,
	};

	roll->since_unix = since[roll->phase] <= 0 ? TIME_NEVER : since[roll->phase];
	roll->safe_unix = TIME_NEVER;
	if (roll->phase == ROLL_WAITING || roll->phase == ROLL_READY)
		roll->safe_unix = roll->gate_unix;
	else if (roll->phase == ROLL_EARLY)
		roll->safe_unix = g->current.until_unix;
	if (roll->phase == ROLL_EARLY)
		roll->by = g->current.by;
	else if (g->next.by)
		roll->by = g->next.by;
}

/* --- What was deployed, and never became current --- */

/* The chain that servers were last told to present. */
static const struct note *
last_in_use(const struct history *history, const char *name)
{
	const struct note *current = history_note(history, NOTE_CURRENT, name, NULL, NULL);
	const struct note *deployed = history_note(history, NOTE_DEPLOYED, name, NULL, NULL);

	return deployed && (!current || deployed->t_unix >= current->t_unix) ? deployed : current;
}

static const char *
find_stray(const struct rolls *rolls, const struct roll *roll)
{
	const struct certificate *certificate = &roll->certificate;
	const struct note *last = last_in_use(&rolls->history, certificate->is->name);
	const struct note *current =
	    history_note(&rolls->history, NOTE_CURRENT, certificate->is->name, NULL, NULL);

	if (!last || !current || !certificate->current ||
	    strcmp(current->id, certificate->current_chain.id) != 0 ||
	    last->kind != NOTE_DEPLOYED || !certificate->current ||
	    (certificate->next && strcmp(last->id, certificate->next_chain.id) == 0))
		return NULL;
	return last->id;
}

static int64_t
deployed_at(const struct rolls *rolls, const struct certificate *certificate)
{
	const struct note *note = certificate->next
				      ? history_note(&rolls->history, NOTE_DEPLOYED,
					    certificate->is->name, NULL, certificate->next_chain.id)
				      : NULL;

	return note ? note->t_unix : TIME_NEVER;
}

/* --- All of it --- */

bool
roll_is_service(const struct rolls *rolls, const struct roll *roll, const struct held *service,
    int64_t now_unix)
{
	return gate_is_service(&rolls->history, service->sets, rolls->certificates,
	    rolls->n_certificates, &roll->certificate, now_unix);
}

int
roll_judge(struct diags *diags, const struct project *project, struct rolls *rolls, size_t number,
    int64_t now_unix, struct roll *out)
{
	struct gathered g = {.current_since = TIME_UNKNOWN, .next_since = TIME_UNKNOWN};
	struct held service;
	size_t at = 0;

	*out = (struct roll){.certificate = rolls->certificates[number]};
	out->is_same = certificate_is_same(&out->certificate);
	out->is_older = certificate_is_older(&out->certificate);
	out->has_other_chain =
	    out->is_same && !out->certificate.current->key && !out->certificate.next->key &&
	    strcmp(out->certificate.current_chain.id, out->certificate.next_chain.id) != 0;
	out->deployed_unix = deployed_at(rolls, &out->certificate);
	while (gate_next(&rolls->history, &at, &service))
		if (roll_is_service(rolls, out, &service, now_unix))
			gather(rolls, out, &service, &g);
	/* A key of which no record can be made is not what is published. */
	out->is_same = out->is_same && !(out->certificate.next->key && g.is_missing);
	out->is_published = out->certificate.next && out->is_used && !g.is_missing;
	out->stray = find_stray(rolls, out);
	out->unknown = rolls->unknown;
	if (unfit_find(diags, project, rolls, out, now_unix, &g.next.until_unix) < 0)
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
roll_is_chosen(const char *const *names, const struct project_certificate *certificate)
{
	bool all = !*names;

	while (*names && strcmp(*names, certificate->name) != 0)
		names++;
	return all || *names;
}

int
rolls_load(struct diags *diags, const struct project *project, const char *const *names,
    int64_t now_unix, struct rolls *out)
{
	int result = roll_history(diags, project, now_unix, &out->history);

	out->n = 0;
	out->n_certificates = project->n_certificates;
	out->items = arena_alloc(&diags->arena, project->n_certificates * sizeof(*out->items) + 1);
	out->certificates =
	    arena_zalloc(&diags->arena, project->n_certificates * sizeof(*out->certificates) + 1);
	if (result < 0 || find_unknown(diags, project, &out->history, &out->unknown) < 0)
		return -1;
	for (size_t i = 0; i < project->n_certificates; i++) {
		if (certificate_load(diags, &project->certificates[i], &out->certificates[i]) < 0 &&
		    roll_is_chosen(names, &project->certificates[i]))
			result = -1;
		certificate_remember(&diags->arena, project, &out->history, &out->certificates[i]);
	}
	for (size_t i = 0; i < project->n_certificates; i++)
		if (roll_is_chosen(names, &project->certificates[i]) &&
		    roll_judge(diags, project, out, i, now_unix, &out->items[out->n++]) < 0)
			result = -1;
	return result;
}

/* A request or a key is nothing that a server could use. What the command makes of the current file
 * is its own affair. One that is older than the current certificate is no renewal: somebody put a
 * newer one into use by hand. */
bool
roll_is_due(const struct roll *roll)
{
	const struct certificate *certificate = &roll->certificate;

	return certificate->is->deploy && certificate->current && certificate->next &&
	       !certificate->next->key && (!roll->is_same || roll->has_other_chain) &&
	       !roll->is_older && roll->gate && roll->deployed_unix == TIME_NEVER;
}

/* --- Changes --- */

static bool
is_same_note(const struct note *a, const struct note *b)
{
	return a->kind == b->kind && strcmp(a->name, b->name) == 0 && strcmp(a->id, b->id) == 0 &&
	       (!a->event || strcmp(a->event, b->event) == 0);
}

static bool
is_same_set(const struct set *a, const struct set *b)
{
	return strcmp(a->zone, b->zone) == 0 && strcmp(a->owner, b->owner) == 0 &&
	       a->since_unix == b->since_unix && a->until_unix == b->until_unix && set_same(a, b);
}

static void
remove_from(struct history *history, const struct history *gone)
{
	size_t n_sets = 0, n_notes = 0;

	for (size_t i = 0; i < history->n_sets; i++) {
		bool goes = false;

		for (size_t k = 0; k < gone->n_sets && !goes; k++)
			goes = is_same_set(&history->sets[i], &gone->sets[k]);
		if (!goes)
			history->sets[n_sets++] = history->sets[i];
	}
	for (size_t i = 0; i < history->n_notes; i++) {
		bool goes = false;

		for (size_t k = 0; k < gone->n_notes && !goes; k++)
			goes = is_same_note(&history->notes[i], &gone->notes[k]);
		if (!goes)
			history->notes[n_notes++] = history->notes[i];
	}
	history->n_sets = n_sets;
	history->n_notes = n_notes;
}

int
roll_change(struct diags *diags, const struct project *project, struct roll_change *change,
    int64_t now_unix)
{
	const char *path = state_path(&diags->arena, project->path, project->folder);
	struct state_reading reading = {TIME_NEVER, certificates_longest_wait(project)};
	struct history history;
	int result, lock;

	if (change->add.n_sets + change->add.n_notes + change->remove.n_sets +
		change->remove.n_notes ==
	    0)
		return 0;
	if (lock_begin(diags, project, LOCK_STATE, &lock) < 0)
		return -1;
	result = state_load(diags, path, reading, &history);
	remove_from(&history, &change->remove);
	for (size_t i = 0; i < change->add.n_sets; i++)
		history_add_set(&history, &change->add.sets[i]);
	for (size_t i = 0; i < change->add.n_notes; i++)
		history_add_note(&history, &change->add.notes[i]);
	history_sort(&history);
	history_prune(&history, reading.wait_s, now_unix);
	if (result == 0)
		result = state_save(diags, path, &history);
	lock_end(lock);
	return result;
}
