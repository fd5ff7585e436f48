/* Modules, tokens, logins and sessions. */
#define _GNU_SOURCE
#include "base/file.h"
#include "base/mem.h"
#include "dnssec/key_part.h"
#include "dnssec/token_part.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <p11-kit/uri.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	MODULES_MOST = 64,
	TOKENS_MOST = 256,
	PIN_LONGEST = 256,
};

struct tokens {
	pthread_mutex_t lock; /* of all below, and of each token */
	struct arena a;
	bool configured; /* those modules are loaded that p11-kit is configured to load */
	struct token_module modules[MODULES_MOST];
	size_t n_modules;
	struct token items[TOKENS_MOST];
	size_t n;
};

/* --- What PKCS #11 says --- */

#define RV(name)                                                                                   \
	{                                                                                          \
		name, #name                                                                        \
	}

static const struct {
	CK_RV rv;
	const char *name;
} rv_names[] = {
    RV(CKR_HOST_MEMORY),
    RV(CKR_SLOT_ID_INVALID),
    RV(CKR_GENERAL_ERROR),
    RV(CKR_FUNCTION_FAILED),
    RV(CKR_ARGUMENTS_BAD),
    RV(CKR_CANT_LOCK),
    RV(CKR_ATTRIBUTE_TYPE_INVALID),
    RV(CKR_ATTRIBUTE_VALUE_INVALID),
    RV(CKR_ACTION_PROHIBITED),
    RV(CKR_DATA_INVALID),
    RV(CKR_DATA_LEN_RANGE),
    RV(CKR_DEVICE_ERROR),
    RV(CKR_DEVICE_MEMORY),
    RV(CKR_DEVICE_REMOVED),
    RV(CKR_FUNCTION_CANCELED),
    RV(CKR_FUNCTION_NOT_SUPPORTED),
    RV(CKR_KEY_HANDLE_INVALID),
    RV(CKR_KEY_SIZE_RANGE),
    RV(CKR_KEY_TYPE_INCONSISTENT),
    RV(CKR_KEY_FUNCTION_NOT_PERMITTED),
    RV(CKR_MECHANISM_INVALID),
    RV(CKR_MECHANISM_PARAM_INVALID),
    RV(CKR_OBJECT_HANDLE_INVALID),
    RV(CKR_OPERATION_ACTIVE),
    RV(CKR_OPERATION_NOT_INITIALIZED),
    RV(CKR_PIN_INCORRECT),
    RV(CKR_PIN_INVALID),
    RV(CKR_PIN_LEN_RANGE),
    RV(CKR_PIN_EXPIRED),
    RV(CKR_PIN_LOCKED),
    RV(CKR_SESSION_CLOSED),
    RV(CKR_SESSION_COUNT),
    RV(CKR_SESSION_HANDLE_INVALID),
    RV(CKR_SESSION_READ_ONLY),
    RV(CKR_TEMPLATE_INCOMPLETE),
    RV(CKR_TEMPLATE_INCONSISTENT),
    RV(CKR_TOKEN_NOT_PRESENT),
    RV(CKR_TOKEN_NOT_RECOGNIZED),
    RV(CKR_TOKEN_WRITE_PROTECTED),
    RV(CKR_USER_NOT_LOGGED_IN),
    RV(CKR_USER_PIN_NOT_INITIALIZED),
    RV(CKR_USER_ANOTHER_ALREADY_LOGGED_IN),
    RV(CKR_USER_TOO_MANY_TYPES),
    RV(CKR_CURVE_NOT_SUPPORTED),
    RV(CKR_BUFFER_TOO_SMALL),
    RV(CKR_CRYPTOKI_NOT_INITIALIZED),
    RV(CKR_LIBRARY_LOAD_FAILED),
};

const char *
token_rv_name(struct arena *a, CK_RV rv)
{
	for (size_t i = 0; i < sizeof(rv_names) / sizeof(*rv_names); i++)
		if (rv_names[i].rv == rv)
			return rv_names[i].name;
	return arena_printf(a, "CKR 0x%lx", rv);
}

const char *
token_describe(struct arena *a, const struct token_uri *uri)
{
	const char *object =
	    *uri->object ? arena_printf(a, "the key \"%s\"", uri->object) : "the key";

	return *uri->token ? arena_printf(a, "%s on the token \"%s\"", object, uri->token) : object;
}

/* --- Modules --- */

/* Padded with blanks, or unset. */
static const char *
padded_text(struct arena *a, const unsigned char *text, size_t room)
{
	size_t len = strnlen((const char *)text, room);

	while (len > 0 && text[len - 1] == ' ')
		len--;
	return arena_text(a, (const char *)text, len);
}

static void
add_token(struct tokens *tokens, const struct token_module *module, CK_SLOT_ID slot)
{
	struct token *token = &tokens->items[tokens->n];

	*token = (struct token){.all = tokens, .module = module, .slot = slot};
	if (tokens->n == TOKENS_MOST ||
	    module->functions->C_GetTokenInfo(slot, &token->info) != CKR_OK ||
	    !(token->info.flags & CKF_TOKEN_INITIALIZED))
		return;
	token->names = token_names_new();
	token->name = padded_text(&tokens->a, token->info.label, sizeof(token->info.label));
	tokens->n++;
}

static void
find_tokens(struct tokens *tokens, struct token_module *module)
{
	CK_SLOT_ID slots[TOKENS_MOST];
	CK_ULONG n = TOKENS_MOST;

	module->failed = module->functions->C_GetSlotList(CK_TRUE, slots, &n);
	for (CK_ULONG i = 0; i < n && module->failed == CKR_OK; i++)
		add_token(tokens, module, slots[i]);
}

/* p11-kit's own module of trusted certificates has no keys, and many tokens. */
static bool
is_of_trust(CK_FUNCTION_LIST *functions)
{
	char *option = p11_kit_config_option(functions, "trust-policy");
	bool is = option && strcmp(option, "yes") == 0;

	free(option);
	return is;
}

static void
add_module(struct tokens *tokens, CK_FUNCTION_LIST *functions, const char *path)
{
	struct token_module *module = &tokens->modules[tokens->n_modules];
	char *name = p11_kit_module_get_name(functions);

	if (tokens->n_modules == MODULES_MOST || is_of_trust(functions)) {
		p11_kit_module_release(functions);
	} else {
		*module = (struct token_module){.functions = functions, .path = path};
		module->name = path   ? path
			       : name ? arena_text(&tokens->a, name, strlen(name))
				      : "one without a name";
		tokens->n_modules++;
	}
	free(name);
}

static void
load_configured(struct tokens *tokens)
{
	CK_FUNCTION_LIST **list = p11_kit_modules_load(NULL, 0);

	tokens->configured = true;
	for (size_t i = 0; list && list[i]; i++)
		add_module(tokens, list[i], NULL);
	free(list);
}

static void
load_path(struct tokens *tokens, const char *path)
{
	CK_FUNCTION_LIST *functions;

	for (size_t i = 0; i < tokens->n_modules; i++)
		if (tokens->modules[i].path && strcmp(tokens->modules[i].path, path) == 0)
			return;
	functions = p11_kit_module_load(path, 0);
	if (functions)
		add_module(tokens, functions, arena_text(&tokens->a, path, strlen(path)));
}

struct tokens *
tokens_new(void)
{
	struct tokens *tokens = mem_alloc(sizeof(*tokens));

	memset(tokens, 0, sizeof(*tokens));
	pthread_mutex_init(&tokens->lock, NULL);
	return tokens;
}

static void
close_sessions(struct token *token)
{
	struct token_session *session, *next;

	for (session = token->sessions; session; session = next) {
		next = session->next;
		token->module->functions->C_CloseSession(session->handle);
		pthread_mutex_destroy(&session->lock);
		free(session);
	}
}

void
tokens_free(struct tokens *tokens)
{
	if (!tokens)
		return;
	for (size_t i = 0; i < tokens->n; i++) {
		close_sessions(&tokens->items[i]);
		token_names_free(tokens->items[i].names);
	}
	for (size_t i = 0; i < tokens->n_modules; i++) {
		struct token_module *module = &tokens->modules[i];

		if (module->initialised)
			p11_kit_module_finalize(module->functions);
		p11_kit_module_release(module->functions);
	}
	pthread_mutex_destroy(&tokens->lock);
	arena_free(&tokens->a);
	free(tokens);
}

/* --- Which token --- */

static bool
is_named(const struct token_module *module, const struct token_uri *uri)
{
	if (uri->module_path)
		return module->path && strcmp(module->path, uri->module_path) == 0;
	return !module->path && (!uri->module_name || strcmp(module->name, uri->module_name) == 0);
}

static bool
is_module_of(const struct token_module *module, const struct token_uri *uri)
{
	CK_INFO info;

	return is_named(module, uri) && module->functions->C_GetInfo(&info) == CKR_OK &&
	       p11_kit_uri_match_module_info(uri->parsed, &info);
}

/* Those that the URI does not name are left alone: some start threads. */
static void
begin_modules(struct tokens *tokens, const struct token_uri *uri)
{
	for (size_t i = 0; i < tokens->n_modules; i++) {
		struct token_module *module = &tokens->modules[i];

		if (module->tried || !is_named(module, uri))
			continue;
		module->tried = true;
		module->failed = p11_kit_module_initialize(module->functions);
		module->initialised = module->failed == CKR_OK;
		if (module->initialised)
			find_tokens(tokens, module);
	}
}

static bool
is_token_of(const struct token *token, const struct token_uri *uri)
{
	CK_SLOT_ID slot = p11_kit_uri_get_slot_id(uri->parsed);

	return (slot == (CK_SLOT_ID)-1 || slot == token->slot) &&
	       is_module_of(token->module, uri) &&
	       p11_kit_uri_match_token_info(uri->parsed, &token->info);
}

/* Which modules do not work, and why. */
static const char *
failures(struct arena *a, const struct tokens *tokens, const struct token_uri *uri)
{
	const char *text = "";

	for (size_t i = 0; i < tokens->n_modules; i++) {
		const struct token_module *module = &tokens->modules[i];

		if (module->failed != CKR_OK && is_named(module, uri))
			text = arena_printf(a, "%s; the module %s does not work: %s", text,
			    module->name, token_rv_name(a, module->failed));
	}
	return text;
}

static const char *
tell_none(struct arena *a, const struct tokens *tokens, const struct token_uri *uri)
{
	const char *token = *uri->token ? arena_printf(a, "no token \"%s\" is there", uri->token)
					: "no such token is there";

	for (size_t i = 0; i < tokens->n_modules; i++)
		if (is_named(&tokens->modules[i], uri))
			return arena_printf(a, "%s%s", token, failures(a, tokens, uri));
	if (uri->module_path)
		return arena_printf(a, "the module %s cannot be loaded", uri->module_path);
	return arena_printf(a, "%s: p11-kit is configured to load no module%s%s", token,
	    uri->module_name ? " of the name " : "", uri->module_name ? uri->module_name : "");
}

static struct token *
find_token(struct tokens *tokens, struct arena *a, const struct token_uri *uri, const char **why)
{
	struct token *found = NULL;

	if (uri->module_path)
		load_path(tokens, uri->module_path);
	else if (!tokens->configured)
		load_configured(tokens);
	begin_modules(tokens, uri);
	for (size_t i = 0; i < tokens->n; i++) {
		if (!is_token_of(&tokens->items[i], uri))
			continue;
		if (found) {
			*why = arena_printf(a,
			    "several tokens are there, as \"%s\" and \"%s\", and its PKCS #11 URI "
			    "does not tell which",
			    found->name, tokens->items[i].name);
			return NULL;
		}
		found = &tokens->items[i];
	}
	if (!found)
		*why = tell_none(a, tokens, uri);
	return found;
}

/* --- Sessions --- */

/* Opens one more. Returns NULL with `*rv` set. */
static struct token_session *
open_session(struct token *token, CK_RV *rv)
{
	struct token_session *session;
	CK_SESSION_HANDLE handle;

	*rv = token->module->functions->C_OpenSession(
	    token->slot, CKF_SERIAL_SESSION, NULL, NULL, &handle);
	if (*rv != CKR_OK)
		return NULL;
	session = mem_alloc(sizeof(*session));
	*session =
	    (struct token_session){.token = token, .next = token->sessions, .handle = handle};
	pthread_mutex_init(&session->lock, NULL);
	token->sessions = session;
	return session;
}

static struct token_session *
least_used(const struct token *token)
{
	struct token_session *least = token->sessions;

	for (struct token_session *s = least; s; s = s->next)
		if (s->n_users < least->n_users)
			least = s;
	return least;
}

/* One that nobody uses, a new one, or one that others use. */
static struct token_session *
take_session(struct token *token, CK_RV *rv)
{
	struct token_session *session = least_used(token);

	if ((!session || session->n_users > 0) && !token->full) {
		struct token_session *opened = open_session(token, rv);

		token->full = !opened;
		session = opened ? opened : session;
	}
	if (session)
		session->n_users++;
	return session;
}

/* --- Login --- */

/* The first line of the file. Returns its length, or -1 with errno set. */
static ssize_t
read_pin(const char *path, char pin[PIN_LONGEST])
{
	int fd = file_open(NULL, path, O_RDONLY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : key_read_private(fd, pin, PIN_LONGEST);
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	if (n >= 0) {
		const char *end = memchr(pin, '\n', (size_t)n);

		n = end ? end - pin : n;
		n -= n > 0 && pin[n - 1] == '\r';
	}
	return n;
}

/* Why the token must not be tried; NULL: it may. */
static const char *
why_not(const CK_TOKEN_INFO *info)
{
	if (info->flags & CKF_USER_PIN_LOCKED)
		return "its PIN is locked";
	if (info->flags & CKF_USER_PIN_FINAL_TRY)
		return "one more wrong PIN locks it: none is tried; log in by other means, which "
		       "ends that";
	return NULL;
}

static const char *
log_in(struct token *token, const struct token_session *session, const struct token_uri *uri)
{
	CK_FUNCTION_LIST *f = token->module->functions;
	struct arena *a = &token->all->a;
	const char *why = why_not(&token->info);
	char pin[PIN_LONGEST];
	ssize_t len;
	CK_RV rv = CKR_OK;

	if (!(token->info.flags & CKF_LOGIN_REQUIRED) || why)
		return why;
	if (!uri->pin_path)
		return "it asks for a PIN, and the PKCS #11 URI has no pin-source, the file that "
		       "holds it";
	len = read_pin(uri->pin_path, pin);
	if (len > 0)
		rv = f->C_Login(session->handle, CKU_USER, (unsigned char *)pin, (CK_ULONG)len);
	OPENSSL_cleanse(pin, sizeof(pin));
	if (len <= 0)
		return arena_printf(a, "the file of its PIN, %s, %s%s", uri->pin_path,
		    len < 0 ? "cannot be read: " : "begins with no PIN",
		    len < 0 ? strerror(errno) : "");
	if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
		return NULL;
	return arena_printf(
	    a, "C_Login, with the PIN in %s: %s", uri->pin_path, token_rv_name(a, rv));
}

/* The first session, with the login. What fails is not tried again. */
static void
begin_token(struct token *token, const struct token_uri *uri)
{
	struct arena *a = &token->all->a;
	struct token_session *session;
	CK_RV rv;

	token->tried = true;
	session = open_session(token, &rv);
	if (!session)
		token->refused = arena_printf(a, "C_OpenSession: %s", token_rv_name(a, rv));
	else
		token->refused = log_in(token, session, uri);
}

static struct token_session *
enter(struct tokens *tokens, struct arena *a, const struct token_uri *uri, const char **why)
{
	struct token *token = find_token(tokens, a, uri, why);
	struct token_session *session;
	CK_RV rv = CKR_OK;

	if (!token)
		return NULL;
	if (!token->tried)
		begin_token(token, uri);
	session = token->refused ? NULL : take_session(token, &rv);
	if (session)
		return session;
	*why = token->refused ? token->refused
			      : arena_printf(a, "C_OpenSession: %s", token_rv_name(a, rv));
	if (!*uri->token) /* whoever tells of it knows no name */
		*why = arena_printf(a, "the token \"%s\": %s", token->name, *why);
	return NULL;
}

struct token_session *
token_enter(
    struct tokens *tokens, struct diags *diags, const struct token_uri *uri, const char **why)
{
	struct token_session *session;

	pthread_mutex_lock(&tokens->lock);
	p11_kit_be_quiet();
	session = enter(tokens, &diags->arena, uri, why);
	pthread_mutex_unlock(&tokens->lock);
	return session;
}

struct token_session *
token_session_begin(struct diags *diags, const struct token_key *key)
{
	struct tokens *tokens = key->token->all;
	struct token_session *session;
	CK_RV rv = CKR_OK;

	pthread_mutex_lock(&tokens->lock);
	session = take_session(key->token, &rv);
	pthread_mutex_unlock(&tokens->lock);
	if (!session)
		diag_add_path(diags, key->path, S_TOKEN, "%s: C_OpenSession: %s", key->name,
		    token_rv_name(&diags->arena, rv));
	return session;
}

void
token_session_end(struct token_session *session)
{
	if (!session)
		return;
	pthread_mutex_lock(&session->token->all->lock);
	session->n_users--;
	pthread_mutex_unlock(&session->token->all->lock);
}
