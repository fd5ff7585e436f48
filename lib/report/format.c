#include "report/format_part.h"

#include "base/digest.h"
#include "base/mem.h"
#include "report/quote.h"

#include <stdlib.h>

const struct report_format report_formats[] = {
    {"tty", .add = format_tty},
    {"gcc", .add = format_gcc},
    {"json", .add = format_json},
    {"sarif", true, format_sarif_begin, format_sarif, format_sarif_end},
    {"github", .add = format_github, .end = format_github_end},
    {"gitlab", true, format_gitlab_begin, format_gitlab, format_gitlab_end},
    {NULL},
};

const struct report_format *
report_format_find(const char *name)
{
	for (const struct report_format *format = report_formats; format->name; format++)
		if (strcmp(format->name, name) == 0)
			return format;
	return NULL;
}

static void
begin(struct report *r, struct buf *out)
{
	if (!r->format)
		r->format = report_formats;
	if (!r->begun && r->format->begin)
		r->format->begin(r, out);
	r->begun = true;
}

void
report_add(struct report *r, struct buf *out, const struct diags *diags)
{
	begin(r, out);
	r->json.out = out;
	r->format->add(r, out, diags);
}

void
report_end(struct report *r, struct buf *out)
{
	begin(r, out);
	r->json.out = out;
	if (r->format->end)
		r->format->end(r, out);
	for (int i = 0; i <= SEVERITY_ERROR; i++) {
		buf_free(&r->held[i]);
		buf_free(&r->held_line[i]);
	}
	free(r->prints);
	r->prints = NULL;
}

static struct report_print *
find_print(const struct report *r, const uint8_t sha256[DIGEST_LEN])
{
	size_t slot = read_u32(sha256);

	while (r->prints[slot & (r->cap_prints - 1)].n > 0 &&
	       memcmp(r->prints[slot & (r->cap_prints - 1)].sha256, sha256, DIGEST_LEN) != 0)
		slot++;
	return &r->prints[slot & (r->cap_prints - 1)];
}

/* Half of the table stays free. */
static void
make_room(struct report *r)
{
	struct report old = *r;

	if (2 * r->n_prints < r->cap_prints)
		return;
	r->cap_prints = old.cap_prints ? 2 * old.cap_prints : 64;
	r->prints = mem_alloc(r->cap_prints * sizeof(*r->prints));
	memset(r->prints, 0, r->cap_prints * sizeof(*r->prints));
	for (size_t i = 0; i < old.cap_prints; i++)
		if (old.prints[i].n > 0)
			*find_print(r, old.prints[i].sha256) = old.prints[i];
	free(old.prints);
}

/* How many there were before this one. */
static unsigned
count_twins(struct report *r, const uint8_t sha256[DIGEST_LEN])
{
	struct report_print *print;

	make_room(r);
	print = find_print(r, sha256);
	r->n_prints += print->n == 0;
	memcpy(print->sha256, sha256, DIGEST_LEN);
	return print->n++;
}

/* A message tells of serials, of days that are left: its numbers are not what it is. */
static void
put_without_numbers(struct buf *b, const char *message)
{
	for (; *message; message++)
		if (!ascii_is_digit(*message))
			buf_putc(b, *message);
}

/* No digest is shown of a line that may hold a password: short ones could be guessed from it. */
void
format_fingerprint(struct report *r, const struct diag *d, char text[FINGERPRINT_LEN + 1])
{
	static const char hex[] = "0123456789abcdef";
	uint8_t sha256[DIGEST_LEN];
	struct buf b = {0};
	unsigned n_twins;

	buf_printf(&b, "%s\n%s\n", problem_table[d->problem].code,
	    d->place.path ? format_path(d->place.path) : "");
	if (d->line_text.data && !quote_may_hold_password(d->line_text))
		buf_put(&b, d->line_text.data, d->line_text.len);
	else
		put_without_numbers(&b, d->message);
	digest_sha256((struct bytes){(const uint8_t *)b.data, b.len}, sha256);
	n_twins = count_twins(r, sha256);
	if (n_twins > 0) {
		buf_printf(&b, "\n%u", n_twins);
		digest_sha256((struct bytes){(const uint8_t *)b.data, b.len}, sha256);
	}
	buf_free(&b);
	for (size_t i = 0; i < FINGERPRINT_LEN; i++)
		text[i] = hex[sha256[i / 2] >> (i % 2 ? 0 : 4) & 0xf];
	text[FINGERPRINT_LEN] = '\0';
}

const char *
format_path(const char *path)
{
	while (path[0] == '.' && path[1] == '/' && path[2])
		path += 2;
	return path;
}

/* Whoever named the file or zone, it is one word for the shell, and nothing else. */
void
report_word(struct buf *b, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./+-:@,%";

	if (*word && *word != '-' && word[strspn(word, plain)] == '\0') {
		buf_puts(b, word);
		return;
	}
	buf_putc(b, '\'');
	for (; *word; word++)
		buf_puts(b, *word == '\'' ? "'\\''" : (char[]){*word, '\0'});
	buf_putc(b, '\'');
}

const char *
format_next(const struct report *r, const struct diags *diags, const struct diag *d, struct buf *b)
{
	static const char zone[] = "{zone}", file[] = "{file}";
	const char *next = problem_texts[d->problem].next;
	bool own = next && strncmp(next, "zonepp ", 7) == 0;

	if (!next || (strstr(next, zone) && !diags->zone))
		return NULL;
	buf_clear(b);
	for (; *next; next++)
		if (strncmp(next, zone, sizeof(zone) - 1) == 0) {
			report_word(b, diags->zone);
			next += sizeof(zone) - 2;
		} else if (strncmp(next, file, sizeof(file) - 1) == 0) {
			report_word(b, d->place.path ? d->place.path : "FILE");
			next += sizeof(file) - 2;
		} else {
			buf_putc(b, *next);
		}
	if (own && r->options)
		buf_puts(b, r->options);
	buf_putc(b, '\0');
	return b->data;
}

/* Octets that go on with a character of UTF-8 are no columns. */
static uint32_t
column_of(const struct diag *d, size_t n_octets)
{
	uint32_t column = 1;

	if (!d->line_text.data)
		return (uint32_t)n_octets + 1;
	for (size_t i = 0; i < n_octets; i++)
		column += i >= d->line_text.len || ((uint8_t)d->line_text.data[i] & 0xc0) != 0x80;
	return column;
}

uint32_t
format_column(const struct diag *d)
{
	return column_of(d, d->place.column - 1);
}

uint32_t
format_end_column(const struct diag *d)
{
	return column_of(d, d->place.column - 1 + d->underline);
}
