/* Fields that are strings. Octets above 127 are taken as they are and printed as \DDD. */
#include "dns/field_part.h"

#include "base/codec.h"

enum { STRING_LONGEST = 255 };

ssize_t
string_unescape(struct text text, uint8_t *out, size_t room, size_t *bad)
{
	size_t i = 0, n = 0;

	while (i < text.len) {
		int octet = (uint8_t)text.data[i];

		if (octet == '\\') {
			octet = escape_decode(text, &i);
			if (octet < 0) {
				*bad = i;
				return -1;
			}
		} else {
			i++;
		}
		if (n < room)
			out[n] = (uint8_t)octet;
		n++;
	}
	return (ssize_t)n;
}

/* Writes the octets of a token, which are at most `most`. */
static ssize_t
octets_parse(struct reader *r, const struct token *t, uint8_t *out, size_t most)
{
	ssize_t n = t->len;
	size_t bad = 0;

	if (t->escaped)
		n = string_unescape(token_text(t), out, most, &bad);
	else if (t->len <= most)
		memcpy(out, t->text, t->len);
	if (n < 0)
		return field_error(r, t->text + bad,
		    "a backslash is followed by a character or by three digits up to 255");
	return n;
}

/* Writes a token as a character-string. */
static int
token_parse(struct reader *r, const struct token *t)
{
	size_t room = (size_t)(r->limit - r->out);
	ssize_t n;

	if (room == 0)
		return field_long(r, t);
	n = octets_parse(r, t, r->out + 1, room > STRING_LONGEST ? STRING_LONGEST : room - 1);
	if (n < 0)
		return -1;
	if (n > STRING_LONGEST)
		return field_error(r, field_begin(t),
		    "the string has %zd octets; 255 fit, so split it into several", n);
	if ((size_t)n >= room)
		return field_long(r, t);
	*r->out = (uint8_t)n;
	r->out += 1 + n;
	return 0;
}

static int
one_parse(struct reader *r)
{
	const struct token *t = field_next(r);

	return t ? token_parse(r, t) : -1;
}

static int
one_skip(struct wire *w)
{
	return w->at < w->end ? wire_skip(w, 1u + *w->at) : -1;
}

/* How an octet stands between quotes. */
enum { PLAIN, ESCAPED, DDD };

static int
print_class(uint8_t c)
{
	if (c < 0x20 || c >= 0x7f)
		return DDD;
	return c == '"' || c == '\\' ? ESCAPED : PLAIN;
}

void
string_print(struct buf *b, struct bytes octets)
{
	char *start = buf_reserve(b, 4 * octets.len + 2), *p = start;

	*p++ = '"';
	for (size_t i = 0; i < octets.len; i++) {
		uint8_t c = octets.data[i];
		int class = print_class(c);

		if (class == DDD) {
			*p++ = '\\';
			*p++ = (char)('0' + c / 100);
			*p++ = (char)('0' + c / 10 % 10);
			*p++ = (char)('0' + c % 10);
			continue;
		}
		if (class == ESCAPED)
			*p++ = '\\';
		*p++ = (char)c;
	}
	*p++ = '"';
	b->len += (size_t)(p - start);
}

static int
one_print(struct buf *b, struct wire *w)
{
	string_print(b, (struct bytes){w->at + 1, *w->at});
	return one_skip(w);
}

static int
one_if_parse(struct reader *r)
{
	return r->at < r->end ? one_parse(r) : 0;
}

static int
one_if_skip(struct wire *w)
{
	return w->at < w->end ? one_skip(w) : 0;
}

static int
one_if_print(struct buf *b, struct wire *w)
{
	return w->at < w->end ? one_print(b, w) : 0;
}

static int
all_parse(struct reader *r)
{
	do
		if (one_parse(r) < 0)
			return -1;
	while (r->at < r->end);
	return 0;
}

static int
all_skip(struct wire *w)
{
	do
		if (one_skip(w) < 0)
			return -1;
	while (w->at < w->end);
	return 0;
}

static int
all_print(struct buf *b, struct wire *w)
{
	one_print(b, w);
	while (w->at < w->end) {
		buf_putc(b, ' ');
		one_print(b, w);
	}
	return 0;
}

static int
text_parse(struct reader *r)
{
	const struct token *t = field_next(r);
	size_t room = (size_t)(r->limit - r->out);
	ssize_t n;

	if (!t)
		return -1;
	n = octets_parse(r, t, r->out, room);
	if (n < 0)
		return -1;
	if ((size_t)n > room)
		return field_long(r, t);
	r->out += n;
	return 0;
}

static int
text_skip(struct wire *w)
{
	w->at = w->end;
	return 0;
}

static int
text_print(struct buf *b, struct wire *w)
{
	string_print(b, (struct bytes){w->at, wire_left(w)});
	return text_skip(w);
}

/* RFC 7553 section 4.4: not empty. */
static int
uri_parse(struct reader *r)
{
	if (r->at < r->end && r->at->len == 0)
		return field_error(r, field_begin(r->at), "the string is empty");
	return text_parse(r);
}

static int
uri_skip(struct wire *w)
{
	return w->at < w->end ? text_skip(w) : -1;
}

static bool
is_alphanumeric(uint8_t c)
{
	return ascii_is_digit((char)c) || (uint8_t)(ascii_lower(c) - 'a') < 26;
}

/* RFC 8659 section 4.1: letters and digits. */
static int
tag_parse(struct reader *r)
{
	const struct token *t = field_word(r);

	if (!t)
		return -1;
	for (uint32_t i = 0; i < t->len; i++)
		if (!is_alphanumeric((uint8_t)t->text[i]))
			return field_error(r, t->text + i,
			    "\"%.*s\" does not consist of letters and digits", FIELD_SHOWN(t));
	return token_parse(r, t);
}

static int
tag_skip(struct wire *w)
{
	const uint8_t *p = w->at + 1;

	if (one_skip(w) < 0 || p == w->at)
		return -1;
	for (; p < w->at; p++)
		if (!is_alphanumeric(*p))
			return -1;
	return 0;
}

static int
tag_print(struct buf *b, struct wire *w)
{
	buf_put(b, w->at + 1, *w->at);
	return one_skip(w);
}

/* Reads a string whose wire form `skip` accepts. */
static int
checked_parse(struct reader *r, int (*skip)(struct wire *w), const char *form)
{
	const struct token *t = r->at;
	const uint8_t *begin = r->out;
	struct wire w;

	if (one_parse(r) < 0)
		return -1;
	w = (struct wire){r->begin, begin, r->out};
	if (skip(&w) < 0)
		return field_error(r, field_begin(t), "%.*s is not %s", FIELD_SHOWN(t), form);
	return 0;
}

/* RFC 3402 section 3.2: a delimiter, an expression, the delimiter, a replacement, the delimiter,
 * and flags, of which there is `i`; or nothing. */
static int
regexp_skip(struct wire *w)
{
	const uint8_t *p = w->at + 1;
	unsigned n_delimiters = 1;
	uint8_t delimiter;

	if (one_skip(w) < 0)
		return -1;
	if (p == w->at)
		return 0;
	delimiter = *p++;
	if (delimiter == '\\' || delimiter == 'i' || ascii_is_digit((char)delimiter))
		return -1;
	for (; p < w->at && n_delimiters < 3; p++) {
		if (*p == '\\')
			p++;
		else if (*p == delimiter)
			n_delimiters++;
	}
	while (p < w->at && *p == 'i')
		p++;
	return p == w->at && n_delimiters == 3 ? 0 : -1;
}

static int
regexp_parse(struct reader *r)
{
	return checked_parse(r, regexp_skip, "of the form !expression!replacement!");
}

/* RFC 1183 section 3.1: four decimal digits or more. */
static int
digits_skip(struct wire *w)
{
	const uint8_t *p = w->at + 1;

	if (one_skip(w) < 0 || w->at - p < 4)
		return -1;
	for (; p < w->at; p++)
		if (!ascii_is_digit((char)*p))
			return -1;
	return 0;
}

static int
digits_parse(struct reader *r)
{
	return checked_parse(r, digits_skip, "an address of four digits or more");
}

/* RFC 1712 section 3: a decimal number, at most `limit` from zero; 0: no limit. */
static int
decimal_skip(struct wire *w, unsigned limit)
{
	const uint8_t *p = w->at + 1;
	unsigned whole = 0, rest = 0, n_digits = 0;

	if (one_skip(w) < 0)
		return -1;
	if (p < w->at && (*p == '-' || *p == '+'))
		p++;
	for (; p < w->at && ascii_is_digit((char)*p); p++, n_digits++)
		whole = whole > 100000 ? whole : whole * 10 + (unsigned)(*p - '0');
	if (p < w->at && *p == '.')
		for (p++; p < w->at && ascii_is_digit((char)*p); p++, n_digits++)
			rest |= (unsigned)(*p - '0');
	if (p != w->at || n_digits == 0)
		return -1;
	return limit && (whole > limit || (whole == limit && rest)) ? -1 : 0;
}

/* The RFC's own example has latitude and longitude the other way round than its text: both take
 * what either may be. */
static int
degrees_skip(struct wire *w)
{
	return decimal_skip(w, 180);
}

static int
degrees_parse(struct reader *r)
{
	return checked_parse(r, degrees_skip, "a decimal number from -180 to 180");
}

static int
altitude_skip(struct wire *w)
{
	return decimal_skip(w, 0);
}

static int
altitude_parse(struct reader *r)
{
	return checked_parse(r, altitude_skip, "a decimal number");
}

const struct field_row field_string = {one_parse, one_skip, one_print, false};
const struct field_row field_string_if = {one_if_parse, one_if_skip, one_if_print, false};
const struct field_row field_strings = {all_parse, all_skip, all_print, false};
const struct field_row field_text = {text_parse, text_skip, text_print, false};
const struct field_row field_uri = {uri_parse, uri_skip, text_print, false};
const struct field_row field_tag = {tag_parse, tag_skip, tag_print, false};
const struct field_row field_regexp = {regexp_parse, regexp_skip, one_print, false};
const struct field_row field_digits = {digits_parse, digits_skip, one_print, false};
const struct field_row field_degrees = {degrees_parse, degrees_skip, one_print, false};
const struct field_row field_altitude = {altitude_parse, altitude_skip, one_print, false};
