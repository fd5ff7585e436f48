/* IP addresses, as RDATA and the texts in it write them. */
#ifndef DNS_ADDRESS_H
#define DNS_ADDRESS_H

#include "base/buf.h"

/* IPv4 dotted quad and IPv6 (RFC 4291 section 2.2): -1 if the text is none. */
int
ip4_parse(struct text text, uint8_t out[4]);

int
ip6_parse(struct text text, uint8_t out[16]);

void
ip4_print(struct buf *b, const uint8_t *ip);

/* RFC 5952. */
void
ip6_print(struct buf *b, const uint8_t *ip);

#endif
