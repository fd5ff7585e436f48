#include "publish/load.h"

#include "publish/settings.h"

struct tlsa_names
load_certificates(struct arena *a, const struct project *project)
{
	size_t n = project->n_certificates;
	struct tlsa_named *items = arena_alloc(a, n * sizeof(*items) + 1);

	for (size_t i = 0; i < n; i++) {
		const struct project_certificate *c = &project->certificates[i];

		items[i] = (struct tlsa_named){
		    c->name, c->current, c->next, c->pass, c->wait_written ? c->wait_s : 0};
	}
	return (struct tlsa_names){items, n, settings_of_names(a, &project->roots, items, n)};
}

struct parse_includes
load_includes(const struct project *project, const struct project_zone *zone)
{
	return (struct parse_includes){.folder = project->folder,
	    .from_folder = (zone ? zone->include_from : project->include_from) ==
			   PROJECT_INCLUDE_FROM_PROJECT};
}

struct load_options
load_of(const struct project *project, const struct project_zone *zone,
    const struct tlsa_names *certificates, int64_t now)
{
	return (struct load_options){.path = zone->template,
	    .zone = &zone->name,
	    .roots = &project->roots,
	    .secrets = project->secrets,
	    .limits = &project->limits,
	    .certificates = certificates,
	    .includes = load_includes(project, zone),
	    .dane = zone->dane,
	    .now = now};
}

void
load_begin(struct diags *diags, const struct load_options *options)
{
	account_open(&diags->account, options->limits, options->n_abreast);
	if (!diags->arena.account)
		arena_charge(&diags->arena, &diags->account);
}

static int
add_by_soa(void *ctx, const struct parsed *record)
{
	struct store *store = ctx;

	if (store->apex.len == 0 && record->type == TYPE_SOA)
		store->apex = *record->owner;
	return store_add(store, record);
}

int
load_zone(struct diags *diags, const struct load_options *options, struct loaded *loaded)
{
	struct parse_options parse = {.zone = options->zone,
	    .roots = options->roots,
	    .named = options->named,
	    .includes = options->includes,
	    .directives = loaded->directives.rows,
	    .sink = {.ctx = &loaded->store,
		.record = options->by_soa ? add_by_soa : store_add,
		.lost = store_lose},
	    .split = {.store = &loaded->store,
		.n_workers = options->n_workers,
		.release = !options->keep_text}};
	struct name zone;
	int parsed;

	load_begin(diags, options);
	directives_begin(&loaded->directives, &diags->arena, options->now, options->dane);
	loaded->directives.ds.source = options->ds;
	loaded->directives.ds.ctx = options->ds_ctx;
	directives_name(&loaded->directives, options->certificates, options->secrets);
	store_begin(&loaded->store, diags, options->zone);
	loaded->store.n_workers = options->n_workers;
	parsed = parse_file(diags, &parse, options->path, &zone);
	account_time(&diags->account);
	if (diags->account.is_over) {
		store_lose(&loaded->store, NULL, 0);
		parsed = diag_over_in(diags, pos_none(), options->path);
	}
	account_read(&diags->account);
	if (parsed < 0)
		return -1;
	if (loaded->store.apex.len == 0) {
		if (zone.len == 0)
			return diag_add_path(diags,
			    strcmp(options->path, "-") == 0 ? "<stdin>" : options->path, Z_NO_ZONE,
			    "the zone's name is not known");
		loaded->store.apex = zone;
	}
	return 0;
}

void
load_free(struct loaded *loaded)
{
	store_free(&loaded->store);
}
