#include "probe/live.h"

#include "probe/query.h"

#include <arpa/inet.h>

enum { DNS_PORT = 53, N_TLSA_RDFS = 4, ALIASES_MOST = 16 };

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

static bool
is_record(const ldns_rr *rr, const ldns_rdf *owner, ldns_rr_type type)
{
	return ldns_rr_get_type(rr) == type && ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN &&
	       ldns_dname_compare(ldns_rr_owner(rr), owner) == 0;
}

static const ldns_rdf *
alias_of(const ldns_rr_list *all, const ldns_rdf *owner)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(all); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(all, i);

		if (is_record(rr, owner, LDNS_RR_TYPE_CNAME) && ldns_rr_rd_count(rr) == 1)
			return ldns_rr_rdf(rr, 0);
	}
	return NULL;
}

/* Where the aliases end that begin at `owner` (RFC 7671 section 7); NULL: nowhere. */
static const ldns_rdf *
end_of_aliases(const ldns_rr_list *all, const ldns_rdf *owner)
{
	for (int i = 0; i <= ALIASES_MOST; i++) {
		const ldns_rdf *target = alias_of(all, owner);

		if (!target)
			return owner;
		owner = target;
	}
	return NULL;
}

/* Takes the RRset that answers; other records of the answer say nothing of the service. */
static void
take_records(struct service *service, const ldns_rr_list *all, const ldns_rdf *owner)
{
	size_t n = ldns_rr_list_rr_count(all);

	owner = end_of_aliases(all, owner);
	service->rdata = arena_alloc(&service->a, (n + 1) * sizeof(*service->rdata));
	for (size_t i = 0; i < n && owner; i++) {
		const ldns_rr *rr = ldns_rr_list_rr(all, i);

		if (is_record(rr, owner, LDNS_RR_TYPE_TLSA) && ldns_rr_rd_count(rr) == N_TLSA_RDFS)
			service->rdata[service->n++] = rdata_of(&service->a, rr);
	}
}

/* Returns NULL, or why no records count. */
static const char *
take(struct service *service, const ldns_pkt *answer, const ldns_rdf *owner)
{
	switch (ldns_pkt_get_rcode(answer)) {
	case LDNS_RCODE_NOERROR:
		take_records(service, ldns_pkt_answer(answer), owner);
		if (service->n > 0)
			return ldns_pkt_ad(answer)
				   ? NULL
				   : "the resolver does not call its TLSA records authentic";
		return "the resolver knows no TLSA records of it";
	case LDNS_RCODE_NXDOMAIN:
		return "the resolver knows no TLSA records of it";
	case LDNS_RCODE_SERVFAIL:
		return "the resolver fails to get or to validate its TLSA records (SERVFAIL), and "
		       "so do clients, which then do not go on";
	default:
		return "the resolver refuses to answer";
	}
}

static const char *
ask(const struct live *live, struct service *service, const ldns_rdf *owner)
{
	const struct query query = {.server = &live->resolver.any,
	    .server_len = live->resolver.len,
	    .timeout_ms = live->timeout_ms,
	    .owner = owner,
	    .type = LDNS_RR_TYPE_TLSA,
	    .flags = LDNS_RD | LDNS_AD,
	    .dnssec = true};
	ldns_pkt *answer;
	const char *why;

	if (query_ask(&service->a, &query, &answer, &why) < 0)
		return arena_printf(&service->a, "the resolver %s", why);
	why = take(service, answer, owner);
	ldns_pkt_free(answer);
	return why;
}

void
live_records(const struct live *live, struct service *service)
{
	ldns_rdf *owner =
	    ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, service->owner.len, service->owner.wire);

	service->n = 0;
	service->no_records =
	    owner ? ask(live, service, owner) : "the resolver cannot be asked about it";
	if (service->no_records)
		service->n = 0;
	ldns_rdf_deep_free(owner);
}
