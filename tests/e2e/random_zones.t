#!/bin/sh
# What holds for any zone, over random ones of fixed seeds (random_zone): what is printed reads as
# itself, to BIND and ldns too; expand leaves alone what it has nothing to do with; what is signed is
# right to the judge and to others, at any number of threads; parts make the whole; and what is kept of
# a zone that was signed before makes the zone that comes of signing it afresh. WALKS=N says how many,
# FROM=SEED with which to begin.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

: "${FROM:=1}" "${WALKS:=$([ "${PARANOID-}" ] && echo 150 || echo 4)}"
here=$top/tests/e2e
keys=$top/tests/cli/shared/keys # RFC 8080 section 6: Ed25519 makes the same signature each time
now=1800000000                  # 2027-01-15
cd "$tmp" || exit 2
mkdir keys && cp "$keys"/Kexample.org.* keys && chmod 600 keys/*

random() { # random N: $r is 0 to N - 1, of this seed and of how often it was asked
	asked=$((asked + 1))
	r=$(((seed * 7919 + asked * 104729) % 1000003 % $1))
}
print() {
	zonepp print --zone example.org "$@" 2>print.said
}
owners_alike() { # in whose case each program has a choice, where two lines differ
	awk '{ $1 = tolower($1) } 1'
}
bind_reads() { # bind_reads FILE OUT
	named-compilezone -q -i none -k ignore -n ignore -m ignore -M ignore -r ignore -S ignore \
		-s full -o - example.org "$1" >bind.said && owners_alike <bind.said | sort >"$2"
}
ldns_reads() {
	ldns-read-zone "$1" >ldns.said && owners_alike <ldns.said | sort >"$2"
}

# --- Text ---

prints_itself() {
	print zone >printed && print printed >again && cmp printed again &&
		print -j 3 zone >again && cmp printed again
}
bind_agrees() { # and what it makes of the zone is to us what we make of it
	bind_reads zone bind.zone && cp bind.said bind.full && bind_reads printed bind.printed &&
		cmp bind.zone bind.printed && print bind.full >again && owners_alike <again >again.alike &&
		owners_alike <printed | cmp - again.alike
}
ldns_agrees() {
	ldns_reads printed ldns.printed && ldns_reads bind.full ldns.zone && cmp ldns.zone ldns.printed
}
formats() {
	cp zone formatted && zonepp fmt formatted && cp formatted once && zonepp fmt formatted &&
		cmp once formatted && print formatted >again && cmp printed again
}
expands() { # there is nothing to expand
	zonepp expand zone >again && cmp zone again
}
means_the_same() {
	zonepp diff --zone example.org zone printed
}

# --- Signatures ---

sign() { # sign OUT [OPTION...]: `zone`
	out=$1
	shift
	# shellcheck disable=SC2086 # options
	random 6
	# shellcheck disable=SC2086 # options
	zonepp sign -o "$out" --zone example.org --keys keys --now $now $denial -j $((1 + r)) "$@" zone
}
any_threads() {
	sign signed -j 1 --verify full && sign again && sign more && cmp signed again && cmp signed more
}
is_endless() { # ldns-verify-zone 1.8.3 does not end on some zones with NSEC3 and ZONEMD
	grep -q 'IN.ZONEMD' signed && grep -q 'IN.NSEC3' signed
}
judges() {
	zonepp verify --now $now signed &&
		{ is_endless || ldns-verify-zone -t "$(date -u -d @$now +%Y%m%d%H%M%S)" signed; } &&
		{ grep -q '\\000' signed || kzonecheck -d on -t $now -o example.org signed; }
}
parts() {
	random 4
	count=$((2 + r))
	for k in $(seq $count); do
		sign "part-$k" --part "$k/$count" || return
	done
	# shellcheck disable=SC2046 # words
	zonepp join -o joined --keys keys $(seq -f 'part-%g' $count | sort -R) && cmp signed joined
}
unsigned() { # ZONEMD is a digest of signatures, too
	grep -v 'IN.RRSIG\|IN.ZONEMD' "$1"
}
same_but_signatures() {
	unsigned "$1" >unsigned.a && unsigned "$2" | cmp unsigned.a - &&
		[ "$(grep -c 'IN.RRSIG' "$1")" = "$(grep -c 'IN.RRSIG' "$2")" ]
}
edits() { # what is signed before is signed again after each of some edits, a day later each
	cp signed old && cp signed plain && sign old --previous old --index || return
	for edit in 1 2 5; do
		"$here/random_zone" "$seed" "$names" $edit >zone && now=$((now + 86400 * edit)) &&
			sign old --previous old --index &&
			sign plain --previous plain && cmp old plain &&
			sign fresh && same_but_signatures old fresh || return
	done
	cp old signed && judges
}

seed=$FROM
while [ "$seed" -lt $((FROM + WALKS)) ]; do
	asked=0
	# Each third has so many names that an index is worth it.
	random 60
	names=$((5 + r)) now=1800000000
	[ $((seed % 3)) != 0 ] || names=$((names + 350))
	NUL=$((seed % 2))
	export NUL
	case $((seed / 2 % 3)) in
	0) denial='' ;;
	1) denial=--nsec3 ;;
	2) denial='--opt-out --salt abcd' ;;
	esac
	[ $((seed % 4)) -lt 2 ] || denial="$denial --zonemd"
	it="seed $seed, $names names"
	"$here/random_zone" "$seed" "$names" >zone
	ok "$it: what is printed reads as itself" prints_itself
	ok "$it: to BIND, too" bind_agrees
	ok "$it: and to ldns" ldns_agrees
	ok "$it: formatted, it is the same" formats
	ok "$it: expanded, it is the same text" expands
	ok "$it: what is printed means the same" means_the_same
	it="$it, $denial"
	ok "$it: any number of threads signs the same" any_threads
	ok "$it: which judges find right" judges
	ok "$it: parts make the whole" parts
	ok "$it: edits, with and without an index and afresh" edits
	seed=$((seed + 1))
done

# --- Shares of a project ---

project() { # project FOLDER
	mkdir -p "$1/zones" "$1/keys"
	cat >"$1/zonepp.yaml" <<-EOF
	policies:
	  nsec: {denial: nsec}
	  nsec3: {denial: nsec3, zonemd: true}
	defaults: {policy: nsec}
	zones:
	EOF
	for k in 1 2 3 4 5 6 7; do
		policy=nsec
		[ $((k % 2)) = 0 ] || policy=nsec3
		echo "  z$k.example.org: {policy: $policy}" >>"$1/zonepp.yaml"
		"$here/random_zone" $((FROM + k)) 8 |
			sed "s/example\.org\./z$k.example.org./gi" \
				>"$1/zones/z$k.example.org.zone"
	done
	zonepp keys generate --missing --algorithm ed25519 -C "$1" --now $now
}
shares() {
	project whole && cp -R whole shares && zonepp build -q -C whole --now $now || return
	for k in 3 1 2; do
		zonepp build -q -C shares --now $now --shard $k/3 || return
	done
	diff -r whole/public shares/public && cmp whole/zonepp.state shares/zonepp.state
}
ok 'shares of a project are the whole' shares
plan
