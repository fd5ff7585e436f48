#include "report/probe.h"

#include "base/codec.h"
#include "base/duration.h"
#include "base/json.h"
#include "report/table.h"

enum { N_COLUMNS = 6, DIGITS_SHOWN = 4, SECONDS_A_DAY = 86400 };

/* Days that are left, rounded down: -1 on the day after the end. */
static int64_t
days_left(const struct probe_result *result, int64_t now)
{
	int64_t left = result->not_after_unix - now;

	return left >= 0 ? left / SECONDS_A_DAY : -((-left + SECONDS_A_DAY - 1) / SECONDS_A_DAY);
}

static const char *
hex_text(struct arena *a, struct bytes bytes)
{
	struct buf b = {0};

	hex_encode(&b, bytes);
	return buf_text(&b, a);
}

/* "3 1 1 0c72ac70..." */
static const char *
record_text(struct arena *a, struct bytes rdata)
{
	size_t shown = rdata.len - 3 < DIGITS_SHOWN ? rdata.len - 3 : DIGITS_SHOWN;

	return arena_printf(a, "%u %u %u %s%s", rdata.data[0], rdata.data[1], rdata.data[2],
	    hex_text(a, (struct bytes){rdata.data + 3, shown}), shown < rdata.len - 3 ? "..." : "");
}

static const char *
outcome_text(struct arena *a, const struct probe_result *result)
{
	if (result->state == PROBE_ACCEPTED)
		return arena_printf(
		    a, "accepted: %s at depth %d", record_text(a, result->record), result->depth);
	return arena_printf(a, "%s: %s", probe_states[result->state], result->why);
}

static void
fill_row(
    struct arena *a, const struct probe_result *result, int64_t now, const char *row[N_COLUMNS])
{
	row[0] = result->service->owner_text;
	row[1] = result->address ? result->address_text : "-";
	row[2] = result->tls ? result->tls : "-";
	row[3] = result->subject ? result->subject : "-";
	row[4] = result->subject ? arena_printf(a, "%lld", (long long)days_left(result, now)) : "-";
	row[5] = outcome_text(a, result);
}

static void
put_sum(struct buf *out, const struct probe *probe)
{
	size_t n[N_PROBE_STATES] = {0}, n_connections;

	for (size_t i = 0; i < probe->n; i++)
		n[probe->results[i].state]++;
	n_connections = probe->n - n[PROBE_SKIPPED];
	buf_printf(out, "%zu connection%s: %zu accepted, %zu refused", n_connections,
	    n_connections == 1 ? "" : "s", n[PROBE_ACCEPTED], n[PROBE_REFUSED]);
	if (n[PROBE_UNVERIFIED] > 0)
		buf_printf(out, ", %zu unverified", n[PROBE_UNVERIFIED]);
	if (n[PROBE_SKIPPED] > 0)
		buf_printf(out, "; %zu service%s skipped", n[PROBE_SKIPPED],
		    n[PROBE_SKIPPED] == 1 ? "" : "s");
	buf_putc(out, '\n');
}

void
report_probe_table(struct buf *out, const struct probe *probe, int64_t now)
{
	static const char *const head[N_COLUMNS] = {
	    "SERVICE", "ADDRESS", "TLS", "CERTIFICATE", "DAYS", "RESULT"};
	struct arena a = {0};
	const char *(*rows)[N_COLUMNS] = arena_alloc(&a, (probe->n + 1) * sizeof(*rows));

	memcpy(rows[0], head, sizeof(head));
	for (size_t i = 0; i < probe->n; i++)
		fill_row(&a, &probe->results[i], now, rows[i + 1]);
	report_table(out, &rows[0][0], probe->n + 1, N_COLUMNS);
	put_sum(out, probe);
	arena_free(&a);
}

static void
put_record(struct json *j, struct arena *a, const struct probe_result *result)
{
	static const char *const fields[] = {"usage", "selector", "matching"};
	struct bytes rdata = result->record;

	json_key(j, "record");
	if (result->state != PROBE_ACCEPTED) {
		json_null(j);
		return;
	}
	json_begin(j, '{');
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		json_key(j, fields[i]);
		json_number(j, rdata.data[i]);
	}
	json_member(j, "data", hex_text(a, (struct bytes){rdata.data + 3, rdata.len - 3}));
	json_key(j, "depth");
	json_number(j, result->depth);
	json_end(j, '}');
}

static void
put_certificate(struct json *j, const struct probe_result *result, int64_t now)
{
	struct buf b = {0};

	json_key(j, "certificate");
	if (!result->subject) {
		json_null(j);
		return;
	}
	instant_print_iso(&b, result->not_after_unix);
	json_begin(j, '{');
	json_member(j, "subject", result->subject);
	json_key(j, "not-after");
	json_text(j, (struct text){b.data, b.len});
	json_key(j, "days");
	json_number(j, days_left(result, now));
	json_end(j, '}');
	buf_free(&b);
}

static void
put_result(struct json *j, struct arena *a, const struct probe_result *result, int64_t now)
{
	const struct service *service = result->service;

	json_begin(j, '{');
	json_member(j, "service", service->owner_text);
	json_member(j, "host", service->host);
	json_key(j, "port");
	json_number(j, service->port);
	json_member(j, "starttls", service->protocol ? starttls_name(service->protocol) : NULL);
	json_member(j, "address", result->address_text);
	json_member(j, "state", probe_states[result->state]);
	json_member(j, "verdict", result->tls ? verdict_words[result->verdict] : NULL);
	json_member(j, "why", result->why);
	put_record(j, a, result);
	json_member(j, "tls", result->tls);
	put_certificate(j, result, now);
	json_end(j, '}');
}

void
report_probe_json(struct buf *out, const struct probe *probe, int64_t now)
{
	struct json j = {.out = out};
	struct arena a = {0};

	json_begin(&j, '[');
	for (size_t i = 0; i < probe->n; i++)
		put_result(&j, &a, &probe->results[i], now);
	json_end(&j, ']');
	buf_putc(out, '\n');
	arena_free(&a);
}
