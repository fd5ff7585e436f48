/* The one table of RR types: every type of the IANA registry that has a presentation format, with
 * the kinds of its RDATA fields. Parsing, printing, canonical form and the names in messages are
 * all driven by it (rdata.h). */
#ifndef DNS_TYPE_H
#define DNS_TYPE_H

#include "base/buf.h"

/* The registry "Resource Record (RR) TYPEs" of IANA. */
enum {
	TYPE_A = 1,
	TYPE_NS = 2,
	TYPE_MD = 3,
	TYPE_MF = 4,
	TYPE_CNAME = 5,
	TYPE_SOA = 6,
	TYPE_MB = 7,
	TYPE_MG = 8,
	TYPE_MR = 9,
	TYPE_NULL = 10,
	TYPE_WKS = 11,
	TYPE_PTR = 12,
	TYPE_HINFO = 13,
	TYPE_MINFO = 14,
	TYPE_MX = 15,
	TYPE_TXT = 16,
	TYPE_RP = 17,
	TYPE_AFSDB = 18,
	TYPE_X25 = 19,
	TYPE_ISDN = 20,
	TYPE_RT = 21,
	TYPE_NSAP = 22,
	TYPE_NSAP_PTR = 23,
	TYPE_SIG = 24,
	TYPE_KEY = 25,
	TYPE_PX = 26,
	TYPE_GPOS = 27,
	TYPE_AAAA = 28,
	TYPE_LOC = 29,
	TYPE_NXT = 30,
	TYPE_EID = 31,
	TYPE_NIMLOC = 32,
	TYPE_SRV = 33,
	TYPE_ATMA = 34,
	TYPE_NAPTR = 35,
	TYPE_KX = 36,
	TYPE_CERT = 37,
	TYPE_A6 = 38,
	TYPE_DNAME = 39,
	TYPE_SINK = 40,
	TYPE_OPT = 41,
	TYPE_APL = 42,
	TYPE_DS = 43,
	TYPE_SSHFP = 44,
	TYPE_IPSECKEY = 45,
	TYPE_RRSIG = 46,
	TYPE_NSEC = 47,
	TYPE_DNSKEY = 48,
	TYPE_DHCID = 49,
	TYPE_NSEC3 = 50,
	TYPE_NSEC3PARAM = 51,
	TYPE_TLSA = 52,
	TYPE_SMIMEA = 53,
	TYPE_HIP = 55,
	TYPE_NINFO = 56,
	TYPE_RKEY = 57,
	TYPE_TALINK = 58,
	TYPE_CDS = 59,
	TYPE_CDNSKEY = 60,
	TYPE_OPENPGPKEY = 61,
	TYPE_CSYNC = 62,
	TYPE_ZONEMD = 63,
	TYPE_SVCB = 64,
	TYPE_HTTPS = 65,
	TYPE_DSYNC = 66,
	TYPE_HHIT = 67,
	TYPE_BRID = 68,
	TYPE_SPF = 99,
	TYPE_UINFO = 100,
	TYPE_UID = 101,
	TYPE_GID = 102,
	TYPE_UNSPEC = 103,
	TYPE_NID = 104,
	TYPE_L32 = 105,
	TYPE_L64 = 106,
	TYPE_LP = 107,
	TYPE_EUI48 = 108,
	TYPE_EUI64 = 109,
	TYPE_NXNAME = 128,
	TYPE_TKEY = 249,
	TYPE_TSIG = 250,
	TYPE_IXFR = 251,
	TYPE_AXFR = 252,
	TYPE_MAILB = 253,
	TYPE_MAILA = 254,
	TYPE_ANY = 255,
	TYPE_URI = 256,
	TYPE_CAA = 257,
	TYPE_AVC = 258,
	TYPE_DOA = 259,
	TYPE_AMTRELAY = 260,
	TYPE_RESINFO = 261,
	TYPE_WALLET = 262,
	TYPE_CLA = 263,
	TYPE_IPN = 264,
	TYPE_TA = 32768,
	TYPE_DLV = 32769,
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

/* NULL-terminated mnemonics of all rows, for "did you mean". */
const char *const *
type_names(void);

#endif
