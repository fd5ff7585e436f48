#!/bin/sh
# zonepp probe against the servers that the world runs: Postfix, Dovecot and Prosody, each with a
# configuration of the test's own, on loopback.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=tests/e2e/probe.sh
. "$(dirname "$0")/probe.sh"

skip() { # skip SERVER REASON
	n=$((n + 1))
	printf 'ok %d - %s # SKIP %s\n' $n "$1" "$2"
}
speaks() { # speaks PORT: a server listens there
	perl -MIO::Socket::INET -e 'IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or exit 1' "$1"
}
found() { # found PROGRAM: $program is its path
	program=$(PATH="$PATH:/usr/sbin" command -v "$1")
}
at() { # at PORT: a free port for the service, which the probe shall take for PORT
	port=$(free_port)
	detours="$detours --at=mail.example.org:$1=127.0.0.1:$port"
}
all() { # all N STATUS TEXT: so many results say so
	# shellcheck disable=SC2086 # a list of options
	probe "$2" "$3" $detours && [ "$(grep -c "$3" "$tmp/table")" = "$1" ]
}

# --- Dovecot: IMAP, POP3, submission, ManageSieve ---

listener() { # listener SERVICE NAME PORT
	at "$3"
	printf 'service %s {\n  inet_listener %s {\n    port = %s\n  }\n}\n' "$1" "$2" "$port"
}
start_dovecot() {
	mkdir -p "$tmp/dovecot"
	{
		cat <<-CONF
		base_dir = $tmp/dovecot/run
		state_dir = $tmp/dovecot/state
		log_path = $tmp/dovecot/log
		protocols = imap pop3 submission sieve
		listen = 127.0.0.1
		ssl = yes
		ssl_cert = <$tmp/chain.pem
		ssl_key = <$tmp/mail.key
		submission_relay_host = 127.0.0.1
		passdb {
		  driver = static
		  args = nopassword=y
		}
		userdb {
		  driver = static
		  args = uid=65534 gid=65534 home=/nonexistent
		}
		CONF
		if [ "$(id -u)" != 0 ]; then
			cat <<-CONF
			default_login_user = $(id -un)
			default_internal_user = $(id -un)
			default_internal_group = $(id -gn)
			service anvil {
			  chroot =
			}
			CONF
			for login in imap pop3 submission managesieve; do
				printf 'service %s-login {\n  chroot =\n}\n' $login
			done
		fi
		listener pop3-login pop3s 995
		listener pop3-login pop3 110
		listener imap-login imaps 993
		listener imap-login imap 143
		listener managesieve-login sieve 4190
		listener submission-login submission 587
	} >"$tmp/dovecot/conf"
	port=$(sed -n '/submission {/{n;s/.* = //p;}' "$tmp/dovecot/conf")
	background "$tmp/dovecot/out" "$program" -F -c "$tmp/dovecot/conf"
	wait_for $! speaks "$port" || { cat "$tmp/dovecot/out" "$tmp/dovecot/log"; return 1; }
}

# --- Postfix: its master wants to be root ---

start_postfix() {
	at 25
	mkdir -p "$tmp/postfix/queue" "$tmp/postfix/data"
	chown postfix "$tmp/postfix/data"
	cat >"$tmp/postfix/main.cf" <<-CONF
	compatibility_level = 3.6
	queue_directory = $tmp/postfix/queue
	data_directory = $tmp/postfix/data
	maillog_file = $tmp/postfix/log
	maillog_file_prefixes = $tmp
	myhostname = mail.example.org
	mydestination =
	alias_maps =
	local_recipient_maps =
	inet_interfaces = 127.0.0.1
	inet_protocols = ipv4
	smtpd_tls_chain_files = $tmp/mail.key $tmp/chain.pem
	smtpd_tls_security_level = may
	CONF
	cat >"$tmp/postfix/master.cf" <<-CONF
	127.0.0.1:$port inet n - n - - smtpd
	anvil unix - - n - 1 anvil
	cleanup unix n - n - 0 cleanup
	rewrite unix - - n - - trivial-rewrite
	tlsmgr unix - - n 1000? 1 tlsmgr
	postlog unix-dgram n - n - 1 postlogd
	CONF
	"$program" -c "$tmp/postfix" check >"$tmp/postfix/out" 2>&1
	background "$tmp/postfix/out" "$(postconf -h -c "$tmp/postfix" daemon_directory)/master" \
		-c "$tmp/postfix" -d
	wait_for $! speaks "$port" || { cat "$tmp/postfix/out" "$tmp/postfix/log"; return 1; }
}

# --- Prosody: XMPP ---

start_prosody() {
	at 5222
	client=$port
	at 5269
	mkdir -p "$tmp/prosody"
	cat >"$tmp/prosody/prosody.cfg.lua" <<-CONF
	run_as_root = true
	pidfile = "$tmp/prosody/pid"
	data_path = "$tmp/prosody"
	log = "*console"
	modules_enabled = { "tls" }
	modules_disabled = { "posix" }
	interfaces = { "127.0.0.1" }
	c2s_ports = { $client }
	s2s_ports = { $port }
	VirtualHost "example.org"
	ssl = { key = "$tmp/mail.key"; certificate = "$tmp/chain.pem" }
	CONF
	background "$tmp/prosody/out" "$program" -F --config "$tmp/prosody/prosody.cfg.lua"
	wait_for $! speaks "$port" || { cat "$tmp/prosody/out"; return 1; }
}

ok 'certificates are made' certificates
chmod 755 "$tmp" # servers drop root
chmod 644 "$tmp"/*.pem

judge() { # judge SERVER N PORT...: its N services, by the right records and by wrong ones
	server=$1 services=$2 ports=$3
	records "\$TLSA _{$ports}._tcp.mail 2 1 1 chain.pem" \
		"\$TLSA _{$ports}._tcp.mail mail.pem"
	ok "$server is accepted" all "$services" 0 'accepted: 3 1 1'
	records "\$TLSA _{$ports}._tcp.mail 2 1 1 chain.pem"
	ok "$server is accepted by its CA" all "$services" 0 'accepted: 2 1 1'
	records "\$TLSA _{$ports}._tcp.mail other.pem"
	ok "$server is refused by the record of another" all "$services" 1 'refused: the server'
}

detours=''
if found dovecot; then
	ok 'Dovecot starts' start_dovecot
	judge Dovecot 6 143,993,110,995,587,4190
else
	skip 'Dovecot' 'it is not installed'
fi
detours=''
if ! found postfix; then
	skip 'Postfix' 'it is not installed'
elif [ "$(id -u)" != 0 ]; then
	skip 'Postfix' 'its master runs as root alone'
else
	ok 'Postfix starts' start_postfix
	judge Postfix 1 25,25
fi
detours=''
if found prosody; then
	ok 'Prosody starts' start_prosody
	judge Prosody 2 5222,5269
else
	skip 'Prosody' 'it is not installed'
fi
plan
