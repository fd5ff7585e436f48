#include "directive/sshfp.h"

#include "base/digest.h"
#include "directive/directive.h"
#include "source/locked.h"
#include "source/plain.h"
#include "source/ssh.h"

#include <stdlib.h>

enum { FINGERPRINT_SHA256 = 2 }; /* RFC 6594 section 5.1.2 */

/* A source, read. */
struct file {
	const struct argument *source;
	const char *path;
	struct ssh_keys keys;
};

static struct text
without_last_dot(struct text text)
{
	text.len -= text.len > 1 && text.data[text.len - 1] == '.';
	return text;
}

static struct ssh_host
host_of(struct directive *d, const struct directive_owner *owner)
{
	return (struct ssh_host){
	    text_of(name_text(d->a, owner->name.wire)), without_last_dot(owner->text)};
}

static struct bytes
fingerprint(struct directive *d, const struct ssh_key *key)
{
	uint8_t *rdata = arena_bytes(d->a, 2 + DIGEST_LEN);

	rdata[0] = key->algorithm;
	rdata[1] = FINGERPRINT_SHA256;
	digest_sha256(key->blob, rdata + 2);
	return (struct bytes){rdata, 2 + DIGEST_LEN};
}

/* --- Which keys of a file are the host's --- */

/* What is asked of a file: the keys of `host` at a port. */
struct wanted {
	const struct ssh_host *host;
	bool any_port;
	unsigned port;      /* 0: whichever it is, if that is clear */
	struct ssh_host at; /* the names at that port */
};

static void
want_port(struct directive *d, struct wanted *wanted, unsigned port)
{
	wanted->port = port;
	wanted->at = ssh_host_at(d->a, wanted->host, port);
}

/* SSHFP records hold at each port of a host, while known_hosts knows ports: the default one counts,
 * or the first other one if the file has no key of that. */
static void
choose_port(struct directive *d, const struct ssh_keys *keys, struct wanted *wanted)
{
	unsigned first = 0;

	for (size_t i = 0; i < keys->n && first != SSH_PORT; i++) {
		unsigned port = ssh_key_port(d->a, &keys->items[i], wanted->host);

		if (port && !keys->items[i].useless && (!first || port == SSH_PORT))
			first = port;
	}
	want_port(d, wanted, first ? first : SSH_PORT);
}

static bool
is_wanted(struct directive *d, const struct ssh_key *key, const struct wanted *wanted)
{
	return wanted->any_port ? ssh_key_port(d->a, key, wanted->host) != 0
				: ssh_key_is_of(key, &wanted->at);
}

static bool
same_key(const struct ssh_key *a, const struct ssh_key *b)
{
	return a->blob.len == b->blob.len && memcmp(a->blob.data, b->blob.data, a->blob.len) == 0;
}

static bool
has_wanted(struct directive *d, const struct ssh_keys *keys, const struct ssh_key *key,
    const struct wanted *wanted)
{
	for (size_t i = 0; i < keys->n; i++)
		if (same_key(&keys->items[i], key) && is_wanted(d, &keys->items[i], wanted))
			return true;
	return false;
}

/* Where nobody said which port is meant, one must not have keys that the other has not. */
static int
check_ports(struct directive *d, const struct file *file, const struct wanted *wanted)
{
	for (size_t i = 0; i < file->keys.n; i++) {
		const struct ssh_key *key = &file->keys.items[i];
		unsigned port = ssh_key_port(d->a, key, wanted->host);

		if (port && !key->useless && !has_wanted(d, &file->keys, key, wanted))
			return diag_error(d->diags, file->source->pos, D_SSH_PORT,
			    "%s, line %zu: a key of %.*s at port %u, which port %u has not",
			    file->path, key->line, (int)wanted->host->full.len,
			    wanted->host->full.data, port, wanted->port);
	}
	return 0;
}

/* A key that is marked as revoked is not used where the file has it once more, without the mark. */
static const char *
why_useless(struct directive *d, const struct ssh_keys *keys, const struct ssh_key *key,
    const struct ssh_host *host)
{
	for (size_t i = 0; i < keys->n && !key->useless; i++) {
		const struct ssh_key *other = &keys->items[i];

		if (other->useless && same_key(other, key) && ssh_key_port(d->a, other, host))
			return other->useless;
	}
	return key->useless;
}

static int
tell_none(struct directive *d, const struct file *file, const struct wanted *wanted)
{
	bool hashed = false;

	for (size_t i = 0; i < file->keys.n; i++)
		hashed = hashed || ssh_key_is_hashed(&file->keys.items[i]);
	return diag_error(d->diags, file->source->pos, D_SSH_HOST,
	    "%s has no line for the host %.*s%s%s", file->path, (int)wanted->host->full.len,
	    wanted->host->full.data,
	    wanted->port == SSH_PORT ? "" : arena_printf(d->a, " at port %u", wanted->port),
	    hashed ? "; a hashed one of a port other than 22 is found by port=N" : "");
}

static int
add_file(struct directive *d, const struct file *file, struct wanted wanted, struct record_set *set)
{
	size_t n_of = 0, n_used = 0;

	if (!wanted.port) {
		choose_port(d, &file->keys, &wanted);
		if (!wanted.any_port && check_ports(d, file, &wanted) < 0)
			return -1;
	}
	for (size_t i = 0; i < file->keys.n; i++) {
		const struct ssh_key *key = &file->keys.items[i];
		const char *useless;

		if (!is_wanted(d, key, &wanted))
			continue;
		n_of++;
		useless = why_useless(d, &file->keys, key, wanted.host);
		if (useless) {
			diag_add(d->diags, file->source->pos, D_KEY_LEFT,
			    "%s, line %zu: %s; it is left out", file->path, key->line, useless);
			continue;
		}
		n_used++;
		record_set_add(d, set, fingerprint(d, key),
		    arena_printf(d->a, "%s %s", plain_text(d->a, file->source->text), key->type));
	}
	if (n_of == 0)
		return tell_none(d, file, &wanted);
	if (n_used == 0)
		return diag_error(d->diags, file->source->pos, D_KEY_FILE,
		    "%s holds no key that is left for SSHFP", file->path);
	return 0;
}

/* --- The directive --- */

/* Returns -1 after adding all problems, or 0 with the number of files. */
static int
load_files(struct directive *d, const struct arguments *arguments, struct file *files, size_t *n)
{
	int result = 0;

	*n = 0;
	for (size_t i = 0; i < arguments->n; i++) {
		struct file *file = &files[*n];
		struct text contents;

		if (arguments->items[i].key.len)
			continue;
		file->source = &arguments->items[i];
		++*n;
		if (directive_load(d, file->source, SSH_FILE_LARGEST, &file->path, &contents) < 0 ||
		    ssh_keys_load(
			d->a, d->diags, file->source->pos, file->path, contents, &file->keys) < 0 ||
		    locked_note(d->diags, file->source->pos, file->path, LOCKED_FILE,
			(struct bytes){(const uint8_t *)contents.data, contents.len}) < 0)
			result = -1;
	}
	return result;
}

static int
emit(struct directive *d, const struct directive_owner *owner, struct wanted wanted,
    const struct file *files, size_t n)
{
	struct ssh_host host = host_of(d, owner);
	struct account *account = &d->diags->account;
	struct record_set set = {0};
	int result = 0;

	account_time(account); /* a file of many hosts is looked through for each owner */
	if (account->is_over)
		return diag_over(d->diags, files->source->pos);
	wanted.host = &host;
	if (wanted.port)
		want_port(d, &wanted, wanted.port);
	for (size_t i = 0; i < n; i++)
		if (add_file(d, &files[i], wanted, &set) < 0)
			result = -1;
	return result == 0 ? directive_emit(d, owner, TYPE_SSHFP, &set) : -1;
}

/* port=N or port=any. */
static int
read_port(struct directive *d, const struct argument *option, struct wanted *out)
{
	unsigned long port;
	char *end;

	*out = (struct wanted){0};
	if (!option)
		return 0;
	out->any_port = strcmp(option->value, "any") == 0;
	if (out->any_port)
		return 0;
	port = strtoul(option->value, &end, 10);
	if (*option->value < '1' || *option->value > '9' || *end || port > UINT16_MAX)
		return diag_error(d->diags, option->pos, D_KEY_VALUE,
		    "port= is followed by a number from 1 to 65535, or any");
	out->port = (unsigned)port;
	return 0;
}

int
sshfp_directive(void *ctx, struct parser *parser, const struct entry *entry)
{
	static const char *const options[] = {"port", NULL};
	struct directive d = directive_begin(parser, entry);
	int result = directive_owners(&d, D_RECORD_OWNER, directive_name);
	struct arguments arguments;
	struct wanted wanted;
	struct file *files;
	size_t n;

	(void)ctx;
	if (directive_rest(&d, options, "no key file is named", &arguments) < 0)
		return -1;
	if (read_port(&d, arguments_option(&arguments, "port"), &wanted) < 0)
		result = -1;
	files = arena_zalloc(d.a, arguments.n * sizeof(*files));
	if (load_files(&d, &arguments, files, &n) < 0 || result < 0)
		return -1;
	for (size_t i = 0; i < d.n_owners; i++)
		if (emit(&d, &d.owners[i], wanted, files, n) < 0)
			result = -1;
	return result;
}
