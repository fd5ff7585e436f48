/* What the verbs share: a verb is a row with its options, and a function that takes them parsed. Help,
 * parsing and later completion come from the same rows. */
#ifndef CMD_H
#define CMD_H

#include "base/diag.h"
#include "dns/name.h"
#include "project/project.h"
#include "report/text.h"

struct cmd_option {
	const char *name;     /* long form */
	char letter;	      /* short form, or 0 */
	const char *argument; /* what help calls its argument; NULL: it takes none */
	const char *help;
};

/* One option as it was given. */
struct cmd_given {
	const struct cmd_option *option;
	const char *value; /* "" without argument */
};

struct cmd {
	const struct verb *verb;
	struct diags diags;
	struct cmd_given *given;
	size_t n_given;
	const char **arguments; /* NULL-terminated */
	size_t n_arguments;
	struct report_style style;
	int64_t now;
	unsigned jobs;
};

struct verb {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *summary;
	int least, most; /* arguments taken; most -1: any number */
	const struct cmd_option *options; /* ended by a row without name */
	int (*run)(struct cmd *cmd); /* returns 0 or -1; problems are in cmd->diags */
};

/* Options that several verbs take. */
#define CMD_ZONE {"zone", 0, "NAME", "the zone's name (default: the first absolute $ORIGIN)"}
#define CMD_OUTPUT {"output", 'o', "FILE", "write to FILE, in one step, and only if it changes"}
#define CMD_NOW {"now", 0, "TIME", "the time to work at (default: SOURCE_DATE_EPOCH or the clock)"}
#define CMD_JOBS {"jobs", 'j', "N", "threads to use (default: one for each processor)"}
#define CMD_PROJECT {"project", 'p', "FILE", "the project file (default: the nearest zonepp.yaml)"}
#define CMD_DIRECTORY {"directory", 'C', "DIR", "change to DIR first"}
#define CMD_END {NULL, 0, NULL, NULL}

/* The last value given for an option, or NULL. */
const char *
cmd_value(const struct cmd *cmd, const char *option);

/* All values given for an option, NULL-terminated, in the diags' arena. */
const char *const *
cmd_values(struct cmd *cmd, const char *option);

/* A usage error: prints it with a hint and ends the program with status 2. */
_Noreturn void
cmd_usage(const struct cmd *cmd, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The name given with --zone in `*out`; returns NULL where there is none. */
const struct name *
cmd_zone(struct cmd *cmd, struct name *out);

/* Reads a number from `least` to `most` for the option; a usage error otherwise. */
unsigned long
cmd_number(const struct cmd *cmd, const char *option, const char *value, unsigned long least,
    unsigned long most);

/* Reads a duration as 14d; a usage error otherwise. */
uint64_t
cmd_duration(const struct cmd *cmd, const char *option, const char *value);

/* Writes text to standard output; a problem where that fails. */
int
cmd_print(struct cmd *cmd, struct text text);

/* Loads the project that --project names, or the nearest one. */
int
cmd_project(struct cmd *cmd, struct project *project);

/* Shows problems on standard error; the exit status will be theirs at least. */
void
cmd_report(struct cmd *cmd, struct diags *diags);

/* The table of verbs, in main.c. */
extern const struct verb *const verbs[];

extern const struct verb verb_build, verb_expand, verb_help, verb_list, verb_print, verb_sign,
    verb_tlsa, verb_version;

/* The row of that name, or NULL. */
const struct verb *
verb_find(const char *name);

/* Appends a verb's help. */
void
cmd_help(struct buf *b, const struct verb *verb);

#endif
