# Nameservers on loopback, for the tests: common.sh sources it. Each has a row here, a function
# config_NAME for its configuration, and one zones_NAME for the zones in it.
# shellcheck shell=sh

# name|program|option that tells its version|in the foreground|is it there?|load a zone again
servers_table() {
	cat <<'TABLE'
nsd|nsd|-v|-d -c DIR/conf|nsd-control -c DIR/conf status|nsd-control -c DIR/conf reload ZONE
named|named|-v|-g -n 1 -c DIR/conf|rndc -c DIR/rndc status|rndc -c DIR/rndc reload ZONE
knotd|knotd|-V|-c DIR/conf|knotc -c DIR/conf status|knotc -c DIR/conf --blocking zone-reload ZONE
pdns|pdns_server|--version|--config-dir=DIR|pdns_control --config-dir=DIR rping|pdns_control --config-dir=DIR bind-reload-now ZONE
unbound|unbound|-V|-d -c DIR/conf|unbound-control -c DIR/conf status|unbound-control -c DIR/conf flush_zone ZONE
TABLE
}
server_column() { # server_column NAME N [FOLDER [ZONE]]
	servers_table | awk -F '|' -v name="$1" -v n="$2" -v dir="${3-}" -v zone="${4-}" '
		$1 == name { gsub("DIR", dir, $n); gsub("ZONE", zone, $n); print $n }'
}
has_server() { # has_server NAME: it is installed
	PATH="$PATH:/usr/sbin" command -v "$(server_column "$1" 2)" >/dev/null
}
# own PROGRAM [OPTION]: a copy of it, where no AppArmor profile for /usr/sbin/... keeps it from $tmp;
# with OPTION it tells its version
own() {
	path=$(PATH="$PATH:/usr/sbin" command -v "$1") || return 1
	[ -e "$tmp/own-$1" ] || cp "$path" "$tmp/own-$1"
	"$tmp/own-$1" "${2--v}" >/dev/null 2>&1 && path=$tmp/own-$1
	echo "$path"
}
background() { # background LOG COMMAND...: its process id is $!
	log=$1
	shift
	"$@" >"$log" 2>&1 </dev/null &
	pids="$pids $!"
}
wait_for() { # wait_for PID COMMAND...: until COMMAND succeeds; fails when PID ends or after 20 s
	pid=$1
	shift
	tries=400
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 "$pid" 2>/dev/null || return 1
		sleep 0.05
	done
}
free_port() { # a port of 127.0.0.1 that is free for UDP and TCP at this moment
	perl -MIO::Socket::INET -e '
		for (1 .. 100) {
			my %at = (LocalAddr => "127.0.0.1", LocalPort => 10000 + int rand 20000);
			my $tcp = IO::Socket::INET->new(%at, Proto => "tcp", Listen => 1) or next;
			IO::Socket::INET->new(%at, Proto => "udp") or next;
			print $tcp->sockport;
			last;
		}'
}
n_served=0
# serve NAME FOLDER: it serves the FOLDER/*.zone on 127.0.0.1, $port; its process is $server_pid, and
# what is its own is in $server_dir. For Unbound FOLDER is a file, a part of its configuration.
serve() {
	for _ in 1 2 3 4 5; do # another process may have taken the port meanwhile
		port=$(free_port)
		n_served=$((n_served + 1))
		server_dir=$tmp/$1.$n_served
		mkdir "$server_dir"
		{ "config_$1" && "zones_$1" "$2"; } >"$server_dir/conf" || return 1
		start "$1" "$2" && return
		! kill -0 "$server_pid" 2>/dev/null || break # it runs, and does not serve
	done
	cat "$server_dir.log"
	return 1
}
start() { # start NAME FOLDER: what is configured in $server_dir
	program=$(own "$(server_column "$1" 2)" "$(server_column "$1" 3)") || return 1
	# shellcheck disable=SC2046 # a list of options
	background "$server_dir.log" "$program" $(server_column "$1" 4 "$server_dir")
	server_pid=$!
	wait_for $server_pid is_ready "$1" "$2"
}
is_ready() { # is_ready NAME FOLDER: it answers, for a zone where there is one
	first=$(find "$2" -name '*.zone' | sort | head -n 1)
	if [ "$first" ]; then
		query "$(basename "$first" .zone)" SOA
	else # shellcheck disable=SC2046 # a list of words
		PATH="$PATH:/usr/sbin" $(server_column "$1" 5 "$server_dir")
	fi
}
# load_again NAME DIR ZONE FILE: the server that `serve` started there takes what the file has by now
load_again() {
	if [ "$1" = pdns ] && ! nsec3_of "$4" | cmp -s - "$2/nsec3.$3"; then
		pdns_learns "$2" "$3" "$4" || return
	fi
	# shellcheck disable=SC2046 # a list of words
	PATH="$PATH:/usr/sbin" $(server_column "$1" 6 "$2" "$3")
}
# hook_begins; hook_tells NAME: $tmp/tell ZONE, which a build calls as `changed:`, tells the servers that
# were named to load it again
hook_begins() {
	printf '#!/bin/sh\nset -eu\n. "%s"\n' "$top/tests/e2e/servers.sh" >"$tmp/tell"
	chmod 755 "$tmp/tell"
}
hook_tells() {
	printf 'load_again %s "%s" "$1" "public/$1.zone"\n' "$1" "$server_dir" >>"$tmp/tell"
}
for_zones() { # for_zones FOLDER FORMAT: printf with the name and the file of each
	for file in "$1"/*.zone; do
		# shellcheck disable=SC2059 # that is the point
		printf "$2" "$(basename "$file" .zone)" "$file"
	done
}
query() { # query NAME TYPE [OPTION...]: the answers' RDATA; fails when there is no answer
	output=$(dig "@127.0.0.1" -p "$port" +norec +short +time=5 +tries=1 "$@") && [ "$output" ] &&
		echo "$output"
}

config_nsd() {
	cat <<-CONF
	server:
		ip-address: 127.0.0.1@$port
		username: ""
		zonesdir: "$server_dir"
		database: ""
		pidfile: "$server_dir/pid"
		xfrdfile: "$server_dir/xfrd"
		zonelistfile: "$server_dir/zonelist"
		xfrdir: "$server_dir"
		server-count: 1
		rrl-ratelimit: 0
	remote-control:
		control-enable: yes
		control-interface: $server_dir/ctl
	CONF
}
zones_nsd() {
	for_zones "$1" 'zone:\n\tname: %s\n\tzonefile: %s\n\tprovide-xfr: 127.0.0.1 NOKEY\n'
}

named_options='' # some more of them
config_named() {
	rndc_port=$(free_port)
	rndc_key="key k { algorithm hmac-sha256; secret \"$(openssl rand -base64 32)\"; };"
	echo "$rndc_key options { default-key k; default-port $rndc_port; default-server 127.0.0.1; };" \
		>"$server_dir/rndc"
	cat <<-CONF
	options {
		directory "$server_dir";
		pid-file none;
		session-keyfile none;
		listen-on port $port { 127.0.0.1; };
		listen-on-v6 { none; };
		recursion no;
		dnssec-validation no;
		notify no;
		allow-transfer { 127.0.0.1; };
		$named_options
	};
	$rndc_key
	controls { inet 127.0.0.1 port $rndc_port allow { 127.0.0.1; } keys { k; }; };
	CONF
}
zones_named() {
	for_zones "$1" 'zone "%s" { type primary; file "%s"; };\n'
}

config_knotd() {
	cat <<-CONF
	server:
	    rundir: $server_dir
	    listen: 127.0.0.1@$port
	    udp-workers: 1
	    tcp-workers: 1
	    background-workers: 1
	database:
	    storage: $server_dir
	    journal-db-max-size: 16M
	CONF
}
zones_knotd() {
	cat <<-CONF
	acl:
	  - id: all
	    address: 127.0.0.1
	    action: transfer
	template:
	  - id: default
	    zonefile-sync: -1
	    zonefile-load: difference
	    acl: all
	zone:
	CONF
	for_zones "$1" '  - domain: %s\n    file: %s\n'
}

# PowerDNS makes NSEC and NSEC3 records itself, even where it adds the zone's own signatures to them,
# and learns of NSEC3 from its database alone. It caches what it has found.
config_pdns() {
	ln -s conf "$server_dir/pdns.conf"
	cat <<-CONF
	local-address=127.0.0.1
	local-port=$port
	socket-dir=$server_dir
	guardian=no
	daemon=no
	disable-axfr=no
	allow-axfr-ips=127.0.0.1
	receiver-threads=1
	distributor-threads=1
	version-string=anonymous
	CONF
}
zones_pdns() {
	cat <<-CONF # which pdnsutil reads, too
	launch=bind
	bind-config=$server_dir/zones
	bind-dnssec-db=$server_dir/db
	dname-processing=yes
	CONF
	for_zones "$1" 'zone "%s" { type native; file "%s"; };\n' >"$server_dir/zones"
	pdnsutil --config-dir="$server_dir" create-bind-db "$server_dir/db" >&2 || return
	for file in "$1"/*.zone; do
		pdns_learns "$server_dir" "$(basename "$file" .zone)" "$file" >&2 || return
	done
}
pdns_learns() { # pdns_learns DIR ZONE FILE: how that zone is signed
	grep -q '[[:space:]]RRSIG[[:space:]]' "$3" || return 0
	pdnsutil --config-dir="$1" set-presigned "$2" || return
	# The flags are those of the chain.
	nsec3_of "$3" >"$1/nsec3.$2"
	if [ -s "$1/nsec3.$2" ]; then
		pdnsutil --config-dir="$1" set-nsec3 "$2" "$(cat "$1/nsec3.$2")"
	else
		pdnsutil --config-dir="$1" unset-nsec3 "$2"
	fi
}
nsec3_of() {
	awk '$4 == "NSEC3" { print $5, $6, $7, $8; exit }' "$1"
}

# Unbound: FILE has trust anchors, stub zones, and what else is wanted.
config_unbound() {
	cat <<-CONF
	server:
		interface: 127.0.0.1@$port
		port: $port
		do-ip6: no
		do-daemonize: no
		do-not-query-localhost: no
		directory: "$server_dir"
		pidfile: ""
		chroot: ""
		username: ""
		use-syslog: no
		num-threads: 1
		val-log-level: 2
		trust-anchor-signaling: no
	remote-control:
		control-enable: yes
		control-use-cert: no
		control-interface: $server_dir/ctl
	CONF
}
zones_unbound() {
	cat "$1"
}

# --- delv with its own trust anchors ---

anchors() { # the key signing keys of all zones, for delv
	echo 'trust-anchors {'
	cat "$1"/K*.key |
		awk '$4 == 257 { printf "\t%s static-key %s %s %s \"%s\";\n", $1, $4, $5, $6, $7 $8 $9 $10 }'
	echo '};'
}
validates() { # validates ZONE NAME TYPE [ANCHORS]: delv's answer; fails unless it is validated
	delv "@127.0.0.1" -p "$port" -a "${4-$tmp/anchors}" +root="$1" "$2" "$3" >"$tmp/answer" 2>&1
	cat "$tmp/answer"
	grep -q '^; \(negative response, \)\{0,1\}fully validated' "$tmp/answer" &&
		! grep -q '^; unsigned' "$tmp/answer"
}
answers() { # answers ZONE NAME TYPE WANTED: validated, and of that RDATA (spaces do not count)
	validates "$1" "$2" "$3" &&
		grep -v '^;' "$tmp/answer" | tr -d ' \t' | tr '[:upper:]' '[:lower:]' |
		grep -F "$(printf '%s' "in$3$4" | tr -d ' ' | tr '[:upper:]' '[:lower:]')"
}
denies() { # denies ZONE NAME TYPE NXDOMAIN|NXRRSET
	validates "$1" "$2" "$3" && grep -q '^; negative response, fully validated' "$tmp/answer" &&
		grep -qF ";-\$$4" "$tmp/answer"
}
