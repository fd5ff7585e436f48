#include "zone_fixture.h"

#include "walk/repository.h"

const char *const zone_names[N_ZONES] = {"example.net", "example.org"};

static const char *const labels[N_SPOTS] = {
    [SPOT_25] = "_25._tcp.mail",
    [SPOT_465] = "_465._tcp.mail",
    [SPOT_STAR_PORT] = "*._tcp.mail",
    [SPOT_STAR_HOST] = "*.mail",
    [SPOT_SHARED_25] = "_25._tcp.shared",
    [SPOT_SHARED_465] = "_465._tcp.shared",
};

const char *
spot_name(struct arena *a, size_t zone, size_t spot)
{
	return arena_printf(a, "%s.%s.", labels[spot], zone_names[zone]);
}

size_t
spot_find(size_t zone, const char *name)
{
	struct arena a = {0};
	size_t spot = 0;

	while (spot < N_SPOTS && strcmp(spot_name(&a, zone, spot), name) != 0)
		spot++;
	arena_free(&a);
	return spot;
}

bool
spot_is_there(const struct template *template, size_t spot)
{
	return !template->is_dname || spot == SPOT_STAR_HOST || spot >= SPOT_SHARED_25;
}

bool
spot_is_named(const struct template *template, size_t number)
{
	const struct spot *spot = &template->spots[number];
	bool named = false;

	for (size_t i = 0; i < N_LINES; i++)
		named = named || spot->lines[i].kind == LINE_NAMED;
	return named && template->dane && !spot->is_alias && spot_is_there(template, number);
}

/* --- Templates --- */

static void
put_line(struct buf *b, const struct repository *repository, const char *owner, uint32_t ttl_s,
    const struct line *line)
{
	struct arena a = {0};

	if (line->kind == LINE_HAND)
		buf_printf(b, "%s %u TLSA %s\n", owner, (unsigned)ttl_s,
		    client_record(&a, repository->client, line->cert, line->params));
	else if (line->kind != LINE_NONE)
		buf_printf(b, "$TLSA %s %u %s ", owner, (unsigned)ttl_s, line->params);
	if (line->kind == LINE_NAMED)
		buf_printf(b, "cert:%s\n", repository->name);
	else if (line->kind == LINE_FILES)
		buf_printf(b, "../current.pem next=../next.pem\n");
	else if (line->kind == LINE_FILE)
		buf_printf(b, "../certs/%zu.pem\n", line->cert);
	arena_free(&a);
}

static void
put_spot(struct buf *b, const struct repository *repository, const struct template *template,
    size_t number)
{
	const struct spot *spot = &template->spots[number];

	if (!spot_is_there(template, number))
		return;
	if (spot->is_alias)
		buf_printf(b, "%s %u CNAME %s.%s.\n", labels[number], (unsigned)spot->ttl_s,
		    labels[spot->to_spot], zone_names[spot->to_zone]);
	for (size_t i = 0; i < N_LINES && !spot->is_alias; i++)
		put_line(b, repository, labels[number], spot->ttl_s, &spot->lines[i]);
}

static void
write_template(const struct repository *repository, size_t zone, const char *path)
{
	const struct template *template = &repository->templates[zone];
	struct buf b = {0};

	buf_printf(&b,
	    "$TTL 3600\n@ SOA ns hostmaster %u 2 3 4 300\n@ NS ns\nns A 192.0.2.1\n"
	    "mail A 192.0.2.25\nshared A 192.0.2.25\nedits TXT \"%u\"\n",
	    (unsigned)template->serial, template->n_edits);
	if (template->is_dname)
		buf_printf(&b, "_tcp.mail %u DNAME _tcp.shared.%s.\n",
		    (unsigned)template->dname_ttl_s, zone_names[template->dname_zone]);
	for (size_t i = 0; i < N_SPOTS; i++)
		put_spot(&b, repository, template, i);
	if (template->broken)
		buf_puts(&b, "x A 1.2.3\n");
	put_bytes(path, b.data, b.len);
	buf_free(&b);
}

/* --- The project file --- */

static void
put_servers(struct buf *b, const struct repository *repository, bool any)
{
	if (any)
		buf_printf(b, ", servers: [\"127.0.0.1:%u\", \"127.0.0.1:%u\"]",
		    repository->servers->port[0], repository->servers->port[1]);
}

static void
put_certificate(struct buf *b, const struct repository *repository)
{
	static const char *const deploy[] = {[DEPLOY_NONE] = "",
	    [DEPLOY_COPY] = ", deploy: [cp, next.pem, current.pem]",
	    [DEPLOY_TOUCH] = ", deploy: [touch, deployed]"};

	buf_printf(b, "certificates: { %s: { current: current.pem, next: next.pem, wait: %u%s",
	    repository->name, (unsigned)repository->wait_s, deploy[repository->deploy]);
	put_servers(b, repository, repository->certificate_servers);
	buf_puts(b, " } }\n");
}

/* Without what is said of good templates, too: such a zone is built anew each time. */
static void
write_project(const struct repository *repository, const char *path)
{
	struct buf b = {0};

	buf_printf(&b, "defaults: { dnssec: external, serial: %s", repository->serial);
	put_servers(&b, repository, repository->zone_servers);
	buf_puts(&b, " }\n");
	put_certificate(&b, repository);
	buf_puts(&b,
	    "severity: { D014: off, D019: off, D103: off, D106: off, D111: off, D112: off, "
	    "D113: off, D115: off, D119: off, D122: off, D126: off, D127: off }\n");
	if (repository->has_hook)
		buf_puts(&b, "hooks: { changed: [./hook] }\n");
	buf_puts(&b, "zones:\n");
	for (size_t i = 0; i < N_ZONES; i++)
		buf_printf(&b, "  %s: { dane: %s }\n", zone_names[i],
		    repository->templates[i].dane ? "true" : "false");
	put_bytes(path, b.data, b.len);
	buf_free(&b);
}

void
repository_write(const struct repository *repository, const char *folder)
{
	struct arena a = {0};
	const char *next = arena_printf(&a, "%s/next.pem", folder);

	write_project(repository, arena_printf(&a, "%s/zonepp.yaml", folder));
	for (size_t i = 0; i < N_ZONES; i++)
		write_template(
		    repository, i, arena_printf(&a, "%s/zones/%s.zone", folder, zone_names[i]));
	put(arena_printf(&a, "%s/current.pem", folder),
	    client_pem(repository->client, repository->current));
	if (repository->next < N_CERTS)
		put(next, client_pem(repository->client, repository->next));
	else
		unlink(next);
	arena_free(&a);
}
