/* STARTTLS: what is said ahead of a TLS handshake, by protocol: SMTP (RFC 3207), IMAP (RFC 9051
 * section 6.2.1), POP3 (RFC 2595), ManageSieve (RFC 5804) and XMPP (RFC 6120 section 5). One row of
 * a table for each: what to send, and what each line of the answer means. */
#ifndef PROBE_STARTTLS_H
#define PROBE_STARTTLS_H

#include "base/arena.h"
#include "probe/stream.h"

enum { STARTTLS_LONGEST = 1 << 16 }; /* octets that a server may say ahead of TLS */

struct starttls;

/* The protocol that is spoken on a port; NULL: TLS from the first octet on. */
const struct starttls *
starttls_of_port(uint16_t port);

/* "smtp", "imap", ... */
const char *
starttls_name(const struct starttls *protocol);

/* What ends the conversation once it is encrypted; or NULL. */
const char *
starttls_bye(const struct starttls *protocol);

enum starttls_result {
	STARTTLS_READY,   /* the handshake may begin */
	STARTTLS_REFUSED, /* the server does not offer or want it */
	STARTTLS_FAILED,  /* it did not answer, or closed the connection */
};

/* Leads the conversation with the server of `domain` up to the handshake. What the server sends
 * ahead of it beyond its answer is refused, never handed on: it may come from anyone on the way
 * (the fault of CVE-2011-0411). If the result is another than STARTTLS_READY, `*why` says why, in
 * `a`. */
enum starttls_result
starttls_run(struct arena *a, const struct starttls *protocol, struct stream *stream,
    const char *domain, const char **why);

#endif
