#define _GNU_SOURCE
#include "source/locked.h"

#include "base/codec.h"
#include "base/file.h"
#include "source/source.h"

#include <fnmatch.h>
#include <stdlib.h>

const char *const locked_kinds[N_LOCKED_KINDS] = {
    [LOCKED_CERT] = "cert",
    [LOCKED_OWN] = "own",
    [LOCKED_KEY] = "key",
    [LOCKED_FILE] = "file",
};

const char *
locked_path(struct arena *a, const char *path)
{
	struct buf b = {0};
	bool absolute = *path == '/';

	while (*path) {
		size_t n = strcspn(path, "/");
		const char *slash = b.len > 0 ? memrchr(b.data, '/', b.len) : NULL;
		struct text last = {slash ? slash + 1 : b.data,
		    slash ? b.len - (size_t)(slash + 1 - b.data) : b.len};

		if (n == 2 && strncmp(path, "..", 2) == 0 && b.len > 0 && !text_is(last, "..")) {
			b.len -= last.len + (slash != NULL);
		} else if (n > 0 && !(n == 1 && *path == '.') &&
			   !(absolute && n == 2 && strncmp(path, "..", 2) == 0)) {
			if (b.len > 0 || absolute)
				buf_putc(&b, '/');
			buf_put(&b, path, n);
		}
		path += n + (path[n] == '/');
	}
	if (b.len == 0)
		buf_putc(&b, absolute ? '/' : '.');
	return buf_text(&b, a);
}

static int
by_path(const void *path, const void *source)
{
	return strcmp(path, ((const struct locked_source *)source)->path);
}

const struct locked_source *
locked_find(struct diags *diags, const char *path)
{
	const struct locked *locked = diags->locked;

	if (!locked_is_used(diags) || locked->n == 0)
		return NULL;
	return bsearch(locked_path(&diags->arena, path), locked->sources, locked->n,
	    sizeof(*locked->sources), by_path);
}

/* --- What stands in --- */

static void
put_pem(struct buf *b, const char *label, struct bytes der)
{
	enum { LINE = 48 }; /* octets of a line */

	buf_printf(b, "-----BEGIN %s-----\n", label);
	for (size_t i = 0; i < der.len; i += LINE) {
		size_t n = der.len - i < LINE ? der.len - i : LINE;

		base64_encode(b, (struct bytes){der.data + i, n});
		buf_putc(b, '\n');
	}
	buf_printf(b, "-----END %s-----\n", label);
}

/* `own` is a label that no other program knows: source/pem.c. */
static void
put_part(struct buf *b, const struct locked_part *part)
{
	static const char *const labels[N_LOCKED_KINDS] = {
	    [LOCKED_CERT] = "CERTIFICATE",
	    [LOCKED_OWN] = "ZONEPP OWN CERTIFICATE",
	    [LOCKED_KEY] = "PUBLIC KEY",
	};

	if (part->kind == LOCKED_FILE)
		buf_put(b, part->octets.data, part->octets.len);
	else
		put_pem(b, labels[part->kind], part->octets);
}

int
locked_contents(struct diags *diags, struct pos pos, const char *path, struct text *out)
{
	const struct locked_source *source = locked_find(diags, path);
	struct buf b = {0};

	if (!source)
		return diag_error(diags, pos, D_NOT_LOCKED,
		    diags->locked->text.data ? "%s does not exist, and %s has no line of it"
					     : "%s does not exist, and neither does %s",
		    path, diags->locked->path);
	for (size_t i = 0; i < source->n; i++)
		put_part(&b, &source->parts[i]);
	out->len = b.len;
	out->data = buf_text(&b, &diags->arena);
	file_note_input(diags, diags->locked->path, diags->locked->text);
	return 0;
}

/* --- Notes --- */

bool
locked_same(const struct locked_source *a, const struct locked_source *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->parts[i].kind != b->parts[i].kind ||
		    !bytes_equal(a->parts[i].octets, b->parts[i].octets))
			return false;
	return true;
}

static int
judge(struct diags *diags, struct pos pos, const struct locked_source *source, const char *path)
{
	const struct locked *locked = diags->locked;
	const struct locked_source *line;

	if (locked->use != LOCKED_BINDING)
		return 0;
	file_note_input(diags, locked->path, locked->text);
	line = locked_find(diags, path);
	if (line && locked_same(line, source))
		return 0;
	return diag_error(diags, pos, D_LOCK_STALE,
	    line ? "%s is not what %s has of it" : "%s is not in %s", path, locked->path);
}

static int
note(struct diags *diags, struct pos pos, const char *path, const struct locked_part *parts,
    size_t n)
{
	struct locked_source *source;

	if (!diags->locked || n == 0)
		return 0;
	source = arena_alloc(&diags->arena, sizeof(*source));
	*source = (struct locked_source){
	    locked_path(&diags->arena, path), parts, n, diags->noted.sources};
	diags->noted.sources = source;
	return judge(diags, pos, source, path);
}

int
locked_note_certs(struct diags *diags, struct pos pos, const char *path, const struct certs *certs)
{
	size_t n = certs->n > 0 ? certs->n : certs->key != NULL;
	struct locked_part *parts;

	if (!diags->locked)
		return 0;
	parts = arena_alloc(&diags->arena, n * sizeof(*parts) + 1);
	for (size_t i = 0; i < certs->n; i++) {
		const struct cert *cert = &certs->items[i];

		parts[i] =
		    (struct locked_part){cert->has_key ? LOCKED_OWN : LOCKED_CERT, cert->der};
	}
	if (certs->n == 0 && certs->key)
		parts[0] = (struct locked_part){LOCKED_KEY, certs->key->spki};
	return note(diags, pos, path, parts, n);
}

int
locked_note(struct diags *diags, struct pos pos, const char *path, enum locked_kind kind,
    struct bytes octets)
{
	struct locked_part *part;

	if (!diags->locked)
		return 0;
	part = arena_alloc(&diags->arena, sizeof(*part));
	*part = (struct locked_part){
	    kind, {arena_copy(&diags->arena, octets.data, octets.len), octets.len}};
	return note(diags, pos, path, part, 1);
}

void
locked_note_group(struct diags *diags, const char *path, bool is_folder)
{
	struct locked_group *group;

	if (!diags->locked)
		return;
	group = arena_alloc(&diags->arena, sizeof(*group));
	*group =
	    (struct locked_group){locked_path(&diags->arena, path), is_folder, diags->noted.groups};
	diags->noted.groups = group;
}

bool
locked_is_of(const struct locked_group *group, const char *path)
{
	size_t n = strlen(group->pattern);

	if (!group->is_folder)
		return fnmatch(group->pattern, path, FNM_PATHNAME | FNM_PERIOD | FNM_NOESCAPE) == 0;
	return strncmp(path, group->pattern, n) == 0 && path[n] == '/' &&
	       !strchr(path + n + 1, '/') && source_is_certificate_name(path + n + 1);
}
