#!/bin/sh
# Zone files that a nameserver serves come into a project with the serials that the server has, and
# what zonepp makes of them is the same zone.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

mkdir -p "$tmp/served" "$tmp/files"
zone() { # zone NAME SERIAL: as a file says
	cat <<-ZONE
	\$ORIGIN $1.
	\$TTL 1h
	@	SOA	ns1 hostmaster (
			$2 ; serial
			4h 30m 1w 10m )
	@	NS	ns1
	ns1	A	192.0.2.53
	*	TXT	"a wildcard"
	ZONE
}
zone ahead.example 2026112301 >"$tmp/files/ahead.zone"
zone ahead.example 2026112309 >"$tmp/served/ahead.example.zone"
zone same.example 7 >"$tmp/files/same.zone"
zone same.example 7 >"$tmp/served/same.example.zone"
zone behind.example 9 >"$tmp/files/behind.zone"
zone behind.example 7 >"$tmp/served/behind.example.zone"
zone around.example 4294967295 >"$tmp/files/around.zone"
zone around.example 3 >"$tmp/served/around.example.zone"

serial() { # serial ZONE: of the published file
	awk '$4 == "SOA" { print $7 }' "$tmp/$where/public/$1.zone"
}
in_folder() { # in_folder COMMAND...
	mkdir -p "$tmp/$where" && (cd "$tmp/$where" && "$@")
}
said=$tmp/taken

ok 'a server that has the zones' serve nsd "$tmp/served"
where=new
take() {
	in_folder zonepp init --from --server="127.0.0.1:$port" "$tmp/files" >"$said" && cat "$said"
}
ok 'they are taken over' take
ok 'a later serial of the server is told of' grep -F \
	'ahead.example: serial 2026112309, as a server has it, in place of 2026112301' "$said"
ok 'and no other' prints 2 grep -c 'as a server has it' "$said"
ok 'the project builds' in_folder zonepp build
ok 'the later serial is the zone'\''s' prints 2026112309 serial ahead.example
ok 'which may lie around the end of all numbers' prints 3 serial around.example
ok 'an equal one stays' prints 7 serial same.example
ok 'and an earlier one' prints 9 serial behind.example
change() {
	echo 'new A 192.0.2.99' >>"$tmp/new/zones/ahead.example.zone" &&
		in_folder zonepp build
}
ok 'a change is built' change
ok 'and goes on from there' prints 2026112310 serial ahead.example
ok 'the server is in the project file' grep -F "servers: [\"127.0.0.1:$port\"]" "$tmp/new/zonepp.yaml"

where=place
mkdir -p "$tmp/place/zones"
cp "$tmp/files/ahead.zone" "$tmp/place/zones/ahead.example.zone"
in_place() {
	says 'has the serial 2026112301, and a server has 2026112309 [P055]' \
		in_folder zonepp init --from --server="127.0.0.1:$port" zones &&
		cmp "$tmp/files/ahead.zone" "$tmp/place/zones/ahead.example.zone" &&
		[ ! -e "$tmp/place/zonepp.yaml" ]
}
ok 'a file in its place is not changed' in_place

where=silent
silent() {
	says 'no server tells the serial of around.example [P056]' \
		in_folder zonepp init --from --server=127.0.0.1:1 "$tmp/files" &&
		[ ! -e "$tmp/silent/zonepp.yaml" ]
}
ok 'a serial that nobody tells is not guessed' silent
where=two
two() {
	says '[P014]' in_folder zonepp init --from --server=127.0.0.1:1 \
		--server="127.0.0.1:$port" "$tmp/files" && [ -e "$tmp/two/zonepp.yaml" ]
}
ok 'one of two servers does' two
plan
