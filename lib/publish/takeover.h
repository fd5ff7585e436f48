/* Takeover: a zone file of another program or provider on its way into a project, as it is. What
 * keeps it from being one is told of where it stands. Called by `zonepp init`. */
#ifndef PUBLISH_TAKEOVER_H
#define PUBLISH_TAKEOVER_H

#include "publish/load.h"

/* A file that the zone file includes. */
struct takeover_part {
	const char *path; /* seen from the zone file's folder */
	struct text text;
};

/* Texts are those of the diags. */
struct takeover {
	const char *path; /* of the zone file */
	struct text text;
	struct name name;
	const char *name_text; /* without the last dot; "." for the root */
	struct takeover_part *parts;
	size_t n_parts;
	size_t n_records;
	uint32_t serial;
	size_t serial_at, serial_len; /* where it stands in `text`; 0: in none of its own lines */
};

/* How the zone of a file comes to its name. */
enum takeover_naming {
	TAKEOVER_BY_FILE,  /* the owner of its SOA record, absolute or below an $ORIGIN, or none */
	TAKEOVER_BY_GUESS, /* the same, or else `zone`, which may be wrong */
	TAKEOVER_BY_ZONE,  /* it is `zone` */
};

/* Is there a SOA record in the file, read as a zone file? Nothing is told of what is wrong. */
bool
takeover_is_zone(const struct load_options *load);

/* Reads the file that `load` names, whose zone is called so, and all that it includes. `*naming`
 * becomes where the name is from. Returns 0, or -1 with problems added: what is in the way. */
int
takeover_read(struct diags *diags, const struct load_options *load, enum takeover_naming *naming,
    struct takeover *out);

/* The zone's text with another serial, in the arena; only where serial_len is not 0. */
struct text
takeover_with_serial(struct arena *a, const struct takeover *zone, uint32_t serial);

#endif
