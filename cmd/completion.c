#include "completion.h"

#include "dnssec/algorithm.h"

static const struct cmd_option *const options[] = {NULL};

const char *const completion_kind_names[N_COMPLETION_KINDS] = {
    [COMPLETION_FILES] = "files",
    [COMPLETION_FOLDERS] = "folders",
    [COMPLETION_ZONES] = "zones",
    [COMPLETION_CERTIFICATES] = "certificates",
    [COMPLETION_VERBS] = "verbs",
    [COMPLETION_VARIABLES] = "variables",
};

/* --- What a placeholder stands for --- */

static const struct {
	const char *placeholder;
	enum completion_kind kind;
} kinds[] = {
    {"FILE", COMPLETION_FILES},
    {"SOURCE", COMPLETION_FILES},
    {"DIR", COMPLETION_FOLDERS},
    {"ZONE", COMPLETION_ZONES},
    {"CERT", COMPLETION_CERTIFICATES},
    {"COMMAND", COMPLETION_VERBS},
    {"VARIABLE", COMPLETION_VARIABLES},
};

static void
put_formats(struct buf *words)
{
	for (const struct report_format *format = report_formats; format->name; format++)
		buf_printf(words, " %s", format->name);
}

static void
put_guards(struct buf *words)
{
	for (int i = 0; i < N_PROBLEMS; i++)
		if (problem_is_guard((enum problem)i))
			buf_printf(words, " %s", problem_table[i].code);
}

static void
put_problems(struct buf *words)
{
	for (int i = 0; i < N_PROBLEMS; i++)
		buf_printf(words, " %s", problem_table[i].code);
}

static void
put_algorithms(struct buf *words)
{
	for (unsigned i = 0; i <= UINT8_MAX; i++) {
		const struct algorithm *algorithm = algorithm_info((uint8_t)i);

		if (algorithm && !algorithm->refused)
			buf_printf(words, " %s", algorithm->name);
	}
}

static const struct {
	const char *placeholder;
	void (*put)(struct buf *words);
} tables[] = {
    {"FORM", put_formats},
    {"CODE", put_guards},
    {"PROBLEM", put_problems},
    {"ALGORITHM", put_algorithms},
};

/* A word in lower case, or a number, stands for itself. */
static void
take_word(struct completion *completion, struct buf *words, struct text word)
{
	if (ascii_is_digit(*word.data) || (*word.data >= 'a' && *word.data <= 'z'))
		buf_printf(words, " %.*s", (int)word.len, word.data);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (text_is(word, kinds[i].placeholder))
			completion->may_be[kinds[i].kind] = true;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (text_is(word, tables[i].placeholder))
			tables[i].put(words);
}

struct completion
completion_of(struct arena *a, const char *placeholder)
{
	static const char between[] = "[]|=. ";
	struct completion completion = {0};
	struct buf words = {0};

	for (const char *p = placeholder ? placeholder : ""; *p;) {
		size_t len = strcspn(p, between);

		if (len > 0)
			take_word(&completion, &words, (struct text){p, len});
		p += len + strspn(p + len, between);
	}
	completion.words = buf_text(&words, a);
	return completion;
}

/* --- What the scripts share --- */

void
completion_escape(struct buf *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
}

const char *
completion_group(struct arena *a, const struct verb *const *verb)
{
	size_t len = strcspn((*verb)->name, " ");

	if (!(*verb)->name[len] ||
	    (verb > verbs && strncmp(verb[-1]->name, (*verb)->name, len + 1) == 0))
		return NULL;
	return arena_text(a, (*verb)->name, len);
}

void
completion_words(struct arena *a, struct buf *out, const char *first,
    void (*put)(struct buf *out, const char *word, const char *summary))
{
	for (const struct verb *const *verb = verbs; *verb; verb++) {
		const char *name = (*verb)->name, *group = completion_group(a, verb);

		if (first && verb_is_of(*verb, first))
			put(out, name + strlen(first) + 1, (*verb)->summary);
		else if (!first && group)
			put(out, group, "several commands");
		else if (!first && !strchr(name, ' '))
			put(out, name, (*verb)->summary);
	}
}

/* --- The verb --- */

static const struct {
	const char *name;
	void (*write)(struct arena *a, struct buf *out);
} shells[] = {
    {"bash", completion_bash},
    {"zsh", completion_zsh},
    {"fish", completion_fish},
};

static int
run(struct cmd *cmd)
{
	const char *shell = cmd->arguments[0];
	struct buf b = {0};
	int result;

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
		if (strcmp(shells[i].name, shell) == 0)
			shells[i].write(&cmd->diags.arena, &b);
	if (b.len == 0)
		cmd_usage(cmd, "%s: not one of bash, zsh, fish", shell);
	result = cmd_print(cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

const struct verb verb_completion = {"completion", "bash|zsh|fish",
    "print what lets that shell complete command lines of zonepp", 1, 1, options, run,
    CONFINED_AT_ONCE};
