#define _GNU_SOURCE
#include "unit.h"

#include "probe/servers.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
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
    {true, {{.record = TLSA, .rcode = LDNS_RCODE_NXDOMAIN}}, 1, "says that it does not exist",
	.n = 0},
    {true, {{.record = OWNER " 60 CH TLSA 3 1 1 " HEX}}, 1, "records of another class", .n = 0},
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
push(ldns_pkt *pkt, ldns_pkt_section section, const char *text)
{
	ldns_rr *rr;

	assert_int_equal(ldns_rr_new_frm_str(&rr, text, 60, NULL, NULL), LDNS_STATUS_OK);
	ldns_pkt_push_rr(pkt, section, rr);
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
		push(pkt, LDNS_SECTION_ANSWER, answer->record);
	push(pkt, LDNS_SECTION_AUTHORITY, "example.org. 60 IN SOA ns1 hostmaster 1 60 60 60 60");
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
		char host[64];
		struct project_server at = {.host = host};
		struct arena a = {0};
		struct server_answer answer;
		pthread_t thread;
		const char *why;
		int result;

		snprintf(host, sizeof(host), "127.0.0.1:%u", listen_on(&server));
		assert_int_equal(pthread_create(&thread, NULL, serve, &server), 0);
		result = server_ask(&a, &at, OWNER,
		    scenes[i].timeout_ms ? scenes[i].timeout_ms : 20000, &answer, &why);
		pthread_join(thread, NULL);
		close(server.fd);
		if ((result == 0) != !scenes[i].why ||
		    (why && scenes[i].why && !strstr(why, scenes[i].why)))
			fail_msg("scene %zu: %s", i, why ? why : "an answer");
		assert_int_equal(answer.all.n, scenes[i].n);
		assert_int_equal(answer.some.n, scenes[i].n);
		if (answer.all.n > 0)
			assert_string_equal(answer.all.records[0], "3 1 1 " HEX);
		arena_free(&a);
	}
}

/* --- Names with several addresses --- */

/* In place of the C library's: `host` is a list "127.0.0.1:1234 127.0.0.1:1235". */
int
getaddrinfo(
    const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
	struct addrinfo **end = out;

	(void)service;
	(void)hints;
	*out = NULL;
	for (int len; *host; host += len + (host[len] == ' ')) {
		char text[INET_ADDRSTRLEN];
		unsigned port;
		struct addrinfo *info = calloc(1, sizeof(*info));
		struct sockaddr_in *at = calloc(1, sizeof(*at));

		assert_int_equal(sscanf(host, "%15[0-9.]:%u%n", text, &port, &len), 2);
		*at =
		    (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
		assert_int_equal(inet_pton(AF_INET, text, &at->sin_addr), 1);
		*info = (struct addrinfo){.ai_family = AF_INET,
		    .ai_addr = (struct sockaddr *)at,
		    .ai_addrlen = sizeof(*at)};
		*end = info;
		end = &info->ai_next;
	}
	return 0;
}

void
freeaddrinfo(struct addrinfo *info)
{
	while (info) {
		struct addrinfo *next = info->ai_next;

		free(info->ai_addr);
		free(info);
		info = next;
	}
}

#define DEAD "127.0.0.1:1"
#define NO_ROUTE "255.255.255.255:53" /* a datagram to it needs a permission */

static const struct name_scene {
	struct answer answers[2]; /* of a server each, by TCP */
	size_t n_servers;
	const char *others; /* more addresses, ahead of these */
	const char *why;    /* a part of it; NULL: there is an answer */
	size_t all, some;
} name_scenes[] = {
    {{{.record = TLSA}, {.record = TLSA}}, 2, .all = 1, .some = 1},
    {{{.record = TLSA}, {.record = NULL}}, 2, .all = 0, .some = 1},
    {{{.record = NULL}, {.record = TLSA}}, 2, .all = 0, .some = 1},
    {{{.record = TLSA}, {.record = OWNER " 60 IN TLSA 3 1 1 " OTHER_HEX}}, 2, .all = 0, .some = 2},
    {{{.record = TLSA}, {.record = TLSA, .no_authority = true}}, 2,
	.why = "at 127.0.0.1 it is no authority"},
    {{{.record = TLSA}}, 1, .others = NO_ROUTE " ", .all = 1, .some = 1},
    {{{.record = NULL}}, 0, .others = DEAD " " DEAD, .why = "at 127.0.0.1 it does not answer"},
    {{{.record = NULL}}, 0, .others = DEAD, .why = "it does not answer"},
    {{{.record = NULL}}, 0, .others = NO_ROUTE, .why = "no address to which there is a route"},
    {{{.record = NULL}}, 0, .why = "no address to which there is a route"},
};

static void
all_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(name_scenes); i++) {
		const struct name_scene *scene = &name_scenes[i];
		struct scene own[2];
		struct server servers[2];
		pthread_t threads[2];
		char host[200];
		struct project_server at = {.host = host};
		struct server_answer answer;
		struct arena a = {0};
		const char *why;
		int result,
		    len = snprintf(host, sizeof(host), "%s", scene->others ? scene->others : "");

		for (size_t k = 0; k < scene->n_servers; k++) {
			own[k] = (struct scene){.tcp = true, .answers = {scene->answers[k]}};
			servers[k].scene = &own[k];
			len += snprintf(host + len, sizeof(host) - (size_t)len, "127.0.0.1:%u ",
			    listen_on(&servers[k]));
			assert_int_equal(pthread_create(&threads[k], NULL, serve, &servers[k]), 0);
		}
		result = server_ask(&a, &at, OWNER, 20000, &answer, &why);
		for (size_t k = 0; k < scene->n_servers; k++) {
			pthread_join(threads[k], NULL);
			close(servers[k].fd);
		}
		if ((result == 0) != !scene->why || (why && scene->why && !strstr(why, scene->why)))
			fail_msg("scene %zu: %s", i, why ? why : "an answer");
		assert_int_equal(answer.all.n, scene->all);
		assert_int_equal(answer.some.n, scene->some);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers), cmocka_unit_test(all_addresses)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
