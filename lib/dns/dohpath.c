#include "dns/dohpath.h"

#include "base/utf8.h"

enum { PREFIX_DIGITS_MOST = 4 }; /* RFC 6570 section 2.4.1 */

static bool
is_alphanumeric(uint8_t c)
{
	return ascii_is_digit((char)c) || (uint8_t)(ascii_lower(c) - 'a') < 26;
}

static bool
is_hex(uint8_t c)
{
	return ascii_is_digit((char)c) || (uint8_t)(ascii_lower(c) - 'a') < 6;
}

/* RFC 6570 section 2.1: `%` begins two hex digits. */
static bool
is_percent(struct bytes text, size_t i)
{
	return text.len - i >= 3 && is_hex(text.data[i + 1]) && is_hex(text.data[i + 2]);
}

/* Moves over a variable's name: letters, digits and underscores, single dots between them (RFC 6570
 * section 2.3). */
static bool
skip_name(struct bytes text, size_t *i)
{
	bool any = false; /* behind the last dot */

	for (; *i < text.len; (*i)++) {
		uint8_t c = text.data[*i];

		if (c == '.' && any) {
			any = false;
			continue;
		}
		if (c == '%' && is_percent(text, *i))
			*i += 2;
		else if (c != '_' && !is_alphanumeric(c))
			break;
		any = true;
	}
	return any;
}

/* `*`, or `:` and a length from 1 to 9999 (RFC 6570 section 2.4). */
static bool
skip_modifier(struct bytes text, size_t *i)
{
	char modifier = *i < text.len ? (char)text.data[*i] : ',';
	size_t digits = *i + 1;

	if (modifier == '*')
		*i = digits;
	if (modifier != ':')
		return true;
	for (*i = digits; *i < text.len && ascii_is_digit((char)text.data[*i]); (*i)++)
		;
	return *i > digits && *i - digits <= PREFIX_DIGITS_MOST && text.data[digits] != '0';
}

/* Reads the expression between two braces; `*dns` becomes true if it has that variable. */
static const char *
expression_fault(struct bytes text, bool *dns)
{
	static const char *const bad = "is no variable list of RFC 6570 between its braces";
	size_t i = text.len && memchr("+#./;?&", text.data[0], 7) ? 1 : 0;

	for (;; i++) {
		size_t begin = i;

		if (!skip_name(text, &i))
			return bad;
		*dns = *dns ||
		       text_is((struct text){(const char *)text.data + begin, i - begin}, "dns");
		if (!skip_modifier(text, &i))
			return bad;
		if (i == text.len)
			return NULL;
		if (text.data[i] != ',')
			return bad;
	}
}

/* A character outside of braces (RFC 6570 section 2.1, with the apostrophe of erratum 6937). */
static const char *
literal_fault(struct bytes text, size_t i)
{
	uint8_t c = text.data[i];

	if (c == '}')
		return "closes a brace that is not open";
	if (c == '%' && !is_percent(text, i))
		return "has a % that two hex digits do not follow";
	if (c <= 0x20 || c == 0x7f || memchr("\"<>\\^`|", c, 7))
		return "has a character that belongs behind a %, in hex";
	return NULL;
}

static const char *
template_fault(struct bytes text, bool *dns)
{
	const char *fault = NULL;

	for (size_t i = 0, n; i < text.len && !fault; i += n) {
		const uint8_t *close;
		uint32_t c;

		n = utf8_decode((struct text){(const char *)text.data + i, text.len - i}, &c);
		if (n == 0)
			return "is not UTF-8";
		if (text.data[i] != '{') {
			fault = literal_fault(text, i);
			continue;
		}
		close = memchr(text.data + i, '}', text.len - i);
		if (!close)
			return "opens a brace that is not closed";
		n = (size_t)(close - text.data) - i + 1;
		fault = expression_fault((struct bytes){text.data + i + 1, n - 2}, dns);
	}
	return fault;
}

/* RFC 9461 section 5: what it expands to is the :path of a request, which begins with a slash (RFC
 * 9113 section 8.3.1). */
const char *dohpath_fault(struct bytes template)
{
	bool dns = false;
	const char *fault;

	if (template.len == 0 || template.data[0] != '/')
		return "is not a path that begins with /, as /dns-query{?dns} does";
	fault = template_fault(template, &dns);
	if (fault)
		return fault;
	return dns ? NULL : "lacks the variable dns, as in /dns-query{?dns}";
}
