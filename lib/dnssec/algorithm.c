#include "dnssec/algorithm.h"

#include <stdio.h>

static const char broken[] = "it is broken or was never widely deployed";
static const char sha1[] = "it relies on SHA-1";

static const struct algorithm algorithms[] = {
    {.number = 1, .family = ALGORITHM_NONE, .name = "RSAMD5", .refused = broken},
    {.number = 3, .family = ALGORITHM_NONE, .name = "DSA", .refused = broken},
    {.number = 5, .family = ALGORITHM_NONE, .name = "RSASHA1", .refused = sha1},
    {.number = 6, .family = ALGORITHM_NONE, .name = "DSA-NSEC3-SHA1", .refused = sha1},
    {.number = 7, .family = ALGORITHM_NONE, .name = "RSASHA1-NSEC3-SHA1", .refused = sha1},
    {.number = ALGORITHM_RSASHA256,
	.family = ALGORITHM_RSA,
	.name = "RSASHA256",
	.type = "RSA",
	.digest = "SHA256"},
    {.number = ALGORITHM_RSASHA512,
	.family = ALGORITHM_RSA,
	.name = "RSASHA512",
	.type = "RSA",
	.digest = "SHA512"},
    {.number = 12, .family = ALGORITHM_NONE, .name = "ECC-GOST", .refused = broken},
    {.number = ALGORITHM_ECDSAP256SHA256,
	.family = ALGORITHM_ECDSA,
	.name = "ECDSAP256SHA256",
	.type = "EC",
	.group = "P-256",
	.digest = "SHA256",
	.private_len = 32,
	.public_len = 64},
    {.number = ALGORITHM_ECDSAP384SHA384,
	.family = ALGORITHM_ECDSA,
	.name = "ECDSAP384SHA384",
	.type = "EC",
	.group = "P-384",
	.digest = "SHA384",
	.private_len = 48,
	.public_len = 96},
    {.number = ALGORITHM_ED25519,
	.family = ALGORITHM_EDDSA,
	.name = "ED25519",
	.type = "ED25519",
	.private_len = 32,
	.public_len = 32},
    {.number = ALGORITHM_ED448,
	.family = ALGORITHM_EDDSA,
	.name = "ED448",
	.type = "ED448",
	.private_len = 57,
	.public_len = 57},
};

const struct algorithm *
algorithm_info(uint8_t number)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++)
		if (algorithms[i].number == number)
			return &algorithms[i];
	return NULL;
}

const struct algorithm *
algorithm_find(struct text text)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++) {
		char number[4];

		snprintf(number, sizeof(number), "%u", algorithms[i].number);
		if (text_is(text, number) || text_is_nocase(text, algorithms[i].name))
			return &algorithms[i];
	}
	return NULL;
}
