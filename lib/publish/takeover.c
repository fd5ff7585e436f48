#include "publish/takeover.h"

#include "base/mem.h"
#include "check/zone.h"
#include "zone/lex.h"
#include "zone/soa.h"

#include <stdlib.h>

/* --- What the file says of its name --- */

/* The first SOA record, looked for as if the file were a part of a zone that nothing is known of.
 */
struct search {
	bool tells; /* the owner of the entry at hand is known in full */
	bool found, named;
	struct name name;
	struct pos pos;
};

static bool
is_absolute(const struct token *token)
{
	return token->len > 0 && token->text[token->len - 1] == '.' &&
	       (token->len == 1 || token->text[token->len - 2] != '\\');
}

static void
look_at_entry(void *ctx, struct parser *parser, const struct entry *entry, enum entry_kind kind)
{
	struct search *search = ctx;
	const struct token *first = &entry->tokens[0];

	(void)kind;
	search->tells = !entry->blank_owner && (is_absolute(first) || parser_origin_known(parser));
	if (!search->found)
		search->pos = token_pos(entry, first);
}

static void
take_soa(struct search *search, const struct name *owner)
{
	if (search->found)
		return;
	search->found = true;
	search->named = owner && search->tells;
	if (search->named)
		search->name = *owner;
}

static int
look_at_record(void *ctx, const struct parsed *record)
{
	if (record->type == TYPE_SOA)
		take_soa(ctx, record->owner);
	return 0;
}

static void
look_at_lost(void *ctx, const struct name *owner, uint16_t type)
{
	if (type == TYPE_SOA)
		take_soa(ctx, owner);
}

static void
look(struct diags *diags, const struct load_options *load, struct search *search)
{
	struct directives directives;
	struct parse_options parse = {.fragment = true,
	    .torn = true,
	    .roots = load->roots,
	    .named = load->named,
	    .includes = load->includes,
	    .directives = directives.rows,
	    .sink = {.ctx = search,
		.record = look_at_record,
		.lost = look_at_lost,
		.entry = look_at_entry}};
	struct name zone;

	*search = (struct search){.found = false};
	load_begin(diags, load);
	directives_begin(&directives, &diags->arena, load->now, true);
	directives.rows[0] = (struct parse_directive){NULL, NULL, NULL};
	parse_file(diags, &parse, load->path, &zone);
}

bool
takeover_is_zone(const struct load_options *load)
{
	struct diags own = {0};
	struct search search;

	look(&own, load, &search);
	diags_free(&own);
	return search.found;
}

static bool
is_json(struct text text)
{
	size_t i = 0;

	while (i < text.len && strchr(" \t\r\n", text.data[i]))
		i++;
	return i < text.len && (text.data[i] == '{' || text.data[i] == '[');
}

/* The file has no SOA record, or one that does not name the zone. Returns -1. */
static int
refuse(struct diags *diags, const struct load_options *load, const struct search *search)
{
	struct text text;
	uint32_t source;

	if (parse_load(diags, NULL, load->path, 1, &text, &source) < 0)
		return -1;
	if (!search->found && is_json(text))
		return diag_add_path(diags, load->path, P_TAKEOVER,
		    "%s is JSON: let it be exported as a zone file, as `cli53 export` does",
		    load->path);
	if (!search->found)
		return diag_add_path(
		    diags, load->path, P_TAKEOVER, "%s has no SOA record", load->path);
	return diag_add(diags,
	    pos_source(search->pos) == 1 ? pos_at(source, pos_offset(search->pos)) : pos_none(),
	    P_NAMELESS,
	    "%s does not tell its zone's name: the owner of the SOA record is relative, and no "
	    "$ORIGIN stands before it",
	    load->path);
}

/* Returns -1 with a problem added where nothing names the zone. */
static int
find_name(struct diags *diags, const struct load_options *load, enum takeover_naming *naming,
    struct name *out)
{
	struct diags own = {0};
	struct search search;

	look(&own, load, &search);
	diags_free(&own);
	if (search.named && *naming == TAKEOVER_BY_GUESS)
		*naming = TAKEOVER_BY_FILE;
	if (!search.found || (*naming == TAKEOVER_BY_FILE && !search.named))
		return refuse(diags, load, &search);
	*out = *naming == TAKEOVER_BY_FILE ? search.name : *load->zone;
	return 0;
}

/* --- Its text --- */

/* A number that stands in the text itself may be changed there. */
static void
find_serial(struct takeover *zone)
{
	enum { TYPE_AT_MOST = 3, SERIAL = 3 };
	struct diags own = {0};
	struct lexer lexer;
	const struct entry *entry = &lexer.entry;

	lex_begin(&lexer, &own, zone->text, 1);
	while (zone->serial_len == 0 && lex_next(&lexer) == LEX_ENTRY)
		for (size_t i = 0; i <= TYPE_AT_MOST && i + SERIAL < entry->n; i++) {
			const struct token *serial = &entry->tokens[i + SERIAL];

			if (!text_is_nocase(token_text(&entry->tokens[i]), "SOA") ||
			    strtoul(serial->text, NULL, 10) != zone->serial)
				continue;
			zone->serial_at = (size_t)(serial->text - zone->text.data);
			zone->serial_len = serial->len;
			break;
		}
	lex_end(&lexer);
	diags_free(&own);
}

struct text
takeover_with_serial(struct arena *a, const struct takeover *zone, uint32_t serial)
{
	struct buf b = {0};
	size_t behind = zone->serial_at + zone->serial_len, len;

	buf_put(&b, zone->text.data, zone->serial_at);
	buf_printf(&b, "%u", (unsigned)serial);
	buf_put(&b, zone->text.data + behind, zone->text.len - behind);
	len = b.len;
	return (struct text){buf_text(&b, a), len};
}

static bool
has_part(const struct takeover *zone, const char *path)
{
	for (size_t i = 0; i < zone->n_parts; i++)
		if (strcmp(zone->parts[i].path, path) == 0)
			return true;
	return false;
}

/* What it includes comes along, where that lies beside or below it: then its paths stay right. */
static int
take_parts(struct diags *diags, const struct load_options *load, struct takeover *zone)
{
	struct arena *a = &diags->arena;
	const char *folder = file_absolute(a, file_folder(a, load->path));
	size_t len = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
	int result = 0;

	zone->parts = arena_alloc(a, diags->n_sources * sizeof(*zone->parts) + 1);
	for (size_t i = 0; i < diags->n_sources; i++) {
		const struct source *source = &diags->sources[i];
		const char *path = file_absolute(a, source->path);

		if (pos_source(source->includer) == 0)
			continue;
		if (strncmp(path, folder, len) != 0 || path[len] != '/') {
			result = diag_add(diags, source->includer, P_TAKEOVER,
			    "%s lies outside of %s, whose files are taken over", source->path,
			    file_folder(a, load->path));
			continue;
		}
		path += len + 1;
		if (!has_part(zone, path))
			zone->parts[zone->n_parts++] = (struct takeover_part){path, source->text};
	}
	return result;
}

int
takeover_read(struct diags *diags, const struct load_options *load, enum takeover_naming *naming,
    struct takeover *out)
{
	struct load_options named = *load;
	struct loaded loaded;
	int result;

	*out = (struct takeover){.path = load->path};
	if (find_name(diags, load, naming, &out->name) < 0)
		return -1;
	out->name_text = name_absolute_text(&diags->arena, out->name.wire);
	if (out->name.len > 1)
		out->name_text =
		    arena_text(&diags->arena, out->name_text, strlen(out->name_text) - 1);
	named.zone = &out->name;
	named.keep_text = true;
	result = load_zone(diags, &named, &loaded);
	store_sort(&loaded.store);
	if ((result == 0 ? check_zone(&loaded.store, 0) : check_names(&loaded.store)) < 0)
		result = -1;
	out->n_records = loaded.store.n_records;
	if (store_soa(&loaded.store))
		out->serial = zone_serial(&loaded.store);
	load_free(&loaded);
	if (result == 0)
		result = take_parts(diags, load, out);
	if (result < 0)
		return -1;
	out->text = diags->sources[0].text;
	find_serial(out);
	return 0;
}
