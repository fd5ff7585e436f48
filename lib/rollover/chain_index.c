#include "rollover/chain_index.h"

#include "dane/tlsa.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { RDATA_HEAD = 3 };

static uint64_t
first_octets(const uint8_t *digest)
{
	return (uint64_t)read_u32(digest) << 32 | read_u32(digest + 4);
}

static void
add_key(struct chain_index *index, const uint8_t *digest, size_t number)
{
	if (index->n == index->cap) {
		struct chain_key *more;

		index->cap = index->cap ? 2 * index->cap : 64;
		more = arena_alloc(index->a, index->cap * sizeof(*more));
		if (index->n)
			memcpy(more, index->keys, index->n * sizeof(*more));
		index->keys = more;
	}
	index->keys[index->n++] = (struct chain_key){first_octets(digest), (uint32_t)number};
}

void
chain_index_add(struct chain_index *index, const struct certchain *chain, size_t number)
{
	for (size_t i = 0; i < chain->n; i++)
		for (int selector = 0; selector < 2; selector++) {
			if (!chain->links[i].known[selector])
				continue;
			add_key(index, chain->links[i].sha256[selector], number);
			add_key(index, chain->links[i].sha512[selector], number);
		}
}

static int
by_key(const void *a, const void *b)
{
	const struct chain_key *x = a, *y = b;

	if (x->digest != y->digest)
		return x->digest < y->digest ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

void
chain_index_sort(struct chain_index *index)
{
	size_t kept = 0;

	if (index->n == 0)
		return;
	qsort(index->keys, index->n, sizeof(*index->keys), by_key);
	for (size_t i = 1; i < index->n; i++)
		if (by_key(&index->keys[kept], &index->keys[i]) != 0)
			index->keys[++kept] = index->keys[i];
	index->n = kept + 1;
}

/* The number of the first key that is not below, or that is above. */
static size_t
bound(const struct chain_index *index, uint64_t digest, bool above)
{
	size_t low = 0, high = index->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint64_t at = index->keys[middle].digest;

		if (at < digest || (above && at == digest))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct chain_keys
chain_index_find(const struct chain_index *index, struct bytes rdata)
{
	struct bytes data = {rdata.data + RDATA_HEAD, rdata.len - RDATA_HEAD};
	uint8_t sha256[SHA256_LEN];
	uint64_t digest;
	size_t begin;

	if (rdata.len <= RDATA_HEAD)
		return (struct chain_keys){0};
	if (rdata.data[2] == TLSA_FULL) {
		EVP_Digest(data.data, data.len, sha256, NULL, EVP_sha256(), NULL);
		data = (struct bytes){sha256, sizeof(sha256)};
	}
	if (data.len < SHA256_LEN)
		return (struct chain_keys){0};
	digest = first_octets(data.data);
	begin = bound(index, digest, false);
	return (struct chain_keys){index->keys + begin, bound(index, digest, true) - begin};
}
