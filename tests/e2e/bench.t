#!/bin/sh
# The bench, at its smallest: what `make bench JSON=FILE` keeps, and what `make bench-compare` makes of
# two of these.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

# measure is where zonepp was made. One peer fails, one is quick, and the others are not there.
tools=$(dirname "$(command -v zonepp)")
mkdir "$tmp/bin"
for folder in $(echo "$PATH" | tr : " "); do ln -s "$folder"/* "$tmp/bin" 2>/dev/null; done
rm -f "$tmp"/bin/kzone* "$tmp"/bin/dnssec-* "$tmp"/bin/named-* "$tmp"/bin/nsd-* \
	"$tmp/bin/danetool" "$tmp"/bin/ldns-*
PATH=$tools:$tools/tests/bench:$tmp/bin
printf '#!/bin/sh\necho "no \\"luck\\""; exit 3\n' >"$tmp/bin/danetool"
printf '#!/bin/sh\n' >"$tmp/bin/ldns-dane"
chmod +x "$tmp/bin/danetool" "$tmp/bin/ldns-dane"
export BENCH_SIZE=small BENCH_ONLY=tlsa ROUNDS=2
run=$top/tests/bench/run compare=$top/tests/bench/compare

status_of() { # status_of N COMMAND...
	wanted=$1
	shift
	"$@"
	[ $? -eq "$wanted" ]
}
holds() { # holds FILTER FILE
	jq . "$2" # to see it
	jq -e "$1" "$2" >/dev/null
}
ok 'a peer that fails is told of' status_of 1 "$run" --json "$tmp/new.json"
ok 'and leaves nothing but its result' [ ! -e "$tmp/new.json.new" ]
ok 'each program has a row in each table, where it ran' holds '[.rows[] | [.section, .table, .program]] ==
	[["tlsa", "certificate", "zonepp-tlsa"], ["tlsa", "certificate", "ldns-dane"],
	 ["tlsa", "chain", "zonepp-tlsa"], ["tlsa", "chain", "ldns-dane"]]' "$tmp/new.json"
ok 'with its measurements in order, and ratios' holds 'all(.rows[];
	all(.wall_s, .cpu_s, .peak_mb; .min <= .median and .median <= .max) and
	.base == "zonepp-tlsa" and .ratio.wall > 0)' "$tmp/new.json"
ok 'what failed is there too' holds '[.failures[].section] == ["tlsa", "tlsa"] and
	all(.failures[].what; startswith("danetool failed: "))' "$tmp/new.json"
ok 'and what was measured, and where' holds '.format == "zonepp bench 1" and .size == "small" and
	.rounds == 2 and (.zonepp | startswith("zonepp ")) and .machine.cores > 0 and
	(.machine.system | length > 0) and (.versions | length > 0)' "$tmp/new.json"
ok 'a result that cannot be written is known at once' status_of 2 "$run" --json "$tmp/none/new.json"

# --- bench-compare ---

result() { # result FILE ROW...: rows are program, seconds, MB
	file=$1
	shift
	printf '%s\n' "$@" | jq -R 'split(" ") | {section: "sign", table: "hosts", n: 10, program: .[0],
		wall_s: {median: .[1] | tonumber}, cpu_s: {median: .[1] | tonumber},
		peak_mb: {median: .[2] | tonumber}}' |
		jq -s '{format: "zonepp bench 1", zonepp: "zonepp 1", commit: null, size: "small", rounds: 3,
			machine: {processor: "P", cores: 2, system: "S"}, rows: .}' >"$file"
}
result "$tmp/a" 'zonepp-sign 2 10' 'kzonesign 4 40' 'bare-signatures 1 5' 'zonepp-old 1 1'
result "$tmp/b" 'zonepp-sign 3 10' 'kzonesign 8 40' 'ldns-signzone 9 9' 'zonepp-new 1 1'
ok 'two results are compared' status_of 0 "$compare" "$tmp/a" "$tmp/b"
# Without the spaces, which are for people. The machine of `b` is half as fast.
cat >"$tmp/wanted" <<'TABLE'
old: zonepp 1, no commit, small, rounds: 3; P, 2 cores, S
new: zonepp 1, no commit, small, rounds: 3; P, 2 cores, S
 wall s CPU s peak MB
 old new ratio old new ratio old new ratio
sign hosts zonepp-sign 2.000 3.000 1.500 2.000 3.000 1.500 10.000 10.000 1.000
 to kzonesign 0.500 0.375 0.750 0.500 0.375 0.750 0.250 0.250 1.000
only old: sign hosts zonepp-old
only new: sign hosts zonepp-new
TABLE
"$compare" "$tmp/a" "$tmp/b" | tr -s ' ' >"$tmp/table"
ok 'by what zonepp took, and by its ratio to each peer of both' diff "$tmp/wanted" "$tmp/table"
ok 'and what was just measured, with itself' "$compare" "$tmp/new.json" "$tmp/new.json"

echo '{"rows": []}' >"$tmp/other.json"
jq '.size = "full"' "$tmp/b" >"$tmp/full"
cat "$tmp/a" "$tmp/b" >"$tmp/both"
jq 'del(.rows[0].wall_s)' "$tmp/b" >"$tmp/half"
refused() { # refused FILE: with its name
	"$compare" "$tmp/a" "$1" 2>"$tmp/refused"
	[ $? -eq 2 ] && grep -F "$1: " "$tmp/refused"
}
for file in /dev/null "$tmp" "$tmp/none" "$tmp/table" "$tmp/other.json" "$tmp/full" "$tmp/both" "$tmp/half"; do
	ok "${file##*/} does not compare" refused "$file"
done
ok 'nor does one alone' status_of 2 "$compare" "$tmp/a"
plan
