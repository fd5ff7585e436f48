#include "dane/files.h"

static const struct certs *
find(const struct cert_files *files, const char *path)
{
	for (const struct cert_file *file = files->first; file; file = file->next)
		if (strcmp(file->path, path) == 0)
			return &file->certs;
	return NULL;
}

static int
add(struct cert_files *files, struct diags *diags, struct pos pos, const char *path,
    struct text contents, const struct certs **out)
{
	struct cert_file *file = arena_alloc(files->a, sizeof(*file));

	if (certs_load(files->a, diags, pos, path, contents, &file->certs) < 0)
		return -1;
	file->path = file->certs.path;
	file->next = files->first;
	files->first = file;
	*out = &file->certs;
	return 0;
}

int
cert_files_load(struct cert_files *files, struct diags *diags, struct pos pos,
    const struct roots *roots, const char *path, const struct certs **out)
{
	struct text contents;

	*out = find(files, path);
	if (*out)
		return 0;
	if (file_load(diags, pos, roots, path, &contents) < 0)
		return -1;
	return add(files, diags, pos, path, contents, out);
}

int
cert_files_load_if(struct cert_files *files, struct diags *diags, struct pos pos,
    const struct roots *roots, const char *path, const struct certs **out)
{
	struct text contents;

	*out = find(files, path);
	if (*out)
		return 0;
	if (file_load_if(diags, pos, roots, path, &contents) < 0)
		return -1;
	return contents.data ? add(files, diags, pos, path, contents, out) : 0;
}
