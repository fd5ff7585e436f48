#define _GNU_SOURCE
#include "probe/query.h"

#include "base/view.h"
#include "probe/stream.h"

#include <errno.h>
#include <openssl/rand.h>
#include <unistd.h>

enum { UDP_SIZE = 1232, UDP_TRIES = 2 }; /* RFC 6891 section 6.2.3 wants a size by TCP too */

/* --- By TCP: each message stands behind its length (RFC 1035 section 4.2.2) --- */

static int
send_message(struct arena *a, struct stream *stream, struct bytes asked)
{
	uint8_t *message = arena_bytes(a, 2 + asked.len);

	message[0] = (uint8_t)(asked.len >> 8);
	message[1] = (uint8_t)asked.len;
	memcpy(message + 2, asked.data, asked.len);
	return stream_write(stream, message, 2 + asked.len);
}

static int
read_whole(struct stream *stream, uint8_t *data, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t n = stream_read(stream, data + at, len - at);

		if (n == 0)
			errno = ECONNRESET;
		if (n <= 0)
			return -1;
		at += (size_t)n;
	}
	return 0;
}

static int
read_message(struct arena *a, struct stream *stream, struct bytes *out)
{
	uint8_t len[2], *data;

	if (read_whole(stream, len, sizeof(len)) < 0)
		return -1;
	out->len = read_u16(len);
	out->data = data = arena_bytes(a, out->len + 1);
	return read_whole(stream, data, out->len);
}

static int
by_tcp(struct arena *a, const struct query *query, struct bytes asked, struct bytes *out)
{
	struct stream stream;
	int result;

	if (stream_connect(&stream, query->server, query->server_len, query->timeout_ms) < 0)
		return -1;
	result = send_message(a, &stream, asked);
	if (result == 0)
		result = read_message(a, &stream, out);
	stream_close(&stream);
	return result;
}

/* --- By UDP --- */

static int
connect_udp(struct stream *stream, const struct query *query)
{
	int fd = socket(query->server->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return -1;
	*stream = stream_of(fd, query->timeout_ms);
	if (connect(fd, query->server, query->server_len) == 0)
		return 0;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* Passes over what is no answer: it may be forged, and the true one still come. */
static int
read_datagram(struct arena *a, struct stream *stream, const struct message_question *question,
    struct bytes *out)
{
	uint8_t *data = arena_bytes(a, UDP_SIZE);
	ssize_t n;

	while ((n = stream_read(stream, data, UDP_SIZE)) >= 0) {
		struct arena_mark mark = arena_mark(a);
		struct message message;
		bool is;

		*out = (struct bytes){data, (size_t)n};
		is = message_read(a, *out, &message) == 0 && message_answers(&message, question);
		arena_reset(a, mark);
		if (is)
			return 0;
	}
	return -1;
}

static int
by_udp(struct arena *a, const struct query *query, const struct message_question *question,
    struct bytes asked, struct bytes *out)
{
	struct stream stream;
	int result = -1;

	if (connect_udp(&stream, query) < 0)
		return -1;
	for (int i = 0; result < 0 && i < UDP_TRIES; i++) {
		result = stream_write(&stream, asked.data, asked.len);
		if (result == 0)
			result = read_datagram(a, &stream, question, out);
	}
	stream_close(&stream);
	return result;
}

/* --- The answer --- */

const char *
query_read(struct arena *a, struct bytes wire, const struct message_question *question,
    struct message *out)
{
	if (message_read(a, wire, out) < 0)
		return "sends a malformed answer";
	if (!message_answers(out, question))
		return "answers another question than it was asked";
	return out->flags & MESSAGE_TC ? "cuts its answer short" : NULL;
}

static void
exchange(struct arena *a, const struct query *query, const struct message_question *question,
    struct bytes *got, struct query_answer *out)
{
	struct buf b = {0};
	struct bytes asked;

	message_put_question(&b, question);
	asked = (struct bytes){(const uint8_t *)b.data, b.len};
	out->no_tcp = query->no_tcp;
	if (!out->no_tcp && by_tcp(a, query, asked, got) < 0)
		out->no_tcp = arena_printf(a, "does not answer by TCP: %s", strerror(errno));
	if (out->no_tcp && !query->udp_too)
		out->why = out->no_tcp;
	else if (out->no_tcp && by_udp(a, query, question, asked, got) < 0)
		out->why = arena_printf(a, "%s, nor by UDP: %s", out->no_tcp, strerror(errno));
	out->silent = out->why != NULL;
	buf_free(&b);
}

int
query_ask(struct arena *a, const struct query *query, struct query_answer *out)
{
	struct message_question question = query->question;
	struct bytes got = {0};

	*out = (struct query_answer){0};
	question.udp_size = UDP_SIZE;
	if (RAND_bytes((unsigned char *)&question.id, sizeof(question.id)) != 1) {
		out->why = "cannot be asked";
		return -1;
	}
	exchange(a, query, &question, &got, out);
	if (!out->why)
		out->why = query_read(a, got, &question, &out->message);
	return out->why ? -1 : 0;
}
