#include "base/duration.h"
#include "dns/serial.h"
#include "dnssec/verify.h"
#include "dnssec/zonemd_store.h"
#include "publish/cache.h"
#include "publish/live_serial.h"
#include "publish/zone_part.h"
#include "zone/soa.h"

static uint32_t
wanted_serial(const struct zone_run *run)
{
	int64_t now = run->job->load.now;

	switch (run->serial) {
	case PROJECT_SERIAL_UNIXTIME:
		return (uint32_t)now;
	case PROJECT_SERIAL_DATE:
		return instant_date(now) * 100;
	default:
		return zone_serial(&run->loaded.store);
	}
}

int
zone_find_serials(struct zone_run *run)
{
	const struct zone_job *job = run->job;
	struct serial_witnesses *serials = &run->serials;
	const struct serial *state =
	    job->keep ? history_serial(job->keep->history, job->keep->name) : NULL;
	uint32_t cached, live;
	bool known = false;

	serial_put(serials, SERIAL_TEMPLATE, zone_serial(&run->loaded.store));
	if (run->published.has_serial)
		serial_put(serials, SERIAL_PUBLISHED, run->published.serial);
	if (job->keep && job->keep->marked.n_serials > 0)
		serial_put(serials, SERIAL_MARK, job->keep->marked.serials[0].serial);
	if (state)
		serial_put(serials, SERIAL_STATE, state->serial);
	if (run->serial == PROJECT_SERIAL_LIVE && job->live) {
		if (live_serial(run->diags, job->keep->zone, &live) < 0)
			return -1;
		serial_put(serials, SERIAL_LIVE, live);
	}
	if (job->cache && cache_serial(run->diags, job, &cached, &known) < 0)
		return -1;
	if (known)
		serial_put(serials, SERIAL_CACHE, cached);
	return 0;
}

int
zone_check_kept_serial(struct zone_run *run)
{
	const struct store *store = &run->loaded.store;
	struct pos pos = node_records(store, store_apex(store))->pos;
	const struct keep *keep = run->job->keep;
	uint32_t serial = zone_serial(store), last;
	enum serial_witness witness;

	if (!serial_last(&run->serials, &last, &witness) || serial_later(serial, last))
		return 0;
	if (serial != last)
		return diag_add(run->diags, pos, Z_SERIAL_BACK,
		    "the serial %u goes back: %s has %u", (unsigned)serial,
		    serial_witness_name(witness), (unsigned)last);
	if (!run->published.there || run->same)
		return 0;
	return diag_add(run->diags, pos, keep && keep->n_changes > 0 ? D_KEPT_SERIAL : Z_SERIAL,
	    "the zone has changed, but its serial %u is not later than the published %u",
	    (unsigned)serial, (unsigned)last);
}

/* Can the published serial stay, if nothing has changed? Not where others know a later one, nor
 * where the template asks for one. */
static bool
may_stay(const struct zone_run *run)
{
	uint32_t own = run->serials.of[SERIAL_TEMPLATE], published = run->published.serial, last;
	enum serial_witness witness;

	if (serial_last(&run->serials, &last, &witness) && serial_later(last, published))
		return false;
	return run->serial == PROJECT_SERIAL_KEEP ? own == published
						  : !serial_later(own, published);
}

/* The rest of the zone is the same. */
static int
find_same_digest(struct zone_run *run, bool *same)
{
	struct store *store = &run->loaded.store;

	if (zonemd_store_make(store) < 0)
		return -1;
	*same = published_same_content(&run->published, store, false);
	if (!*same && run->serial == PROJECT_SERIAL_KEEP)
		diag_add(run->diags, node_records(store, store_apex(store))->pos, Z_SERIAL,
		    "the zone's digest has changed, but the serial %u stays",
		    (unsigned)run->published.serial);
	return 0;
}

/* Would the published zone be written again, record for record, with the serial that it has? */
static int
find_unchanged(struct zone_run *run, bool *unchanged)
{
	struct store *store = &run->loaded.store;

	*unchanged = true;
	zone_set_serial(store, run->published.serial);
	if (zone_makes_digest(run))
		return find_same_digest(run, unchanged);
	if (!run->job->zone->sign)
		return 0;
	if (sign_unchanged(store, &run->sign, unchanged) < 0)
		return -1;
	if (*unchanged) /* then its signatures were verified, or need not be */
		run->sign.zonemd_kept = run->sign.previous_trusted = true;
	else if (run->serial == PROJECT_SERIAL_KEEP)
		diag_add(run->diags, node_records(store, store_apex(store))->pos, S_KEPT_SERIAL,
		    "signatures are renewed, but the serial %u stays",
		    (unsigned)run->published.serial);
	return 0;
}

/* A digest is of one serial (RFC 8976 section 2.2.1): it is made once that is known, and the
 * template's own is judged. */
static int
settle_digest(struct zone_run *run)
{
	struct store *store = &run->loaded.store;

	if (run->job->zone->sign || run->elsewhere.is)
		return 0;
	if (zone_makes_digest(run) && zonemd_store_make(store) < 0)
		return -1;
	return verify_digest(run->diags, store);
}

/* New signatures are a change even where the contents are the same. */
int
zone_choose_serial(struct zone_run *run)
{
	struct store *store = &run->loaded.store;
	uint32_t wanted = wanted_serial(run), next = wanted;
	bool unchanged = false, keeps = run->serial == PROJECT_SERIAL_KEEP;

	if (zone_find_serials(run) < 0 || (keeps && zone_check_kept_serial(run) < 0))
		return -1;
	if (!keeps)
		next = serial_next(&run->serials, wanted);
	if (run->same && may_stay(run) && find_unchanged(run, &unchanged) < 0)
		return -1;
	run->unchanged = unchanged;
	if (unchanged)
		next = run->published.serial;
	zone_set_serial(store, next);
	run->result->serial = next;
	run->result->is_first = !serial_is_published(&run->serials);
	return settle_digest(run);
}
