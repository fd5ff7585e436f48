#define _GNU_SOURCE
#include "project/clash.h"

#include "base/mem.h"

#include <stdlib.h>
#include <sys/stat.h>

/* A file that zonepp reads or writes. */
struct use {
	const char *path; /* absolute */
	dev_t device;
	ino_t inode; /* 0: it does not exist yet */
	bool is_output;
	const struct project_zone *zone; /* NULL: the project file itself */
};

static int
order_of(const struct use *a, const struct use *b)
{
	uint64_t m = a->zone ? a->zone->pos.at : 0, n = b->zone ? b->zone->pos.at : 0;

	return m != n ? (m > n) - (m < n) : a->is_output - b->is_output;
}

static int
by_path(const void *a, const void *b)
{
	int order = strcmp(((const struct use *)a)->path, ((const struct use *)b)->path);

	return order ? order : order_of(a, b);
}

static int
by_inode(const void *a, const void *b)
{
	const struct use *m = a, *n = b;

	if (m->device != n->device)
		return m->device > n->device ? 1 : -1;
	if (m->inode != n->inode)
		return m->inode > n->inode ? 1 : -1;
	return order_of(a, b);
}

static bool
same_path(const struct use *a, const struct use *b)
{
	return strcmp(a->path, b->path) == 0;
}

/* The same file by another path: symbolic and hard links. */
static bool
same_inode(const struct use *a, const struct use *b)
{
	return a->inode && a->device == b->device && a->inode == b->inode && !same_path(a, b);
}

/* `a` stands ahead of `b` in the project file. */
static void
clash(struct diags *diags, const struct project *project, const struct use *a, const struct use *b)
{
	const struct use *out = b->is_output ? b : a, *other = b->is_output ? a : b;
	struct pos pos = b->zone->pos;

	if (!other->zone)
		diag_add(diags, pos, P_OUTPUT, "the output of zone \"%s\" is the project file, %s",
		    out->zone->name_text, project->path);
	else if (other->is_output)
		diag_add(diags, pos, P_OUTPUT, "zones \"%s\" and \"%s\" have one output, %s",
		    other->zone->name_text, out->zone->name_text, out->zone->output);
	else
		diag_add(diags, pos, P_OUTPUT,
		    "the output of zone \"%s\" is the template of zone \"%s\", %s",
		    out->zone->name_text, other->zone->name_text, out->zone->output);
}

/* Of the uses of one file, its first output must not meet any other. */
static void
find_clashes(struct diags *diags, const struct project *project, const struct use *uses, size_t n,
    bool (*same)(const struct use *, const struct use *))
{
	for (size_t i = 0, end, output; i < n; i = end) {
		for (end = i + 1; end < n && same(&uses[i], &uses[end]); end++)
			;
		for (output = i; output < end && !uses[output].is_output; output++)
			;
		for (size_t k = i; output < end && k < end; k++)
			if (k < output)
				clash(diags, project, &uses[k], &uses[output]);
			else if (k > output)
				clash(diags, project, &uses[output], &uses[k]);
	}
}

static struct use
use_of(struct arena *a, const char *path, bool is_output, const struct project_zone *zone)
{
	struct use use = {.is_output = is_output, .zone = zone};
	struct stat st;

	use.path = file_absolute(a, path);
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		use.device = st.st_dev;
		use.inode = st.st_ino;
	}
	return use;
}

int
clash_check(struct diags *diags, const struct project *project)
{
	size_t n_errors = diags->n_severity[SEVERITY_ERROR], n = 0;
	struct use *uses = mem_alloc((2 * project->n_zones + 1) * sizeof(*uses));
	struct arena scratch = {0};

	uses[n++] = use_of(&scratch, project->path, false, NULL);
	for (size_t i = 0; i < project->n_zones; i++) {
		const struct project_zone *zone = &project->zones[i];

		uses[n++] = use_of(&scratch, zone->template, false, zone);
		uses[n++] = use_of(&scratch, zone->output, true, zone);
	}
	qsort(uses, n, sizeof(*uses), by_path);
	find_clashes(diags, project, uses, n, same_path);
	qsort(uses, n, sizeof(*uses), by_inode);
	find_clashes(diags, project, uses, n, same_inode);
	free(uses);
	arena_free(&scratch);
	return diags->n_severity[SEVERITY_ERROR] > n_errors ? -1 : 0;
}
