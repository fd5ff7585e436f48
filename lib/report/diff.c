#include "report/diff.h"

#include "base/json.h"
#include "dns/serial.h"
#include "zone/soa.h"
#include "zone/write.h"

enum {
	FLUSH_AT = 1 << 16,
	UNFOLDED_MOST = 20, /* lines */
};

static const char red[] = "\033[31m", green[] = "\033[32m", yellow[] = "\033[33m",
		  plain[] = "\033[0m";

/* A run over the sets that differ, whose records are shown. */
struct run {
	struct buf *out;
	const struct report_diff *how;
	struct buf owner;
	size_t n_shown, n_left; /* records; those for which there was no room */
};

static int
flush(struct run *run)
{
	return run->how->flush && run->out->len >= FLUSH_AT
		   ? run->how->flush(run->how->ctx, run->out)
		   : 0;
}

static bool
counts(const struct report_diff *how, const struct diff_set *set)
{
	return !how->people_only || !(diff_is_made(set->type) || diff_is_of_keys(set->type));
}

static bool
is_shown(const struct report_diff *how, const struct diff_set *set)
{
	return counts(how, set) &&
	       ((how->dnssec && !how->unsigned_yet) || !diff_is_made(set->type)) &&
	       !diff_is_serial(set);
}

static bool
has_dnssec(const struct report_diff *how, const struct diff_sum *sum)
{
	return how->people_only    ? false
	       : how->unsigned_yet ? how->n_signatures > how->n_kept
				   : diff_has_made(sum);
}

static bool
has_zone(const struct store *store)
{
	return store->n_nodes > 0 && store_soa(store);
}

bool
report_diff_is_some(const struct report_diff *how, const struct diff_sum *sum)
{
	if (has_zone(how->old) != has_zone(how->new))
		return true;
	if (!how->people_only && has_zone(how->old) &&
	    zone_serial(how->old) != zone_serial(how->new))
		return true;
	return sum->people.added + sum->people.removed + sum->people.changed > 0 ||
	       has_dnssec(how, sum);
}

/* --- In words --- */

/* "2 signatures added, 1 removed, 5 renewed" */
static void
put_counts(struct buf *out, const char **separator, const struct diff_count *n, const char *noun,
    const char *changed)
{
	const char *const verbs[] = {"added", "removed", changed};
	const size_t numbers[] = {n->added, n->removed, n->changed};
	bool named = false;

	for (size_t i = 0; i < 3; i++) {
		if (numbers[i] == 0)
			continue;
		buf_printf(out, "%s%zu ", named ? ", " : *separator, numbers[i]);
		if (!named)
			buf_printf(out, "%s%s ", noun, numbers[i] == 1 ? "" : "s");
		buf_puts(out, verbs[i]);
		named = true;
		*separator = "; ";
	}
}

static void
put_people(struct buf *out, const struct diff_sum *sum)
{
	const char *separator = "";

	put_counts(out, &separator, &sum->people, "record", "changed");
	if (!*separator)
		buf_puts(out, "no record");
}

static void
put_dnssec(struct buf *out, const struct report_diff *how, const struct diff_sum *sum)
{
	const char *separator = "";

	if (how->unsigned_yet) {
		buf_printf(out, "%zu of %zu signatures are made anew",
		    how->n_signatures - how->n_kept, how->n_signatures);
		return;
	}

	put_counts(out, &separator, &sum->signatures, "signature", "renewed");
	put_counts(out, &separator, &sum->denials, "denial", "changed");
	put_counts(out, &separator, &sum->digests, "digest", "changed");
}

static void
put_serials(struct buf *out, const struct report_diff *how)
{
	uint32_t old, new;

	if (!has_zone(how->old) || !has_zone(how->new)) {
		const struct store *only = has_zone(how->old) ? how->old : how->new;

		buf_puts(out, only == how->old ? "the zone is gone" : "a new zone");
		if (has_zone(only))
			buf_printf(out, ", serial %u", (unsigned)zone_serial(only));
		return;
	}
	if (how->people_only) {
		buf_puts(out, "by the templates");
		return;
	}
	old = zone_serial(how->old);
	new = zone_serial(how->new);
	if (how->asks_serial) {
		buf_printf(out, "serial %u -> what its servers say", (unsigned)old);
		return;
	}
	if (old == new)
		buf_printf(
		    out, "serial %u, the same: secondaries take nothing over", (unsigned)old);
	else
		buf_printf(out, "serial %u -> %u%s", (unsigned)old, (unsigned)new,
		    serial_later(new, old) ? "" : ", which goes back");
}

void
report_diff_line(struct buf *out, const struct report_diff *how, const struct diff_sum *sum)
{
	put_serials(out, how);
	buf_puts(out, "; ");
	put_people(out, sum);
	if (has_dnssec(how, sum)) {
		buf_puts(out, "; DNSSEC: ");
		put_dnssec(out, how, sum);
	}
}

/* --- Lines --- */

static void
put_line(struct run *run, char sign, const char *colour, const struct diff_record *record,
    const struct diff_set *set)
{
	const struct record *of = record->new ? record->new : record->old;
	struct buf *out = run->out;
	struct text owner = {run->owner.data, run->owner.len};

	if (run->how->colour)
		buf_puts(out, colour);
	buf_putc(out, sign);
	buf_putc(out, ' ');
	if (record->old && record->new) {
		buf_put(out, owner.data, owner.len);
		buf_decimal(out, record->old->ttl_s);
		buf_puts(out, " -> ");
		owner.len = 0;
	}
	write_record(out, owner, of->ttl_s, set->type, record_rdata(of));
	if (run->how->colour) {
		out->len--;
		buf_puts(out, plain);
		buf_putc(out, '\n');
	}
	run->n_shown++;
}

static int
put_set_lines(struct run *run, struct diff_set *set)
{
	struct diff_record record;

	if (!is_shown(run->how, set))
		return 0;
	write_owner(&run->owner, set->store, set->node);
	while (diff_record(set, &record)) {
		if (run->how->room > 0 && run->out->len >= run->how->room)
			run->n_left++;
		else if (!record.new)
			put_line(run, '-', red, &record, set);
		else if (!record.old)
			put_line(run, '+', green, &record, set);
		else
			put_line(run, '!', yellow, &record, set);
	}
	return flush(run);
}

static void
count_sets(const struct report_diff *how, struct diff_sum *sum)
{
	struct diff diff;
	struct diff_set set;

	*sum = (struct diff_sum){0};
	diff_begin(&diff, how->old, how->new);
	while (diff_next(&diff, &set))
		if (counts(how, &set))
			diff_count(sum, &set);
}

static int
put_lines(struct run *run)
{
	struct diff diff;
	struct diff_set set;
	int result = 0;

	diff_begin(&diff, run->how->old, run->how->new);
	while (result == 0 && diff_next(&diff, &set))
		result = put_set_lines(run, &set);
	buf_free(&run->owner);
	return result;
}

int
report_diff_text(struct buf *out, const struct report_diff *how, struct diff_sum *sum)
{
	struct run run = {.out = out, .how = how};
	int result;

	count_sets(how, sum);
	if (!report_diff_is_some(how, sum))
		return 0;
	buf_printf(out, "%s: ", how->zone);
	put_serials(out, how);
	buf_puts(out, "; ");
	put_people(out, sum);
	buf_putc(out, '\n');
	result = put_lines(&run);
	if (run.n_left > 0)
		buf_printf(out, "... and %zu more\n", run.n_left);
	if (has_dnssec(how, sum)) {
		buf_puts(out, "DNSSEC: ");
		put_dnssec(out, how, sum);
		buf_putc(out, '\n');
	}
	return result;
}

/* --- Markdown --- */

/* --- Pieces --- */

/* A fence is longer than any run of backticks in what it holds. */
static size_t
fence_length(struct text text, size_t least)
{
	size_t longest = 0, n = 0;

	for (size_t i = 0; i < text.len; i++) {
		n = text.data[i] == '`' ? n + 1 : 0;
		longest = n > longest ? n : longest;
	}
	return longest + 1 > least ? longest + 1 : least;
}

static void
put_fence(struct buf *out, size_t n)
{
	memset(buf_reserve(out, n), '`', n);
	out->len += n;
}

void
report_fenced(struct buf *out, const char *language, struct text lines)
{
	size_t fence = fence_length(lines, 3);

	put_fence(out, fence);
	buf_printf(out, "%s\n", language);
	buf_put(out, lines.data, lines.len);
	put_fence(out, fence);
	buf_puts(out, "\n\n");
}

void
report_code(struct buf *out, const char *word)
{
	size_t fence = fence_length(text_of(word), 1);

	put_fence(out, fence);
	buf_puts(out, fence > 1 ? " " : "");
	buf_puts(out, word);
	buf_puts(out, fence > 1 ? " " : "");
	put_fence(out, fence);
}

int
report_diff_markdown(struct buf *out, const struct report_diff *how, struct diff_sum *sum)
{
	struct report_diff plainly = *how;
	struct buf lines = {0};
	struct run run = {.out = &lines, .how = &plainly};
	bool folds;

	plainly.colour = false;
	plainly.flush = NULL;
	count_sets(how, sum);
	if (!report_diff_is_some(how, sum))
		return 0;
	buf_puts(out, "#### ");
	report_code(out, how->zone);
	buf_puts(out, "\n\n");
	report_diff_line(out, how, sum);
	buf_puts(out, "\n\n");
	put_lines(&run);
	folds = run.n_shown > UNFOLDED_MOST;
	if (folds)
		buf_printf(out, "<details><summary>%zu lines</summary>\n\n", run.n_shown);
	if (run.n_shown > 0)
		report_fenced(out, "diff", (struct text){lines.data, lines.len});
	if (run.n_left > 0)
		buf_printf(out, "... and %zu more records\n\n", run.n_left);
	if (folds)
		buf_puts(out, "</details>\n\n");
	buf_free(&lines);
	return how->flush ? how->flush(how->ctx, out) : 0;
}

/* --- JSON --- */

static void
put_json_records(struct json *j, struct diff_set set, const char *key, bool is_new)
{
	struct diff_record record;
	struct buf rdata = {0};

	json_key(j, key);
	json_begin(j, '[');
	while (diff_record(&set, &record)) {
		const struct record *of = is_new ? record.new : record.old;

		if (!of)
			continue;
		buf_clear(&rdata);
		rdata_print(&rdata, set.type, record_rdata(of));
		json_begin(j, '{');
		json_key(j, "ttl");
		json_number(j, of->ttl_s);
		json_key(j, "data");
		json_text(j, (struct text){rdata.data, rdata.len});
		json_end(j, '}');
	}
	json_end(j, ']');
	buf_free(&rdata);
}

static void
put_json_set(struct json *j, struct run *run, const struct diff_set *set)
{
	struct buf type = {0};
	uint8_t wire[NAME_LONGEST];

	node_wire(set->store, set->node, wire);
	buf_clear(&run->owner);
	name_print(&run->owner, wire);
	type_print(&type, set->type);
	json_begin(j, '{');
	json_key(j, "owner");
	json_text(j, (struct text){run->owner.data, run->owner.len});
	json_key(j, "type");
	json_text(j, (struct text){type.data, type.len});
	put_json_records(j, *set, "removed", false);
	put_json_records(j, *set, "added", true);
	json_end(j, '}');
	buf_free(&type);
}

static void
put_json_count(struct json *j, const char *key, const struct diff_count *n)
{
	json_key(j, key);
	json_begin(j, '{');
	json_key(j, "added");
	json_number(j, (int64_t)n->added);
	json_key(j, "removed");
	json_number(j, (int64_t)n->removed);
	json_key(j, "changed");
	json_number(j, (int64_t)n->changed);
	json_end(j, '}');
}

static void
put_json_serial(struct json *j, const char *key, const struct store *store)
{
	json_key(j, key);
	if (has_zone(store))
		json_number(j, zone_serial(store));
	else
		json_null(j);
}

int
report_diff_json(struct buf *out, const struct report_diff *how, struct diff_sum *sum)
{
	struct json j = {.out = out};
	struct run run = {.out = out, .how = how};
	struct diff diff;
	struct diff_set set;
	int result = 0;

	count_sets(how, sum);
	json_begin(&j, '{');
	json_member(&j, "zone", how->zone);
	json_key(&j, "same");
	json_bool(&j, !report_diff_is_some(how, sum));
	put_json_serial(&j, "old_serial", how->old);
	put_json_serial(&j, "new_serial", how->new);
	put_json_count(&j, "records", &sum->people);
	if (how->unsigned_yet) {
		json_key(&j, "signatures_made");
		json_number(&j, (int64_t)(how->n_signatures - how->n_kept));
	} else {
		put_json_count(&j, "signatures", &sum->signatures);
		put_json_count(&j, "denials", &sum->denials);
		put_json_count(&j, "zonemd", &sum->digests);
	}
	json_key(&j, "sets");
	json_begin(&j, '[');
	diff_begin(&diff, how->old, how->new);
	while (result == 0 && diff_next(&diff, &set)) {
		if (is_shown(how, &set))
			put_json_set(&j, &run, &set);
		result = flush(&run);
	}
	json_end(&j, ']');
	json_end(&j, '}');
	buf_putc(out, '\n');
	buf_free(&run.owner);
	return result;
}
