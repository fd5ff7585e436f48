/* Pairs of keys that are made on tokens. */
#include "base/mem.h"
#include "dnssec/token_part.h"

#include <openssl/rand.h>

enum {
	ID_LEN = 16, /* random: no two objects have the same */
	TEMPLATE_MOST = 12,
	RSA_LONGEST = 512, /* octets: RFC 3110 section 3 */
};

struct token_made {
	struct token *token;
	CK_OBJECT_HANDLE public_key, private_key;
};

/* One pair that is being made. */
struct making {
	struct diags *diags;
	const struct algorithm *algorithm;
	const struct token_module *module;
	CK_SESSION_HANDLE session;
	const char *name; /* for messages */
	CK_ULONG bits;
	uint8_t id[ID_LEN];
	const char *label;
	struct token_made *made;
	struct token_pair *out;
};

static int
refuse(const struct making *m, const char *step, CK_RV rv)
{
	return diag_error(m->diags, pos_none(), S_TOKEN, "%s: %s: %s", m->name, step,
	    token_rv_name(&m->diags->arena, rv));
}

/* --- What is asked for --- */

struct template
{
	CK_ATTRIBUTE items[TEMPLATE_MOST];
	CK_ULONG n;
};

static void
put(struct template *t, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	t->items[t->n++] = (CK_ATTRIBUTE){type, (void *)(uintptr_t)value, len};
}

static void
put_bool(struct template *t, CK_ATTRIBUTE_TYPE type, bool value)
{
	static const CK_BBOOL no = CK_FALSE, yes = CK_TRUE;

	put(t, type, value ? &yes : &no, sizeof(CK_BBOOL));
}

static void
put_identity(struct template *t, const struct making *m)
{
	put_bool(t, CKA_TOKEN, true);
	put(t, CKA_LABEL, m->label, strlen(m->label));
	put(t, CKA_ID, m->id, sizeof(m->id));
}

/* The curve, as an object identifier: RFC 5480 section 2.1.1.1, RFC 8410 section 3. */
static struct bytes
curve_of(const struct algorithm *algorithm)
{
	static const uint8_t p256[] = {0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};
	static const uint8_t p384[] = {0x06, 5, 0x2b, 0x81, 4, 0, 0x22};
	static const uint8_t ed25519[] = {0x06, 3, 0x2b, 0x65, 0x70};
	static const uint8_t ed448[] = {0x06, 3, 0x2b, 0x65, 0x71};

	switch (algorithm->number) {
	case ALGORITHM_ECDSAP256SHA256:
		return (struct bytes){p256, sizeof(p256)};
	case ALGORITHM_ECDSAP384SHA384:
		return (struct bytes){p384, sizeof(p384)};
	case ALGORITHM_ED25519:
		return (struct bytes){ed25519, sizeof(ed25519)};
	default:
		return (struct bytes){ed448, sizeof(ed448)};
	}
}

static void
put_kind(struct template *t, const struct making *m)
{
	static const uint8_t exponent[] = {1, 0, 1};
	struct bytes curve = curve_of(m->algorithm);

	if (m->algorithm->family == ALGORITHM_RSA) {
		put(t, CKA_MODULUS_BITS, &m->bits, sizeof(m->bits));
		put(t, CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent));
	} else {
		put(t, CKA_EC_PARAMS, curve.data, curve.len);
	}
}

static int
generate(struct making *m)
{
	static const CK_MECHANISM_TYPE types[] = {
	    [ALGORITHM_RSA] = CKM_RSA_PKCS_KEY_PAIR_GEN,
	    [ALGORITHM_ECDSA] = CKM_EC_KEY_PAIR_GEN,
	    [ALGORITHM_EDDSA] = CKM_EC_EDWARDS_KEY_PAIR_GEN,
	};
	CK_MECHANISM mechanism = {.mechanism = types[m->algorithm->family]};
	struct template public_key = {.n = 0}, private_key = {.n = 0};
	CK_RV rv;

	put_identity(&public_key, m);
	put_bool(&public_key, CKA_PRIVATE, false);
	put_bool(&public_key, CKA_VERIFY, true);
	put_kind(&public_key, m);
	put_identity(&private_key, m);
	put_bool(&private_key, CKA_PRIVATE, true);
	put_bool(&private_key, CKA_SENSITIVE, true);
	put_bool(&private_key, CKA_EXTRACTABLE, false);
	put_bool(&private_key, CKA_SIGN, true);
	rv = m->module->functions->C_GenerateKeyPair(m->session, &mechanism, public_key.items,
	    public_key.n, private_key.items, private_key.n, &m->made->public_key,
	    &m->made->private_key);
	return rv == CKR_OK ? 0 : refuse(m, "C_GenerateKeyPair", rv);
}

/* --- What came of it --- */

static int
get(const struct making *m, CK_ATTRIBUTE_TYPE type, uint8_t *value, size_t room, size_t *len)
{
	CK_ATTRIBUTE attribute = {type, value, room};
	CK_RV rv = m->module->functions->C_GetAttributeValue(
	    m->session, m->made->public_key, &attribute, 1);

	*len = attribute.ulValueLen;
	return rv == CKR_OK ? 0 : refuse(m, "C_GetAttributeValue", rv);
}

/* RFC 3110 section 2. */
static int
read_rsa(struct making *m)
{
	uint8_t exponent[RSA_LONGEST], modulus[RSA_LONGEST];
	struct token_pair *out = m->out;
	size_t e, n;

	if (get(m, CKA_PUBLIC_EXPONENT, exponent, UINT8_MAX, &e) < 0 ||
	    get(m, CKA_MODULUS, modulus, sizeof(modulus), &n) < 0)
		return -1;
	out->public_key[0] = (uint8_t)e;
	memcpy(out->public_key + 1, exponent, e);
	memcpy(out->public_key + 1 + e, modulus, n);
	out->public_len = 1 + e + n;
	return 0;
}

/* The octets of a point stand behind those that say what they are, which modules write in several
 * ways: the trial shows whether they were understood. */
static int
read_point(struct making *m)
{
	enum { HEAD_MOST = 3 };
	uint8_t point[HEAD_MOST + UINT8_MAX];
	size_t len, wanted = m->algorithm->public_len;

	if (get(m, CKA_EC_POINT, point, sizeof(point), &len) < 0)
		return -1;
	if (len < wanted || len > wanted + HEAD_MOST)
		return diag_error(
		    m->diags, pos_none(), S_TOKEN, "%s: CKA_EC_POINT has %zu octets", m->name, len);
	memcpy(m->out->public_key, point + len - wanted, wanted);
	m->out->public_len = wanted;
	return 0;
}

static int
read_public(struct making *m)
{
	return m->algorithm->family == ALGORITHM_RSA ? read_rsa(m) : read_point(m);
}

static int
try_pair(const struct making *m)
{
	struct token_key candidate = {
	    m->made->token, m->made->private_key, m->algorithm, m->name, m->name};
	uint8_t dnskey[4 + sizeof(m->out->public_key)] = {0};
	struct key key = {.path = m->name,
	    .algorithm = m->algorithm,
	    .dnskey = {dnskey, 4 + m->out->public_len},
	    .signs_zone = true};
	const char *why = "its signature is not one by the public key that the token tells";

	memcpy(dnskey + 4, m->out->public_key, m->out->public_len);
	switch (token_try(m->diags, &key, &candidate, &why)) {
	case TOKEN_TRIAL_GOOD:
		return 0;
	case TOKEN_TRIAL_TOLD:
		return -1;
	default:
		return diag_error(m->diags, pos_none(), S_TOKEN, "%s: %s", m->name, why);
	}
}

/* --- All of it --- */

static int
open_to_write(const struct token *token, CK_SESSION_HANDLE *session, CK_RV *rv)
{
	*rv = token->module->functions->C_OpenSession(
	    token->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, session);
	return *rv == CKR_OK ? 0 : -1;
}

static void
destroy(const struct token_made *made, CK_SESSION_HANDLE session)
{
	CK_FUNCTION_LIST *f = made->token->module->functions;

	f->C_DestroyObject(session, made->private_key);
	f->C_DestroyObject(session, made->public_key);
}

static int
make_on(struct making *m)
{
	CK_RV rv;
	int result;

	m->module = m->made->token->module;
	if (open_to_write(m->made->token, &m->session, &rv) < 0)
		return refuse(m, "C_OpenSession", rv);
	result = generate(m);
	if (result == 0 && (read_public(m) < 0 || try_pair(m) < 0)) {
		destroy(m->made, m->session);
		result = -1;
	}
	m->module->functions->C_CloseSession(m->session);
	return result;
}

int
token_pair_make(struct tokens *tokens, struct diags *diags, const struct token_uri *place,
    const struct algorithm *algorithm, unsigned bits, const char *name, struct token_pair *out)
{
	struct arena *a = &diags->arena;
	struct making m = {.diags = diags,
	    .algorithm = algorithm,
	    .bits = bits,
	    .label = name,
	    .made = arena_zalloc(a, sizeof(*m.made)),
	    .out = out};
	struct token_session *session;
	const char *text, *why;
	int result;

	*out = (struct token_pair){0};
	if (RAND_bytes(m.id, sizeof(m.id)) <= 0)
		return diag_error(diags, pos_none(), F_SYSTEM, "OpenSSL has no random octets");
	text = token_uri_of_key(a, place, name, (struct bytes){m.id, sizeof(m.id)});
	out->uri = token_uri_read(a, text_of(text), TOKEN_URI_KEY, &why);
	m.name = token_describe(a, out->uri);
	session = token_enter(tokens, diags, place, &why);
	if (!session)
		return diag_error(diags, pos_none(), S_TOKEN, "%s: %s", m.name, why);
	m.made->token = session->token;
	result = make_on(&m);
	token_session_end(session);
	out->made = result == 0 ? m.made : NULL;
	return result;
}

void
token_pair_destroy(struct token_pair *pair)
{
	CK_SESSION_HANDLE session;
	CK_RV rv;

	if (!pair->made || open_to_write(pair->made->token, &session, &rv) < 0)
		return;
	destroy(pair->made, session);
	pair->made->token->module->functions->C_CloseSession(session);
	pair->made = NULL;
}
