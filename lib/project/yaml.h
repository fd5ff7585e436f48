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
	YAML_AMOUNT,  /* uint64_t: 1 or more, with K, M, G (thousands) or KiB, MiB, GiB behind it */
	YAML_CHOICE,  /* an enum: one of `choices` */
	YAML_CHOICES, /* unsigned: a list of `choices`, whose values are bits */
	YAML_TEXTS,   /* struct yaml_texts: a list of strings */
	YAML_COMMAND, /* struct yaml_texts: the same, of one at least */
	YAML_MAPPING_OF, /* const struct yaml_node *: a mapping for the caller to walk */
	N_YAML_TYPES,
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

/* What texts of one kind look like, for the schema; what reads them stands beside each form.
 * Patterns are regular expressions of ECMA 262 that Python understands, too. */
struct yaml_form {
	const char *name;    /* that the schema gives it */
	const char *pattern; /* NULL: it has `word` */
	/* The `i`-th of the words it may be, in any case, and the number that stands for it, too.
	 * Returns NULL behind the last. */
	const char *(*word)(size_t i, uint32_t *number);
	/* What YAML takes for something else, and is such a text where no quotes are: */
	bool booleans, numbers;
	int64_t least, most; /* whole numbers alone, within these; 0 and 0: it does not matter */
};

/* A key: how its value is read, and what the schema of the file says of it. */
struct yaml_field {
	const char *name; /* NULL ends the table */
	enum yaml_type type;
	size_t offset;
	const char *about;     /* a sentence for people who write it */
	const char *otherwise; /* what holds where it is absent; NULL: nothing, or it is told */
	const struct yaml_choice *choices; /* of YAML_CHOICE and YAML_CHOICES */
	const struct yaml_form *form;      /* of a text or each of YAML_TEXTS; NULL: the type's */
	const struct yaml_field *fields;   /* of a mapping: its keys, */
	const struct yaml_field *values;   /* and those of each value, where others are names */
	const struct yaml_form *names;     /* those names; NULL: any */
	const char *needs;                 /* the key without which this one means nothing */
	bool required;                     /* it must be there; and a mapping must not be empty */
};

/* How durations look: DESIGN section 6. */
#define YAML_DURATION_PATTERN "([0-9]+|([0-9]+[smhdwySMHDWY])+)"

/* The form of its text or of each text in its list; NULL: it has none. */
const struct yaml_form *
yaml_form_of(const struct yaml_field *field);

/* Reads what each field has `otherwise` into the struct at `out`. */
void
yaml_defaults(const struct yaml_field *fields, void *out);

/* Reads the values of `mapping` (or nothing, where it is NULL or nothing was written) into the
 * struct at `out`; members whose key is absent stay as they are. `what` says in messages what the
 * mapping is. Returns 0, or -1 with a problem for each key that is unknown or missing and each
 * value that does not fit. Mappings that are required are for the caller to miss. */
int
yaml_read(struct diags *diags, const struct yaml_node *mapping, const char *what,
    const struct yaml_field *fields, void *out);

#endif
