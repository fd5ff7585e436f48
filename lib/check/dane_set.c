#include "check/dane_part.h"

void
dane_set_read(const struct dane_run *run, const struct node *node, struct dane_set *out)
{
	const struct store *store = run->store;

	node_wire(store, node, out->wire);
	out->node = node;
	out->text = lookup_text(store, out->wire);
	out->set = node_rrset(store, node, TYPE_TLSA);
	if (!dane_owner_read(out->wire, &out->owner))
		out->owner.host = NULL;
	out->services = dane_services_of(&run->services, run->a, out->wire, &out->n_services);
	dane_aliases_of(&run->services.aliases, out->wire, &out->n_aliases);
}

enum { SET_MOST = 12, N_USAGES = 4, N_SELECTORS = 2 };

/* The parser lets no other values pass that have no meaning. */
static bool
is_private(struct tlsa_params params)
{
	return params.usage > TLSA_DANE_EE || params.selector > TLSA_SPKI ||
	       params.matching > TLSA_SHA2_512;
}

/* How many records there are by usage, selector and matching type, and the first of each. */
struct counts {
	size_t n[N_USAGES][N_SELECTORS][TLSA_SHA2_512 + 1];
	const struct record *first[N_USAGES][N_SELECTORS][TLSA_SHA2_512 + 1];
};

/* 2 0 0 is what spares servers from sending the CA (RFC 7671 section 5.2.2). */
static void
check_pair(const struct dane_run *run, const struct dane_set *set, const struct counts *counts,
    unsigned usage, unsigned selector)
{
	const size_t *n = counts->n[usage][selector];
	const struct record *const *first = counts->first[usage][selector];

	if (n[TLSA_FULL] > 0 && (usage != TLSA_DANE_TA || selector != TLSA_CERT))
		diag_add(run->diags, first[TLSA_FULL]->pos, D_FULL,
		    "TLSA %u %u 0 of %s holds the whole %s", usage, selector, set->text,
		    selector == TLSA_CERT ? "certificate" : "public key");
	if (n[TLSA_SHA2_256] > 0 && n[TLSA_SHA2_512] > 0 && n[TLSA_SHA2_256] != n[TLSA_SHA2_512])
		diag_add(run->diags, first[TLSA_SHA2_512]->pos, D_AGILITY,
		    "%s has %zu TLSA %u %u 1 and %zu TLSA %u %u 2: clients that prefer one digest "
		    "ignore the other",
		    set->text, n[TLSA_SHA2_256], usage, selector, n[TLSA_SHA2_512], usage,
		    selector);
}

static void
check_counts(const struct dane_run *run, const struct dane_set *set, const struct counts *counts)
{
	size_t n_256 = 0, n_512 = 0, n_full = 0;
	const struct record *first = NULL;

	for (unsigned usage = 0; usage < N_USAGES; usage++)
		for (unsigned selector = 0; selector < N_SELECTORS; selector++) {
			check_pair(run, set, counts, usage, selector);
			n_full += counts->n[usage][selector][TLSA_FULL];
			n_256 += counts->n[usage][selector][TLSA_SHA2_256];
			n_512 += counts->n[usage][selector][TLSA_SHA2_512];
			if (!first)
				first = counts->first[usage][selector][TLSA_SHA2_512];
		}
	if (n_512 > 0 && n_256 + n_full == 0)
		diag_add(run->diags, first->pos, D_SHA512,
		    "all TLSA records of %s are digests by SHA2-512", set->text);
}

/* Do mail servers find the service: at port 25, or at any where the host is an MX host? */
static bool
is_for_smtp(const struct dane_run *run, const struct dane_service *service)
{
	const struct dane_owner *owner = &service->owner;
	struct lookup_key host, wildcard;

	if (dane_owner_is_smtp(owner))
		return true;
	return owner->tcp && owner->port == 0 &&
	       namings_any(&run->services.namings, owner->host, NAMING_MX) &&
	       lookup_key_of(run->store, owner->host, &host) &&
	       lookup_key_of(run->store, owner->wire, &wildcard) &&
	       dane_smtp_node(run->store, &host) == lookup_node(run->store, &wildcard);
}

/* RFC 7672 section 3.1.3 is about SMTP between servers; submission has clients with a list of CAs.
 */
static void
check_smtp_usage(const struct dane_run *run, const struct dane_set *set)
{
	const struct record *record = &set->set.records[0]; /* sorted: the lowest usage */
	size_t i = 0;

	if (record->rdata[0] > TLSA_PKIX_EE)
		return;
	while (i < set->n_services && !is_for_smtp(run, &set->services[i]))
		i++;
	if (i < set->n_services)
		diag_add(run->diags, record->pos, D_PKIX_MAIL,
		    "%s has a TLSA record of usage %u, which mail servers do not use",
		    lookup_text(run->store, set->services[i].owner.wire), record->rdata[0]);
}

/* Another form may be the target of aliases, also in other zones, but hardly so at a host. */
static bool
is_lost(const struct dane_run *run, const struct dane_set *set)
{
	return dane_owner_is_meant(set->wire) ||
	       ((lookup_has(run->store, set->node, TYPE_A) ||
		    lookup_has(run->store, set->node, TYPE_AAAA)) &&
		   !(set->node->flags & NODE_WILDCARD) &&
		   !namings_any(&run->services.namings, set->wire, NAMING_CNAME));
}

/* Then D001 was said of it. */
static bool
is_doubted(const struct dane_run *run, const struct dane_set *set)
{
	const struct tlsa_doubt *doubt = run->options->doubts;

	while (doubt && !name_equal(doubt->owner.wire, set->wire))
		doubt = doubt->next;
	return doubt;
}

void
dane_check_set(const struct dane_run *run, const struct dane_set *set)
{
	struct counts counts = {0};

	for (size_t i = 0; i < set->set.n; i++) {
		const struct record *record = &set->set.records[i];
		struct tlsa_params p = dane_params(record);

		if (is_private(p))
			diag_add(run->diags, record->pos, D_PRIVATE,
			    "TLSA %u %u %u of %s is for private use, and other clients ignore it",
			    p.usage, p.selector, p.matching, set->text);
		else if (counts.n[p.usage][p.selector][p.matching]++ == 0)
			counts.first[p.usage][p.selector][p.matching] = record;
	}
	check_counts(run, set, &counts);
	check_smtp_usage(run, set);
	if (set->set.n > SET_MOST)
		diag_add(run->diags, set->set.records[0].pos, D_MANY, "%s has %zu TLSA records",
		    set->text, set->set.n);
	if (set->owner.host || set->n_aliases > 0)
		return;
	if (is_lost(run, set) && !is_doubted(run, set))
		diag_add(run->diags, set->set.records[0].pos, D_LOST_OWNER,
		    "%s has TLSA records, and not the form _port._proto.host", set->text);
	else if (dane_owner_is_shared(set->wire) && !run->diags->account.is_over)
		diag_add(run->diags, set->set.records[0].pos, D_SHARED_ALONE,
		    "no alias in this zone leads to the TLSA records of %s", set->text);
}
