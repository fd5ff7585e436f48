#include "zone_fixture.h"

#include "cert_fixture.h"
#include "check/dane.h"
#include "check/prove.h"
#include "dane/lint.h"
#include "publish/load.h"

#include <openssl/rsa.h>

#define HEAD ZONE_HEAD "mail A 192.0.2.25\n" /* 5 lines */
#define OTHER "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct arena pems;

static void
free_cert(void *x509)
{
	X509_free(x509);
}

static void
free_key(void *key)
{
	EVP_PKEY_free(key);
}

/* Lives as long as `pems`. */
static X509 *
cert_of(const struct cert_spec *spec)
{
	X509 *x509 = fixture_cert(spec);

	arena_on_free(&pems, free_cert, x509);
	return x509;
}

static EVP_PKEY *
keep_key(EVP_PKEY *key)
{
	assert_non_null(key);
	arena_on_free(&pems, free_key, key);
	return key;
}

/* Writes the certificates to a file, those that are not NULL. */
static void
put_certs(const char *path, X509 *a, X509 *b)
{
	put(path,
	    arena_printf(&pems, "%s%s", fixture_pem(&pems, a), b ? fixture_pem(&pems, b) : ""));
}

static X509 *
sign_again(X509 *x509, EVP_PKEY *key, const EVP_MD *md)
{
	assert_true(X509_sign(x509, key, md) > 0);
	return x509;
}

/* Another CA below another root, and a server's certificate of it. */
static void
put_others(const struct cert_spec *of)
{
	EVP_PKEY *root = keep_key(fixture_key()), *ca = keep_key(fixture_key());
	struct cert_spec root_spec = {.name = "Root B", .key = root, .ca = true};
	struct cert_spec ca_spec = {
	    .name = "CA B", .key = ca, .issuer = "Root B", .issuer_key = root, .ca = true};
	struct cert_spec spec = *of;
	X509 *ca_cert = cert_of(&ca_spec);

	put_certs("root-b.pem", cert_of(&root_spec), NULL);
	put_certs("ca-b.pem", ca_cert, NULL);
	spec.issuer = "CA B";
	spec.issuer_key = ca;
	spec.key = keep_key(fixture_key());
	put_certs("mail-b.pem", cert_of(&spec), ca_cert);
}

static int
setup(void **state)
{
	EVP_PKEY *root = keep_key(fixture_key()), *ca = keep_key(fixture_key()),
		 *key = keep_key(fixture_key()), *other = keep_key(fixture_key()),
		 *rsa = keep_key(EVP_RSA_gen(1024));
	struct cert_spec root_spec = {.name = "Root", .key = root, .ca = true};
	struct cert_spec ca_spec = {
	    .name = "CA", .key = ca, .issuer = "Root", .issuer_key = root, .ca = true};
	struct cert_spec spec = {.name = "mail",
	    .key = key,
	    .issuer = "CA",
	    .issuer_key = ca,
	    .san = "DNS:mail.example.org"};
	X509 *root_cert = cert_of(&root_spec), *ca_cert = cert_of(&ca_spec), *cert;

	if (zone_setup(state) != 0)
		return -1;
	put_certs("root.pem", root_cert, NULL);
	put_certs("ca.pem", ca_cert, NULL);
	put_certs("cas.pem", ca_cert, root_cert);
	cert = cert_of(&spec);
	put_certs("mail.pem", cert, ca_cert);
	put_certs("leaf.pem", cert, NULL);
	put("whole.pem", arena_printf(&pems, "%s%s%s", fixture_pem(&pems, cert),
			     fixture_pem(&pems, ca_cert), fixture_pem(&pems, root_cert)));
	put_others(&spec);
	spec.key = other;
	put_certs("next.pem", cert_of(&spec), ca_cert);
	spec.san = "DNS:*.example.org";
	put_certs("wild.pem", cert_of(&spec), ca_cert);
	spec.san = "DNS:m*.example.org";
	put_certs("part.pem", cert_of(&spec), ca_cert);
	spec.san = "DNS:example.org";
	put_certs("domain.pem", cert_of(&spec), ca_cert);
	spec.san = "DNS:mx1.example.org";
	put_certs("mx1.pem", cert_of(&spec), ca_cert);
	put_certs("mx1-next.pem", cert_of(&spec), ca_cert);
	spec.san = "DNS:mx2.example.org";
	put_certs("mx2.pem", cert_of(&spec), ca_cert);
	spec.san = "DNS:mx1.example.org,DNS:mx2.example.org";
	put_certs("mx12.pem", cert_of(&spec), ca_cert);
	spec.san = "DNS:imap.example.org";
	put_certs("imap.pem", cert_of(&spec), ca_cert);
	spec.san = NULL;
	spec.name = "mail.example.org";
	put_certs("cn.pem", cert_of(&spec), ca_cert);
	spec.san = "DNS:mail.example.org";
	put_certs("sha1.pem", sign_again(cert_of(&spec), ca, EVP_sha1()), ca_cert);
	spec.key = rsa;
	put_certs("rsa.pem", cert_of(&spec), ca_cert);
	spec.key = keep_key(EVP_RSA_gen(2047));
	put_certs("rsa-2047.pem", cert_of(&spec), ca_cert);
	spec.key = key;
	spec.to = NOW + 14 * DAY;
	put_certs("soon.pem", cert_of(&spec), ca_cert);
	spec.to++;
	put_certs("later.pem", cert_of(&spec), ca_cert);
	spec.from = NOW - 5 * DAY;
	spec.to = NOW + 1 * DAY;
	put_certs("short.pem", cert_of(&spec), ca_cert);
	spec.from = spec.to = 0;
	ca_spec.to = NOW + 2 * DAY;
	put_certs("chain.pem", cert_of(&spec), cert_of(&ca_spec));
	sign_again(root_cert, root, EVP_sha1());
	put_certs("root-sha1.pem", root_cert, ca_cert);
	sign_again(ca_cert, root, EVP_sha1());
	put_certs("ca-sha1.pem", cert, ca_cert);
	spec.issuer = NULL;
	put_certs("self-sha1.pem", sign_again(cert_of(&spec), key, EVP_sha1()), NULL);
	root_spec.san = "DNS:mail.example.org";
	put_certs("own.pem", cert_of(&root_spec), NULL);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(&pems);
	return zone_teardown(state);
}

/* What stands behind HEAD, and the problems; `first`: when the first begins after NOW. */
struct row {
	const char *text, *problems;
	int64_t first;
};

/* SPF, DKIM and DMARC are no matter of these tests. */
static void
forget_mail(struct diags *diags)
{
	size_t n = 0;

	for (size_t i = 0; i < diags->n; i++)
		if (diags->items[i].problem != D_MAIL_BARE)
			diags->items[n++] = diags->items[i];
	diags->n = n;
}

static bool
is_good(const struct row *row)
{
	struct diags diags = {0};
	struct loaded loaded;
	struct load_options load = {.path = "a.zone", .dane = true, .now = NOW};
	struct dane_options options = {0};
	struct buf b = {0};
	bool good;

	put("a.zone", arena_printf(&pems, "%s%s", HEAD, row->text));
	if (load_zone(&diags, &load, &loaded) == 0) {
		store_sort(&loaded.store);
		options.doubts = loaded.directives.tlsa.doubts;
		options.uses = loaded.directives.tlsa.uses;
		check_dane(&loaded.store, &options);
	}
	forget_mail(&diags);
	problems_print(&b, &diags);
	good = strcmp(b.data, row->problems) == 0 &&
	       (row->first == 0 || loaded.directives.tlsa.first_expiry_unix == row->first);
	if (!good)
		print_error("%s: %s, not %s (%s), first %lld\n", row->text, b.data, row->problems,
		    diags.n ? diags.items[0].message : "",
		    (long long)loaded.directives.tlsa.first_expiry_unix - NOW);
	buf_free(&b);
	load_free(&loaded);
	diags_free(&diags);
	return good;
}

static void
check_rows(const struct row *rows, size_t n)
{
	bool good = true;

	for (size_t i = 0; i < n; i++)
		good = is_good(&rows[i]) && good;
	assert_true(good);
}

/* Of the texts in question the proof refuses those that lint calls D102, and no other. */
static bool
is_proved_alike(const struct row *row)
{
	struct diags diags = {0};
	struct loaded loaded;
	struct load_options load = {.path = "a.zone", .dane = true, .now = NOW};
	bool refused, good;

	put("a.zone", arena_printf(&pems, "%s%s", HEAD, row->text));
	assert_int_equal(load_zone(&diags, &load, &loaded), 0);
	store_sort(&loaded.store);
	refused = prove_zone(&loaded.store, loaded.directives.tlsa.uses, NOW) < 0;
	good = refused == (strstr(row->problems, "D102") != NULL);
	if (!good)
		print_error("%s: %s (%s)\n", row->text, refused ? "refused" : "proved",
		    diags.n ? diags.items[0].message : "");
	load_free(&loaded);
	diags_free(&diags);
	return good;
}

static void
check_rows_and_proof(const struct row *rows, size_t n)
{
	bool good = true;

	for (size_t i = 0; i < n; i++)
		good = is_good(&rows[i]) && is_proved_alike(&rows[i]) && good;
	assert_true(good);
}

static void
soon(void **state)
{
	static const struct row rows[] = {
	    {"$TLSA _443._tcp.mail 2 1 1 mail.pem\n", "", TO - LINT_SOON_S},
	    {"$TLSA _443._tcp.mail mail.pem\n", "", TO - LINT_SOON_S},
	    {"$TLSA _443._tcp.mail 2 1 1 soon.pem\n", "D100 6:28", NOW + 14 * DAY},
	    {"$TLSA _443._tcp.mail 1 1 1 soon.pem\n", "D100 6:28", NOW + 14 * DAY},
	    {"$TLSA _443._tcp.mail soon.pem\n", "D101 6:22", NOW + 14 * DAY},
	    {"$TLSA _443._tcp.mail mail.pem next=soon.pem\n", "D101 6:36", NOW + 14 * DAY},
	    {"$TLSA _443._tcp.mail later.pem\n", "", NOW + 1},
	    {"$TLSA _443._tcp.mail short.pem\n", "D101 6:22", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 chain.pem\n", "D100 6:28", 0},
	    {"$TLSA _443._tcp.mail 1 1 1 chain.pem\n", "D100 6:28", 0},
	    {"$TLSA _443._tcp.mail 3 1 1 chain.pem\n", "", TO - LINT_SOON_S},
	    {"$TLSA _443._tcp.mail 3 1 1 chain.pem\n$TLSA _25._tcp.mail soon.pem\n", "D101 7:21",
		NOW + 14 * DAY},
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

/* A certificate of six days is not soon at its end before its last day. */
static void
soon_from(void **state)
{
	struct cert cert = {.not_before_unix = NOW, .not_after_unix = NOW + 6 * DAY};

	(void)state;
	assert_int_equal(lint_soon_from(&cert), NOW + 5 * DAY);
	cert.not_after_unix = NOW + 90 * DAY;
	assert_int_equal(lint_soon_from(&cert), NOW + 76 * DAY);
}

static void
weak(void **state)
{
	static const struct row rows[] = {
	    {"$TLSA _443._tcp.mail rsa.pem\n", "D104 6:22", 0},
	    {"$TLSA _443._tcp.mail rsa-2047.pem\n", "D104 6:22", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 rsa.pem\n", "D104 6:28", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 sha1.pem\n", "D105 6:28", 0},
	    {"$TLSA _443._tcp.mail 1 1 1 sha1.pem\n", "D105 6:28", 0},
	    {"$TLSA _443._tcp.mail 3 1 1 sha1.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail 3 1 1 self-sha1.pem\n", "", 0},
	    /* Of the pinned CA nobody verifies the signature under usage 2. */
	    {"$TLSA _443._tcp.mail 2 1 1 ca-sha1.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail 0 1 1 ca-sha1.pem\n", "D105 6:28", 0},
	    {"$TLSA _443._tcp.mail 0 1 1 root-sha1.pem\n", "", 0},
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

static void
names(void **state)
{
	static const struct row rows[] = {
	    {"$TLSA _443._tcp.mail 2 1 1 mail.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 cn.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 wild.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 part.pem\n", "D102 6:28", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 own.pem\n", "D124 6:28", 0},
	    {"$TLSA _443._tcp.mail 0 1 1 own.pem\n", "D124 6:28", 0},
	    {"$TLSA _443._tcp.mail 3 1 1 own.pem\n", "", 0},
	    {"a A 192.0.2.1\n$TLSA _443._tcp.a 2 1 1 own.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 root.pem\n", "D127 6:28", 0},
	    {"a A 192.0.2.1\n$TLSA _443._tcp.a 2 1 1 mail.pem\n", "D102 7:25", 0},
	    {"a A 192.0.2.1\n$TLSA _443._tcp.a 0 1 1 mail.pem\n", "D102 7:25", 0},
	    {"a A 192.0.2.1\n$TLSA _443._tcp.a 1 1 1 mail.pem\n", "D102 7:25", 0},
	    {"a A 192.0.2.1\n$TLSA _443._tcp.a 3 1 1 mail.pem\n", "D103 7:25", 0},
	    {"a A 192.0.2.1\n$TLSA _{25,443}._tcp.a mail.pem\n", "D103 7:24", 0},
	    {"a A 192.0.2.1\n$TLSA _443._tcp.{a,mail} 2 1 1 mail.pem\n", "D102 7:32", 0},
	    {"a A 192.0.2.1\n$TLSA _443._tcp.a 3 1 1 mail.pem next=next.pem\n",
		"D103 7:25, D103 7:39", 0},
	    {"a.b A 192.0.2.1\n$TLSA _443._tcp.a.b 2 1 1 wild.pem\n", "D102 7:27", 0},
	    /* Only the CA is known. */
	    {"a A 192.0.2.1\n$TLSA _443._tcp.a 2 1 1 ca.pem\n", "", 0},
	    /* RFC 7672 section 3.2.2, RFC 7673, RFC 7671 section 7 */
	    {"$TLSA _443._tcp.mail 2 1 1 domain.pem\n", "D102 6:28", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 domain.pem\na MX 0 mail\n", "D102 6:28", 0},
	    {"a A 192.0.2.1\n$TLSA _443._tcp.a 2 1 1 mail.pem\n_x CNAME a\n", "D102 7:25", 0},
	    {"host A 192.0.2.1\n$TLSA _443._tcp.host 2 1 1 domain.pem\nexample CNAME host\n",
		"D102 7:28", 0},
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

/* Lint and proof agree. */
static void
domains(void **state)
{
	static const struct row rows[] = {
	    /* The domain that the mail goes to counts for SMTP alone (RFC 7672 section 3.2.2), */
	    {"$TLSA _25._tcp.mail 2 1 1 domain.pem\n@ MX 0 mail\n", "", 0},
	    {"$TLSA _25._tcp.mail domain.pem\n@ MX 0 mail\n", "", 0},
	    /* (of usages that mail servers use), */
	    {"$TLSA _25._tcp.mail domain.pem\n$TLSA _25._tcp.mail 1 1 1 domain.pem\n"
	     "$TLSA _25._tcp.mail 0 1 1 root-b.pem\n",
		"D103 6:21, D106 8:7", 0},
	    {"$TLSA *._tcp.mail 2 1 1 domain.pem\n@ MX 0 mail\n", "", 0},
	    {"$TLSA _25._udp.mail 2 1 1 domain.pem\n@ MX 0 mail\n", "D102 6:27", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 domain.pem\n@ MX 0 mail\n", "D102 6:28", 0},
	    {"$TLSA _465._tcp.mail 2 1 1 domain.pem\n@ MX 0 mail\n", "D102 6:28", 0},
	    {"$TLSA _587._tcp.mail 2 1 1 domain.pem\n@ MX 0 mail\n", "D102 6:28", 0},
	    {"$TLSA _993._tcp.mail 2 1 1 domain.pem\n@ MX 0 mail\n", "D102 6:28", 0},
	    {"$TLSA _993._tcp.mail 2 1 1 mail.pem\n@ MX 0 mail\n", "", 0},
	    /* whatever alias MX may name, */
	    {"$TLSA _25._tcp.mail 2 1 1 domain.pem\n@ MX 0 mx\nmx CNAME mail\n", "", 0},
	    {"$TLSA _25._tcp.mail 2 1 1 domain.pem\n@ MX 0 mx\nmx CNAME m\nm CNAME mail\n", "", 0},
	    {"$TLSA _25._tcp.mail 2 1 1 domain.pem\n* MX 0 mail\n", "D102 6:27", 0},
	    /* and each domain has clients. */
	    {"$TLSA _25._tcp.mail 2 1 1 domain.pem\na MX 0 mail\n@ MX 0 mail\n", "D102 6:27", 0},
	    {"$TLSA _25._tcp.mail 2 1 1 mail.pem\na MX 0 mail\n@ MX 0 mail\n", "", 0},
	    {"$TLSA _25._tcp.mail 2 1 1 wild.pem\na.a MX 0 mail\n@ MX 0 mail\n", "", 0},
	    /* That of an SRV record counts for its port and protocol (RFC 7673 section 4.1). */
	    {"$TLSA _993._tcp.mail 2 1 1 domain.pem\n_imaps._tcp SRV 0 0 993 mail\n", "", 0},
	    {"$TLSA _993._tcp.mail 2 1 1 domain.pem\n_IMAPS._TCP SRV 0 0 993 MAIL\n", "", 0},
	    {"$TLSA _993._tcp.mail 2 1 1 domain.pem\n_imaps._tcp.a SRV 0 0 993 mail\n", "D102 6:28",
		0},
	    {"$TLSA _143._tcp.mail 2 1 1 domain.pem\n_imaps._tcp SRV 0 0 993 mail\n", "D102 6:28",
		0},
	    {"$TLSA _993._udp.mail 2 1 1 domain.pem\n_imaps._tcp SRV 0 0 993 mail\n", "D102 6:28",
		0},
	    {"$TLSA _993._tcp.mail 2 1 1 domain.pem\n_imaps._udp SRV 0 0 993 mail\n", "D102 6:28",
		0},
	    {"$TLSA _25._tcp.mail 2 1 1 domain.pem\n_imaps._tcp SRV 0 0 993 mail\n", "D102 6:27",
		0},
	    {"$TLSA *._tcp.mail 2 1 1 domain.pem\n_imaps._tcp SRV 0 0 993 mail\n", "", 0},
	    {"$TLSA _{5222,5269}._tcp.mail 2 1 1 domain.pem\n"
	     "_xmpp-client._tcp SRV 0 0 5222 mail\n_xmpp-server._tcp SRV 0 0 5269 mail\n",
		"", 0},
	    /* Aliases of the host are known to all. */
	    {"host A 192.0.2.1\n$TLSA _993._tcp.host 2 1 1 imap.pem\nimap CNAME host\n", "", 0},
	    {"host A 192.0.2.1\n$TLSA _993._tcp.host 2 1 1 imap.pem\n"
	     "imap CNAME b\nb CNAME host\n",
		"", 0},
	};

	(void)state;
	check_rows_and_proof(rows, LENGTH(rows));
}

#define MX "mx1 A 192.0.2.1\nmx2 A 192.0.2.2\n" /* lines 6 and 7 */
#define SHARE "_25._tcp.mx1 CNAME tlsa._dane\n_25._tcp.mx2 CNAME tlsa._dane\n"

/* One set for several services (RFC 7671 sections 5.1, 5.2 and 7): lint and proof agree. */
static void
shared(void **state)
{
	static const struct row rows[] = {
	    {"_25._tcp.mail CNAME tlsa._dane\n$TLSA tlsa._dane 2 1 1 mail.pem\n", "", 0},
	    {"$TLSA tlsa._dane 2 1 1 mail.pem\n_25._tcp.mail CNAME tlsa._dane\n", "", 0},
	    {"_25._tcp.mail CNAME TLSA._dane\n$TLSA tlsa._DANE mail.pem\n", "", 0},
	    {"_25._tcp.mail CNAME mail-tlsa\n$TLSA mail-tlsa 2 1 1 mail.pem\n", "", 0},
	    {"_25._tcp.mail CNAME _dane\n$TLSA _dane mail.pem\n", "", 0},
	    {"_25._tcp.mail CNAME 3.1.1._dane\n$TLSA 3.1.1._dane mail.pem\n", "", 0},
	    {"_25._tcp.mail CNAME _25._dane\n$TLSA _25._dane mail.pem\n", "", 0},
	    {"_25._tcp.mail CNAME a\na CNAME tlsa._dane\n$TLSA tlsa._dane 2 1 1 mail.pem\n", "", 0},
	    {"*._tcp.mail CNAME tlsa._dane\n$TLSA tlsa._dane 2 1 1 mail.pem\n", "", 0},
	    {"_25._tcp.mail CNAME a._dane\n$TLSA *._dane 2 1 1 mail.pem\n", "", 0},
	    {"_25._tcp.mail CNAME x.d\nd DNAME _dane\n$TLSA x._dane 2 1 1 mail.pem\n", "", 0},
	    {"_tcp.mail DNAME d\n$TLSA _25.d 2 1 1 mail.pem\n", "", 0},
	    {"mail DNAME d\n$TLSA _25._tcp.d 2 1 1 mail.pem\n", "", 0},
	    {"mail DNAME d\n$TLSA _25._tcp.d 2 1 1 mx1.pem\n", "D102 7:24", 0},
	    {"_tcp.mail DNAME _tcp.mx1\n$TLSA _25._tcp.mx1 2 1 1 mx1.pem\nmx1 A 192.0.2.1\n",
		"D102 7:26", 0},
	    {"*.mail CNAME t\n$TLSA t mail.pem\n", "", 0},
	    {"*.mail CNAME t._dane\n$TLSA t._dane 2 1 1 mail.pem\n", "", 0},
	    /* An owner of the form may itself be just a name for others. */
	    {"_25._tcp.mail CNAME _25._tcp.d\n$TLSA _25._tcp.d 2 1 1 mail.pem\n", "", 0},
	    {"_25._tcp.mail CNAME _25._tcp.d\n_25._tcp.d CNAME tlsa._dane\n"
	     "$TLSA tlsa._dane 2 1 1 mail.pem\n",
		"", 0},
	    /* Names are those of all hosts where aliases begin. */
	    {MX SHARE "$TLSA tlsa._dane 2 1 1 mx12.pem\n", "", 0},
	    {MX SHARE "$TLSA tlsa._dane 2 1 1 wild.pem\n", "", 0},
	    {MX SHARE "$TLSA tlsa._dane 2 1 1 mx1.pem mx2.pem\n", "", 0},
	    {MX SHARE "$TLSA tlsa._dane 3 1 1 mx1.pem mx2.pem\n", "", 0},
	    {MX SHARE "$TLSA tlsa._dane 2 1 1 mx1.pem\n$TLSA tlsa._dane 2 1 1 mx2.pem\n", "", 0},
	    {MX SHARE "$TLSA tlsa._dane 3 0 1 wild.pem\n$TLSA tlsa._dane 2 1 1 ca.pem\n", "", 0},
	    {MX SHARE "$TLSA tlsa._dane 2 1 1 mx1.pem\n", "D102 10:24", 0},
	    {MX SHARE "$TLSA tlsa._dane 3 1 1 mx1.pem\n", "D103 10:24", 0},
	    {MX SHARE "$TLSA tlsa._dane 2 1 1 mail.pem\n", "D102 10:24, D102 10:24", 0},
	    {MX SHARE "$TLSA tlsa._dane 2 1 1 mx1.pem mx2.pem mail.pem\n", "D102 10:40", 0},
	    {MX SHARE "$TLSA tlsa._dane 2 1 1 mx12.pem next=mx12.pem\n", "", 0},
	    {MX SHARE "$TLSA tlsa._dane 2 1 1 mx1.pem mx2.pem next=mx1-next.pem\n", "", 0},
	    {MX "_25._tcp.mx2 CNAME _25._tcp.mx1\n$TLSA _25._tcp.mx1 2 1 1 mx1.pem mx2.pem\n", "",
		0},
	    {MX "_25._tcp.mx2 CNAME _25._tcp.mx1\n$TLSA _25._tcp.mx1 2 1 1 mx1.pem\n", "D102 9:26",
		0},
	    {MX "_25._tcp.mx2 CNAME _25._tcp.mx1\n$TLSA _25._tcp.mx1 2 1 1 mx2.pem\n", "D102 9:26",
		0},
	    /* Each alias has its port. */
	    {"@ MX 0 mail\n_25._tcp.mail CNAME tlsa._dane\n$TLSA tlsa._dane 2 1 1 domain.pem\n", "",
		0},
	    {"@ MX 0 mail\n_25._tcp.mail CNAME tlsa._dane\n_465._tcp.mail CNAME tlsa._dane\n"
	     "$TLSA tlsa._dane 2 1 1 domain.pem\n",
		"D102 9:24", 0},
	};

	(void)state;
	check_rows_and_proof(rows, LENGTH(rows));
}

/* What no alias of the zone leads to. */
static void
not_shared(void **state)
{
	static const struct row rows[] = {
	    /* perhaps those of others do */
	    {"$TLSA tlsa._dane 2 1 1 mail.pem\n", "D126 6:7", 0},
	    {"$TLSA 3.1.1._dane mail.pem\n", "D126 6:7", 0},
	    {"$TLSA *._dane mail.pem\n", "D126 6:7", 0},
	    {"_25._tcp.mail CNAME a._dane\n$TLSA b._dane mail.pem\n", "D115 6:1, D126 7:7", 0},
	    {"_x.mail CNAME a._dane\n$TLSA a._dane mail.pem\n", "D126 7:7", 0},
	    {"a._dane TLSA 3 1 1 " OTHER "\n", "D126 6:1", 0},
	    /* or it is a mistake */
	    {"$TLSA mail mail.pem\n", "D001 6:7", 0},
	    {"$TLSA _25._tpc.mail mail.pem\n", "D001 6:11", 0},
	    {"$TLSA 25._tcp.mail mail.pem\n", "D001 6:7", 0},
	    {"$TLSA _99999._tcp.mail mail.pem\n", "D001 6:7", 0},
	    {"$TLSA _smtp.mail mail.pem\n", "D001 6:7", 0},
	    {"$TLSA mail._tcp mail.pem\n", "D001 6:7", 0},
	    {"$TLSA mail._25._tcp mail.pem\n", "D001 6:7", 0},
	    {"$TLSA 25.tcp.mail mail.pem\n", "D001 6:7", 0},
	    {"$TLSA _dane mail.pem\n", "D001 6:7", 0},
	    {"$TLSA dane mail.pem\nx CNAME dane\n", "D001 6:7", 0},
	    {"$TLSA mail mail.pem\n* CNAME mail\n", "D001 6:7", 0},
	    {"$TLSA a.b._dane.{x,_tcp} mail.pem\n", "D126 6:7, D001 6:7", 0},
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

#define ANCHORS(params, sources)                                                                   \
	"$TLSA _443._tcp.mail mail.pem\n$TLSA _443._tcp.mail " params " " sources "\n"

/* RFC 7671 section 5.2.2 */
static void
anchors(void **state)
{
	static const struct row rows[] = {
	    {"$TLSA _443._tcp.mail 2 1 1 ca.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 mail.pem root.pem\n", "", 0},
	    {ANCHORS("2 1 1", "root.pem"), "D107 7:28", 0},
	    {ANCHORS("2 0 1", "root.pem"), "D107 7:28", 0},
	    {ANCHORS("2 1 1", "ca-b.pem"), "D107 7:28", 0},
	    {ANCHORS("2 1 1", "ca.pem"), "", 0},
	    {ANCHORS("2 1 1", "cas.pem"), "D107 7:28", 0},
	    {ANCHORS("2 1 1", "cas.pem pick=all"), "", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 root.pem\n$TLSA _443._tcp.mail mail.pem\n", "D107 6:28",
		0},
	    /* One that is sent will do; the other is for the future. */
	    {"$TLSA _443._tcp.mail 2 1 1 mail.pem ca-b.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 mail.pem root-b.pem\n", "", 0},
	    {ANCHORS("2 1 1", "ca.pem ca-b.pem"), "", 0},
	    {ANCHORS("2 1 1", "ca-b.pem root-b.pem"), "D107 7:28, D107 7:37", 0},
	    {ANCHORS("2 1 1", "ca.pem") "$TLSA _443._tcp.mail 2 1 1 ca-b.pem\n", "", 0},
	    /* But with other parameters it is for other clients (section 8), */
	    {ANCHORS("2 1 1", "ca.pem") "$TLSA _443._tcp.mail 2 0 1 ca-b.pem\n", "D107 8:28", 0},
	    /* and each server that has the records must be anchored. */
	    {"$TLSA _443._tcp.mail mail.pem mail-b.pem\n$TLSA _443._tcp.mail 2 1 1 ca.pem\n",
		"D107 7:28", 0},
	    {"$TLSA _443._tcp.mail mail.pem mail-b.pem\n$TLSA _443._tcp.mail 2 1 1 ca.pem "
	     "ca-b.pem\n",
		"", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 mail.pem mail-b.pem\n", "", 0},
	    /* Records that hold all of it spare the server from sending it. */
	    {ANCHORS("2 0 0", "root.pem"), "", 0},
	    {ANCHORS("2 0 0", "ca.pem"), "", 0},
	    {ANCHORS("2 1 0", "root.pem"), "D111 7:7", 0},
	    {ANCHORS("2 1 0", "ca.pem"), "D111 7:7", 0},
	    {ANCHORS("2 0 0", "root-b.pem"), "D107 7:28", 0},
	    {ANCHORS("2 0 0", "ca-b.pem"), "D107 7:28", 0},
	    {ANCHORS("2 0 0", "ca.pem root-b.pem"), "", 0},
	    /* Under usage 0 clients have the root themselves. */
	    {ANCHORS("0 1 1", "root.pem"), "", 0},
	    {ANCHORS("0 1 1", "ca.pem"), "", 0},
	    {ANCHORS("0 1 1", "root-b.pem"), "D107 7:28", 0},
	    {ANCHORS("0 1 1", "ca.pem root-b.pem"), "", 0},
	    /* Nothing is known of what servers send. */
	    {"$TLSA _443._tcp.mail 2 1 1 root.pem\n$TLSA _25._tcp.mail mail.pem\n", "D127 6:28", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 root.pem\n$TLSA _443._tcp.mail leaf.pem\n", "D127 6:28",
		0},
	    {"$TLSA _443._tcp.mail 2 1 1 root.pem\n", "D127 6:28", 0},
	    {"$TLSA _{443,25}._tcp.mail 2 0 1 root.pem\n", "D127 6:33", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 cas.pem\n", "D127 6:28", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 cas.pem pick=issuer\n", "D127 6:28", 0},
	    {"$TLSA _443._tcp.mail 2 0 0 root.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail 0 1 1 root.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 own.pem\n", "D124 6:28", 0},
	    {"$TLSA _443._tcp.mail 0 1 1 root.pem\n$TLSA _443._tcp.mail mail.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 ca.pem next=root.pem\n$TLSA _443._tcp.mail mail.pem\n", "",
		0},
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

/* RFC 7671 sections 8 and 9 */
static void
beside(void **state)
{
	static const struct row rows[] = {
	    {"$TLSA _443._tcp.mail mail.pem\n_443._tcp.mail TLSA 3 1 1 " OTHER "\n", "", 0},
	    {"$TLSA _443._tcp.mail mail.pem\n_443._tcp.mail TLSA 3 0 1 " OTHER "\n", "D109 7:1", 0},
	    {"$TLSA _443._tcp.mail mail.pem\n_443._tcp.mail TLSA 2 1 1 " OTHER "\n", "D109 7:1", 0},
	    {"$TLSA _443._tcp.mail leaf.pem\n_443._tcp.mail TLSA 2 1 1 " OTHER "\n", "", 0},
	    {"$TLSA _443._tcp.mail mail.pem\n_25._tcp.mail TLSA 3 0 1 " OTHER "\n", "", 0},
	    {"$TLSA _443._tcp.mail mail.pem\n$TLSA _443._tcp.mail 2 0 1 mail.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail mail.pem\n_443._tcp.mail TLSA 3 1 2 " OTHER OTHER "\n",
		"D108 6:22, D109 7:1", 0},
	    {"$TLSA _443._tcp.mail mail.pem\n$TLSA _443._tcp.mail 3 1 2 mail.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail mail.pem next=next.pem\n$TLSA _443._tcp.mail 3 1 2 mail.pem\n",
		"D108 7:7", 0},
	    {"$TLSA _443._tcp.mail mail.pem\n$TLSA _443._tcp.mail 3 1 2 next.pem\n",
		"D108 6:22, D108 7:28", 0},
	    {"$TLSA _443._tcp.mail mail.pem next.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail mail.pem\n$TLSA _443._tcp.mail 2 1 1 mail-b.pem\n",
		"D109 6:7, D109 7:7", 0},
	    {"$TLSA _443._tcp.mail 3 1 1 mail.pem\n$TLSA _443._tcp.mail 0 1 1 whole.pem\n", "", 0},
	    /* Of two files of one server it may send either. */
	    {"$TLSA _443._tcp.mail mail.pem\n$TLSA _443._tcp.mail 2 1 1 whole.pem\n", "", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 mail.pem mail-b.pem\n"
	     "$TLSA _443._tcp.mail 3 1 1 mail.pem mail-b.pem\n",
		"", 0},
	    {"$TLSA _443._tcp.mail 2 1 1 mail.pem\n$TLSA _443._tcp.mail mail-b.pem\n"
	     "$TLSA _443._tcp.mail 2 0 0 ca.pem ca-b.pem\n",
		"D109 6:7, D109 7:7", 0},
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

/* RFC 7671 section 8.1: twice the TTL, which is 3600 s here. */
static void
waits(void **state)
{
	static const uint32_t waits_s[] = {0, 7199, 7200};

	(void)state;
	put("a.zone", HEAD "$TLSA _443._tcp.mail mail.pem\n");
	for (size_t i = 0; i < LENGTH(waits_s); i++) {
		struct diags diags = {0};
		struct loaded loaded;
		struct load_options load = {.path = "a.zone", .dane = true, .now = NOW};
		struct dane_options options = {0};

		assert_int_equal(load_zone(&diags, &load, &loaded), 0);
		store_sort(&loaded.store);
		loaded.directives.tlsa.uses->wait_s = waits_s[i];
		options.uses = loaded.directives.tlsa.uses;
		assert_int_equal(check_dane(&loaded.store, &options), 0);
		assert_int_equal(diags.n, i == 1);
		if (diags.n > 0)
			assert_int_equal(diags.items[0].problem, D_TTL_WAIT);
		load_free(&loaded);
		diags_free(&diags);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(soon),
	    cmocka_unit_test(soon_from),
	    cmocka_unit_test(weak),
	    cmocka_unit_test(names),
	    cmocka_unit_test(domains),
	    cmocka_unit_test(shared),
	    cmocka_unit_test(not_shared),
	    cmocka_unit_test(anchors),
	    cmocka_unit_test(beside),
	    cmocka_unit_test(waits),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
