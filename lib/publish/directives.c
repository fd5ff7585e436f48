#include "publish/directives.h"

#include "directive/dkim.h"
#include "directive/openpgpkey.h"
#include "directive/smimea.h"
#include "directive/sshfp.h"

void
directives_begin(struct directives *d, struct arena *a, int64_t now_unix, bool dane)
{
	const struct parse_directive rows[] = {
	    {"TLSA", tlsa_directive, &d->tlsa},
	    {"SMIMEA", smimea_directive, &d->smimea},
	    {"OPENPGPKEY", openpgpkey_directive, &d->silent},
	    {"SSHFP", sshfp_directive, NULL},
	    {"DKIM", dkim_directive, NULL},
	    {"CERT", cert_directive, &d->cert},
	    {"DS", ds_directive, &d->ds},
	    {NULL, NULL, NULL},
	};

	_Static_assert(sizeof(rows) <= sizeof(d->rows), "more directives than there is room for");
	memcpy(d->rows, rows, sizeof(rows));
	tlsa_context_begin(&d->tlsa, a, now_unix);
	tlsa_context_begin(&d->smimea, a, now_unix);
	d->cert = (struct cert_context){.now_unix = now_unix, .first_expiry_unix = INT64_MAX};
	d->ds = (struct ds_context){0};
	d->silent = d->tlsa.silent = d->smimea.silent = !dane;
}

void
directives_name(struct directives *d, const struct tlsa_names *names, struct secrets secrets)
{
	d->tlsa.names = d->smimea.names = names;
	d->tlsa.secrets = d->smimea.secrets = secrets;
}

int64_t
directives_first_expiry(const struct directives *d)
{
	const int64_t times[] = {
	    d->tlsa.first_expiry_unix, d->smimea.first_expiry_unix, d->cert.first_expiry_unix};
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i] < first)
			first = times[i];
	return first;
}
