/* The text of BIND's key files: what a .key and a .private file say, not yet judged. key.c puts the
 * two together. */
#ifndef DNSSEC_KEYFILE_H
#define DNSSEC_KEYFILE_H

#include "base/buf.h"
#include "dnssec/key.h"

enum {
	KEYFILE_RDATA_LONGEST = 4 + 3 + 512 + 512, /* RSA, 4096 bits, RFC 3110 section 2 */
};

/* The parts of a private key. */
enum keyfile_secret {
	SECRET_KEY, /* ECDSA, EdDSA */
	SECRET_MODULUS,
	SECRET_PUBLIC_EXPONENT,
	SECRET_PRIVATE_EXPONENT,
	SECRET_PRIME1,
	SECRET_PRIME2,
	SECRET_EXPONENT1,
	SECRET_EXPONENT2,
	SECRET_COEFFICIENT,
	N_SECRETS,
};

/* What the fields are called. */
extern const char *const keyfile_time_names[N_KEY_TIMES];
extern const char *const keyfile_secret_names[N_SECRETS];

struct keyfile_public {
	struct name owner;
	uint32_t ttl_s; /* 0: not stated */
	uint8_t rdata[KEYFILE_RDATA_LONGEST];
	size_t rdata_len;
	int64_t time[N_KEY_TIMES]; /* from the comments, or KEY_NO_TIME */
};

struct keyfile_private {
	uint8_t algorithm;
	int64_t time[N_KEY_TIMES];
	struct text secret[N_SECRETS]; /* base64 in the text that was read; .data NULL: not there */
	struct text label;             /* likewise: where on a token the key is (token_uri.h) */
};

/* Reads the one DNSKEY record of a .key file, and the dates in its comments. Returns -1 with
 * S_KEY_FILE added at `path`. */
int
keyfile_public(struct diags *diags, const char *path, struct text text, struct keyfile_public *out);

/* Reads a .private file of format v1.x; fields that are not known are passed over. Returns -1 with
 * S_KEY_FILE added at `path`; messages quote nothing of the file but names of fields. */
int
keyfile_private(
    struct diags *diags, const char *path, struct text text, struct keyfile_private *out);

/* Does the text of a .private file tell where on a token the key is? Then it holds no secret. */
bool
keyfile_is_of_token(struct text text);

/* Which of the two files a text is, or shall be. */
enum keyfile_kind {
	KEYFILE_PUBLIC, /* .key: the dates are comments */
	KEYFILE_PRIVATE,
};

/* The date that a line `Publish: ...` states; N_KEY_TIMES: none. */
enum key_time
keyfile_time_of(struct text line);

/* Appends the dates that are stated, a line each. */
void
keyfile_print_times(struct buf *b, enum keyfile_kind kind, const int64_t time[N_KEY_TIMES]);

/* Appends a text that was read without a problem, with these dates in place of its own; all else
 * stays, line ends too. A .private file is of format v1.3 then: those of 1.2 have no dates to BIND.
 */
void
keyfile_replace_times(
    struct buf *b, enum keyfile_kind kind, struct text text, const int64_t time[N_KEY_TIMES]);

/* What a file name K<zone>+<algorithm>+<tag> says. */
struct keyfile_name {
	struct name zone;
	uint8_t algorithm;
	uint16_t tag;
};

/* Reads a file name without folder and suffix. Returns -1 if it is another kind of name. */
int
keyfile_name(struct text text, struct keyfile_name *out);

#endif
