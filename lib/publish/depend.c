#include "publish/depend.h"

#include "base/file.h"

#include <stdlib.h>

/* Appends a name as rules have it. Returns false where GNU make has no way to write it: some
 * characters end a name, whatever stands before them, and what a backslash means depends on what
 * follows. */
static bool
put_name(struct buf *b, const char *name, bool is_target)
{
	if (strpbrk(name, "\n\r\\;|=&") || *name == '~')
		return false;
	for (; *name; name++) {
		if (*name == '$')
			buf_putc(b, '$');
		else if (strchr(" \t#:*?[", *name) || (is_target && *name == '%'))
			buf_putc(b, '\\');
		buf_putc(b, *name);
	}
	return true;
}

/* As it is seen from the folder where the run began, to which a Makefile's names are relative. */
static const char *
as_seen(const char *path, const char *here)
{
	size_t len = strlen(here);

	return strcmp(here, "/") != 0 && strncmp(path, here, len) == 0 && path[len] == '/'
		   ? path + len + 1
		   : path;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct paths {
	const char **items;
	size_t n;
};

static void
sort_once(struct paths *paths)
{
	size_t kept = 0;

	if (paths->n > 1)
		qsort(paths->items, paths->n, sizeof(*paths->items), by_text);
	for (size_t i = 0; i < paths->n; i++)
		if (kept == 0 || strcmp(paths->items[kept - 1], paths->items[i]) != 0)
			paths->items[kept++] = paths->items[i];
	paths->n = kept;
}

static void
put_rule(struct buf *b, const char *target, const struct paths *paths)
{
	struct buf name = {0};

	if (!put_name(&name, target, true)) {
		buf_free(&name);
		return;
	}
	buf_printf(b, "%.*s:", (int)name.len, name.data);
	for (size_t i = 0; i < paths->n; i++) {
		buf_clear(&name);
		if (put_name(&name, paths->items[i], false))
			buf_printf(b, " \\\n %.*s", (int)name.len, name.data);
	}
	buf_putc(b, '\n');
	buf_free(&name);
}

static void
put_empty_rules(struct buf *b, const struct paths *paths)
{
	struct buf name = {0};

	for (size_t i = 0; i < paths->n; i++) {
		buf_clear(&name);
		if (put_name(&name, paths->items[i], true))
			buf_printf(b, "\n%.*s:\n", (int)name.len, name.data);
	}
	buf_free(&name);
}

static void
add_inputs(struct paths *paths, const struct build_zone *zone, const char *here)
{
	for (size_t i = 0; i < zone->n_inputs; i++)
		paths->items[paths->n++] = as_seen(zone->inputs[i], here);
}

void
depend_print(struct buf *b, struct arena *a, const struct project *project,
    const struct build_zone *zones, size_t n, const char *target)
{
	const char *here = file_absolute(a, ".");
	const char *file = as_seen(file_absolute(a, project->path), here);
	struct paths all = {0};
	size_t n_all = n + project->n_found_in;

	for (size_t i = 0; i < n; i++)
		n_all += zones[i].n_inputs;
	all.items = arena_alloc(a, (n_all + 1) * sizeof(*all.items));
	for (size_t i = 0; i < n; i++) {
		struct paths own = {.items = all.items + all.n};

		own.items[own.n++] = file;
		add_inputs(&own, &zones[i], here);
		sort_once(&own);
		if (!target)
			put_rule(b, zones[i].zone->output, &own);
		all.n += own.n;
	}
	for (size_t i = 0; target && i < project->n_found_in; i++) /* a file there is a zone */
		all.items[all.n++] = as_seen(project->found_in[i], here);
	sort_once(&all);
	if (target)
		put_rule(b, target, &all);
	put_empty_rules(b, &all);
}
