#include "probe/probe.h"

#include "base/mem.h"
#include "base/pool.h"
#include "dane/lint.h"
#include "source/cert.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdlib.h>

const char *const probe_states[N_PROBE_STATES] = {
    [PROBE_ACCEPTED] = "accepted",
    [PROBE_REFUSED] = "refused",
    [PROBE_UNVERIFIED] = "unverified",
    [PROBE_SKIPPED] = "skipped",
};

struct run {
	const struct probe_options *options;
	struct probe *probe;
	SSL_CTX *ctx;
};

/* --- One connection --- */

static void
end(struct probe_result *result, enum probe_state state, const char *why)
{
	result->state = state;
	result->why = why;
}

/* Does what SSL_connect() must wait for. */
static int
wait_for(SSL *ssl, struct stream *stream, int returned)
{
	switch (SSL_get_error(ssl, returned)) {
	case SSL_ERROR_WANT_READ:
		return stream_wait(stream, POLLIN);
	case SSL_ERROR_WANT_WRITE:
		return stream_wait(stream, POLLOUT);
	default:
		return -1;
	}
}

/* OpenSSL reads on for as long as there is something to read that comes to nothing, as are
 * HelloRequests (RFC 5246 section 7.4.1.1). */
static void
end_in_time(
    int is_sent, int version, int type, const void *data, size_t len, SSL *ssl, void *stream)
{
	(void)is_sent;
	(void)version;
	(void)type;
	(void)data;
	(void)len;
	if (stream_is_over(stream))
		shutdown(SSL_get_fd(ssl), SHUT_RDWR);
}

static bool
was_closed(unsigned long error)
{
	return error == 0 || ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

static int
handshake(struct probe_result *result, SSL *ssl, struct stream *stream)
{
	unsigned long error;
	int returned;

	ERR_clear_error();
	errno = 0;
	SSL_set_msg_callback(ssl, end_in_time);
	SSL_set_msg_callback_arg(ssl, stream);
	while ((returned = SSL_connect(ssl)) != 1)
		if (wait_for(ssl, stream, returned) < 0)
			break;
	if (returned == 1)
		return 0;
	error = ERR_peek_error();
	if (stream_is_over(stream))
		errno = ETIMEDOUT;
	if (was_closed(error) || stream_is_over(stream))
		end(result, PROBE_UNVERIFIED,
		    arena_printf(&result->a, "no TLS handshake: %s",
			errno ? strerror(errno) : "the server closed the connection"));
	else
		end(result, PROBE_REFUSED,
		    arena_printf(
			&result->a, "the TLS handshake fails: %s", ERR_reason_error_string(error)));
	return -1;
}

/* Name and dates of the server's own certificate. */
static void
note_certificate(struct probe_result *result, SSL *ssl)
{
	X509 *x509 = SSL_get1_peer_certificate(ssl);
	unsigned char *der = NULL;
	int len = x509 ? i2d_X509(x509, &der) : 0;
	struct diags diags = {0};
	struct certs certs;

	if (len > 0 && certs_load(&result->a, &diags, pos_none(), "certificate",
			   (struct text){(char *)der, (size_t)len}, NULL, &certs) == 0) {
		result->subject = certs.items[0].name;
		result->not_after_unix = certs.items[0].not_after_unix;
		result->certificate = certs.items[0].der;
	}
	OPENSSL_free(der);
	X509_free(x509);
	diags_free(&diags);
}

static size_t
records_that_count(struct arena *a, const struct service *service, struct bytes **out)
{
	size_t n = 0;

	*out = arena_alloc(a, service->n * sizeof(**out));
	for (size_t i = 0; i < service->n; i++)
		if (verdict_counts(service->port, service->rdata[i].data[0]))
			(*out)[n++] = service->rdata[i];
	return n;
}

/* OpenSSL takes any of the names; each client knows the domain that it comes from alone. */
static const char *
missing_name(const struct probe_result *result)
{
	const char *missing;
	X509 *x509;

	if (result->verdict != VERDICT_MATCH || result->record.data[0] == TLSA_DANE_EE)
		return NULL;
	x509 = cert_decode(result->certificate);
	missing = lint_missing(x509, &result->service->names);
	X509_free(x509);
	return missing;
}

static void
note_verdict(struct probe_result *result, SSL *ssl, const struct bytes *rdata, size_t n, int usable)
{
	struct verdict verdict = verdict_unusable();
	const char *missing;

	if (usable > 0)
		verdict_read(ssl, rdata, n, (int)SSL_get_verify_result(ssl), &verdict);
	result->verdict = verdict.why;
	result->tls = SSL_get_version(ssl);
	if (verdict.why == VERDICT_MATCH) {
		result->record = rdata[verdict.record];
		result->depth = verdict.depth;
		missing = missing_name(result);
		if (missing) {
			result->verdict = VERDICT_NAME;
			end(result, PROBE_REFUSED,
			    arena_printf(&result->a, "the certificate is not for %s", missing));
		}
	} else if (verdict.why == VERDICT_UNUSABLE) {
		end(result, PROBE_UNVERIFIED,
		    n < result->service->n ? verdict_none_counts : verdict.text);
	} else {
		end(result, PROBE_REFUSED, verdict.text);
	}
}

static void
say_bye(const struct service *service, SSL *ssl)
{
	const char *bye = service->protocol ? starttls_bye(service->protocol) : NULL;

	if (bye)
		SSL_write(ssl, bye, (int)strlen(bye));
	SSL_shutdown(ssl);
}

static void
judge(struct probe_result *result, const struct run *run, SSL *ssl, struct stream *stream)
{
	const struct service *service = result->service;
	struct bytes *rdata;
	size_t n = records_that_count(&result->a, service, &rdata);
	int usable = verdict_attach(ssl, service->host, run->options->now, rdata, n);

	if (usable < 0 || SSL_set_fd(ssl, stream->fd) != 1 ||
	    verdict_add_names(ssl, service->names.hosts, service->names.n_hosts) < 0 ||
	    verdict_add_names(ssl, service->names.domains, service->names.n_domains) < 0) {
		end(result, PROBE_UNVERIFIED, "OpenSSL fails");
		return;
	}
	if (handshake(result, ssl, stream) < 0)
		return;
	note_certificate(result, ssl);
	note_verdict(result, ssl, rdata, n, usable);
	say_bye(service, ssl);
}

static int
start_tls(struct probe_result *result, struct stream *stream)
{
	const struct service *service = result->service;
	const char *why;

	if (!service->protocol)
		return 0;
	switch (starttls_run(&result->a, service->protocol, stream, service->domain, &why)) {
	case STARTTLS_READY:
		return 0;
	case STARTTLS_REFUSED:
		end(result, PROBE_REFUSED, why);
		return -1;
	default:
		end(result, PROBE_UNVERIFIED, why);
		return -1;
	}
}

/* `signatures`: those that the client can verify, as SSL_set1_sigalgs_list() has them; or NULL. */
static void
probe_address(struct probe_result *result, const struct run *run, const char *signatures)
{
	struct stream stream;
	SSL *ssl;

	if (stream_connect(&stream, &result->address->any, result->address->len,
		run->options->timeout_ms) < 0) {
		end(result, PROBE_UNVERIFIED,
		    arena_printf(&result->a, "cannot connect: %s", strerror(errno)));
		return;
	}
	if (start_tls(result, &stream) == 0) {
		ssl = SSL_new(run->ctx);
		if (ssl && (!signatures || SSL_set1_sigalgs_list(ssl, signatures)))
			judge(result, run, ssl, &stream);
		else
			end(result, PROBE_UNVERIFIED, "OpenSSL fails");
		SSL_free(ssl);
		ERR_clear_error();
	}
	stream_close(&stream);
}

/* What a key of another kind than the certificate's signs with. */
static const char *
other_signatures(struct bytes certificate)
{
	X509 *x509 = cert_decode(certificate);
	EVP_PKEY *key = x509 ? X509_get0_pubkey(x509) : NULL;
	bool is_rsa = key && (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS"));

	X509_free(x509);
	return is_rsa ? "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448"
		      : "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:"
			"RSA+SHA512";
}

/* A server that has one certificate fails to shake hands, and that is all right. */
static void
probe_other(struct probe_result *result, const struct run *run)
{
	struct probe_result *other = arena_zalloc(&result->a, sizeof(*other));
	struct bytes first = result->certificate;

	other->service = result->service;
	other->address = result->address;
	other->address_text = result->address_text;
	probe_address(other, run, other_signatures(first));
	if (other->certificate.len && !bytes_equal(other->certificate, first))
		result->other = other;
	else
		arena_free(&other->a);
}

/* --- All services --- */

static void
resolve_one(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct run *run = ctx;
	struct service *service = &run->probe->services.items[chunk];

	(void)worker;
	(void)slot;
	if (service->skipped)
		return;
	if (run->options->live)
		live_records(run->options->live, service);
	if (!service->no_records)
		service_resolve(
		    service, &run->options->zones, run->options->detours, run->options->n_detours);
}

static void
probe_one(void *ctx, unsigned worker, size_t slot, size_t chunk)
{
	struct run *run = ctx;
	struct probe_result *result = &run->probe->results[chunk];

	(void)worker;
	(void)slot;
	if (result->address)
		probe_address(result, run, NULL);
	if (result->certificate.len)
		probe_other(result, run);
}

/* One result for each address, and one for a service without. */
static void
make_results(struct probe *probe)
{
	const struct services *services = &probe->services;
	size_t most = 0;

	for (size_t i = 0; i < services->n; i++)
		most += 1 + services->items[i].n_addresses;
	probe->results = mem_alloc(most * sizeof(*probe->results) + 1);
	for (size_t i = 0; i < services->n; i++) {
		const struct service *service = &services->items[i];

		for (size_t k = 0; k < service->n_addresses || k == 0; k++) {
			struct probe_result *result = &probe->results[probe->n++];

			*result = (struct probe_result){.service = service};
			if (service->skipped)
				end(result, PROBE_SKIPPED, service->skipped);
			else if (service->n_addresses == 0)
				end(result, PROBE_UNVERIFIED,
				    service->no_records ? service->no_records
							: service->no_address);
			else
				result->address = &service->addresses[k];
			if (result->address)
				result->address_text =
				    service_address_text(&result->a, result->address);
		}
	}
}

/* Makes the other certificates results of their own, behind those of the first. */
static void
add_others(struct probe *probe)
{
	struct probe_result *all = mem_alloc(2 * probe->n * sizeof(*all) + 1);
	size_t n = 0;

	for (size_t i = 0; i < probe->n; i++) {
		struct probe_result *other = probe->results[i].other;

		all[n] = probe->results[i];
		all[n++].other = NULL;
		if (other)
			all[n++] = *other;
	}
	free(probe->results);
	probe->results = all;
	probe->n = n;
}

static void
report_result(const struct probe_result *result, bool any_accepted)
{
	const struct service *service = result->service;
	const char *at = result->address ? " at " : "";
	const char *address = result->address ? result->address_text : "";

	if (service->no_records)
		diag_add(service->diags, service->pos, D_LIVE, "%s is not verified: %s",
		    service->owner_text, service->no_records);
	else if (result->state == PROBE_REFUSED)
		diag_add(service->diags, service->pos, D_REFUSED, "a client refuses %s%s%s: %s",
		    service->owner_text, at, address, result->why);
	else if (result->state == PROBE_UNVERIFIED)
		diag_add(service->diags, service->pos,
		    any_accepted ? D_UNVERIFIED_PART : D_UNVERIFIED, "%s%s%s is not verified: %s",
		    service->owner_text, at, address, result->why);
	else if (result->state == PROBE_SKIPPED)
		diag_add(service->diags, service->pos, D_SKIPPED, "%s is not probed: %s",
		    service->owner_text, result->why);
}

/* Reports the results of one service, which are `n`. Is it as it should be? */
static bool
report_service(const struct probe_result *results, size_t n)
{
	bool accepted = false, refused = false;

	for (size_t i = 0; i < n; i++) {
		accepted = accepted || results[i].state == PROBE_ACCEPTED;
		refused = refused || results[i].state == PROBE_REFUSED;
	}
	for (size_t i = 0; i < n; i++)
		report_result(&results[i], accepted);
	return (accepted || results[0].state == PROBE_SKIPPED) && !refused;
}

static int
report_all(struct diags *diags, const struct probe *probe)
{
	bool all_skipped = true;
	int result = 0;
	size_t next;

	for (size_t i = 0; i < probe->n; i = next) {
		for (next = i + 1;
		     next < probe->n && probe->results[next].service == probe->results[i].service;)
			next++;
		if (!report_service(&probe->results[i], next - i))
			result = -1;
		all_skipped = all_skipped && probe->results[i].state == PROBE_SKIPPED;
	}
	if (all_skipped)
		return diag_error(diags, pos_none(), D_ALL_SKIPPED,
		    "none of the services is one that can be probed");
	return result;
}

/* One that goes with no service is meant for one that would otherwise be probed elsewhere. */
static int
check_detours(struct diags *diags, const struct probe_options *options, const struct probe *probe)
{
	const struct services *services = &probe->services;
	int result = 0;

	for (size_t i = 0; i < options->n_detours; i++) {
		const struct service_detour *detour = &options->detours[i];
		size_t k = 0;

		while (k < services->n && !service_detour_fits(detour, &services->items[k]))
			k++;
		if (k == services->n)
			result = diag_add_path(diags, "<command line>", D_DETOUR,
			    "--at %s: no service has that host and port", detour->text);
	}
	return result;
}

static unsigned
workers_for(const struct run *run, size_t n_chunks)
{
	return n_chunks < run->options->n_workers ? (unsigned)n_chunks : run->options->n_workers;
}

void
probe_begin(struct diags *diags, const struct probe_options *options, struct probe *probe)
{
	*probe = (struct probe){0};
	services_find(&diags->arena, &options->zones, &probe->services);
}

int
probe_run(struct diags *diags, const struct probe_options *options, struct probe *probe)
{
	struct run run = {.options = options, .probe = probe};
	struct pool_work work = {.ctx = &run, .work = resolve_one};

	if (probe->services.n == 0)
		return diag_error(
		    diags, pos_none(), D_NO_SERVICE, "there are no TLSA records to probe");
	if (check_detours(diags, options, probe) < 0)
		return -1;
	run.ctx = verdict_context();
	if (!run.ctx || SSL_CTX_set_default_verify_paths(run.ctx) != 1) {
		SSL_CTX_free(run.ctx);
		return diag_error(diags, pos_none(), F_SYSTEM, "OpenSSL cannot be set up");
	}
	/* The handshake goes on whatever the certificate: the verdict comes behind it. */
	SSL_CTX_set_verify(run.ctx, SSL_VERIFY_NONE, NULL);
	work.n_chunks = probe->services.n;
	pool_run(workers_for(&run, work.n_chunks), &work);
	make_results(probe);
	work.n_chunks = probe->n;
	work.work = probe_one;
	pool_run(workers_for(&run, work.n_chunks), &work);
	add_others(probe);
	SSL_CTX_free(run.ctx);
	return report_all(diags, probe);
}

void
probe_end(struct probe *probe)
{
	for (size_t i = 0; i < probe->n; i++)
		arena_free(&probe->results[i].a);
	free(probe->results);
	services_free(&probe->services);
	*probe = (struct probe){0};
}
