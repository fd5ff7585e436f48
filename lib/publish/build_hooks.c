#include "publish/build_part.h"

#include "base/mem.h"
#include "history/mark.h"
#include "project/hook.h"

#include <stdlib.h>

/* A zone whose server is told. */
struct telling {
	const struct build_run *run;
	struct build_zone *build;
	bool begun;
};

static bool
next(void *ctx, struct hook *out)
{
	struct telling *telling = ctx;
	struct build_zone *build = telling->build;

	if (telling->begun)
		return false;
	telling->begun = true;
	*out = hook_changed(&build->diags.arena, telling->run->project, build->zone);
	return true;
}

/* The time of the publication is that at which all who were to be told of it know. */
static void
set_told(const struct build_run *run, struct build_zone *build)
{
	build->told = true;
	build->told_unix = build_now(run->options);
}

static void
ended(void *ctx, enum hook_end how)
{
	struct telling *telling = ctx;

	if (how == HOOK_DONE)
		set_told(telling->run, telling->build);
	else
		telling->build->unfinished = true;
}

/* Is the zone published, now or by a build that did not come so far, and its server to be told? */
static bool
needs_hook(const struct build_run *run, struct build_zone *build)
{
	if (!build->built || build->unfinished)
		return false;
	if (!build->keep.has_mark || !run->project->hook_changed)
		set_told(run, build);
	return !build->told;
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

		if (!needs_hook(run, build))
			continue;
		tellings[hooks.n] = (struct telling){.run = run, .build = build};
		queues[hooks.n] =
		    (struct hook_queue){&tellings[hooks.n], &build->diags, next, ended};
		hooks.n++;
	}
	hooks_run(run->project, &hooks);
	free(queues);
	free(tellings);
}
