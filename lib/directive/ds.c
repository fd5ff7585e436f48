#include "directive/ds.h"

#include "directive/directive.h"

static int
emit(struct directive *d, struct ds_context *ds, const struct directive_owner *owner)
{
	struct record_set set = {0};
	struct bytes *rdata;
	const char *why;
	size_t n;

	if (!ds->source)
		return diag_error(d->diags, owner->pos, S_DS_DIRECTIVE,
		    "$DS is for templates of a project, as build and check read them");
	if (ds->source(ds->ctx, d->a, &owner->name, &rdata, &n, &why) < 0)
		return diag_error(d->diags, owner->pos, S_DS_DIRECTIVE, "%s", why);
	for (size_t i = 0; i < n; i++)
		record_set_add(d, &set, rdata[i],
		    arena_printf(
			d->a, "key %u", (unsigned)(rdata[i].data[0] << 8 | rdata[i].data[1])));
	return directive_emit(d, owner, TYPE_DS, &set);
}

int
ds_directive(void *ctx, struct parser *parser, const struct entry *entry)
{
	struct directive d = directive_begin(parser, entry);
	struct ds_context *ds = ctx;
	int result = directive_owners(&d, D_RECORD_OWNER, directive_name);

	ds->used = true;
	if (result < 0 || directive_ttl_class(&d, directive_end(&d)) < 0)
		return -1;
	if (d.at < directive_end(&d))
		return diag_error(d.diags, token_pos(entry, d.at), S_DS_DIRECTIVE,
		    "$DS wants a child, and a TTL at most: its records come from the child's keys");
	for (size_t i = 0; i < d.n_owners; i++)
		if (emit(&d, ds, &d.owners[i]) < 0)
			result = -1;
	return result;
}
