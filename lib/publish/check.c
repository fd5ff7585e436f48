#include "publish/check.h"

#include "base/pool.h"
#include "publish/zone.h"

struct check_run {
	struct check_file *files;
	size_t n_abreast;
	const struct check_options *options;
};

static const struct project_policy no_policy = {.written = ""};

/* Nothing is known of it. */
static const struct project_zone any_zone = {
    .policy = &no_policy, .dnssec = PROJECT_DNSSEC_EXTERNAL, .written = "", .defaults = ""};

static void
check_one(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	const struct check_run *run = ctx;
	struct check_file *file = &run->files[chunk];
	struct zone_job job = {.zone = &any_zone,
	    .load = file->load,
	    .prove = run->options->prove,
	    .n_workers = run->n_abreast > 1 ? 1 : run->options->n_workers};

	(void)worker;
	(void)slot;
	job.load.n_abreast = run->n_abreast;
	zone_check(&file->diags, &job);
}

int
check_files(struct check_file *files, size_t n, const struct check_options *options)
{
	struct check_run run = {files, pool_abreast(options->n_workers, n), options};
	struct pool_work work = {.ctx = &run, .n_chunks = n, .work = check_one};
	int result = 0;

	pool_run(options->n_workers, &work);
	for (size_t i = 0; i < n; i++)
		if (files[i].diags.n_severity[SEVERITY_ERROR] > 0)
			result = -1;
	return result;
}
