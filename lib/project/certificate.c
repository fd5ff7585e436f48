#define _GNU_SOURCE
#include "project/certificate.h"

#include "project/server.h"
#include "source/secret.h"

#include <stddef.h>
#include <stdlib.h>

struct fields {
	struct yaml_text current, next, pass;
	uint32_t wait_s;
	struct yaml_texts servers, deploy, notify;
};

#define AT(member) offsetof(struct fields, member)

static const struct yaml_form pass_form = {
    "password", .pattern = "^(env:|file:(?!-$))[^\\u0000-\\u001f\\u007f]+$"};

const struct yaml_field certificate_fields[] = {
    {"current", YAML_TEXT, AT(current), .about = "The certificate in use.", .required = true},
    {"next", YAML_TEXT, AT(next), .about = "The one that will replace it."},
    {"pass", YAML_TEXT, AT(pass), .form = &pass_form,
	.about = "What names the password of both files; never the password itself."},
    {"wait", YAML_DURATION, AT(wait_s), .otherwise = "24h",
	.about = "How long the records of next are published before it may be used; never less "
		 "than twice their TTL."},
    {"servers", YAML_TEXTS, AT(servers), .form = &server_form,
	.about = "Nameservers that are asked for its records besides those of the zones."},
    {"deploy", YAML_COMMAND, AT(deploy), .needs = "next",
	.about = "The command that takes next into use: arguments, no shell."},
    {"notify", YAML_COMMAND, AT(notify),
	.about = "The command that gets each event of the rollover as JSON on its standard input: "
		 "arguments, no shell."},
    {.name = NULL},
};

const struct yaml_form certificate_name_form = {
    "certificate-name", .pattern = "^[A-Za-z0-9._][A-Za-z0-9._-]{0,62}$"};

/* The name is a word in templates, in the state file and on command lines. */
static int
check_name(struct diags *diags, const struct yaml_node *node)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	const char *name = node->key.data;

	if (node->key.len > 0 && node->key.len <= 63 && *name != '-' &&
	    strspn(name, letters) == node->key.len)
		return 0;
	return diag_error(diags, node->key_pos, P_VALUE,
	    "\"%s\" is no name of a certificate: up to 63 letters, digits, dots, hyphens and "
	    "underscores",
	    name);
}

/* A path starts in the project's folder, as all of them do here. */
static int
read_pass(struct diags *diags, const struct project *project, const struct yaml_text *pass,
    const char **out)
{
	static const char file[] = "file:";
	const size_t len = sizeof(file) - 1;
	struct arena *a = &diags->arena;

	*out = pass->text;
	if (!pass->text || secret_check(diags, pass->pos, pass->text) < 0)
		return pass->text ? -1 : 0;
	if (strncmp(pass->text, file, len) == 0)
		*out = arena_printf(
		    a, "%s%s", file, project_path_of(a, project->folder, pass->text + len));
	return 0;
}

static int
check_fields(struct diags *diags, const struct yaml_node *node, const struct fields *f)
{
	if (f->deploy.n > 0 && !f->next.text)
		return diag_error(diags, f->deploy.pos, P_VALUE,
		    "certificate \"%s\" has \"deploy\", but no \"next\" that it could deploy",
		    node->key.data);
	return 0;
}

static int
certificate_read(struct diags *diags, const struct project *project, const struct yaml_node *node,
    struct project_certificate *out)
{
	struct arena *a = &diags->arena;
	const char *what = arena_printf(a, "certificate \"%s\"", node->key.data);
	struct fields f = {0};

	yaml_defaults(certificate_fields, &f);
	if (check_name(diags, node) < 0 ||
	    yaml_read(diags, node, what, certificate_fields, &f) < 0 ||
	    check_fields(diags, node, &f) < 0)
		return -1;
	*out = (struct project_certificate){.name = node->key.data,
	    .pos = node->key_pos,
	    .current = project_path_of(a, project->folder, f.current.text),
	    .next = f.next.text ? project_path_of(a, project->folder, f.next.text) : NULL,
	    .wait_s = f.wait_s,
	    .wait_written = yaml_value(node, "wait") != NULL,
	    .deploy = f.deploy.n ? f.deploy.argv : NULL,
	    .notify = f.notify.n ? f.notify.argv : project->hooks[PROJECT_HOOK_NOTIFY].argv};
	if (read_pass(diags, project, &f.pass, &out->pass) < 0)
		return -1;
	return servers_read(diags, &f.servers, &out->servers, &out->n_servers);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
certificates_read(
    struct diags *diags, const struct yaml_node *certificates, struct project *project)
{
	size_t n = certificates ? certificates->n : 0, i = 0;
	struct project_certificate *items = arena_alloc(&diags->arena, n * sizeof(*items) + 1);
	const char **names = arena_alloc(&diags->arena, n * sizeof(*names) + 1);

	for (const struct yaml_node *node = n ? certificates->first : NULL; node; node = node->next)
		if (certificate_read(diags, project, node, &items[i]) == 0)
			items[i++].roots = &project->roots;
	project->certificates = items;
	project->n_certificates = i;
	while (i-- > 0)
		names[i] = items[i].name;
	qsort(names, project->n_certificates, sizeof(*names), by_text);
	project->certificate_names = names;
}

bool
project_has_certificate(const struct project *project, const char *name)
{
	return bsearch(
	    &name, project->certificate_names, project->n_certificates, sizeof(name), by_text);
}

const struct project_certificate *
project_certificate_find(struct diags *diags, const struct project *project, const char *name)
{
	const char **known =
	    arena_alloc(&diags->arena, (project->n_certificates + 1) * sizeof(*known));
	const char *nearest;

	for (size_t i = 0; i < project->n_certificates; i++) {
		known[i] = project->certificates[i].name;
		if (strcmp(known[i], name) == 0)
			return &project->certificates[i];
	}
	known[project->n_certificates] = NULL;
	nearest = diag_nearest(text_of(name), known);
	diag_add_path(diags, project->path, P_CERTIFICATE,
	    nearest ? "there is no certificate \"%s\"; did you mean \"%s\"?"
		    : "there is no certificate \"%s\"",
	    name, nearest);
	return NULL;
}
