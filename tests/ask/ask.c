/* ask [-a ANCHORS] [-c CLOCK] [-p PROGRESS] [-r ROUNDS] [-s SECONDS] [-u PAUSE] [-v] QUESTIONS
 * NAME=PORT...
 *
 * Asks nameservers on 127.0.0.1 again and again, and no question twice: an answer that does not
 * come is lost. A line of QUESTIONS is a name, a type, and what the answer shall be: answer,
 * nodata, nxdomain, secure or insecure (referrals); unproven or gone, as far as opt-out lets it be
 * known. A question in four goes by TCP, and each whose answer was cut short. There are PAUSE
 * microseconds after each answer.
 *
 * Each signature is verified, each denial must be proven, and all that a cache may hold at the time
 * that CLOCK tells (seconds since 1970, or the clock of the machine) must be valid together:
 * held.h. With -v the servers are resolvers that validate, and asked for what they call authentic.
 *
 * It ends after ROUNDS, after SECONDS, or by SIGTERM, and prints a line FAULT for each fault and
 * one of sums; its status is 0 where there was none. PROGRESS has the number of rounds that have
 * ended. */
#define _GNU_SOURCE
#include "denial.h"
#include "held.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { MOST_QUESTIONS = 2000, MOST_SERVERS = 8, PATIENCE_S = 5, UDP_SIZE = 1232 };

struct shape {
	const char *word;
	enum kind kind;
	ldns_pkt_rcode rcode;
	bool secure; /* a resolver that validates says so */
};

static const struct shape shapes[] = {
    {"answer", KIND_ANSWER, LDNS_RCODE_NOERROR, true},
    {"nodata", KIND_NODATA, LDNS_RCODE_NOERROR, true},
    {"nxdomain", KIND_NXDOMAIN, LDNS_RCODE_NXDOMAIN, true},
    {"gone", KIND_NXDOMAIN, LDNS_RCODE_NXDOMAIN, false},
    {"secure", KIND_SECURE, LDNS_RCODE_NOERROR, true},
    {"insecure", KIND_INSECURE, LDNS_RCODE_NOERROR, false},
    {"unproven", KIND_UNPROVEN, LDNS_RCODE_NOERROR, false},
};

struct question {
	char *text;
	ldns_rdf *name;
	ldns_rr_type type;
	const struct shape *shape;
};

struct server {
	const char *name;
	struct sockaddr_in at;
	int udp;
};

static struct question questions[MOST_QUESTIONS];
static struct server servers[MOST_SERVERS];
static size_t n_questions, n_servers;
static size_t n_udp, n_tcp, n_cut, n_lost, n_wrong;
static bool validating; /* the servers are resolvers */
static const char *clock_file;
static struct held *held;
static volatile sig_atomic_t ended;

static void
on_term(int signal_number)
{
	(void)signal_number;
	ended = 1;
}

static void
die(const char *what)
{
	perror(what);
	exit(2);
}

/* --- What is asked, and when --- */

static time_t
now(void)
{
	static time_t last;
	if (!clock_file)
		return time(NULL);
	FILE *file = fopen(clock_file, "r");
	long long told = 0;
	if (file && fscanf(file, "%lld", &told) == 1 && told > 0) /* else it is being written */
		last = (time_t)told;
	if (file)
		fclose(file);
	return last;
}

static void
read_questions(const char *path)
{
	FILE *file = fopen(path, "r");
	char name[1100], type[64], word[64];
	if (!file)
		die(path);
	while (n_questions < MOST_QUESTIONS &&
	       fscanf(file, "%1099s %63s %63s", name, type, word) == 3) {
		struct question *q = &questions[n_questions++];
		char text[1300];
		snprintf(text, sizeof text, "%s %s %s", name, type, word);
		q->text = strdup(text);
		q->name = ldns_dname_new_frm_str(name);
		q->type = ldns_get_rr_type_by_name(type);
		for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
			if (strcmp(shapes[i].word, word) == 0)
				q->shape = &shapes[i];
		}
		if (!q->text || !q->name || !q->shape || q->type == 0)
			die(text);
	}
	fclose(file);
	if (n_questions == 0)
		die("no questions");
}

static ldns_rr_list *
read_anchors(const char *path)
{
	ldns_rr_list *list = ldns_rr_list_new();
	FILE *file = path ? fopen(path, "r") : NULL;
	char line[4096];
	if (path && !file)
		die(path);
	while (file && fgets(line, sizeof line, file)) {
		ldns_rr *rr;
		if (ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL) == LDNS_STATUS_OK)
			ldns_rr_list_push_rr(list, rr);
	}
	if (file)
		fclose(file);
	return list;
}

static void
add_server(char *argument)
{
	char *port = strchr(argument, '=');
	struct server *server = &servers[n_servers++];
	if (!port || n_servers > MOST_SERVERS)
		die(argument);
	*port++ = '\0';
	server->name = argument;
	server->at.sin_family = AF_INET;
	server->at.sin_port = htons((uint16_t)atoi(port));
	server->at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->udp = socket(AF_INET, SOCK_DGRAM, 0);
	struct timeval patience = {.tv_sec = PATIENCE_S};
	if (server->udp < 0 ||
	    setsockopt(server->udp, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) ||
	    connect(server->udp, (struct sockaddr *)&server->at, sizeof server->at))
		die(server->name);
}

/* --- One question --- */

static bool
read_all(int fd, uint8_t *to, size_t n)
{
	while (n > 0) {
		ssize_t got = read(fd, to, n);
		if (got <= 0)
			return false;
		to += got;
		n -= (size_t)got;
	}
	return true;
}

static ssize_t
ask_tcp(const struct server *server, const uint8_t *query, size_t n, uint8_t *answer)
{
	uint8_t head[2] = {(uint8_t)(n >> 8), (uint8_t)n}, framed[2 + UDP_SIZE];
	struct timeval patience = {.tv_sec = PATIENCE_S};
	ssize_t size = -1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	memcpy(framed, head, 2);
	memcpy(framed + 2, query, n);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
	    connect(fd, (const struct sockaddr *)&server->at, sizeof server->at) == 0 &&
	    write(fd, framed, n + 2) == (ssize_t)n + 2 && read_all(fd, head, 2)) {
		size = head[0] << 8 | head[1];
		if (!read_all(fd, answer, (size_t)size))
			size = -1;
	}
	if (fd >= 0)
		close(fd);
	n_tcp++;
	return size;
}

static ssize_t
ask_udp(const struct server *server, const uint8_t *query, size_t n, uint8_t *answer)
{
	n_udp++;
	if (write(server->udp, query, n) != (ssize_t)n)
		return -1;
	for (;;) { /* past what came late */
		ssize_t size = read(server->udp, answer, LDNS_MAX_PACKETLEN);
		if (size < 0 || (size >= 12 && memcmp(answer, query, 2) == 0))
			return size;
	}
}

/* The answer, or NULL: it is lost. */
static ldns_pkt *
ask(const struct server *server, const struct question *q, bool by_tcp)
{
	static uint16_t id;
	static uint8_t answer[LDNS_MAX_PACKETLEN];
	uint8_t *query;
	size_t n;
	ldns_pkt *pkt = ldns_pkt_query_new(
	    ldns_rdf_clone(q->name), q->type, LDNS_RR_CLASS_IN, validating ? LDNS_RD : 0);
	ldns_pkt_set_id(pkt, ++id);
	ldns_pkt_set_edns_udp_size(pkt, UDP_SIZE);
	ldns_pkt_set_edns_do(pkt, true);
	if (ldns_pkt2wire(&query, pkt, &n) != LDNS_STATUS_OK)
		die("ldns_pkt2wire");
	ldns_pkt_free(pkt);
	ssize_t size =
	    by_tcp ? ask_tcp(server, query, n, answer) : ask_udp(server, query, n, answer);
	if (!by_tcp && size >= 12 && answer[2] & 2) { /* TC */
		n_cut++;
		size = ask_tcp(server, query, n, answer);
	}
	free(query);
	if (size < 12 || ldns_wire2pkt(&pkt, answer, (size_t)size) != LDNS_STATUS_OK)
		return NULL;
	return pkt;
}

/* --- Its answer --- */

/* The records of `section` that `rr` is an RRset with; `signatures`: those that cover it instead.
 */
static ldns_rr_list *
set_of(const ldns_rr_list *section, const ldns_rr *rr, bool signatures)
{
	ldns_rr_list *set = ldns_rr_list_new();
	for (size_t i = 0; i < ldns_rr_list_rr_count(section); i++) {
		ldns_rr *one = ldns_rr_list_rr(section, i);
		ldns_rr_type type = ldns_rr_get_type(one);
		if (signatures && type == LDNS_RR_TYPE_RRSIG)
			type = ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(one));
		else if (signatures)
			continue;
		if (type == ldns_rr_get_type(rr) &&
		    ldns_dname_compare(ldns_rr_owner(one), ldns_rr_owner(rr)) == 0)
			ldns_rr_list_push_rr(set, one);
	}
	return set;
}

/* RFC 6672 section 5.3.1: the CNAME that a DNAME makes has no signature. */
static bool
is_made_by_dname(const ldns_rr_list *section, const ldns_rr *rr)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(section); i++) {
		const ldns_rr *one = ldns_rr_list_rr(section, i);
		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_CNAME &&
		    ldns_rr_get_type(one) == LDNS_RR_TYPE_DNAME &&
		    ldns_dname_is_subdomain(ldns_rr_owner(rr), ldns_rr_owner(one)))
			return true;
	}
	return false;
}

static const char *
wildcard_fault(
    const ldns_rr_list *authority, const ldns_rr *rr, const ldns_rr *signature, enum kind kind)
{
	uint8_t labels = ldns_rdf2native_int8(ldns_rr_rdf(signature, 2));
	const ldns_rdf *owner = ldns_rr_owner(rr);
	bool is_wildcard = ldns_rdf_data(owner)[0] == 1 && ldns_rdf_data(owner)[1] == '*';
	if (ldns_dname_label_count(owner) - is_wildcard == labels || kind == KIND_UNPROVEN)
		return NULL;
	return denial_wildcard_fault(authority, owner, labels);
}

/* Each RRset of a section is signed, and taken to what is held. */
static const char *
take_section(
    const ldns_rr_list *section, const ldns_pkt *pkt, const struct question *q, const char *from)
{
	const char *fault = NULL;
	for (size_t i = 0; i < ldns_rr_list_rr_count(section) && !fault; i++) {
		const ldns_rr *rr = ldns_rr_list_rr(section, i);
		ldns_rr_type type = ldns_rr_get_type(rr);
		bool referral = q->shape->kind == KIND_SECURE || q->shape->kind == KIND_INSECURE;
		if (type == LDNS_RR_TYPE_RRSIG || (referral && type == LDNS_RR_TYPE_NS) ||
		    is_made_by_dname(section, rr))
			continue;
		ldns_rr_list *set = set_of(section, rr, false),
			     *signatures = set_of(section, rr, true);
		if (ldns_rr_list_rr_count(signatures) == 0)
			fault = "a set without signatures";
		else if (ldns_rr_list_rr(set, 0) == rr) /* else it was taken */
			held_take(held, set, signatures, now(), from);
		if (!fault)
			fault = wildcard_fault(ldns_pkt_authority(pkt), rr,
			    ldns_rr_list_rr(signatures, 0), q->shape->kind);
		ldns_rr_list_free(set);
		ldns_rr_list_free(signatures);
	}
	return fault;
}

static bool
has(const ldns_rr_list *section, ldns_rr_type type)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(section); i++) {
		if (ldns_rr_get_type(ldns_rr_list_rr(section, i)) == type)
			return true;
	}
	return false;
}

/* NULL, or what is wrong with the shape of the answer. */
static const char *
shape_fault(const ldns_pkt *pkt, const struct question *q)
{
	const ldns_rr_list *answer = ldns_pkt_answer(pkt), *authority = ldns_pkt_authority(pkt);
	bool referral = q->shape->kind == KIND_SECURE || q->shape->kind == KIND_INSECURE;
	if (ldns_pkt_get_rcode(pkt) != q->shape->rcode)
		return ldns_lookup_by_id(ldns_rcodes, (int)ldns_pkt_get_rcode(pkt))->name;
	if (validating)
		return q->shape->secure && !ldns_pkt_ad(pkt) ? "not called authentic" : NULL;
	if (ldns_pkt_aa(pkt) == referral)
		return referral ? "no referral" : "not authoritative";
	if (q->shape->kind == KIND_ANSWER && !has(answer, q->type) &&
	    !has(answer, LDNS_RR_TYPE_CNAME))
		return "no answer";
	if ((q->shape->kind == KIND_NODATA || q->shape->kind == KIND_NXDOMAIN) &&
	    !has(authority, LDNS_RR_TYPE_SOA))
		return "no SOA";
	if (referral && (!has(authority, LDNS_RR_TYPE_NS) || has(authority, LDNS_RR_TYPE_SOA)))
		return "no referral";
	return q->shape->kind == KIND_SECURE && !has(authority, LDNS_RR_TYPE_DS) ? "no DS" : NULL;
}

static const char *
answer_fault(const ldns_pkt *pkt, const struct question *q, const char *from)
{
	const char *fault = shape_fault(pkt, q);
	if (fault || validating)
		return fault;
	if ((fault = take_section(ldns_pkt_answer(pkt), pkt, q, from)) ||
	    (fault = take_section(ldns_pkt_authority(pkt), pkt, q, from)))
		return fault;
	return denial_fault(ldns_pkt_authority(pkt), q->name, q->type, q->shape->kind);
}

static void
one(const struct server *server, const struct question *q, bool by_tcp)
{
	ldns_pkt *pkt = ask(server, q, by_tcp);
	const char *fault;

	/* A server that reloads may close connections: clients ask again (RFC 7766). */
	if (!pkt && by_tcp && !ended)
		pkt = ask(server, q, by_tcp);
	fault = pkt ? answer_fault(pkt, q, server->name) : "no answer came";
	if (fault && (pkt || !ended)) {
		*(pkt ? &n_wrong : &n_lost) += 1;
		printf("FAULT %s: %s: %s by %s at %lld\n", server->name, q->text, fault,
		    by_tcp ? "TCP" : "UDP", (long long)now());
	}
	if (pkt)
		ldns_pkt_free(pkt);
}

static void
tell_progress(const char *path, size_t rounds)
{
	FILE *file = path ? fopen(path, "w") : NULL;
	if (!file)
		return;
	fprintf(file, "%zu\n", rounds);
	fclose(file);
}

int
main(int argc, char **argv)
{
	const char *anchors_file = NULL, *progress = NULL;
	size_t rounds = SIZE_MAX, done = 0;
	long pause_us = 0, seconds = 600;
	for (int option; (option = getopt(argc, argv, "a:c:p:r:s:u:v")) != -1;) {
		switch (option) {
		case 'a':
			anchors_file = optarg;
			break;
		case 'c':
			clock_file = optarg;
			break;
		case 'p':
			progress = optarg;
			break;
		case 'r':
			rounds = (size_t)atol(optarg);
			break;
		case 's':
			seconds = atol(optarg);
			break;
		case 'u':
			pause_us = atol(optarg);
			break;
		case 'v':
			validating = true;
			break;
		default:
			return 2;
		}
	}
	if (argc - optind < 2)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGTERM, on_term);
	signal(SIGPIPE, SIG_IGN);
	read_questions(argv[optind]);
	for (int i = optind + 1; i < argc; i++)
		add_server(argv[i]);
	ldns_rr_list *anchors = read_anchors(anchors_file);
	held = held_new(anchors);
	time_t end = time(NULL) + seconds;
	struct timespec pause = {
	    .tv_sec = pause_us / 1000000, .tv_nsec = pause_us % 1000000 * 1000};
	while (!ended && done < rounds && time(NULL) < end) {
		for (size_t i = 0; i < n_questions * n_servers && !ended; i++) {
			one(&servers[i % n_servers], &questions[i / n_servers],
			    (i / n_servers + done) % 4 == 0);
			nanosleep(&pause, NULL);
		}
		tell_progress(progress, ++done);
	}
	struct held_count count = held_finish(held);
	printf("rounds %zu, udp %zu, tcp %zu, cut %zu, lost %zu, wrong %zu, sets %zu, pairs %zu, "
	       "invalid %zu\n",
	    done, n_udp, n_tcp, n_cut, n_lost, n_wrong, count.sets, count.pairs, count.faults);
	held_free(held);
	ldns_rr_list_deep_free(anchors);
	return n_lost + n_wrong + count.faults > 0;
}
