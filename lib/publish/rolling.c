#include "publish/rolling.h"

#include "base/codec.h"
#include "base/duration.h"

/* One arrangement. */
struct rolling_run {
	struct rolling *rolling;
	struct arena *a;
	struct diags *diags;
	struct loaded *loaded;
	const struct previous *previous;
	int64_t now;
	struct facts valid; /* facts of published records that are in the published zone indeed */
	struct facts rest;  /* facts to come that are no records of the template */
};

/* A source cert:NAME of one owner. */
struct rolling_use {
	const struct named_use *is;
	const struct project_certificate *certificate;
	const char *owner; /* as facts write it */
	const char *pick;
	struct pins current, next;
};

bool
rolling_concerns(const struct rolling *rolling, const struct tlsa_context *tlsa)
{
	return rolling->facts.n > 0 || tlsa->named_uses;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The facts of published records at an owner that hold. */
static const struct fact *
rolling_valid(const struct rolling_run *r, const char *owner, size_t *n)
{
	return facts_of_owner(&r->valid, FACT_PUBLISHED, r->rolling->zone, owner, n);
}

/* --- The published zone --- */

static struct rrset
rolling_published(const struct rolling_run *r, const char *owner)
{
	static const struct name root = {.len = 1};
	const struct store *store = &r->previous->store;
	const struct node *node = NULL;
	struct name name;
	struct name_fault fault;

	if (r->previous->there && name_parse(text_of(owner), &root, &name, &fault) == 0)
		node = store_node(store, &name);
	return node ? node_rrset(store, node, TYPE_TLSA) : (struct rrset){0};
}

static bool
rolling_is_published(struct rolling_run *r, const char *owner, const char *record)
{
	struct rrset set = rolling_published(r, owner);

	for (size_t i = 0; i < set.n; i++)
		if (strcmp(fact_record(r->a, record_rdata(&set.records[i])), record) == 0)
			return true;
	return false;
}

/* A lost published file is no evidence against facts. */
static void
rolling_find_valid(struct rolling_run *r)
{
	const struct facts *facts = &r->rolling->facts;

	for (size_t i = 0; i < facts->n; i++) {
		const struct fact *fact = &facts->items[i];

		if (fact->kind == FACT_PUBLISHED &&
		    (!r->previous->there || rolling_is_published(r, fact->owner, fact->record)))
			facts_add(r->a, &r->valid, *fact);
	}
}

static bool
rolling_is_known(const struct rolling_run *r, const char *owner)
{
	size_t n;

	rolling_valid(r, owner, &n);
	return n > 0;
}

/* Does the template ask for the record too? */
static bool
is_wanted(const struct rolling_run *r, const struct node *node, const struct record *record)
{
	const struct store *store = &r->loaded->store;

	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *other = &store->nodes[i];

		if (other->key_len != node->key_len ||
		    memcmp(other->key, node->key, node->key_len) != 0)
			continue;
		for (size_t k = 0; k < other->n; k++) {
			const struct record *at = &store->records[other->first + k];

			if (at->type == TYPE_TLSA && at->rdlen == record->rdlen &&
			    memcmp(at->rdata, record->rdata, at->rdlen) == 0)
				return true;
		}
	}
	return false;
}

/* The records that a cache may have of a set of which no fact tells that it is published. */
struct copies {
	const struct rolling_use *use;
	size_t n;
	bool match;   /* one stands for the current certificate */
	bool strange; /* one stands for none that is known */
};

static void
see_copy(struct copies *copies, const char *record, bool wanted)
{
	const struct named_use *is = copies->use->is;
	bool match = pins_match(is->current, record);

	copies->n++;
	copies->match = copies->match || match;
	if (!match && !wanted && !(is->next && pins_match(is->next, record)))
		copies->strange = true;
}

static void
see_left(const struct rolling_run *r, struct copies *copies, enum fact_kind kind)
{
	const struct rolling_use *use = copies->use;
	size_t n;
	const struct fact *left =
	    facts_of_owner(&r->rolling->facts, kind, r->rolling->zone, use->owner, &n);

	for (size_t i = 0; i < n; i++)
		if (rollover_vanish(use->certificate, &left[i]) > r->now)
			see_copy(copies, left[i].record, false);
}

/* Nothing is known of the record set yet. There was none before, and whoever has no record asks
 * nothing of the server. Or there was one by other means, or until a while ago, and then the
 * current certificate has been in use if a record stands for it and each is still accounted for.
 * One that is not may mean that a rollover was under way when the state file was lost. */
static bool
rolling_begins_well(struct rolling_run *r, const struct rolling_use *use)
{
	struct copies copies = {.use = use};
	struct rrset set = rolling_published(r, use->owner);
	const struct node *node = set.n ? store_node(&r->previous->store, &use->is->owner) : NULL;

	for (size_t i = 0; i < set.n; i++)
		see_copy(&copies, fact_record(r->a, record_rdata(&set.records[i])),
		    is_wanted(r, node, &set.records[i]));
	see_left(r, &copies, FACT_LEAVING);
	see_left(r, &copies, FACT_LEFT);
	return copies.n == 0 || (copies.match && !copies.strange);
}

/* --- Facts of records --- */

/* The longest TTL of a copy of the record set that may be in a cache. */
static int64_t
rolling_longest_ttl(const struct rolling_run *r, const struct rolling_use *use)
{
	struct rrset set = rolling_published(r, use->owner);
	int64_t ttl_s = use->is->ttl_s;
	size_t n;
	const struct fact *ttl =
	    facts_of_owner(&r->rolling->facts, FACT_TTL, r->rolling->zone, use->owner, &n);

	if (set.n)
		ttl_s = later(ttl_s, set.records[0].ttl_s);
	for (size_t i = 0; i < n; i++)
		if (ttl[i].t_unix > r->now)
			ttl_s = later(ttl_s, ttl[i].ttl_s);
	return ttl_s;
}

/* A record that stands for the same certificates at the same owner: another digest, or under
 * another name. Copies that have it serve as well. */
static const struct fact *
equivalent_fact(
    const struct rolling_run *r, const struct rolling_use *use, const struct certs *certs)
{
	size_t n;
	const struct fact *facts = rolling_valid(r, use->owner, &n);

	for (size_t i = 0; i < n; i++)
		if (pins_match(certs, facts[i].record))
			return &facts[i];
	return NULL;
}

static const struct fact *
exact_fact(const struct rolling_run *r, const struct rolling_use *use, const char *record)
{
	size_t n;
	const struct fact *facts = rolling_valid(r, use->owner, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(facts[i].record, record) == 0 &&
		    strcmp(facts[i].name, use->certificate->name) == 0 &&
		    strcmp(facts[i].pick, use->pick) == 0)
			return &facts[i];
	return NULL;
}

static struct fact
rolling_new_fact(const struct rolling_run *r, const struct rolling_use *use, const char *record)
{
	return (struct fact){.kind = FACT_PUBLISHED,
	    .zone = r->rolling->zone,
	    .owner = use->owner,
	    .name = use->certificate->name,
	    .pick = use->pick,
	    .record = record,
	    .ttl_s = rolling_longest_ttl(r, use),
	    .t_unix = r->now};
}

/* The current certificate stays safe under a record that is new, as copies without it have another
 * one that stands for it. Another certificate for which the new record stands is safe only when
 * those copies have vanished: one with the same key, or of the same CA. */
static void
leave_copy(struct rolling_run *r, const struct rolling_use *use, const char *record)
{
	if (pins_match(use->is->current, record))
		facts_add(r->a, &r->rest,
		    rollover_leave(use->certificate, r->rolling->zone, use->owner, record,
			rolling_longest_ttl(r, use), r->now));
}

static void
leave_copies(struct rolling_run *r, const struct rolling_use *use, const char *record)
{
	struct rrset set = rolling_published(r, use->owner);
	size_t n;
	const struct fact *facts = rolling_valid(r, use->owner, &n);

	if (r->previous->there && rolling_is_published(r, use->owner, record))
		return;
	for (size_t i = 0; i < n; i++)
		leave_copy(r, use, facts[i].record);
	for (size_t i = 0; n == 0 && i < set.n; i++)
		leave_copy(r, use, fact_record(r->a, record_rdata(&set.records[i])));
}

/* The fact of a record that is about to be published. */
static struct fact
rolling_fact(struct rolling_run *r, const struct rolling_use *use, const struct certs *certs,
    const char *record)
{
	const struct fact *exact = exact_fact(r, use, record);
	const struct fact *old = exact ? exact : equivalent_fact(r, use, certs);
	struct fact fact = rolling_new_fact(r, use, record);

	if (old) {
		fact.ttl_s = old->ttl_s;
		fact.t_unix = old->t_unix;
	} else if (certs == use->is->current && !rolling_is_known(r, use->owner) &&
		   rolling_begins_well(r, use))
		fact.ttl_s = FACT_SETTLED;
	if (!exact && certs == use->is->current)
		leave_copies(r, use, record);
	return fact;
}

/* From when on the record may be relied on. */
static int64_t
rolling_safe_at(const struct rolling_run *r, const struct rolling_use *use, const struct fact *fact)
{
	struct rollover_record record =
	    rollover_record_of(&r->rolling->facts, use->certificate, fact);

	record.ttl_s = use->is->ttl_s;
	return rollover_safe_at(&record);
}

/* --- A current certificate that came too early --- */

static void
keep(struct rolling_run *r, const struct rolling_use *use, const char *record)
{
	struct bytes rdata;
	struct tlsa_params params = pins_params(record);
	size_t len = strlen(record + 6);
	uint8_t *data = arena_bytes(&r->diags->arena, 3 + len / 2);
	struct parsed parsed = {.zone = &r->loaded->store.apex,
	    .owner = &use->is->owner,
	    .type = TYPE_TLSA,
	    .ttl_s = use->is->ttl_s,
	    .pos = use->is->pos};

	data[0] = params.usage;
	data[1] = params.selector;
	data[2] = params.matching;
	hex_decode((struct text){record + 6, len}, data + 3);
	rdata = (struct bytes){data, 3 + len / 2};
	parsed.rdata = rdata;
	store_add(&r->loaded->store, &parsed);
	r->rolling->n_kept++;
}

/* All that is published for the certificate stays: the old one may come back. */
static void
keep_known(struct rolling_run *r, const struct rolling_use *use)
{
	size_t n;
	const struct fact *facts = rolling_valid(r, use->owner, &n);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(facts[i].name, use->certificate->name) != 0)
			continue;
		facts_add(r->a, &r->rolling->after, facts[i]);
		if (!pins_have(&use->current, facts[i].record) &&
		    !pins_have(&use->next, facts[i].record))
			keep(r, use, facts[i].record);
	}
}

/* Likewise where no fact tells of it. */
static void
keep_published(struct rolling_run *r, const struct rolling_use *use)
{
	struct rrset set = rolling_published(r, use->owner);

	for (size_t i = 0; i < set.n; i++) {
		const char *record = fact_record(r->a, record_rdata(&set.records[i]));

		if (pins_have(&use->current, record) || pins_have(&use->next, record))
			continue;
		facts_add(r->a, &r->rolling->after, rolling_new_fact(r, use, record));
		keep(r, use, record);
	}
}

static void
report_early(struct rolling_run *r, const struct rolling_use *use, int64_t safe_unix)
{
	struct buf when = {0};

	if (safe_unix == ROLLOVER_NEVER)
		buf_puts(&when, "all its servers are seen to have its record, and none that left "
				"(zonepp roll asks them), and the wait is over");
	else
		instant_print_iso(&when, safe_unix);
	r->rolling->n_early +=
	    diag_add(r->diags, use->is->pos, D_TOO_EARLY,
		"certificate \"%s\" was replaced too early: it is not safe to use until %.*s",
		use->certificate->name, (int)when.len, when.data) < 0;
	buf_free(&when);
}

static void
rolling_too_early(struct rolling_run *r, const struct rolling_use *use, int64_t safe_unix)
{
	report_early(r, use, safe_unix);
	if (rolling_is_known(r, use->owner))
		keep_known(r, use);
	else
		keep_published(r, use);
}

/* --- One use --- */

static void
arrange_current(struct rolling_run *r, const struct rolling_use *use)
{
	int64_t until = rollover_left(&r->rolling->facts, r->rolling->zone, use->owner,
	    use->certificate, use->is->current, r->now);

	for (size_t i = 0; i < use->current.n; i++) {
		struct fact fact = rolling_fact(r, use, use->is->current, use->current.records[i]);
		int64_t safe = fact.ttl_s == FACT_SETTLED ? 0 : rolling_safe_at(r, use, &fact);

		if (safe <= r->now)
			fact.ttl_s = FACT_SETTLED;
		else
			until = later(until, safe);
		facts_add(r->a, &r->rolling->after, fact);
	}
	if (until != 0)
		rolling_too_early(r, use, until);
}

static void
arrange_next(struct rolling_run *r, const struct rolling_use *use)
{
	for (size_t i = 0; i < use->next.n; i++)
		if (!pins_have(&use->current, use->next.records[i]))
			facts_add(r->a, &r->rolling->after,
			    rolling_fact(r, use, use->is->next, use->next.records[i]));
}

/* A TTL that was lowered counts as long as copies with it may be around. */
static void
arrange_ttl(struct rolling_run *r, const struct rolling_use *use)
{
	struct rrset set = rolling_published(r, use->owner);
	size_t n;
	const struct fact *ttl =
	    facts_of_owner(&r->rolling->facts, FACT_TTL, r->rolling->zone, use->owner, &n);
	struct fact now = {.kind = FACT_TTL,
	    .zone = r->rolling->zone,
	    .owner = use->owner,
	    .ttl_s = use->is->ttl_s,
	    .t_unix = FACT_OPEN};
	struct fact before = now;

	facts_add(r->a, &r->rolling->after, now);
	if (set.n && set.records[0].ttl_s > use->is->ttl_s) {
		before.ttl_s = set.records[0].ttl_s;
		before.t_unix = r->now + 2 * before.ttl_s;
		facts_add(r->a, &r->rolling->after, before);
	}
	for (size_t i = 0; i < n; i++) {
		if (ttl[i].ttl_s <= now.ttl_s || ttl[i].t_unix <= r->now)
			continue;
		before = ttl[i];
		if (before.t_unix == FACT_OPEN)
			before.t_unix = r->now + 2 * before.ttl_s;
		facts_add(r->a, &r->rolling->after, before);
	}
}

static const struct project_certificate *
rolling_certificate(const struct project *project, const char *name)
{
	for (size_t i = 0; i < project->n_certificates; i++)
		if (strcmp(project->certificates[i].name, name) == 0)
			return &project->certificates[i];
	return NULL;
}

/* The template's directives were read without a problem, so there is none here. */
static struct rolling_use
use_of(struct rolling_run *r, const struct named_use *is)
{
	struct rolling_use use = {.is = is,
	    .certificate = rolling_certificate(r->rolling->project, is->named->name),
	    .owner = fact_name(r->a, &is->owner),
	    .pick = pick_word(is->pick)};

	pins_of(r->a, r->diags, is->pos, is->current, is->params, is->pick, &use.current);
	if (is->next)
		pins_of(r->a, r->diags, is->pos, is->next, is->params, is->pick, &use.next);
	return use;
}

/* --- What is no more --- */

static bool
is_used(const struct rolling_run *r, const char *owner, const char *name)
{
	size_t n;
	const struct fact *facts =
	    facts_of_owner(&r->rolling->after, FACT_PUBLISHED, r->rolling->zone, owner, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(facts[i].name, name) == 0)
			return true;
	return false;
}

struct fact
rolling_leave(const struct project *project, const struct facts *facts, const struct fact *fact,
    int64_t now_unix)
{
	const struct project_certificate *certificate = rolling_certificate(project, fact->name);
	struct rollover_record record;

	if (!certificate || fact->kind != FACT_PUBLISHED)
		return *fact;
	record = rollover_record_of(facts, certificate, fact);
	return rollover_leave(certificate, fact->zone, fact->owner, fact->record,
	    later(record.ttl_s, fact->ttl_s), now_unix);
}

/* Copies of records that the zone gave up live on for a while. */
static void
arrange_left(struct rolling_run *r, const struct fact *old)
{
	const struct rolling *rolling = r->rolling;
	const struct project_certificate *certificate =
	    rolling_certificate(rolling->project, old->name);

	if (!certificate)
		return;
	if (is_used(r, old->owner, old->name) &&
	    (old->kind == FACT_PUBLISHED || rollover_vanish(certificate, old) <= r->now))
		return;
	facts_add(r->a, &r->rest, rolling_leave(rolling->project, &rolling->facts, old, r->now));
}

/* Who saw the record keeps to have seen it, while there is something to wait for. */
static void
arrange_seen(struct rolling_run *r, const struct fact *seen)
{
	size_t n_valid, n;
	const struct fact *valid = rolling_valid(r, seen->owner, &n_valid);
	const struct fact *after =
	    facts_of_owner(&r->rolling->after, FACT_PUBLISHED, r->rolling->zone, seen->owner, &n);
	bool was = false, waits = false;

	for (size_t i = 0; i < n_valid; i++)
		was = was || strcmp(valid[i].record, seen->record) == 0;
	for (size_t i = 0; i < n; i++)
		waits = waits || (after[i].ttl_s != FACT_SETTLED &&
				     strcmp(after[i].record, seen->record) == 0);
	if (was && waits)
		facts_add(r->a, &r->rest, *seen);
}

static void
rolling_rest(struct rolling_run *r)
{
	const struct facts *facts = &r->rolling->facts;

	for (size_t i = 0; i < facts->n; i++) {
		const struct fact *fact = &facts->items[i];

		if (fact->kind == FACT_PUBLISHED || fact->kind == FACT_LEAVING ||
		    fact->kind == FACT_LEFT)
			arrange_left(r, fact);
		else if (fact->kind == FACT_SEEN)
			arrange_seen(r, fact);
	}
	for (size_t i = 0; i < r->rest.n; i++)
		facts_add(r->a, &r->rolling->after, r->rest.items[i]);
}

static struct rolling_run
run_begin(struct rolling *rolling, struct diags *diags, struct loaded *loaded,
    const struct previous *previous, int64_t now_unix)
{
	return (struct rolling_run){.rolling = rolling,
	    .a = rolling->a,
	    .diags = diags,
	    .loaded = loaded,
	    .previous = previous,
	    .now = now_unix};
}

void
rolling_arrange(struct rolling *rolling, struct diags *diags, struct loaded *loaded,
    const struct previous *previous, int64_t now_unix)
{
	struct rolling_run r = run_begin(rolling, diags, loaded, previous, now_unix);

	rolling->after = (struct facts){0};
	rolling_find_valid(&r);
	for (const struct named_use *is = loaded->directives.tlsa.named_uses; is;
	     is = is->next_use) {
		struct rolling_use use = use_of(&r, is);

		arrange_current(&r, &use);
		arrange_next(&r, &use);
		arrange_ttl(&r, &use);
	}
	facts_sort(&rolling->after);
	rolling_rest(&r);
	facts_sort(&rolling->after);
}

/* --- A zone that is not published --- */

static void
remember_use(struct rolling_run *r, const struct rolling_use *use)
{
	struct rrset set = rolling_published(r, use->owner);
	bool good;
	size_t n;

	facts_of_owner(&r->rolling->facts, FACT_PUBLISHED, r->rolling->zone, use->owner, &n);
	if (n > 0)
		return;
	good = rolling_begins_well(r, use);
	for (size_t i = 0; i < set.n; i++) {
		struct bytes rdata = record_rdata(&set.records[i]);
		struct fact fact = rolling_new_fact(r, use, fact_record(r->a, rdata));

		if (good && pins_match(use->is->current, fact.record))
			fact.ttl_s = FACT_SETTLED;
		facts_add(r->a, &r->rolling->failed, fact);
	}
}

void
rolling_remember(struct rolling *rolling, struct diags *diags, struct loaded *loaded,
    const struct previous *previous, int64_t now_unix)
{
	struct rolling_run r = run_begin(rolling, diags, loaded, previous, now_unix);

	rolling->failed = (struct facts){0};
	for (const struct named_use *is = loaded->directives.tlsa.named_uses; is;
	     is = is->next_use) {
		struct rolling_use use = use_of(&r, is);

		remember_use(&r, &use);
	}
}

/* --- Ahead of the publication --- */

/* Does the fact stay as it is, or become a less careful one? */
static bool
stays(const struct rolling *rolling, const struct fact *old)
{
	const struct fact *fact = facts_find(&rolling->after, old->key);

	return fact && fact->t_unix <= old->t_unix && fact->ttl_s <= old->ttl_s;
}

int
rolling_forget(struct rolling *rolling, struct diags *diags)
{
	const struct facts *facts = &rolling->facts;
	struct facts gone = {0};

	for (size_t i = 0; i < facts->n; i++) {
		const struct fact *fact = &facts->items[i];

		if ((fact->kind == FACT_PUBLISHED || fact->kind == FACT_SEEN) &&
		    !stays(rolling, fact))
			facts_add(rolling->a, &gone, *fact);
	}
	return gone.n ? rolling->forget(rolling->ctx, diags, &gone) : 0;
}
