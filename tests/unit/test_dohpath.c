#include "unit.h"

#include "dns/dohpath.h"

/* RFC 6570 and RFC 9461 section 5; BIND takes the same ones. */
static void
good(void **state)
{
	static const char *const rows[] = {"/dns-query{?dns}", "/q/{+dns}", "/q{/dns}", "/{dns}",
	    "/{#dns}", "/{.dns}", "/{;dns}", "/q?a=b{&dns}", "/{?a,dns}", "/{?dns,a.b,_c,%41}",
	    "/{dns*}", "/{dns:1}", "/{?x:9999,dns*}", "/{x}/{?dns}", "/%41%fF{?dns}",
	    "/\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80{?dns}", "/it's!$&()*+,-.:;=?@[]_~{?dns}",
	    "//a{?dns}", "/{?dns,dns}"};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *fault =
		    dohpath_fault((struct bytes){(const uint8_t *)rows[i], strlen(rows[i])});

		if (fault)
			fail_msg("%s %s", rows[i], fault);
	}
}

static void
bad(void **state)
{
	static const struct {
		const char *template, *fault;
	} rows[] = {
	    {"", "is not a path that begins with /, as /dns-query{?dns} does"},
	    {"{?dns}", "is not a path that begins with /, as /dns-query{?dns} does"},
	    {"https://a/{?dns}", "is not a path that begins with /, as /dns-query{?dns} does"},
	    {"/dns-query", "lacks the variable dns, as in /dns-query{?dns}"},
	    {"/dns", "lacks the variable dns, as in /dns-query{?dns}"},
	    {"/{?DNS}", "lacks the variable dns, as in /dns-query{?dns}"},
	    {"/{?dnss,adns,dns.x,x.dns,d%6es}", "lacks the variable dns, as in /dns-query{?dns}"},
	    {"/{??dns}", "is no variable list of RFC 6570 between its braces"},
	    {"/{=dns}", "is no variable list of RFC 6570 between its braces"},
	    {"/{|dns}", "is no variable list of RFC 6570 between its braces"},
	    {"/{}", "is no variable list of RFC 6570 between its braces"},
	    {"/{?}", "is no variable list of RFC 6570 between its braces"},
	    {"/{dns,}", "is no variable list of RFC 6570 between its braces"},
	    {"/{,dns}", "is no variable list of RFC 6570 between its braces"},
	    {"/{dns }", "is no variable list of RFC 6570 between its braces"},
	    {"/{{dns}}", "is no variable list of RFC 6570 between its braces"},
	    {"/{dns:0}", "is no variable list of RFC 6570 between its braces"},
	    {"/{dns:}", "is no variable list of RFC 6570 between its braces"},
	    {"/{dns:10000}", "is no variable list of RFC 6570 between its braces"},
	    {"/{dns*:3}", "is no variable list of RFC 6570 between its braces"},
	    {"/{dns**}", "is no variable list of RFC 6570 between its braces"},
	    {"/{.dns.}", "is no variable list of RFC 6570 between its braces"},
	    {"/{?dns,a..b}", "is no variable list of RFC 6570 between its braces"},
	    {"/{?dns,a-b}", "is no variable list of RFC 6570 between its braces"},
	    {"/{?dns,%4}", "is no variable list of RFC 6570 between its braces"},
	    {"/{?dns", "opens a brace that is not closed"},
	    {"/{?dns}{", "opens a brace that is not closed"},
	    {"/dns}", "closes a brace that is not open"},
	    {"/{?dns}}", "closes a brace that is not open"},
	    {"/%4g{?dns}", "has a % that two hex digits do not follow"},
	    {"/{?dns}%4", "has a % that two hex digits do not follow"},
	    {"/a b{?dns}", "has a character that belongs behind a %, in hex"},
	    {"/a|b{?dns}", "has a character that belongs behind a %, in hex"},
	    {"/\x7f{?dns}", "has a character that belongs behind a %, in hex"},
	    {"/\xff{?dns}", "is not UTF-8"},
	    {"/\xc0\xaf{?dns}", "is not UTF-8"},
	    {"/\xed\xa0\x80{?dns}", "is not UTF-8"},
	    {"/\xf4\x90\x80\x80{?dns}", "is not UTF-8"},
	    {"/{?dns}\xe2\x82", "is not UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *fault = dohpath_fault(
		    (struct bytes){(const uint8_t *)rows[i].template, strlen(rows[i].template)});

		if (!fault || strcmp(fault, rows[i].fault) != 0)
			fail_msg("%s: %s", rows[i].template, fault ? fault : "is taken for good");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good),
	    cmocka_unit_test(bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
