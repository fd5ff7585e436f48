#include "report/status.h"

#include "base/json.h"
#include "dnssec/keystate.h"
#include "report/rollover.h"
#include "report/table.h"
#include "rollover/event.h"

#include <stdlib.h>

enum { N_COLUMNS = 7, DAY_S = 86400 };

const char status_unread[] = "a response of an offline key cannot be read: builds fail";

/* --- What ends when --- */

const char *
status_left(struct arena *a, int64_t at_unix, int64_t now)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {{DAY_S, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
	int64_t left = at_unix > now ? at_unix - now : now - at_unix;
	struct buf b = {0};
	int shown = 0;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && shown < 2; i++) {
		int64_t n = left / units[i].seconds;

		left %= units[i].seconds;
		if (n == 0 && shown == 0)
			continue;
		if (n > 0)
			buf_printf(&b, "%s%lld %s%s", shown > 0 ? " " : "", (long long)n,
			    units[i].name, n == 1 ? "" : "s");
		shown++;
	}
	if (b.len == 0)
		buf_puts(&b, "now");
	else if (at_unix < now)
		buf_puts(&b, " ago");
	return buf_text(&b, a);
}

static int
by_time(const void *a, const void *b)
{
	const struct status_end *x = a, *y = b;

	if (x->at_unix != y->at_unix)
		return x->at_unix < y->at_unix ? -1 : 1;
	return x->kind != y->kind ? (int)x->kind - (int)y->kind : strcmp(x->name, y->name);
}

static void
add_zone(struct arena *a, const struct build_zone *zone, struct status_ends *out)
{
	const struct zone_status *status = &zone->status;

	if (status->expiry_unix != 0)
		out->items[out->n++] = (struct status_end){STATUS_SIGNATURES, zone->zone->name_text,
		    "the first signature ends", status->expiry_unix};
	if (status->ahead_unix != 0)
		out->items[out->n++] = (struct status_end){STATUS_AHEAD, zone->zone->name_text,
		    "the last set of keys that was signed ahead ends", status->ahead_unix};
	if (status->key_event != N_KEY_TIMES)
		out->items[out->n++] = (struct status_end){STATUS_KEY, zone->zone->name_text,
		    arena_printf(
			a, "%s of key %u", keystate_event(status->key_event), status->key_tag),
		    status->key_unix};
}

static void
add_certificate(const struct rollover *rollover, struct status_ends *out)
{
	const struct certificate *certificate = &rollover->certificate;
	int64_t from, until = 0;

	if (certificate->current)
		certs_dates(certificate->current, &from, &until);
	if (until != 0)
		out->items[out->n++] = (struct status_end){
		    STATUS_CERTIFICATE, certificate->is->name, "the certificate ends", until};
}

void
status_ends(struct arena *a, const struct report_status *status, struct status_ends *out)
{
	size_t most = 3 * status->build->n + status->rollovers->n;

	*out = (struct status_ends){.items = arena_alloc(a, most * sizeof(*out->items) + 1)};
	for (size_t i = 0; i < status->build->n; i++)
		add_zone(a, &status->build->zones[i], out);
	for (size_t i = 0; i < status->rollovers->n; i++)
		add_certificate(&status->rollovers->items[i], out);
	if (out->n > 0)
		qsort(out->items, out->n, sizeof(*out->items), by_time);
}

/* --- Table --- */

static const char *
state_of(const struct build_zone *zone)
{
	return zone->built ? zone_state_names[zone->status.state] : "unreadable";
}

static void
fill_row(struct arena *a, const struct build_zone *zone, int64_t now, const char **row)
{
	const struct zone_status *s = &zone->status;
	bool there = zone->built && s->state != ZONE_MISSING;

	row[0] = zone->zone->name_text;
	row[1] = state_of(zone);
	row[2] = there ? arena_printf(a, "%u", (unsigned)s->serial) : "-";
	row[3] = there ? arena_printf(a, "%zu", s->n_records) : "-";
	row[4] = there ? arena_printf(a, "%zu", s->n_signatures) : "-";
	row[5] = s->expiry_unix ? status_left(a, s->expiry_unix, now) : "-";
	row[6] = s->key_event == N_KEY_TIMES
		     ? "-"
		     : arena_printf(a, "%s of key %u at %s", keystate_event(s->key_event),
			   s->key_tag, table_instant(a, s->key_unix));
}

static bool
put_unread(struct buf *out, const struct build *build)
{
	bool any = false;

	for (size_t i = 0; i < build->n; i++)
		if (build->zones[i].status.ahead_unread) {
			buf_printf(out, "%s%s: %s\n", any ? "" : "\n",
			    build->zones[i].zone->name_text, status_unread);
			any = true;
		}
	return any;
}

/* A line for each certificate and ceremony, which the table has no room for. */
static void
put_ends(struct buf *out, struct arena *a, const struct report_status *status)
{
	struct status_ends ends;
	bool any = put_unread(out, status->build);

	status_ends(a, status, &ends);
	for (size_t i = 0; i < ends.n; i++) {
		const struct status_end *end = &ends.items[i];

		if (end->kind != STATUS_CERTIFICATE && end->kind != STATUS_AHEAD)
			continue;
		buf_printf(out,
		    end->kind == STATUS_CERTIFICATE
			? "%scertificate %s %s %s, at %s\n"
			: "%s%s: the last set of keys that was signed ahead %s %s, at %s\n",
		    any ? "" : "\n", end->name, end->at_unix < status->now ? "ended" : "ends in",
		    status_left(a, end->at_unix, status->now), table_instant(a, end->at_unix));
		any = true;
	}
}

void
report_status_table(struct buf *out, const struct report_status *status)
{
	static const char *const head[N_COLUMNS] = {
	    "ZONE", "STATE", "SERIAL", "RECORDS", "SIGNATURES", "SIGNED FOR", "NEXT KEY EVENT"};
	const struct build *build = status->build;
	struct arena a = {0};
	const char **cells = arena_alloc(&a, (build->n + 1) * sizeof(head));

	memcpy(cells, head, sizeof(head));
	for (size_t i = 0; i < build->n; i++)
		fill_row(&a, &build->zones[i], status->now, cells + (i + 1) * N_COLUMNS);
	report_table(out, cells, build->n + 1, N_COLUMNS);
	put_ends(out, &a, status);
	if (status->rollovers->n + status->keys->n > 0) {
		buf_putc(out, '\n');
		report_rollover_table(out, status->rollovers, status->keys);
	}
	arena_free(&a);
}

/* --- JSON --- */

static void
put_zone(struct json *j, const struct build_zone *zone)
{
	const struct zone_status *s = &zone->status;

	json_begin(j, '{');
	json_member(j, "zone", zone->zone->name_text);
	json_member(j, "state", state_of(zone));
	json_member(j, "output", zone->zone->output);
	json_key(j, "serial");
	json_number(j, s->serial);
	json_key(j, "records");
	json_number(j, (int64_t)s->n_records);
	json_key(j, "signatures");
	json_number(j, (int64_t)s->n_signatures);
	event_put_time(j, "signed_until", s->expiry_unix ? s->expiry_unix : TIME_NEVER);
	event_put_time(j, "keys_signed_until", s->ahead_unix ? s->ahead_unix : TIME_NEVER);
	json_member(
	    j, "key_event", s->key_event == N_KEY_TIMES ? NULL : keystate_event(s->key_event));
	json_key(j, "key");
	json_number(j, s->key_event == N_KEY_TIMES ? 0 : s->key_tag);
	event_put_time(j, "key_at", s->key_event == N_KEY_TIMES ? TIME_NEVER : s->key_unix);
	json_end(j, '}');
}

void
report_status_json(struct buf *out, const struct report_status *status)
{
	struct json j = {.out = out};

	json_begin(&j, '{');
	event_put_time(&j, "time", status->now);
	json_key(&j, "zones");
	json_begin(&j, '[');
	for (size_t i = 0; i < status->build->n; i++)
		put_zone(&j, &status->build->zones[i]);
	json_end(&j, ']');
	json_key(&j, "rollovers");
	report_rollover_json(out, status->rollovers, status->keys);
	json_end(&j, '}');
	buf_putc(out, '\n');
}

/* --- What is urgent --- */

size_t
report_status_warnings(struct buf *out, const struct report_status *status, int64_t until_unix)
{
	struct arena a = {0};
	struct status_ends ends;
	size_t n = 0;

	for (size_t i = 0; i < status->build->n; i++) {
		const struct build_zone *zone = &status->build->zones[i];

		if (zone->status.ahead_unread) {
			buf_printf(out, "%s: %s\n", zone->zone->name_text, status_unread);
			n++;
		}
		if (status_is_good(zone))
			continue;
		buf_printf(out, "%s: %s\n", zone->zone->name_text, state_of(zone));
		n++;
	}
	status_ends(&a, status, &ends);
	for (size_t i = 0; i < ends.n && ends.items[i].at_unix <= until_unix; i++) {
		const struct status_end *end = &ends.items[i];

		buf_printf(out, "%s: %s: %s, at %s\n", end->name, end->words,
		    status_left(&a, end->at_unix, status->now), table_instant(&a, end->at_unix));
		n++;
	}
	for (size_t i = 0; i < status->rollovers->n; i++) {
		const struct rollover *rollover = &status->rollovers->items[i];

		if (rollover->phase != ROLLOVER_EARLY)
			continue;
		buf_printf(out, "%s: the certificate was replaced too early\n",
		    rollover->certificate.is->name);
		n++;
	}
	arena_free(&a);
	return n;
}
