#include "dane/naming.h"

#include "base/mem.h"

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
add(struct namings *namings, const uint8_t *host, const struct naming *naming)
{
	namings->items = mem_grow(namings->items, namings->n, &namings->cap, sizeof(*naming));
	namings->items[namings->n] = *naming;
	namings->items[namings->n++].hash = hash_of(host);
}

static void
add_record(struct namings *namings, struct naming naming, const struct record *record)
{
	switch (record->type) {
	case TYPE_MX:
		naming.kind = NAMING_MX;
		break;
	case TYPE_SRV: /* RFC 2782: priority, weight, port, target */
		naming.kind = NAMING_SRV;
		naming.port = read_u16(record->rdata + 4);
		break;
	case TYPE_CNAME:
		naming.kind = NAMING_CNAME;
		break;
	default:
		return;
	}
	naming.host = record->type == TYPE_CNAME ? record->rdata : record_target(record);
	if (naming.host)
		add(namings, naming.host, &naming);
}

static void
add_answer(struct namings *namings, struct naming naming)
{
	const struct node *node = naming.node;
	uint8_t wire[NAME_LONGEST];
	struct dane_owner owner;

	naming.kind = NAMING_ANSWER;
	if (node->flags & (NODE_WILDCARD | NODE_DNAME))
		namings->wildcards = true;
	node_wire(naming.store, node, wire);
	if (node->flags & NODE_CNAME)
		add(namings, wire, &naming);
	if (dane_owner_read(wire, &owner) && dane_owner_is_smtp(&owner))
		add(namings, owner.host, &naming);
}

void
namings_add(struct namings *namings, const struct store *store)
{
	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];
		const struct naming naming = {.store = store, .node = node};

		if (node->flags & NODE_OCCLUDED || !(node->flags & NODE_OTHER))
			continue;
		for (size_t r = 0; r < node->n; r++)
			add_record(namings, naming, &node_records(store, node)[r]);
		if (node->flags & (NODE_TLSA | NODE_CNAME | NODE_DNAME))
			add_answer(namings, naming);
	}
}

static int
by_hash(const void *a, const void *b)
{
	const struct naming *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

void
namings_sort(struct namings *namings)
{
	if (namings->n > 0)
		qsort(namings->items, namings->n, sizeof(*namings->items), by_hash);
}

void
namings_end(struct namings *namings)
{
	free(namings->items);
	*namings = (struct namings){0};
}

/* The first of those whose host has the hash, of this kind or a later one. */
static size_t
lower_bound(const struct namings *namings, uint64_t hash, int kind)
{
	size_t low = 0, high = namings->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct naming *naming = &namings->items[middle];

		if (naming->hash < hash || (naming->hash == hash && (int)naming->kind < kind))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first of the kind whose host has the hash of `host`, and their number. */
static const struct naming *
find(const struct namings *namings, const uint8_t *host, enum naming_kind kind, size_t *n)
{
	uint64_t hash = hash_of(host);
	size_t first = lower_bound(namings, hash, (int)kind);

	*n = lower_bound(namings, hash, (int)kind + 1) - first;
	return namings->items + first;
}

static bool
is_of(const struct naming *naming, const uint8_t *host)
{
	return !naming->host || name_equal(naming->host, host);
}

bool
namings_any(const struct namings *namings, const uint8_t *host, enum naming_kind kind)
{
	size_t n;
	const struct naming *found = find(namings, host, kind, &n);

	for (size_t i = 0; i < n; i++)
		if (is_of(&found[i], host))
			return true;
	return false;
}

/* --- Reference identifiers --- */

/* Names that differ. */
struct list {
	const uint8_t *wires[REFERENCES_MOST];
	size_t n;
};

static void
list_add(struct arena *a, struct list *list, const uint8_t *wire)
{
	for (size_t i = 0; i < list->n; i++)
		if (name_equal(list->wires[i], wire))
			return;
	if (list->n < REFERENCES_MOST)
		list->wires[list->n++] = arena_copy(a, wire, name_length(wire, NAME_LONGEST));
}

static const char *const *
list_texts(struct arena *a, const struct list *list)
{
	const char **texts = arena_alloc(a, (list->n + 1) * sizeof(*texts));

	for (size_t i = 0; i < list->n; i++)
		texts[i] = name_text(a, list->wires[i]);
	return texts;
}

/* The domain of the SRV record at _service._proto.domain, if that is of the protocol; or NULL. */
static const uint8_t *
srv_domain(const uint8_t *wire, const struct dane_owner *service)
{
	const uint8_t *proto = wire + 1 + *wire;

	if (!*wire || *proto != *service->proto)
		return NULL;
	for (size_t i = 1; i <= *proto; i++)
		if (ascii_lower(proto[i]) != ascii_lower(service->proto[i]))
			return NULL;
	return proto + 1 + *proto;
}

/* What stands behind an asterisk is no name that a client knows. */
static void
add_reference(struct arena *a, const struct naming *naming, const struct dane_owner *service,
    struct list *hosts, struct list *domains)
{
	uint8_t wire[NAME_LONGEST];
	const uint8_t *domain;

	if (naming->node->flags & NODE_WILDCARD)
		return;
	node_wire(naming->store, naming->node, wire);
	if (naming->kind == NAMING_CNAME && *wire && wire[1] != '_')
		list_add(a, hosts, wire);
	if (naming->kind == NAMING_MX && service->tcp &&
	    (service->port == DANE_SMTP || service->port == 0))
		list_add(a, domains, wire);
	if (naming->kind != NAMING_SRV || (service->port != 0 && service->port != naming->port))
		return;
	domain = srv_domain(wire, service);
	if (domain && *domain)
		list_add(a, domains, domain);
}

static bool
is_full(const struct list *list)
{
	return list->n == REFERENCES_MOST;
}

static void
add_references(struct arena *a, const struct namings *namings, const struct dane_owner *service,
    const uint8_t *host, struct list *hosts, struct list *domains)
{
	static const enum naming_kind kinds[] = {NAMING_MX, NAMING_SRV, NAMING_CNAME};

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		const struct list *list = kinds[k] == NAMING_CNAME ? hosts : domains;
		size_t n;
		const struct naming *found = find(namings, host, kinds[k], &n);

		for (size_t i = 0; i < n && !is_full(list); i++)
			if (is_of(&found[i], host))
				add_reference(a, &found[i], service, hosts, domains);
	}
}

void
namings_references(struct arena *a, const struct namings *namings, const struct dane_owner *service,
    struct references *out)
{
	struct list hosts = {.n = 0}, domains = {.n = 0};

	list_add(a, &hosts, service->host);
	for (size_t at = 0; at < hosts.n; at++)
		add_references(a, namings, service, hosts.wires[at], &hosts, &domains);
	*out =
	    (struct references){list_texts(a, &hosts), list_texts(a, &domains), hosts.n, domains.n};
}
