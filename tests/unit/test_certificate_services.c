#include "cert_fixture.h"

#include "base/codec.h"
#include "dane/tlsa.h"
#include "dns/type.h"
#include "history/state.h"
#include "rollover/certificate_services.h"

/* Certificates by one CA, each for a host of its own: m0.example, m1.example, ... The last two
 * share a certificate, in files of their own. */
enum { N = 40, SHARED = N - 1, DAY_S = 86400 };

static struct arena arena;
static struct certificate certificates[N];
static struct project_certificate is[N];
static const char *ca_pem;
static EVP_PKEY *ca_key;

static const struct certs *
load_certs(const char *pem)
{
	struct certs *certs = arena_alloc(&arena, sizeof(*certs));
	struct diags diags = {0};

	assert_int_equal(
	    certs_load(&arena, &diags, pos_none(), "a.pem", text_of(pem), NULL, certs), 0);
	diags_free(&diags);
	return certs;
}

static const struct certs *
make_certs(const char *host)
{
	EVP_PKEY *key = fixture_key();
	const char *san = host ? arena_printf(&arena, "DNS:%s", host) : NULL;
	const char *pem =
	    fixture_cert_pem(&arena, &(struct cert_spec){.name = host ? host : "no host",
					 .key = key,
					 .issuer = "CA",
					 .issuer_key = ca_key,
					 .san = san});

	EVP_PKEY_free(key);
	return load_certs(arena_printf(&arena, "%s%s", pem, ca_pem));
}

static void
set_chains(struct certificate *certificate)
{
	certchain_of(&arena, certificate->current, &certificate->current_chain);
	if (certificate->next)
		certchain_of(&arena, certificate->next, &certificate->next_chain);
}

static int
setup(void **state)
{
	(void)state;
	ca_key = fixture_key();
	ca_pem =
	    fixture_cert_pem(&arena, &(struct cert_spec){.name = "CA", .key = ca_key, .ca = true});
	for (int i = 0; i < N; i++) {
		struct certificate *certificate = &certificates[i];
		const char *host = arena_printf(&arena, "m%d.example", i);

		is[i] = (struct project_certificate){.name = arena_printf(&arena, "c%d", i),
		    .current = arena_printf(&arena, "c%d.pem", i),
		    .wait_s = DAY_S};
		if (i == 2)
			host = "*.wild.example";
		if (i == 3)
			host = NULL;
		*certificate = (struct certificate){.is = &is[i]};
		certificate->current =
		    i == SHARED ? certificates[SHARED - 1].current : make_certs(host);
		certificate->next = i >= SHARED - 1 ? make_certs(host) : NULL;
		set_chains(certificate);
	}
	return 0;
}

/* --- Histories --- */

static const char *
record(int usage, int selector, int matching, const struct certchain *chain)
{
	const struct link *link = &chain->links[usage == 2 || usage == 0];
	struct buf b = {0};

	buf_printf(&b, "%d %d %d ", usage, selector, matching);
	hex_encode(&b, matching == 1 ? (struct bytes){link->sha256[selector], SHA256_LEN}
				     : (struct bytes){link->sha512[selector], SHA512_LEN});
	return buf_text(&b, &arena);
}

static const char *
set_of(const char *owner, const char *until, const char *records)
{
	return arena_printf(&arena, "set example. %s TLSA 3600 1970-01-02T00:00:00Z %s %s\n", owner,
	    until, records);
}

/* Whose services there are: "NUMBER:OWNER ..." of all, in order. */
static const char *
find(const char *sets, size_t n, int64_t now)
{
	struct certificate_services services;
	struct diags diags = {0};
	struct history history;
	struct buf b = {0};
	const char *out;

	assert_int_equal(sets_read(&diags, "test", text_of(sets), &history), 0);
	history_sort(&history);
	certificate_services_find(&arena, &history, certificates, n, now, &services);
	for (size_t i = 0; i < n; i++) {
		struct answered service;
		size_t at = 0;

		while (certificate_services_next(&services, i, &at, &service)) {
			buf_printf(&b, "%s%zu:%s", b.len ? " " : "", i, service.sets.items->owner);
			assert_true(certificate_services_have(&services, i, &service));
			assert_false(certificate_services_have(&services, i + n, &service));
		}
	}
	out = buf_text(&b, &arena);
	diags_free(&diags);
	return out;
}

static void
expect(const char *what, const char *sets, size_t n, const char *wanted)
{
	const char *found = find(sets, n, 10 * DAY_S);

	if (strcmp(found, wanted) != 0)
		fail_msg("%s, of %zu: %s", what, n, found);
}

/* Records of usage 3 are of one certificate, whatever the host. */
static void
own_records(void **state)
{
	static const int numbers[] = {0, 1, 5, 37};

	(void)state;
	for (size_t i = 0; i < LENGTH(numbers); i++)
		for (int selector = 0; selector < 2; selector++)
			for (int matching = 1; matching < 3; matching++)
				expect("usage 3",
				    set_of("_25._tcp.any.example.", "-",
					record(3, selector, matching,
					    &certificates[numbers[i]].current_chain)),
				    N - 2,
				    arena_printf(&arena, "%d:_25._tcp.any.example.", numbers[i]));
	expect("nobody's",
	    set_of("a.example.", "-",
		"3 1 2 " /* of nobody */
		"abababababababababababababababababababababababababababababababab"
		"abababababababababababababababababababababababababababababababab"),
	    N - 2, "");
	expect("none", set_of("a.example.", "-", "-"), N - 2, "");
	expect("no history", "", N - 2, "");
}

/* A CA of all: the service is of the certificates that are for its host; where none is, of all. The
 * answer is the same whether few or many share the CA. */
static void
records_of_a_ca(void **state)
{
	const char *ca = record(2, 1, 1, &certificates[0].current_chain);

	(void)state;
	for (size_t n = 4; n < N - 2; n += 13) {
		struct buf all = {0};

		expect("its host", set_of("_25._tcp.m1.example.", "-", ca), n,
		    "1:_25._tcp.m1.example.");
		expect("a wildcard", set_of("_25._tcp.a.wild.example.", "-", ca), n,
		    "2:_25._tcp.a.wild.example.");
		for (size_t i = 0; i < n; i++)
			buf_printf(&all, "%s%zu:_25._tcp.x.example.", i ? " " : "", i);
		expect("nobody's host", set_of("_25._tcp.x.example.", "-", ca), n,
		    buf_text(&all, &arena));
		/* one of usage 3 beside it */
		expect("two records",
		    set_of("_25._tcp.m1.example.", "-",
			arena_printf(
			    &arena, "%s, %s", ca, record(3, 1, 1, &certificates[0].current_chain))),
		    n, "0:_25._tcp.m1.example. 1:_25._tcp.m1.example.");
	}
}

/* Sets matter as long as they may be held: until twice the TTL, or the wait, has passed. */
static void
held_sets(void **state)
{
	const char *own = record(3, 1, 1, &certificates[5].current_chain);

	(void)state;
	expect("held", set_of("a.example.", "1970-01-10T00:00:01Z", own), N - 2, "5:a.example.");
	expect("held no more", set_of("a.example.", "1970-01-10T00:00:00Z", own), N - 2, "");
}

/* The set of an alias is as good as those at its end. */
static void
aliases(void **state)
{
	const char *own = record(3, 1, 1, &certificates[5].current_chain);

	(void)state;
	expect("an alias",
	    arena_printf(&arena,
		"set example. a.example. CNAME 60 - - b.example.\n"
		"set example. b.example. CNAME 60 - - c.example.\n"
		"%s"
		"set example. d.example. CNAME 60 - - d.example.\n",
		set_of("c.example.", "-", own)),
	    N - 2, "5:a.example. 5:b.example. 5:c.example.");
}

/* What was in use counts as what is. */
static void
former_chains(void **state)
{
	const struct certchain former = certificates[7].current_chain;

	(void)state;
	certificates[5].former = &former;
	certificates[5].n_former = 1;
	expect("a former one", set_of("a.example.", "-", record(3, 1, 1, &former)), N - 2,
	    "5:a.example. 7:a.example.");
	certificates[5].n_former = 0;
}

/* The service is of the twin whose next certificate its set takes; of both where neither's is there
 * yet. */
static void
twins(void **state)
{
	const struct certificate *a = &certificates[SHARED - 1], *b = &certificates[SHARED];
	const char *current = record(3, 1, 1, &a->current_chain);
	const char *next[] = {record(3, 1, 1, &a->next_chain), record(3, 1, 1, &b->next_chain)};

	(void)state;
	expect("no next one yet", set_of("x.example.", "-", current), N,
	    "38:x.example. 39:x.example.");
	for (int i = 0; i < 2; i++)
		expect("of a twin",
		    set_of("x.example.", "-", arena_printf(&arena, "%s, %s", current, next[i])), N,
		    i ? "39:x.example." : "38:x.example.");
}

/* Thousands of names, each with the CA of all: the time that it takes is in proportion. */
static void
many_names(void **state)
{
	enum { NAMES = 3000 };
	const char *ca = record(2, 1, 1, &certificates[0].current_chain);
	struct buf sets = {0};
	size_t n = 0;

	(void)state;
	for (int i = 0; i < NAMES; i++)
		buf_puts(
		    &sets, set_of(arena_printf(&arena, "_%d._tcp.m%d.example.", i + 1, 4 + i % 30),
			       "-", ca));
	buf_putc(&sets, '\0');
	for (const char *p = find(sets.data, N - 2, 10 * DAY_S); (p = strchr(p, ':')); p++)
		n++;
	assert_int_equal(n, NAMES);
	buf_free(&sets);
}

static int
teardown(void **state)
{
	(void)state;
	EVP_PKEY_free(ca_key);
	arena_free(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(own_records),
	    cmocka_unit_test(records_of_a_ca),
	    cmocka_unit_test(held_sets),
	    cmocka_unit_test(aliases),
	    cmocka_unit_test(former_chains),
	    cmocka_unit_test(twins),
	    cmocka_unit_test(many_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
