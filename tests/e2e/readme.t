#!/bin/sh
# The sessions of the README's first screen do what it shows: those behind lines that end in a colon,
# in a project with an SMTP server. Digests, times, addresses and days are told from others by their
# form.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

dns=$tmp/dns
issue() { # issue NAME: NAME.pem and NAME.key, of the mail server
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 40 \
		-subj /CN=mail.example.org -addext subjectAltName=DNS:mail.example.org \
		-keyout "$tmp/$1.key" -out "$tmp/$1.pem"
}

begin() { # a project with mail, under git, published once
	mkdir -p "$dns/certs" "$dns/hooks" "$dns/zones" && issue old && issue new &&
		cp "$tmp/old.pem" "$dns/certs/mail.pem" || return
	cat >"$dns/zonepp.yaml" <<-'YAML'
	certificates:
	  mail: { current: certs/mail.pem, next: certs/mail-next.pem, deploy: [hooks/install, mail] }
	zones:
	  example.org:
	YAML
	cat >"$dns/zones/example.org.zone" <<-'ZONE'
	$ORIGIN example.org.
	$TTL 1h
	@       IN SOA  ns1 hostmaster 1 4h 30m 1w 10m
	        IN NS   ns1
	        IN MX   10 mail
	        IN TXT  "v=spf1 mx -all"
	_dmarc  IN TXT  "v=DMARC1; p=reject"
	2026a._domainkey IN TXT "v=DKIM1; p="
	ns1     IN A    192.0.2.53
	mail    IN A    192.0.2.25
	old     IN A    192.0.2.9
	$TLSA _25._tcp.mail cert:mail
	ZONE
	cat >"$dns/hooks/install" <<-HOOK
	#!/bin/sh
	mv "certs/\$1-next.pem" "certs/\$1.pem" && echo new >"$tmp/server"
	HOOK
	chmod +x "$dns/hooks/install"
	(
		cd "$dns" && zonepp keys generate --missing && zonepp build && git init -q -b main &&
			printf '%s\n' /public/ /.zonepp/ /certs/ '*.private' >.gitignore && git add . &&
			git -c user.name=a -c user.email=a@example.org commit -q -m begin
	)
}
server() { # server NAME: with its certificate, on the port in $tmp/NAME.port
	background "$tmp/$1.log" openssl s_server -accept 127.0.0.1:0 -www -cert "$tmp/$1.pem" \
		-key "$tmp/$1.key"
	wait_for $! grep -q '^ACCEPT' "$tmp/$1.log" || return
	background "$tmp/$1.smtp" "$top/tests/e2e/starttls" smtp \
		"$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$tmp/$1.log")"
	wait_for $! grep -q '^PORT' "$tmp/$1.smtp" && sed -n 's/^PORT //p' "$tmp/$1.smtp" >"$tmp/$1.port"
}

# --- What the README shows ---

block() { # block LINE: the example behind it
	awk -v after="$1" '$0 == after { on = 1 }
		on && /^```/ { if (body) exit; body = 1; next }
		body { print }' "$top/README.md"
}
alike() {
	sed -E -e 's/[0-9a-f]{64}|\b[0-9a-f]{8}\.\.\./DIGEST/g' -e 's/20[0-9-]{8}T[0-9:]{8}Z/TIME/g' \
		-e 's/[0-9.]+:[0-9]+ +TLS/ADDRESS TLS/' -e 's/(CN=[a-z.]+) +[0-9]+ /\1 DAYS /' -e 's/[ \t]+/ /g'
}
run() { # run COMMAND: as a reader types it, who knows no ports
	case $1 in *'# a day later'*) SOURCE_DATE_EPOCH=$((SOURCE_DATE_EPOCH + 86400)) ;; esac
	(
		cd "$dns" || exit
		at=$(cat "$tmp/$(cat "$tmp/server").port")
		# shellcheck disable=SC2317 # $1 calls it
		zonepp() {
			case $1 in
			probe) command zonepp "$@" --at="mail.example.org:25=127.0.0.1:$at" ;;
			*) command zonepp "$@" ;;
			esac
		}
		eval "$1"
	) 2>&1
}
session() { # session LINE: its commands print what is shown
	block "$1" >"$tmp/shown"
	grep -q '^\$ ' "$tmp/shown" || return
	grep '^\$ ' "$tmp/shown" | while read -r prompt command; do
		echo "$prompt $command"
		run "$command"
	done >"$tmp/printed"
	alike <"$tmp/shown" >"$tmp/wanted"
	alike <"$tmp/printed" | diff "$tmp/wanted" - || { cat "$tmp/printed"; return 1; }
}
edit() { # edit SED: the template
	sed -i "$1" "$dns/zones/example.org.zone"
}

start=$(($(date +%s) + 3600)) # the certificates are valid by then
export SOURCE_DATE_EPOCH="$start"
ok 'a project' begin
ok 'its mail server' server old
ok 'with the next certificate' server new
echo old >"$tmp/server"
edit 's/_tcp/_tpc/'
ok 'a mistake is shown' session 'A mistake is shown at its place, with the remedy:'
edit 's/_tpc/_tcp/; /^old/d'
cp "$tmp/new.pem" "$dns/certs/mail-next.pem"
ok 'a plan is made' session 'A pull request shows what its merge would do:'
(cd "$dns" && git checkout -q zones)
ok 'a certificate is renewed' session 'A renewed certificate waits until nobody can refuse it:'
refused() { # by the records that are left, the server before would be
	echo old >"$tmp/server" && refuses run 'zonepp probe'
}
(cd "$dns" && SOURCE_DATE_EPOCH=$((start + 10 * 86400)) zonepp build) >"$tmp/said" 2>&1
ok 'and the one before is past' refused

lines() { # from nothing: the nameserver's is the last
	mkdir "$tmp/new" && (
		cd "$tmp/new" || exit
		block 'From nothing to a served zone:' | sed "/nsd.conf/d; s/\\\$EDITOR/true/" >"$tmp/lines" &&
			[ "$(wc -l <"$tmp/lines")" = 4 ] && sh -e "$tmp/lines" &&
			ldns-verify-zone -V 1 dns/public/example.org.zone
	)
}
ok 'five lines make a zone that can be served' lines
plan
