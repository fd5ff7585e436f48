# What the tests of faults share: a folder, results, and a project with an edit that is to be built.
set -u
# shellcheck source=tests/signals.sh
. "$(dirname "$0")/../signals.sh"
here=$(cd "$(dirname "$0")" && pwd) || exit 2
if [ "${1-}" = in ]; then # a test that started itself again: in the folder of the first
	tmp=$2
else
	tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
	trap 'exit 1' HUP INT TERM
fi
export LC_ALL=C TZ=UTC
unset SOURCE_DATE_EPOCH MAKEFLAGS
umask 022

# shellcheck disable=SC2034 # of who sources this
tools=$(dirname "$(command -v zonepp)")/tests/faults
[ -e "$tools/fail_at.so" ] || {
	echo "Bail out! $tools/fail_at.so is missing: use make check"
	exit 1
}

n=0
result() { # result WHAT: by the status of the command before; $tmp/why has more
	if [ $? -eq 0 ]; then
		n=$((n + 1))
		echo "ok $n - $1"
	else
		n=$((n + 1))
		echo "not ok $n - $1"
		tail -n 30 "$tmp/why" | sed 's/^\([^#]\)/# \1/'
	fi
}
skip() { # skip WHAT WHY
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

now=2026-11-23T13:00:00Z
fresh() { # $tmp/fresh: a project of which nothing was ever built
	mkdir "$tmp/fresh" &&
		cp -R "$here/project/." "$here/../cli/shared/certs" "$here/../cli/shared/keys" "$tmp/fresh" &&
		chmod 600 "$tmp"/fresh/keys/*.private
}
edited() { # $tmp/before: it was built, and an edit of each zone and of a certificate is due
	cp -R -p "$tmp/fresh" "$tmp/before"
	(
		cd "$tmp/before" && zonepp build --now 2026-11-23T12:00:00Z || exit
		cp certs/web.pem next.pem
		for zone in example.org example.net; do
			echo 'new A 192.0.2.99' >>zones/$zone.zone
		done
		echo '54 PTR ns2.example.org.' >>zones/2.0.192.in-addr.arpa.zone
		rm ran
	)
}
