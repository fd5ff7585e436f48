#include "dns/hostname.h"

#include "dns/field_part.h"

/* What an octet may be in the label of a host. */
enum {
	OCTET_OTHER,
	OCTET_BORDER, /* letter, digit */
	OCTET_INNER,  /* hyphen */
};

static const uint8_t octets[256] = {
    ['0' ... '9'] = OCTET_BORDER,
    ['A' ... 'Z'] = OCTET_BORDER,
    ['a' ... 'z'] = OCTET_BORDER,
    ['-'] = OCTET_INNER,
};

static bool
is_label(const uint8_t *label)
{
	const uint8_t *first = label + 1, *last = label + *label;

	for (const uint8_t *p = first; p <= last; p++)
		if (octets[*p] == OCTET_OTHER)
			return false;
	return octets[*first] == OCTET_BORDER && octets[*last] == OCTET_BORDER;
}

bool
hostname_is(const uint8_t *wire)
{
	for (; *wire; wire += 1 + *wire)
		if (!is_label(wire))
			return false;
	return true;
}

/* The host that Active Directory's clients ask for its global catalogue. */
static bool
is_catalogue(const uint8_t *wire)
{
	const uint8_t *second = wire + 1 + *wire;

	return name_label_is(wire, "gc") && name_label_is(second, "_msdcs") &&
	       hostname_is(second + 1 + *second);
}

/* Names that macros of SPF make (RFC 7208 section 5.7 and appendix D.1), all that they ask for
 * being whether there is an address. Such a label is not the name's last. */
static bool
is_spf(const uint8_t *wire)
{
	for (; *wire && wire[1 + *wire]; wire += 1 + *wire)
		if (name_label_is(wire, "_spf") || name_label_is(wire, "_spf_verify") ||
		    name_label_is(wire, "_spf_rate"))
			return true;
	return false;
}

/* The types that stand at hosts, and what else they may stand at. */
static const struct {
	uint16_t type;
	bool catalogue, spf;
} host_types[] = {
    {TYPE_A, true, true},
    {TYPE_AAAA, true, false},
    {TYPE_MX, false, false},
    {TYPE_WKS, false, false},
    {TYPE_A6, false, false},
};

bool
hostname_may_own(const uint8_t *wire, uint16_t type)
{
	const uint8_t *host = wire[0] == 1 && wire[1] == '*' ? wire + 2 : wire;

	if (type == TYPE_MB || type == TYPE_MG)
		return hostname_is_mailbox(wire);
	for (size_t i = 0; i < sizeof(host_types) / sizeof(host_types[0]); i++)
		if (type == host_types[i].type)
			return hostname_is(host) ||
			       (host_types[i].catalogue && is_catalogue(wire)) ||
			       (host_types[i].spf && is_spf(wire));
	return true;
}

bool
hostname_is_mailbox(const uint8_t *wire)
{
	for (size_t i = 1; i <= *wire; i++)
		if (wire[i] <= 0x20 || wire[i] >= 0x7f)
			return false;
	return *wire == 0 || hostname_is(wire + 1 + *wire);
}

bool
hostname_has_at(const uint8_t *wire)
{
	for (; *wire; wire += 1 + *wire)
		if (memchr(wire + 1, '@', *wire))
			return true;
	return false;
}

/* Writes the first `n` labels with dots between them; returns the length, 0 where they are not
 * there or too long. */
static size_t
labels_text(const uint8_t *wire, unsigned n, char *out, size_t room)
{
	size_t len = 0;

	for (; n > 0 && *wire; n--, wire += 1 + *wire) {
		if (len + 1u + *wire > room)
			return 0;
		memcpy(out + len, wire + 1, *wire);
		len += *wire;
		out[len++] = '.';
	}
	return n == 0 ? len - 1 : 0;
}

/* Four numbers: also those that no octet holds, or that have zeros ahead, were meant for an
 * address. */
static bool
is_ip4(struct text text)
{
	unsigned dots = 0, digits = 0;

	for (size_t i = 0; i < text.len; i++) {
		bool dot = text.data[i] == '.';

		if (dot ? digits == 0 : !ascii_is_digit(text.data[i]) || digits == 3)
			return false;
		dots += dot;
		digits = dot ? 0 : digits + 1;
	}
	return dots == 3 && digits > 0;
}

/* As it stands, or as in mail addresses (RFC 5321 section 4.1.3). */
static bool
is_address(struct text text)
{
	uint8_t ip[16];

	if (text.len > 2 && *text.data == '[' && text.data[text.len - 1] == ']')
		text = (struct text){text.data + 1, text.len - 2};
	return is_ip4(text) || ip6_parse(text, ip) == 0;
}

unsigned
hostname_address(const uint8_t *wire)
{
	enum { IP4_LABELS = 4 };
	char text[2 * LABEL_LONGEST];
	size_t len;

	if (!*wire ||
	    (!ascii_is_digit((char)wire[1]) && wire[1] != '[' && !memchr(wire + 1, ':', *wire)))
		return 0;
	len = labels_text(wire, IP4_LABELS, text, sizeof(text));
	if (len && is_address((struct text){text, len}))
		return IP4_LABELS;
	return is_address(name_label(wire));
}
