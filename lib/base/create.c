#define _GNU_SOURCE
#include "base/create.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that has its name later, or from the beginning where the file system knows no other. */
struct creation {
	const char *path;
	const char *folder;
	int fd;
	bool named;
};

static int
begin(struct creation *c)
{
	c->fd = file_open_unnamed(AT_FDCWD, c->folder, 0600);
	if (c->fd >= 0)
		return 0;
	c->fd = open(c->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	c->named = c->fd >= 0;
	return c->fd < 0 ? -1 : 0;
}

static int
give_name(struct creation *c)
{
	if (!c->named && file_give_name(c->fd, AT_FDCWD, c->path) < 0)
		return -1;
	c->named = true;
	return 0;
}

int
create_file(struct diags *diags, const char *path, mode_t mode, struct text text)
{
	struct creation c = {.path = path, .folder = file_folder(&diags->arena, path)};
	int error;

	if (begin(&c) == 0 && fchmod(c.fd, mode) == 0 && file_write(c.fd, text) == 0 &&
	    fsync(c.fd) == 0 && give_name(&c) == 0) {
		close(c.fd);
		file_sync_name(diags, path, AT_FDCWD, c.folder);
		return 0;
	}
	error = errno;
	if (c.named)
		unlink(path);
	if (c.fd >= 0)
		close(c.fd);
	diag_add_path(diags, path, F_WRITE, "cannot create %s: %s", path, strerror(error));
	return -1;
}
