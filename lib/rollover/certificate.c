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
			   next = {.path = is->next, .may_lack = true, .beside = is->current};
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

/* The chains of all notes, each read once. */
struct former {
	const struct history *history;
	struct certchain *chains;          /* by note; `n` is 0 where there is none */
	const struct certchain **nameless; /* of names that the project has no more */
	size_t n_nameless;
};

static struct former
read_former(struct arena *a, const struct project *project, const struct history *history)
{
	struct former former = {.history = history};

	former.chains = arena_zalloc(a, history->n_notes * sizeof(*former.chains) + 1);
	former.nameless = arena_alloc(a, history->n_notes * sizeof(*former.nameless) + 1);
	for (size_t i = 0; i < history->n_notes; i++) {
		const struct note *note = &history->notes[i];
		struct certchain *chain = &former.chains[i];

		if (!note->chain)
			continue;
		if (!certchain_read(a, note->id, note->chain, chain))
			chain->n = 0;
		else if (!project_has_certificate(project, note->name))
			former.nameless[former.n_nameless++] = chain;
	}
	return former;
}

static void
take_former(const struct former *former, struct notes notes, struct certchain *out, size_t *n)
{
	for (size_t i = 0; i < notes.n; i++) {
		const struct certchain *chain =
		    &former->chains[&notes.items[i] - former->history->notes];

		if (chain->n > 0)
			out[(*n)++] = *chain;
	}
}

void
certificates_remember(struct arena *a, const struct project *project, const struct history *history,
    struct certificate *out)
{
	const struct former former = read_former(a, project, history);

	for (size_t i = 0; i < project->n_certificates; i++) {
		const char *name = project->certificates[i].name;
		struct notes current = history_notes(history, NOTE_CURRENT, name);
		struct notes deployed = history_notes(history, NOTE_DEPLOYED, name);
		struct certchain *chains = arena_alloc(
		    a, (current.n + deployed.n + former.n_nameless) * sizeof(*chains) + 1);
		size_t n = 0;

		take_former(&former, current, chains, &n);
		take_former(&former, deployed, chains, &n);
		for (size_t k = 0; k < former.n_nameless; k++)
			chains[n++] = *former.nameless[k];
		out[i].former = chains;
		out[i].n_former = n;
	}
}

int
certificates_load(struct diags *diags, const struct project *project, const struct history *history,
    struct certificate **out)
{
	struct diags_mark mark = diags_mark(diags);
	bool before = diags->unreadable;
	int result = 0;

	*out = arena_zalloc(&diags->arena, project->n_certificates * sizeof(**out) + 1);
	for (size_t i = 0; i < project->n_certificates; i++)
		certificate_load(diags, &project->certificates[i], &(*out)[i]);
	certificates_remember(&diags->arena, project, history, *out);
	if (diags->unreadable && !before)
		result = -1;
	else
		diags_reset(diags, mark);
	return result;
}

bool
certificate_is_named(const struct project *project, const struct project_certificate *certificate,
    const struct note *note)
{
	return strcmp(note->name, certificate->name) == 0 ||
	       !project_has_certificate(project, note->name);
}

void
certificate_note_current(const struct history *history, const struct certificate *certificate,
    int64_t t_unix, struct history *out)
{
	const struct certchain *chain = &certificate->current_chain;
	struct note note = {
	    .kind = NOTE_CURRENT, .name = certificate->is->name, .id = chain->id, .t_unix = t_unix};
	const struct note *last = history_note(history, note.kind, note.name, NULL, NULL);

	if (!certificate->current || (last && strcmp(last->id, note.id) == 0))
		return;
	note.id = arena_text(out->a, note.id, strlen(note.id));
	note.chain = certchain_print(out->a, chain);
	history_add_note(out, &note);
}

bool
certificate_is_presented(
    const struct history *history, const struct note *deployed, const char *current_id)
{
	const char *name = deployed->name;
	const struct note *current = history_note(history, NOTE_CURRENT, name, NULL, NULL);

	return history_note(history, NOTE_DEPLOYED, name, NULL, NULL) == deployed && current &&
	       current->t_unix <= deployed->t_unix && strcmp(current->id, current_id) == 0;
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
