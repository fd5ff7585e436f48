/* Fields that are addresses: IPv4, IPv6, and those of other networks. */
#include "dns/field_part.h"

int
ip4_parse(struct text text, uint8_t out[4])
{
	const char *p = text.data, *end = p + text.len;

	for (int i = 0; i < 4; i++) {
		unsigned value = 0;
		const char *digits = p;

		for (; p < end && ascii_is_digit(*p) && p - digits < 3; p++)
			value = value * 10 + (unsigned)(*p - '0');
		if (p == digits || value > 255 || (*digits == '0' && p - digits > 1))
			return -1;
		out[i] = (uint8_t)value;
		if (i < 3 && (p == end || *p++ != '.'))
			return -1;
	}
	return p == end ? 0 : -1;
}

/* Reads groups of hex digits until the text ends or "::" comes; `*n` counts octets in `out`. A
 * dotted quad may take the place of the last two groups. */
static const char *
groups_parse(const char *p, const char *end, uint8_t *out, size_t *n)
{
	while (p < end && *n < 16) {
		const char *begin = p;
		unsigned value = 0, digit;

		for (; p < end && p - begin < 4 && (digit = hex_digit(*p)) < 16; p++)
			value = value << 4 | digit;
		if (p < end && *p == '.' && *n <= 12 &&
		    ip4_parse((struct text){begin, (size_t)(end - begin)}, out + *n) == 0) {
			*n += 4;
			return end;
		}
		if (p == begin)
			return NULL;
		write_u16(out + *n, (uint16_t)value);
		*n += 2;
		if (p == end)
			break;
		if (*p != ':' || p + 1 == end)
			return NULL;
		if (p[1] == ':')
			break;
		p++;
	}
	return p;
}

int
ip6_parse(struct text text, uint8_t out[16])
{
	const char *p = text.data, *end = p + text.len;
	uint8_t tail[16];
	size_t n = 0, n_tail = 0;

	if (text.len < 2)
		return -1;
	if (p[0] != ':' || p[1] != ':')
		p = groups_parse(p, end, out, &n);
	if (!p)
		return -1;
	if (p == end)
		return n == 16 ? 0 : -1;
	if (end - p < 2 || p[0] != ':' || p[1] != ':')
		return -1;
	p = groups_parse(p + 2, end, tail, &n_tail);
	if (p != end || n + n_tail > 14)
		return -1;
	memset(out + n, 0, 16 - n - n_tail);
	memcpy(out + 16 - n_tail, tail, n_tail);
	return 0;
}

void
ip4_print(struct buf *b, const uint8_t *ip)
{
	char *start = buf_reserve(b, 16), *p = start;

	for (int i = 0; i < 4; i++) {
		unsigned v = ip[i];

		if (v >= 100)
			*p++ = (char)('0' + v / 100);
		if (v >= 10)
			*p++ = (char)('0' + v / 10 % 10);
		*p++ = (char)('0' + v % 10);
		*p++ = '.';
	}
	b->len += (size_t)(p - start) - 1;
}

/* The longest run of two zero groups or more, the first of equals: where, and how many. */
static int
zero_run(const uint8_t *ip, int *n_groups)
{
	int best = -1, run = 0;

	*n_groups = 1;
	for (int i = 0; i < 8; i++) {
		run = read_u16(ip + 2 * i) ? 0 : run + 1;
		if (run > *n_groups) {
			*n_groups = run;
			best = i + 1 - run;
		}
	}
	return best;
}

static char *
group_print(char *p, unsigned value)
{
	int shift = 12;

	while (shift > 0 && value >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*p++ = "0123456789abcdef"[value >> shift & 15];
	return p;
}

void
ip6_print(struct buf *b, const uint8_t *ip)
{
	static const uint8_t mapped[12] = {[10] = 0xff, 0xff};
	char *start = buf_reserve(b, 40), *p = start;
	int n_zero, zero = zero_run(ip, &n_zero);

	if (memcmp(ip, mapped, sizeof(mapped)) == 0) {
		buf_put(b, "::ffff:", 7);
		ip4_print(b, ip + 12);
		return;
	}
	for (int i = 0; i < 8; i++) {
		if (i == zero) {
			*p++ = ':';
			if (i == 0)
				*p++ = ':';
			i += n_zero - 1;
		} else {
			p = group_print(p, read_u16(ip + 2 * i));
			if (i < 7)
				*p++ = ':';
		}
	}
	b->len += (size_t)(p - start);
}

static int
a_parse(struct reader *r)
{
	const struct token *t = field_word(r);

	if (!t)
		return -1;
	if (!field_room(r, 4))
		return field_long(r, t);
	if (ip4_parse(token_text(t), r->out) < 0)
		return field_error(r, t->text, "%.*s is not an IPv4 address", FIELD_SHOWN(t));
	r->out += 4;
	return 0;
}

static int
a_skip(struct wire *w)
{
	return wire_skip(w, 4);
}

static int
a_print(struct buf *b, struct wire *w)
{
	ip4_print(b, w->at);
	return a_skip(w);
}

static int
aaaa_parse(struct reader *r)
{
	const struct token *t = field_word(r);

	if (!t)
		return -1;
	if (!field_room(r, 16))
		return field_long(r, t);
	if (ip6_parse(token_text(t), r->out) < 0)
		return field_error(r, t->text, "%.*s is not an IPv6 address", FIELD_SHOWN(t));
	r->out += 16;
	return 0;
}

static int
aaaa_skip(struct wire *w)
{
	return wire_skip(w, 16);
}

static int
aaaa_print(struct buf *b, struct wire *w)
{
	ip6_print(b, w->at);
	return aaaa_skip(w);
}

/* Hex octets with a dash between each two, RFC 7043 sections 3.2 and 4.2. */
static int
eui_parse(struct reader *r, size_t n, const char *example)
{
	const struct token *t = field_word(r);

	if (!t)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const char *p = t->text + 3 * i;
		bool there = t->len == 3 * n - 1;
		unsigned high = there ? hex_digit(p[0]) : 16, low = there ? hex_digit(p[1]) : 16;

		if (high > 15 || low > 15 || (i > 0 && p[-1] != '-'))
			return field_error(
			    r, t->text, "%.*s is not of the form %s", FIELD_SHOWN(t), example);
		*r->out++ = (uint8_t)(high << 4 | low);
	}
	return 0;
}

static int
eui_print(struct buf *b, struct wire *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(b, '-');
		hex_encode(b, (struct bytes){w->at++, 1});
	}
	return 0;
}

static int
eui48_parse(struct reader *r)
{
	return eui_parse(r, 6, "00-00-5e-00-53-2a");
}

static int
eui48_skip(struct wire *w)
{
	return wire_skip(w, 6);
}

static int
eui48_print(struct buf *b, struct wire *w)
{
	return eui_print(b, w, 6);
}

static int
eui64_parse(struct reader *r)
{
	return eui_parse(r, 8, "00-00-5e-ef-10-00-00-2a");
}

static int
eui64_skip(struct wire *w)
{
	return wire_skip(w, 8);
}

static int
eui64_print(struct buf *b, struct wire *w)
{
	return eui_print(b, w, 8);
}

/* Four groups of hex digits, RFC 6742 section 2.1.2. */
static int
locator_parse(struct reader *r)
{
	const struct token *t = field_word(r);
	size_t n = 0;
	const char *end;
	uint8_t groups[16];

	if (!t)
		return -1;
	end = t->text + t->len;
	if (groups_parse(t->text, end, groups, &n) != end || n != 8 || memchr(t->text, '.', t->len))
		return field_error(
		    r, t->text, "%.*s is not of the form 2001:db8:1140:1000", FIELD_SHOWN(t));
	memcpy(r->out, groups, 8);
	r->out += 8;
	return 0;
}

static int
locator_print(struct buf *b, struct wire *w)
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			buf_putc(b, ':');
		hex_encode(b, (struct bytes){w->at, 2});
		w->at += 2;
	}
	return 0;
}

/* Hex digits with dots anywhere between octets. */
static int
dotted_hex_parse(struct reader *r, const struct token *t, size_t from)
{
	const uint8_t *begin = r->out;
	size_t i = from;

	while (i < t->len) {
		unsigned high, low;

		if (t->text[i] == '.') {
			i++;
			continue;
		}
		high = hex_digit(t->text[i]);
		low = i + 1 < t->len ? hex_digit(t->text[i + 1]) : 16;
		if (high > 15 || low > 15)
			return field_error(
			    r, t->text + i, "%.*s: hex digits come in pairs", FIELD_SHOWN(t));
		if (!field_room(r, 1))
			return field_long(r, t);
		*r->out++ = (uint8_t)(high << 4 | low);
		i += 2;
	}
	if (r->out == begin)
		return field_error(r, t->text, "%.*s holds no octet", FIELD_SHOWN(t));
	return 0;
}

static int
nsap_parse(struct reader *r)
{
	const struct token *t = field_word(r);

	if (!t)
		return -1;
	if (t->len < 2 || t->text[0] != '0' || ascii_lower((uint8_t)t->text[1]) != 'x')
		return field_error(r, t->text, "%.*s does not begin with 0x", FIELD_SHOWN(t));
	return dotted_hex_parse(r, t, 2);
}

static int
nsap_skip(struct wire *w)
{
	int rc = w->at < w->end ? 0 : -1;

	w->at = w->end;
	return rc;
}

static int
nsap_print(struct buf *b, struct wire *w)
{
	buf_puts(b, "0x");
	hex_encode(b, (struct bytes){w->at, wire_left(w)});
	return nsap_skip(w);
}

enum { ATMA_AESA, ATMA_E164 };

/* An E.164 number as +digits, dots allowed; any other ATM address in hex (af-dans-0152). */
static int
atma_parse(struct reader *r)
{
	const struct token *t = field_word(r);

	if (!t)
		return -1;
	if (!field_room(r, t->len + 1))
		return field_long(r, t);
	if (t->text[0] != '+') {
		*r->out++ = ATMA_AESA;
		return dotted_hex_parse(r, t, 0);
	}
	*r->out++ = ATMA_E164;
	for (uint32_t i = 1; i < t->len; i++) {
		if (t->text[i] == '.')
			continue;
		if (!ascii_is_digit(t->text[i]))
			return field_error(r, t->text + i,
			    "%.*s: digits and dots follow a plus sign", FIELD_SHOWN(t));
		*r->out++ = (uint8_t)t->text[i];
	}
	if (r->out[-1] == ATMA_E164)
		return field_error(r, t->text, "%.*s holds no digit", FIELD_SHOWN(t));
	return 0;
}

static int
atma_skip(struct wire *w)
{
	if (wire_left(w) < 2 || *w->at > ATMA_E164)
		return -1;
	if (*w->at == ATMA_E164)
		for (const uint8_t *p = w->at + 1; p < w->end; p++)
			if (!ascii_is_digit((char)*p))
				return -1;
	w->at = w->end;
	return 0;
}

static int
atma_print(struct buf *b, struct wire *w)
{
	struct bytes rest = {w->at + 1, wire_left(w) - 1};

	if (*w->at == ATMA_E164) {
		buf_putc(b, '+');
		buf_put(b, rest.data, rest.len);
	} else {
		hex_encode(b, rest);
	}
	w->at = w->end;
	return 0;
}

const struct field_row field_ip4 = {a_parse, a_skip, a_print, false};
const struct field_row field_ip6 = {aaaa_parse, aaaa_skip, aaaa_print, false};
const struct field_row field_eui48 = {eui48_parse, eui48_skip, eui48_print, false};
const struct field_row field_eui64 = {eui64_parse, eui64_skip, eui64_print, false};
const struct field_row field_locator = {locator_parse, eui64_skip, locator_print, false};
const struct field_row field_nsap = {nsap_parse, nsap_skip, nsap_print, false};
const struct field_row field_atma = {atma_parse, atma_skip, atma_print, false};
