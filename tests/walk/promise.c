#include "unit.h"

#include "walk/walk.h"

/* --- What clients take --- */

struct question {
	struct walk *w;
	const char *service;
	size_t cert;
	int64_t t_unix;
};

static bool
is_taken(void *ctx, const struct answer *set)
{
	const struct question *q = ctx;

	return client_takes(q->w->client, q->service, set, q->cert, q->t_unix);
}

/* Now, or when it is valid. */
static int64_t
when_valid(const struct walk *w, size_t cert)
{
	int64_t from = client_valid_from(w->client, cert);

	return from > w->now ? from : w->now;
}

static bool
all_take(struct walk *w, const char *service, size_t cert, struct look look)
{
	struct question q = {w, service, cert, when_valid(w, cert)};

	return cache_all(&w->cache, service, look, is_taken, &q);
}

static bool
is_empty(void *ctx, const struct answer *set)
{
	(void)ctx;
	return set->n == 0;
}

/* Has the set no record of a certificate that is current, or was? */
static bool
is_foreign(void *ctx, const struct answer *set)
{
	struct walk *w = ctx;
	bool matches = client_matches(w->client, set, w->repository.current);

	for (size_t i = 0; i < N_CERTS && !matches; i++)
		matches = w->noted[i] && client_matches(w->client, set, i);
	return !matches;
}

/* The certificate's services are the names whose sets have a record for it, or had one a while ago.
 */
static bool
is_service(struct walk *w, const char *name, struct look look)
{
	return !cache_all(&w->cache, name, look, is_foreign, w);
}

/* Clocks may be behind when they tell of an end: the walk takes that much less to be held. */
static struct look
look_of(const struct walk *w)
{
	struct look look = {.t_unix = w->now};

	for (size_t i = 0; i < w->n_hosts; i++)
		if (w->hosts[i].behind_s > look.t_unix - w->now)
			look.t_unix = w->now + w->hosts[i].behind_s;
	return look;
}

/* As zonepp counts, with its wait. */
static struct look
exact_look(const struct walk *w)
{
	return (struct look){w->now, w->repository.wait_s};
}

static bool
is_exact(const struct walk *w)
{
	return w->features == 0;
}

/* Does the host know all that was published, as far as anybody can? */
static bool
is_due(const struct host *host)
{
	bool due = host->is_synced;

	for (size_t zone = 0; zone < N_ZONES; zone++)
		due = due && !host->zones[zone].is_restored;
	return due;
}

/* --- Builds --- */

/* The spot of the zone that has the records of a service; N_SPOTS: none has. */
static size_t
end_of(struct walk *w, size_t zone, size_t service)
{
	const struct zone_text *text = w->zones[zone].primary;
	const char *at = spot_name(&w->a, zone, service);
	struct answer answer = {.alias = at};

	for (int i = 0; i < 8 && answer.alias && zone_text_has(text, answer.alias); i++)
		zone_text_answer(&w->a, text, answer.alias, &answer);
	return answer.owner ? spot_find(zone, answer.owner) : N_SPOTS;
}

/* Are there records, beside those of the certificate, by which clients refuse it? They are none of
 * a rollover's affair. */
static bool
is_spoilt(struct walk *w, size_t zone, size_t number)
{
	const struct spot *spot = &w->repository.templates[zone].spots[number];
	const char *name = spot_name(&w->a, zone, number);
	size_t current = w->repository.current;
	bool any = false;
	struct answer answer;

	for (size_t i = 0; i < N_LINES; i++)
		any = any || spot->lines[i].kind == LINE_FILE || spot->lines[i].kind == LINE_HAND;
	zone_text_answer(&w->a, w->zones[zone].primary, name, &answer);
	return any && !client_takes(w->client, name, &answer, current, when_valid(w, current));
}

/* A build that is content: no client refuses the current certificate. */
static void
check_content(struct walk *w, size_t zone)
{
	const struct template *template = &w->repository.templates[zone];

	for (size_t service = 0; service < N_SERVICES; service++) {
		const char *name = spot_name(&w->a, zone, service);
		size_t end = end_of(w, zone, service);

		if (end < N_SPOTS && spot_is_named(template, end) && !is_spoilt(w, zone, end) &&
		    !all_take(w, name, w->repository.current, look_of(w)))
			fail_walk(w, "a build is content, and clients are refused", name);
	}
}

/* A new set that a certificate's line makes. */
static void
new_answer(struct walk *w, size_t zone, size_t spot, struct answer *out)
{
	zone_text_answer(&w->a, w->zones[zone].primary, spot_name(&w->a, zone, spot), out);
}

/* What servers were told to present is refused by no new set. */
static void
check_deployed(struct walk *w, size_t zone)
{
	for (size_t spot = 0; spot < N_SPOTS && w->deployed < N_CERTS; spot++) {
		const char *name = spot_name(&w->a, zone, spot);
		struct answer answer;

		if (spot == SPOT_STAR_HOST || !spot_is_named(&w->repository.templates[zone], spot))
			continue;
		new_answer(w, zone, spot, &answer);
		if (!client_takes(
			w->client, name, &answer, w->deployed, when_valid(w, w->deployed)))
			fail_walk(w, "a new set refuses what was deployed", name);
	}
}

/* Mail servers know no usages 0 and 1 (RFC 7672 section 3.1.3). */
static void
take_usable(struct walk *w, const char *name, struct answer *set)
{
	const char **usable = arena_alloc(&w->a, set->n * sizeof(*usable) + 1);
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++)
		if (strncmp(name, "_25.", 4) != 0 || set->records[i][0] >= '2')
			usable[n++] = set->records[i];
	set->records = usable;
	set->n = n;
}

/* What was in use can be put back after an alarm, if records stood for it until then. */
static void
check_way_back(struct walk *w, size_t zone, size_t spot, const struct zone_text *before)
{
	const char *name = spot_name(&w->a, zone, spot);
	struct answer old, new;

	zone_text_answer(&w->a, before, name, &old);
	take_usable(w, name, &old);
	new_answer(w, zone, spot, &new);
	for (size_t cert = 0; cert < N_CERTS; cert++) {
		int64_t t = when_valid(w, cert);

		if (w->noted[cert] && client_matches(w->client, &old, cert) &&
		    client_takes(w->client, name, &old, cert, t) &&
		    !client_takes(w->client, name, &new, cert, t))
			fail_walk(w, "the old certificate cannot be put back", name);
	}
}

static void
check_alarm(struct walk *w, size_t zone, const struct zone_text *before)
{
	const size_t current = w->repository.current;
	bool any = false;

	for (size_t spot = 0; spot < N_SPOTS; spot++) {
		const char *name = spot_name(&w->a, zone, spot);

		if (spot == SPOT_STAR_HOST ||
		    !spot_is_named(&w->repository.templates[zone], spot) ||
		    all_take(w, name, current, exact_look(w)))
			continue;
		any = true;
		if (before)
			check_way_back(w, zone, spot, before);
	}
	if (!any && is_exact(w))
		fail_walk(w, "an alarm for no reason", zone_names[zone]);
}

void
promise_built(struct walk *w, const struct host *host, size_t zone, bool is_early,
    const struct zone_text *before)
{
	if (!is_due(host) || !w->repository.templates[zone].dane || !w->zones[zone].primary)
		return;
	if (is_early)
		check_alarm(w, zone, before);
	else
		check_content(w, zone);
	check_deployed(w, zone);
}

/* --- The gate --- */

/* Without a next certificate any may follow, if there is no record. */
static bool
may_follow(struct walk *w, const char *service, struct look look)
{
	if (w->repository.next == N_CERTS)
		return cache_all(&w->cache, service, look, is_empty, NULL);
	return all_take(w, service, w->repository.next, look);
}

static bool
all_may_follow(struct walk *w, struct look look, const char **refuses)
{
	*refuses = NULL;
	for (size_t i = 0; i < N_ZONES * N_SERVICES && !*refuses; i++) {
		const char *name = spot_name(&w->a, i / N_SERVICES, i % N_SERVICES);

		if (is_service(w, name, look) && !may_follow(w, name, look))
			*refuses = name;
	}
	return !*refuses;
}

static bool
all_take_current(struct walk *w, struct look look, const char **refuses)
{
	*refuses = NULL;
	for (size_t i = 0; i < N_ZONES * N_SERVICES && !*refuses; i++) {
		const char *name = spot_name(&w->a, i / N_SERVICES, i % N_SERVICES);

		if (is_service(w, name, look) && !all_take(w, name, w->repository.current, look))
			*refuses = name;
	}
	return !*refuses;
}

/* The walk knows of no reason why the gate should be closed, and the names are those of spots at
 * which clients ask. */
static void
check_exact(struct walk *w, bool is_open, bool is_early)
{
	const char *refuses;

	if (!is_open && w->repository.next < N_CERTS &&
	    client_valid_from(w->client, w->repository.next) < w->now &&
	    all_may_follow(w, exact_look(w), &refuses))
		fail_walk(w, "the gate is closed for no reason", "");
	if (is_early && all_take_current(w, exact_look(w), &refuses))
		fail_walk(w, "early for no reason", "");
}

void
promise_gate(struct walk *w, const struct host *host, bool is_open, enum rollover_phase phase)
{
	bool is_early = phase == ROLLOVER_EARLY;
	const char *refuses;

	if (!is_due(host))
		return;
	if (is_open && !all_may_follow(w, look_of(w), &refuses))
		fail_walk(w, "the gate is open, and clients would be refused", refuses);
	if (!is_early && phase != ROLLOVER_UNUSED && !all_take_current(w, look_of(w), &refuses))
		fail_walk(w, "nothing is early, and clients are refused", refuses);
	if (is_exact(w))
		check_exact(w, is_open, is_early);
}

/* zonepp counts an answer to which aliases led by the longest TTL on the way (zonepp.state(5)). */
static uint32_t
longest_alias(const struct walk *w)
{
	uint32_t longest_s = 0;

	for (size_t i = 0; i < w->cache.n; i++)
		for (size_t k = 0; k < w->cache.names[i].n; k++) {
			const struct answer *answer = &w->cache.names[i].items[k].answer;

			if (answer->alias && answer->ttl_s > longest_s)
				longest_s = answer->ttl_s;
		}
	return longest_s;
}

int64_t
promise_open_at(struct walk *w, size_t cert)
{
	uint32_t alias_s = longest_alias(w);
	int64_t at = w->now;

	for (size_t i = 0; i < w->cache.n; i++)
		for (size_t k = 0; k < w->cache.names[i].n; k++) {
			const struct version *version = &w->cache.names[i].items[k];
			const struct answer *answer = &version->answer;
			int64_t hold_s =
			    2 * (int64_t)(answer->ttl_s > alias_s ? answer->ttl_s : alias_s);

			if (version->until_unix == INT64_MAX || answer->alias ||
			    client_takes(w->client, w->cache.names[i].name, answer, cert, w->now))
				continue;
			hold_s = hold_s > w->repository.wait_s ? hold_s : w->repository.wait_s;
			at = version->until_unix + hold_s > at ? version->until_unix + hold_s : at;
		}
	return at;
}
