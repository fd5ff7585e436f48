#define _GNU_SOURCE
#include "project/servers.h"

#include <ldns/ldns.h>
#include <netdb.h>
#include <sys/socket.h>

enum { TIMEOUT_S = 2, TRIES = 2, UDP_SIZE = 1232 };

static ldns_rdf *
address_rdf(const struct addrinfo *address)
{
	const void *data = address->ai_addr;

	if (address->ai_family == AF_INET)
		return ldns_rdf_new_frm_data(
		    LDNS_RDF_TYPE_A, 4, &((const struct sockaddr_in *)data)->sin_addr);
	if (address->ai_family == AF_INET6)
		return ldns_rdf_new_frm_data(
		    LDNS_RDF_TYPE_AAAA, 16, &((const struct sockaddr_in6 *)data)->sin6_addr);
	return NULL;
}

/* NULL where the address is of no family that ldns knows. */
static ldns_resolver *
resolver_of(const struct addrinfo *address, uint16_t port)
{
	ldns_resolver *resolver = ldns_resolver_new();
	ldns_rdf *rdf = address_rdf(address);
	ldns_status status = LDNS_STATUS_ERR;

	if (resolver && rdf) {
		ldns_resolver_set_port(resolver, port);
		ldns_resolver_set_recursive(resolver, false);
		ldns_resolver_set_timeout(resolver, (struct timeval){.tv_sec = TIMEOUT_S});
		ldns_resolver_set_retry(resolver, TRIES);
		ldns_resolver_set_edns_udp_size(resolver, UDP_SIZE);
		ldns_resolver_set_fallback(resolver, true);
		status = ldns_resolver_push_nameserver(resolver, rdf);
	}
	ldns_rdf_deep_free(rdf);
	if (status == LDNS_STATUS_OK)
		return resolver;
	ldns_resolver_deep_free(resolver);
	return NULL;
}

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
	return ldns_pkt_tc(answer) ? "its answer is cut short, by TCP too" : NULL;
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
ask_address(struct arena *a, const struct addrinfo *address, uint16_t port, const char *owner,
    struct pins *out)
{
	ldns_resolver *resolver = resolver_of(address, port);
	ldns_rdf *name = ldns_dname_new_frm_str(owner);
	ldns_pkt *answer = NULL;
	const char *why = "it does not answer";

	if (resolver && name &&
	    ldns_resolver_query_status(&answer, resolver, name, LDNS_RR_TYPE_TLSA, LDNS_RR_CLASS_IN,
		0) == LDNS_STATUS_OK &&
	    answer)
		why = fault_of(answer);
	if (!why)
		read_answer(a, answer, name, out);
	ldns_pkt_free(answer);
	ldns_rdf_deep_free(name);
	if (resolver)
		ldns_resolver_deep_free(resolver);
	return why;
}

int
server_ask(struct arena *a, const struct project_server *server, const char *owner,
    struct pins *out, const char **why)
{
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *addresses = NULL;
	int error = getaddrinfo(server->host, NULL, &hints, &addresses);

	*out = (struct pins){0};
	*why = error ? gai_strerror(error) : "it has no address";
	for (const struct addrinfo *at = addresses; at && *why; at = at->ai_next)
		*why = ask_address(a, at, server->port, owner, out);
	if (addresses)
		freeaddrinfo(addresses);
	return *why ? -1 : 0;
}
