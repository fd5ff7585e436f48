/* SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format). The results come first, as they
 * are met, and the rules that they broke behind them: members of an object have no order. */
#include "report/format_part.h"

#include "report/safe.h"

#include "base/version.h"

static const char *const levels[] = {
    [SEVERITY_NOTE] = "note", [SEVERITY_WARNING] = "warning", [SEVERITY_ERROR] = "error"};

void
format_sarif_begin(struct report *r, struct buf *out)
{
	struct json *j = &r->json;

	*j = (struct json){.out = out};
	json_begin(j, '{');
	json_member(j, "version", "2.1.0");
	json_member(j, "$schema",
	    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
	    "sarif-schema-2.1.0.json");
	json_key(j, "runs");
	json_begin(j, '[');
	json_begin(j, '{');
	json_member(j, "columnKind", "unicodeCodePoints");
	json_key(j, "results");
	json_begin(j, '[');
}

/* Messages are objects, whose text is one of their forms. */
static void
put_message(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_begin(j, '{');
	report_safe_member(j, "text", text);
	json_end(j, '}');
}

/* A path as a URI reference (RFC 3986 sections 2.3 and 4.2). */
static void
put_uri(struct json *j, const char *path)
{
	struct buf b = {0};

	if (*path == '/')
		buf_puts(&b, "file://");
	for (; *path; path++) {
		uint8_t c = (uint8_t)*path, letter = ascii_lower(c);

		if ((letter >= 'a' && letter <= 'z') || ascii_is_digit(*path) ||
		    strchr("-._~/", *path))
			buf_putc(&b, *path);
		else
			buf_printf(&b, "%%%02X", c);
	}
	buf_putc(&b, '\0');
	json_member(j, "uri", b.data);
	buf_free(&b);
}

static void
put_number(struct json *j, const char *key, uint64_t number)
{
	json_key(j, key);
	json_number(j, (int64_t)number);
}

static void
put_artifact(struct json *j, const char *path)
{
	json_key(j, "artifactLocation");
	json_begin(j, '{');
	put_uri(j, format_path(path));
	json_end(j, '}');
}

static void
put_region(struct json *j, const char *key, uint64_t line, uint32_t column, uint32_t end)
{
	json_key(j, key);
	json_begin(j, '{');
	put_number(j, "startLine", line);
	put_number(j, "startColumn", column);
	if (end)
		put_number(j, "endColumn", end);
	json_end(j, '}');
}

static void
put_location(struct json *j, const struct place *place, uint32_t column, uint32_t end, bool related)
{
	json_begin(j, '{');
	json_key(j, "physicalLocation");
	json_begin(j, '{');
	put_artifact(j, place->path);
	if (place->line)
		put_region(j, "region", place->line, column, end);
	json_end(j, '}');
	if (related)
		put_message(j, "message", "included from here");
	json_end(j, '}');
}

static void
put_locations(struct json *j, const struct diag *d)
{
	json_key(j, "locations");
	json_begin(j, '[');
	if (d->place.path)
		put_location(j, &d->place, format_column(d), format_end_column(d), false);
	json_end(j, ']');
	if (d->n_included == 0)
		return;
	json_key(j, "relatedLocations");
	json_begin(j, '[');
	for (size_t i = 0; i < d->n_included; i++)
		put_location(j, &d->included[i], d->included[i].column, 0, true);
	json_end(j, ']');
}

/* What belongs in the place of the word. */
static void
put_fix(struct json *j, const struct diag *d)
{
	json_key(j, "fixes");
	json_begin(j, '[');
	json_begin(j, '{');
	json_key(j, "artifactChanges");
	json_begin(j, '[');
	json_begin(j, '{');
	put_artifact(j, d->place.path);
	json_key(j, "replacements");
	json_begin(j, '[');
	json_begin(j, '{');
	put_region(j, "deletedRegion", d->place.line, format_column(d), format_end_column(d));
	json_key(j, "insertedContent"); /* which goes into the file as it is */
	json_begin(j, '{');
	json_member(j, "text", d->fix);
	json_end(j, '}');
	json_end(j, '}');
	json_end(j, ']');
	json_end(j, '}');
	json_end(j, ']');
	json_end(j, '}');
	json_end(j, ']');
}

static void
put_result(struct report *r, const struct diag *d)
{
	char fingerprint[FINGERPRINT_LEN + 1];
	struct json *j = &r->json;

	if (!r->rules[d->problem])
		r->rules[d->problem] = ++r->n_rules;
	format_fingerprint(r, d, fingerprint);
	json_begin(j, '{');
	json_member(j, "ruleId", problem_table[d->problem].code);
	put_number(j, "ruleIndex", r->rules[d->problem] - 1u);
	json_member(j, "level", levels[d->severity]);
	put_message(j, "message", d->message);
	put_locations(j, d);
	json_key(j, "partialFingerprints");
	json_begin(j, '{');
	json_member(j, "zonepp/v1", fingerprint);
	json_end(j, '}');
	if (d->fix && d->place.line)
		put_fix(j, d);
	json_end(j, '}');
}

void
format_sarif(struct report *r, struct buf *out, const struct diags *diags)
{
	(void)out;
	for (size_t i = 0; i < diags->n; i++)
		put_result(r, &diags->items[i]);
}

static void
put_rule(struct json *j, enum problem problem)
{
	const struct problem_info *info = &problem_table[problem];

	json_begin(j, '{');
	json_member(j, "id", info->code);
	put_message(j, "shortDescription", info->what);
	put_message(j, "fullDescription", problem_texts[problem].cause);
	if (problem_remedy(problem))
		put_message(j, "help", problem_remedy(problem));
	json_key(j, "defaultConfiguration");
	json_begin(j, '{');
	json_member(j, "level", levels[info->severity]);
	json_end(j, '}');
	json_end(j, '}');
}

void
format_sarif_end(struct report *r, struct buf *out)
{
	struct json *j = &r->json;

	json_end(j, ']');
	json_key(j, "tool");
	json_begin(j, '{');
	json_key(j, "driver");
	json_begin(j, '{');
	json_member(j, "name", "zonepp");
	json_member(j, "version", zonepp_version);
	json_key(j, "rules");
	json_begin(j, '[');
	for (unsigned number = 1; number <= r->n_rules; number++)
		for (int problem = 0; problem < N_PROBLEMS; problem++)
			if (r->rules[problem] == number)
				put_rule(j, (enum problem)problem);
	json_end(j, ']');
	json_end(j, '}');
	json_end(j, '}');
	json_end(j, '}');
	json_end(j, ']');
	json_end(j, '}');
	buf_putc(out, '\n');
}
