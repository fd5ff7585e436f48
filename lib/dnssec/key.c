#include "dnssec/key_part.h"

#include "base/mem.h"
#include "dnssec/pkey.h"
#include "dnssec/token_uri.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

enum {
	RSA_ADVISED = 2048, /* bits */
};

/* What the loading of each key needs. */
struct loader {
	struct arena *a;
	struct diags *diags;
	const struct roots *roots;
	const struct name *zone;
	int64_t now;
	bool unread;      /* see struct key_folder */
	bool signs_ahead; /* there are responses to key signing requests */
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

bool
keys_are_offline(const struct keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->items[i].is_ksk && !keys->items[i].at_hand)
			return true;
	return false;
}

bool
key_is_of_use(const struct key *key, int64_t now)
{
	struct key_life life = key_life(key->time);

	return life.publish_unix != KEY_NO_TIME && life.remove_unix > now;
}

bool
key_is_open(const struct key *key, enum key_time time)
{
	return key->time[KEY_CREATED] != KEY_NO_TIME &&
	       key->time[time] == key->time[KEY_CREATED] + KEY_OPEN_S;
}

/* Judges the dates. */
static void
set_state(struct key *key, int64_t now)
{
	const int64_t *time = key->time;
	struct key_life life = key_life(time);
	bool due = life.sign_unix <= now && now < life.retire_unix;

	key->published = life.publish_unix <= now && now < life.remove_unix;
	key->active = due && key->at_hand;
	key->offline = due && !key->at_hand;
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

/* The dates that count: where there is no .private file, those of the .key file's comments. */
static int
take_times(const struct loader *l, const struct key_pair *pair, struct key *key)
{
	const int64_t *comments = pair->public_key.time;

	key->at_hand = pair->has_private;
	if (!pair->has_private || l->unread) {
		memcpy(key->time, comments, sizeof(key->time));
		return 0;
	}
	memcpy(key->time, pair->private_key.time, sizeof(key->time));
	return key_compare_comments(
	    l->diags, pair->private_path, key->file_tag, key->time, comments);
}

static int
take_label(const struct loader *l, const struct key_pair *pair, struct key *key)
{
	const char *why;

	key->uri = token_uri_of_label(l->a, pair->private_key.label, &why);
	return key->uri
		   ? 0
		   : diag_add_path(l->diags, pair->private_path, S_KEY_FILE, "its Label: %s", why);
}

static int
take_private(const struct loader *l, const struct key_pair *pair, struct key *key)
{
	const struct keyfile_public *public_key = &pair->public_key;
	struct bytes rdata = {public_key->rdata + 4, public_key->rdata_len - 4};

	if (has_ended(key->time[KEY_DELETE], l->now) && !key->algorithm)
		return 0;
	if (check_algorithm(l,
		pair->has_private && !l->unread ? pair->private_path : pair->public_path,
		public_key->rdata[3]) < 0)
		return -1;
	if (pair->has_private && !l->unread && pair->private_key.label.data)
		return take_label(l, pair, key);
	if (pair->has_private && !l->unread &&
	    pkey_private(l->diags, pair->private_path, key->algorithm, &pair->private_key, rdata,
		&key->pkey) < 0)
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
judge_lone(const struct loader *l, const struct key_pair *pair, struct key *key)
{
	key->algorithm = NULL;
	if (!l->unread && has_ended(pair->private_key.time[KEY_DELETE], l->now))
		return 0;
	return key_pair_refuse_lone(l->diags, pair, key->file_tag);
}

/* Both files into `key`. Its algorithm is NULL if the key is a deleted one that is to be passed
 * over. */
static int
load_pair(const struct loader *l, const char *base, const struct keyfile_name *name, char *room,
    struct key *key)
{
	const struct algorithm *algorithm = algorithm_info(name->algorithm);
	struct key_pair pair;
	uint8_t *dnskey;

	*key = (struct key){.path = base,
	    .algorithm = algorithm && !algorithm->refused ? algorithm : NULL,
	    .file_tag = name->tag};
	if (key_pair_read(l->a, l->diags, l->roots, base, name, l->unread ? NULL : room, &pair) < 0)
		return -1;
	if (!pair.has_public)
		return judge_lone(l, &pair, key);
	if (take_times(l, &pair, key) < 0 || take_private(l, &pair, key) < 0)
		return -1;
	if (!key->algorithm)
		return 0;
	dnskey = arena_copy(l->a, pair.public_key.rdata, pair.public_key.rdata_len);
	key->dnskey = (struct bytes){dnskey, pair.public_key.rdata_len};
	key->ttl_s = pair.public_key.ttl_s;
	set_identity(key, dnskey, l->now);
	set_state(key, l->now);
	advise(l, pair.public_path, key);
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

/* Where no private key is to be seen, nothing tells which are kept offline, but that KSKs are where
 * something was signed ahead. */
static void
suppose_at_hand(struct keys *keys, bool signs_ahead)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->items[i].at_hand)
			return;
	for (size_t i = 0; i < keys->n; i++) {
		keys->items[i].at_hand = !(signs_ahead && keys->items[i].is_ksk);
		set_state(&keys->items[i], keys->now);
	}
}

static int
finish(struct loader *l)
{
	if (l->unread)
		suppose_at_hand(l->out, l->signs_ahead);
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
	size_t n_responses;

	l.roots = folder->roots;
	l.unread = folder->unread;
	key_folder_find_responses(folder, zone, &n_responses);
	l.signs_ahead = n_responses > 0;
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
	int result = key_folder_read_zone(a, diags, path, zone, &folder);

	return keys_load(a, diags, &folder, zone, now, out) < 0 ? -1 : result;
}

static void
load_path(struct loader *l, const char *path)
{
	struct keyfile_name name;
	const char *base = key_base(l->a, l->diags, path, &name);

	if (!base)
		l->result = -1;
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
