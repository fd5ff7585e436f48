/* Locks of a project: files in `.zonepp/` beside the project file, which processes hold in turns.
 * They end with the process that holds them, and where it is killed, with its hooks (hook.h). What
 * cannot be locked is not done: two builds at once would spoil the state file. `locking: false` in
 * the project file leaves locks out. What is started by a hook of the run that has a lock never
 * gets it, and is refused at once. */
#ifndef PROJECT_LOCK_H
#define PROJECT_LOCK_H

#include "project/project.h"
#include "project/shard.h"

/* Who publishes, up to the hooks of changed zones. */
#define LOCK_BUILD "lock"
/* Who publishes a shard: the octets of its places. Shards share the former. */
#define LOCK_SHARDS "shards.lock"
/* Who changes the state file: builds until they have published, so that their hooks may change it.
 * Whoever holds the former takes it second. */
#define LOCK_STATE "state.lock"
/* Who tells of keys. */
#define LOCK_TELL "tell.lock"

/* Who runs commands of the certificate, one after another; in `a`. They may run zonepp build. */
const char *
lock_of_certificate(struct arena *a, const char *certificate);

/* Waits for the lock `name` and takes it; after a second of waiting `diags` tells so. Returns 0
 * with what lock_end takes, or -1 with one problem added. */
int
lock_begin(struct diags *diags, const struct project *project, const char *name, int *lock);

/* What a build holds: of the project and of its shard; -1: nothing. */
enum { BUILD_LOCKS = 2 };

struct build_lock {
	int held[BUILD_LOCKS];
};

/* The same for a build of all zones, which LOCK_BUILD lets nobody else do meanwhile, or of a shard,
 * beside which others may be built that have none of its zones, whatever their number is. */
int
lock_begin_build(struct diags *diags, const struct project *project, struct shard shard,
    struct build_lock *lock);

void
lock_end_build(const struct build_lock *lock);

/* As lock_begin, for whoever makes keys or writes their dates: that is LOCK_BUILD, as no build is
 * to read files of which one is written and the other is not. Where such a run has ended, the next
 * finishes what it left (key_folder_finish). A hook of a build, which has read its
 * keys, need not wait for that. */
int
lock_begin_keys(struct diags *diags, const struct project *project, int *lock);

/* As lock_begin, but does not wait: `*taken` tells whether it was had. */
int
lock_try(
    struct diags *diags, const struct project *project, const char *name, bool *taken, int *lock);

/* Has a run the lock at this moment? Of who only looks, and writes no file for it; in `a`. */
bool
lock_is_held(struct arena *a, const struct project *project, const char *name);

/* Does a run that waits for this one have the lock, as one of its hooks started this one? There,
 * lock_begin fails even in a project without locks. */
bool
lock_is_above(struct arena *a, const struct project *project, const char *name);

/* Adds the problem that it has. Returns -1. */
int
lock_refuse(struct diags *diags, const struct project *project, const char *name);

/* The environment variable, NAME=VALUE, by which runs that a hook starts learn of such a lock; in
 * `a`. */
char *
lock_tell(struct arena *a, const struct project *project, const char *name);

/* Would no link keep the project from being locked? Returns 0, or -1 with problems added. */
int
lock_check(struct diags *diags, const struct project *project);

/* Ends a lock, but for processes that have it, too (child.h); -1: there is none. */
void
lock_end(int lock);

#endif
