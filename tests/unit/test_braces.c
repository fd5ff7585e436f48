#include "unit.h"

#include "directive/braces.h"

static const struct {
	const char *text;
	const char *texts; /* joined by blanks; NULL: a problem */
	size_t column;     /* of it */
} rows[] = {
    {"mail", "mail", 0},
    {"_{25,465}._tcp.mail", "_25._tcp.mail _465._tcp.mail", 0},
    {"{a,b}", "a b", 0},
    {"{a}", "a", 0},
    {"{a,b}{c,d}", "ac ad bc bd", 0},
    {"x{a,b}y{c,d,e}z", "xaycz xaydz xayez xbycz xbydz xbyez", 0},
    {"a,b", "a,b", 0},
    {"\\{a,b\\}", "\\{a,b\\}", 0},
    {"{a\\,b,c}", "a\\,b c", 0},
    {"{a\\}b,c}", "a\\}b c", 0},
    {"{}", NULL, 2},
    {"{a,}", NULL, 4},
    {"{,a}", NULL, 2},
    {"{a,,b}", NULL, 4},
    {"x{a,b", NULL, 2},
    {"x{a,b\\}", NULL, 2},
    {"{a,{b,c}}", NULL, 4},
    {"a}", NULL, 2},
    {"{a}}", NULL, 4},
    {"{1,2,3,4,5,6,7,8}{1,2,3,4,5,6,7,8}{1,2,3,4,5,6,7,8}{1,2,3,4,5,6,7,8}{1,2}", NULL, 1},
};

static char *
joined(struct arena *a, const struct braced_list *list)
{
	char *all = arena_text(a, "", 0);

	for (size_t i = 0; i < list->n; i++)
		all = arena_printf(a, "%s%s%.*s", all, i ? " " : "", (int)list->items[i].text.len,
		    list->items[i].text.data);
	return all;
}

static void
lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags = {0};
		struct text text = text_of(rows[i].text);
		struct entry entry = {.begin = text.data, .base = text.data};
		struct braced_list list;
		int result;

		entry.source = diags_source(&diags, "x", text, pos_none());
		result = braces_expand(&diags.arena, &diags, &entry, text, &list);
		assert_int_equal(result, rows[i].texts ? 0 : -1);
		if (result == 0) {
			assert_string_equal(joined(&diags.arena, &list), rows[i].texts);
		} else {
			assert_int_equal(diags.n, 1);
			assert_int_equal(diags.items[0].problem, D_BRACES);
			assert_int_equal(diags.items[0].place.column, rows[i].column);
		}
		diags_free(&diags);
	}
}

static void
octets_know_their_place(void **state)
{
	struct diags diags = {0};
	struct text text = text_of("_{25,465}.x");
	struct entry entry = {.begin = text.data, .base = text.data};
	struct braced_list list;

	(void)state;
	entry.source = diags_source(&diags, "x", text, pos_none());
	assert_int_equal(braces_expand(&diags.arena, &diags, &entry, text, &list), 0);
	assert_int_equal(diags_place(&diags, braced_pos(&entry, &list.items[1], 0)).column, 1);
	assert_int_equal(diags_place(&diags, braced_pos(&entry, &list.items[1], 1)).column, 6);
	assert_int_equal(diags_place(&diags, braced_pos(&entry, &list.items[1], 4)).column, 10);
	assert_int_equal(diags_place(&diags, braced_pos(&entry, &list.items[1], 99)).column, 11);
	diags_free(&diags);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lists),
	    cmocka_unit_test(octets_know_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
