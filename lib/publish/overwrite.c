#define _GNU_SOURCE
#include "publish/overwrite.h"

#include <sys/stat.h>

int
overwrite_check(struct diags *diags, const struct roots *roots, const char *path)
{
	struct stat output, input;

	if (file_stat(roots, path, &output) < 0 || !S_ISREG(output.st_mode))
		return 0;
	for (size_t i = 0; i < diags->n_inputs; i++)
		if (stat(diags->inputs[i].path, &input) == 0 && input.st_dev == output.st_dev &&
		    input.st_ino == output.st_ino)
			return diag_add_path(diags, path, P_OUTPUT,
			    "the zone would be written over %s, of which it is made",
			    diags->inputs[i].path);
	return 0;
}
