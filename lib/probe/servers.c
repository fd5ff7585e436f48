#include "probe/servers.h"

#include "probe/nameserver.h"

/* Each record of the set, as facts write it. */
static struct pins
pins_of_set(struct arena *a, const struct nameserver_set *set)
{
	struct pins pins = {.records = arena_alloc(a, set->n * sizeof(*pins.records) + 1)};

	for (size_t i = 0; i < set->n; i++)
		pins.records[pins.n++] = fact_record(a, set->rdata[i]);
	return pins;
}

static void
join(struct arena *a, struct server_answer *out, const struct pins *pins, bool first)
{
	struct pins all = {.records = arena_alloc(a, pins->n * sizeof(*all.records) + 1)};
	struct pins some = {
	    .records = arena_alloc(a, (out->some.n + pins->n) * sizeof(*some.records) + 1)};

	for (size_t i = 0; i < out->some.n; i++)
		some.records[some.n++] = out->some.records[i];
	for (size_t i = 0; i < pins->n; i++) {
		if (first || pins_have(&out->all, pins->records[i]))
			all.records[all.n++] = pins->records[i];
		if (!pins_have(&out->some, pins->records[i]))
			some.records[some.n++] = pins->records[i];
	}
	*out = (struct server_answer){all, some};
}

int
server_ask(struct arena *a, const struct project_server *server, const char *owner, int timeout_ms,
    struct server_answer *out, const char **why)
{
	static const struct name root = {.len = 1};
	struct nameserver_answers answers;
	struct nameservers run;
	struct name_fault fault;
	struct name name;
	int result;

	*out = (struct server_answer){0};
	*why = "it cannot be asked";
	if (name_parse(text_of(owner), &root, &name, &fault) < 0)
		return -1;
	nameservers_begin(&run, timeout_ms, NAMESERVER_TOTAL_MS);
	result = nameserver_ask_set(a, &run, server,
	    &(struct nameserver_question){.owner = name.wire, .type = TYPE_TLSA}, &answers, why);
	for (size_t i = 0; result == 0 && i < answers.n; i++) {
		struct pins pins = pins_of_set(a, &answers.items[i]);

		join(a, out, &pins, i == 0);
	}
	nameservers_end(&run);
	return result;
}
