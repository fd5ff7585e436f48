/* Rows of records, and what check_zone() tells of them. */
#ifndef CHECK_ROWS_H
#define CHECK_ROWS_H

#include "zone_fixture.h"

#include "check/zone.h"

struct row {
	const char *text, *problems;
};

/* What each row says stands behind `head`. */
static inline void
check(const char *zone, const char *head, const struct row *rows, size_t n)
{
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		struct zone_fixture f;
		struct buf text = {0};

		buf_puts(&text, head);
		buf_puts(&text, rows[i].text);
		put_bytes("a.zone", text.data, text.len);
		buf_free(&text);
		zone_load(&f, "a.zone", zone);
		check_zone(&f.store, 0);
		problems_print(&f.text, &f.diags);
		if (strcmp(f.text.data, rows[i].problems) != 0) {
			print_error("%s: %s, not %s (%s)\n", rows[i].text, f.text.data,
			    rows[i].problems, f.diags.n ? f.diags.items[0].message : "");
			good = false;
		}
		zone_free(&f);
	}
	assert_true(good);
}

#endif
