#define _GNU_SOURCE
#include "project/found.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct search {
	struct diags *diags;
	struct pos pos;
	const struct roots *roots;
	struct found *out;
};

static int
find_in(struct search *s, const char *folder, const char *pattern);

/* Goes on with the entry of `folder`: into it, or it is found. */
static int
take(struct search *s, const char *folder, const struct file_entry *entry, const char *rest)
{
	struct found *out = s->out;
	const char *path = arena_printf(&out->a, "%s/%s", folder, entry->name);

	if (*rest)
		return entry->is_folder ? find_in(s, path, rest) : 0;
	if (entry->is_folder)
		return 0;
	out->paths = arena_grow(&out->a, out->paths, out->n, &out->cap, sizeof(*out->paths));
	out->paths[out->n++] = path;
	return 0;
}

/* Of what the folder holds, that which fits the first name of the pattern. */
static int
list(struct search *s, const char *folder, const char *name, const char *rest)
{
	struct diags own; /* the list is needed no longer than this */
	struct file_list files;
	int result;

	s->out->folders = arena_grow(&s->out->a, s->out->folders, s->out->n_folders,
	    &s->out->cap_folders, sizeof(*s->out->folders));
	s->out->folders[s->out->n_folders++] = *folder ? folder : "/";
	diags_part(s->diags, &own);
	result = file_list_if(&own, s->pos, s->roots, *folder ? folder : "/", &files);
	for (size_t i = 0; result == 0 && i < files.n; i++)
		if (fnmatch(name, files.items[i].name, FNM_PERIOD | FNM_NOESCAPE) == 0)
			result = take(s, folder, &files.items[i], rest);
	diags_join(s->diags, &own);
	return result;
}

static int
find_in(struct search *s, const char *folder, const char *pattern)
{
	struct arena *a = &s->out->a;
	const char *begin = pattern + 1, *end = strchrnul(begin, '/');
	const char *name = arena_text(a, begin, (size_t)(end - begin));

	if (*end && !strpbrk(name, "*?["))
		return find_in(s, arena_printf(a, "%s/%s", folder, name), end);
	return list(s, folder, name, end);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int
found_files(struct diags *diags, struct pos pos, const struct roots *roots, const char *pattern,
    struct found *out)
{
	struct search s = {.diags = diags, .pos = pos, .roots = roots, .out = out};
	int result;

	*out = (struct found){0};
	result = find_in(&s, "", pattern);
	if (out->n > 1)
		qsort(out->paths, out->n, sizeof(*out->paths), by_text);
	return result;
}

static const char mark[] = "{zone}";
enum { MARK = sizeof(mark) - 1 };

static size_t
count_marks(const char *template)
{
	size_t n = 0;

	for (; (template = strstr(template, mark)); template += MARK)
		n++;
	return n;
}

bool
found_name(const char *template, const char *path, struct text *name)
{
	size_t n = count_marks(template), fixed = strlen(template) - n * MARK, len = strlen(path);
	const char *at = path, *end;

	if (len <= fixed || (len - fixed) % n)
		return false;
	*name = (struct text){path + (strstr(template, mark) - template), (len - fixed) / n};
	for (; (end = strstr(template, mark)); template = end + MARK) {
		size_t before = (size_t)(end - template);

		if (memcmp(at, template, before) != 0 ||
		    memcmp(at + before, name->data, name->len) != 0)
			return false;
		at += before + name->len;
	}
	return strcmp(at, template) == 0 && !memchr(name->data, '/', name->len);
}
