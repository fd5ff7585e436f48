#include "ceremony_fixture.h"

#include "base/digest.h"
#include "dnssec/rrsig_good.h"

static void
print_request(struct buf *text)
{
	struct diags diags = {0};
	struct ceremony request;
	struct keys keys;

	ceremony_request(&diags, &keys, &request);
	ceremony_print(text, &request);
	diags_free(&diags);
}

/* Reads and judges; the keys at hand are those of the folder. */
static int
take(struct diags *diags, const char *folder, struct keys *keys, struct ceremony *request)
{
	struct ceremony_signing signing = {.request = request, .keys = keys, .now = ZONE_NOW};
	int result = ceremony_read(diags, NULL, "request", CEREMONY_REQUEST, NULL, request);

	if (request->zone.len == 0)
		return -1;
	assert_int_equal(
	    keys_load_folder(&diags->arena, diags, folder, &request->zone, ZONE_NOW, keys), 0);
	return ceremony_judge(diags, &signing) < 0 ? -1 : result;
}

static void
round_trip(void **state)
{
	struct diags diags = {0};
	struct buf text = {0}, again = {0}, signed_text = {0};
	struct ceremony request, response, read;
	struct keys keys;
	struct ceremony_signing signing = {.request = &request, .keys = &keys, .now = ZONE_NOW};
	struct name other = name_of("example.com.");
	size_t n = 0;

	(void)state;
	print_request(&text);
	put_bytes("request", text.data, text.len);
	assert_int_equal(take(&diags, "safe", &keys, &request), 0);
	ceremony_print(&again, &request);
	assert_int_equal(again.len, text.len);
	assert_memory_equal(again.data, text.data, text.len);

	assert_int_equal(ceremony_sign(&diags, &signing, &response), 0);
	ceremony_print(&signed_text, &response);
	put_bytes("response", signed_text.data, signed_text.len);
	assert_int_equal(
	    ceremony_read(&diags, NULL, "response", CEREMONY_RESPONSE, &request.zone, &read), 0);
	for (size_t i = 0; i < read.n; i++) {
		const struct ceremony_span *span = &read.spans[i];
		struct rrset rrsigs = ceremony_rrset(span, TYPE_RRSIG);

		for (size_t k = 0; k < rrsigs.n; k++) {
			uint8_t owner[NAME_LONGEST];
			struct rrsig_set set = ceremony_set(&diags.arena, &read.zone,
			    ceremony_rrset(span, read_u16(rrsigs.records[k].rdata)), owner);

			n += rrsig_good(&read.zone, &set, algorithm_info(15),
			    keys.items[ceremony_key(&keys, KSK)].dnskey,
			    record_rdata(&rrsigs.records[k]));
			assert_int_equal(
			    ceremony_inception(span, &rrsigs.records[k]), span->from_unix - 3600);
			assert_int_equal(ceremony_expiration(span, &rrsigs.records[k]),
			    span->until_unix + 5 * DAY);
		}
	}
	assert_int_equal(n, 2 * N_SPANS); /* DNSKEY and CDNSKEY */
	assert_int_equal(diags.n, 0);
	assert_null(ceremony_at(&read, ZONE_NOW - 1));
	assert_ptr_equal(ceremony_at(&read, ZONE_NOW + 10 * DAY), &read.spans[1]);
	assert_null(ceremony_at(&read, ZONE_NOW + 30 * DAY));
	assert_int_equal(
	    ceremony_read(&diags, NULL, "response", CEREMONY_RESPONSE, &other, &read), -1);
	assert_int_equal(
	    ceremony_read(&diags, NULL, "response", CEREMONY_REQUEST, NULL, &read), -1);
	diags_free(&diags);
	buf_free(&text);
	buf_free(&again);
	buf_free(&signed_text);
}

/* Puts the digest in, as somebody would who wants the request to be signed. */
static void
seal(char *text, size_t len)
{
	uint8_t sha256[DIGEST_LEN];
	struct buf hex = {0};
	size_t head = len - 2 * DIGEST_LEN - 1;

	digest_sha256((struct bytes){(const uint8_t *)text, head}, sha256);
	hex_encode(&hex, (struct bytes){sha256, sizeof(sha256)});
	memcpy(text + head, hex.data, hex.len);
	buf_free(&hex);
}

/* Has it the same DNSKEY sets, each at the same time? Of CDS and CDNSKEY it may ask for fewer. */
static bool
asks_for_same(const struct ceremony *request, const struct ceremony *whole)
{
	bool same = request->n == whole->n && name_equal(request->zone.wire, whole->zone.wire);

	for (size_t i = 0; same && i < whole->n; i++) {
		const struct ceremony_span *is = &request->spans[i], *was = &whole->spans[i];
		struct rrset a = ceremony_rrset(is, TYPE_DNSKEY),
			     b = ceremony_rrset(was, TYPE_DNSKEY);

		same = is->from_unix == was->from_unix && is->until_unix == was->until_unix &&
		       a.n == b.n;
		for (size_t k = 0; same && k < a.n; k++)
			same =
			    bytes_equal(record_rdata(&a.records[k]), record_rdata(&b.records[k]));
	}
	return same;
}

/* Whatever octet is changed, the request is refused; with a digest that fits, too, unless it asks
 * for the same. */
static void
changed(void **state)
{
	static const char flips[] = {1, 0x20, 0x40};
	struct diags of_whole = {0};
	struct buf text = {0};
	struct ceremony whole;
	struct keys all;
	size_t n_same = 0;
	char *copy;

	(void)state;
	ceremony_request(&of_whole, &all, &whole);
	ceremony_print(&text, &whole);
	copy = malloc(text.len);
	for (size_t i = 0; i < 2 * text.len; i++) {
		bool sealed = i >= text.len;
		struct diags diags = {0};
		struct ceremony request;
		struct keys keys;
		int taken;

		if (sealed && i - text.len >= text.len - 2 * DIGEST_LEN - 1)
			break;
		memcpy(copy, text.data, text.len);
		copy[i % text.len] = (char)(copy[i % text.len] ^ flips[i % LENGTH(flips)]);
		if (sealed)
			seal(copy, text.len);
		put_bytes("request", copy, text.len);
		taken = sealed ? take(&diags, "safe", &keys, &request)
			       : ceremony_read(
				     &diags, NULL, "request", CEREMONY_REQUEST, NULL, &request);
		if (taken == 0) {
			if ((!sealed && i != text.len - 1) || !asks_for_same(&request, &whole))
				fail_msg("octet %zu of %zu", i, text.len);
			n_same++;
		} else {
			assert_true(diags.n > 0);
		}
		diags_free(&diags);
	}
	assert_in_range(n_same, 1, text.len / 4); /* case of names, comments */
	free(copy);
	buf_free(&text);
	diags_free(&of_whole);
}

/* Each prefix is refused, and each suffix. */
static void
cut(void **state)
{
	struct buf text = {0};

	(void)state;
	print_request(&text);
	for (size_t i = 0; i + 1 < text.len; i += 7) {
		struct diags diags = {0};
		struct ceremony request;
		struct keys keys;

		put_bytes("request", text.data, i);
		assert_int_equal(take(&diags, "safe", &keys, &request), -1);
		put_bytes("request", text.data + i + 1, text.len - i - 1);
		assert_int_equal(take(&diags, "safe", &keys, &request), -1);
		assert_true(diags.n > 0);
		diags_free(&diags);
	}
	buf_free(&text);
}

/* --- What is asked for by somebody who has the ZSKs --- */

struct edit {
	const char *name;
	void (*run)(struct ceremony *request);
	enum problem problem;
};

static void
drop_span(struct ceremony *request)
{
	request->spans[1] = request->spans[2];
	request->n--;
}

/* The set before it seems to stand as long as it has to. */
static void
stretch_span(struct ceremony *request)
{
	request->spans[2].from_unix += 6 * DAY;
	request->spans[1].until_unix = request->spans[2].from_unix;
}

static void
drop_ksk(struct ceremony *request)
{
	struct ceremony_span *span = &request->spans[1];
	size_t kept = 0;

	for (size_t i = 0; i < span->n; i++)
		if (span->records[i].type != TYPE_DNSKEY || (span->records[i].rdata[1] & 1) == 0)
			span->records[kept++] = span->records[i];
	span->n = kept;
}

static void
drop_proofs(struct ceremony *request)
{
	struct ceremony_span *span = &request->spans[1];

	span->n--;
}

static void
other_cds(struct ceremony *request)
{
	static const uint8_t cds[] = {1, 2, 15, 2, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
	    9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9};
	struct ceremony_span *span = &request->spans[0];

	span->records[span->n++] =
	    (struct record){.rdata = cds, .ttl_s = 3600, .type = TYPE_CDS, .rdlen = sizeof(cds)};
	ceremony_sort(span);
}

static void
wishes(void **state)
{
	static const struct edit edits[] = {
	    {"a set that was left out", drop_span, S_CEREMONY_GAP},
	    {"a set that stands for longer", stretch_span, S_CEREMONY_GAP},
	    {"no KSK", drop_ksk, S_CEREMONY_GAP},
	    {"a ZSK without proof", drop_proofs, S_CEREMONY_KEY},
	    {"CDS of another key", other_cds, S_CEREMONY_KEY},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(edits); i++) {
		struct diags diags = {0};
		struct buf text = {0};
		struct ceremony request;
		struct keys keys;
		bool told = false;

		ceremony_request(&diags, &keys, &request);
		edits[i].run(&request);
		ceremony_print(&text, &request);
		put_bytes("request", text.data, text.len);
		buf_free(&text);
		assert_int_equal(take(&diags, "safe", &keys, &request), -1);
		for (size_t k = 0; k < diags.n; k++)
			told = told || (diags.items[k].problem == edits[i].problem &&
					   diags.items[k].place.line > 0);
		if (!told)
			fail_msg("%s: not told of", edits[i].name);
		diags_free(&diags);
	}
}

static void
strangers(void **state)
{
	struct diags diags = {0};
	struct buf text = {0};
	struct ceremony request;
	struct keys keys;

	(void)state;
	print_request(&text);
	put_bytes("request", text.data, text.len);
	assert_int_equal(take(&diags, "strange", &keys, &request), -1);
	assert_int_equal(diags.items[0].problem, S_CEREMONY_KEY);
	assert_int_equal(diags.n, N_SPANS);
	diags_free(&diags);
	buf_free(&text);
}

/* Each set may have a TTL of its own. */
static void
ttls(void **state)
{
	struct diags diags = {0};
	struct buf text = {0}, again = {0};
	struct ceremony request;
	struct keys keys;

	(void)state;
	ceremony_request(&diags, &keys, &request);
	for (size_t i = 0; i < request.n; i++)
		for (size_t k = 0; k < request.spans[i].n; k++) {
			struct record *record = &request.spans[i].records[k];
			uint16_t type =
			    record->type == TYPE_RRSIG ? read_u16(record->rdata) : record->type;

			record->ttl_s = type == TYPE_CDNSKEY ? 7200 : 3600;
		}
	ceremony_print(&text, &request);
	put_bytes("request", text.data, text.len);
	assert_int_equal(
	    ceremony_read(&diags, NULL, "request", CEREMONY_REQUEST, NULL, &request), 0);
	ceremony_print(&again, &request);
	assert_int_equal(again.len, text.len);
	assert_memory_equal(again.data, text.data, text.len);
	request.spans[0].records[0].ttl_s = 1;
	buf_clear(&text);
	ceremony_print(&text, &request);
	put_bytes("request", text.data, text.len);
	assert_int_equal(
	    ceremony_read(&diags, NULL, "request", CEREMONY_REQUEST, NULL, &request), -1);
	assert_non_null(strstr(diags.items[0].message, "several TTLs"));
	diags_free(&diags);
	buf_free(&text);
	buf_free(&again);
}

/* --- More than anybody needs --- */

static void
many_records(struct diags *diags, struct ceremony *request)
{
	struct ceremony_span *span = &request->spans[0];
	struct record *records = arena_alloc(&diags->arena, 300 * sizeof(*records));
	uint8_t cds[] = {1, 2, 15, 2, 0, 0};

	memcpy(records, span->records, span->n * sizeof(*records));
	span->records = records;
	for (uint8_t i = 0; span->n < 201; i++) {
		cds[5] = i;
		records[span->n++] =
		    (struct record){.rdata = arena_copy(&diags->arena, cds, sizeof(cds)),
			.ttl_s = 3600,
			.type = TYPE_CDNSKEY,
			.rdlen = sizeof(cds)};
	}
}

static void
many_spans(struct diags *diags, struct ceremony *request)
{
	struct ceremony_span first = request->spans[0];
	size_t n = CEREMONY_SPANS_MOST + 1;

	request->spans = arena_alloc(&diags->arena, n * sizeof(*request->spans));
	for (size_t i = 0; i < n; i++) {
		request->spans[i] = first;
		request->spans[i].from_unix = first.from_unix + (int64_t)i;
		request->spans[i].until_unix = first.from_unix + (int64_t)i + 1;
	}
	request->n = n;
}

static void
two_signatures(struct diags *diags, struct ceremony *request)
{
	struct ceremony_span *span = &request->spans[0];
	struct record again = span->records[span->n - 1];
	uint8_t *rdata = arena_alloc(&diags->arena, again.rdlen);

	memcpy(rdata, again.rdata, again.rdlen);
	rdata[again.rdlen - 1] ^= 1;
	again.rdata = rdata;
	span->records[span->n++] = again;
}

static void
too_much(void **state)
{
	static const struct {
		void (*run)(struct diags *diags, struct ceremony *request);
		const char *message;
	} edits[] = {
	    {many_records, "the set of this time has more than 200 records"},
	    {many_spans, "there are more than 4000 sets of keys"},
	    {two_signatures, "there are two signatures by the key"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(edits); i++) {
		struct diags diags = {0};
		struct buf text = {0};
		struct ceremony request;
		struct keys keys;

		ceremony_request(&diags, &keys, &request);
		edits[i].run(&diags, &request);
		ceremony_print(&text, &request);
		put_bytes("request", text.data, text.len);
		buf_free(&text);
		assert_int_equal(
		    ceremony_read(&diags, NULL, "request", CEREMONY_REQUEST, NULL, &request), -1);
		assert_int_equal(diags.n, 1);
		assert_int_equal(diags.items[0].problem, S_CEREMONY);
		assert_non_null(strstr(diags.items[0].message, edits[i].message));
		assert_true(diags.items[0].place.line > 0);
		diags_free(&diags);
	}
}

/* What it takes to verify signatures counts as work. */
static void
limited(void **state)
{
	static const uint64_t most[] = {UINT64_C(6) * 400, UINT64_C(6) * 400 - 1};
	struct name zone = name_of("example.org.");

	(void)state;
	for (size_t i = 0; i < LENGTH(most); i++) {
		struct limits limits = {.most = {[LIMIT_WORK] = most[i]}};
		struct diags diags = {0};
		struct buf text = {0};
		struct ceremony request, response;
		struct ceremonies all;
		struct key_folder folder;
		struct keys keys;
		struct ceremony_signing signing = {.request = &request, .keys = &keys};

		print_request(&text);
		put_bytes("request", text.data, text.len);
		assert_int_equal(take(&diags, "safe", &keys, &request), 0);
		assert_int_equal(ceremony_sign(&diags, &signing, &response), 0);
		buf_clear(&text);
		ceremony_print(&text, &response);
		put_bytes("all/Kexample.org.+1.skr", text.data, text.len);
		buf_free(&text);
		account_open(&diags.account, &limits, 0);
		assert_int_equal(
		    key_folder_read_zone(&diags.arena, &diags, "all", &zone, &folder), 0);
		assert_int_equal(ceremonies_read(&diags, &folder, &zone, &all), i == 0 ? 0 : -1);
		assert_int_equal(diags.n, i);
		if (i > 0)
			assert_int_equal(diags.items[0].problem, F_WORK);
		assert_int_equal(unlink("all/Kexample.org.+1.skr"), 0);
		diags_free(&diags);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(changed),
	    cmocka_unit_test(cut),
	    cmocka_unit_test(wishes),
	    cmocka_unit_test(strangers),
	    cmocka_unit_test(ttls),
	    cmocka_unit_test(too_much),
	    cmocka_unit_test(limited),
	};

	return cmocka_run_group_tests(tests, ceremony_setup, zone_teardown);
}
