/* Tokens: private keys that lie in a hardware module and sign there, by PKCS #11. p11-kit loads the
 * modules, C_Sign is called itself. What is here once for a run: each module is initialised, each
 * token logged in to, and each session opened once and kept. Threads share all of it.
 *
 * A PIN is tried once: a token locks itself after a few wrong ones. Where it says that one more
 * wrong PIN would lock it, none is tried at all. */
#ifndef DNSSEC_TOKEN_H
#define DNSSEC_TOKEN_H

#include "dnssec/key.h"
#include "dnssec/token_uri.h"

struct tokens;

/* Costs nothing before a key on a token is asked for. */
struct tokens *
tokens_new(void);

/* Closes the sessions, and finalises the modules. */
void
tokens_free(struct tokens *tokens);

/* Finds the keys on tokens that have a role and are at hand (keys_roles), and proves that each is
 * that of its .key file: it signs, and the public key there verifies that. Sets their `on_token`,
 * in the arena of `diags`. Returns -1 with S_TOKEN or S_KEY_MISMATCH added at the .private file of
 * each key that cannot be used. */
int
tokens_reach(struct tokens *tokens, struct diags *diags, const struct keys *keys);

/* --- Signing --- */

/* One worker's way to a token; where a token has no more sessions, workers share those it has. */
struct token_session;

/* Returns NULL with one problem added at the key's .private file. */
struct token_session *
token_session_begin(struct diags *diags, const struct token_key *key);

void
token_session_end(struct token_session *session);

enum { TOKEN_FAULT_LONGEST = 512 };

/* Signs `input`, which is what the mechanism of the key's family wants: PKCS #1 DigestInfo, digest,
 * or the data themselves; makes `len` octets of `signature`, in the form of RRSIG. Returns -1 with
 * `fault` saying why; the caller reports it. */
int
token_sign(struct token_session *session, const struct token_key *key, struct bytes input,
    uint8_t *signature, size_t len, char fault[TOKEN_FAULT_LONGEST]);

/* --- Making keys --- */

/* A pair that was made on a token. */
struct token_pair {
	const struct token_uri *uri;
	uint8_t public_key[1 + 255 + 512]; /* as DNSKEY RDATA have it */
	size_t public_len;
	struct token_made *made; /* for token_pair_destroy */
};

/* Makes a pair of which the private half never leaves the token, of the family of `algorithm`, with
 * `bits` for RSA, at `place`. `name` is that of both objects, whose id is random. In the arena of
 * `diags`. Returns -1 with S_TOKEN added. */
int
token_pair_make(struct tokens *tokens, struct diags *diags, const struct token_uri *place,
    const struct algorithm *algorithm, unsigned bits, const char *name, struct token_pair *out);

/* Removes it again: nothing uses it. */
void
token_pair_destroy(struct token_pair *pair);

#endif
