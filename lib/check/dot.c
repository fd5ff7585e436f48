#include "check/dot.h"

#include "zone/lookup.h"

/* The written name with a dot behind it. */
static bool
read_whole(const struct written *written, struct name *out)
{
	static const struct name root = {.len = 1};
	struct name_fault fault;

	return written->relative && name_parse(written->text, &root, out, &fault) == 0;
}

bool
dot_is_lost(const struct store *store, const struct written *written)
{
	return written->relative && name_lacks_dot(written->text, &store->apex);
}

static const uint8_t *
last_label(const uint8_t *wire)
{
	while (wire[1 + *wire])
		wire += 1 + *wire;
	return wire;
}

/* As those of the root zone are: letters, or an A-label (RFC 3696 section 2, RFC 5890). */
static bool
is_top_level(const uint8_t *label)
{
	struct text text = name_label(label);

	if (text.len > 4 && text_is_nocase((struct text){text.data, 4}, "xn--"))
		return true;
	for (size_t i = 0; i < text.len; i++)
		if ((uint8_t)(ascii_lower((uint8_t)text.data[i]) - 'a') >= 26)
			return false;
	return text.len > 1;
}

bool
dot_may_be_lost(const struct written *written, struct name *whole)
{
	return read_whole(written, whole) && name_labels(whole->wire) > 1 &&
	       is_top_level(last_label(whole->wire));
}

void
dot_ask(struct buf *b, const struct written *written)
{
	buf_printf(
	    b, "; is the last dot of %.*s missing?", (int)written->text.len, written->text.data);
}

/* In a zone of one label, as a registry's, names below a delegation may well end in it twice. */
static bool
is_of_registry(const struct store *store, const struct node *node)
{
	return name_labels(store->apex.wire) == 1 && (node->flags & (NODE_CUT | NODE_OCCLUDED));
}

/* Of a brace list that ends a directive's owner, the alternative that is to blame becomes the text.
 */
static bool
is_lost_in_braces(const struct store *store, struct written *written)
{
	const char *begin = written->text.data, *end = begin + written->text.len, *piece;

	if (written->text.len == 0 || end[-1] != '}')
		return false;
	for (end--;; end = piece - 1) {
		for (piece = end; piece > begin && piece[-1] != ',' && piece[-1] != '{';)
			piece--;
		written->text = (struct text){piece, (size_t)(end - piece)};
		if (name_lacks_dot(written->text, &store->apex))
			return true;
		if (piece == begin || piece[-1] == '{')
			return false;
	}
}

/* Do other problems at the same place ask already? */
static bool
is_asked(const struct store *store, struct pos pos)
{
	return diag_is_told(store->diags, pos, Z_LAST_DOT) ||
	       diag_is_told(store->diags, pos, Z_TYPE_PLACE) ||
	       diag_is_told(store->diags, pos, Z_NO_NS);
}

void
dot_check_owners(const struct store *store, const struct node *node)
{
	const struct record *records = node_records(store, node);
	uint8_t wire[NAME_LONGEST];

	if (is_of_registry(store, node))
		return;
	node_wire(store, node, wire);
	for (size_t i = 0; i < node->n; i++) {
		struct written written;
		struct buf b = {0};

		if (!written_owner(store, &records[i], &written) ||
		    (!dot_is_lost(store, &written) && !is_lost_in_braces(store, &written)) ||
		    is_asked(store, written.pos))
			continue;
		name_print(&b, wire);
		buf_printf(&b, " has records");
		dot_ask(&b, &written);
		diag_add(store->diags, written.pos, Z_LAST_DOT, "%.*s", (int)b.len, b.data);
		buf_free(&b);
	}
}
