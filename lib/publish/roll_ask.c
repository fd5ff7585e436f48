#include "publish/roll_run.h"

#include "probe/servers.h"

struct ask {
	struct diags *diags;
	const struct project_certificate *certificate;
	const struct facts *facts;
	int64_t now;
	bool *silent; /* servers that did not answer once: they are not waited for again */
	struct roll_change change;
};

/* The facts of one record set and certificate, which are neighbours. */
static size_t
set_end(const struct facts *facts, size_t begin)
{
	const struct fact *first = &facts->items[begin];
	size_t i = begin + 1;

	while (i < facts->n && facts->items[i].kind == first->kind &&
	       strcmp(facts->items[i].zone, first->zone) == 0 &&
	       strcmp(facts->items[i].owner, first->owner) == 0 &&
	       strcmp(facts->items[i].name, first->name) == 0)
		i++;
	return i;
}

/* A server that had the record and lacks it now has not seen it. */
static void
note_seen(struct ask *ask, const struct fact *published, const struct project_server *server,
    const struct server_answer *answer)
{
	struct facts one = {0};
	struct fact seen = {.kind = FACT_SEEN,
	    .zone = published->zone,
	    .owner = published->owner,
	    .record = published->record,
	    .server = server->text,
	    .t_unix = ask->now};
	bool known;

	facts_add(ask->change.a, &one, seen);
	known = facts_find(ask->facts, one.items[0].key) != NULL;
	if (pins_have(&answer->all, published->record) && !known)
		facts_add(ask->change.a, &ask->change.add, seen);
	else if (!pins_have(&answer->all, published->record) && known)
		facts_add(ask->change.a, &ask->change.remove, seen);
}

/* Returns false where there is no answer. */
static bool
ask_server(struct ask *ask, size_t i, const char *owner, struct server_answer *answer)
{
	const struct project_server *server = &ask->certificate->servers[i];
	const char *why;

	if (ask->silent[i])
		return false;
	ask->silent[i] =
	    server_ask(ask->change.a, server, owner, SERVER_TIMEOUT_MS, answer, &why) < 0;
	if (ask->silent[i])
		diag_add(ask->diags, ask->certificate->pos, P_SERVER, "server %s: %s", server->text,
		    why);
	return !ask->silent[i];
}

static void
ask_for_set(struct ask *ask, size_t begin, size_t end)
{
	const struct fact *facts = ask->facts->items;
	struct server_answer answer;

	for (size_t i = 0; i < ask->certificate->n_servers; i++) {
		if (!ask_server(ask, i, facts[begin].owner, &answer))
			continue;
		for (size_t k = begin; k < end; k++)
			if (facts[k].ttl_s != FACT_SETTLED)
				note_seen(ask, &facts[k], &ask->certificate->servers[i], &answer);
	}
}

/* Does the server answer with what is published now? The record that left is there only if others
 * came beside it. */
static bool
is_past(const struct ask *ask, const struct fact *leaving, const struct server_answer *answer)
{
	size_t n;
	const struct fact *published =
	    facts_of_owner(ask->facts, FACT_PUBLISHED, leaving->zone, leaving->owner, &n);
	bool stays = false, all = true;

	for (size_t i = 0; i < n; i++) {
		stays = stays || strcmp(published[i].record, leaving->record) == 0;
		all = all && pins_have(&answer->all, published[i].record);
	}
	return all && (stays || !pins_have(&answer->some, leaving->record));
}

/* Copies of what left vanish after the last server gave out one: all must answer now. */
static void
ask_for_left(struct ask *ask, size_t begin, size_t end)
{
	const struct project_certificate *certificate = ask->certificate;
	const struct fact *facts = ask->facts->items;
	bool *held = arena_zalloc(ask->change.a, end - begin);
	struct server_answer answer;

	for (size_t i = 0; i < certificate->n_servers; i++) {
		bool answered = ask_server(ask, i, facts[begin].owner, &answer);

		for (size_t k = begin; k < end; k++)
			if (!answered || !is_past(ask, &facts[k], &answer))
				held[k - begin] = true;
	}
	for (size_t k = begin; k < end; k++)
		if (!held[k - begin]) {
			facts_add(ask->change.a, &ask->change.add,
			    rollover_gone(certificate, &facts[k], ask->now));
			facts_add(ask->change.a, &ask->change.remove, facts[k]);
		}
}

static bool
is_waited_for(const struct facts *facts, size_t begin, size_t end)
{
	bool waits = false;

	for (size_t i = begin; i < end; i++)
		waits = waits || facts->items[i].ttl_s != FACT_SETTLED;
	return waits;
}

static void
ask_for_certificate(struct ask *ask)
{
	const struct facts *facts = ask->facts;

	if (ask->certificate->n_servers == 0)
		return;
	ask->silent = arena_zalloc(ask->change.a, ask->certificate->n_servers);
	for (size_t i = 0, end; i < facts->n; i = end) {
		const struct fact *first = &facts->items[i];

		end = i + 1;
		if ((first->kind != FACT_PUBLISHED && first->kind != FACT_LEAVING) ||
		    strcmp(first->name, ask->certificate->name) != 0)
			continue;
		end = set_end(facts, i);
		if (first->kind == FACT_LEAVING)
			ask_for_left(ask, i, end);
		else if (is_waited_for(facts, i, end))
			ask_for_set(ask, i, end);
	}
}

int
rolls_ask(
    struct diags *diags, const struct project *project, const char *const *names, int64_t now_unix)
{
	struct facts facts;
	struct ask ask = {
	    .diags = diags, .facts = &facts, .now = now_unix, .change = {.a = &diags->arena}};

	if (roll_facts(diags, project, &facts) < 0)
		return -1;
	for (size_t i = 0; i < project->n_certificates; i++) {
		ask.certificate = &project->certificates[i];
		if (roll_is_chosen(names, ask.certificate))
			ask_for_certificate(&ask);
	}
	return roll_change(diags, project, &ask.change);
}
