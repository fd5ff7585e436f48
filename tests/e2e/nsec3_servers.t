#!/bin/sh
# NSD and BIND prove with NSEC3, with and without opt-out, what does not exist, and delv, with the zone's
# own key as its trust anchor, believes them.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

here=$(dirname "$0")
mkdir -p "$tmp/keys" "$tmp/zones"
for zone in nsec3.example optout.example salted.example; do
	dnssec-keygen -q -K "$tmp/keys" -a ECDSAP256SHA256 -f KSK -P now-1y -A now-1y $zone >/dev/null
done
anchors "$tmp/keys" >"$tmp/anchors"
publish() { # publish ZONE OPTION...
	zone=$1
	shift
	zonepp sign -o "$tmp/zones/$zone.zone" --zone "$zone" --keys "$tmp/keys" --zonemd --cds "$@" \
		"$here/tricky.zone"
}
ok 'NSEC3' publish nsec3.example --nsec3
ok 'opt-out' publish optout.example --opt-out
ok 'opt-out with salt and iterations' publish salted.example --opt-out --salt 5a17 --iterations 5

insecure() { # insecure ZONE NAME: a referral that the zone does not vouch for
	delv "@127.0.0.1" -p "$port" -a "$tmp/anchors" +root="$1" "$2" DS >"$tmp/answer" 2>&1
	cat "$tmp/answer"
	grep -q '^; negative response, \(fully validated\|unsigned answer\)' "$tmp/answer"
}

# from_wildcard ZONE NAME TYPE WANTED: with opt-out an insecure delegation might stand where the wildcard
# was asked, so that the answer, good as it is, is not proven (RFC 5155 section 9.2)
from_wildcard() {
	[ "$1" != nsec3.example ] || { answers "$@"; return; }
	delv "@127.0.0.1" -p "$port" -a "$tmp/anchors" +root="$1" "$2" "$3" >"$tmp/answer" 2>&1
	cat "$tmp/answer"
	grep -q '^; unsigned answer' "$tmp/answer" && grep -qF "$4" "$tmp/answer"
}

for server in nsd named; do
	ok "$server starts" serve $server "$tmp/zones" || break
	for o in nsec3.example optout.example salted.example; do
		case $server:$o in # each server and each zone; each zone of each with PARANOID=1
		nsd:optout.example | named:nsec3.example | named:salted.example) [ "${PARANOID-}" ] || continue ;;
		esac
		ok "$server: an address in $o" answers $o ns.$o A 192.0.2.1
		ok "$server: SOA" validates $o $o SOA
		ok "$server: NSEC3PARAM" validates $o $o NSEC3PARAM
		ok "$server: ZONEMD" validates $o $o ZONEMD
		ok "$server: CDS" validates $o $o CDS
		ok "$server: CDNSKEY" validates $o $o CDNSKEY
		ok "$server: the apex has no A" denies $o $o A NXRRSET
		ok "$server: a name has no TXT" denies $o ns.$o TXT NXRRSET
		ok "$server: an empty non-terminal" denies $o ent.$o A NXRRSET
		ok "$server: one below it" denies $o b.ent.$o A NXRRSET
		ok "$server: one that has a wildcard" denies $o wild.ent.$o A NXRRSET
		ok "$server: one above a cut" denies $o some.cuts.$o A NXRRSET
		ok "$server: no name below a name" denies $o x.y.ns.$o A NXDOMAIN
		ok "$server: no name beside those below an empty non-terminal" \
			denies $o x.b.ent.$o A NXDOMAIN
		ok "$server: the wildcard at the apex" from_wildcard $o nobody.$o TXT '"wildcard at the apex"'
		ok "$server: it, two labels deep" from_wildcard $o no.body.$o TXT '"wildcard at the apex"'
		ok "$server: it has no A" denies $o nobody.$o A NXRRSET
		ok "$server: a wildcard" from_wildcard $o any.w.$o A 192.0.2.5
		ok "$server: a wildcard below an empty non-terminal" \
			from_wildcard $o any.wild.ent.$o A 192.0.2.4
		ok "$server: a wildcard has no AAAA" denies $o any.w.$o AAAA NXRRSET
		ok "$server: a name below an asterisk" answers $o sub.\\*.w.$o TXT '"below an asterisk"'
		ok "$server: an octet 200" answers $o "\\200.$o" TXT '"octet"'
		ok "$server: a bit map of several windows" denies $o types.$o MX NXRRSET
		ok "$server: a type of the last window" validates $o types.$o TYPE65280
		ok "$server: DNAME" answers $o dname.$o DNAME other.example.net.
		ok "$server: DS of a secure delegation" answers $o secure.$o DS '60485 13 2'
		ok "$server: no DS of an insecure delegation" insecure $o insecure.$o
		ok "$server: no DS of one alone below an empty non-terminal" insecure $o x.only.cuts.$o
		ok "$server: no DS of one beside a secure one" insecure $o t.some.cuts.$o
	done
	ok "$server: without opt-out that is proven" denies nsec3.example insecure.nsec3.example DS NXRRSET
done
plan
