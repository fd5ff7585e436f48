/* The parameters of SVCB and HTTPS (RFC 9460): `key` or `key=value`, in any order in text and in
 * that of their numbers on the wire. A value goes through two decoders: as character-string first
 * (appendix A), and then, for lists, at its commas (appendix A.1). */
#include "dns/dohpath.h"
#include "dns/field_part.h"

enum {
	KEY_MANDATORY = 0,
	KEY_ALPN = 1,
	KEY_NO_DEFAULT_ALPN = 2,
	KEY_MOST = 65534, /* 65535 is "Invalid key" */
	KEY_NAMED = 6,    /* the last one that is printed by name: servers know no more for sure */
	HEAD_OCTETS = 4,  /* key and length */
	PARAMS_MOST = RDATA_LONGEST / HEAD_OCTETS,
	ITEM_LONGEST = 255,
};

/* A parameter's text while it is read. */
struct value {
	const char *at;   /* for messages */
	const char *key;  /* for messages */
	struct text text; /* without the escapes of the character-string */
};

struct param_row {
	const char *name;
	bool plain; /* no escapes in its value: RFC 9460 sections 7.2, 7.3 and 8 */
	int (*parse)(struct reader *r, const struct value *v);
	bool (*valid)(struct bytes value);
	void (*print)(struct buf *b, struct bytes value);
};

static const struct param_row *
row_of_key(unsigned key);

static int
value_error(const struct reader *r, const struct value *v, const char *form)
{
	return field_error(r, v->at, "%s: \"%.*s\" is not %s", v->key,
	    (int)(v->text.len < 60 ? v->text.len : 60), v->text.data, form);
}

static int
put_value(struct reader *r, const struct value *v, const void *octets, size_t n)
{
	if (!field_room(r, n))
		return field_problem(
		    r, Z_RDATA_LONG, v->at, "the RDATA is longer than %d octets", RDATA_LONGEST);
	memcpy(r->out, octets, n);
	r->out += n;
	return 0;
}

/* Takes what is ahead of the next comma; false at the end. An empty text has one item. */
static bool
next_item(struct text *rest, struct text *item)
{
	const char *comma;

	if (!rest->data)
		return false;
	comma = memchr(rest->data, ',', rest->len);
	*item = (struct text){rest->data, comma ? (size_t)(comma - rest->data) : rest->len};
	rest->len -= item->len + (comma ? 1 : 0);
	rest->data = comma ? comma + 1 : NULL;
	return true;
}

/* Keys by name, or as keyNNNNN without leading zeros, in lower case (section 2.1). */
static int
key_parse(struct text text, uint16_t *key);

static void
key_print(struct buf *b, unsigned key)
{
	if (key <= KEY_NAMED) {
		buf_puts(b, row_of_key(key)->name);
		return;
	}
	buf_puts(b, "key");
	buf_decimal(b, key);
}

/* Inserts a 16-bit number into the ascending ones from `begin` on. */
static int
insert_number(struct reader *r, const struct value *v, uint8_t *begin, uint16_t number)
{
	uint8_t *p = r->out;

	if (put_value(r, v, "\0", 2) < 0)
		return -1;
	for (; p > begin && read_u16(p - 2) > number; p -= 2)
		memcpy(p, p - 2, 2);
	write_u16(p, number);
	if (p > begin && read_u16(p - 2) == number)
		return value_error(r, v, "a list without repetition");
	return 0;
}

static int
mandatory_parse(struct reader *r, const struct value *v)
{
	struct text rest = v->text, item;
	uint8_t *begin = r->out;
	uint16_t key;

	while (next_item(&rest, &item)) {
		if (key_parse(item, &key) < 0 || key == KEY_MANDATORY)
			return value_error(
			    r, v, "a list of keys in lower case, other than mandatory");
		if (insert_number(r, v, begin, key) < 0)
			return -1;
	}
	return 0;
}

/* Keys in ascending order (section 8). */
static bool
mandatory_valid(struct bytes value)
{
	if (value.len == 0 || value.len % 2 || read_u16(value.data) == KEY_MANDATORY)
		return false;
	for (size_t i = 2; i < value.len; i += 2)
		if (read_u16(value.data + i - 2) >= read_u16(value.data + i))
			return false;
	return true;
}

static void
mandatory_print(struct buf *b, struct bytes value)
{
	for (size_t i = 0; i < value.len; i += 2) {
		buf_putc(b, i ? ',' : '=');
		key_print(b, read_u16(value.data + i));
	}
}

/* Reads the items of a list, in which a backslash stands ahead of a comma or backslash that belongs
 * to an item, as strings with a length octet. */
static int
items_parse(struct reader *r, const struct value *v)
{
	const char *p = v->text.data, *end = p + v->text.len;

	for (;;) {
		uint8_t *length = r->out;
		size_t n = 0;

		if (put_value(r, v, "", 1) < 0)
			return -1;
		for (; p < end && *p != ','; p++, n++) {
			if (*p == '\\' && (++p == end || (*p != ',' && *p != '\\')))
				return value_error(r, v,
				    "a list in which \\\\ stands ahead of \\\\ or a comma only");
			if (put_value(r, v, p, 1) < 0)
				return -1;
		}
		if (n == 0 || n > ITEM_LONGEST)
			return value_error(r, v, "a list of items of 1 to 255 octets");
		*length = (uint8_t)n;
		if (p++ == end)
			return 0;
	}
}

static bool
items_valid(struct bytes value)
{
	size_t i = 0;

	while (i < value.len) {
		if (value.data[i] == 0)
			return false;
		i += 1u + value.data[i];
	}
	return i == value.len;
}

static bool
alpn_valid(struct bytes value)
{
	return value.len > 0 && items_valid(value);
}

/* Both escapes at once: `\,` and `\\` of the list are `\\,` and `\\\\` in the string. */
static void
alpn_print(struct buf *b, struct bytes value)
{
	size_t i = 0;

	buf_puts(b, "=\"");
	while (i < value.len) {
		size_t end = i + 1 + value.data[i];

		if (i > 0)
			buf_putc(b, ',');
		for (i++; i < end; i++) {
			uint8_t c = value.data[i];

			if (c == ',')
				buf_puts(b, "\\\\,");
			else if (c == '\\')
				buf_puts(b, "\\\\\\\\");
			else if (c == '"')
				buf_puts(b, "\\\"");
			else if (c < 0x20 || c >= 0x7f)
				buf_printf(b, "\\%03u", c);
			else
				buf_putc(b, (char)c);
		}
	}
	buf_putc(b, '"');
}

/* The segments of a path of DNS over CoAP; the root has none. */
static int
docpath_parse(struct reader *r, const struct value *v)
{
	return v->text.len ? items_parse(r, v) : 0;
}

static int
none_parse(struct reader *r, const struct value *v)
{
	return v->text.len ? field_error(r, v->at, "%s has no value", v->key) : 0;
}

static bool
none_valid(struct bytes value)
{
	return value.len == 0;
}

static void
none_print(struct buf *b, struct bytes value)
{
	(void)b;
	(void)value;
}

static int
port_parse(struct reader *r, const struct value *v)
{
	uint64_t port;
	uint8_t octets[2];

	if (decimal_parse(v->text, UINT16_MAX, &port) < 0)
		return value_error(r, v, "a number from 0 to 65535");
	write_u16(octets, (uint16_t)port);
	return put_value(r, v, octets, 2);
}

static bool
port_valid(struct bytes value)
{
	return value.len == 2;
}

static void
port_print(struct buf *b, struct bytes value)
{
	buf_putc(b, '=');
	buf_decimal(b, read_u16(value.data));
}

static int
ip4s_parse(struct reader *r, const struct value *v)
{
	struct text rest = v->text, item;
	uint8_t ip[4];

	while (next_item(&rest, &item)) {
		if (ip4_parse(item, ip) < 0)
			return value_error(r, v, "a list of IPv4 addresses");
		if (put_value(r, v, ip, sizeof(ip)) < 0)
			return -1;
	}
	return 0;
}

static bool
ip4s_valid(struct bytes value)
{
	return value.len > 0 && value.len % 4 == 0;
}

static void
ip4s_print(struct buf *b, struct bytes value)
{
	for (size_t i = 0; i < value.len; i += 4) {
		buf_putc(b, i ? ',' : '=');
		ip4_print(b, value.data + i);
	}
}

static int
ip6s_parse(struct reader *r, const struct value *v)
{
	struct text rest = v->text, item;
	uint8_t ip[16];

	while (next_item(&rest, &item)) {
		if (ip6_parse(item, ip) < 0)
			return value_error(r, v, "a list of IPv6 addresses");
		if (put_value(r, v, ip, sizeof(ip)) < 0)
			return -1;
	}
	return 0;
}

static bool
ip6s_valid(struct bytes value)
{
	return value.len > 0 && value.len % 16 == 0;
}

static void
ip6s_print(struct buf *b, struct bytes value)
{
	for (size_t i = 0; i < value.len; i += 16) {
		buf_putc(b, i ? ',' : '=');
		ip6_print(b, value.data + i);
	}
}

static int
ech_parse(struct reader *r, const struct value *v)
{
	ssize_t n;

	if (!field_room(r, v->text.len / 4 * 3))
		return put_value(r, v, v->text.data, v->text.len);
	n = base64_decode(v->text, r->out);
	if (n <= 0)
		return value_error(r, v, "base64");
	r->out += n;
	return 0;
}

static bool
some_valid(struct bytes value)
{
	return value.len > 0;
}

static void
ech_print(struct buf *b, struct bytes value)
{
	buf_putc(b, '=');
	base64_encode(b, value);
}

static int
octets_parse(struct reader *r, const struct value *v)
{
	return put_value(r, v, v->text.data, v->text.len);
}

static bool
any_valid(struct bytes value)
{
	(void)value;
	return true;
}

static void
octets_print(struct buf *b, struct bytes value)
{
	if (value.len == 0)
		return;
	buf_putc(b, '=');
	string_print(b, value);
}

static bool
dohpath_valid(struct bytes value)
{
	return !dohpath_fault(value);
}

static int
dohpath_parse(struct reader *r, const struct value *v)
{
	const char *fault =
	    dohpath_fault((struct bytes){(const uint8_t *)v->text.data, v->text.len});

	if (fault)
		return field_error(r, v->at, "%s: \"%.*s\" %s", v->key,
		    (int)(v->text.len < 60 ? v->text.len : 60), v->text.data, fault);
	return octets_parse(r, v);
}

static int
groups_parse(struct reader *r, const struct value *v)
{
	struct text rest = v->text, item;
	uint8_t *begin = r->out;
	uint64_t group;

	while (next_item(&rest, &item)) {
		uint8_t octets[2];

		if (decimal_parse(item, UINT16_MAX, &group) < 0)
			return value_error(r, v, "a list of numbers from 0 to 65535");
		write_u16(octets, (uint16_t)group);
		for (const uint8_t *p = begin; p < r->out; p += 2)
			if (read_u16(p) == group)
				return value_error(r, v, "a list without repetition");
		if (put_value(r, v, octets, 2) < 0)
			return -1;
	}
	return 0;
}

static bool
groups_valid(struct bytes value)
{
	return value.len > 0 && value.len % 2 == 0;
}

/* The registry "Service Parameter Keys (SvcParamKeys)"; a key stands at its number. */
static const struct param_row params[] = {
    {"mandatory", true, mandatory_parse, mandatory_valid, mandatory_print},
    {"alpn", false, items_parse, alpn_valid, alpn_print},
    {"no-default-alpn", true, none_parse, none_valid, none_print},
    {"port", true, port_parse, port_valid, port_print},
    {"ipv4hint", true, ip4s_parse, ip4s_valid, ip4s_print},
    {"ech", true, ech_parse, some_valid, ech_print},
    {"ipv6hint", true, ip6s_parse, ip6s_valid, ip6s_print},
    {"dohpath", false, dohpath_parse, dohpath_valid, octets_print},
    {"ohttp", true, none_parse, none_valid, octets_print},
    {"tls-supported-groups", true, groups_parse, groups_valid, octets_print},
    {"docpath", false, docpath_parse, items_valid, octets_print},
};

enum { N_PARAMS = sizeof(params) / sizeof(params[0]) };

static const struct param_row unknown_param = {
    "keyNNNNN", false, octets_parse, any_valid, octets_print};

static const struct param_row *
row_of_key(unsigned key)
{
	return key < N_PARAMS ? &params[key] : &unknown_param;
}

static int
key_parse(struct text text, uint16_t *key)
{
	uint64_t number;

	for (size_t i = 0; i < N_PARAMS; i++) {
		if (text_is(text, params[i].name)) {
			*key = (uint16_t)i;
			return 0;
		}
	}
	if (text.len < 4 || !text_is((struct text){text.data, 3}, "key") ||
	    (text.len > 4 && text.data[3] == '0') ||
	    decimal_parse((struct text){text.data + 3, text.len - 3}, KEY_MOST, &number) < 0)
		return -1;
	*key = (uint16_t)number;
	return 0;
}

/* The key of a token, ahead of its equals sign. */
static struct text
key_text(const struct token *t)
{
	const char *equals = memchr(t->text, '=', t->len);

	return (struct text){t->text, equals ? (size_t)(equals - t->text) : t->len};
}

/* Takes the value of the parameter that begins with `t`: behind the equals sign, or the quoted
 * token that touches it. */
static struct token
value_token(struct reader *r, const struct token *t, size_t key_len)
{
	struct token value = {t->text, 0, false, false}; /* none: messages point at the key */

	if (key_len == t->len)
		return value;
	if (key_len + 1 < t->len) {
		value.text = t->text + key_len + 1;
		value.len = t->len - (uint32_t)key_len - 1;
		value.escaped = t->escaped;
	} else if (r->at < r->end && r->at->quoted && r->at->text == t->text + t->len + 1) {
		value = *r->at++;
	}
	return value;
}

/* Reads the value by `row`, without the escapes of a character-string. */
static int
value_parse(struct reader *r, const struct param_row *row, const struct token *t, const char *key)
{
	uint8_t octets[RDATA_LONGEST];
	struct value v = {field_begin(t), key, token_text(t)};
	size_t bad = 0;
	ssize_t n;

	if (!t->escaped)
		return row->parse(r, &v);
	if (row->plain)
		return value_error(r, &v, "free of escapes");
	n = string_unescape(v.text, octets, sizeof(octets), &bad);
	if (n < 0)
		return field_error(r, t->text + bad,
		    "a backslash is followed by a character or by three digits up to 255");
	if ((size_t)n > sizeof(octets))
		return field_long(r, t);
	v.text = (struct text){(const char *)octets, (size_t)n};
	return row->parse(r, &v);
}

/* `name` is no key; perhaps it is one in capitals. */
static int
key_error(const struct reader *r, struct text name)
{
	char lower[32];
	size_t n = 0;

	for (; n < name.len && n < sizeof(lower); n++)
		lower[n] = (char)ascii_lower((uint8_t)name.data[n]);
	if (n == name.len && key_parse((struct text){lower, n}, &(uint16_t){0}) == 0)
		return field_error(r, name.data, "%.*s: keys are in lower case: write %.*s", (int)n,
		    name.data, (int)n, lower);
	return field_error(r, name.data, "%.*s is not a key that is known, nor key0 to key%d",
	    (int)(name.len < 60 ? name.len : 60), name.data, KEY_MOST);
}

/* Reads one parameter to the end of the RDATA. */
static int
param_parse(struct reader *r, uint16_t *key)
{
	const struct token *t = field_word(r);
	struct token value;
	struct text name;
	const struct param_row *row;
	char shown[32];
	uint8_t *head = r->out;

	if (!t)
		return -1;
	name = key_text(t);
	if (key_parse(name, key) < 0)
		return key_error(r, name);
	if (!field_room(r, HEAD_OCTETS))
		return field_long(r, t);
	value = value_token(r, t, name.len);
	/* keyNNNNN has the octets of the wire, whatever the key (section 2.1). */
	row = row_of_key(*key);
	if (name.len >= 4 && text_is((struct text){name.data, 3}, "key"))
		row = &unknown_param;
	memcpy(shown, name.data, name.len < sizeof(shown) ? name.len : sizeof(shown) - 1);
	shown[name.len < sizeof(shown) ? name.len : sizeof(shown) - 1] = '\0';
	r->out += HEAD_OCTETS;
	if (value_parse(r, row, &value, shown) < 0)
		return -1;
	write_u16(head, *key);
	write_u16(head + 2, (uint16_t)(r->out - head - HEAD_OCTETS));
	if (!row_of_key(*key)->valid((struct bytes){head + HEAD_OCTETS, read_u16(head + 2)}))
		return field_error(
		    r, field_begin(&value), "%s: the value is malformed or missing", shown);
	return 0;
}

/* Where a parameter's octets are. */
struct param {
	uint16_t key;
	uint16_t at;
};

/* Sorts the parameters from `begin` on by key (section 2.2). */
static void
sort_params(struct reader *r, uint8_t *begin)
{
	struct param list[PARAMS_MOST], param;
	uint8_t octets[RDATA_LONGEST], *p;
	size_t n = 0, i;

	memcpy(octets, begin, (size_t)(r->out - begin));
	for (p = begin; p < r->out; p += HEAD_OCTETS + read_u16(p + 2)) {
		param = (struct param){read_u16(p), (uint16_t)(p - begin)};
		for (i = n++; i > 0 && list[i - 1].key > param.key; i--)
			list[i] = list[i - 1];
		list[i] = param;
	}
	for (p = begin, i = 0; i < n; i++) {
		size_t len = HEAD_OCTETS + (size_t)read_u16(octets + list[i].at + 2);

		memcpy(p, octets + list[i].at, len);
		p += len;
	}
}

/* The parameter of a key among sorted ones, or NULL. */
static const uint8_t *
find_param(struct bytes sorted, unsigned key)
{
	const uint8_t *p = sorted.data, *end = p + sorted.len;

	while (p < end && read_u16(p) < key)
		p += HEAD_OCTETS + read_u16(p + 2);
	return p < end && read_u16(p) == key ? p : NULL;
}

/* What makes sorted parameters contradict each other. */
struct conflict {
	enum { FINE, TWICE, NOT_THERE } kind;
	unsigned key;      /* the one that stands twice, or is not there */
	unsigned asked_by; /* the one that asks for it */
};

static struct conflict
find_conflict(struct bytes sorted)
{
	const uint8_t *p = sorted.data, *end = p + sorted.len, *mandatory;
	int last = -1;

	for (; p < end; p += HEAD_OCTETS + read_u16(p + 2)) {
		if (read_u16(p) == last)
			return (struct conflict){TWICE, read_u16(p), 0};
		last = read_u16(p);
	}
	if (find_param(sorted, KEY_NO_DEFAULT_ALPN) && !find_param(sorted, KEY_ALPN))
		return (struct conflict){NOT_THERE, KEY_ALPN, KEY_NO_DEFAULT_ALPN};
	mandatory = find_param(sorted, KEY_MANDATORY);
	if (!mandatory)
		return (struct conflict){FINE, 0, 0};
	for (size_t i = 0; i < read_u16(mandatory + 2); i += 2) {
		unsigned key = read_u16(mandatory + HEAD_OCTETS + i);

		if (!find_param(sorted, key))
			return (struct conflict){NOT_THERE, key, KEY_MANDATORY};
	}
	return (struct conflict){FINE, 0, 0};
}

/* The last of the tokens ahead of r->at that has this key. */
static const struct token *
token_of_key(const struct reader *r, const struct token *first, unsigned key)
{
	const struct token *t = r->at;
	uint16_t its;

	while (--t > first)
		if (!t->quoted && key_parse(key_text(t), &its) == 0 && its == key)
			break;
	return t;
}

static int
conflict_error(const struct reader *r, const struct token *first, struct conflict conflict)
{
	unsigned key = conflict.kind == TWICE ? conflict.key : conflict.asked_by;
	const struct token *t = token_of_key(r, first, key);
	struct buf b = {0};
	int rc;

	key_print(&b, conflict.key);
	if (conflict.kind == TWICE)
		rc = field_error(r, t->text, "%.*s stands twice", (int)b.len, b.data);
	else
		rc = field_error(r, t->text, "%s asks for %.*s, which is not there",
		    row_of_key(conflict.asked_by)->name, (int)b.len, b.data);
	buf_free(&b);
	return rc;
}

static int
params_parse(struct reader *r)
{
	const struct token *first = r->at;
	uint8_t *begin = r->out;
	struct conflict conflict;
	int last = -1;
	bool sorted = true;

	while (r->at < r->end) {
		uint16_t key;

		if (param_parse(r, &key) < 0)
			return -1;
		sorted = sorted && key > last;
		last = key;
	}
	if (!sorted)
		sort_params(r, begin);
	conflict = find_conflict((struct bytes){begin, (size_t)(r->out - begin)});
	return conflict.kind == FINE ? 0 : conflict_error(r, first, conflict);
}

static int
params_skip(struct wire *w)
{
	struct bytes all = {w->at, wire_left(w)};
	int last = -1;

	while (w->at < w->end) {
		const uint8_t *p = w->at;

		if (wire_left(w) < HEAD_OCTETS || wire_skip(w, HEAD_OCTETS + read_u16(p + 2)) < 0)
			return -1;
		if (read_u16(p) <= last || read_u16(p) > KEY_MOST ||
		    !row_of_key(read_u16(p))
			 ->valid((struct bytes){p + HEAD_OCTETS, read_u16(p + 2)}))
			return -1;
		last = read_u16(p);
	}
	return find_conflict(all).kind == FINE ? 0 : -1;
}

static int
params_print(struct buf *b, struct wire *w)
{
	for (const char *blank = ""; w->at < w->end; blank = " ") {
		unsigned key = read_u16(w->at);
		size_t n = read_u16(w->at + 2);

		buf_puts(b, blank);
		key_print(b, key);
		row_of_key(key)->print(b, (struct bytes){w->at + HEAD_OCTETS, n});
		w->at += HEAD_OCTETS + n;
	}
	return 0;
}

const struct field_row field_svcparams = {params_parse, params_skip, params_print, false};
