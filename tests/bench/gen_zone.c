/* Writes a made-up zone, always the same one, to standard output:
 *
 *	gen_zone tld N     N delegations of two NS records each, unsorted, as a registry's database
 *	                   dumps them (1000000: 2.0M records, 84 MB)
 *	gen_zone ds N      the same, 5 of 100 also with a DS record
 *	gen_zone hosts N   N names with A and AAAA, 24 of 100 also with TXT (100000: 324,000
 *	                   signatures with those of the NSEC records)
 *	gen_zone warned N  the same, and each fifth name is none of a host: a warning
 *
 * The zone is called bench. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_LEN = 11, HOSTERS = 40000, DIGEST_WORDS = 8 };

/* Odd multipliers and xor-shifts are bijections of 32 bits, so no two numbers get one label. */
static uint32_t
shuffle(uint32_t i)
{
	i *= UINT32_C(2654435761);
	i ^= i >> 15;
	i *= UINT32_C(2246822519);
	i ^= i >> 13;
	return i;
}

/* Letters of a shuffled number, 7 to 11 of them. */
static void
label(uint32_t i, char out[LABEL_LEN + 1])
{
	static const char *const endings[] = {"", "ly", "shop", "s", "net", "lab", "er", "24"};
	uint32_t left = shuffle(i);
	int len;

	for (len = 0; len < 7; len++) {
		out[len] = (char)('a' + left % 26);
		left /= 26;
	}
	strcpy(out + len, endings[i % 8]);
}

static void
apex(void)
{
	puts("$ORIGIN bench.\n"
	     "$TTL 3600\n"
	     "@ IN SOA ns1 hostmaster 1 14400 1800 2419200 600\n"
	     "@ IN NS ns1\n"
	     "@ IN NS ns2\n"
	     "ns1 IN A 192.0.2.1\n"
	     "ns2 IN A 192.0.2.2");
}

/* A DS record of `name`, with a digest of SHA-256's length. */
static void
ds(const char *name, uint32_t bits)
{
	printf("%s.bench. 3600 DS %u 13 2 ", name, bits & 0xffff);
	for (int i = 0; i < DIGEST_WORDS; i++)
		printf("%08x", bits = shuffle(bits + 1));
	putchar('\n');
}

static void
delegations(uint32_t n, uint32_t ds_of_100)
{
	char name[LABEL_LEN + 1];

	apex();
	for (uint32_t i = 0; i < n; i++) {
		uint32_t hoster = shuffle(~i) % HOSTERS;

		label(i, name);
		printf("%s.bench. 3600 NS ns1.dns%u.nl.\n", name, hoster);
		printf("%s.bench. 3600 NS ns2.dns%u.nl.\n", name, hoster);
		if (i % 100 < ds_of_100)
			ds(name, shuffle(~i));
	}
}

static void
hosts(uint32_t n, bool warned)
{
	char underscored[LABEL_LEN + 2] = "_";

	apex();
	for (uint32_t i = 0; i < n; i++) {
		uint32_t bits = shuffle(~i);
		const char *name = warned && i % 5 == 0 ? underscored : underscored + 1;

		label(i, underscored + 1);
		printf("%s IN A 192.0.2.%u\n", name, bits & 255);
		printf("%s IN AAAA 2001:db8::%x:%x\n", name, bits >> 24, bits >> 8 & 0xffff);
		if (i % 100 < 24)
			printf("%s IN TXT \"v=spf1 ip4:192.0.2.%u -all\"\n", name, bits & 255);
	}
}

int
main(int argc, char **argv)
{
	unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (n == 0 || n > UINT32_MAX) {
		fputs("usage: gen_zone tld|ds|hosts|warned N\n", stderr);
		return 2;
	}
	if (strcmp(argv[1], "tld") == 0)
		delegations((uint32_t)n, 0);
	else if (strcmp(argv[1], "ds") == 0)
		delegations((uint32_t)n, 5);
	else
		hosts((uint32_t)n, strcmp(argv[1], "warned") == 0);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 2;
}
