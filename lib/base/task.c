#include "base/task.h"

static void *
run(void *arg)
{
	struct task *task = arg;

	task->work(task->ctx);
	return NULL;
}

void
task_begin(struct task *task, void (*work)(void *ctx), void *ctx)
{
	*task = (struct task){.work = work, .ctx = ctx};
	task->started = pthread_create(&task->thread, NULL, run, task) == 0;
}

void
task_end(struct task *task)
{
	if (task->started)
		pthread_join(task->thread, NULL);
	else if (task->work)
		task->work(task->ctx);
	*task = (struct task){0};
}
