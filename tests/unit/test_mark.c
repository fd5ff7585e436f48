#include "zone_fixture.h"

#include "history/mark.h"
#include "history/state.h"

#define A "3 1 1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "3 1 1 bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define LINE(owner, rest) "set e. " owner ".e. TLSA 60 " rest "\n"
#define SERIAL(serial) "serial e. " serial " 2026-11-01T00:00:00Z\n"
#define MARK ".zonepp/e.hook"

static struct diags diags;
static struct roots own;

static struct history
sets_of(const char *text)
{
	struct history history;

	assert_int_equal(sets_read(&diags, "test", text_of(text), &history), 0);
	return history;
}

static int
mark_make(const struct history *history)
{
	struct output *out = mark_write(&diags, &own, MARK, history);
	bool changed;

	return out ? output_commit(out, &changed) : -1;
}

static void
make(const char *text)
{
	struct history sets = sets_of(text);

	assert_int_equal(mark_make(&sets), 0);
}

/* The sets of the mark, added to others. */
static const char *
read_beside(const char *text)
{
	struct history history = sets_of(text);
	struct buf b = {0};
	bool there;

	assert_int_equal(mark_read(&diags, &own, MARK, &there, &history), 0);
	assert_int_equal(there, access(MARK, F_OK) == 0);
	serials_print(&b, history.serials, history.n_serials);
	sets_print(&b, history.sets, history.n_sets);
	return buf_text(&b, &diags.arena);
}

static int
setup(void **state)
{
	int result = zone_setup(state);

	own = (struct roots){.project = zone_folder, .strict = true};
	return result < 0 || mkdir(".zonepp", 0755) < 0 ? -1 : 0;
}

static void
none(void **state)
{
	bool there = true;

	(void)state;
	assert_int_equal(mark_is_there(&diags, &own, MARK, &there), 0);
	assert_false(there);
	assert_string_equal(read_beside(""), "");
	assert_string_equal(read_beside(LINE("a", "- - " A)), LINE("a", "- - " A));
	assert_int_equal(mark_remove(&diags, &own, MARK), 0);
	assert_int_equal(diags.n, 0);
}

/* Whether they are out is not known, nor since when. */
static void
made(void **state)
{
	bool there;

	(void)state;
	make(LINE("a", "2026-11-01T00:00:00Z 2026-11-02T00:00:00Z " A) LINE("b", "- - -"));
	assert_int_equal(mark_is_there(&diags, &own, MARK, &there), 0);
	assert_true(there);
	assert_string_equal(read_beside(LINE("c", "- - " A)),
	    LINE("c", "- - " A) LINE("a", "- - " A) LINE("b", "- - -"));
	assert_int_equal(mark_remove(&diags, &own, MARK), 0);
	assert_string_equal(read_beside(""), "");
	assert_int_equal(diags.n, 0);
}

/* Builds that ended early, one after the other: what each may have published stays in it. */
static void
made_again(void **state)
{
	(void)state;
	make(SERIAL("1") LINE("a", "- - " A));
	make(SERIAL("3") LINE("a", "- - " B));
	make(SERIAL("2") LINE("a", "- - " A));
	make("");
	assert_string_equal(read_beside(""), SERIAL("3") LINE("a", "- - " A) LINE("a", "- - " B));
	assert_int_equal(mark_remove(&diags, &own, MARK), 0);
	assert_int_equal(diags.n, 0);
}

/* A zone without sets has a mark, too: its hook is to run. */
static void
made_of_nothing(void **state)
{
	bool there;

	(void)state;
	make("");
	assert_int_equal(mark_is_there(&diags, &own, MARK, &there), 0);
	assert_true(there);
	assert_string_equal(read_beside(""), "");
	assert_int_equal(mark_remove(&diags, &own, MARK), 0);
}

static void
expect_refused(const char *code)
{
	struct history history = {.a = &diags.arena};
	bool there;

	assert_int_equal(mark_read(&diags, &own, MARK, &there, &history), -1);
	assert_int_equal(history.n_sets, 0);
	assert_int_equal(diags.n, 1);
	assert_string_equal(problem_table[diags.items[0].problem].code, code);
	assert_int_equal(mark_make(&(struct history){0}), -1);
	diags_free(&diags);
	diags = (struct diags){0};
}

/* What it held is not forgotten for that. */
static void
damaged(void **state)
{
	(void)state;
	put(MARK, "# Being published; zonepp build ends it.\nset e. a.e. TLSA 60 - - 3 1 1 aa");
	expect_refused("P012");
	unlink(MARK);
	assert_int_equal(mkdir(MARK, 0755), 0);
	expect_refused("F001");
	rmdir(MARK);
}

/* A link leads nowhere, and stays. */
static void
linked(void **state)
{
	struct stat st;
	bool there;

	(void)state;
	put("elsewhere", LINE("a", "- - " A));
	assert_int_equal(symlink("../elsewhere", MARK), 0);
	assert_int_equal(mark_is_there(&diags, &own, MARK, &there), 0);
	assert_int_equal(mark_make(&(struct history){0}), -1);
	assert_int_equal(stat("elsewhere", &st), 0);
	assert_int_equal(st.st_size, strlen(LINE("a", "- - " A)));
	diags_free(&diags);
	diags = (struct diags){0};
	unlink(MARK);
}

/* Of a folder that cannot be listed each may be there. */
static void
listed(void **state)
{
	struct marks marks;

	(void)state;
	make("");
	put(".zonepp/f.build", "");
	marks_list(&own, MARK, &marks);
	assert_true(marks_have(&marks, MARK));
	assert_true(marks_have(&marks, ".zonepp/f.build"));
	assert_false(marks_have(&marks, ".zonepp/f.hook"));
	assert_false(marks_have(&marks, ".zonepp/e.hoo"));
	marks_free(&marks);
	marks_list(&own, "none/e.hook", &marks);
	assert_false(marks_have(&marks, "none/e.hook"));
	marks_free(&marks);
	assert_int_equal(symlink(".zonepp", "link"), 0);
	marks_list(&own, "link/e.hook", &marks);
	assert_true(marks_have(&marks, "link/f.hook"));
	marks_free(&marks);
	assert_int_equal(mark_remove(&diags, &own, MARK), 0);
}

static int
teardown(void **state)
{
	diags_free(&diags);
	return zone_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(none),
	    cmocka_unit_test(made),
	    cmocka_unit_test(made_again),
	    cmocka_unit_test(made_of_nothing),
	    cmocka_unit_test(damaged),
	    cmocka_unit_test(linked),
	    cmocka_unit_test(listed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
