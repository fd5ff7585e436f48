#define _GNU_SOURCE
#include "publish/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char **
arguments(struct arena *a, const struct project *project, const struct project_zone *zone)
{
	size_t n = 0;
	char **argv;

	while (project->hook_changed[n])
		n++;
	argv = arena_alloc(a, (n + 1) * sizeof(*argv));
	for (size_t i = 0; i < n; i++)
		argv[i] = project_argument(a, project->hook_changed[i], zone);
	argv[n] = NULL;
	return argv;
}

/* Runs `argv` in `folder`; returns the status of waitpid, or -1 with errno set. */
static int
run(const char *folder, char **argv)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int error, status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
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
hook_changed(struct diags *diags, const struct project *project, const struct project_zone *zone)
{
	char **argv;
	int status;

	if (!project->hook_changed)
		return 0;
	argv = arguments(&diags->arena, project, zone);
	status = run(project->folder, argv);
	if (status == 0)
		return 0;
	if (status < 0)
		return diag_error(diags, pos_none(), P_HOOK, "hook %s for %s: %s", argv[0],
		    zone->name_text, strerror(errno));
	if (WIFSIGNALED(status))
		return diag_error(diags, pos_none(), P_HOOK, "hook %s for %s: ended by signal %d",
		    argv[0], zone->name_text, WTERMSIG(status));
	return diag_error(diags, pos_none(), P_HOOK, "hook %s for %s: exit status %d", argv[0],
	    zone->name_text, WEXITSTATUS(status));
}
