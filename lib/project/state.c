#define _GNU_SOURCE
#include "project/state.h"

#include "base/codec.h"
#include "base/duration.h"
#include "base/output.h"
#include "dns/rdata.h"
#include "dns/type.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

enum { FIELDS_MOST = 8, RECORD_WORDS = 4, WORDS_MOST = 16 };

enum word_type {
	WORD_NAME, /* absolute name of the DNS */
	WORD_PLAIN,
	WORD_PICK,
	WORD_RECORD, /* four words */
	WORD_EVENT,
	WORD_ID,
	WORD_TTL,
	WORD_TTL_OR_NONE,
	WORD_TIME,
	WORD_TIME_OR_NONE,
};

struct field {
	const char *what; /* NULL ends the fields */
	enum word_type type;
	size_t offset;
};

#define AT(member) offsetof(struct fact, member)

/* The last field is the time; those from `n_key` on are no part of the key. */
static const struct kind {
	const char *word;
	size_t n_key;
	struct field fields[FIELDS_MOST];
} kinds[N_FACT_KINDS] = {
    [FACT_DEPLOYED] = {"deployed", 2,
	{{"certificate", WORD_PLAIN, AT(name)}, {"id", WORD_ID, AT(id)},
	    {"time", WORD_TIME, AT(t_unix)}}},
    [FACT_LEAVING] = {"leaving", 4,
	{{"zone", WORD_NAME, AT(zone)}, {"owner", WORD_NAME, AT(owner)},
	    {"certificate", WORD_PLAIN, AT(name)}, {"record", WORD_RECORD, AT(record)},
	    {"TTL", WORD_TTL, AT(ttl_s)}, {"time", WORD_TIME, AT(t_unix)}}},
    [FACT_LEFT] = {"left", 4,
	{{"zone", WORD_NAME, AT(zone)}, {"owner", WORD_NAME, AT(owner)},
	    {"certificate", WORD_PLAIN, AT(name)}, {"record", WORD_RECORD, AT(record)},
	    {"time", WORD_TIME, AT(t_unix)}}},
    [FACT_NOTIFIED] = {"notified", 3,
	{{"certificate", WORD_PLAIN, AT(name)}, {"event", WORD_EVENT, AT(event)},
	    {"id", WORD_ID, AT(id)}, {"time", WORD_TIME, AT(t_unix)}}},
    [FACT_PENDING] = {"pending", 3,
	{{"certificate", WORD_PLAIN, AT(name)}, {"event", WORD_EVENT, AT(event)},
	    {"id", WORD_ID, AT(id)}, {"time", WORD_TIME, AT(t_unix)}}},
    [FACT_PUBLISHED] = {"published", 5,
	{{"zone", WORD_NAME, AT(zone)}, {"owner", WORD_NAME, AT(owner)},
	    {"certificate", WORD_PLAIN, AT(name)}, {"pick", WORD_PICK, AT(pick)},
	    {"record", WORD_RECORD, AT(record)}, {"TTL", WORD_TTL_OR_NONE, AT(ttl_s)},
	    {"time", WORD_TIME, AT(t_unix)}}},
    [FACT_SEEN] = {"seen", 4,
	{{"zone", WORD_NAME, AT(zone)}, {"owner", WORD_NAME, AT(owner)},
	    {"record", WORD_RECORD, AT(record)}, {"server", WORD_PLAIN, AT(server)},
	    {"time", WORD_TIME, AT(t_unix)}}},
    [FACT_TTL] = {"ttl", 3,
	{{"zone", WORD_NAME, AT(zone)}, {"owner", WORD_NAME, AT(owner)},
	    {"TTL", WORD_TTL, AT(ttl_s)}, {"time", WORD_TIME_OR_NONE, AT(t_unix)}}},
};

static const char head[] =
    "# What zonepp has published for certificates, and when; see zonepp-roll(1). Commit it.\n";

/* --- Printing --- */

static void
print_field(struct buf *b, const struct field *field, const struct fact *fact)
{
	const char *at = (const char *)fact + field->offset;

	buf_putc(b, ' ');
	switch (field->type) {
	case WORD_TTL:
	case WORD_TTL_OR_NONE:
		if (fact->ttl_s == FACT_SETTLED)
			buf_putc(b, '-');
		else
			buf_printf(b, "%" PRId64, fact->ttl_s);
		break;
	case WORD_TIME:
	case WORD_TIME_OR_NONE:
		if (fact->t_unix == FACT_OPEN)
			buf_putc(b, '-');
		else
			instant_print_iso(b, fact->t_unix);
		break;
	default:
		buf_puts(b, *(const char *const *)(const void *)at);
	}
}

void
facts_add(struct arena *a, struct facts *facts, struct fact fact)
{
	const struct kind *kind = &kinds[fact.kind];
	struct buf b = {0};

	if (facts->n == facts->cap) {
		struct fact *items;

		facts->cap = facts->cap ? 2 * facts->cap : 16;
		items = arena_alloc(a, facts->cap * sizeof(*items));
		if (facts->n)
			memcpy(items, facts->items, facts->n * sizeof(*items));
		facts->items = items;
	}
	buf_puts(&b, kind->word);
	for (size_t i = 0; i < kind->n_key; i++)
		print_field(&b, &kind->fields[i], &fact);
	fact.key = buf_text(&b, a);
	facts->items[facts->n++] = fact;
}

void
facts_print(struct buf *b, const struct facts *facts)
{
	for (size_t i = 0; i < facts->n; i++) {
		const struct fact *fact = &facts->items[i];
		const struct kind *kind = &kinds[fact->kind];

		buf_puts(b, fact->key);
		for (size_t k = kind->n_key; kind->fields[k].what; k++)
			print_field(b, &kind->fields[k], fact);
		buf_putc(b, '\n');
	}
}

const char *
fact_name(struct arena *a, const struct name *name)
{
	uint8_t lower[NAME_LONGEST];
	struct buf b = {0};

	name_lower(lower, name->wire, name->len);
	name_print(&b, lower);
	return buf_text(&b, a);
}

const char *
fact_record(struct arena *a, struct bytes rdata)
{
	struct buf b = {0};

	rdata_print(&b, TYPE_TLSA, rdata);
	return buf_text(&b, a);
}

/* --- Sorting --- */

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct fact *)a)->key, ((const struct fact *)b)->key);
}

void
facts_sort(struct facts *facts)
{
	size_t kept = 0;

	if (facts->n == 0)
		return;
	qsort(facts->items, facts->n, sizeof(*facts->items), by_key);
	for (size_t i = 1; i < facts->n; i++) {
		struct fact *last = &facts->items[kept], *fact = &facts->items[i];

		if (by_key(last, fact) != 0) {
			facts->items[++kept] = *fact;
			continue;
		}
		last->t_unix = last->t_unix > fact->t_unix ? last->t_unix : fact->t_unix;
		last->ttl_s = last->ttl_s > fact->ttl_s ? last->ttl_s : fact->ttl_s;
	}
	facts->n = kept + 1;
}

/* The number of the first of sorted facts whose key is not below `prefix`. */
static size_t
lower_bound(const struct facts *facts, const char *prefix)
{
	size_t low = 0, high = facts->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(facts->items[middle].key, prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The facts whose key begins with what `format` says. */
static const struct fact *
find_prefix(const struct facts *facts, size_t *n, const char *format, ...)
{
	struct buf prefix = {0};
	va_list args;
	size_t begin, end;

	va_start(args, format);
	buf_vprintf(&prefix, format, args);
	va_end(args);
	buf_putc(&prefix, '\0');
	begin = lower_bound(facts, prefix.data);
	for (end = begin;
	     end < facts->n && strncmp(facts->items[end].key, prefix.data, prefix.len - 1) == 0;
	     end++)
		;
	buf_free(&prefix);
	*n = end - begin;
	return facts->items + begin;
}

const struct fact *
facts_find(const struct facts *facts, const char *key)
{
	size_t i = lower_bound(facts, key);

	return i < facts->n && strcmp(facts->items[i].key, key) == 0 ? &facts->items[i] : NULL;
}

const struct fact *
facts_of_owner(
    const struct facts *facts, enum fact_kind kind, const char *zone, const char *owner, size_t *n)
{
	return find_prefix(facts, n, "%s %s %s ", kinds[kind].word, zone, owner);
}

void
facts_of_zone(struct arena *a, const struct facts *facts, const char *zone, struct facts *out)
{
	for (size_t kind = 0; kind < N_FACT_KINDS; kind++) {
		size_t n = 0;
		const struct fact *first = NULL;

		if (kinds[kind].fields[0].offset == AT(zone))
			first = find_prefix(facts, &n, "%s %s ", kinds[kind].word, zone);
		for (size_t i = 0; i < n; i++)
			facts_add(a, out, first[i]);
	}
}

/* --- Reading --- */

/* One line, cut into words. */
struct line {
	struct diags *diags;
	uint32_t source;
	const char *text; /* of the file */
	struct text words[WORDS_MOST];
	size_t n;
	struct text whole;
};

static bool
is_hex(struct text text, size_t least)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_is_digit(text.data[i]) && (text.data[i] < 'a' || text.data[i] > 'f'))
			return false;
	return text.len >= least && text.len % 2 == 0;
}

static bool
is_one_of(struct text text, const char *const *words)
{
	while (*words && !text_is(text, *words))
		words++;
	return *words != NULL;
}

static bool
is_absolute_name(struct text text)
{
	static const struct name root = {.len = 1};
	struct name_fault fault;
	struct name name;

	return text.len > 0 && text.data[text.len - 1] == '.' &&
	       name_parse(text, &root, &name, &fault) == 0;
}

static bool
is_digit_up_to(struct text text, char most)
{
	return text.len == 1 && *text.data >= '0' && *text.data <= most;
}

static bool
word_fits(enum word_type type, const struct text *words)
{
	static const char *const picks[] = {
	    "leaf", "leaf-said", "top", "root", "issuer", "all", NULL};
	static const char *const events[] = {
	    "published", "ready", "deployed", "finished", "expiring", NULL};

	switch (type) {
	case WORD_NAME:
		return is_absolute_name(*words);
	case WORD_PICK:
		return is_one_of(*words, picks);
	case WORD_EVENT:
		return is_one_of(*words, events);
	case WORD_ID:
		return words->len == 64 && is_hex(*words, 64);
	case WORD_RECORD:
		return is_digit_up_to(words[0], '3') && is_digit_up_to(words[1], '1') &&
		       is_digit_up_to(words[2], '2') && is_hex(words[3], 2);
	default:
		return true;
	}
}

static bool
read_ttl(struct text text, int64_t *ttl_s)
{
	uint64_t value;

	if (duration_parse(text, INT32_MAX, &value) < 0)
		return false;
	*ttl_s = (int64_t)value;
	return true;
}

/* Reads a field, which begins at `words`, of which there are enough. */
static bool
read_field(struct arena *a, const struct field *field, const struct text *words, struct fact *fact)
{
	char *at = (char *)fact + field->offset;
	const struct text *last = words + (field->type == WORD_RECORD ? RECORD_WORDS - 1 : 0);

	switch (field->type) {
	case WORD_TTL_OR_NONE:
		fact->ttl_s = FACT_SETTLED;
		return text_is(*words, "-") || read_ttl(*words, &fact->ttl_s);
	case WORD_TTL:
		return read_ttl(*words, &fact->ttl_s);
	case WORD_TIME_OR_NONE:
		fact->t_unix = FACT_OPEN;
		return text_is(*words, "-") || instant_parse(*words, &fact->t_unix) == 0;
	case WORD_TIME:
		return instant_parse(*words, &fact->t_unix) == 0;
	default:
		*(const char **)(void *)at =
		    arena_text(a, words->data, (size_t)(last->data + last->len - words->data));
		return word_fits(field->type, words);
	}
}

static int
fault(const struct line *line, const char *at, enum problem problem, const char *what)
{
	return diag_error(
	    line->diags, pos_at(line->source, (size_t)(at - line->text)), problem, "%s", what);
}

static int
read_fact(struct line *line, const struct kind *kind, struct facts *out)
{
	struct arena *a = &line->diags->arena;
	struct fact fact = {.kind = (enum fact_kind)(kind - kinds)};
	size_t i = 1;

	for (const struct field *field = kind->fields; field->what; field++) {
		size_t n = field->type == WORD_RECORD ? RECORD_WORDS : 1;

		if (i + n > line->n)
			return fault(line, line->whole.data + line->whole.len, P_STATE,
			    arena_printf(a, "the fact ends ahead of its %s", field->what));
		if (!read_field(a, field, &line->words[i], &fact))
			return fault(line, line->words[i].data, P_STATE,
			    arena_printf(a, "this is no %s", field->what));
		i += n;
	}
	if (i < line->n)
		return fault(line, line->words[i].data, P_STATE, "the fact has a word too many");
	facts_add(a, out, fact);
	return 0;
}

static bool
is_merge_marker(struct text line)
{
	static const char *const markers[] = {"<<<<<<<", "|||||||", "=======", ">>>>>>>"};

	for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++)
		if (line.len >= 7 && memcmp(line.data, markers[i], 7) == 0)
			return true;
	return false;
}

static void
split_words(struct line *line)
{
	const char *p = line->whole.data, *end = p + line->whole.len;

	for (line->n = 0; line->n < WORDS_MOST;) {
		const char *begin;

		while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
			p++;
		if (p == end)
			return;
		for (begin = p; p < end && *p != ' ' && *p != '\t' && *p != '\r'; p++)
			;
		line->words[line->n++] = (struct text){begin, (size_t)(p - begin)};
	}
}

static int
read_line(struct line *line, struct facts *out)
{
	if (is_merge_marker(line->whole))
		return fault(line, line->whole.data, P_STATE_MERGE,
		    "the state file holds a merge that is not finished");
	split_words(line);
	if (line->n == 0 || *line->words[0].data == '#')
		return 0;
	for (size_t i = 0; i < N_FACT_KINDS; i++)
		if (text_is(line->words[0], kinds[i].word))
			return read_fact(line, &kinds[i], out);
	return fault(line, line->words[0].data, P_STATE, "this is no fact that zonepp knows");
}

/* It lies in the folder of the project, and is not reached by a link there. */
static struct roots
roots_of(struct arena *a, const char *path)
{
	return (struct roots){.project = file_absolute(a, file_folder(a, path)), .strict = true};
}

int
state_load(struct diags *diags, const char *path, struct facts *out)
{
	struct roots roots = roots_of(&diags->arena, path);
	struct line line = {.diags = diags};
	struct text text;
	int result = 0;

	*out = (struct facts){0};
	if (file_load_if(diags, pos_none(), &roots, path, &text) < 0)
		return -1;
	line.text = text.data;
	line.source = text.data ? diags_source(diags, path, text, pos_none()) : 0;
	while (text.len > 0) {
		const char *newline = memchr(text.data, '\n', text.len);
		size_t len = newline ? (size_t)(newline - text.data) : text.len;

		line.whole = (struct text){text.data, len};
		if (read_line(&line, out) < 0)
			result = -1;
		len += newline != NULL;
		text = (struct text){text.data + len, text.len - len};
	}
	facts_sort(out);
	return result;
}

/* --- Writing --- */

const char *
state_path(struct arena *a, const struct project *project)
{
	const char *slash = strrchr(project->path, '/');
	const char *base = slash ? slash + 1 : project->path, *dot = strrchr(base, '.');
	size_t len = dot && dot > base ? (size_t)(dot - base) : strlen(base);

	return file_join(a, project->folder, arena_printf(a, "%.*s.state", (int)len, base));
}

int
state_try(struct diags *diags, const char *path)
{
	struct roots roots = roots_of(&diags->arena, path);
	struct output *out = output_open_in(diags, &roots, path);
	int result;

	if (!out)
		return -1;
	result = output_write(out, "?", 1); /* no state file begins so: a new file is begun */
	output_abort(out);
	return result;
}

int
state_save(struct diags *diags, const char *path, struct facts *facts)
{
	struct roots roots = roots_of(&diags->arena, path);
	struct buf b = {0};
	struct stat st;
	bool there;
	int result;

	if (file_stat_if(diags, &roots, path, &st, &there) < 0)
		return -1;
	if (facts->n == 0 && !there)
		return 0;
	facts_sort(facts);
	buf_puts(&b, head);
	facts_print(&b, facts);
	result = output_replace(diags, &roots, path, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}
