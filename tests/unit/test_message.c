#include "message_fixture.h"

#include "dns/message.h"

#include <ldns/ldns.h>

#define HEAD "1234 8400 "
#define QUESTION "mail.example.org. 0001 0001 " /* from octet 12 to 33, its `example` at 17 */
#define ADDRESS "@0c 0001 0001 0000003c ( c0000201 ) "

static const char *const malformed[] = {
    "",
    "1234 8400 0000 0000 0000 00",
    /* counts */
    HEAD "0001 0000 0000 0000",
    HEAD "0001 0001 0000 0000 " QUESTION,
    HEAD "0001 ffff 0000 0000 " QUESTION ADDRESS,
    HEAD "0001 0000 ffff 0000 " QUESTION ADDRESS,
    HEAD "0001 0000 0000 ffff " QUESTION ADDRESS,
    HEAD "ffff 0000 0000 0000 " QUESTION,
    HEAD "0001 0000 0000 0000 " QUESTION "00",
    HEAD "0001 0001 0000 0000 " QUESTION ADDRESS "00",
    /* names */
    HEAD "0001 0000 0000 0000 03 6d61",
    HEAD "0001 0000 0000 0000 04 6d61696c",
    HEAD "0001 0000 0000 0000 41 6d61696c 00 0001 0001",
    HEAD "0001 0000 0000 0000 80 6d61696c 00 0001 0001",
    HEAD "0001 0000 0000 0000 @0c 0001 0001",
    HEAD "0001 0000 0000 0000 @0d 0001 0001",
    HEAD "0001 0000 0000 0000 mail@0c 0001 0001",
    HEAD "0001 0000 0000 0000 @00 0001 0001",
    HEAD "0001 0000 0000 0000 c0",
    HEAD "0001 0001 0000 0000 " QUESTION "@22 0001 0001 0000003c ( c0000201 ) ",
    HEAD "0001 0001 0000 0000 " QUESTION "@3ff 0001 0001 0000003c ( c0000201 ) ",
    /* records */
    HEAD "0001 0001 0000 0000 " QUESTION "@0c 0001 0001 0000003c 00",
    HEAD "0001 0001 0000 0000 " QUESTION "@0c 0001 0001 0000003c 0004 c00002",
    HEAD "0001 0001 0000 0000 " QUESTION "@0c 0001 0001 0000003c ffff c0000201",
    /* RDATA with names: one that is cut, runs over, is followed, is not there */
    HEAD "0001 0001 0000 0000 " QUESTION "@0c 0005 0001 0000003c 0001 c00c",
    HEAD "0001 0001 0000 0000 " QUESTION "@0c 0005 0001 0000003c 0002 04 6d61696c 00",
    HEAD "0001 0001 0000 0000 " QUESTION "@0c 0005 0001 0000003c ( @0c 00 )",
    HEAD "0001 0001 0000 0000 " QUESTION "@0c 0005 0001 0000003c ( )",
    HEAD "0001 0001 0000 0000 " QUESTION "@0c 000f 0001 0000003c ( 00 )",
    HEAD "0001 0001 0000 0000 " QUESTION "@0c 000f 0001 0000003c ( 000a )",
    HEAD "0001 0001 0000 0000 " QUESTION "@0c 0006 0001 0000003c ( @0c @0c 00000001 )",
    HEAD "0001 0001 0000 0000 " QUESTION "@0c 002e 0001 0000003c ( 0001 0d )",
    /* a name that would have more than 255 octets, by pointers */
    HEAD "0001 0001 0000 0000 "
	 "a23456789012345678901234567890123456789012345678901234567890123."
	 "b23456789012345678901234567890123456789012345678901234567890123."
	 "c23456789012345678901234567890123456789012345678901234567890123. 0001 0001 "
	 "d23456789012345678901234567890123456789012345678901234567890123@0c 0001 0001 0000003c "
	 "( c0000201 )",
    /* two OPT records: RFC 6891 section 6.1.1 */
    HEAD "0001 0000 0000 0002 " QUESTION "00 0029 04d0 00000000 ( ) 00 0029 04d0 00000000 ( )",
};

static void
bad_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(malformed); i++) {
		struct arena a = {0};
		struct message message;

		if (message_read(&a, message_make(&a, malformed[i]), &message) != -1)
			fail_msg("it is taken: %s", malformed[i]);
		arena_free(&a);
	}
}

/* Names are compressed in SOA, MX and CNAME, and behind each other. */
#define WHOLE                                                                                      \
	HEAD "0001 0004 0001 0002 " QUESTION                                                       \
	     "@0c 0006 0001 00000e10 ( ns1@11 hostmaster@11 00000007 00000e10 00000384 00093a80 "  \
	     "0000012c ) "                                                                         \
	     "@11 000f 0001 80000000 ( 000a @0c ) "                                                \
	     "@22 ff01 0003 7fffffff ( c00c ) "                                                    \
	     "WWW@11 0034 0001 0000003c ( 030101ff ) "                                             \
	     "00 0002 0001 00000001 ( @0c ) "                                                      \
	     "00 0029 04d0 01008000 ( 000a 0002 abcd ) " ADDRESS

static const struct {
	const char *owner;
	uint16_t type, class;
	uint32_t ttl_s;
	const char *rdata;
} records[] = {
    {"mail.example.org.", TYPE_SOA, CLASS_IN, 3600,
	"ns1.example.org. hostmaster.example.org. 00000007 00000e10 00000384 00093a80 0000012c"},
    {"example.org.", TYPE_MX, CLASS_IN, 0, "000a mail.example.org."},
    {"mail.example.org.", 0xff01, 3, INT32_MAX, "c00c"},
    {"WWW.example.org.", TYPE_TLSA, CLASS_IN, 60, "030101ff"},
};

static void
whole_message(void **state)
{
	struct arena a = {0};
	struct message message;

	(void)state;
	assert_int_equal(message_read(&a, message_make(&a, WHOLE), &message), 0);
	assert_int_equal(message.id, 0x1234);
	assert_int_equal(message.flags, MESSAGE_QR | MESSAGE_AA);
	assert_int_equal(message.rcode, 16); /* BADVERS, RFC 6891 section 9 */
	assert_string_equal(name_absolute_text(&a, message.question), "mail.example.org.");
	assert_int_equal(message.type, TYPE_A);
	assert_int_equal(message.class, CLASS_IN);
	assert_int_equal(message.answer.n, LENGTH(records));
	for (size_t i = 0; i < LENGTH(records); i++) {
		const struct message_record *record = &message.answer.records[i];

		assert_string_equal(name_absolute_text(&a, record->owner), records[i].owner);
		assert_int_equal(record->type, records[i].type);
		assert_int_equal(record->class, records[i].class);
		assert_int_equal(record->ttl_s, records[i].ttl_s);
		if (!bytes_equal(record->rdata, message_make(&a, records[i].rdata)))
			fail_msg("RDATA of record %zu", i);
	}
	assert_int_equal(message.authority.n, 1);
	assert_string_equal(name_absolute_text(&a, message.authority.records[0].owner), ".");
	arena_free(&a);
}

/* Of each message that is cut or has one octet changed it is only asked that reading it ends. */
static void
damaged_messages(void **state)
{
	static const uint8_t changes[] = {0x00, 0x01, 0x3f, 0x40, 0x80, 0xc0, 0xff};
	struct arena a = {0};
	struct bytes whole = message_make(&a, WHOLE);

	(void)state;
	for (size_t i = 0; i < whole.len; i++) {
		struct arena_mark mark = arena_mark(&a);
		struct message message;
		uint8_t *cut = malloc(i + 1), *changed = malloc(whole.len);

		memcpy(cut, whole.data, i);
		assert_int_equal(message_read(&a, (struct bytes){cut, i}, &message), -1);
		for (size_t k = 0; k < LENGTH(changes); k++) {
			memcpy(changed, whole.data, whole.len);
			changed[i] = changes[k];
			message_read(&a, (struct bytes){changed, whole.len}, &message);
		}
		free(cut);
		free(changed);
		arena_reset(&a, mark);
	}
	arena_free(&a);
}

/* The longest way that pointers can lead: each to the one ahead. */
static void
many_pointers(void **state)
{
	struct arena a = {0};
	struct message message;
	struct buf b = {0};
	struct bytes head = message_make(&a, HEAD "0001 0001 0000 0000 " QUESTION);

	(void)state;
	buf_put(&b, head.data, head.len);
	buf_put(&b, "\0\xff\x01\0\1\0\0\0\0\x3f\0", 11);
	for (unsigned at = (unsigned)head.len + 11, to = 12; b.len < head.len + 11 + 0x3f00;
	     at += 2) {
		buf_putc(&b, (char)(0xc0 | to >> 8));
		buf_putc(&b, (char)to);
		to = at;
	}
	b.data[7] = 2;
	buf_put(&b, "\xff\x01\0\1\0\1\0\0\0\x3c\0\4\1\2\3\4", 16);
	assert_int_equal(
	    message_read(&a, (struct bytes){(const uint8_t *)b.data, b.len}, &message), 0);
	assert_string_equal(
	    name_absolute_text(&a, message.answer.records[1].owner), "mail.example.org.");
	buf_free(&b);
	arena_free(&a);
}

static void
questions(void **state)
{
	static const uint8_t owner[] = "\3_25\4_tcp\4Mail\7example\3org";
	const struct message_question question = {.id = 0x1234,
	    .flags = MESSAGE_RD | MESSAGE_AD,
	    .owner = owner,
	    .type = TYPE_TLSA,
	    .udp_size = 1232,
	    .dnssec = true};
	struct buf b = {0};
	ldns_pkt *pkt;
	char *text;

	(void)state;
	message_put_question(&b, &question);
	assert_int_equal(ldns_wire2pkt(&pkt, (const uint8_t *)b.data, b.len), LDNS_STATUS_OK);
	assert_int_equal(ldns_pkt_id(pkt), 0x1234);
	assert_true(ldns_pkt_rd(pkt) && ldns_pkt_ad(pkt) && !ldns_pkt_qr(pkt) && !ldns_pkt_cd(pkt));
	assert_int_equal(ldns_pkt_edns_udp_size(pkt), 1232);
	assert_true(ldns_pkt_edns_do(pkt));
	assert_int_equal(ldns_pkt_edns_version(pkt), 0);
	text = ldns_rr_list2str(ldns_pkt_question(pkt));
	assert_string_equal(text, "_25._tcp.Mail.example.org.\tIN\tTLSA\n");
	free(text);
	ldns_pkt_free(pkt);
	buf_free(&b);
}

static const struct {
	const char *text;
	bool answers;
} echoes[] = {
    {"1234 8400 0001 0000 0000 0000 mail.example.org. 0034 0001", true},
    {"1234 8000 0001 0000 0000 0000 MAIL.Example.org. 0034 0001", true},
    {"1235 8400 0001 0000 0000 0000 mail.example.org. 0034 0001", false},
    {"1234 0400 0001 0000 0000 0000 mail.example.org. 0034 0001", false}, /* a question */
    {"1234 a400 0001 0000 0000 0000 mail.example.org. 0034 0001", false}, /* NOTIFY */
    {"1234 8400 0001 0000 0000 0000 www.example.org. 0034 0001", false},
    {"1234 8400 0001 0000 0000 0000 mail.example.org. 0035 0001", false},
    {"1234 8400 0001 0000 0000 0000 mail.example.org. 0034 0003", false},
    {"1234 8400 0000 0000 0000 0000", false},
    {"1234 8400 0002 0000 0000 0000 mail.example.org. 0034 0001 mail.example.org. 0034 0001",
	false},
};

static void
answers_to(void **state)
{
	static const uint8_t owner[] = "\4mail\7example\3org";
	const struct message_question question = {.id = 0x1234, .owner = owner, .type = TYPE_TLSA};

	(void)state;
	for (size_t i = 0; i < LENGTH(echoes); i++) {
		struct arena a = {0};
		struct message message;

		assert_int_equal(message_read(&a, message_make(&a, echoes[i].text), &message), 0);
		if (message_answers(&message, &question) != echoes[i].answers)
			fail_msg("%s", echoes[i].text);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(bad_messages),
	    cmocka_unit_test(whole_message), cmocka_unit_test(damaged_messages),
	    cmocka_unit_test(many_pointers), cmocka_unit_test(questions),
	    cmocka_unit_test(answers_to)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
