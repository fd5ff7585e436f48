/* Reader of whole zones: a file into a sorted store. Published zones are nothing but records that
 * state all they are, so the file can be cut between two lines, and several threads read and parse
 * the parts; its text is never in memory as a whole. What cannot be cut is parsed in one go, to the
 * same effect. */
#ifndef ZONE_READ_H
#define ZONE_READ_H

#include "zone/store.h"

/* Reads the zone `apex` (NULL: the one that the first SOA record names) from the file at `path`
 * ("-": standard input) into `store`, whose store_begin this is, and sorts it; directives other
 * than the zone file's own are refused. What it includes must lie in `roots`; NULL: it may include
 * nothing. `sha256` (or NULL) becomes the file's digest.
 * Returns 0, or -1 with all problems of the file added; then the store has what could be read, for
 * the judge (store_is_partial). store_free is due either way. */
int
read_store(struct diags *diags, const struct roots *roots, const char *path,
    const struct name *apex, unsigned n_workers, struct store *store, uint8_t sha256[32]);

#endif
