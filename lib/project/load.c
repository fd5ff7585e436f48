#include "project/load_part.h"

#include "project/certificate.h"
#include "project/clash.h"
#include "project/mapping.h"
#include "project/severity.h"

#include <stddef.h>

enum { PROJECT_FILE_LARGEST = 256 << 20 }; /* octets: some million zones */

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

/* As hooks_read wants it. */
static const struct yaml_form timeout_form = {
    "timeout", .pattern = "^(?=.*[1-9])" YAML_DURATION_PATTERN "$", .least = 1, .most = INT32_MAX};

static const struct yaml_field hook_fields[] = {
    {"review", YAML_COMMAND, AT(hooks, commands[PROJECT_HOOK_REVIEW]),
	.about = "Run ahead of the publication of a zone, which it lets or refuses."},
    {"changed", YAML_COMMAND, AT(hooks, commands[PROJECT_HOOK_CHANGED]),
	.about = "Run for each zone whose published file changed: arguments, no shell."},
    {"failed", YAML_COMMAND, AT(hooks, commands[PROJECT_HOOK_FAILED]),
	.about = "Run for each zone that could not be built, once for a failure."},
    {"done", YAML_COMMAND, AT(hooks, commands[PROJECT_HOOK_DONE]),
	.about = "Run once after all, where any zone was published."},
    {"notify", YAML_COMMAND, AT(hooks, commands[PROJECT_HOOK_NOTIFY]),
	.about = "The command that gets each event of a key as JSON on its standard input, and "
		 "those of certificates without a command of their own: arguments, no shell."},
    {"timeout", YAML_DURATION, AT(hooks, timeout_s), .form = &timeout_form, .otherwise = "10m",
	.about = "How long each command may take, deploy and notify too."},
    {.name = NULL},
};

static const struct yaml_form time_form = {
    "time", .pattern = "^(?=.*[1-9])" YAML_DURATION_PATTERN "$", .least = 1, .most = INT32_MAX};

/* account_default() has these defaults, for whoever has no project file; it knows that of memory.
 */
static const struct yaml_field limit_fields[] = {
    {"memory", YAML_AMOUNT, AT(limits, most[LIMIT_MEMORY]),
	.about = "Octets of what a template is read into; half of the machine's otherwise."},
    {"records", YAML_AMOUNT, AT(limits, most[LIMIT_RECORDS]), .otherwise = "50M",
	.about = "Records that a template stands for."},
    {"made", YAML_AMOUNT, AT(limits, most[LIMIT_MADE]), .otherwise = "500MB",
	.about = "Octets of what few octets of a template stand for."},
    {"work", YAML_AMOUNT, AT(limits, most[LIMIT_WORK]), .otherwise = "30M",
	.about = "Steps of work on certificates and keys."},
    {"time", YAML_DURATION, AT(limits, time_s), .form = &time_form, .otherwise = "10m",
	.about = "Time of a processor until a template is read."},
    {.name = NULL},
};

static const struct yaml_choice protects[] = {
    {"apex-ns", PROJECT_PROTECT_APEX_NS},
    {"ds", PROJECT_PROTECT_DS},
    {"dnskey", PROJECT_PROTECT_DNSKEY},
    {"soa-mname", PROJECT_PROTECT_SOA_MNAME},
    {NULL, 0},
};

static const struct yaml_field safety_fields[] = {
    {"max-delete", YAML_PERCENT, AT(project_safety, max_delete), .otherwise = "100%",
	.about = "How many of the published records may leave."},
    {"max-change", YAML_PERCENT, AT(project_safety, max_change), .otherwise = "100%",
	.about = "How many of the published records may leave or be replaced."},
    {"protect", YAML_CHOICES, AT(project_safety, protect), .choices = protects,
	.about = "What must not change at all."},
    {.name = NULL},
};

static const struct yaml_form secret_name_form = {
    "variable", .pattern = "^[A-Za-z_][A-Za-z0-9_]*$", .booleans = true};

const struct yaml_field project_fields[] = {
    {"defaults", YAML_MAPPING_OF, AT(file, defaults), .fields = zone_fields,
	.about = "What holds for zones that do not say otherwise."},
    {"policies", YAML_MAPPING_OF, AT(file, policies), .values = policy_fields,
	.about = "How zones are signed."},
    {"keys", YAML_TEXT, AT(file, keys), .otherwise = "keys",
	.about = "The folder with K<zone>+<algorithm>+<tag>.key and .private."},
    {"allow", YAML_TEXTS, AT(file, allow),
	.about = "Folders outside of the project's that templates may read."},
    {"allow-output", YAML_TEXTS, AT(file, allow_output),
	.about = "Folders to which symbolic links may lead zones that are written."},
    {"certificates", YAML_MAPPING_OF, AT(file, certificates), .values = certificate_fields,
	.names = &certificate_name_form,
	.about = "Certificates that $TLSA calls cert:NAME, and their rollover; see "
		 "zonepp-roll(1)."},
    {"hooks", YAML_MAPPING_OF, AT(file, hooks), .fields = hook_fields,
	.about = "Commands that are run."},
    {"limits", YAML_MAPPING_OF, AT(file, limits), .fields = limit_fields,
	.about = "What each zone may take of the machine."},
    {"locking", YAML_BOOL, AT(file, locking), .otherwise = "true",
	.about = "Whether runs that change something lock the project against each other."},
    {"safety", YAML_MAPPING_OF, AT(file, safety), .fields = safety_fields,
	.about = "Where a build stops because nobody may have meant the change."},
    {"secrets", YAML_TEXTS, AT(file, secrets), .form = &secret_name_form,
	.about = "Environment variables that templates may name in pass=env:NAME."},
    {"severity", YAML_MAPPING_OF, AT(file, severity),
	.about = "How bad problems are taken to be, by code."},
    {"zones", YAML_MAPPING_OF, AT(file, zones), .fields = zones_fields, .values = zone_fields,
	.names = &zone_name_form, .required = true,
	.about = "The zones: a name each, and what is different for it."},
    {.name = NULL},
};

static void
hooks_read(const struct load *load, const struct yaml_node *mapping)
{
	struct hooks hooks = {0};

	yaml_defaults(hook_fields, &hooks);
	load->project->hook_timeout_s = hooks.timeout_s;
	if (!mapping || yaml_read(load->diags, mapping, "hooks", hook_fields, &hooks) < 0)
		return;
	for (int i = 0; i < N_PROJECT_HOOKS; i++)
		if (hooks.commands[i].n > 0)
			load->project->hooks[i] =
			    (struct project_command){hooks.commands[i].argv, hooks.commands[i].pos};
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
	yaml_defaults(limit_fields, limits);
	if (yaml_read(load->diags, mapping, "limits", limit_fields, limits) == 0 &&
	    limits->time_s == 0)
		diag_add(load->diags, mapping->pos, P_VALUE,
		    "time is 0: no template would be read in time");
	if (limits->most[LIMIT_RECORDS] > UINT32_MAX)
		diag_add(
		    load->diags, mapping->pos, P_VALUE, "a zone has at most 4294967295 records");
}

/* As `base`, with these folders. */
static struct roots
roots_with(const struct load *load, struct roots base, const struct yaml_texts *folders)
{
	const char **allowed = arena_alloc(load->a, folders->n * sizeof(*allowed) + 1);

	for (size_t i = 0; i < folders->n; i++)
		allowed[i] = file_absolute(load->a, load_path(load, folders->items[i].text));
	base.allowed = allowed;
	base.n_allowed = folders->n;
	return base;
}

static void
roots_read(const struct load *load, const struct file *file)
{
	struct project *project = load->project;
	struct roots base = {.project = file_absolute(load->a, project->folder)};

	file_hold_project(load->a, &base);
	project->roots = roots_with(load, base, &file->allow);
	base.strict = true; /* what is written */
	project->outputs = roots_with(load, base, &file->allow_output);
	project->own = base;
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
	*file = (struct file){0};
	yaml_defaults(project_fields, file);
	if (yaml_read(load->diags, root, "the project file", project_fields, file) == 0 &&
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
	yaml_defaults(safety_fields, &load->project->safety);
	yaml_read(load->diags, file->safety, "safety", safety_fields, &load->project->safety);
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
	if (file_load_small(diags, pos_none(), NULL, path, PROJECT_FILE_LARGEST, false, &text) < 0)
		return -1;
	if (file_is_private(text))
		return diag_add_path(
		    diags, path, P_SYNTAX, "this is no project file: it holds a private key");
	yaml_parse(diags, diags_source(diags, path, text, pos_none()), &root);
	if (!root)
		return -1;
	file_read(&load, root, &file);
	parts_read(&load, &file);
	return diags->n_severity[SEVERITY_ERROR] > n_errors ? -1 : 0;
}
