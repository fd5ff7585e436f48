#include "check/text_part.h"

#include "zone/lookup.h"

#include <stdio.h>
#include <strings.h>

/* The owner of a text, as far as grammars look at it. */
struct owner {
	const uint8_t *wire;
	bool apex;
	bool key;    /* a selector's: selector._domainkey */
	bool report; /* below _report._dmarc */
};

/* One kind of text. */
struct grammar {
	const char *name;    /* in messages */
	const char *version; /* what v= has */
	enum problem problem;
	bool (*asked_at)(const struct owner *owner); /* NULL: at any name */
	const char *place;                           /* where it belongs, ahead of the domain */
	void (*check)(struct text_judged *t);        /* NULL: only what a semicolon cuts off */
	const char *const *tags;                     /* that a semicolon may cut off */
	const char *const *signs;                    /* tags that tell it without a version */
};

/* --- Owners --- */

/* Labels below _domainkey that are no selectors: policies of RFC 4870 and RFC 5617, and RFC 6651.
 */
static bool
is_selector(const uint8_t *label)
{
	return !name_label_is(label, "_domainkey") && !name_label_is(label, "_adsp") &&
	       !name_label_is(label, "_policy") && !name_label_is(label, "_report");
}

static struct owner
owner_of(const struct node *node, const uint8_t *wire)
{
	struct owner owner = {.wire = wire, .apex = node->key_len == 0};

	for (const uint8_t *label = wire; *label; label += 1 + *label) {
		const uint8_t *next = label + 1 + *label;

		owner.key = owner.key || (is_selector(wire) && name_label_is(next, "_domainkey"));
		owner.report = owner.report ||
			       (name_label_is(label, "_report") && name_label_is(next, "_dmarc"));
	}
	return owner;
}

static bool
at_dmarc(const struct owner *owner)
{
	return name_label_is(owner->wire, "_dmarc") || owner->report;
}

static bool
at_selector(const struct owner *owner)
{
	return owner->key;
}

static bool
at_tlsrpt(const struct owner *owner)
{
	return name_label_is(owner->wire, "_smtp") &&
	       name_label_is(owner->wire + 1 + *owner->wire, "_tls");
}

static bool
at_mta_sts(const struct owner *owner)
{
	return name_label_is(owner->wire, "_mta-sts");
}

/* --- The table --- */

static const char *const dmarc_signs[] = {"p", NULL};
static const char *const dkim_signs[] = {"p", "k", NULL};
static const char *const dmarc_tags[] = {
    "p", "sp", "np", "rua", "ruf", "fo", "adkim", "aspf", "pct", "ri", "rf", "psd", "t", NULL};
static const char *const dkim_tags[] = {"v", "k", "p", "h", "t", "s", "n", "g", NULL};
static const char *const tlsrpt_tags[] = {"rua", NULL};
static const char *const mta_sts_tags[] = {"id", NULL};
static const char *const bimi_tags[] = {"l", "a", "e", "s", "avp", "lps", NULL};
static const char *const caa_tags[] = {
    "validationmethods", "accounturi", "account", "policy", "cansignhttpexchanges", NULL};

static const struct grammar grammars[N_TEXT_KINDS] = {
    [TEXT_SPF] = {"SPF", "spf1", Z_SPF, NULL, NULL, spf_check, NULL, NULL},
    [TEXT_DMARC] = {"DMARC", "DMARC1", Z_DMARC, at_dmarc, "_dmarc", dmarc_check, dmarc_tags,
	dmarc_signs},
    [TEXT_DKIM] = {"DKIM", "DKIM1", Z_DKIM, at_selector, "selector._domainkey", dkim_check,
	dkim_tags, dkim_signs},
    [TEXT_TLSRPT] = {"TLSRPT", "TLSRPTv1", Z_TLSRPT, at_tlsrpt, "_smtp._tls", tlsrpt_check,
	tlsrpt_tags, tlsrpt_tags},
    [TEXT_MTA_STS] = {"MTA-STS", "STSv1", Z_MTA_STS, at_mta_sts, "_mta-sts", mta_sts_check,
	mta_sts_tags, mta_sts_tags},
    [TEXT_BIMI] = {"BIMI", "BIMI1", Z_TEXT_CUT, NULL, NULL, NULL, bimi_tags, NULL},
};

static const struct grammar caa = {"CAA", NULL, Z_CAA, NULL, NULL, caa_check, caa_tags, NULL};

/* A text that begins with v= and is none of these: what a semicolon cuts off is told. */
static const struct grammar other = {
    "TXT", NULL, Z_TEXT_CUT, NULL, NULL, NULL, (const char *const[]){NULL}, NULL};

/* --- Which grammar --- */

/* The value of v= at the begin of a text, as far as letters and digits go. Blanks and quotation
 * marks ahead of it, which others do not pass over, are a fault of the grammar. */
static struct text
version_of(struct text text)
{
	size_t i = 0;

	while (text.len && (text_is_blank(*text.data) || text_mark(text))) {
		size_t len = text_is_blank(*text.data) ? 1 : text_mark(text);

		text = (struct text){text.data + len, text.len - len};
	}
	if (text.len == 0 || ascii_lower((uint8_t)*text.data) != 'v')
		return (struct text){NULL, 0};
	text = text_trim((struct text){text.data + 1, text.len - 1});
	if (text.len == 0 || *text.data != '=')
		return (struct text){NULL, 0};
	text = text_trim((struct text){text.data + 1, text.len - 1});
	while (i < text.len && text_is_alphanumeric(text.data[i]))
		i++;
	return (struct text){text.data, i};
}

/* v=spf1include: is a slip, v=spf10 another version. */
static bool
is_version(struct text value, const struct grammar *g)
{
	size_t len = strlen(g->version);

	if (value.len < len || !text_is_nocase((struct text){value.data, len}, g->version))
		return false;
	return value.len == len || !ascii_is_digit(value.data[len]);
}

/* `v=DMARC`, `v=STS1`: the letters of the version, with something else behind them. */
static bool
is_like_version(struct text value, const struct grammar *g)
{
	size_t len = 0;

	while (g->version[len] && !ascii_is_digit(g->version[len]))
		len++;
	if (g->version[len - 1] == 'v')
		len--;
	return value.len >= len && strncasecmp(value.data, g->version, len) == 0;
}

/* Without a version, at the name of such texts. */
static bool
has_its_tags(struct text text, const struct grammar *g)
{
	for (const char *const *sign = g->signs; sign && *sign; sign++)
		if (tags_value(text, *sign).data)
			return true;
	return false;
}

static const struct grammar *
grammar_of(struct text text, const struct owner *owner)
{
	struct text version = version_of(text);

	for (const struct grammar *g = grammars; g < grammars + N_TEXT_KINDS; g++) {
		bool asked = g->asked_at && g->asked_at(owner);

		if (version.data ? is_version(version, g) || (asked && is_like_version(version, g))
				 : asked && has_its_tags(text, g))
			return g;
	}
	return version.data ? &other : NULL;
}

/* Is it a record of the grammar for those who look for one? Of several, they use none. Blanks may
 * stand ahead of a DKIM key, and its version is optional (RFC 6376 section 3.2). */
static bool
is_chosen(struct text text, const struct grammar *g)
{
	struct text version = version_of(text);

	if (g == &grammars[TEXT_DKIM])
		return tags_value(text, "p").data;
	if (!version.data || !is_version(version, g) || strlen(g->version) != version.len)
		return false;
	if (text_is_blank(*text.data) || text_mark(text))
		return false;
	/* RFC 8460 section 3, RFC 8461 section 3.1: no blanks around the equals sign */
	if ((g == &grammars[TEXT_TLSRPT] || g == &grammars[TEXT_MTA_STS]) &&
	    version.data != text.data + 2)
		return false;
	return g != &grammars[TEXT_SPF] || spf_is(text);
}

/* --- One text --- */

static struct text
joined(const struct buf *b)
{
	return (struct text){b->data, b->len};
}

/* Is it of the grammar, without a fault? */
static bool
is_good(const struct text_judged *t, const struct grammar *g, struct text text)
{
	struct text_judged quiet = *t;

	quiet.words = NULL;
	quiet.n_faults = 0;
	quiet.text = text;
	if (g->check)
		g->check(&quiet);
	return quiet.n_faults == 0 && (!g->version || is_chosen(text, g));
}

/* Does the comment go on with a tag of the grammar? CAs have further ones of their own, and those
 * of other grammars are not known. */
static bool
goes_on(const struct words_comment *comment, const struct grammar *g)
{
	struct text name = text_trim(comment->text);
	const char *equals;

	if (name.len && *name.data == '"')
		name = (struct text){name.data + 1, name.len - 1};
	equals = memchr(name.data, '=', name.len);
	if (!equals)
		return false;
	name.len = (size_t)(equals - name.data);
	name = text_trim(name);
	return text_is_one_of(name, g->tags) ||
	       (!g->version && comment->glued && name.len > 0 && !memchr(name.data, ' ', name.len));
}

/* A semicolon outside of quotes begins a comment (RFC 1035 section 5.1): what follows it is meant
 * for the text where it reads so, and touches it or is missing there. */
static bool
tell_cut(const struct text_judged *t, const struct grammar *g, size_t n_strings, bool good)
{
	struct words_comment comment;

	for (size_t i = 0; i < n_strings && g->tags; i++) {
		if (!words_comment(t->words, i, &comment) || !goes_on(&comment, g))
			continue;
		if (good && (i + 1 < n_strings ||
				(!comment.glued && (comment.quoted || t->words->directive))))
			continue;
		comment.text = text_trim(comment.text);
		diag_add(t->store->diags, comment.pos, Z_TEXT_CUT,
		    "%s ends here: \"%.*s\" is a comment, behind a semicolon outside of quotes",
		    text_what(t), TEXT_SHOWN(comment.text));
		return true;
	}
	return false;
}

/* Where a term of SPF begins without a blank between it and the string ahead; 0: nowhere. */
static size_t
find_joint(const struct record *record, struct text text)
{
	size_t at = 0, i = 0;

	for (const uint8_t *p = record->rdata; p < record->rdata + record->rdlen;
	     p += 1 + *p, i++) {
		if (spf_is_joint(text, at))
			return i;
		at += *p;
	}
	return 0;
}

/* Strings that make a good text with blanks between them, and none without. */
static bool
tell_joined(const struct text_judged *t, const struct grammar *g, size_t n_strings, bool good)
{
	struct buf spaced = {0};
	size_t i = 0;

	if (n_strings < 2)
		return false;
	text_join(t->record, " ", &spaced);
	if (!good)
		i = is_good(t, g, joined(&spaced)) ? 1 : 0;
	else if (g == &grammars[TEXT_SPF])
		i = find_joint(t->record, t->text);
	buf_free(&spaced);
	if (i > 0)
		diag_add(t->store->diags, words_nth_pos(t->words, i), Z_TEXT_JOINED,
		    "%s has %zu strings, which are joined without a blank: %.*s%s", text_what(t),
		    n_strings, TEXT_SHOWN(t->text), t->text.len > 60 ? "..." : "");
	return i > 0;
}

/* Are the first labels nearly those of the place, as `dmarc`, `_mta_sts` or `k1.domainkey`? Moves
 * over them to the domain. Any label is a selector. */
static bool
skip_near(const uint8_t **wire, const char *place)
{
	while (*place) {
		struct text text = name_label(*wire);
		size_t len = strcspn(place, ".");
		char label[16];
		const char *const known[] = {label, NULL};

		snprintf(label, sizeof(label), "%.*s", (int)len, place);
		if (text.len == 0 || (*label == '_' && !diag_nearest(text, known)))
			return false;
		*wire += 1 + **wire;
		place += len + (place[len] == '.');
	}
	return true;
}

/* Moves to the place below a domain, of any selector. */
static bool
place_key(struct lookup_key *key, const char *place)
{
	const char *rest = strchr(place, '.');
	char label[16];

	if (rest && !place_key(key, rest + 1))
		return false;
	snprintf(label, sizeof(label), "%.*s", (int)strcspn(place, "."), place);
	return *label != '_' || lookup_child(key, label);
}

/* Is it a mail domain that has nothing at the place? */
static bool
lacks_place(const struct store *store, const uint8_t *domain, const char *place)
{
	struct lookup_key key;

	return lookup_key_of(store, domain, &key) &&
	       lookup_has(store, lookup_node(store, &key), TYPE_MX) && place_key(&key, place) &&
	       !lookup_exists(store, &key, NULL) && !lookup_is_lost(store, &key);
}

/* At a name where nobody looks for it: the domain itself, or one that is nearly right. A CNAME may
 * lead to others. */
static bool
tell_place(const struct text_judged *t, const struct grammar *g, const struct owner *owner)
{
	const uint8_t *domain = owner->wire;

	if (!g->asked_at || g->asked_at(owner))
		return false;
	if (!owner->apex && !lacks_place(t->store, domain, g->place) &&
	    (!skip_near(&domain, g->place) || !lacks_place(t->store, domain, g->place)))
		return false;
	diag_add(t->store->diags, t->record->pos, Z_TEXT_PLACE,
	    "%s is not looked for here, but at %s.%s", text_what(t), g->place,
	    lookup_text(t->store, domain));
	return true;
}

/* `n_strings` ahead of which the entry has other words; for CAA it is one. */
static void
judge(struct text_judged *t, const struct grammar *g, const struct owner *owner, size_t n_strings)
{
	struct words words;
	bool good = is_good(t, g, t->text);

	words_begin(&words, t->store, t->record, n_strings);
	t->words = &words;
	t->kind = g->name;
	if (!tell_cut(t, g, n_strings, good) &&
	    !(g->version && tell_joined(t, g, n_strings, good)) && !tell_place(t, g, owner) &&
	    g->check) {
		g->check(t);
		if (t->n_faults == 0 && g->version && !is_chosen(t->text, g))
			text_fault(t, g->problem, 0, "it does not begin with v=%s", g->version);
		if (t->n_faults == 0 && g == &grammars[TEXT_SPF])
			spf_check_lookups(t);
	}
	words_end(&words);
}

/* --- Nodes --- */

/* Several records of which receivers take none, or any: at the later ones. */
static void
tell_twice(const struct store *store, const struct record *record, const struct grammar *g,
    const uint8_t *wire)
{
	diag_add(store->diags, record->pos, g->problem,
	    "%s has a second %s record, and receivers take none of them", lookup_text(store, wire),
	    g->name);
}

/* Nobody looks for other texts at these names. */
static void
tell_none(const struct store *store, const struct record *record, const struct owner *owner)
{
	struct lookup_key key;

	if (!lookup_key_of(store, owner->wire, &key) || lookup_is_lost(store, &key))
		return;
	for (const struct grammar *g = grammars; g < grammars + N_TEXT_KINDS; g++)
		if (g->asked_at && g->asked_at(owner))
			diag_add(store->diags, record->pos, g->problem,
			    "the TXT record of %s is no %s record: these begin with v=%s",
			    lookup_text(store, owner->wire), g->name, g->version);
}

static void
check_txt(const struct store *store, const struct owner *owner, const struct rrset *set)
{
	const struct record *chosen[N_TEXT_KINDS] = {NULL};
	bool judged = false;
	struct buf b = {0};

	for (size_t i = 0; i < set->n; i++) {
		size_t n = text_join(&set->records[i], "", &b);
		const struct grammar *g = grammar_of(joined(&b), owner);
		struct text_judged t = {.store = store,
		    .record = &set->records[i],
		    .owner = owner->wire,
		    .text = joined(&b),
		    .at_report = owner->report};
		const struct record **first;

		if (!g)
			continue;
		judge(&t, g, owner, n);
		judged = judged || (g->asked_at && g->asked_at(owner));
		if (!g->version || !g->check || !is_chosen(t.text, g) ||
		    (g->asked_at && !g->asked_at(owner)))
			continue;
		first = &chosen[g - grammars];
		if (*first)
			tell_twice(store, (*first)->pos.at > t.record->pos.at ? *first : t.record,
			    g, owner->wire);
		if (!*first || (*first)->pos.at > t.record->pos.at)
			*first = t.record;
	}
	buf_free(&b);
	if (!judged && set->n > 0)
		tell_none(store, set->records, owner);
}

static void
check_caa(const struct store *store, const struct owner *owner, const struct rrset *set)
{
	enum { HEAD = 2 };

	for (size_t i = 0; i < set->n; i++) {
		const struct record *record = &set->records[i];
		size_t head = HEAD + (size_t)record->rdata[1];
		struct text_judged t = {.store = store,
		    .record = record,
		    .owner = owner->wire,
		    .text = {(const char *)record->rdata + head, record->rdlen - head}};

		judge(&t, &caa, owner, 1);
	}
}

/* RFC 7208 section 3.1: type SPF was given up, and receivers ask for TXT alone. */
static void
check_type_spf(const struct store *store, const struct node *node, const struct owner *owner)
{
	struct rrset set = node_rrset(store, node, TYPE_SPF);

	if (set.n > 0)
		diag_add(store->diags, set.records[0].pos, Z_SPF_STYLE,
		    "%s has a record of type SPF: receivers ask for TXT alone%s",
		    lookup_text(store, owner->wire),
		    text_has(store, node, TEXT_SPF) ? "" : ", of which none is SPF");
}

/* RFC 8461 section 3.3: the policy is fetched from the host mta-sts. */
static void
check_policy_host(const struct store *store, const struct node *node, const struct owner *owner)
{
	struct lookup_key key;
	const struct node *host;

	if (!at_mta_sts(owner) || !text_has(store, node, TEXT_MTA_STS) ||
	    !lookup_key_of(store, owner->wire, &key))
		return;
	lookup_parent(&key);
	if (!lookup_child(&key, "mta-sts") || lookup_exit(store, &key) ||
	    lookup_is_lost(store, &key))
		return;
	host = lookup_answer(store, &key);
	if (host && (lookup_has_address(store, host) || (host->flags & NODE_CNAME)))
		return;
	diag_add(store->diags, node_rrset(store, node, TYPE_TXT).records[0].pos, Z_MTA_STS_HOST,
	    "the MTA-STS policy is fetched from mta-sts.%s, which has no address",
	    lookup_text(store, owner->wire + 1 + *owner->wire));
}

static void
check_node(const struct store *store, const struct node *node)
{
	struct rrset txt = node_rrset(store, node, TYPE_TXT);
	struct rrset set = node_rrset(store, node, TYPE_CAA);
	uint8_t wire[NAME_LONGEST];
	struct owner owner;

	node_wire(store, node, wire);
	owner = owner_of(node, wire);
	check_txt(store, &owner, &txt);
	check_caa(store, &owner, &set);
	check_type_spf(store, node, &owner);
	check_policy_host(store, node, &owner);
}

void
check_texts(const struct store *store)
{
	for (size_t i = 0; i < store->n_nodes; i++)
		if ((store->nodes[i].flags & (NODE_TEXT | NODE_OCCLUDED)) == NODE_TEXT)
			check_node(store, &store->nodes[i]);
}

/* --- For others --- */

/* Of DMARC's tags, receivers pass over others than these where they are malformed (RFC 7489 section
 * 6.3). */
static bool
is_used(const struct text_judged *t, const struct grammar *g)
{
	static const char *const policies[] = {"none", "quarantine", "reject", NULL};

	return g == &grammars[TEXT_DMARC] ? text_is_one_of(tags_value(t->text, "p"), policies)
					  : is_good(t, g, t->text);
}

bool
text_has(const struct store *store, const struct node *node, enum text_kind kind)
{
	const struct grammar *g = &grammars[kind];
	struct rrset set = {0};
	struct buf b = {0};
	bool has = node && (node->flags & NODE_CNAME);
	size_t n_chosen = 0;

	if (node)
		set = node_rrset(store, node, TYPE_TXT);
	for (size_t i = 0; i < set.n; i++) {
		struct text_judged t = {.store = store, .record = &set.records[i]};

		text_join(&set.records[i], "", &b);
		t.text = joined(&b);
		if (!is_chosen(t.text, g))
			continue;
		n_chosen++;
		has = is_used(&t, g);
	}
	buf_free(&b);
	return has && n_chosen < 2;
}
