#!/bin/sh
# The workflows of zones-example do what they say: their shell steps are taken out of them, and run as
# GitHub Actions, GitLab CI and pre-commit would, in clones of a repository; with stand-ins for the
# programs that reach out of the machine.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

for program in git jq bash; do
	command -v $program >/dev/null || {
		echo "1..0 # SKIP no $program"
		exit
	}
done
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.org
export GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.org
example=$top/zones-example
desk=$tmp/desk
runner=$tmp/runner
mkdir "$tmp/bin"
PATH=$tmp/bin:$PATH

# --- Steps ---

# steps FILE JOB KEY: the commands of a job, in files of $tmp/steps, and what they depend on beside them,
# in files *.if; KEY is run or script
steps() {
	rm -rf "$tmp/steps"
	mkdir "$tmp/steps"
	perl -e '
		my ($file, $job, $key, $into) = @ARGV;
		open my $in, "<", $file or die;
		my ($on, $list, $block, $n, $out, $if);
		my $close = sub { close $out if $out; undef $out; undef $block };
		while (<$in>) {
			my ($indent) = /^( *)/;
			my $depth = length $indent;
			if (defined $block) {
				if (/^\s*$/ || $depth > $block) { print $out substr($_, $block + 2); next }
				$close->();
			}
			next if /^\s*(#|$)/;
			if ($depth == ($key eq "run" ? 2 : 0) && /^ *(\w+):\s*$/) { $on = $1 eq $job; $list = 0; next }
			next unless $on;
			undef $if if /^ *- /;
			$if = $1 if $key eq "run" && /^ *(?:- )?if: (.*)$/;
			$list = 0 if defined $list && $list && $depth <= $list - 1;
			if ($key eq "script" && /^( *)script:\s*$/) { $list = $depth + 1; next }
			my $command = $key eq "run" ? (/^ *(?:- )?run: (.*)$/ ? $1 : undef)
				: $list && /^ *- (.*)$/ ? $1 : undef;
			next unless defined $command;
			my $path = sprintf "%s/%02d", $into, ++$n;
			if (defined $if) {
				open my $on, ">", "$path.if" or die;
				print $on "$if\n";
			}
			open $out, ">", $path or die;
			if ($command eq "|") {
				$block = $depth;
				next;
			}
			$command =~ s/^"(.*)"$/$1/;
			print $out "$command\n";
			$close->();
		}
		die "no steps" unless $n;
	' "$1" "$2" "$3" "$tmp/steps"
}
# run_github JOB: each step is a script of its own; after one that failed those run that say so
run_github() {
	steps "$example/.github/workflows/zones.yml" "$1" run || return
	failed=''
	for step in "$tmp"/steps/??; do
		condition=$(cat "$step.if" 2>/dev/null)
		case $condition in
		*'!cancelled()'*) ;;
		*) [ ! "$failed" ] || continue ;;
		esac
		case $condition in
		*"steps.build.outputs.status != '0'"*) ! grep -qx status=0 "$GITHUB_OUTPUT" || continue ;;
		*'!= github.repository'*) [ "$fork" ] || continue ;;
		esac
		(cd "$runner" && bash --noprofile --norc -eo pipefail "$step") || failed=yes
	done
	[ ! "$failed" ]
}
# run_gitlab JOB: all are one script
run_gitlab() {
	steps "$example/.gitlab-ci.yml" "$1" script || return
	cat "$tmp"/steps/* >"$tmp/script"
	(cd "$runner" && bash --noprofile --norc -eo pipefail "$tmp/script")
}

# --- The world ---

stand_in() { # stand_in PROGRAM COMMANDS: it notes its arguments in $tmp/said-PROGRAM
	cat >"$tmp/bin/$1" <<-STAND
	#!/bin/sh
	printf '<%s>' "\$@" >>"$tmp/said-$1"
	echo >>"$tmp/said-$1"
	$2
	STAND
	chmod +x "$tmp/bin/$1"
}
# rsync to "server" copies to $tmp/server, and notes what records were served with what serial
# shellcheck disable=SC2016 # the stand-in expands them
stand_ins() {
	stand_in curl 'cat >"$CURL_INPUT"'
	stand_in sudo :
	stand_in gh 'for path; do :; done; cp "$path" "$GH_INPUT"'
	stand_in ssh 'while [ $# -gt 0 ]; do
			case $1 in
			-i) stat -c "%a" "$2" >"$SSH_SEEN.mode"; cp "$2" "$SSH_SEEN" ;;
			UserKnownHostsFile=*) cp "${1#*=}" "$SSH_SEEN.hosts" ;;
			StrictHostKeyChecking=yes) : >"$SSH_SEEN.strict" ;;
			esac
			shift
		done'
	stand_in rsync 'rsh=; for a; do [ "$rsh" = -e ] && $a server; rsh=$a; done
		mkdir -p "$SERVER" && cp -p public/* "$SERVER"
		awk "\$4 == \"SOA\" { print \$7; exit }" public/example.org.zone >"$SERVER.serial"
		grep -vE "IN.(RRSIG|ZONEMD)" public/example.org.zone | cksum | paste "$SERVER.serial" - >>"$SERVER.log"'
}
repository() { # as people have it: without private keys and certificates
	mkdir -p "$desk" "$tmp/secret"
	cp -R "$example/zones" "$example/zonepp.yaml" "$example/make-demo" \
		"$example/.github" "$example/.gitlab-ci.yml" "$example/.pre-commit-config.yaml" "$desk"
	printf '%s\n' /.zonepp/ /public/ /certs/ '/keys/*.private' >"$desk/.gitignore"
	echo 'zonepp.state merge=union' >"$desk/.gitattributes"
	"$desk/make-demo" && zonepp lock -C "$desk" || return
	(cd "$desk" && tar -cz keys/*.private | base64) >"$tmp/secret/keys"
	mv "$desk"/keys/*.private "$desk/certs" "$tmp/secret"
	git init -q --bare -b main "$tmp/origin.git"
	git -C "$desk" init -q -b main && git -C "$desk" remote add origin "$tmp/origin.git" &&
		git -C "$desk" add -A && git -C "$desk" commit -qm zones &&
		git -C "$desk" push -q origin main
}
# asks_for_more BRANCH: to include a file of the machine, as its project file permits
asks_for_more() {
	echo 'stray A 192.0.2.90' >"$tmp/secret/stray"
	change "$1" "\$INCLUDE $tmp/secret/stray" &&
		sed -i "\$a allow: [\"$tmp/secret\"]" "$desk/zonepp.yaml" &&
		git -C "$desk" commit -qam allow && git -C "$desk" push -q origin "$1"
}
refuses_with() { # refuses_with TEXT COMMAND...
	text=$1
	shift
	! "$@" >"$tmp/review" 2>&1 && holds "$tmp/review" "$text"
}
change() { # change BRANCH RECORD
	git -C "$desk" fetch -q && git -C "$desk" checkout -q -B "$1" origin/main &&
		echo "$2" >>"$desk/zones/example.org.zone" && git -C "$desk" commit -qam "$1" &&
		git -C "$desk" push -q origin "$1"
}
merge() {
	git -C "$desk" fetch -q && git -C "$desk" checkout -q -B main origin/main &&
		git -C "$desk" merge -q -m merge "$1" && git -C "$desk" push -q origin main
}
job() { # job BRANCH: a new runner
	rm -rf "$runner" "$tmp"/said-* "$tmp/note" "$tmp/comment" "$tmp/summary" \
		"$GITHUB_OUTPUT"
	git clone -q -b "$1" "$tmp/origin.git" "$runner"
}
holds() { # holds FILE TEXT
	grep -F -- "$2" "$1"
}
serial() {
	awk '$4 == "SOA" { print $7; exit }' "$tmp/server/example.org.zone"
}
# While a runner builds, somebody merges a record, and another runner publishes it.
# races TIMES: so do the next builds
program=$(command -v zonepp)
races() {
	echo "$1" >"$tmp/races"
	cat >"$tmp/bin/zonepp" <<-STAND
	#!/bin/sh
	"$program" "\$@" || exit
	left=\$(cat "$tmp/races")
	[ "\$1" = build ] && [ "\$left" -gt 0 ] || exit 0
	echo \$((left - 1)) >"$tmp/races"
	rm -rf "$tmp/other"
	set -e
	git clone -q "$tmp/origin.git" "$tmp/other"
	cd "$tmp/other"
	cp -p "$tmp"/secret/*.private keys
	cp -pR "$SERVER" public
	echo "other-$name-\$left A 192.0.2.96" >>zones/example.org.zone
	"$program" build --locked
	git add zonepp.state zones
	git commit -qm other
	git push -q origin main
	rsync -a --delay-updates public/ server
	STAND
	chmod +x "$tmp/bin/zonepp"
}
twice() { # the serials that were served with more than one zone
	sort -u "$SERVER.log" | awk '{ print $1 }' | uniq -d
}
raced() { # raced RUN: the state is pushed ahead of what it stands for
	change race "$name A 192.0.2.95" && merge race && job main && cp -pR "$SERVER" "$runner/public" &&
		races 1 && "$1" publish && holds "$SERVER/example.org.zone" "$name.example.org." &&
		holds "$SERVER/example.org.zone" "other-$name-1.example.org." && prints 0 cat "$tmp/races"
}
refused() { # refused RUN: a branch that moves each time; what is served is the others' alone
	before=$(grep -c . "$SERVER.log")
	job main && cp -pR "$SERVER" "$runner/public" && races 9 && refuses "$1" publish &&
		prints 6 cat "$tmp/races" && prints $((before + 3)) grep -c . "$SERVER.log"
}
reached() { # the server was, with the key and its host key
	holds "$SSH_SEEN" 'a private key' && prints 600 cat "$SSH_SEEN.mode" &&
		holds "$SSH_SEEN.hosts" 'server ssh-ed25519 AAAA' && [ -e "$SSH_SEEN.strict" ] &&
		! ls -d "$(grep -o '<-i><[^>]*' "$tmp/said-ssh" | sed 's/.*<//')"
}
expressions() { # in commands: they would be run with whatever a title or branch says
	! sed -n '/run:/,/^ *- /p' "$example/.github/workflows/zones.yml" | grep -vE '^ *[A-Z_]+: ' |
		grep -F '{{' | grep -vE '^ *(if|uses|key):'
}

fork='' # yes: the pull request comes from one
stand_ins
export CURL_INPUT="$tmp/note" GH_INPUT="$tmp/comment" SERVER="$tmp/server"
export ZONES_SSH_KEY='a private key' ZONES_KNOWN_HOSTS='server ssh-ed25519 AAAA' SSH_SEEN="$tmp/key"
export RUNNER_TEMP="$tmp" GITHUB_STEP_SUMMARY="$tmp/summary" GITHUB_OUTPUT="$tmp/out" GITHUB_BASE_REF=main NUMBER=7
export ZONEPP_DEB=https://example.org/zonepp.deb ZONES_SERVER=server GH_TOKEN=t
export CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main CI_DEFAULT_BRANCH=main ZONES_TOKEN=t
export CI_API_V4_URL=https://gitlab.example.org/api/v4 CI_PROJECT_ID=1 CI_MERGE_REQUEST_IID=7
export CI_MERGE_REQUEST_PROJECT_ID=1 CI_MERGE_REQUEST_SOURCE_PROJECT_ID=1
export CI_SERVER_HOST=gitlab.example.org CI_PROJECT_PATH=dns/zones
# The server of the forge is the repository here.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="url.$tmp/origin.git.insteadOf" \
	GIT_CONFIG_VALUE_0=https://zones:t@gitlab.example.org/dns/zones.git

ok 'a repository' repository
ok 'no expression of the forge is pasted into a command' expressions

# --- GitHub Actions ---

export ZONE_KEYS
ZONE_KEYS=$(cat "$tmp/secret/keys")
ok 'GitHub: a first build' job main
ok 'is run' run_github publish
ok 'and published' prints 2026112301 serial
ok 'by ssh, with the key, which does not stay' reached
ok 'with its state' git -C "$tmp/origin.git" cat-file -e main:zonepp.state
ok 'a change' change edit 'new A 192.0.2.99'
ok 'is reviewed' job edit
ok 'which installs zonepp, checks and plans' run_github review
ok 'into a comment' holds "$tmp/comment" 'new.example.org.'
ok 'of that pull request' holds "$tmp/said-gh" '<pr><comment><7>'
ok 'and the summary' holds "$tmp/summary" 'new.example.org.'
ok 'nothing was written' prints '' git -C "$runner" status --porcelain
ok 'it is merged' merge edit
job main
ok 'and published' run_github publish
ok 'with the next serial' prints 2026112302 serial
git -C "$tmp/origin.git" rev-parse main >"$tmp/before"
job main
cp -pR "$tmp/server" "$runner/public"
ok 'a day without a change' run_github publish
ok 'commits nothing' prints "$(cat "$tmp/before")" git -C "$tmp/origin.git" rev-parse main
ok 'a warning' change warned 'under_score A 192.0.2.93'
job warned
ok 'fails the review' refuses run_github review
ok 'which comments all the same' holds "$tmp/comment" 'under_score.example.org.'
ok 'a project file that permits more' asks_for_more more
job more
ok 'passes the review, which shows it' run_github review
job more
fork=yes
ok 'from a fork it counts for nothing: the file is outside' refuses_with F003 run_github review
fork=''
ok 'a fault' change fault 'bad A 192.0.2.300'
job fault
ok 'fails the review' refuses run_github review
ok 'if it is merged nonetheless' merge fault
job main
cp -pR "$tmp/server" "$runner/public"
ok 'the build fails' refuses run_github publish
ok 'what is published stays' prints 2026112302 serial
git -C "$desk" revert -n HEAD && git -C "$desk" commit -qm back && git -C "$desk" push -q origin main

# --- GitLab CI ---

export ZONE_KEYS="$tmp/secret/keys"
printf %s "$ZONES_SSH_KEY" >"$tmp/secret/ssh"
echo "$ZONES_KNOWN_HOSTS" >"$tmp/secret/known_hosts"
export ZONES_SSH_KEY="$tmp/secret/ssh" ZONES_KNOWN_HOSTS="$tmp/secret/known_hosts"
rm "$SSH_SEEN"*
ok 'GitLab: a change' change lab 'lab A 192.0.2.98'
job lab
ok 'is checked' run_gitlab check
ok 'and planned' run_gitlab plan
ok 'into a comment' holds "$tmp/note" '"body":'
ok 'with the record' holds "$tmp/note" 'lab.example.org.'
ok 'of that merge request' holds "$tmp/said-curl" \
	'https://gitlab.example.org/api/v4/projects/1/merge_requests/7/notes'
ok 'it is merged' merge lab
job main
cp -pR "$tmp/server" "$runner/public"
ok 'and published' run_gitlab publish
ok 'with the next serial' prints 2026112303 serial
ok 'by ssh, with the key, which does not stay' reached
ok 'and its state' says 'published [skip ci]' git -C "$tmp/origin.git" log -1 --format=%s main
job more
ok 'a project file that permits more passes' run_gitlab check
export CI_MERGE_REQUEST_SOURCE_PROJECT_ID=2
job more
ok 'from a fork it counts for nothing' refuses_with F003 run_gitlab check
job more
ok 'nor in the plan' refuses_with F003 run_gitlab plan
export CI_MERGE_REQUEST_SOURCE_PROJECT_ID=1
ok 'a fault' change fault 'bad A 192.0.2.300'
job fault
ok 'fails the check' refuses run_gitlab check
ok 'which reports it' prints Z013 jq -r '.[0].check_name' "$runner/zonepp.json"

# --- A push that is refused ---

for run in run_github run_gitlab; do
	name=${run#run_}
	[ $run = run_gitlab ] || {
		ZONE_KEYS=$(cat "$tmp/secret/keys")
		ZONES_SSH_KEY=$(cat "$tmp/secret/ssh")
		ZONES_KNOWN_HOSTS=$(cat "$tmp/secret/known_hosts")
	}
	ok "$name: two that publish at once" raced $run
	ok 'no serial was served with two zones' prints '' twice
	ok 'one that is refused each time ends, and serves nothing' refused $run
	races 0
	job main
	cp -pR "$SERVER" "$runner/public"
	change last "last-$name A 192.0.2.94" && merge last
	ok 'the next run publishes' $run publish
	ok 'what is merged by now' holds "$SERVER/example.org.zone" "last-$name.example.org."
	ok 'with a serial of its own' prints '' twice
	ZONE_KEYS=$tmp/secret/keys ZONES_SSH_KEY=$tmp/secret/ssh ZONES_KNOWN_HOSTS=$tmp/secret/known_hosts
done
rm "$tmp/bin/zonepp"

# --- pre-commit ---

entry=$(sed -n 's/^ *entry: //p' "$example/.pre-commit-config.yaml")
files=$(sed -n 's/^ *files: //p' "$example/.pre-commit-config.yaml")
pre_commit() { # what it runs for what is staged
	git -C "$desk" diff --cached --name-only | grep -qE "$files" || return 0
	(cd "$desk" && $entry)
}
ok 'pre-commit: back to what is good' git -C "$desk" checkout -q main
ok 'nothing is staged' pre_commit
echo 'more A 192.0.2.97' >>"$desk/zones/example.org.zone"
git -C "$desk" add -A
ok 'a good change' pre_commit
echo 'bad A 192.0.2.300' >>"$desk/zones/example.org.zone"
git -C "$desk" add -A
ok 'a fault' refuses pre_commit
git -C "$desk" reset -q --hard
echo x >"$desk/README"
git -C "$desk" add -A
ok 'what is no zone is none of its business' pre_commit
plan
