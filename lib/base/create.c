#define _GNU_SOURCE
#include "base/create.h"

#include "base/file.h"
#include "base/leftover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that has its name later; until then it has none, or a temporary one where the file system
 * knows no other. */
struct creation {
	const struct new_file *file;
	int fd;
	char *temporary;
	struct leftover *leftover; /* the file of that name, announced */
	bool named;
};

/* What is created together. */
struct batch {
	struct diags *diags;
	const char *folder;
	int folder_fd;
	struct creation *items;
	size_t n;
};

/* Of `c`; which call failed is in errno. */
static int
fail(const struct batch *b, const struct creation *c)
{
	const char *path = file_join(&b->diags->arena, b->folder, c->file->name);

	return diag_add_path(
	    b->diags, path, F_WRITE, "cannot create %s: %s", path, strerror(errno));
}

static int
open_named(const struct batch *b, struct creation *c)
{
	c->temporary = leftover_name(&b->diags->arena, c->file->name);
	c->leftover = leftover_add(b->folder_fd, c->temporary);
	unlinkat(b->folder_fd, c->temporary, 0);
	c->fd = openat(b->folder_fd, c->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (c->fd < 0)
		return -1;
	leftover_made(c->leftover);
	return 0;
}

static int
open_new(const struct batch *b, struct creation *c)
{
	leftover_sweep(b->folder_fd, c->file->name, geteuid());
	c->fd = c->file->stands ? -1 : file_open_unnamed(b->folder_fd, ".", 0600);
	return c->fd < 0 ? open_named(b, c) : 0;
}

static int
write_new(const struct batch *b, struct creation *c)
{
	if (open_new(b, c) < 0 || fchmod(c->fd, c->file->mode) < 0 ||
	    file_write(c->fd, c->file->text) < 0)
		return fail(b, c);
	return 0;
}

/* Of many files each sync would wait for the disk. */
static int
sync_all(const struct batch *b)
{
	enum { FEW = 2 };

	if (b->n > FEW && syncfs(b->items[0].fd) == 0)
		return 0;
	for (size_t i = 0; i < b->n; i++)
		if (fsync(b->items[i].fd) < 0)
			return fail(b, &b->items[i]);
	return 0;
}

/* Not every file system knows both. Neither takes the place of another file. */
static int
move(int folder, const char *from, const char *to)
{
	if (linkat(folder, from, folder, to, 0) == 0)
		return 0;
	return errno == EEXIST ? -1 : renameat2(folder, from, folder, to, RENAME_NOREPLACE);
}

static int
give_name(const struct batch *b, struct creation *c)
{
	const char *name = c->file->name;
	int result = c->temporary ? move(b->folder_fd, c->temporary, name)
				  : file_give_name(c->fd, b->folder_fd, name);

	if (result < 0)
		return fail(b, c);
	c->named = true;
	return 0;
}

/* Lets files that stand be. */
static void
stand_all(const struct batch *b)
{
	bool any = false;

	for (size_t i = 0; i < b->n; i++) {
		struct creation *c = &b->items[i];

		if (!c->file->stands)
			continue;
		leftover_gone(c->leftover);
		c->leftover = NULL;
		any = true;
	}
	if (any)
		file_sync_name(b->diags, b->folder, b->folder_fd, ".");
}

static int
create_all(const struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (write_new(b, &b->items[i]) < 0)
			return -1;
	if (sync_all(b) < 0)
		return -1;
	stand_all(b);
	for (size_t i = 0; i < b->n; i++)
		if (give_name(b, &b->items[i]) < 0)
			return -1;
	return 0;
}

static void
end(const struct batch *b, struct creation *c, int result)
{
	if (c->temporary)
		unlinkat(b->folder_fd, c->temporary, 0);
	leftover_gone(c->leftover);
	if (c->named && result < 0)
		unlinkat(b->folder_fd, c->file->name, 0);
	if (c->fd >= 0)
		close(c->fd);
}

int
create_files(struct diags *diags, const char *folder, const struct new_file *files, size_t n)
{
	struct batch b = {.diags = diags, .folder = folder, .n = n};
	int result;

	if (n == 0)
		return 0;
	b.items = arena_zalloc(&diags->arena, n * sizeof(*b.items));
	for (size_t i = 0; i < n; i++)
		b.items[i] = (struct creation){.file = &files[i], .fd = -1};
	b.folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	result = b.folder_fd < 0 ? fail(&b, &b.items[0]) : create_all(&b);
	for (size_t i = 0; i < n; i++)
		end(&b, &b.items[i], result);
	if (result == 0)
		file_sync_name(diags, folder, b.folder_fd, ".");
	if (b.folder_fd >= 0)
		close(b.folder_fd);
	return result;
}
