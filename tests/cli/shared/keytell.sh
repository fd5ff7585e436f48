# For the scenarios notify-keys*: . "$SHARED/keytell.sh"; times are TIME as 05T12, day and hour of
# November 2026. Keys are called KSK1.example.org, KSK2.example.org, ... in the order in which they
# were made, whatever their tags are; a CSK counts as a KSK.
rm -r keys # the shared ones
names() {
	touch names
	for key in keys/*.key; do
		tag=$(expr "${key##*+}" : '0*\(.*\)\.key')
		role=$(awk '$1 != ";" { print / DNSKEY 257 /? "KSK" : "ZSK" }' "$key")
		zone=${key#keys/K}
		zone=${zone%%.+*}
		grep -q ")$tag\\\\>" names || printf 's/\\(SK \\|DS \\|":\\)%s\\>/\\1%s%d.%s/g\n' \
			"$tag" "$role" $(($(grep -c "$role.*\\.$zone" names) + 1)) "$zone" >>names
	done
}
told() { # what was told
	names
	[ -e told ] || return 0
	sort told | sed -f names -e 's/"id":"[0-9a-f]*/"id":"..../' -e 's/ 2 [0-9a-f]\{64\}/ 2 ..../g'
	rm told
}
run() { # run TIME build|roll: says what was told, and how it went where that is not well
	case $2 in
	build) zonepp build --now "2026-11-$1:00:00Z" ;;
	roll) zonepp roll --deploy --now "2026-11-$1:00:00Z" ;;
	esac >/dev/null 2>errors
	status=$?
	[ "$status" = 0 ] || {
		echo "$2 at $1: $status"
		sed -n '/notify/p' errors
	}
	told
}
run_until() { # run_until FROM TO: both, every six hours
	from=$(date -u -d "2026-11-${1%T*} ${1#*T}:00 UTC" +%s)
	to=$(date -u -d "2026-11-${2%T*} ${2#*T}:00 UTC" +%s)
	while [ "$from" -le "$to" ]; do
		at=$(date -u -d "@$from" +%dT%H)
		run "$at" roll
		run "$at" build
		from=$((from + 6 * 3600))
	done
}
ds() { # ds TIME --seen|--gone NUMBER ZONE...: of that KSK
	at=$1 how=$2 number=$3
	shift 3
	for zone; do
		zonepp keys ds "$how" "$(sed -n "s/^.*)\\(.*\\)\\\\>.*KSK$number.$zone.*/\\1/p" names)" \
			"$zone" --now "2026-11-$at:00:00Z"
	done
}
