/* The forms, one file for each; rows of report_formats. */
#ifndef REPORT_FORMAT_PART_H
#define REPORT_FORMAT_PART_H

#include "report/format.h"

/* text.c: for people, with the line that is meant; and for editors, one line each. */
void
format_tty(struct report *r, struct buf *out, const struct diags *diags);
void
format_gcc(struct report *r, struct buf *out, const struct diags *diags);
void
format_gcc_line(struct buf *out, const struct diag *d);

/* lines.c: one JSON object a line. */
void
format_json(struct report *r, struct buf *out, const struct diags *diags);

/* sarif.c: SARIF 2.1.0. */
void
format_sarif_begin(struct report *r, struct buf *out);
void
format_sarif(struct report *r, struct buf *out, const struct diags *diags);
void
format_sarif_end(struct report *r, struct buf *out);

/* github.c: workflow commands, which become annotations. */
void
format_github(struct report *r, struct buf *out, const struct diags *diags);
void
format_github_end(struct report *r, struct buf *out);

/* gitlab.c: a code quality report. */
void
format_gitlab_begin(struct report *r, struct buf *out);
void
format_gitlab(struct report *r, struct buf *out, const struct diags *diags);
void
format_gitlab_end(struct report *r, struct buf *out);

/* Who the problem is, wherever its line moves to: 32 hex digits of a digest of code, file, and the
 * text of the line or else the message without its numbers; and how many of them there were. In
 * `text`. */
enum { FINGERPRINT_LEN = 32 };

void
format_fingerprint(struct report *r, const struct diag *d, char text[FINGERPRINT_LEN + 1]);

/* The path from the working folder, which is to be the repository's for who reads the report:
 * without
 * "./" ahead of it. */
const char *
format_path(const char *path);

/* The command that is next for a problem of `diags`, as a shell takes it, in memory of `b`; NULL:
 * there is none, or not without the name of a zone. */
const char *
format_next(const struct report *r, const struct diags *diags, const struct diag *d, struct buf *b);

/* The column in characters, from 1, where a place counts octets; and that behind the word. */
uint32_t
format_column(const struct diag *d);
uint32_t
format_end_column(const struct diag *d);

#endif
