#!/bin/sh
# zonepp verify as a judge: it accepts what BIND, ldns, Knot and zonepp sign, and finds each fault of
# zones that are broken on purpose.
# shellcheck disable=SC2016 # what stands between single quotes is Perl's
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

good() { # good FILE [OPTION...]: no fault
	file=$1
	shift
	zonepp verify --zone example.org "$@" "$file"
}
codes() { # codes FILE [OPTION...]: of the errors, each once
	file=$1
	shift
	zonepp verify --format=gcc --zone example.org "$@" "$file" 2>&1 >"$tmp/summary" |
		sed -n 's/.*: error: .*\[\([A-Z][0-9]*\)\]$/\1/p' | sort -u | tr '\n' ' '
}
finds() { # finds CODES FILE [OPTION...]: these errors, no others, and status 1
	wanted=$1
	shift
	found=$(codes "$@")
	echo "wanted: $wanted"
	echo "found:  $found"
	[ "$found" = "$wanted " ]
}
broken() { # broken WHAT CODES FILE PERL: the file's lines changed by a line of Perl
	fault=$1 wanted=$2 from=$3
	perl -pe "$4" "$from" >"$tmp/broken.zone"
	ok "$fault: something changed" refuses cmp -s "$from" "$tmp/broken.zone"
	ok "$fault: $wanted" finds "$wanted" "$tmp/broken.zone"
	ok "$fault: status 1" refuses zonepp verify --zone example.org "$tmp/broken.zone"
}
new_key() { # new_key FOLDER ALGORITHM [OPTION...]
	folder=$1 algorithm=$2
	shift 2
	mkdir -p "$folder"
	dnssec-keygen -q -K "$folder" -a "$algorithm" -P now-1y -A now-1y "$@" example.org >/dev/null
}
flat() { # flat FILE OUT: a record a line, in canonical order
	zonepp print --zone example.org -o "$2" "$1"
}
bind_signs() { # bind_signs KEYS FILE OUT [OPTION...]
	keys=$1 file=$2 out=$3
	shift 3
	dnssec-signzone -q -S -d "$tmp" -K "$keys" -o example.org "$@" -f "$tmp/raw" "$file" && flat "$tmp/raw" "$out"
}
ldns_signs() { # ldns_signs KEYS FILE OUT [OPTION...]
	keys=$1 file=$2 out=$3
	shift 3
	# shellcheck disable=SC2046 # names of keys
	ldns-signzone -o example.org "$@" -f "$out" "$file" \
		$(find "$keys" -name '*.private' | sed 's/\.private$//')
}
knot_signs() { # knot_signs NAME FILE OUT [POLICY LINE...]: with ZONEMD, CDS and CDNSKEY
	name=$1 file=$2 out=$3
	shift 3
	mkdir -p "$tmp/$name/kasp" "$tmp/$name/out"
	{
		printf 'server:\n  rundir: %s\ndatabase:\n  storage: %s\n' "$tmp/$name" "$tmp/$name/kasp"
		printf 'policy:\n  - id: one\n    algorithm: ecdsap256sha256\n'
		printf '    cds-cdnskey-publish: always\n'
		for line; do printf '    %s\n' "$line"; done
		printf 'zone:\n  - domain: example.org\n    file: %s\n' "$file"
		printf '    zonemd-generate: zonemd-sha384\n'
		printf '    dnssec-signing: on\n    dnssec-policy: one\n'
	} >"$tmp/$name/conf"
	kzonesign -c "$tmp/$name/conf" -o "$tmp/$name/out" example.org &&
		flat "$(find "$tmp/$name/out" -type f)" "$out"
}

cat >"$tmp/base.zone" <<'ZONE'
$ORIGIN example.org.
$TTL 3600
@	SOA	ns1 Hostmaster 7 7200 900 600000 600
@	NS	ns1
@	NS	ns2.sub
@	MX	10 Mail
@	TXT	"v=spf1 -all"
ns1	A	192.0.2.1
ns1	AAAA	2001:db8::1
mail	A	192.0.2.2
www	A	192.0.2.3
www	A	192.0.2.4
*.wild	TXT	"any"
_25._tcp.mail	TLSA	3 1 1 0c72ac70b745ac19998811b131d662c9ac69dbdbe7cb23e5b514b56664c5d3d6
a.deep.ent	A	192.0.2.5
sub	NS	ns2.sub
ns2.sub	A	192.0.2.6
safe	NS	ns.safe
safe	DS	12345 13 2 0c72ac70b745ac19998811b131d662c9ac69dbdbe7cb23e5b514b56664c5d3d6
ns.safe	A	192.0.2.7
cut.lonely	NS	ns.elsewhere.example.
alias	CNAME	www
gone	DNAME	example.net.
ZONE
base=$tmp/base.zone
special=$(dirname "$0")/special.zone
split=$tmp/split csk=$tmp/csk two=$tmp/two
ok 'a KSK is made' new_key "$split" ECDSAP256SHA256 -f KSK
ok 'a ZSK is made' new_key "$split" ECDSAP256SHA256
ok 'a CSK is made' new_key "$csk" ED25519 -f KSK
ok 'two CSKs are made' new_key "$two" ED25519 -f KSK
ok 'of two algorithms' new_key "$two" ECDSAP256SHA256 -f KSK

# --- Good zones, whoever signed them ---

for zone in "$base" "$special"; do
	name=$(basename "$zone" .zone)
	ok "zonepp signs $name" zonepp sign -o "$tmp/out" --zone example.org --keys "$split" "$zone"
	ok "$name by zonepp is good" good "$tmp/out"
	ok "zonepp signs $name with two algorithms" \
		zonepp sign -o "$tmp/out" --zone example.org --keys "$two" "$zone"
	ok "$name by two algorithms is good" good "$tmp/out"
	for options in '' '-3 -' '-3 - -A' '-3 AABB -H 5' '-x' '-P -z'; do
		# shellcheck disable=SC2086 # a list of options
		ok "BIND signs $name $options" bind_signs "$split" "$zone" "$tmp/out" $options
		ok "$name by BIND $options is good" good "$tmp/out"
		ok "and as BIND wrote it" good "$tmp/raw"
	done
	for options in '' '-n' '-n -p' '-z simple:sha512'; do
		# shellcheck disable=SC2086 # a list of options
		ok "ldns signs $name $options" ldns_signs "$split" "$zone" "$tmp/out" $options
		ok "$name by ldns $options is good" good "$tmp/out"
	done
done
for kind in 'nsec3: off' 'nsec3: on' 'nsec3-opt-out: on'; do
	knot=knot-$(echo "$kind" | tr -dc a-z0-9)
	set -- "$kind"
	[ "$kind" != 'nsec3-opt-out: on' ] || set -- 'nsec3: on' "$kind"
	ok "Knot signs with $kind" knot_signs "$knot" "$base" "$tmp/$knot.zone" "$@"
	ok "Knot's $kind is good" good "$tmp/$knot.zone"
	ok "its ZONEMD is seen" says ', ZONEMD' good "$tmp/$knot.zone"
done
for algorithm in RSASHA1 NSEC3RSASHA1 RSASHA256 RSASHA512 ECDSAP384SHA384 ED448; do
	case $algorithm in RSA* | NSEC3RSA*) bits='-b 2048' ;; *) bits='' ;; esac
	# shellcheck disable=SC2086 # a list of options
	new_key "$tmp/$algorithm" $algorithm $bits -f KSK
	ldns_signs "$tmp/$algorithm" "$base" "$tmp/out" >/dev/null 2>&1
	ok "$algorithm is good" good "$tmp/out"
	perl -pe 's{(RRSIG\tTLSA.* )(..)(\S+)$}{"$1".($2 eq "AA" ? "BB" : "AA").$3}e' "$tmp/out" >"$tmp/bad"
	ok "$algorithm, a signature changed" finds S025 "$tmp/bad"
done
ok 'the same for any number of threads' prints "$(zonepp verify -j 1 "$tmp/knot-nsec3on.zone")" \
	zonepp verify -j 3 "$tmp/knot-nsec3on.zone"

# --- Signatures ---

nsec=$tmp/nsec.zone nsec3=$tmp/nsec3.zone optout=$tmp/optout.zone both=$tmp/both.zone
ok 'a zone with NSEC' bind_signs "$split" "$base" "$nsec" -x
ok 'a zone with NSEC3' bind_signs "$split" "$base" "$nsec3" -x -3 -
ok 'a zone with opt-out' bind_signs "$split" "$base" "$optout" -x -3 - -A
ok 'a zone with two algorithms' bind_signs "$two" "$base" "$both" -z
for zone in "$nsec" "$nsec3" "$optout" "$both"; do
	ok "$(basename "$zone") is good" good "$zone"
done

broken 'a dropped RRSIG' S021 "$nsec" '$_ = "" if /^www\..*RRSIG\tA /'
broken 'all RRSIGs of a name dropped' S021 "$nsec" '$_ = "" if /^www\..*\tRRSIG\t/'
broken 'RRSIGs of one algorithm dropped' S022 "$both" '$_ = "" if /^www\..*RRSIG\tA 15/'
broken 'an algorithm that signs nothing' 'S022' "$both" '$_ = "" if /RRSIG\t(?!DNSKEY)\S+ 15/'
broken 'a changed octet of RDATA' S025 "$nsec" 's/192\.0\.2\.3/192.0.2.33/'
broken 'a record more' S025 "$nsec" '$_ .= "www.example.org. 3600 IN A 192.0.2.99\n" if /^www.*\.3$/'
broken 'a record less' S025 "$nsec" '$_ = "" if /192\.0\.2\.3$/'
broken 'an RRset less' 'S023 S046' "$nsec" '$_ = "" if /^mail\S*\t\d+\tIN\tA/'
broken 'an RRset more' 'S021 S046' "$nsec" '$_ .= "mail.example.org. 60 IN TXT x\n" if /^mail\S*\t\d+\tIN\tA/'
broken 'a flipped octet of a signature' S025 "$nsec" \
	's{(RRSIG\tMX.* )(..)(\S+)$}{"$1".($2 eq "AA" ? "BB" : "AA").$3}e'
broken 'a signature of zeros' S025 "$nsec" 's{(RRSIG\tMX.* )\S+$}{"$1".("A" x 86)."=="}e'
broken 'a short signature' S025 "$nsec" 's{(RRSIG\tMX.* )\S+$}{$1AAAA}'
broken 'a changed TTL' S029 "$nsec" 's/3600(\tIN\tMX)/300$1/'
broken 'a changed TTL of an RRSIG' S029 "$nsec" 's/3600(\tIN\tRRSIG\tMX)/300$1/'
broken 'a changed TTL of one record of two' 'S029 Z026' "$nsec" 's/3600(\tIN\tA\t192.0.2.3)/300$1/'
broken 'a changed original TTL' S029 "$nsec" 's/(RRSIG\tMX 13 2) 3600/$1 3601/'
broken 'wrong labels' S028 "$nsec" 's/(RRSIG\tMX 13) 2/$1 1/'
broken 'labels that count the asterisk' S028 "$nsec" 's/(RRSIG\tTXT 13) 3/$1 4/ if /^\*/'
broken 'a wrong signer' S030 "$nsec" 's/(RRSIG\tMX .*) example\.org\./$1 example.net./'
broken 'a signer below' S030 "$nsec" 's/(RRSIG\tMX .*) example\.org\./$1 ns1.example.org./'
broken 'a wrong key tag' S031 "$nsec" 's/(RRSIG\tMX (\S+ ){5})(\d+)/$1.($3 ^ 1)/e'
broken 'a wrong algorithm' S022 "$nsec" 's/(RRSIG\tMX) 13/$1 14/'
broken 'the times exchanged' S032 "$nsec" 's/(RRSIG\tMX 13 2 3600) (\d+) (\d+)/$1 $3 $2/'
broken 'a changed time' S025 "$nsec" 's/(RRSIG\tMX 13 2 3600 \d{11})(\d)/$1.($2 ^ 1)/e'
broken 'signed NS of a cut' 'S024' "$nsec" \
	'if (/^safe.*RRSIG\tDS/) { my $x = $_; $x =~ s/RRSIG\tDS/RRSIG\tNS/; $_ .= $x }'
broken 'signed glue' S024 "$nsec" \
	'if (/^safe.*RRSIG\tDS/) { my $x = $_; $x =~ s/RRSIG\tDS 13 3/RRSIG\tA 13 4/; $x =~ s/^/ns./; $_ .= $x }'
broken 'a signed signature' S023 "$nsec" \
	'if (/^safe.*RRSIG\tDS/) { my $x = $_; $x =~ s/RRSIG\tDS/RRSIG\tRRSIG/; $_ .= $x }'
broken 'no signatures at all' 'S021 S035' "$nsec" '$_ = "" if /\tRRSIG\t/'
broken 'an unsigned zone' S020 "$nsec" '$_ = "" if /\t(RRSIG|NSEC|DNSKEY)\t/'

ok 'expired' finds S026 "$nsec" --at "$(date -u -d '+1 year' +%Y%m%d%H%M%S)"
ok 'not valid yet' finds S027 "$nsec" --at "$(date -u -d '-1 year' +%Y-%m-%d)"
ok 'the summary tells of the expiry' says 'expired at' zonepp verify --at 2090-01-01 "$nsec"
perl -pe 'if (/^www.*RRSIG\tA /) { my $x = $_; $x =~ s/(\d{14} \d{14}) \d+/$1 1/; $_ .= $x }' "$nsec" >"$tmp/stray"
ok 'a further signature by an unknown key does no harm' good "$tmp/stray"
ok 'but is told' says S033 good "$tmp/stray"

# --- Keys, anchors ---

ZSK=$(find "$split" -name '*.key' -exec grep -l ' 256 ' {} \; | sed 's/.*+0*\([0-9]*\)\.key/\1/')
export ZSK
broken 'a DNSKEY dropped' 'S025 S031' "$nsec" '$_ = "" if /DNSKEY\t256/'
broken 'a DNSKEY RRset that only the ZSK signs' 'S025 S035' "$nsec" \
	's/(RRSIG\tDNSKEY .*) \d+ example/$1 $ENV{ZSK} example/'
broken 'a DNSKEY of another protocol' 'S025 S031 S034' "$nsec" 's/DNSKEY\t256 3/DNSKEY\t256 4/'
broken 'a DNSKEY that is no key' 'S025 S031 S034' "$nsec" 's{DNSKEY\t256 3 13 .*}{DNSKEY\t256 3 13 AAAA}'
for digest in SHA-256 SHA-384; do
	find "$split" -name '*.key' -exec dnssec-dsfromkey -a $digest {} \; >"$tmp/ds-$digest"
	ok "a DS record ($digest) leads to the zone" good "$nsec" --anchor "$tmp/ds-$digest"
done
find "$split" -name '*.key' -exec grep -h ' 257 ' {} + >"$tmp/ksk"
ok 'so does a key file' good "$nsec" --anchor "$tmp/ksk"
sed 's/[0-9A-F]\{8\}$/01234567/' "$tmp/ds-SHA-256" >"$tmp/ds-bad"
ok 'a wrong DS digest' finds S036 "$nsec" --anchor "$tmp/ds-bad"
find "$csk" -name '*.key' -exec dnssec-dsfromkey -2 {} \; >"$tmp/ds-other"
ok 'a DS record of another key' finds S036 "$nsec" --anchor "$tmp/ds-other"
cat "$tmp/ds-SHA-256" "$tmp/ds-other" >"$tmp/ds-more"
ok 'a DS record of an algorithm that signs nothing' finds S036 "$nsec" --anchor "$tmp/ds-more"
find "$split" -name '*.key' -exec dnssec-dsfromkey -1 {} \; >"$tmp/ds-old"
ok 'a SHA-1 digest is told' says S040 good "$nsec" --anchor "$tmp/ds-old"
echo 'example.net. DS 1 13 2 0c72ac70b745ac19998811b131d662c9ac69dbdbe7cb23e5b514b56664c5d3d6' >"$tmp/ds-none"
ok 'an anchor of another zone' finds S037 "$nsec" --anchor "$tmp/ds-none"

# A DNSKEY that is no zone key (RFC 4034 section 2.1.1), of tag 3356
{
	cat "$base"
	echo '@ DNSKEY 0 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4='
} >"$tmp/odd"
odd=$tmp/odd.zone
ok 'a zone with a DNSKEY that is no zone key' \
	zonepp sign -o "$odd" --zone example.org --keys "$split" "$tmp/odd"
ok 'it does no harm' good "$odd"
ok 'but is told' says Z046 good "$odd"
broken 'a signature by it' S087 "$odd" \
	'if (/^www.*RRSIG\tA /) { my $x = $_; $x =~ s/A 13/A 15/; $x =~ s/(\d{14} \d{14}) \d+/$1 3356/; $_ .= $x }'
{
	cat "$tmp/ds-SHA-256"
	perl -MDigest::SHA=sha256_hex -MMIME::Base64 -e 'print "example.org. DS 3356 15 2 ", sha256_hex(
		"\x07example\x03org\x00\x00\x00\x03\x0f" .
		decode_base64("l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=")), "\n"'
} >"$tmp/ds-odd"
ok 'a DS record of it' finds 'S036 S087' "$odd" --anchor "$tmp/ds-odd"

# --- NSEC ---

broken 'a dropped NSEC' S044 "$nsec" '$_ = "" if /^www\..*\t(RRSIG\t)?NSEC/'
broken 'a bit less' 'S025 S046' "$nsec" 's/(NSEC\t\S+) MX/$1/; s/(NSEC\t.*) MX/$1/'
broken 'a bit more' 'S025 S046' "$nsec" 's/^(www.*)\tNSEC\t(\S+) A/$1\tNSEC\t$2 A MX/'
broken 'a bit of window 1 more' 'S025 S046' "$nsec" 's/^(www.*\tNSEC\t.*)/$1 CAA/'
broken 'an address of a cut listed' 'S025 S046' "$nsec" 's/^(sub.*)\tNSEC\t(\S+) NS/$1\tNSEC\t$2 A NS/'
broken 'a chain that leaves a name out' 'S025 S045' "$nsec" \
	's/^(ns1.*\tNSEC\t)safe\./${1}sub./'
broken 'a chain that is not closed' 'S025 S045' "$nsec" 's/^(www.*\tNSEC\t)\S+/$1zzz.example.org./'
broken 'a chain through an empty non-terminal' 'S025 S045' "$nsec" 's/(NSEC\t)a\.deep\./$1deep./'
broken 'NSEC at an empty non-terminal' 'S021 S047' "$nsec" \
	'$_ .= "deep.ent.example.org. 600 IN NSEC a.deep.ent.example.org. RRSIG NSEC\n" if /^alias.*CNAME/ && !/RRSIG/'
broken 'NSEC at glue' 'S047' "$nsec" \
	'$_ .= "ns.safe.example.org. 600 IN NSEC sub.example.org. A RRSIG NSEC\n" if /^safe.*\tDS\t/'
broken 'two NSEC records' 'S025 S045 S048' "$nsec" \
	'$_ .= "www.example.org. 600 IN NSEC z.example.org. A RRSIG NSEC\n" if /^www.*\tNSEC\t/'
broken 'no NSEC at all' S042 "$nsec" '$_ = "" if /\t(RRSIG\t)?NSEC[\t ]/'
broken 'a stray NSEC3' 'S021 S053' "$nsec" \
	'$_ .= "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.org. 600 IN NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3ton A\n" if /\tSOA\t/'
broken 'another TTL of NSEC' S029 "$nsec" 's/600(\tIN\tNSEC\t)/60$1/'

# --- NSEC3 ---

hash() { # hash NAME: of that name in example.org, without salt
	nsec3hash - 1 0 "$1" | awk '{ print tolower($1) }'
}
WWW=$(hash www.example.org) ENT=$(hash ent.example.org) DEEP=$(hash deep.ent.example.org)
SUB=$(hash sub.example.org) SAFE=$(hash safe.example.org)
export WWW ENT DEEP SUB SAFE
drop='$_ = "" if /^$h\./i'
broken 'a dropped NSEC3' S052 "$nsec3" "my \$h = \$ENV{WWW}; $drop"
broken 'a dropped NSEC3 of an empty non-terminal' S052 "$nsec3" "my \$h = \$ENV{ENT}; $drop"
broken 'and of one below' S052 "$nsec3" "my \$h = \$ENV{DEEP}; $drop"
broken 'a dropped NSEC3 of an insecure delegation' S052 "$nsec3" "my \$h = \$ENV{SUB}; $drop"
broken 'a dropped NSEC3 of a secure delegation, opt-out' S052 "$optout" "my \$h = \$ENV{SAFE}; $drop"
ok 'opt-out leaves insecure delegations out' refuses grep -iq "^$SUB" "$optout"
broken 'opt-out spans that are none' 'S025 S052' "$optout" 's/\tNSEC3\t1 1/\tNSEC3\t1 0/'
broken 'NSEC3 with the wrong hash' 'S025 S052 S053' "$nsec3" \
	's/^$ENV{WWW}\./00000000000000000000000000000000./i'
broken 'a bit less in NSEC3' 'S025 S046' "$nsec3" 's/(\tNSEC3\t.*) MX/$1/'
broken 'a bit more in NSEC3' 'S025 S046' "$nsec3" 's/$/ TXT/ if /^$ENV{WWW}\..*\tNSEC3\t/i'
broken 'a bit at an empty non-terminal' 'S025 S046' "$nsec3" 's/$/ A/ if /^$ENV{ENT}\..*\tNSEC3\t/i'
broken 'RRSIG listed at an insecure delegation' 'S025 S046' "$nsec3" \
	's/$/ RRSIG/ if /^$ENV{SUB}\..*\tNSEC3\t/i'
broken 'a cut NSEC3 chain' 'S025 S045' "$nsec3" \
	's/(\tNSEC3\t1 0 0 - )\S+/${1}00000000000000000000000000000000/ if /^$ENV{WWW}\./i'
broken 'other iterations' 'S025 S051' "$nsec3" 's/\tNSEC3\t1 0 0/\tNSEC3\t1 0 1/ if /^$ENV{WWW}\./i'
broken 'another salt' 'S025 S051' "$nsec3" 's/\tNSEC3\t1 0 0 -/\tNSEC3\t1 0 0 aa/ if /^$ENV{WWW}\./i'
broken 'unknown flags' 'S025 S051' "$nsec3" 's/\tNSEC3\t1 0/\tNSEC3\t1 2/ if /^$ENV{WWW}\./i'
broken 'another hash algorithm' 'S025 S050' "$nsec3" 's/\tNSEC3(PARAM)?\t1/\tNSEC3$1\t2/'
broken 'NSEC3PARAM with flags' 'S025 S050' "$nsec3" 's/NSEC3PARAM\t1 0/NSEC3PARAM\t1 1/'
broken 'no NSEC3PARAM' 'S046 S050' "$nsec3" '$_ = "" if /\t(RRSIG\t)?NSEC3PARAM[\t ]/'
broken 'two NSEC3PARAM' 'S025 S050' "$nsec3" '$_ .= "example.org. 0 IN NSEC3PARAM 1 0 0 bb\n" if /\tNSEC3PARAM\t/'
broken 'a stray NSEC' 'S021 S045 S046' "$nsec3" \
	'$_ .= "www.example.org. 600 IN NSEC z.example.org. A\n" if /^www.*\tA\t/'
broken 'no NSEC3 at all' 'S042 S050' "$nsec3" '$_ = "" if /\t(RRSIG\t)?NSEC3[\t ]/'

# --- ZONEMD, CDS and CDNSKEY ---

knot=$tmp/knot-nsec3off.zone
broken 'a wrong ZONEMD' 'S025 S060' "$knot" 's/(\tZONEMD\t\d+ 1 1 )......../${1}00000000/'
broken 'a record changed behind the ZONEMD' 'S060' "$knot" 's/192\.0\.2\.7/192.0.2.77/'
broken 'a ZONEMD of another serial' 'S025 S061' "$knot" 's/(\tZONEMD\t)7/${1}8/'
broken 'two ZONEMD' 'S025 S060 S062' "$knot" \
	'if (/\tZONEMD\t/) { my $x = $_; $x =~ s/.{8}$/00000000/; $_ .= $x }'
broken 'an unknown ZONEMD scheme' S025 "$knot" 's/(\tZONEMD\t\d+) 1 1/$1 2 1/'
broken 'a CDS of a key that is not there' 'S025 S060 S066 S070' "$knot" \
	's/(\tCDS\t)\d+/${1}1/'
broken 'a CDS digest of something else' 'S025 S060 S066 S070' "$knot" \
	's/(\tCDS\t.*)......$/${1}012345/'
broken 'a CDNSKEY that is not there' 'S025 S060 S066 S070' "$knot" \
	's{(\tCDNSKEY\t257 3 13 ).{8}}{${1}AAAABBBB}'
broken 'a CDS that asks to delete, a CDNSKEY that does not' 'S025 S060 S070' "$knot" \
	's/(\tCDS\t).*/${1}0 0 0 00/'
broken 'CDS without CDNSKEY' 'S046 S060' "$knot" '$_ = "" if /\t(RRSIG\t)?CDNSKEY[\t ]/'
ok 'is told' says S088 zonepp verify "$tmp/broken.zone"
broken 'a malformed wish to delete' 'Z013' "$knot" 's/(\tCDS\t).*/${1}1 0 0 00/'
broken 'an orphan CDS' 'S021 S046 S060 S065' "$knot" \
	'$_ .= "www.example.org. 0 IN CDS 0 0 0 00\n" if /^www.*\.3$/'

# --- Files ---

ok 'standard input' sh -c 'zonepp verify - <"$1"' - "$nsec"
zonepp verify "$tmp/nowhere" >/dev/null 2>&1
ok 'a missing file: status 2' test $? -eq 2
zonepp verify --anchor "$tmp/nowhere" "$nsec" >/dev/null 2>&1
ok 'a missing anchor: status 2' test $? -eq 2
: >"$tmp/empty"
ok 'an empty file' refuses zonepp verify "$tmp/empty"
plan
