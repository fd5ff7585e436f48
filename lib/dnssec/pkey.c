#include "dnssec/pkey.h"

#include "base/codec.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

enum {
	RSA_LONGEST = 512, /* octets of a modulus: RFC 3110 section 3 */
	OCTETS_LONGEST = RSA_LONGEST + 4,
};

const char *const pkey_rsa_names[N_SECRETS] = {
    [SECRET_MODULUS] = OSSL_PKEY_PARAM_RSA_N,
    [SECRET_PUBLIC_EXPONENT] = OSSL_PKEY_PARAM_RSA_E,
    [SECRET_PRIVATE_EXPONENT] = OSSL_PKEY_PARAM_RSA_D,
    [SECRET_PRIME1] = OSSL_PKEY_PARAM_RSA_FACTOR1,
    [SECRET_PRIME2] = OSSL_PKEY_PARAM_RSA_FACTOR2,
    [SECRET_EXPONENT1] = OSSL_PKEY_PARAM_RSA_EXPONENT1,
    [SECRET_EXPONENT2] = OSSL_PKEY_PARAM_RSA_EXPONENT2,
    [SECRET_COEFFICIENT] = OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};

/* One decoded part of a private key. */
struct octets {
	uint8_t data[OCTETS_LONGEST];
	size_t len;
};

struct secrets {
	struct octets part[N_SECRETS];
};

/* Where problems go, and what is being built. */
struct job {
	struct diags *diags;
	const char *path;
	const struct algorithm *algorithm;
	struct bytes public_key;
	struct secrets secrets;
};

static int
fail_mismatch(const struct job *job)
{
	ERR_clear_error();
	return diag_add_path(job->diags, job->path, S_KEY_MISMATCH,
	    "the private key is not the one of the DNSKEY record in the .key file");
}

static int
fail_openssl(const struct job *job)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return diag_add_path(job->diags, job->path, S_KEY_FILE,
	    "OpenSSL does not take the private key: %s", why ? why : "no reason given");
}

static int
decode_part(struct text text, struct octets *out)
{
	ssize_t n;

	if (!text.data || text.len > sizeof(out->data) / 3 * 4)
		return -1;
	n = base64_decode(text, out->data);
	out->len = n > 0 ? (size_t)n : 0;
	return n > 0 ? 0 : -1;
}

static int
decode(struct job *job, const struct keyfile_private *file)
{
	bool rsa = job->algorithm->family == ALGORITHM_RSA;
	size_t first = rsa ? SECRET_MODULUS : SECRET_KEY;
	size_t end = rsa ? N_SECRETS : SECRET_KEY + 1;

	for (size_t i = first; i < end; i++)
		if (decode_part(file->secret[i], &job->secrets.part[i]) < 0)
			return diag_add_path(job->diags, job->path, S_KEY_FILE,
			    "a part of the private key is missing or malformed");
	return 0;
}

/* As BIGNUM in place: OSSL_PARAM wants the octets of integers in the machine's order. */
static bool
make_native(struct octets *o)
{
	BIGNUM *n = BN_bin2bn(o->data, (int)o->len, NULL);
	bool good = n && BN_bn2nativepad(n, o->data, (int)o->len) >= 0;

	BN_clear_free(n);
	return good;
}

static EVP_PKEY *
from_params(const char *type, int selection, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (!ctx || EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, &pkey, selection, params) <= 0)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

/* The parts of RFC 3110 section 2: length of the exponent, exponent, modulus. */
struct rsa_public {
	struct bytes exponent, modulus;
};

static bool
rsa_split(struct bytes public_key, struct rsa_public *out)
{
	size_t at = 1, len;

	if (public_key.len < 3)
		return false;
	len = public_key.data[0];
	if (len == 0) {
		len = read_u16(public_key.data + 1);
		at = 3;
	}
	if (len == 0 || public_key.len <= at + len)
		return false;
	out->exponent = (struct bytes){public_key.data + at, len};
	out->modulus = (struct bytes){public_key.data + at + len, public_key.len - at - len};
	return len <= RSA_LONGEST && out->modulus.len <= RSA_LONGEST && out->modulus.data[0] != 0;
}

bool
pkey_rsa_parts(struct bytes public_key, struct bytes *exponent, struct bytes *modulus)
{
	struct rsa_public rsa;

	if (!rsa_split(public_key, &rsa))
		return false;
	*exponent = rsa.exponent;
	*modulus = rsa.modulus;
	return true;
}

unsigned
pkey_rsa_bits(struct bytes public_key)
{
	struct rsa_public rsa;
	unsigned bits;

	if (!rsa_split(public_key, &rsa))
		return 0;
	bits = (unsigned)(rsa.modulus.len - 1) * 8;
	for (unsigned first = rsa.modulus.data[0]; first; first >>= 1)
		bits++;
	return bits;
}

static bool
octets_are(const struct octets *o, struct bytes b)
{
	return o->len == b.len && memcmp(o->data, b.data, b.len) == 0;
}

static BIGNUM *
bignum(const struct octets *o)
{
	return BN_bin2bn(o->data, (int)o->len, NULL);
}

/* e d = 1 modulo prime - 1 */
static bool
is_inverse(const BIGNUM *e, const BIGNUM *d, const BIGNUM *prime, BN_CTX *ctx)
{
	BIGNUM *less = BN_CTX_get(ctx), *product = BN_CTX_get(ctx);

	return product && BN_copy(less, prime) && BN_sub_word(less, 1) && !BN_is_zero(less) &&
	       BN_mod_mul(product, e, d, less, ctx) && BN_is_one(product);
}

/* Do the primes make the modulus, and does the private exponent undo the public one? OpenSSL would
 * sign without asking. */
static bool
rsa_is_sound(const struct secrets *s)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *n = bignum(&s->part[SECRET_MODULUS]), *e = bignum(&s->part[SECRET_PUBLIC_EXPONENT]);
	BIGNUM *d = bignum(&s->part[SECRET_PRIVATE_EXPONENT]);
	BIGNUM *p = bignum(&s->part[SECRET_PRIME1]), *q = bignum(&s->part[SECRET_PRIME2]);
	BIGNUM *product;
	bool sound = false;

	if (ctx && n && e && d && p && q) {
		BN_CTX_start(ctx);
		product = BN_CTX_get(ctx);
		sound = product && BN_mul(product, p, q, ctx) && BN_cmp(product, n) == 0 &&
			is_inverse(e, d, p, ctx) && is_inverse(e, d, q, ctx);
		BN_CTX_end(ctx);
	}
	BN_free(n);
	BN_free(e);
	BN_clear_free(d);
	BN_clear_free(p);
	BN_clear_free(q);
	BN_CTX_free(ctx);
	return sound;
}

static int
private_rsa(struct job *job, EVP_PKEY **out)
{
	OSSL_PARAM params[N_SECRETS + 1];
	struct octets *part = job->secrets.part;
	struct rsa_public rsa;
	size_t n = 0;

	if (!rsa_split(job->public_key, &rsa) || !octets_are(&part[SECRET_MODULUS], rsa.modulus) ||
	    !octets_are(&part[SECRET_PUBLIC_EXPONENT], rsa.exponent) ||
	    !rsa_is_sound(&job->secrets))
		return fail_mismatch(job);
	for (size_t i = SECRET_MODULUS; i < N_SECRETS; i++) {
		if (!make_native(&part[i]))
			return fail_openssl(job);
		params[n++] = OSSL_PARAM_construct_BN(pkey_rsa_names[i], part[i].data, part[i].len);
	}
	params[n] = OSSL_PARAM_construct_end();
	*out = from_params("RSA", EVP_PKEY_KEYPAIR, params);
	return *out ? 0 : fail_openssl(job);
}

enum { POINT_LONGEST = 1 + 96 }; /* 04 | x | y, P-384 */

/* The public point of a private key, uncompressed. */
static bool
ecdsa_point(const struct job *job, uint8_t point[POINT_LONGEST])
{
	const struct algorithm *algorithm = job->algorithm;
	EC_GROUP *group = EC_GROUP_new_by_curve_name(EC_curve_nist2nid(algorithm->group));
	EC_POINT *p = group ? EC_POINT_new(group) : NULL;
	BIGNUM *d = bignum(&job->secrets.part[SECRET_KEY]);
	bool good = p && d && EC_POINT_mul(group, p, d, NULL, NULL, NULL) &&
		    EC_POINT_point2oct(group, p, POINT_CONVERSION_UNCOMPRESSED, point,
			POINT_LONGEST, NULL) == 1u + algorithm->public_len;

	BN_clear_free(d);
	EC_POINT_free(p);
	EC_GROUP_free(group);
	return good;
}

static int
private_ecdsa(struct job *job, EVP_PKEY **out)
{
	const struct algorithm *algorithm = job->algorithm;
	struct octets *d = &job->secrets.part[SECRET_KEY];
	uint8_t point[POINT_LONGEST];
	OSSL_PARAM params[4];

	if (d->len > algorithm->private_len || job->public_key.len != algorithm->public_len ||
	    !ecdsa_point(job, point) ||
	    memcmp(point + 1, job->public_key.data, algorithm->public_len) != 0)
		return fail_mismatch(job);
	if (!make_native(d))
		return fail_openssl(job);
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)algorithm->group, 0);
	params[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, d->data, d->len);
	params[2] = OSSL_PARAM_construct_octet_string(
	    OSSL_PKEY_PARAM_PUB_KEY, point, 1u + algorithm->public_len);
	params[3] = OSSL_PARAM_construct_end();
	*out = from_params("EC", EVP_PKEY_KEYPAIR, params);
	return *out ? 0 : fail_openssl(job);
}

static int
private_eddsa(struct job *job, EVP_PKEY **out)
{
	const struct algorithm *algorithm = job->algorithm;
	const struct octets *d = &job->secrets.part[SECRET_KEY];
	uint8_t public_key[OCTETS_LONGEST];
	size_t len = sizeof(public_key);
	EVP_PKEY *pkey;

	if (d->len != algorithm->private_len)
		return fail_mismatch(job);
	pkey = EVP_PKEY_new_raw_private_key_ex(NULL, algorithm->type, NULL, d->data, d->len);
	if (!pkey || EVP_PKEY_get_raw_public_key(pkey, public_key, &len) <= 0) {
		EVP_PKEY_free(pkey);
		return fail_openssl(job);
	}
	if (len != job->public_key.len || memcmp(public_key, job->public_key.data, len) != 0) {
		EVP_PKEY_free(pkey);
		return fail_mismatch(job);
	}
	*out = pkey;
	return 0;
}

static EVP_PKEY *
public_rsa(const struct algorithm *algorithm, struct bytes public_key)
{
	struct rsa_public rsa;
	struct octets n, e;
	OSSL_PARAM params[3];

	if (!rsa_split(public_key, &rsa))
		return NULL;
	n.len = rsa.modulus.len;
	memcpy(n.data, rsa.modulus.data, n.len);
	e.len = rsa.exponent.len;
	memcpy(e.data, rsa.exponent.data, e.len);
	if (!make_native(&n) || !make_native(&e))
		return NULL;
	params[0] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n.data, n.len);
	params[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e.data, e.len);
	params[2] = OSSL_PARAM_construct_end();
	return from_params(algorithm->type, EVP_PKEY_PUBLIC_KEY, params);
}

static EVP_PKEY *
public_ecdsa(const struct algorithm *algorithm, struct bytes public_key)
{
	uint8_t point[POINT_LONGEST] = {POINT_CONVERSION_UNCOMPRESSED};
	OSSL_PARAM params[3];

	if (public_key.len != algorithm->public_len)
		return NULL;
	memcpy(point + 1, public_key.data, public_key.len);
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)algorithm->group, 0);
	params[1] =
	    OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + public_key.len);
	params[2] = OSSL_PARAM_construct_end();
	return from_params(algorithm->type, EVP_PKEY_PUBLIC_KEY, params);
}

static EVP_PKEY *
public_eddsa(const struct algorithm *algorithm, struct bytes public_key)
{
	if (public_key.len != algorithm->public_len)
		return NULL;
	return EVP_PKEY_new_raw_public_key_ex(
	    NULL, algorithm->type, NULL, public_key.data, public_key.len);
}

static const struct {
	int (*private_key)(struct job *job, EVP_PKEY **out);
	EVP_PKEY *(*public_key)(const struct algorithm *algorithm, struct bytes public_key);
} families[] = {
    [ALGORITHM_RSA] = {private_rsa, public_rsa},
    [ALGORITHM_ECDSA] = {private_ecdsa, public_ecdsa},
    [ALGORITHM_EDDSA] = {private_eddsa, public_eddsa},
};

int
pkey_private(struct diags *diags, const char *path, const struct algorithm *algorithm,
    const struct keyfile_private *file, struct bytes public_key, EVP_PKEY **out)
{
	struct job job = {
	    .diags = diags, .path = path, .algorithm = algorithm, .public_key = public_key};
	int result = decode(&job, file);

	if (result == 0)
		result = families[algorithm->family].private_key(&job, out);
	OPENSSL_cleanse(&job.secrets, sizeof(job.secrets));
	return result;
}

EVP_PKEY *
pkey_public(const struct algorithm *algorithm, struct bytes public_key)
{
	EVP_PKEY *pkey;

	if (algorithm->family == ALGORITHM_NONE)
		return NULL;
	pkey = families[algorithm->family].public_key(algorithm, public_key);
	ERR_clear_error();
	return pkey;
}
