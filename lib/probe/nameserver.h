/* Nameservers: asks the authoritative servers of a zone what they publish, so that it is known what
 * resolvers may still get from them; or a resolver, which tells of what was published a while ago.
 *The rules are made for one who waits for an answer: who could forge one, or a server that is
 *broken, must not end a wait. So servers are asked by TCP, by UDP where that does not reach them,
 *and an answer counts only if it is one:
 *
 *	by an authority (AA), or by a resolver (RA) where one is asked, to the question that was
 *	asked, whole;
 *	NOERROR, or NXDOMAIN without records of the name;
 *	its records of class IN, those of the set well-formed;
 *	"none" only with the SOA record that such an answer must have (RFC 2308 section 3);
 *	of the name of a zone itself, which is there: no NXDOMAIN, and no alias (RFC 1034
 *	section 3.6.2);
 *	of its DS set, which the zone above has: no answer of the zone's own (RFC 4035 section
 *	3.1.4.1).
 *
 * Records of other names and types are passed over, as resolvers do. A name of a server stands for
 * all of its addresses, each of which may be another machine. */
#ifndef PROBE_NAMESERVER_H
#define PROBE_NAMESERVER_H

#include "dns/message.h"
#include "project/project.h"

#include <pthread.h>

enum {
	NAMESERVER_TIMEOUT_MS = 2000,
	NAMESERVER_TOTAL_MS = 600000,
};

struct nameserver_host;

/* What a run knows of the servers that it asked: their addresses, and which of these were silent:
 * they are not waited for again. Several threads may share it. */
struct nameservers {
	struct arena a;
	pthread_mutex_t lock;          /* of these: */
	struct nameserver_host *hosts; /* newest first */
	int timeout_ms;                /* of each step of a question; it has a dozen at most */
	int64_t end_ms;                /* of the monotonic clock: no question begins later */
	const char *resolv_conf;       /* the file that names the resolvers of this machine */
};

void
nameservers_begin(struct nameservers *run, int timeout_ms, int64_t total_ms);

void
nameservers_end(struct nameservers *run);

struct nameserver_question {
	const uint8_t *zone;  /* that the server shall be the authority for; NULL: any */
	const uint8_t *owner; /* at or below it */
	uint16_t type;
	bool dnssec;    /* with its signatures */
	bool recursive; /* a resolver is asked */
};

/* What an address of a server has at the owner: an alias, or the RRset of the type; or, if `n` is
 * 0, none. */
struct nameserver_set {
	const char *address; /* "192.0.2.1" */
	bool is_alias;       /* there is a CNAME record, or one made by a DNAME; */
	struct name alias;   /* its target */
	struct bytes *rdata; /* in canonical form and order (RFC 4034 section 6), each once */
	size_t n;
	uint32_t ttl_s;       /* the longest in the set; of none: RFC 2308 section 5 */
	struct bytes *rrsigs; /* RDATA of the signatures over the set, where they are asked for */
	size_t n_rrsigs;
};

struct nameserver_answers {
	struct nameserver_set *items; /* one for each address that answered */
	size_t n;
};

/* Asks each address to which there is a route for the set. Returns 0, or -1 where one of them did
 * not answer; then `*why` says what it does, and `out` has the answers of the others. All of that
 * is in `a`. */
int
nameserver_ask_set(struct arena *a, struct nameservers *run, const struct project_server *server,
    const struct nameserver_question *question, struct nameserver_answers *out, const char **why);

/* What such a message says, in `a`. Returns NULL, or why it is no answer. */
const char *
nameserver_read_set(struct arena *a, const struct message *message,
    const struct nameserver_question *question, struct nameserver_set *out);

/* The SOA record of a zone (RFC 1035 section 3.3.13), as an address of a server has it. */
struct nameserver_soa {
	const char *address;
	uint32_t serial, refresh_s, retry_s;
};

struct nameserver_soas {
	struct nameserver_soa *items;
	size_t n;
};

/* As nameserver_ask_set, for the SOA record of `zone`. */
int
nameserver_ask_soa(struct arena *a, struct nameservers *run, const struct project_server *server,
    const uint8_t *zone, struct nameserver_soas *out, const char **why);

#endif
