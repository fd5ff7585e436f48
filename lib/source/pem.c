#define _GNU_SOURCE
#include "source/pem.h"

#include "base/codec.h"

#include <openssl/crypto.h>

static const char begin_mark[] = "-----BEGIN ", end_mark[] = "-----END ", dashes[] = "-----";

static const struct {
	const char *label;
	enum content content;
} labels[] = {
    {"CERTIFICATE", CONTENT_CERTIFICATE},
    {"X509 CERTIFICATE", CONTENT_CERTIFICATE},
    {"TRUSTED CERTIFICATE", CONTENT_TRUSTED},
    {"ZONEPP OWN CERTIFICATE", CONTENT_OWN},
    {"PRIVATE KEY", CONTENT_PRIVATE_KEY},
    {"RSA PRIVATE KEY", CONTENT_PRIVATE_KEY},
    {"EC PRIVATE KEY", CONTENT_PRIVATE_KEY},
    {"DSA PRIVATE KEY", CONTENT_PRIVATE_KEY},
    {"OPENSSH PRIVATE KEY", CONTENT_OPENSSH_KEY},
    {"ENCRYPTED PRIVATE KEY", CONTENT_ENCRYPTED_KEY},
    {"CERTIFICATE REQUEST", CONTENT_REQUEST},
    {"NEW CERTIFICATE REQUEST", CONTENT_REQUEST},
    {"PUBLIC KEY", CONTENT_PUBLIC_KEY},
    {"RSA PUBLIC KEY", CONTENT_RSA_PUBLIC_KEY},
    {"PKCS7", CONTENT_PKCS7},
    {"PKCS #7 SIGNED DATA", CONTENT_PKCS7},
    {"CMS", CONTENT_PKCS7},
    {"X509 CRL", CONTENT_CRL},
};

static enum content
content_of(struct text label)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (text_is(label, labels[i].label))
			return labels[i].content;
	return CONTENT_OTHER;
}

void
pem_begin(struct pem *pem, struct text text)
{
	*pem = (struct pem){.at = text.data, .end = text.data + text.len, .line = 1};
	pem->counted = pem->at;
}

static bool
starts(const char *p, const char *end, const char *mark)
{
	size_t n = strlen(mark);

	return (size_t)(end - p) >= n && memcmp(p, mark, n) == 0;
}

static bool
is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static const char *
line_end(const char *p, const char *end)
{
	while (p < end && !is_line_end(*p))
		p++;
	return p;
}

/* The next BEGIN or END mark that stands first in its line; `p` is at the start of one. */
static const char *
find_mark(const char *p, const char *end)
{
	for (;;) {
		if (starts(p, end, "\xef\xbb\xbf"))
			p += 3;
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		if (starts(p, end, begin_mark) || starts(p, end, end_mark))
			return p;
		p = line_end(p, end);
		if (p == end)
			return NULL;
		p++;
	}
}

/* The label between the mark at `p` and its closing dashes; `*after` is behind those. */
static int
take_label(const char *p, const char *mark, const char *end, struct text *label, const char **after)
{
	const char *start = p + strlen(mark);

	end = line_end(start, end);
	for (p = start; p < end; p++)
		if (starts(p, end, dashes)) {
			*label = (struct text){start, (size_t)(p - start)};
			*after = p + strlen(dashes);
			return 0;
		}
	return -1;
}

static size_t
line_of(struct pem *pem, const char *p)
{
	for (; pem->counted < p; pem->counted++)
		if (*pem->counted == '\n' ||
		    (*pem->counted == '\r' && pem->counted + 1 < pem->end &&
			pem->counted[1] != '\n'))
			pem->line++;
	return pem->line;
}

static enum pem_result
bad(struct pem *pem, size_t line, const char *why)
{
	pem->fault = (struct pem_fault){line, why};
	return PEM_BAD;
}

enum pem_result
pem_next(struct pem *pem, struct pem_block *block)
{
	const char *begin = find_mark(pem->at, pem->end), *close;
	struct text label, closing;

	if (!begin)
		return PEM_END;
	block->line = line_of(pem, begin);
	if (!starts(begin, pem->end, begin_mark))
		return bad(pem, block->line, "an END line without its BEGIN line");
	if (take_label(begin, begin_mark, pem->end, &label, &block->body.data) < 0)
		return bad(pem, block->line, "a BEGIN line that does not end in five dashes");
	close = find_mark(block->body.data, pem->end);
	if (!close || !starts(close, pem->end, end_mark))
		return bad(pem, block->line, "a block without its END line: the file is cut short");
	if (take_label(close, end_mark, pem->end, &closing, &pem->at) < 0)
		return bad(
		    pem, line_of(pem, close), "an END line that does not end in five dashes");
	if (label.len != closing.len || memcmp(label.data, closing.data, label.len) != 0)
		return bad(pem, line_of(pem, close), "an END line of another block");
	block->content = content_of(label);
	block->whole = (struct text){begin, (size_t)(pem->at - begin)};
	block->body.len = (size_t)(close - block->body.data);
	return PEM_BLOCK;
}

bool
pem_is_encrypted(const struct pem_block *block)
{
	static const char mark[] = "4,ENCRYPTED";

	return memmem(block->body.data, block->body.len, mark, sizeof(mark) - 1) != NULL;
}

static bool
is_base64(char c)
{
	return ascii_is_digit(c) || (uint8_t)(ascii_lower((uint8_t)c) - 'a') < 26 || c == '+' ||
	       c == '/' || c == '=';
}

/* Copies the digits of a block, without the blanks between them. */
static int
take_digits(const struct pem_block *block, char *digits, size_t *n, struct pem_fault *fault)
{
	*n = 0;
	for (size_t i = 0; i < block->body.len; i++) {
		char c = block->body.data[i];

		if (is_base64(c)) {
			digits[(*n)++] = c;
		} else if (c == '\n') {
			fault->line++;
		} else if (c != ' ' && c != '\t' && c != '\r') {
			fault->why = "a character that is not base64";
			return -1;
		}
	}
	fault->line = block->line;
	return 0;
}

/* What is not handed out is wiped: it may be a key. */
int
pem_decode(
    struct arena *a, const struct pem_block *block, struct bytes *out, struct pem_fault *fault)
{
	char *digits = (char *)arena_bytes(a, block->body.len + 1);
	uint8_t *data = arena_bytes(a, block->body.len + 1);
	ssize_t len = -1;
	size_t n;

	*fault = (struct pem_fault){block->line, "base64 that is cut short"};
	if (take_digits(block, digits, &n, fault) == 0) {
		len = base64_decode((struct text){digits, n}, data);
		if (n == 0)
			fault->why = "a block without contents";
	}
	OPENSSL_cleanse(digits, n);
	if (len <= 0) {
		OPENSSL_cleanse(data, block->body.len + 1);
		return -1;
	}
	*out = (struct bytes){data, (size_t)len};
	return 0;
}
