#!/bin/sh
# NSD and BIND (with PARANOID=1 also Knot and PowerDNS) load what zonepp wrote of zones-example, and delv,
# with that project's own keys as trust anchors, validates their answers.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

same_records() { # same_records ZONE: a zone transfer brings what the file holds
	dig "@127.0.0.1" -p "$port" +noall +answer +onesoa "$1" AXFR >"$tmp/axfr" &&
		normal "$1" "$tmp/axfr" >"$tmp/axfr.normal" &&
		normal "$1" "$tmp/example/public/$1.zone" >"$tmp/file.normal" &&
		[ -s "$tmp/file.normal" ] && diff -u "$tmp/file.normal" "$tmp/axfr.normal"
}
normal() { # normal ZONE FILE: as named-compilezone writes it
	named-compilezone -q -i none -k ignore -n ignore -s full -o - "$1" "$2" | grep -v '^;'
}

ok 'the example is built' example
anchors "$tmp/example/keys" >"$tmp/anchors"
anchors "$tmp/example/keys" | sed 's/"\(.*\)\(....\)=/"\2\1=/' >"$tmp/wrong-anchors"
digest=$(openssl x509 -in "$tmp/example/certs/mail.crt" -noout -pubkey |
	openssl pkey -pubin -outform DER | openssl dgst -sha256 -r | cut -d ' ' -f 1)

for server in nsd named ${PARANOID:+knotd pdns}; do
	ok "$server starts" serve "$server" "$tmp/example/public" || break
	for zone in $(zones); do
		ok "$server serves the records of $zone" same_records "$zone"
	done

	o=example.org
	ok "$server: an address" answers $o portal.$o A 192.0.2.81
	ok "$server: SOA" validates $o $o SOA
	ok "$server: a wildcard" answers $o x.apps.$o A 192.0.2.90
	ok "$server: a wildcard, two labels" answers $o x.y.apps.$o AAAA 2001:db8::90
	ok "$server: a wildcard without the type" denies $o x.apps.$o TXT NXRRSET
	ok "$server: NXDOMAIN" denies $o nothing.$o A NXDOMAIN
	ok "$server: NXDOMAIN deep" denies $o a.b.c.mail.$o A NXDOMAIN
	ok "$server: NODATA" denies $o mail.$o TXT NXRRSET
	ok "$server: NODATA of an empty non-terminal" denies $o _tcp.mail.$o A NXRRSET
	ok "$server: CNAME" answers $o www.$o CNAME $o.
	ok "$server: DS of a delegation" answers $o lab.$o DS '60485 13 2 D4B7D520E7BB'
	ok "$server: an insecure delegation has no DS" denies $o partner.$o DS NXRRSET
	for port_of_mail in 25 465 587; do
		ok "$server: TLSA of port $port_of_mail" \
			answers $o _$port_of_mail._tcp.mail.$o TLSA "3 1 1 $digest"
	done
	ok "$server: KSK and ZSK" answers example.com www.example.com CNAME example.com.
	ok "$server: DNAME" answers example.com old.example.com DNAME example.org.
	ok "$server: Ed25519" answers example.net node03.example.net A 192.0.2.103
	ip6=0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa
	ok "$server: IPv6 reverse" \
		answers $ip6 5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.$ip6 PTR mail.example.org.
	ok "$server: unsigned reverse" \
		prints node07.example.net. query 107.2.0.192.in-addr.arpa PTR
	ok "$server: delv refuses all that under a wrong trust anchor" \
		refuses validates $o portal.$o A "$tmp/wrong-anchors"
done
plan
