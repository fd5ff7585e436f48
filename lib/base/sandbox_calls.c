#define _GNU_SOURCE
#include "base/sandbox_part.h"

#include <asm/termios.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/net.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- This machine --- */

/* What the kernel calls it. Its numbers of calls mean nothing on another one; those of x32 have a
 * bit of their own. */
#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define MACHINE AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#elif defined(__arm__) && defined(__ARMEL__)
#define MACHINE AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE AUDIT_ARCH_RISCV64
#elif defined(__s390x__)
#define MACHINE AUDIT_ARCH_S390X
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define MACHINE AUDIT_ARCH_PPC64LE
#else /* nobody has tried */
#define MACHINE 0
#endif

/* Which argument they are. */
#if defined(__s390__)
enum { CLONE_FLAGS = 1 };
#else
enum { CLONE_FLAGS = 0 };
#endif

#if defined(__arm__)
#define __NR_cacheflush __ARM_NR_cacheflush
#define __NR_set_tls __ARM_NR_set_tls
#endif

/* --- The list --- */

/* Whom a call is for. */
enum whom {
	ALL,
	WRITERS,   /* who writes files */
	NETWORK,   /* who asks servers */
	STARTER,   /* who asks a starter for commands, over a socket that is open */
	PROCESSES, /* who starts processes */
	WATCHED,   /* sanitizers */
	NOBODY,    /* refused by name, so that whoever tries learns why */
};

/* The headers' number of a call as they write it, `39` or `(0 + 39)`, and its name where they have
 * none: the preprocessor puts nothing else into a table without asking for each name whether it is
 * there. */
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

static const struct {
	enum whom whom;
	const char *number;
	bool any; /* argument */
	unsigned argument;
	uint32_t mask, value;
} rows[] = {
#define CALL(whom, name) {whom, TEXT(__NR_##name), true, 0, 0, 0},
#define SOME(whom, name, argument, mask, value)                                                    \
	{whom, TEXT(__NR_##name), false, argument, mask, value},
#include "base/sandbox_calls.def"
};
enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

/* Returns false where there is none. */
static bool
read_number(const char *text, uint32_t *number)
{
	unsigned long sum = 0;
	char *end;

	text += strspn(text, "(");
	if (*text == '_')
		return false;
	for (;; text = end + strspn(end, " +")) {
		sum += strtoul(text, &end, 0);
		if (end == text || *end == '\0' || *end == ')')
			break;
	}
	*number = (uint32_t)sum;
	return true;
}

static bool
is_for(const struct sandbox *sandbox, enum whom whom)
{
	const bool is[] = {[ALL] = true,
	    [WRITERS] = sandbox->writes,
	    [NETWORK] = sandbox->network,
	    [STARTER] = sandbox->starter,
	    [PROCESSES] = sandbox->processes,
	    [WATCHED] = SANDBOX_WATCHED,
	    [NOBODY] = false};

	return is[whom];
}

/* --- What becomes of each number --- */

enum verdict {
	UNKNOWN, /* ENOSYS */
	REFUSED, /* EPERM */
	SOMETIMES,
	ALLOWED,
};

/* A row that counts. */
struct call {
	uint32_t number;
	uint16_t row; /* of rows[] */
	uint16_t verdict;
};

struct calls {
	struct call items[N_ROWS];
	size_t n;
};

/* By number; of one number the most generous first. */
static int
compare_calls(const void *a, const void *b)
{
	const struct call *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	if (x->verdict != y->verdict)
		return x->verdict < y->verdict ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

static void
find_calls(const struct sandbox *sandbox, struct calls *out)
{
	uint32_t number;

	out->n = 0;
	for (size_t i = 0; i < N_ROWS; i++) {
		bool allowed = is_for(sandbox, rows[i].whom);

		if ((allowed || rows[i].whom == NOBODY) && read_number(rows[i].number, &number))
			out->items[out->n++] = (struct call){number, (uint16_t)i,
			    !rows[i].any ? SOMETIMES
			    : allowed    ? ALLOWED
					 : REFUSED};
	}
	qsort(out->items, out->n, sizeof(*out->items), compare_calls);
}

/* From that number on, up to the next one. */
struct span {
	uint32_t first;
	enum verdict verdict;
	const struct call *calls; /* SOMETIMES: those of the number */
};

struct spans {
	struct span items[2 * N_ROWS + 1];
	size_t n;
};

/* Neighbours that fare alike are one span. */
static void
add_span(struct spans *spans, uint32_t first, enum verdict verdict, const struct call *calls)
{
	const struct span *last = spans->n > 0 ? &spans->items[spans->n - 1] : NULL;

	if (!last || last->verdict != verdict || verdict == SOMETIMES)
		spans->items[spans->n++] = (struct span){first, verdict, calls};
}

static void
make_spans(const struct calls *calls, struct spans *out)
{
	uint32_t next = 0;

	out->n = 0;
	for (size_t i = 0; i < calls->n; i++) {
		const struct call *call = &calls->items[i];

		if (i > 0 && call->number == call[-1].number)
			continue;
		if (call->number > next)
			add_span(out, next, UNKNOWN, NULL);
		add_span(out, call->number, (enum verdict)call->verdict, call);
		next = call->number + 1;
	}
	add_span(out, next, UNKNOWN, NULL);
}

/* --- The program --- */

static void
add(struct sandbox_program *program, struct sock_filter step)
{
	if (program->n < SANDBOX_STEPS_MOST)
		program->steps[program->n] = step;
	program->n++;
}

static void
add_load(struct sandbox_program *program, size_t offset)
{
	add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* Goes on, where what was loaded has that value, and else one step further. */
static void
add_is(struct sandbox_program *program, uint32_t value)
{
	add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
}

static void
add_end(struct sandbox_program *program, enum verdict verdict)
{
	static const uint32_t actions[] = {[UNKNOWN] = SECCOMP_RET_ERRNO | ENOSYS,
	    [REFUSED] = SECCOMP_RET_ERRNO | EPERM,
	    [ALLOWED] = SECCOMP_RET_ALLOW};

	add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, actions[verdict]));
}

/* Of an argument the kernel takes the lower half, in those calls that are here. */
static size_t
argument_offset(unsigned argument)
{
	return offsetof(struct seccomp_data, args) + argument * sizeof(uint64_t) +
	       (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : sizeof(uint32_t));
}

/* Asks for the arguments of a call, whose rows stand behind each other. */
static void
add_some(struct sandbox_program *program, const struct sandbox *sandbox, const struct calls *all,
    const struct call *call)
{
	uint32_t number = call->number;

	for (; call < all->items + all->n && call->number == number && call->verdict == SOMETIMES;
	     call++) {
		add_load(program, argument_offset(rows[call->row].argument));
		add(program,
		    (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, rows[call->row].mask));
		add_is(program, rows[call->row].value);
		add_end(program, is_for(sandbox, rows[call->row].whom) ? ALLOWED : REFUSED);
	}
	add_end(program, UNKNOWN);
}

/* Of a test, which reaches no further than 255 steps. Some machines have programs that need more;
 * all take both ways, so that both are tested. */
enum { JUMP_MOST = 100 };

/* Has the test at `at` jump to what comes next, over what stands behind it. */
static void
add_jump(struct sandbox_program *program, size_t at)
{
	size_t steps = program->n - at - 1;

	if (program->n >= SANDBOX_STEPS_MOST) {
		program->n = SANDBOX_STEPS_MOST + 1;
	} else if (steps <= JUMP_MOST) {
		program->steps[at].jt = (uint8_t)steps;
	} else {
		memmove(program->steps + at + 2, program->steps + at + 1,
		    steps * sizeof(*program->steps));
		program->n++;
		program->steps[at].jf = 1;
		program->steps[at + 1] =
		    (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)steps);
	}
}

/* Finds the span of the number that was loaded, by halves: the kernel runs this once for each call
 * that there is, to note which are allowed whatever their arguments are. */
static void
add_search(struct sandbox_program *program, const struct sandbox *sandbox, const struct calls *all,
    const struct span *spans, size_t n)
{
	size_t half = n / 2, at = program->n;

	if (n == 1 && spans->verdict == SOMETIMES) {
		add_some(program, sandbox, all, spans->calls);
	} else if (n == 1) {
		add_end(program, spans->verdict);
	} else {
		add(program, (struct sock_filter)BPF_JUMP(
				 BPF_JMP | BPF_JGE | BPF_K, spans[half].first, 0, 0));
		add_search(program, sandbox, all, spans, half);
		add_jump(program, at);
		add_search(program, sandbox, all, spans + half, n - half);
	}
}

int
sandbox_program(const struct sandbox *sandbox, struct sandbox_program *out)
{
	struct calls calls;
	struct spans spans;

	out->n = 0;
	if (MACHINE == 0)
		return ENOTSUP;
	find_calls(sandbox, &calls);
	make_spans(&calls, &spans);
	add_load(out, offsetof(struct seccomp_data, arch));
	add_is(out, MACHINE);
	add(out, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 1));
	add_end(out, UNKNOWN); /* in the way of another machine */
	add_load(out, offsetof(struct seccomp_data, nr));
	add_search(out, sandbox, &calls, spans.items, spans.n);
	return out->n > SANDBOX_STEPS_MOST ? E2BIG : 0;
}

int
sandbox_filter(const struct sandbox *sandbox)
{
	struct sandbox_program program;
	struct sock_fprog made = {.filter = program.steps};
	int error = sandbox_program(sandbox, &program);

	if (error)
		return error;
	made.len = (unsigned short)program.n;
	errno = ESRCH; /* a thread has another filter: its number is returned */
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &made) == 0
		   ? 0
		   : errno;
}
