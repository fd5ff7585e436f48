#!/bin/sh
# What `zonepp status` writes for others to look at: --html is well-formed, needs no other file and
# tells what it should, and promtool reads --prometheus. With PARANOID=1 a browser without a screen
# judges the pages: contrast of all colours, light and dark and on paper, the width of a telephone,
# folds without a mouse, and that nothing is loaded.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

page() { # page NAME TIME PROJECT: $tmp/NAME.html, as of that time
	zonepp status -C "$tmp/$3" --now="$2" --html="$tmp/$1.html" --prometheus="$tmp/$1.prom"
}
many() { # a project with many zones, one of which has a name as long as can be
	label=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
	mkdir "$tmp/many" "$tmp/many/zones"
	{
		echo 'zones:'
		seq -f '  z%g.example.org:' 520
		echo "  $label.$label.$label.example.org:"
	} >"$tmp/many/zonepp.yaml"
	sed -n 's/^  \(.*\):$/\1/p' "$tmp/many/zonepp.yaml" | while read -r zone; do
		printf '%s\n' '@ 1h SOA ns.example.net. h.example.net. 1 4h 30m 1w 10m' \
			'@ 1h NS ns.example.net.' >"$tmp/many/zones/$zone.zone"
	done
	zonepp keys generate -C "$tmp/many" --missing && zonepp build -C "$tmp/many"
}
ahead() { # a project whose KSK, kept elsewhere, has signed ahead for sixty days
	start=2026-11-23T12:00:00Z
	mkdir "$tmp/ahead" "$tmp/ahead/keys" "$tmp/safe" && cd "$tmp/ahead" || return
	cat >zonepp.yaml <<-'YAML'
	policies: { p: { validity: 14d, refresh: 5d, dnskey-validity: 30d } }
	defaults: { policy: p, template: zone, output: out }
	zones: { example.org: {} }
	YAML
	printf '%s\n' '@ 1h SOA ns.example.net. h.example.net. 1 4h 30m 1w 10m' '@ 1h NS ns.example.net.' >zone
	zonepp keys generate --keys keys --zsk -a ED25519 --now="$start" example.org &&
		ksk=$(zonepp keys generate --keys "$tmp/safe" --ksk -a ED25519 --now="$start" example.org) &&
		cp "$tmp/safe/$ksk.key" keys && zonepp keys request --now="$start" --until=2027-01-22T12:00:00Z -o "$tmp/request" example.org &&
		zonepp keys sign --now="$start" --keys "$tmp/safe" -o keys/Kexample.org.+1.skr "$tmp/request" &&
		zonepp build --now=2027-01-16T12:00:00Z
	result=$?
	cd "$top" && return $result
}
unlike() { # the example with all that can be wrong
	cp -R "$tmp/example/." "$tmp/unlike"
	zonepp build -C "$tmp/unlike" &&
		echo '; x' >>"$tmp/unlike/public/example.net.zone" &&
		rm "$tmp/unlike/public/example.com.zone" &&
		echo nothing >"$tmp/unlike/public/2.0.192.in-addr.arpa.zone" &&
		cp "$tmp/unlike/certs/mail-next.pem" "$tmp/unlike/certs/mail.pem"
}

# --- Form ---

well_formed() { # well_formed FILE: all elements are closed, in their order
	perl -0777 -e '
		my ($html, @open) = (<>);
		$html =~ /^<!DOCTYPE html>\n<html lang="en">/ or die "no head";
		$html =~ s/^<!DOCTYPE html>|<style>.*?<\/style>//sg;
		while ($html =~ /<(\/?)([a-z0-9]+)((?:\s+[a-z-]+="[^"<>]*")*)>|([<>])/g) {
			die "a stray $4" if $4;
			next if $2 =~ /^meta$/;
			if (!$1) { push @open, $2; next }
			my $top = pop @open // "nothing";
			die "$2 closes $top" if $top ne $2;
		}
		die "open: @open" if @open;
	' "$1"
}
alone() { # alone FILE: it needs nothing else
	refuses grep -niE '<script|<link|<img|src=|href=|url\(|@import| on[a-z]*=' "$1" &&
		grep -qF "default-src 'none'" "$1"
}
tells() { # tells FILE TEXT...: in this order, each in a line or further on
	file=$1
	shift
	perl -0777 -e '
		my $html = do { local @ARGV = shift; <> };
		$html =~ s/<style>.*?<\/style>//s;
		$html =~ s/<[^>]*>//g;
		my $at = 0;
		for (@ARGV) {
			my $found = index $html, $_, $at;
			die "no \"$_\" behind \"" . substr($html, $at, 60) . "\"" if $found < 0;
			$at = $found + length;
		}' "$file" "$@"
}
promtool_accepts() {
	promtool check metrics <"$1"
}

ok 'the example is built' example
ok 'a project with all that can be wrong' unlike
ok 'and one with many zones' many
ok 'a page on a good day' page good now example
ok 'when signatures are due' page soon +10d example
ok 'when they have ended' page late +40d example
ok 'of a project that needs help' page bad now unlike
ok 'of many zones' page many now many
ok 'a key that has signed ahead' ahead
ok 'some days ahead of its end' page ahead 2027-01-16T12:00:00Z ahead
for name in good soon late bad many ahead; do
	ok "$name: well-formed" well_formed "$tmp/$name.html"
	ok "$name: it needs nothing else" alone "$tmp/$name.html"
	if command -v promtool >/dev/null; then
		ok "$name: promtool has nothing to say" prints '' promtool_accepts "$tmp/$name.prom"
	fi
done
ok 'all is well' tells "$tmp/good.html" 'zonepp: All is well' 'All is well' '5 of 5 zones ok' \
	'0 ended' 'Later' 'example.org the first signature ends' 'in 13 days' \
	'Rollovers under way' 'certificate mail then zonepp roll --deploy takes next' 'waiting'
ok 'what is soon comes first' tells "$tmp/soon.html" 'All holds, 8 to look at' '4 within 7 days' \
	'Problems' 'zonepp build looks at it anew' 'stale' 'Within 7 days' 'in 3 days' 'Later' \
	'mail the certificate ends'
ok 'what has ended comes before' tells "$tmp/late.html" '4 to mend now' 'Ended' 'hours ago' 'Later'
ok 'each fault has its words' tells "$tmp/bad.html" 'to mend now' 'Problems' \
	'mail was replaced too early' 'something that is no whole zone' 'broken' \
	'example.com is not published' 'missing' 'example.net is not what the last build here wrote'
ok 'long lists fold' tells "$tmp/many.html" 'Later' 'and 501 more' 'and 21 more, later' 'All 521'

ok 'a ceremony that is due' tells "$tmp/ahead.html" 'All holds, 1 to look at' 'Within 7 days' \
	'example.org the last set of keys that was signed ahead ends' 'in 6 days' 'Later'
ok 'with its metric' prints 1 grep -c '^zonepp_zone_keys_signed_until_timestamp_seconds{zone="example.org"}' "$tmp/ahead.prom"

# --- In a browser ---

judge() { # judge PAGE...: what the judge finds
	pages=$*
	sed "s/'PAGES'/'$pages'/" "$top/tests/e2e/status_page.html" >"$tmp/judge.html"
	HOME=$tmp timeout 300 "$browser" --headless --no-sandbox --disable-gpu --no-first-run \
		--disable-background-networking --user-data-dir="$tmp/profile" \
		--allow-file-access-from-files --virtual-time-budget=120000 --dump-dom \
		"file://$tmp/judge.html" 2>"$tmp/browser.log" |
		perl -0777 -ne 'print "$1\n" if /<pre id="found">(.*?)<\/pre>/s'
}
finds() { # finds TEXT PAGE...
	text=$1
	shift
	judge "$@" >"$tmp/judged"
	cat "$tmp/judged"
	grep -qF -- "$text" "$tmp/judged" && grep -qx judged "$tmp/judged"
}
spoil() { # spoil NAME SED-COMMAND: a page that the judge must not pass
	sed "$2" "$tmp/good.html" >"$tmp/$1.html" && refuses cmp "$tmp/good.html" "$tmp/$1.html"
}
printed_to_pdf() {
	HOME=$tmp timeout 300 "$browser" --headless --no-sandbox --disable-gpu --no-first-run \
		--user-data-dir="$tmp/profile" --print-to-pdf="$tmp/page.pdf" "file://$tmp/$1.html"
	grep -qa '^%PDF' "$tmp/page.pdf"
}
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ "${PARANOID-}" ] && [ "$browser" ]; then
	for name in good soon late bad many; do
		sed 's/@media print/@media all/' "$tmp/$name.html" >"$tmp/print-$name.html"
	done
	ok 'the judge has nothing to say' prints judged judge good.html soon.html late.html bad.html \
		many.html print-good.html print-soon.html print-late.html print-bad.html
	ok 'a page is printed' printed_to_pdf many
	spoil pale 's/--quiet: #555/--quiet: #999/'
	ok 'it sees what is pale' finds 'contrast 2.' pale.html
	spoil wide 's/overflow-wrap: anywhere/white-space: nowrap/'
	ok 'and what is wide' finds ' px wide' wide.html
	spoil day 's/prefers-color-scheme: dark/prefers-color-scheme: none/'
	ok 'and what shines at night' finds 'dark: the ground is 255' day.html
fi
plan
