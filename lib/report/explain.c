#include "report/explain.h"

#include <stdlib.h>

enum { TEXT_COLUMNS = 78 };

static const char *const severities[] = {
    [SEVERITY_NOTE] = "note", [SEVERITY_WARNING] = "warning", [SEVERITY_ERROR] = "error"};

/* The letters that codes begin with. */
static const struct {
	char letter;
	const char *title;
} families[] = {
    {'F', "Files and the system"},
    {'Z', "Zone files"},
    {'D', "DANE"},
    {'S', "DNSSEC"},
    {'P', "Projects"},
};

enum { N_FAMILIES = sizeof(families) / sizeof(families[0]) };

static size_t
family_of(enum problem problem)
{
	size_t i = 0;

	while (i + 1 < N_FAMILIES && families[i].letter != *problem_table[problem].code)
		i++;
	return i;
}

static int
compare(const void *a, const void *b)
{
	enum problem left = *(const enum problem *)a, right = *(const enum problem *)b;
	size_t i = family_of(left), j = family_of(right);

	return i != j ? (i > j) - (i < j)
		      : strcmp(problem_table[left].code, problem_table[right].code);
}

static void
sort_by_code(enum problem sorted[N_PROBLEMS])
{
	for (int i = 0; i < N_PROBLEMS; i++)
		sorted[i] = (enum problem)i;
	qsort(sorted, N_PROBLEMS, sizeof(*sorted), compare);
}

/* What a project and a template can do about it. */
static const char *
how_firm(enum problem problem)
{
	if (problem_table[problem].severity != SEVERITY_ERROR)
		return "";
	if (problem_may_be(problem, SEVERITY_OFF))
		return ", which `severity` in zonepp.yaml can lower";
	return problem_may_be(problem, SEVERITY_WARNING)
		   ? ", which `severity` in zonepp.yaml can make a warning"
		   : "";
}

/* Where {zone} and {file} are not known they are ZONE and FILE. */
static void
put_command(struct buf *out, const char *command)
{
	bool named = false;

	for (; *command; command++)
		if (*command == '{' || *command == '}')
			named = *command == '{';
		else
			buf_putc(out, named ? (char)(*command - 'a' + 'A') : *command);
}

/* --- As text --- */

/* Appends `text` in lines of TEXT_COLUMNS, broken at blanks. */
static void
put_wrapped(struct buf *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column > 0 && column + 1 + len > TEXT_COLUMNS) {
			buf_putc(out, '\n');
			column = 0;
		} else if (column > 0) {
			buf_putc(out, ' ');
			column++;
		}
		buf_put(out, text, len);
		column += len;
		text += len + strspn(text + len, " ");
	}
	buf_putc(out, '\n');
}

static void
put_lines(struct buf *out, const char *title, const char *lines)
{
	buf_printf(out, "\n%s:\n\n", title);
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		buf_printf(out, "    %.*s\n", (int)len, lines);
		lines += len + (lines[len] != '\0');
	}
}

static void
put_paragraph(struct buf *out, const char *title, const char *text)
{
	struct buf b = {0};

	if (!text || !*text)
		return;
	buf_printf(&b, "%s: %s", title, text);
	buf_putc(&b, '\0');
	put_wrapped(out, b.data);
	buf_free(&b);
}

void
explain_problem(struct buf *out, enum problem problem)
{
	const struct problem_info *info = &problem_table[problem];
	const struct problem_text *text = &problem_texts[problem];
	const char *remedy = problem_remedy(problem);

	buf_printf(out, "%s: %s\n(%s%s)\n\n", info->code, info->what, severities[info->severity],
	    how_firm(problem));
	put_wrapped(out, text->cause);
	if (text->wrong) {
		put_lines(out, "Wrong", text->wrong);
		put_lines(out, "Right", text->right);
	}
	if (remedy || text->next || *info->law)
		buf_putc(out, '\n');
	put_paragraph(out, "Remedy", remedy);
	if (text->next) {
		buf_puts(out, "Next: ");
		put_command(out, text->next);
		buf_putc(out, '\n');
	}
	put_paragraph(out, "Law", info->law);
}

void
explain_list(struct buf *out)
{
	enum problem sorted[N_PROBLEMS];

	sort_by_code(sorted);
	for (size_t i = 0; i < N_PROBLEMS; i++) {
		const struct problem_info *info = &problem_table[sorted[i]];

		buf_printf(
		    out, "%s  %-7s  %s\n", info->code, severities[info->severity], info->what);
	}
}

/* --- As mdoc --- */

/* Backslashes begin escapes, and at the start of a line a dot or apostrophe begins a request. */
static void
put_mdoc(struct buf *out, const char *text)
{
	bool at_start = true;

	for (; *text; text++) {
		if (at_start && (*text == '.' || *text == '\''))
			buf_puts(out, "\\&");
		if (*text == '\\')
			buf_puts(out, "\\e");
		else
			buf_putc(out, *text);
		at_start = *text == '\n';
	}
}

/* The same, with each sentence on a line of its own, as troff wants it. */
static void
put_sentences(struct buf *out, const char *text)
{
	struct buf b = {0};

	for (; *text; text++) {
		bool ends = *text == '.' && text[1] == ' ' && (uint8_t)(text[2] - 'A') < 26;

		buf_putc(&b, *text);
		if (ends) {
			buf_putc(&b, '\n');
			text++;
		}
	}
	buf_putc(&b, '\0');
	put_mdoc(out, b.data);
	buf_putc(out, '\n');
	buf_free(&b);
}

static void
put_example(struct buf *out, const char *title, const char *lines)
{
	buf_printf(out, ".Pp\n%s:\n.Bd -literal -offset indent -compact\n", title);
	put_mdoc(out, lines);
	buf_puts(out, "\n.Ed\n");
}

static void
put_item(struct buf *out, enum problem problem)
{
	const struct problem_info *info = &problem_table[problem];
	const struct problem_text *text = &problem_texts[problem];
	const char *remedy = problem_remedy(problem);

	buf_printf(out, ".It Cm %s\n", info->code);
	put_mdoc(out, info->what);
	buf_printf(out, "\n(%s%s).\n.Pp\n", severities[info->severity], how_firm(problem));
	put_sentences(out, text->cause);
	if (text->wrong) {
		put_example(out, "Wrong", text->wrong);
		put_example(out, "Right", text->right);
	}
	if (remedy) {
		buf_puts(out, ".Pp\nRemedy: ");
		put_sentences(out, remedy);
	}
	if (text->next) {
		buf_puts(out, ".Pp\nNext: ");
		put_command(out, text->next);
		buf_putc(out, '\n');
	}
	if (*info->law)
		buf_printf(out, ".Pp\n%s.\n", info->law);
}

static const char head[] =
    ".\\\" Made by `zonepp explain --man` of lib/base/problem.h and problem.def.\n"
    ".Dd November 29, 2026\n"
    ".Dt ZONEPP-CHECKS 7\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm zonepp-checks\n"
    ".Nd the problems that zonepp tells of\n"
    ".Sh DESCRIPTION\n"
    "Each problem has a code, which keeps its meaning.\n"
    ".Ql zonepp explain CODE\n"
    "tells of one what stands here.\n"
    ".Pp\n"
    "Warnings and notes can be made errors, or turned off, by\n"
    ".Ic severity\n"
    "in\n"
    ".Xr zonepp.yaml 5 .\n";

static const char foot[] = ".Sh SEE ALSO\n"
			   ".Xr zonepp 1 ,\n"
			   ".Xr zonepp-check 1 ,\n"
			   ".Xr zonepp-explain 1 ,\n"
			   ".Xr zonepp.yaml 5\n";

void
explain_page(struct buf *out)
{
	enum problem sorted[N_PROBLEMS];

	sort_by_code(sorted);
	buf_puts(out, head);
	for (size_t i = 0; i < N_PROBLEMS; i++) {
		size_t family = family_of(sorted[i]);

		if (i == 0 || family != family_of(sorted[i - 1]))
			buf_printf(out, "%s.Sh %s\n.Bl -tag -width Ds\n", i > 0 ? ".El\n" : "",
			    families[family].title);
		put_item(out, sorted[i]);
	}
	buf_puts(out, ".El\n");
	buf_puts(out, foot);
}
