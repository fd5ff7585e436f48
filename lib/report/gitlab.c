/* A code quality report as GitLab takes it: an array of issues, each with a fingerprint by which it
 * knows those of the branch before. */
#include "report/format_part.h"

#include "report/safe.h"

static const char *const severities[] = {
    [SEVERITY_NOTE] = "info", [SEVERITY_WARNING] = "minor", [SEVERITY_ERROR] = "critical"};

void
format_gitlab_begin(struct report *r, struct buf *out)
{
	r->json = (struct json){.out = out};
	json_begin(&r->json, '[');
}

static void
put_place(struct json *j, const struct place *place)
{
	json_key(j, "location");
	json_begin(j, '{');
	json_member(j, "path", place->path ? format_path(place->path) : "zonepp.yaml");
	json_key(j, "lines");
	json_begin(j, '{');
	json_key(j, "begin");
	json_number(j, place->line ? (int64_t)place->line : 1);
	json_end(j, '}');
	json_end(j, '}');
}

static void
put_problem(struct report *r, const struct diag *d)
{
	char fingerprint[FINGERPRINT_LEN + 1];
	struct json *j = &r->json;

	format_fingerprint(r, d, fingerprint);
	json_begin(j, '{');
	report_safe_member(j, "description", d->message);
	json_member(j, "check_name", problem_table[d->problem].code);
	json_member(j, "fingerprint", fingerprint);
	json_member(j, "severity", severities[d->severity]);
	put_place(j, &d->place);
	json_end(j, '}');
}

void
format_gitlab(struct report *r, struct buf *out, const struct diags *diags)
{
	(void)out;
	for (size_t i = 0; i < diags->n; i++)
		put_problem(r, &diags->items[i]);
}

void
format_gitlab_end(struct report *r, struct buf *out)
{
	json_end(&r->json, ']');
	buf_putc(out, '\n');
}
