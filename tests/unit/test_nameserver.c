#define _GNU_SOURCE
#include "nameserver_fixture.h"

#include "probe/query.h"

#include <poll.h>

#define AB "abababababababababababababababababababababababababababababababab"
#define CD "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

/* The names stand at octets 12 and 26: _25._tcp.mail.example.org and example.org. */
#define QUESTION "_25._tcp.mail.example.org. 0034 0001 "
#define TLSA "@0c 0034 0001 0000003c "
#define SOA_DATA "( ns1@1a hostmaster@1a 00000007 00000e10 00000384 00093a80 0000012c ) "
#define SOA "@1a 0006 0001 00000e10 " SOA_DATA
#define CNAME "@0c 0005 0001 00000078 "
#define FOUND "1234 8400 0001 0001 0000 0000 " QUESTION TLSA "( 030101" AB " )"

static const uint8_t owner[] = "\3_25\4_tcp\4mail\7example\3org", zone[] = "\7example\3org",
		     other_zone[] = "\4mail\7example\3org";

/* --- What a message says --- */

static const struct {
	const char *message;
	const char *why;   /* a part of it; NULL: it is an answer, */
	const char *rdata; /* of which all RDATA is this, */
	uint32_t ttl_s;
	const char *alias;
	const uint8_t *zone; /* NULL: example.org */
} messages[] = {
    {FOUND, .rdata = "030101" AB, .ttl_s = 60},
    {"1234 8400 0001 0001 0000 0000 _25._TCP.Mail.EXAMPLE.org. 0034 0001 "
     "_25._tcp.mail.example.ORG. 0034 0001 0000003c ( 030101" AB " )",
	.rdata = "030101" AB, .ttl_s = 60},
    {FOUND, .rdata = "030101" AB, .ttl_s = 60, .zone = other_zone},
    /* a set: sorted, each record once, the longest TTL */
    {"1234 8400 0001 0004 0000 0000 " QUESTION TLSA "( 030101" CD " ) " TLSA "( 030101" AB
     " ) @0c 0034 0001 00000e10 ( 020101" CD " ) " TLSA "( 030101" CD " )",
	.rdata = "020101" CD "030101" AB "030101" CD, .ttl_s = 3600},
    {"1234 8400 0001 0002 0000 0000 " QUESTION "@0c 0034 0001 80000000 ( 030101" AB " ) " TLSA
     "( 030101" CD " )",
	.rdata = "030101" AB "030101" CD, .ttl_s = 60},
    /* no records: for the SOA's TTL or its minimum, the shorter one */
    {"1234 8400 0001 0000 0001 0000 " QUESTION SOA, .rdata = "", .ttl_s = 300},
    {"1234 8403 0001 0000 0001 0000 " QUESTION SOA, .rdata = "", .ttl_s = 300},
    {"1234 8403 0001 0000 0001 0000 " QUESTION "@1a 0006 0001 00000005 " SOA_DATA, .rdata = "",
	.ttl_s = 5},
    {"1234 8403 0001 0000 0002 0000 " QUESTION "@1a 0002 0001 00000e10 ( ns1@1a ) " SOA,
	.rdata = "", .ttl_s = 300},
    /* records of others: resolvers pass them over */
    {"1234 8400 0001 0001 0001 0000 " QUESTION "@10 0034 0001 0000003c ( 030101" AB " ) " SOA,
	.rdata = "", .ttl_s = 300},
    {"1234 8400 0001 0001 0001 0000 " QUESTION "@0c 0001 0001 0000003c ( c0000201 ) " SOA,
	.rdata = "", .ttl_s = 300},
    {"1234 8400 0001 0002 0000 0000 " QUESTION "@10 0034 0001 00000e10 ( 030101" CD " ) " TLSA
     "( 030101" AB " )",
	.rdata = "030101" AB, .ttl_s = 60},
    {"1234 8400 0001 0000 0001 0001 " QUESTION SOA TLSA "( 030101" AB " )", .rdata = "",
	.ttl_s = 300},
    /* aliases: the RCODE is about where they lead, RFC 6604 */
    {"1234 8400 0001 0001 0000 0000 " QUESTION CNAME "( a.Example.net. )", .rdata = "",
	.ttl_s = 120, .alias = "a.Example.net."},
    {"1234 8403 0001 0001 0000 0000 " QUESTION CNAME "( a@1a )", .rdata = "", .ttl_s = 120,
	.alias = "a.example.org."},
    {"1234 8400 0001 0002 0000 0000 " QUESTION CNAME "( a@1a ) a@1a 0034 0001 0000003c ( 030101" AB
     " )",
	.rdata = "", .ttl_s = 120, .alias = "a.example.org."},
    {"1234 8400 0001 0002 0000 0000 " QUESTION CNAME "( a@1a ) @0c 0005 0001 000000f0 ( A@1a )",
	.rdata = "", .ttl_s = 240, .alias = "A.example.org."},
    {"1234 8400 0001 0002 0000 0000 " QUESTION "@1a 0027 0001 00000078 ( example.net. ) " CNAME
     "( _25._tcp.mail.example.net. )",
	.rdata = "", .ttl_s = 120, .alias = "_25._tcp.mail.example.net."},
    {"1234 8400 0001 0002 0000 0000 " QUESTION CNAME "( a@1a ) " CNAME "( b@1a )",
	.why = "two aliases"},
    {"1234 8400 0001 0002 0000 0000 " QUESTION CNAME "( a@1a ) " TLSA "( 030101" AB " )",
	.why = "records at the name and an alias"},
    /* another answer */
    {"", .why = "malformed"},
    {FOUND " 00", .why = "malformed"},
    {"4321 8400 0001 0001 0000 0000 " QUESTION TLSA "( 030101" AB " )", .why = "another question"},
    {"1234 0400 0001 0001 0000 0000 " QUESTION TLSA "( 030101" AB " )", .why = "another question"},
    {"1234 ac00 0001 0001 0000 0000 " QUESTION TLSA "( 030101" AB " )", .why = "another question"},
    {"1234 8400 0001 0001 0000 0000 _25._tcp.mail.example.com. 0034 0001 "
     "_25._tcp.mail.example.org. 0034 0001 0000003c ( 030101" AB " )",
	.why = "another question"},
    {"1234 8400 0001 0001 0000 0000 _25._tcp.mail.example.org. 0001 0001 " TLSA "( 030101" AB " )",
	.why = "another question"},
    {"1234 8400 0001 0001 0000 0000 _25._tcp.mail.example.org. 0034 0003 " TLSA "( 030101" AB " )",
	.why = "another question"},
    {"1234 8400 0000 0001 0000 0000 _25._tcp.mail.example.org. 0034 0001 0000003c "
     "( 030101" AB " )",
	.why = "another question"},
    {"1234 8600 0001 0001 0000 0000 " QUESTION TLSA "( 030101" AB " )",
	.why = "cuts its answer short"},
    /* no answer */
    {"1234 8000 0001 0001 0000 0000 " QUESTION TLSA "( 030101" AB " )", .why = "no authority"},
    {"1234 8000 0001 0000 0001 0000 " QUESTION "@1a 0002 0001 00000e10 ( ns1@1a )",
	.why = "no authority"},
    {"1234 8402 0001 0001 0000 0000 " QUESTION TLSA "( 030101" AB " )", .why = "SERVFAIL"},
    {"1234 8405 0001 0001 0000 0000 " QUESTION TLSA "( 030101" AB " )", .why = "REFUSED"},
    {"1234 8401 0001 0000 0000 0000 " QUESTION, .why = "is an error"},
    {"1234 8409 0001 0000 0001 0000 " QUESTION SOA, .why = "is an error"},
    {"1234 8400 0001 0000 0001 0001 " QUESTION SOA "00 0029 04d0 01000000 ( )",
	.why = "is an error"},
    {"1234 8403 0001 0001 0000 0000 " QUESTION TLSA "( 030101" AB " )", .why = "does not exist"},
    {"1234 8403 0001 0001 0001 0000 " QUESTION TLSA "( 030101" AB " ) " SOA,
	.why = "does not exist"},
    {"1234 8403 0001 0001 0001 0000 " QUESTION "@0c 0001 0001 0000003c ( c0000201 ) " SOA,
	.why = "does not exist"},
    {"1234 8400 0001 0001 0000 0000 " QUESTION "@0c 0034 0003 0000003c ( 030101" AB " )",
	.why = "another class"},
    {"1234 8400 0001 0002 0000 0000 " QUESTION TLSA "( 030101" AB " ) @0c 0034 00ff 0000003c "
     "( 030101" AB " )",
	.why = "another class"},
    {"1234 8400 0001 0001 0001 0000 " QUESTION "@10 0001 0003 0000003c ( c0000201 ) " SOA,
	.why = "another class"},
    {"1234 8400 0001 0001 0000 0000 " QUESTION TLSA "( )", .why = "malformed record"},
    {"1234 8400 0001 0001 0000 0000 " QUESTION TLSA "( 0301 )", .why = "malformed record"},
    {"1234 8400 0001 0001 0000 0000 " QUESTION TLSA "( 030101abab )", .why = "malformed record"},
    /* "none" that nobody stands for */
    {"1234 8400 0001 0000 0000 0000 " QUESTION, .why = "does not say that there are none"},
    {"1234 8403 0001 0000 0000 0000 " QUESTION, .why = "does not say that there are none"},
    {"1234 8400 0001 0001 0000 0000 " QUESTION SOA, .why = "does not say that there are none"},
    {"1234 8400 0001 0000 0001 0000 " QUESTION "@1a 0002 0001 00000e10 ( ns1@1a )",
	.why = "does not say that there are none"},
    {"1234 8400 0001 0000 0001 0000 " QUESTION "@1a 0006 0003 00000e10 " SOA_DATA,
	.why = "does not say that there are none"},
    {"1234 8403 0001 0000 0001 0000 " QUESTION "org. 0006 0001 00000e10 " SOA_DATA,
	.why = "answers for the zone org"},
    {"1234 8403 0001 0000 0001 0000 " QUESTION SOA, .why = "answers for the zone example.org",
	.zone = other_zone},
};

/* As a run does it, but for the id. */
static const char *
read_message(struct arena *a, size_t i, struct nameserver_set *set)
{
	const struct message_question asked = {.id = 0x1234, .owner = owner, .type = TYPE_TLSA};
	const struct nameserver_question question = {
	    .zone = messages[i].zone ? messages[i].zone : zone, .owner = owner, .type = TYPE_TLSA};
	struct message message;
	const char *why = query_read(a, message_make(a, messages[i].message), &asked, &message);

	*set = (struct nameserver_set){0};
	return why ? why : nameserver_read_set(a, &message, &question, set);
}

static struct bytes
joined(struct arena *a, const struct nameserver_set *set)
{
	struct buf b = {0};
	size_t len;

	for (size_t i = 0; i < set->n; i++)
		buf_put(&b, set->rdata[i].data, set->rdata[i].len);
	len = b.len;
	return (struct bytes){(const uint8_t *)buf_text(&b, a), len};
}

static void
sets(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(messages); i++) {
		struct arena a = {0};
		struct nameserver_set set;
		const char *why = read_message(&a, i, &set);

		if (!why != !messages[i].why || (why && !strstr(why, messages[i].why)))
			fail_msg("%s: %s", messages[i].message, why ? why : "an answer");
		if (!why &&
		    (set.ttl_s != messages[i].ttl_s ||
			!bytes_equal(joined(&a, &set), message_make(&a, messages[i].rdata))))
			fail_msg("%s: %zu records, TTL %u", messages[i].message, set.n, set.ttl_s);
		if (!why && set.is_alias)
			assert_string_equal(
			    name_absolute_text(&a, set.alias.wire), messages[i].alias);
		if (!why)
			assert_int_equal(set.is_alias, messages[i].alias != NULL);
		arena_free(&a);
	}
}

/* Names in RDATA are compared without regard to case, and compressed as each server likes. */
static void
canonical_names(void **state)
{
	static const char ns[] = "1234 8400 0001 0003 0000 0000 example.org. 0002 0001 "
				 "@0c 0002 0001 0000003c ( NS2@0c ) @0c 0002 0001 0000003c "
				 "( ns1.EXAMPLE.org. ) @0c 0002 0001 0000003c ( ns2.example.ORG. )";
	const struct message_question asked = {.id = 0x1234, .owner = zone, .type = TYPE_NS};
	const struct nameserver_question question = {.zone = zone, .owner = zone, .type = TYPE_NS};
	struct arena a = {0};
	struct nameserver_set set;
	struct message message;

	(void)state;
	assert_null(query_read(&a, message_make(&a, ns), &asked, &message));
	assert_null(nameserver_read_set(&a, &message, &question, &set));
	assert_int_equal(set.n, 2);
	assert_true(
	    bytes_equal(joined(&a, &set), message_make(&a, "ns1.example.org. ns2.example.org.")));
	arena_free(&a);
}

/* --- Servers --- */

#define FORGED "@0c 0034 0001 0000003c ( 030101" CD " )"
#define OTHER_ID "FFFF 8400 0001 0001 0000 0000 " QUESTION FORGED
#define OTHER_OWNER "1234 8400 0001 0001 0000 0000 _25._tcp.mail.example.com. 0034 0001 " FORGED
#define NONE "1234 8400 0001 0000 0001 0000 " QUESTION SOA
#define CUT "1234 8600 0001 0001 0000 0000 " QUESTION TLSA "( 030101" AB " )"
#define NOT_SERVED "1234 8005 0001 0000 0000 0000 " QUESTION

static const struct nameserver_question question = {
    .zone = zone, .owner = owner, .type = TYPE_TLSA};

static int
ask(struct arena *a, struct nameservers *run, const char *host, struct nameserver_answers *out,
    const char **why)
{
	const struct project_server server = {.text = host, .host = host, .port = 53};

	return nameserver_ask_set(a, run, &server, &question, out, why);
}

static const struct scene {
	struct server server;
	const char *why; /* a part of it; NULL: it answers with AB */
	int timeout_ms;  /* 0: long */
} scenes[] = {
    {{.tcp = true, .answers = {FOUND}, .n_answers = 1}, .why = NULL},
    {{.tcp = true, .answers = {OTHER_ID}, .n_answers = 1},
	.why = "it answers another question than it was asked"},
    {{.tcp = true, .answers = {NOT_SERVED}, .n_answers = 1}, .why = "it refuses to answer"},
    {{.tcp = true, .answers = {CUT}, .n_answers = 1}, .why = "it cuts its answer short"},
    {{.tcp = true, .answers = {"1234"}, .n_answers = 1}, .why = "it sends a malformed answer"},
    /* TCP does not reach it */
    {{.tcp = false, .answers = {FOUND}, .n_answers = 1}, .why = NULL},
    {{.tcp = false, .answers = {NULL, FOUND}, .n_answers = 2}, .why = NULL, .timeout_ms = 1000},
    {{.tcp = false, .answers = {OTHER_ID, OTHER_OWNER, FOUND}, .n_answers = 3}, .why = NULL},
    {{.tcp = false, .answers = {CUT}, .n_answers = 1}, .why = "it cuts its answer short"},
    {{.tcp = false, .answers = {OTHER_ID, NULL}, .n_answers = 2},
	.why = "nor by UDP: Connection timed out", .timeout_ms = 50},
};

static void
one_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(scenes); i++) {
		struct server server = scenes[i].server;
		struct arena a = {0};
		struct nameservers run;
		struct nameserver_answers answers;
		char host[64];
		const char *why;
		int result;

		server_start(&server);
		snprintf(host, sizeof(host), "127.0.0.1:%u", server.port);
		nameservers_begin(
		    &run, scenes[i].timeout_ms ? scenes[i].timeout_ms : LONG_MS, LONG_MS);
		result = ask(&a, &run, host, &answers, &why);
		nameservers_end(&run);
		server_stop(&server);
		if ((result == 0) != !scenes[i].why || !why != !scenes[i].why ||
		    (why && !strstr(why, scenes[i].why)))
			fail_msg("scene %zu: %s", i, why ? why : "an answer");
		assert_int_equal(answers.n, scenes[i].why ? 0 : 1);
		if (answers.n > 0) {
			assert_string_equal(answers.items[0].address, "127.0.0.1");
			assert_true(bytes_equal(
			    joined(&a, &answers.items[0]), message_make(&a, "030101" AB)));
		}
		arena_free(&a);
	}
}

#define DEAD "127.0.0.1:1"
#define NO_ROUTE "255.255.255.255:53" /* a datagram to it needs a permission */

static const struct name_scene {
	const char *answers[2]; /* of a server each */
	size_t n_servers;
	const char *others; /* more addresses, ahead of these */
	const char *why;    /* a part of it; NULL: all answer */
	size_t n_answers;
	size_t n_records[2];
} name_scenes[] = {
    {{FOUND, NONE}, 2, "", NULL, 2, {1, 0}},
    {{NONE, FOUND}, 2, "", NULL, 2, {0, 1}},
    {{NOT_SERVED, FOUND}, 2, "", "at 127.0.0.1 it refuses", 1, {1}},
    {{FOUND, NOT_SERVED}, 2, "", "at 127.0.0.1 it refuses", 1, {1}},
    {{FOUND}, 1, NO_ROUTE " ", NULL, 1, {1}},
    {{FOUND}, 1, DEAD " ", "at 127.0.0.1 it does not answer", 1, {1}},
    {{NULL}, 0, DEAD, "it does not answer by TCP: Connection refused, nor by UDP", 0, {0}},
    {{NULL}, 0, NO_ROUTE, "no address to which there is a route", 0, {0}},
    {{NULL}, 0, "", "no address to which there is a route", 0, {0}},
    {{NULL}, 0, "unknown", "its address is not found", 0, {0}},
};

static void
all_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(name_scenes); i++) {
		const struct name_scene *scene = &name_scenes[i];
		struct server servers[2];
		struct arena a = {0};
		struct nameservers run;
		struct nameserver_answers answers;
		char host[200];
		int len = snprintf(host, sizeof(host), "%s", scene->others);
		const char *why;

		for (size_t k = 0; k < scene->n_servers; k++) {
			servers[k] = (struct server){
			    .tcp = true, .answers = {scene->answers[k]}, .n_answers = 1};
			server_start(&servers[k]);
			len += snprintf(host + len, sizeof(host) - (size_t)len, "%s127.0.0.1:%u",
			    k ? " " : "", servers[k].port);
		}
		nameservers_begin(&run, LONG_MS, LONG_MS);
		assert_int_equal(ask(&a, &run, host, &answers, &why), scene->why ? -1 : 0);
		nameservers_end(&run);
		for (size_t k = 0; k < scene->n_servers; k++)
			server_stop(&servers[k]);
		if (!why != !scene->why || (why && !strstr(why, scene->why)))
			fail_msg("scene %zu: %s", i, why ? why : "all answer");
		assert_int_equal(answers.n, scene->n_answers);
		for (size_t k = 0; k < answers.n; k++)
			assert_int_equal(answers.items[k].n, scene->n_records[k]);
		arena_free(&a);
	}
}

/* --- The resolvers of this machine --- */

static const struct {
	const char *file, *why; /* NULL: there is none */
} confs[] = {
    {NULL, "/resolv.conf: "},
    {"# nobody\n", "/resolv.conf names none"},
    {"options edns0 trust-ad\nsearch .\nnameserver 255.255.255.255\n", "to which there is a route"},
};

static void
resolvers(void **state)
{
	const struct project_server server = {.text = "resolver", .is_resolver = true};
	char folder[] = "/tmp/zonepp-test-XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/resolv.conf", folder);
	for (size_t i = 0; i < LENGTH(confs); i++) {
		struct arena a = {0};
		struct nameservers run;
		struct nameserver_answers answers;
		FILE *f = confs[i].file ? fopen(path, "w") : NULL;
		const char *why;

		if (f) {
			assert_true(fputs(confs[i].file, f) >= 0);
			assert_int_equal(fclose(f), 0);
		}
		nameservers_begin(&run, LONG_MS, LONG_MS);
		run.resolv_conf = path;
		assert_int_equal(
		    nameserver_ask_set(&a, &run, &server, &question, &answers, &why), -1);
		if (!strstr(why, confs[i].why))
			fail_msg("file %zu: %s", i, why);
		assert_int_equal(answers.n, 0);
		nameservers_end(&run);
		arena_free(&a);
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* --- What a run remembers --- */

static bool
is_waiting(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, 0) == 1;
}

/* Neither the silent server nor the resolver is asked a second time. */
static void
silence(void **state)
{
	struct server server = {.tcp = false};
	struct arena a = {0};
	struct nameservers run;
	struct nameserver_answers answers;
	char host[64];
	const char *why;

	(void)state;
	server_listen(&server);
	snprintf(host, sizeof(host), "127.0.0.1:%u", server.port);
	nameservers_begin(&run, 50, LONG_MS);
	n_resolved = 0;
	assert_int_equal(ask(&a, &run, host, &answers, &why), -1);
	while (is_waiting(server.fd))
		recv(server.fd, &(char){0}, 1, 0);
	assert_int_equal(ask(&a, &run, host, &answers, &why), -1);
	assert_non_null(strstr(why, "it does not answer by TCP"));
	assert_false(is_waiting(server.fd));
	assert_int_equal(n_resolved, 1);
	nameservers_end(&run);
	server_close(&server);
	arena_free(&a);
}

/* A refusal is one for the zone, and no silence. Where TCP failed once it is not tried again. */
static void
second_question(void **state)
{
	struct server udp = {.tcp = false, .answers = {NOT_SERVED, NULL, FOUND}, .n_answers = 3};
	struct arena a = {0};
	struct nameservers run;
	struct nameserver_answers answers;
	char host[64];
	const char *why;

	(void)state;
	server_start(&udp);
	snprintf(host, sizeof(host), "127.0.0.1:%u", udp.port);
	nameservers_begin(&run, LONG_MS, LONG_MS);
	assert_int_equal(ask(&a, &run, host, &answers, &why), -1);
	assert_int_equal(listen(udp.tcp_fd, 1), 0);
	assert_int_equal(ask(&a, &run, host, &answers, &why), 0);
	assert_false(is_waiting(udp.tcp_fd));
	nameservers_end(&run);
	server_stop(&udp);
	arena_free(&a);
}

static void
time_in_sum(void **state)
{
	struct server server = {.tcp = true};
	struct arena a = {0};
	struct nameservers run;
	struct nameserver_answers answers;
	char host[64];
	const char *why;

	(void)state;
	server_listen(&server);
	snprintf(host, sizeof(host), "127.0.0.1:%u", server.port);
	nameservers_begin(&run, LONG_MS, 0);
	assert_int_equal(ask(&a, &run, host, &answers, &why), -1);
	assert_non_null(strstr(why, "the time for all servers was up"));
	assert_false(is_waiting(server.fd));
	nameservers_end(&run);
	server_close(&server);
	arena_free(&a);
}

struct asker {
	struct nameservers *run;
	const char *host;
	pthread_t thread;
};

static void *
ask_twice(void *ctx)
{
	struct asker *asker = ctx;
	struct arena a = {0};
	struct nameserver_answers answers;
	const char *why;

	for (int i = 0; i < 2; i++) {
		ask(&a, asker->run, asker->host, &answers, &why);
		ask(&a, asker->run, DEAD, &answers, &why);
	}
	arena_free(&a);
	return NULL;
}

/* For TSan: what is remembered may be read and written at once. */
static void
two_threads(void **state)
{
	struct server server = {
	    .tcp = true, .answers = {FOUND, FOUND, NONE, FOUND}, .n_answers = 4};
	struct nameservers run;
	char host[64];
	struct asker askers[2] = {{&run, host, 0}, {&run, host, 0}};

	(void)state;
	server_start(&server);
	snprintf(host, sizeof(host), "127.0.0.1:%u", server.port);
	nameservers_begin(&run, LONG_MS, LONG_MS);
	n_resolved = 0;
	for (size_t i = 0; i < LENGTH(askers); i++)
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_twice, &askers[i]), 0);
	for (size_t i = 0; i < LENGTH(askers); i++)
		pthread_join(askers[i].thread, NULL);
	assert_int_equal(n_resolved, 2);
	nameservers_end(&run);
	server_stop(&server);
}

/* --- SOA --- */

#define SOA_QUESTION "example.org. 0006 0001 "
#define SOA_OF_ZONE(serial)                                                                        \
	"@0c 0006 0001 00000e10 ( ns1@0c host@0c " serial " 00000e10 00000384 00093a80 "           \
	"0000012c ) "

static const struct {
	const char *answer, *why;
	uint32_t serial;
} soas[] = {
    {"1234 8400 0001 0001 0000 0000 " SOA_QUESTION SOA_OF_ZONE("fffffff0"), .serial = 0xfffffff0},
    {"1234 8400 0001 0002 0000 0000 " SOA_QUESTION SOA_OF_ZONE("00000001") SOA_OF_ZONE("00000002"),
	.why = "several SOA"},
    {"1234 8400 0001 0000 0001 0000 " SOA_QUESTION SOA_OF_ZONE("00000001"), .why = "has no SOA"},
    {"1234 8400 0001 0001 0000 0000 " SOA_QUESTION "@0c 0005 0001 0000003c ( a.example.net. )",
	.why = "has an alias"},
    {"1234 8005 0001 0000 0000 0000 " SOA_QUESTION, .why = "refuses"},
};

static void
soa_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(soas); i++) {
		struct server server = {.tcp = true, .answers = {soas[i].answer}, .n_answers = 1};
		struct arena a = {0};
		struct nameservers run;
		struct nameserver_soas found;
		char host[64];
		const struct project_server at = {.host = host};
		const char *why;
		int result;

		server_start(&server);
		snprintf(host, sizeof(host), "127.0.0.1:%u", server.port);
		nameservers_begin(&run, LONG_MS, LONG_MS);
		result = nameserver_ask_soa(&a, &run, &at, zone, &found, &why);
		nameservers_end(&run);
		server_stop(&server);
		if ((result == 0) != !soas[i].why || !why != !soas[i].why ||
		    (why && !strstr(why, soas[i].why)))
			fail_msg("SOA %zu: %s", i, why ? why : "an answer");
		assert_int_equal(found.n, result == 0 ? 1 : 0);
		if (found.n > 0) {
			assert_int_equal(found.items[0].serial, soas[i].serial);
			assert_int_equal(found.items[0].refresh_s, 3600);
			assert_int_equal(found.items[0].retry_s, 900);
			assert_string_equal(found.items[0].address, "127.0.0.1");
		}
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sets),
	    cmocka_unit_test(canonical_names), cmocka_unit_test(one_address),
	    cmocka_unit_test(all_addresses), cmocka_unit_test(resolvers), cmocka_unit_test(silence),
	    cmocka_unit_test(second_question), cmocka_unit_test(time_in_sum),
	    cmocka_unit_test(two_threads), cmocka_unit_test(soa_records)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
