#!/bin/sh
# A pull request of a stranger: each file of the repository but zonepp.yaml is hostile. It is checked
# and built; the one good zone is published, nothing outside of public/, .zonepp/ and zonepp.state
# changes, and nothing outside of the project is read.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

box=$tmp/box project=$tmp/box/project outside=$tmp/box/outside
secret=correct-horse-battery-staple
export CANARY_IN_ENVIRONMENT=$secret
now=2026-11-23T12:00:00Z

soa='@ SOA ns1 hostmaster 1 4h 30m 1w 10m
@ NS ns1
ns1 A 192.0.2.1'
# shellcheck disable=SC2016 # $ begins a directive
zone() { # zone NAME: a whole zone, and behind it what standard input asks for
	{
		printf '$ORIGIN %s.example.\n$TTL 1h\n%s\n' "$1" "$soa"
		cat
	} >"$project/zones/$1.example.zone"
}
certificate() { # certificate FILE
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=mail.example \
		-days 36500 -keyout "$1.key" -out "$1" 2>/dev/null
}

# What the stranger cannot write: outside of the repository, the operator's keys and project file.
mkdir -p "$project/zones" "$project/certs" "$project/public" "$project/.zonepp" "$outside/home"
printf 'password = %s\n' "$secret" >"$outside/secret"
printf '"%s\n' "$secret" >"$outside/quoted"
printf '@ A 192.0.2.1\n%s TXT %s\n' "$secret" "$secret" >"$outside/zone"
echo 'export PATH' >"$outside/home/.bashrc"
certificate "$outside/cert.pem"
openssl pkcs12 -export -in "$outside/cert.pem" -inkey "$outside/cert.pem.key" -passout "pass:$secret" \
	-out "$outside/cert.p12"
zonepp keys generate good.example --keys "$project/keys" --now 2026-11-01T00:00:00Z >"$tmp/key"
private=$(basename "$project"/keys/Kgood.example.*.private)

# What the stranger wrote.
zone good </dev/null
zone output-link </dev/null
ln -s ../../outside/home/.bashrc "$project/public/output-link.example.zone"
zone output-key </dev/null
ln -s "../keys/$private" "$project/public/output-key.example.zone"
zone output-project </dev/null
ln -s ../zonepp.yaml "$project/public/output-project.example.zone"
zone own-file </dev/null
ln -s "../keys/$private" "$project/.zonepp/own-file.example.build"
ln -s ../../outside/home/hook "$project/.zonepp/own-file.example.hook"
zone template-output </dev/null
rm "$project/zones/template-output.example.zone"
ln -s ../public/good.example.zone "$project/zones/template-output.example.zone"
echo "\$INCLUDE $outside/secret" | zone include-absolute
echo "\$INCLUDE ../../outside/quoted" | zone include-above
ln -s ../../outside/zone "$project/zones/link"
echo "\$INCLUDE link" | zone include-link
ln -s ../.. "$project/zones/folder"
echo "\$INCLUDE folder/outside/zone" | zone include-folder
echo "\$INCLUDE /proc/self/environ" | zone include-environment
echo "\$INCLUDE /dev/zero" | zone include-endless
echo "\$INCLUDE /dev/stdin" | zone include-stream
ln -s ../../outside/zone "$project/zones/template-link.example.zone"
echo "\$INCLUDE ../keys/$private" | zone include-key
ln -s loop "$project/zones/loop"
echo "\$INCLUDE loop" | zone include-loop
ln -s ../../outside/cert.pem "$project/certs/link.pem"
echo "\$TLSA _25._tcp.ns1 ../certs/link.pem" | zone source-link
echo "\$TLSA _25._tcp.ns1 ../../outside/*.pem" | zone source-pattern
cp "$outside/cert.p12" "$project/certs/cert.p12"
echo "\$TLSA _25._tcp.ns1 ../certs/cert.p12 pass=env:CANARY_IN_ENVIRONMENT" | zone password-environment
echo "\$TLSA _25._tcp.ns1 ../certs/cert.p12 pass=file:../../outside/secret" | zone password-file
echo "\$SSHFP ns1 ../../outside/secret" | zone source-ssh
# shellcheck disable=SC2016
printf '\033]0;%s\007 A 192.0.2.1\n$INCLUDE \033]0;%s\007\n' title title | zone control-characters
i=0
while [ $i -lt 40 ]; do
	echo "\$GENERATE 1-1000000 h$i-\$ TXT $(printf '%0200d' 0)"
	i=$((i + 1))
done | zone exhaustion
zone include-circle <<-'ZONE'
	$INCLUDE include-circle.example.zone
ZONE

{
	# The amount of its own is met in unit tests; here one that is soon reached.
	[ -n "${PARANOID-}" ] || echo 'limits: { made: 64M }'
	echo 'zones:'
	(cd "$project/zones" && ls -- *.example.zone) | sed 's/\(.*\)\.zone$/  \1: { dnssec: external }/'
} | sed 's/good.example: .*/good.example: {}/' >"$project/zonepp.yaml"

manifest() { # all that may not change: files, links, folders, contents
	(cd "$box" && find . ! -path './project/public/good.example.zone' ! -path './project/public' \
		! -path './project/.zonepp*' ! -path ./project/zonepp.state ! -path ./project \
		-printf '%p %y %m %s %T@ %l\n' -type f -exec sha256sum {} +) | sort
}
manifest >"$tmp/before"
unchanged() {
	manifest | diff "$tmp/before" -
}
# The system's own files are read by what we link with, and the sanitizers look at the process.
own='/proc/[0-9]+/(maps|status|stat|fd)'
[ -z "${ASAN_OPTIONS-}" ] || own='/proc/[0-9]+/'
read_outside() { # read_outside TRACE: files outside of the project that were opened for reading
	cat "$1".* | grep -a ' = [0-9]*<' | grep -av 'O_PATH' | sed 's/.* = [0-9]*<\([^>]*\)>.*/\1/' |
		grep -aEv "^($project(/|$)|/(usr|lib|lib64|etc/ssl|etc/ld.so.cache|sys/|dev/null|dev/tty|proc/(meminfo|cpuinfo|sys/vm/overcommit_memory))|$own|pipe:|socket:|anon_inode:)" |
		grep -av "^$tmp/said"
}
run() { # run NAME ARGUMENTS...: its output and trace are $tmp/NAME.said and $tmp/NAME.trace
	name=$1
	shift
	timeout 120 strace -ff -qq -y -e trace=open,openat,openat2 -o "$tmp/$name.trace" \
		zonepp "$@" -j 2 -C "$project" --now $now </dev/null >"$tmp/$name.said" 2>&1
	echo $? >"$tmp/$name.status"
}
reads_nothing_outside() {
	! read_outside "$tmp/$1.trace"
}
tells_nothing() {
	! grep -a "$secret" "$tmp/$1.said" && ! LC_ALL=C grep -a "$(printf '\033')\]" "$tmp/$1.said"
}
status_is() { # status_is NAME STATUS...
	status=$(cat "$tmp/$1.status")
	shift
	for wanted; do
		[ "$status" != "$wanted" ] || return 0
	done
	echo "status $status"
	return 1
}
each_hostile_zone_is_refused() { # by an error
	for template in "$project"/zones/*.example.zone; do
		name=$(basename "$template" .zone)
		[ "$name" = good.example ] && continue
		grep -aE "^([^ ]*: error: |in file included from)" "$tmp/$1.said" | grep -aqF "$name" ||
			{ echo "$name: no error"; return 1; }
	done
}
only_good() { # the files of public/ that are no links
	[ "$(find "$project/public" -type f)" = "$project/public/good.example.zone" ]
}

if ! strace -f -o /dev/null true 2>/dev/null; then
	echo '1..0 # SKIP strace cannot trace here'
	exit 0
fi
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" # which cannot trace beside strace

run check check
ok 'check finds errors' status_is check 1 2
ok 'check changes nothing' unchanged
ok 'check reads nothing outside of the project' reads_nothing_outside check
ok 'check tells nothing of what is there' tells_nothing check
ok 'check has a word for each hostile zone' each_hostile_zone_is_refused check
ok 'check publishes nothing' refuses only_good

run build build
ok 'build tells of errors' status_is build 1 2
ok 'build changes nothing but its own' unchanged
ok 'build reads nothing outside of the project' reads_nothing_outside build
ok 'build tells nothing of what is there' tells_nothing build
ok 'build has a word for each hostile zone' each_hostile_zone_is_refused build
ok 'build publishes the good zone, and no other' only_good
ok 'which is whole' bind_accepts good.example "$project/public/good.example.zone"
ok 'and signed' knot_accepts good.example "$project/public/good.example.zone"
plan
