#include "cmd.h"

#include "report/explain.h"
#include "report/schema.h"

static const struct cmd_option option_man = {
    "man", 0, NULL, "all of them, as the source of zonepp-checks(7)"};

static const struct cmd_option option_schema = {
    "schema", 0, NULL, "the JSON Schema of zonepp.yaml, for editors"};

static const struct cmd_option *const options[] = {&option_man, &option_schema, NULL};

/* Codes are known in any case. */
static enum problem
find_code(const struct cmd *cmd, const char *code)
{
	const char *known[N_PROBLEMS + 1] = {NULL}, *nearest;

	for (int i = 0; i < N_PROBLEMS; i++) {
		known[i] = problem_table[i].code;
		if (text_is_nocase(text_of(code), known[i]))
			return (enum problem)i;
	}
	nearest = diag_nearest(text_of(code), known);
	cmd_usage(cmd, "%s: no problem has this code%s%s%s", code, nearest ? "; did you mean " : "",
	    nearest ? nearest : "", nearest ? "?" : "");
}

static int
run(struct cmd *cmd)
{
	struct buf b = {0};
	int printed;

	if (cmd_has(cmd, &option_man))
		explain_page(&b);
	else if (cmd_has(cmd, &option_schema))
		schema_print(&b);
	else if (cmd->n_arguments == 0)
		explain_list(&b);
	for (size_t i = 0; i < cmd->n_arguments; i++) {
		if (b.len > 0)
			buf_putc(&b, '\n');
		explain_problem(&b, find_code(cmd, cmd->arguments[i]));
	}
	printed = cmd_print(cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return printed;
}

const struct verb verb_explain = {"explain", "[PROBLEM...]",
    "tell why a problem is one, and what to do about it; without one list them all", 0, -1, options,
    run, CONFINED_AT_ONCE};
