#include "unit.h"

#include "base/progress.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NEVER_MS = 1000000 };

/* What is drawn, read until it ends in `end`. */
static void
read_until(int fd, char *text, size_t size, const char *end)
{
	size_t n = 0, len = strlen(end);

	do {
		ssize_t got = read(fd, text + n, size - 1 - n);

		assert_true(got > 0);
		n += (size_t)got;
		text[n] = '\0';
	} while (n < len || strcmp(text + n - len, end) != 0);
}

static bool
has_more(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

/* The line is drawn, counts, and is erased with the last step. */
static void
counted(void **state)
{
	struct progress *progress;
	char text[1000];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	progress = progress_begin(ends[1], "work", 0);
	read_until(ends[0], text, sizeof(text), " s\033[K");
	assert_memory_equal(text, "\rzonepp: work, ", 15);
	progress_count(progress, 2, "zones");
	progress_step(progress);
	while (!strstr(text, "\rzonepp: 1 of 2 zones, "))
		read_until(ends[0], text, sizeof(text), " s\033[K");
	progress_step(progress);
	read_until(ends[0], text, sizeof(text), "\r\033[K");
	progress_end(progress);
	assert_false(has_more(ends[0]));
	close(ends[0]);
	close(ends[1]);
}

/* Work that is over soon shows nothing, and so does that of which nothing is counted. */
static void
silent(void **state)
{
	struct progress *progress;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	progress = progress_begin(ends[1], "work", NEVER_MS);
	progress_count(progress, 3, "zones");
	progress_step(progress);
	progress_end(progress);
	progress = progress_begin(ends[1], NULL, 0);
	progress_end(progress);
	assert_false(has_more(ends[0]));
	progress_count(NULL, 1, "x");
	progress_step(NULL);
	progress_end(NULL);
	close(ends[0]);
	close(ends[1]);
}

/* As long as others write to the terminal, there is no line in what they write. */
static void
paused(void **state)
{
	struct progress *progress;
	char text[1000];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	progress = progress_begin(ends[1], "work", 0);
	read_until(ends[0], text, sizeof(text), " s\033[K");
	progress_pause(progress);
	progress_pause(progress);
	read_until(ends[0], text, sizeof(text), "\r\033[K");
	progress_resume(progress);
	assert_int_equal(write(ends[1], "others", 6), 6);
	progress_count(progress, 2, "zones");
	progress_step(progress);
	assert_int_equal(write(ends[1], " write\n", 7), 7);
	progress_resume(progress);
	read_until(ends[0], text, sizeof(text), " s\033[K");
	assert_memory_equal(text, "others write\n\rzonepp: 1 of 2 zones, ", 36);
	progress_pause(progress);
	progress_end(progress);
	close(ends[0]);
	close(ends[1]);
}

/* What is ended ahead of its last step is erased, too. */
static void
ended(void **state)
{
	struct progress *progress;
	char text[1000];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	progress = progress_begin(ends[1], NULL, 0);
	progress_count(progress, 5, "zones");
	progress_step(progress);
	do
		read_until(ends[0], text, sizeof(text), " s\033[K");
	while (!strstr(text, " of 5 zones, "));
	progress_end(progress);
	read_until(ends[0], text, sizeof(text), "\r\033[K");
	assert_false(has_more(ends[0]));
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counted),
	    cmocka_unit_test(silent),
	    cmocka_unit_test(ended),
	    cmocka_unit_test(paused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
