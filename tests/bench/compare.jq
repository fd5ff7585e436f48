# The lines of `compare`, of the results $old and $new, with tabs between their cells.

def over($a; $b): if $a and $b and $b > 0 then $a / $b else null end;
def medians: [.wall_s.median, .cpu_s.median, .peak_mb.median];
def place: [.section, .table, .n];
def key: place + [.program] | tostring;
def name: [.section, .table, .program] | join(" ");
def is_ours: .program | startswith("zonepp-");
def told: "\(.zonepp), \(.commit // "no commit"), \(.size), rounds: \(.rounds); "
	+ "\(.machine.processor // "?"), \(.machine.cores) cores, \(.machine.system)";

# Those of a row to those of its peer.
def ratios($row; $peer): [$row, $peer | medians] | transpose | map(over(.[0]; .[1]));
# For wall, CPU and memory: old, new, and new to old.
def line($name; $before; $after):
	[$name] + ([$before, $after] | transpose | map(.[0], .[1], over(.[1]; .[0])));

$old[0] as $old | $new[0] as $new
| ($old.rows | map({(key): .}) | add // {}) as $was
| ($new.rows | map({(key): .}) | add // {}) as $is
| ["old: " + ($old | told)],
  ["new: " + ($new | told)],
  ["", "wall s", "", "", "CPU s", "", "", "peak MB"],
  ["", (range(3) | "old", "new", "ratio")],
  ($new.rows[] | select(is_ours) | . as $ours | $was[key] | values | . as $before
	| line($ours | name; $before | medians; $ours | medians),
	  ($new.rows[] | select(place == ($ours | place) and (is_ours | not)) | . as $peer
		| $was[key] | values
		| line("  to " + $peer.program; ratios($before; .); ratios($ours; $peer)))),
  ($old.rows[] | select(is_ours and $is[key] == null) | ["only old: \(name)"]),
  ($new.rows[] | select(is_ours and $was[key] == null) | ["only new: \(name)"])
| map(. // "-")
| @tsv
