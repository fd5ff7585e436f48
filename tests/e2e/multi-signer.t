#!/bin/sh
# A zone that two signers publish, each with keys of its own and the other's in its template (RFC 8901
# section 2.1.2): each must name the keys of both in CDS, for a parent that follows one of them drops
# what it does not name.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

signer() { # signer NAME: its own folder
	mkdir "$tmp/$1"
	cat >"$tmp/$1/zonepp.yaml" <<-'YAML'
	policies: { p: { cds: true } }
	defaults: { template: zone, output: out, policy: p }
	keys: keys
	zones: { example.org: {} }
	YAML
	cat >"$tmp/$1/zone" <<-'ZONE'
	$ORIGIN example.org.
	$TTL 1h
	@ SOA ns hostmaster 1 2h 1h 1d 1h
	@ NS ns
	ns A 192.0.2.1
	ZONE
	zonepp keys generate -C "$tmp/$1" --missing --ttl=1h "$2" "$3" >"$tmp/$1/made"
}
build() { # build SIGNER
	zonepp build -C "$tmp/$1"
}
of_keys() { # of_keys SIGNER: its DNSKEY, CDS and CDNSKEY records, as it publishes them
	awk '$4 == "DNSKEY" || $4 == "CDS" || $4 == "CDNSKEY"' "$tmp/$1/out" | sort
}
wishes() { # wishes SIGNER: what the parent is asked for
	of_keys "$1" | awk '$4 != "DNSKEY"'
}
knows() { # knows SIGNER OTHER: the keys of the other come into its template
	of_keys "$2" | while read -r line; do
		grep -qxF "$line" "$tmp/$1/own" || echo "$line"
	done >>"$tmp/$1/zone"
}
same() { # same COMMAND: both signers say the same
	"$1" one >"$tmp/said.one"
	"$1" two >"$tmp/said.two"
	[ -s "$tmp/said.one" ] && diff "$tmp/said.one" "$tmp/said.two"
}
signs_what_it_wishes() { # of each CDS record the parent makes a DS record; each leads to both zones
	for each in one two; do
		wishes "$each" | awk '$4 == "CDS" { $4 = "DS"; print }' >"$tmp/anchor"
		zonepp verify --anchor "$tmp/anchor" --zone example.org "$tmp/$each/out" || return
	done
}

ok 'one signer' signer one --ksk --zsk
ok 'another' signer two --ksk --zsk
for each in one two; do
	ok "$each is built" build $each
	of_keys $each >"$tmp/$each/own"
done
ok 'one learns of two' knows one two
ok 'two learns of one' knows two one
for each in one two; do
	ok "$each is built again" prints '' sh -c "zonepp build -C '$tmp/$each' 2>&1 >/dev/null"
	judged "$each" example.org "$tmp/$each/out"
done
ok 'they publish the same keys' same of_keys
ok 'and wish for the same' same wishes
ok 'for two keys' prints 2 sh -c "awk '\$4 == \"CDS\"' '$tmp/one/out' | wc -l"
ok 'what is wished for leads to both zones' signs_what_it_wishes
ok 'the next build changes nothing' says '1 unchanged' build one

# --- What is forgotten ---

cp "$tmp/two/zone" "$tmp/whole"
grep -v 'CDS' "$tmp/whole" | grep -v CDNSKEY >"$tmp/two/zone"
ok 'the CDS records of one are forgotten' says S107 build two
cp "$tmp/whole" "$tmp/two/zone"
sed -i '/DNSKEY.257/d' "$tmp/two/zone"
ok 'its DNSKEY record is forgotten' says S106 build two
judged 'what is left then' example.org "$tmp/two/out"
ok 'two wishes for its own key' prints 1 sh -c "awk '\$4 == \"CDS\"' '$tmp/two/out' | wc -l"
grep -v CDNSKEY "$tmp/whole" >"$tmp/two/zone"
ok 'its CDNSKEY record is forgotten' says 'has a CDS record and no CDNSKEY record' refuses build two
plan
