/* Keyroll: where rollovers of DNSSEC keys stand (RFC 6781 section 4.1, RFC 7583). Where each stands
 * is read from the dates of the key files, which stay the truth that other tools read too, and from
 * the history: a step is due once trust.h says that nobody who holds older sets could find the zone
 * bogus.
 *
 * - A ZSK is prepublished: its successor is in the zone until every DNSKEY set that may be held has
 *   it; then it signs in the old one's place, which leaves when what it signed is forgotten.
 * - A KSK, and a CSK, gets a successor that signs beside it (double signature); once every held
 *   DNSKEY set has that, the parent is to take its DS record, and once every held DS set has that,
 *   the old one signs no more, and leaves when neither a DS record nor a signature needs it.
 * - A new algorithm signs ahead of its keys: these are published once all held data has its
 *   signatures, the parent takes its DS record and drops the old one, then the old keys leave, and
 *   last their signatures (RFC 6781 section 4.1.4).
 * - Where the policy wants a pair, a CSK becomes the KSK once a ZSK, prepublished, signs the data;
 *   where it wants a CSK, the KSK becomes that as it signs the data in the place of the ZSK.
 * Neither changes the DS.
 * - Where the KSKs are kept offline, nothing of this is done: their signatures over the sets of
 * keys are made ahead (dnssec/ceremony.h), and so all dates stay as they were chosen for these. */
#ifndef ROLLOVER_KEYROLL_H
#define ROLLOVER_KEYROLL_H

#include "base/diag.h"
#include "dnssec/key.h"
#include "history/history.h"
#include "project/project.h"

enum keyroll_phase {
	KEYROLL_COMING,     /* it is the successor of another one, which serves */
	KEYROLL_STANDBY,    /* it is published, and to sign when the operator says so */
	KEYROLL_STEADY,     /* nothing is under way */
	KEYROLL_DUE,        /* a successor is to be made */
	KEYROLL_SIGNING,    /* a new algorithm: not all held data has its signatures */
	KEYROLL_SIGNED,     /* all has: its keys may be published */
	KEYROLL_PUBLISHED,  /* it is in the zone, and not all held DNSKEY sets have it */
	KEYROLL_KNOWN,      /* they do: it may sign (ZSK), or its DS may appear */
	KEYROLL_ORPHAN,     /* a ZSK whose predecessor had to go, or was a CSK: it may sign */
	KEYROLL_DS_STRANGE, /* the parent has DS records, and none is of the zone's keys */
	KEYROLL_DS_WANTED,  /* the parent is to take its DS */
	KEYROLL_DS_SEEN,    /* the parent has it, and not all held DS sets */
	KEYROLL_TAKEN_OVER, /* they do: the old key may retire */
	KEYROLL_DS_LEAVES,  /* the old key is retired, and a held DS set needs it */
	KEYROLL_RETIRED,    /* what it signed is held */
	KEYROLL_LEFT,       /* an old algorithm: its keys have left, and are held */
	KEYROLL_FORGOTTEN,  /* they are not: it need not sign any more */
	KEYROLL_OVER,       /* it may leave */
	N_KEYROLL_PHASES,
};

/* What takes the place of a key. */
enum keyroll_way {
	KEYROLL_SAME,      /* another key of its role and algorithm */
	KEYROLL_ALGORITHM, /* one of another algorithm */
	KEYROLL_SPLIT,     /* of a CSK that is to become a KSK: a ZSK, for the data */
	KEYROLL_MERGE,     /* of a ZSK: the KSK, which becomes a CSK */
};

/* One key that is, or is to be, replaced. */
struct keyroll {
	const struct project_zone *zone;
	enum project_key_role role;
	struct key *key;       /* the old one */
	struct key *successor; /* NULL: there is none */
	enum keyroll_way way;
	enum keyroll_phase phase;
	int64_t since_unix; /* its last date that has come; TIME_UNKNOWN: there is none */
	int64_t at_unix;    /* when the next step is due; TIME_NEVER: that is not known */
	bool lacks_private; /* of the successor: nothing is handed over to it */
	bool is_planned;    /* its KSKs are kept offline: all goes by the dates */
	bool is_halted; /* files of a key are gone: nothing is done until it is known what holds */
};

/* Where the rollovers of a zone's keys stand, by its policy; in `a`. */
struct keyrolls {
	struct keyroll *items;
	size_t n;
};

void
keyrolls_find(struct arena *a, const struct project *project, const struct history *history,
    const struct project_zone *zone, struct keys *keys, int64_t now_unix, struct keyrolls *out);

/* That no key of the zone is of the algorithm that its policy wants, and what helps, in `a`; NULL
 * where one is, or there is no key. */
const char *
keyroll_other_algorithm(struct arena *a, const struct project_zone *zone, const struct keys *keys);

/* Adds a problem for each key of ours in the zone that is published which signs that, or whose
 * signatures are held, and whose files are not among `keys`. Nobody knows its dates. Returns 0 if
 * there is none, else -1. */
int
keyroll_check_files(struct diags *diags, const struct history *history,
    const struct project_zone *zone, const struct keys *keys);

/* Of two keys the younger one: by when they begin to sign, else by their tags. One without dates
 * has begun before all others, and one that stands by is yet to begin. */
bool
keyroll_is_younger(const struct key *key, const struct key *than);

/* The token on which a successor of the key is made: where the policy says, or beside the key;
 * NULL: in a file. In `a`. */
const struct token_uri *
keyroll_place(struct arena *a, const struct project_zone *zone, const struct key *key);

/* Is a successor under way, or an old key still there? */
bool
keyroll_is_under_way(const struct keyroll *roll);

/* What holds the key where it is, in words; in `a`. */
const char *
keyroll_words(struct arena *a, const struct keyroll *roll);

const char *
keyroll_phase_name(enum keyroll_phase phase);

const char *
keyroll_role_name(enum project_key_role role);

#endif
