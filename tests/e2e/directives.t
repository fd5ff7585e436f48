#!/bin/sh
# The directives beside $TLSA make what the tools of their own fields make: ssh-keygen, gpg and
# openssl; and servers take the zones that hold it.
# shellcheck disable=SC2016 # directives begin with a dollar sign
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

cd "$tmp" || exit 2
export GNUPGHOME="$tmp/gnupg"
PATH=$PATH:/usr/sbin

template() { # template LINE...: $tmp/zone with these lines
	cat <<-'ZONE' >zone
	$ORIGIN example.org.
	$TTL 1h
	@	SOA	ns1 hostmaster 1 4h 30m 4w 10m
	@	NS	ns1
	ns1	A	192.0.2.53
	ZONE
	printf '%s\n' "$@" >>zone
}
records() { # records TYPE LINE...: what these lines make, RDATA alone
	type=$1
	shift
	template "$@"
	zonepp print zone | awk -F '\t' -v type="$type" '$4 == type { print $5 }' | sort
}
refused() { # refused PART LINE: an error, which says PART
	template "$2"
	zonepp print zone 2>complaint
	[ $? -eq 1 ] && grep -F "$1" complaint
}
same() { # same: two files hold the same, and something
	diff -u "$1" "$2" && [ -s "$1" ]
}

# --- SSHFP ---

ssh_keys() {
	for key in 'rsa -b 2048' 'ecdsa -b 256' 'ecdsa -b 384' 'ecdsa -b 521' ed25519; do
		# shellcheck disable=SC2086 # type and size are words
		ssh-keygen -q -N '' -t $key -f "ssh-$(echo "$key" | tr -d ' ')" || return
	done
	cat ssh-*.pub >ssh.pub
	sed 's/^/host.example.org /' ssh.pub >known_hosts
	printf 'other.example.org %s\n' "$(cat ssh-ed25519.pub)" >>known_hosts
}
of_ssh_keygen() { # its SHA-256 fingerprints
	for file in ssh-*.pub; do ssh-keygen -r host -f "$file"; done |
		awk '$5 == 2 { print $4, $5, $6 }' | sort
}
ok 'keys of OpenSSH are made' ssh_keys
of_ssh_keygen >wanted
records SSHFP '$SSHFP host ssh.pub' >made
ok 'SSHFP records are those of ssh-keygen -r' same wanted made
records SSHFP '$SSHFP host known_hosts' >made
ok 'and those of known_hosts, of its own lines' same wanted made
ssh-keygen -q -H -f known_hosts >hash.log 2>&1
ok 'ssh-keygen hashes known_hosts' refuses grep host.example.org known_hosts
records SSHFP '$SSHFP host known_hosts' >made
ok 'and those of hashed known_hosts' same wanted made
ok 'a private key is refused' refused 'holds a private key' '$SSHFP host ssh-ed25519'

# --- OPENPGPKEY ---

pgp_key() {
	mkdir -m 700 gnupg && gpg --batch -q --passphrase '' --quick-gen-key \
		'Hugh <hugh@example.org>' ed25519 default never
	status=$?
	gpg --batch -q --export hugh@example.org >hugh.gpg &&
		gpg --batch -q --export --armor hugh@example.org >hugh.asc &&
		gpg --batch -q --export --export-options export-dane hugh@example.org >dane.zone &&
		gpg --batch -q --pinentry-mode loopback --passphrase '' --armor \
			--export-secret-keys hugh@example.org >secret.asc
	status=$((status + $?))
	gpgconf --kill all
	return $status
}
ok 'a key of GnuPG is made' pgp_key
template '$INCLUDE dane.zone'
zonepp print zone >wanted
for file in hugh.gpg hugh.asc; do
	template "\$OPENPGPKEY hugh@example.org $file"
	zonepp print zone >made
	ok "OPENPGPKEY of $file is that of gpg" same wanted made
done
ok 'it is there' grep -q OPENPGPKEY made
ok 'a secret key is refused' refused 'holds a secret key' '$OPENPGPKEY hugh@ secret.asc'

# --- SMIMEA, CERT, DKIM ---

openssl_files() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout mail.key \
		-subj '/CN=Hugh' -addext 'subjectAltName=email:hugh@example.org' -days 30 -out mail.pem &&
		openssl x509 -in mail.pem -outform DER -out mail.der &&
		openssl genrsa -out rsa.key 2048 && openssl genpkey -algorithm ED25519 -out ed.key
}
without_blanks() {
	tr -d ' "'
}
ok 'openssl makes a certificate and keys' openssl_files
{ printf 300; od -An -v -tx1 mail.der | tr -d ' \n'; echo; } >wanted
records SMIMEA '$SMIMEA hugh@example.org mail.pem' | without_blanks >made
ok 'SMIMEA is the whole certificate' same wanted made
zonepp print zone >printed
ok 'its owner is the digest of the local part' \
	grep -q "^$(printf hugh | sha256sum | cut -c 1-56)\._smimecert\.example\.org\." printed
{ printf 100; base64 -w 0 mail.der; echo; } >wanted
records CERT '$CERT hugh@ mail.pem' | without_blanks >made
ok 'CERT is the whole certificate' same wanted made
{ printf 'v=DKIM1;k=rsa;p='; openssl rsa -in rsa.key -pubout -outform DER 2>/dev/null | base64 -w 0; echo; } >wanted
records TXT '$DKIM mail rsa.key' | without_blanks >made
ok 'DKIM of RSA holds what openssl rsa -pubout writes' same wanted made
{ printf 'v=DKIM1;k=ed25519;p='; openssl pkey -in ed.key -pubout -outform DER | tail -c 32 | base64; } >wanted
records TXT '$DKIM mail ed.key' | without_blanks >made
ok 'DKIM of Ed25519 holds the 32 octets of the key' same wanted made

# --- Judges ---

template '$SSHFP host ssh.pub' '$OPENPGPKEY hugh@ hugh.gpg' '$SMIMEA hugh@ mail.pem' \
	'$CERT hugh@ mail.pem hugh.gpg' '$DKIM mail rsa.key t=s' '$DKIM ed ed.key' '$DKIM old revoke'
ok 'the zone is printed' zonepp print zone
zonepp print zone >printed
zonepp expand zone >expanded
for file in printed expanded; do
	ok "BIND takes the zone that was $file" named-checkzone -q example.org "$file"
	ok "Knot takes the zone that was $file" kzonecheck -o example.org "$file"
	ok "NSD takes the zone that was $file" "$(own nsd-checkzone)" example.org "$file"
done
zonepp print expanded >made
ok 'what is expanded is what is printed' same printed made
ok 'a key is made' new_key keys ECDSAP256SHA256 -f KSK
ok 'the zone is signed' zonepp sign -o signed --zone example.org --keys keys zone
judged 'the signed zone' example.org signed
plan
