#!/bin/sh
# Keys that zonepp generates, before the tools of BIND and ldns: they read them, sign with them, and
# derive the same records; and what `keys list` says of keys as time passes.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

same() { # same EXPECTED ACTUAL: two texts, but for case and blanks
	printf 'expected: %s\nactual:   %s\n' "$1" "$2"
	[ "$1" ] && [ "$(plain "$1")" = "$(plain "$2")" ]
}
plain() {
	echo "$1" | tr -d ' \t' | tr '[:upper:]' '[:lower:]'
}
mode_is() { # mode_is MODE FILE
	stat -c '%a %n' "$2"
	[ "$(stat -c %a "$2")" = "$1" ]
}
ds_rdata() { # the RDATA of DS records on standard input
	sed 's/.*[[:space:]]DS[[:space:]]*//; s/[[:space:]]*;.*//'
}

# --- Every algorithm ---

cat >"$tmp/zone" <<'ZONE'
$ORIGIN example.org.
$TTL 1h
@ SOA ns hostmaster 1 2h 1h 3d 1h
@ NS ns
ns A 192.0.2.1
*.wild TXT "some text"
ZONE

bind_signs() { # bind_signs KEYS OUT
	dnssec-signzone -q -S -z -d "$tmp" -K "$1" -o example.org -f "$2" "$tmp/zone" &&
		dnssec-verify -q -z -o example.org "$2"
}
ldns_signs() { # ldns_signs KEY OUT
	ldns-signzone -o example.org -f "$2" "$tmp/zone" "$1" && ldns-verify-zone "$2"
}
we_sign() { # we_sign KEYS OUT
	zonepp sign --zone example.org --keys "$1" -o "$2" "$tmp/zone" &&
		dnssec-verify -q -z -o example.org "$2"
}
their_dates() { # their_dates KEY: as dnssec-settime reads them, in the words of the files
	dnssec-settime -u -p all "$1" | while read -r what seconds; do
		[ "${seconds#*UNSET}" != "$seconds" ] ||
			echo "${what%:} $(date -u -d "@${seconds##* }" +%Y%m%d%H%M%S)"
	done
}
our_dates() { # our_dates FILE: of a .key or .private file
	sed -n 's/^; //; s/^\([A-Z][a-z]*\): \([0-9]\{14\}\).*/\1 \2/p' "$1"
}
accepted() { # accepted ALGORITHM [OPTION...]
	name=$1
	shift
	keys="$tmp/keys-$name$*"
	ok "$name $*: a key is made" zonepp keys generate --keys "$keys" -a "$name" "$@" \
		--inactive=+30d --delete=+40d --ttl=1h example.org
	base=$(cat "$tmp/said")
	ok "$name $*: its private key is its owner's alone" mode_is 600 "$keys/$base.private"
	ok "$name $*: dnssec-settime shows the same dates" same \
		"$(our_dates "$keys/$base.key")" "$(their_dates "$keys/$base")"
	ok "$name $*: dnssec-settime changes it" \
		dnssec-settime -I now+20d "$keys/$base"
	ok "$name $*: we change it back" \
		zonepp keys set --inactive=+40d --delete=none "$keys/$base"
	ok "$name $*: dnssec-settime shows these dates" same \
		"$(our_dates "$keys/$base.private")" "$(their_dates "$keys/$base")"
	ok "$name $*: both files have them" same \
		"$(our_dates "$keys/$base.private")" "$(our_dates "$keys/$base.key")"
	ok "$name $*: with the old mode" mode_is 600 "$keys/$base.private"
	ok "$name $*: DS as dnssec-dsfromkey" same \
		"$(dnssec-dsfromkey -2 "$keys/$base")" "$(zonepp keys ds --keys "$keys" example.org)"
	ok "$name $*: DS with SHA-384 as dnssec-dsfromkey" same \
		"$(dnssec-dsfromkey -a SHA-384 "$keys/$base")" \
		"$(zonepp keys ds --keys "$keys" --digest 4 example.org)"
	ok "$name $*: DS as ldns-key2ds" same \
		"$(ldns-key2ds -n -2 "$keys/$base.key" | ds_rdata)" \
		"$(zonepp keys ds --keys "$keys" example.org | ds_rdata)"
	ok "$name $*: the DNSKEY as in its file" same \
		"$(sed -n '/DNSKEY/s/ 3600//p' "$keys/$base.key")" \
		"$(zonepp keys ds --keys "$keys" --dnskey example.org)"
	ok "$name $*: dnssec-signzone signs with it" bind_signs "$keys" "$tmp/bind.zone"
	ok "$name $*: ldns-signzone signs with it" ldns_signs "$keys/$base" "$tmp/ldns.zone"
	ok "$name $*: zonepp signs with it" we_sign "$keys" "$tmp/ours.zone"
}
accepted RSASHA256
accepted RSASHA256 --bits=4096
accepted RSASHA512 --bits 3072
accepted ECDSAP256SHA256
accepted ecdsap384sha384
accepted 15
accepted ED448

# --- Files ---

ok 'any umask: a key is made' sh -c "umask 0 && zonepp keys generate --keys '$tmp/open' example.org"
base=$(cat "$tmp/said")
ok 'any umask: its mode is 600' mode_is 600 "$tmp/open/$base.private"
ok 'any umask: that of the folder 700' mode_is 700 "$tmp/open"
ok 'a read-only umask: a key is made' \
	sh -c "umask 0377 && zonepp keys generate --keys '$tmp/open' example.org"
base=$(cat "$tmp/said")
ok 'a read-only umask: its mode is 600' mode_is 600 "$tmp/open/$base.private"
ok 'a read-only umask: that of the public one 644' mode_is 644 "$tmp/open/$base.key"
ok 'a folder that cannot be' refuses zonepp keys generate --keys "$tmp/zone" example.org
ok 'a folder below a file' refuses zonepp keys generate --keys "$tmp/zone/no" example.org
ok 'a folder below nothing' zonepp keys generate --keys "$tmp/no/no" example.org

file_name() { # file_name ZONE: ours is what dnssec-keygen calls it, but for the tag
	ours=$(zonepp keys generate --keys "$tmp/names" "$1") &&
		bind=$(dnssec-keygen -q -K "$tmp/names" -a 13 "$1") &&
		same "${bind%+*}" "${ours%+*}" &&
		zonepp keys list --keys "$tmp/names" "$1" | grep -c ECDSA | grep -qx 2
}
ok 'the file of an upper-case zone' file_name EXAMPLE.Net
ok 'the file of the root' file_name .
ok 'the file of a reverse zone' file_name 2.0.192.in-addr.arpa
ok 'the file of an RFC 2317 zone' file_name 0/25.2.0.192.in-addr.arpa
ok 'the file of a zone with a dot in a label' file_name 'a\.b.example'

# --- Roles and dates ---

flags() { # flags KEY: of the DNSKEY in its file
	sed -n 's/.* DNSKEY \([0-9]*\) .*/\1/p' "$1.key"
}
generate() { # generate [OPTION...]: in $tmp/roles
	zonepp keys generate --keys "$tmp/roles" "$@" example.com
}
ok 'a KSK has flags 257' prints 257 flags "$tmp/roles/$(generate --ksk)"
ok 'a ZSK has flags 256' prints 256 flags "$tmp/roles/$(generate --zsk)"
ok 'a key for both has flags 257' prints 257 flags "$tmp/roles/$(generate)"
ok 'both: a pair' generate --ksk --zsk
ok 'algorithm 5 is refused' refuses generate -a RSASHA1
ok 'algorithm 7 is refused' refuses generate -a 7
ok 'an unknown algorithm' refuses generate -a SHA256
ok 'a short RSA key' refuses generate -a 8 --bits 1024
ok 'bits without RSA' refuses generate --bits 2048
ok 'no end ahead of the beginning' says ') is not later than Activate (' \
	refuses generate --activate=+2d --inactive=+1d
ok 'no such time' refuses generate --publish tomorrow
ok 'DS digest 1 is refused' says 'RFC 9905' refuses zonepp keys ds --digest 1 --keys "$tmp/roles" \
	example.com
ok 'no DS where there is no KSK' says S019 refuses zonepp keys ds --keys "$tmp/roles" example.edu

# --- keys list ---

states() { # states TIME: state and next event of the one key of example.net
	zonepp keys list --keys "$tmp/list" --now "$1" example.net | awk 'NR > 1 { print $5, $6, $7 }'
}
zonepp keys generate --keys "$tmp/list" --now 20260101000000 --publish 2026-02-01 \
	--activate 2026-03-01 --inactive 2026-04-01 --delete 2026-05-01 example.net >"$tmp/base"
ok 'future' prints 'future publish 2026-02-01T00:00:00Z' states 2026-01-15
ok 'published' prints 'published activate 2026-03-01T00:00:00Z' states 2026-02-01
ok 'active' prints 'active inactive 2026-04-01T00:00:00Z' states 2026-03-01
ok 'retired' prints 'retired delete 2026-05-01T00:00:00Z' states 2026-04-01
ok 'deleted' prints 'deleted - -' states 2026-05-01
mv "$tmp/list/$(cat "$tmp/base").private" "$tmp"
ok 'offline' prints 'offline inactive 2026-04-01T00:00:00Z' states 2026-03-15
json() { # json MEMBER: of the first key, as Perl writes it
	zonepp keys list --keys "$tmp/list" --now 2026-03-15 --json |
		perl -MJSON::PP -e "\$keys = decode_json(join '', <STDIN>); print 0 + @\$keys, ' ', \$keys->[0]$1"
}
ok 'JSON: the state' prints '1 offline' json '{state}'
ok 'JSON: what comes next' prints '1 2026-04-01T00:00:00Z' json '{next}{time}'
ok 'JSON: the number' prints "1 $(cut -d+ -f3 "$tmp/base" | sed 's/^0*//')" json '{tag}'
ok 'JSON: no private key' prints '1 0' json '{private}'

# --- Keys that other tools leave behind ---

others=$tmp/others
mkdir "$others"
others() { # others COMMAND...: run in the folder; the files that it names in $tmp/said
	(cd "$others" && "$@")
}
their_states() { # their_states ZONE: roles and states of its keys
	zonepp keys list --keys "$others" "$1" | awk 'NR > 1 { print $3, $5 }' | sort
}
ok 'dnssec-keygen -G makes a key' others dnssec-keygen -q -G -a 13 parked.example
ok 'it is parked' prints 'ZSK parked' their_states parked.example
ok 'it does not sign' says 'is parked' refuses zonepp sign --zone parked.example --keys "$others" \
	-o "$tmp/none" "$tmp/zone"
ok 'dnssec-keygen makes one to stand by' others dnssec-keygen -q -f KSK -P now -A none -a 13 standby.example
ok 'it stands by' prints 'CSK standby' their_states standby.example
ok 'dnssec-settime moves it' sh -c "cd '$others' && dnssec-settime -A now Kstandby*.key"
ok 'then it signs' prints 'CSK active' their_states standby.example
ok 'we move it' sh -c "zonepp keys set --activate=none '$others'/Kstandby*.key"
ok 'then it stands by' prints 'CSK standby' their_states standby.example
ok 'ldns-keygen makes one' others ldns-keygen -k -a ECDSAP256SHA256 dateless.example
dateless=$others/$(cat "$tmp/said")
ok 'it signs' prints 'CSK active' their_states dateless.example
ok 'dnssec-settime does not change it' refuses dnssec-settime -I +30d "$dateless"
ok 'we do' zonepp keys set --inactive=+30d "$dateless"
ok 'it signs still' prints 'CSK active' their_states dateless.example
ok 'dnssec-settime shows its dates' same "$(our_dates "$dateless.key")" "$(their_dates "$dateless")"
ok 'and changes it from now on' dnssec-settime -I +20d "$dateless"
ok 'ldns reads it still' sh -c "ldns-key2ds -n -2 '$dateless.key' | grep dateless"
ok 'dnssec-keygen makes one' others dnssec-keygen -q -f KSK -a 13 example.org
old=$(cat "$tmp/said")
ok 'and dnssec-revoke revokes it' others dnssec-revoke "$old"
ok 'whose old file is left out' prints 'CSK revoked' their_states example.org
ok 'which is told' says "$old: note: the key" zonepp keys list --keys "$others" example.org
ok 'a new one is made' others dnssec-keygen -q -f KSK -a 13 example.org
new=$(cat "$tmp/said")
for file in "$others/$new.key" "$others/$new.private"; do sed -i 's/$/\r/' "$file"; done
ok 'BIND accepts the zone with one revoked and one with line ends of other systems' \
	we_sign "$others" "$tmp/revoked.zone"
ok 'with both in it' prints 2 grep -c 'DNSKEY.[0-9]* 3 13' "$tmp/revoked.zone"
sed -i 's/^Activate: ..../Activate: 2001/' "$others/$new.private"
ok 'dates that one file alone tells' says S103 refuses zonepp keys list --keys "$others" example.org

# --- A project ---

mkdir -p "$tmp/project/below"
cat >"$tmp/project/zonepp.yaml" <<'YAML'
defaults: { template: zone, output: "{zone}.signed" }
keys: secrets
zones: { example.org: {}, example.com: { policy: none } }
policies: { none: { sign: false } }
YAML
ok 'the project says where' zonepp keys generate -C "$tmp/project/below" example.org
base=$(cat "$tmp/said")
ok 'the key is there' test -s "$tmp/project/secrets/$base.key"
ok 'not a zone of the project' refuses zonepp keys generate -C "$tmp/project" example.edu
ok 'but with --keys' zonepp keys generate -C "$tmp/project" --keys . example.edu
ok 'all zones of the project' says "example.org" zonepp keys list -p "$tmp/project/zonepp.yaml"
ok 'DS of a zone of the project' prints "$(dnssec-dsfromkey -2 "$tmp/project/secrets/$base")" \
	zonepp keys ds -p "$tmp/project/zonepp.yaml" example.org
plan
