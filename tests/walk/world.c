#include "zone_fixture.h"

#include "walk/walk.h"

#include <stdarg.h>

uint32_t
pick_one(struct walk *w, uint32_t n)
{
	w->random = w->random * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)w->random * n) >> 32);
}

void
note(struct walk *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(&w->log, format, args);
	va_end(args);
}

const char *
read_file(struct walk *w, const char *path)
{
	struct buf b = {0};

	if (access(path, F_OK) < 0)
		return NULL;
	get(&b, path);
	return buf_text(&b, &w->a);
}

/* --- Failures --- */

static void
show_cache(struct walk *w)
{
	for (size_t i = 0; i < w->cache.n; i++)
		for (size_t k = 0; k < w->cache.names[i].n; k++) {
			const struct version *version = &w->cache.names[i].items[k];
			const struct answer *answer = &version->answer;

			note(w, "%s %u", w->cache.names[i].name, (unsigned)answer->ttl_s);
			if (version->until_unix != INT64_MAX)
				note(w, " until %+lld", (long long)(version->until_unix - w->now));
			note(w, "%s%s", answer->alias ? " to " : "",
			    answer->alias ? answer->alias : "");
			for (size_t r = 0; r < answer->n; r++)
				note(w, ", %.14s", answer->records[r]);
			note(w, "\n");
		}
}

static void
show_host(struct walk *w, const struct host *host)
{
	static const char *const files[] = {
	    "zonepp.yaml", "zones/example.net.zone", "zones/example.org.zone", "zonepp.state"};

	for (size_t i = 0; i < LENGTH(files); i++) {
		const char *path = arena_printf(&w->a, "%s/%s", host->folder, files[i]);
		const char *text = read_file(w, path);

		note(w, "--- %s\n", path);
		for (size_t len; text && *text; text += len + (text[len] == '\n')) {
			len = strcspn(text, "\n");
			note(w, "%.*s\n", len < 180 ? (int)len : 180, text);
		}
	}
}

void
fail_walk(struct walk *w, const char *what, const char *where)
{
	note(w, "\ncurrent %zu, next %zu, deployed %zu\n", w->repository.current,
	    w->repository.next, w->deployed);
	show_cache(w);
	for (size_t i = 0; i < w->n_hosts; i++)
		show_host(w, &w->hosts[i]);
	buf_putc(&w->log, '\0');
	fprintf(stderr, "%s\n", w->log.data);
	fail_msg("%s: %s; WALK_SEED=%u WALKS=1 shows it again", what, where, (unsigned)w->seed);
}

/* --- Servers and caches --- */

static void
ask_server(
    struct walk *w, const struct zone_text *zone, const char *name, struct answer *out, size_t *n)
{
	if (zone && zone_text_has(zone, name))
		zone_text_answer(&w->a, zone, name, &out[(*n)++]);
}

static void
tell(struct served_zone *served, const char *apex, const struct zone_text *zone)
{
	snprintf(served->apex, sizeof(served->apex), "%s.", apex);
	assert_true(!zone || strlen(zone->text) < sizeof(served->text));
	strcpy(served->text, zone ? zone->text : "");
}

/* What was current is forgotten with the last set that has a record of it. */
static void
forget_certs(struct walk *w)
{
	struct look look = {w->now, w->repository.wait_s};

	for (size_t cert = 0; cert < N_CERTS; cert++) {
		bool held = cert == w->repository.current;

		for (size_t i = 0; i < w->cache.n && w->noted[cert]; i++)
			for (size_t k = 0; k < w->cache.names[i].n && !held; k++) {
				const struct version *version = &w->cache.names[i].items[k];

				held = version_is_held(version, look) &&
				       client_matches(w->client, &version->answer, cert);
			}
		w->noted[cert] = w->noted[cert] && held;
	}
}

void
world_serve(struct walk *w)
{
	for (size_t i = 0; i < w->cache.n; i++) {
		struct cache_name *name = &w->cache.names[i];
		struct answer answers[2 * N_ZONES];
		size_t n = 0;

		for (size_t zone = 0; zone < N_ZONES; zone++) {
			ask_server(w, w->zones[zone].primary, name->name, answers, &n);
			ask_server(w, w->zones[zone].secondary, name->name, answers, &n);
		}
		cache_give(&w->cache, name, answers, n, w->now);
	}
	cache_forget(&w->cache, (struct look){w->now, w->repository.wait_s}, false);
	forget_certs(w);
	for (size_t zone = 0; zone < N_ZONES && w->features & HAS_SERVERS; zone++) {
		tell(&w->servers->server[0].zones[zone], zone_names[zone], w->zones[zone].primary);
		tell(
		    &w->servers->server[1].zones[zone], zone_names[zone], w->zones[zone].secondary);
	}
}

/* RFC 1982. */
static bool
is_later(uint32_t a, uint32_t b)
{
	return a != b && a - b < UINT32_C(1) << 31;
}

void
world_transfer(struct walk *w, size_t zone)
{
	struct zone *z = &w->zones[zone];

	if (w->features & HAS_SERVERS && z->primary &&
	    (!z->secondary || is_later(z->primary->serial, z->secondary->serial)))
		z->secondary = z->primary;
}

/* Nothing was known of the zone when it was built. A next certificate waits from the start all the
 * same: the template's records without those of it may have been there. */
static void
guess(struct walk *w, size_t zone)
{
	const struct repository *repository = &w->repository;

	for (size_t i = 0; i < N_SPOTS && repository->next < N_CERTS; i++) {
		struct cache_name *name = cache_find(&w->cache, spot_name(&w->a, zone, i));
		struct answer answer, before;

		zone_text_answer(&w->a, w->zones[zone].primary, name->name, &answer);
		before = answer;
		before.records = arena_alloc(&w->a, answer.n * sizeof(*before.records) + 1);
		before.n = 0;
		for (size_t k = 0; k < answer.n; k++) {
			struct answer one = {.records = &answer.records[k], .n = 1};

			if (client_matches(w->client, &one, repository->current) ||
			    !client_matches(w->client, &one, repository->next))
				before.records[before.n++] = answer.records[k];
		}
		if (spot_is_named(&repository->templates[zone], i) && before.n > 0)
			cache_add(&w->cache, name, &before, w->now);
	}
}

static void
load(struct walk *w, size_t zone, const char *text)
{
	w->zones[zone].primary =
	    zone_text_read(&w->a, arena_printf(&w->a, "%s.", zone_names[zone]), text);
	if (w->zones[zone].is_blind)
		guess(w, zone);
	w->zones[zone].is_blind = false;
}

void
world_reload(struct walk *w, struct host *host, size_t zone)
{
	load(w, zone, host->zones[zone].text);
	host->zones[zone].is_pending = false;
}

/* --- Hosts --- */

static void
check_serial(struct walk *w, const struct host *host, size_t zone, uint32_t serial)
{
	struct zone *z = &w->zones[zone];

	note(w, " %s %u", host->folder, (unsigned)serial);
	if (z->has_highest && host->is_synced && !is_later(serial, z->highest))
		fail_walk(w, "the serial does not move on", zone_names[zone]);
	if (!z->has_highest || is_later(serial, z->highest))
		z->highest = serial;
	z->has_highest = true;
}

static void
see_publication(struct walk *w, struct host *host, size_t zone)
{
	struct zone *z = &w->zones[zone];
	struct side *side = &host->zones[zone];
	bool by_hook = w->features & HAS_HOOK;

	z->older[z->n_older++ % N_OLDER] = side->text;
	check_serial(w, host, zone, zone_text_read(&w->a, zone_names[zone], side->text)->serial);
	z->is_split = !host->is_synced;
	side->is_pending = by_hook;
	side->is_unwritten = true;
	if (!by_hook || pick_one(w, 2))
		load(w, zone, side->text);
}

/* A build that was content has published the newest zone. */
static void
check_newest(struct walk *w, struct host *host, size_t zone)
{
	if (!host->is_synced || strcmp(w->zones[zone].primary->text, host->zones[zone].text) == 0)
		return;
	if (!w->zones[zone].is_split)
		fail_walk(w, "what was built is not what servers have", zone_names[zone]);
	world_reload(w, host, zone); /* somebody has to decide whose zone it is */
}

static void
see_zone(struct walk *w, struct host *host, size_t zone, struct outcome outcome)
{
	struct side *side = &host->zones[zone];
	const char *path = arena_printf(&w->a, "%s/public/%s.zone", host->folder, zone_names[zone]);
	const char *text = read_file(w, path);
	bool published = text && (!side->text || strcmp(side->text, text) != 0);

	side->text = text;
	if (published)
		see_publication(w, host, zone);
	if (outcome.told && side->is_pending)
		world_reload(w, host, zone);
	if (outcome.told && text)
		check_newest(w, host, zone);
	side->is_unwritten = side->is_unwritten && !outcome.told;
	side->is_restored = side->is_restored && !outcome.built;
}

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

void
world_see(struct walk *w, struct host *host, const struct outcome outcomes[N_ZONES])
{
	const char *state = read_file(w, arena_printf(&w->a, "%s/zonepp.state", host->folder));
	bool any = !same_text(host->state, state);

	for (size_t zone = 0; zone < N_ZONES; zone++) {
		const char *before = host->zones[zone].text;

		see_zone(w, host, zone, outcomes[zone]);
		any = any || !same_text(before, host->zones[zone].text);
	}
	host->state = state;
	for (size_t i = 0; i < w->n_hosts; i++)
		if (any && &w->hosts[i] != host)
			w->hosts[i].is_synced = false;
	world_serve(w);
}

/* --- The beginning --- */

static void
make_host(struct walk *w, struct host *host, const char *folder)
{
	*host = (struct host){.folder = folder, .is_synced = true};
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(mkdir(arena_printf(&w->a, "%s/zones", folder), 0755), 0);
	assert_int_equal(mkdir(arena_printf(&w->a, "%s/certs", folder), 0755), 0);
	for (size_t i = 0; i < N_CERTS; i++)
		put(arena_printf(&w->a, "%s/certs/%zu.pem", folder, i), client_pem(w->client, i));
	assert_int_equal(symlink("/bin/true", arena_printf(&w->a, "%s/hook", folder)), 0);
}

void
world_begin(struct walk *w, uint32_t seed, struct client *client, struct servers *servers)
{
	static const char *const folders[N_HOSTS] = {"a", "b"};

	*w = (struct walk){.seed = seed,
	    .random = seed * 2654435761u,
	    .client = client,
	    .servers = servers,
	    .deployed = N_CERTS};
	assert_int_equal(system("rm -rf a b"), 0);
	w->n_hosts = N_HOSTS;
	for (size_t i = 0; i < N_HOSTS; i++)
		make_host(w, &w->hosts[i], folders[i]);
	w->cache = (struct cache){.a = &w->a, .n = N_ZONES * N_SPOTS};
	w->cache.names = arena_zalloc(&w->a, w->cache.n * sizeof(*w->cache.names));
	for (size_t i = 0; i < w->cache.n; i++)
		w->cache.names[i].name = spot_name(&w->a, i / N_SPOTS, i % N_SPOTS);
}

void
world_write(struct walk *w)
{
	for (size_t i = 0; i < w->n_hosts; i++)
		repository_write(&w->repository, w->hosts[i].folder);
}
