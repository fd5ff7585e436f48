#include "keys.h"

#include "base/file.h"
#include "dnssec/keydates.h"
#include "dnssec/keygen.h"

#include <errno.h>

static const struct cmd_option option_ksk = {
    "ksk", 0, NULL, "a key signing key, beside which there is a zone signing key"};
static const struct cmd_option option_zsk = {
    "zsk", 0, NULL, "a zone signing key (default: one key for both, flags 257)"};
static const struct cmd_option option_algorithm = {
    "algorithm", 'a', "NAME", "or its number (default: ECDSAP256SHA256)"};
static const struct cmd_option option_bits = {
    "bits", 'b', "N", "of an RSA modulus, 2048 to 4096 (default: 2048)"};
static const struct cmd_option option_ttl = {
    "ttl", 0, "D", "TTL of the DNSKEY record (default: that of the SOA record)"};

static const struct cmd_option *const generate_options[] = {&option_ksk, &option_zsk,
    &option_algorithm, &option_bits, &option_keys, &option_publish, &option_activate,
    &option_revoke, &option_inactive, &option_delete, &option_sync_publish, &option_sync_delete,
    &option_ttl, &option_project, &option_directory, &option_now, NULL};

static const struct algorithm *
read_algorithm(const struct cmd *cmd)
{
	const char *value = cmd_value(cmd, &option_algorithm);
	const struct algorithm *algorithm =
	    value ? algorithm_find(text_of(value)) : algorithm_info(ALGORITHM_ECDSAP256SHA256);

	if (!algorithm)
		cmd_usage(cmd,
		    "--algorithm %s: not one of RSASHA256, RSASHA512, ECDSAP256SHA256, "
		    "ECDSAP384SHA384, ED25519, ED448",
		    value);
	if (algorithm->refused)
		cmd_usage(cmd, "--algorithm %s: not for signing: %s (RFC 8624, RFC 9905)", value,
		    algorithm->refused);
	return algorithm;
}

static unsigned
read_bits(const struct cmd *cmd, const struct algorithm *algorithm)
{
	if (cmd_has(cmd, &option_bits) && algorithm->family != ALGORITHM_RSA)
		cmd_usage(cmd, "--bits is for RSA: keys of %s have one length", algorithm->name);
	return (unsigned)cmd_number(
	    cmd, &option_bits, KEYGEN_BITS_LEAST, KEYGEN_BITS_LEAST, KEYGEN_BITS_MOST);
}

/* Those that are not stated: the key is published now, and signs as soon as it is published. */
static void
read_times(const struct cmd *cmd, int64_t time[N_KEY_TIMES])
{
	bool is_given[N_KEY_TIMES];

	keys_times(cmd, is_given, time);
	time[KEY_CREATED] = cmd->now;
	if (!is_given[KEY_PUBLISH])
		time[KEY_PUBLISH] = cmd->now;
	if (!is_given[KEY_ACTIVATE])
		time[KEY_ACTIVATE] = time[KEY_PUBLISH];
}

static int
make_folder(struct cmd *cmd, const char *path)
{
	if (file_make_folder(path, 0700) == 0)
		return 0;
	return diag_error(&cmd->diags, pos_none(), F_WRITE, "cannot make the folder %s: %s", path,
	    strerror(errno));
}

static int
generate(struct cmd *cmd)
{
	const char *zone = cmd->arguments[0], *path, *base;
	const struct algorithm *algorithm = read_algorithm(cmd);
	struct keygen request = {
	    .algorithm = algorithm, .bits = read_bits(cmd, algorithm), .flags = KEY_FLAG_ZONE};
	struct key_folder folder;

	cmd_name(cmd, "", zone, &request.zone);
	if (cmd_has(cmd, &option_ksk) && cmd_has(cmd, &option_zsk))
		cmd_usage(cmd, "--ksk and --zsk: without either, one key serves both");
	if (!cmd_has(cmd, &option_zsk))
		request.flags |= KEY_FLAG_SEP;
	request.ttl_s = (uint32_t)cmd_duration(cmd, &option_ttl, 0);
	read_times(cmd, request.time);
	if (keydates_check(&cmd->diags, NULL, NULL, request.time) < 0)
		return -1;
	path = keys_folder(cmd, zone);
	if (!path || make_folder(cmd, path) < 0 ||
	    key_folder_read(&cmd->diags.arena, &cmd->diags, path, &folder) < 0 ||
	    keygen(&cmd->diags, &folder, &request, &base) < 0)
		return -1;
	return cmd_print(cmd, text_of(arena_printf(&cmd->diags.arena, "%s\n", base)));
}

const struct verb verb_keys_generate = {"keys generate", "ZONE",
    "make a DNSSEC key in BIND's format", 1, 1, generate_options, generate};
