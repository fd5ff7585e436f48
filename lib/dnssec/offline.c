#include "dnssec/offline.h"

#include "base/duration.h"
#include "dns/serial.h"
#include "dnssec/ahead.h"
#include "dnssec/reuse.h"
#include "dnssec/rrsig_good.h"

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
	bool is_new;     /* it is none of the previous zone */
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

static struct ahead
ahead_of(const struct search *s)
{
	return (struct ahead){&s->store->diags->arena, s->options->ceremonies, s->key, s->set.type};
}

static bool
is_by_key(const struct search *s, const struct record *rrsig)
{
	struct ahead ahead = ahead_of(s);

	return ahead_is_by_key(&ahead, rrsig);
}

/* Looks at one signature: one that may be taken beats any that may not, a later end an earlier one.
 */
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
	else if (!rrsig_good(
		     &s->store->apex, set, s->key->algorithm, s->key->dnskey, record_rdata(rrsig)))
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
	uint8_t owner[NAME_LONGEST];
	struct rrsig_set set = ceremony_set(scratch, &s->store->apex, s->set, owner);
	struct rrset signatures;
	bool same;

	s->end = KEY_NO_TIME;
	s->why = old ? "is missing from the previous output"
		     : "would have to come from a previous output, and there is none";
	if (apex) {
		same = reuse_same_set(&s->reuse, apex, &set);
		signatures = node_rrset(old, apex, TYPE_RRSIG);
		for (size_t i = 0; i < signatures.n; i++)
			if (is_by_key(s, &signatures.records[i]))
				consider(s, &set, same, &signatures.records[i]);
	}
	arena_reset(scratch, mark);
}

/* --- What was signed ahead --- */

static bool
is_same_set(struct rrset a, struct rrset b)
{
	bool same = a.n == b.n;

	for (size_t i = 0; same && i < a.n; i++)
		same = a.records[i].ttl_s == b.records[i].ttl_s && rrset_has(b, &a.records[i]);
	return same;
}

static void
search_span(struct search *s, const struct rrsig_set *set, const struct ceremony_span *span)
{
	const struct record *before = s->found;
	bool same = is_same_set(s->set, ceremony_rrset(span, s->set.type));
	struct rrset rrsigs = ceremony_rrset(span, TYPE_RRSIG);

	for (size_t i = 0; same && i < rrsigs.n; i++)
		if (is_by_key(s, &rrsigs.records[i]))
			consider(s, set, same, &rrsigs.records[i]);
	if (s->found != before)
		s->is_new = true;
}

/* Of the previous zone's signature enough may be left. */
static void
search_ceremonies(struct search *s)
{
	const struct ceremonies *all = s->options->ceremonies;
	struct arena *scratch = &s->store->diags->arena;
	struct arena_mark mark = arena_mark(scratch);
	uint8_t owner[NAME_LONGEST];
	struct rrsig_set set;

	if (!all || (s->found && s->end - (int64_t)s->options->refresh_s > s->options->now))
		return;
	set = ceremony_set(scratch, &s->store->apex, s->set, owner);
	for (size_t i = 0; i < all->n; i++)
		for (size_t k = 0; k < all->items[i].n; k++)
			search_span(s, &set, &all->items[i].spans[k]);
	arena_reset(scratch, mark);
}

/* Appends the first record that one of them has, and the other not. */
static bool
put_stray(struct buf *b, struct rrset of, struct rrset without, const char *what)
{
	for (size_t i = 0; i < of.n; i++)
		if (!rrset_has(without, &of.records[i])) {
			if (of.type == TYPE_CDS)
				buf_printf(b, "CDS %u", (unsigned)read_u16(of.records[i].rdata));
			else
				buf_printf(b, "%s %u", ceremony_role(&of.records[i]),
				    (unsigned)key_tag(record_rdata(&of.records[i])));
			buf_puts(b, what);
			return true;
		}
	return false;
}

/* Why no set that was signed ahead serves. */
static const char *
why_not_ahead(const struct search *s)
{
	struct ahead ahead = ahead_of(s);
	const struct ceremony_span *span = ahead_at(&ahead, s->options->now);
	struct rrset set = span ? ceremony_rrset(span, s->set.type) : (struct rrset){0};
	struct buf b = {0};

	if (!span)
		return "is not among what was signed ahead for now: zonepp keys request asks for "
		       "it";
	buf_puts(&b, "was made ahead for another set: ");
	if (!put_stray(&b, s->set, set, " is in the zone, and not in what was signed for now") &&
	    !put_stray(&b, set, s->set, " is in what was signed for now, and not in the zone")) {
		buf_printf(&b, "its TTL is %u, and not %u", (unsigned)s->set.records[0].ttl_s,
		    (unsigned)set.records[0].ttl_s);
	}
	return buf_text(&b, &s->store->diags->arena);
}

/* --- Messages --- */

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

/* Where sets are signed ahead, the last of them has to be followed by others. */
static void
advise_end(const struct search *s, struct offline *offline)
{
	struct ahead ahead = ahead_of(s);
	int64_t refresh_s = (int64_t)s->options->refresh_s, now = s->options->now;
	int64_t until = ahead_until(&ahead, now);
	bool is_ahead = until != KEY_NO_TIME && until > now;
	int64_t at = is_ahead ? until : s->end;
	int64_t begin = at - (refresh_s > NOTICE_S ? refresh_s : NOTICE_S) + 1;
	struct buf end = {0};

	if (is_ahead && s->set.type != TYPE_DNSKEY) /* the sets go together */
		return;
	if (begin > s->options->now) {
		if (begin < offline->notice_unix)
			offline->notice_unix = begin;
		return;
	}
	instant_print_iso(&end, at);
	diag_add_path(s->store->diags, s->key->path, S_OFFLINE_END,
	    is_ahead ? "the offline key %u (%s) has signed the %s sets that are to come, until %.*s"
		     : "the signature of the offline key %u (%s) over %s ends on %.*s",
	    s->key->tag, s->key->algorithm->name, type_info(s->set.type)->name, (int)end.len,
	    end.data);
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

static void
search(struct search *s)
{
	s->found = NULL;
	s->is_new = false;
	search_previous(s);
	search_ceremonies(s);
	if (!s->found && s->options->ceremonies && s->options->ceremonies->n > 0) {
		s->why = why_not_ahead(s);
		s->end = KEY_NO_TIME;
	}
}

bool
offline_signs_keys(
    const struct store *store, const struct sign_options *options, const struct key *key)
{
	struct search s = {.store = store, .options = options, .key = key};

	reuse_begin(&store->diags->arena, &s.reuse, options->previous, options->keys, options->now,
	    0, false);
	s.set = node_rrset(store, store_apex(store), TYPE_DNSKEY);
	if (s.set.n > 0)
		search(&s);
	return s.found != NULL;
}

static int
collect(struct search *s, struct offline *offline)
{
	search(s);
	if (s->found) {
		advise_end(s, offline);
		offline->items[offline->n++] =
		    (struct offline_signature){s->key, s->found, s->is_new};
	}
	return 0;
}

static int
judge(struct search *s, struct offline *offline)
{
	if (offline_signature(offline, s->key, s->set.type))
		return 0;
	search(s);
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

const struct offline_signature *
offline_signature(const struct offline *offline, const struct key *key, uint16_t type)
{
	for (size_t i = 0; i < offline->n; i++) {
		const uint8_t *rdata = offline->items[i].rrsig->rdata;

		if (offline->items[i].key == key && read_u16(rdata) == type)
			return &offline->items[i];
	}
	return NULL;
}
