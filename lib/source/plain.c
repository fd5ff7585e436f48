#include "source/plain.h"

static bool
is_harmless(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != ';' && c != '\\';
}

char *
plain_text(struct arena *a, struct text text)
{
	size_t shown = text.len > PLAIN_LONGEST ? PLAIN_LONGEST : text.len;
	char *out = (char *)arena_bytes(a, 4 * shown + 4), *p = out;

	for (size_t i = 0; i < shown; i++) {
		uint8_t c = (uint8_t)text.data[i];

		if (is_harmless(c)) {
			*p++ = (char)c;
			continue;
		}
		*p++ = '\\';
		*p++ = (char)('0' + c / 100);
		*p++ = (char)('0' + c / 10 % 10);
		*p++ = (char)('0' + c % 10);
	}
	memcpy(p, shown < text.len ? "..." : "", shown < text.len ? 4 : 1);
	return out;
}
