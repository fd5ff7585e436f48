#include "base/diag.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { OFFSET_BITS = 44, WORD_LONGEST = 64 };

void
diags_free(struct diags *diags)
{
	free(diags->sources);
	free(diags->items);
	free(diags->inputs);
	arena_free(&diags->arena);
	*diags = (struct diags){0};
}

uint32_t
diags_source(struct diags *diags, const char *path, struct text text, struct pos includer)
{
	diags->sources = mem_grow(
	    diags->sources, diags->n_sources, &diags->cap_sources, sizeof(*diags->sources));
	diags->sources[diags->n_sources++] = (struct source){path, text, includer};
	return (uint32_t)diags->n_sources;
}

static const struct source *
source_of(const struct diags *diags, struct pos pos, size_t *offset)
{
	uint64_t number = pos.at >> OFFSET_BITS;

	*offset = (size_t)(pos.at & ((UINT64_C(1) << OFFSET_BITS) - 1));
	return number && number <= diags->n_sources ? &diags->sources[number - 1] : NULL;
}

/* The line that holds byte `offset`, without its end. */
static struct text
line_at(struct text text, size_t offset)
{
	size_t begin = offset, end = offset;

	while (begin > 0 && text.data[begin - 1] != '\n')
		begin--;
	while (end < text.len && text.data[end] != '\n')
		end++;
	if (end > begin && text.data[end - 1] == '\r')
		end--;
	return (struct text){text.data + begin, end - begin};
}

struct place
diags_place(const struct diags *diags, struct pos pos)
{
	size_t offset;
	const struct source *source = source_of(diags, pos, &offset);
	const char *p, *end;
	struct place place = {0};

	if (!source)
		return place;
	place.path = source->path;
	place.line = 1;
	if (offset > source->text.len)
		offset = source->text.len;
	p = source->text.data;
	end = p + offset;
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		if (!newline)
			break;
		place.line++;
		p = newline + 1;
	}
	place.column = (uint32_t)(end - p) + 1;
	return place;
}

struct pos
diags_pos_of_line(const struct diags *diags, uint32_t source, size_t line, size_t column)
{
	struct text text = diags->sources[source - 1].text;
	const char *p = text.data, *end = p + text.len;

	for (; line > 1; line--) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		if (!newline)
			break;
		p = newline + 1;
	}
	for (; column > 1 && p < end && *p != '\n'; column--)
		do
			p++;
		while (p < end && ((uint8_t)*p & 0xc0) == 0x80);
	return pos_at(source, (size_t)(p - text.data));
}

/* The length of the word at `p`: a quoted string, or up to a blank or delimiter. */
static uint32_t
word_length(const char *p, const char *end)
{
	const char *q = p;

	if (q < end && *q == '"') {
		for (q++; q < end && *q != '"'; q++)
			if (*q == '\\' && q + 1 < end)
				q++;
		return (uint32_t)(q < end ? q - p + 1 : q - p);
	}
	for (; q < end && !strchr(" \t;()\"", *q); q++)
		if (*q == '\\' && q + 1 < end)
			q++;
	while (q > p + 1 && q[-1] == ',') /* YAML's lists */
		q--;
	return q > p ? (uint32_t)(q - p) : 1;
}

static void
add_context(struct diags *diags, struct diag *d, struct pos pos)
{
	size_t offset;
	const struct source *source = source_of(diags, pos, &offset);
	struct text line;
	const char *at;

	if (!source)
		return;
	if (offset > source->text.len)
		offset = source->text.len;
	line = line_at(source->text, offset);
	at = source->text.data + offset;
	d->place = diags_place(diags, pos);
	d->order = pos.at;
	d->line_text = line;
	d->underline = at < line.data + line.len ? word_length(at, line.data + line.len) : 1;

	for (source = source_of(diags, source->includer, &offset); source;
	     source = source_of(diags, source->includer, &offset))
		d->n_included++;
	if (!d->n_included)
		return;
	d->included = arena_alloc(&diags->arena, d->n_included * sizeof(*d->included));
	source = source_of(diags, pos, &offset);
	for (size_t i = 0; i < d->n_included; i++) {
		struct pos includer = source->includer;

		d->included[i] = diags_place(diags, includer);
		source = source_of(diags, includer, &offset);
	}
}

static const char *
note_of(struct arena *a, const struct problem_info *info)
{
	if (*info->law && *info->remedy)
		return arena_printf(a, "%s: %s", info->law, info->remedy);
	if (*info->law)
		return info->law;
	return *info->remedy ? info->remedy : NULL;
}

/* Counts a problem; returns where to put it, or NULL when enough are shown. */
static struct diag *
diag_new(struct diags *diags, enum problem problem)
{
	const struct problem_info *info = &problem_table[problem];
	struct diag *d;

	diags->n_severity[info->severity]++;
	if (info->severity == SEVERITY_ERROR && diags->status < info->status)
		diags->status = info->status;
	if (diags->n > DIAGS_SHOWN)
		return NULL;
	diags->items = mem_grow(diags->items, diags->n, &diags->cap, sizeof(*diags->items));
	d = &diags->items[diags->n++];
	if (diags->n > DIAGS_SHOWN) {
		*d = (struct diag){.problem = Z_TOO_MANY, .severity = SEVERITY_NOTE,
		    .order = UINT64_MAX, .message = "too many problems; the rest are not shown"};
		return NULL;
	}
	*d = (struct diag){.problem = problem,
	    .severity = info->severity,
	    .note = note_of(&diags->arena, info)};
	return d;
}

static const char *
message_of(struct arena *a, const char *format, va_list args)
{
	va_list again;
	char *message;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	message = (char *)arena_bytes(a, (size_t)n + 1);
	vsnprintf(message, (size_t)n + 1, format, args);
	return message;
}

int
diag_add(struct diags *diags, struct pos pos, enum problem problem, const char *format, ...)
{
	struct diag *d = diag_new(diags, problem);
	va_list args;

	if (d) {
		va_start(args, format);
		d->message = message_of(&diags->arena, format, args);
		va_end(args);
		add_context(diags, d, pos);
	}
	return problem_table[problem].severity == SEVERITY_ERROR ? -1 : 0;
}

int
diag_add_path(struct diags *diags, const char *path, enum problem problem, const char *format, ...)
{
	struct diag *d = diag_new(diags, problem);
	va_list args;

	if (d) {
		va_start(args, format);
		d->message = message_of(&diags->arena, format, args);
		va_end(args);
		d->place.path = arena_text(&diags->arena, path, strlen(path));
	}
	return problem_table[problem].severity == SEVERITY_ERROR ? -1 : 0;
}

static bool
diag_equal(const struct diag *a, const struct diag *b)
{
	return a->problem == b->problem && a->order == b->order &&
	    strcmp(a->message, b->message) == 0 &&
	    strcmp(a->place.path ? a->place.path : "", b->place.path ? b->place.path : "") == 0;
}

/* A stable insertion sort: at most DIAGS_SHOWN items, nearly always in order already. */
void
diags_sort(struct diags *diags)
{
	size_t i, j, kept = 0;

	for (i = 1; i < diags->n; i++) {
		struct diag d = diags->items[i];

		for (j = i; j > 0 && diags->items[j - 1].order > d.order; j--)
			diags->items[j] = diags->items[j - 1];
		diags->items[j] = d;
	}
	for (i = 0; i < diags->n; i++) {
		for (j = kept; j > 0 && diags->items[j - 1].order == diags->items[i].order; j--)
			if (diag_equal(&diags->items[j - 1], &diags->items[i]))
				break;
		if (j > 0 && diag_equal(&diags->items[j - 1], &diags->items[i]))
			continue;
		diags->items[kept++] = diags->items[i];
	}
	diags->n = kept;
}

/* Levenshtein distance without regard to case; anything of WORD_LONGEST or more is far. */
static size_t
distance(struct text a, const char *b)
{
	size_t row[WORD_LONGEST + 1], n = strlen(b);

	if (a.len > WORD_LONGEST || n > WORD_LONGEST)
		return WORD_LONGEST;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j];
			size_t best = diagonal +
			    (ascii_lower((uint8_t)a.data[i - 1]) != ascii_lower((uint8_t)b[j - 1]));

			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diagonal = above;
		}
	}
	return row[n];
}

const char *
diag_nearest(struct text word, const char *const *known)
{
	size_t best = word.len / 3 + 2;
	const char *nearest = NULL;

	for (; *known; known++) {
		size_t d = distance(word, *known);

		if (d < best) {
			best = d;
			nearest = *known;
		}
	}
	return nearest;
}
