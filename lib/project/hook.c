#define _GNU_SOURCE
#include "project/hook.h"

#include "base/duration.h"
#include "base/mem.h"
#include "project/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A file with the command's standard input: unlike a pipe, it may be left unread. */
static int
open_input(struct text input)
{
	int fd = input.data ? memfd_create("input", MFD_CLOEXEC)
			    : open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || !input.data)
		return fd;
	if (file_write(fd, input) < 0 || lseek(fd, 0, SEEK_SET) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Does a variable of that name hold a password for zonepp? Commands are none that it is for. */
static bool
is_secret(const struct project *project, struct text name)
{
	for (size_t i = 0; i < project->secrets.n; i++)
		if (text_is(name, project->secrets.names[i]))
			return true;
	for (size_t i = 0; i < project->n_certificates; i++) {
		const char *pass = project->certificates[i].pass;

		if (pass && strncmp(pass, "env:", 4) == 0 && text_is(name, pass + 4))
			return true;
	}
	return false;
}

/* The environment without passwords, in which `variable` (NAME=VALUE) takes the place of one of its
 * name. */
static char **
environment(struct arena *a, const struct project *project, char *variable)
{
	size_t n = 0, len = strcspn(variable, "=") + 1;
	char **copy, **to;

	while (environ[n])
		n++;
	to = copy = arena_alloc(a, (n + 2) * sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], variable, len) != 0 &&
		    !is_secret(project, (struct text){environ[i], strcspn(environ[i], "=")}))
			*to++ = environ[i];
	*to++ = variable;
	*to = NULL;
	return copy;
}

/* A copy of `argv` in which each mark is replaced by its value; marks end in a NULL. */
static char **
arguments(
    struct arena *a, const char *const *argv, const char *const *marks, const char *const *values)
{
	size_t n = 0;
	char **copy;

	while (argv[n])
		n++;
	copy = arena_alloc(a, (n + 1) * sizeof(*copy));
	for (size_t i = 0; i < n; i++) {
		copy[i] = arena_text(a, argv[i], strlen(argv[i]));
		for (size_t k = 0; marks[k]; k++)
			copy[i] = project_replace(a, copy[i], marks[k], values[k]);
	}
	copy[n] = NULL;
	return copy;
}

struct hook
hook_of(struct arena *a, const struct project *project, enum project_hook which,
    const struct hook_subject *subject)
{
	static const struct {
		const char *what;
		enum problem problem, ended;
	} kinds[N_PROJECT_HOOKS] = {
	    [PROJECT_HOOK_REVIEW] = {"review", P_REVIEW, P_REVIEW_ENDED},
	    [PROJECT_HOOK_CHANGED] = {"hook", P_HOOK, P_HOOK},
	    [PROJECT_HOOK_FAILED] = {"failed hook", P_AFTER, P_AFTER},
	    [PROJECT_HOOK_DONE] = {"done hook", P_AFTER, P_AFTER},
	    [PROJECT_HOOK_NOTIFY] = {"notify", P_NOTIFY, P_NOTIFY},
	};
	static const char *const marks[] = {"{zone}", "{output}", "{serial}", "{draft}", NULL};
	const struct project_zone *zone = subject->zone;
	const char *values[] = {zone ? zone->name_text : marks[0],
	    zone ? file_absolute(a, zone->output) : marks[1],
	    zone ? arena_printf(a, "%" PRIu32, subject->serial) : marks[2],
	    subject->draft ? subject->draft : marks[3]};

	return (struct hook){.what = kinds[which].what,
	    .whom = zone ? zone->name_text : "the project",
	    .pos = zone ? pos_none() : project->hooks[which].pos,
	    .lock = LOCK_BUILD,
	    .argv = arguments(a, project->hooks[which].argv, marks, values),
	    .problem = kinds[which].problem,
	    .ended = kinds[which].ended};
}

static const char *const command_marks[] = {"{name}", "{current}", "{next}", "{id}", NULL};

char **
hook_arguments(struct arena *a, const struct project_certificate *certificate,
    const char *const *argv, const char *id)
{
	const char *values[] = {certificate->name, file_absolute(a, certificate->current),
	    certificate->next ? file_absolute(a, certificate->next) : "", id};

	return arguments(a, argv, command_marks, values);
}

char **
hook_key_arguments(
    struct arena *a, const struct project *project, const struct project_zone *zone, const char *id)
{
	const char *values[] = {zone->name_text, "", "", id};

	return arguments(a, project->hooks[PROJECT_HOOK_NOTIFY].argv, command_marks, values);
}

/* --- Are they there? --- */

static bool
is_executable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* As posix_spawnp(3) will look for it, in a folder of PATH; an empty one is the project's. */
static bool
is_in_path(struct arena *a, const char *folder, const char *name)
{
	const char *path = getenv("PATH"), *at = path ? path : "/bin:/usr/bin";

	for (;; at++) {
		size_t len = strcspn(at, ":");
		const char *in = arena_text(a, at, len);

		if (is_executable(file_join(a, project_path_of(a, folder, *in ? in : "."), name)))
			return true;
		at += len;
		if (!*at)
			return false;
	}
}

/* Servers' tools may lack where nothing is built; what comes with the project must not. */
static int
check_command(
    struct diags *diags, const struct project *project, struct pos pos, const char *const *argv)
{
	struct arena *a = &diags->arena;
	const char *path;
	struct stat st;

	if (!argv)
		return 0;
	if (!strchr(argv[0], '/'))
		return is_in_path(a, project->folder, argv[0])
			   ? 0
			   : diag_add(diags, pos, P_COMMAND_HERE, "%s is not in PATH", argv[0]);
	path = project_path_of(a, project->folder, argv[0]);
	if (is_executable(path))
		return 0;
	return diag_add(diags, pos, *argv[0] == '/' ? P_COMMAND_HERE : P_COMMAND, "%s: %s", path,
	    stat(path, &st) == 0 ? "not an executable file" : "no such file");
}

int
hooks_check(struct diags *diags, const struct project *project)
{
	int result = 0;

	for (int i = 0; i < N_PROJECT_HOOKS; i++)
		if (check_command(diags, project, project->hooks[i].pos, project->hooks[i].argv) <
		    0)
			result = -1;
	for (size_t i = 0; i < project->n_certificates; i++) {
		const struct project_certificate *is = &project->certificates[i];

		bool own = is->notify != project->hooks[PROJECT_HOOK_NOTIFY].argv;

		if (check_command(diags, project, is->pos, is->deploy) < 0 ||
		    (own && check_command(diags, project, is->pos, is->notify) < 0))
			result = -1;
	}
	return result;
}

/* --- Running --- */

/* A queue, and its hook that runs. */
struct running {
	const struct project *project;
	const struct hook_queue *queue;
	struct hook hook;
	int input;
};

static enum hook_end
judge(const struct running *running, const struct child_end *end)
{
	const struct hook *hook = &running->hook;
	struct diags *diags = running->queue->diags;
	struct arena *a = &diags->arena;
	const char *what = arena_printf(a, "%s %s for %s", hook->what, hook->argv[0], hook->whom);

	if (end->late) {
		diag_add(diags, hook->pos, P_TIMEOUT, "%s: ended, as it took longer than %s", what,
		    duration_text(a, running->project->hook_timeout_s));
		return HOOK_LATE;
	}
	if (end->error)
		diag_add(diags, hook->pos, hook->ended, "%s: %s", what, strerror(end->error));
	else if (WIFSIGNALED(end->status))
		diag_add(diags, hook->pos, hook->ended, "%s: ended by signal %d", what,
		    WTERMSIG(end->status));
	else if (WEXITSTATUS(end->status) != 0)
		diag_add(diags, hook->pos, hook->problem, "%s: exit status %d", what,
		    WEXITSTATUS(end->status));
	else
		return HOOK_DONE;
	return HOOK_FAILED;
}

static void
ended(void *ctx, const struct child_end *end)
{
	struct running *running = ctx;

	if (running->input >= 0)
		close(running->input);
	running->queue->ended(running->queue->ctx, judge(running, end));
}

/* One that cannot be run has ended. */
static bool
next(void *ctx, struct child *out)
{
	struct running *running = ctx;
	const struct project *project = running->project;
	struct arena *a = &running->queue->diags->arena;

	while (running->queue->next(running->queue->ctx, &running->hook)) {
		const struct hook *hook = &running->hook;

		running->input = open_input(hook->input);
		if (running->input < 0) {
			ended(running, &(struct child_end){.error = errno});
			continue;
		}
		*out = (struct child){.folder = project->folder,
		    .argv = hook->argv,
		    .environ = environment(a, project, lock_tell(a, project, hook->lock)),
		    .input = running->input,
		    .timeout_s = project->hook_timeout_s};
		return true;
	}
	return false;
}

void
hooks_run(const struct project *project, const struct hooks *hooks)
{
	struct running *running = mem_alloc(hooks->n * sizeof(*running));
	struct child_queue *queues = mem_alloc(hooks->n * sizeof(*queues));
	struct children children = {
	    queues, hooks->n, hooks->n_abreast, hooks->meanwhile, hooks->ctx};

	for (size_t i = 0; i < hooks->n; i++) {
		running[i] = (struct running){.project = project, .queue = &hooks->queues[i]};
		queues[i] = (struct child_queue){&running[i], next, ended};
	}
	children_run(&children);
	free(queues);
	free(running);
}
