#!/bin/sh
# Machines that lack something: room on the disk, files that may be open, memory, the right to write;
# that build twice at once, whose clock goes back, and whose readers go away. Whatever happens, each
# published file is the old or the new one, a status of 0 means that all is done, another one that a
# message says why, and the next build in good order makes all whole, and leaves no temporary file.
#
# More of each is tried with PARANOID=1.
# shellcheck source=tests/faults/common.sh
. "$(dirname "$0")/common.sh"

as='' # who builds
build() {
	$as zonepp build -j 1 --now $now
}
snapshot() { # of a project: what is in its files, but for the cache and what hooks wrote
	(cd "$1" && find . -type f ! -path './.zonepp/*' ! -name ran ! -name filler \
		-exec sha256sum {} + | sort -k 2)
}
prepare() {
	fresh && edited || return
	cp -R -p "$tmp/before" "$tmp/good"
	(cd "$tmp/good" && build) || return
	snapshot "$tmp/before" >"$tmp/old" && snapshot "$tmp/good" >"$tmp/new"
	cat "$tmp/old" "$tmp/new" >"$tmp/known"
}
# In place of a build that lacked something, which had this status: the files are whole.
is_whole() { # is_whole FOLDER STATUS
	snapshot "$1" >"$tmp/now"
	grep -v -e zonepp.state -e zonepp.lock -e zonepp-tmp "$tmp/now" | grep -vxFf "$tmp/known" && return 1
	case $2 in
	0) diff "$tmp/new" "$tmp/now" ;;
	1 | 2) [ -s "$tmp/err" ] || { echo 'nothing was said' && false; } ;;
	127) grep 'shared libraries' "$tmp/err" ;; # it did not begin
	*) echo "status $2" && false ;;
	esac
}
# And the next build, which lacks nothing, makes what it would have made; serials may be higher.
recovers() { # recovers FOLDER
	(cd "$1" && build) >"$tmp/out" 2>"$tmp/next" || {
		tail -n 5 "$tmp/next"
		return 1
	}
	for zone in "$1"/public/*; do
		[ "$(grep -v -e SOA "$zone")" = "$(grep -v -e SOA "$tmp/good/public/${zone##*/}")" ] ||
			{ echo "another ${zone##*/}" && return 1; }
	done
	for zone in example.org example.net; do
		zonepp verify --at $now "$1/public/$zone.zone" || return 1
	done
	find "$1" -name '*zonepp-tmp' | grep . && return 1
	for zone in example.org example.net; do
		grep -q "changed $zone" "$1/ran" || { echo "$zone was told to nobody" && return 1; }
	done
}
# What it says goes through pipes, which are there whatever is lacking.
quietly() { # quietly COMMAND...: $status is its status
	{ { ("$@") 2>&1 >&3 3>&-; echo $? >"$tmp/status"; } | cat >"$tmp/err"; } 3>&1 | cat >"$tmp/out"
	read -r status <"$tmp/status"
}
within() { # within FOLDER COMMAND...
	cd "$1" && shift && "$@"
}
lacking() { # lacking COMMAND...: in a copy of the project
	rm -rf "$tmp/project"
	cp -R -p "$tmp/before" "$tmp/project"
	quietly within "$tmp/project" "$@"
	{ is_whole "$tmp/project" "$status" && recovers "$tmp/project"; } >"$tmp/why" 2>&1 && return
	echo "--- $*: status $status" >>"$tmp/why"
	tail -n 5 "$tmp/err" >>"$tmp/why"
	return 1
}

# --- Limits of the process ---

# Where the loader lacks memory, with status 127, zonepp has not begun.
limited() { # limited OPTION NUMBER: of ulimit
	ulimit "$1" "$2" || return
	build
	ended=$?
	[ $ended -ne 127 ] || ended=2
	return $ended
}
each_limit() { # each_limit OPTION FROM STEP WHAT: upwards, until a build with it is good
	limit=$2 step=$3 tried=0
	[ -z "${PARANOID-}" ] || step=$(((step + 15) / 16))
	while lacking limited "$1" "$limit" && [ "$status" -ne 0 ] && [ $tried -lt 500 ]; do
		limit=$((limit + step)) tried=$((tried + 1))
	done
	[ "$status" -eq 0 ] && [ $tried -gt 1 ]
	result "$4: $tried builds, and then one that is good"
}

# --- Room on the disk ---

filled() { # filled KB: as much is left, in a file system of its own
	dd if=/dev/zero of=filler bs=1024 2>/dev/null
	truncate -s $(($(wc -c <filler) - $1 * 1024)) filler
	build
}
full_disk() { # full_disk STEP, in a name space with mounts of its own
	mount -t tmpfs -o size=700k,mode=755 none "$tmp/disk" || return 77
	left=0 full=0 status=2
	while [ $left -le 400 ] && [ "$status" -ne 0 ]; do
		find "$tmp/disk" -mindepth 1 -delete
		cp -R "$tmp/before/." "$tmp/disk"
		quietly within "$tmp/disk" filled $left
		is_whole "$tmp/disk" "$status" || { echo "with $left kB: status $status" && return 1; }
		rm "$tmp/disk/filler"
		recovers "$tmp/disk" || { echo "after $left kB" && return 1; }
		left=$((left + $1)) full=$((full + 1))
	done
	echo "$full builds, and then one that is good"
	[ $full -gt 2 ] && [ "$status" -eq 0 ]
}
if [ "${1-}" = in ]; then # on the full disk: started below, in a name space
	full_disk "$3"
	exit
fi

prepare >"$tmp/why" 2>&1
result 'the projects are built'
each_limit -f 0 5 'files that may not be larger'
case ${ASAN_OPTIONS-} in
'')
	each_limit -n 4 3 'few files that may be open'
	each_limit -v 10000 500 'little memory'
	;;
*) skip 'few open files, little memory' 'the sanitizer wants more' ;;
esac

step=8
[ -z "${PARANOID-}" ] || step=4
mkdir "$tmp/disk"
unshare -m "$0" in "$tmp" "$step" >"$tmp/why" 2>&1
code=$?
if [ $code -eq 77 ] || ! unshare -m true 2>/dev/null; then
	skip 'a full disk' 'no file system may be mounted'
else
	[ $code -eq 0 ]
	result "a full disk: $(tail -n 1 "$tmp/why")"
fi

# --- Folders that are only read ---

read_only() { # read_only FOLDER
	rm -rf "$tmp/project"
	cp -R -p "$tmp/before" "$tmp/project"
	chown -R 65534:65534 "$tmp/project"
	chmod a-w "$tmp/project/$1"
	quietly within "$tmp/project" build
	[ "$status" -ne 0 ] || [ "$2" = good ] || return
	is_whole "$tmp/project" "$status" || return
	chmod u+w "$tmp/project/$1"
	recovers "$tmp/project"
}
if setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
	chmod 755 "$tmp" && mkdir "$tmp/bin" && cp "$(command -v zonepp)" "$tmp/bin"
	as="setpriv --reuid=65534 --regid=65534 --clear-groups env PATH=$tmp/bin:$PATH"
	for folder in . public .zonepp; do
		read_only $folder bad >"$tmp/why" 2>&1
		result "the folder $folder is only read: status $status"
	done
	for folder in certs keys zones; do
		read_only $folder good >"$tmp/why" 2>&1
		result "the folder $folder is only read, as a build does: status $status"
	done
	as=
else
	skip 'folders that are only read' 'nobody else may be become'
fi

# --- Two at once ---

both() { # builds of one project, side by side
	rm -rf "$tmp/project"
	cp -R -p "$tmp/before" "$tmp/project"
	cd "$tmp/project" || return
	build >"$tmp/one" 2>&1 &
	one=$!
	build >"$tmp/two" 2>&1 &
	two=$!
	wait $one
	ended=$?
	wait $two && [ $ended -eq 0 ] || return
	is_whole . 0 && recovers "$tmp/project" || return
	# Each zone was changed by one of them, and its hook ran once.
	[ "$(sort ran)" = "$(printf 'changed 2.0.192.in-addr.arpa\nchanged example.net\nchanged example.org\ntold')" ] || { cat ran && return 1; }
}
tries=3
[ -z "${PARANOID-}" ] || tries=50
for try in $(seq $tries); do
	(both) >"$tmp/why" 2>&1
	result "two builds at once, $try"
done

machine() { # machine NAME ZONE: a clone on which that zone is edited and built
	cp -R -p "$tmp/good" "$tmp/$1"
	cd "$tmp/$1" || return
	echo "$1 A 192.0.2.77" >>"zones/$2.zone"
	zonepp build --now 2026-11-23T14:00:00Z >/dev/null 2>&1
}
machines() { # what both made is brought together, as git does
	(machine first example.org) && (machine second example.net) || return
	cp -R -p "$tmp/first" "$tmp/together"
	cd "$tmp/together" || return
	cp ../second/zones/example.net.zone zones
	zonepp merge -o zonepp.state ../good/zonepp.state ../first/zonepp.state ../second/zonepp.state
	zonepp merge -o zonepp.lock ../good/zonepp.lock ../first/zonepp.lock ../second/zonepp.lock
	zonepp build --now 2026-11-23T15:00:00Z 2>/dev/null || return
	grep -q 192.0.2.77 public/example.org.zone && grep -q 192.0.2.77 public/example.net.zone || return
	for zone in example.org example.net; do
		zonepp verify --at 2026-11-23T15:00:00Z public/$zone.zone || return
	done
	for other in first second; do
		for zone in example.org example.net; do
			[ "$(serial_of "../$other/public/$zone.zone")" -le "$(serial_of public/$zone.zone)" ] || return
		done
	done
	# The second machine had published another zone under a serial that must not come again.
	cmp -s ../second/public/example.net.zone public/example.net.zone ||
		[ "$(serial_of ../second/public/example.net.zone)" -lt "$(serial_of public/example.net.zone)" ]
}
serial_of() {
	awk '$4 == "SOA" { print $7 }' "$1"
}
(machines) >"$tmp/why" 2>&1
result 'two machines at once, whose states are merged'

# --- A clock that goes back ---

backwards() { # by a day, an hour, and some weeks
	rm -rf "$tmp/project"
	cp -R -p "$tmp/good" "$tmp/project"
	cd "$tmp/project" || return
	for then in 2026-11-22T13:00:00Z 2026-11-23T12:00:00Z 2026-10-31T00:00:00Z; do
		before=$(serial_of public/example.org.zone)
		cp zonepp.state earlier
		echo "at$before A 192.0.2.$before" >>zones/example.org.zone
		zonepp build --now $then || return
		[ "$(serial_of public/example.org.zone)" -gt "$before" ] || return
		zonepp verify --at $then public/example.org.zone || return
		# What was held is held still: each set is there, or begins and ends as it did.
		sed -n 's/^set \([^ ]* [^ ]* [^ ]* [^ ]* [^ ]*\) .*/\1/p' earlier | sort -u >sets
		sed -n 's/^set \([^ ]* [^ ]* [^ ]* [^ ]* [^ ]*\) .*/\1/p' zonepp.state | sort -u | comm -23 sets - | grep . && return 1
	done
	zonepp build --now 2026-11-23T16:00:00Z && zonepp verify --at 2026-11-23T16:00:00Z public/example.org.zone
}
(backwards) >"$tmp/why" 2>&1
result 'a clock that goes back'

# --- A clock that jumps in the middle of a run ---

look_build() { # look_build LOOK SECONDS: as FAULT_TIME of fail_at.c has them
	FAULT_TIME=$(date -u -d $now +%s):$1:$2 FAULT_LOG=$tmp/looks LD_PRELOAD="$tools/fail_at.so" \
		ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0" zonepp build -j 1
}
jumps() { # jumps LOOK SECONDS: from the second look at the clock on, the first being the start
	rm -rf "$tmp/project"
	cp -R -p "$tmp/before" "$tmp/project"
	cd "$tmp/project" || return
	cp zonepp.state earlier
	look_build "$1" "$2" || return
	# What begins or ends now does so then, or later: nothing is held for less than it is.
	grep -vxFf earlier zonepp.state | grep -oE '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]*Z' | grep -v "^2026-11-23T12:00:00Z$" |
		awk -v now=$now '$0 < now { print "earlier than now: " $0; bad = 1 } END { exit bad }' || return
	sed -n 's/^set \([^ ]* [^ ]* [^ ]* [^ ]* [^ ]*\) .*/\1/p' earlier | sort -u >sets
	sed -n 's/^set \([^ ]* [^ ]* [^ ]* [^ ]* [^ ]*\) .*/\1/p' zonepp.state | sort -u | comm -23 sets - | grep . && return 1
	[ "$(grep -c changed ran)" -eq 3 ] || return
	zonepp build --now 2026-11-23T16:00:00Z || return
	for zone in example.org example.net; do
		zonepp verify --at 2026-11-23T16:00:00Z public/$zone.zone || return
	done
}
rm -f "$tmp/looks"
(jumps 99 0) >"$tmp/why" 2>&1
result 'a clock that does not jump'
looks=$(grep -c time "$tmp/looks")
[ "$looks" -eq 6 ]
result "a build looks at the clock $looks times: at its start, with the lock, and as it tells and writes"
set -- -86400 !86400 -315360000 !315360000 86400
for look in $(seq 2 "$looks"); do
	[ -n "${PARANOID-}" ] && jumps=$* || jumps=$1
	for jump in $jumps; do
		(jumps "$look" "$jump") >"$tmp/why" 2>&1
		result "at look $look the clock jumps by $jump s"
	done
	set -- "$@" "$1"
	shift
done

# --- Readers that go away ---

gone() { # gone STREAMS: of a build that nobody hears
	rm -rf "$tmp/project"
	cp -R -p "$tmp/before" "$tmp/project"
	perl -e '
		pipe my $r, my $w or die;
		close $r;
		$ARGV[0] =~ /out/ and (open STDOUT, ">&", $w or die);
		$ARGV[0] =~ /err/ and (open STDERR, ">&", $w or die);
		close $w;
		chdir $ARGV[1] or die;
		exec qw(zonepp build -j 1 --now), $ARGV[2] or die' "$1" "$tmp/project" $now >"$tmp/out" 2>"$tmp/err"
	status=$?
	case $status in
	0) is_whole "$tmp/project" 0 ;;
	1 | 2 | 141) echo 'nobody heard' >"$tmp/err" && is_whole "$tmp/project" 1 ;;
	*) false ;;
	esac && recovers "$tmp/project"
}
for stream in out err out,err; do
	gone $stream >"$tmp/why" 2>&1
	result "nobody reads std$stream: status $status"
	[ "$status" -ne 0 ]
	result 'and it is no success'
done
full() { # full COMMAND...: standard output is a full disk
	"$@" >/dev/full 2>"$tmp/err"
	[ $? -eq 2 ] && grep -q 'standard output.*No space' "$tmp/err"
}
cd "$tmp/good" || exit
for command in 'print --zone example.net zones/example.net.zone' 'list' 'status' 'verify --at 2026-11-23T13:00:00Z public/example.org.zone' \
	'keys list' 'roll' 'explain D101' 'build' 'check --format=json' 'tlsa certs/mail.pem' 'plan' 'version' 'help'; do
	# shellcheck disable=SC2086 # words
	full zonepp $command
	{
		status=$?
		cat "$tmp/err"
	} >"$tmp/why"
	[ $status -eq 0 ]
	result "a full disk for what $command says"
done
echo "1..$n"
