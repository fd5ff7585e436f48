/* Diagnostics: the problems of one run or one zone, and the texts that they point into.
 *
 * A `pos` is eight bytes, so that every record can keep one: which source, and which byte of it.
 * Line, column and the quoted line are worked out when a problem is added. The extent of the
 * underline is the word at the position, so no length is carried around.
 *
 * Library code adds problems here and returns -1; it never prints. report/ renders them. One
 * `diags` belongs to one thread. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/arena.h"
#include "base/told.h"
#include "base/view.h"

/* Source number (1 to 2^20-1) and byte offset (44 bits); all zero: nowhere. */
struct pos {
	uint64_t at;
};

/* A text that positions point into. */
struct source {
	const char *path; /* as messages shall call it */
	const char
	    *file; /* where `text` is loaded from once a message needs it; NULL: it is there */
	const struct file_held *held; /* the same for a text that is there, see diags_release */
	struct text text;    /* lives as long as the diags: in its arena or a cleanup hook of it */
	struct pos includer; /* the $INCLUDE that asked for it, or nowhere */
	bool concealed;      /* it may be no zone file, and nothing of it is to be told */
	bool unquoted;       /* it is not what it should be, and where in it must do */
	bool released;       /* its text was, */
	bool is_out;         /* and has not been read again, */
	bool lost;           /* or cannot be */
};

/* A line on which a problem is not told of. */
struct diags_ignore {
	uint64_t from, to; /* its positions, of which `to` is the last */
	struct pos pos;    /* of what asks for it */
	enum problem problem;
	bool used;
};

enum input_kind {
	INPUT_FILE,   /* its contents */
	INPUT_FOLDER, /* the names in it */
	INPUT_SECRET, /* a file whose contents are guessed too easily from a digest: its size, its
		       * time of change and which file it is */
	INPUT_ACCESS, /* who has access to a secret (base/access.h), whose contents are another
			 input */
	N_INPUT_KINDS,
};

/* A file or folder that the run read, as it was then. */
struct input {
	enum input_kind kind;
	const char *path; /* absolute */
	bool there;       /* false: it was looked for and does not exist */
	uint8_t sha256[32];
};

/* What is noted of inputs. */
enum input_tracking {
	TRACK_NOTHING,
	TRACK_PATHS,   /* and whether they are there; the contents of files are not digested */
	TRACK_DIGESTS, /* all of it, for the next run */
};

/* Where a problem is, for humans: lines and columns count from 1, columns in bytes. */
struct place {
	const char *path; /* NULL: nowhere */
	uint64_t line;    /* 0: the file as a whole */
	uint32_t column;
};

struct diag {
	enum problem problem;
	enum severity severity;
	struct place place;
	struct text line_text; /* the line at `place`, without its end; data NULL: none */
	uint32_t underline;    /* bytes from `place.column` */
	const char *message;
	const char *note;       /* law and remedy, or NULL */
	const char *fix;        /* what belongs in the place of the underlined word, or NULL */
	struct place *included; /* who included the file, innermost first */
	size_t n_included;
	uint64_t order;   /* position, for sorting */
	size_t n_more;    /* of Z_TOO_MANY: so many others of one code, */
	enum severity of; /* of this severity */
};

/* Problems of one code that are kept, of warnings and notes and of errors; others are only counted.
 */
enum { DIAGS_SHOWN = 10, DIAGS_ERRORS_SHOWN = 20 };

/* Zero-initialised is ready for use. */
struct diags {
	struct arena arena;
	struct source *sources;
	size_t n_sources, cap_sources;
	struct diag *items;
	size_t n, cap;
	struct told_log told; /* all that were added, kept or only counted */
	size_t n_severity[SEVERITY_ERROR + 1];
	int status; /* the exit status that the problems so far ask for */
	/* What problems without a place are of: a position in a source, which lives as long, or
	 * else a file; or nothing. */
	const struct source *home_source;
	struct pos home;
	const char *home_path;
	const char *zone;             /* whose problems they are, as commands take it; or NULL */
	const int8_t *severities;     /* by problem, enum severity; NULL: those of problem_table */
	bool errors_only;             /* warnings and notes are passed over */
	struct diags_ignore *ignores; /* by their places */
	size_t n_ignores, cap_ignores;
	enum input_tracking track_inputs; /* what to note in `inputs` of what is read */
	struct input *inputs;
	size_t n_inputs, cap_inputs;
	bool unreadable;     /* something could not be read, and not because it was not there */
	const char *read_as; /* what messages call that which is read; NULL: by its path */
	void (*waiting)(
	    const char *path);       /* tells at once that another holds this lock; NULL: no */
	const struct locked *locked; /* of sources that are not here (source/locked.h); or NULL, */
	struct {
		struct locked_source *sources;
		struct locked_group *groups;
		bool lock_file;
	} noted; /* and then what was noted of those that are, and the file it is in */
	struct account account; /* of the zone */
	bool over_told;         /* that a limit of it was reached */
};

void
diags_free(struct diags *diags);

/* Keeps what was told, in as little memory as it takes, and frees all that was read for it: for
 * one of many that stay until all are told of. Positions of its sources do not hold any more. */
void
diags_pack(struct diags *diags);

/* Begins diags for a part of what `whole` is for: it judges alike, and positions of its sources
 * hold in the part. */
void
diags_part(const struct diags *whole, struct diags *part);

/* Adds what the part tells of to the whole, to which its memory goes too. */
void
diags_join(struct diags *whole, struct diags *part);

/* Registers a text that lives as long as `diags`; returns its number for pos_at. */
uint32_t
diags_source(struct diags *diags, const char *path, struct text text, struct pos includer);

/* As diags_source, for a file that tells at its beginning what zonepp wrote there: of one that does
 * not, nothing is quoted. */
uint32_t
diags_source_own(struct diags *diags, const char *path, struct text text);

/* A copy of the source that `pos` is in, in the arena, which stays as it is; NULL: none. */
const struct source *
diags_source_of(struct diags *diags, struct pos pos);

/* As diags_source, for a text that is left in the file at `path` until a message quotes it. */
uint32_t
diags_source_file(struct diags *diags, const char *path);

/* Gives memory of the source's text back, where the file is held: nobody reads that part any more,
 * and for messages the text is read again. If the file has changed by then, they do without. */
void
diags_release(struct diags *diags, uint32_t source, struct text part);

/* The same for all texts that were given back and have been read again since. */
void
diags_release_again(struct diags *diags);

static inline struct pos
pos_at(uint32_t source, size_t offset)
{
	return (struct pos){(uint64_t)source << 44 | (uint64_t)offset};
}

/* The number of the source that `pos` is in; 0: nowhere. */
static inline uint32_t
pos_source(struct pos pos)
{
	return (uint32_t)(pos.at >> 44);
}

/* Which octet of it. */
static inline size_t
pos_offset(struct pos pos)
{
	return (size_t)(pos.at & (((uint64_t)1 << 44) - 1));
}

static inline struct pos
pos_none(void)
{
	return (struct pos){0};
}

/* The position of `line` and `column` (from 1, columns in characters of UTF-8) of a source. */
struct pos
diags_pos_of_line(const struct diags *diags, uint32_t source, size_t line, size_t column);

/* Is nothing to be told of the source? */
static inline bool
pos_is_concealed(const struct diags *diags, struct pos pos)
{
	return pos_source(pos) > 0 && diags->sources[pos_source(pos) - 1].concealed;
}

/* The text that `pos` is in, with a '\0' behind it, and which octet of it. Returns false for
 * nowhere. */
bool
diags_text(struct diags *diags, struct pos pos, struct text *text, size_t *offset);

/* From here on this problem is not told of on the line from `from` to `to`, as long as it is none
 * but a warning or note. The lines of a source come in their order, and ahead of later sources. */
void
diags_ignore(
    struct diags *diags, struct pos from, struct pos to, struct pos pos, enum problem problem);

/* How bad the problem is taken to be. */
enum severity
diag_severity(const struct diags *diags, enum problem problem);

/* Were enough of these told of? Then another is only counted. */
bool
diag_is_full(const struct diags *diags, enum problem problem);

/* Adds a problem with the severity that it has in `diags`. Returns -1 if that is an error, else 0.
 */
int
diag_put(struct diags *diags, struct pos pos, enum problem problem, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same where diag_is_full: there are no words for it. */
int
diag_count(struct diags *diags, struct pos pos, enum problem problem);

/* As diag_put; but what the words are made of is not worked out for those that are only counted. */
#define diag_add(diags, pos, problem, ...)                                                         \
	(diag_is_full(diags, problem) ? diag_count(diags, pos, problem)                            \
				      : diag_put(diags, pos, problem, __VA_ARGS__))

/* Adds what was told of before, whose texts live as long as `diags`; its note is that of its code.
 * It may be one of those that are only counted. */
void
diag_retell(struct diags *diags, const struct diag *told);

/* Says of the problem that was added last, at `pos`, that `fix` belongs in the place of `word`:
 * NULL is nothing known, and so is a word that does not stand there. */
void
diag_fix(struct diags *diags, struct pos pos, struct text word, const char *fix);

/* Was this problem added at `pos` already? To be asked where one line, as a $GENERATE, makes many
 * records with one fault. */
bool
diag_is_told(struct diags *diags, struct pos pos, enum problem problem);

/* As diag_add, for a file as a whole. */
int
diag_add_path(struct diags *diags, const char *path, enum problem problem, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds what `from` tells of something that is there and could not be read: for those who pass over
 * its other problems, and over what is not there. Returns -1 if there was such a thing, else 0. */
int
diags_take_unreadable(struct diags *diags, const struct diags *from);

/* As diag_add, for problems that are errors: always returns -1. */
#define diag_error(...) (diag_add(__VA_ARGS__), -1)

/* As diag_add, without the line: it may hold what is none of the reader's business. */
int
diag_add_unquoted(struct diags *diags, struct pos pos, enum problem problem, const char *message);

/* Says, once, which limit of the account was reached. Returns -1. */
int
diag_over(struct diags *diags, struct pos pos);

/* As diag_over, for the file at `path` where `pos` is nowhere. */
int
diag_over_in(struct diags *diags, struct pos pos, const char *path);

/* What was said by now. */
struct diags_mark {
	size_t n, n_told, n_severity[SEVERITY_ERROR + 1];
	int status;
	bool over_told;
};

struct diags_mark
diags_mark(const struct diags *diags);

/* Takes back every problem that was added since the mark. Not across diags_sort. */
void
diags_reset(struct diags *diags, struct diags_mark mark);

/* The place of a position, worked out. */
struct place
diags_place(struct diags *diags, struct pos pos);

/* Sorts by position, in the order in which the sources were opened; equal ones once. Behind them
 * stands, once for each code, how many more were counted. */
void
diags_sort(struct diags *diags);

/* The entry of `known` (NULL-terminated) that a typing error most likely meant, or NULL. */
const char *
diag_nearest(struct text word, const char *const *known);

#endif
