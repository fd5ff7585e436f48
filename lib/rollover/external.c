#include "rollover/external.h"

#include "rollover/parent.h"
#include "rollover/sighting.h"

int
externals_ask(struct diags *diags, const struct project *project, struct nameservers *servers,
    int64_t now_unix)
{
	struct project_history_change change = {.add.a = &diags->arena, .remove.a = &diags->arena};
	struct history history = {0};

	for (size_t i = 0; i < project->n_zones; i++) {
		const struct project_zone *zone = &project->zones[i];
		struct sighting sighting;

		if (zone->dnssec != PROJECT_DNSSEC_EXTERNAL || zone->n_servers == 0 ||
		    !parent_of(project, zone))
			continue;
		if (!history.a && project_history_load(diags, project, now_unix, &history) < 0)
			return -1;
		sighting =
		    sighting_begin(diags, project, &history, zone, TYPE_DNSKEY, &change, now_unix);
		sighting_ask(&sighting, diags, servers, zone->servers, zone->n_servers, "server");
	}
	return project_history_change(diags, project, &change, now_unix);
}
