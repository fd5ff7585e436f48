/* The key files of a folder, by zone. */
#define _GNU_SOURCE
#include "dnssec/key_part.h"

#include "base/access.h"
#include "base/leftover.h"
#include "base/mem.h"
#include "dnssec/keyfile.h"
#include "dnssec/token_uri.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

/* Order of a folder's index: by zone, then by file name. */
static int
compare_zones(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	int order = (a_len > b_len) - (a_len < b_len);

	return order ? order : memcmp(a, b, a_len);
}

static int
compare_files(const void *a, const void *b)
{
	const struct key_file *x = a, *y = b;
	int order = compare_zones(x->zone.data, x->zone.len, y->zone.data, y->zone.len);

	return order ? order : strcmp(x->base, y->base);
}

/* The zone that is looked for. */
struct wanted {
	const struct name *zone; /* NULL: any */
	const char *text;        /* as most files have it */
};

/* May the file be of that zone? Where neither text has an escape, they tell without parsing. */
static bool
may_be_of(const struct wanted *wanted, const char *file)
{
	return !wanted->zone || strpbrk(file, "\\%") || strchr(wanted->text, '\\') ||
	       strncasecmp(file + 1, wanted->text, strlen(wanted->text)) == 0;
}

/* Adds a file of a key, by its name without suffix; other files are passed over, those of other
 * zones too. */
static void
take_file(struct arena *a, const char *file, const struct wanted *wanted, struct key_folder *folder,
    size_t *cap)
{
	size_t len = *file == 'K' && may_be_of(wanted, file) ? key_stem_len(file) : 0;
	const struct name *zone = wanted->zone;
	struct keyfile_name name;
	uint8_t lower[NAME_LONGEST];

	if (len == 0 || keyfile_name((struct text){file, len}, &name) < 0)
		return;
	if (zone && !name_equal(name.zone.wire, zone->wire))
		return;
	name_lower(lower, name.zone.wire, name.zone.len);
	folder->items = mem_grow(folder->items, folder->n, cap, sizeof(*folder->items));
	folder->items[folder->n++] = (struct key_file){
	    .zone = {arena_copy(a, lower, name.zone.len), name.zone.len},
	    .base = arena_text(a, file, len),
	};
}

/* Is what stands ahead of the '+' a zone? */
static bool
zone_of_response(const char *file, const char *plus, struct keyfile_name *name)
{
	static const char any_key[] = "+000+00000";
	struct buf stem = {0};
	bool is;

	buf_put(&stem, file, (size_t)(plus - file));
	buf_puts(&stem, any_key);
	is = keyfile_name((struct text){stem.data, stem.len}, name) == 0;
	buf_free(&stem);
	return is;
}

/* The same for responses: what stands ahead of the last '+' behind which there can be a word is the
 * zone. A word may have others, as one that is named as a key is has. */
static void
take_response(struct arena *a, const char *file, const struct wanted *wanted,
    struct key_folder *folder, size_t *cap)
{
	static const char suffix[] = ".skr";
	size_t len = strlen(file), suffix_len = sizeof(suffix) - 1;
	const char *plus = file + len;
	struct keyfile_name name;
	uint8_t lower[NAME_LONGEST];

	if (len < suffix_len || strcmp(file + len - suffix_len, suffix) != 0 ||
	    !may_be_of(wanted, file))
		return;
	do {
		plus = memrchr(file, '+', (size_t)(plus - file));
		if (!plus)
			return;
	} while (!zone_of_response(file, plus, &name));
	if (wanted->zone && !name_equal(name.zone.wire, wanted->zone->wire))
		return;
	name_lower(lower, name.zone.wire, name.zone.len);
	folder->responses =
	    mem_grow(folder->responses, folder->n_responses, cap, sizeof(*folder->responses));
	folder->responses[folder->n_responses++] = (struct key_file){
	    .zone = {arena_copy(a, lower, name.zone.len), name.zone.len},
	    .base = arena_text(a, file, len),
	};
}

static int
refuse_folder(struct diags *diags, const struct roots *roots, const char *path)
{
	if (errno != ENOENT)
		return file_refuse(diags, roots, path);
	return diag_add_path(diags, path, F_READ,
	    "cannot read %s: there is no such folder; zonepp keys generate makes it, and keys",
	    path);
}

static bool
is_private_name(const char *file)
{
	size_t len = *file == 'K' ? key_stem_len(file) : 0;

	return len > 0 && strcmp(file + len, ".private") == 0;
}

static int
read_folder(struct arena *a, struct diags *diags, const struct roots *roots, const char *path,
    const struct name *zone, struct key_folder *out)
{
	int fd = file_open(roots, path, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct wanted wanted = {zone, zone ? name_absolute_text(a, zone->wire) : NULL};
	struct dirent *entry;
	size_t cap = 0, responses_cap = 0, kept = 0;
	bool has_private = false;
	int error, access;

	*out = (struct key_folder){.path = arena_text(a, path, strlen(path)), .roots = roots};
	if (!dir)
		return refuse_folder(diags, roots, path);
	errno = 0;
	while ((entry = readdir(dir))) {
		take_file(a, entry->d_name, &wanted, out, &cap);
		take_response(a, entry->d_name, &wanted, out, &responses_cap);
		out->has_leftovers = out->has_leftovers || leftover_is(entry->d_name);
		has_private = has_private || is_private_name(entry->d_name);
		errno = 0;
	}
	error = errno;
	access = has_private ? access_judge_folder(diags, path, fd) : 0;
	closedir(dir);
	arena_on_free(a, free, out->items);
	arena_on_free(a, free, out->responses);
	if (error) { /* a key less would be a zone that is signed another way */
		out->n = out->n_responses = 0;
		errno = error;
		return file_refuse(diags, roots, path);
	}
	if (out->n_responses > 0)
		qsort(out->responses, out->n_responses, sizeof(*out->responses), compare_files);
	if (out->n > 0)
		qsort(out->items, out->n, sizeof(*out->items), compare_files);
	for (size_t i = 0; i < out->n; i++) /* .key and .private have one stem */
		if (kept == 0 || compare_files(&out->items[kept - 1], &out->items[i]) != 0)
			out->items[kept++] = out->items[i];
	out->n = kept;
	return access;
}

int
key_folder_read(struct arena *a, struct diags *diags, const char *path, struct key_folder *out)
{
	return read_folder(a, diags, NULL, path, NULL, out);
}

int
key_folder_read_zone(struct arena *a, struct diags *diags, const char *path,
    const struct name *zone, struct key_folder *out)
{
	return read_folder(a, diags, NULL, path, zone, out);
}

int
key_folder_read_in(struct arena *a, struct diags *diags, const struct roots *roots,
    const char *path, struct key_folder *out)
{
	return read_folder(a, diags, roots, path, NULL, out);
}

/* The first file of `zone`, or where it would be. */
static size_t
find_zone(const struct key_file *files, size_t n, struct bytes zone)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct bytes it = files[middle].zone;

		if (compare_zones(it.data, it.len, zone.data, zone.len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct key_file *
find_files(const struct key_file *files, size_t n_files, const struct name *zone, size_t *n)
{
	uint8_t lower[NAME_LONGEST];
	size_t first, end;

	name_lower(lower, zone->wire, zone->len);
	first = end = find_zone(files, n_files, (struct bytes){lower, zone->len});
	while (end < n_files &&
	       compare_zones(files[end].zone.data, files[end].zone.len, lower, zone->len) == 0)
		end++;
	*n = end - first;
	return files + first;
}

const struct key_file *
key_folder_find(const struct key_folder *folder, const struct name *zone, size_t *n)
{
	return find_files(folder->items, folder->n, zone, n);
}

const struct key_file *
key_folder_find_responses(const struct key_folder *folder, const struct name *zone, size_t *n)
{
	return find_files(folder->responses, folder->n_responses, zone, n);
}

ssize_t
key_read_private(int fd, char *out, size_t room)
{
	size_t len = 0;

	while (len < room) {
		ssize_t n = read(fd, out + len, room - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -1 : (ssize_t)len;
		len += (size_t)n;
	}
	errno = EFBIG;
	return -1;
}

static enum key_tokens
token_of(int dir, const char *path)
{
	char room[PRIVATE_LONGEST];
	int fd = openat(dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : key_read_private(fd, room, PRIVATE_LONGEST);
	bool is = n > 0 && keyfile_is_of_token((struct text){room, (size_t)n});

	OPENSSL_cleanse(room, n < 0 ? sizeof(room) : (size_t)n);
	if (fd >= 0)
		close(fd);
	return is ? KEY_TOKENS_SOME : n < 0 ? KEY_TOKENS_UNREAD : KEY_TOKENS_NONE;
}

/* The next private key that may be the zone's; NULL: there is none, or errno is set. */
static const char *
next_private(DIR *dir, const struct wanted *wanted)
{
	struct dirent *entry;

	errno = 0;
	while ((entry = readdir(dir)))
		if (is_private_name(entry->d_name) && may_be_of(wanted, entry->d_name))
			return entry->d_name;
	return NULL;
}

enum key_tokens
key_folder_tokens(struct arena *a, const char *path, const struct name *zone)
{
	struct wanted wanted = {zone, zone ? name_absolute_text(a, zone->wire) : NULL};
	enum key_tokens found = KEY_TOKENS_NONE;
	DIR *dir = opendir(path);
	const char *file;

	if (!dir)
		return errno == ENOENT ? KEY_TOKENS_NONE : KEY_TOKENS_UNREAD;
	while (found != KEY_TOKENS_SOME && (file = next_private(dir, &wanted)))
		found = key_tokens_both(found, token_of(dirfd(dir), file));
	if (errno)
		found = key_tokens_both(found, KEY_TOKENS_UNREAD);
	closedir(dir);
	return found;
}

enum key_tokens
key_file_tokens(struct arena *a, const char *path)
{
	size_t len = key_stem_len(path);

	return token_of(AT_FDCWD, arena_printf(a, "%.*s.private", len > 0 ? (int)len : -1, path));
}

enum key_tokens
key_folder_tokens_of(const struct key_folder *folder, const struct name *zone)
{
	enum key_tokens found = KEY_TOKENS_NONE;
	char path[PATH_MAX];
	size_t n;
	const struct key_file *files = key_folder_find(folder, zone, &n);

	for (size_t i = 0; i < n; i++)
		if ((size_t)snprintf(path, sizeof(path), "%s/%s.private", folder->path,
			files[i].base) < sizeof(path))
			found = key_tokens_both(found, token_of(AT_FDCWD, path));
	return found;
}

static int
stamp_file(int dir, const char *file, struct digest *digest)
{
	struct stat st;
	int64_t numbers[7];

	if (fstatat(dir, file, &st, 0) < 0)
		return -1;
	numbers[0] = (int64_t)st.st_dev;
	numbers[1] = (int64_t)st.st_ino;
	numbers[2] = st.st_size;
	numbers[3] = st.st_mtim.tv_sec;
	numbers[4] = st.st_mtim.tv_nsec;
	numbers[5] = st.st_ctim.tv_sec;
	numbers[6] = st.st_ctim.tv_nsec;
	digest_add(digest, file, strlen(file) + 1);
	digest_add(digest, numbers, sizeof(numbers));
	return 0;
}

int
key_folder_stamp(const char *path, struct digest *digest)
{
	const struct wanted any = {NULL, NULL};
	DIR *dir = opendir(path);
	const char *file;
	int result = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -1;
	while (result == 0 && (file = next_private(dir, &any)))
		result = stamp_file(dirfd(dir), file, digest);
	if (errno)
		result = -1;
	closedir(dir);
	return result;
}

/* The access to the file of a token's PIN. */
static void
put_pin_access(struct buf *b, struct text private_text)
{
	struct diags own = {0};
	struct keyfile_private key;
	const struct token_uri *uri = NULL;
	const char *why;
	struct stat st;

	if (keyfile_private(&own, "", private_text, &key) == 0 && key.label.data)
		uri = token_uri_of_label(&own.arena, key.label, &why);
	if (uri && uri->pin_path && stat(uri->pin_path, &st) == 0)
		access_print(b, &st);
	diags_free(&own);
}

/* Returns whether it holds a secret. What cannot be read is not what is not there. */
static bool
digest_private(const struct roots *roots, const char *path, const char *base, char *room,
    struct digest *digest)
{
	int fd = file_open(roots, path, O_RDONLY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : key_read_private(fd, room, PRIVATE_LONGEST);
	int64_t outcome = n < 0 ? -errno : n;
	struct text text = {room, n > 0 ? (size_t)n : 0};
	bool is_secret = n > 0 && !keyfile_is_of_token(text);
	struct buf access = {0};
	struct stat st;

	digest_add(digest, base, strlen(base) + 1);
	digest_add(digest, &outcome, sizeof(outcome));
	/* Where others got access to it, the zone is looked at again: that is told of. */
	if (fd >= 0 && fstat(fd, &st) == 0)
		access_print(&access, &st);
	if (n > 0 && !is_secret)
		put_pin_access(&access, text);
	digest_add(digest, access.data, access.len);
	buf_free(&access);
	digest_add(digest, room, text.len);
	OPENSSL_cleanse(room, n < 0 ? PRIVATE_LONGEST : text.len);
	if (fd >= 0)
		close(fd);
	return is_secret;
}

bool
key_folder_digest(const struct key_folder *folder, const struct name *zone, struct digest *digest)
{
	char room[PRIVATE_LONGEST], path[PATH_MAX];
	bool any = false;
	size_t n;
	const struct key_file *files = key_folder_find(folder, zone, &n);

	for (size_t i = 0; i < n; i++)
		if ((size_t)snprintf(path, sizeof(path), "%s/%s.private", folder->path,
			files[i].base) < sizeof(path))
			any |= digest_private(folder->roots, path, files[i].base, room, digest);
	return any;
}
