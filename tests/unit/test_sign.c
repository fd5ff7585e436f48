#include "zone_keys.h"

#include "dnssec/sign.h"

#include <openssl/evp.h>

enum { PERIOD_S = 14 * 86400, OFFSET_S = 3600, JITTER_S = 43200 };

/* A zone signed into a file, and read again. */
struct signed_zone {
	struct sign_result result;
	struct zone_fixture read;
};

static const struct nsec3_params nsec3 = {.iterations = 0};

/* Signs the template with all keys of the folder, into the file `out`. */
static void
sign(const char *template, const char *folder, const char *path, struct sign_options options,
    struct sign_result *result)
{
	struct zone_fixture f;
	struct keys keys = {0};
	struct output *out;
	bool changed;

	unlink(path);
	put("a.zone", template);
	zone_load(&f, "a.zone", "example.org.");
	assert_int_equal(f.result, 0);
	zone_keys_load(&f.diags, folder, &keys);
	options.keys = &keys;
	options.now = ZONE_NOW;
	assert_int_equal(
	    rrsig_period(&f.diags, ZONE_NOW, OFFSET_S, PERIOD_S, JITTER_S, &options.period), 0);
	sign_clean(&f.store, &options);
	sign_add(&f.store, &options);
	store_sort(&f.store);
	out = output_open(&f.diags, path);
	assert_non_null(out);
	assert_int_equal(sign_store(out, &f.store, &options, result), 0);
	assert_int_equal(output_commit(out, &changed), 0);
	assert_int_equal(f.diags.n_severity[SEVERITY_ERROR], 0);
	zone_free(&f);
}

static void
sign_and_read(const char *template, struct sign_options options, struct signed_zone *zone)
{
	sign(template, "keys", "out", options, &zone->result);
	zone_load(&zone->read, "out", "example.org.");
	assert_int_equal(zone->read.result, 0);
}

/* --- Verifying, on its own: RFC 4034 section 3.1.8.1 --- */

/* The owner as it is signed: in lower case, and below a wildcard as the labels field says. */
static size_t
signed_owner(const uint8_t *wire, size_t len, unsigned labels, uint8_t *out)
{
	size_t at = 0;

	for (unsigned n = name_labels(wire); n > labels; n--)
		at += 1u + wire[at];
	if (at == 0) {
		name_lower(out, wire, len);
		return len;
	}
	assert_true(at == 2 && wire[1] == '*');
	out[0] = 1;
	out[1] = '*';
	name_lower(out + 2, wire + at, len - at);
	return len;
}

static void
signed_data(struct buf *b, const struct store *store, const struct node *node,
    const struct record *rrsig, size_t head)
{
	uint16_t type = (uint16_t)(rrsig->rdata[0] << 8 | rrsig->rdata[1]);
	struct rrset set = node_rrset(store, node, type);
	uint8_t owner[NAME_LONGEST], wire[NAME_LONGEST], rdata[2000], signer[NAME_LONGEST];
	size_t len = signed_owner(wire, node_wire(store, node, wire), rrsig->rdata[3], owner);

	assert_true(set.n > 0);
	buf_clear(b);
	name_lower(signer, rrsig->rdata + 18, head - 18);
	buf_put(b, rrsig->rdata, 18);
	buf_put(b, signer, head - 18);
	for (size_t i = 0; i < set.n; i++) {
		const uint8_t numbers[] = {0, 1, rrsig->rdata[4], rrsig->rdata[5], rrsig->rdata[6],
		    rrsig->rdata[7], (uint8_t)(set.records[i].rdlen >> 8),
		    (uint8_t)set.records[i].rdlen};

		assert_int_equal(set.records[i].ttl_s, read_u32(rrsig->rdata + 4));
		rdata_canonical(type, record_rdata(&set.records[i]), rdata);
		buf_put(b, owner, len);
		buf_put(b, rrsig->rdata, 2);
		buf_put(b, numbers, sizeof(numbers));
		buf_put(b, rdata, set.records[i].rdlen);
	}
}

/* The DNSKEY that made the signature. */
static struct bytes
key_of(const struct store *store, const struct record *rrsig)
{
	struct rrset set = node_rrset(store, store_apex(store), TYPE_DNSKEY);

	for (size_t i = 0; i < set.n; i++)
		if (key_tag(record_rdata(&set.records[i])) ==
		    (rrsig->rdata[16] << 8 | rrsig->rdata[17]))
			return record_rdata(&set.records[i]);
	fail_msg("no DNSKEY");
	return (struct bytes){NULL, 0};
}

static bool
verifies(const struct store *store, const struct node *node, const struct record *rrsig)
{
	size_t head = 18 + name_length(rrsig->rdata + 18, NAME_LONGEST);
	struct bytes dnskey = key_of(store, rrsig);
	EVP_PKEY *pkey =
	    EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, dnskey.data + 4, dnskey.len - 4);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct buf b = {0};
	bool good;

	signed_data(&b, store, node, rrsig, head);
	assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey), 1);
	good = EVP_DigestVerify(ctx, rrsig->rdata + head, rrsig->rdlen - head,
		   (const uint8_t *)b.data, b.len) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	buf_free(&b);
	return good;
}

/* Checks every signature; returns how many they are, and the earliest expiration. */
static size_t
verify_all(const struct store *store, uint32_t *earliest)
{
	size_t n = 0;

	*earliest = UINT32_MAX;
	for (size_t i = 0; i < store->n_nodes; i++) {
		struct rrset set = node_rrset(store, &store->nodes[i], TYPE_RRSIG);

		for (size_t j = 0; j < set.n; j++, n++) {
			uint32_t expiration = read_u32(set.records[j].rdata + 8);

			assert_true(verifies(store, &store->nodes[i], &set.records[j]));
			assert_int_equal(set.records[j].ttl_s, read_u32(set.records[j].rdata + 4));
			assert_int_equal(read_u32(set.records[j].rdata + 12), ZONE_NOW - OFFSET_S);
			assert_true(expiration <= (uint32_t)ZONE_NOW + PERIOD_S);
			assert_true(expiration > (uint32_t)ZONE_NOW + PERIOD_S - JITTER_S);
			if (expiration < *earliest)
				*earliest = expiration;
		}
	}
	return n;
}

/* The types that signatures at the name cover, in order, each with * where the KSK made it. */
static const char *
covered(const struct store *store, const struct node *node)
{
	static char text[200];
	struct rrset set = node_rrset(store, node, TYPE_RRSIG);
	struct buf b = {0};

	for (size_t i = 0; i < set.n; i++) {
		const uint8_t *rdata = set.records[i].rdata;

		buf_puts(&b, i ? " " : "");
		type_print(&b, (uint16_t)(rdata[0] << 8 | rdata[1]));
		buf_puts(&b, key_of(store, &set.records[i]).data[1] & 1 ? "*" : "");
	}
	buf_putc(&b, '\0');
	snprintf(text, sizeof(text), "%s", b.data);
	buf_free(&b);
	return text;
}

#define DS "DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n"

static const char special[] = ZONE_HEAD
    "a 5 A 192.0.2.1\na 5 A 192.0.2.2\n MX 10 Mail.Example.ORG.\n MX 10 a.b.C.\n"
    "*.W A 192.0.2.1\n*.*.x TXT \"a\" \"b\"\nY.*.x A 192.0.2.1\n"
    "cut NS ns.cut\ncut NS NS.example.net.\nns.cut A 192.0.2.1\nsecure NS ns.cut\nsecure " DS
    "d DNAME Target.Example.\nbelow.d A 192.0.2.1\nalias CNAME A\nent.deep.name 60 SRV 0 0 5 HOST\n"
    "t TYPE65280 \\# 3 410042\n\\000 A 192.0.2.1\n\\200.a A 192.0.2.1\nzz 0 A 192.0.2.1\n"
    "ds 7 NAPTR 1 1 \"S\" \"A\" \"\" Repl\nrp RP Mbox.A Txt.B\n";

static const struct {
	const char *name, *covered;
} signed_names[] = {
    {"example.org.", "NS SOA NSEC DNSKEY*"},
    {"a.example.org.", "A MX NSEC"},
    {"*.w.example.org.", "A NSEC"},
    {"*.*.x.example.org.", "TXT NSEC"},
    {"y.*.x.example.org.", "A NSEC"},
    {"cut.example.org.", "NSEC"},
    {"ns.cut.example.org.", ""},
    {"secure.example.org.", "DS NSEC"},
    {"d.example.org.", "DNAME NSEC"},
    {"below.d.example.org.", ""},
    {"alias.example.org.", "CNAME NSEC"},
    {"ent.deep.name.example.org.", "SRV NSEC"},
};

static void
coverage(void **state)
{
	struct signed_zone zone;
	uint32_t earliest;

	(void)state;
	sign_and_read(special, (struct sign_options){.n_workers = 1}, &zone);
	for (size_t i = 0; i < LENGTH(signed_names); i++)
		assert_string_equal(
		    covered(&zone.read.store, zone_node(&zone.read, signed_names[i].name)),
		    signed_names[i].covered);
	assert_int_equal(verify_all(&zone.read.store, &earliest), zone.result.n_signatures);
	assert_int_equal(zone.result.n_records, zone.read.store.n_live);
	assert_int_equal(zone.result.earliest, earliest);
	assert_int_equal(zone.result.n_kept, 0);
	zone_free(&zone.read);
}

/* RFC 4034 section 3.1.3, RFC 9077 section 3 */
static void
labels_and_ttls(void **state)
{
	struct signed_zone zone;
	const struct node *node;
	struct rrset set;

	(void)state;
	sign_and_read(special, (struct sign_options){.n_workers = 1}, &zone);
	node = zone_node(&zone.read, "*.w.example.org.");
	assert_int_equal(node_rrset(&zone.read.store, node, TYPE_RRSIG).records[0].rdata[3], 3);
	node = zone_node(&zone.read, "*.*.x.example.org.");
	assert_int_equal(node_rrset(&zone.read.store, node, TYPE_RRSIG).records[0].rdata[3], 4);
	node = zone_node(&zone.read, "zz.example.org.");
	set = node_rrset(&zone.read.store, node, TYPE_NSEC);
	assert_int_equal(set.n, 1);
	assert_int_equal(set.records[0].ttl_s, 300);
	zone_free(&zone.read);
}

/* The NSEC chain as it is written: each name that is not occluded, in order, closed. */
static void
chain(void **state)
{
	struct signed_zone zone;
	const struct store *store = &zone.read.store;
	uint8_t wire[NAME_LONGEST];
	struct bytes next = {NULL, 0};

	(void)state;
	sign_and_read(special, (struct sign_options){.n_workers = 2}, &zone);
	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];
		struct rrset set = node_rrset(store, node, TYPE_NSEC);

		assert_int_equal(set.n, node->flags & NODE_OCCLUDED ? 0 : 1);
		if (set.n == 0)
			continue;
		node_wire(store, node, wire);
		if (next.data)
			assert_true(name_equal(wire, next.data));
		next = record_rdata(set.records);
	}
	node_wire(store, store_apex(store), wire);
	assert_true(name_equal(wire, next.data));
	zone_free(&zone.read);
}

static void
generate(struct buf *b, unsigned n)
{
	buf_puts(b, special);
	for (unsigned i = 0; i < n; i++)
		buf_printf(b, "n%u.s%u A 10.0.%u.%u\n TXT \"%u\"\n", i * 7919 % n, i % 13, i / 256,
		    i % 256, i);
	buf_putc(b, '\0');
}

/* The same bytes for any number of threads; and NSEC3 and ZONEMD too. */
static void
threads(void **state)
{
	static const struct sign_options variants[] = {
	    {.n_workers = 1},
	    {.n_workers = 1, .nsec3 = &nsec3},
	    {.n_workers = 1, .zonemd = 1},
	    {.n_workers = 1, .nsec3 = &nsec3, .zonemd = 2},
	};
	static const unsigned n_workers[] = {2, 3, 7};
	struct buf template = {0}, one = {0}, many = {0};

	(void)state;
	generate(&template, 1000);
	for (size_t i = 0; i < LENGTH(variants); i++) {
		struct sign_options options = variants[i];
		struct sign_result of_one, of_many;

		sign(template.data, "keys", "out", options, &of_one);
		get(&one, "out");
		for (size_t j = 0; j < LENGTH(n_workers); j++) {
			options.n_workers = n_workers[j];
			sign(template.data, "keys", "out", options, &of_many);
			get(&many, "out");
			assert_int_equal(one.len, many.len);
			assert_memory_equal(one.data, many.data, one.len);
			assert_int_equal(of_one.n_records, of_many.n_records);
			assert_int_equal(of_one.n_signatures, of_many.n_signatures);
			assert_int_equal(of_one.earliest, of_many.earliest);
		}
	}
	buf_free(&template);
	buf_free(&one);
	buf_free(&many);
}

/* All of a larger zone verifies, and its order is canonical: sorting again changes nothing. */
static void
large(void **state)
{
	struct signed_zone zone;
	struct buf template = {0};
	uint32_t earliest;

	(void)state;
	generate(&template, 1000);
	sign_and_read(template.data, (struct sign_options){.n_workers = 3}, &zone);
	assert_int_equal(verify_all(&zone.read.store, &earliest), zone.result.n_signatures);
	assert_int_equal(zone.result.n_records, zone.read.store.n_live);
	assert_int_equal(zone.result.earliest, earliest);
	for (size_t i = 1; i < zone.read.store.n_nodes; i++)
		assert_true(zone.read.store.nodes[i].first > zone.read.store.nodes[i - 1].first);
	zone_free(&zone.read);
	buf_free(&template);
}

/* A zone of one name, and signing what was signed: the same bytes. */
static void
small_and_again(void **state)
{
	struct signed_zone zone;
	struct buf first = {0}, again = {0};
	struct sign_result result;

	(void)state;
	sign_and_read(ZONE_HEAD, (struct sign_options){.n_workers = 4}, &zone);
	assert_int_equal(zone.read.store.n_nodes, 1);
	assert_int_equal(zone.result.n_signatures, 4);
	assert_int_equal(zone.result.n_records, 9); /* SOA, NS, 2 DNSKEY, NSEC, 4 RRSIG */
	zone_free(&zone.read);
	get(&first, "out");
	buf_putc(&first, '\0');
	sign(first.data, "keys", "again", (struct sign_options){.n_workers = 1}, &result);
	get(&again, "again");
	assert_int_equal(first.len, again.len + 1);
	assert_memory_equal(first.data, again.data, again.len);
	buf_free(&first);
	buf_free(&again);
}

/* Roles: CSK alone; two ZSKs; a KSK that is not published is none. */
static void
roles(void **state)
{
	struct signed_zone zone;
	uint32_t earliest;
	char base[128];

	(void)state;
	mkdir("csk", 0755);
	zone_key("csk", 3, 257, "", base);
	sign(ZONE_HEAD, "csk", "out", (struct sign_options){.n_workers = 1}, &zone.result);
	zone_load(&zone.read, "out", "example.org.");
	assert_string_equal(
	    covered(&zone.read.store, store_apex(&zone.read.store)), "NS* SOA* NSEC* DNSKEY*");
	assert_int_equal(verify_all(&zone.read.store, &earliest), 4);
	zone_free(&zone.read);

	zone_key("csk", 4, 256, "", base);
	zone_key("csk", 5, 256, "", base);
	sign(ZONE_HEAD, "csk", "out", (struct sign_options){.n_workers = 1}, &zone.result);
	zone_load(&zone.read, "out", "example.org.");
	assert_string_equal(covered(&zone.read.store, store_apex(&zone.read.store)),
	    "NS NS SOA SOA NSEC NSEC DNSKEY*");
	assert_int_equal(verify_all(&zone.read.store, &earliest), 7);
	zone_free(&zone.read);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(coverage),
	    cmocka_unit_test(labels_and_ttls),
	    cmocka_unit_test(chain),
	    cmocka_unit_test(threads),
	    cmocka_unit_test(large),
	    cmocka_unit_test(small_and_again),
	    cmocka_unit_test(roles),
	};

	return cmocka_run_group_tests(tests, zone_keys_setup, zone_teardown);
}
