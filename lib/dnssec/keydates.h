/* Changes the dates in the files of a key, as dnssec-settime(1) does: those of the .private file,
 * which count, and the comments of the .key file, which are the dates of a key whose private key is
 * elsewhere. */
#ifndef DNSSEC_KEYDATES_H
#define DNSSEC_KEYDATES_H

#include "dnssec/key.h"

/* What is asked for. */
struct keydates_wish {
	bool is_given[N_KEY_TIMES];
	int64_t time[N_KEY_TIMES]; /* of those that are given; KEY_NO_TIME: none */
	int64_t now;
};

struct keydates {
	const char *base;       /* path without .key or .private */
	uint16_t tag;           /* of the file name */
	bool is_offline;        /* there is no .private file here */
	const char *unfinished; /* an earlier run ended between its files: key_part.h; or NULL */
	int64_t was[N_KEY_TIMES], time[N_KEY_TIMES];
};

/* The dates are unsigned numbers of 32 bits, as those of signatures (RFC 4034 section 3.1.5), and a
 * key ends after it has begun: Inactive and Delete after Publish, Activate and SyncPublish, and
 * SyncDelete after SyncPublish. All else is used by one rollover or another. Dates of which none
 * is given (NULL: all are) are not held to it: a key that was withdrawn ahead of its time may have
 * any. Returns -1 with S_KEY_DATES added, at `path` or nowhere, once for each date that ends too
 * early. */
int
keydates_check(
    struct diags *diags, const char *path, const bool *is_given, const int64_t time[N_KEY_TIMES]);

/* Reads the files of the key at `path` (.key, .private, or neither behind it), and works out the
 * new dates, in the arena of `diags`. Nothing is changed yet. Where the files have no date at all,
 * the key was in use, and stays so: it gets those from which on it is, for BIND heeds no others
 * without them. Returns -1 with a problem added; also where the two files tell different dates of
 * which one is not given. */
int
keydates_read(
    struct diags *diags, const char *path, const struct keydates_wish *wish, struct keydates *out);

/* Writes the new dates into both files, one after the other, each in one step. Owner, mode, and
 * whatever else is in them stay. If the run ends in between, the .private file has the new dates,
 * and who reads the key finds the new .key file beside the old one (key_folder_finish). Returns -1
 * with a problem added; then the dates are the old ones, or it is as if the run had ended. */
int
keydates_write(struct diags *diags, const struct keydates *dates);

#endif
