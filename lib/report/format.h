/* How problems are shown: one row for each form of --format. A report takes the problems of a run,
 * zone by zone, and is one text or one document in the end. */
#ifndef REPORT_FORMAT_H
#define REPORT_FORMAT_H

#include "base/buf.h"
#include "base/diag.h"
#include "base/digest.h"
#include "base/json.h"

struct report;

struct report_format {
	const char *name; /* of --format=NAME; NULL ends the table */
	bool is_document; /* what is written is one: nothing may stand beside it */
	void (*begin)(struct report *r, struct buf *out); /* ahead of all problems; may be NULL */
	void (*add)(struct report *r, struct buf *out, const struct diags *diags);
	void (*end)(struct report *r, struct buf *out); /* behind them; may be NULL */
};

extern const struct report_format report_formats[];

/* The row of that name, or NULL. */
const struct report_format *
report_format_find(const char *name);

/* A problem that may have twins. */
struct report_print {
	uint8_t sha256[DIGEST_LEN];
	unsigned n; /* of them; 0: the place is free */
};

/* Zero-initialised, with a format, is ready for use. */
struct report {
	const struct report_format *format; /* NULL: the first of report_formats */
	bool colour;
	const char *options; /* of this command, that those which it advises need too; or NULL */
	bool begun;
	struct json json;           /* of the document */
	uint16_t rules[N_PROBLEMS]; /* numbers of those that were met, from 1 */
	uint16_t n_rules;
	size_t n_severity[SEVERITY_ERROR + 1];    /* annotations */
	struct buf held[SEVERITY_ERROR + 1];      /* the last that may be one, as one, */
	struct buf held_line[SEVERITY_ERROR + 1]; /* and as a line */
	struct report_print *prints;              /* by their hash; half of the places are free */
	size_t n_prints, cap_prints;
};

/* Appends a word for a shell, quoted where that is needed. */
void
report_word(struct buf *b, const char *word);

/* Appends the problems of `diags`, which is sorted (diags_sort). */
void
report_add(struct report *r, struct buf *out, const struct diags *diags);

/* Appends what ends the report, and frees what it held. */
void
report_end(struct report *r, struct buf *out);

#endif
