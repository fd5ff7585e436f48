#include "directive/tlsa_source.h"

#include "source/source.h"

/* The files of a folder or pattern. */
struct group {
	const struct tlsa_reader *reader;
	const struct tlsa_source *source;
	const struct source_files *files;
	const struct certs **certs; /* of each file; n 0 where it holds none */
};

static int
load(const struct tlsa_reader *reader, const struct tlsa_source *source, const char *path,
    bool certs_only, const struct certs **out)
{
	struct cert_wanted wanted = {.path = path,
	    .roots = reader->roots,
	    .options = {.secret = reader->secret, .certs_only = certs_only},
	    .may_lack = source->is_next,
	    .beside = source->beside};

	return cert_files_load(reader->files, reader->job->diags, source->pos, &wanted, out);
}

static int
add_one(const struct tlsa_reader *reader, const struct tlsa_source *source, const char *path)
{
	const struct certs *certs;

	if (load(reader, source, path, false, &certs) < 0)
		return -1;
	if (certs)
		return tlsa_add(
		    reader->job, source->pos, certs, text_of(source->written), source->is_next);
	diag_add(reader->job->diags, source->pos, D_NO_NEXT, "%s does not exist yet", path);
	return 0;
}

/* --- Certificates of the project file --- */

static const char named_mark[] = "cert:";

static bool
is_named(const struct tlsa_source *source)
{
	return !source->literal &&
	       strncmp(source->written, named_mark, sizeof(named_mark) - 1) == 0;
}

static const struct tlsa_named *
named_find(const struct tlsa_reader *reader, const struct tlsa_source *source)
{
	const char *name = source->written + sizeof(named_mark) - 1, *nearest;
	struct diags *diags = reader->job->diags;
	const struct tlsa_names *names = reader->names;
	const char **known;

	if (!names) {
		diag_add(diags, source->pos, D_NO_NAMED,
		    "%s is a certificate of the project file, but no zonepp.yaml without errors is "
		    "near (a file of that name is written ./%s)",
		    source->written, source->written);
		return NULL;
	}
	known = arena_alloc(reader->job->a, (names->n + 1) * sizeof(*known));
	for (size_t i = 0; i < names->n; i++) {
		if (strcmp(names->items[i].name, name) == 0)
			return &names->items[i];
		known[i] = names->items[i].name;
	}
	known[names->n] = NULL;
	nearest = diag_nearest(text_of(name), known);
	diag_add(diags, source->pos, D_NO_NAMED,
	    "the project file has no certificate \"%s\"%s%s%s (a file of that name is written "
	    "./%s)",
	    name, nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "",
	    source->written);
	if (nearest)
		diag_fix(diags, source->pos, text_of(source->written),
		    arena_printf(reader->job->a, "cert:%s", nearest));
	return NULL;
}

static int
load_both(const struct tlsa_reader *reader, const struct tlsa_source *source,
    const struct tlsa_named *named, struct named_use *use)
{
	struct tlsa_source next = *source;
	int result = load(reader, source, named->current, false, &use->current);

	next.is_next = true;
	next.beside = named->current;
	if (named->next && load(reader, &next, named->next, false, &use->next) < 0)
		result = -1;
	return result;
}

/* The password of the project file opens them, and none of a directive: what follows their records
 * knows no directive. */
static int
load_named(const struct tlsa_reader *reader, const struct tlsa_source *source,
    const struct tlsa_named *named, struct named_use *use)
{
	struct secret secret = {0};
	struct tlsa_reader own = *reader;
	int result = 0;

	own.secret = &secret;
	if (named->pass)
		result = secret_read(
		    reader->job->diags, source->pos, NULL, reader->roots, "", named->pass, &secret);
	if (result == 0)
		result = load_both(&own, source, named, use);
	secret_end(&secret);
	return result;
}

static int
add_both(
    const struct tlsa_reader *reader, const struct tlsa_source *source, const struct named_use *use)
{
	struct tlsa_job *job = reader->job;
	struct tlsa_use *before = job->set.uses;
	struct text next_label = text_of(arena_printf(job->a, "%s next", source->written));

	if (tlsa_add(job, source->pos, use->current, text_of(source->written), false) < 0 ||
	    (use->next && tlsa_add(job, source->pos, use->next, next_label, true) < 0))
		return -1;
	for (struct tlsa_use *added = job->set.uses; added != before; added = added->next)
		added->wait_s = use->named->wait_s;
	return 0;
}

/* The current certificate must be there; the next one counts as soon as it is. */
static int
add_named(const struct tlsa_reader *reader, const struct tlsa_source *source)
{
	struct tlsa_job *job = reader->job;
	const struct tlsa_named *named;
	struct named_use *use;

	if (source->is_next)
		return diag_error(job->diags, source->pos, D_KEY_VALUE,
		    "next= wants a path: %s comes with its own next certificate", source->written);
	named = named_find(reader, source);
	if (!named)
		return -1;
	use = arena_zalloc(job->a, sizeof(*use));
	use->named = named;
	use->pos = source->pos;
	use->next_use = *reader->named_uses;
	if (load_named(reader, source, named, use) < 0 || add_both(reader, source, use) < 0)
		return -1;
	*reader->named_uses = use;
	return 0;
}

/* --- Folders and patterns --- */

static bool
is_plain_ca(const struct cert *cert)
{
	return cert->is_ca && !cert->has_key && !(cert->self_signed && cert->for_server);
}

static bool
holds_cas_alone(const struct certs *certs)
{
	for (size_t i = 0; i < certs->n; i++)
		if (!is_plain_ca(&certs->items[i]))
			return false;
	return true;
}

static bool
issued_any(const struct group *group, const struct cert *issuer)
{
	for (size_t i = 0; i < group->files->n; i++)
		for (size_t j = 0; j < group->certs[i]->n; j++)
			if (cert_issued(issuer, &group->certs[i]->items[j]))
				return true;
	return false;
}

/* A self-signed certificate that may issue is how many servers' own look, too. */
static int
check_passed_over(const struct group *group, const struct certs *certs)
{
	for (size_t i = 0; i < certs->n; i++) {
		const struct cert *cert = &certs->items[i];

		if (cert->self_signed && !issued_any(group, cert))
			return diag_error(group->reader->job->diags, group->source->pos,
			    D_AMBIGUOUS,
			    "%s: %s may be a CA or a server's own certificate: nothing here was "
			    "issued by it; name the files that are meant one by one",
			    certs->path, cert->name);
	}
	return 0;
}

static int
load_group(struct group *group)
{
	static const struct certs none = {0};
	int result = 0;

	for (size_t i = 0; i < group->files->n; i++) {
		group->certs[i] = &none;
		if (load(group->reader, group->source, group->files->items[i].path, true,
			&group->certs[i]) < 0) {
			group->certs[i] = &none;
			result = -1;
		}
	}
	return result;
}

static int
add_group(const struct group *group)
{
	struct tlsa_job *job = group->reader->job;
	bool leaves = pick_is_leaf(job->pick);
	size_t n_added = 0;
	int result = 0;

	for (size_t i = 0; i < group->files->n; i++) {
		const struct certs *certs = group->certs[i];

		if (certs->n == 0)
			continue;
		if (leaves && holds_cas_alone(certs)) {
			if (check_passed_over(group, certs) < 0)
				result = -1;
			continue;
		}
		n_added++;
		if (tlsa_add(job, group->source->pos, certs, text_of(group->files->items[i].label),
			false) < 0)
			result = -1;
	}
	if (n_added || result < 0)
		return result;
	return diag_error(job->diags, group->source->pos, D_NO_ENTITY, "%s: no %s is in the %s",
	    group->source->written, leaves ? "server's certificate" : "certificate of a CA",
	    group->files->n == 1 ? "file" : "files");
}

int
tlsa_add_source(const struct tlsa_reader *reader, const struct tlsa_source *source)
{
	struct diags *diags = reader->job->diags;
	struct source_files files;
	struct group group = {.reader = reader, .source = source, .files = &files};

	if (is_named(source))
		return add_named(reader, source);
	if (source->is_next) {
		if (!source->literal && source_is_pattern(source->written))
			return diag_error(diags, source->pos, D_KEY_VALUE,
			    "next= is followed by the path of one file (a name with *, ? or [ is "
			    "written in quotes)");
		return add_one(reader, source,
		    file_beside(&diags->arena, reader->base, text_of(source->written)));
	}
	if (source_find(diags, source->pos, reader->roots, reader->base, source->written,
		source->literal, &files) < 0)
		return -1;
	if (!files.many)
		return add_one(reader, source, files.items[0].path);
	group.certs = arena_alloc(&diags->arena, files.n * sizeof(const struct certs *));
	if (load_group(&group) < 0)
		return -1;
	return add_group(&group);
}
