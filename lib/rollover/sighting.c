#include "rollover/sighting.h"

#include "dnssec/key.h"
#include "dnssec/rrsig.h"
#include "history/published.h"
#include "history/record.h"
#include "history/state.h"
#include "rollover/trust.h"

/* --- Sets --- */

static struct set
set_of(const struct sighting *s, uint16_t type, const struct bytes *rdata, size_t n, uint32_t ttl_s)
{
	struct set set = {.zone = s->name,
	    .owner = s->name,
	    .type = type,
	    .ttl_s = ttl_s,
	    .since_unix = TIME_UNKNOWN,
	    .until_unix = TIME_NEVER};

	set_records(s->a, &set, rdata, n);
	return set;
}

struct set
sighting_set(const struct sighting *s, const struct bytes *rdata, size_t n, uint32_t ttl_s)
{
	return set_of(s, s->type, rdata, n, ttl_s);
}

/* Has the answer a signature by the key? */
static bool
is_signed_by(const struct nameserver_set *answer, const struct record_key *key)
{
	for (size_t i = 0; i < answer->n_rrsigs; i++) {
		const uint8_t *data = answer->rrsigs[i].data;

		if (data[RRSIG_ALGORITHM] == key->algorithm &&
		    read_u16(data + RRSIG_TAG) == key->tag)
			return true;
	}
	return false;
}

static struct set
set_of_keys(const struct sighting *s, const struct nameserver_set *answer)
{
	struct bytes *keys = arena_alloc(s->a, answer->n * sizeof(*keys) + 1);

	for (size_t i = 0; i < answer->n; i++) {
		struct record_key key = record_key_of(&s->zone->name, answer->rdata[i]);

		key.signs = is_signed_by(answer, &key);
		keys[i] = record_of_key(s->a, TYPE_DNSKEY, &key);
	}
	return set_of(s, TYPE_DNSKEY, keys, answer->n, answer->ttl_s);
}

/* --- The zone --- */

/* The DNSKEY set of a published file. */
static struct set
set_of_store(const struct sighting *s, const struct store *store)
{
	const struct node *apex = store_apex(store);
	struct rrset keys = node_rrset(store, apex, TYPE_DNSKEY);
	struct rrset rrsigs = node_rrset(store, apex, TYPE_RRSIG);
	struct bytes *rdata = arena_alloc(s->a, keys.n * sizeof(*rdata) + 1);
	struct bytes *signatures = arena_alloc(s->a, rrsigs.n * sizeof(*signatures) + 1);
	struct nameserver_set set = {.rdata = rdata,
	    .n = keys.n,
	    .rrsigs = signatures,
	    .ttl_s = keys.n ? keys.records[0].ttl_s : 0};

	for (size_t i = 0; i < keys.n; i++)
		rdata[i] = record_rdata(&keys.records[i]);
	for (size_t i = 0; i < rrsigs.n; i++) {
		struct bytes rrsig = record_rdata(&rrsigs.records[i]);

		if (rrsig.len > RRSIG_SIGNER && read_u16(rrsig.data) == TYPE_DNSKEY)
			signatures[set.n_rrsigs++] = rrsig;
	}
	return set_of_keys(s, &set);
}

bool
sighting_published(struct arena *a, const struct project *project, const struct project_zone *zone,
    struct set *keys)
{
	struct sighting s = {.a = a, .zone = zone, .name = history_name(a, zone->name.wire)};
	struct diags unread = {0}; /* who builds is told of these */
	struct published published;
	bool there = zone->output &&
		     published_load(&unread, &published, &project->outputs, zone->output,
			 &zone->name, 1) == 0 &&
		     published.there;

	if (there)
		*keys = set_of_store(&s, &published.store);
	if (zone->output)
		published_free(&published);
	diags_free(&unread);
	return there;
}

/* Where nothing is known of the parent, the history may be lost. */
static void
add_published(struct sighting *s, const struct project *project)
{
	struct set *items = arena_alloc(s->a, (s->keys.n + 1) * sizeof(*items));

	if (!sighting_published(s->a, project, s->zone, &items[s->keys.n]))
		return;
	if (s->keys.n > 0)
		memcpy(items, s->keys.items, s->keys.n * sizeof(*items));
	s->keys.n++;
	s->keys.items = items;
}

struct sighting
sighting_begin(struct diags *diags, const struct project *project, const struct history *history,
    const struct project_zone *zone, uint16_t type, struct project_history_change *change,
    int64_t now_unix)
{
	struct arena *a = &diags->arena;
	const char *name = history_name(a, zone->name.wire);
	struct sighting s = {.a = a,
	    .zone = zone,
	    .name = name,
	    .type = type,
	    .known = trust_sets(a, history, name, type),
	    .change = change,
	    .now_unix = now_unix};

	s.is_first = !sets_newest(s.known);
	if (type == TYPE_DS)
		s.keys = trust_sets(a, history, name, TYPE_DNSKEY);
	if (type == TYPE_DS && s.is_first)
		add_published(&s, project);
	return s;
}

/* --- What follows for the history --- */

/* That one may be there is less than that it is. */
static bool
is_known(const struct sighting *s, const struct set *set)
{
	for (size_t i = 0; i < s->known.n; i++)
		if (set_is_open(&s->known.items[i]) && set_same(&s->known.items[i], set) &&
		    (s->known.items[i].since_unix != TIME_UNKNOWN ||
			set->since_unix == TIME_UNKNOWN))
			return true;
	return false;
}

static bool
is_told(const struct set *told, const struct record_key *key)
{
	for (size_t i = 0; told && i < told->n; i++)
		if (read_u16(told->rdata[i].data) == key->tag &&
		    told->rdata[i].data[2] == key->algorithm)
			return true;
	return false;
}

struct set
sighting_anchors(const struct sighting *s, const struct set *told)
{
	struct bytes *rdata;
	size_t n = 0, most = 0;

	for (size_t i = 0; i < s->keys.n; i++)
		most += s->keys.items[i].n;
	rdata = arena_alloc(s->a, most * sizeof(*rdata) + 1);
	for (size_t i = 0; i < s->keys.n; i++)
		for (size_t k = 0; k < s->keys.items[i].n; k++) {
			struct record_key key =
			    record_read_key(TYPE_DNSKEY, s->keys.items[i].rdata[k]);

			if (key.signs && (key.flags & KEY_FLAG_SEP) &&
			    !(key.flags & KEY_FLAG_REVOKE) && !is_told(told, &key))
				rdata[n++] = record_ds(s->a, &key);
		}
	return sighting_set(s, rdata, n, PARENT_DS_TTL_S);
}

static bool
is_among(const struct set *sets, size_t n, const struct set *set)
{
	for (size_t i = 0; i < n; i++)
		if (set_same(&sets[i], set))
			return true;
	return false;
}

/* Which of the parent's sets there were before first news is not known. Of all that may be held the
 * one with a single record asks for most; `ended` if it is not there any more. */
static void
add_former(struct sighting *s, const struct set *records, uint32_t ttl_s, const struct set *sets,
    size_t n, bool ended)
{
	for (size_t i = 0; i < records->n; i++) {
		struct set former = sighting_set(s, &records->rdata[i], 1, ttl_s);

		if (is_among(sets, n, &former))
			continue;
		if (ended)
			former.until_unix = s->now_unix;
		history_add_set(&s->change->add, &former);
	}
}

/* The longest TTL of sets that have records: of none it tells nothing of what theirs is. */
static uint32_t
longest_ttl(const struct set *sets, size_t n)
{
	uint32_t ttl_s = 0;

	for (size_t i = 0; i < n; i++)
		if (sets[i].n > 0 && sets[i].ttl_s > ttl_s)
			ttl_s = sets[i].ttl_s;
	return ttl_s ? ttl_s : PARENT_DS_TTL_S;
}

static void
end_set(struct sighting *s, const struct set *known)
{
	struct set ended = *known;

	history_add_set(&s->change->remove, &ended);
	ended.until_unix = s->now_unix;
	history_add_set(&s->change->add, &ended);
}

static void
take(struct sighting *s, const struct set *sets, size_t n, bool all)
{
	for (size_t i = 0; i < n; i++)
		if (!is_known(s, &sets[i]))
			history_add_set(&s->change->add, &sets[i]);
	for (size_t i = 0; all && i < s->known.n; i++) {
		const struct set *known = &s->known.items[i];

		if (set_is_open(known) && !is_among(sets, n, known))
			end_set(s, known);
	}
}

void
sighting_take(struct sighting *s, const struct set *sets, size_t n, bool all)
{
	struct set anchors;

	if (s->is_first && s->type == TYPE_DS && n > 0) {
		anchors = sighting_anchors(s, NULL);
		add_former(s, &anchors, longest_ttl(sets, n), sets, n, all);
	}
	take(s, sets, n, all);
}

uint32_t
sighting_ttl_s(const struct sighting *s)
{
	return longest_ttl(s->known.items, s->known.n);
}

static struct set
with_record(const struct sighting *s, const struct set *set, struct bytes record)
{
	struct bytes *rdata = arena_alloc(s->a, (set->n + 1) * sizeof(*rdata));

	if (set->n > 0)
		memcpy(rdata, set->rdata, set->n * sizeof(*rdata));
	rdata[set->n] = record;
	return sighting_set(s, rdata, set->n + 1, set->ttl_s);
}

void
sighting_take_records(struct sighting *s, const struct set *sure, const struct set *maybe)
{
	struct set *sets = arena_alloc(s->a, (maybe->n + 1) * sizeof(*sets));
	struct set anchors = sighting_anchors(s, NULL);
	size_t n = 0;

	sets[n] = *sure;
	sets[n++].since_unix = s->now_unix;
	for (size_t i = 0; i < maybe->n; i++)
		sets[n++] = with_record(s, sure, maybe->rdata[i]);
	add_former(s, &anchors, sure->ttl_s, sets, n, true);
	add_former(s, sure, sure->ttl_s, sets, n, true);
	add_former(s, maybe, sure->ttl_s, sets, n, true);
	take(s, sets, n, true);
}

/* --- What a cache has --- */

/* An answer of a resolver may be as old as it has been in a cache: the TTL is counted down there,
 * and stands in full in the signatures (RFC 4034 section 3.1.4). */
struct cached {
	struct set set;       /* with the full TTL */
	int64_t fetched_unix; /* no later than then */
};

static struct cached
cached_of(const struct sighting *s, const struct nameserver_set *answer)
{
	uint32_t ttl_s = answer->n_rrsigs > 0 ? 0 : PARENT_DS_TTL_S;
	struct cached cached;

	for (size_t i = 0; i < answer->n_rrsigs; i++) {
		uint32_t original_s = read_u32(answer->rrsigs[i].data + RRSIG_TTL);

		if (original_s > ttl_s && original_s <= INT32_MAX) /* RFC 2181 section 8 */
			ttl_s = original_s;
	}
	if (ttl_s < answer->ttl_s)
		ttl_s = answer->ttl_s;
	cached.fetched_unix = s->now_unix - (ttl_s - answer->ttl_s);
	cached.set = sighting_set(s, answer->rdata, answer->n, ttl_s);
	cached.set.since_unix = s->now_unix;
	return cached;
}

static bool
has_all(const struct set *set, const struct set *of)
{
	for (size_t i = 0; i < of->n; i++)
		if (!set_has(set, of->rdata[i]))
			return false;
	return true;
}

static bool
same_records(const struct set *a, const struct set *b)
{
	return a->n == b->n && has_all(a, b);
}

static bool
is_there(const struct sighting *s, const struct set *set)
{
	for (size_t i = 0; i < s->known.n; i++)
		if (set_is_open(&s->known.items[i]) && s->known.items[i].ttl_s >= set->ttl_s &&
		    same_records(&s->known.items[i], set))
			return true;
	return false;
}

/* It was replaced, and may come out of a cache: that is no news. */
static bool
was_there(const struct sighting *s, const struct set *set)
{
	for (size_t i = 0; i < s->known.n; i++)
		if (!set_is_open(&s->known.items[i]) && same_records(&s->known.items[i], set) &&
		    set_release(&s->known.items[i], s->zone->policy->propagation_s) > s->now_unix)
			return true;
	return false;
}

/* That a record is there is proved: so the sets of before that lack it, and have no other one, are
 * not any more, unless an authority is asked, too. That a record is gone is not. */
static void
take_cached(struct sighting *s, const struct cached *cached, bool is_alone)
{
	const struct set *set = &cached->set;

	if (set->n == 0 || (!is_there(s, set) && was_there(s, set)))
		return;
	if (!is_there(s, set) && is_alone)
		sighting_take(s, set, 1, false);
	else if (!is_there(s, set))
		take(s, set, 1, false);
	for (size_t i = 0; is_alone && i < s->known.n; i++) {
		const struct set *known = &s->known.items[i];

		if (set_is_open(known) && known->since_unix <= cached->fetched_unix &&
		    known->n < set->n && has_all(set, known))
			end_set(s, known);
	}
}

/* Tells of records that were there before the resolver asked, and that it has not. */
static void
tell_unseen(const struct sighting *s, struct diags *diags, const struct project_server *server,
    const struct cached *cached)
{
	for (size_t i = 0; i < s->known.n; i++)
		for (size_t k = 0; k < s->known.items[i].n; k++) {
			const struct set *known = &s->known.items[i];
			struct bytes ds = known->rdata[k];
			unsigned tag = read_u16(ds.data);

			if (!set_is_open(known) || known->since_unix > cached->fetched_unix ||
			    set_has(&cached->set, ds) ||
			    diag_is_told(diags, s->zone->pos, P_DS_UNSEEN))
				continue;
			diag_add(diags, s->zone->pos, P_DS_UNSEEN,
			    "%s has no DS record %u of %s: if the parent removed it, say "
			    "zonepp keys ds --gone=%u %s",
			    server->text, tag, s->zone->name_text, tag, s->zone->name_text);
		}
}

/* --- Asking --- */

static struct set
set_of_answer(const struct sighting *s, const struct nameserver_set *answer)
{
	struct set set = s->type == TYPE_DS
			     ? sighting_set(s, answer->rdata, answer->n, answer->ttl_s)
			     : set_of_keys(s, answer);

	set.since_unix = s->now_unix;
	return set;
}

/* Of a resolver any address is as good as another. */
static void
take_from_resolver(struct sighting *s, struct diags *diags,
    const struct nameserver_answers *answers, const struct project_server *server, bool is_alone)
{
	for (size_t i = 0; i < answers->n; i++) {
		struct cached cached = cached_of(s, &answers->items[i]);

		take_cached(s, &cached, is_alone);
		if (is_alone)
			tell_unseen(s, diags, server, &cached);
	}
}

/* What the servers have. */
struct round {
	struct history seen; /* its sets */
	bool all;            /* there is no other one */
};

static void
take_answers(struct sighting *s, const struct nameserver_answers *answers, struct round *round)
{
	for (size_t i = 0; i < answers->n; i++) {
		struct set set = set_of_answer(s, &answers->items[i]);

		round->all =
		    round->all && (round->seen.n_sets == 0 || set_same(&round->seen.sets[0], &set));
		history_add_set(&round->seen, &set);
	}
}

static bool
has_authority(const struct project_server *servers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!servers[i].is_resolver)
			return true;
	return false;
}

void
sighting_ask(struct sighting *s, struct diags *diags, struct nameservers *run,
    const struct project_server *servers, size_t n, const char *what)
{
	struct nameserver_question question = {/* The parent may be any zone above. */
	    .zone = s->type == TYPE_DS ? NULL : s->zone->name.wire,
	    .owner = s->zone->name.wire,
	    .type = s->type,
	    .dnssec = true};
	bool is_alone = !has_authority(servers, n);
	struct round round = {.seen.a = s->a, .all = true};

	for (size_t i = 0; i < n; i++) {
		const struct project_server *server = &servers[i];
		struct nameserver_answers answers = {0};
		const char *why;
		int result;

		question.recursive = server->is_resolver;
		result = nameserver_ask_set(s->a, run, server, &question, &answers, &why);
		if (result < 0 && !server->is_resolver) {
			round.all = false;
			diag_add(
			    diags, s->zone->pos, P_SERVER, "%s %s: %s", what, server->text, why);
		} else if (result < 0 && answers.n == 0) {
			diag_add(diags, s->zone->pos, P_SERVER, "%s: %s", server->text, why);
		}
		if (server->is_resolver)
			take_from_resolver(s, diags, &answers, server, is_alone);
		else
			take_answers(s, &answers, &round);
	}
	if (round.seen.n_sets > 0)
		sighting_take(s, round.seen.sets, round.seen.n_sets, round.all);
}
