#include "dns/field_part.h"

#include <stdarg.h>
#include <stdio.h>

const struct field_row *const field_table[N_FIELD_KINDS] = {
#define FIELD(id, row) [FIELD_##id] = &field_##row,
#include "dns/fields.def"
};

int
field_problem(const struct reader *r, enum problem problem, const char *at, const char *format, ...)
{
	char text[512];
	va_list args;
	char *p;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (p = text; *p; p++)
		if ((uint8_t)*p < 0x20 || *p == 0x7f)
			*p = '?';
	if (!r->field || r->field->kind == FIELD_END)
		return diag_error(
		    r->diags, entry_pos(r->entry, at), problem, "%s: %s", r->info->name, text);
	return diag_error(r->diags, entry_pos(r->entry, at), problem, "%s %s: %s", r->info->name,
	    r->field->name, text);
}

int
field_missing(const struct reader *r)
{
	return field_problem(r, Z_RDATA_MISSING, field_last(r), "missing");
}

int
field_long(const struct reader *r, const struct token *t)
{
	return field_problem(
	    r, Z_RDATA_LONG, field_begin(t), "the RDATA is longer than %d octets", RDATA_LONGEST);
}

int
field_quoted(const struct reader *r)
{
	return field_error(r, field_begin(r->at),
	    "\"%.*s\" stands in quotes, where only strings do", FIELD_SHOWN(r->at));
}
