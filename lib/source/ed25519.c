#include "source/ed25519.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <stddef.h>

/* The curve in Montgomery's form, v^2 = u^3 + A u^2 + u (RFC 7748 section 4.1), is the one of
 * Weierstrass y^2 = x^3 + a x + b with x = u + A/3, which OpenSSL reckons with. */
static const char prime_text[] = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";
static const char order_text[] = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";
enum { MONTGOMERY_A = 486662 };

struct field {
	BN_CTX *ctx;
	BIGNUM *prime, *shift; /* A/3 */
	BIGNUM *a, *b;
	bool good; /* OpenSSL has failed in nothing */
};

static void
field_begin(struct field *f)
{
	BIGNUM *square, *three;

	f->ctx = BN_CTX_secure_new();
	BN_CTX_start(f->ctx);
	f->prime = BN_CTX_get(f->ctx);
	f->shift = BN_CTX_get(f->ctx);
	f->a = BN_CTX_get(f->ctx);
	f->b = BN_CTX_get(f->ctx);
	square = BN_CTX_get(f->ctx);
	three = BN_CTX_get(f->ctx);
	f->good = three && BN_hex2bn(&f->prime, prime_text) && BN_set_word(three, 3) &&
		  BN_mod_inverse(f->shift, three, f->prime, f->ctx) &&
		  BN_mul_word(f->shift, MONTGOMERY_A) &&
		  BN_nnmod(f->shift, f->shift, f->prime, f->ctx) &&
		  /* a = 1 - A^2/3 = 1 - 3 shift^2 */
		  BN_mod_sqr(square, f->shift, f->prime, f->ctx) &&
		  BN_mod_mul(f->a, three, square, f->prime, f->ctx) &&
		  BN_mod_sub(f->a, BN_value_one(), f->a, f->prime, f->ctx) &&
		  /* b = 2 A^3/27 - A/3 = 2 shift^3 - shift */
		  BN_mod_mul(f->b, square, f->shift, f->prime, f->ctx) &&
		  BN_mod_lshift1(f->b, f->b, f->prime, f->ctx) &&
		  BN_mod_sub(f->b, f->b, f->shift, f->prime, f->ctx);
}

static void
field_end(struct field *f)
{
	BN_CTX_end(f->ctx);
	BN_CTX_free(f->ctx);
	ERR_clear_error();
}

/* x of the point with that y of Edwards' form: u = (1 + y) / (1 - y). Returns false where it has
 * none: another form of the number, or the neutral point. */
static bool
take_x(struct field *f, const uint8_t octets[ED25519_LEN], BIGNUM *x)
{
	uint8_t plain[ED25519_LEN];
	BIGNUM *below = BN_CTX_get(f->ctx);
	bool good;

	for (size_t i = 0; i < ED25519_LEN; i++)
		plain[i] = octets[i];
	plain[ED25519_LEN - 1] &= 0x7f; /* the sign of the other coordinate */
	good = below && BN_lebin2bn(plain, ED25519_LEN, x) && BN_cmp(x, f->prime) < 0 &&
	       BN_mod_sub(below, BN_value_one(), x, f->prime, f->ctx) && !BN_is_zero(below) &&
	       BN_mod_inverse(below, below, f->prime, f->ctx) && BN_add_word(x, 1) &&
	       BN_mod_mul(x, x, below, f->prime, f->ctx) &&
	       BN_mod_add(x, x, f->shift, f->prime, f->ctx);
	OPENSSL_cleanse(plain, sizeof(plain));
	return good;
}

/* Is there a point with that x, and of the order that base point and keys have? */
static bool
is_key_point(struct field *f, const BIGNUM *x)
{
	EC_GROUP *group = EC_GROUP_new_curve_GFp(f->prime, f->a, f->b, f->ctx);
	EC_POINT *point = group ? EC_POINT_new(group) : NULL;
	EC_POINT *multiple = group ? EC_POINT_new(group) : NULL;
	BIGNUM *order = BN_CTX_get(f->ctx);
	bool is = multiple && order && BN_hex2bn(&order, order_text) &&
		  EC_POINT_set_compressed_coordinates(group, point, x, 0, f->ctx) &&
		  EC_POINT_mul(group, multiple, NULL, point, order, f->ctx) &&
		  EC_POINT_is_at_infinity(group, multiple);

	EC_POINT_clear_free(point);
	EC_POINT_clear_free(multiple);
	EC_GROUP_free(group);
	return is;
}

bool
ed25519_may_be_public(const uint8_t octets[ED25519_LEN])
{
	struct field f;
	BIGNUM *x;
	bool may;

	field_begin(&f);
	x = BN_CTX_get(f.ctx);
	may = !f.good || !x || (take_x(&f, octets, x) && is_key_point(&f, x));
	field_end(&f);
	return may;
}
