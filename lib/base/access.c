#define _GNU_SOURCE
#include "base/access.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

static bool
is_open(const struct stat *st)
{
	return S_ISREG(st->st_mode) && (st->st_mode & (S_IRWXG | S_IRWXO));
}

static bool
is_ours(uid_t owner)
{
	return owner == 0 || owner == geteuid();
}

void
access_print(struct buf *b, const struct stat *st)
{
	if (is_open(st))
		buf_printf(b, "mode %03o\n", (unsigned)st->st_mode & 0777);
	if (!is_ours(st->st_uid))
		buf_printf(b, "owner %ju\n", (uintmax_t)st->st_uid);
}

/* Returns whether there is no need to tell it again, which counts for `*result`. */
static bool
is_told(const struct diags *diags, const char *path, enum problem problem, int *result)
{
	*result = diag_severity(diags, problem) == SEVERITY_ERROR ? -1 : 0;
	for (size_t i = 0; i < diags->n; i++)
		if (diags->items[i].problem == problem && diags->items[i].place.path &&
		    strcmp(diags->items[i].place.path, path) == 0)
			return true;
	return false;
}

int
access_judge(struct diags *diags, const char *path, const char *what, const struct stat *st)
{
	int result;

	if (!is_open(st))
		return 0;
	if (is_told(diags, path, S_KEY_MODE, &result))
		return result;
	return diag_add_path(diags, path, S_KEY_MODE,
	    "%s has mode %03o: others than its owner have access to it", what,
	    (unsigned)st->st_mode & 0777);
}

/* With an access control list the bits of the group are its mask: the most that it gives to anyone.
 */
static bool
has_list(int fd)
{
	return fgetxattr(fd, "system.posix_acl_access", NULL, 0) > 0;
}

/* A group with the number of the folder's owner is their own, as adduser(8) makes it. */
static bool
is_group_another(const struct stat *st)
{
	return st->st_gid != 0 && st->st_gid != st->st_uid;
}

/* Nobody writes to what is mounted read-only, as volumes of secrets are in containers. */
static bool
others_write(int fd, const struct stat *st, bool listed)
{
	struct statvfs mount;
	bool may = (st->st_mode & S_IWOTH) ||
		   ((st->st_mode & S_IWGRP) && (listed || is_group_another(st)));

	return may && !(fstatvfs(fd, &mount) == 0 && (mount.f_flag & ST_RDONLY));
}

/* Who owns the folder of the project can exchange all of it: with root, in a container or by sudo,
 * that is whose project it is. */
static bool
is_project_of(struct diags *diags, uid_t owner)
{
	struct stat st;

	return diags->home_path && stat(file_folder(&diags->arena, diags->home_path), &st) == 0 &&
	       st.st_uid == owner;
}

int
access_judge_folder(struct diags *diags, const char *path, int fd)
{
	bool listed = has_list(fd);
	struct stat st;
	int result;

	if (fstat(fd, &st) < 0)
		return file_refuse(diags, NULL, path);
	if (is_told(diags, path, S_KEY_OWNER, &result))
		return result;
	if (others_write(fd, &st, listed))
		return diag_add_path(diags, path, S_KEY_OWNER,
		    "the folder of keys has mode %03o%s: others than its owner can exchange them",
		    (unsigned)st.st_mode & 07777, listed ? " and an access control list" : "");
	if (is_ours(st.st_uid) || is_project_of(diags, st.st_uid))
		return 0;
	return diag_add_path(diags, path, S_KEY_OWNER,
	    "the folder of keys is owned by the user %ju, who can exchange them",
	    (uintmax_t)st.st_uid);
}

int
access_judge_owner(
    struct diags *diags, const struct roots *roots, const char *path, const struct stat *st)
{
	struct stat folder;
	int result;

	if (is_ours(st->st_uid))
		return 0;
	if (is_told(diags, path, S_KEY_OWNER, &result))
		return result;
	if (file_stat(roots, file_folder(&diags->arena, path), &folder) == 0 &&
	    folder.st_uid == st->st_uid)
		return 0;
	return diag_add_path(diags, path, S_KEY_OWNER,
	    "the private key is owned by the user %ju, who can read and exchange it",
	    (uintmax_t)st->st_uid);
}

/* --- Once --- */

/* Was the file told of before? */
static bool
is_again(struct access_told *told, const struct diag *d)
{
	const char *path = d->place.path;
	size_t number;

	if (d->problem != S_KEY_MODE || d->severity == SEVERITY_ERROR || !path)
		return false;
	told->paths.a = &told->a;
	if (known_find(&told->paths, path, &number))
		return true;
	known_enter(&told->paths, arena_text(&told->a, path, strlen(path)), 0);
	return false;
}

void
access_tell_once(struct access_told *told, struct diags *diags)
{
	size_t kept = 0;

	for (size_t i = 0; i < diags->n; i++) {
		if (is_again(told, &diags->items[i]))
			diags->n_severity[diags->items[i].severity]--;
		else
			diags->items[kept++] = diags->items[i];
	}
	diags->n = kept;
}

void
access_told_free(struct access_told *told)
{
	known_free(&told->paths);
	arena_free(&told->a);
}
