#include "rollover/host_index.h"

#include <openssl/x509v3.h>
#include <stdlib.h>

static void
add_name(struct host_index *index, const ASN1_STRING *name, size_t number)
{
	size_t len = (size_t)ASN1_STRING_length(name);
	char *text = arena_alloc(index->a, len + 1);

	if (index->n == index->cap) {
		struct host_key *more;

		index->cap = index->cap ? 2 * index->cap : 64;
		more = arena_alloc(index->a, index->cap * sizeof(*more));
		if (index->n)
			memcpy(more, index->keys, index->n * sizeof(*more));
		index->keys = more;
	}
	for (size_t i = 0; i < len; i++)
		text[i] = (char)ascii_lower((uint8_t)ASN1_STRING_get0_data(name)[i]);
	text[len] = '\0';
	index->keys[index->n++] = (struct host_key){text, (uint32_t)number};
}

/* Where a certificate has no alternative names, clients take the common name for one. */
static void
add_common_names(struct host_index *index, X509 *x509, size_t number)
{
	const X509_NAME *subject = X509_get_subject_name(x509);
	int at = -1;

	while ((at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0)
		add_name(index, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)), number);
}

void
host_index_add(struct host_index *index, const struct cert *cert, size_t number)
{
	X509 *x509 = cert_decode(cert->der);
	GENERAL_NAMES *names =
	    x509 ? X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL) : NULL;

	for (int i = 0; names && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS)
			add_name(index, name->d.dNSName, number);
	}
	if (x509)
		add_common_names(index, x509, number);
	GENERAL_NAMES_free(names);
	X509_free(x509);
}

static int
by_key(const void *a, const void *b)
{
	const struct host_key *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->number > y->number) - (x->number < y->number);
}

void
host_index_sort(struct host_index *index)
{
	if (index->n > 0)
		qsort(index->keys, index->n, sizeof(*index->keys), by_key);
}

/* "*" and `rest`, which begins with a dot; or just that, where `star` is empty. */
static int
compare(const char *name, const char *star, const char *rest)
{
	size_t len = strlen(star);
	int order = strncmp(name, star, len);

	return order ? order : strcmp(name + len, rest);
}

static size_t
bound(const struct host_index *index, const char *star, const char *rest, bool above)
{
	size_t low = 0, high = index->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(index->keys[middle].name, star, rest);

		if (order < 0 || (above && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct host_keys
host_index_find(const struct host_index *index, const char *host, bool wildcard)
{
	const char *rest = wildcard ? strchr(host, '.') : host, *star = wildcard ? "*" : "";
	size_t begin;

	if (!rest)
		return (struct host_keys){0};
	begin = bound(index, star, rest, false);
	return (struct host_keys){index->keys + begin, bound(index, star, rest, true) - begin};
}
