#include "project/shard.h"

#include "base/codec.h"

enum { PLACES_BITS = 32 };

int
shard_read(struct text text, struct shard *out)
{
	const char *slash = memchr(text.data, '/', text.len);
	uint64_t k, n;

	if (!slash)
		return -1;
	if (decimal_parse((struct text){text.data, (size_t)(slash - text.data)}, SHARDS_MOST, &k) <
		0 ||
	    decimal_parse((struct text){slash + 1, text.len - (size_t)(slash + 1 - text.data)},
		SHARDS_MOST, &n) < 0 ||
	    k < 1 || k > n)
		return -1;
	*out = (struct shard){(uint32_t)k, (uint32_t)n};
	return 0;
}

/* FNV-1a of 64 bits, whose upper half is mixed with the lower: that one alone moves with the last
 * octets, which all names have in common. It stands in files of hosts that work together: it must
 * never change. */
uint32_t
shard_place(const struct name *name)
{
	const uint64_t prime = UINT64_C(0x100000001b3);
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	uint8_t lower[NAME_LONGEST];

	name_lower(lower, name->wire, name->len);
	for (size_t i = 0; i < name->len; i++)
		hash = (hash ^ lower[i]) * prime;
	hash ^= hash >> 32;
	hash *= UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(hash >> PLACES_BITS);
}

/* Place p is in shard p * N / 2^32 + 1, rounded down. */
struct shard_places
shard_places(struct shard shard)
{
	const uint64_t all = UINT64_C(1) << PLACES_BITS;
	uint64_t n = shard.n ? shard.n : 1, k = shard.n ? shard.k : 1;

	return (struct shard_places){((k - 1) * all + n - 1) / n, (k * all + n - 1) / n};
}

/* In canonical order a zone stands ahead of those below it. */
void
shard_zones(struct shard shard, const struct project *project, bool *has)
{
	struct shard_places places = shard_places(shard);
	const struct name *top = NULL;
	uint32_t place = 0;
	size_t relative;

	for (size_t i = 0; i < project->n_zones; i++) {
		const struct name *name = &project->zones[i].name;

		if (shard.n > 0 &&
		    !(top && name_in_zone(name->wire, name->len, top->wire, top->len, &relative))) {
			top = name;
			place = shard_place(name);
		}
		has[i] = place >= places.from && place < places.to;
	}
}
