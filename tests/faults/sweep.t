#!/bin/sh
# Each call to the system and each allocation of a run in turn does not go well, and signals come
# ahead of each call: see sweep.c, which judges what is left, and calls.c, which has the calls and
# their errors. All of it is tried with PARANOID=1, which takes an hour, and else some.
# shellcheck source=tests/faults/common.sh
. "$(dirname "$0")/common.sh"
case ${ASAN_OPTIONS-} in
?*) echo '1..0 # SKIP the sanitizer calls the system itself' && exit ;;
esac

# --- Projects, as of faults.t ---

prepare() {
	mkdir "$tmp/work" && fresh || return
	cp "$tmp/fresh/certs/mail.pem" "$tmp/fresh/other.pem"
	sed 's|^hooks:|&\n  review: [./note, "review {zone}"]\n  done: [./note, done]|' \
		"$here/project/zonepp.yaml" >"$tmp/fresh/zonepp.yaml"
	sed -i.old 's|deploy: .[.]/note, deployed.|deploy: [./install]|' "$tmp/fresh/zonepp.yaml"
	rm "$tmp/fresh/zonepp.yaml.old"
	cat >"$tmp/fresh/install" <<-'SH'
		#!/bin/sh
		echo deployed >>ran
		cp next.pem .zonepp/new && mv .zonepp/new certs/mail.pem
	SH
	chmod +x "$tmp/fresh/install"
	edited || return
	cp -R -p "$tmp/before" "$tmp/one"
	sed -i.old '/^  example.org:/d; /^  2.0.192/d; /^cert/d; /^  mail:/d' "$tmp/one/zonepp.yaml"
	rm "$tmp/one/zonepp.yaml.old"
	cp -R -p "$tmp/before" "$tmp/ready"
	(cd "$tmp/ready" && zonepp build --now $now && rm ran)
	cp -R -p "$tmp/ready" "$tmp/rolled"
	sed -i.old 's|cds: true }|cds: true, keys: { algorithm: ed25519, ksk: never, zsk: never } }|' \
		"$tmp/rolled/zonepp.yaml"
	rm "$tmp/rolled/zonepp.yaml.old"
	cp -R -p "$tmp/before" "$tmp/diverged"
	(
		cd "$tmp/diverged" && cp zonepp.state base || exit
		for zone in example.net example.org; do
			zonepp build -j 1 --now $now $zone && mv zonepp.state $zone.state && cp base zonepp.state || exit
		done
		mv example.net.state zonepp.state
		for k in 1 2; do
			zonepp sign -j 1 --now $now --zone example.net --keys keys --part $k/2 -o part.$k \
				zones/example.net.zone || exit
		done
		zonepp sign -j 1 --now $now --zone example.net --keys keys --index -o signed zones/example.net.zone
		echo 'more A 192.0.2.98' >>zones/example.net.zone
	)
}
sweep() { # sweep MODE EVERY PROJECT COMMAND...: each EVERY-th case, with PARANOID=1 all of them
	mode=$1 every=$2 project=$3
	shift 3
	[ -z "${PARANOID-}" ] || every=1
	shifted=$((shifted + 13))
	rm -rf "$tmp/work"
	mkdir "$tmp/work"
	# shellcheck disable=SC2086 # options
	"$tools/sweep" ${options-} -m "$mode" -e "$every" -o $shifted -t $now \
		-p "$tools/fail_memory.so" "$tmp/$project" "$tmp/work" zonepp "$@" >"$tmp/why" 2>&1
	result "$project, $1, $mode: $(tail -n 1 "$tmp/why")"
}

sign() { # sign MODE EVERY OPTION...
	mode=$1 every=$2
	shift 2
	sweep "$mode" "$every" diverged sign -j 1 --now $now --zone example.net --keys keys "$@" \
		zones/example.net.zone
}

deploying() { # deploying MODE EVERY: of one that is cut short, it is not known what servers have
	options='-s [P079]'
	[ "$1" != errors ] || options="$options -n zonepp.state" # nor where it cannot be read again
	sweep "$1" "$2" ready roll --deploy --now 2026-11-30
	options=
}

shifted=0
prepare >"$tmp/why" 2>&1
result 'the projects are built'
"$tools/sweep" -m errors -e 1000000 "$tmp/fresh" "$tmp/work" zonepp version >"$tmp/why" 2>&1
if [ $? -eq 4 ]; then # see sweep.c
	echo 'ok 2 - sweeps # SKIP programs cannot be traced here'
	echo '1..2'
	exit
fi

# --- What fails ---

sweep errors 263 before build -j 1 --now $now
sweep errors 503 before build -j 2 --now $now
options='-n public/example.net.zone -n zonepp.state' # what is held of it may be more than there was
sweep errors 503 fresh build -j 1 --now $now
options=
sweep errors 503 ready build -j 1 --now $now
deploying errors 263
sweep errors 167 before lock
sweep errors 13 diverged merge -o zonepp.state base zonepp.state example.org.state
sign errors 167 -o new
sign errors 167 -o signed --index --previous signed
sign errors 167 -o part --part 1/2
sweep errors 127 diverged join -j 1 --keys keys -o joined part.1 part.2
sweep errors 127 ready expand -o expanded --now $now zones/example.org.zone
sweep errors 31 ready print -j 1 --now $now zones/example.net.zone
sweep errors 167 ready keys set --now $now --inactive=+30d keys/Kexample.net.+015+14017
sweep errors 167 ready keys ds --now $now --seen=14017 example.net
options='-i keys/K* -i zonepp.state'
sweep errors 167 ready keys generate --now $now -a ed25519 example.net
sweep errors 167 rolled keys roll --now $now example.net
options='-i metrics -i page' # what cannot be read is stale, too
sweep errors 167 ready status --now $now --prometheus=metrics --html=page
options=

# --- Memory ---

sweep memory 2999 before build -j 1 --now $now
sweep memory 4999 before build -j 2 --now $now
deploying memory 2999
sweep memory 2999 before lock
sweep memory 293 diverged merge -o zonepp.state base zonepp.state example.org.state
sign memory 997 -o signed --index --previous signed

# --- Signals ---

sweep kill 263 before build -j 1 --now $now
options='-n public/example.net.zone -n zonepp.state'
sweep kill 197 fresh build -j 1 --now $now
options=
sweep kill 7 ready keys set --now $now --inactive=+30d keys/Kexample.net.+015+14017
sweep end 397 before build -j 1 --now $now
lefts() { # of a publication, where each step that leaves more was met
	awk '/^left/ { print }' "$tmp/why" >"$tmp/lefts"
	for left in '' ' mark' ' mark zone' ' mark zone cache' ' mark zone cache told' \
		' mark zone cache told history' ' zone cache told history'; do
		grep "^left$left: " "$tmp/lefts" || { echo "never left:$left" && return 1; }
	done >"$tmp/why"
}
options=-l
sweep kill 7 one build -j 1 --now $now
lefts
result 'each step of a publication was met by a kill that left what publication.c says'
options=
deploying kill 197
deploying end 397
sweep kill 263 before lock
sweep kill 19 diverged merge -o zonepp.state base zonepp.state example.org.state
sign kill 197 -o signed --index --previous signed
# --- Files ---

options='-r other.pem:certs/rsa.pem -n zonepp.state' # what was published is held
sweep replace 197 before build -j 1 --now $now
sweep replace 263 fresh build -j 1 --now $now
options=
echo "1..$n"
