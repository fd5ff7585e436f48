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

reload_above() { # reload_above SERIAL
	port=$above_port
	reload "$above_server" org "$1"
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
server=$server_pid
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

# --- A parent that a resolver is asked about ---

work=$tmp/asker
mkdir -p "$work/zones" "$tmp/above"
resolver() { # one with an empty cache
	[ -z "${resolver-}" ] || kill "$resolver"
	cat >"$tmp/resolver" <<-CONF
	server:
		module-config: "iterator"
		local-zone: "org." nodefault
	stub-zone:
		name: org
		stub-addr: 127.0.0.1@$above_port
	CONF
	serve unbound "$tmp/resolver" && resolver=$server_pid
	cat >"$work/zonepp.yaml" <<-YAML
	policies: { p: { validity: 30d, propagation: 1h } }
	zones: { example.org: { policy: p, parent: ["resolver:127.0.0.1:$port"] } }
	YAML
}
above() { # above SERIAL [FOLDER...]: the parent has the DS records of these keys
	serial=$1
	shift
	{
		template org 'example NS ns.example' 'ns.example A 192.0.2.1' | sed "s/hostmaster 1/hostmaster $serial/"
		for folder; do zonepp keys ds --keys "$folder" example.org; done
	} >"$tmp/org"
	zonepp sign -o "$tmp/above/org.zone" --zone org --keys "$tmp/org.keys" "$tmp/org"
}
known() { # the open DS sets of the state file, as tags
	sed -n 's/^set example.org. example.org. DS \([0-9]*\) [^ ]* - \(.*\)/\1 \2/p' "$work/zonepp.state" |
		sed "s/ $old / old /; s/ $new / new /; s/ 13 2 [0-9a-f]*//g; s/ [a-z]*, .*/ both/" | sort
}
tag() { # tag FOLDER
	zonepp keys ds --keys "$1" example.org | awk '{ print $(NF - 3) }'
}
template example.org 'ns A 192.0.2.1' >"$work/zones/example.org.zone"
ok 'keys of the parent' zonepp keys generate --keys "$tmp/org.keys" --now="$(hour 0)" org
ok 'a key' zonepp keys generate --keys "$work/keys" --now="$(hour 0)" --ksk example.org
ok 'another' zonepp keys generate --keys "$work/keys" --now="$(hour 0)" --zsk example.org
cp -R "$work/keys" "$tmp/old"
ok 'the next one' zonepp keys generate --keys "$tmp/new" --now="$(hour 0)" --ksk example.org
old=$(tag "$tmp/old") new=$(tag "$tmp/new")
ok 'the parent has no DS record' above 1
ok 'NSD serves it' serve nsd "$tmp/above"
above_server=$server_pid above_port=$port
ok 'Unbound asks it' resolver
ok 'the zone is built' run 1 build
ok 'none is no news' run 2 roll
ok 'nothing is known' prints '' known
ok 'the parent takes it' above 2 "$tmp/old"
ok 'it has it' reload_above 2
ok 'the resolver looks again' resolver
ok 'it is seen' run 3 roll
ok 'with its TTL' prints '3600 old' known
ok 'the parent has both' above 3 "$tmp/old" "$tmp/new"
ok 'it has them' reload_above 3
ok 'out of its cache' run 4 roll
ok 'the resolver has the old set' prints '3600 old' known
ok 'the resolver looks again' resolver
ok 'both are seen' run 5 roll
ok 'and no set is known without the new one' prints '3600 both' known
ok 'the parent drops the old one' above 4 "$tmp/new"
ok 'it has done so' reload_above 4
ok 'the resolver looks again' resolver
ok 'that is no proof' says P046 run 6 roll
ok 'so both may be there' prints "3600 both
3600 new" known
ok 'it is told' zonepp keys ds -C "$work" --now="$(hour 7)" --gone="$old" example.org
ok 'so there is one' prints '3600 new' known
kill "$resolver"
ok 'who is silent changes nothing' says P014 run 8 roll
ok 'nothing' prints '3600 new' known
plan
