#!/bin/sh
# Every way to sign, over zones that are hard for chains and canonical order, before independent judges.
# ZONEMD is checked by ldns-verify-zone -ZZ (kzonesign -v lets wrong digests pass), CDS by kzonecheck;
# and `zonepp verify`, which shares little with the signer, has its say too.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

here=$(dirname "$0")
own_accepts() {
	zonepp verify --zone "$1" "$2"
}
ldnszonemd_accepts() {
	ldns-verify-zone -ZZ "$2"
}
zone_key() { # zone_key FOLDER ZONE ALGORITHM [OPTION...]
	folder=$1 zone=$2 algorithm=$3
	shift 3
	mkdir -p "$folder"
	case $algorithm in RSA*) set -- -b 1024 "$@" ;; esac
	dnssec-keygen -q -K "$folder" -a "$algorithm" -P now-1y -A now-1y "$@" "$zone" >/dev/null
}
# signs WHAT ZONE KEYS TEMPLATE JUDGES [OPTION...]: signs into $tmp/out.zone, which all JUDGES accept
signs() {
	variant=$1 zone=$2 keys=$3 template=$4 judges=$5
	shift 5
	ok "$variant" zonepp sign -o "$tmp/out.zone" --zone "$zone" --keys "$keys" "$@" "$template"
	# shellcheck disable=SC2086
	judged "$variant" "$zone" "$tmp/out.zone" $judges
}
has() { # has REGEXP: a line of the output, its tabs as blanks
	tr '\t' ' ' <"$tmp/out.zone" | grep -E "$1"
}
has_not() {
	! has "$1"
}
count() { # count N REGEXP
	found=$(tr '\t' ' ' <"$tmp/out.zone" | grep -cE "$2")
	echo "$found lines"
	[ "$found" = "$1" ]
}
repeat() { # repeat N TEXT
	printf "%.0s$2" $(seq "$1")
}

all='bind ldns knot own'
csk=$tmp/csk
zone_key "$csk" example.org ECDSAP256SHA256 -f KSK
{
	cat "$here/tricky.zone"
	echo "$(repeat 63 a).$(repeat 63 b).$(repeat 63 c).$(repeat 49 d) A 192.0.2.3" # 255 octets
	echo "$(repeat 120 e.)e A 192.0.2.3" # 255 octets too, and 120 empty non-terminals
} >"$tmp/tricky"
{
	cat "$tmp/tricky"
	printf '\\000 A 192.0.2.2\n\\000.z A 192.0.2.2\na\\000b A 192.0.2.2\n\\000.\\000.ent A 192.0.2.2\n'
} >"$tmp/nul"

# --- Denial ---

for template in "$tmp/tricky" "$here/special.zone"; do
	name=$(basename "$template" .zone)
	signs "NSEC, $name" example.org "$csk" "$template" "$all"
	signs "NSEC3, $name" example.org "$csk" "$template" "$all" --nsec3
	signs "opt-out, $name" example.org "$csk" "$template" "$all" --opt-out
	signs "salt and iterations, $name" example.org "$csk" "$template" "$all" \
		--nsec3 --salt aabbccdd --iterations 10
	signs "opt-out, salt, $name" example.org "$csk" "$template" "$all" --opt-out --salt 00
	signs "all at once, $name" example.org "$csk" "$template" "$all ldnszonemd" \
		--opt-out --zonemd --cds
done

# Knot 3.2 sorts \000 at the wrong place.
signs 'NSEC and \000' example.org "$csk" "$tmp/nul" 'bind ldns own'
signs 'NSEC3 and \000' example.org "$csk" "$tmp/nul" 'bind ldns own' --nsec3
signs 'ZONEMD and \000' example.org "$csk" "$tmp/nul" 'bind ldnszonemd own' --zonemd

signs 'NSEC3' example.org "$csk" "$tmp/tricky" "$all" --nsec3
ok 'RFC 9276: no iterations, no salt' has '^example\.org\. 0 IN NSEC3PARAM 1 0 0 -$'
ok 'no NSEC beside NSEC3' has_not ' NSEC '
ok 'no opt-out flag' has_not ' NSEC3 1 1 '
ok 'RFC 9077: the TTL of NSEC3' has_not ' (7201|3601|[0-9]{5,}) IN NSEC3 '
n_names=$(tr '\t' ' ' <"$tmp/out.zone" | grep -c ' IN NSEC3 ')
signs 'opt-out' example.org "$csk" "$tmp/tricky" "$all" --opt-out
# insecure, x.only.cuts, y.only.cuts, t.some.cuts, and the empty non-terminal only.cuts
ok 'opt-out leaves five names out' count $((n_names - 5)) ' NSEC3 1 1 0 - '
ok 'NSEC3PARAM without the flag: RFC 5155 4.1.2' has 'NSEC3PARAM 1 0 0 -$'

# --- Refusals ---

refused() { # refused WHAT STATUS TEXT OPTION...
	refusal=$1 wanted=$2 text=$3
	shift 3
	rm -f "$tmp/none"
	zonepp sign -o "$tmp/none" --zone example.org --keys "$csk" "$@" "$tmp/tricky" >"$tmp/words" 2>&1
	ok "$refusal" [ $? -eq "$wanted" ]
	ok "$refusal: it says why" grep -qF -- "$text" "$tmp/words"
	ok "$refusal: nothing is written" [ ! -e "$tmp/none" ]
}
refused '51 iterations' 2 S013 --nsec3 --iterations 51
refused 'iterations of letters' 2 S013 --nsec3 --iterations 1x
refused 'a salt of 256 octets' 2 S013 --nsec3 --salt "$(repeat 256 ab)"
refused 'an odd salt' 2 S013 --nsec3 --salt abc
refused 'an empty salt' 2 S013 --nsec3 --salt ''
refused 'iterations without NSEC3' 2 '--nsec3' --iterations 1
refused 'a salt without NSEC3' 2 '--nsec3' --salt ab
refused 'another digest' 2 '--zonemd' --zonemd=sha1
refused 'another CDS' 2 '--cds' --cds=insert
refused 'another serial' 2 '--serial' --serial daily
refused 'serial auto without a previous zone' 2 '--previous' --serial auto
signs 'a salt of 255 octets' example.org "$csk" "$tmp/tricky" 'bind ldns own' --nsec3 \
	--salt "$(repeat 255 ab)"
signs '50 iterations' example.org "$csk" "$tmp/tricky" "$all" --nsec3 --iterations 50
ok 'iterations and salt get a warning' says S054 zonepp sign -o "$tmp/none" --zone example.org \
	--keys "$csk" --nsec3 --iterations 1 "$tmp/tricky"
long=$(repeat 60 a).$(repeat 60 b).$(repeat 60 c).$(repeat 39 d)
(cd "$tmp" && zone_key long "$long" ED25519 -f KSK) # dnssec-keygen takes no longer path
printf '\044TTL 1h\n@ SOA ns.example. h.example. 1 2 3 4 5\n@ NS ns.example.\n' >"$tmp/few"
signs 'a zone name of 224 octets' "$long" "$tmp/long" "$tmp/few" 'bind ldns own'
ok 'its NSEC3 owners would be too long' says S013 zonepp sign -o "$tmp/none" --zone "$long" \
	--keys "$tmp/long" --nsec3 "$tmp/few"

# --- Zones that are special as a whole ---

zone_key "$tmp/root" . ECDSAP256SHA256 -f KSK
cat >"$tmp/root.zone" <<'ZONE'
$TTL 1d
. SOA a.root.example. host.example. 1 30m 15m 1w 1d
. NS a.root.example.
org. NS a0.org.
org. DS 60485 13 2 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a
a0.org. A 192.0.2.1
example. NS a.root.example.
a.root.example. A 192.0.2.1
ZONE
for denial in '' --nsec3 --opt-out; do
	judges="$all ldnszonemd"
	[ "$denial" != --opt-out ] || judges='bind knot own' # ldns 1.8.3 does not come to an end
	# shellcheck disable=SC2086
	signs "the root zone $denial" . "$tmp/root" "$tmp/root.zone" "$judges" --zonemd $denial
	# shellcheck disable=SC2086
	signs "a zone of one name $denial" example.org "$csk" "$tmp/few" "$all ldnszonemd" \
		--zonemd --cds $denial
done

# --- Algorithms and roles ---

for algorithm in RSASHA256 RSASHA512 ECDSAP256SHA256 ECDSAP384SHA384 ED25519 ED448; do
	zone_key "$tmp/csk-$algorithm" example.org "$algorithm" -f KSK
	signs "$algorithm, NSEC3, ZONEMD, CDS" example.org "$tmp/csk-$algorithm" "$tmp/tricky" \
		"$all ldnszonemd" --nsec3 --zonemd --cds
	zone_key "$tmp/split-$algorithm" example.org "$algorithm" -f KSK
	zone_key "$tmp/split-$algorithm" example.org "$algorithm"
	signs "$algorithm, KSK and ZSK" example.org "$tmp/split-$algorithm" "$tmp/tricky" \
		"$all" --opt-out --zonemd=sha512 --cds
	ok "$algorithm: one CDS, the KSK's" count 1 ' IN CDS '
done
for algorithm in ECDSAP256SHA256 RSASHA256 ED25519; do
	zone_key "$tmp/three" example.org "$algorithm" -f KSK
	zone_key "$tmp/three" example.org "$algorithm"
done
signs 'three algorithms' example.org "$tmp/three" "$tmp/tricky" "$all ldnszonemd" \
	--nsec3 --zonemd --cds
ok 'a CDS for each' count 3 ' IN CDS '
ok 'a CDNSKEY for each' count 3 ' IN CDNSKEY '

# --- ZONEMD ---

spoil() { # spoil SCRIPT: the output changed by sed
	cp "$tmp/out.zone" "$tmp/whole.zone"
	sed "$1" "$tmp/whole.zone" >"$tmp/out.zone"
	! cmp -s "$tmp/whole.zone" "$tmp/out.zone"
}
signs 'ZONEMD, SHA-384' example.org "$csk" "$tmp/tricky" "$all ldnszonemd" --zonemd=sha384
ok 'SIMPLE, SHA-384, 48 octets' has 'IN ZONEMD 7 1 1 [0-9a-f]{96}$'
ok 'a glue address is changed' spoil 's/192\.0\.2\.7$/192.0.2.77/'
ok 'ldns: nobody signs that, and ZONEMD tells' refuses ldnszonemd_accepts example.org "$tmp/out.zone"
ok 'zonepp: so it does' refuses own_accepts example.org "$tmp/out.zone"
signs 'ZONEMD, SHA-512' example.org "$csk" "$tmp/tricky" "$all ldnszonemd" --zonemd=sha512
ok 'SIMPLE, SHA-512, 64 octets' has 'IN ZONEMD 7 1 2 [0-9a-f]{128}$'
ok 'to a pipe' sh -c "zonepp sign -o - --zone example.org --keys '$tmp/csk-ED25519' --now 2026-11-23 \
	--zonemd --nsec3 - <'$tmp/tricky' | cat >'$tmp/piped'"
ok 'to a file' zonepp sign -o "$tmp/filed" --zone example.org --keys "$tmp/csk-ED25519" \
	--now 2026-11-23 --zonemd --nsec3 -j 5 "$tmp/tricky"
ok 'the same bytes, with one thread and with five' cmp "$tmp/piped" "$tmp/filed"

# --- CDS ---

signs 'CDS' example.org "$csk" "$tmp/tricky" "$all" --cds
tag=$(basename "$csk"/K*.key .key | sed 's/.*+0*//')
ok 'CDS, SHA-256' has "IN CDS $tag 13 2 "
dnssec-dsfromkey -2 "$csk"/K*.key | awk '{ print tolower($7) }' >"$tmp/digest"
ok 'the digest that dnssec-dsfromkey prints' \
	has "IN CDS $tag 13 2 $(cat "$tmp/digest")$"
signs 'CDS delete' example.org "$csk" "$tmp/tricky" 'bind ldns own' --cds=delete
ok 'RFC 8078 4: CDS 0 0 0 00' has 'IN CDS 0 0 0 00$'
ok 'RFC 8078 4: CDNSKEY 0 3 0 AA==' has 'IN CDNSKEY 0 3 0 AA==$'
ok 'and nothing else' count 2 'IN C(DS|DNSKEY) '

# --- What the template brings along ---

again() { # again WHAT [OPTION...]: signs what was signed
	variant=$1
	shift
	cp "$tmp/out.zone" "$tmp/in.zone"
	signs "$variant" example.org "$csk" "$tmp/in.zone" "$all ldnszonemd" "$@"
}
signs 'everything' example.org "$csk" "$tmp/tricky" "$all" --opt-out --salt ab --zonemd --cds
again 'everything again' --opt-out --salt ab --zonemd --cds
ok 'one ZONEMD' count 1 ' IN ZONEMD '
again 'from opt-out to NSEC3' --nsec3 --zonemd
ok 'one NSEC3PARAM' count 1 ' IN NSEC3PARAM '
ok 'no opt-out' has_not ' NSEC3 1 1 '
again 'from NSEC3 to NSEC' --zonemd
ok 'no NSEC3 is left' has_not 'NSEC3'
ok 'CDS stays, as nobody asked for a new one' has ' IN CDS '
cp "$tmp/out.zone" "$tmp/in.zone"
ok 'a ZONEMD that would be wrong is left out, with a note' says S081 zonepp sign \
	-o "$tmp/out.zone" --zone example.org --keys "$csk" "$tmp/in.zone"
judged 'the zone without it' example.org "$tmp/out.zone" bind ldns knot own
ok 'it is gone' has_not 'ZONEMD'

zone_key "$tmp/foreign" example.org ECDSAP256SHA256
zone_key "$tmp/alien" example.org ED25519
{ cat "$tmp/tricky" && grep -h DNSKEY "$tmp"/foreign/K*.key; } >"$tmp/multi"
{ cat "$tmp/tricky" && grep -h DNSKEY "$tmp"/alien/K*.key; } >"$tmp/half"
# Knot 3.2 misses the signature of the first wildcard then, in zones that BIND signed too.
signs "another signer's key, RFC 8901" example.org "$csk" "$tmp/multi" 'bind ldns own' --nsec3
ok 'it is there' count 2 ' IN DNSKEY '
ok "another signer's algorithm is refused" says S083 \
	refuses zonepp sign -o "$tmp/none" --zone example.org --keys "$csk" "$tmp/half"
{ cat "$tmp/tricky" && grep -h DNSKEY "$csk"/K*.key; } >"$tmp/included"
signs 'a DNSKEY that the template includes' example.org "$csk" "$tmp/included" "$all"
ok 'it stands once' count 1 ' IN DNSKEY '
cp -R "$csk" "$tmp/leaving"
zone_key "$tmp/leaving" example.org ECDSAP256SHA256 -D now-1d -I now-2d
{ cat "$tmp/tricky" && grep -h DNSKEY "$tmp"/leaving/K*.key; } >"$tmp/deleted"
signs 'a DNSKEY whose Delete has come' example.org "$tmp/leaving" "$tmp/deleted" "$all"
ok 'it has left, though the template has it' count 1 ' IN DNSKEY '

# --- Warnings ---

ok 'expire and validity in harmony: no word' prints '' zonepp sign -o "$tmp/out.zone" \
	--zone example.org --keys "$csk" "$tmp/tricky"
ok 'signatures that end before SOA expire plus TTL' says S071 zonepp sign -o "$tmp/out.zone" \
	--zone example.org --keys "$csk" --validity 7d "$tmp/tricky"
ok 'refresh longer than the validity' says S082 zonepp sign -o "$tmp/out.zone" \
	--zone example.org --keys "$csk" --validity 14d --refresh 20d "$tmp/tricky"
plan
