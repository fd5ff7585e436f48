/* The lock file. */
#include "fuzz.h"

#include "project/lock_file.h"

#include <stdlib.h>

/* Its lines are lines again, the same ones. */
static void
check_lines(const char *path)
{
	struct buf once = {0}, twice = {0};
	struct diags diags;

	fuzz_begin(&diags);
	lock_file_begin(&once);
	FUZZ_ASSERT(lock_file_lines(&diags, path, &once) == 0);
	path = fuzz_file("again.lock", once.data, once.len);
	lock_file_begin(&twice);
	FUZZ_ASSERT(lock_file_lines(&diags, path, &twice) == 0);
	fuzz_same("what is printed", (struct text){once.data, once.len},
	    (struct text){twice.data, twice.len});
	diags_free(&diags);
	buf_free(&once);
	buf_free(&twice);
}

static void
try(const char *path, struct text text, enum locked_use use)
{
	struct project project = {.path = "zonepp.yaml",
	    .folder = fuzz_folder(),
	    .own = {.project = fuzz_folder(), .strict = true}};
	struct locked locked;
	struct diags diags;
	int result;

	fuzz_begin(&diags);
	FUZZ_ASSERT(strcmp(lock_file_path(&diags.arena, &project), path) == 0);
	result = lock_file_load(&diags, &project, use, &locked);
	diags.locked = &locked;
	if (result == 0 && use != LOCKED_UNUSED) {
		check_lines(path);
		for (size_t i = 0; i < locked.n; i++) {
			struct text contents;

			FUZZ_ASSERT(i == 0 ||
				    strcmp(locked.sources[i - 1].path, locked.sources[i].path) < 0);
			FUZZ_ASSERT(
			    locked_find(&diags, locked.sources[i].path) == &locked.sources[i]);
			FUZZ_ASSERT(locked_contents(&diags, pos_none(), locked.sources[i].path,
					&contents) == 0);
			FUZZ_ASSERT(locked_same(&locked.sources[i], &locked.sources[i]));
		}
	}
	fuzz_told(&diags, result < 0, path, text);
	diags_free(&diags);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_text(data, size);
	const char *path = fuzz_file("zonepp.lock", copy, size);

	try(path, (struct text){copy, size}, LOCKED_UNUSED);
	try(path, (struct text){copy, size}, LOCKED_BINDING);
	free(copy);
	return 0;
}
