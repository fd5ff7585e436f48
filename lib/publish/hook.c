#define _GNU_SOURCE
#include "publish/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
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

/* Runs `argv` in `folder`; returns the status of waitpid, or -1 with errno set. */
static int
run(const char *folder, char **argv, int input)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int error, status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	posix_spawn_file_actions_addchdir_np(&actions, folder);
	error = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error) {
		errno = error;
		return -1;
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

int
hook_run(struct diags *diags, const struct project *project, const struct hook *hook)
{
	int input = open_input(hook->input), status = -1, error;

	if (input >= 0)
		status = run(project->folder, hook->argv, input);
	error = errno;
	if (input >= 0)
		close(input);
	if (status == 0)
		return 0;
	if (status < 0)
		return diag_error(diags, pos_none(), hook->problem, "%s %s for %s: %s", hook->what,
		    hook->argv[0], hook->whom, strerror(error));
	if (WIFSIGNALED(status))
		return diag_error(diags, pos_none(), hook->problem,
		    "%s %s for %s: ended by signal %d", hook->what, hook->argv[0], hook->whom,
		    WTERMSIG(status));
	return diag_error(diags, pos_none(), hook->problem, "%s %s for %s: exit status %d",
	    hook->what, hook->argv[0], hook->whom, WEXITSTATUS(status));
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
	struct hook hook = {.what = "hook", .whom = zone->name_text, .problem = P_HOOK};

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
	static const char *const marks[] = {"{name}", "{current}", "{next}", NULL};
	struct arena *a = &diags->arena;
	const char *values[] = {certificate->name, file_absolute(a, certificate->current),
	    certificate->next ? file_absolute(a, certificate->next) : ""};

	hook.whom = certificate->name;
	hook.argv = arguments(a, argv, marks, values);
	return hook_run(diags, project, &hook);
}
