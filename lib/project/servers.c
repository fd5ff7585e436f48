#define _GNU_SOURCE
#include "project/servers.h"

#include "dane/query.h"

#include <ldns/ldns.h>
#include <netdb.h>
#include <sys/socket.h>

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

int
server_ask(struct arena *a, const struct project_server *server, const char *owner, int timeout_ms,
    struct pins *out, const char **why)
{
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
	const char *port = arena_printf(a, "%u", server->port);
	struct addrinfo *addresses = NULL;
	int error = getaddrinfo(server->host, port, &hints, &addresses);
	ldns_rdf *name = ldns_dname_new_frm_str(owner);

	*out = (struct pins){0};
	*why = error ? gai_strerror(error) : "it has no address";
	for (const struct addrinfo *at = addresses; name && at && *why; at = at->ai_next)
		*why = ask_address(a, at, name, timeout_ms, out);
	if (addresses)
		freeaddrinfo(addresses);
	ldns_rdf_deep_free(name);
	return *why ? -1 : 0;
}
