#include "check/alias.h"

#include "zone/lookup.h"
#include "zone/written.h"

enum { STEPS_MOST = 32 }; /* resolvers give up long before */

/* Where a walk along aliases is. */
struct walk {
	const struct store *store;
	struct name at;
	const struct record *record; /* the alias that led there */
	uint16_t service;            /* SVCB or HTTPS, whose records in AliasMode count; or 0 */
};

/* Where the record leads, as an alias; NULL: it is none. */
static const uint8_t *
target_of(const struct record *record)
{
	switch (record->type) {
	case TYPE_CNAME:
	case TYPE_DNAME:
		return record->rdata;
	case TYPE_SVCB:
	case TYPE_HTTPS: /* RFC 9460 section 2.4.2: priority 0; "." says that there is no service */
		return record->rdata[0] || record->rdata[1] || !record->rdata[2]
			   ? NULL
			   : record->rdata + 2;
	default:
		return NULL;
	}
}

/* By the service's record at the name where the walk is, if that is in AliasMode. */
static const struct record *
follow_service(struct walk *walk)
{
	struct lookup_key key;
	const struct node *node;
	struct rrset set;
	const uint8_t *target;

	if (!lookup_key_of(walk->store, walk->at.wire, &key) || lookup_exit(walk->store, &key))
		return NULL;
	node = lookup_answer(walk->store, &key);
	if (!lookup_has(walk->store, node, walk->service))
		return NULL;
	set = node_rrset(walk->store, node, walk->service);
	target = target_of(&set.records[0]);
	if (!target)
		return NULL;
	walk->at.len = (uint8_t)name_length(target, NAME_LONGEST);
	memcpy(walk->at.wire, target, walk->at.len);
	return &set.records[0];
}

/* Goes on by one alias; returns false where none stands, or outside the zone. */
static bool
follow(struct walk *walk)
{
	const struct record *record = lookup_alias(walk->store, &walk->at, &walk->at);

	walk->record = record || !walk->service ? record : follow_service(walk);
	return walk->record != NULL;
}

static void
tell(const struct store *store, const struct node *node, const struct record *record)
{
	uint8_t owner[NAME_LONGEST];
	struct written written;
	struct buf b = {0};

	written_name(store, record, 0, &written);
	if (diag_is_told(store->diags, written.pos, Z_ALIAS_LOOP))
		return;
	node_wire(store, node, owner);
	buf_puts(&b, "the ");
	type_print(&b, record->type);
	buf_puts(&b, " record of ");
	name_print(&b, owner);
	buf_puts(&b, " names ");
	name_print(&b, target_of(record));
	diag_add(store->diags, written.pos, Z_ALIAS_LOOP, "%.*s, which leads back to it",
	    (int)b.len, b.data);
	buf_free(&b);
}

/* Any name below a DNAME will do. */
static bool
begin(struct walk *walk, const struct record *record)
{
	static const uint8_t below[] = {1, '_'};
	const uint8_t *target = target_of(record);
	size_t ahead = record->type == TYPE_DNAME ? sizeof(below) : 0;
	size_t len = target ? name_length(target, NAME_LONGEST) : 0;

	if (!target || ahead + len > NAME_LONGEST)
		return false;
	memcpy(walk->at.wire, below, ahead);
	memcpy(walk->at.wire + ahead, target, len);
	walk->at.len = (uint8_t)(ahead + len);
	walk->record = record;
	if (record->type != TYPE_CNAME && record->type != TYPE_DNAME)
		walk->service = record->type;
	return true;
}

void
check_alias(const struct store *store, const struct node *node, const struct record *record)
{
	struct walk walk = {.store = store};

	if (!begin(&walk, record))
		return;
	for (int i = 0; i < STEPS_MOST && follow(&walk); i++) {
		bool alike = walk.record->type == record->type;

		if (walk.record == record) {
			tell(store, node, record);
			return;
		}
		if (alike ? walk.record->pos.at < record->pos.at : record->type == TYPE_DNAME)
			return;
	}
}
