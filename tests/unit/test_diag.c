#include "unit.h"

#include "base/diag.h"

static struct pos
pos_of(struct diags *diags, const char *text, size_t offset)
{
	return pos_at(diags_source(diags, "a.zone", text_of(text), pos_none()), offset);
}

static void
places(void **state)
{
	static const struct {
		const char *text;
		size_t offset;
		uint64_t line;
		uint32_t column;
		const char *quoted;
		uint32_t underline;
	} rows[] = {
	    {"", 0, 1, 1, "", 1},
	    {"mail A 192.0.2.1\n", 0, 1, 1, "mail A 192.0.2.1", 4},
	    {"mail A 192.0.2.1\n", 5, 1, 6, "mail A 192.0.2.1", 1},
	    {"mail A 192.0.2.1\n", 7, 1, 8, "mail A 192.0.2.1", 9},
	    {"mail A 192.0.2.1\n", 16, 1, 17, "mail A 192.0.2.1", 1},
	    {"mail A 192.0.2.1\n", 17, 2, 1, "", 1},
	    {"mail A 192.0.2.1\n", 99, 2, 1, "", 1},
	    {"a\r\nb c;d\r\n", 5, 2, 3, "b c;d", 1},
	    {"a\n\n\nx TXT \"b \\\" c\" d", 10, 4, 7, "x TXT \"b \\\" c\" d", 8},
	    {"x TXT \"open", 6, 1, 7, "x TXT \"open", 5},
	    {"x a\\ b c", 2, 1, 3, "x a\\ b c", 4},
	    {"[nsec3, x]", 1, 1, 2, "[nsec3, x]", 5},
	    {"a , b", 2, 1, 3, "a , b", 1},
	    {"a\\", 0, 1, 1, "a\\", 2},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags = {0};
		const struct diag *d;

		assert_int_equal(diag_error(&diags, pos_of(&diags, rows[i].text, rows[i].offset),
				     Z_SYNTAX, "no %s", "good"),
		    -1);
		d = &diags.items[0];
		assert_string_equal(d->place.path, "a.zone");
		assert_int_equal(d->place.line, rows[i].line);
		assert_int_equal(d->place.column, rows[i].column);
		assert_int_equal(d->line_text.len, strlen(rows[i].quoted));
		assert_memory_equal(d->line_text.data, rows[i].quoted, d->line_text.len);
		assert_int_equal(d->underline, rows[i].underline);
		assert_string_equal(d->message, "no good");
		assert_string_equal(d->note, "RFC 1035 section 5.1");
		diags_free(&diags);
	}
}

static void
positions_of_lines(void **state)
{
	static const struct {
		size_t line, column, offset;
	} rows[] = {{1, 1, 0}, {1, 3, 2}, {2, 1, 4}, {2, 2, 6}, {2, 3, 7}, {2, 99, 7}, {3, 1, 8},
	    {9, 1, 8}};
	struct diags diags = {0};
	uint32_t source = diags_source(&diags, "a", text_of("abc\n\xc3\xbcx\n"), pos_none());

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_int_equal(diags_pos_of_line(&diags, source, rows[i].line, rows[i].column).at,
		    pos_at(source, rows[i].offset).at);
	diags_free(&diags);
}

static void
includes(void **state)
{
	struct diags diags = {0};
	uint32_t a = diags_source(&diags, "a", text_of("x\n$INCLUDE b\n"), pos_none());
	uint32_t b = diags_source(&diags, "b", text_of("\n $INCLUDE c\n"), pos_at(a, 2));
	uint32_t c = diags_source(&diags, "c", text_of("bad"), pos_at(b, 2));
	const struct diag *d;

	(void)state;
	diag_add(&diags, pos_at(c, 0), Z_SYNTAX, "bad");
	d = &diags.items[0];
	assert_string_equal(d->place.path, "c");
	assert_int_equal(d->n_included, 2);
	assert_string_equal(d->included[0].path, "b");
	assert_int_equal(d->included[0].line, 2);
	assert_int_equal(d->included[0].column, 2);
	assert_string_equal(d->included[1].path, "a");
	assert_int_equal(d->included[1].line, 2);
	assert_int_equal(d->included[1].column, 1);
	diags_free(&diags);
}

static void
nowhere(void **state)
{
	struct diags diags = {0};

	(void)state;
	diag_add(&diags, pos_none(), F_SYSTEM, "no threads");
	diag_add_path(&diags, "x.zone", F_READ, "cannot read");
	assert_null(diags.items[0].place.path);
	assert_null(diags.items[0].line_text.data);
	assert_string_equal(diags.items[1].place.path, "x.zone");
	assert_int_equal(diags.items[1].place.line, 0);
	diags_free(&diags);
}

/* What has no place is of what all is about. */
static void
home(void **state)
{
	struct diags project = {0}, zone = {.home_path = "zonepp.yaml"}, part;
	struct pos pos = pos_at(
	    diags_source(&project, "zonepp.yaml", text_of("zones:\n  a: {}\n"), pos_none()), 9);

	(void)state;
	diag_add(&zone, pos_none(), F_SYSTEM, "no threads");
	assert_string_equal(zone.items[0].place.path, "zonepp.yaml");
	assert_int_equal(zone.items[0].place.line, 0);
	zone.home_source = diags_source_of(&project, pos);
	zone.home = pos;
	diags_part(&zone, &part);
	diag_add(&part, pos_none(), F_SYSTEM, "no threads");
	assert_int_equal(part.items[0].place.line, 2);
	assert_int_equal(part.items[0].place.column, 3);
	assert_memory_equal(part.items[0].line_text.data, "  a: {}", part.items[0].line_text.len);
	assert_int_equal(part.items[0].order, 0);
	assert_null(diags_source_of(&project, pos_none()));
	diags_free(&part);
	diags_free(&zone);
	diags_free(&project);
}

static void
sorting(void **state)
{
	static const char *const expected[] = {"path", "first", "second", "third"};
	struct diags diags = {0};
	uint32_t a = diags_source(&diags, "a", text_of("a b c"), pos_none());
	uint32_t b = diags_source(&diags, "b", text_of("a b c"), pos_none());

	(void)state;
	for (int i = 0; i < 2; i++) { /* all of them twice */
		diag_add(&diags, pos_at(b, 0), Z_SYNTAX, "third");
		diag_add(&diags, pos_at(a, 2), Z_SYNTAX, "second");
		diag_add(&diags, pos_at(a, 0), Z_SYNTAX, "first");
		diag_add_path(&diags, "p", F_READ, "path");
	}
	diags_sort(&diags);
	assert_int_equal(diags.n, LENGTH(expected));
	for (size_t i = 0; i < LENGTH(expected); i++)
		assert_string_equal(diags.items[i].message, expected[i]);
	diags_free(&diags);
}

static enum problem
first_of(enum severity severity)
{
	unsigned p = 0;

	while (p + 1 < N_PROBLEMS && problem_table[p].severity != severity)
		p++;
	return (enum problem)p;
}

static void
counts_and_status(void **state)
{
	struct diags diags = {0};

	(void)state;
	assert_int_equal(diag_add(&diags, pos_none(), first_of(SEVERITY_WARNING), "warning"), 0);
	assert_int_equal(diag_add(&diags, pos_none(), first_of(SEVERITY_NOTE), "note"), 0);
	assert_int_equal(diags.status, 0);
	assert_int_equal(diag_add(&diags, pos_none(), Z_SYNTAX, "error"), -1);
	assert_int_equal(diags.status, 1);
	diag_add(&diags, pos_none(), F_READ, "error");
	diag_add(&diags, pos_none(), Z_SYNTAX, "error");
	assert_int_equal(diags.status, 2);
	assert_int_equal(diags.n_severity[SEVERITY_ERROR], 3);
	assert_int_equal(diags.n_severity[SEVERITY_WARNING], 1);
	assert_int_equal(diags.n_severity[SEVERITY_NOTE], 1);
	diags_free(&diags);
}

static const char *
never(void)
{
	fail_msg("the words of a problem that is only counted were worked out");
	return "";
}

static void
too_many(void **state)
{
	struct diags diags = {0};

	(void)state;
	for (int i = 0; i < DIAGS_ERRORS_SHOWN; i++)
		assert_int_equal(diag_add(&diags, pos_none(), Z_SYNTAX, "error %d", i), -1);
	assert_true(diag_is_full(&diags, Z_SYNTAX));
	for (int i = 0; i < 123456; i++)
		assert_int_equal(diag_add(&diags, pos_none(), Z_SYNTAX, "%s", never()), -1);
	diag_add_path(&diags, "x", Z_SYNTAX, "another way");
	assert_false(diag_is_full(&diags, Z_NO_TTL));
	diag_add(&diags, pos_none(), Z_NO_TTL, "a warning is not crowded out");
	diag_add(&diags, pos_none(), Z_QUOTE, "nor is an error of another code");
	assert_int_equal(diags.n, DIAGS_ERRORS_SHOWN + 2);
	assert_int_equal(diags.n_severity[SEVERITY_ERROR], 123456 + DIAGS_ERRORS_SHOWN + 2);
	for (int i = 1; i < DIAGS_SHOWN; i++)
		diag_add(&diags, pos_none(), Z_OCCLUDED, "warning %d", i);
	assert_false(diag_is_full(&diags, Z_OCCLUDED));
	diag_add(&diags, pos_none(), Z_OCCLUDED, "and one more");
	assert_true(diag_is_full(&diags, Z_OCCLUDED));
	for (int i = 0; i < 2; i++) {
		diags_sort(&diags);
		assert_int_equal(diags.n, DIAGS_ERRORS_SHOWN + DIAGS_SHOWN + 3);
		assert_int_equal(diags.items[diags.n - 1].problem, Z_TOO_MANY);
		assert_string_equal(
		    diags.items[diags.n - 1].message, "Z001: 123,457 more: malformed text");
	}
	assert_int_equal(diags.n_severity[SEVERITY_ERROR], 123456 + DIAGS_ERRORS_SHOWN + 2);
	diags_free(&diags);
}

/* Those that are only counted are known by their places, too. */
static void
told_of_places(void **state)
{
	struct diags diags = {0};
	uint32_t source = diags_source(&diags, "a", text_of("a b c"), pos_none());
	struct diags_mark mark;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		diag_add(&diags, pos_at(source, i), Z_SYNTAX, "error");
	for (size_t i = 0; i < 1000; i++) {
		assert_true(diag_is_told(&diags, pos_at(source, i), Z_SYNTAX));
		assert_false(diag_is_told(&diags, pos_at(source, i), Z_QUOTE));
	}
	assert_false(diag_is_told(&diags, pos_at(source, 1000), Z_SYNTAX));
	mark = diags_mark(&diags);
	diag_add(&diags, pos_at(source, 1000), Z_SYNTAX, "error");
	diag_add(&diags, pos_at(source, 1000), Z_QUOTE, "error");
	assert_true(diag_is_told(&diags, pos_at(source, 1000), Z_SYNTAX));
	diags_reset(&diags, mark);
	assert_false(diag_is_told(&diags, pos_at(source, 1000), Z_SYNTAX));
	assert_false(diag_is_told(&diags, pos_at(source, 1000), Z_QUOTE));
	assert_true(diag_is_told(&diags, pos_at(source, 999), Z_SYNTAX));
	diags_sort(&diags);
	assert_string_equal(diags.items[diags.n - 1].message, "Z001: 980 more: malformed text");
	diags_free(&diags);
}

/* What is counted of parts, is counted of the whole; and it keeps the first. */
static void
parts_with_many(void **state)
{
	struct diags whole = {0}, part;

	(void)state;
	for (int n = 0; n < 3; n++) {
		diags_part(&whole, &part);
		for (int i = 0; i < (n ? 2 : 1) * 14; i++) {
			diag_add(&part, pos_none(), Z_SYNTAX, "%d.%d", n, i);
			diag_add(&part, pos_none(), Z_QUOTE, "%d.%d", n, i);
		}
		diags_join(&whole, &part);
	}
	assert_int_equal(whole.n, 2 * DIAGS_ERRORS_SHOWN);
	assert_int_equal(whole.n_severity[SEVERITY_ERROR], 140);
	assert_string_equal(whole.items[27].message, "0.13");
	assert_string_equal(whole.items[28].message, "1.0");
	assert_int_equal(whole.items[28].problem, Z_SYNTAX);
	assert_string_equal(whole.items[39].message, "1.5");
	assert_int_equal(whole.items[39].problem, Z_QUOTE);
	diags_sort(&whole);
	assert_int_equal(whole.n, 2 * DIAGS_ERRORS_SHOWN + 2);
	assert_int_equal(whole.items[whole.n - 1].n_more, 50);
	diags_free(&whole);
}

static void
codes_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_PROBLEMS; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(problem_table[i].code, problem_table[j].code);
}

static void
nearest(void **state)
{
	static const char *const known[] = {"template", "output", "policy", "serial", "dane", NULL};
	static const struct {
		const char *word, *nearest;
	} rows[] = {{"polcy", "policy"}, {"Policy", "policy"}, {"tempalte", "template"},
	    {"dnae", "dane"}, {"outputs", "output"}, {"certificate", NULL}, {"xyz", NULL}};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *found = diag_nearest(text_of(rows[i].word), known);

		assert_string_equal(found ? found : "-", rows[i].nearest ? rows[i].nearest : "-");
	}
}

/* What belongs in the place of a word is of that word alone, where it stands. */
static void
fixes(void **state)
{
	struct diags diags = {0};
	uint32_t source = diags_source(&diags, "a", text_of("polices: x"), pos_none());

	(void)state;
	diag_add(&diags, pos_at(source, 0), P_KEY, "unknown");
	assert_int_equal(diags.items[0].underline, 8);
	diag_fix(&diags, pos_at(source, 0), text_of("police"), NULL);
	diag_fix(&diags, pos_at(source, 1), text_of("olices"), "elsewhere");
	diag_fix(&diags, pos_at(source, 0), text_of("other"), "other word");
	diag_fix(&diags, pos_at(source, 0), text_of("polices: x and more"), "too long");
	diag_fix(&diags, pos_none(), text_of(""), "nowhere");
	assert_null(diags.items[0].fix);
	diag_fix(&diags, pos_at(source, 0), text_of("polices"), "policies");
	assert_string_equal(diags.items[0].fix, "policies");
	assert_int_equal(diags.items[0].underline, 7);
	diags_free(&diags);
}

/* A warning that was made an error has the status of one. */
static void
severities(void **state)
{
	struct diags diags = {0};
	int8_t own[N_PROBLEMS];

	(void)state;
	for (int i = 0; i < N_PROBLEMS; i++)
		own[i] = (int8_t)problem_table[i].severity;
	own[Z_NO_TTL] = SEVERITY_ERROR;
	own[D_NAME] = SEVERITY_NOTE;
	own[D_AGILITY] = SEVERITY_OFF;
	diags.severities = own;
	assert_int_equal(diag_add(&diags, pos_none(), D_NAME, "x"), 0);
	assert_int_equal(diag_add(&diags, pos_none(), D_AGILITY, "x"), 0);
	assert_int_equal(diags.n, 1);
	assert_int_equal(diags.items[0].severity, SEVERITY_NOTE);
	assert_int_equal(diags.status, 0);
	assert_int_equal(diag_add(&diags, pos_none(), Z_NO_TTL, "x"), -1);
	assert_int_equal(diags.n_severity[SEVERITY_ERROR], 1);
	assert_int_equal(diags.status, 1);
	assert_int_equal(diag_add(&diags, pos_none(), F_READ, "x"), -1);
	assert_int_equal(diags.status, 2);
	diags_free(&diags);
}

/* What parts tell of stands where the whole's sources say, in the order in which they are joined.
 */
static void
parts(void **state)
{
	struct diags whole = {0}, first, second;
	uint32_t source = diags_source(&whole, "a.zone", text_of("one\ntwo\n"), pos_none());

	(void)state;
	diags_part(&whole, &first);
	diags_part(&whole, &second);
	diag_add(&second, pos_none(), P_DEPLOY, "second");
	diag_add(&first, pos_none(), P_DEPLOY, "first");
	diag_add(&first, pos_at(source, 4), Z_NO_TTL, "placed");
	diags_join(&whole, &first);
	diags_join(&whole, &second);
	assert_int_equal(first.n, 0);
	assert_int_equal(whole.n, 3);
	assert_int_equal(whole.status, 2);
	diags_sort(&whole);
	assert_string_equal(whole.items[0].message, "first");
	assert_string_equal(whole.items[1].message, "second");
	assert_string_equal(whole.items[2].place.path, "a.zone");
	assert_int_equal(whole.items[2].place.line, 2);
	diags_part(&whole, &first); /* it tells of nothing */
	diags_join(&whole, &first);
	assert_int_equal(whole.n, 3);
	diags_free(&whole);
}

static void
lint(void **state)
{
	(void)state;
	assert_true(problem_is_lint(D_NAME) && problem_is_lint(Z_WILDCARD_HIDDEN));
	assert_false(
	    problem_is_lint(D_EXPIRED) || problem_is_lint(Z_CNAME) || problem_is_lint(P_VALUE));
	assert_false(
	    problem_is_lint(D_UNPROVEN) || problem_is_lint(D_UNUSABLE) || problem_is_lint(D_LIVE));
	for (int problem = 0; problem < N_PROBLEMS; problem++) {
		const char *code = problem_table[problem].code;
		int number = atoi(code + 1);
		bool of_zones = *code == 'Z' && number >= 50 && number <= 99;
		bool of_dane = *code == 'D' && number >= 100 && number <= 139;

		assert_int_equal(problem_is_lint((enum problem)problem), of_zones || of_dane);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(places),
	    cmocka_unit_test(positions_of_lines),
	    cmocka_unit_test(includes),
	    cmocka_unit_test(nowhere),
	    cmocka_unit_test(home),
	    cmocka_unit_test(sorting),
	    cmocka_unit_test(counts_and_status),
	    cmocka_unit_test(too_many),
	    cmocka_unit_test(told_of_places),
	    cmocka_unit_test(parts_with_many),
	    cmocka_unit_test(codes_are_unique),
	    cmocka_unit_test(nearest),
	    cmocka_unit_test(fixes),
	    cmocka_unit_test(severities),
	    cmocka_unit_test(parts),
	    cmocka_unit_test(lint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
