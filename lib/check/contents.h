/* Contents: lint of what servers load as it is, and those who ask for it pass over or misread. Its
 * checks ask nothing but the store; a further one is a row. */
#ifndef CHECK_CONTENTS_H
#define CHECK_CONTENTS_H

#include "zone/store.h"

/* Runs all of them over a sorted store, which may lack records; adds problems to its diags. */
void
check_contents(const struct store *store);

#endif
