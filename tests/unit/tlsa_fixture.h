/* Certificates, keys and templates, for the tests of $TLSA. Include it first: it asks for
 * mkdtemp(3) and more. */
#ifndef TLSA_FIXTURE_H
#define TLSA_FIXTURE_H

#define _GNU_SOURCE
#include "cert_fixture.h"

#include "dane/lint.h"
#include "directive/tlsa_directive.h"

#include <openssl/pkcs12.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder with a template and certificates:
 *   certs/mail.pem  leaf, issued by ca     certs/chain.pem  ca, then leaf
 *   certs/web.pem   leaf, issued by ca     certs/two.pem    both leaves
 *   certs/old.pem   expired leaf           certs/mail.key   mail's private key
 *   certs/3         mail.pem under the name of a number
 * keys/ holds mail's key in all forms; those that are encrypted by "geheim", which keys/password
 * and $ZONEPP_TEST_PASSWORD hold. In pool/ are the end entities of mail and web among other things,
 * in stray/ a self-signed CA that issued nothing there, in live/ a folder for each certificate, and
 * keys/next.csr is a request with web's key. */
static struct arena arena;
static char folder[] = "/tmp/zonepp-test-XXXXXX";
static EVP_PKEY *ca_key, *mail_key, *web_key;
static char mail_digest[65], web_digest[65], ca_digest[65];

static inline void
write_file(const char *name, const char *text)
{
	const char *path = arena_printf(&arena, "%s/%s", folder, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(chmod(path, 0600), 0); /* it may be a private key */
	fputs(text, f);
	fclose(f);
}

static inline void
spki_digest(EVP_PKEY *key, char *hex)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);
	unsigned char digest[32];

	SHA256(der, (size_t)len, digest);
	for (int i = 0; i < 32; i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
	OPENSSL_free(der);
}

static inline void
make_folder(const char *name)
{
	assert_int_equal(mkdir(arena_printf(&arena, "%s/%s", folder, name), 0755), 0);
}

static inline void
write_bundle(const char *name, EVP_PKEY *key, const struct cert_spec *spec)
{
	FILE *f = fopen(arena_printf(&arena, "%s/%s", folder, name), "w");
	X509 *x509 = fixture_cert(spec);
	PKCS12 *p12 = PKCS12_create("geheim", NULL, key, x509, NULL, 0, 0, 1, 1, 0);

	assert_true(i2d_PKCS12_fp(f, p12));
	fclose(f);
	PKCS12_free(p12);
	X509_free(x509);
}

static inline void
make_keys(const struct cert_spec *mail)
{
	make_folder("keys");
	write_file("keys/mail.key", fixture_key_pem(&arena, mail_key, NULL));
	write_file("keys/encrypted.key", fixture_key_pem(&arena, mail_key, "geheim"));
	write_file("keys/mail.pub", fixture_public_pem(&arena, mail_key));
	write_file(
	    "keys/mail.csr", fixture_request_pem(&arena, "mail.example.org", mail_key, false));
	write_file(
	    "keys/next.csr", fixture_request_pem(&arena, "next.example.org", web_key, false));
	write_bundle("keys/mail.p12", mail_key, mail);
	write_file("keys/password", "geheim\n");
	write_file("keys/password-crlf", "geheim\r\n");
	write_file("keys/password-bare", "geheim");
	write_file("keys/password-two", "geheim\n\n");
	write_file("keys/wrong", "verraten\n");
	write_file("keys/long", arena_printf(&arena, "%*s", SECRET_LONGEST + 1, "geheim"));
	setenv("ZONEPP_TEST_PASSWORD", "geheim", 1);
	setenv("ZONEPP_TEST_OTHER", "geheim", 1);
	unsetenv("ZONEPP_TEST_NOTHING");
	unsetenv("ZONEPP_TEST_UNSET");
}

static inline void
make_pools(const char *mail, const char *web, const char *ca)
{
	make_folder("pool");
	make_folder("pool/folder.pem");
	write_file("pool/a.pem", mail);
	write_file("pool/b.CRT", web);
	write_file("pool/ca.pem", ca);
	write_file("pool/key.pem", fixture_key_pem(&arena, ca_key, "other"));
	write_file("pool/.hidden.pem", "no certificate");
	write_file("pool/README", "no certificate");
	make_folder("stray");
	write_file("stray/ca.pem", ca);
	make_folder("broken");
	write_file("broken/a.pem", mail);
	write_file("broken/b.pem", "no certificate");
	make_folder("keys-only");
	write_file("keys-only/a.pem", fixture_key_pem(&arena, mail_key, NULL));
	make_folder("none");
	make_folder("live");
	make_folder("live/a");
	make_folder("live/b");
	make_folder("live/.c");
	write_file("live/README", "no certificate");
	write_file("live/a/cert.pem", mail);
	write_file("live/b/cert.pem", web);
	write_file("live/b/other.pem", "no certificate");
	write_file("live/.c/cert.pem", "no certificate");
	write_file("live/a/[x].pem", mail);
}

static inline int
make_files(void **state)
{
	struct cert_spec spec = {.issuer = "Demo CA", .san = NULL};
	const char *mail, *web, *ca;

	(void)state;
	assert_non_null(mkdtemp(folder));
	mkdir(arena_printf(&arena, "%s/certs", folder), 0755);
	mkdir(arena_printf(&arena, "%s/zones", folder), 0755);
	spec.issuer_key = ca_key = fixture_key();
	ca = fixture_cert_pem(
	    &arena, &(struct cert_spec){.name = "Demo CA", .key = ca_key, .ca = true});
	spec.name = "mail.example.org";
	spec.key = mail_key = fixture_key();
	mail = fixture_cert_pem(&arena, &spec);
	web_key = fixture_key();
	make_keys(&spec);
	spec.name = "x\n$INCLUDE /etc/passwd ; y";
	spec.key = web_key;
	web = fixture_cert_pem(&arena, &spec);
	write_file("certs/mail.pem", mail);
	write_file("certs/3", mail);
	write_file("certs/a b.pem", mail);
	write_file("certs/web.pem", web);
	write_file("certs/ca.pem", ca);
	write_file("certs/chain.pem", arena_printf(&arena, "%s%s", ca, mail));
	write_file("certs/two.pem", arena_printf(&arena, "%s%s", mail, web));
	write_file("certs/mail.key", fixture_key_pem(&arena, mail_key, NULL));
	write_file("certs/empty.pem", "");
	write_file("certs/differ.pem",
	    arena_printf(&arena, "%s%s", mail, fixture_key_pem(&arena, web_key, NULL)));
	make_pools(mail, web, ca);
	spec.from = FROM - 10 * DAY;
	spec.to = FROM - DAY;
	write_file("certs/old.pem", fixture_cert_pem(&arena, &spec));
	spki_digest(mail_key, mail_digest);
	spki_digest(web_key, web_digest);
	spki_digest(ca_key, ca_digest);
	return 0;
}

static inline int
remove_files(void **state)
{
	(void)state;
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(mail_key);
	EVP_PKEY_free(web_key);
	assert_int_equal(system(arena_printf(&arena, "rm -rf %s", folder)), 0);
	arena_free(&arena);
	return 0;
}

/* What the sink was given, one record a line: owner, TTL, RDATA, then the text for expand. */
struct seen {
	struct buf text;
	struct name last;
	bool any;
};

static inline int
see(void *ctx, const struct parsed *record)
{
	struct seen *seen = ctx;

	assert_int_equal(
	    record->same_owner, seen->any && name_equal(seen->last.wire, record->owner->wire));
	seen->last = *record->owner;
	seen->any = true;
	name_print(&seen->text, record->owner->wire);
	buf_printf(&seen->text, " %u ", (unsigned)record->ttl_s);
	rdata_print(&seen->text, record->type, record->rdata);
	buf_printf(&seen->text, " | %.*s | %.*s\n", (int)record->owner_text.len,
	    record->owner_text.data, (int)record->comment.len, record->comment.data);
	return 0;
}

struct run {
	struct diags diags;
	struct tlsa_context ctx;
	struct seen seen;
	int result;
};

/* Parses a template, whose only origin is example.org. and whose $TTL is an hour. */
static inline void
parse_at(struct run *run, const char *path, const char *lines, const struct roots *roots)
{
	struct parse_directive directives[] = {
	    {"TLSA", tlsa_directive, &run->ctx}, {NULL, NULL, NULL}};
	struct parse_options options = {
	    .roots = roots, .directives = directives, .sink = {.ctx = &run->seen, .record = see}};
	struct name zone;

	write_file(path, arena_printf(&arena, "$ORIGIN example.org.\n$TTL 1h\n%s\n", lines));
	run->result =
	    parse_file(&run->diags, &options, arena_printf(&arena, "%s/%s", folder, path), &zone);
	buf_putc(&run->seen.text, '\0');
}

static inline void
parse(struct run *run, const char *lines, const struct roots *roots)
{
	parse_at(run, "zones/x.zone", lines, roots);
}

static inline void
run_begin(struct run *run)
{
	static const char *const names[] = {"ZONEPP_TEST_PASSWORD", "ZONEPP_TEST_NOTHING"};

	*run = (struct run){0};
	tlsa_context_begin(&run->ctx, &run->diags.arena, NOW);
	run->ctx.secrets = (struct secrets){names, sizeof(names) / sizeof(names[0])};
}

static inline void
run_end(struct run *run)
{
	buf_free(&run->seen.text);
	diags_free(&run->diags);
}

/* A line without any problem. In `records`, MAIL, WEB and CA stand for digests. */
struct good {
	const char *line;
	const char *records; /* owner, TTL, RDATA; joined by newlines */
};

/* The records of a row as see() writes them, up to the texts for expand. */
static inline const char *
wanted(const char *records)
{
	static const struct {
		const char *word;
		const char *digest;
	} words[] = {{" MAIL", mail_digest}, {" WEB", web_digest}, {" CA", ca_digest}};
	char *copy = arena_printf(&arena, "%s\n", records), *out = arena_text(&arena, "", 0);

	for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n")) {
		char *space = strchr(line, ' '), *last = strrchr(line, ' ');

		for (size_t i = 0; i < LENGTH(words); i++)
			if (strcmp(last, words[i].word) == 0)
				out = arena_printf(&arena, "%s%.*s.example.org.%.*s %s\n", out,
				    (int)(space - line), line, (int)(last - space), space,
				    words[i].digest);
	}
	return out;
}

/* Without what stands behind " |". */
static inline const char *
records_only(const char *text)
{
	char *copy = arena_text(&arena, text, strlen(text)), *out = arena_text(&arena, "", 0);

	for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n"))
		out = arena_printf(
		    &arena, "%s%.*s\n", out, (int)(strchr(line, '|') - line - 1), line);
	return out;
}

static inline void
all_good(const struct good *good, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct run run;
		const char *want = wanted(good[i].records);
		size_t lines = 0;

		run_begin(&run);
		parse(&run, good[i].line, NULL);
		if (run.diags.n)
			print_error("%s: %s\n", good[i].line, run.diags.items[0].message);
		assert_int_equal(run.result, 0);
		assert_int_equal(run.diags.n, 0);
		assert_string_equal(records_only(run.seen.text.data), want);
		for (; *want; want++)
			lines += *want == '\n';
		assert_int_equal(run.ctx.n_records, lines);
		assert_int_equal(run.ctx.first_expiry_unix, TO - LINT_SOON_S);
		run_end(&run);
	}
}

/* A line with one problem, and no record. */
struct bad {
	const char *line;
	enum problem problem;
	size_t column;
	const char *part; /* of the message */
};

static inline void
all_bad(const struct bad *bad, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct run run;

		run_begin(&run);
		parse(&run, bad[i].line, NULL);
		if (run.diags.n != 1 || !strstr(run.diags.items[0].message, bad[i].part))
			print_error("%s: %zu problems, %s\n", bad[i].line, run.diags.n,
			    run.diags.n ? run.diags.items[0].message : "");
		fixture_one_problem(&run.diags, bad[i].problem, bad[i].part);
		assert_int_equal(run.result, -1);
		assert_int_equal(run.diags.items[0].place.line, 3);
		assert_int_equal(run.diags.items[0].place.column, bad[i].column);
		assert_int_equal(run.ctx.n_records, 0);
		assert_string_equal(run.seen.text.data, "");
		assert_null(strstr(run.diags.items[0].message, "geheim"));
		if (strstr(bad[i].line, "=geheim")) /* written where it must not be */
			assert_null(run.diags.items[0].line_text.data);
		run_end(&run);
	}
}

#endif
