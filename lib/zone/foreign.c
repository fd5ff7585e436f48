#include "zone/foreign.h"

static const char flat[] = "stands for the addresses of another name, at Route 53, PowerDNS, "
			   "DNSimple and other providers";
static const char flat_remedy[] =
    "write the A and AAAA records of that name, or a CNAME where the owner has no other records";
static const char redirect[] = "is a web redirect of a registrar or provider, and no DNS record";
static const char redirect_remedy[] =
    "write the A and AAAA records of a web server that redirects, or leave it out";
static const char wins[] = "makes a DNS server of Windows ask NetBIOS, and stays in its zone file";
static const char wins_remedy[] = "leave it out: no other server knows it";
static const char computed[] = "is computed by one server program for each answer";
static const char computed_remedy[] = "write the records that it answers with, or leave it out";
static const char text_record[] = "is a record of its own in some web panels alone";
static const char text_remedy[] = "write it as a TXT record, with the text in quotes";

static const struct foreign types[] = {
    {"ALIAS", flat, flat_remedy},
    {"ANAME", flat, flat_remedy},
    {"APEXALIAS", flat, flat_remedy},
    {"APEXCNAME", flat, flat_remedy},
    {"FLATTEN", flat, flat_remedy},
    {"LINK", flat, flat_remedy},
    {"AWS", "begins an alias of Route 53 as cli53 exports it", flat_remedy},
    {"WINS", wins, wins_remedy},
    {"WINSR", wins, wins_remedy},
    {"WINS-R", wins, wins_remedy},
    {"NBSTAT", wins, wins_remedy},
    {"NBSTATR", wins, wins_remedy},
    {"URL", redirect, redirect_remedy},
    {"URL301", redirect, redirect_remedy},
    {"URL302", redirect, redirect_remedy},
    {"FRAME", redirect, redirect_remedy},
    {"CLOAK", redirect, redirect_remedy},
    {"CURL", redirect, redirect_remedy},
    {"REDIRECT", redirect, redirect_remedy},
    {"REDIR", redirect, redirect_remedy},
    {"RDR", redirect, redirect_remedy},
    {"WR", redirect, redirect_remedy},
    {"HTTPRED", redirect, redirect_remedy},
    {"WEBRED", redirect, redirect_remedy},
    {"WEBREDIR", redirect, redirect_remedy},
    {"WEBREDIRECT", redirect, redirect_remedy},
    {"WEBFWD", redirect, redirect_remedy},
    {"MXE", "is a registrar's MX with an address in it",
	"write an A record for the mail server, and an MX record that names it"},
    {"MBOXFW", "forwards mail at a provider, and is no DNS record", "leave it out"},
    {"MAILFW", "forwards mail at a provider, and is no DNS record", "leave it out"},
    {"MAILFORWARD", "forwards mail at a provider, and is no DNS record", "leave it out"},
    {"LUA", "is a script of PowerDNS, which it runs for each answer", computed_remedy},
    {"DYNA", computed, computed_remedy},
    {"DYNC", computed, computed_remedy},
    {"POOL", computed, computed_remedy},
    {"GEO", computed, computed_remedy},
    {"DKIM", text_record, text_remedy},
    {"DMARC", text_record, text_remedy},
    {"BIMI", text_record, text_remedy},
};

static const struct foreign aging = {"[AGE:", "is an aging stamp of Windows DNS",
    "take it out, as `sed 's/\\[AGE:[0-9]*\\]//'` does, and with it the records of clients that "
    "are gone"};

static const char database[] = "stands in dumps of a server's cache or database";
static const char setting[] = "is a setting of gdnsd";

static const struct foreign directives[] = {
    {"DATE", database, "leave it out"},
    {"SIGNED", database, "leave it out"},
    {"ADDR_LIMIT_V4", setting, "leave it out"},
    {"ADDR_LIMIT_V6", setting, "leave it out"},
};

static const struct foreign tinydns = {NULL, "is a line of tinydns-data",
    "let tinydns serve it to a zone transfer (axfrdns), and take what `dig AXFR` shows"};

#define FIND(table, text) find(table, sizeof(table) / sizeof(table[0]), text)

static const struct foreign *
find(const struct foreign *rows, size_t n, struct text word)
{
	for (size_t i = 0; i < n; i++)
		if (text_is_nocase(word, rows[i].word))
			return &rows[i];
	return NULL;
}

const struct foreign *
foreign_type(struct text word)
{
	struct text head = {word.data, strlen(aging.word)};

	if (word.len > head.len && text_is_nocase(head, aging.word))
		return &aging;
	return FIND(types, word);
}

const struct foreign *
foreign_directive(struct text name)
{
	return FIND(directives, name);
}

/* A sign of the kind of line, a name, and fields between colons: no owner has those. */
const struct foreign *
foreign_line(const struct entry *entry)
{
	const struct token *first = &entry->tokens[0];

	if (entry->blank_owner || first->quoted || !strchr("+=.&@'^CZ:-%", *first->text) ||
	    !memchr(first->text + 1, ':', first->len - 1))
		return NULL;
	return &tinydns;
}
