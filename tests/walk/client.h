/* Client: one that verifies servers by DANE, as OpenSSL does; and the certificates that servers of
 * the walk present. */
#ifndef WALK_CLIENT_H
#define WALK_CLIENT_H

#include "walk/answer.h"

/* 0 and 2 have one key; 6 is 0 behind another certificate of its CA; 4 is not valid yet when the
 * walk begins. 3 and those behind it are of another CA, but for 6. */
enum { N_CERTS = 7 };

struct client;

/* Makes the certificates, which name the hosts "DNS:..., DNS:...". */
struct client *
client_begin(const char *hosts, int64_t now_unix);

void
client_end(struct client *client);

/* The certificate with its CA's. */
const char *
client_pem(const struct client *client, size_t cert);

/* The first instant at which it is valid. */
int64_t
client_valid_from(const struct client *client, size_t cert);

/* The record that stands for it: `params` is "3 1 1", say. In `a`. */
const char *
client_record(struct arena *a, const struct client *client, size_t cert, const char *params);

/* Do all clients of _port._proto.host that hold the set take a server with the certificate? They
 * differ in which digest they prefer (RFC 7671 section 9). Those who have no record that they can
 * use ask nothing of it. */
bool
client_takes(struct client *client, const char *service, const struct answer *set, size_t cert,
    int64_t t_unix);

/* Does one of the records stand for it, whatever else there is? */
bool
client_matches(struct client *client, const struct answer *set, size_t cert);

#endif
