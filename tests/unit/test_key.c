#define _GNU_SOURCE
#include "key_fixture.h"

#include "dnssec/key.h"
#include "dnssec/keyfile.h"
#include "dnssec/token_uri.h"

#include <fcntl.h>
#include <ldns/ldns.h>

#define NOW 1795435200 /* 2026-11-23T12:00:00Z */

/* A folder of keys and what was loaded from it. */
struct fixture {
	char folder[64];
	struct arena a;
	struct diags diags;
	struct keys keys;
};

static void
begin(struct fixture *f)
{
	static int8_t severities[N_PROBLEMS];

	for (int i = 0; i < N_PROBLEMS; i++)
		severities[i] = (int8_t)problem_table[i].severity;
	severities[S_KEY_UNTOLD] = SEVERITY_OFF; /* most .key files here state no dates */
	*f = (struct fixture){.diags.severities = severities};
	fixture_folder(f->folder);
}

static int
load(struct fixture *f, const char *zone)
{
	struct name name = fixture_name(zone);

	return keys_load_folder(&f->a, &f->diags, f->folder, &name, NOW, &f->keys);
}

static void
end(struct fixture *f)
{
	fixture_remove(f->folder);
	arena_free(&f->a);
	diags_free(&f->diags);
}

/* Runs a command in the folder. */
static void
run(const struct fixture *f, const char *command, const char *arguments)
{
	char line[400];

	snprintf(
	    line, sizeof(line), "cd %s && %s %s >/dev/null 2>&1", f->folder, command, arguments);
	assert_int_equal(system(line), 0);
}

static bool
have(const char *program)
{
	char line[100];

	snprintf(line, sizeof(line), "command -v %s >/dev/null 2>&1", program);
	return system(line) == 0;
}

/* The DNSKEY of a .key file as ldns reads it: the same RDATA, the same tag. */
static void
assert_ldns_agrees(const struct key *key)
{
	char path[300];
	ldns_rr *rr = NULL;
	ldns_buffer *buffer = ldns_buffer_new(4096);
	FILE *file;

	snprintf(path, sizeof(path), "%s.key", key->path);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(ldns_rr_new_frm_fp(&rr, file, NULL, NULL, NULL), LDNS_STATUS_OK);
	fclose(file);
	assert_int_equal(ldns_calc_keytag(rr), key->tag);
	ldns_rr_rdata2buffer_wire(buffer, rr);
	assert_int_equal(ldns_buffer_position(buffer), key->dnskey.len);
	assert_memory_equal(ldns_buffer_begin(buffer), key->dnskey.data, key->dnskey.len);
	ldns_buffer_free(buffer);
	ldns_rr_free(rr);
}

static const char *const algorithms[] = {
    "RSASHA256", "RSASHA512", "ECDSAP256SHA256", "ECDSAP384SHA384", "ED25519", "ED448"};

static void
generated(const char *program, const char *command)
{
	struct fixture f;
	char arguments[64];

	if (!have(program)) {
		print_message("# no %s here\n", program);
		skip();
	}
	begin(&f);
	for (size_t i = 0; i < LENGTH(algorithms); i++) {
		snprintf(arguments, sizeof(arguments), "%s example.org", algorithms[i]);
		run(&f, command, arguments);
	}
	assert_int_equal(load(&f, "Example.ORG."), 0);
	assert_int_equal(keys_roles(&f.diags, f.folder, &f.keys), 0);
	assert_int_equal(f.diags.n, 0);
	assert_int_equal(f.keys.n, LENGTH(algorithms));
	for (size_t i = 0; i < f.keys.n; i++) {
		struct key *key = &f.keys.items[i];

		assert_string_equal(key->algorithm->name, algorithms[i]);
		assert_true(key->published && key->active && key->is_ksk && key->pkey);
		assert_true(key->signs_keys && key->signs_zone);
		assert_ldns_agrees(key);
	}
	end(&f);
}

static void
by_dnssec_keygen(void **state)
{
	(void)state;
	generated("dnssec-keygen", "dnssec-keygen -q -f KSK -P 20200101 -A 20200101 -a");
}

static void
by_ldns_keygen(void **state)
{
	(void)state;
	generated("ldns-keygen", "ldns-keygen -k -b 2048 -a");
}

/* Names that need escapes in file names, as BIND and ldns write them. */
static void
escaped_zones(void **state)
{
	static const struct {
		const char *zone, *argument;
	} rows[] = {
	    {"0/25.2.0.192.in-addr.arpa.", "0/25.2.0.192.in-addr.arpa"},
	    {"a\\.b.x\\;_\\$.example.", "'a\\.b.x\\;_\\$.Example'"},
	    {".", "."},
	    {"\\000\\255.example.", "'\\000\\255.example'"},
	};
	struct fixture f;

	(void)state;
	if (!have("dnssec-keygen"))
		skip();
	begin(&f);
	for (size_t i = 0; i < LENGTH(rows); i++)
		run(&f, "dnssec-keygen -q -f KSK -P 20200101 -A 20200101 -a 13", rows[i].argument);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (load(&f, rows[i].zone) < 0)
			fail_msg("%s: %s", rows[i].zone, f.diags.items[0].message);
		assert_int_equal(f.keys.n, 1);
	}
	assert_int_equal(load(&f, "example."), 0);
	assert_int_equal(f.keys.n, 0);
	end(&f);
}

static void
file_names(void **state)
{
	static const struct {
		const char *text, *zone; /* NULL: refused */
		unsigned algorithm, tag;
	} rows[] = {
	    {"Kexample.org.+013+00042", "example.org.", 13, 42},
	    {"K.+008+65535", ".", 8, 65535},
	    {"Ka%2Fb.example.+015+00001", "a/b.example.", 15, 1},
	    {"Ka%2fb.example.+015+00001", "a/b.example.", 15, 1},
	    {"Ka\\.b.+015+00001", "a\\.b.", 15, 1},
	    {"K100%.example.+015+00001", "100%.example.", 15, 1},
	    {"Ka+b.example.+015+00001", "a+b.example.", 15, 1},
	    {"Kexample.org+013+00042", NULL, 0, 0},
	    {"kexample.org.+013+00042", NULL, 0, 0},
	    {"Kexample.org.+13+00042", NULL, 0, 0},
	    {"Kexample.org.+256+00042", NULL, 0, 0},
	    {"Kexample.org.+013+65536", NULL, 0, 0},
	    {"Kexample.org.+013+0042", NULL, 0, 0},
	    {"K+013+00042", NULL, 0, 0},
	    {"+013+00042", NULL, 0, 0},
	    {"Ka..b.+013+00042", NULL, 0, 0},
	    {"", NULL, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct keyfile_name name;
		struct name zone;

		if (keyfile_name(text_of(rows[i].text), &name) < 0) {
			if (rows[i].zone)
				fail_msg("%s was refused", rows[i].text);
			continue;
		}
		if (!rows[i].zone)
			fail_msg("%s was taken", rows[i].text);
		zone = fixture_name(rows[i].zone);
		assert_true(name_equal(name.zone.wire, zone.wire));
		assert_int_equal(name.algorithm, rows[i].algorithm);
		assert_int_equal(name.tag, rows[i].tag);
	}
}

/* RFC 6605 section 6.1, on which all faults below are made. */
static const struct key_vector *const p256 = &key_vectors[2];

#define BASE "Kexample.net.+013+55648"
#define PUBLIC                                                                                     \
	"GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA=="
#define KEY "example.net. IN DNSKEY 257 3 13 " PUBLIC "\n"
#define HEAD "Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\n"
#define SECRET "PrivateKey: GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=\n"
#define GOOD HEAD SECRET

static void
publication(void **state)
{
	static const struct {
		const char *dates;
		bool published, active;
		int64_t next;
	} rows[] = {
	    {"", true, true, KEY_NO_TIME},
	    {"Created: 20200101000000\n", false, false, KEY_NO_TIME}, /* dnssec-keygen -G */
	    {"Created: 20300101000000\n", false, false, KEY_NO_TIME},
	    {"Created: 20200101000000\nDelete: 20261123120001\n", false, false, NOW + 1},
	    {"Publish: 20261123120000\n", true, false, KEY_NO_TIME}, /* stands by */
	    {"Publish: 20261123120001\n", false, false, NOW + 1},
	    {"Created: 20200101000000\nPublish: 20261123120000\n", true, false, KEY_NO_TIME},
	    {"Created: 20200101000000\nActivate: 20261123120000\n", true, true, KEY_NO_TIME},
	    {"Created: 20200101000000\nActivate: 20261123120001\n", true, false, NOW + 1},
	    {"Publish: 20261123120001\nActivate: 20261123120000\n", false, true, NOW + 1},
	    {"Activate: 20261123120000\n", true, true, KEY_NO_TIME},
	    {"Activate: 20261123120001\n", true, false, NOW + 1},
	    {"Inactive: 20261123120000\n", true, false, KEY_NO_TIME},
	    {"Inactive: 20261123120001\n", true, true, NOW + 1},
	    {"Delete: 20261123120000\n", false, false, KEY_NO_TIME},
	    {"Delete: 20261123120001\n", true, true, NOW + 1},
	    {"Inactive: 20261123120009\nDelete: 20261123120000\n", false, true, NOW + 9},
	    {"Inactive: 20261123120000\nDelete: 20261123120009\n", true, false, NOW + 9},
	    {"Delete: 20261123120009\nInactive: 20261123120003\nActivate: 20200101000000\n", true,
		true, NOW + 3},
	    {"SyncPublish: 20261123120002\n", true, true, NOW + 2},
	    {"activate: 20261123120001\r\n", true, false, NOW + 1},
	    {"Successor: 1234\nLifetime: 0\nDSPublish: 20261123120001\n", true, true, KEY_NO_TIME},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fixture f;
		const struct key *key;
		char base[128];

		begin(&f);
		fixture_vector(f.folder, p256, rows[i].dates, base);
		assert_int_equal(load(&f, "example.net."), 0);
		assert_int_equal(f.keys.n, 1);
		key = &f.keys.items[0];
		if (key->published != rows[i].published || key->active != rows[i].active ||
		    key->next_event != rows[i].next)
			fail_msg("%s: published %d, active %d, next %lld", rows[i].dates,
			    key->published, key->active, (long long)key->next_event);
		assert_int_equal(key->ttl_s, 3600);
		end(&f);
	}
}

/* Without a .private file the dates are those of the .key file's comments. */
static void
dates_of_comments(void **state)
{
	static const char key[] = "; This is a key-signing key, keyid 55648, for example.net.\n"
				  "; Activate: 20300101000000 (Tue Jan  1 00:00:00 2030)\n"
				  "; Delete: 20310101000000 (Wed Jan  1 00:00:00 2031)\n" KEY;
	struct fixture f;

	(void)state;
	begin(&f);
	fixture_write(f.folder, BASE ".key", key, 0644);
	assert_int_equal(load(&f, "example.net."), 0);
	assert_null(f.keys.items[0].pkey);
	assert_true(f.keys.items[0].published);
	assert_false(f.keys.items[0].active);
	assert_int_equal(f.keys.items[0].time[KEY_ACTIVATE], 1893456000);
	assert_int_equal(f.keys.items[0].time[KEY_DELETE], 1924992000);
	end(&f);
}

/* Comments that state other dates than the .private file; none contradict nothing. */
static void
contradicting_dates(void **state)
{
	static const struct {
		const char *comments, *dates;
		const char *message; /* what it holds; NULL: no problem */
	} rows[] = {
	    {"", "Activate: 20200101000000\n", NULL},
	    {"; Created: 20200101000000\n", "Publish: 20200101000000\n", NULL},
	    {"; Created: 20210101000000\n; Publish: 20200101000000\n",
		"Created: 20200101000000\nPublish: 20200101000000\n", NULL},
	    {"; Publish: 20200101000000 (Wed Jan  1 00:00:00 2020)\n", "Publish: 20200101000001\n",
		"the key 55648 differ from those in the comments of its .key file: "
		"Publish (2020-01-01T00:00:01Z here, 2020-01-01T00:00:00Z there)"},
	    {"; Delete: 20300101000000\n", "Inactive: 20290101000000\n",
		": Inactive (2029-01-01T00:00:00Z here, none there), "
		"Delete (none here, 2030-01-01T00:00:00Z there)"},
	    {"; Publish: 20200101000000\n", "", "Publish (none here, "},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fixture f;
		char text[1000];
		int result;

		begin(&f);
		snprintf(text, sizeof(text), "%s%s", rows[i].comments, KEY);
		fixture_write(f.folder, BASE ".key", text, 0644);
		snprintf(text, sizeof(text), "%s%s", GOOD, rows[i].dates);
		fixture_write(f.folder, BASE ".private", text, 0600);
		result = load(&f, "example.net.");
		assert_int_equal(f.diags.n, rows[i].message != NULL);
		assert_int_equal(result, rows[i].message ? -1 : 0);
		assert_int_equal(f.keys.n, rows[i].message == NULL);
		if (!rows[i].message)
			assert_memory_equal(f.keys.items[0].path, f.folder, strlen(f.folder));
		else if (f.diags.items[0].problem != S_KEY_TIMES ||
			 !strstr(f.diags.items[0].message, rows[i].message))
			fail_msg("row %zu: %s", i, f.diags.items[0].message);
		end(&f);
	}
}

/* A .private file that was left behind, or whose .key file was lost. */
static void
lone_private(void **state)
{
	static const struct {
		const char *dates;
		int result;
	} rows[] = {
	    {"", -1},
	    {"Publish: 20300101000000\n", -1},
	    {"Delete: 20261123120001\n", -1},
	    {"Delete: 20261123120000\n", 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fixture f;
		char text[1000];

		begin(&f);
		snprintf(text, sizeof(text), "%s%s", GOOD, rows[i].dates);
		fixture_write(f.folder, BASE ".private", text, 0600);
		assert_int_equal(load(&f, "example.net."), rows[i].result);
		assert_int_equal(f.keys.n, 0);
		assert_int_equal(f.diags.n, rows[i].result < 0);
		if (rows[i].result < 0) {
			assert_int_equal(f.diags.items[0].problem, S_KEY_LONE);
			assert_non_null(strstr(f.diags.items[0].message, "the key 55648 has "));
		}
		end(&f);
	}
}

/* Files of one key: dnssec-revoke leaves the old ones beside the new ones; others are copies. */
static void
twins(void **state)
{
	static const struct {
		const char *base, *flags, *dates; /* of the second; the first is BASE */
		const char *first_dates;
		int problem, result;
		size_t n;
		uint16_t tag;
	} rows[] = {
	    {"Kexample.net.+013+55776", "385", "", "", S_KEY_TWIN, 0, 1, 55776},
	    {"Kexample.net.+013+55776", "385", "Delete: 20260101000000\n", "", S_KEY_TWIN, 0, 1,
		55776}, /* it must not come back */
	    {"Kexample.net.+013+55776", "385", "Revoke: 20260101000000\n",
		"Revoke: 20260101000000\n", S_KEY_TWIN, 0, 1, 55776},
	    {"KEXAMPLE.net.+013+55648", "257", "", "", -1, 0, 1, 55648},
	    {"KEXAMPLE.net.+013+55648", "257", "Delete: 20300101000000\n", "", S_KEY_TIMES, -1, 1,
		55648},
	    {"Kexample.net.+013+55647", "256", "", "", -1, 0, 2, 55647},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fixture f;
		char file[80], text[1000];

		begin(&f);
		fixture_write(f.folder, BASE ".key", KEY, 0644);
		snprintf(text, sizeof(text), GOOD "%s", rows[i].first_dates);
		fixture_write(f.folder, BASE ".private", text, 0600);
		snprintf(file, sizeof(file), "%s.key", rows[i].base);
		snprintf(text, sizeof(text), "example.net. IN DNSKEY %s 3 13 " PUBLIC "\n",
		    rows[i].flags);
		fixture_write(f.folder, file, text, 0644);
		snprintf(file, sizeof(file), "%s.private", rows[i].base);
		snprintf(text, sizeof(text), GOOD "%s", rows[i].dates);
		fixture_write(f.folder, file, text, 0600);
		if (load(&f, "example.net.") != rows[i].result || f.keys.n != rows[i].n ||
		    f.diags.n != (rows[i].problem >= 0) ||
		    (f.diags.n && (int)f.diags.items[0].problem != rows[i].problem))
			fail_msg("row %zu: %zu keys, %zu problems, %s", i, f.keys.n, f.diags.n,
			    f.diags.n ? f.diags.items[0].message : "");
		assert_int_equal(f.keys.items[0].tag, rows[i].tag);
		end(&f);
	}
}

/* Two keys that validators take for one: unless one of them is parked or has left. */
static void
one_tag(void **state)
{
	static const struct {
		const char *dates;
		int result;
	} rows[] = {{"\n", -1}, {"Publish: 20300101000000\n", -1}, {"Created: 20200101000000\n", 0},
	    {"Delete: 20261123120000\n", 0}};
	/* Of the same 16-bit words, which are what a tag sums up. */
	static const char *const moduli[] = {"AwEAAYAAAAE=", "AwEAAYABAAA="};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fixture f;
		struct keyfile_public public_key;
		const char *paths[3] = {0};
		struct name zone = fixture_name("example.net.");
		char key[200], folder[100], file[64];

		begin(&f);
		for (size_t k = 0; k < 2; k++) {
			snprintf(key, sizeof(key), "; %sexample.net. IN DNSKEY 257 3 8 %s\n",
			    k ? rows[i].dates : "\n", moduli[k]);
			assert_int_equal(
			    keyfile_public(&f.diags, "key", text_of(key), &public_key), 0);
			snprintf(file, sizeof(file), "Kexample.net.+008+%05u",
			    key_tag((struct bytes){public_key.rdata, public_key.rdata_len}));
			snprintf(folder, sizeof(folder), "%s/%zu", f.folder, k);
			assert_int_equal(mkdir(folder, 0700), 0);
			paths[k] = arena_printf(&f.a, "%s/%s", folder, file);
			fixture_write(folder, arena_printf(&f.a, "%s.key", file), key, 0644);
		}
		assert_string_equal(strrchr(paths[0], '/'), strrchr(paths[1], '/'));
		assert_int_equal(
		    keys_load_files(&f.a, &f.diags, paths, &zone, NOW, &f.keys), rows[i].result);
		assert_int_equal(f.keys.n, 2);
		if (rows[i].result < 0) {
			const struct diag *last = &f.diags.items[f.diags.n - 1];

			assert_int_equal(last->problem, S_KEY_TAGS);
			assert_non_null(strstr(last->message, paths[0]));
		}
		for (size_t k = 0; k < 2; k++) {
			snprintf(folder, sizeof(folder), "%s/%zu", f.folder, k);
			fixture_remove(folder);
		}
		end(&f);
	}
}

/* RFC 5011 section 2.1: the bit is part of the tag. */
static void
revoked(void **state)
{
	struct fixture f;
	char base[128];

	(void)state;
	begin(&f);
	fixture_vector(f.folder, p256, "Revoke: 20261123120000\n", base);
	assert_int_equal(load(&f, "example.net."), 0);
	assert_int_equal(f.keys.items[0].flags, 257 | KEY_FLAG_REVOKE);
	assert_int_equal(f.keys.items[0].dnskey.data[1], 0x81);
	assert_int_equal(f.keys.items[0].tag, 55648 + 128);
	assert_true(f.keys.items[0].revoked && f.keys.items[0].is_ksk);
	assert_int_equal(keys_roles(&f.diags, "keys", &f.keys), -1);
	end(&f);

	begin(&f);
	fixture_write(f.folder, "Kexample.net.+013+55776.key",
	    "example.net. IN DNSKEY 385 3 13 " PUBLIC "\n", 0644);
	fixture_write(f.folder, "Kexample.net.+013+55776.private", GOOD, 0600);
	assert_int_equal(load(&f, "example.net."), 0);
	assert_int_equal(f.keys.items[0].tag, 55776);
	assert_true(f.keys.items[0].revoked);
	end(&f);
}

static void
record_forms(void **state)
{
	static const char *const forms[] = {
	    KEY,
	    "example.net. 3600 IN DNSKEY 257 3 13 " PUBLIC,
	    "EXAMPLE.net.\tin\t1\tdnskey\t257\t3\t13\t" PUBLIC "\r\n",
	    "example.net. DNSKEY 257 3 13 " PUBLIC " ;{id = 55648 (ksk), size = 256b}\n",
	    "\n\n; a comment\n  \n" KEY "\n; behind\n",
	    "example.net. IN DNSKEY 257 3 13 (\n"
	    "\tGojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edb ; first\n"
	    "\tkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA== ) ; KSK\n",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(forms); i++) {
		struct fixture f;

		begin(&f);
		fixture_write(f.folder, BASE ".key", forms[i], 0644);
		fixture_write(f.folder, BASE ".private", GOOD, 0600);
		if (load(&f, "example.net.") < 0)
			fail_msg("%s%s", forms[i], f.diags.items[0].message);
		assert_int_equal(f.keys.n, 1);
		assert_int_equal(f.diags.n, 0);
		end(&f);
	}
}

/* As editors of other systems leave the files, and git with core.autocrlf. */
static void
carriage_returns(void **state)
{
	struct fixture f;
	const struct key *key;

	(void)state;
	begin(&f);
	fixture_write(f.folder, BASE ".key",
	    "; This is a key-signing key, keyid 55648, for example.net.\r\n\r\n"
	    "; Publish: 20260101000000 (Thu Jan  1 00:00:00 2026)\r\n"
	    "; Activate: 20270101000000 (Fri Jan  1 00:00:00 2027)\r\n"
	    "example.net. 3600 IN DNSKEY 257 3 13 (\r\n " PUBLIC " )\r\n",
	    0644);
	fixture_write(f.folder, BASE ".private",
	    "Private-key-format: v1.3\r\nAlgorithm: 13 (ECDSAP256SHA256)\r\n"
	    "PrivateKey: GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=\r\n"
	    "Publish: 20260101000000\r\nActivate: 20270101000000\r\n\r\n",
	    0600);
	assert_int_equal(load(&f, "example.net."), 0);
	assert_int_equal(f.diags.n, 0);
	assert_int_equal(f.keys.n, 1);
	key = &f.keys.items[0];
	assert_true(key->published && !key->active && key->pkey);
	assert_int_equal(key->ttl_s, 3600);
	end(&f);
}

/* What other tools leave behind, as they write it. */
static void
parked_and_standby(void **state)
{
	static const struct {
		const char *command;
		bool published, active;
	} rows[] = {
	    {"dnssec-keygen -q -a 13 -G", false, false},
	    {"dnssec-keygen -q -a 13 -P 20200101 -A none", true, false},
	    {"dnssec-keygen -q -a 13 -P none -A 20200101", true, true},
	    {"dnssec-keygen -q -a 13 -C", true, true},
	    {"ldns-keygen -a ECDSAP256SHA256", true, true},
	};

	(void)state;
	if (!have("dnssec-keygen") || !have("ldns-keygen"))
		skip();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fixture f;

		begin(&f);
		run(&f, rows[i].command, "example.net");
		assert_int_equal(load(&f, "example.net."), 0);
		assert_int_equal(f.diags.n, 0);
		assert_int_equal(f.keys.n, 1);
		if (f.keys.items[0].published != rows[i].published ||
		    f.keys.items[0].active != rows[i].active)
			fail_msg("%s", rows[i].command);
		end(&f);
	}
}

static void
by_dnssec_revoke(void **state)
{
	struct fixture f;

	(void)state;
	if (!have("dnssec-revoke"))
		skip();
	begin(&f);
	run(&f, "dnssec-keygen -q -a 13 -f KSK -P 20200101 -A 20200101", "example.net");
	run(&f, "dnssec-revoke", "Kexample.net.*.key");
	assert_int_equal(load(&f, "example.net."), 0);
	assert_int_equal(f.diags.n, 1);
	assert_int_equal(f.diags.items[0].problem, S_KEY_TWIN);
	assert_int_equal(f.keys.n, 1);
	assert_int_equal(f.keys.items[0].flags, 385);
	end(&f);
}

static void
faults(void **state)
{
	static const struct {
		const char *base, *key, *private_key;
		enum problem problem;
	} rows[] = {
	    {BASE, "", GOOD, S_KEY_FILE},
	    {BASE, "; nothing\n", GOOD, S_KEY_FILE},
	    {BASE, KEY KEY, GOOD, S_KEY_FILE},
	    {BASE, "example.org. IN DNSKEY 257 3 13 " PUBLIC "\n", GOOD, S_KEY_FILE},
	    {BASE, "www.example.net. IN DNSKEY 257 3 13 " PUBLIC "\n", GOOD, S_KEY_FILE},
	    {BASE, "example.net IN DNSKEY 257 3 13 " PUBLIC "\n", GOOD, S_KEY_FILE},
	    {BASE, "example.net. IN DS 257 3 13 " PUBLIC "\n", GOOD, S_KEY_FILE},
	    {BASE, "example.net. IN DNSKEY 0 3 13 " PUBLIC "\n", GOOD, S_KEY_FILE},
	    {BASE, "example.net. IN DNSKEY 1 3 13 " PUBLIC "\n", GOOD, S_KEY_FILE},
	    {BASE, "example.net. IN DNSKEY 513 3 13 " PUBLIC "\n", GOOD, S_KEY_FILE},
	    {BASE, "example.net. IN DNSKEY 65793 3 13 " PUBLIC "\n", GOOD, S_KEY_FILE},
	    {BASE, "example.net. IN DNSKEY 257 2 13 " PUBLIC "\n", GOOD, S_KEY_FILE},
	    {BASE, "example.net. IN DNSKEY 257 3 14 " PUBLIC "\n", GOOD, S_KEY_FILE},
	    {BASE, "example.net. IN DNSKEY 256 3 13 " PUBLIC "\n", GOOD, S_KEY_FILE}, /* tag */
	    {BASE, "example.net. IN DNSKEY 257 3 13 !!!!\n", GOOD, S_KEY_FILE},
	    {BASE, "example.net. IN DNSKEY 257 3 13\n", GOOD, S_KEY_FILE},
	    {BASE, "example.net. IN DNSKEY 257 3 13 ( " PUBLIC "\n", GOOD, S_KEY_FILE},
	    {BASE, "; Delete: tomorrow\n" KEY, GOOD, S_KEY_FILE},
	    {"Kexample.net.+013+55649", KEY, GOOD, S_KEY_FILE},
	    {"Kexample.net.+015+55648", KEY, GOOD, S_KEY_FILE},
	    {BASE, NULL, GOOD, S_KEY_LONE},
	    {BASE, KEY, "", S_KEY_FILE},
	    {BASE, KEY, "PrivateKey: x\n", S_KEY_FILE},
	    {BASE, KEY, "Private-key-format: v2.0\nAlgorithm: 13\n" SECRET, S_KEY_FILE},
	    {BASE, KEY, HEAD, S_KEY_FILE},
	    {BASE, KEY, HEAD "PrivateKey: not base64\n", S_KEY_FILE},
	    {BASE, KEY, HEAD "PrivateKey:\n", S_KEY_FILE},
	    {BASE, KEY, HEAD "gibberish\n", S_KEY_FILE},
	    {BASE, KEY, "Private-key-format: v1.3\n" SECRET, S_KEY_FILE},
	    {BASE, KEY, "Private-key-format: v1.3\nAlgorithm: ECDSA\n" SECRET, S_KEY_FILE},
	    {BASE, KEY, "Private-key-format: v1.3\nAlgorithm: 15\n" SECRET, S_KEY_MISMATCH},
	    {BASE, KEY, HEAD "Engine: cGtjczExAA==\n", S_KEY_FILE},
	    {BASE, KEY, HEAD "Label: not base64\n", S_KEY_FILE},
	    {BASE, KEY, HEAD "Label:\n", S_KEY_FILE},
	    {BASE, KEY, HEAD "Label: cGtjczExOm9iamVjdD14P3Bpbi12YWx1ZT1HVTZT\n",
		S_KEY_FILE},                                               /* pin-value=GU6S */
	    {BASE, KEY, HEAD "Label: cGtjczExOnRva2VuPXgA\n", S_KEY_FILE}, /* without an object */
	    {BASE, KEY, GOOD "Delete: 2026\n", S_KEY_FILE},
	    {BASE, KEY, GOOD "Delete: 20261323120000\n", S_KEY_FILE},
	    {BASE, KEY, HEAD "PrivateKey: GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mU=\n",
		S_KEY_MISMATCH},
	    {BASE, KEY, HEAD "PrivateKey: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		S_KEY_MISMATCH},
	    {BASE, KEY, HEAD "PrivateKey: AQ==\n", S_KEY_MISMATCH},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fixture f;
		char file[80];

		begin(&f);
		snprintf(file, sizeof(file), "%s.key", rows[i].base);
		if (rows[i].key)
			fixture_write(f.folder, file, rows[i].key, 0644);
		snprintf(file, sizeof(file), "%s.private", rows[i].base);
		fixture_write(f.folder, file, rows[i].private_key, 0600);
		if (load(&f, "example.net.") != -1 || f.diags.n != 1 || f.keys.n != 0 ||
		    f.diags.items[0].problem != rows[i].problem)
			fail_msg("row %zu: %zu problems, the first %s", i, f.diags.n,
			    f.diags.n ? f.diags.items[0].message : "none");
		if (strstr(f.diags.items[0].message, "GU6S"))
			fail_msg("row %zu tells the key: %s", i, f.diags.items[0].message);
		end(&f);
	}
}

/* A private key on a token: where it is, is read, and nothing asked of it. */
static void
on_token(void **state)
{
	static const char *const labels[] = {
	    "cGtjczExOnRva2VuPXpvbmVzO29iamVjdD14O3Bpbi1zb3VyY2U9L3BpbgA=", /* with an octet 0
									       behind it, as BIND
									       writes it */
	    "cGtjczExOnRva2VuPXpvbmVzO29iamVjdD14P3Bpbi1zb3VyY2U9ZmlsZTovcGlu",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(labels); i++) {
		struct fixture f;
		char text[300];

		begin(&f);
		fixture_write(f.folder, BASE ".key", KEY, 0644);
		snprintf(text, sizeof(text), HEAD "Engine: cGtjczExAA==\nLabel: %s\n", labels[i]);
		fixture_write(f.folder, BASE ".private", text, 0600);
		assert_int_equal(load(&f, "example.net."), 0);
		assert_int_equal(f.keys.n, 1);
		assert_true(f.keys.items[0].at_hand);
		assert_null(f.keys.items[0].pkey);
		assert_false(key_can_sign(&f.keys.items[0]));
		assert_string_equal(f.keys.items[0].uri->token, "zones");
		assert_string_equal(f.keys.items[0].uri->object, "x");
		assert_string_equal(f.keys.items[0].uri->pin_path, "/pin");
		end(&f);
	}
}

/* A file of zeros, or with one in it, is malformed and no more. */
static void
nul_octets(void **state)
{
	static const char zeros[64] = {0}, inside[] = "example.net. IN DNSKEY \0 3 13 AA==";
	struct keyfile_public public_key;
	struct keyfile_private private_key;
	struct diags diags = {0};
	struct text texts[] = {{zeros, sizeof(zeros)}, {inside, sizeof(inside)}};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		assert_int_equal(keyfile_public(&diags, "key", texts[i], &public_key), -1);
		assert_int_equal(keyfile_private(&diags, "key", texts[i], &private_key), -1);
	}
	assert_int_equal(diags.n, 4);
	diags_free(&diags);
}

/* RSA keys whose parts do not belong together: OpenSSL would sign, and nobody could verify. */
static void
rsa_faults(void **state)
{
	static const char *const fields[] = {
	    "Modulus: ", "PublicExponent: ", "PrivateExponent: ", "Prime1: ", "Prime2: "};
	const struct key_vector *v = &key_vectors[0];

	(void)state;
	for (size_t i = 0; i < LENGTH(fields); i++) {
		struct fixture f;
		char changed[2000], base[128];
		struct key_vector bad = *v;
		char *at;

		strcpy(changed, v->private_key);
		at = strstr(changed, fields[i]) + strlen(fields[i]) + 1;
		*at = *at == 'B' ? 'C' : 'B';
		bad.private_key = changed;
		begin(&f);
		fixture_vector(f.folder, &bad, "", base);
		assert_int_equal(load(&f, v->zone), -1);
		assert_int_equal(f.diags.n, 1);
		assert_int_equal(f.diags.items[0].problem, S_KEY_MISMATCH);
		end(&f);
	}
}

static void
advice(void **state)
{
	struct fixture f;
	char base[128];

	(void)state;
	begin(&f);
	fixture_vector(f.folder, &key_vectors[0], "", base);
	fixture_write(f.folder, BASE ".key", KEY, 0644);
	fixture_write(f.folder, BASE ".private", GOOD, 0640);
	assert_int_equal(load(&f, "example.net."), 0);
	assert_int_equal(f.diags.n, 2);
	assert_int_equal(f.diags.items[0].problem, S_RSA_SHORT);
	assert_int_equal(f.diags.items[1].problem, S_KEY_MODE);
	assert_int_equal(f.diags.status, 0);
	end(&f);
}

/* Algorithms that are refused, unless the key has left the zone. */
static void
refused_algorithms(void **state)
{
	static const struct {
		unsigned algorithm, tag;
		const char *dates;
		int result;
	} rows[] = {
	    {1, 55636, "", -1},
	    {3, 55638, "", -1},
	    {5, 55640, "", -1},
	    {6, 55641, "", -1},
	    {7, 55642, "", -1},
	    {12, 55647, "", -1},
	    {253, 55888, "", -1},
	    {5, 55640, "Publish: 20300101000000\n", -1},
	    {5, 55640, "Inactive: 20200101000000\n", -1},
	    {5, 55640, "Delete: 20200101000000\n", 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fixture f;
		struct key_vector v = *p256;
		char base[128];

		v.algorithm = (uint8_t)rows[i].algorithm;
		v.tag = (uint16_t)rows[i].tag;
		begin(&f);
		fixture_vector(f.folder, &v, rows[i].dates, base);
		if (load(&f, "example.net.") != rows[i].result)
			fail_msg("row %zu: %s", i, f.diags.n ? f.diags.items[0].message : "taken");
		assert_int_equal(f.keys.n, 0);
		assert_int_equal(f.diags.n, rows[i].result < 0);
		if (rows[i].result < 0)
			assert_int_equal(f.diags.items[0].problem, S_ALGORITHM);
		end(&f);
	}
}

/* By algorithm and tag, however they come; other zones' keys and other files are passed over; all
 * problems are told. */
static void
order(void **state)
{
	struct name zone = fixture_name("EXAMPLE.net.");
	struct fixture f;
	char base[LENGTH(key_vectors)][128];
	const char *paths[] = {base[3], base[2], base[1], base[0], base[2], NULL};

	(void)state;
	begin(&f);
	for (size_t i = LENGTH(key_vectors); i-- > 0;)
		fixture_vector(f.folder, &key_vectors[i], "", base[i]);
	fixture_write(f.folder, "Kexample.net.+013+55648.state", "x", 0644);
	fixture_write(f.folder, "K.key", "x", 0644);
	fixture_write(f.folder, "README", "x", 0644);
	assert_int_equal(load(&f, "example.net."), 0);
	assert_int_equal(f.keys.n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(f.keys.items[i].tag, key_vectors[i].tag);

	strcat(base[0], ".key");
	strcat(base[1], ".private");
	assert_int_equal(keys_load_files(&f.a, &f.diags, paths, &zone, NOW, &f.keys), 0);
	assert_int_equal(f.keys.n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(f.keys.items[i].tag, key_vectors[i].tag);

	paths[1] = base[4]; /* of another zone */
	paths[2] = "/nonexistent/Kexample.net.+013+00001";
	paths[3] = "/nonexistent/key.pem";
	diags_free(&f.diags);
	assert_int_equal(keys_load_files(&f.a, &f.diags, paths, &zone, NOW, &f.keys), -1);
	assert_int_equal(f.diags.n, 3);
	assert_int_equal(f.keys.n, 2);
	end(&f);
}

static void
no_folder(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	fixture_remove(f.folder);
	assert_int_equal(load(&f, "example.net."), -1);
	assert_int_equal(f.diags.items[0].problem, F_READ);
	assert_int_equal(f.keys.n, 0);
	mkdir(f.folder, 0700);
	end(&f);
}

/* One folder for the keys of many zones is read once. */
static void
many_zones(void **state)
{
	struct fixture f;
	struct key_folder folder;
	struct name com = fixture_name("Example.COM."), net = fixture_name("example.net.");
	struct name org = fixture_name("example.org.");
	char base[128];

	(void)state;
	begin(&f);
	for (size_t i = 0; i < LENGTH(key_vectors); i++)
		fixture_vector(f.folder, &key_vectors[i], "", base);
	assert_int_equal(key_folder_read(&f.a, &f.diags, f.folder, &folder), 0);
	assert_int_equal(folder.n, LENGTH(key_vectors));
	assert_int_equal(keys_load(&f.a, &f.diags, &folder, &com, NOW, &f.keys), 0);
	assert_int_equal(f.keys.n, 4);
	assert_int_equal(keys_load(&f.a, &f.diags, &folder, &net, NOW, &f.keys), 0);
	assert_int_equal(f.keys.n, 4);
	assert_int_equal(keys_load(&f.a, &f.diags, &folder, &org, NOW, &f.keys), 0);
	assert_int_equal(f.keys.n, 0);
	end(&f);
}

/* Keys in short: algorithm, K or Z, then p (published), a (active), r (revoked); the roles that
 * they get: k (signs the keys), z (signs the zone). Offline keys are o. */
struct role_row {
	const char *keys, *roles;
	int problem; /* -1: none */
};

static size_t
keys_of(const char *text, struct key *out)
{
	size_t n = 0;

	while (*text) {
		struct key key = {.path = "key", .at_hand = true};

		key.algorithm = algorithm_info((uint8_t)strtoul(text, (char **)&text, 10));
		for (; *text && *text != ' '; text++) {
			key.is_ksk |= *text == 'K';
			key.published |= *text == 'p';
			key.active |= *text == 'a';
			key.revoked |= *text == 'r';
			key.offline |= *text == 'o';
			if (*text == 'o')
				key.at_hand = false;
		}
		text += *text == ' ';
		key.tag = (uint16_t)n;
		out[n++] = key;
	}
	return n;
}

static void
roles(void **state)
{
	static const struct role_row rows[] = {
	    {"13Kpa", "kz", -1},                        /* CSK */
	    {"13Kpa 13Zpa", "k z", -1},                 /* KSK and ZSK */
	    {"13Kpa 13Kpa 13Zpa 13Zpa", "k k z z", -1}, /* double signatures */
	    {"13Kpa 13Kpa", "kz kz", -1},
	    {"13Kpa 13Zpa 13Zp", "k z -", -1}, /* pre-published ZSK */
	    {"13Kpa 13Zp 13Zpa", "k - z", -1}, /* retired ZSK */
	    {"13Kpa 13Zpa 13Kp", "k z -", -1}, /* pre-published KSK */
	    {"13Kpa 13Zpa 13Z", "k z -", -1},  /* one that is yet to come */
	    {"13Kpa 13Zpa 13Za", "k z -", -1}, /* active, not published: nobody could use it */
	    {"13Kpa 13Zp", "kz -", S_STAND_IN},
	    {"13Kpa 13Z", "kz -", -1},
	    {"13Kpa 13Zpa 15Kpa 15Zpa", "k z k z", -1}, /* two algorithms */
	    {"8Kpa 8Zpa 13Kpa", "k z kz", -1},
	    {"8Kpa 13Ka", "kz kz", -1}, /* RFC 6781 section 4.1.4: signatures first */
	    {"8Kpa 13Ka 13Za", "kz k z", -1},
	    {"8Kpa 13K", "kz -", -1},
	    {"8Kpa 13Kpa 13Kpr", "kz kz k", -1}, /* RFC 5011 */
	    {"13Kpa 13Zpa 13Kpar", "k z k", -1},
	    {"13Zpa 13Kpo", "z k", -1}, /* offline */
	    {"13Zpa 13Kpa 13Kpo", "z k k", -1},
	    {"13Kpa 13Kpo", "kz k", -1},
	    {"13Zpa 13Kpa 13Ko", "z k -", -1},
	    {"", "", S_NO_KEY},
	    {"13Kpo", "-", S_NO_KEY},
	    {"13Zpa 13Ko", "- -", S_NO_KSK},
	    {"13Zpa 13Kpor", "- -", S_NO_KSK},
	    {"8Kpa 13Kpo", "kz -", S_ALGORITHM_HALF},
	    {"13Kp", "-", S_NO_KEY},
	    {"13Ka", "-", S_NO_KEY},
	    {"13Kpar", "-", S_NO_KEY},
	    {"13Zpa", "-", S_NO_KSK},
	    {"13Zpa 13Kp", "- -", S_NO_KSK},
	    {"13Zpa 13Ka", "- -", S_NO_KSK},
	    {"13Zpa 13Kpar", "- -", S_NO_KSK},
	    {"8Kpa 13Zpa", "kz -", S_NO_KSK},
	    {"8Kpa 13Kp", "kz -", S_ALGORITHM_HALF},
	    {"8Kpa 8Zpa 13Kp 13Zp", "k z - -", S_ALGORITHM_HALF},
	    {"8Kp 13Kpa", "- kz", S_ALGORITHM_HALF},
	    {"8Kpa 13Kpr", "kz -", S_ALGORITHM_HALF},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct key items[8];
		struct keys keys = {
		    .zone = "example.org.", .items = items, .n = keys_of(rows[i].keys, items)};
		struct diags diags = {0};
		int result = keys_roles(&diags, "keys", &keys);
		char got[64] = "";

		for (size_t k = 0; k < keys.n; k++) {
			strcat(got, k ? " " : "");
			strcat(got, items[k].signs_keys ? "k" : "");
			strcat(got, items[k].signs_zone ? "z" : "");
			strcat(got, items[k].signs_keys || items[k].signs_zone ? "" : "-");
		}
		if (strcmp(got, rows[i].roles) != 0)
			fail_msg("\"%s\": \"%s\"", rows[i].keys, got);
		assert_int_equal(diags.n, rows[i].problem >= 0);
		if (diags.n && (int)diags.items[0].problem != rows[i].problem)
			fail_msg("\"%s\": %s", rows[i].keys, diags.items[0].message);
		assert_int_equal(
		    result, diags.n && diags.items[0].severity == SEVERITY_ERROR ? -1 : 0);
		diags_free(&diags);
	}
}

/* RFC 4034 appendix B; the vectors of RFC 5702, 6605 and 8080 are compared as they load. */
static void
tags(void **state)
{
	static const uint8_t odd[] = {1, 1, 3, 8, 0xff},
			     carry[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	(void)state;
	assert_int_equal(key_tag((struct bytes){odd, sizeof(odd)}), 0x030a);
	assert_int_equal(key_tag((struct bytes){carry, sizeof(carry)}), 0xffff);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(by_dnssec_keygen),
	    cmocka_unit_test(by_ldns_keygen),
	    cmocka_unit_test(escaped_zones),
	    cmocka_unit_test(file_names),
	    cmocka_unit_test(publication),
	    cmocka_unit_test(dates_of_comments),
	    cmocka_unit_test(contradicting_dates),
	    cmocka_unit_test(lone_private),
	    cmocka_unit_test(twins),
	    cmocka_unit_test(one_tag),
	    cmocka_unit_test(revoked),
	    cmocka_unit_test(record_forms),
	    cmocka_unit_test(carriage_returns),
	    cmocka_unit_test(parked_and_standby),
	    cmocka_unit_test(by_dnssec_revoke),
	    cmocka_unit_test(faults),
	    cmocka_unit_test(on_token),
	    cmocka_unit_test(nul_octets),
	    cmocka_unit_test(rsa_faults),
	    cmocka_unit_test(advice),
	    cmocka_unit_test(refused_algorithms),
	    cmocka_unit_test(order),
	    cmocka_unit_test(no_folder),
	    cmocka_unit_test(many_zones),
	    cmocka_unit_test(roles),
	    cmocka_unit_test(tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
