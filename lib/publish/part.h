/* Part: the file that a run leaves which signs one stretch of a zone (sign_store_part), for the run
 * that joins them all (join.h). It begins with a head of comments, which tells what the stretch was
 * made of and by; then come its records; the last line has the SHA-256 of all that, and a seal by
 * which a holder of the zone's keys knows it again (dnssec/seal.h). Parts of one zone have the same
 * head but for the first line, or they do not belong together:
 *
 *	; zonepp part 2/3
 *	; version 0.2
 *	; zone example.org.
 *	; serial 2026112301
 *	; time 2026-11-23T12:00:00Z
 *	; period 1795431600 1796644800 43200 0		inception, expiration, jitter; how much
 *later those over the keys expire, modulo 2^32 ; denial nsec3 1 0 -
 *opt-out, iterations, salt; or nsec and the first name behind the apex ; zonemd 1
 *hash algorithm; 0: none ; key 15 3613 84626a41... keys zone		algorithm, tag, SHA-256;
 *what it signs ; input 9b74c989...				SHA-256 of all records ; apex
 *example.org. 3600 IN SOA ...		a line for each record that is unsigned yet
 *	;
 *	a.example.org. 3600 IN A 192.0.2.1
 *	...
 *	; end 2cf24dba... 5891b5b5...
 */
#ifndef PUBLISH_PART_H
#define PUBLISH_PART_H

#include "dnssec/sign.h"

/* What a part is made of. */
struct part_facts {
	struct sign_part part;
	const struct store *store; /* of all records, sorted, with those of sign_add */
	const struct sign_options *sign;
};

/* Appends the head. */
void
part_print_head(struct buf *b, const struct part_facts *facts);

/* Appends the lines that tell of the keys. */
void
part_print_keys(struct buf *b, const struct keys *keys);

/* Appends the last line; false where there is no private key to seal with. */
bool
part_print_end(struct buf *b, const struct keys *keys, const uint8_t sha256[DIGEST_LEN]);

/* A head as it was read. */
struct part_head {
	const char *path;
	struct sign_part part;
	struct text shared; /* what all parts have in common; and of it: */
	struct name zone;
	int64_t now;
	struct rrsig_period period;
	bool nsec3;
	struct name next; /* without NSEC3: behind the apex, or the apex if there is none */
	uint8_t zonemd;
	struct text keys;  /* lines of part_print_keys */
	struct text *apex; /* records */
	size_t n_apex;
};

/* Reads the head of the file at `path`, in the arena of `diags`. Returns 0, or -1 with one problem
 * added. */
int
part_read_head(struct diags *diags, const char *path, struct part_head *out);

/* Reads the whole file, of which that is the head, in the arena of `diags`; `*records` has a '\0'
 * behind it. Returns 0, or -1 with one problem added where it is not as a holder of
 * the keys wrote it. */
int
part_read(struct diags *diags, const struct part_head *head, const struct keys *keys,
    struct text *records);

#endif
