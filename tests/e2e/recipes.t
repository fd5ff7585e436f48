#!/bin/sh
# The recipes of zonepp-servers(7), as the page has them but for paths: the real servers on loopback
# get zones, new ones too, by the hooks of a build.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"
programs=$PATH:/usr/sbin
PATH=$tmp/bin:$programs

page=$top/cmd/zonepp-servers.7
dns=$tmp/srv/dns
mkdir -p "$tmp/bin" "$dns/zones" "$dns/hooks"

block() { # block LINE NUMBER: that example behind that line of the page, with paths below $tmp
	awk -v after="$1" -v wanted="$2" '$0 == after { on = 1 }
		body && /^\.Ed/ { body = 0 }
		body { gsub(/\\e/, "\\"); print }
		on && /^\.Bd/ && ++n == wanted { body = 1 }' "$page" | sed "s|/srv/|$tmp/srv/|g"
}
recipe() { # recipe NAME: the hook of the page, and the project that has it
	block ".Ss $1" 2 >"$dns/hooks/$2" && chmod +x "$dns/hooks/$2" && [ -s "$dns/hooks/$2" ] &&
		hooks=$(sed -n "/^\.Ql hooks: .*hooks\/$2/{s/^\.Ql //;s/ ,\$//;s/\\\\(dq/\"/g;p;}" \
			"$page") && [ "$hooks" ]
}
control() { # control PROGRAM [OPTION...]: that program, told where its server is
	program=$1
	shift
	path=$(PATH=$programs command -v "$program") || return 1
	printf '#!/bin/sh\nexec %s %s "$@"\n' "$path" "$*" >"$tmp/bin/$program"
	chmod +x "$tmp/bin/$program"
}
zone() { # zone NAME ADDRESS
	cat >"$dns/zones/$1.zone" <<-ZONE
	\$TTL 1h
	@	SOA	ns1 hostmaster 1 4h 30m 1w 10m
	@	NS	ns1
	ns1	A	$2
	ZONE
}
project() { # project ZONE...: with the hooks of the recipe
	printf '%s\nzones:\n' "$hooks" >"$dns/zonepp.yaml"
	for one; do
		echo "  $one:" >>"$dns/zonepp.yaml"
		[ -e "$dns/zones/$one.zone" ] || zone "$one" 192.0.2.1
	done
	zonepp keys generate -C "$dns" --missing >/dev/null
}
serial_of() { # serial_of ZONE: of its published file
	awk '$4 == "SOA" { print $7; exit }' "$dns/public/$1.zone"
}
serves() { # serves ZONE: what is published is what the server answers, in a moment
	wait_for "$server" same_serial "$1" || {
		query "$1" SOA
		cat "$tmp"/*.log
		return 1
	}
}
same_serial() {
	[ "$(query "$1" SOA | cut -d ' ' -f 3)" = "$(serial_of "$1")" ]
}
signed() { # signed ZONE: with the signatures of its file
	query ns1."$1" A +dnssec | grep -q "^A 13 .* $1. "
}
up() { # up NAME COMMAND...: a server, which answers to its control program
	log=$tmp/$1.log
	shift
	background "$log" "$@"
	server=$!
}

# --- The servers: what the page leaves to the machine, and then what it says ---

start_nsd() {
	cat >"$tmp/nsd.conf" <<-CONF
	server:
		ip-address: 127.0.0.1@$port
		username: ""
		zonesdir: "$tmp"
		database: ""
		pidfile: "$tmp/nsd.pid"
		xfrdfile: "$tmp/nsd.xfrd"
		zonelistfile: "$tmp/nsd.zonelist"
		xfrdir: "$tmp"
		server-count: 1
		rrl-ratelimit: 0
	CONF
	block '.Ss NSD' 1 | sed "s|/run/|$tmp/|" >>"$tmp/nsd.conf"
	control nsd-control -c "$tmp/nsd.conf"
	up nsd "$(own nsd)" -d -c "$tmp/nsd.conf"
	wait_for "$server" nsd-control status
}
start_bind() {
	control_port=$(free_port)
	rndc-confgen -a -c "$tmp/rndc.key" -k rndc-key >/dev/null 2>&1
	block '.Ss BIND' 1 | sed "/^options/a\\
	directory \"$tmp\"; pid-file none; session-keyfile none; recursion no; notify no;\\
	listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; dnssec-validation no;" \
		>"$tmp/named.conf"
	cat >>"$tmp/named.conf" <<-CONF
	include "$tmp/rndc.key";
	controls { inet 127.0.0.1 port $control_port allow { 127.0.0.1; } keys { "rndc-key"; }; };
	CONF
	control rndc -k "$tmp/rndc.key" -p "$control_port"
	up bind "$(own named)" -g -n 1 -c "$tmp/named.conf"
	wait_for "$server" rndc status
}
start_knot() {
	mkdir -p "$tmp/knot"
	cat >"$tmp/knot.conf" <<-CONF
	server:
	    rundir: $tmp/knot
	    listen: 127.0.0.1@$port
	database:
	    storage: $tmp/knot
	CONF
	block '.Ss Knot' 1 >>"$tmp/knot.conf"
	control knotc -c "$tmp/knot.conf"
	up knot "$(own knotd -V)" -c "$tmp/knot.conf"
	wait_for "$server" knotc status
}
begin() { # begin NAME: another program may have taken the port meanwhile
	for attempt in 1 2 3 4 5; do
		port=$(free_port)
		"start_$1" && return
		cat "$tmp/$1.log"
	done
	return 1
}

for name in NSD BIND Knot; do
	low=$(echo "$name" | tr '[:upper:]' '[:lower:]')
	rm -rf "$dns/public" "$dns/.zonepp" "$dns/zonepp.state" "$dns/zones"/*
	ok "$name: the page has a hook" recipe "$name" "$low" || break
	ok "$name starts with what the page has" begin "$low" || break
	project one.example
	ok "$name: a new zone is told of" zonepp build -C "$dns"
	ok "$name serves it" serves one.example
	ok "$name: with its signatures" signed one.example
	zone one.example 192.0.2.2
	ok "$name: a change is told of" says '1 changed' zonepp build -C "$dns"
	ok "$name serves the change" serves one.example
	ok "$name: as it is" prints 192.0.2.2 query ns1.one.example A
	project one.example two.example
	ok "$name: another zone is told of" says '1 changed' zonepp build -C "$dns"
	ok "$name serves both" serves two.example
	kill "$server" && wait "$server" 2>/dev/null
	zone one.example 192.0.2.3
	ok "$name: where it does not run, the build says so" \
		says P010 zonepp build -C "$dns"
	ok "$name: when it is back" begin "$low"
	ok "$name: the next build tells it" zonepp build -C "$dns"
	ok "$name serves that" serves one.example
	kill "$server" && wait "$server" 2>/dev/null
done

# --- Other judges ---

# judged_as ZONE: the zone is built, and its review sees it as another one
judged_as() {
	zone two.example 192.0.2.1
	project two.example
	sed -i 's/{zone}/other.example/' "$dns/zonepp.yaml"
	zonepp build -C "$dns"
}
block '.Ss Another judge' 1 >"$tmp/reviews"
ok 'the page has three of them' prints 3 grep -c '^review' "$tmp/reviews"
while read -r review; do
	rm -rf "$dns/public" "$dns/.zonepp" "$dns/zonepp.state"
	judge=${review#*[}
	judge=${judge%%,*}
	hooks="hooks: { $review }"
	project one.example
	ok "$judge lets a good zone" says '1 changed' zonepp build -C "$dns"
	ok "$judge refuses another zone's" refuses judged_as two.example
	ok "$judge: which is not published" refuses ls "$dns/public/two.example.zone"
done <"$tmp/reviews"
plan
