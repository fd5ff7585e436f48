#include "dane/owner.h"

static struct text
label_text(const uint8_t *label)
{
	return (struct text){(const char *)label + 1, *label};
}

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

static bool
is_protocol(struct text label)
{
	return text_is_nocase(label, "_tcp") || text_is_nocase(label, "_udp") ||
	       text_is_nocase(label, "_sctp");
}

bool
dane_owner_read(const uint8_t *wire, struct dane_owner *out)
{
	const uint8_t *second = wire + 1 + *wire;

	if (!*wire || !*second || !read_port(label_text(wire), &out->port) ||
	    !is_protocol(label_text(second)))
		return false;
	out->wire = wire;
	out->proto = second;
	out->host = second + 1 + *second;
	out->tcp = text_is_nocase(label_text(second), "_tcp");
	return *out->host && !text_is(label_text(out->host), "*");
}

bool
dane_owner_is_smtp(const struct dane_owner *owner)
{
	return owner->tcp && owner->port == DANE_SMTP;
}

/* A port with or without its underscore, or a protocol, in the first two labels. */
bool
dane_owner_is_meant(const uint8_t *wire)
{
	const uint8_t *second = wire + 1 + *wire;
	struct text first = label_text(wire);
	size_t digits = 0;

	if (first.len > 0 && first.data[0] == '_') {
		first.data++;
		first.len--;
	}
	while (digits < first.len && ascii_is_digit(first.data[digits]))
		digits++;
	return (digits > 0 && digits == first.len) || is_protocol(label_text(wire)) ||
	       (*wire && is_protocol(label_text(second)));
}
