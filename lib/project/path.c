#include "project/project.h"

#include "base/buf.h"
#include "base/codec.h"
#include "base/digest.h"
#include "history/state.h"

#include <stdio.h>

/* A file's name has at most 255 octets: of a long one its digest stands for the end. No other has a
 * `%` behind another. */
static const char *
shorten(struct arena *a, const char *name)
{
	enum { LONGEST = 200, KEPT = 100 };
	uint8_t sha256[DIGEST_LEN];
	struct buf b = {0};

	if (strlen(name) <= LONGEST)
		return name;
	digest_sha256((struct bytes){(const uint8_t *)name, strlen(name)}, sha256);
	buf_put(&b, name, KEPT);
	buf_puts(&b, "%%");
	hex_encode(&b, (struct bytes){sha256, sizeof(sha256)});
	return buf_text(&b, a);
}

/* Several project files in one folder may have zones of one name: the views of those inside and
 * outside. No name of a zone has a `-` behind a `%` here. */
static const char *
prefix_of(struct arena *a, const struct project *project)
{
	const char *stem = state_stem(a, project->path);

	return strcmp(stem, "zonepp") == 0 ? "" : arena_printf(a, "%s%%-", stem);
}

/* A zone's name can hold a slash. */
char *
project_own_path(struct arena *a, const struct project *project, const struct project_zone *zone,
    const char *suffix)
{
	char *name = arena_alloc(a, 3 * strlen(zone->name_text) + 1), *to = name;

	for (const char *from = zone->name_text; *from; from++)
		if (*from == '/' || *from == '%' || (from == zone->name_text && *from == '.'))
			to += sprintf(to, "%%%02X", (unsigned)(uint8_t)*from);
		else
			*to++ = *from;
	*to = '\0';
	name = arena_printf(a, "%s%s", prefix_of(a, project), name);
	return file_join(
	    a, project->folder, arena_printf(a, ".zonepp/%s%s", shorten(a, name), suffix));
}

char *
project_replace(struct arena *a, const char *pattern, const char *mark, const char *value)
{
	struct buf b = {0};
	const char *at;

	for (; (at = strstr(pattern, mark)); pattern = at + strlen(mark)) {
		buf_put(&b, pattern, (size_t)(at - pattern));
		buf_puts(&b, value);
	}
	buf_puts(&b, pattern);
	return buf_text(&b, a);
}

const char *
project_path_of(struct arena *a, const char *folder, const char *path)
{
	char *joined = file_join(a, folder, path);
	size_t len = strlen(joined);

	while (len > 1 && joined[len - 1] == '/')
		joined[--len] = '\0';
	return strcmp(joined, "-") == 0 ? "./-" : joined;
}
