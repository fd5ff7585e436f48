#include "source/unlock.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

/* --- Faults --- */

static bool
is_unsupported(unsigned long error)
{
	static const struct {
		int lib, reason;
	} rows[] = {
	    {ERR_LIB_EVP, ERR_R_UNSUPPORTED},
	    {ERR_LIB_EVP, EVP_R_UNSUPPORTED_ALGORITHM},
	    {ERR_LIB_EVP, EVP_R_UNSUPPORTED_CIPHER},
	    {ERR_LIB_EVP, EVP_R_UNSUPPORTED_PRF},
	    {ERR_LIB_EVP, EVP_R_UNSUPPORTED_KEY_DERIVATION_FUNCTION},
	    {ERR_LIB_EVP, EVP_R_UNKNOWN_CIPHER},
	    {ERR_LIB_EVP, EVP_R_UNKNOWN_PBE_ALGORITHM},
	    {ERR_LIB_PKCS12, PKCS12_R_UNKNOWN_DIGEST_ALGORITHM},
	    {ERR_LIB_PKCS12, PKCS12_R_UNSUPPORTED_PKCS12_MODE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (ERR_GET_LIB(error) == rows[i].lib && ERR_GET_REASON(error) == rows[i].reason)
			return true;
	return false;
}

/* Why OpenSSL failed: an algorithm that it lacks, or else `otherwise`. */
static enum unlock
fault(enum unlock otherwise)
{
	enum unlock result = otherwise;
	unsigned long error;

	while ((error = ERR_get_error()))
		if (is_unsupported(error))
			result = UNLOCK_UNKNOWN;
	return result;
}

/* --- Costs --- */

/* The iterations of a key derivation, or what takes as long. More than 64 bits are as many as
 * these. */
static uint64_t
number_of(const ASN1_INTEGER *integer)
{
	uint64_t n;

	if (!integer)
		return 0;
	if (ASN1_INTEGER_get_uint64(&n, integer) != 1)
		n = UINT64_MAX;
	return n;
}

static uint64_t
product(uint64_t a, uint64_t b)
{
	return a && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

/* RFC 8018 section 5.2, RFC 7914 section 7: scrypt mixes 2 x 2 x N x r x p blocks of 64 octets,
 * eight of which take about as long as an iteration with HMAC-SHA-256. */
static uint64_t
cost_of_kdf(const X509_ALGOR *algorithm)
{
	PBKDF2PARAM *pbkdf2 =
	    ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), algorithm->parameter);
	SCRYPT_PARAMS *scrypt =
	    ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), algorithm->parameter);
	uint64_t cost = 0;

	if (OBJ_obj2nid(algorithm->algorithm) == NID_id_scrypt && scrypt)
		cost =
		    product(product(number_of(scrypt->costParameter), number_of(scrypt->blockSize)),
			number_of(scrypt->parallelizationParameter));
	else if (pbkdf2)
		cost = number_of(pbkdf2->iter);
	PBKDF2PARAM_free(pbkdf2);
	SCRYPT_PARAMS_free(scrypt);
	return cost;
}

/* The parameters of PKCS#12's own schemes and of PBES1, or of PBES2 and PBMAC1, which are alike
 * (RFC 8018 appendix A). */
static uint64_t
cost_of_scheme(const X509_ALGOR *algorithm)
{
	PBEPARAM *pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), algorithm->parameter);
	PBE2PARAM *pbe2 =
	    ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter);
	uint64_t cost = pbe2 ? cost_of_kdf(pbe2->keyfunc) : pbe ? number_of(pbe->iter) : 0;

	PBEPARAM_free(pbe);
	PBE2PARAM_free(pbe2);
	ERR_clear_error();
	return cost;
}

static uint64_t
cost_of_key(const X509_SIG *sig)
{
	const X509_ALGOR *algorithm;

	X509_SIG_get0(sig, &algorithm, NULL);
	return cost_of_scheme(algorithm);
}

/* --- OpenSSL's legacy provider, in a context of its own --- */

struct legacy {
	OSSL_LIB_CTX *ctx;
	OSSL_PROVIDER *legacy, *usual;
};

static void
legacy_end(struct legacy *legacy)
{
	if (legacy->usual)
		OSSL_PROVIDER_unload(legacy->usual);
	if (legacy->legacy)
		OSSL_PROVIDER_unload(legacy->legacy);
	OSSL_LIB_CTX_free(legacy->ctx);
}

/* Returns false where it is not installed; either way legacy_end is due. */
static bool
legacy_begin(struct legacy *legacy)
{
	*legacy = (struct legacy){.ctx = OSSL_LIB_CTX_new()};
	if (legacy->ctx)
		legacy->legacy = OSSL_PROVIDER_load(legacy->ctx, "legacy");
	if (legacy->legacy)
		legacy->usual = OSSL_PROVIDER_load(legacy->ctx, "default");
	ERR_clear_error();
	return legacy->usual != NULL;
}

/* Something that is opened with a password, in a context (NULL: the default). */
struct locked {
	struct arena *a;
	struct bytes der;
	const char *password; /* NULL and "" are not the same to PKCS#12 */
	int password_len;
	OSSL_LIB_CTX *ctx;
	struct bundle *bundle;
	EVP_PKEY **key;
	struct account *account;
	uint64_t cost; /* so far */
};

/* A derivation that lies ahead. */
static enum unlock
spend(struct locked *locked, uint64_t cost)
{
	if (cost > ITERATIONS_MOST || locked->cost + cost > ITERATIONS_MOST)
		return UNLOCK_COSTLY;
	locked->cost += cost;
	return account_take(locked->account, LIMIT_WORK, cost) ? UNLOCK_DONE : UNLOCK_OVER;
}

static enum unlock
with_legacy(struct locked *locked, enum unlock (*open)(struct locked *locked))
{
	enum unlock result = open(locked);
	struct legacy legacy;

	if (result != UNLOCK_UNKNOWN)
		return result;
	result = UNLOCK_NO_LEGACY;
	if (legacy_begin(&legacy)) {
		locked->ctx = legacy.ctx;
		result = open(locked);
		locked->ctx = NULL;
	}
	legacy_end(&legacy);
	return result;
}

/* --- Encrypted keys --- */

static enum unlock
open_key(struct locked *locked)
{
	const unsigned char *at = locked->der.data;
	X509_SIG *sig = d2i_X509_SIG(NULL, &at, (long)locked->der.len);
	PKCS8_PRIV_KEY_INFO *info = NULL;
	enum unlock result = sig ? spend(locked, cost_of_key(sig)) : UNLOCK_DAMAGED;

	if (result == UNLOCK_DONE) {
		info = PKCS8_decrypt_ex(
		    sig, locked->password, locked->password_len, locked->ctx, NULL);
		*locked->key = info ? EVP_PKCS82PKEY(info) : NULL;
		result = *locked->key ? UNLOCK_DONE
				      : fault(info ? UNLOCK_DAMAGED : UNLOCK_WRONG_PASSWORD);
	}
	PKCS8_PRIV_KEY_INFO_free(info);
	X509_SIG_free(sig);
	return result;
}

enum unlock
unlock_key(struct account *account, struct bytes der, const struct secret *secret, EVP_PKEY **out)
{
	struct locked locked = {
	    .der = der, .password = secret->data, .key = out, .account = account};
	enum unlock result;

	*out = NULL;
	if (!secret->data)
		return UNLOCK_NO_PASSWORD;
	locked.password_len = (int)secret->len;
	result = with_legacy(&locked, open_key);
	ERR_clear_error();
	return result;
}

/* --- PKCS#12 --- */

void
bundle_free(struct bundle *bundle)
{
	for (size_t i = 0; i < bundle->n; i++) {
		X509_free(bundle->items[i].x509);
		EVP_PKEY_free(bundle->items[i].key);
	}
	bundle->n = 0;
}

static struct bytes
id_of(struct arena *a, const PKCS12_SAFEBAG *bag)
{
	const ASN1_TYPE *id = PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID);
	const ASN1_OCTET_STRING *octets;

	if (!id || id->type != V_ASN1_OCTET_STRING)
		return (struct bytes){0};
	octets = id->value.octet_string;
	return (struct bytes){
	    arena_copy(a, octets->data, (size_t)octets->length), (size_t)octets->length};
}

/* Takes over certificate or key. */
static enum unlock
add(struct locked *locked, const PKCS12_SAFEBAG *bag, X509 *x509, EVP_PKEY *key)
{
	struct bundle_item item = {x509, key, id_of(locked->a, bag)};

	if (!x509 && !key)
		return fault(UNLOCK_DAMAGED);
	if (locked->bundle->n == BUNDLE_MOST) {
		X509_free(x509);
		EVP_PKEY_free(key);
		return UNLOCK_TOO_MUCH;
	}
	locked->bundle->items[locked->bundle->n++] = item;
	return UNLOCK_DONE;
}

static enum unlock
add_shrouded(struct locked *locked, const PKCS12_SAFEBAG *bag)
{
	enum unlock result = spend(locked, cost_of_key(PKCS12_SAFEBAG_get0_pkcs8(bag)));
	PKCS8_PRIV_KEY_INFO *info;
	EVP_PKEY *key;

	if (result != UNLOCK_DONE)
		return result;
	info =
	    PKCS12_decrypt_skey_ex(bag, locked->password, locked->password_len, locked->ctx, NULL);
	if (!info)
		return fault(UNLOCK_WRONG_PASSWORD);
	key = EVP_PKCS82PKEY(info);
	PKCS8_PRIV_KEY_INFO_free(info);
	locked->bundle->in_clear = locked->bundle->in_clear || locked->password_len == 0;
	return add(locked, bag, NULL, key);
}

static enum unlock
add_bags(struct locked *locked, const STACK_OF(PKCS12_SAFEBAG) * bags, int depth);

static enum unlock
add_bag(struct locked *locked, const PKCS12_SAFEBAG *bag, int depth)
{
	switch (PKCS12_SAFEBAG_get_nid(bag)) {
	case NID_keyBag:
		locked->bundle->in_clear = true;
		return add(locked, bag, NULL, EVP_PKCS82PKEY(PKCS12_SAFEBAG_get0_p8inf(bag)));
	case NID_pkcs8ShroudedKeyBag:
		return add_shrouded(locked, bag);
	case NID_certBag:
		if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate)
			return UNLOCK_DONE;
		return add(locked, bag, PKCS12_SAFEBAG_get1_cert(bag), NULL);
	case NID_safeContentsBag:
		return add_bags(locked, PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
	default: /* revocation lists and secrets of other kinds */
		return UNLOCK_DONE;
	}
}

static enum unlock
add_bags(struct locked *locked, const STACK_OF(PKCS12_SAFEBAG) * bags, int depth)
{
	enum unlock result = depth < 8 ? UNLOCK_DONE : UNLOCK_DAMAGED;

	for (int i = 0; result == UNLOCK_DONE && i < sk_PKCS12_SAFEBAG_num(bags); i++)
		result = add_bag(locked, sk_PKCS12_SAFEBAG_value(bags, i), depth);
	return result;
}

static enum unlock
add_safe(struct locked *locked, PKCS7 *safe)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	enum unlock result;

	if (PKCS7_type_is_data(safe)) {
		bags = PKCS12_unpack_p7data(safe);
	} else if (PKCS7_type_is_encrypted(safe)) {
		result = spend(locked, cost_of_scheme(safe->d.encrypted->enc_data->algorithm));
		if (result != UNLOCK_DONE)
			return result;
		bags = PKCS12_unpack_p7encdata(safe, locked->password, locked->password_len);
	} else {
		return UNLOCK_UNKNOWN;
	}
	if (!bags)
		return fault(PKCS7_type_is_data(safe) ? UNLOCK_DAMAGED : UNLOCK_WRONG_PASSWORD);
	result = add_bags(locked, bags, 0);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return result;
}

static enum unlock
check_mac(struct locked *locked, PKCS12 *p12)
{
	const ASN1_INTEGER *iterations = NULL;
	const X509_ALGOR *algorithm = NULL;
	uint64_t cost;
	enum unlock result;

	if (!PKCS12_mac_present(p12))
		return UNLOCK_DONE;
	PKCS12_get0_mac(NULL, &algorithm, NULL, &iterations, p12);
	cost = algorithm && algorithm->parameter ? cost_of_scheme(algorithm) : 0;
	result = spend(locked, cost > number_of(iterations) ? cost : number_of(iterations));
	if (result != UNLOCK_DONE)
		return result;
	if (PKCS12_verify_mac(p12, locked->password, locked->password_len))
		return UNLOCK_DONE;
	return fault(UNLOCK_WRONG_PASSWORD);
}

static enum unlock
add_safes(struct locked *locked, const PKCS12 *p12)
{
	STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(p12);
	enum unlock result = safes ? UNLOCK_DONE : fault(UNLOCK_DAMAGED);

	for (int i = 0; result == UNLOCK_DONE && i < sk_PKCS7_num(safes); i++)
		result = add_safe(locked, sk_PKCS7_value(safes, i));
	sk_PKCS7_pop_free(safes, PKCS7_free);
	return result;
}

static enum unlock
open_bundle(struct locked *locked)
{
	const unsigned char *at = locked->der.data;
	PKCS12 *p12 = PKCS12_init_ex(NID_pkcs7_data, locked->ctx, NULL);
	enum unlock result = UNLOCK_DAMAGED;

	locked->bundle->n = 0;
	locked->bundle->in_clear = false;
	if (p12 && d2i_PKCS12(&p12, &at, (long)locked->der.len)) {
		bool sealed = PKCS12_mac_present(p12);

		result = check_mac(locked, p12);
		if (result == UNLOCK_DONE) {
			result = add_safes(locked, p12);
			if (result == UNLOCK_WRONG_PASSWORD && sealed)
				result = UNLOCK_DAMAGED; /* the password was right */
		}
	}
	PKCS12_free(p12);
	if (result != UNLOCK_DONE)
		bundle_free(locked->bundle);
	return result;
}

/* The empty password has two forms, and both are in use. */
enum unlock
unlock_bundle(struct arena *a, struct account *account, struct bytes der,
    const struct secret *secret, struct bundle *out)
{
	struct locked locked = {.a = a,
	    .der = der,
	    .password = secret->len ? secret->data : NULL,
	    .password_len = (int)secret->len,
	    .bundle = out,
	    .account = account};
	enum unlock result = with_legacy(&locked, open_bundle);

	if (result == UNLOCK_WRONG_PASSWORD && secret->len == 0) {
		locked.password = "";
		result = with_legacy(&locked, open_bundle);
	}
	ERR_clear_error();
	return result == UNLOCK_WRONG_PASSWORD && !secret->data ? UNLOCK_NO_PASSWORD : result;
}
