#define _GNU_SOURCE
#include "cmd.h"

#include "base/duration.h"
#include "base/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HELP_COLUMN = 26 };

const struct cmd_option option_zone = {
    "zone", 0, "ZONE", "the zone's name (default: the first absolute $ORIGIN)"};
const struct cmd_option option_zone_by_soa = {
    "zone", 0, "ZONE", "the name of the zone in FILE (default: that of its first SOA record)"};
const struct cmd_option option_output = {
    "output", 'o', "FILE", "write to FILE, in one step, and only if it changes"};
const struct cmd_option option_now = {
    "now", 0, "TIME", "the time to work at (default: SOURCE_DATE_EPOCH or the clock)"};
const struct cmd_option option_jobs = {
    "jobs", 'j', "N", "threads to use (default: one for each processor)"};
const struct cmd_option option_project = {
    "project", 'p', "FILE", "the project file (default: the nearest zonepp.yaml)"};
const struct cmd_option option_allow = {
    "allow", 0, "DIR", "a further folder that templates may read; may be repeated"};
const struct cmd_option option_secret = {
    "secret", 0, "VARIABLE", "an environment variable that templates may read; may be repeated"};
const struct cmd_option option_directory = {"directory", 'C', "DIR", "change to DIR first"};
const struct cmd_option option_quiet = {
    "quiet", 'q', NULL, "write nothing to standard output; problems are told of"};
const struct cmd_option option_shard = {
    "shard", 0, "K/N", "the K-th of N shares of the zones, each of which has other ones"};
const struct cmd_option option_format = {"format", 0, "FORM[:FILE]",
    "how problems are shown: tty, gcc, json, sarif, github or gitlab; may be repeated"};
const struct cmd_option option_help = {"help", 'h', NULL, "show this help"};

const struct cmd_option *
cmd_option_at(const struct verb *verb, size_t i)
{
	static const struct cmd_option *const common[] = {&option_format, &option_help, NULL};
	size_t n = 0;

	while (verb->options[n])
		n++;
	return i < n ? verb->options[i] : common[i - n];
}

bool
cmd_has(const struct cmd *cmd, const struct cmd_option *option)
{
	return cmd_value(cmd, option) != NULL;
}

const char *
cmd_value(const struct cmd *cmd, const struct cmd_option *option)
{
	for (size_t i = cmd->n_given; i > 0; i--)
		if (cmd->given[i - 1].option == option)
			return cmd->given[i - 1].value;
	return NULL;
}

const char *const *
cmd_values(struct cmd *cmd, const struct cmd_option *option)
{
	const char **values = arena_alloc(&cmd->diags.arena, (cmd->n_given + 1) * sizeof(*values));
	size_t n = 0;

	for (size_t i = 0; i < cmd->n_given; i++)
		if (cmd->given[i].option == option)
			values[n++] = cmd->given[i].value;
	values[n] = NULL;
	return values;
}

static void
say(const char *beginning, const char *format, va_list args)
{
	struct buf text = {0}, safe = {0};

	buf_puts(&text, beginning);
	buf_vprintf(&text, format, args);
	buf_putc(&text, '\0');
	report_safe(&safe, text.data);
	buf_putc(&safe, '\n');
	fwrite(safe.data, 1, safe.len, stderr);
	buf_free(&text);
	buf_free(&safe);
}

void
cmd_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void
cmd_usage(const struct cmd *cmd, const char *format, ...)
{
	char beginning[100];
	va_list args;

	snprintf(beginning, sizeof(beginning), "zonepp %s: ", cmd->verb->name);
	va_start(args, format);
	say(beginning, format, args);
	va_end(args);
	fprintf(stderr, "try: zonepp help %s\n", cmd->verb->name);
	exit(2);
}

void
cmd_name(const struct cmd *cmd, const char *what, const char *value, struct name *out)
{
	static const struct name root = {.len = 1};
	struct name_fault fault;

	if (name_parse(text_of(value), &root, out, &fault) < 0 || strcmp(value, "@") == 0)
		cmd_usage(cmd, "%s%s: %s", what, value,
		    strcmp(value, "@") == 0 ? "not a zone's name" : fault.why);
}

const struct name *
cmd_zone(struct cmd *cmd, const struct cmd_option *option, struct name *out)
{
	const char *value = cmd_value(cmd, option);

	if (!value)
		return NULL;
	cmd_name(cmd, "--zone ", value, out);
	return out;
}

int64_t
cmd_time(const struct cmd *cmd, const struct cmd_option *option, int64_t otherwise)
{
	const char *value = cmd_value(cmd, option);
	int64_t t_unix;

	if (!value)
		return otherwise;
	if (instant_parse_from(text_of(value), cmd->now, &t_unix) < 0)
		cmd_usage(
		    cmd, "--%s %s: not a time: " CMD_TIMES ", now, or +30d", option->name, value);
	return t_unix;
}

unsigned long
cmd_number(const struct cmd *cmd, const struct cmd_option *option, unsigned long otherwise,
    unsigned long least, unsigned long most)
{
	const char *value = cmd_value(cmd, option);
	char *end;
	unsigned long n;

	if (!value)
		return otherwise;
	errno = 0;
	n = strtoul(value, &end, 10);
	if (!ascii_is_digit(*value) || *end || errno || n < least || n > most)
		cmd_usage(
		    cmd, "--%s %s: not a number from %lu to %lu", option->name, value, least, most);
	return n;
}

struct shard
cmd_share(const struct cmd *cmd, const struct cmd_option *option)
{
	const char *value = cmd_value(cmd, option);
	struct shard share = {0, 0};

	if (value && shard_read(text_of(value), &share) < 0)
		cmd_usage(cmd, "--%s %s: K/N is wanted, 1 <= K <= N <= %d", option->name, value,
		    SHARDS_MOST);
	return share;
}

struct shard
cmd_shard(const struct cmd *cmd)
{
	struct shard shard = cmd_share(cmd, &option_shard);

	if (shard.n > 0 && cmd->n_arguments > 0)
		cmd_usage(cmd, "--shard is of all zones: none can be named beside it");
	return shard;
}

uint64_t
cmd_duration(const struct cmd *cmd, const struct cmd_option *option, uint64_t otherwise_s)
{
	const char *value = cmd_value(cmd, option);
	uint64_t seconds;

	if (!value)
		return otherwise_s;
	if (duration_parse(text_of(value), INT32_MAX, &seconds) < 0)
		cmd_usage(
		    cmd, "--%s %s: not a duration, as 90s 30m 12h 14d 2w 1y", option->name, value);
	return seconds;
}

void
cmd_progress_end(struct cmd *cmd)
{
	progress_end(cmd->progress);
	cmd->progress = NULL;
}

bool
cmd_colours(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (!no_color || !*no_color) && term &&
	       strcmp(term, "dumb") != 0;
}

int
cmd_print(struct cmd *cmd, struct text text)
{
	struct output *out = output_open(&cmd->diags, "-");
	bool changed;

	cmd_progress_end(cmd);
	if (output_write(out, text.data, text.len) < 0)
		return -1;
	return output_commit(out, &changed);
}

/* A copy of the texts with room behind them for as many as there are `values`. */
static const char **
with_room(struct arena *a, const char *const *texts, size_t n, const char *const *values)
{
	size_t n_values = 0;
	const char **copy;

	while (values[n_values])
		n_values++;
	copy = arena_alloc(a, (n + n_values) * sizeof(*copy) + 1);
	for (size_t i = 0; i < n; i++)
		copy[i] = texts[i];
	return copy;
}

/* Adds what --allow names, links in it followed: that is a person's own word. */
static void
allow(struct cmd *cmd, struct roots *roots)
{
	struct arena *a = &cmd->diags.arena;
	const char *const *values = cmd_values(cmd, &option_allow);
	const char **allowed = with_room(a, roots->allowed, roots->n_allowed, values);

	for (size_t i = 0; values[i]; i++) {
		char *real = realpath(values[i], NULL);
		struct stat st;

		if (!real || stat(real, &st) < 0 || !S_ISDIR(st.st_mode))
			cmd_usage(cmd, "--allow %s: not a folder", values[i]);
		allowed[roots->n_allowed++] = arena_text(a, real, strlen(real));
		free(real);
	}
	roots->allowed = allowed;
}

/* Adds what --secret names. */
static void
reveal(struct cmd *cmd, struct secrets *secrets)
{
	const char *const *values = cmd_values(cmd, &option_secret);
	const char **names = with_room(&cmd->diags.arena, secrets->names, secrets->n, values);

	for (size_t i = 0; values[i]; i++) {
		if (!secret_is_name(values[i])) /* and may be the password itself */
			cmd_usage(cmd, "--secret: not a name of an environment variable");
		names[secrets->n++] = values[i];
	}
	secrets->names = names;
}

int
cmd_project(struct cmd *cmd, struct project *project)
{
	const char *path = cmd_value(cmd, &option_project);

	if (!path)
		path = project_find(&cmd->diags, ".");
	if (path)
		cmd->diags.home_path = path;
	if (!path || project_load(&cmd->diags, path, project) < 0)
		return -1;
	allow(cmd, &project->roots);
	reveal(cmd, &project->secrets);
	cmd_permit_project(cmd, project);
	return 0;
}

/* The project of a file. */
struct cmd_nearest {
	const char *path; /* of the project file */
	struct project project;
	struct tlsa_names certificates;
	bool good;
};

static void
free_diags(void *diags)
{
	diags_free(diags);
}

/* Its faults are not those of a verb that is asked for one file. */
static struct cmd_nearest *
load_nearest(struct cmd *cmd, const char *path)
{
	struct arena *a = &cmd->diags.arena;
	struct cmd_nearest *nearest = arena_zalloc(a, sizeof(*nearest));
	struct diags *own = arena_zalloc(a, sizeof(*own));

	arena_on_free(a, free_diags, own);
	nearest->path = path;
	nearest->good = project_load(own, path, &nearest->project) == 0;
	diags_take_unreadable(&cmd->diags, own);
	if (!nearest->project.roots.project)
		nearest->project.roots.project = file_absolute(a, file_folder(a, path));
	nearest->certificates = load_certificates(a, &nearest->project);
	return nearest;
}

static bool
is_same_file(const char *path, const char *other)
{
	struct stat a, b;

	return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* Within a project anyone who changes a file of it may add a project file, which must permit
 * nothing: of several, the topmost counts, or the one in which the caller stands (`here`). */
static int
find_topmost(struct cmd *cmd, const char *folder, const char *here, const char **path)
{
	const char *next;

	*path = NULL;
	while (project_find_if(&cmd->diags, folder, &next) == 0) {
		if (!next || (*path && is_same_file(*path, next))) /* again: that of "/" */
			return 0;
		*path = here && is_same_file(here, next) ? here : next;
		if (*path == here)
			return 0;
		folder = file_join(&cmd->diags.arena, file_folder(&cmd->diags.arena, next), "..");
	}
	return -1;
}

/* The project of the file in `folder`; NULL: there is none. */
static struct cmd_nearest *
nearest_of(struct cmd *cmd, const char *folder)
{
	const char *here, *path;

	if (project_find_if(&cmd->diags, ".", &here) < 0 ||
	    find_topmost(cmd, folder, here, &path) < 0)
		return NULL;
	path = path ? path : here;
	if (path && (!cmd->nearest || strcmp(cmd->nearest->path, path) != 0))
		cmd->nearest = load_nearest(cmd, path);
	return path ? cmd->nearest : NULL;
}

/* Streams and devices lie in no folder. */
static const char *
folder_of(struct arena *a, const char *path)
{
	const char *absolute = file_absolute(a, path);

	if (strcmp(path, "-") == 0 || confine_is_below(absolute, "/dev") ||
	    confine_is_below(absolute, "/proc"))
		return ".";
	return file_folder(a, path);
}

/* What a file in `folder` may read. */
static const struct roots *
roots_of(struct cmd *cmd, const char *folder, const struct cmd_nearest *nearest)
{
	struct arena *a = &cmd->diags.arena;
	struct roots *roots = arena_zalloc(a, sizeof(*roots));

	if (nearest)
		*roots = nearest->project.roots;
	folder = file_absolute(a, folder);
	if (strcmp(folder, "/") != 0) /* where a container begins: everything lies in it */
		roots->beside = folder;
	allow(cmd, roots);
	cmd_permit_roots(cmd, roots);
	return roots;
}

const struct roots *
cmd_roots(struct cmd *cmd, const char *path)
{
	const char *folder = folder_of(&cmd->diags.arena, path);

	cmd->diags.home_path = strcmp(path, "-") == 0 ? "<stdin>" : path;
	sandbox_add(&cmd->sandbox, path, SANDBOX_READ);
	return roots_of(cmd, folder, nearest_of(cmd, folder));
}

/* The zone whose template the file is, or NULL. */
static const struct project_zone *
zone_of(const struct project *project, const char *path)
{
	for (size_t i = 0; i < project->n_zones; i++)
		if (is_same_file(path, project->zones[i].template))
			return &project->zones[i];
	return NULL;
}

bool
cmd_is_file(const char *argument)
{
	size_t len = strlen(argument);
	struct stat st;

	if (strcmp(argument, "-") == 0)
		return true;
	if (len == 0 || argument[len - 1] == '.')
		return false;
	return strchr(argument, '/') || (len > 5 && strcmp(argument + len - 5, ".zone") == 0) ||
	       (stat(argument, &st) == 0 && !S_ISDIR(st.st_mode));
}

struct load_options
cmd_file(struct cmd *cmd, const char *path, struct name *zone)
{
	const char *folder = folder_of(&cmd->diags.arena, path);
	struct cmd_nearest *nearest = nearest_of(cmd, folder);
	struct load_options load = {.path = path,
	    .zone = cmd_zone(cmd, &option_zone, zone),
	    .roots = roots_of(cmd, folder, nearest),
	    .named = true,
	    .dane = true,
	    .n_workers = cmd->jobs,
	    .now = cmd->now};

	cmd->diags.home_path = strcmp(path, "-") == 0 ? "<stdin>" : path;
	sandbox_add(&cmd->sandbox, path, SANDBOX_READ);
	if (nearest)
		load.secrets = nearest->project.secrets;
	reveal(cmd, &load.secrets);
	if (nearest && nearest->good) {
		load.certificates = &nearest->certificates;
		load.includes = load_includes(&nearest->project, zone_of(&nearest->project, path));
	}
	return load;
}

int
cmd_argument(struct cmd *cmd, const struct cmd_option *zone_option, struct project *project,
    const struct project_zone **zone)
{
	const char *argument = cmd->arguments[0], *path = cmd_value(cmd, &option_project);

	*zone = NULL;
	if (cmd_is_file(argument)) {
		if (cmd_has(cmd, &option_project))
			cmd_usage(cmd, "--project is for a zone of a project, not for a file");
		return 0;
	}
	if (cmd_has(cmd, zone_option))
		cmd_usage(cmd, "--zone is for a file, and %s is none", argument);
	if (!path && project_find_if(&cmd->diags, ".", &path) < 0)
		return -1;
	if (!path)
		return diag_error(&cmd->diags, pos_none(), F_READ,
		    "%s is no file, nor a zone of a project: there is no zonepp.yaml in this "
		    "folder or above it",
		    argument);
	if (cmd_project(cmd, project) < 0)
		return -1;
	cmd->diags.severities = project->severities;
	*zone = project_zone_find(&cmd->diags, project, argument);
	return *zone ? 0 : -1;
}

int
cmd_template(struct cmd *cmd, struct cmd_template *out)
{
	const struct project_zone *zone;

	if (cmd_argument(cmd, &option_zone, &out->project, &zone) < 0)
		return -1;
	if (zone) {
		out->certificates = load_certificates(&cmd->diags.arena, &out->project);
		out->load = load_of(&out->project, zone, &out->certificates, cmd->now);
		out->load.n_workers = cmd->jobs;
	} else {
		out->load = cmd_file(cmd, cmd->arguments[0], &out->zone);
	}
	return 0;
}

static void
help_option(struct buf *b, const struct cmd_option *option)
{
	size_t start = b->len;

	buf_printf(b, option->letter ? "  -%c, " : "      ", option->letter);
	buf_printf(b, "--%s%s%s", option->name,
	    option->argument && *option->argument != '[' ? "=" : "",
	    option->argument ? option->argument : "");
	if (b->len - start >= HELP_COLUMN) {
		buf_putc(b, '\n');
		start = b->len;
	}
	while (b->len - start < HELP_COLUMN)
		buf_putc(b, ' ');
	buf_printf(b, "%s\n", option->help);
}

void
cmd_help(struct buf *b, const struct verb *verb)
{
	const struct cmd_option *option;

	buf_printf(b, "usage: zonepp %s [options]%s%s\n\n%s\n\n", verb->name,
	    *verb->arguments ? " " : "", verb->arguments, verb->summary);
	for (size_t i = 0; (option = cmd_option_at(verb, i)); i++)
		help_option(b, option);
}
