#include "publish/load.h"

int
load_zone(struct diags *diags, const struct load_options *options, struct loaded *loaded)
{
	struct parse_options parse = {.zone = options->zone,
	    .roots = options->roots,
	    .directives = loaded->directives.rows,
	    .sink = {.ctx = &loaded->store, .record = store_add}};
	struct name zone;

	directives_begin(&loaded->directives, &diags->arena, options->now, options->dane);
	store_begin(&loaded->store, diags, options->zone);
	if (parse_file(diags, &parse, options->path, &zone) < 0)
		return -1;
	if (loaded->store.apex.len == 0) {
		if (zone.len == 0)
			return diag_error(diags, pos_none(), Z_NO_ZONE,
			    "%s: the zone's name is not known", options->path);
		loaded->store.apex = zone;
	}
	return 0;
}

void
load_free(struct loaded *loaded)
{
	store_free(&loaded->store);
}
