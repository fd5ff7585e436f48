/* The previous output of a zone: whatever it is, it can be read and judged, and what is signed with
 * its help is right. */
#include "fuzz.h"

#include "dnssec/sign.h"
#include "dnssec/verify.h"
#include "dnssec/zonemd.h"
#include "zone/read.h"

#include <stdlib.h>

enum { NOW = 1795435200, DAY = 86400 }; /* 2026-11-23T12:00:00Z */

static const char keys_folder[] = "tests/cli/shared/keys"; /* RFC 8080 section 6 */
static const char template[] = "$ORIGIN example.org.\n"
			       "$TTL 3600\n"
			       "@ SOA ns hostmaster 1 2 3 4 300\n"
			       "@ NS ns\n"
			       "ns A 192.0.2.1\n"
			       "a.b MX 10 ns\n"
			       "sub NS ns\n";

static const struct name zone = {.len = 13, .wire = "\7example\3org"};

/* What signing needs, made once for each zone. */
struct signing {
	struct diags diags;
	struct store store;
	struct keys keys;
	struct sign_options options;
};

static void
begin(struct signing *s, const struct nsec3_params *nsec3)
{
	const struct parse_options parse = {
	    .zone = &zone, .sink = {.ctx = &s->store, .record = store_add, .lost = store_lose}};
	struct text text = {template, sizeof(template) - 1};
	struct name found;

	*s = (struct signing){0};
	store_begin(&s->store, &s->diags, &zone);
	FUZZ_ASSERT(parse_text(&s->diags, &parse, "a.zone", text,
			diags_source(&s->diags, "a.zone", text, pos_none()), &found) == 0);
	FUZZ_ASSERT(
	    keys_load_folder(&s->diags.arena, &s->diags, keys_folder, &zone, NOW, &s->keys) == 0);
	FUZZ_ASSERT(keys_roles(&s->diags, keys_folder, &s->keys) == 0);
	s->options = (struct sign_options){.keys = &s->keys,
	    .nsec3 = nsec3,
	    .zonemd = nsec3 ? 0 : ZONEMD_SHA384,
	    .n_workers = 1,
	    .now = NOW,
	    .refresh_s = 5 * DAY};
	FUZZ_ASSERT(rrsig_period(&s->diags, NOW, 3600, 14 * DAY, 0, &s->options.period) == 0);
	sign_clean(&s->store, &s->options);
	sign_add(&s->store, &s->options);
	store_sort(&s->store);
}

static void
judge(const char *path, bool crypto, bool right)
{
	struct verify_options options = {.at = NOW, .crypto = crypto, .n_workers = 1};
	struct verify_result result;
	struct store store;
	struct diags diags;
	int read, verified;

	fuzz_begin(&diags);
	read = read_store(&diags, NULL, path, NULL, 1, &store, NULL);
	verified = verify_zone(&diags, &store, &options, &result);
	FUZZ_ASSERT(!right || (read == 0 && verified == 0));
	fuzz_told_anywhere(&diags, read < 0 || verified < 0);
	store_free(&store);
	diags_free(&diags);
}

static void
sign(const char *path, const struct nsec3_params *nsec3)
{
	static struct signing s;
	struct store previous;
	struct diags diags;
	struct output *out;
	struct sign_result result;
	const char *signed_path;
	bool changed;

	begin(&s, nsec3);
	fuzz_begin(&diags);
	if (read_store(&diags, NULL, path, &zone, 1, &previous, NULL) == 0) {
		s.options.previous = &previous;
		FUZZ_ASSERT(sign_unchanged(&s.store, &s.options, &changed) == 0);
		signed_path = fuzz_file("signed", "", 0);
		out = output_open(&s.diags, signed_path);
		FUZZ_ASSERT(out && sign_store(out, &s.store, &s.options, &result) == 0);
		FUZZ_ASSERT(output_commit(out, &changed) == 0);
		FUZZ_ASSERT(s.diags.n_severity[SEVERITY_ERROR] == 0);
		judge(signed_path, true, true);
	}
	store_free(&previous);
	diags_free(&diags);
	store_free(&s.store);
	diags_free(&s.diags);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct nsec3_params nsec3 = {.iterations = 0};
	const char *path = fuzz_file("previous", data, size);

	judge(path, size % 4 == 0, false);
	sign(path, size % 2 ? &nsec3 : NULL);
	return 0;
}
