#include "dane/tlsa_source.h"

static int
load(const struct tlsa_reader *reader, const struct tlsa_source *source, const char *path,
    const struct certs **out)
{
	struct cert_wanted wanted = {.path = path,
	    .roots = reader->roots,
	    .options = {.secret = reader->secret},
	    .may_lack = source->coming};

	return cert_files_load(reader->files, reader->job->diags, source->pos, &wanted, out);
}

static int
add_one(const struct tlsa_reader *reader, const struct tlsa_source *source, const char *path)
{
	const struct certs *certs;

	if (load(reader, source, path, &certs) < 0)
		return -1;
	if (certs)
		return tlsa_add(
		    reader->job, source->pos, certs, text_of(source->written), source->coming);
	diag_add(reader->job->diags, source->pos, D_NO_NEXT, "%s does not exist yet", path);
	return 0;
}

/* --- Certificates of the project file --- */

static bool
is_named(const struct tlsa_source *source)
{
	return !source->literal && strncmp(source->written, "cert:", 5) == 0;
}

static int
add_named(const struct tlsa_reader *reader, const struct tlsa_source *source)
{
	return diag_error(reader->job->diags, source->pos, D_BAD_SOURCE,
	    "%s: certificates cannot be named in the project file yet; write the path, or ./%s for "
	    "a file of that name",
	    source->written, source->written);
}

int
tlsa_add_source(const struct tlsa_reader *reader, const struct tlsa_source *source)
{
	if (is_named(source))
		return add_named(reader, source);
	return add_one(reader, source,
	    file_beside(&reader->job->diags->arena, reader->base, text_of(source->written)));
}
