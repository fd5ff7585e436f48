#define _GNU_SOURCE
#include "base/leftover.h"

#include "base/digest.h"
#include "base/jobserver.h"
#include "base/mem.h"
#include "base/signal_part.h"
#include "base/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- Names --- */

static const char suffix[] = ".zonepp-tmp";

/* ".FILE." as it begins. No two files share it: what is too long is told apart by its digest. */
static void
print_prefix(const char *file, char prefix[NAME_MAX + 1])
{
	enum { WHOLE = 200, BEGINNING = 160, DIGITS = 32 };
	uint8_t sha256[DIGEST_LEN];
	char *to = prefix;

	if (strlen(file) <= WHOLE) {
		snprintf(prefix, NAME_MAX + 1, ".%s.", file);
		return;
	}
	digest_sha256((struct bytes){(const uint8_t *)file, strlen(file)}, sha256);
	to += sprintf(to, ".%.*s~", BEGINNING, file);
	for (int i = 0; i < DIGITS / 2; i++)
		to += sprintf(to, "%02x", sha256[i]);
	sprintf(to, ".");
}

char *
leftover_name(struct arena *a, const char *file)
{
	char prefix[NAME_MAX + 1];

	print_prefix(file, prefix);
	return arena_printf(a, "%s%ld%s", prefix, (long)getpid(), suffix);
}

bool
leftover_is(const char *name)
{
	size_t len = strlen(name);

	return len >= sizeof(suffix) && strcmp(name + len - sizeof(suffix) + 1, suffix) == 0;
}

/* The process whose temporary name for the file this is; 0: it is none. */
static pid_t
process_of(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);
	long pid;
	char *end;

	if (strncmp(name, prefix, len) != 0 || name[len] < '1' || name[len] > '9')
		return 0;
	errno = 0;
	pid = strtol(name + len, &end, 10);
	return errno == 0 && pid <= INT_MAX && strcmp(end, suffix) == 0 ? (pid_t)pid : 0;
}

bool
leftover_is_of(const char *name, const char *file)
{
	char prefix[NAME_MAX + 1];

	print_prefix(file, prefix);
	return process_of(name, prefix) > 0;
}

const char *
leftover_file(struct arena *a, const char *name)
{
	const char *end = name + strlen(name);
	const char *file;

	if (!leftover_is(name) || *name != '.')
		return NULL;
	end -= sizeof(suffix) - 1;
	while (end > name + 1 && end[-1] >= '0' && end[-1] <= '9')
		end--;
	if (end < name + 3 || end[-1] != '.')
		return NULL;
	file = arena_text(a, name + 1, (size_t)(end - 1 - (name + 1)));
	return leftover_is_of(name, file) ? file : NULL;
}

/* --- Of this run --- */

enum slot_state {
	SLOT_FREE,
	SLOT_MAKING, /* its file may be there or not; signals wait in that thread */
	SLOT_MADE,
	SLOT_ENDED, /* its file is removed, for a signal ends the program */
};

struct leftover {
	atomic_int state;
	int folder_fd;
	char name[NAME_MAX + 1];
	sigset_t blocked; /* ahead of SLOT_MAKING */
};

/* Signals find them nowhere but here: static they must be. */
static struct leftover slots[1024];
static atomic_bool is_ending;
static pid_t this_run; /* whose they are; children know of them */

static bool
move_on(struct leftover *slot, enum slot_state from, enum slot_state to)
{
	int expected = (int)from;

	return atomic_compare_exchange_strong(&slot->state, &expected, to);
}

static struct leftover *
take_free(void)
{
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
		if (move_on(&slots[i], SLOT_FREE, SLOT_MAKING))
			return &slots[i];
	return NULL;
}

static void
wait_for_end(void)
{
	for (;;)
		pause();
}

struct leftover *
leftover_add(int folder_fd, const char *name)
{
	sigset_t set, blocked;
	struct leftover *slot;

	sigemptyset(&set);
	for (size_t i = 0; i < N_SIGNALS_ENDING; i++)
		sigaddset(&set, signals_ending[i]);
	pthread_sigmask(SIG_BLOCK, &set, &blocked);
	slot = take_free();
	if (slot && atomic_load(&is_ending)) {
		atomic_store(&slot->state, SLOT_FREE);
		wait_for_end();
	}
	if (!slot) {
		pthread_sigmask(SIG_SETMASK, &blocked, NULL);
		return NULL;
	}
	slot->folder_fd = folder_fd;
	slot->blocked = blocked;
	snprintf(slot->name, sizeof(slot->name), "%s", name);
	return slot;
}

/* Ends the making. */
static bool
is_made(struct leftover *leftover, enum slot_state next)
{
	sigset_t blocked = leftover->blocked;

	if (!move_on(leftover, SLOT_MAKING, next))
		return false;
	pthread_sigmask(SIG_SETMASK, &blocked, NULL);
	return true;
}

void
leftover_made(struct leftover *leftover)
{
	if (leftover)
		is_made(leftover, SLOT_MADE);
}

void
leftover_gone(struct leftover *leftover)
{
	if (leftover && !is_made(leftover, SLOT_FREE))
		move_on(leftover, SLOT_MADE, SLOT_FREE);
}

/* Another thread may be in the midst of making it: a moment is enough for that. */
static void
remove_one(struct leftover *slot)
{
	enum { MOMENT_MS = 1000 };

	for (int i = 0; i < MOMENT_MS && atomic_load(&slot->state) == SLOT_MAKING; i++)
		poll(NULL, 0, 1);
	if (move_on(slot, SLOT_MADE, SLOT_ENDED))
		tree_remove(slot->folder_fd, slot->name);
}

void
leftover_end(void)
{
	if (this_run && getpid() != this_run)
		return;
	if (atomic_exchange(&is_ending, true))
		wait_for_end();
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
		remove_one(&slots[i]);
	jobserver_give_back();
}

/* Async-signal-safe (signal-safety(7)). A second thread that a signal meets leaves it to the
 * first. */
static void
end(int number)
{
	sigset_t set;

	leftover_end();
	signal(number, SIG_DFL);
	raise(number);
	sigemptyset(&set);
	sigaddset(&set, number);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void
leftover_watch(void)
{
	struct sigaction action = {.sa_handler = end}, now;

	this_run = getpid();
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < N_SIGNALS_ENDING; i++)
		if (sigaction(signals_ending[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
			sigaction(signals_ending[i], &action, NULL);
}

/* --- Of earlier runs --- */

/* What a folder holds, or held when it was first looked at. */
struct folder {
	dev_t device;
	ino_t inode;
	char **names; /* those that end as leftovers do; mostly none */
	size_t n, cap;
};

/* With thousands of files in a folder, each of which is looked for there, it must not be read for
 * each. */
static struct folder folders[64];
static size_t n_folders;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static char *
copy_of(const char *name)
{
	size_t size = strlen(name) + 1;

	return memcpy(mem_alloc(size), name, size);
}

static void
read_folder(int fd, struct folder *out)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = own < 0 ? NULL : fdopendir(own);
	struct dirent *entry;

	if (!dir && own >= 0)
		close(own);
	while (dir && (entry = readdir(dir))) {
		if (!leftover_is(entry->d_name))
			continue;
		out->names = mem_grow(out->names, out->n, &out->cap, sizeof(*out->names));
		out->names[out->n++] = copy_of(entry->d_name);
	}
	if (dir)
		closedir(dir);
}

static void
forget(struct folder *folder)
{
	for (size_t i = 0; i < folder->n; i++)
		free(folder->names[i]);
	free(folder->names);
}

size_t
leftover_list(struct arena *a, int folder_fd, char ***names)
{
	struct folder folder = {0};
	size_t n;

	read_folder(folder_fd, &folder);
	*names = arena_alloc(a, folder.n * sizeof(**names) + 1);
	for (size_t i = 0; i < folder.n; i++)
		(*names)[i] = arena_text(a, folder.names[i], strlen(folder.names[i]));
	n = folder.n;
	forget(&folder);
	return n;
}

/* Returns NULL where there is room for no more folders. */
static const struct folder *
known_folder(int fd, const struct stat *st)
{
	const struct folder *found = NULL;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n_folders && !found; i++)
		if (folders[i].device == st->st_dev && folders[i].inode == st->st_ino)
			found = &folders[i];
	if (!found && n_folders < sizeof(folders) / sizeof(folders[0])) {
		struct folder *folder = &folders[n_folders++];

		folder->device = st->st_dev;
		folder->inode = st->st_ino;
		read_folder(fd, folder);
		found = folder;
	}
	pthread_mutex_unlock(&lock);
	return found;
}

/* Its own id is that of an earlier process: this one has made nothing of that file yet. */
static bool
is_dead(pid_t pid)
{
	return pid == getpid() || (kill(pid, 0) < 0 && errno == ESRCH);
}

/* A process elsewhere, which is not seen here, holds a lock on what it writes. */
static void
remove_leftover(int folder_fd, const char *name, uid_t owner)
{
	int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_uid == geteuid() || st.st_uid == owner) && flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(folder_fd, name, 0);
	close(fd);
}

void
leftover_sweep(int folder_fd, const char *file, uid_t owner)
{
	struct folder own = {0};
	const struct folder *folder;
	char prefix[NAME_MAX + 1];
	struct stat st;

	if (fstat(folder_fd, &st) < 0)
		return;
	folder = known_folder(folder_fd, &st);
	if (!folder) {
		read_folder(folder_fd, &own);
		folder = &own;
	}
	print_prefix(file, prefix);
	for (size_t i = 0; i < folder->n; i++) {
		pid_t pid = process_of(folder->names[i], prefix);

		if (pid > 0 && is_dead(pid))
			remove_leftover(folder_fd, folder->names[i], owner);
	}
	forget(&own);
}
