#include "dns/type.h"

/* Types below HIGH stand at their number, the few above behind them. */
enum {
	HIGH = TYPE_IPN + 1,
	PLACE_TA = HIGH,
	PLACE_DLV,
	N_PLACES,
};

/* clang-format off */
static const struct type_info types[N_PLACES] = {
	[TYPE_A] = {TYPE_A, "A", .fields = {{FIELD_IP4, "address"}}},
	[TYPE_NS] = {TYPE_NS, "NS", .names = true, .lower = true, .fields = {
	    {FIELD_NAME, "name", NAME_SERVER}}},
	[TYPE_MD] = {TYPE_MD, "MD", .names = true, .lower = true, .fields = {
	    {FIELD_NAME, "host", NAME_HOST}}},
	[TYPE_MF] = {TYPE_MF, "MF", .names = true, .lower = true, .fields = {
	    {FIELD_NAME, "host", NAME_HOST}}},
	[TYPE_CNAME] = {TYPE_CNAME, "CNAME", .names = true, .lower = true, .fields = {
	    {FIELD_NAME, "target", NAME_DATA}}},
	[TYPE_SOA] = {TYPE_SOA, "SOA", .names = true, .lower = true, .fields = {
	    {FIELD_NAME, "primary server", NAME_LOOSE}, {FIELD_NAME, "mailbox", NAME_MAILBOX},
	    {FIELD_U32, "serial"}, {FIELD_TTL, "refresh"}, {FIELD_TTL, "retry"},
	    {FIELD_TTL, "expire"}, {FIELD_TTL, "minimum"}}},
	[TYPE_MB] = {TYPE_MB, "MB", .names = true, .lower = true, .fields = {
	    {FIELD_NAME, "host", NAME_HOST}}},
	[TYPE_MG] = {TYPE_MG, "MG", .names = true, .lower = true, .fields = {
	    {FIELD_NAME, "mailbox", NAME_MAILBOX}}},
	[TYPE_MR] = {TYPE_MR, "MR", .names = true, .lower = true, .fields = {
	    {FIELD_NAME, "mailbox", NAME_MAILBOX}}},
	[TYPE_NULL] = {TYPE_NULL, "NULL", .fields = {{FIELD_OPAQUE, "data"}}},
	[TYPE_WKS] = {TYPE_WKS, "WKS", .fields = {{FIELD_IP4, "address"},
	    {FIELD_WKS, "services"}}},
	[TYPE_PTR] = {TYPE_PTR, "PTR", .names = true, .lower = true, .fields = {
	    {FIELD_NAME, "name", NAME_DATA}}},
	[TYPE_HINFO] = {TYPE_HINFO, "HINFO", .fields = {{FIELD_STRING, "CPU"},
	    {FIELD_STRING, "OS"}}},
	[TYPE_MINFO] = {TYPE_MINFO, "MINFO", .names = true, .lower = true, .fields = {
	    {FIELD_NAME, "responsible mailbox", NAME_MAILBOX},
	    {FIELD_NAME, "error mailbox", NAME_MAILBOX}}},
	[TYPE_MX] = {TYPE_MX, "MX", .names = true, .lower = true, .fields = {
	    {FIELD_U16, "preference"}, {FIELD_NAME, "exchange", NAME_SERVER}}},
	[TYPE_TXT] = {TYPE_TXT, "TXT", .fields = {{FIELD_STRINGS, "text"}}},
	[TYPE_RP] = {TYPE_RP, "RP", .names = true, .lower = true, .fields = {
	    {FIELD_NAME, "mailbox", NAME_MAILBOX}, {FIELD_NAME, "text name", NAME_DATA}}},
	[TYPE_AFSDB] = {TYPE_AFSDB, "AFSDB", .names = true, .lower = true, .fields = {
	    {FIELD_U16, "subtype"}, {FIELD_NAME, "host", NAME_HOST}}},
	[TYPE_X25] = {TYPE_X25, "X25", .fields = {{FIELD_DIGITS, "address"}}},
	[TYPE_ISDN] = {TYPE_ISDN, "ISDN", .fields = {{FIELD_STRING, "address"},
	    {FIELD_STRING_IF, "subaddress"}}},
	[TYPE_RT] = {TYPE_RT, "RT", .names = true, .lower = true, .fields = {
	    {FIELD_U16, "preference"}, {FIELD_NAME, "host", NAME_HOST}}},
	[TYPE_NSAP] = {TYPE_NSAP, "NSAP", .fields = {{FIELD_NSAP, "address"}}},
	[TYPE_NSAP_PTR] = {TYPE_NSAP_PTR, "NSAP-PTR", .names = true, .fields = {
	    {FIELD_NAME, "name", NAME_LOOSE}}},
	[TYPE_SIG] = {TYPE_SIG, "SIG", .lower = true, .fields = {{FIELD_TYPE, "type covered"},
	    {FIELD_ALGORITHM, "algorithm"}, {FIELD_U8, "labels"}, {FIELD_U32, "original TTL"},
	    {FIELD_TIME, "expiration"}, {FIELD_TIME, "inception"}, {FIELD_U16, "key tag"},
	    {FIELD_NAME, "signer"}, {FIELD_BASE64, "signature"}}},
	[TYPE_KEY] = {TYPE_KEY, "KEY", .fields = {{FIELD_U16, "flags"},
	    {FIELD_PROTOCOL, "protocol"}, {FIELD_ALGORITHM, "algorithm"},
	    {FIELD_KEY, "public key"}}},
	[TYPE_PX] = {TYPE_PX, "PX", .names = true, .lower = true, .fields = {
	    {FIELD_U16, "preference"}, {FIELD_NAME, "MAP822", NAME_LOOSE},
	    {FIELD_NAME, "MAPX400", NAME_LOOSE}}},
	[TYPE_GPOS] = {TYPE_GPOS, "GPOS", .fields = {{FIELD_DEGREES, "longitude"},
	    {FIELD_DEGREES, "latitude"}, {FIELD_ALTITUDE, "altitude"}}},
	[TYPE_AAAA] = {TYPE_AAAA, "AAAA", .fields = {{FIELD_IP6, "address"}}},
	[TYPE_LOC] = {TYPE_LOC, "LOC", .fields = {{FIELD_LOC, "location"}}},
	[TYPE_NXT] = {TYPE_NXT, "NXT", .lower = true, .fields = {{FIELD_NAME, "next name"},
	    {FIELD_NXT_BITMAP, "types"}}},
	[TYPE_EID] = {TYPE_EID, "EID", .fields = {{FIELD_HEX, "endpoint"}}},
	[TYPE_NIMLOC] = {TYPE_NIMLOC, "NIMLOC", .fields = {{FIELD_HEX, "locator"}}},
	[TYPE_SRV] = {TYPE_SRV, "SRV", .names = true, .lower = true, .fields = {
	    {FIELD_U16, "priority"}, {FIELD_U16, "weight"}, {FIELD_U16, "port"},
	    {FIELD_NAME, "target", NAME_SERVER}}},
	[TYPE_ATMA] = {TYPE_ATMA, "ATMA", .fields = {{FIELD_ATMA, "address"}}},
	[TYPE_NAPTR] = {TYPE_NAPTR, "NAPTR", .names = true, .lower = true, .fields = {
	    {FIELD_U16, "order"}, {FIELD_U16, "preference"}, {FIELD_STRING, "flags"},
	    {FIELD_STRING, "services"}, {FIELD_REGEXP, "regexp"},
	    {FIELD_NAME, "replacement", NAME_DATA}}},
	[TYPE_KX] = {TYPE_KX, "KX", .names = true, .lower = true, .fields = {
	    {FIELD_U16, "preference"}, {FIELD_NAME, "exchanger", NAME_HOST}}},
	[TYPE_CERT] = {TYPE_CERT, "CERT", .fields = {{FIELD_CERT_TYPE, "type"},
	    {FIELD_U16, "key tag"}, {FIELD_ALGORITHM, "algorithm"},
	    {FIELD_BASE64, "certificate"}}},
	[TYPE_A6] = {TYPE_A6, "A6", .names = true, .lower = true, .fields = {
	    {FIELD_A6_PREFIX, "prefix length"}, {FIELD_A6_SUFFIX, "address suffix"},
	    {FIELD_A6_NAME, "prefix name", NAME_LOOSE}}},
	[TYPE_DNAME] = {TYPE_DNAME, "DNAME", .names = true, .lower = true, .fields = {
	    {FIELD_NAME, "target", NAME_TREE}}},
	[TYPE_SINK] = {TYPE_SINK, "SINK", .fields = {{FIELD_U8, "coding"},
	    {FIELD_U8, "subcoding"}, {FIELD_U8, "meaning"}, {FIELD_BASE64_IF, "data"}}},
	[TYPE_OPT] = {TYPE_OPT, "OPT", .meta = true},
	[TYPE_APL] = {TYPE_APL, "APL", .fields = {{FIELD_APL, "prefixes"}}},
	[TYPE_DS] = {TYPE_DS, "DS", .fields = {{FIELD_U16, "key tag"},
	    {FIELD_ALGORITHM, "algorithm"}, {FIELD_DIGEST_TYPE, "digest type"},
	    {FIELD_DS_DIGEST, "digest"}}},
	[TYPE_SSHFP] = {TYPE_SSHFP, "SSHFP", .fields = {{FIELD_U8, "algorithm"},
	    {FIELD_U8, "fingerprint type"}, {FIELD_SSHFP_DIGEST, "fingerprint"}}},
	[TYPE_IPSECKEY] = {TYPE_IPSECKEY, "IPSECKEY", .names = true, .fields = {
	    {FIELD_U8, "precedence"}, {FIELD_U8, "gateway type"}, {FIELD_U8, "algorithm"},
	    {FIELD_GATEWAY, "gateway", NAME_HOST}, {FIELD_IPSEC_KEY, "public key"}}},
	[TYPE_RRSIG] = {TYPE_RRSIG, "RRSIG", .lower = true, .fields = {
	    {FIELD_TYPE, "type covered"}, {FIELD_ALGORITHM, "algorithm"}, {FIELD_U8, "labels"},
	    {FIELD_U32, "original TTL"}, {FIELD_TIME, "expiration"}, {FIELD_TIME, "inception"},
	    {FIELD_U16, "key tag"}, {FIELD_NAME, "signer"}, {FIELD_BASE64, "signature"}}},
	[TYPE_NSEC] = {TYPE_NSEC, "NSEC", .fields = {{FIELD_NAME, "next name"},
	    {FIELD_BITMAP, "types"}}},
	[TYPE_DNSKEY] = {TYPE_DNSKEY, "DNSKEY", .fields = {{FIELD_U16, "flags"},
	    {FIELD_U8, "protocol"}, {FIELD_ALGORITHM, "algorithm"},
	    {FIELD_BASE64, "public key"}}},
	[TYPE_DHCID] = {TYPE_DHCID, "DHCID", .fields = {{FIELD_DHCID, "digest"}}},
	[TYPE_NSEC3] = {TYPE_NSEC3, "NSEC3", .fields = {{FIELD_U8, "hash algorithm"},
	    {FIELD_U8, "flags"}, {FIELD_U16, "iterations"}, {FIELD_SALT, "salt"},
	    {FIELD_HASH, "next hashed owner"}, {FIELD_BITMAP_IF, "types"}}},
	[TYPE_NSEC3PARAM] = {TYPE_NSEC3PARAM, "NSEC3PARAM", .fields = {
	    {FIELD_U8, "hash algorithm"}, {FIELD_U8, "flags"}, {FIELD_U16, "iterations"},
	    {FIELD_SALT, "salt"}}},
	[TYPE_TLSA] = {TYPE_TLSA, "TLSA", .fields = {{FIELD_USAGE, "usage"},
	    {FIELD_SELECTOR, "selector"}, {FIELD_MATCHING, "matching type"},
	    {FIELD_TLSA_DATA, "association data"}}},
	[TYPE_SMIMEA] = {TYPE_SMIMEA, "SMIMEA", .fields = {{FIELD_USAGE, "usage"},
	    {FIELD_SELECTOR, "selector"}, {FIELD_MATCHING, "matching type"},
	    {FIELD_TLSA_DATA, "association data"}}},
	[TYPE_HIP] = {TYPE_HIP, "HIP", .names = true, .fields = {{FIELD_HIP, "host identity"},
	    {FIELD_NAMES, "rendezvous servers", NAME_HOST}}},
	[TYPE_NINFO] = {TYPE_NINFO, "NINFO", .fields = {{FIELD_STRINGS, "text"}}},
	[TYPE_RKEY] = {TYPE_RKEY, "RKEY", .fields = {{FIELD_U16, "flags"}, {FIELD_U8, "protocol"},
	    {FIELD_ALGORITHM, "algorithm"}, {FIELD_BASE64, "public key"}}},
	[TYPE_TALINK] = {TYPE_TALINK, "TALINK", .names = true, .fields = {
	    {FIELD_NAME, "previous", NAME_LOOSE}, {FIELD_NAME, "next", NAME_LOOSE}}},
	[TYPE_CDS] = {TYPE_CDS, "CDS", .fields = {{FIELD_U16, "key tag"},
	    {FIELD_ALGORITHM, "algorithm"}, {FIELD_DIGEST_TYPE, "digest type"},
	    {FIELD_CDS_DIGEST, "digest"}}},
	[TYPE_CDNSKEY] = {TYPE_CDNSKEY, "CDNSKEY", .fields = {{FIELD_U16, "flags"},
	    {FIELD_U8, "protocol"}, {FIELD_ALGORITHM, "algorithm"},
	    {FIELD_CDNSKEY, "public key"}}},
	[TYPE_OPENPGPKEY] = {TYPE_OPENPGPKEY, "OPENPGPKEY", .fields = {{FIELD_BASE64, "key"}}},
	[TYPE_CSYNC] = {TYPE_CSYNC, "CSYNC", .fields = {{FIELD_U32, "serial"},
	    {FIELD_U16, "flags"}, {FIELD_BITMAP_IF, "types"}}},
	[TYPE_ZONEMD] = {TYPE_ZONEMD, "ZONEMD", .fields = {{FIELD_U32, "serial"},
	    {FIELD_U8, "scheme"}, {FIELD_U8, "hash algorithm"}, {FIELD_ZONEMD_DIGEST, "digest"}}},
	[TYPE_SVCB] = {TYPE_SVCB, "SVCB", .names = true, .fields = {{FIELD_U16, "priority"},
	    {FIELD_NAME, "target", NAME_SERVICE}, {FIELD_SVCPARAMS, "parameter"}}},
	[TYPE_HTTPS] = {TYPE_HTTPS, "HTTPS", .names = true, .fields = {{FIELD_U16, "priority"},
	    {FIELD_NAME, "target", NAME_SERVICE}, {FIELD_SVCPARAMS, "parameter"}}},
	[TYPE_DSYNC] = {TYPE_DSYNC, "DSYNC", .names = true, .fields = {{FIELD_TYPE, "type"},
	    {FIELD_SCHEME, "scheme"}, {FIELD_U16, "port"}, {FIELD_NAME, "target", NAME_HOST}}},
	[TYPE_HHIT] = {TYPE_HHIT, "HHIT", .fields = {{FIELD_BASE64, "data"}}},
	[TYPE_BRID] = {TYPE_BRID, "BRID", .fields = {{FIELD_BASE64, "data"}}},
	[TYPE_SPF] = {TYPE_SPF, "SPF", .fields = {{FIELD_STRINGS, "text"}}},
	[TYPE_UINFO] = {TYPE_UINFO, "UINFO", .fields = {{FIELD_OPAQUE, "data"}}},
	[TYPE_UID] = {TYPE_UID, "UID", .fields = {{FIELD_OPAQUE, "data"}}},
	[TYPE_GID] = {TYPE_GID, "GID", .fields = {{FIELD_OPAQUE, "data"}}},
	[TYPE_UNSPEC] = {TYPE_UNSPEC, "UNSPEC", .fields = {{FIELD_OPAQUE, "data"}}},
	[TYPE_NID] = {TYPE_NID, "NID", .fields = {{FIELD_U16, "preference"},
	    {FIELD_LOCATOR, "node identifier"}}},
	[TYPE_L32] = {TYPE_L32, "L32", .fields = {{FIELD_U16, "preference"},
	    {FIELD_IP4, "locator"}}},
	[TYPE_L64] = {TYPE_L64, "L64", .fields = {{FIELD_U16, "preference"},
	    {FIELD_LOCATOR, "locator"}}},
	[TYPE_LP] = {TYPE_LP, "LP", .names = true, .fields = {{FIELD_U16, "preference"},
	    {FIELD_NAME, "name", NAME_DATA}}},
	[TYPE_EUI48] = {TYPE_EUI48, "EUI48", .fields = {{FIELD_EUI48, "address"}}},
	[TYPE_EUI64] = {TYPE_EUI64, "EUI64", .fields = {{FIELD_EUI64, "address"}}},
	[TYPE_NXNAME] = {TYPE_NXNAME, "NXNAME", .meta = true},
	[TYPE_TKEY] = {TYPE_TKEY, "TKEY", .meta = true},
	[TYPE_TSIG] = {TYPE_TSIG, "TSIG", .meta = true},
	[TYPE_IXFR] = {TYPE_IXFR, "IXFR", .meta = true},
	[TYPE_AXFR] = {TYPE_AXFR, "AXFR", .meta = true},
	[TYPE_MAILB] = {TYPE_MAILB, "MAILB", .meta = true},
	[TYPE_MAILA] = {TYPE_MAILA, "MAILA", .meta = true},
	[TYPE_ANY] = {TYPE_ANY, "ANY", .meta = true},
	[TYPE_URI] = {TYPE_URI, "URI", .fields = {{FIELD_U16, "priority"}, {FIELD_U16, "weight"},
	    {FIELD_URI, "target"}}},
	[TYPE_CAA] = {TYPE_CAA, "CAA", .fields = {{FIELD_U8, "flags"}, {FIELD_TAG, "tag"},
	    {FIELD_TEXT, "value"}}},
	[TYPE_AVC] = {TYPE_AVC, "AVC", .fields = {{FIELD_STRINGS, "text"}}},
	[TYPE_DOA] = {TYPE_DOA, "DOA", .fields = {{FIELD_U32, "enterprise"}, {FIELD_U32, "type"},
	    {FIELD_U8, "location"}, {FIELD_STRING, "media type"}, {FIELD_BASE64_DASH, "data"}}},
	[TYPE_AMTRELAY] = {TYPE_AMTRELAY, "AMTRELAY", .names = true, .fields = {
	    {FIELD_U8, "precedence"}, {FIELD_RELAY_TYPE, "relay type"},
	    {FIELD_RELAY, "relay", NAME_HOST}}},
	[TYPE_RESINFO] = {TYPE_RESINFO, "RESINFO", .fields = {{FIELD_STRINGS, "text"}}},
	[TYPE_WALLET] = {TYPE_WALLET, "WALLET", .fields = {{FIELD_STRINGS, "text"}}},
	[TYPE_CLA] = {TYPE_CLA, "CLA", .fields = {{FIELD_STRINGS, "text"}}},
	[TYPE_IPN] = {TYPE_IPN, "IPN", .fields = {{FIELD_U64, "number"}}},
	[PLACE_TA] = {TYPE_TA, "TA", .fields = {{FIELD_U16, "key tag"},
	    {FIELD_ALGORITHM, "algorithm"}, {FIELD_DIGEST_TYPE, "digest type"},
	    {FIELD_DS_DIGEST, "digest"}}},
	[PLACE_DLV] = {TYPE_DLV, "DLV", .fields = {{FIELD_U16, "key tag"},
	    {FIELD_ALGORITHM, "algorithm"}, {FIELD_DIGEST_TYPE, "digest type"},
	    {FIELD_DS_DIGEST, "digest"}}},
};

/* Mnemonics by their first letter, common ones first. */
enum { LETTER_MOST = 14 };

static const uint16_t by_letter[26][LETTER_MOST] = {
	['A' - 'A'] = {TYPE_A, TYPE_AAAA, TYPE_AFSDB, TYPE_APL, TYPE_ATMA, TYPE_A6, TYPE_AVC,
	    TYPE_AMTRELAY, TYPE_ANY, TYPE_AXFR},
	['B' - 'A'] = {TYPE_BRID},
	['C' - 'A'] = {TYPE_CNAME, TYPE_CAA, TYPE_CDS, TYPE_CDNSKEY, TYPE_CERT, TYPE_CSYNC,
	    TYPE_CLA},
	['D' - 'A'] = {TYPE_DS, TYPE_DNSKEY, TYPE_DNAME, TYPE_DHCID, TYPE_DLV, TYPE_DOA,
	    TYPE_DSYNC},
	['E' - 'A'] = {TYPE_EUI48, TYPE_EUI64, TYPE_EID},
	['G' - 'A'] = {TYPE_GPOS, TYPE_GID},
	['H' - 'A'] = {TYPE_HTTPS, TYPE_HINFO, TYPE_HIP, TYPE_HHIT},
	['I' - 'A'] = {TYPE_IPSECKEY, TYPE_ISDN, TYPE_IPN, TYPE_IXFR},
	['K' - 'A'] = {TYPE_KEY, TYPE_KX},
	['L' - 'A'] = {TYPE_LOC, TYPE_L32, TYPE_L64, TYPE_LP},
	['M' - 'A'] = {TYPE_MX, TYPE_MB, TYPE_MD, TYPE_MF, TYPE_MG, TYPE_MR, TYPE_MINFO, TYPE_MAILA,
	    TYPE_MAILB},
	['N' - 'A'] = {TYPE_NS, TYPE_NSEC, TYPE_NSEC3, TYPE_NSEC3PARAM, TYPE_NAPTR,
	    TYPE_NSAP, TYPE_NSAP_PTR, TYPE_NXT, TYPE_NID, TYPE_NIMLOC, TYPE_NINFO, TYPE_NULL,
	    TYPE_NXNAME},
	['O' - 'A'] = {TYPE_OPENPGPKEY, TYPE_OPT},
	['P' - 'A'] = {TYPE_PTR, TYPE_PX},
	['R' - 'A'] = {TYPE_RRSIG, TYPE_RP, TYPE_RT, TYPE_RESINFO, TYPE_RKEY},
	['S' - 'A'] = {TYPE_SRV, TYPE_SOA, TYPE_SSHFP, TYPE_SVCB, TYPE_SPF, TYPE_SMIMEA, TYPE_SIG,
	    TYPE_SINK},
	['T' - 'A'] = {TYPE_TXT, TYPE_TLSA, TYPE_TA, TYPE_TALINK, TYPE_TSIG, TYPE_TKEY},
	['U' - 'A'] = {TYPE_URI, TYPE_UINFO, TYPE_UID, TYPE_UNSPEC},
	['W' - 'A'] = {TYPE_WKS, TYPE_WALLET},
	['X' - 'A'] = {TYPE_X25},
	['Z' - 'A'] = {TYPE_ZONEMD},
};
/* clang-format on */

const struct type_info *
type_info(uint16_t type)
{
	size_t place = type;

	if (type >= HIGH) {
		if (type != TYPE_TA && type != TYPE_DLV)
			return NULL;
		place = PLACE_TA + (size_t)(type - TYPE_TA);
	}
	return types[place].name ? &types[place] : NULL;
}

/* TYPEnnn, RFC 3597 section 5. */
static int
number_parse(struct text text, uint16_t *type)
{
	uint32_t value = 0;
	size_t i;

	if (text.len < 5 || text.len > 9 || !text_is_nocase((struct text){text.data, 4}, "TYPE"))
		return -1;
	for (i = 4; i < text.len; i++) {
		if (!ascii_is_digit(text.data[i]))
			return -1;
		value = value * 10 + (uint32_t)(text.data[i] - '0');
	}
	if (value > UINT16_MAX)
		return -1;
	*type = (uint16_t)value;
	return 0;
}

int
type_parse(struct text text, uint16_t *type)
{
	unsigned letter = text.len ? ascii_lower((uint8_t)text.data[0]) - (unsigned)'a' : 26;
	const uint16_t *candidate;
	unsigned i;

	if (letter >= 26)
		return -1;
	candidate = by_letter[letter];
	for (i = 0; i < LETTER_MOST && candidate[i]; i++) {
		if (text_is_nocase(text, type_info(candidate[i])->name)) {
			*type = candidate[i];
			return 0;
		}
	}
	return number_parse(text, type);
}

void
type_print(struct buf *b, uint16_t type)
{
	const struct type_info *info = type_info(type);

	if (info) {
		buf_puts(b, info->name);
		return;
	}
	buf_put(b, "TYPE", 4);
	buf_decimal(b, type);
}

bool
type_is_meta(uint16_t type)
{
	return type == 0 || type == TYPE_OPT || (type >= TYPE_NXNAME && type <= TYPE_ANY);
}

bool
type_is_singleton(uint16_t type)
{
	return type == TYPE_SOA || type == TYPE_CNAME || type == TYPE_DNAME;
}

const char *const *
type_names(void)
{
	static const char *const names[] = {"A", "NS", "MD", "MF", "CNAME", "SOA", "MB", "MG", "MR",
	    "NULL", "WKS", "PTR", "HINFO", "MINFO", "MX", "TXT", "RP", "AFSDB", "X25", "ISDN", "RT",
	    "NSAP", "NSAP-PTR", "SIG", "KEY", "PX", "GPOS", "AAAA", "LOC", "NXT", "EID", "NIMLOC",
	    "SRV", "ATMA", "NAPTR", "KX", "CERT", "A6", "DNAME", "SINK", "OPT", "APL", "DS",
	    "SSHFP", "IPSECKEY", "RRSIG", "NSEC", "DNSKEY", "DHCID", "NSEC3", "NSEC3PARAM", "TLSA",
	    "SMIMEA", "HIP", "NINFO", "RKEY", "TALINK", "CDS", "CDNSKEY", "OPENPGPKEY", "CSYNC",
	    "ZONEMD", "SVCB", "HTTPS", "DSYNC", "HHIT", "BRID", "SPF", "UINFO", "UID", "GID",
	    "UNSPEC", "NID", "L32", "L64", "LP", "EUI48", "EUI64", "NXNAME", "TKEY", "TSIG", "IXFR",
	    "AXFR", "MAILB", "MAILA", "ANY", "URI", "CAA", "AVC", "DOA", "AMTRELAY", "RESINFO",
	    "WALLET", "CLA", "IPN", "TA", "DLV", NULL};

	return names;
}
