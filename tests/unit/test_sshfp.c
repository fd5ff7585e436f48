#define _GNU_SOURCE
#include "directive_fixture.h"

#include "base/digest.h"
#include "directive/sshfp.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

/* The key of RFC 7479 section 3, and its fingerprint there. */
#define RFC7479 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS"
#define RFC7479_DATA "4 2 a87f1b687ac0e57d2a081a2f282672334d90ed316d2b818ca9580ea384d92401"

static struct fixture fixture;

static void
put_string(struct buf *blob, const void *data, size_t len)
{
	uint8_t size[4] = {0, 0, (uint8_t)(len >> 8), (uint8_t)len};

	buf_put(blob, size, 4);
	buf_put(blob, data, len);
}

/* "type base64", and what SSHFP says of it. */
struct key {
	const char *line, *data;
};

static struct key
key_of(unsigned algorithm, const char *type, struct buf *blob)
{
	struct bytes bytes = {(const uint8_t *)blob->data, blob->len};
	uint8_t digest[DIGEST_LEN];
	struct key key;

	digest_sha256(bytes, digest);
	key.line = arena_printf(&fixture.arena, "%s %s", type, fixture_base64(&fixture, bytes));
	key.data = arena_printf(&fixture.arena, "%u 2 %s", algorithm,
	    fixture_hex(&fixture, (struct bytes){digest, DIGEST_LEN}));
	buf_free(blob);
	return key;
}

/* A key of `type` with `len` octets that begin with 4 behind the other strings. */
static struct key
make_key(unsigned algorithm, const char *type, const char *middle, size_t len)
{
	struct buf blob = {0};
	uint8_t octets[200] = {4};

	put_string(&blob, type, strlen(type));
	if (middle)
		put_string(&blob, middle, strlen(middle));
	put_string(&blob, octets, len);
	return key_of(algorithm, type, &blob);
}

static struct key
make_ecdsa_key(const char *type, const char *curve, const char *openssl_name)
{
	EVP_PKEY *pkey = EVP_EC_gen(openssl_name);
	unsigned char *point = NULL;
	size_t len = EVP_PKEY_get1_encoded_public_key(pkey, &point);
	struct buf blob = {0};

	put_string(&blob, type, strlen(type));
	put_string(&blob, curve, strlen(curve));
	put_string(&blob, point, len);
	OPENSSL_free(point);
	EVP_PKEY_free(pkey);
	return key_of(3, type, &blob);
}

static const char *
hashed(const char *host)
{
	uint8_t salt[20] = "a salt of twenty oct", hash[EVP_MAX_MD_SIZE];
	unsigned len;

	HMAC(EVP_sha1(), salt, 20, (const uint8_t *)host, strlen(host), hash, &len);
	return arena_printf(&fixture.arena, "|1|%s|%s",
	    fixture_base64(&fixture, (struct bytes){salt, 20}),
	    fixture_base64(&fixture, (struct bytes){hash, len}));
}

static int
begin(void **state)
{
	static const struct parse_directive rows[] = {
	    {"SSHFP", sshfp_directive, NULL}, {NULL, NULL, NULL}};

	(void)state;
	fixture_begin(&fixture, rows);
	fixture_text(&fixture, "key.pub", RFC7479 " root@host; x\n");
	fixture_text(&fixture, "crlf.pub", "# a comment\r\n\r\n" RFC7479 "\r\n");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	fixture_end(&fixture);
	return 0;
}

static void
good_lines(void **state)
{
	static const struct good good[] = {
	    {"$SSHFP host key.pub", "host.example.com. 3600 SSHFP " RFC7479_DATA "\n"},
	    {"$sshfp host 5m IN \"key.pub\"", "host.example.com. 300 SSHFP " RFC7479_DATA "\n"},
	    {"$SSHFP @ crlf.pub key.pub ./key.pub", "example.com. 3600 SSHFP " RFC7479_DATA "\n"},
	    {"$SSHFP {a,b,A} key.pub", "a.example.com. 3600 SSHFP " RFC7479_DATA "\n"
				       "b.example.com. 3600 SSHFP " RFC7479_DATA "\n"},
	};

	(void)state;
	fixture_all_good(&fixture, good, LENGTH(good));
}

static void
every_kind(void **state)
{
	struct buf rsa = {0};
	struct key keys[] = {
	    make_ecdsa_key("ecdsa-sha2-nistp256", "nistp256", "P-256"),
	    make_ecdsa_key("ecdsa-sha2-nistp384", "nistp384", "P-384"),
	    make_ecdsa_key("ecdsa-sha2-nistp521", "nistp521", "P-521"),
	    make_key(6, "ssh-ed448", NULL, 57),
	    {NULL, NULL},
	};
	const char *file = "", *records = "";

	(void)state;
	put_string(&rsa, "ssh-rsa", 7);
	put_string(&rsa, "\1\0\1", 3);
	put_string(&rsa, "\0\377\377\377", 4);
	keys[4] = key_of(1, "ssh-rsa", &rsa);
	for (size_t i = 0; i < LENGTH(keys); i++) {
		file = arena_printf(&fixture.arena, "%s%s me\n", file, keys[i].line);
		records = arena_printf(
		    &fixture.arena, "%shost.example.com. 3600 SSHFP %s\n", records, keys[i].data);
	}
	fixture_text(&fixture, "all.pub", file);
	fixture_good(&fixture, &(struct good){"$SSHFP host all.pub", records});
}

/* Which hosts a known_hosts line is about. */
static void
known_hosts(void **state)
{
	static const struct {
		const char *hosts;
		bool is_of; /* host.example.com */
	} rows[] = {
	    {"host.example.com", true},
	    {"HOST.example.COM", true},
	    {"host", true}, /* as the template writes it */
	    {"192.0.2.1,host.example.com", true},
	    {"[host.example.com]:2222", true},
	    {"*.example.com", true},
	    {"h?st.*", true},
	    {"*", true},
	    {"*,!host.example.com", false},
	    {"!host.example.com,*", false},
	    {"host.example.org", false},
	    {"ost.example.com", false},
	    {"host.example.comm", false},
	    {"*.example", false},
	    {"[host.example.com", false},
	    {"|1|", false},
	    {"|1|YSBz|YSBz", false},
	    {"192.0.2.1", false},
	};

	(void)state;
	for (size_t i = 0; i <= LENGTH(rows) + 1; i++) {
		const char *hosts = i < LENGTH(rows)    ? rows[i].hosts
				    : i == LENGTH(rows) ? hashed("host.example.com")
							: hashed("host.example.org");
		bool is_of = i < LENGTH(rows) ? rows[i].is_of : i == LENGTH(rows);

		fixture_text(
		    &fixture, "hosts", arena_printf(&fixture.arena, "%s " RFC7479 "\n", hosts));
		if (is_of)
			fixture_good(
			    &fixture, &(struct good){"$SSHFP host hosts",
					  "host.example.com. 3600 SSHFP " RFC7479_DATA "\n"});
		else
			fixture_bad(&fixture, &(struct bad){"$SSHFP host hosts", D_SSH_HOST, 13,
						  "no line for the host host.example.com", NULL});
	}
}

/* known_hosts knows ports, SSHFP does not. `A` and `B` are keys. */
static void
ports(void **state)
{
	const struct {
		const char *file, *option;
		const char *keys; /* that are published; or */
		enum problem problem;
		const char *part;
	} rows[] = {
	    {"host A\n", "port=22", "A", 0, NULL},
	    {"[host]:2222 A\n", "", "A", 0, NULL},
	    {"[host]:2222 A\n", "port=2222", "A", 0, NULL},
	    {"[host]:2222 A\n", "port=any", "A", 0, NULL},
	    {"[HOST.example.com]:2222 A\n", "port=2222", "A", 0, NULL},
	    {"[*]:2222 A\n", "port=2222", "A", 0, NULL},
	    {"[host]:* A\n", "port=2222", "A", 0, NULL},
	    {"host A\n[host]:2222 A\n", "", "A", 0, NULL},
	    {"host,[host]:2222 A\n[host]:2222 A\n", "", "A", 0, NULL},
	    {"* A\n", "port=2222", "A", 0, NULL},
	    {"host A\n[host]:2222 B\n", "port=22", "A", 0, NULL},
	    {"host A\n[host]:2222 B\n", "port=2222", "B", 0, NULL},
	    {"host A\n[host]:2222 B\n", "port=any", "AB", 0, NULL},
	    {"host A\n[other]:2222 B\n", "", "A", 0, NULL},
	    {"host A\n[host]:2222,!* B\n", "", "A", 0, NULL},
	    {"[host]:2222 A\n@revoked [host]:2200 B\n", "", "A", 0, NULL},
	    {"[host]:2222 A\n@cert-authority * B\n", "port=2222", "A", D_KEY_LEFT, "CA"},
	    /* which port is not said */
	    {"host A\n[host]:2222 B\n", "", NULL, D_SSH_PORT,
		"line 2: a key of host.example.com at port 2222, which port 22 has not"},
	    {"[host]:2222 B\nhost A\n", "", NULL, D_SSH_PORT, "line 1: a key of"},
	    {"[host]:2222 A\n[host]:2200 B\n", "", NULL, D_SSH_PORT, "port 2200, which port 2222"},
	    /* other ports, and what is none */
	    {"host A\n", "port=2222", NULL, D_SSH_HOST, "host.example.com at port 2222"},
	    {"[host]:2222 A\n", "port=22", NULL, D_SSH_HOST, "no line for the host"},
	    {"[host]:22 A\n", "", NULL, D_SSH_HOST, "no line for the host"},
	    {"[host]:99999 A\n", "", NULL, D_SSH_HOST, "no line for the host"},
	    {"[host]: A\n", "", NULL, D_SSH_HOST, "no line for the host"},
	    {"[]:2222 A\n", "", NULL, D_SSH_HOST, "no line for the host"},
	    {"2222 A\n", "", NULL, D_SSH_HOST, "no line for the host"},
	    {"host A\n", "port=0", NULL, D_KEY_VALUE, "from 1 to 65535"},
	    {"host A\n", "port=65536", NULL, D_KEY_VALUE, "from 1 to 65535"},
	    {"host A\n", "port=+22", NULL, D_KEY_VALUE, "from 1 to 65535"},
	    {"host A\n", "port=ssh", NULL, D_KEY_VALUE, "from 1 to 65535"},
	    {"host A\n", "port=99999999999999999999", NULL, D_KEY_VALUE, "from 1 to 65535"},
	    /* hashed: of the host alone, or with a port */
	    {"1 A\n", "", "A", 0, NULL},
	    {"1 A\n", "port=22", "A", 0, NULL},
	    {"2 A\n", "port=2222", "A", 0, NULL},
	    {"1 A\n2 B\n", "", "A", 0, NULL},
	    {"1 A\n2 B\n", "port=2222", "B", 0, NULL},
	    {"2 A\n", "", NULL, D_SSH_HOST, "a hashed one of a port other than 22 is found by"},
	    {"2 A\n", "port=any", NULL, D_SSH_HOST, "a hashed one of a port other than 22"},
	    {"1 A\n", "port=2222", NULL, D_SSH_HOST, "at port 2222; a hashed one"},
	};
	const struct key a = {RFC7479, RFC7479_DATA}, b = make_key(6, "ssh-ed448", NULL, 57);
	const char *const hashes[] = {
	    hashed("host.example.com"), hashed("[host.example.com]:2222")};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *line =
		    arena_printf(&fixture.arena, "$SSHFP host hosts %s", rows[i].option);
		const char *records = rows[i].keys ? "" : NULL;
		struct buf file = {0};
		unsigned column = rows[i].problem == D_KEY_VALUE ? 24 : 13;

		for (const char *p = rows[i].file; *p; p++)
			if (p[1] == '\n')
				buf_puts(&file, *p == 'A' ? a.line : b.line);
			else if (p[1] == ' ' && (*p == '1' || *p == '2') &&
				 (p == rows[i].file || p[-1] == '\n'))
				buf_puts(&file, hashes[*p - '1']);
			else
				buf_putc(&file, *p);
		fixture_text(&fixture, "hosts", buf_text(&file, &fixture.arena));
		for (const char *p = rows[i].keys; p && *p; p++)
			records =
			    arena_printf(&fixture.arena, "%shost.example.com. 3600 SSHFP %s\n",
				records, *p == 'A' ? a.data : b.data);
		if (rows[i].part)
			fixture_bad(&fixture,
			    &(struct bad){line, rows[i].problem, column, rows[i].part, records});
		else
			fixture_good(&fixture, &(struct good){line, records});
	}
}

/* Each owner gets the keys of its own lines. */
static void
several_hosts(void **state)
{
	struct key other = make_key(6, "ssh-ed448", NULL, 57);

	(void)state;
	fixture_text(&fixture, "hosts",
	    arena_printf(
		&fixture.arena, "a.example.com " RFC7479 "\nb.example.com %s\n", other.line));
	fixture_good(&fixture,
	    &(struct good){"$SSHFP {a,b} hosts",
		arena_printf(&fixture.arena,
		    "a.example.com. 3600 SSHFP " RFC7479_DATA "\nb.example.com. 3600 SSHFP %s\n",
		    other.data)});
}

static void
left_out(void **state)
{
	struct key dsa = make_key(0, "ssh-dss", NULL, 20);
	struct key fido = make_key(0, "sk-ssh-ed25519@openssh.com", NULL, 32);
	struct key certificate = make_key(0, "ssh-ed25519-cert-v01@openssh.com", NULL, 32);
	struct key other = make_key(6, "ssh-ed448", NULL, 57);
	const struct {
		const char *file, *part;
	} rows[] = {
	    {arena_printf(&fixture.arena, RFC7479 "\n%s\n", dsa.line), "line 2: a DSA key"},
	    {arena_printf(&fixture.arena, "%s\n" RFC7479 "\n", fido.line), "no number"},
	    {arena_printf(&fixture.arena, "%s\n" RFC7479 "\n", certificate.line), "a certificate"},
	    {arena_printf(&fixture.arena, "host " RFC7479 "\n@cert-authority * %s\n", other.line),
		"line 2: the key of a CA"},
	    {arena_printf(&fixture.arena, "host " RFC7479 "\n@revoked host %s\n", other.line),
		"line 2: a revoked key"},
	    /* Lines of others do not matter. */
	    {arena_printf(&fixture.arena,
		 "host " RFC7479 "\n@revoked x %s\n@revoked host %s\ny %s\n", other.line, dsa.line,
		 fido.line),
		"line 3: a revoked key"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		fixture_text(&fixture, "some", rows[i].file);
		fixture_bad(
		    &fixture, &(struct bad){"$SSHFP host some", D_KEY_LEFT, 13, rows[i].part,
				  "host.example.com. 3600 SSHFP " RFC7479_DATA "\n"});
	}
}

/* The mark wins over the same key without it. */
static void
revoked(void **state)
{
	struct run run;

	(void)state;
	fixture_text(&fixture, "some", "host " RFC7479 "\n@revoked * " RFC7479 "\n");
	fixture_parse(&fixture, &run, "$SSHFP host some");
	assert_int_equal(run.result, -1);
	assert_int_equal(run.diags.n, 3);
	assert_non_null(strstr(run.diags.items[2].message, "no key that is left"));
	assert_string_equal(run.records.data, "");
	run_end(&run);
}

static void
bad_lines(void **state)
{
	static const struct bad bad[] = {
	    {"$SSHFP", D_RECORD_OWNER, 1, "$SSHFP has no owner", NULL},
	    {"$SSHFP \"host\" key.pub", D_RECORD_OWNER, 8, "quoted", NULL},
	    {"$SSHFP host", D_NO_SOURCE, 8, "no key file is named", NULL},
	    {"$SSHFP host 3600", D_NO_SOURCE, 13, "no key file is named", NULL},
	    {"$SSHFP ho..st key.pub", Z_NAME, 11, "a label is empty", NULL},
	    {"$SSHFP {a,b key.pub", D_BRACES, 8, "never closed", NULL},
	    {"$SSHFP host CH key.pub", Z_CLASS, 13, "CH", NULL},
	    {"$SSHFP host -", D_KEY_FILE, 13, "standard input", NULL},
	    {"$SSHFP host none.pub", F_READ, 13, "No such file", NULL},
	    {"$SSHFP host key.pub hash=sha1", D_KEY_VALUE, 21, "no option hash", NULL},
	};

	(void)state;
	fixture_all_bad(&fixture, bad, LENGTH(bad));
}

static void
bad_files(void **state)
{
	static const char secret[] = "b3BlbnNzaC1rZXktdjEA";
	static const struct {
		const char *file;
		enum problem problem;
		const char *part;
	} rows[] = {
	    {"", D_KEY_FILE, "is empty"},
	    {"# nothing\n", D_KEY_FILE, "holds no SSH key"},
	    {"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n"
	     "-----END OPENSSH PRIVATE KEY-----\n",
		D_KEY_SECRET, "holds a private key"},
	    {"-----BEGIN RSA PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n"
	     "-----END RSA PRIVATE KEY-----\n",
		D_KEY_SECRET, "holds a private key"},
	    {"PuTTY-User-Key-File-3: ssh-ed25519\nb3BlbnNzaC1rZXktdjEA\n", D_KEY_SECRET,
		"holds a private key"},
	    {"---- BEGIN SSH2 PUBLIC KEY ----\n", D_KEY_FILE, "RFC 4716"},
	    {"b3BlbnNzaC1rZXktdjEA\n", D_KEY_FILE, "line 1: it is neither"},
	    {RFC7479 "\nssh-ed25519 AAAA\n", D_KEY_FILE, "line 2: the key is damaged"},
	    {"ssh-ed25519\n", D_KEY_FILE, "line 1: the key is not base64"},
	    {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpN",
		D_KEY_FILE, "cut short"},
	    {"ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS",
		D_KEY_FILE, "damaged"},
	    {RFC7479 "AAAA", D_KEY_FILE, "damaged"},
	    /* a point that is not on the curve */
	    {"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAAAAAAAAAAA"
	     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		D_KEY_FILE, "damaged"},
	    {"host ssh-dsa AAAA", D_KEY_FILE, "neither"},
	    {"@revoked host", D_KEY_FILE, "neither"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct run run;

		fixture_text(&fixture, "bad", rows[i].file);
		fixture_bad(&fixture,
		    &(struct bad){"$SSHFP host bad", rows[i].problem, 13, rows[i].part, NULL});
		fixture_parse(&fixture, &run, "$SSHFP host bad");
		assert_null(strstr(run.diags.items[0].message, secret));
		run_end(&run);
	}
}

static void
texts_for_expand(void **state)
{
	struct run run;

	(void)state;
	fixture_parse(&fixture, &run, "$SSHFP Host key.pub\n$SSHFP @ ./key.pub");
	assert_string_equal(
	    run.texts.data, "Host ; key.pub ssh-ed25519\n@ ; ./key.pub ssh-ed25519\n");
	run_end(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_lines),
	    cmocka_unit_test(every_kind),
	    cmocka_unit_test(known_hosts),
	    cmocka_unit_test(ports),
	    cmocka_unit_test(several_hosts),
	    cmocka_unit_test(left_out),
	    cmocka_unit_test(revoked),
	    cmocka_unit_test(bad_lines),
	    cmocka_unit_test(bad_files),
	    cmocka_unit_test(texts_for_expand),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
