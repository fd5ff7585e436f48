/* DMARC (RFC 7489 section 6.3), SMTP TLS reporting (RFC 8460 section 3) and MTA-STS (RFC 8461
 * section 3.1). */
#include "check/text_part.h"

/* --- Values --- */

static void
check_words(struct text_judged *t, enum problem problem, const struct tag *tag,
    const char *const *words, const char *form)
{
	if (!text_is_one_of(tag->value, words))
		text_fault(t, problem, tag->value_at, "%.*s=%.*s: the value is %s",
		    TEXT_SHOWN(tag->name), TEXT_SHOWN(tag->value), form);
}

static void
check_policy(struct text_judged *t, enum problem problem, const struct tag *tag)
{
	static const char *const words[] = {"none", "quarantine", "reject", NULL};

	check_words(t, problem, tag, words, "none, quarantine or reject");
}

static void
check_alignment(struct text_judged *t, enum problem problem, const struct tag *tag)
{
	static const char *const words[] = {"r", "s", NULL};

	check_words(t, problem, tag, words, "r (relaxed) or s (strict)");
}

static void
check_number(struct text_judged *t, enum problem problem, const struct tag *tag, uint64_t most)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < tag->value.len && ascii_is_digit(tag->value.data[i]) && n <= most; i++)
		n = n * 10 + (uint64_t)(tag->value.data[i] - '0');
	if (i == 0 || i < tag->value.len || n > most)
		text_fault(t, problem, tag->value_at,
		    "%.*s=%.*s: the value is a number from 0 to %llu", TEXT_SHOWN(tag->name),
		    TEXT_SHOWN(tag->value), (unsigned long long)most);
}

static void
check_percentage(struct text_judged *t, enum problem problem, const struct tag *tag)
{
	check_number(t, problem, tag, 100);
}

static void
check_interval(struct text_judged *t, enum problem problem, const struct tag *tag)
{
	check_number(t, problem, tag, UINT32_MAX);
}

/* Words between colons. */
static void
check_options(struct text_judged *t, enum problem problem, const struct tag *tag)
{
	static const char *const words[] = {"0", "1", "d", "s", NULL};
	struct text rest = tag->value, item;
	size_t at = tag->value_at, item_at;

	while (item_next(&rest, &at, ':', &item, &item_at))
		if (!text_is_one_of(item, words))
			text_fault(t, problem, item_at,
			    "fo=%.*s: the options are 0, 1, d and s, with colons between them",
			    TEXT_SHOWN(tag->value));
}

/* --- Addresses of reports --- */

/* The scheme with its colon (RFC 3986 section 3.1); 0: there is none. */
static size_t
scheme_len(struct text uri)
{
	size_t i = 0;

	while (i < uri.len &&
	       (text_is_alphanumeric(uri.data[i]) || (i > 0 && memchr("+-.", uri.data[i], 3))))
		i++;
	return i > 0 && i < uri.len && uri.data[i] == ':' ? i + 1 : 0;
}

static bool
has_scheme(struct text uri, const char *scheme)
{
	size_t len = strlen(scheme);

	return uri.len > len && text_is_nocase((struct text){uri.data, len}, scheme);
}

/* An address without the limit on its reports, `!10m` (RFC 7489 section 6.2); false: it has a
 * malformed one. */
static bool
cut_limit(struct text *uri)
{
	const char *mark = memchr(uri->data, '!', uri->len);
	size_t i, len;

	if (!mark)
		return true;
	len = uri->len - (size_t)(mark - uri->data);
	uri->len -= len;
	for (i = 1; i < len && ascii_is_digit(mark[i]); i++)
		;
	if (i == 1)
		return false;
	return i == len || (i + 1 == len && memchr("kmgtKMGT", mark[i], 8));
}

/* What is wrong with one address, or NULL. */
static const char *
uri_fault(struct text uri)
{
	struct text address, query;

	if (uri.len == 0)
		return "an address is missing";
	if (scheme_len(uri) == 0)
		return memchr(uri.data, '@', uri.len) ? "write mailto: ahead of the address"
						      : "it is no URI, as mailto:... is";
	if (!has_scheme(uri, "mailto:"))
		return NULL;
	address = (struct text){uri.data + 7, uri.len - 7};
	query = address;
	query.data = memchr(address.data, '?', address.len);
	if (query.data)
		address.len = (size_t)(query.data - address.data);
	return text_is_mail(address) ? NULL : "no mail address follows mailto:";
}

static void
check_uris(struct text_judged *t, enum problem problem, const struct tag *tag,
    bool (*cut)(struct text *uri), const char *schemes)
{
	struct text rest = tag->value, item;
	size_t at = tag->value_at, item_at;

	while (item_next(&rest, &at, ',', &item, &item_at)) {
		struct text uri = item;
		const char *fault =
		    cut && !cut(&uri) ? "a limit is a number and k, m, g or t" : uri_fault(uri);

		if (!fault && !has_scheme(uri, "mailto:") && !has_scheme(uri, "https:") &&
		    !(cut && has_scheme(uri, "http:")))
			fault = schemes;
		if (fault)
			text_fault(t, problem, item_at, "%.*s=%.*s: %s", TEXT_SHOWN(tag->name),
			    TEXT_SHOWN(item), fault);
	}
}

static void
check_dmarc_uris(struct text_judged *t, enum problem problem, const struct tag *tag)
{
	check_uris(t, problem, tag, cut_limit, "reports go to mailto: addresses");
}

static void
check_tls_uris(struct text_judged *t, enum problem problem, const struct tag *tag)
{
	check_uris(t, problem, tag, NULL, "reports go to mailto: or https: addresses");
}

/* --- Grammars --- */

/* Not known here are tags of later documents; receivers pass over them, too. */
static const struct tag_rule dmarc_rules[] = {
    {"p", true, check_policy, false},
    {"sp", false, check_policy, false},
    {"adkim", false, check_alignment, false},
    {"aspf", false, check_alignment, false},
    {"pct", false, check_percentage, false},
    {"ri", false, check_interval, false},
    {"fo", false, check_options, false},
    {"rua", false, check_dmarc_uris, false},
    {"ruf", false, check_dmarc_uris, false},
    {NULL, false, NULL, false},
};

/* RFC 7489 section 7.1: whether a domain takes the reports of another. */
static const struct tag_rule report_rules[] = {
    {"rua", false, check_dmarc_uris, false},
    {NULL, false, NULL, false},
};

void
dmarc_check(struct text_judged *t)
{
	tags_check(t, &(struct tag_list){
			  Z_DMARC, "DMARC1", false, t->at_report ? report_rules : dmarc_rules});
}

void
tlsrpt_check(struct text_judged *t)
{
	static const struct tag_rule rules[] = {
	    {"rua", true, check_tls_uris, false},
	    {NULL, false, NULL, false},
	};

	tags_check(t, &(struct tag_list){Z_TLSRPT, "TLSRPTv1", false, rules});
}

static void
check_id(struct text_judged *t, enum problem problem, const struct tag *tag)
{
	enum { LONGEST = 32 };
	size_t i = 0;

	while (i < tag->value.len && text_is_alphanumeric(tag->value.data[i]))
		i++;
	if (i == 0 || i < tag->value.len || i > LONGEST)
		text_fault(t, problem, tag->value_at,
		    "id=%.*s: the value consists of 1 to 32 letters and digits",
		    TEXT_SHOWN(tag->value));
}

void
mta_sts_check(struct text_judged *t)
{
	static const struct tag_rule rules[] = {
	    {"id", true, check_id, false},
	    {NULL, false, NULL, false},
	};

	tags_check(t, &(struct tag_list){Z_MTA_STS, "STSv1", false, rules});
}
