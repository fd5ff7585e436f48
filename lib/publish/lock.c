#define _GNU_SOURCE
#include "publish/lock.h"

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
open_file(const char *path)
{
	enum { FLAGS = O_CLOEXEC | O_NONBLOCK };
	int fd = open(path, O_RDWR | O_CREAT | FLAGS, 0666);

	return fd < 0 && (errno == EACCES || errno == EROFS) ? open(path, O_RDONLY | FLAGS) : fd;
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
is_there(int fd, const char *path)
{
	struct stat locked, named;

	return fstat(fd, &locked) == 0 && stat(path, &named) == 0 &&
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
take(struct diags *diags, const char *folder, const char *path)
{
	int fd, error;

	do {
		int made = mkdir(folder, 0777) < 0 && errno != EEXIST ? errno : 0;

		fd = open_file(path);
		if (fd < 0) {
			errno = made ? made : errno;
			return -1;
		}
		if (!is_regular(fd) || wait_for(diags, path, fd) < 0)
			break;
		if (is_there(fd, path))
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

	return diag_error(diags, pos_none(), lacking ? F_NO_LOCKS : F_LOCKING, "cannot lock %s: %s",
	    path, error == EINVAL ? "it is not a regular file" : strerror(error));
}

int
lock_begin(struct diags *diags, const struct project *project, const char *name, int *lock)
{
	char *folder = file_join(&diags->arena, project->folder, ".zonepp");
	char *path = file_join(&diags->arena, folder, name);

	*lock = -1;
	if (!project->locking)
		return 0;
	*lock = take(diags, folder, path);
	return *lock < 0 ? fail(diags, path) : 0;
}

void
lock_end(int lock)
{
	if (lock >= 0)
		close(lock);
}
