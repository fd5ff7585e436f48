#include "project/yaml.h"

#include "base/duration.h"
#include "base/mem.h"

#include <stdlib.h>
#include <yaml.h>

enum { DEPTH_MOST = 16, FIELDS_MOST = 24 };

/* One run of libyaml's parser. `event` is the current one. */
struct reader {
	struct diags *diags;
	struct text text; /* behind a byte order mark */
	struct pos begin; /* of `text` */
	yaml_parser_t parser;
	yaml_event_t event;
	unsigned depth;
	struct pos open;              /* the innermost list or mapping that has begun */
	bool refused;                 /* the tree misses something that the text holds */
	size_t n_characters, n_bytes; /* a place in the text, counted both ways */
};

/* libyaml counts characters. Events come in order, so counting goes on from the last place. */
static struct pos
pos_of(struct reader *r, size_t character)
{
	if (character < r->n_characters)
		r->n_characters = r->n_bytes = 0;
	for (; r->n_characters < character && r->n_bytes < r->text.len; r->n_characters++)
		do
			r->n_bytes++;
		while (
		    r->n_bytes < r->text.len && ((uint8_t)r->text.data[r->n_bytes] & 0xc0) == 0x80);
	return (struct pos){r->begin.at + r->n_bytes};
}

/* Does nothing but blanks follow? */
static bool
is_at_end(const struct reader *r, struct pos pos)
{
	size_t at = (size_t)(pos.at - r->begin.at);

	while (at < r->text.len && strchr(" \t\r\n", r->text.data[at]))
		at++;
	return at >= r->text.len;
}

/* What begins and never ends is shown where it begins. */
static struct pos
error_pos(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	struct pos pos;

	if (p->error == YAML_READER_ERROR)
		return (struct pos){r->begin.at + p->problem_offset};
	pos = pos_of(r, p->problem_mark.index);
	if (p->context && is_at_end(r, pos))
		pos = pos_of(r, p->context_mark.index);
	return r->open.at && is_at_end(r, pos) ? r->open : pos;
}

/* What the text at an error most likely means; libyaml says only what it expected. */
static const struct {
	const char *text, *message;
} hints[] = {
    {"\t", "a tab in the indentation, where only spaces may stand"},
    {"{zone}", "a value that holds {zone} wants quotes here: \"{zone}\""},
    {"@", "a value that begins with @ wants quotes"},
    {"%", "a value that begins with % wants quotes"},
    {"`", "a value that begins with ` wants quotes"},
};

static int
syntax_error(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *problem = p->problem ? p->problem : "libyaml failed";
	struct pos pos = error_pos(r);
	const char *at = r->text.data + (size_t)(pos.at - r->begin.at);
	size_t left = (size_t)(r->text.data + r->text.len - at);

	r->refused = true;
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strlen(hints[i].text) <= left &&
		    memcmp(hints[i].text, at, strlen(hints[i].text)) == 0)
			return diag_error(
			    r->diags, pos, P_SYNTAX, "malformed YAML: %s", hints[i].message);
	if (p->context)
		return diag_error(
		    r->diags, pos, P_SYNTAX, "malformed YAML %s: %s", p->context, problem);
	return diag_error(r->diags, pos, P_SYNTAX, "malformed YAML: %s", problem);
}

static int
next_event(struct reader *r)
{
	yaml_event_delete(&r->event);
	if (!yaml_parser_parse(&r->parser, &r->event)) {
		r->event = (yaml_event_t){.type = YAML_NO_EVENT};
		if (r->parser.error == YAML_MEMORY_ERROR)
			mem_lacks();
		return syntax_error(r);
	}
	return 0;
}

static struct pos
event_pos(struct reader *r)
{
	return pos_of(r, r->event.start_mark.index);
}

static void
refuse(struct reader *r, enum problem problem, const char *what)
{
	r->refused = true;
	diag_add(r->diags, event_pos(r), problem, "%s", what);
}

/* The properties of the three kinds of nodes lie in three structs. */
static void
refuse_properties(struct reader *r)
{
	const yaml_event_t *e = &r->event;
	const yaml_char_t *anchor = NULL, *tag = NULL;

	switch (e->type) {
	case YAML_SCALAR_EVENT:
		anchor = e->data.scalar.anchor;
		tag = e->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = e->data.sequence_start.anchor;
		tag = e->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = e->data.mapping_start.anchor;
		tag = e->data.mapping_start.tag;
		break;
	default:
		break;
	}
	if (anchor)
		refuse(r, P_SYNTAX, "an anchor: zonepp.yaml does without anchors and aliases");
	if (tag)
		refuse(r, P_SYNTAX, "a tag: zonepp.yaml does without tags");
}

static struct text
scalar_text(struct reader *r)
{
	const char *value = (const char *)r->event.data.scalar.value;
	size_t len = r->event.data.scalar.length;

	if (memchr(value, '\0', len))
		refuse(r, P_VALUE, "a string with a NUL character");
	return (struct text){arena_text(&r->diags->arena, value, len), len};
}

static int
node_read(struct reader *r, struct yaml_node *node);

static struct yaml_node *
node_append(struct reader *r, struct yaml_node *parent, struct yaml_node ***tail)
{
	struct yaml_node *node = arena_zalloc(&r->diags->arena, sizeof(*node));

	**tail = node;
	*tail = &node->next;
	parent->n++;
	return node;
}

static int
list_read(struct reader *r, struct yaml_node *list)
{
	struct yaml_node **tail = &list->first;

	list->kind = YAML_LIST;
	for (;;) {
		if (next_event(r) < 0)
			return -1;
		if (r->event.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if (node_read(r, node_append(r, list, &tail)) < 0)
			return -1;
	}
}

/* Reads the key that is the current event, and its value. */
static int
pair_read(struct reader *r, struct yaml_node *value)
{
	struct yaml_node key = {0};

	if (r->event.type != YAML_SCALAR_EVENT && r->event.type != YAML_ALIAS_EVENT)
		refuse(r, P_TYPE, "a key that is a list or a mapping");
	if (node_read(r, &key) < 0 || next_event(r) < 0)
		return -1;
	value->key = key.text;
	value->key_pos = key.pos;
	return node_read(r, value);
}

static int
by_key(const void *a, const void *b)
{
	const struct yaml_node *m = *(struct yaml_node *const *)a;
	const struct yaml_node *n = *(struct yaml_node *const *)b;
	int order = strcmp(m->key.data, n->key.data);

	return order ? order : (m->key_pos.at > n->key_pos.at) - (m->key_pos.at < n->key_pos.at);
}

static void
find_duplicates(struct reader *r, const struct yaml_node *mapping)
{
	const struct yaml_node **nodes = mem_alloc(mapping->n * sizeof(struct yaml_node *));
	size_t n = 0;

	for (const struct yaml_node *node = mapping->first; node; node = node->next)
		if (node->key.data)
			nodes[n++] = node;
	qsort(nodes, n, sizeof(struct yaml_node *), by_key);
	for (size_t i = 1; i < n; i++)
		if (strcmp(nodes[i - 1]->key.data, nodes[i]->key.data) == 0)
			diag_add(r->diags, nodes[i]->key_pos, P_DUPLICATE,
			    "\"%s\" stands here a second time; the first is on line %llu",
			    nodes[i]->key.data,
			    (unsigned long long)diags_place(r->diags, nodes[i - 1]->key_pos).line);
	free(nodes);
}

static int
mapping_read(struct reader *r, struct yaml_node *mapping)
{
	struct yaml_node **tail = &mapping->first;

	mapping->kind = YAML_MAPPING;
	for (;;) {
		if (next_event(r) < 0)
			return -1;
		if (r->event.type == YAML_MAPPING_END_EVENT)
			break;
		if (pair_read(r, node_append(r, mapping, &tail)) < 0)
			return -1;
	}
	find_duplicates(r, mapping);
	return 0;
}

/* Reads the node that begins with the current event. */
static int
node_read(struct reader *r, struct yaml_node *node)
{
	struct pos open = r->open;
	int result = 0;

	node->pos = event_pos(r);
	refuse_properties(r);
	if (r->depth == DEPTH_MOST) {
		refuse(r, P_SYNTAX, "lists and mappings nested too deep");
		return -1;
	}
	r->depth++;
	if (r->event.type != YAML_SCALAR_EVENT)
		r->open = node->pos;
	switch (r->event.type) {
	case YAML_SCALAR_EVENT:
		node->plain = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
		node->text = scalar_text(r);
		break;
	case YAML_SEQUENCE_START_EVENT:
		result = list_read(r, node);
		break;
	case YAML_MAPPING_START_EVENT:
		result = mapping_read(r, node);
		break;
	default:
		refuse(r, P_SYNTAX, "an alias: zonepp.yaml does without anchors and aliases");
	}
	if (result == 0)
		r->open = open;
	r->depth--;
	return result;
}

static int
document_read(struct reader *r, struct yaml_node *root)
{
	if (next_event(r) < 0 || next_event(r) < 0) /* the stream starts; a document starts */
		return -1;
	if (r->event.type == YAML_STREAM_END_EVENT) {
		root->plain = true;
		root->text = (struct text){"", 0};
		root->pos = r->begin;
		return 0;
	}
	if (next_event(r) < 0 || node_read(r, root) < 0)
		return -1;
	if (next_event(r) < 0 || next_event(r) < 0) /* the document ends; the stream ends */
		return -1;
	if (r->event.type != YAML_STREAM_END_EVENT)
		refuse(r, P_SYNTAX, "a second document: one file holds one");
	return 0;
}

/* libyaml would count the mark as a column of the first line. */
static void
skip_byte_order_mark(struct reader *r)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (r->text.len < 3 || memcmp(r->text.data, mark, 3) != 0)
		return;
	r->text = (struct text){r->text.data + 3, r->text.len - 3};
	r->begin.at += 3;
}

int
yaml_parse(struct diags *diags, uint32_t source, struct yaml_node **out)
{
	struct reader r = {
	    .diags = diags, .text = diags->sources[source - 1].text, .begin = pos_at(source, 0)};
	size_t n_errors = diags->n_severity[SEVERITY_ERROR];

	*out = arena_zalloc(&diags->arena, sizeof(**out));
	if (!yaml_parser_initialize(&r.parser)) /* which only allocates */
		mem_lacks();
	skip_byte_order_mark(&r);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)r.text.data, r.text.len);
	if (document_read(&r, *out) < 0 || r.refused)
		*out = NULL;
	yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	return diags->n_severity[SEVERITY_ERROR] > n_errors ? -1 : 0;
}

static bool
is_one_of(const struct yaml_node *node, const char *const words[3])
{
	for (size_t i = 0; i < 3; i++)
		if (text_is(node->text, words[i]))
			return true;
	return false;
}

bool
yaml_is_null(const struct yaml_node *node)
{
	static const char *const words[] = {"null", "Null", "NULL"};

	if (node->kind != YAML_SCALAR || !node->plain)
		return false;
	return node->text.len == 0 || text_is(node->text, "~") || is_one_of(node, words);
}

const struct yaml_node *
yaml_value(const struct yaml_node *mapping, const char *key)
{
	const struct yaml_node *node = mapping->kind == YAML_MAPPING ? mapping->first : NULL;

	while (node && !text_is(node->key, key))
		node = node->next;
	return node;
}

static int
wrong_type(struct diags *diags, const struct yaml_node *node, const char *name, const char *wanted)
{
	static const char *const kinds[] = {
	    [YAML_SCALAR] = "a string", [YAML_LIST] = "a list", [YAML_MAPPING] = "a mapping"};
	bool nothing = yaml_is_null(node), empty = node->kind == YAML_SCALAR && !node->text.len;

	return diag_error(diags, nothing && node->key.data ? node->key_pos : node->pos, P_TYPE,
	    "%s wants %s, not %s", name, wanted,
	    nothing ? "nothing"
	    : empty ? "\"\""
		    : kinds[node->kind]);
}

static bool
is_string(const struct yaml_node *node)
{
	return node->kind == YAML_SCALAR && !yaml_is_null(node) && node->text.len;
}

static bool
has_control(struct text text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((uint8_t)text.data[i] < ' ' || text.data[i] == 0x7f)
			return true;
	return false;
}

static int
text_set(
    struct diags *diags, const struct yaml_field *field, const struct yaml_node *node, void *out)
{
	if (!is_string(node))
		return wrong_type(diags, node, field->name, "a string that is not empty");
	if (has_control(node->text))
		return diag_error(diags, node->pos, P_VALUE,
		    "%s has a line break or another control character", field->name);
	*(struct yaml_text *)out = (struct yaml_text){node->text.data, node->pos};
	return 0;
}

static int
bool_set(
    struct diags *diags, const struct yaml_field *field, const struct yaml_node *node, void *out)
{
	static const char *const yes[] = {"true", "True", "TRUE"}, *const no[] = {
								       "false", "False", "FALSE"};

	if (node->kind != YAML_SCALAR || !node->plain ||
	    (!is_one_of(node, yes) && !is_one_of(node, no)))
		return wrong_type(diags, node, field->name, "true or false");
	*(bool *)out = is_one_of(node, yes);
	return 0;
}

static int
duration_set(
    struct diags *diags, const struct yaml_field *field, const struct yaml_node *node, void *out)
{
	uint64_t seconds;

	if (!is_string(node))
		return wrong_type(diags, node, field->name, "a duration such as 12h or 14d");
	if (duration_parse(node->text, INT32_MAX, &seconds) < 0)
		return diag_error(diags, node->pos, P_VALUE,
		    "\"%s\" is no duration up to 68 years; write 90s, 30m, 12h, 14d, 2w or 1y",
		    node->text.data);
	*(uint32_t *)out = (uint32_t)seconds;
	return 0;
}

static int
percent_set(
    struct diags *diags, const struct yaml_field *field, const struct yaml_node *node, void *out)
{
	unsigned percent;
	int end = 0;

	if (!is_string(node))
		return wrong_type(diags, node, field->name, "a percentage such as 30%");
	if (!ascii_is_digit(node->text.data[0]) ||
	    sscanf(node->text.data, "%3u%%%n", &percent, &end) != 1 ||
	    (size_t)end != node->text.len || percent > 100)
		return diag_error(diags, node->pos, P_VALUE,
		    "\"%s\" is no percentage: write 0%% to 100%%, as in 30%%", node->text.data);
	*(uint32_t *)out = percent;
	return 0;
}

/* Returns 0, or -1 where the text is no amount or exceeds 64 bits. */
static int
amount_parse(struct text text, uint64_t *out)
{
	static const struct {
		const char *unit;
		uint64_t factor;
	} units[] = {{"", 1}, {"B", 1}, {"K", 1000}, {"M", 1000000}, {"G", 1000000000},
	    {"KB", 1000}, {"MB", 1000000}, {"GB", 1000000000}, {"KiB", UINT64_C(1) << 10},
	    {"MiB", UINT64_C(1) << 20}, {"GiB", UINT64_C(1) << 30}};
	uint64_t n = 0;
	size_t i = 0;

	for (; i < text.len && ascii_is_digit(text.data[i]); i++) {
		if (n > (UINT64_MAX - 9) / 10)
			return -1;
		n = n * 10 + (uint64_t)(text.data[i] - '0');
	}
	if (n == 0)
		return -1;
	text = (struct text){text.data + i, text.len - i};
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (text_is_nocase(text, units[i].unit) && n <= UINT64_MAX / units[i].factor) {
			*out = n * units[i].factor;
			return 0;
		}
	return -1;
}

static int
amount_set(
    struct diags *diags, const struct yaml_field *field, const struct yaml_node *node, void *out)
{
	if (!is_string(node))
		return wrong_type(diags, node, field->name, "an amount such as 500000, 50M or 8GB");
	if (amount_parse(node->text, out) < 0)
		return diag_error(diags, node->pos, P_VALUE,
		    "\"%s\" is no amount: write a number from 1 on, as in 500000, 50M, 8GB or 8GiB",
		    node->text.data);
	return 0;
}

/* Appends "; did you mean ..." or "; known are ...". */
static void
put_hint(struct buf *b, struct text word, const char *const *known)
{
	const char *nearest = diag_nearest(word, known);

	if (nearest) {
		buf_printf(b, "; did you mean \"%s\"?", nearest);
		return;
	}
	buf_puts(b, "; known are ");
	for (size_t i = 0; known[i]; i++)
		buf_printf(b, "%s%s", i ? ", " : "", known[i]);
}

static int
unknown_word(struct diags *diags, struct pos pos, enum problem problem, struct text word,
    const char *what, const char *const *known)
{
	struct buf hint = {0};

	put_hint(&hint, word, known);
	diag_add(diags, pos, problem, "unknown %s \"%s\"%.*s", what, word.data, (int)hint.len,
	    hint.data);
	diag_fix(diags, pos, word, diag_nearest(word, known));
	buf_free(&hint);
	return -1;
}

/* Reads one of `choices`, which messages call `what`. */
static int
word_read(struct diags *diags, const struct yaml_node *node, const char *what,
    const struct yaml_choice *choices, int *out)
{
	const char *known[FIELDS_MOST + 1] = {NULL};

	for (size_t i = 0; choices[i].name; i++) {
		known[i] = choices[i].name;
		*out = choices[i].value;
		if (text_is(node->text, choices[i].name))
			return 0;
	}
	return unknown_word(diags, node->pos, P_VALUE, node->text, what, known);
}

static int
choice_set(
    struct diags *diags, const struct yaml_field *field, const struct yaml_node *node, void *out)
{
	int value = 0;

	if (!is_string(node))
		return wrong_type(diags, node, field->name, "a word");
	if (word_read(diags, node, field->name, field->choices, &value) < 0)
		return -1;
	*(int *)out = value;
	return 0;
}

static int
texts_set(
    struct diags *diags, const struct yaml_field *field, const struct yaml_node *node, void *out)
{
	struct arena *a = &diags->arena;
	struct yaml_text *items;
	const char **argv;
	size_t i = 0;

	if (node->kind != YAML_LIST)
		return wrong_type(diags, node, field->name, "a list of strings");
	items = arena_alloc(a, (node->n + 1) * sizeof(*items));
	argv = arena_alloc(a, (node->n + 1) * sizeof(*argv));
	for (const struct yaml_node *item = node->first; item; item = item->next, i++) {
		if (!is_string(item))
			return wrong_type(diags, item, field->name, "strings in its list");
		items[i] = (struct yaml_text){item->text.data, item->pos};
		argv[i] = item->text.data;
	}
	argv[i] = NULL;
	*(struct yaml_texts *)out = (struct yaml_texts){items, argv, i, node->pos};
	return 0;
}

static int
choices_set(
    struct diags *diags, const struct yaml_field *field, const struct yaml_node *node, void *out)
{
	const char *what = arena_printf(&diags->arena, "part in %s:", field->name);
	struct yaml_texts texts;
	unsigned bits = 0;
	int value = 0, result = texts_set(diags, field, node, &texts);

	if (result < 0)
		return -1;
	for (const struct yaml_node *item = node->first; item; item = item->next)
		if (word_read(diags, item, what, field->choices, &value) < 0)
			result = -1;
		else
			bits |= (unsigned)value;
	*(unsigned *)out = bits;
	return result;
}

static int
command_set(
    struct diags *diags, const struct yaml_field *field, const struct yaml_node *node, void *out)
{
	if (texts_set(diags, field, node, out) < 0)
		return -1;
	return node->n ? 0
		       : diag_error(diags, node->pos, P_VALUE, "%s wants a command", field->name);
}

static int
mapping_set(
    struct diags *diags, const struct yaml_field *field, const struct yaml_node *node, void *out)
{
	if (node->kind != YAML_MAPPING && !yaml_is_null(node))
		return wrong_type(diags, node, field->name, "a mapping");
	*(const struct yaml_node **)out = node;
	return 0;
}

static const struct yaml_form text_form = {
    "text", .pattern = "^[^\\u0000-\\u001f\\u007f]+$", .booleans = true, .numbers = true};
static const struct yaml_form argument_form = {
    "argument", .pattern = "^[^\\u0000]+$", .booleans = true, .numbers = true};
static const struct yaml_form duration_form = {
    "duration", .pattern = "^" YAML_DURATION_PATTERN "$", .most = INT32_MAX};
static const struct yaml_form percentage_form = {
    "percentage", .pattern = "^(100|[0-9]{1,2}|0[0-9]{2})%$"};
static const struct yaml_form amount_form = {"amount",
    .pattern = "^0*[1-9][0-9]*([kKmMgG]([iI]?[bB])?|[bB])?$", .least = 1, .most = INT64_MAX};

/* How a field of each type is read, and what its text looks like. */
static const struct {
	int (*set)(struct diags *, const struct yaml_field *, const struct yaml_node *, void *out);
	const struct yaml_form *form;
} types[N_YAML_TYPES] = {
    [YAML_TEXT] = {text_set, &text_form},
    [YAML_BOOL] = {bool_set, NULL},
    [YAML_DURATION] = {duration_set, &duration_form},
    [YAML_PERCENT] = {percent_set, &percentage_form},
    [YAML_AMOUNT] = {amount_set, &amount_form},
    [YAML_CHOICE] = {choice_set, NULL},
    [YAML_CHOICES] = {choices_set, NULL},
    [YAML_TEXTS] = {texts_set, &argument_form},
    [YAML_COMMAND] = {command_set, &argument_form},
    [YAML_MAPPING_OF] = {mapping_set, NULL},
};

const struct yaml_form *
yaml_form_of(const struct yaml_field *field)
{
	return field->form ? field->form : types[field->type].form;
}

void
yaml_defaults(const struct yaml_field *fields, void *out)
{
	struct diags diags = {0}; /* a row's own text fits: tests/unit/test_mapping.c */

	for (const struct yaml_field *f = fields; f->name; f++) {
		struct yaml_node node = {.kind = YAML_SCALAR, .plain = true};

		if (!f->otherwise)
			continue;
		node.text = text_of(f->otherwise);
		types[f->type].set(&diags, f, &node, (char *)out + f->offset);
	}
	diags_free(&diags);
}

static int
field_read(struct diags *diags, const struct yaml_field *fields, const char *what,
    const struct yaml_node *node, char *out)
{
	const char *known[FIELDS_MOST + 1] = {NULL};
	const struct yaml_field *field = fields;

	for (size_t i = 0; field->name; field++) {
		if (text_is(node->key, field->name))
			break;
		known[i++] = field->name;
	}
	if (!field->name) {
		const char *name = arena_printf(&diags->arena, "key in %s:", what);

		return unknown_word(diags, node->key_pos, P_KEY, node->key, name, known);
	}
	return types[field->type].set(diags, field, node, out + field->offset);
}

static int
find_missing(struct diags *diags, const struct yaml_node *mapping, const char *what,
    const struct yaml_field *fields)
{
	int result = 0;

	for (const struct yaml_field *f = fields; f->name; f++)
		if (f->required && f->type != YAML_MAPPING_OF && !yaml_value(mapping, f->name))
			result = diag_error(
			    diags, mapping->key_pos, P_VALUE, "%s has no \"%s\"", what, f->name);
	return result;
}

int
yaml_read(struct diags *diags, const struct yaml_node *mapping, const char *what,
    const struct yaml_field *fields, void *out)
{
	int result;

	if (!mapping)
		return 0;
	if (mapping->kind != YAML_MAPPING && !yaml_is_null(mapping))
		return wrong_type(diags, mapping, what, "a mapping");
	result = find_missing(diags, mapping, what, fields);
	for (const struct yaml_node *node = mapping->first; node; node = node->next)
		if (field_read(diags, fields, what, node, out) < 0)
			result = -1;
	return result;
}

/* What holds a line break is refused where it is read, but in command lines. */
static void
put_node(struct buf *b, const struct yaml_node *node)
{
	if (node->kind == YAML_SCALAR)
		buf_printf(
		    b, "%s%.*s", node->plain ? " " : " '", (int)node->text.len, node->text.data);
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		buf_printf(b, "\n\t%.*s", (int)item->key.len, item->key.data ? item->key.data : "");
		put_node(b, item);
	}
}

const char *
yaml_text_of(struct arena *a, const struct yaml_node *mapping)
{
	struct buf b = {0};

	if (mapping && !yaml_is_null(mapping))
		put_node(&b, mapping);
	return b.len ? buf_text(&b, a) : "";
}
