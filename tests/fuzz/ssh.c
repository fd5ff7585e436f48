/* Public key files and known_hosts of OpenSSH. */
#include "fuzz.h"

#include "source/ssh.h"

#include <stdlib.h>

static const char path[] = "known_hosts";

static void
check_key(struct arena *a, const struct ssh_key *key, struct text text)
{
	static const char *const names[][2] = {
	    {"mail.example.org", "mail"}, {"a.example.org", "a"}, {"192.0.2.1", "192.0.2.1"}};

	FUZZ_ASSERT(key->line > 0 && key->line <= text.len + 1);
	FUZZ_ASSERT(key->useless || (key->type && key->algorithm > 0 && key->blob.len > 0));
	ssh_key_is_hashed(key);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ssh_host host = {text_of(names[i][0]), text_of(names[i][1])}, at;
		unsigned port = ssh_key_port(a, key, &host);

		FUZZ_ASSERT(port <= UINT16_MAX);
		at = ssh_host_at(a, &host, port ? port : 2222);
		FUZZ_ASSERT(ssh_key_is_of(key, &at) || !port);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_text(data, size);
	struct text text = {copy, size};
	struct ssh_keys keys;
	struct arena a = {0};
	struct diags diags;
	int result;

	fuzz_begin(&diags);
	result = ssh_keys_load(&a, &diags, pos_none(), path, text, &keys);
	FUZZ_ASSERT(result < 0 || keys.n > 0);
	for (size_t i = 0; result == 0 && i < keys.n; i++)
		check_key(&a, &keys.items[i], text);
	fuzz_told(&diags, result < 0, path, text);
	diags_free(&diags);
	arena_free(&a);
	free(copy);
	return 0;
}
