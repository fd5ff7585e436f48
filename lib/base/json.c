#include "base/json.h"

#include "base/utf8.h"

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

/* RFC 8259 section 7 */
static void
put_escaped(struct buf *out, uint32_t c)
{
	if (c > 0xffff)
		buf_printf(
		    out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + (c & 0x3ff));
	else
		buf_printf(out, "\\u%04x", c);
}

void
json_text(struct json *j, struct text text)
{
	separate(j);
	buf_putc(j->out, '"');
	while (text.len) {
		uint32_t c = 0;
		unsigned len = utf8_decode(text, &c);

		if (len == 0)
			buf_puts(j->out, "\xef\xbf\xbd");
		else if (c == '"' || c == '\\')
			buf_printf(j->out, "\\%c", (char)c);
		else if (utf8_is_control(c))
			put_escaped(j->out, c);
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
