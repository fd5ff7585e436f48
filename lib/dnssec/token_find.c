/* Which objects of a token are the keys that are looked for. */
#define _GNU_SOURCE
#include "base/mem.h"
#include "dnssec/token_part.h"

#include <p11-kit/uri.h>
#include <stdlib.h>
#include <time.h>

enum {
	NAME_MOST = 256, /* octets; what has longer ones is not among the names */
	LIST_PART = 1000,
	LISTED_MOST = 1 << 20,
	/* One search more is no matter; and a device whose searches are fast has better things to
	 * do than to tell all its names. */
	SEARCHED_LONG_NS = 100 * 1000 * 1000,
};

struct named {
	struct bytes label, id;
	CK_OBJECT_HANDLE object;
};

/* The names of all private keys of a token. Modules may look through all objects at each search, as
 * SoftHSM does, which is slow where there are many of both: then the names are read once. How long
 * a search takes says which kind of module it is: so long are names read. What that costs is never
 * more than what searches took, whatever the module. */
struct token_names {
	pthread_mutex_t lock; /* of all below, until it is complete */
	struct arena a;
	int64_t searched_ns, read_ns; /* so far, in all threads */
	CK_OBJECT_HANDLE *objects;    /* all of them; NULL: they were not listed */
	size_t n_objects, n_read;
	bool refused; /* the token does not list them */
	bool complete;
	struct named *by_label, *by_id; /* sorted; n of each */
	size_t n;
};

struct token_names *
token_names_new(void)
{
	struct token_names *names = mem_alloc(sizeof(*names));

	memset(names, 0, sizeof(*names));
	pthread_mutex_init(&names->lock, NULL);
	return names;
}

void
token_names_free(struct token_names *names)
{
	if (!names)
		return;
	pthread_mutex_destroy(&names->lock);
	arena_free(&names->a);
	free(names->objects);
	free(names->by_label);
	free(names->by_id);
	free(names);
}

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* --- Searches --- */

/* At most `room` of those that fit the template; of few the first answer of the token is enough.
 * Returns what went wrong, in `*step`. */
static CK_RV
search(struct token_session *session, CK_ATTRIBUTE *template, CK_ULONG n_template,
    CK_OBJECT_HANDLE *objects, CK_ULONG room, CK_ULONG *n, const char **step)
{
	CK_FUNCTION_LIST *f = session->token->module->functions;
	CK_ULONG got = 0;
	CK_RV rv;

	*n = 0;
	pthread_mutex_lock(&session->lock);
	*step = "C_FindObjectsInit";
	rv = f->C_FindObjectsInit(session->handle, template, n_template);
	if (rv == CKR_OK) {
		*step = "C_FindObjects";
		do {
			CK_ULONG left = room - *n;

			rv = f->C_FindObjects(session->handle, objects + *n,
			    left < LIST_PART ? left : LIST_PART, &got);
			*n += rv == CKR_OK ? got : 0;
		} while (rv == CKR_OK && got > 0 && *n < room && room > LIST_PART);
		f->C_FindObjectsFinal(session->handle);
	}
	pthread_mutex_unlock(&session->lock);
	return rv;
}

static CK_ULONG
add_attribute(
    CK_ATTRIBUTE *template, CK_ULONG n, const struct token_uri *uri, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *attribute = p11_kit_uri_get_attribute(uri->parsed, type);

	if (attribute)
		template[n++] = *attribute;
	return n;
}

static CK_RV
search_named(struct token_session *session, const struct token_uri *uri,
    CK_OBJECT_HANDLE objects[TOKEN_OBJECTS_MOST], CK_ULONG *n, const char **step)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template[3] = {{CKA_CLASS, &class, sizeof(class)}};
	CK_ULONG n_template = 1;

	n_template = add_attribute(template, n_template, uri, CKA_LABEL);
	n_template = add_attribute(template, n_template, uri, CKA_ID);
	return search(session, template, n_template, objects, TOKEN_OBJECTS_MOST, n, step);
}

/* --- Names --- */

static void
list(struct token_names *names, struct token_session *session)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof(class)}};
	CK_ULONG n;
	const char *step;

	names->objects = mem_resize(NULL, LISTED_MOST, sizeof(*names->objects));
	names->refused =
	    search(session, template, 1, names->objects, LISTED_MOST, &n, &step) != CKR_OK ||
	    n == LISTED_MOST;
	names->n_objects = names->refused ? 0 : n;
	names->objects = mem_resize(names->objects, names->n_objects + 1, sizeof(*names->objects));
	names->by_label = mem_resize(NULL, names->n_objects + 1, sizeof(*names->by_label));
}

static struct bytes
value_of(struct arena *a, const CK_ATTRIBUTE *attribute)
{
	CK_ULONG len = attribute->ulValueLen;

	if (len > NAME_MOST) /* there is none */
		return (struct bytes){0};
	return (struct bytes){arena_copy(a, attribute->pValue, len), len};
}

static void
read_name(struct token_names *names, struct token_session *session)
{
	CK_OBJECT_HANDLE object = names->objects[names->n_read++];
	uint8_t label[NAME_MOST], id[NAME_MOST];
	CK_ATTRIBUTE wanted[] = {{CKA_LABEL, label, sizeof(label)}, {CKA_ID, id, sizeof(id)}};
	CK_RV rv;

	pthread_mutex_lock(&session->lock);
	rv = session->token->module->functions->C_GetAttributeValue(
	    session->handle, object, wanted, 2);
	pthread_mutex_unlock(&session->lock);
	if (rv == CKR_OK || rv == CKR_ATTRIBUTE_TYPE_INVALID)
		names->by_label[names->n++] = (struct named){
		    value_of(&names->a, &wanted[0]), value_of(&names->a, &wanted[1]), object};
}

static int
compare_bytes(struct bytes a, struct bytes b)
{
	int order =
	    a.len > 0 && b.len > 0 ? memcmp(a.data, b.data, a.len < b.len ? a.len : b.len) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int
compare_labels(const void *a, const void *b)
{
	return compare_bytes(((const struct named *)a)->label, ((const struct named *)b)->label);
}

static int
compare_ids(const void *a, const void *b)
{
	return compare_bytes(((const struct named *)a)->id, ((const struct named *)b)->id);
}

static void
complete(struct token_names *names)
{
	names->by_id = mem_resize(NULL, names->n + 1, sizeof(*names->by_id));
	if (names->n > 0) {
		memcpy(names->by_id, names->by_label, names->n * sizeof(*names->by_id));
		qsort(names->by_label, names->n, sizeof(*names->by_label), compare_labels);
		qsort(names->by_id, names->n, sizeof(*names->by_id), compare_ids);
	}
	names->complete = true;
}

/* Goes on with it, as long as searches took. */
static void
go_on(struct token_names *names, struct token_session *session)
{
	int64_t begun = now_ns(), before = names->read_ns;

	if (!names->objects && !names->refused)
		list(names, session);
	names->read_ns = before + now_ns() - begun;
	while (names->n_read < names->n_objects && names->read_ns < names->searched_ns) {
		read_name(names, session);
		names->read_ns = before + now_ns() - begun;
	}
	if (!names->refused && names->n_read == names->n_objects)
		complete(names);
}

/* --- Both --- */

/* The first of those that may be it. */
static const struct named *
first_of(const struct named *items, size_t n, const struct named *wanted,
    int (*compare)(const void *, const void *))
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&items[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return items + low;
}

static struct bytes
wanted_of(const CK_ATTRIBUTE *attribute)
{
	return attribute ? (struct bytes){attribute->pValue, attribute->ulValueLen}
			 : (struct bytes){0};
}

static CK_ULONG
look_up(const struct token_names *names, const struct token_uri *uri,
    CK_OBJECT_HANDLE objects[TOKEN_OBJECTS_MOST])
{
	const CK_ATTRIBUTE *label = p11_kit_uri_get_attribute(uri->parsed, CKA_LABEL);
	const CK_ATTRIBUTE *id = p11_kit_uri_get_attribute(uri->parsed, CKA_ID);
	const struct named wanted = {wanted_of(label), wanted_of(id), 0};
	const struct named *items = id ? names->by_id : names->by_label, *it;
	CK_ULONG n = 0;

	it = first_of(items, names->n, &wanted, id ? compare_ids : compare_labels);
	for (; it < items + names->n && n < TOKEN_OBJECTS_MOST; it++) {
		if (id ? compare_ids(it, &wanted) : compare_labels(it, &wanted))
			break;
		if (!label || compare_labels(it, &wanted) == 0)
			objects[n++] = it->object;
	}
	return n;
}

static bool
know_all(struct token_names *names, struct token_session *session)
{
	bool all;

	pthread_mutex_lock(&names->lock);
	if (!names->complete && !names->refused && names->searched_ns >= SEARCHED_LONG_NS)
		go_on(names, session);
	all = names->complete;
	pthread_mutex_unlock(&names->lock);
	return all;
}

CK_RV
token_find(struct token_session *session, const struct token_uri *uri,
    CK_OBJECT_HANDLE objects[TOKEN_OBJECTS_MOST], CK_ULONG *n, const char **step)
{
	struct token_names *names = session->token->names;
	int64_t begun;
	CK_RV rv;

	if (know_all(names, session)) {
		*n = look_up(names, uri, objects);
		if (*n > 0) /* else it may be new */
			return CKR_OK;
	}
	begun = now_ns();
	rv = search_named(session, uri, objects, n, step);
	pthread_mutex_lock(&names->lock);
	names->searched_ns += now_ns() - begun;
	pthread_mutex_unlock(&names->lock);
	return rv;
}
