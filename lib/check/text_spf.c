/* SPF (RFC 7208): the grammar of section 12, and how many lookups a record asks for. */
#include "check/text_part.h"

#include "base/buf.h"
#include "base/codec.h"
#include "dns/address.h"
#include "zone/lookup.h"

#include <stdio.h>

enum { LOOKUPS_MOST = 10 }; /* RFC 7208 section 4.6.4 */

/* A term: `[qualifier]name[:value]`, `name/value` or `name=value`. */
struct term {
	struct text text, name;
	struct text value; /* with the colon, slash or equals sign; len 0: none */
	size_t at, value_at;
	char qualifier; /* '+' if none is written */
	bool modifier;
};

enum mechanism {
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	N_MECHANISMS,
};

static const char *const mechanism_names[N_MECHANISMS + 1] = {
    "all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists", NULL};

static enum mechanism
mechanism_of(struct text name)
{
	size_t i = 0;

	while (i < N_MECHANISMS && !text_is_nocase(name, mechanism_names[i]))
		i++;
	return (enum mechanism)i;
}

/* --- Terms --- */

/* Behind the version and its blank (section 4.5); 0: the text is no SPF record. */
static size_t
terms_begin(struct text text)
{
	enum { VERSION = 6 };

	if (text.len < VERSION || !text_is_nocase((struct text){text.data, VERSION}, "v=spf1"))
		return 0;
	if (text.len == VERSION)
		return VERSION;
	return text.data[VERSION] == ' ' ? VERSION + 1 : 0;
}

static struct term
term_read(struct text text, size_t at)
{
	size_t i = 0;
	struct term term = {.text = text, .at = at, .qualifier = '+'};

	if (text.len && memchr("+-?~", *text.data, 4))
		term.qualifier = text.data[i++];
	term.name.data = text.data + i;
	while (i < text.len && !memchr(":/=", text.data[i], 3))
		i++;
	term.name.len = (size_t)(text.data + i - term.name.data);
	term.value = (struct text){text.data + i, text.len - i};
	term.value_at = at + i;
	term.modifier = term.value.len && *term.value.data == '=';
	return term;
}

/* Takes the next term; false at the end. `at` is where the text goes on. */
static bool
term_next(struct text text, size_t *at, struct term *term)
{
	size_t begin;

	while (*at < text.len && text.data[*at] == ' ')
		(*at)++;
	begin = *at;
	while (*at < text.len && text.data[*at] != ' ')
		(*at)++;
	if (*at == begin)
		return false;
	*term = term_read((struct text){text.data + begin, *at - begin}, begin);
	return true;
}

/* --- Values --- */

/* Moves over `%{...}`, `%%`, `%_` or `%-` (section 7.1); false: it is none of these. */
static bool
macro_skip(struct text text, size_t *i)
{
	const char *p = text.data + *i + 1, *end = text.data + text.len;

	if (p < end && memchr("%_-", *p, 3)) {
		*i += 2;
		return true;
	}
	/* The letters c, r and t are for explanations (section 7.2). */
	if (p == end || *p++ != '{' || p == end || !memchr("slodiphv", ascii_lower((uint8_t)*p), 8))
		return false;
	for (p++; p < end && ascii_is_digit(*p); p++)
		;
	if (p < end && ascii_lower((uint8_t)*p) == 'r')
		p++;
	while (p < end && memchr(".-+,/_=", *p, 7))
		p++;
	if (p == end || *p != '}')
		return false;
	*i = (size_t)(p - text.data) + 1;
	return true;
}

/* A macro-string; `*dynamic`: it holds a macro, which only a query fills in. */
static bool
is_macro_string(struct text text, bool *dynamic)
{
	*dynamic = false;
	for (size_t i = 0; i < text.len;) {
		if ((uint8_t)text.data[i] <= ' ' || (uint8_t)text.data[i] >= 0x7f)
			return false;
		if (text.data[i] != '%')
			i++;
		else if (!macro_skip(text, &i))
			return false;
		else
			*dynamic = true;
	}
	return true;
}

/* The last label of a domain: not of digits alone, no hyphen at its ends. */
static bool
is_top_label(struct text label)
{
	bool letter = false;

	for (size_t i = 0; i < label.len; i++) {
		if (!text_is_alphanumeric(label.data[i]) && label.data[i] != '-')
			return false;
		letter = letter || !ascii_is_digit(label.data[i]);
	}
	return letter && *label.data != '-' && label.data[label.len - 1] != '-';
}

static bool
ends_in_macro(struct text domain)
{
	return domain.len >= 2 && (domain.data[domain.len - 1] == '}' ||
				      (domain.data[domain.len - 2] == '%' &&
					  memchr("%_-", domain.data[domain.len - 1], 3)));
}

/* A domain-spec (section 7.1); what is wrong with it, or NULL. */
static const char *
domain_fault(struct text domain)
{
	struct text top = domain;
	uint8_t ip[4];
	bool dynamic;

	if (domain.len == 0)
		return "a domain is missing";
	if (ip4_parse(domain, ip) == 0)
		return "it is no domain: addresses are written behind ip4:";
	if (!is_macro_string(domain, &dynamic))
		return "it holds a character or a macro that no domain may have";
	if (!dynamic && memchr(domain.data, '/', domain.len))
		return "it is no domain";
	if (ends_in_macro(domain))
		return NULL;
	if (top.data[top.len - 1] == '.')
		top.len--;
	for (size_t i = top.len; i > 0; i--) {
		if (top.data[i - 1] != '.')
			continue;
		top = (struct text){top.data + i, top.len - i};
		return i > 1 && top.len && is_top_label(top) ? NULL : "it is no domain";
	}
	return "it is no whole domain: names are not completed";
}

/* Reads `/n` at the begin of a text; `*n_octets` is what it takes. */
static bool
cidr_read(struct text text, unsigned most, size_t *n_octets)
{
	uint64_t bits;
	size_t i = 1;

	while (i < text.len && ascii_is_digit(text.data[i]))
		i++;
	*n_octets = i;
	return i <= 4 && (i == 2 || (i > 2 && text.data[1] != '0')) &&
	       decimal_parse((struct text){text.data + 1, i - 1}, most, &bits) == 0;
}

/* `[/n][//m]` (section 5.6). */
static bool
is_dual_cidr(struct text text)
{
	size_t n = 0;

	if (text.len >= 2 && text.data[1] != '/') {
		if (!cidr_read(text, 32, &n))
			return false;
		text = (struct text){text.data + n, text.len - n};
	}
	if (text.len == 0)
		return true;
	if (text.len < 2 || text.data[0] != '/' || text.data[1] != '/')
		return false;
	return cidr_read((struct text){text.data + 1, text.len - 1}, 128, &n) && n + 1 == text.len;
}

/* Where the prefix lengths behind a domain begin: a slash outside of macros. */
static size_t
cidr_begin(struct text value)
{
	bool macro = false;
	size_t i = 0;

	for (; i < value.len && (macro || value.data[i] != '/'); i++)
		macro = macro ? value.data[i] != '}' : value.data[i] == '{';
	return i;
}

/* `[:domain][/n][//m]`. */
static const char *
host_fault(struct text value)
{
	size_t cidr = cidr_begin(value);
	const char *fault = NULL;

	if (cidr > 0)
		fault = domain_fault((struct text){value.data + 1, cidr - 1});
	if (fault)
		return fault;
	return is_dual_cidr((struct text){value.data + cidr, value.len - cidr})
		   ? NULL
		   : "behind the slash stands a prefix length: /0 to /32, //0 to //128 for IPv6";
}

static const char *
required_domain_fault(struct text value)
{
	if (value.len == 0 || *value.data != ':')
		return "a colon and a domain follow it";
	return domain_fault((struct text){value.data + 1, value.len - 1});
}

static const char *
ptr_fault(struct text value)
{
	return value.len ? required_domain_fault(value) : NULL;
}

static const char *
all_fault(struct text value)
{
	return value.len ? "nothing follows it" : NULL;
}

static const char *
address_fault(struct text value, bool ip6)
{
	uint8_t ip[16], other[16];
	struct text address = {value.data + 1, value.len - 1};
	const char *slash;
	size_t n = 0;

	if (value.len == 0 || *value.data != ':')
		return "a colon and an address follow it";
	slash = memchr(address.data, '/', address.len);
	if (slash) {
		struct text cidr = {slash, address.len - (size_t)(slash - address.data)};

		address.len = (size_t)(slash - address.data);
		if (!cidr_read(cidr, ip6 ? 128 : 32, &n) || n != cidr.len)
			return ip6 ? "the prefix length is a number up to 128"
				   : "the prefix length is a number up to 32";
	}
	if ((ip6 ? ip6_parse(address, ip) : ip4_parse(address, ip)) == 0)
		return NULL;
	if ((ip6 ? ip4_parse(address, other) : ip6_parse(address, other)) == 0)
		return ip6 ? "IPv4 addresses are written behind ip4:"
			   : "IPv6 addresses are written behind ip6:";
	return ip6 ? "it is no IPv6 address" : "it is no IPv4 address";
}

static const char *
ip4_fault(struct text value)
{
	return address_fault(value, false);
}

static const char *
ip6_fault(struct text value)
{
	return address_fault(value, true);
}

static const char *(*const value_faults[N_MECHANISMS])(struct text value) = {
    [SPF_ALL] = all_fault,
    [SPF_INCLUDE] = required_domain_fault,
    [SPF_A] = host_fault,
    [SPF_MX] = host_fault,
    [SPF_PTR] = ptr_fault,
    [SPF_IP4] = ip4_fault,
    [SPF_IP6] = ip6_fault,
    [SPF_EXISTS] = required_domain_fault,
};

/* --- The grammar --- */

/* What was met so far. */
struct spf_seen {
	bool all, redirect, exp;
	bool open; /* the term ahead ends in its colon */
	size_t redirect_at;
};

static void
tell_unknown(struct text_judged *t, const struct term *term)
{
	static const char *const known[] = {
	    "all", "include", "mx", "ptr", "ip4", "ip6", "exists", "redirect", NULL};
	const char *nearest = NULL;

	if (term->name.len > 1 && !diag_is_full(t->store->diags, Z_SPF))
		nearest = diag_nearest(term->name, known);
	if (nearest && strcmp(nearest, "redirect") == 0)
		nearest = "redirect=";
	text_fault(t, Z_SPF, term->at, "\"%.*s\" is no mechanism%s%s%s", TEXT_SHOWN(term->text),
	    nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
}

static void
check_style(struct text_judged *t, const struct term *term, enum mechanism mechanism)
{
	if (mechanism == SPF_PTR)
		text_fault(t, Z_SPF_STYLE, term->at,
		    "ptr is slow and does not last: it should not be used (section 5.5)");
	if (mechanism == SPF_ALL && term->qualifier == '+')
		text_fault(t, Z_SPF_STYLE, term->at,
		    "%.*s lets everybody send mail in the domain's name", TEXT_SHOWN(term->text));
}

static void
check_mechanism(struct text_judged *t, const struct term *term, struct spf_seen *seen)
{
	enum mechanism mechanism = mechanism_of(term->name);
	const char *fault;

	if (mechanism == N_MECHANISMS) {
		if (!seen->open)
			tell_unknown(t, term);
		seen->open = false;
		return;
	}
	fault = value_faults[mechanism](term->value);
	seen->open = fault && text_is(term->value, ":");
	if (seen->open)
		text_fault(t, Z_SPF, term->at,
		    "%.*s: behind the colon stands a value, without a blank",
		    TEXT_SHOWN(term->text));
	else if (fault)
		text_fault(t, Z_SPF, term->at, "%.*s: %s", TEXT_SHOWN(term->text), fault);
	else if (seen->all)
		text_fault(t, Z_SPF_STYLE, term->at,
		    "%.*s stands behind all, where nobody looks (section 5.1)",
		    TEXT_SHOWN(term->text));
	else
		check_style(t, term, mechanism);
	seen->all = seen->all || mechanism == SPF_ALL;
}

static bool
is_modifier_name(struct text name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!text_is_alphanumeric(name.data[i]) &&
		    (i == 0 || !memchr("-_.", name.data[i], 3)))
			return false;
	return name.len > 0 && !ascii_is_digit(*name.data);
}

/* Modifiers that are not known are passed over (section 6), even if a mechanism was meant. */
static void
check_modifier(struct text_judged *t, const struct term *term, struct spf_seen *seen)
{
	struct text value = {term->value.data + 1, term->value.len - 1};
	bool redirect = text_is_nocase(term->name, "redirect");
	bool exp = text_is_nocase(term->name, "exp"), dynamic;
	const char *fault = NULL;

	if (!is_modifier_name(term->name) || term->name.data != term->text.data)
		fault = "it is neither a mechanism nor a modifier";
	else if (mechanism_of(term->name) < N_MECHANISMS)
		fault = "a colon belongs behind the name of a mechanism: this is passed over";
	else if ((redirect && seen->redirect) || (exp && seen->exp))
		fault = "it stands twice";
	else if (redirect || exp)
		fault = domain_fault(value);
	else if (!is_macro_string(value, &dynamic))
		fault = "its macros are malformed";
	if (fault)
		text_fault(t, Z_SPF, term->at, "%.*s: %s", TEXT_SHOWN(term->text), fault);
	if (redirect && !seen->redirect)
		seen->redirect_at = term->at;
	seen->redirect = seen->redirect || redirect;
	seen->exp = seen->exp || exp;
}

void
spf_check(struct text_judged *t)
{
	struct spf_seen seen = {0};
	size_t at = terms_begin(t->text);
	struct term term;

	if (at == 0) {
		text_fault(t, Z_SPF, 0, "it does not begin with v=spf1 and a blank");
		return;
	}
	while (term_next(t->text, &at, &term)) {
		if (term.modifier)
			check_modifier(t, &term, &seen);
		else
			check_mechanism(t, &term, &seen);
	}
	if (seen.redirect && seen.all)
		text_fault(t, Z_SPF_STYLE, seen.redirect_at,
		    "redirect= is passed over where there is an all (section 6.1)");
}

/* A string that goes on with a new term, where the one ahead of it has no blank at its end. */
bool
spf_is_joint(struct text text, size_t at)
{
	enum { LONGEST = 2 * NAME_LONGEST }; /* others are none that anybody writes */
	struct text behind = {text.data + at, text.len - at < LONGEST ? text.len - at : LONGEST};
	struct term term;
	size_t begin = 0;
	enum mechanism mechanism;

	if (at == 0 || at >= text.len || memchr(" +-?~", text.data[at - 1], 5) ||
	    text.data[at] == ' ' || !term_next(behind, &begin, &term))
		return false;
	if (term.modifier)
		return text_is_nocase(term.name, "redirect");
	mechanism = mechanism_of(term.name);
	if (mechanism == N_MECHANISMS || value_faults[mechanism](term.value))
		return false;
	return term.name.data != term.text.data || mechanism == SPF_ALL ||
	       (term.value.len > 0 && *term.value.data == ':');
}

/* --- Lookups --- */

struct lookups {
	struct text_judged *t;
	size_t n;
};

/* A name of a domain-spec without macros; false: it is not known ahead of a query. */
static bool
domain_name(struct text domain, struct name *name)
{
	struct name root = {.len = 1};
	struct name_fault fault;
	bool dynamic;

	return is_macro_string(domain, &dynamic) && !dynamic &&
	       name_parse(domain, &root, name, &fault) == 0;
}

bool
spf_is(struct text text)
{
	static const char version[] = "v=spf1";
	const size_t len = sizeof(version) - 1;

	return text.len >= len && text_is_nocase((struct text){text.data, len}, version) &&
	       (text.len == len || text.data[len] == ' ');
}

/* The SPF record at a node, its strings joined in `b`; false: it has none. */
static bool
find_record(const struct store *store, const struct node *node, struct buf *b)
{
	struct rrset set = {0};

	if (node)
		set = node_rrset(store, node, TYPE_TXT);
	for (size_t i = 0; i < set.n; i++) {
		text_join(&set.records[i], "", b);
		if (spf_is((struct text){b->data, b->len}))
			return true;
	}
	return false;
}

static void
count_text(struct lookups *l, struct text text, size_t top_at);

/* The record that include: or redirect= names, where the zone has it. `at` is where the term stands
 * in the first record. */
static void
count_target(struct lookups *l, const struct term *term, size_t at)
{
	struct text domain = {term->value.data + 1, term->value.len - 1};
	const struct store *store = l->t->store;
	const struct node *node;
	struct lookup_key key;
	struct buf b = {0};
	struct name name;

	if (!domain_name(domain, &name) || !lookup_key_of(store, name.wire, &key) ||
	    lookup_exit(store, &key) || lookup_is_lost(store, &key))
		return;
	node = lookup_answer(store, &key);
	if (node && (node->flags & NODE_CNAME))
		return;
	if (find_record(store, node, &b))
		count_text(l, (struct text){b.data, b.len}, at);
	else /* sections 5.2 and 6.1: an error for good */
		text_fault(
		    l->t, Z_SPF, at, "%.*s: that name has no SPF record", TEXT_SHOWN(term->text));
	buf_free(&b);
}

/* Of a: and mx:, a name of the zone that has nothing to compare a sender with. */
static void
check_named(struct lookups *l, const struct term *term, enum mechanism mechanism)
{
	const struct store *store = l->t->store;
	size_t cidr = cidr_begin(term->value);
	const struct node *node;
	struct lookup_key key;
	struct name name;

	if ((mechanism != SPF_A && mechanism != SPF_MX) || cidr < 2 ||
	    !domain_name((struct text){term->value.data + 1, cidr - 1}, &name) ||
	    !lookup_key_of(store, name.wire, &key) || lookup_exit(store, &key) ||
	    lookup_is_lost(store, &key))
		return;
	node = lookup_answer(store, &key);
	if (node && (node->flags & NODE_CNAME))
		return;
	if (mechanism == SPF_A ? !lookup_has_address(store, node)
			       : !lookup_has(store, node, TYPE_MX))
		text_fault(l->t, Z_SPF_STYLE, term->at, "%.*s: that name has no %s",
		    TEXT_SHOWN(term->text), mechanism == SPF_A ? "address" : "MX record");
}

static bool
has_all(struct text text)
{
	size_t at = terms_begin(text);
	struct term term;

	while (term_next(text, &at, &term))
		if (!term.modifier && mechanism_of(term.name) == SPF_ALL)
			return true;
	return false;
}

/* Counts until there are too many: records that include each other end so, too. `top_at`: where the
 * term that led here stands; SIZE_MAX: the text is the first one. */
static void
count_text(struct lookups *l, struct text text, size_t top_at)
{
	size_t at = terms_begin(text);
	struct term term;

	while (l->n <= LOOKUPS_MOST && term_next(text, &at, &term)) {
		size_t from = top_at == SIZE_MAX ? term.at : top_at;
		enum mechanism mechanism = mechanism_of(term.name);
		bool redirect = term.modifier && text_is_nocase(term.name, "redirect");

		if (!term.modifier && mechanism == SPF_ALL)
			return;
		if (redirect ? has_all(text)
			     : term.modifier || mechanism == N_MECHANISMS || mechanism == SPF_IP4 ||
				   mechanism == SPF_IP6)
			continue;
		l->n++;
		if (top_at == SIZE_MAX)
			check_named(l, &term, mechanism);
		if ((redirect || mechanism == SPF_INCLUDE) && l->n <= LOOKUPS_MOST &&
		    term.value.len > 1)
			count_target(l, &term, from);
	}
}

void
spf_check_lookups(struct text_judged *t)
{
	struct lookups l = {t, 0};

	count_text(&l, t->text, SIZE_MAX);
	if (l.n > LOOKUPS_MOST)
		text_fault(t, Z_SPF_LOOKUPS, 0,
		    "it asks for more than %d lookups, at which receivers give up", LOOKUPS_MOST);
}
