#include "dane/live.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>

enum { DNS_PORT = 53, TRIES = 2, N_TLSA_RDFS = 4 };

static int
use(struct live *live, const char *host, uint16_t port)
{
	struct service_address *to = &live->resolver;

	*to = (struct service_address){0};
	if (inet_pton(AF_INET, host, &to->v4.sin_addr) == 1) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = htons(port);
		to->len = sizeof(to->v4);
		return 0;
	}
	*to = (struct service_address){0};
	if (inet_pton(AF_INET6, host, &to->v6.sin6_addr) == 1) {
		to->v6.sin6_family = AF_INET6;
		to->v6.sin6_port = htons(port);
		to->len = sizeof(to->v6);
		return 0;
	}
	return -1;
}

static bool
is_loopback(const struct service_address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
	return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static int
use_system(struct diags *diags, struct live *live)
{
	ldns_resolver *system = NULL;
	char *host = NULL;
	int result = -1;

	if (ldns_resolver_new_frm_file(&system, NULL) == LDNS_STATUS_OK &&
	    ldns_resolver_nameserver_count(system) > 0)
		host = ldns_rdf2str(ldns_resolver_nameservers(system)[0]);
	if (!host || use(live, host, DNS_PORT) < 0)
		diag_add(diags, pos_none(), D_RESOLVER, "/etc/resolv.conf names no resolver");
	else if (!is_loopback(&live->resolver))
		diag_add(diags, pos_none(), D_RESOLVER,
		    "the resolver %s of /etc/resolv.conf is not on this machine", host);
	else
		result = 0;
	LDNS_FREE(host);
	ldns_resolver_deep_free(system);
	return result;
}

int
live_begin(struct diags *diags, const char *text, struct live *out)
{
	struct service_detour detour;

	if (!*text)
		return use_system(diags, out);
	if (use(out, text, DNS_PORT) == 0)
		return 0;
	if (service_detour_parse(
		&diags->arena, arena_printf(&diags->arena, ":=%s", text), &detour) < 0)
		return diag_error(diags, pos_none(), D_RESOLVER,
		    "%s is not the address of a resolver: ADDRESS or ADDRESS:PORT", text);
	out->resolver = detour.to;
	return 0;
}

/* --- Asking --- */

static ldns_rdf *
address_rdf(const struct service_address *address)
{
	if (address->any.sa_family == AF_INET6)
		return ldns_rdf_new_frm_data(LDNS_RDF_TYPE_AAAA, 16, &address->v6.sin6_addr);
	return ldns_rdf_new_frm_data(LDNS_RDF_TYPE_A, 4, &address->v4.sin_addr);
}

static ldns_resolver *
resolver_new(const struct live *live)
{
	ldns_resolver *resolver = ldns_resolver_new();
	ldns_rdf *address = address_rdf(&live->resolver);
	struct timeval timeout = {.tv_sec = live->timeout_s};

	if (!resolver || !address ||
	    ldns_resolver_push_nameserver(resolver, address) != LDNS_STATUS_OK) {
		ldns_rdf_deep_free(address);
		ldns_resolver_deep_free(resolver);
		return NULL;
	}
	ldns_rdf_deep_free(address);
	ldns_resolver_set_port(
	    resolver, ntohs(live->resolver.any.sa_family == AF_INET6 ? live->resolver.v6.sin6_port
								     : live->resolver.v4.sin_port));
	ldns_resolver_set_dnssec(resolver, true);
	ldns_resolver_set_edns_udp_size(resolver, 1232);
	ldns_resolver_set_timeout(resolver, timeout);
	ldns_resolver_set_retry(resolver, TRIES);
	return resolver;
}

static ldns_pkt *
ask(const struct live *live, const struct service *service)
{
	ldns_resolver *resolver = resolver_new(live);
	ldns_rdf *owner =
	    ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, service->owner.len, service->owner.wire);
	ldns_pkt *answer = NULL;

	if (resolver && owner)
		answer = ldns_resolver_query(
		    resolver, owner, LDNS_RR_TYPE_TLSA, LDNS_RR_CLASS_IN, LDNS_RD | LDNS_AD);
	ldns_rdf_deep_free(owner);
	ldns_resolver_deep_free(resolver);
	return answer;
}

static struct bytes
rdata_of(struct arena *a, const ldns_rr *rr)
{
	uint8_t *data, *at;
	size_t len = 0;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
		len += ldns_rdf_size(ldns_rr_rdf(rr, i));
	data = at = arena_bytes(a, len);
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(rr, i);

		memcpy(at, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
		at += ldns_rdf_size(rdf);
	}
	return (struct bytes){data, len};
}

static void
take(struct service *service, const ldns_pkt *answer)
{
	const ldns_rr_list *all = ldns_pkt_answer(answer);

	service->n = 0;
	service->rdata =
	    arena_alloc(&service->a, (ldns_rr_list_rr_count(all) + 1) * sizeof(*service->rdata));
	for (size_t i = 0; i < ldns_rr_list_rr_count(all); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(all, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_TLSA &&
		    ldns_rr_rd_count(rr) == N_TLSA_RDFS)
			service->rdata[service->n++] = rdata_of(&service->a, rr);
	}
	if (service->n == 0)
		service->no_records = "the resolver knows no TLSA records of it";
	else if (!ldns_pkt_ad(answer))
		service->no_records = "the resolver does not call its TLSA records authentic";
}

void
live_records(const struct live *live, struct service *service)
{
	ldns_pkt *answer = ask(live, service);
	ldns_pkt_rcode rcode = answer ? ldns_pkt_get_rcode(answer) : LDNS_RCODE_NOERROR;

	if (!answer)
		service->no_records = "the resolver does not answer";
	else if (rcode == LDNS_RCODE_NOERROR || rcode == LDNS_RCODE_NXDOMAIN)
		take(service, answer);
	else
		service->no_records = rcode == LDNS_RCODE_SERVFAIL
					  ? "the resolver fails to get or to validate its TLSA "
					    "records (SERVFAIL)"
					  : "the resolver refuses to answer";
	ldns_pkt_free(answer);
}
