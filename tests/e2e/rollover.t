#!/bin/sh
# Rollovers done with dates alone (RFC 6781 section 4.1): keys are made once, with all their dates, and
# then the zone is built day by day. Each day's zone must be valid for independent judges, and so must
# what a validator holds in between: keys of one step with data of the next and the other way round,
# DS records of one step with keys of the next. Days lie in the past, as dnssec-verify knows no other
# time than now. TTLs are at most a day, and what was replaced is held for twice that.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

today=$(($(date +%s) / 3600 * 3600))
day() { # day N: the Nth of nine, the last of which is today
	echo $((today - (8 - $1) * 86400))
}

# --- What is rolled ---

begin() { # begin NAME: a project in $work
	work=$tmp/$1
	mkdir "$work"
	cat >"$work/zonepp.yaml" <<-YAML
	policies:
	  long: { validity: 30d, refresh: 20d, jitter: 1d, cds: true, propagation: 0s }
	defaults: { template: zone, output: out/built, policy: long }
	keys: keys
	zones: { example.org: {} }
	YAML
	cat >"$work/zone" <<-'ZONE'
	$ORIGIN example.org.
	$TTL 1d
	@ SOA ns hostmaster 1 2h 1h 7d 1h
	@ NS ns
	ns A 192.0.2.1
	www 5m A 192.0.2.2
	*.wild TXT "some text"
	an.empty.nonterminal AAAA 2001:db8::1
	insecure NS ns.insecure
	secure NS ns.secure
	secure DS 12345 13 2 0000000000000000000000000000000000000000000000000000000000000000
	ns.insecure A 192.0.2.3
	ns.secure A 192.0.2.4
	ZONE
	steps='' parent=''
}
key() { # key [OPTION...]: a key made on day 0; its base name is in $key
	key=$(zonepp keys generate -C "$work" --ttl=1h --now="$(day 0)" "$@" example.org)
	[ "$key" ]
}
dates() { # dates [OPTION DAY]...: these options with times in place of days
	while [ $# -gt 0 ]; do
		printf -- '--%s=%s ' "$1" "$(day "$2")"
		shift 2
	done
}

# --- One day ---

build() { # build DAY: with what was published the day before, and afresh
	zonepp build -C "$work" --now="$(day "$1")" >/dev/null &&
		cp "$work/out/built" "$work/kept.$1" && sign "$1"
}
sign() { # sign DAY: afresh
	zonepp sign --zone example.org --keys "$work/keys" --validity 30d --cds \
		--now="$(day "$1")" -o "$work/fresh.$1" "$work/zone"
}
judges() { # judges FILE: all are content
	dnssec-verify -q -z -o example.org "$1" && ldns-verify-zone "$1" &&
		zonepp verify --zone example.org "$1" || return
	# Knot 3.2 refuses any zone with two CSKs, those of dnssec-signzone too.
	awk '$4 == "DNSKEY" { n[$5]++ } END { exit n[256] > 0 || n[257] == 1 }' "$1" ||
		kzonecheck -d on -o example.org "$1"
}
anchored() { # anchored DS FILE: the DS records lead to the zone's keys
	ldns-verify-zone -k "$1" "$2" && zonepp verify --zone example.org --anchor "$1" "$2"
}
# hybrid KEYS DATA: the zone of DATA with the DNSKEY RRset of KEYS and its signatures
hybrid() {
	awk -v keys="$1" '
		{ is_key = $4 == "DNSKEY" || ($4 == "RRSIG" && $5 == "DNSKEY") }
		is_key == (FILENAME == keys)' "$1" "$2" >"$work/hybrid" &&
		dnssec-verify -q -z -o example.org "$work/hybrid"
}
ds_of() { # ds_of KEY...: the DS records by BIND
	for ds; do dnssec-dsfromkey -2 "$work/keys/$ds"; done
}
tag() { # tag KEY: without leading zeros
	printf '%d' "$(echo "${1##*+}" | sed 's/^0*//')"
}
has() { # has WORD WORD...: is it one of the others?
	case " $2 " in *" $1 "*) ;; *) return 1 ;; esac
}
tell() { # tell DAY KEY...: zonepp is told what the parent has since that day
	when=$(day "$1")
	shift
	for each; do
		has "$each" "$parent" || zonepp keys ds -C "$work" --now="$when" \
			--seen="$(tag "$each")" example.org || return
	done
	for each in $parent; do
		has "$each" "$*" || zonepp keys ds -C "$work" --now="$when" \
			--gone="$(tag "$each")" example.org || return
	done
	parent=$*
}
step() { # step DAY WHAT KEY...: on that day; the parent has DS records of the KEYs
	now=$1 at="${work##*/} $1, $2"
	shift 2
	ok "$at: the parent is known" tell "$now" "$@"
	ds_of "$@" >"$work/ds.$now"
	ok "$at: it is built" build "$now"
	for form in kept fresh; do
		ok "$at, $form: the judges are content" judges "$work/$form.$now"
		ok "$at, $form: so is the chain" anchored "$work/ds.$now" "$work/$form.$now"
		# Both forms have the same records; the signatures that are kept are those that caches meet.
		[ "$steps" ] || continue
		[ "$form${PARANOID-}" != fresh ] || continue
		last=${steps##* }
		ok "$at, $form: old keys and new data" \
			hybrid "$work/$form.$last" "$work/$form.$now"
		ok "$at, $form: new keys and old data" \
			hybrid "$work/$form.$now" "$work/$form.$last"
		ok "$at, $form: old DS and new keys" anchored "$work/ds.$last" "$work/$form.$now"
		ok "$at, $form: new DS and old keys" anchored "$work/ds.$now" "$work/$form.$last"
	done
	steps="$steps $now"
}

# --- What the zone must hold ---

tags() { # tags KEY...: sorted
	for each; do tag "$each" && echo; done | sort -n
}
published() { # published FILE: key tags of the DNSKEY RRset
	zonepp print --zone example.org "$1" | awk '$4 == "DNSKEY" { $1 = $2 = $3 = ""; print }' |
		while read -r _ rdata; do
			echo "example.org. IN DNSKEY $rdata" >"$work/one.key"
			dnssec-dsfromkey -2 "$work/one.key" | awk '{ print $4 }'
		done | sort -n
}
signers() { # signers TYPE FILE: key tags of the RRSIGs over that type
	awk -v type="$1" '$4 == "RRSIG" && $5 == type { print $11 }' "$2" | sort -nu
}
cds() { # cds FILE: key tags of the CDS records
	awk '$4 == "CDS" { print $5 }' "$1" | sort -n
}
holds() { # holds DAY keys|cds|signers TYPE KEY...: in both forms
	now=$1 of=$2
	shift 2
	case $of in signers) type=$1; shift ;; esac
	for form in kept fresh; do
		case $of in
		keys) published "$work/$form.$now" ;;
		cds) cds "$work/$form.$now" ;;
		signers) signers "$type" "$work/$form.$now" ;;
		esac >"$work/got"
		tags "$@" >"$work/want"
		diff "$work/want" "$work/got" || return
	done
}

kept() { # kept DAY DAY: the build on the second had no need to sign the addresses anew
	for now; do
		awk '$4 == "RRSIG" && $5 == "A"' "$work/kept.$now" >"$work/signatures.$now"
	done
	[ -s "$work/signatures.$1" ] && cmp "$work/signatures.$1" "$work/signatures.$2"
}

# --- Zone signing key, pre-published (RFC 6781 section 4.1.1.1) ---

begin zsk
ok 'zsk: the KSK' key --ksk && ksk=$key
# shellcheck disable=SC2046 # a list of options
ok 'zsk: the old ZSK' key --zsk $(dates inactive 3 delete 5) && old=$key
# shellcheck disable=SC2046
ok 'zsk: the new ZSK' key --zsk $(dates publish 1 activate 3) && new=$key
step 0 'the old ZSK' "$ksk"
ok 'zsk 0: one ZSK' holds 0 keys "$ksk" "$old"
step 1 'the new ZSK is published' "$ksk"
ok 'zsk 1: two ZSKs' holds 1 keys "$ksk" "$old" "$new"
ok 'zsk 1: the old one signs' holds 1 signers A "$old"
ok 'zsk 1: by the signatures that it made before' kept 0 1
step 3 'the new ZSK signs' "$ksk"
ok 'zsk 3: two ZSKs' holds 3 keys "$ksk" "$old" "$new"
ok 'zsk 3: the new one signs' holds 3 signers A "$new"
ok 'zsk 3: the KSK signs the keys' holds 3 signers DNSKEY "$ksk"
step 5 'the old ZSK is deleted' "$ksk"
ok 'zsk 5: one ZSK' holds 5 keys "$ksk" "$new"

# --- Key signing key, double signature (RFC 6781 section 4.1.2) ---

begin ksk
ok 'ksk: the ZSK' key --zsk && zsk=$key
# shellcheck disable=SC2046
ok 'ksk: the old KSK' key --ksk $(dates sync-delete 2 inactive 5 delete 5) && old=$key
# shellcheck disable=SC2046
ok 'ksk: the new KSK' key --ksk $(dates publish 1 sync-publish 2) && new=$key
step 0 'the old KSK' "$old"
step 1 'both KSKs sign' "$old"
ok 'ksk 1: both sign the keys' holds 1 signers DNSKEY "$old" "$new"
ok 'ksk 1: the ZSK signs the data' holds 1 signers A "$zsk"
ok 'ksk 1: CDS asks for the old one' holds 1 cds "$old"
step 2 'CDS asks for the new KSK' "$old"
ok 'ksk 2: CDS asks for the new one' holds 2 cds "$new"
step 3 'the parent has its DS' "$new"
step 5 'the old KSK is deleted' "$new"
ok 'ksk 5: the new one is alone' holds 5 keys "$zsk" "$new"

# --- Key signing key, double DS (RFC 6781 section 4.1.2, RFC 7344) ---

begin double-DS
ok 'double-DS: the ZSK' key --zsk && zsk=$key
# shellcheck disable=SC2046
ok 'double-DS: the old KSK' key --ksk $(dates inactive 4 delete 5) && old=$key
# shellcheck disable=SC2046
ok 'double-DS: the new KSK' key --ksk $(dates publish 1 sync-publish 1 activate 4) && new=$key
step 0 'the old KSK' "$old"
step 1 'the new KSK is published, and CDS asks for both' "$old"
ok 'double-DS 1: one signs' holds 1 signers DNSKEY "$old"
ok 'double-DS 1: CDS of both' holds 1 cds "$old" "$new"
step 2 'the parent has both DS' "$old" "$new"
step 4 'the new KSK signs in place of the old one' "$old" "$new"
ok 'double-DS 4: the new one signs' holds 4 signers DNSKEY "$new"
step 5 'the old KSK is deleted' "$old" "$new"
ok 'double-DS 5: CDS asks for the new one, now that all know its signature' holds 5 cds "$new"
step 6 'the parent has the new DS alone' "$new"
ok 'double-DS 6: the new one is alone' holds 6 keys "$zsk" "$new"

# --- One key for all (CSK), double signature ---

begin csk
# shellcheck disable=SC2046
ok 'csk: the old CSK' key $(dates sync-delete 2 inactive 5 delete 5) && old=$key
# shellcheck disable=SC2046
ok 'csk: the new CSK' key $(dates publish 1 sync-publish 2) && new=$key
step 0 'the old CSK' "$old"
step 1 'both CSKs sign' "$old"
ok 'csk 1: both sign the data' holds 1 signers A "$old" "$new"
step 2 'CDS asks for the new CSK' "$old"
step 3 'the parent has its DS' "$new"
step 5 'the old CSK is deleted' "$new"
ok 'csk 5: the new one signs' holds 5 signers A "$new"
ok 'csk 5: and is alone' holds 5 keys "$new"

# --- Algorithm (RFC 6781 section 4.1.4, conservative) ---

algorithm() { # algorithm NAME [ROLE...]: old and new keys, one for each role, in $old and $new
	begin "$1"
	shift
	old='' new=''
	for role; do
		# shellcheck disable=SC2046,SC2086
		ok "algorithm, ${role:-CSK}: the old key" \
			key -a RSASHA256 $role $(dates sync-delete 4 delete 7 inactive 8)
		old="$old $key"
		# shellcheck disable=SC2046,SC2086
		ok "algorithm, ${role:-CSK}: the new key" \
			key -a ECDSAP256SHA256 $role $(dates activate 1 publish 3 sync-publish 4)
		new="$new $key"
	done
	old_ksk=$(echo "$old" | awk '{ print $1 }') new_ksk=$(echo "$new" | awk '{ print $1 }')
	old_zsk=${old##* } new_zsk=${new##* }
	step 0 'the old algorithm' "$old_ksk"
	step 1 'new signatures' "$old_ksk"
	ok 'algorithm 1: both sign' holds 1 signers A "$old_zsk" "$new_zsk"
	# shellcheck disable=SC2086
	ok 'algorithm 1: old keys' holds 1 keys $old
	step 3 'new keys' "$old_ksk"
	# shellcheck disable=SC2086
	ok 'algorithm 3: all keys' holds 3 keys $old $new
	ok 'algorithm 3: CDS asks for the old one' holds 3 cds "$old_ksk"
	step 4 'CDS asks for the new KSK' "$old_ksk"
	ok 'algorithm 4: CDS asks for the new one' holds 4 cds "$new_ksk"
	step 5 'the parent has its DS' "$new_ksk"
	step 7 'the old keys are deleted' "$new_ksk"
	# shellcheck disable=SC2086
	ok 'algorithm 7: new keys' holds 7 keys $new
	ok 'algorithm 7: both sign' holds 7 signers A "$old_zsk" "$new_zsk"
	step 8 'the old signatures are gone' "$new_ksk"
	ok 'algorithm 8: the new one signs' holds 8 signers A "$new_zsk"
}
algorithm algorithm-pair --ksk --zsk
algorithm algorithm-csk ''

# --- The judge of these tests: a rollover in haste must not pass ---

begin haste
ok 'haste: the KSK' key --ksk && ksk=$key
# shellcheck disable=SC2046
ok 'haste: the old ZSK' key --zsk $(dates inactive 1 delete 1)
# shellcheck disable=SC2046
ok 'haste: the new ZSK' key --zsk $(dates publish 1)
ok 'haste: day 0' build 0
ok 'haste: the build says so' says S098 build 1
ok 'haste: it keeps what suits both' hybrid "$work/fresh.0" "$work/out/built"
ok 'haste: both ways' hybrid "$work/out/built" "$work/fresh.0"
ok 'haste: day 1' sign 1
ok 'haste: new keys do not suit old data' refuses hybrid "$work/fresh.1" "$work/fresh.0"
ok 'haste: old keys do not suit new data' refuses hybrid "$work/fresh.0" "$work/fresh.1"

# --- What is forgotten ---

begin alone
ok 'alone: the KSK' key --ksk
# shellcheck disable=SC2046
ok 'alone: the ZSK' key --zsk $(dates inactive 4)
ok 'alone: a key without successor is warned of' says "ends on $(date -u -d "@$(day 4)" +%FT%TZ)" \
	zonepp build -C "$work" --now="$(day 0)"
# shellcheck disable=SC2046
ok 'alone: the next ZSK' key --zsk $(dates publish 2 activate 4)
ok 'alone: nothing to be warned of' prints '' sh -c \
	"zonepp build -C '$work' --now=$(day 0) 2>&1 >/dev/null"
plan
