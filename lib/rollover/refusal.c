#include "rollover/refusal.h"

#include "dane/lint.h"
#include "dane/service.h"
#include "history/published.h"
#include "history/state.h"

#include <openssl/x509.h>

/* The published zone by whose names the certificates are judged. */
struct look {
	struct diags *diags;
	const struct project *project;
	const struct rollovers *rollovers;
	struct rollover *rollover;
	int64_t now;
	struct arena a;
	const char *zone; /* that is open; NULL: none is */
	struct published published;
	struct dane_services services;
};

static bool
is_validated(struct bytes rdata)
{
	return rdata.data[0] != TLSA_DANE_EE;
}

/* Does a client of the name look at more than the key? */
static bool
any_is_validated(const struct set *published)
{
	for (size_t i = 0; i < published->n; i++)
		if (published->type != TYPE_CNAME && is_validated(published->rdata[i]))
			return true;
	return false;
}

/* --- Names --- */

static void
zone_end(struct look *look)
{
	if (!look->zone)
		return;
	dane_services_end(&look->services);
	published_free(&look->published);
	look->zone = NULL;
}

/* A zone that is not there is one of no names. */
static int
zone_begin(struct look *look, const char *zone)
{
	const struct project *project = look->project;
	size_t i = 0;

	if (look->zone && strcmp(look->zone, zone) == 0)
		return 0;
	zone_end(look);
	look->zone = zone;
	look->published = (struct published){0};
	while (i < project->n_zones &&
	       strcmp(history_name(&look->a, project->zones[i].name.wire), zone) != 0)
		i++;
	if (i < project->n_zones && published_load(look->diags, &look->published, &project->outputs,
					project->zones[i].output, &project->zones[i].name, 1) < 0)
		return -1;
	if (look->published.there)
		dane_services_begin(&look->services, &look->published.store);
	return 0;
}

/* The name that the server's own certificate lacks for clients who come by `names`, or NULL. */
static const char *
missing(const struct certs *certs, const struct references *names)
{
	const struct cert *leaf = certchain_leaf(certs);
	X509 *x509 = leaf ? cert_decode(leaf->der) : NULL;
	const char *lacks = lint_missing(x509, names);

	X509_free(x509);
	return lacks;
}

/* One that the current certificate lacks, too, may be none that clients look for. */
static const char *
lost_name(struct look *look, const struct dane_owner *service)
{
	const struct certificate *certificate = &look->rollover->certificate;
	struct references names;

	namings_references(&look->a, &look->services.namings, service, &names);
	return missing(certificate->current, &names) ? NULL : missing(certificate->next, &names);
}

/* Of the services whose records the set is; those of aliases are known by the zone alone. */
static const char *
lost_name_of(struct look *look, const struct set *set)
{
	static const struct name root = {.len = 1};
	const struct dane_service *services;
	struct dane_service own = {0};
	const char *lost = NULL;
	struct name_fault fault;
	struct name owner;
	size_t n;

	if (name_parse(text_of(set->owner), &root, &owner, &fault) < 0)
		return NULL;
	services = look->published.there
		       ? dane_services_of(&look->services, &look->a, owner.wire, &n)
		       : &own;
	if (!look->published.there)
		n = dane_owner_read(owner.wire, &own.owner);
	for (size_t i = 0; !lost && i < n; i++)
		for (size_t k = 0; !lost && k < set->n; k++)
			if (is_validated(set->rdata[k]) &&
			    dane_service_counts(&services[i], set->rdata[k].data[0]))
				lost = lost_name(look, &services[i].owner);
	return lost;
}

/* --- Judgement --- */

/* Returns whether some service validates; `*lost` is a name that one of them loses. */
static int
look_at_services(struct look *look, bool *validates, const char **lost)
{
	struct answered service;
	size_t at = 0;

	*validates = false;
	*lost = NULL;
	while (!*lost && certificate_services_next(
			     &look->rollovers->services, look->rollover->number, &at, &service)) {
		const struct set *published = service.published;

		if (!published || !any_is_validated(published))
			continue;
		*validates = true;
		if (zone_begin(look, published->zone) < 0)
			return -1;
		*lost = lost_name_of(look, published);
	}
	return 0;
}

static int
judge(struct look *look, int64_t *until_unix)
{
	struct rollover *rollover = look->rollover;
	const char *path = rollover->certificate.is->next, *lost;
	int64_t from, to;
	bool validates;

	if (look_at_services(look, &validates, &lost) < 0)
		return -1;
	if (!validates)
		return 0;
	certs_dates(rollover->certificate.next, &from, &to);
	if (to < look->now)
		rollover->refusal = arena_printf(&look->diags->arena, "%s has expired", path);
	else if (lost)
		rollover->refusal =
		    arena_printf(&look->diags->arena, "%s is not for %s", path, lost);
	else if (from > look->now && from > *until_unix)
		*until_unix = from;
	return 0;
}

int
refusal_find(struct diags *diags, const struct project *project, const struct rollovers *rollovers,
    struct rollover *rollover, int64_t now_unix, int64_t *until_unix)
{
	struct look look = {.diags = diags,
	    .project = project,
	    .rollovers = rollovers,
	    .rollover = rollover,
	    .now = now_unix};
	int result;

	if (!rollover->certificate.current || !rollover->certificate.next ||
	    rollover->certificate.next->key || rollover->is_same)
		return 0;
	result = judge(&look, until_unix);
	zone_end(&look);
	arena_free(&look.a);
	return result;
}
