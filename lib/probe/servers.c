#define _GNU_SOURCE
#include "probe/servers.h"

#include "probe/query.h"

#include <ldns/ldns.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

/* What is wrong with an answer, or NULL. */
static const char *
fault_of(const ldns_pkt *answer)
{
	ldns_pkt_rcode rcode = ldns_pkt_get_rcode(answer);

	if (rcode == LDNS_RCODE_SERVFAIL)
		return "it cannot serve the zone (SERVFAIL)";
	if (rcode == LDNS_RCODE_REFUSED)
		return "it refuses to answer (REFUSED)";
	if (rcode != LDNS_RCODE_NOERROR && rcode != LDNS_RCODE_NXDOMAIN)
		return "its answer is an error";
	if (!ldns_pkt_aa(answer))
		return "it is no authority for the zone";
	return NULL;
}

static const char *
record_text(struct arena *a, const ldns_rr *rr)
{
	struct buf b = {0};
	const char *text;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(rr, i);

		buf_put(&b, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
	}
	text = fact_record(a, (struct bytes){(const uint8_t *)b.data, b.len});
	buf_free(&b);
	return text;
}

static void
read_answer(struct arena *a, const ldns_pkt *answer, const ldns_rdf *owner, struct pins *out)
{
	ldns_rr_list *list = ldns_pkt_rr_list_by_name_and_type(
	    answer, owner, LDNS_RR_TYPE_TLSA, LDNS_SECTION_ANSWER);
	size_t n = list ? ldns_rr_list_rr_count(list) : 0;

	out->records = arena_alloc(a, n * sizeof(*out->records) + 1);
	for (size_t i = 0; i < n; i++)
		out->records[out->n++] = record_text(a, ldns_rr_list_rr(list, i));
	ldns_rr_list_deep_free(list);
}

/* Returns NULL, or what is wrong. */
static const char *
ask_address(struct arena *a, const struct addrinfo *address, const ldns_rdf *owner, int timeout_ms,
    struct pins *out)
{
	const struct query query = {.server = address->ai_addr,
	    .server_len = address->ai_addrlen,
	    .timeout_ms = timeout_ms,
	    .owner = owner,
	    .type = LDNS_RR_TYPE_TLSA,
	    .udp_too = true};
	ldns_pkt *answer;
	const char *why;

	if (query_ask(a, &query, &answer, &why) < 0)
		return arena_printf(a, "it %s", why);
	why = fault_of(answer);
	if (!why)
		read_answer(a, answer, owner, out);
	ldns_pkt_free(answer);
	return why;
}

/* --- All addresses of a server --- */

static bool
is_routed(const struct addrinfo *address)
{
	int fd = socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool routed = fd >= 0 && connect(fd, address->ai_addr, address->ai_addrlen) == 0;

	if (fd >= 0)
		close(fd);
	return routed;
}

static const char *
address_text(struct arena *a, const struct addrinfo *address)
{
	char host[NI_MAXHOST];

	if (getnameinfo(address->ai_addr, address->ai_addrlen, host, sizeof(host), NULL, 0,
		NI_NUMERICHOST) != 0)
		return "an address";
	return arena_text(a, host, strlen(host));
}

static void
join(struct arena *a, struct server_answer *out, const struct pins *pins, bool first)
{
	struct pins all = {.records = arena_alloc(a, pins->n * sizeof(*all.records) + 1)};
	struct pins some = {
	    .records = arena_alloc(a, (out->some.n + pins->n) * sizeof(*some.records) + 1)};

	for (size_t i = 0; i < out->some.n; i++)
		some.records[some.n++] = out->some.records[i];
	for (size_t i = 0; i < pins->n; i++) {
		if (first || pins_have(&out->all, pins->records[i]))
			all.records[all.n++] = pins->records[i];
		if (!pins_have(&out->some, pins->records[i]))
			some.records[some.n++] = pins->records[i];
	}
	*out = (struct server_answer){all, some};
}

/* Returns NULL, or what is wrong. */
static const char *
ask_addresses(struct arena *a, const struct addrinfo *addresses, const ldns_rdf *owner,
    int timeout_ms, struct server_answer *out)
{
	const char *none = "it has no address to which there is a route";
	bool first = true;

	for (const struct addrinfo *at = addresses; at; at = at->ai_next) {
		struct pins pins = {0};
		const char *why;

		if (!is_routed(at))
			continue;
		why = ask_address(a, at, owner, timeout_ms, &pins);
		if (why)
			return addresses->ai_next
				   ? arena_printf(a, "at %s %s", address_text(a, at), why)
				   : why;
		join(a, out, &pins, first);
		first = false;
	}
	return first ? none : NULL;
}

int
server_ask(struct arena *a, const struct project_server *server, const char *owner, int timeout_ms,
    struct server_answer *out, const char **why)
{
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
	const char *port = arena_printf(a, "%u", server->port);
	struct addrinfo *addresses = NULL;
	int error = getaddrinfo(server->host, port, &hints, &addresses);
	ldns_rdf *name = ldns_dname_new_frm_str(owner);

	*out = (struct server_answer){0};
	*why = error ? gai_strerror(error) : "it cannot be asked";
	if (!error && name)
		*why = ask_addresses(a, addresses, name, timeout_ms, out);
	if (*why)
		*out = (struct server_answer){0};
	if (addresses)
		freeaddrinfo(addresses);
	ldns_rdf_deep_free(name);
	return *why ? -1 : 0;
}
