/* Ed25519 keys of example.org for the tests of signing, always the same ones: their signatures are
 * too. */
#ifndef ZONE_KEYS_H
#define ZONE_KEYS_H

#include "zone_fixture.h"

#include "base/codec.h"
#include "dnssec/key.h"

#include <openssl/evp.h>

enum { ZONE_NOW = 1795435200 }; /* 2026-11-23T12:00:00Z */

/* Writes both files of key number `seed` into `folder`; `dates` are lines of both.
 * `base` gets their common path and has room for 128 characters. */
static inline void
zone_key(const char *folder, uint8_t seed, uint16_t flags, const char *dates, char *base)
{
	uint8_t private[32], dnskey[4 + 32] = {(uint8_t)(flags >> 8), (uint8_t)flags, 3, 15};
	size_t len = 32;
	struct buf b = {0};
	char path[200];
	EVP_PKEY *pkey;

	memset(private, seed, sizeof(private));
	pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private, sizeof(private));
	assert_non_null(pkey);
	assert_int_equal(EVP_PKEY_get_raw_public_key(pkey, dnskey + 4, &len), 1);
	EVP_PKEY_free(pkey);
	snprintf(base, 128, "%s/Kexample.org.+015+%05u", folder,
	    key_tag((struct bytes){dnskey, sizeof(dnskey)}));

	for (const char *date = dates; *date; date = strchr(date, '\n') + 1)
		buf_printf(&b, "; %.*s", (int)(strchr(date, '\n') + 1 - date), date);
	buf_printf(&b, "example.org. 3600 IN DNSKEY %u 3 15 ", flags);
	base64_encode(&b, (struct bytes){dnskey + 4, 32});
	buf_puts(&b, "\n");
	snprintf(path, sizeof(path), "%s.key", base);
	put_bytes(path, b.data, b.len);

	buf_clear(&b);
	buf_puts(&b, "Private-key-format: v1.3\nAlgorithm: 15 (ED25519)\nPrivateKey: ");
	base64_encode(&b, (struct bytes){private, sizeof(private)});
	buf_printf(&b, "\n%s", dates);
	snprintf(path, sizeof(path), "%s.private", base);
	put_bytes(path, b.data, b.len);
	chmod(path, 0600);
	buf_free(&b);
}

/* The folder `keys` with a KSK (seed 1) and a ZSK (seed 2). */
static inline void
zone_keys_make(void)
{
	char base[128];

	mkdir("keys", 0755);
	zone_key("keys", 1, 257, "", base);
	zone_key("keys", 2, 256, "", base);
}

/* As zone_setup, with these keys. */
static inline int
zone_keys_setup(void **state)
{
	int result = zone_setup(state);

	zone_keys_make();
	return result;
}

/* Loads all keys of the folder. */
static inline void
zone_keys_load(struct diags *diags, const char *folder, struct keys *keys)
{
	struct name zone = name_of("example.org.");

	assert_int_equal(keys_load_folder(&diags->arena, diags, folder, &zone, ZONE_NOW, keys), 0);
	assert_int_equal(keys_roles(diags, folder, keys), 0);
}

#endif
