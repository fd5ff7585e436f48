#define _GNU_SOURCE
#include "base/output.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/leftover.h"
#include "base/mem.h"
#include "base/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum output_kind {
	OUTPUT_STREAM, /* standard output, a device or a pipe: written as it comes */
	OUTPUT_FILE,
};

struct output {
	struct diags *diags;
	enum output_kind kind;
	const char *path;          /* as the user wrote it */
	const struct roots *roots; /* where it may lie; NULL: anywhere */
	const char *folder;        /* of the file, or of what waits for a stream */
	int folder_fd;             /* of the file; -1: it is not there yet */
	char name[NAME_MAX + 1];   /* of the file, in its folder */
	char *temporary;           /* of the temporary file, where it has one */
	struct leftover *leftover; /* that file, announced */
	int old_fd;                /* of what the file holds now; -1: there is none */
	struct buf old;            /* as much of it as was looked at */
	bool old_broken;           /* the rest of it cannot be read */
	struct stat old_stat;
	size_t agreed;  /* bytes of `old` that the new text repeats, while fd < 0 */
	int fd;         /* -1: nothing was written yet */
	int stream;     /* where the file behind `fd` is copied to by the commit; -1: nowhere */
	bool in_memory; /* that file is nowhere else */
	size_t passed;  /* bytes that the stream had before */
	bool failed;
	bool relaxed;          /* no syncs */
	bool stands;           /* the temporary file, by its name, until the commit is done */
	bool prepared;         /* what is written is all there, with its owner and mode, */
	bool synced;           /* and on the disk */
	bool folder_later;     /* the caller syncs the folder */
	bool patched;          /* output_will_patch was called */
	bool secret;           /* nothing of `old` stays in memory */
	struct digest *digest; /* NULL: nobody asked */
	uint8_t sha256[DIGEST_LEN];
};

/* Of the temporary file in which waits what is for a stream. */
static void
temporary_fail(struct output *out, const char *what, int error)
{
	diag_add_path(out->diags, out->folder, F_STREAM,
	    "cannot %s a temporary file in %s%s: %s; set TMPDIR to a folder with room", what,
	    out->in_memory ? "memory, for none can be in " : "", out->folder, strerror(error));
}

static int
link_fail(struct diags *diags, const char *path)
{
	return diag_add_path(
	    diags, path, F_LINK, "cannot write %s: a symbolic link leads elsewhere", path);
}

static int
output_fail(struct output *out, const char *what)
{
	int error = errno;

	if (out->failed)
		return -1;
	if (out->stream >= 0)
		temporary_fail(out, what, error);
	else if (strcmp(out->path, "-") == 0)
		diag_add_path(out->diags, "<stdout>", F_STREAM, "cannot write standard output: %s",
		    strerror(error));
	else if (error == EXDEV && out->roots)
		link_fail(out->diags, out->path);
	else
		diag_add_path(out->diags, out->path,
		    out->kind == OUTPUT_STREAM ? F_STREAM : F_WRITE, "cannot %s %s: %s", what,
		    out->path, strerror(error));
	out->failed = true;
	return -1;
}

/* Where symbolic links lead, though nothing may be there yet. Returns NULL with errno set. */
static const char *
follow_links(struct arena *a, const char *path)
{
	enum { LINKS_MOST = 40, LINK_LONGEST = 4096 };

	for (unsigned i = 0; i < LINKS_MOST; i++) {
		char link[LINK_LONGEST];
		ssize_t n = readlink(path, link, sizeof(link));

		if (n < 0 && errno != EINVAL && !file_is_absence(errno))
			return NULL;
		if (n <= 0 || n == (ssize_t)sizeof(link))
			break;
		path = file_beside(a, path, (struct text){link, (size_t)n});
	}
	return path;
}

/* Does the path end in a slash, `.` or `..`? No file's does. */
static bool
is_folder_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;

	return !*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0;
}

static int
refuse_folder_name(struct output *out)
{
	return diag_add_path(out->diags, out->path, F_STREAM,
	    "cannot write %s: that is the name of a folder; add the name of a file", out->path);
}

const char *
output_target(struct arena *a, const char *path)
{
	char *real = realpath(path, NULL);
	const char *target = NULL;

	if (real)
		target = arena_text(a, real, strlen(real));
	else if (file_is_absence(errno))
		target = follow_links(a, path);
	free(real);
	return target;
}

static int
find_target(struct output *out)
{
	struct arena *a = &out->diags->arena;
	const char *target = output_target(a, out->path), *slash, *name;

	if (!target)
		return output_fail(out, "read");
	slash = strrchr(target, '/');
	name = slash ? slash + 1 : target;
	if (is_folder_name(target))
		return refuse_folder_name(out);
	if (strlen(name) > NAME_MAX) {
		errno = ENAMETOOLONG;
		return output_fail(out, "write");
	}
	out->folder = file_folder(a, target);
	memcpy(out->name, name, strlen(name) + 1);
	return 0;
}

/* Opens the folder that the file is in, which with `make` is made where it is missing. */
static int
open_folder(struct output *out, bool make)
{
	struct arena *a = &out->diags->arena;

	if (out->roots)
		out->folder_fd = confine_folder(
		    out->roots, file_absolute_in(a, out->roots, out->path), make, out->name);
	else if (!make || file_make_folder(out->folder, 0777) == 0)
		out->folder_fd = open(out->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return out->folder_fd < 0 ? -1 : 0;
}

/* Finds the folder, if it is there. */
static int
find_folder(struct output *out)
{
	if (out->roots && is_folder_name(out->path))
		return refuse_folder_name(out);
	if (!out->roots && find_target(out) < 0)
		return -1;
	if (open_folder(out, false) < 0 && !file_is_absence(errno))
		return output_fail(out, "write");
	return 0;
}

static int
open_old(struct output *out)
{
	if (out->folder_fd < 0)
		return 0;
	out->old_fd =
	    openat(out->folder_fd, out->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (out->old_fd < 0)
		return file_is_absence(errno) ? 0 : output_fail(out, "read");
	/* Another run may have put it there just now. */
	return fstat(out->old_fd, &out->old_stat) < 0 ? output_fail(out, "read") : 0;
}

static void
forget_old(struct output *out)
{
	if (out->secret && out->old.len > 0)
		OPENSSL_cleanse(out->old.data, out->old.len);
	buf_free(&out->old);
}

static void
close_old(struct output *out)
{
	if (out->old_fd >= 0)
		close(out->old_fd);
	out->old_fd = -1;
	forget_old(out);
}

/* Has the old file at least `len` bytes? Reads them. */
static bool
old_reaches(struct output *out, size_t len)
{
	enum { PIECE = 65536 };

	while (out->old.len < len && out->old_fd >= 0 && !out->old_broken) {
		size_t room = len - out->old.len > PIECE ? len - out->old.len : PIECE;
		ssize_t n = read(out->old_fd, buf_reserve(&out->old, room), room);

		if (n > 0)
			out->old.len += (size_t)n;
		else if (n == 0)
			break;
		else if (errno != EINTR)
			out->old_broken = true;
	}
	return out->old.len >= len;
}

/* Does the old file go on with these bytes? */
static bool
old_agrees(struct output *out, const void *data, size_t len)
{
	return len == 0 || (old_reaches(out, out->agreed + len) &&
			       memcmp(out->old.data + out->agreed, data, len) == 0);
}

/* Was the old file written again, byte for byte, so far as was written? */
static bool
is_unchanged(struct output *out)
{
	return out->fd < 0 && out->old_fd >= 0 && !old_reaches(out, out->agreed + 1) &&
	       !out->old_broken;
}

static int
refuse_folder(struct output *out)
{
	if (!S_ISDIR(out->old_stat.st_mode))
		return 0;
	errno = EISDIR;
	return output_fail(out, "write");
}

/* A pipe that nobody reads is an error, and not a reason to wait. */
static int
open_stream(struct output *out)
{
	enum { FLAGS = O_WRONLY | O_CLOEXEC | O_NONBLOCK };

	if (refuse_folder(out) < 0)
		return -1;
	out->fd = out->roots ? openat(out->folder_fd, out->name, FLAGS | O_NOFOLLOW)
			     : open(out->path, FLAGS);
	if (out->fd < 0)
		return output_fail(out, "write");
	fcntl(out->fd, F_SETFL, fcntl(out->fd, F_GETFL) & ~O_NONBLOCK);
	return 0;
}

static int
open_file(struct output *out)
{
	out->kind = OUTPUT_FILE;
	if ((!out->roots && find_folder(out) < 0) || open_old(out) < 0)
		return -1;
	if (out->folder_fd >= 0)
		leftover_sweep(
		    out->folder_fd, out->name, out->old_fd >= 0 ? out->old_stat.st_uid : geteuid());
	return 0;
}

/* Is there something that is no regular file? What that is goes into `old_stat`. */
static bool
is_stream(struct output *out)
{
	int result = !out->roots ? stat(out->path, &out->old_stat)
		     : out->folder_fd < 0
			 ? -1
			 : fstatat(out->folder_fd, out->name, &out->old_stat, AT_SYMLINK_NOFOLLOW);

	return result == 0 && !S_ISREG(out->old_stat.st_mode);
}

static struct output *
output_new(struct diags *diags, const struct roots *roots, const char *path)
{
	struct output *out = arena_zalloc(&diags->arena, sizeof(*out));

	out->diags = diags;
	out->path = path;
	out->roots = roots;
	out->fd = out->old_fd = out->stream = out->folder_fd = -1;
	return out;
}

struct output *
output_open_in(struct diags *diags, const struct roots *roots, const char *path)
{
	struct output *out = output_new(diags, roots, path);

	if (strcmp(path, "-") == 0) {
		out->fd = STDOUT_FILENO;
		return out;
	}
	if ((roots && find_folder(out) < 0) ||
	    (is_stream(out) ? open_stream(out) : open_file(out)) < 0) {
		output_abort(out);
		return NULL;
	}
	return out;
}

struct output *
output_open(struct diags *diags, const char *path)
{
	return output_open_in(diags, NULL, path);
}

int
output_possible(struct diags *diags, const struct roots *roots, const char *path)
{
	struct output *out = output_new(diags, roots, path);
	int result = find_folder(out);

	if (result == 0 && is_stream(out))
		result = refuse_folder(out);
	output_abort(out);
	return result;
}

int
output_permitted(struct diags *diags, const struct roots *roots, const char *path)
{
	char name[NAME_MAX + 1];
	int folder =
	    confine_folder(roots, file_absolute_in(&diags->arena, roots, path), false, name);

	if (folder >= 0)
		close(folder);
	return folder < 0 && errno == EXDEV ? link_fail(diags, path) : 0;
}

static int
write_all(struct output *out, const char *data, size_t len)
{
	return file_write(out->fd, (struct text){data, len}) < 0 ? output_fail(out, "write") : 0;
}

/* Announces a new name beside the file's. */
static void
announce_temporary(struct output *out)
{
	out->temporary = leftover_name(&out->diags->arena, out->name);
	out->leftover = leftover_add(out->folder_fd, out->temporary);
	unlinkat(out->folder_fd, out->temporary, 0);
}

/* It has another name, or none. */
static void
forget_temporary(struct output *out)
{
	leftover_gone(out->leftover);
	out->leftover = NULL;
	out->temporary = NULL;
}

/* Makes the folder of the file. A path that `..` leads out of a folder that was not there may end
 * at a file of which nothing was known. */
static int
make_folder(struct output *out)
{
	struct stat st;

	if (open_folder(out, true) < 0)
		return output_fail(out, "create a file beside");
	if (fstatat(out->folder_fd, out->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return file_is_absence(errno) ? 0 : output_fail(out, "read");
	errno = EEXIST;
	return output_fail(out, "create");
}

/* Opens the temporary file and repeats there what agreed so far. An unnamed file vanishes with the
 * process; folders that cannot hold one get a named file. */
static int
begin_temporary(struct output *out)
{
	mode_t mode = out->old_fd >= 0 ? 0600 : 0666; /* an old file's mode comes in replace() */

	if (out->folder_fd < 0 && make_folder(out) < 0)
		return -1;
	out->fd = file_open_unnamed(out->folder_fd, ".", mode);
	if (out->fd < 0) {
		announce_temporary(out);
		out->fd = openat(
		    out->folder_fd, out->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (out->fd < 0) {
			output_fail(out, "create a file beside");
			forget_temporary(out);
			return -1;
		}
		leftover_made(out->leftover);
	}
	flock(out->fd, LOCK_EX | LOCK_NB); /* leftover_sweep of another machine sees it */
	if (write_all(out, out->old.data, out->agreed) < 0)
		return -1;
	forget_old(out);
	return 0;
}

int
output_write(struct output *out, const void *data, size_t len)
{
	if (out->failed)
		return -1;
	if (out->digest && !out->patched)
		digest_add(out->digest, data, len);
	if (out->fd < 0) {
		if (old_agrees(out, data, len)) {
			out->agreed += len;
			return 0;
		}
		if (begin_temporary(out) < 0)
			return -1;
	}
	if (out->kind == OUTPUT_STREAM && out->stream < 0)
		out->passed += len;
	return write_all(out, data, len);
}

void
output_hold(struct output *out)
{
	const char *folder = getenv("TMPDIR");

	if (out->kind != OUTPUT_STREAM || out->stream >= 0 || out->failed)
		return;
	out->folder = folder && *folder ? folder : "/tmp";
	out->stream = out->fd;
	out->fd = file_open_unnamed(AT_FDCWD, out->folder, 0600);
	out->in_memory = out->fd < 0;
	if (out->in_memory)
		out->fd = memfd_create("zonepp", MFD_CLOEXEC);
	if (out->fd < 0)
		output_fail(out, "create");
}

void
output_will_patch(struct output *out)
{
	out->patched = true;
	output_hold(out);
	if (out->kind == OUTPUT_FILE && out->fd < 0 && !out->failed)
		begin_temporary(out);
}

int
output_patch(struct output *out, size_t at, const void *data, size_t len)
{
	const char *p = data;

	if (out->failed)
		return -1;
	at -= out->passed;
	while (len) {
		ssize_t n = pwrite(out->fd, p, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return output_fail(out, "write");
		p += n;
		at += (size_t)n;
		len -= (size_t)n;
	}
	return 0;
}

/* Gives the unnamed file the temporary name, so that it can be renamed. */
static int
name_temporary(struct output *out)
{
	int error;

	if (out->temporary)
		return 0;
	announce_temporary(out);
	if (file_give_name(out->fd, out->folder_fd, out->temporary) == 0) {
		leftover_made(out->leftover);
		return 0;
	}
	error = errno;
	forget_temporary(out);
	errno = error;
	return -1;
}

/* All that comes ahead of the sync. */
static int
prepare(struct output *out)
{
	if (out->prepared)
		return 0;
	if (out->fd < 0 && begin_temporary(out) < 0)
		return -1;
	if (out->old_fd >= 0 && fchown(out->fd, out->old_stat.st_uid, out->old_stat.st_gid) < 0 &&
	    errno != EPERM)
		return output_fail(out, "set the owner of");
	if (out->old_fd >= 0 && fchmod(out->fd, out->old_stat.st_mode & 01777) < 0)
		return output_fail(out, "set the mode of");
	out->prepared = true;
	return 0;
}

/* Where there was no file, the unnamed one gets its name at once. Returns false where it must be
 * renamed. */
static bool
give_name(struct output *out)
{
	if (out->old_fd >= 0 || out->temporary ||
	    file_give_name(out->fd, out->folder_fd, out->name) < 0)
		return false;
	close(out->fd);
	out->fd = -1;
	return true;
}

static int
rename_temporary(struct output *out)
{
	int fd = out->fd;

	if (name_temporary(out) < 0)
		return output_fail(out, "name the new");
	out->fd = -1;
	if (close(fd) < 0)
		return output_fail(out, "close");
	if (renameat(out->folder_fd, out->temporary, out->folder_fd, out->name) < 0)
		return output_fail(out, "replace");
	/* give_name may have done what it reported as failed, as NFS does where an answer is lost:
	 * of two names of one file, rename(2) leaves both. */
	if (out->old_fd < 0)
		unlinkat(out->folder_fd, out->temporary, 0);
	forget_temporary(out);
	return 0;
}

static int
replace(struct output *out)
{
	if (prepare(out) < 0)
		return -1;
	if (!out->relaxed && !out->synced && fsync(out->fd) < 0)
		return output_fail(out, "sync");
	if (!give_name(out) && rename_temporary(out) < 0)
		return -1;
	close_old(out);
	if (!out->relaxed && !out->folder_later)
		file_sync_name(out->diags, out->path, out->folder_fd, ".");
	return 0;
}

int
output_stand(struct output *out)
{
	if (out->failed)
		return -1;
	if (out->kind == OUTPUT_STREAM || is_unchanged(out))
		return 0;
	if (prepare(out) < 0)
		return -1;
	if (fsync(out->fd) < 0)
		return output_fail(out, "sync");
	out->synced = true;
	if (name_temporary(out) < 0)
		return output_fail(out, "name the new");
	leftover_gone(out->leftover);
	out->leftover = NULL;
	out->stands = true;
	file_sync_name(out->diags, out->path, out->folder_fd, ".");
	return 0;
}

void
output_hash(struct output *out)
{
	out->digest = digest_begin();
}

static const char *
path_of(struct output *out, int fd)
{
	return file_path_of(fd, arena_alloc(&out->diags->arena, FILE_PATH_OF_FD));
}

const char *
output_draft(struct output *out)
{
	if (out->failed || (out->kind == OUTPUT_STREAM && out->stream < 0))
		return NULL;
	if (is_unchanged(out))
		return NULL;
	if (out->fd < 0 && begin_temporary(out) < 0)
		return NULL;
	/* The disk works while the draft is read; the sync comes with the commit. */
	if (out->kind == OUTPUT_FILE && !out->relaxed)
		sync_file_range(out->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	return path_of(out, out->fd);
}

/* The folder that is open: where the output is a link it is not the one that it is in. */
static const char *
name_folder(struct output *out)
{
	struct arena *a = &out->diags->arena;
	const char *folder = file_folder(a, file_absolute_in(a, out->roots, out->path));
	struct stat named, open;
	char real[PATH_MAX];
	ssize_t len;

	if (fstat(out->folder_fd, &open) < 0 ||
	    (stat(folder, &named) == 0 && named.st_dev == open.st_dev &&
		named.st_ino == open.st_ino))
		return folder;
	len = readlink(path_of(out, out->folder_fd), real, sizeof(real));
	return len > 0 && (size_t)len < sizeof(real) ? arena_text(a, real, (size_t)len) : folder;
}

bool
output_is_stream(const struct output *out)
{
	return out->kind == OUTPUT_STREAM;
}

const char *
output_draft_name(struct output *out)
{
	struct arena *a = &out->diags->arena;

	if (out->kind == OUTPUT_STREAM || !output_draft(out))
		return NULL;
	if (name_temporary(out) < 0) {
		output_fail(out, "name the new");
		return NULL;
	}
	return file_join(a, out->roots ? name_folder(out) : out->folder, out->temporary);
}

const char *
output_old(struct output *out)
{
	return out->old_fd < 0 ? NULL : path_of(out, out->old_fd);
}

void
output_secret(struct output *out)
{
	out->secret = true;
}

void
output_relax(struct output *out)
{
	out->relaxed = true;
}

static void
finish_digest(struct output *out)
{
	if (!out->digest)
		return;
	digest_end(out->digest, out->sha256);
	out->digest = NULL;
}

/* What was patched is hashed as it stands in the end. */
static int
hash_patched(struct output *out)
{
	struct buf buf = {0};
	off_t at = 0;
	ssize_t n;

	finish_digest(out);
	out->digest = digest_begin();
	while ((n = pread(out->fd, buf_reserve(&buf, 65536), 65536, at)) > 0) {
		digest_add(out->digest, buf.data, (size_t)n);
		at += n;
	}
	buf_free(&buf);
	finish_digest(out);
	return n < 0 ? output_fail(out, "read") : 0;
}

const uint8_t *
output_sha256(struct output *out)
{
	if (out->patched && out->digest && !out->failed)
		hash_patched(out);
	finish_digest(out);
	return out->sha256;
}

void
output_attribute(struct output *out, const char *name, const void *value, size_t len)
{
	if (out->kind == OUTPUT_FILE && out->fd >= 0)
		fsetxattr(out->fd, name, value, len, 0);
}

/* What was held goes to the stream. */
static int
release(struct output *out)
{
	struct buf buf = {0};
	int held = out->fd;
	off_t at = 0;
	ssize_t n;

	out->fd = out->stream;
	out->stream = -1;
	while ((n = pread(held, buf_reserve(&buf, 65536), 65536, at)) > 0 &&
	       write_all(out, buf.data, (size_t)n) == 0)
		at += n;
	if (n < 0)
		output_fail(out, "read back what is for");
	buf_free(&buf);
	close(held);
	return out->failed ? -1 : 0;
}

int
output_commit(struct output *out, bool *changed)
{
	int result;

	*changed = true;
	output_sha256(out);
	if (out->stream >= 0 && !out->failed)
		release(out);
	if (out->failed) {
		output_abort(out);
		return -1;
	}
	if (out->kind == OUTPUT_STREAM) {
		int fd = out->fd;

		out->fd = -1;
		output_abort(out);
		if (fd != STDOUT_FILENO && close(fd) < 0)
			return output_fail(out, "close");
		return 0;
	}
	if (is_unchanged(out)) {
		*changed = false;
		output_abort(out);
		return 0;
	}
	result = replace(out);
	if (out->stands)
		forget_temporary(out);
	output_abort(out);
	return result;
}

/* --- Many files --- */

/* A folder in which names are to last. */
struct sync_folder {
	int fd;
	struct stat is;
	int error; /* of its sync */
};

struct sync {
	struct output *const *outs;
	size_t n;
	size_t *folder_of; /* of each output that is `folder_later` */
	struct sync_folder *folders;
	size_t n_folders;
};

static bool
is_to_sync(struct output *out)
{
	return out->kind == OUTPUT_FILE && !out->failed && !out->relaxed && !is_unchanged(out);
}

static void
sync_one(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	const struct sync *sync = ctx;
	struct output *out = sync->outs[chunk];

	(void)worker;
	(void)slot;
	if (!is_to_sync(out) || prepare(out) < 0)
		return;
	if (fsync(out->fd) < 0)
		output_fail(out, "sync");
	else
		out->synced = true;
}

/* Of many files each sync would wait for the disk. File systems put together what is asked for at a
 * time. (syncfs(2) would wait for what others write, too.) */
static void
sync_files(struct sync *sync)
{
	enum { AT_A_TIME = 16 };
	struct pool_work work = {.ctx = sync, .n_chunks = sync->n, .work = sync_one};

	pool_run(sync->n < AT_A_TIME ? (unsigned)sync->n : AT_A_TIME, &work);
}

/* Opens the folder of output `i`, unless it is open. Returns false where it cannot be. */
static bool
open_sync_folder(struct sync *sync, size_t i)
{
	struct sync_folder *folder = &sync->folders[sync->n_folders];
	int fd = sync->outs[i]->folder_fd;
	size_t *k = &sync->folder_of[i];

	if (fstat(fd, &folder->is) < 0)
		return false;
	for (*k = 0; *k < sync->n_folders; (*k)++)
		if (sync->folders[*k].is.st_dev == folder->is.st_dev &&
		    sync->folders[*k].is.st_ino == folder->is.st_ino)
			return true;
	folder->error = 0;
	folder->fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	sync->n_folders += folder->fd >= 0;
	return folder->fd >= 0;
}

/* Once the files have their names. */
static void
sync_folders(struct sync *sync)
{
	for (size_t i = 0; i < sync->n_folders; i++) {
		struct sync_folder *folder = &sync->folders[i];

		if (fsync(folder->fd) < 0 && errno != EINVAL) /* as file_sync_name */
			folder->error = errno;
		close(folder->fd);
	}
	for (size_t i = 0; i < sync->n; i++) {
		struct output *out = sync->outs[i];
		int error = out->folder_later ? sync->folders[sync->folder_of[i]].error : 0;

		if (error)
			file_unsynced(out->diags, out->path, error);
	}
}

void
output_commit_all(struct output *const *outs, size_t n, int *done, bool *changed)
{
	struct sync sync = {.outs = outs,
	    .n = n,
	    .folder_of = mem_alloc((n + 1) * sizeof(*sync.folder_of)),
	    .folders = mem_alloc((n + 1) * sizeof(*sync.folders))};

	sync_files(&sync);
	for (size_t i = 0; i < n; i++)
		outs[i]->folder_later = outs[i]->synced && open_sync_folder(&sync, i);
	for (size_t i = 0; i < n; i++) {
		done[i] = output_commit(outs[i], &changed[i]);
		outs[i]->folder_later = outs[i]->folder_later && done[i] == 0;
	}
	sync_folders(&sync);
	free(sync.folders);
	free(sync.folder_of);
}

static void
close_unless_stdout(int *fd)
{
	if (*fd >= 0 && *fd != STDOUT_FILENO)
		close(*fd);
	*fd = -1;
}

void
output_abort(struct output *out)
{
	finish_digest(out);
	close_old(out);
	close_unless_stdout(&out->stream);
	close_unless_stdout(&out->fd);
	if (out->temporary)
		unlinkat(out->folder_fd, out->temporary, 0);
	forget_temporary(out);
	close_unless_stdout(&out->folder_fd);
}

int
output_replace(struct diags *diags, const struct roots *roots, const char *path, struct text text)
{
	struct output *out = output_open_in(diags, roots, path);
	bool changed;
	int result = -1;

	if (out)
		result =
		    output_write(out, text.data, text.len) == 0 ? output_commit(out, &changed) : -1;
	if (out && result < 0)
		output_abort(out);
	return result;
}
