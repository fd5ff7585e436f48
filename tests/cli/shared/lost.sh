# For the scenarios lost-*: . "$SHARED/lost.sh"; what follows when files are lost, with and without a
# rollover under way. zonepp.state(5) has a table of it.
mkdir zones
printf '$TTL 3600\n@ SOA ns hostmaster 1 2h 1h 2w 5m\n@ NS ns\nns A 192.0.2.1\nmail A 192.0.2.25\n$TLSA _25._tcp.mail cert:mail\n' >zones/example.org.zone
cat >zonepp.yaml <<EOF
defaults: { dnssec: external }
certificates: { mail: { current: current.pem, next: next.pem, wait: 24h } }
severity: { D103: off }
hooks: { changed: [sh, -c, "test -e up && touch told"] }
zones: { example.org: }
EOF
# build TIME: in November 2026; what it says of the zone, what is published, and where the
# certificate stands
build() {
	zonepp build --format=gcc --now "2026-11-$1" 2>&1 | sed -n '/error:/p; s/^example.org: [0-9].* TLSA/built/p; s/^example.org: failed/failed/p'
	[ ! -e told ] || echo '  the servers are told'
	rm -f told
	sed -n 's/^.*TLSA[^0-9]*\(3 1 . ........\).*$/  \1/p' public/example.org.zone
	zonepp roll --now "2026-11-$1" 2>/dev/null | sed -n 's/^mail */  /p'
}
quiet() { # quiet TIME
	zonepp build --now "2026-11-$1" >/dev/null 2>&1
	rm -f told
}
begin() { # begin WHAT: a story begins with a zone that has been published twice
	echo "--- $1"
	rm -rf public .zonepp zonepp.state next.pem
	cp certs/mail.pem current.pem
	touch up
	quiet 01T12:00:00Z
	echo "new$n A 192.0.2.9" >>zones/example.org.zone
	n=$((n + 1))
	quiet 02T12:00:00Z
}
n=1
stories() { # stories FILE...: that are lost
	begin 'nothing is under way'
	rm -rf "$@"
	build 23T12:00:00Z
	cp certs/web.pem next.pem
	build 23T13:00:00Z

	begin 'the next certificate is waited for'
	cp certs/web.pem next.pem
	quiet 23T12:00:00Z
	rm -rf "$@"
	build 24T11:00:00Z
	build 24T12:00:00Z

	begin 'it is ready, and became current'
	cp certs/web.pem next.pem
	quiet 23T12:00:00Z
	mv next.pem current.pem
	rm -rf "$@"
	build 24T12:00:00Z

	begin 'it became current too early'
	cp certs/web.pem next.pem
	quiet 23T12:00:00Z
	mv next.pem current.pem
	rm -rf "$@"
	build 23T13:00:00Z

	begin 'that was finished'
	cp certs/web.pem next.pem
	quiet 23T12:00:00Z
	mv next.pem current.pem
	quiet 24T12:00:00Z
	rm -rf "$@"
	build 24T13:00:00Z

	begin 'a hook failed'
	cp certs/web.pem next.pem
	rm up
	quiet 23T12:00:00Z
	rm -rf "$@"
	touch up
	build 24T12:00:00Z
}
