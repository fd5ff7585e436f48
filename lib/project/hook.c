#define _GNU_SOURCE
#include "project/hook.h"

#include "base/duration.h"
#include "base/leftover.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/starter.h"
#include "project/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
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

static const char *const hook_marks[] = {"{zone}", "{output}", "{serial}", "{draft}", NULL};
static const char *const command_marks[] = {"{name}", "{current}", "{next}", "{id}", NULL};

static char **
project_arguments(struct arena *a, const struct project *project, const struct hook_call *call)
{
	const struct project_zone *zone = call->zone;
	const char *values[] = {zone ? zone->name_text : hook_marks[0],
	    zone ? file_absolute(a, zone->output) : hook_marks[1],
	    zone ? arena_printf(a, "%" PRIu32, call->serial) : hook_marks[2],
	    call->draft ? call->draft : hook_marks[3]};

	return arguments(a, project->hooks[call->which].argv, hook_marks, values);
}

static const char *const *
command_of(const struct project *project, const struct hook_call *call)
{
	if (call->kind == HOOK_OF_PROJECT)
		return project->hooks[call->which].argv;
	if (!call->certificate)
		return project->hooks[PROJECT_HOOK_NOTIFY].argv;
	return call->kind == HOOK_DEPLOY ? call->certificate->deploy : call->certificate->notify;
}

static char **
call_arguments(struct arena *a, const struct project *project, const struct hook_call *call)
{
	const struct project_certificate *is = call->certificate;
	const char *values[] = {is           ? is->name
				: call->zone ? call->zone->name_text
					     : "",
	    is ? file_absolute(a, is->current) : "",
	    is && is->next ? file_absolute(a, is->next) : "", call->id};

	if (call->kind == HOOK_OF_PROJECT)
		return project_arguments(a, project, call);
	return arguments(a, command_of(project, call), command_marks, values);
}

static const char *
call_lock(struct arena *a, const struct hook_call *call)
{
	if (call->kind == HOOK_OF_PROJECT)
		return LOCK_BUILD;
	return call->certificate ? lock_of_certificate(a, call->certificate->name) : LOCK_TELL;
}

static struct hook
hook_of_call(struct arena *a, const struct project *project, const struct hook_call *call)
{
	return (struct hook){
	    .call = *call, .lock = call_lock(a, call), .argv = call_arguments(a, project, call)};
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
	const struct project_zone *zone = subject->zone;
	const struct hook_call call = {.kind = HOOK_OF_PROJECT,
	    .which = which,
	    .zone = zone,
	    .serial = subject->serial,
	    .draft = subject->draft};
	struct hook hook = hook_of_call(a, project, &call);

	hook.what = kinds[which].what;
	hook.whom = zone ? zone->name_text : "the project";
	hook.pos = zone ? pos_none() : project->hooks[which].pos;
	hook.problem = kinds[which].problem;
	hook.ended = kinds[which].ended;
	return hook;
}

struct hook
hook_of_certificate(struct arena *a, const struct project *project, enum hook_kind kind,
    const struct project_certificate *certificate, const char *id)
{
	const struct hook_call call = {.kind = kind, .certificate = certificate, .id = id};
	struct hook hook = hook_of_call(a, project, &call);

	hook.what = kind == HOOK_DEPLOY ? "deploy" : "notify";
	hook.whom = certificate->name;
	hook.pos = certificate->pos;
	hook.problem = hook.ended = kind == HOOK_DEPLOY ? P_DEPLOY : P_NOTIFY;
	return hook;
}

struct hook
hook_of_key(
    struct arena *a, const struct project *project, const struct project_zone *zone, const char *id)
{
	const struct hook_call call = {.kind = HOOK_NOTIFY, .zone = zone, .id = id};
	struct hook hook = hook_of_call(a, project, &call);

	hook.what = "notify";
	hook.whom = zone->name_text;
	hook.pos = zone->pos;
	hook.problem = hook.ended = P_NOTIFY;
	return hook;
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

/* --- In another process --- */

/* What it is asked for: a hook_call as numbers and texts. */
struct request {
	int kind, which;
	size_t zone, certificate; /* NOBODY: none */
	uint32_t serial;
	bool has_draft;
	char id[256];
	char draft[PATH_MAX];
};

static const size_t NOBODY = SIZE_MAX;

/* Returns false where a text is too long. */
static bool
put_text(char *to, size_t size, const char *text)
{
	return !text || (size_t)snprintf(to, size, "%s", text) < size;
}

static const struct request *
request_of(struct arena *a, const struct project *project, const struct hook_call *call)
{
	struct request *request = arena_zalloc(a, sizeof(*request));

	request->kind = (int)call->kind;
	request->which = (int)call->which;
	request->zone = call->zone ? (size_t)(call->zone - project->zones) : NOBODY;
	request->certificate =
	    call->certificate ? (size_t)(call->certificate - project->certificates) : NOBODY;
	request->serial = call->serial;
	request->has_draft = call->draft != NULL;
	if (!put_text(request->id, sizeof(request->id), call->id) ||
	    !put_text(request->draft, sizeof(request->draft), call->draft))
		return NULL;
	return request;
}

/* Ids are digests. */
static bool
is_id(const char *id)
{
	return strspn(id, "0123456789abcdefABCDEF") == strlen(id);
}

/* Is the file, by text alone, in the folder, under a temporary name of the one called `name`? */
static bool
is_in(const char *folder, const char *name, const char *draft)
{
	size_t len = strlen(folder);

	return strncmp(draft, folder, len) == 0 && draft[len] == '/' &&
	       leftover_is_of(draft + len + 1, name);
}

/* A draft lies in the folder of the zone's output, or that of the file to which a link there leads,
 * under a name that no other file has. */
static bool
is_draft(struct arena *a, const struct project_zone *zone, const char *draft)
{
	const char *output = file_absolute(a, zone->output), *target = output_target(a, output);
	const char *name = target ? strrchr(target, '/') + 1 : NULL;
	char *real = target ? realpath(file_folder(a, target), NULL) : NULL;
	bool is = target && (is_in(file_folder(a, output), name, draft) ||
				(real && is_in(real, name, draft)));

	free(real);
	return is;
}

struct asked {
	const struct project *project;
	bool deploys;
};

/* Returns false where the request is for no command that there is. */
static bool
read_request(struct arena *a, const struct asked *asked, const struct request *request,
    struct hook_call *out)
{
	const struct project *project = asked->project;

	*out = (struct hook_call){.kind = (enum hook_kind)request->kind,
	    .which = (enum project_hook)request->which,
	    .serial = request->serial,
	    .id = request->id};
	if (request->kind < HOOK_OF_PROJECT || request->kind > HOOK_NOTIFY || request->which < 0 ||
	    request->which >= N_PROJECT_HOOKS ||
	    (request->zone != NOBODY && request->zone >= project->n_zones) ||
	    (request->certificate != NOBODY && request->certificate >= project->n_certificates) ||
	    !memchr(request->id, '\0', sizeof(request->id)) || !is_id(request->id) ||
	    !memchr(request->draft, '\0', sizeof(request->draft)))
		return false;
	if (request->zone != NOBODY)
		out->zone = &project->zones[request->zone];
	if (request->certificate != NOBODY)
		out->certificate = &project->certificates[request->certificate];
	if (request->has_draft)
		out->draft = request->draft;
	if (out->draft && (!out->zone || !is_draft(a, out->zone, out->draft)))
		return false;
	if (out->kind == HOOK_DEPLOY && (!asked->deploys || !out->certificate))
		return false;
	if (out->kind == HOOK_NOTIFY && !out->certificate && !out->zone)
		return false;
	return command_of(project, out) != NULL;
}

static struct child
child_of(struct arena *a, const struct project *project, char **argv, const char *lock)
{
	return (struct child){.folder = project->folder,
	    .argv = argv,
	    .environ = environment(a, project, lock_tell(a, project, lock)),
	    .timeout_s = project->hook_timeout_s};
}

static bool
make(const void *ctx, struct arena *a, const void *data, size_t len, struct child *out)
{
	const struct asked *asked = ctx;
	struct request *request = arena_alloc(a, sizeof(*request));
	struct hook_call call;

	if (len != sizeof(*request))
		return false;
	memcpy(request, data, len);
	if (!read_request(a, asked, request, &call))
		return false;
	*out = child_of(
	    a, asked->project, call_arguments(a, asked->project, &call), call_lock(a, &call));
	return true;
}

static bool
has_commands(const struct project *project)
{
	for (int i = 0; i < N_PROJECT_HOOKS; i++)
		if (project->hooks[i].argv)
			return true;
	for (size_t i = 0; i < project->n_certificates; i++)
		if (project->certificates[i].deploy || project->certificates[i].notify)
			return true;
	return false;
}

int
hooks_begin(struct diags *diags, struct project *project, bool deploys)
{
	struct asked *asked = arena_alloc(&diags->arena, sizeof(*asked));

	_Static_assert(sizeof(struct request) <= STARTER_REQUEST_MOST, "a request fits");
	*asked = (struct asked){project, deploys};
	if (!has_commands(project))
		return 0;
	project->starter = starter_begin(&diags->arena, make, asked);
	return project->starter ? 0
				: diag_error(diags, pos_none(), F_SYSTEM,
				      "cannot start what runs hooks: %s", strerror(errno));
}

void
hooks_end(struct project *project)
{
	starter_end(project->starter);
	project->starter = NULL;
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
	if (end->full)
		diag_add(diags, hook->pos, hook->ended,
		    "%s: ended, as it wrote more than %d MB beside others", what, CHILD_KEPT_MB);
	else if (end->error == ECANCELED)
		diag_add(diags, hook->pos, hook->ended,
		    "%s: the process that waits for it was ended, and how it ended is not known",
		    what);
	else if (end->error == EPERM && hook->call.draft) /* is_draft, of who starts it */
		diag_add(diags, hook->pos, hook->ended,
		    "%s: %s cannot be looked up as a draft of it", what, hook->call.draft);
	else if (end->error)
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
		*out = child_of(a, project, hook->argv, hook->lock);
		out->input = running->input;
		out->held = hook->held;
		out->n_held = hook->n_held;
		if (project->starter) {
			out->request = request_of(a, project, &hook->call);
			out->request_len = out->request ? sizeof(struct request) : 0;
		}
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
	    queues, hooks->n, hooks->n_abreast, hooks->meanwhile, hooks->ctx, project->starter};

	for (size_t i = 0; i < hooks->n; i++) {
		running[i] = (struct running){.project = project, .queue = &hooks->queues[i]};
		queues[i] = (struct child_queue){&running[i], next, ended};
	}
	children_run(&children);
	free(queues);
	free(running);
}
