#include "dns/message.h"

#include "dns/field_part.h"

enum {
	HEADER_LEN = 12,
	RECORD_SHORTEST = 11, /* the root, type, class, TTL and the length of no RDATA */
	POINTER = 0xc0,
	OPT_DO = 0x8000, /* of the TTL */
};

/* --- Questions --- */

static void
put_number(struct buf *b, uint16_t value)
{
	uint8_t octets[2];

	write_u16(octets, value);
	buf_put(b, octets, sizeof(octets));
}

void
message_put_question(struct buf *b, const struct message_question *question)
{
	const uint16_t header[] = {question->id, question->flags, 1, 0, 0, 1};
	const uint16_t opt[] = {TYPE_OPT, question->udp_size, 0, question->dnssec ? OPT_DO : 0, 0};

	for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++)
		put_number(b, header[i]);
	buf_put(b, question->owner, name_length(question->owner, NAME_LONGEST));
	put_number(b, question->type);
	put_number(b, CLASS_IN);
	buf_putc(b, '\0');
	for (size_t i = 0; i < sizeof(opt) / sizeof(opt[0]); i++)
		put_number(b, opt[i]);
}

/* --- Answers --- */

struct cursor {
	struct arena *a;
	struct bytes wire;
	size_t at;
};

static size_t
left(const struct cursor *c)
{
	return c->wire.len - c->at;
}

/* Takes the next `n` octets; NULL where they are not there. */
static const uint8_t *
take(struct cursor *c, size_t n)
{
	const uint8_t *octets = c->wire.data + c->at;

	if (left(c) < n)
		return NULL;
	c->at += n;
	return octets;
}

/* Where the pointer at `at` leads; -1 where that is not ahead of `begin`. */
static int
pointer_target(const struct cursor *c, size_t at, size_t begin, size_t *target)
{
	if (c->wire.len - at < 2)
		return -1;
	*target = read_u16(c->wire.data + at) & 0x3fffu;
	return *target >= HEADER_LEN && *target < begin ? 0 : -1;
}

/* Appends the label at `at`. */
static int
take_label(const struct cursor *c, size_t at, struct name *out)
{
	size_t n = c->wire.data[at] + (size_t)1;

	if (n > LABEL_LONGEST + 1 || n > c->wire.len - at || out->len + n > NAME_LONGEST)
		return -1;
	memcpy(out->wire + out->len, c->wire.data + at, n);
	out->len = (uint8_t)(out->len + n);
	return 0;
}

/* RFC 1035 section 4.1.4: each pointer leads ahead of all that was read of the name so far, so that
 * no name goes round. */
static int
take_name(struct cursor *c, struct name *out)
{
	size_t at = c->at, begin = at, target;
	bool jumped = false;

	out->len = 0;
	while (at < c->wire.len) {
		uint8_t octet = c->wire.data[at];

		if ((octet & POINTER) == POINTER) {
			if (pointer_target(c, at, begin, &target) < 0)
				return -1;
			c->at = jumped ? c->at : at + 2;
			jumped = true;
			at = begin = target;
			continue;
		}
		if (take_label(c, at, out) < 0)
			return -1;
		at += octet + (size_t)1;
		c->at = jumped ? c->at : at;
		if (octet == 0)
			return 0;
	}
	return -1;
}

/* Copies the fields of RDATA that ends at `end`, the names among them whole. */
static int
take_fields(struct cursor *c, const struct type_info *info, size_t end, struct buf *b)
{
	const uint8_t *begin = c->wire.data + c->at;

	for (const struct type_field *field = info->fields; field->kind != FIELD_END; field++) {
		struct wire w = {begin, c->wire.data + c->at, c->wire.data + end};
		struct name name;

		if (field->kind == FIELD_NAME) {
			if (take_name(c, &name) < 0 || c->at > end)
				return -1;
			buf_put(b, name.wire, name.len);
		} else {
			if (field_table[field->kind]->skip(&w) < 0)
				return -1;
			buf_put(b, c->wire.data + c->at, (size_t)(w.at - c->wire.data) - c->at);
			c->at = (size_t)(w.at - c->wire.data);
		}
	}
	return c->at == end ? 0 : -1;
}

/* The types whose names canonical form lowers are those that may have compressed ones, and few
 * others. */
static int
take_rdata(struct cursor *c, uint16_t type, size_t len, struct bytes *out)
{
	const struct type_info *info = type_info(type);
	struct buf b = {0};
	int result = 0;

	if (left(c) < len)
		return -1;
	if (info && info->lower)
		result = take_fields(c, info, c->at + len, &b);
	else
		buf_put(&b, take(c, len), len);
	*out = (struct bytes){arena_copy(c->a, b.data, b.len), b.len};
	buf_free(&b);
	return result;
}

static int
take_record(struct cursor *c, struct message_record *out)
{
	struct name owner;
	const uint8_t *fixed;

	if (take_name(c, &owner) < 0 || !(fixed = take(c, 10)))
		return -1;
	*out = (struct message_record){.owner = arena_copy(c->a, owner.wire, owner.len),
	    .type = read_u16(fixed),
	    .class = read_u16(fixed + 2),
	    .ttl_s = read_u32(fixed + 4)};
	if (out->type != TYPE_OPT && out->ttl_s > INT32_MAX)
		out->ttl_s = 0;
	return take_rdata(c, out->type, read_u16(fixed + 8), &out->rdata);
}

static int
take_section(struct cursor *c, size_t n, struct message_section *out)
{
	if (n > left(c) / RECORD_SHORTEST)
		return -1;
	*out = (struct message_section){arena_alloc(c->a, n * sizeof(*out->records) + 1), n};
	for (size_t i = 0; i < n; i++)
		if (take_record(c, &out->records[i]) < 0)
			return -1;
	return 0;
}

static int
take_questions(struct cursor *c, size_t n, struct message *out)
{
	for (size_t i = 0; i < n; i++) {
		struct name name;
		const uint8_t *fixed;

		if (take_name(c, &name) < 0 || !(fixed = take(c, 4)))
			return -1;
		out->question = n == 1 ? arena_copy(c->a, name.wire, name.len) : NULL;
		out->type = read_u16(fixed);
		out->class = read_u16(fixed + 2);
	}
	return 0;
}

/* RFC 6891 section 6.1: one OPT record at most, with eight more bits of the RCODE. */
static int
take_options(struct cursor *c, size_t n, struct message *out)
{
	struct message_section additional;
	bool known = false;

	if (take_section(c, n, &additional) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (additional.records[i].type != TYPE_OPT)
			continue;
		if (known)
			return -1;
		known = true;
		out->rcode |= (uint16_t)(additional.records[i].ttl_s >> 24 << 4);
	}
	return 0;
}

int
message_read(struct arena *a, struct bytes wire, struct message *out)
{
	struct cursor c = {a, wire, 0};
	const uint8_t *header = take(&c, HEADER_LEN);

	*out = (struct message){0};
	if (!header)
		return -1;
	out->id = read_u16(header);
	out->flags = read_u16(header + 2);
	out->rcode = out->flags & 0xf;
	if (take_questions(&c, read_u16(header + 4), out) < 0 ||
	    take_section(&c, read_u16(header + 6), &out->answer) < 0 ||
	    take_section(&c, read_u16(header + 8), &out->authority) < 0 ||
	    take_options(&c, read_u16(header + 10), out) < 0)
		return -1;
	return left(&c) == 0 ? 0 : -1;
}

bool
message_answers(const struct message *message, const struct message_question *question)
{
	return message->flags & MESSAGE_QR && !(message->flags & MESSAGE_OPCODE) &&
	       message->id == question->id && message->question &&
	       name_equal(message->question, question->owner) && message->type == question->type &&
	       message->class == CLASS_IN;
}
