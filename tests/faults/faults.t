#!/bin/sh
# Calls to the system that fail: those of the table beside this file, and each that reads the world,
# one after the other. A run that ends well then wrote what it writes without a fault; whatever
# happens, each published file is the old one or the new one, and whole.
#
# All of them are tried with PARANOID=1, and else some.
# shellcheck source=tests/faults/common.sh
. "$(dirname "$0")/common.sh"
fail_at=$tools/fail_at.so
step=${PARANOID:+1}
step=${step:-61}

# --- Projects ---

zonepp_of() { # zonepp_of COMMAND: of the table, in the working folder
	case $1 in
	build) zonepp build -j 1 --now $now ;;
	check) zonepp check -j 1 --now $now ;;
	plan) zonepp plan --now $now ;;
	roll) zonepp roll --now 2026-11-30 ;;
	roll-deploy) zonepp roll --deploy --now 2026-11-30 ;;
	keys-list) zonepp keys list --now $now ;;
	keys-set) zonepp keys set --now $now --inactive=+30d keys/Kexample.net.+015+14017 ;;
	sign)
		zonepp sign -j 1 --now $now --zone example.net --keys keys \
			--previous public/example.net.zone -o signed zones/example.net.zone
		;;
	expand) zonepp expand --now $now -o expanded zones/example.org.zone ;;
	print) zonepp print --now $now --zone example.org zones/example.org.zone ;;
	verify) zonepp verify -j 1 --at $now public/example.net.zone ;;
	list) zonepp list ;;
	tlsa) zonepp tlsa --now $now certs/mail.pem ;;
	*) echo "$1: no command of the table" >&2 && exit 99 ;;
	esac
}
prepare() {
	fresh && edited || return
	cp -R -p "$tmp/before" "$tmp/lost"
	rm -r "$tmp/lost/public"
	cp -R -p "$tmp/before" "$tmp/ready"
	(cd "$tmp/ready" && zonepp_of build && rm ran)
}
snapshot() { # of a project: what is in its files, but for the cache
	find . -type f ! -path './.zonepp/*' -exec sha256sum {} + | sort -k 2
}
run() { # run PROJECT COMMAND: in a copy, for which FAULT_... are exported
	rm -rf "$tmp/project" "$tmp/log"
	cp -R -p "$tmp/$1" "$tmp/project"
	(
		cd "$tmp/project" || exit 99
		# Where the sanitizer wants to be the first library, it may not.
		export LD_PRELOAD="$fail_at" FAULT_LOG="$tmp/log"
		export ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0"
		zonepp_of "$2" >"$tmp/out" 2>"$tmp/err"
	)
	status=$?
	(cd "$tmp/project" && snapshot >"$tmp/now")
}
# What the command does without a fault; how many calls it makes that read.
faultless() { # faultless PROJECT COMMAND
	good=$tmp/good.$1.$2
	[ -e "$good.status" ] && return
	(cd "$tmp/$1" && snapshot >"$good.old")
	(FAULT_CALL=reads FAULT_AT=0 FAULT_PATH='*' run "$1" "$2" && echo $status >"$good.status")
	cp "$tmp/now" "$good.new"
	cp "$tmp/out" "$good.out"
	wc -l <"$tmp/log" >"$good.calls"
}
# A .key file may stand beside its place, where the .private file has changed.
is_whole() { # each file is the old or the new one, but for those that hooks and zones write in turn
	cat "$good.old" "$good.new" >"$tmp/known"
	! sed 's|/[.]\(K[^/]*[.]key\)[.][0-9]*[.]zonepp-tmp$|/\1|' "$tmp/now" |
		grep -v -e '/ran$' -e '/zonepp.state$' | grep -vxFf "$tmp/known"
}
published() { # of a snapshot
	grep '  ./public/' "$1"
}
are_files() { # are_files KIND
	case $1 in
	old) diff "$good.old" "$tmp/now" ;;
	new) diff "$good.new" "$tmp/now" ;;
	whole) is_whole ;;
	public)
		published "$good.new" >"$tmp/wanted"
		published "$tmp/now" | diff "$tmp/wanted" - &&
			grep 'changed example.net' "$tmp/project/ran" >/dev/null
		;;
	esac
}
number() { # number ERRNO
	case $1 in
	EIO) echo 5 ;;
	EACCES) echo 13 ;;
	ENOSPC) echo 28 ;;
	EROFS) echo 30 ;;
	ENOLCK) echo 37 ;;
	ENOSYS) echo 38 ;;
	EOPNOTSUPP) echo 95 ;;
	esac
}

# --- The table ---

row() { # row PROJECT COMMAND STATUS FILES SAID, with the fault in the environment
	faultless "$1" "$2"
	run "$1" "$2"
	{
		echo "status $status"
		head -n 4 "$tmp/err"
	} >"$tmp/why"
	if ! grep ' fired$' "$tmp/log" >/dev/null; then
		echo 'the fault did not fire' >>"$tmp/why"
		return 1
	fi
	[ "$status" -eq "$3" ] && are_files "$4" >>"$tmp/why" &&
		{ [ "$5" = - ] || grep -F -e "$5" "$tmp/err" >/dev/null; }
}

prepare >"$tmp/why" 2>&1
result 'the projects are built'
grep -v -e '^#' -e '^$' "$here/table" >"$tmp/rows"
while read -r call path at errno project command wanted files said; do
	FAULT_CALL=$call FAULT_PATH=$path FAULT_AT=$at FAULT_ERRNO=$(number "$errno")
	export FAULT_CALL FAULT_PATH FAULT_AT FAULT_ERRNO
	row "$project" "$command" "$wanted" "$files" "$said"
	result "$project, $command: $call $path $at $errno"
done <"$tmp/rows"
unset FAULT_CALL FAULT_PATH FAULT_AT FAULT_ERRNO

# --- Secrets ---

opens_secrets() { # opens_secrets COMMAND: of a project that has all its keys
	FAULT_CALL=open FAULT_PATH='*.private' FAULT_AT=0
	export FAULT_CALL FAULT_PATH FAULT_AT
	run ready "$1"
	unset FAULT_CALL FAULT_PATH FAULT_AT
	[ -s "$tmp/log" ]
}
: >"$tmp/why"
opens_secrets build
result 'a build opens private keys'
for command in check plan list; do
	! opens_secrets $command
	result "$command opens no private key"
done

# --- Each call that reads ---

# A good end means the same files and the same answer; a bad one, whole files.
is_right() {
	if [ "$status" -eq "$(cat "$good.status")" ]; then
		cmp -s "$good.out" "$tmp/out" && cmp -s "$good.new" "$tmp/now"
	else
		[ "$status" -le 2 ] && [ "$status" -gt 0 ] && is_whole >/dev/null
	fi
}
# Between two hooks that end apart the state is read and written once more: one run has calls that
# another has not, and its last ones may be missed.
is_met() {
	grep -q ' fired$' "$tmp/log"
}
is_missed() {
	! is_met && [ "$(wc -l <"$tmp/log")" -lt "$FAULT_AT" ]
}
sweep() { # sweep PROJECT COMMAND
	faultless "$1" "$2"
	calls=$(cat "$good.calls") tried=0
	: >"$tmp/why"
	for errno in EIO EACCES; do
		FAULT_AT=$((errno_shift % (calls < step ? calls : step) + 1))
		while [ "$FAULT_AT" -le "$calls" ]; do
			FAULT_ERRNO=$(number $errno)
			export FAULT_AT FAULT_CALL=reads FAULT_ERRNO
			run "$1" "$2"
			! is_met || tried=$((tried + 1))
			if ! is_right || ! { is_met || is_missed; }; then
				echo "$errno $FAULT_AT: $(grep ' fired$' "$tmp/log"): status $status"
				head -n 3 "$tmp/err"
			fi >>"$tmp/why"
			FAULT_AT=$((FAULT_AT + step))
		done
		errno_shift=$((errno_shift + 13))
	done
	unset FAULT_AT FAULT_CALL FAULT_ERRNO
	[ "$tried" -gt 0 ] && [ ! -s "$tmp/why" ]
	result "$1, $2: $calls calls that read, $tried faults"
}

errno_shift=0
sweep before build
sweep lost build
sweep before check
sweep ready roll
sweep ready roll-deploy
sweep before print
sweep before expand
sweep before sign
sweep before verify
sweep before keys-list
sweep before keys-set
sweep before list
sweep before tlsa
echo "1..$n"
