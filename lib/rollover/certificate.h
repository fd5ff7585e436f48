/* A certificate of the project with what its files hold now: the one in use, and the next one. */
#ifndef ROLLOVER_CERTIFICATE_H
#define ROLLOVER_CERTIFICATE_H

#include "base/diag.h"
#include "project/project.h"
#include "rollover/chain_index.h"

struct certificate {
	const struct project_certificate *is;
	const struct certs *current, *next; /* NULL: there is none, or it cannot be used */
	bool is_unusable;                   /* one cannot, though it should be or is there */
	struct certchain current_chain, next_chain;
	const struct certchain *former; /* that were in use by the history: under its name, or under
					 * one that the project has no more */
	size_t n_former;
};

/* Loads the files. What lives on is in the arena of `diags`. Returns 0, or -1 with problems added
 * where one cannot be used; a next file that is not there is none. */
int
certificate_load(
    struct diags *diags, const struct project_certificate *is, struct certificate *out);

/* All of the project, for those who judge by them what may stay: problems with their files are told
 * of elsewhere, but for one that is there and cannot be read. Returns 0, or -1 with that added. */
int
certificates_load(struct diags *diags, const struct project *project, const struct history *history,
    struct certificate **out);

/* Is the note one of the certificate? It is under its name, and under each one that the project has
 * no more: it may have been renamed. */
bool
certificate_is_named(const struct project *project, const struct project_certificate *certificate,
    const struct note *note);

/* Do servers present the chain of the note? They do if it was deployed last under that name, and
 * the current chain has been `current_id` since before. */
bool
certificate_is_presented(
    const struct history *history, const struct note *deployed, const char *current_id);

/* Adds to `out` the note that the current chain is in use at that time, unless the history has it
 * or no file does. */
void
certificate_note_current(const struct history *history, const struct certificate *certificate,
    int64_t t_unix, struct history *out);

/* Sets `former` of all certificates of the project, in `a`, by the sorted history. */
void
certificates_remember(struct arena *a, const struct project *project, const struct history *history,
    struct certificate *out);

/* The first instant at which the server's certificate is valid, and the last one; both 0 where the
 * file holds no certificate. */
void
certs_dates(const struct certs *certs, int64_t *from_unix, int64_t *to_unix);

/* Is the next one the same certificate as the current one, as far as records can tell: or its
 * request, or its key? */
bool
certificate_is_same(const struct certificate *certificate);

/* Was the next one issued before the current one, and does it expire no later? Then it is no
 * renewal. */
bool
certificate_is_older(const struct certificate *certificate);

/* The longest wait of the project, at least a day: how long a closed set of a service may matter.
 */
uint32_t
certificates_longest_wait(const struct project *project);

#endif
