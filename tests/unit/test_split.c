/* Texts that are parsed in pieces, against the same in one go: records, their places, problems and
 * the order of all. Files that are named as arguments are compared, too. */
#include "zone_fixture.h"

struct parsed_text {
	struct zone_fixture f;
	struct name zone;
	struct buf told; /* problems, and what follows them */
};

struct how {
	const struct name *zone;
	size_t piece; /* octets; 0: in one go */
	unsigned n_workers;
	uint64_t most; /* records; 0: any number */
	bool release;  /* the text */
	bool quiet;    /* nothing is told of a missing TTL, and of owners outside the zone */
};

static void
parse(struct parsed_text *out, const char *path, const struct how *how)
{
	static int8_t quiet[N_PROBLEMS];
	struct store *store = &out->f.store;
	struct parse_options options = {.zone = how->zone,
	    .sink = {.ctx = store, .record = store_add, .lost = store_lose},
	    .split = {how->piece ? store : NULL, how->n_workers, how->piece, how->release}};
	const struct limits limits = {.most = {[LIMIT_RECORDS] = how->most}};

	for (unsigned i = 0; i < N_PROBLEMS; i++)
		quiet[i] =
		    (int8_t)(i == Z_NO_TTL || i == Z_OUT_OF_ZONE ? SEVERITY_OFF
								 : problem_table[i].severity);
	*out = (struct parsed_text){.f.diags.severities = how->quiet ? quiet : NULL};
	account_open(&out->f.diags.account, &limits, 0);
	store_begin(store, &out->f.diags, how->zone);
	store->n_workers = how->n_workers;
	out->f.result = parse_file(&out->f.diags, &options, path, &out->zone);
}

static void
parsed_free(struct parsed_text *parsed)
{
	buf_free(&parsed->told);
	zone_free(&parsed->f);
}

/* The records in the order in which they came, then all that the store knows once it is sorted,
 * and what was told. */
static void
tell(struct parsed_text *parsed)
{
	struct store *store = &parsed->f.store;
	struct diags *diags = &parsed->f.diags;
	struct buf *b = &parsed->told;

	buf_printf(b, "%d %u\n", parsed->f.result, parsed->zone.len);
	for (size_t i = 0; i < store->n_records; i++)
		buf_printf(b, "%llx %u\n", (unsigned long long)store->records[i].pos.at,
		    store->records[i].ttl_s);
	buf_printf(b, "%zu %d %llu\n", store->n_records, store_is_partial(store),
	    (unsigned long long)diags->account.taken[LIMIT_RECORDS]);
	store_sort(store);
	for (size_t i = 0; i < store->n_nodes; i++)
		buf_printf(b, "%x %u\n", store->nodes[i].flags, store->nodes[i].n);
	buf_puts(b, zone_print(&parsed->f));
	diags_sort(diags);
	for (size_t i = 0; i < diags->n; i++) {
		const struct diag *d = &diags->items[i];

		buf_printf(b, "%s %s:%u:%u %u %s\n", problem_table[d->problem].code,
		    d->place.path ? d->place.path : "", (unsigned)d->place.line, d->place.column,
		    d->underline, d->message);
	}
	*buf_reserve(b, 1) = '\0';
}

static void
compare(const char *path, struct how how)
{
	struct parsed_text whole, pieces;
	size_t piece = how.piece;

	parse(&pieces, path, &how);
	how.piece = 0;
	parse(&whole, path, &how);
	tell(&whole);
	tell(&pieces);
	if (strcmp(whole.told.data, pieces.told.data) != 0)
		fail_msg("%s in pieces of %zu:\n%s\n--- and not\n%s", path, piece, pieces.told.data,
		    whole.told.data);
	parsed_free(&whole);
	parsed_free(&pieces);
}

static void
compare_all(const char *path)
{
	static const size_t pieces[] = {1, 16, 40, 150};
	struct name zone = name_of("example.org.");

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		compare(path, (struct how){.piece = pieces[i]});
		compare(path, (struct how){&zone, pieces[i], .n_workers = 1});
		compare(path, (struct how){&zone, pieces[i], .most = 7});
		compare(path, (struct how){&zone, pieces[i], .quiet = true});
	}
	compare(path, (struct how){&zone, 16, .n_workers = 3});
}

/* What may stand on the lines of a template. */
static const char *const lines[] = {
    "a A 192.0.2.1\n",
    "a 5 A 192.0.2.2\n",
    "b 1h IN A 192.0.2.1\n",
    " AAAA 2001:db8::1\n",
    "\tTXT \"; ( $ \\\" )\"\n",
    "c 7 TXT ( \"(\" ; )\n  \";\" \n\"x\" )\n",
    "c TXT (\nd\n$TTL\n)\n",
    "d TXT a\\ b \\; \\( \\\"\n",
    "d.example.org. A 192.0.2.3\r\n",
    "e MX 10 mail ; a \"comment ( with\n",
    "; \" ( nothing but a comment\n",
    "\n",
    "  ; blanks\n",
    "\r\n",
    "@ NS ns\n",
    "@ SOA ns h 1 2 3 4 5\n",
    "$ORIGIN sub\n",
    "$ORIGIN example.org.\n",
    "$TTL 90\n",
    "$INCLUDE part.zone\n",
    "$INCLUDE part.zone inner\n",
    "$GENERATE 1-3 g$ A 192.0.2.$\n",
    "_a._b TLSA 3 1 1 (\n 00112233445566778899aabbccddeeff\n 00112233445566778899aabbccddeeff )\n",
    "\\$TTL TXT x\n",
    "*.w CNAME @\n",
    "a-very-long-name-to-make-a-piece-of-its-own TXT \"and a text that is not short either\"\n",
};

/* And what should not. */
static const char *const faults[] = {
    "f A 192.0.2.256\n",
    "f TXT \"open\n",
    "f TXT ( open\n",
    ") A 192.0.2.1\n",
    "out.example.net. A 192.0.2.1\n",
    " A 192.0.2.9\n",
    "f NOTYPE x\n",
    "\"f\" A 192.0.2.1\n",
    "f TXT a\\\n",
    "f CH A 192.0.2.1\n",
    "$NOTHING x\n",
    "$INCLUDE missing.zone\n",
    "($TTL 5)\n",
    "f..g A 192.0.2.1\n",
    "f TXT \r x\n",
    "f A\n",
};

enum { N_LINES = sizeof(lines) / sizeof(lines[0]), N_FAULTS = sizeof(faults) / sizeof(faults[0]) };

static unsigned
draw(uint32_t *seed, unsigned n)
{
	*seed = *seed * UINT32_C(1664525) + UINT32_C(1013904223);
	return (*seed >> 8) % n;
}

/* Templates at random: the one in two without a fault, and a third of them with $TTL at the top. */
static void
random_lines(void **state)
{
	enum { TEXTS = 400, LINES = 40 };
	uint32_t seed = 13;

	(void)state;
	put("part.zone", "i A 192.0.2.1\n TXT x\n$TTL 8\nj TXT y\n");
	for (unsigned i = 0; i < TEXTS; i++) {
		struct buf b = {0};
		unsigned rare = i % 2 ? 12 : 0;

		buf_puts(&b, i % 3 ? "" : "$TTL 60\n");
		buf_puts(&b, i % 5 ? "@ 9 SOA ns h 1 2 3 4 5\n" : "");
		for (unsigned n = draw(&seed, LINES); n > 0; n--)
			buf_puts(&b, rare && draw(&seed, rare) == 0 ? faults[draw(&seed, N_FAULTS)]
								    : lines[draw(&seed, N_LINES)]);
		if (draw(&seed, 4) == 0 && b.len > 0)
			b.len--; /* no newline at the end */
		put_bytes("a.zone", b.data, b.len);
		buf_free(&b);
		compare_all("a.zone");
	}
}

/* Records and nothing else, most of which do come from pieces. */
static void
good_lines(void **state)
{
	struct buf b = {0};
	struct parsed_text pieces;
	struct name zone = name_of("example.org.");

	(void)state;
	buf_puts(&b, "$TTL 60\n@ SOA ns h 1 2 3 4 5\n");
	for (unsigned i = 0; i < 400; i++)
		buf_printf(&b, "n%u A 192.0.2.1\n  AAAA 2001:db8::%u\nn%u TXT ( x ;\n y )\n",
		    i * 7 % 300, i, i);
	put_bytes("a.zone", b.data, b.len);
	compare("a.zone", (struct how){&zone, 100, .n_workers = 4});
	compare("a.zone", (struct how){&zone, 1000, .n_workers = 4});
	compare("a.zone", (struct how){&zone, 1000, .n_workers = 4, .most = 900});

	/* With one fault in the middle, behind which pieces go on. */
	buf_puts(&b, "n A 192.0.2.256\n");
	for (unsigned i = 0; i < 400; i++)
		buf_printf(&b, "m%u TXT x\n", i);
	put_bytes("a.zone", b.data, b.len);
	compare("a.zone", (struct how){&zone, 200, .n_workers = 4});
	parse(&pieces, "a.zone", &(struct how){&zone, 200, .n_workers = 4});
	assert_int_equal(pieces.f.result, -1);
	assert_int_equal(pieces.f.store.n_records, 1 + 3 * 400 + 400);
	parsed_free(&pieces);
	buf_free(&b);
}

/* An owner outside the zone stays the last one behind pieces that hold no record. */
static void
comments_alone(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_puts(&b, "$TTL 60\n@ SOA ns h 1 2 3 4 5\nout.example.net. A 192.0.2.1\n$TTL 60\n");
	for (unsigned i = 0; i < 40; i++)
		buf_puts(&b, "; nothing but a comment\n");
	buf_puts(&b, "$TTL 60\n TXT x\n");
	put_bytes("a.zone", b.data, b.len);
	buf_free(&b);
	compare_all("a.zone");
}

/* Told of a record when the text was given back: its line is read again, if the file is the same.
 */
static void
released_text(void **state)
{
	enum { LARGE = 5 << 20 };
	struct name zone = name_of("example.org.");
	struct parsed_text whole, part;
	struct how how = {&zone, .n_workers = 2, .release = true, .piece = 1 << 17};
	struct diags *diags = &whole.f.diags;
	struct pos last;
	struct buf b = {0};

	(void)state;
	buf_puts(&b, "$TTL 60\n@ SOA ns h 1 2 3 4 5\nout.example.net. A 192.0.2.1\n");
	for (unsigned i = 0; b.len < LARGE; i++)
		buf_printf(&b, "n%07u TXT \"%0200u\"\n", i, i);
	put_bytes("a.zone", b.data, b.len);
	parse(&whole, "a.zone", &(struct how){.zone = &zone});
	parse(&part, "a.zone", &how);
	assert_int_equal(part.f.diags.sources[0].text.len, 0);
	last = part.f.store.records[part.f.store.n_records - 1].pos;
	diag_add(&part.f.diags, last, Z_LAST_DOT, "of a record");
	diag_add(diags, last, Z_LAST_DOT, "of a record");
	assert_int_equal(part.f.diags.n, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct diag *x = &diags->items[i], *y = &part.f.diags.items[i];

		assert_int_equal(x->place.line, y->place.line);
		assert_int_equal(x->line_text.len, y->line_text.len);
		assert_memory_equal(x->line_text.data, y->line_text.data, x->line_text.len);
	}
	diags_release_again(&part.f.diags);
	diag_add(&part.f.diags, last, Z_LAST_DOT, "of another");
	diag_add(diags, last, Z_LAST_DOT, "of another");
	assert_int_equal(part.f.diags.items[2].line_text.len, diags->items[2].line_text.len);
	tell(&whole);
	tell(&part);
	assert_string_equal(whole.told.data, part.told.data);
	parsed_free(&part);
	parsed_free(&whole);

	parse(&part, "a.zone", &how);
	put_bytes("a.zone", b.data, b.len - 1);
	diag_add(&part.f.diags, last, Z_LAST_DOT, "of a record");
	assert_string_equal(part.f.diags.items[1].place.path, "a.zone");
	assert_int_equal(part.f.diags.items[1].place.line, 0);
	assert_null(part.f.diags.items[1].line_text.data);
	parsed_free(&part);
	buf_free(&b);
}

static char **named;

static void
named_files(void **state)
{
	(void)state;
	for (char **path = named; *path; path++)
		compare_all(*path);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_lines),
	    cmocka_unit_test(good_lines),
	    cmocka_unit_test(comments_alone),
	    cmocka_unit_test(released_text),
	    cmocka_unit_test(named_files),
	};

	named = argv + (argc > 0);
	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}
