/* Text: problems as people and editors read them. `tty` quotes the line and underlines the word,
 * `gcc` writes one line for each problem. Templates come from pull requests: nothing that they
 * hold reaches the terminal as a control sequence. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "base/diag.h"
#include "base/buf.h"

struct report_format;

struct report_style {
	const struct report_format *format; /* NULL: the first of report_formats */
	bool colour;
};

struct report_format {
	const char *name; /* of --format=NAME; NULL ends the table */
	void (*render)(struct buf *out, const struct diags *diags, struct report_style style);
};

extern const struct report_format report_formats[];

/* The row of that name, or NULL. */
const struct report_format *
report_format_find(const char *name);

/* Appends somebody's text without anything that could steer a terminal: such characters show as
 * \x1b or \u202e, and so does a newline. */
void
report_safe(struct buf *out, const char *s);

/* Appends the problems of `diags`, which is sorted (diags_sort), in the format of `style`. */
void
report_text(struct buf *out, const struct diags *diags, struct report_style style);

#endif
