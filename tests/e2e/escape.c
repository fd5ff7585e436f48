/* For LD_PRELOAD: does, in the midst of the process, what somebody would who took it over. At the
 * first octets that are read of a file whose path ends in $ESCAPE_AT, each attempt of the table is
 * made, and a line says on standard error what came of it: "exec: Operation not permitted", or
 * "exec: done". $ESCAPE_READ is a file that nobody named, $ESCAPE_WRITE one of the project that is
 * no output, $ESCAPE_MAKE a new one there.
 *
 * $ESCAPE_KERNEL is the kernel: "landlock" lacks that, "none" has no seccomp filters either, "abi2"
 * knows no more than the second version of Landlock. Threads that there are when the process gives
 * its rights up are told of. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

/* --- Attempts: each returns -1 with errno set where it is refused, and leaves nothing behind ---
 */

static int
try_exec(void)
{
	char *const argv[] = {(char *)"echo", (char *)"exec: done", NULL};

	return execv("/bin/echo", argv);
}

static int
try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return pid < 0 ? -1 : 0;
}

static int
open_closed(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

static int
try_internet(void)
{
	return open_closed(socket(AF_INET, SOCK_STREAM, 0));
}

static int
try_internet6(void)
{
	return open_closed(socket(AF_INET6, SOCK_DGRAM, 0));
}

static int
try_unix(void)
{
	return open_closed(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int
try_read(void)
{
	return open_closed(open(getenv("ESCAPE_READ"), O_RDONLY));
}

static int
try_list(void)
{
	DIR *dir = opendir("/root/..");

	if (dir)
		closedir(dir);
	return dir ? 0 : -1;
}

static int
try_write(void)
{
	return open_closed(open(getenv("ESCAPE_WRITE"), O_WRONLY));
}

static int
try_make(void)
{
	const char *path = getenv("ESCAPE_MAKE");
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);

	if (fd >= 0)
		unlink(path);
	return open_closed(fd);
}

static int
try_mkdir(void)
{
	return mkdir(getenv("ESCAPE_MAKE"), 0777) < 0 ? -1 : rmdir(getenv("ESCAPE_MAKE"));
}

static int
try_rename(void)
{
	const char *from = getenv("ESCAPE_WRITE"), *to = getenv("ESCAPE_MAKE");

	return rename(from, to) < 0 ? -1 : rename(to, from);
}

static int
try_remove(void)
{
	return unlink(getenv("ESCAPE_WRITE"));
}

static int
try_link(void)
{
	return symlink("/", getenv("ESCAPE_MAKE")) < 0 ? -1 : unlink(getenv("ESCAPE_MAKE"));
}

static int
try_chmod(void)
{
	return chmod(getenv("ESCAPE_WRITE"), 0777);
}

static int
try_truncate(void)
{
	return truncate(getenv("ESCAPE_WRITE"), 0);
}

/* --- Of the file that is being read --- */

static int reading;

static mode_t
mode_of(void)
{
	struct stat st;

	return fstat(reading, &st) < 0 ? 0600 : st.st_mode & 07777;
}

static int
try_mode(void)
{
	return fchmod(reading, mode_of());
}

static int
try_setuid(void)
{
	mode_t mode = mode_of();

	return fchmod(reading, mode | S_ISUID) < 0 ? -1 : fchmod(reading, mode);
}

static int
try_owner(void)
{
	return fchown(reading, (uid_t)-1, (gid_t)-1);
}

static int
try_attribute(void)
{
	return fsetxattr(reading, "user.escape", "", 0, 0) < 0
		   ? -1
		   : fremovexattr(reading, "user.escape");
}

static int
try_times(void)
{
	const struct timespec same[] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};

	return utimensat(AT_FDCWD, getenv("ESCAPE_WRITE"), same, 0);
}

/* --- Of another process --- */

static int
try_limit(void)
{
	struct rlimit limit;

	return prlimit(getppid(), RLIMIT_CORE, NULL, &limit);
}

static int
try_environment(void)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/%ld/environ", (long)getppid());
	return open_closed(open(name, O_RDONLY));
}

/* Is there anything left to root but the access to files? */
static int
try_capability(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3];
	const uint32_t files =
	    1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH | 1U << CAP_CHOWN | 1U << CAP_FOWNER;

	if (syscall(SYS_capget, &header, halves) < 0)
		return -1;
	errno = EPERM;
	return (halves[0].permitted & ~files) != 0 || halves[1].permitted != 0 ? 0 : -1;
}

static int
try_ptrace(void)
{
	return ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) < 0 ? -1 : 0;
}

static int
try_memory(void)
{
	char room[8];
	struct iovec own = {room, sizeof(room)}, other = {room, sizeof(room)};

	/* What is there at that address is all the same. */
	return process_vm_readv(getppid(), &own, 1, &other, 1, 0) < 0 && errno != EFAULT ? -1 : 0;
}

static int
try_signal(void)
{
	return kill(getppid(), 0);
}

/* An octet into the terminal, as if it were typed; in the tests there is none (ENOTTY). */
static int
try_type(void)
{
	return ioctl(STDERR_FILENO, TIOCSTI, "");
}

static int
try_core(void)
{
	errno = EPERM;
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1 ? 0 : -1;
}

static const struct {
	const char *name;
	int (*try)(void);
} attempts[] = {{"fork", try_fork}, {"internet", try_internet}, {"internet6", try_internet6},
    {"unix", try_unix}, {"read", try_read}, {"list", try_list}, {"write", try_write},
    {"make", try_make}, {"mkdir", try_mkdir}, {"rename", try_rename}, {"link", try_link},
    {"mode", try_mode}, {"setuid", try_setuid}, {"owner", try_owner}, {"attribute", try_attribute},
    {"times", try_times}, {"limit", try_limit}, {"environment", try_environment},
    {"capability", try_capability}, {"chmod", try_chmod}, {"truncate", try_truncate},
    {"ptrace", try_ptrace}, {"memory", try_memory}, {"signal", try_signal}, {"type", try_type},
    {"core", try_core}, {"remove", try_remove}, {"exec", try_exec}};

/* --- When --- */

static bool
ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), len = strlen(end);

	return n >= len && strcmp(text + n - len, end) == 0;
}

static bool
is_there(int fd)
{
	const char *at = getenv("ESCAPE_AT");
	char name[64], path[PATH_MAX];
	ssize_t n;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = at ? readlink(name, path, sizeof(path) - 1) : -1;
	if (n < 0)
		return false;
	path[n] = '\0';
	return ends_in(path, at);
}

static void
try_all(int fd)
{
	static atomic_bool done;

	if (!is_there(fd) || atomic_exchange(&done, true))
		return;
	reading = fd;
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		int result;

		errno = 0;
		result = attempts[i].try();
		dprintf(STDERR_FILENO, "%s: %s\n", attempts[i].name,
		    result < 0 ? strerror(errno) : "done");
	}
}

ssize_t
read(int fd, void *to, size_t len)
{
	try_all(fd);
	return NEXT(read)(fd, to, len);
}

ssize_t
pread(int fd, void *to, size_t len, off_t at)
{
	try_all(fd);
	return NEXT(pread)(fd, to, len, at);
}

ssize_t
pread64(int fd, void *to, size_t len, off64_t at)
{
	try_all(fd);
	return NEXT(pread64)(fd, to, len, at);
}

/* --- The kernel --- */

static bool
has(const char *kernel)
{
	const char *is = getenv("ESCAPE_KERNEL");

	return is && strcmp(is, kernel) == 0;
}

static void
count_threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	if (n > 3) /* "." and ".." among them */
		dprintf(STDERR_FILENO, "threads: %d\n", n - 2);
}

/* Returns whether the kernel answers another thing; errno is set then. */
static bool
is_faked(long number, long first, long third, long *result)
{
	bool landlock =
	    number >= SYS_landlock_create_ruleset && number <= SYS_landlock_restrict_self;

	*result = -1;
	errno = ENOSYS;
	if (landlock && (has("landlock") || has("none")))
		return true;
	if (number == SYS_seccomp && has("none"))
		return true;
	*result = 0;
	if (number == SYS_capset && has("none"))
		return true;
	*result = 2;
	return has("abi2") && number == SYS_landlock_create_ruleset && first == 0 && third == 1;
}

long
syscall(long number, ...)
{
	long a[6], result;
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_landlock_restrict_self)
		count_threads();
	if (is_faked(number, a[0], a[2], &result))
		return result;
	return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int
prctl(int option, ...)
{
	unsigned long a[4];
	va_list ap;

	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (option == PR_SET_SECCOMP && has("none")) {
		errno = EINVAL;
		return -1;
	}
	return NEXT(prctl)(option, a[0], a[1], a[2], a[3]);
}
