#define _GNU_SOURCE
#include "dnssec/key_part.h"

#include "base/mem.h"
#include "dnssec/keyfile.h"
#include "dnssec/pkey.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	KEY_FILE_LARGEST = 1 << 16, /* octets of a .key file, most of which are comments */
	RSA_ADVISED = 2048,         /* bits */
	PROTOCOL_DNSSEC = 3,        /* RFC 4034 section 2.1.2 */
};

/* What the loading of each key needs. */
struct loader {
	struct arena *a;
	struct diags *diags;
	const struct roots *roots;
	const struct name *zone;
	int64_t now;
	struct keys *out;
	int result;
};

uint16_t
key_tag(struct bytes dnskey)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < dnskey.len; i++)
		sum += i & 1 ? dnskey.data[i] : (uint32_t)dnskey.data[i] << 8;
	return (uint16_t)(sum + (sum >> 16));
}

static void
release_pkey(void *pkey)
{
	EVP_PKEY_free(pkey);
}

static bool
has_ended(int64_t t_unix, int64_t now)
{
	return t_unix != KEY_NO_TIME && t_unix <= now;
}

struct key_life
key_life(const int64_t time[N_KEY_TIMES])
{
	int64_t otherwise = time[KEY_CREATED] == KEY_NO_TIME && time[KEY_PUBLISH] == KEY_NO_TIME
				? KEY_ALWAYS
				: KEY_NO_TIME;
	struct key_life life = {
	    .publish_unix = time[KEY_PUBLISH],
	    .remove_unix = time[KEY_DELETE],
	    .sign_unix = time[KEY_ACTIVATE] == KEY_NO_TIME ? otherwise : time[KEY_ACTIVATE],
	    .retire_unix =
		time[KEY_INACTIVE] == KEY_NO_TIME ? time[KEY_DELETE] : time[KEY_INACTIVE],
	};

	if (time[KEY_PUBLISH] == KEY_NO_TIME)
		life.publish_unix = time[KEY_ACTIVATE] == KEY_NO_TIME ? otherwise : KEY_ALWAYS;
	return life;
}

/* Judges the dates. */
static void
set_state(struct key *key, int64_t now)
{
	const int64_t *time = key->time;
	struct key_life life = key_life(time);
	bool due = life.sign_unix <= now && now < life.retire_unix;

	key->published = life.publish_unix <= now && now < life.remove_unix;
	key->active = due && key->pkey;
	key->offline = due && !key->pkey;
	key->next_event = KEY_NO_TIME;
	for (size_t i = KEY_PUBLISH; i < N_KEY_TIMES; i++)
		if (time[i] > now && time[i] < key->next_event)
			key->next_event = time[i];
}

/* The REVOKE bit, in the file or by date (RFC 5011 section 2.1), is part of the key tag. */
static void
set_identity(struct key *key, uint8_t *dnskey, int64_t now)
{
	if (has_ended(key->time[KEY_REVOKE], now))
		dnskey[1] |= KEY_FLAG_REVOKE;
	key->flags = read_u16(dnskey);
	key->is_ksk = key->flags & KEY_FLAG_SEP;
	key->revoked = key->flags & KEY_FLAG_REVOKE;
	key->tag = key_tag(key->dnskey);
}

/* Is what the .key file says fit for this zone and this file name? */
static int
check_public(const struct loader *l, const char *path, const struct keyfile_name *name,
    const struct keyfile_public *public_key)
{
	const uint8_t *rdata = public_key->rdata;
	unsigned flags = read_u16(rdata);
	unsigned tag = key_tag((struct bytes){rdata, public_key->rdata_len});

	if (!name_equal(public_key->owner.wire, l->zone->wire))
		return diag_add_path(
		    l->diags, path, S_KEY_FILE, "the owner of its DNSKEY is not the zone's apex");
	if ((flags & ~(unsigned)(KEY_FLAG_SEP | KEY_FLAG_REVOKE)) != KEY_FLAG_ZONE)
		return diag_add_path(l->diags, path, S_KEY_FILE,
		    "its flags are %u; a zone's keys have 256 (ZSK) or 257 (KSK)", flags);
	if (rdata[2] != PROTOCOL_DNSSEC)
		return diag_add_path(l->diags, path, S_KEY_FILE,
		    "its protocol is %u, and must be 3 (RFC 4034 section 2.1.2)", rdata[2]);
	if (rdata[3] != name->algorithm)
		return diag_add_path(l->diags, path, S_KEY_FILE,
		    "its algorithm is %u, but the file name says %u", rdata[3], name->algorithm);
	if (tag != name->tag)
		return diag_add_path(l->diags, path, S_KEY_FILE,
		    "its key tag is %u, but the file name says %u", tag, name->tag);
	return 0;
}

static int
check_algorithm(const struct loader *l, const char *path, uint8_t number)
{
	const struct algorithm *algorithm = algorithm_info(number);

	if (!algorithm)
		return diag_add_path(
		    l->diags, path, S_ALGORITHM, "algorithm %u is not known", number);
	if (algorithm->refused)
		return diag_add_path(l->diags, path, S_ALGORITHM,
		    "algorithm %u (%s) is not for signing: %s", number, algorithm->name,
		    algorithm->refused);
	return 0;
}

static int
check_mode(const struct loader *l, const char *path, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return file_refuse(l->diags, l->roots, path);
	if (S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)))
		diag_add_path(l->diags, path, S_KEY_MODE,
		    "the private key has mode %03o: others than its owner have access to it",
		    (unsigned)st.st_mode & 0777);
	return 0;
}

/* Text of a .private file; `text->data` is NULL if there is none. */
static int
read_private(const struct loader *l, const char *path, char *room, struct text *text)
{
	int fd = file_open(l->roots, path, O_RDONLY | O_NONBLOCK);
	ssize_t n;

	*text = (struct text){0};
	if (fd < 0 && errno == ENOENT) {
		file_note_input(l->diags, path, *text);
		return 0;
	}
	n = fd < 0 ? -1 : key_read_private(fd, room, PRIVATE_LONGEST);
	if (n < 0) {
		file_refuse(l->diags, l->roots, path);
	} else if (check_mode(l, path, fd) < 0) {
		n = -1;
	} else {
		*text = (struct text){room, (size_t)n};
		file_note_input(l->diags, path, *text);
	}
	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : 0;
}

/* Takes dates and private key from the .private file, if there is one; otherwise the dates are
 * those of the .key file's comments. `text` is the .private file's. */
static int
take_private(const struct loader *l, const char *path, struct text text,
    const struct keyfile_public *public_key, struct key *key)
{
	struct bytes rdata = {public_key->rdata + 4, public_key->rdata_len - 4};
	struct keyfile_private private_key;

	memcpy(key->time, public_key->time, sizeof(key->time));
	if (text.data) {
		if (keyfile_private(l->diags, path, text, &private_key) < 0)
			return -1;
		memcpy(key->time, private_key.time, sizeof(key->time));
		if (private_key.algorithm != public_key->rdata[3])
			return diag_add_path(l->diags, path, S_KEY_MISMATCH,
			    "its algorithm is %u, that of the .key file is %u",
			    private_key.algorithm, public_key->rdata[3]);
		if (key_compare_comments(
			l->diags, path, key->file_tag, key->time, public_key->time) < 0)
			return -1;
	}
	if (has_ended(key->time[KEY_DELETE], l->now) && !key->algorithm)
		return 0;
	if (check_algorithm(l, path, public_key->rdata[3]) < 0)
		return -1;
	if (text.data &&
	    pkey_private(l->diags, path, key->algorithm, &private_key, rdata, &key->pkey) < 0)
		return -1;
	if (key->pkey)
		arena_on_free(l->a, release_pkey, key->pkey);
	return 0;
}

static void
advise(const struct loader *l, const char *path, const struct key *key)
{
	struct bytes public_key = {key->dnskey.data + 4, key->dnskey.len - 4};
	unsigned bits;

	if (key->algorithm->family != ALGORITHM_RSA || has_ended(key->time[KEY_DELETE], l->now))
		return;
	bits = pkey_rsa_bits(public_key);
	if (bits < RSA_ADVISED)
		diag_add_path(l->diags, path, S_RSA_SHORT,
		    "the key has %u bits; fewer than 2048 are not thought safe", bits);
}

/* What is left of a key that is past Delete does no harm. */
static int
judge_lone(const struct loader *l, const char *path, struct text text, struct key *key)
{
	struct keyfile_private private_key;

	if (keyfile_private(l->diags, path, text, &private_key) < 0)
		return -1;
	key->algorithm = NULL;
	if (has_ended(private_key.time[KEY_DELETE], l->now))
		return 0;
	return diag_add_path(l->diags, path, S_KEY_LONE,
	    "the key %u of %s has this private key, and no .key file beside it", key->file_tag,
	    l->out->zone);
}

/* `text->data` is NULL where the file lacks and may. */
static int
load_public(const struct loader *l, const char *path, bool may_lack, struct text *text)
{
	return file_load_small(
	    l->diags, pos_none(), l->roots, path, KEY_FILE_LARGEST, may_lack, text);
}

/* Both files into `key`. Its algorithm is NULL if the key is a deleted one that is to be passed
 * over. */
static int
load_pair(const struct loader *l, const char *base, const struct keyfile_name *name, char *room,
    struct key *key)
{
	char *key_path = arena_printf(l->a, "%s.key", base);
	char *private_path = arena_printf(l->a, "%s.private", base);
	const struct algorithm *algorithm = algorithm_info(name->algorithm);
	struct keyfile_public public_key;
	struct text text, private_text;
	uint8_t *dnskey;

	*key = (struct key){.path = base,
	    .algorithm = algorithm && !algorithm->refused ? algorithm : NULL,
	    .file_tag = name->tag};
	if (load_public(l, key_path, true, &text) < 0 ||
	    read_private(l, private_path, room, &private_text) < 0)
		return -1;
	if (!text.data)
		return private_text.data ? judge_lone(l, private_path, private_text, key)
					 : load_public(l, key_path, false, &text);
	if (keyfile_public(l->diags, key_path, text, &public_key) < 0 ||
	    check_public(l, key_path, name, &public_key) < 0 ||
	    take_private(
		l, private_text.data ? private_path : key_path, private_text, &public_key, key) < 0)
		return -1;
	if (!key->algorithm)
		return 0;
	dnskey = arena_copy(l->a, public_key.rdata, public_key.rdata_len);
	key->dnskey = (struct bytes){dnskey, public_key.rdata_len};
	key->ttl_s = public_key.ttl_s;
	set_identity(key, dnskey, l->now);
	set_state(key, l->now);
	advise(l, key_path, key);
	return 0;
}

/* Loads a key into the place behind the others. */
static void
load_key(struct loader *l, const char *base, const struct keyfile_name *name)
{
	char *room = mem_alloc(PRIVATE_LONGEST);
	struct key *key = &l->out->items[l->out->n];

	if (load_pair(l, base, name, room, key) < 0)
		l->result = -1;
	else if (key->algorithm)
		l->out->n++;
	else
		l->out->n_past++;
	OPENSSL_cleanse(room, PRIVATE_LONGEST);
	free(room);
}

static int
finish(struct loader *l)
{
	return keys_settle(l->diags, l->out) < 0 ? -1 : l->result;
}

static struct loader
loader(struct arena *a, struct diags *diags, const struct name *zone, int64_t now, size_t most,
    struct keys *out)
{
	struct buf text = {0};

	name_print(&text, zone->wire);
	*out = (struct keys){
	    .zone = arena_text(a, text.data, text.len),
	    .items = arena_alloc(a, (most + 1) * sizeof(*out->items)),
	    .now = now,
	};
	buf_free(&text);
	return (struct loader){.a = a, .diags = diags, .zone = zone, .now = now, .out = out};
}

int
keys_load(struct arena *a, struct diags *diags, const struct key_folder *folder,
    const struct name *zone, int64_t now, struct keys *out)
{
	struct keyfile_name name;
	size_t n;
	const struct key_file *files = key_folder_find(folder, zone, &n);
	struct loader l = loader(a, diags, zone, now, n, out);

	l.roots = folder->roots;

	for (size_t i = 0; i < n; i++)
		if (keyfile_name(text_of(files[i].base), &name) == 0)
			load_key(&l, file_join(a, folder->path, files[i].base), &name);
	return finish(&l);
}

int
keys_load_folder(struct arena *a, struct diags *diags, const char *path, const struct name *zone,
    int64_t now, struct keys *out)
{
	struct key_folder folder;
	int result = key_folder_read(a, diags, path, &folder);

	return keys_load(a, diags, &folder, zone, now, out) < 0 ? -1 : result;
}

static void
load_path(struct loader *l, const char *path)
{
	size_t len = key_stem_len(path);
	char *base = arena_text(l->a, path, len ? len : strlen(path));
	const char *slash = strrchr(base, '/');
	struct keyfile_name name;

	if (keyfile_name(text_of(slash ? slash + 1 : base), &name) < 0)
		l->result = diag_add_path(l->diags, path, S_KEY_FILE,
		    "its name is not K<zone>+<algorithm>+<tag>, with .key, .private or nothing "
		    "behind it");
	else if (!name_equal(name.zone.wire, l->zone->wire))
		l->result = diag_add_path(
		    l->diags, path, S_KEY_FILE, "it is not a key of %s", l->out->zone);
	else
		load_key(l, base, &name);
}

int
keys_load_files(struct arena *a, struct diags *diags, const char *const *paths,
    const struct name *zone, int64_t now, struct keys *out)
{
	struct loader l;
	size_t n = 0;

	while (paths[n])
		n++;
	l = loader(a, diags, zone, now, n, out);
	for (size_t i = 0; i < n; i++)
		load_path(&l, paths[i]);
	return finish(&l);
}
