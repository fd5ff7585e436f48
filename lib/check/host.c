#include "check/host.h"

#include "dns/hostname.h"
#include "zone/lookup.h"

/* One name in the RDATA of a record. */
struct part {
	const struct store *store;
	const struct node *node;
	const struct record *record;
	const uint8_t *wire;
	unsigned number;
	enum name_use use;
};

static void
tell(const struct part *part, const struct written *written, enum problem problem, const char *verb,
    const char *why)
{
	uint8_t owner[NAME_LONGEST];
	struct buf b = {0};

	if (diag_is_told(part->store->diags, written->pos, problem))
		return;
	node_wire(part->store, part->node, owner);
	buf_puts(&b, "the ");
	type_print(&b, part->record->type);
	buf_puts(&b, " record of ");
	name_print(&b, owner);
	buf_printf(&b, " %s ", verb);
	name_print(&b, part->wire);
	diag_add(part->store->diags, written->pos, problem, "%.*s, %s", (int)b.len, b.data, why);
	buf_free(&b);
}

/* --- Addresses --- */

/* Could a relative name have become this one, of which the first `n` labels are an address, or is
 * it nothing but that? In zones of block lists numbers are names, which then exist. */
static bool
may_be_written(const struct store *store, const uint8_t *wire, unsigned n)
{
	const uint8_t *behind = wire;
	struct lookup_key key;

	for (; n > 0; n--)
		behind += 1 + *behind;
	if (!lookup_key_of(store, behind, &key))
		return *behind == 0;
	return lookup_key_of(store, wire, &key) && !lookup_answer(store, &key) &&
	       !lookup_exit(store, &key);
}

bool
host_is_address(const struct store *store, const struct record *record, unsigned number,
    const uint8_t *wire, struct written *written)
{
	static const struct name root = {.len = 1};
	unsigned n = hostname_address(wire);
	struct name_fault fault;
	struct name name;

	if (n == 0 || !may_be_written(store, wire, n) ||
	    !written_name(store, record, number, written))
		return false;
	return name_parse(written->text, &root, &name, &fault) == 0 &&
	       name_labels(name.wire) == n && hostname_address(name.wire) == n;
}

/* --- Mailboxes --- */

/* hostmaster@example.org as hostmaster.example.org., with the dots of the local part escaped. */
static void
mailbox_print(struct buf *b, struct text text)
{
	const char *at = memchr(text.data, '@', text.len), *end = text.data + text.len;

	for (const char *p = text.data; p < at; p++) {
		if (*p == '.' && (p == text.data || p[-1] != '\\'))
			buf_putc(b, '\\');
		if (*p != '\\' || p + 1 < at)
			buf_putc(b, *p);
	}
	if (at + 1 == end)
		return;
	buf_putc(b, '.');
	buf_put(b, at + 1, (size_t)(end - at - 1));
	if (end[-1] != '.' && memchr(at, '.', (size_t)(end - at)))
		buf_putc(b, '.');
}

static void
tell_at_sign(const struct part *part)
{
	struct written written;
	struct buf why = {0};

	buf_puts(&why, "in which an at sign stands where a dot belongs");
	if (written_name(part->store, part->record, part->number, &written) &&
	    memchr(written.text.data, '@', written.text.len)) {
		buf_puts(&why, ": write ");
		mailbox_print(&why, written.text);
	}
	buf_putc(&why, '\0');
	tell(part, &written, Z_MAILBOX, "has the mailbox", why.data);
	buf_free(&why);
}

/* --- Hosts --- */

/* Is the record one for a reverse lookup? */
static bool
is_reverse(const struct part *part)
{
	static const char *const trees[] = {"in-addr.arpa.", "ip6.arpa.", "ip6.int."};
	uint8_t owner[NAME_LONGEST];
	size_t len = node_wire(part->store, part->node, owner), relative;

	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		struct name tree;
		struct name_fault fault;

		if (name_parse(text_of(trees[i]), NULL, &tree, &fault) == 0 &&
		    name_in_zone(owner, len, tree.wire, tree.len, &relative))
			return true;
	}
	return false;
}

/* Does BIND look at this name? */
static bool
is_judged(const struct part *part)
{
	switch (part->record->type) {
	case TYPE_NS:
	case TYPE_SOA:
	case TYPE_MX:
	case TYPE_AFSDB:
	case TYPE_RT:
	case TYPE_SRV:
	case TYPE_A6:
	case TYPE_DSYNC:
		return true;
	case TYPE_RP:
	case TYPE_MINFO:
		return part->use == NAME_MAILBOX;
	case TYPE_SVCB:
	case TYPE_HTTPS: /* an alias may lead to any name */
		return part->record->rdata[0] || part->record->rdata[1];
	case TYPE_PTR:
		return is_reverse(part);
	default:
		return false;
	}
}

static void
check_part(const struct part *part)
{
	struct written written;

	if (host_is_address(part->store, part->record, part->number, part->wire, &written)) {
		tell(part, &written, Z_ADDRESS_NAME, "names", "an address where a name belongs");
		return;
	}
	if (part->use == NAME_MAILBOX && hostname_has_at(part->wire)) {
		tell_at_sign(part);
		return;
	}
	if (!is_judged(part) ||
	    (part->use == NAME_MAILBOX ? hostname_is_mailbox(part->wire) : hostname_is(part->wire)))
		return;
	if (diag_is_full(part->store->diags, Z_HOST_NAME)) {
		diag_count(part->store->diags, part->record->pos, Z_HOST_NAME);
		return;
	}
	written_name(part->store, part->record, part->number, &written);
	if (part->use == NAME_MAILBOX)
		tell(part, &written, Z_HOST_NAME, "has the mailbox",
		    "which is not that of a mailbox at a host");
	else
		tell(part, &written, Z_HOST_NAME, "names", "which is not the name of a host");
}

static void
check_owner(const struct store *store, const struct node *node)
{
	const struct record *records = node_records(store, node), *first = NULL;
	uint8_t wire[NAME_LONGEST];
	struct written written;
	struct buf b = {0};

	node_wire(store, node, wire);
	for (size_t i = 0; i < node->n; i++)
		if (!hostname_may_own(wire, records[i].type) &&
		    (!first || records[i].pos.at < first->pos.at))
			first = &records[i];
	if (!first)
		return;
	if (diag_is_full(store->diags, Z_HOST_NAME)) {
		diag_count(store->diags, first->pos, Z_HOST_NAME);
		return;
	}
	written_owner(store, first, &written);
	if (diag_is_told(store->diags, written.pos, Z_HOST_NAME))
		return;
	name_print(&b, wire);
	buf_puts(&b, " has records of type ");
	type_print(&b, first->type);
	diag_add(store->diags, written.pos, Z_HOST_NAME, "%.*s, and is not the name of a host",
	    (int)b.len, b.data);
	buf_free(&b);
}

void
host_check(const struct store *store, const struct node *node)
{
	check_owner(store, node);
	for (size_t i = 0; i < node->n; i++) {
		struct part part = {
		    .store = store, .node = node, .record = &node_records(store, node)[i]};
		struct rdata_walk walk = rdata_walk(part.record->type, record_rdata(part.record));

		while (walk.n < WRITTEN_MOST && (part.wire = rdata_walk_next(&walk, &part.use))) {
			part.number = walk.n - 1;
			check_part(&part);
		}
	}
}
