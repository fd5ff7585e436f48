#include "dane/openpgpkey.h"

#include "dane/mailbox.h"
#include "dane/openpgp.h"
#include "dane/plain.h"

enum { LARGE = 16384 }; /* octets: beyond what keys without photos and foreign signatures have */

static int
check_size(struct directive *d, const struct argument *source, const char *path, size_t len)
{
	if (len > RDATA_LONGEST)
		return diag_error(d->diags, source->pos, Z_RDATA_LONG,
		    "%s is too large for a record: %zu octets", path, len);
	if (len > LARGE)
		diag_add(
		    d->diags, source->pos, D_LARGE, "%s makes a record of %zu octets", path, len);
	return 0;
}

static int
add_source(struct directive *d, const struct argument *source, struct record_set *set)
{
	struct openpgp_key key;
	struct text contents;
	const char *path;

	if (directive_load(d, source, OPENPGP_FILE_LARGEST, &path, &contents) < 0 ||
	    openpgp_load(d->a, d->diags, source->pos, path, contents, &key) < 0 ||
	    check_size(d, source, path, key.data.len) < 0)
		return -1;
	for (size_t i = 0; i < d->n_owners; i++)
		if (!openpgp_names(&key, d->owners[i].mail))
			diag_add(d->diags, source->pos, D_PGP_USER,
			    "%s has no user ID with the address %s", path, d->owners[i].mail);
	record_set_add(d, set, key.data,
	    arena_printf(d->a, "%s %s", plain_text(d->a, source->text), key.fingerprint));
	return 0;
}

int
openpgpkey_directive(void *ctx, struct parser *parser, const struct entry *entry)
{
	static const char *const no_options[] = {NULL};
	const bool *silent = ctx;
	struct directive d = directive_begin(parser, entry);
	int result = mailbox_owners(&d, mailbox_openpgpkey);
	struct record_set set = {0};
	struct arguments arguments;

	if (directive_rest(&d, no_options, "no key file is named", &arguments) < 0)
		return -1;
	for (size_t i = 0; i < arguments.n; i++)
		if (add_source(&d, &arguments.items[i], &set) < 0)
			result = -1;
	if (result < 0 || *silent)
		return result;
	return directive_emit_all(&d, TYPE_OPENPGPKEY, &set);
}
