#!/bin/sh
# Commands of the project that do not behave, each in turn, and signals that come while one runs: a
# run ends at once, with a message that names the command, and of it and what it started nothing is
# left. Each published file is the old or the new one, and the next run makes all good.
#
# All of it is tried with PARANOID=1, and else of what hardly differs a part for each command. Those
# that take too long, are stopped, or write without end: tests/cli/hook-*, tests/unit/test_child.c.
# shellcheck disable=SC2016 # in what commands do, variables are theirs
# shellcheck source=tests/faults/common.sh
. "$(dirname "$0")/common.sh"
export heard="$tmp/heard" go="$tmp/go" zonepp="$tmp/pid" # for what commands do
mkfifo "$heard" "$go" && exec 3<>"$heard" 4<>"$go" || exit

# --- What they do ---

script_of() { # script_of BEHAVIOUR: a script, for the first of the commands that are of one name
	case $1 in
	fails) echo 'exit 3' ;;
	closes) echo 'exec <&- >&- 2>&-; exit 3' ;;
	dies) echo 'kill -SEGV $$' ;;
	leaves) echo 'sleep 1000 9>&- & echo $! >left' ;;
	alone) echo 'sleep 1000 & kill -KILL $PPID; wait' ;; # whoever waits for it is gone
	HUP | INT | TERM | PIPE | ALRM | USR1 | USR2 | XCPU) # zonepp is there until it has ended
		cat <<-SH
			trap 'read -r name </proc/\$(cat "\$zonepp")/cmdline; [ -n "\$name" ] && echo >waited; exit' TERM
			kill -$1 "\$(cat "\$zonepp")"
			sleep 1000 & wait
		SH
		;;
	# One that takes its time is not waited for if another signal comes.
	deaf) echo 'trap "" HUP INT TERM; for signal in HUP INT; do kill -$signal "$(cat "$zonepp")"; done; sleep 1000' ;;
	KILL | starter | reviewer) # what starts commands is zonepp's first child, and a review has one more
		cat <<-'SH'
			trap 'echo ends >"$heard"; read -r _ <"$go"; exit' TERM
			read -r _ _ _ starter _ <"/proc/$PPID/stat"
			read -r pid <"$zonepp"
		SH
		case $1 in
		KILL) echo 'kill -KILL $pid' ;;
		starter) echo 'kill -KILL $starter' ;;
		reviewer) echo 'for child in $(cat /proc/$pid/task/$pid/children); do [ $child = $starter ] || kill -KILL $child; done' ;;
		esac
		echo 'while :; do sleep 1000 & wait; done'
		;;
	all) # as killall(1) does it
		cat <<-'SH'
			set -- $PPID
			until [ "$1" = "$(cat "$zonepp")" ]; do
				read -r _ _ _ parent _ <"/proc/$1/stat"
				set -- "$parent" "$@"
			done
			for pid; do kill -KILL "$pid"; done
			read -r _ <"$go"
		SH
		;;
	esac
}
ends_as() { # ends_as BEHAVIOUR: what is told of it
	case $1 in
	fails | closes) echo 'exit status 3' ;;
	dies) echo 'ended by signal 11' ;;
	alone | starter | reviewer) echo 'the process that waits for it was ended' ;;
	*) echo 'no message' ;;
	esac
}

# --- Projects ---

prepare() {
	fresh || return
	cat >"$tmp/fresh/act" <<-'SH'
		#!/bin/sh
		echo "$1" >>ran
		read -r who <target
		[ "$1" != "$who" ] || ! mv does done 2>/dev/null || . ./done
		[ "$1" != deploy ] || { cp next.pem .zonepp/new && mv .zonepp/new certs/mail.pem; }
	SH
	chmod +x "$tmp/fresh/act"
	echo nobody >"$tmp/fresh/target"
	cat >"$tmp/fresh/zonepp.yaml" <<-'YAML'
		policies:
		  unsigned: { sign: false }
		  nsec3: { denial: nsec3, cds: true }
		certificates:
		  mail: { current: certs/mail.pem, next: next.pem, deploy: [./act, deploy], notify: [./act, told] }
		hooks:
		  review: [./act, review]
		  changed: [./act, changed]
		  failed: [./act, failed]
		  done: [./act, done]
		  notify: [./act, keys]
		zones:
		  2.0.192.in-addr.arpa: { policy: unsigned }
		  example.net: { policy: nsec3 }
		  example.org: { prove: false, policy: unsigned }
	YAML
	# Keys are told of in the first build; where a zone is broken that comes before.
	cp -R -p "$tmp/fresh" "$tmp/first"
	edited || return
	cp -R -p "$tmp/before" "$tmp/broken"
	echo 'broken' >>"$tmp/broken/zones/2.0.192.in-addr.arpa.zone"
	cp -R -p "$tmp/before" "$tmp/ready"
	(cd "$tmp/ready" && zonepp build --now $now && rm ran)
}
project_of() { # project_of COMMAND: in which it runs
	case $1 in
	keys) echo first ;;
	failed) echo broken ;;
	deploy | told) echo ready ;;
	*) echo before ;;
	esac
}
lock_of() {
	case $1 in
	keys) echo tell.lock ;;
	deploy | told) echo mail.roll ;;
	*) echo lock ;;
	esac
}
named() { # named COMMAND: as messages call it
	case $1 in
	review | deploy) echo "$1" ;;
	changed) echo hook ;;
	failed | done) echo "$1 hook" ;;
	keys | told) echo notify ;;
	esac
}
run() { # run COMMAND: zonepp, in such a project
	case $1 in
	deploy | told) set -- roll --deploy --now 2026-11-30 ;;
	*) set -- build --now $now ;;
	esac
	# A shell lets what it runs behind it ignore some.
	exec env --default-signal=INT,QUIT zonepp "$@"
}
snapshot() {
	find public -type f -exec sha256sum {} +
}

# --- A run ---

# Whatever it leaves running has the pipe open.
begin() { # begin COMMAND BEHAVIOUR
	rm -rf "$tmp/project" "$tmp/open"
	mkfifo "$tmp/open"
	cp -R -p "$tmp/$(project_of "$1")" "$tmp/project"
	cd "$tmp/project" || return
	echo "$1" >target
	script_of "$2" >does
	{
		(
			sh -c 'echo $PPID' >"$zonepp"
			run "$1" 9>&1 >"$tmp/out" 2>"$tmp/err"
		)
		echo $? >"$tmp/status"
	} 2>/dev/null >"$tmp/open" &
	timeout 20 cat <"$tmp/open" >"$tmp/nothing" &
}
end() { # of all of it
	wait $! && read -r status <"$tmp/status" && return
	echo 'something runs on'
	kill -KILL "$(cat "$zonepp")"
	return 1
}
is_whole() { # is_whole COMMAND: published files are old or new
	project=$(project_of "$1")
	[ ! -d public ] || snapshot | grep -vxFf "$tmp/$project.known" | grep -v 'zonepp-tmp$' && return 1
	[ -e "$tmp/project/zonepp.yaml" ]
}
recovers() { # recovers COMMAND: the next run does what this one did not
	echo nobody >target
	(run "$1") >"$tmp/out" 2>"$tmp/err"
	[ $? -eq "$(cat "$tmp/$(project_of "$1").status")" ] || return
	grep -qx "$1" ran || return
	for zone in public/*; do
		[ "$(grep -v -e SOA "$zone")" = "$(grep -v -e SOA "$tmp/$(project_of "$1").good/${zone##*/}")" ] ||
			{ echo "another ${zone##*/}" && return 1; }
	done
	[ "$1" != deploy ] || { cmp certs/mail.pem next.pem && grep -q '^deployed mail' zonepp.state; } || return
	! find . -name '*zonepp-tmp' | grep .
}
good() { # good COMMAND: what comes of its project where all behave
	project=$(project_of "$1")
	[ ! -e "$tmp/$project.good" ] || return 0
	begin "$1" none
	end || return
	echo "$status" >"$tmp/$project.status"
	cp -R public "$tmp/$project.good"
	snapshot >"$tmp/$project.known"
	[ ! -d "$tmp/$project/public" ] || (cd "$tmp/$project" && snapshot) >>"$tmp/$project.known"
}

says() { # says COMMAND BEHAVIOUR
	grep "$(named "$1") ./act for .*$(ends_as "$2")" "$tmp/err" || {
		cat "$tmp/err" && return 1
	}
}
misbehaves() { # misbehaves COMMAND BEHAVIOUR
	begin "$@"
	end || return
	case $2 in
	leaves)
		kill "$(cat left)" || { echo 'what it left is gone' && return 1; }
		[ "$status" = "$(cat "$tmp/$(project_of "$1").status")" ] || return
		;;
	fails | closes | dies | alone) [ "$status" -gt 0 ] && [ "$status" -lt 3 ] && says "$@" || return ;;
	HUP | INT | TERM | PIPE | ALRM | USR1 | USR2 | XCPU)
		# A review is waited for by another process.
		[ "$(kill -l "$status")" = "$2" ] && { [ "$1" = review ] || [ -e waited ]; } ||
			{ echo "status $status, not waited for" && return 1; }
		;;
	deaf) [ "$status" -eq 129 ] || [ "$status" -eq 130 ] ;;
	all) [ "$status" -eq 137 ] ;;
	esac || return
	is_whole "$1" && recovers "$1"
}
# Until the command has ended, no other run has the lock.
killed() { # killed COMMAND BEHAVIOUR
	begin "$@"
	[ "$(timeout 20 sh -c 'read -r line <&3 && echo "$line"')" = ends ] || { echo 'it runs on' && return 1; }
	free=$(flock -n ".zonepp/$(lock_of "$1")" echo yes)
	echo >&4
	end || return
	[ "$free" != yes ] || { echo "its lock is free: $free" && return 1; }
	case $2 in
	KILL) [ "$status" -eq 137 ] ;;
	*) [ "$status" -gt 0 ] && [ "$status" -lt 3 ] && says "$@" ;;
	esac || return
	is_whole "$1" && recovers "$1"
}
try() { # try COMMAND BEHAVIOUR
	case $2 in
	KILL | starter | reviewer) (killed "$@") ;;
	*) (misbehaves "$@") ;;
	esac >"$tmp/why" 2>&1
	result "$1: $2"
}

prepare >"$tmp/why" 2>&1
result 'the projects are built'
set -- closes dies HUP INT deaf PIPE USR1 XCPU ALRM USR2
for command in review changed failed 'done' keys deploy told; do
	(good $command) >"$tmp/why" 2>&1
	result "$command: all is well"
	for behaviour in fails leaves alone TERM KILL starter all ${PARANOID:+"$@"}; do
		try $command "$behaviour"
	done
	[ $command != review ] || try $command reviewer
	[ -n "${PARANOID-}" ] || try $command "$1"
	set -- "$@" "$1"
	shift
done
echo "1..$n"
