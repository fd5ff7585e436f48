/* What is published of a project and what ends when: as a table, as JSON, for Prometheus, and as a
 * page for a wall. */
#ifndef REPORT_STATUS_H
#define REPORT_STATUS_H

#include "publish/build.h"
#include "rollover/keyroll.h"
#include "rollover/rollover.h"

struct report_status {
	const char *project; /* its file */
	const struct build *build;
	const struct rollovers *rollovers;
	const struct keyrolls *keys;
	int64_t now;
};

/* Something that ends, or changes. */
struct status_end {
	enum { STATUS_SIGNATURES, STATUS_AHEAD, STATUS_KEY, STATUS_CERTIFICATE } kind;
	const char *name;  /* of the zone or certificate */
	const char *words; /* what happens then */
	int64_t at_unix;
};

struct status_ends {
	struct status_end *items; /* by time */
	size_t n;
};

/* All of them, in `a`. */
void
status_ends(struct arena *a, const struct report_status *status, struct status_ends *out);

/* "12 days 4 hours", "3 hours ago"; in `a`. */
const char *
status_left(struct arena *a, int64_t at_unix, int64_t now);

/* What is said where zone_status.ahead_unread. */
extern const char status_unread[];

/* Is the zone as a build wrote it, or does something want to be done about it? */
static inline bool
status_is_good(const struct build_zone *zone)
{
	return zone->built && zone->status.state == ZONE_OK;
}

/* Appends a table of the zones, and one of certificates and keys that are replaced. */
void
report_status_table(struct buf *out, const struct report_status *status);

void
report_status_json(struct buf *out, const struct report_status *status);

/* Appends what is not as it should be, and what ends until `until_unix`, a line each. Returns how
 * many they are. */
size_t
report_status_warnings(struct buf *out, const struct report_status *status, int64_t until_unix);

/* Prometheus' text format, version 0.0.4. What it appends begins with the constant text, by which a
 * file of it is known again. */
extern const char report_status_prometheus_begin[];

void
report_status_prometheus(struct buf *out, const struct report_status *status);

/* A page that needs no other file; likewise. */
extern const char report_status_html_begin[];

void
report_status_html(struct buf *out, const struct report_status *status);

#endif
