/* Whether a build may need a key on a token. */
#include "publish/build_part.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/output.h"
#include "history/state.h"

/* --- What is known of the whole folder --- */

static const char *
seen_path(struct arena *a, const struct project *project)
{
	return file_join(a, project->folder,
	    arena_printf(a, ".zonepp/%s.keys.seen", state_stem(a, project->path)));
}

/* Which private keys there are, by what the file system says of them; NULL where it does not. */
static const char *
stamp_of(struct arena *a, const char *folder)
{
	struct digest *digest = digest_begin();
	uint8_t sha256[DIGEST_LEN];
	struct buf hex = {0};
	int result = key_folder_stamp(folder, digest);

	digest_end(digest, sha256);
	if (result < 0)
		return NULL;
	hex_encode(&hex, (struct bytes){sha256, sizeof(sha256)});
	return buf_text(&hex, a);
}

static bool
is_seen(struct diags *own, const struct project *project, const char *stamp)
{
	struct text seen;

	return file_load_small(own, pos_none(), &project->own, seen_path(&own->arena, project),
		   2 * DIGEST_LEN, true, &seen) == 0 &&
	       seen.data && text_is(seen, stamp);
}

/* Its loss costs only time. */
static void
write_seen(struct diags *own, const struct project *project, const char *stamp)
{
	struct output *out = output_open_in(own, &project->own, seen_path(&own->arena, project));
	bool changed;

	if (!out)
		return;
	output_relax(out);
	if (output_write(out, stamp, strlen(stamp)) < 0 || output_commit(out, &changed) < 0)
		output_abort(out);
}

/* Whoever claims that no key is on a token gets a build that is confined, and no more. */
static bool
are_any(struct diags *own, const struct project *project, const char *folder)
{
	const char *stamp = stamp_of(&own->arena, folder);
	enum key_tokens found;

	if (stamp && is_seen(own, project, stamp))
		return false;
	found = key_folder_tokens(&own->arena, folder, NULL);
	if (stamp && found == KEY_TOKENS_NONE)
		write_seen(own, project, stamp);
	return found == KEY_TOKENS_SOME;
}

/* --- Of some zones --- */

/* Does a policy of theirs make keys on tokens? */
static bool
are_made(const struct project *project, const bool *chosen)
{
	for (size_t i = 0; i < project->n_zones; i++)
		if (chosen[i] && project->zones[i].policy->keys.place)
			return true;
	return false;
}

static bool
have_some(struct diags *own, const struct project *project, const bool *chosen, const char *path)
{
	struct key_folder folder;

	if (key_folder_read(&own->arena, own, path, &folder) < 0)
		return false;
	for (size_t i = 0; i < project->n_zones; i++)
		if (chosen[i] &&
		    key_folder_tokens_of(&folder, &project->zones[i].name) == KEY_TOKENS_SOME)
			return true;
	return false;
}

/* Those that are not signed need no keys. Returns how many are left. */
static size_t
leave_signed(const struct project *project, bool *chosen)
{
	size_t n = 0;

	for (size_t i = 0; i < project->n_zones; i++) {
		chosen[i] &= project->zones[i].sign;
		n += chosen[i];
	}
	return n;
}

bool
build_uses_tokens(const struct project *project, const struct build_options *options)
{
	struct diags own = {0};
	bool *chosen = arena_zalloc(&own.arena, project->n_zones * sizeof(*chosen) + 1);
	bool all = !*options->zones && options->shard.n == 0, uses = false;

	build_choose(&own, project, options, chosen);
	if (leave_signed(project, chosen) > 0) {
		const char *folder = project->zones[0].keys; /* they share one */

		uses =
		    are_made(project, chosen) || (all ? are_any(&own, project, folder)
						      : have_some(&own, project, chosen, folder));
	}
	diags_free(&own);
	return uses;
}
