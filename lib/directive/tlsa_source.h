/* From sources to records: what $TLSA and `zonepp tlsa` have in common. */
#ifndef DIRECTIVE_TLSA_SOURCE_H
#define DIRECTIVE_TLSA_SOURCE_H

#include "dane/tlsa.h"
#include "source/files.h"

/* What a source cert:NAME stands for. */
struct tlsa_named {
	const char *name;
	const char *current; /* path */
	const char *next;    /* path of the certificate that comes next, or NULL */
	const char *pass;    /* opens both, for secret_read; NULL: they need no password */
	uint32_t wait_s; /* how long `next` is to wait by the project file; 0: it says nothing */
};

struct tlsa_names {
	const struct tlsa_named *items;
	size_t n;
	const char *digest; /* of all, in hexadecimal digits: they are as many for each zone */
};

/* One source cert:NAME of one owner, for those who follow what becomes of its records. */
struct named_use {
	const struct tlsa_named *named;
	const struct certs *current, *next; /* `next` NULL: there is none yet */
	struct tlsa_params params;
	enum pick pick;
	struct name owner;
	uint32_t ttl_s;
	struct pos pos; /* of the source */
	struct named_use *next_use;
};

/* Where sources are looked for. */
struct tlsa_reader {
	struct tlsa_job *job;
	struct cert_files *files;
	const struct roots *roots;      /* or NULL: anywhere */
	const char *base;               /* the file that names them; "": none */
	const struct tlsa_names *names; /* NULL: there is no project file */
	struct named_use **named_uses;  /* where those of `names` are noted, without owner */
	const struct secret *secret;    /* opens those that are encrypted; or NULL */
};

struct tlsa_source {
	struct pos pos;
	const char *written;
	bool literal;       /* no pattern */
	bool is_next;       /* not in use yet, and may not exist yet */
	const char *beside; /* path of the one that it is to replace; or NULL */
};

/* Adds the records of a source to the job. Of a folder or pattern they are those of each end
 * entity, or of each CA; files without certificates, and under usages 1 and 3 those of CAs alone,
 * are passed over. Returns 0, or -1 after adding problems. */
int
tlsa_add_source(const struct tlsa_reader *reader, const struct tlsa_source *source);

#endif
