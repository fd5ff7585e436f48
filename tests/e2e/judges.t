#!/bin/sh
# Every signed zone of the suite before independent judges: dnssec-verify (BIND), ldns-verify-zone
# and kzonecheck (Knot). They see different faults, so all three must be content.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

sign() { # sign KEYS TEMPLATE OUT [OPTION...]
	keys=$1 template=$2 out=$3
	shift 3
	zonepp sign -o "$out" --zone example.org --keys "$keys" "$@" "$template"
}
spoil() { # spoil FILE SCRIPT: the file changed by sed
	sed "$2" "$1" >"$tmp/spoilt.zone"
	! cmp -s "$1" "$tmp/spoilt.zone"
}

# --- The example project ---

ok 'the example is built' example
for zone in $(zones); do
	case $zone in
	2.0.192.in-addr.arpa)
		ok "no signatures in $zone" refuses grep RRSIG "$tmp/example/public/$zone.zone" ;;
	*) judged "$zone of the example" "$zone" "$tmp/example/public/$zone.zone" ;;
	esac
done

# --- A zone of everything that is special for signers, under every algorithm ---

special=$(dirname "$0")/special.zone
for algorithm in RSASHA256 RSASHA512 ECDSAP256SHA256 ECDSAP384SHA384 ED25519 ED448; do
	ok "a CSK of $algorithm is made" new_key "$tmp/csk-$algorithm" $algorithm -f KSK
	ok "$algorithm signs" sign "$tmp/csk-$algorithm" "$special" "$tmp/$algorithm.zone"
	judged "$algorithm" example.org "$tmp/$algorithm.zone"
done
split=$tmp/split
ok 'a KSK is made' new_key "$split" ECDSAP256SHA256 -f KSK
ok 'a ZSK is made' new_key "$split" ECDSAP256SHA256
ok 'KSK and ZSK sign' sign "$split" "$special" "$tmp/split.zone"
judged 'KSK and ZSK' example.org "$tmp/split.zone"
two=$tmp/two
for algorithm in ECDSAP256SHA256 ED25519; do
	ok "a KSK of $algorithm is made" new_key "$two" $algorithm -f KSK
	ok "a ZSK of $algorithm is made" new_key "$two" $algorithm
done
ok 'two algorithms sign' sign "$two" "$special" "$tmp/two.zone"
judged 'two algorithms' example.org "$tmp/two.zone"

# Knot 3.2 sorts \000 at the wrong place.
{ cat "$special"; printf '\\000.z A 192.0.2.1\n\\000 A 192.0.2.1\na\\000b A 192.0.2.1\n'; } >"$tmp/nul"
ok 'labels with \000 are signed' sign "$split" "$tmp/nul" "$tmp/nul.zone"
judged 'labels with \000' example.org "$tmp/nul.zone" bind ldns

# ldns 1.8.3 takes an expiry after 2038 for one before the inception.
ok 'with an expiry after 2038' sign "$split" "$special" "$tmp/2038.zone" --validity 5000d
ok 'it is there' grep -q 'RRSIG.* 20[4-9]' "$tmp/2038.zone"
judged 'an expiry after 2038' example.org "$tmp/2038.zone" bind knot

# --- What the CLI scenarios expect, at the time at which they were signed ---

ldns_accepted() { # ldns_accepted ZONE FILE
	ldns-verify-zone -t 20261124000000 "$2"
}
knot_accepted() {
	kzonecheck -d on -t 1795478400 -o "$1" "$2" # the same instant
}
for file in $(find "$top/tests/cli" -path '*/files/*.zone' -exec grep -lw RRSIG {} + | sort); do
	zone=$(head -n 1 "$file" | cut -f 1)
	for judge in ldns knot; do
		ok "$judge accepts ${file#"$top/tests/cli/"}" ${judge}_accepted "$zone" "$file"
	done
done

# --- The judges see faults: a test that cannot fail proves nothing ---

good=$tmp/split.zone
ok 'another address is made' spoil "$good" 's/192\.0\.2\.80$/192.0.2.81/'
for judge in bind ldns knot; do
	ok "$judge refuses it" refuses ${judge}_accepts example.org "$tmp/spoilt.zone"
done
ok 'a record is lost' spoil "$good" '/^www\.example\.org\..*NSEC/d'
for judge in bind ldns knot; do
	ok "$judge refuses it" refuses ${judge}_accepts example.org "$tmp/spoilt.zone"
done
plan
