/* A page for a wall: nothing is loaded from elsewhere, no script runs, and it is read from afar, on
 * a telephone, in the dark, without a mouse, and on paper. What is urgent is told by words and
 * order first, and by colour besides. */
#include "report/status.h"

#include "report/rollover.h"
#include "report/table.h"

enum {
	DAY_S = 86400,
	BAR_DAYS = 30,   /* what a whole bar stands for */
	SOON_DAYS = 7,   /* what ends within it is to be seen from afar */
	ENDS_MOST = 500, /* rows of a list: of more, those that come first */
	FOLD_AT = 20,    /* what is not urgent folds behind so many rows */
};

#define BEGIN                                                                                      \
	"<!DOCTYPE html>\n"                                                                        \
	"<html lang=\"en\">\n"                                                                     \
	"<head>\n"                                                                                 \
	"<meta charset=\"utf-8\">\n"                                                               \
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"               \
	"<meta name=\"color-scheme\" content=\"light dark\">\n"                                    \
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "    \
	"'unsafe-inline'\">\n"

const char report_status_html_begin[] = BEGIN;

/* Bars are borders: these are printed, and stay with the colours that a reader forces. */
static const char head[] = BEGIN
    "<style>\n"
    ":root { color-scheme: light dark; --back: #fff; --card: #f4f5f7; --text: #1b1b1b; --quiet: "
    "#555; --line: #c8ccd2; --good: #1a6b2f; --soon: #8a4b00; --bad: #a30d1b; }\n"
    "@media (prefers-color-scheme: dark) { :root { --back: #121417; --card: #1d2025; --text: "
    "#ececec; --quiet: #b5b8bd; --line: #474c54; --good: #7ad492; --soon: #ffb74d; --bad: #ff8a80; "
    "} }\n"
    "* { box-sizing: border-box; }\n"
    "body { margin: 0 auto; padding: 1rem; max-width: 64rem; background: var(--back); color: "
    "var(--text); font: 1rem/1.45 system-ui, sans-serif; font-variant-numeric: tabular-nums; "
    "overflow-wrap: anywhere; }\n"
    "h1 { font-size: 2rem; line-height: 1.2; margin: 0; padding: 1rem; border: 2px solid; "
    "border-radius: .4rem; }\n"
    "h1.good { background: var(--good); color: var(--back); } h1.soon { background: var(--soon); "
    "color: var(--back); } h1.bad { background: var(--bad); color: var(--back); }\n"
    "h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 1rem 0 .5rem; "
    "}\n"
    "p { margin: .5rem 0; } strong { font-weight: 600; } .quiet { color: var(--quiet); }\n"
    ".good { color: var(--good); } .soon { color: var(--soon); } .bad { color: var(--bad); }\n"
    "ul { list-style: none; margin: 0; padding: 0; }\n"
    ".tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: "
    ".5rem; margin: .5rem 0; }\n"
    ".tiles li { background: var(--card); border-radius: .4rem; padding: .5rem 1rem; }\n"
    ".tiles b { display: block; font-size: 2rem; line-height: 1.2; }\n"
    ".rows li { display: flex; flex-wrap: wrap; justify-content: space-between; column-gap: 1rem; "
    "background: var(--card); border-left: .4rem solid; border-radius: .2rem; margin: .35rem 0; "
    "padding: .4rem .75rem; break-inside: avoid; }\n"
    ".rows li > span:first-child { flex: 1 1 16rem; } .rows b { min-width: 12rem; }\n"
    ".problems b { min-width: 0; } .zones li > span:first-child { flex: 1 1 9rem; } .zones b { "
    "min-width: 0; }\n"
    ".rows span, .rows strong { color: var(--text); } .rows .quiet { color: var(--quiet); }\n"
    ".rows b { color: inherit; } .rows .plain { color: var(--line); }\n"
    ".bar { flex-basis: 100%; height: .6rem; margin-top: .3rem; border-bottom: 1px solid "
    "var(--line); } .bar i { display: block; border-top: .6rem solid; }\n"
    ".zones { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), "
    "1fr)); gap: 0 .5rem; }\n"
    "summary { cursor: pointer; padding: .5rem 0; font-weight: 600; } summary:focus-visible { "
    "outline: 3px solid var(--soon); outline-offset: 2px; }\n"
    "@media print { :root { --back: #fff; --card: #fff; --text: #000; --quiet: #333; --line: #999; "
    "--good: #1a6b2f; --soon: #8a4b00; --bad: #a30d1b; } body { max-width: none; padding: 0; } h1, "
    "h1.good, h1.soon, h1.bad { background: none; color: #000; } details::details-content { "
    "content-visibility: visible; } }\n"
    "</style>\n";

enum urgency {
	GOOD,
	SOON,
	BAD,
	N_URGENCIES,
};

static const char *const classes[N_URGENCIES] = {"good", "soon", "bad"};

struct page {
	struct buf *out;
	struct arena *a;
	const struct report_status *status;
	struct status_ends ends;
	size_t n_ends[N_URGENCIES];
	size_t n_problems[N_URGENCIES];
	size_t n_rollovers; /* under way */
};

static void
put_text(struct buf *b, const char *text)
{
	static const struct {
		char c;
		const char *entity;
	} entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};

	for (; *text; text++) {
		size_t i = 0;

		while (i < 4 && entities[i].c != *text)
			i++;
		if (i < 4)
			buf_puts(b, entities[i].entity);
		else
			buf_putc(b, *text);
	}
}

static void
put_element(struct buf *b, const char *element, const char *class, const char *text)
{
	buf_printf(b, "<%s", element);
	if (class)
		buf_printf(b, " class=\"%s\"", class);
	buf_putc(b, '>');
	put_text(b, text);
	buf_printf(b, "</%s>", element);
}

/* Begins a row of a list: what it is about, what there is to say, and what stands at its end. */
static void
begin_row(struct buf *b, const char *class, const char *name, const char *words, const char *last)
{
	buf_printf(b, "<li class=\"%s\"><span>", class);
	put_element(b, "strong", NULL, name);
	buf_putc(b, ' ');
	put_text(b, words);
	buf_puts(b, "</span> ");
	if (last)
		put_element(b, "b", NULL, last);
}

/* --- Problems --- */

/* A zone that another machine built is no fault: here nobody can tell more. */
static bool
is_from_elsewhere(const struct build_zone *zone)
{
	return zone->status.state == ZONE_FOREIGN && !zone->status.built_here;
}

static enum urgency
urgency_of_zone(const struct build_zone *zone)
{
	if (zone->status.ahead_unread)
		return BAD;
	if (status_is_good(zone))
		return GOOD;
	return zone->built && (zone->status.state == ZONE_STALE || is_from_elsewhere(zone)) ? SOON
											    : BAD;
}

static const char *
words_of_zone(const struct build_zone *zone)
{
	static const char *const words[N_ZONE_STATES] = {
	    [ZONE_OK] = "is what the last build here wrote",
	    [ZONE_STALE] = "is due: zonepp build looks at it anew",
	    [ZONE_FOREIGN] = "is not what the last build here wrote",
	    [ZONE_BROKEN] = "is published as something that is no whole zone",
	    [ZONE_MISSING] = "is not published",
	};

	if (!zone->built)
		return "cannot be read: zonepp status tells why";
	if (zone->status.ahead_unread)
		return "has a response of an offline key that cannot be read: builds fail";
	return is_from_elsewhere(zone) ? "was not built here" : words[zone->status.state];
}

static const char *
state_of_zone(const struct build_zone *zone)
{
	return zone->built ? zone_state_names[zone->status.state] : "unreadable";
}

static void
put_problem_zones(const struct page *page, enum urgency urgency)
{
	const struct build *build = page->status->build;

	for (size_t i = 0; i < build->n; i++) {
		const struct build_zone *zone = &build->zones[i];

		if (urgency_of_zone(zone) != urgency)
			continue;
		begin_row(page->out, classes[urgency], zone->zone->name_text, words_of_zone(zone),
		    state_of_zone(zone));
		buf_puts(page->out, "</li>\n");
	}
}

static void
put_problems(const struct page *page)
{
	const struct rollovers *rollovers = page->status->rollovers;

	if (page->n_problems[BAD] + page->n_problems[SOON] == 0)
		return;
	buf_puts(page->out, "<h2>Problems</h2>\n<ul class=\"rows problems\">\n");
	for (size_t i = 0; i < rollovers->n; i++) {
		const struct rollover *r = &rollovers->items[i];

		if (r->phase != ROLLOVER_EARLY)
			continue;
		begin_row(page->out, "bad", r->certificate.is->name,
		    "was replaced too early: servers are refused with it", "early");
		buf_puts(page->out, "</li>\n");
	}
	put_problem_zones(page, BAD);
	put_problem_zones(page, SOON);
	buf_puts(page->out, "</ul>\n");
}

/* --- What ends when --- */

static enum urgency
urgency_of_end(const struct status_end *end, int64_t now)
{
	if (end->at_unix <= now)
		return BAD;
	return end->at_unix - now < (int64_t)SOON_DAYS * DAY_S ? SOON : GOOD;
}

static void
put_end(const struct page *page, const struct status_end *end, enum urgency urgency)
{
	const int64_t whole = (int64_t)BAR_DAYS * DAY_S;
	int64_t left = end->at_unix - page->status->now;
	const char *words = status_left(page->a, end->at_unix, page->status->now);

	if (left > 0)
		words = arena_printf(page->a, "in %s", words);
	if (left < 0)
		left = 0;
	begin_row(page->out, classes[urgency], end->name, end->words, words);
	put_element(page->out, "span", "quiet", table_instant(page->a, end->at_unix));
	buf_printf(page->out,
	    "<div class=\"bar\" aria-hidden=\"true\"><i style=\"width: %d%%\"></i></div></li>\n",
	    (int)(100 * (left < whole ? left : whole) / whole));
}

/* Those of one urgency, `n` from `ends` on: they come by time. */
static void
put_ends_of(const struct page *page, enum urgency urgency, const char *title,
    const struct status_end *ends, size_t n)
{
	size_t shown = n < ENDS_MOST ? n : ENDS_MOST;
	size_t open = urgency == GOOD && n > FOLD_AT ? FOLD_AT : shown;

	if (n == 0)
		return;
	buf_printf(page->out, "<h3>%s</h3>\n<ul class=\"rows\">\n", title);
	for (size_t i = 0; i < shown; i++) {
		if (i == open)
			buf_printf(page->out,
			    "</ul>\n<details>\n<summary>and %zu more</summary>\n<ul "
			    "class=\"rows\">\n",
			    n - open);
		put_end(page, &ends[i], urgency);
	}
	if (shown < n)
		buf_printf(page->out, "<li class=\"plain\"><span>and %zu more, later</span></li>\n",
		    n - shown);
	buf_puts(page->out, open < shown ? "</ul>\n</details>\n" : "</ul>\n");
}

static void
put_ends(const struct page *page)
{
	const struct status_end *items = page->ends.items;
	const size_t *n = page->n_ends;

	buf_puts(page->out, "<h2>What ends when</h2>\n");
	if (page->ends.n == 0) {
		buf_puts(page->out, "<p>Nothing ends: there are no signatures, key dates or "
				    "certificates.</p>\n");
		return;
	}
	buf_printf(page->out, "<p class=\"quiet\">A whole bar is %d days.</p>\n", BAR_DAYS);
	put_ends_of(page, BAD, "Ended", items, n[BAD]);
	put_ends_of(page, SOON, arena_printf(page->a, "Within %d days", SOON_DAYS), items + n[BAD],
	    n[SOON]);
	put_ends_of(page, GOOD, "Later", items + n[BAD] + n[SOON], n[GOOD]);
}

/* --- Rollovers --- */

static bool
is_under_way(const struct rollover *r)
{
	return r->phase != ROLLOVER_STEADY && r->phase != ROLLOVER_UNUSED;
}

static void
put_step(const struct page *page, const char *name, const char *phase, int64_t safe_unix,
    const char *step)
{
	begin_row(page->out, "plain", name, step, NULL);
	buf_puts(page->out, "<span>");
	put_element(page->out, "strong", NULL, phase);
	if (safe_unix != TIME_NEVER)
		put_element(page->out, "span", "quiet",
		    arena_printf(page->a, ", safe at %s", table_instant(page->a, safe_unix)));
	buf_puts(page->out, "</span></li>\n");
}

static void
put_rollovers(const struct page *page)
{
	const struct report_status *status = page->status;

	if (page->n_rollovers == 0)
		return;
	buf_puts(page->out, "<h2>Rollovers under way</h2>\n<ul class=\"rows\">\n");
	for (size_t i = 0; i < status->rollovers->n; i++) {
		const struct rollover *r = &status->rollovers->items[i];

		if (is_under_way(r))
			put_step(page,
			    arena_printf(page->a, "certificate %s", r->certificate.is->name),
			    rollover_phase_name(r->phase), r->safe_unix,
			    report_rollover_step(page->a, r));
	}
	for (size_t i = 0; i < status->keys->n; i++) {
		const struct keyroll *k = &status->keys->items[i];

		if (keyroll_is_under_way(k))
			put_step(page,
			    arena_printf(page->a, "key %u of %s", k->key->tag, k->zone->name_text),
			    keyroll_phase_name(k->phase), k->at_unix, keyroll_words(page->a, k));
	}
	buf_puts(page->out, "</ul>\n");
}

/* --- Zones --- */

static void
put_zone(const struct page *page, const struct build_zone *zone)
{
	const struct zone_status *s = &zone->status;
	const char *words = "";

	if (zone->built && s->state != ZONE_MISSING && s->state != ZONE_BROKEN)
		words = arena_printf(page->a, "serial %u, %zu records, %zu signatures",
		    (unsigned)s->serial, s->n_records, s->n_signatures);
	begin_row(page->out, classes[urgency_of_zone(zone)], zone->zone->name_text, words,
	    state_of_zone(zone));
	buf_puts(page->out, "</li>\n");
}

static void
put_zones(const struct page *page)
{
	const struct build *build = page->status->build;
	bool folded = build->n > FOLD_AT;

	if (build->n == 0)
		return;
	buf_puts(page->out, "<h2>Zones</h2>\n");
	if (folded)
		buf_printf(page->out, "<details>\n<summary>All %zu</summary>\n", build->n);
	buf_puts(page->out, "<ul class=\"rows zones\">\n");
	for (size_t i = 0; i < build->n; i++)
		put_zone(page, &build->zones[i]);
	buf_puts(page->out, folded ? "</ul>\n</details>\n" : "</ul>\n");
}

/* --- What is seen from afar --- */

static void
count(struct page *page)
{
	const struct report_status *status = page->status;

	status_ends(page->a, status, &page->ends);
	for (size_t i = 0; i < page->ends.n; i++)
		page->n_ends[urgency_of_end(&page->ends.items[i], status->now)]++;
	for (size_t i = 0; i < status->build->n; i++)
		page->n_problems[urgency_of_zone(&status->build->zones[i])]++;
	for (size_t i = 0; i < status->rollovers->n; i++) {
		page->n_problems[BAD] += status->rollovers->items[i].phase == ROLLOVER_EARLY;
		page->n_rollovers += is_under_way(&status->rollovers->items[i]);
	}
	for (size_t i = 0; i < status->keys->n; i++)
		page->n_rollovers += keyroll_is_under_way(&status->keys->items[i]);
}

static const char *
verdict(const struct page *page, enum urgency *urgency)
{
	size_t bad = page->n_problems[BAD] + page->n_ends[BAD];
	size_t soon = page->n_problems[SOON] + page->n_ends[SOON];

	*urgency = bad > 0 ? BAD : soon > 0 ? SOON : GOOD;
	if (bad > 0)
		return arena_printf(page->a, "%zu to mend now", bad);
	if (soon > 0)
		return arena_printf(page->a, "All holds, %zu to look at", soon);
	return "All is well";
}

static void
put_tile(const struct page *page, enum urgency urgency, size_t n, const char *words)
{
	buf_printf(
	    page->out, "<li><b class=\"%s\">%zu</b> ", n > 0 ? classes[urgency] : "quiet", n);
	put_text(page->out, words);
	buf_puts(page->out, "</li>\n");
}

static void
put_top(const struct page *page)
{
	const struct build *build = page->status->build;
	enum urgency urgency;
	const char *words = verdict(page, &urgency);

	put_element(page->out, "title", NULL, arena_printf(page->a, "zonepp: %s", words));
	buf_puts(page->out, "\n</head>\n<body>\n<main>\n");
	put_element(page->out, "h1", classes[urgency], words);
	buf_puts(page->out, "\n<p><strong>");
	put_text(page->out, page->status->project);
	buf_printf(page->out, "</strong> as of %s</p>\n<ul class=\"tiles\">\n",
	    table_instant(page->a, page->status->now));
	put_tile(page, GOOD, page->n_problems[GOOD],
	    arena_printf(page->a, "of %zu zone%s ok", build->n, build->n == 1 ? "" : "s"));
	put_tile(page, BAD, page->n_ends[BAD], "ended");
	put_tile(
	    page, SOON, page->n_ends[SOON], arena_printf(page->a, "within %d days", SOON_DAYS));
	put_tile(page, GOOD, page->n_rollovers,
	    page->n_rollovers == 1 ? "rollover under way" : "rollovers under way");
	buf_puts(page->out, "</ul>\n");
}

void
report_status_html(struct buf *out, const struct report_status *status)
{
	struct arena a = {0};
	struct page page = {.out = out, .a = &a, .status = status};

	count(&page);
	buf_puts(out, head);
	put_top(&page);
	put_problems(&page);
	put_ends(&page);
	put_rollovers(&page);
	put_zones(&page);
	buf_puts(out, "</main>\n</body>\n</html>\n");
	arena_free(&a);
}
