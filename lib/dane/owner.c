#include "dane/owner.h"

static bool
read_port(struct text label, unsigned *port)
{
	*port = 0;
	if (text_is(label, "*"))
		return true;
	if (label.len < 2 || label.len > 6 || label.data[0] != '_' || label.data[1] == '0')
		return false;
	for (size_t i = 1; i < label.len; i++) {
		if (!ascii_is_digit(label.data[i]))
			return false;
		*port = *port * 10 + (unsigned)(label.data[i] - '0');
	}
	return *port <= UINT16_MAX;
}

bool
dane_owner_is_protocol(const uint8_t *label)
{
	struct text text = name_label(label);

	return text_is_nocase(text, "_tcp") || text_is_nocase(text, "_udp") ||
	       text_is_nocase(text, "_sctp");
}

bool
dane_owner_read(const uint8_t *wire, struct dane_owner *out)
{
	const uint8_t *second = wire + 1 + *wire;

	if (!*wire || !*second || !read_port(name_label(wire), &out->port) ||
	    !dane_owner_is_protocol(second))
		return false;
	out->wire = wire;
	out->proto = second;
	out->host = second + 1 + *second;
	out->tcp = text_is_nocase(name_label(second), "_tcp");
	return *out->host && !text_is(name_label(out->host), "*");
}

bool
dane_owner_is_smtp(const struct dane_owner *owner)
{
	return owner->tcp && owner->port == DANE_SMTP;
}

static bool
is_digits(struct text text)
{
	size_t i = 0;

	while (i < text.len && ascii_is_digit(text.data[i]))
		i++;
	return i > 0 && i == text.len;
}

static bool
has_underscore(const uint8_t *label)
{
	return *label > 0 && label[1] == '_';
}

static bool
any_underscore(const uint8_t *wire)
{
	while (*wire && !has_underscore(wire))
		wire += 1 + *wire;
	return *wire > 0;
}

bool
dane_owner_is_meant(const uint8_t *wire)
{
	const uint8_t *second = wire + 1 + *wire;
	struct text first = name_label(wire);

	if (!*wire)
		return false;
	if (dane_owner_is_protocol(wire) || dane_owner_is_protocol(second))
		return true;
	if (has_underscore(wire))
		return is_digits((struct text){first.data + 1, first.len - 1});
	return is_digits(first) && !any_underscore(second);
}

bool
dane_owner_is_shared(const uint8_t *wire)
{
	if (!*wire || has_underscore(wire) || !any_underscore(wire))
		return false;
	for (; *wire; wire += 1 + *wire)
		if (dane_owner_is_protocol(wire))
			return false;
	return true;
}
