#!/bin/sh
# zonepp probe, against real TLS servers on loopback: what it accepts and what it refuses.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=tests/e2e/probe.sh
. "$(dirname "$0")/probe.sh"

# --- Servers ---

tls_server() { # tls_server NAME [OPTION...]: presents NAME.pem and the CA's on $tls_port
	started=$((${started-0} + 1)) name=$1
	shift
	background "$tmp/tls.$started" openssl s_server -accept 127.0.0.1:0 -www \
		-cert "$tmp/$name.pem" -key "$tmp/$name.key" -cert_chain "$tmp/ca.pem" "$@"
	wait_for $! grep -q '^ACCEPT' "$tmp/tls.$started" || return 1
	tls_port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$tmp/tls.$started" | head -n 1)
}
starttls_server() { # starttls_server PROTOCOL [FAULT]: ahead of $tls_port, on $port
	started=$((started + 1))
	background "$tmp/starttls.$started" "$top/tests/e2e/starttls" "$1" "$tls_port" "${2-}"
	wait_for $! grep -q '^PORT' "$tmp/starttls.$started" || return 1
	port=$(sed -n 's/^PORT //p' "$tmp/starttls.$started")
}

ok 'certificates are made' certificates
digest=$(sha256 mail)

# --- TLS from the first octet on ---

ok 'a TLS server starts' tls_server mail
port=$tls_port
records "\$TLSA _443._tcp.mail mail.pem"
ok '3 1 1 accepts it' probe 0 "accepted: 3 1 1 $digest... at depth 0" "$(mail_at 443)"
ok 'and the table tells of its certificate' grep -q "TLSv1.3  *CN=mail  *\(39\|40\)  " "$tmp/table"
ok 'and of the address' grep -qF "_443._tcp.mail.example.org  127.0.0.1:$port" "$tmp/table"
records "\$TLSA _443._tcp.mail 2 1 1 chain.pem"
ok '2 1 1 accepts it' probe 0 'at depth 1' "$(mail_at 443)"
records "\$TLSA _443._tcp.mail 1 1 1 mail.pem"
ok '1 1 1 refuses it, as its CA is not trusted' \
	probe 1 'refused: the chain ends in a root that is not trusted' "$(mail_at 443)"
SSL_CERT_FILE=$tmp/ca.pem
export SSL_CERT_FILE
ok 'and accepts it if it is' probe 0 'accepted: 1 1 1' "$(mail_at 443)"
unset SSL_CERT_FILE
records "\$TLSA _443._tcp.mail other.pem"
ok 'the record of another refuses it' probe 1 'refused: the server'"'"'s certificate is another' \
	"$(mail_at 443)"
ok 'and a problem points to the record' \
	grep -q '^example.org.zone:10:.*error: .*127.0.0.1:.* \[D142\]' "$tmp/problems"
records "\$TLSA _443._tcp.ns1 2 1 1 chain.pem"
ok '2 1 1 refuses it under another name' probe 1 'of another name' "--at=:443=127.0.0.1:$port"
records "\$TLSA _443._tcp.mail mail.pem" "_443._tcp.mail TLSA 3 1 1 ( 00000000000000000000000000000000" \
	"00000000000000000000000000000000 )"
ok 'one right record of two accepts it' probe 0 "3 1 1 $digest" "$(mail_at 443)"

records "\$TLSA _443._tcp.mail 2 1 1 chain.pem"
ok 'a server with the certificate of another name starts' tls_server other
port=$tls_port
ok '2 1 1 refuses it' probe 1 'refused: the certificate is of another name' "$(mail_at 443)"

# --- Two certificates, of which clients get the one that they can verify ---

ok 'a certificate with an RSA key is made' issue rsa DNS:mail.example.org -newkey rsa:2048
rsa_digest=$(sha256 rsa)
ok 'a server starts that has both' tls_server mail -dcert "$tmp/rsa.pem" -dkey "$tmp/rsa.key" \
	-dcert_chain "$tmp/ca.pem"
port=$tls_port
records "\$TLSA _443._tcp.mail mail.pem rsa.pem"
ok 'both are accepted' probe 0 "accepted: 3 1 1 $rsa_digest... at depth 0" "$(mail_at 443)"
ok 'each by its record' grep -q "accepted: 3 1 1 $digest... at depth 0" "$tmp/table"
ok 'and they are a result each' [ "$(grep -c 'accepted: ' "$tmp/table")" = 2 ]
records "\$TLSA _443._tcp.mail rsa.pem"
ok 'without the record of one it is refused' probe 1 'certificate is another' "$(mail_at 443)"
ok 'and the other is accepted' grep -q "accepted: 3 1 1 $rsa_digest" "$tmp/table"
records "\$TLSA _443._tcp.mail mail.pem"
ok 'likewise the other way round' probe 1 "accepted: 3 1 1 $digest" "$(mail_at 443)"

# --- A certificate in a rollover ---

records "\$TLSA _443._tcp.mail cert:mail"
echo 'certificates: { mail: { current: mail.pem } }' >>"$tmp/zonepp.yaml"
ok 'the certificate of the project file is published' zonepp build -C "$tmp"
ok 'a server starts that has it' tls_server mail
port=$tls_port
sed 's/current: mail/current: other/' "$tmp/zonepp.yaml" >"$tmp/new.yaml"
mv "$tmp/new.yaml" "$tmp/zonepp.yaml"
ok 'one that comes too early is an error' says D081 refuses zonepp build -C "$tmp"
ok 'but the old record stays, and accepts the server' \
	probe 0 "accepted: 3 1 1 $digest" "$(mail_at 443)"
rm "$tmp/zonepp.state"

# --- STARTTLS ---

ok 'a TLS server starts for those behind STARTTLS' tls_server mail
records "\$TLSA _{25,587,143,110,4190,5222}._tcp.mail mail.pem"
set --
for service in 25:smtp 587:smtp 143:imap 110:pop3 4190:sieve 5222:xmpp; do
	ok "a server for $service starts" starttls_server "${service#*:}"
	set -- "$@" "$(mail_at "${service%:*}")"
done
ok 'all are accepted' probe 0 'accepted' "$@"
ok 'each of them' [ "$(grep -c 'accepted: 3 1 1' "$tmp/table")" = 6 ]
ok 'and so they are in turn' probe 0 'accepted' -j 1 "$@"
ok 'JSON says the same' probe 0 '"starttls":"xmpp-client"' --json "$@"
ok 'for each' [ "$(grep -o '"state":"accepted"' "$tmp/table" | wc -l)" = 6 ]
records "\$TLSA _25._tcp.mail other.pem"
ok 'behind STARTTLS, too, the record of another refuses it' probe 1 'certificate is another' "$1"
records "\$TLSA _25._tcp.mail 1 1 1 mail.pem"
ok 'usage 1 is of no use on port 25' probe 1 'usages 0 and 1 do not count on port 25' "$1"

records "\$TLSA _25._tcp.mail mail.pem"
while read -r fault text; do
	ok "a faulty server starts ($fault)" starttls_server smtp "$fault"
	ok "a server with this fault is not accepted: $fault" \
		probe 1 "$text" --timeout 1s "$(mail_at 25)"
done <<TEXTS
no-offer refused: the server does not offer STARTTLS
refuse refused: the server answers "454 not now"
inject refused: the server sends more in plaintext
close unverified: the server closed the connection ahead of TLS
garbage refused: the server answers
silent unverified: no answer ahead of TLS: Connection timed out
TEXTS

# --- The name of the mail domain, or of that of an SRV record ---

ok 'a certificate of the mail domain is made' issue domain DNS:example.org
cat "$tmp/domain.pem" "$tmp/ca.pem" >"$tmp/domain-chain.pem"
ok 'a server starts that has it' tls_server domain
records "\$TLSA _{25,443,993}._tcp.mail 2 1 1 domain-chain.pem" "_imaps._tcp SRV 0 0 993 mail"
port=$tls_port
ok 'the domain of MX is no name of a web server' probe 1 'refused: the certificate is of another name' \
	"$(mail_at 443)" "$(mail_at 993)" --at=:25=127.0.0.1:1
ok 'that of SRV is one at its port' [ "$(grep -c '^_993.*accepted' "$tmp/table")" = 1 ]
ok 'a server for SMTP starts' starttls_server smtp
records "\$TLSA _25._tcp.mail 2 1 1 domain-chain.pem"
ok 'and that of MX for mail' probe 0 'accepted: 2 1 1' "$(mail_at 25)"
records "\$TLSA _25._tcp.mail 2 1 1 domain-chain.pem" "lists MX 10 mail"
ok 'which comes from each domain' probe 1 'refused: the certificate is not for lists.example.org' \
	"$(mail_at 25)"

# --- Several addresses; none ---

records "\$TLSA _443._tcp.mail mail.pem"
ok 'a good server starts' tls_server mail
port=$tls_port
good=$(mail_at 443)
port=$(free_port)
ok 'an address where nobody listens is a warning beside a good one' \
	probe 0 'D144' "$good" "$(mail_at 443)"
ok 'and an error alone' probe 1 'unverified: cannot connect: Connection refused' "$(mail_at 443)"
records "\$TLSA _*._tcp.mail mail.pem" 2>/dev/null
printf '_443._udp.mail TLSA 3 1 1 %064d\n' 0 >>"$tmp/example.org.zone"
sed -i 's/_\*\._tcp/*._tcp/' "$tmp/example.org.zone"
ok 'what cannot be probed is told of' probe 1 'skipped: only TCP is probed'
ok 'also a wildcard' grep -q 'skipped: its port is a wildcard' "$tmp/table"
records
ok 'a zone without TLSA has no service' probe 2 D147

# --- The records of a file, and an IPv6 address ---

{
	echo "\$TTL 1h"
	zonepp tlsa --name _443._tcp.mail.example.org "$tmp/mail.pem"
} >"$tmp/file.zone"
ok 'records of a file' probe 0 'accepted' --records file.zone --zone example.org "$good"
if perl -MIO::Socket::IP -e 'IO::Socket::IP->new(LocalHost => "::1", Listen => 1) or exit 1'; then
	records "\$TLSA _443._tcp.mail mail.pem"
	started=$((started + 1))
	port6=$(free_port)
	background "$tmp/tls.$started" openssl s_server -accept "[::1]:$port6" -quiet \
		-cert "$tmp/mail.pem" -key "$tmp/mail.key"
	ok 'a server on ::1 starts' wait_for $! perl -MIO::Socket::IP -e \
		'IO::Socket::IP->new(PeerHost => "::1", PeerPort => shift) or exit 1' "$port6"
	ok 'it is accepted' probe 0 "[::1]:$port6" "--at=mail.example.org:443=[::1]:$port6"
fi
plan
