#include "rollover/ask.h"

#include "base/duration.h"
#include "history/state.h"
#include "probe/nameserver.h"
#include "rollover/project_history.h"
#include "rollover/serials.h"

enum { ALIASES_MOST = 8 };

struct ask {
	struct diags *diags;
	const struct project *project;
	struct rollovers rollovers;
	struct nameservers servers;
	int64_t now;
	struct project_history_change change;
	struct laggings *laggings;
};

/* What all servers answered for one name. */
struct round {
	const struct answered *service;
	const struct project_zone *zone;
	struct answer {
		struct set set;
		const struct project_server *server;
	} * items;
	size_t n, cap;
	const struct project_server *silent; /* one that did not answer; or NULL */
};

/* --- One server --- */

static void
add_answer(struct ask *ask, struct round *round, const struct answer *answer)
{
	round->items = arena_grow(
	    &ask->diags->arena, round->items, round->n, &round->cap, sizeof(*round->items));
	round->items[round->n++] = *answer;
}

static void
take_answer(struct ask *ask, struct round *round, const struct project_server *server,
    const struct nameserver_set *from, uint32_t ttl_s, int depth);

/* Asks for the name, or for one at which its aliases go on in the zone. */
static void
ask_server(struct ask *ask, struct round *round, const struct project_server *server,
    const uint8_t *owner, uint32_t ttl_s, int depth)
{
	const struct nameserver_question question = {
	    .zone = round->zone->name.wire, .owner = owner, .type = TYPE_TLSA};
	struct nameserver_answers answers = {0};
	const char *why;

	if (nameserver_ask_set(
		&ask->diags->arena, &ask->servers, server, &question, &answers, &why) < 0) {
		round->silent = server;
		diag_add(
		    ask->diags, round->zone->pos, P_SERVER, "server %s: %s", server->text, why);
	}
	for (size_t i = 0; i < answers.n; i++)
		take_answer(ask, round, server, &answers.items[i], ttl_s, depth);
}

static bool
is_in_zone(const struct project_zone *zone, const struct name *name)
{
	size_t relative;

	return name_in_zone(name->wire, name->len, zone->name.wire, zone->name.len, &relative);
}

static void
take_answer(struct ask *ask, struct round *round, const struct project_server *server,
    const struct nameserver_set *from, uint32_t ttl_s, int depth)
{
	const struct set *like = round->service->sets.items;
	struct set answer = {.zone = like->zone,
	    .owner = like->owner,
	    .type = TYPE_TLSA,
	    .ttl_s = from->ttl_s > ttl_s || from->n == 0 ? from->ttl_s : ttl_s,
	    .since_unix = TIME_UNKNOWN,
	    .until_unix = TIME_NEVER};

	if (!from->is_alias) {
		answer.ttl_s = from->n == 0 ? 0 : answer.ttl_s;
		set_records(&ask->diags->arena, &answer, from->rdata, from->n);
	} else if (depth < ALIASES_MOST && is_in_zone(round->zone, &from->alias)) {
		ask_server(ask, round, server, from->alias.wire, answer.ttl_s, depth + 1);
		return;
	} else {
		answer.type = TYPE_CNAME;
		set_records(&ask->diags->arena, &answer,
		    &(struct bytes){from->alias.wire, from->alias.len}, 1);
	}
	add_answer(ask, round, &(struct answer){answer, server});
}

/* --- What follows from a round --- */

static const struct set *
find_version(struct sets sets, const struct set *answer, bool open)
{
	const struct set *found = NULL;

	for (size_t i = 0; i < sets.n; i++)
		if ((!open || set_is_open(&sets.items[i])) && sets.items[i].type == answer->type &&
		    (answer->n == 0 ? sets.items[i].n == 0 : set_same(&sets.items[i], answer)) &&
		    (!found || sets.items[i].since_unix > found->since_unix))
			found = &sets.items[i];
	return found;
}

/* Is the answer newer than the open set, or what is published now? */
static bool
is_newer(const struct round *round, const struct set *answer, const struct set *set)
{
	const struct set *known = find_version(round->service->sets, answer, true);

	return known && known != set &&
	       (known == round->service->published ||
		   (set->since_unix != TIME_UNKNOWN && known->since_unix > set->since_unix));
}

/* Is it known which set is published? One of which nobody knows since when it is there is, if there
 * is no other. */
static bool
is_published_known(const struct answered *service)
{
	size_t n_open = 0;

	for (size_t i = 0; i < service->sets.n; i++)
		n_open += set_is_open(&service->sets.items[i]);
	return service->published &&
	       (n_open == 1 || service->published->since_unix != TIME_UNKNOWN);
}

/* The server because of which the set does not end; NULL: all have newer ones. */
static const struct project_server *
who_lags(const struct round *round, const struct set *set)
{
	if (round->silent)
		return round->silent;
	for (size_t i = 0; i < round->n; i++)
		if (!is_newer(round, &round->items[i].set, set))
			return round->items[i].server;
	return NULL;
}

static void
note_lagging(struct ask *ask, const char *owner, const struct project_server *server)
{
	struct laggings *l = ask->laggings;
	struct arena *a = &ask->diags->arena;

	l->items = arena_grow(a, l->items, l->n, &l->cap, sizeof(*l->items));
	l->items[l->n++] = (struct lagging){arena_text(a, owner, strlen(owner)), server->text};
}

static void
end_sets(struct ask *ask, const struct round *round)
{
	const struct answered *service = round->service;

	if (round->n == 0 && !round->silent)
		return;
	for (size_t i = 0; i < service->sets.n && is_published_known(service); i++) {
		const struct set *set = &service->sets.items[i];
		const struct project_server *lagging;
		struct set ended = *set;

		if (!set_is_open(set) || set == service->published)
			continue;
		lagging = who_lags(round, set);
		ended.until_unix = history_now(&ask->rollovers.history, ask->now);
		if (lagging) {
			note_lagging(ask, set->owner, lagging);
			continue;
		}
		history_add_set(&ask->change.remove, set);
		history_add_set(&ask->change.add, &ended);
	}
}

/* What a server gives out and is not known to be published: an older zone, or another one. */
static void
open_sightings(struct ask *ask, const struct round *round)
{
	for (size_t i = 0; i < round->n; i++) {
		const struct answer *answer = &round->items[i];

		if (answer->set.n == 0 || find_version(round->service->sets, &answer->set, true))
			continue;
		history_add_set(&ask->change.add, &answer->set);
		note_lagging(ask, answer->set.owner, answer->server);
	}
}

void
rollovers_note_lagging(struct rollovers *rollovers, const struct laggings *laggings)
{
	for (size_t i = 0; i < rollovers->n; i++)
		for (size_t k = 0; rollovers->items[i].by && k < laggings->n; k++)
			if (strcmp(rollovers->items[i].by->owner, laggings->items[k].owner) == 0) {
				rollovers->items[i].lagging = laggings->items[k].server;
				break;
			}
}

/* --- Names --- */

static const struct project_zone *
zone_of(struct ask *ask, const char *name)
{
	for (size_t i = 0; i < ask->project->n_zones; i++) {
		const struct project_zone *zone = &ask->project->zones[i];

		if (strcmp(history_name(&ask->diags->arena, zone->name.wire), name) == 0)
			return zone;
	}
	return NULL;
}

static void
ask_all(struct ask *ask, struct round *round, const struct project_server *servers, size_t n)
{
	static const struct name root = {.len = 1};
	struct name_fault fault;
	struct name owner;

	if (name_parse(text_of(round->service->sets.items[0].owner), &root, &owner, &fault) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		ask_server(ask, round, &servers[i], owner.wire, 0, 0);
}

/* Is there another set than the one that is published, or will there be? */
static bool
is_waited_for(const struct answered *service, const struct rollover *rollover)
{
	return service->sets.n > 1 || (rollover->certificate.next && !rollover->is_same);
}

static void
ask_for(struct ask *ask, const struct answered *service)
{
	struct round round = {
	    .service = service, .zone = zone_of(ask, service->sets.items[0].zone)};
	bool wanted = false;

	for (size_t i = 0; round.zone && i < ask->rollovers.n; i++) {
		const struct rollover *rollover = &ask->rollovers.items[i];

		if (!is_waited_for(service, rollover) ||
		    !certificate_services_have(&ask->rollovers.services, rollover->number, service))
			continue;
		wanted = true;
		ask_all(ask, &round, rollover->certificate.is->servers,
		    rollover->certificate.is->n_servers);
	}
	if (!wanted)
		return;
	ask_all(ask, &round, round.zone->servers, round.zone->n_servers);
	end_sets(ask, &round);
	open_sightings(ask, &round);
}

/* Do the servers of each zone come to hold what was published? */
static void
ask_for_serials(struct ask *ask)
{
	for (size_t i = 0; i < ask->project->n_zones; i++) {
		const struct project_zone *zone = &ask->project->zones[i];
		const struct serial *serial = history_serial(
		    &ask->rollovers.history, history_name(&ask->diags->arena, zone->name.wire));

		if (zone->n_servers > 0 && serial)
			serials_check(ask->diags, &ask->servers, zone,
			    (struct serials_published){serial->serial, serial->t_unix}, ask->now);
	}
}

static bool
has_servers(const struct project *project)
{
	for (size_t i = 0; i < project->n_certificates; i++)
		if (project->certificates[i].n_servers > 0)
			return true;
	for (size_t i = 0; i < project->n_zones; i++)
		if (project->zones[i].n_servers > 0)
			return true;
	return false;
}

int
rollovers_ask(struct diags *diags, const struct project *project, const char *const *names,
    int64_t now_unix, struct laggings *out)
{
	struct ask ask = {.diags = diags, .project = project, .now = now_unix, .laggings = out};
	struct diags own = {.severities = project->severities};
	struct answered service;
	size_t at = 0;
	int result = 0;

	*out = (struct laggings){0};
	if (!has_servers(project))
		return 0;
	ask.change.add.a = ask.change.remove.a = &diags->arena;
	/* Whoever shows where all stands tells what is wrong. One certificate holds up no other. */
	if (rollovers_load(&own, project, names, now_unix, &ask.rollovers) < 0 &&
	    ask.rollovers.n == 0) {
		diags_free(&own);
		return 0;
	}
	nameservers_begin(&ask.servers, NAMESERVER_TIMEOUT_MS, NAMESERVER_TOTAL_MS);
	while (gate_next(&ask.rollovers.history, &at, &service))
		ask_for(&ask, &service);
	if (!*names)
		ask_for_serials(&ask);
	nameservers_end(&ask.servers);
	result = project_history_change(diags, project, &ask.change, now_unix);
	diags_free(&own);
	return result;
}
