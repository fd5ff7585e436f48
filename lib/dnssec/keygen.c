#define _GNU_SOURCE
#include "dnssec/keygen.h"

#include "base/codec.h"
#include "base/create.h"
#include "base/duration.h"
#include "base/file.h"
#include "dnssec/keyfile.h"
#include "dnssec/pkey.h"
#include "dnssec/token.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <unistd.h>

enum {
	OCTETS_LONGEST = 512, /* of one part: RSA with 4096 bits */
	PRIVATE_LONGEST =
	    8192, /* of the text of a .private file, which must never be moved in memory */
	TRIES_MOST = 200,
	BATCH = 64, /* keys whose files are open at a time */
};

/* A pair and how it is to be written. */
struct pair {
	struct diags *diags;
	const struct keygen *request;
	struct tokens *tokens;
	EVP_PKEY *pkey;             /* or NULL: */
	struct token_pair on_token; /* then this */
	uint8_t dnskey[KEYFILE_RDATA_LONGEST];
	size_t dnskey_len;
	uint16_t tag;
	const char *base;        /* of the file names */
	struct buf text, secret; /* of .key and .private */
};

/* Pairs whose files are created together. Those of a zone are neighbours. */
struct batch {
	const struct key_folder *folder;
	struct pair *pairs;
	size_t n;
	const struct keygen *made; /* the requests of the batches ahead of it, */
	const char *const *bases;  /* with the names of their files */
	size_t n_made;
};

static int
fail_openssl(struct diags *diags, const char *what)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return diag_error(diags, pos_none(), F_SYSTEM, "OpenSSL cannot %s: %s", what,
	    why ? why : "no reason given");
}

/* --- The parts of a key --- */

/* Writes an integer without leading zeros, or in `width` octets. Returns its length, 0 on failure.
 */
static size_t
get_integer(const EVP_PKEY *pkey, const char *name, size_t width, uint8_t out[OCTETS_LONGEST])
{
	BIGNUM *n = NULL;
	size_t len = 0;

	if (EVP_PKEY_get_bn_param(pkey, name, &n)) {
		len = width ? width : (size_t)BN_num_bytes(n);
		if (len > OCTETS_LONGEST || BN_bn2binpad(n, out, (int)len) < 0)
			len = 0;
	}
	BN_clear_free(n);
	return len;
}

/* RFC 3110 section 2. A modulus of 4096 bits and its exponent leave one octet for the latter's
 * length. */
static size_t
public_rsa(const struct pair *pair, uint8_t *out)
{
	uint8_t part[OCTETS_LONGEST];
	size_t n = get_integer(pair->pkey, OSSL_PKEY_PARAM_RSA_E, 0, part), at = 1;

	if (n == 0 || n > UINT8_MAX)
		return 0;
	out[0] = (uint8_t)n;
	memcpy(out + at, part, n);
	at += n;
	n = get_integer(pair->pkey, OSSL_PKEY_PARAM_RSA_N, 0, part);
	memcpy(out + at, part, n);
	return n ? at + n : 0;
}

/* RFC 6605 section 4: x | y. */
static size_t
public_ecdsa(const struct pair *pair, uint8_t *out)
{
	size_t width = pair->request->algorithm->private_len;
	uint8_t part[OCTETS_LONGEST];

	if (!get_integer(pair->pkey, OSSL_PKEY_PARAM_EC_PUB_X, width, part))
		return 0;
	memcpy(out, part, width);
	if (!get_integer(pair->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, width, part))
		return 0;
	memcpy(out + width, part, width);
	return 2 * width;
}

/* RFC 8080 section 3. */
static size_t
public_eddsa(const struct pair *pair, uint8_t *out)
{
	size_t len = pair->request->algorithm->public_len;

	return EVP_PKEY_get_raw_public_key(pair->pkey, out, &len) ? len : 0;
}

static size_t
secret_rsa(const struct pair *pair, enum keyfile_secret secret, uint8_t *out)
{
	return get_integer(pair->pkey, pkey_rsa_names[secret], 0, out);
}

static size_t
secret_ecdsa(const struct pair *pair, enum keyfile_secret secret, uint8_t *out)
{
	(void)secret;
	return get_integer(
	    pair->pkey, OSSL_PKEY_PARAM_PRIV_KEY, pair->request->algorithm->private_len, out);
}

static size_t
secret_eddsa(const struct pair *pair, enum keyfile_secret secret, uint8_t *out)
{
	size_t len = OCTETS_LONGEST;

	(void)secret;
	return EVP_PKEY_get_raw_private_key(pair->pkey, out, &len) ? len : 0;
}

/* How the keys of a family are written: the DNSKEY's public key field, and each part from `first`
 * to `last`. They return lengths, 0 on failure. */
static const struct {
	size_t (*public_key)(const struct pair *pair, uint8_t *out);
	size_t (*secret)(const struct pair *pair, enum keyfile_secret secret, uint8_t *out);
	enum keyfile_secret first, last;
} families[] = {
    [ALGORITHM_RSA] = {public_rsa, secret_rsa, SECRET_MODULUS, SECRET_COEFFICIENT},
    [ALGORITHM_ECDSA] = {public_ecdsa, secret_ecdsa, SECRET_KEY, SECRET_KEY},
    [ALGORITHM_EDDSA] = {public_eddsa, secret_eddsa, SECRET_KEY, SECRET_KEY},
};

/* --- A new pair --- */

static EVP_PKEY *
new_pkey(const struct keygen *request)
{
	const struct algorithm *algorithm = request->algorithm;

	switch (algorithm->family) {
	case ALGORITHM_RSA:
		return EVP_PKEY_Q_keygen(NULL, NULL, algorithm->type, (size_t)request->bits);
	case ALGORITHM_ECDSA:
		return EVP_PKEY_Q_keygen(NULL, NULL, algorithm->type, algorithm->group);
	default:
		return EVP_PKEY_Q_keygen(NULL, NULL, algorithm->type);
	}
}

/* Makes it in memory. Returns the length of its public key; 0: a problem was added. */
static size_t
make_in_memory(struct pair *pair, uint8_t *public_key)
{
	size_t len = 0;

	pair->pkey = new_pkey(pair->request);
	if (pair->pkey)
		len = families[pair->request->algorithm->family].public_key(pair, public_key);
	if (len == 0)
		fail_openssl(pair->diags, "make a key");
	return len;
}

/* `example.org-zsk-20261130210000`, as BIND calls keys that it makes on tokens. */
static const char *
object_name(const struct pair *pair)
{
	const struct keygen *request = pair->request;
	struct buf b = {0};

	name_print(&b, request->zone.wire);
	b.len -= b.len > 1; /* the last dot */
	buf_puts(&b, request->flags & KEY_FLAG_SEP ? "-ksk-" : "-zsk-");
	instant_print_digits(&b, request->time[KEY_CREATED]);
	return buf_text(&b, &pair->diags->arena);
}

/* Likewise on a token. */
static size_t
make_on_token(struct pair *pair, uint8_t *public_key)
{
	const struct keygen *request = pair->request;
	struct token_pair *made = &pair->on_token;

	if (token_pair_make(pair->tokens, pair->diags, request->place, request->algorithm,
		request->bits, object_name(pair), made) < 0)
		return 0;
	memcpy(public_key, made->public_key, made->public_len);
	return made->public_len;
}

static int
make_pair(struct pair *pair)
{
	enum { HEAD = 4, PROTOCOL_DNSSEC = 3 }; /* RFC 4034 section 2.1 */
	const struct keygen *request = pair->request;
	size_t len = request->place ? make_on_token(pair, pair->dnskey + HEAD)
				    : make_in_memory(pair, pair->dnskey + HEAD);

	if (len == 0)
		return -1;
	pair->dnskey[0] = (uint8_t)(request->flags >> 8);
	pair->dnskey[1] = (uint8_t)request->flags;
	pair->dnskey[2] = PROTOCOL_DNSSEC;
	pair->dnskey[3] = request->algorithm->number;
	pair->dnskey_len = HEAD + len;
	pair->tag = key_tag((struct bytes){pair->dnskey, pair->dnskey_len});
	return 0;
}

/* The tag that a key gets with the REVOKE bit, or loses. */
static uint16_t
revoked_tag(uint16_t tag)
{
	uint32_t sum = tag + (uint32_t)KEY_FLAG_REVOKE;

	return (uint16_t)(sum + (sum >> 16));
}

/* Would the tag be that of the files' key, revoked or not? */
static bool
is_tag_of(const struct pair *pair, const char *base)
{
	struct keyfile_name name;

	return keyfile_name(text_of(base), &name) == 0 &&
	       (name.tag == pair->tag || name.tag == revoked_tag(pair->tag) ||
		   revoked_tag(name.tag) == pair->tag);
}

/* Validators look keys up by tag (RFC 4035 section 5.3.1) and give up where too many have the same,
 * so two keys of a zone never share one, whatever their algorithms. */
static bool
tag_is_taken(const struct batch *b, size_t i)
{
	const struct pair *pair = &b->pairs[i];
	const struct name *zone = &pair->request->zone;
	size_t n;
	const struct key_file *files = key_folder_find(b->folder, zone, &n);

	for (size_t j = 0; j < n; j++)
		if (is_tag_of(pair, files[j].base))
			return true;
	for (; i > 0 && name_equal(b->pairs[i - 1].request->zone.wire, zone->wire); i--)
		if (is_tag_of(pair, b->pairs[i - 1].base))
			return true;
	for (i = b->n_made; i > 0 && name_equal(b->made[i - 1].zone.wire, zone->wire); i--)
		if (is_tag_of(pair, b->bases[i - 1]))
			return true;
	return false;
}

static int
make_free_pair(const struct batch *b, size_t i)
{
	struct pair *pair = &b->pairs[i];

	for (unsigned k = 0; k < TRIES_MOST; k++) {
		if (make_pair(pair) < 0)
			return -1;
		if (!tag_is_taken(b, i))
			return 0;
		EVP_PKEY_free(pair->pkey);
		pair->pkey = NULL;
		token_pair_destroy(&pair->on_token);
	}
	return diag_add_path(pair->diags, b->folder->path, F_SYSTEM,
	    "%d new keys in a row had the key tags of others here", TRIES_MOST);
}

/* --- The files --- */

/* Lower case, and %XX for what is not a letter, digit, hyphen or underscore. */
void
keygen_print_name(struct buf *b, const struct name *zone, uint8_t algorithm, uint16_t tag)
{
	const uint8_t *label = zone->wire;

	buf_putc(b, 'K');
	if (*label == 0)
		buf_putc(b, '.');
	for (; *label; label += 1 + *label) {
		for (unsigned i = 1; i <= *label; i++) {
			uint8_t c = ascii_lower(label[i]);
			bool plain = (c >= 'a' && c <= 'z') || ascii_is_digit((char)c) ||
				     c == '-' || c == '_';

			buf_printf(b, plain ? "%c" : "%%%02X", c);
		}
		buf_putc(b, '.');
	}
	buf_printf(b, "+%03u+%05u", algorithm, tag);
}

static void
print_file_name(struct buf *b, const struct pair *pair)
{
	const struct keygen *request = pair->request;

	keygen_print_name(b, &request->zone, request->algorithm->number, pair->tag);
}

static void
print_public(struct buf *b, const struct pair *pair)
{
	const struct keygen *request = pair->request;

	buf_printf(b, "; This is a %s-signing key, keyid %u, for ",
	    request->flags & KEY_FLAG_SEP ? "key" : "zone", pair->tag);
	name_print(b, request->zone.wire);
	buf_putc(b, '\n');
	keyfile_print_times(b, KEYFILE_PUBLIC, request->time);
	name_print(b, request->zone.wire);
	if (request->ttl_s)
		buf_printf(b, " %u", request->ttl_s);
	buf_printf(b, " IN DNSKEY %u 3 %u ", request->flags, request->algorithm->number);
	base64_encode(b, (struct bytes){pair->dnskey + 4, pair->dnskey_len - 4});
	buf_putc(b, '\n');
}

static void
print_base64(struct buf *b, const char *name, struct bytes octets)
{
	buf_printf(b, "%s: ", name);
	base64_encode(b, octets);
	buf_putc(b, '\n');
}

/* As BIND writes it: texts end with an octet 0, and RSA has its public half once more. */
static int
print_label(struct buf *b, const struct pair *pair)
{
	static const char engine[] = "pkcs11";
	const char *text = pair->on_token.uri->text;
	struct bytes public_key = {pair->dnskey + 4, pair->dnskey_len - 4}, modulus, exponent;

	if (pair->request->algorithm->family == ALGORITHM_RSA &&
	    pkey_rsa_parts(public_key, &exponent, &modulus)) {
		print_base64(b, keyfile_secret_names[SECRET_MODULUS], modulus);
		print_base64(b, keyfile_secret_names[SECRET_PUBLIC_EXPONENT], exponent);
	}
	print_base64(b, "Engine", (struct bytes){(const uint8_t *)engine, sizeof(engine)});
	print_base64(b, "Label", (struct bytes){(const uint8_t *)text, strlen(text) + 1});
	return 0;
}

static int
print_secrets(struct buf *b, const struct pair *pair)
{
	unsigned family = pair->request->algorithm->family;
	uint8_t octets[OCTETS_LONGEST];
	size_t len = 1;

	for (size_t i = families[family].first; len && i <= families[family].last; i++) {
		len = families[family].secret(pair, (enum keyfile_secret)i, octets);
		print_base64(b, keyfile_secret_names[i], (struct bytes){octets, len});
	}
	OPENSSL_cleanse(octets, sizeof(octets));
	return len ? 0 : fail_openssl(pair->diags, "write the private key");
}

/* `b` has room for all of it. */
static int
print_private(struct buf *b, const struct pair *pair)
{
	const struct keygen *request = pair->request;

	buf_printf(b, "Private-key-format: v1.3\nAlgorithm: %u (%s)\n", request->algorithm->number,
	    request->algorithm->name);
	if ((pair->request->place ? print_label(b, pair) : print_secrets(b, pair)) < 0)
		return -1;
	keyfile_print_times(b, KEYFILE_PRIVATE, request->time);
	return 0;
}

static int
print_files(struct pair *pair)
{
	struct buf name = {0};

	print_file_name(&name, pair);
	pair->base = buf_text(&name, &pair->diags->arena);
	print_public(&pair->text, pair);
	buf_reserve(&pair->secret, PRIVATE_LONGEST);
	return print_private(&pair->secret, pair);
}

static struct text
text_of_buf(const struct buf *b)
{
	return (struct text){b->data, b->len};
}

static int
create_batch(struct diags *diags, const struct batch *b)
{
	struct new_file files[2 * BATCH];

	for (size_t i = 0; i < b->n; i++) {
		const struct pair *pair = &b->pairs[i];

		files[2 * i] =
		    (struct new_file){arena_printf(&diags->arena, "%s.private", pair->base), 0600,
			text_of_buf(&pair->secret), false};
		files[2 * i + 1] =
		    (struct new_file){arena_printf(&diags->arena, "%s.key", pair->base), 0644,
			text_of_buf(&pair->text), true};
	}
	return create_files(diags, b->folder->path, files, 2 * b->n);
}

static void
forget(struct pair *pair)
{
	EVP_PKEY_free(pair->pkey);
	if (pair->secret.len > 0)
		OPENSSL_cleanse(pair->secret.data, pair->secret.len);
	buf_free(&pair->secret);
	buf_free(&pair->text);
}

static int
make_batch(struct diags *diags, const struct batch *b)
{
	int result = 0;

	for (size_t i = 0; i < b->n && result == 0; i++)
		if (make_free_pair(b, i) < 0 || print_files(&b->pairs[i]) < 0)
			result = -1;
	if (result == 0)
		result = create_batch(diags, b);
	for (size_t i = 0; i < b->n; i++) {
		if (result < 0)
			token_pair_destroy(&b->pairs[i].on_token);
		forget(&b->pairs[i]);
	}
	return result;
}

/* The end of a batch from `first` on, which no zone's requests go beyond. */
static size_t
batch_end(const struct keygen *requests, size_t n, size_t first)
{
	size_t end = n - first > BATCH ? first + BATCH : n;

	while (end < n && end > first + 1 &&
	       name_equal(requests[end - 1].zone.wire, requests[end].zone.wire))
		end--;
	return end;
}

static int
make_all(struct diags *diags, const struct key_folder *folder, struct tokens *tokens,
    const struct keygen *requests, size_t n, const char **bases, size_t *n_made)
{
	struct pair pairs[BATCH];

	for (*n_made = 0; *n_made < n;) {
		size_t first = *n_made;
		struct batch b = {
		    folder, pairs, batch_end(requests, n, first) - first, requests, bases, first};

		for (size_t i = 0; i < b.n; i++)
			pairs[i] = (struct pair){
			    .diags = diags, .request = &requests[first + i], .tokens = tokens};
		if (make_batch(diags, &b) < 0)
			return -1;
		for (size_t i = 0; i < b.n; i++)
			bases[first + i] = pairs[i].base;
		*n_made += b.n;
	}
	return 0;
}

int
keygen(struct diags *diags, const struct key_folder *folder, const struct keygen *requests,
    size_t n, const char **bases, size_t *n_made)
{
	struct tokens *tokens = tokens_new();
	int result;

	*n_made = 0;
	result = key_folder_finish(diags, folder) < 0
		     ? -1
		     : make_all(diags, folder, tokens, requests, n, bases, n_made);
	tokens_free(tokens);
	return result;
}
