#include "report/schema.h"

#include "base/codec.h"
#include "base/json.h"
#include "base/problem.h"
#include "project/mapping.h"

enum { FORMS_MOST = 24 };

/* The forms that were referred to, for the definitions at the end. */
struct schema {
	struct json j;
	const struct yaml_form *forms[FORMS_MOST];
	size_t n_forms;
};

static void
put_member(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text_of(text));
}

static void
put_flag(struct json *j, const char *key, bool value)
{
	json_key(j, key);
	json_bool(j, value);
}

static void
put_number(struct json *j, const char *key, int64_t number)
{
	json_key(j, key);
	json_number(j, number);
}

/* A word of the file as YAML reads it. */
static void
put_word(struct json *j, const char *word)
{
	uint64_t number;

	if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0)
		json_bool(j, *word == 't');
	else if (decimal_parse(text_of(word), INT32_MAX, &number) == 0)
		json_number(j, (int64_t)number);
	else
		json_text(j, text_of(word));
}

static void
put_choices(struct json *j, const struct yaml_choice *choices)
{
	json_key(j, "enum");
	json_begin(j, '[');
	for (; choices->name; choices++)
		put_word(j, choices->name);
	json_end(j, ']');
}

/* --- Definitions: the forms of texts --- */

static void
put_reference(struct schema *s, const struct yaml_form *form)
{
	struct buf b = {0};
	size_t i = 0;

	while (i < s->n_forms && s->forms[i] != form)
		i++;
	if (i == s->n_forms && i < FORMS_MOST)
		s->forms[s->n_forms++] = form;
	buf_printf(&b, "#/definitions/%s", form->name);
	json_key(&s->j, "$ref");
	json_text(&s->j, (struct text){b.data, b.len});
	buf_free(&b);
}

/* Appends the word for a pattern that matches it in any case. */
static void
put_in_any_case(struct buf *b, const char *word)
{
	for (; *word; word++) {
		uint8_t lower = ascii_lower((uint8_t)*word);

		if (lower >= 'a' && lower <= 'z')
			buf_printf(b, "[%c%c]", lower, lower - 'a' + 'A');
		else
			buf_putc(b, (char)lower);
	}
}

/* Editors offer the words as they are listed; in another case, or as numbers, they are right. */
static void
put_words(struct json *j, const struct yaml_form *form)
{
	struct buf pattern = {0}, name = {0};
	const char *word;
	uint32_t number;

	json_key(j, "anyOf");
	json_begin(j, '[');
	json_begin(j, '{');
	json_key(j, "enum");
	json_begin(j, '[');
	for (size_t i = 0; (word = form->word(i, &number)); i++) {
		buf_puts(&pattern, i ? "|" : "^(");
		put_in_any_case(&pattern, word);
		buf_printf(&pattern, "|%u", number);
		name.len = 0;
		for (const char *p = word; *p; p++)
			buf_putc(&name, (char)ascii_lower((uint8_t)*p));
		json_text(j, (struct text){name.data, name.len});
	}
	for (size_t i = 0; form->word(i, &number); i++)
		json_number(j, number);
	json_end(j, ']');
	json_end(j, '}');
	buf_puts(&pattern, ")$");
	json_begin(j, '{');
	put_member(j, "type", "string");
	json_key(j, "pattern");
	json_text(j, (struct text){pattern.data, pattern.len});
	json_end(j, '}');
	json_end(j, ']');
	buf_free(&pattern);
	buf_free(&name);
}

/* A pattern binds strings alone: what else YAML reads here is such a text, too. */
static void
put_pattern(struct json *j, const struct yaml_form *form)
{
	json_key(j, "type");
	if (!form->booleans && !form->numbers) {
		json_text(j, text_of("string"));
	} else {
		json_begin(j, '[');
		json_text(j, text_of("string"));
		if (form->numbers)
			json_text(j, text_of("number"));
		if (form->booleans)
			json_text(j, text_of("boolean"));
		json_end(j, ']');
	}
	put_member(j, "pattern", form->pattern);
}

static void
put_definition(struct json *j, const struct yaml_form *form)
{
	json_key(j, form->name);
	json_begin_flat(j, '{');
	if (form->word) {
		put_words(j, form);
	} else if (form->most > 0) {
		json_key(j, "anyOf");
		json_begin(j, '[');
		json_begin(j, '{');
		put_member(j, "type", "integer");
		put_number(j, "minimum", form->least);
		put_number(j, "maximum", form->most);
		json_end(j, '}');
		json_begin(j, '{');
		put_pattern(j, form);
		json_end(j, '}');
		json_end(j, ']');
	} else {
		put_pattern(j, form);
	}
	json_end(j, '}');
}

/* --- Properties: the keys of a mapping --- */

static void
put_properties(struct schema *s, const struct yaml_field *fields);

static void
put_fields(struct schema *s, const struct yaml_field *fields, bool may_be_null);

/* The value of a key that is no mapping. */
static void
put_value(struct schema *s, const struct yaml_field *field)
{
	struct json *j = &s->j;
	bool is_list =
	    field->type == YAML_TEXTS || field->type == YAML_COMMAND || field->type == YAML_CHOICES;

	if (field->type == YAML_BOOL)
		put_member(j, "type", "boolean");
	if (is_list) {
		put_member(j, "type", "array");
		json_key(j, "items");
		json_begin(j, '{');
	}
	if (field->choices)
		put_choices(j, field->choices);
	else if (yaml_form_of(field))
		put_reference(s, yaml_form_of(field));
	if (is_list)
		json_end(j, '}');
	if (field->type == YAML_COMMAND)
		put_number(j, "minItems", 1);
	if (field->otherwise) {
		json_key(j, "default");
		put_word(j, field->otherwise);
	}
}

static void
put_object(struct json *j, bool may_be_null)
{
	json_key(j, "type");
	if (!may_be_null) {
		json_text(j, text_of("object"));
		return;
	}
	json_begin_flat(j, '[');
	json_text(j, text_of("object"));
	json_text(j, text_of("null"));
	json_end(j, ']');
}

/* What severities a problem may have, as project/severity.h says. */
static void
put_severities(struct json *j)
{
	put_object(j, true);
	put_flag(j, "additionalProperties", false);
	json_key(j, "properties");
	json_begin(j, '{');
	for (enum problem p = 0; p < N_PROBLEMS; p++) {
		json_key(j, problem_table[p].code);
		json_begin_flat(j, '{');
		put_member(j, "description", problem_table[p].what);
		json_key(j, "enum");
		json_begin(j, '[');
		for (const struct yaml_choice *c = severity_choices; c->name; c++)
			if (problem_may_be(p, (enum severity)c->value))
				json_text(j, text_of(c->name));
		json_end(j, ']');
		for (const struct yaml_choice *c = severity_choices; c->name; c++)
			if (c->value == (int)problem_table[p].severity)
				put_member(j, "default", c->name);
		json_end(j, '}');
	}
	json_end(j, '}');
}

static bool
any_required(const struct yaml_field *fields)
{
	while (fields->name && !fields->required)
		fields++;
	return fields->name;
}

static void
put_required(struct json *j, const struct yaml_field *fields)
{
	json_key(j, "required");
	json_begin_flat(j, '[');
	for (const struct yaml_field *f = fields; f->name; f++)
		if (f->required)
			json_text(j, text_of(f->name));
	json_end(j, ']');
}

static void
put_needs(struct json *j, const struct yaml_field *fields)
{
	json_key(j, "dependencies");
	json_begin_flat(j, '{');
	for (const struct yaml_field *f = fields; f->name; f++) {
		if (!f->needs)
			continue;
		json_key(j, f->name);
		json_begin(j, '[');
		json_text(j, text_of(f->needs));
		json_end(j, ']');
	}
	json_end(j, '}');
}

/* A mapping whose keys are names. */
static void
put_named(struct schema *s, const struct yaml_field *field)
{
	struct json *j = &s->j;

	put_object(j, !field->required);
	if (field->required)
		put_number(j, "minProperties", 1);
	if (field->names) {
		json_key(j, "propertyNames");
		json_begin_flat(j, '{');
		put_reference(s, field->names);
		json_end(j, '}');
	}
	if (field->fields)
		put_properties(s, field->fields);
	json_key(j, "additionalProperties");
	json_begin(j, '{');
	put_fields(s, field->values, !any_required(field->values));
	json_end(j, '}');
}

static void
put_property(struct schema *s, const struct yaml_field *field)
{
	struct json *j = &s->j;
	bool is_mapping = field->type == YAML_MAPPING_OF;

	json_key(j, field->name);
	if (is_mapping)
		json_begin(j, '{');
	else
		json_begin_flat(j, '{');
	put_member(j, "description", field->about);
	if (!is_mapping)
		put_value(s, field);
	else if (field->values)
		put_named(s, field);
	else if (field->fields)
		put_fields(s, field->fields, true);
	else
		put_severities(j);
	json_end(j, '}');
}

static void
put_properties(struct schema *s, const struct yaml_field *fields)
{
	json_key(&s->j, "properties");
	json_begin(&s->j, '{');
	for (const struct yaml_field *f = fields; f->name; f++)
		put_property(s, f);
	json_end(&s->j, '}');
}

static void
put_fields(struct schema *s, const struct yaml_field *fields, bool may_be_null)
{
	struct json *j = &s->j;
	bool any_needs = false;

	put_object(j, may_be_null);
	put_flag(j, "additionalProperties", false);
	if (any_required(fields))
		put_required(j, fields);
	put_properties(s, fields);
	for (const struct yaml_field *f = fields; f->name; f++)
		any_needs = any_needs || f->needs;
	if (any_needs)
		put_needs(j, fields);
}

void
schema_print(struct buf *b)
{
	struct schema s = {.j = {.out = b, .lines = true}};
	struct json *j = &s.j;

	json_begin(j, '{');
	put_member(j, "$schema", "http://json-schema.org/draft-07/schema#");
	put_member(j, "title", "zonepp.yaml");
	put_member(j, "description", "Project file of zonepp; see zonepp.yaml(5).");
	put_fields(&s, project_fields, false);
	json_key(j, "definitions");
	json_begin(j, '{');
	for (size_t i = 0; i < s.n_forms; i++)
		put_definition(j, s.forms[i]);
	json_end(j, '}');
	json_end(j, '}');
	buf_putc(b, '\n');
}
