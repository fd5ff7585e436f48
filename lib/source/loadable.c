#include "source/loadable.h"

#include <openssl/err.h>
#include <openssl/pem.h>

void
loadable_begin(struct loadable *loadable, struct text contents)
{
	*loadable = (struct loadable){
	    .contents = contents, .bio = BIO_new_mem_buf(contents.data, (int)contents.len)};
}

/* A server's own certificate may be one with trust settings, those of its chain may not. */
static bool
is_certificate(const char *name, bool first)
{
	return strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0 ||
	       (first && strcmp(name, PEM_STRING_X509_TRUSTED) == 0);
}

enum next {
	NEXT_NONE,
	NEXT_SAME, /* the certificate `wanted` */
	NEXT_OTHER,
};

/* Goes to the next certificate, as PEM_read_bio_X509 does, without decoding it. The other blocks
 * may be keys: what was read of them is wiped. */
static enum next
next(struct loadable *loadable, struct bytes wanted)
{
	enum next result = NEXT_NONE;
	char *name, *header;
	unsigned char *data;
	long len;

	while (result == NEXT_NONE && !loadable->ended) {
		if (PEM_read_bio_ex(loadable->bio, &name, &header, &data, &len,
			PEM_FLAG_SECURE | PEM_FLAG_EAY_COMPATIBLE) != 1) {
			loadable->ended = true;
			loadable->broken =
			    ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
			break;
		}
		if (is_certificate(name, !loadable->any)) {
			result = bytes_equal((struct bytes){data, (size_t)len}, wanted)
				     ? NEXT_SAME
				     : NEXT_OTHER;
			loadable->ended = loadable->broken = *header; /* not of RFC 1421 */
		}
		OPENSSL_secure_free(name);
		OPENSSL_secure_free(header);
		OPENSSL_secure_clear_free(data, (size_t)len);
	}
	loadable->any = loadable->any || result != NEXT_NONE;
	return loadable->broken ? NEXT_NONE : result;
}

/* --- Why it is not read --- */

static size_t
count(const char *p, const char *end, char c)
{
	size_t n = 0;

	for (; p < end; p++)
		n += *p == c;
	return n;
}

static bool
is_blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p == end;
}

/* Does a carriage return end a line? */
static bool
ends_in_return(struct text text)
{
	for (size_t i = 0; i + 1 < text.len; i++)
		if (text.data[i] == '\r' && text.data[i + 1] != '\n')
			return true;
	return false;
}

static const char *
line_start(const struct loadable *loadable, const char *p)
{
	while (p > loadable->contents.data && p[-1] != '\n')
		p--;
	return p;
}

static const char *
line_end(const struct loadable *loadable, const char *p)
{
	const char *end = loadable->contents.data + loadable->contents.len;
	const char *newline = memchr(p, '\n', (size_t)(end - p));

	return newline ? newline : end;
}

static bool
has_empty_line(struct text body)
{
	const char *end = body.data + body.len, *at = body.data, *newline;
	size_t n = 0;

	for (; (newline = memchr(at, '\n', (size_t)(end - at))); at = newline + 1)
		if (n++ > 1 && is_blank(at, newline)) /* the first may be one, of headers */
			return true;
	return false;
}

static struct pem_fault
find_fault(const struct loadable *loadable, const struct pem_block *block)
{
	const char *begin = block->whole.data, *end = begin + block->whole.len;
	const char *start = line_start(loadable, begin), *end_start = line_start(loadable, end);
	size_t last = block->line + count(begin, end, '\n');

	if (ends_in_return(block->whole) || memchr(start, '\r', (size_t)(begin - start)))
		return (struct pem_fault){block->line, "a carriage return alone ends its lines"};
	if (!is_blank(end, line_end(loadable, end)))
		return (struct pem_fault){last, "more follows on the END line"};
	if (start < begin && is_blank(start, begin))
		return (struct pem_fault){block->line, "the BEGIN line is indented"};
	if (start < begin && memcmp(start, "\xef\xbb\xbf", 3) != 0)
		return (struct pem_fault){block->line, "the BEGIN does not begin its line"};
	if (*end_start != '-')
		return (struct pem_fault){last, "the END line is indented"};
	if (has_empty_line(block->body))
		return (struct pem_fault){block->line, "an empty line is inside the block"};
	if (block->content == CONTENT_TRUSTED)
		return (struct pem_fault){block->line,
		    "a TRUSTED CERTIFICATE can be a server's own, and none of its chain"};
	return (struct pem_fault){block->line, "it is not as OpenSSL writes it"};
}

void
loadable_block(struct loadable *loadable, const struct pem_block *block, struct bytes der)
{
	loadable->at_line = block->line;
	if (loadable->bio && !loadable->not_loaded.fault.why && next(loadable, der) != NEXT_SAME)
		loadable->not_loaded.fault = find_fault(loadable, block);
}

/* The reader goes on to the end, where it must find nothing that is broken. */
struct not_loaded
loadable_end(struct loadable *loadable)
{
	if (!loadable->bio)
		return (struct not_loaded){0};
	while (next(loadable, (struct bytes){0}) != NEXT_NONE)
		;
	loadable->not_loaded.all = !loadable->any || loadable->broken;
	if (!loadable->not_loaded.fault.why && loadable->any && loadable->broken)
		loadable->not_loaded.fault = (struct pem_fault){
		    loadable->at_line, "a block behind this certificate is broken"};
	BIO_free(loadable->bio);
	ERR_clear_error();
	return loadable->not_loaded;
}
