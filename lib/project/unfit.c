#include "project/unfit.h"

#include "dane/owner.h"

/* Of "_25._tcp.mail.example.org.": "mail.example.org". NULL for another name, to which aliases lead
 * from hosts that are not known here. */
static const char *
host_of(struct arena *a, const char *owner)
{
	static const struct name root = {.len = 1};
	struct name name;
	struct name_fault fault;
	struct dane_owner parts;

	if (name_parse(text_of(owner), &root, &name, &fault) < 0 ||
	    !dane_owner_read(name.wire, &parts))
		return NULL;
	return name_text(a, parts.host);
}

static bool
is_validated(const struct fact *fact, const struct roll *roll)
{
	return fact->kind == FACT_PUBLISHED && strcmp(fact->name, roll->certificate->name) == 0 &&
	       pins_params(fact->record).usage != TLSA_DANE_EE;
}

/* A name that the current certificate does not have either may be none that clients look for. */
static const char *
missing_host(struct arena *a, const struct facts *facts, const struct roll *roll)
{
	for (size_t i = 0; i < facts->n; i++) {
		const char *host;

		if (!is_validated(&facts->items[i], roll))
			continue;
		host = host_of(a, facts->items[i].owner);
		if (host && pins_cover(roll->current, host) && !pins_cover(roll->next, host))
			return host;
	}
	return NULL;
}

static bool
any_is_validated(const struct facts *facts, const struct roll *roll)
{
	bool any = false;

	for (size_t i = 0; i < facts->n; i++)
		any = any || is_validated(&facts->items[i], roll);
	return any;
}

void
unfit_mind(struct arena *a, const struct facts *facts, struct roll *roll)
{
	const char *path = roll->certificate->next, *host;
	struct rollover_case *c = &roll->facts;
	int64_t from, to;

	if (!roll->current || !roll->next || roll->next->key || c->same ||
	    !any_is_validated(facts, roll))
		return;
	pins_dates(roll->next, &from, &to);
	host = missing_host(a, facts, roll);
	if (to < c->now_unix)
		roll->unfit = arena_printf(a, "%s has expired", path);
	else if (host)
		roll->unfit = arena_printf(a, "%s is not for %s", path, host);
	if (roll->unfit)
		from = ROLLOVER_NEVER;
	if (from > c->now_unix && from > c->next_safe_unix)
		c->next_safe_unix = from;
	roll->rollover = rollover_judge(c);
}
