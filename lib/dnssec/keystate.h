/* What the dates of keys mean at an instant, for people: roles, states, what comes next, and what
 * should be thought of before it comes (RFC 6781 section 4.1, RFC 7583). */
#ifndef DNSSEC_KEYSTATE_H
#define DNSSEC_KEYSTATE_H

#include "dnssec/keydates.h"

/* KSK, ZSK, or CSK: a KSK of an algorithm without ZSK, but for parked and deleted ones. */
const char *
keystate_role(const struct keys *keys, const struct key *key, int64_t now);

/* parked: neither published nor active, and never will be. future: not yet. standby: published, and
 * never active. published: not active yet. active: published and active. offline: as active,
 * without private key. signing: active while unpublished (RFC 6781 section 4.1.4). retired:
 * published, not active any more. revoked, deleted. */
const char *
keystate_now(const struct key *key, int64_t now);

/* Appends why it does not sign the zone now, behind its name: `is revoked`. Nothing where it does.
 */
void
keystate_why_idle(struct buf *b, const struct key *key, int64_t now);

/* Of keys that do not sign now, takes the one that can be made to sign most easily, a KSK rather
 * than a ZSK, and appends how: `zonepp keys set ... makes it sign`. */
void
keystate_remedy(struct buf *b, const struct key *keys, size_t n, int64_t now);

/* The date that comes next; N_KEY_TIMES: none. */
enum key_time
keystate_next(const struct key *key, int64_t now);

/* As the options of `keys generate` call it. */
const char *
keystate_event(enum key_time event);

/* Appends which dates of a key were changed, and its files: `keys/Kexample.org.+013+40522: inactive
 * 2026-12-23T12:00:00Z, delete none`, and a newline. */
void
keystate_print_changes(struct buf *b, const struct keydates *dates);

/* Shall the parent have a DS record of it? A published KSK's, from Publish to Inactive. */
bool
keystate_wants_ds(const struct key *key, int64_t now);

/* Warns, at `where`, of keys that end within `ahead_s` while no other takes their role over.
 * Returns the instant at which the next such warning begins, unless a date of a key comes first;
 * KEY_NO_TIME: none. */
int64_t
keystate_advise(
    struct diags *diags, const char *where, const struct keys *keys, int64_t now, int64_t ahead_s);

#endif
