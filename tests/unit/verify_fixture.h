/* For tests of the judge: a text is judged, and its problems become a line of codes. */
#ifndef VERIFY_FIXTURE_H
#define VERIFY_FIXTURE_H

#include "key_fixture.h"

#include "dnssec/verify.h"
#include "zone/read.h"

/* What a zone is found to be. */
struct verdict {
	struct verify_result result;
	char codes[400]; /* of all problems, each once, in the order of the table, with blanks
			    between */
};

static inline void
note_codes(const struct diags *diags, char *out, size_t size)
{
	bool met[N_PROBLEMS] = {false};

	for (size_t i = 0; i < diags->n; i++)
		met[diags->items[i].problem] = true;
	*out = '\0';
	for (size_t i = 0; i < N_PROBLEMS; i++)
		if (met[i])
			snprintf(out + strlen(out), size - strlen(out), "%s%s", *out ? " " : "",
			    problem_table[i].code);
}

static inline void
judge(const char *text, int64_t at, bool crypto, struct verdict *out)
{
	struct verify_options options = {.at = at, .crypto = crypto, .n_workers = 2};
	struct diags diags = {0};
	struct store store;
	char folder[64], path[80];

	memset(out, 0, sizeof(*out));
	fixture_folder(folder);
	fixture_write(folder, "zone", text, 0644);
	snprintf(path, sizeof(path), "%s/zone", folder);
	read_store(&diags, NULL, path, NULL, 1, &store, NULL);
	if (store.n_nodes > 0)
		verify_zone(&diags, &store, &options, &out->result);
	store_free(&store);
	fixture_remove(folder);
	note_codes(&diags, out->codes, sizeof(out->codes));
	diags_free(&diags);
}

#endif
