#include "unit.h"

#include "publish/said.h"

static const char text[] = "a A 192.0.2.1\n\tb\tCNAME gone\nc TXT \"x: y\"\n";

/* Problems in an included file and in its includer, of which some are only counted. */
static void
tell(struct diags *diags)
{
	uint32_t outer = diags_source(diags, "a.zone", text_of(text), pos_none());
	uint32_t inner = diags_source(diags, "inc: 1 -.zone", text_of(text), pos_at(outer, 2));

	diag_add(diags, pos_at(inner, 23), Z_TARGET_LOST, "names %s", "\"gone\" 12: -");
	diag_fix(diags, pos_at(inner, 23), text_of("gone"), "gone.example.org.");
	for (size_t i = 0; i < 3 + DIAGS_SHOWN; i++)
		diag_add(diags, pos_at(outer, i), Z_SPF, "no. %zu", i);
	diag_add(diags, pos_at(outer, 20), D_MANY, "%s", "");
}

static void
assert_same_text(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a)
		assert_string_equal(a, b);
}

static void
assert_same_place(const struct place *a, const struct place *b)
{
	assert_same_text(a->path, b->path);
	assert_int_equal(a->line, b->line);
	assert_int_equal(a->column, b->column);
}

/* All that anyone is told of. */
static void
assert_same(struct diags *a, struct diags *b)
{
	diags_sort(a);
	diags_sort(b);
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->status, b->status);
	assert_memory_equal(a->n_severity, b->n_severity, sizeof(a->n_severity));
	for (size_t i = 0; i < a->n; i++) {
		const struct diag *x = &a->items[i], *y = &b->items[i];

		assert_int_equal(x->problem, y->problem);
		assert_int_equal(x->severity, y->severity);
		assert_same_place(&x->place, &y->place);
		assert_int_equal(x->line_text.len, y->line_text.len);
		assert_int_equal(x->line_text.data == NULL, y->line_text.data == NULL);
		if (x->line_text.len)
			assert_memory_equal(x->line_text.data, y->line_text.data, x->line_text.len);
		assert_int_equal(x->underline, y->underline);
		assert_same_text(x->message, y->message);
		assert_same_text(x->note, y->note);
		assert_same_text(x->fix, y->fix);
		assert_int_equal(x->n_included, y->n_included);
		for (size_t j = 0; j < x->n_included; j++)
			assert_same_place(&x->included[j], &y->included[j]);
		assert_int_equal(x->n_more, y->n_more);
		assert_int_equal(x->of, y->of);
	}
}

/* Takes each line of `b`; returns how many are not taken. */
static size_t
take_all(struct diags *diags, const struct buf *b, const char *template)
{
	size_t n_bad = 0;

	for (size_t at = 0; at < b->len;) {
		const char *end = memchr(b->data + at, '\n', b->len - at);
		struct text line = {b->data + at, (size_t)(end - b->data) - at};

		assert_non_null(end);
		assert_true(said_is_line(line));
		n_bad += said_take(diags, line, template) < 0;
		at += line.len + 1;
	}
	return n_bad;
}

static void
said_again(void **state)
{
	struct diags diags = {0}, again = {0};
	struct buf b = {0}, second = {0};

	(void)state;
	tell(&diags);
	assert_int_equal(said_passing(&diags), 0);
	assert_int_equal(said_print(&b, &diags, "a.zone"), 0);
	assert_int_equal(take_all(&again, &b, "a.zone"), 0);
	assert_int_equal(said_print(&second, &again, "a.zone"), 0);
	assert_int_equal(second.len, b.len);
	assert_memory_equal(second.data, b.data, b.len);
	assert_same(&diags, &again);
	diags_free(&again);
	assert_int_equal(take_all(&again, &b, "../a.zone"), 1); /* called otherwise */
	buf_free(&b);
	buf_free(&second);
	diags_free(&diags);
	diags_free(&again);
}

/* Packed problems are the same ones, and outlive what they were read from. */
static void
packed(void **state)
{
	struct diags diags = {0}, kept = {0};

	(void)state;
	tell(&diags);
	tell(&kept);
	kept.zone = "example.org";
	diags_pack(&kept);
	assert_int_equal(kept.n_sources, 0);
	assert_string_equal(kept.zone, "example.org");
	diag_add(&kept, pos_none(), F_READ, "later");
	diag_add(&diags, pos_none(), F_READ, "later");
	assert_same(&diags, &kept);
	diags_free(&diags);
	diags_free(&kept);
}

static void
not_from_memory(void **state)
{
	struct diags diags = {0};
	struct buf b = {0};

	(void)state;
	assert_int_equal(said_print(&b, &diags, "a.zone"), 0);
	diag_add(&diags, pos_none(), D_SOON, "expires in 3 days");
	diag_add(&diags, pos_none(), Z_SERIAL, "the serial stays");
	diag_add(&diags, pos_none(), Z_SPF, "in the project file, whose lines move");
	assert_int_equal(said_passing(&diags), 3);
	assert_int_equal(said_print(&b, &diags, "a.zone"), 0);
	assert_int_equal(b.len, 0);
	diag_add(&diags, pos_at(diags_source(&diags, "a.zone", text_of(text), pos_none()), 1),
	    Z_SPF, "two\nlines");
	assert_int_equal(said_print(&b, &diags, "a.zone"), -1);
	assert_int_equal(b.len, 0);
	buf_free(&b);
	diags_free(&diags);
}

/* Whatever stands in a line: it is taken, or it is not, and nothing is read behind its end. */
static void
damaged(void **state)
{
	static const char *const none[] = {"problem Z073 1 1 1 0 1 1 -",
	    "problem D100 1 1 1 0 1 1 - - 1:x -", "problem Z073 9 1 1 0 1 1 - - 1:x -",
	    "problem Z073 1 1 1 0 1 1 - - 9:x -", "problem Z073 1 1 1 0 1 1 - - 1:x - -",
	    "problem Z073 1 1 1 9 1 1 - - 1:x -", "more Z073 1 x", "more D100 1 1", "else"};
	struct diags diags = {0};
	struct buf b = {0};

	(void)state;
	tell(&diags);
	assert_int_equal(said_print(&b, &diags, "a.zone"), 0);
	for (size_t at = 0, len; at < b.len; at += len + 1) {
		len = (size_t)((const char *)memchr(b.data + at, '\n', b.len - at) - b.data) - at;
		for (size_t cut = 0; cut < len; cut++) {
			struct diags own = {0};
			char *line = malloc(cut + 1);

			memcpy(line, b.data + at, cut);
			said_take(&own, (struct text){line, cut}, "a.zone");
			memcpy(line, b.data + at, cut + 1);
			line[cut] ^= 1;
			said_take(&own, (struct text){line, cut + 1}, "a.zone");
			free(line);
			diags_free(&own);
		}
	}
	for (size_t i = 0; i < LENGTH(none); i++)
		assert_int_equal(said_take(&diags, text_of(none[i]), "a.zone"), -1);
	buf_free(&b);
	diags_free(&diags);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(said_again),
	    cmocka_unit_test(packed),
	    cmocka_unit_test(not_from_memory),
	    cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
