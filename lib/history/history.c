#include "history/history.h"

#include "base/duration.h"
#include "dns/rdata.h"
#include "history/serial.h"

#include <stdlib.h>

/* --- Sets --- */

int64_t
set_release(const struct set *set, uint32_t wait_s)
{
	int64_t ttl_s = set->ttl_s, hold_s;

	if (set_is_of_service(set))
		hold_s = 2 * ttl_s > wait_s ? 2 * ttl_s : wait_s;
	else
		hold_s = ttl_s + (ttl_s > wait_s ? ttl_s : wait_s);

	return set->until_unix > TIME_NEVER - hold_s ? TIME_NEVER : set->until_unix + hold_s;
}

static int
by_number(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* TTL and records. */
static int
by_version(const struct set *a, const struct set *b)
{
	int order = by_number(a->ttl_s, b->ttl_s);

	if (order == 0)
		order = by_number((int64_t)a->n, (int64_t)b->n);
	for (size_t i = 0; order == 0 && i < a->n; i++)
		order = bytes_compare(a->rdata[i], b->rdata[i]);
	return order;
}

bool
set_same(const struct set *a, const struct set *b)
{
	return a->type == b->type && by_version(a, b) == 0;
}

static int
by_octets(const void *a, const void *b)
{
	const struct bytes *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int order = n ? memcmp(x->data, y->data, n) : 0;

	return order ? order : by_number((int64_t)x->len, (int64_t)y->len);
}

bool
set_has(const struct set *set, struct bytes rdata)
{
	return set->n > 0 && bsearch(&rdata, set->rdata, set->n, sizeof(rdata), by_octets);
}

void
set_records(struct arena *a, struct set *set, const struct bytes *rdata, size_t n)
{
	struct bytes *copies = arena_alloc(a, n * sizeof(*copies) + 1);

	for (size_t i = 0; i < n; i++) {
		uint8_t *data = arena_bytes(a, rdata[i].len);

		if (set->type == TYPE_CNAME)
			rdata_canonical(set->type, rdata[i], data);
		else
			memcpy(data, rdata[i].data, rdata[i].len);
		copies[i] = (struct bytes){data, rdata[i].len};
	}
	if (n > 1)
		qsort(copies, n, sizeof(*copies), by_octets);
	set->n = 0;
	for (size_t i = 0; i < n; i++)
		if (set->n == 0 || by_octets(&copies[set->n - 1], &copies[i]) != 0)
			copies[set->n++] = copies[i];
	set->rdata = copies;
}

/* --- Adding --- */

void
history_reserve(struct history *history, size_t n_sets, size_t n_serials)
{
	history->sets = arena_alloc(history->a, n_sets * sizeof(*history->sets) + 1);
	history->cap_sets = n_sets;
	history->serials = arena_alloc(history->a, n_serials * sizeof(*history->serials) + 1);
	history->cap_serials = n_serials;
}

void
history_add_set(struct history *history, const struct set *set)
{
	history->sets = arena_grow(
	    history->a, history->sets, history->n_sets, &history->cap_sets, sizeof(*history->sets));
	history->sets[history->n_sets++] = *set;
}

static const char *
copy_name(struct arena *a, const char *name, const char *last, const char *last_copy)
{
	return name == last ? last_copy : arena_text(a, name, strlen(name));
}

void
history_copy_sets(struct history *history, const struct history *from)
{
	struct arena *a = history->a;
	const struct set *last = NULL; /* most names are those of the set before */

	for (size_t i = 0; i < from->n_sets; i++) {
		struct set set = from->sets[i];
		const struct set *copy = last ? &history->sets[history->n_sets - 1] : NULL;
		struct bytes *rdata = arena_alloc(a, set.n * sizeof(*rdata) + 1);

		set.zone =
		    copy_name(a, set.zone, last ? last->zone : NULL, copy ? copy->zone : NULL);
		set.owner =
		    copy_name(a, set.owner, last ? last->owner : NULL, copy ? copy->owner : NULL);
		for (size_t k = 0; k < set.n; k++)
			rdata[k] = (struct bytes){
			    arena_copy(a, set.rdata[k].data, set.rdata[k].len), set.rdata[k].len};
		set.rdata = rdata;
		history_add_set(history, &set);
		last = &from->sets[i];
	}
}

void
history_add_serial(struct history *history, const struct serial *serial)
{
	history->serials = arena_grow(history->a, history->serials, history->n_serials,
	    &history->cap_serials, sizeof(*history->serials));
	history->serials[history->n_serials++] = *serial;
}

void
history_add_note(struct history *history, const struct note *note)
{
	history->notes = arena_grow(history->a, history->notes, history->n_notes,
	    &history->cap_notes, sizeof(*history->notes));
	history->notes[history->n_notes++] = *note;
}

/* --- Sorting --- */

static int
by_text(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int
by_name(const struct set *a, const struct set *b)
{
	int order = strcmp(a->zone, b->zone);

	return order ? order : strcmp(a->owner, b->owner);
}

/* All but the end: lines of which this is equal tell of the same set. */
static int
by_begin(const struct set *a, const struct set *b)
{
	int order = by_name(a, b);

	if (order == 0)
		order = by_number(a->type, b->type);
	if (order == 0)
		order = by_number(a->since_unix, b->since_unix);
	return order ? order : by_version(a, b);
}

static int
by_set(const void *a, const void *b)
{
	const struct set *x = a, *y = b;
	int order = by_begin(x, y);

	return order ? order : by_number(x->until_unix, y->until_unix);
}

static void
unite_sets(struct history *history)
{
	size_t kept = 0;

	for (size_t i = 1; i < history->n_sets; i++) {
		struct set *last = &history->sets[kept], *set = &history->sets[i];

		if (by_begin(last, set) != 0 || (set_is_open(set) && !set_is_open(last)))
			history->sets[++kept] = *set;
		else
			last->until_unix = set->until_unix;
	}
	history->n_sets = kept + 1;
}

static int
by_zone_and_time(const void *a, const void *b)
{
	const struct serial *x = a, *y = b;
	int order = strcmp(x->zone, y->zone);

	return order ? order : by_number(y->t_unix, x->t_unix);
}

/* The newest account counts first. */
static void
unite_serials(struct history *history)
{
	size_t kept = 0;

	for (size_t i = 1; i < history->n_serials; i++) {
		struct serial *last = &history->serials[kept], *serial = &history->serials[i];

		if (strcmp(last->zone, serial->zone) != 0)
			history->serials[++kept] = *serial;
		else
			last->serial = serial_highest(last->serial, serial->serial);
	}
	history->n_serials = kept + 1;
}

static int
by_subject(const struct note *a, const struct note *b)
{
	int order = by_number(a->kind, b->kind);

	if (order == 0)
		order = by_text(a->name, b->name);
	if (order == 0)
		order = by_text(a->event, b->event);
	return order ? order : by_text(a->id, b->id);
}

static int
by_note(const void *a, const void *b)
{
	const struct note *x = a, *y = b;
	int order = by_subject(x, y);

	return order ? order : by_number(x->t_unix, y->t_unix);
}

static void
unite_notes(struct history *history)
{
	size_t kept = 0;

	for (size_t i = 1; i < history->n_notes; i++) {
		if (by_subject(&history->notes[kept], &history->notes[i]) != 0)
			kept++;
		history->notes[kept] = history->notes[i];
	}
	history->n_notes = kept + 1;
}

/* What was told is to be told no more. */
static void
drop_pending(struct history *history)
{
	size_t kept = 0;

	for (size_t i = 0; i < history->n_notes; i++) {
		const struct note *note = &history->notes[i];
		bool is_key = note->kind == NOTE_KEY_PENDING;

		if ((note->kind != NOTE_PENDING && !is_key) ||
		    !history_note(history, is_key ? NOTE_KEY_TOLD : NOTE_TOLD, note->name,
			note->event, note->id))
			history->notes[kept++] = *note;
	}
	history->n_notes = kept;
}

/* Most often that is how they stand: so the file had them. */
static void
sort(void *items, size_t n, size_t size, int (*compare)(const void *, const void *))
{
	const char *p = items;

	for (size_t i = 1; i < n; i++, p += size)
		if (compare(p, p + size) > 0) {
			qsort(items, n, size, compare);
			return;
		}
}

void
history_sort(struct history *history)
{
	sort(history->sets, history->n_sets, sizeof(*history->sets), by_set);
	sort(history->serials, history->n_serials, sizeof(*history->serials), by_zone_and_time);
	sort(history->notes, history->n_notes, sizeof(*history->notes), by_note);
	if (history->n_sets > 0)
		unite_sets(history);
	if (history->n_serials > 0)
		unite_serials(history);
	if (history->n_notes > 0) {
		unite_notes(history);
		drop_pending(history);
	}
}

static void *
copy_items(struct arena *a, const void *items, size_t n, size_t size)
{
	return n ? memcpy(arena_alloc(a, n * size), items, n * size) : NULL;
}

struct history
history_copy(struct arena *a, const struct history *history)
{
	struct history copy = *history;

	copy.a = a;
	copy.sets = copy_items(a, history->sets, history->n_sets, sizeof(*copy.sets));
	copy.serials = copy_items(a, history->serials, history->n_serials, sizeof(*copy.serials));
	copy.notes = copy_items(a, history->notes, history->n_notes, sizeof(*copy.notes));
	copy.cap_sets = copy.n_sets;
	copy.cap_serials = copy.n_serials;
	copy.cap_notes = copy.n_notes;
	return copy;
}

static bool
is_set_copy(const struct set *a, const struct set *b)
{
	return a->zone == b->zone && a->owner == b->owner && a->type == b->type &&
	       a->ttl_s == b->ttl_s && a->since_unix == b->since_unix &&
	       a->until_unix == b->until_unix && a->rdata == b->rdata && a->n == b->n;
}

static bool
is_serial_copy(const struct serial *a, const struct serial *b)
{
	return a->zone == b->zone && a->serial == b->serial && a->t_unix == b->t_unix;
}

static bool
is_note_copy(const struct note *a, const struct note *b)
{
	return a->kind == b->kind && a->name == b->name && a->event == b->event && a->id == b->id &&
	       a->chain == b->chain && a->t_unix == b->t_unix;
}

bool
history_is_copy(const struct history *copy, const struct history *of)
{
	bool same = copy->n_sets == of->n_sets && copy->n_serials == of->n_serials &&
		    copy->n_notes == of->n_notes;

	for (size_t i = 0; same && i < of->n_sets; i++)
		same = is_set_copy(&copy->sets[i], &of->sets[i]);
	for (size_t i = 0; same && i < of->n_serials; i++)
		same = is_serial_copy(&copy->serials[i], &of->serials[i]);
	for (size_t i = 0; same && i < of->n_notes; i++)
		same = is_note_copy(&copy->notes[i], &of->notes[i]);
	return same;
}

/* The same set as it stood before it ended. */
static const struct set *
find_set(const struct history *closed, const struct set *set)
{
	size_t low = 0, high = closed->n_sets;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = by_begin(&closed->sets[middle], set);

		if (order == 0)
			return &closed->sets[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void
history_end(struct history *history, struct history *closed, int64_t t_unix)
{
	size_t kept = 0;

	history_sort(closed);
	for (size_t i = 0; i < history->n_sets; i++)
		if (!set_is_open(&history->sets[i]) || !find_set(closed, &history->sets[i]))
			history->sets[kept++] = history->sets[i];
	history->n_sets = kept;
	for (size_t i = 0; i < closed->n_sets; i++) {
		struct set set = closed->sets[i];

		if (set_is_open(&set))
			set.until_unix = instant_later(t_unix, set.since_unix);
		history_add_set(history, &set);
	}
}

void
history_prune(struct history *history, uint32_t wait_s, int64_t now_unix)
{
	size_t kept = 0, first = 0;

	for (size_t i = 0; i < history->n_sets; i++) {
		const struct set set = history->sets[i];
		bool last = i + 1 == history->n_sets || by_name(&set, &history->sets[i + 1]) != 0 ||
			    set.type != history->sets[i + 1].type;
		bool matters = set.n > 0 || !set_is_of_service(&set); /* no record takes all */

		if (set_is_open(&set) || (matters && set_release(&set, wait_s) > now_unix))
			history->sets[kept++] = set;
		if (last && kept == first + 1 && history->sets[first].n == 0 &&
		    set_is_of_service(&set))
			kept = first;
		if (last)
			first = kept;
	}
	history->n_sets = kept;
}

/* --- Times --- */

int64_t
history_now(const struct history *history, int64_t now_unix)
{
	int64_t latest = history->latest_unix;

	return latest > now_unix && latest - now_unix <= CLOCKS_DIFFER_S ? latest : now_unix;
}

int64_t
history_begin(const struct history *history, const struct set *set, int64_t now_unix)
{
	const struct set *newest =
	    sets_newest(sets_of_owner(history_zone(history, set->zone), set->owner));

	return newest && newest->since_unix >= now_unix ? newest->since_unix + 1 : now_unix;
}

/* --- Looking --- */

static int
compare_zone(const struct set *set, const char *zone)
{
	return strcmp(set->zone, zone);
}

static int
compare_owner(const struct set *set, const char *owner)
{
	return strcmp(set->owner, owner);
}

/* The number of the first set that is not below `name`; or with `behind` above. */
static size_t
bound(struct sets sets, int (*compare)(const struct set *, const char *), const char *name,
    bool behind)
{
	size_t low = 0, high = sets.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(&sets.items[middle], name);

		if (order < 0 || (behind && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct sets
between(struct sets sets, int (*compare)(const struct set *, const char *), const char *name)
{
	size_t begin = bound(sets, compare, name, false);

	return (struct sets){sets.items + begin, bound(sets, compare, name, true) - begin};
}

struct sets
history_zone(const struct history *history, const char *zone)
{
	return between((struct sets){history->sets, history->n_sets}, compare_zone, zone);
}

struct sets
sets_of_owner(struct sets sets, const char *owner)
{
	return between(sets, compare_owner, owner);
}

/* In the closest zone from `zone` upwards that has sets of the name. */
static struct sets
find_upwards(const struct history *history, const char *zone, const char *owner)
{
	struct sets sets = sets_of_owner(history_zone(history, zone), owner);
	const char *dot;

	while (sets.n == 0 && strcmp(zone, ".") != 0) {
		dot = strchr(zone, '.');
		zone = dot && dot[1] ? dot + 1 : ".";
		sets = sets_of_owner(history_zone(history, zone), owner);
	}
	return sets;
}

struct sets
history_owner(const struct history *history, const char *owner)
{
	return find_upwards(history, owner, owner);
}

struct sets
history_parent(const struct history *history, const char *zone)
{
	const char *dot = strchr(zone, '.');

	return strcmp(zone, ".") == 0 ? (struct sets){NULL, 0}
				      : find_upwards(history, dot && dot[1] ? dot + 1 : ".", zone);
}

const struct serial *
history_serial(const struct history *history, const char *zone)
{
	size_t low = 0, high = history->n_serials;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(history->serials[middle].zone, zone);

		if (order == 0)
			return &history->serials[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct set *
sets_newest(struct sets of_owner)
{
	const struct set *newest = NULL;

	for (size_t i = 0; i < of_owner.n; i++)
		if (set_is_open(&of_owner.items[i]) &&
		    (!newest || of_owner.items[i].since_unix >= newest->since_unix))
			newest = &of_owner.items[i];
	return newest;
}

/* The number of the first note of that kind whose name, unless NULL, is not below. */
static size_t
first_note(const struct history *history, enum note_kind kind, const char *name)
{
	size_t low = 0, high = history->n_notes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct note *note = &history->notes[middle];
		int order = by_number(note->kind, kind);

		if (order == 0 && name)
			order = strcmp(note->name, name);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct notes
history_notes(const struct history *history, enum note_kind kind, const char *name)
{
	size_t begin = first_note(history, kind, name);
	struct notes out = {history->notes + begin, 0};

	while (begin + out.n < history->n_notes && out.items[out.n].kind == kind &&
	       (!name || strcmp(out.items[out.n].name, name) == 0))
		out.n++;
	return out;
}

static bool
is_meant(const char *text, const char *asked)
{
	return !asked || (text && strcmp(text, asked) == 0);
}

const struct note *
history_note(const struct history *history, enum note_kind kind, const char *name,
    const char *event, const char *id)
{
	struct notes notes = history_notes(history, kind, name);
	const struct note *latest = NULL;

	for (size_t i = 0; i < notes.n; i++) {
		const struct note *note = &notes.items[i];

		if (is_meant(note->event, event) && is_meant(note->id, id) &&
		    (!latest || note->t_unix > latest->t_unix))
			latest = note;
	}
	return latest;
}
