#define _GNU_SOURCE
#include "project/clash.h"

#include "history/state.h"
#include "project/lock_file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Which file or folder it is, whatever it is called. */
struct identity {
	dev_t device;
	ino_t inode; /* 0: it does not exist yet */
};

/* A file that zonepp reads or writes. */
struct use {
	const char *path; /* absolute */
	struct identity file, folder;
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
	const struct roots *outputs;
	/* The folder of the output before, of which no part is a link: most are in one. */
	struct {
		const char *path; /* NULL: there is none */
		int fd;
		struct identity is;
	} last;
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
compare_identities(struct identity a, struct identity b)
{
	if (a.device != b.device)
		return a.device > b.device ? 1 : -1;
	return (a.inode > b.inode) - (a.inode < b.inode);
}

static int
by_inode(const void *a, const void *b)
{
	const struct use *m = a, *n = b;
	int order = compare_identities(m->file, n->file);

	return order ? order : order_of(m, n);
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
	return a->file.inode && compare_identities(a->file, b->file) == 0 && !same_path(a, b);
}

static int
by_place(const void *a, const void *b)
{
	const struct use *m = a, *n = b;
	int order = m->name && n->name ? strcmp(m->name, n->name) : !m->name - !n->name;

	if (order == 0)
		order = compare_identities(m->folder, n->folder);
	return order ? order : order_of(a, b);
}

/* Symbolic links that end at one file, which is still to be made. */
static bool
same_place(const struct use *a, const struct use *b)
{
	return !a->file.inode && !b->file.inode && a->name && b->name &&
	       strcmp(a->name, b->name) == 0 && compare_identities(a->folder, b->folder) == 0 &&
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
add_path(struct uses *uses, const char *path)
{
	struct use *use;

	uses->items = mem_grow(uses->items, uses->n, &uses->cap, sizeof(*uses->items));
	use = &uses->items[uses->n++];
	*use = (struct use){.path = file_absolute_in(&uses->a, uses->outputs, path)};
	return use;
}

static struct use *
add(struct uses *uses, const char *path)
{
	struct use *use = add_path(uses, path);
	struct stat st;

	if (look(uses->diags, path, &st) && S_ISREG(st.st_mode))
		use->file = (struct identity){st.st_dev, st.st_ino};
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

static void
forget_folder(struct uses *uses)
{
	if (uses->last.path)
		close(uses->last.fd);
	uses->last.path = NULL;
}

/* Keeps the folder of the output, unless its path leads there by way of a link. */
static void
keep_folder(struct uses *uses, const struct use *output, int fd)
{
	const char *slash = strrchr(output->path, '/');

	forget_folder(uses);
	if (strcmp(output->name, slash + 1) != 0 || file_is_linked(uses->outputs, output->path)) {
		close(fd);
		return;
	}
	uses->last.path = arena_text(&uses->a, output->path, (size_t)(slash - output->path));
	uses->last.fd = fd;
	uses->last.is = output->folder;
}

/* An output that a link leads astray is refused when its zone is built: it keeps no other zone from
 * being built, for any change of the project can make such a link. */
static void
find_place(struct uses *uses, struct use *output)
{
	char name[NAME_MAX + 1];
	int fd = confine_folder(uses->outputs, output->path, false, name);
	struct stat st;

	if (fd < 0 && errno == EXDEV)
		output->file.inode = 0;
	if (fd < 0)
		return;
	if (fstat(fd, &st) < 0) {
		close(fd);
		return;
	}
	output->folder = (struct identity){st.st_dev, st.st_ino};
	output->name = arena_text(&uses->a, name, strlen(name));
	keep_folder(uses, output, fd);
}

/* Finds an output in the folder of the one before, unless there is something that is no file. */
static bool
find_beside(struct uses *uses, struct use *output)
{
	const char *slash = strrchr(output->path, '/');
	size_t len = (size_t)(slash - output->path);
	struct stat st;

	if (!uses->last.path || strlen(uses->last.path) != len ||
	    memcmp(uses->last.path, output->path, len) != 0)
		return false;
	if (fstatat(uses->last.fd, slash + 1, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (!S_ISREG(st.st_mode))
			return false;
		output->file = (struct identity){st.st_dev, st.st_ino};
	} else if (errno != ENOENT) {
		return false;
	}
	output->folder = uses->last.is;
	output->name = slash + 1;
	return true;
}

static void
add_zone(struct uses *uses, const struct project_zone *zone)
{
	struct use *output;
	struct stat st;

	add(uses, zone->template)->zone = zone;
	output = add_path(uses, zone->output);
	output->zone = zone;
	output->is_output = true;
	if (find_beside(uses, output))
		return;
	if (look(uses->diags, zone->output, &st) && S_ISREG(st.st_mode))
		output->file = (struct identity){st.st_dev, st.st_ino};
	find_place(uses, output);
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
		add_zone(uses, &project->zones[i]);
}

/* --- Folders of which some files are not for zones --- */

struct folder {
	const char *path; /* absolute */
	struct identity is;
};

static struct folder
folder_of(struct diags *diags, struct arena *a, const char *path)
{
	struct folder folder = {.path = file_absolute(a, path)};
	struct stat st;

	if (look(diags, folder.path, &st))
		folder.is = (struct identity){st.st_dev, st.st_ino};
	return folder;
}

static bool
same_folder(struct folder a, struct folder b)
{
	return strcmp(a.path, b.path) == 0 || (a.is.inode && compare_identities(a.is, b.is) == 0);
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
	struct arena a = {0}, scratch = {0};
	struct folder own = folder_of(diags, &a, file_join(&a, project->folder, ".zonepp"));
	struct folder parent = {.path = ""};
	const char *last = NULL; /* the parent as the project file has it */

	for (size_t i = 0; i < project->n_zones; i++) {
		const struct project_zone *zone = &project->zones[i];
		const char *folder = file_folder(&scratch, zone->output);

		if (!last || strcmp(folder, last) != 0) {
			last = arena_text(&a, folder, strlen(folder));
			parent = folder_of(diags, &a, folder);
		}
		if (same_folder(own, parent))
			diag_add(diags, zone->pos, P_OUTPUT,
			    "the output of zone \"%s\" is in the cache's folder, %s",
			    zone->name_text, zone->output);
		else if (is_among_keys(diags, &scratch, project, zone->output, parent))
			diag_add(diags, zone->pos, P_OUTPUT,
			    "the output of zone \"%s\" has the name of a key, %s", zone->name_text,
			    zone->output);
		arena_reset(&scratch, (struct arena_mark){NULL, NULL});
	}
	arena_free(&scratch);
	arena_free(&a);
}

int
clash_check(struct diags *diags, const struct project *project)
{
	size_t n_errors = diags->n_severity[SEVERITY_ERROR];
	struct uses uses = {.diags = diags, .outputs = &project->outputs};

	add_all(&uses, project);
	forget_folder(&uses);
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
