/* Durations and instants as people write them. Durations are whole seconds; instants are seconds
 * since 1970 (UTC), proleptic Gregorian, without leap seconds. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include "base/buf.h"

/* Reads `90`, `90s`, `1h30m`, `14d`, `2w`, `1y` (365 days) in any case, units in any order. Returns
 * -1 where the text is something else or exceeds `most`. */
int
duration_parse(struct text text, uint64_t most, uint64_t *seconds);

/* The same for TTLs in zone files (BIND's extension of RFC 1035 section 5.1), which have no `y`: no
 * server would read it. */
int
duration_parse_ttl(struct text text, uint64_t most, uint64_t *seconds);

/* Appends `41d16h`: its two largest units, rounded down. */
void
duration_print(struct buf *b, uint64_t seconds);

/* The same in words, for messages: `41 days 16 hours`; in the arena. */
const char *
duration_text(struct arena *a, uint64_t seconds);

/* A TTL as zone files have it, and in words: `3600 seconds (1 hour)`; in the arena. */
const char *
duration_ttl_text(struct arena *a, uint32_t ttl_s);

/* Reads 2026-11-23T12:00:00Z, 2026-11-23, YYYYMMDDHHMMSS (RFC 4034 section 3.2) or seconds since
 * 1970 (up to 12 digits). Returns -1 where the text is something else. */
int
instant_parse(struct text text, int64_t *t_unix);

/* The same; or as seen from `now`: `now`, `+30d`, `-1h`, `now+30d`. */
int
instant_parse_from(struct text text, int64_t now, int64_t *t_unix);

/* Seconds since the machine was started, those among them in which it slept: unlike the clock they
 * are never set. */
int64_t
instant_of_machine(void);

static inline int64_t
instant_later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The day (UTC) as the number YYYYMMDD. */
uint32_t
instant_date(int64_t t_unix);

/* Appends YYYYMMDDHHMMSS. */
void
instant_print_digits(struct buf *b, int64_t t_unix);

/* Appends 2026-11-23T12:00:00Z. */
void
instant_print_iso(struct buf *b, int64_t t_unix);

#endif
