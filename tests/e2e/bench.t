#!/bin/sh
# The bench, at its smallest: what `make bench JSON=FILE` keeps of it.
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
run=$top/tests/bench/run

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

plan
