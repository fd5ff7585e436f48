/* Probe: connects to the servers that TLSA records are about, and tells whether a DANE client
 * (RFC 7671, for SMTP RFC 7672) accepts them by these records. OpenSSL judges; what is ahead of the
 * handshake is starttls.h's, which servers there are service.h's. SIGPIPE is ignored by the caller.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "dane/verdict.h"
#include "probe/live.h"

enum probe_state {
	PROBE_ACCEPTED,
	PROBE_REFUSED,    /* a client would not go on */
	PROBE_UNVERIFIED, /* the server, or its certificate by any record, could not be seen */
	PROBE_SKIPPED,
	N_PROBE_STATES,
};

/* "accepted", "refused", "unverified", "skipped" */
extern const char *const probe_states[N_PROBE_STATES];

/* What was found at one address of a service, of one certificate: a server may have one for clients
 * that verify RSA signatures, and another for those that do not. */
struct probe_result {
	const struct service *service;
	const struct service_address *address; /* NULL: none is known */
	const char *address_text;
	enum probe_state state;
	const char *why;          /* it was not accepted */
	enum verdict_why verdict; /* if there was a handshake: `tls` is there */
	struct bytes record;      /* RDATA of the record that matched */
	int depth;                /* where in the chain it did */
	const char *tls;          /* "TLSv1.3"; NULL: there was no handshake */
	const char *subject;      /* the certificate's: "CN=mail.example.org" */
	int64_t not_after_unix;
	struct bytes certificate;
	struct probe_result *other; /* of the server's other certificate, until that is a result of
				     * its own; NULL: it has none */
	struct arena a;             /* of all texts */
};

struct probe {
	struct services services;
	struct probe_result *results; /* in the order of the zones */
	size_t n;
};

struct probe_options {
	struct service_zones zones;
	const struct live *live; /* records of the resolver count; NULL: those of the zones */
	const struct service_detour *detours;
	size_t n_detours;
	int timeout_ms;
	unsigned n_workers;
	int64_t now;
};

/* Finds the services; some may be taken out before they are probed. probe_end is due. */
void
probe_begin(struct diags *diags, const struct probe_options *options, struct probe *probe);

/* Probes the services. Returns 0 if each was accepted at one address at least and refused at none,
 * or -1 with problems added to the diags of the zones, or to `diags`. */
int
probe_run(struct diags *diags, const struct probe_options *options, struct probe *probe);

void
probe_end(struct probe *probe);

#endif
