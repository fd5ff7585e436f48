#include "cmd.h"

#include "base/mem.h"
#include "base/output.h"
#include "base/pool.h"
#include "report/diff.h"

#include <stdlib.h>
#include <string.h>

static const struct cmd_option option_dnssec = {
    "dnssec", 0, NULL, "show records that signing makes, too: RRSIG, NSEC, NSEC3, ZONEMD"};
static const struct cmd_option option_json = {"json", 0, NULL, "for programs: one JSON object"};
static const struct cmd_option option_markdown = {
    "markdown", 0, NULL, "for a comment: a list that folds where it is long"};

static const struct cmd_option *const options[] = {&option_dnssec, &option_json, &option_markdown,
    &option_zone_by_soa, &option_allow, &option_secret, &option_now, &option_jobs, NULL};

enum { OLD, NEW, N_SIDES };

struct side {
	struct diags diags;
	struct name name;
	struct load_options load;
	struct loaded loaded;
	int result;
};

static void
load_side(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct side *side = (struct side *)ctx + chunk;

	(void)worker;
	(void)slot;
	side->result = load_zone(&side->diags, &side->load, &side->loaded);
	store_sort(&side->loaded.store);
}

static bool
lacks_origin(const struct side *side)
{
	for (size_t i = 0; i < side->diags.n; i++)
		if (side->diags.items[i].problem == Z_NO_ORIGIN)
			return true;
	return false;
}

/* A file whose SOA record is relative, as those of BIND often are, is of the zone that the other
 * one names. */
static void
name_by_other(struct side *sides)
{
	for (size_t i = 0; i < N_SIDES; i++) {
		struct side *side = &sides[i];
		const struct side *other = &sides[N_SIDES - 1 - i];

		if (side->result == 0 || other->result < 0 || side->load.zone ||
		    !lacks_origin(side) || strcmp(side->load.path, "-") == 0)
			continue;
		load_free(&side->loaded);
		diags_free(&side->diags);
		side->diags = (struct diags){.errors_only = true};
		side->name = other->loaded.store.apex;
		side->load.zone = &side->name;
		load_side(sides, 0, 0, i);
	}
}

static int
flush(void *ctx, struct buf *out)
{
	int result = output_write(ctx, out->data, out->len);

	buf_clear(out);
	return result;
}

static int
print(struct cmd *cmd, const struct side *sides, bool *differs)
{
	struct output *out = output_open(&cmd->diags, "-");
	struct report_diff how = {
	    .zone = name_text(&cmd->diags.arena, sides[NEW].loaded.store.apex.wire),
	    .old = &sides[OLD].loaded.store,
	    .new = &sides[NEW].loaded.store,
	    .dnssec = cmd_has(cmd, &option_dnssec),
	    .colour = cmd_colours(),
	    .flush = flush,
	    .ctx = out};
	report_diff_form *form = cmd_has(cmd, &option_json)       ? report_diff_json
				 : cmd_has(cmd, &option_markdown) ? report_diff_markdown
								  : report_diff_text;
	struct diff_sum sum;
	struct buf b = {0};
	bool changed;
	int result = form(&b, &how, &sum);

	*differs = report_diff_is_some(&how, &sum);
	if (result == 0 && b.len > 0)
		result = flush(out, &b);
	buf_free(&b);
	if (result == 0)
		return output_commit(out, &changed);
	output_abort(out);
	return -1;
}

static int
compare(struct cmd *cmd, const struct side *sides)
{
	const struct name *old = &sides[OLD].loaded.store.apex,
			  *new = &sides[NEW].loaded.store.apex;
	bool differs;

	if (!name_equal(old->wire, new->wire)) {
		cmd->diags.status = 2;
		return diag_add_path(&cmd->diags, cmd->arguments[NEW], Z_OTHER_ZONE,
		    "%s holds the zone %s, and %s the zone %s", cmd->arguments[OLD],
		    name_text(&cmd->diags.arena, old->wire), cmd->arguments[NEW],
		    name_text(&cmd->diags.arena, new->wire));
	}
	if (print(cmd, sides, &differs) < 0)
		return -1;
	if (differs)
		cmd->diags.status = 1;
	return 0;
}

static int
run(struct cmd *cmd)
{
	struct side sides[N_SIDES] = {0};
	struct pool_work work = {sides, N_SIDES, load_side, NULL};
	int result = 0;

	if (cmd_has(cmd, &option_json) && cmd_has(cmd, &option_markdown))
		cmd_usage(cmd, "--json and --markdown exclude each other");
	for (size_t i = 0; i < N_SIDES; i++) {
		sides[i].diags.errors_only = true;
		sides[i].load = cmd_file(cmd, cmd->arguments[i], &sides[i].name);
		sides[i].load.zone = cmd_zone(cmd, &option_zone_by_soa, &sides[i].name);
		sides[i].load.by_soa = true;
		sides[i].load.n_workers = cmd->jobs / N_SIDES;
	}
	cmd_confine(cmd);
	pool_run(cmd->jobs < N_SIDES ? cmd->jobs : N_SIDES, &work);
	name_by_other(sides);
	for (size_t i = 0; i < N_SIDES; i++) {
		cmd_report(cmd, &sides[i].diags);
		if (sides[i].result < 0)
			result = -1;
	}
	if (result == 0)
		result = compare(cmd, sides);
	else
		cmd->diags.status = 2; /* status 1 says that they differ */
	for (size_t i = 0; i < N_SIDES; i++) {
		load_free(&sides[i].loaded);
		diags_free(&sides[i].diags);
	}
	return result;
}

const struct verb verb_diff = {"diff", "OLD NEW", "what differs between two zone files, by meaning",
    2, 2, options, run, CONFINED_TO_PROJECT};
