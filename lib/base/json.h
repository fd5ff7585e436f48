/* JSON (RFC 8259), written piece by piece: commas come by themselves, strings are escaped, and
 * octets that are no UTF-8 become U+FFFD.
 *
 *	struct json j = {.out = &buf};
 *	json_begin(&j, '[');
 *	json_begin(&j, '{');
 *	json_key(&j, "zone");
 *	json_text(&j, text_of("example.org"));
 *	json_end(&j, '}');
 *	json_end(&j, ']');
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

struct json {
	struct buf *out;
	bool more;      /* a comma comes ahead of what is next */
	bool lines;     /* for people: each member on a line of its own, */
	unsigned flat;  /* but for so many open brackets that stand on one line */
	bool is_valued; /* a value is next, behind its key */
	unsigned depth; /* of open brackets */
};

/* '{' or '[' */
void
json_begin(struct json *j, char bracket);

/* The same; what is in it stays on its line. */
void
json_begin_flat(struct json *j, char bracket);

/* '}' or ']' */
void
json_end(struct json *j, char bracket);

/* The name of a member; its value follows. */
void
json_key(struct json *j, const char *key);

void
json_text(struct json *j, struct text text);

void
json_number(struct json *j, int64_t number);

void
json_bool(struct json *j, bool value);

void
json_null(struct json *j);

/* A member that is a text, or null where there is none. */
void
json_member(struct json *j, const char *key, const char *text);

#endif
