/* Somebody's text, made harmless for a terminal: templates come from pull requests, and nothing
 * that they hold reaches it as a control sequence. */
#ifndef REPORT_SAFE_H
#define REPORT_SAFE_H

#include "base/buf.h"
#include "base/json.h"

/* What the terminal gets for one character. */
struct cell {
	char text[16];
	unsigned n_text;  /* bytes of it */
	unsigned n_bytes; /* of the original */
	unsigned width;   /* columns */
};

/* The cell for the character at `text`, which has a byte at least. Bytes that are no UTF-8 and
 * ASCII control characters show as \x1b, others that must not reach a terminal as \u202e. */
struct cell
safe_cell(struct text text);

static inline struct text
text_behind(struct text text, size_t n)
{
	return (struct text){text.data + n, text.len - n};
}

/* Appends somebody's text without anything that could steer a terminal: such characters show as
 * \x1b or \u202e, and so does a newline. */
void
report_safe(struct buf *out, const char *s);

/* A member of JSON whose text programs show to people. */
void
report_safe_member(struct json *j, const char *key, const char *s);

#endif
