/* The dates of key files as text. */
#include "dnssec/keyfile.h"

#include "base/duration.h"

#include <time.h>

/* `20261123120000 (Mon Nov 23 12:00:00 2026)` */
static void
print_comment_time(struct buf *b, int64_t t_unix)
{
	time_t t = (time_t)t_unix;
	char text[40] = "";
	struct tm tm;

	instant_print_digits(b, t_unix);
	if (gmtime_r(&t, &tm) && strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y", &tm))
		buf_printf(b, " (%s)", text);
}

static void
print_times(
    struct buf *b, enum keyfile_kind kind, const int64_t time[N_KEY_TIMES], const char *line_end)
{
	for (size_t i = 0; i < N_KEY_TIMES; i++) {
		if (time[i] == KEY_NO_TIME)
			continue;
		buf_printf(b, "%s%s: ", kind == KEYFILE_PUBLIC ? "; " : "", keyfile_time_names[i]);
		if (kind == KEYFILE_PUBLIC)
			print_comment_time(b, time[i]);
		else
			instant_print_digits(b, time[i]);
		buf_puts(b, line_end);
	}
}

void
keyfile_print_times(struct buf *b, enum keyfile_kind kind, const int64_t time[N_KEY_TIMES])
{
	print_times(b, kind, time, "\n");
}

/* Cuts the first line off `*rest`, with its end. */
static struct text
take_line(struct text *rest)
{
	const char *newline = memchr(rest->data, '\n', rest->len);
	struct text line = {rest->data, newline ? (size_t)(newline + 1 - rest->data) : rest->len};

	rest->data += line.len;
	rest->len -= line.len;
	return line;
}

static bool
is_comment(struct text line)
{
	return line.len > 0 && line.data[0] == ';';
}

static bool
is_time(enum keyfile_kind kind, struct text line)
{
	if (kind == KEYFILE_PUBLIC && !is_comment(line))
		return false;
	if (kind == KEYFILE_PUBLIC)
		line = (struct text){line.data + 1, line.len - 1};
	return keyfile_time_of(line) != N_KEY_TIMES;
}

/* Where the dates belong: in place of the first of the old ones; else behind the head comments of a
 * .key file, or at the end of a .private file. */
static const char *
find_place(enum keyfile_kind kind, struct text text)
{
	const char *otherwise = NULL;

	while (text.len > 0) {
		struct text line = take_line(&text);

		if (is_time(kind, line))
			return line.data;
		if (kind == KEYFILE_PUBLIC && !otherwise && !is_comment(line))
			otherwise = line.data;
	}
	return otherwise ? otherwise : text.data;
}

static void
print_line(struct buf *b, struct text line, const char *line_end)
{
	buf_put(b, line.data, line.len);
	if (line.len > 0 && line.data[line.len - 1] != '\n')
		buf_puts(b, line_end);
}

/* `Private-key-format: v1.2`, in which BIND takes no dates */
static bool
is_older_format(struct text line)
{
	static const char *const older[] = {" v1.0", " v1.1", " v1.2"};
	enum { LEN = 5 };
	const char *colon = memchr(line.data, ':', line.len), *end = line.data + line.len;

	for (size_t i = 0; colon && i < sizeof(older) / sizeof(older[0]); i++)
		if (end - colon > LEN && memcmp(colon + 1, older[i], LEN) == 0)
			return end - colon == LEN + 1 || !ascii_is_digit(colon[LEN + 1]);
	return false;
}

void
keyfile_replace_times(
    struct buf *b, enum keyfile_kind kind, struct text text, const int64_t time[N_KEY_TIMES])
{
	const char *place = find_place(kind, text), *begin = text.data;
	const char *newline = memchr(text.data, '\n', text.len);
	const char *line_end = newline && newline > begin && newline[-1] == '\r' ? "\r\n" : "\n";

	while (text.len > 0) {
		struct text line = take_line(&text);

		if (line.data == place)
			print_times(b, kind, time, line_end);
		if (kind == KEYFILE_PRIVATE && line.data == begin && is_older_format(line))
			buf_printf(b, "Private-key-format: v1.3%s", line_end);
		else if (!is_time(kind, line))
			print_line(b, line, line_end);
	}
	if (place == text.data)
		print_times(b, kind, time, line_end);
}
