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

/* What an RDATA field is. field.c has a row of functions for each kind. */
enum field_kind {
	FIELD_END,   /* no further field */
	FIELD_NAME,  /* domain name */
	FIELD_NAMES, /* any number of domain names, to the end (HIP) */
	FIELD_U8,
	FIELD_U16,
	FIELD_U32,
	FIELD_U64,
	FIELD_TTL,  /* 32-bit period, also as 1h30m (SOA) */
	FIELD_TIME, /* 32-bit instant, YYYYMMDDHHMMSS or seconds */
	FIELD_IP4,
	FIELD_IP6,
	FIELD_EUI48, /* six octets as 00-00-5e-00-53-2a */
	FIELD_EUI64,
	FIELD_LOCATOR,   /* 64 bits as 2001:db8:1140:1000, RFC 6742 */
	FIELD_NSAP,      /* hex as 0x47.0005, RFC 1706 */
	FIELD_ATMA,      /* ATM address: +digits or hex */
	FIELD_STRING,    /* character-string, RFC 1035 section 3.3 */
	FIELD_STRING_IF, /* a character-string that may be left out (ISDN) */
	FIELD_STRINGS,   /* one or more character-strings, to the end */
	FIELD_DIGITS,    /* character-string of four digits or more (X25) */
	FIELD_REGEXP,    /* character-string of a substitution (NAPTR) */
	FIELD_DEGREES,   /* character-string of a decimal number (GPOS) */
	FIELD_ALTITUDE,
	FIELD_TAG,         /* character-string of letters and digits, written bare (CAA) */
	FIELD_TEXT,        /* octets without length, to the end (CAA value) */
	FIELD_URI,         /* the same, not empty */
	FIELD_HEX,         /* hex, to the end; words may be split */
	FIELD_BASE64,      /* base64, to the end; words may be split */
	FIELD_BASE64_IF,   /* base64 that may be empty */
	FIELD_BASE64_DASH, /* base64, `-` for none (DOA) */
	FIELD_KEY,         /* base64, empty where the flags of a KEY say so */
	FIELD_IPSEC_KEY,   /* base64, empty where the algorithm of an IPSECKEY is 0 */
	FIELD_SALT,        /* hex behind a length octet, `-` for none (NSEC3) */
	FIELD_HASH,        /* base32hex behind a length octet (NSEC3) */
	FIELD_TYPE,        /* an RR type by mnemonic (RRSIG) */
	FIELD_ALGORITHM,   /* DNSSEC algorithm */
	FIELD_PROTOCOL,    /* of a KEY */
	FIELD_CERT_TYPE,
	FIELD_SCHEME, /* of a DSYNC */
	FIELD_USAGE,  /* of a TLSA, RFC 7218 names too */
	FIELD_SELECTOR,
	FIELD_MATCHING,
	FIELD_DIGEST_TYPE, /* of a DS */
	FIELD_DS_DIGEST,   /* hex of the length that the octet ahead asks for, as the next three */
	FIELD_SSHFP_DIGEST,
	FIELD_ZONEMD_DIGEST,
	FIELD_DHCID,
	FIELD_CDS_DIGEST, /* as FIELD_DS_DIGEST, and as FIELD_BASE64, where algorithm 0 has */
	FIELD_CDNSKEY,    /* the one form that deletes */
	FIELD_TLSA_DATA,
	FIELD_BITMAP,     /* type bit map, RFC 4034 section 4.1.2 */
	FIELD_BITMAP_IF,  /* one that may be empty */
	FIELD_NXT_BITMAP, /* the one of RFC 2535 section 5.2 */
	FIELD_GATEWAY,    /* of the kind that the second octet names (IPSECKEY) */
	FIELD_RELAY_TYPE, /* D bit and kind of relay (AMTRELAY) */
	FIELD_RELAY,
	FIELD_A6_PREFIX, /* prefix length, RFC 2874 */
	FIELD_A6_SUFFIX,
	FIELD_A6_NAME,
	FIELD_HIP, /* algorithm, host identity tag and key with their lengths */
	FIELD_WKS, /* protocol and bit map of ports */
	FIELD_LOC,
	FIELD_APL,
	FIELD_SVCPARAMS,
	FIELD_OPAQUE, /* octets that have the generic form only */
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
