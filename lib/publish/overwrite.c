#define _GNU_SOURCE
#include "publish/overwrite.h"

#include <fcntl.h>
#include <unistd.h>

int
overwrite_check(struct diags *diags, const struct roots *roots, const char *path)
{
	struct stat output, input;
	bool there;

	if (file_stat_if(diags, roots, path, &output, &there) < 0)
		return -1;
	for (size_t i = 0; there && S_ISREG(output.st_mode) && i < diags->n_inputs; i++) {
		const char *read = diags->inputs[i].path;
		bool is_there;

		if (file_stat_if(diags, NULL, read, &input, &is_there) < 0)
			return -1;
		if (is_there && input.st_dev == output.st_dev && input.st_ino == output.st_ino)
			return diag_add_path(diags, path, P_OUTPUT,
			    "the zone would be written over %s, of which it is made", read);
	}
	return 0;
}

enum { HEAD_MOST = 4096 };

/* Reads how the file begins. Returns 0, or -1 with one problem added. */
static int
read_head(struct diags *diags, const struct roots *roots, const char *path, char head[HEAD_MOST],
    struct text *out)
{
	int fd = file_open(roots, path, O_RDONLY | O_NONBLOCK);
	ssize_t len = fd < 0 ? -1 : read(fd, head, HEAD_MOST);

	if (fd >= 0)
		file_close(fd, 0);
	if (len < 0)
		return file_refuse(diags, roots, path);
	*out = (struct text){head, (size_t)len};
	return 0;
}

/* In PEM, or a key of BIND. */
static int
holds_key_or_certificate(
    struct diags *diags, const struct roots *roots, const char *path, bool *out)
{
	static const char pem[] = "-----BEGIN ";
	char head[HEAD_MOST];
	struct text text;

	if (read_head(diags, roots, path, head, &text) < 0)
		return -1;
	*out = file_is_private(text) || memmem(text.data, text.len, pem, sizeof(pem) - 1);
	return 0;
}

int
overwrite_check_own(struct diags *diags, const char *path, const char *begin)
{
	size_t len = strlen(begin);
	char head[HEAD_MOST];
	struct text text = {0};
	struct stat st;
	bool there;

	if (file_stat_if(diags, NULL, path, &st, &there) < 0)
		return -1;
	if (!there || !S_ISREG(st.st_mode) || st.st_size == 0)
		return 0;
	if (read_head(diags, NULL, path, head, &text) < 0)
		return -1;
	if (text.len >= len && memcmp(text.data, begin, len) == 0)
		return 0;
	return diag_add_path(
	    diags, path, P_THERE, "%s is there already, and nothing that this command wrote", path);
}

int
overwrite_check_zone(struct diags *diags, const struct roots *roots, const char *path,
    bool holds_zone, bool is_first)
{
	struct stat output;
	bool there, precious = false;

	if (file_stat_if(diags, roots, path, &output, &there) < 0)
		return -1;
	if (!there || !S_ISREG(output.st_mode))
		return 0;
	if (!holds_zone && holds_key_or_certificate(diags, roots, path, &precious) < 0)
		return -1;
	if (precious)
		return diag_add_path(diags, path, P_OUTPUT,
		    "the zone would be written over %s, which holds a key or a certificate", path);
	if (overwrite_check(diags, roots, path) < 0)
		return -1;
	if (holds_zone || !is_first || output.st_size == 0)
		return 0;
	return diag_add_path(diags, path, P_OUTPUT,
	    "%s is there already, and is no zone that was published: move it away, or name another "
	    "output",
	    path);
}
