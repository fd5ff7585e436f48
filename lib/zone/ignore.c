#include "zone/ignore.h"

static const char mark[] = "zonepp:", word[] = "ignore";

/* A comment, and where it stands. */
struct comment {
	struct diags *diags;
	uint32_t source;
	const char *text; /* of the source */
	const char *line, *line_end;
	const char *at; /* what is left of it */
};

static struct pos
pos_of(const struct comment *c, const char *at)
{
	return pos_at(c->source, (size_t)(at - c->text));
}

/* Does `at` stand in a comment of its line? Strings do not go on behind the end of a line. */
static bool
is_comment(const char *line, const char *at)
{
	bool quoted = false;

	for (const char *p = line; p < at; p++)
		if (*p == '\\')
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (*p == ';' && !quoted)
			return true;
	return false;
}

/* Is it the beginning of a comment, or of a part of one? */
static bool
find_line(struct comment *c, struct text text, const char *at)
{
	const char *line_end = memchr(at, '\n', text.len - (size_t)(at - text.data));

	for (c->line = at; c->line > text.data && c->line[-1] != '\n';)
		c->line--;
	c->line_end = line_end ? line_end : text.data + text.len;
	return is_comment(c->line, at);
}

static void
skip_blanks(struct comment *c)
{
	while (c->at < c->line_end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\r'))
		c->at++;
}

/* The word up to a blank or `stop`. */
static struct text
next_word(struct comment *c, const char *stops)
{
	const char *begin = c->at;

	while (c->at < c->line_end && !strchr(stops, *c->at))
		c->at++;
	return (struct text){begin, (size_t)(c->at - begin)};
}

static void
refuse(const struct comment *c, struct text code, const char *why, const char *fix)
{
	struct pos pos = pos_of(c, code.data);

	diag_add(c->diags, pos, Z_IGNORE, "%.*s %s%s%s%s", (int)(code.len > 64 ? 64 : code.len),
	    code.data, why, fix ? "; did you mean " : "", fix ? fix : "", fix ? "?" : "");
	diag_fix(c->diags, pos, code, fix);
}

static void
add_code(const struct comment *c, struct text code)
{
	const char *known[N_PROBLEMS + 1] = {NULL};

	for (int i = 0; i < N_PROBLEMS; i++) {
		enum problem problem = (enum problem)i;

		known[i] = problem_table[i].code;
		if (!text_is(code, known[i]))
			continue;
		if (diag_severity(c->diags, problem) == SEVERITY_ERROR)
			refuse(c, code, "is an error, which no comment silences", NULL);
		else if (problem == Z_IGNORE || problem == Z_IGNORE_IDLE)
			refuse(c, code, "is about such comments: mend or remove them", NULL);
		else
			diags_ignore(c->diags, pos_of(c, c->line), pos_of(c, c->line_end),
			    pos_of(c, code.data), problem);
		return;
	}
	refuse(c, code, "is no code of a problem", diag_nearest(code, known));
}

/* The codes count only if a reason stands behind them. */
static void
read_codes(struct comment *c)
{
	struct text codes = next_word(c, " \t\r\n"), code;

	skip_blanks(c);
	if (c->at == c->line_end) {
		diag_add(c->diags, pos_of(c, codes.len ? codes.data : c->line), Z_IGNORE,
		    "no reason is given: ignore=%.*s, and why",
		    (int)(codes.len > 64 ? 64 : codes.len), codes.data);
		return;
	}
	for (c->at = codes.data; c->at < codes.data + codes.len; c->at++) {
		code = next_word(c, ", \t\r\n");
		add_code(c, code);
	}
}

/* Other words of comments are nobody's business, unless they are nearly this one. */
static void
read_comment(struct comment *c)
{
	const char *const known[] = {word, NULL};
	struct text text;

	skip_blanks(c);
	text = next_word(c, "= \t\r\n");
	if (c->at == c->line_end || *c->at != '=')
		return;
	c->at++;
	if (text_is(text, word))
		read_codes(c);
	else if (diag_nearest(text, known))
		refuse(c, text, "is no word for zonepp", word);
}

void
ignore_find(struct diags *diags, uint32_t source, struct text text)
{
	const char *at = text.data, *end = text.data + text.len;

	while ((at = memchr(at, ';', (size_t)(end - at)))) {
		struct comment c = {.diags = diags, .source = source, .text = text.data};

		for (at++; at < end && (*at == ' ' || *at == '\t');)
			at++;
		if ((size_t)(end - at) < sizeof(mark) - 1 ||
		    memcmp(at, mark, sizeof(mark) - 1) != 0)
			continue;
		c.at = at + sizeof(mark) - 1;
		if (find_line(&c, text, at))
			read_comment(&c);
	}
}

/* What comes and goes with the calendar, with keys and policies, or with what was published before,
 * is silenced at times. */
static bool
comes_and_goes(enum problem problem)
{
	static const enum problem rows[] = {D_SOON, D_SOON_EE, D_NOT_YET, D_EXPIRED_EE,
	    D_EXPIRED_CHAIN, D_NO_NEXT, D_DEPLOYED_LOST, D_UNSIGNED, Z_SIGNED, Z_SERIAL};

	if (*problem_table[problem].code == 'S')
		return true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i] == problem)
			return true;
	return false;
}

void
ignore_tell_idle(struct diags *diags)
{
	for (size_t i = 0; i < diags->n_ignores; i++) {
		const struct diags_ignore *ignore = &diags->ignores[i];

		if (ignore->used || comes_and_goes(ignore->problem) ||
		    pos_is_concealed(diags, ignore->pos) ||
		    diag_severity(diags, ignore->problem) == SEVERITY_OFF)
			continue;
		diag_add(diags, ignore->pos, Z_IGNORE_IDLE, "the line has no problem %s",
		    problem_table[ignore->problem].code);
	}
}
