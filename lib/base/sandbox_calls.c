#define _GNU_SOURCE
#include "base/sandbox_part.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Which argument they are. */
#if defined(__s390__)
enum { CLONE_FLAGS = 1 };
#else
enum { CLONE_FLAGS = 0 };
#endif

#define REFUSE (SECCOMP_RET_ERRNO | EPERM)
#define UNKNOWN (SECCOMP_RET_ERRNO | ENOSYS)

/* Whom a call is for. */
enum whom {
	ALL,
	NETWORK,   /* who asks servers */
	STARTER,   /* who asks a starter for commands, over a socket that is open */
	PROCESSES, /* who starts processes */
	WATCHED,   /* sanitizers */
	NOBODY,    /* refused by name, so that whoever tries learns why */
};

/* A call, with those of its other forms that some machines have. Other calls do not exist:
 * libraries take another way, as they would on an older kernel. */
static const struct {
	enum whom whom;
	const char *name;
} calls[] = {
    /* files that are open */
    {ALL, "read"},
    {ALL, "write"},
    {ALL, "readv"},
    {ALL, "writev"},
    {ALL, "pread64"},
    {ALL, "pwrite64"},
    {ALL, "preadv"},
    {ALL, "pwritev"},
    {ALL, "lseek"},
    {ALL, "_llseek"},
    {ALL, "close"},
    {ALL, "close_range"},
    {ALL, "dup"},
    {ALL, "dup2"},
    {ALL, "dup3"},
    {ALL, "fcntl"},
    {ALL, "fcntl64"},
    {ALL, "flock"},
    {ALL, "fsync"},
    {ALL, "fdatasync"},
    {ALL, "sync_file_range"},
    {ALL, "sync_file_range2"},
    {ALL, "syncfs"},
    {ALL, "ftruncate"},
    {ALL, "ftruncate64"},
    {ALL, "fallocate"},
    {ALL, "fadvise64"},
    {ALL, "fadvise64_64"},
    {ALL, "readahead"},
    {ALL, "copy_file_range"},
    {ALL, "sendfile"},
    {ALL, "sendfile64"},
    {ALL, "fchmod"},
    {ALL, "fchown"},
    {ALL, "fchown32"},
    {ALL, "fgetxattr"},
    {ALL, "fsetxattr"},
    {ALL, "flistxattr"},
    {ALL, "pipe"},
    {ALL, "pipe2"},
    {ALL, "memfd_create"},
    {ALL, "poll"},
    {ALL, "ppoll"},
    {ALL, "ppoll_time64"},
    {ALL, "select"},
    {ALL, "_newselect"},
    {ALL, "pselect6"},
    {ALL, "pselect6_time64"},
    /* files by name */
    {ALL, "open"},
    {ALL, "openat"},
    {ALL, "openat2"},
    {ALL, "stat"},
    {ALL, "stat64"},
    {ALL, "fstat"},
    {ALL, "fstat64"},
    {ALL, "lstat"},
    {ALL, "lstat64"},
    {ALL, "newfstatat"},
    {ALL, "fstatat64"},
    {ALL, "statx"},
    {ALL, "statfs"},
    {ALL, "statfs64"},
    {ALL, "fstatfs"},
    {ALL, "fstatfs64"},
    {ALL, "access"},
    {ALL, "faccessat"},
    {ALL, "faccessat2"},
    {ALL, "readlink"},
    {ALL, "readlinkat"},
    {ALL, "getdents"},
    {ALL, "getdents64"},
    {ALL, "getcwd"},
    {ALL, "chdir"},
    {ALL, "fchdir"},
    {ALL, "getxattr"},
    {ALL, "lgetxattr"},
    {ALL, "link"},
    {ALL, "linkat"},
    {ALL, "rename"},
    {ALL, "renameat"},
    {ALL, "renameat2"},
    {ALL, "unlink"},
    {ALL, "unlinkat"},
    {ALL, "rmdir"},
    {ALL, "mkdir"},
    {ALL, "mkdirat"},
    {ALL, "umask"},
    {ALL, "utimensat"},
    {ALL, "utimensat_time64"},
    /* memory */
    {ALL, "brk"},
    {ALL, "mmap"},
    {ALL, "mmap2"},
    {ALL, "munmap"},
    {ALL, "mremap"},
    {ALL, "mprotect"},
    {ALL, "madvise"},
    {ALL, "mincore"},
    {ALL, "msync"},
    {ALL, "mlock"},
    {ALL, "mlock2"},
    {ALL, "munlock"},
    {ALL, "membarrier"},
    {ALL, "pkey_alloc"},
    {ALL, "pkey_mprotect"},
    {ALL, "pkey_free"},
    /* threads, signals, time; clone is below */
    {ALL, "exit"},
    {ALL, "exit_group"},
    {ALL, "futex"},
    {ALL, "futex_time64"},
    {ALL, "set_robust_list"},
    {ALL, "get_robust_list"},
    {ALL, "set_tid_address"},
    {ALL, "rseq"},
    {ALL, "sched_yield"},
    {ALL, "sched_getaffinity"},
    {ALL, "sched_getparam"},
    {ALL, "sched_getscheduler"},
    {ALL, "getcpu"},
    {ALL, "rt_sigaction"},
    {ALL, "rt_sigprocmask"},
    {ALL, "rt_sigreturn"},
    {ALL, "rt_sigpending"},
    {ALL, "rt_sigsuspend"},
    {ALL, "rt_sigtimedwait"},
    {ALL, "rt_sigtimedwait_time64"},
    {ALL, "sigaction"},
    {ALL, "sigprocmask"},
    {ALL, "sigreturn"},
    {ALL, "sigaltstack"},
    {ALL, "pause"},
    {ALL, "kill"},
    {ALL, "tgkill"},
    {ALL, "restart_syscall"},
    {ALL, "nanosleep"},
    {ALL, "clock_nanosleep"},
    {ALL, "clock_nanosleep_time64"},
    {ALL, "clock_gettime"},
    {ALL, "clock_gettime64"},
    {ALL, "clock_getres"},
    {ALL, "clock_getres_time64"},
    {ALL, "gettimeofday"},
    {ALL, "time"},
    {ALL, "times"},
    /* who and where this is */
    {ALL, "getpid"},
    {ALL, "getppid"},
    {ALL, "gettid"},
    {ALL, "getpgrp"},
    {ALL, "getpgid"},
    {ALL, "getsid"},
    {ALL, "getuid"},
    {ALL, "getuid32"},
    {ALL, "geteuid"},
    {ALL, "geteuid32"},
    {ALL, "getgid"},
    {ALL, "getgid32"},
    {ALL, "getegid"},
    {ALL, "getegid32"},
    {ALL, "getgroups"},
    {ALL, "getgroups32"},
    {ALL, "getresuid"},
    {ALL, "getresuid32"},
    {ALL, "getresgid"},
    {ALL, "getresgid32"},
    {ALL, "getrlimit"},
    {ALL, "ugetrlimit"},
    {ALL, "prlimit64"},
    {ALL, "getrusage"},
    {ALL, "sysinfo"},
    {ALL, "uname"},
    {ALL, "getrandom"},
    {ALL, "prctl"},
    {ALL, "arch_prctl"},
    {ALL, "set_tls"},
    {ALL, "cacheflush"},
    {ALL, "riscv_flush_icache"},
    {ALL, "riscv_hwprobe"},
    /* what may still be given up */
    {ALL, "landlock_create_ruleset"},
    {ALL, "landlock_add_rule"},
    {ALL, "landlock_restrict_self"},
    {ALL, "seccomp"},
    /* servers; socket is below */
    {NETWORK, "connect"},
    {NETWORK, "bind"},
    {NETWORK, "sendto"},
    {NETWORK, "sendmsg"},
    {NETWORK, "sendmmsg"},
    {NETWORK, "recvfrom"},
    {NETWORK, "recvmsg"},
    {NETWORK, "recvmmsg"},
    {NETWORK, "recvmmsg_time64"},
    {NETWORK, "getsockopt"},
    {NETWORK, "setsockopt"},
    {NETWORK, "getsockname"},
    {NETWORK, "getpeername"},
    {NETWORK, "shutdown"},
    /* commands that run elsewhere, and the end of who runs them */
    {STARTER, "sendto"},
    {STARTER, "sendmsg"},
    {STARTER, "send"},
    {STARTER, "recvfrom"},
    {STARTER, "recvmsg"},
    {STARTER, "recv"},
    {STARTER, "wait4"},
    {STARTER, "waitpid"},
    {STARTER, "waitid"},
    /* processes */
    {PROCESSES, "clone"},
    {PROCESSES, "fork"},
    {PROCESSES, "vfork"},
    {PROCESSES, "setpgid"},
    {PROCESSES, "socketpair"},
    /* LeakSanitizer looks at its process from another one */
    {WATCHED, "clone"},
    {WATCHED, "ptrace"},
    {WATCHED, "wait4"},
    {WATCHED, "tkill"},
    {WATCHED, "process_vm_readv"},
    /* what whoever takes a process over asks for first */
    {NOBODY, "execve"},
    {NOBODY, "execveat"},
    {NOBODY, "fork"},
    {NOBODY, "vfork"},
    {NOBODY, "socket"},
    {NOBODY, "socketpair"},
    {NOBODY, "connect"},
    {NOBODY, "bind"},
    {NOBODY, "listen"},
    {NOBODY, "accept"},
    {NOBODY, "accept4"},
    {NOBODY, "sendto"},
    {NOBODY, "sendmsg"},
    {NOBODY, "ptrace"},
    {NOBODY, "process_vm_readv"},
    {NOBODY, "process_vm_writev"},
    {NOBODY, "pidfd_open"},
    {NOBODY, "pidfd_getfd"},
    {NOBODY, "chmod"},
    {NOBODY, "fchmodat"},
    {NOBODY, "chown"},
    {NOBODY, "lchown"},
    {NOBODY, "fchownat"},
    {NOBODY, "setxattr"},
    {NOBODY, "lsetxattr"},
    {NOBODY, "truncate"},
    {NOBODY, "symlink"},
    {NOBODY, "symlinkat"},
    {NOBODY, "mknod"},
    {NOBODY, "mknodat"},
    {NOBODY, "mount"},
    {NOBODY, "umount2"},
    {NOBODY, "unshare"},
    {NOBODY, "setns"},
    {NOBODY, "chroot"},
    {NOBODY, "pivot_root"},
    {NOBODY, "bpf"},
    {NOBODY, "perf_event_open"},
    {NOBODY, "userfaultfd"},
    {NOBODY, "io_uring_setup"},
    {NOBODY, "keyctl"},
    {NOBODY, "add_key"},
    {NOBODY, "request_key"},
    {NOBODY, "setuid"},
    {NOBODY, "setgid"},
    {NOBODY, "kexec_load"},
    {NOBODY, "init_module"},
    {NOBODY, "finit_module"},
    {NOBODY, "reboot"},
};

/* Calls that are for some of what they do: where the argument, under the mask, has the value. */
static const struct {
	enum whom whom;
	const char *name;
	unsigned argument;
	uint32_t mask, value;
} some[] = {
    /* No TIOCSTI, which types into the terminal. */
    {ALL, "ioctl", 1, UINT32_MAX, TCGETS}, {ALL, "ioctl", 1, UINT32_MAX, TIOCGWINSZ},
    {ALL, "ioctl", 1, UINT32_MAX, TIOCGPGRP}, {ALL, "ioctl", 1, UINT32_MAX, FIONREAD},
    {ALL, "clone", CLONE_FLAGS, CLONE_THREAD, CLONE_THREAD},
    {NOBODY, "clone", CLONE_FLAGS, CLONE_THREAD, 0}, {NETWORK, "socket", 0, UINT32_MAX, AF_INET},
    {NETWORK, "socket", 0, UINT32_MAX, AF_INET6},
    {NETWORK, "socket", 0, UINT32_MAX, AF_UNIX}, /* the name service's cache */
    {NETWORK, "socket", 0, UINT32_MAX,
	AF_NETLINK}, /* getaddrinfo(3) asks which addresses are ours */
};

static bool
is_for(const struct sandbox *sandbox, enum whom whom)
{
	const bool is[] = {[ALL] = true,
	    [NETWORK] = sandbox->network,
	    [STARTER] = sandbox->starter,
	    [PROCESSES] = sandbox->processes,
	    [WATCHED] = SANDBOX_WATCHED,
	    [NOBODY] = false};

	return is[whom];
}

/* Is the call allowed, whatever its arguments are? */
static bool
is_allowed(const struct sandbox *sandbox, const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (is_for(sandbox, calls[i].whom) && strcmp(calls[i].name, name) == 0)
			return true;
	return false;
}

/* Is the call allowed with some? */
static bool
is_allowed_some(const struct sandbox *sandbox, const char *name)
{
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		if (is_for(sandbox, some[i].whom) && strcmp(some[i].name, name) == 0)
			return true;
	return false;
}

/* --- The program --- */

/* It is made here, of one test after another, and not by libseccomp, which has a name for each call
 * on each machine: that takes longer than all else at the start of a short run, and where memory
 * lacks it crashes, or lets through what it should not. The kernel notes which calls are allowed
 * whatever their arguments are, and runs the program for none of them. */
struct program {
	struct sock_filter steps[BPF_MAXINSNS];
	unsigned n;
};

static void
add(struct program *program, struct sock_filter step)
{
	if (program->n < BPF_MAXINSNS)
		program->steps[program->n] = step;
	program->n++;
}

static void
add_load(struct program *program, size_t offset)
{
	add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* Goes on, where what was loaded has that value, and else `n` steps further. */
static void
add_is(struct program *program, uint32_t value, uint8_t n)
{
	add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, n));
}

static void
add_end(struct program *program, uint32_t action)
{
	add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static void
add_calls(struct program *program, const struct sandbox *sandbox)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const char *name = calls[i].name;
		bool allowed = is_for(sandbox, calls[i].whom);
		int number = seccomp_syscall_resolve_name(name);

		if (number < 0) /* this machine has none */
			continue;
		if (!allowed && (calls[i].whom != NOBODY || is_allowed(sandbox, name) ||
				    is_allowed_some(sandbox, name)))
			continue;
		add_is(program, (uint32_t)number, 1);
		add_end(program, allowed ? SECCOMP_RET_ALLOW : REFUSE);
	}
}

/* Of an argument the kernel takes the lower half, in those calls that are here. */
static size_t
argument_offset(unsigned argument)
{
	return offsetof(struct seccomp_data, args) + argument * sizeof(uint64_t) +
	       (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : sizeof(uint32_t));
}

static void
add_some(struct program *program, const struct sandbox *sandbox)
{
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		int number = seccomp_syscall_resolve_name(some[i].name);
		bool allowed = is_for(sandbox, some[i].whom);

		if (number < 0 || is_allowed(sandbox, some[i].name) ||
		    (!allowed && some[i].whom != NOBODY))
			continue;
		add_load(program, offsetof(struct seccomp_data, nr));
		add_is(program, (uint32_t)number, 4);
		add_load(program, argument_offset(some[i].argument));
		add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, some[i].mask));
		add_is(program, some[i].value, 1);
		add_end(program, allowed ? SECCOMP_RET_ALLOW : REFUSE);
	}
}

int
sandbox_filter(const struct sandbox *sandbox)
{
	struct program program = {.n = 0};
	struct sock_fprog made = {.filter = program.steps};

	add_load(&program, offsetof(struct seccomp_data, arch));
	add_is(&program, seccomp_arch_native(), 1);
	add(&program, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 1));
	add_end(&program, UNKNOWN); /* in the way of another machine */
	add_load(&program, offsetof(struct seccomp_data, nr));
	add_calls(&program, sandbox);
	add_some(&program, sandbox);
	add_end(&program, UNKNOWN);
	if (program.n > BPF_MAXINSNS)
		return E2BIG;
	made.len = (unsigned short)program.n;
	errno = ESRCH; /* a thread has another filter: its number is returned */
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &made) == 0
		   ? 0
		   : errno;
}
