#include "zone/written.h"

#include "zone/lex.h"

/* The entry of a record, read again; what is wrong with it was told of before. */
struct again {
	struct diags diags;
	struct lexer lexer;
	bool is_directive;
	const struct token *owner; /* NULL: on an earlier line */
	const struct token *at;    /* the first token behind it */
};

static const struct token *
end_of(const struct again *again)
{
	return again->lexer.entry.tokens + again->lexer.entry.n;
}

/* The token that a directive's record points at: the one of the owner. */
static const struct token *
token_at(const struct again *again, struct pos pos)
{
	for (const struct token *t = again->lexer.entry.tokens; t < end_of(again); t++)
		if (token_pos(&again->lexer.entry, t).at + t->len > pos.at)
			return t;
	return NULL;
}

/* $GENERATE range lhs ... reads as lhs ... */
static void
find_owner(struct again *again, struct pos pos)
{
	const struct entry *entry = &again->lexer.entry;
	const struct token *first = entry->tokens;

	again->is_directive = !entry->blank_owner && *first->text == '$' && !first->quoted;
	again->owner = entry->blank_owner ? NULL : first;
	if (again->is_directive && text_is_nocase(token_text(first), "$GENERATE")) {
		again->is_directive = false;
		again->owner = entry->n > 2 ? first + 2 : NULL;
	} else if (again->is_directive) {
		again->owner = token_at(again, pos);
	}
	again->at = again->owner ? again->owner + 1 : first;
}

/* Returns false where there is no text. again_end is due either way. */
static bool
again_begin(struct again *again, const struct store *store, struct pos pos)
{
	*again = (struct again){.owner = NULL};
	if (!lex_again(&again->lexer, &again->diags, store->diags, pos))
		return false;
	find_owner(again, pos);
	return true;
}

static void
again_end(struct again *again)
{
	lex_end(&again->lexer);
	diags_free(&again->diags);
}

static void
written_token(const struct again *again, const struct token *token, struct written *out)
{
	size_t n_escapes = 0;

	out->text = token_text(token);
	out->pos = token_pos(&again->lexer.entry, token);
	out->relative = token->len == 0 || token->text[token->len - 1] != '.';
	while (n_escapes + 1 < token->len && token->text[token->len - 2 - n_escapes] == '\\')
		n_escapes++;
	out->relative = out->relative || n_escapes % 2 > 0;
}

bool
written_owner(const struct store *store, const struct record *record, struct written *out)
{
	struct again again;
	bool found = again_begin(&again, store, record->pos) && again.owner;

	*out = (struct written){.pos = record->pos};
	if (found)
		written_token(&again, again.owner, out);
	if (again.is_directive) /* one of a brace list */
		out->pos = record->pos;
	again_end(&again);
	return found;
}

/* The word of the name among those of the RDATA. What of them cannot be read, as numbers that
 * $GENERATE makes, hides the names behind. */
static const struct token *
name_token(struct again *again, uint16_t type, unsigned number)
{
	static const struct name root = {.len = 1};
	struct rdata_trace trace = {.ahead = number};
	struct rdata_text text = {.end = end_of(again),
	    .entry = &again->lexer.entry,
	    .origin = &root,
	    .diags = &again->diags,
	    .trace = &trace};
	uint16_t found = 0;
	size_t len;

	for (text.at = again->at; text.at < text.end && found != type; text.at++)
		if (type_parse(token_text(text.at), &found) < 0)
			found = 0;
	if (found == type)
		rdata_parse(&text, type, arena_bytes(&again->diags.arena, RDATA_LONGEST), &len);
	return trace.token;
}

bool
written_name(
    const struct store *store, const struct record *record, unsigned number, struct written *out)
{
	struct again again;
	const struct token *token = NULL;

	*out = (struct written){.pos = record->pos};
	if (again_begin(&again, store, record->pos) && !again.is_directive)
		token = name_token(&again, record->type, number);
	if (token)
		written_token(&again, token, out);
	again_end(&again);
	return token != NULL;
}
