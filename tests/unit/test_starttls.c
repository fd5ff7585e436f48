#define _GNU_SOURCE
#include "unit.h"

#include "base/view.h"
#include "probe/starttls.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

/* A server on the other end of a socket pair: says its lines in turn, each once it was asked. */
struct server {
	int fd;
	size_t piece;             /* octets that it sends at a time; 0: all */
	const char *const *turns; /* what it says; ended by NULL */
	const char *heard[8];     /* ahead of each */
	char data[4096];
};

#define NUL "\a" /* is sent as an octet 0 */

static void
send_pieces(const struct server *server, const char *text)
{
	size_t len = strlen(text), piece = server->piece ? server->piece : len;
	char *octets = malloc(len + 1);

	for (size_t i = 0; i < len; i++)
		octets[i] = text[i] == *NUL ? '\0' : text[i];
	for (size_t at = 0; at < len; at += piece)
		if (send(server->fd, octets + at, len - at < piece ? len - at : piece,
			MSG_NOSIGNAL) < 0)
			break;
	free(octets);
}

/* All that the client says until `n` octets were heard; false if it closes. */
static bool
hear(struct server *server, size_t *len)
{
	ssize_t n = recv(server->fd, server->data + *len, sizeof(server->data) - 1 - *len, 0);

	*len += n > 0 ? (size_t)n : 0;
	server->data[*len] = '\0';
	return n > 0;
}

static void *
serve(void *ctx)
{
	struct server *server = ctx;
	size_t len = 0, turn = 0;

	for (; server->turns[turn]; turn++) {
		size_t from = len;

		/* A turn that begins with '!' comes without being asked for. */
		if (server->turns[turn][0] != '!' && !hear(server, &len))
			break;
		server->heard[turn] = server->data + from;
		send_pieces(server, server->turns[turn] + (server->turns[turn][0] == '!'));
	}
	shutdown(server->fd, SHUT_WR);
	while (len < sizeof(server->data) - 1 && hear(server, &len))
		;
	return NULL;
}

struct outcome {
	enum starttls_result result;
	char why[400];
	char said[4096]; /* by the client */
};

static void
talk(uint16_t port, const char *const *turns, size_t piece, struct outcome *out)
{
	int fds[2];
	struct server server = {.turns = turns, .piece = piece};
	struct arena a = {0};
	struct stream stream;
	pthread_t thread;
	const char *why;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	server.fd = fds[1];
	stream = stream_of(fds[0], 5000);
	assert_int_equal(pthread_create(&thread, NULL, serve, &server), 0);
	out->result = starttls_run(&a, starttls_of_port(port), &stream, "mail.example.org", &why);
	snprintf(out->why, sizeof(out->why), "%s", why ? why : "");
	stream_close(&stream);
	pthread_join(thread, NULL);
	close(fds[1]);
	snprintf(out->said, sizeof(out->said), "%s", server.data);
	arena_free(&a);
}

#define TURNS(...)                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

#define STREAM                                                                                     \
	"<?xml version='1.0'?>\n<stream:stream id='1' from='example.org' version='1.0' "           \
	"xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
#define OFFER_TLS                                                                                  \
	"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/>"           \
	"</starttls></stream:features>"

static const struct {
	uint16_t port;
	const char *const *turns;
	enum starttls_result result;
	const char *part; /* of what was said, or why not */
} rows[] = {
    /* SMTP */
    {25,
	TURNS("!220 mail.example.org ESMTP\r\n", "250-mail\r\n250-SIZE 1\r\n250 STARTTLS\r\n",
	    "220 go\r\n"),
	STARTTLS_READY, "STARTTLS\r\n"},
    {587, TURNS("!220-one\r\n220-two\r\n220 three\r\n", "250-STARTTLS\r\n250 OK\r\n", "220\r\n"),
	STARTTLS_READY, "EHLO "},
    {25, TURNS("!220 a\n", "250-mail\n250-starttls\n250 8BITMIME\n", "220-x\n220 go\n"),
	STARTTLS_READY, "STARTTLS\r\n"},
    {25, TURNS("!220 a\r\n", "250-mail\r\n250 SIZE\r\n"), STARTTLS_REFUSED, "not offer"},
    {25, TURNS("!220 a\r\n", "250-mail\r\n250-STARTTLSX\r\n250 XSTARTTLS\r\n"), STARTTLS_REFUSED,
	"not offer"},
    {25, TURNS("!220 a\r\n", "250 STARTTLS\r\n", "454 4.7.0 TLS not available\r\n"),
	STARTTLS_REFUSED, "\"454 4.7.0 TLS not available\""},
    {25, TURNS("!554 go away\r\n"), STARTTLS_REFUSED, "\"554 go away\""},
    {25, TURNS("!220 a\r\n", "502 what?\r\n"), STARTTLS_REFUSED, "502"},
    {25, TURNS("!HTTP/1.1 400 Bad Request\r\n"), STARTTLS_REFUSED, "HTTP"},
    {25, TURNS("!\001\002\003\n"), STARTTLS_REFUSED, "\\001\\002\\003"},
    {25, TURNS("!22\r\n"), STARTTLS_REFUSED, "\"22\""},
    {25, TURNS("!2200 a\r\n"), STARTTLS_REFUSED, "2200"},
    {25, TURNS("!220 a\r\n", "250-mail\r\n250-ST"), STARTTLS_FAILED, "closed"},
    {25, TURNS("!"), STARTTLS_FAILED, "closed"},
    {25, TURNS("!220 a\r\n", "250 STARTTLS\r\n", "220 go\r\n250 injected\r\n"), STARTTLS_REFUSED,
	"plaintext"},
    {25, TURNS("!220 a\r\n", "250 STARTTLS\r\n", "220 go\r\nx"), STARTTLS_REFUSED, "plaintext"},
    {25, TURNS("!220 a\r\n", "250 STARTTLS\r\n", "220 go\r\n" NUL), STARTTLS_REFUSED, "plaintext"},
    {25, TURNS("!220 a\r\n", "250 STARTTLS\r\n", "220 go\n\n"), STARTTLS_REFUSED, "plaintext"},
    {25, TURNS("!220 a\r\n", "250 STARTTLS\r\n", "220 go\r\n\026\003\003"), STARTTLS_REFUSED,
	"plaintext"},
    {25, TURNS("!220 a\r\n250 STARTTLS\r\n", "220 go\r\n"), STARTTLS_REFUSED, "plaintext"},
    {25, TURNS("!220 a\r\n", "250 STARTTLS\r\n220 go\r\n"), STARTTLS_REFUSED, "plaintext"},
    {25, TURNS("!220" NUL "a\r\n"), STARTTLS_REFUSED, "\"220\\000a\""},
    {25, TURNS("!" NUL NUL NUL "\r\n"), STARTTLS_REFUSED, "\\000\\000\\000"},
    {25, TURNS("!220 a\r\n", "250-STARTTLS" NUL "\r\n250 OK\r\n"), STARTTLS_REFUSED, "not offer"},
    {25, TURNS("!220 a" NUL "b\r\n", "250 STARTTLS\r\n", "220 go\r\n"), STARTTLS_READY, "STARTTLS"},
    {25, TURNS("!220-a\r\n250 b\r\n"), STARTTLS_REFUSED, "250 b"},
    {25, TURNS("!220-a\r\n\r\n220 b\r\n"), STARTTLS_REFUSED, "\"\""},
    {25, TURNS("!220 a\r\n", "250-a\r\n220 b\r\n"), STARTTLS_REFUSED, "220 b"},
    {25, TURNS("!220 a\r220 b\r"), STARTTLS_FAILED, "closed"},
    /* IMAP */
    {143, TURNS("!* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n", "a OK begin\r\n"),
	STARTTLS_READY, "a STARTTLS\r\n"},
    {143, TURNS("!* OK hello\r\n", "* CAPABILITY IMAP4rev1\r\n* 1 EXISTS\r\nA ok\r\n"),
	STARTTLS_READY, "a STARTTLS\r\n"},
    {143, TURNS("!* OK hello\r\n", "a NO not now\r\n"), STARTTLS_REFUSED, "a NO not now"},
    {143, TURNS("!* OK hello\r\n", "a BAD what\r\n"), STARTTLS_REFUSED, "a BAD"},
    {143, TURNS("!* PREAUTH welcome\r\n"), STARTTLS_REFUSED, "PREAUTH"},
    {143, TURNS("!* BYE full\r\n"), STARTTLS_REFUSED, "BYE full"},
    {143, TURNS("!* OK hello\r\n", "* BYE full\r\n"), STARTTLS_REFUSED, "BYE full"},
    {143, TURNS("!* OK hello\r\n", "a OK begin\r\n* OK injected\r\n"), STARTTLS_REFUSED,
	"plaintext"},
    {143, TURNS("!* OK hello\r\n* CAPABILITY IMAP4rev1\r\n", "a OK begin\r\n"), STARTTLS_READY,
	"a STARTTLS\r\n"},
    {143, TURNS("!* OK hello\r\n", "+ go on\r\n"), STARTTLS_REFUSED, "+ go on"},
    {143, TURNS("!* OK hello\r\n", "b OK begin\r\n"), STARTTLS_REFUSED, "b OK"},
    {143, TURNS("!* OK hello\r\n", "a OK" NUL "begin\r\n"), STARTTLS_REFUSED, "a OK\\000"},
    /* POP3 */
    {110, TURNS("!+OK hello\r\n", "+OK begin\r\n"), STARTTLS_READY, "STLS\r\n"},
    {110, TURNS("!+OK hello\r\n", "+OK\r\n"), STARTTLS_READY, "STLS\r\n"},
    {110, TURNS("!+OK hello\r\n", "-ERR no\r\n"), STARTTLS_REFUSED, "-ERR no"},
    {110, TURNS("!-ERR busy\r\n"), STARTTLS_REFUSED, "-ERR busy"},
    {110, TURNS("!+OK hello\r\n", "+OK begin\r\n+OK injected\r\n"), STARTTLS_REFUSED, "plaintext"},
    {110, TURNS("!+OK hello\r\n+OK begin\r\n"), STARTTLS_REFUSED, "plaintext"},
    {110, TURNS("!+OKAY\r\n"), STARTTLS_REFUSED, "+OKAY"},
    {110, TURNS("!+OK" NUL "\r\n"), STARTTLS_REFUSED, "+OK\\000"},
    /* ManageSieve */
    {4190,
	TURNS("!\"IMPLEMENTATION\" \"x\"\r\n\"SIEVE\" \"fileinto\"\r\n\"STARTTLS\"\r\nOK\r\n",
	    "OK \"begin\"\r\n"),
	STARTTLS_READY, "STARTTLS\r\n"},
    {4190, TURNS("!\"IMPLEMENTATION\" \"STARTTLS\"\r\nOK \"ready\"\r\n"), STARTTLS_REFUSED,
	"not offer"},
    {4190, TURNS("!BYE \"full\"\r\n"), STARTTLS_REFUSED, "BYE"},
    {4190, TURNS("!\"STARTTLS\"\r\nOK\r\n", "NO \"later\"\r\n"), STARTTLS_REFUSED, "NO"},
    {4190, TURNS("!\"STARTTLS\"\r\nOK\r\n", "OK\r\n\"SIEVE\"\r\n"), STARTTLS_REFUSED, "plaintext"},
    {4190, TURNS("!\"STARTTLS\"\r\nOK\r\nOK\r\n"), STARTTLS_REFUSED, "plaintext"},
    {4190, TURNS("!\"STARTTLS" NUL "\"\r\nOK\r\n"), STARTTLS_REFUSED, "not offer"},
    /* XMPP */
    {5222, TURNS(STREAM OFFER_TLS, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
	STARTTLS_READY, "to='mail.example.org' version='1.0' xmlns='jabber:client'"},
    {5269, TURNS(STREAM OFFER_TLS, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
	STARTTLS_READY, "xmlns='jabber:server'"},
    {5222, TURNS(STREAM OFFER_TLS, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
	STARTTLS_REFUSED, "<failure"},
    {5222, TURNS(STREAM "<stream:features><bind/></stream:features>"), STARTTLS_REFUSED,
	"not offer"},
    {5222, TURNS(STREAM "<stream:features/>"), STARTTLS_REFUSED, "not offer"},
    {5222, TURNS(STREAM "<stream:error><host-unknown/></stream:error>"), STARTTLS_REFUSED,
	"stream:error"},
    {5222, TURNS(STREAM OFFER_TLS, "<proceed/><iq/>"), STARTTLS_REFUSED, "plaintext"},
    {5222, TURNS(STREAM OFFER_TLS, "<proceed/>\n"), STARTTLS_REFUSED, "plaintext"},
    {5222, TURNS(STREAM OFFER_TLS "\n", "<proceed/>"), STARTTLS_READY, "<starttls"},
    {5222, TURNS(STREAM "<!-- <starttls/> --><stream:features></stream:features>"),
	STARTTLS_REFUSED, "not offer"},
    {5222, TURNS(STREAM "</stream:stream>"), STARTTLS_REFUSED, "</stream:stream>"},
    {5222,
	TURNS(NUL NUL "<" NUL ">"
		      "\033[2J</stream:stream>"),
	STARTTLS_FAILED, "closed"},
};

/* However the server cuts what it says; but what comes too early must be there in time. */
static void
conversations(void **state)
{
	static const size_t pieces[] = {0, 1, 3};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		for (size_t j = 0; j < LENGTH(pieces); j++) {
			struct outcome out;
			const char *text;

			if (pieces[j] && strcmp(rows[i].part, "plaintext") == 0)
				continue;
			talk(rows[i].port, rows[i].turns, pieces[j], &out);
			text = rows[i].result == STARTTLS_READY ? out.said : out.why;
			if (out.result != rows[i].result || !strstr(text, rows[i].part))
				print_error(
				    "%zu (port %u): %d %s\n", i, rows[i].port, out.result, text);
			assert_int_equal(out.result, rows[i].result);
			assert_non_null(strstr(text, rows[i].part));
		}
}

/* A greeting of 1000 lines is a greeting; one without an end is none. */
static void
long_greetings(void **state)
{
	char *greeting = malloc(2 * STARTTLS_LONGEST + 100), *at = greeting;
	struct outcome out;

	(void)state;
	at += sprintf(at, "!");
	for (int i = 0; i < 1000; i++)
		at += sprintf(at, "220-line %d of many, says the server\r\n", i);
	sprintf(at, "220 done\r\n");
	talk(25, TURNS(greeting, "250 STARTTLS\r\n", "220 go\r\n"), 0, &out);
	assert_int_equal(out.result, STARTTLS_READY);
	memset(greeting + 1, 'x', 2 * STARTTLS_LONGEST);
	greeting[2 * STARTTLS_LONGEST] = '\0';
	talk(25, TURNS(greeting), 0, &out);
	assert_int_equal(out.result, STARTTLS_FAILED);
	assert_non_null(strstr(out.why, "more ahead of TLS"));
	for (at = greeting + 1; at + 5 < greeting + 2 * STARTTLS_LONGEST; at += 5)
		memcpy(at, "220-\n", 5);
	talk(25, TURNS(greeting), 0, &out);
	assert_int_equal(out.result, STARTTLS_FAILED);
	assert_non_null(strstr(out.why, "more ahead of TLS"));
	free(greeting);
}

/* Wherever in the conversation the connection ends. */
static void
early_ends(void **state)
{
	static const struct {
		uint16_t port;
		const char *turns[3];
	} dialogues[] = {
	    {25, {"!220 a\r\n", "250 STARTTLS\r\n", "220 go\r\n"}},
	    {143, {"!* OK a\r\n", "a OK go\r\n"}},
	    {110, {"!+OK a\r\n", "+OK go\r\n"}},
	    {4190, {"!\"STARTTLS\"\r\nOK\r\n", "OK go\r\n"}},
	    {5222, {STREAM OFFER_TLS, "<proceed/>"}},
	    {5269, {STREAM OFFER_TLS, "<proceed/>"}},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(dialogues); i++) {
		const char *turns[4] = {NULL};
		size_t n = 0;

		for (; n < 3 && dialogues[i].turns[n]; n++) {
			char *cut = strdup(dialogues[i].turns[n]);

			for (size_t len = strlen(cut); len-- > (*cut == '!');) {
				struct outcome out;

				cut[len] = '\0';
				turns[n] = cut;
				talk(dialogues[i].port, turns, 0, &out);
				assert_int_equal(out.result, STARTTLS_FAILED);
				assert_non_null(strstr(out.why, "closed"));
			}
			free(cut);
			turns[n] = dialogues[i].turns[n];
		}
	}
}

/* An octet now and then keeps no one waiting for longer than a few timeouts. */
static void *
drip(void *ctx)
{
	struct pollfd closed = {.fd = *(int *)ctx, .events = POLLRDHUP};

	while (poll(&closed, 1, 1) == 0)
		send(closed.fd, "x", 1, MSG_NOSIGNAL);
	return NULL;
}

static void
dripping(void **state)
{
	static const uint16_t all[] = {25, 110, 143, 587, 4190, 5222, 5269};

	(void)state;
	for (size_t i = 0; i < LENGTH(all); i++) {
		struct arena a = {0};
		struct stream stream;
		pthread_t thread;
		const char *why;
		int fds[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
		stream = stream_of(fds[0], 20);
		assert_int_equal(pthread_create(&thread, NULL, drip, &fds[1]), 0);
		assert_int_equal(starttls_run(&a, starttls_of_port(all[i]), &stream, "x", &why),
		    STARTTLS_FAILED);
		assert_non_null(strstr(why, "timed out"));
		stream_close(&stream);
		pthread_join(thread, NULL);
		close(fds[1]);
		arena_free(&a);
	}
}

/* A server that says nothing is waited for until the timeout. */
static void
silence(void **state)
{
	struct arena a = {0};
	int fds[2];
	struct stream stream;
	const char *why;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	stream = stream_of(fds[0], 20);
	assert_int_equal(
	    starttls_run(&a, starttls_of_port(25), &stream, "x", &why), STARTTLS_FAILED);
	assert_non_null(strstr(why, "timed out"));
	close(fds[0]);
	close(fds[1]);
	arena_free(&a);
}

/* One that never lets anybody wait is not heard for ever. */
static void
flood(void **state)
{
	struct stream stream;
	char octet = 'x';
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(write(fds[1], "abc", 3), 3);
	stream = stream_of(fds[0], 5000);
	assert_int_equal(stream_read(&stream, &octet, 1), 1);
	assert_false(stream_is_over(&stream));
	stream.end_ms = stream_clock_ms();
	assert_true(stream_is_over(&stream));
	errno = 0;
	assert_int_equal(stream_read(&stream, &octet, 1), -1);
	assert_int_equal(errno, ETIMEDOUT);
	close(fds[0]);
	close(fds[1]);
}

static void
ports(void **state)
{
	static const struct {
		uint16_t port;
		const char *name; /* NULL: TLS at once */
	} known[] = {{25, "smtp"}, {587, "smtp"}, {465, NULL}, {143, "imap"}, {993, NULL},
	    {110, "pop3"}, {995, NULL}, {443, NULL}, {4190, "sieve"}, {5222, "xmpp-client"},
	    {5269, "xmpp-server"}, {853, NULL}, {1, NULL}, {65535, NULL}};

	(void)state;
	for (size_t i = 0; i < LENGTH(known); i++) {
		const struct starttls *protocol = starttls_of_port(known[i].port);

		assert_int_equal(protocol != NULL, known[i].name != NULL);
		if (protocol)
			assert_string_equal(starttls_name(protocol), known[i].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(conversations),
	    cmocka_unit_test(long_greetings),
	    cmocka_unit_test(early_ends),
	    cmocka_unit_test(dripping),
	    cmocka_unit_test(silence),
	    cmocka_unit_test(flood),
	    cmocka_unit_test(ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
