#include "dnssec/seal.h"

#include "dnssec/signer.h"
#include "dnssec/verifier.h"

#include <string.h>

static const char purpose[] = "zonepp seal of a signed zone";

enum { DATA_LEN = sizeof(purpose) + 32 };

static struct bytes
data_of(const uint8_t sha256[32], uint8_t data[DATA_LEN])
{
	memcpy(data, purpose, sizeof(purpose));
	memcpy(data + sizeof(purpose), sha256, 32);
	return (struct bytes){data, DATA_LEN};
}

static bool
seal_by(const struct key *key, struct bytes data, struct seal *seal)
{
	struct diags own = {0};
	struct key only = *key;
	struct signer *signer;
	size_t len = 0;
	bool made;

	only.signs_zone = true; /* whatever its role */
	signer = signer_new(&own, &(struct keys){.items = &only, .n = 1});
	made = signer && signer_sign(signer, 0, data, seal->octets, &len) == 0;
	signer_free(signer);
	diags_free(&own);
	seal->len = len;
	return made;
}

bool
seal_make(const struct keys *keys, const uint8_t sha256[32], struct seal *seal)
{
	uint8_t data[DATA_LEN];
	struct bytes signed_data = data_of(sha256, data);

	for (int of_zone = 1; of_zone >= 0; of_zone--)
		for (size_t i = 0; i < keys->n; i++) {
			const struct key *key = &keys->items[i];

			*seal = (struct seal){0};
			if (key->signs_zone == of_zone && key_can_sign(key) &&
			    seal_by(key, signed_data, seal))
				return true;
		}
	*seal = (struct seal){0};
	return false;
}

static bool
is_by(const struct key *key, struct bytes data, const struct seal *seal)
{
	struct verifier_key of = {key->algorithm, {key->dnskey.data + 4, key->dnskey.len - 4}};
	struct verifier *verifier = verifier_new(&of, 1);
	bool good = verifier_good(verifier, 0, data, (struct bytes){seal->octets, seal->len});

	verifier_free(verifier);
	return good;
}

/* Nothing hides behind the signature. */
static bool
is_whole(const struct seal *seal)
{
	if (seal->len == 0 || seal->len > SIGNATURE_LONGEST)
		return false;
	for (size_t i = seal->len; i < SIGNATURE_LONGEST; i++)
		if (seal->octets[i] != 0)
			return false;
	return true;
}

bool
seal_holds(const struct keys *keys, const uint8_t sha256[32], const struct seal *seal)
{
	uint8_t data[DATA_LEN];
	struct bytes signed_data = data_of(sha256, data);

	if (!is_whole(seal))
		return false;
	for (size_t i = 0; i < keys->n; i++)
		if (key_can_sign(&keys->items[i]) && is_by(&keys->items[i], signed_data, seal))
			return true;
	return false;
}
