/* Services: which names of the history are services of which certificates of the project (see
 * certificate_index.h), all found at once. */
#ifndef ROLLOVER_CERTIFICATE_SERVICES_H
#define ROLLOVER_CERTIFICATE_SERVICES_H

#include "rollover/certificate_index.h"

struct certificate_service {
	uint32_t certificate; /* its number */
	size_t at;            /* of the first set of the name in the history */
};

/* Sorted by certificate, then as the history is. */
struct certificate_services {
	const struct history *history; /* whose sets stay as they are */
	struct certificate_service *items;
	size_t n, cap;
};

/* Finds those of the `n` certificates, which know their former ones, at `now_unix`; in `a`. */
void
certificate_services_find(struct arena *a, const struct history *history,
    const struct certificate *certificates, size_t n, int64_t now_unix,
    struct certificate_services *out);

/* The next service of certificate `number`, from `*at` on, which begins with 0 and is moved.
 * Returns false at the end. */
bool
certificate_services_next(
    const struct certificate_services *services, size_t number, size_t *at, struct answered *out);

/* Is the name one of its services? */
bool
certificate_services_have(
    const struct certificate_services *services, size_t number, const struct answered *service);

#endif
