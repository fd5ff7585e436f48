#include "base/json.h"

#include <inttypes.h>

static void
break_line(struct json *j)
{
	buf_putc(j->out, '\n');
	for (unsigned i = 0; i < j->depth; i++)
		buf_puts(j->out, "  ");
}

static void
separate(struct json *j)
{
	if (j->more)
		buf_puts(j->out, j->flat ? ", " : ",");
	if (j->lines && !j->flat && !j->is_valued && j->depth > 0)
		break_line(j);
	j->is_valued = false;
	j->more = true;
}

void
json_begin(struct json *j, char bracket)
{
	separate(j);
	buf_putc(j->out, bracket);
	j->more = false;
	j->depth++;
	j->flat += j->flat > 0;
}

void
json_begin_flat(struct json *j, char bracket)
{
	json_begin(j, bracket);
	if (j->lines && !j->flat)
		j->flat = 1;
}

void
json_end(struct json *j, char bracket)
{
	j->depth--;
	if (j->flat)
		j->flat--;
	else if (j->lines && j->more)
		break_line(j);
	buf_putc(j->out, bracket);
	j->more = true;
}

void
json_key(struct json *j, const char *key)
{
	json_text(j, text_of(key));
	buf_puts(j->out, j->lines ? ": " : ":");
	j->more = false;
	j->is_valued = true;
}

/* Octets of the UTF-8 sequence (RFC 3629 section 4) at the start of the text; 0: it is none. */
static size_t
utf8_length(struct text text)
{
	static const struct {
		uint8_t first, last; /* of the first octet */
		uint8_t low, high;   /* of the second */
		uint8_t len;
	} rows[] = {
	    {0x00, 0x7f, 0, 0, 1},
	    {0xc2, 0xdf, 0x80, 0xbf, 2},
	    {0xe0, 0xe0, 0xa0, 0xbf, 3},
	    {0xe1, 0xec, 0x80, 0xbf, 3},
	    {0xed, 0xed, 0x80, 0x9f, 3},
	    {0xee, 0xef, 0x80, 0xbf, 3},
	    {0xf0, 0xf0, 0x90, 0xbf, 4},
	    {0xf1, 0xf3, 0x80, 0xbf, 4},
	    {0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	const uint8_t *p = (const uint8_t *)text.data;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (*p < rows[i].first || *p > rows[i].last)
			continue;
		if (text.len < rows[i].len ||
		    (rows[i].len > 1 && (p[1] < rows[i].low || p[1] > rows[i].high)))
			return 0;
		for (size_t k = 2; k < rows[i].len; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].len;
	}
	return 0;
}

void
json_text(struct json *j, struct text text)
{
	separate(j);
	buf_putc(j->out, '"');
	while (text.len) {
		size_t len = utf8_length(text);
		uint8_t c = (uint8_t)*text.data;

		if (len == 0)
			buf_puts(j->out, "\xef\xbf\xbd");
		else if (c == '"' || c == '\\')
			buf_printf(j->out, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			buf_printf(j->out, "\\u%04x", c);
		else
			buf_put(j->out, text.data, len);
		len = len ? len : 1;
		text.data += len;
		text.len -= len;
	}
	buf_putc(j->out, '"');
}

void
json_number(struct json *j, int64_t number)
{
	separate(j);
	buf_printf(j->out, "%" PRId64, number);
}

void
json_bool(struct json *j, bool value)
{
	separate(j);
	buf_puts(j->out, value ? "true" : "false");
}

void
json_null(struct json *j)
{
	separate(j);
	buf_puts(j->out, "null");
}

void
json_member(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	if (text)
		json_text(j, text_of(text));
	else
		json_null(j);
}
