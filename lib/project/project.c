#define _GNU_SOURCE
#include "project/project.h"

#include "base/buf.h"
#include "base/codec.h"
#include "base/digest.h"
#include "project/certificate.h"
#include "project/clash.h"
#include "project/mapping.h"
#include "project/server.h"
#include "project/severity.h"
#include "project/yaml.h"

#include <errno.h>
#include <stdio.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum include_from {
	INCLUDE_FROM_FILE,
	INCLUDE_FROM_PROJECT,
};

/* The keys of `defaults`, each of which a zone may override. */
struct settings {
	struct yaml_text template, output, policy;
	enum project_serial serial;
	struct yaml_texts servers;
	enum project_dnssec dnssec;
	bool dane, prove;
	enum include_from include_from;
};

/* The top of the file. */
struct file {
	const struct yaml_node *defaults, *policies, *certificates, *hooks, *limits, *severity,
	    *zones;
	struct yaml_text keys;
	struct yaml_texts allow, allow_output, secrets;
	bool locking;
};

/* A policy, and what of it is still text. */
struct policy {
	struct project_policy is;
	struct yaml_text iterations, salt;
};

struct hooks {
	uint32_t timeout_s;
	struct yaml_texts changed;
};

static const struct yaml_choice serials[] = {
    {"auto", PROJECT_SERIAL_AUTO, YAML_NOW},
    {"keep", PROJECT_SERIAL_KEEP, YAML_NOW},
    {"unixtime", PROJECT_SERIAL_UNIXTIME, YAML_NOW},
    {"date", PROJECT_SERIAL_DATE, YAML_NOW},
    {"live", PROJECT_SERIAL_LIVE, YAML_NOW},
    {NULL, 0, YAML_NOW},
};

static const struct yaml_choice dnssecs[] = {
    {"here", PROJECT_DNSSEC_HERE, YAML_NOW},
    {"external", PROJECT_DNSSEC_EXTERNAL, YAML_NOW},
    {NULL, 0, YAML_NOW},
};

static const struct yaml_choice denials[] = {
    {"nsec", PROJECT_DENIAL_NSEC, YAML_NOW},
    {"nsec3", PROJECT_DENIAL_NSEC3, YAML_NOW},
    {NULL, 0, YAML_NOW},
};

static const struct yaml_choice zonemds[] = {
    {"true", PROJECT_ZONEMD_SHA384, YAML_NOW},
    {"false", PROJECT_ZONEMD_NONE, YAML_NOW},
    {"sha384", PROJECT_ZONEMD_SHA384, YAML_NOW},
    {"sha512", PROJECT_ZONEMD_SHA512, YAML_NOW},
    {NULL, 0, YAML_NOW},
};

static const struct yaml_choice cdss[] = {
    {"true", CDS_KEYS, YAML_NOW},
    {"false", CDS_NONE, YAML_NOW},
    {"delete", CDS_DELETE, YAML_NOW},
    {NULL, 0, YAML_NOW},
};

static const struct yaml_choice verifies[] = {
    {"chain", PROJECT_VERIFY_CHAIN, YAML_NOW},
    {"full", PROJECT_VERIFY_FULL, YAML_NOW},
    {NULL, 0, YAML_NOW},
};

static const struct yaml_choice include_froms[] = {
    {"file", INCLUDE_FROM_FILE, YAML_NOW},
    {"project", INCLUDE_FROM_PROJECT, YAML_NOW},
    {NULL, 0, YAML_NOW},
};

#define AT(type, member) offsetof(struct type, member)

static const struct yaml_field file_fields[] = {
    {"defaults", YAML_MAPPING_OF, AT(file, defaults), NULL, YAML_NOW},
    {"policies", YAML_MAPPING_OF, AT(file, policies), NULL, YAML_NOW},
    {"keys", YAML_TEXT, AT(file, keys), NULL, YAML_NOW},
    {"allow", YAML_TEXTS, AT(file, allow), NULL, YAML_NOW},
    {"allow-output", YAML_TEXTS, AT(file, allow_output), NULL, YAML_NOW},
    {"certificates", YAML_MAPPING_OF, AT(file, certificates), NULL, YAML_NOW},
    {"hooks", YAML_MAPPING_OF, AT(file, hooks), NULL, YAML_NOW},
    {"limits", YAML_MAPPING_OF, AT(file, limits), NULL, YAML_NOW},
    {"locking", YAML_BOOL, AT(file, locking), NULL, YAML_NOW},
    {"secrets", YAML_TEXTS, AT(file, secrets), NULL, YAML_NOW},
    {"severity", YAML_MAPPING_OF, AT(file, severity), NULL, YAML_NOW},
    {"zones", YAML_MAPPING_OF, AT(file, zones), NULL, YAML_NOW},
    {NULL, 0, 0, NULL, YAML_NOW},
};

static const struct yaml_field settings_fields[] = {
    {"template", YAML_TEXT, AT(settings, template), NULL, YAML_NOW},
    {"output", YAML_TEXT, AT(settings, output), NULL, YAML_NOW},
    {"policy", YAML_TEXT, AT(settings, policy), NULL, YAML_NOW},
    {"serial", YAML_CHOICE, AT(settings, serial), serials, YAML_NOW},
    {"servers", YAML_TEXTS, AT(settings, servers), NULL, YAML_NOW},
    {"dane", YAML_BOOL, AT(settings, dane), NULL, YAML_NOW},
    {"prove", YAML_BOOL, AT(settings, prove), NULL, YAML_NOW},
    {"dnssec", YAML_CHOICE, AT(settings, dnssec), dnssecs, YAML_NOW},
    {"include-from", YAML_CHOICE, AT(settings, include_from), include_froms, YAML_NOW},
    {NULL, 0, 0, NULL, YAML_NOW},
};

static const struct yaml_field policy_fields[] = {
    {"sign", YAML_BOOL, AT(policy, is.sign), NULL, YAML_NOW},
    {"denial", YAML_CHOICE, AT(policy, is.denial), denials, YAML_NOW},
    {"opt-out", YAML_BOOL, AT(policy, is.nsec3.opt_out), NULL, YAML_NOW},
    {"iterations", YAML_TEXT, AT(policy, iterations), NULL, YAML_NOW},
    {"salt", YAML_TEXT, AT(policy, salt), NULL, YAML_NOW},
    {"validity", YAML_DURATION, AT(policy, is.validity_s), NULL, YAML_NOW},
    {"refresh", YAML_DURATION, AT(policy, is.refresh_s), NULL, YAML_NOW},
    {"inception-offset", YAML_DURATION, AT(policy, is.inception_offset_s), NULL, YAML_NOW},
    {"jitter", YAML_DURATION, AT(policy, is.jitter_s), NULL, YAML_NOW},
    {"zonemd", YAML_CHOICE, AT(policy, is.zonemd), zonemds, YAML_NOW},
    {"cds", YAML_CHOICE, AT(policy, is.cds), cdss, YAML_NOW},
    {"verify", YAML_CHOICE, AT(policy, is.verify), verifies, YAML_NOW},
    {NULL, 0, 0, NULL, YAML_NOW},
};

static const struct yaml_field hook_fields[] = {
    {"timeout", YAML_DURATION, AT(hooks, timeout_s), NULL, YAML_NOW},
    {"changed", YAML_TEXTS, AT(hooks, changed), NULL, YAML_NOW},
    {NULL, 0, 0, NULL, YAML_NOW},
};

static const struct yaml_field limit_fields[] = {
    {"memory", YAML_AMOUNT, AT(limits, most[LIMIT_MEMORY]), NULL, YAML_NOW},
    {"records", YAML_AMOUNT, AT(limits, most[LIMIT_RECORDS]), NULL, YAML_NOW},
    {"made", YAML_AMOUNT, AT(limits, most[LIMIT_MADE]), NULL, YAML_NOW},
    {"work", YAML_AMOUNT, AT(limits, most[LIMIT_WORK]), NULL, YAML_NOW},
    {NULL, 0, 0, NULL, YAML_NOW},
};

const struct project_mapping project_mappings[] = {
    {"", file_fields},
    {"defaults", settings_fields},
    {"policies", policy_fields},
    {"certificates", certificate_fields},
    {"hooks", hook_fields},
    {"limits", limit_fields},
    {NULL, NULL},
};

static const struct project_policy policy_built_in = {
    .name = "default",
    .sign = true,
    .denial = PROJECT_DENIAL_NSEC,
    .validity_s = LIFETIME_BY_SOA,
    .refresh_s = LIFETIME_BY_SOA,
    .inception_offset_s = 3600,
    .jitter_s = 12 * 3600,
};

static const struct settings settings_built_in = {
    .template = {"zones/{zone}.zone", {0}},
    .output = {"public/{zone}.zone", {0}},
    .policy = {"default", {0}},
    .dane = true,
};

/* What is being loaded. */
struct load {
	struct diags *diags;
	struct arena *a;
	struct project *project;
	struct file file;
	struct settings defaults;
	const struct project_server *default_servers;
	size_t n_default_servers;
};

/* The children of a mapping that may not be there. */
static const struct yaml_node *
children(const struct yaml_node *mapping, size_t *n)
{
	*n = mapping ? mapping->n : 0;
	return mapping ? mapping->first : NULL;
}

/* A file's name has at most 255 octets: of a long one its digest stands for the end. No other has a
 * `%` behind another. */
static const char *
shorten(struct arena *a, const char *name)
{
	enum { LONGEST = 200, KEPT = 100 };
	uint8_t sha256[DIGEST_LEN];
	struct buf b = {0};

	if (strlen(name) <= LONGEST)
		return name;
	digest_sha256((struct bytes){(const uint8_t *)name, strlen(name)}, sha256);
	buf_put(&b, name, KEPT);
	buf_puts(&b, "%%");
	hex_encode(&b, (struct bytes){sha256, sizeof(sha256)});
	return buf_text(&b, a);
}

/* A zone's name can hold a slash. */
char *
project_own_path(struct arena *a, const struct project *project, const struct project_zone *zone,
    const char *suffix)
{
	char *name = arena_alloc(a, 3 * strlen(zone->name_text) + 1), *to = name;

	for (const char *from = zone->name_text; *from; from++)
		if (*from == '/' || *from == '%' || (from == zone->name_text && *from == '.'))
			to += sprintf(to, "%%%02X", (unsigned)(uint8_t)*from);
		else
			*to++ = *from;
	*to = '\0';
	return file_join(
	    a, project->folder, arena_printf(a, ".zonepp/%s%s", shorten(a, name), suffix));
}

char *
project_replace(struct arena *a, const char *pattern, const char *mark, const char *value)
{
	struct buf b = {0};
	const char *at;

	for (; (at = strstr(pattern, mark)); pattern = at + strlen(mark)) {
		buf_put(&b, pattern, (size_t)(at - pattern));
		buf_puts(&b, value);
	}
	buf_puts(&b, pattern);
	return buf_text(&b, a);
}

/* The zone's name as a part of a path. A '/' (RFC 2317 section 4) becomes '_', so that no name
 * leads to another folder; the root has no name, and is called so. */
static const char *
file_name_of(struct arena *a, const char *zone)
{
	char *text;

	if (strcmp(zone, ".") == 0)
		return "root";
	if (!strchr(zone, '/'))
		return zone;
	text = arena_text(a, zone, strlen(zone));
	for (char *p = text; (p = strchr(p, '/'));)
		*p = '_';
	return text;
}

const char *
project_path_of(struct arena *a, const char *folder, const char *path)
{
	char *joined = file_join(a, folder, path);
	size_t len = strlen(joined);

	while (len > 1 && joined[len - 1] == '/')
		joined[--len] = '\0';
	return strcmp(joined, "-") == 0 ? "./-" : joined;
}

static const char *
path_of(const struct load *load, const char *path)
{
	return project_path_of(load->a, load->project->folder, path);
}

static const char *
zone_path(const struct load *load, struct yaml_text pattern, const char *zone)
{
	return path_of(
	    load, project_replace(load->a, pattern.text, "{zone}", file_name_of(load->a, zone)));
}

/* A placeholder that is none would make one file of all zones. */
static int
pattern_check(struct diags *diags, struct yaml_text pattern)
{
	const char *p = pattern.text;
	size_t len = strlen(p);

	for (; (p = strchr(p, '{')); p++)
		if (strncmp(p, "{zone}", 6) != 0)
			return diag_error(diags, pattern.pos, P_VALUE,
			    "\"%s\" has a placeholder other than {zone}", pattern.text);
	if (len && pattern.text[len - 1] == '/')
		return diag_error(diags, pattern.pos, P_VALUE,
		    "\"%s\" is a folder, where a file is wanted", pattern.text);
	return 0;
}

static struct text
text_or_none(struct yaml_text text)
{
	return text.text ? text_of(text.text) : (struct text){0};
}

static int
policy_nsec3(struct diags *diags, struct policy *policy)
{
	struct project_policy *is = &policy->is;
	struct nsec3_words words = {.iterations = text_or_none(policy->iterations),
	    .salt = text_or_none(policy->salt),
	    .iterations_pos = policy->iterations.pos,
	    .salt_pos = policy->salt.pos};
	const char *without = words.iterations.data ? "iterations"
			      : words.salt.data     ? "salt"
			      : is->nsec3.opt_out   ? "opt-out"
						    : NULL;

	if (is->denial == PROJECT_DENIAL_NSEC && without)
		return diag_error(diags, is->pos, P_VALUE,
		    "policy \"%s\" has \"%s\", but not \"denial: nsec3\"", is->name, without);
	return nsec3_params_read(diags, &words, &is->nsec3);
}

static int
policy_check(struct diags *diags, const struct project_policy *policy)
{
	uint64_t refresh_s = policy->refresh_s != LIFETIME_BY_SOA ? policy->refresh_s : 0;

	if (!policy->sign || refresh_s + policy->jitter_s < policy->validity_s)
		return 0;
	return diag_error(diags, policy->pos, P_VALUE,
	    "policy \"%s\" would sign anew in every run: refresh and jitter together must be "
	    "shorter than validity",
	    policy->name);
}

static void
policies_read(struct load *load)
{
	size_t n, i = 0;
	const struct yaml_node *node = children(load->file.policies, &n);
	struct project_policy *policies = arena_alloc(load->a, (n + 1) * sizeof(*policies));

	for (; node; node = node->next, i++) {
		const char *what = arena_printf(load->a, "policy \"%s\"", node->key.data);
		struct policy policy = {.is = policy_built_in};

		policy.is.name = node->key.data;
		policy.is.pos = node->key_pos;
		if (yaml_read(load->diags, node, what, policy_fields, &policy) == 0 &&
		    policy_nsec3(load->diags, &policy) == 0)
			policy_check(load->diags, &policy.is);
		policies[i] = policy.is;
	}
	policies[n] = policy_built_in;
	load->project->policies = policies;
	load->project->n_policies = n + 1;
}

/* Returns NULL with one problem added where there is none. */
static const struct project_policy *
policy_find(const struct load *load, struct yaml_text name)
{
	const struct project *project = load->project;
	const char **known;
	const char *nearest;

	for (size_t i = 0; i < project->n_policies; i++)
		if (strcmp(project->policies[i].name, name.text) == 0)
			return &project->policies[i];
	known = arena_alloc(load->a, (project->n_policies + 1) * sizeof(*known));
	for (size_t i = 0; i < project->n_policies; i++)
		known[i] = project->policies[i].name;
	known[project->n_policies] = NULL;
	nearest = diag_nearest(text_of(name.text), known);
	diag_add(load->diags, name.pos, P_VALUE,
	    nearest ? "no policy is called \"%s\"; did you mean \"%s\"?"
		    : "no policy is called \"%s\"",
	    name.text, nearest);
	return NULL;
}

static void
hooks_read(struct load *load)
{
	enum { TIMEOUT_S = 600 };
	struct hooks hooks = {.timeout_s = TIMEOUT_S};

	load->project->hook_timeout_s = TIMEOUT_S;
	if (!load->file.hooks ||
	    yaml_read(load->diags, load->file.hooks, "hooks", hook_fields, &hooks) < 0)
		return;
	if (hooks.changed.items && hooks.changed.n == 0)
		diag_add(load->diags, hooks.changed.pos, P_VALUE, "changed wants a command");
	if (hooks.timeout_s == 0)
		diag_add(load->diags, load->file.hooks->pos, P_VALUE,
		    "timeout is 0: no command would be done in time");
	load->project->hook_timeout_s = hooks.timeout_s;
	load->project->hook_changed = hooks.changed.n ? hooks.changed.argv : NULL;
}

static void
limits_read(struct load *load)
{
	struct limits *limits = &load->project->limits;

	if (!load->file.limits)
		return;
	yaml_read(load->diags, load->file.limits, "limits", limit_fields, limits);
	if (limits->most[LIMIT_RECORDS] > UINT32_MAX)
		diag_add(load->diags, load->file.limits->pos, P_VALUE,
		    "a zone has at most 4294967295 records");
}

static void
defaults_read(struct load *load)
{
	load->defaults = settings_built_in;
	if (!load->file.defaults || yaml_read(load->diags, load->file.defaults, "defaults",
					settings_fields, &load->defaults) < 0)
		return;
	pattern_check(load->diags, load->defaults.template);
	pattern_check(load->diags, load->defaults.output);
	servers_read(
	    load->diags, &load->defaults.servers, &load->default_servers, &load->n_default_servers);
	load->project->include_from_project = load->defaults.include_from == INCLUDE_FROM_PROJECT;
	if (!policy_find(load, load->defaults.policy))
		load->defaults.policy = settings_built_in.policy;
}

static int
name_error(struct load *load, const struct yaml_node *node, size_t at, const char *why)
{
	struct pos pos = node->key_pos;

	if (node->key_pos.at && at < node->key.len)
		pos.at += at;
	return diag_error(
	    load->diags, pos, P_VALUE, "\"%s\" is no zone's name: %s", node->key.data, why);
}

/* What name_parse would take, and yet nobody means. */
static int
name_check(struct load *load, const struct yaml_node *node)
{
	for (size_t i = 0; i < node->key.len; i++) {
		uint8_t c = (uint8_t)node->key.data[i];

		if (c >= 0x80)
			return name_error(load, node, 0,
			    "it is in UTF-8; write the A-label (xn--...), as idn2(1) prints it");
		if (c <= ' ' || c == 0x7f)
			return name_error(load, node, 0, "a blank or control character");
	}
	return text_is(node->key, "@") ? name_error(load, node, 0, "it needs an origin") : 0;
}

static int
name_read(struct load *load, const struct yaml_node *node, struct project_zone *zone)
{
	static const struct name root = {.len = 1};
	struct name_fault fault;
	struct buf b = {0};

	if (name_check(load, node) < 0)
		return -1;
	if (name_parse(node->key, &root, &zone->name, &fault) < 0)
		return name_error(load, node, fault.at, fault.why);
	name_print(&b, zone->name.wire);
	zone->name_text = arena_text(load->a, b.data, b.len > 1 ? b.len - 1 : 1);
	zone->pos = node->key_pos;
	buf_free(&b);
	return 0;
}

/* A list of the zone's own takes the place of that of `defaults`, even one that is empty. */
static void
zone_servers(struct load *load, const struct yaml_node *node, const struct settings *s,
    struct project_zone *zone)
{
	const struct yaml_node *serial = yaml_value(node, "serial");

	zone->servers = load->default_servers;
	zone->n_servers = load->n_default_servers;
	if (s->servers.items != load->defaults.servers.items)
		servers_read(load->diags, &s->servers, &zone->servers, &zone->n_servers);
	if (s->serial != PROJECT_SERIAL_LIVE || s->servers.n > 0)
		return;
	if (!serial)
		serial = yaml_value(load->file.defaults, "serial");
	diag_add(load->diags, serial->key_pos, P_VALUE,
	    "zone \"%s\" has \"serial: live\", but no \"servers\" to ask", zone->name_text);
}

static int
zone_read(struct load *load, const struct yaml_node *node, struct project_zone *zone)
{
	const char *what = arena_printf(load->a, "zone \"%s\"", node->key.data);
	struct settings s = load->defaults;

	*zone = (struct project_zone){0};
	if (name_read(load, node, zone) < 0)
		return -1;
	if (yaml_read(load->diags, node, what, settings_fields, &s) < 0)
		return -1;
	if (s.template.text != load->defaults.template.text)
		pattern_check(load->diags, s.template);
	if (s.output.text != load->defaults.output.text)
		pattern_check(load->diags, s.output);
	zone->template = zone_path(load, s.template, zone->name_text);
	zone->output = zone_path(load, s.output, zone->name_text);
	zone->keys = load->file.keys.text;
	zone->policy = policy_find(load, s.policy);
	if (!zone->policy)
		return -1;
	zone->sign = zone->policy->sign && s.dnssec == PROJECT_DNSSEC_HERE;
	zone->serial = s.serial;
	zone_servers(load, node, &s, zone);
	zone->dnssec = s.dnssec;
	zone->dane = s.dane;
	zone->prove = s.prove;
	zone->include_from_project = s.include_from == INCLUDE_FROM_PROJECT;
	return 0;
}

/* A zone and its place in canonical order. */
struct sortable {
	struct bytes key;
	const char *spelling; /* of its name, in the file */
	struct project_zone zone;
};

static int
by_name(const void *a, const void *b)
{
	const struct sortable *m = a, *n = b;
	int order = bytes_compare(m->key, n->key);

	return order ? order
		     : (m->zone.pos.at > n->zone.pos.at) - (m->zone.pos.at < n->zone.pos.at);
}

static struct bytes
key_of(struct arena *a, const struct name *name)
{
	uint8_t key[NAME_KEY_LONGEST];
	size_t n = name_key(name->wire, name->len - 1u, key);

	return (struct bytes){arena_copy(a, key, n), n};
}

/* Drops zones that stand twice; returns how many are left. Those with keys equal to the letter
 * yaml.c has found, so only further spellings of a name are reported. */
static size_t
zones_unique(struct load *load, struct sortable *s, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		const struct project_zone *zone = &s[i].zone, *first = &s[kept - (kept > 0)].zone;

		if (kept == 0 || bytes_compare(s[kept - 1].key, s[i].key) != 0)
			s[kept++] = s[i];
		else if (strcmp(s[i].spelling, s[kept - 1].spelling) != 0)
			diag_add(load->diags, zone->pos, P_DUPLICATE,
			    "zone \"%s\" stands here a second time; the first is on line %llu",
			    zone->name_text,
			    (unsigned long long)diags_place(load->diags, first->pos).line);
	}
	return kept;
}

static void
zones_read(struct load *load)
{
	size_t n, i = 0;
	const struct yaml_node *node = children(load->file.zones, &n);
	struct sortable *s = arena_alloc(load->a, n * sizeof(*s));
	struct project_zone *zones;

	for (; node; node = node->next) {
		if (zone_read(load, node, &s[i].zone) < 0)
			continue;
		s[i].spelling = node->key.data;
		s[i].key = key_of(load->a, &s[i].zone.name);
		i++;
	}
	qsort(s, i, sizeof(*s), by_name);
	i = zones_unique(load, s, i);
	zones = arena_alloc(load->a, i * sizeof(*zones));
	for (size_t j = 0; j < i; j++)
		zones[j] = s[j].zone;
	load->project->zones = zones;
	load->project->n_zones = i;
}

static struct roots
roots_of(const struct load *load, const struct yaml_texts *folders, bool strict)
{
	const char **allowed = arena_alloc(load->a, folders->n * sizeof(*allowed) + 1);

	for (size_t i = 0; i < folders->n; i++)
		allowed[i] = file_absolute(load->a, path_of(load, folders->items[i].text));
	return (struct roots){.project = file_absolute(load->a, load->project->folder),
	    .allowed = allowed,
	    .n_allowed = folders->n,
	    .strict = strict};
}

static void
roots_read(struct load *load)
{
	struct project *project = load->project;

	project->roots = roots_of(load, &load->file.allow, false);
	project->outputs = roots_of(load, &load->file.allow_output, true);
	project->own = roots_of(load, &(struct yaml_texts){0}, true);
}

/* What is no name may be the password itself: it is not quoted. */
static void
secrets_read(struct load *load)
{
	const struct yaml_texts *secrets = &load->file.secrets;

	for (size_t i = 0; i < secrets->n; i++)
		if (!secret_is_name(secrets->items[i].text))
			diag_add_unquoted(load->diags, secrets->items[i].pos, P_VALUE,
			    "secrets wants names of environment variables: letters, digits and "
			    "underscores");
	load->project->secrets = (struct secrets){secrets->argv, secrets->n};
}

/* Reads the top of the file; a file without zones does nothing, which nobody means. */
static void
file_read(struct load *load, const struct yaml_node *root)
{
	struct file *file = &load->file;

	file->keys.text = "keys";
	file->locking = true;
	if (yaml_read(load->diags, root, "the project file", file_fields, file) == 0 &&
	    (!file->zones || file->zones->n == 0))
		diag_add_path(
		    load->diags, load->project->path, P_VALUE, "the project has no zones");
	file->keys.text = path_of(load, file->keys.text);
	load->project->locking = file->locking;
}

int
project_load(struct diags *diags, const char *path, struct project *out)
{
	struct load load = {.diags = diags, .a = &diags->arena, .project = out};
	size_t n_errors = diags->n_severity[SEVERITY_ERROR];
	struct yaml_node *root;
	struct text text;

	path = arena_text(&diags->arena, path, strlen(path));
	*out = (struct project){.path = path, .folder = file_folder(&diags->arena, path)};
	if (file_load(diags, pos_none(), NULL, path, &text) < 0)
		return -1;
	yaml_parse(diags, diags_source(diags, path, text, pos_none()), &root);
	if (!root)
		return -1;
	file_read(&load, root);
	roots_read(&load);
	secrets_read(&load);
	policies_read(&load);
	certificates_read(diags, load.file.certificates, out);
	hooks_read(&load);
	limits_read(&load);
	if (load.file.severity)
		out->severities = severity_read(diags, load.file.severity);
	defaults_read(&load);
	zones_read(&load);
	clash_check(diags, out);
	return diags->n_severity[SEVERITY_ERROR] > n_errors ? -1 : 0;
}

/* A project file above the start runs its hooks with the caller's rights: it must be the caller's,
 * the administrator's, or of who owns the start folder. */
static bool
is_trusted(const struct stat *file, const struct stat *start)
{
	return file->st_uid == geteuid() || file->st_uid == 0 || file->st_uid == start->st_uid;
}

/* A folder above the start that the caller may not look into has no project of his. */
static int
look_in(struct diags *diags, const char *folder, bool above, struct stat *file, const char **path)
{
	bool there;

	*path = file_join(&diags->arena, folder, "zonepp.yaml");
	if (above && stat(*path, file) < 0 && errno == EACCES)
		there = false;
	else if (file_stat_if(diags, NULL, *path, file, &there) < 0)
		return -1;
	if (!there)
		*path = NULL;
	return 0;
}

int
project_find_if(struct diags *diags, const char *folder, const char **path)
{
	struct arena *a = &diags->arena;
	struct stat start, here, above, file;
	bool there;

	*path = NULL;
	if (file_stat_if(diags, NULL, folder, &start, &there) < 0)
		return -1;
	for (here = start; there; here = above) {
		const char *parent = strcmp(folder, ".") == 0 ? ".." : file_join(a, folder, "..");

		if (look_in(diags, folder, here.st_ino != start.st_ino, &file, path) < 0)
			return -1;
		if (*path && is_trusted(&file, &start))
			return 0;
		*path = NULL;
		if (stat(parent, &above) < 0)
			return errno == EACCES || file_is_absence(errno)
				   ? 0
				   : file_stat_if(diags, NULL, parent, &above, &there);
		if (above.st_dev == here.st_dev && above.st_ino == here.st_ino)
			return 0;
		folder = parent;
	}
	return 0;
}

const char *
project_find(struct diags *diags, const char *folder)
{
	const char *path;

	if (project_find_if(diags, folder, &path) == 0 && !path)
		diag_add(diags, pos_none(), P_MISSING,
		    "there is no zonepp.yaml in this folder or above it; name it with -p");
	return path;
}

static const struct project_zone *
zone_at(const struct project *project, const struct name *name)
{
	uint8_t wanted[NAME_KEY_LONGEST], key[NAME_KEY_LONGEST];
	size_t n = name_key(name->wire, name->len - 1u, wanted), low = 0, high = project->n_zones;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct name *at = &project->zones[middle].name;
		struct bytes b = {key, name_key(at->wire, at->len - 1u, key)};
		int order = bytes_compare((struct bytes){wanted, n}, b);

		if (order == 0)
			return &project->zones[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static const char *
zone_nearest(struct arena *a, const struct project *project, struct text name)
{
	const char **known = arena_alloc(a, (project->n_zones + 1) * sizeof(*known));

	for (size_t i = 0; i < project->n_zones; i++)
		known[i] = project->zones[i].name_text;
	known[project->n_zones] = NULL;
	return diag_nearest(name, known);
}

const struct project_zone *
project_zone_find(struct diags *diags, const struct project *project, const char *name)
{
	static const struct name root = {.len = 1};
	const struct project_zone *zone = NULL;
	struct name_fault fault;
	struct name wire;
	const char *nearest;

	if (name_parse(text_of(name), &root, &wire, &fault) == 0)
		zone = zone_at(project, &wire);
	if (zone)
		return zone;
	nearest = zone_nearest(&diags->arena, project, text_of(name));
	diag_add(diags, pos_none(), P_ZONE,
	    nearest ? "%s has no zone \"%s\"; did you mean \"%s\"?" : "%s has no zone \"%s\"",
	    project->path, name, nearest);
	return NULL;
}
