/* RDATA between text and wire, for every type of the table (type.h) and, by RFC 3597, for all
 * others. Wire data are uncompressed and keep the case of names. */
#ifndef DNS_RDATA_H
#define DNS_RDATA_H

#include "dns/name.h"
#include "dns/token.h"
#include "dns/type.h"

enum { RDATA_LONGEST = 65535 };

/* The text of one record's RDATA: the tokens that follow its type. */
struct rdata_text {
	const struct token *at, *end;
	const struct entry *entry; /* for positions */
	const struct name *origin; /* completes relative names; NULL: none is known */
	struct diags *diags;
	struct rdata_trace *trace; /* or NULL */
	bool odd; /* rdata_parse sets it: a name may be none of a host, or an address */
};

/* Asks rdata_parse for the token of a name, for messages about it. */
struct rdata_trace {
	unsigned ahead;            /* how many names stand before it */
	const struct token *token; /* NULL: it was not met */
};

/* Reads all tokens as RDATA of `type`; the generic form `\# n hex` is taken for every type, and is
 * checked against the table for known ones. `out` has room for RDATA_LONGEST octets.
 * Returns 0, or -1 with one problem added at the offending token. */
int
rdata_parse(struct rdata_text *text, uint16_t type, uint8_t *out, size_t *len);

/* Is `rdata` well-formed for `type`, to the last octet? True for types without a row. */
bool
rdata_valid(uint16_t type, struct bytes rdata);

/* Appends the presentation format, names absolute, on one line. `rdata` is well-formed; types
 * without a row, and octets that have no text form, come out as `\# n hex`. */
void
rdata_print(struct buf *b, uint16_t type, struct bytes rdata);

/* Writes the canonical form (RFC 4034 section 6.2, RFC 6840 section 5.1: names in lower case for
 * the types listed there) to `out`, which has room for rdata.len octets; the length does not
 * change. */
void
rdata_canonical(uint16_t type, struct bytes rdata, uint8_t *out);

/* A walk over the names in RDATA that have a use (type.h). */
struct rdata_walk {
	struct bytes rdata;
	size_t at; /* where the next field begins, or the next name of one that holds several */
	const struct type_field *field;
	unsigned n; /* names that were met */
};

/* `rdata` is well-formed. */
struct rdata_walk
rdata_walk(uint16_t type, struct bytes rdata);

/* The next name, or NULL; `walk->n - 1` is its number then, and `*use` what it is for. */
const uint8_t *
rdata_walk_next(struct rdata_walk *walk, enum name_use *use);

/* Canonical order of two RDATA of one type (RFC 4034 section 6.3). */
int
rdata_compare(uint16_t type, struct bytes a, struct bytes b);

#endif
