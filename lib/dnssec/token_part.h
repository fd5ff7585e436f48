/* What the files behind token.h share. */
#ifndef DNSSEC_TOKEN_PART_H
#define DNSSEC_TOKEN_PART_H

#include "dnssec/token.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>

struct token_module {
	CK_FUNCTION_LIST *functions;
	const char *path; /* NULL: p11-kit is configured to load it */
	const char *name; /* for messages */
	bool tried;       /* to initialise it */
	CK_RV failed;     /* CKR_OK: it works */
	bool initialised;
};

struct token_session {
	struct token *token;
	struct token_session *next;
	CK_SESSION_HANDLE handle;
	pthread_mutex_t lock; /* C_SignInit and C_Sign belong together */
	size_t n_users;
};

struct token {
	struct tokens *all;
	const struct token_module *module;
	CK_SLOT_ID slot;
	CK_TOKEN_INFO info;
	const char *name;
	bool tried;          /* to log in */
	const char *refused; /* why nobody is logged in; NULL: it works, or was not tried */
	struct token_session *sessions;
	bool full; /* it gives no more sessions */
	struct token_names *names;
};

struct token_key {
	struct token *token;
	CK_OBJECT_HANDLE object;
	const struct algorithm *algorithm;
	const char *path; /* of the .private file */
	const char *name; /* of the key and its token, for messages */
};

/* What PKCS #11 calls it: `CKR_PIN_INCORRECT`. In `a`. */
const char *
token_rv_name(struct arena *a, CK_RV rv);

/* Logs in to the token of the URI, and takes a session. Returns NULL with `*why` set, in the arena
 * of `diags`. */
struct token_session *
token_enter(
    struct tokens *tokens, struct diags *diags, const struct token_uri *uri, const char **why);

/* `key "NAME" on the token "TOKEN"`, or what is known of that; in `a`. */
const char *
token_describe(struct arena *a, const struct token_uri *uri);

/* The names of a token's private keys, as far as they are known (token_find.c). */
struct token_names *
token_names_new(void);

void
token_names_free(struct token_names *names);

enum {
	TOKEN_OBJECTS_MOST = 64, /* of one name, which are tried */
};

/* The private keys of the URI's name and id on the token of the session, `*n` of them. Returns
 * CKR_OK, or what went wrong in `*step`. Any thread may call it. */
CK_RV
token_find(struct token_session *session, const struct token_uri *uri,
    CK_OBJECT_HANDLE objects[TOKEN_OBJECTS_MOST], CK_ULONG *n, const char **step);

enum token_trial {
	TOKEN_TRIAL_GOOD,
	TOKEN_TRIAL_OTHER,  /* it is another key */
	TOKEN_TRIAL_FAILED, /* it does not sign: `*why` */
	TOKEN_TRIAL_TOLD,   /* nor could it be tried, and a problem was added */
};

/* Has it sign, and verifies that with the public key of `key`, which has a role. */
enum token_trial
token_try(struct diags *diags, const struct key *key, const struct token_key *candidate,
    const char **why);

/* The mechanism by which keys of the family sign. */
CK_MECHANISM
token_mechanism(const struct algorithm *algorithm);

#endif
