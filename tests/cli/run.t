#!/bin/sh
# Runs the scenarios of this folder: run.t [SCENARIO...]; UPDATE=1 run.t rewrites what they expect.
#
# A scenario is a folder NAME/ with
#   cmd                    a command line, run by sh in a copy of the folder
#   stdout, stderr, status what it must write and exit with; absent: nothing, nothing, 0
#   files/                 files that must be there afterwards, with these contents
#   skip                   where it prints a reason, the scenario is skipped
# and its inputs. The copy also has certs/ and keys/ of shared/, which is $SHARED. Their private
# keys are published ones, of RFCs. The clock stands at 2026-11-23T12:00:00Z.
set -u
# shellcheck source=tests/signals.sh
. "$(dirname "$0")/../signals.sh"
cd "$(dirname "$0")" || exit 2
here=$(pwd)
tmp=$(mktemp -d) || exit 2
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
umask 022

if ! command -v zonepp >/dev/null; then
	echo 'Bail out! no zonepp in PATH: use make check'
	exit 1
fi
unset NO_COLOR GITHUB_ACTIONS MAKEFLAGS
export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=1795435200
export SHARED="$here/shared"

[ $# -gt 0 ] || set -- */cmd
n=0
echo "1..$#"

# What scenarios share, and which of them have private keys of their own.
mkdir "$tmp/shared"
cp -R shared/certs shared/keys "$tmp/shared"
chmod 600 "$tmp"/shared/keys/*.private "$tmp"/shared/certs/*.key
own_keys=" $(find . -name '*.private' | cut -d / -f 2 | sort -u | tr '\n' ' ')"

# prepare SCENARIO: a fresh copy in $tmp/work
prepare() {
	rm -rf "$tmp/work" 2>/dev/null || { # a scenario may take the right away
		chmod -R u+w "$tmp/work"
		rm -rf "$tmp/work"
	}
	cp -R "$tmp/shared" "$tmp/work"
	cp -R "$1/." "$tmp/work"
	for file in cmd stdout stderr status files skip; do
		set -- "$@" "$tmp/work/$file"
	done
	scenario=$1
	shift
	rm -rf "$@"
	case $own_keys in
	*" $scenario "*) find "$tmp/work" -name '*.private' -exec chmod 600 {} + ;;
	esac
}

# compare EXPECTED ACTUAL: an absent file is an empty one; differences go to $tmp/differences
compare() {
	expected=$1
	if [ ! -e "$expected" ]; then
		[ -s "$2" ] || return
		expected=/dev/null
	fi
	cmp -s "$expected" "$2" ||
		diff -u --label "expected ${1##*/}" --label "actual ${1##*/}" "$expected" "$2" \
			>>"$tmp/differences"
}

update() { # update EXPECTED ACTUAL
	if [ -s "$2" ]; then cp "$2" "$1"; else rm -f "$1"; fi
}

for scenario; do
	scenario=${scenario%/cmd}
	scenario=${scenario%/}
	n=$((n + 1))
	reason=''
	[ ! -e "$scenario/skip" ] || reason=$(sh "$scenario/skip")
	if [ "$reason" ]; then
		echo "ok $n - $scenario # SKIP $reason"
		continue
	fi
	: >"$tmp/differences"
	prepare "$scenario"
	(cd "$tmp/work" && timeout "${SCENARIO_S:-180}" sh "$here/$scenario/cmd" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null)
	status=$?
	if [ $status = 0 ]; then : >"$tmp/status"; else echo $status >"$tmp/status"; fi
	# Where the copy stands is not to be expected.
	sed -i "s|$tmp/work|@HERE@|g" "$tmp/stdout" "$tmp/stderr"

	for what in stdout stderr status; do
		[ -z "${UPDATE-}" ] || update "$scenario/$what" "$tmp/$what"
		compare "$scenario/$what" "$tmp/$what"
	done
	[ ! -d "$scenario/files" ] || (cd "$scenario/files" && find . -type f >"$tmp/list")
	[ ! -d "$scenario/files" ] || while read -r file; do
		[ -z "${UPDATE-}" ] || update "$scenario/files/$file" "$tmp/work/$file"
		compare "$scenario/files/$file" "$tmp/work/$file"
	done <"$tmp/list"

	if [ -s "$tmp/differences" ]; then
		echo "not ok $n - $scenario"
		{ echo "tests/cli/$scenario:"; sed 's/^/$ /' "$scenario/cmd"; cat "$tmp/differences"; } |
			sed 's/^/# /'
	else
		echo "ok $n - $scenario"
	fi
done
