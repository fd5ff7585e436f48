/* What the verbs share: a verb is a row with its options, and a function that takes them parsed.
 * Help, parsing and completion come from the same rows. An option is asked for by its row, so
 * that the compiler knows its name. */
#ifndef CMD_H
#define CMD_H

#include "base/access.h"
#include "base/diag.h"
#include "base/progress.h"
#include "base/sandbox.h"
#include "dns/name.h"
#include "project/shard.h"
#include "publish/load.h"
#include "report/format.h"
#include "report/safe.h"

struct cmd_option {
	const char *name;     /* long form */
	char letter;          /* short form, or 0 */
	const char *argument; /* what help calls its argument, "[=...]" if it may be left out of a
			       * long option; NULL: it takes none */
	const char *help;
};

/* One option as it was given. */
struct cmd_given {
	const struct cmd_option *option;
	const char *value; /* "" without argument */
};

struct build;
struct build_options;

/* Where problems go. */
struct cmd_report {
	struct report report;
	const char *path; /* of a file, whose text waits in `text`; NULL: standard error */
	struct buf text;
};

struct cmd {
	const struct verb *verb;
	struct diags diags;
	struct cmd_given *given;
	size_t n_given;
	const char **arguments; /* NULL-terminated */
	size_t n_arguments;
	struct progress *progress; /* or NULL */
	struct cmd_report *reports;
	size_t n_reports;
	struct access_told told;     /* files of secrets that zones share are told of once, */
	bool tells_each;             /* but where warnings hold zones back: each says why */
	struct cmd_nearest *nearest; /* the project that was found last */
	struct sandbox sandbox;      /* what is permitted, as far as is known */
	struct sandbox_state confined;
	bool calls_confined, files_confined;
	bool uses_token; /* whose module talks to devices and daemons: nothing is given up */
	int64_t now;
	bool clock;         /* that is what the clock said at the start, */
	int64_t at_machine; /* at that instant (duration.h) */
	unsigned jobs;
};

/* When the kernel is told what the verb may do from there on. */
enum cmd_confined {
	CONFINED_AT_ONCE,    /* ahead of `run`: it uses what the command line names */
	CONFINED_TO_PROJECT, /* its files by `run`, with cmd_confine, once it knows its project */
	CONFINED_BY_ITSELF,  /* all of it */
	CONFINED_CALLS,      /* ahead of `run`, but not its files */
	CONFINED_NOT,
};

struct verb {
	const char *name;      /* of one word, or of two with a blank between */
	const char *arguments; /* for the usage line */
	const char *summary;
	int least, most;                         /* arguments taken; most -1: any number */
	const struct cmd_option *const *options; /* NULL-terminated, in the order of the help */
	int (*run)(struct cmd *cmd);             /* returns 0 or -1; problems are in cmd->diags */
	enum cmd_confined confined;
};

/* Options that several verbs take. All take the last two, without listing them. */
extern const struct cmd_option option_zone, option_zone_by_soa, option_output, option_now,
    option_jobs, option_project, option_deps, option_deps_file, option_deps_target, option_allow,
    option_secret, option_directory, option_quiet, option_shard, option_format, option_help;

/* The options that a verb takes, one after the other; NULL behind the last. */
const struct cmd_option *
cmd_option_at(const struct verb *verb, size_t i);

/* So many threads or connections may be asked for. */
enum { CMD_JOBS_MOST = 1024 };

/* Was the option given? */
bool
cmd_has(const struct cmd *cmd, const struct cmd_option *option);

/* The last value given for an option, or NULL. */
const char *
cmd_value(const struct cmd *cmd, const struct cmd_option *option);

/* All values given for an option, NULL-terminated, in the diags' arena. */
const char *const *
cmd_values(struct cmd *cmd, const struct cmd_option *option);

/* Prints a line on standard error, in which nothing steers a terminal: what the command line holds
 * may be the name of a stranger's file. */
void
cmd_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A usage error: prints it with a hint and ends the program with status 2. */
_Noreturn void
cmd_usage(const struct cmd *cmd, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The name given with the option (option_zone, or option_zone_by_soa) in `*out`; returns NULL where
 * there is none. */
const struct name *
cmd_zone(struct cmd *cmd, const struct cmd_option *option, struct name *out);

/* Reads a zone's name; a usage error that names `what` otherwise. */
void
cmd_name(const struct cmd *cmd, const char *what, const char *value, struct name *out);

/* How times are written that are no words, for messages. */
#define CMD_TIMES "2026-11-23T12:00:00Z, YYYYMMDDHHMMSS, seconds since 1970"

/* The time given with the option, which may be seen from now: `now`, +30d, -12h; `otherwise` where
 * there is none. What is no time is a usage error, as with the next two. */
int64_t
cmd_time(const struct cmd *cmd, const struct cmd_option *option, int64_t otherwise);

/* The number from `least` to `most`. */
unsigned long
cmd_number(const struct cmd *cmd, const struct cmd_option *option, unsigned long otherwise,
    unsigned long least, unsigned long most);

/* The duration, as 14d. */
uint64_t
cmd_duration(const struct cmd *cmd, const struct cmd_option *option, uint64_t otherwise_s);

/* K/N; 0/0 where the option is not given. Anything else is a usage error. */
struct shard
cmd_share(const struct cmd *cmd, const struct cmd_option *option);

/* That of option_shard, which goes with no zone named. */
struct shard
cmd_shard(const struct cmd *cmd);

/* Begins the line that tells of progress, where the verb has one. It has a thread. */
void
cmd_progress_begin(struct cmd *cmd);

/* The line that tells of progress is gone, and does not come back. */
void
cmd_progress_end(struct cmd *cmd);

/* Writes text to standard output; a problem where that fails. */
int
cmd_print(struct cmd *cmd, struct text text);

/* May what goes to standard output have colours? */
bool
cmd_colours(void);

/* Loads the project that --project names, or the nearest one. */
int
cmd_project(struct cmd *cmd, struct project *project);

/* What a zone file that a person names may include and read: its own folder, that of its project
 * (the nearest above it, or else above the working folder) with what that allows, and what --allow
 * names. */
const struct roots *
cmd_roots(struct cmd *cmd, const char *path);

/* Is the argument a file, and not a zone of the project? A dot at the end makes it a zone in any
 * case, "./" at the start a file. */
bool
cmd_is_file(const char *argument);

/* How the template that a person names is loaded: within these roots, and with the certificates of
 * that project. `zone` is room for the name of --zone. */
struct load_options
cmd_file(struct cmd *cmd, const char *path, struct name *zone);

/* The zone of the project that the argument of a verb names, which takes a file as well; `project`
 * is room for what --project or the nearest file says. `*zone` is NULL where it names a file. With
 * options that do not go with it, a usage error. Returns 0, or -1 with problems added. */
int
cmd_argument(struct cmd *cmd, const struct cmd_option *zone_option, struct project *project,
    const struct project_zone **zone);

/* How the template is loaded that the argument of a verb names, by its file or by its zone. */
struct cmd_template {
	struct load_options load;
	struct project project;
	struct tlsa_names certificates;
	struct name zone;
};

int
cmd_template(struct cmd *cmd, struct cmd_template *out);

/* Shows problems where --format says; the exit status will be theirs at least. */
void
cmd_report(struct cmd *cmd, struct diags *diags);

/* build_project, and shows what each zone's problems are. */
int
cmd_build(struct cmd *cmd, const struct project *project, const struct build_options *how,
    struct build *build);

/* Permits what a project names to be read: its folder, what it allows, keys and outputs. */
void
cmd_permit_project(struct cmd *cmd, const struct project *project);

/* The same, and that its outputs, and what lies in its folder, is written. */
void
cmd_permit_build(struct cmd *cmd, const struct project *project);

/* What may be read for a zone file. */
void
cmd_permit_roots(struct cmd *cmd, const struct roots *roots);

/* The folder of keys of the zone, both of which may be NULL; and key files that are named, as they
 * are named: some by what their names have in common. */
void
cmd_permit_keys(
    struct cmd *cmd, const struct name *zone, const char *folder, const char *const *files);

/* The file at `path`, which is replaced; "-" is open already. */
void
cmd_permit_output(struct cmd *cmd, const char *path);

/* From here on the kernel permits what was permitted, and what the options name. Ahead of the first
 * octet of a stranger's that is read, and of the first thread. The second call does nothing. */
void
cmd_confine(struct cmd *cmd);

/* Is standard error a terminal, on which colours and other escapes may show? */
bool
cmd_may_escape(void);

/* What --format says. */
void
cmd_report_begin(struct cmd *cmd);

/* Behind the last cmd_report: ends the documents, and writes those that are files. */
void
cmd_report_end(struct cmd *cmd);

/* All verbs, as help lists them. */
#define VERBS(X)                                                                                   \
	X(build)                                                                                   \
	X(check)                                                                                   \
	X(completion)                                                                              \
	X(diff)                                                                                    \
	X(expand)                                                                                  \
	X(explain)                                                                                 \
	X(fmt)                                                                                     \
	X(help)                                                                                    \
	X(init)                                                                                    \
	X(join)                                                                                    \
	X(keys_ds)                                                                                 \
	X(keys_generate)                                                                           \
	X(keys_list)                                                                               \
	X(keys_request)                                                                            \
	X(keys_roll)                                                                               \
	X(keys_set)                                                                                \
	X(keys_sign)                                                                               \
	X(list)                                                                                    \
	X(lock)                                                                                    \
	X(merge)                                                                                   \
	X(plan)                                                                                    \
	X(print)                                                                                   \
	X(probe)                                                                                   \
	X(roll)                                                                                    \
	X(sign)                                                                                    \
	X(status)                                                                                  \
	X(tlsa)                                                                                    \
	X(verify)                                                                                  \
	X(version)

#define CMD_DECLARE(name) extern const struct verb verb_##name;
VERBS(CMD_DECLARE)

/* Their rows; NULL ends them. */
extern const struct verb *const verbs[];

/* The row that the first words name, `*used` of them, or NULL. `second` may be NULL. */
const struct verb *
verb_find(const char *first, const char *second, int *used);

/* Is it a verb whose name has two words, and the first of them `first`? */
bool
verb_is_of(const struct verb *verb, const char *first);

/* Appends a verb's help. */
void
cmd_help(struct buf *b, const struct verb *verb);

#endif
