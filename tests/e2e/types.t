#!/bin/sh
# A zone with every record type: what zonepp prints means to BIND, ldns and Knot what the original
# means to them, and signatures over zonepp's wire data satisfy their own view of the data.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

zone=example
data=$top/tests/data

known_to() { # known_to PEER FILE: the lines that PEER reads; `; not PEER` marks others
	grep -v "; not .*\b$1\b" "$2"
}
bind_reads() { # bind_reads FILE: the records, one a line
	named-compilezone -q -i none -k ignore -n ignore -m ignore -M ignore -S ignore -s full -o - \
		"$zone" "$1" | sort
}
ldns_reads() { # an RRSIG without a TTL gets another there
	grep -v RRSIG "$1" >"$tmp/ldns.input"
	ldns-read-zone "$tmp/ldns.input" | sort
}
same() { # same PEER: reads the original and zonepp's print of it alike
	known_to "$1" "$data/all-types.zone" >"$tmp/original.zone" &&
		zonepp print --zone "$zone" "$tmp/original.zone" >"$tmp/printed.zone" &&
		"$1_reads" "$tmp/original.zone" >"$tmp/original.txt" &&
		"$1_reads" "$tmp/printed.zone" >"$tmp/printed.txt" &&
		[ "$(wc -l <"$tmp/original.txt")" -gt 100 ] &&
		diff -u "$tmp/original.txt" "$tmp/printed.txt"
}
again() { # again FILE: what zonepp prints it reads as the same
	zonepp print --zone "$zone" "$1" >"$tmp/first" &&
		zonepp print --zone "$zone" "$tmp/first" >"$tmp/second" &&
		diff -u "$tmp/first" "$tmp/second"
}
sign_known() { # sign_known PEER [EXCEPT]: $tmp/PEER.zone; CDS stands below the apex
	known_to "$1" "$data/all-types.zone" | grep -v "${2-^$}" >"$tmp/known.zone" &&
		zonepp sign --verify none -o "$tmp/$1.zone" --zone "$zone" --keys "$tmp/keys" "$tmp/known.zone"
}

# RDATA that fuzzing came upon (tests/fuzz), of all types: as octets, which zonepp prints and others
# read; where they do, what they read are those octets. With PARANOID all of it, else each third.
of_kept() { # of_kept FUNCTION: called with "TYPEn" and "\# n hex" of each, and what is printed of it
	n_kept=0
	for kept in "$top"/tests/fuzz/corpus/wire/*; do
		n_kept=$((n_kept + 1))
		[ "${PARANOID-}" ] || [ $((n_kept % 3)) = 0 ] || continue
		hex=$(od -An -v -tx1 "$kept" | tr -d ' \n')
		octets=${hex#????}
		[ "$octets" != "$hex" ] || continue
		generic="\\# $((${#octets} / 2))${octets:+ $octets}"
		type=TYPE$(printf '%d' "0x${hex%"$octets"}")
		printf '@ 60 SOA a. b. 1 2 3 4 5\n@ 60 NS a.\nx 60 %s %s\n' "$type" "$generic" >"$tmp/kept"
		zonepp print --zone "$zone" "$tmp/kept" 2>/dev/null | grep '^x' >"$tmp/kept.printed" || continue
		"$1" "$type" "$generic" "$(cut -f 4- "$tmp/kept.printed")" || return
	done
	echo "$n_same the same"
	[ "$n_same" -gt 20 ]
}
bind_same() {
	printf 'IN %s\n' "$3" | named-rrchecker -u >"$tmp/kept.read" 2>/dev/null || return 0
	n_same=$((n_same + 1))
	printf '%s\n' "$1 $2"
	[ "$(cut -f 2- "$tmp/kept.read" | tr '\t' ' ' | tr '[:upper:]' '[:lower:]' | tr -d ' ')" = \
		"$(echo "$1 $2" | tr '[:upper:]' '[:lower:]' | tr -d ' ')" ]
}
ldns_errs() { # ldns_errs TYPE TEXT: 1.8.3 does, in the form or in its escapes
	case "$1 $2" in
	TYPE23\ * | TYPE34\ * | TYPE42\ * | TYPE6[45]\ * | TYPE257\ *'""' | TYPE260\ *) true ;;
	*) false ;;
	esac
}
ldns_same() { # what it prints of both
	! ldns_errs "$1" "$3" || return 0
	{ head -n 2 "$tmp/kept" && cat "$tmp/kept.printed"; } >"$tmp/kept.zone"
	sed -i "1,2s/^@/$zone./" "$tmp/kept" "$tmp/kept.zone" && sed -i "3s/^x /x.$zone. /" "$tmp/kept"
	ldns-read-zone "$tmp/kept.zone" >"$tmp/kept.a" 2>/dev/null &&
		ldns-read-zone "$tmp/kept" >"$tmp/kept.b" 2>/dev/null || return 0
	[ "$(wc -l <"$tmp/kept.a")" = 3 ] || return 0
	n_same=$((n_same + 1))
	printf '%s\n' "$1 $2"
	diff -a "$tmp/kept.a" "$tmp/kept.b"
}
n_same=0
ok 'BIND reads what zonepp prints of any octets as these' of_kept bind_same
n_same=0
ok 'and so does ldns' of_kept ldns_same

ok 'BIND reads what zonepp prints as it reads the original' same bind
ok 'ldns reads what zonepp prints as it reads the original' same ldns
for file in all-types.zone all-types-new.zone; do
	ok "zonepp reads what it prints of $file" again "$data/$file"
done

mkdir "$tmp/keys"
ok 'a key is made' dnssec-keygen -q -K "$tmp/keys" -a ECDSAP256SHA256 -P now-1y -A now-1y -f KSK $zone
# A DNSKEY below the apex is no fault of its signature, nor is half a CDS pair or missing glue.
ok 'the types that bind knows are signed' sign_known bind '^dnskey-'
ok 'the types that ldns knows are signed' sign_known ldns
ok 'the types that knot knows are signed' sign_known knot '^cds-\|^cdnskey-\|^ds-4\|^ns-[45]'
ok 'bind verifies them' dnssec-verify -q -z -o $zone "$tmp/bind.zone"
ok 'ldns verifies them' ldns-verify-zone "$tmp/ldns.zone"
ok 'knot verifies them' kzonecheck -d on -o $zone "$tmp/knot.zone"
plan
