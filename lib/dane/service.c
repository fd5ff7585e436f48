#include "dane/service.h"

#include "dane/verdict.h"
#include "zone/lookup.h"

void
dane_services_begin(struct dane_services *services, const struct store *store)
{
	*services = (struct dane_services){.store = store};
	namings_add(&services->namings, store);
	namings_sort(&services->namings);
	dane_aliases_begin(&services->aliases, store);
}

void
dane_services_end(struct dane_services *services)
{
	namings_end(&services->namings);
	dane_aliases_end(&services->aliases);
	*services = (struct dane_services){0};
}

/* Types by which a name leads to a server. */
static const uint16_t leading[] = {TYPE_A, TYPE_AAAA, TYPE_CNAME, TYPE_HTTPS, TYPE_SVCB};

bool
dane_host_leads(const struct store *store, const struct node *node)
{
	for (size_t i = 0; node && i < sizeof(leading) / sizeof(leading[0]); i++)
		if (lookup_has(store, node, leading[i]))
			return true;
	return false;
}

bool
dane_service_counts(const struct dane_service *service, uint8_t usage)
{
	return verdict_counts(service->owner.tcp ? service->owner.port : 0, usage);
}

/* A name of this form may also be just where aliases lead. */
static bool
is_there(const struct store *store, const struct dane_owner *owner)
{
	struct lookup_key key;

	if (owner->host[1] == '_')
		return false;
	return !lookup_key_of(store, owner->host, &key) ||
	       dane_host_leads(store, lookup_answer(store, &key)) || lookup_exit(store, &key);
}

const struct dane_service *
dane_services_of(const struct dane_services *from, struct arena *a, const uint8_t *wire, size_t *n)
{
	size_t n_aliases;
	const struct dane_alias *aliases = dane_aliases_of(&from->aliases, wire, &n_aliases);
	struct dane_service *services = arena_alloc(a, (n_aliases + 1) * sizeof(*services));
	struct dane_service *at = services;

	*at = (struct dane_service){0};
	if (dane_owner_read(wire, &at->owner) &&
	    (n_aliases == 0 || is_there(from->store, &at->owner)))
		at++;
	for (size_t i = 0; i < n_aliases; i++) {
		*at = (struct dane_service){.alias = &aliases[i]};
		if (dane_owner_read(aliases[i].wire, &at->owner) &&
		    (!namings_any(&from->namings, aliases[i].wire, NAMING_CNAME) ||
			is_there(from->store, &at->owner)))
			at++;
	}
	*n = (size_t)(at - services);
	return services;
}
