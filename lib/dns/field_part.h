/* Fields of RDATA: what rdata.c and the files of the field kinds share. A kind is a row of three
 * functions; field.c has the table of them all. */
#ifndef DNS_FIELD_PART_H
#define DNS_FIELD_PART_H

#include "base/codec.h"
#include "dns/address.h"
#include "dns/rdata.h"

/* One record's RDATA while its text is read. */
struct reader {
	const struct token *at, *end;
	const struct entry *entry;
	const struct name *origin;
	struct diags *diags;
	struct rdata_trace *trace;
	bool odd; /* as in struct rdata_text */
	const struct type_info *info;
	const struct type_field *field; /* the one being read */
	uint8_t *begin, *out,
	    *limit; /* RDATA: its first octet, the next one, the end of the room */
};

/* One record's RDATA while it is checked or printed. */
struct wire {
	const uint8_t *begin, *at, *end;
};

struct field_row {
	/* Reads the field's tokens and writes its octets; returns 0, or -1 with one problem added.
	 */
	int (*parse)(struct reader *r);
	/* Moves behind the field; returns -1 if it is malformed. */
	int (*skip)(struct wire *w);
	/* Appends the field, which skip() has found well-formed, and moves behind it. Returns -1
	 * if its octets have no text form. */
	int (*print)(struct buf *b, struct wire *w);
	bool name; /* canonical form is lower case, for types that ask for it */
};

#define FIELD(id, row) extern const struct field_row field_##row;
#include "dns/fields.def"

extern const struct field_row *const field_table[N_FIELD_KINDS];

/* The name that a field of this kind holds at `w`, or NULL. */
const uint8_t *
field_name_at(uint8_t kind, const struct wire *w);

/* Problems. Each begins with the names of type and field and returns -1. `at` is the offending byte
 * of the source; field_begin() gives a token's. */
int
field_problem(const struct reader *r, enum problem problem, const char *at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#define field_error(r, at, ...) field_problem(r, Z_RDATA, at, __VA_ARGS__)

/* There is no further token: at the last token of the entry. */
int
field_missing(const struct reader *r);

/* The RDATA would exceed RDATA_LONGEST: at token `t`. */
int
field_long(const struct reader *r, const struct token *t);

/* The next token is quoted where no string is asked for. */
int
field_quoted(const struct reader *r);

static inline const char *
field_begin(const struct token *t)
{
	return t->text - t->quoted;
}

/* Where a message about something that is not there points: the last token of the entry. */
static inline const char *
field_last(const struct reader *r)
{
	return field_begin(r->entry->n ? &r->entry->tokens[r->entry->n - 1] : r->end - 1);
}

/* A token for `%.*s`: what of it a message shows. */
#define FIELD_SHOWN(t) (int)((t)->len < 60 ? (t)->len : 60), (t)->text

/* Takes the next token, which may be quoted; NULL with one problem added if there is none. */
static inline const struct token *
field_next(struct reader *r)
{
	if (r->at == r->end) {
		field_missing(r);
		return NULL;
	}
	return r->at++;
}

/* Takes the next token, which is not quoted. */
static inline const struct token *
field_word(struct reader *r)
{
	if (r->at == r->end) {
		field_missing(r);
		return NULL;
	}
	if (r->at->quoted) {
		field_quoted(r);
		return NULL;
	}
	return r->at++;
}

/* Is there room for `n` octets more? */
static inline bool
field_room(const struct reader *r, size_t n)
{
	return (size_t)(r->limit - r->out) >= n;
}

static inline size_t
wire_left(const struct wire *w)
{
	return (size_t)(w->end - w->at);
}

/* Moves `n` octets on, if they are there. */
static inline int
wire_skip(struct wire *w, size_t n)
{
	if (wire_left(w) < n)
		return -1;
	w->at += n;
	return 0;
}

/* Pieces that several kinds are made of. */

/* The value of a hex digit, or above 15. */
unsigned
hex_digit(char c);

/* Reads `t` as a domain name of the current field. */
int
name_field_parse(struct reader *r, const struct token *t);

/* Reads base64 or hex of all further tokens. */
int
base64_words_parse(struct reader *r);

int
hex_words_parse(struct reader *r);

/* Unescapes `text` (\X, \DDD) into `out`, at most `room` octets of which are written. Returns the
 * number of octets that it has, or -1 with `*bad` the place of a malformed escape. */
ssize_t
string_unescape(struct text text, uint8_t *out, size_t room, size_t *bad);

/* Appends octets between quotes. */
void
string_print(struct buf *b, struct bytes octets);

#endif
