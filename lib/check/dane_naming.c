#include "base/mem.h"
#include "check/dane_run.h"

#include <stdlib.h>

/* FNV-1a of the name in lower case. */
static uint64_t
hash_of(const uint8_t *wire)
{
	size_t len = name_length(wire, NAME_LONGEST);
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ ascii_lower(wire[i])) * 1099511628211u;
	return hash;
}

static void
add(struct dane_run *run, const uint8_t *host, const struct node *node, uint16_t type)
{
	run->namings =
	    mem_grow(run->namings, run->n_namings, &run->cap_namings, sizeof(*run->namings));
	run->namings[run->n_namings++] = (struct dane_naming){hash_of(host), node, type};
}

static void
add_records(struct dane_run *run, const struct node *node)
{
	const struct record *records = node_records(run->store, node);

	for (size_t i = 0; i < node->n; i++) {
		const uint8_t *host =
		    records[i].type == TYPE_CNAME ? records[i].rdata : record_target(&records[i]);

		if (host && records[i].type != TYPE_NS)
			add(run, host, node, records[i].type);
	}
}

static void
add_owner(struct dane_run *run, const struct node *node)
{
	uint8_t wire[NAME_LONGEST];
	struct dane_owner owner;

	if (node->flags & NODE_WILDCARD)
		run->wildcards = true;
	node_wire(run->store, node, wire);
	if (dane_owner_read(wire, &owner) && dane_owner_is_smtp(&owner))
		add(run, owner.host, node, TYPE_TLSA);
}

static int
by_hash(const void *a, const void *b)
{
	const struct dane_naming *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

void
dane_naming_begin(struct dane_run *run)
{
	for (size_t i = 0; i < run->store->n_nodes; i++) {
		const struct node *node = &run->store->nodes[i];

		if (node->flags & NODE_OCCLUDED || !(node->flags & NODE_OTHER))
			continue;
		add_records(run, node);
		if (node->flags & (NODE_TLSA | NODE_CNAME))
			add_owner(run, node);
	}
	if (run->n_namings > 0)
		qsort(run->namings, run->n_namings, sizeof(*run->namings), by_hash);
}

void
dane_naming_end(struct dane_run *run)
{
	free(run->namings);
}

const struct dane_naming *
dane_naming_find(const struct dane_run *run, const uint8_t *host, size_t *n)
{
	uint64_t hash = hash_of(host);
	size_t low = 0, high = run->n_namings;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (run->namings[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	while (high < run->n_namings && run->namings[high].hash == hash)
		high++;
	*n = high - low;
	return run->namings + low;
}

bool
dane_is_named(const struct dane_run *run, const uint8_t *host, uint16_t type)
{
	size_t n;
	const struct dane_naming *namings = dane_naming_find(run, host, &n);

	for (size_t i = 0; i < n; i++)
		if (namings[i].type == type)
			return true;
	return false;
}

const uint8_t *
dane_naming_reference(
    const struct dane_run *run, const struct dane_naming *naming, uint8_t wire[NAME_LONGEST])
{
	const uint8_t *name = wire;

	if (naming->type == TYPE_TLSA || naming->node->flags & NODE_WILDCARD)
		return NULL;
	node_wire(run->store, naming->node, wire);
	if (naming->type != TYPE_SRV)
		return name;
	for (int label = 0; label < 2 && *name; label++) /* RFC 7673 section 4.1: the domain */
		name += 1 + *name;
	return name;
}
