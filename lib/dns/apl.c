/* The items of APL (RFC 3123 section 4): `[!]family:address/prefix`. */
#include "dns/field_part.h"

enum { FAMILY_IP4 = 1, FAMILY_IP6 = 2, HEAD_OCTETS = 4, NEGATION = 0x80 };

/* Octets of a family's addresses; 0: the family has no text form. */
static unsigned
address_octets(unsigned family)
{
	return family == FAMILY_IP4 ? 4 : family == FAMILY_IP6 ? 16 : 0;
}

static int
address_parse(struct text text, uint64_t family, uint8_t ip[16])
{
	return family == FAMILY_IP4 ? ip4_parse(text, ip) : ip6_parse(text, ip);
}

/* Reads one item without its exclamation mark. */
static int
item_text(struct text text, uint64_t *family, uint64_t *prefix, uint8_t ip[16])
{
	const char *colon = memchr(text.data, ':', text.len);
	const char *slash = memchr(text.data, '/', text.len);
	const char *end = text.data + text.len;

	if (!colon || !slash || slash < colon ||
	    decimal_parse(
		(struct text){text.data, (size_t)(colon - text.data)}, FAMILY_IP6, family) < 0 ||
	    *family == 0)
		return -1;
	if (address_parse((struct text){colon + 1, (size_t)(slash - colon - 1)}, *family, ip) < 0)
		return -1;
	return decimal_parse((struct text){slash + 1, (size_t)(end - slash - 1)},
	    8 * address_octets((unsigned)*family), prefix);
}

static int
item_parse(struct reader *r)
{
	const struct token *t = field_word(r);
	struct text text;
	uint64_t family, prefix;
	uint8_t ip[16];
	unsigned n;
	bool negated;

	if (!t)
		return -1;
	text = token_text(t);
	negated = text.len && *text.data == '!';
	if (negated)
		text = (struct text){text.data + 1, text.len - 1};
	if (item_text(text, &family, &prefix, ip) < 0)
		return field_error(r, t->text,
		    "%.*s is not of the form 1:192.0.2.0/24 or !2:2001:db8::/32", FIELD_SHOWN(t));
	for (n = address_octets((unsigned)family); n > 0 && ip[n - 1] == 0; n--)
		;
	if (!field_room(r, HEAD_OCTETS + n))
		return field_long(r, t);
	write_u16(r->out, (uint16_t)family);
	r->out[2] = (uint8_t)prefix;
	r->out[3] = (uint8_t)(n | (negated ? NEGATION : 0));
	memcpy(r->out + HEAD_OCTETS, ip, n);
	r->out += HEAD_OCTETS + n;
	return 0;
}

static int
apl_parse(struct reader *r)
{
	while (r->at < r->end)
		if (item_parse(r) < 0)
			return -1;
	return 0;
}

static int
apl_skip(struct wire *w)
{
	while (w->at < w->end) {
		unsigned octets, n;

		if (wire_left(w) < HEAD_OCTETS)
			return -1;
		octets = address_octets(read_u16(w->at));
		n = w->at[3] & ~(unsigned)NEGATION;
		if (octets && (n > octets || w->at[2] > 8 * octets))
			return -1;
		if (wire_skip(w, HEAD_OCTETS + n) < 0 || (n && w->at[-1] == 0))
			return -1;
	}
	return 0;
}

static int
item_print(struct buf *b, struct wire *w)
{
	unsigned family = read_u16(w->at), n = w->at[3] & ~(unsigned)NEGATION;
	uint8_t ip[16] = {0};

	if (address_octets(family) == 0)
		return -1;
	if (w->at[3] & NEGATION)
		buf_putc(b, '!');
	buf_decimal(b, family);
	buf_putc(b, ':');
	memcpy(ip, w->at + HEAD_OCTETS, n);
	if (family == FAMILY_IP4)
		ip4_print(b, ip);
	else
		ip6_print(b, ip);
	buf_putc(b, '/');
	buf_decimal(b, w->at[2]);
	w->at += HEAD_OCTETS + n;
	return 0;
}

static int
apl_print(struct buf *b, struct wire *w)
{
	for (const char *blank = ""; w->at < w->end; blank = " ") {
		buf_puts(b, blank);
		if (item_print(b, w) < 0)
			return -1;
	}
	return 0;
}

const struct field_row field_apl = {apl_parse, apl_skip, apl_print, false};
