# For the scenarios serial-*: . "$SHARED/serial.sh"
mkdir -p zones
# project SERIAL [SETTING...]: the policy, and further settings of the zone
project() {
	policy=$1
	shift
	echo "defaults: { dnssec: external, serial: $policy }" >zonepp.yaml
	echo "zones: { example.org: { $* } }" >>zonepp.yaml
}
# template SERIAL [RECORD]
template() {
	printf '$TTL 3600\n@ SOA ns hostmaster %s 2h 1h 2w 5m\n@ NS ns\nns A 192.0.2.1\n%s\n' \
		"$1" "${2-}" >zones/example.org.zone
}
# build WHAT: how it went, and which serials are known then
build() {
	zonepp build --format=gcc 2>&1 | sed -n 's/^example.org: [0-9].* TLSA/built/p; /example.org/!d; /: error:\|: warning:\|failed/p'
	echo "$1: $(serials)"
}
serials() {
	published=$(sed -n 's/.*SOA.*hostmaster.example.org. \([0-9]*\) .*/\1/p' public/example.org.zone 2>/dev/null)
	state=$(sed -n 's/^serial example.org. \([0-9]*\) .*/\1/p' zonepp.state 2>/dev/null)
	echo "published ${published:--}, state ${state:--}"
}
