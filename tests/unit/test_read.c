#include "zone_fixture.h"

#include "zone/read.h"

#include <sys/inotify.h>
#include <sys/wait.h>

/* Reads a.zone with that many threads. */
static void
read_with(struct zone_fixture *f, const char *apex, unsigned n_workers)
{
	struct name name = {0};

	*f = (struct zone_fixture){0};
	if (apex)
		name = name_of(apex);
	f->result =
	    read_store(&f->diags, NULL, "a.zone", apex ? &name : NULL, n_workers, &f->store, NULL);
}

/* Many threads and one give the same records at the same places, and the same problems. */
static void
assert_same(const char *apex)
{
	struct zone_fixture one, many;

	read_with(&one, apex, 1);
	read_with(&many, apex, 4);
	assert_int_equal(one.result, many.result);
	assert_string_equal(zone_print(&one), zone_print(&many));
	assert_int_equal(one.store.n_live, many.store.n_live);
	for (size_t i = 0; i < one.store.n_nodes; i++)
		for (size_t j = 0; j < one.store.nodes[i].n; j++)
			assert_int_equal(node_records(&one.store, &one.store.nodes[i])[j].pos.at,
			    node_records(&many.store, &many.store.nodes[i])[j].pos.at);
	problems_print(&one.text, &one.diags);
	problems_print(&many.text, &many.diags);
	assert_string_equal(one.text.data, many.text.data);
	zone_free(&one);
	zone_free(&many);
}

/* Writes a.zone: `head`, lines of `format` with a number until there are 3 MB of text, `tail`. */
static void
put_large(const char *head, const char *format, const char *tail)
{
	enum { SIZE = 3 << 20 };
	struct buf b = {0};

	buf_puts(&b, head);
	for (unsigned i = 0; b.len < SIZE; i++) {
		char number[16];

		snprintf(number, sizeof(number), "%07u", i * 2654435761u % 10000000);
		for (const char *p = format; *p; p++)
			if (*p == '#')
				buf_puts(&b, number);
			else
				buf_putc(&b, *p);
	}
	buf_puts(&b, tail);
	put_bytes("a.zone", b.data, b.len);
	buf_free(&b);
}

#define SOA "example.org. 3600 IN SOA ns.example.org. h.example.org. 1 2 3 4 5\n"

static void
large_zones(void **state)
{
	static const struct {
		const char *head, *format, *tail;
	} zones[] = {
	    {SOA, "n#.Example.org.\t3600\tIN\tTXT\t\"#\" \"a long text to fill the line with\"\n",
		""},
	    /* several lines a name, several lines a record, comments, as BIND writes them */
	    {"; File written on a day\n" SOA,
		"n#.example.org.\t3600\tIN A\t192.0.2.1 ; #\n\t\t\t60\tTXT (\n\t\t\t\"#\" ; ) \n"
		"\t\t\t\"x\" )\n\n",
		""},
	    {SOA, "n#.example.org. 3600 TXT (\n\"#\"\nx\n\"#\" )\n", ""},
	    /* what only the whole can tell */
	    {"$TTL 1h\n@ SOA ns h 1 2 3 4 5\n", "n# TXT \"#\" \"a long text to fill the line\"\n",
		""},
	    {SOA, "n#.example.org. TXT \"#\" \"a long text to fill the line with\"\n", ""},
	    {SOA, "n# 3600 TXT \"#\" \"a long text to fill the line with\"\n",
		"$ORIGIN sub\nx 1 A 192.0.2.1\n"},
	    {SOA "a.example.org. 9 A 192.0.2.1\n", "\t3600 IN TXT #\n", ""},
	    {SOA, "n#.example.org. 3600 TXT \"#\" \"a long text to fill the line with\"\n",
		"x. 3600 A 192.0.2.1\nexample.org. 3600 A 192.0.2.256\n"},
	    {SOA, "n#.example.org. 3600 TXT \"#\" \"a long text to fill the line with\"\n",
		"y.example.org. 3600 TXT ( a\n"},
	    {SOA, "n#.example.org. 3600 TXT \"#\" \"a long text to fill the line with\"\n",
		"y.example.org. 3600 TXT a"},
	    {"a.example.org. 3600 A 192.0.2.1\n" SOA, "n#.example.org. 3600 TXT \"a long text\"\n",
		""},
	    {"; -----BEGIN PRIVATE KEY-----\n" SOA, "n#.example.org. 3600 TXT \"a long text\"\n",
		""},
	    {SOA, "n#.example.org. 3600 TXT \"#\" \"a long text to fill the line with\"\n",
		"relative 3600 TXT x\n"},
	    {"", "n#.example.org. 3600 TXT \"#\" \"a long text to fill the line with\"\n", ""},
	    {"", "; # nothing but comments, one after the other, for three millions of octets\n",
		""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		put_large(zones[i].head, zones[i].format, zones[i].tail);
		assert_same("example.org.");
		assert_same(NULL);
	}
}

/* One line longer than what a thread takes at a time. */
static void
long_line(void **state)
{
	struct zone_fixture f;
	struct buf b = {0};

	(void)state;
	buf_puts(&b, SOA "a.example.org. 60 TXT a ;");
	for (unsigned i = 0; i < 3 << 20; i++)
		buf_putc(&b, (char)('a' + i % 26));
	buf_puts(&b, "\nb.example.org. 60 TXT b\n");
	put_bytes("a.zone", b.data, b.len);
	read_with(&f, NULL, 4);
	assert_int_equal(f.result, 0);
	assert_int_equal(f.store.n_live, 3);
	zone_free(&f);
	buf_free(&b);
}

static unsigned
count_closed(int watch)
{
	char events[4096];
	ssize_t n = read(watch, events, sizeof(events));
	unsigned closed = 0;

	for (char *p = events; p < events + n;) {
		struct inotify_event event;

		memcpy(&event, p, sizeof(event));
		closed += (event.mask & IN_CLOSE_NOWRITE) != 0;
		p += sizeof(event) + event.len;
	}
	return closed;
}

/* Whoever writes a pipe must not lose its reader halfway. */
static void
pipe_once(void **state)
{
	struct zone_fixture f;
	pid_t writer;
	int status, watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	(void)state;
	put_large(SOA, "n#.example.org. 3600 TXT \"a long text to fill the line with\"\n", "");
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_true(inotify_add_watch(watch, "pipe", IN_OPEN | IN_CLOSE) >= 0);
	writer = fork();
	if (writer == 0)
		execlp("cp", "cp", "a.zone", "pipe", (char *)NULL);
	assert_true(writer > 0);
	f = (struct zone_fixture){0};
	f.result = read_store(&f.diags, NULL, "pipe", NULL, 4, &f.store, NULL);
	assert_int_equal(count_closed(watch), 1);
	close(watch);
	assert_int_equal(waitpid(writer, &status, 0), writer);
	assert_int_equal(status, 0);
	assert_int_equal(f.result, 0);
	zone_free(&f);
}

static bool
part_alone(const char *text, size_t from, size_t to)
{
	struct zone_fixture f = {0};
	struct name apex = name_of("example.org.");
	struct parse_options options = {
	    .zone = &apex, .sink = {.ctx = &f.store, .record = store_add}};
	bool alone;

	store_begin(&f.store, &f.diags, &apex);
	alone = parse_part(&f.diags, &options,
	    &(struct parse_part){.text = text_of(text), .from = from, .to = to});
	zone_free(&f);
	return alone;
}

/* When a part may be parsed by itself. */
static void
parts(void **state)
{
	static const struct {
		const char *before, *part, *behind;
		bool alone;
	} rows[] = {
	    {"a 1 A 192.0.2.1\n", "b 1 A 192.0.2.1\n\t2 TXT x\n TXT y\n", "c 1 A 192.0.2.1\n",
		true},
	    {"", "b 1 A 192.0.2.1\n\n; x\n", "$TTL 9\n", true},
	    {"", "b 1 A 192.0.2.1\n", "x (", true},
	    {"a 1 A 192.0.2.1\n", " 1 A 192.0.2.2\n", "", false},
	    {"a 1 A 192.0.2.1\n", "b A 192.0.2.1\n", "", false},
	    {"", "b 1 TXT (\n", "c )\n", false},
	    {"", "$TTL 1\n", "", false},
	    {"", "$ORIGIN x\n", "", false},
	    {"", "$INCLUDE x\n", "", false},
	    {"", "$GENERATE 1-2 a$ 1 A 192.0.2.$\n", "", false},
	    {"", "b 1 A 192.0.2.256\n", "", false},
	    {"", "b.example.com. 1 A 192.0.2.1\n", "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[200];
		size_t from = strlen(rows[i].before);

		snprintf(
		    text, sizeof(text), "%s%s%s", rows[i].before, rows[i].part, rows[i].behind);
		if (part_alone(text, from, from + strlen(rows[i].part)) != rows[i].alone)
			fail_msg("row %zu: %s", i, text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(large_zones),
	    cmocka_unit_test(long_line),
	    cmocka_unit_test(pipe_once),
	    cmocka_unit_test(parts),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}
