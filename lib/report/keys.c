#include "report/keys.h"

#include "base/json.h"
#include "dnssec/keystate.h"
#include "report/table.h"

/* The last two are not always there. */
enum { AHEAD = 7, HOLDS, N_COLUMNS };

struct table {
	struct arena a;
	bool has[N_COLUMNS];
	const char **cells;
	size_t n_cells;
};

/* Without the last dot, as the project file and the command line write zones. */
static struct text
zone_text(const char *zone)
{
	size_t len = strlen(zone);

	return (struct text){zone, len > 1 ? len - 1 : len};
}

/* What holds the key where it is, in words; NULL: nothing will happen to it. */
static const char *
step_of(struct arena *a, const struct report_keys *zone, const struct key *key)
{
	for (size_t i = 0; i < zone->rolls.n; i++)
		if (zone->rolls.items[i].key == key)
			return keyroll_words(a, &zone->rolls.items[i]);
	return NULL;
}

static void
add_row(struct table *t, const char *const row[N_COLUMNS])
{
	for (int i = 0; i < N_COLUMNS; i++)
		if (t->has[i])
			t->cells[t->n_cells++] = row[i];
}

static const char *
ahead_text(struct arena *a, const struct report_keys *of, const struct key *key)
{
	int64_t until = of->ahead_unix ? of->ahead_unix[key - of->keys.items] : KEY_NO_TIME;

	return until == KEY_NO_TIME ? NULL : table_instant(a, until);
}

static void
add_key(struct table *t, const struct report_keys *of, const struct key *key, int64_t now)
{
	enum key_time next = keystate_next(key, now);
	struct text zone = zone_text(of->keys.zone);
	const char *step = step_of(&t->a, of, key), *ahead = ahead_text(&t->a, of, key);

	add_row(t, (const char *[N_COLUMNS]){arena_text(&t->a, zone.data, zone.len),
		       arena_printf(&t->a, "%u", key->tag), keystate_role(&of->keys, key, now),
		       key->algorithm->name, keystate_now(key, now),
		       next == N_KEY_TIMES ? "-" : keystate_event(next),
		       next == N_KEY_TIMES ? "-" : table_instant(&t->a, key->time[next]),
		       ahead ? ahead : "-", step ? step : "-"});
}

void
report_keys_table(struct buf *out, const struct report_keys *zones, size_t n, int64_t now)
{
	static const char *const head[N_COLUMNS] = {
	    "ZONE", "TAG", "ROLE", "ALGORITHM", "STATE", "NEXT", "AT", "SIGNED UNTIL", "HOLDS"};
	struct table t = {.has = {true, true, true, true, true, true, true}};
	size_t most = 1, n_columns = N_COLUMNS - 2;

	for (size_t i = 0; i < n; i++) {
		most += zones[i].keys.n;
		t.has[AHEAD] = t.has[AHEAD] || zones[i].ahead_unix;
		t.has[HOLDS] = t.has[HOLDS] || zones[i].rolls_by_policy;
	}
	n_columns += t.has[AHEAD] + (size_t)t.has[HOLDS];
	t.cells = arena_alloc(&t.a, most * n_columns * sizeof(*t.cells));
	add_row(&t, head);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < zones[i].keys.n; k++)
			add_key(&t, &zones[i], &zones[i].keys.items[k], now);
	if (t.n_cells > n_columns)
		report_table(out, t.cells, t.n_cells / n_columns, n_columns);
	arena_free(&t.a);
}

static void
print_times(struct json *j, struct arena *a, const struct key *key)
{
	json_key(j, "times");
	json_begin(j, '{');
	for (enum key_time i = KEY_CREATED; i < N_KEY_TIMES; i++) {
		if (key->time[i] == KEY_NO_TIME)
			continue;
		json_key(j, keystate_event(i));
		json_text(j, text_of(table_instant(a, key->time[i])));
	}
	json_end(j, '}');
}

static void
print_next(struct json *j, struct arena *a, const struct key *key, int64_t now)
{
	enum key_time next = keystate_next(key, now);

	json_key(j, "next");
	if (next == N_KEY_TIMES) {
		json_null(j);
		return;
	}
	json_begin(j, '{');
	json_key(j, "event");
	json_text(j, text_of(keystate_event(next)));
	json_key(j, "time");
	json_text(j, text_of(table_instant(a, key->time[next])));
	json_end(j, '}');
}

static void
print_step(struct json *j, struct arena *a, const struct report_keys *zone, const struct key *key)
{
	const char *step = step_of(a, zone, key);

	json_key(j, "step");
	if (step)
		json_text(j, text_of(step));
	else
		json_null(j);
}

static void
print_key(struct json *j, struct arena *a, const struct report_keys *of, const struct key *key,
    int64_t now)
{
	const struct keys *keys = &of->keys;

	json_begin(j, '{');
	json_key(j, "zone");
	json_text(j, zone_text(keys->zone));
	json_key(j, "tag");
	json_number(j, key->tag);
	json_key(j, "role");
	json_text(j, text_of(keystate_role(keys, key, now)));
	json_key(j, "algorithm");
	json_number(j, key->algorithm->number);
	json_key(j, "mnemonic");
	json_text(j, text_of(key->algorithm->name));
	json_key(j, "state");
	json_text(j, text_of(keystate_now(key, now)));
	json_key(j, "private");
	json_bool(j, key->at_hand);
	print_next(j, a, key, now);
	print_times(j, a, key);
	if (of->ahead_unix)
		json_member(j, "signed_until", ahead_text(a, of, key));
	json_key(j, "file");
	json_text(j, text_of(key->path));
	if (of->rolls_by_policy)
		print_step(j, a, of, key);
	json_end(j, '}');
}

void
report_keys_json(struct buf *out, const struct report_keys *zones, size_t n, int64_t now)
{
	struct json j = {.out = out};
	struct arena a = {0};

	json_begin(&j, '[');
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < zones[i].keys.n; k++)
			print_key(&j, &a, &zones[i], &zones[i].keys.items[k], now);
	json_end(&j, ']');
	buf_putc(out, '\n');
	arena_free(&a);
}
