#include "dane/pick.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

/* The question that is being answered, and the certificates that the answer may be of. */
struct choice {
	struct arena *a;
	struct diags *diags;
	struct pos pos;
	const struct certs *certs;
	bool by_key;
};

/* A subset of the certificates. */
struct set {
	bool *has;
	size_t n;
};

static struct set
set_new(const struct choice *choice)
{
	return (struct set){arena_zalloc(choice->a, choice->certs->n * sizeof(bool)), 0};
}

static void
set_add(struct set *set, size_t i)
{
	set->n += !set->has[i];
	set->has[i] = true;
}

static const struct cert *
set_first(const struct choice *choice, const struct set *set, size_t from)
{
	while (from < choice->certs->n && !set->has[from])
		from++;
	return from < choice->certs->n ? &choice->certs->items[from] : NULL;
}

static bool
have_one_key(const struct choice *choice, const struct set *set)
{
	const struct cert *first = set_first(choice, set, 0);

	for (size_t i = 0; i < choice->certs->n; i++) {
		const struct cert *cert = &choice->certs->items[i];

		if (set->has[i] && !bytes_equal(cert->spki, first->spki))
			return false;
	}
	return true;
}

static bool
stands_for(const struct cert *a, const struct cert *b, bool as_ca)
{
	if (as_ca && a->is_ca != b->is_ca)
		return a->is_ca;
	if (as_ca && a->self_signed != b->self_signed)
		return a->self_signed;
	return a->not_after_unix > b->not_after_unix;
}

/* A renewed certificate and the one before, or cross-signed twins, make one and the same record. */
static void
merge_twins(const struct choice *choice, struct set *set, bool as_ca)
{
	size_t best = choice->certs->n;

	if (!choice->by_key || set->n < 2 || !have_one_key(choice, set))
		return;
	for (size_t i = 0; i < choice->certs->n; i++)
		if (set->has[i] &&
		    (best == choice->certs->n ||
			stands_for(&choice->certs->items[i], &choice->certs->items[best], as_ca)))
			best = i;
	*set = set_new(choice);
	set_add(set, best);
}

/* Name and line: certificates of one file often share their name. */
static const char *
label(const struct choice *choice, const struct cert *cert)
{
	if (!cert->line)
		return cert->name;
	return arena_printf(choice->a, "%s (line %zu)", cert->name, cert->line);
}

/* Says that two certificates, or more, would do. */
static int
fail_ambiguous(
    const struct choice *choice, const struct set *set, const char *what, const char *remedy)
{
	const struct cert *first = set_first(choice, set, 0);
	size_t next = (size_t)(first - choice->certs->items) + 1;
	const struct cert *second = set_first(choice, set, next);
	const char *more = set->n > 2 ? arena_printf(choice->a, " and %zu more", set->n - 2) : "";

	return diag_error(choice->diags, choice->pos, D_AMBIGUOUS, "%s: %s%s %s%s: %s; %s",
	    choice->certs->path, label(choice, first), set->n > 2 ? "," : " and",
	    label(choice, second), more, what, remedy);
}

static int
fail_not_ca(const struct choice *choice, const struct cert *cert)
{
	return diag_error(choice->diags, choice->pos, D_NOT_CA,
	    "%s: %s is not the certificate of a CA: write 3 1 1 to pin the server's own "
	    "certificate, or name the file that holds the CA's",
	    choice->certs->path, label(choice, cert));
}

static int
fail_circle(const struct choice *choice)
{
	return diag_error(choice->diags, choice->pos, D_AMBIGUOUS,
	    "%s: its certificates issued each other in a circle; put the one that is meant into a "
	    "file of its own",
	    choice->certs->path);
}

static bool
issued_another(const struct certs *certs, size_t issuer)
{
	for (size_t i = 0; i < certs->n; i++)
		if (certs_issued(certs, issuer, i))
			return true;
	return false;
}

/* Is it at the end of a chain: its private key is there, or else it issued none of the others? */
static bool
is_last(const struct certs *certs, size_t i)
{
	for (size_t j = 0; j < certs->n; j++)
		if (certs->items[j].has_key)
			return certs->items[i].has_key;
	return !issued_another(certs, i);
}

/* Is the common name, by which subjects are called, that of a host (RFC 6125 section 6.4.4)? */
static bool
is_called_as_host(const struct cert *cert)
{
	static const char cn[] = "CN=";
	const char *name = cert->name + sizeof(cn) - 1;

	return strncmp(cert->name, cn, sizeof(cn) - 1) == 0 && strchr(name, '.') &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				  "-.*")];
}

static bool
has_host(const struct cert *cert)
{
	X509 *x509 = cert_decode(cert->der);
	GENERAL_NAMES *names =
	    x509 ? X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL) : NULL;
	bool any = false;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		int type = sk_GENERAL_NAME_value(names, i)->type;

		any = any || type == GEN_DNS || type == GEN_IPADD;
	}
	GENERAL_NAMES_free(names);
	X509_free(x509);
	ERR_clear_error();
	return any;
}

/* Is it for a host by the names that clients look at (RFC 6125 section 6.4)? */
static bool
names_host(const struct cert *cert)
{
	return is_called_as_host(cert) || has_host(cert);
}

/* Servers present the first certificate of a file as their own, and openssl-req(1) lets those that
 * it signs with their own key issue others. */
static bool
may_be_presented(const struct certs *certs, size_t i)
{
	return i == 0 && certs->items[i].line && certs->items[i].self_signed &&
	       certs->items[i].for_server && has_host(&certs->items[i]);
}

/* A CA whose certificates are elsewhere looks like an end, too; beside one that is no CA it is
 * none. */
bool
pick_may_be_end(const struct certs *certs, size_t i)
{
	if (!is_last(certs, i) || !certs->items[i].is_ca || may_be_presented(certs, i))
		return is_last(certs, i);
	for (size_t j = 0; j < certs->n; j++)
		if (!certs->items[j].is_ca && is_last(certs, j))
			return false;
	return true;
}

static struct set
leaves(const struct choice *choice)
{
	struct set set = set_new(choice);

	for (size_t i = 0; i < choice->certs->n; i++)
		if (pick_may_be_end(choice->certs, i))
			set_add(&set, i);
	return set;
}

static struct set
those_for_hosts(const struct choice *choice, const struct set *set)
{
	struct set hosts = set_new(choice);

	for (size_t i = 0; i < choice->certs->n; i++)
		if (set->has[i] && names_host(&choice->certs->items[i]))
			set_add(&hosts, i);
	return hosts;
}

static int
find_leaf(const struct choice *choice, bool said, struct set *found)
{
	static const char apart[] =
	    "put them into files of their own and name the one that is meant, or all";
	struct set hosts;

	*found = leaves(choice);
	if (found->n == 0)
		return fail_circle(choice);
	merge_twins(choice, found, false);
	if (found->n == 1)
		return 0;
	hosts = those_for_hosts(choice, found);
	if (hosts.n == 1 && said) {
		*found = hosts;
		return 0;
	}
	return fail_ambiguous(choice, found,
	    "none of them issued another, so each may be the end entity",
	    hosts.n != 1 ? apart
			 : arena_printf(choice->a, "%s; or write pick=leaf, which means %s", apart,
			       label(choice, set_first(choice, &hosts, 0))));
}

/* Many a server's own certificate is self-signed and may issue, because openssl-req(1) makes them
 * so; but where it names no host, it is more likely a CA's. */
static int
warn_of_ca(const struct choice *choice, const struct cert *cert)
{
	if (cert->for_server || is_called_as_host(cert))
		return 0;
	return diag_add(choice->diags, choice->pos, D_CA_AS_EE,
	    "%s: %s may issue certificates and names no host: is it a CA's, and not the server's "
	    "own?",
	    choice->certs->path, label(choice, cert));
}

static int
check_leaf(const struct choice *choice, bool said, const struct cert *leaf)
{
	bool for_host;

	if (!leaf->is_ca || leaf->has_key)
		return 0;
	if (leaf->self_signed)
		return warn_of_ca(choice, leaf);
	for_host = names_host(leaf);
	if (for_host && said)
		return 0;
	return diag_error(choice->diags, choice->pos, D_NOT_LEAF,
	    "%s: %s is the certificate of a CA, and no end entity is in the file: name the "
	    "server's own certificate, or write 2 1 1 to pin the CA%s",
	    choice->certs->path, label(choice, leaf),
	    for_host ? "; or pick=leaf, if a server presents it as its own" : "");
}

static int
take_leaf(const struct choice *choice, bool said, struct set *found)
{
	if (find_leaf(choice, said, found) < 0)
		return -1;
	return check_leaf(choice, said, set_first(choice, found, 0));
}

static int
pick_leaf(const struct choice *choice, struct set *found)
{
	return take_leaf(choice, false, found);
}

static int
pick_leaf_said(const struct choice *choice, struct set *found)
{
	return take_leaf(choice, true, found);
}

/* `set` and all that issued its members, however far away. */
static void
close_upward(const struct choice *choice, struct set *set)
{
	size_t before;

	do {
		before = set->n;
		for (size_t i = 0; i < choice->certs->n; i++)
			for (size_t j = 0; j < choice->certs->n && !set->has[i]; j++)
				if (set->has[j] && certs_issued(choice->certs, i, j))
					set_add(set, i);
	} while (set->n > before);
}

/* Where a private key tells the end entity, only its own chain counts; else the whole file. */
static struct set
chain(const struct choice *choice)
{
	struct set set = leaves(choice);
	const struct cert *leaf = set_first(choice, &set, 0);

	if (set.n == 1 && leaf->has_key) {
		close_upward(choice, &set);
		return set;
	}
	set = set_new(choice);
	for (size_t i = 0; i < choice->certs->n; i++)
		set_add(&set, i);
	return set;
}

static bool
is_issued_within(const struct choice *choice, const struct set *set, size_t subject)
{
	for (size_t i = 0; i < choice->certs->n; i++)
		if (set->has[i] && certs_issued(choice->certs, i, subject))
			return true;
	return false;
}

static int
pick_top(const struct choice *choice, struct set *found)
{
	struct set within = chain(choice);
	bool any_ca = false;

	*found = set_new(choice);
	for (size_t i = 0; i < choice->certs->n; i++)
		if (within.has[i] && !is_issued_within(choice, &within, i)) {
			set_add(found, i);
			any_ca = any_ca || choice->certs->items[i].is_ca;
		}
	if (found->n == 0)
		return fail_circle(choice);
	if (!any_ca)
		return fail_not_ca(choice, set_first(choice, found, 0));
	merge_twins(choice, found, true);
	if (found->n > 1)
		return fail_ambiguous(choice, found,
		    "none of them was issued by a certificate of the file, so none is the topmost "
		    "CA",
		    "put the CA that is meant into a file of its own, or write pick=issuer or "
		    "pick=all");
	return 0;
}

static int
pick_root(const struct choice *choice, struct set *found)
{
	const struct cert *top;

	if (pick_top(choice, found) < 0)
		return -1;
	top = set_first(choice, found, 0);
	if (top->self_signed)
		return 0;
	return diag_error(choice->diags, choice->pos, D_NOT_CA,
	    "%s: the root is not in the file: %s was issued by another CA; add the root, or leave "
	    "pick=root out",
	    choice->certs->path, label(choice, top));
}

static int
pick_issuer(const struct choice *choice, struct set *found)
{
	const struct certs *certs = choice->certs;
	const struct cert *leaf, *issuer;
	struct set end;

	if (find_leaf(choice, false, &end) < 0)
		return -1;
	leaf = set_first(choice, &end, 0);
	*found = set_new(choice);
	for (size_t i = 0; i < certs->n; i++)
		if (certs_issued(certs, i, (size_t)(leaf - certs->items)))
			set_add(found, i);
	if (found->n == 0)
		return diag_error(choice->diags, choice->pos, D_NOT_CA,
		    "%s: the CA that issued %s is not in the file: add its certificate, or name "
		    "the file that holds it",
		    certs->path, label(choice, leaf));
	merge_twins(choice, found, true);
	if (found->n > 1)
		return fail_ambiguous(choice, found,
		    "they have one key, and each issued the end entity",
		    "put the one that the server sends into a file of its own, or write pick=all");
	issuer = set_first(choice, found, 0);
	return issuer->is_ca ? 0 : fail_not_ca(choice, issuer);
}

static int
pick_all(const struct choice *choice, struct set *found)
{
	*found = set_new(choice);
	for (size_t i = 0; i < choice->certs->n; i++)
		if (choice->certs->items[i].is_ca)
			set_add(found, i);
	return found->n ? 0 : fail_not_ca(choice, &choice->certs->items[0]);
}

static int (*const picks[])(const struct choice *choice, struct set *found) = {
    [PICK_LEAF] = pick_leaf,
    [PICK_LEAF_SAID] = pick_leaf_said,
    [PICK_TOP] = pick_top,
    [PICK_ROOT] = pick_root,
    [PICK_ISSUER] = pick_issuer,
    [PICK_ALL] = pick_all,
};

/* Clients take no server's own certificate for a CA above it, even if it may issue (RFC 7671
 * section 5.2). With its private key in the file, and without any that it issued, it is no CA's. */
static int
refuse_own(const struct choice *choice, const struct set *found)
{
	const struct certs *certs = choice->certs;

	for (size_t i = 0; i < certs->n; i++)
		if (found->has[i] && certs->items[i].has_key && !issued_another(certs, i))
			return diag_error(choice->diags, choice->pos, D_NOT_CA,
			    "%s: %s is the server's own certificate, as its private key is in the "
			    "file: write 3 1 1, or put a CA's into a file without the key",
			    certs->path, label(choice, &certs->items[i]));
	return 0;
}

int
pick_certs(struct arena *a, struct diags *diags, struct pos pos, const struct certs *certs,
    enum pick pick, bool by_key, struct picked *out)
{
	struct choice choice = {a, diags, pos, certs, by_key};
	struct set found;

	if (picks[pick](&choice, &found) < 0)
		return -1;
	if (!pick_is_leaf(pick) && refuse_own(&choice, &found) < 0)
		return -1;
	out->items = arena_alloc(a, found.n * sizeof(const struct cert *));
	out->n = 0;
	for (size_t i = 0; i < certs->n; i++)
		if (found.has[i])
			out->items[out->n++] = &certs->items[i];
	return 0;
}
