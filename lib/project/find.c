#define _GNU_SOURCE
#include "project/project.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* A project file above the start runs its hooks with the caller's rights: it must be the caller's,
 * the administrator's, or of who owns the start folder. */
static bool
is_trusted(const struct stat *file, const struct stat *start)
{
	return file->st_uid == geteuid() || file->st_uid == 0 || file->st_uid == start->st_uid;
}

/* A folder above the start that the caller may not look into has no project of his. */
static int
look_in(struct diags *diags, const char *folder, bool above, struct stat *file, const char **path)
{
	bool there;

	*path = file_join(&diags->arena, folder, "zonepp.yaml");
	if (above && stat(*path, file) < 0 && errno == EACCES)
		there = false;
	else if (file_stat_if(diags, NULL, *path, file, &there) < 0)
		return -1;
	if (!there)
		*path = NULL;
	return 0;
}

int
project_find_if(struct diags *diags, const char *folder, const char **path)
{
	struct arena *a = &diags->arena;
	struct stat start, here, above, file;
	bool there;

	*path = NULL;
	if (file_stat_if(diags, NULL, folder, &start, &there) < 0)
		return -1;
	for (here = start; there; here = above) {
		const char *parent = strcmp(folder, ".") == 0 ? ".." : file_join(a, folder, "..");

		if (look_in(diags, folder, here.st_ino != start.st_ino, &file, path) < 0)
			return -1;
		if (*path && is_trusted(&file, &start))
			return 0;
		*path = NULL;
		if (stat(parent, &above) < 0)
			return errno == EACCES || file_is_absence(errno)
				   ? 0
				   : file_stat_if(diags, NULL, parent, &above, &there);
		if (above.st_dev == here.st_dev && above.st_ino == here.st_ino)
			return 0;
		folder = parent;
	}
	return 0;
}

const char *
project_find(struct diags *diags, const char *folder)
{
	const char *path;

	if (project_find_if(diags, folder, &path) == 0 && !path)
		diag_add_path(diags, "zonepp.yaml", P_MISSING,
		    "there is no zonepp.yaml in this folder or above it; name it with -p");
	return path;
}
