#include "publish/named_conf.h"

#include "base/file.h"
#include "base/mem.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { INCLUDES_DEEP = 10, INCLUDES_MOST = 10000 };

/* A word, a string without its quotes, or one of the signs { } ; len 0: the end. */
struct word {
	struct text text;
	bool quoted;
};

struct reading {
	struct diags *diags;
	struct named_conf *out;
	struct text text;
	const char *at;
	uint32_t source;
	unsigned depth;
	bool failed;
};

static struct pos
pos_of(const struct reading *r, const char *p)
{
	return pos_at(r->source, (size_t)(p - r->text.data));
}

/* --- Words --- */

static const char *
skip_to(const struct reading *r, const char *p, const char *end)
{
	const char *found = strstr(p, end);

	return found ? found + strlen(end) : r->text.data + r->text.len;
}

static void
skip_blanks(struct reading *r)
{
	for (;;) {
		r->at += strspn(r->at, " \t\r\n\f\v");
		if (*r->at == '#' || strncmp(r->at, "//", 2) == 0)
			r->at = skip_to(r, r->at, "\n");
		else if (strncmp(r->at, "/*", 2) == 0)
			r->at = skip_to(r, r->at + 2, "*/");
		else
			return;
	}
}

static struct word
next(struct reading *r)
{
	const char *start, *end;

	skip_blanks(r);
	start = r->at;
	if (*start == '"') {
		end = strchr(start + 1, '"');
		if (!end) {
			r->failed = true;
			diag_add(r->diags, pos_of(r, start), P_TAKEOVER, "a string without end");
			end = r->text.data + r->text.len;
		}
		r->at = end + (*end == '"');
		return (struct word){{start + 1, (size_t)(end - start - 1)}, true};
	}
	end = strchr("{};", *start) && *start ? start + 1 : start + strcspn(start, " \t\r\n{};\"");
	if (end == start && end < r->text.data + r->text.len) {
		r->failed = true;
		diag_add(r->diags, pos_of(r, start), P_TAKEOVER, "a NUL byte");
		start = end = r->text.data + r->text.len;
	}
	r->at = end;
	return (struct word){{start, (size_t)(end - start)}, false};
}

static bool
is_sign(struct word word, const char *sign)
{
	return !word.quoted && text_is(word.text, sign);
}

static bool
is_end(struct word word)
{
	return !word.quoted && word.text.len == 0;
}

/* Passes over the rest of a statement, of which `word` was read last: up to its semicolon. A brace
 * that closes the block around it is left. */
static void
skip_statement(struct reading *r, struct word word)
{
	unsigned depth = 0;

	for (;; word = next(r)) {
		if (is_end(word) || (depth == 0 && is_sign(word, ";")))
			return;
		if (is_sign(word, "}") && depth == 0) {
			r->at--;
			return;
		}
		if (is_sign(word, "{"))
			depth++;
		else if (is_sign(word, "}"))
			depth--;
	}
}

static char *
copy(const struct reading *r, struct text text)
{
	return arena_text(&r->diags->arena, text.data, text.len);
}

/* --- Statements --- */

/* The value of the statement `name` of a block; others are passed over. */
struct wanted {
	const char *name;
	struct text value; /* data NULL: not stated */
};

/* The block whose brace comes next, and the end of its statement. */
static void
read_block(struct reading *r, struct wanted *wanted, size_t n)
{
	const char *begin = r->at;
	struct word word = next(r);

	while (!is_end(word) && !is_sign(word, "{") && !is_sign(word, ";"))
		word = next(r);
	if (is_sign(word, ";"))
		return;
	for (word = next(r); !is_end(word) && !is_sign(word, "}"); word = next(r)) {
		for (size_t i = 0; i < n; i++)
			if (!word.quoted && text_is_nocase(word.text, wanted[i].name))
				wanted[i].value = (word = next(r)).text;
		skip_statement(r, word);
	}
	if (is_end(word)) {
		r->failed = true;
		diag_add(r->diags, pos_of(r, begin), P_TAKEOVER, "a block without end");
	}
	skip_statement(r, next(r));
}

/* BIND looks below `directory`, of another machine perhaps, where the files are beside this one. */
static const char *
find_file(const struct reading *r, const char *file)
{
	struct arena *a = &r->diags->arena;
	const char *path = r->out->directory ? file_join(a, r->out->directory, file) : file;
	struct stat st;

	if (*path == '/' && stat(path, &st) == 0)
		return path;
	return file_join(a, r->out->folder, *file == '/' ? strrchr(file, '/') + 1 : file);
}

/* Stands a class there that is not the Internet's, ahead of the block? */
static bool
is_of_another_class(struct reading *r)
{
	static const char *const names[] = {"CH", "CHAOS", "HS", "HESIOD"};
	const char *begin = r->at;
	bool is = false;
	struct word word;

	for (word = next(r); !is_end(word) && !is_sign(word, "{") && !is_sign(word, ";");
	     word = next(r))
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			is = is || (!word.quoted && text_is_nocase(word.text, names[i]));
	r->at = begin;
	return is;
}

static void
read_zone(struct reading *r)
{
	struct wanted wanted[] = {{"type", {0}}, {"file", {0}}};
	struct named_conf *out = r->out;
	struct word name = next(r);
	struct named_conf_zone zone = {
	    .name = copy(r, name.text), .pos = pos_of(r, name.text.data)};
	bool is_ours = !is_of_another_class(r);

	read_block(r, wanted, sizeof(wanted) / sizeof(wanted[0]));
	if (!is_ours)
		return;
	if (wanted[0].value.data) {
		char *type = copy(r, wanted[0].value);

		for (char *p = type; *p; p++)
			*p = (char)ascii_lower((uint8_t)*p);
		zone.type = strcmp(type, "master") == 0  ? "primary"
			    : strcmp(type, "slave") == 0 ? "secondary"
							 : type;
	}
	if (wanted[1].value.data)
		zone.file = copy(r, wanted[1].value);
	out->zones = mem_grow(out->zones, out->n, &out->cap, sizeof(*out->zones));
	out->zones[out->n++] = zone;
}

static void
read_options(struct reading *r)
{
	struct wanted wanted = {"directory", {0}};

	read_block(r, &wanted, 1);
	if (wanted.value.data)
		r->out->directory = copy(r, wanted.value);
}

static int
read_file(struct diags *diags, const char *path, struct pos asked, unsigned depth,
    struct named_conf *out);

/* One that includes itself twice would be read a thousand times: the first fault ends it. */
static bool
may_include(struct reading *r, struct pos pos)
{
	struct named_conf *out = r->out;

	if (out->has_stopped)
		return false;
	if (r->depth == INCLUDES_DEEP)
		diag_add(r->diags, pos, P_TAKEOVER, "files included too deep");
	else if (out->n_included == INCLUDES_MOST)
		diag_add(
		    r->diags, pos, P_TAKEOVER, "more than %d files are included", INCLUDES_MOST);
	else
		return ++out->n_included;
	out->has_stopped = true;
	return false;
}

static void
read_include(struct reading *r)
{
	struct word word = next(r);
	const char *path = find_file(r, copy(r, word.text));
	struct pos pos = pos_of(r, word.text.data);

	if (!may_include(r, pos) || read_file(r->diags, path, pos, r->depth + 1, r->out) < 0)
		r->failed = true;
	skip_statement(r, next(r));
}

/* Its statements come next. */
static void
begin_view(struct reading *r)
{
	struct word name = next(r), word = name;

	if (is_of_another_class(r))
		read_block(r, NULL, 0);
	else
		while (!is_end(word) && !is_sign(word, "{"))
			word = next(r);
}

static void
read_statements(struct reading *r)
{
	struct word word;

	while (!is_end(word = next(r))) {
		if (is_sign(word, ";") || is_sign(word, "}"))
			continue;
		if (text_is_nocase(word.text, "zone"))
			read_zone(r);
		else if (text_is_nocase(word.text, "options"))
			read_options(r);
		else if (text_is_nocase(word.text, "include"))
			read_include(r);
		else if (text_is_nocase(word.text, "view"))
			begin_view(r);
		else
			skip_statement(r, word);
	}
}

static int
read_file(
    struct diags *diags, const char *path, struct pos asked, unsigned depth, struct named_conf *out)
{
	struct reading r = {.diags = diags, .out = out, .depth = depth};

	if (file_load(diags, asked, NULL, path, &r.text) < 0)
		return -1;
	r.source = diags_source(diags, path, r.text, asked);
	r.at = r.text.data;
	read_statements(&r);
	return r.failed ? -1 : 0;
}

int
named_conf_read(struct diags *diags, const char *path, struct named_conf *out)
{
	struct reading r = {.diags = diags, .out = out};
	int result;

	*out = (struct named_conf){.folder = file_folder(&diags->arena, path)};
	result = read_file(diags, path, pos_none(), 0, out);
	for (size_t i = 0; i < out->n; i++) /* `directory` may stand behind a zone */
		if (out->zones[i].file)
			out->zones[i].path = find_file(&r, out->zones[i].file);
	return result;
}

void
named_conf_free(struct named_conf *conf)
{
	free(conf->zones);
}
