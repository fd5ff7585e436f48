#include "check/text_part.h"

bool
item_next(struct text *rest, size_t *at, char separator, struct text *item, size_t *item_at)
{
	const char *end;
	size_t len;

	if (!rest->data)
		return false;
	end = memchr(rest->data, separator, rest->len);
	len = end ? (size_t)(end - rest->data) : rest->len;
	*item = text_trim((struct text){rest->data, len});
	*item_at = *at + (size_t)(item->data - rest->data);
	*at += len + 1;
	*rest = end ? (struct text){end + 1, rest->len - len - 1} : (struct text){NULL, 0};
	return true;
}

bool
text_is_one_of(struct text value, const char *const *words)
{
	for (; *words; words++)
		if (text_is_nocase(value, *words))
			return true;
	return false;
}

bool
text_is_mail(struct text address)
{
	const char *at = memchr(address.data, '@', address.len);

	if (!at || at == address.data || at + 1 == address.data + address.len)
		return false;
	for (size_t i = 0; i < address.len; i++)
		if ((uint8_t)address.data[i] <= ' ' || strchr("<>\"\\", address.data[i]) ||
		    (address.data + i < at && strchr(":;,", address.data[i])))
			return false;
	return !memchr(at + 1, '@', (size_t)(address.data + address.len - at) - 1);
}

/* A name of RFC 6376 section 3.2: a letter, then letters, digits and underscores; hyphens and dots
 * stand in those of extensions (RFC 8461 section 3.1). */
static bool
is_tag_name(struct text name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!text_is_alphanumeric(name.data[i]) &&
		    (i == 0 || !memchr("_-.", name.data[i], 3)))
			return false;
	return name.len > 0;
}

/* Cuts `name=value` in two; false: it is none. */
static bool
tag_read(struct text item, size_t at, struct tag *tag)
{
	const char *equals = memchr(item.data, '=', item.len);
	struct text value;

	*tag = (struct tag){.name = item, .at = at, .value_at = at};
	if (!equals)
		return false;
	tag->name = text_trim((struct text){item.data, (size_t)(equals - item.data)});
	value = (struct text){equals + 1, item.len - (size_t)(equals - item.data) - 1};
	tag->value = text_trim(value);
	tag->value_at = at + (size_t)(tag->value.data - item.data);
	return is_tag_name(tag->name);
}

struct text
tags_value(struct text text, const char *name)
{
	struct text item;
	struct tag tag;
	size_t at = 0, item_at;

	while (item_next(&text, &at, ';', &item, &item_at))
		if (tag_read(item, item_at, &tag) && text_is(tag.name, name))
			return tag.value;
	return (struct text){NULL, 0};
}

/* Where in the rules the name stands; their number if nowhere. */
static size_t
rule_of(const struct tag_rule *rules, struct text name)
{
	size_t i = 0;

	while (rules[i].name && !text_is(name, rules[i].name))
		i++;
	return i;
}

static void
version_check(struct text_judged *t, const struct tag_list *list, const struct tag *tag, bool first)
{
	if (!first)
		text_fault(t, list->problem, tag->at, "v= does not stand first");
	else if (!text_is(tag->value, list->version))
		text_fault(t, list->problem, tag->value_at,
		    "\"v=%.*s\" is not v=%s, letter for letter", TEXT_SHOWN(tag->value),
		    list->version);
}

/* A part that is no tag. */
static void
tell_part(struct text_judged *t, const struct tag_list *list, const struct tag *tag)
{
	if (tag->name.len == 0)
		text_fault(t, list->problem, tag->at, "two semicolons have nothing between them");
	else
		text_fault(t, list->problem, tag->at,
		    "\"%.*s\" is not of the form name=value between semicolons",
		    TEXT_SHOWN(tag->name));
}

static void
tell_missing(struct text_judged *t, const struct tag_list *list, uint32_t seen, bool version)
{
	if (!version && !list->version_optional)
		text_fault(t, list->problem, 0, "v=%s is missing", list->version);
	for (size_t i = 0; list->rules[i].name; i++)
		if (list->rules[i].required && !(seen & UINT32_C(1) << i))
			text_fault(t, list->problem, 0, "%s= is missing", list->rules[i].name);
}

/* Does the name of a rule, with its equals sign, begin the text? */
static bool
begins_tag(struct text text, const char *name)
{
	size_t len = strlen(name);

	if (text.len <= len || memcmp(text.data, name, len) != 0)
		return false;
	text = text_trim((struct text){text.data + len, text.len - len});
	return text.len > 0 && *text.data == '=';
}

/* Other tags within a value, which have a blank or comma ahead of them in place of a semicolon: the
 * first is told of. */
static bool
tell_swallowed(
    struct text_judged *t, const struct tag_list *list, const struct tag *tag, uint32_t *seen)
{
	bool told = false;

	for (size_t i = 1; i < tag->value.len; i++) {
		struct text text = {tag->value.data + i, tag->value.len - i};

		if (!text_is_blank(text.data[-1]) && text.data[-1] != ',')
			continue;
		for (size_t rule = 0; list->rules[rule].name; rule++) {
			if (!begins_tag(text, list->rules[rule].name))
				continue;
			if (!told)
				text_fault(t, list->problem, tag->value_at + i,
				    "a semicolon is missing ahead of %s=", list->rules[rule].name);
			*seen |= UINT32_C(1) << rule;
			told = true;
		}
	}
	return told;
}

static void
check_tag(struct text_judged *t, const struct tag_list *list, const struct tag *tag, uint32_t *seen)
{
	const struct tag_rule *rule = &list->rules[rule_of(list->rules, tag->name)];
	uint32_t bit = UINT32_C(1) << (rule - list->rules);

	if (!rule->name)
		return;
	if (*seen & bit)
		text_fault(t, list->problem, tag->at, "%s= stands twice", rule->name);
	*seen |= bit;
	if (rule->check && (rule->blanks || !tell_swallowed(t, list, tag, seen)))
		rule->check(t, list->problem, tag);
}

void
tags_check(struct text_judged *t, const struct tag_list *list)
{
	struct text rest = t->text, item;
	size_t at = 0, item_at, n = 0;
	uint32_t seen = 0;
	bool version = false;
	struct tag tag;

	if (text_mark(text_trim(t->text))) {
		text_fault(t, list->problem, 0, "a quotation mark is a part of the text");
		return;
	}
	for (; item_next(&rest, &at, ';', &item, &item_at); n++) {
		if (item.len == 0 && !rest.data)
			break; /* behind the last semicolon */
		if (!tag_read(item, item_at, &tag)) {
			tell_part(t, list, &tag);
			version = version || n == 0;
		} else if (!text_is(tag.name, "v")) {
			check_tag(t, list, &tag, &seen);
		} else {
			if (!tell_swallowed(t, list, &tag, &seen))
				version_check(t, list, &tag, n == 0);
			version = true;
		}
	}
	tell_missing(t, list, seen, version);
}
