/* Domain names in wire format (RFC 1035 section 3.1), uncompressed, case kept, and their text form
 * with the escapes of RFC 1035 section 5.1 and RFC 4343 section 2.1. */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/problem.h"

enum {
	NAME_LONGEST = 255, /* octets with the root label, RFC 1035 section 2.3.4 */
	LABEL_LONGEST = 63,
	NAME_KEY_LONGEST = 2 * NAME_LONGEST,
};

struct name {
	uint8_t len; /* octets with the root label; 0: no name */
	uint8_t wire[NAME_LONGEST];
	bool odd; /* name_parse saw that it may be none of a host (hostname.h) */
};

/* What is wrong with a name, for the message. */
struct name_fault {
	const char *why;
	size_t at;            /* byte of the text */
	enum problem problem; /* Z_NAME, Z_NO_ORIGIN or Z_UTF8 */
};

/* Reads one name. A relative name ends in `origin`; "@" is `origin` itself. `origin` may be NULL,
 * then only absolute names are taken. `quoted` text is no name. Returns 0, or -1 with `*fault`. */
int
name_parse(struct text text, const struct name *origin, struct name *out, struct name_fault *fault);

/* Appends the absolute text form, special characters escaped. `wire` is well-formed. */
void
name_print(struct buf *b, const uint8_t *wire);

/* What name_print appends, in `a`. */
char *
name_absolute_text(struct arena *a, const uint8_t *wire);

/* That without the last dot, which the root keeps: as the command line and messages have it. */
const char *
name_text(struct arena *a, const uint8_t *wire);

/* Octets of the name at `wire`, of which at most `room` may be read; 0 if it is malformed. */
size_t
name_length(const uint8_t *wire, size_t room);

/* Number of labels without the root. */
unsigned
name_labels(const uint8_t *wire);

/* Copies `len` octets in lower case: canonical form, RFC 4034 section 6.2. Length octets are below
 * 'A', so whole wire names may be given. */
void
name_lower(uint8_t *out, const uint8_t *wire, size_t len);

/* Equality without regard to case. */
bool
name_equal(const uint8_t *a, const uint8_t *b);

/* Is the text a relative name that, with a last dot behind it, lies at or below `apex`? Never where
 * that is the root, below which all names are. */
bool
name_lacks_dot(struct text text, const struct name *apex);

/* Is `name` at or below `apex`? `*relative` is then the number of octets before the apex. */
bool
name_in_zone(
    const uint8_t *name, size_t name_len, const uint8_t *apex, size_t apex_len, size_t *relative);

/* Writes the sort key of the first `relative` octets of a wire name: its labels from the last to
 * the first in lower case, each ended by 0x00, with 0x00 written 01 01 and 0x01 written 01 02, so
 * that memcmp gives the canonical order of RFC 4034 section 6.1 and an ancestor's key is a prefix
 * of its descendants'. Room: NAME_KEY_LONGEST. Returns the key's length. */
size_t
name_key(const uint8_t *wire, size_t relative, uint8_t *key);

/* The label at `label`, as it stands: not escaped. */
static inline struct text
name_label(const uint8_t *label)
{
	return (struct text){(const char *)label + 1, *label};
}

static inline bool
name_label_is(const uint8_t *label, const char *text)
{
	return text_is_nocase(name_label(label), text);
}

#endif
