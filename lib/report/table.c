#include "report/table.h"

#include "base/duration.h"

static int
width_of(const char *const *cells, size_t n_rows, size_t n_columns, size_t column)
{
	size_t width = 0;

	for (size_t i = 0; i < n_rows; i++)
		if (width < strlen(cells[i * n_columns + column]))
			width = strlen(cells[i * n_columns + column]);
	return (int)width;
}

void
report_table(struct buf *out, const char *const *cells, size_t n_rows, size_t n_columns)
{
	int width[TABLE_COLUMNS_MOST] = {0}; /* the last column is as wide as each line needs */

	for (size_t k = 0; k + 1 < n_columns; k++)
		width[k] = width_of(cells, n_rows, n_columns, k);
	for (size_t i = 0; i < n_rows; i++)
		for (size_t k = 0; k < n_columns; k++)
			buf_printf(out, "%-*s%s", width[k], cells[i * n_columns + k],
			    k + 1 < n_columns ? "  " : "\n");
}

const char *
table_instant(struct arena *a, int64_t t_unix)
{
	struct buf b = {0};

	instant_print_iso(&b, t_unix);
	return buf_text(&b, a);
}
