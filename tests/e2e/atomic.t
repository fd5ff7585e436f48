#!/bin/sh
# A build that is killed at any of its steps leaves the published zone as it was or as it is to be,
# and the next build is none the worse for it, and tidies up. One that a signal ends tidies up itself.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

kill_at=$(dirname "$(command -v zonepp)")/tests/e2e/kill_at.so
project=$tmp/project public=$tmp/project/public
file=$public/example.org.zone
mkdir -p "$project/zones"
cat >"$project/zonepp.yaml" <<'YAML'
zones: { example.org: {} }
keys: keys/
YAML
new_key "$project/keys" ED25519 -f KSK # signatures are the same each time
cat >"$project/zones/example.org.zone" <<'ZONE'
$ORIGIN example.org.
$TTL 1h
@ SOA ns1 hostmaster 1 4h 30m 1w 10m
@ NS ns1
ns1 A 192.0.2.1
$GENERATE 1-200 host$ A 192.0.2.2
ZONE
now=$(date +%s)

build() { # as the last build, which the cache, the lock and the file's attributes tell of
	zonepp build -j 1 -C "$project" --now "$now"
}
killed_at() { # killed_at N: a build of the changed template that is ended at its N-th step
	rm -rf "$project"
	cp -a "$tmp/before" "$project"
	# Where the sanitizer wants to be the first library, it may not.
	KILL_AT=$1 LD_PRELOAD=$kill_at ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
		build >"$tmp/build.log" 2>&1
	[ $? -eq $((128 + ${KILL_WITH:-9})) ]
}
beside() { # what else is in the zone's folder
	find "$public" -type f ! -path "$file"
}
left() { # what has a temporary name, anywhere
	find "$project" -name '*zonepp-tmp'
}
# The zone is whole: the old one, until it is the new one.
whole() {
	if cmp -s "$file" "$tmp/new.zone"; then
		old=0
	else
		[ "$old" -eq 1 ] && cmp "$file" "$tmp/old.zone"
	fi
}
# Nothing is left beside it, but for the whole new zone between its naming and its renaming; or as
# much of it as was written, where it has a name from the beginning.
tidy() {
	left=$(beside)
	[ -z "$left" ] || case $old,$left in
	1,*/.example.org.zone.*.zonepp-tmp)
		cmp ${NO_UNNAMED:+-n "$(wc -c <"$left")"} "$left" "$tmp/new.zone"
		;;
	*) false ;;
	esac
}
recovers() { # the next build publishes the new zone
	build && cmp "$file" "$tmp/new.zone"
}

ok 'a first build' build
cp "$file" "$tmp/old.zone"
echo 'new A 192.0.2.3' >>"$project/zones/example.org.zone"
cp -a "$project" "$tmp/before"
ok 'a second build' build
cp "$file" "$tmp/new.zone"
ok 'has another zone' refuses cmp "$tmp/old.zone" "$tmp/new.zone"
for zone in old new; do
	ok "the $zone one is whole" bind_accepts example.org "$tmp/$zone.zone"
done

for folders in 'that hold unnamed files' 'that hold no unnamed files'; do
	[ "$folders" = 'that hold unnamed files' ] || export NO_UNNAMED=1
	step=1 old=1
	while killed_at $step; do
		ok "in folders $folders: killed at step $step, the zone is whole" whole
		ok 'nothing else is there' tidy
		ok 'the next build' recovers
		ok 'and nothing is left' prints '' left
		step=$((step + 1))
	done
	ok "in folders $folders: a build that nobody killed" whole
	ok 'there were steps ahead of the last' [ $step -gt 15 ]
	ok 'and it published the new zone' [ "$old" -eq 0 ]

	for with in 1 2 15; do
		case $with:$folders in # each signal, and both folders; each in both with PARANOID=1
		*:*' no '*) [ $with -lt 15 ] || [ "${PARANOID-}" ] || continue ;;
		*) [ $with -eq 15 ] || [ "${PARANOID-}" ] || continue ;;
		esac
		export KILL_WITH=$with
		step=1 old=1
		while killed_at $step; do
			ok "in folders $folders: ended by signal $with at step $step, the zone is whole" whole
			ok 'nothing is left' prints '' left
			step=$((step + 1))
		done
		ok 'there were steps ahead of the last' [ $step -gt 15 ]
		unset KILL_WITH
	done
done

# --- New files, where none can be without a name ---

generated_at() { # generated_at N: as killed_at, of a new key
	rm -rf "$tmp/keys"
	mkdir "$tmp/keys"
	KILL_AT=$1 LD_PRELOAD=$kill_at ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
		zonepp keys generate --keys "$tmp/keys" example.org >"$tmp/build.log" 2>&1
	[ $? -eq $((128 + ${KILL_WITH:-9})) ]
}
whole_keys() { # each file has all of its text
	for private in "$tmp"/keys/K*.private; do
		[ ! -e "$private" ] || grep -q '^Activate: ' "$private" || return 1
	done
	for public in "$tmp"/keys/K*.key; do
		[ ! -e "$public" ] || dnssec-dsfromkey "$public" || return 1
	done
}
can_be_read() { # one key, or none
	zonepp keys list --keys "$tmp/keys" example.org || says S004 refuses zonepp keys list --keys "$tmp/keys" example.org
}
next_generates() { # whatever was left: the next run makes pairs of it, or removes it
	zonepp keys generate --keys "$tmp/keys" example.org && zonepp keys list --keys "$tmp/keys" example.org ||
		return
	for private in "$tmp"/keys/K*.private; do
		[ -s "${private%.private}.key" ] || return
	done
	[ "$(find "$tmp/keys" -type f ! -name '*.key' ! -name '*.private' | wc -l)" -eq 0 ]
}
for with in 9 15; do
	export KILL_WITH=$with
	step=1
	while generated_at $step; do
		ok "a key of which signal $with ends the making at step $step" whole_keys
		ok 'the keys can be read' can_be_read
		ok 'the next run is good' next_generates
		step=$((step + 1))
	done
	ok 'there were steps' [ $step -gt 8 ]
	ok 'in the end there are both files' [ "$(find "$tmp/keys" -type f | wc -l)" -eq 2 ]
done

# --- The dates of a key, whose files are two ---

dated_at() { # dated_at N: as killed_at, of new dates
	rm -rf "$tmp/keys"
	cp -R -p "$tmp/keys.before" "$tmp/keys"
	KILL_AT=$1 LD_PRELOAD=$kill_at ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
		zonepp keys set --inactive 2027-01-01 "$tmp/keys/$base" >"$tmp/build.log" 2>&1
	[ $? -eq $((128 + ${KILL_WITH:-9})) ]
}
# The old dates or the new ones; whatever was left, the next run makes both files whole.
next_dates() {
	zonepp keys list --keys "$tmp/keys" example.org &&
		zonepp keys set --delete 2027-02-01 "$tmp/keys/$base" || return
	[ -z "$(find "$tmp/keys" -name '*zonepp-tmp')" ] &&
		zonepp keys list --keys "$tmp/keys" example.org
}
rm -rf "$tmp/keys"
base=$(zonepp keys generate --keys "$tmp/keys" --now 2026-11-01 example.org)
cp -R -p "$tmp/keys" "$tmp/keys.before"
for unnamed in '' no; do
	[ -z "$unnamed" ] || export NO_UNNAMED=1
	for with in 9 15; do
		export KILL_WITH=$with
		step=1 between=0
		while dated_at $step; do
			cmp -s "$tmp/keys/$base.private" "$tmp/keys.before/$base.private" ||
				! cmp -s "$tmp/keys/$base.key" "$tmp/keys.before/$base.key" || between=$((between + 1))
			ok "dates of which signal $with ends the writing at step $step" next_dates
			step=$((step + 1))
		done
		ok 'one step lay between the two files' [ $between -ge 1 ]
	done
done
cp "$tmp/keys.before/$base.key" "$tmp/keys/"
ok 'files that differ where no run left anything' says S103 refuses zonepp keys list --keys "$tmp/keys" example.org
unset NO_UNNAMED
unset KILL_WITH

# --- A rollover of keys: a run makes the successor and dates the old key ---

rolled=$tmp/rolled
mkdir -p "$rolled.before/zones"
cp "$tmp/before/zones/example.org.zone" "$rolled.before/zones/"
cat >"$rolled.before/zonepp.yaml" <<'YAML'
policies: { standard: { keys: { ksk: never, zsk: 20d } } }
defaults: { policy: standard }
zones: { example.org: }
YAML
zonepp keys generate -C "$rolled.before" --now 2027-01-01 --missing >"$tmp/build.log" 2>&1
zonepp build -C "$rolled.before" --now 2027-01-01 >>"$tmp/build.log" 2>&1
rolled_at() { # rolled_at N NOW: as killed_at
	rm -rf "$rolled"
	cp -R -p "$rolled.before" "$rolled"
	KILL_AT=$1 LD_PRELOAD=$kill_at ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
		zonepp roll --deploy -C "$rolled" --now "$2" >"$tmp/build.log" 2>&1
	[ $? -eq 137 ]
}
next_rolls() { # next_rolls NOW: checks, rolls and builds go on
	zonepp check -C "$rolled" --now "$1" && zonepp roll --deploy -C "$rolled" --now "$1" &&
		zonepp build -C "$rolled" --now "$1" && [ -z "$(find "$rolled/keys" -name '*zonepp-tmp')" ]
}
for day in 21 22 23; do
	step=1
	while rolled_at $step 2027-01-${day}T04:00:00Z; do
		ok "a rollover that is killed on day $day at step $step" next_rolls 2027-01-${day}T04:10:00Z
		step=$((step + 1))
	done
	zonepp build -C "$rolled" --now 2027-01-${day}T04:00:00Z >"$tmp/build.log" 2>&1
	rm -rf "$rolled.before"
	mv "$rolled" "$rolled.before"
done
ok "the old key's end was written" grep -rq "^Delete: 2027" "$rolled.before/keys"

# --- The folder of a plan's base ---

planned_at() { # planned_at N: as killed_at, of a plan beside a revision
	rm -rf "$tmp/there"
	mkdir "$tmp/there"
	KILL_AT=$1 LD_PRELOAD=$kill_at ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
		TMPDIR=$tmp/there PATH=$tmp/bin:$PATH zonepp plan -j 1 -C "$project" --now "$now" --base=HEAD \
		>"$tmp/build.log" 2>&1
	[ $? -eq $((128 + KILL_WITH)) ]
}
commit() {
	git -C "$project" init -q . && git -C "$project" add zones zonepp.yaml &&
		git -C "$project" -c user.name=a -c user.email=a@example.org commit -qm first
}
ok 'a revision' commit
mkdir "$tmp/bin"
for tool in git tar; do # it is not they who are to be ended
	printf '#!/bin/sh\nunset LD_PRELOAD\nexec %s "$@"\n' "$(command -v $tool)" >"$tmp/bin/$tool"
done
chmod +x "$tmp/bin/git" "$tmp/bin/tar"
for with in 1 2 15; do
	export KILL_WITH=$with
	step=1
	while planned_at $step; do
		ok "a plan that signal $with ends at step $step leaves nothing" prints '' ls "$tmp/there"
		step=$((step + 1))
	done
	ok 'there were steps' [ $step -gt 4 ]
	ok 'nor does one that nothing ends' prints '' ls "$tmp/there"
	ok 'which tells what it plans' says '1 zone: 0 to change' cat "$tmp/build.log"
done
unset KILL_WITH

ended_though_ignored() {
	trap '' TERM
	KILL_WITH=15 killed_at 10
}
(refuses ended_though_ignored) # for its traps
ok 'a signal that is ignored ends no build' [ $? -eq 0 ]
ok 'it publishes the new zone' cmp "$file" "$tmp/new.zone"
plan
