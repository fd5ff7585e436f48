/* Walk: what operators do, at random, and the world in which they do it: hosts that build, servers
 * that answer, caches that remember. */
#ifndef WALK_WALK_H
#define WALK_WALK_H

#include "base/buf.h"
#include "rollover/rollover.h"
#include "walk/cache.h"
#include "walk/repository.h"

enum { N_HOSTS = 2, N_OLDER = 8 };

/* What a walk may meet. Without any it is an exact one: gates and alarms must be right to the
 * second, in both directions. */
enum {
	HAS_ALIASES = 1 << 0, /* CNAME and DNAME above services */
	HAS_STARS = 1 << 1,   /* wildcards above services */
	HAS_HOOK = 1 << 2,    /* that may fail */
	HAS_KILLS = 1 << 3,
	HAS_LOSSES = 1 << 4,
	HAS_HOSTS = 1 << 5,   /* two that build, and merge their state */
	HAS_SERVERS = 1 << 6, /* that are asked, and lag */
	HAS_DEPLOY = 1 << 7,
	N_FEATURES = 8,
};

/* A zone at a host. */
struct side {
	const char *text;  /* of the published file, when it was last seen; NULL: there was none */
	bool is_pending;   /* the hook is still to tell servers of it */
	bool is_unwritten; /* the state file may not have it */
	bool is_restored;  /* an older one was put back, and not built since */
};

struct host {
	const char *folder;
	int64_t behind_s; /* its clock */
	bool is_synced;   /* its state file has what the other host's has */
	const char *state;
	struct side zones[N_ZONES];
};

/* A zone in the world. */
struct zone {
	const struct zone_text *primary, *secondary; /* what servers have; NULL: nothing */
	const char *older[N_OLDER];                  /* texts that were published */
	size_t n_older;
	uint32_t highest; /* serial that was published, */
	bool has_highest; /* if anybody remembers */
	bool is_split;    /* two hosts published without knowing of each other */
	bool is_blind;    /* what was published last is not known */
};

struct counts {
	size_t n_gates, n_closed, n_good, n_early, n_failed, n_killed, n_deployed;
};

struct walk {
	struct arena a;
	uint32_t seed, random;
	unsigned features;
	int64_t now;
	struct client *client;
	struct servers *servers;
	struct repository repository;
	struct host hosts[N_HOSTS];
	size_t n_hosts;
	struct zone zones[N_ZONES];
	struct cache cache;
	const char *base;    /* the state file that both hosts had last */
	bool noted[N_CERTS]; /* were current, and records of them may be held */
	size_t deployed;     /* is presented and was never current; N_CERTS: none */
	bool hook_fails, is_live;
	struct buf log;
	struct counts counts;
};

/* Below `n`. */
uint32_t
pick_one(struct walk *w, uint32_t n);

void
note(struct walk *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Shows the steps, and what all have come to. */
void
fail_walk(struct walk *w, const char *what, const char *where);

/* The text of a file, in the walk's arena, or NULL. */
const char *
read_file(struct walk *w, const char *path);

/* --- The world --- */

/* Begins a walk: an empty folder for each host. */
void
world_begin(struct walk *w, uint32_t seed, struct client *client, struct servers *servers);

/* Writes what the operator changed, at each host. */
void
world_write(struct walk *w);

/* What a host's build did to a zone: did servers come to know of it? Is there an alarm? */
struct outcome {
	bool built, told, early;
};

/* Looks at what the host has changed. */
void
world_see(struct walk *w, struct host *host, const struct outcome outcomes[N_ZONES]);

/* Servers and caches as of now. */
void
world_serve(struct walk *w);

/* The zone's secondary asks its primary, if there is one. */
void
world_transfer(struct walk *w, size_t zone);

/* The servers of the zone load the host's published file. */
void
world_reload(struct walk *w, struct host *host, size_t zone);

/* --- Promises --- */

/* What the build of a zone promises, with an alarm or without. `before`: what servers had ahead of
 * it, if the host knows that; or NULL. */
void
promise_built(struct walk *w, const struct host *host, size_t zone, bool is_early,
    const struct zone_text *before);

/* The gate, and the phase, which tells whether the current certificate came early. */
void
promise_gate(struct walk *w, const struct host *host, bool is_open, enum rollover_phase phase);

/* From when on no set refuses the certificate, as a project left in peace must find out. */
int64_t
promise_open_at(struct walk *w, size_t cert);

#endif
