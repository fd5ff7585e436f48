#!/bin/sh
# An offline key signing key: where it is, it signs the sets of keys of a quarter at a time. Zone signing
# keys come and go each month meanwhile, a new key signing key once, and the zone is good on each day.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

tab=$(printf '\t')
zero=1798761600 # 2027-01-01T00:00:00Z
day() { # day N, from that on
	echo $((zero + $1 * 86400))
}
work=$tmp/work safe=$tmp/safe
mkdir "$work" "$safe"
cat >"$work/zonepp.yaml" <<'YAML'
policies:
  p: { validity: 14d, refresh: 5d, dnskey-validity: 30d, jitter: 0s, cds: true, keys: { algorithm: ecdsap256sha256, ksk: never, zsk: 30d } }
defaults: { template: zone, output: out, policy: p }
keys: keys
zones: { example.org: {} }
YAML
cat >"$work/zone" <<'ZONE'
$ORIGIN example.org.
$TTL 1h
@ SOA ns hostmaster 1 2h 1h 1d 1h
@ NS ns
ns A 192.0.2.1
ZONE
tag() { # tag NAME
	echo "${1##*+}" | sed 's/^0*//'
}
request() { # request DAY UNTIL: into $tmp/request
	zonepp keys request -C "$work" --now "$(day "$1")" --until "$(day "$2")" -o "$tmp/request" example.org
}
sign() { # sign DAY [OPTION...]: what would be signed
	at=$(day "$1")
	shift
	zonepp keys sign --keys "$safe" --now "$at" "$@" "$tmp/request"
}
ceremony() { # ceremony DAY UNTIL RESPONSE
	request "$1" "$2" && sign "$1" -o "$tmp/response" && cp "$tmp/response" "$work/keys/Kexample.org.+$3.skr"
}
build() { # build DAY
	zonepp build -q -C "$work" --now "$(day "$1")"
}
# days FROM TO: a roll and a build on each second day, verified; every eighth by the other judges
days() {
	d=$1
	while [ "$d" -le "$2" ]; do
		zonepp roll -C "$work" --deploy --now "$(day "$d")" >"$tmp/roll" 2>&1
		grep ': .* 20' "$tmp/roll" && echo "day $d: a date was changed" && return 1
		build "$d" >"$tmp/build" 2>&1 || { echo "day $d" && cat "$tmp/build" && return 1; }
		[ ! -s "$tmp/build" ] || [ "${3-}" ] || { echo "day $d" && cat "$tmp/build" && return 1; }
		zonepp verify --zone example.org --at "$(day "$d")" "$work/out" || return 1
		[ $((d % 8)) != 0 ] || judge "$d" || return 1
		d=$((d + 2))
	done
}
judge() { # judge DAY
	ldns-verify-zone -t "$(date -u -d "@$(day "$1")" +%Y%m%d%H%M%S)" "$work/out" &&
		kzonecheck -t "$(day "$1")" -d on -o example.org "$work/out"
}
other() { # other PATTERN: a sed script that puts another character behind it
	printf 's/\\(%s\\)x/\\1y/;t\ns/\\(%s\\)./\\1x/' "$1" "$1"
}
signers() { # signers TYPE: the tags of the keys that signed it
	awk -v type="$1" '$4 == "RRSIG" && $5 == type { print $11 }' "$work/out" | sort -u | tr '\n' ' '
}

ksk=$(zonepp keys generate --keys "$safe" --now "$(day 0)" --ksk --ttl=1h -a ECDSAP256SHA256 example.org)
mkdir "$work/keys"
cp "$safe/$ksk.key" "$work/keys"
zsk=$(zonepp keys generate --keys "$work/keys" --now "$(day 0)" --zsk --ttl=1h -a ECDSAP256SHA256 example.org)

# --- The first quarter ---

ok 'nothing is signed yet' says 'there is none' refuses build 0
ok 'a request' says 'made, to sign from' request 0 90
cp "$tmp/request" "$tmp/first"
ok 'each line of it is a comment or a record' refuses grep -v -e '^;;' -e "^example\.org\.$tab" "$tmp/request"
ok 'what is asked for' says "KSK $(tag "$ksk") (ECDSAP256SHA256), SHA-256" sign 0
ok 'with its end' says 'until 2027-04-01T00:00:00Z' sign 0
ok 'and its changes' says '- ZSK' sign 0
ok 'nothing is signed without -o' refuses test -e "$tmp/response"
ok 'it is signed' sign 0 -o "$tmp/response"
cp "$tmp/response" "$work/keys/Kexample.org.+1.skr"
ok 'a year begins' days 0 80

# Knot's keymgr reads the response; it tells of what is wrong, and exits with 0 all the same.
mkdir "$tmp/knot"
cat >"$tmp/knot/conf" <<CONF
server:
    rundir: "$tmp/knot"
database:
    storage: "$tmp/knot"
policy:
  - id: p
    manual: on
    offline-ksk: on
zone:
  - domain: example.org.
    storage: "$tmp/knot"
    dnssec-signing: on
    dnssec-policy: p
CONF
keymgr() { # keymgr VERB FILE
	PATH="$PATH:/usr/sbin" command keymgr -c "$tmp/knot/conf" example.org. "$@" 2>&1
}
ok 'keymgr accepts the response' prints OK keymgr validate-skr "$tmp/response"
ok 'and imports it' prints OK keymgr import-skr "$tmp/response"
sed "$(other "RRSIG${tab}CDS .*org[.] ....")" "$tmp/response" >"$tmp/bad"
ok 'and not one that was changed' says 'invalid SignedKeyResponse' keymgr validate-skr "$tmp/bad"
ok 'the KSK signed the keys' prints "$(tag "$ksk") " signers DNSKEY
ok 'and nothing else' refuses says " $(tag "$ksk") " signers SOA
ok 'ZSKs have come and gone' refuses says "$(tag "$zsk") " signers SOA
ok 'day 84: a warning' says S015 build 84
ok 'day 84: with its end' says 'until 2027-04-01T00:00:00Z' build 84
ok 'a check warns, too' says S015 zonepp check -C "$work" --now "$(day 84)"
ok 'and does not ahead of it' refuses says S015 zonepp check -C "$work" --now "$(day 82)"
rm -rf "$tmp/public"
cp -Rp "$work" "$tmp/public"
rm "$tmp/public/keys"/*.private
ok 'and so it does without any private key' says S015 zonepp check -C "$tmp/public" --now "$(day 84)"
zonepp keys set -C "$tmp/public" --now "$(day 80)" --publish "$(day 79)" "$tmp/public/keys/$(
	cd "$tmp/public/keys" && grep -l "Publish: $(date -u -d "@$(day 88)" +%Y%m)" K*.key | head -n 1)" >"$tmp/said" 2>&1
ok 'where a date that somebody changes is an error' says 'is in the zone, and not in what was signed for now' \
	refuses zonepp check -C "$tmp/public" --now "$(day 80)"
ok 'but for another time' says S015 zonepp check -C "$work" --now "$(day 70)" --at "$(day 84)"
ok 'the private key never came here' sh -c "! grep -rF \"\$(sed -n 's/^PrivateKey: //p' '$safe/$ksk.private')\" '$work'"

# What is to come counts with good signatures alone.
reseal() { # reseal SED FILE: changed, with the digest that it would have then, into $tmp/resealed
	sed "$1;\$s/SHA-256 .*/SHA-256 /" "$2" | head -c -1 >"$tmp/resealed"
	sha256=$(sha256sum <"$tmp/resealed") && echo "${sha256%% *}" >>"$tmp/resealed"
	! cmp -s "$tmp/resealed" "$2"
}
cp -Rp "$work" "$tmp/spoilt"
from=$(grep -n '^;;' "$tmp/response" | tail -n 2 | head -n 1 | cut -d: -f1)
ok 'the last set has a signature that is none' reseal "${from},\$ { $(other "RRSIG${tab}DNSKEY .* $(tag "$ksk") example[.]org[.] ....")
}" "$tmp/response"
cp "$tmp/resealed" "$tmp/spoilt/keys/Kexample.org.+1.skr"
ok 'and so the end comes sooner' says S015 zonepp check -C "$tmp/spoilt" --now "$(day 82)"
ok 'than that of the last' refuses grep 'until 2027-04-01' "$tmp/output"

# --- The second quarter, which begins ahead of the end of the first ---

ok 'the next request' ceremony 84 180 2
ok 'tells what is new' says ', new, from' sign 84 --previous "$work/keys/Kexample.org.+1.skr"
ok 'one that begins later than the first ends' zonepp keys request -C "$work" --now "$(day 84)" --from "$(day 92)" \
	--until "$(day 180)" -o "$tmp/request" example.org
ok 'leaves a gap' says 'the previous response ends on 2027-04-01T00:00:00Z, and no set follows until this request begins' refuses \
	sign 84 --previous "$work/keys/Kexample.org.+1.skr"
ok 'unless that is over' says 'until 2027-06-30T00:00:00Z' sign 93 --previous "$work/keys/Kexample.org.+1.skr"
cp "$tmp/first" "$tmp/request"
ok 'a response is not ahead of the request before it' says 'the previous response begins on 2027-03-26T00:00:00Z' refuses sign 0 \
	--previous "$work/keys/Kexample.org.+2.skr"
ok 'the year goes on' days 86 120
rm "$work/keys/Kexample.org.+1.skr"
ok 'without the response of the first' days 122 140

# --- Builds that come late ---

# From day 146 to 154 two ZSKs stand in the zone; nobody builds it then. The guard keeps both on day 155,
# and what was signed ahead for them is still valid.
cp -Rp "$work" "$tmp/late"
late() { # late SECONDS: a build, so long after day 155
	zonepp build -q -C "$tmp/late" --now "$(($(day 155) + $1))"
}
ok 'late: the old key signs on' says S098 refuses late 0
ok 'late: the zone is good all the same' zonepp verify --at "$(day 155)" "$tmp/late/out"
ok 'late: with both keys' prints 3 grep -c "${tab}DNSKEY$tab" "$tmp/late/out"
ok 'late: all is well some hours later' prints '' late 10800
ok 'late: it has left' prints 2 grep -c "${tab}DNSKEY$tab" "$tmp/late/out"
ok 'late: the zone is good' zonepp verify --at "$(($(day 155) + 10800))" "$tmp/late/out"

# --- A new key signing key ---

new=$(zonepp keys generate --keys "$safe" --now "$(day 142)" --publish "$(day 150)" --ksk --ttl=1h -a ECDSAP256SHA256 \
	--sync-publish "$(day 160)" example.org)
cp "$safe/$new.key" "$work/keys"
zonepp keys ds -C "$work" --now "$(day 142)" --seen="$(tag "$ksk")" example.org
ok 'the dates of the old one' zonepp keys set -C "$work" --now "$(day 142)" --sync-delete "$(day 160)" \
	--inactive "$(day 180)" --delete "$(day 180)" "keys/$ksk"
ok 'its ceremony' ceremony 142 230 3
ok 'which has both' says "KSK $(tag "$new")" sign 142
ok 'both KSKs' days 142 164
ok 'sign the keys' prints "$(printf '%s\n' "$(tag "$ksk")" "$(tag "$new")" | sort | tr '\n' ' ')" signers DNSKEY
ok 'CDS is of the new one' prints "$(tag "$new")" sh -c "awk '\$4 == \"CDS\" { print \$5 }' '$work/out'"
zonepp keys ds -C "$work" --now "$(day 166)" --seen="$(tag "$new")" example.org
zonepp keys ds -C "$work" --now "$(day 168)" --gone="$(tag "$ksk")" example.org
ok 'the old one leaves' days 170 200
ok 'the new one signs alone' prints "$(tag "$new") " signers DNSKEY

# --- What is wrong ---

cp "$tmp/request" "$tmp/whole"
wrong() { # wrong TEXT SED: what is said of a request that was changed so
	sed "$2" "$tmp/whole" >"$tmp/request"
	! cmp -s "$tmp/whole" "$tmp/request" && says "$1" refuses sign 142 -o "$tmp/none" && [ ! -e "$tmp/none" ]
}
sealed() { # sealed TEXT SED: the same with the digest that it would have then
	reseal "$2" "$tmp/whole" && cp "$tmp/resealed" "$tmp/request" && says "$1" refuses sign 142 -o "$tmp/none" && [ ! -e "$tmp/none" ]
}
last=$(wc -l <"$tmp/whole")
ok 'a bit' wrong "request:$last:" '2s/3600/3601/'
ok 'a key signing key' wrong 'S130' "$(other "257 3 13 ....")"
ok 'a line that is missing' wrong 'it was changed on its way' 3d
ok 'the end that is missing' wrong 'it is not whole' "\$d"
ok 'another key, and a digest that fits' sealed 'has not signed the set' "$(other "256 3 13 ....")"
ok 'all DS records taken away' sealed 'has not signed the CDS or CDNSKEY records' "s/CDS$tab.*/CDS${tab}0 0 0 00/"
ok 'and without a signature, too' sealed 'the CDS records of the set have no signature' \
	"/RRSIG${tab}CDS/d;s/CDS$tab.*/CDS${tab}0 0 0 00/"
ok 'with its place' sealed 'request:2:1: error:' "$(other "256 3 13 ....")"
second=$(grep -n '^;;' "$tmp/whole" | sed -n 2p | cut -d: -f1)
third=$(grep -n '^;;' "$tmp/whole" | sed -n 3p | cut -d: -f1)
ok 'sets that are left out' sealed 'S132' "${second},$((third + 20)){/^;;/!d;/^;; .* ends/!d}"
ok 'another kind of file' says 'it is no key signing request' refuses zonepp keys sign --keys "$safe" "$work/zone"
ok 'of which nothing is told' refuses says hostmaster zonepp keys sign --keys "$safe" "$work/zone"
ok 'another include' wrong 'each line here has a record of its own' "2s,^,\$INCLUDE /etc/passwd\\n,"
ends=';; KeySigningRequest 1.0 ends 5 (1970-01-01T00:00:05Z) SHA-256 '
sha256=$(printf %s "$ends" | sha256sum)
echo "$ends${sha256%% *}" >"$tmp/request"
ok 'an end, and nothing that it could end' prints "$tmp/request:1:1: error: there is no header ahead of the end [S130]" sh -c \
	"zonepp keys sign --keys '$safe' --format gcc '$tmp/request' 2>&1"
cp "$tmp/whole" "$tmp/request"
ok 'another day' says 'is over already' refuses sign 400
mkdir "$tmp/other"
zonepp keys generate --keys "$tmp/other" --now "$(day 0)" --ksk -a ECDSAP256SHA256 example.org >"$tmp/key"
ok 'another KSK' says 'is none of those whose private keys are at hand' refuses zonepp keys sign --keys "$tmp/other" \
	--now "$(day 142)" "$tmp/request"

# --- Responses that are wrong ---

response=$work/keys/Kexample.org.+3.skr
cp "$response" "$tmp/skr"
cp "$work/out" "$tmp/out"
unchanged() { # unchanged TEXT: of a build, which fails and leaves the zone alone
	says "$1" refuses build "${2-202}" && cmp "$tmp/out" "$work/out"
}
sed 's/example\.org/example.net/g' "$tmp/skr" >"$response"
ok 'a response of another zone' unchanged 'this is of another zone than example.org.'
cp "$tmp/first" "$response"
ok 'a request in its place' unchanged 'it is no response to a key signing request'
sed '2s/3600/3601/' "$tmp/skr" >"$response"
ok 'a response that was changed' unchanged 'Kexample.org.+3.skr:'
rm "$response"
ok 'none, and a set that is to change' says S014 refuses build 230
cp "$tmp/skr" "$response"
ok 'the right one again' build 202
zonepp keys generate -C "$work" --now "$(day 203)" --zsk --ttl=1h example.org >"$tmp/key"
cp "$work/out" "$tmp/out"
ok 'a key that nobody has signed' unchanged "ZSK $(tag "$(cat "$tmp/key")") is in the zone, and not in what was signed for now" 204
rm "$work/keys/$(cat "$tmp/key")".*
ok 'without it' build 204
ok 'the period is over' says 'is not among what was signed ahead for now' refuses build 240

# --- Today, for the judge that knows no other time ---

zero=$(($(date +%s) / 3600 * 3600))
rm -rf "$work/keys" "$work/out" "$work/.zonepp" "$work/zonepp.state" "${safe:?}"/*
ksk=$(zonepp keys generate --keys "$safe" --now "$(day -1)" --ksk --ttl=1h -a ECDSAP256SHA256 example.org)
mkdir "$work/keys"
cp "$safe/$ksk.key" "$work/keys"
zonepp keys generate --keys "$work/keys" --now "$(day -1)" --zsk --ttl=1h -a ECDSAP256SHA256 example.org >"$tmp/key"
ok 'a ceremony today' ceremony 0 90 1
ok 'a build' build 0
ok 'dnssec-verify accepts it' bind_accepts example.org "$work/out"

# --- Beside a KSK that is at hand ---

zonepp keys ds -C "$work" --now "$(day 1)" --seen="$(tag "$ksk")" example.org
new=$(zonepp keys generate -C "$work" --now "$(day 1)" --ksk --ttl=1h -a ECDSAP256SHA256 example.org)
cp "$work/keys/$new".* "$safe"
ok 'what was signed lacks it' says 'S123' refuses build 1
cp -Rp "$work" "$tmp/forged"
ok 'a ceremony with it' ceremony 1 90 1
ok 'it joins' prints '' build 1
ok 'both sign' prints "$(printf '%s\n' "$(tag "$ksk")" "$(tag "$new")" | sort | tr '\n' ' ')" signers DNSKEY

# --- Signatures that are none, or of another set ---

# Without a CDS record no judge would miss the key that the parent's DS record is of.
for folder in "$work" "$tmp/forged"; do
	sed -i 's/ cds: true,//' "$folder/zonepp.yaml"
done
ok 'a signature that is none' reseal "$(other "RRSIG${tab}DNSKEY .* $(tag "$ksk") example[.]org[.] ....")" "$tmp/response"
cp "$tmp/resealed" "$tmp/forged/keys/Kexample.org.+1.skr"
ok 'does not count as one' says S123 refuses zonepp build -q -C "$tmp/forged" --now "$(day 1)"
ok 'the key that the parent knows signs on' says "$(tag "$ksk") example.org." grep "RRSIG${tab}DNSKEY" "$tmp/forged/out"
sed -i 's/ 3600 / 7200 /' "$work/keys"/*.key
cp "$work/out" "$tmp/out"
ok 'a TTL that nobody has signed' unchanged S099 2

# --- Beside another signer ---

# Each has keys of its own, and the other's in its template (RFC 8901 section 2.1.2): of the other's nothing is
# at hand that could prove or sign.
them=$tmp/them
begin() { # begin DAY: another pair of keys in $work, of which the KSK is in $safe
	rm -rf "$work/keys" "$work/out" "$work/.zonepp" "$work/zonepp.state" "${safe:?}"/*
	mkdir "$work/keys"
	ksk=$(zonepp keys generate --keys "$safe" --now "$(day "$1")" --ksk --ttl=1h -a ECDSAP256SHA256 example.org) &&
		cp "$safe/$ksk.key" "$work/keys" &&
		zsk=$(zonepp keys generate --keys "$work/keys" --now "$(day "$1")" --zsk --ttl=1h -a ECDSAP256SHA256 example.org)
}
zero=1798761600
mkdir "$them" "$them/keys"
sed 's/dnskey-validity/cds: true, dnskey-validity/' "$work/zonepp.yaml" >"$them/zonepp.yaml"
cp "$them/zonepp.yaml" "$work/zonepp.yaml"
cp "$work/zone" "$them/zone"
cp "$work/zone" "$tmp/template"
zonepp keys generate -C "$them" --now "$(day 0)" --ksk --ttl=1h -a ECDSAP256SHA256 example.org >"$tmp/their-ksk"
zonepp keys generate -C "$them" --now "$(day 0)" --zsk --ttl=1h -a ECDSAP256SHA256 example.org >"$tmp/their-zsk"
ok 'their zone' zonepp build -q -C "$them" --now "$(day 0)"
awk '$4 == "DNSKEY" || $4 == "CDS" || $4 == "CDNSKEY"' "$them/out" >"$tmp/theirs"
cat "$tmp/theirs" >>"$work/zone"
ok 'keys of our own' begin 0
ok 'a request with theirs' request 0 90
ok 'has their ZSK' grep -q "; ZSK $(tag "$(cat "$tmp/their-zsk")")$" "$tmp/request"
ok 'which has not signed it' says "the ZSK $(tag "$(cat "$tmp/their-zsk")") has not signed the set" refuses sign 0 -o "$tmp/none"
ok 'nor is their KSK at hand' says "the KSK $(tag "$(cat "$tmp/their-ksk")") is none of those" refuses sign 0 -o "$tmp/none"
ok 'half of them is not enough' says 'has not signed the set' refuses sign 0 --other "$them/keys/$(cat "$tmp/their-ksk").key"
ok 'both are known' says "KSK $(tag "$(cat "$tmp/their-ksk")") (ECDSAP256SHA256), of another signer, SHA-256" sign 0 \
	--other "$them/keys/$(cat "$tmp/their-ksk").key" --other "$them/keys/$(cat "$tmp/their-zsk").key"
grep "${tab}DNSKEY" "$tmp/theirs" >"$tmp/known"
ok 'by one file' sign 0 --other "$tmp/known" -o "$tmp/response"
zonepp keys ds --keys "$them/keys" --now "$(day 0)" example.org >"$tmp/ds"
ok 'or by DS records, one of which is lacking' says "the ZSK $(tag "$(cat "$tmp/their-zsk")") has not signed" refuses sign 0 --other "$tmp/ds"
ok 'own keys are no others' says 'and no KSK of it' refuses sign 0 --other "$tmp/known" --other "$safe/$ksk.key"
cp "$tmp/response" "$work/keys/Kexample.org.+1.skr"
ok 'ours alone signs' prints "$(tag "$ksk")" sh -c "awk '\$5 == \"DNSKEY\" { print \$11 }' '$tmp/response' | sort -u"
ok 'a month of it' days 0 32
ok 'CDS is of both KSKs' prints 2 grep -c "${tab}CDS$tab" "$work/out"
ok 'their zone leads there, too' zonepp verify --anchor "$safe/$ksk.key" --zone example.org --at "$(day 32)" "$work/out"
grep -v 'DNSKEY.*256' "$work/zone" >"$tmp/zone"
cp "$tmp/zone" "$work/zone"
ok 'a key of theirs that leaves' says "ZSK $(tag "$(cat "$tmp/their-zsk")") is in what was signed for now, and not in the zone" \
	refuses build 34
cp "$tmp/template" "$work/zone"

# --- A new key signing key, by two DS records ---

# The parent has the DS record of the new key ahead of the first signature by it (RFC 6781 section 4.1.2): at
# any time one of the two signs. All of its dates lie in one request.
roll_by_ds() { # roll_by_ds DAY PUBLISH ACTIVATE: the new key stands in the zone and signs from these days on
	new=$(zonepp keys generate --keys "$safe" --now "$(day "$1")" --publish "$(day "$2")" --sync-publish "$(day "$2")" \
		--activate "$(day "$3")" --ksk --ttl=1h -a ECDSAP256SHA256 example.org) &&
		cp "$safe/$new.key" "$work/keys" &&
		zonepp keys set -C "$work" --now "$(day "$1")" --inactive "$(day "$3")" --sync-delete "$(day "$(($3 + 2))")" \
			--delete "$(day "$(($3 + 10))")" "keys/$ksk"
}
both() {
	printf '%s\n' "$(tag "$ksk")" "$(tag "$new")" | sort | tr '\n' ' '
}
wished() { # the tags of CDS
	awk '$4 == "CDS" { print $5 }' "$work/out" | sort | tr '\n' ' '
}
ok 'two DS records: keys' begin 0
ok 'a new one' roll_by_ds 0 2 6
ok 'one ceremony' ceremony 0 40 1
ok 'the first days' days 0 0
zonepp keys ds -C "$work" --now "$(day 1)" --seen="$(tag "$ksk")" example.org
ok 'until both stand in the zone' days 2 4
ok 'and the parent is to have both' prints "$(both)" wished
cp -Rp "$work" "$tmp/waiting"
zonepp keys ds -C "$work" --now "$(day 4)" --seen="$(tag "$new")" example.org
ok 'the parent has both: the new one signs' days 6 6
ok 'as it is' says "$(tag "$new") " signers DNSKEY
ok 'the parent has the old one alone: that signs on' says "the key $(tag "$ksk") (ECDSAP256SHA256) of example.org. is what the \
parent's DS record is of: it stays" refuses zonepp build -q -C "$tmp/waiting" --now "$(day 6)"
ok 'as it has signed ahead' zonepp verify --zone example.org --anchor "$safe/$ksk.key" --at "$(day 6)" "$tmp/waiting/out"
at_once() { # the new key comes when the old one goes
	zonepp keys set -C "$work" --now "$(day 7)" --sync-publish none --publish "$(day 20)" --activate "$(day 20)" "keys/$new" &&
		zonepp keys set -C "$work" --now "$(day 7)" --sync-delete none --inactive "$(day 20)" --delete "$(day 20)" "keys/$ksk"
}
ok 'and all else goes on' refuses cmp "$work/out" "$tmp/waiting/out"
ok 'a new one that comes when the old one goes' at_once
ok 'is refused' says 'the set has no KSK of the set before it' refuses request 7 40

# --- More than a year, with such a roll ---

ahead() { # ahead DAY: until when status says that keys are signed
	zonepp status -C "$work" --now "$(day "$1")" --json | jq -r '.zones[0].keys_signed_until'
}
date_of() { # date_of DAY
	date -u -d "@$(day "$1")" +%Y-%m-%dT%H:%M:%SZ
}
if [ "${PARANOID-}" ]; then
	ok 'year: keys' begin 0
	ok 'year: the first ceremony' ceremony 0 100 1
	ok 'year: the first quarter' days 0 88
	zonepp keys ds -C "$work" --now "$(day 88)" --seen="$(tag "$ksk")" example.org
	ok 'year: the second ceremony' ceremony 90 190 2
	ok 'year: it goes on from the first' prints "$(date_of 190)" ahead 90
	ok 'year: the second quarter' days 90 176
	ok 'year: a new key' roll_by_ds 176 210 230
	ok 'year: the third ceremony' ceremony 178 290 3
	ok 'year: has the new key' says "KSK $(tag "$new") (ECDSAP256SHA256), new, from $(date_of 210)" sign 178 \
		--previous "$work/keys/Kexample.org.+2.skr"
	ok 'year: and the end of the old one' says "until $(date_of 240), SHA-256" sign 178
	ok 'year: the third quarter' days 178 212
	ok 'year: the old one signs alone' prints "$(tag "$ksk") " signers DNSKEY
	ok 'year: a DS record is wished for of both' prints "$(both)" wished
	zonepp keys ds -C "$work" --now "$(day 214)" --seen="$(tag "$new")" example.org
	ok 'year: the parent has both' days 214 228
	ok 'year: still the old one' prints "$(tag "$ksk") " signers DNSKEY
	ok 'year: the new one takes over' days 230 232
	ok 'year: it signs' says "$(tag "$new") " signers DNSKEY
	zonepp keys ds -C "$work" --now "$(day 234)" --gone="$(tag "$ksk")" example.org
	ok 'year: the old one leaves' days 234 268
	ok 'year: the new one signs alone' prints "$(tag "$new") " signers DNSKEY
	ok 'year: it stands in the zone alone' prints 1 grep -c "${tab}DNSKEY${tab}257" "$work/out"
	ok 'year: what is signed ahead is known without the old one' prints "$(date_of 290)" ahead 268
	ok 'year: the fourth ceremony' ceremony 270 370 4
	rm "$work/keys"/*+[12].skr
	ok 'year: the fourth quarter' days 270 358
	ok 'year: the fifth ceremony' ceremony 360 470 5
	ok 'year: the fifth quarter' days 360 460
	ok 'year: the end is near' says S015 build 464
	ok 'year: as status says' says 'the last set of keys that was signed ahead ends: 6 days' refuses zonepp status -C "$work" \
		--now "$(day 464)" --warn 7d
fi
plan
