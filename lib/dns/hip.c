/* The host identity of HIP (RFC 8005 section 5): on the wire the lengths of tag and key stand
 * first, in text the algorithm, the tag in hex and the key in base64, a word each. */
#include "dns/field_part.h"

enum { HEAD_OCTETS = 4, TAG_MOST = 255, KEY_MOST = 65535 };

/* Reads a word by `decode`, of at least one octet. */
static int
decoded_word(struct reader *r, ssize_t (*decode)(struct text, uint8_t *), ssize_t most,
    const char *what, size_t *len)
{
	const struct token *t = field_word(r);
	ssize_t n;

	if (!t)
		return -1;
	if (!field_room(r, t->len))
		return field_long(r, t);
	n = decode(token_text(t), r->out);
	if (n <= 0 || n > most)
		return field_error(r, t->text, "%.*s is not %s", FIELD_SHOWN(t), what);
	r->out += n;
	*len = (size_t)n;
	return 0;
}

static int
hip_parse(struct reader *r)
{
	const struct token *t = field_word(r);
	uint8_t *head = r->out;
	uint64_t algorithm;
	size_t n_tag, n_key;

	if (!t)
		return -1;
	if (decimal_parse(token_text(t), UINT8_MAX, &algorithm) < 0)
		return field_error(
		    r, t->text, "%.*s is not a number from 0 to 255", FIELD_SHOWN(t));
	r->out += HEAD_OCTETS;
	if (decoded_word(r, hex_decode, TAG_MOST, "a tag in hex", &n_tag) < 0 ||
	    decoded_word(r, base64_decode, KEY_MOST, "a key in base64", &n_key) < 0)
		return -1;
	head[0] = (uint8_t)n_tag;
	head[1] = (uint8_t)algorithm;
	write_u16(head + 2, (uint16_t)n_key);
	return 0;
}

static int
hip_skip(struct wire *w)
{
	size_t n_tag, n_key;

	if (wire_left(w) < HEAD_OCTETS)
		return -1;
	n_tag = w->at[0];
	n_key = read_u16(w->at + 2);
	w->at += HEAD_OCTETS;
	return n_tag && n_key ? wire_skip(w, n_tag + n_key) : -1;
}

static int
hip_print(struct buf *b, struct wire *w)
{
	size_t n_tag = w->at[0];
	const uint8_t *tag = w->at + HEAD_OCTETS;

	buf_decimal(b, w->at[1]);
	buf_putc(b, ' ');
	hex_encode(b, (struct bytes){tag, n_tag});
	buf_putc(b, ' ');
	base64_encode(b, (struct bytes){tag + n_tag, read_u16(w->at + 2)});
	return hip_skip(w);
}

const struct field_row field_hip = {hip_parse, hip_skip, hip_print, false};
