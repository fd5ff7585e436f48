/* Fields that are domain names. */
#include "dns/field_part.h"

int
name_field_parse(struct reader *r, const struct token *t)
{
	struct name_fault fault;
	struct name name;

	if (r->trace && r->trace->ahead-- == 0)
		r->trace->token = t;
	if (name_parse(token_text(t), r->origin, &name, &fault) < 0)
		return field_problem(r, fault.problem, t->text + fault.at, "%s", fault.why);
	if (!field_room(r, name.len))
		return field_long(r, t);
	r->odd = r->odd || name.odd || (name.len > 1 && ascii_is_digit((char)name.wire[1]));
	memcpy(r->out, name.wire, name.len);
	r->out += name.len;
	return 0;
}

static int
one_parse(struct reader *r)
{
	const struct token *t = field_word(r);

	return t ? name_field_parse(r, t) : -1;
}

static int
one_skip(struct wire *w)
{
	size_t n = name_length(w->at, wire_left(w));

	w->at += n;
	return n ? 0 : -1;
}

static int
one_print(struct buf *b, struct wire *w)
{
	name_print(b, w->at);
	return one_skip(w);
}

static int
all_parse(struct reader *r)
{
	while (r->at < r->end)
		if (one_parse(r) < 0)
			return -1;
	return 0;
}

static int
all_skip(struct wire *w)
{
	while (w->at < w->end)
		if (one_skip(w) < 0)
			return -1;
	return 0;
}

static int
all_print(struct buf *b, struct wire *w)
{
	for (const char *blank = ""; w->at < w->end; blank = " ") {
		buf_puts(b, blank);
		if (one_print(b, w) < 0)
			return -1;
	}
	return 0;
}

const struct field_row field_name = {one_parse, one_skip, one_print, true};
const struct field_row field_names = {all_parse, all_skip, all_print, true};
