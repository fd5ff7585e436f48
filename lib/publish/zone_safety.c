#include "publish/cache.h"
#include "publish/zone.h"
#include "publish/zone_part.h"
#include "rollover/parent.h"
#include "zone/diff.h"
#include "zone/lookup.h"

#include <stdio.h>
#include <sys/stat.h>

enum {
	NAMES_LEAST = 10, /* a zone of fewer may change altogether */
	ALL = 100,        /* percent */
};

/* What of the published zone people wrote, and what becomes of it. */
struct change {
	size_t n_names, n_records; /* published */
	size_t n_deleted, n_changed;
};

/* Records that follow from keys, or from the rest of the zone. */
static bool
is_made(uint16_t type)
{
	return diff_is_made(type) || diff_is_of_keys(type) || type == TYPE_SOA;
}

/* One set for another of TLSA or DS is what rollovers are. */
static bool
is_rolled(const struct diff_set *set)
{
	return (set->type == TYPE_TLSA || set->type == TYPE_DS) && set->old.n > 0 && set->new.n > 0;
}

static void
count_published(const struct store *store, struct change *change)
{
	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];
		const struct record *records = node_records(store, node);
		size_t n = 0;

		for (size_t k = 0; k < node->n; k++)
			n += !is_made(records[k].type);
		change->n_names += n > 0;
		change->n_records += n;
	}
}

static void
count_set(struct diff_set set, struct change *change)
{
	size_t removed = 0, added = 0, both;
	struct diff_record record;

	while (diff_record(&set, &record)) {
		removed += record.old != NULL;
		added += record.new != NULL;
	}
	both = removed < added ? removed : added;
	change->n_changed += removed;
	change->n_deleted += removed - both;
}

/* --- What is protected --- */

/* Does the folder of keys have the key, whatever its dates? Then they, or who changes them, have
 * said what is to become of it. */
static bool
is_our_key(const struct zone_run *run, struct bytes dnskey)
{
	const struct zone_job *job = run->job;
	size_t n = 0;
	const struct key_file *files =
	    job->keys ? key_folder_find(job->keys, &job->zone->name, &n) : NULL;
	unsigned algorithm, tag;

	for (size_t i = 0; i < n; i++) {
		const char *end = strchr(files[i].base, '+');

		if (end && sscanf(end, "+%3u+%5u", &algorithm, &tag) == 2 &&
		    algorithm == dnskey.data[3] && tag == key_tag(dnskey))
			return true;
	}
	for (size_t i = 0; i < run->keys.n; i++)
		if (run->keys.items[i].dnskey.len == dnskey.len &&
		    memcmp(run->keys.items[i].dnskey.data, dnskey.data, dnskey.len) == 0)
			return true;
	return false;
}

static bool
changes_dnskey(const struct zone_run *run, struct diff_set set)
{
	struct diff_record record;

	while (diff_record(&set, &record))
		if (!is_our_key(run, record_rdata(record.old ? record.old : record.new)))
			return true;
	return false;
}

static bool
changes_mname(const struct zone_run *run, const struct store *old, const struct diff_set *set)
{
	(void)run;
	(void)old;
	return set->old.n > 0 && set->new.n > 0 &&
	       !name_equal(set->old.records->rdata, set->new.records->rdata);
}

static bool
changes(const struct zone_run *run, const struct store *old, const struct diff_set *set)
{
	(void)run;
	(void)old;
	return set->old.n > 0 || set->new.n > 0;
}

/* By $DS, as its keys roll. */
static bool
makes_ds(const struct zone_run *run, const uint8_t *child)
{
	const struct project *project = run->job->keep->project;
	const struct project_zone *zone = parent_zone_named(project, child);

	return run->delegations.made && zone && run->delegations.made[zone - project->zones];
}

/* A delegation that comes may come with its DS. */
static bool
changes_ds(const struct zone_run *run, const struct store *old, const struct diff_set *set)
{
	uint8_t wire[NAME_LONGEST];
	struct name name;

	name.len = (uint8_t)node_wire(set->store, set->node, wire);
	memcpy(name.wire, wire, name.len);
	if (makes_ds(run, wire))
		return false;
	return set->old.n > 0 || lookup_has(old, store_node(old, &name), TYPE_NS);
}

static bool
changes_keys(const struct zone_run *run, const struct store *old, const struct diff_set *set)
{
	(void)old;
	return changes_dnskey(run, *set);
}

static const struct {
	enum project_protect part;
	uint16_t type;
	bool at_apex;
	bool (*changes)(
	    const struct zone_run *run, const struct store *old, const struct diff_set *set);
	const char *name, *what;
} parts[] = {
    {PROJECT_PROTECT_APEX_NS, TYPE_NS, true, changes, "apex-ns", "the NS records of the zone"},
    {PROJECT_PROTECT_SOA_MNAME, TYPE_SOA, true, changes_mname, "soa-mname",
	"the primary server in the SOA record"},
    {PROJECT_PROTECT_DNSKEY, TYPE_DNSKEY, true, changes_keys, "dnskey",
	"DNSKEY records of keys that are not in the zone's folder of keys"},
    {PROJECT_PROTECT_DS, TYPE_DS, false, changes_ds, "ds", "the DS records of a delegation"},
};

static bool
is_forced(const struct zone_run *run, enum problem problem)
{
	return run->job->force && run->job->force[problem];
}

static int
refuse_protected(struct zone_run *run, const struct diff_set *set, size_t i)
{
	struct pos pos =
	    set->new.n > 0 ? set->new.records->pos
			   : node_records(&run->loaded.store, store_apex(&run->loaded.store))->pos;
	uint8_t wire[NAME_LONGEST];

	node_wire(set->store, set->node, wire);
	return diag_error(run->diags, pos, Z_PROTECTED, "%s change at %s (protect: %s)",
	    parts[i].what, name_text(&run->diags->arena, wire), parts[i].name);
}

static int
check_protected(struct zone_run *run, const struct store *old, const struct diff_set *set)
{
	bool at_apex = set->node->key_len == 0;
	int result = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].type == set->type && (run->job->safety.protect & parts[i].part) &&
		    (at_apex || !parts[i].at_apex) && !is_forced(run, Z_PROTECTED) &&
		    parts[i].changes(run, old, set) && refuse_protected(run, set, i) < 0)
			result = -1;
	return result;
}

/* --- The zone --- */

static bool
exceeds(size_t n, uint32_t percent, const struct change *change)
{
	return percent < ALL && change->n_names >= NAMES_LEAST &&
	       (uint64_t)n * ALL > (uint64_t)percent * change->n_records;
}

static int
check_share(struct zone_run *run, enum problem problem, size_t n, uint32_t percent,
    const struct change *change, const char *words)
{
	const struct store *store = &run->loaded.store;

	if (!exceeds(n, percent, change) || is_forced(run, problem))
		return 0;
	return diag_error(run->diags, node_records(store, store_apex(store))->pos, problem,
	    "%zu of %zu published records %s, more than %u%%", n, change->n_records, words,
	    (unsigned)percent);
}

/* Was it published before, as far as anyone remembers? */
static int
is_known(struct zone_run *run, bool *known)
{
	uint32_t serial;

	*known = run->job->keep->is_known;
	return *known || !run->job->cache ? 0 : cache_serial(run->diags, run->job, &serial, known);
}

/* There is nothing to compare with. A new zone has changed nothing. */
static int
tell_uncompared(struct zone_run *run)
{
	const struct zone_job *job = run->job;
	struct stat st;
	bool there, known;

	if (is_forced(run, Z_UNCOMPARED) || !job->previous)
		return 0;
	if (file_stat_if(run->diags, job->outputs, job->previous, &st, &there) < 0 ||
	    is_known(run, &known) < 0)
		return -1;
	if (!there && !known)
		return 0;
	return diag_add_path(run->diags, job->previous, Z_UNCOMPARED,
	    there ? "%s cannot be compared with, so no change of the zone is held back"
		  : "%s is gone, so no change of the zone is held back",
	    job->previous);
}

static bool
is_asked(const struct zone_run *run)
{
	const struct project_safety *safety = &run->job->safety;

	return run->job->keep &&
	       (safety->protect || safety->max_delete < ALL || safety->max_change < ALL);
}

static int
compare(struct zone_run *run, const struct store *old)
{
	const struct project_safety *safety = &run->job->safety;
	struct change change = {0};
	struct diff diff;
	struct diff_set set;
	int result = 0;

	count_published(old, &change);
	diff_begin(&diff, old, &run->loaded.store);
	while (diff_next(&diff, &set)) {
		if (check_protected(run, old, &set) < 0)
			result = -1;
		if (!is_made(set.type) && !is_rolled(&set))
			count_set(set, &change);
	}
	if (check_share(run, Z_MANY_DELETED, change.n_deleted, safety->max_delete, &change,
		"would leave") < 0)
		result = -1;
	if (check_share(run, Z_MANY_CHANGED, change.n_changed, safety->max_change, &change,
		"would leave or be replaced") < 0)
		result = -1;
	return result;
}

int
zone_check_safety(struct zone_run *run)
{
	if (run->same || !is_asked(run))
		return 0;
	return run->published.there ? compare(run, &run->published.store) : tell_uncompared(run);
}

int
zone_plan_safety(const struct zone_plan *plan, const struct store *old)
{
	if (old == plan->published)
		return zone_check_safety(plan->run);
	return old && is_asked(plan->run) ? compare(plan->run, old) : 0;
}
