#include "project/merge.h"

#include "base/file.h"
#include "base/mem.h"
#include "history/state.h"
#include "project/lock_file.h"

#include <stdlib.h>

enum { MERGED_LARGEST = 1 << 30 }; /* octets; as history/state.c has it for the larger kind */

/* A file of either kind, as lines that are in order and each there once. */
struct kind {
	/* Appends the lines of the file; nothing is an empty one. Returns 0, or -1 with problems
	 * added. */
	int (*read)(struct diags *diags, const char *path, struct buf *out);
	/* Which word tells of what the line is, from 0. */
	unsigned subject;
	/* Appends the file that the lines make. Returns 0, or -1 with problems added. */
	int (*write)(struct diags *diags, struct text lines, struct buf *out);
	bool unites; /* several versions of one subject go together */
};

/* --- The kinds --- */

static int
read_state(struct diags *diags, const char *path, struct buf *out)
{
	struct state_reading as_written = {.now_unix = TIME_NEVER};
	struct history history;
	struct diags own; /* the files are in memory one by one */
	int result;

	diags_part(diags, &own);
	result = state_load(&own, NULL, path, as_written, &history);
	if (result == 0)
		state_print(out, &history);
	diags_join(diags, &own);
	return result;
}

static int
write_state(struct diags *diags, struct text lines, struct buf *out)
{
	struct history history;

	if (sets_read(diags, "the merged lines", lines, &history) < 0)
		return -1;
	history_sort(&history);
	state_print(out, &history);
	return 0;
}

static int
write_lock(struct diags *diags, struct text lines, struct buf *out)
{
	(void)diags;
	lock_file_begin(out);
	buf_put(out, lines.data, lines.len);
	return 0;
}

static const struct kind state = {read_state, 1, write_state, true};
static const struct kind lock = {lock_file_lines, 0, write_lock, false};

static struct text
take_line(struct text *text)
{
	const char *newline = memchr(text->data, '\n', text->len);
	struct text line = {text->data, newline ? (size_t)(newline + 1 - text->data) : text->len};

	*text = (struct text){text->data + line.len, text->len - line.len};
	return line;
}

static struct text
word_of(struct text line, unsigned number)
{
	struct text word = line;
	const char *end;

	for (; number > 0 && (end = memchr(word.data, ' ', word.len)); number--) {
		word.len -= (size_t)(end + 1 - word.data);
		word.data = end + 1;
	}
	for (size_t i = 0; i < word.len; i++)
		if (word.data[i] == ' ' || word.data[i] == '\n')
			word.len = i;
	return word;
}

/* Of which kind the file is; NULL: it has no lines. Those of the lock file say which part of a
 * source they are, and no word of a state file that stands there is two numbers. */
static const struct kind *
kind_of(struct text text)
{
	while (text.len > 0) {
		struct text line = take_line(&text), part = word_of(line, 1);
		size_t n_slashes = 0, n_digits = 0;

		if (*line.data == '#' || *line.data == '\n' || text_has_merge_mark(line))
			continue;
		for (size_t i = 0; i < part.len; i++) {
			n_slashes += part.data[i] == '/';
			n_digits += part.data[i] >= '0' && part.data[i] <= '9';
		}
		return n_slashes == 1 && n_digits > 1 && n_digits + 1 == part.len ? &lock : &state;
	}
	return NULL;
}

/* --- Lines of all files --- */

struct line {
	struct text subject, text;
	size_t file, at; /* file 0: the base */
};

struct lines {
	struct line *items;
	size_t n, cap;
};

static void
add_lines(struct lines *lines, const struct kind *kind, size_t file, struct text text)
{
	for (size_t at = 0; text.len > 0; at++) {
		struct text line = take_line(&text);

		if (*line.data == '#')
			continue;
		lines->items = mem_grow(lines->items, lines->n, &lines->cap, sizeof(*lines->items));
		lines->items[lines->n++] =
		    (struct line){word_of(line, kind->subject), line, file, at};
	}
}

static int
by_bytes(struct text a, struct text b)
{
	return bytes_compare((struct bytes){(const uint8_t *)a.data, a.len},
	    (struct bytes){(const uint8_t *)b.data, b.len});
}

static int
by_subject(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = by_bytes(x->subject, y->subject);

	if (order == 0)
		order = (x->file > y->file) - (x->file < y->file);
	return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* What one file has of a subject. */
struct version {
	const struct line *lines;
	size_t n;
};

static bool
is_same(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < a->n && a->n == b->n; i++)
		if (by_bytes(a->lines[i].text, b->lines[i].text) != 0)
			return false;
	return a->n == b->n;
}

static void
put_version(struct buf *out, const struct version *version)
{
	for (size_t i = 0; i < version->n; i++)
		buf_put(out, version->lines[i].text.data, version->lines[i].text.len);
}

/* The versions of one subject, those of `n` files behind that of the base. Returns 0, or -1 with a
 * problem added. */
static int
put_subject(struct diags *diags, const struct kind *kind, const struct version *versions, size_t n,
    struct text subject, struct buf *out)
{
	const struct version *taken = NULL;

	for (size_t i = 1; i <= n; i++) {
		bool known = is_same(&versions[i], &versions[0]);

		for (size_t k = 1; k < i && !known; k++)
			known = is_same(&versions[i], &versions[k]);
		if (known)
			continue;
		if (taken && !kind->unites)
			return diag_error(diags, pos_none(), P_LOCK,
			    "%.*s became one thing in one file and another in another",
			    (int)subject.len, subject.data);
		taken = &versions[i];
		put_version(out, taken);
	}
	if (!taken)
		put_version(out, &versions[0]);
	return 0;
}

static int
put_all(
    struct diags *diags, const struct kind *kind, struct lines *lines, size_t n, struct buf *out)
{
	struct version *versions = mem_alloc((n + 1) * sizeof(*versions));
	int result = 0;

	if (lines->n > 0)
		qsort(lines->items, lines->n, sizeof(*lines->items), by_subject);
	for (size_t i = 0; i < lines->n;) {
		struct text subject = lines->items[i].subject;

		for (size_t file = 0; file <= n; file++) {
			size_t first = i;

			while (i < lines->n && lines->items[i].file == file &&
			       by_bytes(lines->items[i].subject, subject) == 0)
				i++;
			versions[file] = (struct version){lines->items + first, i - first};
		}
		if (put_subject(diags, kind, versions, n, subject, out) < 0)
			result = -1;
	}
	free(versions);
	return result;
}

/* --- The files --- */

static int
take_kind(struct diags *diags, const char *path, struct text text, const struct kind **out)
{
	const struct kind *kind = text.data ? kind_of(text) : NULL;

	if (*out && kind && kind != *out)
		return diag_add_path(diags, path, P_STATE, "this is a %s file, and another is none",
		    kind == &lock ? "lock" : "state");
	*out = kind ? kind : *out;
	return 0;
}

/* A file that is not there is a run that is missing, and no empty one. */
static int
find_kind(struct diags *diags, const char *base, const char *const *paths, size_t n,
    const struct kind **out)
{
	int result = 0;

	*out = NULL;
	for (size_t i = 0; i <= n; i++) {
		const char *path = i == 0 ? base : paths[i - 1];
		struct diags own;
		struct text text;

		diags_part(diags, &own);
		if (file_load_small(&own, pos_none(), NULL, path, MERGED_LARGEST, i == 0, &text) <
			0 ||
		    take_kind(&own, path, text, out) < 0)
			result = -1;
		diags_join(diags, &own);
	}
	*out = *out ? *out : &state;
	return result;
}

int
merge_files(
    struct diags *diags, const char *base, const char *const *paths, size_t n, struct buf *out)
{
	struct buf *texts = mem_alloc((n + 1) * sizeof(*texts)), merged = {0};
	struct lines lines = {0};
	const struct kind *kind;
	int result = find_kind(diags, base, paths, n, &kind);

	for (size_t i = 0; i <= n; i++)
		texts[i] = (struct buf){0};
	for (size_t i = 0; i <= n && result == 0; i++) {
		result = kind->read(diags, i == 0 ? base : paths[i - 1], &texts[i]);
		add_lines(&lines, kind, i, (struct text){texts[i].data, texts[i].len});
	}
	if (result == 0)
		result = put_all(diags, kind, &lines, n, &merged);
	if (result == 0)
		result = kind->write(diags, text_of(buf_text(&merged, &diags->arena)), out);
	for (size_t i = 0; i <= n; i++)
		buf_free(&texts[i]);
	buf_free(&merged);
	free(lines.items);
	free(texts);
	return result;
}
