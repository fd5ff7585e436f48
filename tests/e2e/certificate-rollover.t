#!/bin/sh
# The renewal of a certificate from end to end: zonepp builds, NSD serves, openssl presents the
# certificate, and clients verify it with each TLSA record set that an honest cache may hold at that
# moment. The clock is --now; the caches are modelled here: a record set that was served until an
# instant is in some cache for a TTL more. No client may fail; without the wait one must.
set -u
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

for tool in nsd openssl dig; do
	PATH="$PATH:/usr/sbin" command -v $tool >/dev/null || {
		echo "1..0 # SKIP no $tool"
		exit
	}
done

ttl=86400 tick=21600 begin=1924992000 # 2031-01-01T00:00:00Z

certificate() { # certificate NAME [KEY]: $tmp/NAME.pem, the key and a certificate of mail.example.org
	[ -e "$tmp/$1.key" ] || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
		-out "$tmp/$1.key" 2>/dev/null
	openssl req -x509 -key "$tmp/$1.key" -subj /CN=mail.example.org -days 36500 \
		-addext subjectAltName=DNS:mail.example.org -out "$tmp/$1.crt" 2>/dev/null
	cat "$tmp/$1.key" "$tmp/$1.crt" >"$tmp/$1.pem"
}
certificate old
certificate new
certificate third

# --- A project, in $project ---

begin_project() { # begin_project NAME [YAML...]: lines for the certificate
	project=$tmp/$1
	shift
	mkdir -p "$project/zones" "$project/served"
	cat >"$project/zonepp.yaml" <<-YAML
		defaults: { output: "served/{zone}.zone", dnssec: external }
		certificates:
		  mail:
		    current: current.pem
		    next: next.pem
		    deploy: [cp, "{next}", "{current}"]
		$(for line; do echo "    $line"; done)
		zones:
		  example.org:
	YAML
	cat >"$project/zones/example.org.zone" <<-ZONE
		\$ORIGIN example.org.
		\$TTL $ttl
		@	IN SOA	ns1 hostmaster 1 4h 30m 1w 10m
		 	IN NS	ns1
		ns1	IN A	127.0.0.1
		mail	IN A	127.0.0.1
		\$TLSA _25._tcp.mail cert:mail
	ZONE
	cp "$tmp/old.pem" "$project/current.pem"
	now=$begin
	: >"$project/history"
}
build() {
	(cd "$project" && zonepp build --now $now) >"$tmp/build.log" 2>&1
}
roll() {
	(cd "$project" && zonepp roll --now $now "$@") 2>&1
}

# --- Its nameserver ---

start_server() { # start_server FOLDER: serves the zones of FOLDER at 127.0.0.1:$port; process $nsd
	serve nsd "$1" && nsd=$server_pid
}
serial_of() { # serial_of FOLDER: of its zone file
	awk '$4 == "SOA" { print $7 }' "$1/example.org.zone"
}
serves() { # serves SERIAL: the server on $port has that zone
	[ "$(query example.org SOA | cut -d ' ' -f 3)" = "$1" ]
}
reload() { # reload FOLDER: the server $nsd on $port takes what is in FOLDER
	kill -HUP "$nsd" && wait_for "$nsd" serves "$(serial_of "$1")"
}

# --- Its mail server ---

present() { # present FILE: the TLS server has that certificate
	cmp -s "$1" "$tmp/presented" && return
	[ -z "${tls-}" ] || { kill "$tls" && wait "$tls"; } 2>/dev/null
	cp "$1" "$tmp/presented"
	for _ in 1 2 3 4 5; do
		tls_port=$(free_port)
		background "$tmp/tls.log" openssl s_server -accept "127.0.0.1:$tls_port" -quiet \
			-cert "$tmp/presented" -key "$tmp/presented"
		tls=$!
		wait_for $tls openssl s_client -connect "127.0.0.1:$tls_port" && return
	done
	return 1
}

# --- Clients ---

remember() { # what the nameserver answers with now is what caches fetch now
	query _25._tcp.mail.example.org TLSA | sort | sed 's/ \([0-9A-F]*\)$/\1/' >"$tmp/set"
	[ -s "$tmp/set" ] || return 1
	id=$(cksum <"$tmp/set" | tr -d ' ')
	cp "$tmp/set" "$project/set.$id"
	echo "$now $id" >>"$project/history"
}
in_caches() { # the sets that were served less than a TTL ago
	awk -v now="$now" -v ttl="$ttl" '
		NR > 1 && $1 >= now - ttl { print last }
		{ last = $2 }
		END { print last }' "$project/history" | sort -u
}
client() { # connects, and takes the server only if a record of the set $set_id stands for it
	set --
	while read -r usage selector matching data; do
		set -- "$@" -dane_tlsa_rrdata "$usage $selector $matching $data"
	done <"$project/set.$set_id"
	openssl s_client -connect "127.0.0.1:$tls_port" -dane_tlsa_domain mail.example.org "$@" \
		-verify_return_error -brief </dev/null
}
connect() { # all clients try; those who fail are counted in $refused
	certificate_id=$(cksum <"$tmp/presented" | tr -d ' ')
	for set_id in $(in_caches); do
		clients=$((clients + 1))
		verdict=$tmp/verdict.$set_id.$certificate_id # a set and a certificate are judged once
		[ -e "$verdict" ] || { client >"$tmp/client.log" 2>&1; echo $? >"$verdict"; }
		[ "$(cat "$verdict")" = 0 ] || refused=$((refused + 1))
	done
}

# step: a quarter of a day passes; the zone is built, served and fetched; clients connect
step() {
	now=$((now + tick))
	build || faults=$((faults + 1))
	reload "$project/served" && remember && present "$project/current.pem" && connect
}
steps() { # steps N
	left=$1
	while [ "$left" -gt 0 ]; do
		step || return 1
		left=$((left - 1))
	done
}
records() { # how many are served
	query _25._tcp.mail.example.org TLSA | grep -c .
}

# --- With the wait ---

begin_project waiting
clients=0 refused=0 faults=0
ok 'the first build publishes the certificate' build
ok 'NSD serves it' start_server "$project/served"
ok 'two days pass' steps 8
cp "$tmp/new.pem" "$project/next.pem"
renewed=$now
ok 'the certificate is renewed, and the next one published beside it' step
ok 'two records are served' prints 2 records
published=$now
while ! roll --gate mail >"$tmp/gate.log"; do
	[ $now -lt $((renewed + 30 * ttl)) ] || break
	step || break
done
ok 'the gate opens twice the TTL after the publication' [ $now -eq $((published + 2 * ttl)) ]
ok 'then the new certificate is deployed' roll --deploy
ok 'which makes it the current one' cmp "$project/current.pem" "$tmp/new.pem"
ok 'a step later the old record is gone' step
ok 'one record is served' prints 1 records
ok 'three days pass' steps 12
ok 'no client was refused, whatever its cache held' [ $refused -eq 0 ]
ok 'clients did connect, also with sets of before' [ $clients -gt 30 ]
ok 'no build had an error' [ $faults -eq 0 ]
kill "$nsd"

# --- Without it ---

begin_project hasty
clients=0 refused=0 faults=0
ok 'again a first build' build
ok 'and its nameserver' start_server "$project/served"
ok 'two days pass again' steps 8
cp "$tmp/new.pem" "$project/next.pem"
ok 'the next certificate is published' step
cp "$tmp/new.pem" "$project/current.pem" # at once
ok 'steps with the new certificate' steps 12
ok 'a client that has an old set in its cache is refused' [ $refused -gt 0 ]
ok 'and every build said so while that lasted' [ $faults -ge 7 ]
kill "$nsd"

# --- With the certificate alone, as most ACME clients leave it: no next one at all ---

begin_project unannounced
clients=0 refused=0 faults=0
build
ok 'a third nameserver' start_server "$project/served"
steps 8
cp "$tmp/third.pem" "$project/current.pem"
steps 12
ok 'a certificate that nobody announced is refused too' [ $refused -gt 0 ]
ok 'and the builds said so' [ $faults -ge 7 ]
kill "$nsd"

# --- Servers that are asked ---

# two_servers FOLDER: the project's zones are served, and a copy of them by a secondary that is slow
# to transfer what is new; the project asks both
two_servers() {
	cp -R "$project/served" "$1"
	ok 'a primary' start_server "$project/served"
	primary_port=$port primary=$nsd
	ok 'a secondary' start_server "$1"
	secondary_port=$port secondary=$nsd
	servers="servers: [\"127.0.0.1:$primary_port\", \"127.0.0.1:$secondary_port\"]"
	sed -i "s/^    next:/    $servers\n&/" "$project/zonepp.yaml"
}

begin_project asked
build
two_servers "$tmp/secondary"
# The set does not fit into a UDP answer.
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36; do
	printf '_25._tcp.mail TLSA 3 1 1 %064d\n' $i
done >>"$project/zones/example.org.zone"
cp "$tmp/new.pem" "$project/next.pem"
now=$((begin + ttl))
build
port=$primary_port nsd=$primary
ok 'the primary takes the zone' reload "$project/served"
ok 'its answer is cut short by UDP' says ' tc' \
	dig @127.0.0.1 -p "$primary_port" +norec +ignore +bufsize=1232 _25._tcp.mail.example.org TLSA
now=$((begin + 9 * ttl))
ok 'the gate is closed as long as the secondary lacks the record' \
	says "mail: wait: server 127.0.0.1:$secondary_port must answer" roll --gate mail
ok 'and names no time' refuses roll --gate mail
cp "$project/served/example.org.zone" "$tmp/secondary/example.org.zone"
port=$secondary_port nsd=$secondary
ok 'the secondary takes the zone' reload "$tmp/secondary"
ok 'the wait counts from then' says "mail: wait until 2031-01-12T00:00:00Z" roll --gate mail
now=$((begin + 11 * ttl - 1))
ok 'a second too early' refuses roll --gate mail
kill "$secondary"
wait "$secondary" 2>/dev/null
now=$((begin + 11 * ttl))
ok 'the gate opens, though a server does not answer any more' roll --gate mail
ok 'which is a warning' says "[P014]" roll --gate mail
cp "$tmp/third.pem" "$project/next.pem"
build
port=$primary_port nsd=$primary
reload "$project/served"
now=$((begin + 20 * ttl))
ok 'a server that does not answer keeps the gate closed' refuses roll --gate mail
kill "$primary"

# --- Servers that still give out what left the zone ---

begin_project left
build
two_servers "$tmp/slow"
sed -i 's/external/&, dane: false/' "$project/zonepp.yaml"
now=$((begin + ttl))
build
port=$primary_port nsd=$primary
ok 'the primary gives the records up' reload "$project/served"
now=$((begin + 9 * ttl))
ok 'the gate is closed as long as the secondary has them' \
	says "mail: wait: server 127.0.0.1:$secondary_port must answer" roll --gate mail
cp "$project/zonepp.state" "$tmp/state" # the secondary has them still
cp "$project/served/example.org.zone" "$tmp/slow/example.org.zone"
port=$secondary_port nsd=$secondary
ok 'the secondary gives them up' reload "$tmp/slow"
ok 'from then on their copies vanish' says "mail: wait until 2031-01-12T00:00:00Z" roll --gate mail
now=$((begin + 11 * ttl - 1))
ok 'a second before' refuses roll --gate mail
now=$((begin + 11 * ttl))
ok 'the gate is open' roll --gate mail
cp "$tmp/state" "$project/zonepp.state"
kill "$secondary"
wait "$secondary" 2>/dev/null
ok 'one that does not answer may still have them' refuses roll --gate mail
sed -i '/servers/d' "$project/zonepp.yaml"
build
ok 'without servers they are gone since they left' \
	says 'mail: safe' roll --gate mail
kill "$primary"
plan
