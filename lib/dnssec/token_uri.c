#define _GNU_SOURCE
#include "dnssec/token_uri.h"

#include "base/buf.h"
#include "base/codec.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>
#include <stdlib.h>

static const char scheme[] = "pkcs11:";

enum { SCHEME_LEN = sizeof(scheme) - 1 };

/* --- The text, as RFC 7512 has it --- */

static bool
is_of_query(struct text attribute)
{
	static const char *const names[] = {
	    "pin-source=", "pin-value=", "module-name=", "module-path="};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (attribute.len >= strlen(names[i]) &&
		    memcmp(attribute.data, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Cuts the next attribute off; false at the end. */
static bool
next_attribute(struct text *rest, struct text *attribute, bool *in_query)
{
	size_t n = 0;

	if (rest->len == 0)
		return false;
	while (n < rest->len && !memchr(";?&", rest->data[n], 3))
		n++;
	*attribute = (struct text){rest->data, n};
	*in_query = is_of_query(*attribute);
	n += n < rest->len;
	*rest = (struct text){rest->data + n, rest->len - n};
	return true;
}

static void
put_attributes(struct buf *b, struct text text, bool of_query)
{
	char ahead = of_query ? '?' : 0;
	struct text attribute;
	bool in_query;

	while (next_attribute(&text, &attribute, &in_query)) {
		if (in_query != of_query || attribute.len == 0)
			continue;
		if (ahead)
			buf_putc(b, ahead);
		buf_put(b, attribute.data, attribute.len);
		ahead = of_query ? '&' : ';';
	}
}

/* Attributes of the query leave the path. */
static const char *
arrange(struct arena *a, struct text attributes)
{
	struct buf b = {0};

	buf_puts(&b, scheme);
	put_attributes(&b, attributes, false);
	put_attributes(&b, attributes, true);
	return buf_text(&b, a);
}

/* --- Parsing --- */

static void
release(void *parsed)
{
	p11_kit_uri_free(parsed);
}

static P11KitUri *
parse(struct arena *a, const char *text, const char **why)
{
	P11KitUri *parsed = p11_kit_uri_new();

	arena_on_free(a, release, parsed);
	if (p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, parsed) != P11_KIT_URI_OK)
		*why = "it is no PKCS #11 URI (RFC 7512)";
	else if (p11_kit_uri_any_unrecognized(parsed))
		*why = "the PKCS #11 URI has an attribute that zonepp does not know";
	else
		return parsed;
	return NULL;
}

static void
set_attribute(P11KitUri *parsed, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	CK_ATTRIBUTE attribute = {type, (void *)(uintptr_t)value, len};

	p11_kit_uri_set_attribute(parsed, &attribute);
}

static const char *
format(struct arena *a, P11KitUri *parsed)
{
	char *text = NULL;
	const char *copy = "";

	if (p11_kit_uri_format(parsed, P11_KIT_URI_FOR_ANY, &text) == P11_KIT_URI_OK)
		copy = arena_text(a, text, strlen(text));
	free(text);
	return copy;
}

/* The name of an object alone. */
static const char *
uri_of_name(struct arena *a, struct text name)
{
	P11KitUri *parsed = p11_kit_uri_new();

	arena_on_free(a, release, parsed);
	set_attribute(parsed, CKA_LABEL, name.data, name.len);
	return format(a, parsed);
}

static const char *
attribute_text(struct arena *a, P11KitUri *parsed, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *attribute = p11_kit_uri_get_attribute(parsed, type);

	return attribute ? arena_text(a, attribute->pValue, attribute->ulValueLen) : "";
}

/* Unset names are empty, set ones padded with blanks. */
static const char *
token_text(struct arena *a, P11KitUri *parsed)
{
	const CK_TOKEN_INFO *info = p11_kit_uri_get_token_info(parsed);
	size_t len = strnlen((const char *)info->label, sizeof(info->label));

	while (len > 0 && info->label[len - 1] == ' ')
		len--;
	return arena_text(a, (const char *)info->label, len);
}

/* `/path`, `file:/path` or `file:///path`. */
static const char *
path_of(struct arena *a, const char *source)
{
	static const char file[] = "file:";

	if (strncmp(source, file, sizeof(file) - 1) == 0)
		source += sizeof(file) - 1;
	if (strncmp(source, "///", 3) == 0)
		source += 2;
	return *source == '/' && source[1] != '/' ? arena_text(a, source, strlen(source)) : NULL;
}

static const char *
take_query(struct arena *a, P11KitUri *parsed, struct token_uri *out)
{
	const char *source = p11_kit_uri_get_pin_source(parsed);

	out->module_path = p11_kit_uri_get_module_path(parsed);
	out->module_name = p11_kit_uri_get_module_name(parsed);
	if (p11_kit_uri_get_pin_value(parsed))
		return "a PIN stands in the PKCS #11 URI: write it into a file of its own, which "
		       "pin-source names";
	if (out->module_path && *out->module_path != '/')
		return "the module-path of the PKCS #11 URI is not absolute";
	out->pin_path = source ? path_of(a, source) : NULL;
	if (source && !out->pin_path)
		return "the pin-source of the PKCS #11 URI is not the absolute path of a file";
	return NULL;
}

static bool
names_object(P11KitUri *parsed)
{
	return p11_kit_uri_get_attribute(parsed, CKA_LABEL) ||
	       p11_kit_uri_get_attribute(parsed, CKA_ID);
}

static bool
names_token(P11KitUri *parsed)
{
	const CK_TOKEN_INFO *info = p11_kit_uri_get_token_info(parsed);

	return info->label[0] || info->serialNumber[0] ||
	       p11_kit_uri_get_slot_id(parsed) != (CK_SLOT_ID)-1;
}

static const char *
check(P11KitUri *parsed, enum token_uri_of of)
{
	if (of == TOKEN_URI_KEY && !names_object(parsed))
		return "the PKCS #11 URI names no object: object= or id= is missing";
	if (of == TOKEN_URI_PLACE && names_object(parsed))
		return "the PKCS #11 URI names an object, where each key is to have its own";
	if (of == TOKEN_URI_PLACE && !names_token(parsed))
		return "the PKCS #11 URI names no token: token= or serial= is missing";
	return NULL;
}

static const char *
text_of_label(struct arena *a, struct text text)
{
	if (text.len > SCHEME_LEN && memcmp(text.data, scheme, SCHEME_LEN) == 0)
		text = (struct text){text.data + SCHEME_LEN, text.len - SCHEME_LEN};
	return memchr(text.data, '=', text.len) ? arrange(a, text) : uri_of_name(a, text);
}

static const struct token_uri *
read_uri(struct arena *a, const char *text, const char **why)
{
	struct token_uri *uri = arena_zalloc(a, sizeof(*uri));
	P11KitUri *parsed = parse(a, text, why);

	if (!parsed)
		return NULL;
	uri->text = text;
	uri->parsed = parsed;
	uri->token = token_text(a, parsed);
	uri->object = attribute_text(a, parsed, CKA_LABEL);
	*why = take_query(a, parsed, uri);
	return *why ? NULL : uri;
}

const struct token_uri *
token_uri_read(struct arena *a, struct text text, enum token_uri_of of, const char **why)
{
	const struct token_uri *uri;

	*why = "it is no PKCS #11 URI (RFC 7512)";
	if (text.len == 0 || text.len > TOKEN_URI_LONGEST || memchr(text.data, '\0', text.len))
		return NULL;
	uri = read_uri(a, text_of_label(a, text), why);
	if (uri)
		*why = check(uri->parsed, of);
	return *why ? NULL : uri;
}

/* BIND ends the text with an octet 0. */
const struct token_uri *
token_uri_of_label(struct arena *a, struct text label, const char **why)
{
	char text[TOKEN_URI_LONGEST + 3];
	ssize_t n = label.len / 4 * 3 <= sizeof(text) ? base64_decode(label, (uint8_t *)text) : -1;

	*why = "it is not in base64, or too long";
	if (n > 0 && text[n - 1] == '\0')
		n--;
	return n >= 0 ? token_uri_read(a, (struct text){text, (size_t)n}, TOKEN_URI_KEY, why)
		      : NULL;
}

const char *
token_uri_of_key(
    struct arena *a, const struct token_uri *place, const char *object, struct bytes id)
{
	const char *why;
	P11KitUri *parsed = parse(a, place->text, &why);

	p11_kit_uri_clear_attributes(parsed);
	set_attribute(parsed, CKA_LABEL, object, strlen(object));
	set_attribute(parsed, CKA_ID, id.data, id.len);
	return format(a, parsed);
}

const struct token_uri *
token_uri_place(struct arena *a, const struct token_uri *key)
{
	const char *why, *text;
	P11KitUri *parsed = parse(a, key->text, &why);

	p11_kit_uri_clear_attributes(parsed);
	text = format(a, parsed);
	return read_uri(a, text, &why);
}
