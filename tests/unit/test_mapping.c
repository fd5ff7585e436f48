/* The tables of zonepp.yaml by themselves, and its manual page beside them, which is read where the
 * tests are run: in the source tree. What zonepp.yaml.schema.json makes of them is judged by
 * tests/e2e/schema.t. */
#define _GNU_SOURCE
#include "unit.h"

#include "base/account.h"
#include "base/file.h"
#include "project/mapping.h"

/* The keys of one that the file has by this name, or of each mapping in it; of `zones`, those that
 * are no zone's. */
static const struct yaml_field *
fields_of(const struct yaml_field *mapping)
{
	return mapping->fields ? mapping->fields : mapping->values;
}

static const struct yaml_field *
find(const struct yaml_field *fields, struct text key)
{
	for (; fields && fields->name; fields++)
		if (text_is(key, fields->name))
			return fields;
	return NULL;
}

/* --- The tables --- */

/* Room for what any field is read into. */
union room {
	char octets[4096];
	max_align_t align;
};

/* The default of a row is one of its values. */
static void
assert_default(const struct yaml_field *field)
{
	static union room room;
	struct yaml_field alone[2] = {*field};
	struct yaml_node value = {.plain = true, .text = text_of(field->otherwise)};
	struct yaml_node mapping = {.kind = YAML_MAPPING, .first = &value, .n = 1};
	struct diags diags = {0};

	alone[0].required = false;
	value.key = text_of(field->name);
	assert_true(field->offset < sizeof(room) / 2);
	if (yaml_read(&diags, &mapping, "a row", alone, room.octets) < 0)
		fail_msg("\"%s\": %s", field->name, diags.items[0].message);
	diags_free(&diags);
}

static void
assert_row(const struct yaml_field *field, const struct yaml_field *fields)
{
	bool of_words = field->type == YAML_CHOICE || field->type == YAML_CHOICES;
	const char *about = field->about;

	if (!about || !*about || about[strlen(about) - 1] != '.')
		fail_msg("\"%s\" is not described by a sentence", field->name);
	if (of_words != (field->choices != NULL))
		fail_msg("\"%s\" has words and is none, or the other way round", field->name);
	if (field->type == YAML_MAPPING_OF && field->otherwise)
		fail_msg("\"%s\", a mapping, has a default", field->name);
	if (field->needs && !find(fields, text_of(field->needs)))
		fail_msg("\"%s\" needs a key that is none", field->name);
	if (field->otherwise)
		assert_default(field);
}

static void
assert_rows(const struct yaml_field *fields)
{
	for (const struct yaml_field *f = fields; f->name; f++) {
		assert_row(f, fields);
		if (fields_of(f))
			assert_rows(fields_of(f));
	}
}

static void
rows(void **state)
{
	(void)state;
	assert_rows(project_fields);
}

/* What holds without a project file holds with one that says nothing. */
static void
limits(void **state)
{
	struct limits limits = {.time_s = 0};

	(void)state;
	yaml_defaults(find(project_fields, text_of("limits"))->fields, &limits);
	assert_int_equal(limits.most[LIMIT_MEMORY], 0);
	assert_int_equal(limits.time_s * UINT64_C(1000000), account_default(LIMIT_TIME));
	for (enum limit i = LIMIT_MEMORY + 1; i < N_LIMITS; i++)
		if (i != LIMIT_TIME)
			assert_int_equal(limits.most[i], account_default(i));
}

/* --- The manual page: `.It Ic KEY :`, in a list for the file and one in it for each mapping --- */

static bool
has_word(struct text text, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len < text.len; i++)
		if (memcmp(text.data + i, word, len) == 0 && text.data[i + len] <= ' ' && i > 0 &&
		    text.data[i - 1] == ' ')
			return true;
	return false;
}

static bool
takes(struct text *line, const char *beginning)
{
	size_t len = strlen(beginning);

	if (line->len < len || memcmp(line->data, beginning, len) != 0)
		return false;
	*line = (struct text){line->data + len, line->len - len};
	return true;
}

static struct text
take_line(struct text *text)
{
	const char *end = memchr(text->data, '\n', text->len);
	struct text line = {text->data, end ? (size_t)(end - text->data) : text->len};
	size_t taken = line.len + (end != NULL);

	*text = (struct text){text->data + taken, text->len - taken};
	return line;
}

/* It tells of each word, and of the default. */
static void
assert_words(const struct yaml_field *field, struct text item)
{
	char quoted[100];
	const char *end = memmem(item.data, item.len, "\n.It Ic ", 8);

	item.len = end ? (size_t)(end - item.data) : item.len;
	for (const struct yaml_choice *c = field->choices; c && c->name; c++)
		if (!has_word(item, c->name))
			fail_msg("zonepp.yaml.5 lacks \"%s: %s\"", field->name, c->name);
	snprintf(quoted, sizeof(quoted), "\\(dq%s\\(dq", field->otherwise ? field->otherwise : "");
	if (field->otherwise && !has_word(item, field->otherwise) && !has_word(item, quoted))
		fail_msg("zonepp.yaml.5 lacks the default of \"%s\"", field->name);
}

/* Zones have the keys of `defaults`, where they stand. */
static size_t
count_fields(void)
{
	size_t n = 0;

	for (const struct yaml_field *f = project_fields; f->name; f++) {
		n++;
		for (const struct yaml_field *k = fields_of(f); k && k->name; k++)
			n++;
	}
	return n;
}

static void
manual(void **state)
{
	const struct yaml_field *field, *mapping = NULL;
	struct text page, rest, item, line, key;
	struct diags diags = {0};
	size_t n = 0;
	int depth = 0;

	(void)state;
	assert_int_equal(file_load(&diags, pos_none(), NULL, "cmd/zonepp.yaml.5", &page), 0);
	rest = page;
	while (!text_is(line = take_line(&rest), ".Sh KEYS") && rest.len > 0)
		;
	while (item = rest, line = take_line(&rest), !takes(&line, ".Sh ") && rest.len > 0) {
		depth += takes(&line, ".Bl ") ? 1 : text_is(line, ".El") ? -1 : 0;
		if (!takes(&line, ".It Ic "))
			continue;
		key = (struct text){line.data, strcspn(line.data, " ")};
		field = find(depth == 1 ? project_fields
			     : mapping  ? fields_of(mapping)
					: NULL,
		    key);
		if (!field)
			fail_msg("zonepp.yaml.5 has \"%.*s\"", (int)key.len, key.data);
		assert_words(field, item);
		if (depth == 1)
			mapping = field;
		n++;
	}
	if (n != count_fields())
		fail_msg("zonepp.yaml.5 has %zu keys of %zu", n, count_fields());
	diags_free(&diags);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
