# For the scenarios roll-*: . "$SHARED/moments.sh"
# Each line is a moment of November 2026: what a verb comes to, with the codes of what it warns of.
codes() { # of the problems in the file `said`
	sed -n 's/.*\(error\|warning\): .* \[\(....\)\]$/ \2/p' said | sort -u | tr -d '\n'
}
# build TIME: also which TLSA records are published, with eight digits of each digest
build() {
	zonepp build --now "2026-11-$1" >/dev/null 2>said
	echo "build $1: $?$(codes)"
	sed -n 's/^\([^	]*\)	.*TLSA	\([0-9] [0-9] [0-9] ........\).*/  \1 \2/p' public/*.zone
}
# gate TIME [NAME]
gate() {
	zonepp roll --now "2026-11-$1" --gate "${2-mail}" >answer 2>said
	echo "gate $1: $?$(codes), $(cat answer)"
}
# deploy TIME: also the phase of each certificate
deploy() {
	zonepp roll --now "2026-11-$1" --deploy >answer 2>said
	echo "deploy $1: $?$(codes)$(sed -n '2,$s/^\([^ ]*\)  *\([^ ]*\) .*/, \1 \2/p' answer | tr -d '\n')"
}
