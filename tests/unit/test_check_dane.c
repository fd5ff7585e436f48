#include "zone_fixture.h"

#include "check/dane.h"

#define D1 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define D2 "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define T1 "TLSA 3 1 1 " D1 "\n"
#define T2 "TLSA 3 1 1 " D2 "\n"
#define T512 "TLSA 3 1 2 " D1 D1 "\n"
#define U512 "TLSA 3 1 2 " D2 D2 "\n"

/* A web server, and all that a mail domain needs. */
#define WWW "www A 192.0.2.80\n"
#define MAIL "@ TXT \"v=spf1 -all\"\nx._domainkey TXT p=\n_dmarc TXT \"v=DMARC1; p=none\"\n"

/* What stands behind ZONE_HEAD (lines 1 to 4), and the problems. */
struct row {
	const char *text, *problems;
};

static const struct row records[] = {
    {"", ""},
    {WWW "_443._tcp.www " T1, ""},
    {WWW "*._tcp.www " T1, ""},
    {WWW "_53._udp.www " T1, ""},
    /* RFC 6698 section 7 */
    {WWW "_443._tcp.www TLSA 255 1 1 " D1 "\n", "D121 6:1"},
    {WWW "_443._tcp.www TLSA 3 255 1 " D1 "\n", "D121 6:1"},
    {WWW "_443._tcp.www TLSA 3 1 255 00\n", "D121 6:1"},
    {WWW "_443._tcp.www TLSA 3 1 1 " D1 "\nx TLSA 3 1 1 " D1 "\n", ""},
    /* RFC 7671 section 9 */
    {WWW "_443._tcp.www " T1 "_443._tcp.www " T2 "_443._tcp.www " T512, "D108 8:1"},
    {WWW "_443._tcp.www " T1 "_443._tcp.www " T2 "_443._tcp.www " T512 "_443._tcp.www " U512, ""},
    {WWW "_443._tcp.www " T1 "_443._tcp.www " T2 "_443._tcp.www TLSA 2 1 2 " D1 D1 "\n", ""},
    {WWW "_443._tcp.www " T1 "_443._tcp.www " T2 "_443._tcp.www TLSA 3 0 2 " D1 D1 "\n", ""},
    {WWW "_443._tcp.www " T1 "_443._tcp.www TLSA 3 1 0 00\n_443._tcp.www TLSA 3 1 0 01\n",
	"D111 7:1"},
    {WWW "_443._tcp.www " T512, "D112 6:1"},
    {WWW "_443._tcp.www " T512 "_443._tcp.www TLSA 2 0 1 " D1 "\n", ""},
    {WWW "_443._tcp.www TLSA 3 1 0 00\n", "D111 6:1"},
    {WWW "_443._tcp.www TLSA 2 1 0 00\n", "D111 6:1"},
    {WWW "_443._tcp.www TLSA 2 0 0 00\n", ""}, /* RFC 7671 section 5.2.2 */
    /* RFC 7672 section 3.1.3 */
    {WWW "_25._tcp.www TLSA 1 1 1 " D1 "\n", "D106 6:1"},
    {WWW "_25._tcp.www " T1 "_25._tcp.www TLSA 0 1 1 " D1 "\n", "D106 7:1"},
    {WWW "_25._tcp.www TLSA 2 1 1 " D1 "\n", ""},
    {WWW "_25._udp.www TLSA 1 1 1 " D1 "\n", ""},
    {WWW "_587._tcp.www TLSA 1 1 1 " D1 "\n", ""},
    {WWW "_465._tcp.www TLSA 0 1 1 " D1 "\n", ""},
    {WWW "*._tcp.www TLSA 1 1 1 " D1 "\n", ""},
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n*._tcp.m TLSA 1 1 1 " D1 "\n", "D106 10:1"},
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n*._udp.m TLSA 1 1 1 " D1 "\n", ""},
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n*._tcp.m TLSA 1 1 1 " D1 "\n_25._tcp.m " T1, ""},
    /* Owners */
    {WWW "_443.tcp.www " T1, "D119 6:1"},
    {WWW "443._tcp.www " T1, "D119 6:1"},
    {WWW "_tcp.www " T1, "D119 6:1"},
    {WWW "_70000._tcp.www " T1, "D119 6:1"},
    {WWW "_025._tcp.www " T1, "D119 6:1"},
    {WWW "_443._tcp.* " T1, "D119 6:1"},
    {WWW "_*._tcp.www " T1, "D119 6:1"},
    {WWW "www " T1, "D119 6:1"},
    {"www " T1 "www AAAA ::1\n", "D119 5:1"},
    {WWW "www " T1 "_443._tcp.www CNAME www\n", ""},
    {"* A 192.0.2.1\n* " T1, ""},
    {"_dane " T1, ""},
    {"dane.www " T1 WWW, ""},
    {"3.1.1._dane " T1, "D126 5:1"},
    {"tlsa._dane " T1, "D126 5:1"},
    {"25.tcp._dane " T1, "D126 5:1"},
    {"25.tcp.mail " T1, "D119 5:1"},
    {WWW "_443._tcp.www CNAME 3.1.1._dane\n3.1.1._dane " T1, ""},
    {WWW "_443._tcp.www CNAME 25.tcp.www\n25.tcp.www " T1, ""},
    {WWW "_443._tcp.www CNAME a\na CNAME www\nwww " T1, ""},
    {WWW "_tcp.www DNAME _dane\n_443._dane " T1, ""},
    {WWW "_x._udp.www CNAME t._dane\nt._dane " T1, "D126 7:1"},
    {"* " T1, ""},
    {"*.www " T1 WWW, ""},
    /* Nobody is answered with it */
    {"sub NS b.example.net.\n_25._tcp.x.sub TLSA 255 1 255 00\n", ""},
    {"x DNAME b.example.net.\n_25._tcp.x TLSA 255 1 255 00\n", ""},
};

static const struct row hosts[] = {
    {"_443._tcp.www " T1, "D118 5:1"},
    {"_443._tcp.www " T1 "www TXT x\n", "D118 5:1"},
    {"_443._tcp.www " T1 "www AAAA ::1\n", ""},
    {"_443._tcp.www " T1 "www HTTPS 0 a.example.net.\n", ""},
    {"_443._tcp " T1, "D118 5:1"},
    {"_443._tcp " T1 "@ A 192.0.2.1\n", ""},
    {"_443._tcp._dane " T1, ""},
    {"_25._tcp.dane " T1 "_25._tcp.www CNAME _25._tcp.dane\n" WWW, ""},
    {"_25._tcp.dane " T1 "x CNAME dane\n", "D118 5:1"},
    /* RFC 4592 section 2.2.2 */
    {"* A 192.0.2.1\n_443._tcp.www " T1, "Z050 6:1"},
    {"* CNAME a.example.net.\n_443._tcp.www " T1, "Z050 6:1"},
    {"* MX 0 a.example.net.\n_443._tcp.www " T1, "D118 6:1"},
    {"* A 192.0.2.1\n_443._tcp.www " T1 WWW, ""},
    {"* A 192.0.2.1\n_443._tcp.www " T1 "www TXT x\n", "D118 6:1"},
    {"* A 192.0.2.1\n_443._tcp.a.www " T1, "Z050 6:1"},
    {"* A 192.0.2.1\nwww TXT x\n_443._tcp.a.www " T1, "D118 7:1"},
    {"* A 192.0.2.1\nb.www TXT x\n_443._tcp.a.www " T1, "D118 7:1"},
    {"* A 192.0.2.1\nA.www TXT x\n_443._tcp.b.www " T1, "D118 7:1"},
    {"*.www A 192.0.2.1\n_443._tcp.a.www " T1, "Z050 6:1"},
    {"*.www A 192.0.2.1\n_443._tcp " T1 "@ A 192.0.2.2\n", ""},
    /* RFC 7671 section 7 */
    {"www CNAME a\na A 192.0.2.1\n_443._tcp.www " T1, "D114 7:1"},
    {"www CNAME a.example.net.\n_443._tcp.www " T1, "D114 6:1"},
    {"www CNAME a\na A 192.0.2.1\n_443._tcp.www " T1 "_443._tcp.a " T1, "D113 7:1"},
    {"www CNAME a\na A 192.0.2.1\n_443._tcp.www " T1 "_25._tcp.a " T1, "D114 7:1"},
    {"www CNAME a\na A 192.0.2.1\n_443._tcp.www " T1 "*._tcp.a " T1, "D113 7:1"},
    {WWW "_443._tcp.www CNAME dane\ndane " T1, ""},
    {WWW "_443._tcp.www CNAME dane\n_dane " T1, "D115 6:1"},
    {WWW "_443._tcp.www CNAME dane\ndane A 192.0.2.1\n_dane " T1, "D115 6:1"},
    {WWW "_443._tcp.www CNAME dane\ndane CNAME _dane\n_dane " T1, ""},
    {WWW "_443._tcp.www CNAME a.dane\n*.dane " T1, ""},
    {WWW "_443._tcp.www CNAME dane.example.net.\n_dane " T1, ""},
    {WWW "_443._tcp.www CNAME dane.sub\nsub NS a.example.net.\n_dane " T1, ""},
    {"_x CNAME dane\n_dane " T1, ""},
    {WWW "_443._tcp.www CNAME x\nx CNAME y\n", "D115 6:1"},
    {WWW "_443._tcp.www CNAME x\nx CNAME _443._tcp.www\n", "D115 6:1"},
    {WWW "_443._tcp.www CNAME x\nx CNAME a.example.net.\n", ""},
    {WWW "_443._tcp.www CNAME x.d\nd DNAME a.example.net.\n", ""},
    {WWW "_443._tcp.www CNAME x.d\nd DNAME _dane\nx._dane " T1, ""},
    {WWW "_443._tcp.www CNAME x.d\nd DNAME _dane\ny._dane " T1, "D115 6:1, D126 8:1"},
    /* The hosts where aliases begin are judged like others. */
    {"_443._tcp.www CNAME t._dane\nt._dane " T1, "D118 5:1"},
    {WWW "_443._tcp.www CNAME t._dane\n_443._tcp.ww CNAME t._dane\nt._dane " T1, "D118 7:1"},
    {WWW "_443._tcp.www CNAME x._tcp._dane\n_443._tcp.dane CNAME t._dane\nt._dane " T1,
	"D115 6:1, D118 7:1"},
    {WWW "_443._tcp.www CNAME _443._tcp.dane\n_443._tcp.dane CNAME t._dane\nt._dane " T1, ""},
    {"www CNAME a\na A 192.0.2.1\n_443._tcp.www CNAME t._dane\nt._dane " T1, "D114 7:1"},
    {"www CNAME a\na A 192.0.2.1\n_443._tcp.www CNAME _443._tcp.a\n_443._tcp.a " T1, ""},
    {"www CNAME a\na A 192.0.2.1\n_443._tcp.www CNAME t._dane\n_443._tcp.a CNAME t._dane\n"
     "t._dane " T1,
	""},
    {"www CNAME a\na A 192.0.2.1\n_443._tcp.www " T1 "_443._tcp.a CNAME _443._tcp.www\n", ""},
    {"www CNAME a\na A 192.0.2.1\n_443._tcp.www " T1 "_443._tcp.a CNAME t._dane\nt._dane " T1,
	"D113 7:1"},
    {"www CNAME a\na A 192.0.2.1\n_443._tcp.www CNAME s._dane\ns._dane " T1
     "_443._tcp.a CNAME t._dane\nt._dane " T1,
	"D113 7:1"},
    {"www CNAME b\nb CNAME a\na A 192.0.2.1\n_443._tcp.www " T1 "_443._tcp.a " T1, "D113 8:1"},
    {"www.d CNAME a.d\nd DNAME e\n", ""},
    {WWW "_443._tcp.www CNAME dane\n", "D115 6:1"},
    {"* A 192.0.2.1\n_443._tcp.www CNAME _dane\n_dane " T1, "Z050 6:1"},
    {"* A 192.0.2.1\n_443._tcp.www CNAME a.example.net.\n", "Z050 6:1"},
    {"* TXT x\n_443._tcp.www CNAME a.example.net.\n", ""},
    {WWW "* A 192.0.2.1\n_443._tcp.www CNAME a.example.net.\n", ""},
};

static const struct row mail[] = {
    /* RFC 7672 section 2.2.3 */
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n_25._tcp " T1 "@ A 192.0.2.2\n", "D117 10:1"},
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n_25._tcp " T1, "D118 10:1, D117 10:1"},
    {MAIL "@ MX 0 @\n@ A 192.0.2.1\n_25._tcp " T1, ""},
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n_25._tcp " T1 "@ A 192.0.2.2\na MX 0 @\n", "D123 12:1"},
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n_587._tcp " T1 "@ A 192.0.2.2\n", ""},
    {"m A 192.0.2.1\n_25._tcp.m " T1, ""},
    /* RFC 7672 section 2.2 */
    {MAIL "@ MX 0 m\n@ MX 1 n\nm A 192.0.2.1\nn A 192.0.2.2\n_25._tcp.m " T1, "D116 9:1"},
    {MAIL "@ MX 0 m\n@ MX 1 n\nm A 192.0.2.1\nn A 192.0.2.2\n*._tcp.m " T1, "D116 9:1"},
    {MAIL "@ MX 0 m\n@ MX 1 n\nm A 192.0.2.1\nn A 192.0.2.2\n_25._tcp.m " T1
	  "_25._tcp.n CNAME _25._tcp.m\n",
	""},
    {MAIL "@ MX 0 m\n@ MX 1 n\nm A 192.0.2.1\nn A 192.0.2.2\n_25._tcp.m " T1 "*._tcp.n " T1, ""},
    {MAIL "@ MX 0 m\n@ MX 1 n\nm A 192.0.2.1\nn A 192.0.2.2\n_587._tcp.m " T1, ""},
    {MAIL "@ MX 0 m\n@ MX 1 n.example.net.\nm A 192.0.2.1\n_25._tcp.m " T1, ""},
    {MAIL "@ MX 0 m\n@ MX 1 n.s\ns NS a.example.net.\nm A 192.0.2.1\n_25._tcp.m " T1, ""},
    {MAIL "@ MX 0 m\na MX 1 n\nm A 192.0.2.1\nn A 192.0.2.2\n_25._tcp.m " T1, ""},
    /* SPF, DKIM, DMARC */
    {"@ MX 0 m\nm A 192.0.2.1\n_25._tcp.m " T1, "D123 5:1"},
    {"@ MX 0 m\nm A 192.0.2.1\n_25._tcp.m " T1 "@ TXT \"v=spf1 -all\"\nx._domainkey TXT p=\n",
	"D123 5:1"},
    {"@ MX 0 m\nm A 192.0.2.1\n_25._tcp.m " T1 "@ TXT \"v=spf1 -all\"\n_dmarc TXT v=dmarc1\n",
	"D123 5:1"},
    /* What receivers take for none counts as none. */
    {"@ MX 0 m\nm A 192.0.2.1\n_25._tcp.m " T1
     "@ TXT \"v=spf1 foo\"\nx._domainkey TXT p=\n_dmarc TXT \"v=DMARC1; p=none\"\n",
	"D123 5:1"},
    {"@ MX 0 m\nm A 192.0.2.1\n_25._tcp.m " T1
     "@ TXT v=spf1\nx._domainkey TXT p=\n_dmarc TXT v=DMARC1; p=none\n",
	"D123 5:1"},
    {"@ MX 0 m\nm A 192.0.2.1\n_25._tcp.m " T1
     "@ TXT v=spf1\nx._domainkey TXT k=rsa; p=\n_dmarc TXT \"v=DMARC1; p=none\"\n",
	"D123 5:1"},
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n_25._tcp.m " T1 "@ TXT \"v=spf1 mx -all\"\n", "D123 8:1"},
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n_25._tcp.m " T1 "_dmarc TXT \"v=DMARC1; p=reject\"\n",
	"D123 8:1"},
    {"@ MX 0 m\nm A 192.0.2.1\n_25._tcp.m " T1
     "@ TXT v=spf1\nx._domainkey TXT p=\n_dmarc TXT \"v=DMARC1; p=none; fo=1,d\"\n",
	""},
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n_25._tcp.m " T1, ""},
    {MAIL "a MX 0 m\na TXT v=spf1\nm A 192.0.2.1\n_25._tcp.m " T1, ""},
    {"@ MX 0 m\nm A 192.0.2.1\n_25._tcp.m " T1
     "@ TXT v=spf1\n_domainkey NS a.example.net.\n_dmarc CNAME a.example.net.\n",
	""},
    {"@ MX 0 m\nm A 192.0.2.1\n", ""},
    /* Aliases of the records, and of the host */
    {MAIL "@ MX 0 m\n@ MX 1 n\nm A 192.0.2.1\nn A 192.0.2.2\n_25._tcp.m CNAME t._dane\nt._dane " T1,
	"D116 9:1"},
    {MAIL "@ MX 0 m\n@ MX 1 n\nm A 192.0.2.1\nn A 192.0.2.2\n_25._tcp.m CNAME t._dane\n"
	  "_25._tcp.n CNAME t._dane\nt._dane " T1,
	""},
    {MAIL "@ MX 0 m\n@ MX 1 n\nm A 192.0.2.1\nn A 192.0.2.2\n_25._tcp.m " T1
	  "_25._tcp.n CNAME t._dane\nt.dane " T1,
	"D116 9:1, D115 13:1"},
    {MAIL "@ MX 0 m\n@ MX 1 n\nm A 192.0.2.1\nn A 192.0.2.2\n_25._tcp.m " T1
	  "_25._tcp.n CNAME a.example.net.\n",
	""},
    {MAIL "@ MX 0 m\n@ MX 1 n\nm A 192.0.2.1\nn CNAME o\no A 192.0.2.2\n_25._tcp.m " T1
	  "_25._tcp.o " T1,
	""},
    {MAIL "@ MX 0 m\n@ MX 1 n\nm A 192.0.2.1\nn CNAME o.example.net.\n_25._tcp.m " T1, ""},
    {MAIL "@ MX 0 m\n@ MX 1 n.d\nm A 192.0.2.1\nd DNAME e\nn.e A 192.0.2.2\n_25._tcp.m " T1
	  "_25._tcp.n.e " T1,
	""},
    {MAIL "@ MX 0 m\n@ MX 1 n\nm A 192.0.2.1\nn A 192.0.2.2\n_25._tcp.m " T1
	  "_tcp.n DNAME _tcp.m\n",
	""},
    {MAIL "@ MX 0 n\nn CNAME o\no A 192.0.2.2\n_25._tcp.o " T1 "a MX 0 n\n", "D123 12:1"},
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n_25._tcp.m CNAME t._dane\nt._dane TLSA 1 1 1 " D1 "\n",
	"D106 11:1"},
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n*._tcp.m CNAME t._dane\nt._dane TLSA 1 1 1 " D1 "\n",
	"D106 11:1"},
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n_465._tcp.m CNAME t._dane\nt._dane TLSA 1 1 1 " D1 "\n", ""},
    {MAIL "@ MX 0 m\nm A 192.0.2.1\n_25._tcp CNAME t._dane\nt._dane " T1 "@ A 192.0.2.2\n",
	"D117 10:1"},
    {"@ MX 0 m\nm A 192.0.2.1\nw A 192.0.2.2\n_443._tcp.w " T1, ""},
    {"@ MX 0 .\nw A 192.0.2.2\n_25._tcp.w " T1, ""},
};

static bool
is_good(const struct row *row, const struct dane_options *options)
{
	struct zone_fixture f;
	char text[4000];
	int result;
	bool good;

	snprintf(text, sizeof(text), "%s%s", ZONE_HEAD, row->text);
	zone_read_good(&f, text);
	result = check_dane(&f.store, options);
	problems_print(&f.text, &f.diags);
	good = strcmp(f.text.data, row->problems) == 0 &&
	       result == (f.diags.n_severity[SEVERITY_ERROR] ? -1 : 0);
	if (!good)
		print_error("%s: %s, not %s (%s)\n", row->text, f.text.data, row->problems,
		    f.diags.n ? f.diags.items[0].message : "");
	zone_free(&f);
	return good;
}

static void
check_rows(const struct row *rows, size_t n)
{
	struct dane_options options = {0};
	bool good = true;

	for (size_t i = 0; i < n; i++)
		good = is_good(&rows[i], &options) && good;
	assert_true(good);
}

static void
check_records(void **state)
{
	(void)state;
	check_rows(records, LENGTH(records));
}

static void
check_hosts(void **state)
{
	(void)state;
	check_rows(hosts, LENGTH(hosts));
}

static void
check_mail(void **state)
{
	(void)state;
	check_rows(mail, LENGTH(mail));
}

/* Twelve are fine, thirteen are not. */
static void
many(void **state)
{
	struct dane_options options = {0};
	char text[4000] = WWW;

	(void)state;
	for (unsigned i = 0; i < 13; i++) {
		struct row row = {text, i == 12 ? "D110 6:1" : ""};
		char line[200];

		snprintf(line, sizeof(line), "_443._tcp.www TLSA 3 1 1 %02x%s\n", i, &D1[2]);
		strcat(text, line);
		assert_true(is_good(&row, &options));
	}
}

/* The zone's own signatures say more than the project. */
static void
unsigned_zones(void **state)
{
	static const struct row rows[] = {
	    {WWW "_443._tcp.www " T1 "_25._tcp.www " T1, "D120 7:1"},
	    {WWW, ""},
	    {WWW "_443._tcp.www " T1
		 "@ RRSIG A 13 2 3600 20300101000000 20200101000000 1 example.org. AAAA\n",
		""},
	};
	struct dane_options options = {.is_unsigned = true};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_true(is_good(&rows[i], &options));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check_records),
	    cmocka_unit_test(check_hosts),
	    cmocka_unit_test(check_mail),
	    cmocka_unit_test(many),
	    cmocka_unit_test(unsigned_zones),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}
