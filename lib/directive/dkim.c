#define _GNU_SOURCE
#include "directive/dkim.h"

#include "base/codec.h"
#include "source/cert.h"
#include "source/ed25519.h"
#include "source/locked.h"
#include "source/pem.h"
#include "source/plain.h"

#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/x509.h>

enum {
	KEY_FILE_LARGEST = 1 << 20,
	RSA_BITS_LEAST = 1024, /* RFC 8301 section 3.2 */
	RSA_BITS_GOOD = 2048,
	STRING_LONGEST = 255,
	DER_SEQUENCE = 0x30,
};

/* --- Owner --- */

static const char domainkey[] = "_domainkey";

static int
fail_owner(struct directive *d, const struct braced *text, const char *why)
{
	return diag_error(d->diags, braced_pos(d->entry, text, 0), D_RECORD_OWNER, "%s", why);
}

/* RFC 6376 section 3.1, and the underscore, which some use. */
static bool
is_selector_label(const uint8_t *label)
{
	for (size_t i = 1; i <= *label; i++)
		if ((uint8_t)(ascii_lower(label[i]) - 'a') >= 26 &&
		    (uint8_t)(label[i] - '0') >= 10 && label[i] != '-' && label[i] != '_')
			return false;
	return true;
}

/* The label _domainkey of a name, or NULL. */
static const uint8_t *
find_domainkey(const struct name *name)
{
	for (const uint8_t *label = name->wire; *label; label += 1 + *label)
		if (name_label_is(label, domainkey))
			return label;
	return NULL;
}

/* The name of a selector alone is at the origin. */
static int
append_domainkey(struct directive *d, const struct braced *text, struct directive_owner *out)
{
	struct text selector = text->text;
	struct name_fault fault;

	if (text_is(selector, "@") || selector.data[selector.len - 1] == '.')
		return fail_owner(d, text,
		    "the selector of another domain is written selector._domainkey.domain");
	out->text =
	    text_of(arena_printf(d->a, "%.*s.%s", (int)selector.len, selector.data, domainkey));
	if (name_parse(out->text, parser_origin(d->parser), &out->name, &fault) < 0)
		return fail_owner(d, text, fault.why);
	return 0;
}

static int
read_owner(struct directive *d, const struct braced *text, struct directive_owner *out)
{
	const uint8_t *end;

	if (directive_name(d, text, out) < 0)
		return -1;
	if (!find_domainkey(&out->name) && append_domainkey(d, text, out) < 0)
		return -1;
	end = find_domainkey(&out->name);
	if (!end || end == out->name.wire)
		return fail_owner(d, text, "there is no selector ahead of _domainkey");
	for (const uint8_t *label = out->name.wire; label < end; label += 1 + *label)
		if (!is_selector_label(label))
			return fail_owner(
			    d, text, "a selector is made of letters, digits, hyphens and dots");
	return 0;
}

/* --- Tags --- */

/* Appends a value as dkim-quoted-printable, RFC 6376 section 2.11. */
static void
put_quoted(struct buf *out, const char *value)
{
	for (; *value; value++)
		if (*value < 0x20 || *value > 0x7e || *value == ';' || *value == '=')
			buf_printf(out, "=%02X", (unsigned)(uint8_t)*value);
		else
			buf_putc(out, *value);
}

enum { TAG_WORDS_MOST = 3 };

/* In the order in which they are written. */
static const struct tag {
	const char *name;
	const char *words[TAG_WORDS_MOST]; /* that may stand between colons; none: any text */
	const char *refusal;
} tags[] = {
    {"h", {"sha256", "sha1"}, NULL},
    {"s", {"email", "*"}, NULL},
    {"t", {"y", "s"}, NULL},
    {"n", {NULL}, NULL},
    {"g", {NULL}, "RFC 6376 dropped it"},
    {"k", {NULL}, "it follows from the key"},
    {"p", {NULL}, "it is made of the key"},
    {"v", {NULL}, "it is always DKIM1"},
};

static bool
is_word(const struct tag *tag, struct text text)
{
	for (size_t i = 0; i < TAG_WORDS_MOST && tag->words[i]; i++)
		if (text_is(text, tag->words[i]))
			return true;
	return false;
}

static int
check_tag(struct directive *d, const struct tag *tag, const struct argument *argument)
{
	const char *word = argument->value, *colon;
	bool sha1_alone = strcmp(tag->name, "h") == 0;

	if (tag->refusal)
		return diag_error(d->diags, argument->key_pos, D_DKIM_TAG,
		    "%s= cannot be given: %s", tag->name, tag->refusal);
	for (; tag->words[0]; word = colon + 1) {
		colon = strchrnul(word, ':');
		if (!is_word(tag, (struct text){word, (size_t)(colon - word)}))
			return diag_error(d->diags, argument->pos, D_DKIM_TAG,
			    "%s= is followed by %s or %s, or both with a colon between them",
			    tag->name, tag->words[0], tag->words[1]);
		sha1_alone =
		    sha1_alone && text_is((struct text){word, (size_t)(colon - word)}, "sha1");
		if (!*colon)
			break;
	}
	if (sha1_alone)
		return diag_error(d->diags, argument->pos, D_DKIM_TAG,
		    "signatures with SHA-1 count nothing (RFC 8301 section 3.1)");
	return 0;
}

static int
put_tags(struct directive *d, const struct arguments *arguments, struct buf *out)
{
	int result = 0;

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		const struct argument *argument = arguments_option(arguments, tags[i].name);

		if (!argument)
			continue;
		if (check_tag(d, &tags[i], argument) < 0)
			result = -1;
		buf_printf(out, " %s=", tags[i].name);
		put_quoted(out, argument->value);
		buf_putc(out, ';');
	}
	return result;
}

/* --- Key --- */

/* A key file that is being read. */
struct reader {
	struct directive *d;
	const struct argument *source;
	const struct argument *half; /* key=; or NULL */
	const char *path;
};

static int
fail(const struct reader *r, const char *why)
{
	return diag_error(r->d->diags, r->source->pos, D_KEY_FILE, "%s %s", r->path, why);
}

/* Finds the one key among the PEM blocks; without any block the whole is taken for DER. */
static int
find_key(const struct reader *r, struct text contents, struct text *key)
{
	enum pem_result result;
	struct pem_block block;
	struct pem pem;
	bool any = false, found = false;

	pem_begin(&pem, contents);
	for (; (result = pem_next(&pem, &block)) == PEM_BLOCK; any = true) {
		if (block.content == CONTENT_ENCRYPTED_KEY || pem_is_encrypted(&block))
			return fail(r, "holds an encrypted private key: name the public key");
		if (block.content != CONTENT_PUBLIC_KEY &&
		    block.content != CONTENT_RSA_PUBLIC_KEY && block.content != CONTENT_PRIVATE_KEY)
			continue;
		if (found)
			return fail(r, "holds several keys");
		*key = block.whole;
		found = true;
	}
	if (result == PEM_BAD)
		return diag_error(r->d->diags, r->source->pos, D_KEY_FILE,
		    "%s is broken in line %zu: %s", r->path, pem.fault.line, pem.fault.why);
	if (any && !found)
		return fail(r, "holds no key: name a public or private key in PEM or DER");
	if (!any)
		*key = contents;
	return 0;
}

/* Nobody is there to be asked for a password. */
static int
no_password(char *buf, int size, int writing, void *ctx)
{
	(void)buf, (void)size, (void)writing, (void)ctx;
	return -1;
}

/* The key, public or private, or NULL. */
static EVP_PKEY *
decode_key(struct text text)
{
	const unsigned char *at = (const unsigned char *)text.data;
	size_t left = text.len;
	EVP_PKEY *key = NULL;
	OSSL_DECODER_CTX *ctx =
	    OSSL_DECODER_CTX_new_for_pkey(&key, NULL, NULL, NULL, 0, NULL, NULL);

	if (ctx && OSSL_DECODER_CTX_set_pem_password_cb(ctx, no_password, NULL))
		OSSL_DECODER_from_data(ctx, &at, &left);
	OSSL_DECODER_CTX_free(ctx);
	if (key && left > 0 && (uint8_t)text.data[0] == DER_SEQUENCE) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

/* --- Ed25519 in base64, as rspamd and dkimpy write it --- */

static const char private_word[] = "private", public_word[] = "public";

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

enum { BARE_LONGEST = 88 }; /* of 64 octets */

/* The text without white space, as base64(1) cuts it into lines; 0 where it is longer. */
static size_t
join_lines(struct text text, char out[BARE_LONGEST])
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (is_blank(text.data[i]))
			continue;
		if (len == BARE_LONGEST)
			return 0;
		out[len++] = text.data[i];
	}
	return len;
}

/* The octets of a file of nothing but base64; 0 where it is none, or of another length. */
static size_t
bare_octets(struct text text, uint8_t octets[2 * ED25519_LEN])
{
	char joined[BARE_LONGEST];
	uint8_t decoded[3 * (BARE_LONGEST / 4) + 3];
	ssize_t len = base64_decode((struct text){joined, join_lines(text, joined)}, decoded);

	if (len != ED25519_LEN && len != 2 * ED25519_LEN)
		len = 0;
	memcpy(octets, decoded, (size_t)len);
	OPENSSL_cleanse(decoded, sizeof(decoded));
	OPENSSL_cleanse(joined, sizeof(joined));
	return (size_t)len;
}

static EVP_PKEY *
private_of(const uint8_t octets[ED25519_LEN])
{
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, octets, ED25519_LEN);
}

/* libsodium's secret key: the private half, then the public one. */
static int
take_both(const struct reader *r, const uint8_t octets[2 * ED25519_LEN], EVP_PKEY **key)
{
	uint8_t raw[ED25519_LEN];
	size_t len = sizeof(raw);

	*key = private_of(octets);
	if (*key && EVP_PKEY_get_raw_public_key(*key, raw, &len) == 1 &&
	    memcmp(raw, octets + ED25519_LEN, len) == 0)
		return 0;
	EVP_PKEY_free(*key);
	*key = NULL;
	return fail(r, "holds 64 octets that are no Ed25519 key: the second half is not the public "
		       "key of the first");
}

/* A private key that is taken for a public one would be published, and one that is taken the other
 * way round verifies nothing: what may be either is asked for. */
static int
take_half(const struct reader *r, const uint8_t octets[ED25519_LEN], EVP_PKEY **key)
{
	bool may_be_public = ed25519_may_be_public(octets);
	bool is_public = r->half && strcmp(r->half->value, public_word) == 0;

	if (!r->half && may_be_public)
		return fail(r,
		    "holds 32 octets that may be a private Ed25519 key or a public one: write "
		    "key=private or key=public");
	if (is_public && !may_be_public)
		return fail(r, "holds 32 octets that are no public Ed25519 key");
	*key = is_public ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, octets, ED25519_LEN)
			 : private_of(octets);
	return *key ? 0 : fail(r, "holds no key that can be read");
}

/* `*key` stays NULL where the file holds something else. */
static int
take_bare(const struct reader *r, struct text contents, EVP_PKEY **key)
{
	uint8_t octets[2 * ED25519_LEN];
	size_t len = bare_octets(contents, octets);
	int result = 0;

	*key = NULL;
	if (len != ED25519_LEN && r->half)
		return diag_error(r->d->diags, r->half->key_pos, D_DKIM_TAG,
		    "key= is for an Ed25519 key of 32 octets in base64, which does not tell itself "
		    "what it is");
	if (len)
		result = len == ED25519_LEN ? take_half(r, octets, key) : take_both(r, octets, key);
	OPENSSL_cleanse(octets, sizeof(octets));
	return result;
}

/* Do the two halves of a private key belong together? PEM has no checksum, and the public half of a
 * damaged key verifies nothing. That of an Ed25519 key always follows from the other. */
static bool
is_sound(EVP_PKEY *key)
{
	BIGNUM *d = NULL;
	EVP_PKEY_CTX *ctx;
	bool sound;

	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_D, &d) != 1)
		return true;
	BN_clear_free(d);
	ctx = EVP_PKEY_CTX_new(key, NULL);
	sound = ctx && EVP_PKEY_pairwise_check(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	return sound;
}

static int
check_bits(const struct reader *r, const EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);

	if (bits < RSA_BITS_LEAST)
		return diag_error(r->d->diags, r->source->pos, D_DKIM_SHORT,
		    "%s has %d bits: verifiers refuse keys of less than 1024", r->path, bits);
	if (bits < RSA_BITS_GOOD)
		diag_add(r->d->diags, r->source->pos, D_DKIM_WEAK, "%s has %d bits", r->path, bits);
	return 0;
}

/* RFC 6376 section 3.6.1: SubjectPublicKeyInfo, as all implementations have it. */
static int
put_rsa(const struct reader *r, const EVP_PKEY *key, struct buf *out)
{
	unsigned char *der = NULL;
	int len;

	if (check_bits(r, key) < 0)
		return -1;
	len = i2d_PUBKEY(key, &der);
	if (len <= 0)
		return fail(r, "holds a key that cannot be written out");
	base64_encode(out, (struct bytes){der, (size_t)len});
	OPENSSL_free(der);
	return 0;
}

/* RFC 8463 section 4. */
static int
put_ed25519(const struct reader *r, const EVP_PKEY *key, struct buf *out)
{
	uint8_t raw[ED25519_LEN];
	size_t len = sizeof(raw);

	if (EVP_PKEY_get_raw_public_key(key, raw, &len) != 1)
		return fail(r, "holds a key that cannot be written out");
	base64_encode(out, (struct bytes){raw, len});
	return 0;
}

static const struct kind {
	int id;
	const char *name;
	int (*put)(const struct reader *r, const EVP_PKEY *key, struct buf *out);
} kinds[] = {{EVP_PKEY_RSA, "rsa", put_rsa}, {EVP_PKEY_ED25519, "ed25519", put_ed25519}};

static int
note_key(const struct reader *r, const EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der), result;

	if (len <= 0)
		return fail(r, "holds a key that cannot be written out");
	result = locked_note(
	    r->d->diags, r->source->pos, r->path, LOCKED_KEY, (struct bytes){der, (size_t)len});
	OPENSSL_free(der);
	return result;
}

/* `*kind` is what k= says; `base64` gets what p= does. */
static int
put_key(const struct reader *r, const EVP_PKEY *key, const struct kind **kind, struct buf *base64)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (EVP_PKEY_get_base_id(key) == kinds[i].id) {
			*kind = &kinds[i];
			return note_key(r, key) < 0 ? -1 : kinds[i].put(r, key, base64);
		}
	return fail(r, "holds a key that is neither RSA nor Ed25519");
}

static bool
is_private(const EVP_PKEY *key)
{
	BIGNUM *d = NULL;
	size_t len;
	bool has_d = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_D, &d) == 1;

	BN_clear_free(d);
	return has_d || EVP_PKEY_get_raw_private_key(key, NULL, &len) == 1;
}

static int
read_key(const struct reader *r, struct text contents, const struct kind **kind, struct buf *base64)
{
	struct text text = {0};
	EVP_PKEY *key;
	int result;

	if (take_bare(r, contents, &key) < 0)
		return -1;
	if (!key) {
		if (find_key(r, contents, &text) < 0)
			return -1;
		key = decode_key(text);
	}
	if (!key)
		return fail(r, "holds no key that can be read: name one in PEM or DER");
	if (is_private(key) && secret_judge_access(r->d->diags, parser_roots(r->d->parser), r->path,
				   "the private key") < 0)
		result = -1;
	else if (key_charge(r->d->diags, r->source->pos, key) < 0)
		result = -1;
	else if (!is_sound(key))
		result = fail(r, "holds a damaged private key");
	else
		result = put_key(r, key, kind, base64);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return result;
}

/* The file may hold a private key: nothing of it stays. */
static int
load_key(struct reader *r, const struct kind **kind, struct buf *base64)
{
	struct text contents;
	int result;

	if (directive_load(r->d, r->source, KEY_FILE_LARGEST, &r->path, &contents) < 0)
		return -1;
	result = read_key(r, contents, kind, base64);
	OPENSSL_cleanse((void *)(uintptr_t)contents.data, contents.len);
	return result;
}

/* --- Record --- */

static const struct argument *
source_of(struct directive *d, const struct arguments *arguments)
{
	const struct argument *source = NULL;

	for (size_t i = 0; i < arguments->n; i++) {
		if (arguments->items[i].key.len)
			continue;
		if (source) {
			diag_add(d->diags, arguments->items[i].pos, D_KEY_FILE,
			    "a second key: each has a selector of its own");
			return NULL;
		}
		source = &arguments->items[i];
	}
	return source;
}

/* TXT: the text in strings of at most 255 octets. */
static struct bytes
strings_of(struct arena *a, const struct buf *text)
{
	uint8_t *rdata = arena_bytes(a, text->len + text->len / STRING_LONGEST + 1), *p = rdata;

	for (size_t at = 0; at < text->len;) {
		size_t len = text->len - at < STRING_LONGEST ? text->len - at : STRING_LONGEST;

		*p++ = (uint8_t)len;
		memcpy(p, text->data + at, len);
		p += len;
		at += len;
	}
	return (struct bytes){rdata, (size_t)(p - rdata)};
}

static int
check_half(const struct reader *r, bool revoked)
{
	const struct argument *half = r->half;

	if (!half || (!revoked && (strcmp(half->value, private_word) == 0 ||
				      strcmp(half->value, public_word) == 0)))
		return 0;
	return diag_error(r->d->diags, revoked ? half->key_pos : half->pos, D_DKIM_TAG,
	    revoked ? "key= goes with a key file" : "key= is followed by private or public");
}

/* Writes the record's text; `*what` is its comment. */
static int
make_text(struct directive *d, const struct arguments *arguments, struct buf *text,
    struct buf *base64, const char **what)
{
	struct reader r = {
	    .d = d, .source = source_of(d, arguments), .half = arguments_option(arguments, "key")};
	const struct kind *kind = NULL;
	bool revoked;
	int result;

	if (!r.source)
		return -1;
	revoked = !r.source->quoted && text_is(r.source->text, "revoke");
	if (check_half(&r, revoked) < 0)
		return -1;
	buf_puts(text, "v=DKIM1;");
	if (revoked) {
		*what = "revoked";
	} else {
		if (load_key(&r, &kind, base64) < 0)
			return -1;
		buf_printf(text, " k=%s;", kind->name);
		*what = arena_printf(d->a, "%s %s", plain_text(d->a, r.source->text), kind->name);
	}
	result = put_tags(d, arguments, text);
	buf_puts(text, " p=");
	buf_put(text, base64->data, base64->len);
	return result;
}

int
dkim_directive(void *ctx, struct parser *parser, const struct entry *entry)
{
	static const char *const known[] = {"g", "h", "k", "key", "n", "p", "s", "t", "v", NULL};
	struct directive d = directive_begin(parser, entry);
	int result = directive_owners(&d, D_RECORD_OWNER, read_owner);
	struct buf text = {0}, base64 = {0};
	struct record_set set = {0};
	struct arguments arguments;
	const char *what;

	(void)ctx;
	if (directive_rest(&d, known, "no key file is named", &arguments) < 0)
		return -1;
	if (make_text(&d, &arguments, &text, &base64, &what) < 0)
		result = -1;
	else
		record_set_add(&d, &set, strings_of(d.a, &text), what);
	buf_free(&text);
	buf_free(&base64);
	return result == 0 ? directive_emit_all(&d, TYPE_TXT, &set) : -1;
}
