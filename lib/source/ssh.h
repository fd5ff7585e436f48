/* Public keys of SSH hosts (RFC 4253 section 6.6): reads files of OpenSSH's formats, which are
 * public key files (ssh-keygen(1)) and known_hosts (sshd(8)), and tells which lines are about a
 * host. Nothing of a file gets into messages but numbers of lines. */
#ifndef SOURCE_SSH_H
#define SOURCE_SSH_H

#include "base/diag.h"

enum { SSH_FILE_LARGEST = 1 << 20, SSH_PORT = 22 };

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

/* The names under which known_hosts has the host at a port: as they are for SSH_PORT, else
 * "[host]:port"; in `a`. */
struct ssh_host
ssh_host_at(struct arena *a, const struct ssh_host *host, unsigned port);

/* Is the line about `host`, a result of ssh_host_at? A line of a public key file is about every
 * host; in known_hosts its patterns decide, hashed ones too, as in ssh(1). */
bool
ssh_key_is_of(const struct ssh_key *key, const struct ssh_host *host);

/* The port at which the line is about `host`: SSH_PORT, or else the first one that its patterns
 * name, where it is; 0: none. The ports of hashed names are not known. */
unsigned
ssh_key_port(struct arena *a, const struct ssh_key *key, const struct ssh_host *host);

/* Are the names of the line hashed? */
bool
ssh_key_is_hashed(const struct ssh_key *key);

#endif
