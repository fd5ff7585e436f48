#define _GNU_SOURCE
#include "probe/query.h"

#include "base/view.h"
#include "probe/stream.h"

#include <errno.h>
#include <unistd.h>

enum { UDP_SIZE = 1232, UDP_TRIES = 2 }; /* RFC 6891 section 6.2.3 wants a size by TCP too */

static ldns_pkt *
question_new(const struct query *query)
{
	ldns_rdf *owner = ldns_rdf_clone(query->owner);
	ldns_pkt *question =
	    owner ? ldns_pkt_query_new(owner, query->type, LDNS_RR_CLASS_IN, query->flags) : NULL;

	if (!question) {
		ldns_rdf_deep_free(owner);
		return NULL;
	}
	ldns_pkt_set_random_id(question);
	ldns_pkt_set_edns_udp_size(question, UDP_SIZE);
	ldns_pkt_set_edns_do(question, query->dnssec);
	return question;
}

static bool
is_of(const ldns_pkt *answer, const ldns_pkt *question)
{
	const ldns_rr_list *asked = ldns_pkt_question(question), *got = ldns_pkt_question(answer);
	const ldns_rr *a, *b;

	if (!ldns_pkt_qr(answer) || ldns_pkt_id(answer) != ldns_pkt_id(question) ||
	    ldns_pkt_get_opcode(answer) != LDNS_PACKET_QUERY || ldns_rr_list_rr_count(got) != 1)
		return false;
	a = ldns_rr_list_rr(asked, 0);
	b = ldns_rr_list_rr(got, 0);
	return ldns_dname_compare(ldns_rr_owner(a), ldns_rr_owner(b)) == 0 &&
	       ldns_rr_get_type(a) == ldns_rr_get_type(b) &&
	       ldns_rr_get_class(a) == ldns_rr_get_class(b);
}

/* --- By TCP: each message stands behind its length (RFC 1035 section 4.2.2) --- */

static int
send_message(struct arena *a, struct stream *stream, const uint8_t *wire, size_t len)
{
	uint8_t *message = arena_bytes(a, 2 + len);

	message[0] = (uint8_t)(len >> 8);
	message[1] = (uint8_t)len;
	memcpy(message + 2, wire, len);
	return stream_write(stream, message, 2 + len);
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
	out->len = (size_t)(len[0] << 8 | len[1]);
	out->data = data = arena_bytes(a, out->len + 1);
	return read_whole(stream, data, out->len);
}

static int
by_tcp(
    struct arena *a, const struct query *query, const uint8_t *wire, size_t len, struct bytes *out)
{
	struct stream stream;
	int result;

	if (stream_connect(&stream, query->server, query->server_len, query->timeout_ms) < 0)
		return -1;
	result = send_message(a, &stream, wire, len);
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
read_datagram(struct arena *a, struct stream *stream, const ldns_pkt *question, struct bytes *out)
{
	uint8_t *data = arena_bytes(a, UDP_SIZE);
	ssize_t n;

	while ((n = stream_read(stream, data, UDP_SIZE)) >= 0) {
		ldns_pkt *answer = NULL;
		bool is = ldns_wire2pkt(&answer, data, (size_t)n) == LDNS_STATUS_OK &&
			  is_of(answer, question);

		if (answer)
			ldns_pkt_free(answer);
		*out = (struct bytes){data, (size_t)n};
		if (is)
			return 0;
	}
	return -1;
}

static int
by_udp(struct arena *a, const struct query *query, const ldns_pkt *question, const uint8_t *wire,
    size_t len, struct bytes *out)
{
	struct stream stream;
	int result = -1;

	if (connect_udp(&stream, query) < 0)
		return -1;
	for (int i = 0; result < 0 && i < UDP_TRIES; i++) {
		result = stream_write(&stream, wire, len);
		if (result == 0)
			result = read_datagram(a, &stream, question, out);
	}
	stream_close(&stream);
	return result;
}

/* --- The answer --- */

/* What is wrong with an answer to `question`, or NULL. */
static const char *
fault_of(struct bytes wire, const ldns_pkt *question, ldns_pkt **answer)
{
	if (ldns_wire2pkt(answer, wire.data, wire.len) != LDNS_STATUS_OK) {
		*answer = NULL;
		return "sends a malformed answer";
	}
	if (!is_of(*answer, question))
		return "answers another question than it was asked";
	return ldns_pkt_tc(*answer) ? "cuts its answer short" : NULL;
}

static const char *
ask(struct arena *a, const struct query *query, const ldns_pkt *question, ldns_pkt **answer)
{
	struct bytes got = {0};
	uint8_t *wire = NULL;
	size_t len;
	const char *why = NULL;

	if (ldns_pkt2wire(&wire, question, &len) != LDNS_STATUS_OK)
		return "cannot be asked";
	if (by_tcp(a, query, wire, len, &got) < 0)
		why = arena_printf(a, "does not answer by TCP: %s", strerror(errno));
	if (why && query->udp_too)
		why = by_udp(a, query, question, wire, len, &got) < 0
			  ? arena_printf(a, "%s, nor by UDP: %s", why, strerror(errno))
			  : NULL;
	LDNS_FREE(wire);
	return why ? why : fault_of(got, question, answer);
}

int
query_ask(struct arena *a, const struct query *query, ldns_pkt **answer, const char **why)
{
	ldns_pkt *question = question_new(query);

	*answer = NULL;
	*why = question ? ask(a, query, question, answer) : "cannot be asked";
	ldns_pkt_free(question);
	if (!*why)
		return 0;
	ldns_pkt_free(*answer);
	*answer = NULL;
	return -1;
}
