#!/bin/sh
# NSD, BIND, Knot and PowerDNS load a zone again and again, by the hook of zonepp build, while somebody asks
# all of them all the time: through an edit, a ZSK that is rolled, the way from NSEC to NSEC3, and an
# algorithm that is rolled with its DS records at the parent. No answer may be lost, and all that a cache
# may hold at the same time must be valid together (tests/ask/held.h). Where keys are swapped without a
# wait, something is not.
#
# Every half hour `zonepp roll --deploy` and `zonepp build` run, as cron would do it, on a clock of the
# test's own. It goes on when each server has what is published, and has been asked for everything.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

ask=$(dirname "$(command -v zonepp)")/tests/ask/ask
work=$tmp/project parent=example.org child=dept.example.org
now=1924992000 # 2031-01-01T00:00:00Z

skip() { # skip WHAT WHY
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# --- The project ---

begin() {
	mkdir -p "$work/zones"
	cat >"$work/zonepp.yaml" <<-YAML
	policies:
	  steady: { propagation: 30m }
	  rolling: { propagation: 30m, cds: true, keys: { ksk: never, zsk: never } }
	hooks: { changed: [$tmp/tell, "{zone}"] }
	zones: { $parent: { policy: steady }, $child: { policy: rolling } }
	YAML
	cat >"$work/zones/$parent.zone" <<-ZONE
	\$TTL 1h
	@ SOA ns hostmaster 1 2h 1h 7d 1h
	@ NS ns
	ns A 192.0.2.1
	dept NS ns
	\$DS dept 1h
	cut NS ns
	ZONE
	cat >"$work/zones/$child.zone" <<-ZONE
	\$TTL 1h
	@ SOA ns.$parent. hostmaster 1 2h 1h 7d 1h
	@ NS ns.$parent.
	www A 192.0.2.2
	*.w A 192.0.2.3
	a.b.c A 192.0.2.4
	\$GENERATE 1-90 large A 198.51.100.\$
	_25._tcp.mail TLSA 3 1 1 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b854
	cut NS ns.$parent.
	ZONE
	for role in '' --ksk --zsk; do
		zone=$child
		[ "$role" ] || zone=$parent
		zonepp keys generate -C "$work" --ttl=1h --now=$now ${role:+"$role"} $zone >/dev/null || return
	done
}
cat >"$tmp/questions" <<QUESTIONS
$parent DNSKEY answer
$parent SOA answer
no.$parent A nxdomain
x.cut.$parent A insecure
$child DS answer
$child DNSKEY answer
$child SOA answer
$child CDS answer
www.$child A answer
www.$child TXT nodata
x.w.$child A answer
x.w.$child TXT nodata
b.c.$child A nodata
no.$child A nxdomain
x.www.$child A nxdomain
large.$child A answer
_25._tcp.mail.$child TLSA answer
x.cut.$child A insecure
cut.$child DS nodata
QUESTIONS
count() { # count STATE: keys of the child in that state
	zonepp keys list -C "$work" --now=$now --json $child |
		jq --arg state "$1" '[.[] | select(.state == $state)] | length'
}

# --- Time ---

serial_of() { # serial_of ZONE: of its published file
	awk '$4 == "SOA" { print $7; exit }' "$work/public/$1.zone"
}
has_serial() {
	[ "$(query "$1" SOA | cut -d ' ' -f 3)" = "$(serial_of "$1")" ]
}
served() { # each server has what is published
	for zone in $parent $child; do
		[ "$(serial_of "$zone")" != "$(cat "$tmp/serial.$zone" 2>/dev/null)" ] || continue
		for port in $ports; do
			wait_for $$ has_serial "$zone" || { echo "$port: $zone"; return 1; }
		done
		serial_of "$zone" >"$tmp/serial.$zone"
	done
}
all_asked() { # and was asked for everything since
	[ "${asker-}" ] || return 0
	wanted=$(($(rounds) + 2))
	wait_for "$asker" has_rounds
}
rounds() {
	grep . "$tmp/rounds" || rounds
}
has_rounds() {
	[ "$(rounds)" -ge "$wanted" ]
}
step() {
	now=$((now + 1800))
	echo $now >"$tmp/clock"
	if ! zonepp roll -C "$work" --deploy --now=$now >"$tmp/rolled" ||
		! zonepp build -C "$work" --now=$now >"$tmp/built" 2>&1 || ! served || ! all_asked; then
		cat "$tmp/rolled" "$tmp/built"
		return 1
	fi
}
# until_so COMMAND...: steps, until it is so, and three hours more, in which caches forget
until_so() {
	left=100
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] && step || return
	done
	echo "$((100 - left)) steps"
	for _ in 1 2 3 4 5 6; do
		step || return
	done
}
judged_a_lot() { # rounds N, udp N, tcp N, cut N, lost N, wrong N, sets N, pairs N, invalid N
	tr -d , <"$tmp/asked" | awk '/^rounds/ { exit !($4 > 1000 && $6 > 300 && $16 > 150) }'
}
nothing_lost() {
	! grep FAULT "$tmp/asked"
}

# --- What happens ---

publishes() { # publishes TEXT: the child's file has it
	grep -qE "$1" "$work/public/$child.zone"
}
edit() {
	sed -i 's/^www .*/www A 192.0.2.22\nnew A 192.0.2.23/' "$work/zones/$child.zone"
}
has_ds() {
	grep -q "^$child\..*[[:space:]]DS[[:space:]]" "$work/public/$parent.zone"
}
has_gone() { # has_gone N: so many keys
	[ "$(count deleted)" = "$1" ]
}
often() { # often N: with an edit, and the other kind of denial, each hour
	left=$1
	while [ "$left" -gt 0 ]; do
		denial=nsec
		[ $((left % 2)) = 0 ] || denial=nsec3
		sed -i "s/denial: nsec3*/denial: $denial/" "$work/zonepp.yaml"
		sed -i "s/^www .*/www A 198.51.100.$left/" "$work/zones/$child.zone"
		step && step || return
		left=$((left - 1))
	done
}
swap() { # another ZSK in the place of the first, at once
	old=$(zonepp keys list -C "$work" --now=$now --json $child |
		jq -r '.[] | select(.state == "active" and .role == "ZSK") | .file')
	zonepp keys generate -C "$work" --now=$now --ttl=1h --zsk --algorithm=ED25519 $child &&
		zonepp keys set -C "$work" --now=$now --inactive=now --delete=now "$old" || return
	for code in S095 S096 S097 S098 S099 S112; do
		set -- "$@" --force=$code
	done
	zonepp build -C "$work" --now=$now "$@" && served && all_asked
	grep FAULT "$tmp/asked"
}

ports='' asked_ones=''
ok 'a hook' hook_begins
ok 'a project' begin
ok 'it is built' zonepp build -C "$work" --now=$now
while read -r server label; do
	if has_server "$server"; then
		ok "$label serves it" serve "$server" "$work/public"
		ports="$ports $port"
		asked_ones="$asked_ones $label=$port"
		hook_tells "$server"
	else
		skip "$label serves it" 'it is not installed'
	fi
done <<'SERVERS'
nsd NSD
named BIND
knotd Knot
pdns PowerDNS
SERVERS
ok 'the parent has the DS record' until_so has_ds
# shellcheck disable=SC2086 # a list of servers
background "$tmp/asked" "$ask" -a "$(echo "$work"/keys/K$parent.*.key)" -c "$tmp/clock" -p "$tmp/rounds" \
	-u 300 "$tmp/questions" $asked_ones
asker=$!
ok 'somebody asks' wait_for $asker grep . "$tmp/rounds"
ok 'an edit' edit
ok 'it is published' until_so publishes '^new'
ok 'a ZSK is rolled' zonepp keys roll -C "$work" --now=$now --zsk $child
ok 'it goes its way' until_so has_gone 1
ok 'nothing was lost or bogus' nothing_lost
sed -i 's/rolling: {/& denial: nsec3,/' "$work/zonepp.yaml"
ok 'NSEC3 takes the place of NSEC' until_so publishes NSEC3PARAM
ok 'nothing was lost or bogus by that' nothing_lost
ok 'an algorithm is rolled' zonepp keys roll -C "$work" --now=$now -a ED25519 $child
ok 'it goes its way' until_so has_gone 3
ok 'nothing was lost or bogus by that either' nothing_lost
if [ "${PARANOID-}" ]; then
	ok 'a KSK is rolled' zonepp keys roll -C "$work" --now=$now --ksk $child
	ok 'it goes its way' until_so has_gone 4
	ok 'many edits, and ways to NSEC and back' often 20
	ok 'nothing was lost or bogus by all that' nothing_lost
fi
ok 'a wait is skipped: something is bogus' swap
kill $asker && wait $asker
ok 'there was a lot to judge' judged_a_lot
tail -n 1 "$tmp/asked" | sed 's/^/# /'
ok 'a server that does not answer would be noticed' says 'lost 19' "$ask" -r 1 -s 30 "$tmp/questions" \
	"none=$(free_port)"
plan
