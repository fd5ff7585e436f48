#include "publish/expand.h"

#include "dane/alias.h"

/* One file of the include stack, and how far its text was copied. */
struct level {
	struct text text;
	const char *copied;
	bool any;          /* it holds more than comments */
	bool origin_moved; /* it set an $ORIGIN, or was included with one */
};

struct expand {
	struct buf *out;
	struct diags *diags;
	struct level levels[PARSE_INCLUDE_DEPTH + 2];
	unsigned depth;
	uint32_t first_source;
	const char *line_end; /* of the entry that is being replaced */
	bool between;         /* a record of that entry was written before */
	bool owner_moved;     /* the last owner of the output is not the template's */
	const char *line;     /* of the entry that is kept; NULL: it is made, or a directive */
	struct text made;     /* a line of $GENERATE that waits for its record */
	bool owner_wanted;    /* the line needs its owner in full */
	bool in_zone;         /* a SOA record came */
	bool directive_last;  /* BIND misses the end of its line at the end of a file */
	bool ttl_known;       /* `ttl_s` is what a $TTL of ours says */
	uint32_t ttl_s;
	bool failed;
	struct store aliases; /* what justifies owners of $TLSA, see keep_alias */
};

static void
copy_to(struct expand *ex, const char *to)
{
	struct level *level = &ex->levels[ex->depth];

	buf_put(ex->out, level->copied, (size_t)(to - level->copied));
	level->copied = to;
}

static bool
is_blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p == end;
}

/* The end of the line that `p` is in, behind its newline. */
static const char *
next_line(const struct level *level, const char *p)
{
	const char *end = level->text.data + level->text.len;
	const char *newline = memchr(p, '\n', (size_t)(end - p));

	return newline ? newline + 1 : end;
}

static const char *
line_end_at(const struct level *level, const char *p)
{
	const char *next = next_line(level, p);

	return next - level->text.data >= 2 && next[-1] == '\n' && next[-2] == '\r' ? "\r\n" : "\n";
}

static void
put_line_end(struct expand *ex, const char *line_end)
{
	if (ex->out->len > 0 && ex->out->data[ex->out->len - 1] != '\n')
		buf_puts(ex->out, line_end);
}

static void
need_origin(struct expand *ex, struct parser *parser, const struct entry *entry, const char *why)
{
	if (parser_origin_known(parser))
		return;
	ex->failed = true;
	diag_add(ex->diags, token_pos(entry, entry->tokens), Z_NO_ORIGIN,
	    "%s, and the origin is not known", why);
}

static void
put_origin(struct expand *ex, struct parser *parser, const char *line_end)
{
	buf_puts(ex->out, "$ORIGIN ");
	name_print(ex->out, parser_origin(parser)->wire);
	buf_puts(ex->out, line_end);
}

/* NSD and Knot take no origin that is relative, and no server takes one in quotes: those are
 * written in full. What is none is left for the parser to complain of. */
static void
keep_origin(struct expand *ex, struct parser *parser, const struct entry *entry)
{
	const struct token *token = &entry->tokens[1];
	struct name_fault fault;
	struct name name;

	ex->levels[ex->depth].origin_moved = true;
	if (entry->n < 2 ||
	    (name_parse(token_text(token), NULL, &name, &fault) == 0 && !token->quoted) ||
	    !parser_origin_known(parser) ||
	    name_parse(token_text(token), parser_origin(parser), &name, &fault) < 0)
		return;
	copy_to(ex, token->text - token->quoted);
	name_print(ex->out, name.wire);
	ex->levels[ex->depth].copied = token->text + token->len + token->quoted;
}

/* Where a $TTL or an owner can be put ahead of the entry. */
static const char *
line_of(const struct expand *ex, const struct entry *entry)
{
	const char *line = entry->begin;

	while (line > ex->levels[ex->depth].copied && line[-1] != '\n')
		line--;
	return line;
}

/* A line without owner may mean another name than the last one of the output. */
static void
keep(struct expand *ex, struct parser *parser, const struct entry *entry)
{
	const struct token *first = entry->tokens;
	bool directive = !entry->blank_owner && !first->quoted && *first->text == '$';

	ex->line = NULL;
	ex->directive_last = directive;
	if (directive && text_is_nocase(token_text(first), "$ORIGIN"))
		keep_origin(ex, parser, entry);
	if (directive)
		return;
	ex->line = line_of(ex, entry);
	ex->owner_wanted = entry->blank_owner && ex->owner_moved && parser_owner(parser);
	if (ex->owner_wanted)
		need_origin(ex, parser, entry, "the line needs its owner in full");
	ex->owner_moved = false;
}

static void
replace(struct expand *ex, const struct entry *entry)
{
	struct level *level = &ex->levels[ex->depth];

	copy_to(ex, entry->begin);
	level->copied = entry->end;
	ex->line_end = line_end_at(level, entry->end);
	ex->between = false;
	ex->owner_moved = true;
}

/* A line feed ahead of all lines but the first that stand for one entry. */
static void
next_record(struct expand *ex)
{
	if (ex->between)
		buf_puts(ex->out, ex->line_end);
	ex->between = true;
}

/* A line of $GENERATE means the same where it stands as a line of the file. */
static void
made(struct expand *ex, const struct entry *entry)
{
	next_record(ex);
	ex->line = NULL;
	ex->made = (struct text){entry->begin, (size_t)(entry->end - entry->begin)};
}

/* A comment behind the file's name stays, on a line of its own. */
static void
include(struct expand *ex, struct parser *parser, const struct entry *entry)
{
	struct level *level = &ex->levels[ex->depth];
	const char *next = next_line(level, entry->end), *line_end = line_end_at(level, entry->end);

	copy_to(ex, entry->begin);
	level->copied = entry->end;
	if (!is_blank(entry->end, next)) {
		while (*level->copied == ' ' || *level->copied == '\t')
			level->copied++;
		copy_to(ex, next);
		put_line_end(ex, line_end);
	}
	level->copied = next;
	if (entry->n > 2)
		put_origin(ex, parser, line_end);
	ex->depth++;
	level = &ex->levels[ex->depth];
	level->text = ex->diags->sources[ex->diags->n_sources - 1].text;
	level->copied = level->text.data;
	level->origin_moved = entry->n > 2;
	level->any = false;
}

static void
copy_to_end(struct expand *ex, const struct level *level)
{
	buf_put(
	    ex->out, level->copied, (size_t)(level->text.data + level->text.len - level->copied));
}

/* A file of comments alone has not proved to be a zone file: it gives nothing. */
static void
included(struct expand *ex, struct parser *parser, const struct entry *entry)
{
	struct level *level = &ex->levels[ex->depth--];
	const char *line_end = line_end_at(&ex->levels[ex->depth], entry->end);

	if (level->any)
		copy_to_end(ex, level);
	put_line_end(ex, line_end);
	if (level->origin_moved) {
		need_origin(ex, parser, entry, "$ORIGIN must be set back behind the file");
		put_origin(ex, parser, line_end);
	}
	ex->owner_moved = true;
}

static void
expand_entry(void *ctx, struct parser *parser, const struct entry *entry, enum entry_kind kind)
{
	struct expand *ex = ctx;
	struct level *top = &ex->levels[0];

	if (!top->text.data) {
		top->text = ex->diags->sources[ex->first_source].text;
		top->copied = top->text.data;
	}
	if (kind != ENTRY_INCLUDED)
		ex->levels[ex->depth].any = true;
	ex->directive_last = false;
	switch (kind) {
	case ENTRY_KEPT:
		keep(ex, parser, entry);
		break;
	case ENTRY_REPLACED:
		replace(ex, entry);
		break;
	case ENTRY_MADE:
		made(ex, entry);
		break;
	case ENTRY_INCLUDE:
		include(ex, parser, entry);
		break;
	case ENTRY_INCLUDED:
		included(ex, parser, entry);
		break;
	}
}

/* Aliases, what a DNAME makes some of, and hosts, which an alias for all names may be meant for. */
static void
keep_alias(struct expand *ex, const struct parsed *record)
{
	static const uint16_t kept[] = {TYPE_A, TYPE_AAAA, TYPE_CNAME, TYPE_DNAME, TYPE_TLSA};
	struct parsed alias = *record;

	alias.same_owner = false;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (record->type == kept[i])
			store_add(&ex->aliases, &alias);
}

/* Without a $TTL BIND takes the last TTL, NSD and Knot their own. In a part of a zone nothing is
 * known of a $TTL ahead of it. */
static void
put_ttl(struct expand *ex, const struct parsed *record, const char *line_end)
{
	ex->in_zone = ex->in_zone || record->type == TYPE_SOA;
	if (!ex->in_zone || !record->ttl_taken || (ex->ttl_known && ex->ttl_s == record->ttl_s))
		return;
	if (ex->line)
		copy_to(ex, ex->line);
	buf_printf(ex->out, "$TTL %u%s", (unsigned)record->ttl_s, line_end);
	ex->ttl_known = true;
	ex->ttl_s = record->ttl_s;
}

/* A record of the template's own text, or of a line of $GENERATE. */
static void
put_kept(struct expand *ex, const struct parsed *record)
{
	put_ttl(
	    ex, record, ex->line ? line_end_at(&ex->levels[ex->depth], ex->line) : ex->line_end);
	if (!ex->line)
		buf_put(ex->out, ex->made.data, ex->made.len);
	if (ex->line && ex->owner_wanted) {
		copy_to(ex, ex->line);
		name_print(ex->out, record->owner->wire);
	}
}

static int
expand_record(void *ctx, const struct parsed *record)
{
	struct expand *ex = ctx;

	keep_alias(ex, record);
	if (!record->owner_text.data) {
		put_kept(ex, record);
		return 0;
	}
	next_record(ex);
	buf_put(ex->out, record->owner_text.data, record->owner_text.len);
	buf_printf(ex->out, "\t%u\tIN\t", (unsigned)record->ttl_s);
	type_print(ex->out, record->type);
	buf_putc(ex->out, '\t');
	rdata_print(ex->out, record->type, record->rdata);
	if (record->comment.len > 0) {
		buf_puts(ex->out, " ; ");
		buf_put(ex->out, record->comment.data, record->comment.len);
	}
	return 0;
}

/* The text may be a part of any zone. */
static const struct name everything = {.len = 1};

int
expand_file(struct diags *diags, const struct load_options *options, struct buf *out)
{
	struct expand ex = {.out = out, .diags = diags, .first_source = (uint32_t)diags->n_sources};
	struct directives directives;
	struct parse_options parse = {.zone = options->zone,
	    .fragment = true,
	    .roots = options->roots,
	    .named = options->named,
	    .includes = options->includes,
	    .directives = directives.rows,
	    .sink = {.ctx = &ex, .record = expand_record, .entry = expand_entry}};
	struct text text;
	struct name zone;
	int parsed;

	load_begin(diags, options);
	directives_begin(&directives, &diags->arena, options->now, true);
	directives_name(&directives, options->certificates, options->secrets);
	store_begin(&ex.aliases, diags, &everything);
	parsed = parse_file(diags, &parse, options->path, &zone);
	if (directives.tlsa.doubts)
		store_sort(&ex.aliases);
	if (dane_aliases_judge(&ex.aliases, directives.tlsa.doubts) < 0 || parsed < 0)
		ex.failed = true;
	store_free(&ex.aliases);
	if (ex.failed)
		return -1;
	text = diags->sources[ex.first_source].text;
	if (!ex.levels[0].text.data)
		ex.levels[0].copied = text.data;
	copy_to(&ex, text.data + text.len);
	if (ex.directive_last)
		put_line_end(&ex, line_end_at(&ex.levels[0], text.data));
	return 0;
}
