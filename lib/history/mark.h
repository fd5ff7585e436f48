/* Mark: a file of a zone in `.zonepp/` that stands from before a publication until the `changed`
 * hook has told the servers and the history has it. It holds the sets that were being published,
 * which may be out or not, and those that are published in their place and that the history lacks:
 * whoever reads the history meanwhile reads these too. And it has the serial of the publication.
 * The next build runs the hook again. */
#ifndef HISTORY_MARK_H
#define HISTORY_MARK_H

#include "base/file.h"
#include "base/output.h"
#include "history/history.h"

/* Writes the file at `path`, within `own`, of sets and serials, which output_commit makes the mark;
 * what an earlier mark there holds stays in it. Returns NULL with one problem added where that
 * fails. */
struct output *
mark_write(struct diags *diags, const struct roots *own, const char *path,
    const struct history *publication);

/* Which marks of a folder there are: few zones have one, and it takes long to ask for each. */
struct marks {
	struct diags diags;
	struct file_list files;
	bool unknown; /* the folder cannot be listed: each may be there */
};

/* Lists the folder of the mark at `path`. marks_free is due. */
void
marks_list(const struct roots *own, const char *path, struct marks *out);

void
marks_free(struct marks *marks);

/* May the mark be there? */
bool
marks_have(const struct marks *marks, const char *path);

/* Is there one? Returns 0, or -1 with one problem added. */
int
mark_is_there(struct diags *diags, const struct roots *own, const char *path, bool *there);

/* Adds what a mark has, which may be none, to the history, the sets as open ones. Returns 0 or -1
 * likewise. */
int
mark_read(struct diags *diags, const struct roots *own, const char *path, bool *there,
    struct history *out);

int
mark_remove(struct diags *diags, const struct roots *own, const char *path);

#endif
