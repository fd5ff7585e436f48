#define _GNU_SOURCE
#include "project/lock.h"

#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_KEYS "keys.lock" /* beside other hooks of the same build */

/* How often a lock that another has is asked for before the waiting is told of. */
enum { TRIES = 50, BETWEEN_TRIES_NS = 20000000 };

/* One that another user made is not always to be written, and need not be. */
static int
open_lock(const struct roots *own, const char *path)
{
	int fd = file_open(own, path, O_RDWR | O_CREAT | O_NONBLOCK);

	return fd < 0 && (errno == EACCES || errno == EROFS)
		   ? file_open(own, path, O_RDONLY | O_NONBLOCK)
		   : fd;
}

/* What of the file is locked: all of it, alone or with others that share it, or some octets, one
 * for each place of a shard (shard.h). */
struct part {
	bool shared;
	struct shard_places places; /* none: the whole file */
};

static const struct part whole = {0}, shared = {.shared = true};

/* The locks of octets belong to the open file as those of flock do, and not to the process. */
static int
lock_octets(int fd, const struct shard_places *places, bool waits)
{
	struct flock octets = {.l_type = F_WRLCK,
	    .l_whence = SEEK_SET,
	    .l_start = (off_t)places->from,
	    .l_len = (off_t)(places->to - places->from)};
	int result = fcntl(fd, waits ? F_OFD_SETLKW : F_OFD_SETLK, &octets);

	if (result < 0 && errno == EACCES)
		errno = EWOULDBLOCK;
	else if (result < 0 && errno == EBADF) /* open_lock could open it to be read alone */
		errno = EACCES;
	return result;
}

static int
try_lock(int fd, const struct part *part, bool waits)
{
	int operation = part->shared ? LOCK_SH : LOCK_EX, result;

	do
		result = part->places.to ? lock_octets(fd, &part->places, waits)
					 : flock(fd, waits ? operation : operation | LOCK_NB);
	while (result < 0 && errno == EINTR);
	return result;
}

static int
wait_for(struct diags *diags, const char *path, int fd, const struct part *part)
{
	const struct timespec pause = {.tv_nsec = BETWEEN_TRIES_NS};
	int tries = 0;

	while (try_lock(fd, part, false) < 0) {
		if (errno != EWOULDBLOCK)
			return -1;
		if (tries++ == TRIES) {
			if (diags->waiting)
				diags->waiting(path);
			return try_lock(fd, part, true);
		}
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* Is the file that is locked the one that others will lock? `.zonepp` may be removed at any time.
 */
static bool
is_there(const struct roots *own, int fd, const char *path)
{
	struct stat locked, named;

	return fstat(fd, &locked) == 0 && file_stat(own, path, &named) == 0 &&
	       locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

static bool
is_regular(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	errno = EINVAL;
	return S_ISREG(st.st_mode);
}

/* Waits for the lock, if there are diags to tell that in. Returns -1 with errno set. */
static int
take(struct diags *diags, const struct roots *own, const char *path, const struct part *part)
{
	int fd;

	do {
		fd = open_lock(own, path);
		if (fd < 0)
			return -1;
		if (!is_regular(fd) ||
		    (diags ? wait_for(diags, path, fd, part) : try_lock(fd, part, false)) < 0)
			break;
		if (is_there(own, fd, path))
			return fd;
		close(fd);
	} while (true);
	return file_close(fd, -1);
}

static int
fail(struct diags *diags, const char *path)
{
	int error = errno;
	bool lacking = error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP;

	if (error == EXDEV)
		return diag_add_path(
		    diags, path, F_LINK, "cannot lock %s: a symbolic link leads elsewhere", path);
	return diag_add_path(diags, path, lacking ? F_NO_LOCKS : F_LOCKING, "cannot lock %s: %s",
	    path, error == EINVAL ? "it is not a regular file" : strerror(error));
}

static const char *
path_of(struct arena *a, const struct project *project, const char *name)
{
	return file_join(a, project->folder, arena_printf(a, ".zonepp/%s", name));
}

/* --- Runs that hooks start --- */

/* For each lock that a run above this one holds, a word PID:LOCK:DEVICE:INODE, the last two being
 * those of the project's folder. */
static const char variable[] = "ZONEPP_LOCKS";

/* The word less its PID; NULL: there is no such folder. */
static const char *
word_of(struct arena *a, const struct project *project, const char *name)
{
	struct stat st;

	if (stat(project->folder, &st) < 0)
		return NULL;
	return arena_printf(
	    a, ":%s:%llx:%llx", name, (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
}

/* Returns 0 where it has none, and -1 where that cannot be told. */
static pid_t
parent_of(pid_t pid)
{
	char path[64], line[512];
	FILE *file;
	size_t n;
	const char *end;
	long parent;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	file = fopen(path, "re");
	if (!file)
		return -1;
	n = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[n] = '\0';
	end = strrchr(line, ')'); /* of its name, in which anything may stand */
	return end && sscanf(end, ") %*c %ld", &parent) == 1 ? (pid_t)parent : -1;
}

/* What outlived the hook that started it has another parent, and no number is taken for a process
 * that it meant long ago. */
static bool
is_above(pid_t wanted)
{
	pid_t pid = getppid();

	while (pid > 0 && pid != wanted)
		pid = parent_of(pid);
	return pid == wanted || (pid < 0 && (kill(wanted, 0) == 0 || errno == EPERM));
}

bool
lock_is_above(struct arena *a, const struct project *project, const char *name)
{
	const char *at = getenv(variable), *word = at ? word_of(a, project, name) : NULL;

	while (word && *at) {
		size_t len = strcspn(at, " ");
		char *end;
		long pid = strtol(at, &end, 10);

		if (pid > 0 && strlen(word) == len - (size_t)(end - at) &&
		    strncmp(end, word, strlen(word)) == 0 && is_above((pid_t)pid))
			return true;
		at += len + (at[len] == ' ');
	}
	return false;
}

char *
lock_tell(struct arena *a, const struct project *project, const char *name)
{
	const char *above = getenv(variable), *word = word_of(a, project, name);

	return arena_printf(a, "%s=%s%s%ld%s", variable, above ? above : "",
	    above && *above ? " " : "", (long)getpid(), word ? word : "");
}

int
lock_refuse(struct diags *diags, const struct project *project, const char *name)
{
	const char *path = path_of(&diags->arena, project, name);

	return diag_add_path(diags, path, P_NESTED,
	    "a hook of the run that has %s started this one: each would wait for the other", path);
}

/* --- Taking and giving --- */

const char *
lock_of_certificate(struct arena *a, const char *certificate)
{
	return arena_printf(a, "%s.roll", certificate);
}

static int
check_path(struct diags *diags, const struct project *project, const char *name)
{
	return output_permitted(diags, &project->own, path_of(&diags->arena, project, name));
}

int
lock_check(struct diags *diags, const struct project *project)
{
	int result = 0;

	if (!project->locking)
		return 0;
	if (check_path(diags, project, LOCK_BUILD) < 0 ||
	    check_path(diags, project, LOCK_SHARDS) < 0 ||
	    check_path(diags, project, LOCK_STATE) < 0 || check_path(diags, project, LOCK_TELL) < 0)
		result = -1;
	for (size_t i = 0; i < project->n_certificates; i++)
		if (check_path(diags, project,
			lock_of_certificate(&diags->arena, project->certificates[i].name)) < 0)
			result = -1;
	return result;
}

static int
begin(struct diags *diags, const struct project *project, const char *name, const struct part *part,
    int *lock)
{
	const char *path = path_of(&diags->arena, project, name);

	*lock = -1;
	if (lock_is_above(&diags->arena, project, name))
		return lock_refuse(diags, project, name);
	if (!project->locking)
		return 0;
	*lock = take(diags, &project->own, path, part);
	return *lock < 0 ? fail(diags, path) : 0;
}

int
lock_begin(struct diags *diags, const struct project *project, const char *name, int *lock)
{
	return begin(diags, project, name, &whole, lock);
}

int
lock_begin_build(
    struct diags *diags, const struct project *project, struct shard shard, struct build_lock *lock)
{
	const struct part part = {.places = shard_places(shard)};
	bool is_part = shard.n > 0;

	*lock = (struct build_lock){{-1, -1}};
	if (begin(diags, project, LOCK_BUILD, is_part ? &shared : &whole, &lock->held[0]) < 0)
		return -1;
	if (!is_part || begin(diags, project, LOCK_SHARDS, &part, &lock->held[1]) == 0)
		return 0;
	lock_end(lock->held[0]);
	return -1;
}

void
lock_end_build(const struct build_lock *lock)
{
	lock_end(lock->held[1]);
	lock_end(lock->held[0]);
}

int
lock_begin_keys(struct diags *diags, const struct project *project, int *lock)
{
	bool is_hook = lock_is_above(&diags->arena, project, LOCK_BUILD);

	return lock_begin(diags, project, is_hook ? LOCK_KEYS : LOCK_BUILD, lock);
}

int
lock_try(
    struct diags *diags, const struct project *project, const char *name, bool *taken, int *lock)
{
	const char *path = path_of(&diags->arena, project, name);

	*lock = project->locking ? take(NULL, &project->own, path, &whole) : -1;
	*taken = !project->locking || *lock >= 0;
	return *taken || errno == EWOULDBLOCK ? 0 : fail(diags, path);
}

bool
lock_is_held(struct arena *a, const struct project *project, const char *name)
{
	int fd = file_open(&project->own, path_of(a, project, name), O_RDONLY | O_NONBLOCK);
	bool held = fd >= 0 && try_lock(fd, &shared, false) < 0 && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return held;
}

/* What waits for a command that runs on, as whoever was to hear of that was killed, has the file
 * open, too: the lock ends with the last of them. */
void
lock_end(int lock)
{
	if (lock >= 0)
		close(lock);
}
