/* What verification costs at least: N bare EVP_PKEY_verify calls on each of T threads, with kept
 * contexts and no hashing, for the algorithms that sign a digest. Prints the seconds first.
 *
 *	bare_verify [ALGORITHM [N [THREADS]]]
 *
 * ALGORITHM is a number of the registry (13), N counts the calls of all threads together. */
#include "timed.h"

#include "dnssec/algorithm.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DER_LONGEST = SIGNATURE_LONGEST };

struct job {
	const struct algorithm *algorithm;
	EVP_PKEY *pkey;
	size_t n;
};

static void
die(const char *why)
{
	fprintf(stderr, "bare_verify: %s\n", why);
	exit(2);
}

static void *
work(void *arg)
{
	const struct job *job = arg;
	EVP_PKEY *pkey = EVP_PKEY_dup(job->pkey);
	EVP_MD *md = EVP_MD_fetch(NULL, job->algorithm->digest, NULL);
	EVP_PKEY_CTX *sign = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	EVP_PKEY_CTX *verify = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	uint8_t digest[EVP_MAX_MD_SIZE] = {1}, signature[DER_LONGEST];
	size_t len = sizeof(signature), digest_len = (size_t)EVP_MD_get_size(md);

	if (EVP_PKEY_sign_init(sign) <= 0 || EVP_PKEY_CTX_set_signature_md(sign, md) <= 0 ||
	    EVP_PKEY_sign(sign, signature, &len, digest, digest_len) <= 0 ||
	    EVP_PKEY_verify_init(verify) <= 0 || EVP_PKEY_CTX_set_signature_md(verify, md) <= 0)
		die("cannot initialise");
	for (size_t i = 0; i < job->n; i++)
		if (EVP_PKEY_verify(verify, signature, len, digest, digest_len) != 1)
			die("cannot verify");
	EVP_PKEY_CTX_free(sign);
	EVP_PKEY_CTX_free(verify);
	EVP_MD_free(md);
	EVP_PKEY_free(pkey);
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
	const struct algorithm *algorithm =
	    algorithm_info((uint8_t)number(argc, argv, 1, ALGORITHM_ECDSAP256SHA256));
	size_t n = number(argc, argv, 2, 100000), n_threads = number(argc, argv, 3, 1);
	struct job job = {.algorithm = algorithm};
	double t;

	if (!algorithm || algorithm->refused || !algorithm->digest || n_threads < 1 ||
	    n_threads > TIMED_THREADS_MOST)
		die("usage: bare_verify [ALGORITHM [N [THREADS]]]");
	job.pkey = algorithm->family == ALGORITHM_RSA
		       ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048)
		       : EVP_PKEY_Q_keygen(NULL, NULL, "EC", algorithm->group);
	t = run(job, n, n_threads);
	printf("%.3f s, %.0f/s: %zu verifications, %s, %zu threads\n", t, (double)n / t, n,
	    algorithm->name, n_threads);
	EVP_PKEY_free(job.pkey);
	return 0;
}
