#include "rollover/sighting.h"

#include "dnssec/cds.h"
#include "dnssec/key.h"
#include "dnssec/rrsig.h"
#include "history/record.h"
#include "history/state.h"
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

void
sighting_take(struct sighting *s, const struct set *set, bool alone)
{
	struct set begun = *set;

	begun.since_unix = s->now_unix;
	if (s->known.n == 0)
		add_former(s, set);
	if (!is_known(s, set))
		history_add_set(&s->change->add, &begun);
	for (size_t i = 0; alone && i < s->known.n; i++) {
		struct set ended = s->known.items[i];

		if (!set_is_open(&ended) || set_same(&ended, set))
			continue;
		history_add_set(&s->change->remove, &ended);
		ended.until_unix = s->now_unix;
		history_add_set(&s->change->add, &ended);
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

void
sighting_ask(struct sighting *s, struct diags *diags, struct nameservers *run,
    const struct project_server *servers, size_t n, const char *what)
{
	const struct nameserver_question question = {/* The parent may be any zone above. */
	    .zone = s->type == TYPE_DS ? NULL : s->zone->name.wire,
	    .owner = s->zone->name.wire,
	    .type = s->type,
	    .dnssec = true};
	struct set first = {0};
	bool any = false, alone = true;

	for (size_t i = 0; i < n; i++) {
		struct nameserver_answers answers = {0};
		const char *why;

		if (nameserver_ask_set(s->a, run, &servers[i], &question, &answers, &why) < 0) {
			alone = false;
			diag_add(
			    diags, s->zone->pos, P_SERVER, "%s %s: %s", what, servers[i].text, why);
		}
		for (size_t k = 0; k < answers.n; k++) {
			struct set set = set_of_answer(s, &answers.items[k]);

			alone = alone && (!any || set_same(&first, &set));
			first = set;
			any = true;
			sighting_take(s, &set, false);
		}
	}
	if (any && alone)
		sighting_take(s, &first, true);
}
