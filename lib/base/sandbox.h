/* Sandbox: what this process may still do once it reads what strangers wrote, so that a fault in a
 * parser is no way to the network, to other programs, or to files that are nobody's business. The
 * kernel sees to it: Landlock (landlock(7)) for files, TCP, signals and abstract sockets, and a
 * seccomp filter (seccomp(2)) for all other calls. It is the second line: confine.h, which is
 * exact, is the first.
 *
 * Root gives up its capabilities as well, but for those that files of other users take: with more,
 * the kernel lets it see into other processes whatever Landlock says.
 *
 * A kernel that lacks one of them, or a part of it, enforces the rest. Nothing is taken back.
 * Threads that were started before sandbox_files() may go on to open files: there should be none.
 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include "base/buf.h"

#include <stdbool.h>

enum sandbox_access {
	SANDBOX_READ,       /* a file; or a folder, and all that is beneath it */
	SANDBOX_READ_LINKS, /* and what the links beneath it lead to: that is the operator's folder
			     */
	SANDBOX_WRITE,      /* a folder: files beneath it are made, read, replaced and removed */
	SANDBOX_REPLACE,    /* a file that output.h writes: the same for its folder */
	SANDBOX_DEVICE,     /* a device: it is read, written and asked for its state */
	SANDBOX_TEMPORARY,  /* a folder that may hold files without names */
	SANDBOX_REMOVE,     /* a folder: empty folders beneath it are removed */
};

struct sandbox_path {
	const char *path;
	enum sandbox_access access;
};

struct sandbox {
	struct arena *a;
	struct sandbox_path *paths;
	size_t n, cap;
	bool writes;    /* of the paths, some are written */
	bool network;   /* servers may be asked */
	bool starter;   /* a starter starts commands (starter.h) */
	bool processes; /* others may be started, which are bound by the same */
};

/* What is in force. An error is that of the kernel, 0: it is enforced. */
struct sandbox_state {
	int landlock_abi;
	int landlock_error, seccomp_error;
};

/* Permits it; what is not there permits nothing. `path` lives as long as the sandbox. */
void
sandbox_add(struct sandbox *sandbox, const char *path, enum sandbox_access access);

/* No other process of this user may look into this one, and no core is dumped: there may be keys in
 * its memory. */
void
sandbox_conceal(void);

/* From here on no program is started, nor the network used unless it is permitted, and no call is
 * made that zonepp has no use for: the kernel refuses it with EPERM, or with ENOSYS where it may be
 * new to us. It holds for all threads. What a second time permits less is refused from then on. */
void
sandbox_calls(const struct sandbox *sandbox, struct sandbox_state *state);

/* From here on files are opened, made and removed as permitted, and nowhere else. What the system's
 * libraries read is permitted in any case. Ahead of sandbox_calls or behind it. */
void
sandbox_files(const struct sandbox *sandbox, struct sandbox_state *state);

/* Says in lines what is in force, and what this kernel lacks. */
void
sandbox_print(struct buf *b, const struct sandbox_state *state);

#endif
