/* The keys of a zone, in BIND's format: K<zone>+<algorithm>+<tag>.key holds the DNSKEY record,
 * .private the private key and the dates that drive publication and signing (keydates.h).
 * Callers load the keys, then give out the roles, then publish the DNSKEY RDATA of those that are
 * `published` and sign with those that have a role (signer.h).
 *
 * Read-only after keys_roles: workers share it. */
#ifndef DNSSEC_KEY_H
#define DNSSEC_KEY_H

#include "base/diag.h"
#include "base/digest.h"
#include "base/file.h"
#include "dns/name.h"
#include "dnssec/algorithm.h"

#include <openssl/types.h>

struct token_key;
struct token_uri;

enum {
	KEY_FLAG_ZONE = 0x0100,   /* RFC 4034 section 2.1.1 */
	KEY_FLAG_REVOKE = 0x0080, /* RFC 5011 section 2.1 */
	KEY_FLAG_SEP = 0x0001,    /* RFC 4034 section 2.1.1 */
};

/* The dates of the .private file that are obeyed. */
enum key_time {
	KEY_CREATED,
	KEY_PUBLISH,
	KEY_ACTIVATE,
	KEY_REVOKE,
	KEY_INACTIVE,
	KEY_DELETE,
	KEY_SYNC_PUBLISH, /* of CDS and CDNSKEY */
	KEY_SYNC_DELETE,
	N_KEY_TIMES,
};

#define KEY_NO_TIME INT64_MAX /* the file does not state it */
#define KEY_ALWAYS INT64_MIN  /* since before all time */

/* What the dates come to when they are left alone: from when on, and until when, the DNSKEY record
 * stands in the zone, and the key signs. KEY_NO_TIME: never. */
struct key_life {
	int64_t publish_unix, remove_unix, sign_unix, retire_unix;
};

/* As BIND takes them: with Activate alone the key is published already; with Publish alone it
 * stands by; with Created and neither it is parked (dnssec-keygen -G). With none of the three it is
 * published and signs, as keys of ldns-keygen do. Without Inactive it signs until Delete. */
struct key_life
key_life(const int64_t time[N_KEY_TIMES]);

struct key {
	const char *path; /* without .key or .private, for messages */
	const struct algorithm *algorithm;
	struct bytes dnskey; /* RDATA; the REVOKE bit is set once Revoke has passed */
	uint32_t ttl_s;      /* of the DNSKEY record in the .key file; 0: not stated */
	uint16_t flags;
	uint16_t tag;      /* RFC 4034 appendix B, of `dnskey` */
	uint16_t file_tag; /* that of its files' name; another one once Revoke has passed */
	bool is_ksk;       /* SEP bit */
	bool revoked;      /* RFC 5011: signs DNSKEY to prove itself, and counts for nothing else */
	int64_t time[N_KEY_TIMES]; /* Unix, or KEY_NO_TIME */
	int64_t next_event;        /* the first date after now, or KEY_NO_TIME */
	bool published;            /* now */
	bool active;               /* now: it signs, as its private key is there */
	bool offline;              /* it would be active, but for the private key */

	/* Roles, by keys_roles. */
	bool signs_keys; /* the DNSKEY RRset, and CDS and CDNSKEY (RFC 7344 section 4.1) */
	bool signs_zone; /* all other RRsets */
	bool ds_early;   /* no DS may appear yet: guard.h */

	bool at_hand;                     /* its private key is; else it is kept offline */
	EVP_PKEY *pkey;                   /* NULL: it is not at hand, on a token, or not read */
	const struct token_uri *uri;      /* where on a token it is; NULL: on none, or not read */
	const struct token_key *on_token; /* set by tokens_reach: token.h */
};

/* Can it sign here and now? */
static inline bool
key_can_sign(const struct key *key)
{
	return key->pkey || key->on_token;
}

struct keys {
	const char *zone;  /* its name, for messages */
	struct key *items; /* by algorithm, tag and RDATA, whatever the order of the files */
	size_t n;
	size_t n_past;  /* that were passed over: past Delete, and of no use to anyone */
	int64_t now;    /* to which their states belong */
	bool wants_csk; /* a policy has one key sign all, so that a KSK need not stand in */
};

/* Is a KSK kept elsewhere, so that responses (ceremony.h) may have its signatures? */
bool
keys_are_offline(const struct keys *keys);

/* Does the key stand in the zone, or will it? Parked and deleted ones do not. */
bool
key_is_of_use(const struct key *key, int64_t now);

/* How long after Created a date stands that is to be moved when it is known: other tools, too, see
 * a key that is to sign then, and none that stands by. */
enum {
	KEY_OPEN_S = 365 * 86400,
};

/* Is that date of the key such a one? */
bool
key_is_open(const struct key *key, enum key_time time);

/* Key tag of DNSKEY RDATA (RFC 4034 appendix B; algorithm 1 is not supported). */
uint16_t
key_tag(struct bytes dnskey);

/* What key files a folder has: read once for any number of zones, then read-only. */
struct key_file {
	struct bytes zone; /* wire name in lower case */
	const char *base;  /* file name without .key or .private */
};

struct key_folder {
	const char *path;
	const struct roots *roots; /* in which the keys lie; NULL: anywhere */
	struct key_file *items;    /* sorted by zone and name */
	size_t n;
	struct key_file
	    *responses; /* K<zone>+....skr (ceremony.h), likewise; `base` is all of it */
	size_t n_responses;
	bool has_leftovers; /* leftover.h */
	/* Private keys are not read: the dates are those of the .key files. A key is at hand if its
	 * .private file is there, or if none of the zone's is: then nobody signs here. But a KSK
	 * is not where there is a response: it signed ahead. */
	bool unread;
};

/* Lists the files K<zone>+<algorithm>+<tag>.key and .private, and K<zone>+<word>.skr, of a folder,
 * the zone written with BIND's %XX escapes or those of master files. Lives as long as `a`. Returns
 * -1 with a problem added. */
int
key_folder_read(struct arena *a, struct diags *diags, const char *path, struct key_folder *out);

/* The same, of one zone's files alone. */
int
key_folder_read_zone(struct arena *a, struct diags *diags, const char *path,
    const struct name *zone, struct key_folder *out);

/* The same for the folder of a project, which with its files must lie in `roots`. */
int
key_folder_read_in(struct arena *a, struct diags *diags, const struct roots *roots,
    const char *path, struct key_folder *out);

/* Are keys on tokens? The more, the later it stands here. */
enum key_tokens {
	KEY_TOKENS_NONE,
	KEY_TOKENS_UNREAD, /* of those that could be read none is */
	KEY_TOKENS_SOME,
};

static inline enum key_tokens
key_tokens_both(enum key_tokens a, enum key_tokens b)
{
	return a > b ? a : b;
}

/* Does any key in the folder, or of that zone, lie on a token? Needs `a` for a while. */
enum key_tokens
key_folder_tokens(struct arena *a, const char *path, const struct name *zone);

/* The same of the key by the path that names it: its .key or .private file, or what their names
 * have in common. */
enum key_tokens
key_file_tokens(struct arena *a, const char *path);

/* The same for the zone's keys in a folder that was listed. */
enum key_tokens
key_folder_tokens_of(const struct key_folder *folder, const struct name *zone);

/* Adds to the digest what the file system says of the private keys in a folder: a key that is
 * replaced, or written to, changes it. Returns 0, or -1 where it does not say. */
int
key_folder_stamp(const char *path, struct digest *digest);

/* The files of one zone, `*n` of them. */
const struct key_file *
key_folder_find(const struct key_folder *folder, const struct name *zone, size_t *n);

/* Where runs ended between the two files of a key, renames what is to be its .key file, which until
 * then is read where it is. Of who holds the lock on keys. Returns 0, or -1 with problems added. */
int
key_folder_finish(struct diags *diags, const struct key_folder *folder);

/* The responses to key signing requests of one zone. */
const struct key_file *
key_folder_find_responses(const struct key_folder *folder, const struct name *zone, size_t *n);

/* Adds to the digest what the .private files of the zone are called and hold. Returns whether any
 * holds a secret: that of a key on a token does not. */
bool
key_folder_digest(const struct key_folder *folder, const struct name *zone, struct digest *digest);

/* Loads all keys of `zone` in a folder. Keys past Delete are loaded too, except those of algorithms
 * that are not for signing. Of a key that was revoked in another file (dnssec-revoke) that one is
 * loaded, and a note added at the older one. Everything lives in `a`, which frees the private keys
 * as well. No key found is no problem here. Returns 0, or -1 with all problems added and `out`
 * holding the good keys. Files that contradict each other are problems: the dates of the two files
 * of a key, unless one of them states none; two files of one key; two keys of one tag and
 * algorithm. */
int
keys_load(struct arena *a, struct diags *diags, const struct key_folder *folder,
    const struct name *zone, int64_t now, struct keys *out);

/* key_folder_read_zone and keys_load. */
int
keys_load_folder(struct arena *a, struct diags *diags, const char *path, const struct name *zone,
    int64_t now, struct keys *out);

/* Loads the keys of the NULL-terminated list `paths`: .key or .private file or their common name,
 * the file name being K<zone>+<algorithm>+<tag>. A key named twice is loaded once. */
int
keys_load_files(struct arena *a, struct diags *diags, const char *const *paths,
    const struct name *zone, int64_t now, struct keys *out);

/* Says which key signs what, for each algorithm: KSKs sign the DNSKEY RRset, ZSKs the rest, which
 * the KSKs sign too where no ZSK is active (CSK). An active key that is not published signs only
 * while no key of its algorithm is published (RFC 6781 section 4.1.4: new signatures come before
 * the new DNSKEY, and leave after it). An offline KSK that is published signs the keys too:
 * offline.h finds the signatures that it made. Returns -1 with a problem added, at `where` (folder,
 * or what messages shall call the keys), if the zone could not be signed by RFC 4035 section 2.2.
 */
int
keys_roles(struct diags *diags, const char *where, struct keys *keys);

#endif
