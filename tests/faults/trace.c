/* The command runs under ptrace(2). A filter of seccomp(2), which says the call's place in calls[],
 * stops it ahead of each call: so those count that the C library and others make on their own. */
#define _GNU_SOURCE
#include "fault.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __x86_64__

enum { PROCESSES_MOST = 256, LATE_S = 30, UNKNOWN = 0xffff, BREAKPOINT = 0xcc };

struct process {
	pid_t pid;
	bool counts;  /* not a program that the command started */
	int result;   /* an error to tell when the call ends; 0: none */
	uint64_t len; /* what it had asked for, which the register holds again then; 0: no change */
};

struct trace {
	struct run *run;
	const struct fault *fault;
	struct process processes[PROCESSES_MOST];
	size_t n;
	pid_t main;
	bool begun, ended; /* the command's own code */
	struct timespec end;
	uint64_t entry;
	long code;    /* what is at `entry` */
	size_t n_met; /* of those calls that the fault is for */
};

/* --- The filter --- */

static int
install_filter(void)
{
	enum { HEAD = 1 };
	struct sock_filter *code = calloc(HEAD + 2 * n_calls + 1, sizeof(*code));
	struct sock_fprog program = {0, code};
	size_t n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < n_calls; i++) {
		uint32_t result =
		    calls[i].errors[0] ? SECCOMP_RET_TRACE | (uint32_t)i : SECCOMP_RET_ALLOW;

		code[n++] = (struct sock_filter)BPF_JUMP(
		    BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i].number, 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, result);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | UNKNOWN);
	program.len = (unsigned short)n;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0
		   ? -1
		   : 0;
}

static void
redirect(const char *path, int to)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (fd < 0 || dup2(fd, to) < 0)
		_exit(126);
	close(fd);
}

static _Noreturn void
begin_command(const struct run *run, int go)
{
	char c;
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (chdir(run->folder) < 0)
		_exit(126);
	redirect(run->out, STDOUT_FILENO);
	redirect(run->err, STDERR_FILENO);
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	if (run->preload)
		setenv("LD_PRELOAD", run->preload, 1);
	if (read(go, &c, 1) != 1)
		_exit(126);
	close(go);
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	if (install_filter() < 0)
		_exit(125);
	execvp(run->argv[0], run->argv);
	_exit(127);
}

/* --- Processes --- */

static struct process *
process_of(struct trace *trace, pid_t pid)
{
	for (size_t i = 0; i < trace->n; i++)
		if (trace->processes[i].pid == pid)
			return &trace->processes[i];
	if (trace->n == PROCESSES_MOST)
		abort();
	trace->processes[trace->n] = (struct process){.pid = pid, .counts = true};
	return &trace->processes[trace->n++];
}

static void
forget(struct trace *trace, pid_t pid)
{
	struct process *process = process_of(trace, pid);

	*process = trace->processes[--trace->n];
}

/* The first instruction of the command is that of its own code: what the loader did is over. */
static void
await_begin(struct trace *trace)
{
	Elf64_auxv_t item;
	char name[64];
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/auxv", trace->main);
	if (!(file = fopen(name, "re")))
		abort();
	while (fread(&item, sizeof(item), 1, file) == 1)
		if (item.a_type == AT_ENTRY)
			trace->entry = item.a_un.a_val;
	fclose(file);
	trace->code = ptrace(PTRACE_PEEKTEXT, trace->main, trace->entry, NULL);
	ptrace(PTRACE_POKETEXT, trace->main, trace->entry, (trace->code & ~0xffL) | BREAKPOINT);
}

static bool
has_begun(struct trace *trace, pid_t pid)
{
	struct user_regs_struct regs;

	if (trace->begun || pid != trace->main)
		return false;
	ptrace(PTRACE_GETREGS, pid, NULL, &regs);
	if (regs.rip != trace->entry + 1)
		return false;
	regs.rip--;
	ptrace(PTRACE_SETREGS, pid, NULL, &regs);
	ptrace(PTRACE_POKETEXT, pid, trace->entry, trace->code);
	trace->begun = true;
	return true;
}

/* --- Calls --- */

static uint64_t
argument(const struct user_regs_struct *regs, int i)
{
	const unsigned long long args[] = {
	    regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9};

	return args[i];
}

static void
read_text(pid_t pid, uint64_t at, char room[PATH_MAX])
{
	size_t n = 0;

	/* Page by page: behind the text there may be none. */
	while (n < PATH_MAX - 1) {
		size_t len = 4096 - (at + n) % 4096;
		struct iovec to = {room + n, len < PATH_MAX - 1 - n ? len : PATH_MAX - 1 - n};
		struct iovec from = {(void *)(uintptr_t)(at + n), to.iov_len};

		if (process_vm_readv(pid, &to, 1, &from, 1, 0) <= 0 ||
		    memchr(room + n, '\0', to.iov_len))
			return;
		n += to.iov_len;
	}
}

static char *
path_of_fd(pid_t pid, int fd)
{
	char name[64], path[PATH_MAX];
	ssize_t n;

	snprintf(name, sizeof(name), "/proc/%d/fd/%d", pid, fd);
	n = readlink(name, path, sizeof(path) - 1);
	return n < 0 ? NULL : strndup(path, (size_t)n);
}

static char *
path_at(pid_t pid, int folder, uint64_t at)
{
	char text[PATH_MAX] = "", *beneath, *result;
	int fd;

	read_text(pid, at, text);
	if (sscanf(text, "/proc/self/fd/%d", &fd) == 1)
		return path_of_fd(pid, fd);
	if (folder == AT_FDCWD || *text == '/' || !(beneath = path_of_fd(pid, folder)))
		return strdup(text);
	if (!*text)
		return beneath;
	if (asprintf(&result, "%s/%s", beneath, text) < 0)
		abort();
	free(beneath);
	return result;
}

static char *
path_of(pid_t pid, const struct call *call, const struct user_regs_struct *regs)
{
	switch (call->operand) {
	case OF_PATH:
		return path_at(pid, AT_FDCWD, argument(regs, 0));
	case OF_PATH_1:
		return path_at(pid, AT_FDCWD, argument(regs, 1));
	case OF_AT:
		return path_at(pid, (int)argument(regs, 0), argument(regs, 1));
	case OF_AT_2:
		return path_at(pid, (int)argument(regs, 2), argument(regs, 3));
	case OF_FD:
		return path_of_fd(pid, (int)argument(regs, 0));
	case OF_FD_4:
		return path_of_fd(pid, (int)argument(regs, 4));
	case OF_NOTHING:
		break;
	}
	return NULL;
}

static void
skip(struct user_regs_struct *regs, int error)
{
	regs->orig_rax = (unsigned long long)-1;
	regs->rax = (unsigned long long)-error;
}

/* Returns as meet. */
static bool
fail(struct process *process, const struct call *call, struct user_regs_struct *regs, int error)
{
	if (error == FAULT_SHORT && regs->rdx > 1) {
		process->len = regs->rdx;
		regs->rdx /= 2;
		return true;
	}
	if (error > FAULT_DONE) {
		process->result = error - FAULT_DONE;
		return true;
	}
	if (error != FAULT_SHORT)
		skip(regs, call->number == SYS_brk ? 0 : error); /* brk(2) tells of no error */
	return false;
}

/* What is not synced is no loss here. */
static bool
is_sync(const struct call *call)
{
	return call->number == SYS_fsync || call->number == SYS_fdatasync ||
	       call->number == SYS_sync_file_range;
}

/* Leaves out of a path what is another one each time. */
static void
leave_chance_out(char *path)
{
	char *slash = path ? strrchr(path, '/') : NULL, *end;

	if (!path)
		return;
	if (*path != '/' && (end = strchr(path, '[')))
		*end = '\0';
	else if (slash && slash[1] == '#' && strstr(slash, " (deleted)"))
		strcpy(slash, "/#");
	else if ((end = strstr(path, ".zonepp-tmp")))
		for (*end = '\0'; end > path && *end != '.' && *end != '/'; end--)
			*end = '\0';
}

static bool
is_same(const struct made *a, const struct made *b)
{
	return a->call == b->call && !a->path == !b->path &&
	       (!a->path || strcmp(a->path, b->path) == 0);
}

static void
list(struct run *run, struct made made)
{
	made.n = 1;
	for (size_t i = 0; i < run->n_made; i++)
		made.n += is_same(&made, &run->made[i]);
	run->made = realloc(run->made, (run->n_made + 1) * sizeof(*run->made));
	run->made[run->n_made++] = made;
}

/* Is this the call that the fault is for? */
static bool
is_its_turn(struct trace *trace, const struct made *made)
{
	const struct fault *fault = trace->fault;

	return fault->what != DO_NOTHING && is_same(made, &fault->at) &&
	       ++trace->n_met == fault->at.n;
}

static bool
act(struct trace *trace, struct process *process, size_t i, struct user_regs_struct *regs)
{
	const struct fault *fault = trace->fault;

	trace->run->fired = true;
	switch (fault->what) {
	case DO_FAIL:
		return fail(process, &calls[i], regs, fault->error);
	case DO_SIGNAL:
		kill(trace->main, fault->error);
		break;
	case DO_ACT:
		fault->act(fault->ctx);
		break;
	case DO_NOTHING:
		break;
	}
	return false;
}

/* Returns whether the end of the call is to be seen, too. */
static bool
meet(struct trace *trace, struct process *process, size_t i)
{
	struct user_regs_struct regs;
	struct made made = {.call = i};
	bool sees_end = false;

	if (!trace->begun || !process->counts)
		return false;
	if (i != UNKNOWN && !trace->run->lists && !is_sync(&calls[i]) && i != trace->fault->at.call)
		return false;
	ptrace(PTRACE_GETREGS, process->pid, NULL, &regs);
	if (i == UNKNOWN) {
		fprintf(stderr, "call %llu is in no row of calls.c\n", regs.orig_rax);
		abort();
	}
	if (trace->run->lists || i == trace->fault->at.call) {
		made.path = path_of(process->pid, &calls[i], &regs);
		leave_chance_out(made.path);
	}
	if (is_sync(&calls[i]))
		skip(&regs, 0);
	if (is_its_turn(trace, &made))
		sees_end = act(trace, process, i, &regs);
	ptrace(PTRACE_SETREGS, process->pid, NULL, &regs);
	if (trace->run->lists)
		list(trace->run, made);
	else
		free(made.path);
	return sees_end;
}

static void
end_call(struct process *process)
{
	struct user_regs_struct regs;

	ptrace(PTRACE_GETREGS, process->pid, NULL, &regs);
	if (process->result)
		regs.rax = (unsigned long long)-process->result;
	if (process->len)
		regs.rdx = process->len;
	process->result = 0;
	process->len = 0;
	ptrace(PTRACE_SETREGS, process->pid, NULL, &regs);
}

/* --- Stops --- */

static void
stopped(struct trace *trace, pid_t pid, int status)
{
	struct process *process = process_of(trace, pid);
	int signal = WSTOPSIG(status), event = status >> 16;
	enum __ptrace_request next = PTRACE_CONT;
	unsigned long message = 0;

	switch (event) {
	case PTRACE_EVENT_SECCOMP:
		ptrace(PTRACE_GETEVENTMSG, pid, NULL, &message);
		if (meet(trace, process, message))
			next = PTRACE_SYSCALL;
		signal = 0;
		break;
	case PTRACE_EVENT_EXEC:
		if (pid == trace->main && !trace->entry)
			await_begin(trace);
		else
			process->counts = false;
		signal = 0;
		break;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		ptrace(PTRACE_GETEVENTMSG, pid, NULL, &message);
		process_of(trace, (pid_t)message)->counts = process->counts;
		signal = 0;
		break;
	case PTRACE_EVENT_STOP:
		if (signal != SIGTRAP)
			next = PTRACE_LISTEN;
		signal = 0;
		break;
	default:
		if (signal == (SIGTRAP | 0x80)) {
			end_call(process);
			signal = 0;
		} else if (signal == SIGTRAP && has_begun(trace, pid)) {
			signal = 0;
		}
	}
	ptrace(next, pid, NULL, signal);
}

static void
kill_all(struct trace *trace)
{
	for (size_t i = 0; i < trace->n; i++)
		kill(trace->processes[i].pid, SIGKILL);
}

static void
main_ended(struct trace *trace, int status)
{
	trace->run->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	trace->ended = true;
	clock_gettime(CLOCK_MONOTONIC, &trace->end);
}

/* What ends with the command, may do so a moment later. */
static bool
is_outlived(const struct trace *trace)
{
	enum { MOMENT_MS = 5000 };
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - trace->end.tv_sec) * 1000 +
		   (now.tv_nsec - trace->end.tv_nsec) / 1000000 >
	       MOMENT_MS;
}

static void
on_alarm(int signal)
{
	(void)signal;
}

static void
follow(struct trace *trace)
{
	pid_t pid;
	int status;

	alarm(LATE_S);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid < 0) {
			trace->run->late = true;
			kill_all(trace);
			continue;
		}
		if (WIFSTOPPED(status)) {
			stopped(trace, pid, status);
			continue;
		}
		forget(trace, pid);
		if (pid == trace->main)
			main_ended(trace, status);
	}
	alarm(0);
	trace->run->is_outlived = trace->ended && is_outlived(trace);
}

int
trace_run(struct run *run, const struct fault *fault)
{
	struct trace trace = {.run = run, .fault = fault};
	struct sigaction action = {.sa_handler = on_alarm}; /* without SA_RESTART */
	int go[2];

	sigaction(SIGALRM, &action, NULL);
	if (pipe2(go, O_CLOEXEC) < 0 || (trace.main = fork()) < 0)
		return -1;
	if (trace.main == 0)
		begin_command(run, go[0]);
	close(go[0]);
	process_of(&trace, trace.main);
	if (ptrace(PTRACE_SEIZE, trace.main, NULL,
		PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP |
		    PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		    PTRACE_O_TRACECLONE) < 0) {
		close(go[1]);
		waitpid(trace.main, NULL, 0);
		return -1;
	}
	if (write(go[1], "", 1) != 1)
		return -1;
	close(go[1]);
	follow(&trace);
	return trace.begun ? 0 : -1;
}

#else

int
trace_run(struct run *run, const struct fault *fault)
{
	(void)run;
	(void)fault;
	return -1;
}

#endif

void
run_free(struct run *run)
{
	for (size_t i = 0; i < run->n_made; i++)
		free(run->made[i].path);
	free(run->made);
	run->made = NULL;
	run->n_made = 0;
}
