/* What targets of fuzzing share. A target is a file that defines LLVMFuzzerTestOneInput: one
 * parser, fed with octets that anybody may have written, and what must hold whatever they are.
 * libFuzzer makes up inputs (tests/fuzz/run); corpus.c tries those that were kept, built by any
 * compiler. */
#ifndef FUZZ_H
#define FUZZ_H

#include "base/buf.h"
#include "base/confine.h"
#include "base/diag.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_ASSERT(what) ((what) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #what))

/* Shows what does not hold, and ends the program as libFuzzer wants it. */
void
fuzz_fail(const char *file, int line, const char *what);

/* The input in memory of its own size, with a '\0' behind it as file_load() has it; free() it. */
char *
fuzz_text(const uint8_t *data, size_t size);

/* The same without: what is behind it is nobody's. */
uint8_t *
fuzz_octets(const uint8_t *data, size_t size);

/* Takes the first octet of the input, which chooses something; 0 where there is none. */
uint8_t
fuzz_choice(const uint8_t **data, size_t *size);

/* Diags of a zone that may take little of the machine. */
void
fuzz_begin(struct diags *diags);

/* No folder at all. */
extern const struct roots fuzz_nothing;

/* What all problems have to have: those of a text at `path` stand in it; all have a message; in no
 * form of --format there is anything that steers a terminal. What was refused has a problem, and
 * an error. */
void
fuzz_told(struct diags *diags, bool refused, const char *path, struct text text);

/* The same, for a text that is no source of the diags. */
void
fuzz_told_anywhere(struct diags *diags, bool refused);

/* A folder for the files of this process, which goes when it ends; absolute. */
const char *
fuzz_folder(void);

/* Makes the file of that name there; returns its path, which lives as long as the process. */
const char *
fuzz_file(const char *name, const void *data, size_t size);

/* Are the two texts equal? Where they are not, both are shown. */
void
fuzz_same(const char *what, struct text a, struct text b);

#endif
