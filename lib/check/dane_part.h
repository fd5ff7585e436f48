/* What the files of the DANE lint share. */
#ifndef CHECK_DANE_PART_H
#define CHECK_DANE_PART_H

#include "check/dane.h"
#include "dane/service.h"
#include "zone/lookup.h"

/* What the apex has, which counts for all mail domains of the zone. */
struct dane_mail {
	bool dkim, dmarc;
};

struct dane_run {
	const struct store *store;
	const struct dane_options *options;
	struct diags *diags;
	struct dane_services services;
	struct dane_mail mail;
	struct arena *a; /* as long as the run */
};

/* The TLSA records of one owner. */
struct dane_set {
	const struct node *node;
	const char *text; /* the owner, for messages */
	struct rrset set;
	struct dane_owner owner; /* `host` is NULL where it has not its form */
	uint8_t wire[NAME_LONGEST];
	const struct dane_service *services;
	size_t n_services, n_aliases;
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

/* dane_set.c: the set at a node that has TLSA records. */
void
dane_set_read(const struct dane_run *run, const struct node *node, struct dane_set *out);

/* dane_set.c: what is wrong with the records themselves. */
void
dane_check_set(const struct dane_run *run, const struct dane_set *set);

/* dane_host.c: what is wrong with the hosts that the owner and its aliases name. */
void
dane_check_host(const struct dane_run *run, const struct dane_set *set);

/* dane_host.c: a CNAME at a TLSA owner that leads nowhere. */
void
dane_check_alias(const struct dane_run *run, const struct node *node);

/* dane_cert.c: the certificates that $TLSA names. */
void
dane_check_uses(const struct dane_run *run);

/* dane_sent.c: the records beside the certificates of the uses, which are of one owner, and what
 * the servers send. `set->set` is empty where the zone publishes none. */
void
dane_check_sent(const struct dane_run *run, const struct dane_set *set,
    const struct tlsa_use *const *uses, size_t n);

/* dane_mail.c: what answers for the TLSA records of SMTP at the host: TLSA, or a CNAME that leads
 * to them; or NULL. */
const struct node *
dane_smtp_node(const struct store *store, const struct lookup_key *host);

/* dane_mail.c: looks at the apex. */
struct dane_mail
dane_mail_of(const struct store *store);

/* dane_mail.c: the mail servers of a domain beside each other. */
void
dane_check_mail(const struct dane_run *run, const struct node *domain);

#endif
