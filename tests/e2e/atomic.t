#!/bin/sh
# A build that is killed at any moment leaves the published zone whole and nothing beside it, and the
# next build is none the worse for it.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

project=$tmp/project
mkdir -p "$project/zones" "$project/keys"
echo 'zones: { example.org: {} }' >"$project/zonepp.yaml"
echo 'keys: keys/' >>"$project/zonepp.yaml"
dnssec-keygen -q -K "$project/keys" -a ECDSAP256SHA256 -f KSK -P now-1y -A now-1y example.org >/dev/null
cat >"$project/zones/example.org.zone" <<'ZONE'
$ORIGIN example.org.
$TTL 1h
@ SOA ns1 hostmaster 1 4h 30m 4w 10m
@ NS ns1
ns1 A 192.0.2.1
$GENERATE 1-4000 host$ A 192.0.2.2
ZONE
public=$project/public

whole() { # the published zone is one that some build finished
	dnssec-verify -q -z -o example.org "$public/example.org.zone"
}
alone() { # nothing else was left in its folder
	prints example.org.zone ls -A "$public"
}
killed() { # killed SECONDS: a build that is killed after that time, if it still runs
	echo "new-after-$1 A 192.0.2.3" >>"$project/zones/example.org.zone"
	# Reuse of signatures would make builds too short to be hit: neither cache nor seal tells that
	# they need not be verified.
	rm -rf "$project/.zonepp"
	cp "$public/example.org.zone" "$tmp/copy"
	mv "$tmp/copy" "$public/example.org.zone"
	background "$tmp/build.log" zonepp build -j 1 -C "$project"
	sleep "$1"
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	if [ $? -eq 137 ]; then hits=$((hits + 1)); fi
}

ok 'a first build' zonepp build -C "$project"
ok 'its zone is whole' whole
hits=0
for time in 0.01 0.03 0.06 0.09 0.12 0.15 0.18 0.21; do
	killed $time
	ok "after a kill at $time s the zone is whole" whole
	ok 'and alone' alone
done
ok 'some builds were hit' [ $hits -gt 2 ]
ok 'the next build' zonepp build -C "$project"
ok 'has all that was added' grep -q '^new-after-0.21.example.org.' "$public/example.org.zone"
ok 'and its zone is whole' whole
ok 'and alone' alone
plan
