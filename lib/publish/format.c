#include "publish/format.h"

#include "base/digest.h"
#include "zone/format.h"

/* What a text means, in the order of the file. */
struct meaning {
	struct digest *digest;
	uint8_t sha256[DIGEST_LEN];
};

static void
add(struct meaning *meaning, const void *data, size_t len)
{
	digest_add(meaning->digest, &len, sizeof(len)); /* so that no two lists are one text */
	if (len > 0)
		digest_add(meaning->digest, data, len);
}

static int
take_record(void *ctx, const struct parsed *record)
{
	add(ctx, record->owner->wire, record->owner->len);
	add(ctx, &record->type, sizeof(record->type));
	add(ctx, &record->ttl_s, sizeof(record->ttl_s));
	add(ctx, record->rdata.data, record->rdata.len);
	return 0;
}

static void
take_entry(void *ctx, struct parser *parser, const struct entry *entry, enum entry_kind kind)
{
	(void)parser;
	add(ctx, &kind, sizeof(kind));
	add(ctx, &entry->blank_owner, sizeof(entry->blank_owner));
	for (size_t i = 0; i < entry->n; i++) {
		add(ctx, &entry->tokens[i].quoted, sizeof(entry->tokens[i].quoted));
		add(ctx, entry->tokens[i].text, entry->tokens[i].len);
	}
}

/* A directive stands for what its words say, which take_entry has. */
static int
pass(void *ctx, struct parser *parser, const struct entry *entry)
{
	(void)ctx;
	(void)parser;
	(void)entry;
	return 0;
}

static int
read_meaning(struct diags *diags, const struct load_options *options, struct text text,
    uint32_t source, struct meaning *meaning)
{
	struct directives directives;
	struct parse_options parse = {.zone = options->zone,
	    .fragment = true,
	    .torn = true,
	    .roots = options->roots,
	    .named = options->named,
	    .includes = options->includes,
	    .directives = directives.rows,
	    .sink = {.ctx = meaning, .record = take_record, .entry = take_entry}};
	struct name zone;
	int result;

	directives_begin(&directives, &diags->arena, options->now, true);
	for (struct parse_directive *row = directives.rows; row->name; row++)
		row->run = pass;
	meaning->digest = digest_begin();
	result = parse_text(diags, &parse, options->path, text, source, &zone);
	digest_end(meaning->digest, meaning->sha256);
	return result;
}

int
format_prove(struct diags *diags, const struct load_options *options, struct text text,
    uint32_t source, struct text other)
{
	struct meaning before, after;
	struct diags own = {0};
	int result;

	if (read_meaning(diags, options, text, source, &before) < 0)
		return -1;
	load_begin(&own, options);
	result = read_meaning(
	    &own, options, other, diags_source(&own, options->path, other, pos_none()), &after);
	diags_free(&own);
	if (result < 0 || memcmp(before.sha256, after.sha256, DIGEST_LEN) != 0)
		return diag_add_path(diags, options->path, Z_FORMAT,
		    "%s would mean something else with its fields in columns", options->path);
	return 0;
}

int
format_file(
    struct diags *diags, const struct load_options *options, struct text *text, struct buf *out)
{
	uint32_t source;
	size_t start = out->len;

	load_begin(diags, options);
	if (parse_load(diags, options->named ? NULL : options->roots, options->path, 1, text,
		&source) < 0 ||
	    format_text(diags, *text, source, out) < 0)
		return -1;
	*buf_reserve(out, 1) = '\0'; /* the lexer stops there */
	return format_prove(
	    diags, options, *text, source, (struct text){out->data + start, out->len - start});
}
