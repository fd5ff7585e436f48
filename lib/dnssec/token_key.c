/* Keys on tokens: found, proven, and signing. */
#include "dnssec/token_part.h"

#include "dnssec/key_part.h"
#include "dnssec/signer.h"
#include "dnssec/verifier.h"

#include <stdio.h>

/* --- Signing --- */

/* PKCS #11 3.0, section 2.3.14; older versions have no name for it. */
struct eddsa_params {
	CK_BBOOL prehash;
	CK_ULONG context_len;
	CK_BYTE *context;
};

CK_MECHANISM
token_mechanism(const struct algorithm *algorithm)
{
	static struct eddsa_params ed448; /* neither: RFC 8080 section 4 */
	static const CK_MECHANISM mechanisms[] = {
	    [ALGORITHM_RSA] = {.mechanism = CKM_RSA_PKCS},
	    [ALGORITHM_ECDSA] = {.mechanism = CKM_ECDSA},
	    [ALGORITHM_EDDSA] = {.mechanism = CKM_EDDSA},
	};

	if (algorithm->number == ALGORITHM_ED448)
		return (CK_MECHANISM){CKM_EDDSA, &ed448, sizeof(ed448)};
	return mechanisms[algorithm->family];
}

int
token_sign(struct token_session *session, const struct token_key *key, struct bytes input,
    uint8_t *signature, size_t len, char fault[TOKEN_FAULT_LONGEST])
{
	CK_FUNCTION_LIST *f = key->token->module->functions;
	CK_MECHANISM mechanism = token_mechanism(key->algorithm);
	const char *step = "C_SignInit";
	CK_ULONG got = SIGNATURE_LONGEST;
	struct arena a = {0};
	CK_RV rv;

	pthread_mutex_lock(&session->lock);
	rv = f->C_SignInit(session->handle, &mechanism, key->object);
	if (rv == CKR_OK) {
		step = "C_Sign";
		rv = f->C_Sign(
		    session->handle, (CK_BYTE *)(uintptr_t)input.data, input.len, signature, &got);
	}
	pthread_mutex_unlock(&session->lock);
	if (rv == CKR_OK && got == len)
		return 0;
	if (rv == CKR_OK)
		snprintf(fault, TOKEN_FAULT_LONGEST, "%s: C_Sign: the signature has %lu octets",
		    key->name, got);
	else
		snprintf(fault, TOKEN_FAULT_LONGEST, "%s: %s: %s", key->name, step,
		    token_rv_name(&a, rv));
	arena_free(&a);
	return -1;
}

/* --- Finding --- */

struct reach {
	struct tokens *tokens;
	struct diags *diags;
	struct key *key;
	const char *path; /* of the .private file */
	const char *name;
};

static int
refuse(const struct reach *reach, const char *why)
{
	return diag_add_path(reach->diags, reach->path, S_TOKEN, "%s: %s", reach->name, why);
}

/* The private keys of that name and id. Returns -1 with a problem added. */
static int
find_objects(const struct reach *reach, struct token_session *session,
    CK_OBJECT_HANDLE objects[TOKEN_OBJECTS_MOST], CK_ULONG *n)
{
	const char *step;
	CK_RV rv = token_find(session, reach->key->uri, objects, n, &step);

	if (rv != CKR_OK)
		return refuse(reach, arena_printf(&reach->diags->arena, "%s: %s", step,
					 token_rv_name(&reach->diags->arena, rv)));
	return *n > 0 ? 0 : refuse(reach, "there is no such private key there");
}

/* --- Proving --- */

/* No RRSIG is of such data: seal.h. */
static const char trial[] = "zonepp trial of a key on a token";

enum token_trial
token_try(
    struct diags *diags, const struct key *key, const struct token_key *candidate, const char **why)
{
	struct verifier_key of = {key->algorithm, {key->dnskey.data + 4, key->dnskey.len - 4}};
	struct bytes data = {(const uint8_t *)trial, sizeof(trial)};
	struct key only = *key;
	struct keys keys = {.items = &only, .n = 1};
	uint8_t signature[SIGNATURE_LONGEST];
	enum token_trial result = TOKEN_TRIAL_TOLD;
	struct verifier *verifier;
	struct signer *signer;
	size_t len;

	only.on_token = candidate;
	signer = signer_new(diags, &keys);
	if (signer && signer_sign(signer, 0, data, signature, &len) == 0) {
		verifier = verifier_new(&of, 1);
		result = verifier_good(verifier, 0, data, (struct bytes){signature, len})
			     ? TOKEN_TRIAL_GOOD
			     : TOKEN_TRIAL_OTHER;
		verifier_free(verifier);
	} else if (signer) {
		result = TOKEN_TRIAL_FAILED;
		*why = arena_printf(&diags->arena, "%s", signer_fault(signer));
	}
	signer_free(signer);
	return result;
}

/* The first of them that is the key. */
static int
prove(const struct reach *reach, struct token *token, const CK_OBJECT_HANDLE *objects, CK_ULONG n)
{
	struct arena *a = &reach->diags->arena;
	struct token_key *found;
	const char *why = NULL;

	for (CK_ULONG i = 0; i < n; i++) {
		struct token_key candidate = {
		    token, objects[i], reach->key->algorithm, reach->path, reach->name};

		switch (token_try(reach->diags, reach->key, &candidate, &why)) {
		case TOKEN_TRIAL_GOOD:
			found = arena_alloc(a, sizeof(*found));
			*found = candidate;
			reach->key->on_token = found;
			return 0;
		case TOKEN_TRIAL_TOLD:
			return -1;
		default:
			break;
		}
	}
	if (why)
		return diag_add_path(reach->diags, reach->path, S_TOKEN, "%s", why);
	return diag_add_path(reach->diags, reach->path, S_KEY_MISMATCH,
	    "%s is not the one of the DNSKEY record in the .key file", reach->name);
}

static int
reach_key(const struct reach *reach)
{
	CK_OBJECT_HANDLE objects[TOKEN_OBJECTS_MOST];
	struct token_session *session;
	const char *why;
	CK_ULONG n = 0;
	int result;

	if (reach->key->uri->pin_path)
		key_judge_pin(reach->diags, reach->key->uri->pin_path);
	session = token_enter(reach->tokens, reach->diags, reach->key->uri, &why);
	if (!session)
		return refuse(reach, why);
	result = find_objects(reach, session, objects, &n);
	token_session_end(session);
	return result < 0 ? -1 : prove(reach, session->token, objects, n);
}

int
tokens_reach(struct tokens *tokens, struct diags *diags, const struct keys *keys)
{
	int result = 0;

	for (size_t i = 0; i < keys->n; i++) {
		struct key *key = &keys->items[i];
		struct reach reach = {.tokens = tokens, .diags = diags, .key = key};

		if (!key->uri || !key->at_hand || key->on_token ||
		    (!key->signs_keys && !key->signs_zone))
			continue;
		reach.path = arena_printf(&diags->arena, "%s.private", key->path);
		reach.name = token_describe(&diags->arena, key->uri);
		if (reach_key(&reach) < 0)
			result = -1;
	}
	return result;
}
