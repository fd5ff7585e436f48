#include "dnssec/keystate.h"

#include "base/duration.h"

static bool
has_come(int64_t t_unix, int64_t now)
{
	return t_unix != KEY_NO_TIME && t_unix <= now;
}

/* When the key stops signing. */
static int64_t
end_of(const struct key *key)
{
	return key->time[KEY_INACTIVE] != KEY_NO_TIME ? key->time[KEY_INACTIVE]
						      : key->time[KEY_DELETE];
}

static bool
is_published_at(const struct key *key, int64_t t_unix)
{
	return (key->time[KEY_PUBLISH] == KEY_NO_TIME || key->time[KEY_PUBLISH] <= t_unix) &&
	       !has_come(key->time[KEY_DELETE], t_unix);
}

static bool
is_active_at(const struct key *key, int64_t t_unix)
{
	return (key->time[KEY_ACTIVATE] == KEY_NO_TIME || key->time[KEY_ACTIVATE] <= t_unix) &&
	       !has_come(end_of(key), t_unix);
}

static bool
has_zsk(const struct keys *keys, const struct algorithm *algorithm, int64_t now)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->items[i];

		if (!key->is_ksk && key->algorithm == algorithm &&
		    !has_come(key->time[KEY_DELETE], now))
			return true;
	}
	return false;
}

const char *
keystate_role(const struct keys *keys, const struct key *key, int64_t now)
{
	if (!key->is_ksk)
		return "ZSK";
	return has_zsk(keys, key->algorithm, now) ? "KSK" : "CSK";
}

const char *
keystate_now(const struct key *key, int64_t now)
{
	bool active = key->active || key->offline;

	if (!key->published && active)
		return "signing";
	if (has_come(key->time[KEY_DELETE], now))
		return "deleted";
	if (key->revoked)
		return "revoked";
	if (!key->published)
		return "future";
	if (active)
		return key->offline ? "offline" : "active";
	return has_come(end_of(key), now) ? "retired" : "published";
}

enum key_time
keystate_next(const struct key *key, int64_t now)
{
	enum key_time next = N_KEY_TIMES;

	for (enum key_time i = KEY_PUBLISH; i < N_KEY_TIMES; i++)
		if (key->time[i] != KEY_NO_TIME && key->time[i] > now &&
		    (next == N_KEY_TIMES || key->time[i] < key->time[next]))
			next = i;
	return next;
}

const char *
keystate_event(enum key_time event)
{
	static const char *const names[N_KEY_TIMES] = {
	    [KEY_CREATED] = "created",
	    [KEY_PUBLISH] = "publish",
	    [KEY_ACTIVATE] = "activate",
	    [KEY_REVOKE] = "revoke",
	    [KEY_INACTIVE] = "inactive",
	    [KEY_DELETE] = "delete",
	    [KEY_SYNC_PUBLISH] = "sync-publish",
	    [KEY_SYNC_DELETE] = "sync-delete",
	};

	return names[event];
}

bool
keystate_wants_ds(const struct key *key, int64_t now)
{
	return key->is_ksk && !key->revoked && key->published &&
	       !has_come(key->time[KEY_INACTIVE], now);
}

/* Does any key of the algorithm stand in the zone at that instant? */
static bool
is_used_at(const struct keys *keys, const struct algorithm *algorithm, int64_t t_unix)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->items[i].algorithm == algorithm &&
		    is_published_at(&keys->items[i], t_unix))
			return true;
	return false;
}

/* Has `other` the role of `key`, or is it a CSK of another algorithm, which has all roles? */
static bool
has_role_of(const struct keys *keys, const struct key *other, const struct key *key)
{
	return other->is_ksk == key->is_ksk ||
	       (other->is_ksk && other->algorithm != key->algorithm &&
		   !has_zsk(keys, other->algorithm, end_of(key)));
}

/* Does `other` sign what `key` signs, once that has ended? A key of another algorithm serves where
 * that of `key` leaves the zone altogether. */
static bool
succeeds(const struct keys *keys, const struct key *other, const struct key *key)
{
	int64_t end = end_of(key);

	return other != key && has_role_of(keys, other, key) && !other->revoked &&
	       (other->pkey || other->is_ksk) && is_published_at(other, end) &&
	       is_active_at(other, end) &&
	       (other->algorithm == key->algorithm || !is_used_at(keys, key->algorithm, end));
}

static bool
has_successor(const struct keys *keys, const struct key *key)
{
	for (size_t i = 0; i < keys->n; i++)
		if (succeeds(keys, &keys->items[i], key))
			return true;
	return false;
}

/* Does it sign now, and nothing once it has ended? */
static bool
ends_alone(const struct keys *keys, const struct key *key)
{
	return (key->active || key->offline) && !key->revoked && end_of(key) != KEY_NO_TIME &&
	       !has_successor(keys, key);
}

static void
advise(struct diags *diags, const char *where, const struct keys *keys, const struct key *key,
    int64_t now)
{
	struct buf end = {0};

	instant_print_iso(&end, end_of(key));
	diag_add_path(diags, where, S_SUCCESSOR,
	    "the %s %u (%s) of %s ends on %.*s, and no other key takes over",
	    keystate_role(keys, key, now), key->tag, key->algorithm->name, keys->zone, (int)end.len,
	    end.data);
	buf_free(&end);
}

int64_t
keystate_advise(
    struct diags *diags, const char *where, const struct keys *keys, int64_t now, int64_t ahead_s)
{
	int64_t next = KEY_NO_TIME;

	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->items[i];
		int64_t begin = end_of(key) - ahead_s;

		if (!ends_alone(keys, key))
			continue;
		if (begin <= now)
			advise(diags, where, keys, key, now);
		else if (begin < next)
			next = begin;
	}
	return next;
}
