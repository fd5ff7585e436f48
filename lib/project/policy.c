#include "project/load_part.h"

#include "base/duration.h"
#include "dnssec/algorithm.h"
#include "project/mapping.h"

#include <stddef.h>

/* A policy, and what of it is still text. */
struct policy {
	struct project_policy is;
	struct yaml_text iterations, salt;
	const struct yaml_node *keys;
};

/* `keys` of a policy, as text. */
struct policy_keys {
	struct yaml_text algorithm, token, lifetime[N_PROJECT_KEY_ROLES];
};

static const struct yaml_choice denials[] = {
    {"nsec", PROJECT_DENIAL_NSEC},
    {"nsec3", PROJECT_DENIAL_NSEC3},
    {NULL, 0},
};

static const struct yaml_choice zonemds[] = {
    {"true", PROJECT_ZONEMD_SHA384},
    {"false", PROJECT_ZONEMD_NONE},
    {"sha384", PROJECT_ZONEMD_SHA384},
    {"sha512", PROJECT_ZONEMD_SHA512},
    {NULL, 0},
};

static const struct yaml_choice cdss[] = {
    {"true", CDS_KEYS},
    {"false", CDS_NONE},
    {"delete", CDS_DELETE},
    {NULL, 0},
};

static const struct yaml_choice verifies[] = {
    {"chain", PROJECT_VERIFY_CHAIN},
    {"full", PROJECT_VERIFY_FULL},
    {NULL, 0},
};

static const struct yaml_form iterations_form = {
    "iterations", .pattern = "^0*([0-9]|[1-4][0-9]|50)$", .most = NSEC3_ITERATIONS_MOST};

/* What YAML takes for a number may be a salt, too. */
static const struct yaml_form salt_form = {
    "salt", .pattern = "^(-|([0-9a-fA-F]{2}){1,255})$", .numbers = true};

/* As keys_lifetime reads it. */
static const struct yaml_form key_lifetime_form = {"key-lifetime",
    .pattern = "^(never|(?=.*[1-9])" YAML_DURATION_PATTERN ")$", .least = 1, .most = UINT32_MAX};

/* Those that zonepp signs with. */
static const char *
algorithm_word(size_t i, uint32_t *number)
{
	for (*number = 0; *number <= UINT8_MAX; (*number)++) {
		const struct algorithm *algorithm = algorithm_info((uint8_t)*number);

		if (algorithm && !algorithm->refused && i-- == 0)
			return algorithm->name;
	}
	return NULL;
}

static const struct yaml_form algorithm_form = {"algorithm", .word = algorithm_word};

/* As token_uri_read takes it. */
static const struct yaml_form token_form = {"token", .pattern = "^pkcs11:.*(token|serial)="};

#define KEYS_AT(member) offsetof(struct policy_keys, member)

static const struct yaml_field policy_keys_fields[] = {
    {"algorithm", YAML_TEXT, KEYS_AT(algorithm), .form = &algorithm_form,
	.about = "Their algorithm."},
    {"token", YAML_TEXT, KEYS_AT(token), .form = &token_form,
	.about = "The PKCS #11 URI of the token on which new keys are made."},
    {"ksk", YAML_TEXT, KEYS_AT(lifetime[PROJECT_KSK]), .form = &key_lifetime_form,
	.about = "How long a key signing key serves: a duration, or never."},
    {"zsk", YAML_TEXT, KEYS_AT(lifetime[PROJECT_ZSK]), .form = &key_lifetime_form,
	.about = "How long a zone signing key serves: a duration, or never."},
    {"csk", YAML_TEXT, KEYS_AT(lifetime[PROJECT_CSK]), .form = &key_lifetime_form,
	.about = "How long one key for all serves: a duration, or never."},
    {.name = NULL},
};

#define AT(member) offsetof(struct policy, member)

const struct yaml_field policy_fields[] = {
    {"sign", YAML_BOOL, AT(is.sign), .otherwise = "true",
	.about = "Whether zones are signed at all."},
    {"denial", YAML_CHOICE, AT(is.denial), .choices = denials, .otherwise = "nsec",
	.about = "How the zone proves that something does not exist."},
    {"opt-out", YAML_BOOL, AT(is.nsec3.opt_out), .otherwise = "false",
	.about = "Whether NSEC3 leaves insecure delegations out."},
    {"iterations", YAML_TEXT, AT(iterations), .form = &iterations_form, .otherwise = "0",
	.about = "Further rounds of the NSEC3 hash; RFC 9276 advises against any."},
    {"salt", YAML_TEXT, AT(salt), .form = &salt_form, .otherwise = "-",
	.about = "Salt of the NSEC3 hash in hexadecimal digits, or \"-\"; RFC 9276 advises against "
		 "any."},
    {"validity", YAML_DURATION, AT(is.lifetime.validity_s),
	.about = "The time from now at which signatures expire. Default: 14d, or longer where the "
		 "SOA's expire asks for it."},
    {"dnskey-validity", YAML_DURATION, AT(is.lifetime.keys_validity_s),
	.about =
	    "The same for those over DNSKEY, CDS and CDNSKEY, which offline keys make for longer. "
	    "Default: as validity."},
    {"refresh", YAML_DURATION, AT(is.lifetime.refresh_s),
	.about =
	    "A signature is made anew if less than this is left of it. Default: what the SOA's "
	    "expire asks for, and 5/14 of the validity at least."},
    {"inception-offset", YAML_DURATION, AT(is.inception_offset_s), .otherwise = "1h",
	.about = "How long before now signatures begin to be valid."},
    {"propagation", YAML_DURATION, AT(is.propagation_s), .otherwise = "1h",
	.about = "How long servers may give out what was replaced."},
    {"jitter", YAML_DURATION, AT(is.lifetime.jitter_s), .otherwise = "12h",
	.about = "The most by which the expiry of a signature is moved forward."},
    {"zonemd", YAML_CHOICE, AT(is.zonemd), .choices = zonemds, .otherwise = "false",
	.about = "Whether the zone gets a digest, RFC 8976; true is sha384."},
    {"cds", YAML_CHOICE, AT(is.cds), .choices = cdss, .otherwise = "false",
	.about = "Whether the zone gets CDS and CDNSKEY records, RFC 7344; delete asks for the "
		 "removal of the DS."},
    {"keys", YAML_MAPPING_OF, AT(keys), .fields = policy_keys_fields,
	.about = "Which keys a zone has, and how long each serves."},
    {"verify", YAML_CHOICE, AT(is.verify), .choices = verifies,
	.about = "What is proved of a signed zone before it is published. Default: chain, and full "
		 "of zones signed elsewhere."},
    {.name = NULL},
};

/* With all the defaults; those of the fields that have none are told by the zone. */
static struct policy
policy_built_in(void)
{
	struct policy policy = {.is.name = "default",
	    .is.written = "",
	    .is.lifetime = {LIFETIME_BY_SOA, LIFETIME_BY_SOA, 0, LIFETIME_BY_SOA}};

	yaml_defaults(policy_fields, &policy);
	return policy;
}

static int
policy_nsec3(struct diags *diags, const struct yaml_node *node, struct policy *policy)
{
	struct project_policy *is = &policy->is;
	struct nsec3_words words = {.iterations = text_of(policy->iterations.text),
	    .salt = text_of(policy->salt.text),
	    .iterations_pos = policy->iterations.pos,
	    .salt_pos = policy->salt.pos};
	const char *without = yaml_value(node, "iterations") ? "iterations"
			      : yaml_value(node, "salt")     ? "salt"
			      : is->nsec3.opt_out            ? "opt-out"
							     : NULL;

	if (is->denial == PROJECT_DENIAL_NSEC && without)
		return diag_error(diags, is->pos, P_VALUE,
		    "policy \"%s\" has \"%s\", but not \"denial: nsec3\"", is->name, without);
	return nsec3_params_read(diags, &words, &is->nsec3);
}

static int
keys_lifetime(struct diags *diags, struct yaml_text text, uint32_t *out)
{
	uint64_t seconds = 0;

	*out = 0;
	if (!text.text || strcmp(text.text, "never") == 0)
		return 0;
	if (duration_parse(text_of(text.text), UINT32_MAX, &seconds) < 0 || seconds == 0)
		return diag_error(diags, text.pos, P_VALUE,
		    "\"%s\": not how long a key serves, as 365d or never", text.text);
	*out = (uint32_t)seconds;
	return 0;
}

static int
keys_algorithm(struct diags *diags, struct yaml_text text, const struct algorithm **out)
{
	*out = text.text ? algorithm_find(text_of(text.text)) : NULL;
	if (text.text && !*out)
		return diag_error(
		    diags, text.pos, P_VALUE, "\"%s\": no algorithm is called so", text.text);
	if (*out && (*out)->refused)
		return diag_error(diags, text.pos, P_VALUE,
		    "\"%s\": not for signing: %s (RFC 8624, RFC 9905)", text.text, (*out)->refused);
	return 0;
}

/* The text is not told: who writes a PIN there does not want it in a log. */
static int
keys_place(const struct load *load, struct yaml_text text, const struct token_uri **out)
{
	const char *why;

	if (!text.text)
		return 0;
	*out = token_uri_read(load->a, text_of(text.text), TOKEN_URI_PLACE, &why);
	return *out ? 0 : diag_add_unquoted(load->diags, text.pos, P_VALUE, why);
}

/* A KSK and a ZSK where one of them is named, or a CSK; neither: what there is. */
static int
policy_keys(const struct load *load, struct policy *policy)
{
	struct project_keys *keys = &policy->is.keys;
	struct policy_keys texts = {0};
	bool pair;
	int result;

	if (!policy->keys)
		return 0;
	result = yaml_read(load->diags, policy->keys,
	    arena_printf(load->a, "keys of policy \"%s\"", policy->is.name), policy_keys_fields,
	    &texts);
	if (result < 0)
		return -1;
	keys->is_given = true;
	keys->pos = policy->keys->pos;
	pair = texts.lifetime[PROJECT_KSK].text || texts.lifetime[PROJECT_ZSK].text;
	if (pair && texts.lifetime[PROJECT_CSK].text)
		return diag_error(load->diags, texts.lifetime[PROJECT_CSK].pos, P_VALUE,
		    "policy \"%s\" has a csk, which does all, and a ksk or zsk besides",
		    policy->is.name);
	for (int role = 0; role < N_PROJECT_KEY_ROLES; role++) {
		keys->has_role[role] =
		    role == PROJECT_CSK ? texts.lifetime[role].text != NULL : pair;
		if (keys_lifetime(load->diags, texts.lifetime[role], &keys->lifetime_s[role]) < 0)
			result = -1;
	}
	if (keys_place(load, texts.token, &keys->place) < 0)
		result = -1;
	return keys_algorithm(load->diags, texts.algorithm, &keys->algorithm) < 0 ? -1 : result;
}

static int
policy_check(struct diags *diags, const struct project_policy *policy)
{
	const struct lifetime_policy *lifetime = &policy->lifetime;
	uint64_t refresh_s = lifetime->refresh_s != LIFETIME_BY_SOA ? lifetime->refresh_s : 0;
	uint64_t both_s = refresh_s + lifetime->jitter_s;

	if (!policy->sign || (both_s < lifetime->validity_s && both_s < lifetime->keys_validity_s))
		return 0;
	return diag_error(diags, policy->pos, P_VALUE,
	    "policy \"%s\" would sign anew in every run: refresh and jitter together must be "
	    "shorter than %s",
	    policy->name, both_s < lifetime->validity_s ? "dnskey-validity" : "validity");
}

void
policies_read(const struct load *load, const struct yaml_node *mapping)
{
	size_t n, i = 0;
	const struct yaml_node *node = load_children(mapping, &n);
	struct project_policy *policies = arena_alloc(load->a, (n + 1) * sizeof(*policies));

	for (; node; node = node->next, i++) {
		const char *what = arena_printf(load->a, "policy \"%s\"", node->key.data);
		struct policy policy = policy_built_in();

		policy.is.name = node->key.data;
		policy.is.pos = node->key_pos;
		policy.is.written = yaml_text_of(load->a, node);
		if (yaml_read(load->diags, node, what, policy_fields, &policy) == 0 &&
		    policy_nsec3(load->diags, node, &policy) == 0 &&
		    policy_keys(load, &policy) == 0)
			policy_check(load->diags, &policy.is);
		policies[i] = policy.is;
	}
	policies[n] = policy_built_in().is;
	load->project->policies = policies;
	load->project->n_policies = n + 1;
}

const struct project_policy *
policy_find(const struct load *load, struct yaml_text name)
{
	const struct project *project = load->project;
	const char **known;
	const char *nearest;

	for (size_t i = 0; i < project->n_policies; i++)
		if (strcmp(project->policies[i].name, name.text) == 0)
			return &project->policies[i];
	known = arena_alloc(load->a, (project->n_policies + 1) * sizeof(*known));
	for (size_t i = 0; i < project->n_policies; i++)
		known[i] = project->policies[i].name;
	known[project->n_policies] = NULL;
	nearest = diag_nearest(text_of(name.text), known);
	diag_add(load->diags, name.pos, P_VALUE,
	    nearest ? "no policy is called \"%s\"; did you mean \"%s\"?"
		    : "no policy is called \"%s\"",
	    name.text, nearest);
	diag_fix(load->diags, name.pos, text_of(name.text), nearest);
	return NULL;
}
