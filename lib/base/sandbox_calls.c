#define _GNU_SOURCE
#include "base/sandbox_part.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>

/* Which argument they are. */
#if defined(__s390__)
enum { CLONE_FLAGS = 1 };
#else
enum { CLONE_FLAGS = 0 };
#endif

#define REFUSE SCMP_ACT_ERRNO(EPERM)

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
	scmp_datum_t mask, value;
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

static int
add_calls(scmp_filter_ctx filter, const struct sandbox *sandbox)
{
	int result = 0;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]) && result == 0; i++) {
		const char *name = calls[i].name;
		int number = seccomp_syscall_resolve_name(name);

		if (number < 0) /* this machine has none */
			continue;
		if (is_for(sandbox, calls[i].whom))
			result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
		else if (calls[i].whom == NOBODY && !is_allowed(sandbox, name) &&
			 !is_allowed_some(sandbox, name))
			result = seccomp_rule_add(filter, REFUSE, number, 0);
	}
	return result;
}

static int
add_some(scmp_filter_ctx filter, const struct sandbox *sandbox)
{
	int result = 0;

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]) && result == 0; i++) {
		int number = seccomp_syscall_resolve_name(some[i].name);
		uint32_t action = some[i].whom == NOBODY ? REFUSE : SCMP_ACT_ALLOW;
		struct scmp_arg_cmp is =
		    SCMP_CMP(some[i].argument, SCMP_CMP_MASKED_EQ, some[i].mask, some[i].value);

		if (number < 0 || is_allowed(sandbox, some[i].name))
			continue;
		if (some[i].whom == NOBODY || is_for(sandbox, some[i].whom))
			result = seccomp_rule_add_array(filter, action, number, 1, &is);
	}
	return result;
}

int
sandbox_filter(const struct sandbox *sandbox)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int result;

	if (!filter)
		return ENOMEM;
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	result = add_calls(filter, sandbox);
	if (result == 0)
		result = add_some(filter, sandbox);
	if (result == 0)
		result = seccomp_load(filter);
	seccomp_release(filter);
	return -result;
}
