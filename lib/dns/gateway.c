/* Fields whose form an earlier octet chooses: gateways of IPSECKEY (RFC 4025) and relays of
 * AMTRELAY (RFC 8777), and the address and name of A6 (RFC 2874). */
#include "dns/field_part.h"

#include <inttypes.h>

enum { KIND_NONE, KIND_IP4, KIND_IP6, KIND_NAME, N_KINDS };

static const struct field_row *const kinds[N_KINDS] = {
    [KIND_IP4] = &field_ip4, [KIND_IP6] = &field_ip6, [KIND_NAME] = &field_name};

static int
dot_parse(struct reader *r)
{
	const struct token *t = field_word(r);

	if (!t)
		return -1;
	if (t->len != 1 || *t->text != '.')
		return field_error(
		    r, t->text, "%.*s stands for none, where only . does", FIELD_SHOWN(t));
	return 0;
}

static int
kind_parse(struct reader *r, unsigned kind)
{
	if (kind >= N_KINDS)
		return field_problem(r, Z_GENERIC,
		    r->at < r->end ? field_begin(r->at) : field_last(r), "type %u has no text form",
		    kind);
	return kind == KIND_NONE ? dot_parse(r) : kinds[kind]->parse(r);
}

/* Nothing is known of what other kinds look like. */
static int
kind_skip(struct wire *w, unsigned kind)
{
	if (kind == KIND_NONE)
		return 0;
	if (kind < N_KINDS)
		return kinds[kind]->skip(w);
	w->at = w->end;
	return 0;
}

static int
kind_print(struct buf *b, struct wire *w, unsigned kind)
{
	if (kind >= N_KINDS)
		return -1;
	if (kind != KIND_NONE)
		return kinds[kind]->print(b, w);
	buf_putc(b, '.');
	return 0;
}

static int
gateway_parse(struct reader *r)
{
	return kind_parse(r, r->begin[1]);
}

static int
gateway_skip(struct wire *w)
{
	return kind_skip(w, w->begin[1]);
}

static int
gateway_print(struct buf *b, struct wire *w)
{
	return kind_print(b, w, w->begin[1]);
}

enum { DISCOVERY_OPTIONAL = 0x80, RELAY_MOST = 0x7f };

/* Takes a word that is a number. */
static int
number_word(struct reader *r, uint64_t most, uint64_t *value)
{
	const struct token *t = field_word(r);

	if (!t)
		return -1;
	if (decimal_parse(token_text(t), most, value) < 0)
		return field_error(
		    r, t->text, "%.*s is not a number from 0 to %" PRIu64, FIELD_SHOWN(t), most);
	return 0;
}

/* RFC 8777 section 4.3.1: D bit and type are two words, and one octet. */
static int
relay_type_parse(struct reader *r)
{
	uint64_t discovery, type;

	if (number_word(r, 1, &discovery) < 0 || number_word(r, RELAY_MOST, &type) < 0)
		return -1;
	*r->out++ = (uint8_t)(discovery << 7 | type);
	return 0;
}

static int
octet_skip(struct wire *w)
{
	return wire_skip(w, 1);
}

static int
relay_type_print(struct buf *b, struct wire *w)
{
	buf_puts(b, *w->at & DISCOVERY_OPTIONAL ? "1 " : "0 ");
	buf_decimal(b, *w->at & RELAY_MOST);
	return octet_skip(w);
}

static int
relay_parse(struct reader *r)
{
	return kind_parse(r, r->begin[1] & RELAY_MOST);
}

static int
relay_skip(struct wire *w)
{
	return kind_skip(w, w->begin[1] & RELAY_MOST);
}

static int
relay_print(struct buf *b, struct wire *w)
{
	return kind_print(b, w, w->begin[1] & RELAY_MOST);
}

enum { IP6_BITS = 128 };

static int
prefix_parse(struct reader *r)
{
	uint64_t bits;

	if (number_word(r, IP6_BITS, &bits) < 0)
		return -1;
	*r->out++ = (uint8_t)bits;
	return 0;
}

static int
prefix_skip(struct wire *w)
{
	return w->at < w->end && *w->at <= IP6_BITS ? octet_skip(w) : -1;
}

static int
prefix_print(struct buf *b, struct wire *w)
{
	buf_decimal(b, *w->at);
	return octet_skip(w);
}

/* Are the first `bits` bits of the address zero? */
static bool
begins_with_zeros(const uint8_t ip[16], unsigned bits)
{
	unsigned i = 0;

	for (; i < bits / 8; i++)
		if (ip[i])
			return false;
	return bits % 8 == 0 || ip[i] >> (8 - bits % 8) == 0;
}

/* The address from the octet of its first bit on; all of it belongs to the prefix: no word. */
static int
suffix_parse(struct reader *r)
{
	unsigned bits = r->begin[0];
	const struct token *t;
	uint8_t ip[16];

	if (bits == IP6_BITS)
		return 0;
	t = field_word(r);
	if (!t)
		return -1;
	if (ip6_parse(token_text(t), ip) < 0)
		return field_error(r, t->text, "%.*s is not an IPv6 address", FIELD_SHOWN(t));
	if (!begins_with_zeros(ip, bits))
		return field_error(
		    r, t->text, "%.*s does not begin with %u zero bits", FIELD_SHOWN(t), bits);
	memcpy(r->out, ip + bits / 8, 16 - bits / 8);
	r->out += 16 - bits / 8;
	return 0;
}

static int
suffix_skip(struct wire *w)
{
	unsigned bits = w->begin[0];

	if (wire_left(w) < 16 - bits / 8 || (bits % 8 && *w->at >> (8 - bits % 8)))
		return -1;
	w->at += 16 - bits / 8;
	return 0;
}

static int
suffix_print(struct buf *b, struct wire *w)
{
	unsigned bits = w->begin[0];
	uint8_t ip[16] = {0};

	memcpy(ip + bits / 8, w->at, 16 - bits / 8);
	if (bits < IP6_BITS)
		ip6_print(b, ip);
	return suffix_skip(w);
}

static int
prefix_name_parse(struct reader *r)
{
	return r->begin[0] ? field_name.parse(r) : 0;
}

static int
prefix_name_skip(struct wire *w)
{
	return w->begin[0] ? field_name.skip(w) : 0;
}

static int
prefix_name_print(struct buf *b, struct wire *w)
{
	return w->begin[0] ? field_name.print(b, w) : 0;
}

const uint8_t *
field_name_at(uint8_t kind, const struct wire *w)
{
	bool there = w->at < w->end;

	if (kind == FIELD_GATEWAY)
		there = w->begin[1] == KIND_NAME;
	else if (kind == FIELD_RELAY)
		there = (w->begin[1] & RELAY_MOST) == KIND_NAME;
	return there ? w->at : NULL;
}

const struct field_row field_gateway = {gateway_parse, gateway_skip, gateway_print, false};
const struct field_row field_relay_type = {relay_type_parse, octet_skip, relay_type_print, false};
const struct field_row field_relay = {relay_parse, relay_skip, relay_print, false};
const struct field_row field_a6_prefix = {prefix_parse, prefix_skip, prefix_print, false};
const struct field_row field_a6_suffix = {suffix_parse, suffix_skip, suffix_print, false};
const struct field_row field_a6_name = {
    prefix_name_parse, prefix_name_skip, prefix_name_print, true};
