#include "directive/directive.h"

#include "source/locked.h"

#include <stdlib.h>

struct directive
directive_begin(struct parser *parser, const struct entry *entry)
{
	return (struct directive){.parser = parser,
	    .entry = entry,
	    .a = parser_scratch(parser),
	    .diags = parser_diags(parser),
	    .at = &entry->tokens[1]};
}

/* --- Owners --- */

int
directive_name(struct directive *d, const struct braced *text, struct directive_owner *out)
{
	struct name_fault fault;

	if (name_parse(text->text, parser_origin(d->parser), &out->name, &fault) == 0)
		return 0;
	return diag_error(
	    d->diags, braced_pos(d->entry, text, fault.at), fault.problem, "%s", fault.why);
}

/* Some order without regard to case; equal names as they stand. */
static int
by_name(const void *a, const void *b)
{
	const struct directive_owner *x = *(const struct directive_owner *const *)a;
	const struct directive_owner *y = *(const struct directive_owner *const *)b;
	int order = x->name.len - y->name.len;

	for (size_t i = 0; order == 0 && i < x->name.len; i++)
		order = ascii_lower(x->name.wire[i]) - ascii_lower(y->name.wire[i]);
	return order ? order : (x > y) - (x < y);
}

/* Of equal names the first one stays. */
static void
drop_repeated(struct directive *d)
{
	struct directive_owner **sorted = arena_alloc(d->a, (d->n_owners + 1) * sizeof(*sorted));
	struct directive_owner *last = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < d->n_owners; i++)
		sorted[i] = &d->owners[i];
	qsort(sorted, d->n_owners, sizeof(struct directive_owner *), by_name);
	for (size_t i = 0; i < d->n_owners; i++)
		if (last && name_equal(last->name.wire, sorted[i]->name.wire))
			sorted[i]->name.len = 0;
		else
			last = sorted[i];
	for (size_t i = 0; i < d->n_owners; i++)
		if (d->owners[i].name.len > 0)
			d->owners[kept++] = d->owners[i];
	d->n_owners = kept;
}

static int
read_owners(struct directive *d, const struct braced_list *texts, directive_owner_reader *read)
{
	int result = 0;

	d->owners = arena_zalloc(d->a, texts->n * sizeof(*d->owners));
	for (size_t i = 0; i < texts->n; i++) {
		struct directive_owner *owner = &d->owners[d->n_owners];

		owner->text = texts->items[i].text;
		owner->pos = braced_pos(d->entry, &texts->items[i], 0);
		if (read(d, &texts->items[i], owner) < 0)
			result = -1;
		else
			d->n_owners++;
	}
	drop_repeated(d);
	return result;
}

int
directive_owners(struct directive *d, enum problem problem, directive_owner_reader *read)
{
	const struct token *token = d->at;
	struct braced_list texts;

	if (token == directive_end(d))
		return diag_error(d->diags, token_pos(d->entry, d->entry->tokens), problem,
		    "%.*s has no owner", (int)d->entry->tokens->len, d->entry->tokens->text);
	d->at++;
	if (token->quoted)
		return diag_error(
		    d->diags, token_pos(d->entry, token), problem, "an owner cannot be quoted");
	if (braces_expand(d->a, d->diags, d->entry, token_text(token), &texts) < 0)
		return -1;
	return read_owners(d, &texts, read);
}

int
directive_one_owner(struct directive *d, const struct token *end, directive_owner_reader *read)
{
	const char *begin = d->at->text - d->at->quoted;
	struct text text = {begin, (size_t)(end[-1].text + end[-1].len + end[-1].quoted - begin)};
	const char **from = arena_alloc(d->a, (text.len + 1) * sizeof(*from));
	struct braced one = {text, from};

	for (size_t i = 0; i < text.len; i++)
		from[i] = text.data + i;
	d->at = end;
	return read_owners(d, &(struct braced_list){&one, 1}, read);
}

/* --- What follows --- */

int
directive_ttl_class(struct directive *d, const struct token *end)
{
	struct entry ahead = *d->entry;

	ahead.n = (size_t)(end - ahead.tokens);
	return parser_ttl_class(d->parser, &ahead, &d->at, &d->ttl_s, &d->ttl_stated);
}

int
directive_rest(
    struct directive *d, const char *const *known, const char *missing, struct arguments *out)
{
	if (d->entry->n < 2) /* the owner was missed before */
		return -1;
	if (directive_ttl_class(d, directive_end(d)) < 0)
		return -1;
	if (arguments_read(d->a, d->diags, d->entry, d->at, known, out) < 0)
		return -1;
	for (size_t i = 0; i < out->n; i++)
		if (out->items[i].key.len == 0)
			return 0;
	return diag_error(
	    d->diags, token_pos(d->entry, directive_end(d) - 1), D_NO_SOURCE, "%s", missing);
}

const char *
directive_path(struct directive *d, const struct argument *source)
{
	return file_beside(&d->diags->arena, parser_path(d->parser), text_of(source->value));
}

int
directive_load(struct directive *d, const struct argument *source, size_t most, const char **path,
    struct text *contents)
{
	if (strcmp(source->value, "-") == 0)
		return diag_error(d->diags, source->pos, D_KEY_FILE,
		    "standard input is no source; a file of that name is written ./-");
	*path = directive_path(d, source);
	if (file_load_small(d->diags, source->pos, parser_roots(d->parser), *path, most,
		locked_is_used(d->diags), contents) < 0)
		return -1;
	if (!contents->data && locked_contents(d->diags, source->pos, *path, contents) < 0)
		return -1;
	if (contents->len == 0)
		return diag_error(d->diags, source->pos, D_KEY_FILE, "%s is empty", *path);
	if (contents->len > most)
		return diag_error(d->diags, source->pos, D_KEY_FILE,
		    "%s is too large: more than %zu octets", *path, most);
	return 0;
}

/* --- Records --- */

void
record_set_add(struct directive *d, struct record_set *set, struct bytes rdata, const char *comment)
{
	struct record_data **end = &set->first;

	for (; *end; end = &(*end)->next)
		if ((*end)->rdata.len == rdata.len &&
		    memcmp((*end)->rdata.data, rdata.data, rdata.len) == 0)
			return;
	*end = arena_alloc(d->a, sizeof(**end));
	**end = (struct record_data){rdata, comment, NULL};
}

int
directive_need_ttl(struct directive *d)
{
	if (d->ttl_stated)
		return 0;
	return parser_default_ttl(d->parser, token_pos(d->entry, &d->entry->tokens[1]), &d->ttl_s);
}

int
directive_record(struct directive *d, const struct directive_owner *owner, uint16_t type,
    struct bytes rdata, const char *comment, bool same_owner)
{
	struct parsed record = {.owner = &owner->name,
	    .type = type,
	    .ttl_s = d->ttl_s,
	    .rdata = rdata,
	    .pos = owner->pos,
	    .same_owner = same_owner,
	    .owner_text = owner->text,
	    .comment = text_of(comment)};

	return parser_record(d->parser, &record);
}

int
directive_emit(struct directive *d, const struct directive_owner *owner, uint16_t type,
    const struct record_set *set)
{
	int result = directive_need_ttl(d);

	for (const struct record_data *data = set->first; data && result == 0; data = data->next)
		result = directive_record(
		    d, owner, type, data->rdata, data->comment, data != set->first);
	return result;
}

int
directive_emit_all(struct directive *d, uint16_t type, const struct record_set *set)
{
	int result = 0;

	for (size_t i = 0; i < d->n_owners; i++)
		if (directive_emit(d, &d->owners[i], type, set) < 0)
			result = -1;
	return result;
}
