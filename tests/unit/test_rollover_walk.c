#include "zone_fixture.h"

#include "cert_fixture.h"

#include "base/codec.h"
#include "dns/rdata.h"
#include "history/published.h"
#include "publish/build.h"
#include "rollover/rollover.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* Random walks through what operators do: certificates are renewed, replaced too early, put back;
 * zones are built, in part or not at all; TTLs and parameters change, time passes, files are lost.
 * Beside each walk runs an honest model of caches: a set that was published until T may be in a
 * cache until T + 2 * TTL, as a secondary may give it out for one TTL more. Whatever happens,
 *
 * - an open gate means that each set in a cache takes the next certificate;
 * - a build of a zone without D081 means that each set in a cache takes the current one.
 *
 * The seeds are fixed; a walk that fails shows its steps. */
enum { N_WALKS = 40, N_STEPS = 60, N_CERTS = 6, N_OWNERS = 3, N_SETS = 400, N_RECORDS = 24 };

static struct arena arena;
static const char *pem[N_CERTS];
static struct certs *certs[N_CERTS];

static const struct {
	const char *zone, *label;
} owners[N_OWNERS] = {
    {"example.net", "_25._tcp.mail"},
    {"example.org", "_25._tcp.mail"},
    {"example.org", "_465._tcp.mail"},
};

static const char *const params[] = {"", "3 1 2 ", "3 0 1 ", "2 1 1 ", "2 0 1 "};
static const uint32_t ttls[] = {0, 300, 3600, DAY, 2 * DAY};
static const int64_t pauses[] = {1, 60, 1800, 3600, 6 * 3600, DAY, 2 * DAY, 5 * DAY};
static const uint32_t waits[] = {0, 3600, DAY};

/* A set of records that was published. */
struct copy {
	const char *records[N_RECORDS];
	size_t n;
	uint32_t ttl_s;
	int64_t until; /* INT64_MAX: it is now */
};

/* One walk. */
struct walk {
	uint32_t random;
	int64_t now;
	uint32_t wait_s, ttl_s[N_OWNERS];
	size_t params[N_OWNERS];
	bool used[N_OWNERS], dane[2], broken[2];
	size_t current, next; /* of `pem`; N_CERTS: there is none */
	struct copy sets[N_OWNERS][N_SETS];
	size_t n_sets[N_OWNERS];
	int64_t known_from; /* what was in caches before, and is known no more, is gone then */
	struct buf log;
	size_t n_gates, n_good, n_early;
};

static uint32_t
pick_one(struct walk *w, uint32_t n)
{
	w->random = w->random * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)w->random * n) >> 32);
}

static void
fail_walk(struct walk *w, const char *what)
{
	struct buf state = {0};

	if (access("zonepp.state", F_OK) == 0)
		get(&state, "zonepp.state");
	buf_putc(&w->log, '\n');
	buf_put(&w->log, state.data, state.len);
	buf_printf(&w->log, "current %zu, next %zu at %lld", w->current, w->next,
	    (long long)(w->now - NOW));
	buf_putc(&w->log, '\0');
	fprintf(stderr, "%s\n", w->log.data);
	fail_msg("%s", what);
}

/* --- The caches --- */

static bool
is_alive(const struct walk *w, const struct copy *set)
{
	return set->until == INT64_MAX || w->now < set->until + 2 * (int64_t)set->ttl_s;
}

/* Is the record one that a client does not look at, which prefers the digest `preferred` where the
 * set has it for that usage and selector (RFC 7671 section 9)? */
static bool
is_passed_over(const struct copy *set, const char *record, char preferred)
{
	for (size_t i = 0; i < set->n; i++)
		if (strncmp(set->records[i], record, 4) == 0 && set->records[i][4] == preferred)
			return record[4] != preferred;
	return false;
}

/* The record's data are cut out of the certificates by OpenSSL. */
static bool
stands_for(size_t cert, const char *record)
{
	bool of_ca = record[0] == '2' || record[0] == '0';
	struct certchain chain;
	struct buf b = {0};

	certchain_of(&arena, certs[cert], &chain);
	for (size_t i = 0; i < chain.n; i++)
		if (chain.links[i].is_ca == of_ca) {
			buf_clear(&b);
			buf_printf(&b, "%.6s", record);
			hex_encode(
			    &b, record[4] == '1'
				    ? (struct bytes){chain.links[i].sha256[record[2] - '0'], 32}
				    : (struct bytes){chain.links[i].sha512[record[2] - '0'], 64});
			if (text_is((struct text){b.data, b.len}, record)) {
				buf_free(&b);
				return true;
			}
		}
	buf_free(&b);
	return false;
}

static bool
client_takes(const struct copy *set, size_t cert, char preferred)
{
	for (size_t i = 0; i < set->n; i++)
		if (!is_passed_over(set, set->records[i], preferred) &&
		    stands_for(cert, set->records[i]))
			return true;
	return false;
}

/* All clients do; those who have no record ask nothing of the server. */
static bool
takes(const struct copy *set, size_t cert)
{
	return set->n == 0 || (client_takes(set, cert, '1') && client_takes(set, cert, '2'));
}

static bool
all_take(const struct walk *w, size_t owner, size_t cert)
{
	for (size_t i = 0; i < w->n_sets[owner]; i++)
		if (is_alive(w, &w->sets[owner][i]) && !takes(&w->sets[owner][i], cert))
			return false;
	return true;
}

static bool
same_set(const struct copy *a, const struct copy *b)
{
	if (a->n != b->n || a->ttl_s != b->ttl_s)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->records[i], b->records[i]) != 0)
			return false;
	return true;
}

static const char *
output_of(const char *zone)
{
	return arena_printf(&arena, "public/%s.zone", zone);
}

static const char *
text_of_record(const struct record *record)
{
	struct buf b = {0};

	rdata_print(&b, TYPE_TLSA, record_rdata(record));
	return buf_text(&b, &arena);
}

static void
read_set(size_t owner, struct copy *out)
{
	const char *zone = owners[owner].zone;
	struct name apex = name_of(arena_printf(&arena, "%s.", zone));
	struct name name = name_of(arena_printf(&arena, "%s.%s.", owners[owner].label, zone));
	struct published published;
	struct diags none = {0};
	const struct node *node;
	struct rrset set = {0};

	*out = (struct copy){.until = INT64_MAX};
	assert_int_equal(published_load(&none, &published, NULL, output_of(zone), &apex, 1), 0);
	node = published.there ? store_node(&published.store, &name) : NULL;
	if (node)
		set = node_rrset(&published.store, node, TYPE_TLSA);
	assert_true(set.n <= N_RECORDS);
	for (out->n = 0; out->n < set.n; out->n++)
		out->records[out->n] = text_of_record(&set.records[out->n]);
	if (set.n)
		out->ttl_s = set.records[0].ttl_s;
	published_free(&published);
}

/* Drops what no cache has any more. */
static void
age(struct walk *w, size_t owner)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_sets[owner]; i++)
		if (is_alive(w, &w->sets[owner][i]))
			w->sets[owner][n++] = w->sets[owner][i];
	w->n_sets[owner] = n;
}

/* Servers publish what is in the file; without a file, what they had. */
static void
serve(struct walk *w)
{
	for (size_t owner = 0; owner < N_OWNERS; owner++) {
		struct copy set, *last;

		if (access(output_of(owners[owner].zone), F_OK) < 0)
			continue;
		read_set(owner, &set);
		last = w->n_sets[owner] ? &w->sets[owner][w->n_sets[owner] - 1] : NULL;
		if (last && same_set(last, &set))
			continue;
		if (last)
			last->until = w->now;
		age(w, owner);
		assert_true(w->n_sets[owner] < N_SETS);
		w->sets[owner][w->n_sets[owner]++] = set;
	}
}

/* --- The project --- */

static void
write_project(const struct walk *w)
{
	put("zonepp.yaml",
	    arena_printf(&arena,
		"defaults: { dnssec: external }\n"
		"certificates: { mail: { current: current.pem, next: next.pem, wait: %u } }\n"
		"severity: { D103: off, D122: off }\n"
		"zones: { example.net: { dane: %s }, example.org: { dane: %s } }\n",
		(unsigned)w->wait_s, w->dane[0] ? "true" : "false", w->dane[1] ? "true" : "false"));
}

static size_t
zone_of(size_t owner)
{
	return owner > 0;
}

static void
write_zone(const struct walk *w, size_t zone)
{
	struct buf b = {0};

	buf_puts(&b, "$TTL 3600\n@ SOA ns hostmaster 1 2 3 4 300\n@ NS ns\nns A 192.0.2.1\n"
		     "mail A 192.0.2.25\n");
	for (size_t owner = 0; owner < N_OWNERS; owner++)
		if (zone_of(owner) == zone && w->used[owner])
			buf_printf(&b, "$TLSA %s %us %scert:mail\n", owners[owner].label,
			    (unsigned)w->ttl_s[owner], params[w->params[owner]]);
	for (int i = 0; zone == 1 && i < 300; i++)
		buf_printf(&b, "a-longer-name-of-a-host-%d A 192.0.2.1\n", i);
	if (w->broken[zone])
		buf_puts(&b, "x A 1.2.3\n");
	put_bytes(arena_printf(&arena, "zones/%s.zone", owners[zone].zone), b.data, b.len);
	buf_free(&b);
}

static void
write_all(const struct walk *w)
{
	write_project(w);
	write_zone(w, 0);
	write_zone(w, 1);
}

static void
set_current(struct walk *w, size_t cert)
{
	w->current = cert;
	put("current.pem", pem[cert]);
}

static void
set_next(struct walk *w, size_t cert)
{
	w->next = cert;
	if (cert < N_CERTS)
		put("next.pem", pem[cert]);
	else
		unlink("next.pem");
}

/* --- What is promised --- */

/* A zone that was built, and says nothing of its current certificate. */
static void
check_built(struct walk *w, const struct build_zone *zone, size_t number)
{
	bool early = zone->keep.n_early > 0;

	w->n_good += zone->built && !early;
	w->n_early += early;
	if (!zone->built || early || w->now < w->known_from || !w->dane[number])
		return;
	for (size_t owner = 0; owner < N_OWNERS; owner++)
		if (zone_of(owner) == number && w->used[owner] && !all_take(w, owner, w->current))
			fail_walk(w, "a build is content, and clients are refused");
}

static bool
gate_is_open(struct walk *w)
{
	struct diags diags = {0};
	struct project project;
	struct rollovers rollovers;
	bool open;

	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	assert_int_equal(
	    rollovers_load(&diags, &project, &(const char *){NULL}, w->now, &rollovers), 0);
	open = rollovers.items[0].gate;
	diags_free(&diags);
	return open;
}

/* Without a next certificate any may follow, if there is no record. Who is refused already is
 * forgotten with the state file. */
static bool
may_follow(const struct walk *w, const struct copy *set)
{
	if (!is_alive(w, set) || w->next == w->current ||
	    (w->known_from > 0 && !takes(set, w->current)))
		return true;
	return w->next < N_CERTS ? takes(set, w->next) : set->n == 0;
}

static void
check_gate(struct walk *w)
{
	w->n_gates++;
	for (size_t owner = 0; owner < N_OWNERS; owner++)
		for (size_t i = 0; i < w->n_sets[owner]; i++)
			if (!may_follow(w, &w->sets[owner][i]))
				fail_walk(w, "the gate is open, and clients would be refused");
}

/* --- Steps --- */

static void
build(struct walk *w, const char *const *zones)
{
	struct build_options options = {.zones = zones, .now = w->now, .n_workers = 1};
	struct diags diags = {0};
	struct project project;
	struct build built;

	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	build_project(&diags, &project, &options, &built);
	serve(w);
	for (size_t i = 0; i < built.n; i++) {
		buf_printf(&w->log, "%s%s", built.zones[i].built ? "" : " failed",
		    built.zones[i].keep.n_early ? " D081" : "");
		for (size_t k = 0; k < built.zones[i].diags.n; k++)
			if (built.zones[i].diags.items[k].problem != D_TOO_EARLY)
				buf_printf(&w->log, " (%s)", built.zones[i].diags.items[k].message);
		check_built(w, &built.zones[i],
		    strcmp(built.zones[i].zone->name_text, owners[0].zone) != 0);
	}
	build_free(&built);
	diags_free(&diags);
}

static void
step_build(struct walk *w)
{
	build(w, &(const char *){NULL});
}

static void
step_build_one(struct walk *w)
{
	const char *zones[] = {owners[pick_one(w, 2)].zone, NULL};

	buf_printf(&w->log, " %s", zones[0]);
	build(w, zones);
}

/* The process ends while it writes the second zone, if it does. */
static void
step_build_killed(struct walk *w)
{
	const struct rlimit no_core = {0}, little = {8000, 8000};
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct build_options options = {
		    .zones = &(const char *){NULL}, .now = w->now, .n_workers = 1};
		struct diags diags = {0};
		struct project project;
		struct build built;

		setrlimit(RLIMIT_CORE, &no_core);
		setrlimit(RLIMIT_FSIZE, &little);
		if (project_load(&diags, "zonepp.yaml", &project) == 0)
			build_project(&diags, &project, &options, &built);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	buf_puts(&w->log, WIFSIGNALED(status) ? "" : " (not)");
	serve(w);
}

static void
step_time(struct walk *w)
{
	int64_t pause = pauses[pick_one(w, LENGTH(pauses))];

	buf_printf(&w->log, " %lld", (long long)pause);
	w->now += pause;
}

static void
step_next(struct walk *w)
{
	set_next(w, pick_one(w, N_CERTS + 1));
	buf_printf(&w->log, " %zu", w->next);
}

static void
step_gate(struct walk *w)
{
	if (!gate_is_open(w))
		return;
	buf_puts(&w->log, " open");
	check_gate(w);
	if (w->next < N_CERTS)
		set_current(w, w->next);
}

static void
step_early(struct walk *w)
{
	set_current(w, w->next < N_CERTS && pick_one(w, 2) ? w->next : pick_one(w, N_CERTS));
	buf_printf(&w->log, " %zu", w->current);
}

static void
step_ttl(struct walk *w)
{
	size_t owner = pick_one(w, N_OWNERS);

	w->ttl_s[owner] = ttls[pick_one(w, LENGTH(ttls))];
	buf_printf(&w->log, " %zu %u", owner, (unsigned)w->ttl_s[owner]);
	write_all(w);
}

static void
step_params(struct walk *w)
{
	size_t owner = pick_one(w, N_OWNERS);

	w->params[owner] = pick_one(w, LENGTH(params));
	buf_printf(&w->log, " %zu %s", owner, params[w->params[owner]]);
	write_all(w);
}

static void
step_dane(struct walk *w)
{
	size_t zone = pick_one(w, 2);

	w->dane[zone] = !w->dane[zone];
	buf_printf(&w->log, " %zu %d", zone, w->dane[zone]);
	write_all(w);
}

static void
step_use(struct walk *w)
{
	size_t owner = pick_one(w, N_OWNERS);

	w->used[owner] = !w->used[owner];
	buf_printf(&w->log, " %zu %d", owner, w->used[owner]);
	write_all(w);
}

static void
step_break(struct walk *w)
{
	size_t zone = pick_one(w, 2);

	w->broken[zone] = true;
	buf_printf(&w->log, " %zu", zone);
	write_all(w);
}

static void
step_repair(struct walk *w)
{
	w->broken[0] = w->broken[1] = false;
	write_all(w);
}

/* Where both the file and the facts of it are lost, it was never there, for all that is known. */
static bool
has_facts(const char *zone)
{
	struct buf b = {0};
	bool has;

	if (access("zonepp.state", F_OK) < 0)
		return false;
	get(&b, "zonepp.state");
	has = strstr(b.data, arena_printf(&arena, "serial %s.", zone)) != NULL;
	buf_free(&b);
	return has;
}

static void
step_lose_output(struct walk *w)
{
	size_t zone = pick_one(w, 2);

	buf_printf(&w->log, " %zu", zone);
	if (has_facts(owners[zone].zone))
		unlink(output_of(owners[zone].zone));
}

/* What left the zones is not known any more, nor what came just before. */
static void
step_lose_state(struct walk *w)
{
	for (size_t owner = 0; owner < N_OWNERS; owner++)
		if (w->n_sets[owner] && access(output_of(owners[owner].zone), F_OK) < 0)
			return;
	unlink("zonepp.state");
	w->known_from = w->now + 4 * DAY;
	for (size_t owner = 0; owner < N_OWNERS; owner++)
		if (w->n_sets[owner]) {
			w->sets[owner][0] = w->sets[owner][w->n_sets[owner] - 1];
			w->n_sets[owner] = 1;
		}
}

static const struct step {
	const char *name;
	void (*run)(struct walk *w);
	uint32_t weight;
} steps[] = {
    {"build", step_build, 16},
    {"build one", step_build_one, 6},
    {"build, killed", step_build_killed, 3},
    {"time", step_time, 16},
    {"next", step_next, 8},
    {"gate", step_gate, 12},
    {"early", step_early, 3},
    {"ttl", step_ttl, 4},
    {"params", step_params, 5},
    {"dane", step_dane, 4},
    {"use", step_use, 4},
    {"break", step_break, 2},
    {"repair", step_repair, 6},
    {"lose output", step_lose_output, 1},
    {"lose state", step_lose_state, 1},
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

/* Whatever went before, a project that is left in peace renews its certificate. */
static void
end_well(struct walk *w)
{
	for (size_t i = 0; i < N_OWNERS; i++)
		w->used[i] = true;
	for (size_t i = 0; i < 2; i++) {
		w->dane[i] = true;
		w->broken[i] = false;
	}
	write_all(w);
	set_next(w, N_CERTS);
	buf_puts(&w->log, "end:");
	step_build(w);
	w->now += 5 * DAY;
	step_build(w);
	set_next(w, (w->current + 1) % N_CERTS);
	step_build(w);
	w->now += 5 * DAY;
	w->n_early = 0;
	step_build(w);
	if (w->n_early > 0)
		fail_walk(w, "an alarm for no reason");
	if (!gate_is_open(w))
		fail_walk(w, "the gate stays closed");
	check_gate(w);
}

static void
walk(uint32_t seed, size_t *n_gates, size_t *n_good, size_t *n_early)
{
	struct walk *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	assert_int_equal(system("rm -rf zones public .zonepp zonepp.state"), 0);
	assert_int_equal(mkdir("zones", 0755), 0);
	w->random = seed;
	w->now = NOW;
	w->wait_s = waits[pick_one(w, LENGTH(waits))];
	for (size_t i = 0; i < N_OWNERS; i++) {
		w->used[i] = true;
		w->ttl_s[i] = 3600;
	}
	w->dane[0] = w->dane[1] = true;
	write_all(w);
	set_current(w, 0);
	set_next(w, N_CERTS);
	buf_printf(&w->log, "seed %u, wait %u\n", (unsigned)seed, (unsigned)w->wait_s);
	for (int i = 0; i < N_STEPS; i++)
		take_step(w);
	*n_gates += w->n_gates;
	*n_good += w->n_good;
	*n_early += w->n_early;
	end_well(w);
	buf_free(&w->log);
	free(w);
}

static void
no_mail_is_lost(void **state)
{
	size_t n_gates = 0, n_good = 0, n_early = 0;
	const char *from = getenv("WALK_SEED"), *n = getenv("WALKS");
	uint32_t first = from ? (uint32_t)atol(from) : 1;
	uint32_t walks = n ? (uint32_t)atol(n) : N_WALKS;

	(void)state;
	for (uint32_t seed = first; seed < first + walks; seed++)
		walk(seed, &n_gates, &n_good, &n_early);
	if (walks < N_WALKS)
		return;
	/* The walks see enough of each. */
	assert_true(n_gates >= walks);
	assert_true(n_good >= walks);
	assert_true(n_early >= walks);
}

/* Three of one CA, one of which has the key of the first; and three of another one. */
static int
setup(void **state)
{
	static const char *const names[] = {"One CA", "Another CA"};
	enum { FAR = INT32_MAX };
	EVP_PKEY *ca_keys[2], *first = NULL;
	const char *ca[2];
	struct diags *diags = arena_zalloc(&arena, sizeof(*diags));

	for (size_t i = 0; i < 2; i++) {
		ca_keys[i] = fixture_key();
		ca[i] = fixture_cert_pem(
		    &arena, &(struct cert_spec){
				.name = names[i], .key = ca_keys[i], .ca = true, .to = FAR});
	}
	for (size_t i = 0; i < N_CERTS; i++) {
		EVP_PKEY *key = i == 2 ? first : fixture_key();
		size_t by = i >= 3;
		const char *leaf =
		    fixture_cert_pem(&arena, &(struct cert_spec){.name = "mail.example.org",
						 .key = key,
						 .san = "DNS:mail.example.org,DNS:mail.example.net",
						 .issuer = names[by],
						 .issuer_key = ca_keys[by],
						 .to = FAR});
		struct certs_options options = {0};

		pem[i] = arena_printf(&arena, "%s%s", leaf, ca[by]);
		certs[i] = arena_zalloc(&arena, sizeof(*certs[i]));
		assert_int_equal(certs_load(&arena, diags, pos_none(), "walk.pem", text_of(pem[i]),
				     &options, certs[i]),
		    0);
		if (i == 0)
			first = key;
		else if (i != 2)
			EVP_PKEY_free(key);
	}
	EVP_PKEY_free(first);
	EVP_PKEY_free(ca_keys[0]);
	EVP_PKEY_free(ca_keys[1]);
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
	const struct CMUnitTest tests[] = {cmocka_unit_test(no_mail_is_lost)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
