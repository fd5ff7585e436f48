#include "cmd.h"

#include "base/version.h"

#include <ldns/ldns.h>
#include <openssl/crypto.h>
#include <yaml.h>

static const struct cmd_option option_verbose = {
    "verbose", 'v', NULL, "tell as well what this machine keeps zonepp from (CONFINEMENT)"};

static const struct cmd_option *const options[] = {&option_verbose, NULL};

static int
run(struct cmd *cmd)
{
	char *text =
	    arena_printf(&cmd->diags.arena, "zonepp %s (ldns %s, %s, libyaml %s)\n", zonepp_version,
		ldns_version(), OpenSSL_version(OPENSSL_VERSION), yaml_get_version_string());

	struct buf b = {0};
	int result;

	buf_puts(&b, text);
	if (cmd_has(cmd, &option_verbose))
		sandbox_print(&b, &cmd->confined);
	result = cmd_print(cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

const struct verb verb_version = {"version", "", "tell the version of zonepp and of its libraries",
    0, 0, options, run, CONFINED_AT_ONCE};
