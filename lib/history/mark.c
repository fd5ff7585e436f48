#define _GNU_SOURCE
#include "history/mark.h"

#include "history/state.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char head[] = "# Being published; zonepp build ends it.\n";

void
marks_list(const struct roots *own, const char *path, struct marks *out)
{
	struct arena *a = &out->diags.arena;

	*out = (struct marks){0};
	out->unknown =
	    file_list_if(&out->diags, pos_none(), own, file_folder(a, path), &out->files) < 0;
}

void
marks_free(struct marks *marks)
{
	diags_free(&marks->diags);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, ((const struct file_entry *)b)->name);
}

bool
marks_have(const struct marks *marks, const char *path)
{
	const char *slash = strrchr(path, '/');

	return marks->unknown ||
	       (marks->files.n > 0 && bsearch(slash ? slash + 1 : path, marks->files.items,
					  marks->files.n, sizeof(*marks->files.items), by_name));
}

int
mark_is_there(struct diags *diags, const struct roots *own, const char *path, bool *there)
{
	struct stat st;

	*there = file_stat(own, path, &st) == 0;
	if (*there || file_is_absence(errno) || errno == EXDEV)
		return 0; /* of a link tells whoever would write there */
	return file_refuse(diags, own, path);
}

int
mark_read(struct diags *diags, const struct roots *own, const char *path, bool *there,
    struct history *out)
{
	struct history marked;
	struct text text;

	if (mark_is_there(diags, own, path, there) < 0)
		return -1;
	if (!*there)
		return 0;
	if (file_load_if(diags, pos_none(), own, path, &text) < 0)
		return -1;
	*there = text.data != NULL;
	if (!*there || sets_read(diags, path, text, &marked) < 0)
		return *there ? -1 : 0;
	for (size_t i = 0; i < marked.n_sets; i++)
		history_add_set(out, &marked.sets[i]);
	for (size_t i = 0; i < marked.n_serials; i++)
		history_add_serial(out, &marked.serials[i]);
	return 0;
}

struct output *
mark_write(struct diags *diags, const struct roots *own, const char *path,
    const struct history *publication)
{
	struct history all = {.a = &diags->arena};
	struct output *out;
	struct buf b = {0};
	bool there;

	if (mark_read(diags, own, path, &there, &all) < 0)
		return NULL;
	for (size_t i = 0; i < publication->n_sets; i++) {
		struct set set = publication->sets[i];

		set.since_unix = TIME_UNKNOWN;
		set.until_unix = TIME_NEVER;
		history_add_set(&all, &set);
	}
	for (size_t i = 0; i < publication->n_serials; i++)
		history_add_serial(&all, &publication->serials[i]);
	history_sort(&all);
	buf_puts(&b, head);
	serials_print(&b, all.serials, all.n_serials);
	sets_print(&b, all.sets, all.n_sets);
	out = output_open_in(diags, own, path);
	if (out && output_write(out, b.data, b.len) < 0) {
		output_abort(out);
		out = NULL;
	}
	buf_free(&b);
	return out;
}

int
mark_remove(struct diags *diags, const struct roots *own, const char *path)
{
	if (file_remove(own, path) == 0 || errno == ENOENT)
		return 0;
	return diag_add_path(diags, path, F_WRITE, "cannot remove %s: %s", path, strerror(errno));
}
