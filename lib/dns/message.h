/* Messages (RFC 1035 section 4, RFC 6891): a question as octets, and an answer out of octets that
 * anybody may have sent. No octets make reading fail in another way than by -1. Names come out
 * without compression, those in RDATA too where a type may have them compressed (RFC 3597
 * section 4); all other RDATA is taken as it stands, well-formed or not. */
#ifndef DNS_MESSAGE_H
#define DNS_MESSAGE_H

#include "base/buf.h"
#include "dns/type.h"

/* Of `flags`. */
enum {
	MESSAGE_QR = 0x8000, /* an answer */
	MESSAGE_OPCODE = 0x7800,
	MESSAGE_AA = 0x0400, /* by an authority */
	MESSAGE_TC = 0x0200, /* cut short */
	MESSAGE_RD = 0x0100,
	MESSAGE_RA = 0x0080, /* a resolver */
	MESSAGE_AD = 0x0020, /* RFC 6840 section 5.7 */
};

/* Of `rcode`. */
enum {
	RCODE_NOERROR = 0,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_REFUSED = 5,
};

struct message_record {
	const uint8_t *owner; /* wire */
	uint16_t type, class;
	uint32_t ttl_s; /* 0 where the first bit is set: RFC 2181 section 8 */
	struct bytes rdata;
};

struct message_section {
	struct message_record *records;
	size_t n;
};

struct message {
	uint16_t id, flags;
	uint16_t rcode;          /* with the upper bits of an OPT record */
	const uint8_t *question; /* name in wire format; NULL: there is not one question */
	uint16_t type, class;    /* of the question */
	struct message_section answer, authority;
};

struct message_question {
	uint16_t id;
	uint16_t flags; /* MESSAGE_RD, MESSAGE_AD */
	const uint8_t *owner;
	uint16_t type;
	uint16_t udp_size; /* of the longest answer by UDP: RFC 6891 section 6.2.3 */
	bool dnssec;       /* asks for signatures: DO, RFC 3225 section 3 */
};

/* Appends the message that asks the question, of class IN. */
void
message_put_question(struct buf *b, const struct message_question *question);

/* Reads a whole message, in `a`. Returns -1 if it is malformed, cut off, or longer than it says. */
int
message_read(struct arena *a, struct bytes wire, struct message *out);

/* Does the message answer that question and no other (RFC 5452 section 9.1)? */
bool
message_answers(const struct message *message, const struct message_question *question);

#endif
