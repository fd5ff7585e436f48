#include "plan.h"

#include "plan_base.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/duration.h"
#include "history/state.h"
#include "publish/build.h"
#include "publish/zone.h"
#include "report/diff.h"
#include "report/rollover.h"
#include "rollover/keyroll_act.h"
#include "rollover/parent.h"

#include <stdlib.h>

enum {
	COMMENT_MOST = 60000, /* octets of Markdown: more than that no forge takes for a comment */
	ZONES_MOST = 45000,   /* of which the records of zones may take so many, */
	ZONE_MOST = 15000,    /* and those of one zone */
	ERRORS_SHOWN = 5,     /* of a zone, in Markdown */
	STATE_DIGITS = 12,    /* of the digest of the state file */
};

static const struct cmd_option option_base = {"base", 0, "DIR|REVISION",
    "compare with the templates of another state of the project, not with what is published"};
static const struct cmd_option option_exit_code = {
    "exit-code", 0, NULL, "exit with status 1 where something would change"};
static const struct cmd_option option_json = {"json", 0, NULL, "for programs: one JSON object"};
static const struct cmd_option option_markdown = {
    "markdown", 0, NULL, "for a comment on a pull request, of less than 60 kB"};

static const struct cmd_option *const options[] = {&option_base, &option_exit_code, &option_json,
    &option_markdown, &option_force, &option_project, &option_directory, &option_allow,
    &option_secret, &option_jobs, &option_now, &option_shard, NULL};

struct plan {
	bool *of_base; /* by zone of the base: is it in the shard that is planned? */
	struct cmd *cmd;
	struct project project;
	struct build build;
	report_diff_form *form;
	bool markdown, json, colour;
	struct plan_base *base; /* NULL: what is published */
	const char *state;      /* digits of the state file's digest */
	struct rollovers before, after;
	struct keyrolls keys_before, keys_after;
	size_t n_changes, n_failed, n_gone; /* of zones */
};

static const char all_new[] = "has errors in the base, so that all of it counts as new";
static const char still[] = ", and would stay as it is published";

/* --- Zones --- */

/* Some errors are no reason to publish nothing: what is published ends them. */
static bool
has_errors(const struct build_zone *zone)
{
	return !zone->built || zone->diags->n_severity[SEVERITY_ERROR] > 0;
}

static void
put_difference(const struct plan *run, struct build_zone *zone, const struct report_diff *how)
{
	struct diff_sum sum;

	run->form(&zone->text, how, &sum);
	report_diff_line(&zone->line, how, &sum);
	zone->changes = report_diff_is_some(how, &sum);
	if (zone->changes)
		return;
	buf_clear(&zone->text);
	buf_clear(&zone->line);
}

static int
take_beside_base(const struct plan *run, struct build_zone *zone, const struct zone_plan *plan,
    struct report_diff *how)
{
	static const struct store none;
	struct draft draft;
	bool is_old = plan_base_zone(run->base, zone->zone, zone->diags, &draft);
	int result;

	how->old = is_old ? &draft.zone.store : &none;
	how->unsigned_yet = false;
	how->people_only = true;
	put_difference(run, zone, how);
	result = zone_plan_safety(plan, is_old ? &draft.zone.store : NULL);
	if (is_old)
		draft_free(&draft);
	return result;
}

static int
take_zone(const void *ctx, struct build_zone *zone, const struct zone_plan *plan)
{
	const struct plan *run = ctx;
	struct report_diff how = {.zone = zone->zone->name_text,
	    .old = plan->published,
	    .new = plan->coming,
	    .colour = run->colour,
	    .unsigned_yet = plan->signs,
	    .n_signatures = plan->result.n_signatures,
	    .n_kept = plan->result.n_kept,
	    .asks_serial = plan->asks_serial,
	    .room = run->markdown ? ZONE_MOST : 0};

	if (run->base)
		return take_beside_base(run, zone, plan, &how);
	if (plan->changes)
		put_difference(run, zone, &how);
	return zone_plan_safety(plan, plan->published);
}

/* As --werror keeps them from being published. */
static void
refuse_warned(struct plan *plan)
{
	for (size_t i = 0; i < plan->build.n; i++) {
		struct build_zone *zone = &plan->build.zones[i];

		if (zone->diags->n_severity[SEVERITY_WARNING] == 0)
			continue;
		zone->built = false;
		if (plan->cmd->diags.status == 0)
			plan->cmd->diags.status = 1;
	}
}

/* The next zone that only the base has; NULL: there is none. */
static const struct project_zone *
next_gone(const struct plan *plan, size_t *i)
{
	while (plan->base && *i < plan->base->project.n_zones) {
		const struct project_zone *zone = &plan->base->project.zones[*i];

		if (plan->of_base[(*i)++] && !parent_zone_named(&plan->project, zone->name.wire))
			return zone;
	}
	return NULL;
}

static void
count(struct plan *plan)
{
	for (size_t i = 0; i < plan->build.n; i++) {
		const struct build_zone *zone = &plan->build.zones[i];

		plan->n_changes += zone->built && zone->changes;
		plan->n_failed += !zone->built;
	}
	for (size_t i = 0; next_gone(plan, &i);)
		plan->n_gone++;
}

/* The base has the zone, and it cannot be compared with that. */
static bool
is_without_base(const struct build_zone *zone)
{
	for (size_t i = 0; i < zone->diags->n; i++)
		if (zone->diags->items[i].problem == P_BASE_ZONE)
			return true;
	return false;
}

static void
put_text(struct buf *b, const struct buf *text)
{
	buf_put(b, text->data, text->len);
}

static void
put_gone(struct buf *b, const struct plan *plan, const char *begin, const char *end)
{
	const struct project_zone *zone;

	for (size_t i = 0; (zone = next_gone(plan, &i));)
		buf_printf(b, "%s%s: leaves the project; its published file stays%s", begin,
		    zone->name_text, end);
}

/* --- Rollovers --- */

static int
load_rollovers(struct plan *plan)
{
	struct diags *diags = &plan->cmd->diags;
	const struct build *build = &plan->build;
	int64_t now = plan->cmd->now;

	return rollovers_load_from(diags, &plan->project, &build->before, now, &plan->before) < 0 ||
		       rollovers_load_from(
			   diags, &plan->project, &build->after, now, &plan->after) < 0 ||
		       keyrolls_load_from(
			   diags, &plan->project, &build->before, now, &plan->keys_before) < 0 ||
		       keyrolls_load_from(
			   diags, &plan->project, &build->after, now, &plan->keys_after) < 0
		   ? -1
		   : 0;
}

static size_t
put_rollovers(struct buf *b, const struct plan *plan, const char *begin, const char *end)
{
	struct report_rollover_change change = {
	    &plan->before, &plan->after, &plan->keys_before, &plan->keys_after};

	return report_rollover_changes(b, &change, begin, end);
}

/* Whoever has two plans sees whether both begin at the same point. */
static void
read_state(struct plan *plan)
{
	struct arena *a = &plan->cmd->diags.arena;
	const char *path = state_path(a, plan->project.path, plan->project.folder);
	struct diags own = {0};
	struct buf hex = {0};
	struct text text;
	uint8_t sha256[DIGEST_LEN];

	if (file_load_if(&own, pos_none(), NULL, path, &text) == 0 && text.data) {
		digest_sha256((struct bytes){(const uint8_t *)text.data, text.len}, sha256);
		hex_encode(&hex, (struct bytes){sha256, STATE_DIGITS / 2});
		plan->state = buf_text(&hex, a);
	}
	diags_free(&own);
}

/* --- Text --- */

static void
put_total(struct buf *b, const struct plan *plan)
{
	size_t n = plan->build.n;

	buf_printf(b, "%zu %s: %zu to change, %zu to stay, %zu failed\n", n,
	    n == 1 ? "zone" : "zones", plan->n_changes, n - plan->n_changes - plan->n_failed,
	    plan->n_failed);
}

static void
print_text(struct buf *b, const struct plan *plan)
{
	for (size_t i = 0; i < plan->build.n; i++) {
		const struct build_zone *zone = &plan->build.zones[i];

		put_text(b, &zone->text);
		if (is_without_base(zone))
			buf_printf(b, "%s: %s\n", zone->zone->name_text, all_new);
		if (has_errors(zone))
			buf_printf(b, "%s: has errors%s\n", zone->zone->name_text,
			    zone->built ? "" : still);
	}
	put_gone(b, plan, "", "\n");
	put_rollovers(b, plan, "", "\n");
	put_total(b, plan);
}

/* --- Markdown --- */

/* Messages hold names that others wrote: they stand in a fence that nothing in them ends. */
static void
put_errors(struct buf *b, const struct diags *diags)
{
	struct buf lines = {0};
	size_t shown = 0;

	for (size_t i = 0; i < diags->n && shown < ERRORS_SHOWN; i++) {
		const struct diag *d = &diags->items[i];

		if (d->severity != SEVERITY_ERROR)
			continue;
		if (d->place.path)
			report_safe(&lines, d->place.path);
		if (d->place.path && d->place.line > 0)
			buf_printf(
			    &lines, ":%llu:%u", (unsigned long long)d->place.line, d->place.column);
		buf_puts(&lines, d->place.path ? ": " : "");
		report_safe(&lines, d->message);
		buf_printf(&lines, " [%s]\n", problem_table[d->problem].code);
		shown++;
	}
	report_fenced(b, "", (struct text){lines.data, lines.len});
	buf_free(&lines);
}

static void
put_zone_markdown(struct buf *b, const struct build_zone *zone)
{
	if (zone->text.len > 0 && b->len + zone->text.len < ZONES_MOST) {
		put_text(b, &zone->text);
	} else {
		buf_puts(b, "#### ");
		report_code(b, zone->zone->name_text);
		buf_puts(b, zone->line.len > 0 ? "\n\n" : "");
		put_text(b, &zone->line);
		buf_puts(b, "\n\n");
	}
	if (is_without_base(zone))
		buf_printf(b, "**It %s.**\n\n", all_new);
	if (!has_errors(zone))
		return;
	buf_printf(b, "**Has errors%s.**\n\n", zone->built ? "" : still);
	put_errors(b, zone->diags);
}

static void
put_rollovers_markdown(struct buf *b, const struct plan *plan)
{
	struct buf lines = {0};

	put_gone(&lines, plan, "- ", "\n");
	put_rollovers(&lines, plan, "- ", "\n");
	if (lines.len > 0) {
		buf_puts(b, "#### Besides\n\n");
		put_text(b, &lines);
		buf_putc(b, '\n');
	}
	buf_free(&lines);
}

/* What does not fit is counted: the zones that come last, and rollovers. */
static void
print_markdown(struct buf *b, const struct plan *plan)
{
	enum { END = 500 }; /* octets that the last lines take */
	struct buf tail = {0};
	size_t n_left = 0;

	buf_printf(b, "### zonepp plan: %zu of %zu %s would change", plan->n_changes, plan->build.n,
	    plan->build.n == 1 ? "zone" : "zones");
	if (plan->n_failed > 0)
		buf_printf(b, ", %zu failed", plan->n_failed);
	if (plan->n_gone > 0)
		buf_printf(b, ", %zu would leave the project", plan->n_gone);
	buf_puts(b, "\n\n");
	put_rollovers_markdown(&tail, plan);
	if (tail.len > COMMENT_MOST - ZONES_MOST - END) {
		buf_clear(&tail);
		buf_puts(
		    &tail, "Many certificates and keys move on: `zonepp plan` has the list.\n\n");
	}
	for (size_t i = 0; i < plan->build.n; i++) {
		const struct build_zone *zone = &plan->build.zones[i];
		size_t before = b->len;

		if (!zone->changes && !has_errors(zone))
			continue;
		put_zone_markdown(b, zone);
		if (b->len <= COMMENT_MOST - END - tail.len)
			continue;
		b->len = before;
		n_left++;
	}
	if (n_left > 0)
		buf_printf(b, "... and %zu more zones\n\n", n_left);
	put_text(b, &tail);
	buf_puts(b, "<sub>Planned at ");
	instant_print_iso(b, plan->cmd->now);
	if (plan->state)
		buf_printf(b, ", with the zonepp.state %s", plan->state);
	buf_puts(b, ".</sub>\n");
	buf_free(&tail);
}

/* --- JSON --- */

static void
print_json(struct buf *b, const struct plan *plan)
{
	const struct project_zone *gone;
	struct json j = {.out = b};

	json_begin(&j, '{');
	json_member(&j, "state", plan->state);
	json_key(&j, "zones");
	json_begin(&j, '[');
	for (size_t i = 0; i < plan->build.n; i++) {
		const struct build_zone *zone = &plan->build.zones[i];

		if (zone->text.len > 0) {
			buf_puts(b, j.more ? "," : "");
			put_text(b, &zone->text);
			j.more = true;
		}
	}
	json_end(&j, ']');
	json_key(&j, "leaving");
	json_begin(&j, '[');
	for (size_t i = 0; (gone = next_gone(plan, &i));)
		json_text(&j, text_of(gone->name_text));
	json_end(&j, ']');
	json_key(&j, "failed");
	json_begin(&j, '[');
	for (size_t i = 0; i < plan->build.n; i++)
		if (!plan->build.zones[i].built)
			json_text(&j, text_of(plan->build.zones[i].zone->name_text));
	json_end(&j, ']');
	json_key(&j, "rollovers");
	buf_putc(b, ' ');
	report_rollover_json(b, &plan->after, &plan->keys_after);
	json_end(&j, '}');
	buf_putc(b, '\n');
}

/* --- The verb --- */

static void
choose_form(struct plan *plan)
{
	plan->json = cmd_has(plan->cmd, &option_json);
	plan->markdown = cmd_has(plan->cmd, &option_markdown);
	if (plan->json && plan->markdown)
		cmd_usage(plan->cmd, "--json and --markdown exclude each other");
	plan->form = plan->json       ? report_diff_json
		     : plan->markdown ? report_diff_markdown
				      : report_diff_text;
	plan->colour = !plan->json && !plan->markdown && cmd_colours();
}

static int
print(struct plan *plan)
{
	struct buf b = {0};
	int result;

	if (plan->json)
		print_json(&b, plan);
	else if (plan->markdown)
		print_markdown(&b, plan);
	else
		print_text(&b, plan);
	result = cmd_print(plan->cmd, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

int
plan_run(struct cmd *cmd, const struct build_options *wished)
{
	struct plan plan = {.cmd = cmd};
	struct plan_base base;
	struct build_options how = {.zones = cmd->arguments,
	    .now = cmd->now,
	    .today = cmd->now,
	    .n_workers = cmd->jobs,
	    .check = true,
	    .shard = cmd_shard(cmd),
	    .force = build_force(cmd),
	    .locked = wished && wished->locked,
	    .plan = take_zone,
	    .plan_ctx = &plan};
	int result;
	bool has_plan;

	choose_form(&plan);
	if (cmd_project(cmd, &plan.project) < 0 ||
	    (cmd_has(cmd, &option_base) &&
		plan_base_open(cmd, cmd_value(cmd, &option_base), &plan.project, &base) < 0))
		return -1;
	plan.base = cmd_has(cmd, &option_base) ? &base : NULL;
	cmd_confine(cmd);
	how.progress = cmd->progress;
	if (plan.base) {
		plan.of_base = arena_zalloc(&cmd->diags.arena, base.project.n_zones * sizeof(bool));
		shard_zones(how.shard, &base.project, plan.of_base);
	}
	result = cmd_build(cmd, &plan.project, &how, &plan.build);
	has_plan = plan.build.n > 0 || result == 0; /* a shard may have no zone */
	if (wished && wished->werror)
		refuse_warned(&plan);
	count(&plan);
	read_state(&plan);
	if (has_plan && load_rollovers(&plan) < 0)
		result = -1;
	if (has_plan && print(&plan) < 0)
		result = -1;
	if (plan.n_changes + plan.n_gone > 0 && cmd_has(cmd, &option_exit_code) &&
	    cmd->diags.status == 0)
		cmd->diags.status = 1;
	build_free(&plan.build);
	if (plan.base)
		plan_base_close(plan.base);
	return result;
}

static int
run(struct cmd *cmd)
{
	return plan_run(cmd, NULL);
}

const struct verb verb_plan = {"plan", "[ZONE...]",
    "what build would change in the published zones; write nothing", 0, -1, options, run,
    CONFINED_BY_ITSELF};
