#define _GNU_SOURCE
#include "base/diag.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	OFFSET_BITS = 44,
	WORD_LONGEST = 64,
	ARENA_PACKED = 512, /* octets: there may be many that keep a problem or two */
};

void
diags_free(struct diags *diags)
{
	free(diags->sources);
	free(diags->items);
	free(diags->inputs);
	free(diags->ignores);
	told_free(&diags->told);
	arena_free(&diags->arena);
	*diags = (struct diags){0};
}

uint32_t
diags_source(struct diags *diags, const char *path, struct text text, struct pos includer)
{
	diags->sources = mem_grow(
	    diags->sources, diags->n_sources, &diags->cap_sources, sizeof(*diags->sources));
	diags->sources[diags->n_sources++] =
	    (struct source){.path = path, .text = text, .includer = includer};
	return (uint32_t)diags->n_sources;
}

uint32_t
diags_source_own(struct diags *diags, const char *path, struct text text)
{
	static const char own[] = "# What zonepp "; /* behind the mark of a merge, too */
	uint32_t number = diags_source(diags, path, text, pos_none());
	size_t n = text.len < 4096 ? text.len : 4096;

	diags->sources[number - 1].unquoted = !memmem(text.data, n, own, sizeof(own) - 1);
	return number;
}

uint32_t
diags_source_file(struct diags *diags, const char *path)
{
	uint32_t number = diags_source(diags, path, (struct text){"", 0}, pos_none());

	diags->sources[number - 1].file = path;
	return number;
}

static void
free_own(void *own)
{
	diags_free(own);
}

/* Other diags, which live as long as these. */
static struct diags *
new_own(struct diags *diags)
{
	struct diags *own = arena_zalloc(&diags->arena, sizeof(*own));

	arena_on_free(&diags->arena, free_own, own);
	return own;
}

/* Where the file cannot be read any more, messages do without its text. */
static void
load_text(struct diags *diags, struct source *source)
{
	struct diags *own = new_own(diags);
	struct text text;

	if (source->is_out)
		source->lost = file_load_again(own, source->held, &text) < 0;
	else
		source->lost = file_load(own, pos_none(), NULL, source->file, &text) < 0;
	if (!source->lost)
		source->text = text;
	source->file = NULL;
	source->is_out = false;
}

/* Problems that were told of before keep their lines. */
static void
keep_lines(struct diags *diags, struct text text)
{
	for (size_t i = 0; i < diags->n; i++) {
		struct text *line = &diags->items[i].line_text;

		if (line->data >= text.data && line->data <= text.data + text.len)
			line->data = arena_text(&diags->arena, line->data, line->len);
	}
}

void
diags_release(struct diags *diags, uint32_t number, struct text part)
{
	struct source *source = &diags->sources[number - 1];

	if (!source->held)
		return;
	if (!source->released) {
		keep_lines(diags, source->text);
		source->released = source->is_out = true;
		source->text = (struct text){"", 0};
	}
	mem_release(part.data, part.len);
}

void
diags_release_again(struct diags *diags)
{
	for (size_t i = 0; i < diags->n_sources; i++) {
		struct source *source = &diags->sources[i];

		if (!source->released || source->is_out || source->lost)
			continue;
		keep_lines(diags, source->text);
		mem_release(source->text.data, source->text.len);
		source->text = (struct text){"", 0};
		source->is_out = true;
	}
}

static size_t
offset_of(struct pos pos)
{
	return (size_t)(pos.at & ((UINT64_C(1) << OFFSET_BITS) - 1));
}

static const struct source *
source_of(struct diags *diags, struct pos pos, size_t *offset)
{
	uint64_t number = pos.at >> OFFSET_BITS;

	*offset = offset_of(pos);
	if (number == 0 || number > diags->n_sources)
		return NULL;
	if (diags->sources[number - 1].file || diags->sources[number - 1].is_out)
		load_text(diags, &diags->sources[number - 1]);
	return &diags->sources[number - 1];
}

const struct source *
diags_source_of(struct diags *diags, struct pos pos)
{
	size_t offset;
	const struct source *source = source_of(diags, pos, &offset);
	struct source *copy;

	if (!source)
		return NULL;
	copy = arena_alloc(&diags->arena, sizeof(*copy));
	*copy = *source;
	return copy;
}

bool
diags_text(struct diags *diags, struct pos pos, struct text *text, size_t *offset)
{
	const struct source *source = source_of(diags, pos, offset);

	if (!source || source->lost || *offset > source->text.len)
		return false;
	*text = source->text;
	return true;
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

static struct place
place_at(const struct source *source, size_t offset)
{
	struct place place = {.path = source->path, .line = 1};
	const char *p = source->text.data, *end;

	if (source->lost)
		return (struct place){.path = source->path};
	if (offset > source->text.len)
		offset = source->text.len;
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

struct place
diags_place(struct diags *diags, struct pos pos)
{
	size_t offset;
	const struct source *source = source_of(diags, pos, &offset);

	return source ? place_at(source, offset) : (struct place){0};
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

/* Line, column and word of the place. */
static void
add_line(struct diag *d, const struct source *source, size_t offset)
{
	struct text line;
	const char *at;

	d->place = place_at(source, offset);
	if (source->lost || source->unquoted)
		return;
	if (offset > source->text.len)
		offset = source->text.len;
	line = line_at(source->text, offset);
	at = source->text.data + offset;
	d->line_text = line;
	d->underline = at < line.data + line.len ? word_length(at, line.data + line.len) : 1;
}

/* That of what all is about. It stands ahead of what has a place of its own. */
static void
add_home(const struct diags *diags, struct diag *d)
{
	if (diags->home_source)
		add_line(d, diags->home_source, offset_of(diags->home));
	else
		d->place.path = diags->home_path;
}

static void
add_context(struct diags *diags, struct diag *d, struct pos pos)
{
	size_t offset;
	const struct source *source = source_of(diags, pos, &offset);

	if (!source) {
		add_home(diags, d);
		return;
	}
	add_line(d, source, offset);
	d->order = pos.at;
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

enum severity
diag_severity(const struct diags *diags, enum problem problem)
{
	return diags->severities ? (enum severity)diags->severities[problem]
				 : problem_table[problem].severity;
}

/* A warning that was made an error has no status in the table. */
static void
count(struct diags *diags, enum problem problem, enum severity severity)
{
	int status = problem_table[problem].status > 0 ? problem_table[problem].status : 1;

	diags->n_severity[severity]++;
	if (severity == SEVERITY_ERROR && diags->status < status)
		diags->status = status;
}

/* Is it passed over? */
static bool
is_off(const struct diags *diags, enum severity severity)
{
	return severity == SEVERITY_OFF || (diags->errors_only && severity != SEVERITY_ERROR);
}

static size_t
shown_most(enum severity severity)
{
	return severity == SEVERITY_ERROR ? DIAGS_ERRORS_SHOWN : DIAGS_SHOWN;
}

/* Counts a problem; returns where to put it, or NULL when enough of its code are kept. */
static struct diag *
make_room(struct diags *diags, const struct told_entry *entry)
{
	enum severity severity = (enum severity)entry->severity;
	bool kept = told_add(&diags->told, entry) <= shown_most(severity);

	count(diags, (enum problem)entry->problem, severity);
	if (!kept)
		return NULL;
	diags->items = mem_grow(diags->items, diags->n, &diags->cap, sizeof(*diags->items));
	return &diags->items[diags->n++];
}

void
diags_ignore(
    struct diags *diags, struct pos from, struct pos to, struct pos pos, enum problem problem)
{
	diags->ignores = mem_grow(
	    diags->ignores, diags->n_ignores, &diags->cap_ignores, sizeof(*diags->ignores));
	diags->ignores[diags->n_ignores++] =
	    (struct diags_ignore){from.at, to.at, pos, problem, false};
}

/* The first whose line does not end ahead of `at`; n_ignores: none. */
static size_t
find_line(const struct diags *diags, uint64_t at)
{
	size_t low = 0, high = diags->n_ignores;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (diags->ignores[middle].to < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Does its line say that it is not to be told of? */
static bool
is_ignored(struct diags *diags, struct pos pos, enum problem problem)
{
	bool found = false;

	if (diags->n_ignores == 0 || diag_severity(diags, problem) == SEVERITY_ERROR)
		return false;
	for (size_t i = find_line(diags, pos.at);
	     i < diags->n_ignores && diags->ignores[i].from <= pos.at; i++)
		if (diags->ignores[i].problem == problem)
			diags->ignores[i].used = found = true;
	return found;
}

bool
diag_is_full(const struct diags *diags, enum problem problem)
{
	enum severity severity = diag_severity(diags, problem);

	return is_off(diags, severity) || told_count(&diags->told, problem) >= shown_most(severity);
}

static struct diag *
diag_new(struct diags *diags, struct pos pos, enum problem problem)
{
	enum severity severity = diag_severity(diags, problem);
	struct told_entry entry = {pos.at, (uint16_t)problem, (int8_t)severity};
	bool passed = is_ignored(diags, pos, problem) || is_off(diags, severity);
	struct diag *d = passed ? NULL : make_room(diags, &entry);

	if (d)
		*d = (struct diag){.problem = problem,
		    .severity = severity,
		    .note = note_of(&diags->arena, &problem_table[problem])};
	return d;
}

int
diag_count(struct diags *diags, struct pos pos, enum problem problem)
{
	diag_new(diags, pos, problem);
	return diag_severity(diags, problem) == SEVERITY_ERROR ? -1 : 0;
}

void
diag_retell(struct diags *diags, const struct diag *told)
{
	struct told_entry entry = {told->order, (uint16_t)told->problem, (int8_t)told->severity};
	struct diag *d = make_room(diags, &entry);

	if (!d)
		return;
	*d = *told;
	d->note = note_of(&diags->arena, &problem_table[told->problem]);
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
diag_put(struct diags *diags, struct pos pos, enum problem problem, const char *format, ...)
{
	struct diag *d = diag_new(diags, pos, problem);
	va_list args;

	if (d) {
		va_start(args, format);
		d->message = message_of(&diags->arena, format, args);
		va_end(args);
		add_context(diags, d, pos);
	}
	return diag_severity(diags, problem) == SEVERITY_ERROR ? -1 : 0;
}

void
diag_fix(struct diags *diags, struct pos pos, struct text word, const char *fix)
{
	struct diag *last = diags->n > 0 ? &diags->items[diags->n - 1] : NULL;
	struct text text;
	size_t offset;

	if (!fix || !last || last->order != pos.at || !diags_text(diags, pos, &text, &offset) ||
	    text.len - offset < word.len || memcmp(text.data + offset, word.data, word.len) != 0)
		return;
	last->fix = arena_text(&diags->arena, fix, strlen(fix));
	last->underline = (uint32_t)word.len;
}

bool
diag_is_told(struct diags *diags, struct pos pos, enum problem problem)
{
	return told_has(&diags->told, pos.at, problem);
}

int
diag_add_path(struct diags *diags, const char *path, enum problem problem, const char *format, ...)
{
	struct diag *d = diag_new(diags, pos_none(), problem);
	va_list args;

	if (d) {
		va_start(args, format);
		d->message = message_of(&diags->arena, format, args);
		va_end(args);
		d->place.path = arena_text(&diags->arena, path, strlen(path));
	}
	return diag_severity(diags, problem) == SEVERITY_ERROR ? -1 : 0;
}

/* What they are about, and how they judge. */
static struct diags
alike(const struct diags *diags)
{
	return (struct diags){.home_source = diags->home_source,
	    .home = diags->home,
	    .home_path = diags->home_path,
	    .zone = diags->zone,
	    .severities = diags->severities,
	    .errors_only = diags->errors_only,
	    .waiting = diags->waiting};
}

static const char *
copy_text(struct arena *a, const char *text)
{
	return text ? arena_text(a, text, strlen(text)) : NULL;
}

/* Neighbours often have one path. */
static const char *
copy_path(struct arena *a, const char *path, const char *before)
{
	return path && before && strcmp(path, before) == 0 ? before : copy_text(a, path);
}

static struct diag
copy_diag(struct arena *a, const struct diag *from, const char *path_before)
{
	struct diag d = *from;

	d.place.path = copy_path(a, from->place.path, path_before);
	if (from->line_text.data)
		d.line_text.data = arena_text(a, from->line_text.data, from->line_text.len);
	d.message = copy_text(a, from->message);
	d.note = copy_text(a, from->note);
	d.fix = copy_text(a, from->fix);
	if (from->n_included > 0)
		d.included = arena_alloc(a, from->n_included * sizeof(*d.included));
	for (size_t i = 0; i < from->n_included; i++) {
		d.included[i] = from->included[i];
		d.included[i].path = copy_text(a, from->included[i].path);
	}
	return d;
}

void
diags_pack(struct diags *diags)
{
	struct diags packed = alike(diags);

	packed.arena.next_size = ARENA_PACKED;
	packed.told = diags->told;
	diags->told = (struct told_log){0};
	memcpy(packed.n_severity, diags->n_severity, sizeof(packed.n_severity));
	packed.status = diags->status;
	packed.unreadable = diags->unreadable;
	packed.over_told = diags->over_told;
	if (diags->n > 0)
		packed.items = mem_alloc(diags->n * sizeof(*packed.items));
	packed.cap = diags->n;
	for (; packed.n < diags->n; packed.n++)
		packed.items[packed.n] = copy_diag(&packed.arena, &diags->items[packed.n],
		    packed.n > 0 ? packed.items[packed.n - 1].place.path : NULL);
	diags_free(diags);
	*diags = packed;
}

void
diags_part(const struct diags *whole, struct diags *part)
{
	*part = alike(whole);
	for (size_t i = 0; i < whole->n_sources; i++) {
		const struct source *source = &whole->sources[i];
		uint32_t number = diags_source(part, source->path, source->text, source->includer);

		part->sources[number - 1] = *source;
	}
}

void
diags_join(struct diags *whole, struct diags *part)
{
	struct told_log counted = {0};
	struct diags *own;
	size_t next = 0;

	whole->unreadable = whole->unreadable || part->unreadable;
	if (part->n == 0) {
		diags_free(part);
		return;
	}
	own = new_own(whole);
	*own = *part;
	*part = (struct diags){0};
	for (size_t i = 0; i < own->told.n; i++) {
		const struct told_entry *entry = &own->told.entries[i];
		bool kept = told_add(&counted, entry) <= shown_most(entry->severity);
		const struct diag *from = kept ? &own->items[next++] : NULL;
		struct diag *d = make_room(whole, entry);

		if (d) /* where the whole has room for it, the part had it */
			*d = *from;
	}
	told_free(&counted);
}

int
diags_take_unreadable(struct diags *diags, const struct diags *from)
{
	diags->unreadable = diags->unreadable || from->unreadable;
	for (size_t i = 0; from->unreadable && i < from->n; i++)
		if (from->items[i].problem == F_READ)
			return diag_error(diags, pos_none(), F_READ, "%s", from->items[i].message);
	return 0;
}

int
diag_add_unquoted(struct diags *diags, struct pos pos, enum problem problem, const char *message)
{
	struct diag *d = diag_new(diags, pos, problem);

	if (d) {
		d->message = message;
		add_context(diags, d, pos);
		d->line_text = (struct text){NULL, 0};
	}
	return diag_severity(diags, problem) == SEVERITY_ERROR ? -1 : 0;
}

int
diag_over_in(struct diags *diags, struct pos pos, const char *path)
{
	static const struct {
		enum problem problem;
		const char *what, *unit;
		uint64_t of; /* what the account counts */
	} rows[N_LIMITS] = {
	    [LIMIT_MEMORY] = {F_MEMORY, "the zone takes more memory than", "octets", 1},
	    [LIMIT_RECORDS] = {Z_RECORDS, "the zone has more than", "records", 1},
	    [LIMIT_MADE] = {Z_MADE, "directives and repeated files make more than",
		"octets of records", 1},
	    [LIMIT_WORK] = {F_WORK, "the zone's certificates and keys take more work than", "steps",
		1},
	    [LIMIT_TIME] = {F_WORK, "the template takes more of a processor than", "s", 1000000},
	};
	enum limit reached = diags->account.reached;

	const char *message;

	if (diags->over_told)
		return -1;
	diags->over_told = true;
	message = arena_printf(&diags->arena, "%s %llu %s", rows[reached].what,
	    (unsigned long long)(diags->account.most[reached] / rows[reached].of),
	    rows[reached].unit);
	if (path && !pos.at)
		return diag_add_path(diags, path, rows[reached].problem, "%s", message);
	return diag_error(diags, pos, rows[reached].problem, "%s", message);
}

int
diag_over(struct diags *diags, struct pos pos)
{
	return diag_over_in(diags, pos, NULL);
}

struct diags_mark
diags_mark(const struct diags *diags)
{
	struct diags_mark mark = {.n = diags->n,
	    .n_told = diags->told.n,
	    .status = diags->status,
	    .over_told = diags->over_told};

	memcpy(mark.n_severity, diags->n_severity, sizeof(mark.n_severity));
	return mark;
}

void
diags_reset(struct diags *diags, struct diags_mark mark)
{
	diags->n = mark.n;
	told_cut(&diags->told, mark.n_told);
	memcpy(diags->n_severity, mark.n_severity, sizeof(mark.n_severity));
	diags->status = mark.status;
	diags->over_told = mark.over_told;
}

static bool
diag_equal(const struct diag *a, const struct diag *b)
{
	return a->problem == b->problem && a->order == b->order &&
	       strcmp(a->message, b->message) == 0 &&
	       strcmp(a->place.path ? a->place.path : "", b->place.path ? b->place.path : "") == 0;
}

/* The last of the code that is kept; NULL: none is. */
static const struct diag *
last_of(const struct diags *diags, enum problem problem)
{
	size_t i = diags->n;

	while (i > 0 && diags->items[i - 1].problem != problem)
		i--;
	return i > 0 ? &diags->items[i - 1] : NULL;
}

static const char *
grouped(struct arena *a, size_t n)
{
	char digits[24];
	struct buf b = {0};
	int len = snprintf(digits, sizeof(digits), "%zu", n);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf_putc(&b, ',');
		buf_putc(&b, digits[i]);
	}
	return buf_text(&b, a);
}

/* Says for each code, once, how many were only counted. */
static void
tell_of_more(struct diags *diags)
{
	for (size_t i = 0; i < diags->told.n_counts; i++) {
		struct told_count *count = &diags->told.counts[i];
		const struct problem_info *info = &problem_table[count->problem];
		const struct diag *last = last_of(diags, count->problem);
		struct diag d = {.problem = Z_TOO_MANY, .severity = SEVERITY_NOTE};

		if (!last || count->n <= shown_most(last->severity))
			continue;
		d.order = UINT64_MAX;
		d.n_more = count->n - shown_most(last->severity);
		d.of = last->severity;
		d.place.path = last->place.path;
		d.message = arena_printf(&diags->arena, "%s: %s more: %s", info->code,
		    grouped(&diags->arena, d.n_more), info->what);
		count->n = shown_most(last->severity);
		diags->items = mem_grow(diags->items, diags->n, &diags->cap, sizeof(*diags->items));
		diags->items[diags->n++] = d;
	}
}

/* A stable insertion sort: few items of a code, nearly always in order already. */
void
diags_sort(struct diags *diags)
{
	size_t i, j, kept = 0;

	tell_of_more(diags);
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

static bool
same_letter(char a, char b)
{
	return ascii_lower((uint8_t)a) == ascii_lower((uint8_t)b);
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters were left out, put in, changed, or swapped with their neighbour, without regard
 * to case; words of WORD_LONGEST or more are far from all. */
static size_t
distance(struct text a, const char *b)
{
	size_t rows[3][WORD_LONGEST + 1], n = strlen(b);

	if (a.len > WORD_LONGEST || n > WORD_LONGEST)
		return WORD_LONGEST;
	for (size_t j = 0; j <= n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			bool same = same_letter(a.data[i - 1], b[j - 1]);

			row[j] = least(above[j - 1] + !same, least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && same_letter(a.data[i - 1], b[j - 2]) &&
			    same_letter(a.data[i - 2], b[j - 1]))
				row[j] = least(row[j], second[j - 2] + 1);
		}
	}
	return rows[a.len % 3][n];
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
