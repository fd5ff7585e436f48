/* Fields of octets in hexadecimal, base64 or base32hex. Hex and base64 to the end of the RDATA may
 * be split into words anywhere, as zone files break their lines. */
#include "dns/field_part.h"

enum { BAD = 0xff };

/* One more than the value; zero for other characters. */
/* clang-format off */
static const uint8_t hex_values[256] = {
	['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
	['A'] = 11, 12, 13, 14, 15, 16,
	['a'] = 11, 12, 13, 14, 15, 16,
};

static const uint8_t base64_values[256] = {
	['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
	    24, 25, 26,
	['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46,
	    47, 48, 49, 50, 51, 52,
	['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
	['+'] = 63, ['/'] = 64,
};
/* clang-format on */

unsigned
hex_digit(char c)
{
	return (hex_values[(uint8_t)c] - 1u) & BAD;
}

/* What is left over between two words. */
struct carry {
	uint32_t bits;
	size_t n_digits; /* so far */
	size_t n_pads;
};

static int
hex_word(struct reader *r, const struct token *t, struct carry *carry)
{
	if (!field_room(r, (carry->n_digits % 2 + t->len) / 2))
		return field_long(r, t);
	for (uint32_t i = 0; i < t->len; i++) {
		unsigned digit = hex_digit(t->text[i]);

		if (digit > 15)
			return field_error(
			    r, t->text + i, "\"%.*s\" is not hexadecimal", FIELD_SHOWN(t));
		carry->bits = carry->bits << 4 | digit;
		if (carry->n_digits++ % 2)
			*r->out++ = (uint8_t)carry->bits;
	}
	return 0;
}

/* RFC 8078 section 4 prints the records that ask to delete with a last field of `0`, which is no
 * octet (erratum 5049). */
static bool
is_deletion_as_printed(const struct reader *r, const struct token *t)
{
	bool cds = r->info->type == TYPE_CDS;

	return (cds || r->info->type == TYPE_CDNSKEY) && text_is(token_text(t), "0") &&
	       r->out[-1] == 0 && (!cds || r->out[-2] == 0);
}

static int
tell_deletion(const struct reader *r, const struct token *t)
{
	return field_error(r, t->text,
	    "0 is not a whole octet: the record that asks to delete is %s (RFC 8078 section 4, "
	    "erratum 5049)",
	    r->info->type == TYPE_CDS ? "CDS 0 0 0 00" : "CDNSKEY 0 3 0 AA==");
}

int
hex_words_parse(struct reader *r)
{
	struct carry carry = {0};
	const struct token *t;

	do {
		t = field_word(r);
		if (!t || hex_word(r, t, &carry) < 0)
			return -1;
	} while (r->at < r->end);
	if (carry.n_digits == 1 && is_deletion_as_printed(r, t))
		return tell_deletion(r, t);
	if (carry.n_digits % 2)
		return field_error(
		    r, t->text, "the number of hex digits is odd: %zu", carry.n_digits);
	return 0;
}

/* Decodes whole groups of four digits; returns how many characters they are. */
static uint32_t
base64_quads(struct reader *r, const struct token *t)
{
	const uint8_t *p = (const uint8_t *)t->text;
	uint8_t *out = r->out;
	size_t room = (size_t)(r->limit - out) / 3, n = t->len / 4 < room ? t->len / 4 : room, i;

	for (i = 0; i < n; i++, p += 4, out += 3) {
		uint32_t bits = (base64_values[p[0]] - 1u) << 18 |
				(base64_values[p[1]] - 1u) << 12 | (base64_values[p[2]] - 1u) << 6 |
				(base64_values[p[3]] - 1u);

		if (bits >> 24) /* one is no digit */
			break;
		out[0] = (uint8_t)(bits >> 16);
		out[1] = (uint8_t)(bits >> 8);
		out[2] = (uint8_t)bits;
	}
	r->out = out;
	return (uint32_t)(4 * i);
}

static int
base64_word(struct reader *r, const struct token *t, struct carry *carry)
{
	uint32_t quads = carry->n_digits % 4 || carry->n_pads ? 0 : base64_quads(r, t);

	carry->n_digits += quads;
	for (uint32_t i = quads; i < t->len; i++) {
		unsigned value = base64_values[(uint8_t)t->text[i]];

		if (t->text[i] == '=' && carry->n_digits % 4 + carry->n_pads >= 2) {
			carry->n_pads++;
			continue;
		}
		if (value == 0 || carry->n_pads)
			return field_error(
			    r, t->text + i, "\"%.*s\" is not base64", FIELD_SHOWN(t));
		carry->bits = carry->bits << 6 | (value - 1);
		if (carry->n_digits++ % 4 == 0)
			continue;
		if (r->out == r->limit)
			return field_long(r, t);
		*r->out++ = (uint8_t)(carry->bits >> (6 - 2 * ((carry->n_digits - 1) % 4)));
	}
	return 0;
}

/* The last digits must be filled up with `=`, and their spare bits be zero (RFC 4648 section 3.5).
 */
static int
base64_end(struct reader *r, const struct token *t, const struct carry *carry)
{
	static const uint8_t spare_bits[4] = {0, 0, 4, 2};
	size_t n_last = carry->n_digits % 4;

	if (carry->n_digits == 1 && is_deletion_as_printed(r, t))
		return tell_deletion(r, t);
	if ((n_last + carry->n_pads) % 4 || carry->n_pads > 2 || n_last == 1)
		return field_error(r, t->text,
		    "the base64 text is cut off: %zu digits and %zu pads", carry->n_digits,
		    carry->n_pads);
	if (carry->bits & ((1u << spare_bits[n_last]) - 1))
		return field_error(r, t->text, "the last base64 digit has bits to spare");
	return 0;
}

int
base64_words_parse(struct reader *r)
{
	struct carry carry = {0};
	const struct token *t;

	do {
		t = field_word(r);
		if (!t || base64_word(r, t, &carry) < 0)
			return -1;
	} while (r->at < r->end);
	return base64_end(r, t, &carry);
}

/* To the end, at least one octet. */
static int
rest_skip(struct wire *w)
{
	int rc = w->at < w->end ? 0 : -1;

	w->at = w->end;
	return rc;
}

static int
rest_if_skip(struct wire *w)
{
	w->at = w->end;
	return 0;
}

static int
hex_print(struct buf *b, struct wire *w)
{
	hex_encode(b, (struct bytes){w->at, wire_left(w)});
	return rest_if_skip(w);
}

static int
base64_print(struct buf *b, struct wire *w)
{
	base64_encode(b, (struct bytes){w->at, wire_left(w)});
	return rest_if_skip(w);
}

static int
base64_if_parse(struct reader *r)
{
	return r->at < r->end ? base64_words_parse(r) : 0;
}

/* RFC 2535 section 3.1.2: these two flags of a KEY tell that it holds no key. */
static bool
key_is_absent(const uint8_t *rdata)
{
	return (*rdata & 0xc0) == 0xc0;
}

static int
key_parse(struct reader *r)
{
	return key_is_absent(r->begin) ? base64_if_parse(r) : base64_words_parse(r);
}

static int
key_skip(struct wire *w)
{
	return key_is_absent(w->begin) ? rest_if_skip(w) : rest_skip(w);
}

/* RFC 4025 section 2.4: algorithm 0 of an IPSECKEY tells that it holds no key. */
static int
ipsec_key_parse(struct reader *r)
{
	if (r->begin[2] != 0)
		return base64_words_parse(r);
	if (r->at < r->end)
		return field_error(r, field_begin(r->at),
		    "algorithm 0 tells that there is no key: write its algorithm, or take it out");
	return 0;
}

/* Nothing is known of what stands behind gateways of other kinds than 0 to 3. */
static int
ipsec_key_skip(struct wire *w)
{
	if (w->begin[1] > 3)
		return rest_if_skip(w);
	if (w->begin[2] == 0)
		return w->at == w->end ? 0 : -1;
	return rest_skip(w);
}

static bool
is_dash(const struct token *t)
{
	return t->len == 1 && t->text[0] == '-' && !t->quoted;
}

static int
base64_dash_parse(struct reader *r)
{
	if (r->at < r->end && is_dash(r->at)) {
		r->at++;
		return 0;
	}
	return base64_words_parse(r);
}

static int
base64_dash_print(struct buf *b, struct wire *w)
{
	if (w->at == w->end)
		buf_putc(b, '-');
	return base64_print(b, w);
}

/* Octets behind a length octet. */
static int
counted_skip(struct wire *w)
{
	return w->at < w->end ? wire_skip(w, 1u + *w->at) : -1;
}

/* RFC 5155 section 3.3: one word, `-` for none. */
static int
salt_parse(struct reader *r)
{
	const struct token *t = field_word(r);
	ssize_t n = 0;

	if (!t)
		return -1;
	if (!is_dash(t)) {
		if (t->len > 2 * 255)
			return field_error(r, t->text, "the salt is longer than 255 octets");
		n = hex_decode(token_text(t), r->out + 1);
		if (n < 0)
			return field_error(r, t->text,
			    "%.*s is neither hexadecimal nor - for no salt", FIELD_SHOWN(t));
	}
	*r->out = (uint8_t)n;
	r->out += 1 + n;
	return 0;
}

static int
salt_print(struct buf *b, struct wire *w)
{
	if (*w->at == 0)
		buf_putc(b, '-');
	hex_encode(b, (struct bytes){w->at + 1, *w->at});
	return counted_skip(w);
}

enum { NSEC3_SHA1 = 1, SHA1_OCTETS = 20, HASH_DIGITS_MOST = 255 / 5 * 8 };

/* RFC 5155 section 3.3: one word; a SHA-1 hash has 20 octets. */
static int
hash_parse(struct reader *r)
{
	const struct token *t = field_word(r);
	ssize_t n;

	if (!t)
		return -1;
	n = t->len <= HASH_DIGITS_MOST ? base32hex_decode(token_text(t), r->out + 1) : -1;
	if (n <= 0)
		return field_error(r, t->text, "%.*s is not base32hex", FIELD_SHOWN(t));
	if (r->begin[0] == NSEC3_SHA1 && n != SHA1_OCTETS)
		return field_error(r, t->text, "%zd octets; a SHA-1 hash has %d", n, SHA1_OCTETS);
	*r->out = (uint8_t)n;
	r->out += 1 + n;
	return 0;
}

static int
hash_skip(struct wire *w)
{
	if (w->at == w->end || *w->at == 0 || (*w->begin == NSEC3_SHA1 && *w->at != SHA1_OCTETS))
		return -1;
	return counted_skip(w);
}

static int
hash_print(struct buf *b, struct wire *w)
{
	base32hex_encode(b, (struct bytes){w->at + 1, *w->at});
	return counted_skip(w);
}

static int
opaque_parse(struct reader *r)
{
	return field_problem(r, Z_GENERIC, r->at < r->end ? field_begin(r->at) : field_last(r),
	    "no text form is defined: write \\# length hex");
}

static int
opaque_print(struct buf *b, struct wire *w)
{
	(void)b;
	(void)w;
	return -1;
}

const struct field_row field_hex = {hex_words_parse, rest_skip, hex_print, false};
const struct field_row field_base64 = {base64_words_parse, rest_skip, base64_print, false};
const struct field_row field_base64_if = {base64_if_parse, rest_if_skip, base64_print, false};
const struct field_row field_base64_dash = {
    base64_dash_parse, rest_if_skip, base64_dash_print, false};
const struct field_row field_key = {key_parse, key_skip, base64_print, false};
const struct field_row field_ipsec_key = {ipsec_key_parse, ipsec_key_skip, base64_print, false};
const struct field_row field_salt = {salt_parse, counted_skip, salt_print, false};
const struct field_row field_hash = {hash_parse, hash_skip, hash_print, false};
const struct field_row field_opaque = {opaque_parse, rest_if_skip, opaque_print, false};
