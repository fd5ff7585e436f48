#define _GNU_SOURCE
#include "dnssec/index.h"

#include "base/codec.h"
#include "base/mem.h"
#include "base/pool.h"
#include "dns/serial.h"
#include "dnssec/nsec.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { PER_CHUNK = 512 };

_Static_assert(sizeof(struct index_block) == INDEX_DIGEST + 28, "no octet is left undefined");
_Static_assert(
    offsetof(struct index_end, seal) + sizeof(struct seal) == sizeof(struct index_end), "nor here");

/* --- Reading --- */

/* Do the blocks make up the file? */
static bool
find_places(struct index *index)
{
	size_t at = 0;

	index->places = mem_resize(NULL, index->n, sizeof(*index->places));
	index->first_nsec3 = index->n;
	for (size_t i = 0; i < index->n; i++) {
		index->places[i] = at;
		at += index->blocks[i].len;
		index->n_records += index->blocks[i].n_records;
		if (index->blocks[i].is_nsec3 && index->first_nsec3 == index->n)
			index->first_nsec3 = i;
	}
	return at == index->file.len;
}

static bool
read_end(struct index *index)
{
	struct text text = index->text;
	size_t blocks_len = text.len - sizeof(struct index_end);
	struct index_end end;

	if (!text.data || text.len < sizeof(end) || blocks_len % sizeof(struct index_block) != 0)
		return false;
	memcpy(&end, text.data + blocks_len, sizeof(end));
	index->blocks = (const struct index_block *)(const void *)text.data;
	index->n = blocks_len / sizeof(struct index_block);
	memcpy(index->settings, end.settings, DIGEST_LEN);
	memcpy(index->sha256, end.sha256, DIGEST_LEN);
	return memcmp(end.magic, INDEX_MAGIC, sizeof(end.magic)) == 0 && end.one == 1 &&
	       end.n_blocks == index->n && index->n > 0 && index->n < INDEX_NONE;
}

bool
index_read(struct index *index, const struct roots *own, const char *path,
    const struct roots *outputs, const char *zone_path)
{
	struct diags *diags = &index->diags;
	uint8_t sha256[DIGEST_LEN];

	*index = (struct index){0};
	if (file_load_if(diags, pos_none(), own, path, &index->text) < 0 || !read_end(index) ||
	    file_load_if(diags, pos_none(), outputs, zone_path, &index->file) < 0 ||
	    !index->file.data)
		return false;
	digest_sha256((struct bytes){(const uint8_t *)index->file.data, index->file.len}, sha256);
	return memcmp(sha256, index->sha256, sizeof(sha256)) == 0 && find_places(index);
}

bool
index_is_sealed(const struct index *index, const struct keys *keys)
{
	size_t len = index->text.len - sizeof(struct seal);
	uint8_t sha256[DIGEST_LEN];
	struct seal seal;

	memcpy(&seal, index->text.data + len, sizeof(seal));
	digest_sha256((struct bytes){(const uint8_t *)index->text.data, len}, sha256);
	return seal_holds(keys, sha256, &seal);
}

void
index_free(struct index *index)
{
	free(index->places);
	diags_free(&index->diags);
	*index = (struct index){0};
}

static void
nsec3_hash(const struct index *index, size_t block, uint8_t hash[NSEC3_HASH])
{
	struct text text = index_text(index, block);

	if (text.len < NSEC3_LABEL ||
	    base32hex_decode((struct text){text.data, NSEC3_LABEL}, hash) != NSEC3_HASH)
		memset(hash, 0, NSEC3_HASH);
}

void
index_nsec3_link(
    const struct index *index, size_t block, uint8_t hash[NSEC3_HASH], uint8_t next[NSEC3_HASH])
{
	nsec3_hash(index, block++, hash);
	while (block < index->n && !index->blocks[block].is_nsec3)
		block++;
	nsec3_hash(index, block < index->n ? block : index->first_nsec3, next);
}

/* --- Digests --- */

struct match_run {
	struct index_match *match;
	const struct store *store;
	const struct nsec3_chain *nsec3; /* NULL: nodes */
	bool nsec;
	struct digest **digests; /* by worker */
};

static void
digest_name(struct digest *digest, const struct node *node)
{
	digest_add(digest, &node->wire_len, sizeof(node->wire_len));
	digest_add(digest, node->key + node->key_len, node->wire_len);
}

static void
take_digest(struct digest *digest, uint8_t out[INDEX_DIGEST])
{
	uint8_t sha256[DIGEST_LEN];

	digest_next(digest, sha256);
	memcpy(out, sha256, INDEX_DIGEST);
}

/* Where it lies decides what is signed; the next name is in its NSEC record. */
void
index_digest_node(struct digest *digest, const struct store *store, size_t i, bool nsec,
    uint8_t out[INDEX_DIGEST])
{
	const struct node *node = &store->nodes[i];
	const struct record *records = node_records(store, node);
	uint32_t place = node->flags & (NODE_CUT | NODE_OCCLUDED);

	digest_add(digest, &place, sizeof(place));
	digest_name(digest, node);
	if (nsec && !(place & NODE_OCCLUDED))
		digest_name(digest, nsec_next(store, i));
	for (uint32_t r = 0; r < node->n; r++) {
		uint32_t head[] = {records[r].ttl_s, records[r].type, records[r].rdlen};

		digest_add(digest, head, sizeof(head));
		digest_add(digest, records[r].rdata, records[r].rdlen);
	}
	take_digest(digest, out);
}

/* The TTL is one of the settings. */
void
index_digest_nsec3(struct digest *digest, const struct store *store,
    const struct nsec3_chain *chain, size_t i, uint8_t out[INDEX_DIGEST])
{
	uint8_t rdata[NSEC3_RDATA_LONGEST];

	digest_add(digest, chain->items[i].hash, NSEC3_HASH);
	digest_add(digest, rdata, nsec3_rdata(store, chain, i, rdata));
	take_digest(digest, out);
}

static void
digest_chunk(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct match_run *run = ctx;
	struct digest *digest = run->digests[worker];
	size_t end = (chunk + 1) * PER_CHUNK;

	(void)slot;
	for (size_t i = chunk * PER_CHUNK; i < end && i < run->match->n; i++) {
		uint8_t *out = run->match->digests[i];

		if (run->nsec3) {
			index_digest_nsec3(digest, run->store, run->nsec3, i, out);
		} else {
			store_prefetch(run->store, i);
			index_digest_node(digest, run->store, i, run->nsec, out);
		}
	}
}

static void
digest_all(struct match_run *run, unsigned n_workers)
{
	struct pool_work work = {
	    run, (run->match->n + PER_CHUNK - 1) / PER_CHUNK, digest_chunk, NULL};
	uint8_t unused[DIGEST_LEN];

	run->match->digests = mem_resize(NULL, run->match->n, sizeof(*run->match->digests));
	run->digests = mem_resize(NULL, n_workers, sizeof(*run->digests));
	for (unsigned i = 0; i < n_workers; i++)
		run->digests[i] = digest_begin();
	pool_run(n_workers, &work);
	for (unsigned i = 0; i < n_workers; i++)
		digest_end(run->digests[i], unused);
	free(run->digests);
}

/* --- Which are the same --- */

bool
index_is_fresh(const struct index *index, size_t number)
{
	const struct index_block *block = &index->blocks[number];

	return block->n_signatures == 0 ||
	       (!serial_later(block->last_start, index->now) &&
		   serial_later(block->first_end, index->now + index->refresh_s));
}

/* The owner at which the block's text begins, against node `i`. */
static int
compare_owner(const struct match_run *run, const struct index *index, size_t block, size_t i)
{
	const struct node *node = &run->store->nodes[i];
	struct text text = index_text(index, block);
	const char *tab = memchr(text.data, '\t', text.len);
	uint8_t key[NAME_KEY_LONGEST];
	struct name_fault fault;
	struct name name;
	size_t relative, len;

	text.len = tab ? (size_t)(tab - text.data) : 0;
	if (name_parse(text, NULL, &name, &fault) < 0 ||
	    !name_in_zone(
		name.wire, name.len, run->store->apex.wire, run->store->apex.len, &relative))
		return -1; /* of no use */
	len = name_key(name.wire, relative, key);
	return bytes_compare((struct bytes){key, len}, (struct bytes){node->key, node->key_len});
}

static int
compare_item(const struct match_run *run, const struct index *index, size_t block, size_t i)
{
	uint8_t hash[NSEC3_HASH];

	nsec3_hash(index, block, hash);
	return memcmp(hash, run->nsec3->items[i].hash, NSEC3_HASH);
}

/* Both are in order, so each difference is where the names say. */
static void
match_all(const struct match_run *run, const struct index *index)
{
	struct index_match *match = run->match;
	size_t block = 0, i = 0;

	while (block < index->n && i < match->n) {
		const struct index_block *old = &index->blocks[block];
		int order;

		match->blocks[i] = INDEX_NONE;
		if (!old->is_nsec3 != !run->nsec3) {
			block++;
			continue;
		}
		if (memcmp(old->digest, match->digests[i], INDEX_DIGEST) == 0) {
			match->blocks[i++] =
			    index_is_fresh(index, block) ? (uint32_t)block : INDEX_NONE;
			block++;
			continue;
		}
		order = run->nsec3 ? compare_item(run, index, block, i)
				   : compare_owner(run, index, block, i);
		block += order <= 0;
		i += order >= 0;
	}
	while (i < match->n)
		match->blocks[i++] = INDEX_NONE;
}

static void
match_begin(struct match_run *run, const struct index *index, size_t n, unsigned n_workers)
{
	*run->match = (struct index_match){.n = n};
	digest_all(run, n_workers);
	if (!run->nsec3)
		memset(run->match->digests[0], 0, INDEX_DIGEST); /* the apex */
	run->match->blocks = mem_resize(NULL, n, sizeof(*run->match->blocks));
	match_all(run, index);
}

void
index_match_nodes(struct index_match *match, const struct index *index, const struct store *store,
    bool nsec, unsigned n_workers)
{
	struct match_run run = {.match = match, .store = store, .nsec = nsec};

	match_begin(&run, index, store->n_nodes, n_workers);
	match->blocks[0] = INDEX_NONE;
}

void
index_match_nsec3(struct index_match *match, const struct index *index, const struct store *store,
    const struct nsec3_chain *chain, unsigned n_workers)
{
	struct match_run run = {.match = match, .store = store, .nsec3 = chain};

	match_begin(&run, index, chain->n, n_workers);
}

void
index_match_free(struct index_match *match)
{
	free(match->digests);
	free(match->blocks);
	*match = (struct index_match){0};
}

/* --- Writing --- */

struct index_writer {
	struct diags *own;
	struct diags *diags;
	const char *path;
	struct output *out; /* NULL: it cannot be written, or is done */
	struct digest *digest;
	uint64_t n_blocks;
};

bool
index_may_replace(const char *path)
{
	int fd = file_open(NULL, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct index_end end;
	struct stat st;
	bool is;

	if (fd < 0)
		return true; /* what else is wrong, who opens it to write is told */
	is = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	     (st.st_size == 0 || ((size_t)st.st_size >= sizeof(end) &&
				     file_read_at(fd, (char *)&end, sizeof(end),
					 (size_t)st.st_size - sizeof(end)) &&
				     memcmp(end.magic, INDEX_MAGIC, sizeof(end.magic)) == 0));
	close(fd);
	return is;
}

struct index_writer *
index_open(struct diags *diags, const struct roots *own, const char *path)
{
	struct index_writer *writer = arena_zalloc(&diags->arena, sizeof(*writer));

	writer->own = arena_zalloc(&diags->arena, sizeof(*writer->own));
	writer->diags = diags;
	writer->path = path;
	writer->digest = digest_begin();
	writer->out = output_open_in(writer->own, own, path);
	if (writer->out)
		output_relax(writer->out);
	return writer;
}

static void
put(struct index_writer *writer, const void *data, size_t len)
{
	digest_add(writer->digest, data, len);
	if (writer->out && output_write(writer->out, data, len) < 0) {
		output_abort(writer->out);
		writer->out = NULL;
	}
}

void
index_add(struct index_writer *writer, const struct index_block *blocks, size_t n)
{
	writer->n_blocks += n;
	put(writer, blocks, n * sizeof(*blocks));
}

static void
writer_end(struct index_writer *writer, uint8_t sha256[DIGEST_LEN])
{
	digest_end(writer->digest, sha256);
	writer->digest = NULL;
}

int
index_commit(struct index_writer *writer, const struct keys *keys,
    const uint8_t settings[DIGEST_LEN], const uint8_t sha256[DIGEST_LEN])
{
	struct index_end end = {.one = 1, .n_blocks = writer->n_blocks};
	uint8_t own[DIGEST_LEN];
	bool changed, sealed;
	int result = 0;

	memcpy(end.magic, INDEX_MAGIC, sizeof(end.magic));
	memcpy(end.settings, settings, DIGEST_LEN);
	memcpy(end.sha256, sha256, DIGEST_LEN);
	put(writer, &end, offsetof(struct index_end, seal));
	writer_end(writer, own);
	sealed = seal_make(keys, own, &end.seal);
	if (writer->out &&
	    (!sealed || output_write(writer->out, (const char *)&end.seal, sizeof(end.seal)) < 0 ||
		output_commit(writer->out, &changed) < 0))
		output_abort(writer->out);
	writer->out = NULL;
	if (writer->own->n > 0)
		result = diag_add_path(
		    writer->diags, writer->path, F_CACHE, "%s", writer->own->items[0].message);
	diags_free(writer->own);
	return result;
}

void
index_abort(struct index_writer *writer)
{
	uint8_t unused[DIGEST_LEN];

	if (!writer->digest)
		return;
	writer_end(writer, unused);
	if (writer->out)
		output_abort(writer->out);
	writer->out = NULL;
	diags_free(writer->own);
}
