/* Text from outside - names in certificates, paths in templates - made harmless: printable ASCII on
 * one line, in which nothing ends a comment or starts an escape sequence of a terminal. */
#ifndef SOURCE_PLAIN_H
#define SOURCE_PLAIN_H

#include "base/arena.h"
#include "base/view.h"

enum { PLAIN_LONGEST = 200 }; /* octets of a text that are shown; "..." stands for the rest */

/* A copy of `text` in `a` with control characters, octets above 126, ';' and '\' written \DDD. */
char *
plain_text(struct arena *a, struct text text);

#endif
