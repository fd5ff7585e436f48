#include "keys.h"

#include "base/file.h"
#include "base/mem.h"
#include "dnssec/keydates.h"
#include "dnssec/keygen.h"
#include "project/lock.h"

#include <errno.h>
#include <stdlib.h>

static const struct cmd_option option_missing = {
    "missing", 0, NULL, "for all zones that the project signs and that have no key"};
static const struct cmd_option option_ksk = {
    "ksk", 0, NULL, "a key signing key, beside which there is a zone signing key"};
static const struct cmd_option option_zsk = {
    "zsk", 0, NULL, "a zone signing key (default: one key for both, flags 257)"};
static const struct cmd_option option_algorithm = {
    "algorithm", 'a', "ALGORITHM", "or its number (default: ECDSAP256SHA256)"};
static const struct cmd_option option_bits = {
    "bits", 'b', "N", "of an RSA modulus, 2048 to 4096 (default: 2048)"};
static const struct cmd_option option_ttl = {
    "ttl", 0, "D", "TTL of the DNSKEY record (default: that of the SOA record)"};

static const struct cmd_option option_token = {
    "token", 0, "URI", "PKCS #11: on this token (default: as the policy says)"};

static const struct cmd_option *const generate_options[] = {&option_missing, &option_ksk,
    &option_zsk, &option_algorithm, &option_bits, &option_token, &option_keys, &option_publish,
    &option_activate, &option_revoke, &option_inactive, &option_delete, &option_sync_publish,
    &option_sync_delete, &option_ttl, &option_project, &option_directory, &option_now, NULL};

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

static const struct token_uri *
read_token(struct cmd *cmd)
{
	const char *text = cmd_value(cmd, &option_token), *why;
	const struct token_uri *uri;

	if (!text)
		return NULL;
	uri = token_uri_read(&cmd->diags.arena, text_of(text), TOKEN_URI_PLACE, &why);
	if (!uri)
		cmd_usage(cmd, "--token: %s", why);
	return uri;
}

/* What the options ask for; the zone and the role are still to come. */
static struct keygen
read_request(struct cmd *cmd)
{
	struct keygen request = {.algorithm = keys_algorithm(cmd, &option_algorithm)};

	request.bits = read_bits(cmd, request.algorithm);
	request.place = read_token(cmd);
	request.ttl_s = (uint32_t)cmd_duration(cmd, &option_ttl, 0);
	read_times(cmd, request.time);
	return request;
}

/* --- Keys of one folder --- */

static int
make_folder(struct cmd *cmd, const char *path)
{
	if (file_make_folder(path, 0700) == 0)
		return 0;
	return diag_add_path(
	    &cmd->diags, path, F_WRITE, "cannot make the folder %s: %s", path, strerror(errno));
}

/* Makes the keys, and prints the names of those that were made. */
static int
make_keys(struct cmd *cmd, const struct key_folder *folder, const struct keygen *requests, size_t n)
{
	const char **bases = arena_alloc(&cmd->diags.arena, n * sizeof(*bases) + 1);
	size_t n_made;
	int result = keygen(&cmd->diags, folder, requests, n, bases, &n_made);
	struct buf b = {0};

	for (size_t i = 0; i < n_made; i++)
		buf_printf(&b, "%s\n", bases[i]);
	if (n_made > 0 && cmd_print(cmd, (struct text){b.data, b.len}) < 0)
		result = -1;
	buf_free(&b);
	return result;
}

/* Which keys the zone is to have: what the options say, and else its policy; NULL: it is of no
 * project. Returns their number. */
static size_t
plan_keys(const struct cmd *cmd, const struct keygen *request, const struct project_zone *zone,
    struct keygen out[2])
{
	const struct project_keys *policy = zone ? &zone->policy->keys : NULL;
	bool ksk = cmd_has(cmd, &option_ksk), zsk = cmd_has(cmd, &option_zsk);
	bool pair = ksk == zsk && (zsk || (policy && policy->has_role[PROJECT_ZSK]));

	out[0] = *request;
	if (zone)
		out[0].zone = zone->name;
	if (policy && policy->algorithm && !cmd_has(cmd, &option_algorithm))
		out[0].algorithm = policy->algorithm;
	if (policy && policy->place && !out[0].place)
		out[0].place = policy->place;
	out[1] = out[0];
	out[0].flags = zsk && !ksk ? KEY_FLAG_ZONE : KEY_FLAG_ZONE | KEY_FLAG_SEP;
	out[1].flags = KEY_FLAG_ZONE;
	return pair ? 2 : 1;
}

static int
make_one(struct cmd *cmd, const struct keygen *request)
{
	const struct project_zone *zone;
	const char *path = keys_folder(cmd, cmd->arguments[0], &zone);
	struct key_folder folder;
	struct keygen requests[2];
	size_t n;

	if (!path || make_folder(cmd, path) < 0 ||
	    key_folder_read_zone(&cmd->diags.arena, &cmd->diags, path, &request->zone, &folder) < 0)
		return -1;
	n = plan_keys(cmd, request, zone, requests);
	return make_keys(cmd, &folder, requests, n);
}

static int
generate_one(struct cmd *cmd, const struct keygen *request)
{
	const char *path;
	int lock, result;

	if (keys_project(cmd, &path) < 0 || keys_lock(cmd, path, &lock) < 0)
		return -1;
	result = make_one(cmd, request);
	lock_end(lock);
	return result;
}

/* --- --missing --- */

/* Zones of one folder of keys. */
struct missing {
	struct cmd *cmd;
	const struct keygen *request; /* but for the zone */
	struct key_folder folder;
	struct keygen *requests;
	size_t n, cap;
	int result;
};

/* Has it no key that is, or is to be, in the zone? One that cannot be loaded may be such a key. */
static bool
lacks_key(struct missing *m, const struct name *zone)
{
	struct arena scratch = {0};
	struct keys keys;
	bool lacks = true;
	size_t n;

	key_folder_find(&m->folder, zone, &n);
	if (n == 0)
		return true;
	if (keys_load(&scratch, &m->cmd->diags, &m->folder, zone, m->cmd->now, &keys) < 0) {
		m->result = -1;
		lacks = false;
	}
	for (size_t i = 0; i < keys.n; i++)
		if (key_is_of_use(&keys.items[i], m->cmd->now))
			lacks = false;
	arena_free(&scratch);
	return lacks;
}

static void
add_requests(struct missing *m, const struct project_zone *zone)
{
	struct keygen some[2];
	size_t n = plan_keys(m->cmd, m->request, zone, some);

	for (size_t i = 0; i < n; i++) {
		m->requests = mem_grow(m->requests, m->n, &m->cap, sizeof(*m->requests));
		m->requests[m->n++] = some[i];
	}
}

/* The keys of zones that have the folder `path`. */
static void
make_missing(struct missing *m, const char *path, const struct project_zone *const *zones, size_t n)
{
	struct cmd *cmd = m->cmd;

	if (make_folder(cmd, path) < 0 ||
	    key_folder_read(&cmd->diags.arena, &cmd->diags, path, &m->folder) < 0) {
		m->result = -1;
		return;
	}
	m->n = 0;
	for (size_t i = 0; i < n; i++)
		if (lacks_key(m, &zones[i]->name))
			add_requests(m, zones[i]);
	if (make_keys(cmd, &m->folder, m->requests, m->n) < 0)
		m->result = -1;
}

/* By folder, then as in the project file. */
static int
compare_folders(const void *a, const void *b)
{
	const struct project_zone *x = *(const struct project_zone *const *)a;
	const struct project_zone *y = *(const struct project_zone *const *)b;
	int order = strcmp(x->keys, y->keys);

	return order ? order : (x > y) - (x < y);
}

static int
generate_missing(struct cmd *cmd, const struct keygen *request)
{
	struct missing m = {.cmd = cmd, .request = request};
	const struct project_zone **zones;
	struct project project;
	size_t n = 0;
	int lock;

	if (cmd_project(cmd, &project) < 0 || lock_begin_keys(&cmd->diags, &project, &lock) < 0)
		return -1;
	zones = arena_alloc(&cmd->diags.arena, project.n_zones * sizeof(*zones) + 1);
	for (size_t i = 0; i < project.n_zones; i++)
		if (project.zones[i].sign)
			zones[n++] = &project.zones[i];
	if (n > 0)
		qsort(zones, n, sizeof(*zones), compare_folders);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && strcmp(zones[i]->keys, zones[end]->keys) == 0; end++)
			;
		make_missing(&m, zones[i]->keys, zones + i, end - i);
	}
	free(m.requests);
	lock_end(lock);
	return m.result;
}

/* --- The verb --- */

static void
check_usage(const struct cmd *cmd)
{
	bool missing = cmd_has(cmd, &option_missing);
	bool ksk = cmd_has(cmd, &option_ksk), zsk = cmd_has(cmd, &option_zsk);

	if (!missing && cmd->n_arguments == 0)
		cmd_usage(cmd, "an argument is missing");
	if (cmd->n_arguments > !missing)
		cmd_usage(cmd, "%s: an argument too many", cmd->arguments[!missing]);
	if (missing && cmd_has(cmd, &option_keys))
		cmd_usage(cmd, "--missing is for the zones of a project, which knows the folder");
	if (missing && ksk != zsk)
		cmd_usage(cmd, "--missing takes --ksk and --zsk together, for a pair of keys");
}

static int
generate(struct cmd *cmd)
{
	struct keygen request;

	check_usage(cmd);
	request = read_request(cmd);
	if (!cmd_has(cmd, &option_missing))
		cmd_name(cmd, "", cmd->arguments[0], &request.zone);
	if (keydates_check(&cmd->diags, NULL, NULL, request.time) < 0)
		return -1;
	return cmd_has(cmd, &option_missing) ? generate_missing(cmd, &request)
					     : generate_one(cmd, &request);
}

const struct verb verb_keys_generate = {"keys generate", "ZONE|--missing",
    "make DNSSEC keys in BIND's format", 0, 1, generate_options, generate, CONFINED_NOT};
