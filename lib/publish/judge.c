#include "publish/judge.h"

#include "zone/read.h"

bool
judge_is_full(enum project_verify verify, const struct keys *keys)
{
	for (size_t i = 0; verify == PROJECT_VERIFY_OPEN && i < keys->n; i++)
		if (keys->items[i].on_token)
			return true;
	return verify == PROJECT_VERIFY_FULL;
}

int
judge_read(struct diags *diags, const char *path, const struct name *apex,
    const struct verify_options *options, struct store *store)
{
	return read_store(diags, NULL, path, apex, options->n_workers, store, NULL);
}

int
judge_output(struct diags *diags, struct output *out, const char *path, const struct name *apex,
    const struct verify_options *options, judge_reader *reader, void *ctx)
{
	const char *draft = output_draft(out), *from = draft ? draft : output_old(out);
	const char *name = strcmp(path, "-") == 0 ? "<stdout>" : path;
	size_t n_sources = diags->n_sources;
	struct verify_options read = *options;
	struct verify_result result;
	struct store store;
	int done;

	diags->track_inputs = TRACK_NOTHING;
	diags->errors_only = true;
	diags->read_as = name;
	done = reader ? reader(ctx, from, &read, &store)
		      : judge_read(diags, from, apex, &read, &store);
	diags->read_as = NULL;
	if (diags->n_sources > n_sources)
		diags->sources[diags->n_sources - 1].path = name;
	if (done == 0)
		done = verify_zone(diags, &store, &read, &result);
	store_free(&store);
	diags->errors_only = false;
	return done;
}
