/* OpenPGP keys, binary or in ASCII armour. */
#include "fuzz.h"

#include "source/openpgp.h"

#include <stdlib.h>

static const char path[] = "hugh.asc";

/* What a record would hold is a key by itself, the same one. */
static void
check_again(const struct openpgp_key *key)
{
	struct arena a = {0};
	struct diags diags;
	struct openpgp_key again;

	fuzz_begin(&diags);
	FUZZ_ASSERT(openpgp_load(&a, &diags, pos_none(), path,
			(struct text){(const char *)key->data.data, key->data.len}, &again) == 0);
	FUZZ_ASSERT(bytes_equal(key->data, again.data));
	FUZZ_ASSERT(strcmp(key->fingerprint, again.fingerprint) == 0);
	FUZZ_ASSERT(key->n_users == again.n_users);
	diags_free(&diags);
	arena_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_text(data, size);
	struct text text = {copy, size};
	struct openpgp_key key;
	struct arena a = {0};
	struct diags diags;
	int result;

	fuzz_begin(&diags);
	openpgp_is(text);
	result = openpgp_load(&a, &diags, pos_none(), path, text, &key);
	if (result == 0) {
		FUZZ_ASSERT(key.data.len > 0 && strspn(key.fingerprint, "0123456789ABCDEFabcdef") ==
						    strlen(key.fingerprint));
		openpgp_names(&key, "hugh@example.com");
		check_again(&key);
	}
	fuzz_told(&diags, result < 0, path, text);
	diags_free(&diags);
	arena_free(&a);
	free(copy);
	return 0;
}
