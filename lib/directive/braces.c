#include "directive/braces.h"

/* What may stand in one place: one text, or the alternatives of a list. */
struct place_texts {
	struct text *items;
	size_t n;
};

struct pattern {
	struct place_texts *places;
	size_t n;
	struct text *texts; /* of all places */
	size_t n_texts;
};

static int
fail(struct diags *diags, const struct entry *entry, const char *at, const char *why)
{
	return diag_error(diags, entry_pos(entry, at), D_BRACES, "%s", why);
}

/* The next byte of `delimiters` that no backslash escapes, or `end`. */
static const char *
find_plain(const char *p, const char *end, const char *delimiters)
{
	for (; p < end && !(*p && strchr(delimiters, *p)); p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p < end ? p : end;
}

static void
add_text(struct pattern *pattern, const char *from, const char *to)
{
	struct place_texts *place = &pattern->places[pattern->n - 1];

	if (place->n++ == 0)
		place->items = &pattern->texts[pattern->n_texts];
	pattern->texts[pattern->n_texts++] = (struct text){from, (size_t)(to - from)};
}

/* Reads the list behind the brace at `open`; returns what follows it, or NULL. */
static const char *
read_list(struct diags *diags, const struct entry *entry, const char *open, const char *end,
    struct pattern *pattern)
{
	const char *p = open + 1;

	for (;; p++) {
		const char *from = p;

		p = find_plain(p, end, "{,}");
		if (p == end)
			fail(diags, entry, open, "the brace is never closed");
		else if (*p == '{')
			fail(diags, entry, p, "a brace list inside another");
		else if (p == from)
			fail(diags, entry, p, "an alternative is empty");
		if (p == end || *p == '{' || p == from)
			return NULL;
		add_text(pattern, from, p);
		if (*p == '}')
			return p + 1;
	}
}

static int
read_pattern(
    struct diags *diags, const struct entry *entry, struct text text, struct pattern *pattern)
{
	const char *p = text.data, *end = p + text.len;

	while (p < end) {
		const char *from = p;

		p = find_plain(p, end, "{}");
		pattern->n++;
		if (p > from) {
			add_text(pattern, from, p);
			continue;
		}
		if (*p == '}')
			return fail(diags, entry, p, "the brace was never opened");
		p = read_list(diags, entry, p, end, pattern);
		if (!p)
			return -1;
	}
	return 0;
}

static void
write_out(
    struct arena *a, const struct pattern *pattern, size_t number, size_t room, struct braced *out)
{
	char *text = (char *)arena_bytes(a, room);
	const char **from = arena_alloc(a, room * sizeof(*from));
	size_t len = room;

	/* From the last place to the first, so from the end of the room. */
	for (size_t i = pattern->n; i-- > 0;) {
		const struct place_texts *place = &pattern->places[i];
		struct text chosen = place->items[number % place->n];

		number /= place->n;
		len -= chosen.len;
		memcpy(text + len, chosen.data, chosen.len);
		for (size_t j = 0; j < chosen.len; j++)
			from[len + j] = chosen.data + j;
	}
	*out = (struct braced){{text + len, room - len}, from + len};
}

int
braces_expand(struct arena *a, struct diags *diags, const struct entry *entry, struct text text,
    struct braced_list *out)
{
	struct pattern pattern = {0};

	pattern.places = arena_zalloc(a, (text.len + 1) * sizeof(*pattern.places));
	pattern.texts = arena_alloc(a, (text.len + 1) * sizeof(*pattern.texts));
	if (read_pattern(diags, entry, text, &pattern) < 0)
		return -1;
	out->n = 1;
	for (size_t i = 0; i < pattern.n; i++) {
		out->n *= pattern.places[i].n;
		if (out->n > BRACES_MOST || out->n * text.len > BRACES_MOST_OCTETS)
			return fail(
			    diags, entry, text.data, "the brace lists stand for too many names");
	}
	out->items = arena_alloc(a, out->n * sizeof(*out->items));
	for (size_t i = 0; i < out->n; i++)
		write_out(a, &pattern, i, text.len, &out->items[i]);
	return 0;
}

struct pos
braced_pos(const struct entry *entry, const struct braced *braced, size_t i)
{
	if (braced->text.len == 0)
		return entry_pos(entry, entry->begin);
	return entry_pos(entry, braced->from[i < braced->text.len ? i : braced->text.len - 1]);
}
