#define _GNU_SOURCE
#include "fault.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

enum { DONE_EIO = FAULT_DONE + EIO, DONE_EINTR = FAULT_DONE + EINTR };

/* trace.c knows one machine. */
#ifdef __x86_64__

/* clang-format off */
const struct call calls[] = {
	{SYS_read, "read", OF_FD, {EIO, EINTR, FAULT_SHORT}},
	{SYS_pread64, "pread", OF_FD, {EIO, EINTR, FAULT_SHORT}},
	{SYS_readv, "readv", OF_FD, {EIO, EINTR}},
	{SYS_preadv, "preadv", OF_FD, {EIO, EINTR}},
	{SYS_write, "write", OF_FD, {EIO, ENOSPC, EINTR, FAULT_SHORT}},
	{SYS_pwrite64, "pwrite", OF_FD, {EIO, ENOSPC, EINTR, FAULT_SHORT}},
	{SYS_writev, "writev", OF_FD, {EIO, ENOSPC, EINTR}},
	{SYS_pwritev, "pwritev", OF_FD, {EIO, ENOSPC, EINTR}},
	{SYS_open, "open", OF_PATH, {EIO, EACCES, EMFILE, EINTR, ENOSPC, EROFS}},
	{SYS_openat, "openat", OF_AT, {EIO, EACCES, EMFILE, EINTR, ENOSPC, EROFS}},
	{SYS_openat2, "openat2", OF_AT, {EIO, EACCES, EMFILE, EINTR, ENOSYS, EAGAIN}},
	{SYS_close, "close", OF_FD, {DONE_EIO, DONE_EINTR}},
	{SYS_stat, "stat", OF_PATH, {EIO, EACCES}},
	{SYS_lstat, "lstat", OF_PATH, {EIO, EACCES}},
	{SYS_newfstatat, "fstatat", OF_AT, {EIO, EACCES}},
	{SYS_statx, "statx", OF_AT, {EIO, EACCES}},
	{SYS_fstat, "fstat", OF_FD, {EIO}},
	{SYS_fstatfs, "fstatfs", OF_FD, {EIO}},
	{SYS_statfs, "statfs", OF_PATH, {EIO}},
	{SYS_access, "access", OF_PATH, {EIO, EACCES}},
	{SYS_faccessat, "faccessat", OF_AT, {EIO, EACCES}},
	{SYS_faccessat2, "faccessat2", OF_AT, {EIO, EACCES}},
	{SYS_readlink, "readlink", OF_PATH, {EIO, EACCES}},
	{SYS_readlinkat, "readlinkat", OF_AT, {EIO, EACCES}},
	{SYS_getdents64, "getdents", OF_FD, {EIO}},
	{SYS_getcwd, "getcwd", OF_NOTHING, {EACCES, ENOENT}},
	{SYS_lseek, "lseek", OF_FD, {EIO}},
	{SYS_mmap, "mmap", OF_FD_4, {ENOMEM, EAGAIN}},
	{SYS_mremap, "mremap", OF_NOTHING, {ENOMEM}},
	{SYS_mprotect, "mprotect", OF_NOTHING, {ENOMEM}},
	{SYS_brk, "brk", OF_NOTHING, {ENOMEM}},
	{SYS_fsync, "fsync", OF_FD, {EIO, ENOSPC, EINTR}},
	{SYS_fdatasync, "fdatasync", OF_FD, {EIO, ENOSPC, EINTR}},
	{SYS_sync_file_range, "sync_file_range", OF_FD, {EIO}},
	{SYS_rename, "rename", OF_PATH_1, {EIO, ENOSPC, EACCES, DONE_EIO}},
	{SYS_renameat, "renameat", OF_AT_2, {EIO, ENOSPC, EACCES, DONE_EIO}},
	{SYS_renameat2, "renameat2", OF_AT_2, {EIO, ENOSPC, EINVAL, DONE_EIO}},
	{SYS_link, "link", OF_PATH_1, {EIO, EPERM, DONE_EIO}},
	{SYS_linkat, "linkat", OF_AT_2, {EIO, EPERM, EEXIST, DONE_EIO}},
	{SYS_symlink, "symlink", OF_PATH_1, {EIO, EPERM}},
	{SYS_symlinkat, "symlinkat", OF_AT_2, {EIO, EPERM}},
	{SYS_unlink, "unlink", OF_PATH, {EIO, EACCES, DONE_EIO}},
	{SYS_unlinkat, "unlinkat", OF_AT, {EIO, EACCES, DONE_EIO}},
	{SYS_mkdir, "mkdir", OF_PATH, {EIO, ENOSPC, EACCES, DONE_EIO}},
	{SYS_mkdirat, "mkdirat", OF_AT, {EIO, ENOSPC, EACCES, DONE_EIO}},
	{SYS_rmdir, "rmdir", OF_PATH, {EIO}},
	{SYS_chmod, "chmod", OF_PATH, {EIO, EPERM}},
	{SYS_fchmod, "fchmod", OF_FD, {EIO, EPERM}},
	{SYS_fchmodat, "fchmodat", OF_AT, {EIO, EPERM}},
	{SYS_fchown, "fchown", OF_FD, {EIO, EPERM}},
	{SYS_fchownat, "fchownat", OF_AT, {EIO, EPERM}},
	{SYS_utimensat, "utimensat", OF_AT, {EIO, EPERM}},
	{SYS_fsetxattr, "fsetxattr", OF_FD, {EIO, ENOSPC, EOPNOTSUPP}},
	{SYS_setxattr, "setxattr", OF_PATH, {EIO, ENOSPC, EOPNOTSUPP}},
	{SYS_fgetxattr, "fgetxattr", OF_FD, {EIO, EOPNOTSUPP}},
	{SYS_getxattr, "getxattr", OF_PATH, {EIO, EOPNOTSUPP}},
	{SYS_truncate, "truncate", OF_PATH, {EIO}},
	{SYS_ftruncate, "ftruncate", OF_FD, {EIO, EINTR}},
	{SYS_fallocate, "fallocate", OF_FD, {ENOSPC, EOPNOTSUPP}},
	{SYS_copy_file_range, "copy_file_range", OF_FD, {EIO, EXDEV}},
	{SYS_flock, "flock", OF_FD, {EIO, ENOLCK, EINTR}},
	{SYS_fcntl, "fcntl", OF_FD, {EMFILE, EINTR, ENOLCK}},
	{SYS_dup, "dup", OF_FD, {EMFILE}},
	{SYS_dup2, "dup2", OF_FD, {EMFILE, EINTR}},
	{SYS_dup3, "dup3", OF_FD, {EMFILE, EINTR}},
	{SYS_pipe2, "pipe2", OF_NOTHING, {EMFILE}},
	{SYS_memfd_create, "memfd_create", OF_NOTHING, {EMFILE, ENOMEM}},
	{SYS_eventfd2, "eventfd2", OF_NOTHING, {EMFILE}},
	{SYS_socket, "socket", OF_NOTHING, {EMFILE, EAFNOSUPPORT}},
	{SYS_socketpair, "socketpair", OF_NOTHING, {EMFILE, ENOMEM}},
	{SYS_sendto, "sendto", OF_FD, {EIO, EINTR}},
	{SYS_recvfrom, "recvfrom", OF_FD, {EIO, EINTR}},
	{SYS_sendmsg, "sendmsg", OF_FD, {EIO, EINTR, ENOMEM}},
	{SYS_recvmsg, "recvmsg", OF_FD, {EIO, EINTR}},
	{SYS_clone, "clone", OF_NOTHING, {EAGAIN, ENOMEM}},
	{SYS_clone3, "clone3", OF_NOTHING, {EAGAIN, ENOMEM}},
	{SYS_fork, "fork", OF_NOTHING, {EAGAIN, ENOMEM}},
	{SYS_vfork, "vfork", OF_NOTHING, {EAGAIN, ENOMEM}},
	{SYS_execve, "execve", OF_PATH, {ENOENT, EACCES, ENOMEM}},
	{SYS_poll, "poll", OF_NOTHING, {EINTR, ENOMEM}},
	{SYS_ppoll, "ppoll", OF_NOTHING, {EINTR, ENOMEM}},
	{SYS_rt_sigtimedwait, "rt_sigtimedwait", OF_NOTHING, {EINTR}},
	{SYS_getrandom, "getrandom", OF_NOTHING, {EINTR, ENOSYS}},
	{SYS_setpgid, "setpgid", OF_NOTHING, {EPERM}},
	{SYS_prctl, "prctl", OF_NOTHING, {EINVAL}},
	{SYS_prlimit64, "prlimit64", OF_NOTHING, {EPERM}},
	{SYS_ioctl, "ioctl", OF_FD, {EIO}},
	{SYS_sched_getaffinity, "sched_getaffinity", OF_NOTHING, {EINVAL}},
	{SYS_sysinfo, "sysinfo", OF_NOTHING, {EPERM}},
	{SYS_uname, "uname", OF_NOTHING, {EPERM}},
	{SYS_chdir, "chdir", OF_PATH, {EACCES, EIO}},
	{SYS_fchdir, "fchdir", OF_FD, {EACCES, EIO}},
	{SYS_capget, "capget", OF_NOTHING, {ENOSYS}},
	{SYS_capset, "capset", OF_NOTHING, {EPERM, ENOSYS}},
	{SYS_landlock_create_ruleset, "landlock_create_ruleset", OF_NOTHING, {ENOSYS, EOPNOTSUPP}},
	{SYS_landlock_add_rule, "landlock_add_rule", OF_NOTHING, {EINVAL}},
	{SYS_landlock_restrict_self, "landlock_restrict_self", OF_NOTHING, {EPERM}},
	{SYS_seccomp, "seccomp", OF_NOTHING, {ENOSYS, EINVAL}},

	/* These cannot fail, or nobody asks whether they did. */
	{SYS_futex, "futex", OF_NOTHING, {0}},
	{SYS_wait4, "wait4", OF_NOTHING, {0}}, /* WNOHANG */
	{SYS_waitid, "waitid", OF_NOTHING, {0}},
	{SYS_rt_sigaction, "rt_sigaction", OF_NOTHING, {0}},
	{SYS_rt_sigprocmask, "rt_sigprocmask", OF_NOTHING, {0}},
	{SYS_rt_sigreturn, "rt_sigreturn", OF_NOTHING, {0}},
	{SYS_rt_sigsuspend, "rt_sigsuspend", OF_NOTHING, {0}},
	{SYS_sigaltstack, "sigaltstack", OF_NOTHING, {0}},
	{SYS_kill, "kill", OF_NOTHING, {0}},
	{SYS_tgkill, "tgkill", OF_NOTHING, {0}},
	{SYS_pause, "pause", OF_NOTHING, {0}},
	{SYS_getpid, "getpid", OF_NOTHING, {0}},
	{SYS_getppid, "getppid", OF_NOTHING, {0}},
	{SYS_gettid, "gettid", OF_NOTHING, {0}},
	{SYS_getpgrp, "getpgrp", OF_NOTHING, {0}},
	{SYS_getpgid, "getpgid", OF_NOTHING, {0}},
	{SYS_getuid, "getuid", OF_NOTHING, {0}},
	{SYS_geteuid, "geteuid", OF_NOTHING, {0}},
	{SYS_getgid, "getgid", OF_NOTHING, {0}},
	{SYS_getegid, "getegid", OF_NOTHING, {0}},
	{SYS_umask, "umask", OF_NOTHING, {0}},
	{SYS_exit, "exit", OF_NOTHING, {0}},
	{SYS_exit_group, "exit_group", OF_NOTHING, {0}},
	{SYS_restart_syscall, "restart_syscall", OF_NOTHING, {0}},
	{SYS_set_robust_list, "set_robust_list", OF_NOTHING, {0}},
	{SYS_set_tid_address, "set_tid_address", OF_NOTHING, {0}},
	{SYS_rseq, "rseq", OF_NOTHING, {0}},
#ifdef SYS_arch_prctl
	{SYS_arch_prctl, "arch_prctl", OF_NOTHING, {0}},
#endif
	{SYS_clock_gettime, "clock_gettime", OF_NOTHING, {0}},
	{SYS_clock_nanosleep, "clock_nanosleep", OF_NOTHING, {0}},
	{SYS_nanosleep, "nanosleep", OF_NOTHING, {0}},
	{SYS_gettimeofday, "gettimeofday", OF_NOTHING, {0}},
	{SYS_sched_yield, "sched_yield", OF_NOTHING, {0}},
	{SYS_madvise, "madvise", OF_NOTHING, {0}},
	{SYS_fadvise64, "fadvise64", OF_NOTHING, {0}},
	{SYS_readahead, "readahead", OF_NOTHING, {0}},
	{SYS_munmap, "munmap", OF_NOTHING, {0}},
	{SYS_getrusage, "getrusage", OF_NOTHING, {0}},
};
/* clang-format on */

const size_t n_calls = sizeof(calls) / sizeof(calls[0]);

#else

const struct call calls[] = {{0, "none", OF_NOTHING, {0}}};
const size_t n_calls = 0;

#endif

const char *
fault_name(int error, char room[64])
{
	if (error == FAULT_SHORT)
		return "half";
	if (error > FAULT_DONE)
		snprintf(room, 64, "done, and %s", strerrorname_np(error - FAULT_DONE));
	else
		snprintf(room, 64, "%s", strerrorname_np(error));
	return room;
}
