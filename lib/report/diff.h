/* The difference of two zones, for people, for a pull request, and for programs. */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include "zone/diff.h"

struct report_diff {
	const char *zone;              /* without its last dot */
	const struct store *old, *new; /* sorted; one without records has no zone */
	bool dnssec;                   /* also records that the signing pass makes, one by one */
	bool colour;
	bool unsigned_yet; /* the new zone lacks what signing makes: of `n_signatures` as many as
			    * `n_kept` would stay */
	size_t n_signatures, n_kept;
	bool people_only; /* nothing that follows from keys counts, nor does the serial */
	bool asks_serial; /* what serial the new zone has is asked of its servers, later */
	size_t room;      /* octets that the records may take; 0: any number */

	/* Takes what is in `out`, and empties it, each time that it is much; NULL: it stays. */
	int (*flush)(void *ctx, struct buf *out);
	void *ctx;
};

/* Each appends the difference of one zone, and nothing where there is none but for JSON, and adds
 * it up in `*sum`. Returns 0, or -1 where flush() did. */
typedef int
report_diff_form(struct buf *out, const struct report_diff *diff, struct diff_sum *sum);

/* A head, and lines with `-`, `+`, and `!` for another TTL. */
report_diff_form report_diff_text;

/* A heading, and the same lines, which fold where they are many. */
report_diff_form report_diff_markdown;

/* One object, and a newline. */
report_diff_form report_diff_json;

/* Does anything differ that `diff` asks for? For people alone, the serial does not count. */
bool
report_diff_is_some(const struct report_diff *diff, const struct diff_sum *sum);

/* Appends "serial 5 -> 6; 2 records added, 1 removed; DNSSEC: 12 of 40 signatures are made anew".
 */
void
report_diff_line(struct buf *out, const struct report_diff *diff, const struct diff_sum *sum);

/* Pieces of Markdown: lines in a fence, and a word as it is, with nothing in it that ends them. */
void
report_fenced(struct buf *out, const char *language, struct text lines);

void
report_code(struct buf *out, const char *word);

#endif
