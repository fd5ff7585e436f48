/* What is known of sources that are not here: of each file of certificates and keys that a template
 * or the project names, its public part, as the lock file has it (project/lock_file.h). It stands
 * in for the file, and goes the same way: certificates and public keys in PEM, other public keys as
 * they are.
 *
 * Whoever reads a source notes its public part in the diags of the zone; what all zones noted
 * becomes the lock file. */
#ifndef SOURCE_LOCKED_H
#define SOURCE_LOCKED_H

#include "base/diag.h"
#include "source/cert.h"

/* What a part of a source is. */
enum locked_kind {
	LOCKED_CERT, /* a certificate in DER, */
	LOCKED_OWN,  /* and one whose private key is in the file */
	LOCKED_KEY,  /* SubjectPublicKeyInfo of a key, a request or a private key */
	LOCKED_FILE, /* a file that is public: OpenPGP, SSH */
	N_LOCKED_KINDS,
};

extern const char *const locked_kinds[N_LOCKED_KINDS];

struct locked_part {
	enum locked_kind kind;
	struct bytes octets;
};

struct locked_source {
	const char *path; /* as the process sees it (locked_path) */
	const struct locked_part *parts;
	size_t n;
	struct locked_source *next; /* of those that are noted */
};

/* A folder or pattern that was gone through, whatever was found (locked_path). */
struct locked_group {
	const char *pattern;
	enum locked_group_kind {
		LOCKED_FOLDER,
		LOCKED_PATTERN,
		LOCKED_SINGLE, /* a file that may lack, and does */
	} kind;
	struct locked_group *next;
};

enum locked_use {
	LOCKED_UNUSED,  /* sources must be here */
	LOCKED_ABSENT,  /* it stands in for those that are not */
	LOCKED_BINDING, /* and those that are must not differ from it */
};

/* The lock file: read-only, and shared by threads. */
struct locked {
	enum locked_use use;
	const char *path;                    /* of the lock file, as messages call it */
	struct text text;                    /* it; data NULL: there is none */
	const struct locked_source *sources; /* by path */
	size_t n;
};

/* The path with `.`, `..` and double slashes worked out, by text alone, so that each file has one;
 * relative to the working folder if `path` is; in `a`. */
const char *
locked_path(struct arena *a, const char *path);

/* May the lock file stand in for sources that are not here? */
static inline bool
locked_is_used(const struct diags *diags)
{
	return diags->locked && diags->locked->use != LOCKED_UNUSED;
}

/* The source at `path`; NULL where the lock file has none, or is not to stand in for it. */
const struct locked_source *
locked_find(struct diags *diags, const char *path);

/* What stands in for the contents of the source at `path`, which is not here, in the arena of
 * `diags`: that becomes an input of the zone. Returns 0, or -1 with a problem added at `pos` where
 * there is none. */
int
locked_contents(struct diags *diags, struct pos pos, const char *path, struct text *out);

/* Notes the public part of a source that was read. Where the lock file is binding, returns -1 with
 * a problem added at `pos` if it says something else. */
int
locked_note_certs(struct diags *diags, struct pos pos, const char *path, const struct certs *certs);

int
locked_note(struct diags *diags, struct pos pos, const char *path, enum locked_kind kind,
    struct bytes octets);

/* Notes that a folder or a pattern was gone through, or that a file lacks. */
void
locked_note_group(struct diags *diags, const char *path, enum locked_group_kind kind);

/* Is the path one of those that the group means? */
bool
locked_is_of(const struct locked_group *group, const char *path);

/* Does the line have what was read of its source, in the way in which it was? */
bool
locked_agrees(const struct locked_source *line, const struct locked_source *read);

/* Adds what was read of the source in another way; `parts` move into `a`. Returns false where it is
 * not what was read before: the file changed in between. */
bool
locked_join(struct arena *a, struct locked_source *to, const struct locked_source *read);

bool
locked_same(const struct locked_source *a, const struct locked_source *b);

#endif
