#include "publish/elsewhere.h"

#include "base/duration.h"
#include "check/dnssec.h"
#include "dnssec/rrsig.h"
#include "dnssec/verify.h"
#include "publish/zone_part.h"

struct elsewhere
elsewhere_find(const struct store *store)
{
	for (size_t i = 0; i < store->n_records; i++)
		if (store->records[i].type == TYPE_RRSIG)
			return (struct elsewhere){.is = true,
			    .first = store->records[i].pos,
			    .n_template = store->n_records};
	return (struct elsewhere){0};
}

/* --- What a rollover adds --- */

static const struct node *
node_of(const struct store *store, size_t record)
{
	const struct node *node = store->nodes;

	while (record < node->first || record >= node->first + node->n)
		node++;
	return node;
}

static bool
same_owner(const struct node *a, const struct node *b)
{
	return a->key_len == b->key_len && memcmp(a->key, b->key, a->key_len) == 0;
}

static bool
same_record(const struct record *a, const struct record *b)
{
	return a->type == b->type && a->rdlen == b->rdlen &&
	       memcmp(a->rdata, b->rdata, a->rdlen) == 0;
}

/* The nodes are those of the template's runs of records: an owner can have several. */
static bool
stands_in_template(const struct store *store, size_t n_template, size_t added)
{
	const struct node *node = node_of(store, added);

	for (size_t i = 0; i < store->n_nodes; i++)
		for (size_t r = store->nodes[i].first;
		     same_owner(&store->nodes[i], node) && r < n_template &&
		     r < store->nodes[i].first + store->nodes[i].n;
		     r++)
			if (same_record(&store->records[r], &store->records[added]))
				return true;
	return false;
}

int
elsewhere_check_added(const struct store *store, const struct elsewhere *elsewhere)
{
	uint8_t owner[NAME_LONGEST];
	int result = 0;

	for (size_t i = elsewhere->n_template; i < store->n_records; i++) {
		const struct record *record = &store->records[i];
		struct buf text = {0};

		if (stands_in_template(store, elsewhere->n_template, i))
			continue;
		node_wire(store, node_of(store, i), owner);
		type_print(&text, record->type);
		buf_putc(&text, ' ');
		rdata_print(&text, record->type, record_rdata(record));
		result = diag_error(store->diags, record->pos, S_ELSEWHERE_LACKS,
		    "%s %.*s has to stay published, and the zone was signed elsewhere without it",
		    name_absolute_text(&store->diags->arena, owner), (int)text.len, text.data);
		buf_free(&text);
	}
	return result;
}

/* --- The judge --- */

static struct pos
pos_of_end(const struct store *store, int64_t end_unix)
{
	for (size_t i = 0; i < store->n_nodes; i++) {
		struct rrset set = node_rrset(store, &store->nodes[i], TYPE_RRSIG);

		for (size_t r = 0; r < set.n; r++)
			if (read_u32(set.records[r].rdata + RRSIG_EXPIRATION) == (uint32_t)end_unix)
				return set.records[r].pos;
	}
	return pos_none();
}

/* zonepp cannot renew signatures, as it does where less than `refresh` is left of its own; so it
 * says so then. S_END_NEAR, which tells more, is the judge's. */
static void
advise_end(const struct zone_job *job, const struct store *store, struct elsewhere *elsewhere)
{
	struct diags *diags = store->diags;
	struct copies copies = copies_of(store);
	int64_t near_s = copies.expire_s + copies.ttl_s,
		refresh_s = (int64_t)lifetime_of(store, &job->zone->policy->lifetime).refresh_s,
		left_s = elsewhere->earliest - job->load.now;
	bool near = left_s < near_s,
	     told = near && left_s > 0 && diag_severity(diags, S_END_NEAR) != SEVERITY_OFF;

	elsewhere->until_unix = elsewhere->earliest;
	if (!near)
		no_later_than(&elsewhere->until_unix, elsewhere->earliest - near_s + 1);
	if (left_s >= refresh_s)
		no_later_than(&elsewhere->until_unix, elsewhere->earliest - refresh_s + 1);
	else if (!told)
		diag_add(diags, pos_of_end(store, elsewhere->earliest), S_ELSEWHERE_END,
		    "a signature ends in %s, sooner than refresh (%s)",
		    duration_text(&diags->arena, (uint64_t)left_s),
		    duration_text(&diags->arena, (uint64_t)refresh_s));
}

/* The judge looks at the one that there is. */
static void
check_digest(const struct zone_job *job, const struct store *store)
{
	const struct node *apex = store_apex(store);

	if (job->zone->policy->zonemd && node_rrset(store, apex, TYPE_ZONEMD).n == 0)
		diag_add(store->diags, node_records(store, apex)->pos, S_ZONEMD_NONE,
		    "the zone has no ZONEMD record, and its policy asks for one");
}

int
elsewhere_judge(const struct zone_job *job, const struct store *store, struct elsewhere *elsewhere)
{
	struct verify_options options = {.at = job->load.now,
	    /* Nobody knows whether they are of these records. */
	    .crypto = job->zone->policy->verify != PROJECT_VERIFY_CHAIN,
	    .n_workers = job->n_workers};
	struct verify_result result;

	if (verify_zone(store->diags, store, &options, &result) < 0) {
		diag_add(store->diags, elsewhere->first, S_ELSEWHERE,
		    "the template has signatures: the zone is published as it is, or not at all");
		return -1;
	}
	if (store_is_partial(store))
		return -1;
	check_digest(job, store);
	elsewhere->n_signatures = result.n_signatures;
	elsewhere->earliest = result.earliest;
	advise_end(job, store, elsewhere);
	return 0;
}

/* --- A zone that nobody signs --- */

void
elsewhere_advise(const struct store *store)
{
	static const uint16_t types[] = {TYPE_DNSKEY, TYPE_NSEC, TYPE_NSEC3PARAM};
	const struct node *apex = store_apex(store);

	for (size_t i = 0; apex && i < sizeof(types) / sizeof(types[0]); i++) {
		struct rrset set = node_rrset(store, apex, types[i]);
		struct buf type = {0};

		type_print(&type, types[i]);
		if (set.n > 0)
			diag_add(store->diags, set.records[0].pos, S_SIGNED_BY_NONE,
			    "the zone has %.*s records, and no signature", (int)type.len,
			    type.data);
		buf_free(&type);
	}
}
