#!/bin/sh
# The same sources make the same octets, in whichever folder, with whichever umask, time zone, language and
# at whatever time they are built; so does all that is installed. Here some files of the archive are built
# twice, with PARANOID=1 the whole program.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

unset MAKEFLAGS MAKELEVEL B

# tree FOLDER UMASK DATE: the sources, with that umask and of that time
tree() {
	(umask "$2" && mkdir -p "$1" && cd "$top" && cp -R GNUmakefile README.md LICENSE .debian cmd lib "$1")
	find "$1" -name '*.[ch]' -exec touch -d "$3" {} +
}
second="$tmp/the second folder, which is longer"
tree "$tmp/first" 022 2001-02-03
tree "$second" 077 2011-12-13

first() {
	TZ=UTC LC_ALL=C make -s -C "$tmp/first" "$@"
}
second() {
	(umask 077 && TZ=Asia/Kathmandu LC_ALL=C.UTF-8 LANGUAGE=de HOME=/nonexistent USER=other \
		make -s -j2 -C "$second" "$@")
}
same() { # same FILE...: they are there, and equal
	for file; do
		[ -s "$tmp/first/$file" ] && cmp "$tmp/first/$file" "$second/$file" || return
	done
}
tells() { # tells TEXT: the archive has it
	grep -aF -- "$1" "$tmp/first/build/libzonepp.a"
}

# One with tables, one that knows the version, one with inline functions of others, and a large one.
some='lib/base/version.c lib/dns/mnemonic.c lib/zone/soa.c lib/base/duration.c'
ok 'an archive' first build/libzonepp.a LIB_SOURCES="$some"
ok 'made once more, elsewhere' second build/libzonepp.a LIB_SOURCES="$some"
ok 'is the same' same build/libzonepp.a
ok 'it has what debuggers need' tells 'lib/dns/mnemonic.c'
ok 'but not where it was built' refuses tells "$tmp"
ok 'and no source asks when' refuses grep -rE '__(DATE|TIME|TIMESTAMP)__' "$top/lib" "$top/cmd"

if [ "${PARANOID-}" ]; then
	rm -rf "$tmp/first/build" "$second/build"
	ok 'a program' first
	ok 'made once more' second
	ok 'is the same' same build/zonepp build/libzonepp.a
	ok 'is installed' first install DESTDIR="$tmp/first/root"
	ok 'from elsewhere, too' second install DESTDIR="$second/root"
	ok 'with the same pages, completions and schema' diff -r "$tmp/first/root" "$second/root"
fi
plan
