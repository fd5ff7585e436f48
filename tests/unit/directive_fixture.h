/* A folder with a template and what it names, for the tests of directives. Include it first: it
 * asks for mkdtemp(3). */
#ifndef DIRECTIVE_FIXTURE_H
#define DIRECTIVE_FIXTURE_H

#include "unit.h"

#include "base/codec.h"
#include "zone/parse.h"

#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	struct arena arena; /* until fixture_end */
	char folder[32];
	const struct parse_directive *directives;
};

static inline void
fixture_begin(struct fixture *f, const struct parse_directive *directives)
{
	*f = (struct fixture){.folder = "/tmp/zonepp-test-XXXXXX", .directives = directives};
	assert_non_null(mkdtemp(f->folder));
}

static inline void
fixture_end(struct fixture *f)
{
	assert_int_equal(system(arena_printf(&f->arena, "rm -rf %s", f->folder)), 0);
	arena_free(&f->arena);
}

static inline void
fixture_file(struct fixture *f, const char *name, const void *data, size_t len)
{
	const char *path = arena_printf(&f->arena, "%s/%s", f->folder, name);
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(chmod(path, 0600), 0); /* it may be a private key */
	assert_int_equal(fwrite(data, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
}

static inline void
fixture_text(struct fixture *f, const char *name, const char *text)
{
	fixture_file(f, name, text, strlen(text));
}

static inline const char *
fixture_encoded(struct fixture *f, void (*encode)(struct buf *, struct bytes), struct bytes data)
{
	struct buf buf = {0};
	const char *text;

	encode(&buf, data);
	text = arena_text(&f->arena, buf.data, buf.len);
	buf_free(&buf);
	return text;
}

static inline const char *
fixture_base64(struct fixture *f, struct bytes data)
{
	return fixture_encoded(f, base64_encode, data);
}

static inline const char *
fixture_hex(struct fixture *f, struct bytes data)
{
	return fixture_encoded(f, hex_encode, data);
}

/* A template that was parsed, and the records that it made: "owner ttl type rdata" a line. */
struct run {
	struct diags diags;
	struct buf records;
	struct buf texts; /* "owner ; comment" a line, as `expand` writes them */
	int result;
};

static inline int
fixture_see(void *ctx, const struct parsed *record)
{
	struct run *run = ctx;

	name_print(&run->records, record->owner->wire);
	buf_printf(&run->records, " %u ", (unsigned)record->ttl_s);
	type_print(&run->records, record->type);
	buf_putc(&run->records, ' ');
	assert_true(rdata_valid(record->type, record->rdata));
	rdata_print(&run->records, record->type, record->rdata);
	buf_putc(&run->records, '\n');
	buf_printf(&run->texts, "%.*s ; %.*s\n", (int)record->owner_text.len,
	    record->owner_text.data, (int)record->comment.len, record->comment.data);
	return 0;
}

/* Parses lines behind `$ORIGIN example.com.` and `$TTL 1h`: the first is line 3. */
static inline void
fixture_parse(struct fixture *f, struct run *run, const char *lines)
{
	struct parse_options options = {
	    .directives = f->directives, .sink = {.ctx = run, .record = fixture_see}};
	struct name zone;

	*run = (struct run){0};
	fixture_text(
	    f, "zone", arena_printf(&f->arena, "$ORIGIN example.com.\n$TTL 1h\n%s\n", lines));
	run->result =
	    parse_file(&run->diags, &options, arena_printf(&f->arena, "%s/zone", f->folder), &zone);
	buf_putc(&run->records, '\0');
	buf_putc(&run->texts, '\0');
}

static inline void
run_end(struct run *run)
{
	buf_free(&run->records);
	buf_free(&run->texts);
	diags_free(&run->diags);
}

/* Lines without any problem, and what becomes of them. */
struct good {
	const char *lines, *records;
};

static inline void
fixture_good(struct fixture *f, const struct good *good)
{
	struct run run;

	fixture_parse(f, &run, good->lines);
	if (run.diags.n)
		print_error("%s: %s\n", good->lines, run.diags.items[0].message);
	assert_int_equal(run.diags.n, 0);
	assert_int_equal(run.result, 0);
	assert_string_equal(run.records.data, good->records);
	run_end(&run);
}

/* A line with one problem. */
struct bad {
	const char *line;
	enum problem problem;
	unsigned column;
	const char *part;    /* of the message */
	const char *records; /* that are made nevertheless, or NULL: it is an error */
};

static inline void
fixture_bad(struct fixture *f, const struct bad *bad)
{
	struct run run;
	const struct diag *diag;

	fixture_parse(f, &run, bad->line);
	if (run.diags.n != 1)
		print_error("%s: %zu problems\n", bad->line, run.diags.n);
	assert_int_equal(run.diags.n, 1);
	diag = &run.diags.items[0];
	if (!strstr(diag->message, bad->part) || diag->problem != bad->problem ||
	    diag->place.column != bad->column)
		print_error("%s: %u: %s\n", bad->line, diag->place.column, diag->message);
	assert_int_equal(diag->problem, bad->problem);
	assert_non_null(strstr(diag->message, bad->part));
	assert_int_equal(diag->place.line, 3);
	assert_int_equal(diag->place.column, bad->column);
	assert_int_equal(run.result, bad->records ? 0 : -1);
	assert_string_equal(run.records.data, bad->records ? bad->records : "");
	run_end(&run);
}

static inline void
fixture_all_good(struct fixture *f, const struct good *good, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fixture_good(f, &good[i]);
}

static inline void
fixture_all_bad(struct fixture *f, const struct bad *bad, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fixture_bad(f, &bad[i]);
}

#endif
