#include "source/ssh.h"

#include "base/codec.h"
#include "base/file.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>

enum { SHA1_LEN = 20 };

static const char unknown_to_sshfp[] = "a key of a kind that SSHFP has no number for";
static const char a_certificate[] = "a certificate, and not the key itself";

/* What follows the key's type in its blob. */
enum shape {
	SHAPE_RSA,   /* RFC 4253 section 6.6: e, n */
	SHAPE_ECDSA, /* RFC 5656 section 3.1: the curve, a point of `len` octets */
	SHAPE_EDDSA, /* RFC 8709 section 4: `len` octets */
	SHAPE_ANY,
};

static const struct kind {
	const char *type;
	uint8_t algorithm;
	enum shape shape;
	size_t len;
	const char *useless;
} kinds[] = {
    {"ssh-rsa", 1, SHAPE_RSA, 0, NULL},
    {"ssh-dss", 2, SHAPE_ANY, 0, "a DSA key, which clients no longer accept"},
    {"ecdsa-sha2-nistp256", 3, SHAPE_ECDSA, 65, NULL},
    {"ecdsa-sha2-nistp384", 3, SHAPE_ECDSA, 97, NULL},
    {"ecdsa-sha2-nistp521", 3, SHAPE_ECDSA, 133, NULL},
    {"ssh-ed25519", 4, SHAPE_EDDSA, 32, NULL},
    {"ssh-ed448", 6, SHAPE_EDDSA, 57, NULL},
    {"sk-ssh-ed25519@openssh.com", 0, SHAPE_ANY, 0, unknown_to_sshfp},
    {"sk-ecdsa-sha2-nistp256@openssh.com", 0, SHAPE_ANY, 0, unknown_to_sshfp},
    {"ssh-xmss@openssh.com", 0, SHAPE_ANY, 0, unknown_to_sshfp},
    {"ssh-rsa-cert-v01@openssh.com", 0, SHAPE_ANY, 0, a_certificate},
    {"ssh-dss-cert-v01@openssh.com", 0, SHAPE_ANY, 0, a_certificate},
    {"ecdsa-sha2-nistp256-cert-v01@openssh.com", 0, SHAPE_ANY, 0, a_certificate},
    {"ecdsa-sha2-nistp384-cert-v01@openssh.com", 0, SHAPE_ANY, 0, a_certificate},
    {"ecdsa-sha2-nistp521-cert-v01@openssh.com", 0, SHAPE_ANY, 0, a_certificate},
    {"ssh-ed25519-cert-v01@openssh.com", 0, SHAPE_ANY, 0, a_certificate},
};

/* sshd(8), known_hosts. */
static const struct {
	const char *marker;
	const char *useless;
} markers[] = {
    {"@cert-authority", "the key of a CA, for which clients look up no SSHFP record"},
    {"@revoked", "a revoked key"},
};

struct loader {
	struct arena *a;
	struct diags *diags;
	struct pos pos;
	const char *path;
	size_t line;
};

static int
fail(struct loader *loader, const char *why)
{
	return diag_error(loader->diags, loader->pos, D_KEY_FILE, "%s, line %zu: %s", loader->path,
	    loader->line, why);
}

/* --- Lines --- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line; len 0: none. */
static struct text
take_word(struct text *line)
{
	const char *p = line->data, *end = p + line->len, *from;

	while (p < end && is_blank(*p))
		p++;
	for (from = p; p < end && !is_blank(*p);)
		p++;
	*line = (struct text){p, (size_t)(end - p)};
	return (struct text){from, (size_t)(p - from)};
}

static const struct kind *
kind_of(struct text word)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (text_is(word, kinds[i].type))
			return &kinds[i];
	return NULL;
}

/* Takes a string (RFC 4251 section 5) off the front of `rest`. */
static int
take_string(struct bytes *rest, struct bytes *string)
{
	uint32_t len;

	if (rest->len < 4)
		return -1;
	len = read_u32(rest->data);
	if (len > rest->len - 4)
		return -1;
	*string = (struct bytes){rest->data + 4, len};
	*rest = (struct bytes){rest->data + 4 + len, rest->len - 4 - len};
	return 0;
}

static bool
bytes_are(struct bytes bytes, const char *text)
{
	return text_is((struct text){(const char *)bytes.data, bytes.len}, text);
}

/* Lies the point on the curve, nistp256 or another? If not, the key is damaged. */
static bool
is_point(struct bytes curve, struct bytes point)
{
	char group[] = "P-256";
	OSSL_PARAM params[] = {OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 5),
	    OSSL_PARAM_octet_string(
		OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point.data, point.len),
	    OSSL_PARAM_END};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	bool good;

	memcpy(group + 2, curve.data + curve.len - 3, 3);
	good = ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
	       EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1;
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

static bool
is_whole(const struct kind *kind, struct bytes rest)
{
	struct bytes first, second;

	if (take_string(&rest, &first) < 0 || !bytes_are(first, kind->type))
		return false;
	switch (kind->shape) {
	case SHAPE_RSA:
		return take_string(&rest, &first) == 0 && take_string(&rest, &second) == 0 &&
		       first.len > 0 && second.len > 0 && rest.len == 0;
	case SHAPE_ECDSA:
		return take_string(&rest, &first) == 0 && take_string(&rest, &second) == 0 &&
		       bytes_are(first, kind->type + strlen("ecdsa-sha2-")) &&
		       second.len == kind->len && second.data[0] == 4 && rest.len == 0 &&
		       is_point(first, second);
	case SHAPE_EDDSA:
		return take_string(&rest, &first) == 0 && first.len == kind->len && rest.len == 0;
	default:
		return true;
	}
}

static int
read_blob(struct loader *loader, const struct kind *kind, struct text word, struct bytes *out)
{
	uint8_t *data = arena_bytes(loader->a, word.len + 1);
	ssize_t len = base64_decode(word, data);

	if (len <= 0)
		return fail(loader, "the key is not base64: it may be cut short");
	*out = (struct bytes){data, (size_t)len};
	return is_whole(kind, *out) ? 0 : fail(loader, "the key is damaged");
}

/* `line` holds more than blanks. */
static int
read_line(struct loader *loader, struct text line, struct ssh_key *out)
{
	struct text word = take_word(&line);
	const struct kind *kind = kind_of(word);

	*out = (struct ssh_key){.line = loader->line};
	for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++)
		if (text_is(word, markers[i].marker))
			out->useless = markers[i].useless;
	if (out->useless)
		word = take_word(&line);
	if (!kind) {
		out->hosts = word;
		kind = kind_of(take_word(&line));
	}
	if (!kind)
		return fail(loader, "it is neither a public key of OpenSSH nor a known_hosts line");
	out->type = kind->type;
	out->algorithm = kind->algorithm;
	if (!out->useless)
		out->useless = kind->useless;
	return read_blob(loader, kind, take_word(&line), &out->blob);
}

static bool
is_empty(struct text line)
{
	struct text word = take_word(&line);

	return word.len == 0 || word.data[0] == '#';
}

/* --- Files --- */

static int
refuse_others(struct loader *loader, struct text contents)
{
	static const char putty[] = "PuTTY-User-Key-File-", ssh2[] = "---- BEGIN SSH2 PUBLIC KEY";

	if (file_is_private(contents) || strncmp(contents.data, putty, sizeof(putty) - 1) == 0)
		return diag_error(loader->diags, loader->pos, D_KEY_SECRET,
		    "%s holds a private key: name the public one, often %s.pub", loader->path,
		    loader->path);
	if (strncmp(contents.data, ssh2, sizeof(ssh2) - 1) == 0)
		return diag_error(loader->diags, loader->pos, D_KEY_FILE,
		    "%s is in the format of RFC 4716: `ssh-keygen -i -f FILE` makes it one of "
		    "OpenSSH",
		    loader->path);
	return 0;
}

static size_t
count_lines(struct text contents)
{
	size_t n = 1;

	for (size_t i = 0; i < contents.len; i++)
		n += contents.data[i] == '\n';
	return n;
}

int
ssh_keys_load(struct arena *a, struct diags *diags, struct pos pos, const char *path,
    struct text contents, struct ssh_keys *out)
{
	struct loader loader = {a, diags, pos, path, 0};
	const char *p = contents.data, *end = p + contents.len;

	if (refuse_others(&loader, contents) < 0)
		return -1;
	*out = (struct ssh_keys){arena_alloc(a, count_lines(contents) * sizeof(*out->items)), 0};
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		struct text line = {p, (size_t)((newline ? newline : end) - p)};

		loader.line++;
		p = newline ? newline + 1 : end;
		if (is_empty(line))
			continue;
		if (read_line(&loader, line, &out->items[out->n]) < 0)
			return -1;
		out->n++;
	}
	if (out->n == 0)
		return diag_error(diags, pos, D_KEY_FILE, "%s holds no SSH key", path);
	return 0;
}

/* --- Hosts --- */

/* Shell patterns of `*` and `?`, without regard to case. */
static bool
is_match(struct text pattern, struct text host)
{
	size_t p = 0, h = 0, star = SIZE_MAX, from = 0;

	while (h < host.len) {
		if (p < pattern.len && pattern.data[p] == '*') {
			star = p++;
			from = h;
		} else if (p < pattern.len &&
			   (pattern.data[p] == '?' || ascii_lower((uint8_t)pattern.data[p]) ==
							  ascii_lower((uint8_t)host.data[h]))) {
			p++;
			h++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			h = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.data[p] == '*')
		p++;
	return p == pattern.len;
}

/* `|1|salt|hash`, with the HMAC-SHA1 of the host in lower case. */
static bool
is_hash_of(struct text pattern, struct text host)
{
	uint8_t salt[SHA1_LEN + 4], hash[SHA1_LEN + 4], made[EVP_MAX_MD_SIZE], lower[256];
	const char *bar = memchr(pattern.data + 3, '|', pattern.len - 3);
	struct text salt_text, hash_text;
	unsigned len = 0;

	if (!bar || host.len > sizeof(lower))
		return false;
	salt_text = (struct text){pattern.data + 3, (size_t)(bar - pattern.data - 3)};
	hash_text = (struct text){bar + 1, pattern.len - salt_text.len - 4};
	if (salt_text.len != 28 || hash_text.len != 28 ||
	    base64_decode(salt_text, salt) != SHA1_LEN ||
	    base64_decode(hash_text, hash) != SHA1_LEN)
		return false;
	for (size_t i = 0; i < host.len; i++)
		lower[i] = ascii_lower((uint8_t)host.data[i]);
	return HMAC(EVP_sha1(), salt, SHA1_LEN, lower, host.len, made, &len) && len == SHA1_LEN &&
	       memcmp(made, hash, SHA1_LEN) == 0;
}

static bool
is_hash(struct text pattern)
{
	return pattern.len > 3 && memcmp(pattern.data, "|1|", 3) == 0;
}

static bool
is_name(struct text pattern, struct text host)
{
	return is_hash(pattern) ? is_hash_of(pattern, host) : is_match(pattern, host);
}

static bool
is_about(struct text pattern, const struct ssh_host *host)
{
	return is_name(pattern, host->full) || is_name(pattern, host->written);
}

/* Takes the next of the patterns, which stand with commas between. */
static bool
take_pattern(struct text *rest, struct text *pattern)
{
	const char *comma;
	size_t len, taken;

	if (rest->len == 0)
		return false;
	comma = memchr(rest->data, ',', rest->len);
	len = comma ? (size_t)(comma - rest->data) : rest->len;
	taken = len + (comma ? 1 : 0);
	*pattern = (struct text){rest->data, len};
	*rest = (struct text){rest->data + taken, rest->len - taken};
	return true;
}

bool
ssh_key_is_of(const struct ssh_key *key, const struct ssh_host *host)
{
	struct text rest = key->hosts, pattern;
	bool any = rest.len == 0;

	while (take_pattern(&rest, &pattern)) {
		bool not = pattern.len > 0 && *pattern.data == '!';

		if (not )
			pattern = (struct text){pattern.data + 1, pattern.len - 1};
		if (!is_about(pattern, host))
			continue;
		if (not )
			return false;
		any = true;
	}
	return any;
}

/* --- Ports --- */

static struct text
name_at(struct arena *a, struct text name, unsigned port)
{
	const char *text = arena_printf(a, "[%.*s]:%u", (int)name.len, name.data, port);

	return (struct text){text, strlen(text)};
}

struct ssh_host
ssh_host_at(struct arena *a, const struct ssh_host *host, unsigned port)
{
	if (port == SSH_PORT)
		return *host;
	return (struct ssh_host){name_at(a, host->full, port), name_at(a, host->written, port)};
}

/* The N of `[host]:N`; 0: it is something else. */
static unsigned
port_of(struct text pattern)
{
	unsigned port = 0;
	size_t at = pattern.len;

	while (at > 0 && ascii_is_digit(pattern.data[at - 1]))
		at--;
	if (pattern.len == 0 || *pattern.data != '[' || pattern.len - at > 5 || at < 3 ||
	    memcmp(pattern.data + at - 2, "]:", 2) != 0)
		return 0;
	for (; at < pattern.len; at++)
		port = port * 10 + (unsigned)(pattern.data[at] - '0');
	return port <= UINT16_MAX ? port : 0;
}

unsigned
ssh_key_port(struct arena *a, const struct ssh_key *key, const struct ssh_host *host)
{
	struct text rest = key->hosts, pattern;

	if (ssh_key_is_of(key, host))
		return SSH_PORT;
	while (take_pattern(&rest, &pattern)) {
		unsigned port = port_of(pattern);
		struct ssh_host at;

		if (!port)
			continue;
		at = ssh_host_at(a, host, port);
		if (is_about(pattern, &at) && ssh_key_is_of(key, &at))
			return port;
	}
	return 0;
}

bool
ssh_key_is_hashed(const struct ssh_key *key)
{
	return is_hash(key->hosts);
}
