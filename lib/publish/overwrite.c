#define _GNU_SOURCE
#include "publish/overwrite.h"

#include "base/file.h"

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
