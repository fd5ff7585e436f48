/* Who has access to secrets in files: private keys, passwords, PINs. It is told of the file, and
 * not of the line that names it, which may be one of many. */
#ifndef BASE_ACCESS_H
#define BASE_ACCESS_H

#include "base/buf.h"
#include "base/file.h"
#include "base/known.h"

/* Warns where others than its owner have access to a secret, which is called `what`, as "the
 * private key"; once for each path. Pipes and the like are nobody else's. Returns -1 where that is
 * an error, else 0. */
int
access_judge(struct diags *diags, const char *path, const char *what, const struct stat *st);

/* Warns where somebody else than we, root and whoever owns the folder of `home_path` can exchange
 * the keys of the open folder: who owns it, or may write to it. Returns -1 where that is an error,
 * else 0. */
int
access_judge_folder(struct diags *diags, const char *path, int fd);

/* Warns where a key is owned by somebody else than we, root and whoever owns its folder. Returns -1
 * where that is an error, else 0. */
int
access_judge_owner(
    struct diags *diags, const struct roots *roots, const char *path, const struct stat *st);

/* Appends what of the file is told of; nothing where its access is as it should be. */
void
access_print(struct buf *b, const struct stat *st);

/* Files of which one run told. Zero-initialised is ready for use. */
struct access_told {
	struct arena a;
	struct known paths;
};

/* Takes warnings of others' access to a file out of `diags`, where the run told of that file
 * before: zones share files. */
void
access_tell_once(struct access_told *told, struct diags *diags);

void
access_told_free(struct access_told *told);

#endif
