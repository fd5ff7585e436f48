#define _GNU_SOURCE
#include "loader_fixture.h"

#include <openssl/ssl.h>
#include <unistd.h>

/* What stands for a letter of a form. */
static const char *letters['Z' + 1];

static const struct {
	const char *form; /* letters, and all else as it is */
	const char *why;  /* NULL: servers read what we read */
	bool all;
	size_t line;
} rows[] = {
    {"A\n", NULL, false, 0},
    {"A", NULL, false, 0},
    {"A\nB\n", NULL, false, 0},
    {"B\nA\nB\n", NULL, false, 0},
    {"\n\ntext: x\nA\n\n  text\nB\n", NULL, false, 0},
    {"\xef\xbb\xbf"
     "A\n\xef\xbb\xbf"
     "B\n",
	NULL, false, 0},
    {"A  \nB\t\n", NULL, false, 0},
    {"K\nA\nB\n", NULL, false, 0},
    {"A\nK\nB\nK", NULL, false, 0},
    {"T\nA\n", NULL, false, 0},
    {"O\nA\n", NULL, false, 0},
    {"-----BEGIN CERTIFICATE-----\nL\n-----END CERTIFICATE-----\n", NULL, false, 0},
    {"-----BEGIN CERTIFICATE-----  \n\nN\n-----END CERTIFICATE-----\n", NULL, false, 0},
    {"C\r\nC\r\n", NULL, false, 0},
    /* The whole file is lost */
    {"AB\n", "more follows on the END line", true, 8},
    {"A B\n", "more follows on the END line", true, 8},
    {"A # mail\nB\n", "more follows on the END line", true, 8},
    {"A\nBA\n", "more follows on the END line", true, 16},
    {"KA\n", "does not begin its line", true, 5},
    {"A\nKB\n", "does not begin its line", true, 13},
    {"A\nKK\n", "a block behind this certificate is broken", true, 1},
    {"I\n", "the BEGIN line is indented", true, 1},
    {"\tA\n", "the BEGIN line is indented", true, 1},
    {"R\r", "a carriage return alone", true, 1},
    {"R\rR\r", "a carriage return alone", true, 1},
    {"-----BEGIN CERTIFICATE-----\nL\n  -----END CERTIFICATE-----\n", "the END line is indented",
	true, 3},
    {"-----BEGIN CERTIFICATE-----\nL\n\n-----END CERTIFICATE-----\n", "an empty line", true, 1},
    {"A\n-----BEGIN CERTIFICATE-----\nL\n\n-----END CERTIFICATE-----\n", "an empty line", true, 9},
    {"-----BEGIN CERTIFICATE-----\n\nL\n-----END CERTIFICATE-----\n", "not as OpenSSL writes it",
	true, 1}, /* a long line behind headers, if of no length */
    /* A certificate of it */
    {"A\nI\n", "the BEGIN line is indented", false, 9},
    {"I\nA\n", "the BEGIN line is indented", false, 1},
    {"B\nR\r", "a carriage return alone", false, 9},
    {"A\nT\n", "TRUSTED CERTIFICATE", false, 9},
};

static const char *
replaced(const char *text, const char *from, const char *to)
{
	struct buf b = {0};
	const char *out;

	for (; *text; text++)
		if (strncmp(text, from, strlen(from)) == 0) {
			buf_puts(&b, to);
			text += strlen(from) - 1;
		} else {
			buf_putc(&b, *text);
		}
	out = arena_text(&arena, b.data, b.len);
	buf_free(&b);
	return out;
}

static const char *
without_last_line_end(const char *text)
{
	return arena_text(&arena, text, strlen(text) - 1);
}

static const char *
base64_of(const char *pem)
{
	const char *begin = strchr(pem, '\n') + 1, *end = strstr(begin, "\n-----");

	return arena_text(&arena, begin, (size_t)(end - begin));
}

static void
make_letters(void)
{
	EVP_PKEY *key = fixture_key();
	const char *a = without_last_line_end(
	    fixture_cert_pem(&arena, &(struct cert_spec){.name = "a", .key = key}));
	const char *b = without_last_line_end(
	    fixture_cert_pem(&arena, &(struct cert_spec){.name = "b", .key = key}));
	X509 *c = fixture_cert(&(struct cert_spec){.name = "c", .key = key});
	BIO *bio = BIO_new(BIO_s_mem());

	X509_add1_trust_object(c, OBJ_nid2obj(NID_server_auth));
	assert_true(PEM_write_bio_X509_AUX(bio, c));
	letters['A'] = a;
	letters['B'] = b;
	letters['C'] = replaced(a, "\n", "\r\n");
	letters['I'] = replaced(arena_printf(&arena, "  %s", b), "\n", "\n  ");
	letters['K'] = without_last_line_end(fixture_key_pem(&arena, key, NULL));
	letters['N'] = base64_of(a);
	letters['L'] = replaced(letters['N'], "\n", "");
	letters['O'] = replaced(b, " CERT", " X509 CERT");
	letters['R'] = replaced(a, "\n", "\r");
	letters['T'] = without_last_line_end(fixture_text_of_bio(&arena, bio));
	X509_free(c);
	EVP_PKEY_free(key);
}

/* Letters that stand alone: those of words are followed by others. */
static const char *
fill_in(const char *form)
{
	struct buf b = {0};
	const char *out;
	bool inside = false; /* a line that is written out */

	for (; *form; form++) {
		inside = *form == '\n' ? false : inside || *form == '-';
		if (!inside && *form >= 'A' && *form <= 'Z')
			buf_puts(&b, letters[(uint8_t)*form]);
		else
			buf_putc(&b, *form);
	}
	out = arena_text(&arena, b.data, b.len);
	buf_free(&b);
	return out;
}

/* The certificates that a server has after loading the file, as DER; -1 if it does not load. */
static int
server_loads(const char *text, struct bytes *ders)
{
	char path[] = "/tmp/zonepp-test-XXXXXX";
	int fd = mkstemp(path), n = -1;
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	STACK_OF(X509) *chain = NULL;

	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	if (SSL_CTX_use_certificate_chain_file(ctx, path) == 1) {
		SSL_CTX_get0_chain_certs(ctx, &chain);
		ders[0] = fixture_der(&arena, SSL_CTX_get0_certificate(ctx));
		for (n = 1; n <= sk_X509_num(chain); n++)
			ders[n] = fixture_der(&arena, sk_X509_value(chain, n - 1));
	}
	SSL_CTX_free(ctx);
	unlink(path);
	ERR_clear_error();
	return n;
}

/* The certificates that are in both, in the order of each. */
static bool
same_certificates(const struct certs *certs, const struct bytes *ders, int n)
{
	size_t n_same = 0;

	for (int i = 0; i < n; i++)
		for (size_t j = 0; j < certs->n; j++)
			n_same += bytes_equal(certs->items[j].der, ders[i]);
	return n_same >= certs->n && n_same == (size_t)n;
}

static void
as_openssl_reads(void **state)
{
	bool good = true;

	(void)state;
	make_letters();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *text = fill_in(rows[i].form);
		struct bytes ders[8];
		int n = server_loads(text, ders);
		struct certs certs;
		const char *why;

		assert_int_equal(certs_load(&arena, &diags, pos_none(), "x.pem", text_of(text),
				     &(struct certs_options){0}, &certs),
		    0);
		why = certs.not_loaded.fault.why;
		if (!why != !rows[i].why || (why && !strstr(why, rows[i].why)) ||
		    (why && certs.not_loaded.fault.line != rows[i].line) ||
		    (why && certs.not_loaded.all != rows[i].all) || (n < 0) != rows[i].all ||
		    (!why && !same_certificates(&certs, ders, n)) ||
		    (why && !rows[i].all && same_certificates(&certs, ders, n))) {
			print_error("%s: %s, line %zu, all %d; OpenSSL reads %d\n", rows[i].form,
			    why ? why : "good", certs.not_loaded.fault.line, certs.not_loaded.all,
			    n);
			good = false;
		}
	}
	assert_true(good);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {FRESH_TEST(as_openssl_reads)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
