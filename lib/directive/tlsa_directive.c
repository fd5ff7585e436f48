#include "directive/tlsa_directive.h"
#include "directive/tlsa_owner.h"

#include "base/duration.h"

/* One $TLSA that is being executed. */
struct call {
	const struct tlsa_kind *kind;
	struct tlsa_context *ctx;
	struct parser *parser;
	const struct entry *entry;
	struct arena *a;
	struct diags *diags;
	struct directive common;
	const struct token *middle;  /* TTL and class */
	const struct token *params;  /* usage, selector, matching; or equal to `sources` */
	const struct token *sources; /* and options */
	struct tlsa_job job;
	struct secret secret;
	struct named_use *named_uses; /* by the sources, without owners */
};

static const struct token *
end_of(const struct call *call)
{
	return call->entry->tokens + call->entry->n;
}

/* --- What is a parameter, and what a source --- */

static bool
is_number(const struct token *token, uint64_t most)
{
	uint64_t value = 0;

	for (size_t i = 0; i < token->len; i++) {
		if (!ascii_is_digit(token->text[i]))
			return false;
		value = value > most ? value : value * 10 + (uint64_t)(token->text[i] - '0');
	}
	return !token->quoted && value <= most;
}

/* A word that is no path at first sight, and so may be a mistyped parameter. */
static bool
is_bare(const struct token *token)
{
	return !token->quoted && !memchr(token->text, '/', token->len) &&
	       !memchr(token->text, '.', token->len) && !memchr(token->text, '=', token->len);
}

static bool
is_class(struct text text)
{
	static const char *const classes[] = {"IN", "CH", "HS", "CS", "CHAOS", "HESIOD"};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (text_is_nocase(text, classes[i]))
			return true;
	return text.len > 5 && text_is_nocase((struct text){text.data, 5}, "CLASS") &&
	       ascii_is_digit(text.data[5]);
}

static bool
is_ttl_or_class(const struct token *token)
{
	uint64_t seconds;

	return !token->quoted &&
	       (is_number(token, UINT64_MAX / 16) || is_class(token_text(token)) ||
		   duration_parse_ttl(token_text(token), UINT32_MAX, &seconds) == 0);
}

/* How many of the three tokens from `token` on are a usage, a selector and a matching type, each in
 * its place; 0 where one of them is a path. */
static unsigned
count_params(const struct token *token, const struct token *end)
{
	unsigned n = 0;

	if (end - token < N_TLSA_FIELDS)
		return 0;
	for (int field = 0; field < N_TLSA_FIELDS; field++, token++) {
		if (!is_bare(token))
			return 0;
		n += is_number(token, UINT8_MAX) ||
		     tlsa_is_name((enum tlsa_field)field, token_text(token));
	}
	return n;
}

/* Only TTL and class stand ahead of the parameters. Three tokens are parameters if all of them read
 * like that, or else (for a clear message) if two of them do. */
static void
split(struct call *call)
{
	const struct token *token = call->middle, *end = end_of(call);
	unsigned best = N_TLSA_FIELDS - 1;

	call->params = NULL;
	for (;; token++) {
		unsigned n = count_params(token, end);

		if (n >= best) {
			best = n;
			call->params = token;
		}
		if (token == end || !is_ttl_or_class(token))
			break;
	}
	call->sources = call->params ? call->params + N_TLSA_FIELDS : token;
	if (!call->params)
		call->params = token;
}

/* --- The parts of the directive, each with its own problems --- */

/* A single 3 may be a TTL, but more likely it is a usage that lost its companions. */
static const struct token *
first_lost(const struct call *call, const struct token *token)
{
	while (token > call->middle && is_number(token - 1, TLSA_DANE_EE))
		token--;
	return token;
}

static int
read_ttl_class(struct call *call)
{
	const struct token *token;

	if (directive_ttl_class(&call->common, call->params) < 0)
		return -1;
	token = call->common.at;
	if (call->params == call->sources)
		token = first_lost(call, token);
	if (token == call->params)
		return 0;
	return diag_error(call->diags, token_pos(call->entry, token), D_PARAMETER,
	    "usage, selector and matching type are written all three or not at all (a TTL of some "
	    "seconds as in 3s, a file of that name as ./%.*s)",
	    (int)token->len, token->text);
}

static int
read_params(struct call *call)
{
	int result = 0;

	call->job.params = call->kind->params;
	for (int field = 0; field < N_TLSA_FIELDS && call->params < call->sources; field++) {
		const struct token *token = call->params + field;

		if (tlsa_parameter(call->diags, token_pos(call->entry, token),
			(enum tlsa_field)field, token_text(token), &call->job.params) < 0)
			result = -1;
	}
	return result;
}

static int
read_arguments(struct call *call, struct arguments *arguments)
{
	static const char *const known[] = {"pick", "next", "pass", NULL};
	const struct argument *pick, *pass;
	size_t n_sources = 0;

	if (arguments_read(call->a, call->diags, call->entry, call->sources, known, arguments) < 0)
		return -1;
	for (size_t i = 0; i < arguments->n; i++)
		n_sources += arguments->items[i].key.len == 0;
	if (n_sources == 0)
		return diag_error(call->diags, token_pos(call->entry, end_of(call) - 1),
		    D_NO_SOURCE, "no certificate is named");
	pass = arguments_option(arguments, "pass");
	if (pass &&
	    secret_read(call->diags, pass->pos, &call->ctx->secrets, parser_roots(call->parser),
		parser_path(call->parser), pass->value, &call->secret) < 0)
		return -1;
	pick = arguments_option(arguments, "pick");
	return tlsa_pick(call->diags, pick ? pick->pos : pos_none(), call->job.params.usage,
	    pick ? pick->value : NULL, &call->job.pick);
}

static int
read_owner(struct directive *d, const struct braced *text, struct directive_owner *out)
{
	return tlsa_owner(
	    d->diags, d->entry, text, parser_origin(d->parser), &out->name, &out->fault);
}

static int
read_owners(struct directive *d)
{
	return directive_owners(d, D_OWNER, read_owner);
}

/* --- Sources --- */

static int
check_kind(struct call *call, const struct argument *source)
{
	if (strcmp(source->value, "-") == 0)
		return diag_error(call->diags, source->pos, D_BAD_SOURCE,
		    "standard input is not a source of certificates; a file of that name is "
		    "written ./-");
	if (!source->quoted && strspn(source->value, "0123456789") == source->text.len)
		return diag_error(call->diags, source->pos, D_PARAMETER,
		    "%s stands behind a source: usage, selector and matching type stand ahead of "
		    "the first one (a file of that name is written ./%s)",
		    source->value, source->value);
	return 0;
}

static int
add_sources(struct call *call, const struct arguments *arguments)
{
	const struct tlsa_reader reader = {.job = &call->job,
	    .files = &call->ctx->files,
	    .roots = parser_roots(call->parser),
	    .base = parser_path(call->parser),
	    .names = call->ctx->names,
	    .named_uses = &call->named_uses,
	    .secret = &call->secret};
	const char *first = NULL; /* source */
	int result = 0;

	for (size_t i = 0; i < arguments->n; i++) {
		const struct argument *argument = &arguments->items[i];
		struct tlsa_source source = {.pos = argument->pos,
		    .written = argument->value,
		    .literal = argument->quoted,
		    .is_next = argument->key.len && text_is(argument->key, "next")};

		if (argument->key.len && !source.is_next)
			continue;
		if (source.is_next)
			source.beside = first;
		else if (!first)
			first = file_beside(
			    call->job.a, parser_path(call->parser), text_of(argument->value));
		if (check_kind(call, argument) < 0 || tlsa_add_source(&reader, &source) < 0)
			result = -1;
	}
	return result;
}

/* --- Records --- */

static int
emit(struct call *call, const struct directive_owner *owner)
{
	int result = 0;

	for (const struct tlsa_data *data = call->job.set.first; data; data = data->next) {
		if (directive_record(&call->common, owner, call->kind->type, data->rdata,
			data->comment, data != call->job.set.first) < 0)
			result = -1;
		call->ctx->n_records++;
	}
	return result;
}

/* What was used for `owner`, for longer than the directive lasts. */
static void
keep_uses(struct call *call, const struct name *owner)
{
	struct tlsa_context *ctx = call->ctx;
	const uint8_t *wire = arena_copy(ctx->files.a, owner->wire, owner->len);

	for (const struct tlsa_use *use = call->job.set.uses; use; use = use->next) {
		struct tlsa_use *kept = arena_alloc(ctx->files.a, sizeof(*kept));

		*kept = *use;
		kept->owner = wire;
		kept->next = ctx->uses;
		ctx->uses = kept;
	}
}

/* Only servers' certificates roll over: to whom others are shown is not for DNS to know. */
static void
note_uses(struct call *call, const struct directive_owner *owner)
{
	struct tlsa_context *ctx = call->ctx;

	for (const struct named_use *use = call->named_uses; use && call->kind->type == TYPE_TLSA;
	     use = use->next_use) {
		struct named_use *noted = arena_alloc(ctx->files.a, sizeof(*noted));

		*noted = *use;
		noted->params = call->job.params;
		noted->pick = call->job.pick;
		noted->owner = owner->name;
		noted->ttl_s = call->common.ttl_s;
		noted->next_use = ctx->named_uses;
		ctx->named_uses = noted;
	}
}

static int
emit_all(struct call *call)
{
	struct tlsa_context *ctx = call->ctx;
	int result = 0;

	if (call->job.set.first_expiry_unix < ctx->first_expiry_unix)
		ctx->first_expiry_unix = call->job.set.first_expiry_unix;
	for (size_t i = 0; i < call->common.n_owners; i++)
		keep_uses(call, &call->common.owners[i].name);
	if (ctx->silent)
		return 0;
	if (directive_need_ttl(&call->common) < 0)
		return -1;
	for (size_t i = 0; i < call->common.n_owners; i++) {
		note_uses(call, &call->common.owners[i]);
		if (emit(call, &call->common.owners[i]) < 0)
			result = -1;
	}
	return result;
}

void
tlsa_context_begin(struct tlsa_context *ctx, struct arena *a, int64_t now_unix)
{
	*ctx = (struct tlsa_context){
	    .now_unix = now_unix, .files.a = a, .first_expiry_unix = INT64_MAX};
}

static struct call
call_begin(const struct tlsa_kind *kind, struct tlsa_context *ctx, struct parser *parser,
    const struct entry *entry)
{
	struct call call = {.kind = kind,
	    .ctx = ctx,
	    .parser = parser,
	    .entry = entry,
	    .a = parser_scratch(parser),
	    .diags = parser_diags(parser),
	    .common = directive_begin(parser, entry)};

	call.job = (struct tlsa_job){.a = call.a,
	    .diags = call.diags,
	    .now_unix = ctx->now_unix,
	    .for_servers = kind->type == TYPE_TLSA,
	    .check = kind->check,
	    .set.first_expiry_unix = INT64_MAX};
	return call;
}

/* Owners that the whole zone has to justify. */
static void
note_doubts(struct call *call)
{
	struct tlsa_context *ctx = call->ctx;

	for (size_t i = 0; i < call->common.n_owners; i++) {
		const struct directive_owner *owner = &call->common.owners[i];
		struct tlsa_doubt *noted;

		if (!owner->fault.why)
			continue;
		noted = arena_alloc(ctx->files.a, sizeof(*noted));
		*noted = (struct tlsa_doubt){owner->name, owner->fault, ctx->doubts};
		ctx->doubts = noted;
	}
}

static int
execute(struct call *call)
{
	struct arguments arguments;
	bool ok = call->kind->owners(&call->common) == 0;

	note_doubts(call);

	if (call->entry->n < 2)
		return -1;
	call->middle = call->common.at;
	split(call);
	ok = read_ttl_class(call) == 0 && ok;
	if (read_params(call) < 0 || read_arguments(call, &arguments) < 0)
		return -1;
	if (add_sources(call, &arguments) < 0 || !ok)
		return -1;
	tlsa_check_bare(&call->job);
	return emit_all(call);
}

int
tlsa_directive_of(const struct tlsa_kind *kind, struct tlsa_context *ctx, struct parser *parser,
    const struct entry *entry)
{
	struct call call = call_begin(kind, ctx, parser, entry);
	int result;

	call.job.check_ctx = &call.common;
	result = execute(&call);
	secret_end(&call.secret);
	return result;
}

int
tlsa_directive(void *ctx, struct parser *parser, const struct entry *entry)
{
	const struct tlsa_kind tlsa = {
	    .type = TYPE_TLSA, .params = TLSA_DEFAULT, .owners = read_owners};

	return tlsa_directive_of(&tlsa, ctx, parser, entry);
}
