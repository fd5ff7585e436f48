#define _GNU_SOURCE
#include "unit.h"

#include "project/servers.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <pthread.h>
#include <unistd.h>

#define OWNER "_25._tcp.mail.example.org."
#define HEX "abababababababababababababababababababababababababababababababab"
#define OTHER_HEX "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
#define TLSA OWNER " 60 IN TLSA 3 1 1 " HEX

/* What the server sends, one behind the other. */
struct answer {
	const char *record; /* NULL: none */
	const char *owner;  /* of the question; NULL: the one that was asked */
	bool other_id, no_authority, cut_short, silent;
	ldns_pkt_rcode rcode;
};

static const struct scene {
	bool tcp;
	struct answer answers[3];
	size_t n_answers;
	const char *why; /* a part of it; NULL: there is an answer */
	size_t n;        /* records of it */
	int timeout_ms;  /* 0: long */
} scenes[] = {
    {true, {{.record = TLSA}}, 1, .n = 1},
    {true, {{.record = NULL}}, 1, .n = 0},
    {true, {{.record = NULL, .rcode = LDNS_RCODE_NXDOMAIN}}, 1, .n = 0},
    {true, {{.record = "_25._tcp.other.example.org. 60 IN TLSA 3 1 1 " HEX}}, 1, .n = 0},
    {true, {{.record = TLSA, .other_id = true}}, 1, "it answers another question", .n = 0},
    {true, {{.record = TLSA, .owner = "_25._tcp.other.example.org."}}, 1,
	"it answers another question", .n = 0},
    {true, {{.record = TLSA, .no_authority = true}}, 1, "it is no authority for the zone", .n = 0},
    {true, {{.record = TLSA, .rcode = LDNS_RCODE_SERVFAIL}}, 1, "it cannot serve the zone", .n = 0},
    {true, {{.record = TLSA, .rcode = LDNS_RCODE_REFUSED}}, 1, "it refuses to answer", .n = 0},
    {true, {{.record = TLSA, .cut_short = true}}, 1, "it cuts its answer short", .n = 0},
    /* TCP does not reach it */
    {false, {{.record = TLSA}}, 1, .n = 1},
    {false, {{.record = NULL, .silent = true}, {.record = TLSA}}, 2, .n = 1, .timeout_ms = 1000},
    {false,
	{{.record = OWNER " 60 IN TLSA 3 1 1 " OTHER_HEX, .other_id = true},
	    {.record = OWNER " 60 IN TLSA 3 1 1 " OTHER_HEX,
		.owner = "_25._tcp.other.example.org."},
	    {.record = TLSA}},
	3, .n = 1},
    {false, {{.record = TLSA, .cut_short = true}}, 1, "it cuts its answer short", .n = 0},
    {false, {{.record = TLSA, .other_id = true}, {.record = NULL, .silent = true}}, 2,
	"nor by UDP: Connection timed out", .timeout_ms = 50},
};

struct server {
	int fd;
	const struct scene *scene;
};

static void
push(ldns_pkt *pkt, const char *text)
{
	ldns_rr *rr;

	assert_int_equal(ldns_rr_new_frm_str(&rr, text, 60, NULL, NULL), LDNS_STATUS_OK);
	ldns_pkt_push_rr(pkt, LDNS_SECTION_ANSWER, rr);
}

static size_t
make(const struct answer *answer, const uint8_t *data, size_t len, uint8_t **wire)
{
	ldns_pkt *asked, *pkt;
	ldns_rr *question;
	size_t made;

	assert_int_equal(ldns_wire2pkt(&asked, data, len), LDNS_STATUS_OK);
	assert_false(ldns_pkt_rd(asked));
	question = ldns_rr_clone(ldns_rr_list_rr(ldns_pkt_question(asked), 0));
	if (answer->owner) {
		ldns_rdf_deep_free(ldns_rr_owner(question));
		ldns_rr_set_owner(question, ldns_dname_new_frm_str(answer->owner));
	}
	pkt = ldns_pkt_new();
	ldns_pkt_set_id(pkt, ldns_pkt_id(asked) ^ (answer->other_id ? 1 : 0));
	ldns_pkt_set_qr(pkt, true);
	ldns_pkt_set_aa(pkt, !answer->no_authority);
	ldns_pkt_set_tc(pkt, answer->cut_short);
	ldns_pkt_set_rcode(pkt, (uint8_t)answer->rcode);
	ldns_pkt_push_rr(pkt, LDNS_SECTION_QUESTION, question);
	if (answer->record)
		push(pkt, answer->record);
	assert_int_equal(ldns_pkt2wire(wire, pkt, &made), LDNS_STATUS_OK);
	ldns_pkt_free(pkt);
	ldns_pkt_free(asked);
	return made;
}

static void
serve_tcp(const struct server *server)
{
	int fd = accept(server->fd, NULL, NULL);
	uint8_t data[512], head[2], *wire;
	size_t len;

	assert_int_equal(recv(fd, data, 2, MSG_WAITALL), 2);
	len = (size_t)(data[0] << 8 | data[1]);
	assert_int_equal(recv(fd, data, len, MSG_WAITALL), len);
	len = make(&server->scene->answers[0], data, len, &wire);
	head[0] = (uint8_t)(len >> 8);
	head[1] = (uint8_t)len;
	send(fd, head, 2, MSG_NOSIGNAL);
	send(fd, wire, len, MSG_NOSIGNAL);
	LDNS_FREE(wire);
	close(fd);
}

/* Each silence takes up a question. */
static void
serve_udp(const struct server *server)
{
	struct sockaddr_in from;
	uint8_t data[512], *wire;
	ssize_t n = -1;

	for (size_t i = 0; i < server->scene->n_answers; i++) {
		const struct answer *answer = &server->scene->answers[i];
		size_t len;

		if (n < 0)
			n = recvfrom(server->fd, data, sizeof(data), 0, (struct sockaddr *)&from,
			    &(socklen_t){sizeof(from)});
		if (answer->silent) {
			n = -1;
			continue;
		}
		len = make(answer, data, (size_t)n, &wire);
		sendto(server->fd, wire, len, 0, (struct sockaddr *)&from, sizeof(from));
		LDNS_FREE(wire);
	}
}

static void *
serve(void *ctx)
{
	const struct server *server = ctx;

	if (server->scene->tcp)
		serve_tcp(server);
	else
		serve_udp(server);
	return NULL;
}

static uint16_t
listen_on(struct server *server)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	server->fd = socket(AF_INET, server->scene->tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
	assert_int_equal(bind(server->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	if (server->scene->tcp)
		assert_int_equal(listen(server->fd, 1), 0);
	assert_int_equal(
	    getsockname(server->fd, (struct sockaddr *)&at, &(socklen_t){sizeof(at)}), 0);
	return ntohs(at.sin_port);
}

static void
answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(scenes); i++) {
		struct server server = {.scene = &scenes[i]};
		struct project_server at = {.host = "127.0.0.1", .port = listen_on(&server)};
		struct arena a = {0};
		struct pins pins;
		pthread_t thread;
		const char *why;
		int result;

		assert_int_equal(pthread_create(&thread, NULL, serve, &server), 0);
		result = server_ask(&a, &at, OWNER,
		    scenes[i].timeout_ms ? scenes[i].timeout_ms : 20000, &pins, &why);
		pthread_join(thread, NULL);
		close(server.fd);
		if ((result == 0) != !scenes[i].why ||
		    (why && scenes[i].why && !strstr(why, scenes[i].why)))
			fail_msg("scene %zu: %s", i, why ? why : "an answer");
		assert_int_equal(pins.n, scenes[i].n);
		if (pins.n > 0)
			assert_string_equal(pins.records[0], "3 1 1 " HEX);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(answers)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
