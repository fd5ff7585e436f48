#include "dnssec/offline.h"

#include "base/duration.h"
#include "dns/serial.h"
#include "dnssec/pkey.h"
#include "dnssec/reuse.h"
#include "dnssec/verifier.h"

enum {
	NOTICE_S = 7 * 86400, /* what it may take to get at a safe */
	N_TYPES = 3,
};

static const uint16_t types[N_TYPES] = {TYPE_DNSKEY, TYPE_CDS, TYPE_CDNSKEY};

/* The search for the signature of one key over one RRset. */
struct search {
	const struct store *store;
	const struct sign_options *options;
	struct reuse reuse;
	const struct key *key;
	struct rrset set;
	const struct record *found;
	const char *why; /* it was not found */
	int64_t end;     /* expiry of the best one that was seen, or KEY_NO_TIME */
};

/* Times of signatures are 32 bits: the instant nearest to now (RFC 4034 section 3.1.5). */
static int64_t
instant_near(const struct search *s, uint32_t time)
{
	int64_t now = s->options->now;

	return now + (int32_t)(time - (uint32_t)now);
}

static bool
is_by_key(const struct search *s, const struct record *rrsig)
{
	const uint8_t *p = rrsig->rdata;

	return read_u16(p + RRSIG_TYPE) == s->set.type &&
	       p[RRSIG_ALGORITHM] == s->key->algorithm->number &&
	       read_u16(p + RRSIG_TAG) == s->key->tag;
}

/* Does it sign the RRset as it stands now? */
static bool
verifies(const struct search *s, const struct rrsig_set *set, struct bytes rrsig)
{
	struct bytes dnskey = s->key->dnskey;
	struct verifier_key key = {s->key->algorithm, {dnskey.data + 4, dnskey.len - 4}};
	struct verifier *verifier = verifier_new(&key, 1);
	struct rrsig data = {0};
	size_t head;
	bool good;

	rrsig_begin(&data, &s->store->apex, &s->options->period, set);
	rrsig_key(&data, s->key->algorithm->number, s->key->tag);
	head = data.rdata_len;
	good = rrsig.len > head && name_equal(rrsig.data + RRSIG_SIGNER, s->store->apex.wire) &&
	       memcmp(rrsig.data, rrsig_rdata(&data).data, RRSIG_EXPIRATION) == 0;
	if (good) {
		rrsig_replay(&data, rrsig);
		good = verifier_good(verifier, 0, rrsig_data(&data),
		    (struct bytes){rrsig.data + head, rrsig.len - head});
	}
	rrsig_free(&data);
	verifier_free(verifier);
	return good;
}

/* Looks at one signature of the previous zone: one that may be kept beats any that may not, a later
 * end an earlier one. */
static void
consider(struct search *s, const struct rrsig_set *set, bool same, const struct record *rrsig)
{
	uint32_t now = (uint32_t)s->options->now;
	uint32_t inception = read_u32(rrsig->rdata + RRSIG_INCEPTION);
	uint32_t expiration = read_u32(rrsig->rdata + RRSIG_EXPIRATION);

	int64_t end = instant_near(s, expiration);
	const char *why = NULL;

	if (s->found && end <= s->end)
		return;
	if (!serial_later(expiration, now))
		why = "has expired";
	else if (serial_later(inception, now))
		why = "is not valid yet";
	else if (!same)
		why = "is over other records than the zone has now";
	else if (!verifies(s, set, record_rdata(rrsig)))
		why = "does not verify";
	if (why && (s->found || (s->end != KEY_NO_TIME && end <= s->end)))
		return;
	s->end = end;
	s->why = why;
	s->found = why ? NULL : rrsig;
}

static void
search_previous(struct search *s)
{
	const struct store *old = s->options->previous;
	const struct node *apex = old ? store_apex(old) : NULL;
	struct arena *scratch = &s->store->diags->arena;
	struct arena_mark mark = arena_mark(scratch);
	struct bytes *rdata = arena_alloc(scratch, s->set.n * sizeof(*rdata));
	uint8_t owner[NAME_LONGEST];
	struct rrsig_set set = {.owner = {owner, s->store->apex.len},
	    .type = s->set.type,
	    .ttl_s = s->set.records[0].ttl_s,
	    .rdata = rdata,
	    .n = s->set.n};
	struct rrset signatures;
	bool same;

	s->end = KEY_NO_TIME;
	s->why = old ? "is missing from the previous output"
		     : "would have to come from a previous output, and there is none";
	if (apex) {
		name_lower(owner, s->store->apex.wire, s->store->apex.len);
		for (size_t i = 0; i < set.n; i++)
			rdata[i] = record_rdata(&s->set.records[i]);
		same = reuse_same_set(&s->reuse, apex, &set);
		signatures = node_rrset(old, apex, TYPE_RRSIG);
		for (size_t i = 0; i < signatures.n; i++)
			if (is_by_key(s, &signatures.records[i]))
				consider(s, &set, same, &signatures.records[i]);
	}
	arena_reset(scratch, mark);
}

/* "", or " (2026-11-23T12:00:00Z)" */
static const char *
end_text(const struct search *s)
{
	struct buf b = {0};

	if (s->end == KEY_NO_TIME)
		return "";
	buf_puts(&b, " (it ends on ");
	instant_print_iso(&b, s->end);
	buf_putc(&b, ')');
	return buf_text(&b, &s->store->diags->arena);
}

static void
advise_end(const struct search *s, struct offline *offline)
{
	int64_t refresh_s = (int64_t)s->options->refresh_s;
	int64_t begin = s->end - (refresh_s > NOTICE_S ? refresh_s : NOTICE_S) + 1;
	struct buf end = {0};

	if (begin > s->options->now) {
		if (begin < offline->notice_unix)
			offline->notice_unix = begin;
		return;
	}
	instant_print_iso(&end, s->end);
	diag_add_path(s->store->diags, s->key->path, S_OFFLINE_END,
	    "the signature of the offline key %u (%s) over %s ends on %.*s", s->key->tag,
	    s->key->algorithm->name, type_info(s->set.type)->name, (int)end.len, end.data);
	buf_free(&end);
}

/* Is there another key of the algorithm that signs the RRset? */
static bool
another_signs(const struct search *s, const struct offline *offline)
{
	const struct keys *keys = s->options->keys;

	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->items[i];

		if (key != s->key && key->signs_keys && key->algorithm == s->key->algorithm &&
		    !key->revoked && (key->at_hand || offline_signature(offline, key, s->set.type)))
			return true;
	}
	return false;
}

static int
judge_missing(const struct search *s, const struct offline *offline)
{
	return diag_add_path(s->store->diags, s->key->path,
	    another_signs(s, offline) ? S_OFFLINE_LESS : S_OFFLINE,
	    "the key %u (%s) of %s has no .private file, and its signature over %s %s%s",
	    s->key->tag, s->key->algorithm->name, s->options->keys->zone,
	    type_info(s->set.type)->name, s->why, end_text(s));
}

/* Calls `take` for each offline key and each RRset that it signs. */
static int
for_each(const struct store *store, const struct sign_options *options, struct offline *offline,
    int (*take)(struct search *s, struct offline *offline))
{
	const struct keys *keys = options->keys;
	const struct node *apex = store_apex(store);
	struct search s = {.store = store, .options = options};
	int result = 0;

	reuse_begin(
	    &store->diags->arena, &s.reuse, options->previous, keys, options->now, 0, false);
	for (size_t i = 0; i < keys->n * N_TYPES; i++) {
		s.key = &keys->items[i / N_TYPES];
		if (s.key->at_hand || !s.key->signs_keys)
			continue;
		s.set = node_rrset(store, apex, types[i % N_TYPES]);
		if (s.set.n && take(&s, offline) < 0)
			result = -1;
	}
	return result;
}

static int
collect(struct search *s, struct offline *offline)
{
	s->found = NULL;
	search_previous(s);
	if (s->found) {
		advise_end(s, offline);
		offline->items[offline->n++] = (struct offline_signature){s->key, s->found};
	}
	return 0;
}

static int
judge(struct search *s, struct offline *offline)
{
	if (offline_signature(offline, s->key, s->set.type))
		return 0;
	s->found = NULL;
	search_previous(s);
	return judge_missing(s, offline);
}

int
offline_find(const struct store *store, const struct sign_options *options, struct offline *out)
{
	size_t most = options->keys->n * N_TYPES;

	*out = (struct offline){
	    .items = arena_alloc(&store->diags->arena, most * sizeof(*out->items) + 1),
	    .notice_unix = KEY_NO_TIME};
	for_each(store, options, out, collect);
	return for_each(store, options, out, judge);
}

const struct record *
offline_signature(const struct offline *offline, const struct key *key, uint16_t type)
{
	for (size_t i = 0; i < offline->n; i++) {
		const uint8_t *rdata = offline->items[i].rrsig->rdata;

		if (offline->items[i].key == key && read_u16(rdata) == type)
			return offline->items[i].rrsig;
	}
	return NULL;
}
