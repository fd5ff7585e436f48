#include "zone_fixture.h"

#include "cert_fixture.h"

#include "publish/build.h"
#include "rollover/ask.h"
#include "rollover/act.h"
#include "walk/walk.h"

#include <signal.h>
#include <sys/wait.h>

/* Random walks through what operators do: certificates are renewed, replaced too early, put back;
 * their records are written by name, by path and by hand, at the services, at wildcards above them
 * or where aliases lead; zones are built, in part or not at all; builds fail or are killed, files
 * are lost, two hosts merge their state, servers lag. Beside each walk runs an honest model of the
 * world (tests/walk/), in which clients verify servers by every set that a cache may hold. Whatever
 * happens, as zonepp-roll(1) and zonepp.state(5) promise:
 *
 * - an open gate means that no such set refuses the next certificate;
 * - a build of a zone without D081 means that none refuses the current one, and with it that the
 *   old one can be put back;
 * - no new set refuses what was deployed and never became current;
 * - serials never go back as long as anybody remembers them;
 * - a project that is left in peace renews its certificate, as soon as the model has no objection,
 *   and without a false alarm.
 *
 * The seeds are fixed; a walk that fails shows its steps. */
enum {
	N_WALKS = 20,
	N_STEPS = 60,
	N_CALLS = 70,
	N_PUBLICATION = 11,
	EPOCH_S = 5 * DAY,
	ROUND_S = 60
};

static struct client *client;
static struct servers servers;

static const char *const params[] = {
    "3 1 1", "3 1 1", "3 1 2", "3 0 1", "2 1 1", "2 0 1", "3 1 0", "1 1 1", "0 0 1"};
static const uint32_t ttls[] = {0, 300, 3600, DAY, 2 * DAY};
static const int64_t pauses[] = {1, 60, 1800, 3600, 6 * 3600, DAY, 2 * DAY, 5 * DAY};
static const uint32_t waits[] = {0, 3600, DAY};
static const char *const names[] = {"mail", "post", "mx.1"};

static bool
has(const struct walk *w, unsigned feature)
{
	return w->features & feature;
}

static struct host *
pick_host(struct walk *w)
{
	struct host *host = &w->hosts[pick_one(w, (uint32_t)w->n_hosts)];

	if (w->n_hosts > 1)
		note(w, " %s", host->folder);
	return host;
}

static const char *
path_at(struct walk *w, const struct host *host, const char *name)
{
	return arena_printf(&w->a, "%s/%s", host->folder, name);
}

static int64_t
clock_of(const struct walk *w, const struct host *host)
{
	return w->now - host->behind_s;
}

/* --- Builds --- */

static size_t
zone_number(const struct project_zone *zone)
{
	return strcmp(zone->name_text, zone_names[0]) == 0 ? 0 : 1;
}

static void
show_diags(struct walk *w, const struct diags *diags)
{
	for (size_t i = 0; i < diags->n; i++)
		if (diags->items[i].problem != D_TOO_EARLY)
			note(w, " (%s %s)", problem_table[diags->items[i].problem].code,
			    diags->items[i].message);
}

/* What the servers had ahead of a build, where that is the host's file. */
static const struct zone_text *
text_before(const struct walk *w, const struct host *host, size_t zone)
{
	const struct zone_text *primary = w->zones[zone].primary;
	const char *text = host->zones[zone].text;

	return primary && text && strcmp(primary->text, text) == 0 ? primary : NULL;
}

static void
see_build(struct walk *w, struct host *host, const struct outcome outcomes[N_ZONES])
{
	const struct zone_text *before[N_ZONES];
	bool restored =
	    false; /* what shares a set with such a zone learns of it behind its build */

	for (size_t i = 0; i < N_ZONES; i++) {
		before[i] = text_before(w, host, i);
		restored = restored || host->zones[i].is_restored;
	}
	world_see(w, host, outcomes);
	for (size_t i = 0; i < N_ZONES; i++) {
		w->counts.n_good += outcomes[i].built && !outcomes[i].early;
		w->counts.n_early += outcomes[i].early;
		if (outcomes[i].built && !restored)
			promise_built(w, host, i, outcomes[i].early, before[i]);
	}
}

static int steps_left; /* of publications, until the process ends */

static void
end_behind(const struct publication_step *step)
{
	(void)step;
	if (steps_left > 0 && --steps_left == 0)
		raise(SIGKILL);
}

static void
run_build(struct walk *w, const struct host *host, const char *const *zones,
    struct outcome outcomes[N_ZONES])
{
	struct build_options options = {
	    .zones = zones, .now = clock_of(w, host), .n_workers = 1, .after = end_behind};
	struct diags diags = {0};
	struct project project;
	struct build built;

	assert_int_equal(project_load(&diags, path_at(w, host, "zonepp.yaml"), &project), 0);
	build_project(&diags, &project, &options, &built);
	show_diags(w, &diags);
	for (size_t i = 0; i < built.n; i++) {
		const struct build_zone *zone = &built.zones[i];
		bool early = zone->keep->n_early > 0;

		note(w, "%s%s%s", zone->built ? "" : " failed", early ? " D081" : "",
		    zone->unfinished ? " hook" : "");
		show_diags(w, zone->diags);
		w->counts.n_failed += !zone->built;
		outcomes[zone_number(zone->zone)] =
		    (struct outcome){zone->built, zone->built && !zone->unfinished, early};
	}
	build_free(&built);
	diags_free(&diags);
}

static void
build_zones(struct walk *w, struct host *host, const char *const *zones)
{
	struct outcome outcomes[N_ZONES] = {0};

	run_build(w, host, zones, outcomes);
	see_build(w, host, outcomes);
	w->noted[w->repository.current] = true;
}

static void
build(struct walk *w, struct host *host)
{
	build_zones(w, host, &(const char *){NULL});
}

static void
step_build(struct walk *w)
{
	build(w, pick_host(w));
}

static void
step_build_one(struct walk *w)
{
	const char *zones[] = {zone_names[pick_one(w, N_ZONES)], NULL};

	note(w, " %s", zones[0]);
	build_zones(w, pick_host(w), zones);
}

/* A build in a process of its own, which ends behind so many steps of publications, or ahead of one
 * of its calls that change files (tests/e2e/kill_at.c). Returns its status, that of waitpid(2). */
static int
build_and_die(struct walk *w, const struct host *host, int n_steps, const char *call)
{
	struct outcome outcomes[N_ZONES] = {0};
	int status, told = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		steps_left = n_steps;
		if (n_steps == 0)
			setenv("KILL_AT", call, 1);
		run_build(w, host, &(const char *){NULL}, outcomes);
		for (int i = 0; i < N_ZONES; i++)
			told |= (outcomes[i].built | outcomes[i].told << 1 | outcomes[i].early << 2)
				<< (3 * i);
		_exit(told);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void
step_kill(struct walk *w)
{
	struct host *host = pick_host(w);
	const char *call = arena_printf(&w->a, "%u", 1 + pick_one(w, N_CALLS));
	int n_steps = pick_one(w, 2) ? 1 + (int)pick_one(w, N_PUBLICATION) : 0;
	int status = build_and_die(w, host, n_steps, call);
	struct outcome outcomes[N_ZONES] = {0};

	if (n_steps)
		note(w, " behind step %d", n_steps);
	else
		note(w, " ahead of call %s", call);
	note(w, "%s", WIFSIGNALED(status) ? "" : " (not)");
	w->counts.n_killed += WIFSIGNALED(status);
	for (size_t i = 0; i < N_ZONES && WIFEXITED(status); i++) {
		unsigned told = (unsigned)WEXITSTATUS(status) >> (3 * i);

		outcomes[i] = (struct outcome){told & 1, told & 2, told & 4};
	}
	see_build(w, host, outcomes);
	w->noted[w->repository.current] |= WIFEXITED(status);
}

static void
step_hook(struct walk *w)
{
	w->hook_fails = !w->hook_fails;
	note(w, " %s", w->hook_fails ? "fails" : "works");
	for (size_t i = 0; i < w->n_hosts; i++) {
		const char *hook = path_at(w, &w->hosts[i], "hook");

		unlink(hook);
		assert_int_equal(symlink(w->hook_fails ? "/bin/false" : "/bin/true", hook), 0);
	}
}

/* --- Rollovers --- */

static void
set_current(struct walk *w, size_t cert)
{
	w->repository.current = cert;
	w->deployed = N_CERTS;
	world_write(w);
}

static void
set_next(struct walk *w, size_t cert)
{
	w->repository.next = cert;
	world_write(w);
}

/* A host that the walk does not wait for is not asked. */
static bool
look_at_gate(struct walk *w, struct host *host)
{
	struct diags diags = {0};
	struct project project;
	struct laggings laggings;
	struct rollovers rollovers;
	enum rollover_phase phase;
	bool open;

	assert_int_equal(project_load(&diags, path_at(w, host, "zonepp.yaml"), &project), 0);
	rollovers_ask(&diags, &project, &(const char *){NULL}, clock_of(w, host), &laggings);
	world_see(w, host, (struct outcome[N_ZONES]){{0}});
	assert_int_equal(
	    rollovers_load(&diags, &project, &(const char *){NULL}, clock_of(w, host), &rollovers),
	    0);
	open = rollovers.items[0].gate;
	phase = rollovers.items[0].phase;
	note(w, " %s %s", rollover_phase_name(phase), open ? "open" : "closed");
	diags_free(&diags);
	w->counts.n_gates += open;
	w->counts.n_closed += !open;
	promise_gate(w, host, open, phase);
	return open;
}

static void
step_gate(struct walk *w)
{
	if (look_at_gate(w, pick_host(w)) && w->repository.next < N_CERTS)
		set_current(w, w->repository.next);
}

static void
see_deployed(struct walk *w, struct host *host)
{
	const char *touched = path_at(w, host, "deployed");

	if (w->repository.deploy == DEPLOY_COPY &&
	    strcmp(read_file(w, path_at(w, host, "current.pem")),
		client_pem(w->client, w->repository.current)) != 0) {
		note(w, " copied");
		w->counts.n_deployed++;
		set_current(w, w->repository.next);
	}
	if (access(touched, F_OK) == 0) {
		note(w, " touched");
		w->counts.n_deployed++;
		unlink(touched);
		w->deployed = w->repository.next;
	}
}

static void
deploy(struct walk *w, struct host *host)
{
	struct diags diags = {0};
	struct project project;

	look_at_gate(w, host);
	assert_int_equal(project_load(&diags, path_at(w, host, "zonepp.yaml"), &project), 0);
	rollovers_deploy(&diags, &project, &(const char *){NULL}, clock_of(w, host));
	show_diags(w, &diags);
	diags_free(&diags);
	see_deployed(w, host);
	world_see(w, host, (struct outcome[N_ZONES]){{0}});
}

static void
step_deploy(struct walk *w)
{
	deploy(w, pick_host(w));
}

static void
step_finish(struct walk *w)
{
	if (w->deployed < N_CERTS)
		set_current(w, w->deployed);
}

/* A renewal by the book. */
static void
step_renew(struct walk *w)
{
	struct host *host = pick_host(w);
	size_t next = pick_one(w, N_CERTS);

	note(w, " by %zu", next);
	set_next(w, next);
	build(w, host);
	for (size_t i = 0; i < N_ZONES; i++)
		world_transfer(w, i);
	world_serve(w);
	look_at_gate(w, host);
	w->now += DAY << pick_one(w, 3);
	note(w, " later");
	if (has(w, HAS_DEPLOY))
		deploy(w, host);
	else if (look_at_gate(w, host))
		set_current(w, next);
	if (pick_one(w, 2))
		build(w, host);
}

static void
step_next(struct walk *w)
{
	set_next(w, pick_one(w, N_CERTS + 1));
	note(w, " %zu", w->repository.next);
}

static void
step_early(struct walk *w)
{
	size_t next = w->repository.next;

	set_current(w, next < N_CERTS && pick_one(w, 2) ? next : pick_one(w, N_CERTS));
	note(w, " %zu", w->repository.current);
}

static void
step_rename(struct walk *w)
{
	w->repository.name = names[pick_one(w, LENGTH(names))];
	note(w, " %s", w->repository.name);
	world_write(w);
}

/* --- Templates --- */

static size_t
pick_zone(struct walk *w)
{
	size_t zone = pick_one(w, N_ZONES);

	note(w, " %s", zone_names[zone]);
	return zone;
}

static struct spot *
pick_spot(struct walk *w)
{
	size_t n = has(w, HAS_ALIASES) ? N_SPOTS : N_SERVICES;
	size_t zone = pick_zone(w), spot = pick_one(w, (uint32_t)n);

	if ((spot == SPOT_STAR_PORT || spot == SPOT_STAR_HOST) && !has(w, HAS_STARS))
		spot = SPOT_25;
	note(w, " %zu", spot);
	return &w->repository.templates[zone].spots[spot];
}

static void
step_ttl(struct walk *w)
{
	struct spot *spot = pick_spot(w);

	spot->ttl_s = ttls[pick_one(w, LENGTH(ttls))];
	note(w, " %u", (unsigned)spot->ttl_s);
	world_write(w);
}

static void
step_params(struct walk *w)
{
	struct line *line = &pick_spot(w)->lines[pick_one(w, 4) == 0];

	line->params = params[pick_one(w, LENGTH(params))];
	note(w, " %s", line->params);
	world_write(w);
}

/* Most are of the certificates that are in use. */
static size_t
pick_cert(struct walk *w)
{
	size_t next = w->repository.next;

	if (pick_one(w, 8) == 0)
		return pick_one(w, N_CERTS);
	return next < N_CERTS && pick_one(w, 3) == 0 ? next : w->repository.current;
}

static void
set_line(struct walk *w, struct line *line, enum line_kind kind)
{
	line->kind = kind;
	line->cert = pick_cert(w);
	line->params = line->params ? line->params : params[0];
	note(w, " kind %d of %zu", (int)kind, line->cert);
}

/* `*.mail` has not the form that $TLSA wants. */
static void
step_line(struct walk *w)
{
	struct spot *spot = pick_spot(w);
	struct line *line = &spot->lines[pick_one(w, 3) == 0];

	spot->is_alias = false;
	set_line(w, line, pick_one(w, N_LINE_KINDS));
	for (size_t i = 0; i < N_ZONES; i++)
		if (spot == &w->repository.templates[i].spots[SPOT_STAR_HOST] &&
		    line->kind != LINE_NONE)
			line->kind = LINE_HAND;
	world_write(w);
}

/* Wildcards answer for names that are not there. */
static void
step_bare(struct walk *w)
{
	struct template *template = &w->repository.templates[pick_zone(w)];
	size_t star = pick_one(w, 2) ? SPOT_STAR_PORT : SPOT_STAR_HOST;
	size_t gone = pick_one(w, N_SERVICES + 1);
	struct line *line = &template->spots[star].lines[0];

	for (size_t i = 0; i < N_SERVICES; i++)
		if (i == gone || gone == N_SERVICES)
			for (size_t k = 0; k < N_LINES; k++)
				template->spots[i].lines[k].kind = LINE_NONE;
	template->spots[star].is_alias = template->is_dname = false;
	note(w, " %zu without %zu", star, gone);
	set_line(w, line, star == SPOT_STAR_PORT && pick_one(w, 2) ? LINE_NAMED : LINE_HAND);
	world_write(w);
}

/* A record by hand or path becomes one by name, or the other way round. */
static void
step_turn(struct walk *w)
{
	struct template *template = &w->repository.templates[pick_zone(w)];
	size_t spot = pick_one(w, N_SERVICES);
	struct line *line = &template->spots[spot].lines[0];

	note(w, " %zu", spot);
	set_line(w, line,
	    line->kind != LINE_NAMED ? LINE_NAMED
	    : pick_one(w, 2)         ? LINE_HAND
				     : LINE_FILES);
	world_write(w);
}

static void
step_alias(struct walk *w)
{
	struct template *template = &w->repository.templates[pick_zone(w)];
	size_t number = pick_one(w, has(w, HAS_STARS) ? SPOT_SHARED_25 : N_SERVICES);
	struct spot *spot = &template->spots[number];

	spot->is_alias = pick_one(w, 3) > 0;
	spot->to_zone = pick_one(w, N_ZONES);
	spot->to_spot = SPOT_SHARED_25 + pick_one(w, 2);
	note(w, " %zu %d to %zu %zu", number, spot->is_alias, spot->to_zone, spot->to_spot);
	world_write(w);
}

static void
step_dname(struct walk *w)
{
	struct template *template = &w->repository.templates[pick_zone(w)];

	template->is_dname = pick_one(w, 2);
	template->dname_zone = pick_one(w, N_ZONES);
	template->dname_ttl_s = ttls[pick_one(w, LENGTH(ttls))];
	note(w, " %d to %zu", template->is_dname, template->dname_zone);
	world_write(w);
}

static void
step_dane(struct walk *w)
{
	struct template *template = &w->repository.templates[pick_zone(w)];

	template->dane = !template->dane;
	note(w, " %d", template->dane);
	world_write(w);
}

static void
step_break(struct walk *w)
{
	w->repository.templates[pick_zone(w)].broken = true;
	world_write(w);
}

static void
step_repair(struct walk *w)
{
	for (size_t i = 0; i < N_ZONES; i++)
		w->repository.templates[i].broken = false;
	world_write(w);
}

static void
step_edit(struct walk *w)
{
	struct template *template = &w->repository.templates[pick_zone(w)];

	template->n_edits += pick_one(w, 2) ? 1 : (unsigned)-1;
	if (pick_one(w, 4) == 0)
		template->serial = w->now > NOW ? (uint32_t)w->now : template->serial + 1000;
	world_write(w);
}

/* --- The world --- */

static void
step_time(struct walk *w)
{
	int64_t pause = pauses[pick_one(w, LENGTH(pauses))];

	note(w, " %lld", (long long)pause);
	w->now += pause;
}

static void
step_transfer(struct walk *w)
{
	world_transfer(w, pick_zone(w));
	world_serve(w);
}

static void
step_down(struct walk *w)
{
	size_t server = pick_one(w, N_SERVERS);

	servers.server[server].is_down = !servers.server[server].is_down;
	note(w, " %zu %d", server, servers.server[server].is_down);
}

enum { LOSE_STATE = 1, LOSE_PUBLIC = 2, LOSE_CACHE = 4, LOSE_ALL = 7 };

static bool
is_there(struct walk *w, const struct host *host, const char *format, size_t zone)
{
	return access(path_at(w, host, arena_printf(&w->a, format, zone_names[zone])), F_OK) == 0;
}

/* Does anybody know which serial was published last, if the published file does not? */
static bool
has_account(struct walk *w, const struct host *host, size_t zone)
{
	const char *serial = arena_printf(&w->a, "serial %s.", zone_names[zone]);

	return (host->state && strstr(host->state, serial)) ||
	       is_there(w, host, ".zonepp/%s.build", zone);
}

static void
make_blind(struct walk *w, const struct host *host, size_t zone)
{
	struct zone *z = &w->zones[zone];

	z->is_blind = true;
	z->primary = z->secondary = NULL;
	z->has_highest = z->has_highest && has_account(w, host, zone);
	for (size_t i = 0; i < N_SPOTS; i++)
		cache_find(&w->cache, spot_name(&w->a, zone, i))->n = 0;
}

/* What a loss makes unknown, by the table in zonepp.state(5). */
static void
forget(struct walk *w, const struct host *host, unsigned lost)
{
	if (lost & LOSE_STATE) {
		memset(w->noted, 0, sizeof(w->noted));
		w->deployed = N_CERTS;
	}
	for (size_t i = 0; i < N_ZONES; i++) {
		const char *serial = arena_printf(&w->a, "serial %s.", zone_names[i]);

		if (w->n_hosts == 1 && !host->zones[i].text &&
		    !(host->state && strstr(host->state, serial)))
			make_blind(w, host, i);
	}
	world_serve(w);
	if (lost & LOSE_STATE)
		cache_forget(&w->cache, (struct look){0}, true);
}

/* Without the mark of a publication nobody knows that servers were not told of it: the operator
 * does, and lets them load it. With its mark a publication that was not finished may lose its file,
 * and without it nothing. */
static bool
settle_pending(struct walk *w, struct host *host, unsigned lost)
{
	bool settled = true;

	for (size_t i = 0; i < N_ZONES; i++) {
		struct side *side = &host->zones[i];

		if (side->is_pending && lost == LOSE_CACHE && side->text)
			world_reload(w, host, i);
		if (lost != LOSE_CACHE &&
		    (lost != LOSE_PUBLIC || !is_there(w, host, ".zonepp/%s.hook", i)))
			settled = settled && !side->is_pending && !side->is_unwritten;
		settled = settled && !(lost & LOSE_PUBLIC && side->is_restored);
	}
	return settled;
}

static void
step_lose(struct walk *w)
{
	unsigned lost = 1 + pick_one(w, LOSE_ALL);
	struct host *host = pick_host(w);

	if (w->n_hosts > 1 || has(w, HAS_SERVERS))
		lost &= ~(unsigned)LOSE_STATE;

	note(w, "%s%s%s", lost & LOSE_STATE ? " state" : "", lost & LOSE_PUBLIC ? " public" : "",
	    lost & LOSE_CACHE ? " cache" : "");
	if (!settle_pending(w, host, lost)) {
		note(w, " not");
		return;
	}
	if (lost & LOSE_STATE)
		unlink(path_at(w, host, "zonepp.state"));
	for (size_t i = 0; i < N_ZONES; i++) {
		if (lost & LOSE_PUBLIC)
			unlink(
			    path_at(w, host, arena_printf(&w->a, "public/%s.zone", zone_names[i])));
		if (lost & LOSE_CACHE)
			unlink(path_at(
			    w, host, arena_printf(&w->a, ".zonepp/%s.build", zone_names[i])));
		if (lost & LOSE_CACHE)
			unlink(path_at(
			    w, host, arena_printf(&w->a, ".zonepp/%s.hook", zone_names[i])));
	}
	world_see(w, host, (struct outcome[N_ZONES]){{0}});
	forget(w, host, lost);
}

/* Servers load what was restored from a backup. Of one that another one follows before any build
 * nobody could know. */
static void
step_restore(struct walk *w)
{
	struct host *host = &w->hosts[0];
	size_t zone = pick_zone(w);
	struct zone *z = &w->zones[zone];
	size_t n = z->n_older < N_OLDER ? z->n_older : N_OLDER;
	const char *text = n ? z->older[pick_one(w, (uint32_t)n)] : NULL;

	if (!text || w->n_hosts > 1 || z->is_blind || host->zones[zone].is_unwritten ||
	    host->zones[zone].is_restored)
		return;
	note(w, " done");
	z->has_highest = z->has_highest && has_account(w, host, zone);
	put(path_at(w, host, arena_printf(&w->a, "public/%s.zone", zone_names[zone])), text);
	host->zones[zone].text = text;
	host->zones[zone].is_restored = true;
	world_reload(w, host, zone);
	world_serve(w);
}

/* --- Two hosts --- */

static bool
has_line(const char *text, const char *line, size_t len)
{
	const char *at = text;

	while (at && (at = strstr(at, line)) != NULL &&
	       !(at[len] == '\n' && (at == text || at[-1] == '\n')))
		at++;
	return at != NULL;
}

/* The lines of `from` that were not taken out at the other side, since both had `base`. */
static void
take_lines(struct walk *w, struct buf *b, const char *from, const char *other, const char *base)
{
	while (*from) {
		size_t len = strcspn(from, "\n");
		const char *line = arena_text(&w->a, from, len);

		if (!base || !has_line(base, line, len) || has_line(other, line, len))
			buf_printf(b, "%s\n", line);
		from += len + (from[len] == '\n');
	}
}

/* As git does with merge=union: where changes lie side by side it keeps the lines of both, else
 * those that either took out are gone. */
static void
merge(struct walk *w, struct host *host, const char *base)
{
	struct host *other = &w->hosts[host == w->hosts];
	const char *ours = host->state ? host->state : "";
	const char *theirs = other->state ? other->state : "";
	struct buf b = {0};

	take_lines(w, &b, ours, theirs, base);
	take_lines(w, &b, theirs, ours, base);
	put_bytes(path_at(w, host, "zonepp.state"), b.data, b.len);
	buf_free(&b);
	w->base = theirs;
	world_see(w, host, (struct outcome[N_ZONES]){{0}});
	host->is_synced = true;
	for (size_t i = 0; i < N_ZONES; i++)
		host->is_synced = host->is_synced && !other->zones[i].is_unwritten;
}

static void
step_merge(struct walk *w)
{
	const char *base = pick_one(w, 2) ? w->base : NULL;
	struct host *host = pick_host(w);

	note(w, base ? " by line" : " all");
	merge(w, host, base);
}

/* --- Walks --- */

static const struct step {
	const char *name;
	void (*run)(struct walk *w);
	uint32_t weight;
	unsigned needs; /* features */
} steps[] = {
    {"build", step_build, 16, 0},
    {"build one", step_build_one, 6, 0},
    {"kill", step_kill, 6, HAS_KILLS},
    {"hook", step_hook, 3, HAS_HOOK},
    {"time", step_time, 16, 0},
    {"next", step_next, 8, 0},
    {"gate", step_gate, 12, 0},
    {"renew", step_renew, 6, 0},
    {"deploy", step_deploy, 6, HAS_DEPLOY},
    {"finish", step_finish, 2, HAS_DEPLOY},
    {"early", step_early, 3, 0},
    {"rename", step_rename, 2, 0},
    {"ttl", step_ttl, 4, 0},
    {"params", step_params, 4, 0},
    {"line", step_line, 4, 0},
    {"turn", step_turn, 4, 0},
    {"bare", step_bare, 5, HAS_STARS},
    {"alias", step_alias, 6, HAS_ALIASES},
    {"dname", step_dname, 2, HAS_ALIASES},
    {"dane", step_dane, 3, 0},
    {"break", step_break, 2, 0},
    {"repair", step_repair, 6, 0},
    {"edit", step_edit, 3, 0},
    {"transfer", step_transfer, 8, HAS_SERVERS},
    {"down", step_down, 1, HAS_SERVERS},
    {"lose", step_lose, 4, HAS_LOSSES},
    {"restore", step_restore, 3, HAS_LOSSES},
    {"merge", step_merge, 10, HAS_HOSTS},
};

static void
take_step(struct walk *w)
{
	const struct step *step = steps;
	uint32_t sum = 0, at;

	for (size_t i = 0; i < LENGTH(steps); i++)
		sum += steps[i].weight;
	do {
		step = steps;
		for (at = pick_one(w, sum); at >= step->weight; step++)
			at -= step->weight;
	} while (step->needs & ~w->features);
	note(w, "%lld %s:", (long long)(w->now - NOW), step->name);
	step->run(w);
	note(w, "\n");
}

/* --- The end --- */

/* What operators leave behind who are left in peace: each service has the certificate by name, at
 * its own name or where an alias leads. */
static void
tidy(struct walk *w, size_t zone)
{
	struct template *template = &w->repository.templates[zone];
	bool shared = has(w, HAS_ALIASES) && pick_one(w, 2);

	template->is_dname = template->broken = false;
	template->dane = true;
	template->n_edits++; /* whoever published what under one serial: servers get this */
	for (size_t i = 0; i < N_SPOTS; i++) {
		struct spot *spot = &template->spots[i];

		spot->lines[0].kind = spot->lines[1].kind = LINE_NONE;
		spot->is_alias = shared && i < N_SERVICES;
		spot->to_zone = zone;
		spot->to_spot = SPOT_SHARED_25 + i;
		if ((i < N_SERVICES && !shared) || (shared && i >= SPOT_SHARED_25))
			spot->lines[0] = (struct line){.kind = LINE_NAMED, .params = params[0]};
	}
}

static void
settle(struct walk *w)
{
	for (size_t i = 0; i < w->n_hosts && w->n_hosts > 1; i++)
		merge(w, &w->hosts[1 - i], w->base);
	build(w, w->hosts);
	for (size_t i = 0; i < N_ZONES; i++)
		world_transfer(w, i);
	world_serve(w);
	note(w, " gate");
	look_at_gate(w, w->hosts);
	note(w, "\n");
}

static void
make_peace(struct walk *w)
{
	for (size_t i = 0; i < N_ZONES; i++)
		tidy(w, i);
	for (size_t i = 0; i < N_SERVERS && has(w, HAS_SERVERS); i++)
		servers.server[i].is_down = false;
	if (w->hook_fails)
		step_hook(w);
	step_finish(w);
	w->now += w->now < client_valid_from(client, w->repository.current) ? 10 * DAY : 0;
	set_next(w, N_CERTS);
	note(w, "end: ");
	settle(w);
	w->now += EPOCH_S;
	settle(w);
}

/* All records are of the current certificate. */
static void
check_gone(struct walk *w)
{
	for (size_t i = 0; i < w->cache.n; i++)
		for (size_t k = 0; k < w->cache.names[i].n; k++) {
			const struct version *version = &w->cache.names[i].items[k];
			size_t n = version->until_unix == INT64_MAX ? version->answer.n : 0;

			for (size_t r = 0; r < n; r++) {
				struct answer one = {
				    .records = &version->answer.records[r], .n = 1};

				if (!client_matches(client, &one, w->repository.current))
					fail_walk(w, "an old record stays", w->cache.names[i].name);
			}
		}
}

/* Whatever went before, a project that is left in peace renews its certificate. */
static void
end_well(struct walk *w)
{
	size_t next, n_early;

	make_peace(w);
	n_early = w->counts.n_early;
	next = w->repository.current == 1 ? 3 : 1;
	note(w, "renewal: ");
	set_next(w, next);
	settle(w);
	w->now = promise_open_at(w, next) + w->hosts[0].behind_s + ROUND_S;
	note(w, "at %lld: ", (long long)(w->now - NOW));
	if (!look_at_gate(w, w->hosts))
		fail_walk(w, "the gate stays closed", "");
	set_current(w, next);
	set_next(w, N_CERTS);
	settle(w);
	if (w->counts.n_early > n_early)
		fail_walk(w, "an alarm for no reason", "at the end");
	check_gone(w);
}

/* --- The beginning --- */

static void
begin_zone(struct walk *w, size_t zone)
{
	static const uint32_t serials[] = {1, UINT32_MAX - 5, 2026112300};
	struct template *template = &w->repository.templates[zone];

	template->serial = serials[pick_one(w, LENGTH(serials))];
	template->dane = true;
	for (size_t i = 0; i < N_SPOTS; i++) {
		template->spots[i].ttl_s = 3600;
		for (size_t k = 0; k < N_LINES; k++)
			template->spots[i].lines[k].params = params[0];
		if (i < N_SERVICES || (i >= SPOT_SHARED_25 && has(w, HAS_ALIASES)))
			template->spots[i].lines[0].kind = LINE_NAMED;
	}
}

static void
begin_servers(struct walk *w)
{
	struct repository *repository = &w->repository;

	repository->zone_servers = pick_one(w, 2);
	repository->certificate_servers = !repository->zone_servers || pick_one(w, 2);
	w->is_live = repository->zone_servers && pick_one(w, 2);
	for (size_t i = 0; i < N_SERVERS; i++)
		servers.server[i].is_down = false;
}

static void
begin(struct walk *w, uint32_t seed)
{
	static const char *const serials[] = {"auto", "auto", "unixtime", "date"};
	static const uint32_t behind[] = {0, 600, 3000};

	world_begin(w, seed, client, &servers);
	w->now = NOW;
	w->features = pick_one(w, 4) ? 1 + pick_one(w, (1 << N_FEATURES) - 1) : 0;
	w->n_hosts = has(w, HAS_HOSTS) ? 2 : 1;
	w->hosts[pick_one(w, (uint32_t)w->n_hosts)].behind_s =
	    has(w, HAS_HOSTS) ? behind[pick_one(w, LENGTH(behind))] : 0;
	w->repository = (struct repository){.client = client,
	    .servers = &servers,
	    .serial = serials[pick_one(w, LENGTH(serials))],
	    .has_hook = has(w, HAS_HOOK),
	    .deploy = has(w, HAS_DEPLOY) ? 1 + pick_one(w, 2) : DEPLOY_NONE,
	    .wait_s = waits[pick_one(w, LENGTH(waits))],
	    .name = names[0],
	    .next = N_CERTS};
	if (has(w, HAS_SERVERS))
		begin_servers(w);
	for (size_t i = 0; i < N_ZONES; i++)
		begin_zone(w, i);
	world_write(w);
	note(w, "seed %u, features %x, wait %u, serial %s, behind %lld %lld\n", (unsigned)seed,
	    w->features, (unsigned)w->repository.wait_s, w->repository.serial,
	    (long long)w->hosts[0].behind_s, (long long)w->hosts[1].behind_s);
	build(w, w->hosts);
	note(w, "\n");
	if (w->is_live) /* now there is somebody to ask */
		w->repository.serial = "live";
	world_write(w);
}

static void
walk(uint32_t seed, struct counts *counts)
{
	struct walk *w = calloc(1, sizeof(*w));
	size_t *sum = (size_t *)counts, *one = (size_t *)&w->counts;

	assert_non_null(w);
	begin(w, seed);
	for (int i = 0; i < N_STEPS; i++)
		take_step(w);
	for (size_t i = 0; i < sizeof(*counts) / sizeof(size_t); i++)
		sum[i] += one[i];
	end_well(w);
	if (getenv("WALK_SHOW"))
		fprintf(stderr, "%.*s\n", (int)w->log.len, w->log.data);
	buf_free(&w->log);
	arena_free(&w->a);
	free(w);
}

static void
no_mail_is_lost(void **state)
{
	const char *from = getenv("WALK_SEED"), *n = getenv("WALKS");
	uint32_t first = from ? (uint32_t)atol(from) : 1;
	uint32_t walks = n ? (uint32_t)atol(n) : N_WALKS;
	struct counts counts = {0};

	(void)state;
	for (uint32_t seed = first; seed < first + walks; seed++)
		walk(seed, &counts);
	fprintf(stderr,
	    "# gates %zu closed %zu good %zu early %zu failed %zu killed %zu deployed %zu\n",
	    counts.n_gates, counts.n_closed, counts.n_good, counts.n_early, counts.n_failed,
	    counts.n_killed, counts.n_deployed);
	if (walks < N_WALKS)
		return;
	/* The walks see enough of each. */
	assert_true(counts.n_gates >= walks);
	assert_true(counts.n_closed >= walks);
	assert_true(counts.n_good >= walks);
	assert_true(counts.n_early >= walks);
}

static int
setup(void **state)
{
	int result = zone_setup(state);

	client = client_begin("DNS:mail.example.net,DNS:mail.example.org,DNS:shared.example.net,"
			      "DNS:shared.example.org",
	    NOW);
	servers_begin(&servers);
	return result;
}

static int
teardown(void **state)
{
	servers_end(&servers);
	client_end(client);
	return zone_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(no_mail_is_lost)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
