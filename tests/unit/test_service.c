#define _GNU_SOURCE
#include "zone_fixture.h"

#include "probe/service.h"

#define DIGEST "0000000000000000000000000000000000000000000000000000000000000000"

static const char zone_text[] =
    ZONE_HEAD "ns A 192.0.2.53\n"
	      "mail A 192.0.2.25\nmail A 192.0.2.26\nmail AAAA 2001:db8::25\n"
	      "www CNAME web\nweb AAAA 2001:db8::80\n"
	      "loop CNAME pool\npool CNAME loop\n"
	      "imap CNAME i.any\n*.any A 192.0.2.99\n*.any AAAA 2001:db8::99\n"
	      "*.t TLSA 3 1 1 " DIGEST "\n_993._tcp.imap CNAME a.t\n"
	      "_xmpp-client._tcp SRV 0 0 5222 mail\n_xmpp-client._tcp SRV 0 0 5223 web\n"
	      "_xmpp-server._tcp.x'/>y SRV 0 0 5269 mail\n"
	      "@ MX 0 mail\na MX 0 mail\n"
	      "_25._tcp.mail TLSA 3 1 1 " DIGEST "\n_25._tcp.mail TLSA 2 1 1 " DIGEST "\n"
	      "_5222._tcp.mail TLSA 3 1 1 " DIGEST "\n_5269._tcp.mail TLSA 3 1 1 " DIGEST "\n"
	      "_443._TCP.www TLSA 3 1 1 " DIGEST "\n"
	      "_8443._tcp.www CNAME _443._tcp.www\n_8444._tcp.www CNAME www\n"
	      "_465._tcp.mail CNAME _465._tcp.dane\n_465._tcp.dane TLSA 3 1 1 " DIGEST "\n"
	      "_466._tcp.mail CNAME a.d\nd DNAME t\n"
	      "_tcp.mail2 DNAME _by-port\nmail2 A 192.0.2.27\n_25._by-port CNAME a.t\n"
	      "_443._tcp.loop CNAME _443._tcp.pool\n_443._tcp.pool CNAME _443._tcp.loop\n"
	      "_53._udp.ns TLSA 3 1 1 " DIGEST "\n*._tcp.ns TLSA 3 1 1 " DIGEST "\n"
	      "_053._tcp.ns TLSA 3 1 1 " DIGEST "\n_70000._tcp.ns TLSA 3 1 1 " DIGEST "\n"
	      "_53._foo.ns TLSA 3 1 1 " DIGEST "\nns TLSA 3 1 1 " DIGEST "\n"
	      "_853._tcp.n\\(s TLSA 3 1 1 " DIGEST "\n"
	      "child NS ns\n_25._tcp.child TLSA 3 1 1 " DIGEST "\n";

static const struct {
	const char *owner, *host, *domain;
	uint16_t port;
	size_t n;
	const char *protocol; /* NULL: TLS at once */
	const char *skipped;  /* a part of it, or NULL */
	const char *addresses;
} wanted[] = {
    {"_25._tcp.mail.example.org", "mail.example.org", "mail.example.org", 25, 2, "smtp", NULL,
	"192.0.2.25:25 192.0.2.26:25 [2001:db8::25]:25"},
    {"_465._tcp.mail.example.org", "mail.example.org", "mail.example.org", 465, 1, NULL, NULL,
	"192.0.2.25:465 192.0.2.26:465 [2001:db8::25]:465"},
    {"_465._tcp.dane.example.org", "dane.example.org", "dane.example.org", 465, 1, NULL,
	"aliases lead to it", ""},
    {"_466._tcp.mail.example.org", "mail.example.org", "mail.example.org", 466, 1, NULL, NULL,
	"192.0.2.25:466 192.0.2.26:466 [2001:db8::25]:466"}, /* through a DNAME */
    {"_25._tcp.mail2.example.org", "mail2.example.org", "mail2.example.org", 25, 1, "smtp", NULL,
	"192.0.2.27:25"}, /* made by a DNAME */
    {"_5222._tcp.mail.example.org", "mail.example.org", "example.org", 5222, 1, "xmpp-client", NULL,
	"192.0.2.25:5222 192.0.2.26:5222 [2001:db8::25]:5222"},
    {"_5269._tcp.mail.example.org", "mail.example.org", "mail.example.org", 5269, 1, "xmpp-server",
	NULL, "192.0.2.25:5269 192.0.2.26:5269 [2001:db8::25]:5269"},
    {"*._tcp.ns.example.org", "ns.example.org", "ns.example.org", 0, 1, NULL, "port is a wildcard",
	""},
    {"_53._udp.ns.example.org", "ns.example.org", "ns.example.org", 53, 1, NULL, "only TCP", ""},
    {"_853._tcp.n\\(s.example.org", "n\\(s.example.org", "n\\(s.example.org", 853, 1, NULL,
	"no host name", ""},
    {"_993._tcp.imap.example.org", "imap.example.org", "imap.example.org", 993, 1, NULL, NULL,
	"192.0.2.99:993 [2001:db8::99]:993"}, /* of wildcards */
    {"_443._TCP.www.example.org", "www.example.org", "www.example.org", 443, 1, NULL, NULL,
	"[2001:db8::80]:443"},
    {"_8443._tcp.www.example.org", "www.example.org", "www.example.org", 8443, 1, NULL, NULL,
	"[2001:db8::80]:8443"},
};

static const struct service *
find(const struct services *services, const char *owner)
{
	for (size_t i = 0; i < services->n; i++)
		if (strcmp(services->items[i].owner_text, owner) == 0)
			return &services->items[i];
	return NULL;
}

static const char *
addresses_text(struct arena *a, const struct service *service)
{
	const char *text = "";

	for (size_t i = 0; i < service->n_addresses; i++)
		text = arena_printf(a, "%s%s%s", text, *text ? " " : "",
		    service_address_text(a, &service->addresses[i]));
	return text;
}

static void
services_of_a_zone(void **state)
{
	struct zone_fixture f;
	struct arena a = {0};
	struct services services;
	const struct store *store = &f.store;
	const struct service_zones zones = {&store, 1};

	(void)state;
	zone_read_good(&f, zone_text);
	services_find(&a, &zones, &services);
	for (size_t i = 0; i < LENGTH(wanted); i++) {
		const struct service *service = find(&services, wanted[i].owner);

		assert_non_null(service);
		assert_string_equal(service->host, wanted[i].host);
		assert_string_equal(service->domain, wanted[i].domain);
		assert_int_equal(service->port, wanted[i].port);
		assert_int_equal(service->n, wanted[i].n);
		assert_int_equal(service->protocol != NULL, wanted[i].protocol != NULL);
		if (service->protocol)
			assert_string_equal(starttls_name(service->protocol), wanted[i].protocol);
		assert_int_equal(service->skipped != NULL, wanted[i].skipped != NULL);
		if (service->skipped)
			assert_non_null(strstr(service->skipped, wanted[i].skipped));
		else
			service_resolve(&services.items[service - services.items], &zones, NULL, 0);
		assert_string_equal(addresses_text(&a, service), wanted[i].addresses);
	}
	assert_int_equal(services.n, LENGTH(wanted)); /* a circle of aliases leads to none */
	services_free(&services);
	arena_free(&a);
	zone_free(&f);
}

/* The names that its clients know: hosts, then domains. */
static const char *
names_text(struct arena *a, const struct service *service)
{
	const struct references *names = &service->names;
	const char *text = "";

	for (size_t i = 0; i < names->n_hosts; i++)
		text = arena_printf(a, "%s%s ", text, names->hosts[i]);
	text = arena_printf(a, "%s|", text);
	for (size_t i = 0; i < names->n_domains; i++)
		text = arena_printf(a, "%s %s", text, names->domains[i]);
	return text;
}

static void
names_of_services(void **state)
{
	static const struct {
		const char *owner, *names;
	} by[] = {
	    {"_25._tcp.mail.example.org", "mail.example.org | example.org a.example.org"},
	    {"_5222._tcp.mail.example.org", "mail.example.org | example.org"},
	    {"_5269._tcp.mail.example.org", "mail.example.org | x'/>y.example.org"},
	    {"_443._TCP.www.example.org", "www.example.org |"},
	};
	struct zone_fixture f;
	struct arena a = {0};
	struct services services;
	const struct store *store = &f.store;
	const struct service_zones zones = {&store, 1};

	(void)state;
	zone_read_good(&f, zone_text);
	services_find(&a, &zones, &services);
	for (size_t i = 0; i < LENGTH(by); i++)
		assert_string_equal(names_text(&a, find(&services, by[i].owner)), by[i].names);
	services_free(&services);
	arena_free(&a);
	zone_free(&f);
}

static const struct {
	const char *text;
	const char *host; /* NULL: it is none */
	uint16_t port;
	const char *to;
} detours[] = {
    {"mail.example.org:25=127.0.0.1:2525", "mail.example.org", 25, "127.0.0.1:2525"},
    {"mail.example.org.:25=[::1]:2525", "mail.example.org", 25, "[::1]:2525"},
    {":=127.0.0.1:2525", "", 0, "127.0.0.1:2525"},
    {":443=127.0.0.1:", "", 443, "127.0.0.1:0"},
    {"mail:=[2001:db8::1]:65535", "mail", 0, "[2001:db8::1]:65535"},
    {"", NULL, 0, NULL},
    {"mail.example.org", NULL, 0, NULL},
    {"mail=127.0.0.1:25", NULL, 0, NULL},
    {"mail:25=127.0.0.1", NULL, 0, NULL},
    {"mail:25=", NULL, 0, NULL},
    {"mail:25=:25", NULL, 0, NULL},
    {"mail:25=localhost:25", NULL, 0, NULL},
    {"mail:25=::1:25", NULL, 0, NULL},
    {"mail:25=[127.0.0.1]:25", NULL, 0, NULL},
    {"mail:25=[::1:25", NULL, 0, NULL},
    {"mail:0=127.0.0.1:25", NULL, 0, NULL},
    {"mail:65536=127.0.0.1:25", NULL, 0, NULL},
    {"mail:25=127.0.0.1:65536", NULL, 0, NULL},
    {"mail:-1=127.0.0.1:25", NULL, 0, NULL},
    {"mail:+25=127.0.0.1:25", NULL, 0, NULL},
    {"mail:2 5=127.0.0.1:25", NULL, 0, NULL},
    {"ma il:25=127.0.0.1:25", NULL, 0, NULL},
};

static void
detours_of_the_command_line(void **state)
{
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(detours); i++) {
		struct service_detour detour;
		int result = service_detour_parse(&a, detours[i].text, &detour);

		if (result != (detours[i].host ? 0 : -1))
			print_error("%s\n", detours[i].text);
		assert_int_equal(result, detours[i].host ? 0 : -1);
		if (result < 0)
			continue;
		assert_string_equal(detour.host, detours[i].host);
		assert_int_equal(detour.port, detours[i].port);
		assert_string_equal(service_address_text(&a, &detour.to), detours[i].to);
	}
	arena_free(&a);
}

/* A detour takes the place of all addresses of the services that it fits. */
static void
detours_of_services(void **state)
{
	static const struct {
		const char *detour, *addresses;
	} rows[] = {
	    {"MAIL.example.org:25=127.0.0.1:2525", "127.0.0.1:2525"},
	    {"mail.example.org:=127.0.0.1:", "127.0.0.1:25"},
	    {":=[::1]:1", "[::1]:1"},
	    {"mail.example.org:465=127.0.0.1:1", "192.0.2.25:25 192.0.2.26:25 [2001:db8::25]:25"},
	    {"web.example.org:25=127.0.0.1:1", "192.0.2.25:25 192.0.2.26:25 [2001:db8::25]:25"},
	};
	struct zone_fixture f;
	struct arena a = {0};
	const struct store *store = &f.store;
	const struct service_zones zones = {&store, 1};

	(void)state;
	zone_read_good(&f, zone_text);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct services services;
		struct service_detour detour;
		size_t at;

		services_find(&a, &zones, &services);
		at = (size_t)(find(&services, "_25._tcp.mail.example.org") - services.items);
		assert_int_equal(service_detour_parse(&a, rows[i].detour, &detour), 0);
		service_resolve(&services.items[at], &zones, &detour, 1);
		assert_string_equal(addresses_text(&a, &services.items[at]), rows[i].addresses);
		services_free(&services);
	}
	arena_free(&a);
	zone_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(services_of_a_zone),
	    cmocka_unit_test(names_of_services),
	    cmocka_unit_test(detours_of_the_command_line),
	    cmocka_unit_test(detours_of_services),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}
