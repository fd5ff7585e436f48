/* The state file, and sets as marks and caches have them. */
#include "fuzz.h"

#include "history/mark.h"
#include "history/state.h"

#include <stdlib.h>

enum { NOW = 1795435200, DAY = 86400 }; /* 2026-11-23T12:00:00Z */

static struct roots own;

/* What is saved is loaded as itself. */
static void
check_saved(struct history *history)
{
	struct buf once = {0}, twice = {0};
	struct history again;
	struct diags diags;
	const char *path;

	state_print(&once, history);
	path = fuzz_file("saved.state", once.data, once.len);
	fuzz_begin(&diags);
	FUZZ_ASSERT(
	    state_load(&diags, &own, path, (struct state_reading){TIME_NEVER, DAY}, &again) == 0);
	FUZZ_ASSERT(again.is_as_saved);
	state_print(&twice, &again);
	fuzz_same("what is saved", (struct text){once.data, once.len},
	    (struct text){twice.data, twice.len});
	fuzz_told_anywhere(&diags, false);
	diags_free(&diags);
	buf_free(&once);
	buf_free(&twice);
}

static void
try_state(struct text text)
{
	const char *path = fuzz_file("zonepp.state", text.data, text.len);
	struct history history;
	struct diags diags;
	int result;

	fuzz_begin(&diags);
	result = state_load(&diags, &own, path, (struct state_reading){NOW, DAY}, &history);
	if (result == 0) {
		struct history copy = history_copy(&diags.arena, &history);

		FUZZ_ASSERT(history_is_copy(&copy, &history));
		check_saved(&history);
		history_prune(&history, DAY, NOW);
		history_sort(&history);
		check_saved(&history);
	}
	fuzz_told(&diags, result < 0, path, text);
	diags_free(&diags);
}

static void
try_sets(struct text text)
{
	struct history sets;
	struct diags diags;
	int result;

	fuzz_begin(&diags);
	result = sets_read(&diags, "cache", text, &sets);
	fuzz_told(&diags, result < 0, "cache", text);
	diags_free(&diags);
}

static void
try_mark(struct text text)
{
	const char *path = fuzz_file("mark", text.data, text.len);
	struct history history;
	struct diags diags;
	bool there;
	int result;

	fuzz_begin(&diags);
	history = (struct history){.a = &diags.arena};
	result = mark_read(&diags, &own, path, &there, &history);
	if (result == 0) {
		history_sort(&history);
		check_saved(&history);
	}
	fuzz_told_anywhere(&diags, result < 0);
	diags_free(&diags);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_text(data, size);
	struct text text = {copy, size};

	own = (struct roots){.project = fuzz_folder(), .strict = true};
	try_state(text);
	try_sets(text);
	try_mark(text);
	free(copy);
	return 0;
}
