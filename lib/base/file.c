#define _GNU_SOURCE
#include "base/file.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct mapping {
	void *data;
	size_t len;
	struct mapping *older;
};

static void
mapping_release(void *handle)
{
	struct mapping *mapping = handle;

	munmap(mapping->data, mapping->len);
	free(mapping);
}

/* An anonymous zero page behind the file's pages keeps the '\0' where the file fills its last one. */
static int
map_regular(struct diags *diags, int fd, size_t len, struct text *out)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (len / page + 1) * page;
	struct mapping *mapping;
	void *data;

	data = mmap(NULL, room, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED)
		return -1;
	if (len && mmap(data, len, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED) {
		munmap(data, room);
		return -1;
	}
	madvise(data, len, MADV_SEQUENTIAL);
	mapping = mem_alloc(sizeof(*mapping));
	*mapping = (struct mapping){data, room, diags->mappings};
	diags->mappings = mapping;
	arena_on_free(&diags->arena, mapping_release, mapping);
	*out = (struct text){data, len};
	return 0;
}

static int
read_stream(struct diags *diags, int fd, struct text *out)
{
	struct buf buf = {0};
	ssize_t n;

	for (;;) {
		n = read(fd, buf_reserve(&buf, 65536), 65536);
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			buf_free(&buf);
			return -1;
		}
		buf.len += (size_t)n;
	}
	buf_putc(&buf, '\0');
	arena_on_free(&diags->arena, free, buf.data);
	*out = (struct text){buf.data, buf.len - 1};
	return 0;
}

/* Small files are read: that costs less than two mappings. */
static int
read_small(struct diags *diags, int fd, size_t len, struct text *out)
{
	char *data = (char *)arena_bytes(&diags->arena, len + 1);
	size_t have = 0;

	while (have < len) {
		ssize_t n = read(fd, data + have, len - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	data[have] = '\0';
	*out = (struct text){data, have};
	return 0;
}

static int
load_fd(struct diags *diags, int fd, bool streams, struct text *out)
{
	enum { SMALL = 65536 };
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	if (!S_ISREG(st.st_mode) && !streams) {
		errno = EINVAL;
		return -1;
	}
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return read_stream(diags, fd, out); /* /proc files claim no size */
	if (st.st_size <= SMALL)
		return read_small(diags, fd, (size_t)st.st_size, out);
	return map_regular(diags, fd, (size_t)st.st_size, out);
}

static bool
is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 &&
	    (n == 1 || path[n] == '/' || path[n] == '\0'); /* 1: the folder is "/" */
}

static bool
is_allowed(const struct roots *roots, const char *path)
{
	for (size_t i = 0; i < roots->n_allowed; i++)
		if (is_below(path, roots->allowed[i]))
			return true;
	return false;
}

/* The absolute path with `.`, `..` and double slashes worked out; freed by caller. */
static char *
absolute_path(const char *path)
{
	struct buf in = {0}, out = {0};
	char *cwd = path[0] == '/' ? NULL : getcwd(NULL, 0);
	char *save = NULL;

	if (cwd) {
		buf_puts(&in, cwd);
		buf_putc(&in, '/');
	}
	buf_put(&in, path, strlen(path) + 1);
	for (char *part = strtok_r(in.data, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
		if (strcmp(part, ".") == 0)
			continue;
		if (strcmp(part, "..") == 0) {
			while (out.len > 0 && out.data[--out.len] != '/')
				;
			continue;
		}
		buf_putc(&out, '/');
		buf_puts(&out, part);
	}
	if (out.len == 0)
		buf_putc(&out, '/');
	buf_putc(&out, '\0');
	free(cwd);
	buf_free(&in);
	return out.data;
}

/* Opens `relative` inside `folder`; errno is EXDEV where the path leads out of it. */
static int
open_beneath(const char *folder, const char *relative)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, .resolve = RESOLVE_BENEATH};
	int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC), fd, saved;

	if (dir < 0)
		return -1;
	fd = (int)syscall(SYS_openat2, dir, *relative ? relative : ".", &how, sizeof(how));
	saved = errno;
	close(dir);
	errno = saved;
	return fd;
}

/* Is `real`, without symbolic links, below what `folder` is without them? */
static bool
is_really_below(const char *real, const char *folder)
{
	char *real_folder = realpath(folder, NULL);
	bool below = real_folder && is_below(real, real_folder);

	free(real_folder);
	return below;
}

/* A path in the project that leads out of it: good if it ends in the project or an allowed folder. */
static int
open_resolved(const struct roots *roots, const char *path)
{
	char *real = realpath(path, NULL);
	bool good;
	int fd = -1;

	if (!real)
		return -1;
	good = is_really_below(real, roots->project);
	for (size_t i = 0; !good && i < roots->n_allowed; i++)
		good = is_really_below(real, roots->allowed[i]);
	if (good)
		fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	else
		errno = EXDEV;
	free(real);
	return fd;
}

static int
open_confined(const struct roots *roots, const char *path)
{
	char *absolute = absolute_path(path);
	int fd;

	if (is_allowed(roots, absolute)) {
		fd = open(absolute, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	} else if (!is_below(absolute, roots->project)) {
		errno = EXDEV;
		fd = -1;
	} else {
		const char *relative = absolute + strlen(roots->project);

		fd = open_beneath(roots->project, relative + (*relative == '/'));
		if (fd < 0 && (errno == EXDEV || errno == ENOSYS || errno == EPERM))
			fd = open_resolved(roots, absolute);
	}
	free(absolute);
	return fd;
}

static int
report(struct diags *diags, struct pos pos, const char *path)
{
	int error = errno;
	enum problem problem = error == EXDEV ? F_CONFINED : F_READ;
	const char *why = error == EXDEV ? "it lies outside the project's folders" :
	    error == EINVAL		 ? "it is not a regular file" :
					   strerror(error);

	if (!pos.at)
		return diag_add_path(diags, path, problem, "cannot read %s: %s", path, why);
	return diag_error(diags, pos, problem, "cannot read %s: %s", path, why);
}

/* Pipes and devices are read only where a person named them: what a template or project names may not
 * make a build wait, or read without end. */
static int
load(struct diags *diags, const struct roots *roots, const char *path, bool streams,
    struct text *out)
{
	int mode = streams ? O_RDONLY | O_CLOEXEC : O_RDONLY | O_CLOEXEC | O_NONBLOCK;
	int fd, result, saved;

	if (strcmp(path, "-") == 0)
		return read_stream(diags, STDIN_FILENO, out);
	fd = roots ? open_confined(roots, path) : open(path, mode);
	if (fd < 0)
		return -1;
	result = load_fd(diags, fd, streams, out);
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}

void
file_note_input(struct diags *diags, const char *path, struct text text)
{
	struct input *input;

	if (!diags->track_inputs)
		return;
	diags->inputs =
	    mem_grow(diags->inputs, diags->n_inputs, &diags->cap_inputs, sizeof(*diags->inputs));
	input = &diags->inputs[diags->n_inputs++];
	*input = (struct input){
	    .path = file_absolute(&diags->arena, path), .there = text.data != NULL};
	if (text.data) {
		digest_sha256((struct bytes){(const uint8_t *)text.data, text.len}, input->sha256);
		file_release(diags, text, text.data + text.len);
	}
}

bool
file_digest(const char *path, uint8_t sha256[32])
{
	struct diags diags = {0};
	struct text text;
	bool there = load(&diags, NULL, path, false, &text) == 0;

	if (there)
		digest_sha256((struct bytes){(const uint8_t *)text.data, text.len}, sha256);
	diags_free(&diags);
	return there;
}

int
file_load(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    struct text *out)
{
	if (load(diags, roots, path, !roots && !pos.at, out) < 0)
		return report(diags, pos, path);
	file_note_input(diags, path, *out);
	return 0;
}

int
file_load_if(struct diags *diags, const struct roots *roots, const char *path, struct text *out)
{
	if (load(diags, roots, path, false, out) < 0) {
		*out = (struct text){0};
		if (errno != ENOENT && errno != ENOTDIR)
			return report(diags, pos_none(), path);
	}
	file_note_input(diags, path, *out);
	return 0;
}

char *
file_beside(struct arena *a, const char *base, struct text path)
{
	const char *slash = strrchr(base, '/');

	if (!slash || (path.len && path.data[0] == '/'))
		return arena_text(a, path.data, path.len);
	return arena_printf(a, "%.*s/%.*s", (int)(slash - base), base, (int)path.len, path.data);
}

char *
file_join(struct arena *a, const char *folder, const char *path)
{
	if (*path == '/' || strcmp(folder, ".") == 0 || *folder == '\0')
		return arena_text(a, path, strlen(path));
	return arena_printf(a, "%s/%s", folder, path);
}

char *
file_absolute(struct arena *a, const char *path)
{
	char *absolute = absolute_path(path), *copy = arena_text(a, absolute, strlen(absolute));

	free(absolute);
	return copy;
}

/* Only what is mapped comes back by itself when it is touched again. */
void
file_release(const struct diags *diags, struct text text, const char *end)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t len = (size_t)(end - text.data) / page * page;
	const struct mapping *mapping = diags->mappings;

	while (mapping && mapping->data != text.data)
		mapping = mapping->older;
	if (mapping && len > 0)
		madvise(mapping->data, len, MADV_DONTNEED);
}
