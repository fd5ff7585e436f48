#include "directive/arguments.h"

#include "source/plain.h"

/* The length of the key in front of '=', or 0 where the token is no option. */
static size_t
key_length(const struct token *token)
{
	size_t i = 0;

	if (token->quoted)
		return 0;
	while (i < token->len &&
	       ((uint8_t)(token->text[i] - 'a') < 26 || (i > 0 && token->text[i] == '-')))
		i++;
	return i < token->len && token->text[i] == '=' ? i : 0;
}

/* Reads the escape at `p`, `\DDD` or `\X`; returns its length, or 0. */
static size_t
read_escape(const char *p, const char *end, char *out)
{
	int value = 0;

	if (p + 1 >= end)
		return 0;
	if (!ascii_is_digit(p[1])) {
		*out = p[1];
		return 2;
	}
	for (int i = 1; i <= 3; i++) {
		if (p + i >= end || !ascii_is_digit(p[i]))
			return 0;
		value = value * 10 + (p[i] - '0');
	}
	*out = (char)value;
	return value == 0 || value > 255 ? 0 : 4;
}

/* Undoes the escapes of RFC 1035 section 5.1. */
static int
unescape(struct arena *a, struct diags *diags, struct pos pos, struct text text, const char **out)
{
	const char *p = text.data, *end = p + text.len;
	char *copy = (char *)arena_bytes(a, text.len + 1);

	*out = copy;
	while (p < end) {
		size_t n = 1;

		*copy = *p;
		if (*p == '\\')
			n = read_escape(p, end, copy);
		if (n == 0)
			return diag_error(diags, pos, Z_SYNTAX,
			    "a backslash is followed by a character or by three digits from 001 "
			    "to 255");
		p += n;
		copy++;
	}
	*copy = '\0';
	return 0;
}

static int
check_key(struct diags *diags, const struct arguments *before, const struct argument *option,
    const char *const *known)
{
	const char *nearest;
	size_t i;

	for (i = 0; known[i] && !text_is(option->key, known[i]); i++)
		;
	if (!known[i]) {
		nearest = diag_nearest(option->key, known);
		diag_add(diags, option->key_pos, D_KEY_VALUE,
		    "there is no option %.*s%s%s (a file of that name is written ./%.*s=...)",
		    (int)option->key.len, option->key.data, nearest ? "; did you mean " : "",
		    nearest ? nearest : "", (int)option->key.len, option->key.data);
		diag_fix(diags, option->key_pos, option->key, nearest);
		return -1;
	}
	if (arguments_option(before, known[i]))
		return diag_error(
		    diags, option->key_pos, D_KEY_VALUE, "%s is given twice", known[i]);
	return 0;
}

/* Reads one argument, of one token or two (key="value"); returns how many. */
static size_t
split(const struct entry *entry, const struct token *token, const struct token *end,
    struct argument *out)
{
	size_t key_len = key_length(token);

	*out = (struct argument){
	    .text = token_text(token), .quoted = token->quoted, .pos = token_pos(entry, token)};
	out->key_pos = out->pos;
	if (!key_len)
		return 1;
	out->key = (struct text){token->text, key_len};
	out->text = (struct text){token->text + key_len + 1, token->len - key_len - 1};
	out->pos = entry_pos(entry, out->text.data);
	if (out->text.len || token + 1 == end || !token[1].quoted ||
	    token[1].text != out->text.data + 1)
		return 1;
	out->text = token_text(&token[1]);
	out->quoted = true;
	out->pos = token_pos(entry, &token[1]);
	return 2;
}

int
arguments_read(struct arena *a, struct diags *diags, const struct entry *entry,
    const struct token *from, const char *const *known, struct arguments *out)
{
	const struct token *end = entry->tokens + entry->n;
	int result = 0;

	out->items = arena_alloc(a, (size_t)(end - from) * sizeof(*out->items));
	out->n = 0;
	while (from < end) {
		struct argument argument;

		from += split(entry, from, end, &argument);
		if ((argument.key.len && check_key(diags, out, &argument, known) < 0) ||
		    unescape(a, diags, argument.pos, argument.text, &argument.value) < 0) {
			result = -1;
			continue;
		}
		if (argument.text.len == 0)
			result = diag_error(diags, argument.key_pos,
			    argument.key.len ? D_KEY_VALUE : D_BAD_SOURCE, "%.*s%s",
			    (int)argument.key.len, argument.key.data ? argument.key.data : "",
			    argument.key.len ? " has no value" : "a path is empty");
		else
			out->items[out->n++] = argument;
	}
	return result;
}

const struct argument *
arguments_option(const struct arguments *arguments, const char *key)
{
	for (size_t i = 0; i < arguments->n; i++)
		if (arguments->items[i].key.len && text_is(arguments->items[i].key, key))
			return &arguments->items[i];
	return NULL;
}
