#include "dnssec/verify_part.h"

#include "base/mem.h"

#include <stdlib.h>

void
fault_add(struct faults *faults, struct pos pos, enum problem problem, const char *format, ...)
{
	va_list args;

	faults->items = mem_grow(faults->items, faults->n, &faults->cap, sizeof(*faults->items));
	faults->items[faults->n++] = (struct fault){pos, problem, faults->text.len};
	va_start(args, format);
	buf_vprintf(&faults->text, format, args);
	va_end(args);
	buf_putc(&faults->text, '\0');
}

void
faults_tell(struct faults *faults, struct diags *diags)
{
	for (size_t i = 0; i < faults->n; i++) {
		const struct fault *fault = &faults->items[i];

		diag_add(
		    diags, fault->pos, fault->problem, "%s", faults->text.data + fault->message);
	}
	faults->n = 0;
	buf_clear(&faults->text);
}

void
faults_free(struct faults *faults)
{
	free(faults->items);
	buf_free(&faults->text);
}

void
tally_add(struct tally *tally, size_t n, struct pos pos)
{
	if (n > 0 && (tally->n == 0 || pos.at < tally->pos.at))
		tally->pos = pos;
	tally->n += n;
}
