# For the scenarios roll-*: . "$SHARED/roll.sh"
# build TIME: in November 2026; says how it went, what is published and what is known
build() {
	zonepp build --now "2026-11-$1" >/dev/null
	echo "build at $1: $?"
	published
}
published() {
	echo 'published:'
	sed -n 's/^.*TLSA[^0-9]*\(3 1 . ........\).*$/  \1/p' public/example.org.zone
	echo 'known:'
	sed -n -e 's/ ee:.*//' -e '/^[a-z]/s/^/  /p' zonepp.state | sed 's/\([0-9a-f]\{8\}\)[0-9a-f]\{24,\}/\1/g'
}
# quiet TIME: a build of which nothing is shown
quiet() {
	zonepp build --now "2026-11-$1" >/dev/null
}
# roll TIME [OPTION...]
roll() {
	time=$1
	shift
	zonepp roll --now "2026-11-$time" "$@"
	echo "roll $* at $time: $?"
}
