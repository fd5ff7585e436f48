/* Serials of zones (RFC 1982): which one a publication gets. Secondaries take a zone only when its
 * serial moved on, so it is above every one that may have been published. */
#ifndef HISTORY_SERIAL_H
#define HISTORY_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The later one in RFC 1982 order; where that is not defined (section 3.2: half of all away), the
 * first. */
uint32_t
serial_highest(uint32_t a, uint32_t b);

/* Who tells of serials, the newest witness first. */
enum serial_witness {
	SERIAL_LIVE,      /* the servers, where `serial: live` asks them */
	SERIAL_PUBLISHED, /* the published file */
	SERIAL_MARK,      /* a publication that was not finished */
	SERIAL_CACHE,     /* what the last build remembers here */
	SERIAL_STATE,     /* the history */
	SERIAL_TEMPLATE,
	N_SERIAL_WITNESSES,
};

struct serial_witnesses {
	uint32_t of[N_SERIAL_WITNESSES];
	bool known[N_SERIAL_WITNESSES];
};

void
serial_put(struct serial_witnesses *serials, enum serial_witness witness, uint32_t serial);

/* Was anything published before, for all that is known? */
bool
serial_is_published(const struct serial_witnesses *serials);

/* The highest one that may have been published; false: none is known. `*witness` is who told. */
bool
serial_last(const struct serial_witnesses *serials, uint32_t *serial, enum serial_witness *witness);

/* The serial for a change: the later of `wanted`, the template's, and the last one plus 1. */
uint32_t
serial_next(const struct serial_witnesses *serials, uint32_t wanted);

/* "the published file", ... for messages. */
const char *
serial_witness_name(enum serial_witness witness);

#endif
