#include "unit.h"

#include "source/pem.h"

#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"
#define BODY "AAEC\n"

static const struct {
	const char *text;
	unsigned blocks; /* ahead of the end, or of the fault */
	size_t line;     /* of the fault; 0: there is none */
	const char *why;
} scans[] = {
    {"", 0, 0, NULL},
    {"no block\n", 0, 0, NULL},
    {"a comment about -----BEGIN CERTIFICATE-----\n", 0, 0, NULL},
    {BEGIN BODY END, 1, 0, NULL},
    {"\xef\xbb\xbf" BEGIN BODY END, 1, 0, NULL},
    {BEGIN BODY END "\xef\xbb\xbf" BEGIN BODY END, 2, 0, NULL},
    {"text\n" BEGIN BODY END "Bag Attributes\n    friendlyName: x\n" BEGIN BODY END, 2, 0, NULL},
    {"  " BEGIN "  " BODY "\t" END, 1, 0, NULL},
    {"-----BEGIN CERTIFICATE-----\r\nAAEC\r\n-----END CERTIFICATE-----\r\n", 1, 0, NULL},
    {"-----BEGIN CERTIFICATE-----\rAAEC\r-----END CERTIFICATE-----\r", 1, 0, NULL},
    {BEGIN BODY "-----END CERTIFICATE-----" BEGIN BODY "-----END CERTIFICATE-----", 2, 0, NULL},
    {BEGIN BODY, 0, 1, "without its END line"},
    {"\n\n" BEGIN BODY BEGIN BODY END, 0, 3, "without its END line"},
    {"a\r\nb\r\n" BEGIN BODY, 0, 3, "without its END line"},
    {"a\rb\r" BEGIN BODY, 0, 3, "without its END line"},
    {BEGIN BODY END END, 1, 4, "without its BEGIN line"},
    {"-----BEGIN CERTIFICATE\n" BODY END, 0, 1, "five dashes"},
    {BEGIN BODY "-----END CERTIFICATE\n", 0, 3, "five dashes"},
    {BEGIN BODY "-----END PRIVATE KEY-----\n", 0, 3, "of another block"},
};

static void
blocks_and_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(scans); i++) {
		struct pem pem;
		struct pem_block block;
		enum pem_result result;
		unsigned n = 0;

		pem_begin(&pem, text_of(scans[i].text));
		while ((result = pem_next(&pem, &block)) == PEM_BLOCK) {
			n++;
			assert_int_equal(block.content, CONTENT_CERTIFICATE);
		}
		assert_int_equal(n, scans[i].blocks);
		assert_int_equal(result == PEM_BAD, scans[i].line != 0);
		if (result == PEM_BAD) {
			assert_int_equal(pem.fault.line, scans[i].line);
			assert_non_null(strstr(pem.fault.why, scans[i].why));
		}
	}
}

static const struct {
	const char *body;
	int len;     /* -1: a fault */
	size_t line; /* of it */
} bodies[] = {
    {"AAEC\n", 3, 0},
    {"AAE\nC\n", 3, 0},
    {" AA EC\t\r\n", 3, 0},
    {"AAE=\n", 2, 0},
    {"AA==", 1, 0},
    {"", -1, 1},
    {"\n\n", -1, 1},
    {"AAEC\nAAE\n", -1, 1}, /* a digit is missing somewhere */
    {"AAEC\nAA*C\n", -1, 3},
    {"Proc-Type: 4,ENCRYPTED\n\nAAEC\n", -1, 2},
    {"AA==AAEC\n", -1, 1},
};

static void
base64_of_blocks(void **state)
{
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(bodies); i++) {
		const char *text = arena_printf(&a, BEGIN "%s\n" END, bodies[i].body);
		struct pem pem;
		struct pem_block block;
		struct pem_fault fault;
		struct bytes out;
		int result;

		pem_begin(&pem, text_of(text));
		assert_int_equal(pem_next(&pem, &block), PEM_BLOCK);
		result = pem_decode(&a, &block, &out, &fault);
		assert_int_equal(result, bodies[i].len < 0 ? -1 : 0);
		if (result == 0)
			assert_int_equal(out.len, bodies[i].len);
		else
			assert_int_equal(fault.line, bodies[i].line);
	}
	arena_free(&a);
}

static void
labels(void **state)
{
	static const struct {
		const char *label;
		enum content content;
	} rows[] = {{"TRUSTED CERTIFICATE", CONTENT_TRUSTED}, {"PRIVATE KEY", CONTENT_PRIVATE_KEY},
	    {"ENCRYPTED PRIVATE KEY", CONTENT_ENCRYPTED_KEY}, {"EC PARAMETERS", CONTENT_OTHER},
	    {"CERTIFICATE REQUEST", CONTENT_REQUEST}, {"PUBLIC KEY", CONTENT_PUBLIC_KEY},
	    {"", CONTENT_OTHER}};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *text = arena_printf(&a, "-----BEGIN %s-----\nAAEC\n-----END %s-----\n",
		    rows[i].label, rows[i].label);
		struct pem pem;
		struct pem_block block;

		pem_begin(&pem, text_of(text));
		assert_int_equal(pem_next(&pem, &block), PEM_BLOCK);
		assert_int_equal(block.content, rows[i].content);
	}
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(blocks_and_faults),
	    cmocka_unit_test(base64_of_blocks),
	    cmocka_unit_test(labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
