/* Yaml: a file of YAML as a tree of nodes that know where they stand, and tables that read its
 * mappings into structs. It takes the part of YAML 1.1 that configuration needs: one document of
 * mappings, lists and scalars in UTF-8. Anchors, aliases, tags and deep nesting are refused, so a
 * small file stays small. Called by load.c; the only part that knows libyaml. */
#ifndef PROJECT_YAML_H
#define PROJECT_YAML_H

#include "base/diag.h"

enum yaml_kind {
	YAML_SCALAR,
	YAML_LIST,
	YAML_MAPPING,
};

struct yaml_node {
	enum yaml_kind kind;
	bool plain; /* a scalar without quotes: may be a boolean or nothing at all */
	struct pos pos;
	struct text text;        /* of a scalar; a '\0' follows, and none stands inside */
	struct yaml_node *first; /* item of a list, or value of a mapping */
	size_t n;                /* items or values */
	struct yaml_node *next;  /* in the list or mapping that holds this node */
	struct text key;         /* of a value in a mapping; a '\0' follows */
	struct pos key_pos;
};

/* Reads the document in `text`, which is source number `source` of `diags`; the nodes live in its
 * arena. An empty document is an empty scalar. Returns 0, or -1 with problems added; `*out` is
 * NULL where there is no tree, and else good enough to find further problems in. */
int
yaml_parse(struct diags *diags, uint32_t source, struct yaml_node **out);

/* Nothing was written: `key:`, `~` or `null`. */
bool
yaml_is_null(const struct yaml_node *node);

/* The value of `key` in a mapping; NULL where there is none. */
const struct yaml_node *
yaml_value(const struct yaml_node *mapping, const char *key);

/* What the mapping says, a line for each key, in `a`; "" where it is empty or NULL. Two mappings of
 * the same text say the same. */
const char *
yaml_text_of(struct arena *a, const struct yaml_node *mapping);

/* What a field of a struct takes, and the type of the member at its offset. */
enum yaml_type {
	YAML_TEXT, /* struct yaml_text: a string that is not empty, without control characters */
	YAML_BOOL, /* bool: true or false */
	YAML_DURATION, /* uint32_t: seconds */
	YAML_PERCENT,  /* uint32_t: 0 to 100, with % behind it */
	YAML_AMOUNT, /* uint64_t: 1 or more, with K, M, G (thousands) or KiB, MiB, GiB behind it */
	YAML_CHOICE, /* an enum: one of `choices` */
	YAML_TEXTS,  /* struct yaml_texts: a list of strings */
	YAML_MAPPING_OF, /* const struct yaml_node *: a mapping for the caller to walk */
};

struct yaml_text {
	const char *text;
	struct pos pos;
};

/* An argument list ends in a NULL as execve(2) wants it. */
struct yaml_texts {
	const struct yaml_text *items;
	const char *const *argv;
	size_t n;
	struct pos pos;
};

struct yaml_choice {
	const char *name; /* NULL ends the table */
	int value;
};

struct yaml_field {
	const char *name; /* NULL ends the table */
	enum yaml_type type;
	size_t offset;
	const struct yaml_choice *choices; /* NULL: it is no word */
};

/* Reads the values of `mapping` (or nothing, where it is NULL or nothing was written) into the
 * struct at `out`; members whose key is absent stay as they are. `what` says in messages what the
 * mapping is. Returns 0, or -1 with a problem for each key that is unknown and each value that does
 * not fit. */
int
yaml_read(struct diags *diags, const struct yaml_node *mapping, const char *what,
    const struct yaml_field *fields, void *out);

/* The value of the word among `choices`; -1 with P_VALUE added, which names the nearest. */
int
yaml_word(struct diags *diags, const struct yaml_text *word, const char *what,
    const struct yaml_choice *choices);

#endif
