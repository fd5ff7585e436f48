#!/bin/sh
# A key signing key without its private file: the zone is signed once where the key is, and then built
# again and again on top of that, without it.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

today=$(($(date +%s) / 3600 * 3600))
day() { # day N: N days after that on which the zone was signed; the tenth is today
	echo $((today + ($1 - 10) * 86400))
}
cat >"$tmp/zonepp.yaml" <<'YAML'
policies:
  short: { validity: 8d, refresh: 3d, jitter: 0s, cds: true }
defaults: { template: zone, output: out, policy: short }
keys: keys
zones: { example.org: {} }
YAML
cat >"$tmp/zone" <<'ZONE'
$ORIGIN example.org.
$TTL 1h
@ SOA ns hostmaster 1 2h 1h 1d 1h
@ NS ns
ns A 192.0.2.1
ZONE
key() { # key [OPTION...]: its name without folder and suffix
	zonepp keys generate -C "$tmp" --ttl=1h --now="$(day 0)" "$@" example.org
}
build() { # build DAY
	zonepp build -C "$tmp" --now="$(day "$1")"
}
good() { # good FILE
	dnssec-verify -q -o example.org "$1" && ldns-verify-zone "$1" &&
		kzonecheck -d on -o example.org "$1"
}
signature() { # signature TYPE FILE
	awk -v type="$1" '$4 == "RRSIG" && $5 == type' "$2" | sort
}
kept() { # kept TYPE: the KSK's signature over it is the one that was made when it was at hand
	signature "$1" "$tmp/signed" >"$tmp/was"
	signature "$1" "$tmp/out" >"$tmp/is"
	[ -s "$tmp/was" ] && diff "$tmp/was" "$tmp/is"
}
spoil() { # spoil SCRIPT: the published file, changed by sed
	sed "$1" "$tmp/signed" >"$tmp/out" && ! cmp -s "$tmp/signed" "$tmp/out"
}
again() { # again: what was signed is what is published
	cp "$tmp/signed" "$tmp/out" && rm -rf "$tmp/.zonepp"
}
unchanged() { # unchanged COMMAND...: which fails, and leaves the published file alone
	cp "$tmp/out" "$tmp/before"
	refuses "$@" && cmp "$tmp/before" "$tmp/out"
}

begun=--publish=$(day -2)
ksk=$(key --ksk "$begun") && key --zsk "$begun" >"$tmp/zsk"
# Signed where the private key is, for longer than the zone's own signatures.
ok 'the zone is signed with the KSK at hand' zonepp sign --zone example.org --keys "$tmp/keys" --cds \
	--validity 21d --jitter 0s --now "$(day 0)" -o "$tmp/signed" "$tmp/zone"
mkdir "$tmp/safe"
mv "$tmp/keys/$ksk.private" "$tmp/safe"
again
ok 'the KSK is offline' says offline zonepp keys list -C "$tmp"
ok 'day 1: built without it' build 1
for type in DNSKEY CDS CDNSKEY; do ok "day 1: the signature over $type stays" kept $type; done
ok 'day 9: built without it' build 9
ok 'day 9: the judges are content' good "$tmp/out"
for type in DNSKEY CDS CDNSKEY; do ok "day 9: the signature over $type stays" kept $type; done
echo 'www A 192.0.2.2' >>"$tmp/zone"
ok 'day 10: built after a change' build 10
ok 'day 10: the judges are content' good "$tmp/out"
ok 'day 10: the signature over DNSKEY stays' kept DNSKEY
ok 'day 13: no warning yet' prints '' sh -c "zonepp build -C '$tmp' --now='$(day 13)' 2>&1 >/dev/null"
ok 'day 15: a warning' says 'S015' build 15
ok 'day 15: which says when it ends' says "ends on $(date -u -d "@$(day 21)" +%FT%TZ)" build 15
ok 'day 15: the signature over DNSKEY stays' kept DNSKEY
ok 'day 22: an error' says 'has expired' unchanged build 22
ok 'day 22: with its code' says 'S014' unchanged build 22
ok 'day 22: which says when it ended' says "$(date -u -d "@$(day 21)" +%FT%TZ)" unchanged build 22

again
ok 'before its time' says 'is not valid yet' unchanged build -1
rm "$tmp/out"
ok 'no previous output' says 'there is none' refuses build 1
ok 'and none is made' refuses test -e "$tmp/out"
again
ok 'a signature is missing' spoil '/RRSIG.DNSKEY/d'
ok 'so it is an error' says 'is missing' unchanged build 1
ok 'a signature is tampered with' spoil '/RRSIG.DNSKEY/s/\(.*\)......==$/\1AAAAAA==/'
ok 'so it is not kept' says 'does not verify' unchanged build 1
again
new=$(key --zsk --publish=+1d --activate=+3d)
ok 'other keys: the old signature is of no use' says 'is over other records' unchanged build 1
ok 'signed again where the KSK is' sh -c "cp -p '$tmp/safe'/* '$tmp/keys' &&
	zonepp sign --zone example.org --keys '$tmp/keys' --cds --previous '$tmp/signed' --validity 21d \
		--jitter 0s --now $(day 1) -o '$tmp/signed.new' '$tmp/zone' &&
	rm '$tmp/keys/$ksk.private' && mv '$tmp/signed.new' '$tmp/signed'"
again
ok 'built on top of it' build 2
ok 'the signature over DNSKEY stays' kept DNSKEY
ok 'the new ZSK signs when it is time' build 10
ok 'the judges are content' good "$tmp/out"
ok 'the signature over DNSKEY still stays' kept DNSKEY
tag=$(echo "${new##*+}" | sed 's/^0*//')
ok 'signatures are those of the ZSKs' says " $tag example.org." signature A "$tmp/out"

# --- Beside another KSK ---

second=$(key --ksk)
ok 'the parent may have the DS of the KSK that is offline' says 'S100' unchanged build 10
ok 'beside a KSK at hand it may be missing' says 'S016' \
	zonepp build -C "$tmp" --now="$(day 10)" --force=S100
ok 'the judges are content with one' good "$tmp/out"
rm "$tmp/keys/$second.key" "$tmp/keys/$second.private"
again
for file in "$tmp/keys"/*.private; do mv "$file" "$tmp/safe"; done
ok 'without any private key nothing is signed' says 'S004' unchanged build 10
plan
