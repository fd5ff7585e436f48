/* What signatures of a token cost at least: N bare pairs of C_SignInit and C_Sign on each of T
 * threads, each with a session of its own, on as many octets as a signature of an RRset is given.
 * The module is called itself, without p11-kit. Prints the seconds first.
 *
 *	bare_token MODULE KEY [N [THREADS]]
 *
 * MODULE is the path of a PKCS #11 module, KEY the .private file of a key on one of its tokens; N
 * counts the signatures of all threads together. */
#define _GNU_SOURCE
#include "timed.h"

#include "dnssec/keyfile.h"
#include "dnssec/token_uri.h"
#include "base/codec.h"

#include <dlfcn.h>
#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_MOST = 16, DATA_LEN = 120 };

struct job {
	CK_FUNCTION_LIST *f;
	CK_SLOT_ID slot;
	CK_OBJECT_HANDLE key;
	CK_MECHANISM mechanism;
	CK_ULONG input_len;
	size_t n;
};

static void
die(const char *why)
{
	fprintf(stderr, "bare_token: %s\n", why);
	exit(2);
}

static void
must(CK_RV rv, const char *what)
{
	if (rv != CKR_OK)
		die(what);
}

/* The mechanism, and the length of what it signs: DigestInfo, digest or data. */
static void
choose_mechanism(struct job *job, uint8_t algorithm)
{
	static const struct {
		uint8_t algorithm;
		CK_MECHANISM_TYPE type;
		CK_ULONG len;
	} rows[] = {
	    {ALGORITHM_RSASHA256, CKM_RSA_PKCS, 19 + 32},
	    {ALGORITHM_RSASHA512, CKM_RSA_PKCS, 19 + 64},
	    {ALGORITHM_ECDSAP256SHA256, CKM_ECDSA, 32},
	    {ALGORITHM_ECDSAP384SHA384, CKM_ECDSA, 48},
	    {ALGORITHM_ED25519, CKM_EDDSA, DATA_LEN},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].algorithm == algorithm) {
			job->mechanism.mechanism = rows[i].type;
			job->input_len = rows[i].len;
			return;
		}
	die("not an algorithm that it knows");
}

static void
load_module(struct job *job, const char *path)
{
	CK_C_INITIALIZE_ARGS how = {.flags = CKF_OS_LOCKING_OK};
	void *module = dlopen(path, RTLD_NOW);
	CK_C_GetFunctionList get;

	if (!module)
		die(dlerror());
	*(void **)&get = dlsym(module, "C_GetFunctionList");
	if (!get)
		die("no PKCS #11 module");
	must(get(&job->f), "C_GetFunctionList");
	must(job->f->C_Initialize(&how), "C_Initialize");
}

static CK_SESSION_HANDLE
open_session(const struct job *job)
{
	CK_SESSION_HANDLE session;

	must(job->f->C_OpenSession(job->slot, CKF_SERIAL_SESSION, NULL, NULL, &session),
	    "C_OpenSession");
	return session;
}

static void
find_slot(struct job *job, const struct token_uri *uri)
{
	CK_SLOT_ID slots[SLOTS_MOST];
	CK_ULONG n = SLOTS_MOST;
	CK_TOKEN_INFO info;

	must(job->f->C_GetSlotList(CK_TRUE, slots, &n), "C_GetSlotList");
	for (CK_ULONG i = 0; i < n; i++)
		if (job->f->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
		    p11_kit_uri_match_token_info(uri->parsed, &info)) {
			job->slot = slots[i];
			return;
		}
	die("no such token");
}

static void
log_in(const struct job *job, CK_SESSION_HANDLE session, const char *pin_path)
{
	unsigned char pin[256];
	FILE *file = fopen(pin_path, "r");
	size_t len = file ? fread(pin, 1, sizeof(pin), file) : 0;

	if (file)
		fclose(file);
	while (len > 0 && pin[len - 1] == '\n')
		len--;
	must(job->f->C_Login(session, CKU_USER, pin, len), "C_Login");
}

static void
find_key(struct job *job, CK_SESSION_HANDLE session, const struct token_uri *uri)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template[2] = {{CKA_CLASS, &class, sizeof(class)}};
	CK_ULONG n = 0;

	template[1] = *p11_kit_uri_get_attribute(uri->parsed, CKA_ID);
	must(job->f->C_FindObjectsInit(session, template, 2), "C_FindObjectsInit");
	must(job->f->C_FindObjects(session, &job->key, 1, &n), "C_FindObjects");
	must(job->f->C_FindObjectsFinal(session), "C_FindObjectsFinal");
	if (n != 1)
		die("no such key");
}

static void *
work(void *arg)
{
	struct job job = *(struct job *)arg;
	uint8_t input[DATA_LEN] = {0}, signature[SIGNATURE_LONGEST];
	CK_SESSION_HANDLE session = open_session(&job);

	for (size_t i = 0; i < job.n; i++) {
		CK_ULONG len = sizeof(signature);

		memcpy(input, &i, sizeof(i));
		must(job.f->C_SignInit(session, &job.mechanism, job.key), "C_SignInit");
		must(job.f->C_Sign(session, input, job.input_len, signature, &len), "C_Sign");
	}
	job.f->C_CloseSession(session);
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

static const struct token_uri *
read_key(struct diags *diags, const char *path, uint8_t *algorithm)
{
	struct keyfile_private file;
	char label[TOKEN_URI_LONGEST + 3];
	const struct token_uri *uri = NULL;
	const char *why = "the file has no Label";
	struct text text;
	ssize_t len;

	if (file_load(diags, pos_none(), NULL, path, &text) < 0 ||
	    keyfile_private(diags, path, text, &file) < 0)
		die("the file of the key cannot be read");
	*algorithm = file.algorithm;
	len = base64_decode(file.label, (uint8_t *)label);
	if (len > 1)
		uri = token_uri_read(
		    &diags->arena, (struct text){label, (size_t)len - 1}, TOKEN_URI_KEY, &why);
	if (!uri || !uri->pin_path || !p11_kit_uri_get_attribute(uri->parsed, CKA_ID))
		die(uri ? "its Label has no pin-source and id" : why);
	return uri;
}

int
main(int argc, char **argv)
{
	size_t n = argc > 3 ? strtoul(argv[3], NULL, 10) : 10000;
	size_t n_threads = argc > 4 ? strtoul(argv[4], NULL, 10) : 1;
	struct diags diags = {0};
	struct job job = {.n = 0};
	const struct token_uri *uri;
	CK_SESSION_HANDLE session;
	uint8_t algorithm;
	double t;

	if (argc < 3 || n_threads < 1 || n_threads > TIMED_THREADS_MOST)
		die("usage: bare_token MODULE KEY [N [THREADS]]");
	uri = read_key(&diags, argv[2], &algorithm);
	choose_mechanism(&job, algorithm);
	load_module(&job, argv[1]);
	find_slot(&job, uri);
	session = open_session(&job);
	log_in(&job, session, uri->pin_path);
	find_key(&job, session, uri);
	t = run(job, n, n_threads);
	printf("%.3f s, %.0f/s: %zu signatures, C_SignInit and C_Sign, %zu threads\n", t,
	    (double)n / t, n, n_threads);
	job.f->C_Finalize(NULL);
	diags_free(&diags);
	return 0;
}
