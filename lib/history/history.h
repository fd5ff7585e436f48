/* History: what was published when, and so what resolvers and servers may still hold (DESIGN.md,
 * section 8). This is the model on which rollovers and serials stand; what follows from it is
 * worked out anew each time, and nothing of that is kept.
 *
 * A *set* is one version of what a name was answered: its TLSA records, wherever an alias or a
 * wildcard found them; none, which is a version too; or an alias that leads out of the zone. It was
 * published from `since_unix` to `until_unix`. Servers may give a replaced set out for a while, and
 * caches keep it for a TTL, so it is *held*, or may be, until
 *
 *	until + max(wait, 2 * TTL)
 *
 * (RFC 7671 section 8.1); of keys, signatures and DS records, where `wait` is `propagation`, the
 * time for which servers give the old set out and a cache may still fetch it, until
 *
 *	until + max(wait, TTL) + TTL
 *
 * (RFC 7583 section 3.2.1: Dprp + TTL). A set whose end is not known is open, and held. Sets are
 * opened and closed as follows:
 *
 * - A build opens a set when it publishes it, and closes the one that the name was answered before;
 *   it knows that from its published file. The time of both is read when the `changed` hook has
 *   told the servers. Until then the new set stands in the zone's mark (mark.h), and the old one is
 *   open, so that a build that ends between leaves more held than true and never less.
 * - Where servers are asked, sets stay open until all of them are seen to have newer ones.
 * - A set that a server answers with although the history lacks it, or has it closed, is opened
 *   again; nobody knows since when it is there.
 * - Of a zone that is not signed nothing is kept that needs no keeping: when its largest TTL falls,
 *   one closed set tells how long unsigned data may be held, as the zone may begin to be signed.
 * - A zone of which the history tells nothing was perhaps published differently before; see
 *   rollover/keep.h.
 *
 * Which line of a template a record came from, what its certificate is called, which parameters
 * were written: none of it matters to a cache, so none of it is here.
 *
 * Beside the sets there are the highest serial of each zone (serial.h), which certificates servers
 * were told to present, and what was told of them. All of it is kept in one text file (state.h). */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

#include "base/arena.h"
#include "base/view.h"
#include "dns/type.h"

static const int64_t TIME_NEVER = INT64_MAX;   /* `until_unix` of an open set: not known yet */
static const int64_t TIME_UNKNOWN = INT64_MIN; /* `since_unix`: at some time before */

/* Clocks of hosts that keep one history may differ by as much. */
enum { CLOCKS_DIFFER_S = 3600 };

/* Names are absolute and in lower case. RDATA are canonical, sorted, and each stands once. */
struct set {
	const char *zone, *owner;
	uint16_t type; /* TLSA, or CNAME: an alias that leads out of the zone; or of record.h */
	uint32_t ttl_s;
	int64_t since_unix, until_unix;
	const struct bytes *rdata; /* sorted by octets (set_records) */
	size_t n;                  /* 0: the name has none */
};

struct serial {
	const char *zone;
	uint32_t serial; /* the highest that was published, */
	int64_t t_unix;  /* and when */
};

enum note_kind {
	NOTE_CURRENT,     /* the chain `id` was the file `current` for the first time */
	NOTE_DEPLOYED,    /* `deploy` took the chain `id` into use */
	NOTE_KEY_PENDING, /* `event` happened to the key `id` of the zone `name`, and is to be told
			   */
	NOTE_KEY_TOLD,    /* and was told */
	NOTE_PENDING,     /* likewise of the certificate `id` */
	NOTE_TOLD,
	N_NOTE_KINDS,
};

/* Members that the kind does not have are NULL. */
struct note {
	enum note_kind kind;
	const char *name;  /* of the certificate in the project file, or of the zone */
	const char *event; /* "published", ... */
	const char *id;    /* SHA-256, in hexadecimal digits; of a key that of its DS record */
	const char *chain; /* rollover/certchain.h */
	int64_t t_unix;
};

/* Zero-initialised is empty and ready. All is in the arena. After history_sort it is read-only:
 * threads may share it. */
struct history {
	struct arena *a;
	struct set *sets;
	size_t n_sets, cap_sets;
	struct serial *serials;
	size_t n_serials, cap_serials;
	struct note *notes;
	size_t n_notes, cap_notes;
	int64_t latest_unix; /* the latest time that the file tells of, in the future too */
	bool is_as_saved;    /* the file has each line once, in order, and no other (state.h) */
};

/* A run of the sorted sets of one zone, or of one name. */
struct sets {
	const struct set *items;
	size_t n;
};

/* --- Sets --- */

/* When no cache can hold the set any more: from then on it does not matter. TIME_NEVER for one that
 * is open. */
int64_t
set_release(const struct set *set, uint32_t wait_s);

static inline bool
set_is_open(const struct set *set)
{
	return set->until_unix == TIME_NEVER;
}

/* Is it of what a service is answered: TLSA records, or an alias that leads to some? */
static inline bool
set_is_of_service(const struct set *set)
{
	return set->type == TYPE_TLSA || set->type == TYPE_CNAME;
}

/* Is it the same version: TTL and records? */
bool
set_same(const struct set *a, const struct set *b);

bool
set_has(const struct set *set, struct bytes rdata);

/* Copies of RDATA, made canonical, sorted, each once, as members of `set`; in `a`. */
void
set_records(struct arena *a, struct set *set, const struct bytes *rdata, size_t n);

/* --- History --- */

/* Adds what outlives the history. */
void
history_add_set(struct history *history, const struct set *set);

/* Makes room in an empty history for so many, of which fewer may come, or more. */
void
history_reserve(struct history *history, size_t n_sets, size_t n_serials);

/* Adds the sets of `from`, which need not outlive it. */
void
history_copy_sets(struct history *history, const struct history *from);

void
history_add_serial(struct history *history, const struct serial *serial);

void
history_add_note(struct history *history, const struct note *note);

/* What is written down as the time `now_unix`: what comes later has no earlier time, although the
 * clock of the host that wrote last may be ahead. */
int64_t
history_now(const struct history *history, int64_t now_unix);

/* When the set begins that is published now: behind those of its name that are open, which may have
 * begun a moment ago. */
int64_t
history_begin(const struct history *history, const struct set *set, int64_t now_unix);

/* Sorts, and unites lines that tell of the same thing: of two ends of one set the later counts, of
 * a zone's serials the highest (serial.h). An open set and the same one closed both stay: only the
 * published file tells which is right. */
void
history_sort(struct history *history);

/* A copy of the sorted history, to be changed; in `a`. It shares texts and RDATA. */
struct history
history_copy(struct arena *a, const struct history *history);

/* Is the copy still what it was made of? It is not where a text of it is another, though that reads
 * the same. */
bool
history_is_copy(const struct history *copy, const struct history *of);

/* Ends those open sets of the sorted history that stand in `closed`, which is sorted for that;
 * others of it are added. They end at `t_unix` if `closed` has them open, or when it says. Sort the
 * history afterwards. */
void
history_end(struct history *history, struct history *closed, int64_t t_unix);

/* Drops the sets of the sorted history that are held no more, waits being at most `wait_s`; and one
 * that is none and has no other beside it. */
void
history_prune(struct history *history, uint32_t wait_s, int64_t now_unix);

/* Sorted sets of a zone; of a name in it, or wherever it may be (`zone` NULL). */
struct sets
history_zone(const struct history *history, const char *zone);

struct sets
sets_of_owner(struct sets sets, const char *owner);

struct sets
history_owner(const struct history *history, const char *owner);

/* The sets of a zone's name in the zone above it that has some. */
struct sets
history_parent(const struct history *history, const char *zone);

/* The zone's serial, or NULL: then the history tells nothing of the zone. */
const struct serial *
history_serial(const struct history *history, const char *zone);

/* The open set of one name that began last: what is published there, as far as the history can
 * tell. NULL: there is none. */
const struct set *
sets_newest(struct sets of_owner);

/* A run of sorted notes. */
struct notes {
	const struct note *items;
	size_t n;
};

/* The sorted notes of that kind, and of that name (NULL: any). */
struct notes
history_notes(const struct history *history, enum note_kind kind, const char *name);

/* The latest one of those, of that event and id (NULL: any), or NULL. */
const struct note *
history_note(const struct history *history, enum note_kind kind, const char *name,
    const char *event, const char *id);

#endif
