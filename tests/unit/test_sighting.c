/* What parents answer for DS sets, and the servers of zones that are signed elsewhere for DNSKEY
 * sets, and what becomes of the state file by it. Whatever is no answer changes nothing. */
#define _GNU_SOURCE
#include "nameserver_fixture.h"

#include "zone_fixture.h"

#include "rollover/external.h"
#include "rollover/parent.h"

enum { N_SERVERS = 2, NOW = 1795435200 }; /* 2026-11-23T12:00:00Z */

#define AA32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BB32 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* Sets in the state file. */
#define SET(type, ttl, since, until)                                                               \
	"set example.org. example.org. " type " " ttl " " since " " until " "
#define NOON "2026-11-23T12:00:00Z"
#define DAY_BEFORE "2026-11-22T12:00:00Z"
#define DS_A "1 15 2 " AA32 "\n"
#define DS_B "2 15 2 " BB32 "\n"
#define KSK "257 15 3613 84626a41426088f04d5aa4413b888daf26727a48e0b6c58ee3d2ee8b43cb304a"
#define ZSK "256 15 35216 4e14d477033164c9623d809959067d98b86ea713703530ae35c469a1b2c95228"
#define KEYS KSK " signs, " ZSK "\n"

#define KSK_8 "257 8 9 " BB32
#define TWO_KEYS SET("DNSKEY", "3600", DAY_BEFORE, "-") KSK_8 " signs, " KSK " signs\n"
#define DS_8 "9 8 2 " BB32
#define DS_15 "3613 15 2 84626a41426088f04d5aa4413b888daf26727a48e0b6c58ee3d2ee8b43cb304a"
#define DS_SET(since, until) SET("DS", "86400", since, until)
#define DS_384 "9 8 4 " BB32 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* Messages: the name of the zone stands at octet 12, that above it at 20. */
#define DS_QUESTION "example.org. 002b 0001 "
#define DS_IS "@0c 002b 0001 00000e10 "
#define RDATA_A "( 0001 0f 02 " AA32 " ) "
#define RDATA_B "( 0002 0f 02 " BB32 " ) "
#define SOA_DATA "( ns@14 hostmaster@14 00000001 00000e10 00000384 00093a80 0000012c ) "
#define HAS_A "1234 8400 0001 0001 0000 0000 " DS_QUESTION DS_IS RDATA_A
#define HAS_B "1234 8400 0001 0001 0000 0000 " DS_QUESTION DS_IS RDATA_B
#define HAS_BOTH                                                                                   \
	"1234 8400 0001 0002 0000 0000 " DS_QUESTION DS_IS "( 0009 08 02 " BB32 " ) " DS_IS        \
	"( 0e1d 0f 02 84626a41426088f04d5aa4413b888daf26727a48e0b6c58ee3d2ee8b43cb304a ) "
#define REFUSES "1234 8005 0001 0000 0000 0000 " DS_QUESTION
#define HAS_NONE "1234 8400 0001 0000 0001 0000 " DS_QUESTION "@14 0006 0001 00000e10 " SOA_DATA

#define KEY_QUESTION "example.org. 0030 0001 "
#define KEY_IS "@0c 0030 0001 00000e10 "
#define RDATA_KSK "( 0101 03 0f 974d96a22d224bc01adb915091477d44ccd91c9a41a11430010117d52c59240e ) "
#define RDATA_ZSK "( 0100 03 0f ccf9d9fd0c047bb4bc0b948fcf639f4b9451e34013936feb62713dc472048a3b ) "
#define RRSIG(type)                                                                                \
	"@0c 002e 0001 00000e10 ( " type " 0f 02 00000e10 70000000 60000000 0e1d example.org. 00 " \
	") "
#define HAS_KEYS                                                                                   \
	"1234 8400 0001 0003 0000 0000 " KEY_QUESTION KEY_IS RDATA_KSK KEY_IS RDATA_ZSK RRSIG(     \
	    "0030")
#define HAS_KSK "1234 8400 0001 0002 0000 0000 " KEY_QUESTION KEY_IS RDATA_KSK RRSIG("0030")
#define HAS_NO_KEY "1234 8400 0001 0000 0001 0000 " KEY_QUESTION "@0c 0006 0001 00000e10 " SOA_DATA

/* A quarter of the TTL is left in the cache of a resolver. */
#define CACHED "@0c 002b 0001 00000384 "
#define RESOLVER_A "1234 8180 0001 0002 0000 0000 " DS_QUESTION CACHED RDATA_A RRSIG("002b")
#define RESOLVER_B "1234 8180 0001 0002 0000 0000 " DS_QUESTION CACHED RDATA_B RRSIG("002b")
#define RESOLVER_BOTH                                                                              \
	"1234 8180 0001 0003 0000 0000 " DS_QUESTION CACHED RDATA_A CACHED RDATA_B RRSIG("002b")
#define RESOLVER_NONE                                                                              \
	"1234 8180 0001 0000 0001 0000 " DS_QUESTION "@14 0006 0001 00000e10 " SOA_DATA
#define HALF_AN_HOUR_BEFORE "2026-11-23T11:30:00Z"
#define LONG_AGO "2026-11-01T12:00:00Z"
#define BOTH "1 15 2 " AA32 ", 2 15 2 " BB32 "\n"
#define A_OF_BEFORE SET("DS", "3600", DAY_BEFORE, "-") DS_A

/* Who answers. */
enum kind {
	PARENT,
	RESOLVER,
	BESIDE, /* the parent, and a resolver */
	KEYS_OF /* the servers of a zone that is signed elsewhere */
};

static const struct row {
	const char *what;
	const char *answers[N_SERVERS]; /* of a server each */
	const char *before, *after;     /* sets of the state file; `after` NULL: the same */
	const char *why;                /* a part of what is said; NULL: nothing */
	enum kind kind;
} rows[] = {
    {"the first news", {HAS_A}, "", SET("DS", "3600", NOON, "-") DS_A, NULL, PARENT},
    {"no news", {HAS_A}, SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, NULL, PARENT},
    {"none", {HAS_NONE}, "", SET("DS", "300", NOON, "-") "-\n", NULL, PARENT},
    {"another one", {HAS_B, HAS_B}, SET("DS", "3600", DAY_BEFORE, "-") DS_A,
	SET("DS", "3600", DAY_BEFORE, NOON) DS_A SET("DS", "3600", NOON, "-") DS_B, NULL, PARENT},
    {"none any more", {HAS_NONE}, SET("DS", "3600", DAY_BEFORE, "-") DS_A,
	SET("DS", "300", NOON, "-") "-\n" SET("DS", "3600", DAY_BEFORE, NOON) DS_A, NULL, PARENT},
    {"one server lags", {HAS_B, HAS_A}, SET("DS", "3600", DAY_BEFORE, "-") DS_A,
	SET("DS", "3600", DAY_BEFORE, "-") DS_A SET("DS", "3600", NOON, "-") DS_B, NULL, PARENT},
    {"one server is silent", {HAS_B, "1234 8005 0001 0000 0000 0000 " DS_QUESTION},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A,
	SET("DS", "3600", DAY_BEFORE, "-") DS_A SET("DS", "3600", NOON, "-") DS_B, "REFUSED",
	PARENT},
    {"a key that may have had one", {HAS_A}, SET("DNSKEY", "3600", DAY_BEFORE, "-") KEYS,
	SET("DNSKEY", "3600", DAY_BEFORE, "-") KEYS SET("DS", "3600", "-",
	    NOON) "3613 15 2 "
		  "84626a41426088f04d5aa4413b888daf26727a48e0b6c58ee3d2ee8b43cb304a\n" SET(
		      "DS", "3600", NOON, "-") DS_A,
	NULL, PARENT},

    {"both of two keys that may have had one alone", {HAS_BOTH}, TWO_KEYS,
	TWO_KEYS SET("DS", "3600", "-", NOON) DS_15 "\n" SET("DS", "3600", "-", NOON) DS_8
	"\n" SET("DS", "3600", NOON, "-") DS_8 ", " DS_15 "\n",
	NULL, PARENT},
    {"one server of two", {HAS_A, REFUSES}, TWO_KEYS,
	TWO_KEYS SET("DS", "3600", "-", "-") DS_15 "\n" SET("DS", "3600", "-", "-") DS_8
	"\n" SET("DS", "3600", NOON, "-") DS_A,
	"REFUSED", PARENT},
    {"a resolver, which may know of one only", {RESOLVER_A}, TWO_KEYS,
	TWO_KEYS SET("DS", "3600", "-", "-") DS_15 "\n" SET("DS", "3600", "-", "-") DS_8
	"\n" SET("DS", "3600", NOON, "-") DS_A,
	NULL, RESOLVER},
    {"and beside the parent, which has no other", {HAS_A, RESOLVER_A}, TWO_KEYS,
	TWO_KEYS SET("DS", "3600", "-", NOON) DS_15 "\n" SET("DS", "3600", "-", NOON) DS_8
	"\n" SET("DS", "3600", NOON, "-") DS_A,
	NULL, BESIDE},

    {"NXDOMAIN", {"1234 8403 0001 0000 0001 0000 " DS_QUESTION "@14 0006 0001 00000e10 " SOA_DATA},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "no such name", PARENT},
    {"SERVFAIL", {"1234 8402 0001 0000 0000 0000 " DS_QUESTION},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "SERVFAIL", PARENT},
    {"an error", {"1234 8401 0001 0000 0000 0000 " DS_QUESTION},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "is an error", PARENT},
    {"lame", {"1234 8000 0001 0001 0000 0000 " DS_QUESTION DS_IS RDATA_B},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "no authority", PARENT},
    {"a referral",
	{"1234 8000 0001 0000 0001 0000 " DS_QUESTION "@0c 0002 0001 00000e10 ( ns@0c )"},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "no authority", PARENT},
    {"truncated", {"1234 8600 0001 0001 0000 0000 " DS_QUESTION DS_IS RDATA_B},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "cuts its answer short", PARENT},
    {"malformed", {"1234"}, SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "malformed", PARENT},
    {"a DS record that is none",
	{"1234 8400 0001 0001 0000 0000 " DS_QUESTION DS_IS "( 0001 0f 02 aaaa )"},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "malformed record", PARENT},
    {"a wrong owner",
	{"1234 8400 0001 0001 0000 0000 " DS_QUESTION "@14 002b 0001 00000e10 " RDATA_B},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "does not say that there are none", PARENT},
    {"another question", {"1234 8400 0001 0001 0000 0000 example.com. 002b 0001 " DS_IS RDATA_B},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "another question", PARENT},
    {"an alias",
	{"1234 8400 0001 0001 0000 0000 " DS_QUESTION "@0c 0005 0001 00000e10 ( example.net. )"},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "an alias at the name of the zone", PARENT},
    {"a wrong class",
	{"1234 8400 0001 0001 0000 0000 " DS_QUESTION "@0c 002b 0003 00000e10 " RDATA_B},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "another class", PARENT},
    {"the child's own server",
	{"1234 8400 0001 0000 0001 0000 " DS_QUESTION "@0c 0006 0001 00000e10 " SOA_DATA},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "answers for the zone example.org", PARENT},
    {"none, of nobody", {"1234 8400 0001 0000 0000 0000 " DS_QUESTION},
	SET("DS", "3600", DAY_BEFORE, "-") DS_A, NULL, "does not say that there are none", PARENT},

    {"keys", {HAS_KEYS, HAS_KEYS}, "", SET("DNSKEY", "3600", NOON, "-") KEYS, NULL, KEYS_OF},
    {"keys that sign other things",
	{"1234 8400 0001 0002 0000 0000 " KEY_QUESTION KEY_IS RDATA_KSK RRSIG("0006")}, "",
	SET("DNSKEY", "3600", NOON, "-") KSK "\n", NULL, KEYS_OF},
    {"a key that left", {HAS_KSK}, SET("DNSKEY", "3600", DAY_BEFORE, "-") KEYS,
	SET("DNSKEY", "3600", DAY_BEFORE, NOON) KEYS SET("DNSKEY", "3600", NOON, "-") KSK
	" signs\n",
	NULL, KEYS_OF},
    {"one server has it still", {HAS_KSK, HAS_KEYS}, SET("DNSKEY", "3600", DAY_BEFORE, "-") KEYS,
	SET("DNSKEY", "3600", DAY_BEFORE, "-") KEYS SET("DNSKEY", "3600", NOON, "-") KSK " signs\n",
	NULL, KEYS_OF},
    {"a zone without keys", {HAS_NO_KEY}, "", SET("DNSKEY", "300", NOON, "-") "-\n", NULL, KEYS_OF},
    {"the keys of a zone that is not there",
	{"1234 8403 0001 0000 0001 0000 " KEY_QUESTION "@0c 0006 0001 00000e10 " SOA_DATA},
	SET("DNSKEY", "3600", DAY_BEFORE, "-") KEYS, NULL, "no such name", KEYS_OF},
    {"a malformed signature",
	{"1234 8400 0001 0002 0000 0000 " KEY_QUESTION KEY_IS RDATA_KSK
	 "@0c 002e 0001 00000e10 ( 0030 0f )"},
	SET("DNSKEY", "3600", DAY_BEFORE, "-") KEYS, NULL, "malformed answer", KEYS_OF},

    {"a resolver", {RESOLVER_A}, "", SET("DS", "3600", NOON, "-") DS_A, NULL, RESOLVER},
    {"without signatures", {"1234 8180 0001 0001 0000 0000 " DS_QUESTION CACHED RDATA_A}, "",
	SET("DS", "86400", NOON, "-") DS_A, NULL, RESOLVER},
    {"no news from it", {RESOLVER_A}, A_OF_BEFORE, NULL, NULL, RESOLVER},
    {"none, which nobody had", {RESOLVER_NONE}, "", NULL, NULL, RESOLVER},
    {"none, which is no proof", {RESOLVER_NONE}, A_OF_BEFORE, NULL, "has no DS record 1", RESOLVER},
    {"another one: the old one may be there", {RESOLVER_B}, A_OF_BEFORE,
	A_OF_BEFORE SET("DS", "3600", NOON, "-") DS_B, "has no DS record 1", RESOLVER},
    {"another one beside the old one", {RESOLVER_BOTH}, A_OF_BEFORE,
	SET("DS", "3600", DAY_BEFORE, NOON) DS_A SET("DS", "3600", NOON, "-") BOTH, NULL, RESOLVER},
    {"one where there was none", {RESOLVER_A}, SET("DS", "300", DAY_BEFORE, "-") "-\n",
	SET("DS", "300", DAY_BEFORE, NOON) "-\n" SET("DS", "3600", NOON, "-") DS_A, NULL, RESOLVER},
    {"fetched ahead of what is known", {RESOLVER_BOTH},
	SET("DS", "3600", HALF_AN_HOUR_BEFORE, "-") DS_A,
	SET("DS", "3600", HALF_AN_HOUR_BEFORE, "-") DS_A SET("DS", "3600", NOON, "-") BOTH, NULL,
	RESOLVER},
    {"replaced since, and held", {RESOLVER_A},
	SET("DS", "3600", DAY_BEFORE, HALF_AN_HOUR_BEFORE)
	    DS_A SET("DS", "3600", HALF_AN_HOUR_BEFORE, "-") DS_B,
	NULL, NULL, RESOLVER},
    {"it came back", {RESOLVER_A},
	SET("DS", "3600", LONG_AGO, "2026-11-02T12:00:00Z")
	    DS_A SET("DS", "3600", "2026-11-02T12:00:00Z", "-") DS_B,
	SET("DS", "3600", "2026-11-02T12:00:00Z", "-") DS_B SET("DS", "3600", NOON, "-") DS_A,
	"has no DS record 2", RESOLVER},
    {"a longer TTL", {RESOLVER_A}, SET("DS", "900", DAY_BEFORE, "-") DS_A,
	SET("DS", "3600", NOON, "-") DS_A SET("DS", "900", DAY_BEFORE, "-") DS_A, NULL, RESOLVER},
    {"a shorter one", {RESOLVER_A}, SET("DS", "7200", DAY_BEFORE, "-") DS_A, NULL, NULL, RESOLVER},
    {"the parent knows better", {HAS_B, RESOLVER_A}, A_OF_BEFORE,
	SET("DS", "3600", DAY_BEFORE, NOON) DS_A SET("DS", "3600", NOON, "-") DS_B, NULL, BESIDE},
    {"and says that the old one is there", {HAS_A, RESOLVER_BOTH}, A_OF_BEFORE,
	A_OF_BEFORE SET("DS", "3600", NOON, "-") BOTH, NULL, BESIDE},
    {"and is silent", {"1234 8005 0001 0000 0000 0000 " DS_QUESTION, RESOLVER_BOTH}, A_OF_BEFORE,
	A_OF_BEFORE SET("DS", "3600", NOON, "-") BOTH, "REFUSED", BESIDE},

    {"NXDOMAIN of a resolver",
	{"1234 8183 0001 0000 0001 0000 " DS_QUESTION "@14 0006 0001 00000e10 " SOA_DATA},
	A_OF_BEFORE, NULL, "no such name", RESOLVER},
    {"SERVFAIL of a resolver", {"1234 8182 0001 0000 0000 0000 " DS_QUESTION}, A_OF_BEFORE, NULL,
	"finds no answer (SERVFAIL)", RESOLVER},
    {"REFUSED by a resolver", {"1234 8185 0001 0000 0000 0000 " DS_QUESTION}, A_OF_BEFORE, NULL,
	"REFUSED", RESOLVER},
    {"an authority, and no resolver", {HAS_B}, A_OF_BEFORE, NULL, "it is no resolver", RESOLVER},
    {"truncated by a resolver", {"1234 8380 0001 0001 0000 0000 " DS_QUESTION CACHED RDATA_B},
	A_OF_BEFORE, NULL, "cuts its answer short", RESOLVER},
    {"a wrong owner from a resolver",
	{"1234 8180 0001 0001 0000 0000 " DS_QUESTION "@14 002b 0001 00000e10 " RDATA_B},
	A_OF_BEFORE, NULL, "does not say that there are none", RESOLVER},
    {"an alias from a resolver",
	{"1234 8180 0001 0001 0000 0000 " DS_QUESTION "@0c 0005 0001 00000e10 ( example.net. )"},
	A_OF_BEFORE, NULL, "an alias at the name of the zone", RESOLVER},
    {"a wrong class from a resolver",
	{"1234 8180 0001 0001 0000 0000 " DS_QUESTION "@0c 002b 0003 00000e10 " RDATA_B},
	A_OF_BEFORE, NULL, "another class", RESOLVER},
    {"a resolver that asked the child",
	{"1234 8180 0001 0000 0001 0000 " DS_QUESTION "@0c 0006 0001 00000e10 " SOA_DATA},
	A_OF_BEFORE, NULL, "answers for the zone example.org", RESOLVER},
};

static const char yaml_of_ds[] = "zones: { example.org: }\n";
static const char yaml_of_keys[] =
    "defaults: { dnssec: external }\nzones: { org: , example.org: }\n";

/* The last zone of the project gets the servers. */
static void
ask(struct diags *diags, const struct row *row, struct project_server *servers, size_t n)
{
	struct nameservers run;
	struct project project;
	struct project_zone zones[2];

	assert_int_equal(project_load(diags, "zonepp.yaml", &project), 0);
	memcpy(zones, project.zones, project.n_zones * sizeof(*zones));
	if (row->kind == KEYS_OF) {
		zones[project.n_zones - 1].servers = servers;
		zones[project.n_zones - 1].n_servers = n;
	} else {
		zones[project.n_zones - 1].parent = servers;
		zones[project.n_zones - 1].n_parent = n;
	}
	project.zones = zones;
	nameservers_begin(&run, LONG_MS, LONG_MS);
	assert_int_equal(parents_ask(diags, &project, &run, NOW), 0);
	assert_int_equal(externals_ask(diags, &project, &run, NOW), 0);
	nameservers_end(&run);
}

static void
check_state(const struct row *row)
{
	const char *wanted = row->after ? row->after : row->before;
	struct buf b = {0};
	const char *sets;

	get(&b, "zonepp.state");
	sets = strstr(b.data, "set ");
	sets = sets ? sets : "";
	if (strcmp(sets, wanted) != 0)
		fail_msg("%s:\n%snot\n%s", row->what, b.data, wanted);
	buf_free(&b);
}

static void
check_row(const struct row *row, const char *yaml)
{
	struct server servers[N_SERVERS];
	struct project_server at[N_SERVERS];
	char hosts[N_SERVERS][64];
	struct diags diags = {0};
	size_t n = 0;

	put("zonepp.yaml", yaml);
	put("zonepp.state", row->before);
	for (; n < N_SERVERS && row->answers[n]; n++) {
		servers[n] =
		    (struct server){.tcp = true, .answers = {row->answers[n]}, .n_answers = 1};
		server_start(&servers[n]);
		snprintf(hosts[n], sizeof(hosts[n]), "127.0.0.1:%u", servers[n].port);
		at[n] = (struct project_server){.text = hosts[n],
		    .host = hosts[n],
		    .port = 53,
		    .is_resolver = row->kind == RESOLVER || (row->kind == BESIDE && n == 1)};
	}
	ask(&diags, row, at, n);
	while (n > 0)
		server_stop(&servers[--n]);
	if (diags.n != (row->why ? 1 : 0) ||
	    (row->why && !strstr(diags.items[0].message, row->why)))
		fail_msg("%s: %s", row->what, diags.n ? diags.items[0].message : "nothing is said");
	assert_int_equal(diags.status, 0);
	check_state(row);
	diags_free(&diags);
}

static void
sightings(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		check_row(&rows[i], rows[i].kind == KEYS_OF ? yaml_of_keys : yaml_of_ds);
}

/* The parent may have DS records of a zone that is not signed any more, or elsewhere. */
static void
unsigned_zones(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (rows[i].kind != KEYS_OF) {
			check_row(&rows[i],
			    "defaults: { policy: p }\npolicies: { p: { sign: false } }\n"
			    "zones: { example.org: }\n");
			check_row(&rows[i], "zones: { example.org: { dnssec: external } }\n");
		}
}

/* --- What is told --- */

/* Word of one DS record tells nothing of the others, and the first one nothing of before. */
static const struct told {
	const char *what;
	const char *before, *after; /* sets of the state file; `after` NULL: the same */
	uint16_t tag;
	bool seen;
	const char *why; /* a part of what is said; NULL: nothing */
} told[] = {
    {"seen, and the only one", SET("DNSKEY", "3600", DAY_BEFORE, "-") KEYS,
	SET("DNSKEY", "3600", DAY_BEFORE, "-") KEYS DS_SET(NOON, "-") DS_15 "\n", 3613, true, NULL},
    {"seen, and perhaps another one", TWO_KEYS,
	TWO_KEYS DS_SET("-", "-") DS_8 ", " DS_15 "\n" DS_SET("-", NOON) DS_8 "\n" DS_SET(NOON, "-")
	    DS_15 "\n",
	3613, true, NULL},
    {"gone, and perhaps another one", TWO_KEYS,
	TWO_KEYS DS_SET("-", "-") DS_8 "\n" DS_SET("-", NOON) DS_15 "\n" DS_SET(NOON, "-") "-\n",
	3613, false, NULL},
    {"gone, and there was no other", SET("DNSKEY", "3600", DAY_BEFORE, "-") KEYS,
	SET("DNSKEY", "3600", DAY_BEFORE, "-") KEYS DS_SET("-", NOON) DS_15
	"\n" DS_SET(NOON, "-") "-\n",
	3613, false, NULL},
    {"seen beside what is known", TWO_KEYS DS_SET(DAY_BEFORE, "-") DS_8 "\n",
	TWO_KEYS DS_SET(DAY_BEFORE, NOON) DS_8 "\n" DS_SET(NOON, "-") DS_8 ", " DS_15 "\n", 3613,
	true, NULL},
    {"seen beside what may be",
	TWO_KEYS DS_SET(DAY_BEFORE, "-") DS_15 "\n" DS_SET("-", "-") DS_8 ", " DS_15 "\n",
	TWO_KEYS DS_SET("-", "-") DS_8 ", " DS_15 "\n" DS_SET(DAY_BEFORE, NOON) DS_15
	"\n" DS_SET(NOON, "-") DS_8 ", " DS_15 "\n",
	9, true, NULL},
    {"gone from what may be",
	TWO_KEYS DS_SET(DAY_BEFORE, "-") DS_15 "\n" DS_SET("-", "-") DS_8 ", " DS_15 "\n",
	TWO_KEYS DS_SET("-", NOON) DS_8 ", " DS_15 "\n" DS_SET(DAY_BEFORE, "-") DS_15 "\n", 9,
	false, NULL},
    {"gone where servers differ",
	TWO_KEYS DS_SET(DAY_BEFORE, "-") DS_15 "\n" DS_SET(DAY_BEFORE, "-") DS_8 "\n",
	TWO_KEYS DS_SET(DAY_BEFORE, "-") DS_8 "\n" DS_SET(DAY_BEFORE, NOON) DS_15
	"\n" DS_SET(NOON, "-") "-\n",
	3613, false, NULL},
    {"seen with another digest", TWO_KEYS DS_SET(DAY_BEFORE, "-") DS_384 "\n", NULL, 9, true, NULL},
    {"seen where there was none", SET("DS", "300", DAY_BEFORE, "-") "-\n" TWO_KEYS,
	TWO_KEYS SET("DS", "300", DAY_BEFORE, NOON) "-\n" DS_SET(NOON, "-") DS_8 "\n", 9, true,
	NULL},
    {"seen, of no key", TWO_KEYS, NULL, 12345, true, "no key signing key 12345"},
    {"gone, of no key", TWO_KEYS, NULL, 12345, false, "no key signing key 12345"},
    {"gone, of a key that is not ours", TWO_KEYS DS_SET(DAY_BEFORE, "-") "1 15 2 " AA32 "\n",
	TWO_KEYS DS_SET(DAY_BEFORE, NOON) "1 15 2 " AA32 "\n" DS_SET(NOON, "-") "-\n", 1, false,
	NULL},
};

static void
check_state_is(const char *what, const char *wanted)
{
	const struct row row = {.what = what, .before = wanted};

	check_state(&row);
}

static void
single_words(void **state)
{
	(void)state;
	put("zonepp.yaml", yaml_of_ds);
	for (size_t i = 0; i < LENGTH(told); i++) {
		struct diags diags = {0};
		struct project project;
		struct keys none = {0};

		put("zonepp.state", told[i].before);
		assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
		assert_int_equal(parent_tell(&diags, &project, project.zones, &none, told[i].tag,
				     told[i].seen, NOW),
		    told[i].why ? -1 : 0);
		if (told[i].why)
			assert_non_null(strstr(diags.items[0].message, told[i].why));
		check_state_is(told[i].what, told[i].after ? told[i].after : told[i].before);
		diags_free(&diags);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sightings),
	    cmocka_unit_test(unsigned_zones), cmocka_unit_test(single_words)};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}
