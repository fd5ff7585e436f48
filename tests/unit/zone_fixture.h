/* Zones made of text, for the tests of lib/zone and of what works on its stores: a folder to write
 * files in, a store to load them into, and the problems as short text. */
#ifndef ZONE_FIXTURE_H
#define ZONE_FIXTURE_H

#define _GNU_SOURCE
#include "unit.h"

#include "base/output.h"
#include "zone/store.h"
#include "zone/write.h"

#include <sys/stat.h>
#include <unistd.h>

#define ZONE_HEAD "$ORIGIN example.org.\n$TTL 3600\n@ SOA ns hostmaster 1 2 3 4 300\n@ NS ns\n"

static char zone_folder[64];

/* Makes a folder and works in it. */
static inline int
zone_setup(void **state)
{
	(void)state;
	strcpy(zone_folder, "/tmp/zonepp-test-XXXXXX");
	assert_non_null(mkdtemp(zone_folder));
	return chdir(zone_folder);
}

static inline int
zone_teardown(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", zone_folder);
	return chdir("/") | system(command);
}

static inline void
put_bytes(const char *path, const char *data, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(len ? fwrite(data, 1, len, f) : 0, len);
	assert_int_equal(fclose(f), 0);
}

static inline void
put(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

/* The whole file, with a '\0' behind it. */
static inline void
get(struct buf *b, const char *path)
{
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	buf_clear(b);
	for (int c; (c = getc(f)) != EOF;)
		buf_putc(b, (char)c);
	fclose(f);
	*buf_reserve(b, 1) = '\0';
}

static inline struct name
name_of(const char *text)
{
	struct name name;
	struct name_fault fault;

	assert_int_equal(name_parse(text_of(text), NULL, &name, &fault), 0);
	return name;
}

/* "CODE line:column" for each problem, by position; other files than a.zone with their name ahead
 * of the line, and those who included it behind. */
static inline void
problems_print(struct buf *b, struct diags *diags)
{
	buf_clear(b);
	diags_sort(diags);
	for (size_t i = 0; i < diags->n; i++) {
		const struct diag *d = &diags->items[i];

		buf_printf(b, "%s%s ", i ? ", " : "", problem_table[d->problem].code);
		if (d->place.path && strcmp(d->place.path, "a.zone") != 0)
			buf_printf(b, "%s:", d->place.path);
		buf_printf(b, "%u:%u", (unsigned)d->place.line, d->place.column);
		for (size_t j = 0; j < d->n_included; j++)
			buf_printf(b, "<%s:%u", d->included[j].path, (unsigned)d->included[j].line);
	}
	*buf_reserve(b, 1) = '\0';
}

struct zone_fixture {
	struct diags diags;
	struct store store;
	int result; /* of parsing */
	struct buf text;
};

/* Parses the file into a store and sorts it; `zone` may be NULL. */
static inline void
zone_load(struct zone_fixture *f, const char *path, const char *zone)
{
	struct name apex = {0}, found;
	struct parse_options options = {
	    .sink = {.ctx = &f->store, .record = store_add, .lost = store_lose}};

	*f = (struct zone_fixture){0};
	if (zone)
		apex = name_of(zone);
	options.zone = zone ? &apex : NULL;
	store_begin(&f->store, &f->diags, options.zone);
	f->result = parse_file(&f->diags, &options, path, &found);
	store_sort(&f->store);
}

static inline void
zone_read(struct zone_fixture *f, const char *text)
{
	put("a.zone", text);
	zone_load(f, "a.zone", NULL);
}

/* As zone_read; a problem fails the test. */
static inline void
zone_read_good(struct zone_fixture *f, const char *text)
{
	zone_read(f, text);
	problems_print(&f->text, &f->diags);
	if (f->result < 0 || f->diags.n > 0)
		fail_msg("%s\n%s: %s", text, f->text.data, f->diags.items[0].message);
}

/* All records as text, "owner ttl type rdata" a line, with blanks for tabs. */
static inline const char *
zone_print(struct zone_fixture *f)
{
	struct buf owner = {0};

	buf_clear(&f->text);
	for (size_t i = 0; i < f->store.n_nodes; i++) {
		const struct node *node = &f->store.nodes[i];
		struct text name = write_owner(&owner, &f->store, node);

		for (size_t j = 0; j < node->n; j++) {
			const struct record *record = node_records(&f->store, node) + j;

			write_record(
			    &f->text, name, record->ttl_s, record->type, record_rdata(record));
		}
	}
	buf_free(&owner);
	*buf_reserve(&f->text, 1) = '\0';
	for (char *p = f->text.data; *p; p++)
		if (*p == '\t')
			*p = ' ';
	return f->text.data;
}

static inline const struct node *
zone_node(const struct zone_fixture *f, const char *name)
{
	struct name want = name_of(name);
	uint8_t wire[NAME_LONGEST];

	for (size_t i = 0; i < f->store.n_nodes; i++) {
		node_wire(&f->store, &f->store.nodes[i], wire);
		if (name_equal(wire, want.wire))
			return &f->store.nodes[i];
	}
	return NULL;
}

static inline void
zone_free(struct zone_fixture *f)
{
	store_free(&f->store);
	buf_free(&f->text);
	diags_free(&f->diags);
}

#endif
