#include "rollover/certificate.h"

#include "dane/tlsa.h"
#include "source/files.h"

static int
load_file(struct diags *diags, const struct project_certificate *is, struct cert_wanted *wanted,
    const struct certs **out)
{
	struct cert_files files = {.a = &diags->arena};
	struct secret secret = {0};
	int result = 0;

	wanted->roots = is->roots;
	wanted->options.secret = &secret;
	if (is->pass)
		result = secret_read(diags, is->pos, NULL, is->roots, "", is->pass, &secret);
	if (result == 0)
		result = cert_files_load(&files, diags, is->pos, wanted, out);
	wanted->options.secret = NULL;
	secret_end(&secret);
	return result;
}

int
certificate_load(struct diags *diags, const struct project_certificate *is, struct certificate *out)
{
	struct cert_wanted current = {.path = is->current},
			   next = {.path = is->next, .may_lack = true};
	int result;

	*out = (struct certificate){.is = is};
	result = load_file(diags, is, &current, &out->current);
	if (is->next && load_file(diags, is, &next, &out->next) < 0)
		result = -1;
	if (out->current)
		certchain_of(&diags->arena, out->current, &out->current_chain);
	if (out->next)
		certchain_of(&diags->arena, out->next, &out->next_chain);
	out->is_unusable = result < 0;
	return result;
}

int
certificates_load(struct diags *diags, const struct project *project, const struct history *history,
    struct certificate **out)
{
	struct diags_mark mark = diags_mark(diags);
	bool before = diags->unreadable;
	int result = 0;

	*out = arena_zalloc(&diags->arena, project->n_certificates * sizeof(**out) + 1);
	for (size_t i = 0; i < project->n_certificates; i++) {
		certificate_load(diags, &project->certificates[i], &(*out)[i]);
		certificate_remember(&diags->arena, project, history, &(*out)[i]);
	}
	if (diags->unreadable && !before)
		result = -1;
	else
		diags_reset(diags, mark);
	return result;
}

void
certificate_remember(struct arena *a, const struct project *project, const struct history *history,
    struct certificate *out)
{
	struct certchain *former = arena_alloc(a, history->n_notes * sizeof(*former) + 1);

	out->n_former = 0;
	for (size_t i = 0; i < history->n_notes; i++) {
		const struct note *note = &history->notes[i];

		if (note->chain &&
		    (strcmp(note->name, out->is->name) == 0 ||
			!project_has_certificate(project, note->name)) &&
		    certchain_read(a, note->id, note->chain, &former[out->n_former]))
			out->n_former++;
	}
	out->former = former;
}

void
certs_dates(const struct certs *certs, int64_t *from_unix, int64_t *to_unix)
{
	const struct cert *leaf = certchain_leaf(certs);

	*from_unix = leaf ? leaf->not_before_unix : 0;
	*to_unix = leaf ? leaf->not_after_unix : 0;
}

bool
certificate_is_same(const struct certificate *certificate)
{
	const struct certchain *current = &certificate->current_chain,
			       *next = &certificate->next_chain;

	if (!certificate->current || !certificate->next)
		return false;
	if (certificate->current->key || certificate->next->key)
		return memcmp(current->links[0].sha256[TLSA_SPKI], next->links[0].sha256[TLSA_SPKI],
			   SHA256_LEN) == 0;
	return strcmp(current->leaf_id, next->leaf_id) == 0;
}

bool
certificate_is_older(const struct certificate *certificate)
{
	int64_t next_from, next_to, from, to;

	if (!certificate->next || !certificate->current)
		return false;
	certs_dates(certificate->next, &next_from, &next_to);
	certs_dates(certificate->current, &from, &to);
	return next_to != 0 && next_from < from && next_to <= to;
}

uint32_t
certificates_longest_wait(const struct project *project)
{
	uint32_t longest = 86400;

	for (size_t i = 0; i < project->n_certificates; i++)
		if (project->certificates[i].wait_s > longest)
			longest = project->certificates[i].wait_s;
	return longest;
}
