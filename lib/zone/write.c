#include "zone/write.h"

#include "base/pool.h"

enum { NODES_PER_CHUNK = 1024 };

struct text
write_owner(struct buf *scratch, const struct store *store, const struct node *node)
{
	uint8_t wire[NAME_LONGEST];

	node_wire(store, node, wire);
	buf_clear(scratch);
	name_print(scratch, wire);
	buf_putc(scratch, '\t');
	return (struct text){scratch->data, scratch->len};
}

void
write_record(struct buf *b, struct text owner, uint32_t ttl_s, uint16_t type, struct bytes rdata)
{
	buf_reserve(b, owner.len + 64);
	buf_put(b, owner.data, owner.len);
	buf_decimal(b, ttl_s);
	buf_put(b, "\tIN\t", 4);
	type_print(b, type);
	buf_putc(b, '\t');
	rdata_print(b, type, rdata);
	buf_putc(b, '\n');
}

struct write_run {
	const struct store *store;
	struct output *out;
	struct buf *text;   /* by slot */
	struct buf *owners; /* by worker */
};

static void
write_chunk(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct write_run *run = ctx;
	const struct store *store = run->store;
	size_t end = (chunk + 1) * NODES_PER_CHUNK;

	buf_clear(&run->text[slot]);
	for (size_t i = chunk * NODES_PER_CHUNK; i < end && i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];
		const struct record *record = node_records(store, node);
		struct text owner = write_owner(&run->owners[worker], store, node);

		store_prefetch(store, i);
		for (const struct record *last = record + node->n; record < last; record++)
			write_record(&run->text[slot], owner, record->ttl_s, record->type,
			    record_rdata(record));
	}
}

static int
take_chunk(void *ctx, size_t slot, size_t chunk)
{
	struct write_run *run = ctx;

	(void)chunk;
	return output_write(run->out, run->text[slot].data, run->text[slot].len);
}

int
write_store(struct output *out, const struct store *store, unsigned n_workers)
{
	size_t n_slots = pool_slots(n_workers);
	struct write_run run = {store, out, bufs_new(n_slots), bufs_new(n_workers)};
	struct pool_work work = {&run, (store->n_nodes + NODES_PER_CHUNK - 1) / NODES_PER_CHUNK,
	    write_chunk, take_chunk};
	int result = pool_run(n_workers, &work);

	bufs_free(run.text, n_slots);
	bufs_free(run.owners, n_workers);
	return result;
}
