#include "keys.h"

#include "rollover/keyroll_act.h"

static const struct cmd_option option_ksk = {"ksk", 0, NULL, "its key signing key, or CSK, alone"};
static const struct cmd_option option_zsk = {"zsk", 0, NULL, "its zone signing key alone"};
static const struct cmd_option option_algorithm = {
    "algorithm", 'a', "ALGORITHM", "all its keys, by such of another algorithm"};

static const struct cmd_option *const options[] = {&option_ksk, &option_zsk, &option_algorithm,
    &option_project, &option_directory, &option_now, NULL};

static int
roll(struct cmd *cmd)
{
	struct keyroll_wish wish = {
	    .ksk = cmd_has(cmd, &option_ksk), .zsk = cmd_has(cmd, &option_zsk)};
	const struct project_zone *zone;
	struct project project;
	const char *made;

	if (cmd_has(cmd, &option_algorithm)) {
		wish.algorithm = keys_algorithm(cmd, &option_algorithm);
		if (wish.ksk || wish.zsk)
			cmd_usage(cmd, "--algorithm: all keys change to it");
	}
	if (cmd_project(cmd, &project) < 0)
		return -1;
	zone = project_zone_find(&cmd->diags, &project, cmd->arguments[0]);
	if (!zone || keyroll_begin(&cmd->diags, &project, zone, &wish, cmd->now, &made) < 0)
		return -1;
	return cmd_print(cmd, text_of(made));
}

const struct verb verb_keys_roll = {"keys roll", "ZONE",
    "begin to replace the DNSSEC keys of a zone", 1, 1, options, roll, CONFINED_NOT};
