#include "dns/type.h"

/* The flags of types.def. */
enum {
	PLAIN = 0,
	NAMES = 1,
	LOWER = 2,
	META = 4,
};

/* Where the rows of types.def stand in `types`. FIRST_A is the place of the first row whose
 * mnemonic begins with an A; it takes no place of its own. */
enum {
	NO_PLACE,
#define LETTER(letter) FIRST_##letter, BEHIND_##letter = FIRST_##letter - 1,
#define TYPE(id, mnemonic, number, ...) PLACE_##id,
#include "dns/types.def"
	N_PLACES,
};

static const struct type_info types[N_PLACES] = {
#define TYPE(id, mnemonic, number, flags, ...)                                                     \
	[PLACE_##id] = {.type = (number),                                                          \
	    .name = mnemonic,                                                                      \
	    .names = ((flags)&NAMES) != 0,                                                         \
	    .lower = ((flags)&LOWER) != 0,                                                         \
	    .meta = ((flags)&META) != 0,                                                           \
	    .fields = {__VA_ARGS__}},
#include "dns/types.def"
};

/* By number. */
static const uint8_t places[UINT16_MAX + 1] = {
#define TYPE(id, mnemonic, number, ...) [number] = PLACE_##id,
#include "dns/types.def"
};

/* By first letter; the rows end where those of the next letter begin. */
static const uint8_t firsts[] = {
#define LETTER(letter) FIRST_##letter,
#define TYPE(id, mnemonic, number, ...)
#include "dns/types.def"
    N_PLACES,
};

const struct type_info *
type_info(uint16_t type)
{
	uint8_t place = places[type];

	return place ? &types[place] : NULL;
}

/* TYPEnnn, RFC 3597 section 5. */
static int
number_parse(struct text text, uint16_t *type)
{
	uint32_t value = 0;
	size_t i;

	if (text.len < 5 || text.len > 9 || !text_is_nocase((struct text){text.data, 4}, "TYPE"))
		return -1;
	for (i = 4; i < text.len; i++) {
		if (!ascii_is_digit(text.data[i]))
			return -1;
		value = value * 10 + (uint32_t)(text.data[i] - '0');
	}
	if (value > UINT16_MAX)
		return -1;
	*type = (uint16_t)value;
	return 0;
}

int
type_parse(struct text text, uint16_t *type)
{
	unsigned letter = text.len ? ascii_lower((uint8_t)text.data[0]) - (unsigned)'a' : 26;

	if (letter >= 26)
		return -1;
	for (unsigned i = firsts[letter]; i < firsts[letter + 1]; i++) {
		if (text_is_nocase(text, types[i].name)) {
			*type = types[i].type;
			return 0;
		}
	}
	return number_parse(text, type);
}

void
type_print(struct buf *b, uint16_t type)
{
	const struct type_info *info = type_info(type);

	if (info) {
		buf_puts(b, info->name);
		return;
	}
	buf_put(b, "TYPE", 4);
	buf_decimal(b, type);
}

bool
type_is_meta(uint16_t type)
{
	return type == 0 || type == TYPE_OPT || (type >= TYPE_NXNAME && type <= TYPE_ANY);
}

bool
type_is_singleton(uint16_t type)
{
	return type == TYPE_SOA || type == TYPE_CNAME || type == TYPE_DNAME;
}

const char *const *
type_names(void)
{
	static const char *const names[] = {
#define TYPE(id, mnemonic, number, ...) mnemonic,
#include "dns/types.def"
	    NULL,
	};

	return names;
}
