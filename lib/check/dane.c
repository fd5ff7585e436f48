#include "check/dane_part.h"

static bool
is_ours(const struct node *node, uint32_t flag)
{
	return (node->flags & flag) && !(node->flags & NODE_OCCLUDED);
}

static const struct node *
first_tlsa(const struct store *store)
{
	for (size_t i = 0; i < store->n_nodes; i++)
		if (is_ours(&store->nodes[i], NODE_TLSA))
			return &store->nodes[i];
	return NULL;
}

/* A zone that was signed before it was read holds RRSIGs. */
static void
check_signed(const struct dane_run *run, const struct node *first)
{
	const struct node *apex = store_apex(run->store);

	if (run->options->is_unsigned && !lookup_has(run->store, apex, TYPE_RRSIG))
		diag_add(run->diags, node_rrset(run->store, first, TYPE_TLSA).records[0].pos,
		    D_UNSIGNED, "the zone is not signed, so clients ignore its TLSA records");
}

static void
check_nodes(const struct dane_run *run)
{
	for (size_t i = 0; i < run->store->n_nodes; i++) {
		const struct node *node = &run->store->nodes[i];
		struct dane_set set;

		if (is_ours(node, NODE_TLSA)) {
			dane_set_read(run, node, &set);
			dane_check_set(run, &set);
			dane_check_host(run, &set);
		}
		if (is_ours(node, NODE_OTHER) && lookup_has(run->store, node, TYPE_MX))
			dane_check_mail(run, node);
	}
}

/* These may lead nowhere, too, because the last TLSA record is gone. */
static void
check_aliases(const struct dane_run *run)
{
	for (size_t i = 0; i < run->store->n_nodes; i++)
		if (is_ours(&run->store->nodes[i], NODE_CNAME))
			dane_check_alias(run, &run->store->nodes[i]);
}

int
check_dane(const struct store *store, const struct dane_options *options)
{
	struct arena scratch = {0};
	struct dane_run run = {
	    .store = store, .options = options, .diags = store->diags, .a = &scratch};
	size_t before = store->diags->n_severity[SEVERITY_ERROR];
	const struct node *first = first_tlsa(store);

	if (first || options->uses)
		dane_services_begin(&run.services, store);
	if (first) {
		run.mail = dane_mail_of(store);
		check_signed(&run, first);
		check_nodes(&run);
	}
	dane_aliases_judge(store, options->doubts);
	check_aliases(&run);
	dane_check_uses(&run);
	dane_services_end(&run.services);
	arena_free(&scratch);
	return store->diags->n_severity[SEVERITY_ERROR] > before ? -1 : 0;
}
