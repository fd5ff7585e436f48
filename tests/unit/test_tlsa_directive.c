#define _GNU_SOURCE
#include "cert_fixture.h"

#include "dane/lint.h"
#include "dane/tlsa_directive.h"

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

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(arena_printf(&arena, "%s/%s", folder, name), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
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

static void
make_folder(const char *name)
{
	assert_int_equal(mkdir(arena_printf(&arena, "%s/%s", folder, name), 0755), 0);
}

static void
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

static void
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
	unsetenv("ZONEPP_TEST_NOTHING");
}

static void
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

static int
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

static int
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

static int
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
static void
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

static void
parse(struct run *run, const char *lines, const struct roots *roots)
{
	parse_at(run, "zones/x.zone", lines, roots);
}

static void
run_begin(struct run *run)
{
	*run = (struct run){0};
	tlsa_context_begin(&run->ctx, &run->diags.arena, NOW);
}

static void
run_end(struct run *run)
{
	buf_free(&run->seen.text);
	diags_free(&run->diags);
}

/* In `records`, MAIL, WEB and CA stand for digests, C for a comment that is not looked at. */
static const struct {
	const char *line;
	const char *owners; /* and TTL, RDATA; joined by newlines */
} good[] = {
    {"$TLSA _25._tcp.mail ../certs/mail.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$tlsa _25._tcp.mail ../certs/mail.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 300 ../certs/mail.pem", "_25._tcp.mail 300 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 300 IN ../certs/mail.pem", "_25._tcp.mail 300 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail IN 5m ../certs/mail.pem", "_25._tcp.mail 300 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 3 1 1 ../certs/mail.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 1 1 1 ../certs/mail.pem", "_25._tcp.mail 3600 1 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 3 3 1 1 ../certs/mail.pem", "_25._tcp.mail 3 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 3s ../certs/mail.pem", "_25._tcp.mail 3 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 3600 IN DANE-EE spki Sha2-256 ../certs/mail.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ( 3600 ; TTL\n 3 1 1\n\t\"../certs/mail.pem\" )",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail \"../certs/a b.pem\"", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../certs/a\\032b.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../certs/3", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _{25,465}._tcp.mail ../certs/mail.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_465._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _{25,25}._tcp.mail ../certs/mail.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.{mail,MAIL} ../certs/mail.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._{tcp,udp}.mx{1,2} ../certs/mail.pem",
	"_25._tcp.mx1 3600 3 1 1 MAIL\n_25._tcp.mx2 3600 3 1 1 MAIL\n"
	"_25._udp.mx1 3600 3 1 1 MAIL\n_25._udp.mx2 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem ../certs/web.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem ../certs/chain.pem ../certs/mail.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../certs/chain.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 2 1 1 ../certs/chain.pem", "_25._tcp.mail 3600 2 1 1 CA"},
    {"$TLSA _25._tcp.mail 0 1 1 ../certs/ca.pem", "_25._tcp.mail 3600 0 1 1 CA"},
    {"$TLSA _25._tcp.mail 2 1 1 ../certs/chain.pem pick=issuer", "_25._tcp.mail 3600 2 1 1 CA"},
    {"$TLSA _25._tcp.mail 2 1 1 pick=\"all\" ../certs/chain.pem", "_25._tcp.mail 3600 2 1 1 CA"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem next=../certs/web.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem next=\"../certs/a b.pem\"",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../keys/mail.csr ../keys/mail.pub ../certs/mail.pem ../keys/mail.key",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem next=../keys/next.csr",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=env:ZONEPP_TEST_PASSWORD",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail pass=file:../keys/password ../keys/mail.p12 ../keys/encrypted.key",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=file:../keys/password-crlf",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=\"file:../keys/password-bare\"",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../pool", "_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail \"../pool/\"",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../pool/*.[pC]*",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../pool/b*", "_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../pool/?.pem", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail ../live/*/cert.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL\n_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail ../*/b/../b//cert.pem", "_25._tcp.mail 3600 3 1 1 WEB"},
    {"$TLSA _25._tcp.mail \"../live/a/[x].pem\"", "_25._tcp.mail 3600 3 1 1 MAIL"},
    {"$TLSA _25._tcp.mail 2 1 1 ../stray", "_25._tcp.mail 3600 2 1 1 CA"},
    {"$ORIGIN _25._tcp.mail.example.org.\n$TLSA @ ../certs/mail.pem",
	"_25._tcp.mail 3600 3 1 1 MAIL"},
};

/* The records of a row as see() writes them, up to the texts for expand. */
static const char *
wanted(const char *owners)
{
	static const struct {
		const char *word;
		const char *digest;
	} words[] = {{" MAIL", mail_digest}, {" WEB", web_digest}, {" CA", ca_digest}};
	char *copy = arena_printf(&arena, "%s\n", owners), *out = arena_text(&arena, "", 0);

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
static const char *
records_only(const char *text)
{
	char *copy = arena_text(&arena, text, strlen(text)), *out = arena_text(&arena, "", 0);

	for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n"))
		out = arena_printf(
		    &arena, "%s%.*s\n", out, (int)(strchr(line, '|') - line - 1), line);
	return out;
}

static void
good_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		struct run run;
		const char *want = wanted(good[i].owners);
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

static const struct {
	const char *line;
	enum problem problem;
	size_t column;
	const char *part;
} bad[] = {
    {"$TLSA", D_OWNER, 1, "no owner"},
    {"$TLSA _25._tcp.mail", D_NO_SOURCE, 7, "no certificate is named"},
    {"$TLSA _25._tcp.mail 3 1 1", D_NO_SOURCE, 25, "no certificate is named"},
    {"$TLSA _25._tcp.mail 3600 IN", D_NO_SOURCE, 26, "no certificate is named"},
    {"$TLSA _25._tcp.mail next=../certs/web.pem", D_NO_SOURCE, 21, "no certificate is named"},
    {"$TLSA \"_25._tcp.mail\" ../certs/mail.pem", D_OWNER, 7, "quoted"},
    {"$TLSA _0._tcp.mail ../certs/mail.pem", D_OWNER, 7, "between 1 and 65535"},
    {"$TLSA _{25,0}._tcp.mail ../certs/mail.pem", D_OWNER, 12, "between 1 and 65535"},
    {"$TLSA _25._{tcp,foo}.mail ../certs/mail.pem", D_OWNER, 17, "_tcp, _udp or _sctp"},
    {"$TLSA _{25,{465}}._tcp.mail ../certs/mail.pem", D_BRACES, 12, "inside another"},
    {"$TLSA _25._tcp.b\xc3\xbc"
     "cher ../certs/mail.pem",
	Z_UTF8, 17, "ASCII"},
    {"$TLSA _25._tcp.mail CH ../certs/mail.pem", Z_CLASS, 21, "CH"},
    {"$TLSA _25._tcp.mail 3000000000 ../certs/mail.pem", Z_TTL, 21, "TTL"},
    {"$TLSA _25._tcp.mail 4 1 1 ../certs/mail.pem", D_PARAMETER, 21, "usage 4"},
    {"$TLSA _25._tcp.mail 256 1 1 ../certs/mail.pem", D_PARAMETER, 21, "usage 256"},
    {"$TLSA _25._tcp.mail 255 1 1 ../certs/mail.pem", D_PARAMETER, 21, "private use"},
    {"$TLSA _25._tcp.mail -1 1 1 ../certs/mail.pem", D_PARAMETER, 21, "usage -1"},
    {"$TLSA _25._tcp.mail 3 2 1 ../certs/mail.pem", D_PARAMETER, 23, "selector 2"},
    {"$TLSA _25._tcp.mail 3600 3 1 3 ../certs/mail.pem", D_PARAMETER, 30, "matching type 3"},
    {"$TLSA _25._tcp.mail DANE-XE SPKI SHA2-256 ../certs/mail.pem", D_PARAMETER, 21, "DANE-XE"},
    {"$TLSA _25._tcp.mail 1d 3 SPKY SHA2-256 ../certs/mail.pem", D_PARAMETER, 26, "SPKY"},
    {"$TLSA _25._tcp.mail 3 1 SHA3 ../certs/mail.pem", D_PARAMETER, 25, "SHA3"},
    {"$TLSA _25._tcp.mail 3 1 ../certs/mail.pem", D_PARAMETER, 21, "all three or not at all"},
    {"$TLSA _25._tcp.mail 3 ../certs/mail.pem", D_PARAMETER, 21, "all three or not at all"},
    {"$TLSA _25._tcp.mail 3600 IN 1 ../certs/mail.pem", D_PARAMETER, 29, "all three"},
    {"$TLSA _25._tcp.mail 3600 DANE-EE ../certs/mail.pem", F_READ, 26, "DANE-EE"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem 3", D_PARAMETER, 39, "stands behind a source"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem pik=all", D_KEY_VALUE, 39, "did you mean pick"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem pick=all", D_KEY_VALUE, 44, "usage 3"},
    {"$TLSA _25._tcp.mail 2 1 1 ../certs/chain.pem pick=", D_KEY_VALUE, 46, "no value"},
    {"$TLSA _25._tcp.mail 2 1 1 ../certs/chain.pem pick=all pick=all", D_KEY_VALUE, 55, "twice"},
    {"$TLSA _25._tcp.mail 2 1 1 ../certs/chain.pem pick=leaf", D_NOT_CA, 51, "3 1 1"},
    {"$TLSA _25._tcp.mail 2 1 1 ../certs/mail.pem", D_NOT_CA, 27, "CN=mail.example.org"},
    {"$TLSA _25._tcp.mail ../certs/two.pem", D_AMBIGUOUS, 21, "and CN=x\\010$INCLUDE"},
    {"$TLSA _25._tcp.mail 3 0 1 ../keys/mail.key", D_BARE_KEY, 27, "selector 1 alone: write 3 1 1"},
    {"$TLSA _25._tcp.mail 3 0 2 ../keys/mail.csr", D_BARE_KEY, 27, "a certificate request"},
    {"$TLSA _25._tcp.mail 0 1 1 ../keys/mail.pub", D_BARE_KEY, 27, "usage 3 alone: usage 0 pins a"},
    {"$TLSA _25._tcp.mail 1 1 1 ../keys/mail.csr", D_BARE_KEY, 27, "usage 3 alone: usage 1 pins a"},
    {"$TLSA _25._tcp.mail 2 1 1 ../keys/mail.key", D_BARE_KEY, 27, "usage 3 alone: usage 2 pins a"},
    {"$TLSA _25._tcp.mail ../certs/differ.pem", D_KEY_DIFFERS, 21, "belongs to none"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12", D_PASSWORD, 21, "no password is given"},
    {"$TLSA _25._tcp.mail ../keys/encrypted.key", D_PASSWORD, 21, "no password is given"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=file:../keys/wrong", D_PASSWORD, 21, "is wrong"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=file:../keys/password-two", D_PASSWORD, 21,
	"is wrong"}, /* one newline is stripped, and no more */
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=file:../keys/nothing", F_READ, 43, "No such file"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=file:../keys/long", D_PASSWORD, 43,
	"too long for a password"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=file:-", D_PASSWORD, 43, "env:NAME or file:PATH"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=env:", D_PASSWORD, 43, "env:NAME or file:PATH"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=geheim", D_PASSWORD, 43, "env:NAME or file:PATH"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=", D_KEY_VALUE, 38, "no value"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=env:ZONEPP_TEST_NOTHING", D_PASSWORD, 43,
	"the environment variable ZONEPP_TEST_NOTHING is not set"},
    {"$TLSA _25._tcp.mail ../keys/mail.p12 pass=env:geheim", D_PASSWORD, 43,
	"the environment variable that env: names is not set"},
    {"$TLSA _25._tcp.mail ../broken", D_BAD_SOURCE, 21, "/broken/b.pem holds no certificate"},
    {"$TLSA _25._tcp.mail ../stray", D_AMBIGUOUS, 21, "may be a CA or a server's own"},
    {"$TLSA _25._tcp.mail ../keys-only", D_NO_ENTITY, 21, "no server's certificate is in the file"},
    {"$TLSA _25._tcp.mail ../none", D_NO_ENTITY, 21, "no file whose name ends in .pem"},
    {"$TLSA _25._tcp.mail ../none/*", D_NO_ENTITY, 21, "no file matches"},
    {"$TLSA _25._tcp.mail ../nothing/*", D_NO_ENTITY, 21, "no file matches"},
    {"$TLSA _25._tcp.mail ../live/*", D_BAD_SOURCE, 21, "README holds no certificate"},
    {"$TLSA _25._tcp.mail ../certs/t*.pem", D_AMBIGUOUS, 21, "and CN=x\\010$INCLUDE"},
    {"$TLSA _25._tcp.mail 2 1 1 ../pool/a*", D_NOT_CA, 27, "CN=mail.example.org"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem next=../pool/*", D_KEY_VALUE, 44, "one file"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem next=../pool", F_READ, 44, "Is a directory"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem next=cert:mail", D_KEY_VALUE, 44, "wants a path"},
    {"$TLSA _25._tcp.mail ../certs/empty.pem", D_BAD_SOURCE, 21, "is empty"},
    {"$TLSA _25._tcp.mail x.zone", D_BAD_SOURCE, 21, "text without a PEM block"},
    {"$TLSA _25._tcp.mail ../certs/none.pem", F_READ, 21, "No such file"},
    {"$TLSA _25._tcp.mail ../certs/mail.pem/x", F_READ, 21, "Not a directory"},
    {"$TLSA _25._tcp.mail \"\"", D_BAD_SOURCE, 21, "empty"},
    {"$TLSA _25._tcp.mail ../certs/\\000", Z_SYNTAX, 21, "backslash"},
    {"$TLSA _25._tcp.mail -", D_BAD_SOURCE, 21, "standard input"},
    {"$TLSA _25._tcp.mail 1 1 1 ../certs/old.pem", D_EXPIRED, 27, "(notAfter 2026-08-31)"},
};

static void
bad_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
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

static void
all_problems_at_once(void **state)
{
	struct run run;

	(void)state;
	run_begin(&run);
	parse(&run,
	    "$TLSA _{0,65536}._tcp.mail 300 ../certs/none.pem ../certs/empty.pem\n"
	    "$TLSA _25._tcp.mail ../certs/mail.pem",
	    NULL);
	assert_int_equal(run.result, -1);
	assert_int_equal(run.diags.n, 4);
	assert_int_equal(run.ctx.n_records, 1); /* the good line */
	run_end(&run);
}

static void
warnings(void **state)
{
	struct run run;

	(void)state;
	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/old.pem", NULL);
	fixture_one_problem(&run.diags, D_EXPIRED_EE, "has expired (notAfter 2026-08-31)");
	assert_int_equal(run.result, 0);
	assert_int_equal(run.ctx.n_records, 1);
	assert_int_equal(run.ctx.first_expiry_unix, FROM - DAY);
	run_end(&run);

	run_begin(&run);
	run.ctx.now_unix = FROM - 1;
	parse(&run, "$TLSA _25._tcp.mail ../certs/mail.pem next=../certs/web.pem", NULL);
	fixture_one_problem(&run.diags, D_NOT_YET, "CN=mail.example.org"); /* not for next= */
	assert_int_equal(run.result, 0);
	run_end(&run);

	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/mail.pem next=../certs/none.pem", NULL);
	fixture_one_problem(&run.diags, D_NO_NEXT, "does not exist yet");
	assert_int_equal(run.result, 0);
	assert_int_equal(run.ctx.n_records, 1);
	run_end(&run);
}

static void
texts_for_expand(void **state)
{
	struct run run;

	(void)state;
	run_begin(&run);
	parse(&run,
	    "$TLSA _{25,465}._tcp.Mail ../certs/mail.pem\n"
	    "$TLSA _25._tcp.@ ../certs/web.pem",
	    NULL);
	assert_int_equal(run.result, -1); /* @ stands alone or not at all */
	assert_non_null(strstr(run.seen.text.data,
	    " | _465._tcp.Mail | ../certs/mail.pem CN=mail.example.org notAfter=2027-02-01\n"));
	run_end(&run);

	/* What a certificate calls itself cannot leave the comment. */
	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/web.pem", NULL);
	assert_non_null(strstr(run.seen.text.data,
	    " | _25._tcp.mail | ../certs/web.pem "
	    "CN=x\\010$INCLUDE /etc/passwd \\059 y notAfter=2027-02-01\n"));
	run_end(&run);
}

static void
comments_of_keys(void **state)
{
	static const struct {
		const char *source, *comment;
	} rows[] = {
	    {"../keys/mail.key", "../keys/mail.key private key"},
	    {"../keys/mail.pub", "../keys/mail.pub public key"},
	    {"../keys/mail.csr", "../keys/mail.csr certificate request CN=mail.example.org"},
	    {"../pool/a*", "../pool/a.pem CN=mail.example.org notAfter=2027-02-01"},
	    {"\"../pool/\"", "../pool/a.pem CN=mail.example.org notAfter=2027-02-01"},
	    {"../live/[a]/cert.pem", "../live/a/cert.pem CN=mail.example.org notAfter=2027-02-01"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct run run;

		run_begin(&run);
		parse(&run, arena_printf(&arena, "$TLSA _25._tcp.mail %s", rows[i].source), NULL);
		assert_non_null(
		    strstr(run.seen.text.data, arena_printf(&arena, " | %s\n", rows[i].comment)));
		run_end(&run);
	}
}

static void
keys_of_other_certificates(void **state)
{
	static const struct {
		const char *sources;
		size_t n_records, n_problems;
	} rows[] = {
	    {"../certs/mail.pem ../keys/next.csr", 2, 1},
	    {"../keys/next.csr ../certs/mail.pem", 2, 1},
	    {"../certs/mail.pem next=../keys/next.csr", 2, 0},
	    {"../keys/mail.key ../certs/mail.pem", 1, 0},
	    {"../keys/mail.key ../keys/next.csr", 2, 0}, /* no certificate to compare with */
	    {"../keys/mail.key ../keys/next.csr ../certs/mail.pem ../certs/web.pem", 2, 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct run run;

		run_begin(&run);
		parse(&run, arena_printf(&arena, "$TLSA _25._tcp.mail %s", rows[i].sources), NULL);
		assert_int_equal(run.result, 0);
		assert_int_equal(run.ctx.n_records, rows[i].n_records);
		assert_int_equal(run.diags.n, rows[i].n_problems);
		if (run.diags.n)
			fixture_one_problem(&run.diags, D_BARE_OTHER,
			    "../keys/next.csr certificate request CN=next.example.org belongs to");
		/* Of a key and its certificate, the certificate is what the comment is about. */
		if (strstr(rows[i].sources, "mail.pem"))
			assert_non_null(strstr(
			    run.seen.text.data, "../certs/mail.pem CN=mail.example.org notAfter="));
		run_end(&run);
	}
}

/* The RSA key of a certificate without NULL parameters: what OpenSSL makes of the private key alone
 * has another digest. */
static void
one_key_in_two_encodings(void **state)
{
	EVP_PKEY *rsa = EVP_RSA_gen(2048);
	struct cert_spec spec = {.name = "rsa.example.org", .key = rsa, .without_null = true};
	struct run run;

	(void)state;
	write_file("certs/rsa.pem", fixture_cert_pem(&arena, &spec));
	write_file("certs/rsa.key", fixture_key_pem(&arena, rsa, NULL));
	for (int i = 0; i < 2; i++) {
		run_begin(&run);
		parse(&run,
		    i ? "$TLSA _25._tcp.mail ../certs/rsa.key ../certs/rsa.pem"
		      : "$TLSA _25._tcp.mail ../certs/rsa.pem ../certs/rsa.key",
		    NULL);
		fixture_one_problem(&run.diags, D_ENCODING, "encoded in another way");
		assert_int_equal(run.ctx.n_records, 0);
		run_end(&run);
	}
	EVP_PKEY_free(rsa);
}

/* Of two certificates with one key, either gives the record. */
static void
renewed_with_its_key(void **state)
{
	struct cert_spec spec = {.name = "mail.example.org", .key = mail_key, .to = TO + DAY};
	struct run run;

	(void)state;
	write_file("certs/renewed.pem",
	    arena_printf(&arena, "%s%s", fixture_cert_pem(&arena, &spec),
		fixture_cert_pem(
		    &arena, &(struct cert_spec){.name = "mail.example.org", .key = mail_key})));
	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/renewed.pem", NULL);
	assert_int_equal(run.diags.n, 0);
	assert_int_equal(run.ctx.n_records, 1);
	assert_non_null(strstr(run.seen.text.data, mail_digest));
	assert_non_null(strstr(run.seen.text.data, "notAfter=2027-02-02"));
	run_end(&run);

	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail 3 0 1 ../certs/renewed.pem", NULL);
	fixture_one_problem(&run.diags, D_AMBIGUOUS, "none of them issued another");
	run_end(&run);
}

static void
explicit_curve(void **state)
{
	EVP_PKEY *key = fixture_key();
	struct cert_spec spec = {.name = "odd.example.org", .key = key};
	struct run run;

	(void)state;
	EVP_PKEY_set_utf8_string_param(key, "encoding", "explicit");
	write_file("certs/explicit.pem", fixture_cert_pem(&arena, &spec));
	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/explicit.pem", NULL);
	fixture_one_problem(
	    &run.diags, D_EXPLICIT_CURVE, "CN=odd.example.org has a key whose curve");
	assert_int_equal(run.ctx.n_records, 1);
	run_end(&run);
	EVP_PKEY_free(key);
}

static void
a_ca_as_end_entity(void **state)
{
	struct run run;

	(void)state;
	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/ca.pem", NULL);
	fixture_one_problem(&run.diags, D_CA_AS_EE, "CN=Demo CA (line 1) may issue certificates");
	assert_int_equal(run.ctx.n_records, 1);
	run_end(&run);
}

static const struct input *
find_input(const struct diags *diags, const char *end)
{
	for (size_t i = 0; i < diags->n_inputs; i++) {
		const char *path = diags->inputs[i].path;

		if (strlen(path) >= strlen(end) &&
		    strcmp(path + strlen(path) - strlen(end), end) == 0)
			return &diags->inputs[i];
	}
	return NULL;
}

static void
inputs_are_noted(void **state)
{
	static const struct {
		const char *path;
		enum input_kind kind;
	} rows[] = {
	    {"/live", INPUT_FOLDER},
	    {"/live/a", INPUT_FOLDER},
	    {"/live/b", INPUT_FOLDER},
	    {"/live/a/cert.pem", INPUT_FILE},
	    {"/pool", INPUT_FOLDER},
	    {"/pool/ca.pem", INPUT_FILE}, /* though no record is of it */
	    {"/keys/mail.p12", INPUT_FILE},
	    {"/keys/password", INPUT_SECRET},
	};
	struct run run;

	(void)state;
	run_begin(&run);
	run.diags.track_inputs = true;
	parse(&run,
	    "$TLSA _25._tcp.mail ../live/*/cert.pem ../pool ../keys/mail.p12 "
	    "pass=file:../keys/password",
	    NULL);
	assert_int_equal(run.result, 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct input *input = find_input(&run.diags, rows[i].path);

		assert_non_null(input);
		assert_int_equal(input->kind, rows[i].kind);
		assert_true(input->there);
	}
	assert_null(find_input(&run.diags, "/pool/README"));
	run_end(&run);
}

static void
silent(void **state)
{
	struct run run;

	(void)state;
	run_begin(&run);
	run.ctx.silent = true;
	parse(&run, "$TLSA _25._tcp.mail ../certs/mail.pem\n$TLSA _25._tcp.mail ../certs/empty.pem",
	    NULL);
	fixture_one_problem(&run.diags, D_BAD_SOURCE, "is empty");
	assert_int_equal(run.ctx.n_records, 0);
	assert_int_equal(run.ctx.first_expiry_unix, TO - LINT_SOON_S); /* it will be told of */
	assert_string_equal(run.seen.text.data, "");
	run_end(&run);
}

static void
files_are_read_once(void **state)
{
	struct run run;
	const struct cert_file *file;

	(void)state;
	run_begin(&run);
	parse(&run,
	    "$TLSA _25._tcp.mail ../certs/mail.pem next=../certs/none.pem\n"
	    "$TLSA _26._tcp.mail ../certs/mail.pem",
	    NULL);
	file = run.ctx.files.first;
	assert_non_null(strstr(file->path, "/certs/mail.pem"));
	assert_null(file->next);
	run_end(&run);
}

static void
confined(void **state)
{
	struct run run;
	struct roots roots = {.project = arena_printf(&arena, "%s/zones", folder)};

	(void)state;
	run_begin(&run);
	parse(&run, "$TLSA _25._tcp.mail ../certs/mail.pem", &roots);
	assert_int_equal(run.result, -1);
	fixture_one_problem(&run.diags, F_CONFINED, "outside");
	assert_int_equal(run.diags.items[0].place.column, 21);
	run_end(&run);

	run_begin(&run);
	roots.project = folder;
	parse(&run, "$TLSA _25._tcp.mail ../certs/mail.pem ../pool ../live/*/cert.pem", &roots);
	assert_int_equal(run.result, 0);
	run_end(&run);
}

/* Sources of all kinds, and passwords, are confined; whether they exist is not told. */
static void
confined_sources(void **state)
{
	static const struct {
		const char *arguments;
		size_t column;
	} rows[] = {
	    {"../../certs", 21},
	    {"../../certs/*", 21},
	    {"../../*/mail.pem", 21},
	    {"../../nothing", 21},
	    {"../../nothing/*.pem", 21},
	    {"*/../../../certs/mail.pem", 21},
	    {"../../certs/mail.pem pass=file:../../keys/password", 47},
	    {"mail.pem pass=file:../../keys/nothing", 35},
	};
	struct roots roots = {.project = arena_printf(&arena, "%s/zones", folder)};

	(void)state;
	make_folder("zones/sub");
	make_folder("zones/sub/deeper");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct run run;

		run_begin(&run);
		parse_at(&run, "zones/sub/x.zone",
		    arena_printf(&arena, "$TLSA _25._tcp.mail %s", rows[i].arguments), &roots);
		if (run.diags.n != 1 || run.diags.items[0].problem != F_CONFINED)
			print_error("%s: %zu problems, %s\n", rows[i].arguments, run.diags.n,
			    run.diags.n ? run.diags.items[0].message : "");
		fixture_one_problem(&run.diags, F_CONFINED, "outside");
		assert_int_equal(run.diags.items[0].place.column, rows[i].column);
		run_end(&run);
	}
}

/* Certificates of the project file: the next one counts from when its file exists. */
static void
named_certificates(void **state)
{
	const struct tlsa_named items[] = {
	    {"mail", arena_printf(&arena, "%s/certs/mail.pem", folder),
		arena_printf(&arena, "%s/certs/web.pem", folder)},
	    {"web", arena_printf(&arena, "%s/certs/web.pem", folder),
		arena_printf(&arena, "%s/certs/none.pem", folder)},
	    {"gone", arena_printf(&arena, "%s/certs/none.pem", folder), NULL},
	};
	struct tlsa_names names = {items, 3};
	struct run run;

	(void)state;
	run_begin(&run);
	run.ctx.names = &names;
	parse(
	    &run, "$TLSA _{25,26}._tcp.mail 300 cert:mail\n$TLSA _27._tcp.mail 300 cert:web", NULL);
	assert_int_equal(run.result, 0);
	assert_int_equal(run.diags.n, 0); /* a next one that is still to come is no news */
	assert_int_equal(run.ctx.n_records, 5);
	assert_non_null(strstr(run.seen.text.data, "| cert:mail CN=mail.example.org "));
	assert_non_null(strstr(run.seen.text.data, "| cert:mail next CN=x"));
	assert_null(run.ctx.named_uses->next);
	assert_string_equal(run.ctx.named_uses->named->name, "web");
	assert_int_equal(run.ctx.named_uses->ttl_s, 300);
	assert_non_null(run.ctx.named_uses->next_use->next);
	assert_null(run.ctx.named_uses->next_use->next_use->next_use);
	run_end(&run);

	run_begin(&run);
	run.ctx.names = &names;
	run.ctx.silent = true;
	parse(&run, "$TLSA _25._tcp.mail cert:mail", NULL);
	assert_null(run.ctx.named_uses);
	run_end(&run);
}

static void
bad_named_certificates(void **state)
{
	const struct tlsa_named items[] = {
	    {"mail", arena_printf(&arena, "%s/certs/mail.pem", folder), NULL},
	    {"gone", arena_printf(&arena, "%s/certs/none.pem", folder), NULL},
	};
	const struct tlsa_names names = {items, 2};
	static const struct {
		const char *line;
		bool project;
		enum problem problem;
		const char *what;
	} rows[] = {
	    {"$TLSA _25._tcp.mail 300 cert:mail", false, D_NO_NAMED, "no zonepp.yaml"},
	    {"$TLSA _25._tcp.mail 300 cert:mial", true, D_NO_NAMED, "did you mean mail?"},
	    {"$TLSA _25._tcp.mail 300 cert:", true, D_NO_NAMED, "no certificate \"\""},
	    {"$TLSA _25._tcp.mail 300 cert:gone", true, F_READ, "none.pem"},
	    {"$TLSA _25._tcp.mail 300 2 1 1 cert:mail", true, D_NOT_CA, ""},
	    {"$TLSA _25._tcp.mail 300 cert:mail next=cert:mail", true, D_KEY_VALUE, "wants a path"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run run;

		run_begin(&run);
		run.ctx.names = rows[i].project ? &names : NULL;
		parse(&run, rows[i].line, NULL);
		fixture_one_problem(&run.diags, rows[i].problem, rows[i].what);
		assert_int_equal(run.result, -1);
		run_end(&run);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_lines),
	    cmocka_unit_test(bad_lines),
	    cmocka_unit_test(all_problems_at_once),
	    cmocka_unit_test(warnings),
	    cmocka_unit_test(texts_for_expand),
	    cmocka_unit_test(comments_of_keys),
	    cmocka_unit_test(keys_of_other_certificates),
	    cmocka_unit_test(one_key_in_two_encodings),
	    cmocka_unit_test(renewed_with_its_key),
	    cmocka_unit_test(explicit_curve),
	    cmocka_unit_test(a_ca_as_end_entity),
	    cmocka_unit_test(inputs_are_noted),
	    cmocka_unit_test(silent),
	    cmocka_unit_test(files_are_read_once),
	    cmocka_unit_test(confined),
	    cmocka_unit_test(confined_sources),
	    cmocka_unit_test(named_certificates),
	    cmocka_unit_test(bad_named_certificates),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
