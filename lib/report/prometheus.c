/* Metrics for node_exporter's textfile collector. */
#include "report/status.h"

#include "dnssec/keystate.h"

#include <stdio.h>

/* A label's value: backslash, quote and newline are escaped. */
static void
put_value(struct buf *b, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == '"')
			buf_putc(b, '\\');
		if (*text == '\n')
			buf_puts(b, "\\n");
		else
			buf_putc(b, *text);
	}
}

const char report_status_prometheus_begin[] = "# HELP zonepp_";

static void
begin(struct buf *b, const char *name, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void
put(struct buf *b, const char *name, const char *label, const char *of, const char *more,
    int64_t value)
{
	buf_printf(b, "%s{%s=\"", name, label);
	put_value(b, of);
	buf_printf(b, "\"%s} %lld\n", more, (long long)value);
}

/* --- Zones --- */

static int64_t
serial(const struct build_zone *zone)
{
	return zone->status.serial;
}

static int64_t
records(const struct build_zone *zone)
{
	return (int64_t)zone->status.n_records;
}

static int64_t
signatures(const struct build_zone *zone)
{
	return (int64_t)zone->status.n_signatures;
}

static int64_t
expiry(const struct build_zone *zone)
{
	return zone->status.expiry_unix;
}

static int64_t
ahead(const struct build_zone *zone)
{
	return zone->status.ahead_unix;
}

static bool
has_expiry(const struct build_zone *zone)
{
	return zone->status.expiry_unix != 0;
}

/* Where a response cannot be read, and no other is good, it is 0: an alert must not go away. */
static bool
has_ahead(const struct build_zone *zone)
{
	return zone->status.ahead_unix != 0 || zone->status.ahead_unread;
}

static const struct metric {
	const char *name, *help;
	int64_t (*of)(const struct build_zone *zone);
	bool (*is_there)(const struct build_zone *zone); /* NULL: always */
	bool of_file; /* of the published one, if there is a whole one */
} metrics[] = {
    {"zonepp_zone_serial", "The serial of the published zone.", serial, NULL, true},
    {"zonepp_zone_records", "Records of the published zone.", records, NULL, true},
    {"zonepp_zone_signatures", "Signatures of the published zone.", signatures, NULL, true},
    {"zonepp_zone_signature_expiry_timestamp_seconds",
	"When the first signature of the published zone ends.", expiry, has_expiry, true},
    {"zonepp_zone_keys_signed_until_timestamp_seconds",
	"When the last set of keys that an offline key has signed ahead ends.", ahead, has_ahead,
	false},
};

static bool
is_told(const struct metric *metric, const struct build_zone *zone)
{
	if (metric->of_file && (!zone->built || zone->status.state == ZONE_MISSING ||
				   zone->status.state == ZONE_BROKEN))
		return false;
	return !metric->is_there || metric->is_there(zone);
}

static void
put_zones(struct buf *b, const struct build *build, const struct metric *metric)
{
	begin(b, metric->name, metric->help);
	for (size_t i = 0; i < build->n; i++)
		if (is_told(metric, &build->zones[i]))
			put(b, metric->name, "zone", build->zones[i].zone->name_text, "",
			    metric->of(&build->zones[i]));
}

static void
put_states(struct buf *b, const struct build *build)
{
	static const char name[] = "zonepp_zone_state";
	char more[40];

	begin(
	    b, name, "1 for the state of the published zone: ok, stale, foreign, broken, missing.");
	for (size_t i = 0; i < build->n; i++)
		for (int state = 0; state < N_ZONE_STATES; state++) {
			const struct build_zone *zone = &build->zones[i];

			snprintf(more, sizeof(more), ",state=\"%s\"", zone_state_names[state]);
			put(b, name, "zone", zone->zone->name_text, more,
			    zone->built && zone->status.state == (enum zone_state)state);
		}
}

static void
put_key_events(struct buf *b, const struct build *build)
{
	static const char name[] = "zonepp_key_event_timestamp_seconds";
	char more[80];

	begin(b, name, "When the next date of a key of the zone comes.");
	for (size_t i = 0; i < build->n; i++) {
		const struct zone_status *status = &build->zones[i].status;

		if (status->key_event == N_KEY_TIMES)
			continue;
		snprintf(more, sizeof(more), ",key=\"%u\",event=\"%s\"", status->key_tag,
		    keystate_event(status->key_event));
		put(b, name, "zone", build->zones[i].zone->name_text, more, status->key_unix);
	}
}

/* --- Certificates --- */

static void
put_ends(struct buf *b, const struct rollovers *rollovers)
{
	static const char name[] = "zonepp_certificate_expiry_timestamp_seconds";

	begin(b, name, "When the current certificate ends.");
	for (size_t i = 0; i < rollovers->n; i++) {
		const struct certificate *certificate = &rollovers->items[i].certificate;
		int64_t from, until = 0;

		if (certificate->current)
			certs_dates(certificate->current, &from, &until);
		if (until != 0)
			put(b, name, "certificate", certificate->is->name, "", until);
	}
}

static void
put_phases(struct buf *b, const struct rollovers *rollovers)
{
	static const char name[] = "zonepp_certificate_phase";
	char more[40];

	begin(b, name, "1 for the phase of the certificate's rollover, as zonepp roll shows it.");
	for (size_t i = 0; i < rollovers->n; i++)
		for (int phase = 0; phase < N_ROLLOVER_PHASES; phase++) {
			const struct rollover *rollover = &rollovers->items[i];

			snprintf(more, sizeof(more), ",phase=\"%s\"",
			    rollover_phase_name((enum rollover_phase)phase));
			put(b, name, "certificate", rollover->certificate.is->name, more,
			    rollover->phase == (enum rollover_phase)phase);
		}
}

void
report_status_prometheus(struct buf *out, const struct report_status *status)
{
	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
		put_zones(out, status->build, &metrics[i]);
	put_states(out, status->build);
	put_key_events(out, status->build);
	if (status->rollovers->n > 0) {
		put_ends(out, status->rollovers);
		put_phases(out, status->rollovers);
	}
	begin(out, "zonepp_status_timestamp_seconds", "When zonepp status looked.");
	buf_printf(out, "zonepp_status_timestamp_seconds %lld\n", (long long)status->now);
}
