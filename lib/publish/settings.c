#include "publish/settings.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/version.h"

#include <stddef.h>

struct settings_writer {
	struct buf *b;
	struct arena *a;
	const struct roots *roots;
	const struct zone_job *job;
};

/* What lists and structs hold begins so. */
static const char next_line[] = "\n\t";

const char *
settings_path(const struct roots *roots, const char *path)
{
	const char *project = roots ? roots->project : NULL;
	size_t len = project ? strlen(project) : 0;

	if (len <= 1 || !confine_is_below(path, project))
		return path;
	return path[len] ? path + len + 1 : ".";
}

const char *
settings_path_read(struct arena *a, const struct roots *roots, struct text name)
{
	const char *path = arena_text(a, name.data, name.len);

	if (*path == '/' || !roots || !roots->project)
		return path;
	return strcmp(path, ".") == 0 ? roots->project : file_join(a, roots->project, path);
}

/* Each line begins with its newline. */
static void
put_table(
    const struct settings_writer *w, const struct setting *table, const char *begin, const void *of)
{
	for (const struct setting *s = table; s->name; s++) {
		if (!s->put)
			continue;
		buf_puts(w->b, begin);
		buf_puts(w->b, s->name);
		buf_putc(w->b, ' ');
		s->put(w, (const char *)of + s->offset, s->size);
	}
}

/* --- Values --- */

/* A number, a boolean or an enumerator. */
static void
put_octets(const struct settings_writer *w, const void *member, size_t size)
{
	hex_encode(w->b, (struct bytes){member, size});
}

/* None is empty. */
static void
put_text(const struct settings_writer *w, const void *member, size_t size)
{
	const char *text = *(const char *const *)member;

	(void)size;
	buf_puts(w->b, text ? text : "");
}

static void
print_path(const struct settings_writer *w, const char *path)
{
	buf_puts(w->b, settings_path(w->roots, file_absolute_in(w->a, w->roots, path)));
}

static void
put_path(const struct settings_writer *w, const void *member, size_t size)
{
	const char *path = *(const char *const *)member;

	(void)size;
	if (path)
		print_path(w, path);
}

static void
put_name(const struct settings_writer *w, const void *member, size_t size)
{
	const struct name *name = *(const struct name *const *)member;

	(void)size;
	if (name)
		hex_encode(w->b, (struct bytes){name->wire, name->len});
}

/* Not where the project is: it may move. */
static void
put_roots(const struct settings_writer *w, const void *member, size_t size)
{
	const struct roots *roots = *(const struct roots *const *)member;

	(void)size;
	for (size_t i = 0; roots && i < roots->n_allowed; i++)
		buf_printf(w->b, "%s%s", next_line, settings_path(w->roots, roots->allowed[i]));
}

static void
put_secrets(const struct settings_writer *w, const void *member, size_t size)
{
	const struct secrets *secrets = member;

	(void)size;
	for (size_t i = 0; i < secrets->n; i++)
		buf_printf(w->b, "%s%s", next_line, secrets->names[i]);
}

static void
put_limits(const struct settings_writer *w, const void *member, size_t size)
{
	const struct limits *limits = *(const struct limits *const *)member;

	(void)size;
	if (limits)
		put_octets(w, limits, sizeof(*limits));
}

static void
put_severities(const struct settings_writer *w, const void *member, size_t size)
{
	const int8_t *severities = *(const int8_t *const *)member;

	(void)size;
	for (int i = 0; severities && i < N_PROBLEMS; i++)
		if (severities[i] != (int)problem_table[i].severity)
			buf_printf(
			    w->b, "%s%s %d", next_line, problem_table[i].code, severities[i]);
}

/* All that the project file says of the zone. */
static void
put_zone(const struct settings_writer *w, const void *member, size_t size)
{
	const struct project_zone *zone = *(const struct project_zone *const *)member;

	(void)size;
	buf_printf(w->b, "%s%sdefaults%s%spolicy%s", zone->written, next_line, zone->defaults,
	    next_line, zone->policy->written);
}

/* A key that appears is a change, though no file that was read has changed. */
static void
put_keys(const struct settings_writer *w, const void *member, size_t size)
{
	const struct key_folder *keys = *(const struct key_folder *const *)member;
	const struct key_file *files;
	size_t n;

	(void)size;
	if (!w->job->zone->sign || !keys)
		return;
	print_path(w, keys->path);
	files = key_folder_find(keys, w->job->load.zone, &n);
	for (size_t i = 0; i < n; i++)
		buf_printf(w->b, "%s%s", next_line, files[i].base);
	files = key_folder_find_responses(keys, w->job->load.zone, &n);
	for (size_t i = 0; i < n; i++)
		buf_printf(w->b, "%s%s", next_line, files[i].base);
}

static void
put_key_files(const struct settings_writer *w, const void *member, size_t size)
{
	const char *const *files = *(const char *const *const *)member;

	(void)size;
	for (; files && *files; files++)
		buf_printf(w->b, "%s%s", next_line, *files);
}

/* What cert:NAME stands for in the template. */
static void
put_certificates(const struct settings_writer *w, const void *member, size_t size)
{
	const struct tlsa_names *names = *(const struct tlsa_names *const *)member;

	(void)size;
	if (names && names->n > 0)
		buf_puts(w->b, names->digest);
}

static void
put_history(const struct settings_writer *w, const void *member, size_t size)
{
	const struct keep *keep = *(const struct keep *const *)member;

	(void)size;
	if (keep)
		keep_print(w->b, keep, w->job->load.now);
}

/* --- The tables --- */

/* clang-format off */
#define SETTING(type, member, put) \
	{#member, offsetof(struct type, member), sizeof(((struct type *)0)->member), put}
#define JOB(member, put) SETTING(zone_job, member, put)
#define NO_SETTING(member) SETTING(zone_job, member, NULL)
#define END {NULL, 0, 0, NULL}
/* clang-format on */

const struct setting settings_of_job[] = {
    JOB(zone, put_zone),
    JOB(load.path, put_path),
    JOB(load.zone, put_name),
    JOB(load.roots, put_roots),
    JOB(load.secrets, put_secrets),
    JOB(load.named, put_octets),
    JOB(load.by_soa, put_octets),
    JOB(load.limits, put_limits),
    NO_SETTING(load.n_abreast), /* how much memory is left */
    JOB(load.certificates, put_certificates),
    JOB(load.includes.folder, put_path),
    JOB(load.includes.from_folder, put_octets),
    NO_SETTING(load.ds), /* a zone with $DS is looked at each time */
    NO_SETTING(load.ds_ctx),
    JOB(load.dane, put_octets),
    NO_SETTING(load.keep_text), /* as long as it takes: the same zone, */
    NO_SETTING(load.n_workers), /* by any number of them */
    NO_SETTING(load.now),       /* a result holds until a certain time */
    NO_SETTING(outputs),        /* asked ahead of the cache, */
    NO_SETTING(own),            /* and so is this */
    JOB(keys, put_keys),
    JOB(key_files, put_key_files),
    NO_SETTING(keys_unreadable), /* then nothing is published */
    NO_SETTING(tokens),          /* the .private file says which */
    NO_SETTING(anew),            /* asked ahead of the cache */
    JOB(binding, put_octets),
    NO_SETTING(safety), /* it matters for what has changed alone */
    JOB(prove, put_octets),
    JOB(previous, put_path),
    NO_SETTING(mark), /* nothing is published, nobody is told */
    JOB(severities, put_severities),
    NO_SETTING(index), /* the same zone comes of it, */
    NO_SETTING(index_previous),
    NO_SETTING(cache), /* here */
    JOB(keep, put_history),
    NO_SETTING(today),  /* as load.now */
    NO_SETTING(live),   /* it matters for what has changed alone */
    NO_SETTING(force),  /* a zone with such errors is looked at each time */
    NO_SETTING(werror), /* nor is one with warnings taken from the cache */
    NO_SETTING(review), /* asked of what has changed alone */
    NO_SETTING(review_ctx),
    NO_SETTING(keys_of), /* what they make of a zone they tell when it is looked at */
    NO_SETTING(keep_of),
    NO_SETTING(keys_ctx),
    NO_SETTING(has_hook),  /* nothing is published, nobody is told */
    NO_SETTING(part),      /* no project has such jobs */
    NO_SETTING(n_workers), /* any number of them makes the same zone */
    NO_SETTING(after),     /* looks on, */
    NO_SETTING(plan),      /* and so does this */
    NO_SETTING(plan_ctx),
    END,
};

const struct setting settings_of_named[] = {
    SETTING(tlsa_named, name, put_text),
    SETTING(tlsa_named, current, put_path),
    SETTING(tlsa_named, next, put_path),
    SETTING(tlsa_named, pass, put_text),
    SETTING(tlsa_named, wait_s, put_octets),
    END,
};

const char *
settings_of_names(
    struct arena *a, const struct roots *roots, const struct tlsa_named *items, size_t n)
{
	struct buf text = {0}, hex = {0};
	struct settings_writer w = {.b = &text, .a = a, .roots = roots};
	uint8_t sha256[DIGEST_LEN];

	if (n == 0) /* OpenSSL is slow to find its first algorithm */
		return "";
	for (size_t i = 0; i < n; i++)
		put_table(&w, settings_of_named, "\n", &items[i]);
	digest_sha256((struct bytes){(const uint8_t *)text.data, text.len}, sha256);
	hex_encode(&hex, (struct bytes){sha256, sizeof(sha256)});
	buf_free(&text);
	return buf_text(&hex, a);
}

void
settings_print(struct buf *b, struct arena *a, const struct zone_job *job)
{
	struct settings_writer w = {.b = b, .a = a, .roots = job->load.roots, .job = job};

	buf_printf(b, "zonepp %s", zonepp_version);
	put_table(&w, settings_of_job, "\n", job);
	buf_putc(b, '\n');
}
