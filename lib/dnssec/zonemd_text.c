#include "dnssec/zonemd_text.h"

#include "base/mem.h"
#include "base/pool.h"
#include "dnssec/zonemd.h"
#include "zone/parse.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { CHUNK = 1 << 18 }; /* octets of text */

/* What one thread makes of a chunk. */
struct chunk {
	struct buf wire;
	struct buf rdata; /* of one record, canonical */
	struct zonemd_node node;
	bool good;
};

struct text_run {
	EVP_MD_CTX *digest;
	const struct name *apex;
	struct text text;
	struct chunk *chunks; /* by slot */
};

static int
take_record(void *ctx, const struct parsed *record)
{
	struct chunk *chunk = ctx;
	uint8_t owner[NAME_LONGEST];

	if (!record->same_owner)
		zonemd_flush(&chunk->node, &chunk->wire);
	name_lower(owner, record->owner->wire, record->owner->len);
	buf_clear(&chunk->rdata);
	rdata_canonical(
	    record->type, record->rdata, (uint8_t *)buf_reserve(&chunk->rdata, record->rdata.len));
	zonemd_take(&chunk->node, (struct bytes){owner, record->owner->len}, record->type,
	    record->ttl_s, (struct bytes){(const uint8_t *)chunk->rdata.data, record->rdata.len});
	return 0;
}

/* Behind the owner of the line at `at`. */
static size_t
owner_end(struct text text, size_t at)
{
	while (at < text.len && text.data[at] != '\t')
		at++;
	return at;
}

/* The first line at octet `at` or behind it whose owner is another than that of the line before. */
static size_t
next_cut(struct text text, size_t at)
{
	size_t line = at, next, len;

	if (at == 0 || at >= text.len)
		return at < text.len ? at : text.len;
	while (line > 0 && text.data[line - 1] != '\n')
		line--;
	for (;; line = next) {
		const char *newline = memchr(text.data + line, '\n', text.len - line);

		next = newline ? (size_t)(newline + 1 - text.data) : text.len;
		len = owner_end(text, line) - line + 1;
		if (next >= at && (next == text.len || text.len - next < len ||
				      memcmp(text.data + line, text.data + next, len) != 0))
			return next;
	}
}

static void
read_chunk(void *ctx, unsigned worker, size_t slot, size_t number)
{
	const struct text_run *run = ctx;
	struct chunk *chunk = &run->chunks[slot];
	struct diags own = {0};
	struct parse_options options = {
	    .zone = run->apex, .sink = {.ctx = chunk, .record = take_record}};
	struct parse_part part = {.text = run->text,
	    .from = next_cut(run->text, number * CHUNK),
	    .to = next_cut(run->text, (number + 1) * CHUNK)};

	(void)worker;
	buf_clear(&chunk->wire);
	chunk->good = part.from == part.to || parse_part(&own, &options, &part);
	zonemd_flush(&chunk->node, &chunk->wire);
	diags_free(&own);
}

static int
take_chunk(void *ctx, size_t slot, size_t number)
{
	const struct text_run *run = ctx;
	const struct chunk *chunk = &run->chunks[slot];

	(void)number;
	return chunk->good && EVP_DigestUpdate(run->digest, chunk->wire.data, chunk->wire.len) ? 0
											       : -1;
}

int
zonemd_text(struct diags *diags, EVP_MD_CTX *digest, const struct name *apex, struct text text,
    unsigned n_workers)
{
	size_t n_slots = pool_slots(n_workers);
	struct text_run run = {digest, apex, text, mem_alloc(n_slots * sizeof(*run.chunks))};
	struct pool_work work = {&run, (text.len + CHUNK - 1) / CHUNK, read_chunk, take_chunk};
	int result;

	memset(run.chunks, 0, n_slots * sizeof(*run.chunks));
	result = pool_run(n_workers, &work);
	for (size_t i = 0; i < n_slots; i++) {
		buf_free(&run.chunks[i].wire);
		buf_free(&run.chunks[i].rdata);
		zonemd_node_free(&run.chunks[i].node);
	}
	free(run.chunks);
	return result < 0 ? diag_error(diags, pos_none(), S_SIGN,
				"the part cannot be read for the zone's digest")
			  : 0;
}
