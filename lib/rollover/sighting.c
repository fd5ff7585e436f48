#include "rollover/sighting.h"

#include "dnssec/cds.h"
#include "dnssec/key.h"
#include "dnssec/rrsig.h"
#include "history/record.h"
#include "history/state.h"
#include "rollover/parent.h"
#include "rollover/trust.h"

struct sighting
sighting_begin(struct diags *diags, const struct history *history, const struct project_zone *zone,
    uint16_t type, struct project_history_change *change, int64_t now_unix)
{
	struct arena *a = &diags->arena;
	const char *name = history_name(a, zone->name.wire);

	return (struct sighting){.a = a,
	    .zone = zone,
	    .name = name,
	    .type = type,
	    .known = trust_sets(a, history, name, type),
	    .keys = type == TYPE_DS ? trust_sets(a, history, name, TYPE_DNSKEY) : (struct sets){0},
	    .change = change,
	    .now_unix = now_unix};
}

struct set
sighting_set(const struct sighting *s, const struct bytes *rdata, size_t n, uint32_t ttl_s)
{
	struct set set = {.zone = s->name,
	    .owner = s->name,
	    .type = s->type,
	    .ttl_s = ttl_s,
	    .since_unix = TIME_UNKNOWN,
	    .until_unix = TIME_NEVER};

	set_records(s->a, &set, rdata, n);
	return set;
}

/* --- What follows for the history --- */

static bool
is_known(const struct sighting *s, const struct set *set)
{
	for (size_t i = 0; i < s->known.n; i++)
		if (set_is_open(&s->known.items[i]) && set_same(&s->known.items[i], set))
			return true;
	return false;
}

/* The first news of a parent do not tell what it had until now: a DS record of any key that signed
 * the DNSKEY set may be held. */
static void
add_former(struct sighting *s, const struct set *now)
{
	for (size_t i = 0; i < s->keys.n; i++)
		for (size_t k = 0; k < s->keys.items[i].n; k++) {
			struct record_key key =
			    record_read_key(TYPE_DNSKEY, s->keys.items[i].rdata[k]);
			uint8_t ds[4 + sizeof(key.digest)] = {
			    (uint8_t)(key.tag >> 8), (uint8_t)key.tag, key.algorithm, DS_SHA256};
			struct bytes rdata = {ds, sizeof(ds)};
			struct set former;

			memcpy(ds + 4, key.digest, sizeof(key.digest));
			if (!key.signs || !(key.flags & KEY_FLAG_SEP) ||
			    (key.flags & KEY_FLAG_REVOKE) || set_has(now, rdata))
				continue;
			former = sighting_set(s, &rdata, 1, now->ttl_s);
			former.until_unix = s->now_unix;
			history_add_set(&s->change->add, &former);
		}
}

static void
end_set(struct sighting *s, const struct set *known)
{
	struct set ended = *known;

	history_add_set(&s->change->remove, &ended);
	ended.until_unix = s->now_unix;
	history_add_set(&s->change->add, &ended);
}

void
sighting_take(struct sighting *s, const struct set *set, bool alone)
{
	struct set begun = *set;

	begun.since_unix = s->now_unix;
	if (s->known.n == 0)
		add_former(s, set);
	if (!is_known(s, set))
		history_add_set(&s->change->add, &begun);
	for (size_t i = 0; alone && i < s->known.n; i++)
		if (set_is_open(&s->known.items[i]) && !set_same(&s->known.items[i], set))
			end_set(s, &s->known.items[i]);
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

	for (size_t i = 0; i < answer->n_rrsigs; i++) {
		uint32_t original_s = read_u32(answer->rrsigs[i].data + RRSIG_TTL);

		if (original_s > ttl_s && original_s <= INT32_MAX) /* RFC 2181 section 8 */
			ttl_s = original_s;
	}
	if (ttl_s < answer->ttl_s)
		ttl_s = answer->ttl_s;
	return (struct cached){.set = sighting_set(s, answer->rdata, answer->n, ttl_s),
	    .fetched_unix = s->now_unix - (ttl_s - answer->ttl_s)};
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
	if (!is_there(s, set))
		sighting_take(s, set, false);
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
set_of_answer(const struct sighting *s, const struct nameserver_set *answer)
{
	struct bytes *keys;

	if (s->type == TYPE_DS)
		return sighting_set(s, answer->rdata, answer->n, answer->ttl_s);
	keys = arena_alloc(s->a, answer->n * sizeof(*keys) + 1);
	for (size_t i = 0; i < answer->n; i++) {
		struct record_key key = record_key_of(&s->zone->name, answer->rdata[i]);

		key.signs = is_signed_by(answer, &key);
		keys[i] = record_of_key(s->a, TYPE_DNSKEY, &key);
	}
	return sighting_set(s, keys, answer->n, answer->ttl_s);
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

/* What all servers have. */
struct round {
	struct set first;
	bool any, alone;
};

static void
take_answers(struct sighting *s, const struct nameserver_answers *answers, struct round *round)
{
	for (size_t i = 0; i < answers->n; i++) {
		struct set set = set_of_answer(s, &answers->items[i]);

		round->alone = round->alone && (!round->any || set_same(&round->first, &set));
		round->first = set;
		round->any = true;
		sighting_take(s, &set, false);
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
	struct round round = {.alone = true};

	for (size_t i = 0; i < n; i++) {
		const struct project_server *server = &servers[i];
		struct nameserver_answers answers = {0};
		const char *why;
		int result;

		question.recursive = server->is_resolver;
		result = nameserver_ask_set(s->a, run, server, &question, &answers, &why);
		if (result < 0 && !server->is_resolver) {
			round.alone = false;
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
	if (round.any && round.alone)
		sighting_take(s, &round.first, true);
}
