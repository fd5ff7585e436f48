#include "directive/tlsa_owner.h"
#include "directive/tlsa_print.h"

#include "dane/lint.h"
#include "dane/owner.h"
#include "directive/tlsa_source.h"
#include "dns/rdata.h"

/* Names on the command line are absolute. */
static const struct name root = {.len = 1};

/* The arguments as one line of text, which problems can point into. */
struct line {
	const char *text;
	uint32_t source;
	size_t at; /* where the next argument stands */
};

static struct line
line_begin(struct diags *diags, const struct tlsa_request *request)
{
	struct buf buf = {0};
	struct line line = {0};

	if (request->owner)
		buf_printf(&buf, "%s ", request->owner);
	for (size_t i = 0; i < request->n_paths; i++)
		buf_printf(&buf, "%s ", request->paths[i]);
	line.text = arena_text(&diags->arena, buf.data, buf.len);
	line.source = diags_source(
	    diags, "<command line>", (struct text){line.text, buf.len - 1}, pos_none());
	buf_free(&buf);
	return line;
}

/* The position of the next argument, whose text is given. */
static struct pos
line_next(struct line *line, const char *argument)
{
	struct pos pos = pos_at(line->source, line->at);

	line->at += strlen(argument) + 1;
	return pos;
}

/* Here no zone tells of aliases: only what is plainly a name for them is taken as one. */
static int
read_owner(
    struct diags *diags, const struct entry *entry, const struct braced *text, struct name *out)
{
	struct tlsa_owner_fault fault;

	if (tlsa_owner(diags, entry, text, &root, out, &fault) < 0)
		return -1;
	if (!fault.why || dane_owner_is_shared(out->wire))
		return 0;
	return diag_error(diags, fault.pos, D_OWNER, "%s", fault.why);
}

static int
read_owners(struct diags *diags, struct line *line, const char *owner, struct braced_list *texts,
    struct name **names)
{
	struct entry entry = {.begin = line->text, .base = line->text, .source = line->source};
	struct text text = {line->text, strlen(owner)};
	int result = 0;

	line_next(line, owner);
	if (braces_expand(&diags->arena, diags, &entry, text, texts) < 0)
		return -1;
	*names = arena_alloc(&diags->arena, texts->n * sizeof(**names));
	for (size_t i = 0; i < texts->n; i++)
		if (read_owner(diags, &entry, &texts->items[i], &(*names)[i]) < 0)
			result = -1;
	return result;
}

static int
read_paths(struct tlsa_job *job, struct line *line, const struct tlsa_request *request)
{
	struct cert_files files = {.a = job->a};
	struct tlsa_reader reader = {
	    .job = job, .files = &files, .base = "", .secret = request->secret};
	int result = 0;

	for (size_t i = 0; i < request->n_paths; i++) {
		const char *path = request->paths[i];
		struct tlsa_source source = {
		    .pos = line_next(line, path), .written = path, .literal = true};

		if (tlsa_add_source(&reader, &source) < 0)
			result = -1;
	}
	return result;
}

/* As lint of a zone does, where the owner names the host. */
static int
check_names(struct diags *diags, const struct tlsa_use *uses, const struct name *name)
{
	struct dane_owner owner;
	const char *host;
	int result = 0;

	if (!dane_owner_read(name->wire, &owner))
		return 0;
	host = name_text(&diags->arena, owner.host);
	for (const struct tlsa_use *use = uses; use; use = use->next)
		for (size_t i = 0; i < use->certs->n; i++) {
			const struct cert *cert = &use->certs->items[i];

			if (lint_is_server(use, cert) && !lint_covers(cert, host) &&
			    lint_tell_name(diags, use, cert, host) < 0)
				result = -1;
		}
	return result;
}

static void
print(struct buf *out, const struct name *owner, const struct tlsa_set *set)
{
	for (const struct tlsa_data *data = set->first; data; data = data->next) {
		if (owner)
			name_print(out, owner->wire);
		buf_puts(out, "\tIN\tTLSA\t");
		rdata_print(out, TYPE_TLSA, data->rdata);
		buf_putc(out, '\n');
	}
}

int
tlsa_print(struct diags *diags, const struct tlsa_request *request, struct buf *out)
{
	struct line line = line_begin(diags, request);
	struct braced_list texts = {0};
	struct name *names = NULL;
	struct tlsa_job job = {.a = &diags->arena,
	    .diags = diags,
	    .params = request->params,
	    .pick = request->pick,
	    .now_unix = request->now_unix,
	    .for_servers = true,
	    .set.first_expiry_unix = INT64_MAX};
	int result = 0;

	if (request->owner)
		result = read_owners(diags, &line, request->owner, &texts, &names);
	if (read_paths(&job, &line, request) < 0 || result < 0)
		return -1;
	tlsa_check_bare(&job);
	for (size_t i = 0; i < texts.n; i++)
		if (check_names(diags, job.set.uses, &names[i]) < 0)
			result = -1;
	if (result < 0)
		return -1;
	if (!names)
		print(out, NULL, &job.set);
	for (size_t i = 0; i < texts.n; i++)
		print(out, &names[i], &job.set);
	return 0;
}
