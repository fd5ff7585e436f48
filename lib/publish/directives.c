#include "publish/directives.h"

#include "dane/sshfp.h"

void
directives_begin(struct directives *d, struct arena *a, int64_t now_unix, bool dane)
{
	const struct parse_directive rows[] = {
	    {"TLSA", tlsa_directive, &d->tlsa},
	    {"SSHFP", sshfp_directive, NULL},
	    {NULL, NULL, NULL},
	};

	_Static_assert(sizeof(rows) <= sizeof(d->rows), "more directives than there is room for");
	memcpy(d->rows, rows, sizeof(rows));
	tlsa_context_begin(&d->tlsa, a, now_unix);
	d->tlsa.silent = !dane;
}

int64_t
directives_first_expiry(const struct directives *d)
{
	return d->tlsa.first_expiry_unix;
}
