#!/bin/sh
# OpenSSL's DANE verifier accepts a server that presents the example's certificates against the
# TLSA records that a nameserver answered, and refuses it against any others.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

tls_server() { # tls_server NAME: presents certs/NAME.pem on 127.0.0.1, $tls_port
	background "$tmp/$1.log" openssl s_server -accept 127.0.0.1:0 -www \
		-cert "$tmp/example/certs/$1.pem" -key "$tmp/example/certs/$1.key" \
		-cert_chain "$tmp/example/certs/intermediate.crt"
	wait_for $! grep -q '^ACCEPT' "$tmp/$1.log" || return 1
	tls_port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$tmp/$1.log" | head -n 1)
}
tlsa() { # tlsa OWNER: the RDATA that the nameserver answers, the digest in one word
	query "$1" TLSA | awk '{ printf "%s %s %s ", $1, $2, $3
		for (i = 4; i <= NF; i++) printf "%s", $i; print "" }'
}
connects() { # connects HOST RDATA...: openssl trusts the server by these records alone
	host=$1
	shift
	for rdata; do
		set -- "$@" -dane_tlsa_rrdata "$rdata"
		shift
	done
	openssl s_client -connect "127.0.0.1:$tls_port" -servername "$host" -dane_tlsa_domain "$host" \
		"$@" -dane_ee_no_namechecks -verify_return_error -brief </dev/null >"$tmp/client" 2>&1
	status=$?
	cat "$tmp/client"
	[ $status -eq 0 ] && grep -q 'Verification: OK' "$tmp/client" &&
		grep -q '^DANE TLSA .* matched' "$tmp/client"
}
accepts() { # accepts HOST OWNER: by what the nameserver answers
	rdata=$(tlsa "$2")
	[ "$rdata" ] && connects "$1" "$rdata"
}
spoilt() { # RDATA on standard input with another last hex digit
	sed 's/[0-7]$/F/; t; s/.$/0/'
}

ok 'the example is built' example
ok 'nsd starts' serve nsd "$tmp/example/public"

ok 'a server with mail.pem starts' tls_server mail
for service in 25 465 587; do
	ok "3 1 1 of port $service accepts it" accepts mail.example.org _$service._tcp.mail.example.org
done
ok '3 1 1 does not look at names' accepts other.example _25._tcp.mail.example.org
ok 'one wrong digit refuses it' \
	refuses connects mail.example.org "$(tlsa _25._tcp.mail.example.org | spoilt)"
ok 'the record of another server refuses it' \
	refuses accepts mail.example.org _443._tcp.example.org
ok 'without a record it is refused' refuses connects mail.example.org '3 1 1 00'

ok 'a server with web.pem starts' tls_server web
ok '3 1 1 accepts it' accepts example.org _443._tcp.example.org
ok '2 1 1 of its intermediate accepts it' accepts portal.example.org _443._tcp.portal.example.org
ok '2 1 1 under a name that the certificate lacks refuses it' \
	refuses accepts shop.example.com _443._tcp.portal.example.org

ok 'a server with mx2.pem starts' tls_server mx2
ok '2 1 1 accepts it' accepts mx2.example.net _25._tcp.mx2.example.net
ok 'one wrong digit refuses it' \
	refuses connects mx2.example.net "$(tlsa _25._tcp.mx2.example.net | spoilt)"
plan
