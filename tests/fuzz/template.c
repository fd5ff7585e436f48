/* Templates with zonepp's own directives: certificates and keys that they name are those of the
 * scenarios in tests/cli, in the folder of the template. */
#define _GNU_SOURCE
#include "fuzz.h"

#include "check/zone.h"
#include "dane/alias.h"
#include "publish/expand.h"
#include "publish/format.h"
#include "zone/write.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { NOW = 1795435200 }; /* 2026-11-23T12:00:00Z */

static const struct name zone = {.len = 13, .wire = "\7example\3org"};

static struct roots roots;
static const struct limits little = {.most = {[LIMIT_MEMORY] = 256 << 20,
					 [LIMIT_RECORDS] = 1000,
					 [LIMIT_MADE] = 1 << 20,
					 [LIMIT_WORK] = 2000000}};

static struct load_options
options_of(const char *path)
{
	return (struct load_options){.path = path,
	    .zone = &zone,
	    .roots = &roots,
	    .limits = &little,
	    .dane = true,
	    .now = NOW};
}

static void
print(const struct store *store, struct buf *out)
{
	struct buf owner = {0};

	for (size_t i = 0; i < store->n_nodes; i++) {
		const struct node *node = &store->nodes[i];
		struct text name = write_owner(&owner, store, node);

		for (size_t j = 0; j < node->n; j++) {
			const struct record *record = node_records(store, node) + j;

			write_record(out, name, record->ttl_s, record->type, record_rdata(record));
		}
	}
	buf_free(&owner);
}

/* All records of the template, sorted. Returns -1 where it has errors. */
static int
load(const char *path, struct text text, struct buf *out)
{
	struct load_options options = options_of(path);
	struct loaded loaded;
	struct diags diags = {0};
	int result = load_zone(&diags, &options, &loaded);

	store_sort(&loaded.store);
	print(&loaded.store, out);
	if (result < 0)
		check_names(&loaded.store);
	if (dane_aliases_judge(&loaded.store, loaded.directives.tlsa.doubts) < 0)
		result = -1;
	fuzz_told(&diags, result < 0, path, text);
	load_free(&loaded);
	diags_free(&diags);
	return result;
}

/* May it hold what expand replaces? Besides directives that is an $ORIGIN that not every server
 * takes, a TTL that only some take from the SOA, and a last line that one of them misses the end
 * of. */
static bool
may_change(struct text text)
{
	const char *at = text.data, *end = text.data + text.len;

	if (text.len == 0 || end[-1] != '\n' || strncasecmp(at, "$TTL", 4) != 0)
		return true;
	for (; (at = memchr(at, '$', (size_t)(end - at))); at++)
		if (strncasecmp(at, "$TTL", 4) != 0)
			return true;
	return false;
}

static void
check_expansion(const char *path, struct text text, const struct buf *records)
{
	struct load_options options = options_of(path);
	struct buf expanded = {0}, again = {0};
	struct diags diags = {0};
	int result = expand_file(&diags, &options, &expanded);

	FUZZ_ASSERT(result == 0);
	if (!may_change(text))
		fuzz_same(
		    "a text without directives", text, (struct text){expanded.data, expanded.len});
	path = fuzz_file("expanded.zone", expanded.data, expanded.len);
	*buf_reserve(&expanded, 1) = '\0';
	FUZZ_ASSERT(load(path, (struct text){expanded.data, expanded.len}, &again) == 0);
	fuzz_same("records of what was expanded", (struct text){records->data, records->len},
	    (struct text){again.data, again.len});
	buf_free(&expanded);
	buf_free(&again);
	diags_free(&diags);
}

/* What is formatted is proven to be the same, and formatted. */
static void
check_format(const char *path)
{
	struct load_options options = options_of(path);
	struct buf once = {0}, twice = {0};
	struct diags diags = {0};
	struct text text;

	if (format_file(&diags, &options, &text, &once) == 0) {
		options.path = fuzz_file("formatted.zone", once.data, once.len);
		FUZZ_ASSERT(format_file(&diags, &options, &text, &twice) == 0);
		fuzz_same("what is formatted", text, (struct text){twice.data, twice.len});
	}
	buf_free(&once);
	buf_free(&twice);
	diags_free(&diags);
}

static void
copy_sources(void)
{
	char command[300];

	if (roots.project)
		return;
	roots.project = fuzz_folder();
	snprintf(command, sizeof(command), "cp -R tests/cli/shared/certs %s/certs", fuzz_folder());
	FUZZ_ASSERT(system(command) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_text(data, size);
	struct text text = {copy, size};
	struct buf records = {0};
	const char *path;

	copy_sources();
	path = fuzz_file("a.zone", copy, size);
	if (load(path, text, &records) == 0)
		check_expansion(path, text, &records);
	check_format(path);
	buf_free(&records);
	free(copy);
	return 0;
}
