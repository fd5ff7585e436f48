/* For LD_PRELOAD: ends the process at its $KILL_AT-th call that changes a file or folder, ahead of
 * it; of a write, half is done. It is killed, or gets the signal $KILL_WITH. With $NO_UNNAMED,
 * folders cannot hold files without a name. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Is it this call's turn? */
static bool
is_last(void)
{
	static atomic_long calls;
	const char *wanted = getenv("KILL_AT");

	return wanted && atomic_fetch_add(&calls, 1) + 1 == atol(wanted);
}

static void
end(void)
{
	const char *number = getenv("KILL_WITH");

	raise(number ? atoi(number) : SIGKILL);
}

static void
call(void)
{
	if (is_last())
		end();
}

int
openat(int folder, const char *path, int flags, ...)
{
	bool unnamed = (flags & O_TMPFILE) == O_TMPFILE;
	mode_t mode = 0;

	if (flags & O_CREAT || unnamed) {
		va_list ap;

		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
		if (unnamed && getenv("NO_UNNAMED")) {
			errno = EOPNOTSUPP;
			return -1;
		}
		call();
	}
	return NEXT(openat)(folder, path, flags, mode);
}

ssize_t
write(int fd, const void *data, size_t len)
{
	if (fd > STDERR_FILENO && is_last()) {
		len = (size_t)NEXT(write)(fd, data, len / 2);
		end();
	}
	return NEXT(write)(fd, data, len);
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	call();
	return NEXT(pwrite)(fd, data, len, at);
}

int
fsync(int fd)
{
	call();
	return NEXT(fsync)(fd);
}

int
fchmod(int fd, mode_t mode)
{
	call();
	return NEXT(fchmod)(fd, mode);
}

int
fchown(int fd, uid_t user, gid_t group)
{
	call();
	return NEXT(fchown)(fd, user, group);
}

int
fsetxattr(int fd, const char *name, const void *value, size_t len, int flags)
{
	call();
	return NEXT(fsetxattr)(fd, name, value, len, flags);
}

int
ftruncate(int fd, off_t len)
{
	call();
	return NEXT(ftruncate)(fd, len);
}

int
mkdirat(int folder, const char *path, mode_t mode)
{
	call();
	return NEXT(mkdirat)(folder, path, mode);
}

int
linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
	call();
	return NEXT(linkat)(from_folder, from, to_folder, to, flags);
}

int
renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	call();
	return NEXT(renameat)(from_folder, from, to_folder, to);
}

int
unlinkat(int folder, const char *path, int flags)
{
	call();
	return NEXT(unlinkat)(folder, path, flags);
}
