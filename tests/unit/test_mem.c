#include "base/mem.h"
#include "unit.h"

#include <openssl/crypto.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What mem_serve_openssl() ends with, and says, in a process of its own. */
static int
served(bool is_late, char said[100])
{
	int ends[2], status;
	ssize_t n;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		if (is_late)
			OPENSSL_free(OPENSSL_malloc(1));
		mem_serve_openssl();
		_exit(0);
	}
	close(ends[1]);
	n = read(ends[0], said, 99);
	close(ends[0]);
	said[n > 0 ? n : 0] = '\0';
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Keys that it frees must not stay behind unseen. */
static void
openssl(void **state)
{
	char said[100];

	(void)state;
	assert_int_equal(served(false, said), 0);
	assert_string_equal(said, "");
	assert_int_equal(served(true, said), 2);
	assert_non_null(strstr(said, "OpenSSL"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(openssl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
