#define _GNU_SOURCE
#include "directive_fixture.h"

#include "directive/mailbox.h"

static struct fixture fixture;

/* Makes a TXT record of each owner, to show what was read. */
static int
show(struct directive *d)
{
	static const uint8_t empty[] = {0};
	struct record_set set = {0};

	const char *mail = d->n_owners ? d->owners[0].mail : NULL;

	record_set_add(d, &set, (struct bytes){empty, 1}, mail ? mail : "");
	return directive_emit_all(d, TYPE_TXT, &set);
}

#define DIRECTIVE(name)                                                                            \
	static int name(void *ctx, struct parser *parser, const struct entry *entry)               \
	{                                                                                          \
		struct directive d = directive_begin(parser, entry);                               \
                                                                                                   \
		(void)ctx;                                                                         \
		if (mailbox_owners(&d, mailbox_##name) < 0)                                        \
			return -1;                                                                 \
		return d.at == directive_end(&d)                                                   \
			   ? show(&d)                                                              \
			   : diag_error(d.diags, token_pos(entry, d.at), Z_SYNTAX, "more");        \
	}

DIRECTIVE(smimea)
DIRECTIVE(openpgpkey)
DIRECTIVE(plain)

static int
begin(void **state)
{
	static const struct parse_directive rows[] = {{"SMIMEA", smimea, NULL},
	    {"OPENPGPKEY", openpgpkey, NULL}, {"PLAIN", plain, NULL}, {NULL, NULL, NULL}};

	(void)state;
	fixture_begin(&fixture, rows);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	fixture_end(&fixture);
	return 0;
}

/* The digest that RFC 7929 section 3 and RFC 8162 section 3 give for the local part hugh. */
#define HUGH "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6"

static void
owners(void **state)
{
	static const struct good good[] = {
	    {"$OPENPGPKEY hugh@example.com", HUGH "._openpgpkey.example.com. 3600 TXT \"\"\n"},
	    {"$SMIMEA hugh@example.com", HUGH "._smimecert.example.com. 3600 TXT \"\"\n"},
	    {"$SMIMEA hugh@example.com.", HUGH "._smimecert.example.com. 3600 TXT \"\"\n"},
	    {"$SMIMEA hugh@", HUGH "._smimecert.example.com. 3600 TXT \"\"\n"},
	    {"$ORIGIN mail\n$SMIMEA hugh@", HUGH "._smimecert.mail.example.com. 3600 TXT \"\"\n"},
	    {"$SMIMEA hugh@sub.example.com", HUGH "._smimecert.sub.example.com. 3600 TXT \"\"\n"},
	    {"$SMIMEA \"hugh\"@example.com", HUGH "._smimecert.example.com. 3600 TXT \"\"\n"},
	    {"$SMIMEA \"hug\\h\"@", HUGH "._smimecert.example.com. 3600 TXT \"\"\n"},
	    {"$SMIMEA h\\117gh@",
		HUGH "._smimecert.example.com. 3600 TXT \"\"\n"}, /* \DDD as in zone files */
	    {"$SMIMEA {hugh,hugh}@", HUGH "._smimecert.example.com. 3600 TXT \"\"\n"},
	    {"$SMIMEA hugh@{a,b}.example.com",
		HUGH "._smimecert.a.example.com. 3600 TXT \"\"\n" HUGH
		     "._smimecert.b.example.com. 3600 TXT \"\"\n"},
	    /* Digests by sha256sum(1). */
	    {"$SMIMEA Hugh@",
		"7063a398942ba5c6125429518d0608563f3974bb48013ddf58fb01d4._smimecert.example.com. "
		"3600 TXT \"\"\n"},
	    {"$SMIMEA \"john doe\"@",
		"94890005f3b2117a353da7260259531878cae4f541bf59998511887d._smimecert.example.com. "
		"3600 TXT \"\"\n"},
	    {"$SMIMEA \"john@doe\"@example.com",
		"333b5dab25e00bdbb4f5fee5e3fe1ade644c29400c9a5278f5b65fe3._smimecert.example.com. "
		"3600 TXT \"\"\n"},
	    {"$SMIMEA \"a\\\"b\"@",
		"39a012772dd5c3accbc56923093422896d41ac882e3cd66914bc584c._smimecert.example.com. "
		"3600 TXT \"\"\n"},
	    {"$SMIMEA \"a\\\\b\"@",
		"c62016d0f8ee333350283fd879b50b692932e932794e5d686f7d37d6._smimecert.example.com. "
		"3600 TXT \"\"\n"},
	    {"$SMIMEA m\xc3\xbcller@",
		"2dbd218072117713f2d5996a726a9b216ed791ffd0783b6ba4ab6d61._smimecert.example.com. "
		"3600 TXT \"\"\n"},
	    /* the name itself */
	    {"$SMIMEA " HUGH "._smimecert", HUGH "._smimecert.example.com. 3600 TXT \"\"\n"},
	    {"$SMIMEA " HUGH "._SMIMECERT.example.com.",
		HUGH "._SMIMECERT.example.com. 3600 TXT \"\"\n"},
	    {"$OPENPGPKEY " HUGH "._openpgpkey.sub",
		HUGH "._openpgpkey.sub.example.com. 3600 TXT \"\"\n"},
	    {"$ORIGIN _smimecert\n$SMIMEA " HUGH, HUGH "._smimecert.example.com. 3600 TXT \"\"\n"},
	    {"$SMIMEA {" HUGH ",*}._smimecert", HUGH "._smimecert.example.com. 3600 TXT \"\"\n"
						     "*._smimecert.example.com. 3600 TXT \"\"\n"},
	    {"$OPENPGPKEY *._openpgpkey", "*._openpgpkey.example.com. 3600 TXT \"\"\n"},
	    {"$PLAIN hugh@", "hugh.example.com. 3600 TXT \"\"\n"},
	    {"$PLAIN hugh.x@sub.example.com", "hugh\\.x.sub.example.com. 3600 TXT \"\"\n"},
	};

	(void)state;
	fixture_all_good(&fixture, good, LENGTH(good));
}

#define X16 "xxxxxxxxxxxxxxxx"

static void
bad_addresses(void **state)
{
	static const struct bad bad[] = {
	    {"$SMIMEA", D_MAILBOX, 1, "$SMIMEA has no owner", NULL},
	    {"$SMIMEA hugh", D_MAILBOX, 9, "no @", NULL},
	    {"$SMIMEA hugh.example.com", D_MAILBOX, 9, "no @", NULL},
	    {"$SMIMEA \"hugh\"", D_MAILBOX, 9, "no @", NULL},
	    {"$SMIMEA hugh._smimecert", D_MAILBOX, 9, "56 hexadecimal digits", NULL},
	    {"$SMIMEA " X16 X16 X16 "12345678._smimecert", D_MAILBOX, 9, "56 hexadecimal", NULL},
	    {"$SMIMEA " HUGH "0._smimecert", D_MAILBOX, 9, "56 hexadecimal digits", NULL},
	    {"$SMIMEA a." HUGH "._smimecert", D_MAILBOX, 9, "56 hexadecimal digits", NULL},
	    {"$SMIMEA " HUGH, D_MAILBOX, 9, "the service", NULL},
	    {"$SMIMEA " HUGH "._openpgpkey", D_MAILBOX, 9, "the service", NULL},
	    {"$OPENPGPKEY " HUGH "._smimecert", D_MAILBOX, 13, "the service", NULL},
	    {"$SMIMEA " HUGH ".a._smimecert", D_MAILBOX, 9, "the service", NULL},
	    {"$SMIMEA *", D_MAILBOX, 9, "no @", NULL},
	    {"$SMIMEA *@", D_MAIL_STAR, 9, "*._smimecert.example.com.",
		"684888c0ebb17f374298b65ee2807526c066094c701bcc7ebbe1c109._smimecert.example.com. "
		"3600 TXT \"\"\n"},
	    {"$OPENPGPKEY \"*\"@sub.example.com", D_MAIL_STAR, 13, "*._openpgpkey.sub.example.com.",
		"684888c0ebb17f374298b65ee2807526c066094c701bcc7ebbe1c109._openpgpkey.sub.example."
		"com. 3600 TXT \"\"\n"},
	    {"$SMIMEA \"hugh\" @example.com", D_MAILBOX, 9, "no @", NULL},
	    {"$SMIMEA \"hugh\"x@example.com", D_MAILBOX, 9, "no @", NULL},
	    {"$SMIMEA @", D_MAILBOX, 9, "no local part", NULL},
	    {"$SMIMEA \"\"@", D_MAILBOX, 9, "no local part", NULL},
	    {"$SMIMEA .hugh@", D_MAILBOX, 9, "needs quotes", NULL},
	    {"$SMIMEA hu..gh@", D_MAILBOX, 12, "needs quotes", NULL},
	    {"$SMIMEA hugh.@", D_MAILBOX, 13, "a dot ends", NULL},
	    {"$SMIMEA hu\\032gh@", D_MAILBOX, 11, "needs quotes", NULL},
	    {"$SMIMEA hu\\@gh@", D_MAILBOX, 11, "needs quotes", NULL},
	    {"$SMIMEA hu\\999gh@", D_MAILBOX, 11, "backslash", NULL},
	    {"$SMIMEA \"hu\\009gh\"@", D_MAILBOX, 12, "control", NULL},
	    {"$SMIMEA " X16 X16 X16 X16 "x@", D_MAILBOX, 73, "64 octets", NULL},
	    {"$PLAIN " X16 X16 X16 X16 "@", D_MAILBOX, 8, "label", NULL},
	    {"$SMIMEA m\xfcller@", D_MAILBOX, 9, "not UTF-8", NULL},
	    {"$SMIMEA hugh@@example.com", D_MAILBOX, 14, "second @", NULL},
	    {"$SMIMEA hugh@a..b", Z_NAME, 16, "a label is empty", NULL},
	    {"$SMIMEA hugh@m\xc3\xbcller.example.com", Z_UTF8, 15, "ASCII", NULL},
	    {"$SMIMEA \"hugh\"@{a,b}", D_MAILBOX, 16, "letters, digits", NULL},
	    {"$SMIMEA hugh@a!b", D_MAILBOX, 15, "letters, digits", NULL},
	    {"$SMIMEA {hugh,x y}@", D_BRACES, 9, "never closed", NULL},
	    {"$SMIMEA hugh@" X16 X16 "." X16 X16 "." X16 X16 "." X16 X16 "." X16 X16 "." X16 X16,
		D_MAILBOX, 9, "255 octets", NULL},
	    {"$SMIMEA mu\xcc\x88ller@", D_MAIL_FORM, 9, "composed",
		"902626e287d9e5f07216e8edc27db27a1704f8551140df50a62e9e7f._smimecert.example.com. "
		"3600 TXT \"\"\n"},
	};

	(void)state;
	fixture_all_bad(&fixture, bad, LENGTH(bad));
}

/* `expand` writes an owner as relative as the address is. */
static void
texts(void **state)
{
	struct run run;

	(void)state;
	fixture_parse(&fixture, &run,
	    "$SMIMEA hugh@\n$OPENPGPKEY hugh@Example.com\n$PLAIN \"a b.c\"@\n"
	    "$PLAIN \"a b\"@example.com");
	assert_int_equal(run.diags.n, 0);
	assert_string_equal(run.texts.data, HUGH "._smimecert ; hugh@example.com\n" HUGH
						 "._openpgpkey.Example.com. ; hugh@Example.com\n"
						 "a\\032b\\.c ; a b.c@example.com\n"
						 "a\\032b.example.com. ; a b@example.com\n");
	run_end(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(owners),
	    cmocka_unit_test(bad_addresses),
	    cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
