/* Task: work that another thread does meanwhile. */
#ifndef BASE_TASK_H
#define BASE_TASK_H

#include <pthread.h>
#include <stdbool.h>

/* Zero-initialised is none. */
struct task {
	void (*work)(void *ctx);
	void *ctx;
	pthread_t thread;
	bool started;
};

/* Begins the work. Nothing that it touches may be touched until task_end. */
void
task_begin(struct task *task, void (*work)(void *ctx), void *ctx);

/* Waits for its end; where no thread could be started the work is done now. No-op if there is none.
 */
void
task_end(struct task *task);

#endif
