#include "project/rollover_part.h"

#include "source/files.h"

/* --- What was deployed, and never became current --- */

static const struct fact *
last_deployed(const struct facts *facts, const char *name)
{
	const struct fact *last = NULL;

	for (size_t i = 0; i < facts->n; i++) {
		const struct fact *fact = &facts->items[i];

		if (fact->kind == FACT_DEPLOYED && strcmp(fact->name, name) == 0 &&
		    (!last || fact->t_unix > last->t_unix))
			last = fact;
	}
	return last;
}

static bool
is_chain(const struct certs *certs, const char *id)
{
	struct arena a = {0};
	bool is = certs && strcmp(pins_chain_id(&a, certs), id) == 0;

	arena_free(&a);
	return is;
}

const struct fact *
rollover_strayed(const struct facts *facts, const char *name, const struct certs *current,
    const struct certs *next)
{
	const struct fact *last = last_deployed(facts, name);

	return last && !is_chain(current, last->id) && !is_chain(next, last->id) ? last : NULL;
}

bool
rollover_is_stray(const struct facts *facts, const struct fact *published,
    const struct fact *deployed, const struct certs *current, const struct certs *next)
{
	size_t n;
	const struct fact *others =
	    facts_of_owner(facts, FACT_PUBLISHED, published->zone, published->owner, &n);
	int64_t since = ROLLOVER_NEVER;

	if (strcmp(published->name, deployed->name) != 0 ||
	    pins_match(current, published->record) || (next && pins_match(next, published->record)))
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(others[i].name, deployed->name) == 0 &&
		    pins_match(current, others[i].record))
			since = since == ROLLOVER_NEVER ? others[i].t_unix
							: instant_later(since, others[i].t_unix);
	return since < deployed->t_unix;
}

static const char *
find_stray(const struct facts *facts, const struct roll *roll)
{
	const struct fact *deployed =
	    roll->current
		? rollover_strayed(facts, roll->certificate->name, roll->current, roll->next)
		: NULL;

	for (size_t i = 0; deployed && i < facts->n; i++)
		if (facts->items[i].kind == FACT_PUBLISHED &&
		    rollover_is_stray(facts, &facts->items[i], deployed, roll->current, roll->next))
			return deployed->id;
	return NULL;
}

/* --- A certificate --- */

/* What is gathered of one kind of record: current or next. */
struct gathered {
	const struct certs *certs;
	struct pins pins; /* of the slot that is looked at */
	int64_t since, safe;
	int64_t left; /* when the last copies vanish that stand for other certificates */
};

static const struct fact *
published_at(const struct facts *facts, size_t begin, size_t end, const char *record)
{
	for (size_t i = begin; i < end; i++)
		if (strcmp(facts->items[i].record, record) == 0)
			return &facts->items[i];
	return NULL;
}

/* Which server does not answer with the record yet? */
static const char *
unseen_server(const struct facts *facts, const struct project_certificate *certificate,
    const struct fact *published)
{
	for (size_t i = 0; published && i < certificate->n_servers; i++)
		if (published->ttl_s != FACT_SETTLED &&
		    rollover_seen_by(facts, published, certificate->servers[i].text) ==
			ROLLOVER_NEVER)
			return certificate->servers[i].text;
	return NULL;
}

/* No time is known of records that cannot be made. */
static int
gather_fails(struct gathered *g, const struct roll *roll)
{
	g->since = ROLLOVER_NEVER;
	if (g->certs == roll->next)
		g->safe = ROLLOVER_NEVER;
	return -1;
}

static int
gather(struct diags *diags, const struct facts *facts, size_t begin, size_t end, struct gathered *g,
    struct roll *out)
{
	const struct fact *slot = &facts->items[begin];

	if (!g->certs)
		return 0;
	if (pins_of(&diags->arena, diags, out->certificate->pos, g->certs,
		pins_params(slot->record), pick_of_word(slot->pick), &g->pins) < 0)
		return gather_fails(g, out);
	for (size_t i = 0; i < g->pins.n; i++) {
		const struct fact *published = published_at(facts, begin, end, g->pins.records[i]);
		struct rollover_record record =
		    rollover_record_of(facts, out->certificate, published);

		g->since = instant_later(g->since, published ? published->t_unix : ROLLOVER_NEVER);
		g->safe = instant_later(g->safe, rollover_safe_at(&record));
		if (g->certs == out->next && !out->unseen)
			out->unseen = unseen_server(facts, out->certificate, published);
	}
	return 0;
}

static bool
pins_same(const struct pins *a, const struct pins *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!pins_have(b, a->records[i]))
			return false;
	return a->n == b->n;
}

static bool
same_set(const struct fact *a, const struct fact *b)
{
	return strcmp(a->zone, b->zone) == 0 && strcmp(a->owner, b->owner) == 0;
}

/* The facts of one slot: record set, certificate, pick and the parameters, which are the first five
 * characters of a record. They are neighbours. */
static size_t
slot_end(const struct facts *facts, size_t begin)
{
	const struct fact *first = &facts->items[begin];
	size_t i = begin + 1;

	while (i < facts->n && facts->items[i].kind == FACT_PUBLISHED &&
	       same_set(&facts->items[i], first) &&
	       strcmp(facts->items[i].name, first->name) == 0 &&
	       strcmp(facts->items[i].pick, first->pick) == 0 &&
	       strncmp(facts->items[i].record, first->record, 5) == 0)
		i++;
	return i;
}

/* Is the slot, which the template does not ask for any more, there for neither certificate, and the
 * current one has its record in another? */
static bool
is_leftover(const struct facts *facts, size_t begin, size_t end, const struct roll *roll)
{
	const struct fact *slot = &facts->items[begin];
	bool elsewhere = false;
	size_t n;
	const struct fact *others =
	    facts_of_owner(facts, FACT_PUBLISHED, slot->zone, slot->owner, &n);

	for (size_t i = begin; roll->current && i < end; i++)
		if (pins_match(roll->current, facts->items[i].record) ||
		    (roll->next && pins_match(roll->next, facts->items[i].record)))
			return false;
	for (size_t i = 0; roll->current && i < n; i++)
		elsewhere = elsewhere || (strcmp(others[i].name, slot->name) == 0 &&
					     pins_match(roll->current, others[i].record));
	return elsewhere;
}

static int
roll_slot(struct diags *diags, const struct facts *facts, size_t begin, size_t end,
    struct gathered *current, struct gathered *next, struct roll *out)
{
	const struct fact *slot = &facts->items[begin];
	int result;

	if (is_leftover(facts, begin, end, out)) {
		out->facts.used = out->facts.leftover = true;
		return 0;
	}
	result = gather(diags, facts, begin, end, current, out);
	if (current->certs)
		current->safe = instant_later(
		    current->safe, rollover_left(facts, slot->zone, slot->owner, out->certificate,
				       current->certs, out->facts.now_unix));
	if (gather(diags, facts, begin, end, next, out) < 0)
		result = -1;
	if (next->certs)
		next->left = instant_later(
		    next->left, rollover_left(facts, slot->zone, slot->owner, out->certificate,
				    next->certs, out->facts.now_unix));
	out->facts.used = true;
	if (next->certs && current->certs && !pins_same(&current->pins, &next->pins))
		out->facts.same = false;
	for (size_t i = begin; i < end; i++)
		if (!pins_have(&current->pins, facts->items[i].record) &&
		    !(next->certs && pins_have(&next->pins, facts->items[i].record)))
			out->facts.leftover = true;
	return result;
}

/* A copy that stands for the next certificate too is nothing to wait for. */
static void
roll_left(const struct fact *fact, struct gathered *next, struct roll *out)
{
	int64_t vanish = rollover_vanish(out->certificate, fact);
	bool first = out->facts.left_unix == ROLLOVER_NEVER && !out->leaving;

	if (next->certs && !pins_match(next->certs, fact->record))
		next->left = instant_later(next->left, vanish);
	out->facts.left_unix = first ? vanish : instant_later(out->facts.left_unix, vanish);
	out->leaving = out->leaving || vanish == ROLLOVER_NEVER;
}

static void
roll_fact(const struct fact *fact, struct gathered *next, struct roll *out)
{
	if (fact->kind == FACT_LEFT || fact->kind == FACT_LEAVING)
		roll_left(fact, next, out);
	if (fact->kind == FACT_DEPLOYED && out->next_chain &&
	    strcmp(fact->id, out->next_chain) == 0)
		out->facts.deployed_unix = fact->t_unix;
}

/* Loads one of the certificate's files, with its password. */
static int
load_file(struct diags *diags, const struct project_certificate *certificate,
    struct cert_wanted *wanted, const struct certs **out)
{
	struct cert_files files = {.a = &diags->arena};
	struct pos pos = certificate->pos;
	struct secret secret = {0};
	int result = 0;

	wanted->roots = certificate->roots;
	wanted->options.secret = &secret;
	if (certificate->pass)
		result = secret_read(
		    diags, pos, NULL, certificate->roots, "", certificate->pass, &secret);
	if (result == 0)
		result = cert_files_load(&files, diags, pos, wanted, out);
	wanted->options.secret = NULL;
	secret_end(&secret);
	return result;
}

const struct certs *
rollover_current(struct diags *diags, const struct project_certificate *certificate)
{
	struct cert_wanted current = {.path = certificate->current};
	const struct certs *certs = NULL;

	return load_file(diags, certificate, &current, &certs) == 0 ? certs : NULL;
}

static int
load_files(struct diags *diags, struct roll *out)
{
	const struct project_certificate *certificate = out->certificate;
	struct arena *a = &diags->arena;
	struct cert_wanted next = {.path = certificate->next, .may_lack = true};
	int result = 0;

	out->current = rollover_current(diags, certificate);
	if (!out->current)
		result = -1;
	if (next.path && load_file(diags, certificate, &next, &out->next) < 0)
		result = -1;
	out->current_id = out->current ? pins_id(a, out->current) : NULL;
	out->next_id = out->next ? pins_id(a, out->next) : NULL;
	out->current_chain = out->current ? pins_chain_id(a, out->current) : NULL;
	out->next_chain = out->next ? pins_chain_id(a, out->next) : NULL;
	return result;
}

/* Before records are compared: a key or request may be that of any certificate. */
static bool
may_be_same(const struct roll *roll)
{
	return roll->current->key || roll->next->key ||
	       strcmp(roll->current_id, roll->next_id) == 0;
}

static bool
has_other_chain(const struct roll *roll)
{
	return roll->facts.same && !roll->current->key && !roll->next->key &&
	       strcmp(roll->current_chain, roll->next_chain) != 0;
}

static bool
is_older(const struct certs *next, const struct certs *current)
{
	int64_t next_from, next_to, from, to;

	if (!next || !current)
		return false;
	pins_dates(next, &next_from, &next_to);
	pins_dates(current, &from, &to);
	return next_to != 0 && next_from < from && next_to <= to;
}

int
roll_load(struct diags *diags, const struct project_certificate *certificate,
    const struct facts *facts, int64_t now_unix, struct roll *out)
{
	struct gathered current = {0}, next = {0};
	int result;

	*out = (struct roll){.certificate = certificate};
	result = load_files(diags, out);
	current.certs = out->current;
	next.certs = out->next;
	out->facts = (struct rollover_case){.has_next = out->next != NULL,
	    .left_unix = ROLLOVER_NEVER,
	    .deployed_unix = ROLLOVER_NEVER,
	    .now_unix = now_unix};
	out->facts.same = out->current && out->next && may_be_same(out);
	for (size_t i = 0, end; i < facts->n; i = end) {
		const struct fact *fact = &facts->items[i];

		end = i + 1;
		if (fact->name && rollover_is_nameless(fact) && fact->t_unix > now_unix)
			out->nameless_unix = instant_later(out->nameless_unix, fact->t_unix);
		if (!fact->name || strcmp(fact->name, certificate->name) != 0)
			continue;
		roll_fact(fact, &next, out);
		if (fact->kind != FACT_PUBLISHED)
			continue;
		end = slot_end(facts, i);
		if (roll_slot(diags, facts, i, end, &current, &next, out) < 0)
			result = -1;
	}
	out->facts.current_since = current.since;
	out->facts.current_safe_unix = current.safe;
	out->facts.next_since = next.since;
	out->facts.next_safe_unix = next.safe;
	if (out->facts.used)
		out->facts.next_safe_unix = instant_later(next.safe, next.left);
	else if (out->facts.left_unix != ROLLOVER_NEVER)
		out->facts.left_unix = instant_later(out->facts.left_unix, out->nameless_unix);
	out->other_chain = has_other_chain(out);
	out->older = is_older(out->next, out->current);
	out->stray = find_stray(facts, out);
	out->rollover = rollover_judge(&out->facts);
	if (!out->current)
		out->rollover.since_unix = out->rollover.safe_unix = ROLLOVER_NEVER;
	return result;
}
