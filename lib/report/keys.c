#include "report/keys.h"

#include "base/json.h"
#include "dnssec/keystate.h"
#include "report/table.h"

enum { N_COLUMNS = 7 };

struct table {
	struct arena a;
	const char *(*rows)[N_COLUMNS];
	size_t n;
};

/* Without the last dot, as the project file and the command line write zones. */
static struct text
zone_text(const char *zone)
{
	size_t len = strlen(zone);

	return (struct text){zone, len > 1 ? len - 1 : len};
}

static void
add_row(struct table *t, const struct keys *keys, const struct key *key, int64_t now)
{
	const char **row = t->rows[t->n++];
	enum key_time next = keystate_next(key, now);
	struct text zone = zone_text(keys->zone);

	row[0] = arena_text(&t->a, zone.data, zone.len);
	row[1] = arena_printf(&t->a, "%u", key->tag);
	row[2] = keystate_role(keys, key, now);
	row[3] = key->algorithm->name;
	row[4] = keystate_now(key, now);
	row[5] = next == N_KEY_TIMES ? "-" : keystate_event(next);
	row[6] = next == N_KEY_TIMES ? "-" : table_instant(&t->a, key->time[next]);
}

void
report_keys_table(struct buf *out, const struct keys *zones, size_t n, int64_t now)
{
	static const char *const head[N_COLUMNS] = {
	    "ZONE", "TAG", "ROLE", "ALGORITHM", "STATE", "NEXT", "AT"};
	struct table t = {.n = 1};
	size_t most = 1;

	for (size_t i = 0; i < n; i++)
		most += zones[i].n;
	t.rows = arena_alloc(&t.a, most * sizeof(*t.rows));
	memcpy(t.rows[0], head, sizeof(head));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < zones[i].n; k++)
			add_row(&t, &zones[i], &zones[i].items[k], now);
	if (t.n > 1)
		report_table(out, &t.rows[0][0], t.n, N_COLUMNS);
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
print_key(
    struct json *j, struct arena *a, const struct keys *keys, const struct key *key, int64_t now)
{
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
	json_bool(j, key->pkey);
	print_next(j, a, key, now);
	print_times(j, a, key);
	json_key(j, "file");
	json_text(j, text_of(key->path));
	json_end(j, '}');
}

void
report_keys_json(struct buf *out, const struct keys *zones, size_t n, int64_t now)
{
	struct json j = {.out = out};
	struct arena a = {0};

	json_begin(&j, '[');
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < zones[i].n; k++)
			print_key(&j, &a, &zones[i], &zones[i].items[k], now);
	json_end(&j, ']');
	buf_putc(out, '\n');
	arena_free(&a);
}
