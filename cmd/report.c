/* Where problems go: to standard error in one form, and to files in others. */
#include "cmd.h"

#include "base/output.h"
#include "publish/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *
format_names(struct arena *a)
{
	struct buf b = {0};

	for (const struct report_format *format = report_formats; format->name; format++)
		buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", format->name);
	return buf_text(&b, a);
}

bool
cmd_may_escape(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDERR_FILENO) && (!no_color || !*no_color) && term &&
	       strcmp(term, "dumb") != 0;
}

/* FORM or FORM:FILE. */
static struct cmd_report
read_report(struct cmd *cmd, const char *value)
{
	struct arena *a = &cmd->diags.arena;
	const char *colon = strchr(value, ':');
	size_t len = colon ? (size_t)(colon - value) : strlen(value);
	struct cmd_report to = {.path = colon ? colon + 1 : NULL};

	to.report.format = report_format_find(arena_text(a, value, len));
	if (!to.report.format)
		cmd_usage(cmd, "--format %s: not one of %s", value, format_names(a));
	if (colon && !colon[1])
		cmd_usage(cmd, "--format %s: the name of its file is empty", value);
	return to;
}

/* Those that say which project is meant, for commands that are advised. */
static const char *
project_options(struct cmd *cmd)
{
	static const struct cmd_option *const rows[] = {&option_directory, &option_project};
	struct buf b = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (cmd_has(cmd, rows[i])) {
			buf_printf(&b, " -%c ", rows[i]->letter);
			report_word(&b, cmd_value(cmd, rows[i]));
		}
	return buf_text(&b, &cmd->diags.arena);
}

/* Of those without a file the last counts; what goes to files leaves standard error as it is. */
void
cmd_report_begin(struct cmd *cmd)
{
	const char *const *values = cmd_values(cmd, &option_format);

	cmd->reports = arena_zalloc(&cmd->diags.arena, (1 + cmd->n_given) * sizeof(*cmd->reports));
	cmd->n_reports = 1;
	for (; *values; values++) {
		struct cmd_report to = read_report(cmd, *values);

		cmd->reports[to.path ? cmd->n_reports++ : 0] = to;
	}
	for (size_t i = 0; i < cmd->n_reports; i++)
		cmd->reports[i].report.options = project_options(cmd);
	cmd->reports[0].report.colour = cmd_may_escape();
	if (cmd->reports[0].report.format && cmd->reports[0].report.format->is_document)
		cmd->diags.waiting = NULL; /* nothing stands beside it */
}

static void
show(struct cmd_report *to)
{
	if (to->path)
		return;
	if (to->text.len > 0)
		fwrite(to->text.data, 1, to->text.len, stderr);
	buf_clear(&to->text);
}

void
cmd_report(struct cmd *cmd, struct diags *diags)
{
	cmd_progress_end(cmd);
	diags_sort(diags);
	if (!cmd->tells_each)
		access_tell_once(&cmd->told, diags);
	for (size_t i = 0; i < cmd->n_reports; i++) {
		report_add(&cmd->reports[i].report, &cmd->reports[i].text, diags);
		show(&cmd->reports[i]);
	}
	if (cmd->diags.status < diags->status)
		cmd->diags.status = diags->status;
}

int
cmd_build(struct cmd *cmd, const struct project *project, const struct build_options *how,
    struct build *build)
{
	int result = build_project(&cmd->diags, project, how, build);

	cmd_progress_end(cmd);
	for (size_t i = 0; i < build->n; i++)
		cmd_report(cmd, build->zones[i].diags);
	return result;
}

/* That a file cannot be written is told of in lines: the reports are at their end. */
static void
write_file(struct cmd *cmd, const struct cmd_report *to)
{
	struct report lines = {.format = report_format_find("gcc")};
	struct diags diags = {0};
	struct buf b = {0};

	if (output_replace(&diags, NULL, to->path, (struct text){to->text.data, to->text.len}) <
	    0) {
		report_add(&lines, &b, &diags);
		fwrite(b.data, 1, b.len, stderr);
		cmd->diags.status = 2;
	}
	buf_free(&b);
	diags_free(&diags);
}

void
cmd_report_end(struct cmd *cmd)
{
	for (size_t i = 0; i < cmd->n_reports; i++) {
		struct cmd_report *to = &cmd->reports[i];

		report_end(&to->report, &to->text);
		show(to);
		if (to->path)
			write_file(cmd, to);
		buf_free(&to->text);
	}
	access_told_free(&cmd->told);
}
