#include "zone/parse_part.h"

#include "base/duration.h"
#include "zone/foreign.h"
#include "zone/ignore.h"

#include <errno.h>

#include <sys/stat.h>

enum { TTL_MOST = 0x7fffffff }; /* RFC 2181 section 8 */

struct diags *
parser_diags(struct parser *parser)
{
	return parser->diags;
}

struct arena *
parser_scratch(struct parser *parser)
{
	return &parser->scratch;
}

const struct name *
parser_origin(struct parser *parser)
{
	static const struct name root = {.len = 1};

	if (parser->origin.len)
		return &parser->origin;
	return parser->options->fragment ? &root : NULL;
}

bool
parser_origin_known(struct parser *parser)
{
	return parser->origin.len > 0;
}

const struct name *
parser_owner(struct parser *parser)
{
	return parser->owner.len ? &parser->owner : NULL;
}

const struct roots *
parser_roots(struct parser *parser)
{
	return parser->options->roots;
}

const char *
parser_path(struct parser *parser)
{
	return parser->frame->path;
}

int
parser_name(struct parser *parser, const struct entry *entry, struct text text, struct name *out)
{
	struct name_fault fault;

	if (name_parse(text, parser_origin(parser), out, &fault) == 0)
		return 0;
	return diag_error(
	    parser->diags, entry_pos(entry, text.data + fault.at), fault.problem, "%s", fault.why);
}

/* --- TTL, class, type --- */

static int
ttl_parse(
    struct parser *parser, const struct entry *entry, const struct token *token, uint32_t *ttl_s)
{
	uint64_t seconds;

	if (token->quoted || duration_parse_ttl(token_text(token), TTL_MOST, &seconds) < 0)
		return diag_error(parser->diags, token_pos(entry, token), Z_TTL,
		    "%.*s is not a TTL: a number up to 2147483647, or units as in 1h30m",
		    (int)token->len, token->text);
	*ttl_s = (uint32_t)seconds;
	return 0;
}

enum class_match {
	CLASS_NONE, /* not a class at all */
	CLASS_OURS,
	CLASS_OTHER,
};

static enum class_match
class_parse(struct text text)
{
	static const char *const others[] = {"CH", "HS", "CS", "CHAOS", "HESIOD", "NONE", "ANY"};

	if (text.len == 2 && ascii_lower((uint8_t)text.data[0]) == 'i' &&
	    ascii_lower((uint8_t)text.data[1]) == 'n')
		return CLASS_OURS;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (text_is_nocase(text, others[i]) && text.len != 3)
			return CLASS_OTHER;
	if (text.len > 5 && text_is_nocase((struct text){text.data, 5}, "CLASS") &&
	    ascii_is_digit(text.data[5]))
		return text_is(((struct text){text.data + 5, text.len - 5}), "1") ? CLASS_OURS
										  : CLASS_OTHER;
	return CLASS_NONE;
}

int
parser_ttl_class(struct parser *parser, const struct entry *entry, const struct token **token,
    uint32_t *ttl_s, bool *ttl_stated)
{
	const struct token *end = entry->tokens + entry->n;
	bool class_stated = false;

	*ttl_stated = false;
	for (; *token < end && !(*token)->quoted; (*token)++) {
		enum class_match match;

		if (ascii_is_digit((*token)->text[0]) && !*ttl_stated) {
			if (ttl_parse(parser, entry, *token, ttl_s) < 0)
				return -1;
			*ttl_stated = true;
			continue;
		}
		match = class_stated ? CLASS_NONE : class_parse(token_text(*token));
		if (match == CLASS_NONE)
			return 0;
		if (match == CLASS_OTHER)
			return diag_error(parser->diags, token_pos(entry, *token), Z_CLASS,
			    "class %.*s: zones are of class IN here", (int)(*token)->len,
			    (*token)->text);
		class_stated = true;
	}
	return 0;
}

static int
fail_foreign(struct parser *parser, const struct entry *entry, const struct token *token,
    const struct foreign *foreign)
{
	return diag_error(parser->diags, token_pos(entry, token), Z_EXPORT, "%.*s %s: %s",
	    (int)(token->len > 64 ? 64 : token->len), token->text, foreign->what, foreign->remedy);
}

/* Says what stands in the place of a type. */
static int
fail_type(struct parser *parser, const struct entry *entry, const struct token *token)
{
	struct text text = token_text(token);
	const struct foreign *foreign = token->quoted ? NULL : foreign_type(text);
	struct pos pos = token_pos(entry, token);
	const char *nearest = NULL;

	if (!diag_is_full(parser->diags, Z_TYPE))
		nearest = diag_nearest(text, type_names());
	if (foreign)
		return fail_foreign(parser, entry, token, foreign);
	foreign = foreign_line(entry);
	if (foreign)
		return fail_foreign(parser, entry, entry->tokens, foreign);
	diag_add(parser->diags, pos, Z_TYPE, "%.*s is not a record type%s%s%s",
	    (int)(text.len > 64 ? 64 : text.len), text.data, nearest ? "; did you mean " : "",
	    nearest ? nearest : "", nearest ? "?" : "");
	diag_fix(parser->diags, pos, text, nearest);
	return -1;
}

static int
type_parse_token(
    struct parser *parser, const struct entry *entry, const struct token *token, uint16_t *type)
{
	struct text text = token_text(token);

	if (!token->quoted && type_parse(text, type) == 0) {
		if (!type_is_meta(*type))
			return 0;
		return diag_error(parser->diags, token_pos(entry, token), Z_META,
		    "%.*s is not a type that a zone can hold", (int)text.len, text.data);
	}
	if (*text.data == '$')
		return diag_error(parser->diags, token_pos(entry, token), Z_DIRECTIVE,
		    "a directive stands at the beginning of its line");
	return fail_type(parser, entry, token);
}

static uint32_t
soa_minimum(const uint8_t *rdata, size_t len)
{
	return read_u32(rdata + len - 4);
}

int
parser_default_ttl(struct parser *parser, struct pos pos, uint32_t *ttl_s)
{
	if (!parser->default_ttl_known && !parser->last_ttl_known)
		return diag_error(parser->diags, pos, Z_TTL,
		    "no TTL: none is stated here or before, and there is no $TTL");
	*ttl_s = parser->default_ttl_known ? parser->default_ttl_s : parser->last_ttl_s;
	if (!parser->default_ttl_known && parser->ttl_guessed)
		parser->guess_taken = true;
	return 0;
}

/* A SOA without any TTL takes its own minimum, which then serves the others too, as in BIND. */
static int
ttl_of_record(struct parser *parser, struct pos pos, uint16_t type, const uint8_t *rdata,
    size_t len, uint32_t *ttl_s)
{
	if (type == TYPE_SOA && !parser->default_ttl_known && !parser->last_ttl_known) {
		parser->default_ttl_s = soa_minimum(rdata, len);
		if (parser->default_ttl_s > TTL_MOST)
			return diag_error(parser->diags, pos, Z_TTL,
			    "the SOA has no TTL, and its minimum exceeds 2147483647");
		parser->default_ttl_known = true;
		diag_add(parser->diags, pos, Z_NO_TTL,
		    "no TTL is stated: the SOA's minimum of %s serves",
		    duration_ttl_text(&parser->diags->arena, parser->default_ttl_s));
	}
	return parser_default_ttl(parser, pos, ttl_s);
}

/* --- Records --- */

int
parser_charge(struct parser *parser, struct pos pos, size_t octets)
{
	if (account_take(&parser->diags->account, LIMIT_MADE, octets))
		return 0;
	parser->failed = true;
	return diag_over(parser->diags, pos);
}

enum {
	RECORD_OVERHEAD = 64, /* what a record takes besides its octets */
	RECORDS_A_LOOK = 1024 /* at the clock: some hundred microseconds */
};

static int
charge_record(struct parser *parser, const struct parsed *record)
{
	size_t octets = RECORD_OVERHEAD + record->owner->len + record->rdata.len;
	struct account *account = &parser->diags->account;
	bool within = account_take(account, LIMIT_RECORDS, 1);

	if (account->taken[LIMIT_RECORDS] % RECORDS_A_LOOK == 0)
		account_time(account);
	within = within && !account->is_over;
	if (parser->making)
		return parser_charge(parser, record->pos, octets);
	return within ? 0 : parser_charge(parser, record->pos, 0);
}

int
parser_record(struct parser *parser, struct parsed *record)
{
	if (charge_record(parser, record) < 0)
		return -1;
	parser->any_record = true;
	parser->proved = true;
	parser->last_ttl_known = true;
	parser->last_ttl_s = record->ttl_s;
	parser->ttl_guessed = false;
	record->zone = &parser->zone;
	return parser->options->sink.record(parser->options->sink.ctx, record);
}

/* Origin or owner change behind the back of `owner_text`. */
static void
forget_owner_text(struct parser *parser)
{
	parser->owner_given = false;
	parser->owner_text = (struct text){NULL, 0};
}

/* The same text under the same origin: most zones repeat the owner on each line. */
static bool
is_last_owner(const struct parser *parser, const struct token *token)
{
	return parser->owner_given && !token->quoted && token->len == parser->owner_text.len &&
	       memcmp(token->text, parser->owner_text.data, token->len) == 0;
}

/* Sets the parser's owner from the entry; `*token` then is the first behind it. */
static int
owner_parse(
    struct parser *parser, const struct entry *entry, const struct token **token, bool *same)
{
	const struct token *first = *token;

	if (entry->blank_owner) {
		*same = parser->owner_given;
		if (parser->owner.len)
			return 0;
		return diag_error(parser->diags, token_pos(entry, first), Z_NO_OWNER,
		    "the line begins with white space, but no record stands before it");
	}
	(*token)++;
	*same = is_last_owner(parser, first);
	if (*same)
		return 0;
	parser->owner_given = false;
	parser->owner_text = entry->base ? token_text(first) : (struct text){NULL, 0};
	if (first->quoted)
		return diag_error(
		    parser->diags, token_pos(entry, first), Z_NAME, "an owner cannot be quoted");
	if (parser_name(parser, entry, token_text(first), &parser->owner) == 0)
		return 0;
	/* What was half read is no name, and lines that go on with this owner are not a second
	 * fault. */
	parser->owner = parser->origin.len ? parser->origin : (struct name){.len = 1};
	return -1;
}

/* Route 53 writes the type of the answers ahead of its own word, as in `A ALIAS lb.example.net.`.
 */
static bool
is_alias_of(uint16_t type, const struct token *data, const struct token *end)
{
	return data < end && data->len == strlen("ALIAS") &&
	       (type == TYPE_A || type == TYPE_AAAA) && !data->quoted &&
	       text_is_nocase(token_text(data), "ALIAS");
}

/* Reads all behind the owner; the RDATA come to lie in the parser. */
static int
parse_fields(struct parser *parser, const struct entry *entry, const struct token *token,
    struct parsed *record)
{
	const struct token *end = entry->tokens + entry->n;
	struct rdata_text text = {.entry = entry, .diags = parser->diags};
	bool ttl_stated, ttl_known = parser->default_ttl_known;
	size_t len;

	if (parser_ttl_class(parser, entry, &token, &record->ttl_s, &ttl_stated) < 0)
		return -1;
	if (token == end)
		return diag_error(
		    parser->diags, token_pos(entry, end - 1), Z_SYNTAX, "the record has no type");
	if (type_parse_token(parser, entry, token, &record->type) < 0)
		return -1;
	text.at = token + 1;
	text.end = end;
	text.origin = parser_origin(parser);
	if (is_alias_of(record->type, text.at, end))
		return fail_foreign(parser, entry, text.at, foreign_type(token_text(text.at)));
	if (rdata_parse(&text, record->type, parser->rdata, &len) < 0)
		return -1;
	if (!ttl_stated && ttl_of_record(parser, record->pos, record->type, parser->rdata, len,
			       &record->ttl_s) < 0)
		return -1;
	record->rdata = (struct bytes){parser->rdata, len};
	record->odd = text.odd;
	record->ttl_taken = !ttl_stated && !ttl_known;
	return 0;
}

static int
tell_lost(struct parser *parser, const struct name *owner, uint16_t type)
{
	if (parser->options->sink.lost)
		parser->options->sink.lost(parser->options->sink.ctx, owner, type);
	return -1;
}

int
parse_record(struct parser *parser, const struct entry *entry)
{
	const struct token *token = entry->tokens;
	struct parsed record = {.owner = &parser->owner, .pos = token_pos(entry, token)};
	const struct foreign *foreign = entry->n == 1 ? foreign_line(entry) : NULL;

	if (foreign) {
		fail_foreign(parser, entry, token, foreign);
		return tell_lost(parser, NULL, 0);
	}
	if (owner_parse(parser, entry, &token, &record.same_owner) < 0)
		return tell_lost(parser, NULL, 0);
	if (parse_fields(parser, entry, token, &record) < 0)
		return tell_lost(parser, record.owner, record.type);
	parser->owner_given = true;
	return parser_record(parser, &record);
}

/* --- Directives --- */

static int
too_few(struct parser *parser, const struct entry *entry, const char *what)
{
	return diag_error(parser->diags, token_pos(entry, &entry->tokens[entry->n - 1]), Z_SYNTAX,
	    "%s is missing", what);
}

static int
refuse_extra(struct parser *parser, const struct entry *entry, size_t n)
{
	if (entry->n <= n)
		return 0;
	return diag_error(parser->diags, token_pos(entry, &entry->tokens[n]), Z_SYNTAX,
	    "more follows than %.*s takes", (int)entry->tokens[0].len, entry->tokens[0].text);
}

/* All names that follow would be wrong. */
static void
ask_for_dot(struct parser *parser, const struct entry *entry, const struct token *token,
    const struct name *origin)
{
	if (name_lacks_dot(token_text(token), &parser->zone))
		diag_add(parser->diags, token_pos(entry, token), Z_LAST_DOT,
		    "the origin becomes %s; is the last dot of %.*s missing?",
		    name_absolute_text(&parser->diags->arena, origin->wire), (int)token->len,
		    token->text);
}

static int
parse_origin(struct parser *parser, const struct entry *entry)
{
	struct token *token = &entry->tokens[1];
	struct name origin;

	if (entry->n < 2)
		return too_few(parser, entry, "the origin's name");
	if (refuse_extra(parser, entry, 2) < 0 ||
	    parser_name(parser, entry, token_text(token), &origin) < 0)
		return -1;
	ask_for_dot(parser, entry, token, &origin);
	parser->origin = origin;
	forget_owner_text(parser);
	if (parser->zone.len == 0 && !parser->any_record)
		parser->zone = origin;
	return 0;
}

static int
parse_ttl(struct parser *parser, const struct entry *entry)
{
	if (entry->n < 2)
		return too_few(parser, entry, "the TTL");
	if (refuse_extra(parser, entry, 2) < 0 ||
	    ttl_parse(parser, entry, &entry->tokens[1], &parser->default_ttl_s) < 0)
		return -1;
	parser->default_ttl_known = true;
	return 0;
}

static void
parse_source(struct parser *parser, struct text text, struct frame *frame);

static int
check_circle(struct parser *parser, const struct frame *included)
{
	if (++parser->n_includes > PARSE_INCLUDES_MOST)
		return diag_error(parser->diags, included->asked, Z_INCLUDE_DEPTH,
		    "more than %d files are included", PARSE_INCLUDES_MOST);
	for (const struct frame *frame = included->includer; frame; frame = frame->includer) {
		if (strcmp(frame->absolute, included->absolute) != 0)
			continue;
		parser->proved = true;
		return diag_error(parser->diags, included->asked, Z_INCLUDE_CIRCLE,
		    "%s would include itself", included->path);
	}
	return 0;
}

/* Where the file is looked for, or, with `other`, where it could have been meant instead; NULL:
 * nowhere. */
static const char *
included_path(struct parser *parser, struct text name, bool other)
{
	const struct parse_includes *includes = &parser->options->includes;
	struct arena *a = &parser->diags->arena;

	if (includes->from_folder == other)
		return file_beside(a, parser->frame->path, name);
	if (!includes->folder)
		return NULL;
	return file_join(a, includes->folder, arena_text(a, name.data, name.len));
}

/* A file that is in the other place is the likeliest thing meant. */
static int
fail_missing(struct parser *parser, const struct frame *included, struct text name)
{
	const char *other = included_path(parser, name, true);
	struct stat st;

	if (!other || file_stat(parser->options->roots, other, &st) < 0 || !S_ISREG(st.st_mode))
		return diag_error(parser->diags, included->asked, F_READ, "cannot read %s: %s",
		    included->path, strerror(ENOENT));
	return diag_error(parser->diags, included->asked, F_READ,
	    parser->options->includes.from_folder
		? "cannot read %s: %s; but %s, beside the file that includes it, is there: write "
		  "its path from the project's folder, where `include-from: project` looks"
		: "cannot read %s: %s; but %s, in the project's folder, is there: paths start "
		  "beside the file that includes them, or, with `include-from: project` in the "
		  "project file, in the project's folder, as in BIND's `directory`",
	    included->path, strerror(ENOENT), other);
}

/* Was the file included before, under whatever name? Then few octets stand for many. */
static bool
is_repeated(struct parser *parser, const char *path)
{
	struct included *file;
	struct stat st;

	if (file_stat(parser->options->roots, path, &st) < 0)
		return true;
	for (file = parser->included; file; file = file->earlier)
		if (file->dev == st.st_dev && file->ino == st.st_ino)
			return true;
	file = arena_alloc(&parser->diags->arena, sizeof(*file));
	*file = (struct included){st.st_dev, st.st_ino, parser->included};
	parser->included = file;
	return false;
}

/* A file that includes another one that is there is a zone file. */
static int
load_included(struct parser *parser, struct frame *included, struct text name, struct text *text)
{
	if (check_circle(parser, included) < 0 ||
	    file_load_if(
		parser->diags, included->asked, parser->options->roots, included->path, text) < 0)
		return -1;
	if (!text->data)
		return fail_missing(parser, included, name);
	parser->proved = true;
	if (is_repeated(parser, included->path)) {
		parser->making = true;
		if (parser_charge(parser, included->asked, text->len) < 0)
			return -1;
	}
	if (included->depth > PARSE_INCLUDE_DEPTH)
		return diag_error(parser->diags, included->asked, Z_INCLUDE_DEPTH,
		    "files are included more than %d deep", PARSE_INCLUDE_DEPTH);
	included->source = diags_source(parser->diags, included->path, *text, included->asked);
	return 0;
}

void
parser_tell(struct parser *parser, const struct entry *entry, enum entry_kind kind)
{
	if (parser->options->sink.entry)
		parser->options->sink.entry(parser->options->sink.ctx, parser, entry, kind);
}

/* Origin and owner are the includer's again afterwards, TTLs stay, as in BIND. */
static int
parse_include(struct parser *parser, const struct entry *entry)
{
	struct frame frame = {
	    .depth = parser->frame->depth + 1, .includer = parser->frame, .hidden = true};
	struct name origin = parser->origin, owner = parser->owner, inner = parser->origin;
	struct arena *a = &parser->diags->arena;
	bool making = parser->making;
	struct text text, name;

	if (entry->n < 2)
		return too_few(parser, entry, "the file's name");
	if (refuse_extra(parser, entry, 3) < 0 ||
	    (entry->n == 3 &&
		parser_name(parser, entry, token_text(&entry->tokens[2]), &inner) < 0))
		return -1;
	if (entry->n == 3)
		ask_for_dot(parser, entry, &entry->tokens[2], &inner);
	frame.asked = token_pos(entry, &entry->tokens[1]);
	name = token_text(&entry->tokens[1]);
	frame.path = included_path(parser, name, false);
	frame.absolute = file_absolute_in(a, parser->options->roots, frame.path);
	if (load_included(parser, &frame, name, &text) < 0) {
		parser->making = making;
		return -1;
	}
	parser->origin = inner;
	forget_owner_text(parser);
	parser_tell(parser, entry, ENTRY_INCLUDE);
	parse_source(parser, text, &frame);
	forget_owner_text(parser);
	parser->owner = owner;
	parser->origin = origin;
	parser->making = making;
	parser_tell(parser, entry, ENTRY_INCLUDED);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct parser *parser, const struct entry *entry);
	enum entry_kind kind; /* ENTRY_INCLUDE: it tells the sink itself */
} directives[] = {
    {"ORIGIN", parse_origin, ENTRY_KEPT},
    {"TTL", parse_ttl, ENTRY_KEPT},
    {"INCLUDE", parse_include, ENTRY_INCLUDE},
    {"GENERATE", parse_generate, ENTRY_REPLACED},
};

enum { N_DIRECTIVES = sizeof(directives) / sizeof(directives[0]), N_FURTHER_MOST = 32 };

static int
unknown_directive(struct parser *parser, const struct entry *entry, struct text name)
{
	const struct parse_directive *further = parser->options->directives;
	const struct foreign *foreign = foreign_directive(name);
	const char *known[N_DIRECTIVES + N_FURTHER_MOST + 1], *nearest;
	struct pos pos = token_pos(entry, entry->tokens);
	size_t n = 0;

	for (size_t i = 0; i < N_DIRECTIVES; i++)
		known[n++] = directives[i].name;
	for (; further && further->name && n < N_DIRECTIVES + N_FURTHER_MOST; further++)
		known[n++] = further->name;
	known[n] = NULL;
	nearest = diag_nearest(name, known);
	if (foreign)
		return fail_foreign(parser, entry, entry->tokens, foreign);
	diag_add(parser->diags, pos, Z_DIRECTIVE, "$%.*s is not a directive%s%s%s",
	    (int)(name.len > 64 ? 64 : name.len), name.data, nearest ? "; did you mean $" : "",
	    nearest ? nearest : "", nearest ? "?" : "");
	if (nearest)
		diag_fix(parser->diags, pos, token_text(entry->tokens),
		    arena_printf(&parser->scratch, "$%s", nearest));
	return -1;
}

static int
parse_directive_entry(struct parser *parser, const struct entry *entry)
{
	const struct parse_directive *further = parser->options->directives;
	struct text name = {entry->tokens[0].text + 1, entry->tokens[0].len - 1};

	for (size_t i = 0; i < N_DIRECTIVES; i++)
		if (text_is_nocase(name, directives[i].name)) {
			if (directives[i].kind != ENTRY_INCLUDE)
				parser_tell(parser, entry, directives[i].kind);
			return directives[i].run(parser, entry);
		}
	for (; further && further->name; further++)
		if (text_is_nocase(name, further->name)) {
			bool making = parser->making;
			int result;

			parser->owner_given = false;
			parser->making = true;
			parser_tell(parser, entry, ENTRY_REPLACED);
			result = further->run(further->ctx, parser, entry);
			parser->making = making;
			arena_free(&parser->scratch);
			parser->proved = parser->proved || result == 0;
			return result;
		}
	return unknown_directive(parser, entry, name);
}

static bool
is_directive(const struct entry *entry)
{
	const struct token *first = entry->tokens;

	return *first->text == '$' && !entry->blank_owner && !first->quoted;
}

static int
parse_entry(struct parser *parser, const struct entry *entry)
{
	if (is_directive(entry))
		return parse_directive_entry(parser, entry) < 0 ? tell_lost(parser, NULL, 0) : 0;
	parser_tell(parser, entry, ENTRY_KEPT);
	return parse_record(parser, entry);
}

/* Says what is wrong with the file, of which nothing is quoted, where it is asked for. */
static int
fail_hidden(struct parser *parser, const struct frame *frame, enum problem problem, const char *why)
{
	if (!frame->asked.at)
		return diag_add_path(
		    parser->diags, frame->path, problem, "%s %s", frame->path, why);
	return diag_error(parser->diags, frame->asked, problem, "%s %s", frame->path, why);
}

static int
refuse_private(struct parser *parser, struct text text, const struct frame *frame)
{
	if (!file_is_private(text))
		return 0;
	return fail_hidden(parser, frame, Z_SYNTAX, "is no zone file: it holds a private key");
}

static int
refuse_bom(struct parser *parser, struct text text, const struct frame *frame)
{
	static const struct {
		struct text bytes;
		const char *why;
	} marks[] = {{{"\xef\xbb\xbf", 3}, "begins with a byte order mark (UTF-8)"},
	    {{"\xff\xfe", 2}, "begins with a byte order mark (UTF-16)"},
	    {{"\xfe\xff", 2}, "begins with a byte order mark (UTF-16)"}};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (text.len < marks[i].bytes.len ||
		    memcmp(text.data, marks[i].bytes.data, marks[i].bytes.len) != 0)
			continue;
		if (frame->hidden)
			return fail_hidden(parser, frame, Z_BOM, marks[i].why);
		return diag_error(
		    parser->diags, pos_at(frame->source, 0), Z_BOM, "the file %s", marks[i].why);
	}
	return 0;
}

/* A limit was reached: what is left of the template is not read. */
static void
stop(struct parser *parser, const struct frame *frame)
{
	const struct entry *last = &frame->lexer.entry;

	parser->failed = true;
	diag_over(
	    parser->diags, last->begin ? entry_pos(last, last->begin) : pos_at(frame->source, 0));
}

/* Returns false at the end of the text. */
static bool
parse_next(struct parser *parser, struct frame *frame)
{
	enum lex_result result = lex_next(&frame->lexer);

	if (result == LEX_END)
		return false;
	if (result == LEX_BAD)
		tell_lost(parser, NULL, 0);
	if (result == LEX_BAD || parse_entry(parser, &frame->lexer.entry) < 0)
		parser->failed = true;
	return true;
}

static void
parse_entries(struct parser *parser, struct frame *frame)
{
	const struct account *account = &parser->diags->account;
	bool more = true;

	frame->split_at = parser->options->split.store ? frame->lexer.at : NULL;
	while (!account->is_over && more) {
		if (frame->split_at && frame->lexer.at >= frame->split_at)
			split_parse(parser, frame);
		else
			more = parse_next(parser, frame);
	}
	if (account->is_over)
		stop(parser, frame);
	lex_end(&frame->lexer);
}

/* Takes back what was said of the file since the mark. */
static void
conceal(struct parser *parser, const struct frame *frame, struct diags_mark mark)
{
	bool failed = parser->diags->n_severity[SEVERITY_ERROR] > mark.n_severity[SEVERITY_ERROR];

	diags_reset(parser->diags, mark);
	parser->diags->sources[frame->source - 1].concealed = true;
	if (parser->diags->account.is_over)
		diag_over(parser->diags, frame->asked);
	else if (failed)
		fail_hidden(
		    parser, frame, Z_FOREIGN, "holds no good record: nothing of it is shown");
}

/* A file without one good record may be anything that the template's author should not see, and
 * what would be said of it may hold its text. */
static void
parse_source(struct parser *parser, struct text text, struct frame *frame)
{
	const struct frame *outer = parser->frame;
	bool outer_proved = parser->proved;
	struct diags_mark mark;

	parser->frame = frame;
	parser->proved = false;
	if (refuse_private(parser, text, frame) < 0 || refuse_bom(parser, text, frame) < 0) {
		parser->failed = true;
		tell_lost(parser, NULL, 0);
	} else {
		mark = diags_mark(parser->diags);
		if (parser->options->directives) /* a template */
			ignore_find(parser->diags, frame->source, text);
		lex_begin(&frame->lexer, parser->diags, text, frame->source);
		parse_entries(parser, frame);
		if (frame->hidden && !parser->proved)
			conceal(parser, frame, mark);
	}
	parser->proved = outer_proved;
	parser->frame = outer;
}

static void
parser_begin(struct parser *parser, struct diags *diags, const struct parse_options *options)
{
	memset(parser, 0, offsetof(struct parser, rdata)); /* that of 64 KiB, few records need */
	parser->options = options;
	parser->diags = diags;
	parser->scratch.account = &diags->account;
	if (options->zone) {
		parser->zone = *options->zone;
		parser->origin = *options->zone;
	}
	if (options->torn) {
		parser->owner = (struct name){.len = 1};
		parser->default_ttl_known = true;
	}
}

int
parse_load(struct diags *diags, const struct roots *roots, const char *path, unsigned n_workers,
    struct text *text, uint32_t *source)
{
	const struct file_held *held;

	if (file_load_held(diags, pos_none(), roots, path, n_workers, text, &held) < 0)
		return -1;
	*source = diags_source(diags, strcmp(path, "-") == 0 ? "<stdin>" : path, *text, pos_none());
	diags->sources[*source - 1].held = held;
	return 0;
}

int
parse_text(struct diags *diags, const struct parse_options *options, const char *path,
    struct text text, uint32_t source, struct name *zone)
{
	struct parser *parser = arena_alloc(&diags->arena, sizeof(*parser));
	struct frame frame = {.path = diags->sources[source - 1].path,
	    .absolute = file_absolute_in(&diags->arena, options->roots, path),
	    .source = source,
	    .hidden = file_is_linked(options->roots, path)};

	parser_begin(parser, diags, options);
	parse_source(parser, text, &frame);
	arena_free(&parser->scratch);
	*zone = parser->zone;
	return parser->failed ? -1 : 0;
}

int
parse_file(
    struct diags *diags, const struct parse_options *options, const char *path, struct name *zone)
{
	struct text text;
	uint32_t source;

	if (parse_load(diags, options->named ? NULL : options->roots, path,
		options->split.n_workers, &text, &source) < 0)
		return -1;
	return parse_text(diags, options, path, text, source, zone);
}

bool
parse_piece(struct parser *parser, struct lexer *lexer, const char *stop)
{
	while (lexer->at < stop && lex_next(lexer) == LEX_ENTRY && lexer->entry.begin < stop)
		if (is_directive(&lexer->entry) || parse_record(parser, &lexer->entry) < 0 ||
		    lexer->at > stop)
			return false;
	return parser->diags->told.n == 0;
}

bool
parse_part(struct diags *diags, const struct parse_options *options, const struct parse_part *part)
{
	struct parser *parser = arena_alloc(&diags->arena, sizeof(*parser));
	struct lexer lexer;
	bool alone;

	parser_begin(parser, diags, options);
	lex_begin(&lexer, diags, part->text, part->source);
	lexer.entry.offset = part->offset;
	lexer.at += part->from;
	alone = parse_piece(parser, &lexer, part->text.data + part->to);
	lex_end(&lexer);
	return alone;
}
