/* Trees: a folder with all that is in it. */
#ifndef BASE_TREE_H
#define BASE_TREE_H

/* Removes the file or folder `name` of an open folder, with all that is in it; no link is followed.
 * Async-signal-safe (signal-safety(7)). Returns 0, or -1: something of it stays. */
int
tree_remove(int folder_fd, const char *name);

#endif
