/* Answer: what a nameserver that has loaded a published file says when it is asked for the TLSA
 * records of a name. Written anew, apart from lib/: what judges zonepp must not err as it does. */
#ifndef WALK_ANSWER_H
#define WALK_ANSWER_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* One RRset: the TLSA records, a CNAME, or neither. */
struct answer {
	const char *alias;    /* where the CNAME leads, or the one that a DNAME makes; NULL: none */
	const char *owner;    /* of the records: the name itself, or a wildcard; NULL: none */
	const char **records; /* "3 1 1 0123...", in the order of the file */
	size_t n;
	uint32_t ttl_s;
};

struct zone_line {
	const char *owner, *type, *rdata;
	uint32_t ttl_s;
};

struct zone_text {
	const char *text, *apex;
	struct zone_line *lines;
	size_t n;
	uint32_t serial;
};

/* Reads a published file: "owner TTL IN type rdata" with tabs between, absolute names in lower
 * case. All in `a`, `text` too. */
struct zone_text *
zone_text_read(struct arena *a, const char *apex, const char *text);

/* Is the name in the zone? */
bool
zone_text_has(const struct zone_text *zone, const char *name);

/* RFC 1034 section 4.3.2, RFC 4592, RFC 6672. */
void
zone_text_answer(
    struct arena *a, const struct zone_text *zone, const char *name, struct answer *out);

bool
answer_same(const struct answer *a, const struct answer *b);

#endif
