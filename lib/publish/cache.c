#define _GNU_SOURCE
#include "publish/cache.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/output.h"
#include "dns/serial.h"
#include "publish/said.h"
#include "publish/settings.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* --- The seal: its last line --- */

/* Room for hundreds of thousands of inputs: what is larger is none that we wrote. */
enum { CACHE_LARGEST = 64 << 20 };

/* The last number of the line of the result. */
enum { CACHE_SAYS = 1, CACHE_EACH = 2, CACHE_NEARS_END = 4 };

static const char purpose[] = "zonepp seal of a cache";

/* What this file system alone knows of the published file: a copy of both has other numbers.
 * Returns false where there is no such file. */
static bool
digest_identity(struct digest *digest, const struct zone_job *job)
{
	struct stat st;
	int64_t numbers[4];

	if (file_stat(job->outputs, job->zone->output, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	numbers[0] = (int64_t)st.st_ino;
	numbers[1] = st.st_size;
	numbers[2] = st.st_ctim.tv_sec;
	numbers[3] = st.st_ctim.tv_nsec;
	digest_add(digest, numbers, sizeof(numbers));
	return true;
}

void
cache_read_keys(const struct zone_job *job, struct cache_keys *keys)
{
	struct digest *digest = digest_begin();

	keys->any =
	    job->zone->sign && job->keys && key_folder_digest(job->keys, job->load.zone, digest);
	digest_end(digest, keys->digest);
}

void
cache_wipe_keys(struct cache_keys *keys)
{
	OPENSSL_cleanse(keys, sizeof(*keys));
}

/* Made with the zone's private keys, which a stranger does not have; a zone without any in files is
 * held to the place where it was built. Returns false where there is neither: then anyone could
 * make it. */
static bool
seal_of(
    const struct zone_job *job, const struct cache_keys *keys, struct text text, struct buf *out)
{
	uint8_t secret[DIGEST_LEN], mac[DIGEST_LEN];
	struct digest *digest = digest_begin();
	bool known;

	digest_add(digest, purpose, sizeof(purpose));
	digest_add(digest, keys->digest, sizeof(keys->digest));
	known = keys->any || digest_identity(digest, job);
	digest_end(digest, secret);
	digest_hmac((struct bytes){secret, sizeof(secret)},
	    (struct bytes){(const uint8_t *)text.data, text.len}, mac);
	OPENSSL_cleanse(secret, sizeof(secret));
	buf_puts(out, "seal ");
	hex_encode(out, (struct bytes){mac, sizeof(mac)});
	buf_putc(out, '\n');
	return known;
}

static int
load_text(struct diags *diags, const struct zone_job *job, struct text *text)
{
	return file_load_small(diags, pos_none(), job->own, job->cache, CACHE_LARGEST, true, text);
}

/* Loads what the cache says, if we wrote it. */
static bool
load_sealed(struct diags *diags, const struct zone_job *job, const struct cache_keys *keys,
    struct text *text)
{
	struct buf seal = {0};
	bool sealed = false;

	if (load_text(diags, job, text) == 0 && text->data) {
		size_t len = 2 * DIGEST_LEN + sizeof("seal \n") - 1;
		struct text body = {text->data, text->len > len ? text->len - len : 0};

		sealed = seal_of(job, keys, body, &seal) && body.len > 0 &&
			 CRYPTO_memcmp(seal.data, body.data + body.len, len) == 0;
		*text = body;
	}
	buf_free(&seal);
	return sealed;
}

/* --- What it says --- */

static void
put_sha256(struct buf *b, const uint8_t sha256[32])
{
	hex_encode(b, (struct bytes){sha256, 32});
}

static void
put_result(struct buf *b, const struct zone_result *result, int64_t made)
{
	buf_printf(b, "result %zu %zu %zu %" PRIu32 " %" PRId64 " %" PRId64 " %" PRId64 " %d\n",
	    result->n_records, result->n_signatures, result->n_tlsa, result->serial,
	    result->earliest, result->valid_until, made,
	    (result->says ? CACHE_SAYS : 0) | (result->each ? CACHE_EACH : 0) |
		(result->nears_end ? CACHE_NEARS_END : 0));
}

/* Takes the next line of `text`, without its newline. */
static struct text
take_line(struct text *text)
{
	const char *newline = text->len ? memchr(text->data, '\n', text->len) : NULL;
	struct text line = {text->data, newline ? (size_t)(newline - text->data) : 0};

	if (newline) {
		text->data += line.len + 1;
		text->len -= line.len + 1;
	}
	return line;
}

/* What stands ahead of the digest of an input, by its kind. */
static const char *const kind_marks[N_INPUT_KINDS] = {[INPUT_FILE] = "",
    [INPUT_FOLDER] = "folder ",
    [INPUT_SECRET] = "secret ",
    [INPUT_ACCESS] = "access "};

static enum input_kind
take_kind(struct text *line)
{
	for (int kind = N_INPUT_KINDS - 1; kind > INPUT_FILE; kind--) {
		size_t n = strlen(kind_marks[kind]);

		if (line->len < n || memcmp(line->data, kind_marks[kind], n) != 0)
			continue;
		*line = (struct text){line->data + n, line->len - n};
		return (enum input_kind)kind;
	}
	return INPUT_FILE;
}

/* What is there and cannot be read, or is no file, is not what was lacking. */
static bool
is_absent(const struct roots *roots, const char *path)
{
	struct stat st;

	return file_stat(roots, path, &st) < 0 && file_is_absence(errno);
}

/* What paths of inputs are held against, absolute. */
struct places {
	struct arena *a;
	const struct zone_job *job;
	const char *output, *keys; /* `keys` is NULL where there are none */
};

static struct places
places_of(struct arena *a, const struct zone_job *job)
{
	return (struct places){.a = a,
	    .job = job,
	    .output = file_absolute_in(a, job->load.roots, job->zone->output),
	    .keys = job->keys ? file_absolute_in(a, job->load.roots, job->keys->path) : NULL};
}

/* Where a file of that path may be read: the cache may hold any. */
static const struct roots *
roots_of(const struct places *places, const char *path)
{
	if (strcmp(path, places->output) == 0)
		return places->job->outputs;
	if (places->keys && confine_is_below(path, places->keys))
		return places->job->keys->roots;
	return places->job->load.roots;
}

static int
compare_base(const void *text, const void *file)
{
	const struct text *stem = text;
	const char *base = ((const struct key_file *)file)->base;
	int order = strncmp(stem->data, base, stem->len);

	return order ? order : -(base[stem->len] != '\0');
}

/* Is it a private key that the seal is made with? Then nothing else needs to tell whether it is the
 * same. */
static bool
is_of_seal(const struct places *places, const char *path)
{
	static const char suffix[] = ".private";
	const struct zone_job *job = places->job;
	const struct key_file *files;
	struct text stem;
	size_t n;

	if (!job->zone->sign || !places->keys || !confine_is_below(path, places->keys) ||
	    strcmp(path, places->keys) == 0)
		return false;
	stem = text_of(path + strlen(places->keys) + 1);
	if (stem.len < sizeof(suffix) ||
	    strcmp(stem.data + stem.len - (sizeof(suffix) - 1), suffix) != 0)
		return false;
	stem.len -= sizeof(suffix) - 1;
	files = key_folder_find(job->keys, job->load.zone, &n);
	return n > 0 && bsearch(&stem, files, n, sizeof(*files), compare_base);
}

/* "SHA256 PATH" behind the mark, "- PATH" for a file that did not exist, or "+ PATH" for a private
 * key that the seal is made with. */
static bool
same_input(const struct places *places, struct text line)
{
	enum input_kind kind = take_kind(&line);
	const char *space = memchr(line.data, ' ', line.len), *path;
	const struct roots *roots;
	char hex[2 * 32];
	uint8_t now[32];
	struct buf b = {0};
	bool same;

	if (!space)
		return false;
	path = settings_path_read(places->a, places->job->load.roots,
	    (struct text){space + 1, (size_t)(line.data + line.len - space - 1)});
	if (space - line.data == 1 && *line.data == '+')
		return is_of_seal(places, path);
	roots = roots_of(places, path);
	if (!file_digest(kind, roots, path, now))
		return space - line.data == 1 && *line.data == '-' && is_absent(roots, path);
	put_sha256(&b, now);
	memcpy(hex, b.data, sizeof(hex));
	same =
	    (size_t)(space - line.data) == sizeof(hex) && memcmp(hex, line.data, sizeof(hex)) == 0;
	buf_free(&b);
	return same;
}

static bool
parse_result(struct text line, struct zone_result *result, int64_t *made)
{
	char copy[200]; /* sscanf would look for the end of the whole text */
	int flags = 0;
	bool good;

	if (line.len >= sizeof(copy) || line.len == 0)
		return false;
	memcpy(copy, line.data, line.len);
	copy[line.len] = '\0';
	good =
	    sscanf(copy, "result %zu %zu %zu %" SCNu32 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %d\n",
		&result->n_records, &result->n_signatures, &result->n_tlsa, &result->serial,
		&result->earliest, &result->valid_until, made, &flags) == 8;
	result->says = flags & CACHE_SAYS;
	result->each = flags & CACHE_EACH;
	result->nears_end = flags & CACHE_NEARS_END;
	return good;
}

/* Reads the result, which holds from when it was made until something changes its state. */
static bool
read_result(struct text line, int64_t now, struct zone_result *result)
{
	int64_t made;

	return parse_result(line, result, &made) && made <= now && now < result->valid_until;
}

/* Takes the lines of what was said, which stand behind the result. Returns 0, or -1 if that is not
 * what would be said now. */
static int
take_said(struct text *text, const struct zone_job *job, struct diags *diags)
{
	for (;;) {
		struct text rest = *text, line = take_line(&rest);

		if (!said_is_line(line))
			return 0;
		if (diags && said_take(diags, line, job->load.path) < 0)
			return -1;
		*text = rest;
	}
}

/* Is the line that of the published file? The last one is. */
static bool
names_output(struct arena *a, const struct zone_job *job, struct text line)
{
	enum { HEX = 2 * DIGEST_LEN };

	return line.len > HEX + 1 && line.data[HEX] == ' ' &&
	       text_is((struct text){line.data + HEX + 1, line.len - HEX - 1},
		   settings_path(
		       job->load.roots, file_absolute_in(a, job->load.roots, job->zone->output)));
}

/* What was said goes to `diags`, or nowhere where that is NULL. */
static bool
all_the_same(struct arena *a, struct text text, const struct zone_job *job, struct diags *diags,
    struct zone_result *result)
{
	const struct places places = places_of(a, job);
	struct buf settings = {0};
	struct text last = {0};
	bool same;

	settings_print(&settings, a, job);
	same = text.len > settings.len && memcmp(text.data, settings.data, settings.len) == 0;
	if (same) {
		text.data += settings.len;
		text.len -= settings.len;
	}
	buf_free(&settings);
	if (!same || !read_result(take_line(&text), job->load.now, result) ||
	    take_said(&text, job, diags) < 0)
		return false;
	while (text.len > 0) {
		last = take_line(&text);
		if (!same_input(&places, last))
			return false;
	}
	return names_output(a, job, last);
}

/* Another host has published the zone since. */
static bool
is_overtaken(const struct zone_job *job, const struct zone_result *result)
{
	const struct serial *known =
	    job->keep ? history_serial(job->keep->history, job->keep->name) : NULL;

	return known && serial_later(known->serial, result->serial);
}

static bool
holds(const struct zone_job *job, const struct cache_keys *keys, struct diags *said,
    struct zone_result *result)
{
	struct diags diags = {0};
	struct text text;
	bool same;

	*result = (struct zone_result){0};
	same = load_sealed(&diags, job, keys, &text) &&
	       all_the_same(&diags.arena, text, job, said, result) && !is_overtaken(job, result);
	diags_free(&diags);
	return same;
}

bool
cache_fresh(const struct zone_job *job, const struct cache_keys *keys, struct diags *diags,
    struct zone_result *result)
{
	struct diags_mark before = diags_mark(diags);

	/* Where warnings keep a zone from being published, it is a build that says so. */
	if (holds(job, keys, diags, result) && !result->says && !result->each &&
	    !(job->werror && (result->nears_end || diags->n_severity[SEVERITY_WARNING] > 0)))
		return true;
	diags_reset(diags, before);
	return false;
}

bool
cache_holds(const struct zone_job *job, struct zone_result *result)
{
	struct cache_keys keys;
	bool same;

	cache_read_keys(job, &keys);
	same = holds(job, &keys, NULL, result);
	cache_wipe_keys(&keys);
	return same;
}

int
cache_serial(struct diags *diags, const struct zone_job *job, uint32_t *serial, bool *known)
{
	struct diags own = {0};
	struct zone_result result;
	struct text text, line;
	int done = 0;

	*known = false;
	if (load_text(&own, job, &text) < 0)
		done = diags_take_unreadable(diags, &own);
	else if (text.data)
		while (!*known && (line = take_line(&text)).len > 0)
			*known = parse_result(line, &result, &(int64_t){0});
	diags_free(&own);
	if (*known)
		*serial = result.serial;
	return done;
}

bool
cache_output_sha256(const struct zone_job *job, uint8_t sha256[32])
{
	struct diags diags = {0};
	struct cache_keys keys;
	struct text text, line, last = {0};
	bool known = false;

	cache_read_keys(job, &keys);
	if (load_sealed(&diags, job, &keys, &text)) {
		while ((line = take_line(&text)).len > 0)
			last = line;
		known = names_output(&diags.arena, job, last) &&
			hex_decode((struct text){last.data, 64}, sha256) == 32;
	}
	cache_wipe_keys(&keys);
	diags_free(&diags);
	return known;
}

bool
cache_remembers(const struct zone_job *job, struct zone_result *result, uint8_t sha256[32])
{
	struct diags diags = {0};
	struct text text = {0}, line, last = {0};
	bool known = false;

	*result = (struct zone_result){0};
	load_text(&diags, job, &text);
	while ((line = take_line(&text)).len > 0) {
		known = known || parse_result(line, result, &(int64_t){0});
		if (line.len > 65 && line.data[64] == ' ')
			last = line;
	}
	known = known && names_output(&diags.arena, job, last) &&
		hex_decode((struct text){last.data, 64}, sha256) == 32;
	diags_free(&diags);
	return known;
}

/* Adds the path of an input that was there. */
static void
add_path(struct arena *a, const struct zone_job *job, struct text line, const char ***paths,
    size_t *n, size_t *cap)
{
	enum { HEX = 2 * DIGEST_LEN };
	size_t ahead;

	take_kind(&line);
	ahead = line.len > 2 && memcmp(line.data, "+ ", 2) == 0 ? 2 : HEX + 1;
	if (said_is_line(line) || line.len <= ahead || line.data[ahead - 1] != ' ')
		return;
	*paths = mem_grow(*paths, *n, cap, sizeof(**paths));
	(*paths)[(*n)++] = settings_path_read(
	    a, job->load.roots, (struct text){line.data + ahead, line.len - ahead});
}

size_t
cache_inputs(const struct zone_job *job, struct arena *a, const char ***paths)
{
	const char *output = file_absolute_in(a, job->load.roots, job->zone->output);
	struct diags diags = {0};
	struct zone_result result;
	struct text text = {0}, line;
	const char **found = NULL;
	size_t n = 0, cap = 0, kept = 0;
	bool begun = false;

	load_text(&diags, job, &text);
	while ((line = take_line(&text)).len > 0) {
		if (begun)
			add_path(a, job, line, &found, &n, &cap);
		begun = begun || parse_result(line, &result, &(int64_t){0});
	}
	*paths = arena_alloc(a, (n + 1) * sizeof(**paths));
	for (size_t i = 0; i < n; i++)
		if (strcmp(found[i], output) != 0)
			(*paths)[kept++] = found[i];
	free(found);
	diags_free(&diags);
	return kept;
}

/* Adds the line of an input. */
static void
put_input(struct buf *b, const struct places *places, const struct input *input)
{
	if (strchr(input->path, '\n')) {
		buf_puts(b, "unnameable\n"); /* never the same */
		return;
	}
	buf_puts(b, kind_marks[input->kind]);
	if (!input->there)
		buf_putc(b, '-');
	else if (is_of_seal(places, input->path))
		buf_putc(b, '+');
	else
		put_sha256(b, input->sha256);
	buf_printf(b, " %s\n", settings_path(places->job->load.roots, input->path));
}

/* The zone was signed with keys that may be others than those that stand there now. */
static void
put_keys(struct buf *b, const struct zone_job *job, const struct cache_keys *before)
{
	struct cache_keys now;

	cache_read_keys(job, &now);
	if (CRYPTO_memcmp(now.digest, before->digest, sizeof(now.digest)) != 0)
		buf_puts(b, "changed\n"); /* never the same */
	cache_wipe_keys(&now);
}

void
cache_store(const struct zone_job *job, const struct cache_keys *keys, struct diags *diags,
    const struct zone_result *result, const uint8_t output_sha256[32])
{
	struct diags own = {0};
	struct zone_result noted = *result;
	struct places places;
	struct output *out;
	struct buf b = {0}, said = {0};
	bool changed;

	if (said_print(&said, diags, job->load.path) < 0)
		noted.says = true;
	settings_print(&b, &own.arena, job);
	put_result(&b, &noted, job->load.now);
	buf_put(&b, said.data, said.len);
	buf_free(&said);
	places = places_of(&own.arena, job);
	for (size_t i = 0; i < diags->n_inputs; i++)
		put_input(&b, &places, &diags->inputs[i]);
	put_keys(&b, job, keys);
	put_sha256(&b, output_sha256);
	buf_printf(&b, " %s\n", settings_path(job->load.roots, places.output));
	seal_of(job, keys, (struct text){b.data, b.len}, &b);
	out = output_open_in(&own, job->own, job->cache);
	if (out) {
		output_relax(out);
		if (output_write(out, b.data, b.len) < 0 || output_commit(out, &changed) < 0)
			output_abort(out);
	}
	if (own.n > 0)
		diag_add_path(diags, job->cache, F_CACHE, "%s", own.items[0].message);
	buf_free(&b);
	diags_free(&own);
}
