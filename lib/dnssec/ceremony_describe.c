/* What a request asks for, for whoever is to approve it. */
#include "base/codec.h"
#include "base/duration.h"
#include "dns/type.h"
#include "dnssec/cds.h"
#include "dnssec/ceremony_sign.h"

#include <stdlib.h>

enum { ALGORITHM_AT = 3 };

/* --- Lives --- */

/* From the first span that has the key on, until the last one ends. */
struct life {
	const struct record *dnskey;
	int64_t from, until;
};

struct lives {
	struct life *items; /* by RDATA */
	size_t n;
};

static int
by_key(const void *a, const void *b)
{
	const struct life *x = a, *y = b;

	return bytes_compare(record_rdata(x->dnskey), record_rdata(y->dnskey));
}

static int
by_key_and_time(const void *a, const void *b)
{
	const struct life *x = a, *y = b;
	int order = by_key(a, b);

	return order != 0 ? order : (x->from > y->from) - (x->from < y->from);
}

/* All of a key become one. */
static void
join(struct lives *lives)
{
	size_t kept = 0;

	if (lives->n > 1)
		qsort(lives->items, lives->n, sizeof(*lives->items), by_key_and_time);
	for (size_t i = 0; i < lives->n; i++)
		if (kept > 0 && by_key(&lives->items[kept - 1], &lives->items[i]) == 0)
			lives->items[kept - 1].until = lives->items[i].until;
		else
			lives->items[kept++] = lives->items[i];
	lives->n = kept;
}

static struct lives
lives_of(struct arena *a, const struct ceremony *c)
{
	struct lives lives = {0};
	size_t most = 0;

	for (size_t i = 0; i < c->n; i++)
		most += ceremony_rrset(&c->spans[i], TYPE_DNSKEY).n;
	lives.items = arena_alloc(a, most * sizeof(*lives.items) + 1);
	for (size_t i = 0; i < c->n; i++) {
		struct rrset set = ceremony_rrset(&c->spans[i], TYPE_DNSKEY);

		for (size_t k = 0; k < set.n; k++)
			lives.items[lives.n++] = (struct life){
			    &set.records[k], c->spans[i].from_unix, c->spans[i].until_unix};
	}
	join(&lives);
	return lives;
}

static const struct life *
find_life(const struct lives *lives, const struct record *dnskey)
{
	struct life wanted = {.dnskey = dnskey};

	return lives->n == 0 ? NULL
			     : bsearch(&wanted, lives->items, lives->n, sizeof(wanted), by_key);
}

/* --- Keys --- */

static void
put_key(struct buf *b, const struct record *dnskey)
{
	const struct algorithm *algorithm = algorithm_info(dnskey->rdata[ALGORITHM_AT]);

	buf_printf(b, "%s %u (%s)", ceremony_role(dnskey), (unsigned)key_tag(record_rdata(dnskey)),
	    algorithm ? algorithm->name : "?");
}

static void
describe_key(struct buf *b, const struct ceremony_signing *s, const struct life *life, bool is_new)
{
	const struct ceremony *request = s->request;
	uint8_t ds[CDS_LONGEST];
	size_t len;

	put_key(b, life->dnskey);
	if (ceremony_is_other(s, life->dnskey))
		buf_puts(b, ", of another signer");
	if (is_new)
		buf_puts(b, ", new");
	if (life->from > request->spans[0].from_unix) {
		buf_puts(b, ", from ");
		instant_print_iso(b, life->from);
	}
	if (life->until < request->spans[request->n - 1].until_unix) {
		buf_puts(b, ", until ");
		instant_print_iso(b, life->until);
	}
	len = ds_rdata(&request->zone, record_rdata(life->dnskey), DS_SHA256, ds);
	buf_puts(b, ", SHA-256 ");
	hex_encode(b, (struct bytes){ds + 4, len - 4});
	buf_putc(b, '\n');
}

/* Each where it comes first. */
static void
describe_keys(struct buf *b, struct arena *a, const struct ceremony_signing *s)
{
	const struct ceremony *request = s->request;
	struct lives lives = lives_of(a, request), before = {0};

	if (s->previous)
		before = lives_of(a, s->previous);
	for (size_t i = 0; i < request->n; i++) {
		struct rrset set = ceremony_rrset(&request->spans[i], TYPE_DNSKEY);

		for (size_t k = 0; k < set.n; k++) {
			const struct life *life = find_life(&lives, &set.records[k]);

			if (life->from == request->spans[i].from_unix)
				describe_key(
				    b, s, life, s->previous && !find_life(&before, life->dnskey));
		}
	}
}

/* --- Sets --- */

/* The keys that one of them has, and the other not: "+ ZSK 35216 (ED25519)". */
static void
put_difference(struct buf *b, struct rrset of, struct rrset without, const char *sign)
{
	for (size_t i = 0; i < of.n; i++)
		if (!rrset_has(without, &of.records[i])) {
			buf_printf(
			    b, "%s %s ", b->len && b->data[b->len - 1] == ' ' ? "" : ",", sign);
			put_key(b, &of.records[i]);
		}
}

static bool
asks_to_delete(const struct ceremony_span *span)
{
	for (size_t i = 0; i < span->n; i++)
		if ((span->records[i].type == TYPE_CDS || span->records[i].type == TYPE_CDNSKEY) &&
		    cds_is_delete(span->records[i].type, record_rdata(&span->records[i])))
			return true;
	return false;
}

static void
put_cds(struct buf *b, const struct ceremony_span *span)
{
	struct rrset cds = ceremony_rrset(span, TYPE_CDS);

	if (asks_to_delete(span))
		buf_puts(b, ", asks the parent to take all DS records away");
	else if (cds.n > 0)
		buf_puts(b, ", CDS");
	for (size_t i = 0; i < cds.n && !asks_to_delete(span); i++)
		buf_printf(b, " %u", (unsigned)read_u16(cds.records[i].rdata));
}

static void
describe_span(struct buf *b, const struct ceremony *request, size_t i)
{
	static const struct ceremony_span none;
	const struct ceremony_span *span = &request->spans[i];
	const struct ceremony_span *before = i > 0 ? span - 1 : &none;
	struct rrset dnskey = ceremony_rrset(span, TYPE_DNSKEY);
	struct rrset was = ceremony_rrset(before, TYPE_DNSKEY);
	struct rrset rrsigs = rrset_covering(ceremony_rrset(span, TYPE_RRSIG), TYPE_DNSKEY);

	instant_print_iso(b, span->from_unix);
	buf_printf(b, ": %zu keys", dnskey.n);
	put_difference(b, dnskey, was, "+");
	put_difference(b, was, dnskey, "-");
	put_cds(b, span);
	buf_puts(b, "; signatures until ");
	instant_print_iso(b, ceremony_expiration(span, &rrsigs.records[0]));
	buf_putc(b, '\n');
}

void
ceremony_describe(struct buf *b, struct diags *diags, const struct ceremony_signing *signing)
{
	const struct ceremony *request = signing->request;

	buf_printf(b, "%s: %zu sets of keys, from ",
	    name_absolute_text(&diags->arena, request->zone.wire), request->n);
	instant_print_iso(b, request->spans[0].from_unix);
	buf_puts(b, " until ");
	instant_print_iso(b, request->spans[request->n - 1].until_unix);
	buf_putc(b, '\n');
	describe_keys(b, &diags->arena, signing);
	for (size_t i = 0; i < request->n; i++)
		describe_span(b, request, i);
}
