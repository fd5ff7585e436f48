#!/bin/sh
# What may still be held of a zone decides which keys stay in it, whatever their dates say (RFC 6781
# section 4.1, RFC 7583): a build with a wrong step ends with status 1 and the time at which the step
# would be right, and publishes what is valid beside all that is held. That is judged by BIND and
# ldns: the old DNSKEY set with the new data, the new one with the old data, each DS record that is
# held with both. At the told time the same build does the step. Hours lie in the past, as
# dnssec-verify knows no other time than now.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

start=$(($(date +%s) / 3600 * 3600 - 5 * 86400))
hour() { # hour N: after the start
	echo $((start + $1 * 3600))
}

# --- A project: example.org and its child dept.example.org ---

begin() { # begin NAME [SETTINGS [PARENT-RECORD...]]: with SETTINGS of the child
	work=$tmp/$1 settings=${2-}
	mkdir "$work" "$work/zones"
	cat >"$work/zonepp.yaml" <<-YAML
	policies:
	  signed: { validity: 30d, refresh: 20d, propagation: 1h }
	  unsigned: { sign: false }
	defaults: { policy: signed }
	zones: { ${parent-example.org: , }dept.example.org: { $settings } }
	YAML
	cat >"$work/zones/example.org.zone" <<-'ZONE'
	$ORIGIN example.org.
	$TTL 1h
	@ SOA ns hostmaster 1 2h 1h 7d 1h
	@ NS ns
	ns A 192.0.2.1
	dept NS ns
	ZONE
	cat >"$work/zones/dept.example.org.zone" <<-'ZONE'
	$ORIGIN dept.example.org.
	$TTL 1h
	@ SOA ns.example.org. hostmaster 1 2h 1h 7d 1h
	@ NS ns.example.org.
	www A 192.0.2.2
	ZONE
	[ "${parent-x}" = '' ] || key "$(hour 0)" example.org
}
key() { # key TIME [OPTION...] ZONE: its base name is in $key
	when=$1
	shift
	key=$(zonepp keys generate -C "$work" --ttl=1h --now="$when" "$@")
	[ "$key" ]
}
leaves() { # leaves KEY HOUR: by its dates
	zonepp keys set --inactive="$(hour "$2")" --delete="$(hour "$2")" "$work/keys/$1" >/dev/null
}
tag() { # tag KEY: without leading zeros
	printf '%d' "$(echo "${1##*+}" | sed 's/^0*//')"
}
build() { # build HOUR [OPTION...]
	when=$(hour "$1")
	shift
	zonepp build -C "$work" --now="$when" "$@"
}
time_of() { # time_of HOUR: as messages tell it
	date -u -d "@$(hour "$1")" +%Y-%m-%dT%H:%M:%SZ
}
records() { # records TYPE [ZONE]: how many the published file has
	awk -v type="$1" '$4 == type { n++ } END { print n + 0 }' "$work/public/${2-dept.example.org}.zone"
}
keep() { # keep NAME: what is published now, as caches may hold it
	cp "$work/public/dept.example.org.zone" "$work/$1"
}
# suits OLD: caches may mix it with what is published, either way
suits() {
	for pair in "$work/$1 $work/public/dept.example.org.zone" \
		"$work/public/dept.example.org.zone $work/$1"; do
		# shellcheck disable=SC2086
		set -- "$1" $pair
		awk -v keys="$2" '
			{ is_key = $4 == "DNSKEY" || ($4 == "RRSIG" && $5 == "DNSKEY") }
			is_key == (FILENAME == keys)' "$2" "$3" >"$work/hybrid"
		dnssec-verify -q -z -o dept.example.org "$work/hybrid" || return
	done
}
anchored() { # anchored KEY: a DS record of it leads to the published keys
	dnssec-dsfromkey -2 "$work/keys/$1" >"$work/ds" &&
		ldns-verify-zone -k "$work/ds" "$work/public/dept.example.org.zone"
}
refused() { # refused CODE HOUR TIME [OPTION...]: status 1, with the time at which it would be right
	code=$1 hour=$2 right=$3
	shift 3
	build "$hour" "$@" >"$tmp/refused" 2>&1
	status=$?
	cat "$tmp/refused"
	[ $status = 1 ] && grep -F "[$code]" "$tmp/refused" | grep -qF "until $right"
}

# --- A ZSK that is swapped without being published ahead ---

begin zsk
ok 'zsk: keys' key "$(hour 0)" --ksk dept.example.org
ok 'zsk: the old one' key "$(hour 0)" --zsk dept.example.org
old=$key
ok 'zsk: built' build 1
keep before
ok 'zsk: the new one' key "$(hour 9)" --zsk dept.example.org
leaves "$old" 9
ok 'zsk: nobody asks yet, so it may go' build 9
cp "$work/before" "$work/public/dept.example.org.zone" && rm -r "$work/.zonepp"
sed -i.old 's/^set dept.example.org.*//; s/^set example.org.*DS.*//' "$work/zonepp.state"
# shellcheck disable=SC2016 # a directive
echo '$DS dept' >>"$work/zones/example.org.zone"
mv "$work/keys/$key.private" "$work/$key.private"
mv "$work/keys/$key.key" "$work/$key.key"
zonepp keys set --inactive=none --delete=none "$work/keys/$old" >/dev/null
ok 'zsk: with a DS record' build 10
ok 'zsk: which needs its time' build 13
ok 'zsk: it is there' [ "$(records DS example.org)" = 1 ]
mv "$work/$key.private" "$work/$key.key" "$work/keys"
leaves "$old" 14
ok 'zsk: the old one has to sign on' refused S098 14 "$(time_of 16)"
ok 'zsk: what is held suits what is published' suits before
ok 'zsk: check says so, too' says S098 zonepp check -C "$work" --now="$(hour 15)"
ok 'zsk: and fails' refuses zonepp check -C "$work" --now="$(hour 15)"
ok 'zsk: three keys' [ "$(records DNSKEY)" = 3 ]
keep before
ok 'zsk: all who hold something know the new one' build 16
ok 'zsk: there is one' [ "$(records DNSKEY)" = 2 ]
ok 'zsk: that suits, too' suits before

# --- A KSK that leaves while the parent's DS record is of it ---

begin ksk
# shellcheck disable=SC2016
echo '$DS dept 2h' >>"$work/zones/example.org.zone"
ok 'ksk: keys' key "$(hour 0)" --zsk dept.example.org
ok 'ksk: the old one' key "$(hour 0)" --ksk dept.example.org
old=$key
ok 'ksk: built' build 1
ok 'ksk: nothing was held of it, but the parent waits for the keys' build 4
ok 'ksk: the DS record' [ "$(records DS example.org)" = 1 ]
keep before
ok 'ksk: the new one' key "$(hour 5)" --ksk dept.example.org
leaves "$old" 5
ok 'ksk: the old one is needed' says S095 build 5
ok 'ksk: status 1' refuses build 5
ok 'ksk: both sign the keys' [ "$(awk '$4 == "RRSIG" && $5 == "DNSKEY"' "$work/public/dept.example.org.zone" | wc -l)" = 2 ]
ok 'ksk: the chain holds' anchored "$old"
ok 'ksk: severity has no say' sh -c "sed -i.old 's/^policies/severity: { S095: off }\n&/' '$work/zonepp.yaml'"
ok 'ksk: status 1 with severity off' refuses build 5
mv "$work/zonepp.yaml.old" "$work/zonepp.yaml"
ok 'ksk: its DS record waits until its key is known' [ "$(records DS example.org)" = 1 ]
ok 'ksk: then it comes beside the old one' says S095 build 7
ok 'ksk: both' [ "$(records DS example.org)" = 2 ]
ok 'ksk: the new one is an anchor, too' anchored "$key"
ok 'ksk: the old DS record is held' refused S095 9 "$(time_of 11)"
ok 'ksk: the old one leaves' build 11
ok 'ksk: two keys are left' [ "$(records DNSKEY)" = 2 ]
ok 'ksk: the chain holds again' anchored "$key"

# --- A compromised key ---

cp -R "$work" "$tmp/forced"
work=$tmp/forced
stolen=$key
ok 'forced: the next key' key "$(hour 20)" --ksk dept.example.org
leaves "$stolen" 20
ok 'forced: not without a word' refuses build 20
ok 'forced: a code that is none' refuses build 20 --force=S001
ok 'forced: with it' build 20 --force=S095 dept.example.org
ok 'forced: the stolen one is gone' [ "$(records DNSKEY)" = 2 ]
ok 'forced: the next build' build 21 dept.example.org
ok 'forced: does not bring it back' [ "$(records DNSKEY)" = 2 ]
ok 'forced: nor does a new key' key "$(hour 22)" --zsk --activate=+1y dept.example.org
ok 'forced: which is published' build 22 dept.example.org
ok 'forced: beside two' [ "$(records DNSKEY)" = 3 ]

# --- Signing that stops under a DS record ---

work=$tmp/ksk
keep before
sed -i.old 's/dept.example.org: {/& policy: unsigned/' "$work/zonepp.yaml"
ok 'unsigned: refused' refuses build 20
ok 'unsigned: with a code' says S114 build 20
sed -i.old '/^.DS/d' "$work/zones/example.org.zone"
ok 'unsigned: the DS record goes first' refuses build 20
ok 'unsigned: the child is as it was' cmp "$work/before" "$work/public/dept.example.org.zone"
ok 'unsigned: the parent has none' [ "$(records DS example.org)" = 0 ]
ok 'unsigned: refused until it is forgotten' refused S099 21 "$(time_of 24)"
ok 'unsigned: now' build 24
ok 'unsigned: the child has no signature' [ "$(records RRSIG)" = 0 ]

# --- DS records of the parent's template ---

begin strange
ok 'strange: key' key "$(hour 0)" dept.example.org
echo 'dept DS 12345 13 2 0000000000000000000000000000000000000000000000000000000000000000' \
	>>"$work/zones/example.org.zone"
ok 'strange: refused' says S110 build 1
ok 'strange: by check, too' says S110 zonepp check -C "$work" --now="$(hour 1)"
ok 'strange: the parent is not published' refuses test -e "$work/public/example.org.zone"
begin over-unsigned 'policy: unsigned'
echo 'dept DS 12345 13 2 0000000000000000000000000000000000000000000000000000000000000000' \
	>>"$work/zones/example.org.zone"
ok 'unsigned child: refused' says S111 build 1
begin without
ok 'without DS: a key' key "$(hour 0)" dept.example.org
ok 'without DS: a note' says S113 build 1
ok 'without DS: status 0' build 2
ok 'a directive without project' says S114 sh -c "echo '\$DS dept' | zonepp expand --zone example.org -"

# --- A parent that is asked by people ---

parent=''
begin told
ok 'told: keys' key "$(hour 0)" --zsk dept.example.org
ok 'told: the old one' key "$(hour 0)" --ksk dept.example.org
old=$key
ok 'told: built' build 1
ok 'told: the new one' key "$(hour 2)" --ksk dept.example.org
new=$key
leaves "$old" 2
ok 'told: what the parent has is not known' says S100 build 3
ok 'told: status 1' refuses build 3
tell() { # tell HOUR WHAT KEY
	zonepp keys ds -C "$work" --now="$(hour "$1")" "--$2=$(tag "$3")" dept.example.org
}
ok 'told: that it has the old one' tell 4 seen "$old"
ok 'told: so this stays' says S095 build 5
ok 'told: that it has the new one, too' tell 6 seen "$new"
ok 'told: that the old one is gone' tell 7 gone "$old"
ok 'told: a day is the TTL' refused S095 8 "$(time_of 54)"
ok 'told: the old one leaves' build 54
ok 'told: two keys are left' [ "$(records DNSKEY)" = 2 ]
ok 'told: of a key that it has not' refuses zonepp keys ds -C "$work" --seen=1 dept.example.org
ok 'told: both at once' refuses zonepp keys ds -C "$work" --seen=1 --gone=1 dept.example.org

# --- A KSK whose private file is lost ---

begin lost
ok 'lost: the ZSK' key "$(hour 0)" --zsk dept.example.org
ok 'lost: the KSK' key "$(hour 0)" --ksk dept.example.org
old=$key
ok 'lost: built' build 1
ok 'lost: the parent has it' tell 2 seen "$old"
rm "$work/keys/$old.private"
keep before
ok 'lost: its signature is kept' build 3
ok 'lost: the next KSK' key "$(hour 4)" --ksk dept.example.org
ok 'lost: it waits' says S123 build 4
ok 'lost: status 1' refuses build 4
ok 'lost: the zone is as it was' cmp "$work/before" "$work/public/dept.example.org.zone"
ok 'lost: until the parent has both' tell 5 seen "$key"
ok 'lost: and everybody knows' refused S123 5 "$(time_of 53)"
ok 'lost: a day is the TTL' build 53
ok 'lost: there are three keys' [ "$(records DNSKEY)" = 3 ]
ok 'lost: the next one is an anchor' anchored "$key"
ok 'lost: the history has who signs' [ "$(grep -c ' DNSKEY .* signs' "$work/zonepp.state")" = 2 ]
ok 'lost: the old one alone' grep -q " DNSKEY .* - .* 13 $(tag "$old") [0-9a-f]*\(,\|$\)" "$work/zonepp.state"

begin lost-csk
ok 'lost CSK: the key' key "$(hour 0)" dept.example.org
old=$key
ok 'lost CSK: built' build 1
ok 'lost CSK: the parent has it' tell 2 seen "$old"
rm "$work/keys/$old.private"
ok 'lost CSK: nothing signs' says S004 build 3
ok 'lost CSK: the next one' key "$(hour 4)" dept.example.org
ok 'lost CSK: the DS needs the old one' says S099 build 4
cp -R "$work" "$tmp/lost-csk-both"
ok 'lost CSK: the DS leaves' tell 4 gone "$old"
ok 'lost CSK: but is held' refused S099 51 "$(time_of 52)"
ok 'lost CSK: nobody validates' build 52
work=$tmp/lost-csk-both
ok 'lost CSK: or the parent has both' tell 4 seen "$key"
ok 'lost CSK: no time ends what is published' says 'a DNSKEY set that is held: it stays' build 60
ok 'lost CSK: a code does' build 60 --force=S099

# --- Keys that come from dnssec-policy ---

begin policy
ok 'policy: the ZSK' key "$(hour 0)" --zsk dept.example.org
ok 'policy: the KSK' key "$(hour 0)" --ksk dept.example.org
old=$key
printf '; This is the state of key %s.\nKSK: yes\nDSState: omnipresent\n' "$(tag "$old")" \
	>"$work/keys/$old.state"
ok 'policy: the next KSK' key "$(hour 0)" --ksk dept.example.org
printf 'KSK: yes\nDSState: hidden\n' >"$work/keys/$key.state"
ok 'policy: roll reads them' zonepp roll -C "$work" --now="$(hour 1)"
ok 'policy: and notes one DS record' grep -q " DS 86400 .* - $(tag "$old") 13 2 [0-9a-f]*\$" \
	"$work/zonepp.state"
ok 'policy: built' build 2
leaves "$old" 3
ok 'policy: the old one stays' says S095 build 3
rm "$work/keys/$old.state"
ok 'policy: read once' zonepp roll -C "$work" --now="$(hour 4)"
ok 'policy: the old one still stays' says S095 build 4

# --- CDS records that were published, and would be wrong now ---

begin asked
sed -i.old 's/propagation: 1h/&, cds: true/' "$work/zonepp.yaml"
ok 'asked: keys' key "$(hour 0)" --ksk dept.example.org
ksk=$key
ok 'asked: the old one' key "$(hour 0)" --zsk dept.example.org
old=$key
ok 'asked: built' build 1
ok 'asked: the parent took it' tell 4 seen "$ksk"
ok 'asked: and dropped it' tell 5 gone "$ksk"
ok 'asked: nobody validates' build 60
ok 'asked: so the parent may take it again' [ "$(records CDS)" = 1 ]
ok 'asked: a new ZSK' key "$(hour 60)" --zsk dept.example.org
leaves "$old" 60
ok 'asked: may come at once' build 60
ok 'asked: but with no DS record' [ "$(records CDS)" = 0 ]
ok 'asked: nor an hour later' build 61
ok 'asked: none' [ "$(records CDS)" = 0 ]
ok 'asked: once nobody holds the old keys' build 62
ok 'asked: the parent may' [ "$(records CDS)" = 1 ]
unset parent

# --- A zone that begins to be signed ---

begin begun 'policy: unsigned'
ok 'begun: unsigned' build 1
sed -i.old 's/policy: unsigned/policy: signed/' "$work/zonepp.yaml"
ok 'begun: key' key "$(hour 2)" dept.example.org
ok 'begun: signed' build 3
# shellcheck disable=SC2016 # a directive
echo '$DS dept' >>"$work/zones/example.org.zone"
ok 'begun: unsigned data is held' build 4
ok 'begun: so there is no DS record' [ "$(records DS example.org)" = 0 ]
sed -i.old '/^.DS/d' "$work/zones/example.org.zone"
cp "$work/zones/example.org.zone" "$work/template"
zonepp keys ds -C "$work" dept.example.org | sed 's/IN DS/DS/' >>"$work/zones/example.org.zone"
ok 'begun: nor one by hand' refused S112 4 "$(time_of 5)"
mv "$work/template" "$work/zones/example.org.zone"
# shellcheck disable=SC2016 # a directive
echo '$DS dept' >>"$work/zones/example.org.zone"
ok 'begun: none is held any more' build 5
ok 'begun: so there is one' [ "$(records DS example.org)" = 1 ]
plan
