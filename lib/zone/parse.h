/* Parser of master files (RFC 1035 section 5, RFC 2308 section 4 for $TTL, BIND's $GENERATE):
 * executes the directives and hands each record as wire data to a sink. Directives that are not the
 * zone file's own ($TLSA, ...) come in a table, so that this folder knows nothing of certificates.
 */
#ifndef ZONE_PARSE_H
#define ZONE_PARSE_H

#include "base/file.h"
#include "dns/rdata.h"

struct parser;
struct store;

enum {
	PARSE_INCLUDE_DEPTH = 20,
	PARSE_INCLUDES_MOST = 10000,    /* files of one zone */
	PARSE_GENERATE_MOST = 1 << 20,  /* records of one $GENERATE */
	PARSE_GENERATED_MOST = 1 << 23, /* records of all $GENERATE of a zone */
};

/* A record on its way to the sink; all views die when the sink returns. */
struct parsed {
	const struct name *zone;  /* the zone's name; len 0: not known yet */
	const struct name *owner; /* absolute */
	uint16_t type;
	uint32_t ttl_s;
	struct bytes rdata;
	struct pos pos;
	bool same_owner; /* as the record before */
	bool odd;        /* a name in its RDATA may be none of a host (rdata.h) */
	bool ttl_taken;  /* from the record before, or the SOA's minimum, for want of a $TTL */

	/* For records that a directive made, how `expand` shall write them. */
	struct text owner_text; /* as in the template; data NULL: absolute */
	struct text comment;    /* behind the record, without ";"; may be empty */
};

/* What becomes of an entry in a text-to-text run. */
enum entry_kind {
	ENTRY_KEPT,     /* a record, $ORIGIN, $TTL: its text stays */
	ENTRY_REPLACED, /* $GENERATE or a further directive: what follows stands for it */
	ENTRY_MADE,     /* a line of $GENERATE: a text of its own */
	ENTRY_INCLUDE,  /* the text of another file follows, up to ENTRY_INCLUDED */
	ENTRY_INCLUDED, /* that file has ended */
};

struct parse_sink {
	void *ctx;
	/* Returns -1 after adding a problem; parsing goes on, so that all problems are found. */
	int (*record)(void *ctx, const struct parsed *record);
	/* NULL, or called for each entry that a problem keeps from being read. `owner` is that of
	 * the record that it was to be, `type` its type (0: not known); NULL: it may have been any
	 * records. */
	void (*lost)(void *ctx, const struct name *owner, uint16_t type);
	/* NULL, or called ahead of each entry's execution. `source` is the text that the entry is
	 * of; with ENTRY_INCLUDED it is the file that ended. */
	void (*entry)(
	    void *ctx, struct parser *parser, const struct entry *entry, enum entry_kind kind);
};

/* A further directive: "$NAME args...". */
struct parse_directive {
	const char *name; /* without "$", upper case */
	/* `entry->tokens[0]` is the directive itself. Returns -1 after adding problems. */
	int (*run)(void *ctx, struct parser *parser, const struct entry *entry);
	void *ctx;
};

/* Where the paths of $INCLUDE start: beside the file that includes, or, as in BIND's `directory`,
 * in one folder for all. */
struct parse_includes {
	const char *folder; /* of the project; NULL: there is none */
	bool from_folder;
};

/* How long texts are parsed by several threads: in pieces, whose records come into `store`, which
 * is what the sink's record() fills, as store_add does. To the same effect as in one go. */
struct parse_split {
	struct store *store; /* NULL: in one go */
	unsigned n_workers;
	size_t piece; /* octets; 0: as many as are good */
	bool release; /* the text of what is parsed, see diags_release */
};

struct parse_options {
	const struct name *zone; /* the zone's name, or NULL: the first absolute $ORIGIN names it */
	bool fragment; /* the text may be a part of a zone: an unknown origin is no fault, */
	bool torn;     /* and neither is an unknown owner or TTL: the root and 0 stand in */
	const struct roots *roots; /* what may be read, or NULL */
	bool named; /* by a person: the file itself may lie anywhere, what it names may not */
	const struct parse_directive *directives; /* ended by a row without name; or NULL */
	struct parse_includes includes;
	struct parse_sink sink;
	struct parse_split split; /* only where sink.entry is NULL */
};

/* Parses the file at `path` ("-": standard input) and all that it includes. On success `*zone` is
 * the zone's name; its len is 0 where none was given or found. Returns 0, or -1 with all problems
 * of the file added. */
int
parse_file(
    struct diags *diags, const struct parse_options *options, const char *path, struct name *zone);

/* The two steps of parse_file: the text, which is source `*source` of `diags`, and its parsing. */
int
parse_load(struct diags *diags, const struct roots *roots, const char *path, unsigned n_workers,
    struct text *text, uint32_t *source);

int
parse_text(struct diags *diags, const struct parse_options *options, const char *path,
    struct text text, uint32_t source, struct name *zone);

/* A part of a source: the entries that begin in octets `from` to `to` of `text`, each at the
 * beginning of a line. */
struct parse_part {
	struct text text; /* '\0' behind it; goes on behind `to`, where the source does */
	size_t from, to;
	uint32_t source; /* its number, wherever it counts */
	size_t offset;   /* of `text` in the source */
};

/* Parses the part as if nothing stood before it. Returns false where that is not the same as
 * parsing the whole: a directive, a record whose owner or TTL stands before, an entry that goes on
 * behind the end, or any problem. */
bool
parse_part(struct diags *diags, const struct parse_options *options, const struct parse_part *part);

/* --- For directives --- */

struct diags *
parser_diags(struct parser *parser);

/* Memory until the directive returns. */
struct arena *
parser_scratch(struct parser *parser);

/* The current origin, or NULL. The root stands in where a fragment leaves it unknown. */
const struct name *
parser_origin(struct parser *parser);

bool
parser_origin_known(struct parser *parser);

/* The last owner, or NULL. */
const struct name *
parser_owner(struct parser *parser);

/* What a directive or its sources may read, and the path of the file it stands in. */
const struct roots *
parser_roots(struct parser *parser);

const char *
parser_path(struct parser *parser);

/* The TTL for a record that states none ($TTL, the last stated one, or the SOA's minimum with a
 * warning). Returns -1 with one problem added at `pos` where there is none. */
int
parser_default_ttl(struct parser *parser, struct pos pos, uint32_t *ttl_s);

/* Reads an owner or other name against the current origin. Returns -1 with one problem at the byte.
 */
int
parser_name(struct parser *parser, const struct entry *entry, struct text text, struct name *out);

/* Reads an optional run of TTL and class, in any order, from `*token` on. `*ttl_stated` says
 * whether there was a TTL. Returns -1 with one problem added. */
int
parser_ttl_class(struct parser *parser, const struct entry *entry, const struct token **token,
    uint32_t *ttl_s, bool *ttl_stated);

/* Hands a record to the sink, as if it stood in the file; fills in `zone`. */
int
parser_record(struct parser *parser, struct parsed *record);

#endif
