#!/bin/sh
# Zones that BIND's and ldns's signers signed, and ZONEMD of unsigned ones: zonepp publishes them, the
# judges accept what it wrote, NSD and BIND load it, and delv validates their answers.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

work=$tmp/work
mkdir -p "$work/zones" "$work/certs"
cp "$top/tests/cli/shared/certs/mail.pem" "$work/certs"
new_key "$work/kept" ECDSAP256SHA256 -f KSK
new_key "$work/kept" ECDSAP256SHA256

records() { # records SERIAL: the part of the template that is no signature
	cat <<-ZONE
	\$TTL 1h
	@ SOA ns1 hostmaster $1 2h 15m 4d 1h
	@ NS ns1
	ns1 A 127.0.0.1
	mail A 192.0.2.25
	@ MX 10 mail
	WWW.Example.ORG. CNAME mail
	*.apps A 192.0.2.90
	sub NS ns.sub
	ns.sub A 192.0.2.54
	\$TLSA _25._tcp.mail ../certs/mail.pem
	ZONE
}
project() { # project SETTINGS POLICY
	printf 'policies: { p: { %s } }\nzones: { example.org: { policy: p, %s } }\n' "$2" "$1" \
		>"$work/zonepp.yaml"
}
expanded() { # what goes to the signer
	zonepp print --zone example.org "$work/zones/records.inc" >"$work/records"
}
bind_signs() { # bind_signs OPTION...: only its own records, which the template includes (-D)
	expanded || return 1
	(cd "$work" && dnssec-signzone -q -S -D -K kept "$@" -o example.org -f zones/signed.inc records)
	for part in records signed; do
		echo "\$INCLUDE $part.inc"
	done >"$work/zones/example.org.zone"
}
build() {
	zonepp build -C "$work"
}
builds_signed() { # builds_signed WHAT SERIAL
	ok "$1: published" says "serial $2, signed until" build
	ok "$1: with its serial" test "$(awk '$4 == "SOA" { print $7 }' "$work/public/example.org.zone")" = "$2"
	ok "$1: zonepp verify accepts it" zonepp verify "$work/public/example.org.zone"
	judged "$1" example.org "$work/public/example.org.zone"
}
answered() { # answered SERVER
	ok "$1: an address" answers example.org mail.example.org A 192.0.2.25
	ok "$1: SOA" validates example.org example.org SOA
	ok "$1: TLSA" validates example.org _25._tcp.mail.example.org TLSA
	ok "$1: an alias" answers example.org www.example.org CNAME mail.example.org.
	ok "$1: a wildcard" answers example.org x.apps.example.org A 192.0.2.90
	ok "$1: NXDOMAIN" denies example.org nothing.example.org A NXDOMAIN
	ok "$1: no DS" denies example.org sub.example.org DS NXRRSET
}
anchors "$work/kept" >"$tmp/anchors"

project 'dnssec: external, serial: unixtime' 'validity: 14d'
records 7 >"$work/zones/records.inc"
ok 'dnssec-signzone signs' bind_signs
builds_signed 'dnssec-signzone, included' 7
ok 'NSD starts' serve nsd "$work/public"
answered NSD
records 8 >"$work/zones/records.inc"
ok 'the template moves on, and is not signed' refuses build
ok 'what was published stays' zonepp verify "$work/public/example.org.zone"
ok 'dnssec-signzone signs with NSEC3' bind_signs -3 -
builds_signed 'dnssec-signzone, NSEC3' 8
ok 'BIND starts' serve named "$work/public"
answered BIND

for key in "$work/kept"/K*.private; do # ldns-signzone wants their names alone
	bases="${bases-} ${key%.private}"
done
ldns_signs() { # ldns_signs OPTION...: the zone as a whole
	expanded || return 1
	# shellcheck disable=SC2086
	ldns-signzone "$@" -o example.org -f "$work/zones/example.org.zone" "$work/records" $bases
}
project 'serial: date' 'sign: false'
records 9 >"$work/zones/records.inc"
ok 'ldns-signzone signs' ldns_signs
builds_signed ldns-signzone 9
records 10 >"$work/zones/records.inc"
ok 'ldns-signzone signs with ZONEMD' ldns_signs -z simple:sha384
builds_signed 'ldns-signzone, ZONEMD' 10
ok 'ldns: the digest holds' ldns-verify-zone -ZZ "$work/public/example.org.zone"
ok 'it ends' ldns_signs -e "$(date -u -d '-1 hour' +%Y%m%d%H%M%S)" -i "$(date -u -d '-2 hours' +%Y%m%d%H%M%S)"
ok 'what has expired is not published' refuses build
ok 'nor is it good' says S026 zonepp check -C "$work"

# --- ZONEMD of a zone that nobody signs ---

expanded
rm -rf "$work/public" "$work/.zonepp" "$work/zonepp.state" # a zone that never was signed
for zonemd in sha384 sha512; do
	project 'serial: auto' "sign: false, zonemd: $zonemd"
	for change in 1 2; do
		sed "s/192\.0\.2\.25/192.0.2.2$change/" "$work/records" >"$work/zones/example.org.zone"
		ok "$zonemd, change $change" says ', changed' build
		ok "$zonemd: ldns accepts change $change" ldns-verify-zone -Z "$work/public/example.org.zone"
		ok "$zonemd: zonepp verify, too" says 'unsigned, ZONEMD' \
			zonepp verify "$work/public/example.org.zone"
		ok "$zonemd: and kzonecheck" kzonecheck -o example.org "$work/public/example.org.zone"
	done
done
sed 's/192\.0\.2\.22/192.0.2.23/' "$work/public/example.org.zone" >"$tmp/spoilt"
ok 'ldns sees a change' refuses ldns-verify-zone -Z "$tmp/spoilt"
plan
