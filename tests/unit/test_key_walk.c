#define OPENSSL_SUPPRESS_DEPRECATED /* RAND_METHOD */
#include "zone_fixture.h"

#include "dnssec/cds.h"
#include "dnssec/keydates.h"
#include "dnssec/keygen.h"
#include "history/published.h"
#include "publish/build.h"
#include "rollover/keyroll_act.h"
#include "rollover/parent.h"
#include "rollover/sighting.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

/* Random walks through what operators do to the keys of a zone and to its DS records: they make
 * keys of any role and algorithm, write any date, lose files, roll by hand and by policy, stop to
 * sign, write DS records by hand; parent and child are built, or one of them is not. Beside each
 * walk run validators that know nothing of the product: each version of the DS set, of the DNSKEY
 * set with its signatures, and of signed data that was published until T may be held until T + 2 *
 * TTL, or as long as servers may give it out and a TTL more. Whatever happens, each three of them
 * that may be held at one time are valid (RFC 4035 section 5, and for each algorithm: RFC 4035
 * section 2.2, RFC 6840 section 5.11). With a guard forced away, they are not.
 *
 * DS records are of several digests. Some validators take those of the strongest one that they
 * know, which may be SHA-256, others whatever fits.
 *
 * In some walks the parent is of the project; in others it follows CDS records (RFC 7344), and the
 * operator tells of that, or only later. */
enum { N_WALKS = 24, N_STEPS = 60, N_FORCED = 400, N_VERSIONS = 600, N_MEMBERS = 24 };

enum { HOUR = 3600, DAY = 86400 };
#define NOW ((int64_t)1767225600)
#define PARENT "example.org"
#define CHILD "dept.example.org"

static struct arena arena;

static const int64_t pauses[] = {
    60, 600, 1800, HOUR, 2 * HOUR, 5 * HOUR, 6 * HOUR, DAY, 2 * DAY, 4 * DAY};
static const int64_t soon[] = {0, 0, 0, HOUR, 4 * HOUR, DAY, 3 * DAY};
static const uint32_t ttls[] = {300, HOUR, 3 * HOUR, DAY};
static const uint32_t propagations[] = {300, HOUR, 5 * HOUR, 3 * DAY};
static const char *const rolling[] = {
    "", ", keys: { csk: 12d }", ", keys: { ksk: 12d, zsk: 5d }", ", keys: { ksk: never, zsk: 4d }"};

/* --- A world that is the same each time --- */

/* No machine fails here, so no disk need be waited for. */
int
fsync(int fd)
{
	(void)fd;
	return 0;
}

static uint64_t octets; /* from which keys are made */

static int
make_octets(unsigned char *out, int n)
{
	for (int i = 0; i < n; i++) {
		octets = octets * 6364136223846793005u + 1442695040888963407u;
		out[i] = (unsigned char)(octets >> 56);
	}
	return 1;
}

static const RAND_METHOD not_random = {.bytes = make_octets, .pseudorand = make_octets};

/* --- What validators hold --- */

enum kind { DS_SET, KEY_SET, DATA, N_KINDS };

enum { SHA1 = 1, SHA256 = 2, SHA384 = 4, DIGEST_LEAD = 20 };

struct member {
	uint8_t algorithm;
	uint16_t tag;
	uint8_t digest_type;                      /* of DS records */
	uint8_t digests[SHA384 + 1][DIGEST_LEAD]; /* what they begin with, by type; of keys all */
	bool usable, signs; /* of keys: for signatures of zones, not revoked; and the set */
};

/* One version of a set; of data, of all RRsets that the same keys sign. */
struct version {
	struct member members[N_MEMBERS];
	size_t n;
	uint32_t ttl_s;
	int64_t since, until; /* INT64_MAX: it is published */
};

struct versions {
	struct version items[N_VERSIONS];
	size_t n;
};

enum ds_mode { DS_NOTHING, DS_DIRECTIVE, DS_BY_HAND, N_DS_MODES };

struct walk {
	uint32_t random;
	int64_t now;
	bool in_project; /* the parent is */
	bool tells;      /* the operator tells what the parent has */
	bool is_slow;    /* the parent seldom looks for CDS records */
	uint32_t propagation_s, data_ttl_s, ds_ttl_s, key_ttl_s;
	const char *keys; /* of the policy */
	bool sign;
	enum ds_mode ds;
	char ds_text[600]; /* by hand */
	struct versions held[N_KINDS];
	uint8_t elder[N_MEMBERS]
		     [CDS_LONGEST]; /* DS records of a parent that is not of the project */
	size_t elder_len[N_MEMBERS], n_elder;
	bool force[N_PROBLEMS];
	const char *bogus; /* what a validator found */
	struct buf log;
	size_t n_builds, n_refused, n_changes;
};

static uint32_t
pick_one(struct walk *w, uint32_t n)
{
	w->random = w->random * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)w->random * n) >> 32);
}

static bool
is_alive(const struct walk *w, const struct version *v)
{
	uint32_t served_s = v->ttl_s > w->propagation_s ? v->ttl_s : w->propagation_s;

	return v->until == INT64_MAX || w->now < v->until + served_s + v->ttl_s;
}

static bool
same_members(const struct version *a, const struct version *b)
{
	return a->n == b->n && memcmp(a->members, b->members, a->n * sizeof(*a->members)) == 0;
}

static int
by_octets(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct member));
}

static void
add_member(struct version *v, const struct member *member)
{
	for (size_t i = 0; i < v->n; i++)
		if (by_octets(&v->members[i], member) == 0)
			return;
	assert_true(v->n < N_MEMBERS);
	memcpy(&v->members[v->n++], member, sizeof(*member));
	qsort(v->members, v->n, sizeof(*member), by_octets);
}

/* Is the version among the first `n`? */
static bool
is_among(const struct version *v, const struct version *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].ttl_s == v->ttl_s && same_members(&items[i], v))
			return true;
	return false;
}

/* From now on just these are published. */
static void
serve(struct walk *w, enum kind kind, const struct version *now, size_t n_now)
{
	struct versions *held = &w->held[kind];
	size_t n = 0;

	for (size_t i = 0; i < held->n; i++)
		if (held->items[i].until == INT64_MAX && !is_among(&held->items[i], now, n_now))
			held->items[i].until = w->now;
	for (size_t i = 0; i < held->n; i++)
		if (is_alive(w, &held->items[i]))
			held->items[n++] = held->items[i];
	held->n = n;
	for (size_t i = 0; i < n_now; i++) {
		bool there = false;

		for (size_t k = 0; k < n; k++)
			there = there || (held->items[k].until == INT64_MAX &&
					     is_among(&held->items[k], &now[i], 1));
		if (there)
			continue;
		assert_true(held->n < N_VERSIONS);
		held->items[held->n] = now[i];
		held->items[held->n].since = w->now;
		held->items[held->n++].until = INT64_MAX;
		w->n_changes++;
	}
}

/* --- Validators --- */

/* By which records a validator judges. */
enum validator { TAKES_ANY, TAKES_STRONGEST, KNOWS_NO_SHA384, N_VALIDATORS };

static uint8_t
strongest(const struct version *ds, uint8_t algorithm, enum validator validator)
{
	uint8_t most = 0;

	for (size_t i = 0; i < ds->n; i++) {
		uint8_t type = ds->members[i].digest_type;

		if (ds->members[i].algorithm == algorithm && type > most &&
		    !(validator == KNOWS_NO_SHA384 && type == SHA384))
			most = type;
	}
	return most;
}

static bool
is_of(const struct member *ds, const struct member *key)
{
	return ds->algorithm == key->algorithm && ds->tag == key->tag &&
	       memcmp(ds->digests[ds->digest_type], key->digests[ds->digest_type], DIGEST_LEAD) ==
		   0;
}

/* An algorithm of which it knows no digest does not count. */
static bool
has_path(const struct version *ds, const struct version *keys, uint8_t algorithm,
    enum validator validator)
{
	uint8_t type = strongest(ds, algorithm, validator);

	for (size_t i = 0; i < ds->n; i++)
		for (size_t k = 0; k < keys->n; k++) {
			const struct member *d = &ds->members[i], *key = &keys->members[k];

			if (d->algorithm == algorithm && key->usable && key->signs &&
			    (validator == TAKES_ANY || d->digest_type == type) && is_of(d, key))
				return true;
		}
	return type == 0;
}

static bool
is_signed(const struct version *keys, const struct version *data, uint8_t algorithm)
{
	for (size_t i = 0; i < keys->n; i++)
		for (size_t k = 0; k < data->n; k++)
			if (keys->members[i].algorithm == algorithm && keys->members[i].usable &&
			    data->members[k].algorithm == algorithm &&
			    data->members[k].tag == keys->members[i].tag)
				return true;
	return false;
}

/* Under a DS set that is empty a zone is insecure, and good. */
static const char *
find_bogus(const struct version *ds, const struct version *keys, const struct version *data)
{
	for (size_t i = 0; i < ds->n * N_VALIDATORS; i++)
		if (!has_path(ds, keys, ds->members[i / N_VALIDATORS].algorithm,
			(enum validator)(i % N_VALIDATORS)))
			return "no DNSKEY that the DS record is of signs the set";
	for (size_t i = 0; ds->n > 0 && i < keys->n; i++)
		if (!is_signed(keys, data, keys->members[i].algorithm))
			return "data is not signed by each algorithm of the DNSKEY set";
	return NULL;
}

static void
print_version(struct buf *b, const char *name, const struct version *v)
{
	buf_printf(b, "  %s %lld to %lld, TTL %u:", name, (long long)(v->since - NOW),
	    v->until == INT64_MAX ? -1LL : (long long)(v->until - NOW), (unsigned)v->ttl_s);
	for (size_t i = 0; i < v->n; i++)
		buf_printf(b, " %u/%u/%u%s%s", v->members[i].tag, v->members[i].algorithm,
		    v->members[i].digest_type, v->members[i].signs ? "+" : "",
		    v->members[i].usable ? "" : "-");
	buf_putc(b, '\n');
}

static void
judge(struct walk *w, const struct version *ds, const struct version *keys,
    const struct version *data)
{
	const char *why = find_bogus(ds, keys, data);

	if (!why || w->bogus)
		return;
	w->bogus = why;
	buf_printf(&w->log, "\nat %lld: %s\n", (long long)(w->now - NOW), why);
	print_version(&w->log, "DS", ds);
	print_version(&w->log, "DNSKEY", keys);
	print_version(&w->log, "data", data);
}

/* Each three that may be held. */
static void
validate(struct walk *w)
{
	const struct versions *ds = &w->held[DS_SET], *keys = &w->held[KEY_SET],
			      *data = &w->held[DATA];

	for (size_t i = 0; i < ds->n; i++)
		for (size_t j = 0; j < keys->n && is_alive(w, &ds->items[i]); j++)
			for (size_t k = 0; k < data->n && is_alive(w, &keys->items[j]); k++)
				if (is_alive(w, &data->items[k]))
					judge(w, &ds->items[i], &keys->items[j], &data->items[k]);
}

/* --- What is published --- */

static uint16_t
tag_of(struct bytes dnskey)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < dnskey.len; i++)
		sum += i & 1 ? dnskey.data[i] : (uint32_t)dnskey.data[i] << 8;
	return (uint16_t)(sum + (sum >> 16));
}

static const struct digest_kind {
	uint8_t type;
	const EVP_MD *(*md)(void);
} digest_kinds[] = {{SHA1, EVP_sha1}, {SHA256, EVP_sha256}, {SHA384, EVP_sha384}};

/* What a DS record of the key has as its digest; its length. */
static unsigned
digest_of_key(struct bytes dnskey, const struct digest_kind *kind, uint8_t out[EVP_MAX_MD_SIZE])
{
	struct name name = name_of(CHILD ".");
	struct buf b = {0};
	unsigned len;

	buf_put(&b, (const char *)name.wire, name.len);
	buf_put(&b, (const char *)dnskey.data, dnskey.len);
	assert_int_equal(EVP_Digest(b.data, b.len, out, &len, kind->md(), NULL), 1);
	buf_free(&b);
	return len;
}

static struct member
member_of_key(struct bytes dnskey)
{
	unsigned flags = (unsigned)(dnskey.data[0] << 8 | dnskey.data[1]);
	uint8_t digest[EVP_MAX_MD_SIZE];
	struct member m;

	memset(&m, 0, sizeof(m));
	m.algorithm = dnskey.data[3];
	m.tag = tag_of(dnskey);
	m.usable = (flags & 0x0100) != 0 && (flags & 0x0080) == 0;
	for (size_t i = 0; i < LENGTH(digest_kinds); i++) {
		digest_of_key(dnskey, &digest_kinds[i], digest);
		memcpy(m.digests[digest_kinds[i].type], digest, DIGEST_LEAD);
	}
	return m;
}

static struct member
member_of_ds(struct bytes ds)
{
	struct member m;

	memset(&m, 0, sizeof(m));
	m.tag = (uint16_t)(ds.data[0] << 8 | ds.data[1]);
	m.algorithm = ds.data[2];
	m.digest_type = ds.data[3];
	assert_true(m.digest_type <= SHA384 && ds.len >= 4 + DIGEST_LEAD);
	memcpy(m.digests[m.digest_type], ds.data + 4, DIGEST_LEAD);
	return m;
}

/* Which keys sign that RRset of the node? */
static void
read_signers(const struct store *store, const struct node *node, uint16_t type, struct version *out)
{
	struct rrset rrsigs = node_rrset(store, node, TYPE_RRSIG);

	for (size_t i = 0; i < rrsigs.n; i++) {
		const uint8_t *rdata = rrsigs.records[i].rdata;
		struct member m;

		if ((rdata[0] << 8 | rdata[1]) != type)
			continue;
		memset(&m, 0, sizeof(m));
		m.algorithm = rdata[2];
		m.tag = (uint16_t)(rdata[16] << 8 | rdata[17]);
		add_member(out, &m);
	}
}

static void
serve_keys(struct walk *w, const struct store *store)
{
	const struct node *apex = store_apex(store);
	struct rrset set = node_rrset(store, apex, TYPE_DNSKEY);
	struct version keys = {0}, signers = {0};

	read_signers(store, apex, TYPE_DNSKEY, &signers);
	keys.ttl_s = set.n ? set.records[0].ttl_s : 300;
	for (size_t i = 0; i < set.n; i++) {
		struct member m = member_of_key(record_rdata(&set.records[i]));

		for (size_t k = 0; k < signers.n; k++)
			m.signs = m.signs || (signers.members[k].tag == m.tag &&
						 signers.members[k].algorithm == m.algorithm);
		add_member(&keys, &m);
	}
	serve(w, KEY_SET, &keys, 1);
}

/* CDS and CDNSKEY are for the parent alone. */
static void
serve_data(struct walk *w, const struct store *store)
{
	static struct version data[64];
	size_t n = 0;

	for (size_t i = 0; i < store->n_nodes; i++)
		for (size_t k = 0; k < store->nodes[i].n;) {
			struct rrset set = node_rrset_at(store, &store->nodes[i], k);

			k += set.n;
			if (set.type == TYPE_DNSKEY || set.type == TYPE_CDS ||
			    set.type == TYPE_CDNSKEY || set.type == TYPE_RRSIG)
				continue;
			assert_true(n < LENGTH(data));
			data[n] = (struct version){.ttl_s = set.records[0].ttl_s};
			read_signers(store, &store->nodes[i], set.type, &data[n]);
			if (!is_among(&data[n], data, n))
				n++;
		}
	serve(w, DATA, data, n);
}

static void
serve_ds(struct walk *w, struct rrset set, uint32_t none_ttl_s)
{
	struct version ds = {.ttl_s = set.n ? set.records[0].ttl_s : none_ttl_s};

	for (size_t i = 0; i < set.n; i++) {
		struct member m = member_of_ds(record_rdata(&set.records[i]));

		add_member(&ds, &m);
	}
	serve(w, DS_SET, &ds, 1);
}

static bool
load(const char *zone, struct published *out)
{
	struct diags none = {0};
	struct name apex = name_of(arena_printf(&arena, "%s.", zone));

	assert_int_equal(published_load(&none, out, NULL,
			     arena_printf(&arena, "public/%s.zone", zone), &apex, 1),
	    0);
	return out->there;
}

static void
serve_all(struct walk *w)
{
	struct published child, parent;
	struct name name = name_of(CHILD ".");

	if (load(CHILD, &child)) {
		serve_keys(w, &child.store);
		serve_data(w, &child.store);
	}
	if (w->in_project && load(PARENT, &parent)) {
		const struct node *node = store_node(&parent.store, &name);

		serve_ds(
		    w, node ? node_rrset(&parent.store, node, TYPE_DS) : (struct rrset){0}, 300);
	}
	if (w->in_project)
		published_free(&parent);
	published_free(&child);
	validate(w);
}

/* --- The project --- */

static void
write_project(const struct walk *w)
{
	put("zonepp.yaml",
	    arena_printf(&arena,
		"policies:\n"
		"  signed: { validity: 90d, refresh: 30d, cds: true, propagation: %us%s }\n"
		"  steady: { validity: 90d, refresh: 30d, propagation: %us }\n"
		"  unsigned: { sign: false, propagation: %us }\n"
		"zones: { %s%s: { policy: %s } }\n",
		(unsigned)w->propagation_s, w->keys, (unsigned)w->propagation_s,
		(unsigned)w->propagation_s, w->in_project ? PARENT ": { policy: steady }, " : "",
		CHILD, w->sign ? "signed" : "unsigned"));
}

static void
write_zones(const struct walk *w)
{
	struct buf b = {0};

	buf_printf(&b,
	    "$TTL %u\n@ SOA ns." PARENT ". hostmaster 1 2 3 4 300\n@ NS ns." PARENT ".\n"
	    "www A 192.0.2.1\n",
	    (unsigned)w->data_ttl_s);
	put_bytes("zones/" CHILD ".zone", b.data, b.len);
	buf_clear(&b);
	buf_puts(&b, "$TTL 3600\n@ SOA ns hostmaster 1 2 3 4 300\n@ NS ns\nns A 192.0.2.1\n"
		     "dept NS ns\n");
	if (w->ds == DS_DIRECTIVE)
		buf_printf(&b, "$DS dept %u\n", (unsigned)w->ds_ttl_s);
	if (w->ds == DS_BY_HAND)
		buf_puts(&b, w->ds_text);
	put_bytes("zones/" PARENT ".zone", b.data, b.len);
	buf_free(&b);
}

static void
write_all(const struct walk *w)
{
	write_project(w);
	write_zones(w);
}

static void
load_project(struct diags *diags, struct project *project)
{
	assert_int_equal(project_load(diags, "zonepp.yaml", project), 0);
}

static const struct project_zone *
child_of(const struct project *project)
{
	return &project->zones[project->n_zones - 1];
}

static void
log_problems(struct walk *w, const struct diags *diags)
{
	for (size_t i = 0; i < diags->n; i++)
		buf_printf(&w->log, " (%s %s)", problem_table[diags->items[i].problem].code,
		    diags->items[i].message);
}

/* --- Keys --- */

static bool
read_keys(struct diags *diags, const struct walk *w, struct keys *keys)
{
	struct name name = name_of(CHILD ".");

	*keys = (struct keys){0};
	return keys_load_folder(&diags->arena, diags, "keys", &name, w->now, keys) == 0;
}

static void
make_key(struct walk *w, const char *zone, bool is_ksk, uint8_t algorithm, const int64_t *time)
{
	struct diags diags = {0};
	struct key_folder folder;
	struct keygen request = {.zone = name_of(arena_printf(&arena, "%s.", zone)),
	    .algorithm = algorithm_info(algorithm),
	    .flags = KEY_FLAG_ZONE | (is_ksk ? KEY_FLAG_SEP : 0),
	    .ttl_s = w->key_ttl_s};
	const char *base;
	size_t n_made;

	memcpy(request.time, time, sizeof(request.time));
	assert_int_equal(key_folder_read(&diags.arena, &diags, "keys", &folder), 0);
	assert_int_equal(keygen(&diags, &folder, &request, 1, &base, &n_made), 0);
	buf_printf(&w->log, " %s%s", base, is_ksk ? " KSK" : "");
	diags_free(&diags);
}

static void
no_times(const struct walk *w, int64_t *time)
{
	for (size_t i = 0; i < N_KEY_TIMES; i++)
		time[i] = KEY_NO_TIME;
	time[KEY_CREATED] = w->now;
}

/* One that publishes and signs. */
static void
make_good_key(struct walk *w, const char *zone, bool is_ksk, uint8_t algorithm)
{
	int64_t time[N_KEY_TIMES];

	no_times(w, time);
	time[KEY_PUBLISH] = time[KEY_ACTIVATE] = w->now;
	make_key(w, zone, is_ksk, algorithm, time);
}

static uint8_t
pick_algorithm(struct walk *w)
{
	return pick_one(w, 4) ? ALGORITHM_ECDSAP256SHA256 : ALGORITHM_ED25519;
}

/* --- Steps --- */

static void
build(struct walk *w, const char *const *zones)
{
	struct build_options options = {
	    .zones = zones, .now = w->now, .n_workers = 1, .force = w->force};
	struct diags diags = {0};
	struct project project;
	struct build built;

	load_project(&diags, &project);
	if (build_project(&diags, &project, &options, &built) < 0)
		w->n_refused++;
	w->n_builds++;
	for (size_t i = 0; i < built.n; i++) {
		buf_printf(&w->log, " %s%s:", built.zones[i].zone->name_text,
		    built.zones[i].built ? "" : " failed");
		log_problems(w, built.zones[i].diags);
	}
	build_free(&built);
	diags_free(&diags);
	serve_all(w);
}

static void
step_build(struct walk *w)
{
	build(w, &(const char *){NULL});
}

static void
step_build_one(struct walk *w)
{
	const char *zones[] = {w->in_project && pick_one(w, 2) ? PARENT : CHILD, NULL};

	build(w, zones);
}

static void
step_time(struct walk *w)
{
	w->now += pauses[pick_one(w, LENGTH(pauses))];
}

static void
step_make_key(struct walk *w)
{
	int64_t time[N_KEY_TIMES];
	uint32_t dates = pick_one(w, 6);

	no_times(w, time);
	if (dates != 0)
		time[KEY_PUBLISH] = w->now + soon[pick_one(w, LENGTH(soon))];
	if (dates > 1)
		time[KEY_ACTIVATE] = w->now + soon[pick_one(w, LENGTH(soon))];
	make_key(w, CHILD, pick_one(w, 2), pick_algorithm(w), time);
}

static void
set_date(struct walk *w, const struct key *key, enum key_time which, int64_t t_unix)
{
	struct keydates_wish wish = {.now = w->now};
	struct diags diags = {0};
	struct keydates dates;

	wish.is_given[which] = true;
	wish.time[which] = t_unix;
	buf_printf(&w->log, " %u %d %lld", key->tag, (int)which,
	    t_unix == KEY_NO_TIME ? -1LL : (long long)(t_unix - NOW));
	if (keydates_read(&diags, key->path, &wish, &dates) == 0)
		assert_int_equal(keydates_write(&diags, &dates), 0);
	log_problems(w, &diags);
	diags_free(&diags);
}

static const struct key *
pick_key(struct walk *w, const struct keys *keys)
{
	return keys->n ? &keys->items[pick_one(w, (uint32_t)keys->n)] : NULL;
}

static void
step_set_date(struct walk *w)
{
	static const enum key_time times[] = {KEY_PUBLISH, KEY_ACTIVATE, KEY_ACTIVATE, KEY_INACTIVE,
	    KEY_INACTIVE, KEY_DELETE, KEY_DELETE, KEY_SYNC_PUBLISH, KEY_SYNC_DELETE};
	struct diags diags = {0};
	struct keys keys;
	const struct key *key;

	read_keys(&diags, w, &keys);
	key = pick_key(w, &keys);
	if (key)
		set_date(w, key, times[pick_one(w, LENGTH(times))],
		    w->now + soon[pick_one(w, LENGTH(soon))]);
	diags_free(&diags);
}

/* As if the key were at its end, and another one took its place. */
static void
step_swap_key(struct walk *w)
{
	struct diags diags = {0};
	struct keys keys;
	const struct key *key;

	read_keys(&diags, w, &keys);
	key = pick_key(w, &keys);
	if (key) {
		make_good_key(w, CHILD, key->is_ksk, pick_algorithm(w));
		set_date(w, key, KEY_INACTIVE, w->now);
		set_date(w, key, KEY_DELETE, w->now);
	}
	diags_free(&diags);
}

static void
step_no_dates(struct walk *w)
{
	struct diags diags = {0};
	struct keys keys;
	const struct key *key;

	read_keys(&diags, w, &keys);
	key = pick_key(w, &keys);
	for (int i = KEY_REVOKE; key && i < N_KEY_TIMES; i++)
		set_date(w, key, (enum key_time)i, KEY_NO_TIME);
	diags_free(&diags);
}

static void
step_revoke(struct walk *w)
{
	struct diags diags = {0};
	struct keys keys;
	const struct key *key;

	read_keys(&diags, w, &keys);
	key = pick_key(w, &keys);
	if (key)
		set_date(w, key, KEY_REVOKE, w->now);
	diags_free(&diags);
}

/* The files of a key are gone; they are found again. */
static void
step_lose_key(struct walk *w)
{
	struct diags diags = {0};
	struct keys keys;
	const struct key *key;

	read_keys(&diags, w, &keys);
	key = pick_key(w, &keys);
	if (key) {
		buf_printf(&w->log, " %u", key->tag);
		rename(arena_printf(&arena, "%s.key", key->path),
		    arena_printf(&arena, "away/%s.key", key->path + strlen("keys/")));
		rename(arena_printf(&arena, "%s.private", key->path),
		    arena_printf(&arena, "away/%s.private", key->path + strlen("keys/")));
	}
	diags_free(&diags);
}

static void
step_find_keys(struct walk *w)
{
	(void)w;
	assert_int_equal(system("mv away/* keys 2>/dev/null; true"), 0);
}

static void
step_roll(struct walk *w)
{
	struct diags diags = {0};
	struct project project;
	struct buf said = {0};

	load_project(&diags, &project);
	keyrolls_act(&diags, &project, w->now, &said);
	buf_printf(&w->log, " %.*s", (int)said.len, said.data ? said.data : "");
	log_problems(w, &diags);
	diags_free(&diags);
	buf_free(&said);
}

static void
step_begin_roll(struct walk *w)
{
	struct keyroll_wish wish = {.ksk = pick_one(w, 2), .zsk = pick_one(w, 2)};
	struct diags diags = {0};
	struct project project;
	const char *made;

	if (pick_one(w, 3) == 0)
		wish.algorithm = algorithm_info(pick_algorithm(w));
	load_project(&diags, &project);
	if (keyroll_begin(&diags, &project, child_of(&project), &wish, w->now, &made) == 0)
		buf_printf(&w->log, " %s", made);
	log_problems(w, &diags);
	diags_free(&diags);
}

static void
step_policy(struct walk *w)
{
	w->keys = rolling[pick_one(w, LENGTH(rolling))];
	write_all(w);
}

static void
step_sign(struct walk *w)
{
	w->sign = !w->sign;
	buf_printf(&w->log, " %d", w->sign);
	write_all(w);
}

static void
step_ttl(struct walk *w)
{
	uint32_t *which[] = {&w->data_ttl_s, &w->ds_ttl_s, &w->key_ttl_s};

	*which[pick_one(w, LENGTH(which))] = ttls[pick_one(w, LENGTH(ttls))];
	write_all(w);
}

/* DS records of some keys. */
static void
write_ds(struct walk *w)
{
	static const uint8_t kinds[] = {0, 1, 1, 1, 2, 2};
	struct diags diags = {0};
	struct buf b = {0};
	struct keys keys;
	const struct key *key;

	read_keys(&diags, w, &keys);
	for (uint32_t n = 1 + pick_one(w, 3); n > 0 && (key = pick_key(w, &keys)); n--) {
		const struct digest_kind *kind = &digest_kinds[kinds[pick_one(w, LENGTH(kinds))]];
		struct member m = member_of_key(key->dnskey);
		uint8_t digest[EVP_MAX_MD_SIZE];
		unsigned len = digest_of_key(key->dnskey, kind, digest);

		buf_printf(&b, "dept %u DS %u %u %u ", (unsigned)w->ds_ttl_s, m.tag, m.algorithm,
		    kind->type);
		for (size_t i = 0; i < len; i++)
			buf_printf(&b, "%02x", digest[i]);
		buf_putc(&b, '\n');
	}
	assert_true(b.len < sizeof(w->ds_text));
	memcpy(w->ds_text, b.data ? b.data : "", b.len);
	w->ds_text[b.len] = '\0';
	buf_free(&b);
	diags_free(&diags);
}

static void
step_ds(struct walk *w)
{
	w->ds = (enum ds_mode)pick_one(w, N_DS_MODES);
	if (w->ds == DS_BY_HAND)
		write_ds(w);
	buf_printf(&w->log, " %d %s", (int)w->ds, w->ds == DS_BY_HAND ? w->ds_text : "");
	write_zones(w);
}

/* --- A parent that is not of the project --- */

static void
tell(struct walk *w, const struct member *ds, bool seen)
{
	struct diags diags = {0};
	struct project project;
	struct keys keys;

	load_project(&diags, &project);
	read_keys(&diags, w, &keys);
	parent_tell(&diags, &project, child_of(&project), &keys, ds->tag, seen, w->now);
	buf_printf(&w->log, " %s %u", seen ? "seen" : "gone", ds->tag);
	log_problems(w, &diags);
	diags_free(&diags);
}

/* What its servers answer, where not `all` but one. */
static void
ask(struct walk *w, bool all)
{
	const struct versions *held = &w->held[DS_SET];
	const struct version none = {.ttl_s = 300}, *now = &none;
	struct diags diags = {0};
	struct project_history_change change = {.add.a = &diags.arena, .remove.a = &diags.arena};
	struct project project;
	struct history history;
	struct sighting sighting;
	struct bytes rdata[N_MEMBERS];
	struct set set;

	if (held->n > 0)
		now = &held->items[held->n - 1];
	load_project(&diags, &project);
	assert_int_equal(project_history_load(&diags, &project, w->now, &history), 0);
	sighting = sighting_begin(
	    &diags, &project, &history, child_of(&project), TYPE_DS, &change, w->now);
	for (size_t i = 0; i < w->n_elder; i++)
		rdata[i] = (struct bytes){w->elder[i], w->elder_len[i]};
	set = sighting_set(&sighting, rdata, w->n_elder, now->ttl_s);
	set.since_unix = w->now;
	sighting_take(&sighting, &set, 1, all);
	assert_int_equal(project_history_change(&diags, &project, &change, w->now), 0);
	print_version(&w->log, "asked", now);
	diags_free(&diags);
}

static const struct version *
at_parent(const struct walk *w)
{
	const struct versions *held = &w->held[DS_SET];

	return held->n ? &held->items[held->n - 1] : NULL;
}

static void
tell_all(struct walk *w, const struct version *before, const struct version *after)
{
	for (size_t i = 0; after && i < after->n; i++)
		tell(w, &after->members[i], true);
	for (size_t i = 0; before && i < before->n; i++) {
		bool stays = false;

		for (size_t k = 0; after && k < after->n; k++)
			stays = stays || by_octets(&before->members[i], &after->members[k]) == 0;
		if (!stays)
			tell(w, &before->members[i], false);
	}
}

/* The parent takes over what CDS records ask for, if there are some. */
static void
step_cds(struct walk *w)
{
	struct version before = at_parent(w) ? *at_parent(w) : (struct version){0};
	struct published child;
	struct rrset cds = {0};

	if (w->in_project || (w->is_slow && pick_one(w, 4)))
		return;
	if (load(CHILD, &child))
		cds = node_rrset(&child.store, store_apex(&child.store), TYPE_CDS);
	if (cds.n > 0) {
		struct version ds = {.ttl_s = PARENT_DS_TTL_S};

		for (size_t i = 0; i < cds.n; i++) {
			struct bytes rdata = record_rdata(&cds.records[i]);
			struct member m = member_of_ds(rdata);

			add_member(&ds, &m);
			memcpy(w->elder[i], rdata.data, rdata.len);
			w->elder_len[i] = rdata.len;
		}
		w->n_elder = cds.n;
		serve(w, DS_SET, &ds, 1);
		if (w->tells)
			tell_all(w, &before, at_parent(w));
		print_version(&w->log, "parent", at_parent(w));
	}
	published_free(&child);
	validate(w);
}

/* The child's owner has all DS records removed. */
static void
step_insecure(struct walk *w)
{
	struct version before = at_parent(w) ? *at_parent(w) : (struct version){0};

	if (w->in_project || !w->tells)
		return;
	serve(w, DS_SET, &(struct version){.ttl_s = 300}, 1);
	w->n_elder = 0;
	tell_all(w, &before, at_parent(w));
}

/* One thing that is true, of any key. */
static void
tell_one(struct walk *w)
{
	const struct version *now = at_parent(w);
	struct diags diags = {0};
	struct keys keys;
	const struct key *key;

	read_keys(&diags, w, &keys);
	key = pick_key(w, &keys);
	if (key) {
		struct member m = member_of_key(key->dnskey);
		bool there = false;

		for (size_t i = 0; now && i < now->n; i++)
			there = there || (now->members[i].tag == m.tag &&
					     now->members[i].algorithm == m.algorithm);
		tell(w, &m, there);
	}
	diags_free(&diags);
}

/* It may be little that the operator begins with; of changes all is told. */
static void
step_begin_to_tell(struct walk *w)
{
	if (w->in_project || w->tells)
		return;
	w->tells = true;
	switch (pick_one(w, 3)) {
	case 0:
		tell_one(w);
		break;
	case 1:
		ask(w, pick_one(w, 4) > 0);
		break;
	default:
		tell_all(w, NULL, at_parent(w));
	}
}

static void
step_tell(struct walk *w)
{
	if (w->in_project || !w->tells)
		return;
	if (pick_one(w, 2))
		tell_one(w);
	else
		ask(w, pick_one(w, 4) > 0);
}

/* Whatever was told of the parent is lost, and with some luck told again. */
static void
step_forget(struct walk *w)
{
	if (w->in_project || !w->tells)
		return;
	assert_int_equal(
	    system("sed -i '/^set [^ ]* [^ ]* DS /d' zonepp.state 2>/dev/null; true"), 0);
	w->tells = false;
	if (pick_one(w, 2))
		step_begin_to_tell(w);
}

/* --- What is remembered --- */

/* May some hold a set with a longer TTL than what is published? Of that nothing could be known. */
static bool
has_longer_ttl(const struct walk *w, enum kind kind)
{
	uint32_t published_s = 0;

	for (size_t i = 0; i < w->held[kind].n; i++)
		if (w->held[kind].items[i].until == INT64_MAX &&
		    w->held[kind].items[i].ttl_s > published_s)
			published_s = w->held[kind].items[i].ttl_s;
	for (size_t i = 0; i < w->held[kind].n; i++)
		if (w->held[kind].items[i].ttl_s > published_s)
			return true;
	return false;
}

/* The history is lost, and the cache perhaps. What a parent elsewhere has, nobody tells at once. */
static void
step_lose_state(struct walk *w)
{
	if (has_longer_ttl(w, DS_SET) || has_longer_ttl(w, KEY_SET) || has_longer_ttl(w, DATA))
		return;
	assert_int_equal(
	    system(pick_one(w, 2) ? "rm -rf zonepp.state" : "rm -rf zonepp.state .zonepp"), 0);
	w->tells = false;
	buf_puts(&w->log, " done");
}

static const struct step {
	const char *name;
	void (*run)(struct walk *w);
	uint32_t weight;
} steps[] = {
    {"build", step_build, 22},
    {"build one", step_build_one, 8},
    {"time", step_time, 24},
    {"make key", step_make_key, 5},
    {"set date", step_set_date, 10},
    {"swap key", step_swap_key, 4},
    {"no dates", step_no_dates, 3},
    {"revoke", step_revoke, 1},
    {"lose key", step_lose_key, 1},
    {"find keys", step_find_keys, 3},
    {"roll", step_roll, 10},
    {"begin roll", step_begin_roll, 3},
    {"policy", step_policy, 2},
    {"sign", step_sign, 2},
    {"ttl", step_ttl, 2},
    {"ds", step_ds, 3},
    {"cds", step_cds, 10},
    {"insecure", step_insecure, 1},
    {"begin to tell", step_begin_to_tell, 3},
    {"lose state", step_lose_state, 2},
    {"tell", step_tell, 3},
    {"forget", step_forget, 4},
};

static void
take_step(struct walk *w)
{
	const struct step *step = steps;
	uint32_t sum = 0, at;

	for (size_t i = 0; i < LENGTH(steps); i++)
		sum += steps[i].weight;
	for (at = pick_one(w, sum); at >= step->weight; step++)
		at -= step->weight;
	buf_printf(&w->log, "%lld %s:", (long long)(w->now - NOW), step->name);
	step->run(w);
	buf_putc(&w->log, '\n');
}

/* --- Walks --- */

static void
begin(struct walk *w, uint32_t seed, enum problem forced)
{
	assert_int_equal(system("rm -rf zones public keys away .zonepp zonepp.state"), 0);
	assert_int_equal(mkdir("zones", 0755) | mkdir("keys", 0755) | mkdir("away", 0755), 0);
	w->random = seed * 2654435761u;
	octets = seed;
	w->now = NOW;
	w->in_project = pick_one(w, 3) > 0;
	w->tells = pick_one(w, 3) > 0;
	w->is_slow = pick_one(w, 2);
	w->propagation_s = propagations[pick_one(w, LENGTH(propagations))];
	w->data_ttl_s = w->ds_ttl_s = w->key_ttl_s = HOUR;
	w->keys = rolling[pick_one(w, LENGTH(rolling))];
	w->sign = pick_one(w, 6) > 0;
	w->ds = pick_one(w, 4) ? DS_DIRECTIVE : DS_NOTHING;
	if (forced < N_PROBLEMS)
		w->force[forced] = true;
	buf_printf(&w->log, "seed %u, propagation %u, keys \"%s\"%s%s\n", (unsigned)seed,
	    (unsigned)w->propagation_s, w->keys, w->in_project ? ", parent" : "",
	    w->tells ? ", tells" : "");
	make_good_key(w, PARENT, true, ALGORITHM_ECDSAP256SHA256);
	make_good_key(w, CHILD, true, ALGORITHM_ECDSAP256SHA256);
	if (pick_one(w, 3))
		make_good_key(w, CHILD, false, ALGORITHM_ECDSAP256SHA256);
	write_all(w);
	step_build(w);
	w->now += 2 * DAY;
	step_build(w);
	if (w->sign)
		step_cds(w);
	buf_putc(&w->log, '\n');
}

/* Whatever went before, a project that is left in peace is as its keys say. */
static void
end_well(struct walk *w)
{
	static const enum key_time ends[] = {KEY_REVOKE, KEY_INACTIVE, KEY_DELETE, KEY_SYNC_DELETE};
	struct diags diags = {0};
	struct keys keys;
	size_t n_refused;

	buf_puts(&w->log, "end:");
	w->sign = true;
	w->is_slow = false;
	w->keys = "";
	w->ds = DS_DIRECTIVE;
	write_all(w);
	step_find_keys(w);
	if (!w->in_project) {
		w->tells = true;
		ask(w, true);
	}
	w->now += 10 * DAY;
	assert_true(read_keys(&diags, w, &keys));
	for (size_t i = 0; i < keys.n; i++)
		for (size_t k = 0; k < LENGTH(ends); k++)
			if (keys.items[i].time[ends[k]] != KEY_NO_TIME)
				set_date(w, &keys.items[i], ends[k], KEY_NO_TIME);
	diags_free(&diags);
	make_good_key(w, CHILD, true, ALGORITHM_ECDSAP256SHA256);
	make_good_key(w, CHILD, true, ALGORITHM_ED25519);
	for (int i = 0; i < 4 && !w->bogus; i++) {
		step_build(w);
		step_cds(w);
		w->now += 10 * DAY;
		buf_putc(&w->log, '\n');
	}
	n_refused = w->n_refused;
	step_build(w);
	if (!w->bogus && w->n_refused > n_refused)
		w->bogus = "a project that is left in peace is refused";
}

static struct walk *
walk(uint32_t seed, enum problem forced)
{
	struct walk *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	begin(w, seed, forced);
	for (int i = 0; i < N_STEPS && !w->bogus; i++)
		take_step(w);
	if (!w->bogus && forced == N_PROBLEMS)
		end_well(w);
	buf_putc(&w->log, '\0');
	return w;
}

static void
walk_free(struct walk *w)
{
	buf_free(&w->log);
	free(w);
}

static uint32_t
number(const char *name, uint32_t otherwise)
{
	const char *text = getenv(name);

	return text ? (uint32_t)atol(text) : otherwise;
}

static void
nobody_finds_the_zone_bogus(void **state)
{
	uint32_t first = number("WALK_SEED", 1), walks = number("WALKS", N_WALKS), n_bogus = 0;
	size_t n_builds = 0, n_refused = 0, n_changes = 0;

	(void)state;
	for (uint32_t seed = first; seed < first + walks; seed++) {
		struct walk *w = walk(seed, N_PROBLEMS);

		if (w->bogus && n_bogus++ == 0)
			fprintf(stderr, "%s\n", w->log.data);
		if (w->bogus)
			fprintf(stderr, "seed %u: %s\n", (unsigned)seed, w->bogus);
		if (!w->bogus && getenv("WALK_LOG"))
			fprintf(stderr, "%s\n", w->log.data);
		n_builds += w->n_builds;
		n_refused += w->n_refused;
		n_changes += w->n_changes;
		walk_free(w);
	}
	if (n_bogus > 0)
		fail_msg("%u of %u walks", (unsigned)n_bogus, (unsigned)walks);
	if (walks < N_WALKS)
		return;
	/* The walks see enough. */
	assert_true(n_builds - n_refused >= 4 * walks);
	assert_true(n_refused >= walks);
	assert_true(n_changes >= 8 * walks);
}

/* With the first walk that ended badly without it; where rules change, it may be a later one. */
static const struct {
	enum problem problem;
	uint32_t seed;
} guards[] = {{S_DS_NEEDS, 4}, {S_SIGNATURE_NEEDS, 7}, {S_ALGORITHM_EARLY, 15}, {S_DNSKEY_NEEDS, 7},
    {S_UNGUARDED, 4}, {S_DS_UNKNOWN, 10}, {S_DS_EARLY, 26}, {S_CDS_EARLY, 45}};

/* A walk that a guard is taken from ends badly. */
static void
each_guard_is_needed(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(guards); i++) {
		uint32_t seed = number("WALK_SEED", guards[i].seed), last = seed + N_FORCED;
		bool is_bogus = false;

		for (; seed < last && !is_bogus; seed++) {
			struct walk *w = walk(seed, guards[i].problem);

			is_bogus = w->bogus != NULL;
			if (is_bogus && getenv("WALK_LOG"))
				fprintf(stderr, "%s: seed %u\n",
				    problem_table[guards[i].problem].code, (unsigned)seed);
			walk_free(w);
		}
		if (!is_bogus)
			fail_msg("%s is of no use", problem_table[guards[i].problem].code);
	}
}

static int
setup(void **state)
{
	assert_int_equal(RAND_set_rand_method(&not_random), 1);
	return zone_setup(state);
}

static int
teardown(void **state)
{
	arena_free(&arena);
	return zone_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nobody_finds_the_zone_bogus), cmocka_unit_test(each_guard_is_needed)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
