# How `run` measures, and how it tells what it measured: tables and aims for people, and one JSON
# document, by json.jq. Source it in a fresh folder. It wants $rounds, and $json where --json asks for
# that file; each section begins with `wanted` and ends with `end`.
# shellcheck shell=sh

failed=0
section=''
table=''
: >rows
: >figures
: >failures

wanted() { # wanted SECTION: then it begins
	section=$1
	case " $only " in *" $1 "*) ;; *) return 1 ;; esac
}
fail() {
	echo "$*"
	printf '%s\t%s\n' "$section" "$(echo "$*" | tr '\n\t' '  ')" >>failures
	failed=1
}
run() { # run NAME COMMAND...: one measurement, if the command is there
	name=$1
	shift
	command -v "$1" >/dev/null || return 0
	[ ! -e "$name.failed" ] || return 0
	if measure "$name.times" "$@" >/dev/null 2>"$name.log"; then return 0; fi
	fail "$name failed: $*"
	tail -n 3 "$name.log"
	rm -f "$name.times"
	: >"$name.failed"
}
calls() { # calls NAME N COMMAND...: a measurement of N calls
	command -v "$3" >/dev/null || return 0
	name=$1 calls=$2
	shift 2
	# shellcheck disable=SC2016
	run "$name" sh -c 'n=0; while [ $((n += 1)) -le "$0" ]; do "$@" || exit; done' "$calls" "$@"
}
prepare() { # prepare COMMAND...: what is done beforehand, and not measured
	command -v "$1" >/dev/null || return 0
	if "$@" >prepare.log 2>&1; then return 0; fi
	fail "$*: failed"
	tail -n 3 prepare.log
}
has() { # has NAME...: are there measurements of each?
	for name; do
		[ -s "$name.times" ] || return 1
	done
}
column() { # column NAME COLUMN: the measurements, on one line
	cut -d ' ' -f "$2" "$1.times" | tr '\n' ' '
}
middle() { # middle < NUMBERS: their median
	tr -s ' ' '\n' | sed '/^$/d' | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
median() { # median NAME wall|CPU|peak: s, s, MB
	case $2 in
	wall) column "$1" 1 ;;
	CPU) column "$1" 2 ;;
	peak) column "$1" 3 ;;
	esac | middle
}
calc() { # calc EXPRESSION
	awk "BEGIN { print $1 }"
}

# --- Tables ---

record() { # record TABLE N TITLE BASE NAME: the measurements of a program go to the JSON
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$section" "$1" "$2" "$3" "$4" "$5" \
		"$(column "$5" 1)" "$(column "$5" 2)" "$(column "$5" 3)" >>rows
}
# table TABLE N TITLE NAME...: of N names, zones or records, as the title says. The first name is what
# the others are compared with.
table() {
	table=$1 n=$2 title=$3 base=$4 any=''
	shift 3
	for name; do ! has "$name" || any=1; done
	[ -n "$any" ] || return 0
	printf '\n%s\n%-18s %9s %9s %9s   %s\n' "$title" '' 'wall s' 'CPU s' 'peak MB' "to $base: wall, CPU, memory"
	for program; do
		has "$program" || continue
		record "$table" "$n" "$title" "$base" "$program"
		against=0
		! has "$base" || against="$(median "$base" wall) $(median "$base" CPU) $(median "$base" peak)"
		echo "$(median "$program" wall) $(median "$program" CPU) $(median "$program" peak) $against" |
			awk -v name="$program" '
			function ratio(a, b) { return b > 0 ? sprintf("%.2f", a / b) : "-" }
			{ printf "%-18s %9.2f %9.2f %9.1f   %6s %6s %6s\n", name, $1, $2, $3,
			      ratio($1, $4), ratio($2, $5), ratio($3, $6) }'
	done
}
records() { # records FILE: of one on each line
	grep -vc '^[$]' "$1"
}
signatures() { # signatures < ZONE
	awk '$4 == "RRSIG"' | wc -l
}
measured() { # measured SECTION TABLE NAME: the median wall time there, if that was run
	awk -F '\t' -v s="$1" -v t="$2" -v p="$3" '$1 == s && $2 == t && $6 == p { print $7 }' rows | middle
}

# --- Aims ---

figure() { # figure WHAT VALUE AIM: what is at most AIM, if it is as we want it
	printf '%s\t%s\t%s\t%s\t%s\n' "$section" "$table" "$1" "$2" "$3" >>figures
	awk -v what="$1" -v value="$2" -v aim="$3" 'BEGIN {
		printf "%s: %.4g (aim: %.4g%s)\n", what, value, aim, (value + 0 > aim + 0 ? ", missed" : "") }'
}
factor() { # factor NAME BASE AIM: how many times the wall time of BASE it takes
	has "$1" "$2" || return 0
	figure "$1, times $2" "$(calc "$(median "$1" wall) / $(median "$2" wall)")" "$3"
}
times_of() { # times_of NAME SECTION AIM: of its wall time in that earlier section, in the same table
	! has "$1" || [ -z "$(measured "$2" "$table" "$1")" ] ||
		figure "$1, times that of $2" \
			"$(calc "$(median "$1" wall) / $(measured "$2" "$table" "$1")")" "$3"
}
at_most() { # at_most NAME wall|peak AIM
	unit=s
	[ "$2" != peak ] || unit=MB
	! has "$1" || figure "$1, $unit" "$(median "$1" "$2")" "$3"
}
octets() { # octets NAME RECORDS: of memory for each
	calc "$(median "$1" peak) * 1048576 / $2"
}

# --- The end of a section ---

as_json() {
	jq -n --arg zonepp "$(head -n 1 versions)" --arg size "$size" --argjson rounds "$rounds" \
		--arg commit "$(git -C "$here" describe --always --dirty 2>/dev/null)" \
		--arg processor "$(processor)" --argjson cores "$(nproc)" \
		--argjson memory_gb "$(memory_gb)" --arg system "$(uname -srm)" \
		--rawfile versions versions --rawfile rows rows --rawfile figures figures \
		--rawfile failures failures -f "$here/json.jq"
}
end() { # end [FILE...]: of a section, whose files may go; the JSON has all sections that have ended
	rm -rf ./*.times ./*.failed ./*.log "$@"
	[ "$json" ] || return 0
	if as_json >"$json.new" && mv "$json.new" "$json"; then return 0; fi
	echo "run: $json: cannot be written" >&2
	exit 2
}

# --- The machine ---

processor() {
	sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1
}
memory_gb() {
	awk '/MemTotal/ { printf "%.0f", $2 / 1e6 }' /proc/meminfo
}
program_versions() { # a line each
	zonepp version | head -n 1
	openssl version
	named-compilezone -v 2>/dev/null | sed 's/^/BIND /'
	ldns-read-zone -v 2>&1 | sed -n 's/.*(ldns version \(.*\)).*/ldns \1/p' | head -n 1
	kzonecheck -V 2>/dev/null || :
	nsd-checkzone -h 2>&1 | sed -n 's/^Version \([0-9.]*\)\. .*/NSD \1/p'
}
