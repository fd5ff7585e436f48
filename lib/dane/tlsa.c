#include "dane/tlsa.h"

#include "base/duration.h"
#include "dane/lint.h"
#include "dns/rdata.h"
#include "source/der.h"
#include "source/plain.h"

#include <ldns/ldns.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

/* --- Parameters --- */

enum { NAMES_MOST = 5, PRIVATE_USE = 255 };

/* RFC 7218 section 2. */
static const struct field {
	const char *what;
	uint8_t most;                  /* the largest value that has a meaning */
	size_t offset;                 /* in struct tlsa_params */
	const char *names[NAMES_MOST]; /* by value; then the one of PRIVATE_USE, then NULL */
	const char *valid;
} fields[N_TLSA_FIELDS] = {
    [TLSA_USAGE] = {"usage", TLSA_DANE_EE, offsetof(struct tlsa_params, usage),
	{"PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE", "PrivCert"},
	"0 (PKIX-TA), 1 (PKIX-EE), 2 (DANE-TA) or 3 (DANE-EE)"},
    [TLSA_SELECTOR] = {"selector", TLSA_SPKI, offsetof(struct tlsa_params, selector),
	{"Cert", "SPKI", "PrivSel"}, "0 (Cert) or 1 (SPKI)"},
    [TLSA_MATCHING] = {"matching type", TLSA_SHA2_512, offsetof(struct tlsa_params, matching),
	{"Full", "SHA2-256", "SHA2-512", "PrivMatch"}, "0 (Full), 1 (SHA2-256) or 2 (SHA2-512)"},
};

/* The value that `text` names, or -1. */
static int
value_of_name(const struct field *field, struct text text)
{
	for (int i = 0; i < NAMES_MOST && field->names[i]; i++)
		if (text_is_nocase(text, field->names[i]))
			return i <= field->most ? i : PRIVATE_USE;
	return -1;
}

static int
value_of_number(struct text text)
{
	int value = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (!ascii_is_digit(text.data[i]))
			return -1;
		value = value * 10 + (text.data[i] - '0');
		if (value > UINT8_MAX)
			return -1;
	}
	return text.len ? value : -1;
}

bool
tlsa_is_name(enum tlsa_field field, struct text text)
{
	return value_of_name(&fields[field], text) >= 0;
}

int
tlsa_parameter(struct diags *diags, struct pos pos, enum tlsa_field field, struct text text,
    struct tlsa_params *out)
{
	const struct field *row = &fields[field];
	int value = value_of_name(row, text);

	if (value < 0)
		value = value_of_number(text);
	if (value >= 0 && value <= row->most) {
		((uint8_t *)out)[row->offset] = (uint8_t)value;
		return 0;
	}
	return diag_error(diags, pos, D_PARAMETER, "%s %.*s%s: write %s", row->what,
	    (int)(text.len > PLAIN_LONGEST ? PLAIN_LONGEST : text.len), text.data,
	    value == PRIVATE_USE ? " is for private use, which no client knows" : " does not exist",
	    row->valid);
}

/* --- Certificates --- */

static bool
is_ee(uint8_t usage)
{
	return usage == TLSA_PKIX_EE || usage == TLSA_DANE_EE;
}

int
tlsa_pick(struct diags *diags, struct pos pos, uint8_t usage, const char *option, enum pick *out)
{
	static const struct {
		const char *name;
		enum pick pick;
		bool ee;
	} options[] = {{"leaf", PICK_LEAF_SAID, true}, {"issuer", PICK_ISSUER, false},
	    {"all", PICK_ALL, false}, {"root", PICK_ROOT, false}};

	*out = is_ee(usage) ? PICK_LEAF : PICK_TOP;
	if (!option)
		return 0;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (strcmp(option, options[i].name) != 0)
			continue;
		if (options[i].ee != is_ee(usage))
			return diag_error(diags, pos, options[i].ee ? D_NOT_CA : D_KEY_VALUE,
			    "pick=%s does not go with usage %u, which pins %s", option, usage,
			    is_ee(usage) ? "the end entity: write 2 1 1 to pin a CA"
					 : "a CA: write 3 1 1 to pin the server's own certificate");
		*out = options[i].pick;
		return 0;
	}
	return diag_error(
	    diags, pos, D_KEY_VALUE, "pick= is followed by issuer, all, root or leaf");
}

/* YYYY-MM-DD, in `a`. */
static const char *
date_text(struct arena *a, int64_t t_unix)
{
	struct buf buf = {0};
	const char *text;

	instant_print_iso(&buf, t_unix);
	text = arena_text(a, buf.data, buf.len - strlen("Thh:mm:ssZ"));
	buf_free(&buf);
	return text;
}

int
tlsa_check_dates(struct arena *a, struct diags *diags, struct pos pos, const struct cert *cert,
    uint8_t usage, int64_t now_unix, bool is_next)
{
	if (now_unix > cert->not_after_unix)
		return diag_add(diags, pos, usage == TLSA_DANE_EE ? D_EXPIRED_EE : D_EXPIRED,
		    "certificate has expired (notAfter %s): %s", date_text(a, cert->not_after_unix),
		    cert->name);
	if (now_unix < cert->not_before_unix && !is_next)
		return diag_add(diags, pos, D_NOT_YET,
		    "certificate is not valid yet (notBefore %s): %s",
		    date_text(a, cert->not_before_unix), cert->name);
	return 0;
}

/* By ldns: OpenSSL's providers take a hundred times as long to get ready as data of this size take
 * to be hashed. */
static struct bytes
digest(struct arena *a, struct bytes in, uint8_t matching)
{
	uint8_t *out = arena_bytes(a, LDNS_SHA512_DIGEST_LENGTH);
	uint8_t *data = (uint8_t *)(uintptr_t)in.data;

	if (matching == TLSA_SHA2_256) {
		ldns_sha256(data, (unsigned)in.len, out);
		return (struct bytes){out, LDNS_SHA256_DIGEST_LENGTH};
	}
	ldns_sha512(data, (unsigned)in.len, out);
	return (struct bytes){out, LDNS_SHA512_DIGEST_LENGTH};
}

int
tlsa_association(struct arena *a, struct diags *diags, struct pos pos, struct bytes in,
    uint8_t matching, const char *what, struct bytes *out)
{
	if (in.len == 0)
		return diag_error(diags, pos, D_BAD_SOURCE, "%s holds nothing to pin", what);
	*out = matching == TLSA_FULL ? in : digest(a, in, matching);
	return 0;
}

/* What a record is made of: a certificate, or a bare key. */
struct pinned {
	struct bytes in, spki;
	bool is_bare, is_next;
	const char *name;
	const char *comment;
};

static int
make_rdata(struct tlsa_job *job, struct pos pos, const struct pinned *pinned, struct bytes *out)
{
	struct tlsa_params params = job->params;
	struct bytes data;
	uint8_t *rdata;

	if (tlsa_association(
		job->a, job->diags, pos, pinned->in, params.matching, pinned->name, &data) < 0)
		return -1;
	if (3 + data.len > RDATA_LONGEST)
		return diag_error(job->diags, pos, Z_RDATA_LONG,
		    "%s is too large for a record: write a matching type of 1 or 2", pinned->name);
	rdata = arena_bytes(job->a, 3 + data.len);
	rdata[0] = params.usage;
	rdata[1] = params.selector;
	rdata[2] = params.matching;
	memcpy(rdata + 3, data.data, data.len);
	*out = (struct bytes){rdata, 3 + data.len};
	return 0;
}

/* Of a key and its certificate, the certificate has more to tell. */
static void
set_add(struct tlsa_job *job, struct pos pos, struct bytes rdata, const struct pinned *pinned)
{
	struct tlsa_data **end = &job->set.first, *data;

	while (*end && !bytes_equal((*end)->rdata, rdata))
		end = &(*end)->next;
	data = *end;
	if (data && (pinned->is_bare || !data->is_bare))
		return;
	if (!data)
		data = *end = arena_zalloc(job->a, sizeof(*data));
	data->rdata = rdata;
	data->spki = pinned->spki;
	data->is_bare = pinned->is_bare;
	data->is_next = pinned->is_next;
	data->pos = pos;
	data->comment = pinned->comment;
}

static bool
same_key(struct bytes a, struct bytes b)
{
	const unsigned char *at_a = a.data, *at_b = b.data;
	EVP_PKEY *key_a = d2i_PUBKEY(NULL, &at_a, (long)a.len);
	EVP_PKEY *key_b = d2i_PUBKEY(NULL, &at_b, (long)b.len);
	bool same = key_a && key_b && EVP_PKEY_eq(key_a, key_b) == 1;

	EVP_PKEY_free(key_a);
	EVP_PKEY_free(key_b);
	ERR_clear_error();
	return same;
}

/* A key or request beside its certificate, in another source, must not give a record that no server
 * matches. */
static int
check_encodings(struct tlsa_job *job, struct pos pos, const struct pinned *pinned)
{
	for (const struct tlsa_data *data = job->set.first; data; data = data->next)
		if ((pinned->is_bare || data->is_bare) && !bytes_equal(data->spki, pinned->spki) &&
		    same_key(data->spki, pinned->spki))
			return diag_error(job->diags, pos, D_ENCODING,
			    "%s has the same key as %s, encoded in another way: name the "
			    "certificate alone, which holds what clients see",
			    pinned->comment, data->comment);
	return 0;
}

static int
add_pinned(struct tlsa_job *job, struct pos pos, const struct pinned *pinned)
{
	struct bytes rdata;
	enum spki_form form;

	if (make_rdata(job, pos, pinned, &rdata) < 0 || check_encodings(job, pos, pinned) < 0)
		return -1;
	if (der_spki_form(pinned->spki, &form) == 0 && form == SPKI_EXPLICIT_CURVE)
		diag_add(job->diags, pos, D_EXPLICIT_CURVE,
		    "%s has a key whose curve is spelled out instead of named", pinned->name);
	set_add(job, pos, rdata, pinned);
	return 0;
}

static int
add_cert(
    struct tlsa_job *job, struct pos pos, const struct cert *cert, struct text label, bool is_next)
{
	struct pinned pinned = {.in = job->params.selector == TLSA_SPKI ? cert->spki : cert->der,
	    .spki = cert->spki,
	    .is_next = is_next,
	    .name = cert->name,
	    .comment = arena_printf(job->a, "%s %s notAfter=%s", plain_text(job->a, label),
		cert->name, date_text(job->a, cert->not_after_unix))};

	if (add_pinned(job, pos, &pinned) < 0)
		return -1;
	if (cert->not_after_unix < job->set.first_expiry_unix)
		job->set.first_expiry_unix = cert->not_after_unix;
	return 0;
}

/* A bare key is nobody's CA, and usage 1 validates what a key does not have. */
static int
add_bare_key(struct tlsa_job *job, struct pos pos, const struct certs *certs, struct text label,
    bool is_next)
{
	const struct bare_key *key = certs->key;
	const char *path = certs->path;
	struct pinned pinned = {.in = key->spki,
	    .spki = key->spki,
	    .is_bare = true,
	    .is_next = is_next,
	    .name = key->name ? key->name : path,
	    .comment = arena_printf(job->a, "%s %s%s%s", plain_text(job->a, label), key->what,
		key->name ? " " : "", key->name ? key->name : "")};

	if (job->params.usage != TLSA_DANE_EE)
		return diag_error(job->diags, pos, D_BARE_KEY,
		    "%s holds a %s, which serves usage 3 alone: usage %u pins %s; name the "
		    "certificate",
		    path, key->what, job->params.usage,
		    is_ee(job->params.usage) ? "a certificate that a CA vouches for"
					     : "a CA, and a key does not tell whose it is");
	if (job->params.selector != TLSA_SPKI)
		return diag_error(job->diags, pos, D_BARE_KEY,
		    "%s holds a %s, which serves selector 1 alone: write 3 1 %u, or name the "
		    "certificate",
		    path, key->what, job->params.matching);
	return add_pinned(job, pos, &pinned);
}

/* A twin, for which another one stands, counts as picked. */
static bool
is_picked(const struct tlsa_job *job, const struct picked *picked, const struct cert *cert)
{
	for (size_t i = 0; i < picked->n; i++)
		if (picked->items[i] == cert ||
		    (job->params.selector == TLSA_SPKI &&
			bytes_equal(picked->items[i]->spki, cert->spki)))
			return true;
	return false;
}

/* Usages 0 to 2 validate all dates from the server's certificate up, whichever of them is pinned.
 */
static void
check_rest_of_chain(
    struct tlsa_job *job, struct pos pos, const struct certs *certs, const struct picked *picked)
{
	for (size_t i = 0; i < certs->n && job->params.usage != TLSA_DANE_EE; i++) {
		const struct cert *cert = &certs->items[i];

		if (is_picked(job, picked, cert))
			continue;
		if (cert->not_after_unix < job->set.first_expiry_unix)
			job->set.first_expiry_unix = cert->not_after_unix;
		if (job->now_unix > cert->not_after_unix)
			diag_add(job->diags, pos, D_EXPIRED_CHAIN,
			    "a certificate of the chain has expired (notAfter %s): %s",
			    date_text(job->a, cert->not_after_unix), cert->name);
	}
}

static void
add_use(struct tlsa_job *job, struct pos pos, const struct certs *certs, const struct cert *cert,
    bool is_next)
{
	struct tlsa_use *use = arena_zalloc(job->a, sizeof(*use));

	*use = (struct tlsa_use){.params = job->params,
	    .pos = pos,
	    .cert = cert,
	    .certs = certs,
	    .is_next = is_next,
	    .next = job->set.uses};
	job->set.uses = use;
}

int
tlsa_add(struct tlsa_job *job, struct pos pos, const struct certs *certs, struct text label,
    bool is_next)
{
	struct picked picked;
	int result = 0;

	if (certs_charge(job->diags, pos, certs, 1) < 0)
		return -1;
	if (certs->key) {
		add_use(job, pos, certs, NULL, is_next);
		return add_bare_key(job, pos, certs, label, is_next);
	}
	if (pick_certs(job->a, job->diags, pos, certs, job->pick, job->params.selector == TLSA_SPKI,
		&picked) < 0)
		return -1;
	if (job->for_servers)
		certs_check_loadable(job->diags, pos, certs);
	check_rest_of_chain(job, pos, certs, &picked);
	lint_chain(job, pos, certs, &picked);
	for (size_t i = 0; i < picked.n; i++) {
		const struct cert *cert = picked.items[i];

		if (tlsa_check_dates(job->a, job->diags, pos, cert, job->params.usage,
			job->now_unix, is_next) < 0 ||
		    add_cert(job, pos, cert, label, is_next) < 0)
			result = -1;
		else if (job->check && pick_is_leaf(job->pick))
			job->check(job->check_ctx, pos, cert);
		add_use(job, pos, certs, cert, is_next);
	}
	return result;
}

void
tlsa_check_bare(const struct tlsa_job *job)
{
	bool any_cert = false;

	for (const struct tlsa_data *data = job->set.first; data; data = data->next)
		any_cert = any_cert || (!data->is_bare && !data->is_next);
	for (const struct tlsa_data *data = job->set.first; data && any_cert; data = data->next)
		if (data->is_bare && !data->is_next)
			diag_add(job->diags, data->pos, D_BARE_OTHER,
			    "%s belongs to none of the certificates that are named beside it",
			    data->comment);
}
