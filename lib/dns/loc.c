/* The location of LOC (RFC 1876): latitude and longitude in thousandths of an arc second around
 * 2^31, altitude in centimetres above -100 km, and three precisions as mantissa and exponent. */
#include "dns/field_part.h"

enum {
	LOC_OCTETS = 16,
	DEGREE = 3600000, /* thousandths of an arc second */
	MINUTE = 60000,
	SECOND = 1000,
	ALTITUDE_BASE = 10000000, /* centimetres */
};

static const uint32_t EQUATOR = UINT32_C(1) << 31;
static const uint64_t PRECISION_MOST = UINT64_C(9000000000); /* centimetres */

/* Reads digits with at most `places` decimals as an integer of 10^-places units. */
static int
fixed_parse(struct text text, unsigned places, uint64_t most, uint64_t *value)
{
	const char *point = memchr(text.data, '.', text.len);
	size_t n_whole = point ? (size_t)(point - text.data) : text.len;
	size_t n_decimals = point ? text.len - n_whole - 1 : 0;
	uint64_t whole, decimals = 0;

	if (n_decimals > places || (point && n_decimals == 0) ||
	    decimal_parse((struct text){text.data, n_whole}, UINT32_MAX, &whole) < 0 ||
	    (point &&
		decimal_parse((struct text){point + 1, n_decimals}, UINT32_MAX, &decimals) < 0))
		return -1;
	for (size_t i = 0; i < places; i++) {
		whole *= 10;
		if (i >= n_decimals)
			decimals *= 10;
	}
	*value = whole + decimals;
	return *value <= most ? 0 : -1;
}

/* An axis: its two directions and how many degrees it has each way. */
struct axis {
	const char *what;
	char plus, minus;
	unsigned degrees;
};

static const struct axis latitude = {"latitude", 'N', 'S', 90};
static const struct axis longitude = {"longitude", 'E', 'W', 180};

/* Is the next word one of the axis' directions? */
static bool
at_direction(const struct reader *r, const struct axis *axis)
{
	const struct token *t = r->at;
	char c;

	if (t == r->end || t->len != 1 || t->quoted)
		return false;
	c = (char)(*t->text & ~0x20);
	return c == axis->plus || c == axis->minus;
}

/* `d [m [s]] N|S`. */
static int
axis_parse(struct reader *r, const struct axis *axis)
{
	static const uint32_t units[3] = {DEGREE, MINUTE, SECOND};
	const struct token *begin = r->at, *t;
	uint64_t sum = 0;
	int i;

	for (i = 0; i < 3 && (i == 0 || !at_direction(r, axis)); i++) {
		uint64_t part, most = i == 0 ? axis->degrees : i == 1 ? 59 : 59999;

		t = field_word(r);
		if (!t)
			return -1;
		if (fixed_parse(token_text(t), i == 2 ? 3 : 0, most, &part) < 0)
			return field_error(r, t->text,
			    "%.*s: the %s is not of the form d [m [s]] %c|%c", FIELD_SHOWN(t),
			    axis->what, axis->plus, axis->minus);
		sum += i == 2 ? part : part * units[i];
	}
	if (r->at < r->end && !at_direction(r, axis))
		return field_error(r, field_begin(r->at), "%.*s stands where %c or %c ends the %s",
		    FIELD_SHOWN(r->at), axis->plus, axis->minus, axis->what);
	t = field_word(r);
	if (!t)
		return -1;
	if (sum > (uint64_t)axis->degrees * DEGREE)
		return field_error(
		    r, begin->text, "the %s is beyond %u degrees", axis->what, axis->degrees);
	write_u32(r->out,
	    (*t->text & ~0x20) == axis->plus ? EQUATOR + (uint32_t)sum : EQUATOR - (uint32_t)sum);
	r->out += 4;
	return 0;
}

/* Metres with at most two decimals, the `m` behind them optional, as centimetres. */
static int
metres_parse(struct text text, uint64_t most, uint64_t *centimetres)
{
	if (text.len && ascii_lower((uint8_t)text.data[text.len - 1]) == 'm')
		text.len--;
	return fixed_parse(text, 2, most, centimetres);
}

static int
altitude_parse(struct reader *r)
{
	const struct token *t = field_word(r);
	struct text text;
	uint64_t centimetres;
	bool below;

	if (!t)
		return -1;
	text = token_text(t);
	below = text.len && *text.data == '-';
	if (below)
		text = (struct text){text.data + 1, text.len - 1};
	if (metres_parse(text, below ? ALTITUDE_BASE : UINT32_MAX - ALTITUDE_BASE, &centimetres) <
	    0)
		return field_error(r, t->text,
		    "%.*s is not an altitude from -100000.00m to 42849672.95m", FIELD_SHOWN(t));
	write_u32(r->out,
	    below ? ALTITUDE_BASE - (uint32_t)centimetres : ALTITUDE_BASE + (uint32_t)centimetres);
	r->out += 4;
	return 0;
}

/* One digit and a power of ten; further digits are cut off, as RFC 1876 appendix A does. */
static uint8_t
precision_octet(uint64_t centimetres)
{
	unsigned exponent = 0;

	for (; centimetres >= 10; centimetres /= 10)
		exponent++;
	return (uint8_t)(centimetres << 4 | exponent);
}

static int
precision_parse(struct reader *r, uint8_t *octet)
{
	const struct token *t;
	uint64_t centimetres;

	if (r->at == r->end)
		return 0;
	t = field_word(r);
	if (!t)
		return -1;
	if (metres_parse(token_text(t), PRECISION_MOST, &centimetres) < 0)
		return field_error(r, t->text,
		    "%.*s is not a size or precision from 0m to 90000000m", FIELD_SHOWN(t));
	*octet = precision_octet(centimetres);
	return 0;
}

static int
loc_parse(struct reader *r)
{
	uint8_t *head = r->out;

	/* Version 0; size 1 m, horizontal precision 10 km, vertical 10 m, unless stated. */
	memcpy(head, (const uint8_t[4]){0, 0x12, 0x16, 0x13}, 4);
	r->out += 4;
	if (axis_parse(r, &latitude) < 0 || axis_parse(r, &longitude) < 0 || altitude_parse(r) < 0)
		return -1;
	for (int i = 1; i <= 3; i++)
		if (precision_parse(r, head + i) < 0)
			return -1;
	return 0;
}

/* Thousandths of an arc second from the equator or the prime meridian. */
static uint32_t
from_origin(uint32_t coordinate)
{
	return coordinate >= EQUATOR ? coordinate - EQUATOR : EQUATOR - coordinate;
}

/* Nothing is known of other versions than 0. */
static int
loc_skip(struct wire *w)
{
	const uint8_t *p = w->at;

	if (p == w->end)
		return -1;
	if (*p != 0) {
		w->at = w->end;
		return 0;
	}
	if (wire_skip(w, LOC_OCTETS) < 0)
		return -1;
	for (int i = 1; i <= 3; i++)
		if (p[i] >> 4 > 9 || (p[i] & 15) > 9)
			return -1;
	if (from_origin(read_u32(p + 4)) > latitude.degrees * (uint32_t)DEGREE ||
	    from_origin(read_u32(p + 8)) > longitude.degrees * (uint32_t)DEGREE)
		return -1;
	return 0;
}

static void
axis_print(struct buf *b, const struct axis *axis, uint32_t coordinate)
{
	uint32_t v = from_origin(coordinate);

	buf_printf(b, "%u %u %u.%03u %c ", v / DEGREE, v / MINUTE % 60, v / SECOND % 60, v % SECOND,
	    coordinate >= EQUATOR ? axis->plus : axis->minus);
}

static void
precision_print(struct buf *b, uint8_t octet)
{
	uint64_t centimetres = octet >> 4;

	for (unsigned exponent = octet & 15; exponent > 0; exponent--)
		centimetres *= 10;
	buf_putc(b, ' ');
	buf_decimal(b, centimetres / 100);
	if (centimetres % 100)
		buf_printf(b, ".%02u", (unsigned)(centimetres % 100));
	buf_putc(b, 'm');
}

static int
loc_print(struct buf *b, struct wire *w)
{
	const uint8_t *p = w->at;
	int64_t altitude;

	if (*p != 0)
		return -1;
	for (int i = 1; i <= 3; i++)
		if (p[i] >> 4 == 0 && p[i])
			return -1; /* 0 times a power of ten: no text keeps the power */
	axis_print(b, &latitude, read_u32(p + 4));
	axis_print(b, &longitude, read_u32(p + 8));
	altitude = (int64_t)read_u32(p + 12) - ALTITUDE_BASE;
	if (altitude < 0) {
		buf_putc(b, '-');
		altitude = -altitude;
	}
	buf_printf(b, "%lld.%02dm", (long long)(altitude / 100), (int)(altitude % 100));
	for (int i = 1; i <= 3; i++)
		precision_print(b, p[i]);
	return loc_skip(w);
}

const struct field_row field_loc = {loc_parse, loc_skip, loc_print, false};
