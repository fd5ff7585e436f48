#define _GNU_SOURCE
#include "unit.h"

#include "base/sandbox_part.h"

#include <asm/termios.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/net.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The program is asked for each number, and held against the list, which is read here row by row.
 */

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

enum { CLONE_FLAGS = 0 }; /* of this machine: see is_known() */
enum { RIGHTS = 16 };
enum { NUMBERS = 1200, UNKNOWN = SECCOMP_RET_ERRNO | ENOSYS, REFUSED = SECCOMP_RET_ERRNO | EPERM };

enum whom { ALL, WRITERS, NETWORK, STARTER, PROCESSES, WATCHED, NOBODY };

static const struct row {
	enum whom whom;
	const char *number;
	bool any;
	unsigned argument;
	uint32_t mask, value;
} rows[] = {
#define CALL(whom, name) {whom, TEXT(__NR_##name), true, 0, 0, 0},
#define SOME(whom, name, argument, mask, value)                                                    \
	{whom, TEXT(__NR_##name), false, argument, mask, value},
#include "base/sandbox_calls.def"
};

/* --- What the list says --- */

static int numbers[LENGTH(rows)];

static int
read_numbers(void **state)
{
	int a, b;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (sscanf(rows[i].number, "(%i + %i)", &a, &b) == 2)
			numbers[i] = a + b;
		else
			numbers[i] = sscanf(rows[i].number, "%i", &a) == 1 ? a : -1;
	return 0;
}

static bool
is_for(const struct sandbox *sandbox, enum whom whom)
{
	return whom == ALL || (whom == WRITERS && sandbox->writes) ||
	       (whom == NETWORK && sandbox->network) || (whom == STARTER && sandbox->starter) ||
	       (whom == PROCESSES && sandbox->processes) || (whom == WATCHED && SANDBOX_WATCHED);
}

static bool
fits(const struct row *row, const struct seccomp_data *call)
{
	return row->any || ((uint32_t)call->args[row->argument] & row->mask) == row->value;
}

/* A row that allows it counts, then one that would allow it with other arguments, and last one that
 * refuses it. */
static uint32_t
wanted(const struct sandbox *sandbox, const struct seccomp_data *call)
{
	bool refused = false, refused_so = false, allowed_so = false;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (numbers[i] != call->nr)
			continue;
		if (is_for(sandbox, rows[i].whom) && fits(&rows[i], call))
			return SECCOMP_RET_ALLOW;
		allowed_so |= is_for(sandbox, rows[i].whom);
		refused_so |= rows[i].whom == NOBODY && !rows[i].any && fits(&rows[i], call);
		refused |= rows[i].whom == NOBODY && rows[i].any;
	}
	return refused_so || (refused && !allowed_so) ? REFUSED : UNKNOWN;
}

/* --- What the program says --- */

static uint32_t
load(const struct seccomp_data *call, uint32_t offset)
{
	uint32_t word;

	assert_true(offset + sizeof(word) <= sizeof(*call) && offset % sizeof(word) == 0);
	memcpy(&word, (const char *)call + offset, sizeof(word));
	return word;
}

static uint32_t
run(const struct sandbox_program *program, const struct seccomp_data *call)
{
	uint32_t a = 0;

	for (size_t at = 0; at < program->n; at++) {
		const struct sock_filter *step = &program->steps[at];

		switch (step->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a = load(call, step->k);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= step->k;
			break;
		case BPF_JMP | BPF_JA:
			at += step->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += a == step->k ? step->jt : step->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			at += a >= step->k ? step->jt : step->jf;
			break;
		case BPF_RET | BPF_K:
			return step->k;
		default:
			fail();
		}
	}
	fail();
	return 0;
}

/* --- Tests --- */

static bool
is_known(void)
{
#if defined(__s390x__)
	return false; /* its clone(2) is another one */
#else
	struct sandbox_program program;

	return sandbox_program(&(struct sandbox){0}, &program) == 0;
#endif
}

static struct sandbox
sandbox_of(unsigned rights)
{
	return (struct sandbox){.network = rights & 1,
	    .starter = rights & 2,
	    .processes = rights & 4,
	    .writes = rights & 8};
}

/* The machine is what the program compares first. */
static uint32_t
machine(const struct sandbox_program *program)
{
	assert_int_equal(program->steps[0].k, offsetof(struct seccomp_data, arch));
	return program->steps[1].k;
}

static void
judge(const struct sandbox *sandbox, const struct sandbox_program *program,
    const struct seccomp_data *call)
{
	uint32_t should = wanted(sandbox, call), does = run(program, call);

	if (does != should)
		fail_msg("call %d (%#llx, %#llx): %#x, not %#x", call->nr, call->args[0],
		    call->args[1], does, should);
}

static void
each_number_fares_as_the_list_says(void **state)
{
	static struct sandbox_program program;

	(void)state;
	if (!is_known())
		skip();
	for (unsigned rights = 0; rights < RIGHTS; rights++) {
		struct sandbox sandbox = sandbox_of(rights);
		struct seccomp_data call = {0};

		assert_int_equal(sandbox_program(&sandbox, &program), 0);
		call.arch = machine(&program);
		for (call.nr = 0; call.nr < NUMBERS; call.nr++)
			judge(&sandbox, &program, &call);
	}
}

/* Of tests that reach far enough alone, and of those that do not. */
static void
the_program_jumps_in_both_ways(void **state)
{
	static struct sandbox_program program;
	size_t n_near = 0, n_far = 0;

	(void)state;
	if (!is_known())
		skip();
	sandbox_program(&(struct sandbox){0}, &program);
	for (size_t i = 1; i < program.n; i++) {
		const struct sock_filter *ahead = &program.steps[i - 1], *step = &program.steps[i];

		if (ahead->code != (BPF_JMP | BPF_JGE | BPF_K))
			continue;
		n_far += step->code == (BPF_JMP | BPF_JA);
		n_near += step->code != (BPF_JMP | BPF_JA);
	}
	assert_true(n_near > 10 && n_far > 0);
}

static void
arguments_decide_where_the_list_says_so(void **state)
{
	static struct sandbox_program program;

	(void)state;
	if (!is_known())
		skip();
	for (unsigned rights = 0; rights < RIGHTS; rights++) {
		struct sandbox sandbox = sandbox_of(rights);

		sandbox_program(&sandbox, &program);
		for (size_t i = 0; i < LENGTH(rows); i++) {
			struct seccomp_data call = {.arch = machine(&program), .nr = numbers[i]};

			if (rows[i].any || call.nr < 0)
				continue;
			for (size_t k = 0; k < LENGTH(rows); k++) {
				call.args[rows[i].argument] = rows[k].value;
				judge(&sandbox, &program, &call);
				call.args[rows[i].argument] |=
				    0xffffffff00000000; /* not looked at */
				judge(&sandbox, &program, &call);
				call.args[rows[i].argument] = ~rows[k].value;
				judge(&sandbox, &program, &call);
			}
		}
	}
}

static void
what_matters_is_in_the_list(void **state)
{
	const uint32_t watched = SANDBOX_WATCHED ? SECCOMP_RET_ALLOW : (uint32_t)REFUSED;
	const struct {
		int number;
		struct sandbox sandbox;
		uint64_t argument;
		uint32_t verdict;
	} table[] = {
	    {SYS_read, {0}, 0, SECCOMP_RET_ALLOW},
	    {SYS_execve, {0}, 0, REFUSED},
	    {SYS_execve, {.network = true, .starter = true, .processes = true}, 0, REFUSED},
	    {SYS_clone, {0}, CLONE_THREAD | CLONE_VM, SECCOMP_RET_ALLOW},
	    {SYS_clone, {0}, CLONE_VM, watched},
	    {SYS_clone, {.processes = true}, CLONE_VM, SECCOMP_RET_ALLOW},
	    {SYS_clone3, {.processes = true}, 0, UNKNOWN},
	    {SYS_socket, {0}, AF_INET, REFUSED},
	    {SYS_socket, {.network = true}, AF_INET, SECCOMP_RET_ALLOW},
	    {SYS_socket, {.network = true}, AF_PACKET, UNKNOWN},
	    {SYS_sendmsg, {0}, 0, REFUSED},
	    {SYS_sendmsg, {.starter = true}, 0, SECCOMP_RET_ALLOW},
	    {SYS_connect, {.starter = true}, 0, REFUSED},
	    {SYS_prlimit64, {0}, 0, SECCOMP_RET_ALLOW},
	    {SYS_prlimit64, {.writes = true}, 1, REFUSED},
	    {SYS_renameat2, {0}, 0, REFUSED},
	    {SYS_renameat2, {.writes = true}, 0, SECCOMP_RET_ALLOW},
	    {SYS_fchmod, {0}, 0, REFUSED},
	    {SYS_fchmod, {.writes = true}, 0, SECCOMP_RET_ALLOW},
	    {SYS_utimensat, {.writes = true}, 0, REFUSED},
	    {SYS_ptrace, {0}, 0, watched},
	    {SYS_io_uring_enter, {0}, 0, UNKNOWN},
	};
	static struct sandbox_program program;

	(void)state;
	if (!is_known())
		skip();
	for (size_t i = 0; i < LENGTH(table); i++) {
		struct seccomp_data call = {.nr = table[i].number, .args = {table[i].argument}};

		assert_int_equal(sandbox_program(&table[i].sandbox, &program), 0);
		call.arch = machine(&program);
		if (run(&program, &call) != table[i].verdict)
			fail_msg("row %zu: %#x", i, run(&program, &call));
	}
}

static void
another_machine_has_no_calls(void **state)
{
	const uint32_t machines[] = {AUDIT_ARCH_I386, AUDIT_ARCH_X86_64, AUDIT_ARCH_ARM,
	    AUDIT_ARCH_AARCH64, AUDIT_ARCH_RISCV64, AUDIT_ARCH_PPC64LE, AUDIT_ARCH_S390X, 0};
	static struct sandbox_program program;
	const int x32 = 0x40000000;
	struct seccomp_data call = {0};
	size_t n_own = 0;

	(void)state;
	if (!is_known())
		skip();
	sandbox_program(&(struct sandbox){0}, &program);
	for (size_t i = 0; i < LENGTH(machines); i++) {
		call = (struct seccomp_data){.nr = SYS_read, .arch = machines[i]};
		if (machines[i] == machine(&program))
			n_own++;
		else
			assert_int_equal(run(&program, &call), UNKNOWN);
	}
	assert_int_equal(n_own, 1);
	for (int i = 0; i < NUMBERS && machine(&program) == AUDIT_ARCH_X86_64; i++) {
		call = (struct seccomp_data){.nr = x32 | i, .arch = machine(&program)};
		assert_int_equal(run(&program, &call), UNKNOWN);
	}
}

static void
a_machine_that_is_not_known_is_told_of(void **state)
{
	struct sandbox_state none = {.landlock_error = ENOSYS, .seccomp_error = ENOTSUP};
	struct buf b = {0};

	(void)state;
	sandbox_print(&b, &none);
	buf_putc(&b, '\0');
	assert_non_null(strstr(
	    b.data, "seccomp: not enforced: zonepp does not know the calls of this machine\n"));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_number_fares_as_the_list_says),
	    cmocka_unit_test(the_program_jumps_in_both_ways),
	    cmocka_unit_test(arguments_decide_where_the_list_says_so),
	    cmocka_unit_test(what_matters_is_in_the_list),
	    cmocka_unit_test(another_machine_has_no_calls),
	    cmocka_unit_test(a_machine_that_is_not_known_is_told_of),
	};

	return cmocka_run_group_tests(tests, read_numbers, NULL);
}
