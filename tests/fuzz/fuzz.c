#define _GNU_SOURCE
#include "fuzz.h"

#include "base/mem.h"
#include "report/format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const struct roots fuzz_nothing = {0};

void
fuzz_fail(const char *file, int line, const char *what)
{
	fflush(stdout);
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

char *
fuzz_text(const uint8_t *data, size_t size)
{
	char *text = mem_alloc(size + 1);

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

uint8_t *
fuzz_octets(const uint8_t *data, size_t size)
{
	uint8_t *octets = mem_alloc(size ? size : 1);

	if (size)
		memcpy(octets, data, size);
	return octets;
}

uint8_t
fuzz_choice(const uint8_t **data, size_t *size)
{
	if (*size == 0)
		return 0;
	--*size;
	return *(*data)++;
}

void
fuzz_begin(struct diags *diags)
{
	static const struct limits little = {.most = {[LIMIT_MEMORY] = 256 << 20,
						 [LIMIT_RECORDS] = 3000,
						 [LIMIT_MADE] = 1 << 20,
						 [LIMIT_WORK] = 200000}};

	*diags = (struct diags){0};
	account_open(&diags->account, &little, 0);
	arena_charge(&diags->arena, &diags->account);
}

/* --- Problems --- */

/* Line `wanted` of the text, from 1. Returns false where it has fewer. */
static bool
find_line(struct text text, uint64_t wanted, struct text *line)
{
	const char *at = text.data, *end = text.data + text.len;

	for (uint64_t n = 1;; n++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		*line = (struct text){at, (size_t)((newline ? newline : end) - at)};
		if (n == wanted)
			return true;
		if (!newline)
			return false;
		at = newline + 1;
	}
}

static void
check_place(const struct diag *d, const char *path, struct text text)
{
	struct text line;

	if (!path || !d->place.path || strcmp(d->place.path, path) != 0 || d->place.line == 0)
		return;
	FUZZ_ASSERT(find_line(text, d->place.line, &line));
	FUZZ_ASSERT(d->place.column <= line.len + 1);
	FUZZ_ASSERT(!d->line_text.data || d->place.column > 0);
}

/* C0 and C1 controls (these also as UTF-8), DEL, and what turns a line around. */
static bool
is_harmless(struct text text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = (uint8_t)text.data[i];
		uint8_t next = i + 1 < text.len ? (uint8_t)text.data[i + 1] : 0;

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			return false;
		if (c == 0xc2 && next >= 0x80 && next < 0xa0)
			return false;
		if (c == 0xe2 && next == 0x80 && i + 2 < text.len &&
		    (uint8_t)text.data[i + 2] >= 0xaa && (uint8_t)text.data[i + 2] <= 0xae)
			return false;
	}
	return true;
}

static void
check_form(const struct diags *diags, const struct report_format *format)
{
	static struct report report; /* large */
	struct buf out = {0};

	report = (struct report){.format = format};
	report_add(&report, &out, diags);
	report_end(&report, &out);
	if (!is_harmless((struct text){out.data, out.len}))
		fuzz_same(format->name, (struct text){out.data, out.len}, (struct text){"", 0});
	buf_free(&out);
}

/* It takes long to try all with each input, and there are many inputs. */
static const struct report_format *
some_form(const struct diags *diags)
{
	size_t n = 0;

	while (report_formats[n].name)
		n++;
	return &report_formats[(diags->n + strlen(diags->items[0].message)) % n];
}

void
fuzz_told(struct diags *diags, bool refused, const char *path, struct text text)
{
	FUZZ_ASSERT(!refused || (diags->n > 0 && diags->n_severity[SEVERITY_ERROR] > 0));
	if (diags->n == 0)
		return;
	diags_sort(diags);
	for (size_t i = 0; i < diags->n; i++) {
		const struct diag *d = &diags->items[i];

		FUZZ_ASSERT(d->message && d->message[0]);
		check_place(d, path, text);
	}
	check_form(diags, some_form(diags));
}

void
fuzz_told_anywhere(struct diags *diags, bool refused)
{
	fuzz_told(diags, refused, NULL, (struct text){0});
}

/* --- Files --- */

static char folder[64];

static void
remove_folder(void)
{
	char command[sizeof(folder) + 16];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (system(command) != 0)
		perror(folder);
}

const char *
fuzz_folder(void)
{
	const char *above = getenv("TMPDIR");

	if (folder[0])
		return folder;
	if (!above || strlen(above) > sizeof(folder) / 2)
		above = "/tmp";
	snprintf(folder, sizeof(folder), "%s/zonepp-fuzz-XXXXXX", above);
	FUZZ_ASSERT(mkdtemp(folder));
	atexit(remove_folder);
	return folder;
}

const char *
fuzz_file(const char *name, const void *data, size_t size)
{
	static struct arena a;
	static const char *paths[8]; /* of the same names again and again */
	const char *path = NULL;
	FILE *f;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && !path; i++) {
		if (!paths[i])
			paths[i] = arena_printf(&a, "%s/%s", fuzz_folder(), name);
		if (strcmp(strrchr(paths[i], '/') + 1, name) == 0)
			path = paths[i];
	}
	FUZZ_ASSERT(path);
	f = fopen(path, "w");
	FUZZ_ASSERT(f);
	FUZZ_ASSERT(size == 0 || fwrite(data, 1, size, f) == size);
	FUZZ_ASSERT(fclose(f) == 0);
	return path;
}

void
fuzz_same(const char *what, struct text a, struct text b)
{
	if (a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0))
		return;
	fprintf(stderr, "%s:\n", what);
	fwrite(a.data, 1, a.len, stderr);
	fprintf(stderr, "\n--- and\n");
	fwrite(b.data, 1, b.len, stderr);
	fprintf(stderr, "\n---\n");
	fuzz_fail(__FILE__, __LINE__, what);
}
