#define _GNU_SOURCE
#include "base/file.h"

#include "base/access.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/pool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Appends what one read(2) gives; returns how much, 0 at the end, or -1. */
static ssize_t
read_some(int fd, struct buf *buf)
{
	enum { PIECE = 65536 };
	ssize_t n;

	do
		n = read(fd, buf_reserve(buf, PIECE), PIECE);
	while (n < 0 && errno == EINTR);
	buf->len += n > 0 ? (size_t)n : 0;
	return n;
}

/* No file is larger than all that a zone may be by default, whoever named it. What is small is not
 * worth asking for that. Whoever has no time left reads none. */
static bool
is_too_large(struct diags *diags, size_t most, size_t len)
{
	enum { SMALL = 64 << 20 };

	account_time(&diags->account);
	return len > most || !account_may_take(&diags->account, LIMIT_MEMORY, len) ||
	       (len > SMALL && len > account_default(LIMIT_MEMORY));
}

/* What has no size may have no end either; the buf doubles. */
static int
read_stream(struct diags *diags, int fd, size_t most, struct text *out)
{
	struct buf buf = {0};
	ssize_t n;

	do {
		n = read_some(fd, &buf);
		if (n > 0 && (buf.len > most || is_too_large(diags, SIZE_MAX, 2 * buf.cap))) {
			errno = EFBIG;
			n = -1;
		}
	} while (n > 0);
	if (n < 0) {
		int error = errno;

		buf_free(&buf);
		errno = error;
		return -1;
	}
	buf_putc(&buf, '\0');
	arena_on_free(&diags->arena, free, buf.data);
	*out = (struct text){buf.data, buf.len - 1};
	return 0;
}

/* The whole of a regular file. It is read and not mapped: an editor that cuts a mapped file short
 * would end the program, and with it the other zones of the build. */
static int
read_regular(struct diags *diags, int fd, size_t len, struct text *out)
{
	char *data = (char *)arena_bytes(&diags->arena, len + 1);
	size_t have = 0;
	ssize_t n;

	do { /* one octet more than there was is asked for */
		n = read(fd, data + have, len + 1 - have);
		if (n < 0 && errno != EINTR)
			return -1;
		have += n > 0 ? (size_t)n : 0;
	} while (n != 0 && have < len);
	if (have != len) {
		errno = EBUSY;
		return -1;
	}
	data[len] = '\0';
	*out = (struct text){data, len};
	return 0;
}

/* --- In several threads: the system clears and fills pages for each of them --- */

struct reading {
	int fd;
	char *to;
	size_t len;
	_Atomic int error; /* errno; 0: none */
};

enum { READ_AT_A_TIME = 4 << 20 };

static void
read_chunk(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct reading *reading = ctx;
	size_t at = chunk * READ_AT_A_TIME, left = reading->len - at;

	(void)worker;
	(void)slot;
	if (!reading->error && !file_read_at(reading->fd, reading->to + at,
				   left < READ_AT_A_TIME ? left : READ_AT_A_TIME, at))
		reading->error = errno;
}

/* As read_regular. */
static int
read_large(struct diags *diags, int fd, size_t len, unsigned n_workers, struct text *out)
{
	struct reading reading = {
	    .fd = fd, .to = (char *)arena_bytes(&diags->arena, len + 1), .len = len};
	struct pool_work work = {
	    &reading, (len + READ_AT_A_TIME - 1) / READ_AT_A_TIME, read_chunk, NULL};

	pool_run(n_workers, &work);
	if (!reading.error && pread(fd, reading.to + len, 1, (off_t)len) > 0)
		reading.error = EBUSY;
	errno = reading.error;
	reading.to[len] = '\0';
	*out = (struct text){reading.to, len};
	return reading.error ? -1 : 0;
}

static int
load_some(
    struct diags *diags, int fd, bool streams, size_t most, unsigned n_workers, struct text *out)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	if (!S_ISREG(st.st_mode) && !streams) {
		errno = EINVAL;
		return -1;
	}
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return read_stream(diags, fd, most, out); /* /proc files claim no size */
	if (is_too_large(diags, most, (size_t)st.st_size)) {
		errno = EFBIG;
		return -1;
	}
	return n_workers > 1 ? read_large(diags, fd, (size_t)st.st_size, n_workers, out)
			     : read_regular(diags, fd, (size_t)st.st_size, out);
}

/* A text that is wiped when the diags are freed. */
struct wiped {
	size_t len;
	char data[];
};

static void
wipe(void *handle)
{
	struct wiped *wiped = handle;

	OPENSSL_cleanse(wiped->data, wiped->len);
	free(wiped);
}

/* Anybody may name a private key in the place of any file. */
static void
wipe_later(struct diags *diags, struct text *text)
{
	struct wiped *wiped;

	if (!file_is_private(*text))
		return;
	wiped = mem_alloc(sizeof(*wiped) + text->len + 1);
	wiped->len = text->len;
	memcpy(wiped->data, text->data, text->len + 1);
	OPENSSL_cleanse((char *)(uintptr_t)text->data, text->len);
	arena_on_free(&diags->arena, wipe, wiped);
	text->data = wiped->data;
}

static int
load_fd(
    struct diags *diags, int fd, bool streams, size_t most, unsigned n_workers, struct text *out)
{
	int result = load_some(diags, fd, streams, most, n_workers, out);

	if (result == 0)
		wipe_later(diags, out);
	return result;
}

/* A working folder that has no name any more is found all the same. */
static void
put_cwd(struct buf *b)
{
	char *cwd = getcwd(NULL, 0);

	buf_puts(b, cwd ? cwd : "/proc/self/cwd");
	free(cwd);
}

/* Appends the names of `path` to the absolute path of `len` octets in `out`, which has the room:
 * `.`, `..` and double slashes are worked out. Returns the new length. */
static size_t
add_names(char *out, size_t len, const char *path)
{
	for (const char *end; *path; path = end) {
		size_t n;

		while (*path == '/')
			path++;
		end = strchrnul(path, '/');
		n = (size_t)(end - path);
		if (n == 0 || (n == 1 && *path == '.'))
			continue;
		if (n == 2 && path[0] == '.' && path[1] == '.') {
			while (len > 0 && out[--len] != '/')
				;
			continue;
		}
		out[len++] = '/';
		memcpy(out + len, path, n);
		len += n;
	}
	return len;
}

/* `path` seen from the folder `cwd`, where it is not absolute; in `a`. */
static char *
absolute_from(struct arena *a, const char *cwd, const char *path)
{
	const char *base = *path == '/' ? "" : cwd;
	char *out = (char *)arena_bytes(a, strlen(base) + strlen(path) + 2);
	size_t len = add_names(out, add_names(out, 0, base), path);

	if (len == 0)
		out[len++] = '/';
	out[len] = '\0';
	return out;
}

char *
file_absolute_in(struct arena *a, const struct roots *roots, const char *path)
{
	struct buf cwd = {0};
	char *absolute;

	if (*path == '/' || (roots && roots->cwd))
		return absolute_from(a, roots ? roots->cwd : NULL, path);
	put_cwd(&cwd);
	buf_putc(&cwd, '\0');
	absolute = absolute_from(a, cwd.data, path);
	buf_free(&cwd);
	return absolute;
}

char *
file_absolute(struct arena *a, const char *path)
{
	return file_absolute_in(a, NULL, path);
}

enum {
	READING = O_RDONLY | O_NONBLOCK,
	PATH_SHORT = 256, /* room for most */
};

int
file_open(const struct roots *roots, const char *path, int flags)
{
	struct arena a = {.next_size = PATH_SHORT};
	int fd = roots ? confine_open(roots, file_absolute_in(&a, roots, path), flags)
		       : open(path, flags | O_CLOEXEC, 0666);

	arena_free(&a);
	return fd;
}

bool
file_is_absence(int error)
{
	return error == ENOENT || error == ENOTDIR;
}

static int
folder_of(const struct roots *roots, const char *path, char name[NAME_MAX + 1])
{
	struct arena a = {.next_size = PATH_SHORT};
	int fd = confine_folder(roots, file_absolute_in(&a, roots, path), false, name);

	arena_free(&a);
	return fd;
}

int
file_close(int fd, int result)
{
	int error = errno;

	close(fd);
	errno = error;
	return result;
}

int
file_stat(const struct roots *roots, const char *path, struct stat *out)
{
	char name[NAME_MAX + 1];
	int folder;

	if (!roots)
		return stat(path, out);
	folder = folder_of(roots, path, name);
	return folder < 0 ? -1
			  : file_close(folder, fstatat(folder, name, out, AT_SYMLINK_NOFOLLOW));
}

int
file_remove(const struct roots *roots, const char *path)
{
	char name[NAME_MAX + 1];
	int folder = folder_of(roots, path, name);

	return folder < 0 ? -1 : file_close(folder, unlinkat(folder, name, 0));
}

static int
report(struct diags *diags, struct pos pos, const struct roots *roots, const char *path)
{
	int error = errno;
	bool is_link = error == EXDEV && roots && roots->strict;
	bool is_another = error == EXDEV || error == EINVAL || error == EISDIR || error == ELOOP ||
			  error == ENXIO || error == EFBIG;
	enum problem problem = is_link          ? F_LINK
			       : error == EXDEV ? F_CONFINED
			       : error == EFBIG ? F_LARGE
						: F_READ;
	const char *why = is_link          ? "a symbolic link leads elsewhere"
			  : error == EXDEV ? "it lies outside the folders that may be read"
			  : error == EINVAL || error == ENXIO ? "it is not a regular file"
			  : error == EBUSY                    ? "it changed while it was read"
			  : error == EFBIG ? "it is too large for what it should be"
					   : strerror(error);

	diags->unreadable = diags->unreadable || !(is_another || file_is_absence(error));
	if (diags->account.is_over)
		return diag_over_in(diags, pos, path);
	if (diags->read_as)
		path = diags->read_as;
	if (!pos.at)
		return diag_add_path(diags, path, problem, "cannot read %s: %s", path, why);
	return diag_error(diags, pos, problem, "cannot read %s: %s", path, why);
}

static int
open_to_load(const struct roots *roots, const char *path, bool streams)
{
	return file_open(roots, path, streams && !roots ? READING & ~O_NONBLOCK : READING);
}

/* Pipes and devices are read only where a person named them: what a template or project names may
 * not make a build wait, or read without end. */
static int
load(struct diags *diags, const struct roots *roots, const char *path, bool streams, size_t most,
    struct text *out)
{
	int fd;

	if (strcmp(path, "-") == 0)
		return read_stream(diags, STDIN_FILENO, most, out);
	fd = open_to_load(roots, path, streams);
	if (fd < 0)
		return -1;
	return file_close(fd, load_fd(diags, fd, streams, most, 1, out));
}

/* --- Files that are held --- */

struct file_held {
	int fd;
	struct stat st;
};

static void
let_go(void *held)
{
	close(((struct file_held *)held)->fd);
}

/* Takes over the descriptor, if the file is worth it. */
static const struct file_held *
hold(struct diags *diags, int fd, const struct stat *st)
{
	enum { LARGE = 4 << 20 };
	struct file_held *held;

	if (!S_ISREG(st->st_mode) || st->st_size < LARGE)
		return NULL;
	held = arena_alloc(&diags->arena, sizeof(*held));
	*held = (struct file_held){fd, *st};
	arena_on_free(&diags->arena, let_go, held);
	return held;
}

static bool
is_as_held(const struct file_held *held)
{
	struct stat now;

	return fstat(held->fd, &now) == 0 && now.st_size == held->st.st_size &&
	       now.st_mtim.tv_sec == held->st.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == held->st.st_mtim.tv_nsec;
}

int
file_load_again(struct diags *diags, const struct file_held *held, struct text *out)
{
	if (lseek(held->fd, 0, SEEK_SET) < 0 || !is_as_held(held) ||
	    read_regular(diags, held->fd, (size_t)held->st.st_size, out) < 0)
		return -1;
	return is_as_held(held) ? 0 : -1;
}

/* --- Folders --- */

static int
compare_entries(const void *a, const void *b)
{
	const struct file_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* A link that leads nowhere is no folder. Returns -1 with errno set. */
static int
is_folder(DIR *dir, const struct dirent *entry, bool *out)
{
	struct stat st = {0};

	*out = entry->d_type == DT_DIR;
	if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
		return 0;
	if (fstatat(dirfd(dir), entry->d_name, &st, 0) < 0 && !file_is_absence(errno) &&
	    errno != ELOOP)
		return -1;
	*out = S_ISDIR(st.st_mode);
	return 0;
}

static int
read_entries(struct arena *a, DIR *dir, struct file_list *out)
{
	struct file_entry *items = NULL;
	const struct dirent *entry;
	size_t cap = 0;
	int error;

	for (out->n = 0; errno = 0, (entry = readdir(dir));) {
		bool folder;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (is_folder(dir, entry, &folder) < 0)
			break;
		items = mem_grow(items, out->n, &cap, sizeof(*items));
		items[out->n++] = (struct file_entry){
		    arena_text(a, entry->d_name, strlen(entry->d_name)), folder};
	}
	error = errno;
	if (out->n > 1)
		qsort(items, out->n, sizeof(*items), compare_entries);
	/* A folder that is empty is there, too. */
	out->items = arena_zalloc(a, (out->n + 1) * sizeof(*items));
	if (out->n)
		memcpy(out->items, items, out->n * sizeof(*items));
	free(items);
	errno = error;
	return error ? -1 : 0;
}

/* errno is ENOENT or ENOTDIR where there is no such folder. */
static int
list(struct arena *a, const struct roots *roots, const char *path, struct file_list *out)
{
	int flags = READING | O_DIRECTORY, result, saved;
	int fd = file_open(roots, path, flags);
	DIR *dir;

	if (fd < 0)
		return -1;
	dir = fdopendir(fd);
	if (!dir)
		return file_close(fd, -1);
	result = read_entries(a, dir, out);
	saved = errno;
	closedir(dir);
	errno = saved;
	return result;
}

/* --- Inputs --- */

static void
digest_text(struct text text, uint8_t sha256[32])
{
	digest_sha256((struct bytes){(const uint8_t *)text.data, text.len}, sha256);
}

static void
digest_list(const struct file_list *names, uint8_t sha256[32])
{
	struct buf buf = {0};

	for (size_t i = 0; i < names->n; i++)
		buf_printf(&buf, "%s%s\n", names->items[i].name, /* which has no '/' */
		    names->items[i].is_folder ? "/" : "/.");
	digest_text((struct text){buf.data, buf.len}, sha256);
	buf_free(&buf);
}

/* Piece by piece: a published zone can be large. */
static bool
digest_of_file(struct diags *diags, const struct roots *roots, const char *path, uint8_t sha256[32])
{
	struct digest *digest = digest_begin();
	struct buf buf = {0};
	int fd = file_open(roots, path, READING);
	struct stat st;
	ssize_t n = -1;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    !is_too_large(diags, SIZE_MAX, (size_t)st.st_size)) /* nobody has read such a file */
		while ((n = read_some(fd, &buf)) > 0) {
			digest_add(digest, buf.data, buf.len);
			buf_clear(&buf);
		}
	if (fd >= 0)
		close(fd);
	buf_free(&buf);
	digest_end(digest, sha256);
	return n == 0;
}

static bool
digest_of_folder(
    struct diags *diags, const struct roots *roots, const char *path, uint8_t sha256[32])
{
	struct file_list names;

	if (list(&diags->arena, roots, path, &names) < 0)
		return false;
	digest_list(&names, sha256);
	return true;
}

static bool
digest_of_secret(
    struct diags *diags, const struct roots *roots, const char *path, uint8_t sha256[32])
{
	struct stat st;
	int fd = file_open(roots, path, O_PATH);

	if (fd < 0 || file_close(fd, fstat(fd, &st)) < 0)
		return false;
	digest_text(text_of(arena_printf(&diags->arena, "%ju %ju %jd %jd.%09ld %jd.%09ld",
			(uintmax_t)st.st_dev, (uintmax_t)st.st_ino, (intmax_t)st.st_size,
			(intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			(intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec)),
	    sha256);
	return true;
}

static bool
digest_of_access(
    struct diags *diags, const struct roots *roots, const char *path, uint8_t sha256[32])
{
	int fd = file_open(roots, path, O_PATH);
	struct buf b = {0};
	struct stat st;

	(void)diags;
	if (fd < 0 || file_close(fd, fstat(fd, &st)) < 0)
		return false;
	access_print(&b, &st);
	digest_text((struct text){b.data, b.len}, sha256);
	buf_free(&b);
	return true;
}

static bool (*const digests[N_INPUT_KINDS])(
    struct diags *diags, const struct roots *roots, const char *path, uint8_t sha256[32]) = {
    [INPUT_FILE] = digest_of_file,
    [INPUT_FOLDER] = digest_of_folder,
    [INPUT_SECRET] = digest_of_secret,
    [INPUT_ACCESS] = digest_of_access,
};

bool
file_digest(enum input_kind kind, const struct roots *roots, const char *path, uint8_t sha256[32])
{
	struct diags diags = {0};
	bool there = digests[kind](&diags, roots, path, sha256);

	diags_free(&diags);
	return there;
}

/* Its digest is the caller's to fill in, if it is there; NULL where inputs are not tracked. */
static struct input *
note(struct diags *diags, enum input_kind kind, const struct roots *roots, const char *path,
    bool there)
{
	struct input *input;

	if (diags->track_inputs == TRACK_NOTHING)
		return NULL;
	diags->inputs =
	    mem_grow(diags->inputs, diags->n_inputs, &diags->cap_inputs, sizeof(*diags->inputs));
	input = &diags->inputs[diags->n_inputs++];
	*input = (struct input){
	    .kind = kind, .path = file_absolute_in(&diags->arena, roots, path), .there = there};
	return input;
}

void
file_note_input(struct diags *diags, const struct roots *roots, const char *path, struct text text)
{
	struct input *input = note(diags, INPUT_FILE, roots, path, text.data != NULL);

	if (input && text.data && diags->track_inputs == TRACK_DIGESTS)
		digest_text(text, input->sha256);
}

void
file_note_as(struct diags *diags, enum input_kind kind, const struct roots *roots, const char *path)
{
	struct input *input = note(diags, kind, roots, path, true);

	if (input)
		input->there = digests[kind](diags, roots, path, input->sha256);
}

bool
file_is_private(struct text text)
{
	static const char bind[] = "Private-key-format:", pem[] = "PRIVATE KEY-----";
	size_t looked_at = text.len < 4096 ? text.len : 4096;

	return (text.len >= sizeof(bind) - 1 && memcmp(text.data, bind, sizeof(bind) - 1) == 0) ||
	       memmem(text.data, looked_at, pem, sizeof(pem) - 1);
}

/* `cmd <(other)` names a pipe below /dev/fd. */
static bool
is_descriptor(const char *path)
{
	return strncmp(path, "/dev/fd/", 8) == 0 || strcmp(path, "/dev/stdin") == 0;
}

bool
file_is_linked(const struct roots *roots, const char *path)
{
	struct arena a = {.next_size = PATH_SHORT};
	char *absolute = file_absolute_in(&a, roots, path), *slash = strrchr(absolute, '/');
	bool inside = roots && roots->project && confine_is_below(absolute, roots->project);
	bool linked = false;
	size_t above = inside ? strlen(roots->project) : (size_t)(slash - absolute);
	struct stat st;

	for (char *end = absolute + strlen(absolute);
	     !linked && !is_descriptor(path) && end > absolute + above;) {
		linked = lstat(absolute, &st) == 0 && S_ISLNK(st.st_mode);
		while (end > absolute && *--end != '/')
			;
		*end = '\0';
	}
	arena_free(&a);
	return linked;
}

/* What is in /dev but no descriptor may never end. */
static bool
named_by_person(struct pos pos, const struct roots *roots, const char *path)
{
	return !roots && (!pos.at || is_descriptor(path));
}

int
file_load(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    struct text *out)
{
	if (load(diags, roots, path, named_by_person(pos, roots, path), SIZE_MAX, out) < 0)
		return report(diags, pos, roots, path);
	file_note_input(diags, roots, path, *out);
	return 0;
}

int
file_load_held(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    unsigned n_workers, struct text *out, const struct file_held **held)
{
	bool streams = named_by_person(pos, roots, path);
	struct stat st;
	int fd;

	*held = NULL;
	if (strcmp(path, "-") == 0)
		return file_load(diags, pos, roots, path, out);
	fd = open_to_load(roots, path, streams);
	if (fd < 0)
		return report(diags, pos, roots, path);
	if (fstat(fd, &st) < 0 || load_fd(diags, fd, streams, SIZE_MAX, n_workers, out) < 0) {
		file_close(fd, -1);
		return report(diags, pos, roots, path);
	}
	file_note_input(diags, roots, path, *out);
	*held = hold(diags, fd, &st);
	return *held ? 0 : file_close(fd, 0);
}

int
file_load_if(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    struct text *out)
{
	if (load(diags, roots, path, false, SIZE_MAX, out) < 0) {
		*out = (struct text){0};
		if (!file_is_absence(errno))
			return report(diags, pos, roots, path);
	}
	file_note_input(diags, roots, path, *out);
	return 0;
}

int
file_load_small(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    size_t most, bool may_lack, struct text *out)
{
	bool streams = !may_lack && named_by_person(pos, roots, path);

	if (load(diags, roots, path, streams, most, out) < 0) {
		*out = (struct text){0};
		if (errno == EFBIG && !diags->account.is_over)
			return diag_error(diags, pos, F_LARGE,
			    "%s is too large for what it should be: more than %zu octets", path,
			    most);
		if (!may_lack || !file_is_absence(errno))
			return report(diags, pos, roots, path);
	}
	file_note_input(diags, roots, path, *out);
	return 0;
}

int
file_load_secret(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    struct text *out)
{
	enum { SECRET_FILE_MOST = 1 << 16 };

	if (load(diags, roots, path, named_by_person(pos, roots, path), SECRET_FILE_MOST, out) < 0)
		return report(diags, pos, roots, path);
	file_note_as(diags, INPUT_SECRET, roots, path);
	return 0;
}

int
file_refuse(struct diags *diags, const struct roots *roots, const char *path)
{
	return report(diags, pos_none(), roots, path);
}

int
file_list_if(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    struct file_list *out)
{
	struct input *input;

	if (list(&diags->arena, roots, path, out) < 0) {
		*out = (struct file_list){0};
		return file_is_absence(errno) ? 0 : report(diags, pos, roots, path);
	}
	input = note(diags, INPUT_FOLDER, roots, path, true);
	if (input)
		digest_list(out, input->sha256);
	return 0;
}

int
file_stat_if(
    struct diags *diags, const struct roots *roots, const char *path, struct stat *st, bool *there)
{
	*there = file_stat(roots, path, st) == 0;
	return *there || file_is_absence(errno) ? 0 : report(diags, pos_none(), roots, path);
}

static void
close_held(void *fd)
{
	close(*(int *)fd);
}

void
file_hold_project(struct arena *a, struct roots *roots)
{
	int *fd = arena_alloc(a, sizeof(*fd));
	struct buf cwd = {0};

	put_cwd(&cwd);
	roots->cwd = buf_text(&cwd, a);
	*fd = open(roots->project, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0)
		return;
	arena_on_free(a, close_held, fd);
	roots->project_fd = *fd;
}

char *
file_beside(struct arena *a, const char *base, struct text path)
{
	const char *slash = strrchr(base, '/');

	if (!slash || (path.len && path.data[0] == '/'))
		return arena_text(a, path.data, path.len);
	return arena_printf(a, "%.*s/%.*s", (int)(slash - base), base, (int)path.len, path.data);
}

char *
file_join(struct arena *a, const char *folder, const char *path)
{
	if (*path == '/' || strcmp(folder, ".") == 0 || *folder == '\0')
		return arena_text(a, path, strlen(path));
	return arena_printf(a, "%s/%s", folder, path);
}

char *
file_folder(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return arena_text(a, ".", 1);
	return arena_text(a, path, slash == path ? 1 : (size_t)(slash - path));
}

/* Length without what is behind the folder's name: slashes, and `.` alone. */
static size_t
folder_length(const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && (path[len - 1] == '/' || (path[len - 1] == '.' && path[len - 2] == '/')))
		len--;
	return len;
}

int
file_make_folder(const char *path, mode_t mode)
{
	struct arena scratch = {0};
	char *folder = arena_text(&scratch, path, folder_length(path)), *slash = folder;
	int result = 0;

	while (result == 0 && *slash && (slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		result = mkdir(folder, 0777) < 0 && errno != EEXIST ? -1 : 0;
		*slash = '/';
	}
	if (result == 0)
		result = mkdir(folder, mode) < 0 && errno != EEXIST ? -1 : 0;
	arena_free(&scratch);
	return result;
}

bool
file_read_at(int fd, char *to, size_t len, size_t at)
{
	while (len) {
		ssize_t n = pread(fd, to, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? EBUSY : errno;
			return false;
		}
		to += n;
		at += (size_t)n;
		len -= (size_t)n;
	}
	return true;
}

int
file_write(int fd, struct text text)
{
	while (text.len) {
		ssize_t n = write(fd, text.data, text.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text.data += n;
		text.len -= (size_t)n;
	}
	return 0;
}

int
file_open_unnamed(int dir, const char *folder, mode_t mode)
{
	return openat(dir, folder, O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
}

const char *
file_path_of(int fd, char room[FILE_PATH_OF_FD])
{
	snprintf(room, FILE_PATH_OF_FD, "/proc/self/fd/%d", fd);
	return room;
}

int
file_give_name(int fd, int dir, const char *path)
{
	char self[FILE_PATH_OF_FD];

	return linkat(AT_FDCWD, file_path_of(fd, self), dir, path, AT_SYMLINK_FOLLOW);
}

static int
sync_folder(int dir, const char *folder)
{
	int fd = openat(dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result;

	if (fd < 0)
		return -1;
	result = fsync(fd);
	if (result < 0 && errno == EINVAL)
		result = 0; /* a file system that cannot sync folders */
	close(fd);
	return result;
}

void
file_unsynced(struct diags *diags, const char *path, int error)
{
	diag_add_path(diags, path, F_UNSYNCED, "%s is written, but its folder cannot be synced: %s",
	    path, strerror(error));
}

void
file_sync_name(struct diags *diags, const char *path, int dir, const char *folder)
{
	if (sync_folder(dir, folder) < 0)
		file_unsynced(diags, path, errno);
}
