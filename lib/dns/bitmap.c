/* Fields that are RR types and sets of them. */
#include "dns/field_part.h"

enum {
	WINDOW_OCTETS = 32, /* 256 types */
	N_WINDOWS = 256,
	NXT_TYPES = 128, /* RFC 2535 section 5.2: a bit map of the first 128 types */
};

/* A set of types; a window's octets are cleared when its first type comes. */
struct type_set {
	uint64_t used[N_WINDOWS / 64];
	uint8_t bits[N_WINDOWS][WINDOW_OCTETS];
};

/* Takes one token as a type. */
static int
type_word(struct reader *r, uint16_t *type)
{
	const struct token *t = field_word(r);

	if (!t)
		return -1;
	if (type_parse(token_text(t), type) < 0)
		return field_error(r, t->text, "%.*s is not a record type", FIELD_SHOWN(t));
	return 0;
}

static int
one_parse(struct reader *r)
{
	const struct token *t = r->at;
	uint16_t type;

	if (type_word(r, &type) < 0)
		return -1;
	if (!field_room(r, 2))
		return field_long(r, t);
	write_u16(r->out, type);
	r->out += 2;
	return 0;
}

static int
one_skip(struct wire *w)
{
	return wire_skip(w, 2);
}

static int
one_print(struct buf *b, struct wire *w)
{
	type_print(b, read_u16(w->at));
	return one_skip(w);
}

static void
set_add(struct type_set *set, uint16_t type)
{
	unsigned window = type >> 8;

	if (!(set->used[window / 64] >> window % 64 & 1)) {
		set->used[window / 64] |= UINT64_C(1) << window % 64;
		memset(set->bits[window], 0, WINDOW_OCTETS);
	}
	set->bits[window][type % 256 / 8] |= (uint8_t)(0x80 >> type % 8);
}

/* Takes all further tokens as types. */
static int
set_parse(struct reader *r, struct type_set *set, unsigned limit)
{
	while (r->at < r->end) {
		const struct token *t = r->at;
		uint16_t type;

		if (type_word(r, &type) < 0)
			return -1;
		if (type == 0 || type >= limit)
			return field_error(
			    r, t->text, "%.*s cannot be in this set of types", FIELD_SHOWN(t));
		set_add(set, type);
	}
	return 0;
}

static size_t
used_octets(const uint8_t bits[WINDOW_OCTETS])
{
	size_t n = WINDOW_OCTETS;

	while (n > 0 && bits[n - 1] == 0)
		n--;
	return n;
}

/* RFC 4034 section 4.1.2: window, number of octets, octets without trailing zeros. */
static int
bitmap_if_parse(struct reader *r)
{
	struct type_set set;
	const struct token *last = r->end - 1;

	memset(set.used, 0, sizeof(set.used));
	if (set_parse(r, &set, UINT16_MAX + 1u) < 0)
		return -1;
	for (unsigned window = 0; window < N_WINDOWS; window++) {
		size_t n;

		if (!set.used[window / 64])
			window |= 63; /* nor any of its neighbours */
		if (!(set.used[window / 64] >> window % 64 & 1))
			continue;
		n = used_octets(set.bits[window]);
		if (!field_room(r, n + 2))
			return field_long(r, last);
		*r->out++ = (uint8_t)window;
		*r->out++ = (uint8_t)n;
		memcpy(r->out, set.bits[window], n);
		r->out += n;
	}
	return 0;
}

static int
bitmap_parse(struct reader *r)
{
	return r->at < r->end ? bitmap_if_parse(r) : field_missing(r);
}

static int
bitmap_if_skip(struct wire *w)
{
	int last = -1;

	while (w->at < w->end) {
		size_t n;

		if (wire_left(w) < 3 || w->at[0] <= last)
			return -1;
		last = w->at[0];
		n = w->at[1];
		w->at += 2;
		if (last == 0 && *w->at & 0x80) /* there is no type 0 */
			return -1;
		if (n == 0 || n > WINDOW_OCTETS || wire_left(w) < n || w->at[n - 1] == 0)
			return -1;
		w->at += n;
	}
	return 0;
}

static int
bitmap_skip(struct wire *w)
{
	return w->at < w->end ? bitmap_if_skip(w) : -1;
}

/* Prints the types of one window, each with a blank ahead unless it is the first of all. */
static void
window_print(struct buf *b, unsigned window, struct bytes octets, const char **blank)
{
	for (size_t i = 0; i < octets.len; i++) {
		for (unsigned bit = 0; octets.data[i] << bit & 0xff; bit++) {
			if (!(octets.data[i] << bit & 0x80))
				continue;
			buf_puts(b, *blank);
			*blank = " ";
			type_print(b, (uint16_t)(window << 8 | (unsigned)i << 3 | bit));
		}
	}
}

static int
bitmap_print(struct buf *b, struct wire *w)
{
	const char *blank = "";

	while (w->at < w->end) {
		size_t n = w->at[1];

		window_print(b, w->at[0], (struct bytes){w->at + 2, n}, &blank);
		w->at += 2 + n;
	}
	return 0;
}

static int
nxt_parse(struct reader *r)
{
	struct type_set set;
	const struct token *last = r->end - 1;
	size_t n;

	if (r->at == r->end)
		return field_missing(r);
	memset(set.used, 0, sizeof(set.used));
	if (set_parse(r, &set, NXT_TYPES) < 0)
		return -1;
	n = used_octets(set.bits[0]);
	if (!field_room(r, n))
		return field_long(r, last);
	memcpy(r->out, set.bits[0], n);
	r->out += n;
	return 0;
}

/* The first bit tells another format from this one. */
static int
nxt_skip(struct wire *w)
{
	if (w->at == w->end || wire_left(w) > NXT_TYPES / 8 || *w->at & 0x80 || w->end[-1] == 0)
		return -1;
	w->at = w->end;
	return 0;
}

static int
nxt_print(struct buf *b, struct wire *w)
{
	const char *blank = "";

	window_print(b, 0, (struct bytes){w->at, wire_left(w)}, &blank);
	w->at = w->end;
	return 0;
}

const struct field_row field_type = {one_parse, one_skip, one_print, false};
const struct field_row field_bitmap = {bitmap_parse, bitmap_skip, bitmap_print, false};
const struct field_row field_bitmap_if = {bitmap_if_parse, bitmap_if_skip, bitmap_print, false};
const struct field_row field_nxt_bitmap = {nxt_parse, nxt_skip, nxt_print, false};
