/* Runs a target over the inputs that were kept for it, without libFuzzer: those of the folders
 * tests/fuzz/corpus/NAME and, beside the program, seeds/NAME, NAME being the program's; or over the
 * files that are named as arguments. Prints TAP. */
#include "fuzz.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>

static int
run_file(const char *path)
{
	struct diags diags = {0};
	struct text text;

	if (file_load(&diags, pos_none(), NULL, path, &text) < 0) {
		fprintf(stderr, "cannot read %s\n", path);
		return -1;
	}
	LLVMFuzzerTestOneInput((const uint8_t *)text.data, text.len);
	diags_free(&diags);
	return 0;
}

/* Tells ahead of it which input it is, if the program ends with it. */
static int
run(const char *path)
{
	printf("# %s\n", path);
	fflush(stdout);
	return run_file(path);
}

/* Returns how many there were, or -1. */
static ssize_t
run_folder(struct diags *diags, const char *folder)
{
	struct file_list list;
	ssize_t result;

	if (file_list_if(diags, pos_none(), NULL, folder, &list) < 0)
		return -1;
	result = (ssize_t)list.n;
	for (size_t i = 0; i < list.n; i++)
		if (run(file_join(&diags->arena, folder, list.items[i].name)) < 0)
			result = -1;
	return result;
}

int
main(int argc, char **argv)
{
	struct diags diags = {0};
	struct arena *a = &diags.arena;
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
	ssize_t n_kept, n_made;
	int result = 0;

	for (int i = 1; i < argc; i++)
		result |= run(argv[i]);
	if (argc > 1)
		return result < 0 ? 2 : 0;
	n_kept = run_folder(&diags, arena_printf(a, "tests/fuzz/corpus/%s", name));
	n_made = run_folder(&diags, arena_printf(a, "%s/seeds/%s", file_folder(a, argv[0]), name));
	result = n_kept <= 0 || n_made < 0;
	printf("\n%s 1 - inputs of %s: %zd kept, %zd made\n1..1\n", result ? "not ok" : "ok", name,
	    n_kept, n_made);
	diags_free(&diags);
	return result;
}
