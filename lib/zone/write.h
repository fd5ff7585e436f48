/* Writer: records as lines of a master file: absolute owner, TTL, class, type and RDATA, with one
 * tab between, in the store's order. */
#ifndef ZONE_WRITE_H
#define ZONE_WRITE_H

#include "base/output.h"
#include "zone/store.h"

/* The node's absolute name and a tab, in `scratch` until the next call. */
struct text
write_owner(struct buf *scratch, const struct store *store, const struct node *node);

/* Appends one record; `owner` is from write_owner. */
void
write_record(struct buf *b, struct text owner, uint32_t ttl_s, uint16_t type, struct bytes rdata);

/* Writes all records to `out` in `n_workers` threads. Returns -1 if writing failed. */
int
write_store(struct output *out, const struct store *store, unsigned n_workers);

#endif
