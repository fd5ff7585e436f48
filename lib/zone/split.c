/* No line start is sure before all ahead of it is lexed: it may lie in parentheses. So the cuts are
 * guesses, and a piece counts only once its predecessor has ended where it begins. It counts, too,
 * only if nothing was told of it, and if nothing in it depends on what stands before, but for what
 * holds for the whole stretch: zone, origin, $TTL, or else the last TTL. All else is parsed in one
 * go. */
#include "zone/parse_part.h"

#include "base/mem.h"
#include "base/pool.h"
#include "zone/store.h"

#include <stdlib.h>

enum {
	PIECE = 1 << 18, /* octets */
	FEWEST = 2,      /* pieces that are worth their threads, */
	MANY = 8,        /* and that make up for one that fails */
};

/* What becomes of one piece. */
struct slot {
	struct parse_options options;
	struct parser parser;
	struct diags diags;
	struct store store;
	uint64_t octets; /* of names and RDATA */
	bool good;
};

struct split {
	const struct parser *ahead; /* as the stretch begins */
	struct parser *parser;
	struct frame *frame;
	const char **cuts; /* where each of the pieces begins, and the end */
	size_t n, n_taken;
	struct slot *slots;
	struct arena *data; /* by worker: names and RDATA */
};

/* --- Cutting --- */

/* The first line from the line at `at` on that begins with "$"; the end if there is none. */
static const char *
find_directive(const char *at, const char *end)
{
	const char *p = at;

	while ((p = memchr(p, '$', (size_t)(end - p))) && p > at && p[-1] != '\n')
		p++;
	return p ? p : end;
}

/* The first line behind `at` that seems to begin with an owner; `end` if there is none ahead. */
static const char *
find_owner(const char *at, const char *end)
{
	while ((at = memchr(at, '\n', (size_t)(end - at))) && ++at < end)
		if (!strchr(" \t\r\n;()\"", *at))
			return at;
	return end;
}

static void
cut(struct split *split, const char *end, size_t piece)
{
	const char *begin = split->frame->lexer.at, *at = begin;

	split->n = (size_t)(end - begin) / piece;
	split->cuts = mem_resize(NULL, split->n + 1, sizeof(*split->cuts));
	split->cuts[0] = begin;
	for (size_t i = 1; i < split->n; i++) {
		const char *least = begin + i * piece;

		at = find_owner(at > least ? at : least, end);
		split->cuts[i] = at;
	}
	split->cuts[split->n] = end;
}

/* --- Pieces --- */

/* The first piece goes on with the owner that is known; the others wait for their own. All guess
 * that the last TTL is still the same. */
static void
slot_begin(struct slot *slot, const struct parser *ahead, bool is_first)
{
	slot->parser = *ahead;
	slot->parser.options = &slot->options;
	slot->parser.diags = &slot->diags;
	slot->parser.scratch = (struct arena){0};
	slot->parser.any_record = false;
	slot->diags = (struct diags){
	    .severities = ahead->diags->severities, .errors_only = ahead->diags->errors_only};
	slot->store.n_nodes = slot->store.n_records = 0;
	slot->store.refused = false;
	if (is_first)
		return;
	slot->parser.owner = (struct name){0};
	slot->parser.owner_given = false;
	slot->parser.ttl_guessed = true;
}

static uint64_t
octets_of(const struct store *store)
{
	uint64_t octets = 0;

	for (size_t i = 0; i < store->n_nodes; i++)
		octets += store->nodes[i].key_len + store->nodes[i].wire_len;
	for (size_t i = 0; i < store->n_records; i++)
		octets += store->records[i].rdlen;
	return octets;
}

static void
parse_slot(void *ctx, unsigned worker, size_t number, size_t piece)
{
	struct split *split = ctx;
	struct slot *slot = &split->slots[number];
	const struct lexer *whole = &split->frame->lexer;
	const char *text = whole->entry.base;
	struct arena *data = &split->data[worker];
	struct arena_mark mark = arena_mark(data);
	uint64_t begin_us = account_clock_us();
	struct lexer lexer;

	slot_begin(slot, split->ahead, piece == 0);
	slot->store.data = *data;
	lex_begin(&lexer, &slot->diags, (struct text){text, (size_t)(whole->end - text)},
	    split->frame->source);
	lexer.at = split->cuts[piece];
	slot->good = parse_piece(&slot->parser, &lexer, split->cuts[piece + 1]);
	lex_end(&lexer);
	*data = slot->store.data;
	slot->store.data = (struct arena){0};
	slot->octets = octets_of(&slot->store);
	slot->diags.account.taken[LIMIT_TIME] = account_clock_us() - begin_us;
	if (!slot->good)
		arena_reset(data, mark);
}

static bool
fits(const struct account *account, enum limit limit, uint64_t n)
{
	return !account->is_open || account->taken[limit] + n <= account->most[limit];
}

static uint64_t
size_of_arrays(const struct store *store)
{
	return store->n_nodes * sizeof(*store->nodes) + store->n_records * sizeof(*store->records);
}

/* Where a limit comes into reach, one record after the other is counted. */
static bool
is_within_limits(const struct split *split, const struct slot *slot)
{
	const struct account *account = &split->parser->diags->account;
	const uint64_t *taken = slot->diags.account.taken;
	uint64_t memory = slot->octets + size_of_arrays(&slot->store);

	return fits(account, LIMIT_RECORDS, taken[LIMIT_RECORDS]) &&
	       fits(account, LIMIT_MADE, taken[LIMIT_MADE]) && fits(account, LIMIT_MEMORY, memory);
}

static void
charge(struct split *split, const struct slot *slot)
{
	struct account *account = &split->parser->diags->account;
	const uint64_t *taken = slot->diags.account.taken;

	account_take(account, LIMIT_RECORDS, taken[LIMIT_RECORDS]);
	account_take(account, LIMIT_MADE, taken[LIMIT_MADE]);
	account_take(account, LIMIT_MEMORY, slot->octets);
	account_take(account, LIMIT_TIME, taken[LIMIT_TIME]);
}

/* A SOA record may have become the default TTL. */
static bool
is_ttl_right(const struct split *split, const struct parser *behind)
{
	return behind->default_ttl_known == split->ahead->default_ttl_known &&
	       (!behind->guess_taken || split->parser->last_ttl_s == split->ahead->last_ttl_s);
}

/* What the parser knows behind the piece. */
static void
go_on(struct parser *parser, const struct parser *behind)
{
	if (!behind->any_record)
		return;
	parser->any_record = parser->proved = true;
	parser->owner = behind->owner;
	parser->owner_text = (struct text){NULL, 0};
	parser->owner_given = behind->owner_given;
	parser->last_ttl_known = behind->last_ttl_known;
	parser->last_ttl_s = behind->last_ttl_s;
}

/* The other pieces will be like the first; memory that is never touched costs nothing. */
static void
reserve(struct split *split, const struct store *first)
{
	if (fits(&split->parser->diags->account, LIMIT_MEMORY, split->n * size_of_arrays(first)))
		store_reserve(split->parser->options->split.store, split->n * first->n_nodes,
		    split->n * first->n_records);
}

static int
take_slot(void *ctx, size_t number, size_t piece)
{
	struct split *split = ctx;
	struct slot *slot = &split->slots[number];
	bool good =
	    slot->good && is_within_limits(split, slot) && is_ttl_right(split, &slot->parser);

	if (good) {
		if (piece == 0)
			reserve(split, &slot->store);
		charge(split, slot);
		store_join(split->parser->options->split.store, &slot->store);
		go_on(split->parser, &slot->parser);
		split->frame->lexer.at = split->cuts[piece + 1];
		if (split->parser->options->split.release)
			diags_release(split->parser->diags, split->frame->source,
			    (struct text){split->cuts[piece],
				(size_t)(split->cuts[piece + 1] - split->cuts[piece])});
		split->n_taken++;
	}
	diags_free(&slot->diags);
	return good ? 0 : -1;
}

/* --- The stretch --- */

static void
run(struct split *split, const struct parse_split *how)
{
	size_t n_slots = pool_slots(how->n_workers);
	struct pool_work work = {split, split->n, parse_slot, take_slot};

	split->slots = mem_resize(NULL, n_slots, sizeof(*split->slots));
	split->data = arenas_new(how->n_workers + 1);
	for (size_t i = 0; i < n_slots; i++) {
		struct slot *slot = &split->slots[i];

		slot->options = *split->ahead->options;
		slot->options.sink = (struct parse_sink){.ctx = &slot->store, .record = store_add};
		slot->diags = (struct diags){0};
		store_begin(&slot->store, &slot->diags, &how->store->apex);
	}
	pool_run(how->n_workers, &work);
	store_adopt(how->store, split->data, how->n_workers + 1);
	for (size_t i = 0; i < n_slots; i++) {
		store_free(&split->slots[i].store);
		diags_free(&split->slots[i].diags);
	}
	free(split->slots);
}

/* Parses the text up to `end` in pieces, as far as they are good. */
static void
parse_stretch(struct parser *parser, struct frame *frame, const char *end, size_t piece)
{
	struct parser *ahead = mem_alloc(sizeof(*ahead));
	struct split split = {.ahead = ahead, .parser = parser, .frame = frame};
	size_t next;

	*ahead = *parser;
	cut(&split, end, piece);
	run(&split, &parser->options->split);
	next = split.n_taken + 1 + frame->pause;
	frame->split_at = split.cuts[next < split.n ? next : split.n] + (next > split.n);
	frame->pause = split.n_taken >= MANY ? 0 : 2 * frame->pause + 1;
	if (split.n_taken > 0)
		frame->lexer.entry.begin = frame->lexer.at;
	free(split.cuts);
	free(ahead);
}

void
split_parse(struct parser *parser, struct frame *frame)
{
	const struct parse_split *how = &parser->options->split;
	size_t piece = how->piece ? how->piece : PIECE;
	const char *at = frame->lexer.at;

	if (how->store->apex.len == 0) {
		frame->split_at = at + 1;
		return;
	}
	if (!frame->directive || frame->directive < at)
		frame->directive = find_directive(at, frame->lexer.end);
	if ((size_t)(frame->directive - at) < FEWEST * piece)
		frame->split_at = frame->directive + 1;
	else
		parse_stretch(parser, frame, frame->directive, piece);
}
