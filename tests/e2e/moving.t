#!/bin/sh
# Zones move to zonepp as zonepp-moving(7) tells: its sessions with the real programs of BIND and
# ldns, its steps for BIND's dnssec-policy with a server that answers, and keys and settings of other
# kinds. After each move the keys are the same, the serial is no earlier, no record differs, and
# others find the zone valid.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

page=$top/cmd/zonepp-moving.7
programs=$PATH:/usr/sbin
PATH=$programs
mkdir -p "$tmp/bin"
SHARED=$top/tests/cli/shared
export SHARED

block() { # block SECTION NUMBER: that example of the section
	awk -v section=".Sh $1" -v wanted="$2" '
		/^\.Sh / { on = $0 == section }
		body && /^\.Ed/ { exit }
		body { gsub(/\\e/, "\\"); print }
		on && /^\.Bd/ && ++n == wanted { body = 1 }' "$page"
}
stand_in() { # stand_in PROGRAM: standard input is run in its place, with $real for the program
	real=$(PATH=$programs command -v "$1")
	{
		printf '#!/bin/sh\nreal=%s\n' "$real"
		cat
	} >"$tmp/bin/$1"
	chmod +x "$tmp/bin/$1"
}

# --- The sessions of the page ---

# These programs know no other time than now: here they are told that of the session. What
# dnssec-signzone would judge by it is judged by ldns-verify-zone.
stand_in date <<'SH'
exec $real ${SOURCE_DATE_EPOCH:+-d "@$SOURCE_DATE_EPOCH"} "$@"
SH
# shellcheck disable=SC2016 # it is expanded there
at='at() { date -ud "@$((SOURCE_DATE_EPOCH + $1))" +%Y%m%d%H%M%S; }'
stand_in dnssec-keygen <<SH
$at
exec \$real -P \$(at 0) -A \$(at 0) "\$@"
SH
stand_in dnssec-signzone <<SH
$at
exec \$real -P -s \$(at -3600) -e \$(at 2592000) "\$@"
SH
stand_in ldns-signzone <<SH
$at
exec \$real -i \$(at 0) -e \$(at 2419200) "\$@"
SH
for program in rsync ssh; do stand_in $program </dev/null; done
ok 'the sessions of the page' env PATH="$tmp/bin:$PATH" \
	"$top/tests/e2e/sessions" "$tmp/sessions" "$page"
rm "$tmp"/bin/*

# --- Keys and settings of other kinds ---

begin() { # begin NAME [POLICY]: a folder with a zone, which is signed in it, and the project of it
	work=$tmp/$1
	mkdir "$work" && cd "$work" || exit 2
	cat >example.org <<-'ZONE'
	$ORIGIN example.org.
	$TTL 1h
	@	IN SOA ns1 hostmaster 2026112205 4h 30m 1w 10m
	@	IN NS ns1
	@	IN MX 10 mail
	ns1	IN A 127.0.0.1
	mail	IN A 192.0.2.25
	*.wild	IN TXT "all"
	safe	IN NS ns.safe
	safe	IN DS 12345 13 2 0102030405060708091011121314151617181920212223242526272829303132
	ns.safe	IN A 192.0.2.1
	plain	IN NS ns.example.net.
	a.b.c	IN AAAA 2001:db8::1
	ZONE
	cat >zonepp.yaml <<-YAML
	defaults: { template: "{zone}", output: "{zone}.signed" }
	policies: { default: { ${2-} } }
	keys: .
	zones: { example.org: }
	YAML
}
serial() { # serial FILE
	zonepp print --zone=example.org "$1" | awk '$4 == "SOA" { print $7; exit }' | grep .
}
same_keys() {
	for file in before example.org.signed; do
		zonepp print --zone=example.org $file | awk '$4 == "DNSKEY"' | sort >"$file.keys"
		[ -s "$file.keys" ] || return
	done
	cmp before.keys example.org.signed.keys
}
no_record() { # the serials and the last line, if there are any, are all that zonepp diff prints
	zonepp diff before example.org.signed >"$tmp/diff"
	status=$?
	cat "$tmp/diff"
	[ $status -le 1 ] && ! grep '^[-+!]' "$tmp/diff"
}
no_denial() {
	! grep denial "$tmp/diff"
}
later() { # later N: the published serial is that of before, and N
	prints "$(($(serial before) + $1))" serial example.org.signed
}
accepted() {
	bind_accepts example.org "$1" && ldns_accepts example.org "$1"
}
moved() { # moved CASE LATER: the zone that is signed here moves
	cp example.org.signed before
	ok "$1: the old signer's zone is good" accepted before
	ok "$1: a build" zonepp build
	ok "$1: the same keys" same_keys
	ok "$1: no record differs" no_record
	ok "$1: nor does the denial" no_denial
	ok "$1: the serial is later by $2" later "$2"
	ok "$1: others accept it" accepted example.org.signed
	ok "$1: and then nothing is to be done" says '0 changed' zonepp build
}
by_bind() { # by_bind OPTION...: with the keys of $named, if there are any
	# shellcheck disable=SC2086 # a list of words
	ok "$case: dnssec-signzone signs" dnssec-signzone -q -o example.org "$@" example.org ${named-}
}
by_ldns() { # by_ldns OPTION...
	ok "$case: ldns-signzone signs" ldns-signzone "$@" example.org "$ksk" "$zsk"
}
trust() { # trust FOLDER: delv does the keys there; BIND writes TTLs, and ldns comments behind
	rm -rf "$tmp/trusted"
	mkdir "$tmp/trusted"
	for key in "$1"/K*.key; do
		sed 's/;{id.*//; s/ [0-9]* IN DNSKEY / IN DNSKEY /' "$key" >"$tmp/trusted/${key##*/}"
	done
	anchors "$tmp/trusted" >"$tmp/anchors"
}
valid_on() { # valid_on SERVER: what moved, by the old keys
	mkdir served
	cp example.org.signed served/example.org.zone
	trust .
	ok "$case: $1 loads it" serve "$1" "$work/served"
	ok "$case: delv validates it by the old key" answers example.org mail.example.org A 192.0.2.25
	ok "$case: and what is not there" denies example.org no.example.org A NXDOMAIN
}
pair() { # pair ALGORITHM: by dnssec-keygen
	new_key . "$1" -f KSK
	new_key . "$1"
}
ldns_pair() { # ldns_pair ALGORITHM: in $ksk and $zsk
	ksk=$(ldns-keygen -k -a "$1" -b 1024 example.org)
	zsk=$(ldns-keygen -a "$1" -b 1024 example.org)
}

for algorithm in ECDSAP256SHA256 RSASHA256 ED25519; do
	case="dnssec-signzone, $algorithm"
	begin "bind-$algorithm"
	pair "$algorithm"
	by_bind -S
	moved "$case" 1
	[ "$algorithm" != ECDSAP256SHA256 ] || valid_on named
	case="ldns-signzone, $algorithm"
	begin "ldns-$algorithm"
	ldns_pair "$algorithm"
	by_ldns
	moved "$case" 0
	[ "$algorithm" != ECDSAP256SHA256 ] || valid_on nsd
done
case='dnssec-signzone -x'
begin bind-x
pair ECDSAP256SHA256
by_bind -S -x
moved "$case" 0
case='dnssec-signzone -z, one key'
begin bind-csk
new_key . ECDSAP256SHA256 -f KSK
by_bind -S -z
moved "$case" 0
case='dnssec-signzone -3 - -A'
begin bind-nsec3 'denial: nsec3, opt-out: true'
pair ECDSAP256SHA256
by_bind -S -x -3 - -A
moved "$case" 0
case='dnssec-signzone -3 abcd -H 2'
begin bind-salt 'denial: nsec3, salt: abcd, iterations: 2'
pair ECDSAP256SHA256
by_bind -S -x -3 abcd -H 2
moved "$case" 0
case='dnssec-signzone, and keys that are included'
begin bind-include
pair ECDSAP256SHA256
for key in K*.key; do echo "\$INCLUDE $key" >>example.org; done
named=$(printf '%s\n' K*.key | sed 's/\.key//')
by_bind -x
named=''
moved "$case" 0
case='dnssec-signzone -O raw'
begin bind-raw
pair ECDSAP256SHA256
by_bind -S -x -O raw
mv example.org.signed raw
command=$(sed -n 's/^\.Ql \(named-compilezone .*\) \.$/\1/p' "$page" |
	sed 's/ before / example.org.signed /; s/FILE/raw/')
ok "$case: the page makes text of it" sh -c "$command"
moved "$case" 0
case='ldns-signzone -u'
begin ldns-u
ldns_pair ECDSAP256SHA256
by_ldns -u
moved "$case" 0

chain() { # chain CASE DIFFERENCE: of the records, NSEC3PARAM alone differs; and so does the chain
	cp example.org.signed before
	ok "$1: a build" zonepp build
	ok "$1: others accept it" accepted example.org.signed
	ok "$1: the same keys" same_keys
	ok "$1: the serial is later by 1" later 1
	zonepp diff before example.org.signed >"$tmp/diff"
	ok "$1: no record differs but NSEC3PARAM" \
		refuses grep -v -e NSEC3PARAM -e ^DNSSEC -e ^example "$tmp/diff"
	ok "$1: $2" "$2"
}
same_chain() {
	no_denial
}
fewer_denials() {
	grep '; 1 denial removed' "$tmp/diff"
}
other_chain() {
	grep 'denials added' "$tmp/diff"
}
case='ldns-signzone -n, iterations: 1'
begin ldns-nsec3 'denial: nsec3, iterations: 1'
ldns_pair ECDSAP256SHA256
by_ldns -n
chain "$case" same_chain
case='ldns-signzone -n'
begin ldns-nsec3-default 'denial: nsec3'
ldns_pair ECDSAP256SHA256
by_ldns -n
chain "$case" other_chain
case='ldns-signzone -n -p -t 0'
begin ldns-opt-out 'denial: nsec3, opt-out: true'
ldns_pair ECDSAP256SHA256
by_ldns -n -p -t 0
ok "$case: no delegation is left out" prints 10 grep -c "$(printf '\tNSEC3\t')" example.org.signed
chain "$case" fewer_denials

# --- BIND's dnssec-policy: the steps of the page ---

world=$tmp/world
here() { # the paths of the page are below $world
	sed -e "s|/etc/|$world/etc/|g; s|/srv/|$world/srv/|g; s|/var/|$world/var/|g"
}
steps() { # steps NUMBER: that example of the section
	block 'BIND: DNSSEC-POLICY AND INLINE SIGNING' "$1" | here
}
control() { # control PROGRAM OPTION...: it reaches the server of the test
	program=$1
	shift
	real=$(PATH=$programs command -v "$program") || return 1
	printf '#!/bin/sh\nexec %s %s "$@"\n' "$real" "$*" >"$tmp/bin/$program"
	chmod +x "$tmp/bin/$program"
}
configure() { # configure NUMBER: the server has the zone as that example says
	{
		cat "$tmp/base.conf"
		steps "$1"
	} | sed "s/dnssec-policy default/dnssec-policy ${policy-default}/" >"$tmp/named.conf"
}
start_bind() {
	for _ in 1 2 3 4 5; do # another process may have taken a port meanwhile
		port=$(free_port) control_port=$(free_port)
		rndc-confgen -a -c "$tmp/rndc.key" -k rndc-key >/dev/null 2>&1
		cat >"$tmp/base.conf" <<-CONF
		options {
			directory "$world/var/cache/bind"; pid-file none; session-keyfile none; recursion no;
			notify no; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; };
			dnssec-validation no; allow-transfer { 127.0.0.1; };
		};
		include "$tmp/rndc.key";
		controls { inet 127.0.0.1 port $control_port allow { 127.0.0.1; } keys { "rndc-key"; }; };
		dnssec-policy pair {
			keys {
				ksk lifetime unlimited algorithm ecdsap256sha256;
				zsk lifetime P90D algorithm ecdsap256sha256;
			};
			nsec3param iterations 0 optout no salt-length 0;
		};
		CONF
		control rndc -k "$tmp/rndc.key" -p "$control_port"
		control dig -p "$port"
		configure 1
		background "$tmp/named.log" "$(own named)" -g -n 1 -c "$tmp/named.conf"
		server=$!
		wait_for $server signed && return
	done
	cat "$tmp/named.log"
	return 1
}
signed() { # the server's zone is, and nothing of it is pending
	query example.org SOA +dnssec | grep -q 'SOA 13 2' && query example.org DNSKEY
}
served() { # the serial that is served
	query example.org SOA | cut -d ' ' -f 3
}
serves() { # serves SERIAL: in a moment
	wait_for "$server" prints "$1" served || {
		served
		tail -n 20 "$tmp/named.log"
		return 1
	}
}
published() { # the published serial
	serial "$world/var/lib/bind/example.org.zone"
}
valid() { # by the keys that the zone has had from the start
	answers example.org mail.example.org A 192.0.2.25 && denies example.org no.example.org A NXDOMAIN
}
differs_by() { # differs_by TYPE...: records of these alone
	wanted=$(printf ' -e %s' "$@")
	# shellcheck disable=SC2086 # a list of words
	! grep '^[-+!]' "$tmp/said.steps" | grep -v $wanted
}
as_page() { # the page's steps
	steps 2 >"$tmp/steps"
	[ -s "$tmp/steps" ] || return
	(cd / && PATH=$tmp/bin:$PATH sh -e "$tmp/steps") >"$tmp/said.steps" 2>&1
	status=$?
	cat "$tmp/said.steps"
	grep -q '1 changed' "$tmp/said.steps" && [ $status -le 1 ] # zonepp diff comes last
}
reconfig() {
	PATH=$tmp/bin:$PATH rndc reconfig
}

for policy in default pair; do
	case="dnssec-policy $policy"
	rm -rf "$world"
	mkdir -p "$world/etc/bind" "$world/var/cache/bind" "$world/var/lib/bind"
	begin "policy-$policy"
	cp example.org "$world/etc/bind/db.example.org"
	cd / || exit 2
	ok "$case: BIND signs" start_bind || break
	trust "$world/var/cache/bind"
	ok "$case: what it serves is valid" wait_for "$server" valid
	before=$(served)
	ok "$case: the page's steps" as_page
	ok "$case: BIND's own record differs, and no other" differs_by TYPE65534 NSEC3PARAM
	ok "$case: the serial is above that of BIND" [ "$(published)" -gt "$before" ]
	ok "$case: what the parent has is known" grep -q '^set .* DS ' "$world/srv/dns/zonepp.state"
	ok "$case: others accept the zone" accepted "$world/var/lib/bind/example.org.zone"
	ok "$case: its own zone is served still" serves "$before"
	configure 3
	ok "$case: named.conf has the published file" \
		grep -q "$world/var/lib/bind/example.org.zone" "$tmp/named.conf"
	ok "$case: BIND takes it" reconfig
	ok "$case: and serves it" serves "$(published)"
	ok "$case: which is valid by the same keys" valid
	ok "$case: BIND signs no more" refuses grep -q TYPE65534 "$world/var/lib/bind/example.org.zone"

	# And back.
	next=$(($(published) + 100))
	sed -i "s/2026112205/$next/" "$world/etc/bind/db.example.org"
	rm "$world"/etc/bind/db.example.org.*
	configure 1
	ok "$case: BIND takes its own zone back" reconfig
	ok "$case: and signs it" wait_for "$server" signed
	ok "$case: with a later serial" [ "$(served)" -ge "$next" ]
	ok "$case: by the same keys" wait_for "$server" valid
	kill "$server" && wait "$server" 2>/dev/null
done
plan
