/* Repository: what operators write, a project of two zones with one certificate: templates, the
 * project file, and the files of the certificate. */
#ifndef WALK_REPOSITORY_H
#define WALK_REPOSITORY_H

#include "walk/client.h"
#include "walk/server.h"

enum { N_ZONES = 2, N_LINES = 2 };

/* Names that may have TLSA records. Clients ask for the first two; the last two are shared sets, to
 * which aliases lead. */
enum {
	SPOT_25,
	SPOT_465,
	SPOT_STAR_PORT, /* *._tcp.mail */
	SPOT_STAR_HOST, /* *.mail */
	SPOT_SHARED_25,
	SPOT_SHARED_465,
	N_SPOTS,
};

enum { N_SERVICES = SPOT_465 + 1 };

extern const char *const zone_names[N_ZONES];

/* In `a`: "_25._tcp.mail.example.org." */
const char *
spot_name(struct arena *a, size_t zone, size_t spot);

/* Which spot it is; N_SPOTS: none of the zone's. */
size_t
spot_find(size_t zone, const char *name);

enum line_kind {
	LINE_NONE,
	LINE_NAMED, /* $TLSA with cert:NAME */
	LINE_FILES, /* $TLSA with the paths of the current and the next one */
	LINE_FILE,  /* $TLSA with the path of a certificate that stays as it is */
	LINE_HAND,  /* a record */
	N_LINE_KINDS,
};

struct line {
	enum line_kind kind;
	const char *params;
	size_t cert; /* of LINE_FILE and LINE_HAND */
};

struct spot {
	uint32_t ttl_s;
	struct line lines[N_LINES];
	bool is_alias; /* in place of lines, to: */
	size_t to_zone, to_spot;
};

struct template
{
	struct spot spots[N_SPOTS];
	bool is_dname; /* _tcp.mail, to _tcp.shared of a zone */
	size_t dname_zone;
	uint32_t dname_ttl_s, serial;
	bool dane, broken;
	unsigned n_edits;
};

enum deploy_kind {
	DEPLOY_NONE,
	DEPLOY_COPY,  /* next becomes current */
	DEPLOY_TOUCH, /* servers present next, and current stays */
};

struct repository {
	const struct client *client;
	const struct servers *servers;
	bool zone_servers, certificate_servers, has_hook;
	const char *serial;
	enum deploy_kind deploy;
	uint32_t wait_s;
	const char *name;     /* of the certificate */
	size_t current, next; /* N_CERTS: there is none */
	struct template templates[N_ZONES];
};

/* Is the spot in the zone, or does the DNAME stand above it? */
bool
spot_is_there(const struct template *template, size_t spot);

/* Has it a line that names the certificate, in force? */
bool
spot_is_named(const struct template *template, size_t spot);

/* Writes templates, project file, and `current.pem` and `next.pem` in the folder. */
void
repository_write(const struct repository *repository, const char *folder);

#endif
