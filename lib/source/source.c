#include "source/source.h"

#include "base/mem.h"
#include "source/locked.h"

#include <fnmatch.h>
#include <stdlib.h>

enum {
	FOLDERS_MOST = 4096,    /* that a pattern leads through */
	PATTERN_LONGEST = 4096, /* octets */
	ENTRY_COST = 4,         /* steps of work, to list and to match an entry */
};

/* A search on its way. */
struct finder {
	struct diags *diags;
	struct pos pos;
	const struct roots *roots;
	const char *base;
	const char *written;
	struct source_file *found; /* malloc */
	size_t n, cap;
	size_t n_listed; /* folders */
};

static const char *
path_of(const struct finder *finder, const char *label)
{
	return file_beside(&finder->diags->arena, finder->base, text_of(label));
}

/* `folder` as written, with or without its last slash; "" in a pattern is where the base stands. */
static const char *
label_in(const struct finder *finder, const char *folder, const char *name)
{
	size_t n = strlen(folder);

	return arena_printf(
	    &finder->diags->arena, "%s%s%s", folder, n && folder[n - 1] != '/' ? "/" : "", name);
}

static int
add_at(struct finder *finder, const char *path, const char *label)
{
	if (finder->n == SOURCE_FILES_MOST)
		return diag_error(finder->diags, finder->pos, D_NO_ENTITY,
		    "%s means more than %d files", finder->written, SOURCE_FILES_MOST);
	finder->found = mem_grow(finder->found, finder->n, &finder->cap, sizeof(*finder->found));
	finder->found[finder->n++] = (struct source_file){path, label};
	return 0;
}

static int
add(struct finder *finder, const char *label)
{
	return add_at(finder, path_of(finder, label), label);
}

static int
list(struct finder *finder, const char *folder, struct file_list *out)
{
	if (finder->n_listed++ == FOLDERS_MOST)
		return diag_error(finder->diags, finder->pos, D_NO_ENTITY,
		    "%s leads through more than %d folders", finder->written, FOLDERS_MOST);
	if (file_list_if(finder->diags, finder->pos, finder->roots, path_of(finder, folder), out) <
	    0)
		return -1;
	if (out->items && !account_take(&finder->diags->account, LIMIT_WORK, ENTRY_COST * out->n))
		return diag_over(finder->diags, finder->pos);
	return 0;
}

/* --- Patterns --- */

bool
source_is_pattern(const char *written)
{
	return strpbrk(written, "*?[") != NULL;
}

static int
match(struct finder *finder, const char *folder, const char *rest);

/* The entries of `folder` that match `part`; behind it stands `rest`, or NULL for the last part. */
static int
match_entries(struct finder *finder, const char *folder, const char *part, const char *rest)
{
	struct file_list names;

	if (list(finder, *folder ? folder : ".", &names) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		const struct file_entry *entry = &names.items[i];
		const char *label;

		if (fnmatch(part, entry->name, FNM_PERIOD | FNM_NOESCAPE) != 0 ||
		    entry->is_folder != (rest != NULL))
			continue;
		label = label_in(finder, folder, entry->name);
		if ((rest ? match(finder, label, rest) : add(finder, label)) < 0)
			return -1;
	}
	return 0;
}

static int
match(struct finder *finder, const char *folder, const char *rest)
{
	size_t n = strcspn(rest, "/");
	const char *part = arena_text(&finder->diags->arena, rest, n);
	const char *behind = rest + n + strspn(rest + n, "/");

	if (strcmp(part, ".") == 0 || strcmp(part, "..") == 0)
		return match(finder, label_in(finder, folder, part), behind);
	return match_entries(finder, folder, part, rest[n] ? behind : NULL);
}

/* --- The lock file --- */

static bool
is_found(const struct finder *finder, const char *path)
{
	for (size_t i = 0; i < finder->n; i++)
		if (strcmp(locked_path(&finder->diags->arena, finder->found[i].path), path) == 0)
			return true;
	return false;
}

/* The path as seen from where the base stands, if it is below. */
static const char *
label_of(const struct finder *finder, const char *path)
{
	const char *here = locked_path(&finder->diags->arena, path_of(finder, "."));
	size_t n = strlen(here);

	if (strcmp(here, ".") == 0)
		return path;

	return *finder->written != '/' && strncmp(path, here, n) == 0 && path[n] == '/'
		   ? path + n + 1
		   : path;
}

/* The lock file must not add to a folder that is here. */
static int
check_here(struct finder *finder, const struct locked_group *group)
{
	const struct locked *locked = finder->diags->locked;

	for (size_t i = 0; locked && locked->use == LOCKED_BINDING && i < locked->n; i++)
		if (locked_is_of(group, locked->sources[i].path) &&
		    !is_found(finder, locked->sources[i].path))
			return diag_error(finder->diags, finder->pos, D_LOCK_STALE,
			    "%s is in %s, and not here, where others of %s are",
			    locked->sources[i].path, locked->path, finder->written);
	return 0;
}

/* Adds the sources of the group, of which none is here. */
static int
add_locked(struct finder *finder, enum locked_group_kind kind)
{
	const struct locked *locked = finder->diags->locked;
	struct locked_group group = {
	    locked_path(&finder->diags->arena, path_of(finder, finder->written)), kind, NULL};

	locked_note_group(finder->diags, path_of(finder, finder->written), kind);
	if (finder->n > 0)
		return check_here(finder, &group);
	for (size_t i = 0; locked && locked->use != LOCKED_UNUSED && i < locked->n; i++) {
		const char *path = locked->sources[i].path;

		if (locked_is_of(&group, path) && add_at(finder, path, label_of(finder, path)) < 0)
			return -1;
	}
	return 0;
}

/* --- What is meant --- */

/* What stands ahead of the first wildcard's part is a folder by name. */
static int
find_pattern(struct finder *finder)
{
	const char *wildcard = strpbrk(finder->written, "*?["), *part = wildcard;

	while (part > finder->written && part[-1] != '/')
		part--;
	if (strlen(finder->written) > PATTERN_LONGEST)
		return diag_error(finder->diags, finder->pos, D_NO_ENTITY,
		    "the pattern is longer than %d octets", PATTERN_LONGEST);
	if (match(finder,
		arena_text(
		    &finder->diags->arena, finder->written, (size_t)(part - finder->written)),
		part) < 0 ||
	    add_locked(finder, LOCKED_PATTERN) < 0)
		return -1;
	if (finder->n == 0)
		return diag_error(finder->diags, finder->pos, D_NO_ENTITY,
		    "no file matches %s (a file of that very name is written in quotes)",
		    finder->written);
	return 0;
}

/* --- Folders --- */

bool
source_is_certificate_name(const char *name)
{
	static const char *const endings[] = {
	    ".pem", ".crt", ".cer", ".cert", ".der", ".p12", ".pfx", ".p7b", ".p7c"};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot > name && i < sizeof(endings) / sizeof(endings[0]); i++)
		if (text_is_nocase(text_of(dot), endings[i]))
			return *name != '.';
	return false;
}

static int
add_entries(struct finder *finder, const struct file_list *names)
{
	for (size_t i = 0; i < names->n; i++) {
		const struct file_entry *entry = &names->items[i];

		if (!entry->is_folder && source_is_certificate_name(entry->name) &&
		    add(finder, label_in(finder, finder->written, entry->name)) < 0)
			return -1;
	}
	if (add_locked(finder, LOCKED_FOLDER) < 0)
		return -1;
	if (finder->n == 0)
		return diag_error(finder->diags, finder->pos, D_NO_ENTITY,
		    "the folder %s holds no file whose name ends in .pem, .crt, .cer, .cert, "
		    ".der, .p12, .pfx, .p7b or .p7c",
		    finder->written);
	return 0;
}

static int
find(struct finder *finder, bool literal, bool *many)
{
	struct file_list names;

	*many = true;
	if (!literal && source_is_pattern(finder->written))
		return find_pattern(finder);
	names.items = NULL;
	if (strcmp(finder->written, "-") != 0 && list(finder, finder->written, &names) < 0)
		return -1;
	if (names.items)
		return add_entries(finder, &names);
	if (!locked_find(finder->diags, path_of(finder, finder->written)) &&
	    add_locked(finder, LOCKED_FOLDER) < 0)
		return -1;
	if (finder->n > 0)
		return 0;
	*many = false;
	return add(finder, finder->written);
}

int
source_find(struct diags *diags, struct pos pos, const struct roots *roots, const char *base,
    const char *written, bool literal, struct source_files *out)
{
	struct finder finder = {diags, pos, roots, base, written, NULL, 0, 0, 0};
	int result = find(&finder, literal, &out->many);

	out->n = finder.n;
	out->items = arena_zalloc(&diags->arena, finder.n * sizeof(*out->items));
	if (finder.n)
		memcpy(out->items, finder.found, finder.n * sizeof(*out->items));
	free(finder.found);
	return result;
}
