/* CAA (RFC 8659): who may issue certificates. */
#include "check/text_part.h"

enum { CRITICAL = 0x80 };

/* Words behind the type. */
enum { WORD_FLAGS = 1, WORD_TAG = 2 };

/* RFC 8659 section 4.2: labels of letters, digits and hyphens within. */
static bool
is_label(struct text label)
{
	for (size_t i = 0; i < label.len; i++)
		if (!text_is_alphanumeric(label.data[i]) && label.data[i] != '-')
			return false;
	return label.len > 0 && *label.data != '-' && label.data[label.len - 1] != '-';
}

static const char *
issuer_fault(struct text issuer)
{
	struct text rest = issuer, label;
	size_t at = 0, label_at;

	if (issuer.len == 0)
		return NULL;
	if (issuer.data[issuer.len - 1] == '.')
		return "the domain of a CA ends without a dot";
	while (item_next(&rest, &at, '.', &label, &label_at))
		if (!is_label(label))
			return "a CA is named by its domain alone, parameters follow behind "
			       "semicolons";
	return NULL;
}

/* `tag=value` */
static bool
is_parameter(struct text parameter)
{
	const char *equals = memchr(parameter.data, '=', parameter.len);
	struct text value;

	if (!equals ||
	    !is_label(text_trim((struct text){parameter.data, (size_t)(equals - parameter.data)})))
		return false;
	value = text_trim(
	    (struct text){equals + 1, parameter.len - (size_t)(equals - parameter.data) - 1});
	for (size_t i = 0; i < value.len; i++)
		if ((uint8_t)value.data[i] <= ' ' || (uint8_t)value.data[i] >= 0x7f)
			return false;
	return true;
}

/* RFC 8659 section 4.2; CAs take a malformed one for `;`: nobody may issue. */
static void
check_issue(struct text_judged *t)
{
	struct text rest = t->text, item;
	size_t at = 0, item_at;
	const char *fault;

	item_next(&rest, &at, ';', &item, &item_at);
	fault = issuer_fault(item);
	if (fault)
		text_fault(t, Z_CAA, item_at, "\"%.*s\": %s", TEXT_SHOWN(item), fault);
	for (size_t n = 0; item_next(&rest, &at, ';', &item, &item_at); n++) {
		if (item.len == 0 && !rest.data && n == 0)
			return; /* one alone may end the domain */
		if (item.len == 0)
			text_fault(t, Z_CAA, item_at, "no parameter follows the semicolon");
		else if (!is_parameter(item))
			text_fault(t, Z_CAA, item_at, "\"%.*s\" is no parameter: write tag=value",
			    TEXT_SHOWN(item));
	}
}

/* mailto: with one address, which headers may follow (RFC 6068 section 2). */
static bool
is_mail_url(struct text text)
{
	const char *headers = memchr(text.data, '?', text.len);
	size_t len = headers ? (size_t)(headers - text.data) : text.len;

	return text_is_mail((struct text){text.data + 7, len - 7});
}

static bool
begins(struct text text, const char *begin)
{
	size_t len = strlen(begin);

	return text.len > len && text_is_nocase((struct text){text.data, len}, begin);
}

/* RFC 8659 section 4.4. */
static void
check_iodef(struct text_judged *t)
{
	if (begins(t->text, "mailto:")
		? !is_mail_url(t->text)
		: !begins(t->text, "https://") && !begins(t->text, "http://"))
		text_fault(t, Z_CAA, 0,
		    "\"%.*s\" is no URL of mailto:, https: or http:", TEXT_SHOWN(t->text));
}

static void
check_mail(struct text_judged *t)
{
	if (!text_is_mail(t->text))
		text_fault(t, Z_CAA, 0, "\"%.*s\" is no mail address", TEXT_SHOWN(t->text));
}

/* The registry "Certification Authority Restriction Properties". */
static const struct {
	const char *name;
	void (*check)(struct text_judged *t);
} properties[] = {
    {"issue", check_issue},
    {"issuewild", check_issue},
    {"issuemail", check_issue},
    {"issuevmc", check_issue},
    {"iodef", check_iodef},
    {"contactemail", check_mail},
    {"contactphone", NULL},
};

enum { N_PROPERTIES = sizeof(properties) / sizeof(properties[0]) };

static void
tell_unknown(struct text_judged *t, struct text tag)
{
	const char *known[N_PROPERTIES + 1] = {NULL}, *nearest;

	for (size_t i = 0; i < N_PROPERTIES; i++)
		known[i] = properties[i].name;
	nearest = diag_nearest(tag, known);
	if (*t->record->rdata & CRITICAL)
		text_word_fault(t, Z_CAA, WORD_TAG,
		    "%.*s is not known and critical: no CA may issue", TEXT_SHOWN(tag));
	else if (nearest)
		text_word_fault(t, Z_CAA, WORD_TAG, "CAs do not know %.*s; did you mean %s?",
		    TEXT_SHOWN(tag), nearest);
	else
		text_word_fault(t, Z_CAA_STYLE, WORD_TAG,
		    "CAs pass over what they do not know: %.*s", TEXT_SHOWN(tag));
}

void
caa_check(struct text_judged *t)
{
	const uint8_t *rdata = t->record->rdata;
	struct text tag = {(const char *)rdata + 2, rdata[1]};
	size_t i = 0;

	if (rdata[0] & ~CRITICAL)
		text_word_fault(t, Z_CAA_STYLE, WORD_FLAGS,
		    "flags of %u: the critical one is 128, others have no meaning", rdata[0]);
	while (i < N_PROPERTIES && !text_is_nocase(tag, properties[i].name))
		i++;
	if (i == N_PROPERTIES)
		tell_unknown(t, tag);
	else if (properties[i].check)
		properties[i].check(t);
}
