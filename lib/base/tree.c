#define _GNU_SOURCE
#include "base/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static bool
is_itself_or_above(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Returns whether anything was removed. readdir(3) takes memory, which no signal handler may. */
static bool
remove_entries(int fd)
{
	enum { SOME = 1024 }; /* there is one of it for each level */
	_Alignas(struct dirent64) char room[SOME];
	bool any = false;
	ssize_t len;

	while ((len = getdents64(fd, room, sizeof(room))) > 0)
		for (ssize_t at = 0; at < len;) {
			const struct dirent64 *entry = (const void *)(room + at);

			if (!is_itself_or_above(entry->d_name) &&
			    tree_remove(fd, entry->d_name) == 0)
				any = true;
			at += entry->d_reclen;
		}
	return any;
}

int
tree_remove(int folder_fd, const char *name)
{
	int fd;

	if (unlinkat(folder_fd, name, 0) == 0)
		return 0;
	fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	/* Where entries leave, others may be passed over. */
	while (remove_entries(fd))
		lseek(fd, 0, SEEK_SET);
	close(fd);
	return unlinkat(folder_fd, name, AT_REMOVEDIR);
}
