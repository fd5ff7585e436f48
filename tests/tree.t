#!/bin/sh
# The source tree itself: order of the folders, scripts, man pages.
set -u
# shellcheck source=tests/signals.sh
. "$(dirname "$0")/signals.sh"
cd "$(dirname "$0")/.." || exit 2
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT

n=0
expect() { # expect STATUS WHAT COMMAND...: runs it and shows what it said if its status is another
	wanted=$1 what=$2
	shift 2
	n=$((n + 1))
	"$@" >"$tmp/said" 2>&1
	status=$?
	if [ $status -eq "$wanted" ]; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		{ echo "tests/tree.t: $what: status $status, not $wanted"; cat "$tmp/said"; } |
			sed 's/^/# /'
	fi
}

layers=$(sed -n 's/^LAYERS := //p' GNUmakefile)

unlisted_sources() {
	find lib cmd -name '*.c' | while read -r file; do
		grep -q "^[[:space:]]$file" GNUmakefile || echo "$file"
	done
	find tests/unit -name 'test_*.c' | while read -r file; do
		name=${file##*/}
		grep -qw "${name%.c}" GNUmakefile || echo "$file"
	done
	grep -l '^LLVMFuzzerTestOneInput' tests/fuzz/*.c | while read -r file; do
		name=${file##*/}
		sed -n '/^FUZZ_TARGETS/,/[^\\]$/p' GNUmakefile | grep -qw "${name%.c}" || echo "$file"
	done
}

nothing() { # nothing COMMAND...: it prints no line
	! "$@" | grep .
}

expect 0 'folders of lib/ include only what is below them' tests/check-layers "$layers" lib cmd

mkdir -p "$tmp/lib/dns"
printf '#include <string.h>\n#include "base/buf.h"\n' >"$tmp/lib/dns/good.c"
expect 0 'check-layers passes a good file' tests/check-layers "$layers" "$tmp/lib"
printf '#include "dns/name.h"\n#include "zone/lex.h"\n' >"$tmp/lib/dns/bad.c"
expect 1 'check-layers refuses an include of a higher folder' \
	tests/check-layers "$layers" "$tmp/lib"
cp "$tmp/said" "$tmp/layers"
expect 0 'and says in which line it stands' grep 'lib/dns/bad.c:2: error: ' "$tmp/layers"
rm "$tmp/lib/dns/bad.c"
printf '#include "dns/field_part.h"\n' >"$tmp/lib/dns/good.c"
expect 0 'it passes what a folder keeps to itself, there' tests/check-layers "$layers" "$tmp/lib"
mkdir "$tmp/lib/check" "$tmp/cmd"
for file in lib/check cmd; do
	printf '#include "dns/name.h"\n#include "dns/field_part.h"\n' >"$tmp/$file/bad.c"
	expect 1 "and refuses it in $file" tests/check-layers "$layers" "$tmp/lib" "$tmp/cmd"
	cp "$tmp/said" "$tmp/layers"
	expect 0 'at its line' grep "$file/bad.c:2: error: " "$tmp/layers"
	rm "$tmp/$file/bad.c"
done

expect 0 'every source file is listed in GNUmakefile' nothing unlisted_sources

# --- lib/README.md, the map ---

rooms() { # as the map names them
	# shellcheck disable=SC2016 # the backquotes are the map's
	sed -n 's/^| `\([a-z]*\)\/` | .*/\1/p' lib/README.md
}
folders() { # as they are, in the order of GNUmakefile
	for layer in $layers; do
		[ -d "lib/$layer" ] && echo "$layer"
	done
	for folder in lib/*/; do
		case " $layers " in *" $(basename "$folder") "*) ;; *) echo "$folder" ;; esac
	done
}
other_rooms() {
	folders >"$tmp/folders"
	rooms | diff - "$tmp/folders"
}
missing_files() { # files that the map names, from lib/ or from the root, and that are not there
	# shellcheck disable=SC2016 # the backquotes are the map's
	grep -o '`[A-Za-z_./-]*`' lib/README.md | tr -d '`' | grep -E '^GNU|/.' | while read -r file; do
		[ -e "lib/$file" ] || [ -e "$file" ] || echo "$file"
	done
}
expect 0 'the map has the rooms that there are, in their order' nothing other_rooms
expect 0 'the map names files that there are' nothing missing_files

foreign_keys() { # private keys of which neither file says from which RFC they are
	grep -rlE --exclude-dir=unit '^(-----BEGIN .*PRIVATE KEY|PrivateKey:|PrivateExponent:)' \
		tests | while read -r file; do
		cat "$file" "${file%.private}.key" 2>/dev/null | grep -qE '^(; )?RFC [0-9]+ ' || echo "$file"
	done
}
expect 0 'every private key is that of an RFC' nothing foreign_keys

undocumented_directives() {
	sed -n 's/.*{"\([A-Z]*\)", [a-z]*_directive,.*/\1/p' lib/publish/directives.c |
		while read -r name; do
			grep -qF ".It Ic \$$name " cmd/zonepp.1 || echo "\$$name"
		done
}
expect 0 'every directive is in zonepp(1)' nothing undocumented_directives

# --- What zonepp says of itself, and its manual pages ---

verbs() {
	zonepp help | sed -n 's/^  \([a-z ]*[a-z]\)  .*/\1/p' | grep -vx -e help -e version
}
for_verbs() { # for_verbs FUNCTION: called with the words of each and its page
	verbs | while read -r first second; do
		"$1" "$first${second:+ $second}" "cmd/zonepp-$first.1"
	done
}
taken() { # taken VERB: its options as help has them, by their letters where they have some
	# shellcheck disable=SC2086 # one word or two
	zonepp help $1 | sed -n 's/^  \(-[A-Za-z]\), .*/\1/p; s/^      \(--[a-z0-9-]*\).*/\1/p' |
		grep -vx -e -h | sort
}
in_synopsis() { # in_synopsis VERB PAGE
	awk -v name=".Nm zonepp $1" '/^\.Sh DESCRIPTION/ { exit }
		/^\.(Nm|Sh)/ { on = $0 == name }
		on' "$2" | grep -o 'Fl [^ ]*' | sed 's/^Fl /-/' | sort -u
}
other_synopsis() {
	taken "$1" >"$tmp/taken"
	in_synopsis "$1" "$2" | diff "$tmp/taken" - | sed -n "s/^[<>]/zonepp $1: &/p"
}
undescribed_options() {
	# shellcheck disable=SC2086 # one word or two
	zonepp help $1 | sed -n 's/^  .\{4\}--\([a-z0-9-]*\).*/\1/p' | while read -r option; do
		grep -qE "^\.It .*Fl -$option( |\$)" "$2" cmd/zonepp.1 || echo "zonepp $1 --$option"
	done
}
unlisted_verbs() {
	grep -qxF ".It Cm ${1%% *}" cmd/zonepp.1 || echo "$1"
}
formats() {
	zonepp version --format=none 2>&1 | sed -n 's/.*: not one of \(.*\)/\1/p' | tr -d ,
}
undescribed_formats() {
	for format in $(formats); do
		grep -qxE "\.(It )?Cm $format( ,)?" cmd/zonepp.1 || echo "zonepp.1: $format"
		zonepp help version | grep -A1 -- --format | grep -qw "$format" || echo "help: $format"
	done
	[ "$(formats)" ] || echo none
}
if command -v zonepp >"$tmp/said"; then
	expect 0 'every command is in zonepp(1)' nothing for_verbs unlisted_verbs
	expect 0 'help and synopsis have the same options' nothing for_verbs other_synopsis
	expect 0 'every option is described in a manual page' nothing for_verbs undescribed_options
	zonepp explain --man >"$tmp/checks"
	expect 0 'zonepp-checks(7) is what zonepp explains (make pages)' diff cmd/zonepp-checks.7 "$tmp/checks"
	zonepp explain --schema >"$tmp/schema"
	expect 0 'the schema is what zonepp reads (make pages)' diff cmd/zonepp.yaml.schema.json "$tmp/schema"
	expect 0 'every format is in help and in zonepp(1)' nothing undescribed_formats
fi

homeless() { # problems that name no file, as scenarios expect them
	grep -rnE --include='std*' '^zonepp: (error|warning|note): ' tests/cli
}
expect 0 'every problem has a file' nothing homeless

# --- Forms ---

scripts=$(grep -rlI --exclude-dir=build '^#!.*[/ ]\(ba\)\{0,1\}sh$' .ci tests zones-example)
signalled() { # tests in which a signal may be ignored; those in Python send none
	grep -l '^#!/bin/sh' tests/*.t tests/*/*.t | xargs grep -LE '^\. ".*/(signals|common)\.sh"$'
}
expect 0 'every test resets the signals that its caller ignores' nothing signalled
# Forty tests share a file, and would be read with it each: of that they see the variables.
shell_scripts() {
	mkdir -p "$tmp/scripts"
	# shellcheck disable=SC2086 # a list of words
	cp --parents $scripts tests/signals.sh tests/*/*.sh "$tmp/scripts"
	{
		grep -oh '\<[a-z_]*=' tests/e2e/common.sh tests/e2e/servers.sh | sort -u | sed "s/\$/''/"
		# shellcheck disable=SC2016 # as it stands
		grep -oh '\$[a-z_]\{1,\}' tests/e2e/common.sh tests/e2e/servers.sh | sort -u | sed 's/.*/: "&"/'
	} >"$tmp/scripts/tests/e2e/common.sh"
	# shellcheck disable=SC2086
	(cd "$tmp/scripts" && shellcheck -x $scripts)
}
expect 0 'shellcheck has nothing to say' shell_scripts
for page in cmd/*.[157]; do
	[ -e "$page" ] || continue
	expect 0 "mandoc has nothing to say on $page" mandoc -T lint -W warning "$page"
done
echo "1..$n"
