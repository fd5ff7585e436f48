#!/bin/sh
# A build with the index of the published file makes, byte for byte, what one makes that parses the
# file: through edits of every kind, as time passes, with other settings and keys, and where somebody
# has touched the file or its index. Ed25519 makes the same signature each time.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

names=400
zone=$tmp/a/zones/example.org.zone
now=1800000000 # 2027-01-15
mkdir -p "$tmp/a/zones" "$tmp/a/keys"

policy() { # policy DENIAL [SETTINGS]
	cat >"$tmp/a/zonepp.yaml" <<-EOF
	defaults: {template: "zones/{zone}.zone", output: "public/{zone}.zone", policy: p}
	policies:
	  p: {denial: $1, validity: 14d, refresh: 5d, jitter: 3d, cds: true, keys: {algorithm: ed25519}${2:+, $2}}
	keys: keys/
	zones: {example.org: {}}
	EOF
}
template() { # so many names; each tenth has two addresses, each seventh is a delegation
	cat <<-EOF
	\$ORIGIN example.org.
	\$TTL 3600
	@ SOA ns1 hostmaster 1 4h 1h 4w 10m
	@ NS ns1
	@ NS ns2
	ns1 A 192.0.2.1
	ns2 A 192.0.2.2
	*.wild TXT "any"
	deep.er.empty.non.terminal A 192.0.2.3
	_25._tcp.mail TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
	EOF
	awk -v n=$names 'BEGIN {
		for (i = 0; i < n; i++) {
			host = sprintf("%c%d", 97 + i * 7 % 26, i)
			if (i % 7 == 3) {
				print host, "NS ns1." host
				print "ns1." host, "A 192.0.2.7"
				if (i % 2) print host, "DS 1 15 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
			} else print host, "A 192.0.2." i % 250
			if (i % 10 == 0 && i % 7 != 3) print host, "A 192.0.2.251"
		}
	}'
}
build() { # build FOLDER: at $now
	zonepp build -q -C "$tmp/$1" --now $now -j "${threads:-2}"
}
blind() { # the same, as it would come without an index
	rm -rf "$tmp/b" && cp -a "$tmp/a" "$tmp/b" && rm -rf "$tmp/b/.zonepp/example.org.index" && build b
}
same() { # both builds: they end alike and leave the same
	blind >"$tmp/b.said" 2>&1
	wanted=$?
	build a >"$tmp/a.said" 2>&1
	status=$?
	cat "$tmp/a.said"
	echo "status $wanted without, $status with the index"
	[ $status -eq $wanted ] && cmp "$tmp/a.said" "$tmp/b.said" &&
		cmp "$tmp/a/public/example.org.zone" "$tmp/b/public/example.org.zone" &&
		cmp "$tmp/a/zonepp.state" "$tmp/b/zonepp.state"
}
edited() { # edited WHAT: the template changed, and the build is right
	now=$((now + 60))
	if cmp -s "$tmp/before" "$zone"; then
		ok "$denial: $1: an edit" false
	fi
	ok "$denial: $1" same
}
edit() { # edit WHAT SED-SCRIPT
	cp "$zone" "$tmp/before"
	sed -e "$2" "$tmp/before" >"$zone"
	edited "$1"
}
add() { # add WHAT LINES
	cp "$zone" "$tmp/before"
	printf '%s\n' "$2" >>"$zone"
	edited "$1"
}
is_there() {
	[ -s "$tmp/a/.zonepp/example.org.index" ]
}
judged() { # by others; kzonecheck 3.2.6 takes two records signed by two keys of Ed25519 for bad
	{ [ "$1" = two-keys ] || kzonecheck -o example.org "$tmp/a/public/example.org.zone" -t $now; } &&
		ldns-verify-zone -t "$(date -u -d @$now +%Y%m%d%H%M%S)" "$tmp/a/public/example.org.zone" &&
		zonepp verify --now $now "$tmp/a/public/example.org.zone"
}

policy nsec
template >"$zone"
ok 'keys' zonepp keys generate --missing -C "$tmp/a" --now $now

for denial in nsec nsec3 '{nsec3, opt-out}'; do
	case $denial in
	nsec | nsec3) policy "$denial" ;;
	*) policy nsec3 'opt-out: true' && denial=opt-out ;;
	esac
	now=$((now + 600))
	template >"$zone"
	ok "$denial: the first build" build a
	ok "$denial: it leaves an index" is_there

	edit 'an address changes' 's/^h1 A .*/h1 A 192.0.2.99/'
	add 'a name comes' 'new A 192.0.2.4'
	edit 'a name in another case' 's/^new A/nEw A/'
	edit 'its TTL' 's/^nEw A/nEw 60 A/'
	add 'a second type' 'new AAAA 2001:db8::1'
	add 'the same record again, which changes nothing' 'new AAAA 2001:db8::1'
	add 'the first name of all and the last' '\000 A 192.0.2.5
zzzzzz A 192.0.2.6'
	edit 'a name goes' '/^o2 /d'
	edit 'the first and the last go' '/^\\000 /d; /^zzzzzz /d'
	edit 'a name under an empty non-terminal goes, and with it five names' '/^deep\.er/d'
	add 'they come again, by another' 'other.empty.non.terminal A 192.0.2.3'
	add 'a delegation above names of the zone' 'terminal NS ns1'
	edit 'it goes' '/^terminal NS/d'
	add 'a DNAME above names' 'non.terminal DNAME elsewhere.example.'
	edit 'it goes' '/DNAME/d'
	add 'a delegation becomes secure' 'v3 DS 2 15 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'
	edit 'and insecure' '/^v3 DS/d'
	edit 'a delegation goes, its glue stays' '/^v3 NS/d'
	edit 'glue comes in another case' '/^ns1\.v3 /s/ns1/NS1/'
	edit 'a TLSA record' 's/TLSA 3 1 1 01/TLSA 3 1 1 02/'
	edit 'NS of the apex' 's/^@ NS ns2/@ NS ns3.example./'
	edit 'the TTL of negative answers' 's/4w 10m/4w 5m/'
	edit 'a wildcard' 's/^\*\.wild/*.x.wild/'
	add 'a name that two lines write differently' 'H1 TXT "x"'
	edit 'many names at once' '/^a[0-9]* /s/A 192.0.2/A 198.51.100/'
	edit 'most names at once' '/^[b-z][0-9]* A/s/A 192.0.2/A 198.51.100/'
	add 'a fault keeps the zone from being built' 'bad A 1.2.3'
	edit 'it is mended' '/^bad /d'

	for days in 1 4 3 2 9; do
		now=$((now + days * 86400))
		ok "$denial: $days days later" same
	done
	now=$((now - 7200))
	ok "$denial: the clock goes back" same
	now=$((now + 10800))
	threads=1
	add 'with one thread' 'one A 192.0.2.1'
	threads=7
	edit 'with seven' '/^one /d'
	threads=2
	ok "$denial: others find it right" judged one-key
done

# --- Settings, keys ---

policy nsec 'validity: 20d'
edit 'another validity' 's/^h1 A .*/h1 A 192.0.2.101/'
policy nsec3
edit 'another denial' 's/^h1 A .*/h1 A 192.0.2.102/'
edit 'and an edit more' 's/^h1 A .*/h1 A 192.0.2.103/'
policy nsec3 'zonemd: true'
edit 'ZONEMD, which needs all records' 's/^h1 A .*/h1 A 192.0.2.104/'
edit 'and an edit more' 's/^h1 A .*/h1 A 192.0.2.105/'
policy nsec3
edit 'without it' 's/^h1 A .*/h1 A 192.0.2.106/'
policy nsec3 'verify: full'
edit 'every signature is to be verified' 's/^h1 A .*/h1 A 192.0.2.107/'
edit 'and an edit more' 's/^h1 A .*/h1 A 192.0.2.108/'
ok 'another key, which signs all' zonepp keys roll -C "$tmp/a" --now $now example.org
edit 'another key' 's/^h1 A .*/h1 A 192.0.2.109/'
now=$((now + 86400 * 3))
edit 'three days later' 's/^h1 A .*/h1 A 192.0.2.110/'
edit 'and an edit more' 's/^h1 A .*/h1 A 192.0.2.111/'
ok 'others find it right' judged two-keys
for days in 4 1 1 1 1 1; do
	now=$((now + days * 86400))
	ok "two keys, of which one signed days earlier: $days days later" same
done

# --- What somebody has touched ---

public=$tmp/a/public/example.org.zone index=$tmp/a/.zonepp/example.org.index
spoil() { # spoil FILE OFFSET: an octet of it
	printf x | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
spoil "$public" 30000
edit 'an octet of the published file' 's/^h1 A .*/h1 A 192.0.2.112/'
spoil "$index" 21
edit 'an octet of the index' 's/^h1 A .*/h1 A 192.0.2.113/'
cp "$index" "$tmp/index"
edit 'meanwhile' 's/^h1 A .*/h1 A 192.0.2.114/'
cp "$tmp/index" "$index"
edit 'an index of an older file' 's/^h1 A .*/h1 A 192.0.2.115/'
: >"$index"
edit 'an empty index' 's/^h1 A .*/h1 A 192.0.2.116/'
rm "$public"
edit 'the published file is gone' 's/^h1 A .*/h1 A 192.0.2.117/'
rm -f "$index" && mkdir "$index"
cp "$zone" "$tmp/before" && sed 's/^h1 A .*/h1 A 192.0.2.118/' "$tmp/before" >"$zone"
now=$((now + 60))
blind >"$tmp/b.said" 2>&1
ok 'a folder in its place: told of' says F009 refuses build a
ok 'built all the same' cmp "$public" "$tmp/b/public/example.org.zone"

# --- sign ---

keys=$tmp/a/keys old=$tmp/old new=$tmp/new
sign() { # sign OUT [OPTION...]
	out=$1
	shift
	zonepp sign -o "$out" --zone example.org --keys "$keys" --nsec3 --serial auto --now $now "$@" "$zone"
}
ok 'sign' sign "$old" --previous "$old" --index
sed 's/^h1 A .*/h1 A 192.0.2.119/' "$zone" >"$tmp/edited" && mv "$tmp/edited" "$zone"
now=$((now + 60))
ok 'sign: an edit, with the index' sign "$new" --previous "$old" --index
ok 'sign: without' sign "$tmp/plain" --previous "$old"
ok 'sign: the same' cmp "$new" "$tmp/plain"
ok 'sign: no index that nobody asked for' test ! -e "$tmp/plain.index"
ok 'sign: beside no file' says 'stands beside a file' refuses sign - --previous "$old" --index
echo 'of another program' >"$tmp/other.index"
ok 'sign: over no other file' says 'no index of a zone' refuses sign "$tmp/other" --previous "$old" --index
ok 'sign: which stays' grep -q another "$tmp/other.index"
ok 'sign: and nothing is written' test ! -e "$tmp/other"
plan
