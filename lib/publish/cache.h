/* Cache: what the last build of a zone read and wrote, one file a zone in `.zonepp/` beside the
 * project file. If every input and the published file still have the same SHA-256, the settings
 * (settings.h) are the same, and no signature, key or certificate has changed its state or come so
 * near to an end that it is warned of, there is nothing to do, and nothing to parse. Deleting it
 * costs only time.
 *
 * Nothing is believed that another wrote: the file ends in a seal, made with the zone's private
 * keys. A zone without such keys, or with keys on tokens alone, whose octets nobody has, is sealed
 * with what the file system knows of the published file,
 * so that a cache that came with a copy of the project does not count; and it counts on where the
 * folder of the project has moved, for files in it are named from there. */
#ifndef PUBLISH_CACHE_H
#define PUBLISH_CACHE_H

#include "base/digest.h"
#include "publish/job.h"

/* What the zone's private keys are called, and hold, and who has access to them. It is as secret as
 * they are. */
struct cache_keys {
	uint8_t digest[DIGEST_LEN];
	bool any; /* in files */
};

/* Reads them: ahead of the build that reads them, so that none is taken for the same that was
 * exchanged while it ran. */
void
cache_read_keys(const struct zone_job *job, struct cache_keys *keys);

void
cache_wipe_keys(struct cache_keys *keys);

/* Is the published file of `job` what a build would write now, and is all that it would say known?
 * Then it is said to `diags` (said.h), and `*result` tells about the file. */
bool
cache_fresh(const struct zone_job *job, const struct cache_keys *keys, struct diags *diags,
    struct zone_result *result);

/* Likewise, whatever a build would say. */
bool
cache_holds(const struct zone_job *job, struct zone_result *result);

/* The serial that the last build published; `*known` tells whether one is remembered. It is asked
 * for where the published file is lost, and so holds without the seal. Returns 0, or -1 with one
 * problem added where that cannot be read. */
int
cache_serial(struct diags *diags, const struct zone_job *job, uint32_t *serial, bool *known);

/* What the last build made of the zone, whatever has changed since, and the SHA-256 of what it
 * wrote; returns false where none is remembered. For people only: the seal is not looked at. */
bool
cache_remembers(const struct zone_job *job, struct zone_result *result, uint8_t sha256[32]);

/* The SHA-256 of what the last build wrote; returns false where none is remembered. */
bool
cache_output_sha256(const struct zone_job *job, uint8_t sha256[32]);

/* The files and folders that the last build read, absolute, in `a`; what it found missing is not
 * among them, nor is the published file. Returns how many there are in `*paths`. As
 * cache_remembers. */
size_t
cache_inputs(const struct zone_job *job, struct arena *a, const char ***paths);

/* Remembers a build, whose diags tracked its inputs, and which `keys` were read ahead of. Where
 * they have changed since, it is remembered as one that does not hold. Adds one problem to them
 * where that cannot be written. */
void
cache_store(const struct zone_job *job, const struct cache_keys *keys, struct diags *diags,
    const struct zone_result *result, const uint8_t output_sha256[32]);

#endif
