/* The directive
 *
 *     $DS child [ttl] [class]
 *
 * in a parent's template, which stands for the DS records (RFC 4034 section 5) of a child that is a
 * zone of the same project and signed here. Which of its keys have one, and from when on, is known
 * to who knows what was published of both; there may be none yet. */
#ifndef DIRECTIVE_DS_H
#define DIRECTIVE_DS_H

#include "zone/parse.h"

/* The DS RDATA that the child `name` has now, `*n` of them, in `a`. Returns 0, or -1 with `*why`
 * there are none to be had. */
typedef int
ds_source(void *ctx, struct arena *a, const struct name *name, struct bytes **rdata, size_t *n,
    const char **why);

struct ds_context {
	ds_source *source; /* NULL: the template is read without its project's history */
	void *ctx;
	bool used;
};

/* `ctx` is a struct ds_context. */
int
ds_directive(void *ctx, struct parser *parser, const struct entry *entry);

#endif
