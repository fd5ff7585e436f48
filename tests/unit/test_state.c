#include "zone_fixture.h"

#include "base/duration.h"
#include "history/state.h"

#define NOW 1795435200 /* 2026-11-23T12:00:00Z */
#define DAY 86400

#define A32 "abababababababababababababababababababababababababababababababab"
#define B32 "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
#define CHAIN "ee:" A32 ":" B32 ":" A32 A32 ":" B32 B32
#define TLSA_A "3 1 1 " A32
#define TLSA_B "3 1 1 " B32
#define BEGUN "2026-11-20T09:10:00Z"
#define ENDED "2026-11-23T11:00:00Z"
#define SET "set example.org. _25._tcp.mail.example.org. TLSA 3600 "
#define HEAD_LINE "# What zonepp has published, and when; see zonepp.state(5). Commit it.\n"

static const struct state_reading usual = {NOW, DAY};

/* The working folder. */
static const struct roots *
here(void)
{
	static char path[4096];
	static struct roots roots;

	roots = (struct roots){.project = getcwd(path, sizeof(path)), .strict = true};
	return &roots;
}

/* --- Good lines come back as they were --- */

/* In the order of a file. */
static const char *const good[] = {
    "current mail " BEGUN " " A32 " " CHAIN "\n",
    "current mail.2_x " BEGUN " " B32 " ee:-:" B32 ":-:" B32 B32 "\n",
    "deployed mail " BEGUN " " A32 " " CHAIN ",ca"
    ":" A32 ":" B32 ":" A32 A32 ":" B32 B32 "\n",
    "pending mail failed " BEGUN " " A32 "\n",
    "serial . 4294967295 " BEGUN "\n",
    "serial example.org. 0 " BEGUN "\n",
    "set . _443._tcp. TLSA 0 - - " TLSA_A "\n",
    "set a\\032b\\.c.example. *._tcp.a\\032b\\.c.example. TLSA 2147483647 - - " TLSA_A "\n",
    SET "- " ENDED " 0 0 0 00, 3 1 255 0a, 255 255 255 ff\n",
    SET BEGUN " " BEGUN " " TLSA_B "\n",
    SET BEGUN " " ENDED " " TLSA_A ", " TLSA_B "\n",
    SET ENDED " - -\n",
    "set example.org. _26._tcp.mail.example.org. CNAME 60 - - a,b\\032c.example.net.\n",
    "told mail published " BEGUN " " A32 "\n",
};

static int
load(struct diags *diags, const char *text, struct state_reading reading, struct history *out)
{
	*diags = (struct diags){0};
	put("zonepp.state", text);
	return state_load(diags, here(), "zonepp.state", reading, out);
}

static void
expect_saved(struct diags *diags, struct history *history, const char *wanted)
{
	struct buf b = {0};

	assert_int_equal(state_save(diags, here(), "zonepp.state", history), 0);
	get(&b, "zonepp.state");
	assert_string_equal(b.data, wanted);
	buf_free(&b);
}

/* A build that changes nothing leaves such a file alone, and puts any other in order. */
static void
as_saved(void **state)
{
	static const char early[] = "serial a. 1 " BEGUN "\n", late[] = "serial b. 1 " BEGUN "\n",
			  future[] = "serial a. 1 2026-11-24T12:00:00Z\n";
	const struct {
		const char *lines[4];
		bool is;
	} rows[] = {
	    {{HEAD_LINE, early, late}, true},
	    {{HEAD_LINE}, true},
	    {{early, late}, false},
	    {{HEAD_LINE, late, early}, false},
	    {{HEAD_LINE, early, early}, false},
	    {{HEAD_LINE, early, "\n", late}, false},
	    {{HEAD_LINE, early, "serial a. 2 " BEGUN "\n"}, false},
	    {{HEAD_LINE, future}, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags;
		struct history history;
		struct buf text = {0};

		for (size_t k = 0; k < LENGTH(rows[i].lines) && rows[i].lines[k]; k++)
			buf_puts(&text, rows[i].lines[k]);
		buf_putc(&text, '\0');
		assert_int_equal(load(&diags, text.data, usual, &history), 0);
		if (history.is_as_saved != rows[i].is)
			fail_msg("row %zu", i);
		buf_free(&text);
		diags_free(&diags);
	}
}

static void
good_lines(void **state)
{
	struct buf all = {0};

	(void)state;
	buf_puts(&all, HEAD_LINE);
	for (size_t i = 0; i < LENGTH(good); i++)
		buf_puts(&all, good[i]);
	buf_putc(&all, '\0');
	for (size_t i = 0; i <= LENGTH(good); i++) {
		char one[2000];
		const char *text = i < LENGTH(good) ? one : all.data;
		struct history history;
		struct diags diags;

		if (i < LENGTH(good))
			snprintf(one, sizeof(one), "%s%s", HEAD_LINE, good[i]);
		if (load(&diags, text, usual, &history) < 0)
			fail_msg("row %zu: %s", i, diags.items[0].message);
		assert_int_equal(diags.n, 0);
		expect_saved(&diags, &history, text);
		diags_free(&diags);
	}
	buf_free(&all);
}

/* How people and programs may have written them, and how they are written again. */
static const struct {
	const char *text, *saved;
} unlike[] = {
    {"", HEAD_LINE},
    {"\n\n# a comment\n  # another\n", HEAD_LINE},
    {"serial example.org. 1 " BEGUN, HEAD_LINE "serial example.org. 1 " BEGUN "\n"},
    {"serial example.org. 1 " BEGUN "\r\n\r\n", HEAD_LINE "serial example.org. 1 " BEGUN "\n"},
    {"\tserial  Example.ORG. \t 1 " BEGUN " \t\n", HEAD_LINE "serial example.org. 1 " BEGUN "\n"},
    {"serial example.org. 1 1795435200\n",
	HEAD_LINE "serial example.org. 1 2026-11-23T12:00:00Z\n"},
    {SET BEGUN " -\t" TLSA_B " ,  " TLSA_A ",3 1 1 " A32 "\r\n",
	HEAD_LINE SET BEGUN " - " TLSA_A ", " TLSA_B "\n"},
    {"set example.org. *.example.org. CNAME 1 - - T.Example.NET.\n",
	HEAD_LINE "set example.org. *.example.org. CNAME 1 - - t.example.net.\n"},
    {"set example.org. \\097.example.org. TLSA 1 - - " TLSA_A "\n",
	HEAD_LINE "set example.org. a.example.org. TLSA 1 - - " TLSA_A "\n"},
};

static void
lines_unlike_ours(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(unlike); i++) {
		struct history history;
		struct diags diags;

		if (load(&diags, unlike[i].text, usual, &history) < 0)
			fail_msg("row %zu: %s", i, diags.items[0].message);
		expect_saved(&diags, &history, unlike[i].saved);
		diags_free(&diags);
	}
}

/* --- Bad lines --- */

static const struct {
	const char *line;
	uint32_t column;
	const char *code, *message;
} bad[] = {
    {"published", 1, "P032", NULL},
    {"sets example.org.", 1, "P012", "this is no line that zonepp knows"},
    {"SET example.org.", 1, "P012", "this is no line that zonepp knows"},
    {"-", 1, "P012", "this is no line that zonepp knows"},
    {"set", 4, "P012", "the line ends ahead of its zone"},
    {"set ", 5, "P012", "the line ends ahead of its zone"},
    {"set example.org", 5, "P012", "this is no zone"},
    {"set ex..org. ", 5, "P012", "this is no zone"},
    {"set a.b. @ TLSA", 10, "P012", "this is no owner"},
    {"set a.b. c.a.b. A 1", 17, "P012", "this is no type"},
    {"set a.b. c.a.b. tlsa 1", 17, "P012", "this is no type"},
    {"set a.b. c.a.b. TLSA 2147483648", 22, "P012", "this is no TTL"},
    {"set a.b. c.a.b. TLSA -1", 22, "P012", "this is no TTL"},
    {"set a.b. c.a.b. TLSA 1h", 22, "P012", "this is no TTL"},
    {"set a.b. c.a.b. TLSA 99999999999999999999", 22, "P012", "this is no TTL"},
    {SET "yesterday - -", 55, "P012", "this is no time"},
    {SET "2026-13-01T00:00:00Z - -", 55, "P012", "this is no time"},
    {SET "99999999999999999999999 - -", 55, "P012", "this is no time"},
    {SET "- never -", 57, "P012", "this is no time"},
    {SET BEGUN, 75, "P012", "the line ends ahead of its time"},
    {SET "- -", 58, "P012", "the line ends ahead of its record"},
    {SET "- - 3 1 1", 59, "P012", "this is no record"},
    {SET "- - 3 1 1 ", 59, "P012", "this is no record"},
    {SET "- - 3 1 1 a", 59, "P012", "this is no record"},
    {SET "- - 3 1 1 abcd", 59, "P012", "this is no record"}, /* no SHA-256 */
    {SET "- - 3 1 256 abcd", 59, "P012", "this is no record"},
    {SET "- - 3 1 1 " A32 "zz", 59, "P012", "this is no record"},
    {SET "- - - 3 1 1 " A32, 59, "P012", "this is no record"},
    {SET "- - " TLSA_A ",", 130, "P012", "this is no record"},
    {SET "- - " TLSA_A ", ," TLSA_B, 131, "P012", "this is no record"},
    {SET "- - " TLSA_A ", 3 1 1 zz", 131, "P012", "this is no record"},
    {SET "- - a.example.", 59, "P012", "this is no record"},
    {"set a.b. c.a.b. CNAME 1 - - -", 29, "P012", "this is no record"},
    {"set a.b. c.a.b. CNAME 1 - - a.example", 29, "P012", "this is no record"},
    {"set a.b. c.a.b. CNAME 1 - - a.example. b.example.", 29, "P012", "this is no record"},
    {"set a.b. c.a.b. CNAME 1 - - a.example., b.example.", 29, "P012", "this is no record"},
    {SET ENDED " " BEGUN " " TLSA_A, 1, "P012", "the set ends before it begins: mend its times"},
    {SET "2030-01-02T00:00:00Z 2030-01-01T00:00:00Z " TLSA_A, 1, "P012",
	"the set ends before it begins: mend its times"},
    {"serial example.org. 4294967296 " BEGUN, 21, "P012", "this is no serial"},
    {"serial example.org. 99999999999 " BEGUN, 21, "P012", "this is no serial"},
    {"serial example.org. 1 -", 23, "P012", "this is no time"},
    {"serial example.org. 1 " BEGUN " 2", 44, "P012", "the line has a word too many"},
    {"current mail " BEGUN " abcd", 35, "P012", "this is no id"},
    {"current mail " BEGUN " " A32, 99, "P012", "the line ends ahead of its chain"},
    {"current mail " BEGUN " " A32 " ee", 100, "P012", "this is no chain"},
    {"current mail " BEGUN " " A32 " ee:", 100, "P012", "this is no chain"},
    {"current mail " BEGUN " " A32 " ee:-:-:-", 100, "P012", "this is no chain"},
    {"current mail " BEGUN " " A32 " " CHAIN ",", 100, "P012", "this is no chain"},
    {"current mail " BEGUN " " A32 " " CHAIN "a", 100, "P012", "this is no chain"},
    {"deployed mail " BEGUN " " A32 " xx:" A32, 101, "P012", "this is no chain"},
    {"deployed mail " BEGUN " " A32 " ee:" A32 "x:", 101, "P012", "this is no chain"},
    {"pending mail Ready " BEGUN " " A32, 14, "P012", "this is no event"},
    {"told mail ready " BEGUN " " A32 " " A32, 103, "P012", "the line has a word too many"},
    {"<<<<<<< HEAD", 1, "P013", NULL},
    {"||||||| merged common ancestors", 1, "P013", NULL},
    {"=======", 1, "P013", NULL},
    {">>>>>>> theirs", 1, "P013", NULL},
};

static void
bad_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct history history;
		struct diags diags;
		char text[2000];

		snprintf(text, sizeof(text), "%s%s\n%s", HEAD_LINE, bad[i].line,
		    "serial example.org. 7 " BEGUN "\n");
		assert_int_equal(load(&diags, text, usual, &history), -1);
		if (diags.n_severity[SEVERITY_ERROR] != 1 || diags.items[0].place.line != 2 ||
		    diags.items[0].place.column != bad[i].column ||
		    strcmp(problem_table[diags.items[0].problem].code, bad[i].code) != 0 ||
		    (bad[i].message && strcmp(diags.items[0].message, bad[i].message) != 0))
			fail_msg("row %zu: %zu, %u:%u: %s", i, diags.n,
			    (unsigned)diags.items[0].place.line, diags.items[0].place.column,
			    diags.items[0].message);
		diags_free(&diags);
	}
}

/* All are told of, and no line of a bad file counts. */
static void
all_bad_lines(void **state)
{
	struct history history;
	struct diags diags;

	(void)state;
	assert_int_equal(
	    load(&diags, "x\nserial a. 1 " BEGUN "\ny\n=======\n", usual, &history), -1);
	assert_int_equal(diags.n, 3);
	assert_int_equal(diags.status, 1);
	diags_free(&diags);
}

/* --- Times of other clocks --- */

static const struct {
	const char *line, *counts; /* with its times as they count; the file keeps them */
	const char *message;       /* NULL: none lies in the future */
} times[] = {
    {SET BEGUN " 2026-11-23T12:00:00Z " TLSA_A, SET BEGUN " 2026-11-23T12:00:00Z " TLSA_A, NULL},
    {SET "- - " TLSA_A, SET "- - " TLSA_A, NULL},
    {SET BEGUN " 2126-11-23T12:00:00Z " TLSA_A, SET BEGUN " 2026-11-23T12:00:00Z " TLSA_A,
	"2126-11-23T12:00:00Z lies in the future, and counts as 2026-11-23T12:00:00Z"},
    {SET "2026-11-23T13:00:00Z - " TLSA_A, SET "2026-11-23T13:00:00Z - " TLSA_A, NULL},
    {SET "2026-11-23T13:00:01Z - " TLSA_A, SET "2026-11-23T12:00:00Z - " TLSA_A,
	"2026-11-23T13:00:01Z lies in the future, and counts as 2026-11-23T12:00:00Z"},
    {SET "2027-01-01T00:00:00Z 2027-01-02T00:00:00Z " TLSA_A,
	SET "2026-11-23T12:00:00Z 2026-11-23T12:00:00Z " TLSA_A,
	"2027-01-02T00:00:00Z lies in the future, and counts as 2026-11-23T12:00:00Z"},
    {"serial example.org. 9 2026-12-01T00:00:00Z", "serial example.org. 9 2026-11-23T12:00:00Z",
	"2026-12-01T00:00:00Z lies in the future, and counts as 2026-11-23T12:00:00Z"},
    {"deployed mail 2026-12-01T00:00:00Z " A32 " " CHAIN,
	"deployed mail 2026-11-23T12:00:00Z " A32 " " CHAIN,
	"2026-12-01T00:00:00Z lies in the future, and counts as 2026-11-23T12:00:00Z"},
};

static void
expect_printed(struct diags *diags, struct history *history, const char *line)
{
	struct buf wanted = {0};

	buf_printf(&wanted, "%s%s\n", HEAD_LINE, line);
	buf_putc(&wanted, '\0');
	expect_saved(diags, history, wanted.data);
	buf_free(&wanted);
}

static void
times_in_the_future(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(times); i++) {
		struct history history;
		struct diags diags;

		assert_int_equal(load(&diags, times[i].line, usual, &history), 0);
		assert_int_equal(diags.n, times[i].message != NULL);
		if (times[i].message) {
			assert_string_equal(diags.items[0].message, times[i].message);
			assert_string_equal(problem_table[diags.items[0].problem].code, "P033");
			assert_int_equal(diags.status, 0);
		}
		expect_printed(&diags, &history, times[i].counts);
		diags_free(&diags);
		assert_int_equal(
		    load(&diags, times[i].line, (struct state_reading){TIME_NEVER, 0}, &history),
		    0);
		assert_int_equal(diags.n, 0);
		expect_printed(&diags, &history, times[i].line);
		diags_free(&diags);
	}
}

/* --- Two files in one (merge=union) --- */

static const struct {
	const char *text, *saved;
} unions[] = {
    /* the same, twice */
    {SET BEGUN " - " TLSA_A "\n" SET BEGUN " - " TLSA_A "\n", SET BEGUN " - " TLSA_A "\n"},
    /* both ended: the later end counts */
    {SET BEGUN " " ENDED " " TLSA_A "\n" SET BEGUN " " BEGUN " " TLSA_A "\n",
	SET BEGUN " " ENDED " " TLSA_A "\n"},
    /* open and ended: the published file tells which is right */
    {SET BEGUN " - " TLSA_A "\n" SET BEGUN " " ENDED " " TLSA_A "\n",
	SET BEGUN " - " TLSA_A "\n" SET BEGUN " " ENDED " " TLSA_A "\n"},
    /* other begins, TTLs and records are other sets */
    {SET ENDED " - " TLSA_A "\n" SET BEGUN " - " TLSA_A "\n",
	SET BEGUN " - " TLSA_A "\n" SET ENDED " - " TLSA_A "\n"},
    {SET BEGUN " - " TLSA_A "\n" SET BEGUN " - -\n",
	SET BEGUN " - -\n" SET BEGUN " - " TLSA_A "\n"},
    /* of serials the highest in RFC 1982 order, with the later time */
    {"serial a. 9 " BEGUN "\nserial a. 7 " ENDED "\n", "serial a. 9 " ENDED "\n"},
    {"serial a. 4294967295 " BEGUN "\nserial a. 3 " BEGUN "\n", "serial a. 3 " BEGUN "\n"},
    /* half of all away, the later one */
    {"serial a. 2147483649 " BEGUN "\nserial a. 1 " ENDED "\n", "serial a. 1 " ENDED "\n"},
    {"serial a. 1 " BEGUN "\nserial b. 2 " BEGUN "\n",
	"serial a. 1 " BEGUN "\nserial b. 2 " BEGUN "\n"},
    /* what was told is not to be told */
    {"pending m ready " BEGUN " " A32 "\ntold m ready " ENDED " " A32 "\n",
	"told m ready " ENDED " " A32 "\n"},
    {"pending m ready " BEGUN " " A32 "\ntold m ready " ENDED " " B32 "\n",
	"pending m ready " BEGUN " " A32 "\ntold m ready " ENDED " " B32 "\n"},
    {"deployed m " BEGUN " " A32 " " CHAIN "\ndeployed m " ENDED " " A32 " " CHAIN "\n",
	"deployed m " ENDED " " A32 " " CHAIN "\n"},
};

static void
unions_of_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(unions); i++) {
		struct history history;
		struct diags diags;
		char wanted[2000];

		snprintf(wanted, sizeof(wanted), "%s%s", HEAD_LINE, unions[i].saved);
		assert_int_equal(load(&diags, unions[i].text, usual, &history), 0);
		expect_saved(&diags, &history, wanted);
		diags_free(&diags);
	}
}

/* --- Files of an older form --- */

#define OWNER "example.org. _25._tcp.mail.example.org. "
#define NO_MATTER                                                                                  \
	"notified mail ready " A32 " 2026-11-22T00:00:00Z\n"                                       \
	"pending mail ready " A32 " 2026-11-22T00:00:00Z\n"                                        \
	"deployed mail " A32 " 2026-11-22T00:00:00Z\n"

static const struct {
	const char *text;
	uint32_t wait_s;
	const char *from;
} old_files[] = {
    /* without the record there are copies for twice the TTL, or the wait */
    {"published " OWNER "mail - " TLSA_A " 3600 2026-11-01T00:00:00Z\n", DAY,
	"2026-11-02T00:00:00Z"},
    {"published " OWNER "mail - " TLSA_A " 3600 2026-11-01T00:00:00Z\n", 60,
	"2026-11-01T02:00:00Z"},
    {"published " OWNER "mail - " TLSA_A " 604800 2026-11-01T00:00:00Z\n", DAY,
	"2026-11-15T00:00:00Z"},
    {"published " OWNER "mail - " TLSA_A " - 2026-11-01T00:00:00Z\n", DAY, "2026-11-02T00:00:00Z"},
    /* a server saw it later */
    {"published " OWNER "mail - " TLSA_A " 172800 2026-11-01T00:00:00Z\n"
     "seen " OWNER TLSA_A " 192.0.2.1 2026-11-03T00:00:00Z\n",
	DAY, "2026-11-07T00:00:00Z"},
    /* when the last copies vanish */
    {"left " OWNER "mail " TLSA_A " 2026-11-05T00:00:00Z\n", DAY, "2026-11-05T00:00:00Z"},
    {"ttl " OWNER "604800 2026-11-09T00:00:00Z\n", DAY, "2026-11-09T00:00:00Z"},
    {"left " OWNER "mail " TLSA_A " 2026-11-05T00:00:00Z\n"
     "published " OWNER "mail - " TLSA_A " 3600 2026-11-01T00:00:00Z\n"
     "ttl " OWNER "3600 -\n",
	DAY, "2026-11-05T00:00:00Z"},
    /* servers still give it out */
    {"leaving " OWNER "mail " TLSA_A " 172800 2026-11-01T00:00:00Z\n", DAY, "2026-11-27T12:00:00Z"},
    /* words that matter to no copy */
    {NO_MATTER, DAY, "now"},
    {NO_MATTER "left " OWNER "mail " TLSA_A " 2026-11-05T00:00:00Z\n", DAY, "2026-11-05T00:00:00Z"},
    /* one whose time cannot be read */
    {"published nonsense\nleft " OWNER "mail " TLSA_A " 2026-11-05T00:00:00Z\n", DAY,
	"2026-11-05T00:00:00Z"},
};

static void
files_of_the_old_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(old_files); i++) {
		struct state_reading reading = {NOW, old_files[i].wait_s};
		struct history history;
		struct diags diags;
		char text[4000], wanted[300];

		snprintf(text, sizeof(text),
		    "# What zonepp has published for certificates, and when; see zonepp-roll(1). "
		    "Commit it.\n%s",
		    old_files[i].text);
		snprintf(wanted, sizeof(wanted),
		    "the state file has the form of an older zonepp; it can be removed from %s "
		    "on, when no cache holds anything of what it tells of",
		    old_files[i].from);
		assert_int_equal(load(&diags, text, reading, &history), -1);
		assert_int_equal(diags.n, 1);
		assert_string_equal(problem_table[diags.items[0].problem].code, "P032");
		assert_int_equal(diags.items[0].place.line, 2);
		if (strcmp(diags.items[0].message, wanted) != 0)
			fail_msg("row %zu: %s", i, diags.items[0].message);
		diags_free(&diags);
	}
}

/* --- Files --- */

static void
no_file(void **state)
{
	struct diags diags = {0};
	struct history history;

	(void)state;
	unlink("zonepp.state");
	assert_int_equal(state_load(&diags, here(), "zonepp.state", usual, &history), 0);
	assert_int_equal(history.n_sets + history.n_serials + history.n_notes, 0);
	assert_int_equal(state_save(&diags, here(), "zonepp.state", &history), 0);
	assert_int_equal(access("zonepp.state", F_OK), -1);
	mkdir("zonepp.state", 0755);
	assert_int_equal(state_load(&diags, here(), "zonepp.state", usual, &history), -1);
	rmdir("zonepp.state");
	assert_int_equal(symlink("elsewhere", "zonepp.state"), 0);
	put("elsewhere", "");
	assert_int_equal(state_load(&diags, here(), "zonepp.state", usual, &history), -1);
	unlink("zonepp.state");
	diags_free(&diags);
}

/* It is not written where that changes nothing. */
static void
same_file(void **state)
{
	struct history history;
	struct stat before, after;
	struct diags diags;

	(void)state;
	assert_int_equal(
	    load(&diags, HEAD_LINE "serial example.org. 1 " BEGUN "\n", usual, &history), 0);
	assert_int_equal(stat("zonepp.state", &before), 0);
	assert_int_equal(state_save(&diags, here(), "zonepp.state", &history), 0);
	assert_int_equal(stat("zonepp.state", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	diags_free(&diags);
}

/* How long it takes is for tests/e2e/growth.t. */
static void
large_file(void **state)
{
	enum { ZONES = 5000 };
	struct buf b = {0}, c = {0};
	struct history history;
	struct diags diags;

	(void)state;
	buf_puts(&b, HEAD_LINE);
	for (int kind = 0; kind < 2; kind++)
		for (int i = ZONES; i-- > 0;)
			if (kind == 0)
				buf_printf(&b, "serial z%d.example. %d " BEGUN "\n", i, i);
			else
				for (int port = 3; port-- > 0;)
					buf_printf(&b,
					    "set z%d.example. _%d._tcp.z%d.example. TLSA "
					    "3600 " BEGUN " - " TLSA_A "\n",
					    i, port, i);
	put_bytes("zonepp.state", b.data, b.len);
	diags = (struct diags){0};
	assert_int_equal(state_load(&diags, here(), "zonepp.state", usual, &history), 0);
	assert_int_equal(history.n_sets, 3 * ZONES);
	assert_int_equal(history.n_serials, ZONES);
	for (int i = 0; i < ZONES; i++)
		assert_int_equal(history_zone(&history, history.serials[i].zone).n, 3);
	assert_int_equal(state_save(&diags, here(), "zonepp.state", &history), 0);
	diags_free(&diags);
	diags = (struct diags){0};
	get(&b, "zonepp.state");
	assert_int_equal(state_load(&diags, here(), "zonepp.state", usual, &history), 0);
	assert_int_equal(state_save(&diags, here(), "zonepp.state", &history), 0);
	get(&c, "zonepp.state");
	assert_int_equal(b.len, c.len);
	assert_memory_equal(b.data, c.data, b.len);
	buf_free(&b);
	buf_free(&c);
	diags_free(&diags);
}

static void
paths(void **state)
{
	static const struct {
		const char *project, *folder, *path;
	} rows[] = {
	    {"zonepp.yaml", "", "zonepp.state"},
	    {"a/zonepp.yaml", "a", "a/zonepp.state"},
	    {"a.b/other", "a.b", "a.b/other.state"},
	    {"a.b/.yaml", "a.b", "a.b/.yaml.state"},
	    {"x.y.yml", "", "x.y.state"},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_string_equal(state_path(&a, rows[i].project, rows[i].folder), rows[i].path);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_lines),
	    cmocka_unit_test(as_saved),
	    cmocka_unit_test(lines_unlike_ours),
	    cmocka_unit_test(bad_lines),
	    cmocka_unit_test(all_bad_lines),
	    cmocka_unit_test(times_in_the_future),
	    cmocka_unit_test(unions_of_files),
	    cmocka_unit_test(files_of_the_old_form),
	    cmocka_unit_test(no_file),
	    cmocka_unit_test(same_file),
	    cmocka_unit_test(large_file),
	    cmocka_unit_test(paths),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}
