/* UTF-8 (RFC 3629), and what of Unicode must not reach a terminal: texts come from strangers. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/view.h"

/* Decodes the character that the text, which is not empty, begins with. Returns its length in
 * octets, or 0 where it is none. */
unsigned
utf8_decode(struct text text, uint32_t *c);

/* Does the character steer a terminal, or change the order of what is shown? Newlines do, too. */
bool
utf8_is_control(uint32_t c);

#endif
