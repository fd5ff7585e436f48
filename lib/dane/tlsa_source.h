/* From sources to records: what $TLSA and `zonepp tlsa` have in common. */
#ifndef DANE_TLSA_SOURCE_H
#define DANE_TLSA_SOURCE_H

#include "dane/files.h"
#include "dane/tlsa.h"

/* Where sources are looked for. */
struct tlsa_reader {
	struct tlsa_job *job;
	struct cert_files *files;
	const struct roots *roots;   /* or NULL: anywhere */
	const char *base;            /* the file that names them; "": none */
	const struct secret *secret; /* opens those that are encrypted; or NULL */
};

struct tlsa_source {
	struct pos pos;
	const char *written;
	bool literal; /* no pattern */
	bool coming;  /* not in use yet, and may not exist yet */
};

/* Adds the records of a source to the job. Of a folder or pattern they are those of each end
 * entity, or of each CA; files without certificates, and under usages 1 and 3 those of CAs alone,
 * are passed over. Returns 0, or -1 after adding problems. */
int
tlsa_add_source(const struct tlsa_reader *reader, const struct tlsa_source *source);

#endif
