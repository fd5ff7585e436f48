/* Malformed RDATA: what is said, and at which column. */
#include "unit.h"

#include "words.h"

#include "dns/rdata.h"

struct fault {
	const char *line; /* type and RDATA */
	uint32_t column;
	const char *message;
};

/* clang-format off */
static const struct fault faults[] = {
	{"A", 1, "A address: missing"},
	{"A 1.2.3", 3, "A address: 1.2.3 is not an IPv4 address"},
	{"A 1.2.3.256", 3, "A address: 1.2.3.256 is not an IPv4 address"},
	{"A 01.2.3.4", 3, "A address: 01.2.3.4 is not an IPv4 address"},
	{"A 1.2.3.4 5", 11, "A: \"5\" stands behind the end of the RDATA"},
	{"A 1.2.3.4.", 3, "A address: 1.2.3.4. is not an IPv4 address"},
	{"A \"1.2.3.4\"", 3, "A address: \"1.2.3.4\" stands in quotes, where only strings do"},
	{"A 1.2.3.4x", 3, "A address: 1.2.3.4x is not an IPv4 address"},
	{"AAAA 1:2:3:4:5:6:7", 6, "AAAA address: 1:2:3:4:5:6:7 is not an IPv6 address"},
	{"AAAA 1:2:3:4:5:6:7:8:9", 6, "AAAA address: 1:2:3:4:5:6:7:8:9 is not an IPv6 address"},
	{"AAAA 1::2::3", 6, "AAAA address: 1::2::3 is not an IPv6 address"},
	{"AAAA 12345::", 6, "AAAA address: 12345:: is not an IPv6 address"},
	{"AAAA ::1.2.3", 6, "AAAA address: ::1.2.3 is not an IPv6 address"},
	{"AAAA :1", 6, "AAAA address: :1 is not an IPv6 address"},
	{"AAAA 1:", 6, "AAAA address: 1: is not an IPv6 address"},
	{"AAAA fe80::1%eth0", 6, "AAAA address: fe80::1%eth0 is not an IPv6 address"},
	{"AAAA 1:2:3:4:5:6:7::8", 6, "AAAA address: 1:2:3:4:5:6:7::8 is not an IPv6 address"},
	{"NS", 1, "NS name: missing"},
	{"NS a..b", 6, "NS name: a label is empty"},
	{"NS \"ns.example.\"", 4,
	    "NS name: \"ns.example.\" stands in quotes, where only strings do"},
	{"NS bücher.example.", 5, "NS name: the name is not ASCII; octets above 127 are written \\DDD"},
	{"NS aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.", 67,
	    "NS name: a label is longer than 63 octets"},
	{"MX 65536 mail", 4, "MX preference: 65536 is not a number from 0 to 65535"},
	{"MX +1 mail", 4, "MX preference: +1 is not a number from 0 to 65535"},
	{"MX -1 mail", 4, "MX preference: -1 is not a number from 0 to 65535"},
	{"MX 10", 4, "MX exchange: missing"},
	{"MX 1O mail", 4, "MX preference: 1O is not a number from 0 to 65535"},
	{"MX 10 mail extra", 12, "MX: \"extra\" stands behind the end of the RDATA"},
	{"MX 99999999999999999999999 mail", 4,
	    "MX preference: 99999999999999999999999 is not a number from 0 to 65535"},
	{"SOA a. b. 1 2 3 4 1x", 19,
	    "SOA minimum: 1x is not a period from 0 to 4294967295 seconds, nor one like 1h30m"},
	{"SOA a. b. 1 2 3 4 4294967296", 19,
	    "SOA minimum: 4294967296 is not a period from 0 to 4294967295 seconds, nor one like 1"
	    "h30m"},
	{"SOA a. b. 1 2 3", 15, "SOA expire: missing"},
	{"SOA a. b. 4294967296 2 3 4 5", 11,
	    "SOA serial: 4294967296 is not a number from 0 to 4294967295"},
	{"TXT", 1, "TXT text: missing"},
	{"TXT \"a\\25x\"", 7,
	    "TXT text: a backslash is followed by a character or by three digits up to 255"},
	{"TXT \"a\\256\"", 7,
	    "TXT text: a backslash is followed by a character or by three digits up to 255"},
	{"DS 12345 8 2 abcd", 14, "DS digest: 2 octets; SHA-256 (2) has 32"},
	{"DS 12345 8 2 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a0", 14,
	    "DS digest: the number of hex digits is odd: 63"},
	{"DS 12345 8 1 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 14,
	    "DS digest: 32 octets; SHA-1 (1) has 20"},
	{"DS 12345 256 2 00", 10,
	    "DS algorithm: 256 is neither a number from 0 to 255 nor a name that is known here"},
	{"DS 12345 RSASHA3 2 00", 10,
	    "DS algorithm: RSASHA3 is neither a number from 0 to 255 nor a name that is known her"
	    "e"},
	{"DS 12345 8 2 9f86zz", 18, "DS digest: \"9f86zz\" is not hexadecimal"},
	{"CDS 0 0 0 0", 11,
	    "CDS digest: 0 is not a whole octet: the record that asks to delete is CDS 0 0 0 00 (R"
	    "FC 8078 section 4, erratum 5049)"},
	{"CDNSKEY 0 3 0 0", 15,
	    "CDNSKEY public key: 0 is not a whole octet: the record that asks to delete is CDNSKEY"
	    " 0 3 0 AA== (RFC 8078 section 4, erratum 5049)"},
	{"CDS 0 0 0 01", 11,
	    "CDS digest: algorithm 0 asks to delete, and the record for that is CDS 0 0 0 00 (RFC "
	    "8078 section 4)"},
	{"CDS 1 0 0 00", 11,
	    "CDS digest: algorithm 0 asks to delete, and the record for that is CDS 0 0 0 00 (RFC "
	    "8078 section 4)"},
	{"CDNSKEY 257 3 0 AA==", 17,
	    "CDNSKEY public key: algorithm 0 asks to delete, and the record for that is CDNSKEY 0 "
	    "3 0 AA== (RFC 8078 section 4)"},
	{"CDNSKEY 0 3 0 AAA=", 15,
	    "CDNSKEY public key: algorithm 0 asks to delete, and the record for that is CDNSKEY 0 "
	    "3 0 AA== (RFC 8078 section 4)"},
	{"CDS 1 8 2 0", 11, "CDS digest: the number of hex digits is odd: 1"},
	{"CDNSKEY 257 3 8 0", 17,
	    "CDNSKEY public key: the base64 text is cut off: 1 digits and 0 pads"},
	{"DS 0 0 0 0", 10, "DS digest: the number of hex digits is odd: 1"},
	{"CDS 0 0 0 0000", 11, "CDS digest: 2 octets; the form that deletes (0) has 1"},
	{"TLSA 3 1 1 abcd", 12, "TLSA association data: 2 octets; SHA2-256 (1) has 32"},
	{"TLSA 4 1 1 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 6,
	    "TLSA usage: 4 is none of 0 (PKIX-TA), 1 (PKIX-EE), 2 (DANE-TA), 3 (DANE-EE), 255 (Pr"
	    "ivCert)"},
	{"TLSA 3 2 1 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 8,
	    "TLSA selector: 2 is none of 0 (Cert), 1 (SPKI), 255 (PrivSel)"},
	{"TLSA 3 1 3 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 10,
	    "TLSA matching type: 3 is none of 0 (Full), 1 (SHA2-256), 2 (SHA2-512), 255 (PrivMatc"
	    "h)"},
	{"TLSA 256 1 1 00", 6,
	    "TLSA usage: 256 is none of 0 (PKIX-TA), 1 (PKIX-EE), 2 (DANE-TA), 3 (DANE-EE), 255 ("
	    "PrivCert)"},
	{"TLSA 3 1 1 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 12,
	    "TLSA association data: the digest of no data at all: no certificate has it"},
	{"TLSA 3 1 2 cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5"
	    "d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e", 12,
	    "TLSA association data: the digest of no data at all: no certificate has it"},
	{"TLSA 3 1 0 abc", 12, "TLSA association data: the number of hex digits is odd: 3"},
	{"TLSA 3 1 1", 10, "TLSA association data: missing"},
	{"SMIMEA 3 1 1 00", 14, "SMIMEA association data: 1 octets; SHA2-256 (1) has 32"},
	{"SSHFP 1 1 00", 11, "SSHFP fingerprint: 1 octets; SHA-1 (1) has 20"},
	{"SSHFP 1 2 00", 11, "SSHFP fingerprint: 1 octets; SHA-256 (2) has 32"},
	{"RRSIG A 8 2 60 20200230000000 20200101000000 1 a. AAAA", 16,
	    "RRSIG expiration: 20200230000000 is not a time as YYYYMMDDHHMMSS, nor seconds up to "
	    "4294967295"},
	{"RRSIG A 8 2 60 19691231235959 20200101000000 1 a. AAAA", 16,
	    "RRSIG expiration: 19691231235959 is not a time as YYYYMMDDHHMMSS, nor seconds up to "
	    "4294967295"},
	{"RRSIG A 8 2 60 21060207062816 20200101000000 1 a. AAAA", 16,
	    "RRSIG expiration: 21060207062816 is beyond 21060207062815, the last time that 32 bit"
	    "s hold"},
	{"SIG A 8 2 60 4294967295 99991231235959 1 a. AAAA", 25,
	    "SIG inception: 99991231235959 is beyond 21060207062815, the last time that 32 bits h"
	    "old"},
	{"RRSIG A 8 2 60 4294967296 20200101000000 1 a. AAAA", 16,
	    "RRSIG expiration: 4294967296 is not a time as YYYYMMDDHHMMSS, nor seconds up to 4294"
	    "967295"},
	{"RRSIG A 8 2 60 2020 2020010100000x 1 a. AAAA", 21,
	    "RRSIG inception: 2020010100000x is not a time as YYYYMMDDHHMMSS, nor seconds up to 4"
	    "294967295"},
	{"RRSIG FOO 8 2 60 20200228000000 20200101000000 1 a. AAAA", 7,
	    "RRSIG type covered: FOO is not a record type"},
	{"RRSIG A 8 2 60 20200228000000 20200101000000 1 a. AAA", 51,
	    "RRSIG signature: the base64 text is cut off: 3 digits and 0 pads"},
	{"RRSIG A 8 2 60 20200228000000 20200101000000 1 a. AA=A", 54,
	    "RRSIG signature: \"AA=A\" is not base64"},
	{"RRSIG A 8 2 60 20200228000000 20200101000000 1 a. AAB=", 51,
	    "RRSIG signature: the last base64 digit has bits to spare"},
	{"RRSIG A 8 2 60 20200228000000 20200101000000 1 a. A*AA", 52,
	    "RRSIG signature: \"A*AA\" is not base64"},
	{"NSEC a.", 6, "NSEC types: missing"},
	{"NSEC a. A BOGUS", 11, "NSEC types: BOGUS is not a record type"},
	{"NSEC a. TYPE0", 9, "NSEC types: TYPE0 cannot be in this set of types"},
	{"NSEC3 1 0 0 abc 2vptu5timamqttgl4luu9kg21e0aor3s", 13,
	    "NSEC3 salt: abc is neither hexadecimal nor - for no salt"},
	{"NSEC3 1 0 0 - 2vptu5timamqttgl4luu9kg21e0aor3", 15,
	    "NSEC3 next hashed owner: 2vptu5timamqttgl4luu9kg21e0aor3 is not base32hex"},
	{"NSEC3 1 0 0 - wwww", 15, "NSEC3 next hashed owner: wwww is not base32hex"},
	{"NSEC3 1 0 0 - 00000000", 15, "NSEC3 next hashed owner: 5 octets; a SHA-1 hash has 20"},
	{"DNSKEY 256 3 8", 14, "DNSKEY public key: missing"},
	{"ZONEMD 1 1 1 00", 14, "ZONEMD digest: 1 octets; SHA-384 (1) has 48"},
	{"ZONEMD 1 240 1 00112233445566778899aabb", 16,
	    "ZONEMD digest: 12 octets; SHA-384 (1) has 48"},
	{"ZONEMD 1 2 2 00112233445566778899aabb", 14,
	    "ZONEMD digest: 12 octets; SHA-512 (2) has 64"},
	{"DHCID AAIB", 7, "DHCID digest: 3 octets hold no digest"},
	{"DHCID AAIB Y2/A", 7, "DHCID digest: 3 octets; SHA-256 (1) has 32"},
	{"ZONEMD 1 1 3 0011", 14, "ZONEMD digest: 2 octets; no digest has less than 12"},
	{"EUI48 00-00-5e-00-53", 7,
	    "EUI48 address: 00-00-5e-00-53 is not of the form 00-00-5e-00-53-2a"},
	{"EUI48 00-00-5e-00-53:2a", 7,
	    "EUI48 address: 00-00-5e-00-53:2a is not of the form 00-00-5e-00-53-2a"},
	{"EUI64 00-00-5e-ef-10-00-00-2g", 7,
	    "EUI64 address: 00-00-5e-ef-10-00-00-2g is not of the form 00-00-5e-ef-10-00-00-2a"},
	{"NID 1 1:2:3", 7, "NID node identifier: 1:2:3 is not of the form 2001:db8:1140:1000"},
	{"L64 1 1:2:3:4:5", 7, "L64 locator: 1:2:3:4:5 is not of the form 2001:db8:1140:1000"},
	{"NSAP 47.0005", 6, "NSAP address: 47.0005 does not begin with 0x"},
	{"NSAP 0x4", 8, "NSAP address: 0x4: hex digits come in pairs"},
	{"ATMA +12a", 9, "ATMA address: +12a: digits and dots follow a plus sign"},
	{"X25 12", 5, "X25 address: 12 is not an address of four digits or more"},
	{"X25 \"12a45\"", 5, "X25 address: 12a45 is not an address of four digits or more"},
	{"GPOS 1 2 x", 10, "GPOS altitude: x is not a decimal number"},
	{"GPOS 181 2 3", 6, "GPOS longitude: 181 is not a decimal number from -180 to 180"},
	{"LOC 91 N 0 E 0", 5, "LOC location: 91: the latitude is not of the form d [m [s]] N|S"},
	{"LOC 90 0 1 N 0 E 0", 5, "LOC location: the latitude is beyond 90 degrees"},
	{"LOC 1 60 N 0 E 0", 7,
	    "LOC location: 60: the latitude is not of the form d [m [s]] N|S"},
	{"LOC 1 2 3.1234 N 0 E 0", 9,
	    "LOC location: 3.1234: the latitude is not of the form d [m [s]] N|S"},
	{"LOC 1 2 3 4 E 0", 11, "LOC location: 4 stands where N or S ends the latitude"},
	{"LOC 1 N 2 E", 11, "LOC location: missing"},
	{"LOC 1 N 2 E 3m 1 2 3 4", 22, "LOC: \"4\" stands behind the end of the RDATA"},
	{"LOC 1 N 2 E 42849673", 13,
	    "LOC location: 42849673 is not an altitude from -100000.00m to 42849672.95m"},
	{"APL 1:1.2.3.4", 5,
	    "APL prefixes: 1:1.2.3.4 is not of the form 1:192.0.2.0/24 or !2:2001:db8::/32"},
	{"APL 3:1.2.3.4/5", 5,
	    "APL prefixes: 3:1.2.3.4/5 is not of the form 1:192.0.2.0/24 or !2:2001:db8::/32"},
	{"APL 1:1.2.3.4/33", 5,
	    "APL prefixes: 1:1.2.3.4/33 is not of the form 1:192.0.2.0/24 or !2:2001:db8::/32"},
	{"APL 2:1.2.3.4/32", 5,
	    "APL prefixes: 2:1.2.3.4/32 is not of the form 1:192.0.2.0/24 or !2:2001:db8::/32"},
	{"WKS 1.2.3.4 foo", 13,
	    "WKS services: foo is neither a protocol number nor a name that is known here"},
	{"WKS 1.2.3.4 6 foo", 15,
	    "WKS services: foo is neither a port number nor a name that is known here"},
	{"WKS 1.2.3.4 6 65536", 15,
	    "WKS services: 65536 is neither a port number nor a name that is known here"},
	{"A6 129 a.", 4, "A6 prefix length: 129 is not a number from 0 to 128"},
	{"A6 64 1::1 a.", 7, "A6 address suffix: 1::1 does not begin with 64 zero bits"},
	{"A6 64 ::1", 7, "A6 prefix name: missing"},
	{"IPSECKEY 10 4 2 foo AAAA", 17, "IPSECKEY gateway: type 4 has no text form"},
	{"IPSECKEY 10 0 2 foo. AAAA", 17,
	    "IPSECKEY gateway: foo. stands for none, where only . does"},
	{"IPSECKEY 10 0 0 . AgEAAQ==", 19,
	    "IPSECKEY public key: algorithm 0 tells that there is no key: write its algorithm, or"
	    " take it out"},
	{"IPSECKEY 10 1 0 192.0.2.1 \"\"", 27,
	    "IPSECKEY public key: algorithm 0 tells that there is no key: write its algorithm, or"
	    " take it out"},
	{"IPSECKEY 10 1 2 ::1 AAAA", 17, "IPSECKEY gateway: ::1 is not an IPv4 address"},
	{"AMTRELAY 10 2 1 1.2.3.4", 13, "AMTRELAY relay type: 2 is not a number from 0 to 1"},
	{"AMTRELAY 10 0 4 1.2.3.4", 17, "AMTRELAY relay: type 4 has no text form"},
	{"HIP 2 zz AAAA", 7, "HIP host identity: zz is not a tag in hex"},
	{"HIP 2 00 A", 10, "HIP host identity: A is not a key in base64"},
	{"CAA 0 is-sue \"x\"", 9, "CAA tag: \"is-sue\" does not consist of letters and digits"},
	{"CAA 256 issue \"x\"", 5, "CAA flags: 256 is not a number from 0 to 255"},
	{"CAA 0 issue", 7, "CAA value: missing"},
	{"URI 1 2 \"\"", 9, "URI target: the string is empty"},
	{"SVCB 1 . alpn", 10,
	    "SVCB parameter: alpn: \"\" is not a list of items of 1 to 255 octets"},
	{"SVCB 1 . alpn=", 10,
	    "SVCB parameter: alpn: \"\" is not a list of items of 1 to 255 octets"},
	{"SVCB 1 . alpn=\"h2,,h3\"", 15,
	    "SVCB parameter: alpn: \"h2,,h3\" is not a list of items of 1 to 255 octets"},
	{"SVCB 1 . alpn=h2 alpn=h3", 18, "SVCB parameter: alpn stands twice"},
	{"SVCB 1 . port=1 alpn=h2 port=2", 25, "SVCB parameter: port stands twice"},
	{"SVCB 1 . port=65536", 15,
	    "SVCB parameter: port: \"65536\" is not a number from 0 to 65535"},
	{"SVCB 1 . port", 10, "SVCB parameter: port: \"\" is not a number from 0 to 65535"},
	{"SVCB 1 . port=\\049", 15, "SVCB parameter: port: \"\\049\" is not free of escapes"},
	{"SVCB 1 . bogus=1", 10,
	    "SVCB parameter: bogus is not a key that is known, nor key0 to key65534"},
	{"SVCB 1 . ALPN=h2", 10, "SVCB parameter: ALPN: keys are in lower case: write alpn"},
	{"HTTPS 1 . alpn=h2 No-Default-Alpn", 19,
	    "HTTPS parameter: No-Default-Alpn: keys are in lower case: write no-default-alpn"},
	{"SVCB 1 . KEY9=h2", 10, "SVCB parameter: KEY9: keys are in lower case: write key9"},
	{"SVCB 1 . mandatory=ALPN alpn=h2", 20,
	    "SVCB parameter: mandatory: \"ALPN\" is not a list of keys in lower case, other than ma"
	    "ndatory"},
	{"SVCB 1 . dohpath=q{?dns}", 18,
	    "SVCB parameter: dohpath: \"q{?dns}\" is not a path that begins with /, as /dns-query{?"
	    "dns} does"},
	{"SVCB 1 . dohpath=\"/q{??dns}\"", 18,
	    "SVCB parameter: dohpath: \"/q{??dns}\" is no variable list of RFC 6570 between its bra"
	    "ces"},
	{"SVCB 1 . key65535=1", 10,
	    "SVCB parameter: key65535 is not a key that is known, nor key0 to key65534"},
	{"SVCB 1 . key01=1", 10,
	    "SVCB parameter: key01 is not a key that is known, nor key0 to key65534"},
	{"SVCB 1 . mandatory=port", 10,
	    "SVCB parameter: mandatory asks for port, which is not there"},
	{"SVCB 1 . mandatory=mandatory", 20,
	    "SVCB parameter: mandatory: \"mandatory\" is not a list of keys in lower case, o"
	    "ther than mandatory"},
	{"SVCB 1 . mandatory=port,port port=1", 20,
	    "SVCB parameter: mandatory: \"port,port\" is not a list without repetition"},
	{"SVCB 1 . no-default-alpn", 10,
	    "SVCB parameter: no-default-alpn asks for alpn, which is not there"},
	{"SVCB 1 . no-default-alpn=1 alpn=h2", 26,
	    "SVCB parameter: no-default-alpn has no value"},
	{"SVCB 1 . ipv4hint=1.2.3", 19,
	    "SVCB parameter: ipv4hint: \"1.2.3\" is not a list of IPv4 addresses"},
	{"SVCB 1 . ipv4hint=1.2.3.4,", 19,
	    "SVCB parameter: ipv4hint: \"1.2.3.4,\" is not a list of IPv4 addresses"},
	{"SVCB 1 . ipv6hint=1.2.3.4", 19,
	    "SVCB parameter: ipv6hint: \"1.2.3.4\" is not a list of IPv6 addresses"},
	{"SVCB 1 . ech=***", 14, "SVCB parameter: ech: \"***\" is not base64"},
	{"SVCB 1 . dohpath=/x", 18,
	    "SVCB parameter: dohpath: \"/x\" lacks the variable dns, as in /dns-query{?dns}"},
	{"SVCB 1 . key3=\"\\001\"", 15,
	    "SVCB parameter: key3: the value is malformed or missing"},
	{"SVCB 1 . key99=\"\\999\"", 17,
	    "SVCB parameter: a backslash is followed by a character or by three digits up to 255"},
	{"SVCB 1 . tls-supported-groups=1,1", 31,
	    "SVCB parameter: tls-supported-groups: \"1,1\" is not a list without repetition"},
	{"SVCB 1 . \"port=1\"", 10,
	    "SVCB parameter: \"port=1\" stands in quotes, where only strings do"},
	{"SVCB 1 . alpn= \"h2\"", 10,
	    "SVCB parameter: alpn: \"\" is not a list of items of 1 to 255 octets"},
	{"KEY 256 3 5", 11, "KEY public key: missing"},
	{"IPSECKEY 10 0 2 .", 17, "IPSECKEY public key: missing"},
	{"NAPTR 1 2 \"u\" \"s\" \"!a!b\" .", 19,
	    "NAPTR regexp: !a!b is not of the form !expression!replacement!"},
	{"NAPTR 1 2 \"u\" \"s\" \"!a!b!x\" .", 19,
	    "NAPTR regexp: !a!b!x is not of the form !expression!replacement!"},
	{"DSYNC CDS FOO 1 a.", 11,
	    "DSYNC scheme: FOO is neither a number from 0 to 255 nor a name that is known here"},
	{"CERT FOO 1 8 AAAA", 6,
	    "CERT type: FOO is neither a number from 0 to 65535 nor a name that is known here"},
	{"NULL abc", 6, "NULL data: no text form is defined: write \\# length hex"},
	{"UINFO \"x\"", 7, "UINFO data: no text form is defined: write \\# length hex"},
	{"OPT abc", 5, "OPT: TYPE41 has no text form here: write \\# length hex"},
	{"TYPE65280 abc", 11, "RDATA: TYPE65280 has no text form here: write \\# length hex"},
	{"A \\# 3 010203", 8, "A address: malformed in this generic RDATA"},
	{"A \\# 4 01020304 05", 17, "A: more than the announced 4 octets follow"},
	{"A \\# 4 010203", 6, "A: 4 octets are announced, but 6 hex digits follow, not 8"},
	{"A \\# 4 0102030g", 15, "A: \"0102030g\" is not hexadecimal"},
	{"A \\#", 3, "A: a length follows \\#"},
	{"A \\# x", 6, "A: x is not a length from 0 to 65535"},
	{"A \\# 65536 00", 6, "A: 65536 is not a length from 0 to 65535"},
	{"MX \\# 3 000a03", 9, "MX exchange: malformed in this generic RDATA"},
	{"MX \\# 5 000a000000", 9, "MX: octets stand behind the end of the RDATA"},
	{"TLSA \\# 35 030101e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 12,
	    "TLSA association data: malformed in this generic RDATA"},
};
/* clang-format on */

/* Reads a line that is malformed; `*d` is the one problem, valid until words_free(w). */
static void
parse_bad(struct words *w, const char *line, const struct diag **d)
{
	static uint8_t out[RDATA_LONGEST];
	struct name_fault fault;
	struct name origin;
	struct rdata_text text;
	uint16_t type;
	size_t len;

	words_cut(w, line);
	assert_int_equal(name_parse(text_of("example."), NULL, &origin, &fault), 0);
	assert_int_equal(type_parse(token_text(&w->entry.tokens[0]), &type), 0);
	text = (struct rdata_text){.at = w->entry.tokens + 1,
	    .end = w->entry.tokens + w->entry.n,
	    .entry = &w->entry,
	    .origin = &origin,
	    .diags = &w->diags};
	if (rdata_parse(&text, type, out, &len) == 0)
		fail_msg("accepted: %.100s", line);
	assert_int_equal(w->diags.n, 1);
	*d = &w->diags.items[0];
}

static void
messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(faults); i++) {
		const struct diag *d;
		struct words w;

		parse_bad(&w, faults[i].line, &d);
		if (strcmp(d->message, faults[i].message) != 0 ||
		    d->place.column != faults[i].column)
			fail_msg("%s\n  %u: %s", faults[i].line, d->place.column, d->message);
		words_free(&w);
	}
}

/* The codes of the kinds of fault. */
static void
codes(void **state)
{
	static const struct {
		const char *line;
		enum problem problem;
	} rows[] = {
	    {"A x", Z_RDATA},
	    {"A", Z_RDATA_MISSING},
	    {"A 1.2.3.4 5", Z_RDATA_EXTRA},
	    {"A \\# 3 000000", Z_GENERIC},
	    {"TYPE65280 x", Z_GENERIC},
	    {"NS a..b", Z_NAME},
	    {"NS b\303\274cher", Z_UTF8},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct diag *d;
		struct words w;

		parse_bad(&w, rows[i].line, &d);
		assert_int_equal(d->problem, rows[i].problem);
		words_free(&w);
	}
}

/* `head` and `n` times `piece`. */
static char *
repeated(const char *head, const char *piece, size_t n)
{
	struct buf b = {0};

	buf_puts(&b, head);
	while (n-- > 0)
		buf_puts(&b, piece);
	buf_putc(&b, '\0');
	return b.data;
}

/* Text for more than 65535 octets, by every kind of field that repeats. */
static void
too_long(void **state)
{
	static const struct {
		const char *head, *piece;
		size_t n;
		enum problem problem;
	} rows[] = {
	    {"TXT", " aaaaaaaaaaaaaaa", 4096, Z_RDATA_LONG},
	    {"TXT ", "a", 256, Z_RDATA},
	    {"TXT ", "\\097", 256, Z_RDATA},
	    {"OPENPGPKEY ", "AAAA", 21846, Z_RDATA_LONG},
	    {"OPENPGPKEY", " AAAA", 21846, Z_RDATA_LONG},
	    {"EID ", "00", 65536, Z_RDATA_LONG},
	    {"NSAP 0x", "00", 65536, Z_RDATA_LONG},
	    {"ATMA +", "0", 65536, Z_RDATA_LONG},
	    {"CAA 0 a ", "a", 65536, Z_RDATA_LONG},
	    {"CAA 0 a ", "\\097", 65536, Z_RDATA_LONG},
	    {"APL", " 2:2001:db8:1:1:1:1:1:1/128", 3277, Z_RDATA_LONG},
	    {"HIP 2 00 ", "AAAA", 21846, Z_RDATA_LONG},
	    {"HIP 2 00 AAAA", " aaaaaaaaaaaaaaa.", 4096, Z_RDATA_LONG},
	    {"SVCB 1 . key7000=", "a", 65536, Z_RDATA_LONG},
	    {"SVCB 1 . key7000=", "\\097", 65536, Z_RDATA_LONG},
	    {"SVCB 1 . alpn=", "aaaaaaaaaaaaaaa,", 4096, Z_RDATA_LONG},
	    {"SVCB 1 . ipv6hint=", "::1,", 4096, Z_RDATA_LONG},
	    {"SVCB 1 . ech=", "AAAA", 21846, Z_RDATA_LONG},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *line = repeated(rows[i].head, rows[i].piece, rows[i].n);
		const struct diag *d;
		struct words w;

		parse_bad(&w, line, &d);
		if (d->problem != rows[i].problem)
			fail_msg("%.60s: %s", line, d->message);
		words_free(&w);
		free(line);
	}
}

/* Without an origin only absolute names are read. */
static void
no_origin(void **state)
{
	static uint8_t out[RDATA_LONGEST];
	struct rdata_text text;
	struct words w;
	size_t len;

	(void)state;
	words_cut(&w, "MX 10 mail");
	text = (struct rdata_text){.at = w.entry.tokens + 1,
	    .end = w.entry.tokens + 3,
	    .entry = &w.entry,
	    .diags = &w.diags};
	assert_int_equal(rdata_parse(&text, TYPE_MX, out, &len), -1);
	assert_int_equal(w.diags.items[0].problem, Z_NO_ORIGIN);
	assert_int_equal(w.diags.items[0].place.column, 7);
	words_free(&w);
}

/* Exactly as long as RDATA may be. */
static void
longest(void **state)
{
	static uint8_t out[RDATA_LONGEST];
	char *line = repeated("OPENPGPKEY ", "AAAA", 21845);
	struct rdata_text text;
	struct words w;
	size_t len = 0;

	(void)state;
	words_cut(&w, line);
	text = (struct rdata_text){.at = w.entry.tokens + 1,
	    .end = w.entry.tokens + w.entry.n,
	    .entry = &w.entry,
	    .diags = &w.diags};
	assert_int_equal(rdata_parse(&text, TYPE_OPENPGPKEY, out, &len), 0);
	assert_int_equal(len, RDATA_LONGEST);
	words_free(&w);
	free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(messages),
	    cmocka_unit_test(codes),
	    cmocka_unit_test(too_long),
	    cmocka_unit_test(no_origin),
	    cmocka_unit_test(longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
