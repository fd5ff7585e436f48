/* Hooks: commands of the project file. They run in its folder, and no shell sees them. Their output
 * goes to standard error. */
#ifndef PROJECT_HOOK_H
#define PROJECT_HOOK_H

#include "base/child.h"
#include "project/project.h"

enum hook_kind {
	HOOK_OF_PROJECT, /* `which` of its hooks */
	HOOK_DEPLOY,     /* of `certificate` */
	HOOK_NOTIFY,     /* of `certificate`, or else of a key of `zone` */
};

/* Which command: all that whoever runs it takes from the process that asks. */
struct hook_call {
	enum hook_kind kind;
	enum project_hook which;
	const struct project_zone *zone; /* or NULL */
	const struct project_certificate *certificate;
	uint32_t serial;
	const char *draft; /* path; NULL: there is none */
	const char *id;    /* of what is told, or deployed */
};

/* What its members point to lives until the command has ended. */
struct hook {
	const char *what; /* in messages: "hook", "deploy" */
	const char *whom; /* the zone or certificate that it runs for */
	struct pos pos;   /* of what asks for it, in the project file, or nowhere */
	const char *lock; /* that the run holds meanwhile: see lock.h */
	/* What it has of that; whoever kills the run does not give it to others ahead of the hook's
	 * end. */
	const int *held;
	size_t n_held;
	char **argv;
	struct hook_call call; /* from which that was made */
	struct text input;     /* its standard input; data NULL: none */
	enum problem problem;  /* that it exits with another status than 0, */
	enum problem ended;    /* or does not come so far */
};

enum hook_end {
	HOOK_DONE,
	HOOK_FAILED,
	HOOK_LATE, /* it was ended after `hook_timeout_s` */
};

/* Hooks that run one after another; those of other queues run beside them. */
struct hook_queue {
	void *ctx;
	struct diags *diags;
	/* Sets the next one. Returns false: there is none. */
	bool (*next)(void *ctx, struct hook *out);
	/* It has ended; where not well, a problem was added to `diags`. */
	void (*ended)(void *ctx, enum hook_end how);
};

struct hooks {
	const struct hook_queue *queues;
	size_t n;
	size_t n_abreast;             /* hooks that run at a time; at least 1 */
	void (*meanwhile)(void *ctx); /* as in struct children */
	void *ctx;
};

/* Runs all of them. */
void
hooks_run(const struct project *project, const struct hooks *hooks);

/* What stands for {zone}, {output}, {serial} and {draft} in the arguments of a hook. */
struct hook_subject {
	const struct project_zone *zone; /* NULL: it is for all, and has none of them */
	uint32_t serial;
	const char *draft; /* path; NULL: there is none */
};

/* The project's hook, in `a`. There must be one. */
struct hook
hook_of(struct arena *a, const struct project *project, enum project_hook which,
    const struct hook_subject *subject);

/* Are the commands of the project there, those of certificates among them? What the project's own
 * folder lacks is an error. Returns 0, or -1 with problems added. */
int
hooks_check(struct diags *diags, const struct project *project);

/* The command of `certificate`, `kind` being HOOK_DEPLOY or HOOK_NOTIFY, in whose arguments {name},
 * {current}, {next} and {id} stand for its name, the absolute paths of its files, and `id`; in `a`.
 * There must be one. */
struct hook
hook_of_certificate(struct arena *a, const struct project *project, enum hook_kind kind,
    const struct project_certificate *certificate, const char *id);

/* The project's `notify` hook for a key of `zone`: {name} is the zone's name, and there are no
 * files. There must be one. */
struct hook
hook_of_key(struct arena *a, const struct project *project, const struct project_zone *zone,
    const char *id);

/* From here on hooks run in a process that is started now, ahead of all threads: this one may give
 * up what they need (base/sandbox.h). Certificates are deployed if `deploys`. Does nothing where
 * the project has no commands. Returns 0, or -1 with one problem added. */
int
hooks_begin(struct diags *diags, struct project *project, bool deploys);

void
hooks_end(struct project *project);

#endif
