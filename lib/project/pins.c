#include "project/pins.h"

#include "base/codec.h"
#include "base/digest.h"
#include "dane/lint.h"

#include <openssl/x509.h>

static const char *const pick_words[] = {
    [PICK_LEAF] = "leaf",
    [PICK_LEAF_SAID] = "leaf-said",
    [PICK_TOP] = "top",
    [PICK_ROOT] = "root",
    [PICK_ISSUER] = "issuer",
    [PICK_ALL] = "all",
};

enum { N_PICKS = sizeof(pick_words) / sizeof(pick_words[0]) };

const char *
pick_word(enum pick pick)
{
	return pick_words[pick];
}

enum pick
pick_of_word(const char *word)
{
	size_t i = 0;

	while (i < N_PICKS && strcmp(pick_words[i], word) != 0)
		i++;
	return i < N_PICKS ? (enum pick)i : PICK_LEAF;
}

struct tlsa_params
pins_params(const char *record)
{
	return (struct tlsa_params){
	    (uint8_t)(record[0] - '0'), (uint8_t)(record[2] - '0'), (uint8_t)(record[4] - '0')};
}

bool
pins_have(const struct pins *pins, const char *record)
{
	for (size_t i = 0; i < pins->n; i++)
		if (strcmp(pins->records[i], record) == 0)
			return true;
	return false;
}

static int
set_of(struct arena *a, struct diags *diags, struct pos pos, const struct certs *certs,
    struct tlsa_params params, enum pick pick, struct tlsa_set *out)
{
	struct tlsa_job job = {.a = a,
	    .diags = diags,
	    .params = params,
	    .pick = pick,
	    .now_unix = INT64_MIN, /* dates are looked at elsewhere */
	    .set.first_expiry_unix = INT64_MAX};
	int result = tlsa_add(&job, pos, certs, text_of(certs->path), true);

	*out = job.set;
	return result;
}

int
pins_of(struct arena *a, struct diags *diags, struct pos pos, const struct certs *certs,
    struct tlsa_params params, enum pick pick, struct pins *out)
{
	struct diags own = {0}; /* warnings were said where the template is read */
	struct tlsa_set set;
	size_t n = 0;

	*out = (struct pins){0};
	if (set_of(&own.arena, &own, pos, certs, params, pick, &set) < 0) {
		diags_free(&own);
		return set_of(&diags->arena, diags, pos, certs, params, pick, &set);
	}
	for (const struct tlsa_data *data = set.first; data; data = data->next)
		n++;
	out->records = arena_alloc(a, n * sizeof(*out->records));
	for (const struct tlsa_data *data = set.first; data; data = data->next)
		out->records[out->n++] = fact_record(a, data->rdata);
	diags_free(&own);
	return 0;
}

bool
pins_match(const struct certs *certs, const char *record)
{
	struct tlsa_params params = pins_params(record);
	bool ee = params.usage == TLSA_PKIX_EE || params.usage == TLSA_DANE_EE;
	struct diags own = {0};
	struct pins pins;
	bool match = pins_of(&own.arena, &own, pos_none(), certs, params, ee ? PICK_LEAF : PICK_ALL,
			 &pins) == 0 &&
		     pins_have(&pins, record);

	diags_free(&own);
	return match;
}

/* The server's own certificate, or the first one where the file leaves a choice; NULL where it
 * holds a key alone. */
static const struct cert *
leaf_of(const struct certs *certs)
{
	struct diags own = {0};
	struct picked picked;
	const struct cert *leaf = certs->n ? &certs->items[0] : NULL;

	if (leaf && pick_certs(&own.arena, &own, pos_none(), certs, PICK_LEAF, true, &picked) == 0)
		leaf = picked.items[0];
	diags_free(&own);
	return leaf;
}

static const char *
hex_sha256(struct arena *a, struct bytes bytes)
{
	uint8_t sha256[DIGEST_LEN];
	struct buf b = {0};

	digest_sha256(bytes, sha256);
	hex_encode(&b, (struct bytes){sha256, sizeof(sha256)});
	return buf_text(&b, a);
}

const char *
pins_id(struct arena *a, const struct certs *certs)
{
	const struct cert *leaf = leaf_of(certs);

	return hex_sha256(a, leaf ? leaf->der : certs->key->spki);
}

const char *
pins_chain_id(struct arena *a, const struct certs *certs)
{
	struct buf b = {0};
	const char *id;

	if (certs->n < 2)
		return pins_id(a, certs);
	for (size_t i = 0; i < certs->n; i++)
		buf_put(&b, certs->items[i].der.data, certs->items[i].der.len);
	id = hex_sha256(a, (struct bytes){(const uint8_t *)b.data, b.len});
	buf_free(&b);
	return id;
}

const char *
pins_missing(const struct certs *certs, const struct references *names)
{
	const struct cert *leaf = leaf_of(certs);
	X509 *x509 = leaf ? cert_decode(leaf->der) : NULL;
	const char *missing = lint_missing(x509, names);

	X509_free(x509);
	return missing;
}

void
pins_dates(const struct certs *certs, int64_t *from_unix, int64_t *to_unix)
{
	const struct cert *leaf = leaf_of(certs);

	*from_unix = leaf ? leaf->not_before_unix : 0;
	*to_unix = leaf ? leaf->not_after_unix : 0;
}
