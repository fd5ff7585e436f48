#define _GNU_SOURCE
#include "base/create.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that has its name later, or from the beginning where the file system knows no other. */
struct creation {
	const char *path;
	const char *folder;
	int fd;
	bool named;
};

static const char *
folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	return arena_text(a, path, slash == path ? 1 : (size_t)(slash - path));
}

static int
begin(struct creation *c)
{
	c->fd = open(c->folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (c->fd >= 0)
		return 0;
	c->fd = open(c->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	c->named = c->fd >= 0;
	return c->fd < 0 ? -1 : 0;
}

static int
write_all(int fd, struct text text)
{
	while (text.len) {
		ssize_t n = write(fd, text.data, text.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text.data += n;
		text.len -= (size_t)n;
	}
	return 0;
}

/* linkat(2) gives the name only if it is free. */
static int
give_name(struct creation *c)
{
	char self[64];

	if (c->named)
		return 0;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", c->fd);
	if (linkat(AT_FDCWD, self, AT_FDCWD, c->path, AT_SYMLINK_FOLLOW) < 0)
		return -1;
	c->named = true;
	return 0;
}

int
create_file(struct diags *diags, const char *path, mode_t mode, struct text text)
{
	struct creation c = {.path = path, .folder = folder_of(&diags->arena, path)};
	int error;

	if (begin(&c) == 0 && fchmod(c.fd, mode) == 0 && write_all(c.fd, text) == 0 &&
	    fsync(c.fd) == 0 && give_name(&c) == 0 && file_sync_folder(c.folder) == 0) {
		close(c.fd);
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
