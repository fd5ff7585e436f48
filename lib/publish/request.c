#include "publish/request.h"

#include "base/duration.h"
#include "dns/type.h"
#include "dnssec/ceremony_sign.h"
#include "dnssec/keygen.h"
#include "dnssec/keystate.h"
#include "dnssec/sign.h"
#include "dnssec/signer.h"
#include "project/lock.h"
#include "publish/load.h"
#include "rollover/keyroll.h"

enum {
	DAY_S = 86400,
	MARGIN_S = 7 * DAY_S, /* for builds that come late, or not at all */
	MARGIN_PART = 8,      /* of a ZSK's life is as much as that at most */
	KEYS_MOST = 200,      /* that are made for one request: all are read at each change */
};

static const uint16_t types[] = {TYPE_DNSKEY, TYPE_CDS, TYPE_CDNSKEY};

enum { N_TYPES = sizeof(types) / sizeof(types[0]) };

struct run {
	struct diags *diags;
	const struct request *request;
	struct loaded loaded;
	struct lifetime lifetime;
	struct key_folder folder;
	struct anchors
	    others; /* DNSKEY records of the template that are of none of the keys here */
	struct ceremony *out;
};

/* A signature is made for `validity` less the time by which it would be made anew. */
static int64_t
step_of(const struct run *r)
{
	return (int64_t)(r->lifetime.keys_validity_s - r->lifetime.refresh_s);
}

/* --- Successors --- */

/* How long ahead a ZSK is published, and how long it stays when it has ceased to sign. */
struct waits {
	int64_t lead_s, tail_s;
};

/* A ZSK after which others come, one each lifetime. */
struct succession {
	const struct key *zsk;
	struct waits waits;
	int64_t lifetime_s, first_unix; /* when the first one takes over */
};

struct plan {
	struct succession *items;
	size_t n;
};

static int64_t
held_s(const struct run *r, uint32_t ttl_s)
{
	return instant_later(r->request->zone->policy->propagation_s, ttl_s) + ttl_s;
}

static struct waits
waits_of(const struct run *r, const struct key *zsk, int64_t lifetime_s)
{
	uint32_t longest_s = store_largest_ttl(&r->loaded.store);
	int64_t margin_s =
	    lifetime_s / MARGIN_PART < MARGIN_S ? lifetime_s / MARGIN_PART : MARGIN_S;

	return (struct waits){held_s(r, zsk->ttl_s > longest_s ? zsk->ttl_s : longest_s) + margin_s,
	    held_s(r, longest_s) + margin_s};
}

/* Has a request given it an end, and then failed to make its successor? By the dates. */
static bool
lacks_successor(const struct run *r, const struct key *key, int64_t lifetime_s)
{
	int64_t inactive = key->time[KEY_INACTIVE];

	return inactive != KEY_NO_TIME &&
	       key->time[KEY_DELETE] == inactive + waits_of(r, key, lifetime_s).tail_s;
}

/* Is it a ZSK that signs, or is to, and of which nobody says that it ends? */
static bool
is_endless_zsk(const struct run *r, const struct key *key, int64_t lifetime_s)
{
	struct key_life life = key_life(key->time);
	bool has_end =
	    key->time[KEY_INACTIVE] != KEY_NO_TIME || key->time[KEY_DELETE] != KEY_NO_TIME;

	return !key->is_ksk && !key->revoked && life.publish_unix != KEY_NO_TIME &&
	       life.sign_unix != KEY_NO_TIME && life.retire_unix > r->request->now_unix &&
	       (!has_end || lacks_successor(r, key, lifetime_s));
}

/* Does another one of its algorithm come later, which takes its place? */
static bool
is_last(const struct keys *keys, const struct key *key)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct key *other = &keys->items[i];
		struct key_life life = key_life(other->time);

		if (other != key && !other->is_ksk && other->algorithm == key->algorithm &&
		    life.publish_unix != KEY_NO_TIME && life.sign_unix != KEY_NO_TIME &&
		    keyroll_is_younger(other, key))
			return false;
	}
	return true;
}

/* When the first successor takes over: where the key begins to sign is not stated, or its time is
 * over, as soon as can be; where its end is stated, then. */
static int64_t
first_handover(const struct run *r, const struct key *zsk, struct waits waits, int64_t lifetime_s)
{
	int64_t begun = key_life(zsk->time).sign_unix,
		soonest = r->request->now_unix + waits.lead_s;

	if (zsk->time[KEY_INACTIVE] != KEY_NO_TIME)
		return instant_later(zsk->time[KEY_INACTIVE], soonest);
	return begun == KEY_ALWAYS ? soonest : instant_later(begun + lifetime_s, soonest);
}

static int
write_end(const struct run *r, const struct key *zsk, int64_t handover, struct waits waits)
{
	struct keydates_wish wish = {.now = r->request->now_unix};
	struct keydates dates;

	wish.is_given[KEY_INACTIVE] = wish.is_given[KEY_DELETE] = true;
	wish.time[KEY_INACTIVE] = handover;
	wish.time[KEY_DELETE] = handover + waits.tail_s;
	if (keydates_read(r->diags, zsk->path, &wish, &dates) < 0 ||
	    keydates_write(r->diags, &dates) < 0)
		return -1;
	keystate_print_changes(r->request->said, &dates);
	return 0;
}

static struct keygen
request_of(const struct run *r, const struct key *zsk, int64_t handover, struct waits waits)
{
	struct keygen wanted = {.zone = r->request->zone->name,
	    .algorithm = zsk->algorithm,
	    .bits = KEYGEN_BITS_LEAST,
	    .flags = KEY_FLAG_ZONE,
	    .ttl_s = zsk->ttl_s,
	    .place = keyroll_place(&r->diags->arena, r->request->zone, zsk)};

	for (int i = 0; i < N_KEY_TIMES; i++)
		wanted.time[i] = KEY_NO_TIME;
	wanted.time[KEY_CREATED] = r->request->now_unix;
	wanted.time[KEY_PUBLISH] = handover - waits.lead_s;
	wanted.time[KEY_ACTIVATE] = handover;
	return wanted;
}

/* How many successors it has until then. */
static size_t
count_successors(const struct succession *s, int64_t until_unix)
{
	int64_t first_published = s->first_unix - s->waits.lead_s;

	return until_unix <= first_published
		   ? 0
		   : (size_t)((until_unix - first_published - 1) / s->lifetime_s) + 1;
}

/* The key's end is written first: a run that ends in between leaves a key that is to be replaced,
 * which the next one finds again by the same dates. */
static int
make_successors(const struct run *r, const struct succession *s)
{
	size_t n = count_successors(s, r->request->until_unix), n_made;
	struct keygen *wanted = arena_alloc(&r->diags->arena, n * sizeof(*wanted) + 1);
	const char **bases = arena_alloc(&r->diags->arena, n * sizeof(*bases) + 1);
	int64_t at = s->first_unix;
	int result;

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++, at += s->lifetime_s) {
		if (i > 0) {
			wanted[i - 1].time[KEY_INACTIVE] = at;
			wanted[i - 1].time[KEY_DELETE] = at + s->waits.tail_s;
		}
		wanted[i] = request_of(r, s->zsk, at, s->waits);
	}
	if (write_end(r, s->zsk, s->first_unix, s->waits) < 0)
		return -1;
	result = keygen(r->diags, &r->folder, wanted, n, bases, &n_made);
	for (size_t i = 0; i < n_made; i++) {
		buf_printf(
		    r->request->said, "%s/%s: made, to sign from ", r->folder.path, bases[i]);
		instant_print_iso(r->request->said, wanted[i].time[KEY_ACTIVATE]);
		buf_puts(r->request->said, " on\n");
	}
	return result;
}

static int
read_keys(struct run *r, int64_t t_unix, struct keys *keys)
{
	struct arena *a = &r->diags->arena;
	const struct project_zone *zone = r->request->zone;

	if (key_folder_read_zone(a, r->diags, zone->keys, &zone->name, &r->folder) < 0)
		return -1;
	return keys_load(a, r->diags, &r->folder, &zone->name, t_unix, keys);
}

/* Finds the ZSKs which the policy replaces. */
static void
find_successions(const struct run *r, const struct keys *keys, struct plan *plan)
{
	const struct project_keys *policy = &r->request->zone->policy->keys;
	int64_t lifetime_s = policy->lifetime_s[PROJECT_ZSK];

	plan->items = arena_alloc(&r->diags->arena, keys->n * sizeof(*plan->items) + 1);
	if (!policy->is_given || !policy->has_role[PROJECT_ZSK] || lifetime_s == 0)
		return;
	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->items[i];
		struct waits waits;

		if (!is_endless_zsk(r, key, lifetime_s) || !is_last(keys, key))
			continue;
		waits = waits_of(r, key, lifetime_s);
		plan->items[plan->n++] = (struct succession){
		    key, waits, lifetime_s, first_handover(r, key, waits, lifetime_s)};
	}
}

/* Do keys and sets for the period until then fit one request? Each date of a key may begin another
 * set, and each set may end with a signature that is shorter than others. */
static bool
fits(const struct run *r, const struct keys *keys, const struct plan *plan, int64_t until_unix)
{
	enum { EVENTS = 2 }; /* a key that is made changes the sets when it comes, and leaves */
	int64_t from = r->request->from_unix;
	uint64_t n_keys = 0, n_sets = (uint64_t)((until_unix - from) / step_of(r)) + 1;

	for (size_t i = 0; i < plan->n; i++) {
		size_t n = count_successors(&plan->items[i], until_unix);

		n_keys += n;
		n_sets += EVENTS * n + (n > 0); /* with the end of the one before */
	}
	for (size_t i = 0; i < keys->n; i++)
		for (int k = KEY_CREATED + 1; k < N_KEY_TIMES; k++)
			n_sets +=
			    keys->items[i].time[k] > from && keys->items[i].time[k] < until_unix;
	return n_keys <= KEYS_MOST && n_sets <= CEREMONY_SPANS_MOST;
}

/* Which is longer than one request can hold: says how long it may be, to the day. */
static int
refuse_period(const struct run *r, const struct keys *keys, const struct plan *plan)
{
	int64_t fit = r->request->from_unix, over = r->request->until_unix;
	struct buf b = {0};

	while (over - fit > 1) {
		int64_t middle = fit + (over - fit) / 2;

		if (fits(r, keys, plan, middle))
			fit = middle;
		else
			over = middle;
	}
	if (fit - fit % DAY_S > r->request->from_unix) {
		buf_puts(&b, "; the longest that fits is --until=");
		instant_print_iso(&b, fit - fit % DAY_S);
	}
	return diag_error(r->diags, r->request->zone->pos, S_VALIDITY,
	    "the period takes more than the %d sets of keys, or the %d new keys, that one request "
	    "can hold%s",
	    CEREMONY_SPANS_MOST, KEYS_MOST, buf_text(&b, &r->diags->arena));
}

static int
plan_keys(struct run *r)
{
	struct plan plan = {0};
	struct keys keys;

	if (read_keys(r, r->request->now_unix, &keys) < 0)
		return -1;
	find_successions(r, &keys, &plan);
	if (!fits(r, &keys, &plan, r->request->until_unix))
		return refuse_period(r, &keys, &plan);
	for (size_t i = 0; i < plan.n; i++)
		if (make_successors(r, &plan.items[i]) < 0)
			return -1;
	return 0;
}

/* --- Sets --- */

/* What of the template bears on the sets: records of other signers, and the TTLs. */
static void
take_apex(const struct run *r, struct store *apex)
{
	static const uint16_t taken[] = {TYPE_SOA, TYPE_DNSKEY, TYPE_CDS, TYPE_CDNSKEY};
	const struct store *store = &r->loaded.store;

	store_begin(apex, r->diags, &store->apex);
	for (size_t i = 0; i < store->n_nodes; i++)
		for (size_t k = 0; store->nodes[i].key_len == 0 && k < store->nodes[i].n; k++) {
			const struct record *record = &node_records(store, &store->nodes[i])[k];

			for (size_t t = 0; t < sizeof(taken) / sizeof(taken[0]); t++)
				if (record->type == taken[t])
					store_add_apex(apex, record->type, record->ttl_s,
					    record_rdata(record));
		}
}

static bool
is_own(const struct keys *keys, struct bytes dnskey)
{
	enum { FLAGS_LEN = 2 };

	for (size_t i = 0; i < keys->n; i++) {
		struct bytes own = keys->items[i].dnskey;

		if (own.len == dnskey.len &&
		    memcmp(own.data + FLAGS_LEN, dnskey.data + FLAGS_LEN, own.len - FLAGS_LEN) == 0)
			return true;
	}
	return false;
}

/* The other signers' keys cannot prove anything here: the template vouches for them. */
static void
take_others(struct run *r, const struct keys *keys)
{
	struct arena *a = &r->diags->arena;
	struct store apex;
	struct rrset set;

	take_apex(r, &apex);
	store_sort(&apex);
	set = node_rrset(&apex, store_apex(&apex), TYPE_DNSKEY);
	r->others.items = arena_alloc(a, set.n * sizeof(*r->others.items) + 1);
	for (size_t i = 0; i < set.n; i++) {
		struct bytes rdata = record_rdata(&set.records[i]);

		if (!is_own(keys, rdata))
			r->others.items[r->others.n++] =
			    (struct anchor){{arena_copy(a, rdata.data, rdata.len), rdata.len},
				pos_none(), TYPE_DNSKEY};
	}
	store_free(&apex);
}

static void
take_records(const struct run *r, const struct store *store, struct ceremony_span *span)
{
	const struct node *apex = store_apex(store);

	span->records =
	    arena_alloc(&r->diags->arena, (2 * (size_t)apex->n) * sizeof(*span->records));
	for (size_t i = 0; i < apex->n; i++) {
		struct record record = node_records(store, apex)[i];

		if (!rrsig_is_of_keys(record.type))
			continue;
		record.rdata = arena_copy(&r->diags->arena, record.rdata, record.rdlen);
		record.pos = pos_none();
		span->records[span->n++] = record;
	}
	ceremony_sort(span);
}

/* Why not was told of. */
static int
refuse_time(const struct run *r, int64_t t_unix)
{
	struct buf at = {0};

	instant_print_iso(&at, t_unix);
	return diag_error(r->diags, r->request->zone->pos, S_CEREMONY_GAP,
	    "by the dates of its keys %s cannot be signed from %s on", r->request->zone->name_text,
	    buf_text(&at, &r->diags->arena));
}

/* What a build makes of the apex then. */
static int
find_sets(const struct run *r, struct keys *keys, int64_t t_unix, struct ceremony_span *span)
{
	const struct project_zone *zone = r->request->zone;
	struct sign_options sign = {.keys = keys, .cds = zone->policy->cds, .now = t_unix};
	struct store apex;

	keys->wants_csk = zone->policy->keys.has_role[PROJECT_CSK];
	if (keys_roles(r->diags, zone->keys, keys) < 0)
		return refuse_time(r, t_unix);
	take_apex(r, &apex);
	sign_clean(&apex, &sign);
	sign_add(&apex, &sign);
	store_sort(&apex);
	take_records(r, &apex, span);
	store_free(&apex);
	return 0;
}

static bool
is_same(const struct ceremony_span *a, const struct ceremony_span *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = a->records[i].type == b->records[i].type &&
		       a->records[i].ttl_s == b->records[i].ttl_s &&
		       bytes_equal(record_rdata(&a->records[i]), record_rdata(&b->records[i]));
	return same;
}

/* Appends the signatures of the ZSKs over the span's records of that type. */
static int
prove_type(const struct run *r, const struct keys *keys, struct signer *signer,
    struct ceremony_span *span, uint16_t type)
{
	const struct project_policy *policy = r->request->zone->policy;
	const struct name *zone = &r->request->zone->name;
	struct rrsig_period period = {
	    .inception = (uint32_t)(span->from_unix - policy->inception_offset_s),
	    .expiration = (uint32_t)(span->until_unix + (int64_t)r->lifetime.refresh_s)};
	uint8_t owner[NAME_LONGEST], rdata[RRSIG_SIGNER + NAME_LONGEST + SIGNATURE_LONGEST];
	struct rrsig_set set =
	    ceremony_set(&r->diags->arena, zone, ceremony_rrset(span, type), owner);
	struct rrsig rrsig = {0};
	int result = 0;

	if (set.n == 0)
		return 0;
	rrsig_begin(&rrsig, zone, &period, &set);
	for (size_t i = 0; i < keys->n && result == 0; i++) {
		const struct key *key = &keys->items[i];
		struct bytes head;
		size_t len;

		if (!key->signs_zone)
			continue;
		rrsig_key(&rrsig, key->algorithm->number, key->tag);
		head = rrsig_rdata(&rrsig);
		memcpy(rdata, head.data, head.len);
		if (signer_sign(signer, i, rrsig_data(&rrsig), rdata + head.len, &len) < 0)
			result =
			    diag_error(r->diags, pos_none(), S_SIGN, "%s", signer_fault(signer));
		else
			span->records[span->n++] = (struct record){
			    .rdata = arena_copy(&r->diags->arena, rdata, head.len + len),
			    .ttl_s = set.ttl_s,
			    .type = TYPE_RRSIG,
			    .rdlen = (uint16_t)(head.len + len)};
	}
	rrsig_free(&rrsig);
	return result;
}

/* Each proves that it is here and wants these sets, and states the times that are asked for. */
static int
prove_keys(const struct run *r, struct keys *keys, struct ceremony_span *span)
{
	struct signer *signer;
	int result = 0;

	for (size_t i = 0; i < keys->n; i++) {
		keys->items[i].signs_keys = false;
		keys->items[i].signs_zone =
		    !keys->items[i].is_ksk && keys->items[i].published && keys->items[i].at_hand;
	}
	if (tokens_reach(r->request->tokens, r->diags, keys) < 0)
		return -1;
	signer = signer_new(r->diags, keys);
	if (!signer)
		return -1;
	for (size_t i = 0; i < N_TYPES && result == 0; i++)
		result = prove_type(r, keys, signer, span, types[i]);
	signer_free(signer);
	ceremony_sort(span);
	return result;
}

static int
add_span(
    struct run *r, struct keys *keys, const struct ceremony_span *sets, int64_t from, int64_t until)
{
	struct ceremony *out = r->out;
	struct ceremony_span *span = &out->spans[out->n];

	if (out->n == CEREMONY_SPANS_MOST)
		return diag_error(r->diags, pos_none(), S_VALIDITY,
		    "the period has more sets of signatures than one request can hold");
	*span = *sets;
	span->records = arena_alloc(
	    &r->diags->arena, (sets->n + N_TYPES * keys->n) * sizeof(*span->records) + 1);
	memcpy(span->records, sets->records, sets->n * sizeof(*sets->records));
	span->from_unix = from;
	span->until_unix = until;
	out->n++;
	if (prove_keys(r, keys, span) < 0)
		return -1;
	return span->n <= CEREMONY_RECORDS_MOST
		   ? 0
		   : diag_error(r->diags, r->request->zone->pos, S_CEREMONY,
			 "a set of keys, with its signatures, has more than %d records",
			 CEREMONY_RECORDS_MOST);
}

/* When a date of a key comes next, and the sets with it. */
static int64_t
next_change(const struct run *r, const struct keys *keys)
{
	int64_t at = r->request->until_unix;

	for (size_t i = 0; i < keys->n; i++)
		if (keys->items[i].next_event < at)
			at = keys->items[i].next_event;
	return at;
}

/* The sets from `from` on, for as long as no date changes them. */
static int
add_sets(struct run *r, int64_t *from)
{
	int64_t step_s = step_of(r), until;
	struct ceremony_span sets = {0}, next;
	struct keys keys, later;

	if (read_keys(r, *from, &keys) < 0 || find_sets(r, &keys, *from, &sets) < 0)
		return -1;
	until = next_change(r, &keys);
	while (until < r->request->until_unix) {
		next = (struct ceremony_span){0};
		if (read_keys(r, until, &later) < 0 || find_sets(r, &later, until, &next) < 0)
			return -1;
		if (!is_same(&sets, &next))
			break;
		until = next_change(r, &later);
	}
	for (; *from < until; *from = *from + step_s < until ? *from + step_s : until)
		if (add_span(r, &keys, &sets, *from,
			*from + step_s < until ? *from + step_s : until) < 0)
			return -1;
	return 0;
}

/* DS records stand below the apex: they have no part in this. */
static int
no_ds(void *ctx, struct arena *a, const struct name *name, struct bytes **rdata, size_t *n,
    const char **why)
{
	(void)ctx, (void)a, (void)name, (void)why;
	*rdata = NULL;
	*n = 0;
	return 0;
}

static int
load_template(struct run *r)
{
	struct arena *a = &r->diags->arena;
	const struct request *request = r->request;
	struct tlsa_names names = load_certificates(a, request->project);
	struct load_options load =
	    load_of(request->project, request->zone, &names, request->now_unix);

	load.ds = no_ds;
	if (load_zone(r->diags, &load, &r->loaded) < 0)
		return -1;
	r->lifetime = lifetime_of(&r->loaded.store, &request->zone->policy->lifetime);
	if (r->lifetime.keys_validity_s <= r->lifetime.refresh_s)
		return diag_error(r->diags, pos_none(), S_VALIDITY,
		    "signatures over DNSKEY would be due to be made anew as soon as they are made");
	return 0;
}

static int
make(struct run *r)
{
	struct ceremony_signing signing = {
	    .request = r->out, .others = &r->others, .now = r->request->now_unix};
	int64_t from = r->request->from_unix;
	struct keys keys;

	if (load_template(r) < 0 || plan_keys(r) < 0 || read_keys(r, from, &keys) < 0)
		return -1;
	take_others(r, &keys);
	while (from < r->request->until_unix)
		if (add_sets(r, &from) < 0)
			return -1;
	return ceremony_judge(r->diags, &signing);
}

int
request_make(struct diags *diags, const struct request *request, struct ceremony *out)
{
	struct run run = {.diags = diags, .request = request, .out = out};
	int lock, result;

	*out = (struct ceremony){.kind = CEREMONY_REQUEST, .zone = request->zone->name};
	out->spans = arena_alloc(&diags->arena, CEREMONY_SPANS_MOST * sizeof(*out->spans));
	if (!request->zone->sign)
		return diag_error(diags, request->zone->pos, P_KEYS,
		    "%s is not signed here, so that nobody signs its keys",
		    request->zone->name_text);
	if (lock_begin_keys(diags, request->project, &lock) < 0)
		return -1;
	result = make(&run);
	load_free(&run.loaded);
	lock_end(lock);
	return result;
}
