#define _GNU_SOURCE
#include "publish/lock.h"

#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How often a lock that another has is asked for before the waiting is told of. */
enum { TRIES = 50, BETWEEN_TRIES_NS = 20000000 };

/* One that another user made is not always to be written, and need not be. */
static int
open_lock(const struct roots *own, const char *path)
{
	int fd = file_open(own, path, O_RDWR | O_CREAT | O_NONBLOCK);

	return fd < 0 && (errno == EACCES || errno == EROFS)
		   ? file_open(own, path, O_RDONLY | O_NONBLOCK)
		   : fd;
}

static int
try_lock(int fd, int operation)
{
	int result;

	do
		result = flock(fd, operation);
	while (result < 0 && errno == EINTR);
	return result;
}

static int
wait_for(struct diags *diags, const char *path, int fd)
{
	const struct timespec pause = {.tv_nsec = BETWEEN_TRIES_NS};
	int tries = 0;

	while (try_lock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return -1;
		if (tries++ == TRIES) {
			if (diags->waiting)
				diags->waiting(path);
			return try_lock(fd, LOCK_EX);
		}
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* Is the file that is locked the one that others will lock? `.zonepp` may be removed at any time.
 */
static bool
is_there(const struct roots *own, int fd, const char *path)
{
	struct stat locked, named;

	return fstat(fd, &locked) == 0 && file_stat(own, path, &named) == 0 &&
	       locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

static bool
is_regular(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	errno = EINVAL;
	return S_ISREG(st.st_mode);
}

/* Returns -1 with errno set. */
static int
take(struct diags *diags, const struct roots *own, const char *path)
{
	int fd, error;

	do {
		fd = open_lock(own, path);
		if (fd < 0)
			return -1;
		if (!is_regular(fd) || wait_for(diags, path, fd) < 0)
			break;
		if (is_there(own, fd, path))
			return fd;
		close(fd);
	} while (true);
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static int
fail(struct diags *diags, const char *path)
{
	int error = errno;
	bool lacking = error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP;

	if (error == EXDEV)
		return diag_add_path(
		    diags, path, F_LINK, "cannot lock %s: a symbolic link leads elsewhere", path);
	return diag_error(diags, pos_none(), lacking ? F_NO_LOCKS : F_LOCKING, "cannot lock %s: %s",
	    path, error == EINVAL ? "it is not a regular file" : strerror(error));
}

static const char *
path_of(struct arena *a, const struct project *project, const char *name)
{
	return file_join(a, project->folder, arena_printf(a, ".zonepp/%s", name));
}

int
lock_check(struct diags *diags, const struct project *project)
{
	static const char *const names[] = {LOCK_BUILD, LOCK_STATE, LOCK_DEPLOY, LOCK_NOTIFY};
	int result = 0;

	for (size_t i = 0; project->locking && i < sizeof(names) / sizeof(names[0]); i++)
		if (output_permitted(
			diags, &project->own, path_of(&diags->arena, project, names[i])) < 0)
			result = -1;
	return result;
}

int
lock_begin(struct diags *diags, const struct project *project, const char *name, int *lock)
{
	const char *path = path_of(&diags->arena, project, name);

	*lock = -1;
	if (!project->locking)
		return 0;
	*lock = take(diags, &project->own, path);
	return *lock < 0 ? fail(diags, path) : 0;
}

void
lock_end(int lock)
{
	if (lock >= 0)
		close(lock);
}
