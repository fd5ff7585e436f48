#!/bin/sh
# What GNUmakefile compiles with gcc, with -Werror in `make check`, clang has nothing to say of either:
# here of one file of four, in `make analyse` of all. And tests/analyse finds what there is to find.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

if ! command -v clang >/dev/null; then
	echo '1..0 # SKIP no clang'
	exit
fi
unset EVERY

# world CODE...: a source tree of one file, in which tests/analyse runs
world() {
	rm -rf "$tmp/world"
	mkdir -p "$tmp/world/tests" "$tmp/world/lib" "$tmp/world/cmd"
	cp "$top/tests/analyse" "$tmp/world/tests"
	cp "$top/GNUmakefile" "$tmp/world"
	: >"$tmp/world/tests/analyse.known"
	printf '%s\n' "$@" >"$tmp/world/lib/x.c"
}
analyse() {
	"$tmp/world/tests/analyse" clang
}
known() { # known ID FILE CODE: a row
	printf '# why\nclang\t%s\t%s\t%s\tbecause\n' "$@" >"$tmp/world/tests/analyse.known"
}
finds() { # finds TEXT, and fails
	analyse >"$tmp/output" 2>&1
	[ $? -eq 1 ] && grep -F -- "$1" "$tmp/output"
}

ok 'clang has nothing to say' env EVERY=8 "$top/tests/analyse" clang
world 'int x(int a);' 'int x(int a) { return a; }'
ok 'nor of a good file' analyse
world 'int x(void);' 'int x(void) { int a = 2.5; return a; }'
ok 'but of one with a fault' finds 'lib/x.c:2:'
known -Wliteral-conversion lib/x.c 'int a = 2.5;'
ok 'one that is explained passes' analyse
known -Wliteral-conversion lib/x.c 'int b = 2.5;'
ok 'one of another line does not' finds '[-Wliteral-conversion]'
ok 'and the row is told of' finds 'tests/analyse.known:2:1: error: explains nothing'
world 'int x(void);' 'int x(void) { return 1; }'
known -Wliteral-conversion lib/x.c 'int a = 2.5;'
ok 'so is one whose fault was mended' finds 'tests/analyse.known:2:1: error: explains nothing'
world '#include "none.h"'
ok 'a file that cannot be compiled is a finding' finds 'lib/x.c:1:10: fatal error:'
ok 'an unknown tool is refused' refuses "$tmp/world/tests/analyse" lint
plan
