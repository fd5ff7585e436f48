#include "history/record.h"

#include "base/codec.h"
#include "dns/name.h"
#include "dns/rdata.h"
#include "dnssec/cds.h"

/* --- Words --- */

/* Takes the next word off `text`. */
static struct text
take_word(struct text *text)
{
	struct text word;

	while (text->len > 0 && *text->data == ' ')
		*text = (struct text){text->data + 1, text->len - 1};
	word = (struct text){text->data, 0};
	while (word.len < text->len && text->data[word.len] != ' ')
		word.len++;
	*text = (struct text){text->data + word.len, text->len - word.len};
	return word;
}

static bool
take_number(struct text *text, uint32_t most, uint32_t *out)
{
	struct text word = take_word(text);
	uint32_t value = 0;

	for (size_t i = 0; i < word.len; i++) {
		if (!ascii_is_digit(word.data[i]) || i >= 5)
			return false;
		value = value * 10 + (uint32_t)(word.data[i] - '0');
	}
	*out = value;
	return word.len > 0 && value <= most;
}

/* At most `most` octets in lower case; returns how many, or 0 for malformed ones. */
static size_t
take_hex(struct text *text, uint8_t *out, size_t most)
{
	struct text word = take_word(text);
	ssize_t len;

	for (size_t i = 0; i < word.len; i++)
		if (word.data[i] >= 'A' && word.data[i] <= 'F')
			return 0;
	len = word.len <= 2 * most ? hex_decode(word, out) : -1;
	return len > 0 ? (size_t)len : 0;
}

static bool
is_at_end(struct text *text)
{
	return take_word(text).len == 0;
}

/* --- RDATA --- */

/* "3 1 1 0c72..." */
static bool
read_tlsa(struct arena *a, struct text text, struct bytes *out)
{
	uint8_t *data = arena_bytes(a, 3 + text.len / 2 + 1);
	uint32_t value;
	size_t len;

	for (size_t i = 0; i < 3; i++) {
		if (!take_number(&text, UINT8_MAX, &value))
			return false;
		data[i] = (uint8_t)value;
	}
	len = take_hex(&text, data + 3, text.len / 2);
	*out = (struct bytes){data, 3 + len};
	return len > 0 && is_at_end(&text) && rdata_valid(TYPE_TLSA, *out);
}

/* "12345 13 2 0c72..." (RFC 4034 section 5.1) */
static bool
read_ds(struct arena *a, struct text text, struct bytes *out)
{
	uint8_t *data = arena_bytes(a, 4 + text.len / 2 + 1);
	uint32_t tag, algorithm, type;
	size_t len;

	if (!take_number(&text, UINT16_MAX, &tag) || !take_number(&text, UINT8_MAX, &algorithm) ||
	    !take_number(&text, UINT8_MAX, &type))
		return false;
	data[0] = (uint8_t)(tag >> 8);
	data[1] = (uint8_t)tag;
	data[2] = (uint8_t)algorithm;
	data[3] = (uint8_t)type;
	len = take_hex(&text, data + 4, text.len / 2);
	*out = (struct bytes){data, 4 + len};
	return len > 0 && is_at_end(&text);
}

static bool
read_cname(struct arena *a, struct text text, struct bytes *out)
{
	static const struct name root = {.len = 1};
	struct name_fault fault;
	struct name name;

	if (text.len == 0 || text.data[text.len - 1] != '.' || memchr(text.data, ' ', text.len) ||
	    name_parse(text, &root, &name, &fault) < 0)
		return false;
	*out = (struct bytes){arena_copy(a, name.wire, name.len), name.len};
	return true;
}

static void
print_tlsa(struct buf *b, struct bytes record)
{
	rdata_print(b, TYPE_TLSA, record);
}

static void
print_cname(struct buf *b, struct bytes record)
{
	rdata_print(b, TYPE_CNAME, record);
}

static void
print_ds(struct buf *b, struct bytes record)
{
	buf_printf(b, "%u %u %u ", (unsigned)(record.data[0] << 8 | record.data[1]), record.data[2],
	    record.data[3]);
	hex_encode(b, (struct bytes){record.data + 4, record.len - 4});
}

/* --- Keys --- */

struct record_key
record_key_of(const struct name *zone, struct bytes dnskey)
{
	struct record_key key = {.algorithm = dnskey.data[3],
	    .tag = key_tag(dnskey),
	    .flags = (uint16_t)(dnskey.data[0] << 8 | dnskey.data[1])};
	uint8_t ds[CDS_LONGEST];

	ds_rdata(zone, dnskey, DS_SHA256, ds);
	memcpy(key.digest, ds + 4, sizeof(key.digest));
	return key;
}

struct bytes
record_of_key(struct arena *a, uint16_t type, const struct record_key *key)
{
	uint8_t *data = arena_bytes(a, RECORD_DNSKEY_LEN);

	data[0] = key->algorithm;
	data[1] = (uint8_t)(key->tag >> 8);
	data[2] = (uint8_t)key->tag;
	memcpy(data + 3, key->digest, sizeof(key->digest));
	data[RECORD_KEY_LEN] = (uint8_t)(key->flags >> 8);
	data[RECORD_KEY_LEN + 1] = (uint8_t)key->flags;
	data[RECORD_KEY_LEN + 2] = key->signs;
	return (struct bytes){data, type == TYPE_DNSKEY ? RECORD_DNSKEY_LEN : RECORD_KEY_LEN};
}

struct record_key
record_read_key(uint16_t type, struct bytes record)
{
	const uint8_t *data = record.data;
	struct record_key key = {.algorithm = data[0], .tag = (uint16_t)(data[1] << 8 | data[2])};

	memcpy(key.digest, data + 3, sizeof(key.digest));
	if (type == TYPE_DNSKEY) {
		key.flags = (uint16_t)(data[RECORD_KEY_LEN] << 8 | data[RECORD_KEY_LEN + 1]);
		key.signs = data[RECORD_KEY_LEN + 2];
	}
	return key;
}

struct bytes
record_ds(struct arena *a, const struct record_key *key)
{
	const uint8_t head[] = {
	    (uint8_t)(key->tag >> 8), (uint8_t)key->tag, key->algorithm, DS_SHA256};
	uint8_t *ds = arena_bytes(a, sizeof(head) + sizeof(key->digest));

	memcpy(ds, head, sizeof(head));
	memcpy(ds + sizeof(head), key->digest, sizeof(key->digest));
	return (struct bytes){ds, sizeof(head) + sizeof(key->digest)};
}

/* "13 12345 0c72..." */
static bool
take_key(struct text *text, struct record_key *key)
{
	uint32_t algorithm, tag;

	if (!take_number(text, UINT8_MAX, &algorithm) || !take_number(text, UINT16_MAX, &tag))
		return false;
	key->algorithm = (uint8_t)algorithm;
	key->tag = (uint16_t)tag;
	return take_hex(text, key->digest, sizeof(key->digest)) == sizeof(key->digest);
}

static bool
read_signer(struct arena *a, struct text text, struct bytes *out)
{
	struct record_key key = {0};

	if (!take_key(&text, &key) || !is_at_end(&text))
		return false;
	*out = record_of_key(a, TYPE_RRSIG, &key);
	return true;
}

/* "257 13 12345 0c72... signs" */
static bool
read_dnskey(struct arena *a, struct text text, struct bytes *out)
{
	struct record_key key = {0};
	struct text word;
	uint32_t flags;

	if (!take_number(&text, UINT16_MAX, &flags) || !take_key(&text, &key))
		return false;
	word = take_word(&text);
	key.flags = (uint16_t)flags;
	key.signs = text_is(word, "signs");
	*out = record_of_key(a, TYPE_DNSKEY, &key);
	return (word.len == 0 || key.signs) && is_at_end(&text);
}

static void
print_signer(struct buf *b, struct bytes record)
{
	struct record_key key = record_read_key(TYPE_RRSIG, record);

	buf_printf(b, "%u %u ", key.algorithm, key.tag);
	hex_encode(b, (struct bytes){key.digest, sizeof(key.digest)});
}

static void
print_dnskey(struct buf *b, struct bytes record)
{
	struct record_key key = record_read_key(TYPE_DNSKEY, record);

	buf_printf(b, "%u ", key.flags);
	print_signer(b, record);
	buf_puts(b, key.signs ? " signs" : "");
}

/* --- The table --- */

static const struct record_form forms[] = {
    {TYPE_TLSA, "TLSA", read_tlsa, print_tlsa},
    {TYPE_CNAME, "CNAME", read_cname, print_cname},
    {TYPE_DS, "DS", read_ds, print_ds},
    {TYPE_DNSKEY, "DNSKEY", read_dnskey, print_dnskey},
    {TYPE_RRSIG, "RRSIG", read_signer, print_signer},
};

enum { N_FORMS = sizeof(forms) / sizeof(forms[0]) };

const struct record_form *
record_form(uint16_t type)
{
	for (size_t i = 0; i < N_FORMS; i++)
		if (forms[i].type == type)
			return &forms[i];
	return NULL;
}

const struct record_form *
record_form_of(struct text word)
{
	for (size_t i = 0; i < N_FORMS; i++)
		if (text_is(word, forms[i].word))
			return &forms[i];
	return NULL;
}
