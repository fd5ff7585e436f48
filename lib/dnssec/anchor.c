#include "dnssec/anchor.h"

#include "base/duration.h"
#include "base/file.h"
#include "base/mem.h"
#include "dns/rdata.h"
#include "zone/lex.h"

#include <stdlib.h>

struct loading {
	struct diags *diags;
	const struct name *zone;
	struct name owner; /* of the last record */
	struct anchor *items;
	size_t n, cap;
	uint8_t rdata[RDATA_LONGEST];
};

/* An optional TTL or class ahead of the type. */
static bool
is_ahead_of_type(struct text text)
{
	uint64_t ttl_s;

	return text_is_nocase(text, "IN") || duration_parse_ttl(text, UINT32_MAX, &ttl_s) == 0;
}

static void
keep(struct loading *loading, struct pos pos, uint16_t type, size_t len)
{
	struct bytes rdata = {arena_copy(&loading->diags->arena, loading->rdata, len), len};

	loading->items =
	    mem_grow(loading->items, loading->n, &loading->cap, sizeof(*loading->items));
	loading->items[loading->n++] = (struct anchor){rdata, pos, type};
}

/* owner [TTL] [class] type RDATA */
static int
read_entry(struct loading *loading, const struct entry *entry)
{
	static const struct name root = {.len = 1};
	const struct token *at = entry->tokens, *end = at + entry->n;
	struct rdata_text text = {.entry = entry, .origin = &root, .diags = loading->diags};
	struct name_fault fault;
	uint16_t type = 0;
	size_t len;

	if (!entry->blank_owner && name_parse(token_text(at++), &root, &loading->owner, &fault) < 0)
		return diag_error(
		    loading->diags, token_pos(entry, at - 1), Z_NAME, "%s", fault.why);
	while (at < end && is_ahead_of_type(token_text(at)))
		at++;
	if (at == end || type_parse(token_text(at), &type) < 0 ||
	    (type != TYPE_DS && type != TYPE_DNSKEY))
		return diag_error(loading->diags, token_pos(entry, entry->tokens), S_ANCHOR_FILE,
		    "neither a DS nor a DNSKEY record");
	text.at = at + 1;
	text.end = end;
	if (rdata_parse(&text, type, loading->rdata, &len) < 0)
		return -1;
	if (loading->owner.len && name_equal(loading->owner.wire, loading->zone->wire))
		keep(loading, token_pos(entry, entry->tokens), type, len);
	return 0;
}

static int
read_all(struct loading *loading, struct text text, uint32_t source)
{
	struct lexer lexer;
	enum lex_result result;
	int bad = 0;

	lex_begin(&lexer, loading->diags, text, source);
	while ((result = lex_next(&lexer)) != LEX_END)
		if (result == LEX_BAD || read_entry(loading, &lexer.entry) < 0)
			bad = -1;
	lex_end(&lexer);
	return bad;
}

int
anchors_load(struct diags *diags, const char *path, const struct name *zone, struct anchors *out)
{
	struct loading *loading;
	struct text text;
	int bad;

	*out = (struct anchors){0};
	if (file_load(diags, pos_none(), NULL, path, &text) < 0)
		return -1;
	if (file_is_private(text))
		return diag_add_path(
		    diags, path, Z_SYNTAX, "this is no trust anchor: it holds a private key");
	loading = mem_alloc(sizeof(*loading));
	*loading = (struct loading){.diags = diags, .zone = zone};
	bad = read_all(loading, text, diags_source(diags, path, text, pos_none()));
	if (loading->n > 0) {
		out->n = loading->n;
		out->items = arena_alloc(&diags->arena, loading->n * sizeof(*loading->items));
		memcpy(out->items, loading->items, loading->n * sizeof(*loading->items));
	} else if (bad == 0) {
		bad =
		    diag_add_path(diags, path, S_ANCHOR_FILE, "no DS or DNSKEY record of the zone");
	}
	free(loading->items);
	free(loading);
	return bad;
}

int
anchors_add(struct diags *diags, const char *path, const struct name *zone, struct anchors *out)
{
	struct anchors more, all;

	if (anchors_load(diags, path, zone, &more) < 0)
		return -1;
	all.n = out->n + more.n;
	all.items = arena_alloc(&diags->arena, all.n * sizeof(*all.items));
	if (out->n)
		memcpy(all.items, out->items, out->n * sizeof(*all.items));
	memcpy(all.items + out->n, more.items, more.n * sizeof(*all.items));
	*out = all;
	return 0;
}
