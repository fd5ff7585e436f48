#define _GNU_SOURCE
#include "rollover/certchain.h"

#include "base/codec.h"
#include "dane/owner.h"
#include "dane/tlsa.h"
#include "dane/verdict.h"

#include <openssl/evp.h>

enum { RDATA_HEAD = 3 };

/* --- Files --- */

const struct cert *
certchain_leaf(const struct certs *certs)
{
	struct diags own = {0};
	struct picked picked;
	const struct cert *leaf = certs->n ? &certs->items[0] : NULL;

	if (leaf && pick_certs(&own.arena, &own, pos_none(), certs, PICK_LEAF, true, &picked) == 0)
		leaf = picked.items[0];
	diags_free(&own);
	return leaf;
}

static void
hash(struct bytes data, uint8_t sha256[SHA256_LEN], uint8_t sha512[SHA512_LEN])
{
	EVP_Digest(data.data, data.len, sha256, NULL, EVP_sha256(), NULL);
	EVP_Digest(data.data, data.len, sha512, NULL, EVP_sha512(), NULL);
}

static void
link_of(struct bytes der, struct bytes spki, bool is_ca, struct link *out)
{
	*out = (struct link){.is_ca = is_ca, .known = {der.len > 0, true}};
	if (der.len > 0)
		hash(der, out->sha256[TLSA_CERT], out->sha512[TLSA_CERT]);
	hash(spki, out->sha256[TLSA_SPKI], out->sha512[TLSA_SPKI]);
}

static const char *
hex_text(struct arena *a, const uint8_t *data, size_t len)
{
	struct buf b = {0};

	hex_encode(&b, (struct bytes){data, len});
	return buf_text(&b, a);
}

static const char *
id_of(struct arena *a, const struct certs *certs)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sha256[SHA256_LEN] = {0};

	EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	for (size_t i = 0; i < certs->n; i++)
		EVP_DigestUpdate(ctx, certs->items[i].der.data, certs->items[i].der.len);
	EVP_DigestFinal_ex(ctx, sha256, NULL);
	EVP_MD_CTX_free(ctx);
	return hex_text(a, sha256, sizeof(sha256));
}

void
certchain_of(struct arena *a, const struct certs *certs, struct certchain *out)
{
	const struct cert *leaf = certchain_leaf(certs);
	struct link *links = arena_alloc(a, (certs->n + 1) * sizeof(*links));

	*out = (struct certchain){.links = links, .n = 1};
	if (!leaf) {
		link_of((struct bytes){NULL, 0}, certs->key->spki, false, &links[0]);
		out->leaf_id = out->id = hex_text(a, links[0].sha256[TLSA_SPKI], SHA256_LEN);
		return;
	}
	link_of(leaf->der, leaf->spki, false, &links[0]);
	for (size_t i = 0; i < certs->n; i++)
		if (&certs->items[i] != leaf)
			link_of(certs->items[i].der, certs->items[i].spki, true, &links[out->n++]);
	out->id = id_of(a, certs);
	out->leaf_id = hex_text(a, links[0].sha256[TLSA_CERT], SHA256_LEN);
}

/* --- Text: ee:CERT:SPKI:CERT:SPKI,ca:...; SHA-256 first, then SHA-512 --- */

static void
print_digests(struct buf *b, const struct link *link, size_t len)
{
	for (int selector = 0; selector < 2; selector++) {
		buf_putc(b, ':');
		if (!link->known[selector])
			buf_putc(b, '-');
		else
			hex_encode(b, (struct bytes){len == SHA256_LEN ? link->sha256[selector]
								       : link->sha512[selector],
					  len});
	}
}

const char *
certchain_print(struct arena *a, const struct certchain *chain)
{
	struct buf b = {0};

	for (size_t i = 0; i < chain->n; i++) {
		buf_puts(&b, i ? "," : "");
		buf_puts(&b, chain->links[i].is_ca ? "ca" : "ee");
		print_digests(&b, &chain->links[i], SHA256_LEN);
		print_digests(&b, &chain->links[i], SHA512_LEN);
	}
	return buf_text(&b, a);
}

/* Reads ":HEX" or ":-". */
static bool
read_digest(const char **p, uint8_t *out, size_t len, bool *known)
{
	const char *begin = *p + 1;

	if (**p != ':')
		return false;
	*known = *begin != '-';
	*p = begin + (*known ? 2 * len : 1);
	if (!*known)
		return true;
	return strnlen(begin, 2 * len) == 2 * len &&
	       hex_decode((struct text){begin, 2 * len}, out) == (ssize_t)len;
}

static bool
read_link(const char **p, struct link *out)
{
	bool known[2];

	*out = (struct link){.is_ca = strncmp(*p, "ca", 2) == 0};
	if (!out->is_ca && strncmp(*p, "ee", 2) != 0)
		return false;
	*p += 2;
	return read_digest(p, out->sha256[TLSA_CERT], SHA256_LEN, &out->known[TLSA_CERT]) &&
	       read_digest(p, out->sha256[TLSA_SPKI], SHA256_LEN, &out->known[TLSA_SPKI]) &&
	       read_digest(p, out->sha512[TLSA_CERT], SHA512_LEN, &known[TLSA_CERT]) &&
	       read_digest(p, out->sha512[TLSA_SPKI], SHA512_LEN, &known[TLSA_SPKI]) &&
	       known[TLSA_CERT] == out->known[TLSA_CERT] &&
	       known[TLSA_SPKI] == out->known[TLSA_SPKI];
}

bool
certchain_read(struct arena *a, const char *id, const char *text, struct certchain *out)
{
	size_t most = 1;
	struct link *links;

	for (const char *p = text; *p; p++)
		most += *p == ',';
	if (most > CERTCHAIN_MOST)
		return false;
	links = arena_alloc(a, most * sizeof(*links));
	*out = (struct certchain){.id = id, .links = links};
	for (const char *p = text;; p++) {
		if (!read_link(&p, &links[out->n++]) || (*p && *p != ','))
			return false;
		if (!*p)
			return true;
	}
}

/* --- Records --- */

static bool
is_usable(struct bytes rdata, unsigned port)
{
	size_t len = rdata.len - RDATA_HEAD;

	if (rdata.len <= RDATA_HEAD || rdata.data[0] > TLSA_DANE_EE || rdata.data[1] > TLSA_SPKI ||
	    !verdict_counts(port, rdata.data[0]))
		return false;
	switch (rdata.data[2]) {
	case TLSA_SHA2_256:
		return len == SHA256_LEN;
	case TLSA_SHA2_512:
		return len == SHA512_LEN;
	default:
		return rdata.data[2] == TLSA_FULL;
	}
}

static bool
is_of_ca(struct bytes rdata)
{
	return rdata.data[0] == TLSA_PKIX_TA || rdata.data[0] == TLSA_DANE_TA;
}

/* The certificate that the record matches, or NULL. */
static const struct link *
find_link(const struct certchain *chain, struct bytes rdata)
{
	struct bytes data = {rdata.data + RDATA_HEAD, rdata.len - RDATA_HEAD};
	uint8_t selector = rdata.data[1], sha256[SHA256_LEN];

	if (rdata.data[2] == TLSA_FULL) {
		EVP_Digest(data.data, data.len, sha256, NULL, EVP_sha256(), NULL);
		data = (struct bytes){sha256, sizeof(sha256)};
	}
	for (size_t i = 0; i < chain->n; i++) {
		const struct link *link = &chain->links[i];
		const uint8_t *digest =
		    data.len == SHA256_LEN ? link->sha256[selector] : link->sha512[selector];

		if (link->is_ca == is_of_ca(rdata) && link->known[selector] &&
		    memcmp(digest, data.data, data.len) == 0)
			return link;
	}
	return NULL;
}

bool
certchain_matches(const struct certchain *chain, struct bytes rdata)
{
	return is_usable(rdata, 0) && find_link(chain, rdata);
}

/* Of a name of the form _port._tcp.host; 0: any other. */
static unsigned
port_of(const char *owner)
{
	static const char smtp[] = "_25._tcp.";

	return strncmp(owner, smtp, sizeof(smtp) - 1) == 0 ? DANE_SMTP : 0;
}

static uint8_t
strongest(const struct set *set, unsigned port, uint8_t usage, uint8_t selector)
{
	uint8_t most = TLSA_FULL;

	for (size_t i = 0; i < set->n; i++) {
		const uint8_t *data = set->rdata[i].data;

		if (is_usable(set->rdata[i], port) && data[0] == usage && data[1] == selector &&
		    data[2] > most)
			most = data[2];
	}
	return most;
}

bool
certchain_taken(const struct certchain *chain, const struct set *set)
{
	unsigned port = port_of(set->owner);
	bool usable = false;

	for (size_t i = 0; i < set->n; i++) {
		struct bytes rdata = set->rdata[i];

		if (!is_usable(rdata, port))
			continue;
		usable = true;
		if ((rdata.data[2] == TLSA_FULL ||
			rdata.data[2] == strongest(set, port, rdata.data[0], rdata.data[1])) &&
		    find_link(chain, rdata))
			return true;
	}
	return !usable;
}

static struct bytes
record_of(struct arena *a, const struct link *link, struct tlsa_params params)
{
	bool sha512 = params.matching == TLSA_SHA2_512;
	size_t len = sha512 ? SHA512_LEN : SHA256_LEN;
	uint8_t *data = arena_bytes(a, RDATA_HEAD + len);

	data[0] = params.usage;
	data[1] = params.selector;
	data[2] = sha512 ? TLSA_SHA2_512 : TLSA_SHA2_256;
	memcpy(data + RDATA_HEAD,
	    sha512 ? link->sha512[params.selector] : link->sha256[params.selector], len);
	return (struct bytes){data, RDATA_HEAD + len};
}

struct bytes
certchain_record(
    struct arena *a, const struct certchain *chain, struct bytes rdata, uint8_t matching)
{
	return record_of(a, find_link(chain, rdata),
	    (struct tlsa_params){rdata.data[0], rdata.data[1], matching});
}

size_t
certchain_records(
    struct arena *a, const struct certchain *chain, struct tlsa_params params, struct bytes **out)
{
	bool ca = params.usage == TLSA_PKIX_TA || params.usage == TLSA_DANE_TA;
	size_t n = 0;

	*out = arena_alloc(a, chain->n * sizeof(**out));
	for (size_t i = 0; i < chain->n; i++)
		if (chain->links[i].is_ca == ca && chain->links[i].known[params.selector])
			(*out)[n++] = record_of(a, &chain->links[i], params);
	return n;
}
