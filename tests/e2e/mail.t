#!/bin/sh
# The sessions of zonepp-mail(7), as the page has them but for paths: certbot, nsd-control and Postfix
# are stand-ins, the TLS server is a real one. After each command clients connect, one for each TLSA set
# that a cache may hold by then, and OpenSSL judges the server by that set alone.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

if ! command -v jq >/dev/null; then
	echo '1..0 # SKIP no jq'
	exit
fi

program=$(command -v zonepp)
mkdir -p "$tmp/bin" "$tmp/ca" "$tmp/etc" "$tmp/tls" "$tmp/sets"
PATH=$tmp/bin:$PATH
export tmp

stand_in() { # stand_in PROGRAM: a script for `sh -eu` on standard input
	{ printf '#!/bin/sh\nset -eu\n' && cat; } >"$tmp/bin/$1"
	chmod +x "$tmp/bin/$1"
}

# --- The mail server: what main.cf names, behind STARTTLS ---

stop_tls() {
	[ ! -e "$tmp/tls/pid" ] || kill "$(cat "$tmp/tls/pid")" 2>/dev/null
}
trap 'stop_tls; cleanup' EXIT
tls_port=$(free_port)
background "$tmp/starttls" "$top/tests/e2e/starttls" smtp "$tls_port"
ok 'a server that speaks SMTP' wait_for $! grep -q '^PORT' "$tmp/starttls"
port=$(sed -n 's/^PORT //p' "$tmp/starttls")

stand_in postfix <<STAND
[ "\$1" = reload ] && [ ! -e "$tmp/tls/broken" ]
# shellcheck disable=SC2046 # a list of files
set -- \$(sed -n 's/^smtpd_tls_chain_files *= *//p' "$tmp/etc/postfix/main.cf" | tr -d ,)
cp "\$1" "$tmp/tls/1.pem"
[ \$# = 1 ] || cp "\$2" "$tmp/tls/2.pem"
two=\${2+-dcert $tmp/tls/2.pem -dkey $tmp/tls/2.pem}
[ ! -e "$tmp/tls/pid" ] || kill "\$(cat "$tmp/tls/pid")"
while perl -MIO::Socket::INET -e 'IO::Socket::INET->new("127.0.0.1:$tls_port") or exit 1'; do
	sleep 0.1
done
# shellcheck disable=SC2086 # a list of options
openssl s_server -accept 127.0.0.1:$tls_port -www -cert "$tmp/tls/1.pem" -key "$tmp/tls/1.pem" \$two \\
	>"$tmp/tls/log" 2>&1 </dev/null &
echo \$! >"$tmp/tls/pid"
tries=200
until grep -sq '^ACCEPT' "$tmp/tls/log"; do
	tries=\$((tries - 1))
	[ \$tries -gt 0 ] && kill -0 "\$(cat "$tmp/tls/pid")"
	sleep 0.1
done
STAND
# The probe finds it.
stand_in zonepp <<STAND
[ "\$1" = probe ] || exec "$program" "\$@"
shift
status=0
"$program" probe --at=mail.example.org:25=127.0.0.1:$port "\$@" >"$tmp/probed" || status=\$?
sed 's/127\.0\.0\.1:$port/192.0.2.25:25/' "$tmp/probed"
exit \$status
STAND

# --- The nameserver, and those who ask it ---

stand_in nsd-control <<STAND
[ "\$*" = 'reload example.org' ]
n=\$(find "$tmp/sets" -name '*.set' | wc -l)
awk '\$1 == "_25._tcp.mail.example.org." && \$4 == "TLSA" { print \$5, \$6, \$7, \$8 }' \\
	public/example.org.zone >"$tmp/sets/\$n.set"
echo "\$SOURCE_DATE_EPOCH \$n" >>"$tmp/sets/order"
STAND
# What was served less than two TTLs ago, of an hour each.
stand_in held <<STAND
awk -v now="\$SOURCE_DATE_EPOCH" 'NR > 1 && \$1 > now - 7200 { print last } { last = \$2 }
	END { print last }' "$tmp/sets/order" | sort -u
STAND
# client SET [OPTION...]
stand_in client <<STAND
set="$tmp/sets/\$1.set"
shift
while read -r record; do
	set -- "\$@" -dane_tlsa_rrdata "\$record"
done <"\$set"
exec openssl s_client -starttls smtp -connect 127.0.0.1:$port -dane_tlsa_domain mail.example.org \\
	"\$@" -verify_return_error -brief </dev/null
STAND
# Those who want ECDSA, and those who want RSA where the server has both.
stand_in clients <<STAND
[ -e "$tmp/sets/order" ] && [ -e "$tmp/tls/pid" ] || exit 0
refused=0
kinds=ECDSA+SHA256
[ ! -e "$tmp/tls/2.pem" ] || kinds="\$kinds RSA-PSS+SHA256"
for set in \$(held); do
	for kind in \$kinds; do
		echo "\$SOURCE_DATE_EPOCH \$set \$kind" >>"$tmp/connected"
		# What a client judges is judged once.
		verdict=$tmp/verdict.\$(cat "$tmp/sets/\$set.set" $tmp/tls/[12].pem - <<-KIND | cksum | tr -d ' '
			\$kind
		KIND
		)
		if [ ! -e "\$verdict" ]; then
			client "\$set" -sigalgs "\$kind" && echo taken >"\$verdict" || echo refused >"\$verdict"
		fi
		[ "\$(cat "\$verdict")" = refused ] || continue
		echo "\$SOURCE_DATE_EPOCH \$set \$kind" >>"$tmp/refused"
		refused=1
	done
done
exit \$refused
STAND

# --- The machine that builds zones, in a later section ---

stand_in ssh <<STAND
[ "\$1" = dns.example.org ]
exec sh -c "\$2"
STAND
stand_in rsync <<STAND
[ "\$1" = -L ]
cp "\$2" "\${3#dns.example.org:}.new"
mv "\${3#dns.example.org:}.new" "\${3#dns.example.org:}"
STAND

# --- The page ---

cp "$top/tests/e2e/certbot" "$tmp/bin/certbot"
ok 'a CA' certbot authority
mkdir "$tmp/usb"
awk '/^\.Sh ANOTHER MACHINE/ { other = 1 } { gsub("/srv/dns", other ? "DNS" : "MAIL"); print }' \
	"$top/cmd/zonepp-mail.7" | sed -e "s|/etc/|$tmp/etc/|g" -e "s|/mnt/|$tmp/|g" \
	-e "s|MAIL|$tmp/sessions/mail|g" -e "s|DNS/|$tmp/sessions/dns/|g" \
	-e "s|cd DNS|cd $tmp/sessions/dns|g" >"$tmp/page"
ok 'what the page shows' "$top/tests/e2e/sessions" "$tmp/sessions" "$tmp/page" clients
refused_at() {
	cut -d ' ' -f 1 "$tmp/refused" | sort -u | while read -r time; do
		date -d "@$time" '+%F %H:%M'
	done
}
ok 'clients did connect' [ "$(grep -c . "$tmp/connected")" -gt 100 ]
ok 'also with sets of before' [ "$(cut -d ' ' -f 1,3 "$tmp/connected" | sort | uniq -d | grep -c .)" -gt 5 ]
ok 'and those that want RSA' [ "$(grep -c RSA "$tmp/connected")" -gt 8 ]
ok 'where there was no wait they were refused' [ "$(refused_at)" = '2027-06-22 12:00
2027-06-22 18:00' ]

# --- What the stand-ins do not judge ---

sound() {
	units=$tmp/etc/systemd/system
	systemd-analyze verify --man=no "$units/zonepp-mail.service" "$units/zonepp-mail.timer" \
		>"$tmp/verified" 2>&1
	[ -s "$units/zonepp-mail.service" ] && refuses grep "$units" "$tmp/verified"
}
if command -v postconf >/dev/null; then
	: >"$tmp/etc/postfix/master.cf"
	ok 'Postfix knows what main.cf says' prints "$tmp/etc/postfix/tls/mail.pem" \
		postconf -c "$tmp/etc/postfix" -h smtpd_tls_chain_files
	ok 'all of it' prints '' sh -c "postconf -c '$tmp/etc/postfix' -n 2>&1 >/dev/null"
fi
if command -v systemd-analyze >/dev/null; then
	ok 'systemd finds no fault in the timer' sound
fi
plan
