#define _GNU_SOURCE
#include "source/openpgp.h"

#include "base/codec.h"
#include "source/pem.h"

#include <openssl/err.h>
#include <openssl/evp.h>

struct loader {
	struct arena *a;
	struct diags *diags;
	struct pos pos;
	const char *path;
};

static int
fail(struct loader *loader, const char *why)
{
	return diag_error(loader->diags, loader->pos, D_KEY_FILE, "%s %s", loader->path, why);
}

static int
broken(struct loader *loader, size_t line, const char *why)
{
	return diag_error(loader->diags, loader->pos, D_KEY_FILE, "%s is broken in line %zu: %s",
	    loader->path, line, why);
}

static int
refuse_secret(struct loader *loader)
{
	return diag_error(loader->diags, loader->pos, D_KEY_SECRET,
	    "%s holds a secret key: export the public one with `gpg --export`", loader->path);
}

/* --- ASCII armour, RFC 4880 section 6 --- */

static const char begin_public[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----",
		  begin_secret[] = "-----BEGIN PGP PRIVATE KEY BLOCK-----",
		  begin_any[] = "-----BEGIN PGP ";

static bool
begins(struct text text, const char *with)
{
	return text.len >= strlen(with) && memcmp(text.data, with, strlen(with)) == 0;
}

/* RFC 4880 section 6.1. */
static uint32_t
crc24(struct bytes data)
{
	uint32_t crc = 0xb704ce;

	for (size_t i = 0; i < data.len; i++) {
		crc ^= (uint32_t)data.data[i] << 16;
		for (int bit = 0; bit < 8; bit++) {
			crc <<= 1;
			if (crc & 0x1000000)
				crc ^= 0x1864cfb;
		}
	}
	return crc;
}

/* The next line of `rest`, without the blanks at its end. */
static struct text
take_line(struct text *rest)
{
	const char *newline = memchr(rest->data, '\n', rest->len);
	struct text line = {rest->data, newline ? (size_t)(newline - rest->data) : rest->len};
	size_t used = line.len + (newline != NULL);

	*rest = (struct text){rest->data + used, rest->len - used};
	while (line.len > 0 && memchr(" \t\r", line.data[line.len - 1], 3))
		line.len--;
	return line;
}

/* Header lines (`Version: ...`) end in an empty one. */
static struct text
skip_headers(struct text body, size_t *line)
{
	struct text rest = body, first;

	take_line(&rest); /* what follows the dashes */
	body = rest;
	first = take_line(&rest);
	if (first.len > 0 && !memchr(first.data, ':', first.len))
		return body;
	for (*line += 1; first.len > 0 && rest.len > 0; *line += 1)
		first = take_line(&rest);
	return rest;
}

static int
check_crc(struct loader *loader, size_t line, struct text text, struct bytes data)
{
	uint8_t crc[4];

	if (text.len != 4 || base64_decode(text, crc) != 3)
		return broken(loader, line, "a malformed checksum");
	if (((uint32_t)crc[0] << 16 | (uint32_t)crc[1] << 8 | crc[2]) != crc24(data))
		return broken(loader, line, "the checksum is another: the key is damaged");
	return 0;
}

static int
read_armour(struct loader *loader, const struct pem_block *block, struct bytes *out)
{
	char *digits = (char *)arena_bytes(loader->a, block->body.len + 1);
	uint8_t *data = arena_bytes(loader->a, block->body.len + 1);
	size_t line = block->line, n = 0, crc_line = 0;
	struct text rest = skip_headers(block->body, &line), crc = {0};
	ssize_t len;

	while (rest.len > 0) {
		struct text text = take_line(&rest);

		line++;
		if (crc_line && text.len > 0)
			return broken(loader, line, "text behind the checksum");
		if (text.len > 0 && text.data[0] == '=') {
			crc = (struct text){text.data + 1, text.len - 1};
			crc_line = line;
			continue;
		}
		memcpy(digits + n, text.data, text.len);
		n += text.len;
	}
	len = base64_decode((struct text){digits, n}, data);
	if (len <= 0)
		return broken(loader, block->line, "the block that begins there is not base64");
	*out = (struct bytes){data, (size_t)len};
	return crc_line ? check_crc(loader, crc_line, crc, *out) : 0;
}

static int
read_blocks(struct loader *loader, struct text contents, struct bytes *out)
{
	enum pem_result result;
	struct pem_block block;
	struct pem pem;
	bool found = false;

	pem_begin(&pem, contents);
	while ((result = pem_next(&pem, &block)) == PEM_BLOCK) {
		if (begins(block.whole, begin_secret))
			return refuse_secret(loader);
		if (!begins(block.whole, begin_public))
			continue;
		if (found)
			return fail(loader, "holds several keys: export one of them");
		if (read_armour(loader, &block, out) < 0)
			return -1;
		found = true;
	}
	if (result == PEM_BAD)
		return broken(loader, pem.fault.line, pem.fault.why);
	return found ? 0 : fail(loader, "holds no OpenPGP key");
}

/* --- Packets, RFC 4880 section 4 --- */

enum tag {
	TAG_SIGNATURE = 2,
	TAG_SECRET_KEY = 5,
	TAG_PUBLIC_KEY = 6,
	TAG_SECRET_SUBKEY = 7,
	TAG_MARKER = 10,
	TAG_TRUST = 12,
	TAG_USER_ID = 13,
	TAG_PUBLIC_SUBKEY = 14,
	TAG_USER_ATTRIBUTE = 17,
	TAG_PADDING = 21, /* RFC 9580 section 5.14 */
};

struct packet {
	unsigned tag;
	struct bytes body;
};

/* Reads a length of `n` octets. */
static int
take_number(struct bytes *rest, size_t n, size_t *number)
{
	if (rest->len < n)
		return -1;
	*number = 0;
	for (size_t i = 0; i < n; i++)
		*number = *number << 8 | rest->data[i];
	*rest = (struct bytes){rest->data + n, rest->len - n};
	return 0;
}

/* Section 4.2.2. Partial lengths are not for the packets of keys. */
static int
take_new_length(struct bytes *rest, size_t *len)
{
	size_t first, second;

	if (take_number(rest, 1, &first) < 0)
		return -1;
	if (first == 255)
		return take_number(rest, 4, len);
	*len = first;
	if (first < 192)
		return 0;
	if (first >= 224 || take_number(rest, 1, &second) < 0)
		return -1;
	*len = ((first - 192) << 8) + second + 192;
	return 0;
}

static int
take_packet(struct bytes *rest, struct packet *packet)
{
	size_t head, len;
	int result;

	if (take_number(rest, 1, &head) < 0 || !(head & 0x80))
		return -1;
	if (head & 0x40) {
		packet->tag = head & 0x3f;
		result = take_new_length(rest, &len);
	} else {
		packet->tag = head >> 2 & 0xf;
		if ((head & 3) == 3) /* section 4.2.1: up to the end */
			return -1;
		result = take_number(rest, (size_t)1 << (head & 3), &len);
	}
	if (result < 0 || len > rest->len)
		return -1;
	packet->body = (struct bytes){rest->data, len};
	*rest = (struct bytes){rest->data + len, rest->len - len};
	return 0;
}

/* What is hashed ahead of a key packet's body, and how: RFC 4880 section 12.2, RFC 9580 section
 * 5.5.4. */
static const struct version {
	uint8_t version, prefix;
	size_t len_octets;
	const EVP_MD *(*md)(void);
} versions[] = {{4, 0x99, 2, EVP_sha1}, {6, 0x9b, 4, EVP_sha256}};

static const char *
fingerprint(struct arena *a, const struct version *version, struct bytes body)
{
	uint8_t *in = arena_bytes(a, 5 + body.len), out[EVP_MAX_MD_SIZE];
	size_t n = 1 + version->len_octets;
	unsigned len = 0;
	struct buf hex = {0};
	const char *text;

	in[0] = version->prefix;
	for (size_t i = 1; i < n; i++)
		in[i] = (uint8_t)(body.len >> 8 * (n - 1 - i));
	memcpy(in + n, body.data, body.len);
	if (!EVP_Digest(in, n + body.len, out, &len, version->md(), NULL))
		len = 0;
	ERR_clear_error();
	hex_encode_upper(&hex, (struct bytes){out, len});
	text = arena_text(a, hex.data, hex.len);
	buf_free(&hex);
	return text;
}

static int
read_primary(struct loader *loader, struct bytes body, struct openpgp_key *out)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (body.len > 6 && body.data[0] == versions[i].version) {
			out->fingerprint = fingerprint(loader->a, &versions[i], body);
			return 0;
		}
	return fail(loader, "holds a key of another version than 4 or 6 (RFC 9580 section 4.3)");
}

static int
read_packet(struct loader *loader, const struct packet *packet, struct openpgp_key *out)
{
	switch (packet->tag) {
	case TAG_SECRET_KEY:
	case TAG_SECRET_SUBKEY:
		return refuse_secret(loader);
	case TAG_PUBLIC_KEY:
		if (out->fingerprint)
			return fail(loader, "holds several keys: export one of them");
		return read_primary(loader, packet->body, out);
	case TAG_USER_ID:
		out->users[out->n_users++] =
		    (struct text){(const char *)packet->body.data, packet->body.len};
		break;
	case TAG_SIGNATURE:
	case TAG_PUBLIC_SUBKEY:
	case TAG_USER_ATTRIBUTE:
	case TAG_MARKER:
	case TAG_PADDING:
		break;
	case TAG_TRUST:
		return fail(loader, "is a keyring: export the key with `gpg --export`");
	default:
		return fail(loader, "holds something else than an OpenPGP key");
	}
	return out->fingerprint ? 0 : fail(loader, "does not begin with a public key");
}

static int
read_packets(struct loader *loader, struct openpgp_key *out)
{
	struct bytes rest = out->data;
	struct packet packet;
	bool is_signed = false;

	out->users = arena_alloc(loader->a, out->data.len * sizeof(*out->users) / 2);
	while (rest.len > 0) {
		if (take_packet(&rest, &packet) < 0)
			return fail(loader, "is damaged: its packets do not fit together");
		if (read_packet(loader, &packet, out) < 0)
			return -1;
		is_signed |= packet.tag == TAG_SIGNATURE;
	}
	if (!is_signed)
		return fail(loader, "holds a key without any signature, which no client accepts");
	return 0;
}

/* --- Files --- */

bool
openpgp_is(struct text contents)
{
	uint8_t head = contents.len ? (uint8_t)contents.data[0] : 0;
	unsigned tag = head & 0x40 ? head & 0x3f : head >> 2 & 0xf;

	if ((head & 0x80) && (tag == TAG_PUBLIC_KEY || tag == TAG_SECRET_KEY))
		return true;
	return memmem(contents.data, contents.len, begin_any, sizeof(begin_any) - 1) != NULL;
}

int
openpgp_load(struct arena *a, struct diags *diags, struct pos pos, const char *path,
    struct text contents, struct openpgp_key *out)
{
	struct loader loader = {a, diags, pos, path};

	*out = (struct openpgp_key){.data = {(const uint8_t *)contents.data, contents.len}};
	if (contents.len > 0 && !(contents.data[0] & 0x80) &&
	    read_blocks(&loader, contents, &out->data) < 0)
		return -1;
	return read_packets(&loader, out);
}

/* The address of `Hugh <hugh@example.com>`, or the whole. */
static struct text
address_of(struct text user)
{
	const char *open = memrchr(user.data, '<', user.len), *close;

	if (!open)
		return user;
	user = (struct text){open + 1, user.len - (size_t)(open + 1 - user.data)};
	close = memchr(user.data, '>', user.len);
	if (close)
		user.len = (size_t)(close - user.data);
	return user;
}

bool
openpgp_names(const struct openpgp_key *key, const char *address)
{
	for (size_t i = 0; i < key->n_users; i++)
		if (text_is_nocase(address_of(key->users[i]), address))
			return true;
	return false;
}
