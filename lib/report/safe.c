#include "report/safe.h"

#include <stdio.h>

static bool
is_in(uint32_t c, const uint32_t (*ranges)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

/* Characters that steer the terminal or change the order of what is shown. */
static bool
is_control(uint32_t c)
{
	static const uint32_t ranges[][2] = {{0, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c},
	    {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff},
	    {0xfff9, 0xfffb}, {0xe0000, 0xe0fff}};

	return is_in(c, ranges, sizeof(ranges) / sizeof(ranges[0]));
}

/* Columns of a character: Unicode's combining marks and East Asian wide characters, coarsely. */
static unsigned
width_of(uint32_t c)
{
	static const uint32_t combining[][2] = {{0x300, 0x36f}, {0x483, 0x489}, {0x591, 0x5bd},
	    {0x64b, 0x65f}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},
	    {0xfe20, 0xfe2f}};
	static const uint32_t wide[][2] = {{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},
	    {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60},
	    {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff},
	    {0x20000, 0x3fffd}};

	if (is_in(c, combining, sizeof(combining) / sizeof(combining[0])))
		return 0;
	return is_in(c, wide, sizeof(wide) / sizeof(wide[0])) ? 2 : 1;
}

/* Decodes one character of UTF-8 (RFC 3629 section 4); returns its length, or 0 if it is none. */
static unsigned
utf8_decode(const uint8_t *p, size_t left, uint32_t *c)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (n == 0 || n > left || p[0] > 0xf4)
		return 0;
	*c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (unsigned i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	return *c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff) ? 0 : n;
}

static struct cell
cell_escaped(unsigned n_bytes, const char *format, unsigned value)
{
	struct cell cell = {.n_bytes = n_bytes};

	cell.n_text = (unsigned)snprintf(cell.text, sizeof(cell.text), format, value);
	cell.width = cell.n_text;
	return cell;
}

struct cell
safe_cell(struct text text)
{
	const uint8_t *p = (const uint8_t *)text.data;
	struct cell cell;
	uint32_t c = 0;
	unsigned n = utf8_decode(p, text.len, &c);

	if (n == 0)
		return cell_escaped(1, "\\x%02x", *p);
	if (is_control(c))
		return cell_escaped(n, c < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)c);
	cell = (struct cell){.n_text = n, .n_bytes = n, .width = width_of(c)};
	memcpy(cell.text, p, n);
	return cell;
}

void
report_safe(struct buf *out, const char *s)
{
	struct text rest = text_of(s);

	while (rest.len) {
		struct cell cell = safe_cell(rest);

		buf_put(out, cell.text, cell.n_text);
		rest = text_behind(rest, cell.n_bytes);
	}
}
