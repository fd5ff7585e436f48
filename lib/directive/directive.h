/* What the directives that make records of files have in common: owners with brace lists, TTL and
 * class, sources, and the way of the records to the parser. A directive is executed by a function
 * that begins one of these, reads its parts in the order in which they stand, and hands on what it
 * made for each owner. */
#ifndef DIRECTIVE_DIRECTIVE_H
#define DIRECTIVE_DIRECTIVE_H

#include "dane/tlsa.h"
#include "directive/arguments.h"
#include "directive/braces.h"
#include "directive/tlsa_owner.h"
#include "zone/parse.h"

struct directive_owner {
	struct name name;
	struct text text; /* as `expand` writes it */
	struct pos pos;
	const char *mail;              /* the address that it stands for (mailbox.h), or NULL */
	struct tlsa_owner_fault fault; /* of $TLSA: what only aliases can justify */
};

/* One directive that is being executed. Its memory goes when it returns. */
struct directive {
	struct parser *parser;
	const struct entry *entry;
	struct arena *a;
	struct diags *diags;
	const struct token *at; /* what comes next */
	struct directive_owner *owners;
	size_t n_owners; /* of different names */
	uint32_t ttl_s;
	bool ttl_stated;
};

struct directive
directive_begin(struct parser *parser, const struct entry *entry);

static inline const struct token *
directive_end(const struct directive *d)
{
	return d->entry->tokens + d->entry->n;
}

/* Makes an owner of one of the texts for which the directive's second token stands; `out->text` and
 * `out->pos` are those of that text already. Returns -1 after adding a problem. */
typedef int
directive_owner_reader(struct directive *d, const struct braced *text, struct directive_owner *out);

/* A name as it stands, relative to the origin: a reader of owners. */
directive_owner_reader directive_name;

/* Reads the owners. `problem` is that of a directive without owner, or with a quoted one. Returns
 * 0, or -1 after adding all problems. */
int
directive_owners(struct directive *d, enum problem problem, directive_owner_reader *read);

/* As directive_owners, for one owner without brace lists that reaches to the token `end`. */
int
directive_one_owner(struct directive *d, const struct token *end, directive_owner_reader *read);

/* Reads TTL and class, which end ahead of `end`. Returns 0, or -1 with one problem added. */
int
directive_ttl_class(struct directive *d, const struct token *end);

/* Reads what follows the owner to the end: TTL and class, at least one source, and options
 * (arguments.h). `missing` is the message where there is no source. Returns 0, or -1 after adding
 * all problems. */
int
directive_rest(
    struct directive *d, const char *const *known, const char *missing, struct arguments *out);

/* Where the file of a source is, as seen from the template. In memory as long as the diags'. */
const char *
directive_path(struct directive *d, const struct argument *source);

/* Loads the file of a source; `*path` is what messages call it. What is larger than `most` octets
 * is refused. Returns 0, or -1 with one problem added. */
int
directive_load(struct directive *d, const struct argument *source, size_t most, const char **path,
    struct text *contents);

/* RDATA, and what people read beside it. */
struct record_data {
	struct bytes rdata;
	const char *comment;
	struct record_data *next;
};

/* The records of one owner; equal ones count once. */
struct record_set {
	struct record_data *first;
};

void
record_set_add(
    struct directive *d, struct record_set *set, struct bytes rdata, const char *comment);

/* Works out the TTL where the directive states none. Returns -1 with one problem added. */
int
directive_need_ttl(struct directive *d);

/* Hands on a record of `owner`. Returns 0, or -1 after adding a problem. */
int
directive_record(struct directive *d, const struct directive_owner *owner, uint16_t type,
    struct bytes rdata, const char *comment, bool same_owner);

/* Hands on all records of `owner`. */
int
directive_emit(struct directive *d, const struct directive_owner *owner, uint16_t type,
    const struct record_set *set);

/* Hands on the same records for each owner. */
int
directive_emit_all(struct directive *d, uint16_t type, const struct record_set *set);

#endif
