#define _GNU_SOURCE
#include "denial.h"

#include <stdbool.h>
#include <stdlib.h>

/* NSEC3: as its owner is, the hash of `name` in its zone. NSEC: a copy of it. */
static ldns_rdf *
owner_for(const ldns_rr *nsec, const ldns_rdf *name)
{
	if (ldns_rr_get_type(nsec) == LDNS_RR_TYPE_NSEC)
		return ldns_rdf_clone(name);
	ldns_rdf *zone = ldns_dname_left_chop(ldns_rr_owner(nsec));
	ldns_rdf *hash = ldns_nsec3_hash_name_frm_nsec3(nsec, name);
	ldns_dname_cat(hash, zone);
	ldns_rdf_deep_free(zone);
	return hash;
}

static bool
is_nsec(const ldns_rr *rr)
{
	return ldns_rr_get_type(rr) == LDNS_RR_TYPE_NSEC ||
	       ldns_rr_get_type(rr) == LDNS_RR_TYPE_NSEC3;
}

/* The one of `list` that stands at `name`. */
static const ldns_rr *
matching(const ldns_rr_list *list, const ldns_rdf *name)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *nsec = ldns_rr_list_rr(list, i);
		if (!is_nsec(nsec))
			continue;
		ldns_rdf *owner = owner_for(nsec, name);
		bool found = ldns_dname_compare(ldns_rr_owner(nsec), owner) == 0;
		ldns_rdf_deep_free(owner);
		if (found)
			return nsec;
	}
	return NULL;
}

/* The one that says that `name` is not there. */
static const ldns_rr *
covering(const ldns_rr_list *list, const ldns_rdf *name)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *nsec = ldns_rr_list_rr(list, i);
		if (!is_nsec(nsec))
			continue;
		ldns_rdf *owner = owner_for(nsec, name);
		bool found = ldns_dname_compare(ldns_rr_owner(nsec), owner) != 0 &&
			     ldns_nsec_covers_name(nsec, owner);
		ldns_rdf_deep_free(owner);
		if (found)
			return nsec;
	}
	return NULL;
}

static bool
has_type(const ldns_rr *nsec, ldns_rr_type type)
{
	return ldns_nsec_bitmap_covers_type(ldns_nsec_get_bitmap(nsec), type);
}

/* Whether one of the NSEC records begins or ends at `name` or below it, so that it is there. */
static bool
is_shown(const ldns_rr_list *list, const ldns_rdf *name)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *nsec = ldns_rr_list_rr(list, i);
		if (ldns_rr_get_type(nsec) != LDNS_RR_TYPE_NSEC)
			continue;
		const ldns_rdf *ends[] = {ldns_rr_owner(nsec), ldns_rr_rdf(nsec, 0)};
		for (int j = 0; j < 2; j++) {
			if (ldns_dname_compare(ends[j], name) == 0 ||
			    ldns_dname_is_subdomain(ends[j], name))
				return true;
		}
	}
	return false;
}

/* What is nearest above `name` and there; `*next` is the name below it towards `name`. */
static ldns_rdf *
closest_encloser(const ldns_rr_list *list, const ldns_rdf *name, ldns_rdf **next)
{
	*next = ldns_rdf_clone(name);
	for (;;) {
		ldns_rdf *above = ldns_dname_left_chop(*next);
		if (!above)
			return NULL;
		if (matching(list, above) || is_shown(list, above))
			return above;
		ldns_rdf_deep_free(*next);
		*next = above;
		if (ldns_dname_label_count(above) == 0)
			return NULL;
	}
}

static ldns_rdf *
wildcard_of(const ldns_rdf *encloser)
{
	ldns_rdf *wildcard = ldns_dname_new_frm_str("*");
	ldns_dname_cat(wildcard, encloser);
	return wildcard;
}

/* That there is no `name`, and either no wildcard for it, or one without `type`. */
static const char *
absence_fault(const ldns_rr_list *list, const ldns_rdf *name, ldns_rr_type type, bool by_wildcard)
{
	const char *fault = NULL;
	ldns_rdf *next, *encloser = closest_encloser(list, name, &next);
	if (!encloser) {
		fault = "no closest encloser";
	} else if (!covering(list, next)) {
		fault = "nothing covers the name";
	} else {
		ldns_rdf *wildcard = wildcard_of(encloser);
		const ldns_rr *nsec =
		    by_wildcard ? matching(list, wildcard) : covering(list, wildcard);
		if (!nsec)
			fault = by_wildcard ? "no wildcard" : "nothing covers the wildcard";
		else if (by_wildcard &&
			 (has_type(nsec, type) || has_type(nsec, LDNS_RR_TYPE_CNAME)))
			fault = "the wildcard has the type";
		ldns_rdf_deep_free(wildcard);
	}
	ldns_rdf_deep_free(next);
	ldns_rdf_deep_free(encloser);
	return fault;
}

/* A name that opt-out leaves out: RFC 5155 section 8.9. */
static bool
is_opted_out(const ldns_rr_list *list, const ldns_rdf *name)
{
	ldns_rdf *next, *encloser = closest_encloser(list, name, &next);
	const ldns_rr *nsec = encloser ? covering(list, next) : NULL;
	bool out = nsec && ldns_rr_get_type(nsec) == LDNS_RR_TYPE_NSEC3 && ldns_nsec3_optout(nsec);
	ldns_rdf_deep_free(next);
	ldns_rdf_deep_free(encloser);
	return out;
}

static const char *
nodata_fault(const ldns_rr_list *list, const ldns_rdf *name, ldns_rr_type type)
{
	const ldns_rr *nsec = matching(list, name);
	if (nsec)
		return has_type(nsec, type) || has_type(nsec, LDNS_RR_TYPE_CNAME)
			   ? "the bit map has the type"
			   : NULL;
	nsec = covering(list, name);
	if (nsec && ldns_rr_get_type(nsec) == LDNS_RR_TYPE_NSEC &&
	    ldns_dname_is_subdomain(ldns_rr_rdf(nsec, 0), name))
		return NULL; /* an empty non-terminal */
	if (type == LDNS_RR_TYPE_DS && is_opted_out(list, name))
		return NULL;
	return absence_fault(list, name, type, true);
}

static const char *
insecure_fault(const ldns_rr_list *list)
{
	const ldns_rdf *name = NULL; /* of the cut */
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		if (ldns_rr_get_type(ldns_rr_list_rr(list, i)) == LDNS_RR_TYPE_NS)
			name = ldns_rr_owner(ldns_rr_list_rr(list, i));
	}
	if (!name)
		return "no referral";
	const ldns_rr *nsec = matching(list, name);
	if (!nsec)
		return is_opted_out(list, name) ? NULL : "nothing says that there is no DS";
	if (!has_type(nsec, LDNS_RR_TYPE_NS) || has_type(nsec, LDNS_RR_TYPE_SOA))
		return "it is no cut";
	return has_type(nsec, LDNS_RR_TYPE_DS) ? "the bit map has DS" : NULL;
}

const char *
denial_fault(const ldns_rr_list *authority, const ldns_rdf *name, ldns_rr_type type, enum kind kind)
{
	switch (kind) {
	case KIND_NODATA:
		return nodata_fault(authority, name, type);
	case KIND_NXDOMAIN:
		return absence_fault(authority, name, type, false);
	case KIND_INSECURE:
		return insecure_fault(authority);
	case KIND_ANSWER:
	case KIND_SECURE:
	case KIND_UNPROVEN:
		break;
	}
	return NULL;
}

const char *
denial_wildcard_fault(const ldns_rr_list *authority, const ldns_rdf *name, uint8_t labels)
{
	ldns_rdf *next = ldns_rdf_clone(name);
	while (ldns_dname_label_count(next) > labels + 1u) {
		ldns_rdf *above = ldns_dname_left_chop(next);
		ldns_rdf_deep_free(next);
		next = above;
	}
	/* RFC 4035 section 5.3.4, RFC 5155 section 8.8 */
	bool proven = covering(authority, next) || covering(authority, name);
	ldns_rdf_deep_free(next);
	return proven ? NULL : "nothing says that the name itself is not there";
}
