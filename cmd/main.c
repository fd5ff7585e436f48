/* zonepp: finds the verb, and does what happens before and after each. */
#include "cmd.h"

#include "base/duration.h"
#include "base/jobserver.h"
#include "base/leftover.h"
#include "base/mem.h"
#include "base/mem.h"
#include "base/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ADDRESS(name) &verb_##name,
const struct verb *const verbs[] = {VERBS(ADDRESS) NULL};

bool
verb_is_of(const struct verb *verb, const char *first)
{
	size_t len = strlen(first);

	return strncmp(verb->name, first, len) == 0 && verb->name[len] == ' ';
}

const struct verb *
verb_find(const char *first, const char *second, int *used)
{
	for (const struct verb *const *verb = verbs; *verb; verb++) {
		bool pair = second && verb_is_of(*verb, first);

		*used = pair ? 2 : 1;
		if (strcmp((*verb)->name + (pair ? strlen(first) + 1 : 0), pair ? second : first) ==
		    0)
			return *verb;
	}
	return NULL;
}

static bool
begins_verbs(const char *first)
{
	for (const struct verb *const *verb = verbs; *verb; verb++)
		if (verb_is_of(*verb, first))
			return true;
	return false;
}

static bool
asks_for_help(const char *word)
{
	return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* The first word of a verb alone: says which may follow. */
static _Noreturn void
half_verb(const char *first)
{
	const char *separator = "";

	fprintf(stderr, "usage: zonepp %s ", first);
	for (const struct verb *const *verb = verbs; *verb; verb++) {
		if (!verb_is_of(*verb, first))
			continue;
		fprintf(stderr, "%s%s", separator, (*verb)->name + strlen(first) + 1);
		separator = "|";
	}
	fprintf(stderr, " [options] ...\ntry: zonepp help %s\n", first);
	exit(2);
}

static _Noreturn void
unknown_verb(const char *first, const char *second)
{
	const char *names[sizeof(verbs) / sizeof(verbs[0])], *nearest;
	bool group = begins_verbs(first);
	char name[100];
	size_t n = 0;

	if (group && (!second || *second == '-'))
		half_verb(first);
	snprintf(name, sizeof(name), group ? "%s %s" : "%s", first, second);
	for (; verbs[n]; n++)
		names[n] = verbs[n]->name;
	names[n] = NULL;
	nearest = diag_nearest(text_of(name), names);
	cmd_say("zonepp: %s is not a command%s%s%s", name, nearest ? "; did you mean " : "",
	    nearest ? nearest : "", nearest ? "?" : "");
	fprintf(stderr, "try: zonepp help%s%s\n", group ? " " : "", group ? first : "");
	exit(2);
}

/* getopt_long's tables, and its value for the first option; the letters have their own. */
enum { OPTION_FIRST = 256 };

struct getopt_tables {
	struct option *longs;
	char *shorts;
};

static struct getopt_tables
getopt_tables(struct arena *a, const struct verb *verb)
{
	const struct cmd_option *option;
	struct getopt_tables tables;
	size_t n = 0;
	char *letter;

	while (cmd_option_at(verb, n))
		n++;
	tables.longs = arena_zalloc(a, (n + 1) * sizeof(*tables.longs));
	tables.shorts = letter = arena_zalloc(a, 2 * n + 1);
	for (size_t i = 0; (option = cmd_option_at(verb, i)); i++) {
		int takes = !option->argument          ? no_argument
			    : *option->argument == '[' ? optional_argument
						       : required_argument;

		tables.longs[i] = (struct option){option->name, takes, NULL, OPTION_FIRST + (int)i};
		if (option->letter)
			*letter++ = option->letter;
		if (option->letter && option->argument)
			*letter++ = ':';
	}
	return tables;
}

static const struct cmd_option *
option_of(const struct verb *verb, int value)
{
	size_t i = 0;

	if (value >= OPTION_FIRST)
		return cmd_option_at(verb, (size_t)(value - OPTION_FIRST));
	while (cmd_option_at(verb, i)->letter != value)
		i++;
	return cmd_option_at(verb, i);
}

static _Noreturn void
show_help(const struct verb *verb)
{
	struct buf b = {0};

	cmd_help(&b, verb);
	fwrite(b.data, 1, b.len, stdout);
	exit(fflush(stdout) == 0 ? 0 : 2);
}

/* getopt_long leaves the letter in `optopt`, or for a long option the word behind it in `word`. */
static _Noreturn void
bad_option(const struct cmd *cmd, const char *word)
{
	if (optopt > 0 && optopt < OPTION_FIRST)
		cmd_usage(cmd, "-%c: not an option, or its argument is missing", optopt);
	cmd_usage(cmd, "%s: not an option, or its argument is missing", word);
}

/* No file and no folder has an empty name. */
static struct cmd_given
take_option(const struct cmd *cmd, const struct cmd_option *option)
{
	bool is_path = option->argument && (strcmp(option->argument, "FILE") == 0 ||
					       strcmp(option->argument, "DIR") == 0);

	if (option == &option_help)
		show_help(cmd->verb);
	if (is_path && !*optarg)
		cmd_usage(cmd, "--%s: its argument is empty", option->name);
	return (struct cmd_given){option, optarg ? optarg : ""};
}

static bool
takes_option(const struct verb *verb, const struct cmd_option *wanted)
{
	const struct cmd_option *option;
	size_t i = 0;

	while ((option = cmd_option_at(verb, i)) && option != wanted)
		i++;
	return option != NULL;
}

/* Options that compilers have by the same words: -MF FILE or -MFFILE. They become long ones. */
static void
take_words(struct cmd *cmd, int argc, char **argv)
{
	static const struct {
		const char *word;
		const struct cmd_option *option;
	} words[] = {
	    {"-MD", &option_deps}, {"-MF", &option_deps_file}, {"-MT", &option_deps_target}};

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			size_t len = strlen(words[k].word);
			const char *value = argv[i] + len;

			if (strncmp(argv[i], words[k].word, len) != 0 ||
			    !takes_option(cmd->verb, words[k].option))
				continue;
			argv[i] = arena_printf(&cmd->diags.arena, "--%s%s%s", words[k].option->name,
			    *value ? "=" : "", value);
			break;
		}
}

static void
parse_options(struct cmd *cmd, int argc, char **argv)
{
	struct arena *a = &cmd->diags.arena;
	struct getopt_tables tables = getopt_tables(a, cmd->verb);
	int value;

	cmd->given = arena_alloc(a, (size_t)argc * sizeof(*cmd->given));
	opterr = 0;
	take_words(cmd, argc, argv);
	while ((value = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
		if (value == '?')
			bad_option(cmd, argv[optind - 1]);
		cmd->given[cmd->n_given++] = take_option(cmd, option_of(cmd->verb, value));
	}
	cmd->n_arguments = (size_t)(argc - optind);
	cmd->arguments = (const char **)(argv + optind);
	if (argc - optind < cmd->verb->least)
		cmd_usage(cmd, "an argument is missing");
	if (cmd->verb->most >= 0 && argc - optind > cmd->verb->most)
		cmd_usage(cmd, "%s: an argument too many", argv[optind + cmd->verb->most]);
}

/* --now, which may be seen from SOURCE_DATE_EPOCH, else from the clock. */
static int64_t
time_to_work_at(struct cmd *cmd)
{
	const char *value = cmd_value(cmd, &option_now);
	const char *epoch =
	    takes_option(cmd->verb, &option_now) ? getenv("SOURCE_DATE_EPOCH") : NULL;

	cmd->clock = !epoch && !value;
	if (value && instant_parse(text_of(value), &cmd->now) == 0)
		return cmd->now;
	cmd->now = (int64_t)time(NULL);
	cmd->at_machine = instant_of_machine();
	if (epoch && instant_parse(text_of(epoch), &cmd->now) < 0)
		cmd_usage(cmd, "SOURCE_DATE_EPOCH %s: not a time: " CMD_TIMES, epoch);
	return cmd_time(cmd, &option_now, cmd->now);
}

static void
apply_common(struct cmd *cmd)
{
	const char *directory = cmd_value(cmd, &option_directory);

	cmd->now = time_to_work_at(cmd);
	cmd->jobs = (unsigned)cmd_number(cmd, &option_jobs, 0, 1, CMD_JOBS_MOST);
	if (cmd->jobs == 0)
		cmd->jobs =
		    takes_option(cmd->verb, &option_jobs) ? jobserver_take(pool_processors()) : 1;
	cmd_report_begin(cmd);
	if (directory && chdir(directory) < 0) {
		cmd_say("zonepp: cannot change to %s: %s", directory, strerror(errno));
		exit(2);
	}
}

/* Verbs that may take long. Those that count zones write when all are done; the line would be in
 * the way of what others write to the same terminal meanwhile. */
static const struct {
	const struct verb *verb;
	bool counts;
} lasting[] = {{&verb_build, true}, {&verb_check, true}, {&verb_print, false}, {&verb_sign, false},
    {&verb_verify, false}};

void
cmd_progress_begin(struct cmd *cmd)
{
	enum { N = sizeof(lasting) / sizeof(lasting[0]), AFTER_MS = 1000 };
	size_t i = 0;

	while (i < N && lasting[i].verb != cmd->verb)
		i++;
	if (i == N || !cmd_may_escape() || (!lasting[i].counts && isatty(STDOUT_FILENO)) ||
	    cmd_has(cmd, &option_quiet))
		return;
	cmd->progress =
	    progress_begin(STDERR_FILENO, lasting[i].counts ? NULL : cmd->verb->name, AFTER_MS);
}

/* Shows the problems; the exit status is theirs, or 2 where work failed without one. */
static int
finish(struct cmd *cmd, int result)
{
	int status;

	cmd_report(cmd, &cmd->diags);
	cmd_report_end(cmd);
	status = cmd->diags.status;
	diags_free(&cmd->diags);
	return status == 0 && result < 0 ? 2 : status;
}

/* A file that is opened must not stand in for a standard stream that was closed. */
static void
keep_streams_apart(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) {
			perror("zonepp: cannot open /dev/null for a standard stream");
			exit(2);
		}
}

static void
begin_confinement(struct cmd *cmd)
{
	static const struct sandbox early = {.writes = true}; /* as may turn out */

	sandbox_conceal();
	cmd->sandbox.a = &cmd->diags.arena;
	if (cmd->verb->confined == CONFINED_NOT)
		cmd_progress_begin(cmd);
	if (cmd->verb->confined == CONFINED_TO_PROJECT || cmd->verb->confined == CONFINED_CALLS) {
		sandbox_calls(&early, &cmd->confined);
		cmd->calls_confined = true;
	}
	for (size_t i = 0; cmd->verb->confined == CONFINED_AT_ONCE && i < cmd->n_arguments; i++)
		sandbox_add(&cmd->sandbox, cmd->arguments[i], SANDBOX_READ);
	if (cmd->verb->confined == CONFINED_AT_ONCE)
		cmd_confine(cmd);
}

static void
tell_waiting(const char *path)
{
	cmd_say("zonepp: waiting for another run, which holds %s", path);
}

int
main(int argc, char **argv)
{
	struct cmd cmd = {0};
	const char *name = argc > 1 ? argv[1] : "", *second = argc > 2 ? argv[2] : NULL;
	int used;

	keep_streams_apart();
	mem_serve_openssl();
	cmd.diags.waiting = tell_waiting;
	cmd.diags.home_path = "<command line>"; /* until there is a file */
	if (asks_for_help(name))
		name = "help";
	if (strcmp(name, "--version") == 0)
		name = "version";
	if (argc < 2) {
		fputs("usage: zonepp COMMAND [options] ...\ntry: zonepp help\n", stderr);
		return 2;
	}
	cmd.verb = verb_find(name, second, &used);
	if (!cmd.verb && second && asks_for_help(second) && begins_verbs(name)) {
		cmd.verb = &verb_help; /* zonepp keys --help is zonepp help keys */
		argv[2] = NULL;
		argc = 2;
		used = 0;
	}
	if (!cmd.verb)
		unknown_verb(name, second);
	leftover_watch();
	signal(SIGXFSZ, SIG_IGN); /* a file size limit is an error like a full disk */
	parse_options(&cmd, argc - used, argv + used);
	apply_common(&cmd);
	begin_confinement(&cmd);
	return finish(&cmd, cmd.verb->run(&cmd));
}
