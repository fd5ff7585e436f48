#include "source/files.h"

#include "source/locked.h"

#include <openssl/crypto.h>
#include <sys/stat.h>

static const char *
spec_of(const struct cert_wanted *wanted)
{
	return wanted->options.secret ? wanted->options.secret->spec : NULL;
}

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static const struct certs *
find(const struct cert_files *files, const struct cert_wanted *wanted)
{
	for (const struct cert_file *file = files->first; file; file = file->next)
		if (strcmp(file->path, wanted->path) == 0 &&
		    file->certs_only == wanted->options.certs_only &&
		    same_text(file->secret_spec, spec_of(wanted)))
			return &file->certs;
	return NULL;
}

static int
add(struct cert_files *files, struct diags *diags, struct pos pos, const struct cert_wanted *wanted,
    struct text contents, const struct certs **out)
{
	struct cert_file *file = arena_zalloc(files->a, sizeof(*file));
	const char *spec = spec_of(wanted);
	int result = certs_load(
	    files->a, diags, pos, wanted->path, contents, &wanted->options, &file->certs);

	if (certs_judge_access(diags, wanted->roots, wanted->path, &file->certs) < 0 || result < 0)
		return -1;
	file->path = file->certs.path;
	file->certs_only = wanted->options.certs_only;
	file->secret_spec = spec ? arena_text(files->a, spec, strlen(spec)) : NULL;
	file->next = files->first;
	files->first = file;
	*out = &file->certs;
	return 0;
}

/* Without the password, what is known of the file must do. */
static bool
is_missing(const struct secret *secret)
{
	return secret && secret->missing;
}

static bool
is_here(const struct cert_wanted *wanted, const char *path)
{
	struct stat st;

	return path && file_stat(wanted->roots, path, &st) == 0;
}

/* Does the lock file stand in for what may lack? */
static bool
is_expected(struct diags *diags, const struct cert_wanted *wanted)
{
	return locked_find(diags, wanted->path) &&
	       (diags->locked->use == LOCKED_BINDING || !is_here(wanted, wanted->beside) ||
		   is_here(wanted, wanted->path));
}

/* A file that is not here, or cannot be opened. */
static int
add_locked(struct cert_files *files, struct diags *diags, struct pos pos,
    const struct cert_wanted *wanted, const struct certs **out)
{
	struct text contents;

	if (!locked_is_used(diags) || (wanted->may_lack && !is_expected(diags, wanted))) {
		locked_note_group(diags, wanted->path, LOCKED_SINGLE);
		return 0;
	}
	if (locked_contents(diags, pos, wanted->path, &contents) < 0 ||
	    add(files, diags, pos, wanted, contents, out) < 0)
		return -1;
	return locked_note_certs(diags, pos, wanted->path, *out);
}

int
cert_files_load(struct cert_files *files, struct diags *diags, struct pos pos,
    const struct cert_wanted *wanted, const struct certs **out)
{
	struct text contents;
	int result;

	*out = find(files, wanted);
	if (*out)
		return 0;
	if (is_missing(wanted->options.secret))
		return add_locked(files, diags, pos, wanted, out);
	if (file_load_small(diags, pos, wanted->roots, wanted->path, CERT_FILE_LARGEST,
		wanted->may_lack || locked_is_used(diags), &contents) < 0)
		return -1;
	if (!contents.data)
		return add_locked(files, diags, pos, wanted, out);
	result = add(files, diags, pos, wanted, contents, out);
	OPENSSL_cleanse((void *)(uintptr_t)contents.data, contents.len);
	return result == 0 ? locked_note_certs(diags, pos, wanted->path, *out) : -1;
}
