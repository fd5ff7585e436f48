#include "project/rollover_part.h"

/* --- One record --- */

int64_t
rollover_safe_at(const struct rollover_record *record)
{
	const struct fact *fact = record->published;
	int64_t begin, hold;

	if (!fact)
		return ROLLOVER_NEVER;
	if (fact->ttl_s == FACT_SETTLED)
		return fact->t_unix;
	begin = record->servers ? instant_later(fact->t_unix, record->seen_unix) : fact->t_unix;
	hold = instant_later(record->wait_s, 2 * fact->ttl_s);
	return begin > ROLLOVER_NEVER - hold ? ROLLOVER_NEVER : begin + hold;
}

int64_t
rollover_seen_by(const struct facts *facts, const struct fact *published, const char *server)
{
	const struct fact *seen;
	struct buf key = {0};

	buf_printf(
	    &key, "seen %s %s %s %s", published->zone, published->owner, published->record, server);
	buf_putc(&key, '\0');
	seen = facts_find(facts, key.data);
	buf_free(&key);
	return seen ? seen->t_unix : ROLLOVER_NEVER;
}

struct rollover_record
rollover_record_of(const struct facts *facts, const struct project_certificate *certificate,
    const struct fact *published)
{
	struct rollover_record record = {.published = published,
	    .wait_s = certificate->wait_s,
	    .servers = certificate->n_servers > 0};

	if (!published)
		return record;
	for (size_t i = 0; i < certificate->n_servers; i++)
		record.seen_unix = instant_later(record.seen_unix,
		    rollover_seen_by(facts, published, certificate->servers[i].text));
	return record;
}

/* --- Records that left --- */

static int64_t
hold_of(const struct project_certificate *certificate, int64_t ttl_s)
{
	return instant_later(certificate->wait_s, 2 * ttl_s);
}

struct fact
rollover_leave(const struct project_certificate *certificate, const char *zone, const char *owner,
    const char *record, int64_t ttl_s, int64_t now_unix)
{
	struct fact fact = {.kind = FACT_LEAVING,
	    .zone = zone,
	    .owner = owner,
	    .name = certificate->name,
	    .record = record,
	    .ttl_s = ttl_s,
	    .t_unix = now_unix};

	if (certificate->n_servers > 0)
		return fact;
	return rollover_gone(certificate, &fact, now_unix);
}

struct fact
rollover_gone(
    const struct project_certificate *certificate, const struct fact *leaving, int64_t now_unix)
{
	struct fact fact = *leaving;

	fact.kind = FACT_LEFT;
	fact.t_unix = now_unix + hold_of(certificate, leaving->ttl_s);
	return fact;
}

int64_t
rollover_vanish(const struct project_certificate *certificate, const struct fact *fact)
{
	if (fact->kind == FACT_LEFT)
		return fact->t_unix;
	return certificate->n_servers > 0 ? ROLLOVER_NEVER
					  : fact->t_unix + hold_of(certificate, fact->ttl_s);
}

bool
rollover_is_over(const struct fact *fact, int64_t now_unix)
{
	return rollover_is_nameless(fact) && fact->t_unix <= now_unix;
}

int64_t
rollover_left(const struct facts *facts, const char *zone, const char *owner,
    const struct project_certificate *certificate, const struct certs *certs, int64_t now_unix)
{
	static const enum fact_kind kinds[] = {FACT_LEAVING, FACT_LEFT};
	int64_t until = 0;

	for (size_t k = 0; k < 2; k++) {
		size_t n;
		const struct fact *left = facts_of_owner(facts, kinds[k], zone, owner, &n);

		for (size_t i = 0; i < n; i++) {
			int64_t vanish = rollover_vanish(certificate, &left[i]);

			if (vanish > now_unix &&
			    (strcmp(left[i].name, certificate->name) == 0 ||
				rollover_is_nameless(&left[i])) &&
			    !pins_match(certs, left[i].record))
				until = instant_later(until, vanish);
		}
	}
	return until;
}

struct fact
rollover_leave_nameless(const struct fact *fact, int64_t ttl_s, int64_t t_unix)
{
	static const int64_t wait_s = 86400; /* its own, and its servers, are not known any more */
	struct fact left = *fact;

	left.kind = FACT_LEFT;
	left.name = ROLLOVER_NAMELESS;
	left.t_unix = t_unix + instant_later(wait_s, 2 * ttl_s);
	return left;
}

/* --- The phase --- */

static const char *const phase_names[N_ROLLOVER_PHASES] = {
    [ROLLOVER_UNUSED] = "unused",
    [ROLLOVER_STEADY] = "steady",
    [ROLLOVER_FINISHING] = "finishing",
    [ROLLOVER_NEW] = "new",
    [ROLLOVER_UNSEEN] = "unseen",
    [ROLLOVER_WAITING] = "waiting",
    [ROLLOVER_READY] = "ready",
    [ROLLOVER_DEPLOYED] = "deployed",
    [ROLLOVER_EARLY] = "early",
};

const char *
rollover_phase_name(enum rollover_phase phase)
{
	return phase_names[phase];
}

static enum rollover_phase
phase_of(const struct rollover_case *c)
{
	if (!c->used)
		return ROLLOVER_UNUSED;
	if (c->current_safe_unix > c->now_unix)
		return ROLLOVER_EARLY;
	if (!c->has_next || c->same)
		return c->leftover ? ROLLOVER_FINISHING : ROLLOVER_STEADY;
	if (c->deployed_unix != ROLLOVER_NEVER)
		return ROLLOVER_DEPLOYED;
	if (c->next_since == ROLLOVER_NEVER)
		return ROLLOVER_NEW;
	if (c->next_safe_unix == ROLLOVER_NEVER)
		return ROLLOVER_UNSEEN;
	return c->next_safe_unix > c->now_unix ? ROLLOVER_WAITING : ROLLOVER_READY;
}

/* When it is safe to take the next certificate into use. A current one that is the next one
 * already is asked for itself: one may come too early. */
static int64_t
gate_of(const struct rollover_case *c)
{
	if (!c->used)
		return c->left_unix;
	if (!c->has_next)
		return ROLLOVER_NEVER;
	return c->same ? c->current_safe_unix : c->next_safe_unix;
}

struct rollover
rollover_judge(const struct rollover_case *c)
{
	struct rollover r = {.phase = phase_of(c), .safe_unix = ROLLOVER_NEVER};
	const int64_t since[N_ROLLOVER_PHASES] = {
	    [ROLLOVER_UNUSED] = ROLLOVER_NEVER,
	    [ROLLOVER_STEADY] = c->current_since,
	    [ROLLOVER_FINISHING] = c->current_since,
	    [ROLLOVER_NEW] = ROLLOVER_NEVER,
	    [ROLLOVER_UNSEEN] = c->next_since,
	    [ROLLOVER_WAITING] = c->next_since,
	    [ROLLOVER_READY] = c->next_safe_unix,
	    [ROLLOVER_DEPLOYED] = c->deployed_unix,
	    [ROLLOVER_EARLY] = c->current_since,
	};

	r.since_unix = since[r.phase];
	if (r.phase == ROLLOVER_WAITING || r.phase == ROLLOVER_READY)
		r.safe_unix = c->next_safe_unix;
	else if (r.phase == ROLLOVER_EARLY)
		r.safe_unix = c->current_safe_unix;
	r.gate_unix = gate_of(c);
	r.gate = r.gate_unix <= c->now_unix && r.gate_unix != ROLLOVER_NEVER;
	return r;
}
