/* What the files of the DANE lint share, and the proof with them; for these alone. */
#ifndef CHECK_DANE_RUN_H
#define CHECK_DANE_RUN_H

#include "check/dane.h"
#include "check/dane_owner.h"

/* A record that names a host: MX, SRV or CNAME; or, as TYPE_TLSA, what stands at _25._tcp.host. */
struct dane_naming {
	uint64_t hash; /* of the host */
	const struct node *node;
	uint16_t type;
};

struct dane_run {
	const struct store *store;
	const struct dane_options *options;
	struct diags *diags;
	struct dane_naming *namings; /* sorted by hash */
	size_t n_namings, cap_namings;
	bool wildcards; /* there are some of TLSA or CNAME */
};

/* dane_naming.c: collects the namings; dane_naming_end frees them. */
void
dane_naming_begin(struct dane_run *run);

void
dane_naming_end(struct dane_run *run);

/* Those of a host. Equal hashes of different hosts are not told apart: they cost a warning at most.
 */
const struct dane_naming *
dane_naming_find(const struct dane_run *run, const uint8_t *host, size_t *n);

/* Is the host named by a record of this type? */
bool
dane_is_named(const struct dane_run *run, const uint8_t *host, uint16_t type);

/* The name by which clients that follow the record know the host; NULL: it is none. May be a part
 * of `wire`. */
const uint8_t *
dane_naming_reference(
    const struct dane_run *run, const struct dane_naming *naming, uint8_t wire[NAME_LONGEST]);

/* The TLSA records of one owner. */
struct dane_set {
	const struct node *node;
	const char *text; /* the owner, for messages */
	struct rrset set;
	struct dane_owner owner; /* `host` is NULL where it has not its form */
	uint8_t wire[NAME_LONGEST];
};

static inline struct tlsa_params
dane_params(const struct record *record)
{
	return (struct tlsa_params){record->rdata[0], record->rdata[1], record->rdata[2]};
}

static inline struct bytes
dane_data(const struct record *record)
{
	return (struct bytes){record->rdata + 3, record->rdlen - 3u};
}

/* The set at a node that has TLSA records. */
void
dane_set_read(const struct store *store, const struct node *node, struct dane_set *out);

/* dane_set.c: what is wrong with the records themselves. */
void
dane_check_set(const struct dane_run *run, const struct dane_set *set);

/* dane_host.c: what is wrong with the host that the owner names. */
void
dane_check_host(const struct dane_run *run, const struct dane_set *set);

/* dane_host.c: a CNAME at a TLSA owner that leads nowhere. */
void
dane_check_alias(const struct dane_run *run, const struct node *node);

/* dane_cert.c: the records beside the certificates that $TLSA names. */
void
dane_check_uses(const struct dane_run *run);

/* dane_mail.c: the mail servers of a domain beside each other. */
void
dane_check_mail(const struct dane_run *run, const struct node *domain);

#endif
