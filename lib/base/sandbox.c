#define _GNU_SOURCE
#include "base/sandbox_part.h"

#include "base/confine.h"
#include "base/file.h"
#include "base/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- The kernel's interface: <linux/landlock.h> of Debian 12 ends with ABI 2 --- */

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

enum {
	CREATE_RULESET_VERSION = 1,
	RULE_PATH_BENEATH = 1,

	EXECUTE = 1 << 0, /* of files */
	WRITE_FILE = 1 << 1,
	READ_FILE = 1 << 2,
	READ_DIR = 1 << 3,
	REMOVE_DIR = 1 << 4,
	REMOVE_FILE = 1 << 5,
	MAKE_CHAR = 1 << 6,
	MAKE_DIR = 1 << 7,
	MAKE_REG = 1 << 8,
	MAKE_SOCK = 1 << 9,
	MAKE_FIFO = 1 << 10,
	MAKE_BLOCK = 1 << 11,
	MAKE_SYM = 1 << 12,
	REFER = 1 << 13,
	TRUNCATE = 1 << 14,
	IOCTL_DEV = 1 << 15,

	BIND_TCP = 1 << 0, /* of the network */
	CONNECT_TCP = 1 << 1,

	SCOPE_ABSTRACT = 1 << 0, /* of what else is not reached */
	SCOPE_SIGNAL = 1 << 1,
};

struct ruleset {
	uint64_t files, network, scoped;
};

struct beneath {
	uint64_t allowed;
	int32_t folder;
} __attribute__((packed));

/* What each version brought, so that a kernel is asked for no more than it knows. */
static const struct {
	int abi;
	struct ruleset adds;
	const char *what;
} versions[] = {
    {1,
	{EXECUTE | WRITE_FILE | READ_FILE | READ_DIR | REMOVE_DIR | REMOVE_FILE | MAKE_CHAR |
		MAKE_DIR | MAKE_REG | MAKE_SOCK | MAKE_FIFO | MAKE_BLOCK | MAKE_SYM,
	    0, 0},
	"files"},
    {2, {REFER, 0, 0}, "renames between folders"},
    {3, {TRUNCATE, 0, 0}, "truncation"},
    {4, {0, BIND_TCP | CONNECT_TCP, 0}, "TCP"},
    {5, {IOCTL_DEV, 0, 0}, "control of devices"},
    {6, {0, 0, SCOPE_ABSTRACT | SCOPE_SIGNAL}, "abstract sockets and signals"},
};
enum { N_VERSIONS = sizeof(versions) / sizeof(versions[0]) };

static uint64_t
rights_of(enum sandbox_access access)
{
	const uint64_t reads = READ_FILE | READ_DIR;
	const uint64_t writes =
	    WRITE_FILE | TRUNCATE | MAKE_REG | MAKE_DIR | REMOVE_FILE | REMOVE_DIR;

	switch (access) {
	case SANDBOX_READ:
	case SANDBOX_READ_LINKS:
		return reads;
	case SANDBOX_DEVICE:
		return READ_FILE | WRITE_FILE | IOCTL_DEV;
	case SANDBOX_REMOVE:
		return REMOVE_DIR;
	case SANDBOX_TEMPORARY:
		return reads | WRITE_FILE;
	default:
		return reads | writes;
	}
}

/* --- Paths --- */

/* What libraries open when they need it: the loader, OpenSSL's modules and its settings, time
 * zones, encodings. In /etc there are secrets, too: of that, by name. */
static const struct sandbox_path usual[] = {
    {"/usr", SANDBOX_READ},
    {"/lib", SANDBOX_READ},
    {"/lib32", SANDBOX_READ},
    {"/lib64", SANDBOX_READ},
    {"/nix/store", SANDBOX_READ},
    {"/gnu/store", SANDBOX_READ},
    {"/proc", SANDBOX_READ},
    {"/sys/fs/cgroup", SANDBOX_READ},
    {"/etc/ld.so.cache", SANDBOX_READ},
    {"/etc/localtime", SANDBOX_READ},
    {"/etc/ssl/openssl.cnf", SANDBOX_READ},
    {"/etc/pki/tls/openssl.cnf", SANDBOX_READ},
    {"/etc/pki/tls/openssl.d", SANDBOX_READ},
    {"/etc/crypto-policies", SANDBOX_READ},
    {"/dev/null", SANDBOX_DEVICE},
    {"/dev/tty", SANDBOX_DEVICE},
    {"/dev/zero", SANDBOX_READ},
    {"/dev/random", SANDBOX_READ},
    {"/dev/urandom", SANDBOX_READ},
    {NULL, 0},
};

/* And those who ask servers: the names of hosts and services, and which authorities are trusted. */
static const struct sandbox_path usual_network[] = {
    {"/etc/resolv.conf", SANDBOX_READ},
    {"/etc/hosts", SANDBOX_READ},
    {"/etc/host.conf", SANDBOX_READ},
    {"/etc/gai.conf", SANDBOX_READ},
    {"/etc/nsswitch.conf", SANDBOX_READ},
    {"/etc/services", SANDBOX_READ},
    {"/etc/protocols", SANDBOX_READ},
    {"/etc/networks", SANDBOX_READ},
    {"/etc/ssl/certs", SANDBOX_READ},
    {"/etc/ssl/cert.pem", SANDBOX_READ},
    {"/etc/pki/tls/certs", SANDBOX_READ},
    {"/etc/pki/ca-trust", SANDBOX_READ},
    {"/etc/ca-certificates", SANDBOX_READ},
    {"/run/systemd/resolve", SANDBOX_READ},
    {"/run/resolvconf", SANDBOX_READ},
    {"/run/NetworkManager", SANDBOX_READ},
    {NULL, 0},
};

/* Variables by which a person tells libraries where such files are; lists have colons. */
static const char *const variables[] = {"LD_LIBRARY_PATH", "OPENSSL_CONF", "OPENSSL_CONF_INCLUDE",
    "OPENSSL_MODULES", "SSL_CERT_FILE", "SSL_CERT_DIR", "LOCPATH", "TZDIR", NULL};

void
sandbox_add(struct sandbox *sandbox, const char *path, enum sandbox_access access)
{
	struct sandbox_path *last = sandbox->n > 0 ? &sandbox->paths[sandbox->n - 1] : NULL;

	sandbox->writes |=
	    access == SANDBOX_WRITE || access == SANDBOX_REPLACE || access == SANDBOX_REMOVE;
	if (last && last->access == access && strcmp(last->path, path) == 0)
		return;
	sandbox->paths = arena_grow(
	    sandbox->a, sandbox->paths, sandbox->n, &sandbox->cap, sizeof(*sandbox->paths));
	sandbox->paths[sandbox->n++] = (struct sandbox_path){path, access};
}

/* --- Rules --- */

struct making {
	struct arena *a;
	int fd;
	uint64_t handled;
	unsigned left; /* work on links that may still be done, of LINKS_WORK */
};

/* Permits it at what is open. Files take some of the rights, and what lies in no file system, as
 * pipes do, needs none. */
static void
permit_at(struct making *making, int fd, uint64_t rights)
{
	const uint64_t of_files = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;
	struct beneath rule = {rights & making->handled, fd};
	struct stat st;

	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed &= of_files;
	syscall(SYS_landlock_add_rule, making->fd, RULE_PATH_BENEATH, &rule, 0);
}

static int
permit(struct making *making, const char *path, uint64_t rights)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return -1;
	permit_at(making, fd, rights);
	close(fd);
	return 0;
}

/* The folder at `path`, or the nearest one above it: those between are still to be made. */
static void
permit_folder(struct making *making, const char *path, uint64_t rights)
{
	while (permit(making, path, rights) < 0 && file_is_absence(errno) &&
	       strcmp(path, "/") != 0 && strcmp(path, ".") != 0)
		path = file_folder(making->a, path);
}

/* What is no regular file is written where it is, and not replaced. */
static void
permit_output(struct making *making, const char *path)
{
	uint64_t rights = rights_of(SANDBOX_WRITE);
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		permit(making, path, rights);
		return;
	}
	path = output_target(making->a, path);
	if (path)
		permit_folder(making, file_folder(making->a, path), rights);
}

static void
permit_links(struct making *making, const char *folder, unsigned depth);

/* Where a link of an operator's folder leads to: a folder with all that it holds; of a file the
 * folder, as the file may be another one by the time that it is read. */
static void
permit_link(struct making *making, const char *folder, const char *path, unsigned depth)
{
	const uint64_t reads = rights_of(SANDBOX_READ);
	char *real = realpath(path, NULL);
	const char *above;
	struct stat st;

	if (!real)
		return;
	above = file_folder(making->a, real);
	if (stat(real, &st) == 0 && S_ISDIR(st.st_mode)) {
		permit(making, real, reads);
		if (!confine_is_below(folder, real)) /* or it leads round and round */
			permit_links(making, arena_text(making->a, real, strlen(real)), depth + 1);
	} else {
		permit(making, strcmp(above, "/") == 0 ? real : above, reads);
	}
	free(real);
}

/* A million names are read, or 20,000 links and folders looked up. */
enum { LINKS_WORK = 1000000, WORK_OF_NAME = 1, WORK_OF_LINK = 50 };

static void
work(struct making *making, unsigned done)
{
	making->left -= done < making->left ? done : making->left;
}

/* Links that lie too deep, or among too many others, are not looked for: all may be read then. */
static void
permit_links(struct making *making, const char *folder, unsigned depth)
{
	enum { DEPTH_MOST = 32 };
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir)
		return;
	if (depth > DEPTH_MOST)
		making->left = 0;
	while (making->left > 0 && (entry = readdir(dir))) {
		const char *path;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		work(making, entry->d_type == DT_REG ? WORK_OF_NAME : WORK_OF_LINK);
		if (entry->d_type == DT_REG)
			continue;
		path = file_join(making->a, folder, entry->d_name);
		if (entry->d_type == DT_LNK)
			permit_link(making, folder, path, depth);
		else if (entry->d_type == DT_DIR)
			permit_links(making, path, depth + 1);
		else if (entry->d_type == DT_UNKNOWN) /* of a file system that does not say */
			making->left = 0;
	}
	closedir(dir);
	if (making->left == 0)
		permit(making, "/", rights_of(SANDBOX_READ));
}

static void
permit_path(struct making *making, const struct sandbox_path *path)
{
	if (path->access == SANDBOX_REPLACE) {
		permit_output(making, path->path);
		return;
	}
	if (path->access == SANDBOX_WRITE)
		permit_folder(making, path->path, rights_of(path->access));
	else
		permit(making, path->path, rights_of(path->access));
	making->left = LINKS_WORK;
	if (path->access == SANDBOX_READ_LINKS)
		permit_links(making, path->path, 0);
}

static void
permit_usual(struct making *making, const struct sandbox_path *paths)
{
	for (; paths->path; paths++)
		permit(making, paths->path, rights_of(paths->access));
}

static void
permit_variables(struct making *making)
{
	for (const char *const *name = variables; *name; name++)
		for (const char *at = getenv(*name); at && *at; at += strspn(at, ":")) {
			size_t len = strcspn(at, ":");

			permit(making, arena_text(making->a, at, len), rights_of(SANDBOX_READ));
			at += len;
		}
}

/* Where OpenSSL was built to look. */
static void
permit_openssl(struct making *making)
{
	static const int which[] = {OPENSSL_INFO_MODULES_DIR, OPENSSL_INFO_CONFIG_DIR};

	for (size_t i = 0; i < sizeof(which) / sizeof(which[0]); i++) {
		const char *folder = OPENSSL_info(which[i]);

		if (folder && which[i] == OPENSSL_INFO_CONFIG_DIR)
			folder = file_join(making->a, folder, "openssl.cnf");
		if (folder)
			permit(making, folder, rights_of(SANDBOX_READ));
	}
}

/* --- Entering --- */

/* Returns the version, or -1 with errno set. */
static int
landlock_abi(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
}

static struct ruleset
ruleset_of(const struct sandbox *sandbox, int abi)
{
	struct ruleset all = {0, 0, 0};

	for (size_t i = 0; i < N_VERSIONS && versions[i].abi <= abi; i++) {
		all.files |= versions[i].adds.files;
		all.network |= sandbox->network ? 0 : versions[i].adds.network;
		all.scoped |= versions[i].adds.scoped;
	}
	return all;
}

static void
permit_all(struct making *making, const struct sandbox *sandbox)
{
	permit_usual(making, usual);
	if (sandbox->network)
		permit_usual(making, usual_network);
	permit_openssl(making);
	permit_variables(making);
#ifdef SANDBOX_COUNTS /* of a build for gcov(1) */
	permit(making, SANDBOX_COUNTS, rights_of(SANDBOX_WRITE));
#endif
	for (size_t i = 0; i < sandbox->n; i++)
		permit_path(making, &sandbox->paths[i]);
}

static int
restrict_files(const struct sandbox *sandbox, int abi)
{
	struct ruleset ruleset = ruleset_of(sandbox, abi);
	struct arena own = {0};
	struct making making = {.a = &own, .handled = ruleset.files};
	int result;

	making.fd = (int)syscall(SYS_landlock_create_ruleset, &ruleset, sizeof(ruleset), 0);
	if (making.fd < 0)
		return -1;
	permit_all(&making, sandbox);
	result = (int)syscall(SYS_landlock_restrict_self, making.fd, 0);
	arena_free(&own);
	return file_close(making.fd, result);
}

/* Of root's rights (capabilities(7)) those remain by which it reads the files of all users and,
 * where it writes, leaves them theirs. */
static uint64_t
kept_capabilities(const struct sandbox *sandbox)
{
	const uint64_t reads = UINT64_C(1) << CAP_DAC_READ_SEARCH;
	const uint64_t writes =
	    UINT64_C(1) << CAP_DAC_OVERRIDE | UINT64_C(1) << CAP_CHOWN | UINT64_C(1) << CAP_FOWNER;

	return sandbox->writes ? reads | writes : reads;
}

/* With them goes what is ambient. What is left to the bounding set comes back to nobody: that takes
 * a program that gains privileges. */
static void
give_up_capabilities(uint64_t kept)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, halves) < 0)
		return;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		uint32_t mask = (uint32_t)(kept >> (32 * i));

		halves[i].effective &= mask;
		halves[i].permitted &= mask;
		halves[i].inheritable = 0;
	}
	syscall(SYS_capset, &header, halves);
}

static void
give_up_privileges(const struct sandbox *sandbox)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	give_up_capabilities(kept_capabilities(sandbox));
}

void
sandbox_conceal(void)
{
	if (!SANDBOX_WATCHED)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void
sandbox_calls(const struct sandbox *sandbox, struct sandbox_state *state)
{
	give_up_privileges(sandbox);
	state->seccomp_error = sandbox_filter(sandbox);
}

void
sandbox_files(const struct sandbox *sandbox, struct sandbox_state *state)
{
	give_up_privileges(sandbox);
	state->landlock_abi = landlock_abi();
	state->landlock_error =
	    state->landlock_abi < 0 || restrict_files(sandbox, state->landlock_abi) < 0 ? errno : 0;
}

/* --- What is in force --- */

static void
put_versions(struct buf *b, int from, int to)
{
	const char *separator = "";

	for (size_t i = 0; i < N_VERSIONS; i++) {
		if (versions[i].abi < from || versions[i].abi > to)
			continue;
		buf_printf(b, "%s%s", separator, versions[i].what);
		separator = ", ";
	}
}

static void
put_landlock(struct buf *b, const struct sandbox_state *state)
{
	const int newest = versions[N_VERSIONS - 1].abi;

	if (state->landlock_error) {
		buf_printf(b, "landlock: not enforced: %s\n",
		    state->landlock_error == ENOSYS       ? "this kernel has none"
		    : state->landlock_error == EOPNOTSUPP ? "turned off when this machine started"
							  : strerror(state->landlock_error));
		return;
	}
	buf_printf(b, "landlock: ABI %d, enforced: ", state->landlock_abi);
	put_versions(b, 1, state->landlock_abi);
	if (state->landlock_abi < newest) {
		buf_puts(b, "; this kernel lacks: ");
		put_versions(b, state->landlock_abi + 1, newest);
	}
	buf_putc(b, '\n');
}

void
sandbox_print(struct buf *b, const struct sandbox_state *state)
{
	put_landlock(b, state);
	if (state->seccomp_error)
		buf_printf(b, "seccomp: not enforced: %s\n",
		    state->seccomp_error == ENOTSUP
			? "zonepp does not know the calls of this machine"
			: strerror(state->seccomp_error));
	else
		buf_puts(b, "seccomp: enforced\n");
	buf_printf(b, "new privileges: %s\n",
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? "none" : "not refused");
	buf_printf(b, "core dumps: %s\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? "off" : "on");
}
