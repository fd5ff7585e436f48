#!/bin/sh
# Keys on a token: SoftHSM 2, and SoftHSM behind faults (token_shim.c).
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

module=''
for path in /usr/lib/softhsm /usr/lib/*/softhsm /usr/lib64/softhsm /usr/lib64/pkcs11; do
	[ ! -e "$path/libsofthsm2.so" ] || module=$path/libsofthsm2.so
done
if [ ! "$module" ] || ! command -v softhsm2-util >/dev/null; then
	echo '1..0 # SKIP no SoftHSM 2'
	exit 0
fi
shim=$(dirname "$(command -v zonepp)")/tests/e2e/token_shim.so
pin=73915624
cd "$tmp" || exit 2
mkdir tokens out
cat >softhsm2.conf <<-CONF
directories.tokendir = $tmp/tokens
objectstore.backend = file
log.level = ERROR
CONF
export SOFTHSM2_CONF="$tmp/softhsm2.conf" TOKEN_MODULE="$module"
softhsm2-util --init-token --free --label zones --pin $pin --so-pin 4444 >/dev/null || exit 2
softhsm2-util --init-token --free --label other --pin $pin --so-pin 4444 >/dev/null || exit 2
new_pin() { # new_pin FILE PIN
	(umask 077 && printf '%s\n' "$2" >"$1")
}
new_pin pin $pin
via="pin-source=$tmp/pin&module-path=$module"
uri="pkcs11:token=zones?$via"

cat >zone <<'ZONE'
$ORIGIN example.org.
$TTL 1h
@ SOA ns hostmaster 1 2h 1h 14d 1h
  NS ns
ns A 192.0.2.1
ZONE
seq -f 'h%g A 192.0.2.7' 20 >>zone

now=$(date +%s)

status_is() { # status_is N COMMAND...
	wanted=$1
	shift
	"$@"
	[ $? -eq "$wanted" ]
}
fails() { # fails STATUS TEXT COMMAND...: with that status, and saying TEXT
	status_wanted=$1 text=$2
	shift 2
	"$@" >output 2>&1
	status=$?
	cat output
	[ $status -eq "$status_wanted" ] && grep -qF -- "$text" output
}
sign() { # sign FOLDER [OPTION...]: to out/FOLDER
	folder=$1
	shift
	zonepp sign --now "$now" -o "out/$folder" --zone example.org --keys "$folder" "$@" zone
}
generate() { # generate FOLDER [OPTION...]
	folder=$1
	shift
	zonepp keys generate --publish=-1d --activate=-1d --keys "$folder" --token "$uri" "$@" example.org
}
label() { # label FOLDER: the URI in its only .private file
	sed -n 's/^Label: //p' "$1"/*.private | base64 -d | tr -d '\0'
}
relabel() { # relabel FROM TO TEXT: another folder of the key, with that Label
	mkdir "$2"
	cp "$1"/*.key "$2"
	(umask 077 && sed "s|^Label: .*|Label: $(printf '%s\0' "$3" | base64 -w 0)|" "$1"/*.private \
		>"$2/$(basename "$1"/*.private)")
}
rrsigs() { # rrsigs FILE
	awk '$4 == "RRSIG"' "$1" | sort
}

# --- Each algorithm ---

asan=${ASAN_OPTIONS-}
for algorithm in 8 10 13 14 15; do
	# SoftHSM 2.6.1 loses some memory with each signature of Ed25519.
	[ $algorithm != 15 ] || [ ! "$asan" ] || ASAN_OPTIONS=$asan:detect_leaks=0
	ok "$algorithm: a key is made" generate "k$algorithm" --algorithm $algorithm
	ok "$algorithm: its file has no private part" refuses grep -E '^(Private(Key|Exp)|Prime|Exp|Coeff)' "k$algorithm"/*.private
	ok "$algorithm: it signs" sign "k$algorithm" -j 1
	judged "$algorithm" example.org "out/k$algorithm"
	cp "out/k$algorithm" "out/one"
	ok "$algorithm: so do two threads" sign "k$algorithm" -j 2
	case $algorithm in
	13 | 14) judged "$algorithm by two" example.org "out/k$algorithm" ;;
	*) ok "$algorithm: to the same bytes" cmp out/one "out/k$algorithm" ;;
	esac
done
[ ! "$asan" ] || ASAN_OPTIONS=$asan
ok 'a pair' generate pair --ksk --zsk
ok 'signs' sign pair --nsec3 --zonemd --cds
judged 'a pair' example.org out/pair
ok 'the key has its own name there' says 'object=example.org-ksk-' label k13
ok 'and its id' says 'id=%' label k13

# --- What BIND writes, and what people do ---

object=$(label k13 | sed 's/.*object=\([^?;]*\).*/\1/')
relabel k13 bind "pkcs11:token=zones;object=$object;pin-source=$tmp/pin"
ok 'the order of BIND, by a module of p11-kit' sign bind
judged 'the order of BIND' example.org out/bind
relabel k13 named "pkcs11:token=zones;object=$object?pin-source=file:$tmp/pin&module-name=softhsm2"
ok 'a module by its name' sign named
relabel k13 misnamed "pkcs11:token=zones;object=$object?pin-source=file:$tmp/pin&module-name=none"
ok 'and by one that there is none of' fails 2 'no module of the name none' sign misnamed
relabel k13 bare "$object"
ok 'a bare name is no token alone' fails 2 'several tokens are there' sign bare
relabel k13 pinless "pkcs11:token=zones;object=$object?module-path=$module"
ok 'a PIN is wanted' fails 2 'has no pin-source' sign pinless
grep -v '^Engine' bind/*.private >engineless
chmod 600 engineless && mv engineless bind/Kexample*.private 2>/dev/null
ok 'without Engine' sign bind
ok 'the dates of a key are set' zonepp keys set --inactive=+30d k13/*.key
ok 'and its Label stays' says 'object=example.org-ksk-' label k13
ok 'and it signs' sign k13

# --- Kept signatures, sealed parts ---

cp out/k13 out/before
sed 's/^h7 .*/h7 A 192.0.2.8/' zone >zone.new && mv zone.new zone
ok 'an edit' sign k13 --previous out/before
rrsigs out/before >before && rrsigs out/k13 >after
ok 'but for it all signatures are kept' [ "$(comm -13 before after | wc -l)" = 1 ]
for k in 1 2; do
	ok "part $k" zonepp sign --now "$now" --part $k/2 -o part$k --zone example.org --keys k13 zone
done
ok 'parts are sealed by the token, and joined' zonepp join -o out/joined --keys k13 part1 part2
judged 'joined parts' example.org out/joined
sed -i 's/^h7/h8/' part2
ok 'a changed part is none' status_is 2 zonepp join -o out/joined --keys k13 part1 part2

# --- What is not right ---

nothing() { # nothing STATUS TEXT COMMAND...: as fails, and publishes nothing
	rm -f out/*
	fails "$@" && [ ! "$(ls out)" ]
}
key=$(basename k13/*.key .key)
new_pin wrong 11111111
relabel k13 wrong-pin "pkcs11:token=other;object=x?pin-source=$tmp/wrong&module-path=$module"
ok 'a wrong PIN' nothing 2 'C_Login, with the PIN in' sign wrong-pin
ok 'is called by its name' says "wrong-pin/$key.private: error: the key \"x\" on the token \"other\": C_Login, with the PIN in $tmp/wrong: CKR_PIN_INCORRECT [S129]" sign wrong-pin
new_pin empty ''
relabel k13 empty-pin "pkcs11:token=other;object=x?pin-source=$tmp/empty&module-path=$module"
ok 'an empty file of the PIN' nothing 2 'begins with no PIN' sign empty-pin
relabel k13 lost-pin "pkcs11:token=other;object=x?pin-source=$tmp/none&module-path=$module"
ok 'a file of the PIN that is not there' nothing 2 "$tmp/none, cannot be read" sign lost-pin
relabel k13 lost-key "pkcs11:token=zones;object=none?$via"
ok 'a key that is not there' nothing 2 'there is no such private key' sign lost-key
relabel k13 lost-token "pkcs11:token=none;object=none?$via"
ok 'a token that is not there' nothing 2 'no token "none" is there' sign lost-token
relabel k13 lost-module "pkcs11:token=zones;object=none?module-path=/none.so"
ok 'a module that is not there' nothing 2 'the module /none.so cannot be loaded' sign lost-module
relabel k13 twisted "$(label k15 )"
ok 'a key of another kind' nothing 2 'CKR_' sign twisted
generate second --algorithm 13 >/dev/null
relabel k13 another "$(label second )"
ok 'the key of another .key file' nothing 2 'is not the one of the DNSKEY record' sign another
cp pin open-pin && chmod 644 open-pin
relabel k13 open "pkcs11:token=zones;object=$object?pin-source=$tmp/open-pin&module-path=$module"
ok 'a PIN that others may read is warned of' says "$tmp/open-pin: warning: the file of the PIN has mode 644" sign open
relabel k13 stated "pkcs11:token=zones;object=$object?pin-value=$pin"
ok 'a PIN in the file itself' nothing 2 'write it into a file of its own' sign stated
ok 'a place that is none' says 'names no token' refuses zonepp keys generate --token pkcs11:model=x example.org
ok 'a wrong PIN where keys are made' status_is 2 zonepp keys generate --keys none \
	--token "pkcs11:token=other?pin-source=$tmp/wrong&module-path=$module" example.org
ok 'leaves no file' [ ! "$(ls none)" ]
objects() { # how many there are on all tokens
	find tokens -name '*.object' | wc -l
}
n_objects=$(objects)
ok 'a new key that signs wrong' fails 2 'its signature is not one by the public key' env TOKEN_BAD=1 zonepp keys generate \
	--keys none --token "pkcs11:token=zones?pin-source=$tmp/pin&module-path=$shim" example.org
ok 'is no key' [ ! "$(ls none)" ]
ok 'and does not stay on the token' [ "$(objects)" = "$n_objects" ]

# --- Faults of the token ---

faulty() { # faulty SETTING... -- COMMAND...
	settings=''
	while [ "$1" != -- ]; do
		settings="$settings $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # words
	env $settings "$@"
}
relabel k13 shim "$(label k13 | sed "s|module-path=.*|module-path=$shim|")"
with() { # with SETTING [OPTION...]: signs
	setting=$1
	shift
	faulty "$setting" "TOKEN_LOG=$tmp/log" -- zonepp sign -o out/shim --zone example.org --keys shim "$@" zone
}
cp zone out/shim
ok 'one bad signature among all is found' fails 1 '[S025]' with TOKEN_BAD=17
ok 'and nothing is published' cmp zone out/shim
ok 'by two threads, too' status_is 1 with TOKEN_BAD=31 -j 2
ok 'nor then' cmp zone out/shim
ok 'who wants no proof gets none' with TOKEN_BAD=17 --verify chain
ok 'and a zone that is none' status_is 1 zonepp verify --zone example.org out/shim
cp zone out/shim
ok 'a device that is pulled out' fails 2 "shim/$key.private: error: the key \"$object\" on the token \"zones\": C_Sign: CKR_DEVICE_REMOVED [S129]" with TOKEN_REMOVED=9
ok 'is told of once' [ "$(grep -c error: output)" = 1 ]
ok 'and nothing is published' cmp zone out/shim
ok 'with a digest of the zone' status_is 2 with TOKEN_REMOVED=9 --zonemd -j 2
ok 'nothing, either' cmp zone out/shim
n_signatures=$(with TOKEN_BAD=0 --zonemd && rrsigs out/shim | wc -l)
cp zone out/shim
ok 'at the signature of the digest' fails 2 CKR_DEVICE_REMOVED with TOKEN_REMOVED=$((n_signatures + 1)) --zonemd
ok 'is told of once' [ "$(grep -c error: output)" = 1 ]
ok 'and nothing is published' cmp zone out/shim
ok 'a signature that is too short' fails 2 'the signature has 63 octets' with TOKEN_SHORT=12
ok 'nor then' cmp zone out/shim
ok 'a token with one session' with TOKEN_SESSIONS=1 -j 2
judged 'a token with one session' example.org out/shim
rm -f log
ok 'a PIN of which the last try is left' fails 2 'one more wrong PIN locks it' with TOKEN_FLAGS=131072
ok 'is not tried' refuses grep C_Login log
ok 'nor one that is locked' fails 2 'its PIN is locked' with TOKEN_FLAGS=262144
rm -f log
ok 'a run' with TOKEN_BAD=0 -j 2
ok 'logs in once' [ "$(grep -c C_Login log)" = 1 ]
ok 'has a session for each thread, and not more' [ "$(grep -c C_OpenSession log)" -le 3 ]
ok 'closes them' [ "$(grep -c C_OpenSession log)" = "$(grep -c C_CloseSession log)" ]
ok 'and ends' [ "$(tail -n 1 log)" = C_Finalize ]

# --- A project ---

mkdir -p project/zones
cat >project/zonepp.yaml <<YAML
policies:
  on-token: { keys: { csk: never, token: "pkcs11:token=zones?pin-source=$tmp/pin&module-path=$shim" } }
  files: { sign: true }
hooks:
  changed: [sh, -c, "echo hook >>$tmp/log; env >>$tmp/env; ls -l /proc/self/fd >>$tmp/fds"]
zones:
  example.org: { policy: on-token }
  example.net: { policy: on-token }
  example.com: { policy: files }
YAML
{
	cat zone
	seq -f 'x%g A 192.0.2.9' 400
} >project/zones/example.org.zone
for zone in example.net example.com; do
	sed "s/example.org/$zone/" zone >project/zones/$zone.zone
done
project() { # project VERB [OPTION...]
	verb=$1
	shift
	TOKEN_LOG=$tmp/log zonepp "$verb" -C project "$@"
}
ok 'a project makes keys where its policy says' zonepp keys generate -C project --missing
ok 'on the token' [ "$(grep -l '^Label' project/keys/*.private | wc -l)" = 2 ]
ok 'and in files' [ "$(grep -L '^Label' project/keys/*.private | wc -l)" = 1 ]
rm -f log
ok 'is built' project build -j 2
public=project/public
for zone in example.org example.net example.com; do
	judged $zone $zone $public/$zone.zone
done
ok 'with one login' [ "$(grep -c C_Login log)" = 1 ]
ok 'and no token when hooks run' awk '/C_Finalize/ { ended = 1 } /hook/ && !ended { exit 1 }' log
cp -p $public/example.org.zone org
rm log
ok 'is built again' project build
ok 'without a token' [ ! -e log ]
chmod 640 pin
ok 'the PIN that others may read is told of, whatever is cached' says "$tmp/pin: warning: the file of the PIN has mode 640" \
	project build --format=gcc
ok 'once, whatever zones it is of' [ "$(project build --format=gcc 2>&1 | grep -c S005)" = 1 ]
chmod 600 pin
project build >/dev/null 2>&1
rm log
ok 'and no more' [ ! "$(project build --format=gcc 2>&1 | grep S005)" ]
ok 'again without a token' [ ! -e log ]
rm -rf project/.zonepp/*.build
ok 'is built again without a cache' project build
ok 'and stays' cmp org $public/example.org.zone
sed -i 's/^x7 .*/x7 A 192.0.2.10/' project/zones/example.org.zone
ok 'is edited' project build
rrsigs org >before && rrsigs $public/example.org.zone >after
ok 'for an address and its serial it is signed anew' [ "$(comm -13 before after | wc -l)" = 2 ]
judged 'the edited zone' example.org $public/example.org.zone

sed -i 's/^x8 .*/x8 A 192.0.2.11/' project/zones/example.*.zone
sed -i 's/^h8 .*/h8 A 192.0.2.11/' project/zones/example.*.zone
cp -p $public/* .
ok 'a bad signature in one of the zones' status_is 1 faulty TOKEN_BAD=3 -- zonepp build -C project -j 1
ok 'keeps that one from being published' \
	[ "$(for zone in org net com; do cmp -s example.$zone.zone $public/example.$zone.zone || echo $zone; done | wc -l)" = 2 ]
ok 'then it is' project build
judged 'the zone' example.org $public/example.org.zone
judged 'the zone' example.net $public/example.net.zone

sed -i 's/^h8 .*/h8 A 192.0.2.12/' project/zones/example.*.zone
export SOFTHSM2_CONF=/nonexistent
cp -p $public/* .
ok 'no token: check' zonepp check -C project
ok 'no token: plan' says '2 of 46 signatures are made anew' zonepp plan -C project
ok 'no token: status' zonepp status -C project
ok 'no token: keys list' says active zonepp keys list -C project
ok 'no token: keys ds' zonepp keys ds -C project example.org
ok 'no token: roll' zonepp roll -C project
ok 'no token: build' status_is 2 project build
ok 'leaves zones with keys there as they are' cmp example.org.zone $public/example.org.zone
ok 'and builds the others' refuses cmp -s example.com.zone $public/example.com.zone
export SOFTHSM2_CONF="$tmp/softhsm2.conf"
ok 'the token is back' project build
cp -a project copy
ok 'a copy of the project believes no cache of zones with keys there' \
	fails 2 S129 env SOFTHSM2_CONF=/nonexistent zonepp build -C copy
rm -rf copy

# Many keys on a token that looks through all of them at each search.
mkdir -p searched/zones
printf 'policies: { default: { keys: { csk: never, token: "%s" } } }\nzones:\n' \
	"pkcs11:token=zones?pin-source=$tmp/pin&module-path=$shim" >searched/zonepp.yaml
for i in 1 2 3 4 5 6 7 8; do
	echo "  z$i.example:" >>searched/zonepp.yaml
	sed "s/example.org/z$i.example/" zone >searched/zones/z$i.example.zone
done
zonepp keys generate -C searched --missing >/dev/null
cp -R searched by-label
cp -R searched by-id
for file in by-label/keys/*.private by-id/keys/*.private; do
	base64=$(sed -n 's/^Label: //p' "$file" | base64 -d | tr -d '\0' | case $file in
		by-label*) sed 's/;id=[^?;]*//' ;;
		*) sed 's/;object=[^?;]*//' ;;
		esac | base64 -w 0)
	sed "s|^Label: .*|Label: $base64|" "$file" >one && cat one >"$file"
done
searches() { # searches MOST
	n_searches=$(grep -c C_FindObjectsInit log)
	echo "$n_searches searches"
	[ "$n_searches" -le "$1" ]
}
for by in searched by-label by-id; do
	rm -f log
	ok "$by: eight keys on a slow token" env TOKEN_SLOW=60 TOKEN_LOG="$tmp/log" zonepp build -C $by -j 1
	ok "$by: are not searched for one by one" searches 6
	ok "$by: and are the right ones" bind_accepts z8.example $by/public/z8.example.zone
done
rm -rf log searched/public searched/.zonepp searched/zonepp.state
ok 'by two threads' env TOKEN_SLOW=60 TOKEN_LOG="$tmp/log" zonepp build -C searched -j 2
ok 'not one by one' searches 6
ok 'and right' bind_accepts z5.example searched/public/z5.example.zone
first=$(ls searched/keys/Kz7*.private)
sed "s|^Label: .*|Label: $(printf 'pkcs11:token=zones;object=none?%s' "pin-source=$tmp/pin&module-path=$shim" | base64 -w 0)|" \
	"$first" >one && cat one >"$first"
rm -rf log searched/public searched/.zonepp searched/zonepp.state
ok 'a key that is not there' fails 2 'there is no such private key' env TOKEN_SLOW=60 zonepp build -C searched -j 1
ok 'is missed by its zone alone' grep -F '7 changed, 0 unchanged, 1 failed' output

# Nobody says that there are tokens: the first key on one is found.
mkdir -p found/zones
printf 'zones: { example.net: {}, example.org: {} }\n' >found/zonepp.yaml
for zone in example.org example.net; do
	sed "s/example.org/$zone/" zone >found/zones/$zone.zone
	zonepp keys generate -C found $zone >/dev/null
done
landlocked() { # landlocked COMMAND...: it is confined
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -qq -e trace=landlock_restrict_self -o confined "$@" && [ -s confined ]
}
strace -f -o /dev/null true 2>/dev/null || landlocked() { "$@"; }
ok 'keys in files: a build is confined' landlocked zonepp build -C found
ok 'and the next' landlocked zonepp build -C found
sed -i 's/: {} }/: {}, example.com: {} }/' found/zonepp.yaml
sed 's/example.org/example.com/' zone >found/zones/example.com.zone
zonepp keys generate -C found --publish=-1d --activate=-1d --token "$uri" example.com >/dev/null
ok 'a key on a token comes' zonepp build -C found
judged 'its zone' example.com found/public/example.com.zone
ok 'another zone is confined' landlocked zonepp build -C found example.org
ok 'so is who looks at rollovers' landlocked zonepp roll -C found

new_pin wrong 11111111
cp -R project many
sed -i "s|token=zones?pin-source=$tmp/pin|token=other?pin-source=$tmp/wrong|" many/zonepp.yaml
for file in many/keys/*.private; do
	grep -q '^Label' "$file" || continue
	sed "s|^Label: .*|Label: $(printf 'pkcs11:token=other;object=x?pin-source=%s&module-path=%s' "$tmp/wrong" "$shim" | base64 -w 0)|" "$file" >one
	cat one >"$file"
done
rm -f log
ok 'a wrong PIN of two zones' status_is 2 env TOKEN_LOG="$tmp/log" zonepp build -C many -j 2
ok 'is tried once' [ "$(grep -c C_Login log)" = 1 ]

# --- Rollovers: both roles, by policy, in the past, as dnssec-verify knows no other time than now ---

start=$(($(date +%s) / 3600 * 3600 - 4 * 86400))
mkdir -p rolling/zones
cat >rolling/zonepp.yaml <<YAML
policies:
  rolling: { validity: 30d, refresh: 20d, cds: true, keys: { ksk: 2d, zsk: 1d } }
zones: { example.org: { policy: rolling }, dept.example.org: { policy: rolling } }
YAML
cat >rolling/zones/example.org.zone <<'ZONE'
$ORIGIN example.org.
$TTL 1h
@ SOA ns hostmaster 1 2h 1h 7d 1h
@ NS ns
ns A 192.0.2.1
dept NS ns
$DS dept 2h
ZONE
cat >rolling/zones/dept.example.org.zone <<'ZONE'
$ORIGIN dept.example.org.
$TTL 1h
@ SOA ns.example.org. hostmaster 1 2h 1h 7d 1h
@ NS ns.example.org.
www A 192.0.2.2
ZONE
zonepp keys generate -C rolling --ttl=1h --now=$start --ksk --zsk example.org >/dev/null
zonepp keys generate -C rolling --ttl=1h --now=$start --ksk --zsk --token "$uri" dept.example.org >/dev/null
rounds() { # each six hours, for four days
	for hour in $(seq 0 6 90); do
		now=$((start + hour * 3600))
		zonepp roll -C rolling --deploy --now=$now && zonepp build -C rolling --now=$now &&
			dnssec-verify -q -z -o dept.example.org rolling/public/dept.example.org.zone || return
	done
}
ok 'keys on a token roll' rounds
all=$(find rolling/keys -name 'Kdept*.private' | wc -l)
ok 'there are successors of each role' [ "$(grep -l DNSKEY.257 rolling/keys/Kdept*.key | wc -l)" -ge 2 -a "$all" -ge 5 ]
ok 'all on the token' [ "$(grep -l '^Label' rolling/keys/Kdept*.private | wc -l)" = "$all" ]
ok 'and those of files in files' refuses grep -l '^Label' rolling/keys/Kexample*.private
judged 'the zone' dept.example.org rolling/public/dept.example.org.zone
sed -i 's/example.com: { policy: files }/example.com: { policy: on-token }/' project/zonepp.yaml
ok 'a policy moves keys to the token' zonepp keys roll -C project example.com
ok 'by their successors' [ "$(grep -l '^Label' project/keys/Kexample.com*.private | wc -l)" = 1 ]

# --- A key signing key on a token, apart from the others ---

mkdir -p apart/zones safe
cat >apart/zonepp.yaml <<'YAML'
policies: { apart: { keys: { ksk: never, zsk: 30d } } }
zones: { example.org: { policy: apart } }
YAML
cp zone apart/zones/example.org.zone
zonepp keys generate --keys safe --ksk --token "$uri" --now "$now" example.org >/dev/null
mkdir apart/keys
cp safe/*.key apart/keys
zonepp keys generate -C apart --zsk --now "$now" example.org >/dev/null
ok 'a request' zonepp keys request -C apart --now "$now" --until "$((now + 80 * 86400))" -o "$tmp/request" example.org
ok 'is signed on the token' zonepp keys sign --keys safe --now "$now" -o apart/keys/Kexample.org.+1.skr request
ok 'and not without it' fails 2 S129 env SOFTHSM2_CONF=/nonexistent zonepp keys sign --keys safe --now "$now" -o none request
ok 'so the zone is built' zonepp build -C apart --now "$now"
judged 'the zone' example.org apart/public/example.org.zone

# Zone signing keys on a token, whose successors a request makes.
cp -R apart beside
rm -r beside/keys/*.private beside/keys/*.skr beside/public beside/zonepp.state
grep -l 'DNSKEY 256' beside/keys/*.key | xargs rm
zonepp keys generate -C beside --zsk --token "$uri" --now "$now" example.org >/dev/null
ask() { # ask DAYS
	zonepp keys request -C beside --now "$now" --until "$((now + $1 * 86400))" -o "$tmp/request" example.org
}
ok 'no successor is made without the token' fails 2 S129 env SOFTHSM2_CONF=/nonexistent \
	zonepp keys request -C beside --now "$now" --until "$((now + 80 * 86400))" -o none example.org
ok 'they are made when it is back' says 'made, to sign from' ask 80
ok 'on it' [ ! "$(grep -L '^Label' beside/keys/*.private)" ]
ok 'as many as the period wants' [ "$(grep -l '^Label' beside/keys/*.private | wc -l)" = 3 ]
ok 'no key ends without one' [ "$(grep -L '^Inactive' beside/keys/*.private | wc -l)" = 1 ]
ok 'and all is signed' zonepp keys sign --keys safe --now "$now" -o beside/keys/Kexample.org.+1.skr request
ok 'so that zone is built, too' zonepp build -C beside --now "$now"

# --- The PIN ---

ok 'the PIN is nowhere' refuses grep -rlaF --exclude=pin --exclude=open-pin --exclude-dir=stated $pin .
ok 'nor in the environment of hooks' refuses grep -F $pin env
ok 'hooks inherit no file' refuses grep -E 'softhsm|tokens|pin' fds
plan
