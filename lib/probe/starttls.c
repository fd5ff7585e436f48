#define _GNU_SOURCE
#include "probe/starttls.h"

#include "base/buf.h"
#include "source/plain.h"

#include <errno.h>
#include <unistd.h>

enum { STEPS_MOST = 3, REPLIES_MOST = 7 };

enum {
	MORE = 0, /* the answer goes on */
	LAST = 1,
	OFFER = 2,
	REFUSAL = 4,
};

/* What a line means, or in XMPP a tag: the first row counts whose prefix it has, in any case. The
 * end of a line counts as a blank. The last row has the prefix "". */
struct reply {
	const char *prefix;
	unsigned means;
};

struct step {
	const char *send; /* {domain} is the server's, {self} our own name; NULL: nothing */
	char end;         /* of a line or tag */
	bool must_offer;  /* one of the lines is an OFFER */
	struct reply replies[REPLIES_MOST];
};

struct starttls {
	const char *name;
	const char *bye;               /* or NULL */
	bool free_speech;              /* the server may speak ahead of a command */
	struct step steps[STEPS_MOST]; /* up to one without `end` */
};

/* clang-format off */
#define SMTP_220 {{"220-", MORE}, {"220 ", LAST}, {"", REFUSAL}}
#define POP3_OK {{"+OK ", LAST}, {"", REFUSAL}}
#define XMPP_STREAM(namespace) \
	"<?xml version='1.0'?><stream:stream to='{domain}' version='1.0' xmlns='" namespace "' " \
	"xmlns:stream='http://etherx.jabber.org/streams'>"
#define XMPP_FEATURES {{"<starttls", OFFER}, {"</stream:features", LAST}, \
	{"<stream:features/", LAST}, {"</features", LAST}, {"<stream:error", REFUSAL}, \
	{"</stream:stream", REFUSAL}, {"", MORE}}
#define XMPP_STARTTLS "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
#define XMPP_PROCEED {{"<proceed", LAST}, {"<failure", REFUSAL}, {"<stream:error", REFUSAL}, \
	{"</stream:stream", REFUSAL}, {"", MORE}}

static const struct starttls
    smtp = {"smtp", "QUIT\r\n", false, {
	{NULL, '\n', false, SMTP_220},
	{"EHLO {self}\r\n", '\n', true, {{"250-STARTTLS ", OFFER}, {"250 STARTTLS ", OFFER | LAST},
	    {"250-", MORE}, {"250 ", LAST}, {"", REFUSAL}}},
	{"STARTTLS\r\n", '\n', false, SMTP_220}}},
    imap = {"imap", "a LOGOUT\r\n", true, {
	{NULL, '\n', false, {{"* OK ", LAST}, {"", REFUSAL}}},
	{"a STARTTLS\r\n", '\n', false, {{"* BYE ", REFUSAL}, {"* ", MORE}, {"a OK ", LAST},
	    {"", REFUSAL}}}}},
    pop3 = {"pop3", "QUIT\r\n", false, {
	{NULL, '\n', false, POP3_OK},
	{"STLS\r\n", '\n', false, POP3_OK}}},
    sieve = {"sieve", "LOGOUT\r\n", false, {
	{NULL, '\n', true, {{"\"STARTTLS\" ", OFFER}, {"OK ", LAST}, {"NO ", REFUSAL},
	    {"BYE ", REFUSAL}, {"", MORE}}},
	{"STARTTLS\r\n", '\n', false, {{"OK ", LAST}, {"", REFUSAL}}}}},
    xmpp_client = {"xmpp-client", NULL, true, {
	{XMPP_STREAM("jabber:client"), '>', true, XMPP_FEATURES},
	{XMPP_STARTTLS, '>', false, XMPP_PROCEED}}},
    xmpp_server = {"xmpp-server", NULL, true, {
	{XMPP_STREAM("jabber:server"), '>', true, XMPP_FEATURES},
	{XMPP_STARTTLS, '>', false, XMPP_PROCEED}}};
/* clang-format on */

static const struct {
	uint16_t port;
	const struct starttls *protocol;
} ports[] = {
    {25, &smtp},
    {110, &pop3},
    {143, &imap},
    {587, &smtp},
    {4190, &sieve},
    {5222, &xmpp_client},
    {5269, &xmpp_server},
};

const struct starttls *
starttls_of_port(uint16_t port)
{
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (ports[i].port == port)
			return ports[i].protocol;
	return NULL;
}

const char *
starttls_name(const struct starttls *protocol)
{
	return protocol->name;
}

const char *
starttls_bye(const struct starttls *protocol)
{
	return protocol->bye;
}

/* What the server has said so far. */
struct talk {
	struct arena *a;
	struct stream *stream;
	const char *domain;
	char said[STARTTLS_LONGEST];
	size_t len, at; /* of which this much was read */
	const char *why;
};

static enum starttls_result
fail(struct talk *talk, const char *why)
{
	talk->why = why;
	return STARTTLS_FAILED;
}

/* Takes the next line or tag, without blanks around it and its end. */
static bool
take(struct talk *talk, char end, struct text *out)
{
	const char *from = talk->said + talk->at;
	const char *to = memchr(from, end, talk->len - talk->at);

	if (!to)
		return false;
	talk->at = (size_t)(to - talk->said) + 1;
	while (from < to && (*from == ' ' || *from == '\t' || *from == '\r' || *from == '\n'))
		from++;
	while (from < to && to[-1] == '\r')
		to--;
	*out = (struct text){from, (size_t)(to - from)};
	return true;
}

static enum starttls_result
hear(struct talk *talk)
{
	ssize_t n;

	if (talk->len == sizeof(talk->said))
		return fail(talk, "the server says more ahead of TLS than any needs to");
	n = stream_read(talk->stream, talk->said + talk->len, sizeof(talk->said) - talk->len);
	if (n == 0)
		return fail(talk, "the server closed the connection ahead of TLS");
	if (n < 0)
		return fail(
		    talk, arena_printf(talk->a, "no answer ahead of TLS: %s", strerror(errno)));
	talk->len += (size_t)n;
	return STARTTLS_READY;
}

static bool
has_prefix(struct text line, const char *prefix)
{
	for (size_t i = 0; prefix[i]; i++) {
		char c = i < line.len ? line.data[i] : ' ';

		if (i > line.len || ascii_lower((uint8_t)c) != ascii_lower((uint8_t)prefix[i]))
			return false;
	}
	return true;
}

static unsigned
meaning(const struct step *step, struct text line)
{
	const struct reply *reply = step->replies;

	while (!has_prefix(line, reply->prefix))
		reply++;
	return reply->means;
}

/* Quotes the line; in XMPP the reason is behind the tag. */
static enum starttls_result
refused(struct talk *talk, const struct step *step, struct text line)
{
	if (step->end == '>')
		line.len = (size_t)(talk->said + talk->len - line.data);
	talk->why = arena_printf(talk->a, "the server answers \"%s\"", plain_text(talk->a, line));
	return STARTTLS_REFUSED;
}

/* Reads one answer, of any number of lines. */
static enum starttls_result
read_answer(struct talk *talk, const struct step *step)
{
	bool offered = false;
	unsigned means = MORE;
	struct text line;

	while (!(means & LAST)) {
		if (!take(talk, step->end, &line)) {
			enum starttls_result heard = hear(talk);

			if (heard != STARTTLS_READY)
				return heard;
			continue;
		}
		means = meaning(step, line);
		offered = offered || (means & OFFER);
		if (means & REFUSAL)
			return refused(talk, step, line);
	}
	if (offered || !step->must_offer)
		return STARTTLS_READY;
	talk->why = "the server does not offer STARTTLS";
	return STARTTLS_REFUSED;
}

/* Our own name, if it is one that fits a command. */
static const char *
self(struct arena *a)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) < 0 || !*name ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")])
		return "localhost";
	return arena_text(a, name, strlen(name));
}

static enum starttls_result
say(struct talk *talk, const char *pattern)
{
	const struct {
		const char *mark, *text;
	} marks[] = {{"{domain}", talk->domain}, {"{self}", self(talk->a)}};
	struct buf b = {0};
	int sent;

	while (*pattern) {
		size_t i = 0, n = sizeof(marks) / sizeof(marks[0]);

		while (i < n && strncmp(pattern, marks[i].mark, strlen(marks[i].mark)) != 0)
			i++;
		if (i < n)
			buf_puts(&b, marks[i].text);
		else
			buf_putc(&b, *pattern);
		pattern += i < n ? strlen(marks[i].mark) : 1;
	}
	sent = stream_write(talk->stream, b.data, b.len);
	buf_free(&b);
	return sent == 0 ? STARTTLS_READY
			 : fail(talk, "the server closed the connection ahead of TLS");
}

/* Has the server said anything that it was not asked for? */
static bool
is_silent(const struct talk *talk)
{
	char c;

	return talk->at == talk->len && recv(talk->stream->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

/* An answer that is there ahead of its command may be anyone's. */
static enum starttls_result
run_step(struct talk *talk, const struct starttls *protocol, const struct step *step)
{
	enum starttls_result result = STARTTLS_READY;

	if (step->send && !protocol->free_speech && !is_silent(talk)) {
		talk->why = "the server sends in plaintext what it was not asked for";
		return STARTTLS_REFUSED;
	}
	if (step->send)
		result = say(talk, step->send);
	return result == STARTTLS_READY ? read_answer(talk, step) : result;
}

static enum starttls_result
run(struct talk *talk, const struct starttls *protocol)
{
	for (size_t i = 0; i < STEPS_MOST && protocol->steps[i].end; i++) {
		enum starttls_result result = run_step(talk, protocol, &protocol->steps[i]);

		if (result != STARTTLS_READY)
			return result;
	}
	if (is_silent(talk))
		return STARTTLS_READY;
	talk->why = "the server sends more in plaintext behind its answer to STARTTLS";
	return STARTTLS_REFUSED;
}

enum starttls_result
starttls_run(struct arena *a, const struct starttls *protocol, struct stream *stream,
    const char *domain, const char **why)
{
	struct talk *talk = arena_zalloc(a, sizeof(*talk));
	enum starttls_result result;

	talk->a = a;
	talk->stream = stream;
	talk->domain = domain;
	result = run(talk, protocol);
	*why = talk->why;
	return result;
}
