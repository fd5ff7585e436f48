#include "dns/name.h"

#include "base/codec.h"

/* What a byte of a name's text is. */
enum name_class {
	ODD,
	LETTER, /* or digit: what names of hosts are made of, */
	HYPHEN, /* with hyphens inside */
	DOT,
	ESCAPE,
	HIGH, /* above ASCII */
};

static const uint8_t name_classes[256] = {
    ['0' ... '9'] = LETTER,
    ['A' ... 'Z'] = LETTER,
    ['a' ... 'z'] = LETTER,
    ['-'] = HYPHEN,
    ['.'] = DOT,
    ['\\'] = ESCAPE,
    [128 ... 255] = HIGH,
};

static int
fail(struct name_fault *fault, const char *why, size_t at)
{
	*fault = (struct name_fault){why, at, Z_NAME};
	return -1;
}

static int
append_origin(struct text text, const struct name *origin, size_t len, struct name *out,
    struct name_fault *fault)
{
	if (!origin) {
		bool dots = text.len && memchr(text.data, '.', text.len);

		*fault = (struct name_fault){
		    dots ? "the name is relative, and no origin is known; is its last dot missing?"
			 : "the name is relative, and no origin is known",
		    0, Z_NO_ORIGIN};
		return -1;
	}
	if (len + origin->len > NAME_LONGEST)
		return fail(
		    fault, "the name is longer than 255 octets", text.len ? text.len - 1 : 0);
	memcpy(out->wire + len, origin->wire, origin->len);
	out->odd = out->odd || origin->odd;
	out->len = (uint8_t)(len + origin->len);
	return 0;
}

int
name_parse(struct text text, const struct name *origin, struct name *out, struct name_fault *fault)
{
	size_t i = 0, label = 0, n = 1; /* n: the next octet; label: the length octet's place */

	out->odd = false;
	if (text.len == 0)
		return fail(fault, "the name is empty", 0);
	if (text.len == 1 && text.data[0] == '@')
		return append_origin(text, origin, 0, out, fault);
	if (text.len == 1 && text.data[0] == '.') {
		out->wire[0] = 0;
		out->len = 1;
		return 0;
	}
	while (i < text.len) {
		uint8_t c = (uint8_t)text.data[i];
		int octet = c;

		switch (name_classes[c]) {
		case DOT:
			if (n == label + 1)
				return fail(fault, "a label is empty", i);
			out->wire[label] = (uint8_t)(n - label - 1);
			label = n++;
			if (label >= NAME_LONGEST)
				return fail(fault, "the name is longer than 255 octets", i);
			i++;
			continue;
		case ESCAPE:
			out->odd = true;
			octet = escape_decode(text, &i);
			if (octet < 0)
				return fail(fault,
				    "a backslash is followed by a character or by "
				    "three digits up to 255",
				    i);
			break;
		case HIGH:
			*fault = (struct name_fault){
			    "the name is not ASCII; octets above 127 are written \\DDD", i, Z_UTF8};
			return -1;
		case LETTER:
			i++;
			break;
		case HYPHEN:
			i++;
			if (n == label + 1 || i == text.len || text.data[i] == '.')
				out->odd = true;
			break;
		default:
			out->odd = true;
			i++;
		}
		if (n - label > LABEL_LONGEST)
			return fail(fault, "a label is longer than 63 octets", i - 1);
		if (n >= NAME_LONGEST)
			return fail(fault, "the name is longer than 255 octets", i - 1);
		out->wire[n++] = (uint8_t)octet;
	}
	if (n == label + 1) { /* ended by a dot: absolute */
		out->wire[label] = 0;
		out->len = (uint8_t)n;
		return 0;
	}
	out->wire[label] = (uint8_t)(n - label - 1);
	return append_origin(text, origin, n, out, fault);
}

/* How an octet of a label is printed: as it is, behind a backslash, or as \DDD. */
enum print_class {
	PRINT_DDD,
	PRINT_PLAIN,
	PRINT_ESCAPED,
};

static uint8_t
print_class(uint8_t c)
{
	if (c <= 0x20 || c >= 0x7f)
		return PRINT_DDD;
	return memchr(".\\\"();@$", c, 8) ? PRINT_ESCAPED : PRINT_PLAIN;
}

void
name_print(struct buf *b, const uint8_t *wire)
{
	char *start = buf_reserve(b, 4 * NAME_LONGEST + 2), *p = start;
	const uint8_t *end;

	if (*wire == 0)
		*p++ = '.';
	for (; *wire; wire = end) {
		end = wire + 1 + *wire;
		for (wire++; wire < end; wire++) {
			uint8_t c = *wire;

			/* Letters, digits, '-' and '_' first: they are nearly all. */
			if ((uint8_t)((c | 0x20) - 'a') < 26 || (uint8_t)(c - '0') < 10 ||
			    c == '-' || c == '_') {
				*p++ = (char)c;
				continue;
			}
			switch (print_class(c)) {
			case PRINT_DDD:
				*p++ = '\\';
				*p++ = (char)('0' + c / 100);
				*p++ = (char)('0' + c / 10 % 10);
				*p++ = (char)('0' + c % 10);
				break;
			case PRINT_ESCAPED:
				*p++ = '\\';
				/* fall through */
			default:
				*p++ = (char)c;
			}
		}
		*p++ = '.';
	}
	b->len += (size_t)(p - start);
}

char *
name_absolute_text(struct arena *a, const uint8_t *wire)
{
	struct buf b = {0};

	name_print(&b, wire);
	return buf_text(&b, a);
}

const char *
name_text(struct arena *a, const uint8_t *wire)
{
	char *text = name_absolute_text(a, wire);
	size_t len = strlen(text);

	if (len > 1)
		text[len - 1] = '\0';
	return text;
}

size_t
name_length(const uint8_t *wire, size_t room)
{
	size_t n = 0;

	while (n < room && n < NAME_LONGEST) {
		if (wire[n] == 0)
			return n + 1;
		if (wire[n] > LABEL_LONGEST)
			return 0;
		n += 1u + wire[n];
	}
	return 0;
}

unsigned
name_labels(const uint8_t *wire)
{
	unsigned n = 0;

	for (; *wire; wire += 1 + *wire)
		n++;
	return n;
}

void
name_lower(uint8_t *out, const uint8_t *wire, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = ascii_lower(wire[i]);
}

static bool
equal_nocase(const uint8_t *a, const uint8_t *b, size_t len)
{
	if (memcmp(a, b, len) == 0)
		return true;
	for (size_t i = 0; i < len; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

bool
name_equal(const uint8_t *a, const uint8_t *b)
{
	size_t n = name_length(a, NAME_LONGEST);

	return n == name_length(b, NAME_LONGEST) && equal_nocase(a, b, n);
}

bool
name_in_zone(
    const uint8_t *name, size_t name_len, const uint8_t *apex, size_t apex_len, size_t *relative)
{
	size_t at = 0, want;

	if (name_len < apex_len)
		return false;
	want = name_len - apex_len;
	while (at < want)
		at += 1u + name[at];
	*relative = want;
	return at == want && equal_nocase(name + want, apex, apex_len);
}

bool
name_lacks_dot(struct text text, const struct name *apex)
{
	static const struct name root = {.len = 1};
	struct name_fault fault;
	struct name name;
	size_t relative;

	return apex->len > 1 && name_parse(text, NULL, &name, &fault) < 0 &&
	       fault.problem == Z_NO_ORIGIN && name_parse(text, &root, &name, &fault) == 0 &&
	       name_in_zone(name.wire, name.len, apex->wire, apex->len, &relative);
}

static uint8_t *
key_label(const uint8_t *label, uint8_t *key)
{
	const uint8_t *end = label + 1 + *label;

	for (label++; label < end; label++) {
		if (*label <= 1) {
			*key++ = 1;
			*key++ = (uint8_t)(*label + 1);
		} else {
			*key++ = ascii_lower(*label);
		}
	}
	*key++ = 0;
	return key;
}

size_t
name_key(const uint8_t *wire, size_t relative, uint8_t *key)
{
	uint8_t starts[NAME_LONGEST / 2 + 1];
	uint8_t *p = key;
	size_t n = 0;

	for (size_t at = 0; at < relative; at += 1u + wire[at])
		starts[n++] = (uint8_t)at;
	while (n > 0)
		p = key_label(wire + starts[--n], p);
	return (size_t)(p - key);
}
