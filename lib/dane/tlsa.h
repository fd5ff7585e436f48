/* TLSA records (RFC 6698): parameters with their names (RFC 7218), and the certificate association
 * data of a certificate. The directive that makes them from templates is in directive/. */
#ifndef DANE_TLSA_H
#define DANE_TLSA_H

#include "base/diag.h"
#include "dane/pick.h"
#include "dns/name.h"

/* RFC 6698 section 7. */
enum tlsa_usage {
	TLSA_PKIX_TA,
	TLSA_PKIX_EE,
	TLSA_DANE_TA,
	TLSA_DANE_EE,
};

enum tlsa_selector {
	TLSA_CERT,
	TLSA_SPKI,
};

enum tlsa_matching {
	TLSA_FULL,
	TLSA_SHA2_256,
	TLSA_SHA2_512,
};

struct tlsa_params {
	uint8_t usage, selector, matching;
};

/* What RFC 7671 section 5.1 recommends, and what is meant where nothing is written: 3 1 1. */
static const struct tlsa_params TLSA_DEFAULT = {TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA2_256};

enum tlsa_field {
	TLSA_USAGE,
	TLSA_SELECTOR,
	TLSA_MATCHING,
	N_TLSA_FIELDS,
};

/* Is `text` one of the names that RFC 7218 gives to values of `field`, in any case? */
bool
tlsa_is_name(enum tlsa_field field, struct text text);

/* Reads a parameter, by number or name. Values for private use (255) are refused: no client knows
 * them. Returns 0, or -1 with one problem added that names the valid values. */
int
tlsa_parameter(struct diags *diags, struct pos pos, enum tlsa_field field, struct text text,
    struct tlsa_params *out);

/* What keeps an owner from having the form `_port._proto.host` (RFC 6698 section 3). */
struct tlsa_owner_fault {
	const char *why; /* NULL: nothing does */
	struct pos pos;  /* of the label */
};

/* An owner without its form, until the zone is read: dane/alias.h. */
struct tlsa_doubt {
	struct name owner;
	struct tlsa_owner_fault fault;
	struct tlsa_doubt *next;
};

/* Which certificates of a file `usage` means, by the option pick= (NULL: not given).
 * Returns 0, or -1 with one problem added at `pos`. */
int
tlsa_pick(struct diags *diags, struct pos pos, uint8_t usage, const char *option, enum pick *out);

/* Compares the certificate's dates with `now_unix`: past notAfter is an error under usages 0, 1 and
 * 2, which validate dates, and a warning under usage 3 (RFC 7671 section 5.1). `is_next`
 * certificates may be not valid yet. Returns 0, or -1 with one problem added. */
int
tlsa_check_dates(struct arena *a, struct diags *diags, struct pos pos, const struct cert *cert,
    uint8_t usage, int64_t now_unix, bool is_next);

/* Certificate association data (RFC 6698 section 2.1) for matching type `matching` of `in`: the
 * certificate, or its SubjectPublicKeyInfo as it stands there; in `a`. `what` is for messages.
 * There is none for no octets. Returns 0, or -1 with one problem added at `pos`. */
int
tlsa_association(struct arena *a, struct diags *diags, struct pos pos, struct bytes in,
    uint8_t matching, const char *what, struct bytes *out);

/* RDATA and what people read beside it: "certs/mail.pem CN=mail.example.org notAfter=2027-02-01".
 */
struct tlsa_data {
	struct bytes rdata;
	struct bytes spki;
	bool is_bare; /* of a key or request, not of a certificate */
	bool is_next;
	struct pos pos; /* of the source */
	const char *comment;
	struct tlsa_data *next;
};

/* A certificate or key that a record was made of, for checks of the whole zone (check/dane.h). */
struct tlsa_use {
	const uint8_t *owner; /* in wire format; NULL while the directive is read */
	struct tlsa_params params;
	struct pos pos;            /* of the source */
	const struct cert *cert;   /* NULL: the file holds a bare key alone */
	const struct certs *certs; /* of the same file */
	bool is_next;              /* not in use yet */
	uint32_t wait_s;           /* as in struct tlsa_named; 0: nothing is said */
	struct tlsa_use *next;
};

/* The RDATA of one owner; equal ones merge. */
struct tlsa_set {
	struct tlsa_data *first;
	struct tlsa_use *uses;
	int64_t first_expiry_unix; /* when a certificate expires, or is warned of, first;
				    * INT64_MAX: none */
};

/* Looks at an end entity that becomes a record; adds warnings at `pos` at most. */
typedef void
tlsa_check(void *ctx, struct pos pos, const struct cert *cert);

/* What the records of one directive have in common. */
struct tlsa_job {
	struct arena *a;
	struct diags *diags;
	struct tlsa_params params;
	enum pick pick;
	int64_t now_unix;
	bool for_servers;  /* the files are what servers load */
	tlsa_check *check; /* or NULL */
	void *check_ctx;
	struct tlsa_set set;
};

/* Adds the RDATA for the certificates of `certs` that the job is about, or for its key. `label` is
 * the path as written; `is_next`: certificates that are not in use yet. Returns 0, or -1 after
 * adding problems at `pos`. */
int
tlsa_add(struct tlsa_job *job, struct pos pos, const struct certs *certs, struct text label,
    bool is_next);

/* Compares the keys and requests of the job, when all is added, with its certificates: a warning
 * for each that belongs to none of them and is not `is_next`. */
void
tlsa_check_bare(const struct tlsa_job *job);

#endif
