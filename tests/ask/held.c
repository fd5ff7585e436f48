#define _GNU_SOURCE
#include "held.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct set {
	struct set *next;
	char *text; /* by which it is known: records and signatures, in order, without TTL */
	ldns_rr_list *records, *signatures;
	ldns_rdf *signer; /* NULL: not signed */
	time_t last, ttl;
	bool judged;
};

struct held {
	ldns_rr_list *anchors;
	struct set *sets;
	struct held_count count;
};

struct held *
held_new(ldns_rr_list *anchors)
{
	struct held *held = calloc(1, sizeof *held);
	if (!held)
		abort();
	held->anchors = anchors;
	return held;
}

static void
set_free(struct set *set)
{
	ldns_rr_list_deep_free(set->records);
	ldns_rr_list_deep_free(set->signatures);
	ldns_rdf_deep_free(set->signer);
	free(set->text);
	free(set);
}

void
held_free(struct held *held)
{
	while (held->sets) {
		struct set *set = held->sets;
		held->sets = set->next;
		set_free(set);
	}
	free(held);
}

static const ldns_rdf *
owner(const struct set *set)
{
	return ldns_rr_owner(ldns_rr_list_rr(set->records, 0));
}

static ldns_rr_type
type(const struct set *set)
{
	return ldns_rr_get_type(ldns_rr_list_rr(set->records, 0));
}

/* --- One set by another --- */

static void
fault(struct held *held, const struct set *set, const char *from, const char *why)
{
	char *name = ldns_rdf2str(owner(set)), *what = ldns_rr_type2str(type(set));
	printf("FAULT %s %s: %s (answered by %s)\n", name, what, why, from);
	free(name);
	free(what);
	held->count.faults++;
}

static uint8_t
algorithm(const ldns_rr *rr)
{
	size_t field = ldns_rr_get_type(rr) == LDNS_RR_TYPE_DNSKEY ? 2 : 1; /* RRSIG, DS: 1 */
	return ldns_rdf2native_int8(ldns_rr_rdf(rr, field));
}

/* Whether a signature of `set` by that key is valid at `now`. */
static bool
signed_by(const struct set *set, ldns_rr *key, time_t now)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(set->signatures); i++) {
		ldns_rr *signature = ldns_rr_list_rr(set->signatures, i);
		if (ldns_rdf2native_int16(ldns_rr_rrsig_keytag(signature)) ==
			ldns_calc_keytag(key) &&
		    algorithm(signature) == algorithm(key) &&
		    ldns_verify_rrsig_time(set->records, signature, key, now) == LDNS_STATUS_OK)
			return true;
	}
	return false;
}

/* Whether for each algorithm of `keys`, DNSKEY or DS, one of them leads to a DNSKEY of `from`
 * (NULL: is one itself) that has signed `set`. */
static bool
is_valid(const struct set *set, const ldns_rr_list *keys, const ldns_rr_list *from, time_t now)
{
	bool wanted[256] = {false}, found[256] = {false};
	for (size_t i = 0; i < ldns_rr_list_rr_count(keys); i++) {
		ldns_rr *key = ldns_rr_list_rr(keys, i);
		wanted[algorithm(key)] = true;
		for (size_t j = 0; from && j < ldns_rr_list_rr_count(from); j++) {
			ldns_rr *other = ldns_rr_list_rr(from, j);
			if (ldns_rr_compare_ds(other, key) && signed_by(set, other, now))
				found[algorithm(key)] = true;
		}
		if (!from && !found[algorithm(key)] && signed_by(set, key, now))
			found[algorithm(key)] = true;
	}
	return memcmp(wanted, found, sizeof wanted) == 0;
}

static void
judge_data(
    struct held *held, struct set *data, const struct set *keys, time_t now, const char *from)
{
	data->judged = true;
	held->count.pairs++;
	if (!is_valid(data, keys->records, NULL, now))
		fault(held, data, from, "not signed by a DNSKEY set that may be held");
}

static void
judge_keys(
    struct held *held, struct set *keys, const ldns_rr_list *trusted, time_t now, const char *from)
{
	keys->judged = true;
	held->count.pairs++;
	if (!is_valid(keys, trusted, keys->records, now))
		fault(held, keys, from, "not trusted by a DS set that may be held");
}

/* The anchors of that name, or none. */
static void
judge_keys_by_anchors(struct held *held, struct set *keys, time_t now, const char *from)
{
	ldns_rr_list *own = ldns_rr_list_new();
	for (size_t i = 0; i < ldns_rr_list_rr_count(held->anchors); i++) {
		ldns_rr *anchor = ldns_rr_list_rr(held->anchors, i);
		if (ldns_dname_compare(ldns_rr_owner(anchor), owner(keys)) == 0)
			ldns_rr_list_push_rr(own, anchor);
	}
	if (ldns_rr_list_rr_count(own) > 0)
		judge_keys(held, keys, own, now, from);
	ldns_rr_list_free(own);
}

/* --- All that is held --- */

static void
forget(struct held *held, time_t now)
{
	for (struct set **at = &held->sets; *at;) {
		struct set *set = *at;
		if (set->last + set->ttl > now) {
			at = &set->next;
			continue;
		}
		*at = set->next;
		if (!set->judged)
			fault(held, set, "a server", "its signer's keys never came");
		set_free(set);
	}
}

static bool
is_named(const struct set *set, const ldns_rdf *name, ldns_rr_type wanted)
{
	return type(set) == wanted && ldns_dname_compare(owner(set), name) == 0;
}

static void
judge_new(struct held *held, struct set *new, time_t now, const char *from)
{
	bool is_keys = type(new) == LDNS_RR_TYPE_DNSKEY;
	if (is_keys)
		judge_keys_by_anchors(held, new, now, from);
	for (struct set *set = held->sets; set; set = set->next) {
		if (is_named(set, new->signer, LDNS_RR_TYPE_DNSKEY) && !is_keys)
			judge_data(held, new, set, now, from);
		if (is_keys && type(set) != LDNS_RR_TYPE_DNSKEY &&
		    ldns_dname_compare(set->signer, owner(new)) == 0)
			judge_data(held, set, new, now, from);
		if (is_keys && is_named(set, owner(new), LDNS_RR_TYPE_DS))
			judge_keys(held, new, set->records, now, from);
		if (type(new) == LDNS_RR_TYPE_DS && is_named(set, owner(new), LDNS_RR_TYPE_DNSKEY))
			judge_keys(held, set, new->records, now, from);
	}
}

static char *
text_of(const ldns_rr_list *records, const ldns_rr_list *signatures)
{
	ldns_rr_list *all = ldns_rr_list_clone(records);
	ldns_rr_list *more = ldns_rr_list_clone(signatures);
	ldns_rr_list_push_rr_list(all, more);
	for (size_t i = 0; i < ldns_rr_list_rr_count(all); i++) {
		ldns_rr_set_ttl(ldns_rr_list_rr(all, i), 0);
		ldns_rr2canonical(ldns_rr_list_rr(all, i));
	}
	ldns_rr_list_sort(all);
	char *text = ldns_rr_list2str(all);
	ldns_rr_list_free(more);
	ldns_rr_list_deep_free(all);
	return text;
}

void
held_take(struct held *held, const ldns_rr_list *records, const ldns_rr_list *signatures,
    time_t now, const char *from)
{
	char *text = text_of(records, signatures);
	forget(held, now);
	for (struct set *set = held->sets; set; set = set->next) {
		if (strcmp(set->text, text) == 0) {
			set->last = now;
			free(text);
			return;
		}
	}
	struct set *set = calloc(1, sizeof *set);
	if (!set)
		abort();
	set->text = text;
	set->records = ldns_rr_list_clone(records);
	set->signatures = ldns_rr_list_clone(signatures);
	set->signer = ldns_rdf_clone(ldns_rr_rrsig_signame(ldns_rr_list_rr(signatures, 0)));
	set->last = now;
	set->ttl = ldns_rr_ttl(ldns_rr_list_rr(records, 0));
	held->count.sets++;
	judge_new(held, set, now, from);
	set->next = held->sets;
	held->sets = set;
}

struct held_count
held_finish(struct held *held)
{
	for (struct set *set = held->sets; set; set = set->next) {
		if (!set->judged)
			fault(held, set, "a server", "its signer's keys never came");
		set->judged = true;
	}
	return held->count;
}
