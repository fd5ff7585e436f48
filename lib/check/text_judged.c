#include "check/text_part.h"

#include "zone/lookup.h"

#include <stdarg.h>
#include <stdio.h>

const char *
text_what(const struct text_judged *t)
{
	struct arena *a = &t->store->diags->arena;

	if (t->words->directive)
		return arena_printf(a, "the %s record", t->kind);
	return arena_printf(a, "the %s record of %s", t->kind, lookup_text(t->store, t->owner));
}

/* Is it told of in words? To find the place costs as much as the text is long: after some, the
 * others are for when these are mended. */
static bool
counts(struct text_judged *t, enum problem problem)
{
	enum { TOLD_MOST = 10 };

	t->n_faults += problem_table[problem].severity != SEVERITY_NOTE;
	if (!t->words || t->n_told++ >= TOLD_MOST)
		return false;
	if (!diag_is_full(t->store->diags, problem))
		return true;
	diag_count(t->store->diags, t->record->pos, problem);
	return false;
}

static void
tell(struct text_judged *t, struct pos pos, enum problem problem, const char *format, va_list args)
{
	char text[400];

	vsnprintf(text, sizeof(text), format, args);
	for (char *p = text; *p; p++)
		if ((uint8_t)*p < 0x20 || *p == 0x7f)
			*p = '?';
	diag_add(t->store->diags, pos, problem, "%s: %s", text_what(t), text);
}

void
text_fault(struct text_judged *t, enum problem problem, size_t at, const char *format, ...)
{
	va_list args;

	if (!counts(t, problem))
		return;
	va_start(args, format);
	tell(t, words_pos(t->words, at), problem, format, args);
	va_end(args);
}

void
text_word_fault(struct text_judged *t, enum problem problem, size_t ahead, const char *format, ...)
{
	va_list args;

	if (!counts(t, problem))
		return;
	va_start(args, format);
	tell(t, words_find(t->words, t->record->type, ahead, NULL), problem, format, args);
	va_end(args);
}

size_t
text_join(const struct record *record, const char *between, struct buf *b)
{
	const uint8_t *p = record->rdata, *end = p + record->rdlen;
	size_t n = 0;

	buf_clear(b);
	for (; p < end; p += 1 + *p, n++) {
		if (n > 0)
			buf_puts(b, between);
		buf_put(b, (const char *)p + 1, *p);
	}
	buf_reserve(b, 1);
	return n;
}
