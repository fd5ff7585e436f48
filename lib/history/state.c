#define _GNU_SOURCE
#include "history/state.h"

#include "base/codec.h"
#include "base/duration.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/output.h"
#include "dns/name.h"
#include "history/record.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FIELDS_MOST = 8, STATE_LARGEST = 1 << 30 };

static const char head[] =
    "# What zonepp has published, and when; see zonepp.state(5). Commit it.\n";

/* What a line holds. */
struct value {
	struct set set;
	struct serial serial;
	struct note note;
};

struct line {
	struct diags *diags;
	uint32_t source;
	const char *begin; /* of the file */
	struct text whole, word, rest;
	struct text last_word; /* the name that was read last: it often stands twice, */
	const char *last_name; /* and is kept once */
	struct arena scratch;  /* until the line's end */
	int64_t now_unix;
	int64_t latest_unix; /* time of the file, */
	const char *latest;  /* and where it stands */
};

/* A kind of word: how it is read from `word` or, for the last one, from `rest` behind it too; and
 * how it is written. */
struct form {
	bool (*read)(struct line *line, void *at);
	void (*print)(struct buf *b, const struct value *value, const void *at);
};

/* --- The forms of words --- */

static bool
keep_word(struct line *line, void *at)
{
	*(const char **)at = arena_text(&line->diags->arena, line->word.data, line->word.len);
	return line->word.len > 0;
}

static void
print_word(struct buf *b, const struct value *value, const void *at)
{
	(void)value;
	buf_puts(b, *(const char *const *)at);
}

static bool
read_name(struct line *line, void *at)
{
	static const struct name root = {.len = 1};
	struct text word = line->word;
	struct name_fault fault;
	struct name name;

	if (word.len > 0 && word.len == line->last_word.len &&
	    memcmp(word.data, line->last_word.data, word.len) == 0) {
		*(const char **)at = line->last_name;
		return true;
	}
	if (word.len == 0 || word.data[word.len - 1] != '.' ||
	    name_parse(word, &root, &name, &fault) < 0)
		return false;
	line->last_word = word;
	line->last_name = history_name(&line->diags->arena, name.wire);
	*(const char **)at = line->last_name;
	return true;
}

static bool
read_event(struct line *line, void *at)
{
	for (size_t i = 0; i < line->word.len; i++)
		if ((line->word.data[i] < 'a' || line->word.data[i] > 'z') &&
		    line->word.data[i] != '-')
			return false;
	return keep_word(line, at);
}

static bool
is_hex(struct text text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_is_digit(text.data[i]) && (text.data[i] < 'a' || text.data[i] > 'f'))
			return false;
	return text.len > 0 && text.len % 2 == 0;
}

static bool
read_id(struct line *line, void *at)
{
	return line->word.len == 64 && is_hex(line->word) && keep_word(line, at);
}

/* --- Chains: "ee" or "ca" with four digests, parted by commas (rollover/certchain.h) --- */

static bool
take(struct text *text, const char *word)
{
	size_t len = strlen(word);

	if (text->len < len || memcmp(text->data, word, len) != 0)
		return false;
	*text = (struct text){text->data + len, text->len - len};
	return true;
}

/* ":HEX" or ":-" */
static bool
take_digest(struct text *text, size_t n_digits)
{
	if (take(text, ":-"))
		return true;
	if (!take(text, ":") || text->len < n_digits ||
	    !is_hex((struct text){text->data, n_digits}))
		return false;
	*text = (struct text){text->data + n_digits, text->len - n_digits};
	return true;
}

static bool
take_link(struct text *text)
{
	return (take(text, "ee") || take(text, "ca")) && take_digest(text, 64) &&
	       take_digest(text, 64) && take_digest(text, 128) && take_digest(text, 128);
}

static bool
read_chain(struct line *line, void *at)
{
	struct text rest = line->word;
	bool is = take_link(&rest);

	while (is && rest.len > 0)
		is = take(&rest, ",") && take_link(&rest);
	return is && keep_word(line, at);
}

/* --- Numbers and times --- */

static bool
read_type(struct line *line, void *at)
{
	const struct record_form *form = record_form_of(line->word);

	*(uint16_t *)at = form ? form->type : 0;
	return form != NULL;
}

static void
print_type(struct buf *b, const struct value *value, const void *at)
{
	(void)value;
	buf_puts(b, record_form(*(const uint16_t *)at)->word);
}

static bool
read_number(struct text text, uint64_t most, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (!ascii_is_digit(text.data[i]) || i >= 10)
			return false;
		*value = *value * 10 + (uint64_t)(text.data[i] - '0');
	}
	return text.len > 0 && *value <= most;
}

static bool
read_ttl(struct line *line, void *at)
{
	uint64_t value;
	bool is = read_number(line->word, INT32_MAX, &value);

	*(uint32_t *)at = (uint32_t)value;
	return is;
}

static bool
read_serial(struct line *line, void *at)
{
	uint64_t value;
	bool is = read_number(line->word, UINT32_MAX, &value);

	*(uint32_t *)at = (uint32_t)value;
	return is;
}

static void
print_u32(struct buf *b, const struct value *value, const void *at)
{
	(void)value;
	buf_decimal(b, *(const uint32_t *)at);
}

/* Another host's clock may be a little ahead. */
static bool
is_in_future(int64_t t_unix, int64_t now_unix)
{
	return t_unix > now_unix && t_unix - now_unix > CLOCKS_DIFFER_S;
}

/* Of all lines one is shown. */
static void
warn_of_future(const struct line *line)
{
	struct buf times = {0};

	instant_print_iso(&times, line->latest_unix);
	buf_puts(&times, " lies in the future, and counts as ");
	instant_print_iso(&times, line->now_unix);
	diag_add(line->diags, pos_at(line->source, (size_t)(line->latest - line->begin)),
	    P_STATE_TIME, "%.*s", (int)times.len, times.data);
	buf_free(&times);
}

static bool
read_time(struct line *line, void *at)
{
	int64_t t_unix;

	if (instant_parse(line->word, &t_unix) < 0)
		return false;
	if (t_unix > line->latest_unix) {
		line->latest_unix = t_unix;
		line->latest = line->word.data;
	}
	*(int64_t *)at = t_unix;
	return true;
}

static bool
read_since(struct line *line, void *at)
{
	*(int64_t *)at = TIME_UNKNOWN;
	return text_is(line->word, "-") || read_time(line, at);
}

static bool
read_until(struct line *line, void *at)
{
	*(int64_t *)at = TIME_NEVER;
	return text_is(line->word, "-") || read_time(line, at);
}

static void
print_time(struct buf *b, const struct value *value, const void *at)
{
	int64_t t_unix = *(const int64_t *)at;

	(void)value;
	if (t_unix == TIME_NEVER || t_unix == TIME_UNKNOWN)
		buf_putc(b, '-');
	else
		instant_print_iso(b, t_unix);
}

/* --- RDATA: the rest of the line --- */

static struct text
trim(struct text text)
{
	while (text.len > 0 && (*text.data == ' ' || *text.data == '\t')) {
		text.data++;
		text.len--;
	}
	while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
		text.len--;
	return text;
}

/* Takes the first one off `rest`. A name may have commas, and is alone. */
static bool
take_record(
    struct line *line, const struct set *set, struct text *rest, bool *more, struct bytes *out)
{
	const char *comma = set->type != TYPE_CNAME ? memchr(rest->data, ',', rest->len) : NULL;
	size_t len = comma ? (size_t)(comma - rest->data) : rest->len;

	line->word = trim((struct text){rest->data, len});
	*more = comma != NULL;
	len += *more;
	*rest = (struct text){rest->data + len, rest->len - len};
	return record_form(set->type)->read(&line->scratch, line->word, out);
}

/* Several are parted by commas; "-" is none, which no alias has. */
static bool
read_records(struct line *line, void *at)
{
	struct set *set = at;
	struct arena *a = &line->diags->arena;
	struct text rest = trim(line->rest);
	bool more = !text_is(rest, "-");
	struct bytes *rdata;
	size_t most = 1, n = 0;

	for (size_t i = 0; i < rest.len; i++)
		most += rest.data[i] == ',';
	arena_reset(&line->scratch, (struct arena_mark){NULL, NULL});
	rdata = arena_alloc(&line->scratch, most * sizeof(*rdata));
	while (more)
		if (!take_record(line, set, &rest, &more, &rdata[n++]))
			return false;
	set_records(a, set, rdata, n);
	return n > 0 || set->type != TYPE_CNAME;
}

static void
print_records(struct buf *b, const struct value *value, const void *at)
{
	const struct set *set = at;

	(void)value;
	if (set->n == 0)
		buf_putc(b, '-');
	for (size_t i = 0; i < set->n; i++) {
		buf_puts(b, i ? ", " : "");
		record_form(set->type)->print(b, set->rdata[i]);
	}
}

/* --- The lines --- */

static const struct form NAME = {read_name, print_word}, PLAIN = {keep_word, print_word},
			 TYPE = {read_type, print_type}, TTL = {read_ttl, print_u32},
			 SERIAL = {read_serial, print_u32}, TIME = {read_time, print_time},
			 SINCE = {read_since, print_time}, UNTIL = {read_until, print_time},
			 EVENT = {read_event, print_word}, ID = {read_id, print_word},
			 CHAIN = {read_chain, print_word}, RECORDS = {read_records, print_records};

#define SET(member) offsetof(struct value, set.member)
#define OF_SERIAL(member) offsetof(struct value, serial.member)
#define NOTE(member) offsetof(struct value, note.member)

enum { KIND_SET = N_NOTE_KINDS, KIND_SERIAL, N_KINDS };

static const struct kind {
	const char *word;
	struct field {
		const char *what; /* NULL ends the fields */
		const struct form *form;
		size_t offset; /* in struct value */
	} fields[FIELDS_MOST];
} kinds[N_KINDS] = {
    [NOTE_CURRENT] = {"current",
	{{"certificate", &PLAIN, NOTE(name)}, {"time", &TIME, NOTE(t_unix)}, {"id", &ID, NOTE(id)},
	    {"chain", &CHAIN, NOTE(chain)}}},
    [NOTE_DEPLOYED] = {"deployed",
	{{"certificate", &PLAIN, NOTE(name)}, {"time", &TIME, NOTE(t_unix)}, {"id", &ID, NOTE(id)},
	    {"chain", &CHAIN, NOTE(chain)}}},
    [NOTE_KEY_PENDING] = {"key-pending",
	{{"zone", &NAME, NOTE(name)}, {"event", &EVENT, NOTE(event)}, {"time", &TIME, NOTE(t_unix)},
	    {"id", &ID, NOTE(id)}}},
    [NOTE_KEY_TOLD] = {"key-told", {{"zone", &NAME, NOTE(name)}, {"event", &EVENT, NOTE(event)},
				       {"time", &TIME, NOTE(t_unix)}, {"id", &ID, NOTE(id)}}},
    [NOTE_PENDING] = {"pending",
	{{"certificate", &PLAIN, NOTE(name)}, {"event", &EVENT, NOTE(event)},
	    {"time", &TIME, NOTE(t_unix)}, {"id", &ID, NOTE(id)}}},
    [NOTE_TOLD] = {"told", {{"certificate", &PLAIN, NOTE(name)}, {"event", &EVENT, NOTE(event)},
			       {"time", &TIME, NOTE(t_unix)}, {"id", &ID, NOTE(id)}}},
    [KIND_SERIAL] = {"serial",
	{{"zone", &NAME, OF_SERIAL(zone)}, {"serial", &SERIAL, OF_SERIAL(serial)},
	    {"time", &TIME, OF_SERIAL(t_unix)}}},
    [KIND_SET] = {"set",
	{{"zone", &NAME, SET(zone)}, {"owner", &NAME, SET(owner)}, {"type", &TYPE, SET(type)},
	    {"TTL", &TTL, SET(ttl_s)}, {"time", &SINCE, SET(since_unix)},
	    {"time", &UNTIL, SET(until_unix)}, {"record", &RECORDS, offsetof(struct value, set)}}},
};

static void
print_line(struct buf *b, int kind, const struct value *value)
{
	buf_puts(b, kinds[kind].word);
	for (const struct field *field = kinds[kind].fields; field->what; field++) {
		buf_putc(b, ' ');
		field->form->print(b, value, (const char *)value + field->offset);
	}
	buf_putc(b, '\n');
}

void
sets_print(struct buf *b, const struct set *sets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		print_line(b, KIND_SET, &(struct value){.set = sets[i]});
}

void
serials_print(struct buf *b, const struct serial *serials, size_t n)
{
	for (size_t i = 0; i < n; i++)
		print_line(b, KIND_SERIAL, &(struct value){.serial = serials[i]});
}

static int
fault(const struct line *line, const char *at, enum problem problem, const char *what)
{
	return diag_error(
	    line->diags, pos_at(line->source, (size_t)(at - line->begin)), problem, "%s", what);
}

/* Moves the first word of `rest` to `word`. */
static void
next_word(struct line *line)
{
	const char *p = line->rest.data, *end = p + line->rest.len, *begin;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	for (begin = p; p < end && *p != ' ' && *p != '\t'; p++)
		;
	line->word = (struct text){begin, (size_t)(p - begin)};
	line->rest = (struct text){p, (size_t)(end - p)};
}

static int
read_fields(struct line *line, int kind, struct value *value)
{
	struct arena *a = &line->diags->arena;

	for (const struct field *field = kinds[kind].fields; field->what; field++) {
		struct text rest = line->rest;

		next_word(line);
		if (line->word.len == 0)
			return fault(line, line->word.data, P_STATE,
			    arena_printf(a, "the line ends ahead of its %s", field->what));
		if (field->form == &RECORDS)
			line->rest = rest;
		if (!field->form->read(line, (char *)value + field->offset))
			return fault(line, line->word.data, P_STATE,
			    arena_printf(a, "this is no %s", field->what));
		if (field->form == &RECORDS)
			line->rest.len = 0;
	}
	next_word(line);
	return line->word.len == 0
		   ? 0
		   : fault(line, line->word.data, P_STATE, "the line has a word too many");
}

static int
check_times(const struct line *line, const struct set *set)
{
	if (set->until_unix >= set->since_unix)
		return 0;
	return fault(
	    line, line->whole.data, P_STATE, "the set ends before it begins: mend its times");
}

static void
no_later_than(int64_t *t_unix, int64_t now_unix)
{
	if (is_in_future(*t_unix, now_unix) && *t_unix != TIME_NEVER)
		*t_unix = now_unix;
}

/* What lies in the future counts as the present. */
static void
clamp_times(const struct line *line, struct value *value)
{
	no_later_than(&value->set.since_unix, line->now_unix);
	no_later_than(&value->set.until_unix, line->now_unix);
	no_later_than(&value->serial.t_unix, line->now_unix);
	no_later_than(&value->note.t_unix, line->now_unix);
}

static int
read_kind(struct line *line, int kind, struct history *out)
{
	struct value value = {.note.kind = (enum note_kind)kind};

	if (read_fields(line, kind, &value) < 0 ||
	    (kind == KIND_SET && check_times(line, &value.set) < 0))
		return -1;
	clamp_times(line, &value);
	if (kind == KIND_SERIAL)
		history_add_serial(out, &value.serial);
	else if (kind == KIND_SET)
		history_add_set(out, &value.set);
	else
		history_add_note(out, &value.note);
	return 0;
}

/* --- Files of the form before --- */

/* What is gathered of them: when the last copies vanish that they tell of. */
struct old_form {
	const char *first; /* line; NULL: there is none */
	int64_t end_unix;
	uint64_t ttl_s; /* the longest one of `published` lines so far */
};

/* The words of its lines, and how the last one, a time, is meant. */
static const struct {
	const char *word;
	enum old_meaning {
		OLD_VANISHED,  /* then the last copies vanish */
		OLD_PUBLISHED, /* copies live on from then, for the TTL ahead of it */
		OLD_SEEN,      /* likewise, for that of the `published` line, which comes earlier */
		OLD_LEAVING,   /* likewise from now on: servers still give them out */
		OLD_NONE,      /* no matter to copies; such words are of this form, too */
	} meaning;
} old_words[] = {
    {"published", OLD_PUBLISHED},
    {"seen", OLD_SEEN},
    {"leaving", OLD_LEAVING},
    {"left", OLD_VANISHED},
    {"ttl", OLD_VANISHED},
    {"notified", OLD_NONE},
    {"pending", OLD_NONE},
    {"deployed", OLD_NONE},
};

/* Reads the last word of the line, if it is a time, and the TTL ahead of it. */
static bool
read_last_time(struct line line, int64_t *t_unix, uint64_t *ttl_s)
{
	struct text before = {0};
	bool is = false;

	for (next_word(&line); line.word.len > 0; next_word(&line)) {
		is = instant_parse(line.word, t_unix) == 0;
		if (!read_number(before, INT32_MAX, ttl_s))
			*ttl_s = 0;
		before = line.word;
	}
	return is;
}

static void
note_old(const struct line *line, enum old_meaning meaning, uint32_t wait_s, struct old_form *old)
{
	int64_t t_unix;
	uint64_t ttl_s;

	if (!old->first)
		old->first = line->whole.data;
	if (meaning == OLD_NONE || !read_last_time(*line, &t_unix, &ttl_s))
		return;
	if (meaning == OLD_PUBLISHED && ttl_s > old->ttl_s)
		old->ttl_s = ttl_s;
	if (meaning == OLD_SEEN)
		ttl_s = old->ttl_s;
	if (meaning == OLD_LEAVING && line->now_unix != TIME_NEVER)
		t_unix = instant_later(t_unix, line->now_unix);
	if (meaning != OLD_VANISHED)
		t_unix += instant_later(2 * (int64_t)ttl_s, wait_s);
	old->end_unix = instant_later(old->end_unix, t_unix);
}

static bool
is_old(const struct line *line, uint32_t wait_s, struct old_form *old)
{
	int64_t t_unix;
	uint64_t ttl_s;

	for (size_t i = 0; i < sizeof(old_words) / sizeof(old_words[0]); i++) {
		if (!text_is(line->word, old_words[i].word) ||
		    (old_words[i].meaning == OLD_NONE && !read_last_time(*line, &t_unix, &ttl_s)))
			continue;
		note_old(line, old_words[i].meaning, wait_s, old);
		return true;
	}
	return false;
}

static int
refuse_old(struct line *line, const struct old_form *old)
{
	struct buf when = {0};
	int result;

	if (old->end_unix > 0)
		instant_print_iso(&when, old->end_unix);
	else
		buf_puts(&when, "now");
	result = diag_error(line->diags, pos_at(line->source, (size_t)(old->first - line->begin)),
	    P_STATE_OLD,
	    "the state file has the form of an older zonepp; it can be removed from %.*s on, when "
	    "no cache holds anything of what it tells of",
	    (int)when.len, when.data);
	buf_free(&when);
	return result;
}

/* --- Reading --- */

static int
by_text(const void *a, const void *b)
{
	const struct text *x = a, *y = b;
	int order = memcmp(x->data, y->data, x->len < y->len ? x->len : y->len);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static int
read_line(struct line *line, struct history *out)
{
	if (line->word.len == 0 || *line->word.data == '#')
		return 0;
	if (text_has_merge_mark(line->whole))
		return fault(line, line->whole.data, P_STATE_MERGE,
		    "the state file holds a merge that is not finished");
	for (int i = 0; i < N_KINDS; i++)
		if (text_is(line->word, kinds[i].word))
			return read_kind(line, i, out);
	return fault(line, line->word.data, P_STATE, "this is no line that zonepp knows");
}

/* Takes the first line off `text`. */
static struct text
next_line(struct text *text)
{
	const char *newline = memchr(text->data, '\n', text->len);
	size_t len = newline ? (size_t)(newline - text->data) : text->len;
	struct text line = {text->data, len};

	len += newline != NULL;
	*text = (struct text){text->data + len, text->len - len};
	if (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* Is it what a file begins with, or a line that may stand behind `last`? */
static bool
is_in_order(const struct text *last, const struct text *line)
{
	if (!last->data)
		return line->len == sizeof(head) - 2 && memcmp(line->data, head, line->len) == 0;
	return by_text(last, line) < 0;
}

/* Makes room for as many sets and serials as there are lines of them. */
static void
reserve(struct history *out, struct text text)
{
	size_t n_sets = 0, n_serials = 0;

	while (text.len > 0) {
		struct text line = next_line(&text);

		n_sets += line.len > 3 && memcmp(line.data, "set", 3) == 0;
		n_serials += line.len > 3 && memcmp(line.data, "ser", 3) == 0;
	}
	history_reserve(out, n_sets, n_serials);
}

static int
read_text(struct diags *diags, uint32_t source, struct text text, struct state_reading reading,
    struct history *out)
{
	struct line line = {.diags = diags, .begin = text.data, .now_unix = reading.now_unix};
	struct diags_mark mark = diags_mark(diags);
	struct old_form old = {0};
	struct text last = {0};
	bool in_order = true;
	size_t n = 0;
	int result = 0;

	line.source = source;
	reserve(out, text);
	for (; text.len > 0; last = line.whole, n++) {
		line.whole = line.rest = next_line(&text);
		in_order = in_order && is_in_order(&last, &line.whole);
		next_word(&line);
		if (!is_old(&line, reading.wait_s, &old) && read_line(&line, out) < 0)
			result = -1;
	}
	arena_free(&line.scratch);
	out->latest_unix = line.latest_unix;
	out->is_as_saved = in_order && !is_in_future(line.latest_unix, line.now_unix) &&
			   !old.first && n == 1 + out->n_sets + out->n_serials + out->n_notes;
	if (is_in_future(line.latest_unix, line.now_unix) && !old.first)
		warn_of_future(&line);
	if (!old.first)
		return result;
	diags_reset(diags, mark); /* lines of other forms are so for the same reason */
	return refuse_old(&line, &old);
}

int
state_load(struct diags *diags, const struct roots *own, const char *path,
    struct state_reading reading, struct history *out)
{
	size_t n, n_told = diags->told.n;
	struct diags loaded; /* has the text */
	struct text text;
	uint32_t source;
	int result = 0;

	*out = (struct history){.a = &diags->arena, .is_as_saved = true};
	diags_part(diags, &loaded);
	if (file_load_small(&loaded, pos_none(), own, path, STATE_LARGEST, true, &text) < 0) {
		diags_join(diags, &loaded);
		return -1;
	}
	if (text.data) {
		source = diags_source_own(diags, path, text);
		result = read_text(diags, source, text, reading, out);
		if (diags->told.n == n_told) /* nothing of it is quoted */
			diags->sources[source - 1].text = (struct text){"", 0};
		else
			arena_join(&diags->arena, &loaded.arena);
	}
	diags_join(diags, &loaded);
	n = out->n_sets + out->n_serials + out->n_notes;
	history_sort(out);
	if (n != out->n_sets + out->n_serials + out->n_notes)
		out->is_as_saved = false;
	return result;
}

int
sets_read(struct diags *diags, const char *path, struct text text, struct history *out)
{
	*out = (struct history){.a = &diags->arena};
	return read_text(diags, diags_source(diags, path, text, pos_none()), text,
	    (struct state_reading){TIME_NEVER, 0}, out);
}

/* --- Writing --- */

const char *
state_stem(struct arena *a, const char *project)
{
	const char *slash = strrchr(project, '/');
	const char *base = slash ? slash + 1 : project, *dot = strrchr(base, '.');

	return arena_text(a, base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

const char *
state_path(struct arena *a, const char *project, const char *folder)
{
	return file_join(a, folder, arena_printf(a, "%s.state", state_stem(a, project)));
}

int
state_try(struct diags *diags, const struct roots *own, const char *path)
{
	struct output *out = output_open_in(diags, own, path);
	int result;

	if (!out)
		return -1;
	result = output_write(out, "?", 1); /* no state file begins so: a new file is begun */
	output_abort(out);
	return result;
}

/* The lines of all kinds, in the order of these. */
static void
print_all(struct buf *b, const struct history *history)
{
	struct notes told = history_notes(history, NOTE_TOLD, NULL);

	for (size_t i = 0; i < history->n_notes - told.n; i++)
		print_line(
		    b, (int)history->notes[i].kind, &(struct value){.note = history->notes[i]});
	for (size_t i = 0; i < history->n_serials; i++)
		print_line(b, KIND_SERIAL, &(struct value){.serial = history->serials[i]});
	sets_print(b, history->sets, history->n_sets);
	for (size_t i = 0; i < told.n; i++)
		print_line(b, NOTE_TOLD, &(struct value){.note = told.items[i]});
}

/* In the order of their text, so that people and merges find them; nearly so they are printed. */
static void
print_sorted(struct buf *b, const struct history *history)
{
	size_t most = history->n_sets + history->n_serials + history->n_notes, n = 0;
	struct text *lines = mem_alloc((most + 1) * sizeof(*lines)), rest;
	bool sorted = true;
	struct buf all = {0};

	print_all(&all, history);
	for (rest = (struct text){all.data, all.len}; rest.len > 0; n++) {
		lines[n] = next_line(&rest);
		sorted = sorted && (n == 0 || by_text(&lines[n - 1], &lines[n]) <= 0);
	}
	if (!sorted)
		qsort(lines, n, sizeof(*lines), by_text);
	for (size_t i = 0; i < n; i++)
		buf_put(b, lines[i].data, lines[i].len + 1);
	buf_free(&all);
	free(lines);
}

void
state_print(struct buf *b, struct history *history)
{
	history_sort(history);
	buf_puts(b, head);
	print_sorted(b, history);
}

int
state_save(struct diags *diags, const struct roots *own, const char *path, struct history *history)
{
	struct buf b = {0};
	struct stat st;
	bool there;
	int result;

	if (file_stat_if(diags, own, path, &st, &there) < 0)
		return -1;
	if (history->n_sets + history->n_serials + history->n_notes == 0 && !there)
		return 0;
	state_print(&b, history);
	result = output_replace(diags, own, path, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

int
state_tidy(struct diags *diags, const struct roots *own, const char *path)
{
	struct output *out = output_open_in(diags, own, path);

	if (!out)
		return -1;
	output_abort(out);
	return 0;
}

/* --- Other --- */

const char *
history_name(struct arena *a, const uint8_t *wire)
{
	uint8_t lower[NAME_LONGEST];

	name_lower(lower, wire, name_length(wire, NAME_LONGEST));
	return name_absolute_text(a, lower);
}
