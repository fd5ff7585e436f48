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
	# PowerDNS does not take its folder twice, and `start` says which.
	# shellcheck disable=SC2016 # for the script
	printf '#!/bin/sh\ncase ${1-} in --config-dir=*) exec %s "$@" ;; esac\nexec %s %s "$@"\n' \
		"$path" "$path" "$*" \
		>"$tmp/bin/$program"
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
	wait_for "$server_pid" same_serial "$1" || {
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

# --- The servers: what the page leaves to the machine, and then what it says ---

zones_nsd() {
	block '.Ss NSD' 1 | sed "s|/run/|$server_dir/|"
}
named_options=$(block '.Ss BIND' 1 | sed '/^options/d; /^};/d')
zones_named() { :; }
zones_knotd() {
	block '.Ss Knot' 1
}
zones_pdns() {
	block '.Ss PowerDNS' 1
	: >"$dns/powerdns.zones"
	PATH=$programs pdnsutil --config-dir="$server_dir" create-bind-db "$dns/powerdns.db" >&2
}
mkdir "$tmp/none"
begin() { # begin SERVER: without zones
	serve "$1" "$tmp/none" || return
	control nsd-control -c "$server_dir/conf"
	control rndc -c "$server_dir/rndc"
	control knotc -c "$server_dir/conf"
	control pdns_control --config-dir="$server_dir"
	control pdnsutil --config-dir="$server_dir"
}

while read -r name low server; do
	rm -rf "$dns/public" "$dns/.zonepp" "$dns/zonepp.state" "$dns/zones"/*
	ok "$name: the page has a hook" recipe "$name" "$low" || break
	ok "$name starts with what the page has" begin "$server" || break
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
	kill "$server_pid" && wait "$server_pid" 2>/dev/null
	zone one.example 192.0.2.3
	ok "$name: where it does not run, the build says so" \
		says P010 zonepp build -C "$dns"
	ok "$name: when it is back" start "$server" "$tmp/none"
	ok "$name: the next build tells it" zonepp build -C "$dns"
	ok "$name serves that" serves one.example
	kill "$server_pid" && wait "$server_pid" 2>/dev/null
done <<'SERVERS'
NSD nsd nsd
BIND bind named
Knot knot knotd
PowerDNS powerdns pdns
SERVERS

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
