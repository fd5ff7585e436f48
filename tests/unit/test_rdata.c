/* Every type as text, and what it is on the wire. The wire data are those that named-rrchecker of
 * BIND 9.18 makes of the same text; CLA, IPN and the newer SvcParamKeys, which it does not know,
 * were worked out by hand. */
#include "unit.h"

#include "words.h"

#include "dns/rdata.h"

#include "base/codec.h"

struct form {
	const char *text;    /* behind the type's mnemonic; origin example. */
	const char *wire;    /* in hex */
	const char *printed; /* NULL: as `text` without the type */
};

/* clang-format off */
static const struct form forms[] = {
	{"A 192.0.2.1", "c0000201", NULL},
	{"A 0.0.0.0", "00000000", NULL},
	{"A 255.255.255.255", "ffffffff", NULL},
	{"NS ns.example.", "026e73076578616d706c6500", NULL},
	{"NS ns", "026e73076578616d706c6500", "ns.example."},
	{"NS .", "00", NULL},
	{"NS Ns1.Example.", "034e7331074578616d706c6500", NULL},
	{"NS a\\.b.c\\032d.\\001\\255.example.",
	    "03612e62036320640201ff076578616d706c6500",
	    NULL},
	{"MD host.example.", "04686f7374076578616d706c6500", NULL},
	{"MF host.example.", "04686f7374076578616d706c6500", NULL},
	{"CNAME Target.Example.", "06546172676574074578616d706c6500", NULL},
	{"CNAME @", "076578616d706c6500", "example."},
	{"SOA ns.example. hostmaster.example. 2026112301 1h30m 15m 2w 1d",
	    "026e73076578616d706c65000a686f73746d6173746572076578616d706c650078c4052d000015180000"
	    "03840012750000015180",
	    "ns.example. hostmaster.example. 2026112301 5400 900 1209600 86400"},
	{"SOA ns.example. first\\.last.example. 4294967295 7200 900 1209600 86400",
	    "026e73076578616d706c65000a66697273742e6c617374076578616d706c6500ffffffff00001c200000"
	    "03840012750000015180",
	    NULL},
	{"MB host.example.", "04686f7374076578616d706c6500", NULL},
	{"MG box.example.", "03626f78076578616d706c6500", NULL},
	{"MR box.example.", "03626f78076578616d706c6500", NULL},
	{"NULL \\# 0", "", NULL},
	{"NULL \\# 4 00010203", "00010203", NULL},
	{"WKS 192.0.2.1 6 21 25 53", "c00002010600000440000004", NULL},
	{"WKS 192.0.2.1 tcp smtp telnet ftp", "c00002010600000540", "192.0.2.1 6 21 23 25"},
	{"WKS 192.0.2.1 17 1023",
	    "c00002011100000000000000000000000000000000000000000000000000000000000000000000000000"
	    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
	    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
	    "00000000000001",
	    NULL},
	{"WKS 192.0.2.1 udp", "c000020111", "192.0.2.1 17"},
	{"PTR host.example.", "04686f7374076578616d706c6500", NULL},
	{"HINFO \"PDP-11/70\" \"UNIX\"", "095044502d31312f373004554e4958", NULL},
	{"HINFO CPU OS", "03435055024f53", "\"CPU\" \"OS\""},
	{"MINFO box.example. errors.example.",
	    "03626f78076578616d706c6500066572726f7273076578616d706c6500",
	    NULL},
	{"MX 10 mail.example.", "000a046d61696c076578616d706c6500", NULL},
	{"MX 0 .", "000000", NULL},
	{"MX 65535 Mail", "ffff044d61696c076578616d706c6500", "65535 Mail.example."},
	{"TXT \"v=spf1 -all\"", "0b763d73706631202d616c6c", NULL},
	{"TXT one \"two words\" three",
	    "036f6e650974776f20776f726473057468726565",
	    "\"one\" \"two words\" \"three\""},
	{"TXT \"\"", "00", NULL},
	{"TXT \"a\\\"b\\\\c\\000\\255;\"", "086122625c6300ff3b", NULL},
	{"TXT \\\"quoted\\\"", "082271756f74656422", "\"\\\"quoted\\\"\""},
	{"TXT semi\\;colon", "0a73656d693b636f6c6f6e", "\"semi;colon\""},
	{"RP mail.example. txt.example.",
	    "046d61696c076578616d706c650003747874076578616d706c6500",
	    NULL},
	{"AFSDB 1 afs.example.", "000103616673076578616d706c6500", NULL},
	{"X25 311061700956", "0c333131303631373030393536", "\"311061700956\""},
	{"X25 \"311061700956\"", "0c333131303631373030393536", NULL},
	{"ISDN \"150862028003217\" \"004\"", "0f31353038363230323830303332313703303034", NULL},
	{"ISDN \"150862028003217\"", "0f313530383632303238303033323137", NULL},
	{"RT 10 relay.example.", "000a0572656c6179076578616d706c6500", NULL},
	{"NSAP 0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00",
	    "47000580005a0000000001e133ffffff00016100",
	    "0x47000580005a0000000001e133ffffff00016100"},
	{"NSAP-PTR host.example.", "04686f7374076578616d706c6500", NULL},
	{"SIG NXT 5 2 3600 20301231235959 20200101000000 12345 example. aGVsbG8gd29ybGQ=",
	    "001e050200000e1072bd0bff5e0be1003039076578616d706c650068656c6c6f20776f726c64",
	    NULL},
	{"KEY 256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no",
	    "010003050103d22a6ca77f35b893206fd35e4c506d8378843709b97e041647e1bff43d8d64c649af1e37"
	    "1973c9e8",
	    NULL},
	{"KEY 256 DNSSEC RSASHA1 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no",
	    "010003050103d22a6ca77f35b893206fd35e4c506d8378843709b97e041647e1bff43d8d64c649af1e37"
	    "1973c9e8",
	    "256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no"},
	{"KEY 49408 3 5", "c1000305", NULL},
	{"PX 10 map822.example. mapx400.example.",
	    "000a066d6170383232076578616d706c6500076d617078343030076578616d706c6500",
	    NULL},
	{"GPOS \"-32.6882\" \"116.8652\" \"10.0\"",
	    "082d33322e36383832083131362e383635320431302e30",
	    NULL},
	{"GPOS 0 +90 -5", "0130032b3930022d35", "\"0\" \"+90\" \"-5\""},
	{"AAAA 2001:db8::1", "20010db8000000000000000000000001", NULL},
	{"AAAA ::", "00000000000000000000000000000000", NULL},
	{"AAAA ::1", "00000000000000000000000000000001", NULL},
	{"AAAA 2001:DB8:0:0:1:0:0:1", "20010db8000000000001000000000001", "2001:db8::1:0:0:1"},
	{"AAAA 2001:0db8:1:2:3:4:5:6",
	    "20010db8000100020003000400050006",
	    "2001:db8:1:2:3:4:5:6"},
	{"AAAA ::ffff:192.0.2.1", "00000000000000000000ffffc0000201", NULL},
	{"AAAA 2001:db8::192.0.2.1", "20010db80000000000000000c0000201", "2001:db8::c000:201"},
	{"AAAA 1:0:0:2::", "00010000000000020000000000000000", NULL},
	{"AAAA ::2:3:4:5:6:7:8", "00000002000300040005000600070008", "0:2:3:4:5:6:7:8"},
	{"AAAA 1:2:3:4:5:6:7::", "00010002000300040005000600070000", "1:2:3:4:5:6:7:0"},
	{"LOC 42 21 54 N 71 06 18 W -24m 30m",
	    "0033161389172dd070be15f000988d20",
	    "42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m"},
	{"LOC 52 14 05.123 N 00 08 50.5 E 10m",
	    "001216138b3557438008184400989a68",
	    "52 14 5.123 N 0 8 50.500 E 10.00m 1m 10000m 10m"},
	{"LOC 32 7 19 S 116 2 25 E 10.25m 0.50m 100m 2.5m",
	    "00511422791b7d2898e6486800989a81",
	    "32 7 19.000 S 116 2 25.000 E 10.25m 0.50m 100m 2m"},
	{"LOC 90 N 180 W -100000.00m 90000000m 0m 0.01m",
	    "00990010934fd90059604e0000000000",
	    "90 0 0.000 N 180 0 0.000 W -100000.00m 90000000m 0m 0.01m"},
	{"LOC 0 0 0 N 0 0 0 E 42849672.95m",
	    "001216138000000080000000ffffffff",
	    "0 0 0.000 N 0 0 0.000 E 42849672.95m 1m 10000m 10m"},
	{"NXT host.example. A MX SIG NXT", "04686f7374076578616d706c650040010082", NULL},
	{"EID e32c6f78163a9348", "e32c6f78163a9348", NULL},
	{"NIMLOC 32251a03 0067", "32251a030067", "32251a030067"},
	{"SRV 0 5 5060 sip.example.", "0000000513c403736970076578616d706c6500", NULL},
	{"SRV 65535 65535 65535 .", "ffffffffffff00", NULL},
	{"ATMA +61.2.00000000", "013631323030303030303030", "+61200000000"},
	{"ATMA 39.246f.000e7c9c031200010001.000012345678.00",
	    "0039246f000e7c9c03120001000100001234567800",
	    "39246f000e7c9c03120001000100001234567800"},
	{"NAPTR 100 50 \"s\" \"z3950+I2L+N2L\" \"\" _z3950._tcp.example.",
	    "0064003201730d7a333935302b49324c2b4e324c00065f7a33393530045f746370076578616d706c6500",
	    NULL},
	{"NAPTR 100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:info@example.com!\" .",
	    "0064000a0175074532552b7369701b215e2e2a24217369703a696e666f406578616d706c652e636f6d21"
	    "00",
	    NULL},
	{"NAPTR 100 10 \"\" \"\" \"/urn:cid:.+@([^\\\\.]+\\\\.)(.*)$/\\\\2/i\" .",
	    "0064000a0000202f75726e3a6369643a2e2b40285b5e5c2e5d2b5c2e29282e2a29242f5c322f6900",
	    NULL},
	{"KX 10 kx.example.", "000a026b78076578616d706c6500", NULL},
	{"CERT PKIX 12345 RSASHA256 aGVsbG8gd29ybGQ=",
	    "000130390868656c6c6f20776f726c64",
	    "1 12345 8 aGVsbG8gd29ybGQ="},
	{"CERT 65534 0 0 aGVsbG8gd29ybGQ=", "fffe00000068656c6c6f20776f726c64", NULL},
	{"A6 0 2001:db8::1", "0020010db8000000000000000000000001", NULL},
	{"A6 64 ::1234:5678:9abc:def0 Subnet.Example.",
	    "40123456789abcdef0065375626e6574074578616d706c6500",
	    NULL},
	{"A6 128 prefix.example.", "8006707265666978076578616d706c6500", NULL},
	{"A6 3 1fff:: prefix.example.",
	    "031fff000000000000000000000000000006707265666978076578616d706c6500",
	    NULL},
	{"DNAME Target.Example.", "06546172676574074578616d706c6500", NULL},
	{"SINK 1 2 3 aGVsbG8=", "01020368656c6c6f", NULL},
	{"SINK 64 1 0 aGVs bG8=", "40010068656c6c6f", "64 1 0 aGVsbG8="},
	{"APL 1:192.168.32.0/21 !1:192.168.38.0/28", "00011503c0a82000011c83c0a826", NULL},
	{"APL 1:224.0.0.0/4 2:ff00::/8 !2:2001:db8::1/128",
	    "00010401e000020801ff0002809020010db8000000000000000000000001",
	    NULL},
	{"APL", "", ""},
	{"DS 60485 5 1 2bb183af5f22588179a53b0a 98631fad1a292118",
	    "ec4505012bb183af5f22588179a53b0a98631fad1a292118",
	    "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118"},
	{"DS 12345 ECDSAP256SHA256 SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15"
	    "d6c15b0f00a08",
	    "30390d029f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    "12345 13 2 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
	{"DS 12345 13 4 99f3ffc0b8a5d4f8dbe4cbd2b9d3a0f5a4d0d6c7e9a3e2f1d0c9b8a796857463524130"
	    "2f1e0d9c8b7a6958473625140f",
	    "30390d0499f3ffc0b8a5d4f8dbe4cbd2b9d3a0f5a4d0d6c7e9a3e2f1d0c9b8a7968574635241302f1e0d"
	    "9c8b7a6958473625140f",
	    NULL},
	{"DS 12345 8 3 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    "303908039f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    NULL},
	{"SSHFP 2 1 123456789abcdef67890123456789abcdef67890",
	    "0201123456789abcdef67890123456789abcdef67890",
	    NULL},
	{"SSHFP 4 2 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    "04029f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    NULL},
	{"SSHFP 1 0 00", "010000", NULL},
	{"IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==",
	    "0a0102c0000226010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801",
	    NULL},
	{"IPSECKEY 10 0 2 . AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==",
	    "0a0002010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801",
	    NULL},
	{"IPSECKEY 10 3 2 Gateway.Example. AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==",
	    "0a03020747617465776179074578616d706c6500010351537986ed35533b6064478eeeb27b5bd74dae14"
	    "9b6e81ba3a0521af82ab7801",
	    NULL},
	{"IPSECKEY 10 2 2 2001:0db8:0:8002::2000:1 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt"
	    "4AQ==",
	    "0a020220010db8000080020000000020000001010351537986ed35533b6064478eeeb27b5bd74dae149b"
	    "6e81ba3a0521af82ab7801",
	    "10 2 2 2001:db8:0:8002::2000:1 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="},
	{"IPSECKEY 10 0 0 .", "0a0000", NULL},
	{"RRSIG A 5 3 86400 20030322173103 20030220173103 2642 Example. oJB1W6WNGv+ldvQ3WDG0MQ"
	    "kg5IEhjRip8WTrPYGv07h108dUKGMeDPKijVCHX3DDKdfb+v6oB9wfuh3DTJXUAfI/M0zmO/zz8bW0Rznl8O"
	    "3tGNazPwQKkRN20XPXV6nwwfoXmJQbsLNrLfkGJ5D6fwFm8nN+6pBzeDQfsS3Ap3o=",
	    "00010503000151803e7c9dd73e5510d70a52074578616d706c6500a090755ba58d1affa576f4375831b4"
	    "310920e481218d18a9f164eb3d81afd3b875d3c75428631e0cf2a28d50875f70c329d7dbfafea807dc1f"
	    "ba1dc34c95d401f23f334ce63bfcf3f1b5b44739e5f0eded18d6b33f040a911376d173d757a9f0c1fa17"
	    "98941bb0b36b2df9062790fa7f0166f2737eea907378341fb12dc0a77a",
	    NULL},
	{"RRSIG TYPE65280 ED25519 2 3600 4294967295 0 65535 . aGVsbG8=",
	    "ff000f0200000e10ffffffff00000000ffff0068656c6c6f",
	    "TYPE65280 15 2 3600 21060207062815 19700101000000 65535 . aGVsbG8="},
	{"RRSIG SOA 13 1 3600 20390101000000 20260101000000 1 example. aGVs bG8=",
	    "00060d0100000e1081c94b006955b9000001076578616d706c650068656c6c6f",
	    "SOA 13 1 3600 20390101000000 20260101000000 1 example. aGVsbG8="},
	{"NSEC Host.Example. A MX RRSIG NSEC TYPE1234",
	    "04486f7374074578616d706c65000006400100000003041b000000000000000000000000000000000000"
	    "000000000000000020",
	    NULL},
	{"NSEC \\000.example. NS DS RRSIG NSEC", "0100076578616d706c65000006200000000013", NULL},
	{"NSEC . A TYPE65535 CAA",
	    "00000140010140ff200000000000000000000000000000000000000000000000000000000000000001",
	    ". A CAA TYPE65535"},
	{"DNSKEY 256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no kfzj31GajIQK"
	    "Y+5CptLr3buXA10hWqTkF7H6RfoRqXQeogmMHfpftf6zMv1LyBUgia7za6ZEzOJBOztyvhjL742iU/TpPSED"
	    "hm2SNKLijfUppn1UaNvv4w==",
	    "010003050103d22a6ca77f35b893206fd35e4c506d8378843709b97e041647e1bff43d8d64c649af1e37"
	    "1973c9e891fce3df519a8c840a63ee42a6d2ebddbb97035d215aa4e417b1fa45fa11a9741ea2098c1dfa"
	    "5fb5feb332fd4bc8152089aef36ba644cce2413b3b72be18cbef8da253f4e93d2103866d9234a2e28df5"
	    "29a67d5468dbefe3",
	    "256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8nokfzj31GajIQKY+5CptLr"
	    "3buXA10hWqTkF7H6RfoRqXQeogmMHfpftf6zMv1LyBUgia7za6ZEzOJBOztyvhjL742iU/TpPSEDhm2SNKLi"
	    "jfUppn1UaNvv4w=="},
	{"DNSKEY 257 3 ECDSAP256SHA256 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cY"
	    "bcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
	    "0101030d1a88c88615d437fbb8bf9e1942a1929f28562706ae6c2bd399e7b1bfb6d1e9e75b92b4aa4291"
	    "7ae1c61b701ef035c3fe7be3009cbafe5a2f71316c902dcf0d00",
	    "257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9"
	    "xMWyQLc8NAA=="},
	{"DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=",
	    "000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40",
	    NULL},
	{"NSEC3 1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG",
	    "0101000c04aabbccdd1417f3df17b2b2adaef615257de4d2020b80ac6c7c0006400000000002",
	    NULL},
	{"NSEC3 1 0 0 - 2vptu5timamqttgl4luu9kg21e0aor3s",
	    "01000000001417f3df17b2b2adaef615257de4d2020b80ac6c7c",
	    NULL},
	{"NSEC3PARAM 1 0 12 aabbccdd", "0100000c04aabbccdd", NULL},
	{"NSEC3PARAM 1 0 0 -", "0100000000", NULL},
	{"TLSA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971",
	    "030101d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971",
	    NULL},
	{"TLSA DANE-TA Cert SHA2-512 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b"
	    "0f00a08 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    "0200029f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a089f86d081884c7d"
	    "659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    "2 0 2 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a089f86d081884c7d"
	    "659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
	{"TLSA 0 0 0 3082", "0000003082", NULL},
	{"TLSA 255 255 255 00", "ffffff00", NULL},
	{"SMIMEA 3 0 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971",
	    "030001d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971",
	    NULL},
	{"HIP 2 200100107b1a74df365639cc39f1d578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cIvM4p9+LrV"
	    "4e19WzK00+CI6zBCQTdtWsuxKbWIy87UOoJTwkUs7lBu+Upr1gsNrut79ryra+bSRGQb1slImA8YVJyuIDsj"
	    "7kwzG7jnERNqnWxZ48AWkskmdHaVDP4BcelrTI3rMXdXF5D",
	    "10020084200100107b1a74df365639cc39f1d57803010001b771ca136e4aeb5ce44333c53b3d2c13c222"
	    "43851fc708bcce29f7e2eb5787b5f56ccad34f8223acc10904ddb56b2ec4a6d6232f3b50ea094f0914b3"
	    "b941bbe529af582c36bbadefdaf2adaf9b4911906f5b2522603c615272b880ec8fb930cc6ee39c444daa"
	    "75b1678f005a4b2499d1da5433f805c7a5ad3237acc5dd5c5e43",
	    NULL},
	{"HIP 2 200100107b1a74df365639cc39f1d578 AwEAAbdxyhNuSutc5EMzxTs9 rvs1.example. rvs2.e"
	    "xample.",
	    "10020012200100107b1a74df365639cc39f1d57803010001b771ca136e4aeb5ce44333c53b3d04727673"
	    "31076578616d706c65000472767332076578616d706c6500",
	    NULL},
	{"NINFO \"status=up\" \"x\"", "097374617475733d75700178", NULL},
	{"RKEY 0 3 8 AwEAAbdxyhNuSutc5EMzxTs9",
	    "0000030803010001b771ca136e4aeb5ce44333c53b3d",
	    NULL},
	{"TALINK before.example. after.example.",
	    "066265666f7265076578616d706c6500056166746572076578616d706c6500",
	    NULL},
	{"CDS 60485 13 2 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    "ec450d029f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    NULL},
	{"CDS 0 0 0 00", "0000000000", NULL},
	{"CDNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+M"
	    "AnLr+Wi9xMWyQLc8NAA==",
	    "0101030d1a88c88615d437fbb8bf9e1942a1929f28562706ae6c2bd399e7b1bfb6d1e9e75b92b4aa4291"
	    "7ae1c61b701ef035c3fe7be3009cbafe5a2f71316c902dcf0d00",
	    NULL},
	{"CDNSKEY 0 3 0 AA==", "0000030000", NULL},
	{"OPENPGPKEY mQENBFQGVQQBCAC0", "99010d0454065504010800b4", NULL},
	{"CSYNC 66 3 A NS AAAA", "000000420003000460000008", NULL},
	{"CSYNC 66 3", "000000420003", NULL},
	{"ZONEMD 2018031500 1 1 fee0b6ea4c9a4b6c9d8d2a5a0f0b0b8d8b1d7e1a0e6e9d3c2b1a09f8e7d6c5"
	    "b4a3928170605f4e3d2c1b0a9f8e7d6c5b",
	    "7848b78c0101fee0b6ea4c9a4b6c9d8d2a5a0f0b0b8d8b1d7e1a0e6e9d3c2b1a09f8e7d6c5b4a3928170"
	    "605f4e3d2c1b0a9f8e7d6c5b",
	    NULL},
	{"ZONEMD 2018031500 1 2 fee0b6ea4c9a4b6c9d8d2a5a0f0b0b8d8b1d7e1a0e6e9d3c2b1a09f8e7d6c5"
	    "b4fee0b6ea4c9a4b6c9d8d2a5a0f0b0b8d8b1d7e1a0e6e9d3c2b1a09f8e7d6c5b4",
	    "7848b78c0102fee0b6ea4c9a4b6c9d8d2a5a0f0b0b8d8b1d7e1a0e6e9d3c2b1a09f8e7d6c5b4fee0b6ea"
	    "4c9a4b6c9d8d2a5a0f0b0b8d8b1d7e1a0e6e9d3c2b1a09f8e7d6c5b4",
	    NULL},
	{"ZONEMD 2018031500 240 240 e2d523f654b9422a96c5a8f4",
	    "7848b78cf0f0e2d523f654b9422a96c5a8f4",
	    NULL},
	{"SVCB 0 Foo.Example.", "000003466f6f074578616d706c6500", NULL},
	{"SVCB 16 foo.example. port=53", "001003666f6f076578616d706c6500000300020035", NULL},
	{"SVCB 1 foo.example. key667=hello",
	    "000103666f6f076578616d706c6500029b000568656c6c6f",
	    "1 foo.example. key667=\"hello\""},
	{"SVCB 1 foo.example. key667=\"hello\\210qoo\"",
	    "000103666f6f076578616d706c6500029b000968656c6c6fd2716f6f",
	    NULL},
	{"SVCB 1 foo.example. ipv6hint=\"2001:db8::1,2001:db8::53:1\"",
	    "000103666f6f076578616d706c65000006002020010db800000000000000000000000120010db8000000"
	    "000000000000530001",
	    "1 foo.example. ipv6hint=2001:db8::1,2001:db8::53:1"},
	{"SVCB 1 example. ipv6hint=\"2001:db8:122:344::192.0.2.33\"",
	    "0001076578616d706c65000006001020010db80122034400000000c0000221",
	    "1 example. ipv6hint=2001:db8:122:344::c000:221"},
	{"SVCB 16 foo.example. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1",
	    "001003666f6f076578616d706c65000000000400010004000100090268320568332d313900040004c000"
	    "0201",
	    "16 foo.example. mandatory=alpn,ipv4hint alpn=\"h2,h3-19\" ipv4hint=192.0.2.1"},
	{"SVCB 16 foo.example. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
	    "001003666f6f076578616d706c65000001000c08665c6f6f2c626172026832",
	    NULL},
	{"SVCB 16 foo.example. alpn=f\\\\\\092oo\\092,bar,h2",
	    "001003666f6f076578616d706c65000001000c08665c6f6f2c626172026832",
	    "16 foo.example. alpn=\"f\\\\\\\\oo\\\\,bar,h2\""},
	{"HTTPS 1 . alpn=\"h2,h3\" no-default-alpn port=8443 ech=AEn+DQBFKwAgACABWIHUGj4u+PIgg"
	    "YXcR5JF0gYk3dCRioBW8uJq9H4mKAAIAAEAAQABAANAEnB1YmxpYy50bHMtZWNoLmRldgAA",
	    "00010000010006026832026833000200000003000220fb0005004b0049fe0d00452b00200020015881d4"
	    "1a3e2ef8f2208185dc479245d20624ddd0918a8056f2e26af47e26280008000100010001000340127075"
	    "626c69632e746c732d6563682e6465760000",
	    NULL},
	{"HTTPS 1 . key1=\"\\002h2\"", "00010000010003026832", "1 . alpn=\"h2\""},
	{"HTTPS 1 . dohpath=\"/dns-query{?dns}\"",
	    "000100000700102f646e732d71756572797b3f646e737d",
	    "1 . key7=\"/dns-query{?dns}\""},
	{"HTTPS 1 . key65534 key8 key100=\"\"",
	    "0001000008000000640000fffe0000",
	    "1 . key8 key100 key65534"},
	{"HTTPS 1 . key9=\"\\000\\029\\000\\023\"", "00010000090004001d0017", NULL},
	{"HTTPS 1 . key10=\"\\002my\\004path\"", "000100000a0008026d790470617468", NULL},
	{"HTTPS 1 . ohttp tls-supported-groups=29,23 docpath=my,path",
	    "0001000008000000090004001d0017000a0008026d790470617468",
	    "1 . key8 key9=\"\\000\\029\\000\\023\" key10=\"\\002my\\004path\""},
	{"HTTPS 0 svc.example.", "000003737663076578616d706c6500", NULL},
	{"DSYNC CDS NOTIFY 5359 Scanner.Example.",
	    "003b0114ef075363616e6e6572074578616d706c6500",
	    NULL},
	{"DSYNC CSYNC 1 53 scanner.example.",
	    "003e010035077363616e6e6572076578616d706c6500",
	    "CSYNC NOTIFY 53 scanner.example."},
	{"DSYNC TYPE65280 200 53 scanner.example.",
	    "ff00c80035077363616e6e6572076578616d706c6500",
	    NULL},
	{"HHIT gwppM2ZmOCAwMDBQLTJJZ4Ad", "830a693366663820303030502d324967801d", NULL},
	{"BRID gwppM2ZmOCAwMDBQLTJJZ4Ad", "830a693366663820303030502d324967801d", NULL},
	{"SPF \"v=spf1 -all\"", "0b763d73706631202d616c6c", NULL},
	{"UINFO \\# 4 03666f6f", "03666f6f", NULL},
	{"UID \\# 4 00000001", "00000001", NULL},
	{"GID \\# 4 00000001", "00000001", NULL},
	{"UNSPEC \\# 2 0102", "0102", NULL},
	{"NID 10 0014:4fff:ff20:ee64", "000a00144fffff20ee64", NULL},
	{"NID 10 14:4fff:ff20:ee64", "000a00144fffff20ee64", "10 0014:4fff:ff20:ee64"},
	{"L32 10 10.1.2.0", "000a0a010200", NULL},
	{"L64 10 2001:0db8:1140:1000", "000a20010db811401000", NULL},
	{"LP 10 l64-subnet1.example.", "000a0b6c36342d7375626e657431076578616d706c6500", NULL},
	{"EUI48 00-00-5e-00-53-2a", "00005e00532a", NULL},
	{"EUI64 00-00-5E-ef-10-00-00-2a", "00005eef1000002a", "00-00-5e-ef-10-00-00-2a"},
	{"URI 10 1 \"https://www.example.com/path?q=\\\"x\\\"\"",
	    "000a000168747470733a2f2f7777772e6578616d706c652e636f6d2f706174683f713d227822",
	    NULL},
	{"CAA 0 issue \"ca.example.net; policy=ev\"",
	    "0005697373756563612e6578616d706c652e6e65743b20706f6c6963793d6576",
	    NULL},
	{"CAA 128 tbs Unknown", "8003746273556e6b6e6f776e", "128 tbs \"Unknown\""},
	{"CAA 0 iodef \"\"", "0005696f646566", NULL},
	{"AVC \"app-name:WOLFGANG|app-class:OAM\" \"business=yes\"",
	    "1f6170702d6e616d653a574f4c4647414e477c6170702d636c6173733a4f414d0c627573696e6573733d"
	    "796573",
	    NULL},
	{"DOA 0 1 2 \"\" aHR0cHM6Ly93d3cuaXNjLm9yZy8=",
	    "0000000000000001020068747470733a2f2f7777772e6973632e6f72672f",
	    NULL},
	{"DOA 1234567890 1234567890 1 \"image/gif\" R0lGODlhKAAZAOMCAGZmZgBmmf///zOZzMz//5nM/z"
	    "NmmWbM/5nMzMz/",
	    "499602d2499602d20109696d6167652f67696647494638396128001900e30200666666006699ffffff33"
	    "99ccccffff99ccff33669966ccff99ccccccff",
	    NULL},
	{"DOA 1 2 3 \"text/plain\" -", "0000000100000002030a746578742f706c61696e", NULL},
	{"AMTRELAY 10 0 1 203.0.113.15", "0a01cb00710f", NULL},
	{"AMTRELAY 10 1 2 2001:db8::15", "0a8220010db8000000000000000000000015", NULL},
	{"AMTRELAY 128 1 3 Amtrelays.Example.",
	    "808309416d7472656c617973074578616d706c6500",
	    NULL},
	{"AMTRELAY 0 0 0 .", "0000", NULL},
	{"RESINFO qnamemin exterr=15,16,17 infourl=https://resolver.example.com/guide",
	    "08716e616d656d696e0f6578746572723d31352c31362c31372a696e666f75726c3d68747470733a2f2f"
	    "7265736f6c7665722e6578616d706c652e636f6d2f6775696465",
	    "\"qnamemin\" \"exterr=15,16,17\" \"infourl=https://resolver.example.com/guide\""},
	{"WALLET \"BTC\" \"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2\"",
	    "0342544322314276424d53455973745765747154466e354175346d3447466737784a614e564e32",
	    NULL},
	{"CLA \"TCP\" \"v4\"", "03544350027634", NULL},
	{"IPN 18446744073709551615", "ffffffffffffffff", NULL},
	{"TA 12345 8 2 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    "303908029f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    NULL},
	{"DLV 12345 8 2 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    "303908029f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    NULL},
	{"TYPE65280 \\# 4 0a000001", "0a000001", NULL},
	{"TYPE1 \\# 4 0A 00 00 01", "0a000001", "10.0.0.1"},
	{"TYPE65534 \\# 0", "", NULL},
};
/* clang-format on */

static struct name
origin(void)
{
	struct name_fault fault;
	struct name name;

	assert_int_equal(name_parse(text_of("example."), NULL, &name, &fault), 0);
	return name;
}

static uint16_t
type_of(const char *line)
{
	uint16_t type = 0;

	assert_int_equal(type_parse((struct text){line, strcspn(line, " ")}, &type), 0);
	return type;
}

/* Reads a line into `out`; returns the number of octets, or -1 with its first message shown. */
static ssize_t
parse(const char *line, uint8_t *out)
{
	struct name example = origin();
	struct rdata_text text;
	struct words w;
	size_t len = 0;
	int rc;

	words_cut(&w, line);
	text = (struct rdata_text){.at = w.entry.tokens + 1,
	    .end = w.entry.tokens + w.entry.n,
	    .entry = &w.entry,
	    .origin = &example,
	    .diags = &w.diags};
	rc = rdata_parse(&text, type_of(line), out, &len);
	if (rc < 0)
		print_message("%s\n  %s\n", line, w.diags.items[0].message);
	else
		assert_ptr_equal(text.at, text.end);
	assert_int_equal(w.diags.n, rc < 0 ? 1 : 0);
	words_free(&w);
	return rc < 0 ? -1 : (ssize_t)len;
}

static char *
line_of(uint16_t type, struct bytes rdata)
{
	struct buf b = {0};

	buf_printf(&b, "TYPE%u ", type);
	rdata_print(&b, type, rdata);
	buf_putc(&b, '\0');
	return b.data;
}

/* What is printed reads as the same octets. */
static void
assert_round_trip(uint16_t type, struct bytes rdata)
{
	static uint8_t again[RDATA_LONGEST];
	char *line = line_of(type, rdata);
	ssize_t n = parse(line, again);

	if (n != (ssize_t)rdata.len || (n && memcmp(again, rdata.data, rdata.len) != 0))
		fail_msg("printed: %s", line);
	free(line);
}

/* Octets of their own allocation, so that a read behind the end is seen. */
static uint8_t *
octets_of(const char *hex, size_t *len)
{
	uint8_t *octets = malloc(strlen(hex) / 2 + !*hex);
	ssize_t n = hex_decode(text_of(hex), octets);

	assert_true(n >= 0);
	*len = (size_t)n;
	return octets;
}

static void
text_to_wire(void **state)
{
	static uint8_t out[RDATA_LONGEST];

	(void)state;
	for (size_t i = 0; i < LENGTH(forms); i++) {
		size_t len;
		uint8_t *octets = octets_of(forms[i].wire, &len);
		ssize_t n = parse(forms[i].text, out);

		if (n != (ssize_t)len || memcmp(out, octets, len) != 0)
			fail_msg("%s", forms[i].text);
		free(octets);
	}
}

/* Meta-types have no form. */
static void
every_type(void **state)
{
	(void)state;
	for (const char *const *name = type_names(); *name; name++) {
		uint16_t type = type_of(*name);
		bool found = type_is_meta(type);

		for (size_t i = 0; i < LENGTH(forms) && !found; i++)
			found = type_of(forms[i].text) == type;
		if (!found)
			fail_msg("%s has no form here", *name);
	}
}

static void
generic_to_wire(void **state)
{
	static uint8_t out[RDATA_LONGEST];

	(void)state;
	for (size_t i = 0; i < LENGTH(forms); i++) {
		size_t len;
		uint8_t *octets = octets_of(forms[i].wire, &len);
		struct buf b = {0};

		buf_printf(&b, "TYPE%u \\# %zu %s", type_of(forms[i].text), len, forms[i].wire);
		buf_putc(&b, '\0');
		assert_int_equal(parse(b.data, out), len);
		assert_memory_equal(out, octets, len);
		buf_free(&b);
		free(octets);
	}
}

static void
wire_to_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(forms); i++) {
		const char *printed = forms[i].printed;
		uint16_t type = type_of(forms[i].text);
		size_t len;
		uint8_t *octets = octets_of(forms[i].wire, &len);
		char *line;

		if (!printed)
			printed = strchr(forms[i].text, ' ') + 1;
		assert_true(rdata_valid(type, (struct bytes){octets, len}));
		line = line_of(type, (struct bytes){octets, len});
		assert_string_equal(strchr(line, ' ') + 1, printed);
		free(line);
		assert_round_trip(type, (struct bytes){octets, len});
		free(octets);
	}
}

/* RDATA that is cut off or has a wrong octet is either refused or printed without loss. */
static void
damaged(void **state)
{
	static const uint8_t wrong[] = {0, 1, 2, 3, 0x3f, 0x40, 0x7f, 0x80, 0xff};

	(void)state;
	for (size_t i = 0; i < LENGTH(forms); i++) {
		uint16_t type = type_of(forms[i].text);
		size_t len;
		uint8_t *octets = octets_of(forms[i].wire, &len);

		for (size_t n = 0; n < len; n++) {
			uint8_t *cut = malloc(n + !n), right = octets[n];

			memcpy(cut, octets, n);
			if (rdata_valid(type, (struct bytes){cut, n}))
				assert_round_trip(type, (struct bytes){cut, n});
			free(cut);
			for (size_t k = 0; k < LENGTH(wrong); k++) {
				octets[n] = wrong[k];
				if (rdata_valid(type, (struct bytes){octets, len}))
					assert_round_trip(type, (struct bytes){octets, len});
			}
			octets[n] = right;
		}
		free(octets);
	}
}

static void
validity(void **state)
{
	static const struct {
		uint16_t type;
		const char *wire;
		bool valid;
	} rows[] = {
	    {TYPE_A, "01020304", true},
	    {TYPE_A, "010203", false},
	    {TYPE_A, "0102030405", false},
	    {TYPE_A, "", false},
	    {TYPE_MX, "000ac00c", false}, /* a compression pointer */
	    {TYPE_MX, "000a0161", false},
	    {TYPE_TXT, "", false},
	    {TYPE_TXT, "0261", false},
	    {TYPE_TXT, "00", true},
	    {TYPE_NSEC, "00", false},
	    {TYPE_NSEC, "000000", false},
	    {TYPE_NSEC, "00000140", true},
	    {TYPE_NSEC, "00000100", false}, /* a trailing zero octet */
	    {TYPE_NSEC, "0000024000", false},
	    {TYPE_NSEC, "00010140000140", false}, /* windows out of order */
	    {TYPE_NSEC, "00000140000140", false},
	    {TYPE_NSEC3,
		"0100000000"
		"14"
		"0000000000000000000000000000000000000000",
		true},
	    {TYPE_NSEC3,
		"0100000000"
		"00",
		false},
	    {TYPE_NSEC3,
		"0100000000"
		"0100",
		false},
	    {TYPE_NSEC3,
		"0200000000"
		"0100",
		true},
	    {TYPE_CAA, "0000", false},
	    {TYPE_CAA, "00022d61", false},
	    {TYPE_CAA, "000161", true},
	    {TYPE_URI, "00000000", false},
	    {TYPE_LOC, "01", true}, /* another version */
	    {TYPE_LOC, "00", false},
	    {TYPE_LOC, "00a21613800000008000000000989680", false},
	    {TYPE_LOC, "00121613ffffffff8000000000989680", false},
	    {TYPE_APL, "0001180401020300", false}, /* a trailing zero octet */
	    {TYPE_APL, "00012103010203", false},
	    {TYPE_APL, "000318020102", true}, /* a family that is unknown here */
	    {TYPE_SVCB, "0001000003000201bb0003000201bb", false},
	    {TYPE_SVCB,
		"0001000003000201bb0001000302"
		"6832",
		false}, /* out of order */
	    {TYPE_SVCB, "000100ffff0000", false},
	    {TYPE_SVCB, "00010000020000", false}, /* no-default-alpn without alpn */
	    {TYPE_SVCB,
		"0001000000000200010001000302"
		"6832",
		true},
	    {TYPE_SVCB,
		"0001000000000200030001000302"
		"6832",
		false},
	    {TYPE_TLSA,
		"030102"
		"00",
		false},
	    {TYPE_TLSA,
		"040100"
		"00",
		false},
	    {TYPE_TLSA, "030100", false},
	    {TYPE_NXT, "0080", false},
	    {TYPE_HIP, "0002000100", false},
	    {TYPE_IPSECKEY, "0a050200", true}, /* a gateway of a kind that is unknown here */
	    {TYPE_IPSECKEY, "0a0000", true},
	    {TYPE_IPSECKEY, "0a000000", false}, /* algorithm 0 has no key */
	    {TYPE_ZONEMD, "00000001f00100112233445566778899aabb", false},
	    {TYPE_DHCID, "00020100", false},
	    {TYPE_DHCID, "00020200", true}, /* a digest that is unknown here */
	    {TYPE_DHCID, "000202", false},
	    {TYPE_OPT, "00", true},
	    {65280, "00", true},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		size_t len;
		uint8_t *octets = octets_of(rows[i].wire, &len);

		if (rdata_valid(rows[i].type, (struct bytes){octets, len}) != rows[i].valid)
			fail_msg("type %u %s", rows[i].type, rows[i].wire);
		if (rows[i].valid)
			assert_round_trip(rows[i].type, (struct bytes){octets, len});
		free(octets);
	}
}

static void
canonical(void **state)
{
	static const struct {
		const char *text, *canonical;
	} rows[] = {
	    {"NS Ns.Example.", "NS ns.example."},
	    {"SOA A. B. 1 2 3 4 5", "SOA a. b. 1 2 3 4 5"},
	    {"MX 16705 Mail.Example.", "MX 16705 mail.example."},
	    {"SRV 16705 16705 16705 A.", "SRV 16705 16705 16705 a."},
	    {"NAPTR 1 2 \"A\" \"B\" \"!C!D!\" E.", "NAPTR 1 2 \"A\" \"B\" \"!C!D!\" e."},
	    {"RRSIG A 8 2 1 1094795585 1094795585 16705 Z. QUFB",
		"RRSIG A 8 2 1 1094795585 1094795585 16705 z. QUFB"},
	    {"NXT A. A NXT", "NXT a. A NXT"},
	    {"A6 64 ::4142 A.", "A6 64 ::4142 a."},
	    {"A6 0 4142::", "A6 0 4142::"},
	    {"PX 16705 A. B.", "PX 16705 a. b."},
	    {"NSEC A. A NSEC", "NSEC A. A NSEC"},
	    {"NSAP-PTR A.", "NSAP-PTR A."},
	    {"HIP 2 41 QQ== A.", "HIP 2 41 QQ== A."},
	    {"SVCB 1 A.", "SVCB 1 A."},
	    {"LP 1 A.", "LP 1 A."},
	    {"TXT ABC", "TXT ABC"},
	    {"TYPE65280 \\# 2 4142", "TYPE65280 \\# 2 4142"},
	};
	static uint8_t in[RDATA_LONGEST], out[RDATA_LONGEST], expected[RDATA_LONGEST];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint16_t type = type_of(rows[i].text);
		ssize_t len = parse(rows[i].text, in);
		size_t n = (size_t)len;

		assert_true(len >= 0);
		assert_int_equal(parse(rows[i].canonical, expected), len);
		rdata_canonical(type, (struct bytes){in, n}, out);
		if (memcmp(out, expected, n) != 0)
			fail_msg("%s", rows[i].text);
		assert_int_equal(
		    rdata_compare(type, (struct bytes){in, n}, (struct bytes){expected, n}), 0);
	}
}

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static void
order(void **state)
{
	static const struct {
		const char *a, *b;
		int order;
	} rows[] = {
	    {"A 1.2.3.4", "A 1.2.3.5", -1},
	    {"A 127.0.0.1", "A 128.0.0.1", -1},
	    {"TXT a", "TXT a b", -1},
	    {"TXT b", "TXT aa", -1},
	    {"TXT A", "TXT a", -1},
	    {"MX 1 b.", "MX 2 a.", -1},
	    {"MX 1 A.", "MX 1 b.", -1},
	    {"MX 1 B.", "MX 1 a.", 1},
	    {"MX 1 z.", "MX 1 aa.", -1}, /* the length octet comes first */
	    {"NS a.b.", "NS a.", 1},
	    {"NSEC B. A", "NSEC a. A", -1},
	    {"SOA a. b. 1 2 3 4 5", "SOA A. B. 1 2 3 4 6", -1},
	    {"RRSIG A 8 2 1 2 3 4 A. AAAA", "RRSIG A 8 2 1 2 3 4 a. AAAAAA==", -1},
	};
	static uint8_t a[RDATA_LONGEST], b[RDATA_LONGEST];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint16_t type = type_of(rows[i].a);
		struct bytes ra = {a, (size_t)parse(rows[i].a, a)};
		struct bytes rb = {b, (size_t)parse(rows[i].b, b)};

		if (sign(rdata_compare(type, ra, rb)) != rows[i].order ||
		    sign(rdata_compare(type, rb, ra)) != -rows[i].order)
			fail_msg("%s | %s", rows[i].a, rows[i].b);
	}
}

/* Known instants, and the first second of every day that 32 bits reach. */
static void
times(void **state)
{
	static const struct {
		uint32_t t_unix;
		const char *text;
	} rows[] = {{0, "19700101000000"}, {951782399, "20000228235959"},
	    {951782400, "20000229000000"}, {951868800, "20000301000000"},
	    {4107542399, "21000228235959"}, {4107542400, "21000301000000"},
	    {4294967295, "21060207062815"}, {1798761599, "20261231235959"}};
	static uint8_t out[RDATA_LONGEST];
	char line[100];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint8_t wire[] = {0, 1, 8, 1, 0, 0, 0, 0, 0, 0, 0, 0,
		    (uint8_t)(rows[i].t_unix >> 24), (uint8_t)(rows[i].t_unix >> 16),
		    (uint8_t)(rows[i].t_unix >> 8), (uint8_t)rows[i].t_unix, 0, 0, 0, 0};

		snprintf(line, sizeof(line), "RRSIG A 8 1 0 0 %s 0 . AA==", rows[i].text);
		assert_int_equal(parse(line, out), sizeof(wire));
		assert_memory_equal(out, wire, sizeof(wire));
	}
	for (uint32_t day = 0; day < 49710; day++) {
		uint32_t t = day * 86400;
		uint8_t wire[] = {0, 1, 8, 1, 0, 0, 0, 0, 0, 0, 0, 0, (uint8_t)(t >> 24),
		    (uint8_t)(t >> 16), (uint8_t)(t >> 8), (uint8_t)t, 0, 0, 0, 0};

		assert_round_trip(TYPE_RRSIG, (struct bytes){wire, sizeof(wire)});
	}
}

/* The names that somebody wrote, and the words that they were written as. */
static const struct {
	const char *line, *names; /* each with its use */
} named[] = {
    {"A 192.0.2.1", ""},
    {"NS ns", "2 ns.example. ns, "},
    {"SOA @ . 1 2 3 4 5", "1 example. @, 7 . ., "},
    {"MX 1 a.", "2 a. a., "},
    {"NAPTR 1 2 \"b\" \"c\" \"\" d", "5 d.example. d, "},
    {"HTTPS 1 a alpn=h2", "4 a.example. a, "},
    {"IPSECKEY 1 0 1 . AQ==", ""},
    {"IPSECKEY 1 1 1 192.0.2.1 AQ==", ""},
    {"IPSECKEY 1 3 1 a AQ==", "3 a.example. a, "},
    {"AMTRELAY 1 1 0 .", ""},
    {"AMTRELAY 1 1 2 ::1", ""},
    {"AMTRELAY 1 1 3 a", "3 a.example. a, "},
    {"A6 0 ::1", ""},
    {"A6 64 ::1 a", "1 a.example. a, "},
    {"HIP 2 01 AQ==", ""},
    {"HIP 2 01 AQ== a b. c", "3 a.example. a, 3 b. b., 3 c.example. c, "},
    {"MX \\# 5 0001 0161 00", "2 a. none, "},
    {"NSEC a A", ""},
    {"RRSIG A 13 1 5 20300101000000 20200101000000 1 a AQ==", ""},
    {"TYPE65534 \\# 3 016100", ""},
};

static void
names(void **state)
{
	static uint8_t out[RDATA_LONGEST];

	(void)state;
	for (size_t i = 0; i < LENGTH(named); i++) {
		ssize_t len = parse(named[i].line, out);
		uint16_t type = type_of(named[i].line);
		struct rdata_walk walk = rdata_walk(type, (struct bytes){out, (size_t)len});
		struct name example = origin();
		const uint8_t *wire;
		enum name_use use;
		struct buf b = {0};

		while ((wire = rdata_walk_next(&walk, &use))) {
			static uint8_t again[RDATA_LONGEST];
			struct rdata_trace trace = {.ahead = walk.n - 1};
			struct rdata_text text;
			struct words w;
			size_t n;

			words_cut(&w, named[i].line);
			text = (struct rdata_text){.at = w.entry.tokens + 1,
			    .end = w.entry.tokens + w.entry.n,
			    .entry = &w.entry,
			    .origin = &example,
			    .diags = &w.diags,
			    .trace = &trace};
			assert_int_equal(rdata_parse(&text, type, again, &n), 0);
			buf_printf(&b, "%d ", (int)use);
			name_print(&b, wire);
			buf_printf(&b, " %.*s, ", trace.token ? (int)trace.token->len : 4,
			    trace.token ? trace.token->text : "none");
			words_free(&w);
		}
		buf_putc(&b, '\0');
		assert_string_equal(b.data, named[i].names);
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_to_wire),
	    cmocka_unit_test(every_type),
	    cmocka_unit_test(generic_to_wire),
	    cmocka_unit_test(wire_to_text),
	    cmocka_unit_test(damaged),
	    cmocka_unit_test(validity),
	    cmocka_unit_test(canonical),
	    cmocka_unit_test(order),
	    cmocka_unit_test(times),
	    cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
