/* A page for a wall: nothing is loaded from elsewhere, no script runs, and it is read on a
 * telephone, in the dark, and on paper. */
#include "report/status.h"

#include "report/table.h"

enum {
	DAY_S = 86400,
	BAR_S = 30 * DAY_S, /* what a whole bar stands for */
	SOON_S = 7 * DAY_S, /* what ends within it is to be seen from afar */
	ENDS_MOST = 500,    /* rows: of more, those that come first */
};

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n"
    "<title>zonepp status</title>\n"
    "<style>\n"
    ":root { --back: #fff; --text: #1b1b1b; --quiet: #555; --line: #ccc; --good: #1a6b2f; "
    "--soon: #8a4b00; --bad: #a30d1b; }\n"
    "@media (prefers-color-scheme: dark) { :root { --back: #121212; --text: #ececec; --quiet: "
    "#b5b5b5; --line: #444; --good: #7ad492; --soon: #ffb74d; --bad: #ff8a80; } }\n"
    "body { margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--back); color: "
    "var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }\n"
    "h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }\n"
    "p { margin: .25rem 0; } .quiet { color: var(--quiet); }\n"
    "ul { list-style: none; margin: 0; padding: 0; }\n"
    "li { border-top: 1px solid var(--line); padding: .5rem 0; break-inside: avoid; }\n"
    ".good { color: var(--good); } .soon { color: var(--soon); } .bad { color: var(--bad); }\n"
    "strong { font-weight: 600; }\n"
    "meter { display: block; width: 100%; height: 1rem; }\n"
    "@media print { :root { --back: #fff; --text: #000; --quiet: #333; --line: #999; } body { "
    "max-width: none; } }\n"
    "</style>\n"
    "</head>\n"
    "<body>\n";

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
put_class(struct buf *b, const char *class, const char *text)
{
	buf_printf(b, "<span class=\"%s\">", class);
	put_text(b, text);
	buf_puts(b, "</span>");
}

/* --- Problems --- */

static void
put_problems(struct buf *b, const struct report_status *status)
{
	size_t n = 0;

	buf_puts(b, "<h2>Problems</h2>\n<ul>\n");
	for (size_t i = 0; i < status->build->n; i++) {
		const struct build_zone *zone = &status->build->zones[i];

		if (status_is_good(zone))
			continue;
		buf_puts(b, "<li><strong>");
		put_text(b, zone->zone->name_text);
		buf_puts(b, "</strong> ");
		put_class(b, zone->built && zone->status.state == ZONE_STALE ? "soon" : "bad",
		    zone->built ? zone_state_names[zone->status.state] : "unreadable");
		buf_puts(b, "</li>\n");
		n++;
	}
	for (size_t i = 0; i < status->rollovers->n; i++) {
		const struct rollover *rollover = &status->rollovers->items[i];

		if (rollover->phase != ROLLOVER_EARLY)
			continue;
		buf_puts(b, "<li><strong>");
		put_text(b, rollover->certificate.is->name);
		buf_puts(b, "</strong> ");
		put_class(b, "bad", "the certificate was replaced too early");
		buf_puts(b, "</li>\n");
		n++;
	}
	if (n == 0)
		buf_puts(b, "<li><span class=\"good\">none</span></li>\n");
	buf_puts(b, "</ul>\n");
}

/* --- What ends when --- */

static void
put_end(struct buf *b, struct arena *a, const struct status_end *end, int64_t now)
{
	int64_t left = end->at_unix - now;
	const char *class = left < 0 ? "bad" : left < SOON_S ? "soon" : "good";
	int64_t shown = left < 0 ? 0 : left < BAR_S ? left : BAR_S;

	buf_puts(b, "<li><strong>");
	put_text(b, end->name);
	buf_puts(b, "</strong> ");
	put_text(b, end->words);
	buf_puts(b, ": ");
	put_class(b, class, status_left(a, end->at_unix, now));
	buf_printf(b,
	    " <span class=\"quiet\">%s</span><meter min=\"0\" max=\"%d\" low=\"%d\" "
	    "optimum=\"%d\" value=\"%lld\" aria-label=\"time left\">%lld days</meter></li>\n",
	    table_instant(a, end->at_unix), BAR_S / DAY_S, SOON_S / DAY_S, BAR_S / DAY_S,
	    (long long)(shown / DAY_S), (long long)(left / DAY_S));
}

static void
put_ends(struct buf *b, struct arena *a, const struct report_status *status)
{
	struct status_ends ends;

	status_ends(a, status, &ends);
	buf_puts(
	    b, "<h2>What ends when</h2>\n<p class=\"quiet\">A whole bar is 30 days.</p>\n<ul>\n");
	for (size_t i = 0; i < ends.n && i < ENDS_MOST; i++)
		put_end(b, a, &ends.items[i], status->now);
	if (ends.n > ENDS_MOST)
		buf_printf(b, "<li>and %zu more, later</li>\n", ends.n - ENDS_MOST);
	if (ends.n == 0)
		buf_puts(b, "<li>nothing</li>\n");
	buf_puts(b, "</ul>\n");
}

/* --- Rollovers --- */

static void
put_step(struct buf *b, struct arena *a, const char *name, const char *phase, int64_t safe_unix,
    const char *step)
{
	buf_puts(b, "<li><strong>");
	put_text(b, name);
	buf_puts(b, "</strong> ");
	put_text(b, phase);
	if (safe_unix != TIME_NEVER)
		buf_printf(b, " until %s", table_instant(a, safe_unix));
	if (step) {
		buf_puts(b, ": ");
		put_text(b, step);
	}
	buf_puts(b, "</li>\n");
}

static void
put_rollovers(struct buf *b, struct arena *a, const struct report_status *status)
{
	size_t n = 0;

	buf_puts(b, "<h2>Rollovers under way</h2>\n<ul>\n");
	for (size_t i = 0; i < status->rollovers->n; i++) {
		const struct rollover *r = &status->rollovers->items[i];

		if (r->phase == ROLLOVER_STEADY || r->phase == ROLLOVER_UNUSED)
			continue;
		put_step(b, a, arena_printf(a, "certificate %s", r->certificate.is->name),
		    rollover_phase_name(r->phase), r->safe_unix, NULL);
		n++;
	}
	for (size_t i = 0; i < status->keys->n; i++) {
		const struct keyroll *k = &status->keys->items[i];

		if (!keyroll_is_under_way(k))
			continue;
		put_step(b, a, arena_printf(a, "key %u of %s", k->key->tag, k->zone->name_text),
		    keyroll_phase_name(k->phase), k->at_unix, keyroll_words(a, k));
		n++;
	}
	if (n == 0)
		buf_puts(b, "<li>none</li>\n");
	buf_puts(b, "</ul>\n");
}

/* --- Zones --- */

static void
put_zones(struct buf *b, const struct build *build)
{
	buf_printf(b, "<h2>Zones</h2>\n<ul>\n");
	for (size_t i = 0; i < build->n; i++) {
		const struct build_zone *zone = &build->zones[i];

		buf_puts(b, "<li><strong>");
		put_text(b, zone->zone->name_text);
		buf_printf(b, "</strong> serial %u, %zu records, %zu signatures</li>\n",
		    (unsigned)zone->status.serial, zone->status.n_records,
		    zone->status.n_signatures);
	}
	buf_puts(b, "</ul>\n");
}

void
report_status_html(struct buf *out, const struct report_status *status)
{
	struct arena a = {0};
	size_t n_good = 0;

	for (size_t i = 0; i < status->build->n; i++)
		n_good += status_is_good(&status->build->zones[i]);
	buf_puts(out, head);
	buf_puts(out, "<main>\n<h1>zonepp status</h1>\n<p>");
	put_text(out, status->project);
	buf_printf(out, ": %zu of %zu zones are as they should be</p>\n", n_good, status->build->n);
	buf_printf(out, "<p class=\"quiet\">%s</p>\n", table_instant(&a, status->now));
	put_problems(out, status);
	put_ends(out, &a, status);
	put_rollovers(out, &a, status);
	put_zones(out, status->build);
	buf_puts(out, "</main>\n</body>\n</html>\n");
	arena_free(&a);
}
