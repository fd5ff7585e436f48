#include "publish/previous.h"

#include "dns/serial.h"

enum { SERIAL_FROM_END = 20 }; /* serial, refresh, retry, expire, minimum: RFC 1035 section 3.3.13 */

static const struct record *
soa_of(const struct store *store)
{
	const struct node *apex = store_apex(store);
	const struct record *first = apex ? node_records(store, apex) : NULL;

	return first && first->type == TYPE_SOA ? first : NULL;
}

uint32_t
zone_serial(const struct store *store)
{
	const struct record *soa = soa_of(store);
	const uint8_t *p = soa->rdata + soa->rdlen - SERIAL_FROM_END;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void
zone_set_serial(struct store *store, uint32_t serial)
{
	struct record *soa = &store->records[store->nodes[0].first];
	uint8_t *rdata = arena_copy(&store->data, soa->rdata, soa->rdlen);
	uint8_t *p = rdata + soa->rdlen - SERIAL_FROM_END;

	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(serial >> (24 - 8 * i));
	soa->rdata = rdata;
}

void
previous_load(struct previous *previous, const char *path, const struct name *apex)
{
	static const uint16_t made[] = {TYPE_RRSIG, TYPE_NSEC, TYPE_NSEC3, TYPE_NSEC3PARAM};
	struct parse_options options = {
	    .zone = apex, .sink = {.ctx = &previous->store, .record = store_add}};
	struct name zone;
	struct text text;

	*previous = (struct previous){0};
	store_begin(&previous->store, &previous->diags, apex);
	if (file_load_if(&previous->diags, NULL, path, &text) < 0 || !text.data ||
	    parse_file(&previous->diags, &options, path, &zone) < 0)
		return;
	store_sort(&previous->store);
	store_remove_types(&previous->store, made, sizeof(made) / sizeof(made[0]));
	previous->there = soa_of(&previous->store) != NULL;
	if (previous->there)
		previous->serial = zone_serial(&previous->store);
}

void
previous_free(struct previous *previous)
{
	store_free(&previous->store);
	diags_free(&previous->diags);
}

static bool
same_rdata(const struct record *a, const struct record *b)
{
	size_t n = a->rdlen;

	if (a->type != b->type || a->ttl_s != b->ttl_s || a->rdlen != b->rdlen)
		return false;
	if (a->type == TYPE_SOA)
		return memcmp(a->rdata, b->rdata, n - SERIAL_FROM_END) == 0 &&
		    memcmp(a->rdata + n - 16, b->rdata + n - 16, 16) == 0;
	return memcmp(a->rdata, b->rdata, n) == 0;
}

static bool
same_node(const struct store *a, const struct node *x, const struct store *b,
    const struct node *y)
{
	if (x->key_len != y->key_len || x->wire_len != y->wire_len || x->n != y->n ||
	    memcmp(x->key, y->key, (size_t)x->key_len + x->wire_len) != 0)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (!same_rdata(node_records(a, x) + i, node_records(b, y) + i))
			return false;
	return true;
}

bool
previous_same_content(const struct previous *previous, const struct store *store)
{
	const struct store *old = &previous->store;

	if (!previous->there || old->n_nodes != store->n_nodes)
		return false;
	for (size_t i = 0; i < store->n_nodes; i++)
		if (!same_node(old, &old->nodes[i], store, &store->nodes[i]))
			return false;
	return true;
}

uint32_t
previous_next_serial(const struct previous *previous, uint32_t template_serial)
{
	if (!previous->there || serial_later(template_serial, previous->serial))
		return template_serial;
	return previous->serial + 1;
}
