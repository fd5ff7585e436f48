#include "project/load_part.h"

#include "project/certificate.h"
#include "project/clash.h"
#include "project/mapping.h"
#include "project/severity.h"

#include <stddef.h>

/* The top of the file. */
struct file {
	const struct yaml_node *defaults, *policies, *certificates, *hooks, *limits, *safety,
	    *severity, *zones;
	struct yaml_text keys;
	struct yaml_texts allow, allow_output, secrets;
	bool locking;
};

struct hooks {
	uint32_t timeout_s;
	struct yaml_texts commands[N_PROJECT_HOOKS];
};

#define AT(type, member) offsetof(struct type, member)

static const struct yaml_field file_fields[] = {
    {"defaults", YAML_MAPPING_OF, AT(file, defaults), NULL},
    {"policies", YAML_MAPPING_OF, AT(file, policies), NULL},
    {"keys", YAML_TEXT, AT(file, keys), NULL},
    {"allow", YAML_TEXTS, AT(file, allow), NULL},
    {"allow-output", YAML_TEXTS, AT(file, allow_output), NULL},
    {"certificates", YAML_MAPPING_OF, AT(file, certificates), NULL},
    {"hooks", YAML_MAPPING_OF, AT(file, hooks), NULL},
    {"limits", YAML_MAPPING_OF, AT(file, limits), NULL},
    {"locking", YAML_BOOL, AT(file, locking), NULL},
    {"safety", YAML_MAPPING_OF, AT(file, safety), NULL},
    {"secrets", YAML_TEXTS, AT(file, secrets), NULL},
    {"severity", YAML_MAPPING_OF, AT(file, severity), NULL},
    {"zones", YAML_MAPPING_OF, AT(file, zones), NULL},
    {NULL, 0, 0, NULL},
};

/* Those of enum project_hook first, in its order. */
static const struct yaml_field hook_fields[] = {
    {"review", YAML_TEXTS, AT(hooks, commands[PROJECT_HOOK_REVIEW]), NULL},
    {"changed", YAML_TEXTS, AT(hooks, commands[PROJECT_HOOK_CHANGED]), NULL},
    {"failed", YAML_TEXTS, AT(hooks, commands[PROJECT_HOOK_FAILED]), NULL},
    {"done", YAML_TEXTS, AT(hooks, commands[PROJECT_HOOK_DONE]), NULL},
    {"notify", YAML_TEXTS, AT(hooks, commands[PROJECT_HOOK_NOTIFY]), NULL},
    {"timeout", YAML_DURATION, AT(hooks, timeout_s), NULL},
    {NULL, 0, 0, NULL},
};

static const struct yaml_field limit_fields[] = {
    {"memory", YAML_AMOUNT, AT(limits, most[LIMIT_MEMORY]), NULL},
    {"records", YAML_AMOUNT, AT(limits, most[LIMIT_RECORDS]), NULL},
    {"made", YAML_AMOUNT, AT(limits, most[LIMIT_MADE]), NULL},
    {"work", YAML_AMOUNT, AT(limits, most[LIMIT_WORK]), NULL},
    {NULL, 0, 0, NULL},
};

struct safety {
	uint32_t max_delete, max_change;
	struct yaml_texts protect;
};

static const struct yaml_field safety_fields[] = {
    {"max-delete", YAML_PERCENT, AT(safety, max_delete), NULL},
    {"max-change", YAML_PERCENT, AT(safety, max_change), NULL},
    {"protect", YAML_TEXTS, AT(safety, protect), NULL},
    {NULL, 0, 0, NULL},
};

const struct project_mapping project_mappings[] = {
    {"", file_fields},
    {"defaults", zone_fields},
    {"policies", policy_fields},
    {"certificates", certificate_fields},
    {"hooks", hook_fields},
    {"limits", limit_fields},
    {"safety", safety_fields},
    {NULL, NULL},
};

static void
hook_read(const struct load *load, const char *name, const struct yaml_texts *texts,
    struct project_command *out)
{
	if (texts->items && texts->n == 0)
		diag_add(load->diags, texts->pos, P_VALUE, "%s wants a command", name);
	if (texts->n > 0)
		*out = (struct project_command){texts->argv, texts->pos};
}

static void
hooks_read(const struct load *load, const struct yaml_node *mapping)
{
	enum { TIMEOUT_S = 600 };
	struct hooks hooks = {.timeout_s = TIMEOUT_S};

	load->project->hook_timeout_s = TIMEOUT_S;
	if (!mapping || yaml_read(load->diags, mapping, "hooks", hook_fields, &hooks) < 0)
		return;
	for (int i = 0; i < N_PROJECT_HOOKS; i++)
		hook_read(load, hook_fields[i].name, &hooks.commands[i], &load->project->hooks[i]);
	if (hooks.timeout_s == 0)
		diag_add(load->diags, mapping->pos, P_VALUE,
		    "timeout is 0: no command would be done in time");
	load->project->hook_timeout_s = hooks.timeout_s;
}

static void
limits_read(const struct load *load, const struct yaml_node *mapping)
{
	struct limits *limits = &load->project->limits;

	if (!mapping)
		return;
	yaml_read(load->diags, mapping, "limits", limit_fields, limits);
	if (limits->most[LIMIT_RECORDS] > UINT32_MAX)
		diag_add(
		    load->diags, mapping->pos, P_VALUE, "a zone has at most 4294967295 records");
}

static void
safety_read(const struct load *load, const struct yaml_node *mapping)
{
	enum { ANY = 100 };
	static const struct yaml_choice parts[] = {
	    {"apex-ns", PROJECT_PROTECT_APEX_NS},
	    {"ds", PROJECT_PROTECT_DS},
	    {"dnskey", PROJECT_PROTECT_DNSKEY},
	    {"soa-mname", PROJECT_PROTECT_SOA_MNAME},
	    {NULL, 0},
	};
	struct safety safety = {.max_delete = ANY, .max_change = ANY};
	struct project_safety *out = &load->project->safety;

	yaml_read(load->diags, mapping, "safety", safety_fields, &safety);
	*out = (struct project_safety){safety.max_delete, safety.max_change, 0};
	for (size_t i = 0; i < safety.protect.n; i++) {
		int part =
		    yaml_word(load->diags, &safety.protect.items[i], "part in protect:", parts);

		out->protect |= part < 0 ? 0 : (unsigned)part;
	}
}

static struct roots
roots_of(const struct load *load, const struct yaml_texts *folders, bool strict)
{
	const char **allowed = arena_alloc(load->a, folders->n * sizeof(*allowed) + 1);

	for (size_t i = 0; i < folders->n; i++)
		allowed[i] = file_absolute(load->a, load_path(load, folders->items[i].text));
	return (struct roots){.project = file_absolute(load->a, load->project->folder),
	    .allowed = allowed,
	    .n_allowed = folders->n,
	    .strict = strict};
}

static void
roots_read(const struct load *load, const struct file *file)
{
	struct project *project = load->project;

	project->roots = roots_of(load, &file->allow, false);
	file_hold_project(load->a, &project->roots);
	project->outputs = roots_of(load, &file->allow_output, true);
	project->own = roots_of(load, &(struct yaml_texts){0}, true);
	project->outputs.project_fd = project->own.project_fd = project->roots.project_fd;
	project->outputs.cwd = project->own.cwd = project->roots.cwd;
}

/* What is no name may be the password itself: it is not quoted. */
static void
secrets_read(const struct load *load, const struct yaml_texts *secrets)
{
	for (size_t i = 0; i < secrets->n; i++)
		if (!secret_is_name(secrets->items[i].text))
			diag_add_unquoted(load->diags, secrets->items[i].pos, P_VALUE,
			    "secrets wants names of environment variables: letters, digits and "
			    "underscores");
	load->project->secrets = (struct secrets){secrets->argv, secrets->n};
}

/* Reads the top of the file; a file without zones does nothing, which nobody means. */
static void
file_read(struct load *load, const struct yaml_node *root, struct file *file)
{
	*file = (struct file){.keys.text = "keys", .locking = true};
	if (yaml_read(load->diags, root, "the project file", file_fields, file) == 0 &&
	    (!file->zones || file->zones->n == 0))
		diag_add_path(
		    load->diags, load->project->path, P_VALUE, "the project has no zones");
	load->project->locking = file->locking;
	load->keys = load_path(load, file->keys.text);
	load->defaults = file->defaults;
}

/* In an order in which each part finds what it names. */
static void
parts_read(const struct load *load, const struct file *file)
{
	roots_read(load, file);
	secrets_read(load, &file->secrets);
	policies_read(load, file->policies);
	hooks_read(load, file->hooks);
	certificates_read(load->diags, file->certificates, load->project);
	limits_read(load, file->limits);
	safety_read(load, file->safety);
	if (file->severity)
		load->project->severities = severity_read(load->diags, file->severity);
	zones_read(load, file->zones);
	clash_check(load->diags, load->project);
}

int
project_load(struct diags *diags, const char *path, struct project *out)
{
	struct load load = {.diags = diags, .a = &diags->arena, .project = out};
	size_t n_errors = diags->n_severity[SEVERITY_ERROR];
	struct yaml_node *root;
	struct file file;
	struct text text;

	path = arena_text(&diags->arena, path, strlen(path));
	*out = (struct project){.path = path, .folder = file_folder(&diags->arena, path)};
	if (file_load(diags, pos_none(), NULL, path, &text) < 0)
		return -1;
	yaml_parse(diags, diags_source(diags, path, text, pos_none()), &root);
	if (!root)
		return -1;
	file_read(&load, root, &file);
	parts_read(&load, &file);
	return diags->n_severity[SEVERITY_ERROR] > n_errors ? -1 : 0;
}
