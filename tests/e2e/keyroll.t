#!/bin/sh
# Keys that roll by policy alone (RFC 6781 section 4.1, RFC 7583): every three hours `zonepp roll
# --deploy` and `zonepp build` run, as cron would do it, for a parent and its child, and nobody writes
# a date. After each change all that a validator may hold must be valid: the DNSKEY set of one version
# with the data of the other, both ways, and both with the DS sets before and after. BIND and ldns
# judge, and ldns insists on all algorithms. Times lie in the past, as dnssec-verify knows no other
# than now.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

start=$(($(date +%s) / 3600 * 3600 - 8 * 86400))
child=dept.example.org

begin() { # begin NAME KEYS: a project whose policy has these keys
	work=$tmp/$1
	mkdir "$work" "$work/zones"
	cat >"$work/zonepp.yaml" <<-YAML
	policies:
	  rolling: { validity: 30d, refresh: 20d, cds: true, keys: { $2 } }
	  steady: { validity: 30d, refresh: 20d }
	zones: { example.org: { policy: steady }, $child: { policy: rolling } }
	YAML
	cat >"$work/zones/example.org.zone" <<-'ZONE'
	$ORIGIN example.org.
	$TTL 1h
	@ SOA ns hostmaster 1 2h 1h 7d 1h
	@ NS ns
	ns A 192.0.2.1
	dept NS ns
	$DS dept 2h
	ZONE
	cat >"$work/zones/$child.zone" <<-ZONE
	\$ORIGIN $child.
	\$TTL 1h
	@ SOA ns.example.org. hostmaster 1 2h 1h 7d 1h
	@ NS ns.example.org.
	www A 192.0.2.2
	ZONE
	make_key example.org
	shift 2
	for role in "${@:-}"; do
		make_key "$role" "$child"
	done
	hour=0 phases='' last=''
}
make_key() { # make_key [OPTION] ZONE
	[ "$1" ] || shift
	zonepp keys generate -C "$work" --ttl=1h --now="$start" "$@" >/dev/null
}
now() {
	echo $((start + hour * 3600))
}

# --- One round ---

hybrid() { # hybrid KEYS DATA: the zone of DATA with the DNSKEY RRset of KEYS and its signatures
	awk -v keys="$1" '
		{ is_key = $4 == "DNSKEY" || ($4 == "RRSIG" && $5 == "DNSKEY") }
		is_key == (FILENAME == keys)' "$1" "$2" >"$work/hybrid" &&
		dnssec-verify -q -z -o "$child" "$work/hybrid"
}
anchored() { # anchored DS FILE: the DS records, if there are any, lead to the zone's keys
	[ ! -s "$1" ] || ldns-verify-zone -V 1 -k "$1" "$2"
}
valid() { # what is published, beside what was
	new=$work/new
	dnssec-verify -q -z -o "$child" "$new" && ldns-verify-zone -V 1 "$new" &&
		anchored "$work/new.ds" "$new" || return
	[ "$last" ] || return 0
	hybrid "$work/old" "$new" && hybrid "$new" "$work/old" &&
		anchored "$work/old.ds" "$new" && anchored "$work/new.ds" "$work/old"
}
round() {
	zonepp roll -C "$work" --deploy --now="$(now)" >"$work/rolled" &&
		zonepp build -C "$work" --now="$(now)" >"$work/built" || return
	cp "$work/public/$child.zone" "$work/new"
	awk '$4 == "DS"' "$work/public/example.org.zone" >"$work/new.ds"
	if ! cmp -s "$work/new" "$work/old" || ! cmp -s "$work/new.ds" "$work/old.ds"; then
		valid || return
		cp "$work/new" "$work/old"
		cp "$work/new.ds" "$work/old.ds"
		last=$hour
	fi
	awk -v zone="$child" '$1 == zone { print $2, $4 }' "$work/rolled" | sort >"$work/phases"
	phases=$(printf '%s\n%s' "$phases" "$(cat "$work/phases")")
	hour=$((hour + 3))
}
rounds() { # rounds N
	left=$1
	while [ "$left" -gt 0 ]; do
		round || { echo "hour $hour"; cat "$work/rolled" "$work/built"; return 1; }
		left=$((left - 1))
	done
}
passed() { # passed "ROLE PHASE"...: some key was there
	for phase; do
		echo "$phases" | grep -qx "$phase" || { echo "never: $phase"; echo "$phases" | sort | uniq -c; return 1; }
	done
}
keys() { # keys STATE [ROLE]: how many keys of the child are in that state
	zonepp keys list -C "$work" --now="$(now)" "$child" |
		awk -v state="$1" -v role="${2-}" '$5 == state && (role == "" || $3 == role) { n++ } END { print n + 0 }'
}

# --- By policy ---

begin pair 'ksk: 4d, zsk: 2d' --ksk --zsk
ok 'pair: five days' rounds 44
ok 'pair: the ZSK went its way' passed 'ZSK steady' 'ZSK published' 'ZSK retired'
ok 'pair: the KSK, too' passed 'KSK published' 'KSK ds-wanted' 'KSK ds-seen'
ok 'pair: two are at work' [ "$(keys active)" = 2 ]
ok 'pair: old KSKs have gone' [ "$(keys deleted KSK)" = 1 ]
ok 'pair: old ZSKs have gone' [ "$(keys deleted ZSK)" -ge 2 ]

begin csk 'csk: 3d'
ok 'csk: four days' rounds 34
ok 'csk: it went its way' passed 'CSK steady' 'CSK published' 'CSK ds-wanted' 'CSK ds-seen'
ok 'csk: one is at work' [ "$(keys active)" = 1 ]
ok 'csk: one has gone' [ "$(keys deleted)" = 1 ]

# --- A policy that changes from a CSK to a pair, and back ---

wants() { # wants KEYS: so the policy says from now on
	sed -i.old "s/keys: { .* } }/keys: { $1 } }/" "$work/zonepp.yaml"
}
begin roles 'csk: never'
ok 'roles: a day with a CSK' rounds 8
cp "$work/new.ds" "$work/first.ds"
wants 'ksk: never, zsk: 2d'
phases=''
ok 'roles: two days with a pair' rounds 18
ok 'roles: a ZSK came' passed 'CSK steady' 'ZSK published' 'KSK steady' 'ZSK steady'
ok 'roles: two are at work' [ "$(keys active KSK) $(keys active ZSK)" = '1 1' ]
wants 'csk: never'
phases=''
ok 'roles: a day with a CSK again' rounds 12
ok 'roles: the ZSK went' passed 'ZSK retired' 'CSK steady'
ok 'roles: one is at work' [ "$(keys active)" = 1 ]
ok 'roles: the DS record is the same' cmp "$work/first.ds" "$work/new.ds"
wants 'csk: never, algorithm: ED25519'
ok 'roles: an algorithm that no key has' says P044 zonepp build -C "$work" --now="$(now)"
ok 'roles: check says so, too' says P044 zonepp check -C "$work" --now="$(now)"
ok 'roles: the zone stays as its keys sign it' valid

# --- Late ---

roll_only() { # roll_only HOUR: nobody builds
	zonepp roll -C "$work" --deploy --now=$((start + $1 * 3600)) >"$work/rolled"
}
n_keys() {
	zonepp keys list -C "$work" --now="$(now)" --json "$child" |
		jq --arg role "$1" '[.[] | select(.role == $role)] | length'
}
begin late 'ksk: 2d, zsk: 2d' --ksk --zsk
ok 'late: it is published' rounds 2
ok 'late: successors are made' roll_only 60
ok 'late: half a week later they are not published' roll_only 150
ok 'late: no successor gets one itself' [ "$(n_keys KSK) $(n_keys ZSK)" = '2 2' ]
ok 'late: they are still to come' says ' coming ' cat "$work/rolled"

# --- What people do ---

begin orphan 'ksk: never, zsk: never' --ksk --zsk
ok 'orphan: two days' rounds 16
old=$work/$(zonepp keys list -C "$work" --json "$child" | jq -r '.[] | select(.role == "ZSK").file')
ok 'orphan: a ZSK' zonepp keys roll -C "$work" --now="$(now)" --zsk "$child"
ok 'orphan: the old one goes at once' zonepp keys set --now="$(now)" --inactive=now --delete=now "$old"
ok 'orphan: it is kept for what it signed' says S096 zonepp build -C "$work" --now="$(now)" "$child"
ok 'orphan: the KSK signs' says S011 zonepp build -C "$work" --now="$(now)" "$child"
cp "$work/public/$child.zone" "$work/new"
ok 'orphan: it suits what was published' valid
cp "$work/new" "$work/old"
hour=$((hour + 3))
ok 'orphan: a day later' rounds 8
ok 'orphan: it signs' [ "$(keys active ZSK)" = 1 ]

begin strange 'csk: never'
ok 'strange: two days' rounds 16
ok 'strange: all is well' zonepp roll -C "$work" --now="$(now)"
old=$work/$(zonepp keys list -C "$work" --json "$child" | jq -r '.[].file')
zonepp keys generate -C "$work" --now="$(now)" "$child" >/dev/null
zonepp keys set --now="$(now)" --inactive=now --delete=now "$old" >/dev/null
ok 'strange: by force' zonepp build -C "$work" --now="$(now)" --force=S095 --force=S096 --force=S098 \
	"$child"
ok 'strange: roll says so' says ' ds-strange ' zonepp roll -C "$work" --now="$(now)"
ok 'strange: with its code' says '[S110]' zonepp roll -C "$work" --now="$(now)"
ok 'strange: status 1' refuses zonepp roll -C "$work" --now="$(now)"

# --- By hand ---

begin hand 'ksk: never, zsk: never' --ksk --zsk
ok 'hand: a day' rounds 8
ok 'hand: nothing happens' [ "$(keys active)" = 2 ]
ok 'hand: a ZSK' zonepp keys roll -C "$work" --now="$(now)" --zsk "$child"
ok 'hand: not twice' says 'being replaced already' zonepp keys roll -C "$work" --now="$(now)" "$child"
ok 'hand: it is published' rounds 1
ok 'hand: the list says what holds the keys' says 'sign in its place' \
	zonepp keys list -C "$work" --now="$(now)" "$child"
ok 'hand: a day later' rounds 8
ok 'hand: it is another one' [ "$(keys deleted ZSK)" = 1 ]
ok 'hand: the KSK is the same' [ "$(keys deleted KSK)" = 0 ]
ok 'hand: the algorithm they have' refuses zonepp keys roll -C "$work" --now="$(now)" \
	-a ECDSAP256SHA256 "$child"
ok 'hand: another algorithm' zonepp keys roll -C "$work" --now="$(now)" -a RSASHA256 "$child"
ok 'hand: two days later' rounds 18
ok 'hand: it went its way' passed 'KSK signing' 'ZSK signing' 'KSK published' 'KSK ds-wanted' \
	'KSK ds-seen' 'KSK ds-leaves' 'ZSK left' 'KSK left'
ok 'hand: the old algorithm is gone' [ "$(awk '$4 == "DNSKEY" { print $7 }' "$work/new" | sort -u)" = 8 ]
ok 'hand: its signatures, too' [ "$(awk '$4 == "RRSIG" { print $6 }' "$work/new" | sort -u)" = 8 ]
ok 'hand: the DS record is of the new one' [ "$(awk '{ print $6 }' "$work/new.ds")" = 8 ]

# --- What cannot be ---

ok 'without a policy for it' says P041 zonepp keys roll -C "$work" example.org
mv "$work/keys" "$work/away" && mkdir "$work/keys"
ok 'keys that vanished' says P041 zonepp roll -C "$work" --deploy --now="$(now)"
ok 'nothing is published' refuses zonepp build -C "$work" --now="$(now)" "$child"
ok 'what is published stays' cmp "$work/new" "$work/public/$child.zone"
rmdir "$work/keys" && mv "$work/away" "$work/keys"
sed -i.old 's/keys: {/& algorithm: ED25519,/' "$work/zonepp.yaml"
ok 'an algorithm that no key has' says 'keys roll --algorithm=ED25519' zonepp roll -C "$work" --now="$(now)"
sed -i.old 's/keys: {.*}/keys: { csk: 1y, zsk: 3d } }/' "$work/zonepp.yaml"
ok 'a CSK and a ZSK' says 'a csk, which does all' zonepp list -C "$work"
plan
