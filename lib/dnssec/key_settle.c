/* Key files that tell of one key, or seem to: which of them counts, and which contradict each
 * other. */
#include "dnssec/key_part.h"

#include "base/duration.h"
#include "base/mem.h"
#include "dnssec/keyfile.h"

#include <stdlib.h>

/* --- Dates --- */

static void
print_date(struct buf *b, int64_t t_unix, const char *where)
{
	if (t_unix == KEY_NO_TIME)
		buf_puts(b, "none");
	else
		instant_print_iso(b, t_unix);
	buf_printf(b, " %s", where);
}

/* Appends the dates that differ: `Delete (none here, 2026-11-23T12:00:00Z there)`. When a key was
 * made matters to nobody. */
static void
print_differences(struct buf *b, const int64_t here[N_KEY_TIMES], const int64_t there[N_KEY_TIMES])
{
	for (enum key_time i = KEY_PUBLISH; i < N_KEY_TIMES; i++) {
		if (here[i] == there[i])
			continue;
		buf_printf(b, "%s%s (", b->len ? ", " : "", keyfile_time_names[i]);
		print_date(b, here[i], "here, ");
		print_date(b, there[i], "there)");
	}
}

bool
key_has_dates(const int64_t time[N_KEY_TIMES])
{
	for (enum key_time i = KEY_PUBLISH; i < N_KEY_TIMES; i++)
		if (time[i] != KEY_NO_TIME)
			return true;
	return false;
}

static int
compare_times(struct diags *diags, const char *path, uint16_t tag, const char *other,
    const int64_t here[N_KEY_TIMES], const int64_t there[N_KEY_TIMES])
{
	struct buf b = {0};
	int result = 0;

	print_differences(&b, here, there);
	if (b.len > 0)
		result = diag_add_path(diags, path, S_KEY_TIMES,
		    "the dates of the key %u differ from those in %s: %.*s", tag, other, (int)b.len,
		    b.data);
	buf_free(&b);
	return result;
}

/* ldns and older versions of BIND write no comments. */
static int
tell_untold(struct diags *diags, const char *path, uint16_t tag, const int64_t time[N_KEY_TIMES])
{
	if (key_has_dates(time))
		diag_add_path(diags, path, S_KEY_UNTOLD,
		    "the .key file of the key %u does not state its dates", tag);
	return 0;
}

int
key_compare_comments(struct diags *diags, const char *path, uint16_t tag,
    const int64_t time[N_KEY_TIMES], const int64_t comments[N_KEY_TIMES])
{
	if (!key_has_dates(comments))
		return tell_untold(diags, path, tag, time);
	return compare_times(diags, path, tag, "the comments of its .key file", time, comments);
}

/* --- Keys --- */

static int
compare_dnskeys(struct bytes a, struct bytes b)
{
	int order = (a.len > b.len) - (a.len < b.len);

	return order ? order : memcmp(a.data, b.data, a.len);
}

static int
compare_keys(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = (int)x->algorithm->number - (int)y->algorithm->number;

	if (order == 0)
		order = (int)x->tag - (int)y->tag;
	if (order == 0)
		order = compare_dnskeys(x->dnskey, y->dnskey);
	return order ? order : strcmp(x->path, y->path);
}

/* Are they one key, revoked or not? */
static bool
is_same_key(const struct key *a, const struct key *b)
{
	enum { BEHIND_FLAGS = 2 };
	size_t len = a->dnskey.len;

	return a->is_ksk == b->is_ksk && len == b->dnskey.len &&
	       memcmp(a->dnskey.data + BEHIND_FLAGS, b->dnskey.data + BEHIND_FLAGS,
		   len - BEHIND_FLAGS) == 0;
}

/* Of files of one key: the one that was made when the key was revoked has the tag of the revoked
 * key; all others, copies of each other, the tag from before. Does `other` count in place of `key`,
 * behind which it is if it is `later`? Adds what is to be told of that. */
static bool
gives_way(
    struct diags *diags, const struct key *key, const struct key *other, bool later, int *result)
{
	bool copy = key->file_tag == other->file_tag;

	if (copy && later)
		return false;
	if (copy) {
		if (compare_times(
			diags, key->path, key->file_tag, other->path, key->time, other->time) < 0)
			*result = -1;
		return true;
	}
	if (!other->revoked || other->tag != other->file_tag)
		return false;
	diag_add_path(diags, key->path, S_KEY_TWIN, "the key %u is left out: %s has it, revoked",
	    key->file_tag, other->path);
	return true;
}

static bool
is_left_out(struct diags *diags, const struct keys *keys, size_t i, int *result)
{
	const struct key *key = &keys->items[i];

	for (size_t j = 0; j < keys->n; j++)
		if (j != i && is_same_key(key, &keys->items[j]) &&
		    gives_way(diags, key, &keys->items[j], j > i, result))
			return true;
	return false;
}

/* Validators tell keys apart by tag and algorithm. */
static int
check_tags(struct diags *diags, const struct keys *keys)
{
	int result = 0;

	for (size_t i = 1; i < keys->n; i++) {
		const struct key *key = &keys->items[i], *other = key - 1;

		if (key->tag == other->tag && key->algorithm == other->algorithm &&
		    key_is_of_use(key, keys->now) && key_is_of_use(other, keys->now))
			result = diag_add_path(diags, key->path, S_KEY_TAGS,
			    "another key of %s has the tag %u and the algorithm %s, too: %s",
			    keys->zone, key->tag, key->algorithm->name, other->path);
	}
	return result;
}

int
keys_settle(struct diags *diags, struct keys *keys)
{
	int result = 0;
	size_t kept = 0;
	bool *left_out = mem_alloc(keys->n + 1);

	if (keys->n > 1)
		qsort(keys->items, keys->n, sizeof(*keys->items), compare_keys);
	for (size_t i = 0; i < keys->n; i++)
		left_out[i] = is_left_out(diags, keys, i, &result);
	for (size_t i = 0; i < keys->n; i++)
		if (!left_out[i])
			keys->items[kept++] = keys->items[i];
	keys->n = kept;
	free(left_out);
	return check_tags(diags, keys) < 0 ? -1 : result;
}
