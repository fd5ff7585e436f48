#include "project/lock_file.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/duration.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/utf8.h"
#include "history/state.h"
#include "source/der.h"
#include "source/outline.h"

#include <openssl/x509v3.h>
#include <stdlib.h>

enum {
	SET_DIGITS = 16,            /* of the digest that the lines of one source have in common */
	LOCK_FILE_MOST = 256 << 20, /* octets */
};

static const char head[] = "# What zonepp read of certificates and keys; zonepp-lock(1). "
			   "zonepp writes it: commit it.\n";

const char *
lock_file_path(struct arena *a, const struct project *project)
{
	return file_join(
	    a, project->folder, arena_printf(a, "%s.lock", state_stem(a, project->path)));
}

/* --- Words --- */

/* People read it when it changes: nothing in it is more or less than it shows. */
static bool
is_plain(uint32_t c)
{
	return !utf8_is_control(c) && c != ' ' && c != '%' && c != '#';
}

static void
put_word(struct buf *b, const char *text)
{
	for (struct text rest = text_of(text); rest.len;) {
		uint32_t c;
		unsigned n = utf8_decode(rest, &c);

		if (n > 0 && is_plain(c))
			buf_put(b, rest.data, n);
		else
			for (unsigned i = 0; i < (n ? n : 1); i++)
				buf_printf(b, "%%%02X", (unsigned)(uint8_t)rest.data[i]);
		rest.data += n ? n : 1;
		rest.len -= n ? n : 1;
	}
}

/* Back; false where an escape is none. */
static bool
take_word(struct buf *b, struct text word)
{
	uint8_t octet;

	for (size_t i = 0; i < word.len; i++) {
		if (word.data[i] != '%') {
			buf_putc(b, word.data[i]);
			continue;
		}
		if (word.len - i < 3 ||
		    hex_decode((struct text){word.data + i + 1, 2}, &octet) != 1 || octet == '\0')
			return false;
		buf_putc(b, (char)octet);
		i += 2;
	}
	return b->len > 0;
}

static struct text
next_word(struct text *line)
{
	size_t n = 0;
	struct text word;

	while (n < line->len && line->data[n] != ' ')
		n++;
	word = (struct text){line->data, n};
	n += n < line->len;
	line->data += n;
	line->len -= n;
	return word;
}

/* --- What a source comes to --- */

static void
put_digest(struct buf *b, const char *key, struct bytes octets)
{
	uint8_t sha256[DIGEST_LEN];

	digest_sha256(octets, sha256);
	buf_printf(b, " %s=", key);
	hex_encode(b, (struct bytes){sha256, sizeof(sha256)});
}

static void
put_set(struct buf *b, const struct locked_source *source)
{
	struct digest *digest = digest_begin();
	uint8_t sha256[DIGEST_LEN];

	for (size_t i = 0; i < source->n; i++) {
		const struct locked_part *part = &source->parts[i];
		uint64_t len = part->octets.len;

		digest_add(digest, locked_kinds[part->kind], strlen(locked_kinds[part->kind]));
		digest_add(digest, &len, sizeof(len));
		digest_add(digest, part->octets.data, part->octets.len);
	}
	digest_end(digest, sha256);
	buf_puts(b, " set=");
	hex_encode(b, (struct bytes){sha256, SET_DIGITS / 2});
}

static void
put_names(struct buf *b, const struct outline *outline)
{
	GENERAL_NAMES *names =
	    X509V3_get_d2i(outline_extensions(outline), NID_subject_alt_name, NULL, NULL);
	const char *separator = " names=";

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const ASN1_STRING *dns = name->type == GEN_DNS ? name->d.dNSName : NULL;

		if (!dns)
			continue;
		buf_puts(b, separator);
		for (int k = 0; k < ASN1_STRING_length(dns); k++) {
			char c[2] = {(char)ASN1_STRING_get0_data(dns)[k], '\0'};

			if (*c && *c != ',')
				put_word(b, c);
		}
		separator = ",";
	}
	GENERAL_NAMES_free(names);
}

/* For people: whose it is, and until when. */
static void
put_certificate(struct buf *b, struct bytes der)
{
	size_t used;
	struct outline *outline = outline_read(der, &used);
	int64_t from, until;
	struct bytes spki;

	if (der_certificate_spki(der, &spki) == 0)
		put_digest(b, "spki", spki);
	put_digest(b, "sha256", der);
	if (outline && outline_dates(outline, &from, &until) == 0) {
		buf_puts(b, " until=");
		instant_print_iso(b, until);
	}
	if (outline)
		put_names(b, outline);
	outline_free(outline);
}

static void
put_part(struct buf *b, const struct locked_part *part)
{
	if (part->kind == LOCKED_CERT || part->kind == LOCKED_OWN)
		put_certificate(b, part->octets);
	else
		put_digest(b, part->kind == LOCKED_KEY ? "spki" : "sha256", part->octets);
	buf_puts(b, " data=");
	base64_encode(b, part->octets);
	buf_putc(b, '\n');
}

/* As seen from the project's folder, if it is below. */
static const char *
relative(const char *folder, const char *path)
{
	size_t n = strlen(folder);

	if (strcmp(folder, ".") == 0)
		return path;
	return strncmp(path, folder, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

static void
put_source(struct buf *b, const char *folder, const struct locked_source *source)
{
	for (size_t i = 0; i < source->n; i++) {
		put_word(b, relative(folder, source->path));
		buf_printf(b, " %zu/%zu %s", i + 1, source->n, locked_kinds[source->parts[i].kind]);
		put_set(b, source);
		put_part(b, &source->parts[i]);
	}
}

/* --- Reading --- */

struct line {
	const char *path; /* absolute */
	uint64_t i, n;
	struct text set;
	struct locked_part part;
	struct pos pos;
};

struct reader {
	struct diags *diags;
	const char *folder;
	bool lenient;
	struct line *lines;
	size_t n, cap;
	int result;
};

static int
refuse(struct reader *r, struct pos pos, const char *why)
{
	if (!r->lenient)
		r->result = diag_error(r->diags, pos, P_LOCK, "%s", why);
	return -1;
}

static bool
take_kind(struct text word, enum locked_kind *out)
{
	for (int kind = 0; kind < N_LOCKED_KINDS; kind++)
		if (text_is(word, locked_kinds[kind])) {
			*out = (enum locked_kind)kind;
			return true;
		}
	return false;
}

static bool
take_number(struct text word, struct line *line)
{
	const char *slash = memchr(word.data, '/', word.len);
	struct text first = word, second;

	if (!slash)
		return false;
	first.len = (size_t)(slash - word.data);
	second = (struct text){slash + 1, word.len - first.len - 1};
	return decimal_parse(first, CERTS_MOST, &line->i) == 0 &&
	       decimal_parse(second, CERTS_MOST, &line->n) == 0 && line->i >= 1 &&
	       line->i <= line->n;
}

static bool
take_data(struct arena *a, struct text text, struct bytes *out)
{
	uint8_t *octets = arena_bytes(a, text.len / 4 * 3 + 3);
	ssize_t len = base64_decode(text, octets);

	*out = (struct bytes){octets, len > 0 ? (size_t)len : 0};
	return len > 0;
}

/* What people see must be what counts. */
static bool
says_what_counts(const struct line *line, struct text facts)
{
	struct buf b = {0};
	bool same;

	put_part(&b, &line->part);
	same = b.len > 0 && b.len - 1 == facts.len + 1 &&
	       memcmp(b.data + 1, facts.data, facts.len) == 0;
	buf_free(&b);
	return same;
}

static int
read_line(struct reader *r, struct text text, struct pos pos)
{
	struct arena *a = &r->diags->arena;
	struct line line = {.pos = pos};
	struct buf path = {0};
	struct text word = next_word(&text), facts;
	bool good = take_word(&path, word);

	if (!good) {
		buf_free(&path);
		return refuse(r, pos, "the line begins with no path");
	}
	line.path = locked_path(a, file_join(a, r->folder, buf_text(&path, a)));
	if (!take_number(next_word(&text), &line))
		return refuse(
		    r, pos, "behind the path stands which part of the source it is, as 1/2");
	if (!take_kind(next_word(&text), &line.part.kind))
		return refuse(r, pos, "the kind is none of cert, own, key and file");
	line.set = next_word(&text);
	facts = text;
	while (text.len > 0 && strncmp(text.data, "data=", 5) != 0)
		next_word(&text);
	if (text.len < 5 ||
	    !take_data(a, (struct text){text.data + 5, text.len - 5}, &line.part.octets))
		return refuse(r, pos, "the line does not end in data= and base64");
	if (!says_what_counts(&line, facts))
		return refuse(
		    r, pos, "the line contradicts itself: its words are not those of its data");
	r->lines = mem_grow(r->lines, r->n, &r->cap, sizeof(*r->lines));
	r->lines[r->n++] = line;
	return 0;
}

static int
by_place(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (x->i > y->i) - (x->i < y->i);
}

/* The lines from `first` on that have one path, as one source; false where they are none. */
static bool
take_source(struct arena *a, const struct line *lines, size_t n, struct locked_source *out)
{
	struct locked_part *parts = arena_alloc(a, n * sizeof(*parts));
	struct buf set = {0};
	bool good = lines[0].n == n;

	for (size_t i = 0; i < n; i++) {
		good = good && lines[i].i == i + 1 && lines[i].n == n;
		parts[i] = lines[i].part;
	}
	*out = (struct locked_source){.path = lines[0].path, .parts = parts, .n = n};
	put_set(&set, out);
	for (size_t i = 0; i < n; i++)
		good = good && lines[i].set.len == set.len - 1 &&
		       memcmp(lines[i].set.data, set.data + 1, set.len - 1) == 0;
	buf_free(&set);
	return good;
}

static void
take_sources(struct reader *r, struct locked *out)
{
	struct arena *a = &r->diags->arena;
	struct locked_source *sources = arena_alloc(a, r->n * sizeof(*sources) + 1);
	size_t n;

	if (r->n > 0)
		qsort(r->lines, r->n, sizeof(*r->lines), by_place);
	for (size_t i = 0; i < r->n; i += n) {
		for (n = 1; i + n < r->n && strcmp(r->lines[i].path, r->lines[i + n].path) == 0;
		     n++)
			;
		if (take_source(a, &r->lines[i], n, &sources[out->n]))
			out->n++;
		else
			refuse(r, r->lines[i].pos,
			    "the lines of this source are of several versions, or not all there");
	}
	out->sources = sources;
}

static void
read_lines(struct reader *r, struct text text, uint32_t source)
{
	const char *p = text.data, *end = p + text.len;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		struct text line = {p, newline ? (size_t)(newline - p) : (size_t)(end - p)};
		struct pos pos = pos_at(source, (size_t)(p - text.data));

		p += line.len + 1;
		line.len -= line.len > 0 && line.data[line.len - 1] == '\r';
		if (line.len == 0 || line.data[0] == '#')
			continue;
		if (text_has_merge_mark(line))
			refuse(r, pos, "a merge is not finished");
		else
			read_line(r, line, pos);
	}
}

int
lock_file_load(
    struct diags *diags, const struct project *project, enum locked_use use, struct locked *out)
{
	struct arena *a = &diags->arena;
	struct reader r = {
	    .diags = diags, .folder = project->folder, .lenient = use == LOCKED_UNUSED};

	*out = (struct locked){.use = use, .path = lock_file_path(a, project)};
	if (file_load_small(
		diags, pos_none(), &project->own, out->path, LOCK_FILE_MOST, true, &out->text) < 0)
		return -1;
	if (!out->text.data)
		return 0;
	read_lines(&r, out->text, diags_source_own(diags, out->path, out->text));
	take_sources(&r, out);
	free(r.lines);
	return r.result;
}

int
lock_file_lines(struct diags *diags, const char *path, struct buf *out)
{
	struct reader r = {.diags = diags, .folder = "."};
	struct locked locked = {0};
	struct text text;

	if (file_load_small(diags, pos_none(), NULL, path, LOCK_FILE_MOST, true, &text) < 0)
		return -1;
	if (!text.data)
		return 0;
	read_lines(&r, text, diags_source_own(diags, path, text));
	take_sources(&r, &locked);
	free(r.lines);
	for (size_t i = 0; i < locked.n; i++)
		put_source(out, ".", &locked.sources[i]);
	return r.result;
}

/* --- Writing --- */

void
lock_file_begin(struct buf *out)
{
	buf_puts(out, head);
}

/* By path; of one, in an order that does not depend on who came first. */
static int
compare_sources(const void *a, const void *b)
{
	const struct locked_source *x = *(const struct locked_source *const *)a;
	const struct locked_source *y = *(const struct locked_source *const *)b;
	int order = strcmp(x->path, y->path);

	return order ? order : (int)x->parts[0].kind - (int)y->parts[0].kind;
}

static int
compare_path(const void *path, const void *source)
{
	return strcmp(path, (*(const struct locked_source *const *)source)->path);
}

static bool
is_gone(const struct locked_group *groups, const char *path)
{
	for (; groups; groups = groups->next)
		if (locked_is_of(groups, path))
			return true;
	return false;
}

/* Adds what is kept of the lock file as it was. */
static void
take_old(const struct locked *before, const struct locked_source **sources, size_t n_read,
    size_t *n, const struct locked_group *groups, bool all, struct lock_file_change *change)
{
	for (size_t i = 0; i < before->n; i++) {
		const struct locked_source *old = &before->sources[i];
		const struct locked_source **now = bsearch(
		    old->path, sources, n_read, sizeof(const struct locked_source *), compare_path);

		if (now && locked_same(old, *now))
			change->n_same++;
		else if (now)
			change->n_changed++;
		else if (all || is_gone(groups, old->path))
			change->n_removed++;
		else
			sources[(*n)++] = old;
	}
	change->n_added = n_read - change->n_same - change->n_changed;
}

/* Several directives and zones may have read one source, each in its way. */
static int
settle(struct diags *diags, const struct locked_source **sources, size_t *n)
{
	struct arena *a = &diags->arena;
	size_t kept = 0;
	int result = 0;

	if (*n > 0)
		qsort(sources, *n, sizeof(const struct locked_source *), compare_sources);
	for (size_t i = 0; i < *n; i++) {
		struct locked_source *joined;

		if (kept == 0 || strcmp(sources[kept - 1]->path, sources[i]->path) != 0) {
			sources[kept++] = sources[i];
			continue;
		}
		joined = arena_alloc(a, sizeof(*joined));
		*joined = *sources[kept - 1];
		if (!locked_join(a, joined, sources[i]))
			result = diag_error(diags, pos_none(), D_LOCK_STALE,
			    "%s changed while it was read", sources[i]->path);
		sources[kept - 1] = joined;
	}
	*n = kept;
	return result;
}

int
lock_file_save(struct diags *diags, const struct project *project, const struct locked *before,
    struct locked_source *const *read, size_t n_read, const struct locked_group *groups, bool all,
    struct lock_file_change *change)
{
	struct arena *a = &diags->arena;
	const char *folder = locked_path(a, project->folder);
	const struct locked_source **sources =
	    mem_alloc((n_read + before->n) * sizeof(const struct locked_source *) + 1);
	struct buf b = {0};
	int result = 0;
	size_t n;

	*change = (struct lock_file_change){0};
	for (size_t i = 0; i < n_read; i++)
		sources[i] = read[i];
	result = settle(diags, sources, &n_read);
	n = n_read;
	take_old(before, sources, n_read, &n, groups, all, change);
	if (n > 0)
		qsort(sources, n, sizeof(const struct locked_source *), compare_sources);
	lock_file_begin(&b);
	for (size_t i = 0; i < n; i++)
		put_source(&b, folder, sources[i]);
	if (result == 0 && (n > 0 || before->text.data))
		result = output_replace(
		    diags, &project->own, lock_file_path(a, project), (struct text){b.data, b.len});
	buf_free(&b);
	free(sources);
	return result;
}
