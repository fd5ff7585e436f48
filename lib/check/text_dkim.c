/* Keys of DKIM (RFC 6376 section 3.6.1, RFC 8463). */
#include "check/text_part.h"

#include "base/codec.h"
#include "source/dkim_key.h"

enum { KEY_LONGEST = 4096 };

static void
check_hashes(struct text_judged *t, enum problem problem, const struct tag *tag)
{
	struct text rest = tag->value, item;
	size_t at = tag->value_at, item_at;

	while (item_next(&rest, &at, ':', &item, &item_at))
		if (text_is_nocase(item, "sha256"))
			return;
	/* RFC 8301 section 3.1: SHA-1 counts nothing. */
	text_fault(t, problem, tag->value_at, "h=%.*s: verifiers use sha256 alone",
	    TEXT_SHOWN(tag->value));
}

static void
check_kind(struct text_judged *t, enum problem problem, const struct tag *tag)
{
	if (!text_is_nocase(tag->value, "rsa") && !text_is_nocase(tag->value, "ed25519"))
		text_fault(t, problem, tag->value_at,
		    "k=%.*s: the kinds of keys are rsa and ed25519", TEXT_SHOWN(tag->value));
}

/* Whoever verifies reads it with a library of his own: what ours cannot read is a note. */
static void
check_rsa(struct text_judged *t, enum problem problem, const struct tag *tag, struct bytes key)
{
	int bits = dkim_rsa_bits(key);

	if (bits == 0)
		text_fault(t, Z_DKIM_KEY, tag->value_at,
		    "p= holds no RSA key: it is damaged, or a part is missing");
	else if (bits < DKIM_RSA_BITS_LEAST)
		text_fault(t, problem, tag->value_at,
		    "the RSA key has %d bits: verifiers refuse keys of less than 1024", bits);
	else if (bits < DKIM_RSA_BITS_GOOD && t->words && !t->words->directive)
		text_fault(t, Z_DKIM_KEY, tag->value_at, "the RSA key has %d bits", bits);
}

static void
check_octets(struct text_judged *t, enum problem problem, const struct tag *tag, struct bytes key)
{
	if (!text_is_nocase(tags_value(t->text, "k"), "ed25519"))
		check_rsa(t, problem, tag, key);
	else if (!dkim_is_ed25519(key))
		text_fault(t, problem, tag->value_at,
		    "p= has %zu octets: an Ed25519 key has 32, without a header", key.len);
}

/* Base64 with blanks anywhere; an empty one revokes the key. */
static void
check_key(struct text_judged *t, enum problem problem, const struct tag *tag)
{
	char digits[KEY_LONGEST];
	uint8_t octets[KEY_LONGEST];
	size_t n = 0;
	ssize_t len;

	for (size_t i = 0; i < tag->value.len && n < sizeof(digits); i++)
		if (!text_is_blank(tag->value.data[i]))
			digits[n++] = tag->value.data[i];
	if (n == 0 || n > sizeof(digits) - 4)
		return;
	while (n % 4) /* its ABNF lets the padding be left out */
		digits[n++] = '=';
	len = base64_decode((struct text){digits, n}, octets);
	if (len < 0)
		text_fault(t, problem, tag->value_at, "p= is not base64");
	else
		check_octets(t, problem, tag, (struct bytes){octets, (size_t)len});
}

void
dkim_check(struct text_judged *t)
{
	static const struct tag_rule rules[] = {
	    {"p", true, check_key, true},
	    {"k", false, check_kind, false},
	    {"h", false, check_hashes, false},
	    {"g", false, NULL, false},
	    {"n", false, NULL, true},
	    {"s", false, NULL, false},
	    {"t", false, NULL, false},
	    {NULL, false, NULL, false},
	};

	tags_check(t, &(struct tag_list){Z_DKIM, "DKIM1", true, rules});
}
