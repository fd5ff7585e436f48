/* RDATA of every type, as text: "TYPE rdata...". Its octets print as a text that reads as the same
 * octets, and so do they in the generic form of RFC 3597. */
#include "fuzz.h"

#include "base/codec.h"
#include "dns/rdata.h"
#include "zone/lex.h"

#include <stdlib.h>

static const char path[] = "a.zone";

struct line {
	struct diags diags;
	struct lexer lexer;
	int result;
	uint16_t type;
	uint8_t wire[RDATA_LONGEST];
	size_t len;
};

/* Returns false where the text has no type ahead. */
static bool
read(struct line *line, struct text text)
{
	struct name origin = {.len = 9, .wire = "\7example"};
	struct entry *entry = &line->lexer.entry;
	struct rdata_text words;

	fuzz_begin(&line->diags);
	lex_begin(
	    &line->lexer, &line->diags, text, diags_source(&line->diags, path, text, pos_none()));
	if (lex_next(&line->lexer) != LEX_ENTRY ||
	    type_parse(token_text(&entry->tokens[0]), &line->type) < 0)
		return false;
	words = (struct rdata_text){.at = entry->tokens + 1,
	    .end = entry->tokens + entry->n,
	    .entry = entry,
	    .origin = &origin,
	    .diags = &line->diags};
	line->result = rdata_parse(&words, line->type, line->wire, &line->len);
	FUZZ_ASSERT(line->result < 0 || words.at == words.end);
	return true;
}

static void
line_end(struct line *line)
{
	lex_end(&line->lexer);
	diags_free(&line->diags);
}

static void
check_again(const struct line *line, const char *what, struct buf *text)
{
	static struct line again;
	char *copy = fuzz_text((const uint8_t *)text->data, text->len);

	if (!read(&again, (struct text){copy, text->len}) || again.result < 0 ||
	    again.len != line->len || memcmp(again.wire, line->wire, line->len) != 0)
		fuzz_same(what, (struct text){text->data, text->len}, (struct text){"", 0});
	line_end(&again);
	free(copy);
	buf_clear(text);
}

static void
check_canonical(uint16_t type, struct bytes rdata)
{
	uint8_t *once = fuzz_octets(rdata.data, rdata.len),
		*twice = fuzz_octets(rdata.data, rdata.len);
	struct rdata_walk walk = rdata_walk(type, rdata);
	enum name_use use;

	rdata_canonical(type, rdata, once);
	rdata_canonical(type, (struct bytes){once, rdata.len}, twice);
	FUZZ_ASSERT(memcmp(once, twice, rdata.len) == 0);
	FUZZ_ASSERT(rdata_valid(type, (struct bytes){once, rdata.len}));
	FUZZ_ASSERT(rdata_compare(type, rdata, (struct bytes){once, rdata.len}) == 0);
	for (const uint8_t *name; (name = rdata_walk_next(&walk, &use));)
		FUZZ_ASSERT(name >= rdata.data &&
			    name_length(name, (size_t)(rdata.data + rdata.len - name)) > 0);
	free(once);
	free(twice);
}

static void
check(const struct line *line)
{
	uint8_t *octets = fuzz_octets(line->wire, line->len);
	struct bytes rdata = {octets, line->len};
	struct buf text = {0};

	FUZZ_ASSERT(rdata_valid(line->type, rdata));
	type_print(&text, line->type);
	buf_putc(&text, ' ');
	rdata_print(&text, line->type, rdata);
	check_again(line, "what is printed", &text);
	buf_printf(&text, "TYPE%u \\# %zu ", line->type, rdata.len);
	hex_encode(&text, rdata);
	check_again(line, "the generic form", &text);
	buf_free(&text);
	check_canonical(line->type, rdata);
	free(octets);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct line line;
	char *copy = fuzz_text(data, size);

	if (read(&line, (struct text){copy, size})) {
		if (line.result == 0)
			check(&line);
		fuzz_told(&line.diags, line.result < 0, path, (struct text){copy, size});
	}
	line_end(&line);
	free(copy);
	return 0;
}
