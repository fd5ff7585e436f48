#!/bin/sh
# What the kernel keeps zonepp from while it reads what strangers wrote: in each command, at the first
# octet of a template, escape.so tries to get out.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

escape=$(dirname "$(command -v zonepp)")/tests/e2e/escape.so
project=$tmp/project
now=2026-11-23T12:00:00Z
mkdir -p "$project/zones" "$project/allowed" "$project/public" "$tmp/elsewhere" "$tmp/archive" "$tmp/out"
cat >"$project/zonepp.yaml" <<YAML
allow: [$tmp/elsewhere]
zones: { example.org: {} }
YAML
cat >"$project/zones/example.org.zone" <<'ZONE'
$ORIGIN example.org.
$TTL 1h
@ SOA ns1 hostmaster 1 4h 30m 1w 10m
@ NS ns1
ns1 A 192.0.2.1
ZONE
zonepp keys generate example.org -C "$project" --now 2026-11-01 >/dev/null || exit 1
zonepp build -C "$project" --now $now >/dev/null || exit 1
zone=$project/zones/example.org.zone
published=$project/public/example.org.zone
echo secret >"$tmp/secret"
cp -R "$project" "$tmp/before"

# What this machine does not enforce is not tried.
if [ "$(zonepp version --verbose | grep -cE '^landlock: ABI ([6-9]|[1-9][0-9]), enforced|^seccomp: enforced')" != 2 ]; then
	echo "1..0 # SKIP $(zonepp version --verbose | grep -E '^(landlock|seccomp): not' | head -n 1)"
	exit 0
fi

# A sanitizer makes calls of its own, and wants to be the first library where it may not.
watched=
if grep -q __asan_init "$(command -v zonepp)" || grep -q __tsan_init "$(command -v zonepp)"; then
	watched=yes
fi
at=zones/example.org.zone
escapes() { # escapes COMMAND...: from within it; what came of it is in $tmp/escapes
	rm -rf "$project"
	cp -R "$tmp/before" "$project"
	ESCAPE_AT=$at ESCAPE_READ=$tmp/secret ESCAPE_WRITE=$project/zonepp.yaml \
		ESCAPE_MAKE=$project/zones/new LD_PRELOAD=$escape \
		ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
		"$@" >"$tmp/escapes" 2>&1
}
came_of() { # came_of ATTEMPT WHAT
	cat "$tmp/escapes"
	grep -qx "$1: $2" "$tmp/escapes"
}
E_PERM='Operation not permitted' E_ACCES='Permission denied'
refused() { # refused WHAT ATTEMPT...: by an error that is for it
	verb=$1 why=$2
	shift 2
	for attempt; do
		case $watched:$attempt in yes:fork | yes:ptrace | yes:memory | yes:core) continue ;; esac
		ok "$verb: $attempt is refused" came_of "$attempt" "$why"
	done
}
confined() { # confined VERB COMMAND...
	name=$1
	shift
	escapes "$@"
	refused "$name" "$E_PERM" exec fork internet internet6 unix link chmod setuid times truncate ptrace \
		memory signal limit capability core
	refused "$name" "$E_ACCES" read list write make environment
	case $* in
	*\ -o\ *) refused "$name" "$E_ACCES" mkdir rename remove ;;
	*) refused "$name" "$E_PERM" mkdir rename remove mode owner attribute ;;
	esac
	refused "$name" 'Function not implemented' type
	ok "$name: no thread was there before" refuses grep threads: "$tmp/escapes"
	ok "$name: the project is as it was" diff -r "$tmp/before" "$project"
}

# --- Each command ---

confined 'print' zonepp print -C "$project" example.org --now $now
confined 'print of a file' zonepp print "$zone" --now $now
confined 'print to a file' zonepp print "$zone" --now $now -o "$tmp/out/printed"
confined 'expand' zonepp expand -C "$project" example.org --now $now
confined 'check' zonepp check -C "$project" --now $now
confined 'check of a file' zonepp check "$zone" --now $now
confined 'plan' zonepp plan -C "$project" --now $now
confined 'build --dry-run' zonepp build --dry-run -C "$project" --now $now
confined 'diff' zonepp diff "$zone" "$published" --now $now
confined 'fmt' zonepp fmt --check "$zone"
confined 'sign' zonepp sign "$zone" --zone example.org --keys "$project/keys" --now $now -o "$tmp/out/signed"
at=public/example.org.zone
confined 'verify' zonepp verify -C "$project" example.org --now $now
confined 'verify of a file' zonepp verify "$published" --now $now
at=zones/example.org.zone

# --- Who publishes: writes its project, and has commands run ---

# publishes NAME COMMAND...: with the network or without, as $servers says
publishes() {
	name=$1
	shift
	escapes "$@"
	# shellcheck disable=SC2086 # lists of words
	refused "$name" "$E_PERM" exec $forks $sockets link chmod setuid times truncate ptrace memory signal \
		limit capability core
	refused "$name" "$E_ACCES" read list environment
	ok "$name: no thread was there before" refuses grep threads: "$tmp/escapes"
}
forks=fork sockets='internet internet6 unix'
printf 'more A 192.0.2.8\n' >>"$tmp/before/zones/example.org.zone"
publishes 'build' zonepp build -C "$project" --now $now
ok 'build: it is done all the same' grep -q '^more.example.org.*192.0.2.8' "$published"
cat >>"$tmp/before/zonepp.yaml" <<'YAML'
hooks:
  review: [./note, review, "{zone}", "{draft}"]
  changed: [./note, changed, "{zone}", "{serial}"]
  done: [./note, done]
  notify: [./note, notify, "{name}", "{id}"]
certificates:
  mail: { current: mail.pem, next: next.pem, deploy: [./note, deploy, "{id}"] }
YAML
# What hooks do, those who are confined may not.
cat >"$tmp/before/note" <<SH
#!/bin/sh
echo "\$1 \$2" >>$tmp/noted
grep -s NoNewPrivs /proc/self/status | grep -w 0 >>$tmp/noted
grep -s CapEff /proc/self/status >>$tmp/noted
cat "$tmp/secret" >>$tmp/noted
SH
chmod +x "$tmp/before/note"
for name in mail next; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=mail.example.org \
		-days 36500 -keyout "$tmp/$name.key" -out "$tmp/before/$name.pem" 2>/dev/null
done
noted() { # noted TEXT
	cat "$tmp/noted"
	grep -q "^$1" "$tmp/noted"
}
forks=''
publishes 'build with hooks' zonepp build -C "$project" --now $now
for hook in 'review example.org' 'changed example.org' 'done'; do
	ok "build with hooks: $hook has run" noted "$hook"
done
ok 'hooks may gain privileges' noted 'NoNewPrivs:.*0'
ok 'hooks have the capabilities of whoever runs zonepp' noted "$(grep -s CapEff /proc/self/status)"
ok 'hooks read what they like' noted secret
rm "$tmp/noted"
sockets=''
publishes 'probe' zonepp probe -C "$project" --now $now
refused 'probe' "$E_PERM" fork mkdir rename remove mode owner attribute
refused 'probe' "$E_ACCES" write make
at=next.pem
publishes 'roll' zonepp roll --deploy -C "$project" --now 2027-11-23
ok 'roll: deploy has run' noted deploy
at=zones/example.org.zone

at=mail.pem
confined 'status' zonepp status -C "$project" --now $now
confined 'tlsa' zonepp tlsa "$project/mail.pem"
at=zonepp.state
confined 'merge' zonepp merge "$project/zonepp.state" "$project/zonepp.state"
at=mail.pem forks=fork sockets='internet internet6 unix'
publishes 'lock' zonepp lock -C "$project" --now $now
at=.part
zonepp sign "$zone" --zone example.org --keys "$project/keys" --now $now --part 1/1 -o "$tmp/before/1.part" \
	>"$tmp/said"
confined 'join' zonepp join "$project/1.part" --keys "$project/keys" -o "$tmp/out/joined"
rm "$tmp/before/1.part"

# Of these the calls alone.
calls() { # calls NAME COMMAND...
	name=$1
	shift
	escapes "$@"
	refused "$name" "$E_PERM" exec fork internet internet6 unix link chmod setuid times truncate ptrace memory \
		limit capability core
}
at=.key
calls 'keys list' zonepp keys list -C "$project" --now $now
calls 'keys ds' zonepp keys ds -C "$project" example.org --now $now
at=zones/example.org.zone

# --- It is the kernel that refuses, and each attempt is good without it ---

kernel() { # kernel WHICH COMMAND...
	which=$1
	shift
	escapes env ESCAPE_KERNEL="$which" "$@"
}
kernel none zonepp print "$zone" --now $now
for attempt in exec fork internet internet6 unix link chmod mode setuid owner times truncate ptrace memory signal \
	limit environment read list write make mkdir rename remove; do
	ok "without the kernel's help: $attempt is done" came_of "$attempt" 'done'
done
kernel landlock zonepp print "$zone" --now $now
ok 'without Landlock: zonepp works' grep -q 'example.org.*SOA' "$tmp/escapes"
refused 'without Landlock' "$E_PERM" exec fork internet unix
for attempt in read write make; do
	ok "without Landlock: $attempt is done" came_of "$attempt" 'done'
done
kernel abi2 zonepp print "$zone" --now $now -o "$tmp/out/early"
refused 'with an early Landlock' "$E_ACCES" read write make remove
refused 'with an early Landlock' "$E_PERM" exec internet

# --- A folder with more keys than links are looked up ---

cp -R "$project/keys" "$tmp/keys-many"
(cd "$tmp/keys-many" && seq 20000 | sed 's/.*/Kz&.example.+013+00001.key/' | xargs touch)
many() { # signs with these keys
	escapes zonepp sign "$zone" --zone example.org --keys "$tmp/keys-many" --now $now -o "$tmp/out/many"
}
many
refused 'with many keys' "$E_ACCES" read list write
ln -s "$tmp/secret" "$tmp/keys-many/link"
many
ok 'with many keys: what a link leads to is read' came_of read 'done'

# --- What version says ---

version() { # version KERNEL TEXT
	says "$2" kernel "$1" zonepp version --verbose
	cat "$tmp/escapes"
	grep -qF -- "$2" "$tmp/escapes"
}
ok 'version: Landlock is in force' version '' 'landlock: ABI '
ok 'version: the filter is in force' version '' 'seccomp: enforced'
ok 'version: no new privileges' version '' 'new privileges: none'
[ "$watched" ] || ok 'version: no cores' version '' 'core dumps: off'
ok 'version: a kernel without Landlock' version landlock 'landlock: not enforced: this kernel has none'
ok 'version: which still has the filter' version landlock 'seccomp: enforced'
ok 'version: a kernel with neither' version none 'seccomp: not enforced: '
ok 'version: an early Landlock' version abi2 \
	'landlock: ABI 2, enforced: files, renames between folders; this kernel lacks: truncation, TCP, '

# --- The service of systemd, which kills whoever makes another call ---

for call in landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp; do
	ok "zonepp@.service permits $call" grep -q "^SystemCallFilter=.*\<$call\>" "$top/.debian/zonepp@.service"
done

# --- What has to go on ---

rm -rf "$project"
cp -R "$tmp/before" "$project"
ok 'an output in a folder that is not there' zonepp print "$zone" --now $now -o "$tmp/a/b/c"
ok 'it is there' test -s "$tmp/a/b/c"
mkdir "$tmp/f" "$tmp/g"
ln -s ../g/real "$tmp/f/link"
ok 'an output through a link to what is not there' zonepp print "$zone" --now $now -o "$tmp/f/link"
ok 'the link leads to it' test -h "$tmp/f/link" -a -s "$tmp/g/real"
ok 'problems in a file' zonepp check "$zone" --now $now --format="sarif:$tmp/h/i.sarif"
ok 'the file is there' test -s "$tmp/h/i.sarif"
if [ "$(id -u)" = 0 ]; then
	mkdir -m 700 "$tmp/theirs"
	echo old >"$tmp/theirs/x"
	chown -R 65534:65534 "$tmp/theirs"
	chmod 6640 "$tmp/theirs/x"
	ok "another user's file" zonepp print "$zone" --now $now -o "$tmp/theirs/x"
	ok 'it is theirs, and runs as nobody else' prints '65534:65534 640' stat -c '%u:%g %a' "$tmp/theirs/x"
fi
ok 'a device' zonepp print "$zone" --now $now -o /dev/null
# shellcheck disable=SC2016 # for sh
ok 'standard output by its name' sh -c 'zonepp print "$1" --now $2 -o /dev/stdout | grep -q SOA' sh "$zone" $now
# shellcheck disable=SC2016
ok 'standard input by its name' sh -c 'zonepp print /dev/stdin --now $2 <"$1"' sh "$zone" $now
# shellcheck disable=SC2016
ok 'a signed zone on standard output' sh -c \
	'zonepp sign "$1" --zone example.org --keys "$3" --now $2 -o - | grep -q RRSIG' sh "$zone" $now "$project/keys"
# As certbot has it: what is allowed holds links that lead out of it.
mkdir -p "$tmp/elsewhere/live/x" "$tmp/archive/x"
printf 'more A 192.0.2.9\n' >"$tmp/archive/x/more1.zone"
ln -s ../../../archive/x/more1.zone "$tmp/elsewhere/live/x/more.zone"
# shellcheck disable=SC2016 # a directive
printf '$INCLUDE %s/elsewhere/live/x/more.zone\n' "$tmp" >>"$zone"
ok 'a link that leads out of an allowed folder' zonepp print "$zone" --now $now
# What is looked through for links has an end.
ln -s .. "$tmp/elsewhere/live/up"
confined_reads() { # confined_reads WHAT: what comes of the attempt to read what nobody named
	escapes zonepp print "$zone" --now $now
	cat "$tmp/escapes"
	grep -qx "read: $1" "$tmp/escapes" && grep -qx "make: $E_ACCES" "$tmp/escapes"
}
ok 'a link that leads round permits no more' confined_reads "$E_ACCES"
mkdir -p "$tmp/elsewhere/$(seq -s / 40)"
ok 'a folder that is too deep to look through: all may be read' confined_reads 'done'
rm -r "$tmp/elsewhere/1"
rm -rf "$project"
cp -R "$tmp/before" "$project"
if [ "$(id -u)" = 0 ] && command -v setpriv >"$tmp/said"; then
	chmod -R a+rwX "$tmp"
	user() { # user COMMAND...: as nobody
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	}
	ok 'another user: print' user zonepp print "$zone" --now $now -o "$tmp/a/b/d"
	ok 'another user: fmt' user zonepp fmt "$zone"
	ok 'another user: build' user zonepp build -C "$project" --now $now
	ok 'another user: plan' user zonepp plan -C "$project" --now $now
fi
plan
