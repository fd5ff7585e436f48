#!/bin/sh
# The program has what makes its faults harder to use. A build for a sanitizer or for coverage is
# another program: its rows are skipped. HARDENED names another program than that in PATH.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

program=${HARDENED:-$(command -v zonepp)}
readelf -hldSsW --notes "$program" >"$tmp/elf" || { echo 'Bail out! no readelf'; exit 1; }
if grep -qE '__(asan|tsan|ubsan|gcov)_' "$tmp/elf"; then
	echo '1..0 # SKIP built for a sanitizer, or for coverage'
	exit
fi

has() { # has PATTERN
	grep -E -- "$1" "$tmp/elf"
}
lacks() { # lacks PATTERN
	! has "$1"
}
calls() { # calls PATTERN: a function of the C library
	has " FUNC .* UND .*$1@"
}
no_segment_writes_and_runs() {
	! has '^  [A-Z_]+ .* RWE '
}
begins() { # begins INSTRUCTION: so does main
	objdump -d --no-show-raw-insn --disassemble=main "$program" | grep -A1 '<main>:$' | grep -E "$1"
}

ok 'is at another address each time' has 'Type: +DYN \(Position-Independent Executable'
ok 'and is a program' has '\(FLAGS_1\).* PIE'
ok 'binds all symbols at its start' has '\(FLAGS_1\).* NOW'
ok 'and then makes their table read-only' has '^  GNU_RELRO '
ok 'its stack holds no code' has '^  GNU_STACK .* RW  '
ok 'nor does any memory that it can write' no_segment_writes_and_runs
ok 'code and data are on pages apart' has '^  LOAD .* R   0x'
ok 'no relocation writes code' lacks '\(TEXTREL\)'
ok 'no library is sought beside the system' lacks '\((RPATH|RUNPATH)\)'
ok 'stack canaries are checked' calls __stack_chk_fail
for function in memcpy snprintf vsnprintf; do
	ok "the length of $function is checked" calls "__${function}_chk"
done
# The program is marked so only where the start files of the C library are, too.
case $(uname -m) in
x86_64) ok 'calls through pointers land where a function begins (CET)' begins endbr64 ;;
aarch64) ok 'calls through pointers land where a function begins (BTI)' begins 'bti|paciasp' ;;
esac
plan
