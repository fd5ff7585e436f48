/* RDATA of every type, as octets behind two of the type's number: it is refused, or it prints as a
 * text that reads as itself. */
#include "fuzz.h"

#include "dns/rdata.h"
#include "zone/lex.h"

#include <stdlib.h>

static void
check_text(uint16_t type, struct bytes rdata)
{
	static uint8_t again[RDATA_LONGEST];
	static const struct name root = {.len = 1};
	struct diags diags = {0};
	struct lexer lexer;
	struct rdata_text words;
	struct buf b = {0};
	size_t len = 0;

	rdata_print(&b, type, rdata);
	*buf_reserve(&b, 1) = '\0';
	lex_begin(&lexer, &diags, (struct text){b.data, b.len},
	    diags_source(&diags, "a.zone", (struct text){b.data, b.len}, pos_none()));
	words = (struct rdata_text){.entry = &lexer.entry, .origin = &root, .diags = &diags};
	if (lex_next(&lexer) == LEX_ENTRY) {
		words.at = lexer.entry.tokens;
		words.end = words.at + lexer.entry.n;
	}
	if (rdata_parse(&words, type, again, &len) < 0 || len != rdata.len ||
	    memcmp(again, rdata.data, len) != 0)
		fuzz_same("what is printed", (struct text){b.data, b.len}, (struct text){"", 0});
	lex_end(&lexer);
	diags_free(&diags);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rdata;
	uint8_t *octets;
	uint16_t type;

	if (size < 2 || size - 2 > RDATA_LONGEST)
		return 0;
	type = read_u16(data);
	octets = fuzz_octets(data + 2, size - 2);
	rdata = (struct bytes){octets, size - 2};
	if (rdata_valid(type, rdata))
		check_text(type, rdata);
	free(octets);
	return 0;
}
