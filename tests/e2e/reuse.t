#!/bin/sh
# What signing again keeps: exactly the signatures that still hold, and the published file itself where
# nothing changed. ECDSA never makes the same signature twice, so an equal line is a kept one.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

here=$(dirname "$0")
keys=$tmp/keys
new_key "$keys" ECDSAP256SHA256 -f KSK
new_key "$keys" ECDSAP256SHA256
template=$tmp/template
{ cat "$here/tricky.zone" && printf '\\000.z A 192.0.2.2\n'; } >"$template"

# The judges look at the clock. Day 10 began at the last midnight; what is signed on day 0 holds today.
today=$(($(date +%s) / 86400 * 86400))
at() { # at DAY [FORMAT]
	date -d "@$((today + ($1 - 10) * 86400))" "+${2:-%s}"
}
sign() { # sign OUT DAY [OPTION...]: the template
	out=$1 day=$2
	shift 2
	zonepp sign -o "$out" --zone example.org --keys "$keys" --now "$(at "$day")" "$@" "$template"
}
edit() { # edit SCRIPT: the template changed by sed, its serial raised
	cp "$template" "$tmp/before"
	sed -e "$1" -e '/SOA/s/ 7 4h/ 8 4h/' "$tmp/before" >"$template"
	! cmp -s "$tmp/before" "$template"
}
restore() {
	cp "$tmp/first" "$template"
}
made() { # made OLD NEW: owner and type of the signatures that only NEW has
	grep 'IN.RRSIG' "$1" | sort >"$tmp/old.rrsig"
	grep 'IN.RRSIG' "$2" | sort >"$tmp/new.rrsig"
	comm -13 "$tmp/old.rrsig" "$tmp/new.rrsig" |
		awk '{ sub(/\.?example\.org\.$/, "", $1); print ($1 ? $1 : "@") "/" $5 }' | sort | xargs
}
makes() { # makes OLD NEW WANTED: signatures, NSEC3 without their owners
	found=$(made "$1" "$2" | xargs -n 1 | sed 's/^[0-9a-v]\{32\}\//hash\//' | sort | xargs)
	printf 'wanted: %s\nmade:   %s\n' "$3" "$found"
	[ "$found" = "$3" ]
}
none_kept() { # none_kept OLD NEW
	grep 'IN.RRSIG' "$1" | sort >"$tmp/old.rrsig"
	grep 'IN.RRSIG' "$2" | sort | comm -12 "$tmp/old.rrsig" - >"$tmp/both.rrsig"
	cat "$tmp/both.rrsig"
	[ -s "$tmp/new.rrsig" ] && [ ! -s "$tmp/both.rrsig" ]
}
cp "$template" "$tmp/first"

# --- Each kind of change, for each kind of denial ---

for denial in nsec nsec3 opt-out; do
	chain=hash/NSEC3 zonemd=
	case $denial in
	nsec) set -- ; chain=nsec ;;
	nsec3) set -- --nsec3 --zonemd; zonemd='@/ZONEMD ' ;;
	opt-out) set -- --opt-out --salt abcd ;;
	esac
	chained() { # chained NSEC-OWNERS...: the chain's records that change with these names
		case $chain in
		nsec) for owner; do echo "$owner/NSEC"; done ;;
		*) for owner; do echo hash/NSEC3; done ;;
		esac
	}
	expected() { # expected SIGNATURE...
		for signature in $zonemd "$@"; do echo "$signature"; done | sort | xargs
	}
	a=$tmp/$denial.a b=$tmp/$denial.b
	restore
	ok "$denial: signed" sign "$a" 0 "$@"
	for threads in 1 2 7; do
		ok "$denial: signed again, $threads threads" \
			sign "$b" 1 "$@" --previous "$a" -j $threads --serial auto
		ok "$denial: the same bytes, $threads threads" cmp "$a" "$b"
	done

	ok "$denial: an address changes" edit '/^z/s/192.0.2.2/192.0.2.99/'
	ok "$denial: signed" sign "$b" 1 "$@" --previous "$a" -j 3
	ok "$denial: its signature is new, and SOA" makes "$a" "$b" "$(expected @/SOA z/A)"
	judged "$denial, an address" example.org "$b" bind ldns

	restore
	ok "$denial: a TTL changes, and a type map" edit '/^types.*CAA/d;/^types.*192/s/A/7200 A/'
	ok "$denial: signed" sign "$b" 1 "$@" --previous "$a"
	# shellcheck disable=SC2046
	ok "$denial: their signatures are new" \
		makes "$a" "$b" "$(expected @/SOA types/A $(chained types))"
	judged "$denial, a TTL" example.org "$b" bind ldns

	restore
	ok "$denial: a name comes" edit '/^alias/a zz A 192.0.2.9'
	ok "$denial: signed" sign "$b" 1 "$@" --previous "$a"
	# shellcheck disable=SC2046
	ok "$denial: it and the link ahead of it are new" \
		makes "$a" "$b" "$(expected @/SOA zz/A $(chained a200b.z zz))"
	judged "$denial, a name more" example.org "$b" bind ldns

	restore
	ok "$denial: a name goes" edit '/^alias/d'
	ok "$denial: signed" sign "$b" 1 "$@" --previous "$a"
	# shellcheck disable=SC2046
	ok "$denial: the link over it is new" \
		makes "$a" "$b" "$(expected @/SOA $(chained abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789A))"
	judged "$denial, a name less" example.org "$b" bind ldns

	restore
	ok "$denial: another case of a name changes no signature" edit '/^alias/s/NS$/ns/'
	ok "$denial: signed" sign "$b" 1 "$@" --previous "$a"
	ok "$denial: SOA alone is new" makes "$a" "$b" "$(expected @/SOA)"
	judged "$denial, another case" example.org "$b" bind ldns
done

# --- Times ---

restore
a=$tmp/a b=$tmp/b
ends_by() { # ends_by DAY FILE: how many signatures do
	grep 'IN.RRSIG' "$2" | awk -v end="$(at "$1" %Y%m%d%H%M%S)" '$9 <= end' | wc -l
}
ok 'signatures that end from day 6 to day 14' sign "$a" 0 --validity 14d --jitter 8d
ok 'on day 4, those that end sooner than in 5 days are renewed' \
	sign "$b" 4 --validity 14d --jitter 8d --refresh 5d --previous "$a"
old=$(ends_by 9 "$a")
new=$(made "$a" "$b" | wc -w)
ok 'some are' [ "$new" -gt 0 ]
ok 'others are not' [ "$new" -lt "$(grep -c 'IN.RRSIG' "$b")" ]
ok 'exactly those that are old' [ "$new" -eq "$old" ]
ok 'none is left that ends soon' [ "$(ends_by 9 "$b")" -eq 0 ]
ok 'a warning that the serial stays' says S085 sign "$b" 4 --validity 14d --jitter 8d --refresh 5d --previous "$a"
ok 'near the end all are renewed' sign "$b" 7 --validity 14d --refresh 13d --previous "$a"
ok 'none is kept' none_kept "$a" "$b"
ok 'an inception in the future' sign "$a" 14
ok 'signed four days ahead of it' sign "$b" 10 --previous "$a"
ok 'none is kept' none_kept "$a" "$b"
judged 'that zone' example.org "$b" bind ldns

# --- What was tampered with is not kept ---

spoil() { # the zone with a letter of a signature changed
	awk '/^z\..*RRSIG.A / {
		n = length($0) - 5
		$0 = substr($0, 1, n - 1) (substr($0, n, 1) == "A" ? "B" : "A") substr($0, n + 1)
	} { print }' "$a"
}
ok 'signed' sign "$a" 0
spoil | sed '/^types.*RRSIG.A /s/...$/===/' >"$tmp/bad"
ok 'two signatures are spoilt' [ "$(diff "$a" "$tmp/bad" | grep -c '^>')" -eq 2 ]
ok 'a broken line is as no previous zone, with a warning' \
	says S086 sign "$b" 1 --previous "$tmp/bad"
spoil >"$tmp/bad"
ok 'signed' sign "$b" 1 --previous "$tmp/bad"
ok 'a signature that does not verify is made anew' makes "$a" "$b" z/A
cp --preserve=xattr "$a" "$tmp/sealed"
cat "$tmp/bad" >"$tmp/sealed"
ok 'signed' sign "$b" 1 --previous "$tmp/sealed"
ok 'the seal of another content is worth nothing' makes "$a" "$b" z/A
sed '/^z\..*IN.A/s/192.0.2.2/192.0.2.3/' "$a" >"$tmp/bad"
ok 'signed' sign "$b" 1 --previous "$tmp/bad"
ok 'the template counts, not the old zone' makes "$a" "$b" z/A
judged 'that zone' example.org "$b" bind ldns
: >"$tmp/nothing"
ok 'an empty previous zone' says S086 sign "$b" 1 --previous "$tmp/nothing"
ok 'a previous zone that is not there yet' prints '' sign "$b" 1 --previous "$tmp/nowhere"

# --- Keys ---

ok 'signed' sign "$a" 0
mv "$keys" "$tmp/keys.old"
new_key "$keys" ECDSAP256SHA256 -f KSK
new_key "$keys" ECDSAP256SHA256
ok 'signed with other keys' sign "$b" 1 --previous "$a"
ok 'none is kept' none_kept "$a" "$b"
judged 'other keys' example.org "$b" bind ldns
cp "$tmp/keys.old"/* "$keys"
ok 'signed with both' sign "$b" 1 --previous "$a"
ok 'those of the first are kept' [ "$(made "$a" "$b" | wc -w)" -gt 10 ]
judged 'both' example.org "$b" bind ldns
# The second ZSK stays published and signs no more: no signature is missing, and yet the zone changes.
rm "$tmp"/keys.old/*
for file in $(grep -l ' 256 ' "$keys"/*.key | sort | tail -n 1); do
	dnssec-settime -I "$(at 1 %Y%m%d%H%M%S)" "${file%.key}" >/dev/null
done
ok 'a ZSK becomes inactive' sign "$tmp/c" 2 --previous "$b" --serial auto --zonemd
ok 'its signatures are gone' [ "$(grep -c 'RRSIG' "$tmp/c")" -lt "$(grep -c RRSIG "$b")" ]
ok 'the serial has moved on' grep -q 'SOA.* 8 14400' "$tmp/c"
ldnszonemd_accepts() {
	ldns-verify-zone -ZZ "$2"
}
judged 'an inactive ZSK' example.org "$tmp/c" bind ldnszonemd

# --- From one kind of denial to another ---

a=$tmp/walk.0
ok 'NSEC' sign "$a" 0
i=0
for denial in --nsec3 --opt-out '--opt-out --salt ab' --nsec3 ''; do
	i=$((i + 1)) b=$tmp/walk.$i
	# shellcheck disable=SC2086
	ok "then ${denial:-NSEC}" sign "$b" 1 --previous "$a" --serial auto --zonemd $denial
	judged "${denial:-NSEC}, step $i" example.org "$b" bind ldns ldnszonemd
	ok 'one kind alone' [ "$(awk '$4 ~ /^NSEC3?$/ { print $4 $6 $8 }' "$b" |
		grep -o '^NSEC3...' | sort -u | wc -l)" -le 1 ]
	ok 'the serial moves on' grep -q "SOA.* $((7 + i)) 14400" "$b"
	a=$b
done
ok 'no NSEC3 is left' refuses grep NSEC3 "$a"

# --- Serials, and the published file of a build ---

project() { # project SERIAL POLICY: a project in $tmp/p with the template, built on day 0
	rm -rf "$tmp/p"
	mkdir -p "$tmp/p/zones"
	cp "$template" "$tmp/p/zones/example.org.zone"
	ln -s "$keys" "$tmp/p/keys"
	printf 'defaults: { serial: %s, policy: p }\npolicies: { p: { %s } }\nallow: [%s]\nzones: { example.org: {} }\n' \
		"$1" "$2" "$keys" >"$tmp/p/zonepp.yaml"
	build 0
}
build() { # build DAY
	zonepp build -C "$tmp/p" --now "$(at "$1")"
}
published=$tmp/p/public/example.org.zone
stamp() {
	stat -c '%i %Y %Z %s' "$published"
	sha256sum <"$published"
}
untouched() { # untouched DAY: a build leaves the file as it is
	stamp >"$tmp/stamp"
	build "$1" && stamp | diff "$tmp/stamp" -
}
serial() { # serial N
	found=$(awk '$4 == "SOA" { print $7 }' "$published")
	echo "$found"
	[ "$found" = "$1" ]
}
touch_template() {
	sed -i '/^z/s/192.0.2.[0-9]*/192.0.2.'"$1"'/' "$tmp/p/zones/example.org.zone"
}
rm -rf "$keys"
new_key "$keys" ECDSAP256SHA256 -f KSK
restore
for policy in 'denial: nsec' 'denial: nsec3, zonemd: true, cds: true' \
	'denial: nsec3, opt-out: true, salt: ab, iterations: 1, zonemd: sha512'; do
	for mode in auto unixtime date keep; do
		ok "$mode, $policy" project $mode "$policy"
		judged "$mode, $policy" example.org "$published" bind
		ok 'again: the file is left alone' untouched 1
		rm -r "$tmp/p/.zonepp"
		ok 'without the cache, too' untouched 1
		echo '; a comment' >>"$tmp/p/zones/example.org.zone"
		ok 'a comment changes nothing' untouched 1
	done
done
ok 'auto' project auto 'zonemd: true'
ok "the template's serial" serial 7
touch_template 8
ok 'a change' build 1
ok 'plus 1' serial 8
ok 'signatures grow older' build 4
ok 'there is time' serial 8
ok 'and old' build 10
ok 'plus 1' serial 9
judged 'the renewed zone' example.org "$published" bind ldnszonemd
sed -i 's/ 7 4h/ 4294967295 4h/' "$tmp/p/zones/example.org.zone"
rm -r "$tmp/p/public" "$tmp/p/.zonepp" "$tmp/p/zonepp.state"
ok 'the last serial of all' build 0
ok 'is taken' serial 4294967295
touch_template 9
ok 'a change' build 0
ok 'RFC 1982: 0 follows' serial 0
judged 'serial 0' example.org "$published" bind ldnszonemd
touch_template 10
ok 'a change' build 0
ok 'then 1' serial 1
ok 'unixtime' project unixtime 'denial: nsec'
ok 'seconds' serial "$(at 0)"
touch_template 8
ok 'a change in the same second' build 0
ok 'plus 1' serial $(($(at 0) + 1))
touch_template 9
ok 'a change a day later' build 1
ok 'seconds' serial "$(at 1)"
ok 'date' project date 'denial: nsec'
ok 'the first of the day' serial "$(at 0 %Y%m%d)00"
touch_template 8
ok 'a change on the same day' build 0
ok 'the second' serial "$(at 0 %Y%m%d)01"
touch_template 9
ok 'a change a day later' build 1
ok 'the first of that day' serial "$(at 1 %Y%m%d)00"
ok 'keep' project keep 'denial: nsec'
touch_template 8
ok 'a change under the same serial gets a warning' says Z036 build 0
ok 'signatures that are renewed, too' says S085 build 10
ok 'sign --serial unixtime needs no previous zone' sign "$b" 0 --serial unixtime
ok 'it is there' grep -q "SOA.* $(at 0) 14400" "$b"
ok 'sign --serial date' sign "$b" 0 --serial date
ok 'it is there' grep -q "SOA.* $(at 0 %Y%m%d)00 14400" "$b"

# --- Private keys: how often they are read ---

mkdir -p "$tmp/many/zones"
{
	echo 'policies: { default: { keys: { csk: never } } }'
	echo 'zones:'
} >"$tmp/many/zonepp.yaml"
for zone in a.example b.example c.example; do
	echo "  $zone:" >>"$tmp/many/zonepp.yaml"
	printf '%s\n' "\$ORIGIN $zone." "\$TTL 1h" '@ SOA ns hostmaster 1 4h 30m 1w 10m' '@ NS ns' \
		'ns A 192.0.2.1' >"$tmp/many/zones/$zone.zone"
done
many() { # builds them
	zonepp build -C "$tmp/many" --now "$(at 0)"
}
opened() { # opened N [ZONE]: so many private keys, by the build before
	grep -h '\.private"' "$tmp/trace"* | grep -vE 'O_PATH|ENOENT' >"$tmp/opens"
	cat "$tmp/opens"
	[ "$(wc -l <"$tmp/opens")" = "$1" ] && ! grep -v "[\"/]K${2-}" "$tmp/opens"
}
traced() { # traced [ARGUMENT...]: build
	rm -f "$tmp/trace"*
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -qq -e trace=open,openat,openat2 -o "$tmp/trace" \
		zonepp build -C "$tmp/many" --now "$(at 0)" "$@"
}
of() { # of ZONE: its key
	ls "$tmp/many/keys/K$1"*.private
}
zonepp keys generate -C "$tmp/many" --now "$(at 0)" --missing >/dev/null
if strace -f -o /dev/null true 2>/dev/null; then
	ok 'three zones' traced
	ok 'each key is looked at, read ahead, for signing, and for the seal' opened 12
	ok 'unchanged' traced
	ok 'each key is read once' opened 3
	ok 'one of them' traced b.example
	ok 'its key is looked at, and no other' opened 2 b.example
	touch -d '2020-01-01' "$(of b.example)"
	ok 'a key that was touched' says '3 unchanged' traced
	ok 'lets all be looked at' opened 6
	ok 'once' traced
	ok 'and then no more' opened 3
	mv "$tmp/many/.zonepp/zonepp.keys.seen" "$tmp/seen"
	mkdir "$tmp/many/.zonepp/zonepp.keys.seen"
	ok 'where that cannot be remembered' traced
	ok 'they are looked at each time' opened 6
	rmdir "$tmp/many/.zonepp/zonepp.keys.seen"
else
	ok 'three zones' many
fi
ok 'nor is a digest of a key in the cache' refuses grep -rF "$(sha256sum <"$(of a.example)" | cut -d ' ' -f 1)" "$tmp/many/.zonepp"
sed -i 's/^Created:.*/&\nInactive: 20990101000000/' "$(of a.example)"
sed -i '1i; Inactive: 20990101000000' "$(of a.example | sed 's/private$/key/')"
many >/dev/null
ok 'a key with other dates' [ "$(of a.example)" -ot "$tmp/many/.zonepp/a.example.build" ]
cp "$tmp/many/.zonepp/a.example.build" "$tmp/sealed"
printf 'Unknown: x\n' >>"$(of a.example)"
ok 'any change of a private key' many
ok 'is one of the seal' refuses cmp -s "$tmp/sealed" "$tmp/many/.zonepp/a.example.build"
rm "$(of a.example)"
ok 'without it there is no zone to be had' refuses many

# --- What is exchanged while a build runs ---

rm -rf "$tmp/many/keys" "$tmp/many/.zonepp" "$tmp/many/public" "$tmp/many/zonepp.state"
zonepp keys generate -C "$tmp/many" --now "$(at 0)" --missing >/dev/null
cat >"$tmp/meanwhile" <<'END'
#!/bin/sh
[ "$1" != a.example ] || sh -c "$MEANWHILE"
END
chmod +x "$tmp/meanwhile"
echo "hooks: { review: [$tmp/meanwhile, '{zone}'] }" >>"$tmp/many/zonepp.yaml"
mkdir "$tmp/kept"
cp -p "$tmp/many/keys"/* "$tmp/kept"
key=$(of a.example) other=$(of b.example)
export key other
serial=1
meanwhile() { # meanwhile COMMAND: is run while a.example, which changes, is built
	serial=$((serial + 1))
	sed -i "s/hostmaster [0-9]*/hostmaster $serial/" "$tmp/many/zones/a.example.zone"
	MEANWHILE=$1 many
}
noticed() { # noticed CODE COMMAND: what was done during a build, by the next two
	ok "$2, during a build" meanwhile "$2"
	ok 'is noticed by the next' says "$1" many
	ok 'and the one that follows' says "$1" many
	rm "$tmp/many/keys"/*
	cp -p "$tmp/kept"/* "$tmp/many/keys"
	ok 'until it is mended' many
	ok 'for good' says '3 unchanged' many
}
ok 'nothing, during a build' meanwhile true
ok 'is nothing to the next' says '3 unchanged' many
# shellcheck disable=SC2016 # the hook knows them
{
	noticed S004 'rm $key'
	noticed S007 'cp $other $key'
	noticed S001 ': >$key'
	noticed S005 'chmod 644 $key'
	noticed S001 'touch ${key%+*}+00001.key'
}
ok 'a template that changes during a build' meanwhile "sed -i 's/192.0.2.1$/192.0.2.7/' $tmp/many/zones/a.example.zone"
ok 'is built by the next' says '1 changed' many
ok 'as it is' grep -q '192.0.2.7' "$tmp/many/public/a.example.zone"
plan
