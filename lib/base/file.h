/* Files: reading them, and what the ways to write them (output.h, create.h) share. A text that was
 * read is followed by a '\0', so that scanners need no bounds check. Reads can be confined to
 * folders: templates come from pull requests. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/confine.h"
#include "base/diag.h"

#include <sys/stat.h>
#include <sys/types.h>

/* Opens `path` as open(2), within `roots`. Returns -1 with errno set. */
int
file_open(const struct roots *roots, const char *path, int flags);

/* As stat(2). Within roots, a symbolic link that was put there just now is seen as one. */
int
file_stat(const struct roots *roots, const char *path, struct stat *out);

/* As unlink(2), within roots. */
int
file_remove(const struct roots *roots, const char *path);

/* Loads `path` ("-": standard input) into memory that lives as long as `diags`. With roots, or
 * named at a position, it must be a regular file. Returns -1 with one problem added at `pos`, or at
 * the path where `pos` is nowhere. */
int
file_load(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    struct text *out);

/* A file that is held open until the diags are freed, to be read again. */
struct file_held;

/* As file_load, in `n_workers` threads. `*held` is NULL where the file is small, or cannot be read
 * twice. */
int
file_load_held(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    unsigned n_workers, struct text *out, const struct file_held **held);

/* Returns -1, and tells of nothing, where the file has changed or cannot be read. */
int
file_load_again(struct diags *diags, const struct file_held *held, struct text *out);

/* As file_load, without a problem where the file does not exist: `out->data` is NULL then. */
int
file_load_if(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    struct text *out);

/* As file_load, or with `may_lack` as file_load_if, for a file that is refused unread if it is
 * larger than `most` octets. */
int
file_load_small(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    size_t most, bool may_lack, struct text *out);

/* As file_load, for a password: what is noted of it (INPUT_SECRET) tells nothing of its contents.
 */
int
file_load_secret(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    struct text *out);

struct file_entry {
	const char *name;
	bool is_folder; /* or a symbolic link to one */
};

struct file_list {
	struct file_entry *items; /* sorted by name, without "." and ".." */
	size_t n;
};

/* Lists the folder at `path`, in the arena of `diags`. `out->items` is NULL where there is no
 * folder of that name. Returns -1 with one problem added at `pos` where it cannot be read. */
int
file_list_if(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    struct file_list *out);

/* As file_stat, in which nothing but ENOENT and ENOTDIR is absence: `*there` tells. Returns -1 with
 * one problem added where it cannot be told. */
int
file_stat_if(
    struct diags *diags, const struct roots *roots, const char *path, struct stat *st, bool *there);

/* Adds that `path` cannot be opened within `roots`, for the reason in errno. Returns -1. */
int
file_refuse(struct diags *diags, const struct roots *roots, const char *path);

/* Is errno that of a file or folder that is not there? */
bool
file_is_absence(int error);

/* Notes that `path` was read and held `text` (data NULL: there is no such file), where `diags`
 * tracks its inputs. For those who read by other means than file_load. */
void
file_note_input(struct diags *diags, const struct roots *roots, const char *path, struct text text);

/* The same where the file is an input of that kind, as it is now. */
void
file_note_as(
    struct diags *diags, enum input_kind kind, const struct roots *roots, const char *path);

/* Does the text begin like a private key's? Such a file, given by mistake, must not be quoted. */
bool
file_is_private(struct text text);

/* Is `path`, or a folder that leads to it from the project's, a symbolic link? Such a file need not
 * be what its name says. */
bool
file_is_linked(const struct roots *roots, const char *path);

/* The SHA-256 of what an input of that kind is noted for; returns false where it cannot be read. */
bool
file_digest(enum input_kind kind, const struct roots *roots, const char *path, uint8_t sha256[32]);

/* `path` as seen from the folder of the file `base`, unless it is absolute; in `a`. */
char *
file_beside(struct arena *a, const char *base, struct text path);

/* Joins folder and path, unless the path is absolute; in `a`. */
char *
file_join(struct arena *a, const char *folder, const char *path);

/* Opens the project's folder once for all that is read beneath it, until `a` is freed, and keeps
 * where relative paths begin: for those who open many files, and do not change their folder. */
void
file_hold_project(struct arena *a, struct roots *roots);

/* The absolute form of `path`, worked out by text alone (`.`, `..`, double slashes), without a last
 * slash unless it is "/"; in `a`. This is the form that roots have. */
char *
file_absolute(struct arena *a, const char *path);

/* The same for one of many: where `roots` keep the working folder, it is not asked for. */
char *
file_absolute_in(struct arena *a, const struct roots *roots, const char *path);

/* The folder that holds `path`, by text alone: "." where it names none; in `a`. */
char *
file_folder(struct arena *a, const char *path);

/* Makes the folder with `mode`, less the umask, and those above it that are missing with 0777, as
 * mkdir -p. Returns -1 with errno set. What is there already is no fault, folder or not. */
int
file_make_folder(const char *path, mode_t mode);

/* Closes what was read; hands on the result, and the errno, of what was done with it. */
int
file_close(int fd, int result);

/* Reads `len` octets at offset `at`. Returns false with errno set, EBUSY where not all of them are
 * there: somebody works on the file. */
bool
file_read_at(int fd, char *to, size_t len, size_t at);

/* Writes all of `text` to `fd`. Returns -1 with errno set. */
int
file_write(int fd, struct text text);

/* Opens a new file in `folder` that has no name, and vanishes with `fd` unless it gets one. Paths
 * start in the open folder `dir`, here and below. Returns -1 with errno set; some file systems know
 * no such files. */
int
file_open_unnamed(int dir, const char *folder, mode_t mode);

/* Gives the file the name `path`, if nothing has that name. Returns -1 with errno set. */
int
file_give_name(int fd, int dir, const char *path);

/* Makes the new name `path` in `folder` last, where its file system can. Adds one problem where
 * that fails. */
void
file_sync_name(struct diags *diags, const char *path, int dir, const char *folder);

/* Adds that it is not, for that error. */
void
file_unsynced(struct diags *diags, const char *path, int error);

enum { FILE_PATH_OF_FD = 32 };

/* A path to the open file, for those who want one. */
const char *
file_path_of(int fd, char room[FILE_PATH_OF_FD]);

#endif
