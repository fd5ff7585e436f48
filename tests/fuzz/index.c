/* The index of a published file: an octet of how many blocks there are, these, and the zone file.
 * What ends the index is made to fit, but for the seal: that of another is not read on. */
#include "fuzz.h"

#include "base/digest.h"
#include "dnssec/index.h"
#include "zone/read.h"

#include <stdlib.h>

static const struct name zone = {.len = 13, .wire = "\7example\3org"};

static void
check_blocks(const struct index *index)
{
	const char *at = index->file.data;
	uint8_t hash[NSEC3_HASH], next[NSEC3_HASH];

	for (size_t i = 0; i < index->n; i++) {
		struct text text = index_text(index, i);

		FUZZ_ASSERT(text.data == at);
		at += text.len;
		index_is_fresh(index, i);
		if (index->blocks[i].is_nsec3)
			index_nsec3_link(index, i, hash, next);
	}
	FUZZ_ASSERT(at == index->file.data + index->file.len);
}

static void
check_match(const struct index *index, const char *path)
{
	struct index_match match;
	struct store store;
	struct diags diags;

	fuzz_begin(&diags);
	if (read_store(&diags, NULL, path, &zone, 1, &store, NULL) == 0) {
		index_match_nodes(&match, index, &store, true, 1);
		for (size_t i = 0; i < match.n; i++)
			FUZZ_ASSERT(match.blocks[i] == INDEX_NONE || match.blocks[i] < index->n);
		index_match_free(&match);
	}
	store_free(&store);
	diags_free(&diags);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = fuzz_choice(&data, &size) % 32, len = n * sizeof(struct index_block);
	struct index_end end = {.magic = INDEX_MAGIC, .one = 1, .n_blocks = n};
	const char *zone_path, *path;
	struct buf b = {0};
	struct index index;

	if (len > size)
		return 0;
	zone_path = fuzz_file("a.zone", data + len, size - len);
	digest_sha256((struct bytes){data + len, size - len}, end.sha256);
	buf_put(&b, data, len);
	buf_put(&b, &end, sizeof(end));
	path = fuzz_file("a.index", b.data, b.len);
	if (index_read(&index, NULL, path, NULL, zone_path)) {
		index.now = 1795435200;
		check_blocks(&index);
		check_match(&index, zone_path);
	}
	FUZZ_ASSERT(!index_is_sealed(&index, &(struct keys){0}));
	index_free(&index);
	buf_free(&b);
	return 0;
}
