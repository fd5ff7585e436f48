/* A file that is replaced in one step, or not at all. What is written is first compared with what
 * the file holds: as long as both agree nothing touches the disk. From the first difference on it
 * goes to an unnamed temporary file in the same folder, which output_commit syncs, closes checked,
 * renames over the old one, and syncs the folder. Whatever happens before the rename, the old file
 * is whole; whatever happens behind it, the new one is the file.
 *
 * "-" is standard output; devices and pipes are written directly, or by output_commit in one go
 * behind output_hold. */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include "base/confine.h"
#include "base/diag.h"

struct output;

/* In `diags`' arena; links on the way are followed. Returns NULL with one problem added. */
struct output *
output_open(struct diags *diags, const char *path);

/* The same for a path that a project names, within `roots`, which are strict and outlive the
 * output; NULL: anywhere. "-" is standard output here, too. */
struct output *
output_open_in(struct diags *diags, const struct roots *roots, const char *path);

/* Where output_open writes: whoever names a path himself also means what its links lead to, though
 * nothing may be there yet; in `a`. Returns NULL with errno set. */
const char *
output_target(struct arena *a, const char *path);

/* Would no link keep the file at `path` from being written? Returns 0, or -1 with F_LINK added. */
int
output_permitted(struct diags *diags, const struct roots *roots, const char *path);

/* The same, and is there no folder, nor the name of one? */
int
output_possible(struct diags *diags, const struct roots *roots, const char *path);

/* Returns -1 with one problem added the first time that writing fails, silently -1 from then on. */
int
output_write(struct output *out, const void *data, size_t len);

/* A stream gets nothing of what is written from here on ahead of output_commit: it waits in an
 * unnamed file, in $TMPDIR or /tmp, or in memory where neither can hold one. No-op for files. */
void
output_hold(struct output *out);

/* Announces output_patch, ahead of the write that it will change: a stream is held from there. */
void
output_will_patch(struct output *out);

/* Writes `len` octets again, at offset `at`, behind output_will_patch. */
int
output_patch(struct output *out, size_t at, const void *data, size_t len);

/* From here on, what is written is hashed too. */
void
output_hash(struct output *out);

/* The SHA-256 of all that was written since output_hash. After the last write and patch. */
const uint8_t *
output_sha256(struct output *out);

/* Gives the new file an extended attribute (xattr(7)), where its file system has such. Streams have
 * none. Ahead of output_commit. */
void
output_attribute(struct output *out, const char *name, const void *value, size_t len);

/* A path at which what was written can be read ahead of output_commit; in the diags' arena. NULL
 * where the commit would change nothing, or the output is a stream that is not held. */
const char *
output_draft(struct output *out);

/* Is it a device or a pipe? */
bool
output_is_stream(const struct output *out);

/* As output_draft, by a name that other processes can open, in the file's folder: it vanishes with
 * the commit, or where that does not come. A stream's has none. */
const char *
output_draft_name(struct output *out);

/* A path at which the file's old contents can be read ahead of output_commit; NULL: there was none.
 */
const char *
output_old(struct output *out);

/* What the old file holds is cleansed from memory. Ahead of output_write. */
void
output_secret(struct output *out);

/* Leaves out the syncs: for files whose loss costs only time. */
void
output_relax(struct output *out);

/* What was written is on the disk by a temporary name (leftover.h), where it differs from the old
 * file, and stands there until output_commit is done or output_abort is called, even if the run
 * ends: whoever finds it there may finish the commit. No-op for streams. Behind the last write.
 * Returns 0, or -1 with one problem added. */
int
output_stand(struct output *out);

/* Makes the new file the file; `*changed` says whether it differs from the old one. Returns 0 if it
 * is, or -1 with one problem added. That a power cut may undo it is a problem, and returns 0. */
int
output_commit(struct output *out, bool *changed);

/* As output_commit for each of `n`, whose syncs are made together. `done` and `changed` are for
 * each what it returns and tells. */
void
output_commit_all(struct output *const *outs, size_t n, int *done, bool *changed);

/* Forgets what was written. No-op after output_commit. */
void
output_abort(struct output *out);

/* Makes the file at `path`, within `roots`, hold `text`, in one step, and only if that changes it.
 * Returns 0, or -1 with one problem added. */
int
output_replace(struct diags *diags, const struct roots *roots, const char *path, struct text text);

#endif
