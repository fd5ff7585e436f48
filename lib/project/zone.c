#define _GNU_SOURCE
#include "project/load_part.h"

#include "base/buf.h"
#include "base/mem.h"
#include "project/found.h"
#include "project/server.h"

#include <stddef.h>
#include <stdlib.h>

/* A zone, and what of it is still text: the keys of `defaults`, each of which a zone may override.
 */
struct settings {
	struct project_zone is;
	struct yaml_text template, output, policy;
	struct yaml_texts servers, parent;
};

static const struct yaml_choice serials[] = {
    {"auto", PROJECT_SERIAL_AUTO},
    {"keep", PROJECT_SERIAL_KEEP},
    {"unixtime", PROJECT_SERIAL_UNIXTIME},
    {"date", PROJECT_SERIAL_DATE},
    {"live", PROJECT_SERIAL_LIVE},
    {NULL, 0},
};

static const struct yaml_choice dnssecs[] = {
    {"here", PROJECT_DNSSEC_HERE},
    {"external", PROJECT_DNSSEC_EXTERNAL},
    {NULL, 0},
};

static const struct yaml_choice include_froms[] = {
    {"file", PROJECT_INCLUDE_FROM_FILE},
    {"project", PROJECT_INCLUDE_FROM_PROJECT},
    {NULL, 0},
};

#define AT(member) offsetof(struct settings, member)

/* As pattern_check wants it. */
#define LETTER "[^{\\u0000-\\u001f\\u007f]|\\{zone\\}"
static const struct yaml_form path_form = {
    "path", .pattern = "^(" LETTER ")*(?!/)(" LETTER ")$", .booleans = true, .numbers = true};

const struct yaml_field zone_fields[] = {
    {"template", YAML_TEXT, AT(template), .form = &path_form, .otherwise = "zones/{zone}.zone",
	.about = "The template; {zone} is the zone's name."},
    {"output", YAML_TEXT, AT(output), .form = &path_form, .otherwise = "public/{zone}.zone",
	.about = "The file that is published; {zone} is the zone's name."},
    {"policy", YAML_TEXT, AT(policy), .otherwise = "default", .about = "One of the policies."},
    {"serial", YAML_CHOICE, AT(is.serial), .choices = serials, .otherwise = "auto",
	.about = "Where the SOA's serial comes from; live asks servers."},
    {"servers", YAML_TEXTS, AT(servers), .form = &server_form,
	.about = "The authoritative nameservers of the zone, in place of those of defaults: "
		 "addresses or names, with :PORT where it is not 53. zonepp roll asks them for the "
		 "keys of a zone that is signed elsewhere, too."},
    {"parent", YAML_TEXTS, AT(parent), .form = &server_form,
	.about =
	    "The authoritative nameservers of the zone above: zonepp roll asks them for the DS "
	    "records. resolver and resolver:SERVER are resolvers, which show that records are "
	    "there, never that they are gone."},
    {"dane", YAML_BOOL, AT(is.dane), .otherwise = "true",
	.about = "Whether $TLSA, $SMIMEA and $OPENPGPKEY make records."},
    {"prove", YAML_BOOL, AT(is.prove), .otherwise = "false",
	.about = "Whether the certificates must be accepted by the records ahead of publication."},
    {"dnssec", YAML_CHOICE, AT(is.dnssec), .choices = dnssecs, .otherwise = "here",
	.about = "external: something else signs the zone."},
    {"include-from", YAML_CHOICE, AT(is.include_from), .choices = include_froms,
	.otherwise = "file",
	.about = "Where paths of $INCLUDE start: beside their file, or in the project's folder."},
    {.name = NULL},
};

/* Which templates are those of zones that are not listed. */
struct from {
	struct yaml_text pattern;
};

static const struct yaml_form from_form = {"from",
    .pattern = "^[^{\\u0000-\\u001f\\u007f]*[^/{\\u0000-\\u001f\\u007f]$", .booleans = true,
    .numbers = true};

const struct yaml_field zones_fields[] = {
    {"from", YAML_TEXT, offsetof(struct from, pattern), .form = &from_form,
	.about = "Templates of further zones: a path with * in it. What stands in a file's path "
		 "where template of defaults has {zone} is the name of its zone."},
    {.name = NULL},
};

/* As name_check and name_parse want it. */
#define LABEL "([!-\\-/-\\[\\]-~]|\\\\([01][0-9]{2}|2[0-4][0-9]|25[0-5]|[!-/:-~])){1,63}"
const struct yaml_form zone_name_form = {
    "zone-name", .pattern = "^(?!@$)(\\.|" LABEL "(\\." LABEL ")*\\.?)$"};

const char *
project_file_name(struct arena *a, const char *zone)
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

static const char *
zone_path(const struct load *load, struct yaml_text pattern, const char *zone)
{
	return load_path(load,
	    project_replace(load->a, pattern.text, "{zone}", project_file_name(load->a, zone)));
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

static void
defaults_read(const struct load *load, struct settings *out)
{
	const char *policy;

	*out = (struct settings){0};
	yaml_defaults(zone_fields, out);
	policy = out->policy.text;
	out->is.defaults = yaml_text_of(load->a, load->defaults);
	if (yaml_read(load->diags, load->defaults, "defaults", zone_fields, out) < 0)
		return;
	pattern_check(load->diags, out->template);
	pattern_check(load->diags, out->output);
	servers_read(load->diags, &out->servers, &out->is.servers, &out->is.n_servers);
	parents_read(load->diags, &out->parent, &out->is.parent, &out->is.n_parent);
	load->project->include_from = out->is.include_from;
	if (!policy_find(load, out->policy))
		out->policy.text = policy;
}

/* A zone that is not listed has no value, and its place is that of `from`. */
static bool
is_found(const struct yaml_node *node)
{
	return node->pos.at == 0;
}

static int
name_error(const struct load *load, const struct yaml_node *node, size_t at, const char *why)
{
	struct pos pos = node->key_pos;

	if (!is_found(node) && at < node->key.len)
		pos.at += at;
	return diag_error(
	    load->diags, pos, P_VALUE, "\"%s\" is no zone's name: %s", node->key.data, why);
}

/* What name_parse would take, and yet nobody means. */
static int
name_check(const struct load *load, const struct yaml_node *node)
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
name_read(const struct load *load, const struct yaml_node *node, struct project_zone *zone)
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
read_servers(const struct load *load, const struct yaml_node *node, const struct settings *defaults,
    struct settings *s)
{
	const struct yaml_node *serial = yaml_value(node, "serial");

	if (s->servers.items != defaults->servers.items)
		servers_read(load->diags, &s->servers, &s->is.servers, &s->is.n_servers);
	if (s->parent.items != defaults->parent.items)
		parents_read(load->diags, &s->parent, &s->is.parent, &s->is.n_parent);
	if (s->is.serial != PROJECT_SERIAL_LIVE || s->servers.n > 0)
		return;
	if (!serial)
		serial = yaml_value(load->defaults, "serial");
	diag_add(load->diags, serial->key_pos, P_VALUE,
	    "zone \"%s\" has \"serial: live\", but no \"servers\" to ask", s->is.name_text);
}

static int
zone_read(const struct load *load, const struct yaml_node *node, const struct settings *defaults,
    struct project_zone *zone)
{
	bool says_something = node->kind != YAML_MAPPING || node->n > 0; /* most do not */
	struct settings s = *defaults;

	if (name_read(load, node, &s.is) < 0)
		return -1;
	if (says_something &&
	    yaml_read(load->diags, node, arena_printf(load->a, "zone \"%s\"", node->key.data),
		zone_fields, &s) < 0)
		return -1;
	if (s.template.text != defaults->template.text)
		pattern_check(load->diags, s.template);
	if (s.output.text != defaults->output.text)
		pattern_check(load->diags, s.output);
	s.is.template = zone_path(load, s.template, s.is.name_text);
	s.is.output = zone_path(load, s.output, s.is.name_text);
	s.is.keys = load->keys;
	s.is.policy = policy_find(load, s.policy);
	if (!s.is.policy)
		return -1;
	s.is.sign = s.is.policy->sign && s.is.dnssec == PROJECT_DNSSEC_HERE;
	s.is.written = yaml_text_of(load->a, node);
	read_servers(load, node, defaults, &s);
	*zone = s.is;
	return 0;
}

/* --- All zones --- */

/* A zone and its place in canonical order. */
struct sortable {
	struct bytes key;
	const char *spelling; /* of its name, in the file */
	const char *found;    /* the file that is its template; NULL: the zone is listed */
	struct project_zone zone;
};

struct gathered {
	const struct load *load;
	struct settings defaults;
	struct arena a; /* of what is needed until all are there */
	struct sortable *items;
	size_t n, cap;
};

static int
by_name(const void *a, const void *b)
{
	const struct sortable *m = a, *n = b;
	int order = bytes_compare(m->key, n->key);

	if (order == 0)
		order = (m->zone.pos.at > n->zone.pos.at) - (m->zone.pos.at < n->zone.pos.at);
	return order || !m->found || !n->found ? order : strcmp(m->found, n->found);
}

static struct bytes
key_of(struct arena *a, const struct name *name)
{
	uint8_t key[NAME_KEY_LONGEST];
	size_t n = name_key(name->wire, name->len - 1u, key);

	return (struct bytes){arena_copy(a, key, n), n};
}

/* Returns NULL with problems added. */
static struct sortable *
gather(struct gathered *all, const struct yaml_node *node)
{
	struct sortable *s;

	all->items = mem_grow(all->items, all->n, &all->cap, sizeof(*all->items));
	s = &all->items[all->n];
	if (zone_read(all->load, node, &all->defaults, &s->zone) < 0)
		return NULL;
	s->spelling = node->key.data;
	s->key = key_of(&all->a, &s->zone.name);
	s->found = NULL;
	all->n++;
	return s;
}

/* --- Zones of templates that are found --- */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *
absolute(const struct gathered *all, const char *path)
{
	return file_absolute_in(&all->load->diags->arena, &all->load->project->roots, path);
}

/* The templates of the zones that are listed, sorted: none of them is a further zone's. */
static const char **
listed_templates(struct gathered *all)
{
	const char **paths = arena_alloc(&all->a, (all->n + 1) * sizeof(*paths));

	for (size_t i = 0; i < all->n; i++)
		paths[i] = file_absolute_in(
		    &all->a, &all->load->project->roots, all->items[i].zone.template);
	qsort(paths, all->n, sizeof(*paths), by_text);
	return paths;
}

/* A path of the project as its file would have it. */
static const char *
as_written(const struct load *load, const char *path)
{
	const char *project = load->project->roots.project;

	return confine_is_below(path, project) ? path + strlen(project) + (project[1] ? 1 : 0)
					       : path;
}

/* `template` is that of `defaults`, absolute. */
static void
gather_found(struct gathered *all, struct yaml_text from, const char *template, const char *path)
{
	const struct load *load = all->load;
	struct yaml_node node = {.kind = YAML_MAPPING, .key_pos = from.pos};
	struct sortable *s;
	const char *name;

	if (!found_name(template, path, &node.key)) {
		diag_add(load->diags, from.pos, P_VALUE,
		    "%s is found, and is the template of no zone: those are %s",
		    as_written(load, path), as_written(load, template));
		return;
	}
	node.key.data = arena_text(load->a, node.key.data, node.key.len);
	s = gather(all, &node);
	if (!s)
		return;
	s->found = path;
	name = project_file_name(&all->a, s->zone.name_text);
	if (strcmp(name, node.key.data) != 0)
		diag_add(load->diags, from.pos, P_VALUE,
		    "%s is found for zone \"%s\", whose template is %s", as_written(load, path),
		    s->zone.name_text,
		    as_written(load, project_replace(&all->a, template, "{zone}", name)));
}

static void
keep_folders(const struct load *load, const struct found *found)
{
	const char **folders = arena_alloc(load->a, (found->n_folders + 1) * sizeof(*folders));

	for (size_t i = 0; i < found->n_folders; i++)
		folders[i] = arena_text(load->a, found->folders[i], strlen(found->folders[i]));
	load->project->found_in = folders;
	load->project->n_found_in = found->n_folders;
}

static void
find_zones(struct gathered *all, struct yaml_text from)
{
	const struct load *load = all->load;
	const char *template = absolute(all, load_path(load, all->defaults.template.text));
	const char **listed = listed_templates(all);
	size_t n_listed = all->n;
	struct found found;

	if (strchr(from.text, '{') || !strstr(all->defaults.template.text, "{zone}")) {
		diag_add(load->diags, from.pos, P_VALUE,
		    "from wants a path with *, as in zones/*.zone, beside a \"template\" with "
		    "{zone}");
		return;
	}
	if (found_files(load->diags, from.pos, &load->project->roots,
		absolute(all, load_path(load, from.text)), &found) == 0 &&
	    found.n == 0)
		diag_add(load->diags, from.pos, P_VALUE, "there is no file %s", from.text);
	for (size_t i = 0; i < found.n; i++)
		if (!bsearch(&found.paths[i], listed, n_listed, sizeof(*listed), by_text))
			gather_found(all, from, template, found.paths[i]);
	keep_folders(load, &found);
	arena_join(&all->a, &found.a);
}

/* --- Zones that stand twice --- */

static void
refuse_second(const struct load *load, const struct sortable *first, const struct sortable *second)
{
	const struct project_zone *zone = &first->zone;

	if (first->found || second->found)
		diag_add(load->diags, first->found ? second->zone.pos : zone->pos, P_DUPLICATE,
		    "zone \"%s\" has two templates: %s and %s", zone->name_text, zone->template,
		    second->zone.template);
	else if (strcmp(first->spelling, second->spelling) != 0)
		diag_add(load->diags, second->zone.pos, P_DUPLICATE,
		    "zone \"%s\" stands here a second time; the first is on line %llu",
		    second->zone.name_text,
		    (unsigned long long)diags_place(load->diags, zone->pos).line);
}

/* Drops zones that stand twice; returns how many are left. Those with keys equal to the letter
 * yaml.c has found, so only further spellings of a name are reported. */
static size_t
zones_unique(const struct load *load, struct sortable *s, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (kept == 0 || bytes_compare(s[kept - 1].key, s[i].key) != 0)
			s[kept++] = s[i];
		else
			refuse_second(load, &s[kept - 1], &s[i]);
	return kept;
}

/* Reads `from`. */
static void
from_read(const struct load *load, const struct yaml_node *node, struct from *from)
{
	struct yaml_node alone = *node;
	const struct yaml_node mapping = {.kind = YAML_MAPPING, .first = &alone, .n = 1};

	alone.next = NULL;
	yaml_read(load->diags, &mapping, "zones", zones_fields, from);
}

void
zones_read(const struct load *load, const struct yaml_node *mapping)
{
	struct gathered all = {.load = load};
	struct from from = {0};
	struct project_zone *zones;
	size_t n;

	defaults_read(load, &all.defaults);
	for (const struct yaml_node *node = load_children(mapping, &n); node; node = node->next)
		if (text_is(node->key, zones_fields[0].name))
			from_read(load, node, &from);
		else
			gather(&all, node);
	if (from.pattern.text)
		find_zones(&all, from.pattern);
	if (all.n > 0)
		qsort(all.items, all.n, sizeof(*all.items), by_name);
	n = zones_unique(load, all.items, all.n);
	zones = arena_alloc(load->a, n * sizeof(*zones) + 1);
	for (size_t j = 0; j < n; j++)
		zones[j] = all.items[j].zone;
	load->project->zones = zones;
	load->project->n_zones = n;
	free(all.items);
	arena_free(&all.a);
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
	diag_add_path(diags, project->path, P_ZONE,
	    nearest ? "there is no zone \"%s\"; did you mean \"%s\"?" : "there is no zone \"%s\"",
	    name, nearest);
	return NULL;
}
