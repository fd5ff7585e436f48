#include "dns/rdata.h"

#include "dns/field_part.h"

/* `\#`, which begins the generic form of RFC 3597 section 5. */
static bool
is_generic(const struct token *t)
{
	return t->len == 2 && !t->quoted && t->text[0] == '\\' && t->text[1] == '#';
}

/* What stands for the row of a type that has none. */
static const struct type_info unknown = {.name = "RDATA"};

/* Reads the hex words behind `\# n`; they must make exactly `n` octets. */
static int
generic_data(struct reader *r, const struct token *count, size_t n)
{
	unsigned high = 0;
	size_t n_digits = 0;

	for (; r->at < r->end; r->at++) {
		for (uint32_t i = 0; i < r->at->len; i++, n_digits++) {
			unsigned digit = hex_digit(r->at->text[i]);

			if (digit > 15)
				return field_problem(r, Z_GENERIC, r->at->text + i,
				    "\"%.*s\" is not hexadecimal", FIELD_SHOWN(r->at));
			if (n_digits >= 2 * n)
				return field_problem(r, Z_GENERIC, r->at->text + i,
				    "more than the announced %zu octets follow", n);
			if (n_digits % 2)
				*r->out++ = (uint8_t)(high << 4 | digit);
			high = digit;
		}
	}
	if (n_digits != 2 * n)
		return field_problem(r, Z_GENERIC, field_begin(count),
		    "%zu octets are announced, but %zu hex digits follow, not %zu", n, n_digits,
		    2 * n);
	return 0;
}

/* Moves over all fields; returns the one that is malformed, or NULL. */
static const struct type_field *
fault_of(const struct type_info *info, struct bytes rdata)
{
	struct wire w = {rdata.data, rdata.data, rdata.data + rdata.len};
	const struct type_field *field;

	for (field = info->fields; field->kind != FIELD_END; field++)
		if (field_table[field->kind]->skip(&w) < 0)
			return field;
	return w.at < w.end ? field : NULL;
}

static int
generic_check(struct reader *r, const struct token *data)
{
	const struct type_field *field;

	if (r->info == &unknown || r->info->meta)
		return 0;
	field = fault_of(r->info, (struct bytes){r->begin, (size_t)(r->out - r->begin)});
	if (!field)
		return 0;
	r->field = field;
	return field_problem(r, Z_GENERIC, field_begin(data), "%s",
	    field->kind == FIELD_END ? "octets stand behind the end of the RDATA"
				     : "malformed in this generic RDATA");
}

static int
generic_parse(struct reader *r)
{
	const struct token *count, *data;
	uint64_t n;

	r->at++;
	r->field = NULL;
	if (r->at == r->end)
		return field_problem(r, Z_GENERIC, r->at[-1].text, "a length follows \\#");
	count = r->at++;
	if (decimal_parse(token_text(count), RDATA_LONGEST, &n) < 0)
		return field_problem(r, Z_GENERIC, field_begin(count),
		    "%.*s is not a length from 0 to %d", FIELD_SHOWN(count), RDATA_LONGEST);
	data = r->at < r->end ? r->at : count;
	r->odd = true;
	if (generic_data(r, count, (size_t)n) < 0)
		return -1;
	return generic_check(r, data);
}

static int
fields_parse(struct reader *r)
{
	for (; r->field->kind != FIELD_END; r->field++)
		if (field_table[r->field->kind]->parse(r) < 0)
			return -1;
	if (r->at < r->end)
		return field_problem(r, Z_RDATA_EXTRA, field_begin(r->at),
		    "\"%.*s\" stands behind the end of the RDATA", FIELD_SHOWN(r->at));
	return 0;
}

/* Types that no row describes, and those that no zone holds, have the generic form only. */
static int
formless(struct reader *r, uint16_t type)
{
	const char *at = r->at < r->end ? field_begin(r->at) : field_last(r);

	r->field = NULL;
	return field_problem(
	    r, Z_GENERIC, at, "TYPE%u has no text form here: write \\# length hex", type);
}

int
rdata_parse(struct rdata_text *text, uint16_t type, uint8_t *out, size_t *len)
{
	const struct type_info *info = type_info(type);
	struct reader r = {text->at, text->end, text->entry, text->origin, text->diags, text->trace,
	    false, info ? info : &unknown, info ? info->fields : NULL, out, out,
	    out + RDATA_LONGEST};
	int rc;

	if (r.at < r.end && is_generic(r.at))
		rc = generic_parse(&r);
	else if (!info || info->meta)
		rc = formless(&r, type);
	else
		rc = fields_parse(&r);
	*len = (size_t)(r.out - out);
	text->at = r.at;
	text->odd = r.odd;
	return rc;
}

bool
rdata_valid(uint16_t type, struct bytes rdata)
{
	const struct type_info *info = type_info(type);

	if (rdata.len > RDATA_LONGEST)
		return false;
	return !info || info->meta || !fault_of(info, rdata);
}

static void
generic_print(struct buf *b, struct bytes rdata)
{
	buf_puts(b, "\\# ");
	buf_decimal(b, rdata.len);
	if (rdata.len) {
		buf_putc(b, ' ');
		hex_encode(b, rdata);
	}
}

/* A field that is left out leaves no blank behind. */
static int
fields_print(struct buf *b, const struct type_info *info, struct bytes rdata)
{
	struct wire w = {rdata.data, rdata.data, rdata.data + rdata.len};
	const struct type_field *field;

	for (field = info->fields; field->kind != FIELD_END; field++) {
		size_t before = b->len, begin;

		if (field != info->fields)
			buf_putc(b, ' ');
		begin = b->len;
		if (field_table[field->kind]->print(b, &w) < 0)
			return -1;
		if (b->len == begin)
			b->len = before;
	}
	return 0;
}

void
rdata_print(struct buf *b, uint16_t type, struct bytes rdata)
{
	const struct type_info *info = type_info(type);
	size_t before = b->len;

	if (info && !info->meta && fields_print(b, info, rdata) == 0)
		return;
	b->len = before;
	generic_print(b, rdata);
}

void
rdata_canonical(uint16_t type, struct bytes rdata, uint8_t *out)
{
	const struct type_info *info = type_info(type);
	struct wire w = {rdata.data, rdata.data, rdata.data + rdata.len};
	const struct type_field *field;

	if (rdata.len)
		memcpy(out, rdata.data, rdata.len);
	if (!info || !info->lower)
		return;
	for (field = info->fields; field->kind != FIELD_END; field++) {
		const struct field_row *row = field_table[field->kind];
		const uint8_t *begin = w.at;

		if (row->skip(&w) < 0)
			return;
		if (row->name)
			name_lower(out + (begin - rdata.data), begin, (size_t)(w.at - begin));
	}
}

struct rdata_walk
rdata_walk(uint16_t type, struct bytes rdata)
{
	static const struct type_field none = {FIELD_END, NULL, NAME_SILENT};
	const struct type_info *info = type_info(type);

	return (struct rdata_walk){
	    .rdata = rdata, .field = info && info->names ? info->fields : &none};
}

const uint8_t *
rdata_walk_next(struct rdata_walk *walk, enum name_use *use)
{
	const uint8_t *begin = walk->rdata.data, *end = begin + walk->rdata.len;

	while (walk->field->kind != FIELD_END) {
		const struct type_field *field = walk->field;
		struct wire w = {begin, begin + walk->at, end};
		const uint8_t *name = field->use ? field_name_at(field->kind, &w) : NULL;

		if (!name || field->kind != FIELD_NAMES)
			walk->field++;
		if ((name ? field_name.skip(&w) : field_table[field->kind]->skip(&w)) < 0)
			break;
		walk->at = (size_t)(w.at - begin);
		if (name) {
			walk->n++;
			*use = field->use;
			return name;
		}
	}
	return NULL;
}

static int
compare_lower(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		int order = ascii_lower(a[i]) - ascii_lower(b[i]);

		if (order)
			return order;
	}
	return 0;
}

/* Fields tell their own end, so as long as all are equal they lie side by side. */
static int
compare_fields(const struct type_info *info, struct bytes a, struct bytes b)
{
	struct wire wa = {a.data, a.data, a.data + a.len}, wb = {b.data, b.data, b.data + b.len};
	const struct type_field *field;

	for (field = info->fields; field->kind != FIELD_END; field++) {
		const struct field_row *row = field_table[field->kind];
		struct bytes fa = {wa.at, 0}, fb = {wb.at, 0};
		int order;

		if (row->skip(&wa) < 0 || row->skip(&wb) < 0)
			break;
		fa.len = (size_t)(wa.at - fa.data);
		fb.len = (size_t)(wb.at - fb.data);
		order = row->name
			    ? compare_lower(fa.data, fb.data, fa.len < fb.len ? fa.len : fb.len)
			    : bytes_compare(fa, fb);
		if (order)
			return order;
	}
	return bytes_compare((struct bytes){wa.at, (size_t)(wa.end - wa.at)},
	    (struct bytes){wb.at, (size_t)(wb.end - wb.at)});
}

int
rdata_compare(uint16_t type, struct bytes a, struct bytes b)
{
	const struct type_info *info = type_info(type);

	if (!info || !info->lower)
		return bytes_compare(a, b);
	return compare_fields(info, a, b);
}
