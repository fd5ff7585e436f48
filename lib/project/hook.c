#define _GNU_SOURCE
#include "project/hook.h"

#include "base/child.h"
#include "base/duration.h"
#include "project/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
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

/* The environment, in which `variable` (NAME=VALUE) takes the place of one of its name. */
static char **
environment(struct arena *a, char *variable)
{
	size_t n = 0, len = strcspn(variable, "=") + 1;
	char **copy, **to;

	while (environ[n])
		n++;
	to = copy = arena_alloc(a, (n + 2) * sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], variable, len) != 0)
			*to++ = environ[i];
	*to++ = variable;
	*to = NULL;
	return copy;
}

/* Returns as child_run. */
static int
run(struct arena *a, const struct project *project, const struct hook *hook, struct child_end *end)
{
	struct child child = {.folder = project->folder,
	    .argv = hook->argv,
	    .environ = environment(a, lock_tell(a, project, hook->lock)),
	    .timeout_s = project->hook_timeout_s};
	int result = -1, error;

	child.input = open_input(hook->input);
	if (child.input >= 0)
		result = child_run(&child, end);
	error = errno;
	if (child.input >= 0)
		close(child.input);
	errno = error;
	return result;
}

int
hook_run(struct diags *diags, const struct project *project, const struct hook *hook)
{
	struct arena *a = &diags->arena;
	struct child_end end;
	const char *what = arena_printf(a, "%s %s for %s", hook->what, hook->argv[0], hook->whom);

	if (run(a, project, hook, &end) < 0)
		return diag_error(
		    diags, pos_none(), hook->problem, "%s: %s", what, strerror(errno));
	if (end.late)
		return diag_error(diags, pos_none(), P_TIMEOUT,
		    "%s: ended, as it took longer than %s", what,
		    duration_text(a, project->hook_timeout_s));
	if (WIFSIGNALED(end.status))
		return diag_error(diags, pos_none(), hook->problem, "%s: ended by signal %d", what,
		    WTERMSIG(end.status));
	if (WEXITSTATUS(end.status) != 0)
		return diag_error(diags, pos_none(), hook->problem, "%s: exit status %d", what,
		    WEXITSTATUS(end.status));
	return 0;
}

/* A copy of `argv` in which each mark is replaced; marks and values end in a NULL. */
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

int
hook_changed(struct diags *diags, const struct project *project, const struct project_zone *zone)
{
	static const char *const marks[] = {"{zone}", NULL};
	struct hook hook = {
	    .what = "hook", .whom = zone->name_text, .lock = LOCK_BUILD, .problem = P_HOOK};

	if (!project->hook_changed)
		return 0;
	hook.argv = arguments(
	    &diags->arena, project->hook_changed, marks, &(const char *){zone->name_text});
	return hook_run(diags, project, &hook);
}

int
hook_certificate(struct diags *diags, const struct project *project,
    const struct project_certificate *certificate, const char *const *argv, struct hook hook)
{
	static const char *const marks[] = {"{name}", "{current}", "{next}", "{id}", NULL};
	struct arena *a = &diags->arena;
	const char *values[] = {certificate->name, file_absolute(a, certificate->current),
	    certificate->next ? file_absolute(a, certificate->next) : "", hook.id ? hook.id : ""};

	hook.whom = certificate->name;
	hook.argv = arguments(a, argv, marks, values);
	return hook_run(diags, project, &hook);
}
