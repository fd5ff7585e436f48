#define _GNU_SOURCE
#include "unit.h"

#include "dns/name.h"
#include "probe/live.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ldns/ldns.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#define OWNER "_25._tcp.mail.example.org."
#define DATA "3 1 1 abababababababababababababababababababababababababababababababab"
#define TLSA OWNER " 60 IN TLSA " DATA

/* How an answer differs from an honest one. */
enum {
	NO_AD = 1,
	NO_QR = 2,
	TC = 4,
	OTHER_ID = 8,
	NOTIFY = 16,
	NO_QUESTION = 32,
	TWO_QUESTIONS = 64,
	/* on the way */
	CUT = 128,
	CLOSE = 256,
	GARBAGE = 512,
	EMPTY = 1024,
	PIECES = 2048,
	SILENT = 4096,
	RESTLESS = 8192, /* an octet at a time, for ever */
};

struct answer {
	const char *records[4];
	const char *question; /* "owner class type"; NULL: what was asked */
	unsigned how;
	ldns_pkt_rcode rcode;
	const char *authority;
	const char *no_records; /* a part of it; NULL: they count */
	size_t n;
};

static const struct answer answers[] = {
    {{TLSA}, .n = 1},
    {{TLSA}, .how = PIECES, .n = 1},
    {{TLSA, OWNER " 60 IN TLSA 2 1 1 00"}, .n = 2},
    {{"_25._TCP.MAIL.example.ORG. 60 IN TLSA " DATA}, .n = 1},
    /* nobody vouches for it */
    {{TLSA}, .how = NO_AD, .no_records = "does not call its TLSA records authentic"},
    /* another answer */
    {{TLSA}, .how = OTHER_ID, .no_records = "another question"},
    {{TLSA}, .how = NO_QR, .no_records = "another question"},
    {{TLSA}, .how = NOTIFY, .no_records = "another question"},
    {{TLSA}, .how = NO_QUESTION, .no_records = "another question"},
    {{TLSA}, .how = TWO_QUESTIONS, .no_records = "another question"},
    {{TLSA}, "_25._tcp.other.example.org. IN TLSA", .no_records = "another question"},
    {{TLSA}, OWNER " IN A", .no_records = "another question"},
    {{TLSA}, OWNER " CH TLSA", .no_records = "another question"},
    {{TLSA}, "_25._TCP.Mail.example.org. IN TLSA", .n = 1},
    {{TLSA}, .how = TC, .no_records = "cuts its answer short"},
    /* records of others */
    {{"_25._tcp.other.example.org. 60 IN TLSA " DATA}, .no_records = "knows no TLSA"},
    {{TLSA, "_25._tcp.other.example.org. 60 IN TLSA " DATA}, .n = 1},
    {{OWNER " 60 CH TLSA " DATA}, .no_records = "knows no TLSA"},
    {{OWNER " 60 IN A 192.0.2.1"}, .no_records = "knows no TLSA"},
    {{NULL}, .authority = TLSA, .no_records = "knows no TLSA"},
    /* aliases */
    {{OWNER " 60 IN CNAME a.example.net.", "a.example.net. 60 IN TLSA " DATA}, .n = 1},
    {{"a.example.net. 60 IN TLSA " DATA, OWNER " 60 IN CNAME a.example.net."}, .n = 1},
    {{OWNER " 60 IN CNAME a.example.net.", "a.example.net. 60 IN CNAME b.example.net.",
	 "b.example.net. 60 IN TLSA " DATA},
	.n = 1},
    {{OWNER " 60 IN CNAME a.example.net.", TLSA}, .no_records = "knows no TLSA"},
    {{OWNER " 60 IN CNAME a.example.net.", "b.example.net. 60 IN TLSA " DATA},
	.no_records = "knows no TLSA"},
    {{OWNER " 60 IN CNAME a.example.net.", "a.example.net. 60 IN TLSA " DATA}, .how = NO_AD,
	.no_records = "authentic"},
    {{OWNER " 60 IN CNAME a.example.net.", "a.example.net. 60 IN CNAME " OWNER, TLSA},
	.no_records = "knows no TLSA"},
    /* answers without */
    {{NULL}, .no_records = "knows no TLSA"},
    {{NULL}, .how = NO_AD, .no_records = "knows no TLSA"},
    {{NULL}, .rcode = LDNS_RCODE_NXDOMAIN, .no_records = "knows no TLSA"},
    {{NULL}, .rcode = LDNS_RCODE_NXDOMAIN, .how = NO_AD, .no_records = "knows no TLSA"},
    {{TLSA}, .rcode = LDNS_RCODE_NXDOMAIN, .no_records = "knows no TLSA"},
    {{TLSA}, .rcode = LDNS_RCODE_SERVFAIL, .no_records = "SERVFAIL"},
    {{TLSA}, .rcode = LDNS_RCODE_REFUSED, .no_records = "refuses to answer"},
    {{TLSA}, .rcode = LDNS_RCODE_FORMERR, .no_records = "refuses to answer"},
    /* no answer */
    {{TLSA}, .how = CUT, .no_records = "does not answer by TCP: Connection reset"},
    {{TLSA}, .how = CLOSE, .no_records = "does not answer by TCP: Connection reset"},
    {{TLSA}, .how = GARBAGE, .no_records = "malformed"},
    {{TLSA}, .how = EMPTY, .no_records = "malformed"},
    {{TLSA}, .how = SILENT, .no_records = "does not answer by TCP: Connection timed out"},
    {{TLSA}, .how = RESTLESS, .no_records = "does not answer by TCP: Connection timed out"},
};

/* --- The server --- */

struct server {
	int fd; /* that listens */
	const struct answer *answer;
	bool asked_ill;
};

static void
push_text(ldns_pkt *pkt, ldns_pkt_section section, const char *text)
{
	ldns_rr *rr;

	assert_int_equal(ldns_rr_new_frm_str(&rr, text, 60, NULL, NULL), LDNS_STATUS_OK);
	ldns_pkt_push_rr(pkt, section, rr);
}

static void
push_question(ldns_pkt *pkt, const struct answer *answer, const ldns_rr *asked)
{
	ldns_rr *rr;

	if (answer->question)
		assert_int_equal(ldns_rr_new_question_frm_str(&rr, answer->question, NULL, NULL),
		    LDNS_STATUS_OK);
	else
		rr = ldns_rr_clone(asked);
	ldns_pkt_push_rr(pkt, LDNS_SECTION_QUESTION, rr);
}

static size_t
make_answer(const struct answer *answer, const ldns_pkt *query, uint8_t **wire)
{
	ldns_pkt *pkt = ldns_pkt_new();
	const ldns_rr *asked = ldns_rr_list_rr(ldns_pkt_question(query), 0);
	size_t len, n_questions = answer->how & TWO_QUESTIONS ? 2 : !(answer->how & NO_QUESTION);

	ldns_pkt_set_id(pkt, ldns_pkt_id(query) ^ (answer->how & OTHER_ID ? 1 : 0));
	ldns_pkt_set_qr(pkt, !(answer->how & NO_QR));
	ldns_pkt_set_ad(pkt, !(answer->how & NO_AD));
	ldns_pkt_set_tc(pkt, (answer->how & TC) != 0);
	ldns_pkt_set_opcode(pkt, answer->how & NOTIFY ? LDNS_PACKET_NOTIFY : LDNS_PACKET_QUERY);
	ldns_pkt_set_rcode(pkt, (uint8_t)answer->rcode);
	for (size_t i = 0; i < n_questions; i++)
		push_question(pkt, answer, asked);
	for (size_t i = 0; i < LENGTH(answer->records) && answer->records[i]; i++)
		push_text(pkt, LDNS_SECTION_ANSWER, answer->records[i]);
	if (answer->authority)
		push_text(pkt, LDNS_SECTION_AUTHORITY, answer->authority);
	assert_int_equal(ldns_pkt2wire(wire, pkt, &len), LDNS_STATUS_OK);
	ldns_pkt_free(pkt);
	return len;
}

/* Octet by octet: the reader must put them together. */
static void
send_pieces(int fd, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		send(fd, data + i, 1, MSG_NOSIGNAL);
}

static void
wait_for_close(int fd)
{
	char c;

	while (recv(fd, &c, 1, 0) > 0)
		;
}

/* More and more of a message, and never all; until the client is gone. */
static void
be_restless(int fd)
{
	struct pollfd closed = {.fd = fd, .events = POLLRDHUP};

	send(fd, "\377\377", 2, MSG_NOSIGNAL);
	while (poll(&closed, 1, 1) == 0)
		send(fd, "", 1, MSG_NOSIGNAL);
}

static void
send_answer(int fd, const struct answer *answer, uint8_t *wire, size_t len)
{
	uint8_t head[2];

	if (answer->how & (CLOSE | SILENT | RESTLESS)) {
		if (answer->how & SILENT)
			wait_for_close(fd);
		else if (answer->how & RESTLESS)
			be_restless(fd);
		return;
	}
	if (answer->how & GARBAGE)
		memset(wire + 4, 0xff, len - 4);
	if (answer->how & EMPTY)
		len = 0;
	head[0] = (uint8_t)(len >> 8);
	head[1] = (uint8_t)len;
	send_pieces(fd, head, sizeof(head));
	if (answer->how & CUT)
		len--;
	if (answer->how & PIECES)
		send_pieces(fd, wire, len);
	else
		send(fd, wire, len, MSG_NOSIGNAL);
}

static bool
is_well_asked(const ldns_pkt *query)
{
	return !ldns_pkt_qr(query) && ldns_pkt_rd(query) && ldns_pkt_ad(query) &&
	       !ldns_pkt_cd(query) && ldns_pkt_edns_do(query);
}

static void *
serve(void *ctx)
{
	struct server *server = ctx;
	uint8_t data[512], *wire;
	int fd = accept(server->fd, NULL, NULL);
	ldns_pkt *query;
	size_t len;

	if (recv(fd, data, 2, MSG_WAITALL) == 2) { /* it may have given up already */
		len = (size_t)(data[0] << 8 | data[1]);
		assert_true(len <= sizeof(data));
		assert_int_equal(recv(fd, data, len, MSG_WAITALL), len);
		assert_int_equal(ldns_wire2pkt(&query, data, len), LDNS_STATUS_OK);
		server->asked_ill = !is_well_asked(query);
		len = make_answer(server->answer, query, &wire);
		send_answer(fd, server->answer, wire, len);
		LDNS_FREE(wire);
		ldns_pkt_free(query);
	}
	close(fd);
	return NULL;
}

static int
listen_on(struct live *live)
{
	struct sockaddr_in *at = &live->resolver.v4;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	live->resolver.len = sizeof(*at);
	*at =
	    (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_int_equal(bind(fd, &live->resolver.any, sizeof(*at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(
	    getsockname(fd, &live->resolver.any, &(socklen_t){sizeof(live->resolver.v6)}), 0);
	return fd;
}

/* --- The client --- */

static struct service
service_of_mail(void)
{
	struct service service = {.n = 7}; /* what the zone's text said does not count */
	ldns_rdf *owner = ldns_dname_new_frm_str(OWNER);

	service.owner.len = (uint8_t)ldns_rdf_size(owner);
	memcpy(service.owner.wire, ldns_rdf_data(owner), service.owner.len);
	ldns_rdf_deep_free(owner);
	return service;
}

static void
check(const struct answer *answer, const struct service *service)
{
	static const uint8_t first[] = {3, 1, 1, 0xab};
	bool good = answer->no_records
			? service->no_records && strstr(service->no_records, answer->no_records)
			: !service->no_records;

	if (!good)
		print_error("answer %td: %s, not %s\n", answer - answers,
		    service->no_records ? service->no_records : "-",
		    answer->no_records ? answer->no_records : "-");
	assert_true(good);
	assert_int_equal(service->n, answer->n);
	if (answer->n > 0) {
		assert_int_equal(service->rdata[0].len, 35);
		assert_memory_equal(service->rdata[0].data, first, sizeof(first));
	}
}

static void
forged_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(answers); i++) {
		struct live live = {
		    .timeout_ms = answers[i].how & (SILENT | RESTLESS) ? 50 : 20000};
		struct server server = {listen_on(&live), &answers[i], false};
		struct service service = service_of_mail();
		pthread_t thread;

		assert_int_equal(pthread_create(&thread, NULL, serve, &server), 0);
		live_records(&live, &service);
		pthread_join(thread, NULL);
		close(server.fd);
		assert_false(server.asked_ill);
		check(&answers[i], &service);
		arena_free(&service.a);
	}
}

/* Where nobody listens. */
static void
no_resolver(void **state)
{
	struct live live = {.timeout_ms = 20000};
	struct service service = service_of_mail();

	(void)state;
	close(listen_on(&live));
	live_records(&live, &service);
	assert_string_equal(
	    service.no_records, "the resolver does not answer by TCP: Connection refused");
	assert_int_equal(service.n, 0);
	arena_free(&service.a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forged_answers),
	    cmocka_unit_test(no_resolver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
