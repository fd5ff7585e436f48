#include "publish/zone_part.h"

#include <errno.h>
#include <sys/stat.h>

int
zone_read_published(struct zone_run *run)
{
	const struct zone_job *job = run->job;
	const struct name *apex = job->load.zone ? job->load.zone : &run->loaded.store.apex;
	struct stat st;

	if (run->published_read || !job->previous)
		return 0;
	run->published_read = true;
	if (file_stat(job->outputs, job->previous, &st) < 0)
		return file_is_absence(errno) || errno == EXDEV
			   ? 0 /* of a link tells whoever would write there */
			   : file_refuse(run->diags, job->outputs, job->previous);
	if (!S_ISREG(st.st_mode))
		return 0;
	if (zone_splice_read(run))
		return 0;
	if (published_load(
		run->diags, &run->published, job->outputs, job->previous, apex, job->n_workers) < 0)
		return -1;
	if (run->published.is_conflict)
		return diag_add_path(run->diags, job->previous, P_PUBLISHED_MERGE,
		    "%s holds a merge that is not finished", job->previous);
	if (!run->published.there)
		diag_add_path(run->diags, job->previous, S_PREVIOUS,
		    "%s does not hold the zone, whole and without errors", job->previous);
	return 0;
}
