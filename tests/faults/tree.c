#define _GNU_SOURCE
#include "fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { ATTRIBUTES_MOST = 4096 };

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

const struct file *
tree_find(const struct tree *tree, const char *path)
{
	struct file key = {.path = (char *)(uintptr_t)path};

	return bsearch(&key, tree->files, tree->n, sizeof(key), compare);
}

/* Nothing has happened to it. */
static bool
is_untouched(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mode == b->st_mode &&
	       memcmp(&a->st_ctim, &b->st_ctim, sizeof(a->st_ctim)) == 0;
}

bool
file_same(const struct file *a, const struct file *b)
{
	if (!a || !b)
		return a == b;
	return a->is.st_mode == b->is.st_mode && a->len == b->len &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static char *
copy(const char *data, size_t len)
{
	char *result = malloc(len + 1);

	if (!result)
		abort();
	memcpy(result, data, len);
	result[len] = '\0';
	return result;
}

static int
read_attributes(int folder, struct file *file)
{
	char path[PATH_MAX], names[ATTRIBUTES_MOST], value[ATTRIBUTES_MOST];
	ssize_t n, len;
	size_t name;

	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", folder, file->path);
	n = llistxattr(path, names, sizeof(names));
	for (name = 0; n > 0 && name < (size_t)n; name += strlen(names + name) + 1)
		if (strncmp(names + name, "user.", 5) == 0)
			break;
	if (n <= 0 || name >= (size_t)n)
		return 0;
	len = lgetxattr(path, names + name, value, sizeof(value));
	if (len < 0)
		return -1;
	file->attributes_len = strlen(names + name) + 1 + (size_t)len;
	file->attributes = malloc(file->attributes_len);
	strcpy(file->attributes, names + name);
	memcpy(file->attributes + strlen(names + name) + 1, value, (size_t)len);
	return 0;
}

static int
read_file(int folder, struct file *file, const struct file *before)
{
	if (before && is_untouched(&before->is, &file->is)) {
		file->len = before->len;
		file->data = copy(before->data ? before->data : "", before->len);
		file->attributes_len = before->attributes_len;
		if (before->attributes)
			file->attributes = copy(before->attributes, before->attributes_len);
		return 0;
	}
	if (S_ISREG(file->is.st_mode)) {
		int fd = openat(folder, file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

		file->len = (size_t)file->is.st_size;
		file->data = malloc(file->len + 1);
		file->data[file->len] = '\0';
		if (fd < 0 || read(fd, file->data, file->len) != (ssize_t)file->len)
			return -1;
		close(fd);
		return read_attributes(folder, file);
	}
	if (S_ISLNK(file->is.st_mode)) {
		char link[PATH_MAX];
		ssize_t n = readlinkat(folder, file->path, link, sizeof(link) - 1);

		if (n < 0)
			return -1;
		file->len = (size_t)n;
		file->data = copy(link, file->len);
	}
	return 0;
}

static int
walk(struct tree *tree, int top, const char *path, const struct tree *before)
{
	int fd = openat(top, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int result = dir ? 0 : -1;

	while (result == 0 && (entry = readdir(dir))) {
		struct file file = {0};

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (asprintf(&file.path, "%s%s%s", path, *path ? "/" : "", entry->d_name) < 0 ||
		    fstatat(top, file.path, &file.is, AT_SYMLINK_NOFOLLOW) < 0)
			result = -1;
		else
			result =
			    read_file(top, &file, before ? tree_find(before, file.path) : NULL);
		tree->files = realloc(tree->files, (tree->n + 1) * sizeof(file));
		tree->files[tree->n++] = file;
		if (result == 0 && S_ISDIR(file.is.st_mode))
			result = walk(tree, top, file.path, before);
	}
	if (dir)
		closedir(dir);
	return result;
}

int
tree_read(struct tree *tree, const char *folder, const struct tree *before)
{
	int top = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result;

	*tree = (struct tree){0};
	result = top < 0 ? -1 : walk(tree, top, "", before);
	if (tree->n > 0)
		qsort(tree->files, tree->n, sizeof(*tree->files), compare);
	close(top);
	return result;
}

static int
write_regular(int top, const struct file *file)
{
	const struct timespec times[2] = {file->is.st_mtim, file->is.st_mtim};
	int fd = openat(top, file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int result = -1;

	if (fd < 0)
		return -1;
	if (write(fd, file->data, file->len) == (ssize_t)file->len &&
	    fchmod(fd, file->is.st_mode & 07777) == 0)
		result = 0;
	if (result == 0 && file->attributes) {
		size_t name = strlen(file->attributes) + 1;

		result = fsetxattr(
		    fd, file->attributes, file->attributes + name, file->attributes_len - name, 0);
	}
	if (result == 0)
		result = futimens(fd, times);
	close(fd);
	return result;
}

static int
write_file(int top, const struct file *file)
{
	if (S_ISDIR(file->is.st_mode))
		return mkdirat(top, file->path, file->is.st_mode & 07777);
	if (S_ISLNK(file->is.st_mode))
		return symlinkat(file->data, top, file->path);
	return write_regular(top, file);
}

static bool
is_as_wanted(const struct file *file, const struct file *wanted)
{
	return wanted && file_same(file, wanted) &&
	       (S_ISDIR(file->is.st_mode) ||
		   memcmp(&file->is.st_mtim, &wanted->is.st_mtim, sizeof(file->is.st_mtim)) == 0);
}

int
tree_restore(const char *folder, const struct tree *now, const struct tree *wanted)
{
	int top = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result = top < 0 ? -1 : 0;

	for (size_t i = now->n; result == 0 && i-- > 0;) {
		const struct file *file = &now->files[i];

		if (!is_as_wanted(file, tree_find(wanted, file->path)))
			result =
			    unlinkat(top, file->path, S_ISDIR(file->is.st_mode) ? AT_REMOVEDIR : 0);
	}
	for (size_t i = 0; result == 0 && i < wanted->n; i++) {
		const struct file *file = &wanted->files[i], *there = tree_find(now, file->path);

		if (!there || !is_as_wanted(there, file))
			result = write_file(top, file);
	}
	close(top);
	return result;
}

void
tree_free(struct tree *tree)
{
	for (size_t i = 0; i < tree->n; i++) {
		free(tree->files[i].path);
		free(tree->files[i].data);
		free(tree->files[i].attributes);
	}
	free(tree->files);
	*tree = (struct tree){0};
}
