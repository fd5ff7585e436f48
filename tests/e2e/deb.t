#!/bin/sh
# What a Debian machine gets: the timer's service forbids itself what it does not need, and does what
# its comment says. With PARANOID=1 the package is made; lintian has nothing to say about it, and it is
# installed, run and removed, in a root of its own and without being root.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

# --- The service ---

service=$top/.debian/zonepp@.service
exposure() { # exposure TENTHS: it is no higher, in tenths
	cp "$service" "$tmp/zonepp@srv-dns.service"
	systemd-analyze security --no-pager --offline=true --threshold="$1" "$tmp/zonepp@srv-dns.service"
}
verified() {
	cp "$service" "$top/.debian/zonepp@.timer" "$tmp" && mkdir -p "$tmp/units" &&
		cp "$service" "$tmp/units/zonepp@srv-dns.service" &&
		cp "$top/.debian/zonepp@.timer" "$tmp/units/zonepp@srv-dns.timer" &&
		systemd-analyze verify --man=no "$tmp/units/zonepp@srv-dns.service" \
			"$tmp/units/zonepp@srv-dns.timer" >"$tmp/verified" 2>&1
	grep "$tmp/units" "$tmp/verified"
	[ $? -eq 1 ]
}
command_of_service() { # as systemd runs it, in that folder
	sed -n "s/^ExecStart=\/bin\/sh -c '\(.*\)'\$/\1/p" "$service" | sed 's/\$\$/$/g' >"$tmp/command"
	(cd "$1" && sh "$tmp/command")
}
if command -v systemd-analyze >/dev/null && systemd-analyze security --help 2>&1 | grep -q offline; then
	ok 'systemd finds no fault in the units' verified
	ok 'nor does the service take more than it needs' exposure 15
	ok 'which is a judgement' refuses exposure 5
fi
ok 'a project' example
rm -r "$tmp/example/public"
ok 'the service builds it' command_of_service "$tmp/example"
ok 'and publishes it' test -s "$tmp/example/public/example.org.zone"
echo 'bad A 192.0.2.300' >>"$tmp/example/zones/example.net.zone"
ok 'it fails where a zone has a fault' refuses command_of_service "$tmp/example"

# --- The package ---

root=$tmp/root
made() {
	make -C "$top" deb B="$tmp/build" && ls "$tmp"/build/deb/zonepp_*.deb
}
version=$(sed -n 's/^VERSION *:= *//p' "$top/GNUmakefile")
elsewhere=$tmp/elsewhere/zonepp-$version
again() ( # of the archive, in another folder, by somebody else
	umask 077 && mkdir "$tmp/elsewhere" &&
		tar -xzf "$tmp/build/zonepp-$version.tar.gz" -C "$tmp/elsewhere" --no-same-permissions &&
		cd "$elsewhere" && TZ=Asia/Kathmandu HOME=/nonexistent make deb
)
same_again() {
	for deb in "$tmp"/build/deb/*.deb; do
		cmp "$deb" "$elsewhere/build/deb/${deb##*/}" || return
	done
}
judged_by_lintian() {
	lintian --allow-root --fail-on error,warning "$tmp"/build/deb/zonepp_*.changes
}
dpkg_there() { # dpkg_there ARGUMENT...: with that root; what the package depends on is on this machine
	fakeroot dpkg --root="$root" --log=/dev/null --force-depends --force-script-chrootless "$@"
}
installed() {
	mkdir -p "$root/etc" "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/info" \
		"$root/var/lib/dpkg/triggers"
	: >"$root/var/lib/dpkg/status"
	dpkg_there -i "$tmp"/build/deb/zonepp_"$version"_*.deb
}
holds() { # holds FILE...: they are there, and not empty
	for file; do
		[ -s "$root/$file" ] || { echo "no $file"; return 1; }
	done
}
pages() { # each one is there
	for page in "$top"/cmd/*.[1-9]; do
		holds "usr/share/man/man${page##*.}/${page##*/}.gz" || return
	done
}
secrets() { # of the demo, or of whoever made the package
	find "$root" -name '*.private' -o -name '*.pem' -o -name zonepp.state | grep .
}
gone() {
	left=$(find "$root" -name '*zonepp*' ! -path '*/var/lib/dpkg/*')
	echo "$left"
	[ ! "$left" ]
}
if [ "${PARANOID-}" ] && command -v dpkg-buildpackage dh lintian fakeroot >/dev/null; then
	ok 'the version is that of the changelog' prints "zonepp ($version)" \
		sed -n '1s/) .*/)/p' "$top/.debian/changelog"
	ok 'the package is made' made
	ok 'and made once more, elsewhere' again
	ok 'which gives the same octets' same_again
	ok 'lintian has nothing to say' judged_by_lintian
	ok 'it is installed' installed
	ok 'with its program' holds usr/bin/zonepp
	ok 'which runs' says "zonepp $version" "$root/usr/bin/zonepp" version
	ok 'its pages' pages
	ok 'its schema' holds usr/share/zonepp/zonepp.yaml.schema.json
	ok 'its completions' holds usr/share/bash-completion/completions/zonepp \
		usr/share/zsh/vendor-completions/_zonepp usr/share/fish/vendor_completions.d/zonepp.fish
	ok 'its units' holds lib/systemd/system/zonepp@.service lib/systemd/system/zonepp@.timer
	ok 'and a user' grep -q '^zonepp:' "$root/etc/passwd"
	ok 'it has no secrets' refuses secrets
	ok 'its example' cp -R "$root/usr/share/doc/zonepp/examples/zones-example" "$tmp/copied"
	ok 'is made' env PATH="$root/usr/bin:$PATH" "$tmp/copied/make-demo"
	ok 'and built' "$root/usr/bin/zonepp" build -C "$tmp/copied"
	ok 'it is removed' dpkg_there --purge zonepp
	ok 'and gone' gone
fi
plan
