/* The keys of the project file beside its manual page and its schema, which are read where the
 * tests are run: in the source tree. */
#define _GNU_SOURCE
#include "unit.h"

#include "base/file.h"
#include "project/mapping.h"

static struct diags diags;
static struct text page;
static struct yaml_node *schema;

static int
setup(void **state)
{
	const char *path = "cmd/zonepp.yaml.schema.json";
	struct text text;

	(void)state;
	if (file_load(&diags, pos_none(), NULL, "cmd/zonepp.yaml.5", &page) < 0 ||
	    file_load(&diags, pos_none(), NULL, path, &text) < 0)
		return -1;
	return yaml_parse(&diags, diags_source(&diags, path, text, pos_none()), &schema);
}

static int
teardown(void **state)
{
	(void)state;
	diags_free(&diags);
	return 0;
}

static const struct yaml_field *
field_of(const char *mapping, struct text key)
{
	for (const struct project_mapping *m = project_mappings; m->name; m++)
		for (const struct yaml_field *f = m->fields; f->name; f++)
			if (strcmp(m->name, mapping) == 0 && text_is(key, f->name))
				return f;
	return NULL;
}

static size_t
count_fields(void)
{
	size_t n = 0;

	for (const struct project_mapping *m = project_mappings; m->name; m++)
		for (const struct yaml_field *f = m->fields; f->name; f++)
			n++;
	return n;
}

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

/* --- The manual page: `.It Ic KEY :`, in a list for the file and one in it for each mapping --- */

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

static void
assert_choices(const struct yaml_field *field, struct text item)
{
	const char *end = memmem(item.data, item.len, "\n.It Ic ", 8);

	item.len = end ? (size_t)(end - item.data) : item.len;
	for (const struct yaml_choice *c = field->choices; c && c->name; c++)
		if (!has_word(item, c->name))
			fail_msg("zonepp.yaml.5 lacks \"%s: %s\"", field->name, c->name);
}

static void
manual(void **state)
{
	struct text rest = page, item, line, key;
	const struct yaml_field *field;
	char mapping[40] = "";
	size_t n = 0;
	int depth = 0;

	(void)state;
	while (!text_is(line = take_line(&rest), ".Sh KEYS") && rest.len > 0)
		;
	while (item = rest, line = take_line(&rest), !takes(&line, ".Sh ") && rest.len > 0) {
		depth += takes(&line, ".Bl ") ? 1 : text_is(line, ".El") ? -1 : 0;
		if (!takes(&line, ".It Ic "))
			continue;
		key = (struct text){line.data, strcspn(line.data, " ")};
		field = field_of(depth == 1 ? "" : mapping, key);
		if (!field)
			fail_msg("zonepp.yaml.5 has \"%.*s\"", (int)key.len, key.data);
		assert_choices(field, item);
		if (depth == 1)
			snprintf(mapping, sizeof(mapping), "%s", field->name);
		n++;
	}
	if (n != count_fields())
		fail_msg("zonepp.yaml.5 has %zu keys of %zu", n, count_fields());
}

/* --- The schema --- */

static const struct yaml_node *
child(const struct yaml_node *node, const char *key)
{
	for (node = node ? node->first : NULL; node; node = node->next)
		if (text_is(node->key, key))
			return node;
	return NULL;
}

/* The properties of a mapping. */
static const struct yaml_node *
properties_of(const char *mapping)
{
	static const char *const definitions[][2] = {{"defaults", "settings"},
	    {"policies", "policy"}, {"certificates", "certificate"}, {"hooks", "hooks"},
	    {"limits", "limits"}, {"safety", "safety"}};

	for (size_t i = 0; i < LENGTH(definitions); i++)
		if (strcmp(definitions[i][0], mapping) == 0)
			return child(
			    child(child(schema, "definitions"), definitions[i][1]), "properties");
	return child(schema, "properties");
}

/* What it stands for; a reference may have a description beside it. */
static const struct yaml_node *
resolve(const struct yaml_node *property)
{
	static const char head[] = "#/definitions/";
	const struct yaml_node *ref = child(property, "$ref"), *definition;

	if (!ref)
		return property;
	definition = strncmp(ref->text.data, head, strlen(head)) == 0
			 ? child(child(schema, "definitions"), ref->text.data + strlen(head))
			 : NULL;
	if (!definition)
		fail_msg("the schema has no %s", ref->text.data);
	return resolve(definition);
}

/* The types of JSON that it takes, as bits. */
enum { STRING = 1, INTEGER = 2, BOOLEAN = 4, ARRAY = 8, OBJECT = 16, NOTHING = 32 };

static unsigned
type_of_word(struct text word)
{
	static const char *const words[] = {
	    "string", "integer", "boolean", "array", "object", "null"};

	for (size_t i = 0; i < LENGTH(words); i++)
		if (text_is(word, words[i]))
			return 1u << i;
	fail_msg("the schema has the type %s", word.data);
	return 0;
}

static unsigned
types_of(const struct yaml_node *property)
{
	const struct yaml_node *node = resolve(property), *type = child(node, "type"),
			       *any = child(node, "anyOf");
	unsigned types = 0;

	if (type && type->kind == YAML_SCALAR)
		types |= type_of_word(type->text);
	for (type = type ? type->first : NULL; type; type = type->next)
		types |= type_of_word(type->text);
	for (any = any ? any->first : NULL; any; any = any->next)
		types |= types_of(any);
	return types;
}

/* A number is text to YAML, and so is a salt of digits alone. */
static void
assert_type(const struct yaml_field *field, const struct yaml_node *property)
{
	static const struct {
		unsigned least, most;
	} types[] = {
	    [YAML_TEXT] = {0, STRING | INTEGER},
	    [YAML_BOOL] = {BOOLEAN, BOOLEAN},
	    [YAML_DURATION] = {STRING | INTEGER, STRING | INTEGER},
	    [YAML_PERCENT] = {STRING, STRING},
	    [YAML_AMOUNT] = {STRING | INTEGER, STRING | INTEGER},
	    [YAML_CHOICE] = {0, 0},
	    [YAML_TEXTS] = {ARRAY, ARRAY},
	    [YAML_MAPPING_OF] = {OBJECT, OBJECT | NOTHING},
	};
	static const char *const named[LENGTH(types)] = {[YAML_DURATION] = "#/definitions/duration",
	    [YAML_PERCENT] = "#/definitions/percentage",
	    [YAML_AMOUNT] = "#/definitions/amount"};
	const char *wanted = named[field->type];
	unsigned is = types_of(property);

	if ((is & types[field->type].least) != types[field->type].least ||
	    (is & ~types[field->type].most) != 0 || (is == 0 && types[field->type].most != 0))
		fail_msg("the schema has \"%s\" of another type", field->name);
	if (wanted && !text_is(child(property, "$ref")->text, wanted))
		fail_msg("\"%s\" is no %s in the schema", field->name, wanted);
}

static bool
is_word_of(const struct yaml_field *field, struct text word)
{
	for (const struct yaml_choice *c = field->choices; c->name; c++)
		if (text_is(word, c->name))
			return true;
	return false;
}

static void
assert_enum(const struct yaml_field *field, const struct yaml_node *property)
{
	const struct yaml_node *words = child(property, "enum"),
			       *word = words ? words->first : NULL,
			       *otherwise = child(property, "default");
	const struct yaml_choice *choice = field->choices;

	for (; choice && choice->name && word; choice++, word = word->next)
		if (!text_is(word->text, choice->name))
			fail_msg("the schema has \"%s: %s\" in the place of \"%s\"", field->name,
			    word->text.data, choice->name);
	if ((choice && choice->name) || word)
		fail_msg("the schema has other values of \"%s\"", field->name);
	if (field->choices && otherwise && !is_word_of(field, otherwise->text))
		fail_msg("the default of \"%s\" is none of its values", field->name);
}

static void
assert_property(const struct yaml_field *field, const struct yaml_node *properties)
{
	const struct yaml_node *property = child(properties, field->name);
	const struct yaml_node *description = child(property, "description");

	if (!property)
		fail_msg("the schema lacks \"%s\"", field->name);
	if (!description || description->text.len == 0)
		fail_msg("the schema does not describe \"%s\"", field->name);
	assert_type(field, property);
	assert_enum(field, property);
}

/* As many keys in both, each of the table in the schema: so each of the schema is in the table. */
static void
assert_properties(const struct yaml_field *fields, const struct yaml_node *properties)
{
	size_t n = 0;

	assert_non_null(properties);
	for (const struct yaml_field *f = fields; f->name; f++, n++)
		assert_property(f, properties);
	if (n != properties->n)
		fail_msg("the schema has %zu keys of %zu where \"%s\" is", properties->n, n,
		    fields->name);
}

static void
in_schema(void **state)
{
	(void)state;
	for (const struct project_mapping *m = project_mappings; m->name; m++)
		assert_properties(m->fields, properties_of(m->name));
	assert_properties(
	    policy_keys_fields, child(child(properties_of("policies"), "keys"), "properties"));
}

/* --- Mappings of the schema take no other keys --- */

static void
assert_closed(const struct yaml_node *node, const char *where)
{
	if (node->kind == YAML_MAPPING && child(node, "properties") &&
	    child(node, "properties")->kind == YAML_MAPPING && child(node, "type") &&
	    (!child(node, "additionalProperties") ||
		!text_is(child(node, "additionalProperties")->text, "false")))
		fail_msg("the schema permits further keys in \"%s\"", where);
	for (const struct yaml_node *c = node->first; c; c = c->next)
		assert_closed(c, c->key.data ? c->key.data : where);
}

static void
closed(void **state)
{
	(void)state;
	assert_closed(schema, "the file");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(manual),
	    cmocka_unit_test(in_schema),
	    cmocka_unit_test(closed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
