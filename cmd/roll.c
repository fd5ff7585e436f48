#include "cmd.h"

#include "base/duration.h"
#include "project/hook.h"
#include "publish/build.h"
#include "report/rollover.h"
#include "rollover/act.h"
#include "rollover/ask.h"
#include "rollover/external.h"
#include "rollover/keyroll_act.h"
#include "rollover/parent.h"

#include <stdio.h>

static const struct cmd_option option_gate = {
    "gate", 0, "CERT", "exit 0 if CERT's next certificate may be taken into use, else 1"};
static const struct cmd_option option_deploy = {
    "deploy", 0, NULL, "run the deploy commands that are due, and notify"};
static const struct cmd_option option_json = {"json", 0, NULL, "as JSON, for programs"};

static const struct cmd_option *const options[] = {&option_gate, &option_deploy, &option_json,
    &option_project, &option_directory, &option_allow, &option_secret, &option_now, NULL};

/* The certificates that are meant: --gate means one. */
static const char *const *
read_names(struct cmd *cmd, const struct project *project)
{
	const char *const *gates = cmd_values(cmd, &option_gate);
	const char *const *names = *gates ? gates : cmd->arguments;
	bool known = true;

	for (const char *const *name = names; *name; name++)
		known = project_certificate_find(&cmd->diags, project, *name) && known;
	return known ? names : NULL;
}

static void
check_options(const struct cmd *cmd)
{
	if (!cmd_has(cmd, &option_gate))
		return;
	if (cmd_has(cmd, &option_deploy))
		cmd_usage(cmd, "--gate only tells, and --deploy acts: give one of them");
	if (cmd->n_arguments > 0)
		cmd_usage(cmd, "%s: --gate names its certificate itself", cmd->arguments[0]);
}

/* What others publish on which the trust in our zones rests. */
static int
ask_others(struct cmd *cmd, const struct project *project)
{
	struct nameservers servers;
	int result;

	if (parents_import(&cmd->diags, project, cmd->now) < 0)
		return -1;
	nameservers_begin(&servers, NAMESERVER_TIMEOUT_MS, NAMESERVER_TOTAL_MS);
	result = parents_ask(&cmd->diags, project, &servers, cmd->now);
	if (externals_ask(&cmd->diags, project, &servers, cmd->now) < 0)
		result = -1;
	nameservers_end(&servers);
	return result;
}

static int
act(struct cmd *cmd, const struct project *project, const char *const *names,
    struct laggings *laggings, struct buf *said)
{
	int result = 0;

	if (*names == NULL && ask_others(cmd, project) < 0)
		return -1;
	if (rollovers_ask(&cmd->diags, project, names, cmd->now, laggings) < 0)
		return -1;
	if (!cmd_has(cmd, &option_deploy))
		return 0;
	if (*names == NULL && keyrolls_act(&cmd->diags, project, cmd->now, said) < 0)
		result = -1;
	return rollovers_deploy(&cmd->diags, project, names, cmd->now) < 0 ? -1 : result;
}

/* Those who name certificates ask for no keys. */
static int
load_keys(
    struct cmd *cmd, const struct project *project, const char *const *names, struct keyrolls *out)
{
	*out = (struct keyrolls){0};
	if (*names != NULL)
		return 0;
	return cmd_has(cmd, &option_deploy)
		   ? keyrolls_load_locked(&cmd->diags, project, cmd->now, out)
		   : keyrolls_load(&cmd->diags, project, cmd->now, out);
}

static void
report_early(struct cmd *cmd, const struct rollover *rollover)
{
	int64_t safe = rollover->safe_unix;
	struct buf when = {0};

	if (safe != TIME_NEVER) {
		buf_puts(&when, ": it is not safe to use until ");
		instant_print_iso(&when, safe);
	}
	diag_add(&cmd->diags, rollover->certificate.is->pos, D_TOO_EARLY,
	    "certificate \"%s\" was replaced too early%.*s", rollover->certificate.is->name,
	    (int)when.len, when.data ? when.data : "");
	buf_free(&when);
}

/* A gate that is closed is an answer, and no problem that needs words; a current certificate that
 * came too early is one. */
static void
judge(struct cmd *cmd, const struct rollovers *rollovers)
{
	bool gate = cmd_has(cmd, &option_gate);

	for (size_t i = 0; i < rollovers->n; i++) {
		const struct rollover *rollover = &rollovers->items[i];

		if (gate && !rollover->gate && cmd->diags.status == 0)
			cmd->diags.status = 1;
		if (!gate && rollover->phase == ROLLOVER_EARLY && rollover->certificate.current)
			report_early(cmd, rollover);
	}
}

/* Nobody who validates accepts a zone of which the parent has other DS records. */
static void
judge_keys(struct cmd *cmd, const struct keyrolls *keys)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct keyroll *roll = &keys->items[i];

		if (roll->phase == KEYROLL_DS_STRANGE)
			diag_add(&cmd->diags, roll->zone->pos, S_DS_STRANGE,
			    "no DS record of the parent is of a key of %s: it is bogus until the "
			    "parent has that of %u",
			    roll->zone->name_text, roll->key->tag);
	}
}

static void
print(const struct cmd *cmd, const struct rollovers *rollovers, const struct keyrolls *keys,
    struct buf *b)
{
	if (cmd_has(cmd, &option_json))
		report_rollover_json(b, rollovers, keys);
	else if (!cmd_has(cmd, &option_gate))
		report_rollover_table(b, rollovers, keys);
	else
		for (size_t i = 0; i < rollovers->n; i++)
			report_rollover_gate(b, &rollovers->items[i]);
}

/* What was done to keys comes ahead of the table, and beside what programs read. */
static void
print_said(const struct cmd *cmd, const struct buf *said, struct buf *b)
{
	if (!cmd_has(cmd, &option_json))
		buf_put(b, said->data, said->len);
	else if (said->len > 0)
		fwrite(said->data, 1, said->len, stderr);
}

/* Commands run outside of it; who deploys rolls keys, too. */
static int
confine(struct cmd *cmd, struct project *project)
{
	static const char *const no_names[] = {NULL};
	const struct build_options all = {.zones = no_names};
	bool deploys = cmd_has(cmd, &option_deploy);

	if (deploys && hooks_begin(&cmd->diags, project, true) < 0)
		return -1;
	cmd->sandbox.starter = project->starter != NULL;
	cmd->sandbox.network = true;
	cmd->uses_token = deploys && build_uses_tokens(project, &all);
	cmd_permit_build(cmd, project);
	for (size_t i = 0; deploys && i < project->n_zones; i++)
		sandbox_add(&cmd->sandbox, project->zones[i].keys, SANDBOX_WRITE);
	cmd_confine(cmd);
	return 0;
}

static int
roll(struct cmd *cmd, struct project *project)
{
	struct rollovers rollovers;
	struct laggings laggings;
	struct keyrolls keys;
	const char *const *names;
	struct buf b = {0}, said = {0};
	int result;

	names = read_names(cmd, project);
	if (!names)
		return -1;
	result = act(cmd, project, names, &laggings, &said);
	print_said(cmd, &said, &b);
	buf_free(&said);
	if (rollovers_load(&cmd->diags, project, names, cmd->now, &rollovers) < 0)
		result = -1;
	if (load_keys(cmd, project, names, &keys) < 0)
		result = -1;
	rollovers_note_lagging(&rollovers, &laggings);
	if (result < 0 && cmd_has(cmd, &option_gate))
		return -1;
	judge(cmd, &rollovers);
	judge_keys(cmd, &keys);
	print(cmd, &rollovers, &keys, &b);
	if (b.len > 0 && cmd_print(cmd, (struct text){b.data, b.len}) < 0)
		result = -1;
	buf_free(&b);
	return result;
}

static int
run(struct cmd *cmd)
{
	struct project project;
	int result;

	check_options(cmd);
	if (cmd_project(cmd, &project) < 0 || confine(cmd, &project) < 0)
		return -1;
	result = roll(cmd, &project);
	hooks_end(&project);
	return result;
}

const struct verb verb_roll = {"roll", "[CERT...]",
    "where the rollover of each certificate stands, and what happens next", 0, -1, options, run,
    CONFINED_BY_ITSELF};
