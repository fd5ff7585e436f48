#!/bin/sh
# The examples of zonepp-roll(1) do what the page says, with stand-ins for the programs that reach
# out of the machine, and so do the sessions of zonepp-dnssec(7).
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

if ! command -v jq >/dev/null; then
	echo '1..0 # SKIP no jq'
	exit
fi

page=$top/cmd/zonepp-roll.1
dns=$tmp/srv/dns
live=$tmp/etc/letsencrypt/live/mail.example.org
tls=$tmp/etc/mail/tls
mkdir -p "$dns/hooks" "$dns/zones" "$live" "$tls" "$tmp/bin"
PATH=$tmp/bin:$PATH

block() { # block LINE: the first example behind that line of the page, with paths below $tmp
	awk -v after="$1" '$0 == after { on = 1 }
		body && /^\.Ed/ { exit }
		body { gsub(/\\e/, "\\"); print }
		on && /^\.Bd/ { body = 1 }' "$page" |
		sed -e "s|/etc/|$tmp/etc/|g" -e "s|/srv/|$tmp/srv/|g"
}
hook() { # hook NAME LINE: an example becomes a command of the project
	block "$2" >"$dns/hooks/$1"
	chmod +x "$dns/hooks/$1"
	[ -s "$dns/hooks/$1" ]
}
stand_in() { # stand_in PROGRAM: notes its arguments and its input in $tmp/PROGRAM
	cat >"$tmp/bin/$1" <<-STAND
	#!/bin/sh
	printf '<%s>' "\$@" >>"$tmp/$1"
	echo >>"$tmp/$1"
	cat >>"$tmp/$1"
	[ ! -e "$tmp/deaf" ]
	STAND
	chmod +x "$tmp/bin/$1"
}
issue() { # issue DAYS: the client has a new certificate
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$1" \
		-subj /CN=mail.example.org -addext subjectAltName=DNS:mail.example.org \
		-keyout "$live/privkey.pem" -out "$live/fullchain.pem"
}
project() {
	cat >"$dns/zonepp.yaml" <<-YAML &&
	allow: [$live, $tls]
	certificates:
	  mail: { current: $tls/mail.pem, next: $live/fullchain.pem, notify: [hooks/tell] }
	defaults: { dnssec: external }
	zones: { example.org: }
	YAML
	cat >"$dns/zones/example.org.zone" <<-'ZONE'
	$ORIGIN example.org.
	$TTL 1h
	@	SOA	ns1 hostmaster 1 4h 30m 1w 10m
	@	NS	ns1
	ns1	A	192.0.2.53
	mail	A	192.0.2.25
	$TLSA _465._tcp.mail cert:mail
	ZONE
}
now=$(date +%s)
in_hours() { # in_hours HOURS: what zonepp takes the time to be from now on
	SOURCE_DATE_EPOCH=$((now + 3600 * $1))
	export SOURCE_DATE_EPOCH
}
heard() { # heard PROGRAM LINE: the first of what it was told
	[ -e "$tmp/$1" ] || return 1
	cat "$tmp/$1"
	head -n 2 "$tmp/$1" | grep -qxF -- "$2"
}
untold() { # untold PROGRAM
	[ ! -e "$tmp/$1" ]
}
build() {
	zonepp build -C "$dns"
}

for program in mail curl; do stand_in $program; done
ok 'a project' project
ok 'notices by mail' hook tell 'by mail:'
in_hours 0
ok 'a certificate is issued' issue 300
ok 'and installed' cp "$live/fullchain.pem" "$tls/mail.pem"
ok 'the zone is built' build
ok 'nobody is told of the first' untold mail

ok 'the next one is issued' issue 300
ok 'the zone is built with both' build
ok 'mail tells the hostmaster' heard mail '<-s><TLSA rollover><hostmaster@example.org>'
ok 'what there is to tell' heard mail \
	'certificate mail: the records of the next certificate are published'
ok 'and when' grep -qx '20..-..-..T..:..:..Z' "$tmp/mail"

in_hours 25
ok 'notices to a chat' hook tell 'and to a chat that takes webhooks:'
ok 'a day later it is ready' build
ok 'the chat is told' heard curl "<-fsS><-m><30><-d>"\
'<{"text":"certificate mail: the next certificate may be taken into use"}>'\
'<-H><Content-Type: application/json><https://chat.example.org/hooks/dns>'
rm "$tmp/curl"
cp "$live/fullchain.pem" "$tls/mail.pem"

# --- What cannot be told is told again; what is no JSON is not told at all ---

touch "$tmp/deaf"
ok 'a chat that does not answer fails the build' refuses build
ok 'though it was asked' grep -qF 'the old records have left' "$tmp/curl"
rm "$tmp/curl" "$tmp/deaf"
ok 'the next build tells it again' build
ok 'and the chat is told the same' grep -qF 'the old records have left' "$tmp/curl"
rm -f "$tmp/curl" "$tmp/mail"
ok 'no JSON is no notice to a chat' refuses sh -c "echo x | '$dns/hooks/tell'"
ok 'nothing was sent' untold curl
hook tell 'by mail:'
ok 'nor by mail' refuses sh -c "echo x | '$dns/hooks/tell'"
ok 'nothing was sent' untold mail

# --- Rollovers that cannot go on by themselves ---

stuck=$(block 'Rollovers that cannot go on by themselves:' | sed "s|^\\$ zonepp roll|zonepp roll -C '$dns'|")
ok 'there is none' prints '' sh -c "$stuck"
issue 300 2>/dev/null
cp "$live/fullchain.pem" "$tls/mail.pem"
ok 'one that came too early' prints mail sh -c "$stuck"

# --- The sessions of zonepp-dnssec(7) ---

unset SOURCE_DATE_EPOCH
ok 'keys, from the first one to the emergency' "$top/tests/e2e/sessions" "$tmp/sessions" \
	"$top/cmd/zonepp-dnssec.7"
plan
