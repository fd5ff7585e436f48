# The JSON document of `run --json`, of the lines that common.sh keeps:
#
#   format     "zonepp bench 1"; another number once what is here means something else
#   zonepp     its version, and `commit`: as git describes it, or null
#   size       "full" or "small"; `rounds`: how often each was measured
#   machine    processor, cores, memory_gb, system; `versions` of what was measured, a line each
#   rows       a program in a table: n names, zones or records, as the title says; wall and CPU
#              seconds and peak megabytes, with median, least and most; `ratio` of its medians to
#              those of `base`, the table's first program, or null without it
#   figures    what is to be `aim` at most
#   failures   what did not run to its end, and so has no row

def lines: split("\n") | map(select(. != "") | split("\t"));
def text: if . == "" then null else . end;
def number: try tonumber catch null;
def spread: split(" ") | map(select(. != "") | tonumber) | sort
	| {median: .[(length - 1) / 2 | floor], min: .[0], max: .[-1]};
def place: [.section, .table];
def over($a; $b): if $b > 0 then $a / $b else null end;

($rows | lines | map({
	section: .[0], table: .[1], n: (.[2] | number), title: .[3], base: .[4], program: .[5],
	wall_s: (.[6] | spread), cpu_s: (.[7] | spread), peak_mb: (.[8] | spread)
})) as $measured
| {
	format: "zonepp bench 1",
	zonepp: $zonepp,
	commit: ($commit | text),
	size: $size,
	rounds: $rounds,
	machine: {processor: ($processor | text), cores: $cores, memory_gb: $memory_gb, system: $system},
	versions: ($versions | rtrimstr("\n") | split("\n")),
	rows: [$measured[] | . as $row
		| ([$measured[] | select(place == ($row | place) and .program == $row.base)] | .[0]) as $base
		| .ratio = if $base then {
			wall: over(.wall_s.median; $base.wall_s.median),
			cpu: over(.cpu_s.median; $base.cpu_s.median),
			peak: over(.peak_mb.median; $base.peak_mb.median)
		} else null end],
	figures: ($figures | lines | map({
		section: .[0], table: .[1], what: .[2], value: (.[3] | number), aim: (.[4] | number)
	})),
	failures: ($failures | lines | map({section: .[0], what: .[1]}))
}
