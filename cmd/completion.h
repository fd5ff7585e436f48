/* Completion: what may stand at a place of the command line, as the rows of verbs and options call
 * it; and the scripts that tell it to a shell, one file for each shell. */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include "cmd.h"

enum completion_kind {
	COMPLETION_FILES,
	COMPLETION_FOLDERS,
	COMPLETION_ZONES,        /* of the project */
	COMPLETION_CERTIFICATES, /* of the project */
	COMPLETION_VERBS,
	COMPLETION_VARIABLES, /* of the environment */
	N_COMPLETION_KINDS
};

/* What the scripts call each. */
extern const char *const completion_kind_names[N_COMPLETION_KINDS];

struct completion {
	bool may_be[N_COMPLETION_KINDS];
	const char *words; /* those that it may be, with a blank ahead of each */
};

/* What stands where help has `placeholder`, as "[ZONE...] | FILE..." or "chain|full|none"; NULL:
 * nothing. */
struct completion
completion_of(struct arena *a, const char *placeholder);

/* The script of a shell. */
void
completion_bash(struct arena *a, struct buf *out);

void
completion_zsh(struct arena *a, struct buf *out);

void
completion_fish(struct arena *a, struct buf *out);

/* Appends `text`, with a backslash ahead of each of its characters that is one of `special`. */
void
completion_escape(struct buf *out, const char *text, const char *special);

/* The word that several verbs begin with, where `*verb` is the first of those in `verbs`, else
 * NULL. */
const char *
completion_group(struct arena *a, const struct verb *const *verb);

/* Calls `put` for what may be the first word behind "zonepp"; or, where `first` is not NULL, for
 * what may be the second behind that. */
void
completion_words(struct arena *a, struct buf *out, const char *first,
    void (*put)(struct buf *out, const char *word, const char *summary));

#endif
