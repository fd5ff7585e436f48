#define _GNU_SOURCE
#include "probe/nameserver.h"

#include "dns/rdata.h"
#include "dnssec/rrsig.h"
#include "probe/query.h"
#include "probe/stream.h"

#include <ldns/ldns.h>
#include <netdb.h>
#include <stdlib.h>
#include <unistd.h>

/* Of the RDATA of an SOA record, from its end. */
enum { SOA_SERIAL = 20, SOA_REFRESH = 16, SOA_RETRY = 12, SOA_MINIMUM = 4 };

/* --- The servers of a run --- */

struct address {
	struct sockaddr_storage at;
	socklen_t len;
	const char *text;
	const char *silent; /* what it did when it was asked in vain, or NULL */
	const char *no_tcp; /* why TCP does not reach it, or NULL */
};

struct nameserver_host {
	const char *host; /* NULL: the resolvers of this machine */
	uint16_t port;
	struct address *addresses; /* those to which there is a route */
	size_t n;
	const char *why; /* there is none, or NULL */
	struct nameserver_host *next;
};

void
nameservers_begin(struct nameservers *run, int timeout_ms, int64_t total_ms)
{
	*run = (struct nameservers){.timeout_ms = timeout_ms,
	    .end_ms = stream_clock_ms() + total_ms,
	    .resolv_conf = "/etc/resolv.conf"};
	pthread_mutex_init(&run->lock, NULL);
}

void
nameservers_end(struct nameservers *run)
{
	pthread_mutex_destroy(&run->lock);
	arena_free(&run->a);
}

static bool
is_routed(const struct sockaddr *at, socklen_t len)
{
	int fd = socket(at->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool routed = fd >= 0 && connect(fd, at, len) == 0;

	if (fd >= 0)
		close(fd);
	return routed;
}

static const char *
address_text(struct arena *a, const struct sockaddr *at, socklen_t len)
{
	char host[NI_MAXHOST];

	if (getnameinfo(at, len, host, sizeof(host), NULL, 0, NI_NUMERICHOST) != 0)
		return "an address";
	return arena_text(a, host, strlen(host));
}

static void
take_address(
    struct arena *a, const struct sockaddr *at, socklen_t len, struct nameserver_host *host)
{
	struct address *address = &host->addresses[host->n];

	if (len > sizeof(address->at) || !is_routed(at, len))
		return;
	memcpy(&address->at, at, len);
	address->len = len;
	address->text = address_text(a, at, len);
	host->n++;
}

static void
find_addresses(struct arena *a, struct nameserver_host *host)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	int error = getaddrinfo(host->host, arena_printf(a, "%u", host->port), &hints, &found);
	size_t n = 0;

	for (const struct addrinfo *at = found; at; at = at->ai_next)
		n++;
	host->addresses = arena_zalloc(a, n * sizeof(*host->addresses) + 1);
	for (const struct addrinfo *at = found; at; at = at->ai_next)
		take_address(a, at->ai_addr, at->ai_addrlen, host);
	if (error)
		host->why = arena_printf(a, "its address is not found: %s", gai_strerror(error));
	if (found)
		freeaddrinfo(found);
}

/* Those that the file names, as the C library would ask them (resolv.conf(5)). */
static void
find_resolvers(struct arena *a, const char *path, struct nameserver_host *host)
{
	ldns_resolver *resolver = NULL;
	ldns_status status = ldns_resolver_new_frm_file(&resolver, path);
	size_t n = resolver ? ldns_resolver_nameserver_count(resolver) : 0;

	host->addresses = arena_zalloc(a, n * sizeof(*host->addresses) + 1);
	for (size_t i = 0; i < n; i++) {
		size_t len;
		struct sockaddr_storage *at = ldns_rdf2native_sockaddr_storage(
		    ldns_resolver_nameservers(resolver)[i], ldns_resolver_port(resolver), &len);

		if (at)
			take_address(a, (const struct sockaddr *)at, (socklen_t)len, host);
		free(at);
	}
	if (status != LDNS_STATUS_OK)
		host->why = arena_printf(a, "%s: %s", path, ldns_get_errorstr_by_id(status));
	else if (n == 0)
		host->why = arena_printf(a, "%s names none", path);
	ldns_resolver_deep_free(resolver);
}

static struct nameserver_host *
resolve(struct nameservers *run, const struct project_server *server)
{
	struct arena *a = &run->a;
	struct nameserver_host *host = arena_zalloc(a, sizeof(*host));

	host->port = server->port;
	if (server->host) {
		host->host = arena_text(a, server->host, strlen(server->host));
		find_addresses(a, host);
	} else {
		find_resolvers(a, run->resolv_conf, host);
	}
	if (host->n == 0 && !host->why)
		host->why = "it has no address to which there is a route";
	return host;
}

static bool
is_of(const struct nameserver_host *host, const struct project_server *server)
{
	if (!host->host || !server->host)
		return !host->host && !server->host;
	return host->port == server->port && text_is_nocase(text_of(host->host), server->host);
}

static const struct nameserver_host *
host_of(struct nameservers *run, const struct project_server *server)
{
	struct nameserver_host *host;

	pthread_mutex_lock(&run->lock);
	for (host = run->hosts; host; host = host->next)
		if (is_of(host, server))
			break;
	if (!host) {
		host = resolve(run, server);
		host->next = run->hosts;
		run->hosts = host;
	}
	pthread_mutex_unlock(&run->lock);
	return host;
}

/* --- What a message says --- */

/* Returns NULL, or what is wrong with its header. */
static const char *
fault_of(const struct message *message, const struct nameserver_question *question)
{
	switch (message->rcode) {
	case RCODE_NOERROR:
	case RCODE_NXDOMAIN:
		if (question->recursive)
			return message->flags & MESSAGE_RA ? NULL : "it is no resolver";
		return message->flags & MESSAGE_AA ? NULL : "it is no authority for the zone";
	case RCODE_SERVFAIL:
		return question->recursive ? "it finds no answer (SERVFAIL)"
					   : "it cannot serve the zone (SERVFAIL)";
	case RCODE_REFUSED:
		return "it refuses to answer (REFUSED)";
	default:
		return "its answer is an error";
	}
}

static void
take_ttl(struct nameserver_set *set, const struct message_record *record)
{
	if (set->ttl_s < record->ttl_s)
		set->ttl_s = record->ttl_s;
}

static const char *
take_alias(struct nameserver_set *set, const struct message_record *record)
{
	const uint8_t *target = record->rdata.data;

	if (set->is_alias && !name_equal(set->alias.wire, target))
		return "it has two aliases at the name";
	set->is_alias = true;
	set->alias = (struct name){.len = (uint8_t)record->rdata.len};
	memcpy(set->alias.wire, target, record->rdata.len);
	take_ttl(set, record);
	return NULL;
}

static const char *
take_rdata(struct arena *a, struct nameserver_set *set, const struct message_record *record)
{
	uint8_t *data = arena_bytes(a, record->rdata.len);

	if (!rdata_valid(record->type, record->rdata))
		return "it has a malformed record at the name";
	rdata_canonical(record->type, record->rdata, data);
	set->rdata[set->n++] = (struct bytes){data, record->rdata.len};
	take_ttl(set, record);
	return NULL;
}

static const char *
take_signature(const struct nameserver_question *question, struct nameserver_set *set,
    const struct message_record *record)
{
	if (!question->dnssec)
		return NULL;
	if (!rdata_valid(TYPE_RRSIG, record->rdata))
		return "it has a malformed signature at the name";
	if (read_u16(record->rdata.data + RRSIG_TYPE) == question->type)
		set->rrsigs[set->n_rrsigs++] = record->rdata;
	return NULL;
}

static int
by_octets(const void *a, const void *b)
{
	return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

static void
sort(struct nameserver_set *set)
{
	size_t n = 0;

	if (set->n == 0)
		return;
	qsort(set->rdata, set->n, sizeof(*set->rdata), by_octets);
	for (size_t i = 0; i < set->n; i++)
		if (n == 0 || !bytes_equal(set->rdata[n - 1], set->rdata[i]))
			set->rdata[n++] = set->rdata[i];
	set->n = n;
}

/* Is the question one for what a zone's name has? */
static bool
is_of_zone(const struct nameserver_question *question)
{
	return question->type == TYPE_DS ||
	       (question->zone && name_equal(question->zone, question->owner));
}

/* An alias may lead to a name that is not there, which the RCODE then is about (RFC 6604). */
static const char *
take_answer(struct arena *a, const struct message *message,
    const struct nameserver_question *question, struct nameserver_set *set)
{
	const char *why = NULL;
	bool has_others = false;

	set->rdata = arena_alloc(a, message->answer.n * sizeof(*set->rdata) + 1);
	set->rrsigs = arena_alloc(a, message->answer.n * sizeof(*set->rrsigs) + 1);
	for (size_t i = 0; i < message->answer.n && !why; i++) {
		const struct message_record *record = &message->answer.records[i];

		if (record->class != CLASS_IN)
			why = "its answer has records of another class";
		else if (!name_equal(record->owner, question->owner))
			continue;
		else if (record->type == question->type)
			why = take_rdata(a, set, record);
		else if (record->type == TYPE_CNAME)
			why = take_alias(set, record);
		else if (record->type == TYPE_RRSIG)
			why = take_signature(question, set, record);
		else
			has_others = true;
	}
	if (why)
		return why;
	sort(set);
	if (set->is_alias && set->n > 0)
		return "it has records at the name and an alias";
	if (message->rcode == RCODE_NXDOMAIN && (set->n > 0 || has_others))
		return "it has records of the name and says that it does not exist";
	if (is_of_zone(question) && set->is_alias)
		return "it has an alias at the name of the zone";
	if (is_of_zone(question) && message->rcode == RCODE_NXDOMAIN)
		return "it says that there is no such name (NXDOMAIN)";
	return NULL;
}

static uint32_t
soa_number(struct bytes rdata, size_t from_end)
{
	return read_u32(rdata.data + rdata.len - from_end);
}

static bool
is_above(const uint8_t *name, const uint8_t *owner)
{
	size_t relative;

	return name_in_zone(owner, name_length(owner, NAME_LONGEST), name,
	    name_length(name, NAME_LONGEST), &relative);
}

/* RFC 2308 sections 3 and 5: whose "none" it is, and for how long that may be held. */
static const char *
take_none(struct arena *a, const struct message *message,
    const struct nameserver_question *question, struct nameserver_set *set)
{
	for (size_t i = 0; i < message->authority.n; i++) {
		const struct message_record *soa = &message->authority.records[i];
		uint32_t minimum_s;

		if (soa->type != TYPE_SOA || soa->class != CLASS_IN)
			continue;
		if (question->zone ? !name_equal(soa->owner, question->zone)
				   : !is_above(soa->owner, question->owner) ||
					 (question->type == TYPE_DS &&
					     name_equal(soa->owner, question->owner)))
			return arena_printf(
			    a, "it answers for the zone %s", name_text(a, soa->owner));
		minimum_s = soa_number(soa->rdata, SOA_MINIMUM);
		set->ttl_s = soa->ttl_s < minimum_s ? soa->ttl_s : minimum_s;
		return NULL;
	}
	return "it has no records in its answer, and does not say that there are none";
}

const char *
nameserver_read_set(struct arena *a, const struct message *message,
    const struct nameserver_question *question, struct nameserver_set *out)
{
	const char *why = fault_of(message, question);

	*out = (struct nameserver_set){0};
	if (!why)
		why = take_answer(a, message, question, out);
	if (!why && out->n == 0 && !out->is_alias)
		why = take_none(a, message, question, out);
	return why;
}

/* --- Asking --- */

/* Notes what is known of the address by now, for the whole run. */
static void
note(struct nameservers *run, struct address *address, const struct query_answer *answer)
{
	struct arena *a = &run->a;

	pthread_mutex_lock(&run->lock);
	if (answer->silent && !address->silent)
		address->silent = arena_printf(a, "it %s", answer->why);
	else if (answer->no_tcp && !address->no_tcp)
		address->no_tcp = arena_text(a, answer->no_tcp, strlen(answer->no_tcp));
	pthread_mutex_unlock(&run->lock);
}

static const char *
known_silence(struct nameservers *run, const struct address *address, struct query *query)
{
	const char *silent;

	pthread_mutex_lock(&run->lock);
	silent = address->silent;
	query->no_tcp = address->no_tcp;
	pthread_mutex_unlock(&run->lock);
	return silent;
}

static int
time_left(const struct nameservers *run)
{
	int64_t left_ms = run->end_ms - stream_clock_ms();

	return left_ms < run->timeout_ms ? (int)left_ms : run->timeout_ms;
}

/* Returns NULL, or what is wrong. */
static const char *
ask_address(struct arena *a, struct nameservers *run, struct address *address,
    const struct nameserver_question *question, struct nameserver_set *out)
{
	struct query query = {.server = (const struct sockaddr *)&address->at,
	    .server_len = address->len,
	    .timeout_ms = time_left(run),
	    .question = {.owner = question->owner,
		.type = question->type,
		.dnssec = question->dnssec,
		.flags = question->recursive ? MESSAGE_RD : 0},
	    .udp_too = true};
	struct query_answer answer;
	const char *why = known_silence(run, address, &query);

	if (why)
		return arena_text(a, why, strlen(why));
	if (query.timeout_ms <= 0)
		return "the time for all servers was up before it was asked";
	if (query_ask(a, &query, &answer) < 0)
		why = arena_printf(a, "it %s", answer.why);
	note(run, address, &answer);
	if (!why)
		why = nameserver_read_set(a, &answer.message, question, out);
	out->address = arena_text(a, address->text, strlen(address->text));
	return why;
}

int
nameserver_ask_set(struct arena *a, struct nameservers *run, const struct project_server *server,
    const struct nameserver_question *question, struct nameserver_answers *out, const char **why)
{
	const struct nameserver_host *host = host_of(run, server);

	out->items = arena_zalloc(a, host->n * sizeof(*out->items) + 1);
	out->n = 0;
	*why = host->why ? arena_text(a, host->why, strlen(host->why)) : NULL;
	for (size_t i = 0; i < host->n; i++) {
		struct address *address = &host->addresses[i];
		const char *fault = ask_address(a, run, address, question, &out->items[out->n]);

		if (!fault)
			out->n++;
		else if (!*why)
			*why =
			    host->n > 1 ? arena_printf(a, "at %s %s", address->text, fault) : fault;
	}
	return *why ? -1 : 0;
}

static const char *
soa_of(const struct nameserver_set *set, struct nameserver_soa *out)
{
	if (set->n != 1)
		return set->n ? "it has several SOA records of the zone"
			      : "it has no SOA record of the zone";
	*out = (struct nameserver_soa){.address = set->address,
	    .serial = soa_number(set->rdata[0], SOA_SERIAL),
	    .refresh_s = soa_number(set->rdata[0], SOA_REFRESH),
	    .retry_s = soa_number(set->rdata[0], SOA_RETRY)};
	return NULL;
}

int
nameserver_ask_soa(struct arena *a, struct nameservers *run, const struct project_server *server,
    const uint8_t *zone, struct nameserver_soas *out, const char **why)
{
	const struct nameserver_question question = {.zone = zone, .owner = zone, .type = TYPE_SOA};
	struct nameserver_answers answers;

	nameserver_ask_set(a, run, server, &question, &answers, why);
	out->items = arena_alloc(a, answers.n * sizeof(*out->items) + 1);
	out->n = 0;
	for (size_t i = 0; i < answers.n; i++) {
		const char *fault = soa_of(&answers.items[i], &out->items[out->n]);

		if (!fault)
			out->n++;
		else if (!*why)
			*why = fault;
	}
	return *why ? -1 : 0;
}
