#define _GNU_SOURCE
#include "unit.h"

#include "walk/answer.h"
#include "walk/server.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- What is answered --- */

static void
push(ldns_pkt *answer, ldns_pkt_section section, const char *text)
{
	ldns_rr *rr = NULL;

	if (ldns_rr_new_frm_str(&rr, text, 0, NULL, NULL) == LDNS_STATUS_OK)
		ldns_pkt_push_rr(answer, section, rr);
}

static void
push_soa(ldns_pkt *answer, ldns_pkt_section section, const struct zone_text *zone)
{
	struct arena a = {0};

	for (size_t i = 0; i < zone->n; i++)
		if (strcmp(zone->lines[i].type, "SOA") == 0)
			push(answer, section,
			    arena_printf(&a, "%s %u IN SOA %s", zone->apex,
				(unsigned)zone->lines[i].ttl_s, zone->lines[i].rdata));
	arena_free(&a);
}

static void
push_tlsa(struct arena *a, ldns_pkt *answer, const struct zone_text *zone, const char *name)
{
	struct answer set;

	zone_text_answer(a, zone, name, &set);
	if (set.alias)
		push(answer, LDNS_SECTION_ANSWER,
		    arena_printf(a, "%s %u IN CNAME %s", name, (unsigned)set.ttl_s, set.alias));
	for (size_t i = 0; i < set.n; i++)
		push(answer, LDNS_SECTION_ANSWER,
		    arena_printf(a, "%s %u IN TLSA %s", name, (unsigned)set.ttl_s, set.records[i]));
	if (!set.alias && set.n == 0)
		push_soa(answer, LDNS_SECTION_AUTHORITY, zone);
}

/* The served zone in which the name is, or NULL. */
static const struct zone_text *
find_zone(struct arena *a, const struct served_zone *zones, const char *name)
{
	for (size_t i = 0; i < N_SERVED; i++) {
		const struct zone_text *zone;

		if (zones[i].text[0] == '\0')
			continue;
		zone = zone_text_read(a, zones[i].apex, zones[i].text);
		if (zone_text_has(zone, name))
			return zone;
	}
	return NULL;
}

static void
answer_to(ldns_pkt *pkt, const struct served_zone *zones, bool is_down)
{
	const ldns_rr *question = ldns_rr_list_rr(ldns_pkt_question(pkt), 0);
	char *name = ldns_rdf2str(ldns_rr_owner(question));
	const struct zone_text *zone;
	struct arena a = {0};

	zone = is_down ? NULL : find_zone(&a, zones, name);
	ldns_pkt_set_qr(pkt, true);
	ldns_pkt_set_aa(pkt, zone != NULL);
	if (!zone)
		ldns_pkt_set_rcode(pkt, is_down ? LDNS_RCODE_SERVFAIL : LDNS_RCODE_REFUSED);
	else if (ldns_rr_get_type(question) == LDNS_RR_TYPE_SOA)
		push_soa(pkt, LDNS_SECTION_ANSWER, zone);
	else
		push_tlsa(&a, pkt, zone, name);
	free(name);
	arena_free(&a);
}

/* --- The process --- */

static void
serve_one(int fd, const struct served_zone *zones, bool is_down)
{
	uint8_t head[2], wire[512], *out = NULL;
	size_t len = 0;
	ldns_pkt *pkt = NULL;

	if (recv(fd, head, 2, MSG_WAITALL) == 2 && head[0] < 2 &&
	    recv(fd, wire, (size_t)head[0] << 8 | head[1], MSG_WAITALL) > 0 &&
	    ldns_wire2pkt(&pkt, wire, (size_t)head[0] << 8 | head[1]) == LDNS_STATUS_OK) {
		answer_to(pkt, zones, is_down);
		if (ldns_pkt2wire(&out, pkt, &len) == LDNS_STATUS_OK) {
			head[0] = (uint8_t)(len >> 8);
			head[1] = (uint8_t)len;
			send(fd, head, 2, MSG_NOSIGNAL | MSG_MORE);
			send(fd, out, len, MSG_NOSIGNAL);
		}
	}
	free(out);
	ldns_pkt_free(pkt);
	close(fd);
}

static void
serve(const struct servers *servers, const int *fds)
{
	struct pollfd polled[N_SERVERS];

	for (;;) {
		for (size_t i = 0; i < N_SERVERS; i++)
			polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
		if (poll(polled, N_SERVERS, -1) < 0)
			_exit(1);
		for (size_t i = 0; i < N_SERVERS; i++)
			if (polled[i].revents & POLLIN)
				serve_one(accept(fds[i], NULL, NULL), servers->server[i].zones,
				    servers->server[i].is_down);
	}
}

static int
listen_at(uint16_t *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &(socklen_t){sizeof(at)}), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

/* It ends with the one who began it, however that one ends. */
void
servers_begin(struct servers *servers)
{
	size_t size = N_SERVERS * sizeof(*servers->server);
	int fds[N_SERVERS];

	servers->server =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(servers->server != MAP_FAILED);
	for (size_t i = 0; i < N_SERVERS; i++)
		fds[i] = listen_at(&servers->port[i]);
	servers->pid = fork();
	assert_true(servers->pid >= 0);
	if (servers->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(servers, fds);
	}
	for (size_t i = 0; i < N_SERVERS; i++)
		close(fds[i]);
}

void
servers_end(struct servers *servers)
{
	kill(servers->pid, SIGKILL);
	waitpid(servers->pid, NULL, 0);
	munmap(servers->server, N_SERVERS * sizeof(*servers->server));
}
