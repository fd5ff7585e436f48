#!/bin/sh
# A certificate is renewed while mail flows under mandatory DANE: one Postfix sends, with no other way than
# DANE, to another one, whose certificate is rolled by zonepp. NSD serves the zone, and the sender asks
# Unbound: in turn one whose cache holds what was served until a moment before each change, as long as
# the TTL lets it, and one that has just fetched all. Each mail must arrive. Where a certificate is
# taken into use at once, or was never published, mail must stay with the sender.
#
# Port 25, the resolver's address and /etc/resolv.conf are those of a network and mount namespace of the
# test's own. The clock is --now, some days ago, so that signatures are valid on the real one.
namespace() {
	[ "$(id -u)" = 0 ] || { echo 'Postfix runs as root alone'; return 1; }
	for tool in ip unshare postfix smtp-source nsd unbound; do
		PATH="$PATH:/usr/sbin:/sbin" command -v $tool >/dev/null || { echo "no $tool"; return 1; }
	done
	unshare --net --mount mount --bind /etc/resolv.conf /etc/resolv.conf 2>/dev/null || { echo 'no namespaces on this machine'; return 1; }
}
if [ -z "${ZONEPP_NAMESPACE-}" ]; then
	why=$(namespace) || { echo "1..0 # SKIP $why"; exit; }
	ZONEPP_NAMESPACE=1 exec unshare --net --mount "$0"
fi
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"
PATH=$PATH:/usr/sbin:/sbin

ttl=21600 tick=10800 # six hours, and half of them
now=$(($(date +%s) / 86400 * 86400 - 8 * 86400))
work=$tmp/project
chmod 755 "$tmp" # Postfix drops root

# --- A project ---

certificate() { # certificate NAME
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tmp/$1.key" \
		-subj /CN=mail.example.org -days 90 -out "$tmp/$1.crt" 2>/dev/null &&
		cat "$tmp/$1.key" "$tmp/$1.crt" >"$tmp/$1.pem"
}
begin() {
	mkdir -p "$work/zones"
	cat >"$work/zonepp.yaml" <<-YAML
	policies: { p: { validity: 30d, propagation: 1h } }
	defaults: { policy: p }
	certificates:
	  mail: { current: current.pem, next: next.pem, deploy: [$tmp/install, "{next}", "{current}"] }
	hooks: { changed: [$tmp/tell, "{zone}"] }
	zones: { example.org: }
	YAML
	cat >"$work/zones/example.org.zone" <<-ZONE
	\$TTL $ttl
	@ SOA ns hostmaster 1 4h 30m 1w 10m
	@ NS ns
	ns A 127.0.0.1
	@ MX 10 mail
	mail A 127.0.0.25
	\$TLSA _25._tcp.mail cert:mail
	ZONE
	# What a mail server's own script does.
	cat >"$tmp/install" <<-INSTALL
	#!/bin/sh
	cp "\$1" "\$2" && exec "$tmp/present" "\$2"
	INSTALL
	cat >"$tmp/present" <<-PRESENT
	#!/bin/sh
	cp "\$1" "$tmp/receiver/chain.pem" && postfix -c "$tmp/receiver" reload
	PRESENT
	chmod 755 "$tmp/install" "$tmp/present"
	cp "$tmp/old.pem" "$work/current.pem"
	zonepp keys generate -C "$work" --now=$now --ttl=1h example.org >/dev/null &&
		zonepp build -C "$work" --now=$now
}

# --- Servers ---

resolver() { # resolver ADDRESS: of which /etc/resolv.conf has one
	cat >"$tmp/resolver" <<-CONF
	server:
		interface: $1@53
		trust-anchor-file: "$tmp/anchor"
	stub-zone:
		name: example.org
		stub-addr: 127.0.0.1@$nsd_port
	CONF
	serve unbound "$tmp/resolver"
}
ask_by() { # ask_by ADDRESS
	echo "$1" >"$tmp/asks"
	printf 'nameserver %s\noptions trust-ad\n' "$1" >"$tmp/resolv.conf"
}
flush() { # flush DIR: that resolver's cache
	unbound-control -c "$1/conf" flush_zone example.org >/dev/null
}
main_cf() { # main_cf NAME: what both have
	mkdir -p "$tmp/$1/queue" "$tmp/$1/data"
	chown postfix "$tmp/$1/data"
	cat <<-CONF
	compatibility_level = 3.6
	queue_directory = $tmp/$1/queue
	data_directory = $tmp/$1/data
	maillog_file = $tmp/$1/log
	maillog_file_prefixes = $tmp
	myhostname = $1.example.org
	mydestination =
	alias_maps =
	local_recipient_maps =
	inet_protocols = ipv4
	CONF
}
master_cf() { # master_cf ADDRESS
	cat <<-CONF
	$1 inet n - n - - smtpd -o max_use=1
	cleanup unix n - n - 0 cleanup
	qmgr unix n - n 300 1 qmgr
	rewrite unix - - n - - trivial-rewrite
	bounce unix - - n - 0 bounce
	defer unix - - n - 0 bounce
	trace unix - - n - 0 bounce
	error unix - - n - - error
	retry unix - - n - - error
	discard unix - - n - - discard
	smtp unix - - n - - smtp -o max_use=1
	anvil unix - - n - 1 anvil
	tlsmgr unix - - n 1000? 1 tlsmgr
	postlog unix-dgram n - n - 1 postlogd
	CONF
}
receiver() {
	main_cf receiver >"$tmp/main.cf"
	cat >>"$tmp/main.cf" <<-CONF
	inet_interfaces = 127.0.0.25
	relay_domains = example.org
	relay_transport = discard
	smtpd_tls_chain_files = $tmp/receiver/chain.pem
	smtpd_tls_security_level = may
	CONF
	master_cf 127.0.0.25:25 >"$tmp/receiver/master.cf"
	cp "$tmp/old.pem" "$tmp/receiver/chain.pem"
	run_postfix receiver
}
sender() {
	main_cf sender >"$tmp/main.cf"
	cat >>"$tmp/main.cf" <<-CONF
	inet_interfaces = 127.0.0.9
	mynetworks = 127.0.0.0/8
	smtp_tls_security_level = dane-only
	smtp_dns_support_level = dnssec
	smtp_tls_loglevel = 1
	smtp_host_lookup = dns
	smtp_destination_concurrency_failed_cohort_limit = 100
	CONF
	master_cf 127.0.0.9:2525 >"$tmp/sender/master.cf"
	run_postfix sender
}
run_postfix() { # run_postfix NAME
	cp "$tmp/main.cf" "$tmp/$1/main.cf"
	postfix -c "$tmp/$1" check >"$tmp/$1/out" 2>&1
	background "$tmp/$1/out" "$(postconf -h -c "$tmp/$1" daemon_directory)/master" -c "$tmp/$1" -d
	wait_for $! grep -q 'daemon started' "$tmp/$1/log" || { cat "$tmp/$1/out" "$tmp/$1/log"; return 1; }
}

# --- Mail ---

# mail STATUS: a mail by each resolver's answers, and what becomes of it
mail() {
	for address in 127.0.0.1 127.0.0.2; do
		mail_by $address "$1" || return
	done
}
mail_by() { # mail_by ADDRESS STATUS
	n_mails=$((n_mails + 1))
	ask_by "$1"
	smtp-source -c -f "someone@sender.example" -t "m$n_mails@example.org" 127.0.0.9:2525 >"$tmp/sent" 2>&1 &&
		wait_for $$ grep -q "to=<m$n_mails@example.org>.* status=" "$tmp/sender/log" &&
		grep "to=<m$n_mails@example.org>.* status=$2" "$tmp/sender/log" >"$tmp/became" && return
	tail -n 20 "$tmp/sender/log"
	return 1
}
n_mails=0

# --- Time ---

served() {
	query example.org SOA | grep -qF " $(awk '$4 == "SOA" { print $7 }' "$work/public/example.org.zone") "
}
build() { # and both resolvers: the lazy one has just fetched what is served till now
	if [ $((now - fetched)) -ge $ttl ]; then
		flush "$lazy"
		dig @127.0.0.2 +short _25._tcp.mail.example.org TLSA >"$tmp/fetched" && [ -s "$tmp/fetched" ] || return
		fetched=$now
	fi
	zonepp build -C "$work" --now=$now >"$tmp/built" 2>&1 || { cat "$tmp/built"; return 1; }
	port=$nsd_port
	wait_for "$nsd" served && flush "$fresh"
}
step() { # time passes, and there is mail
	now=$((now + tick))
	build && mail sent
}
steps() { # steps N
	left=$1
	while [ "$left" -gt 0 ]; do
		step || return
		left=$((left - 1))
	done
}
until_safe() {
	left=10
	until zonepp roll -C "$work" --gate mail --now=$now >"$tmp/gate"; do
		left=$((left - 1))
		[ $left -gt 0 ] && step || return
	done
	[ $((now - published)) -ge $((2 * ttl)) ]
}
records() { # records N: of the service, as the resolver that has just asked knows it
	[ "$(dig @127.0.0.1 +short _25._tcp.mail.example.org TLSA | grep -c .)" = "$1" ]
}

ip link set lo up && ip address add 127.0.0.9/8 dev lo && ip address add 127.0.0.25/8 dev lo
cp /etc/resolv.conf "$tmp/resolv.conf" && mount --bind "$tmp/resolv.conf" /etc/resolv.conf
for name in old new hasty stranger; do
	certificate $name
done
ok 'a hook' hook_begins
ok 'a project' begin
cat "$work"/keys/K*.key >"$tmp/anchor"
ok 'NSD serves it' serve nsd "$work/public"
hook_tells nsd
nsd=$server_pid nsd_port=$port
ok 'a resolver' resolver 127.0.0.1
fresh=$server_dir
ok 'a lazy one' resolver 127.0.0.2
lazy=$server_dir fetched=0
ask_by 127.0.0.1
ok 'a Postfix that receives' receiver
ok 'a Postfix that sends' sender
ok 'mail arrives' steps 3
ok 'under mandatory DANE' grep -q 'Verified TLS connection established to mail.example.org' "$tmp/sender/log"
cp "$tmp/new.pem" "$work/next.pem"
fetched=0 # the lazy one learns of it as late as can be
ok 'the next certificate is published: mail arrives' step
published=$now
ok 'both stand there' records 2
ok 'the gate is closed' refuses zonepp roll -C "$work" --gate mail --now=$now
ok 'until two TTLs have passed, and mail arrives' until_safe
ok 'it is deployed' zonepp roll -C "$work" --deploy --now=$now
ok 'it is presented' cmp "$tmp/receiver/chain.pem" "$tmp/new.pem"
ok 'mail arrives with it' mail sent
ok 'the old record leaves, and mail arrives' steps 4
ok 'one stands there' records 1
sent=$n_mails

# --- Without a wait ---

cp "$tmp/hasty.pem" "$work/next.pem"
fetched=0
ok 'another certificate is published' step
ok 'and taken into use at once' "$tmp/present" "$tmp/hasty.pem"
ok 'a resolver that has just asked lets mail arrive' mail_by 127.0.0.1 sent
ok 'one that holds what was before does not' mail_by 127.0.0.2 deferred
ok 'as the certificate is none of those' grep -q 'not trusted\|not verified' "$tmp/became"
ok 'a certificate that nobody published' "$tmp/present" "$tmp/stranger.pem"
ok 'stops all mail' mail deferred
echo "# $sent mails arrived through the rollover"
plan
