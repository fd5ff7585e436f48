/* The directive
 *
 *     $TLSA owner [ttl] [class] [usage selector matching] source... [key=value...]
 *
 * which stands for TLSA records of the certificates in its sources: a row of
 * parse_options.directives,
 * {"TLSA", tlsa_directive, &ctx}. Options: pick=issuer|all|root|leaf; next=PATH, a certificate
 * that is published beside the others as soon as its file exists; and pass=env:NAME|file:PATH, the
 * password of its encrypted sources. A source cert:NAME is a certificate of the project file, with
 * its next one. */
#ifndef DIRECTIVE_TLSA_DIRECTIVE_H
#define DIRECTIVE_TLSA_DIRECTIVE_H

#include "directive/directive.h"
#include "directive/tlsa_source.h"

/* Of one zone, for all its $TLSA. */
struct tlsa_context {
	int64_t now_unix;
	const struct tlsa_names *names; /* NULL: there is no project file */
	struct secrets secrets;         /* that pass=env: may name */
	bool silent;                    /* check everything, but make no records */
	struct cert_files files;        /* all that was read */

	size_t n_records;             /* that were made */
	struct named_use *named_uses; /* of named certificates in TLSA records, unless silent */
	struct tlsa_use *uses;        /* in the arena of `files`, silent or not */
	struct tlsa_doubt *doubts;    /* likewise */
	int64_t first_expiry_unix;    /* when a certificate, silent or not, expires or is warned of
				       * first; INT64_MAX: none */
};

/* `a` keeps what is read; it outlives the parser. */
void
tlsa_context_begin(struct tlsa_context *ctx, struct arena *a, int64_t now_unix);

/* A record type with the data of TLSA. */
struct tlsa_kind {
	uint16_t type;
	struct tlsa_params params; /* where none are written */
	int (*owners)(struct directive *d);
	tlsa_check *check; /* or NULL; its `ctx` is the struct directive */
};

/* Executes a directive that makes records of `kind`. */
int
tlsa_directive_of(const struct tlsa_kind *kind, struct tlsa_context *ctx, struct parser *parser,
    const struct entry *entry);

/* `ctx` is a struct tlsa_context. */
int
tlsa_directive(void *ctx, struct parser *parser, const struct entry *entry);

#endif
