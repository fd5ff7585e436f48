/* The one table of RR types: every type of the IANA registry that has a presentation format, with
 * the kinds of its RDATA fields. It is made of types.def. Parsing, printing, canonical form and the
 * names in messages are all driven by it (rdata.h). */
#ifndef DNS_TYPE_H
#define DNS_TYPE_H

#include "base/buf.h"

/* TYPE_A and so on: the registry "Resource Record (RR) TYPEs" of IANA. */
enum {
#define TYPE(id, mnemonic, number, ...) TYPE_##id = (number),
#include "dns/types.def"
};

enum {
	CLASS_IN = 1,
};

/* What an RDATA field is. */
enum field_kind {
	FIELD_END, /* no further field */
#define FIELD(id, row) FIELD_##id,
#include "dns/fields.def"
	N_FIELD_KINDS,
};

enum { TYPE_FIELDS = 10 };

/* What the domain name in a field is there for, and so what is asked of it. */
enum name_use {
	NAME_SILENT,  /* written by machines: the signer of an RRSIG */
	NAME_LOOSE,   /* nothing is asked of it: a primary server may be hidden */
	NAME_SERVER,  /* a host with an address, which is not an alias: RFC 2181 section 10.3 */
	NAME_HOST,    /* a host with an address */
	NAME_SERVICE, /* the same; `.` is the owner itself, or no service: RFC 9460 section 2.5 */
	NAME_DATA,    /* there are records of any type */
	NAME_TREE,    /* there is something at it or below it */
	NAME_MAILBOX, /* its first label is the local part: RFC 1035 section 8 */
};

/* One field: its kind, what messages call it ("preference"), and the use of the names in it. */
struct type_field {
	uint8_t kind;
	const char *name;
	enum name_use use;
};

struct type_info {
	uint16_t type;
	const char *name;
	bool lower; /* canonical form lowercases the names in its RDATA: RFC 4034 section 6.2 as
		     * updated by RFC 6840 section 5.1 */
	bool meta;  /* no zone holds it: OPT, TSIG, ANY, ... */
	bool names; /* there are names in its RDATA that somebody wrote: fields with a `use` */
	struct type_field fields[TYPE_FIELDS];
};

/* The row of a type, or NULL for a type that is only known by number. */
const struct type_info *
type_info(uint16_t type);

/* Reads a mnemonic in any case, or TYPEnnn (RFC 3597 section 5). Returns -1 for neither. */
int
type_parse(struct text text, uint16_t *type);

/* Appends the mnemonic, or TYPEnnn. */
void
type_print(struct buf *b, uint16_t type);

/* Meta-types and query types, which no zone holds (RFC 6895 section 3.1), rows or not. */
bool
type_is_meta(uint16_t type);

/* At most one record of it may stand at a name (SOA, CNAME, DNAME). */
bool
type_is_singleton(uint16_t type);

/* NULL-terminated mnemonics of all rows in their order, for "did you mean". */
const char *const *
type_names(void);

#endif
