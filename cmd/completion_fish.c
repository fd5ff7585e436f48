#include "completion.h"

static const char engine[] =
    "function __zonepp_list # names of the project that the line means\n"
    "	set -l line (commandline -opc)\n"
    "	set -l project\n"
    "	set -l last (count $line)\n"
    "	for i in (seq 2 $last)\n"
    "		switch $line[$i]\n"
    "		case -C -p --directory --project\n"
    "			test $i -lt $last; and set -a project $line[$i] $line[(math $i + 1)]\n"
    "		case '-C*' '-p*' '--directory=*' '--project=*'\n"
    "			set -a project $line[$i]\n"
    "		end\n"
    "	end\n"
    "	command zonepp list $project $argv 2>/dev/null | string replace -r '\\t.*' ''\n"
    "end\n"
    "function __zonepp_has # __zonepp_has WORD...: does the line begin so?\n"
    "	set -l line (commandline -opc)\n"
    "	test (count $line) -gt (count $argv); or return\n"
    "	set -l end (math 1 + (count $argv))\n"
    "	test \"$line[2..$end]\" = \"$argv\"\n"
    "end\n"
    "function __zonepp_is # __zonepp_is WORD...: does it end so, too?\n"
    "	set -l line (commandline -opc)\n"
    "	test \"$line[2..-1]\" = \"$argv\"\n"
    "end\n"
    "\n"
    "complete -c zonepp -f\n";

/* What fish runs for the names of a kind; of files it knows itself. */
static const char *const commands[N_COMPLETION_KINDS] = {
    [COMPLETION_FOLDERS] = "(__fish_complete_directories (commandline -ct))",
    [COMPLETION_ZONES] = "(__zonepp_list)",
    [COMPLETION_CERTIFICATES] = "(__zonepp_list --certificates)",
    [COMPLETION_VARIABLES] = "(set -xn)",
};

static void
put_quoted(struct buf *out, const char *text)
{
	buf_putc(out, '\'');
	completion_escape(out, text, "'\\");
	buf_putc(out, '\'');
}

static void
put_word(struct buf *out, const char *word, const char *summary)
{
	buf_printf(out, " -a %s -d ", word);
	put_quoted(out, summary);
}

/* A line for each word, behind `words`. */
static void
put_words(struct arena *a, struct buf *out, const char *condition, const char *first)
{
	struct buf words = {0};
	const char *line, *end;

	completion_words(a, &words, first, put_word);
	line = buf_text(&words, a);
	for (; *line; line = end) {
		end = strstr(line + 1, " -a ");
		end = end ? end : line + strlen(line);
		buf_printf(out, "complete -c zonepp -n '%s%s%s'%.*s\n", condition, first ? " " : "",
		    first ? first : "", (int)(end - line), line);
	}
}

static void
put_completion(struct arena *a, struct buf *out, const char *placeholder)
{
	struct completion completion = completion_of(a, placeholder);

	if (completion.may_be[COMPLETION_FILES])
		buf_puts(out, " -F");
	if (*completion.words)
		buf_printf(out, " -a '%s'", completion.words + 1);
	for (int i = 0; i < N_COMPLETION_KINDS; i++)
		if (completion.may_be[i] && commands[i])
			buf_printf(out, " -a '%s'", commands[i]);
}

static void
put_verb(struct arena *a, struct buf *out, const struct verb *verb)
{
	const struct cmd_option *option;

	for (size_t i = 0; (option = cmd_option_at(verb, i)); i++) {
		buf_printf(
		    out, "complete -c zonepp -n '__zonepp_has %s' -l %s", verb->name, option->name);
		if (option->letter)
			buf_printf(out, " -s %c", option->letter);
		if (option->argument && *option->argument != '[')
			buf_puts(out, " -r");
		if (option->argument)
			put_completion(a, out, option->argument);
		buf_puts(out, " -d ");
		put_quoted(out, option->help);
		buf_putc(out, '\n');
	}
	if (*verb->arguments) {
		buf_printf(out, "complete -c zonepp -n '__zonepp_has %s'", verb->name);
		put_completion(a, out, verb->arguments);
		buf_putc(out, '\n');
	}
}

void
completion_fish(struct arena *a, struct buf *out)
{
	const char *group;

	buf_puts(out,
	    "# Completes command lines of zonepp in fish: made by `zonepp completion fish`.\n\n");
	buf_puts(out, engine);
	put_words(a, out, "__zonepp_is", NULL);
	put_words(a, out, "__zonepp_is help", NULL);
	for (const struct verb *const *verb = verbs; *verb; verb++) {
		if ((group = completion_group(a, verb))) {
			put_words(a, out, "__zonepp_is", group);
			put_words(a, out, "__zonepp_is help", group);
		}
		put_verb(a, out, *verb);
	}
}
