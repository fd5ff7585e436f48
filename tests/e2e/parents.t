#!/bin/sh
# What others publish on which the trust in our zones rests: `zonepp roll` asks real servers for it.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

work=$tmp/project
start=$(($(date +%s) / 3600 * 3600 - 5 * 86400))
hour() { # hour N: after the start
	echo $((start + $1 * 3600))
}
template() { # template ZONE [RECORD...]
	zone=$1
	shift
	cat <<-ZONE
	\$ORIGIN $zone.
	\$TTL 1h
	@ SOA ns.example.org. hostmaster 1 2h 1h 7d 1h
	@ NS ns.example.org.
	ZONE
	for record; do echo "$record"; done
}
run() { # run HOUR VERB [OPTION...]
	when=$(hour "$1")
	verb=$2
	shift 2
	zonepp "$verb" -C "$work" --now="$when" "$@"
}
reload() { # reload SERVER NAME WANTED: until the server answers so
	kill -HUP "$1" && wait_for "$1" is_answered "$2" "$3"
}
is_answered() { # is_answered NAME SERIAL
	query "$1" SOA | grep -q "hostmaster.$1. $2 "
}

# --- A child that is signed elsewhere ---

mkdir -p "$work/zones" "$tmp/served" "$tmp/other"
sign() { # sign KEYS SERIAL: the other signer
	template child.example.org "ns A 192.0.2.1" | sed "s/hostmaster 1/hostmaster $2/" >"$tmp/child"
	zonepp sign -o "$tmp/served/child.example.org.zone" --zone child.example.org --keys "$1" \
		"$tmp/child"
}
parent() { # parent KEYS: the DS records of those
	template example.org 'ns A 192.0.2.1' 'child NS ns' "$(zonepp keys ds --keys "$1" child.example.org)" \
		>"$work/zones/example.org.zone"
}
template child.example.org 'ns A 192.0.2.1' >"$work/zones/child.example.org.zone"
for keys in first second; do
	ok "keys: $keys" zonepp keys generate --keys "$tmp/$keys" --now="$(hour 0)" child.example.org
done
ok 'it is signed' sign "$tmp/first" 1
ok 'NSD serves it' serve nsd "$tmp/served"
server=${pids##* }
cat >"$work/zonepp.yaml" <<-YAML
policies: { p: { validity: 30d, propagation: 1h } }
defaults: { policy: p }
zones:
  example.org:
  child.example.org: { dnssec: external, servers: ["127.0.0.1:$port"] }
YAML
ok 'a key of the parent' zonepp keys generate -C "$work" --now="$(hour 0)" example.org
parent "$tmp/second"
ok 'nothing is known' says S119 run 1 build
ok 'its server is asked' run 2 roll
ok 'its DS record is of none of its keys' says S110 run 3 build
parent "$tmp/first"
ok 'that is right' run 4 build
ok 'without a word' refuses says '[S1' run 4 build
ok 'it swaps its keys' sign "$tmp/second" 2
ok 'its server has them' reload "$server" child.example.org 2
ok 'nobody knows yet' run 5 build
ok 'it is asked again' run 6 roll
ok 'now it is told' says S120 run 7 build
ok 'with status 1' refuses run 7 build
parent "$tmp/second"
ok 'the DS record follows' run 8 build
ok 'that is all' run 9 build
plan
