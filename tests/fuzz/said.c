/* What a build said, as a cache keeps it; the head of a part; and BIND's configuration. */
#include "fuzz.h"

#include "publish/named_conf.h"
#include "publish/part.h"
#include "publish/said.h"

#include <stdlib.h>

static const char path[] = "a.zone";

/* What is taken is printed, and taken again, as the same. */
static void
check_again(const struct diags *diags, struct buf *out)
{
	FUZZ_ASSERT(said_print(out, diags, path) == 0 || out->len == 0);
}

static void
take(struct diags *diags, struct text text)
{
	const char *end = text.data + text.len;

	for (const char *at = text.data, *next; at < end; at = next) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		struct text line = {at, (size_t)((newline ? newline : end) - at)};

		next = newline ? newline + 1 : end;
		if (said_is_line(line))
			said_take(diags, line, path);
	}
}

static void
try_said(struct text text)
{
	struct diags diags, again;
	struct buf once = {0}, twice = {0};

	fuzz_begin(&diags);
	fuzz_begin(&again);
	take(&diags, text);
	check_again(&diags, &once);
	take(&again, (struct text){once.data, once.len});
	check_again(&again, &twice);
	fuzz_same("what is printed", (struct text){once.data, once.len},
	    (struct text){twice.data, twice.len});
	fuzz_told_anywhere(&diags, false);
	diags_free(&diags);
	diags_free(&again);
	buf_free(&once);
	buf_free(&twice);
}

static void
try_part(struct text text)
{
	const struct keys none = {0};
	struct part_head head;
	struct text records;
	struct diags diags;
	int result;

	fuzz_begin(&diags);
	result = part_read_head(&diags, fuzz_file("part", text.data, text.len), &head);
	if (result == 0) {
		FUZZ_ASSERT(head.part.k >= 1 && head.part.k <= head.part.n);
		FUZZ_ASSERT(name_length(head.zone.wire, sizeof(head.zone.wire)) == head.zone.len);
		result = part_read(&diags, &head, &none, &records);
		FUZZ_ASSERT(result < 0);
	}
	fuzz_told_anywhere(&diags, result < 0);
	diags_free(&diags);
}

static void
try_named_conf(struct text text)
{
	const char *file = fuzz_file("named.conf", text.data, text.len);
	struct named_conf conf;
	struct diags diags;
	int result;

	fuzz_begin(&diags);
	result = named_conf_read(&diags, file, &conf);
	for (size_t i = 0; i < conf.n; i++)
		FUZZ_ASSERT(conf.zones[i].name);
	fuzz_told(&diags, result < 0, file, text);
	named_conf_free(&conf);
	diags_free(&diags);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_text(data, size);
	struct text text = {copy, size};

	try_said(text);
	try_part(text);
	try_named_conf(text);
	free(copy);
	return 0;
}
