/* The gate: may a server present a certificate at a time? It may when every set of each of its
 * services that may be held then takes it (RFC 7671 sections 8.1 and 8.4; history.h has the model).
 * A pure function of history, chains and clock. */
#ifndef ROLLOVER_GATE_H
#define ROLLOVER_GATE_H

#include "rollover/certificate.h"

/* What a name was answered: its sets. */
struct answered {
	struct sets sets;
	const struct set *published; /* the one that is answered now; NULL: none is known */
};

/* How long a chain is refused. */
struct gate {
	int64_t until_unix;   /* 0: it is not; TIME_NEVER: nobody knows yet */
	const struct set *by; /* the set that refuses it longest; NULL: none */
};

/* Moves `*gate`, if one of the sets of a name refuses the chain for longer. Sets that are held no
 * more tell of the past. An alias that leads out of the zone stands for the sets that the history
 * has at its end. */
void
gate_wait(const struct history *history, struct sets sets, const struct certchain *chain,
    uint32_t wait_s, struct gate *gate);

/* Does a set that may be held now have a record for the chain? `own`: one of usage 3, which is of
 * one certificate or key (RFC 7671 section 5.1). */
bool
gate_has_record(const struct history *history, struct sets sets, const struct certchain *chain,
    uint32_t wait_s, int64_t now_unix, bool own);

/* Calls `each` for each record of the sets of one name, and of those at the end of its aliases,
 * whether they are held or not. */
void
gate_each_record(const struct history *history, struct sets sets,
    void (*each)(void *ctx, struct bytes rdata), void *ctx);

/* The next name of the history, from set number `*at` on, which is moved. Returns false at the end.
 */
bool
gate_next(const struct history *history, size_t *at, struct answered *out);

/* Since when each set of the name has taken the chain; TIME_UNKNOWN: as long as the history reaches
 * back, or there are but aliases, whose ends tell; TIME_NEVER: one that is open does not. */
int64_t
gate_since(const struct answered *service, const struct certchain *chain);

#endif
