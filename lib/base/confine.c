#define _GNU_SOURCE
#include "base/confine.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	LINKS_MOST = 40,  /* as the kernel */
	DEPTH_MOST = 256, /* folders above a file */
	FOLDER = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
};

/* Which folder it is, whatever it is called. */
struct identity {
	dev_t device;
	ino_t inode; /* 0: none */
};

/* A folder on the way from "/", or from the project. */
struct step {
	struct identity place;
	bool in_project, in_allowed;
};

struct walk {
	const struct roots *roots;
	struct identity project, beside, own; /* `own`: the folder that a strict path names */
	struct identity *allowed;
	bool make;
	bool to_folder; /* the last name is to be entered, too */
	bool begins_in_project;
	bool left_by_above; /* it did, and what is above it must be known */

	int fd; /* the last of `steps` */
	struct step steps[DEPTH_MOST];
	unsigned depth;
	bool strange; /* a stranger's link was followed */
	bool trusted; /* else: the operator's word leads here */
	bool honest;  /* whoever wrote the path may know what is at it */

	char *text;        /* what `ahead` is in */
	const char *ahead; /* names that are to come */
	unsigned n_links;
	char *name; /* NAME_MAX + 1 octets: the one that is looked at */
};

bool
confine_is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 &&
	       (n == 1 || path[n] == '/' || path[n] == '\0'); /* 1: the folder is "/" */
}

/* --- Where the walk is --- */

static bool
is_same(struct identity a, struct identity b)
{
	return a.inode && a.device == b.device && a.inode == b.inode;
}

static const struct step *
here(const struct walk *walk)
{
	return &walk->steps[walk->depth - 1];
}

static bool
is_permitted(const struct walk *walk)
{
	return walk->trusted || here(walk)->in_allowed ||
	       (!walk->roots->strict && here(walk)->in_project);
}

static bool
is_allowed(const struct walk *walk, struct identity place)
{
	for (size_t i = 0; i < walk->roots->n_allowed; i++)
		if (is_same(walk->allowed[i], place))
			return true;
	return is_same(walk->own, place);
}

static int
refuse_with(int fd, int error)
{
	errno = error;
	return file_close(fd, -1);
}

static int
identity_of(int fd, struct identity *out)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	*out = (struct identity){st.st_dev, st.st_ino};
	return 0;
}

/* Goes on in the folder `fd`, which is taken. */
static int
enter(struct walk *walk, int fd)
{
	struct step step = {0}, *last = walk->depth ? &walk->steps[walk->depth - 1] : &step;

	if (walk->depth == DEPTH_MOST)
		return refuse_with(fd, ENAMETOOLONG);
	if (identity_of(fd, &step.place) < 0)
		return file_close(fd, -1);
	step.in_project = last->in_project || is_same(step.place, walk->project) ||
			  is_same(step.place, walk->beside);
	step.in_allowed = last->in_allowed || is_allowed(walk, step.place);
	walk->steps[walk->depth++] = step;
	if (walk->fd >= 0)
		close(walk->fd);
	walk->fd = fd;
	return 0;
}

static int
enter_root(struct walk *walk)
{
	int fd = open("/", FOLDER);

	walk->depth = 0;
	walk->begins_in_project = false;
	return fd < 0 ? -1 : enter(walk, fd);
}

/* Most paths lie in the project: what is above it need not be walked through. The kernel may follow
 * the operator's links to it. */
static int
enter_project(struct walk *walk)
{
	const char *project = walk->roots->project;
	int fd = walk->roots->project_fd > 0 ? fcntl(walk->roots->project_fd, F_DUPFD_CLOEXEC, 0)
					     : open(project, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || identity_of(fd, &walk->project) < 0)
		return fd < 0 ? -1 : file_close(fd, -1);
	walk->ahead += strlen(project);
	return enter(walk, fd);
}

/* Goes to the folder above, which is still the one that the walk came through. */
static int
go_up(struct walk *walk)
{
	struct identity above;
	int fd;

	if (walk->depth == 1) {
		walk->left_by_above = walk->begins_in_project;
		return walk->left_by_above ? -1 : 0;
	}
	fd = openat(walk->fd, "..", FOLDER);
	if (fd < 0 || identity_of(fd, &above) < 0)
		return fd < 0 ? -1 : file_close(fd, -1);
	if (!is_same(above, walk->steps[walk->depth - 2].place))
		return refuse_with(fd, EXDEV);
	close(walk->fd);
	walk->fd = fd;
	walk->depth--;
	return 0;
}

/* --- Names --- */

/* Takes the next name; returns false at the end. */
static bool
take_name(struct walk *walk, int *result)
{
	const char *begin = walk->ahead + strspn(walk->ahead, "/");
	size_t len = strcspn(begin, "/");

	walk->ahead = begin + len;
	walk->ahead += strspn(walk->ahead, "/");
	if (len > NAME_MAX) {
		errno = ENAMETOOLONG;
		*result = -1;
		return false;
	}
	memcpy(walk->name, begin, len);
	walk->name[len] = '\0';
	return len > 0;
}

/* May a stranger's path that begins so be told what is there? */
static bool
begins_in_root(const struct roots *roots, const char *path)
{
	if (strstr(path, "/.."))
		return false;
	for (size_t i = 0; i < roots->n_allowed; i++)
		if (confine_is_below(path, roots->allowed[i]))
			return true;
	return (roots->project && confine_is_below(path, roots->project)) ||
	       (roots->beside && confine_is_below(path, roots->beside));
}

/* Whose word is a link in this folder? */
static void
judge_link(struct walk *walk, bool last)
{
	bool strict = walk->roots->strict;

	if (here(walk)->in_project || (strict && last))
		walk->strange = true;
	if (walk->strange)
		walk->trusted = false;
	else if (!strict && here(walk)->in_allowed)
		walk->trusted = true;
}

/* Goes on along the link that bears the name; errno is EINVAL where it is no link. */
static int
follow(struct walk *walk, bool last)
{
	char target[PATH_MAX], *text;
	ssize_t n = readlinkat(walk->fd, walk->name, target, sizeof(target));
	size_t rest = strlen(walk->ahead);

	if (n < 0)
		return -1;
	if (n == 0 || n == (ssize_t)sizeof(target) || ++walk->n_links > LINKS_MOST) {
		errno = ELOOP;
		return -1;
	}
	judge_link(walk, last);
	text = mem_alloc((size_t)n + 1 + rest + 1);
	memcpy(text, target, (size_t)n);
	text[n] = '\0';
	walk->honest = *text == '/' && begins_in_root(walk->roots, text);
	text[n] = '/';
	memcpy(text + n + 1, walk->ahead, rest + 1);
	free(walk->text);
	walk->ahead = walk->text = text;
	return *text == '/' ? enter_root(walk) : 0;
}

/* Opens the folder that bears the name, which is made first where it is missing and may be. */
static int
open_step(const struct walk *walk)
{
	int fd = openat(walk->fd, walk->name, FOLDER);

	if (fd >= 0 || errno != ENOENT || !walk->make || !is_permitted(walk))
		return fd;
	if (mkdirat(walk->fd, walk->name, 0777) < 0 && errno != EEXIST)
		return -1;
	return openat(walk->fd, walk->name, FOLDER);
}

/* Enters the folder that bears the name, or goes on along the link. */
static int
step_into(struct walk *walk, bool last)
{
	int fd = open_step(walk);

	if (fd >= 0)
		return enter(walk, fd);
	if (errno != ENOTDIR && errno != ELOOP)
		return -1;
	if (follow(walk, last) == 0)
		return 0;
	if (errno == EINVAL)
		errno = ENOTDIR;
	return -1;
}

/* The file's own name: if it is a link the walk goes on, and else it ends before it. */
static int
reach_file(struct walk *walk, bool *there)
{
	const struct step *folder = here(walk);

	if (walk->roots->strict && walk->trusted && !folder->in_project) {
		walk->own = folder->place;
		walk->steps[walk->depth - 1].in_allowed = true;
	}
	if (!is_permitted(walk))
		return step_into(walk, true);
	if (follow(walk, true) == 0)
		return 0;
	*there = errno == EINVAL || errno == ENOENT;
	return *there ? 0 : -1;
}

/* Walks to the end, and leaves the last name there; that of a folder is ".". */
static int
go(struct walk *walk)
{
	int result = walk->begins_in_project ? enter_project(walk) : enter_root(walk);
	bool there = false;

	while (result == 0 && !there && take_name(walk, &result)) {
		bool last = !*walk->ahead;

		if (strcmp(walk->name, ".") == 0)
			continue;
		if (strcmp(walk->name, "..") == 0)
			result = go_up(walk);
		else if (last && !walk->to_folder)
			result = reach_file(walk, &there);
		else
			result = step_into(walk, last);
	}
	if (result == 0 && !there)
		memcpy(walk->name, ".", sizeof("."));
	if (walk->depth == 0 || is_permitted(walk))
		return result;
	if (result == 0 || !walk->honest)
		errno = EXDEV;
	return -1;
}

/* --- Roots --- */

/* Returns -1 with errno set. */
static int
identity_at(const char *path, struct identity *out)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -1;
	*out = (struct identity){st.st_dev, st.st_ino};
	return 0;
}

/* Does the error tell that the caller can reach no such folder? Others tell nothing. */
static bool
is_out_of_reach(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES || error == ELOOP ||
	       error == EXDEV;
}

static int
walk_to(const struct roots *roots, const char *path, bool make, bool to_folder,
    char name[NAME_MAX + 1]);

/* A folder of the project allows nothing where a link leads to it. */
static int
allowed_at(const struct roots *roots, const char *path, struct identity *out)
{
	struct roots strictly = {.project = roots->project, .strict = true};
	char name[NAME_MAX + 1];
	int fd, result;

	*out = (struct identity){0};
	if (!roots->project || !confine_is_below(path, roots->project))
		return identity_at(path, out) < 0 && !is_out_of_reach(errno) ? -1 : 0;
	fd = walk_to(&strictly, path, false, true, name);
	if (fd < 0)
		return is_out_of_reach(errno) ? 0 : -1;
	result = identity_of(fd, out);
	close(fd);
	return result;
}

/* Is all that matters of folders above the project that they are above it? */
static bool
may_begin_in_project(const struct roots *roots, const char *path)
{
	return roots->project && (!roots->strict || roots->n_allowed == 0) &&
	       confine_is_below(path, roots->project);
}

/* `from_root`: not from the project, though the path may begin there. */
static int
walk_from(const struct roots *roots, const char *path, bool make, bool to_folder, bool *from_root,
    char name[NAME_MAX + 1])
{
	struct walk walk = {.roots = roots,
	    .allowed = mem_alloc((roots->n_allowed + 1) * sizeof(*walk.allowed)),
	    .make = make,
	    .to_folder = to_folder,
	    .begins_in_project = !*from_root && may_begin_in_project(roots, path),
	    .fd = -1,
	    .trusted = roots->strict,
	    .honest = begins_in_root(roots, path),
	    .ahead = path,
	    .name = name};
	int result = 0;

	if (roots->project && !walk.begins_in_project)
		result = roots->project_fd > 0 ? identity_of(roots->project_fd, &walk.project)
					       : identity_at(roots->project, &walk.project);
	if (result == 0 && roots->beside)
		result = identity_at(roots->beside, &walk.beside);
	for (size_t i = 0; result == 0 && i < roots->n_allowed; i++)
		result = allowed_at(roots, roots->allowed[i], &walk.allowed[i]);
	result = result == 0 ? go(&walk) : -1;
	*from_root = walk.left_by_above;
	free(walk.allowed);
	free(walk.text);
	if (result < 0 && walk.fd >= 0)
		return file_close(walk.fd, -1);
	return result < 0 ? -1 : walk.fd;
}

static int
walk_to(
    const struct roots *roots, const char *path, bool make, bool to_folder, char name[NAME_MAX + 1])
{
	bool from_root = false;
	int fd = walk_from(roots, path, make, to_folder, &from_root, name);

	return from_root ? walk_from(roots, path, make, to_folder, &from_root, name) : fd;
}

/* --- Most paths lead through no link --- */

/* Is it for the walk to find out: there is a link, or a kernel that leaves openat2(2) out? */
static bool
is_left_to_walk(int error)
{
	return error == ELOOP || error == EXDEV || error == EAGAIN || error == ENOSYS ||
	       error == EPERM;
}

/* Opens a path of the project in which no name is a link: whoever may write it may have what is
 * there. The kernel sees to both. Returns false where the walk has to. */
static bool
open_directly(const struct roots *roots, const char *path, size_t len, int flags, int *result)
{
	struct open_how how = {
	    .flags = (unsigned)flags | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
	size_t above = roots->project ? strlen(roots->project) : 0;
	char relative[PATH_MAX];
	int project = roots->project_fd;

	if (above <= 1 || len <= above + 1 || len - above > sizeof(relative) ||
	    !confine_is_below(path, roots->project))
		return false;
	memcpy(relative, path + above + 1, len - above - 1);
	relative[len - above - 1] = '\0';
	if (project <= 0)
		project = open(roots->project, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (project < 0)
		return false;
	*result = (int)syscall(SYS_openat2, project, relative, &how, sizeof(how));
	if (project != roots->project_fd)
		file_close(project, 0);
	return *result >= 0 || !is_left_to_walk(errno);
}

/* The same for confine_folder. */
static bool
folder_directly(const struct roots *roots, const char *path, char name[NAME_MAX + 1], int *result)
{
	const char *slash = strrchr(path, '/');
	char link[1];

	if (!slash || strlen(slash + 1) > NAME_MAX ||
	    !open_directly(roots, path, (size_t)(slash - path), O_PATH | O_DIRECTORY, result))
		return false;
	if (*result < 0)
		return true;
	memcpy(name, slash + 1, strlen(slash + 1) + 1);
	if (readlinkat(*result, name, link, sizeof(link)) < 0 &&
	    (errno == EINVAL || errno == ENOENT))
		return true;
	close(*result);
	return false;
}

int
confine_folder(const struct roots *roots, const char *path, bool make, char name[NAME_MAX + 1])
{
	int fd;

	if (folder_directly(roots, path, name, &fd) && (fd >= 0 || !make))
		return fd;
	return walk_to(roots, path, make, false, name);
}

/* A name that became a link since it was read is walked to anew. */
int
confine_open(const struct roots *roots, const char *path, int flags)
{
	char name[NAME_MAX + 1];
	int fd = -1;

	if (!(flags & O_CREAT) && open_directly(roots, path, strlen(path), flags, &fd))
		return fd;
	for (unsigned i = 0; i < LINKS_MOST; i++) {
		int folder =
		    walk_to(roots, path, (flags & O_CREAT) != 0, (flags & O_DIRECTORY) != 0, name);

		if (folder < 0)
			return -1;
		fd = openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC, 0666);
		if (fd >= 0) {
			close(folder);
			return fd;
		}
		file_close(folder, -1);
		if (errno != ELOOP)
			break;
	}
	return -1;
}
