#include "cmd.h"

#include "base/version.h"

#include <ldns/ldns.h>
#include <openssl/crypto.h>
#include <yaml.h>

static const struct cmd_option *const options[] = {NULL};

static int
run(struct cmd *cmd)
{
	char *text =
	    arena_printf(&cmd->diags.arena, "zonepp %s (ldns %s, %s, libyaml %s)\n", zonepp_version,
		ldns_version(), OpenSSL_version(OPENSSL_VERSION), yaml_get_version_string());

	return cmd_print(cmd, text_of(text));
}

const struct verb verb_version = {
    "version", "", "tell the version of zonepp and of its libraries", 0, 0, options, run};
