/* The protocol and ports of WKS (RFC 1035 section 3.4.2). Names come from a table here, not from
 * the system's services(5): a zone is the same wherever it is built. */
#include "dns/field_part.h"

struct number_name {
	const char *name;
	uint16_t number;
};

static const struct number_name protocols[] = {
    {"icmp", 1}, {"igmp", 2}, {"ggp", 3}, {"tcp", 6}, {"egp", 8}, {"udp", 17}, {NULL, 0}};

static const struct number_name services[] = {{"tcpmux", 1}, {"echo", 7}, {"discard", 9},
    {"systat", 11}, {"daytime", 13}, {"netstat", 15}, {"qotd", 17}, {"chargen", 19},
    {"ftp-data", 20}, {"ftp", 21}, {"ssh", 22}, {"telnet", 23}, {"smtp", 25}, {"time", 37},
    {"nameserver", 42}, {"whois", 43}, {"domain", 53}, {"bootps", 67}, {"bootpc", 68}, {"tftp", 69},
    {"gopher", 70}, {"finger", 79}, {"http", 80}, {"kerberos", 88}, {"hostname", 101},
    {"hostnames", 101}, {"iso-tsap", 102}, {"pop2", 109}, {"pop3", 110}, {"sunrpc", 111},
    {"auth", 113}, {"sftp", 115}, {"nntp", 119}, {"ntp", 123}, {"netbios-ns", 137},
    {"netbios-dgm", 138}, {"netbios-ssn", 139}, {"imap", 143}, {"imap2", 143}, {"snmp", 161},
    {"snmp-trap", 162}, {"bgp", 179}, {"irc", 194}, {"ldap", 389}, {"https", 443}, {"syslog", 514},
    {"submission", 587}, {"ldaps", 636}, {"imaps", 993}, {"pop3s", 995}, {NULL, 0}};

enum { BITMAP_MOST = 8192 };

/* Takes a word that is a number up to `most`, or one of the names. */
static int
number_word(struct reader *r, const struct number_name *names, uint64_t most, const char *what,
    uint64_t *number)
{
	const struct token *t = field_word(r);

	if (!t)
		return -1;
	if (decimal_parse(token_text(t), most, number) == 0)
		return 0;
	for (; names->name; names++) {
		if (text_is_nocase(token_text(t), names->name)) {
			*number = names->number;
			return 0;
		}
	}
	return field_error(r, t->text, "%.*s is neither %s number nor a name that is known here",
	    FIELD_SHOWN(t), what);
}

static int
wks_parse(struct reader *r)
{
	uint64_t protocol, port;
	uint8_t *bits;
	size_t n = 0;

	if (number_word(r, protocols, UINT8_MAX, "a protocol", &protocol) < 0)
		return -1;
	*r->out++ = (uint8_t)protocol;
	for (bits = r->out; r->at < r->end; bits[port / 8] |= (uint8_t)(0x80 >> port % 8)) {
		if (number_word(r, services, UINT16_MAX, "a port", &port) < 0)
			return -1;
		while (n <= port / 8)
			bits[n++] = 0;
	}
	r->out += n;
	return 0;
}

static int
wks_skip(struct wire *w)
{
	if (w->at == w->end || wire_left(w) > 1 + BITMAP_MOST)
		return -1;
	w->at = w->end;
	return 0;
}

/* Zero octets at the end have no text. */
static int
wks_print(struct buf *b, struct wire *w)
{
	buf_decimal(b, *w->at++);
	if (w->at < w->end && w->end[-1] == 0)
		return -1;
	for (size_t port = 0; w->at < w->end; port++) {
		if (*w->at & 0x80 >> port % 8) {
			buf_putc(b, ' ');
			buf_decimal(b, port);
		}
		if (port % 8 == 7)
			w->at++;
	}
	return 0;
}

const struct field_row field_wks = {wks_parse, wks_skip, wks_print, false};
