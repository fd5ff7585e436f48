/* Key signing requests and responses: as they are, with times and a digest that fit, and as
 * somebody would ask who has the ZSK, where all other keys are of other signers. What is accepted
 * is signed, and that verifies. */
#define _GNU_SOURCE
#include "fuzz.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/duration.h"
#include "dns/type.h"
#include "dnssec/ahead.h"
#include "dnssec/ceremony_sign.h"
#include "dnssec/rrsig_good.h"
#include "dnssec/signer.h"

#include <stdlib.h>

enum { NOW = 1795435200 }; /* 2026-11-23T12:00:00Z */

static const char keys_folder[] = "tests/cli/shared/keys"; /* RFC 8080 section 6 */
static const struct name zone = {.len = 13, .wire = "\7example\3org"};
static const uint16_t types[] = {TYPE_DNSKEY, TYPE_CDS, TYPE_CDNSKEY};

enum { N_TYPES = sizeof(types) / sizeof(types[0]) };

/* The keys, and who signs with the ZSK; made once. */
static struct {
	struct diags diags;
	struct keys keys;
	size_t zsk;
	struct signer *signer;
} world;

static void
begin(void)
{
	if (world.signer)
		return;
	FUZZ_ASSERT(keys_load_folder(&world.diags.arena, &world.diags, keys_folder, &zone, NOW,
			&world.keys) == 0);
	for (size_t i = 0; i < world.keys.n; i++) {
		struct key *key = &world.keys.items[i];

		key->signs_zone = !key->is_ksk;
		world.zsk = key->is_ksk ? world.zsk : i;
	}
	world.signer = signer_new(&world.diags, &world.keys);
	FUZZ_ASSERT(world.signer);
}

/* --- What holds for one that was read --- */

static void
check_spans(const struct ceremony *c)
{
	FUZZ_ASSERT(c->n > 0);
	for (size_t i = 0; i < c->n; i++) {
		const struct ceremony_span *span = &c->spans[i];
		struct rrset rrsigs = ceremony_rrset(span, TYPE_RRSIG);

		FUZZ_ASSERT(span->from_unix < span->until_unix);
		FUZZ_ASSERT(i == 0 || span->from_unix == c->spans[i - 1].until_unix);
		FUZZ_ASSERT(ceremony_at(c, span->from_unix) == span);
		FUZZ_ASSERT(ceremony_at(c, span->until_unix) != span);
		FUZZ_ASSERT(ceremony_rrset(span, TYPE_DNSKEY).n > 0);
		for (size_t k = 0; k < rrsigs.n; k++) {
			FUZZ_ASSERT(
			    ceremony_inception(span, &rrsigs.records[k]) <= span->from_unix);
			FUZZ_ASSERT(
			    ceremony_expiration(span, &rrsigs.records[k]) >= span->until_unix);
		}
	}
}

static int
read_text(struct diags *diags, enum ceremony_kind kind, struct text text, struct ceremony *out)
{
	const char *path =
	    fuzz_file(kind == CEREMONY_REQUEST ? "request" : "response", text.data, text.len);

	return ceremony_read(
	    diags, NULL, path, kind, kind == CEREMONY_RESPONSE ? &zone : NULL, out);
}

/* What is printed is read, and printed as the same. */
static void
check_again(const struct ceremony *c)
{
	struct buf once = {0}, twice = {0};
	struct ceremony again;
	struct diags diags;

	fuzz_begin(&diags);
	ceremony_print(&once, c);
	FUZZ_ASSERT(read_text(&diags, c->kind, (struct text){once.data, once.len}, &again) == 0);
	check_spans(&again);
	FUZZ_ASSERT(again.n == c->n);
	ceremony_print(&twice, &again);
	fuzz_same("a ceremony that is read again", (struct text){once.data, once.len},
	    (struct text){twice.data, twice.len});
	buf_free(&once);
	buf_free(&twice);
	diags_free(&diags);
}

/* --- What is signed --- */

static bool
is_signed(struct arena *a, const struct ceremony_span *span, uint16_t type, const struct key *key)
{
	uint8_t owner[NAME_LONGEST];
	struct rrsig_set set = ceremony_set(a, &zone, ceremony_rrset(span, type), owner);
	struct rrset rrsigs = ceremony_rrset(span, TYPE_RRSIG);

	for (size_t i = 0; i < rrsigs.n; i++)
		if (rrsig_good(
			&zone, &set, key->algorithm, key->dnskey, record_rdata(&rrsigs.records[i])))
			return true;
	return false;
}

/* Each set has the KSK at hand, or others would have been refused; and it has signed all of it. */
static void
check_response(struct arena *a, const struct ceremony *response)
{
	check_spans(response);
	for (size_t i = 0; i < response->n; i++)
		for (size_t t = 0; t < N_TYPES; t++)
			for (size_t k = 0; k < world.keys.n; k++)
				FUZZ_ASSERT(!world.keys.items[k].is_ksk ||
					    ceremony_rrset(&response->spans[i], types[t]).n == 0 ||
					    is_signed(a, &response->spans[i], types[t],
						&world.keys.items[k]));
}

/* It serves from its begin to its end. */
static void
check_ahead(struct arena *a, struct ceremony *response, const struct key *ksk)
{
	const struct ceremonies all = {response, 1};
	const struct ahead ahead = {a, &all, ksk, TYPE_DNSKEY};
	int64_t from = response->spans[0].from_unix;
	int64_t until = response->spans[response->n - 1].until_unix;

	FUZZ_ASSERT(ahead_at(&ahead, from) == response->spans);
	FUZZ_ASSERT(!ahead_at(&ahead, until));
	FUZZ_ASSERT(ahead_until(&ahead, from) == until);
	FUZZ_ASSERT(ahead_until(&ahead, until) == until);
	FUZZ_ASSERT(ahead_until(&ahead, from - 1) == KEY_NO_TIME);
}

static void
sign(struct diags *diags, const struct ceremony_signing *signing)
{
	struct ceremony response, read;
	struct buf b = {0};

	FUZZ_ASSERT(ceremony_sign(diags, signing, &response) == 0);
	ceremony_print(&b, &response);
	FUZZ_ASSERT(read_text(diags, CEREMONY_RESPONSE, (struct text){b.data, b.len}, &read) == 0);
	check_response(&diags->arena, &read);
	for (size_t i = 0; i < world.keys.n; i++)
		if (world.keys.items[i].is_ksk)
			check_ahead(&diags->arena, &read, &world.keys.items[i]);
	buf_free(&b);
}

/* As `zonepp keys sign` does it: what else is wrong with one that cannot be read is told of, too.
 */
static void
judge(struct diags *diags, const struct ceremony *request, const struct anchors *others, int read)
{
	struct keys keys;
	struct ceremony_signing signing = {
	    .request = request, .keys = &keys, .others = others, .now = NOW};
	struct buf b = {0};
	int result;

	if (request->zone.len == 0)
		return;
	keys = name_equal(request->zone.wire, zone.wire) ? world.keys : (struct keys){0};
	result = ceremony_judge(diags, &signing);
	if (read < 0)
		return;
	ceremony_describe(&b, diags, &signing);
	FUZZ_ASSERT(b.len > 0);
	buf_free(&b);
	if (result == 0)
		sign(diags, &signing);
	for (size_t i = 0; i < keys.n; i++)
		keys.items[i].signs_zone = !keys.items[i].is_ksk;
}

/* --- Who has the ZSK --- */

static void
prove_type(struct diags *diags, struct ceremony_span *span, uint16_t type, const uint8_t times[8])
{
	const struct key *zsk = &world.keys.items[world.zsk];
	struct rrsig_period period = {read_u32(times + 4), read_u32(times), 0, 0};
	uint8_t owner[NAME_LONGEST], rdata[RRSIG_SIGNER + NAME_LONGEST + SIGNATURE_LONGEST];
	struct rrsig_set set =
	    ceremony_set(&diags->arena, &zone, ceremony_rrset(span, type), owner);
	struct rrsig rrsig = {0};
	struct bytes head;
	size_t len;

	if (set.n == 0)
		return;
	rrsig_begin(&rrsig, &zone, &period, &set);
	rrsig_key(&rrsig, zsk->algorithm->number, zsk->tag);
	head = rrsig_rdata(&rrsig);
	memcpy(rdata, head.data, head.len);
	FUZZ_ASSERT(
	    signer_sign(world.signer, world.zsk, rrsig_data(&rrsig), rdata + head.len, &len) == 0);
	span->records[span->n++] =
	    (struct record){.rdata = arena_copy(&diags->arena, rdata, head.len + len),
		.ttl_s = set.ttl_s,
		.type = TYPE_RRSIG,
		.rdlen = (uint16_t)(head.len + len)};
	rrsig_free(&rrsig);
}

/* All keys but the two here. */
static struct anchors
others_of(struct arena *a, const struct ceremony *c)
{
	struct anchors others = {0};
	size_t most = 0;

	for (size_t i = 0; i < c->n; i++)
		most += c->spans[i].n;
	others.items = arena_alloc(a, most * sizeof(*others.items) + 1);
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->spans[i].n; k++) {
			const struct record *record = &c->spans[i].records[k];
			bool own = record->type != TYPE_DNSKEY;

			for (size_t n = 0; n < world.keys.n; n++)
				own = own ||
				      bytes_equal(world.keys.items[n].dnskey, record_rdata(record));
			if (!own)
				others.items[others.n++] =
				    (struct anchor){record_rdata(record), pos_none(), TYPE_DNSKEY};
		}
	return others;
}

/* The sets with the ZSK, signed by none but it, for the times of the first signature. */
static void
prove_span(struct diags *diags, const struct ceremony_span *is, struct ceremony_span *out)
{
	struct rrset rrsigs = ceremony_rrset(is, TYPE_RRSIG);
	const struct key *zsk = &world.keys.items[world.zsk];

	*out = *is;
	out->records = arena_alloc(&diags->arena, (is->n + 1 + N_TYPES) * sizeof(*is->records));
	out->records[0] = (struct record){.rdata = zsk->dnskey.data,
	    .ttl_s = ceremony_rrset(is, TYPE_DNSKEY).records[0].ttl_s,
	    .type = TYPE_DNSKEY,
	    .rdlen = (uint16_t)zsk->dnskey.len};
	out->n = 1;
	for (size_t i = 0; i < is->n; i++)
		if (is->records[i].type != TYPE_RRSIG)
			out->records[out->n++] = is->records[i];
	ceremony_sort(out);
	for (size_t i = 0; i < N_TYPES; i++)
		prove_type(diags, out, types[i], rrsigs.records[0].rdata + RRSIG_EXPIRATION);
	ceremony_sort(out);
}

static void
try_proven(const struct ceremony *request)
{
	struct ceremony proven = *request, read;
	struct buf b = {0};
	struct anchors others;
	struct diags diags;
	int result;

	if (!name_equal(request->zone.wire, zone.wire))
		return;
	fuzz_begin(&diags);
	proven.spans = arena_alloc(&diags.arena, request->n * sizeof(*proven.spans));
	for (size_t i = 0; i < request->n; i++)
		prove_span(&diags, &request->spans[i], &proven.spans[i]);
	ceremony_print(&b, &proven);
	result = read_text(&diags, CEREMONY_REQUEST, (struct text){b.data, b.len}, &read);
	others = others_of(&diags.arena, request);
	FUZZ_ASSERT(result == 0);
	judge(&diags, &read, &others, result);
	buf_free(&b);
	diags_free(&diags);
}

/* --- Both kinds --- */

static void
try_kind(enum ceremony_kind kind, struct text text)
{
	struct ceremony c;
	struct diags diags;
	int result;

	fuzz_begin(&diags);
	result = read_text(&diags, kind, text, &c);
	if (result == 0) {
		check_spans(&c);
		check_again(&c);
	}
	if (kind == CEREMONY_REQUEST)
		judge(&diags, &c, NULL, result);
	fuzz_told(&diags, result < 0, c.path, text);
	if (result == 0 && kind == CEREMONY_REQUEST)
		try_proven(&c);
	diags_free(&diags);
}

static void
put_time(struct buf *b, const char *kind, const char *what, int64_t t_unix)
{
	buf_printf(b, ";; %s 1.0 %s%lld (", kind, what, (long long)t_unix);
	instant_print_iso(b, t_unix);
	buf_putc(b, ')');
}

/* A header of that kind with the number of this one, else with a time behind the last. */
static void
mend_header(struct buf *b, const char *kind, struct text line, int64_t *last)
{
	const char *version = memmem(line.data, line.len, "1.0 ", 4);
	size_t at = version ? (size_t)(version + 4 - line.data) : 0, n = 0;
	uint64_t number;

	while (at + n < line.len && n < 10 && ascii_is_digit(line.data[at + n]))
		n++;
	*last = decimal_parse((struct text){line.data + at, n}, UINT32_MAX, &number) == 0
		    ? (int64_t)number
		    : *last + 1;
	put_time(b, kind, "", *last);
	buf_puts(b, " =========\n");
}

/* With times that are written twice, and the digest, as they have to be: the last line is the end.
 */
static void
mend(struct buf *b, const char *kind, struct text text)
{
	const char *end = text.data + text.len;
	uint8_t sha256[DIGEST_LEN];
	int64_t last = NOW;

	for (const char *at = text.data, *next; at < end; at = next) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		struct text line = {at, (size_t)((newline ? newline : end) - at)};

		next = newline ? newline + 1 : end;
		if (line.len >= 2 && memcmp(at, ";;", 2) == 0 && next < end)
			mend_header(b, kind, line, &last);
		else if (next < end)
			buf_put(b, at, (size_t)(next - at));
	}
	put_time(b, kind, "ends ", last + 20 * 86400);
	buf_puts(b, " SHA-256 ");
	digest_sha256((struct bytes){(const uint8_t *)b->data, b->len}, sha256);
	hex_encode(b, (struct bytes){sha256, sizeof(sha256)});
	buf_putc(b, '\n');
}

static void
try_mended(enum ceremony_kind kind, const char *name, struct text text)
{
	struct buf b = {0};
	char *copy;

	mend(&b, name, text);
	copy = fuzz_text((const uint8_t *)b.data, b.len);
	try_kind(kind, (struct text){copy, b.len});
	free(copy);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_text(data, size);
	struct text text = {copy, size};

	begin();
	try_kind(CEREMONY_REQUEST, text);
	try_kind(CEREMONY_RESPONSE, text);
	try_mended(CEREMONY_REQUEST, "KeySigningRequest", text);
	try_mended(CEREMONY_RESPONSE, "SignedKeyResponse", text);
	free(copy);
	return 0;
}
