#!/bin/sh
# Keys that roll by policy while a resolver looks on: NSD, BIND, Knot and PowerDNS, each where it is there,
# serve a parent and its children, Unbound validates and insists on all algorithms, and somebody asks it
# all the time, whichever of them it asks then. `zonepp roll --deploy` and `zonepp build` run again and
# again, the hook tells them, and not one answer may be bogus. Where a wait is skipped on purpose, some
# must be: so the resolver holds what it should.
#
# Time passes here as it does for the resolver, in TTLs of two seconds. A ZSK is rolled, and a zone goes
# from NSEC to NSEC3; with PARANOID=1 also a KSK, a CSK and an algorithm are rolled, at the same time. Nothing depends on how fast the
# machine is: the hook ends when they have the new version, and waits begin then.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

labels="zsk denial${PARANOID:+ ksk csk algorithm}"
parent=example.org
work=$tmp/project

# --- A project: a child for each kind of change ---

begin() {
	mkdir "$work" "$work/zones"
	{
		cat <<-YAML
		policies:
		  steady: { propagation: 1s }
		  zsk: { propagation: 1s, keys: { ksk: never, zsk: 6s } }
		  ksk: { propagation: 1s, keys: { ksk: 6s, zsk: never } }
		  csk: { propagation: 1s, keys: { csk: 6s } }
		  algorithm: { propagation: 1s, keys: { csk: never } }
		  denial: { propagation: 1s, denial: nsec }
		hooks: { changed: [$tmp/tell, "{zone}"] }
		zones:
		  $parent: { policy: steady }
		YAML
		for label in $labels; do
			printf '  %s.%s: { policy: %s }\n' "$label" $parent "$label"
		done
	} >"$work/zonepp.yaml"
	template $parent >"$work/zones/$parent.zone"
	for label in $labels; do
		printf "%s NS ns\n\$DS %s 2s\n" "$label" "$label" >>"$work/zones/$parent.zone"
		template "$label.$parent" >"$work/zones/$label.$parent.zone"
	done
	make_key $parent
	for label in csk algorithm denial; do
		! has $label || make_key $label.$parent
	done
	for role in --ksk --zsk; do
		for label in zsk ksk; do
			! has $label || make_key $role $label.$parent
		done
	done
}
has() { # has LABEL
	case " $labels " in *" $1 "*) ;; *) false ;; esac
}
template() { # template ZONE
	cat <<-ZONE
	\$ORIGIN $1.
	\$TTL 2s
	@ SOA ns.$parent. hostmaster 1 2h 1h 7d 2s
	@ NS ns.$parent.
	* A 192.0.2.1
	ns A 127.0.0.1
	ZONE
}
make_key() { # make_key [OPTION] ZONE
	zonepp keys generate -C "$work" --ttl=2s "$@" >/dev/null
}
key_files() { # key_files STATE [ROLE]: of $zone
	zonepp keys list -C "$work" --json "$zone" |
		jq -r --arg state "$1" --arg role "${2-}" \
			'.[] | select(.state == $state and ($role == "" or .role == $role)) | .file'
}

# --- The nameserver ---

# The hook ends when each server has the version that is published.
nameservers() {
	while read -r server; do
		has_server "$server" || { echo "no $server"; continue; }
		serve "$server" "$work/public" || return
		hook_tells "$server"
		ports="$ports $port"
	done <<-'SERVERS'
	nsd
	named
	knotd
	pdns
	SERVERS
	{
		echo "ports='$ports'"
		cat <<-'HOOK'
		wanted=$(awk '$4 == "SOA" { print $7; exit }' "public/$1.zone")
		for port in $ports; do
			tries=200
			until [ "$(query "$1" SOA | cut -d ' ' -f 3)" = "$wanted" ]; do
				tries=$((tries - 1))
				[ $tries -gt 0 ] || exit 1
				sleep 0.05
			done
		done
		HOOK
	} >>"$tmp/tell"
	[ "$ports" ]
}

# --- The resolver ---

resolver() {
	cat "$work"/keys/K$parent.*.key >"$tmp/anchor"
	cat >"$tmp/resolver" <<-CONF
	server:
		module-config: "validator iterator"
		trust-anchor-file: "$tmp/anchor"
		harden-algo-downgrade: yes
		# Each name is asked for, and no answer is made from those to others:
		aggressive-nsec: no
		# What does not validate is not asked for again, and not forgotten soon:
		val-max-restart: 0
		val-bogus-ttl: 2
	stub-zone:
		name: $parent
	CONF
	for port in $ports; do
		printf '\tstub-addr: 127.0.0.1@%s\n' "$port"
	done >>"$tmp/resolver"
	serve unbound "$tmp/resolver"
}

# --- Who asks ---

# Each second has names of its own. Some are asked for validated data at once, and so with the DNSKEY
# sets that the resolver holds; of others it fetches the data without validating it, and is asked for
# it a second or two later.
questions() { # questions SECOND N
	for label in $labels; do
		echo "new-$1-$2.$label.$parent A"
		echo "one-$1.$label.$parent A +cd"
		echo "two-$1.$label.$parent A +cd"
		echo "one-$(($1 - 1)).$label.$parent A"
		echo "two-$(($1 - 2)).$label.$parent A"
	done
}
ask() { # for ever: a line LABEL STATUS NAME for each answer that is to be validated
	round=0
	while :; do
		round=$((round + 1))
		questions "$(date +%s)" $round >"$tmp/questions"
		dig @127.0.0.1 -p "$port" +noall +comments +question +tries=1 +time=5 -f "$tmp/questions" |
			awk '
				/^;; ->>HEADER<<-/ { status = $6 }
				/^;; flags:/ { skipped = / cd[ ;]/; secure = / ad[ ;]/ }
				/^;.*[ \t]IN[ \t]+A$/ && !skipped {
					split($1, label, ".")
					print label[2], secure && status == "NOERROR," ? "secure" : "bogus", $1, status
				}'
	done
}
answers_are() { # answers_are STATUS LEAST: of each label
	for label in $labels; do
		n_answers=$(grep -c "^$label $1 " "$tmp/answers")
		echo "$label: $n_answers $1"
		[ "$n_answers" -ge "$2" ] || return
	done
}
none_is_bogus() {
	! grep ' bogus ' "$tmp/answers" || { tail -n 20 "$server_dir.log"; return 1; }
}

# --- Rollovers ---

has_rolled() { # has_rolled LABEL: the keys that it began with have gone, or its kind of denial has
	zone=$1.$parent
	[ "$1" != denial ] || { grep -q NSEC3PARAM "$work/public/$zone.zone"; return; }
	[ "$(key_files deleted | wc -l)" -ge 1 ]
}
has_ds() { # has_ds LABEL: $DS waits until nobody holds the unsigned zone
	grep -q "^$1\.$parent\..*[[:space:]]DS[[:space:]]" "$work/public/$parent.zone"
}
go_on() { # go_on TEST: until it is so of each label, or for a minute
	end=$(($(date +%s) + 60))
	while [ "$(date +%s)" -lt $end ]; do
		zonepp roll -C "$work" --deploy >"$tmp/rolled" && zonepp build -C "$work" || return
		left=''
		for label in $labels; do
			"$1" "$label" || left="$left $label"
		done
		[ "$left" ] || return 0
		sleep 0.2
	done
	echo "not yet:$left"
	cat "$tmp/rolled"
	return 1
}

# swap: other keys take the place of those that are in use, all at once
swap() {
	for label in $labels; do
		zone=$label.$parent
		case $label in
		zsk) role=ZSK option=--zsk ;;
		ksk) role=KSK option=--ksk ;;
		csk | denial) role='' option='' ;;
		algorithm) role='' option=--algorithm=ED448 ;;
		esac
		old=$(for state in active retired; do key_files $state "$role"; done)
		coming=$(for state in published standby future; do key_files $state "$role"; done)
		zonepp keys generate -C "$work" --ttl=2s ${option:+"$option"} "$zone" || return
		# shellcheck disable=SC2086 # a list of files
		zonepp keys set -C "$work" --inactive=now --delete=now $old || return
		# shellcheck disable=SC2086 # and those that were to follow
		[ -z "$coming" ] || zonepp keys set -C "$work" --publish=none --activate=none \
			--sync-publish=none $coming || return
	done
	for code in S095 S096 S097 S098 S099 S112; do
		set -- "$@" --force=$code
	done
	zonepp build -C "$work" "$@"
}

ok 'a project' begin
ports=''
ok 'a hook' hook_begins
ok 'it is built' zonepp build -C "$work"
ok 'nameservers have it' nameservers
ok 'the parent has their DS records' go_on has_ds
ok 'Unbound validates it' resolver
background "$tmp/answers" ask
asker=$!
ok 'somebody asks' wait_for $asker answers_are secure 10
! has algorithm ||
	ok 'an algorithm is rolled' zonepp keys roll -C "$work" -a ED25519 algorithm.$parent
ok 'a zone goes from NSEC to NSEC3' sed -i 's/denial: nsec /denial: nsec3 /' "$work/zonepp.yaml"
ok "rolled: $labels" go_on has_rolled
ok 'there were answers while they rolled' answers_are secure 30
ok 'none was bogus' none_is_bogus
ok 'a wait is skipped' swap
ok 'some are bogus' wait_for $asker answers_are bogus 1
plan
