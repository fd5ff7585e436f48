/* What signatures cost at least: N bare EVP_PKEY_sign calls (EVP_DigestSign for EdDSA) on each of T
 * threads, with kept contexts and no hashing. With -s the same number of signer_sign calls on data
 *of an RRset's size. Prints the seconds first.
 *
 *	bare_sign [-s] [ALGORITHM [N [THREADS]]]
 *
 * ALGORITHM is a number of the registry (13), N counts the signatures of all threads together. */
#define _GNU_SOURCE
#include "timed.h"

#include "dnssec/signer.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DATA_LEN = 120 };

struct job {
	const struct keys *keys;
	size_t n;
	bool through_signer;
};

static void
die(const char *why)
{
	fprintf(stderr, "bare_sign: %s\n", why);
	exit(2);
}

static EVP_PKEY *
generate(const struct algorithm *algorithm)
{
	switch (algorithm->family) {
	case ALGORITHM_RSA:
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	case ALGORITHM_ECDSA:
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", algorithm->group);
	default:
		return EVP_PKEY_Q_keygen(NULL, NULL, algorithm->type);
	}
}

static void
sign_digests(const struct key *key, size_t n)
{
	EVP_PKEY *pkey = EVP_PKEY_dup(key->pkey);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	EVP_MD *md = EVP_MD_fetch(NULL, key->algorithm->digest, NULL);
	uint8_t digest[EVP_MAX_MD_SIZE] = {0}, signature[SIGNATURE_LONGEST];

	if (!ctx || EVP_PKEY_sign_init(ctx) <= 0 || EVP_PKEY_CTX_set_signature_md(ctx, md) <= 0)
		die("cannot initialise");
	for (size_t i = 0; i < n; i++) {
		size_t len = sizeof(signature);

		memcpy(digest, &i, sizeof(i));
		if (EVP_PKEY_sign(ctx, signature, &len, digest, (size_t)EVP_MD_get_size(md)) <= 0)
			die("cannot sign");
	}
	EVP_PKEY_CTX_free(ctx);
	EVP_MD_free(md);
	EVP_PKEY_free(pkey);
}

static void
sign_messages(const struct key *key, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t data[DATA_LEN] = {0}, signature[SIGNATURE_LONGEST];

	if (!ctx || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) <= 0)
		die("cannot initialise");
	for (size_t i = 0; i < n; i++) {
		size_t len = sizeof(signature);

		memcpy(data, &i, sizeof(i));
		if (EVP_DigestSignInit(ctx, NULL, NULL, NULL, NULL) <= 0 ||
		    EVP_DigestSign(ctx, signature, &len, data, sizeof(data)) <= 0)
			die("cannot sign");
	}
	EVP_MD_CTX_free(ctx);
}

static void
sign_rrsets(const struct keys *keys, size_t n)
{
	struct diags diags = {0};
	struct signer *signer = signer_new(&diags, keys);
	uint8_t data[DATA_LEN] = {0}, signature[SIGNATURE_LONGEST];
	size_t len;

	if (!signer)
		die("cannot initialise");
	for (size_t i = 0; i < n; i++) {
		memcpy(data, &i, sizeof(i));
		if (signer_sign(signer, 0, (struct bytes){data, sizeof(data)}, signature, &len) < 0)
			die(signer_fault(signer));
	}
	signer_free(signer);
	diags_free(&diags);
}

static void *
work(void *arg)
{
	const struct job *job = arg;
	const struct key *key = &job->keys->items[0];

	if (job->through_signer)
		sign_rrsets(job->keys, job->n);
	else if (key->algorithm->family == ALGORITHM_EDDSA)
		sign_messages(key, job->n);
	else
		sign_digests(key, job->n);
	return NULL;
}

static double
run(struct job job, size_t n, size_t n_threads)
{
	double taken_s;

	job.n = n / n_threads;
	taken_s = timed_threads(work, &job, n_threads);
	if (taken_s < 0)
		die("cannot start a thread");
	return taken_s;
}

static size_t
number(int argc, char **argv, int i, size_t preset)
{
	return i < argc ? strtoul(argv[i], NULL, 10) : preset;
}

int
main(int argc, char **argv)
{
	bool through_signer = getopt(argc, argv, "s") == 's';
	const struct algorithm *algorithm =
	    algorithm_info((uint8_t)number(argc, argv, optind, ALGORITHM_ECDSAP256SHA256));
	size_t n = number(argc, argv, optind + 1, 100000);
	size_t n_threads = number(argc, argv, optind + 2, 1);
	struct key key = {.algorithm = algorithm, .path = "generated", .signs_zone = true};
	struct keys keys = {.items = &key, .n = 1};
	double t;

	if (!algorithm || algorithm->refused || n_threads < 1 || n_threads > TIMED_THREADS_MOST)
		die("usage: bare_sign [-s] [ALGORITHM [N [THREADS]]]");
	key.pkey = generate(algorithm);
	t = run((struct job){.keys = &keys, .through_signer = through_signer}, n, n_threads);
	printf("%.3f s, %.0f/s: %zu signatures, %s, %s, %zu threads\n", t, (double)n / t, n,
	    algorithm->name, through_signer ? "signer_sign" : "bare", n_threads);
	EVP_PKEY_free(key.pkey);
	return 0;
}
