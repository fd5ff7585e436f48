/* Status: what is published of a zone, until when that holds, and whether a build is due. Nothing
 * is built, and the published file is parsed only where no build here tells about it. */
#ifndef PUBLISH_STATUS_H
#define PUBLISH_STATUS_H

#include "publish/job.h"

enum zone_state {
	ZONE_OK,      /* it is what a build wrote, */
	ZONE_STALE,   /* and a build would look at it anew */
	ZONE_FOREIGN, /* it is not what the last build here wrote */
	ZONE_BROKEN,  /* it is no whole zone */
	ZONE_MISSING, /* it is not there */
	N_ZONE_STATES,
};

extern const char *const zone_state_names[N_ZONE_STATES];

struct zone_status {
	enum zone_state state;
	bool built_here; /* a build here remembers it */
	bool each;       /* each build looks at it: what is held may have moved on */
	uint32_t serial;
	size_t n_records, n_signatures;
	int64_t expiry_unix; /* of the first signature; 0: unsigned */
	/* The date of a key that comes next; `key_tag` is meaningless where `key_event` is
	 * N_KEY_TIMES. */
	enum key_time key_event;
	uint16_t key_tag;
	int64_t key_unix;
	int64_t ahead_unix; /* until when offline keys have signed the DNSKEY sets ahead, for now or
			     * the last time; 0: they have not */
	bool ahead_unread;  /* a response of theirs cannot be read, and a build would fail */
};

/* Returns 0, or -1 with problems added where something that is there cannot be read. */
int
zone_status(struct diags *diags, const struct zone_job *job, struct zone_status *status);

#endif
