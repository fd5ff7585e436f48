/* The project file: YAML, and all that it may say. */
#include "fuzz.h"

#include "project/project.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_text(data, size);
	const char *path = fuzz_file("zonepp.yaml", copy, size);
	struct project project;
	struct diags diags;
	int result;

	fuzz_begin(&diags);
	result = project_load(&diags, path, &project);
	if (result == 0) {
		FUZZ_ASSERT(project.n_policies > 0);
		for (size_t i = 0; i < project.n_zones; i++) {
			const struct project_zone *zone = &project.zones[i];

			FUZZ_ASSERT(zone->policy && zone->template && zone->output && zone->keys);
			FUZZ_ASSERT(name_length(zone->name.wire, sizeof(zone->name.wire)) ==
				    zone->name.len);
			FUZZ_ASSERT(zone->serial != PROJECT_SERIAL_LIVE || zone->n_servers > 0);
		}
	}
	fuzz_told(&diags, result < 0, path, (struct text){copy, size});
	diags_free(&diags);
	free(copy);
	return 0;
}
