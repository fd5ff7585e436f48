#include "dnssec/ceremony.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/duration.h"
#include "base/mem.h"
#include "dns/type.h"
#include "dnssec/algorithm.h"
#include "zone/write.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	LARGEST = 16 << 20,   /* octets of a file */
	SIGNATURE_COST = 400, /* steps of work (base/account.h) that it takes to verify one */
};

static const char *const kind_names[] = {
    [CEREMONY_REQUEST] = "KeySigningRequest",
    [CEREMONY_RESPONSE] = "SignedKeyResponse",
};

/* --- Spans --- */

static int
compare_records(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	if (x->type != y->type && (x->type == TYPE_RRSIG || y->type == TYPE_RRSIG))
		return x->type == TYPE_RRSIG ? 1 : -1;
	if (x->type != y->type)
		return (x->type > y->type) - (x->type < y->type);
	return bytes_compare(record_rdata(x), record_rdata(y));
}

void
ceremony_sort(struct ceremony_span *span)
{
	size_t kept = 0;

	if (span->n > 1)
		qsort(span->records, span->n, sizeof(*span->records), compare_records);
	for (size_t i = 0; i < span->n; i++)
		if (kept == 0 || compare_records(&span->records[kept - 1], &span->records[i]) != 0)
			span->records[kept++] = span->records[i];
	span->n = kept;
}

struct rrset
ceremony_rrset(const struct ceremony_span *span, uint16_t type)
{
	struct rrset set = {.type = type};

	for (size_t i = 0; i < span->n; i++)
		if (span->records[i].type == type) {
			set.records = set.n ? set.records : &span->records[i];
			set.n++;
		}
	return set;
}

const struct ceremony_span *
ceremony_at(const struct ceremony *ceremony, int64_t t_unix)
{
	size_t low = 0, high = ceremony->n; /* the first that ends behind it is among these */

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ceremony->spans[middle].until_unix <= t_unix)
			low = middle + 1;
		else
			high = middle;
	}
	return low < ceremony->n && ceremony->spans[low].from_unix <= t_unix ? &ceremony->spans[low]
									     : NULL;
}

struct rrsig_set
ceremony_set(
    struct arena *a, const struct name *zone, struct rrset set, uint8_t owner[NAME_LONGEST])
{
	struct bytes *rdata = arena_alloc(a, set.n * sizeof(*rdata) + 1);

	name_lower(owner, zone->wire, zone->len);
	for (size_t i = 0; i < set.n; i++)
		rdata[i] = record_rdata(&set.records[i]);
	return (struct rrsig_set){.owner = {owner, zone->len},
	    .type = set.type,
	    .ttl_s = set.n ? set.records[0].ttl_s : 0,
	    .rdata = rdata,
	    .n = set.n};
}

static int64_t
instant_near(int64_t t_unix, uint32_t time)
{
	return t_unix + (int32_t)(time - (uint32_t)t_unix);
}

int64_t
ceremony_inception(const struct ceremony_span *span, const struct record *rrsig)
{
	return instant_near(span->from_unix, read_u32(rrsig->rdata + RRSIG_INCEPTION));
}

int64_t
ceremony_expiration(const struct ceremony_span *span, const struct record *rrsig)
{
	return instant_near(span->from_unix, read_u32(rrsig->rdata + RRSIG_EXPIRATION));
}

const char *
ceremony_role(const struct record *dnskey)
{
	unsigned flags = read_u16(dnskey->rdata);

	if (!(flags & KEY_FLAG_ZONE))
		return "no zone key";
	if (flags & KEY_FLAG_REVOKE)
		return "revoked";
	return flags & KEY_FLAG_SEP ? "KSK" : "ZSK";
}

/* --- Writing --- */

static void
print_time(struct buf *b, int64_t t_unix)
{
	buf_printf(b, "%" PRId64 " (", t_unix);
	instant_print_iso(b, t_unix);
	buf_putc(b, ')');
}

static void
print_header(struct buf *b, enum ceremony_kind kind, int64_t t_unix)
{
	buf_printf(b, ";; %s 1.0 ", kind_names[kind]);
	print_time(b, t_unix);
	buf_puts(b, " =========\n");
}

/* All of the last line but the digest. */
static void
print_end(struct buf *b, enum ceremony_kind kind, int64_t t_unix)
{
	buf_printf(b, ";; %s 1.0 ends ", kind_names[kind]);
	print_time(b, t_unix);
	buf_puts(b, " SHA-256 ");
}

static void
print_record(struct buf *b, struct text owner, const struct record *record)
{
	write_record(b, owner, record->ttl_s, record->type, record_rdata(record));
	if (record->type != TYPE_DNSKEY)
		return;
	b->len--;
	buf_printf(b, " ; %s %u\n", ceremony_role(record), (unsigned)key_tag(record_rdata(record)));
}

void
ceremony_print(struct buf *b, const struct ceremony *ceremony)
{
	uint8_t sha256[DIGEST_LEN];
	struct buf owner = {0};
	size_t begin = b->len;

	name_print(&owner, ceremony->zone.wire);
	buf_putc(&owner, '\t');
	for (size_t i = 0; i < ceremony->n; i++) {
		const struct ceremony_span *span = &ceremony->spans[i];

		print_header(b, ceremony->kind, span->from_unix);
		for (size_t k = 0; k < span->n; k++)
			print_record(b, (struct text){owner.data, owner.len}, &span->records[k]);
	}
	print_end(b, ceremony->kind, ceremony->spans[ceremony->n - 1].until_unix);
	digest_sha256((struct bytes){(const uint8_t *)b->data + begin, b->len - begin}, sha256);
	hex_encode(b, (struct bytes){sha256, sizeof(sha256)});
	buf_putc(b, '\n');
	buf_free(&owner);
}

/* --- Reading --- */

struct reader {
	struct diags *diags;
	struct text text;
	uint32_t source;
	bool any_zone;
	struct ceremony *out;
	size_t span, cap; /* which records come into now, and room for its records */
	bool over;        /* there is too much of something: the rest was not looked at */
};

static struct pos
pos_of(const struct reader *r, const char *p)
{
	return pos_at(r->source, (size_t)(p - r->text.data));
}

static int
refuse(const struct reader *r, const char *p, const char *why)
{
	return diag_error(r->diags, pos_of(r, p), S_CEREMONY, "%s", why);
}

static bool
begins_with(struct text line, struct buf *with)
{
	return line.len >= with->len && memcmp(line.data, with->data, with->len) == 0;
}

/* The number behind `;; KIND 1.0 `, or behind that and `ends `. */
static bool
read_time(struct text line, size_t at, int64_t *t_unix)
{
	const char *p = line.data + at, *end = line.data + line.len;
	size_t len = 0;
	uint64_t number;

	while (p + len < end && ascii_is_digit(p[len]))
		len++;
	if (decimal_parse((struct text){p, len}, UINT64_C(1) << 40, &number) < 0)
		return false;
	*t_unix = (int64_t)number;
	return true;
}

static int
read_header(struct reader *r, struct text line)
{
	struct ceremony *out = r->out;
	struct buf head = {0};
	int64_t t_unix = 0;
	bool good;

	buf_printf(&head, ";; %s 1.0 ", kind_names[out->kind]);
	good = begins_with(line, &head) && read_time(line, head.len, &t_unix);
	buf_clear(&head);
	print_header(&head, out->kind, t_unix);
	good = good && line.len + 1 == head.len && memcmp(line.data, head.data, line.len) == 0;
	buf_free(&head);
	if (!good)
		return refuse(r, line.data, "this is no header of the kind that belongs here");
	if (out->n > 0 && t_unix <= out->spans[out->n - 1].from_unix)
		return refuse(r, line.data, "its time is not behind that of the header before");
	if (out->n == CEREMONY_SPANS_MOST) {
		r->over = true;
		return diag_error(r->diags, pos_of(r, line.data), S_CEREMONY,
		    "there are more than %d sets of keys", CEREMONY_SPANS_MOST);
	}
	if (out->n > 0)
		out->spans[out->n - 1].until_unix = t_unix;
	out->spans[out->n++] =
	    (struct ceremony_span){.from_unix = t_unix, .pos = pos_of(r, line.data)};
	return 0;
}

/* Whatever else is wrong is told of as well: it shows what was changed. */
static int
read_end(struct reader *r, struct text line)
{
	struct ceremony *out = r->out;
	struct buf end = {0};
	uint8_t sha256[DIGEST_LEN];
	int64_t t_unix = 0;
	bool good;
	size_t len;

	buf_printf(&end, ";; %s 1.0 ends ", kind_names[out->kind]);
	good = begins_with(line, &end) && read_time(line, end.len, &t_unix);
	buf_clear(&end);
	print_end(&end, out->kind, t_unix);
	good = good && begins_with(line, &end);
	len = end.len;
	digest_sha256((struct bytes){(const uint8_t *)r->text.data,
			  (size_t)(line.data - r->text.data) + (good ? len : 0)},
	    sha256);
	buf_clear(&end);
	hex_encode(&end, (struct bytes){sha256, sizeof(sha256)});
	if (!good) {
		buf_free(&end);
		return refuse(r, line.data,
		    "the file does not end with the line that has its digest: it is not whole");
	}
	good = line.len - len == end.len && memcmp(line.data + len, end.data, end.len) == 0;
	buf_free(&end);
	if (out->n == 0)
		return refuse(r, line.data, "there is no header ahead of the end");
	out->spans[out->n - 1].until_unix = t_unix;
	if (t_unix <= out->spans[out->n - 1].from_unix)
		return refuse(r, line.data, "the end is not behind the last header's time");
	return good ? 0
		    : refuse(r, line.data + len,
			  "the digest is not that of the file: it was changed on its way");
}

static struct text
line_at(const struct reader *r, const char *p)
{
	const char *end = memchr(p, '\n', r->text.len - (size_t)(p - r->text.data));

	return (struct text){p, end ? (size_t)(end - p) : r->text.len - (size_t)(p - r->text.data)};
}

static bool
is_last(const struct reader *r, struct text line)
{
	return line.data + line.len + 1 >= r->text.data + r->text.len;
}

/* At most as many spans as there are. */
static size_t
count_headers(struct text text)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < text.len && n < CEREMONY_SPANS_MOST; i++)
		n += text.data[i] == ';' && text.data[i + 1] == ';';
	return n;
}

/* Finds headers, and lets nothing through that could be anything else than a record on one line:
 * this names no other files. */
static int
read_lines(struct reader *r)
{
	int result = 0;

	for (const char *p = r->text.data; p < r->text.data + r->text.len && !r->over;) {
		struct text line = line_at(r, p);
		int done = 0;

		if (is_last(r, line))
			done = read_end(r, line);
		else if (line.len >= 2 && memcmp(p, ";;", 2) == 0)
			done = read_header(r, line);
		else if (line.len > 0 && (*p == '$' || *p == ' ' || *p == '\t' || *p == '('))
			done = refuse(r, p, "each line here has a record of its own");
		if (done < 0)
			result = -1;
		p += line.len + 1;
	}
	return result;
}

static bool
is_taken(const struct parsed *record)
{
	if (record->type != TYPE_RRSIG)
		return rrsig_is_of_keys(record->type) && record->rdata.len > 4;
	return record->rdata.len > RRSIG_SIGNER &&
	       rrsig_is_of_keys(read_u16(record->rdata.data + RRSIG_TYPE));
}

static int
check_record(struct reader *r, const struct parsed *record)
{
	struct ceremony *out = r->out;

	if (r->any_zone && out->zone.len == 0)
		out->zone = *record->owner;
	if (!name_equal(record->owner->wire, out->zone.wire))
		return diag_error(r->diags, record->pos, S_CEREMONY,
		    "this is of another zone than %s",
		    name_absolute_text(&r->diags->arena, out->zone.wire));
	if (!is_taken(record))
		return diag_error(r->diags, record->pos, S_CEREMONY,
		    "nothing belongs here but DNSKEY, CDS and CDNSKEY with their signatures");
	return 0;
}

static int
take_record(void *ctx, const struct parsed *parsed)
{
	struct reader *r = ctx;
	struct ceremony *out = r->out;
	struct ceremony_span *span;
	struct arena *a = &r->diags->arena;

	if (r->over || check_record(r, parsed) < 0)
		return -1;
	while (r->span + 1 < out->n && out->spans[r->span + 1].pos.at < parsed->pos.at) {
		r->span++;
		r->cap = 0;
	}
	span = &out->spans[r->span];
	if (span->n == CEREMONY_RECORDS_MOST) {
		r->over = true;
		return diag_error(r->diags, parsed->pos, S_CEREMONY,
		    "the set of this time has more than %d records", CEREMONY_RECORDS_MOST);
	}
	span->records = mem_grow(span->records, span->n, &r->cap, sizeof(*span->records));
	span->records[span->n++] =
	    (struct record){.rdata = arena_copy(a, parsed->rdata.data, parsed->rdata.len),
		.pos = parsed->pos,
		.ttl_s = parsed->ttl_s,
		.type = parsed->type,
		.rdlen = (uint16_t)parsed->rdata.len};
	return 0;
}

static int
read_records(struct reader *r)
{
	struct parse_options options = {.zone = r->any_zone ? NULL : &r->out->zone,
	    .fragment = true,
	    .sink = {.ctx = r, .record = take_record}};
	struct arena *a = &r->diags->arena;
	struct name zone;
	int result = parse_text(r->diags, &options, r->out->path, r->text, r->source, &zone);

	for (size_t i = 0; i < r->out->n; i++)
		if (r->out->spans[i].records) /* grown by malloc */
			arena_on_free(a, free, r->out->spans[i].records);
	return result;
}

/* --- Is it whole? --- */

/* Signatures are no set: each has the TTL of the set that it is over (RFC 4034 section 3). */
static bool
is_of_one_set(const struct record *a, const struct record *b)
{
	return a->type == b->type && (a->type != TYPE_RRSIG || read_u16(a->rdata + RRSIG_TYPE) ==
								   read_u16(b->rdata + RRSIG_TYPE));
}

static int
check_ttls(struct diags *diags, const struct ceremony_span *span)
{
	for (size_t i = 1; i < span->n; i++)
		if (is_of_one_set(&span->records[i - 1], &span->records[i]) &&
		    span->records[i].ttl_s != span->records[i - 1].ttl_s)
			return diag_error(diags, span->records[i].pos, S_CEREMONY,
			    "the records of the set have several TTLs");
	return 0;
}

static int
refuse_gap(struct diags *diags, struct pos pos, const char *what, int64_t is, int64_t wanted)
{
	struct buf b = {0};

	instant_print_iso(&b, is);
	buf_puts(&b, what);
	instant_print_iso(&b, wanted);
	return diag_error(
	    diags, pos, S_CEREMONY_GAP, "the signature %s", buf_text(&b, &diags->arena));
}

static int
check_period(struct diags *diags, const struct ceremony_span *span, const struct record *rrsig)
{
	int64_t inception = ceremony_inception(span, rrsig);
	int64_t expiration = ceremony_expiration(span, rrsig);

	if (inception > span->from_unix)
		return refuse_gap(diags, rrsig->pos, "begins at ", inception, span->from_unix);
	if (expiration < span->until_unix)
		return refuse_gap(diags, rrsig->pos, "ends at ", expiration, span->until_unix);
	return 0;
}

/* No key signs a set twice: to look at any number of signatures by one key would take any time. */
static int
check_twice(struct diags *diags, struct rrset rrsigs)
{
	for (size_t i = 0; i < rrsigs.n; i++)
		for (size_t k = 0; k < i; k++)
			if (memcmp(rrsigs.records[i].rdata, rrsigs.records[k].rdata,
				RRSIG_LABELS) == 0 &&
			    memcmp(rrsigs.records[i].rdata + RRSIG_TAG,
				rrsigs.records[k].rdata + RRSIG_TAG, RRSIG_SIGNER - RRSIG_TAG) == 0)
				return diag_error(diags, rrsigs.records[i].pos, S_CEREMONY,
				    "there are two signatures by the key %u over one set",
				    (unsigned)read_u16(rrsigs.records[i].rdata + RRSIG_TAG));
	return 0;
}

/* Each set that is there has signatures, which last as long as it stands in the zone. */
static int
check_span(struct diags *diags, const struct ceremony_span *span)
{
	static const uint16_t types[] = {TYPE_DNSKEY, TYPE_CDS, TYPE_CDNSKEY};
	struct rrset rrsigs = ceremony_rrset(span, TYPE_RRSIG);
	int result = check_ttls(diags, span);

	if (ceremony_rrset(span, TYPE_DNSKEY).n == 0)
		return diag_error(diags, span->pos, S_CEREMONY, "the set has no DNSKEY record");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (ceremony_rrset(span, types[i]).n > 0 && rrset_covering(rrsigs, types[i]).n == 0)
			result = diag_error(diags, span->pos, S_CEREMONY,
			    "the %s records of the set have no signature",
			    type_info(types[i])->name);
	for (size_t i = 0; i < rrsigs.n; i++)
		if (check_period(diags, span, &rrsigs.records[i]) < 0)
			result = -1;
	return check_twice(diags, rrsigs) < 0 ? -1 : result;
}

static int
check_spans(struct diags *diags, struct ceremony *c)
{
	int result = 0;

	for (size_t i = 0; i < c->n; i++) {
		ceremony_sort(&c->spans[i]);
		if (check_span(diags, &c->spans[i]) < 0)
			result = -1;
	}
	return result;
}

/* A file that does not begin as one of either kind may be anything, and is not quoted. */
static int
check_kind(struct diags *diags, struct text text, const struct ceremony *c)
{
	for (int kind = 0; kind <= CEREMONY_RESPONSE; kind++) {
		struct buf head = {0};
		bool is;

		buf_printf(&head, ";; %s ", kind_names[kind]);
		is = begins_with(text, &head);
		buf_free(&head);
		if (is && kind == (int)c->kind)
			return 0;
		if (is)
			break;
	}
	return diag_add_path(diags, c->path, S_CEREMONY, "it is no %s",
	    c->kind == CEREMONY_REQUEST
		? "key signing request, as zonepp keys request writes it"
		: "response to a key signing request, as zonepp keys sign writes it");
}

int
ceremony_read(struct diags *diags, const struct roots *roots, const char *path,
    enum ceremony_kind kind, const struct name *zone, struct ceremony *out)
{
	struct reader r = {.diags = diags, .any_zone = !zone, .out = out};
	int result;

	*out = (struct ceremony){.kind = kind, .path = path};
	if (zone)
		out->zone = *zone;
	if (file_load_small(diags, pos_none(), roots, path, LARGEST, false, &r.text) < 0 ||
	    check_kind(diags, r.text, out) < 0)
		return -1;
	out->spans = arena_alloc(&diags->arena, count_headers(r.text) * sizeof(*out->spans));
	r.source = diags_source(diags, path, r.text, pos_none());
	result = read_lines(&r);
	if (out->n == 0)
		return -1;
	if (!r.over && read_records(&r) < 0)
		result = -1;
	if (r.over)
		return -1;
	return check_spans(diags, out) < 0 ? -1 : result;
}

/* Whoever reads a response verifies its signatures. */
static int
charge(struct diags *diags, const struct ceremony *c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += ceremony_rrset(&c->spans[i], TYPE_RRSIG).n;
	return account_take(&diags->account, LIMIT_WORK, n * SIGNATURE_COST)
		   ? 0
		   : diag_over_in(diags, pos_none(), c->path);
}

int
ceremonies_read(struct diags *diags, const struct key_folder *folder, const struct name *zone,
    struct ceremonies *out)
{
	size_t n;
	const struct key_file *files = key_folder_find_responses(folder, zone, &n);
	struct arena *a = &diags->arena;
	int result = 0;

	*out = (struct ceremonies){.items = arena_alloc(a, n * sizeof(*out->items) + 1)};
	for (size_t i = 0; i < n; i++)
		if (ceremony_read(diags, folder->roots, file_join(a, folder->path, files[i].base),
			CEREMONY_RESPONSE, zone, &out->items[out->n]) < 0 ||
		    charge(diags, &out->items[out->n]) < 0)
			result = -1;
		else
			out->n++;
	return result;
}
