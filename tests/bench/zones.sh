# Many zones in one project: an apex and three hosts each.
# shellcheck shell=sh

many() { # many N: the project, many/
	mkdir -p many/zones
	awk -v n="$1" 'BEGIN {
		print "keys: keys\nzones:" >"many/zonepp.yaml"
		for (i = 0; i < n; i++) {
			zone = sprintf("zone%06d.example", i)
			print "  " zone ":" >"many/zonepp.yaml"
			file = "many/zones/" zone ".zone"
			print "$ORIGIN " zone ".\n$TTL 3600\n" \
			      "@ SOA ns1 hostmaster 1 14400 1800 2419200 600\n@ NS ns1\n@ NS ns2\n" \
			      "ns1 A 192.0.2.1\nns2 A 192.0.2.2\nwww A 192.0.2.3" >file
			close(file)
		}
	}'
}
build_many() {
	run zonepp-build zonepp build -C many -j 2
}
first() { # first N: zones
	many "$1"
	run zonepp-keys zonepp keys generate -C many --missing
	table keys "$1" "making the keys of $1 zones" zonepp-keys
	made=''
	round=0
	while [ $((round += 1)) -le "$rounds" ]; do
		rm -rf many/public many/.zonepp many/zonepp.lock many/zonepp.state
		build_many
		made=${made:-$(find many/public -type f -exec cat {} + | signatures)}
		run bare-signatures bare_sign 13 "$made" 2
	done
	table first "$1" "building $1 zones, $made signatures, for the first time" \
		zonepp-build bare-signatures
	! has zonepp-build bare-signatures ||
		at_most zonepp-build wall "$(calc "2 * $(median bare-signatures wall) + 3")"
}
unchanged() { # unchanged TABLE N TITLE S MB: aims
	touch before
	round=0
	while [ $((round += 1)) -le "$rounds" ]; do
		build_many
	done
	[ -z "$(find many/public -newer before)" ] || fail 'zonepp-build touched unchanged zones'
	table "$1" "$2" "$3" zonepp-build
	at_most zonepp-build wall "$4"
	at_most zonepp-build peak "$5"
	end
}
if wanted zones; then
	first "$zones"
	end
	unchanged unchanged "$zones" "building $zones zones again, unchanged" 1 64
	# What each zone is told of, and published with.
	for file in many/zones/*; do
		printf '%s\n' '@ TXT "v=spf1 ptr a -all"' 'old CNAME gone' >>"$file"
	done
	prepare zonepp build -C many -j 2
	unchanged notes "$zones" "building $zones zones with a note each again, unchanged" 1 64
	end many
fi
if wanted zones-large; then
	first $((zones * 10))
	times_of zonepp-build zones 12
	end
	unchanged unchanged $((zones * 10)) "building $((zones * 10)) zones again, unchanged" 10 256
	end many
fi
