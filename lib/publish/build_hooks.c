#include "publish/build_part.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/output.h"
#include "history/mark.h"
#include "history/state.h"
#include "project/hook.h"

#include <errno.h>
#include <stdlib.h>

/* A zone that a command is run for, or all of them. */
struct telling {
	struct build_run *run;
	struct build_zone *build; /* NULL: all */
	enum project_hook which;
	const char *failure; /* of a zone that failed: what sums up its problems */
	struct text input;
	bool begun;
};

static bool
has_hook(const struct build_run *run, enum project_hook which)
{
	return run->project->hooks[which].argv != NULL;
}

/* Of the zone as it is published; 0: it never was, as far as is known. */
static uint32_t
serial_of(const struct build_run *run, const struct build_zone *build)
{
	struct arena a = {0};
	const struct serial *known =
	    history_serial(&run->history, history_name(&a, build->zone->name.wire));

	arena_free(&a);
	return build->built ? build->result.serial : known ? known->serial : 0;
}

static bool
next(void *ctx, struct hook *out)
{
	struct telling *telling = ctx;
	struct build_zone *build = telling->build;
	struct hook_subject subject = {0};

	if (telling->begun)
		return false;
	telling->begun = true;
	if (build)
		subject = (struct hook_subject){
		    .zone = build->zone, .serial = serial_of(telling->run, build)};
	*out = hook_of(
	    build ? &build_diags_of(telling->run, build)->arena : &telling->run->diags->arena,
	    telling->run->project, telling->which, &subject);
	out->input = telling->input;
	out->held = telling->run->lock.held;
	out->n_held = BUILD_LOCKS;
	return true;
}

/* --- Zones that were published --- */

/* The time of the publication is that at which all who were to be told of it know. */
static void
set_told(const struct build_run *run, struct build_zone *build)
{
	build->told = true;
	build->told_unix = build_now(run->options);
}

/* Is the zone published, by this build or by one that did not come so far? */
static bool
is_news(const struct build_zone *build)
{
	return build->built && build->keep->has_mark;
}

/* Servers are told by `changed`; where there is none, by `done`. */
static bool
needs_changed(const struct build_run *run, struct build_zone *build)
{
	if (!build->built || build->unfinished)
		return false;
	if (is_news(build) && has_hook(run, PROJECT_HOOK_CHANGED))
		return !build->told;
	build->awaits_done = is_news(build) && has_hook(run, PROJECT_HOOK_DONE);
	if (!build->awaits_done)
		set_told(run, build);
	return false;
}

static void
end_changed(struct telling *telling, enum hook_end how)
{
	if (how == HOOK_DONE)
		set_told(telling->run, telling->build);
	else
		telling->build->unfinished = true;
}

/* --- Zones that failed --- */

/* The file that holds what the hook was told of last. */
static const char *
failure_path(const struct build_run *run, struct build_zone *build)
{
	return project_own_path(&build->arena, run->project, build->zone, ".failed");
}

/* Their codes and lines: a text may count days. */
static const char *
sum_up(struct build_zone *build)
{
	struct digest *digest = digest_begin();
	uint8_t sha256[DIGEST_LEN];
	struct buf b = {0};

	diags_sort(build->diags);
	for (size_t i = 0; i < build->diags->n; i++) {
		const struct diag *diag = &build->diags->items[i];

		if (diag->severity != SEVERITY_ERROR)
			continue;
		buf_printf(&b, "%s %s:%ju\n", problem_table[diag->problem].code,
		    diag->place.path ? diag->place.path : "", (uintmax_t)diag->place.line);
	}
	digest_add(digest, b.data, b.len);
	digest_end(digest, sha256);
	buf_clear(&b);
	hex_encode(&b, (struct bytes){sha256, sizeof(sha256)});
	buf_putc(&b, '\n');
	return buf_text(&b, &build->arena);
}

/* An unchanged failure is told of once. What cannot be read was told of never. */
static bool
is_known_failure(const struct build_run *run, struct build_zone *build, const char *failure)
{
	struct diags own = {0};
	struct text text = {0};
	bool same;

	file_load_if(&own, pos_none(), &run->project->own, failure_path(run, build), &text);
	same = text.data && text_is(text, failure);
	diags_free(&own);
	return same;
}

static bool
needs_failed(struct build_run *run, struct build_zone *build, const char **failure)
{
	if (!has_hook(run, PROJECT_HOOK_FAILED))
		return false;
	if (build->built) {
		file_remove(&run->project->own, failure_path(run, build));
		return false;
	}
	*failure = sum_up(build);
	return !is_known_failure(run, build, *failure);
}

/* --- Both --- */

static void
ended(void *ctx, enum hook_end how)
{
	struct telling *telling = ctx;
	struct build_zone *build = telling->build;

	if (telling->which == PROJECT_HOOK_CHANGED)
		end_changed(telling, how);
	else if (how == HOOK_DONE)
		output_replace(build_diags_of(telling->run, build), &telling->run->project->own,
		    failure_path(telling->run, build), text_of(telling->failure));
}

/* One after another: they speak to one and the same server as a rule, which takes few at a time,
 * and they share what they write, say a repository. */
void
build_run_hooks(struct build_run *run, void (*meanwhile)(void *run))
{
	size_t n = run->build->n;
	struct telling *tellings = mem_alloc(n * sizeof(*tellings));
	struct hook_queue *queues = mem_alloc(n * sizeof(*queues));
	struct hooks hooks = {.queues = queues, .n_abreast = 1, .meanwhile = meanwhile, .ctx = run};

	for (size_t i = 0; i < n; i++) {
		struct build_zone *build = &run->build->zones[i];
		struct telling telling = {
		    .run = run, .build = build, .which = PROJECT_HOOK_CHANGED};

		if (needs_failed(run, build, &telling.failure))
			telling.which = PROJECT_HOOK_FAILED;
		else if (!needs_changed(run, build))
			continue;
		tellings[hooks.n] = telling;
		queues[hooks.n] = (struct hook_queue){
		    &tellings[hooks.n], build_diags_of(run, build), next, ended};
		hooks.n++;
	}
	hooks_run(run->project, &hooks);
	free(queues);
	free(tellings);
}

/* --- All that was published --- */

/* "ZONE SERIAL OUTPUT", a line each, with tabs between. Returns how many there are. */
static size_t
list_news(const struct build_run *run, struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < run->build->n; i++) {
		struct build_zone *build = &run->build->zones[i];

		if (!is_news(build))
			continue;
		buf_printf(b, "%s\t%u\t%s\n", build->zone->name_text,
		    (unsigned)build->result.serial,
		    file_absolute(&build->arena, build->zone->output));
		n++;
	}
	return n;
}

static void
end_done(void *ctx, enum hook_end how)
{
	const struct telling *telling = ctx;
	struct build *build = telling->run->build;

	for (size_t i = 0; i < build->n; i++) {
		struct build_zone *zone = &build->zones[i];

		if (how != HOOK_DONE)
			zone->unfinished = zone->unfinished || is_news(zone);
		else if (zone->awaits_done)
			set_told(telling->run, zone);
	}
}

void
build_run_done(struct build_run *run)
{
	struct telling telling = {.run = run, .which = PROJECT_HOOK_DONE};
	struct hook_queue queue = {&telling, run->diags, next, end_done};
	struct buf b = {0};

	if (has_hook(run, PROJECT_HOOK_DONE) && list_news(run, &b) > 0) {
		telling.input = (struct text){b.data, b.len};
		hooks_run(run->project, &(struct hooks){.queues = &queue, .n = 1, .n_abreast = 1});
	}
	buf_free(&b);
}
