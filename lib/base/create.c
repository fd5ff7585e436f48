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
	const char *folder, *name; /* of the path */
	int folder_fd, fd;
	char *temporary;
	struct leftover *leftover; /* the file of that name, announced */
};

static int
begin_named(struct creation *c, struct arena *a)
{
	c->temporary = leftover_name(a, c->name);
	c->leftover = leftover_add(c->folder_fd, c->temporary);
	unlinkat(c->folder_fd, c->temporary, 0);
	c->fd = openat(c->folder_fd, c->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (c->fd < 0)
		return -1;
	leftover_made(c->leftover);
	return 0;
}

static int
begin(struct creation *c, struct arena *a)
{
	c->folder_fd = open(c->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (c->folder_fd < 0)
		return -1;
	leftover_sweep(c->folder_fd, c->name, geteuid());
	c->fd = file_open_unnamed(c->folder_fd, ".", 0600);
	return c->fd < 0 ? begin_named(c, a) : 0;
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
give_name(struct creation *c)
{
	return c->temporary ? move(c->folder_fd, c->temporary, c->name)
			    : file_give_name(c->fd, c->folder_fd, c->name);
}

static void
end(struct creation *c)
{
	if (c->temporary)
		unlinkat(c->folder_fd, c->temporary, 0);
	leftover_gone(c->leftover);
	if (c->fd >= 0)
		close(c->fd);
	if (c->folder_fd >= 0)
		close(c->folder_fd);
}

int
create_file(struct diags *diags, const char *path, mode_t mode, struct text text)
{
	const char *slash = strrchr(path, '/');
	struct creation c = {.folder = file_folder(&diags->arena, path),
	    .name = slash ? slash + 1 : path,
	    .folder_fd = -1,
	    .fd = -1};
	int error = 0;

	if (begin(&c, &diags->arena) < 0 || fchmod(c.fd, mode) < 0 || file_write(c.fd, text) < 0 ||
	    fsync(c.fd) < 0 || give_name(&c) < 0)
		error = errno;
	end(&c);
	if (error)
		return diag_add_path(
		    diags, path, F_WRITE, "cannot create %s: %s", path, strerror(error));
	file_sync_name(diags, path, AT_FDCWD, c.folder);
	return 0;
}
