/* Project: the file zonepp.yaml (DESIGN section 6, zonepp.yaml(5)) as plain structs: which zones
 * there are, the template and the output of each, and how it is signed. Everything in them lives in
 * the arena of the diags that the project was loaded with, and is read-only afterwards: threads may
 * share it. Paths are as the process sees them: those of the file start from its folder. */
#ifndef PROJECT_PROJECT_H
#define PROJECT_PROJECT_H

#include "base/file.h"
#include "dns/name.h"
#include "dnssec/cds.h"
#include "dnssec/lifetime.h"
#include "dnssec/nsec3.h"
#include "dnssec/token_uri.h"
#include "dnssec/zonemd.h"
#include "source/secret.h"

enum project_serial {
	PROJECT_SERIAL_AUTO, /* on a change, the larger of the template's and the last plus 1 */
	PROJECT_SERIAL_KEEP, /* the template's */
	PROJECT_SERIAL_UNIXTIME,
	PROJECT_SERIAL_DATE,
	PROJECT_SERIAL_LIVE, /* as auto, from the highest that `servers` hold */
};

enum project_dnssec {
	PROJECT_DNSSEC_HERE,
	PROJECT_DNSSEC_EXTERNAL, /* signed elsewhere: unsigned output is no fault */
};

enum project_denial {
	PROJECT_DENIAL_NSEC,
	PROJECT_DENIAL_NSEC3,
};

enum project_zonemd {
	PROJECT_ZONEMD_NONE,
	PROJECT_ZONEMD_SHA384 = ZONEMD_SHA384,
	PROJECT_ZONEMD_SHA512 = ZONEMD_SHA512,
};

enum project_verify {
	PROJECT_VERIFY_OPEN,  /* chain of what files of keys sign here, full of all else */
	PROJECT_VERIFY_CHAIN, /* chain and coverage, no cryptography */
	PROJECT_VERIFY_FULL,
	PROJECT_VERIFY_NONE, /* no key of the file says so */
};

enum project_include {
	PROJECT_INCLUDE_FROM_FILE,    /* paths start in the folder of the file that includes, */
	PROJECT_INCLUDE_FROM_PROJECT, /* or in that of the project */
};

enum project_key_role {
	PROJECT_KSK,
	PROJECT_ZSK,
	PROJECT_CSK,
	N_PROJECT_KEY_ROLES,
};

/* Which keys a zone has, and how long each serves. */
struct project_keys {
	bool is_given; /* else they are the operator's affair */
	struct pos pos;
	const struct algorithm *algorithm; /* NULL: that of the keys there are */
	const struct token_uri *place; /* the token on which they are made; NULL: in files, or where
					* the keys are whose place they take */
	bool has_role[N_PROJECT_KEY_ROLES];       /* a KSK and a ZSK, or a CSK, or none */
	uint32_t lifetime_s[N_PROJECT_KEY_ROLES]; /* 0: for ever */
};

/* How zones are signed. */
struct project_policy {
	const char *name;
	struct pos pos;
	bool sign;
	enum project_denial denial;
	struct lifetime_policy lifetime;
	uint32_t inception_offset_s;
	uint32_t propagation_s;    /* how long servers may give out what was replaced */
	struct nsec3_params nsec3; /* where `denial` asks for it */
	enum project_zonemd zonemd;
	enum cds_mode cds;
	struct project_keys keys;
	enum project_verify verify;
	const char *written; /* its keys in the file, as text: where that is the same, so is all of
			      * it */
};

/* What of a zone changes only where somebody says so. */
enum project_protect {
	PROJECT_PROTECT_APEX_NS = 1,
	PROJECT_PROTECT_DS = 2,
	PROJECT_PROTECT_DNSKEY = 4,
	PROJECT_PROTECT_SOA_MNAME = 8,
};

/* Where a build stops, as nobody may have meant it (publish/zone_safety.c). */
struct project_safety {
	uint32_t max_delete, max_change; /* percent; 100: any number */
	unsigned protect;                /* enum project_protect */
};

/* Commands of a build (project/hook.h). */
enum project_hook {
	PROJECT_HOOK_REVIEW,  /* may a zone be published? */
	PROJECT_HOOK_CHANGED, /* one was, */
	PROJECT_HOOK_FAILED,  /* or could not be made */
	PROJECT_HOOK_DONE,    /* any was */
	PROJECT_HOOK_NOTIFY,  /* of keys */
	N_PROJECT_HOOKS,
};

struct project_command {
	const char *const *argv; /* NULL at the end; NULL: there is none */
	struct pos pos;
};

/* A nameserver that is asked what it publishes, or a resolver what others do. */
struct project_server {
	const char *text; /* as written */
	const char *host; /* address or name; NULL: the resolvers of this machine */
	uint16_t port;
	bool is_resolver;
};

/* A certificate that $TLSA calls cert:NAME, and its rollover (zonepp-roll(1)). Command lines are
 * arguments with NULL at the end; NULL: none. */
struct project_certificate {
	const char *name;
	struct pos pos;
	const char *current;       /* path */
	const char *next;          /* path, or NULL */
	const char *pass;          /* opens both: env:NAME or file:PATH; or NULL */
	const struct roots *roots; /* in which they lie: the project's */
	uint32_t wait_s;
	bool wait_written;                    /* in the file, or it is the default */
	const struct project_server *servers; /* asked besides those of the zones */
	size_t n_servers;
	const char *const *deploy;
	const char *const *notify;
};

struct project_zone {
	struct name name;
	const char *name_text; /* as written, without the last dot; "." for the root */
	struct pos pos;        /* of its name in the project file */
	const char *template;  /* path */
	const char *output;    /* path */
	const char *keys;      /* path of the folder that holds its keys */
	const struct project_policy *policy;
	bool sign; /* here and now: the policy signs, and `dnssec` is not external */
	enum project_serial serial;
	const struct project_server *servers; /* authoritative for it; not none with serial live */
	size_t n_servers;
	const struct project_server *parent; /* authoritative for the zone above it; or resolvers */
	size_t n_parent;
	enum project_dnssec dnssec;
	bool dane;  /* false: directives are checked, but those of DANE make no records */
	bool prove; /* judge certificates by the records ahead of their publication */
	enum project_include include_from;
	const char *written, *defaults; /* its keys in the file, and those of `defaults`, as text */
};

struct project {
	const char *path;       /* of the project file, as messages call it */
	const char *folder;     /* where relative paths start: "." for the working folder */
	struct roots roots;     /* what templates may read: for file_load() */
	struct secrets secrets; /* environment variables that templates may read */
	struct roots outputs;   /* where zones are written: for output_open_in() */
	struct roots own;       /* and what zonepp keeps for itself in the folder */
	struct limits limits;   /* what each zone may take */
	struct project_safety safety;
	const struct project_zone *zones; /* in canonical order (RFC 4034 section 6.1) */
	size_t n_zones;
	const char *const *found_in; /* folders that `from` looks through, absolute */
	size_t n_found_in;
	const struct project_policy *policies; /* in the file's order, the built-in one last */
	size_t n_policies;
	const struct project_certificate *certificates;
	size_t n_certificates;
	const char *const *certificate_names; /* sorted */
	const int8_t *severities;             /* as in struct diags; NULL: the file sets none */
	struct project_command hooks[N_PROJECT_HOOKS];
	uint32_t hook_timeout_s;           /* of each command, `deploy` and `notify` too */
	enum project_include include_from; /* of templates of no zone */
	struct starter *starter;             /* of its commands (hook.h); NULL: this process runs them */
	bool locking;                      /* false: the operator keeps two runs apart */
};

/* The nearest zonepp.yaml, in `folder` or above it; in the arena of `diags`. Returns NULL with one
 * problem added where there is none. */
const char *
project_find(struct diags *diags, const char *folder);

/* As project_find, without a problem where there is none: `*path` is NULL then. Returns 0, or -1
 * with one problem added where that cannot be told. */
int
project_find_if(struct diags *diags, const char *folder, const char **path);

/* Loads the project file at `path`. Returns 0, or -1 with all its problems added. */
int
project_load(struct diags *diags, const char *path, struct project *out);

/* The zone that the command line calls `name`, with or without its last dot. Returns NULL with
 * P_ZONE added where the project has none of that name. */
const struct project_zone *
project_zone_find(struct diags *diags, const struct project *project, const char *name);

/* The certificate that the command line calls `name`. Returns NULL with P_CERTIFICATE added where
 * the project has none of that name. */
const struct project_certificate *
project_certificate_find(struct diags *diags, const struct project *project, const char *name);

bool
project_has_certificate(const struct project *project, const char *name);

/* A path of the project file as the process sees it; in `a`. "-" is a file here, not a stream. */
const char *
project_path_of(struct arena *a, const char *folder, const char *path);

/* The zone's name as {zone} has it in a path: a '/' (RFC 2317 section 4) becomes '_', so that no
 * name leads to another folder; the root has no name, and is called so. */
const char *
project_file_name(struct arena *a, const char *zone);

/* A file of the zone in the project's own folder, `.zonepp`; in `a`. */
char *
project_own_path(struct arena *a, const struct project *project, const struct project_zone *zone,
    const char *suffix);

/* `pattern` with each `mark` in it replaced by `value`; in `a`. */
char *
project_replace(struct arena *a, const char *pattern, const char *mark, const char *value);

#endif
