#include "zone_fixture.h"

static void
write_zone(struct zone_fixture *f, const char *path, unsigned n_workers)
{
	struct output *out = output_open(&f->diags, path);
	bool changed;

	assert_non_null(out);
	assert_int_equal(write_store(out, &f->store, n_workers), 0);
	assert_int_equal(output_commit(out, &changed), 0);
}

/* One record a line, absolute names, one tab between; the SOA first, then by type and RDATA. */
static void
lines(void **state)
{
	struct zone_fixture f;
	struct buf b = {0};

	(void)state;
	zone_read_good(&f,
	    "$ORIGIN Example.org.\n$TTL 1h\nb (\nTXT \"a b\" \\\"c\\\" ; x\n)\n@ A 192.0.2.1\n"
	    "@ SOA a b 1 2h 3 4 5\n\\@\\.\\000 5 TYPE65280 \\# 2 ( 0a 0B )\n");
	write_zone(&f, "out", 1);
	get(&b, "out");
	assert_string_equal(b.data,
	    "Example.org.\t3600\tIN\tSOA\ta.Example.org. b.Example.org. 1 7200 3 4 5\n"
	    "Example.org.\t3600\tIN\tA\t192.0.2.1\n"
	    "\\@\\.\\000.Example.org.\t5\tIN\tTYPE65280\t\\# 2 0a0b\n"
	    "b.Example.org.\t3600\tIN\tTXT\t\"a b\" \"\\\"c\\\"\"\n");
	buf_free(&b);
	zone_free(&f);
}

/* What is written reads as the same zone, whatever octets its names hold. */
static void
written_and_read(void **state)
{
	struct zone_fixture f, again;
	struct buf b = {0}, first = {0}, second = {0};

	(void)state;
	buf_puts(&b, ZONE_HEAD);
	for (unsigned c = 0; c < 256; c++)
		buf_printf(&b, "x\\%03u.\\%03u TXT \"\\%03u\"\nm MX %u \\%03u\n", c, c, c, c, c);
	buf_putc(&b, '\0');
	zone_read_good(&f, b.data);
	write_zone(&f, "out", 2);
	zone_load(&again, "out", "example.org.");
	assert_int_equal(again.result, 0);
	assert_int_equal(again.store.n_nodes, f.store.n_nodes);
	write_zone(&again, "out.2", 1);
	get(&first, "out");
	get(&second, "out.2");
	assert_string_equal(first.data, second.data);
	zone_free(&f);
	zone_free(&again);
	buf_free(&b);
	buf_free(&first);
	buf_free(&second);
}

/* The same bytes for any number of threads, around the size of a chunk. */
static void
threads(void **state)
{
	static const unsigned sizes[] = {0, 1, 1022, 1023, 1024, 1025, 5000};
	struct buf text = {0}, one = {0}, many = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		struct zone_fixture f;

		buf_clear(&text);
		buf_puts(&text, ZONE_HEAD);
		for (unsigned j = 0; j < sizes[i]; j++)
			buf_printf(&text, "n%u A 192.0.2.1\n TXT %u\n", j * 7919 % 100003, j);
		buf_putc(&text, '\0');
		zone_read_good(&f, text.data);
		write_zone(&f, "out", 1);
		get(&one, "out");
		for (unsigned n_workers = 2; n_workers < 6; n_workers++) {
			unlink("out");
			write_zone(&f, "out", n_workers);
			get(&many, "out");
			assert_int_equal(one.len, many.len);
			assert_memory_equal(one.data, many.data, one.len);
		}
		zone_free(&f);
	}
	buf_free(&text);
	buf_free(&one);
	buf_free(&many);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines),
	    cmocka_unit_test(written_and_read),
	    cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}
