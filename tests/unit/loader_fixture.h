/* For the tests of reading certificates and keys: an arena and problems, fresh for each test. */
#ifndef LOADER_FIXTURE_H
#define LOADER_FIXTURE_H

#include "cert_fixture.h"

#include <openssl/err.h>

static struct arena arena;
static struct diags diags;

static int
fixture_begin(void **state)
{
	(void)state;
	return 0;
}

static int
fixture_end(void **state)
{
	(void)state;
	diags_free(&diags);
	arena_free(&arena);
	assert_int_equal(ERR_peek_error(), 0); /* nothing leaks into the next call */
	return 0;
}

#define FRESH_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

#endif
