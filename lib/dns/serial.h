/* Serial number arithmetic (RFC 1982) on 32 bits: SOA serials and RRSIG times. */
#ifndef DNS_SERIAL_H
#define DNS_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

/* Is `a` later than `b`? False where the RFC leaves it undefined (distance 2^31). */
static inline bool
serial_later(uint32_t a, uint32_t b)
{
	uint32_t distance = a - b;

	return distance != 0 && distance < UINT32_C(0x80000000);
}

#endif
