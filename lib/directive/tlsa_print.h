/* TLSA records outside any zone file: what `zonepp tlsa` prints. */
#ifndef DIRECTIVE_TLSA_PRINT_H
#define DIRECTIVE_TLSA_PRINT_H

#include "dane/tlsa.h"
#include "source/secret.h"

struct tlsa_request {
	struct tlsa_params params;
	enum pick pick;
	const char *owner; /* absolute with or without its last dot, brace lists allowed; or NULL */
	const char *const *paths; /* "-": standard input */
	size_t n_paths;
	const struct secret *secret; /* opens what is encrypted; or NULL */
	int64_t now_unix;
};

/* Appends the records, one a line, with their owners; without `owner` each line begins with a
 * blank, which in a zone file stands for the owner before. Returns 0, or -1 after adding problems.
 */
int
tlsa_print(struct diags *diags, const struct tlsa_request *request, struct buf *out);

#endif
