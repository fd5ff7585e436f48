#include "publish/live_serial.h"

#include "history/serial.h"
#include "probe/nameserver.h"

int
live_serial(struct diags *diags, const struct project_zone *zone, uint32_t *serial)
{
	struct nameservers servers;
	struct nameserver_soas soas;
	bool any = false;
	const char *why;

	nameservers_begin(&servers, NAMESERVER_TIMEOUT_MS, NAMESERVER_TOTAL_MS);
	for (size_t i = 0; i < zone->n_servers; i++) {
		soas = (struct nameserver_soas){0};
		if (nameserver_ask_soa(&diags->arena, &servers, &zone->servers[i], zone->name.wire,
			&soas, &why) < 0)
			diag_add(diags, zone->pos, P_SERVER, "server %s: %s", zone->servers[i].text,
			    why);
		for (size_t k = 0; k < soas.n; k++) {
			*serial = any ? serial_highest(*serial, soas.items[k].serial)
				      : soas.items[k].serial;
			any = true;
		}
	}
	nameservers_end(&servers);
	return any ? 0
		   : diag_error(diags, zone->pos, P_LIVE,
			 "%s: none of its servers tells its serial, and serial: live goes on from "
			 "that",
			 zone->name_text);
}
