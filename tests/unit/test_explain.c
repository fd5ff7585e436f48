#include "unit.h"

#include "report/explain.h"

static bool
has_braces_of(const char *text, const char *word)
{
	const char *at = strstr(text, word);

	return at && !strchr(at + strlen(word), '{');
}

/* A code without words would leave whoever asks alone. */
static void
texts(void **state)
{
	(void)state;
	for (int i = 0; i < N_PROBLEMS; i++) {
		const struct problem_text *text = &problem_texts[i];
		const char *code = problem_table[i].code;
		size_t len = text->cause ? strlen(text->cause) : 0;

		if (len == 0 || text->cause[len - 1] != '.')
			fail_msg("%s has no cause that is a sentence", code);
		if (!text->wrong != !text->right)
			fail_msg("%s has half an example", code);
		if (text->wrong && strcmp(text->wrong, text->right) == 0)
			fail_msg("the example of %s mends nothing", code);
		if (text->remedy && *problem_table[i].remedy)
			fail_msg("%s has two remedies", code);
		if (text->next && strchr(text->next, '{') && !has_braces_of(text->next, "{zone}") &&
		    !has_braces_of(text->next, "{file}"))
			fail_msg(
			    "what is next for %s names something else than zone or file", code);
	}
}

/* Of files and projects each code also shows how it looks, and says what to do. */
static void
examples(void **state)
{
	(void)state;
	for (int i = 0; i < N_PROBLEMS; i++) {
		const struct problem_text *text = &problem_texts[i];
		const char *code = problem_table[i].code;

		if (*code != 'F' && *code != 'P')
			continue;
		if (!text->wrong || !*text->wrong || !text->right || !*text->right)
			fail_msg("%s has no example", code);
		if (!problem_remedy((enum problem)i) && !text->next)
			fail_msg("%s has neither a remedy nor what is next", code);
	}
}

static void
assert_explained(enum problem problem, const char *expected)
{
	struct buf b = {0};

	explain_problem(&b, problem);
	buf_putc(&b, '\0');
	assert_string_equal(b.data, expected);
	buf_free(&b);
}

static void
explained(void **state)
{
	(void)state;
	assert_explained(Z_NO_OWNER,
	    "Z011: a record without an owner\n(error)\n\n"
	    "The line begins with a blank, so it belongs to the owner of the record ahead\n"
	    "of it; and there is none.\n"
	    "\nWrong:\n\n      A 192.0.2.1\n"
	    "\nRight:\n\n    www A 192.0.2.1\n"
	    "\nLaw: RFC 1035 section 5.1\n");
	assert_explained(P_DUPLICATE,
	    "P004: the same key twice\n(error)\n\n"
	    "A key stands twice in one mapping; YAML leaves open which counts.\n"
	    "\nWrong:\n\n    zones: { example.org: {}, example.org: {} }\n"
	    "\nRight:\n\n    zones: { example.org: {}, example.net: {} }\n"
	    "\nRemedy: keep one of the two\n");
	assert_explained(S_KEY_MODE,
	    "S005: a private key or password that others may read\n(warning)\n\n"
	    "Others on the machine may read a secret: a private key of DNSSEC, or one of\n"
	    "TLS or DKIM that a directive or the project file names, or the file of a\n"
	    "password or of a token's PIN. A key that a password locks may be read: that\n"
	    "password is the secret. Where the modes of files are not yours to choose, as\n"
	    "those of git or of secrets in containers, `severity` in zonepp.yaml makes the\n"
	    "warning an error, or turns it off.\n"
	    "\nRemedy: let nobody but its owner read it\nNext: chmod 600 FILE\n");
}

/* Which errors a project can lower is said. */
static void
firm(void **state)
{
	static const struct {
		enum problem problem;
		const char *said;
	} rows[] = {{Z_CNAME, "(error)"}, {Z_TARGET, "(warning)"},
	    {D_NAME, "(error, which `severity` in zonepp.yaml can lower)"},
	    {Z_OUT_OF_ZONE, "(error, which `severity` in zonepp.yaml can make a warning)"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct buf b = {0};

		explain_problem(&b, rows[i].problem);
		buf_putc(&b, '\0');
		assert_non_null(strstr(b.data, rows[i].said));
		buf_free(&b);
	}
}

/* Each code is in the list and in the page, once, in the order of the families. */
static void
all(void **state)
{
	struct buf list = {0}, page = {0};
	size_t n_lines = 0;

	(void)state;
	explain_list(&list);
	explain_page(&page);
	buf_putc(&list, '\0');
	buf_putc(&page, '\0');
	for (const char *p = list.data; *p; p++)
		n_lines += *p == '\n';
	assert_int_equal(n_lines, N_PROBLEMS);
	assert_memory_equal(list.data, "F001", 4);
	for (int i = 0; i < N_PROBLEMS; i++) {
		char item[40];
		const char *at;

		snprintf(item, sizeof(item), ".It Cm %s\n", problem_table[i].code);
		at = strstr(page.data, item);
		assert_non_null(at);
		assert_null(strstr(at + 1, item));
	}
	buf_free(&list);
	buf_free(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts),
	    cmocka_unit_test(examples),
	    cmocka_unit_test(explained),
	    cmocka_unit_test(firm),
	    cmocka_unit_test(all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
