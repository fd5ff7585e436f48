#include "directive/mailbox.h"

#include "base/codec.h"
#include "base/digest.h"

#include <openssl/asn1.h>

enum { HASH_LEN = 28 }; /* octets of the digest, RFC 8162 section 3 */

/* An address that is being read. */
struct reader {
	struct directive *d;
	const struct braced *text;
	size_t at; /* in `text` */
	uint8_t local[LOCAL_PART_LONGEST];
	size_t len; /* of `local` */
	bool quoted;
	bool at_origin; /* no domain is written */
	struct name domain;
};

static int
fail(const struct reader *r, size_t at, const char *why)
{
	return diag_error(r->d->diags, braced_pos(r->d->entry, r->text, at), D_MAILBOX, "%s", why);
}

/* --- The local part --- */

/* RFC 5322 section 3.2.3, and RFC 6531 section 3.3 for what is above ASCII. */
static bool
is_atom_octet(uint8_t c)
{
	return (uint8_t)(ascii_lower(c) - 'a') < 26 || (uint8_t)(c - '0') < 10 || c >= 0x80 ||
	       (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool
is_good_octet(const struct reader *r, uint8_t c)
{
	if (r->quoted)
		return c >= 0x20 && c != 0x7f;
	return c == '.' ? r->len > 0 && r->local[r->len - 1] != '.' : is_atom_octet(c);
}

/* Undoes the quotes and escapes up to `@`. */
static int
read_local(struct reader *r)
{
	struct text text = r->text->text;

	r->quoted = text.len > 0 && text.data[0] == '"';
	for (r->at = r->quoted; r->at < text.len;) {
		size_t from = r->at;
		int octet = (uint8_t)text.data[from];

		if (octet == (r->quoted ? '"' : '@'))
			break;
		if (octet == '\\')
			octet = escape_decode(text, &r->at);
		else
			r->at++;
		if (octet < 0)
			return fail(r, from, "a backslash without what it escapes");
		if (!is_good_octet(r, (uint8_t)octet))
			return fail(r, from,
			    r->quoted ? "a control character"
				      : "the local part needs quotes, as in "
					"\"john doe\"@example.org");
		if (r->len == LOCAL_PART_LONGEST)
			return fail(r, from, "the local part is longer than 64 octets");
		r->local[r->len++] = (uint8_t)octet;
	}
	r->at += r->quoted;
	if (r->at >= text.len || text.data[r->at] != '@')
		return fail(r, 0, "there is no @ behind the local part");
	if (r->len == 0)
		return fail(r, 0, "there is no local part");
	if (!r->quoted && r->local[r->len - 1] == '.')
		return fail(r, r->at - 1, "a dot ends the local part");
	return 0;
}

/* RFC 8162 section 3: UTF-8 in Normalization Form C. */
static int
check_characters(struct reader *r)
{
	bool decomposed = false;

	for (size_t i = 0; i < r->len;) {
		unsigned long c = 0;
		int n = UTF8_getc(r->local + i, (int)(r->len - i), &c);

		if (n <= 0)
			return fail(r, 0, "the local part is not UTF-8");
		decomposed |= c >= 0x300 && c < 0x370;
		i += (size_t)n;
	}
	if (decomposed)
		return diag_add(r->d->diags, braced_pos(r->d->entry, r->text, 0), D_MAIL_FORM,
		    "an accent stands behind its letter as a character of its own: clients look "
		    "for the composed one");
	return 0;
}

/* --- A name that holds the digest already --- */

static bool
is_hex(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!ascii_is_digit(text[i]) && (uint8_t)(ascii_lower((uint8_t)text[i]) - 'a') >= 6)
			return false;
	return true;
}

static bool
is_digest(const uint8_t *label)
{
	return *label == 2 * HASH_LEN && is_hex((const char *)label + 1, *label);
}

/* Is it no address, but has a digest first, or the label `service`? */
static bool
is_literal(struct text text, const char *service)
{
	const char *dot = memchr(text.data, '.', text.len);
	size_t len = strlen(service), first = dot ? (size_t)(dot - text.data) : text.len;
	bool any = first == 2 * HASH_LEN && is_hex(text.data, first);

	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '@' || text.data[i] == '"' || text.data[i] == '\\')
			return false;
		any = any || (text.data[i] == '.' && text.len - i - 1 >= len &&
				 text_is_nocase((struct text){text.data + i + 1, len}, service));
	}
	return any;
}

/* The owner as the RFCs have it: the digest, or * for all addresses, and the service. */
static int
read_literal(struct directive *d, const struct braced *text, const char *service,
    struct directive_owner *out)
{
	const struct reader r = {.d = d, .text = text};
	const uint8_t *first = out->name.wire, *second;

	if (directive_name(d, text, out) < 0)
		return -1;
	if (!is_digest(first) && !(*first == 1 && first[1] == '*'))
		return fail(&r, 0,
		    "the digest ahead of the service is not 56 hexadecimal digits (SHA-256 of the "
		    "local part, cut to 28 octets)");
	second = first + 1 + *first;
	if (*second != strlen(service) ||
	    !text_is_nocase((struct text){(const char *)second + 1, *second}, service))
		return fail(&r, 0, "the service does not stand behind the digest");
	return 0;
}

/* --- The domain --- */

static bool
is_domain_octet(uint8_t c)
{
	return (uint8_t)(ascii_lower(c) - 'a') < 26 || (uint8_t)(c - '0') < 10 || c == '-' ||
	       c == '.' || c == '_';
}

static int
read_domain(struct reader *r)
{
	static const struct name root = {.len = 1};
	const struct name *origin = parser_origin(r->d->parser);
	struct text text = {r->text->text.data + r->at + 1, r->text->text.len - r->at - 1};
	struct name_fault fault;

	r->at_origin = text.len == 0;
	if (r->at_origin)
		text = (struct text){"@", 1};
	else if (memchr(text.data, '@', text.len))
		return fail(r, r->at + 1, "a second @");
	if (name_parse(text, r->at_origin ? origin : &root, &r->domain, &fault) < 0)
		return diag_error(r->d->diags,
		    braced_pos(r->d->entry, r->text, r->at + 1 + fault.at), fault.problem, "%s",
		    fault.why);
	for (size_t i = 0; i < text.len && !r->at_origin; i++)
		if (!is_domain_octet((uint8_t)text.data[i]))
			return fail(r, r->at + 1 + i,
			    "a domain is made of letters, digits, hyphens and dots");
	return 0;
}

/* --- What becomes of it --- */

static struct text
keep(struct directive *d, struct buf *buf)
{
	struct text text = {arena_text(d->a, buf->data, buf->len), buf->len};

	buf_free(buf);
	return text;
}

/* The address without quotes and last dot, for comparisons. */
static const char *
mail_of(const struct reader *r)
{
	struct buf buf = {0};

	buf_put(&buf, r->local, r->len);
	buf_putc(&buf, '@');
	name_print(&buf, r->domain.wire);
	buf.len -= buf.data[buf.len - 1] == '.';
	return keep(r->d, &buf).data;
}

/* Puts a label in front of `*name`. */
static int
prepend(const struct reader *r, const void *label, size_t len, struct name *name)
{
	if (name->len + 1 + len > NAME_LONGEST)
		return fail(r, 0, "the owner would be longer than 255 octets");
	memmove(name->wire + 1 + len, name->wire, name->len);
	name->wire[0] = (uint8_t)len;
	memcpy(name->wire + 1, label, len);
	name->len = (uint8_t)(name->len + 1 + len);
	return 0;
}

/* The owner as text: relative where the address is. */
static struct text
written(const struct reader *r, const struct name *name)
{
	struct name shown = *name;
	struct buf buf = {0};

	if (r->at_origin)
		shown.wire[name->len - r->domain.len] = 0;
	name_print(&buf, shown.wire);
	buf.len -= r->at_origin;
	return keep(r->d, &buf);
}

/* The digest of an asterisk is that of one address. */
static void
check_star(const struct reader *r, const char *service)
{
	if (r->len == 1 && r->local[0] == '*')
		diag_add(r->d->diags, braced_pos(r->d->entry, r->text, 0), D_MAIL_STAR,
		    "this is the one address *@%s: for all of them write *.%s.%s",
		    name_text(r->d->a, r->domain.wire), service,
		    name_absolute_text(r->d->a, r->domain.wire));
}

/* With `service` the digest and that label stand for the local part. */
static int
read_address(struct directive *d, const struct braced *text, const char *service,
    struct directive_owner *out)
{
	struct reader r = {.d = d, .text = text};
	uint8_t digest[DIGEST_LEN];
	struct buf hex = {0};
	int result;

	if (service && is_literal(text->text, service))
		return read_literal(d, text, service, out);
	if (read_local(&r) < 0 || check_characters(&r) < 0 || read_domain(&r) < 0)
		return -1;
	out->name = r.domain;
	if (service) {
		check_star(&r, service);
		digest_sha256((struct bytes){r.local, r.len}, digest);
		hex_encode(&hex, (struct bytes){digest, HASH_LEN});
		result = prepend(&r, service, strlen(service), &out->name) < 0
			     ? -1
			     : prepend(&r, hex.data, hex.len, &out->name);
		buf_free(&hex);
	} else {
		result = r.len > LABEL_LONGEST
			     ? fail(&r, 0, "the local part does not fit into a label")
			     : prepend(&r, r.local, r.len, &out->name);
	}
	if (result < 0)
		return -1;
	out->mail = mail_of(&r);
	out->text = written(&r, &out->name);
	return 0;
}

int
mailbox_smimea(struct directive *d, const struct braced *text, struct directive_owner *out)
{
	return read_address(d, text, "_smimecert", out);
}

int
mailbox_openpgpkey(struct directive *d, const struct braced *text, struct directive_owner *out)
{
	return read_address(d, text, "_openpgpkey", out);
}

int
mailbox_plain(struct directive *d, const struct braced *text, struct directive_owner *out)
{
	return read_address(d, text, NULL, out);
}

int
mailbox_owners(struct directive *d, directive_owner_reader *read)
{
	const struct token *token = d->at, *end = directive_end(d);

	if (token == end || !token->quoted)
		return directive_owners(d, D_MAILBOX, read);
	token++;
	if (token < end && !token->quoted && token->text == token[-1].text + token[-1].len + 1)
		token++;
	return directive_one_owner(d, token, read);
}
