#include "dnssec/verify_part.h"

const char *
verify_type_text(struct arena *a, uint16_t type)
{
	struct buf b = {0};

	type_print(&b, type);
	return buf_text(&b, a);
}

const char *
visit_name_text(const struct visit *v)
{
	uint8_t wire[NAME_LONGEST];

	node_wire(v->run->store, v->node, wire);
	return name_absolute_text(&v->worker->scratch, wire);
}

static bool
is_denial(uint16_t type)
{
	return type == TYPE_NSEC || type == TYPE_NSEC3;
}

bool
verify_is_name(const struct store *store, const struct node *node)
{
	const struct record *records = node_records(store, node);

	if (node->flags & NODE_OCCLUDED)
		return false;
	for (size_t i = 0; i < node->n; i++)
		if (!is_denial(records[i].type) &&
		    (records[i].type != TYPE_RRSIG || !is_denial(read_u16(records[i].rdata))))
			return true;
	return false;
}

bool
visit_is_signed(const struct visit *v, uint16_t type)
{
	if (type == TYPE_NSEC3) /* even below a DNAME at the apex */
		return true;
	if (v->occluded)
		return false;
	return !(v->node->flags & NODE_CUT) || type == TYPE_DS || type == TYPE_NSEC;
}

bool
visit_is_partial(const struct visit *v)
{
	return v->run->store->lost_any || (v->node->flags & NODE_LOST);
}
