#include "unit.h"

#include "walk/answer.h"

/* --- The file --- */

/* Cuts `*at` behind its next field, which ends in `end`. */
static const char *
take_field(char **at, char end)
{
	char *begin = *at, *stop = strchr(begin, end);

	assert_non_null(stop);
	*stop = '\0';
	*at = stop + 1;
	return begin;
}

static void
read_line(char *line, struct zone_line *out)
{
	out->owner = take_field(&line, '\t');
	out->ttl_s = (uint32_t)strtoul(take_field(&line, '\t'), NULL, 10);
	assert_string_equal(take_field(&line, '\t'), "IN");
	out->type = take_field(&line, '\t');
	out->rdata = line;
}

static uint32_t
serial_of(const struct zone_text *zone)
{
	unsigned serial = 0;

	for (size_t i = 0; i < zone->n; i++)
		if (strcmp(zone->lines[i].type, "SOA") == 0)
			assert_int_equal(sscanf(zone->lines[i].rdata, "%*s %*s %u", &serial), 1);
	return serial;
}

struct zone_text *
zone_text_read(struct arena *a, const char *apex, const char *text)
{
	struct zone_text *zone = arena_zalloc(a, sizeof(*zone));
	char *at = arena_text(a, text, strlen(text));
	size_t most = 1;

	for (const char *p = text; *p; p++)
		most += *p == '\n';
	*zone = (struct zone_text){.text = arena_text(a, text, strlen(text)),
	    .apex = apex,
	    .lines = arena_alloc(a, most * sizeof(*zone->lines))};
	while (*at)
		read_line((char *)take_field(&at, '\n'), &zone->lines[zone->n++]);
	zone->serial = serial_of(zone);
	return zone;
}

/* --- Names --- */

/* Is the name `above`, or one below it? */
static bool
is_within(const char *name, const char *above)
{
	size_t n = strlen(name), m = strlen(above);

	return n >= m && strcmp(name + n - m, above) == 0 && (n == m || name[n - m - 1] == '.');
}

bool
zone_text_has(const struct zone_text *zone, const char *name)
{
	return is_within(name, zone->apex);
}

/* The name without its first label. */
static const char *
parent_of(const char *name)
{
	return strchr(name, '.') + 1;
}

static const struct zone_line *
find_line(const struct zone_text *zone, const char *owner, const char *type)
{
	for (size_t i = 0; i < zone->n; i++)
		if (strcmp(zone->lines[i].owner, owner) == 0 &&
		    strcmp(zone->lines[i].type, type) == 0)
			return &zone->lines[i];
	return NULL;
}

/* Empty non-terminals exist, too. */
static bool
exists(const struct zone_text *zone, const char *name)
{
	for (size_t i = 0; i < zone->n; i++)
		if (is_within(zone->lines[i].owner, name))
			return true;
	return false;
}

/* --- Answers --- */

static void
take_alias(const struct zone_line *line, const char *target, struct answer *out)
{
	out->alias = target;
	out->ttl_s = line->ttl_s;
}

static void
take_records(struct arena *a, const struct zone_text *zone, const char *owner, struct answer *out)
{
	const struct zone_line *alias = find_line(zone, owner, "CNAME");

	out->records = arena_alloc(a, zone->n * sizeof(*out->records) + 1);
	if (alias)
		take_alias(alias, alias->rdata, out);
	for (size_t i = 0; i < zone->n; i++) {
		const struct zone_line *line = &zone->lines[i];

		if (strcmp(line->owner, owner) != 0 || strcmp(line->type, "TLSA") != 0)
			continue;
		out->owner = line->owner;
		out->records[out->n++] = line->rdata;
		out->ttl_s = line->ttl_s;
	}
}

/* The DNAME above the name, or NULL. */
static const struct zone_line *
find_dname(const struct zone_text *zone, const char *name)
{
	const struct zone_line *dname = NULL;

	while (!dname && strcmp(name, zone->apex) != 0) {
		name = parent_of(name);
		dname = find_line(zone, name, "DNAME");
	}
	return dname;
}

void
zone_text_answer(
    struct arena *a, const struct zone_text *zone, const char *name, struct answer *out)
{
	const struct zone_line *dname = find_dname(zone, name);
	const char *encloser = name;

	*out = (struct answer){0};
	if (dname) {
		int len = (int)(strlen(name) - strlen(dname->owner));

		take_alias(dname, arena_printf(a, "%.*s%s", len, name, dname->rdata), out);
		return;
	}
	if (exists(zone, name)) {
		take_records(a, zone, name, out);
		return;
	}
	while (!exists(zone, encloser))
		encloser = parent_of(encloser);
	take_records(a, zone, arena_printf(a, "*.%s", encloser), out);
}

bool
answer_same(const struct answer *a, const struct answer *b)
{
	if (a->n != b->n || a->ttl_s != b->ttl_s || !a->alias != !b->alias ||
	    (a->alias && strcmp(a->alias, b->alias) != 0))
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->records[i], b->records[i]) != 0)
			return false;
	return true;
}
