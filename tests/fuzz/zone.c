/* Zone text: lexer, parser, $GENERATE, store, writer, formatter, checks of contents. */
#include "fuzz.h"

#include "check/contents.h"
#include "check/zone.h"
#include "zone/store.h"
#include "zone/write.h"

#include <stdlib.h>

static const char path[] = "a.zone";

struct zone {
	struct diags diags;
	struct store store;
	struct name name;
	int result;
	struct buf records; /* as lines, sorted */
	struct buf told;
};

static void
print(struct zone *zone)
{
	struct buf owner = {0};

	for (size_t i = 0; i < zone->store.n_nodes; i++) {
		const struct node *node = &zone->store.nodes[i];
		struct text name = write_owner(&owner, &zone->store, node);

		for (size_t j = 0; j < node->n; j++) {
			const struct record *record = node_records(&zone->store, node) + j;

			FUZZ_ASSERT(rdata_valid(record->type, record_rdata(record)));
			write_record(&zone->records, name, record->ttl_s, record->type,
			    record_rdata(record));
		}
	}
	buf_free(&owner);
}

/* In pieces of so many octets; 0: in one go. */
static void
read(struct zone *zone, struct text text, const struct name *name, size_t piece)
{
	struct store *store = &zone->store;
	struct parse_options options = {.zone = name,
	    .roots = &fuzz_nothing,
	    .sink = {.ctx = store, .record = store_add, .lost = store_lose},
	    .split = {piece ? store : NULL, 1, piece, false}};

	*zone = (struct zone){0};
	fuzz_begin(&zone->diags);
	store_begin(store, &zone->diags, name);
	zone->result = parse_text(&zone->diags, &options, path, text,
	    diags_source(&zone->diags, path, text, pos_none()), &zone->name);
	store_sort(store);
	print(zone);
	buf_printf(&zone->told, "%d %u\n", zone->result, zone->name.len);
	diags_sort(&zone->diags);
	for (size_t i = 0; i < zone->diags.n; i++) {
		const struct diag *d = &zone->diags.items[i];

		buf_printf(&zone->told, "%s %u:%u %s\n", problem_table[d->problem].code,
		    (unsigned)d->place.line, d->place.column, d->message);
	}
}

static void
zone_end(struct zone *zone)
{
	store_free(&zone->store);
	buf_free(&zone->records);
	buf_free(&zone->told);
	diags_free(&zone->diags);
}

static struct text
lines(const struct buf *b)
{
	return (struct text){b->data, b->len};
}

/* What is printed reads as itself. */
static void
check_print(const struct zone *zone)
{
	struct zone again;
	char *text = fuzz_text((const uint8_t *)zone->records.data, zone->records.len);

	read(&again, (struct text){text, zone->records.len}, &zone->store.apex, 0);
	fuzz_same("what is printed", lines(&zone->records), lines(&again.records));
	FUZZ_ASSERT(again.result == 0);
	zone_end(&again);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_text(data, size);
	struct text text = {copy, size};
	struct zone zone, pieces;

	read(&zone, text, NULL, 0);
	read(&pieces, text, NULL, 1 + size % 61);
	if (!zone.diags.account.is_over && !pieces.diags.account.is_over) {
		fuzz_same("records of pieces", lines(&zone.records), lines(&pieces.records));
		fuzz_same("problems of pieces", lines(&zone.told), lines(&pieces.told));
	}
	zone_end(&pieces);
	if (zone.result == 0 && zone.store.n_nodes > 0)
		check_print(&zone);
	if (zone.result == 0)
		check_zone(&zone.store, 0);
	else
		check_names(&zone.store);
	check_contents(&zone.store);
	fuzz_told(&zone.diags, zone.result < 0, path, text);
	zone_end(&zone);
	free(copy);
	return 0;
}
