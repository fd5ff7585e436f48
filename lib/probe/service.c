#define _GNU_SOURCE
#include "probe/service.h"

#include "base/mem.h"
#include "dane/alias.h"
#include "zone/lookup.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>

enum { ALIASES_MOST = 8, PORT_LARGEST = 65535 };

/* --- Names in zones --- */

static const struct store *
zone_of(const struct service_zones *zones, const struct name *name)
{
	const struct store *best = NULL;
	size_t relative;

	for (size_t i = 0; i < zones->n; i++) {
		const struct name *apex = &zones->items[i]->apex;

		if ((!best || apex->len > best->apex.len) &&
		    name_in_zone(name->wire, name->len, apex->wire, apex->len, &relative))
			best = zones->items[i];
	}
	return best;
}

/* What answers for `name` in its zone, unless that delegates it. */
static const struct node *
find_node(const struct store *store, const struct name *name)
{
	struct lookup_key key;

	if (!lookup_key_of(store, name->wire, &key) || lookup_exit(store, &key))
		return NULL;
	return lookup_answer(store, &key);
}

static void
name_set(struct name *name, struct bytes wire)
{
	name->len = (uint8_t)wire.len;
	memcpy(name->wire, wire.data, wire.len);
}

/* The RRset of `type` at `name`, or at the end of the aliases that begin there; `name` becomes that
 * end. */
static struct rrset
follow(const struct service_zones *zones, struct name *name, uint16_t type)
{
	struct rrset none = {NULL, 0, type};

	for (int i = 0; i <= ALIASES_MOST; i++) {
		const struct store *store = zone_of(zones, name);
		const struct node *node = store ? find_node(store, name) : NULL;
		struct rrset rrset = node ? node_rrset(store, node, type) : none;

		if (rrset.n > 0 || !store || !lookup_alias(store, name, name))
			return rrset;
	}
	return none;
}

/* --- Services --- */

/* Reads a label as _25; 0 for "*", -1 for anything else. */
static int
port_of(struct text label)
{
	int port = 0;

	if (text_is(label, "*"))
		return 0;
	if (label.len < 2 || label.len > 6 || label.data[0] != '_' || label.data[1] == '0')
		return -1;
	for (size_t i = 1; i < label.len; i++) {
		if (!ascii_is_digit(label.data[i]))
			return -1;
		port = port * 10 + (label.data[i] - '0');
	}
	return port <= PORT_LARGEST ? port : -1;
}

static bool
is_host(const char *text)
{
	return !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				  "-_.")];
}

static const char *
why_skipped(int port, struct text protocol, const char *host)
{
	if (port == 0)
		return "its port is a wildcard";
	if (!text_is_nocase(protocol, "_tcp"))
		return "only TCP is probed";
	if (*host == '*')
		return "its host is a wildcard";
	return is_host(host) ? NULL : "its host is no host name";
}

/* Is `name` the owner of TLSA records, _port._proto.host? */
static bool
is_owner(const struct name *name, int *port, struct text *protocol)
{
	const uint8_t *wire = name->wire;

	*port = -1;
	if (*wire == 0)
		return false;
	*port = port_of(name_label(wire));
	wire += 1 + *wire;
	*protocol = name_label(wire);
	return *port >= 0 &&
	       (text_is_nocase(*protocol, "_tcp") || text_is_nocase(*protocol, "_udp") ||
		   text_is_nocase(*protocol, "_sctp"));
}

static void
set_records(struct arena *a, struct service *service, struct rrset rrset)
{
	service->rdata = arena_alloc(a, rrset.n * sizeof(*service->rdata));
	service->n = rrset.n;
	service->pos = rrset.records[0].pos;
	for (size_t i = 0; i < rrset.n; i++)
		service->rdata[i] = record_rdata(&rrset.records[i]);
}

/* A service whose owner is there, or is made by the DNAME of the node. */
static bool
read_service(struct arena *a, const struct service_zones *zones, const struct store *store,
    const struct node *node, const struct name *owner, struct service *out)
{
	uint16_t alias = node->flags & NODE_DNAME ? TYPE_DNAME : TYPE_CNAME;
	struct name at = *owner;
	struct text protocol;
	struct rrset rrset;
	const uint8_t *host;
	int port;

	*out = (struct service){.owner = *owner, .zone = &store->apex, .diags = store->diags};
	if ((node->flags & NODE_OCCLUDED) || !is_owner(&out->owner, &port, &protocol))
		return false;
	rrset = follow(zones, &at, TYPE_TLSA);
	if (rrset.n == 0)
		return false;
	set_records(a, out, rrset);
	if (!name_equal(
		at.wire, out->owner.wire)) { /* then the records are of another zone's text */
		out->diags = store->diags;
		out->pos = node_rrset(store, node, alias).records[0].pos;
	}
	host = out->owner.wire + 1 + out->owner.wire[0];
	host += 1 + *host;
	out->owner_text = name_text(a, out->owner.wire);
	out->domain = out->host = name_text(a, host);
	out->port = (uint16_t)port;
	out->skipped = why_skipped(port, protocol, out->host);
	out->protocol = starttls_of_port(out->port);
	return true;
}

/* XMPP servers want to hear the domain that they serve (RFC 6120 section 4.7.2), which an SRV
 * record tells: _xmpp-client._tcp.domain. */
static void
set_domain(
    struct arena *a, struct service *service, const struct store *store, const struct node *node)
{
	struct rrset srv = node_rrset(store, node, TYPE_SRV);
	const char *name = starttls_name(service->protocol), *domain_text;
	const uint8_t *domain;
	struct text label;
	uint8_t wire[NAME_LONGEST];

	if (srv.n == 0)
		return;
	node_wire(store, node, wire);
	label = name_label(wire);
	domain = wire + 1 + *wire;
	if (label.len != 1 + strlen(name) ||
	    !text_is_nocase((struct text){label.data + 1, label.len - 1}, name))
		return;
	domain += 1 + *domain;
	domain_text = name_text(a, domain);
	if (!is_host(domain_text))
		return;                      /* it stands in XML */
	for (size_t i = 0; i < srv.n; i++) { /* RFC 2782: priority, weight, port, target */
		const uint8_t *rdata = srv.records[i].rdata;

		if (read_u16(rdata + 4) == service->port &&
		    strcasecmp(name_text(a, rdata + 6), service->host) == 0)
			service->domain = domain_text;
	}
}

static bool
speaks_xmpp(const struct service *service)
{
	return service->protocol &&
	       strncmp(starttls_name(service->protocol), "xmpp-", strlen("xmpp-")) == 0;
}

static void
set_domains(struct arena *a, const struct service_zones *zones, struct services *services)
{
	for (size_t i = 0; i < services->n; i++) {
		if (!speaks_xmpp(&services->items[i]))
			continue;
		for (size_t z = 0; z < zones->n; z++)
			for (size_t k = 0; k < zones->items[z]->n_nodes; k++)
				set_domain(a, &services->items[i], zones->items[z],
				    &zones->items[z]->nodes[k]);
	}
}

/* Is it just where aliases of other owners lead, as the host has no address? */
static bool
is_name_for_others(const struct service_zones *zones, const struct namings *namings,
    const struct dane_owner *owner)
{
	struct name host = {.len = (uint8_t)name_length(owner->host, NAME_LONGEST)}, end;
	const struct store *store;

	memcpy(host.wire, owner->host, host.len);
	store = zone_of(zones, &host);
	return store && namings_any(namings, owner->wire, NAMING_CNAME) &&
	       !lookup_alias(store, &host, &end) &&
	       !lookup_has_address(store, find_node(store, &host));
}

static void
set_names(struct arena *a, const struct service_zones *zones, struct services *services)
{
	struct namings namings = {0};
	struct dane_owner owner;

	for (size_t i = 0; i < zones->n && services->n > 0; i++)
		namings_add(&namings, zones->items[i]);
	namings_sort(&namings);
	for (size_t i = 0; i < services->n; i++) {
		struct service *service = &services->items[i];

		if (!dane_owner_read(service->owner.wire, &owner))
			continue;
		namings_references(a, &namings, &owner, &service->names);
		if (!service->skipped && is_name_for_others(zones, &namings, &owner))
			service->skipped = "aliases lead to it, and its host has no address";
	}
	namings_end(&namings);
}

static void
find_by_dname(struct arena *a, const struct service_zones *zones, const struct store *store,
    struct services *out, size_t *cap)
{
	struct dane_aliases aliases;

	dane_aliases_begin(&aliases, store);
	for (size_t i = 0; i < aliases.n; i++) {
		const struct dane_alias *alias = &aliases.items[i];
		struct name owner;

		if (!(alias->at->flags & NODE_DNAME))
			continue;
		name_set(
		    &owner, (struct bytes){alias->wire, name_length(alias->wire, NAME_LONGEST)});
		out->items = mem_grow(out->items, out->n, cap, sizeof(*out->items));
		out->n += read_service(a, zones, store, alias->at, &owner, &out->items[out->n]);
	}
	dane_aliases_end(&aliases);
}

void
services_find(struct arena *a, const struct service_zones *zones, struct services *out)
{
	size_t cap = 0;

	*out = (struct services){0};
	for (size_t i = 0; i < zones->n; i++) {
		const struct store *store = zones->items[i];

		for (size_t k = 0; k < store->n_nodes; k++) {
			struct name owner;

			owner.len = (uint8_t)node_wire(store, &store->nodes[k], owner.wire);
			out->items = mem_grow(out->items, out->n, &cap, sizeof(*out->items));
			out->n += read_service(
			    a, zones, store, &store->nodes[k], &owner, &out->items[out->n]);
		}
		find_by_dname(a, zones, store, out, &cap);
	}
	set_domains(a, zones, out);
	set_names(a, zones, out);
}

void
services_free(struct services *services)
{
	for (size_t i = 0; i < services->n; i++)
		arena_free(&services->items[i].a);
	free(services->items);
	*services = (struct services){0};
}

/* --- Addresses --- */

static void
set_port(struct service_address *address, uint16_t port)
{
	if (address->any.sa_family == AF_INET6)
		address->v6.sin6_port = htons(port);
	else
		address->v4.sin_port = htons(port);
}

static void
add_address(struct service *service, const struct service_address *address)
{
	struct service_address *grown =
	    arena_alloc(&service->a, (service->n_addresses + 1) * sizeof(*grown));

	if (service->n_addresses > 0)
		memcpy(grown, service->addresses, service->n_addresses * sizeof(*grown));
	grown[service->n_addresses++] = *address;
	service->addresses = grown;
}

bool
service_detour_fits(const struct service_detour *detour, const struct service *service)
{
	return (!*detour->host || strcasecmp(detour->host, service->host) == 0) &&
	       (!detour->port || detour->port == service->port);
}

static void
add_detours(struct service *service, const struct service_detour *detours, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct service_address to = detours[i].to;
		bool has_port = to.any.sa_family == AF_INET6 ? to.v6.sin6_port : to.v4.sin_port;

		if (!service_detour_fits(&detours[i], service))
			continue;
		if (!has_port)
			set_port(&to, service->port);
		add_address(service, &to);
	}
}

static void
add_records(struct service *service, struct rrset rrset)
{
	for (size_t i = 0; i < rrset.n; i++) {
		struct service_address address = {0};

		if (rrset.type == TYPE_A) {
			address.len = sizeof(address.v4);
			address.v4.sin_family = AF_INET;
			memcpy(&address.v4.sin_addr, rrset.records[i].rdata, 4);
		} else {
			address.len = sizeof(address.v6);
			address.v6.sin6_family = AF_INET6;
			memcpy(&address.v6.sin6_addr, rrset.records[i].rdata, 16);
		}
		set_port(&address, service->port);
		add_address(service, &address);
	}
}

static void
ask_resolver(struct service *service, const struct name *host)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found;
	const char *text = name_text(&service->a, host->wire);
	int error = getaddrinfo(text, NULL, &hints, &found);

	if (error) {
		service->no_address =
		    arena_printf(&service->a, "%s has no address: %s", text, gai_strerror(error));
		return;
	}
	for (const struct addrinfo *at = found; at; at = at->ai_next) {
		struct service_address address = {.len = at->ai_addrlen};

		if (at->ai_addrlen > sizeof(address.v6))
			continue;
		memcpy(&address.v6, at->ai_addr, at->ai_addrlen);
		set_port(&address, service->port);
		add_address(service, &address);
	}
	freeaddrinfo(found);
}

void
service_resolve(struct service *service, const struct service_zones *zones,
    const struct service_detour *detours, size_t n_detours)
{
	static const uint16_t types[] = {TYPE_A, TYPE_AAAA};
	const uint8_t *protocol = service->owner.wire + 1 + service->owner.wire[0];
	const uint8_t *wire = protocol + 1 + *protocol;
	struct name host, at;

	name_set(
	    &host, (struct bytes){wire, (size_t)(service->owner.wire + service->owner.len - wire)});
	add_detours(service, detours, n_detours);
	if (service->n_addresses > 0)
		return;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		at = host;
		add_records(service, follow(zones, &at, types[i]));
	}
	if (service->n_addresses == 0)
		ask_resolver(service, &at);
}

/* --- Text --- */

static int
parse_port(const char *text, uint16_t *port)
{
	char *end;
	unsigned long value = *text ? strtoul(text, &end, 10) : 0;

	*port = (uint16_t)value;
	return !*text || (ascii_is_digit(*text) && !*end && value >= 1 && value <= PORT_LARGEST)
		   ? 0
		   : -1;
}

/* Cuts the port off: behind the last colon. */
static int
cut_port(char *text, uint16_t *port)
{
	char *colon = strrchr(text, ':');

	if (!colon)
		return -1;
	*colon = '\0';
	return parse_port(colon + 1, port);
}

static int
parse_address(char *text, uint16_t port, struct service_address *out)
{
	size_t len = strlen(text);

	*out = (struct service_address){0};
	if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
		text[len - 1] = '\0';
		out->v6.sin6_family = AF_INET6;
		out->len = sizeof(out->v6);
		if (inet_pton(AF_INET6, text + 1, &out->v6.sin6_addr) != 1)
			return -1;
	} else {
		out->v4.sin_family = AF_INET;
		out->len = sizeof(out->v4);
		if (inet_pton(AF_INET, text, &out->v4.sin_addr) != 1)
			return -1;
	}
	set_port(out, port);
	return 0;
}

int
service_detour_parse(struct arena *a, const char *text, struct service_detour *out)
{
	char *from = arena_text(a, text, strlen(text)), *to = strchr(from, '=');
	size_t len;
	uint16_t port;

	if (!to)
		return -1;
	out->text = text;
	*to++ = '\0';
	if (cut_port(from, &out->port) < 0 || cut_port(to, &port) < 0 ||
	    parse_address(to, port, &out->to) < 0)
		return -1;
	len = strlen(from);
	if (len > 0 && from[len - 1] == '.')
		from[len - 1] = '\0';
	out->host = from;
	return is_host(from) ? 0 : -1;
}

const char *
service_address_text(struct arena *a, const struct service_address *address)
{
	char host[INET6_ADDRSTRLEN] = "";

	if (address->any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &address->v6.sin6_addr, host, sizeof(host));
		return arena_printf(a, "[%s]:%u", host, ntohs(address->v6.sin6_port));
	}
	inet_ntop(AF_INET, &address->v4.sin_addr, host, sizeof(host));
	return arena_printf(a, "%s:%u", host, ntohs(address->v4.sin_port));
}
