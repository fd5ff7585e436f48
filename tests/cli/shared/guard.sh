# For the scenarios guard-*: . "$SHARED/guard.sh"
# project POLICY [ZONES]: its zones have the template of example.org, or their own
project() {
	rm -rf keys zones public .zonepp zonepp.state names
	mkdir keys zones
	printf 'policies: { p: { %s } }\ndefaults: { policy: p }\nzones: { %s }\n' \
		"$1" "${2:-example.org: {\}}" >zonepp.yaml
	cat >zones/example.org.zone <<-'ZONE'
	$TTL 1h
	@ SOA ns hostmaster 1 2h 1h 2w 1h
	@ NS ns
	ns A 192.0.2.1
	www A 192.0.2.2
	ZONE
}
# key NAME TIME [OPTION...] [ZONE]: in November 2026; its file is in $NAME, its tag shown as NAME
key() {
	name=$1 time=$2
	shift 2
	[ $# -gt 0 ] && [ "${1#--}" = "$1" ] || set -- "$@" example.org
	made "$(zonepp keys generate --ttl 1h --now "2026-11-$time" "$@")"
}
# made BASE: it is to be called $name
made() {
	base=$1
	eval "$name=\$base"
	for tag in 0 128 -65407; do # as it is, and with the REVOKE bit
		call "$(($(tag "$base") + tag))" "$name"
	done
}
tag() { # tag BASE
	echo "${1##*+}" | sed 's/^0*//'
}
call() { # call TAG NAME: where a key is told of
	printf 's/\\(^set \\|^data \\|key \\|SK \\|by \\)%s\\b/\\1%s/g\n' "$1" "$2" >>names
}
# build TIME [OPTION...]: what it says, and what is published of example.org
build() {
	time=$1
	shift
	zonepp build --format=gcc --now "2026-11-$time" "$@" >said 2>&1
	echo "build at $time: $?"
	grep -E ' \[[A-Z][0-9]+\]' said | named | sed -e 's/+[0-9]*: /+TAG: /' -e 's/:[0-9]*:[0-9]*: /: /' -e 's/^/  /' | sort
}
named() {
	sed -f names
}
# roll TIME: where the keys stand
roll() {
	zonepp roll --deploy --now "2026-11-$1" 2>&1 | named |
		awk '$2 ~ /SK$/ { print "  " $2, $3, $4, $6 }' | sort
}
# told seen|gone BASE TIME
told() {
	zonepp keys ds "--$1=$(tag "$2")" --now "2026-11-$3" example.org
}
# The keys of the published DNSKEY set, with * those that sign it, and of the data's signatures.
published() {
	awk -v file="${1:-public/example.org.zone}" 'BEGIN { FS = "\t" }
		{ split($5, a, " ") }
		$4 == "RRSIG" { print (a[1] == "DNSKEY" ? "set" : "data"), a[7] }' \
		"${1:-public/example.org.zone}" | named | sort -u >signed
	zonepp verify "${1:-public/example.org.zone}" --zone example.org --at "2026-11-$time" >/dev/null 2>&1 ||
		echo '  which is not valid'
	echo "  the set by$(sed -n 's/^set//p' signed | tr -d '\n'), data by$(sed -n 's/^data//p' signed | tr -d '\n')," \
		"$(grep -c "DNSKEY	[0-9]" "${1:-public/example.org.zone}") keys"
}
