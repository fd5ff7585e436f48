#include "publish/said.h"

#include "base/codec.h"

#include <inttypes.h>

/* Problems that inputs and settings alone decide on. A list, not its contrary: a code that is
 * forgotten here costs time, and one that should not be here would be told when it holds no more.
 */
static const enum problem lasting[] = {Z_NO_TTL, Z_OCCLUDED, Z_KEY_PLACE, Z_GLUE, Z_TARGET,
    Z_TARGET_ALIAS, Z_RRSET_MANY, Z_KEY_FLAGS, Z_GENERATE_OFFSET, Z_IGNORE, Z_IGNORE_IDLE,
    Z_WILDCARD_HIDDEN, Z_HOST_NAME, Z_LAST_DOT, Z_TARGET_LOST, Z_ADDRESS_NAME, Z_MAILBOX,
    Z_ALIAS_LOOP, Z_TEXT_CUT, Z_TEXT_JOINED, Z_TEXT_PLACE, Z_SPF, Z_SPF_LOOKUPS, Z_SPF_STYLE,
    Z_DMARC, Z_DKIM, Z_DKIM_KEY, Z_TLSRPT, Z_MTA_STS, Z_MTA_STS_HOST, Z_CAA, Z_CAA_STYLE,
    Z_SVCB_ALIAS, Z_SVCB_MANDATORY, Z_SVCB_DOHPATH, Z_SVCB_CASE, D_NAME_EE, D_WEAK_KEY,
    D_WEAK_SIGNATURE, D_PKIX_MAIL, D_MANY, D_FULL, D_SHA512, D_ALIAS_SHADOW, D_ALIAS, D_ALIAS_LOST,
    D_MX_UNEVEN, D_MX_MEANT, D_NO_HOST, D_LOST_OWNER, D_UNSIGNED, D_PRIVATE, D_MAIL_BARE,
    D_OWN_AS_CA, D_SHARED_ALONE, D_ROOT_ALONE, D_CA_AS_EE, D_NO_NEXT, D_EXPLICIT_CURVE,
    D_BARE_OTHER, D_KEY_LEFT, D_PGP_USER, D_LARGE, D_DKIM_WEAK, D_MAIL_CERT, D_MAIL_FORM,
    D_MAIL_STAR, D_MAIL_USE, D_MAIL_CASE};

static const char begin_of[] = "of ", begin_problem[] = "problem ", begin_more[] = "more ";

static bool
is_lasting(enum problem problem)
{
	for (size_t i = 0; i < sizeof(lasting) / sizeof(lasting[0]); i++)
		if (lasting[i] == problem)
			return true;
	return false;
}

/* What stands at no place of the zone's files stands in the project file, whose lines move. */
static bool
lasts(const struct diag *d)
{
	return is_lasting(d->problem) && d->order > 0;
}

size_t
said_passing(const struct diags *diags)
{
	size_t n = 0;

	for (size_t i = 0; i < diags->told.n_counts; i++)
		if (!is_lasting(diags->told.counts[i].problem))
			n += diags->told.counts[i].n;
	for (size_t i = 0; i < diags->n; i++)
		n += is_lasting(diags->items[i].problem) && diags->items[i].order == 0;
	return n;
}

/* --- To a line --- */

/* "LENGTH:TEXT", or "-" for none. Returns false if it has a newline. */
static bool
put_field(struct buf *b, struct text text)
{
	if (!text.data) {
		buf_puts(b, " -");
		return true;
	}
	buf_printf(b, " %zu:", text.len);
	buf_put(b, text.data, text.len);
	return !text.len || !memchr(text.data, '\n', text.len);
}

static bool
put_string(struct buf *b, const char *string)
{
	return put_field(b, string ? text_of(string) : (struct text){NULL, 0});
}

static bool
put_place(struct buf *b, const struct place *place)
{
	buf_printf(b, " %" PRIu64 " %" PRIu32, place->line, place->column);
	return put_string(b, place->path);
}

static bool
put_diag(struct buf *b, const struct diag *d)
{
	bool good;

	buf_printf(b, "%s%s %d %" PRIu64 " %" PRIu32 " %zu", begin_problem,
	    problem_table[d->problem].code, (int)d->severity, d->order, d->underline,
	    d->n_included);
	good = put_place(b, &d->place);
	good = put_field(b, d->line_text) && good;
	good = put_string(b, d->message) && good;
	good = put_string(b, d->fix) && good;
	for (size_t i = 0; i < d->n_included; i++)
		good = put_place(b, &d->included[i]) && good;
	buf_putc(b, '\n');
	return good;
}

/* Those that were only counted. */
static void
put_more(struct buf *b, const struct diags *diags, const struct told_count *count)
{
	size_t kept = 0;
	enum severity severity = SEVERITY_NOTE;

	for (size_t i = 0; i < diags->n; i++)
		if (diags->items[i].problem == count->problem) {
			severity = diags->items[i].severity;
			kept++;
		}
	if (count->n > kept)
		buf_printf(b, "%s%s %d %zu\n", begin_more, problem_table[count->problem].code,
		    (int)severity, count->n - kept);
}

static const char *
home_of(const struct diags *diags)
{
	return diags->home_path ? diags->home_path : "";
}

int
said_print(struct buf *b, const struct diags *diags, const char *template)
{
	size_t len = b->len;
	bool good = !strchr(template, '\n') && !strchr(home_of(diags), '\n');

	if (said_passing(diags) < diags->told.n)
		buf_printf(b, "%s%s %s\n", begin_of, template, home_of(diags));
	for (size_t i = 0; i < diags->n; i++)
		if (lasts(&diags->items[i]))
			good = put_diag(b, &diags->items[i]) && good;
	for (size_t i = 0; i < diags->told.n_counts; i++)
		if (is_lasting(diags->told.counts[i].problem))
			put_more(b, diags, &diags->told.counts[i]);
	if (!good)
		b->len = len;
	return good ? 0 : -1;
}

/* --- From a line --- */

static bool
begins(struct text line, const char *with)
{
	size_t len = strlen(with);

	return line.len >= len && memcmp(line.data, with, len) == 0;
}

bool
said_is_line(struct text line)
{
	return begins(line, begin_of) || begins(line, begin_problem) || begins(line, begin_more);
}

/* The word ahead of the next blank, or all that is left. */
static struct text
take_word(struct text *line)
{
	const char *blank = line->len ? memchr(line->data, ' ', line->len) : NULL;
	struct text word = {line->data, blank ? (size_t)(blank - line->data) : line->len};

	line->data += word.len + (blank != NULL);
	line->len -= word.len + (blank != NULL);
	return word;
}

static bool
take_number(struct text *line, uint64_t most, uint64_t *number)
{
	return decimal_parse(take_word(line), most, number) == 0;
}

static bool
take_u32(struct text *line, uint32_t *number)
{
	uint64_t n;

	if (!take_number(line, UINT32_MAX, &n))
		return false;
	*number = (uint32_t)n;
	return true;
}

/* What put_field wrote, as a text of its own in `a`. */
static bool
take_field(struct text *line, struct arena *a, struct text *field)
{
	const char *colon;
	uint64_t len;

	if (line->len > 0 && *line->data == '-') {
		take_word(line);
		*field = (struct text){NULL, 0};
		return true;
	}
	colon = line->len ? memchr(line->data, ':', line->len) : NULL;
	if (!colon || decimal_parse((struct text){line->data, (size_t)(colon - line->data)},
			  line->len, &len) < 0)
		return false;
	line->len -= (size_t)(colon + 1 - line->data);
	line->data = colon + 1;
	if (len > line->len || (len < line->len && line->data[len] != ' '))
		return false;
	*field = (struct text){arena_text(a, line->data, len), len};
	len += len < line->len;
	line->data += len;
	line->len -= len;
	return true;
}

static bool
take_string(struct text *line, struct arena *a, const char **string)
{
	struct text field;

	if (!take_field(line, a, &field))
		return false;
	*string = field.data;
	return true;
}

static bool
take_place(struct text *line, struct arena *a, struct place *place)
{
	return take_number(line, UINT64_MAX, &place->line) && take_u32(line, &place->column) &&
	       take_string(line, a, &place->path);
}

static bool
take_code(struct text *line, struct diag *d)
{
	struct text code = take_word(line);
	uint64_t severity;

	for (size_t i = 0; i < sizeof(lasting) / sizeof(lasting[0]); i++)
		if (text_is(code, problem_table[lasting[i]].code)) {
			d->problem = lasting[i];
			if (!take_number(line, SEVERITY_ERROR, &severity))
				return false;
			d->severity = (enum severity)severity;
			return true;
		}
	return false;
}

static int
take_of(struct diags *diags, struct text line, const char *template)
{
	const char *home = home_of(diags);
	size_t len = strlen(template);

	return line.len == len + 1 + strlen(home) && memcmp(line.data, template, len) == 0 &&
		       line.data[len] == ' ' &&
		       text_is((struct text){line.data + len + 1, strlen(home)}, home)
		   ? 0
		   : -1;
}

static int
take_diag(struct diags *diags, struct text line, const char *template)
{
	struct arena *a = &diags->arena;
	struct diag d = {0};
	uint64_t n_included;

	(void)template;
	if (!take_code(&line, &d) || !take_number(&line, UINT64_MAX, &d.order) ||
	    !take_u32(&line, &d.underline) || !take_number(&line, line.len, &n_included) ||
	    !take_place(&line, a, &d.place) || !take_field(&line, a, &d.line_text) ||
	    !take_string(&line, a, &d.message) || !take_string(&line, a, &d.fix) || !d.message)
		return -1;
	d.n_included = n_included;
	if (n_included > 0)
		d.included = arena_zalloc(a, n_included * sizeof(*d.included));
	for (size_t i = 0; i < n_included; i++)
		if (!take_place(&line, a, &d.included[i]))
			return -1;
	diag_retell(diags, &d);
	return line.len == 0 ? 0 : -1;
}

static int
take_more(struct diags *diags, struct text line, const char *template)
{
	struct diag d = {0};
	uint64_t n;

	(void)template;
	if (!take_code(&line, &d) || !take_number(&line, UINT32_MAX, &n) || line.len > 0)
		return -1;
	for (uint64_t i = 0; i < n; i++)
		diag_retell(diags, &d);
	return 0;
}

int
said_take(struct diags *diags, struct text line, const char *template)
{
	static const struct {
		const char *begin;
		int (*take)(struct diags *diags, struct text line, const char *template);
	} rows[] = {{begin_of, take_of}, {begin_problem, take_diag}, {begin_more, take_more}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].begin);

		if (begins(line, rows[i].begin))
			return rows[i].take(
			    diags, (struct text){line.data + len, line.len - len}, template);
	}
	return -1;
}
