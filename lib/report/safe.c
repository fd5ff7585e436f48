#include "report/safe.h"

#include "base/utf8.h"

#include <stdio.h>

static bool
is_in(uint32_t c, const uint32_t (*ranges)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
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
	struct cell cell;
	uint32_t c = 0;
	unsigned n = utf8_decode(text, &c);

	if (n == 0)
		return cell_escaped(1, "\\x%02x", (uint8_t)*text.data);
	if (utf8_is_control(c))
		return cell_escaped(n, c < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)c);
	cell = (struct cell){.n_text = n, .n_bytes = n, .width = width_of(c)};
	memcpy(cell.text, text.data, n);
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

void
report_safe_member(struct json *j, const char *key, const char *s)
{
	struct buf safe = {0};

	report_safe(&safe, s);
	json_key(j, key);
	json_text(j, (struct text){safe.data, safe.len});
	buf_free(&safe);
}
