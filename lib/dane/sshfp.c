#include "dane/sshfp.h"

#include "base/digest.h"
#include "dane/directive.h"
#include "dane/plain.h"
#include "dane/ssh.h"

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
	struct buf buf = {0};
	struct text full;

	name_print(&buf, owner->name.wire);
	full = (struct text){arena_text(d->a, buf.data, buf.len), buf.len};
	buf_free(&buf);
	return (struct ssh_host){without_last_dot(full), without_last_dot(owner->text)};
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

/* A key that is marked as revoked is not used where the file has it once more, without the mark. */
static const char *
why_useless(const struct ssh_keys *keys, const struct ssh_key *key, const struct ssh_host *host)
{
	for (size_t i = 0; i < keys->n && !key->useless; i++) {
		const struct ssh_key *other = &keys->items[i];

		if (other->useless && other->blob.len == key->blob.len &&
		    memcmp(other->blob.data, key->blob.data, key->blob.len) == 0 &&
		    ssh_key_is_of(other, host))
			return other->useless;
	}
	return key->useless;
}

static int
add_file(struct directive *d, const struct file *file, const struct ssh_host *host,
    struct record_set *set)
{
	size_t n_of = 0, n_used = 0;

	for (size_t i = 0; i < file->keys.n; i++) {
		const struct ssh_key *key = &file->keys.items[i];
		const char *useless;

		if (!ssh_key_is_of(key, host))
			continue;
		n_of++;
		useless = why_useless(&file->keys, key, host);
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
		return diag_error(d->diags, file->source->pos, D_SSH_HOST,
		    "%s has no line for the host %.*s", file->path, (int)host->full.len,
		    host->full.data);
	if (n_used == 0)
		return diag_error(d->diags, file->source->pos, D_KEY_FILE,
		    "%s holds no key that is left for SSHFP", file->path);
	return 0;
}

static int
load_files(struct directive *d, const struct arguments *arguments, struct file *files)
{
	int result = 0;

	for (size_t i = 0; i < arguments->n; i++) {
		struct file *file = &files[i];
		struct text contents;

		file->source = &arguments->items[i];
		if (directive_load(d, file->source, SSH_FILE_LARGEST, &file->path, &contents) < 0 ||
		    ssh_keys_load(
			d->a, d->diags, file->source->pos, file->path, contents, &file->keys) < 0)
			result = -1;
	}
	return result;
}

static int
emit(struct directive *d, const struct directive_owner *owner, const struct file *files, size_t n)
{
	struct ssh_host host = host_of(d, owner);
	struct record_set set = {0};
	int result = 0;

	for (size_t i = 0; i < n; i++)
		if (add_file(d, &files[i], &host, &set) < 0)
			result = -1;
	return result == 0 ? directive_emit(d, owner, TYPE_SSHFP, &set) : -1;
}

int
sshfp_directive(void *ctx, struct parser *parser, const struct entry *entry)
{
	static const char *const no_options[] = {NULL};
	struct directive d = directive_begin(parser, entry);
	int result = directive_owners(&d, D_RECORD_OWNER, directive_name);
	struct arguments arguments;
	struct file *files;

	(void)ctx;
	if (directive_rest(&d, no_options, "no key file is named", &arguments) < 0)
		return -1;
	files = arena_zalloc(d.a, arguments.n * sizeof(*files));
	if (load_files(&d, &arguments, files) < 0 || result < 0)
		return -1;
	for (size_t i = 0; i < d.n_owners; i++)
		if (emit(&d, &d.owners[i], files, arguments.n) < 0)
			result = -1;
	return result;
}
