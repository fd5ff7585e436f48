/* The two files of a key. */
#define _GNU_SOURCE
#include "dnssec/key_part.h"

#include "base/access.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum {
	KEY_FILE_LARGEST = 1 << 16, /* octets of a .key file, most of which are comments */
	PROTOCOL_DNSSEC = 3,        /* RFC 4034 section 2.1.2 */
};

size_t
key_stem_len(const char *name)
{
	static const char *const suffixes[] = {".key", ".private"};
	size_t len = strlen(name);

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(suffixes[i]);

		if (len > n && strcmp(name + len - n, suffixes[i]) == 0)
			return len - n;
	}
	return 0;
}

const char *
key_base(struct arena *a, struct diags *diags, const char *path, struct keyfile_name *name)
{
	size_t len = key_stem_len(path);
	const char *base = arena_text(a, path, len ? len : strlen(path));
	const char *slash = strrchr(base, '/');

	if (keyfile_name(text_of(slash ? slash + 1 : base), name) == 0)
		return base;
	diag_add_path(diags, path, S_KEY_FILE,
	    "its name is not K<zone>+<algorithm>+<tag>, with .key, .private or nothing behind it");
	return NULL;
}

int
key_check_public(struct diags *diags, const char *path, const struct keyfile_name *name,
    const struct keyfile_public *public_key)
{
	const uint8_t *rdata = public_key->rdata;
	unsigned flags = read_u16(rdata);
	unsigned tag = key_tag((struct bytes){rdata, public_key->rdata_len});

	if (!name_equal(public_key->owner.wire, name->zone.wire))
		return diag_add_path(
		    diags, path, S_KEY_FILE, "the owner of its DNSKEY is not the zone's apex");
	if ((flags & ~(unsigned)(KEY_FLAG_SEP | KEY_FLAG_REVOKE)) != KEY_FLAG_ZONE)
		return diag_add_path(diags, path, S_KEY_FILE,
		    "its flags are %u; a zone's keys have 256 (ZSK) or 257 (KSK)", flags);
	if (rdata[2] != PROTOCOL_DNSSEC)
		return diag_add_path(diags, path, S_KEY_FILE,
		    "its protocol is %u, and must be 3 (RFC 4034 section 2.1.2)", rdata[2]);
	if (rdata[3] != name->algorithm)
		return diag_add_path(diags, path, S_KEY_FILE,
		    "its algorithm is %u, but the file name says %u", rdata[3], name->algorithm);
	if (tag != name->tag)
		return diag_add_path(diags, path, S_KEY_FILE,
		    "its key tag is %u, but the file name says %u", tag, name->tag);
	return 0;
}

/* Where it is an error, that is one of the zone. */
static void
judge_access(
    struct diags *diags, const struct roots *roots, const char *path, const struct stat *st)
{
	access_judge(diags, path, "the private key", st);
	access_judge_owner(diags, roots, path, st);
}

void
key_judge_pin(struct diags *diags, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0)
		access_judge(diags, path, "the file of the PIN", &st);
}

static int
check_access(struct diags *diags, const struct roots *roots, const char *path, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return file_refuse(diags, roots, path);
	judge_access(diags, roots, path, &st);
	return 0;
}

int
key_find_private(struct diags *diags, const struct roots *roots, const char *path, bool *there)
{
	struct stat st;

	if (file_stat_if(diags, roots, path, &st, there) < 0)
		return -1;
	if (*there)
		judge_access(diags, roots, path, &st);
	return 0;
}

int
key_load_private(
    struct diags *diags, const struct roots *roots, const char *path, char *room, struct text *text)
{
	int fd = file_open(roots, path, O_RDONLY | O_NONBLOCK);
	ssize_t n;

	*text = (struct text){0};
	if (fd < 0 && errno == ENOENT) {
		file_note_input(diags, roots, path, *text);
		return 0;
	}
	n = fd < 0 ? -1 : key_read_private(fd, room, PRIVATE_LONGEST);
	if (n < 0) {
		file_refuse(diags, roots, path);
	} else if (check_access(diags, roots, path, fd) < 0) {
		n = -1;
	} else {
		*text = (struct text){room, (size_t)n};
		file_note_input(diags, roots, path, *text);
	}
	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : 0;
}

int
key_load_public(struct diags *diags, const struct roots *roots, const char *path, bool may_lack,
    struct text *text)
{
	return file_load_small(diags, pos_none(), roots, path, KEY_FILE_LARGEST, may_lack, text);
}

/* May a run have ended between the two? */
static bool
is_to_finish(const struct key_pair *pair, bool is_read)
{
	const int64_t *time = pair->public_key.time;

	if (!pair->has_private)
		return false;
	return !pair->has_public ||
	       (is_read && key_has_dates(time) &&
		   memcmp(time, pair->private_key.time, sizeof(pair->public_key.time)) != 0);
}

static int
judge(
    struct diags *diags, const struct keyfile_name *name, const struct key_pair *pair, bool is_read)
{
	if (!pair->has_public)
		return 0;
	if (key_check_public(diags, pair->public_path, name, &pair->public_key) < 0)
		return -1;
	if (is_read && pair->private_key.algorithm != name->algorithm)
		return diag_add_path(diags, pair->private_path, S_KEY_MISMATCH,
		    "its algorithm is %u, that of the .key file is %u", pair->private_key.algorithm,
		    name->algorithm);
	return 0;
}

int
key_pair_read(struct arena *a, struct diags *diags, const struct roots *roots, const char *base,
    const struct keyfile_name *name, char *room, struct key_pair *out)
{
	struct text text, private_text = {0};

	*out = (struct key_pair){.public_path = arena_printf(a, "%s.key", base),
	    .private_path = arena_printf(a, "%s.private", base)};
	if (key_load_public(diags, roots, out->public_path, true, &text) < 0)
		return -1;
	if (!room && key_find_private(diags, roots, out->private_path, &out->has_private) < 0)
		return -1;
	if (room && key_load_private(diags, roots, out->private_path, room, &private_text) < 0)
		return -1;
	out->has_public = text.data;
	out->has_private = out->has_private || private_text.data;
	if (!out->has_public && !out->has_private)
		return key_load_public(diags, roots, out->public_path, false, &text);
	if (out->has_public && keyfile_public(diags, out->public_path, text, &out->public_key) < 0)
		return -1;
	if (private_text.data &&
	    keyfile_private(diags, out->private_path, private_text, &out->private_key) < 0)
		return -1;
	if (is_to_finish(out, private_text.data))
		key_pair_take_unfinished(a, roots, base, name, private_text.data, out);
	return judge(diags, name, out, private_text.data);
}

int
key_pair_refuse_lone(struct diags *diags, const struct key_pair *pair, uint16_t tag)
{
	return diag_add_path(diags, pair->private_path, S_KEY_LONE,
	    "the key %u has this private key, and no .key file beside it", tag);
}
