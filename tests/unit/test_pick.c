#include "cert_fixture.h"

#include "dane/pick.h"

/* The cast: one certificate for each letter, made once. Files are written as strings of letters. */
enum { LETTERS = 'z' - 'A' + 1 };

static struct arena arena;
static EVP_PKEY *keys[8];
static const char *pem[LETTERS];

static const struct {
	char letter;
	const char *name;
	unsigned key;
	const char *issuer;
	unsigned issuer_key;
	bool ca;
} cast[] = {
    {'R', "Root", 0, NULL, 0, true},
    {'I', "Issuing", 1, "Root", 0, true},
    {'J', "Issuing", 1, "Other Root", 4, true}, /* I, cross-signed */
    {'S', "Other Root", 4, NULL, 0, true},
    {'r', "Root", 0, "Other Root", 4, true}, /* R, cross-signed */
    {'s', "Other Root", 4, "Root", 0, true}, /* and S by R: a circle */
    {'l', "leaf", 2, "Issuing", 1, false},
    {'m', "leaf", 3, "Issuing", 1, false},
    {'n', "leaf", 2, "Issuing", 1, false}, /* l, renewed with its key */
    {'o', "leaf", 5, NULL, 0, false},      /* self-signed */
    /* self-signed, a CA as openssl req -x509 makes it, and for a host */
    {'p', "leaf", 6, NULL, 0, true},
    /* another, called as a host, and one for a host that a CA made a CA */
    {'q', "mail.example.org", 7, NULL, 0, true},
    {'t', "mail.example.org", 7, "Issuing", 1, true},
    {'v', "Not A CA", 7, NULL, 0, false},
    {'w', "below", 5, "Not A CA", 7, false},
};

static int
make_cast(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(keys); i++)
		keys[i] = fixture_key();
	for (size_t i = 0; i < LENGTH(cast); i++) {
		struct cert_spec spec = {.name = cast[i].name,
		    .key = keys[cast[i].key],
		    .issuer = cast[i].issuer,
		    .issuer_key = keys[cast[i].issuer_key],
		    .ca = cast[i].ca,
		    .san = cast[i].letter == 'p' ? "DNS:leaf" : NULL,
		    .to = cast[i].letter == 'n' ? TO + DAY : TO};

		pem[cast[i].letter - 'A'] = fixture_cert_pem(&arena, &spec);
	}
	return 0;
}

static int
free_cast(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(keys); i++)
		EVP_PKEY_free(keys[i]);
	arena_free(&arena);
	return 0;
}

/* A digit stands for the private key of that number. */
static void
load(const char *file, struct certs *certs)
{
	struct buf buf = {0};
	struct diags diags = {0};

	for (; *file; file++)
		buf_puts(&buf, *file < '9' ? fixture_key_pem(&arena, keys[*file - '0'], NULL)
					   : pem[*file - 'A']);
	assert_int_equal(certs_load(&arena, &diags, pos_none(), "chain.pem",
			     (struct text){buf.data, buf.len}, NULL, certs),
	    0);
	buf_free(&buf);
}

/* Does certificate `cert` of the file come from the PEM of that letter? */
static bool
is_letter(const struct cert *cert, char letter)
{
	struct certs certs;
	char file[2] = {letter, '\0'};

	load(file, &certs);
	return certs.items[0].der.len == cert->der.len &&
	       memcmp(certs.items[0].der.data, cert->der.data, cert->der.len) == 0;
}

static const struct row {
	const char *file;
	enum pick pick;
	const char *picked; /* letters; NULL: a problem */
	enum problem problem;
	const char *part; /* of its message */
} rows[] = {
    /* One certificate */
    {"l", PICK_LEAF, "l", 0, NULL},
    {"o", PICK_LEAF, "o", 0, NULL},
    {"p", PICK_LEAF, "p", 0, NULL},
    {"p", PICK_TOP, "p", 0, NULL},
    {"p", PICK_ROOT, "p", 0, NULL},
    {"R", PICK_LEAF, "R", D_CA_AS_EE, "is it a CA's"}, /* with a warning */
    {"R0", PICK_LEAF, "R", 0, NULL},
    {"I", PICK_LEAF, NULL, D_NOT_LEAF, "CN=Issuing"},
    {"IR", PICK_LEAF, NULL, D_NOT_LEAF, "CN=Issuing"},
    {"l", PICK_TOP, NULL, D_NOT_CA, "write 3 1 1"},
    {"o", PICK_TOP, NULL, D_NOT_CA, "write 3 1 1"},
    {"R0", PICK_TOP, NULL, D_NOT_CA, "write 3 1 1"}, /* its own key: no CA's */
    {"R0", PICK_ROOT, NULL, D_NOT_CA, "write 3 1 1"},
    {"R0", PICK_ALL, NULL, D_NOT_CA, "write 3 1 1"},
    {"IR0", PICK_TOP, "R", 0, NULL}, /* it issued another */
    {"l", PICK_ISSUER, NULL, D_NOT_CA, "add its certificate"},
    {"l", PICK_ALL, NULL, D_NOT_CA, "CN=leaf"},
    {"ll", PICK_LEAF, "l", 0, NULL},

    /* A chain, in all orders */
    {"lIR", PICK_LEAF, "l", 0, NULL},
    {"lRI", PICK_LEAF, "l", 0, NULL},
    {"IlR", PICK_LEAF, "l", 0, NULL},
    {"IRl", PICK_LEAF, "l", 0, NULL},
    {"RlI", PICK_LEAF, "l", 0, NULL},
    {"RIl", PICK_LEAF, "l", 0, NULL},
    {"lIR", PICK_TOP, "R", 0, NULL},
    {"RIl", PICK_TOP, "R", 0, NULL},
    {"IRl", PICK_TOP, "R", 0, NULL},
    {"IRl", PICK_ROOT, "R", 0, NULL},
    {"IRl", PICK_ISSUER, "I", 0, NULL},
    {"IRl", PICK_ALL, "IR", 0, NULL},
    {"lI", PICK_TOP, "I", 0, NULL},
    {"lI", PICK_ROOT, NULL, D_NOT_CA, "the root is not in the file"},
    {"lIlRI", PICK_ALL, "IR", 0, NULL},

    /* Several end entities */
    {"lm", PICK_LEAF, NULL, D_AMBIGUOUS, "CN=leaf (line 1) and CN=leaf (line "},
    {"lmI", PICK_LEAF, NULL, D_AMBIGUOUS, "files of their own"},
    {"lmI", PICK_TOP, "I", 0, NULL},
    {"lmI", PICK_ISSUER, NULL, D_AMBIGUOUS, "none of them issued another"},
    {"lmoI", PICK_LEAF, NULL, D_AMBIGUOUS, "and 1 more"},
    {"2lmI", PICK_LEAF, "l", 0, NULL},
    {"lmI3", PICK_LEAF, "m", 0, NULL},
    {"lmI23", PICK_LEAF, NULL, D_AMBIGUOUS, "CN=leaf"},
    {"lnI", PICK_LEAF, NULL, D_AMBIGUOUS, "CN=leaf"},
    {"lnI2", PICK_LEAF, NULL, D_AMBIGUOUS, "CN=leaf"},
    {"lR", PICK_LEAF, "l", 0, NULL}, /* the link between them is missing */
    {"Rl", PICK_LEAF_SAID, "l", 0, NULL},
    {"lR", PICK_TOP, NULL, D_AMBIGUOUS, "pick=issuer"},
    {"lR2", PICK_LEAF, "l", 0, NULL},
    {"I1", PICK_LEAF, "I", 0, NULL},

    /* One end entity beside CAs that are none of its own */
    {"lIS", PICK_LEAF, "l", 0, NULL},
    {"SIl", PICK_LEAF, "l", 0, NULL},
    {"SlIR", PICK_LEAF_SAID, "l", 0, NULL},
    {"lIS", PICK_ISSUER, "I", 0, NULL},
    {"lIS", PICK_TOP, NULL, D_AMBIGUOUS, "CN=Other Root"},
    {"oR", PICK_LEAF, "o", 0, NULL}, /* self-signed, and no CA */
    {"lp", PICK_LEAF, "l", 0, NULL},
    {"pl", PICK_LEAF, NULL, D_AMBIGUOUS, "CN=leaf (line 1)"}, /* servers present the first */
    {"pIl", PICK_LEAF_SAID, "p", 0, NULL},
    {"pl2", PICK_LEAF, "l", 0, NULL},
    {"Spl", PICK_LEAF, "l", 0, NULL},
    {"lRS", PICK_LEAF, "l", 0, NULL},
    {"lIRS20", PICK_LEAF, "l", 0, NULL}, /* with the CA's key, too */
    {"lmIS", PICK_LEAF, NULL, D_AMBIGUOUS, "CN=leaf (line 1) and CN=leaf (line "},
    {"lmIS", PICK_LEAF_SAID, NULL, D_AMBIGUOUS, "CN=leaf (line 1) and CN=leaf (line "},
    {"lnIS", PICK_LEAF, NULL, D_AMBIGUOUS, "CN=leaf"},

    /* CAs alone, of which one names a host */
    {"pR", PICK_LEAF, NULL, D_AMBIGUOUS, "write pick=leaf, which means CN=leaf (line 1)"},
    {"pR", PICK_LEAF_SAID, "p", 0, NULL},
    {"Rp6", PICK_LEAF, "p", 0, NULL},
    {"SqR", PICK_LEAF_SAID, "q", 0, NULL},
    {"pq", PICK_LEAF_SAID, NULL, D_AMBIGUOUS, "files of their own"},
    {"RS", PICK_LEAF, NULL, D_AMBIGUOUS, "or all"},
    {"RS", PICK_LEAF_SAID, NULL, D_AMBIGUOUS, "or all"},
    {"R", PICK_LEAF_SAID, "R", D_CA_AS_EE, "is it a CA's"},
    {"tIR", PICK_LEAF, NULL, D_NOT_LEAF, "or pick=leaf, if a server"},
    {"tIR", PICK_LEAF_SAID, "t", 0, NULL},
    {"I", PICK_LEAF_SAID, NULL, D_NOT_LEAF, "write 2 1 1 to pin the CA"},

    /* Several CAs */
    {"RS", PICK_TOP, NULL, D_AMBIGUOUS, "CN=Root"},
    {"RS", PICK_ALL, "RS", 0, NULL},
    {"lIRS", PICK_TOP, NULL, D_AMBIGUOUS, "CN=Other Root"},
    {"lIRS2", PICK_TOP, "R", 0, NULL}, /* the key says which chain counts */
    {"lI2", PICK_ISSUER, "I", 0, NULL},

    /* Cross-signed */
    {"lIJ", PICK_LEAF, "l", 0, NULL},
    {"lIJ", PICK_TOP, NULL, D_AMBIGUOUS, "CN=Issuing"},
    {"lIJ", PICK_ISSUER, NULL, D_AMBIGUOUS, "they have one key"},
    {"lIJ", PICK_ALL, "IJ", 0, NULL},
    {"lIJS", PICK_LEAF, "l", 0, NULL},
    {"lJR", PICK_LEAF, "l", 0, NULL},
    {"lIJRS", PICK_LEAF, "l", 0, NULL},
    {"lIJRS", PICK_TOP, NULL, D_AMBIGUOUS, "CN=Root"},
    {"lIRr", PICK_LEAF, "l", 0, NULL},
    {"lIRr", PICK_TOP, NULL, D_AMBIGUOUS, "CN=Root"},
    {"lIrS", PICK_TOP, "S", 0, NULL},
    {"Rr", PICK_LEAF, NULL, D_AMBIGUOUS, "CN=Root"},

    /* A circle */
    {"rs", PICK_LEAF, NULL, D_AMBIGUOUS, "in a circle"},
    {"rs", PICK_TOP, NULL, D_AMBIGUOUS, "in a circle"},
    {"rs", PICK_ISSUER, NULL, D_AMBIGUOUS, "in a circle"},
    {"lIrs", PICK_LEAF, "l", 0, NULL},
    {"lIrs", PICK_TOP, NULL, D_AMBIGUOUS, "in a circle"},
    {"lIrs2", PICK_TOP, NULL, D_AMBIGUOUS, "in a circle"},
    {"rs", PICK_ALL, "rs", 0, NULL},

    /* Issued by what is no CA */
    {"wv", PICK_LEAF, "w", 0, NULL},
    {"wv", PICK_TOP, NULL, D_NOT_CA, "CN=Not A CA"},
    {"wv", PICK_ISSUER, NULL, D_NOT_CA, "CN=Not A CA"},
};

/* Where a record is about the key, certificates with one key are no choice: taken is the one that
 * ends last, and of CAs one that may issue, and a root. */
static const struct row rows_by_key[] = {
    {"lnI", PICK_LEAF, "n", 0, NULL},
    {"nlI2", PICK_LEAF, "n", 0, NULL},
    {"lnmI", PICK_LEAF, NULL, D_AMBIGUOUS, "CN=leaf"},
    {"lnIS", PICK_LEAF, "n", 0, NULL},
    {"Sln", PICK_LEAF_SAID, "n", 0, NULL},
    {"lmI23", PICK_LEAF, NULL, D_AMBIGUOUS, "CN=leaf"},
    {"lIJ", PICK_TOP, "I", 0, NULL},
    {"lIJ", PICK_ISSUER, "I", 0, NULL},
    {"lnI", PICK_ISSUER, "I", 0, NULL},
    {"lIJRS", PICK_TOP, NULL, D_AMBIGUOUS, "CN=Root"},
    {"lIrR", PICK_TOP, "R", 0, NULL},
    {"lIrR", PICK_ROOT, "R", 0, NULL},
};

static void
check(const struct row *row, const struct certs *certs, bool by_key)
{
	struct diags diags = {0};
	struct picked picked;
	int result = pick_certs(&arena, &diags, pos_none(), certs, row->pick, by_key, &picked);

	assert_int_equal(result, row->picked ? 0 : -1);
	if (row->picked) {
		if (row->part)
			fixture_one_problem(&diags, row->problem, row->part);
		else
			assert_int_equal(diags.n, 0);
		assert_int_equal(picked.n, strlen(row->picked));
		for (size_t i = 0; i < picked.n; i++)
			assert_true(is_letter(picked.items[i], row->picked[i]));
	} else {
		fixture_one_problem(&diags, row->problem, row->part);
		assert_non_null(strstr(diags.items[0].message, "chain.pem"));
	}
	diags_free(&diags);
}

static void
check_all(const struct row *table, size_t n, bool by_key)
{
	for (size_t i = 0; i < n; i++) {
		struct certs certs;

		print_message("%s, pick %d\n", table[i].file, (int)table[i].pick);
		load(table[i].file, &certs);
		check(&table[i], &certs, by_key);
	}
}

static void
picks(void **state)
{
	(void)state;
	check_all(rows, LENGTH(rows), false);
}

static void
picks_by_key(void **state)
{
	(void)state;
	check_all(rows_by_key, LENGTH(rows_by_key), true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(picks),
	    cmocka_unit_test(picks_by_key),
	};

	return cmocka_run_group_tests(tests, make_cast, free_cast);
}
