#include "dnssec/keydates.h"

#include "base/duration.h"
#include "base/mem.h"
#include "base/output.h"
#include "dnssec/key_part.h"

#include <openssl/crypto.h>
#include <stdlib.h>

/* --- Which dates can be --- */

/* Each begins something that the other ends. */
static const struct span {
	enum key_time begin, end;
} spans[] = {
    {KEY_ACTIVATE, KEY_INACTIVE},
    {KEY_PUBLISH, KEY_INACTIVE},
    {KEY_PUBLISH, KEY_DELETE},
    {KEY_ACTIVATE, KEY_DELETE},
    {KEY_SYNC_PUBLISH, KEY_DELETE},
    {KEY_SYNC_PUBLISH, KEY_INACTIVE},
    {KEY_SYNC_PUBLISH, KEY_SYNC_DELETE},
};

enum { N_SPANS = sizeof(spans) / sizeof(spans[0]) };

/* "Delete (2026-11-23T12:00:00Z)" */
static void
print_date(struct buf *b, enum key_time which, const int64_t time[N_KEY_TIMES])
{
	buf_printf(b, "%s (", keyfile_time_names[which]);
	instant_print_iso(b, time[which]);
	buf_putc(b, ')');
}

/* Adds what is in the buf, and frees it. */
static int
refuse(struct diags *diags, const char *path, struct buf *why)
{
	const char *text = buf_text(why, &diags->arena);

	return diag_add_path(diags, path ? path : "<command line>", S_KEY_DATES, "%s", text);
}

static int
check_range(
    struct diags *diags, const char *path, enum key_time which, const int64_t time[N_KEY_TIMES])
{
	struct buf b = {0};

	if (time[which] == KEY_NO_TIME || (time[which] >= 0 && time[which] <= UINT32_MAX))
		return 0;
	print_date(&b, which, time);
	buf_puts(&b, " is not in the time of DNSSEC, from 1970 to 2106");
	return refuse(diags, path, &b);
}

static bool
is_out_of_order(const struct span *span, const bool *is_given, const int64_t time[N_KEY_TIMES])
{
	return (!is_given || is_given[span->begin] || is_given[span->end]) &&
	       time[span->begin] != KEY_NO_TIME && time[span->end] <= time[span->begin];
}

/* Adds the first that is wrong of the dates that `end` must follow. */
static int
check_order(struct diags *diags, const char *path, enum key_time end, const bool *is_given,
    const int64_t time[N_KEY_TIMES])
{
	struct buf b = {0};

	for (size_t i = 0; i < N_SPANS; i++) {
		if (spans[i].end != end || !is_out_of_order(&spans[i], is_given, time))
			continue;
		print_date(&b, end, time);
		buf_puts(&b, " is not later than ");
		print_date(&b, spans[i].begin, time);
		return refuse(diags, path, &b);
	}
	return 0;
}

int
keydates_check(
    struct diags *diags, const char *path, const bool *is_given, const int64_t time[N_KEY_TIMES])
{
	int result = 0;

	for (enum key_time i = KEY_CREATED; i < N_KEY_TIMES; i++)
		if ((!is_given || is_given[i]) && check_range(diags, path, i, time) < 0)
			return -1; /* others may have been made of it */
	for (enum key_time i = KEY_CREATED; i < N_KEY_TIMES; i++)
		if (check_order(diags, path, i, is_given, time) < 0)
			result = -1;
	return result;
}

/* --- The new dates --- */

/* When a key without dates is said to have begun: now, or ahead of what ends it. */
static int64_t
begin_of(const struct keydates_wish *wish)
{
	int64_t begin = wish->now;

	for (size_t i = 0; i < N_SPANS; i++) {
		enum key_time end = spans[i].end;

		if (spans[i].begin != KEY_SYNC_PUBLISH && wish->is_given[end] &&
		    wish->time[end] <= begin)
			begin = wish->time[end] - 1;
	}
	return begin;
}

static void
apply(const struct keydates_wish *wish, struct keydates *dates)
{
	int64_t *time = dates->time;
	bool is_dateless = key_life(time).sign_unix == KEY_ALWAYS;

	if (time[KEY_CREATED] == KEY_NO_TIME)
		time[KEY_CREATED] = wish->now;
	if (is_dateless)
		time[KEY_PUBLISH] = time[KEY_ACTIVATE] = begin_of(wish);
	for (enum key_time i = KEY_CREATED; i < N_KEY_TIMES; i++)
		if (wish->is_given[i])
			time[i] = wish->time[i];
}

/* Differences of dates that are given do not matter any more. */
static int
compare_comments(struct diags *diags, const struct key_pair *pair, const struct keydates_wish *wish,
    const struct keydates *dates)
{
	int64_t comments[N_KEY_TIMES];

	if (!key_has_dates(pair->public_key.time))
		return 0;
	memcpy(comments, pair->public_key.time, sizeof(comments));
	for (enum key_time i = KEY_CREATED; i < N_KEY_TIMES; i++)
		if (wish->is_given[i])
			comments[i] = dates->was[i];
	return key_compare_comments(diags, pair->private_path, dates->tag, dates->was, comments);
}

static int
work_out(struct diags *diags, const struct key_pair *pair, const struct keydates_wish *wish,
    struct keydates *dates)
{
	if (!pair->has_public)
		return key_pair_refuse_lone(diags, pair, dates->tag);
	dates->is_offline = !pair->has_private;
	memcpy(dates->was, pair->has_private ? pair->private_key.time : pair->public_key.time,
	    sizeof(dates->was));
	if (pair->has_private && compare_comments(diags, pair, wish, dates) < 0)
		return -1;
	memcpy(dates->time, dates->was, sizeof(dates->time));
	apply(wish, dates);
	return keydates_check(diags, pair->public_path, wish->is_given, dates->time);
}

int
keydates_read(
    struct diags *diags, const char *path, const struct keydates_wish *wish, struct keydates *out)
{
	struct key_pair pair;
	struct keyfile_name name;
	char room[PRIVATE_LONGEST];
	int result;

	*out = (struct keydates){.base = key_base(&diags->arena, diags, path, &name)};
	if (!out->base)
		return -1;
	out->tag = name.tag;
	result = key_pair_read(&diags->arena, diags, NULL, out->base, &name, room, &pair);
	if (result == 0)
		result = work_out(diags, &pair, wish, out);
	out->unfinished = pair.unfinished;
	OPENSSL_cleanse(room, sizeof(room));
	return result;
}

/* --- The files --- */

/* Puts `b` in the place of a file that holds a secret. */
static int
replace_secret(struct diags *diags, const char *path, const struct buf *b)
{
	struct output *out = output_open(diags, path);
	bool changed;

	if (!out)
		return -1;
	output_secret(out);
	if (output_write(out, b->data, b->len) < 0)
		return -1;
	return output_commit(out, &changed);
}

static int
write_private(struct diags *diags, const struct keydates *dates, char *room)
{
	const char *path = arena_printf(&diags->arena, "%s.private", dates->base);
	struct text text;
	struct buf b = {0};
	int result = -1;

	if (key_load_private(diags, NULL, path, room, &text) < 0)
		return -1;
	if (!text.data)
		return file_refuse(diags, NULL, path);
	buf_reserve(&b, 2 * PRIVATE_LONGEST); /* it must never be moved in memory */
	keyfile_replace_times(&b, KEYFILE_PRIVATE, text, dates->time);
	result = replace_secret(diags, path, &b);
	OPENSSL_cleanse(b.data, b.len);
	buf_free(&b);
	return result;
}

/* The .key file as it is to be: NULL with a problem added. */
static struct output *
open_public(struct diags *diags, const struct keydates *dates)
{
	const char *path = arena_printf(&diags->arena, "%s.key", dates->base);
	struct output *out = NULL;
	struct text text;
	struct buf b = {0};

	if (file_load(diags, pos_none(), NULL, path, &text) < 0)
		return NULL;
	keyfile_replace_times(&b, KEYFILE_PUBLIC, text, dates->time);
	out = output_open(diags, path);
	if (out && output_write(out, b.data, b.len) < 0) {
		output_abort(out);
		out = NULL;
	}
	buf_free(&b);
	return out;
}

/* The new .key file stands beside the old one before the .private file changes, and takes its place
 * behind that: so it is known that the one is to follow the other. */
static int
write_both(struct diags *diags, const struct keydates *dates, struct output *public_file)
{
	char room[PRIVATE_LONGEST];
	int result = output_stand(public_file);

	if (result == 0)
		result = write_private(diags, dates, room);
	OPENSSL_cleanse(room, sizeof(room));
	return result;
}

int
keydates_write(struct diags *diags, const struct keydates *dates)
{
	struct output *public_file;
	bool changed;

	if (key_pair_finish(diags, NULL, dates->base, dates->unfinished) < 0)
		return -1;
	public_file = open_public(diags, dates);
	if (!public_file)
		return -1;
	if (!dates->is_offline && write_both(diags, dates, public_file) < 0) {
		output_abort(public_file);
		return -1;
	}
	return output_commit(public_file, &changed);
}
