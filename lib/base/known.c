#define _GNU_SOURCE
#include "base/known.h"

#include "base/mem.h"

#include <search.h>
#include <string.h>

struct item {
	const char *text;
	size_t number;
};

static int
by_text(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->text, ((const struct item *)b)->text);
}

size_t
known_enter(struct known *known, const char *text, size_t number)
{
	struct item *item = arena_alloc(known->a, sizeof(*item));
	struct item *const *found;

	*item = (struct item){text, number};
	found = tsearch(item, &known->tree, by_text);
	if (!found)
		mem_lacks();
	return (*found)->number;
}

bool
known_find(const struct known *known, const char *text, size_t *number)
{
	struct item *const *found = tfind(&(struct item){text, 0}, &known->tree, by_text);

	if (found)
		*number = (*found)->number;
	return found != NULL;
}

static void
leave(void *item)
{
	(void)item; /* of the arena */
}

void
known_free(struct known *known)
{
	tdestroy(known->tree, leave);
	known->tree = NULL;
}
