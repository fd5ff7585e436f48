#include "dnssec/rrsig_good.h"

#include "dnssec/key.h"
#include "dnssec/verifier.h"

enum { PUBLIC_KEY_AT = 4 }; /* in DNSKEY RDATA: RFC 4034 section 2.1 */

bool
rrsig_good(const struct name *apex, const struct rrsig_set *set, const struct algorithm *algorithm,
    struct bytes dnskey, struct bytes rrsig)
{
	struct verifier_key key = {
	    algorithm, {dnskey.data + PUBLIC_KEY_AT, dnskey.len - PUBLIC_KEY_AT}};
	struct verifier *verifier = verifier_new(&key, 1);
	struct rrsig_period period = {0};
	struct rrsig data = {0};
	size_t head;
	bool good;

	rrsig_begin(&data, apex, &period, set);
	rrsig_key(&data, algorithm->number, key_tag(dnskey));
	head = data.rdata_len;
	good = rrsig.len > head && name_equal(rrsig.data + RRSIG_SIGNER, apex->wire) &&
	       memcmp(rrsig.data, rrsig_rdata(&data).data, RRSIG_EXPIRATION) == 0;
	if (good) {
		rrsig_replay(&data, rrsig);
		good = verifier_good(verifier, 0, rrsig_data(&data),
		    (struct bytes){rrsig.data + head, rrsig.len - head});
	}
	rrsig_free(&data);
	verifier_free(verifier);
	return good;
}
