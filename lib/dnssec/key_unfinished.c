/* Keys of which one file is written and the other is not, as the run that wrote them has ended: the
 * .key file is synced by a temporary name before the .private file changes, and gets its own behind
 * that. */
#define _GNU_SOURCE
#include "dnssec/key_part.h"

#include "base/leftover.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int
open_folder(struct arena *a, const struct roots *roots, const char *base)
{
	return file_open(roots, file_folder(a, base), O_RDONLY | O_DIRECTORY);
}

/* The name of the .key file in its folder. */
static const char *
public_name(struct arena *a, const char *base)
{
	const char *slash = strrchr(base, '/');

	return arena_printf(a, "%s.key", slash ? slash + 1 : base);
}

/* Is it the .key file that belongs to the .private file? */
static bool
read_one(const struct roots *roots, const char *path, const struct keyfile_name *name,
    const int64_t *time, struct keyfile_public *out)
{
	struct diags own = {0};
	struct text text;
	bool good = key_load_public(&own, roots, path, true, &text) == 0 && text.data &&
		    keyfile_public(&own, path, text, out) == 0 &&
		    key_check_public(&own, path, name, out) == 0 &&
		    (!time || memcmp(out->time, time, sizeof(out->time)) == 0);

	diags_free(&own);
	return good;
}

static bool
is_regular(int folder_fd, const char *name)
{
	struct stat st;

	return fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

void
key_pair_take_unfinished(struct arena *a, const struct roots *roots, const char *base,
    const struct keyfile_name *name, bool is_read, struct key_pair *pair)
{
	const int64_t *time = is_read ? pair->private_key.time : NULL;
	const char *file = public_name(a, base);
	int fd = open_folder(a, roots, base);
	struct keyfile_public found;
	char **names;
	size_t n = fd < 0 ? 0 : leftover_list(a, fd, &names);

	for (size_t i = 0; i < n && !pair->unfinished; i++) {
		const char *path = file_join(a, file_folder(a, base), names[i]);

		if (!leftover_is_of(names[i], file) || !is_regular(fd, names[i]) ||
		    !read_one(roots, path, name, time, &found))
			continue;
		pair->public_key = found;
		pair->has_public = true;
		pair->unfinished = names[i];
	}
	if (fd >= 0)
		close(fd);
}

int
key_pair_finish(
    struct diags *diags, const struct roots *roots, const char *base, const char *unfinished)
{
	const char *file = public_name(&diags->arena, base);
	const char *path = file_join(&diags->arena, file_folder(&diags->arena, base), file);
	int fd = unfinished ? open_folder(&diags->arena, roots, base) : -1;
	int result = 0;

	if (!unfinished)
		return 0;
	if (fd < 0 || renameat(fd, unfinished, fd, file) < 0)
		result = diag_add_path(
		    diags, path, F_WRITE, "cannot replace %s: %s", path, strerror(errno));
	else
		file_sync_name(diags, path, fd, ".");
	if (fd >= 0)
		close(fd);
	return result;
}

/* What else was left of a key whose files are whole is removed. */
static int
finish_key(struct diags *diags, const struct key_folder *folder, const char *file, int folder_fd)
{
	const char *base = file_join(&diags->arena, folder->path, file);
	char *room = mem_alloc(PRIVATE_LONGEST);
	struct diags own = {0};
	struct keyfile_name name;
	struct key_pair pair;
	int result = 0;

	if (keyfile_name(text_of(file), &name) == 0 &&
	    key_pair_read(&diags->arena, &own, folder->roots, base, &name, room, &pair) == 0) {
		result = key_pair_finish(diags, folder->roots, base, pair.unfinished);
		if (result == 0 && pair.has_public) {
			leftover_sweep(folder_fd, public_name(&diags->arena, base), geteuid());
			leftover_sweep(
			    folder_fd, arena_printf(&diags->arena, "%s.private", file), geteuid());
		}
	}
	OPENSSL_cleanse(room, PRIVATE_LONGEST);
	free(room);
	diags_free(&own);
	return result;
}

static bool
is_there(int folder_fd, const char *name)
{
	return faccessat(folder_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Removes what was left of a key that has neither file: it was never made. */
static void
remove_stray(struct arena *a, int folder_fd, const char *leftover)
{
	const char *file = leftover_file(a, leftover);
	size_t len = file ? key_stem_len(file) : 0;
	struct keyfile_name name;

	if (len > 0 && keyfile_name((struct text){file, len}, &name) == 0 &&
	    !is_there(folder_fd, arena_printf(a, "%.*s.private", (int)len, file)) &&
	    !is_there(folder_fd, arena_printf(a, "%.*s.key", (int)len, file)))
		leftover_sweep(folder_fd, file, geteuid());
}

/* Is a leftover among these of either file? */
static bool
has_any(struct arena *a, char *const *names, size_t n, const char *file)
{
	const char *private_name = arena_printf(a, "%s.private", file);
	const char *name = public_name(a, file);

	for (size_t i = 0; i < n; i++)
		if (leftover_is_of(names[i], name) || leftover_is_of(names[i], private_name))
			return true;
	return false;
}

int
key_folder_finish(struct diags *diags, const struct key_folder *folder)
{
	int fd = folder->has_leftovers
		     ? file_open(folder->roots, folder->path, O_RDONLY | O_DIRECTORY)
		     : -1;
	char **names;
	size_t n = fd < 0 ? 0 : leftover_list(&diags->arena, fd, &names);
	int result = 0;

	for (size_t i = 0; n > 0 && i < folder->n; i++)
		if (has_any(&diags->arena, names, n, folder->items[i].base) &&
		    finish_key(diags, folder, folder->items[i].base, fd) < 0)
			result = -1;
	for (size_t i = 0; i < n; i++)
		remove_stray(&diags->arena, fd, names[i]);
	if (fd >= 0)
		close(fd);
	return result;
}
