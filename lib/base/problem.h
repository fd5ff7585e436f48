/* The one table of everything that zonepp complains about. A code, once released, keeps its
 * meaning, and a number whose problem is gone (D016) is not given again; a new problem takes the
 * next free number of its family: F files and the system, Z zone files, D DANE, S DNSSEC, P project
 * file.
 *
 * Row: enumerator, code, severity, exit status (1: something was found; 2: the work could not be
 * done), what it is, the law behind it ("" for none), and the remedy ("" for none). */
#ifndef BASE_PROBLEM_H
#define BASE_PROBLEM_H

#include <stdbool.h>

/* clang-format off */
#define PROBLEMS(X) \
X(F_READ,        "F001", ERROR,   2, "a file cannot be read", "", "") \
X(F_WRITE,       "F002", ERROR,   2, "a file cannot be written", "", "the published file is as it was") \
X(F_CONFINED,    "F003", ERROR,   1, "a file outside the folders that may be read", "", "name its folder with --allow, or under `allow:` in zonepp.yaml") \
X(F_LINK,        "F010", ERROR,   1, "a symbolic link where zonepp writes", "", "remove the link; to write zones through it, name the folder that it leads to under `allow-output:` in zonepp.yaml") \
X(F_STREAM,      "F005", ERROR,   2, "an output that is no regular file cannot be written", "", "") \
X(F_MEMORY,      "F015", ERROR,   1, "a zone that takes too much memory", "", "raise `limits: { memory: }` in zonepp.yaml where it is meant to be so large") \
X(F_WORK,        "F016", ERROR,   1, "a zone that takes too much work", "", "take smaller files, with fewer iterations, or raise `limits: { work: }` or `{ time: }` in zonepp.yaml") \
X(F_LARGE,       "F017", ERROR,   1, "a file that is too large for what it should be", "", "") \
X(F_SYSTEM,      "F004", ERROR,   2, "the system refused a service", "", "") \
X(F_LOCKING,     "F006", ERROR,   2, "a lock that cannot be had", "", "nothing was done, as two at once would spoil each other's work; let who builds write the folder .zonepp") \
X(F_NO_LOCKS,    "F007", ERROR,   2, "a file system without locks", "", "write `locking: false` into zonepp.yaml, and see to it that no two commands work on the project at once") \
X(F_UNSYNCED,    "F008", ERROR,   2, "a new file that a power cut may undo", "", "the file is in its place: it stays unless the machine stops now") \
X(F_CACHE,       "F009", ERROR,   2, "the memory of a build that cannot be written", "", "the zone is published; the next build makes it anew: let who builds write the folder .zonepp") \
\
X(Z_SYNTAX,      "Z001", ERROR,   1, "malformed text", "RFC 1035 section 5.1", "") \
X(Z_QUOTE,       "Z002", ERROR,   1, "unbalanced quotes", "RFC 1035 section 5.1", "close the string on its line; a quote inside one is \\\"") \
X(Z_PAREN,       "Z003", ERROR,   1, "unbalanced parentheses", "RFC 1035 section 5.1", "") \
X(Z_BOM,         "Z004", ERROR,   1, "a byte order mark", "", "save the file as UTF-8 without a byte order mark") \
X(Z_DIRECTIVE,   "Z005", ERROR,   1, "an unknown directive", "", "") \
X(Z_TYPE,        "Z006", ERROR,   1, "an unknown record type", "RFC 3597 section 5", "write TYPEnnn \\# length hex for a type that has no name here") \
X(Z_CLASS,       "Z007", ERROR,   1, "a class other than IN", "", "zonepp writes zones of class IN only") \
X(Z_TTL,         "Z008", ERROR,   1, "a TTL that is none", "RFC 2181 section 8", "") \
X(Z_NO_TTL,      "Z009", WARNING, 0, "a record without a TTL", "RFC 2308 section 4", "state one, or begin the file with $TTL") \
X(Z_NAME,        "Z010", ERROR,   1, "a name that is none", "RFC 1035 section 2.3.4", "") \
X(Z_NO_OWNER,    "Z011", ERROR,   1, "a record without an owner", "RFC 1035 section 5.1", "") \
X(Z_NO_ORIGIN,   "Z012", ERROR,   1, "a relative name without an origin", "RFC 1035 section 5.1", "begin the file with $ORIGIN, or give the zone's name with --zone") \
X(Z_RDATA,       "Z013", ERROR,   1, "malformed RDATA", "", "") \
X(Z_RDATA_MISSING,"Z014",ERROR,   1, "RDATA that ends too early", "", "") \
X(Z_RDATA_EXTRA, "Z015", ERROR,   1, "text behind the RDATA", "", "") \
X(Z_RDATA_LONG,  "Z016", ERROR,   1, "RDATA longer than 65535 octets", "RFC 1035 section 3.2.1", "") \
X(Z_GENERIC,     "Z017", ERROR,   1, "malformed generic RDATA", "RFC 3597 section 5", "") \
X(Z_INCLUDE_DEPTH,"Z018",ERROR,   1, "files included too deep", "", "") \
X(Z_INCLUDE_CIRCLE,"Z019",ERROR,  1, "a file that includes itself", "", "") \
X(Z_GENERATE,    "Z020", ERROR,   1, "a malformed $GENERATE", "", "") \
X(Z_GENERATE_SIZE,"Z021",ERROR,   1, "a $GENERATE that makes too many records", "", "") \
X(Z_TOO_MANY,    "Z022", NOTE,    0, "more problems of one code than are shown", "", "") \
X(Z_OUT_OF_ZONE, "Z023", ERROR,   1, "a record outside the zone", "RFC 1034 section 4.2.1", "take it out, or let the project leave it out: `severity: { Z023: warning }`") \
X(Z_OUT_DIRECTIVE,"Z039",ERROR,   1, "a directive whose owner lies outside the zone", "RFC 1034 section 4.2.1", "its records belong into the zone of that name") \
X(Z_CNAME,       "Z024", ERROR,   1, "CNAME beside other data", "RFC 1034 section 3.6.2", "") \
X(Z_SINGLETON,   "Z025", ERROR,   1, "a second record where one may stand", "", "") \
X(Z_TTL_MIXED,   "Z026", ERROR,   1, "TTLs that differ within an RRset", "RFC 2181 section 5.2", "give all records of the RRset one TTL") \
X(Z_NO_SOA,      "Z027", ERROR,   1, "a zone without SOA", "RFC 1034 section 4.2.1", "") \
X(Z_NO_NS,       "Z028", ERROR,   1, "a zone without NS records at its apex", "RFC 1034 section 4.2.1", "") \
X(Z_NO_ZONE,     "Z029", ERROR,   1, "a zone without a name", "", "give it with --zone, or begin the file with an absolute $ORIGIN") \
X(Z_TYPE_PLACE,  "Z030", ERROR,   1, "a record type at the wrong place", "", "") \
X(Z_META,        "Z031", ERROR,   1, "a type that no zone may hold", "RFC 6895 section 3.1", "") \
X(Z_SIGNED,      "Z032", NOTE,    0, "DNSSEC records in a zone that is to be signed", "", "zonepp makes them: the template needs none") \
X(Z_DNAME_BELOW, "Z033", ERROR,   1, "data below a DNAME", "RFC 6672 section 2.4", "take it out, or write the names one by one in place of the DNAME; Knot does not load such a zone") \
X(Z_UTF8,        "Z034", ERROR,   1, "a name in UTF-8", "RFC 5891 section 4.4", "write the A-label (xn--...), as idn2(1) prints it") \
X(Z_OCCLUDED,    "Z037", WARNING, 0, "data below a delegation", "RFC 2181 section 6.1", "it belongs into the child zone") \
X(Z_KEY_PLACE,   "Z038", WARNING, 0, "a key record away from the apex", "RFC 4034 section 2, RFC 7344 section 4.1", "") \
X(Z_NS_ADDRESS,  "Z040", ERROR,   1, "a name server of the zone itself, in the zone, that has no address", "RFC 1034 section 4.2.1", "give it an A or AAAA record; BIND does not load the zone without") \
X(Z_NS_ALIAS,    "Z041", ERROR,   1, "a name server of the zone itself that is an alias", "RFC 2181 section 10.3", "name the server itself; BIND does not load such a zone") \
X(Z_GLUE,        "Z042", WARNING, 0, "a delegation without the address of a name server below it", "RFC 1034 section 4.2.1, RFC 9471 section 2.1", "nobody finds that server: add its A or AAAA record as glue") \
X(Z_TARGET,      "Z043", WARNING, 0, "a record that names a server in the zone without an address", "", "give that name an A or AAAA record, or name another server") \
X(Z_TARGET_ALIAS,"Z044", WARNING, 0, "a record that names an alias as a server", "RFC 2181 section 10.3, RFC 2782", "name the server itself") \
X(Z_RRSET_LARGE, "Z045", ERROR,   1, "an RRset that no message can hold", "RFC 1035 section 4.2.2", "") \
X(Z_KEY_FLAGS,   "Z046", WARNING, 0, "a DNSKEY record that is no zone key", "RFC 4034 section 2.1.1", "nobody verifies with it: set the flags to 256 or 257, or take it out") \
X(Z_RRSET_MANY,"Z048", WARNING, 0, "more records of a name and type than BIND loads", "", "let several names share them; BIND 9.18.28 and newer do not load the zone unless max-records-per-type says more than 100") \
X(Z_SERIAL_BACK, "Z104", ERROR,   1, "a serial that goes back", "RFC 1982 section 3.2", "raise it above that one, or let `serial: auto` do so; where the later one was a mistake, RFC 1982 allows to go round: add 2147483647, wait until all servers have it, then set the serial that you want") \
X(Z_SERIAL,      "Z036", WARNING, 0, "a serial that does not move on", "RFC 1912 section 2.2", "raise it, or let `serial: auto` do so") \
X(Z_DS_PLACE,    "Z035", ERROR,   1, "a DS record without delegation", "RFC 4035 section 2.4", "DS belongs beside the NS records of a child zone") \
\
X(Z_FOREIGN,     "Z047", ERROR,   1, "a file that does not prove to be a zone file", "", "where it should be one, `zonepp check FILE` shows what is wrong with it, unless FILE is a link") \
X(Z_RECORDS,     "Z100", ERROR,   1, "a zone with too many records", "", "raise `limits: { records: }` in zonepp.yaml where it is meant to be so large") \
X(Z_GENERATE_OFFSET,"Z102",WARNING,0, "an offset of $GENERATE that stays", "", "write ${0} for the number itself, and the offset again where it is meant") \
X(Z_MADE,        "Z101", ERROR,   1, "directives and repeated files that make too much", "", "raise `limits: { made: }` in zonepp.yaml where it is meant to be so large") \
X(Z_FORMAT,      "Z111", ERROR,   1, "a text that would mean something else in columns", "", "the file is as it was; this is a fault of zonepp: please report it") \
X(Z_IGNORE,      "Z106", WARNING, 0, "a comment that is to silence problems, and cannot", "", "write ; zonepp: ignore=Z043 and a reason, on the line of the problem; warnings and notes alone are silenced") \
X(Z_IGNORE_IDLE, "Z107", WARNING, 0, "a comment that silences nothing", "", "take it out, or move it to the line that the problem points at") \
X(Z_OTHER_ZONE,  "Z105", ERROR,   2, "files of two zones, of which one zone is to be compared", "", "") \
X(Z_EXPORT,      "Z110", ERROR,   1, "what another program writes, and no zone file has", "RFC 1035 section 5", "") \
X(Z_WILDCARD_HIDDEN,"Z050",WARNING,0, "a name that a wildcard does not answer any more", "RFC 4592 section 2.2.2", "give the name records of its own") \
X(Z_HOST_NAME,   "Z051", WARNING, 0, "a host with a name that is none of a host", "RFC 952, RFC 1123 section 2.1", "use letters, digits and hyphens alone: BIND does not load the zone unless its check-names is turned off") \
X(Z_LAST_DOT,    "Z052", WARNING, 0, "a relative name that reads like a whole one", "RFC 1035 section 5.1", "the origin is put behind a name without a last dot: add the dot, or leave the zone's name out") \
X(Z_TARGET_LOST, "Z053", WARNING, 0, "a record that names what the zone does not have", "RFC 1034 section 3.6", "give that name records of its own, or name another") \
X(Z_ADDRESS_NAME,"Z054", WARNING, 0, "an address where a name belongs", "RFC 1035 section 3.3", "name a host, and give the host the address") \
X(Z_MAILBOX,     "Z055", WARNING, 0, "a mailbox that is none", "RFC 1035 section 8", "the first dot stands for the at sign, and dots ahead of it are written \\.") \
X(Z_ALIAS_LOOP,  "Z056", WARNING, 0, "aliases that lead back to themselves", "RFC 1034 section 3.6.2, RFC 9460 section 2.4.2", "let one of them name what is no alias") \
X(Z_TEXT_CUT,    "Z070", WARNING, 0, "a text that ends at a semicolon", "RFC 1035 section 5.1", "put the whole text into quotes: outside of them a semicolon begins a comment") \
X(Z_TEXT_JOINED, "Z071", WARNING, 0, "strings that are joined without blanks", "RFC 7208 section 3.3, RFC 6376 section 3.6.2.2", "put the whole text into one pair of quotes, or end each string but the last with a blank") \
X(Z_TEXT_PLACE,  "Z072", WARNING, 0, "a text at a name where nobody looks for it", "", "") \
X(Z_SPF,         "Z073", WARNING, 0, "an SPF record that receivers do not use", "RFC 7208 sections 4.5 and 4.6", "a name has one such record: v=spf1, mechanisms with blanks between them, and -all or ~all") \
X(Z_SPF_LOOKUPS, "Z074", WARNING, 0, "an SPF record that asks for too many lookups", "RFC 7208 section 4.6.4", "name addresses (ip4, ip6) in place of names") \
X(Z_SPF_STYLE,   "Z075", NOTE,    0, "a part of an SPF record that does no good", "RFC 7208", "") \
X(Z_DMARC,       "Z076", WARNING, 0, "a DMARC record that receivers do not use as it stands", "RFC 7489 sections 6.3 and 6.6.3", "a name has one such record: v=DMARC1; p=none, or p=quarantine or p=reject, and further tags") \
X(Z_DKIM,        "Z077", WARNING, 0, "a DKIM key that verifiers do not use", "RFC 6376 section 3.6.1, RFC 8301, RFC 8463", "a selector has one such record: v=DKIM1; k=rsa; p= and the key in base64") \
X(Z_DKIM_KEY,    "Z078", NOTE,    0, "a DKIM key that is short, or cannot be read", "RFC 6376 section 3.6.1, RFC 8301 section 3.2", "publish one of 2048 bits, whole") \
X(Z_TLSRPT,      "Z079", WARNING, 0, "a TLSRPT record that senders do not use", "RFC 8460 section 3", "write v=TLSRPTv1; rua=mailto: and an address") \
X(Z_MTA_STS,     "Z080", WARNING, 0, "an MTA-STS record that senders do not use", "RFC 8461 section 3.1", "write v=STSv1; id= and up to 32 letters and digits") \
X(Z_MTA_STS_HOST,"Z081", NOTE,    0, "an MTA-STS record without the host of its policy", "RFC 8461 section 3.3", "") \
X(Z_CAA,         "Z082", WARNING, 0, "a CAA record that CAs do not understand", "RFC 8659 section 4", "CAs take a malformed one for a ban") \
X(Z_CAA_STYLE,   "Z083", NOTE,    0, "a part of a CAA record that has no meaning", "RFC 8659 section 4.1", "") \
X(Z_SVCB_ALIAS,  "Z084", WARNING, 0, "a part of SVCB or HTTPS records that clients ignore", "RFC 9460 sections 2.4.1 and 2.4.2", "records of priority 0 have no parameters, and no others beside them") \
X(Z_SVCB_MANDATORY,"Z085",NOTE,   0, "a key that is mandatory without being listed", "RFC 9460 sections 8 and 9, RFC 9461", "take it out of mandatory=") \
X(Z_SVCB_DOHPATH,"Z086", WARNING, 0, "DNS over HTTPS without its path", "RFC 9461 sections 4.1 and 5", "add dohpath=/dns-query{?dns}, with the path that the server has") \
X(Z_SVCB_CASE,   "Z087", WARNING, 0, "a target in capital letters, which NSD changes", "RFC 6840 section 5.1", "write it in small letters: NSD serves it so, and a signature is for what stands here") \
\
X(D_SOON,        "D100", WARNING, 0, "a certificate that expires soon", "RFC 7671 section 5.2", "renew it: usages 0, 1 and 2 validate dates") \
X(D_SOON_EE,     "D101", NOTE,    0, "a certificate that expires soon, under usage 3", "RFC 7671 section 5.1", "usage 3 ignores dates, but other clients do not") \
X(D_NAME,        "D102", ERROR,   1, "a certificate that does not name the host", "RFC 7671 section 5.2, RFC 7672 section 3.2.2", "clients validate the name and will refuse this server") \
X(D_NAME_EE,     "D103", NOTE,    0, "a certificate that does not name the host, under usage 3", "RFC 7671 section 5.1", "usage 3 ignores names, but other clients do not") \
X(D_WEAK_KEY,    "D104", WARNING, 0, "a certificate with a weak key", "RFC 9325 section 4.5", "make a key of P-256, or of RSA with 2048 bits") \
X(D_WEAK_SIGNATURE,"D105",WARNING,0, "a certificate that is signed with a broken digest", "RFC 9325 section 4.5", "clients refuse the chain: get a certificate that is signed with SHA-256") \
X(D_PKIX_MAIL,   "D106", WARNING, 0, "usage 0 or 1 for a mail server", "RFC 7672 section 3.1.3", "mail servers cannot use it: write 3 1 1 or 2 1 1") \
X(D_TA_ABSENT,   "D107", WARNING, 0, "a pinned CA that the server does not send", "RFC 7671 section 5.2.2", "add it to the chain that the server sends, or pin one that is in it") \
X(D_AGILITY,     "D108", ERROR,   1, "digests of different certificates", "RFC 7671 section 9", "publish SHA2-256 and SHA2-512 of the same certificates, or SHA2-256 alone") \
X(D_TRIPLE,      "D109", WARNING, 0, "TLSA parameters under which no record matches", "RFC 7671 section 8", "clients that know these alone refuse the server: take the records out, or correct them") \
X(D_MANY,        "D110", WARNING, 0, "more than 12 TLSA records", "", "some large mail senders take no more: remove what no server uses") \
X(D_FULL,        "D111", NOTE,    0, "a TLSA record that holds no digest", "RFC 7671 section 10.1.2", "write matching type 1: answers stay small") \
X(D_SHA512,      "D112", NOTE,    0, "TLSA records with SHA2-512 alone", "RFC 7671 section 9", "SHA2-256 is the digest that every client knows") \
X(D_ALIAS_SHADOW,"D113", WARNING, 0, "TLSA records that are shadowed", "RFC 7671 section 7", "clients ask for those of the alias's target first; take these out") \
X(D_ALIAS,       "D114", NOTE,    0, "TLSA records below an alias", "RFC 7671 section 7", "clients ask for those of the alias's target first: they belong there") \
X(D_ALIAS_LOST,  "D115", WARNING, 0, "an alias for TLSA records that leads to none", "RFC 7671 section 7", "") \
X(D_MX_UNEVEN,   "D116", WARNING, 0, "a mail server without TLSA records beside others that have some", "RFC 7672 section 2.2", "an attacker leads mail to the server without") \
X(D_MX_MEANT,    "D117", WARNING, 0, "TLSA records at the mail domain", "RFC 7672 section 2.2.3", "clients ask for those of the host that MX names") \
X(D_NO_HOST,     "D118", WARNING, 0, "TLSA records for a host without address", "RFC 6698 section 3", "nobody connects to it, nor asks for them") \
X(D_LOST_OWNER,  "D119", WARNING, 0, "TLSA records at a name that nobody asks for", "RFC 6698 section 3", "write _port._proto.host, as in _25._tcp.mail") \
X(D_UNSIGNED,    "D120", WARNING, 0, "TLSA records in a zone without DNSSEC", "RFC 6698 section 4.1, RFC 7671 section 3", "clients ignore them: sign the zone, or say `dnssec: external` if something else does") \
X(D_PRIVATE,     "D121", WARNING, 0, "TLSA parameters for private use", "RFC 6698 section 7", "no client of others knows them") \
X(D_TTL_WAIT,    "D122", WARNING, 0, "a TTL that makes rollovers wait longer than `wait`", "RFC 7671 section 8.1", "a rollover waits for twice the TTL: shorten it, or lengthen `wait`") \
X(D_MAIL_BARE,   "D123", NOTE,    0, "a mail domain with DANE, but without SPF, DKIM or DMARC", "RFC 7208, RFC 6376, RFC 7489", "DANE protects mail on its way to you, these protect the domain's name in other mail") \
X(D_OWN_AS_CA,   "D124", WARNING, 0, "a server's own certificate under usage 0 or 2", "RFC 7671 section 5.2", "clients do not take the server's own certificate for a CA: write 3 1 1") \
X(D_SHARED_ALONE,"D126", NOTE,    0, "a shared TLSA set to which no alias in the zone leads", "RFC 7671 section 5.1", "write _port._proto CNAMEs that lead there, as in _25._tcp.mail; those of other zones are not seen here") \
X(D_ROOT_ALONE,  "D127", NOTE,    0, "a pinned root that servers rarely send", "RFC 7671 section 5.2.2", "let the server send it, or pin the intermediate CA that issues") \
\
X(D_OWNER,       "D001", ERROR,   1, "an owner that is no TLSA owner", "RFC 6698 section 3", "write _port._proto.host, as in _25._tcp.mail, or a CNAME at such an owner that leads here") \
X(D_PARAMETER,   "D002", ERROR,   1, "a TLSA parameter that is none", "RFC 6698 section 2.1, RFC 7218", "") \
X(D_NO_SOURCE,   "D003", ERROR,   1, "a directive without a source", "", "name a file behind the owner") \
X(D_BAD_SOURCE,  "D004", ERROR,   1, "a file that holds no certificate or key", "", "") \
X(D_AMBIGUOUS,   "D005", ERROR,   1, "a file in which the certificate is ambiguous", "", "") \
X(D_NOT_CA,      "D006", ERROR,   1, "a leaf certificate under usage 0 or 2", "RFC 7671 section 5.2", "") \
X(D_EXPIRED,     "D012", ERROR,   1, "certificate has expired", "RFC 7671 section 5.1", "usage 2 validates dates; clients will refuse this server") \
X(D_EXPIRED_EE,  "D013", WARNING, 0, "certificate has expired", "RFC 7671 section 5.1", "usage 3 ignores dates, but other clients do not") \
X(D_NOT_YET,     "D014", WARNING, 0, "certificate is not valid yet", "RFC 7671 section 5.1", "") \
X(D_KEY_VALUE,   "D015", ERROR,   1, "an unknown key=value", "", "") \
X(D_NOT_LEAF,    "D017", ERROR,   1, "a CA certificate under usage 1 or 3", "RFC 7671 section 5.1", "") \
X(D_BRACES,      "D018", ERROR,   1, "a malformed brace list", "", "write alternatives between commas, as in _{25,465}._tcp.mail") \
X(D_NO_NEXT,     "D019", NOTE,    0, "a next certificate that does not exist yet", "RFC 7671 section 8.1", "it is published as soon as it exists") \
X(D_NOT_LOCKED,  "D085", ERROR,   2, "a source that is neither here nor in the lock file", "", "put it here; or run `zonepp lock` where it is, and add zonepp.lock to the repository") \
X(D_LOCK_STALE,  "D086", ERROR,   1, "a source that the lock file contradicts", "", "run `zonepp lock`, and see in its difference what has changed") \
X(D_NO_NAMED,    "D080", ERROR,   1, "a certificate that the project file does not name", "", "name it under `certificates:` in zonepp.yaml") \
X(D_TOO_EARLY,   "D081", ERROR,   1, "a certificate that was replaced too early", "RFC 7671 section 8.1", "put the old one back until then, its record stays published; caches that lack the new record refuse the server") \
X(D_KEPT_SERIAL, "D082", ERROR,   1, "a change of certificates that secondaries would not get", "RFC 1912 section 2.2", "raise the serial, or let `serial: auto` do so; without secondaries, make this a warning") \
X(D_CLOCK,       "D083", ERROR,   1, "a change of certificates at a time that is past", "RFC 7671 section 8.1", "set the clock right: it is to tell how long records are published; if it went ahead before, remove the lines with later times from the state file") \
X(D_DEPLOYED_LOST,"D084",WARNING,0, "a certificate that was deployed, and is neither current nor next", "RFC 7671 section 8.1", "make it `current`; or, where no server presents it any more, remove its line `deployed` from the state file") \
X(D_EXPIRED_CHAIN,"D020",WARNING, 0, "a certificate of the chain has expired", "RFC 7671 section 5.2", "clients validate the dates of the whole chain and will refuse this server") \
X(D_BARE_KEY,    "D030", ERROR,   1, "a key or request where a certificate is needed", "RFC 6698 section 2.1", "") \
X(D_CA_AS_EE,    "D031", WARNING, 0, "a CA's certificate under usage 1 or 3", "RFC 7671 section 5.1", "usage 1 or 3 pins the server's own certificate; write 2 1 1 to pin the CA") \
X(D_KEY_DIFFERS, "D032", ERROR,   1, "a key or request that belongs to none of the certificates beside it", "", "the file must hold the certificate that was made for it") \
X(D_PASSWORD,    "D033", ERROR,   1, "a password that is missing, wrong or cannot be read", "", "give it with pass=env:NAME or pass=file:PATH, for cert:NAME with pass: in zonepp.yaml") \
X(D_EXPLICIT_CURVE,"D034",WARNING,0, "a key with its curve spelled out", "RFC 5480 section 2.1.1", "clients refuse such keys: make one with a named curve") \
X(D_ENCODING,    "D035", ERROR,   1, "a key whose encoding in the certificate is not known", "", "") \
X(D_NO_ENTITY,   "D036", ERROR,   1, "a folder or pattern without a certificate that is meant", "", "") \
X(D_BARE_OTHER,  "D037", WARNING, 0, "a key or request that belongs to none of the certificates named beside it", "", "put next= ahead of it if it is for the certificate that comes next") \
X(D_NOT_LOADED,  "D038", WARNING, 0, "a certificate file that servers cannot load", "RFC 7468 section 2", "write it anew: BEGIN and END alone on their lines, from the first column, all lines ended by LF or CRLF") \
X(D_SECRET,      "D049", ERROR,   1, "an environment variable that templates may not read", "", "list it under `secrets:` in zonepp.yaml, or name it with --secret") \
X(D_RECORD_OWNER,"D050", ERROR,   1, "an owner that is none for the directive", "", "") \
X(D_MAILBOX,     "D051", ERROR,   1, "a mail address that is none", "RFC 5321 section 4.1.2", "write local@domain, or local@ for one at the origin") \
X(D_KEY_FILE,    "D052", ERROR,   1, "a file that holds no such key", "", "") \
X(D_KEY_SECRET,  "D053", ERROR,   1, "a secret key where a public one belongs", "", "name the public key, and keep the secret one out of the repository") \
X(D_KEY_LEFT,    "D054", NOTE,    0, "a line of a key file that is left out", "", "") \
X(D_SSH_HOST,    "D055", ERROR,   1, "a known_hosts file without a key of the host", "", "the owner and the names in the file must agree") \
X(D_PGP_USER,    "D056", WARNING, 0, "an OpenPGP key without the address", "RFC 7929 section 5.3", "add a user ID with the address") \
X(D_LARGE,       "D057", WARNING, 0, "a large record", "RFC 7929 section 2.1.2", "export less of the key, as with `gpg --export-options export-minimal`") \
X(D_DKIM_TAG,    "D058", ERROR,   1, "a DKIM tag that is none", "RFC 6376 section 3.6.1", "") \
X(D_DKIM_SHORT,  "D059", ERROR,   1, "an RSA key too short for DKIM", "RFC 8301 section 3.2", "make one of 2048 bits") \
X(D_DKIM_WEAK,   "D060", WARNING, 0, "a DKIM key of less than 2048 bits", "RFC 8301 section 3.2", "make one of 2048 bits") \
X(D_MAIL_CERT,   "D061", WARNING, 0, "a certificate that does not name the address", "RFC 8550 section 3", "clients may not use it for mail of that address") \
X(D_MAIL_FORM,   "D062", WARNING, 0, "a mail address in decomposed characters", "RFC 8162 section 3", "write it in Unicode Normalization Form C") \
X(D_MAIL_STAR,   "D064", WARNING, 0, "an asterisk as a mail address", "RFC 8162 section 3, RFC 7929 section 3", "a record for all addresses has an asterisk in place of the digest") \
X(D_MAIL_USE,    "D065", WARNING, 0, "a certificate that is not for mail", "RFC 8550 section 4.4.4", "clients refuse it: get one whose extended key usage has emailProtection") \
X(D_MAIL_CASE,   "D066", NOTE,    0, "capitals in the address of an OpenPGP key", "RFC 7929 section 3", "GnuPG asks in lower case: write both, as in {Hugh,hugh}@, unless one record has that name already") \
X(D_SSH_PORT,    "D063", ERROR,   1, "keys of a host that differ from port to port", "RFC 4255 section 3", "SSHFP records hold at every port: write port=22 or another one, or port=any for all") \
X(D_UNPROVEN,    "D140", ERROR,   1, "records by which clients would refuse the server", "RFC 7671 sections 8 and 9", "") \
X(D_NO_PROOF,    "D141", ERROR,   1, "records that cannot be proved", "", "name the file with the chain that the server presents, or set `prove: false`") \
X(D_REFUSED,     "D142", ERROR,   1, "a server that clients refuse by the records", "RFC 7671 section 5, RFC 7672 section 3", "") \
X(D_UNVERIFIED,  "D143", ERROR,   1, "a server that could not be verified", "", "") \
X(D_UNVERIFIED_PART,"D144",WARNING,0, "an address of a server that could not be verified", "", "") \
X(D_SKIPPED,     "D145", NOTE,    0, "a service that is not probed", "", "") \
X(D_ALL_SKIPPED, "D146", ERROR,   1, "no service that can be probed", "", "") \
X(D_NO_SERVICE,  "D147", ERROR,   2, "no service to probe", "", "") \
X(D_RESOLVER,    "D148", ERROR,   2, "a resolver whose answers cannot be trusted", "RFC 6698 section 4.1, RFC 4035 section 4.9.3", "run a validating resolver on this machine, or name one with --live=ADDRESS") \
X(D_LIVE,        "D149", ERROR,   1, "TLSA records that are not there for clients", "RFC 6698 section 4.1", "") \
X(D_UNUSABLE,    "D150", ERROR,   1, "records of which mail servers use none, where proof is asked for", "RFC 7672 section 3.1.3", "write 3 1 1 or 2 1 1, or set `prove: false`") \
X(D_DETOUR,      "D151", ERROR,   2, "an address for a service that there is not", "", "name host and port as the owner of the TLSA records has them") \
\
X(S_KEY_FILE,    "S001", ERROR,   2, "a key file that cannot be used", "", "") \
X(S_ALGORITHM,   "S002", ERROR,   2, "an algorithm that is not for signing", "RFC 8624 section 3.1, RFC 9905", "use ECDSAP256SHA256") \
X(S_NO_KSK,      "S003", ERROR,   2, "no key signing key", "RFC 4035 section 2.2", "") \
X(S_NO_KEY,      "S004", ERROR,   2, "no key that is active", "", "") \
X(S_KEY_MODE,    "S005", WARNING, 0, "a private key or password that others may read", "", "let nobody but its owner read it") \
X(S_KEY_OWNER,   "S133", WARNING, 0, "a key that others may exchange", "", "keys and their folder belong to you or root, and nobody else writes there") \
X(S_SIGN,        "S006", ERROR,   2, "a signature could not be made", "", "") \
X(S_KEY_MISMATCH,"S007", ERROR,   2, "public and private key that differ", "", "take both files from one backup; without its .private file the key stays in the zone, and does not sign") \
X(S_VALIDITY,    "S008", ERROR,   2, "a validity that cannot be", "", "") \
X(S_ALGORITHM_HALF,"S009",ERROR,  2, "an algorithm without a key for the zone's data", "RFC 4035 section 2.2", "") \
X(S_RSA_SHORT,   "S010", WARNING, 0, "an RSA key below 2048 bits", "", "use ECDSAP256SHA256") \
X(S_COLLISION,   "S012", ERROR,   2, "an NSEC3 hash that two names have", "RFC 5155 section 7.1", "choose another salt") \
X(S_NSEC3_PARAMS,"S013", ERROR,   2, "NSEC3 parameters that are refused", "RFC 9276 section 3.1", "best are 0 iterations and no salt, or NSEC") \
X(S_ZONEMD_OLD,  "S081", NOTE,    0, "a ZONEMD record that signing would make wrong", "RFC 8976 section 3", "ask for a new one with --zonemd or `zonemd: true`") \
X(S_REFRESH,     "S082", WARNING, 0, "a refresh interval as long as signatures are valid", "RFC 6781 section 4.4.2", "lengthen the validity, or shorten refresh or jitter") \
X(S_ALGORITHM_FOREIGN,"S083",ERROR,1, "a DNSKEY record of an algorithm that does not sign", "RFC 4035 section 2.2, RFC 8901 section 4", "sign with a key of that algorithm too, or take the record out") \
X(S_CDS_NO_KEY,  "S084", WARNING, 0, "CDS wanted where no key is for the parent zone", "RFC 7344 section 4.1", "") \
X(S_KEPT_SERIAL, "S085", WARNING, 0, "new signatures under a serial that stays", "RFC 1912 section 2.2", "secondaries keep the old ones until these expire: raise the serial, or choose `auto`") \
X(S_PREVIOUS,    "S086", WARNING, 0, "a previous output that is no whole zone", "", "nothing of it is kept but its serial, where a SOA record can be read") \
X(S_STAND_IN,    "S011", WARNING, 0, "a KSK that stands in for a ZSK", "RFC 6781 section 3.1", "activate a ZSK of the same algorithm") \
X(S_OFFLINE,     "S014", ERROR,   2, "an offline key without a signature that could be kept", "RFC 4035 section 2.2", "let the key sign ahead, with zonepp keys request, or sign the zone once where the .private file is, and build on top of that output") \
X(S_OFFLINE_END, "S015", WARNING, 0, "a signature of an offline key that ends soon", "RFC 6781 section 4.4.2", "let the key sign ahead, with zonepp keys request, or sign the zone once where the .private file is, and build on top of that output") \
X(S_OFFLINE_LESS,"S016", WARNING, 0, "an offline key that does not sign beside another", "RFC 6781 section 4.1.2", "its DS record must not be the only one at the parent") \
X(S_SUCCESSOR,   "S017", WARNING, 0, "a key that ends without a successor", "RFC 6781 section 4.1", "make one with zonepp keys generate, or move its Inactive date with zonepp keys set") \
X(S_KEY_DATES,   "S018", ERROR,   2, "dates of a key that cannot be", "RFC 4034 section 3.1.5, RFC 6781 section 4.1", "`none` takes a date away") \
X(S_NO_DS,       "S019", ERROR,   1, "a zone without a key for a DS record", "RFC 4035 section 2.4", "") \
\
X(S_UNSIGNED,    "S020", ERROR,   1, "a zone that is not signed", "RFC 4035 section 2", "zonepp sign signs it") \
X(S_NO_RRSIG,    "S021", ERROR,   1, "an RRset without a signature", "RFC 4035 section 2.2", "sign the zone again") \
X(S_RRSIG_HALF,  "S022", ERROR,   1, "an RRset that one of the zone's algorithms does not sign", "RFC 4035 section 2.2, RFC 6840 section 5.11", "sign the zone again, with keys of every algorithm") \
X(S_RRSIG_ORPHAN,"S023", ERROR,   1, "a signature over records that are not there", "RFC 4035 section 2.2", "") \
X(S_RRSIG_PLACE, "S024", ERROR,   1, "a signature over what is not the zone's to sign", "RFC 4035 section 2.2", "") \
X(S_RRSIG_BOGUS, "S025", ERROR,   1, "a signature that does not verify", "RFC 4035 section 5.3.3", "records were changed after signing: sign the zone again") \
X(S_RRSIG_EXPIRED,"S026",ERROR,   1, "a signature that has expired", "RFC 4035 section 5.3.1", "sign the zone again") \
X(S_RRSIG_EARLY, "S027", ERROR,   1, "a signature that is not valid yet", "RFC 4035 section 5.3.1", "") \
X(S_RRSIG_LABELS,"S028", ERROR,   1, "a signature with a wrong number of labels", "RFC 4034 section 3.1.3", "") \
X(S_RRSIG_TTL,   "S029", ERROR,   1, "a signature whose TTLs are not those of its RRset", "RFC 4034 section 3, RFC 4035 section 2.2", "") \
X(S_RRSIG_SIGNER,"S030", ERROR,   1, "a signature by another zone", "RFC 4034 section 3.1.7", "") \
X(S_RRSIG_KEY,   "S031", ERROR,   1, "a signature by a key that the zone does not have", "RFC 4035 section 5.3.1", "") \
X(S_RRSIG_PERIOD,"S032", ERROR,   1, "a signature that expires before it begins", "RFC 4034 section 3.1.5", "") \
X(S_RRSIG_STRAY, "S033", WARNING, 0, "further signatures by keys that the zone does not have", "RFC 6781 section 4.1.4", "resolvers pass them over; in a rollover they are to be expected") \
X(S_DNSKEY,      "S034", ERROR,   1, "a DNSKEY record that is none", "RFC 4034 section 2.1", "") \
X(S_DNSKEY_SELF, "S035", ERROR,   1, "a DNSKEY RRset that no key signing key signs", "RFC 4035 section 5", "") \
X(S_ANCHOR,      "S036", ERROR,   1, "a trust anchor that leads to no key of the zone", "RFC 4035 section 5.2", "") \
X(S_ANCHOR_FILE, "S037", ERROR,   2, "a file that holds no trust anchor", "", "it holds DS or DNSKEY records of the zone") \
X(S_ANCHOR_LESS, "S038", WARNING, 0, "a key signing key that no trust anchor knows", "RFC 4035 section 5.2", "") \
X(S_REVOKED,     "S039", WARNING, 0, "a revoked key that does not sign its revocation", "RFC 5011 section 2.1", "") \
X(S_OLD,         "S040", NOTE,    0, "SHA-1 in DNSSEC", "RFC 9905", "validators stop to accept it") \
X(S_UNKNOWN,     "S041", WARNING, 0, "an algorithm that zonepp cannot verify", "RFC 8624 section 3.1", "") \
X(S_NO_DENIAL,   "S042", ERROR,   1, "a zone with neither NSEC nor NSEC3", "RFC 4035 section 2.3", "") \
X(S_DENIAL_MIXED,"S043", WARNING, 0, "NSEC and NSEC3 in one zone", "RFC 5155 sections 10.4 and 10.5", "once the one is complete the other is to be removed") \
X(S_NSEC_MISSING,"S044", ERROR,   1, "a name without NSEC", "RFC 4035 section 2.3", "") \
X(S_NSEC_NEXT,   "S045", ERROR,   1, "an NSEC or NSEC3 record that does not lead to the next one", "RFC 4034 section 4.1.1, RFC 5155 section 7.1", "") \
X(S_NSEC_BITMAP, "S046", ERROR,   1, "a type bit map that differs from the types at its name", "RFC 4034 section 4.1.2, RFC 5155 section 7.1", "") \
X(S_NSEC_PLACE,  "S047", ERROR,   1, "an NSEC record where none belongs", "RFC 4035 section 2.3", "") \
X(S_NSEC_SEVERAL,"S048", ERROR,   1, "several NSEC or NSEC3 records at one name", "RFC 4035 section 2.3, RFC 5155 section 7.1", "") \
X(S_DENIAL_TTL,  "S049", WARNING, 0, "a TTL of NSEC or NSEC3 that is not the one of negative answers", "RFC 9077 section 3", "it is the lesser of the SOA record's TTL and its minimum") \
X(S_NSEC3PARAM,  "S050", ERROR,   1, "a wrong NSEC3PARAM", "RFC 5155 section 4", "") \
X(S_NSEC3_FIELDS,"S051", ERROR,   1, "an NSEC3 record that is not of the zone's chain", "RFC 5155 section 7.1", "") \
X(S_NSEC3_MISSING,"S052",ERROR,   1, "a name without NSEC3", "RFC 5155 section 7.1", "") \
X(S_NSEC3_ORPHAN,"S053", ERROR,   1, "an NSEC3 record whose hash is that of no name", "RFC 5155 section 7.1", "") \
X(S_NSEC3_OTHER, "S073", NOTE,    0, "NSEC3 records of a chain that is not announced", "RFC 5155 sections 4 and 7.3", "such a chain is being made or removed; servers do not use it") \
X(S_TAG_TWICE,   "S074", WARNING, 0, "two DNSKEY records of one key tag and algorithm", "RFC 4034 appendix B, RFC 4035 section 5.3.1", "validators that limit how many keys they try (CVE-2023-50387) may take the zone for bogus: replace one of the keys") \
X(S_PUBLISHED_END,"S075",WARNING, 0, "a published zone whose signatures have expired", "RFC 4035 section 5.3.1", "resolvers take it for bogus: build it now, and once a day from now on") \
X(S_PUBLISHED_LATE,"S126",WARNING,0, "a published zone whose signatures should have been made anew", "RFC 6781 section 4.4.2", "a build was missed: build it now, and once a day from now on") \
X(S_CEREMONY,    "S130", ERROR,   1, "a key signing request or response that is malformed, or was changed on its way", "RFC 6781 section 3.4", "take the file once more from where it was made; zonepp keys request and zonepp keys sign make new ones") \
X(S_CEREMONY_KEY,"S131", ERROR,   1, "a key signing request with a key that does not belong there", "RFC 6781 section 3.4", "sign nothing before it is known how that came to be in the request") \
X(S_CEREMONY_GAP,"S132", ERROR,   1, "a key signing request or response that would leave the zone bogus", "RFC 6781 section 4.1, RFC 4035 section 2.2", "mend the dates of the keys, and ask again with zonepp keys request") \
X(S_PART,        "S127", ERROR,   2, "a part of a signed zone that does not go with the others", "", "sign that part again, with the same input, keys, options and --now as the others") \
X(S_NSEC3_DEAR,  "S076", ERROR,   1, "NSEC3 with more iterations than resolvers compute", "RFC 9276 section 3.2", "use 0 iterations and no salt") \
X(S_KEYS_LARGE,  "S077", ERROR,   1, "more key records than a message holds", "RFC 1035 section 4.2.2", "nobody can be sent so many: remove those that are not in use") \
X(S_NSEC3_COST,  "S054", WARNING, 0, "NSEC3 with salt or further iterations", "RFC 9276 section 3.1", "use 0 iterations and no salt") \
X(S_ZONEMD,      "S060", ERROR,   1, "a ZONEMD digest that is not the zone's", "RFC 8976 section 4", "make it anew with each change of the zone; where zonepp signs the zone, or nobody does, `zonemd: true` does so") \
X(S_ZONEMD_SERIAL,"S061",ERROR,   1, "a ZONEMD record of another serial", "RFC 8976 sections 2.2.1 and 4", "make it anew with each change of the zone; where zonepp signs the zone, or nobody does, `zonemd: true` does so") \
X(S_ZONEMD_TWICE,"S062", ERROR,   1, "ZONEMD records of one scheme and algorithm", "RFC 8976 section 2.2", "") \
X(S_ZONEMD_OTHER,"S063", NOTE,    0, "a ZONEMD record that cannot be checked", "RFC 8976 section 4", "") \
X(S_ZONEMD_PLACE,"S064", WARNING, 0, "a ZONEMD record below the apex", "RFC 8976 section 2.1", "") \
X(S_CDS_PLACE,   "S065", ERROR,   1, "CDS or CDNSKEY below the apex", "RFC 7344 section 4.1", "") \
X(S_CDS_KEY,     "S066", ERROR,   1, "CDS or CDNSKEY of a key that the zone does not have", "RFC 7344 section 4.1", "") \
X(S_CDS_SIGNER,  "S067", ERROR,   1, "CDS or CDNSKEY that no key signing key signs", "RFC 7344 section 4.1", "") \
X(S_CDS_BREAK,   "S068", ERROR,   1, "CDS or CDNSKEY that would break the delegation", "RFC 7344 section 4.1", "") \
X(S_CDS_DELETE,  "S069", ERROR,   1, "a malformed request to delete the DS records", "RFC 8078 section 4", "CDS 0 0 0 00 and CDNSKEY 0 3 0 AA==, each alone") \
X(S_CDS_DIFFER,  "S070", ERROR,   1, "CDS and CDNSKEY that ask for different keys", "RFC 7344 section 4", "") \
X(S_NO_ZONE_KEY, "S087", ERROR,   1, "a signature or trust anchor of a DNSKEY that is no zone key", "RFC 4034 sections 2.1.1 and 5.2", "flags of zone keys are 256 or 257") \
X(S_CDS_ALONE,   "S088", WARNING, 0, "CDS without CDNSKEY, or CDNSKEY without CDS", "RFC 7344 section 4", "publish both: some parents read only one of them") \
X(S_SIGNED_BY_NONE,"S089",WARNING,0, "records of a signed zone in one that nobody signs", "RFC 4035 section 2.2", "take them out, or say `dnssec: external` where a nameserver signs the zone") \
X(S_ELSEWHERE_END,"S090",WARNING, 0, "signatures from elsewhere that end soon", "RFC 6781 section 4.4.2", "sign the zone again where its keys are") \
X(S_ELSEWHERE,   "S091", NOTE,    0, "a zone that was signed elsewhere, and has faults", "RFC 4035 section 2", "sign what `zonepp print` shows of it, old signatures left out; where a nameserver is to sign it, take the RRSIG records out of the template") \
X(S_ELSEWHERE_LACKS,"S092",ERROR, 1, "a record that has to stay in a zone that was signed elsewhere", "RFC 7671 section 8.1", "write it into the template, too, and sign the zone with it") \
X(S_DS_NEEDS,    "S095", ERROR,   1, "a key that the parent's DS record needs, and that was to leave", "RFC 6781 section 4.1.2", "let the parent take the DS record of another key first, and wait until nobody holds the old one; of one that it has no more zonepp keys ds --gone TAG ZONE tells") \
X(S_SIGNATURE_NEEDS,"S096",ERROR, 1, "a key whose signatures may be held, and that was to leave", "RFC 6781 section 4.1.1.1", "let it be inactive for as long as caches hold what it signed, then let it leave") \
X(S_ALGORITHM_EARLY,"S097",ERROR, 1, "a key of a new algorithm that was to appear before its signatures are known", "RFC 6781 section 4.1.4", "nothing: it signs now, and is published then") \
X(S_DNSKEY_NEEDS,"S098", ERROR,   1, "a key that must sign on, as the next one is not known yet", "RFC 6781 section 4.1.1.1", "publish the next key first, and let it sign when nobody holds a DNSKEY set without it") \
X(S_UNGUARDED,   "S099", ERROR,   1, "a zone that would not be valid for those who hold older parts of it", "RFC 6781 section 4.1", "bring back the keys that signed it, or wait; where a key must go at once, --force with this code publishes all the same") \
X(S_DS_UNKNOWN,  "S100", ERROR,   1, "a key that was to leave although it is not known what the parent has", "RFC 6781 section 4.1.2", "let zonepp roll ask the parent, or say what it has: zonepp keys ds --gone TAG ZONE") \
X(S_DS_STRANGE,  "S110", ERROR,   1, "a DS record that is of no key of the child", "RFC 4035 section 5", "zonepp keys ds prints those of its keys; of a zone that is signed elsewhere zonepp roll asks its `servers:`") \
X(S_DS_UNSIGNED, "S111", ERROR,   1, "a DS record of a child that is not signed", "RFC 4035 section 5.2", "remove it, or sign the child") \
X(S_DS_EARLY,    "S112", ERROR,   1, "a DS set that came too early", "RFC 7583 section 3.3", "keep the DS set that is published until then") \
X(S_DS_NONE,     "S113", NOTE,    0, "a signed child without a DS record", "RFC 4035 section 5", "zonepp keys ds prints it; where the child is to stay without, ignore this") \
X(S_DS_DIRECTIVE,"S114", ERROR,   1, "a $DS that makes no records", "RFC 4034 section 5", "name a zone of the project that is delegated in this one, and of which there are keys; for others write their DS records") \
X(S_CDS_EARLY,   "S115", ERROR,   1, "a key that was to ask for its DS too early", "RFC 7344 section 4.1, RFC 7583 section 3.3", "nothing: CDS and CDNSKEY records are published then") \
X(S_PREVIOUS_HELD,"S116",WARNING, 0, "a zone that is bogus for those who hold parts of the version before", "RFC 6781 section 4.1", "publish a key before it signs, and let it leave after what it signed; zonepp build knows what is held, and waits") \
X(S_CDS_WAIT,    "S117", NOTE,    0, "CDS records of another signer that wait for ours", "RFC 7344 section 4.1, RFC 8901 section 2.1.2", "nothing: without CDS records the parent leaves its DS set as it is; they come back with ours, of which zonepp keys list tells") \
X(S_DS_UNJUDGED, "S119", NOTE,    0, "a DS record of a zone that is signed elsewhere, whose keys are not known", "RFC 4035 section 5", "name its nameservers as its `servers:`, and zonepp roll asks them; or put the .key files of its keys into the folder of keys; where its template is signed already, build it, too") \
X(S_DS_BROKEN,   "S120", ERROR,   1, "a DS set that leads to no key of the child", "RFC 4035 section 5", "give the DS record of a key that signs its DNSKEY set, or remove the DS set; if its servers have other keys by now, zonepp roll asks them") \
X(S_SET_STAYS,   "S123", ERROR,   1, "a DNSKEY set that stays, as a key that is not at hand signed it", "RFC 6781 section 4.1.2", "let the parent take the DS record of another key, and wait until nobody holds the old one; or bring the key") \
X(S_DS_AHEAD,    "S122", WARNING, 0, "DS records that the parent must not have yet", "RFC 7583 section 3.3", "give them to the parent then") \
X(S_TOKEN,       "S129", ERROR,   2, "a private key on a token that cannot be used", "", "") \
X(S_KEY_UNTOLD,  "S121", NOTE,    0, "dates that the .private file of a key alone states", "", "zonepp check, which reads no private key, takes the key for one without dates: `zonepp keys set` writes them into both files") \
X(S_ZONEMD_NONE, "S093", WARNING, 0, "a ZONEMD that is asked for, of a zone that was signed elsewhere without", "RFC 8976 section 3.1", "who signs the zone must make it: it bears a signature") \
X(S_KEY_TWIN,    "S101", NOTE,    0, "a key file that gives way to that of the revoked key", "RFC 5011 section 2.1", "the other file has all of it: remove this one, and its .private file") \
X(S_KEY_LONE,    "S102", ERROR,   2, "a private key without its .key file", "", "take the .key file from version control or a backup; where the key has left the zone for good, remove the .private file, too") \
X(S_KEY_TIMES,   "S103", ERROR,   2, "dates of a key that its files tell differently", "", "say which are right with `zonepp keys set`, which writes both files; BIND obeys the .private file") \
X(S_KEY_TAGS,    "S104", ERROR,   2, "two keys of one tag and algorithm", "RFC 4034 appendix B, RFC 4035 section 5.3.1", "validators tell keys apart by both, and some give up: leave the key that signs, or has a DS record, as it is, and replace the other one") \
X(S_KEY_COMMENTS,"S105", NOTE,    0, "dates of a key whose .private file is elsewhere", "", "where that file is, its dates count: set them there, too") \
X(S_CDS_LEFT,    "S106", NOTE,    0, "a CDS or CDNSKEY record of a key that the zone does not have", "RFC 7344 section 4.1, RFC 8901 section 4", "where another signer has that key, add its DNSKEY record to the template") \
X(S_CDS_CUTS,    "S107", WARNING, 0, "another signer's key that CDS does not name", "RFC 7344 section 4.1, RFC 8901 section 4", "a parent that follows CDS drops its DS record: add its CDS and CDNSKEY records to the template, unless its DS is not to be there yet") \
X(S_PARTIAL,     "S072", NOTE,    0, "a zone of which a part could not be judged", "", "mend the errors in its text, and verify it again") \
X(S_END_NEAR,    "S071", WARNING, 0, "signatures that may end before their copies do", "RFC 6781 section 4.4.2", "sign the zone again, and for longer: a validity and refresh that are not stated follow the SOA; or shorten its expire") \
X(Z_MANY_DELETED,"Z120", ERROR,   1, "more records leave than `safety: { max-delete: }` lets", "", "see `zonepp plan`; where it is meant, build once with --force=Z120") \
X(Z_MANY_CHANGED,"Z121", ERROR,   1, "more records change than `safety: { max-change: }` lets", "", "see `zonepp plan`; where it is meant, build once with --force=Z121") \
X(Z_PROTECTED,   "Z122", ERROR,   1, "a change of what `safety: { protect: }` names", "", "see `zonepp plan`; where it is meant, build once with --force=Z122") \
X(Z_UNCOMPARED,  "Z123", WARNING, 0, "a zone of which `safety:` sees no change", "", "see that its template is as you mean it, or bring the published file back; to hold such a zone back until --force=Z123, write `severity: { Z123: error }`") \
\
X(P_SYNTAX,      "P001", ERROR,   1, "malformed YAML", "", "") \
X(P_KEY,         "P002", ERROR,   1, "an unknown key", "", "") \
X(P_TYPE,        "P003", ERROR,   1, "a value of the wrong type", "", "") \
X(P_DUPLICATE,   "P004", ERROR,   1, "the same key twice", "", "") \
X(P_VALUE,       "P005", ERROR,   1, "a value that cannot be", "", "") \
X(P_ZONE,        "P006", ERROR,   2, "a zone that the project does not have", "", "") \
X(P_OUTPUT,      "P007", ERROR,   1, "an output that is another zone's, or a file that is read", "", "") \
X(P_MISSING,     "P009", ERROR,   2, "a project file that is not there", "", "") \
X(P_HOOK,        "P010", ERROR,   2, "a hook that failed", "", "the zone is published; the next build runs the hook again") \
X(P_CERTIFICATE, "P011", ERROR,   2, "a certificate that the project does not have", "", "") \
X(P_STATE,       "P012", ERROR,   1, "a line of the state file that is none", "", "mend the line, or remove it: what it told of counts as never published then") \
X(P_STATE_MERGE, "P013", ERROR,   1, "a state file that holds an unfinished merge", "", "keep the lines of both sides and remove the markers; `merge=union` in .gitattributes does so") \
X(P_BASE,        "P071", ERROR,   2, "a state of the project that cannot be had", "", "give a folder that has the project file, or a revision that git knows") \
X(P_BASE_ZONE,   "P078", WARNING, 0, "a zone with errors in the state that a plan compares with", "", "compare with a state in which its template has none, or with what is published") \
X(P_LOCK,        "P070", ERROR,   1, "a line of the lock file that cannot be", "", "run `zonepp lock` where the sources are, which writes it anew") \
X(P_STATE_OLD,   "P032", ERROR,   1, "a state file of an older form", "", "keep it until then, and build with the zonepp that wrote it; then remove it: the next build begins a new one from the published files") \
X(P_EXCHANGED,   "P034", ERROR,   2, "a certificate that was exchanged while deploy ran", "", "see which one the server presents; let deploy take the file whose SHA-256 is {id}, and zonepp roll --deploy runs it again") \
X(P_PUBLISHED_MERGE, "P035", ERROR, 1, "a published file that holds an unfinished merge", "", "take the side with the later serial, or remove the file: the next build makes it anew, with a serial above all that are known") \
X(P_LIVE,        "P036", ERROR,   2, "no server tells the serial", "", "the published file is as it was; build again when one answers, or let `serial: auto` go on from what is known here") \
X(P_DS_UNSEEN,   "P046", NOTE,    0, "a DS record that a resolver does not have", "", "a resolver proves that a record is there, never that it is gone") \
X(P_PARENT_UNASKED,"P060",WARNING, 0, "`parent:` of a zone whose parent is of the project", "", "remove it; or, where another zone in between has it delegated, remove the delegation from that one") \
X(P_PARENT,      "P040", ERROR,   2, "a DS record that cannot be told of", "", "") \
X(P_KEYS,        "P041", ERROR,   2, "keys that do not fit the policy", "", "") \
X(P_KEYS_ALGORITHM,"P044",ERROR,  1, "a policy's algorithm that no key of the zone has", "", "the zone is published as its keys sign it; where they are to stay, mend the policy") \
X(P_KEYS_GONE,   "P045", ERROR,   1, "files of a key that the published zone needs, and that are gone", "", "bring them back, from version control or a backup: the .key file is enough for a key that signs no more; until then the zone keeps their records, or stays as it is published, and no rollover of it goes on. Where they are lost for good, make a new key with zonepp keys generate; zonepp build --force with the code of what holds the zone back publishes all the same") \
X(P_CLOCK,       "P061", ERROR,   2, "a clock that is behind what the state file tells of", "", "set it right; or, where the clock that wrote the state file was wrong, mend its lines that lie in the future") \
X(P_KEY_LOST,    "P062", ERROR,   2, "a private key that a rollover needs, and that is not here", "", "bring the file back, from a backup; or run zonepp roll --deploy where it is. Where it is lost for good, zonepp keys set --publish=none --activate=none --sync-publish=none parks the key, and zonepp keys roll begins anew") \
X(P_THERE,       "P051", ERROR,   2, "something else in the place of a file that zonepp would make", "", "move it away first: nothing is written over, and nothing was written") \
X(P_NAMELESS,    "P052", ERROR,   1, "a zone file that does not tell its zone's name", "", "give it, as in zonepp init --from example.org=FILE, or let --file-names take that of the file") \
X(P_TAKEOVER,    "P053", ERROR,   1, "a file that cannot be taken over as it is", "", "") \
X(P_TWO_FILES,   "P054", ERROR,   1, "a zone that two files have", "", "name the files that count, in place of their folder") \
X(P_SERIAL_LATER,"P055", ERROR,   1, "a server with a later serial than the file that is taken over", "RFC 1982 section 3.2", "write that serial into the SOA record: servers would not take an earlier one") \
X(P_SERIAL_UNKNOWN,"P056",ERROR,  2, "no server tells the serial of a zone that is taken over", "", "ask a server that has the zone, or leave out --server: then the serial of the file counts") \
X(P_STATE_TIME,  "P033", WARNING, 0, "a time of the state file that lies in the future", "", "set the clock right; or, where the clock that wrote the line was wrong, mend the line: what it tells of is held for as long") \
X(P_SERVER,      "P014", WARNING, 0, "a server that does not answer", "", "a wait for certificates does not begin before each of `servers` has answered; one for keys is `propagation`, which has to be long enough for the slowest") \
X(P_DEPLOY,      "P015", ERROR,   2, "a deploy command that failed", "", "") \
X(P_DEPLOY_HALF, "P079", ERROR,   2, "a deploy command that failed half-way", "RFC 7671 section 8.1", "see what the server presents: if it is the new one, remove the line `deployed` from the state file; else put the old one back as `current`") \
X(P_NOTIFY,      "P016", ERROR,   2, "a notify command that failed", "", "the next build or zonepp roll --deploy tells it again") \
X(P_TIMEOUT,     "P017", ERROR,   2, "a hook, deploy or notify command that takes too long", "", "the next run starts it again; where it may take longer, raise `hooks: { timeout: }` in zonepp.yaml") \
X(P_REVIEW,      "P072", ERROR,   1, "a zone that its review refuses", "", "the published file is as it was; the next build asks again") \
X(P_REVIEW_ENDED,"P073", ERROR,   2, "a review that did not come to its end", "", "the published file is as it was; the next build asks again") \
X(P_AFTER,       "P074", ERROR,   2, "a `failed` or `done` hook that failed", "", "what is published stays so; the next build runs it again") \
X(P_COMMAND,     "P075", ERROR,   1, "a command of the project that cannot be run", "", "add the file, and make it executable: chmod +x") \
X(P_COMMAND_HERE,"P076", NOTE,    0, "a command that this machine lacks", "", "where `zonepp build` runs it must be there") \
X(P_OUT,         "P077", ERROR,   2, "an output that is not the zone's", "", "let the rule name the zone's `output:`") \
X(P_NESTED,      "P018", ERROR,   2, "a run in a hook that the outer run would have to wait for", "", "leave it to the outer run, or start it when that has ended") \
X(P_SERVER_AHEAD,  "P026", WARNING, 0, "a server with a later serial than the published one", "RFC 1034 section 4.3.5", "build once with `serial: live`, which goes on from the latest serial of `servers`") \
X(P_SERVER_BEHIND, "P027", WARNING, 0, "a server that holds an earlier version of the zone for too long", "RFC 1035 section 3.3.13", "see whether it is told of changes and may transfer the zone") \
X(P_SERVER_APART,  "P028", WARNING, 0, "a server with a serial that is neither later nor earlier", "RFC 1982 section 3.2", "have it transfer the zone whatever the serials: rndc retransfer, nsd-control force_transfer, knotc zone-retransfer")
/* clang-format on */

enum severity {
	SEVERITY_OFF = -1, /* it is not told of; for struct diags alone */
	SEVERITY_NOTE,
	SEVERITY_WARNING,
	SEVERITY_ERROR,
};

#define PROBLEM_ENUMERATOR(name, code, severity, status, what, law, remedy) name,
enum problem { PROBLEMS(PROBLEM_ENUMERATOR) N_PROBLEMS };
#undef PROBLEM_ENUMERATOR

struct problem_info {
	const char *code;
	enum severity severity;
	int status; /* exit status of a run that met it */
	const char *what, *law, *remedy;
};

extern const struct problem_info problem_table[N_PROBLEMS];

/* What explains it (problem.def). */
struct problem_text {
	const char *cause;
	const char *wrong,
	    *right;         /* lines that have the problem, and lines that have not; or NULL */
	const char *remedy; /* that messages do not end with; or NULL */
	const char *next;   /* a command; or NULL */
};

extern const struct problem_text problem_texts[N_PROBLEMS];

/* What messages end with, or else what is known beside them; or NULL. */
const char *
problem_remedy(enum problem problem);

/* Is it of the lint (D100 to D139, Z050 to Z099): something that servers serve, and that hurts
 * clients? Other errors would make a wrong zone, or are a proof or probe that failed. */
bool
problem_is_lint(enum problem problem);

/* May a project give it this severity? An error that is no longer one must not let wrong records be
 * published, nor vanish with what it keeps from being published. */
bool
problem_may_be(enum problem problem, enum severity severity);

/* May --force publish a zone that has this problem, or leave what would mend it? */
bool
problem_is_guard(enum problem problem);

#endif
