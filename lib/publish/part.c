#define _GNU_SOURCE
#include "publish/part.h"

#include "base/codec.h"
#include "base/duration.h"
#include "base/version.h"
#include "dnssec/seal.h"
#include "zone/soa.h"
#include "zone/write.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

enum { HEAD_STEP = 1 << 16, HEAD_MOST = 1 << 26, HEX = 2 * DIGEST_LEN };

static const char first_line[] = "; zonepp part ";
static const char head_end[] = "\n;\n";
static const char end_line[] = "; end ";

/* --- Writing --- */

static void
put_hex(struct buf *b, const uint8_t sha256[DIGEST_LEN])
{
	hex_encode(b, (struct bytes){sha256, DIGEST_LEN});
}

/* Names as they are written, too: their case is kept. */
static void
digest_store(const struct store *store, uint8_t sha256[DIGEST_LEN])
{
	struct digest *digest = digest_begin();
	struct buf b = {0};

	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];
		const struct record *record = node_records(store, node);
		uint8_t wire[NAME_LONGEST];
		size_t len = node_wire(store, node, wire);

		store_prefetch(store, i);
		buf_clear(&b);
		buf_put(&b, wire, len);
		for (const struct record *end = record + node->n; record < end; record++) {
			buf_put(&b, &record->type, sizeof(record->type));
			buf_put(&b, &record->ttl_s, sizeof(record->ttl_s));
			buf_put(&b, &record->rdlen, sizeof(record->rdlen));
			buf_put(&b, record->rdata, record->rdlen);
		}
		digest_add(digest, b.data, b.len);
	}
	buf_free(&b);
	digest_end(digest, sha256);
}

static void
put_denial(struct buf *b, const struct store *store, const struct nsec3_params *nsec3)
{
	uint8_t next[NAME_LONGEST];

	if (!nsec3) {
		buf_puts(b, "; denial nsec ");
		node_wire(store, &store->nodes[store->n_nodes > 1 ? 1 : 0], next);
		name_print(b, next);
		buf_putc(b, '\n');
		return;
	}
	buf_printf(b, "; denial nsec3 %d %u ", nsec3->opt_out, (unsigned)nsec3->iterations);
	if (nsec3->salt_len > 0)
		hex_encode(b, (struct bytes){nsec3->salt, nsec3->salt_len});
	else
		buf_putc(b, '-');
	buf_putc(b, '\n');
}

static void
put_apex(struct buf *b, const struct store *store)
{
	const struct node *apex = store_apex(store);
	struct buf scratch = {0};
	struct text owner = write_owner(&scratch, store, apex);

	for (uint32_t i = 0; i < apex->n; i++) {
		const struct record *record = &node_records(store, apex)[i];

		buf_puts(b, "; apex ");
		write_record(b, owner, record->ttl_s, record->type, record_rdata(record));
	}
	buf_free(&scratch);
}

void
part_print_keys(struct buf *b, const struct keys *keys)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->items[i];
		uint8_t sha256[DIGEST_LEN];

		digest_sha256(key->dnskey, sha256);
		buf_printf(b, "; key %u %u ", (unsigned)key->algorithm->number, (unsigned)key->tag);
		put_hex(b, sha256);
		buf_printf(b, "%s%s%s\n", key->published ? " published" : "",
		    key->signs_keys ? " keys" : "", key->signs_zone ? " zone" : "");
	}
}

void
part_print_head(struct buf *b, const struct part_facts *facts)
{
	const struct store *store = facts->store;
	const struct sign_options *sign = facts->sign;
	uint8_t sha256[DIGEST_LEN];

	buf_printf(b, "%s%u/%u\n; version %s\n; zone ", first_line, (unsigned)facts->part.k,
	    (unsigned)facts->part.n, zonepp_version);
	name_print(b, store->apex.wire);
	buf_printf(b, "\n; serial %u\n; time ", (unsigned)zone_serial(store));
	instant_print_iso(b, sign->now);
	buf_printf(b, "\n; period %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 "\n",
	    sign->period.inception, sign->period.expiration, sign->period.jitter_s,
	    sign->period.keys_later_s);
	put_denial(b, store, sign->nsec3);
	buf_printf(b, "; zonemd %u\n", (unsigned)sign->zonemd);
	part_print_keys(b, sign->keys);
	digest_store(store, sha256);
	buf_puts(b, "; input ");
	put_hex(b, sha256);
	buf_putc(b, '\n');
	put_apex(b, store);
	buf_puts(b, ";\n");
}

bool
part_print_end(struct buf *b, const struct keys *keys, const uint8_t sha256[DIGEST_LEN])
{
	struct seal seal;

	if (!seal_make(keys, sha256, &seal))
		return false;
	buf_puts(b, end_line);
	put_hex(b, sha256);
	buf_putc(b, ' ');
	hex_encode(b, (struct bytes){seal.octets, seal.len});
	buf_putc(b, '\n');
	return true;
}

/* --- Reading --- */

static int
refuse(struct diags *diags, const char *path, const char *why)
{
	return diag_add_path(diags, path, S_PART, "%s", why);
}

static struct text
take_line(struct text *text)
{
	const char *newline = memchr(text->data, '\n', text->len);
	struct text line = {text->data, newline ? (size_t)(newline - text->data) : text->len};
	size_t len = line.len + (newline != NULL);

	*text = (struct text){text->data + len, text->len - len};
	return line;
}

/* Takes the line "; WORD REST" and gives the rest. */
static bool
take(struct text *text, const char *word, struct text *rest)
{
	struct text ahead = *text, line = take_line(&ahead);
	size_t len = strlen(word);

	if (line.len < len + 3 || memcmp(line.data, "; ", 2) != 0 ||
	    memcmp(line.data + 2, word, len) != 0 || line.data[2 + len] != ' ')
		return false;
	*rest = (struct text){line.data + len + 3, line.len - len - 3};
	*text = ahead;
	return true;
}

static bool
text_begins(struct text text, const char *with)
{
	size_t len = strlen(with);

	return text.len >= len && memcmp(text.data, with, len) == 0;
}

static bool
take_number(struct text *rest, uint64_t most, uint64_t *out)
{
	const char *blank = memchr(rest->data, ' ', rest->len);
	struct text word = {rest->data, blank ? (size_t)(blank - rest->data) : rest->len};
	size_t len = word.len + (blank != NULL);

	*rest = (struct text){rest->data + len, rest->len - len};
	return decimal_parse(word, most, out) == 0;
}

static bool
read_period(struct text rest, struct rrsig_period *out)
{
	uint64_t inception, expiration, jitter_s, keys_later_s;

	if (!take_number(&rest, UINT32_MAX, &inception) ||
	    !take_number(&rest, UINT32_MAX, &expiration) ||
	    !take_number(&rest, UINT32_MAX, &jitter_s) ||
	    !take_number(&rest, UINT32_MAX, &keys_later_s))
		return false;
	*out = (struct rrsig_period){
	    (uint32_t)inception, (uint32_t)expiration, (uint32_t)jitter_s, (uint32_t)keys_later_s};
	return true;
}

static void
read_apex(struct arena *a, struct text text, struct part_head *out)
{
	struct text count = text, record;
	size_t n = 0;

	while (take(&count, "apex", &record))
		n++;
	out->apex = arena_alloc(a, n * sizeof(*out->apex) + 1);
	while (out->n_apex < n && take(&text, "apex", &record))
		out->apex[out->n_apex++] = record;
}

static bool
is_of_this_version(struct text shared)
{
	struct text rest;

	return take(&shared, "version", &rest) && text_is(rest, zonepp_version);
}

/* The lines behind the first one. */
static bool
read_shared(struct arena *a, struct text text, struct part_head *out)
{
	static const char nsec[] = "nsec ";
	struct name_fault fault;
	struct text rest;
	uint64_t zonemd;

	if (!take(&text, "version", &rest) || !take(&text, "zone", &rest) ||
	    name_parse(rest, NULL, &out->zone, &fault) < 0 || !take(&text, "serial", &rest) ||
	    !take(&text, "time", &rest) || instant_parse(rest, &out->now) < 0 ||
	    !take(&text, "period", &rest) || !read_period(rest, &out->period) ||
	    !take(&text, "denial", &rest))
		return false;
	out->nsec3 = !text_begins(rest, nsec);
	if (!out->nsec3 &&
	    name_parse((struct text){rest.data + sizeof(nsec) - 1, rest.len - sizeof(nsec) + 1},
		NULL, &out->next, &fault) < 0)
		return false;
	if (!take(&text, "zonemd", &rest) || !take_number(&rest, UINT8_MAX, &zonemd))
		return false;
	out->zonemd = (uint8_t)zonemd;
	out->keys = text;
	while (take(&text, "key", &rest))
		;
	out->keys.len = (size_t)(text.data - out->keys.data);
	if (!take(&text, "input", &rest))
		return false;
	read_apex(a, text, out);
	return true;
}

static int
read_head(struct diags *diags, const char *path, struct text text, struct part_head *out)
{
	const char *end = memmem(text.data, text.len, head_end, sizeof(head_end) - 1);
	struct text first = take_line(&text);
	uint64_t k, n;
	size_t len = sizeof(first_line) - 1;
	const char *slash;

	*out = (struct part_head){.path = path};
	if (first.len < len || memcmp(first.data, first_line, len) != 0)
		return refuse(diags, path,
		    "this is no part of a zone, as `zonepp sign --part` "
		    "writes it");
	first = (struct text){first.data + len, first.len - len};
	slash = memchr(first.data, '/', first.len);
	if (!end || !slash)
		return refuse(diags, path, "the part's head is not whole");
	if (decimal_parse((struct text){first.data, (size_t)(slash - first.data)}, UINT32_MAX, &k) <
		0 ||
	    decimal_parse((struct text){slash + 1, first.len - (size_t)(slash + 1 - first.data)},
		UINT32_MAX, &n) < 0 ||
	    k < 1 || k > n)
		return refuse(diags, path, "it does not say which part it is");
	out->part = (struct sign_part){(uint32_t)k, (uint32_t)n};
	out->shared = (struct text){text.data, (size_t)(end + 1 - text.data)};
	if (!is_of_this_version(out->shared))
		return refuse(diags, path, "another version of zonepp wrote this part");
	if (!read_shared(&diags->arena, out->shared, out))
		return refuse(diags, path, "the part's head was changed");
	return 0;
}

/* Appends to `b` up to the end of the head. */
static int
load_head(int fd, struct buf *b)
{
	ssize_t n;

	do {
		n = read(fd, buf_reserve(b, HEAD_STEP), HEAD_STEP);
		if (n < 0 && errno != EINTR)
			return -1;
		b->len += n > 0 ? (size_t)n : 0;
	} while (n != 0 && b->len < HEAD_MOST &&
		 !memmem(b->data, b->len, head_end, sizeof(head_end) - 1));
	return 0;
}

int
part_read_head(struct diags *diags, const char *path, struct part_head *out)
{
	int fd = file_open(NULL, path, O_RDONLY | O_NONBLOCK);
	struct buf b = {0};
	struct stat st;
	int result = -1;

	if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
		close(fd);
		return refuse(diags, path, "it is no file: a part is read twice");
	}
	if (fd >= 0)
		result = file_close(fd, load_head(fd, &b));
	if (result < 0) {
		buf_free(&b);
		return file_refuse(diags, NULL, path);
	}
	file_note_input(diags, NULL, path, (struct text){b.data, b.len});
	return read_head(diags, path, text_of(buf_text(&b, &diags->arena)), out);
}

/* What is at the end of the text, of which it is cut off. */
static bool
cut_end(struct text *text, uint8_t sha256[DIGEST_LEN], struct seal *seal)
{
	enum { HEAD = sizeof(end_line) - 1, LEAST = HEAD + HEX + 1 };
	const char *newline = text->len > 1 ? memrchr(text->data, '\n', text->len - 1) : NULL;
	const char *p = newline ? newline + 1 : text->data;
	struct text line = {p, (size_t)(text->data + text->len - p)};
	ssize_t len;

	if (!newline || line.len <= LEAST || line.len > LEAST + 2 * SIGNATURE_LONGEST + 1 ||
	    line.data[line.len - 1] != '\n' || memcmp(p, end_line, HEAD) != 0 ||
	    p[LEAST - 1] != ' ')
		return false;
	text->len -= line.len;
	*seal = (struct seal){0};
	len = hex_decode((struct text){p + LEAST, line.len - LEAST - 1}, seal->octets);
	seal->len = len > 0 ? (uint64_t)len : 0;
	return len > 0 && hex_decode((struct text){p + HEAD, HEX}, sha256) == DIGEST_LEN;
}

int
part_read(struct diags *diags, const struct part_head *head, const struct keys *keys,
    struct text *records)
{
	uint8_t stated[DIGEST_LEN], sha256[DIGEST_LEN];
	const char *path = head->path, *begin;
	struct part_head now;
	struct seal seal;
	struct text text;

	if (file_load(diags, pos_none(), NULL, path, &text) < 0 ||
	    read_head(diags, path, text, &now) < 0)
		return -1;
	if (now.part.k != head->part.k || now.shared.len != head->shared.len ||
	    memcmp(now.shared.data, head->shared.data, now.shared.len) != 0)
		return refuse(diags, path, "the file is being changed");
	if (!cut_end(&text, stated, &seal))
		return refuse(diags, path, "the part is not whole: its last line is missing");
	digest_sha256((struct bytes){(const uint8_t *)text.data, text.len}, sha256);
	if (memcmp(stated, sha256, DIGEST_LEN) != 0)
		return refuse(diags, path, "the part was changed: its digest is another one");
	if (!seal_holds(keys, sha256, &seal))
		return refuse(diags, path, "the part was not sealed by one of the zone's keys");
	begin = now.shared.data + now.shared.len + 2; /* behind ";\n" */
	*records = (struct text){begin, (size_t)(text.data + text.len - begin)};
	((char *)text.data)[text.len] = '\0'; /* in the place of the last line, which is read */
	return 0;
}
