/* Key files of BIND, .key and .private, and what OpenSSL makes of what they hold. */
#include "fuzz.h"

#include "base/codec.h"
#include "dnssec/pkey.h"

#include <openssl/evp.h>
#include <stdlib.h>

static const char path[] = "Kexample.org.+015+03613";

/* The same text, but for its dates. */
static void
check_times(enum keyfile_kind kind, struct text text, const int64_t time[N_KEY_TIMES])
{
	struct buf once = {0}, twice = {0};
	struct keyfile_private private_key;
	struct keyfile_public public_key;
	struct diags diags;
	const int64_t *read;

	fuzz_begin(&diags);
	keyfile_replace_times(&once, kind, text, time);
	*buf_reserve(&once, 1) = '\0';
	text = (struct text){once.data, once.len};
	if (kind == KEYFILE_PUBLIC) {
		FUZZ_ASSERT(keyfile_public(&diags, path, text, &public_key) == 0);
		read = public_key.time;
	} else {
		FUZZ_ASSERT(keyfile_private(&diags, path, text, &private_key) == 0);
		read = private_key.time;
	}
	for (int i = 0; i < N_KEY_TIMES; i++)
		FUZZ_ASSERT(read[i] == time[i]);
	keyfile_replace_times(&twice, kind, text, read);
	fuzz_same(
	    "dates that are replaced by themselves", text, (struct text){twice.data, twice.len});
	buf_free(&once);
	buf_free(&twice);
	diags_free(&diags);
}

static void
try_public(struct text text)
{
	static struct keyfile_public file;
	struct diags diags;
	int result;

	fuzz_begin(&diags);
	result = keyfile_public(&diags, path, text, &file);
	if (result == 0) {
		const struct algorithm *algorithm = algorithm_info(file.rdata[3]);
		struct bytes key = {file.rdata + 4, file.rdata_len - 4};

		FUZZ_ASSERT(file.rdata_len >= 4 && file.rdata_len <= sizeof(file.rdata));
		check_times(KEYFILE_PUBLIC, text, file.time);
		pkey_rsa_bits(key);
		if (algorithm)
			EVP_PKEY_free(pkey_public(algorithm, key));
	}
	fuzz_told_anywhere(&diags, result < 0);
	diags_free(&diags);
}

/* With the public key of RFC 8080 section 6.1. */
static void
try_private(struct text text)
{
	uint8_t public_key[33];
	struct keyfile_private file;
	struct diags diags;
	EVP_PKEY *pkey;
	int result;

	FUZZ_ASSERT(base64_decode(
			text_of("l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4="), public_key) == 32);
	fuzz_begin(&diags);
	result = keyfile_private(&diags, path, text, &file);
	if (result == 0) {
		const struct algorithm *algorithm = algorithm_info(file.algorithm);

		check_times(KEYFILE_PRIVATE, text, file.time);
		if (algorithm && algorithm->family != ALGORITHM_NONE) {
			result = pkey_private(
			    &diags, path, algorithm, &file, (struct bytes){public_key, 32}, &pkey);
			if (result == 0)
				EVP_PKEY_free(pkey);
		}
	}
	fuzz_told_anywhere(&diags, result < 0);
	diags_free(&diags);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_text(data, size);
	struct keyfile_name name;

	try_public((struct text){copy, size});
	try_private((struct text){copy, size});
	keyfile_name((struct text){copy, size}, &name);
	free(copy);
	return 0;
}
