# What the tests of this folder share. Source it: it makes $tmp, which goes with all processes that
# were started by `background` when the test ends, however it ends.
# shellcheck shell=sh

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/signals.sh
. "$top/tests/signals.sh"
tmp=$(mktemp -d) || exit 2
pids=''
cleanup() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
unset SOURCE_DATE_EPOCH
export LC_ALL=C TZ=UTC

if ! command -v zonepp >/dev/null; then
	echo 'Bail out! no zonepp in PATH: use make check'
	exit 1
fi

n=0
ok() { # ok WHAT COMMAND...: a test; what the command said is shown where it fails
	what=$1
	shift
	n=$((n + 1))
	if "$@" >"$tmp/said" 2>&1; then
		printf 'ok %d - %s\n' $n "$what"
	else
		printf 'not ok %d - %s\n' $n "$what"
		{ printf '%s: %s\n$ %s\n' "${0##*/}" "$what" "$*"; grep -v "^ok " "$tmp/said" | tail -n 40; } | sed 's/^/# /'
	fi
}
refuses() { # refuses COMMAND...: it runs and fails
	"$@"
	status=$?
	[ $status -gt 0 ] && [ $status -lt 126 ]
}
says() { # says TEXT COMMAND...: its output holds TEXT
	text=$1
	shift
	"$@" >"$tmp/output" 2>&1
	cat "$tmp/output"
	grep -qF -- "$text" "$tmp/output"
}
prints() { # prints TEXT COMMAND...: its whole output is TEXT
	text=$1
	shift
	output=$("$@")
	printf 'wanted: %s\nsaid:   %s\n' "$text" "$output"
	[ "$output" = "$text" ]
}
plan() {
	echo "1..$n"
}

# example: a copy of zones-example, built, in $tmp/example
example() {
	mkdir "$tmp/example"
	cp -R "$top/zones-example/make-demo" "$top/zones-example/zonepp.yaml" \
		"$top/zones-example/zones" "$tmp/example"
	"$tmp/example/make-demo" && zonepp build -C "$tmp/example"
}
zones() { # the zones of the example
	zonepp list -p "$tmp/example/zonepp.yaml" | awk '{ print $1 }'
}

# --- Judges of signed zones: they see different faults ---

bind_accepts() { # bind_accepts ZONE FILE
	dnssec-verify -q -z -o "$1" "$2" # -z: a CSK signs zone data
}
ldns_accepts() { # ldns_accepts ZONE FILE
	ldns-verify-zone "$2"
}
knot_accepts() { # knot_accepts ZONE FILE
	kzonecheck -d on -o "$1" "$2"
}
judged() { # judged CASE ZONE FILE [JUDGE...]
	case=$1 zone=$2 file=$3
	shift 3
	[ $# -gt 0 ] || set -- bind ldns knot
	for judge; do
		ok "$judge accepts $case" "${judge}_accepts" "$zone" "$file"
	done
}
new_key() { # new_key FOLDER ALGORITHM [OPTION...]: of example.org, usable since a year; RSA of few bits
	folder=$1 algorithm=$2
	shift 2
	mkdir -p "$folder"
	case $algorithm in RSA*) set -- -b 1024 "$@" ;; esac
	dnssec-keygen -q -K "$folder" -a "$algorithm" -P now-1y -A now-1y "$@" example.org >/dev/null
}

# --- Servers on loopback ---

background() { # background LOG COMMAND...: its process id is $!
	log=$1
	shift
	"$@" >"$log" 2>&1 </dev/null &
	pids="$pids $!"
}
wait_for() { # wait_for PID COMMAND...: until COMMAND succeeds; fails when PID ends or after 20 s
	pid=$1
	shift
	tries=200
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 "$pid" 2>/dev/null || return 1
		sleep 0.1
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
# own PROGRAM [OPTION]: a copy of it, where no AppArmor profile for /usr/sbin/... keeps it from $tmp;
# with OPTION it tells its version
own() {
	path=$(PATH="$PATH:/usr/sbin" command -v "$1") || return 1
	cp "$path" "$tmp/own-$1" && "$tmp/own-$1" "${2--v}" >/dev/null 2>&1 && path=$tmp/own-$1
	echo "$path"
}
# serve nsd|named FOLDER: serves the FOLDER/*.zone on 127.0.0.1, $port
serve() {
	program=$(own "$1") || return 1
	for attempt in 1 2 3 4 5; do # another process may have taken the port meanwhile
		port=$(free_port)
		mkdir -p "$tmp/$1.$attempt"
		"config_$1" "$tmp/$1.$attempt" "$2" >"$tmp/$1.$attempt/conf"
		case $1 in
		nsd) background "$tmp/$1.log" "$program" -d -c "$tmp/$1.$attempt/conf" ;;
		named) background "$tmp/$1.log" "$program" -g -n 1 -c "$tmp/$1.$attempt/conf" ;;
		esac
		first=$(basename "$(find "$2" -name '*.zone' | sort | head -n 1)" .zone)
		wait_for $! query "$first" SOA && return
	done
	cat "$tmp/$1.log"
	return 1
}
config_nsd() {
	cat <<-CONF
	server:
		ip-address: 127.0.0.1@$port
		username: ""
		zonesdir: "$2"
		database: ""
		pidfile: "$1/pid"
		xfrdfile: "$1/xfrd"
		zonelistfile: "$1/zonelist"
		xfrdir: "$1"
		server-count: 1
		rrl-ratelimit: 0
	remote-control:
		control-enable: no
	CONF
	for file in "$2"/*.zone; do
		printf 'zone:\n\tname: %s\n\tzonefile: %s\n\tprovide-xfr: 127.0.0.1 NOKEY\n' \
			"$(basename "$file" .zone)" "$file"
	done
}
config_named() {
	cat <<-CONF
	options {
		directory "$1";
		pid-file none;
		session-keyfile none;
		listen-on port $port { 127.0.0.1; };
		listen-on-v6 { none; };
		recursion no;
		dnssec-validation no;
		notify no;
		allow-transfer { 127.0.0.1; };
	};
	controls { };
	CONF
	for file in "$2"/*.zone; do
		printf 'zone "%s" { type primary; file "%s"; };\n' "$(basename "$file" .zone)" "$file"
	done
}
query() { # query NAME TYPE [OPTION...]: the answers' RDATA; fails when there is no answer
	output=$(dig "@127.0.0.1" -p "$port" +norec +short +time=5 +tries=1 "$@") && [ "$output" ] &&
		echo "$output"
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
