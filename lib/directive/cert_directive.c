#include "directive/cert_directive.h"

#include "dane/tlsa.h"
#include "directive/mailbox.h"
#include "source/locked.h"
#include "source/openpgp.h"
#include "source/plain.h"

enum {
	CERT_PKIX = 1, /* RFC 4398 section 2.1 */
	CERT_PGP = 3,
	CERT_HEAD = 5, /* octets of type, key tag and algorithm */
};

/* One $CERT that is being executed. */
struct call {
	struct cert_context *ctx;
	struct directive d;
	const struct argument *pick; /* or NULL */
	struct record_set set;
};

/* --- Owner: RFC 4398 section 3 --- */

static bool
is_address(struct text text)
{
	for (size_t i = 0; i < text.len && text.len > 1; i++)
		if (text.data[i] == '\\')
			i++;
		else if (text.data[i] == '@')
			return true;
	return false;
}

static int
read_owner(struct directive *d, const struct braced *text, struct directive_owner *out)
{
	return is_address(text->text) ? mailbox_plain(d, text, out) : directive_name(d, text, out);
}

static int
read_owners(struct directive *d)
{
	if (d->at < directive_end(d) && d->at->quoted)
		return mailbox_owners(d, mailbox_plain);
	return directive_owners(d, D_RECORD_OWNER, read_owner);
}

/* --- Sources --- */

static int
add_record(struct call *call, const struct argument *source, uint8_t type, struct bytes data,
    const char *name)
{
	struct arena *a = call->d.a;
	size_t len = CERT_HEAD + data.len;
	uint8_t *rdata;

	if (len > RDATA_LONGEST)
		return diag_error(
		    call->d.diags, source->pos, Z_RDATA_LONG, "%s is too large for a record", name);
	rdata = arena_bytes(a, len);
	memset(rdata, 0, CERT_HEAD);
	rdata[1] = type;
	memcpy(rdata + CERT_HEAD, data.data, data.len);
	record_set_add(&call->d, &call->set, (struct bytes){rdata, len},
	    arena_printf(a, "%s %s", plain_text(a, source->text), name));
	return 0;
}

/* A certificate alone in its file is the one that is meant, whatever it is. */
static int
choose(struct call *call, const struct argument *source, const struct certs *certs,
    struct picked *picked)
{
	static const struct {
		const char *name;
		enum pick pick;
	} picks[] = {{"leaf", PICK_LEAF_SAID}, {"issuer", PICK_ISSUER}, {"root", PICK_ROOT},
	    {"all", PICK_ALL}};
	const char *name = call->pick ? call->pick->value : NULL;

	if (!call->pick && certs->n == 1) {
		picked->items = arena_alloc(call->d.a, sizeof(*picked->items));
		picked->items[0] = &certs->items[0];
		picked->n = 1;
		return 0;
	}
	for (size_t i = 0; name && i < sizeof(picks) / sizeof(picks[0]); i++)
		if (strcmp(name, picks[i].name) == 0)
			return pick_certs(call->d.a, call->d.diags, source->pos, certs,
			    picks[i].pick, false, picked);
	if (!name)
		return pick_certs(
		    call->d.a, call->d.diags, source->pos, certs, PICK_LEAF, false, picked);
	return diag_error(call->d.diags, call->pick->pos, D_KEY_VALUE,
	    "pick= is followed by leaf, issuer, root or all");
}

static int
add_certs(struct call *call, const struct argument *source, const char *path, struct text contents)
{
	struct picked picked;
	struct certs certs;
	int result = 0;

	int loaded =
	    certs_load(call->d.a, call->d.diags, source->pos, path, contents, NULL, &certs);

	if (certs_judge_access(call->d.diags, parser_roots(call->d.parser), path, &certs) < 0 ||
	    loaded < 0 || locked_note_certs(call->d.diags, source->pos, path, &certs) < 0)
		return -1;
	if (certs.n == 0)
		return diag_error(call->d.diags, source->pos, D_BAD_SOURCE,
		    "%s holds a %s and no certificate", path, certs.key->what);
	if (choose(call, source, &certs, &picked) < 0)
		return -1;
	for (size_t i = 0; i < picked.n; i++) {
		const struct cert *cert = picked.items[i];

		/* Nothing but a warning: usage 3 ignores dates. */
		tlsa_check_dates(call->d.a, call->d.diags, source->pos, cert, TLSA_DANE_EE,
		    call->ctx->now_unix, false);
		if (cert->not_after_unix < call->ctx->first_expiry_unix)
			call->ctx->first_expiry_unix = cert->not_after_unix;
		if (add_record(call, source, CERT_PKIX, cert->der, cert->name) < 0)
			result = -1;
	}
	return result;
}

static int
add_source(struct call *call, const struct argument *source)
{
	struct directive *d = &call->d;
	struct openpgp_key key;
	struct text contents;
	const char *path;

	if (directive_load(d, source, CERT_FILE_LARGEST, &path, &contents) < 0)
		return -1;
	if (!openpgp_is(contents))
		return add_certs(call, source, path, contents);
	if (openpgp_load(d->a, d->diags, source->pos, path, contents, &key) < 0 ||
	    locked_note(d->diags, source->pos, path, LOCKED_FILE, key.data) < 0)
		return -1;
	return add_record(call, source, CERT_PGP, key.data, key.fingerprint);
}

int
cert_directive(void *ctx, struct parser *parser, const struct entry *entry)
{
	static const char *const known[] = {"pick", NULL};
	struct call call = {.ctx = ctx, .d = directive_begin(parser, entry)};
	int result = read_owners(&call.d);
	struct arguments arguments;

	if (directive_rest(&call.d, known, "no certificate is named", &arguments) < 0)
		return -1;
	call.pick = arguments_option(&arguments, "pick");
	for (size_t i = 0; i < arguments.n; i++)
		if (arguments.items[i].key.len == 0 && add_source(&call, &arguments.items[i]) < 0)
			result = -1;
	return result == 0 ? directive_emit_all(&call.d, TYPE_CERT, &call.set) : -1;
}
