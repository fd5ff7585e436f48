#define _GNU_SOURCE
#include "project/clash.h"

#include "history/state.h"
#include "project/lock_file.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that zonepp reads or writes. */
struct use {
	const char *path; /* absolute */
	dev_t device;
	ino_t inode; /* 0: it does not exist yet */
	struct stat folder;
	const char *name; /* in that folder, behind all links; NULL: the folder is not there */
	bool is_output;
	const struct project_zone *zone; /* of a template or an output; NULL: the project's own */
	const char *what;                /* then what it is */
};

struct uses {
	struct use *items;
	size_t n, cap;
	struct arena a; /* of the texts */
	struct diags *diags;
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

static int
by_place(const void *a, const void *b)
{
	const struct use *m = a, *n = b;
	int order = m->name && n->name ? strcmp(m->name, n->name) : !m->name - !n->name;

	if (order == 0 && m->folder.st_dev != n->folder.st_dev)
		return m->folder.st_dev > n->folder.st_dev ? 1 : -1;
	if (order == 0 && m->folder.st_ino != n->folder.st_ino)
		return m->folder.st_ino > n->folder.st_ino ? 1 : -1;
	return order ? order : order_of(a, b);
}

/* Symbolic links that end at one file, which is still to be made. */
static bool
same_place(const struct use *a, const struct use *b)
{
	return !a->inode && !b->inode && a->name && b->name && strcmp(a->name, b->name) == 0 &&
	       a->folder.st_dev == b->folder.st_dev && a->folder.st_ino == b->folder.st_ino &&
	       !same_path(a, b);
}

/* `a` stands ahead of `b` in the project file. */
static void
clash(struct diags *diags, const struct use *a, const struct use *b)
{
	const struct use *out = b->is_output ? b : a, *other = b->is_output ? a : b;
	struct pos pos = b->zone->pos;

	if (!other->zone)
		diag_add(diags, pos, P_OUTPUT, "the output of zone \"%s\" is %s, %s",
		    out->zone->name_text, other->what, out->zone->output);
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
find_clashes(struct diags *diags, const struct use *uses, size_t n,
    bool (*same)(const struct use *, const struct use *))
{
	for (size_t i = 0, end, output; i < n; i = end) {
		for (end = i + 1; end < n && same(&uses[i], &uses[end]); end++)
			;
		for (output = i; output < end && !uses[output].is_output; output++)
			;
		for (size_t k = i; output < end && k < end; k++)
			if (k < output)
				clash(diags, &uses[k], &uses[output]);
			else if (k > output)
				clash(diags, &uses[output], &uses[k]);
	}
}

/* What the caller may not look at is none of the outputs that he may write. */
static bool
look(struct diags *diags, const char *path, struct stat *st)
{
	if (stat(path, st) == 0)
		return true;
	if (!file_is_absence(errno) && errno != EACCES && errno != ELOOP)
		file_refuse(diags, NULL, path);
	return false;
}

static struct use *
add(struct uses *uses, const char *path)
{
	struct use *use;
	struct stat st;

	uses->items = mem_grow(uses->items, uses->n, &uses->cap, sizeof(*uses->items));
	use = &uses->items[uses->n++];
	*use = (struct use){.path = file_absolute(&uses->a, path)};
	if (look(uses->diags, path, &st) && S_ISREG(st.st_mode)) {
		use->device = st.st_dev;
		use->inode = st.st_ino;
	}
	return use;
}

/* A command that is looked for in PATH is no file of the project. */
static void
add_command(struct uses *uses, const struct project *project, const char *const *argv)
{
	if (argv && strchr(argv[0], '/'))
		add(uses, project_path_of(&uses->a, project->folder, argv[0]))->what =
		    "a command of the project";
}

static void
add_certificate(
    struct uses *uses, const struct project *project, const struct project_certificate *c)
{
	const char *const paths[] = {c->current, c->next};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (paths[i])
			add(uses, paths[i])->what =
			    arena_printf(&uses->a, "a file of the certificate \"%s\"", c->name);
	add_command(uses, project, c->deploy);
	add_command(uses, project, c->notify);
}

/* An output that a link leads astray is refused when its zone is built: it keeps no other zone from
 * being built, for any change of the project can make such a link. */
static void
find_place(struct arena *a, const struct roots *roots, struct use *output)
{
	char name[NAME_MAX + 1];
	int fd = confine_folder(roots, output->path, false, name);

	if (fd < 0 && errno == EXDEV)
		output->inode = 0;
	if (fd < 0)
		return;
	if (fstat(fd, &output->folder) == 0)
		output->name = arena_text(a, name, strlen(name));
	close(fd);
}

static void
add_zone(struct uses *uses, const struct project *project, const struct project_zone *zone)
{
	struct use *output;

	add(uses, zone->template)->zone = zone;
	output = add(uses, zone->output);
	output->zone = zone;
	output->is_output = true;
	find_place(&uses->a, &project->outputs, output);
}

static void
add_all(struct uses *uses, const struct project *project)
{
	add(uses, project->path)->what = "the project file";
	add(uses, state_path(&uses->a, project->path, project->folder))->what = "the state file";
	add(uses, lock_file_path(&uses->a, project))->what = "the lock file";
	for (size_t i = 0; i < project->n_certificates; i++)
		add_certificate(uses, project, &project->certificates[i]);
	for (int i = 0; i < N_PROJECT_HOOKS; i++)
		add_command(uses, project, project->hooks[i].argv);
	for (size_t i = 0; i < project->n_zones; i++)
		add_zone(uses, project, &project->zones[i]);
}

/* --- Folders of which some files are not for zones --- */

struct folder {
	const char *path; /* absolute */
	dev_t device;
	ino_t inode; /* 0: it does not exist yet */
};

static struct folder
folder_of(struct diags *diags, struct arena *a, const char *path)
{
	struct folder folder = {.path = file_absolute(a, path)};
	struct stat st;

	if (look(diags, folder.path, &st)) {
		folder.device = st.st_dev;
		folder.inode = st.st_ino;
	}
	return folder;
}

static bool
same_folder(struct folder a, struct folder b)
{
	return strcmp(a.path, b.path) == 0 ||
	       (a.inode && a.device == b.device && a.inode == b.inode);
}

static bool
is_key_name(const char *path)
{
	static const char *const ends[] = {".key", ".private", ".state"};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t len = strlen(name);

	for (size_t i = 0; *name == 'K' && i < sizeof(ends) / sizeof(ends[0]); i++)
		if (len > strlen(ends[i]) && strcmp(name + len - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

static bool
is_among_keys(struct diags *diags, struct arena *a, const struct project *project, const char *path,
    struct folder parent)
{
	for (size_t i = 0; is_key_name(path) && i < project->n_zones; i++)
		if (same_folder(folder_of(diags, a, project->zones[i].keys), parent))
			return true;
	return false;
}

static void
check_folders(struct diags *diags, const struct project *project)
{
	struct arena a = {0};
	struct folder own = folder_of(diags, &a, file_join(&a, project->folder, ".zonepp"));

	for (size_t i = 0; i < project->n_zones; i++) {
		const struct project_zone *zone = &project->zones[i];
		struct arena_mark mark = arena_mark(&a);
		struct folder parent =
		    folder_of(diags, &a, file_folder(&a, file_absolute(&a, zone->output)));

		if (same_folder(own, parent))
			diag_add(diags, zone->pos, P_OUTPUT,
			    "the output of zone \"%s\" is in the cache's folder, %s",
			    zone->name_text, zone->output);
		else if (is_among_keys(diags, &a, project, zone->output, parent))
			diag_add(diags, zone->pos, P_OUTPUT,
			    "the output of zone \"%s\" has the name of a key, %s", zone->name_text,
			    zone->output);
		arena_reset(&a, mark);
	}
	arena_free(&a);
}

int
clash_check(struct diags *diags, const struct project *project)
{
	size_t n_errors = diags->n_severity[SEVERITY_ERROR];
	struct uses uses = {.diags = diags};

	add_all(&uses, project);
	qsort(uses.items, uses.n, sizeof(*uses.items), by_path);
	find_clashes(diags, uses.items, uses.n, same_path);
	qsort(uses.items, uses.n, sizeof(*uses.items), by_inode);
	find_clashes(diags, uses.items, uses.n, same_inode);
	qsort(uses.items, uses.n, sizeof(*uses.items), by_place);
	find_clashes(diags, uses.items, uses.n, same_place);
	check_folders(diags, project);
	free(uses.items);
	arena_free(&uses.a);
	return diags->n_severity[SEVERITY_ERROR] > n_errors ? -1 : 0;
}
