/* New files that appear whole or not at all, and never in the place of another. */
#ifndef BASE_CREATE_H
#define BASE_CREATE_H

#include "base/diag.h"

#include <sys/types.h>

/* Creates `path` with `text` in it and the mode `mode`, whatever the umask; nobody else can read it
 * before it has that mode. Text and name are on the disk when this returns. Returns -1 with F_WRITE
 * added, also where there is something of that name: it stays as it is. */
int
create_file(struct diags *diags, const char *path, mode_t mode, struct text text);

#endif
