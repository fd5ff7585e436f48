/* For LD_PRELOAD: one call to the system fails. Which one, the environment says:
 *
 *   FAULT_CALL   its name as in the table `calls`, or "reads" for each that reads the world
 *   FAULT_PATH   a pattern of fnmatch(3) for the path that is given, or that the descriptor is of
 *   FAULT_AT     which of the calls that match, from 1; 0: none; "all": each
 *   FAULT_ERRNO  with what error
 *   FAULT_LOG    a file; each call that matches is a line of it, and "fired" behind the one that
 *                failed
 *   FAULT_TIME   NOW:N:SECONDS, instead of the clock: seconds since 1970, and from the N-th look at
 *                it on so many more, with '!' in front in that look alone; it tells FAULT_LOG
 *
 * What is outside of the world, such as /proc and the files of libraries, is left alone, and so are
 * the commands that the process starts. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { READS = 1, WRITES = 2 };

static const struct {
	const char *name;
	int kind;
} calls[] = {{"open", READS}, {"read", READS}, {"pread", READS}, {"opendir", READS},
    {"fdopendir", READS}, {"readdir", READS}, {"stat", READS}, {"lstat", READS}, {"fstat", READS},
    {"fstatat", READS}, {"access", READS}, {"faccessat", READS}, {"readlink", READS},
    {"readlinkat", READS}, {"realpath", READS}, {"getcwd", READS}, {"getxattr", READS},
    {"fgetxattr", READS}, {"flock", READS}, {"mkdir", WRITES}, {"mkdirat", WRITES},
    {"create", WRITES}, {"unnamed", WRITES}, {"write", WRITES}, {"pwrite", WRITES},
    {"fsync", WRITES}, {"fsync-folder", WRITES}, {"fchmod", WRITES}, {"fchown", WRITES},
    {"fsetxattr", WRITES}, {"linkat", WRITES}, {"rename", WRITES}, {"renameat", WRITES},
    {"unlink", WRITES}, {"unlinkat", WRITES}, {"close", WRITES}};

static const char *wanted, *pattern;
static long at;
static int error, log_fd = -1;
static bool all;
static pid_t process;

__attribute__((constructor)) static void
begin(void)
{
	const char *n = getenv("FAULT_AT"), *number = getenv("FAULT_ERRNO");
	const char *file = getenv("FAULT_LOG");

	wanted = getenv("FAULT_CALL");
	pattern = getenv("FAULT_PATH");
	all = n && strcmp(n, "all") == 0;
	at = n ? atol(n) : 0;
	error = number ? atoi(number) : EIO;
	if (file)
		log_fd = fcntl(NEXT(open)(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666),
		    F_DUPFD_CLOEXEC, 700);
	process = getpid();
	unsetenv("LD_PRELOAD");
}

static void
note(const char *call, const char *path, bool now);

/* The process looks on from where it was forked. */
time_t
time(time_t *out)
{
	static atomic_long n;
	const char *text = getenv("FAULT_TIME");
	long long now = 0, from = 0, seconds = 0;
	long look = atomic_fetch_add(&n, 1) + 1;

	if (!text || sscanf(text, "%lld:%lld:", &now, &from) != 2)
		return NEXT(time)(out);
	text = strrchr(text, ':') + 1;
	seconds = atoll(text + (*text == '!'));
	if (*text == '!' ? look == from : look >= from)
		now += seconds;
	note("time", "", false);
	if (out)
		*out = now;
	return now;
}

static bool
is_wanted(const char *call)
{
	if (!wanted || strcmp(wanted, call) == 0)
		return wanted != NULL;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, call) == 0)
			return strcmp(wanted, "reads") == 0 && calls[i].kind == READS;
	abort(); /* a call that is in no table */
}

static bool
is_of_the_world(const char *path)
{
	static const char *const outside[] = {"/proc/", "/sys/", "/dev/", "/etc/", "/usr/", "/lib/",
	    "pipe:", "socket:", "anon_inode:"};

	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		if (strncmp(path, outside[i], strlen(outside[i])) == 0)
			return false;
	return true;
}

static void
note(const char *call, const char *path, bool now)
{
	char line[5000];
	int len = snprintf(line, sizeof(line), "%s %s%s\n", call, path, now ? " fired" : "");

	if (!now && getpid() != process)
		return; /* it counts its own calls, from those that there were when it began */
	if (log_fd >= 0 && NEXT(write)(log_fd, line, (size_t)len) != len)
		abort();
}

/* Is it this call's turn to fail? Sets errno then. */
static bool
fails(const char *call, const char *path)
{
	static atomic_long n;
	bool now;

	if (!is_wanted(call) || !is_of_the_world(path) ||
	    (pattern && fnmatch(pattern, path, 0) != 0))
		return false;
	now = atomic_fetch_add(&n, 1) + 1 == at || all;
	note(call, path, now);
	if (now)
		errno = error;
	return now;
}

/* The path of what is open, in `path`. */
static bool
path_of(int fd, char path[PATH_MAX])
{
	char name[64];
	ssize_t n;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = NEXT(readlink)(name, path, PATH_MAX - 1);
	if (n < 0 || fd == log_fd)
		return false;
	path[n] = '\0';
	return true;
}

static bool
fails_fd(const char *call, int fd)
{
	char path[PATH_MAX];

	return path_of(fd, path) && fails(call, path);
}

/* Of a path that may begin in an open folder, or be that of a descriptor. */
static bool
fails_at(const char *call, int folder, const char *path)
{
	char whole[PATH_MAX], joined[2 * PATH_MAX];
	int fd;

	if (sscanf(path, "/proc/self/fd/%d", &fd) == 1)
		return fails_fd(call, fd);
	if (folder == AT_FDCWD || *path == '/' || !path_of(folder, whole))
		return fails(call, path);
	snprintf(joined, sizeof(joined), "%s/%s", whole, path);
	return fails(call, joined);
}

static const char *
call_of(int flags)
{
	return (flags & O_TMPFILE) == O_TMPFILE ? "unnamed" : flags & O_CREAT ? "create" : "open";
}

static bool
takes_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

int
open(const char *path, int flags, ...)
{
	mode_t mode = 0;

	if (takes_mode(flags)) {
		va_list ap;

		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return fails_at(call_of(flags), AT_FDCWD, path) ? -1 : NEXT(open)(path, flags, mode);
}

int
__open_2(const char *path, int flags);

int
__open_2(const char *path, int flags)
{
	return fails_at("open", AT_FDCWD, path) ? -1 : NEXT(open)(path, flags);
}

int
openat(int folder, const char *path, int flags, ...)
{
	mode_t mode = 0;

	if (takes_mode(flags)) {
		va_list ap;

		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return fails_at(call_of(flags), folder, path) ? -1
						      : NEXT(openat)(folder, path, flags, mode);
}

int
__openat_2(int folder, const char *path, int flags);

int
__openat_2(int folder, const char *path, int flags)
{
	return fails_at("open", folder, path) ? -1 : NEXT(openat)(folder, path, flags);
}

/* openat2(2) has no function of its own. */
long
syscall(long number, ...)
{
	long args[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		args[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_openat2) {
		const struct open_how *how = (const void *)args[2];

		if (fails_at(call_of((int)how->flags), (int)args[0], (const char *)args[1]))
			return -1;
	}
	return NEXT(syscall)(number, args[0], args[1], args[2], args[3], args[4], args[5]);
}

ssize_t
read(int fd, void *data, size_t len)
{
	return fails_fd("read", fd) ? -1 : NEXT(read)(fd, data, len);
}

ssize_t
pread(int fd, void *data, size_t len, off_t offset)
{
	return fails_fd("pread", fd) ? -1 : NEXT(pread)(fd, data, len, offset);
}

DIR *
opendir(const char *path)
{
	return fails("opendir", path) ? NULL : NEXT(opendir)(path);
}

DIR *
fdopendir(int fd)
{
	return fails_fd("fdopendir", fd) ? NULL : NEXT(fdopendir)(fd);
}

struct dirent *
readdir(DIR *dir)
{
	return fails_fd("readdir", dirfd(dir)) ? NULL : NEXT(readdir)(dir);
}

int
stat(const char *path, struct stat *st)
{
	return fails_at("stat", AT_FDCWD, path) ? -1 : NEXT(stat)(path, st);
}

int
lstat(const char *path, struct stat *st)
{
	return fails_at("lstat", AT_FDCWD, path) ? -1 : NEXT(lstat)(path, st);
}

int
fstat(int fd, struct stat *st)
{
	return fails_fd("fstat", fd) ? -1 : NEXT(fstat)(fd, st);
}

int
fstatat(int folder, const char *path, struct stat *st, int flags)
{
	return fails_at("fstatat", folder, path) ? -1 : NEXT(fstatat)(folder, path, st, flags);
}

int
access(const char *path, int mode)
{
	return fails_at("access", AT_FDCWD, path) ? -1 : NEXT(access)(path, mode);
}

int
faccessat(int folder, const char *path, int mode, int flags)
{
	return fails_at("faccessat", folder, path) ? -1
						   : NEXT(faccessat)(folder, path, mode, flags);
}

ssize_t
readlink(const char *path, char *link, size_t len)
{
	return fails_at("readlink", AT_FDCWD, path) ? -1 : NEXT(readlink)(path, link, len);
}

ssize_t
readlinkat(int folder, const char *path, char *link, size_t len)
{
	return fails_at("readlinkat", folder, path) ? -1
						    : NEXT(readlinkat)(folder, path, link, len);
}

char *
realpath(const char *path, char *real)
{
	return fails_at("realpath", AT_FDCWD, path) ? NULL : NEXT(realpath)(path, real);
}

char *
getcwd(char *path, size_t len)
{
	return fails("getcwd", ".") ? NULL : NEXT(getcwd)(path, len);
}

ssize_t
getxattr(const char *path, const char *name, void *value, size_t len)
{
	return fails_at("getxattr", AT_FDCWD, path) ? -1 : NEXT(getxattr)(path, name, value, len);
}

ssize_t
fgetxattr(int fd, const char *name, void *value, size_t len)
{
	return fails_fd("fgetxattr", fd) ? -1 : NEXT(fgetxattr)(fd, name, value, len);
}

int
flock(int fd, int operation)
{
	return fails_fd("flock", fd) ? -1 : NEXT(flock)(fd, operation);
}

int
mkdir(const char *path, mode_t mode)
{
	return fails("mkdir", path) ? -1 : NEXT(mkdir)(path, mode);
}

int
mkdirat(int folder, const char *path, mode_t mode)
{
	return fails_at("mkdirat", folder, path) ? -1 : NEXT(mkdirat)(folder, path, mode);
}

ssize_t
write(int fd, const void *data, size_t len)
{
	return fails_fd("write", fd) ? -1 : NEXT(write)(fd, data, len);
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t offset)
{
	return fails_fd("pwrite", fd) ? -1 : NEXT(pwrite)(fd, data, len, offset);
}

int
fsync(int fd)
{
	struct stat st;
	bool folder = NEXT(fstat)(fd, &st) == 0 && S_ISDIR(st.st_mode);

	return fails_fd(folder ? "fsync-folder" : "fsync", fd) ? -1 : NEXT(fsync)(fd);
}

int
fchmod(int fd, mode_t mode)
{
	return fails_fd("fchmod", fd) ? -1 : NEXT(fchmod)(fd, mode);
}

int
fchown(int fd, uid_t user, gid_t group)
{
	return fails_fd("fchown", fd) ? -1 : NEXT(fchown)(fd, user, group);
}

int
fsetxattr(int fd, const char *name, const void *value, size_t len, int flags)
{
	return fails_fd("fsetxattr", fd) ? -1 : NEXT(fsetxattr)(fd, name, value, len, flags);
}

int
linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
	return fails_at("linkat", to_folder, to)
		   ? -1
		   : NEXT(linkat)(from_folder, from, to_folder, to, flags);
}

int
rename(const char *from, const char *to)
{
	return fails("rename", to) ? -1 : NEXT(rename)(from, to);
}

int
renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	return fails_at("renameat", to_folder, to)
		   ? -1
		   : NEXT(renameat)(from_folder, from, to_folder, to);
}

int
unlink(const char *path)
{
	return fails("unlink", path) ? -1 : NEXT(unlink)(path);
}

int
unlinkat(int folder, const char *path, int flags)
{
	return fails_at("unlinkat", folder, path) ? -1 : NEXT(unlinkat)(folder, path, flags);
}

/* The descriptor is closed nonetheless, as close(2) does. */
int
close(int fd)
{
	bool failed = fails_fd("close", fd);
	int result = NEXT(close)(fd);

	if (failed)
		errno = error;
	return failed ? -1 : result;
}
