/* What the files of the parser share: its state. */
#ifndef ZONE_PARSE_PART_H
#define ZONE_PARSE_PART_H

#include "zone/lex.h"
#include "zone/parse.h"

#include <sys/types.h>

/* A file that is being read. */
struct frame {
	struct lexer lexer;
	const char *path;
	const char *absolute; /* the same file whichever way it was named */
	uint32_t source;
	unsigned depth;
	const struct frame *includer;
	struct pos asked; /* the $INCLUDE that asked for it, or nowhere */
	bool hidden;      /* its text is not quoted before it has proved to be a zone file */

	/* Where split_parse is next due; NULL: never. */
	const char *split_at;
	const char *directive; /* the next line that begins with $, as found last; or NULL */
	size_t pause;          /* pieces that are not tried after the next that fails */
};

/* A file that was included. */
struct included {
	dev_t dev;
	ino_t ino;
	struct included *earlier;
};

struct parser {
	const struct parse_options *options;
	struct diags *diags;
	struct arena scratch; /* until the entry's end */
	const struct frame *frame;
	struct name origin;     /* len 0: none is known */
	struct name owner;      /* of the last record; len 0: none */
	struct name zone;       /* len 0: not known yet */
	struct text owner_text; /* of which `owner` was read, if it can be read again */
	bool owner_given;       /* the sink has seen a record of `owner` */
	bool any_record;
	bool making; /* what comes is made by a directive, or of a file that was included before */
	bool proved; /* the file, or one that it includes, holds a good record or directive */
	bool default_ttl_known, last_ttl_known;
	uint32_t default_ttl_s, last_ttl_s;
	bool ttl_guessed; /* of a piece: the last TTL is that of the first piece's predecessor, */
	bool guess_taken; /* and a record has taken it */
	struct included *included; /* the latest */
	size_t n_includes, n_generated;
	bool failed;
	uint8_t rdata[RDATA_LONGEST];
};

/* Puts octets that are made of less text to the zone's account. Returns -1 once it is over, which
 * is told of at `pos`. */
int
parser_charge(struct parser *parser, struct pos pos, size_t octets);

/* Parses the entries that begin ahead of `stop`, as far as they are good records. Returns true if
 * they are all, the last of them ends ahead of `stop`, and nothing was told of them. */
bool
parse_piece(struct parser *parser, struct lexer *lexer, const char *stop);

/* Parses and hands on one record. Returns -1 after adding a problem. */
int
parse_record(struct parser *parser, const struct entry *entry);

/* Tells the sink of an entry. */
void
parser_tell(struct parser *parser, const struct entry *entry, enum entry_kind kind);

/* Parses what it can of the text ahead of the frame's lexer by several threads (split.c), and says
 * in `split_at` when to try again. */
void
split_parse(struct parser *parser, struct frame *frame);

/* Executes $GENERATE (generate.c). */
int
parse_generate(struct parser *parser, const struct entry *entry);

#endif
