#include "publish/unfit.h"

#include "check/dane_run.h"
#include "history/published.h"

/* The published zone by whose names the certificates are judged. */
struct look {
	struct diags *diags;
	const struct project *project;
	const struct facts *facts;
	struct roll *roll;
	struct arena a;
	struct previous published;
	struct dane_run dane;
};

static bool
is_validated(const struct fact *fact, const struct roll *roll)
{
	return fact->kind == FACT_PUBLISHED && strcmp(fact->name, roll->certificate->name) == 0 &&
	       pins_params(fact->record).usage != TLSA_DANE_EE;
}

static bool
any_is_validated(const struct facts *facts, const struct roll *roll)
{
	bool any = false;

	for (size_t i = 0; i < facts->n; i++)
		any = any || is_validated(&facts->items[i], roll);
	return any;
}

/* --- Names --- */

/* A zone that is not there is one of no names. */
static int
zone_begin(struct look *look, const char *zone_text)
{
	const struct project *project = look->project;
	size_t i = 0;

	look->published = (struct previous){0};
	look->dane = (struct dane_run){.store = &look->published.store, .diags = look->diags};
	while (i < project->n_zones &&
	       strcmp(fact_name(&look->a, &project->zones[i].name), zone_text) != 0)
		i++;
	if (i < project->n_zones && previous_load(look->diags, &look->published, &project->outputs,
					project->zones[i].output, &project->zones[i].name, 1) < 0)
		return -1;
	if (look->published.there) {
		namings_add(&look->dane.namings, look->dane.store);
		namings_sort(&look->dane.namings);
		dane_aliases_begin(&look->dane.aliases, look->dane.store);
	}
	return 0;
}

static void
zone_end(struct look *look)
{
	if (look->published.there) {
		namings_end(&look->dane.namings);
		dane_aliases_end(&look->dane.aliases);
	}
	previous_free(&look->published);
}

/* The name that clients look for and the next certificate lacks, or NULL. One that the current
 * certificate lacks, too, may be none that they look for. */
static const char *
lost_name(struct look *look, const struct dane_owner *service)
{
	struct references names;

	namings_references(&look->a, &look->dane.namings, service, &names);
	return pins_missing(look->roll->current, &names) ? NULL
							 : pins_missing(look->roll->next, &names);
}

/* Of the services whose records the fact is about; those of aliases are known by the zone alone. */
static const char *
lost_name_of(struct look *look, const struct fact *fact)
{
	static const struct name root = {.len = 1};
	uint8_t usage = pins_params(fact->record).usage;
	const struct dane_service *services;
	struct dane_service own = {0};
	const char *lost = NULL;
	struct name_fault fault;
	struct name owner;
	size_t n;

	if (name_parse(text_of(fact->owner), &root, &owner, &fault) < 0)
		return NULL;
	services =
	    look->published.there ? dane_services(&look->dane, &look->a, owner.wire, &n) : &own;
	if (!look->published.there)
		n = dane_owner_read(owner.wire, &own.owner);
	for (size_t i = 0; !lost && i < n; i++)
		if (dane_counts(&services[i], usage))
			lost = lost_name(look, &services[i].owner);
	return lost;
}

/* Facts of one zone are neighbours. */
static int
find_lost_name(struct look *look, const char **lost)
{
	const struct facts *facts = look->facts;
	const char *zone = NULL;
	int result = 0;

	*lost = NULL;
	for (size_t i = 0; result == 0 && !*lost && i < facts->n; i++) {
		const struct fact *fact = &facts->items[i];

		if (!is_validated(fact, look->roll))
			continue;
		if (!zone || strcmp(zone, fact->zone) != 0) {
			if (zone)
				zone_end(look);
			zone = fact->zone;
			result = zone_begin(look, zone);
		}
		if (result == 0)
			*lost = lost_name_of(look, fact);
	}
	if (zone)
		zone_end(look);
	return result;
}

/* --- Judgement --- */

static int
judge(struct look *look, struct arena *a)
{
	struct roll *roll = look->roll;
	const char *path = roll->certificate->next, *lost;
	struct rollover_case *c = &roll->facts;
	int64_t from, to;

	if (find_lost_name(look, &lost) < 0)
		return -1;
	pins_dates(roll->next, &from, &to);
	if (to < c->now_unix)
		roll->unfit = arena_printf(a, "%s has expired", path);
	else if (lost)
		roll->unfit = arena_printf(a, "%s is not for %s", path, lost);
	if (roll->unfit)
		from = ROLLOVER_NEVER;
	if (from > c->now_unix && from > c->next_safe_unix)
		c->next_safe_unix = from;
	roll->rollover = rollover_judge(c);
	return 0;
}

int
unfit_mind(struct diags *diags, const struct project *project, const struct facts *facts,
    struct roll *roll)
{
	struct look look = {.diags = diags, .project = project, .facts = facts, .roll = roll};
	int result;

	if (!roll->current || !roll->next || roll->next->key || roll->facts.same ||
	    !any_is_validated(facts, roll))
		return 0;
	result = judge(&look, &diags->arena);
	arena_free(&look.a);
	return result;
}
