/* Answers of nameservers, to one of a few questions that the first octet chooses. */
#include "fuzz.h"

#include "dns/rdata.h"
#include "probe/nameserver.h"
#include "probe/query.h"

#include <stdlib.h>

/* The name ends in the zone's. */
static const uint8_t name[] = "\4mail\7example\3org", *const zone = name + 5;

static const struct nameserver_question questions[] = {
    {.zone = zone, .owner = name, .type = TYPE_TLSA},
    {.zone = zone, .owner = zone, .type = TYPE_SOA},
    {.zone = zone, .owner = zone, .type = TYPE_DNSKEY, .dnssec = true},
    {.owner = zone, .type = TYPE_DS, .dnssec = true, .recursive = true},
    {.owner = zone, .type = TYPE_NS},
};

static void
check_set(const struct nameserver_set *set, uint16_t type)
{
	for (size_t i = 0; i < set->n; i++) {
		FUZZ_ASSERT(rdata_valid(type, set->rdata[i]));
		FUZZ_ASSERT(i == 0 || rdata_compare(type, set->rdata[i - 1], set->rdata[i]) < 0);
	}
	FUZZ_ASSERT(!set->is_alias || set->n == 0);
	FUZZ_ASSERT(set->ttl_s <= INT32_MAX);
	for (size_t i = 0; i < set->n_rrsigs; i++)
		FUZZ_ASSERT(rdata_valid(TYPE_RRSIG, set->rrsigs[i]));
}

static void
check_section(const struct message_section *section)
{
	for (size_t i = 0; i < section->n; i++)
		FUZZ_ASSERT(name_length(section->records[i].owner, NAME_LONGEST) > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nameserver_question *question =
	    &questions[fuzz_choice(&data, &size) % (sizeof(questions) / sizeof(questions[0]))];
	uint8_t *octets = fuzz_octets(data, size);
	struct message_question asked = {.id = size > 1 ? read_u16(octets) : 0,
	    .owner = question->owner,
	    .type = question->type};
	struct arena a = {0};
	struct nameserver_set set;
	struct message message;

	if (message_read(&a, (struct bytes){octets, size}, &message) == 0) {
		check_section(&message.answer);
		check_section(&message.authority);
	}
	if (!query_read(&a, (struct bytes){octets, size}, &asked, &message) &&
	    !nameserver_read_set(&a, &message, question, &set))
		check_set(&set, question->type);
	arena_free(&a);
	free(octets);
	return 0;
}
