/* What the files share that make one zone: zone.c reads it, arranges and checks its records,
 * zone_serial.c chooses its serial, zone_write.c writes it and has it judged, and publication.c
 * makes that the published file. */
#ifndef PUBLISH_ZONE_PART_H
#define PUBLISH_ZONE_PART_H

#include "base/output.h"
#include "base/task.h"
#include "check/dnssec.h"
#include "dnssec/index.h"
#include "dnssec/sign.h"
#include "history/published.h"
#include "history/serial.h"
#include "publish/cache.h"
#include "publish/elsewhere.h"
#include "publish/job.h"
#include "rollover/delegation.h"
#include "rollover/guard.h"

/* What is known of the published file without parsing it. */
struct splice {
	bool possible;       /* the template does not stand in the way */
	bool is;             /* the published file is known block for block */
	struct task reading; /* of the index and its file, */
	bool read;           /* which were and belong together */
	struct index index;
	struct index_match nodes;
	size_t n_live; /* records of the store when they were matched, but for the apex's */
	struct sign_splice made;
	struct published whole; /* read after all, as the settings have changed */
};

/* What one hands on to the next. */
struct zone_run {
	struct diags *diags;
	const struct zone_job *job;
	struct zone_result *result;
	struct loaded loaded;
	struct keys keys;
	struct ceremonies ceremonies; /* what its offline KSKs have signed ahead */
	struct lifetime lifetime;
	struct sign_options sign;
	struct published published;
	bool published_read;
	struct splice splice;
	bool only_looks;      /* nothing is written */
	bool keyless;         /* the keys cannot sign, which was told of */
	int64_t next_warning; /* when one begins that is not said yet */
	struct copies copies; /* of the zone that is signed */
	int64_t end_warning;  /* when its signatures are near their end for these, */
	bool end_told;        /* or they are, which was told of */
	struct elsewhere elsewhere;
	struct guard guard;
	struct delegations delegations;
	bool has_children;          /* of the project: their keys may change what is right here */
	enum project_serial serial; /* the job's, unless the serial must not change */
	struct serial_witnesses serials;
	bool same;          /* as what was published before, but for what signing makes, */
	bool unchanged;     /* and that, too */
	struct output *out; /* the draft, from zone_write on; or NULL */
	bool failed;        /* it is not published */
	struct index_writer *index_out; /* with `out`, or NULL; */
	uint8_t settings[DIGEST_LEN];   /* what it shall have been made with */
	struct cache_keys cache_keys;   /* ahead of all, where there is a cache */
};

/* Is a ZONEMD wanted in a zone that nobody signs? A signer makes it with the signatures, of which
 * it is, too. */
static inline bool
zone_makes_digest(const struct zone_run *run)
{
	return run->job->zone->policy->zonemd && zone_is_unsigned(run->job->zone) &&
	       !run->elsewhere.is;
}

/* zone.c: sets how long signatures are valid. Returns -1 with S_VALIDITY added to `diags`. */
int
zone_set_period(struct zone_run *run, struct diags *diags);

/* zone_previous.c: reads the published zone, or the one given, whose signatures may be kept, once.
 * Returns 0, or -1 with a problem added. */
int
zone_read_published(struct zone_run *run);

/* zone_splice.c: may the zone have an index? The template is loaded. */
bool
zone_has_index(const struct zone_run *run);

/* zone_splice.c: with what its blocks are made. The store is sorted. */
void
zone_settings(const struct zone_run *run, uint8_t settings[DIGEST_LEN]);

/* zone_splice.c: has the index read, if there is one, while the template is. */
void
zone_splice_read_ahead(struct zone_run *run);

/* zone_splice.c: sets `splice.possible`, of a template without errors, ahead of what is added. */
void
zone_splice_begin(struct zone_run *run);

/* zone_splice.c: makes `published` of the index and the template, which it sorts. Returns false
 * where that cannot be: then the file has to be read. */
bool
zone_splice_read(struct zone_run *run);

/* zone_splice.c: once the store has what is added to the template, has the signer take what it can
 * from the published file. Returns -1 with a problem added. */
int
zone_splice_settle(struct zone_run *run);

/* zone_splice.c: once nobody compares the published zone any more, forgets of it what the signer
 * takes as it stands. */
void
zone_splice_compared(struct zone_run *run);

void
zone_splice_free(struct zone_run *run);

/* zone_splice.c: reads of the draft what is new, for the judge, and takes the rest from the zone's
 * own store, which outlives `store`. Returns false where that cannot be parsed by itself;
 * store_free is due either way. */
bool
zone_splice_draft(struct zone_run *run, const char *path, struct store *store);

/* zone_keys.c: sets `delegations`, ahead of the template. */
void
zone_begin_delegations(struct zone_run *run);

/* zone_keys.c: a ds_source (directive/ds.h) for the template; `run` is a struct zone_run. */
int
zone_ds(void *run, struct arena *a, const struct name *name, struct bytes **rdata, size_t *n,
    const char **why);

/* zone_keys.c: loads the keys, gives out their roles, and changes these where what is published
 * needs it. Returns 0, or -1 with problems added: they cannot sign the zone. */
int
zone_load_keys(struct zone_run *run);

/* zone_keys.c: judges what the zone, as it will be published, means for those who hold older sets
 * of it and of its children, and takes it into the history. The store is sorted. Returns 0, or -1
 * with problems added. */
int
zone_guard_store(struct zone_run *run);

/* zone_keys.c: compares a zone of no project with the version before, which is all that is known to
 * be held: the given one, or what the output has. The store is sorted. */
void
zone_guard_pair(struct zone_run *run);

/* zone_safety.c: does more of the published zone leave or change than the project's `safety` lets?
 * What zonepp makes or rolls counts for nothing. Returns 0, or -1 with problems added. */
int
zone_check_safety(struct zone_run *run);

/* zone_serial.c: asks all who know serials of the zone, since any of them may be the only one that
 * is left. Returns 0, or -1 with problems added. */
int
zone_find_serials(struct zone_run *run);

/* zone_serial.c: a serial of the template's own that goes back is an error. One that does not move
 * on keeps secondaries from seeing the change; a certificate must not be waited for then: its
 * records are published on the primary alone. Returns 0, or -1 if problems were added that are
 * errors. */
int
zone_check_kept_serial(struct zone_run *run);

/* zone_serial.c: sets the serial in the sorted store, and the digest that is of it. Returns 0 or -1
 * likewise. */
int
zone_choose_serial(struct zone_run *run);

/* zone_write.c: would the zone be written over nothing that it is made of? Once all of that is
 * read. Returns 0, or -1 with one problem added. */
int
zone_check_overwrite(struct zone_run *run);

/* zone_write.c: writes the draft and has it judged; nothing is published yet. Returns 0, or -1 with
 * problems added. */
int
zone_write(struct zone_run *run);

/* zone_write.c: is the zone one whose history is kept? */
bool
zone_is_tracked(const struct zone_run *run);

/* zone_write.c: until when the result holds. */
void
zone_note_until(struct zone_run *run);

/* The earlier of both. */
static inline void
no_later_than(int64_t *until, int64_t t_unix)
{
	if (t_unix < *until)
		*until = t_unix;
}

#endif
