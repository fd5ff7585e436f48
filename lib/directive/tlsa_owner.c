#include "directive/tlsa_owner.h"

/* The labels of an owner, as it is checked. */
struct owner {
	struct diags *diags;
	const struct entry *entry;
	const struct braced *text;
	const struct name *name;
	struct tlsa_owner_fault *fault;
};

/* Where label `number` begins in the text; its end where the origin supplies the label. */
static size_t
label_start(struct text text, unsigned number)
{
	size_t i = 0;

	for (; number > 0 && i < text.len; i++)
		if (text.data[i] == '\\')
			i++;
		else if (text.data[i] == '.')
			number--;
	return i < text.len ? i : text.len;
}

/* The position of a label; of a part of it, where a brace list supplies that. */
static struct pos
label_pos(const struct owner *owner, unsigned number)
{
	size_t i = label_start(owner->text->text, number);
	const char *const *from = owner->text->from;

	if (i + 1 < owner->text->text.len && from[i + 1] != from[i] + 1)
		i++;
	return braced_pos(owner->entry, owner->text, i);
}

static int
fail(const struct owner *owner, unsigned number, const char *why)
{
	return diag_error(owner->diags, label_pos(owner, number), D_OWNER, "%s", why);
}

/* What keeps the label from being a port, or NULL. */
static const char *
port_fault(struct text label)
{
	unsigned port = 0;

	if (text_is(label, "*"))
		return NULL;
	if (label.len < 2 || label.data[0] != '_')
		return "the owner does not begin with a port, as in _25";
	if (text_is(label, "_*"))
		return "any port is written * without an underscore";
	for (size_t i = 1; i < label.len; i++) {
		if (!ascii_is_digit(label.data[i]))
			return "the port is not a number";
		port = port > UINT16_MAX ? port : port * 10 + (unsigned)(label.data[i] - '0');
	}
	if (label.data[1] == '0' && label.len > 2)
		return "the port has a leading zero";
	return port == 0 || port > UINT16_MAX ? "the port is not between 1 and 65535" : NULL;
}

static const char *
protocol_fault(struct text label)
{
	static const char *const protocols[] = {"_tcp", "_udp", "_sctp"};

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (text_is_nocase(label, protocols[i]))
			return NULL;
	return "the protocol is not _tcp, _udp or _sctp";
}

static bool
is_host_octet(uint8_t c)
{
	return (uint8_t)(ascii_lower(c) - 'a') < 26 || (uint8_t)(c - '0') < 10 || c == '-' ||
	       c == '_' || c == '/'; /* RFC 2317 section 4 */
}

static int
check_host_label(const struct owner *owner, const uint8_t *label, unsigned number)
{
	if (text_is(name_label(label), "*"))
		return fail(
		    owner, number, "* works as the first label alone (RFC 4592 section 2.1.1)");
	for (size_t i = 1; i <= *label; i++) {
		if (label[i] >= 0x80)
			return diag_error(owner->diags, label_pos(owner, number), Z_UTF8,
			    "the host is not written in ASCII");
		if (!is_host_octet(label[i]))
			return fail(
			    owner, number, "a host name is made of letters, digits and hyphens");
	}
	return 0;
}

static bool
is_host_label(const uint8_t *label)
{
	for (size_t i = 1; i <= *label; i++)
		if (!is_host_octet(label[i]))
			return false;
	return true;
}

/* What is no _port._proto may yet be the name of a set that aliases lead to. */
static int
doubt(const struct owner *owner, unsigned number, const char *why)
{
	const uint8_t *first = owner->name->wire, *second = first + 1 + *first;

	*owner->fault = (struct tlsa_owner_fault){why, label_pos(owner, number)};
	if ((is_host_label(first) || text_is(name_label(first), "*")) && is_host_label(second))
		return 0;
	return fail(owner, number, why);
}

static int
check_port_protocol(const struct owner *owner)
{
	const uint8_t *port = owner->name->wire, *protocol = port + 1 + *port;
	const char *why = port_fault(name_label(port));

	if (why)
		return doubt(owner, 0, why);
	why = protocol_fault(name_label(protocol));
	if (why)
		return doubt(owner, 1, why);
	return protocol[1 + *protocol]
		   ? 0
		   : fail(owner, 0, "the owner has no host behind _port._proto");
}

static int
check_labels(const struct owner *owner)
{
	const uint8_t *label = owner->name->wire;

	if (name_labels(label) < 2)
		return fail(owner, 0, "the owner has no _port._proto");
	if (check_port_protocol(owner) < 0)
		return -1;
	label += 1 + *label;
	label += 1 + *label;
	for (unsigned number = 2; *label; number++, label += 1 + *label)
		if (check_host_label(owner, label, number) < 0)
			return -1;
	return 0;
}

int
tlsa_owner(struct diags *diags, const struct entry *entry, const struct braced *text,
    const struct name *origin, struct name *out, struct tlsa_owner_fault *doubt)
{
	struct owner owner = {diags, entry, text, out, doubt};
	struct name_fault fault;

	*doubt = (struct tlsa_owner_fault){0};

	for (size_t i = 0; i < text->text.len; i++)
		if ((uint8_t)text->text.data[i] >= 0x80)
			return diag_error(diags, braced_pos(entry, text, i), Z_UTF8,
			    "a host name in a zone file is written in ASCII");
	if (name_parse(text->text, origin, out, &fault) < 0)
		return diag_error(
		    diags, braced_pos(entry, text, fault.at), fault.problem, "%s", fault.why);
	return check_labels(&owner);
}
