#!/bin/sh
# OpenSSL's DANE verifier accepts a server that presents the example's certificates against the
# TLSA records that a nameserver answered, and refuses it against any others.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

presents() { # presents NAME OPTION...: an openssl s_server on 127.0.0.1, $tls_port
	log=$tmp/$1.log
	shift
	background "$log" openssl s_server -accept 127.0.0.1:0 -www "$@"
	wait_for $! grep -q '^ACCEPT' "$log" || return 1
	tls_port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$log" | head -n 1)
}
tls_server() { # tls_server NAME: presents certs/NAME.pem
	presents "$1" -cert "$tmp/example/certs/$1.pem" -key "$tmp/example/certs/$1.key" \
		-cert_chain "$tmp/example/certs/intermediate.crt"
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
connects_by() { # connects_by HOST RECORDS: which stand one a line
	old_ifs=$IFS
	IFS='
'
	# shellcheck disable=SC2086 # a list of lines
	set -- "$1" $2
	IFS=$old_ifs
	connects "$@"
}
accepts() { # accepts HOST OWNER: by what the nameserver answers
	rdata=$(tlsa "$2")
	[ "$rdata" ] && connects_by "$1" "$rdata"
}
spoilt() { # RDATA on standard input with another last hex digit
	sed 's/[0-7]$/F/; t; s/.$/0/'
}

coming() { # coming KIND OPTION...: a key and a request, and then the certificate and its PKCS#12
	new=$tmp/new-$1
	shift
	openssl genpkey "$@" -out "$new.key" && openssl req -new -key "$new.key" \
		-subj /CN=new.example.org -out "$new.csr" || return 1
	by_request=$(zonepp tlsa "$new.csr" | cut -f 4)
	by_key=$(zonepp tlsa "$new.key" | cut -f 4)
	openssl x509 -req -in "$new.csr" -signkey "$new.key" -out "$new.pem" &&
		openssl pkcs12 -export -in "$new.pem" -inkey "$new.key" -passout pass:secret \
			-out "$new.p12" || return 1
	by_bundle=$(PASSWORD=secret zonepp tlsa --pass=env:PASSWORD "$new.p12" |
		cut -f 4)
}

ok 'the example is built' example
ok 'nsd starts' serve nsd "$tmp/example/public"

ok 'a server with mail.pem starts' tls_server mail
for service in 25 465 587; do
	ok "3 1 1 of port $service accepts it" accepts mail.example.org _$service._tcp.mail.example.org
done
ok '3 1 1 does not look at names' accepts other.example _25._tcp.mail.example.org
ok 'one wrong digit refuses it' \
	refuses connects_by mail.example.org "$(tlsa _25._tcp.mail.example.org | spoilt)"
ok 'the record of another server refuses it' \
	refuses accepts mail.example.org _443._tcp.example.org
ok 'without a record it is refused' refuses connects mail.example.org '3 1 1 00'

ok 'a server with the next certificate starts' tls_server mail-next
ok 'which is accepted, too' accepts mail.example.org _25._tcp.mail.example.org

ok 'a server with web.pem starts' tls_server web
ok '3 1 1 accepts it' accepts example.org _443._tcp.example.org
ok '2 1 1 of its intermediate accepts it' accepts portal.example.org _443._tcp.portal.example.org
ok '2 1 1 under a name that the certificate lacks refuses it' \
	refuses accepts shop.example.com _443._tcp.portal.example.org

ok 'a server with mx2.pem starts' tls_server mx2
ok '2 1 1 accepts it' accepts mx2.example.net _25._tcp.mx2.example.net
ok 'one wrong digit refuses it' \
	refuses connects mx2.example.net "$(tlsa _25._tcp.mx2.example.net | spoilt)"

# The record is made ahead of the certificate.
for kind in rsa:RSA ec:EC:ec_paramgen_curve:P-384 pss:RSA-PSS ed:ED25519; do
	name=${kind%%:*} algorithm=${kind#*:} parameter=
	case $algorithm in *:*) parameter=${algorithm#*:} algorithm=${algorithm%%:*} ;; esac
	ok "a coming certificate: $name" coming "$name" -algorithm "$algorithm" \
		${parameter:+-pkeyopt "$parameter"}
	ok 'a server with it starts' presents "new-$name" -cert "$new.pem" -key "$new.key"
	ok 'the record of its request accepts it' connects new.example.org "$by_request"
	ok 'the record of its PKCS#12 accepts it' connects new.example.org "$by_bundle"
	if [ "$name" = pss ]; then # its certificate could encode the key in another way
		ok 'no record is made of the private key' [ ! "$by_key" ]
	else
		ok 'the record of its private key accepts it' connects new.example.org "$by_key"
	fi
	ok 'one wrong digit refuses it' \
		refuses connects new.example.org "$(echo "$by_request" | spoilt)"
done
plan
