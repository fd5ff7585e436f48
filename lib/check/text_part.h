/* What the files of the lint of texts share. */
#ifndef CHECK_TEXT_PART_H
#define CHECK_TEXT_PART_H

#include "check/text.h"
#include "check/words_part.h"

/* --- text_judged.c: one text that is judged --- */

struct text_judged {
	const struct store *store;
	const struct record *record;
	const struct words *words; /* NULL: problems are counted alone */
	const char *kind;          /* "SPF" */
	const uint8_t *owner;
	struct text text; /* its strings, joined */
	size_t n_faults;  /* but for matters of style */
	size_t n_told;
	bool at_report; /* below _report._dmarc: RFC 7489 section 7.1 */
};

/* "the SPF record of example.org"; those that a directive makes are told of once. */
const char *
text_what(const struct text_judged *t);

/* Adds a problem at an octet of the text. */
void
text_fault(struct text_judged *t, enum problem problem, size_t at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds a problem at the word that is `ahead` words behind the type. */
void
text_word_fault(struct text_judged *t, enum problem problem, size_t ahead, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The strings of TXT, joined with `between` (RFC 7208 section 3.3, RFC 6376 section 3.6.2.2: with
 * nothing). Returns how many they are. */
size_t
text_join(const struct record *record, const char *between, struct buf *b);

/* A part of a text for `%.*s`, not too long. */
#define TEXT_SHOWN(t) (int)((t).len < 60 ? (t).len : 60), (t).data

static inline bool
text_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Without the blanks at both ends. */
static inline struct text
text_trim(struct text t)
{
	while (t.len && text_is_blank(*t.data))
		t = (struct text){t.data + 1, t.len - 1};
	while (t.len && text_is_blank(t.data[t.len - 1]))
		t.len--;
	return t;
}

/* The octets of a quotation mark, straight or typographic, with which the text begins; 0: none. */
static inline size_t
text_mark(struct text t)
{
	if (t.len >= 3 && memcmp(t.data, "\xe2\x80", 2) == 0 && (uint8_t)t.data[2] >= 0x98 &&
	    (uint8_t)t.data[2] <= 0x9f)
		return 3;
	return t.len && memchr("\"'", *t.data, 2);
}

static inline bool
text_is_alphanumeric(char c)
{
	return ascii_is_digit(c) || (uint8_t)(ascii_lower((uint8_t)c) - 'a') < 26;
}

/* --- text_tags.c: lists of `name=value` between semicolons --- */

struct tag {
	struct text name, value; /* trimmed */
	size_t at, value_at;     /* where they begin in the text */
};

/* What to do with a tag. */
struct tag_rule {
	const char *name;
	bool required;
	void (*check)(struct text_judged *t, enum problem problem, const struct tag *tag);
	bool blanks; /* may stand in its value */
};

struct tag_list {
	enum problem problem;
	const char *version; /* the value of v=, which stands first */
	bool version_optional;
	const struct tag_rule *rules; /* up to a NULL name; others are passed over */
};

void
tags_check(struct text_judged *t, const struct tag_list *list);

/* The value of a tag, or data NULL. */
struct text
tags_value(struct text text, const char *name);

/* Takes what is ahead of the next `separator`, trimmed; false at the end. `*at` is where the rest
 * begins in the text, `*item_at` gets where the item does. */
bool
item_next(struct text *rest, size_t *at, char separator, struct text *item, size_t *item_at);

/* Is the value one of some words, in any case? */
bool
text_is_one_of(struct text value, const char *const *words);

/* mailto: with one address: an @ with something on both sides. */
bool
text_is_mail(struct text address);

/* --- The grammars --- */

void
dmarc_check(struct text_judged *t);

void
tlsrpt_check(struct text_judged *t);

void
mta_sts_check(struct text_judged *t);

void
dkim_check(struct text_judged *t);

void
spf_check(struct text_judged *t);

/* Is it an SPF record for those who look for one (RFC 7208 section 4.5)? */
bool
spf_is(struct text text);

/* Does a term of SPF begin at string joint `at`, and none end there? */
bool
spf_is_joint(struct text text, size_t at);

/* CAA: the value alone is the text. */
void
caa_check(struct text_judged *t);

/* How many lookups the SPF record of a node asks for, those of records that it includes within the
 * zone too (RFC 7208 section 4.6.4). */
void
spf_check_lookups(struct text_judged *t);

#endif
