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

# shellcheck source=tests/e2e/servers.sh
. "$top/tests/e2e/servers.sh"
