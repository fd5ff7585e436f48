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

/* What the zone takes from the lock file depends on all of it: it is an input, once. */
static void
note_lock_file(struct diags *diags)
{
	if (!diags->noted.lock_file)
		file_note_input(diags, NULL, diags->locked->path, diags->locked->text);
	diags->noted.lock_file = true;
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
	note_lock_file(diags);
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

/* A file may be read for its certificates by one directive, and for its key by another. */
enum reading {
	READ_CERTS,
	READ_KEY,
	READ_FILE,
};

static enum reading
reading_of(enum locked_kind kind)
{
	return kind == LOCKED_KEY ? READ_KEY : kind == LOCKED_FILE ? READ_FILE : READ_CERTS;
}

/* The place of the part among `n` others, where it is at least of the kind `least`; `n`: it is none
 * of them. */
static size_t
find_part(const struct locked_part *parts, size_t n, const struct locked_part *part,
    enum locked_kind least)
{
	for (size_t i = 0; i < n; i++)
		if (reading_of(parts[i].kind) == reading_of(part->kind) && parts[i].kind >= least &&
		    bytes_equal(parts[i].octets, part->octets))
			return i;
	return n;
}

static size_t
count_parts(const struct locked_source *source, enum reading reading)
{
	size_t n = 0;

	for (size_t i = 0; i < source->n; i++)
		n += reading_of(source->parts[i].kind) == reading;
	return n;
}

/* Who cannot open the private key reads LOCKED_CERT where others have LOCKED_OWN. */
bool
locked_agrees(const struct locked_source *line, const struct locked_source *read)
{
	for (size_t i = 0; i < read->n; i++)
		if (find_part(line->parts, line->n, &read->parts[i], read->parts[i].kind) ==
		    line->n)
			return false;
	return count_parts(line, reading_of(read->parts[0].kind)) == read->n;
}

bool
locked_join(struct arena *a, struct locked_source *to, const struct locked_source *read)
{
	enum reading reading = reading_of(read->parts[0].kind);
	size_t n_same = 0, had = count_parts(to, reading);
	struct locked_part *parts = arena_alloc(a, (to->n + read->n) * sizeof(*parts));

	memcpy(parts, to->parts, to->n * sizeof(*parts));
	to->parts = parts;
	for (size_t i = 0; i < read->n; i++) {
		const struct locked_part *part = &read->parts[i];
		size_t at = find_part(parts, to->n, part, LOCKED_CERT);

		n_same += at < to->n;
		if (at == to->n)
			parts[to->n++] = *part;
		else if (parts[at].kind < part->kind)
			parts[at].kind = part->kind;
	}
	return had == 0 || (n_same == had && had == read->n);
}

static int
judge(struct diags *diags, struct pos pos, const struct locked_source *source, const char *path)
{
	const struct locked *locked = diags->locked;
	const struct locked_source *line;

	if (locked->use != LOCKED_BINDING)
		return 0;
	note_lock_file(diags);
	line = locked_find(diags, path);
	if (line && locked_agrees(line, source))
		return 0;
	return diag_error(diags, pos, D_LOCK_STALE,
	    line ? "%s is not what %s has of it" : "%s is not in %s", path, locked->path);
}

/* What is noted lives as long as the diags: what a directive has read goes with it. */
static int
note(struct diags *diags, struct pos pos, const char *path, const struct locked_part *parts,
    size_t n)
{
	struct arena *a = &diags->arena;
	struct locked_source *source;
	struct locked_part *own;

	if (!diags->locked || n == 0)
		return 0;
	source = arena_alloc(a, sizeof(*source));
	own = arena_alloc(a, n * sizeof(*own));
	for (size_t i = 0; i < n; i++)
		own[i] = (struct locked_part){
		    parts[i].kind, {arena_copy(a, parts[i].octets.data, parts[i].octets.len),
				       parts[i].octets.len}};
	*source = (struct locked_source){locked_path(a, path), own, n, diags->noted.sources};
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
	struct locked_part part = {kind, octets};

	return note(diags, pos, path, &part, 1);
}

void
locked_note_group(struct diags *diags, const char *path, enum locked_group_kind kind)
{
	struct locked_group *group;

	if (!diags->locked)
		return;
	group = arena_alloc(&diags->arena, sizeof(*group));
	*group = (struct locked_group){locked_path(&diags->arena, path), kind, diags->noted.groups};
	diags->noted.groups = group;
}

bool
locked_is_of(const struct locked_group *group, const char *path)
{
	size_t n = strlen(group->pattern);

	if (group->kind == LOCKED_SINGLE)
		return strcmp(group->pattern, path) == 0;
	if (group->kind == LOCKED_PATTERN)
		return fnmatch(group->pattern, path, FNM_PATHNAME | FNM_PERIOD | FNM_NOESCAPE) == 0;
	return strncmp(path, group->pattern, n) == 0 && path[n] == '/' &&
	       !strchr(path + n + 1, '/') && source_is_certificate_name(path + n + 1);
}
