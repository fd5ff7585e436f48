#include "check/dane_run.h"
#include "dane/verdict.h"

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
dane_counts(const struct dane_service *service, uint8_t usage)
{
	return verdict_counts(service->owner.tcp ? service->owner.port : 0, usage);
}

/* A name of this form may also be just where aliases lead. */
static bool
is_there(const struct dane_run *run, const struct dane_owner *owner)
{
	struct lookup_key key;

	if (owner->host[1] == '_')
		return false;
	return !lookup_key_of(run->store, owner->host, &key) ||
	       dane_host_leads(run->store, lookup_answer(run->store, &key)) ||
	       lookup_exit(run->store, &key);
}

const struct dane_service *
dane_services(const struct dane_run *run, struct arena *a, const uint8_t *wire, size_t *n)
{
	size_t n_aliases;
	const struct dane_alias *aliases = dane_aliases_of(&run->aliases, wire, &n_aliases);
	struct dane_service *services = arena_alloc(a, (n_aliases + 1) * sizeof(*services));
	struct dane_service *at = services;

	*at = (struct dane_service){0};
	if (dane_owner_read(wire, &at->owner) && (n_aliases == 0 || is_there(run, &at->owner)))
		at++;
	for (size_t i = 0; i < n_aliases; i++) {
		*at = (struct dane_service){.alias = &aliases[i]};
		if (dane_owner_read(aliases[i].wire, &at->owner) &&
		    (!namings_any(&run->namings, aliases[i].wire, NAMING_CNAME) ||
			is_there(run, &at->owner)))
			at++;
	}
	*n = (size_t)(at - services);
	return services;
}
