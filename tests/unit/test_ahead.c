#include "ceremony_fixture.h"

#include "dnssec/ahead.h"

/* What was signed ahead: the three sets of ten days each, as one response or as several. */
struct world {
	struct diags diags;
	struct keys keys;
	struct ceremony response, parts[2];
	struct ceremonies all;
	struct ahead ahead;
};

static void
begin(struct world *w)
{
	struct ceremony request;
	struct ceremony_signing signing = {.request = &request, .keys = &w->keys};

	*w = (struct world){0};
	ceremony_request(&w->diags, &w->keys, &request);
	assert_int_equal(
	    keys_load_folder(&w->diags.arena, &w->diags, "safe", &request.zone, ZONE_NOW, &w->keys),
	    0);
	assert_int_equal(ceremony_sign(&w->diags, &signing, &w->response), 0);
	w->all = (struct ceremonies){&w->response, 1};
	w->ahead = (struct ahead){
	    &w->diags.arena, &w->all, &w->keys.items[ceremony_key(&w->keys, KSK)], TYPE_DNSKEY};
}

static void
in_parts(struct world *w)
{
	w->parts[0] = w->parts[1] = w->response;
	w->parts[0].n = 1;
	w->parts[1].spans++;
	w->parts[1].n = 2;
	w->all = (struct ceremonies){w->parts, 2};
}

static void
with_gap(struct world *w)
{
	in_parts(w);
	w->parts[1].spans++;
	w->parts[1].n = 1;
}

static struct record *
find(struct ceremony_span *span, uint16_t type)
{
	for (size_t i = 0; i < span->n; i++)
		if (span->records[i].type == type)
			return &span->records[i];
	fail_msg("no record of type %u", type);
	return NULL;
}

static void
spoil(struct world *w, size_t i)
{
	struct record *rrsig = find(&w->response.spans[i], TYPE_RRSIG);
	uint8_t *rdata = arena_alloc(&w->diags.arena, rrsig->rdlen);

	memcpy(rdata, rrsig->rdata, rrsig->rdlen);
	rdata[rrsig->rdlen - 1] ^= 1;
	rrsig->rdata = rdata;
}

static void
bad_second(struct world *w)
{
	spoil(w, 1);
}

static void
bad_last(struct world *w)
{
	spoil(w, 2);
}

/* Of the last set the key is no part. */
static void
leaves(struct world *w)
{
	struct ceremony_span *span = &w->response.spans[2];
	struct record ksk = {
	    .rdata = w->ahead.key->dnskey.data, .rdlen = (uint16_t)w->ahead.key->dnskey.len};
	size_t kept = 0;

	for (size_t i = 0; i < span->n; i++)
		if (span->records[i].type == TYPE_DNSKEY &&
		    !bytes_equal(record_rdata(&span->records[i]), record_rdata(&ksk)))
			span->records[kept++] = span->records[i];
	span->n = kept;
}

static void
nothing(struct world *w)
{
	w->ahead.all = NULL;
}

static void
until(void **state)
{
	static const struct {
		void (*run)(struct world *w);
		int day, until; /* -1: KEY_NO_TIME */
	} rows[] = {
	    {NULL, 0, 30},
	    {NULL, 29, 30},
	    {NULL, 30, 30},
	    {NULL, 99, 30},
	    {NULL, -1, -1},
	    {in_parts, 0, 30},
	    {in_parts, 99, 30},
	    {with_gap, 0, 10},
	    {with_gap, 15, 10},
	    {with_gap, 20, 30},
	    {bad_second, 0, 10},
	    {bad_second, 12, 10},
	    {bad_second, 20, 30},
	    {bad_last, 0, 20},
	    {bad_last, 99, 20},
	    {leaves, 0, 30},
	    {nothing, 0, -1},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int64_t now = ZONE_NOW + (int64_t)rows[i].day * DAY, is;
		int64_t wanted =
		    rows[i].until < 0 ? KEY_NO_TIME : ZONE_NOW + (int64_t)rows[i].until * DAY;
		struct world w;

		begin(&w);
		if (rows[i].run)
			rows[i].run(&w);
		is = ahead_until(&w.ahead, now);
		if (is != wanted)
			fail_msg(
			    "row %zu: %lld, and not %lld", i, (long long)is, (long long)wanted);
		diags_free(&w.diags);
	}
}

/* Only a KSK that is elsewhere has signed ahead. */
static void
of_keys(void **state)
{
	struct world w;
	struct key *ksk;

	(void)state;
	begin(&w);
	ksk = &w.keys.items[ceremony_key(&w.keys, KSK)];
	assert_int_equal(ahead_of_keys(&w.diags.arena, &w.all, &w.keys, ZONE_NOW), KEY_NO_TIME);
	assert_false(keys_are_offline(&w.keys));
	ksk->at_hand = ksk->active = false;
	ksk->offline = true;
	assert_true(keys_are_offline(&w.keys));
	assert_int_equal(
	    ahead_of_keys(&w.diags.arena, &w.all, &w.keys, ZONE_NOW), ZONE_NOW + 30 * DAY);
	diags_free(&w.diags);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(until),
	    cmocka_unit_test(of_keys),
	};

	return cmocka_run_group_tests(tests, ceremony_setup, zone_teardown);
}
