# Zones of 10^4 names and more: what a record costs in each, in time and memory.
# shellcheck shell=sh

grow() { # grow WORK RECORDS COMMAND...: with the zone of $n_names names
	work=$1
	echo "$2" >"$work.$n_names.records"
	shift 2
	run "$work.$n_names" "$@"
}
differ() { # differ OLD NEW
	# shellcheck disable=SC2016
	grow diff "$records" sh -c '"$@"; [ $? = 1 ]' sh zonepp diff -j 2 --zone bench "$1" "$2"
}
grow_round() {
	set -- -j 2 --zone bench
	grow print "$records" zonepp print "$@" grown.zone
	set -- "$@" --key "$key.private" -o grown.signed
	rm -f grown.signed
	grow sign-opt-out "$secure" zonepp sign "$@" --opt-out grown.ds
	rm -f grown.signed
	grow sign-NSEC3 "$records" zonepp sign "$@" --nsec3 grown.zone
	rm -f grown.signed
	grow sign-NSEC "$records" zonepp sign "$@" grown.zone
	grow verify "$(records grown.signed)" zonepp verify -j 2 --zone bench grown.signed
	edit grown/bench.zone
	differ grown.zone grown/bench.zone
	grow resign "$records" zonepp build -C grown -j 2
	edited grown/bench.signed
}
grown() { # grown WORK TITLE: its table and aims; columns as below
	has "$1.$least" || return 0
	printf '\n%s\n%9s %9s %9s %9s %9s %12s %9s %9s a record\n' "$2" names records 'wall s' 'CPU s' 'peak MB' \
		'wall us' 'CPU us' 'octets'
	: >grown.table
	for n_names in $sizes; do
		name=$1.$n_names
		has "$name" || continue
		n=$(cat "$name.records")
		echo "$n_names $n $(median "$name" wall) $(median "$name" CPU) $(median "$name" peak)" >>grown.table
		ln -f "$name.times" "zonepp-$1.times"
		record "$1-$n_names" "$n" "$2: $n_names names, $n records" "zonepp-$1" "zonepp-$1"
	done
	awk '{ printf "%9d %9d %9.2f %9.2f %9.1f %12.3f %9.3f %9.0f\n", $1, $2, $3, $4, $5,
	       $3 / $2 * 1e6, $4 / $2 * 1e6, $5 * 1048576 / $2 }' grown.table
	table=$1
	figure "$1, the dearest record to the cheapest" "$(awk '{ t = $3 / $2 }
		NR == 1 || t < least { least = t }
		t > most { most = t }
		END { print most / least }' grown.table)" 1.5
	case $1 in
	sign-*) figure "$1, octets a record" "$(awk 'END { print $5 * 1048576 / $2 }' grown.table)" 100 ;;
	esac
}
if wanted growth; then
	sizes='' least=$((names / 100)) n_names=$least
	while [ "$n_names" -le "$largest" ]; do
		sizes="$sizes $n_names" n_names=$((n_names * 10))
	done
	for n_names in $sizes; do
		gen_zone hosts "$n_names" >grown.zone
		gen_zone ds "$n_names" >grown.ds
		records=$(records grown.zone) secure=$(records grown.ds)
		project grown grown.zone
		round=0
		while [ $((round += 1)) -le "$rounds" ]; do
			grow_round
		done
		rm -rf grown grown.zone grown.ds grown.signed
	done
	grown print 'printing hosts'
	grown sign-NSEC 'signing hosts, NSEC'
	grown sign-NSEC3 'signing hosts, NSEC3'
	grown sign-opt-out 'signing delegations, NSEC3 opt-out'
	grown verify 'verifying the first of these'
	grown diff 'comparing hosts before and after an edit'
	grown resign 'building hosts again after an edit'
	end ./*.records grown.table
fi
