/* For LD_PRELOAD: "PROGRAM serve" runs the program's main() as often as it is asked to, each time
 * in a child of its own. Under valgrind, which counts instructions, it takes long to start and to
 * learn a program's code; so that is done once.
 *
 * A line of standard input is the arguments of a run with tabs between them: the folder to run in,
 * and what main() takes. A line of standard output answers with the status. A run with "warm" for
 * its folder is one of the server itself: its children then know the code.
 *
 * Signing and verifying cost nothing, as they would hide all else: there is one signature, by which
 * ECDSA keys sign whatever there is. Nor does a run give up its rights, which the server goes on to
 * need. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef int
main_function(int argc, char **argv, char **environment);

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { LANDLOCK_CREATE_RULESET = 444, LANDLOCK_RESTRICT_SELF = 446 };
enum { MOST_ARGS = 64, LONGEST_LINE = 4096, ECDSA_DER = 2 + 2 * (2 + 32), FILLER = 0x5a };

static main_function *program;

struct evp_pkey_ctx;

int
EVP_PKEY_sign(struct evp_pkey_ctx *ctx, unsigned char *signature, size_t *len,
    const unsigned char *digest, size_t digest_len);
int
EVP_PKEY_verify(struct evp_pkey_ctx *ctx, const unsigned char *signature, size_t len,
    const unsigned char *digest, size_t digest_len);

/* DER's SEQUENCE of two INTEGERs of 32 octets each. */
static void
make_signature(unsigned char *der)
{
	memset(der, FILLER, ECDSA_DER);
	memcpy(der, "\x30\x44\x02\x20", 4);
	memcpy(der + 4 + 32, "\x02\x20", 2);
}

int
EVP_PKEY_sign(struct evp_pkey_ctx *ctx, unsigned char *signature, size_t *len,
    const unsigned char *digest, size_t digest_len)
{
	(void)ctx;
	(void)digest;
	(void)digest_len;
	*len = ECDSA_DER;
	make_signature(signature);
	return 1;
}

int
EVP_PKEY_verify(struct evp_pkey_ctx *ctx, const unsigned char *signature, size_t len,
    const unsigned char *digest, size_t digest_len)
{
	unsigned char right[ECDSA_DER];

	(void)ctx;
	(void)digest;
	(void)digest_len;
	make_signature(right);
	return len == ECDSA_DER && memcmp(signature, right, ECDSA_DER) == 0;
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
	if (option == PR_SET_SECCOMP) {
		errno = EINVAL;
		return -1;
	}
	return NEXT(prctl)(option, a[0], a[1], a[2], a[3]);
}

long
syscall(long number, ...)
{
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_seccomp ||
	    (number >= LANDLOCK_CREATE_RULESET && number <= LANDLOCK_RESTRICT_SELF)) {
		errno = ENOSYS;
		return -1;
	}
	return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void
open_null(int fd)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, fd) < 0)
		abort();
	if (null != fd)
		close(null);
}

/* Splits `line` at its tabs. The first argument is the folder. */
static int
split(char *line, char **argv)
{
	int argc = 0;

	line[strcspn(line, "\n")] = '\0';
	for (char *rest = line, *arg; (arg = strsep(&rest, "\t"));) {
		if (argc == MOST_ARGS)
			abort();
		argv[argc++] = arg;
	}
	argv[argc] = NULL;
	return argc;
}

static int
run_child(int argc, char **argv, char **environment)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
			open_null(fd);
		if (chdir(argv[0]) != 0)
			_exit(126);
		status = program(argc, argv, environment);
		fflush(stdout);
		_exit(
		    status); /* without what libraries tidy up, which takes longer than most runs */
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
run_here(int argc, char **argv, char **environment)
{
	int status, out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);

	open_null(STDOUT_FILENO);
	open_null(STDERR_FILENO);
	status = program(argc, argv, environment);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	optind = 0;
	return status;
}

static int
serve(int argc, char **argv, char **environment)
{
	static char line[LONGEST_LINE];
	char *args[MOST_ARGS + 1];

	(void)argc;
	(void)argv;
	unsetenv("LD_PRELOAD");
	while (fgets(line, sizeof(line), stdin)) {
		int n = split(line, args);
		bool here = strcmp(args[0], "warm") == 0;
		int status = (here ? run_here : run_child)(n, args, environment);

		dprintf(STDOUT_FILENO, "status %d\n", status);
	}
	return 0;
}

typedef int
start_function(main_function *main_, int argc, char **argv, void (*init)(void), void (*fini)(void),
    void (*rtld_fini)(void), void *stack_end);

start_function __libc_start_main;

int
__libc_start_main(main_function *main_, int argc, char **argv, void (*init)(void),
    void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
	start_function *start = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");

	program = main_;
	if (argc == 2 && strcmp(argv[1], "serve") == 0)
		main_ = serve;
	return start(main_, argc, argv, init, fini, rtld_fini, stack_end);
}
