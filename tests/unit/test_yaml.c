#include "unit.h"

#include "project/yaml.h"

struct sample {
	struct yaml_text text;
	bool flag;
	uint32_t seconds;
	int choice;
	struct yaml_texts texts;
	const struct yaml_node *mapping;
};

static const struct yaml_choice choices[] = {
    {"one", 1},
    {"two", 2},
    {NULL, 0},
};

static const struct yaml_field fields[] = {
    {"text", YAML_TEXT, offsetof(struct sample, text), .otherwise = "a text"},
    {"flag", YAML_BOOL, offsetof(struct sample, flag), .otherwise = "true"},
    {"seconds", YAML_DURATION, offsetof(struct sample, seconds), .otherwise = "1h30m"},
    {"choice", YAML_CHOICE, offsetof(struct sample, choice), .choices = choices,
	.otherwise = "two"},
    {"texts", YAML_TEXTS, offsetof(struct sample, texts), .about = "nothing otherwise"},
    {"mapping", YAML_MAPPING_OF, offsetof(struct sample, mapping), .required = true},
    {.name = NULL},
};

enum { A = 1, B = 2, C = 4 };

static const struct yaml_choice parts[] = {
    {"a", A},
    {"b", B},
    {"c", C},
    {NULL, 0},
};

/* A further sample, and what it is read into. */
struct further {
	unsigned parts;
	struct yaml_texts command;
	struct yaml_text needed;
};

static const struct yaml_field further_fields[] = {
    {"parts", YAML_CHOICES, offsetof(struct further, parts), .choices = parts},
    {"command", YAML_COMMAND, offsetof(struct further, command), .needs = "parts"},
    {"needed", YAML_TEXT, offsetof(struct further, needed), .required = true},
    {.name = NULL},
};

static int
read_sample(struct diags *diags, struct text text, struct sample *out)
{
	uint32_t source = diags_source(diags, "a.yaml", text, pos_none());
	struct yaml_node *root;

	*out = (struct sample){0};
	if (yaml_parse(diags, source, &root) < 0 && !root)
		return -1;
	return yaml_read(diags, root, "a sample", fields, out);
}

static void
values(void **state)
{
	static const char text[] = "%YAML 1.1\n---\n"
				   "text: zones/{zone}.zone  # a comment\n"
				   "flag: true\n"
				   "seconds: 1h30m\n"
				   "choice: \"two\"\n"
				   "texts: [nsd-control, reload, \"{zone}\", true, 5]\n"
				   "mapping:\n"
				   "  b: {}\n"
				   "  a:\n"
				   "...\n";
	struct diags diags = {0};
	struct sample s;

	(void)state;
	assert_int_equal(read_sample(&diags, text_of(text), &s), 0);
	assert_int_equal(diags.n, 0);
	assert_string_equal(s.text.text, "zones/{zone}.zone");
	assert_int_equal(diags_place(&diags, s.text.pos).line, 3);
	assert_int_equal(diags_place(&diags, s.text.pos).column, 7);
	assert_true(s.flag);
	assert_int_equal(s.seconds, 5400);
	assert_int_equal(s.choice, 2);
	assert_int_equal(s.texts.n, 5);
	assert_string_equal(s.texts.argv[2], "{zone}");
	assert_string_equal(s.texts.argv[3], "true");
	assert_null(s.texts.argv[5]);
	assert_int_equal(s.mapping->n, 2);
	assert_string_equal(s.mapping->first->key.data, "b");
	assert_true(yaml_is_null(s.mapping->first->next));
	assert_int_equal(diags_place(&diags, s.mapping->first->next->key_pos).line, 10);
	diags_free(&diags);
}

static void
nothing(void **state)
{
	static const char *const texts[] = {
	    "", "\n", "# only a comment\n", "---\n", "~", "null\n", "{}\n"};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		struct diags diags = {0};
		struct sample s;

		assert_int_equal(read_sample(&diags, text_of(texts[i]), &s), 0);
		assert_int_equal(diags.n, 0);
		diags_free(&diags);
	}
}

static const struct {
	const char *text, *code;
	unsigned line, column;
} bad[] = {
    {"text: \"open\n\nflag: true\n", "P001", 1, 7},
    {"text: 'open\n", "P001", 1, 7},
    {"texts: [a, b\n\n", "P001", 1, 8},
    {"mapping: {a: b\n", "P001", 1, 10},
    {"mapping: {a: b,\n", "P001", 1, 10},
    {"texts: [a, b}\n", "P001", 1, 13},
    {"mapping:\n\ta: b\n", "P001", 2, 1},
    {"mapping:\n  a: b\n \tc: d\n", "P001", 3, 2},
    {"text: a: b\n", "P001", 1, 8},
    {"mapping: {a: x/{zone}}\n", "P001", 1, 16},
    {"text: @x\n", "P001", 1, 7},
    {"text: %x\n", "P001", 1, 7},
    {"mapping:\n  a: b\n c: d\n", "P001", 3, 2},
    {"text: \"\\q\"\n", "P001", 1, 8},
    {"\xff", "P001", 1, 1},
    {"text: a\nflag: \xc3(\n", "P001", 2, 8},
    {"text: \x01\n", "P001", 1, 7},
    {"text: &a x\n", "P001", 1, 7},
    {"mapping: &a {}\n", "P001", 1, 10},
    {"texts: &a [x]\n", "P001", 1, 8},
    {"text: *a\n", "P001", 1, 7},
    {"*a : x\n", "P001", 1, 1},
    {"text: !!str x\n", "P001", 1, 7},
    {"text: !secret x\n", "P001", 1, 7},
    {"text: a\n---\ntext: b\n", "P001", 2, 1},
    {"text: a\n...\ntext: b\n", "P001", 3, 1},
    {"mapping: [[[[[[[[[[[[[[[[[[[[[[[[[[[\n", "P001", 1, 25},
    {"[a, b]\n", "P003", 1, 1},
    {"a\n", "P003", 1, 1},
    {"? [a]\n: b\n", "P003", 1, 3},
    {"text:\n", "P003", 1, 1},
    {"text: ~\n", "P003", 1, 1},
    {"text: \"\"\n", "P003", 1, 7},
    {"text: [a]\n", "P003", 1, 7},
    {"text: {a: b}\n", "P003", 1, 7},
    {"flag: yes\n", "P003", 1, 7},
    {"flag: \"true\"\n", "P003", 1, 7},
    {"flag: 1\n", "P003", 1, 7},
    {"flag:\n", "P003", 1, 1},
    {"seconds: [1]\n", "P003", 1, 10},
    {"texts: a\n", "P003", 1, 8},
    {"texts: [a, [b]]\n", "P003", 1, 12},
    {"texts: [a, ~]\n", "P003", 1, 12},
    {"mapping: a\n", "P003", 1, 10},
    {"mapping: [a]\n", "P003", 1, 10},
    {"choice: {}\n", "P003", 1, 9},
    {"seconds: soon\n", "P005", 1, 10},
    {"seconds: -1\n", "P005", 1, 10},
    {"seconds: 100000w\n", "P005", 1, 10},
    {"choice: three\n", "P005", 1, 9},
    {"text: \"a\\0b\"\n", "P005", 1, 7},
    {"txt: a\n", "P002", 1, 1},
    {"text: a\nTEXT: a\n", "P002", 2, 1},
    {"<<: {}\n", "P002", 1, 1},
    {"~: a\n", "P002", 1, 1},
    {"text: a\nflag: true\ntext: b\n", "P004", 3, 1},
    {"mapping: {a: , b: , a: }\n", "P004", 1, 21},
    {"mapping: {a: , \"a\": }\n", "P004", 1, 16},
    {"text: \xc3\xbc\nmapping: {\xc3\xbc: x, \xe2\x82\xac: y}\ntxt: z\n", "P002", 3, 1},
    {"mapping: {\xc3\xbc: x, \xe2\x82\xac: !y z}\n", "P001", 1, 23},
    {"text: a\r\nflag: true\r\ntxt: b\r\n", "P002", 3, 1},
    {"\xef\xbb\xbftext: a\ntxt: b\n", "P002", 2, 1},
};

static void
problems(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct diags diags = {0};
		struct sample s;
		const struct diag *d = NULL;

		read_sample(&diags, text_of(bad[i].text), &s);
		diags_sort(&diags);
		if (diags.n)
			d = &diags.items[0];
		if (diags.n != 1 || strcmp(problem_table[d->problem].code, bad[i].code) != 0 ||
		    d->place.line != bad[i].line || d->place.column != bad[i].column)
			fail_msg("%s: %zu problems; %s at %d:%d: %s", bad[i].text, diags.n,
			    d ? problem_table[d->problem].code : "", d ? (int)d->place.line : 0,
			    d ? (int)d->place.column : 0, d ? d->message : "");
		assert_int_equal(diags.status, 1);
		diags_free(&diags);
	}
}

static void
messages(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
	    {"txt: a", "unknown key in a sample: \"txt\"; did you mean \"text\"?"},
	    {"certificates: a",
		"unknown key in a sample: \"certificates\"; known are text, flag, seconds, "
		"choice, texts, mapping"},
	    {"choice: tow", "unknown choice \"tow\"; did you mean \"two\"?"},
	    {"flag: []", "flag wants true or false, not a list"},
	    {"seconds:", "seconds wants a duration such as 12h or 14d, not nothing"},
	    {"mapping: {a: x/{zone}}",
		"malformed YAML: a value that holds {zone} wants quotes here: \"{zone}\""},
	    {"mapping:\n\ta: b",
		"malformed YAML: a tab in the indentation, where only spaces may stand"},
	    {"a: b\na: c", "\"a\" stands here a second time; the first is on line 1"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags = {0};
		struct sample s;

		assert_int_equal(read_sample(&diags, text_of(rows[i].text), &s), -1);
		assert_string_equal(diags.items[0].message, rows[i].message);
		diags_free(&diags);
	}
}

static void
all_at_once(void **state)
{
	struct diags diags = {0};
	struct sample s;

	(void)state;
	read_sample(&diags, text_of("txt: a\nflag: 3\nseconds: x\ntext: a\ntext: b\n"), &s);
	assert_int_equal(diags.n, 4);
	diags_free(&diags);
}

static void
defaults(void **state)
{
	struct sample s = {.texts.n = 7};

	(void)state;
	yaml_defaults(fields, &s);
	assert_string_equal(s.text.text, "a text");
	assert_true(s.flag);
	assert_int_equal(s.seconds, 5400);
	assert_int_equal(s.choice, 2);
	assert_int_equal(s.texts.n, 7);
}

static int
read_further(struct diags *diags, const char *text, struct further *out)
{
	struct yaml_node *root;
	uint32_t source = diags_source(diags, "a.yaml", text_of(text), pos_none());

	*out = (struct further){0};
	assert_int_equal(yaml_parse(diags, source, &root), 0);
	return yaml_read(diags, root, "a sample", further_fields, out);
}

static void
further(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
	    {"needed: x\nparts: [a, other]", "unknown part in parts: \"other\"; known are a, b, c"},
	    {"needed: x\nparts: a", "parts wants a list of strings, not a string"},
	    {"needed: x\nparts: [[a]]", "parts wants strings in its list, not a list"},
	    {"needed: x\ncommand: []", "command wants a command"},
	    {"needed: x\ncommand: ls", "command wants a list of strings, not a string"},
	    {"parts: [a]", "a sample has no \"needed\""},
	    {"", "a sample has no \"needed\""},
	};
	struct diags diags = {0};
	struct further read;

	(void)state;
	assert_int_equal(
	    read_further(&diags, "needed: x\nparts: [c, a, c]\ncommand: [ls, -l]", &read), 0);
	assert_int_equal(read.parts, A | C);
	assert_int_equal(read.command.n, 2);
	assert_string_equal(read.command.argv[1], "-l");
	assert_int_equal(read_further(&diags, "needed: x\nparts: []", &read), 0);
	assert_int_equal(read.parts, 0);
	diags_free(&diags);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(read_further(&diags, rows[i].text, &read), -1);
		assert_int_equal(diags.n, 1);
		assert_string_equal(diags.items[0].message, rows[i].message);
		diags_free(&diags);
	}
}

/* Every beginning and every single-byte damage of a good file: no crash, no endless loop. */
static void
damage(void **state)
{
	static const char good[] =
	    "# c\ntext: \"a\\tb\"\nflag: true\ntexts: [a, 'b', \"c\"]\nmapping:\n"
	    "  a: {b: c, d: [e]}\n  ? f\n  : g\nseconds: 1h\n";
	static const char bytes[] = "\0\t\n\"'[]{}:,&*!|>%@#\xff\xc3 -?x";
	char text[sizeof(good)];

	(void)state;
	for (size_t i = 0; i < sizeof(good); i++) {
		for (size_t j = 0; j < sizeof(bytes); j++) {
			struct diags diags = {0};
			struct sample s;
			size_t n = j == sizeof(bytes) - 1 ? i : sizeof(good) - 1;

			memcpy(text, good, sizeof(good));
			if (n > i)
				text[i] = bytes[j];
			read_sample(&diags, (struct text){text, n}, &s);
			diags_free(&diags);
		}
	}
}

/* Mappings that say the same have the same text, however they are written; no others have. */
static void
text_of_mapping(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
	    {"text: a\nflag: true\n", "{ text: a, flag: true } # b\n", true},
	    {"texts: [a, b]\n", "texts:\n  - a\n  - b\n", true},
	    {"", "{}\n", true},
	    {"text: a\n", "text: b\n", false},
	    {"text: a\n", "texts: a\n", false},
	    {"text: a\n", "", false},
	    {"texts: [a, b]\n", "texts: [ab]\n", false},
	    {"texts: [a]\n", "texts: []\n", false},
	    {"flag: true\n", "flag: 'true'\n", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *const texts[] = {rows[i].a, rows[i].b};
		struct diags diags = {0};
		const char *of[2];

		for (size_t k = 0; k < 2; k++) {
			struct yaml_node *root;
			uint32_t source =
			    diags_source(&diags, "a.yaml", text_of(texts[k]), pos_none());

			assert_int_equal(yaml_parse(&diags, source, &root), 0);
			of[k] = yaml_text_of(&diags.arena, root);
		}
		if ((strcmp(of[0], of[1]) == 0) != rows[i].same)
			fail_msg("%s: \"%s\" and \"%s\"", rows[i].a, of[0], of[1]);
		diags_free(&diags);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values),
	    cmocka_unit_test(text_of_mapping),
	    cmocka_unit_test(nothing),
	    cmocka_unit_test(problems),
	    cmocka_unit_test(messages),
	    cmocka_unit_test(all_at_once),
	    cmocka_unit_test(defaults),
	    cmocka_unit_test(further),
	    cmocka_unit_test(damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
