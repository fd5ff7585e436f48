#!/bin/sh
# zonepp probe --live: the records that a validating resolver finds are what counts.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

tls_server() { # presents the example's mail.pem on 127.0.0.1, $tls_port
	background "$tmp/tls" openssl s_server -accept 127.0.0.1:0 -www \
		-cert "$tmp/example/certs/mail.pem" -key "$tmp/example/certs/mail.key"
	wait_for $! grep -q '^ACCEPT' "$tmp/tls" || return 1
	tls_port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$tmp/tls" | head -n 1)
}
resolver() { # resolver ANCHORS: validates what the nameserver on $port answers, on $resolver
	program=$(own named) || return 1
	started=$((${started-0} + 1))
	folder=$tmp/resolver.$started
	mkdir "$folder"
	resolver=$(free_port)
	{
		cat <<-CONF
		options {
			directory "$folder";
			pid-file none;
			session-keyfile none;
			listen-on port $resolver { 127.0.0.1; };
			listen-on-v6 { none; };
			forwarders { 127.0.0.1 port $port; };
			forward only;
			dnssec-validation yes;
		};
		controls { };
		CONF
		cat "$1"
	} >"$folder/conf"
	background "$folder/log" "$program" -g -n 1 -c "$folder/conf"
	wait_for $! dig @127.0.0.1 -p "$resolver" +time=1 +tries=1 version.bind TXT CH ||
		{ cat "$folder/log"; return 1; }
}
live() { # live STATUS TEXT RESOLVER: what the probe of port 465 says
	zonepp probe -C "$tmp/example" "--live=$3" --timeout 2s \
		--at="mail.example.org:465=127.0.0.1:$tls_port" --at=":=127.0.0.1:$closed" \
		example.org >"$tmp/table" 2>"$tmp/problems"
	status=$?
	cat "$tmp/table" "$tmp/problems"
	[ $status -eq "$1" ] && cat "$tmp/table" "$tmp/problems" |
		grep '_465\._tcp\.mail' | grep -qF -- "$2"
}

ok 'the example is built' example
mkdir "$tmp/served"
cp "$tmp/example/public/example.org.zone" "$tmp/served"
anchors "$tmp/example/keys" >"$tmp/anchors"
ok 'nsd starts' serve nsd "$tmp/served"
ok 'a TLS server starts' tls_server
closed=$(free_port)
ok 'a resolver starts' resolver "$tmp/anchors"

# The other services of the zone are not reached: status 1.
ok 'what is published accepts the server' \
	live 1 "127.0.0.1:$tls_port  TLSv1.3" "127.0.0.1:$resolver"
ok 'by its record' grep -q '_465\._tcp\.mail.*accepted: 3 1 1' "$tmp/table"
echo "\$TLSA _465._tcp.mail ../certs/web.pem" >>"$tmp/example/zones/example.org.zone"
sed -i 's/_{25,465,587}\._tcp\.mail/_{25,587}._tcp.mail/' "$tmp/example/zones/example.org.zone"
ok 'whatever is about to be published' live 1 'accepted: 3 1 1' "127.0.0.1:$resolver"
echo "\$TLSA _4443._tcp.mail ../certs/mail.pem" >>"$tmp/example/zones/example.org.zone"
zonepp probe -C "$tmp/example" "--live=127.0.0.1:$resolver" --at=":=127.0.0.1:$closed" \
	example.org >"$tmp/table" 2>"$tmp/problems"
ok 'what is not published is told of' \
	grep -q '_4443._tcp.mail.*knows no TLSA records of it \[D149\]' "$tmp/problems"
ok 'a server that does not validate is not believed' \
	live 1 'does not call its TLSA records authentic' "127.0.0.1:$port"
sed 's/\(static-key [0-9]* [0-9]* [0-9]* "..\)..../\1AAAA/' "$tmp/anchors" >"$tmp/wrong"
ok 'a resolver with other trust anchors starts' resolver "$tmp/wrong"
ok 'bogus records are not believed' live 1 'SERVFAIL' "127.0.0.1:$resolver"
ok 'nor is silence' live 1 'the resolver does not answer' "127.0.0.1:$closed"
ok 'an address that is none' refuses zonepp probe -C "$tmp/example" --live=localhost
plan
