/* Public keys of SSH hosts (RFC 4253 section 6.6): reads files of OpenSSH's formats, which are
 * public key files (ssh-keygen(1)) and known_hosts (sshd(8)), and tells which lines are about a
 * host. Nothing of a file gets into messages but numbers of lines. */
#ifndef DANE_SSH_H
#define DANE_SSH_H

#include "base/diag.h"

enum { SSH_FILE_LARGEST = 1 << 20 };

struct ssh_key {
	const char *type;  /* "ssh-ed25519", or NULL: see `useless` */
	uint8_t algorithm; /* of SSHFP records: RFC 4255, 6594, 7479, 8709 */
	struct bytes blob;
	size_t line;         /* from 1 */
	struct text hosts;   /* of a known_hosts line; len 0: the line is of a public key file */
	const char *useless; /* why clients look for no SSHFP record of it, or NULL */
};

struct ssh_keys {
	struct ssh_key *items;
	size_t n; /* at least one */
};

/* Reads the keys of a file, whose `contents` stay; `out` lives in `a`. A private key is refused.
 * Returns 0, or -1 with one problem added at `pos`. */
int
ssh_keys_load(struct arena *a, struct diags *diags, struct pos pos, const char *path,
    struct text contents, struct ssh_keys *out);

/* The names of one host, without last dot: in full, and as the template writes it. */
struct ssh_host {
	struct text full, written;
};

/* Is the line about `host`, at any port? A line of a public key file is about every host; in
 * known_hosts its patterns decide, hashed ones too (for the default port alone, which is part of
 * what was hashed). */
bool
ssh_key_is_of(const struct ssh_key *key, const struct ssh_host *host);

#endif
