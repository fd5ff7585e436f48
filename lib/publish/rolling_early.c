#include "publish/rolling_run.h"

#include "base/codec.h"
#include "base/duration.h"

static void
keep(struct rolling_run *r, const struct rolling_use *use, const char *record)
{
	struct bytes rdata;
	struct tlsa_params params = pins_params(record);
	size_t len = strlen(record + 6);
	uint8_t *data = arena_bytes(&r->diags->arena, 3 + len / 2);
	struct parsed parsed = {.zone = &r->loaded->store.apex,
	    .owner = &use->is->owner,
	    .type = TYPE_TLSA,
	    .ttl_s = use->is->ttl_s,
	    .pos = use->is->pos};

	data[0] = params.usage;
	data[1] = params.selector;
	data[2] = params.matching;
	hex_decode((struct text){record + 6, len}, data + 3);
	rdata = (struct bytes){data, 3 + len / 2};
	parsed.rdata = rdata;
	store_add(&r->loaded->store, &parsed);
	r->rolling->n_kept++;
}

/* RFC 7671 section 9: where the matching type is changed at the same time, who takes the stronger
 * digest would not look at the record, and the zone would be faulty and not be published. */
static bool
is_other_digest(const struct rolling_use *use, const char *record)
{
	struct tlsa_params now = use->is->params, old = pins_params(record);

	return now.usage == old.usage && now.selector == old.selector &&
	       now.matching != old.matching && now.matching != TLSA_FULL &&
	       old.matching != TLSA_FULL;
}

static bool
is_wanted(const struct rolling_use *use, const char *record)
{
	return pins_have(&use->current, record) || pins_have(&use->next, record);
}

/* Under a name that the project has no more, it may be the certificate's former one. */
static bool
is_its_own(const struct rolling_run *r, const struct rolling_use *use, const struct fact *fact)
{
	return strcmp(fact->name, use->certificate->name) == 0 ||
	       !rolling_certificate(r->rolling->project, fact->name);
}

/* All that is published for the certificate stays: the old one may come back. */
static void
keep_known(struct rolling_run *r, const struct rolling_use *use)
{
	size_t n;
	const struct fact *facts = rolling_valid(r, use->owner, &n);

	for (size_t i = 0; i < n; i++) {
		if (!is_its_own(r, use, &facts[i]) || is_other_digest(use, facts[i].record))
			continue;
		facts_add(r->a, &r->rolling->after, facts[i]);
		if (!is_wanted(use, facts[i].record))
			keep(r, use, facts[i].record);
	}
}

/* Likewise where no fact tells of it. */
static void
keep_published(struct rolling_run *r, const struct rolling_use *use)
{
	struct rrset set = rolling_published(r, use->owner);

	for (size_t i = 0; i < set.n; i++) {
		const char *record = fact_record(r->a, record_rdata(&set.records[i]));

		if (is_wanted(use, record) || is_other_digest(use, record))
			continue;
		facts_add(r->a, &r->rolling->after, rolling_new_fact(r, use, record));
		keep(r, use, record);
	}
}

static void
report_early(struct rolling_run *r, const struct rolling_use *use, int64_t safe_unix)
{
	struct buf when = {0};

	if (safe_unix == ROLLOVER_NEVER)
		buf_puts(&when, "all its servers are seen to have its record, and none that left "
				"(zonepp roll asks them), and the wait is over");
	else
		instant_print_iso(&when, safe_unix);
	r->rolling->n_early +=
	    diag_add(r->diags, use->is->pos, D_TOO_EARLY,
		"certificate \"%s\" was replaced too early: it is not safe to use until %.*s",
		use->certificate->name, (int)when.len, when.data) < 0;
	buf_free(&when);
}

void
rolling_too_early(struct rolling_run *r, const struct rolling_use *use, int64_t safe_unix)
{
	report_early(r, use, safe_unix);
	if (rolling_is_known(r, use->owner))
		keep_known(r, use);
	else
		keep_published(r, use);
}

/* --- A certificate that was deployed, and never became current --- */

static void
report_stray(struct rolling_run *r, const struct rolling_use *use, int64_t deployed_unix)
{
	struct buf when = {0};

	instant_print_iso(&when, deployed_unix);
	diag_add(r->diags, use->is->pos, D_STRAY,
	    "certificate \"%s\": the one that was deployed at %.*s is neither current nor next, "
	    "and "
	    "its records stay",
	    use->certificate->name, (int)when.len, when.data);
	buf_free(&when);
}

void
rolling_keep_stray(struct rolling_run *r, const struct rolling_use *use)
{
	const struct named_use *is = use->is;
	const struct fact *deployed =
	    rollover_strayed(&r->rolling->state, use->certificate->name, is->current, is->next);
	size_t n, n_kept = r->rolling->n_kept;
	const struct fact *facts = rolling_valid(r, use->owner, &n);

	for (size_t i = 0; deployed && i < n; i++) {
		if (!rollover_is_stray(&r->valid, &facts[i], deployed, is->current, is->next) ||
		    is_other_digest(use, facts[i].record))
			continue;
		facts_add(r->a, &r->rolling->after, facts[i]);
		keep(r, use, facts[i].record);
	}
	if (r->rolling->n_kept > n_kept)
		report_stray(r, use, deployed->t_unix);
}
