#define _GNU_SOURCE
#include "publish/build_part.h"

#include "base/file.h"
#include "project/hook.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Zones are reviewed while others are made, and commands must not be run beside threads
 * (base/child.h): a process does it that was started ahead of these. It serves one zone after
 * another, so that what the commands write stays whole. */
struct reviewer {
	pid_t pid;
	int fd;
	pthread_mutex_t lock;
};

struct request {
	size_t number; /* of the zone in the project */
	uint32_t serial;
	char draft[PATH_MAX];
};

struct answer {
	enum hook_end how;
	enum problem problem;
	char message[PATH_MAX + 512];
};

/* --- The process --- */

struct serving {
	struct hook hook;
	enum hook_end how;
	bool begun;
};

static bool
next(void *ctx, struct hook *out)
{
	struct serving *serving = ctx;
	bool is_first = !serving->begun;

	serving->begun = true;
	*out = serving->hook;
	return is_first;
}

static void
ended(void *ctx, enum hook_end how)
{
	((struct serving *)ctx)->how = how;
}

static void
serve(const struct build_run *run, const struct request *request, struct answer *answer)
{
	const struct project *project = run->project;
	struct diags diags = {.severities = project->severities};
	struct hook_subject subject = {
	    &project->zones[request->number], request->serial, request->draft};
	struct serving serving = {
	    .hook = hook_of(&diags.arena, project, PROJECT_HOOK_REVIEW, &subject),
	    .how = HOOK_FAILED};
	struct hook_queue queue = {&serving, &diags, next, ended};

	serving.hook.held = run->lock.held;
	serving.hook.n_held = BUILD_LOCKS;
	hooks_run(project, &(struct hooks){.queues = &queue, .n = 1, .n_abreast = 1});
	*answer = (struct answer){.how = serving.how};
	if (diags.n > 0) {
		answer->problem = diags.items[0].problem;
		snprintf(answer->message, sizeof(answer->message), "%s", diags.items[0].message);
	}
	diags_free(&diags);
}

/* Ends with the build, and with whatever ends that. */
static _Noreturn void
serve_all(const struct build_run *run, int fd, pid_t parent)
{
	static struct request request;
	static struct answer answer;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	while (getppid() == parent && recv(fd, &request, sizeof(request), 0) == sizeof(request)) {
		serve(run, &request, &answer);
		if (send(fd, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

/* --- The build --- */

int
build_begin_review(struct build_run *run)
{
	struct reviewer *reviewer;
	pid_t parent = getpid();
	int fds[2];

	if (run->options->check || !run->project->hooks[PROJECT_HOOK_REVIEW].argv)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return diag_error(run->diags, pos_none(), F_SYSTEM,
		    "cannot start what runs reviews: %s", strerror(errno));
	reviewer = arena_zalloc(&run->diags->arena, sizeof(*reviewer));
	reviewer->pid = fork();
	if (reviewer->pid == 0) {
		close(fds[0]);
		serve_all(run, fds[1], parent);
	}
	close(fds[1]);
	if (reviewer->pid < 0) {
		close(fds[0]);
		return diag_error(run->diags, pos_none(), F_SYSTEM,
		    "cannot start what runs reviews: %s", strerror(errno));
	}
	reviewer->fd = fds[0];
	pthread_mutex_init(&reviewer->lock, NULL);
	run->reviewer = reviewer;
	return 0;
}

void
build_end_review(struct build_run *run)
{
	struct reviewer *reviewer = run->reviewer;

	if (!reviewer)
		return;
	close(reviewer->fd);
	while (waitpid(reviewer->pid, NULL, 0) < 0 && errno == EINTR)
		;
	pthread_mutex_destroy(&reviewer->lock);
	run->reviewer = NULL;
}

/* Where no answer comes, the process that waits for one was killed; the command ends at the latest
 * with this run, and its lock is kept until then. What the command says may go to the terminal of
 * the line of progress. */
static void
ask(struct build_run *run, const struct request *request, struct answer *answer)
{
	struct reviewer *reviewer = run->reviewer;
	bool answered;

	pthread_mutex_lock(&reviewer->lock);
	progress_pause(run->options->progress);
	answered =
	    send(reviewer->fd, request, sizeof(*request), MSG_NOSIGNAL) == sizeof(*request) &&
	    recv(reviewer->fd, answer, sizeof(*answer), 0) == sizeof(*answer);
	progress_resume(run->options->progress);
	pthread_mutex_unlock(&reviewer->lock);
	if (answered)
		return;
	*answer = (struct answer){HOOK_FAILED, P_REVIEW_ENDED, ""};
	snprintf(answer->message, sizeof(answer->message),
	    "review %s for %s: the process that waits for it was ended, and how it ended is not "
	    "known",
	    run->project->hooks[PROJECT_HOOK_REVIEW].argv[0],
	    run->project->zones[request->number].name_text);
}

int
build_review(void *ctx, struct diags *diags, const struct project_zone *zone, uint32_t serial,
    const char *draft)
{
	struct build_run *run = ctx;
	struct request *request = arena_zalloc(&diags->arena, sizeof(*request));
	struct answer *answer = arena_alloc(&diags->arena, sizeof(*answer));

	*request =
	    (struct request){.number = (size_t)(zone - run->project->zones), .serial = serial};
	if ((size_t)snprintf(request->draft, sizeof(request->draft), "%s", draft) >=
	    sizeof(request->draft))
		return diag_error(diags, pos_none(), P_REVIEW_ENDED,
		    "review for %s: the path of what it is to read is too long", zone->name_text);
	ask(run, request, answer);
	return answer->how == HOOK_DONE
		   ? 0
		   : diag_error(diags, pos_none(), answer->problem, "%s", answer->message);
}
