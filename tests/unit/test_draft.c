/* What is drafted of a zone has the records that the next build publishes. */
#include "zone_fixture.h"

#include "cert_fixture.h"

#include "history/state.h"
#include "publish/build.h"
#include "publish/draft.h"
#include "rollover/project_history.h"
#include "rollover/rollover.h"

#include <signal.h>
#include <sys/wait.h>

#define HEAD "$TTL 3600\n@ SOA ns hostmaster 1 2 3 4 300\n@ NS ns\nns A 192.0.2.1\n"
#define HOST "mail A 192.0.2.25\n"

enum { N_PEMS = 4, HOUR = 3600 };

static struct arena arena;
static const char *pem[N_PEMS];
static int64_t now;

/* By the word behind `template=`. */
static const struct {
	const char *name, *text;
} templates[] = {
    {"named", "$TLSA _25._tcp.mail cert:mail\n"},
    {"path", "$TLSA _25._tcp.mail ../current.pem\n"},
    {"other-digest", "$TLSA _25._tcp.mail 3 1 2 cert:mail\n"},
    {"other-selector", "$TLSA _25._tcp.mail 3 0 1 cert:mail\n"},
    {"alias", "$TLSA tlsa cert:mail\n_25._tcp.mail CNAME tlsa\n"},
    {"wildcard", "$TLSA *._tcp.mail cert:mail\n"},
    {"beside", "$TLSA _25._tcp.mail cert:mail\n$TLSA _25._tcp.mail ../other.pem\n"},
    {"several", "$TLSA _{25,465}._tcp.mail cert:mail\n"},
    {"none", ""},
};

/* What the project's files say. */
static struct {
	const char *template, *name, *dane;
} world;

static void
put_world(void)
{
	const char *text;
	size_t i = 0;

	while (i < LENGTH(templates) && strcmp(templates[i].name, world.template) != 0)
		i++;
	assert_true(i < LENGTH(templates));
	text = project_replace(
	    &arena, templates[i].text, "cert:mail", arena_printf(&arena, "cert:%s", world.name));
	put("zones/example.org.zone", arena_printf(&arena, HEAD HOST "%s", text));
	put("zonepp.yaml", arena_printf(&arena,
			       "defaults: { dnssec: external, dane: %s }\n"
			       "certificates: { %s: { current: current.pem, next: next.pem } }\n"
			       "zones: { example.org: }\n",
			       world.dane, world.name));
}

/* What `deploy` would note of the next certificate. */
static void
note_deployed(void)
{
	struct diags diags = {0};
	struct project project;
	struct rollovers rollovers;
	struct project_history_change change = {.add.a = &diags.arena, .remove.a = &diags.arena};
	const struct certificate *certificate;

	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	assert_int_equal(
	    rollovers_load(&diags, &project, &(const char *){NULL}, now, &rollovers), 0);
	certificate = &rollovers.certificates[0];
	history_add_note(
	    &change.add, &(struct note){.kind = NOTE_DEPLOYED,
			     .name = certificate->is->name,
			     .id = certificate->next_chain.id,
			     .chain = certchain_print(&diags.arena, &certificate->next_chain),
			     .t_unix = now});
	assert_int_equal(project_history_change(&diags, &project, &change, now), 0);
	diags_free(&diags);
}

static const char *last_step;

static void
die(const struct publication_step *step)
{
	if (strcmp(step->name, last_step) == 0)
		raise(SIGKILL);
}

static void
build_with(void (*after)(const struct publication_step *step))
{
	struct build_options options = {
	    .zones = &(const char *){NULL}, .now = now, .n_workers = 1, .after = after};
	struct diags diags = {0};
	struct project project;
	struct build built;

	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	assert_int_equal(build_project(&diags, &project, &options, &built), 0);
	build_free(&built);
	diags_free(&diags);
}

static void
build(void)
{
	build_with(NULL);
}

/* Ends behind the step. */
static void
build_and_die(const char *step)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		last_step = step;
		build_with(die);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void
put_file(const char *path, const char *number)
{
	if (*number == '-')
		unlink(path);
	else
		put(path, pem[*number - '0']);
}

static void
take_step(const char *word, const char *value)
{
	if (strcmp(word, "build") == 0)
		build();
	else if (strcmp(word, "killed") == 0)
		build_and_die(value);
	else if (strcmp(word, "current") == 0)
		put_file("current.pem", value);
	else if (strcmp(word, "next") == 0)
		put_file("next.pem", value);
	else if (strcmp(word, "template") == 0)
		world.template = arena_text(&arena, value, strlen(value));
	else if (strcmp(word, "hours") == 0)
		now += atoi(value) * HOUR;
	else if (strcmp(word, "deployed") == 0)
		note_deployed();
	else if (strcmp(word, "lose") == 0)
		assert_int_equal(system(arena_printf(&arena, "rm -r %s", value)), 0);
	else if (strcmp(word, "dane") == 0)
		world.dane = arena_text(&arena, value, strlen(value));
	else if (strcmp(word, "name") == 0)
		world.name = arena_text(&arena, value, strlen(value));
	else
		fail_msg("%s is no step", word);
	put_world();
}

/* The owner, TTL and RDATA of each TLSA record, a line each. */
static const char *
records_of(const struct store *store)
{
	struct zone_fixture f = {.store = *store};
	struct buf b = {0};

	for (const char *line = zone_print(&f); *line; line = strchr(line, '\n') + 1)
		if (memmem(line, strcspn(line, "\n"), " TLSA ", 6))
			buf_put(&b, line, strcspn(line, "\n") + 1);
	buf_free(&f.text);
	return buf_text(&b, &arena);
}

static const char *
drafted(void)
{
	struct diags diags = {0};
	struct project project;
	struct draft_world draft_world;
	struct draft draft;
	const char *records;

	assert_int_equal(project_load(&diags, "zonepp.yaml", &project), 0);
	assert_int_equal(draft_begin(&diags, &project, now, &draft_world), 0);
	if (draft_load(&draft_world, &project.zones[0], &draft) < 0)
		fail_msg("%s", draft.diags.items[0].message);
	records = records_of(&draft.zone.store);
	draft_free(&draft);
	diags_free(&diags);
	return records;
}

static const char *
published(void)
{
	struct zone_fixture f;
	const char *records;

	zone_load(&f, "public/example.org.zone", "example.org.");
	records = records_of(&f.store);
	zone_free(&f);
	return records;
}

static size_t
n_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static const struct {
	const char *steps;
	size_t n; /* records that the build publishes at the end */
} situations[] = {
    {"", 1},
    {"build", 1},
    {"next=1", 2},
    {"build next=1", 2},
    {"build next=1 build next=2", 2},
    {"build next=1 build next=-", 1},
    /* the current one came too early, and until it is safe */
    {"build current=1", 2},
    {"build current=1 build hours=23", 2},
    {"build current=1 build hours=24", 1},
    {"build current=1 build current=0", 1},
    {"build current=1 next=2", 3},
    {"build next=1 build hours=23 current=1", 2},
    {"build next=1 build hours=24 current=1", 1},
    {"build next=1 build hours=24 current=1 next=-", 1},
    {"build current=1 template=other-digest", 2},
    {"build current=1 template=beside", 3},
    {"template=several build current=1", 4},
    /* one was deployed, and never became current */
    {"build next=1 build hours=24 deployed", 2},
    {"build next=1 build hours=24 deployed next=2", 3},
    {"build next=1 build hours=24 deployed next=-", 2},
    {"build next=1 build hours=24 deployed next=2 build hours=48", 3},
    {"build next=1 build hours=24 deployed next=2 build hours=24 deployed next=3", 3},
    {"build next=1 build hours=24 deployed next=2 template=other-digest", 3},
    {"build next=1 build hours=24 deployed next=2 template=other-selector", 3},
    {"build next=1 build hours=24 deployed next=2 current=2", 3},
    {"build next=1 build hours=24 deployed next=- name=mx", 2},
    /* what is lost */
    {"build next=1 build lose=zonepp.state", 2},
    {"build next=1 build lose=zonepp.state current=1", 2},
    {"build next=1 build lose=zonepp.state current=2 next=-", 3},
    {"build lose=zonepp.state current=1", 2},
    {"build lose=public current=1", 2},
    {"build lose=.zonepp current=1", 2},
    {"build lose=zonepp.state lose=public current=1", 1},
    {"build next=1 build hours=24 deployed next=2 lose=public", 3},
    {"build next=1 build hours=24 deployed next=2 lose=zonepp.state", 3},
    /* a build is killed behind a step */
    {"build next=1 killed=mark hours=24 current=1", 2},
    {"build next=1 killed=mark hours=24 next=2 current=1", 3},
    {"build next=1 killed=rename hours=24 current=1", 2},
    {"build current=1 killed=rename", 2},
    {"build next=1 build hours=24 deployed next=2 killed=rename hours=24 next=3", 3},
    /* how the records come into the zone */
    {"template=path build template=named current=1", 2},
    {"template=alias build current=1", 2},
    {"template=wildcard build current=1", 2},
    {"template=alias build template=named current=1", 2},
    {"template=wildcard build template=named current=1", 2},
    {"build template=wildcard current=1", 2},
    {"build template=none build template=named current=1", 1},
    {"build dane=false build dane=true current=1", 1},
    {"build dane=false current=1", 0},
};

static void
as_published(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(situations); i++) {
		char steps[200], *at = steps, *word;
		const char *draft;

		if (system("rm -rf zones public .zonepp zonepp.state next.pem") != 0 ||
		    mkdir("zones", 0755) < 0)
			fail();
		now = NOW;
		put("current.pem", pem[0]);
		put("other.pem", pem[N_PEMS - 1]);
		world.template = "named";
		world.name = "mail";
		world.dane = "true";
		put_world();
		strcpy(steps, situations[i].steps);
		while ((word = strsep(&at, " ")))
			if (*word) {
				char *value = strchr(word, '=');

				if (value)
					*value++ = '\0';
				take_step(word, value);
			}
		draft = drafted();
		build();
		if (strcmp(draft, published()) != 0)
			fail_msg("%s:\ndrafted:\n%spublished:\n%s", situations[i].steps, draft,
			    published());
		if (n_lines(draft) != situations[i].n)
			fail_msg("%s: %zu records", situations[i].steps, n_lines(draft));
	}
}

static int
setup(void **state)
{
	fixture_pems(&arena, pem, N_PEMS);
	return zone_setup(state);
}

static int
teardown(void **state)
{
	arena_free(&arena);
	return zone_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(as_published)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
