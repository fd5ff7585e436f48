#include "directive/openpgpkey.h"

#include "directive/mailbox.h"
#include "source/locked.h"
#include "source/openpgp.h"
#include "source/plain.h"

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
	    locked_note(d->diags, source->pos, path, LOCKED_FILE, key.data) < 0 ||
	    check_size(d, source, path, key.data.len) < 0)
		return -1;
	for (size_t i = 0; i < d->n_owners; i++)
		if (d->owners[i].mail && !openpgp_names(&key, d->owners[i].mail))
			diag_add(d->diags, source->pos, D_PGP_USER,
			    "%s has no user ID with the address %s", path, d->owners[i].mail);
	record_set_add(d, set, key.data,
	    arena_printf(d->a, "%s %s", plain_text(d->a, source->text), key.fingerprint));
	return 0;
}

/* In lower case, of which only the local part matters. */
static bool
has_capitals(const char *mail)
{
	const char *end = strrchr(mail, '@');

	for (; mail < end; mail++)
		if (ascii_lower((uint8_t)*mail) != (uint8_t)*mail)
			return true;
	return false;
}

static bool
has_twin(const struct directive *d, const char *mail)
{
	for (size_t i = 0; i < d->n_owners; i++)
		if (d->owners[i].mail && text_is_nocase(text_of(mail), d->owners[i].mail) &&
		    !has_capitals(d->owners[i].mail))
			return true;
	return false;
}

/* Who looks a key up with GnuPG asks for the digest of the address in lower case. */
static void
check_case(const struct directive *d)
{
	for (size_t i = 0; i < d->n_owners; i++) {
		const struct directive_owner *owner = &d->owners[i];

		if (owner->mail && has_capitals(owner->mail) && !has_twin(d, owner->mail))
			diag_add(d->diags, owner->pos, D_MAIL_CASE,
			    "clients that ask in lower case do not find the key of %s",
			    owner->mail);
	}
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

	check_case(&d);
	if (directive_rest(&d, no_options, "no key file is named", &arguments) < 0)
		return -1;
	for (size_t i = 0; i < arguments.n; i++)
		if (add_source(&d, &arguments.items[i], &set) < 0)
			result = -1;
	if (result < 0 || *silent)
		return result;
	return directive_emit_all(&d, TYPE_OPENPGPKEY, &set);
}
