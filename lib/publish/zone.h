/* One zone from its template to its published file. */
#ifndef PUBLISH_ZONE_H
#define PUBLISH_ZONE_H

#include "dnssec/cds.h"
#include "dnssec/key.h"
#include "dnssec/lifetime.h"
#include "dnssec/nsec3.h"
#include "publish/load.h"
#include "publish/publication.h"
#include "rollover/keep.h"

enum zone_serial_policy {
	ZONE_SERIAL_KEEP, /* the template's */
	/* These move on whenever what is published changes, and then are the later of the published
	 * one plus 1 and ... */
	ZONE_SERIAL_AUTO,     /* the template's */
	ZONE_SERIAL_UNIXTIME, /* seconds since 1970 */
	ZONE_SERIAL_DATE,     /* YYYYMMDD00 */
	ZONE_SERIAL_LIVE,     /* the template's, or what the servers hold */
};

/* What the judge looks at in a signed zone ahead of its publication (dnssec/verify.h). */
enum zone_verify {
	ZONE_VERIFY_NONE,
	ZONE_VERIFY_CHAIN, /* chain and coverage */
	ZONE_VERIFY_FULL,  /* the signatures' mathematics too */
};

/* Every member stands in a table of settings.c: does it shape the zone? */
struct zone_job {
	struct load_options load;
	const char *output;
	const struct roots *outputs; /* where that may lie, and `previous`; NULL: anywhere */
	const struct roots *own;     /* where `mark` and `cache` may */
	enum zone_serial_policy serial;
	bool sign;
	bool is_unsigned;              /* and nothing else signs the zone */
	const struct key_folder *keys; /* or NULL, */
	const char *const *key_files;  /* then these, NULL-terminated */
	struct lifetime lifetime; /* LIFETIME_BY_SOA where it is left open; signatures of `previous`
				   * that end sooner than `refresh_s` are made anew */
	uint64_t offset_s;
	const struct nsec3_params *nsec3; /* NULL: NSEC */
	uint8_t zonemd;                   /* hash algorithm; 0: none */
	enum cds_mode cds;
	enum zone_verify verify;
	bool prove;           /* judge the certificates by the records (check/prove.h) */
	const char *previous; /* file whose signatures may be kept; NULL: none */
	const char *mark; /* file that is made ahead of a publication (history/mark.h); or NULL */
	const int8_t *severities; /* for the diags; NULL: the usual ones */
	const char *cache;        /* file that remembers the last build, or NULL */
	struct keep *keep;        /* the zone's history; NULL: there is no project */
	bool live;                /* ZONE_SERIAL_LIVE: servers may be asked */
	bool has_hook;            /* that is run when the file has changed */
	unsigned n_workers;
	void (*after)(const struct publication_step *step); /* see build.h */
};

struct zone_result {
	size_t n_records; /* written */
	size_t n_signatures;
	size_t n_kept; /* signatures of these that were not made anew */
	size_t n_tlsa;
	uint32_t serial;
	int64_t earliest;    /* expiry of a signature, Unix; 0: unsigned */
	int64_t valid_until; /* the same inputs give the same zone and warnings until then: a
			      * signature, a key or a certificate changes its state */
	bool changed;
	bool is_first; /* nobody knows of a publication before */
};

/* Builds and publishes the zone. Returns 0 if it is published, or -1 with problems added; then the
 * published file is as it was. Some errors come with a 0: D_TOO_EARLY, since the zone that would
 * not be published is the one that ends it; and those of what follows the publication. */
int
zone_publish(struct diags *diags, const struct zone_job *job, struct zone_result *result);

/* All that a build would find wrong with template, certificates, checks, policy and keys; nothing
 * is written, and `output` is not looked at. Returns 0, or -1 with problems added. */
int
zone_check(struct diags *diags, const struct zone_job *job);

#endif
