#define _GNU_SOURCE
#include "publish/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int
lock_begin(struct arena *a, const struct project *project, const char *name)
{
	char *folder = file_join(a, project->folder, ".zonepp");
	char *path = file_join(a, folder, name);
	int fd;

	mkdir(folder, 0777);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0) /* one that another user made */
		fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && flock(fd, LOCK_EX) < 0 && errno == EINTR)
		;
	return fd;
}

void
lock_end(int lock)
{
	if (lock >= 0)
		close(lock);
}
