/* Judge: what was written is read again, as a server will, ahead of its publication. */
#ifndef PUBLISH_JUDGE_H
#define PUBLISH_JUDGE_H

#include "base/output.h"
#include "dnssec/key.h"
#include "dnssec/verify.h"
#include "project/project.h"

/* Are signatures checked, too? Where nobody says so: those of keys on a token are, for a registry
 * published thousands of wrong ones that failing hardware had made; those that were made a moment
 * ago from records in memory are as good as the rest of the machine. */
bool
judge_is_full(enum project_verify verify, const struct keys *keys);

/* Reads what was written, which is in the file at `path`, into `store`, whose store_free is due
 * either way, and says in `options` what it lacks. Returns 0, or -1 with problems added. */
typedef int
judge_reader(void *ctx, const char *path, struct verify_options *options, struct store *store);

/* Reads all of it. */
int
judge_read(struct diags *diags, const char *path, const struct name *apex,
    const struct verify_options *options, struct store *store);

/* Judges the signed zone `apex` that was written to `out`, or that stays there as it is; `path` is
 * what messages call it, "-" standard output. `reader` NULL: all of it is read. Returns 0, or -1
 * with problems added. */
int
judge_output(struct diags *diags, struct output *out, const char *path, const struct name *apex,
    const struct verify_options *options, judge_reader *reader, void *ctx);

#endif
